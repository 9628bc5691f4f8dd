"""Widths on a terminal, and what may go to one."""

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from massctl.view.cells import cells, clusters, is_one_by_one, may_break, printable, shorten

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("春季", 4),
        ("，。", 4),
        ("ﾊﾝ", 2),
        ("e\u0301", 1),
        ("🧣", 2),
        ("❤\ufe0f", 2),
        ("👍🏽", 2),
        (FAMILY, 2),
        ("🇨🇳🇨🇳", 4),
        ("‼", 1),
        ("\u200b", 0),
    ],
)
def test_cells(text: str, width: int):
    assert width == cells(text)


def test_an_emoji_of_many_parts_is_one_piece():
    assert ["a", FAMILY, "👍🏽", "🇨🇳", "🇯🇵", "b"] == list(clusters(f"a{FAMILY}👍🏽🇨🇳🇯🇵b"))


@given(st.text())
def test_clusters_lose_nothing(text: str):
    assert text == "".join(clusters(text))


@given(st.text())
def test_nothing_printable_steers_the_terminal(text: str):
    assert not any(character < " " or "\x7f" <= character < "\xa0" for character in printable(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("a\tb", "a    b"),
        ("春 a", "春 a"),
        ("\ud800", "\\ud800"),
    ],
)
def test_controls_are_written_out(text: str, shown: str):
    assert shown == printable(text)


@pytest.mark.parametrize(
    ("before", "after", "may"),
    [
        ("春", "季", True),
        ("春", "。", False),
        ("（", "春", False),
        ("a", "春", True),
        ("a", "b", False),
        ("“", "春", False),
    ],
)
def test_where_a_line_may_end(before: str, after: str, may: bool):
    assert may == may_break(before, after)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("春季大促", 8, "春季大促"),
        ("春季大促", 7, "春季大…"),
        ("abcdef", 4, "abc…"),
        ("ab cd", 4, "ab…"),
    ],
)
def test_shorten(text: str, width: int, shown: str):
    assert shown == shorten(text, width)


PLAIN = [chr(code) for code in range(32, 0xFFFF) if is_one_by_one(chr(code))]


def test_plain_characters_are_as_wide_as_wcwidth_says():
    assert 20_000 < len(PLAIN)
    assert [] == [each for each in PLAIN if wcwidth.wcwidth(each) != cells(each)]


@given(st.lists(st.sampled_from(PLAIN)).map("".join))
def test_plain_texts_are_measured_and_split_as_wcwidth_does(text: str):
    assert (wcwidth.wcswidth(text), list(wcwidth.iter_graphemes(text))) == (
        cells(text),
        list(clusters(text)),
    )
