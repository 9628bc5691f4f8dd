"""Charts as vectors: values in, SVG out, drawn by pygal and coloured by the style sheet of the page.

Each chart is drawn twice, for a phone and for a desk, since letters in a drawing do not wrap; the page shows one.
What pygal adds for its own script and style is taken out, so that a page with a chart runs nothing and asks for
nothing. Deliberately absent: legends and headings, which are words of the page.
"""

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape
from importlib.util import find_spec
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

from massctl.model.frozen import Frozen

PACKAGE: Final = "pygal"
"""The package that draws, which the extra `report` brings."""
_LETTER: Final = 12
"""Pixels: the size of letters; the style sheet says the same."""
_DAY_TICKS: Final = (1, 3, 7, 14, 21, 30)
_TICKS_NARROW: Final = (1, 7, 14, 30)
_NUMBERED_MAX: Final = 10
"""So many bars have room for their numbers."""


def can_draw() -> bool:
    """Return whether the extra `report` is installed."""
    return find_spec(PACKAGE) is not None


class Value(Frozen):
    """One value of a series; None is a hole and is not drawn."""

    number: float | None
    words: str
    """What is said of it where a pointer rests on it."""
    kind: str = ""
    """A class of the style sheet, for one that differs from its neighbours."""
    link: str = ""
    """Where it leads."""


class Series(Frozen):
    """Values that belong together; `kind` is their class in the style sheet."""

    kind: str
    values: Sequence[Value]


class Band(Frozen):
    """What is usual on one day: the quartiles around the median."""

    day: int
    low: float
    middle: float
    high: float


class Caption(Frozen):
    """What a chart is called: its key in the page, its name, and what it shows in one sentence."""

    key: str
    title: str
    description: str


class _Size(Frozen):
    name: str
    width: int
    height: int

    @property
    def is_narrow(self) -> bool:
        return self.name == "narrow"


def _sizes(height: int, *, wide: int = 520) -> tuple[_Size, _Size]:
    """Return the two sizes of a chart; a phone's is a little lower."""
    return _Size("wide", wide, height), _Size("narrow", 327, round(height * 0.86))


def reads_by_day(caption: Caption, days: Mapping[int, Value], usual: Sequence[Band], last: int) -> str:
    """Draw how readers grew from day to day, on the quartiles and the median of comparable sends.

    The line is broken at a day without a number.
    """

    def draw(size: _Size) -> Element:
        top = max([*(each.number or 0 for each in days.values()), *(each.high for each in usual), 1])
        ticks = [day for day in (_TICKS_NARROW if size.is_narrow else _DAY_TICKS) if day <= last]
        chart = _chart("XY", size, range=(0, top), xrange=(1, max(last, 2)), dots_size=3.2 if size.is_narrow else 3.6)
        chart.x_labels = ticks
        chart.y_labels = _steps(top)
        if usual:
            there, back = [(each.day, each.low) for each in usual], [(each.day, each.high) for each in reversed(usual)]
            chart.add("", [*there, *back, there[0]], fill=True, show_dots=False)
            chart.add("", [(each.day, each.middle) for each in usual], show_dots=False)
        through = range(min(days, default=1), max(days, default=0) + 1)
        points = [(day, days.get(day, Value(None, ""))) for day in through]
        chart.add("", [_marked(each, (day, each.number)) for day, each in points], allow_interruptions=True)
        return _cleaned(chart, ["band", "median", "this"] if usual else ["this"])

    return _both(caption, draw, _sizes(300, wide=1040))


def stacked_bars(caption: Caption, rows: Sequence[str], series: Sequence[Series]) -> str:
    """Draw a bar for each row, the first on top, of one part for each series."""
    backwards = [Series(each.kind, each.values[::-1]) for each in series]

    def draw(size: _Size) -> Element:
        sums = [sum(each.values[number].number or 0 for each in series) for number in range(len(rows))]
        end = max([*sums, 1])
        chart = _chart("HorizontalStackedBar", size, range=(0, end))
        chart.x_labels = list(rows[::-1])
        chart.y_labels = _steps(end, 3 if size.is_narrow else 5)
        return _drawn(chart, backwards)

    return _both(caption, draw, _sizes(36 * len(rows) + 34))


def bars(caption: Caption, labels: Sequence[str], series: Sequence[Series], say: Callable[[float], str]) -> str:
    """Draw upright bars, one of each series for each label; where they are few, their numbers stand above.

    Nothing is drawn without a number.
    """
    if all(value.number is None for each in series for value in each.values):
        return ""

    def draw(size: _Size) -> Element:
        top = max([*(value.number or 0 for each in series for value in each.values), 1e-9])
        chart = _chart("Bar", size, range=(0, top * 1.12), print_values=len(labels) * len(series) <= _NUMBERED_MAX)
        chart.print_values_position = "top"
        chart.value_formatter = say
        chart.x_labels = list(labels)
        chart.y_labels = _steps(top)
        return _drawn(chart, series)

    return _both(caption, draw, _sizes(210))


