"""Colours as CSS writes them, and by night; what the published engine makes of whole bodies is in tests/unit/view."""

import pytest

from massctl.render.dark_mode import COLOUR, NIGHT_GROUND, Colour, parse, read, text_by_night


@pytest.mark.parametrize(
    ("written", "colour"),
    [
        ("transparent", Colour(255, 255, 255, 0)),
        ("#08c", Colour(0, 0x88, 0xCC)),
        ("rgb(10%, 20, 30)", Colour(25.5, 20, 30)),
        ("#12345", None),
        ("rgb(1,2)", None),
        ("rgb(1.2.3,4,5)", None),
        ("inherit", None),
        ("var(--red)", None),
    ],
)
def test_a_value_is_one_colour_or_none(written: str, colour: Colour | None):
    assert colour == parse(written)


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
