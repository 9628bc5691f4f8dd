"""Lengths, sizes and the tree, as far as structure rules ask for them."""

import pytest

from massctl.render.rules.structure import FONT_SIZE, font_size, line_height, own_text, pixels
from massctl.render.tree import Element, parse


def elements(html: str) -> list[Element]:
    return list(parse(html).below())[1:]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("12px", 12.0),
        ("12pt", 16.0),
        ("2em", 2 * FONT_SIZE),
        ("1.5rem", 1.5 * FONT_SIZE),
        ("0", 0.0),
        ("-4px", -4.0),
        (" 10px !important", 10.0),
        ("50%", None),
        ("12", None),
        ("auto", None),
        ("calc(100% - 4px)", None),
        ("", None),
    ],
)
def test_a_length_in_pixels(length: str, expected: float | None) -> None:
    assert expected == pixels(length)


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("", "", None),
        ("line-height:1.5", "font-size:20px", 30.0),
        ("line-height:150%;font-size:10px", "font-size:20px", 15.0),
        ("line-height:2em;font-size:10px", "font-size:20px", 20.0),
        ("line-height:30px", "line-height:normal", 30.0),
        ("line-height:12pt", "", 16.0),
        ("line-height:30px", "line-height:20px", 20.0),
    ],
)
def test_the_height_of_lines_is_inherited(outer: str, inner: str, expected: float | None) -> None:
    _, inside = elements(f'<section style="{outer}"><p style="{inner}">字</p></section>')
    found = line_height(inside)
    assert expected == (found[0] if found is not None else None)


def test_the_size_of_letters_is_that_of_the_nearest_that_says_one() -> None:
    _, inside, plain = elements('<p style="font-size:20px"><b>字</b></p><i>字</i>')
    assert (20.0, FONT_SIZE) == (font_size(inside), font_size(plain))


def test_a_closing_tag_too_many_closes_nothing() -> None:
    (section,) = elements("<section>甲</i>乙</section>")
    assert "甲乙" == own_text(section)


def test_what_is_never_closed_ends_with_what_is_around_it() -> None:
    outer, middle, last = elements("<section>甲<p>乙</section><b>丙</b></i>")
    assert (outer, outer.parent) == (middle.parent, last.parent)
    assert ["甲", "乙", "丙"] == [own_text(each) for each in (outer, middle, last)]