def dots(caption: Caption, days: Mapping[date, Sequence[Value]], middle: float | None) -> str:
    """Draw a dot for each value on its day, and a line across at `middle`."""
    first, last = min(days).toordinal(), max(days).toordinal()
    edge = max(1, (last - first) // 25)

    def draw(size: _Size) -> Element:
        top = max([*(each.number or 0 for values in days.values() for each in values), middle or 0, 1])
        chart = _chart("XY", size, range=(0, top), xrange=(first - edge, last + edge), dots_size=4)
        form, chart.x_labels = _dates(min(days), max(days), 4 if size.is_narrow else 9)
        chart.x_value_formatter = lambda ordinal: date.fromordinal(round(ordinal)).strftime(form)
        chart.y_labels = _steps(top)
        if middle is not None:
            chart.add("", [(first - edge, middle), (last + edge, middle)], show_dots=False)
        points = [(day, each) for day, values in sorted(days.items()) for each in values]
        chart.add("", [_marked(each, (day.toordinal(), each.number)) for day, each in points], stroke=False)
        return _cleaned(chart, ["median", "sends"] if middle is not None else ["sends"])

    return _both(caption, draw, _sizes(240, wide=1040))


def _dates(first: date, last: date, most: int) -> tuple[str, list[int]]:
    """Return how days are written below a chart, and which: first days of months, else days at even distances."""
    months = [date(number // 12, number % 12 + 1, 1).toordinal() for number in range(_month(first), _month(last) + 1)]
    inside = [each for each in months if each >= first.toordinal()]
    if len(inside) < 3:
        start, span = first.toordinal(), (last - first).days
        parts = max(1, min(span, most // 2 + 1))
        return "%m-%d", sorted({start + round(span * part / parts) for part in range(parts + 1)})
    return "%Y-%m", inside[:: -(-len(inside) // most)]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _drawn(chart: Any, series: Sequence[Series]) -> Element:
    for each in series:
        chart.add("", [_marked(value, value.number) for value in each.values])
    return _cleaned(chart, [each.kind for each in series])


def _chart(kind: str, size: _Size, **options: Any) -> Any:
    """Return an empty chart without anything that pygal draws for itself."""
    pygal = _library()
    from pygal.style import Style

    style = Style(label_font_size=_LETTER, major_label_font_size=_LETTER, value_font_size=_LETTER)
    return getattr(pygal, kind)(
        width=size.width,
        height=size.height,
        style=style,
        css=(),
        js=(),
        no_prefix=True,
        show_legend=False,
        margin=6,
        margin_right=14,
        spacing=8,
        rounded_bars=2,
        truncate_label=-1,
        value_formatter="{:,.0f}".format,
        x_value_formatter="{:.0f}".format,
        **options,
    )


def _library() -> Any:
    """Import pygal without what it hooks into every later import, for maps that are not used."""
    # Only a page with charts needs it, and it may not be there.
    import pygal

    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != PACKAGE]
    return pygal


def _steps(top: float, most: int = 5) -> list[float]:
    """Return round numbers from 0 to `top`, few of them."""
    for magnitude in range(-3, 12):
        for digit in (1, 2, 5):
            step = digit * 10.0**magnitude
            if top / step <= most:
                return [round(step * number, 3) for number in range(int(top / step) + 1)]
    return [0]


def _marked(value: Value, at: object) -> dict[str, object]:
    if value.number is None:
        return {"value": at}
    node = {"node": {"class": f"{value.kind} mark"}} if value.kind else {}
    # Not a stop of the keyboard: the table below a chart has the same link, and says where it leads.
    link = {"xlink": {"href": value.link, "target": "_self", "tabindex": "-1"}} if value.link else {}
    return {"value": at, "tooltip": value.words, **node, **link}


_KEPT: Final = frozenset({"a", "circle", "g", "path", "rect", "text", "title"})
_PLACES: Final = frozenset({"d", "x", "y", "cx", "cy", "width", "height"})
_DECIMALS: Final = re.compile(r"(\.\d)\d+")
"""A tenth of a pixel is enough."""


def _cleaned(chart: Any, kinds: Sequence[str]) -> Element:
    """Draw it, and take out script, style, remarks and what the script would have read."""
    root: Element = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag not in _KEPT or _is_flat(child):
                parent.remove(child)
        for name in _PLACES & parent.attrib.keys():
            parent.set(name, _DECIMALS.sub(r"\1", parent.attrib[name]))
        named = parent.attrib.get("class", "").split()
        if "series" in named:
            number = next(int(each[6:]) for each in named if each.startswith("serie-"))
            parent.set("class", f"series {kinds[number]}")
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "g" and not len(child) and not child.text:
                parent.remove(child)
    for child in [each for each in root if each.tag == "title"]:
        root.remove(child)
    root.attrib.pop("id", None)
    return root


def _is_flat(bar: Element) -> bool:
    """Return whether it is a bar of 0, of which pygal leaves a side out."""
    return bar.tag == "rect" and not {"width", "height"} <= bar.attrib.keys()


def _both(caption: Caption, draw: Callable[[_Size], Element], sizes: Sequence[_Size]) -> str:
    """Draw it in each size; each drawing has the name and the description that a screen reader says."""
    drawings = []
    for size in sizes:
        root, key = draw(size), f"{caption.key}-{size.name}"
        root.set("class", size.name)
        root.set("role", "img")
        root.set("aria-labelledby", f"{key}-title")
        root.set("aria-describedby", f"{key}-desc")
        for number, (tag, text) in enumerate([("title", caption.title), ("desc", caption.description)]):
            child = Element(tag, {"id": f"{key}-{tag}"})
            child.text = text
            root.insert(number, child)
        drawings.append(tostring(root, encoding="unicode"))
    return f'<div class="chart {escape(caption.key)}">{"".join(drawings)}</div>'
