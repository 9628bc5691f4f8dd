"""Colours as CSS writes them, and by night; what the published engine makes of whole bodies is in tests/unit/view."""

import pytest

from massctl.render.dark_mode import (
    COLOUR,
    NIGHT_GROUND,
    Colour,
    Faded,
    parse,
    read,
    read_any,
    text_by_night,
    tones,
    words_for,
)


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("transparent", Colour(0, 0, 0, 0)),
        ("#08c", Colour(0, 0x88, 0xCC)),
        ("rgb(10%, 20%, 30%)", Colour(25.5, 51, 76.5)),
        ("rgb(10%, 20, 30)", None),
        ("#12345", None),
        ("rgb(1,2)", None),
        ("rgb(1.2.3,4,5)", None),
        ("inherit", None),
        ("var(--red)", None),
    ],
)
def test_a_value_is_one_colour_or_none(written: str, colour: Colour | None):
    assert colour == parse(written)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("hwb(0 0% 0%)", (255, 0, 0)),
        ("currentcolor", None),
        ("oklch(70% 0.1 120)", None),
        ("inherit", None),
    ],
)
def test_any_notation_of_a_screen_is_read(written: str, parts: tuple[int, ...] | None):
    found = read_any(written)
    assert parts == (found.parts if found is not None else None)


def test_what_stands_in_an_address_is_no_colour():
    assert [None, "#ff0000"] == [
        colour.css if colour else None for colour in map(read, COLOUR.finditer("url(red.png) red"))
    ]


@pytest.mark.parametrize(
    ("day", "night"),
    [
        ("hsl(215,100%,41%)", "#0069fb"),
        ("#c0c", "#ff00ff"),
        ("#ff0", "#b8b800"),
    ],
)
def test_text_keeps_its_proportions_as_far_as_they_reach(day: str, night: str):
    colour = parse(day)
    assert colour is not None
    assert night == text_by_night(colour, NIGHT_GROUND).css


def test_the_tones_of_a_colour_are_the_nearest_first_without_black_and_white():
    found = list(tones("#cccccc"))  # Of lightness 80.
    assert (["#c9c9c9", "#cfcfcf", "#c7c7c7"], "#030303") == (found[:3], found[-1])
    assert {"#000000", "#ffffff"}.isdisjoint(found)
    assert len(set(found)) == len(found) == 79 + 19


@pytest.mark.parametrize(("is_by_night", "mode"), [(True, "dark"), (False, "light")])
@pytest.mark.parametrize(
    ("better", "hint"),
    [
        ("#123456", "`#123456` is readable in light and dark mode"),
        (
            None,
            "no tone of it is readable in light and dark mode: take another colour, or the theme `zhaopai`",
        ),
    ],
)
def test_an_accent_is_told_with_a_better_tone_where_there_is_one(
    is_by_night: bool, mode: str, better: str | None, hint: str
):
    say, how = words_for("#e60012", Faded(is_by_night, 4.49, better), is_accent=True)
    assert (
        f"the colour `#e60012` has a contrast of 4.4:1 in {mode} mode; at least 4.5:1 is needed"
        == say
    )
    assert hint == how


def test_a_colour_that_lets_its_ground_through_says_how_much() -> None:
    assert ("#010203", "rgba(1,2,3,0.5)") == (Colour(1, 2, 3).css, Colour(1, 2, 3, 0.5).css)
