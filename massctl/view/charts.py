"""Charts as vectors: values in, SVG out, drawn by pygal and coloured by the style sheet of the page.

Each chart is drawn twice, for a phone and for a desk, since letters in a drawing do not wrap; the page shows one.
What pygal adds for its own script and style is taken out, so that a page with a chart runs nothing and asks for
nothing. Deliberately absent: legends and headings, which are words of the page.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.util import find_spec
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, tostring

from markupsafe import Markup

from massctl.report.report import Quartiles

PACKAGE = "pygal"
"""The package that draws, which the extra `report` brings."""
_LETTER = 12
"""Pixels: the size of letters; the style sheet says the same."""
_DAY_TICKS = {"wide": (1, 3, 7, 14, 21, 30), "narrow": (1, 7, 14, 30)}
_STEPS_MAX = {"wide": 5, "narrow": 3}
"""So many steps a scale has at most."""


def can_draw() -> bool:
    """Return whether the extra `report` is installed."""
    return find_spec(PACKAGE) is not None


class Value(NamedTuple):
    """One value of a series; None is a hole and is not drawn."""

    number: float | None
    words: str
    """What is said of it where a pointer rests on it."""
    kind: str = ""
    """A class of the style sheet, for one that differs from its neighbours."""
    link: str = ""
    """Where it leads."""


class Caption(NamedTuple):
    """What a chart is called: its key in the page, its name, and what it shows in one sentence."""

    key: str
    title: str
    description: str


def reads_by_day(
    caption: Caption, days: Mapping[int, Value], quartiles: Mapping[int, Quartiles], last: int
) -> Markup:
    """Draw how readers grew from day to day, on the quartiles of comparable sends.

    The line is broken at a day without a number.
    """
    top = max(
        [
            *(each.number or 0 for each in days.values()),
            *(each.upper for each in quartiles.values()),
            1,
        ]
    )

    def draw(chart: Any, size: str) -> Element:
        chart.x_labels = [day for day in _DAY_TICKS[size] if day <= last]
        if quartiles:
            there = [(day, each.lower) for day, each in quartiles.items()]
            back = [(day, each.upper) for day, each in reversed([*quartiles.items()])]
            chart.add("", [*there, *back, there[0]], fill=True, show_dots=False)
        through = range(min(days, default=1), max(days, default=0) + 1)
        points = ((day, days.get(day, Value(None, ""))) for day in through)
        chart.add(
            "",
            [_marked(each, (day, each.number)) for day, each in points],
            allow_interruptions=True,
        )
        return _cleaned(chart, ["band", "this"] if quartiles else ["this"])

    return _both(caption, draw, 300, range=(0, top), xrange=(1, max(last, 2)), dots_size=3.6)


def dots(
    caption: Caption, days: Mapping[date, Sequence[Value]], *, is_joined: bool = False
) -> Markup:
    """Draw a dot for each value on its day; `is_joined` draws a line through them."""
    first, last = min(days).toordinal(), max(days).toordinal()
    edge = max(1, (last - first) // 25)
    top = max([*(each.number or 0 for values in days.values() for each in values), 1])

    def draw(chart: Any, size: str) -> Element:
        steps = _STEPS_MAX[size]
        chart.x_labels = sorted(
            {first + (last - first) * step // steps for step in range(steps + 1)}
        )
        chart.x_value_formatter = lambda ordinal: date.fromordinal(round(ordinal)).isoformat()
        points = (
            (day.toordinal(), each) for day, values in sorted(days.items()) for each in values
        )
        marked = [_marked(each, (day, each.number)) for day, each in points]
        chart.add("", marked, stroke=is_joined)
        return _cleaned(chart, ["this" if is_joined else "sends"])

    return _both(
        caption, draw, 240, range=(0, top), xrange=(first - edge, last + edge), dots_size=4
    )


_SPARK_WIDTH, _SPARK_HEIGHT = 72, 18
_SPARK = Markup(
    '<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true"><polyline points="{}"/></svg>'
)


def sparkline(numbers: Sequence[int]) -> Markup:
    """Draw how a number went, beside words that say the last one; nothing for a single number.

    It is drawn from its least to its largest, but a fall of less than a fifth does not fill it.
    """
    if len(numbers) < 2:
        return Markup("")
    top = max(*numbers, 1)
    span = top - min(*numbers, top * 0.8)
    across = (_SPARK_WIDTH - 4) / (len(numbers) - 1)
    heights = [2 + (_SPARK_HEIGHT - 4) * (top - each) / span for each in numbers]
    points = " ".join(f"{2 + n * across:.1f},{height:.1f}" for n, height in enumerate(heights))
    return _SPARK.format(_SPARK_WIDTH, _SPARK_HEIGHT, points)


def _both(
    caption: Caption,
    draw: Callable[[Any, str], Element],
    height: int,
    **options: Any,
) -> Markup:
    """Draw it for a desk and for a phone; each drawing has the name and description that a screen reader says."""
    drawings = []
    for size, width, high in (("wide", 1040, height), ("narrow", 327, round(height * 0.86))):
        chart = _chart(width=width, height=high, max_scale=_STEPS_MAX[size], **options)
        root, key = draw(chart, size), f"{caption.key}-{size}"
        root.attrib |= {
            "class": size,
            "role": "img",
            "aria-labelledby": f"{key}-title",
            "aria-describedby": f"{key}-desc",
        }
        for number, (tag, text) in enumerate(
            [("title", caption.title), ("desc", caption.description)]
        ):
            child = Element(tag, {"id": f"{key}-{tag}"})
            child.text = text
            root.insert(number, child)
        # ElementTree escapes what it writes.
        drawings.append(Markup(tostring(root, encoding="unicode")))  # noqa: S704
    return Markup('<div class="chart {}">{}</div>').format(caption.key, Markup("").join(drawings))


def _chart(**options: Any) -> Any:
    """Return an empty chart without anything that pygal draws for itself."""
    pygal = _library()
    from pygal.style import Style

    style = Style(label_font_size=_LETTER, major_label_font_size=_LETTER, value_font_size=_LETTER)
    return pygal.XY(
        style=style,
        css=(),
        js=(),
        no_prefix=True,
        show_legend=False,
        margin=6,
        margin_right=14,
        truncate_label=-1,
        min_scale=2,
        value_formatter="{:,.0f}".format,
        x_value_formatter="{:.0f}".format,
        **options,
    )


def _library() -> Any:
    """Import pygal without what it hooks into every later import, for maps that are not used."""
    # Only a page with charts needs it, and it may not be there.
    import pygal
    from pygal.etree import etree

    # It takes lxml where that is installed, for other reasons.
    etree.to_etree()
    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != PACKAGE]
    return pygal


def _marked(value: Value, at: object) -> dict[str, object]:
    if value.number is None:
        return {"value": at}
    node = {"node": {"class": f"{value.kind} mark"}} if value.kind else {}
    # Not a stop of the keyboard: the table below a chart has the same link, and says where it leads.
    link = (
        {"xlink": {"href": value.link, "target": "_self", "tabindex": "-1"}} if value.link else {}
    )
    return {"value": at, "tooltip": value.words, **node, **link}


_KEPT = frozenset({"a", "circle", "g", "path", "rect", "text", "title"})
_PLACES = frozenset({"d", "x", "y", "cx", "cy", "width", "height"})
_DECIMALS = re.compile(r"(\.\d)\d+")
"""A tenth of a pixel is enough."""


def _cleaned(chart: Any, kinds: Sequence[str]) -> Element:
    """Draw it, and take out script, style, remarks and what the script would have read."""
    root: Element = chart.render_tree()
    _remove(root, lambda child: child.tag not in _KEPT)
    for element in root.iter():
        for name in _PLACES & element.attrib.keys():
            element.set(name, _DECIMALS.sub(r"\1", element.attrib[name]))
        found = re.search(r"\bserie-(\d+)", element.attrib.get("class", ""))
        if found is not None and "series" in element.attrib["class"].split():
            element.set("class", f"series {kinds[int(found[1])]}")
    _remove(root, lambda child: child.tag == "g" and not len(child) and not child.text)
    for title in root.findall("title"):
        root.remove(title)
    root.attrib.pop("id", None)
    return root


def _remove(root: Element, is_needless: Callable[[Element], bool]) -> None:
    for parent in list(root.iter()):
        for child in list(filter(is_needless, parent)):
            parent.remove(child)
