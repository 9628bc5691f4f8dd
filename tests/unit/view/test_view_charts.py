"""Charts: what stands in the SVG for which values."""

import re
from collections.abc import Callable
from datetime import date
from xml.etree.ElementTree import Element, fromstring

import pytest

from massctl.report.report import Quartiles
from massctl.view.charts import Caption, Value, dots, reads_by_day

CAPTION = Caption("reads", "<script>alert(1)</script>", "one & two")


def drawings(markup: str) -> dict[str, Element]:
    """Return both drawings of a chart, by their class."""
    found = fromstring(markup)
    return {each.attrib["class"]: each for each in found}


def texts(drawing: Element, within: str) -> list[str]:
    """Return the words that are written in groups of a class."""
    groups = [each for each in drawing.iter() if within in each.attrib.get("class", "").split()]
    return [
        text.text or "" for group in groups for text in group.iter() if text.tag.endswith("text")
    ]


def counted(*numbers: float | None) -> list[Value]:
    """Return values that are said as their numbers."""
    return [Value(each, f"{each} people") for each in numbers]


USUAL = {1: Quartiles(1, 2, 3), 2: Quartiles(2, 3, 4)}
CHARTS: list[Callable[[], str]] = [
    lambda: reads_by_day(
        CAPTION,
        dict(enumerate(counted(1, 2, 3), 1)),
        {1: Quartiles(1, 2, 3), 2: Quartiles(2, 3, 4)},
        30,
    ),
    lambda: dots(CAPTION, {date(2026, 11, 1): counted(1)}),
]


@pytest.mark.parametrize("chart", CHARTS)
def test_a_chart_runs_nothing_styles_nothing_and_is_named_in_both_sizes(chart: Callable[[], str]):
    markup = chart()
    assert not re.search(
        r"<script|<style|javascript|url\(|https?://(?!www\.w3\.org)|<desc(?! id)|\son\w+=", markup
    )
    for size, drawing in drawings(markup).items():
        assert f"reads-{size}-title reads-{size}-desc" == " ".join(
            drawing.attrib[each] for each in ("aria-labelledby", "aria-describedby")
        )
        assert ["<script>alert(1)</script>", "one & two"] == [
            each.text for each in list(drawing)[:2]
        ]
        assert "img" == drawing.attrib["role"]
        assert {"wide": ("1040",), "narrow": ("327",)}[size].count(
            drawing.attrib["viewBox"].split()[2]
        )
    assert chart() == markup


def test_a_line_is_broken_at_a_day_without_a_number_and_each_point_is_said():
    days = {
        1: Value(10, "day 1"),
        2: Value(20, "day 2"),
        4: Value(40, "day 4"),
        5: Value(50, "day 5"),
    }
    drawing = drawings(reads_by_day(CAPTION, days, {}, 30))["wide"]
    paths = [
        each.attrib["d"] for each in drawing.iter() if "nofill" in each.attrib.get("class", "")
    ]
    assert [2, 2] == [len(re.findall(r"[\d.]+ [\d.]+", each)) for each in paths]
    assert ["day 1", "day 2", "day 4", "day 5"] == [
        each.text
        for each in drawing.iter()
        if each.tag.endswith("title") and (each.text or "").startswith("day")
    ]


def test_the_scale_of_days_begins_at_1_and_ends_at_30_whatever_is_known():
    drawing = drawings(reads_by_day(CAPTION, {1: Value(10, "")}, {}, 30))["wide"]
    written = [each.text for each in drawing.iter() if each.tag.endswith("text")]
    assert {"1", "3", "7", "14", "21", "30"} <= set(written)
    assert "0" in written


def test_dots_stand_on_their_days_lead_to_their_send_and_can_differ():
    days = {
        date(2026, 1, 15): [Value(100, "one", link="#one")],
        date(2026, 3, 15): [Value(50, "two", "here"), Value(None, "three")],
    }
    drawing = drawings(dots(CAPTION, days))["wide"]
    circles = [each for each in drawing.iter() if each.tag.endswith("circle")]
    assert 2 == len(circles)
    assert float(circles[0].attrib["cx"]) < float(circles[1].attrib["cx"])
    assert float(circles[0].attrib["cy"]) < float(circles[1].attrib["cy"])
    assert "here mark" == circles[1].attrib["class"]
    (link,) = [each for each in drawing.iter() if each.tag.endswith("}a")]
    assert "#one" in link.attrib.values()
    assert [
        "2026-01-15",
        "2026-01-26",
        "2026-02-07",
        "2026-02-19",
        "2026-03-03",
        "2026-03-15",
    ] == texts(drawing, "x")
