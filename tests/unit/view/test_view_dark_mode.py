"""Colours by night, against what the engine that WeChat publishes makes of them.

Source: github.com/wechatjs/mp-darkmode run in Chromium 156 over these bodies in November 2026, computed styles read.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.render.dark_mode import Colour, from_hsl, ground_by_night, parse, text_by_night
from massctl.view.pages.dark_mode import by_day_and_night

GROUND = Colour(0x19, 0x19, 0x19)


@pytest.mark.parametrize(
    ("day", "night"),
    [
        ("#333", "#a3a3a3"),
        ("#fff", "#ffffff"),
        ("#000", "#a3a3a3"),
        ("#757575", "#757575"),
        ("#0a8667", "#0a8667"),
        ("hsl(120,50%,30%)", "#66cc66"),
    ],
)
def test_text_on_the_page(day: str, night: str):
    colour = parse(day)
    assert colour is not None
    assert night == text_by_night(colour, GROUND).css


@pytest.mark.parametrize(
    ("day", "night"),
    [
        ("#fff", "#191919"),
        ("#f5f5f5", "#232323"),
        ("#000", "#383838"),
        ("#07c160", "#07c160"),
        ("rgba(136,136,136,.133)", "rgba(144,144,144,0.133)"),
    ],
)
def test_grounds(day: str, night: str):
    colour = parse(day)
    assert colour is not None
    assert night == ground_by_night(colour).css


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('<p style="color:#333">', '<p style="color:light-dark(#333,#a3a3a3)">'),
        ("<p style='color:#333'>", '<p style="color:light-dark(#333,#a3a3a3)">'),
        ("<p style=color:#333>", '<p style="color:light-dark(#333,#a3a3a3)">'),
        (
            '<p style="background:#fff">',
            '<p style="background:light-dark(#fff,#191919);color:light-dark(#191919,#a3a3a3)">',
        ),
        (
            '<p style="background:linear-gradient(#fff,#eee)">',
            (
                '<p style="background:linear-gradient(light-dark(#fff,#2a2a2a),light-dark(#eee,#2a2a2a));'
                'color:light-dark(#191919,#cdcdcd)">'
            ),
        ),
        (
            '<td bgcolor="#fff">',
            '<td style="background-color:light-dark(#fff,#191919);color:light-dark(#191919,#a3a3a3)" bgcolor="#fff">',
        ),
        ('<font color="#333">', '<font style="color:light-dark(#333,#a3a3a3)" color="#333">'),
        (
            '<p style="border:1px solid #333">',
            '<p style="border:1px solid light-dark(#333,#a3a3a3)">',
        ),
        (
            '<p style="text-shadow:0 1px 1px #fff">',
            '<p style="text-shadow:0 1px 1px light-dark(#fff,#191919)">',
        ),
    ],
)
def test_a_style_has_both_colours(body: str, shown: str):
    assert shown == by_day_and_night(body)


@pytest.mark.parametrize(
    "body",
    [
        "<p>早</p>",
        '<p style="color:#07c160">',
        '<p data-no-dark style="color:#333;background:#fff">',
        '<p style="color:rgba(0,0,0,.01)">',
        "<p style=\"font-family:'red'\">",
        '<p style="color:inherit">',
        '<p style="color:#12345">',
        "</p></p>",
        '<p style="">',
    ],
)
def test_what_has_nothing_to_change_keeps_its_bytes(body: str):
    assert body == by_day_and_night(body)


def test_text_is_judged_on_the_ground_that_it_stands_on_until_that_ends():
    inside, after = (
        '<section style="background:#ccc"><p style="color:#333">早</p></section>',
        '<p style="color:#333">',
    )
    nights = re.findall(r"color:light-dark\(#333,(#\w+)\)", by_day_and_night(inside + after))
    assert ["#b3b3b3", "#a3a3a3"] == nights


def test_words_on_a_picture_stay_as_they_are():
    body = '<section style="background-image:url(a.png);color:#333"><p style="color:#444">'
    assert body == by_day_and_night(body)


def test_a_link_without_a_colour_keeps_the_colour_of_links_by_day():
    assert "color:light-dark(#576b95," in by_day_and_night('<a style="background:#f5f5f5">')


COLOURS = st.builds(Colour, *[st.integers(0, 255)] * 3)


@given(COLOURS)
def test_a_colour_is_read_as_it_is_written(colour: Colour):
    assert colour == parse(colour.css)


@given(COLOURS)
def test_hue_saturation_and_lightness_lead_back(colour: Colour):
    assert colour.css == from_hsl(*colour.hsl).css


@given(COLOURS, COLOURS)
def test_text_by_night_is_a_colour_that_browsers_know(text: Colour, ground: Colour):
    assert re.fullmatch("#[0-9a-f]{6}", text_by_night(text, ground_by_night(ground)).css)


@given(st.text(alphabet="<>p/ style=\"';:()#0fcolr-background", max_size=60))
def test_any_text_is_taken_and_looks_the_same_without_what_was_added(body: str):
    shown = by_day_and_night(body)
    assert re.sub(r"<[^>]*>?", "", body) == re.sub(r"<[^>]*>?", "", shown)
