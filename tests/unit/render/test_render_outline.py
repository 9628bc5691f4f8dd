"""Paths of few characters: they run where the drawing's own paths do."""

import re
from itertools import pairwise

import pytest
from ziamath.config import config
from ziamath.zmath import Latex

from massctl.render.formula import UNITS
from massctl.render.outline import short_path

Point = tuple[float, float]
NEEDS = {"m": 2, "l": 2, "h": 1, "v": 1, "q": 4, "t": 2, "c": 6}


def points_of(path: str, steps: int = 8) -> list[Point]:
    """Read a path as SVG 1.1 says (8.3), absolute or relative, and give points along it."""
    found: list[Point] = []
    at: Point = (0.0, 0.0)
    start, bend, command = at, at, ""
    waiting: list[float] = []
    for word in re.findall(r"[A-Za-z]|-?\d+(?:\.\d+)?", path):
        if word.isalpha():
            command = word
            if word in "Zz":
                at = start
            continue
        waiting.append(float(word))
        if len(waiting) < NEEDS[command.lower()]:
            continue
        if command in "hv":
            waiting = [waiting[0], 0] if command == "h" else [0, waiting[0]]
        base = at if command.islower() else (0.0, 0.0)
        curve = [at, *((base[0] + x, base[1] + y) for x, y in zip(waiting[::2], waiting[1::2], strict=True))]
        waiting = []
        if command == "t":
            curve.insert(1, (2 * at[0] - bend[0], 2 * at[1] - bend[1]))
        if command in "Mm":
            start, command = curve[-1], "l" if command == "m" else "L"
            found.append(start)
        else:
            found += [along(curve, step / steps) for step in range(1, steps + 1)]
        bend = curve[1] if len(curve) == 3 else curve[-1]
        at = curve[-1]
    return found


def along(curve: list[Point], share: float) -> Point:
    if len(curve) == 1:
        return curve[0]
    return along(
        [
            (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
            for one, other in pairwise(curve)
        ],
        share,
    )


def distance(point: Point, others: list[Point]) -> float:
    return min(abs(point[0] - x) + abs(point[1] - y) for x, y in others)


@pytest.mark.parametrize(
    "tex", [r"\frac{x}{y}", r"\sqrt{2^{\mathcal{D}}}", r"\sum_{i=1}^n\hat{a}", r"\mathfrak{L}\binom{n}{k}"]
)
def test_a_path_runs_where_the_drawing_does(tex: str) -> None:
    config.svg2 = False
    svg = Latex(tex, size=UNITS).svg()
    short = short_path(svg, 0, 0)
    drawn = [point for path in re.findall(r'<path d="([^"]*)"', svg) for point in points_of(path)]
    written = points_of(short, steps=32)
    # Half a unit for the whole, half for a point, and what joined curves differ.
    assert max(distance(point, written) for point in drawn) <= 2
    assert len(short) < 0.5 * sum(map(len, re.findall(r' d="([^"]*)"', svg)))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("M 10 10 L 20 10 L 20 30 L 15 25 Z", "m10 10h10v20l-5-5"),
        ("M 0 0 L 5 5 L 5 5 L 9 2 Z", "m0 0 5 5 4-3"),
        ("M 0 0 Q 10 0 20 20 Q 30 40 20 60 Z M 1 1 L 2 3 Z", "m0 0q10 0 20 20t0 40m-19-59 1 2"),
        ("M 0 0 Q 5 0.2 10 0 L 10 8 Z", "m0 0h10v8"),
        ("M 0 0 Q 10 0 15 5 Q 20 10 20 20 Z", "m0 0q20 0 20 20"),
        ("M 0 0 C 1 2 3 4 5 5 C 6 6 7 7 8 0 Z", "m0 0c1 2 3 4 5 5 1 1 2 2 3-5"),
        ("M 0.4 0.4 L 10.8 0.4 Z", "m0 0h10"),
        ("M 3 3", ""),
    ],
)
def test_what_a_path_becomes(path: str, expected: str) -> None:
    assert expected == short_path(f'<path d="{path}" />', 0, 0)


def test_a_rectangle_is_a_path_from_the_corner_of_the_drawing() -> None:
    assert "m2 3h40v5h-40" == short_path('<rect x="12" y="23" width="40" height="5" />', 10, 20)
