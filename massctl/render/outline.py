"""The shapes of a drawing as one path of few characters, which looks the same.

Points are whole units, told by
their distance from the last one; two curves that are one within half a unit are one; a curve that is hardly bent is a
line; and one that goes on as the last one bent says so (`t`), which is how TrueType fonts write half of theirs. A shape
that is filled need not be closed.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_Point = tuple[float, float]
_Pen = tuple[int, int]
_Segment = tuple[_Point, ...]
"""Where it ends, behind the points that bend it: none of a line, one or two of a curve."""

_SAME: Final = 0.5
"""Units between points that are taken for one: at 100 to the size of letters, 0.08 px of an article."""
_STRAIGHT: Final = 0.3
"""Units that a line may run beside a curve."""
_NUMBER: Final = re.compile(r"[A-Za-z]|-?\d+(?:\.\d+)?")
_SHAPE: Final = re.compile(r'<path d="(?P<path>[^"]*)"|<rect (?P<rect>[^>]*)>')
_POINTS: Final = {"M": 1, "L": 1, "Q": 2, "C": 3}


def short_path(svg: str, left: float, top: float) -> str:
    """Write the paths (absolute moves, lines, curves) and rectangles of an SVG, from a corner that becomes 0 0."""
    path = _Path()
    for start, segments in _contours(svg):
        path.begin((start[0] - left, start[1] - top))
        for segment in _fewer(start, segments):
            path.segment(tuple((x - left, y - top) for x, y in segment))
    return "".join(path.out)


def _contours(svg: str) -> Iterator[tuple[_Point, list[_Segment]]]:
    for found in _SHAPE.finditer(svg):
        if found["path"] is None:
            said = dict(re.findall(r'(\w+)="([^"]*)"', found["rect"]))
            x, y, width, height = (float(said[name]) for name in ("x", "y", "width", "height"))
            yield (x, y), [((x + width, y),), ((x + width, y + height),), ((x, y + height),)]
        else:
            yield from _drawn(found["path"])


def _drawn(path: str) -> Iterator[tuple[_Point, list[_Segment]]]:
    command, waiting = "", list[float]()
    start: _Point = (0, 0)
    segments: list[_Segment] = []
    for word in _NUMBER.findall(path):
        if word.isalpha():
            command = word
            continue
        waiting.append(float(word))
        if len(waiting) < 2 * _POINTS[command]:
            continue
        points = tuple(zip(waiting[::2], waiting[1::2], strict=True))
        waiting = []
        if command != "M":
            segments.append(points)
            continue
        if segments:
            yield start, segments
        start, segments = points[0], []
    if segments:
        yield start, segments


def _fewer(start: _Point, segments: Sequence[_Segment]) -> list[_Segment]:
    """Join curves of one bend that are one together, and straighten those that are hardly bent."""
    kept: list[_Segment] = []
    begins: list[_Point] = []
    at = start
    for segment in segments:
        begin, here = at, segment
        at = segment[-1]
        while kept and len(here) == len(kept[-1]) == 2 and (bend := _bend_of_both(begins[-1], kept[-1], here)):
            kept.pop()
            begin, here = begins.pop(), (bend, here[-1])
        kept.append(here)
        begins.append(begin)
    return [
        here[1:] if len(here) == 2 and _is_straight(begin, *here) else here
        for begin, here in zip(begins, kept, strict=True)
    ]


def _bend_of_both(begin: _Point, first: _Segment, second: _Segment) -> _Point | None:
    """Find what bends one curve that runs where two do: where their outer tangents meet, cut as they are cut."""
    (first_bend, joint), (second_bend, end) = first, second
    out_x, out_y = first_bend[0] - begin[0], first_bend[1] - begin[1]
    in_x, in_y = end[0] - second_bend[0], end[1] - second_bend[1]
    turn = out_x * in_y - out_y * in_x
    if not turn:
        return None
    reach = ((end[0] - begin[0]) * in_y - (end[1] - begin[1]) * in_x) / turn
    if reach <= 1:
        return None
    share = 1 / reach
    bend = (begin[0] + reach * out_x, begin[1] + reach * out_y)
    second_of_one = _between(bend, end, share)
    joint_of_one = _between(first_bend, second_of_one, share)
    return bend if _is_near(second_of_one, second_bend, _SAME) and _is_near(joint_of_one, joint, _SAME) else None


def _between(one: _Point, other: _Point, share: float) -> _Point:
    return one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])


def _is_near(one: _Point, other: _Point, distance: float) -> bool:
    return abs(one[0] - other[0]) <= distance and abs(one[1] - other[1]) <= distance


def _is_straight(begin: _Point, bend: _Point, end: _Point) -> bool:
    across, down = end[0] - begin[0], end[1] - begin[1]
    # A curve runs half as far beside its line as its bend lies.
    beside = abs((bend[0] - begin[0]) * down - (bend[1] - begin[1]) * across) / 2
    return beside * beside <= _STRAIGHT * _STRAIGHT * (across * across + down * down)


class _Path:
    """Writes commands, each letter once for all that follow of its kind."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._last = ""
        self._at: _Pen = (0, 0)
        self._shift: _Point = (0, 0)
        """From a shape as it is to where its first point falls: equal letters stay equal."""
        self._next_bend: _Pen | None = None

    def begin(self, point: _Point) -> None:
        pen = (round(point[0]), round(point[1]))
        self._shift = (pen[0] - point[0], pen[1] - point[1])
        self._write("m", pen)
        # As SVG reads it, points behind that of a move are lines.
        self._last = "l"

    def segment(self, segment: _Segment) -> None:
        *bends, end = (self._pen(point) for point in segment)
        if len(bends) == 2:
            self._write("c", *bends, end)
        elif not bends or end == self._at:
            self._line(end)
        elif self._next_bend is not None and _is_near(self._next_bend, bends[0], 1):
            bends = [self._next_bend]
            self._write("t", end)
        else:
            self._write("q", *bends, end)
        bend = bends[0] if len(bends) == 1 else None
        self._next_bend = bend and (2 * end[0] - bend[0], 2 * end[1] - bend[1])

    def _pen(self, point: _Point) -> _Pen:
        return round(point[0] + self._shift[0]), round(point[1] + self._shift[1])

    def _line(self, end: _Pen) -> None:
        if end[1] == self._at[1] and end[0] != self._at[0]:
            self._write_numbers("h", [end[0] - self._at[0]])
        elif end[0] == self._at[0] and end[1] != self._at[1]:
            self._write_numbers("v", [end[1] - self._at[1]])
        elif end != self._at:
            self._write("l", end)
        self._at = end

    def _write(self, command: str, *points: _Pen) -> None:
        self._write_numbers(command, [each for x, y in points for each in (x - self._at[0], y - self._at[1])])
        self._at = points[-1]

    def _write_numbers(self, command: str, numbers: Sequence[int]) -> None:
        text = "".join(f"{number}" if not index or number < 0 else f" {number}" for index, number in enumerate(numbers))
        letter = command if command != self._last else "" if text[0] == "-" else " "
        self.out.append(letter + text)
        self._last = command
