"""Values of CSS as numbers: variables, sums, lengths in pixels, angles, and the functions of a list."""

import re
from collections.abc import Iterator, Mapping
from math import cos, radians
from typing import Final

_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,((?:[^()]|\([^()]*\))*))?\)")
_SUM = re.compile(r"(?<![\w-])(calc|min|max|clamp)\(([^()]*)\)")
_NUMBER = re.compile(r"([+-]?\d{0,9}(?:\.?\d{1,9})(?:e[+-]?\d{1,2})?)([a-z]*|%)")
_FUNCTION = re.compile(r"([a-z][\w-]*)\(([^()]*)\)")
_STEPS_MAX, _LENGTH_MAX = 20, 2_000
"""A variable may name others, again and again."""
_PIXELS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("", "px"), 1.0),
    **dict.fromkeys(("em", "rem", "lh", "rlh"), 16.0),
    **dict.fromkeys(("ex", "ch"), 8.0),
    **dict.fromkeys(("vw", "svw", "lvw", "dvw", "vi", "vmax"), 10.0),
    **dict.fromkeys(("vh", "svh", "lvh", "dvh", "vb", "vmin"), 8.0),
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "q": 0.945,
}
"""About so many pixels is each unit, on a screen of 1,000 by 800."""
_DEGREES: Final[Mapping[str, float]] = {"deg": 1.0, "turn": 360.0, "grad": 0.9, "rad": 57.2958}


def resolved(value: str, variables: Mapping[str, str]) -> str:
    """Write what variables stand for, and sums of lengths as one."""
    for _ in range(_STEPS_MAX):
        found = _VARIABLE.search(value)
        if found is None or len(value) > _LENGTH_MAX:
            break
        written = variables.get(found[1], found[2] or "").strip()
        value = value[: found.start()] + written + value[found.end() :]
    for _ in range(_STEPS_MAX):
        found = _SUM.search(value)
        length = _summed(found[1], found[2]) if found is not None else None
        if found is None or length is None:
            break
        value = f"{value[: found.start()]}{length:g}px{value[found.end() :]}"
    return value.strip()


def _summed(name: str, inner: str) -> float | None:
    found = [_computed(each) for each in inner.split(",")]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    if name == "clamp" and len(known) == len("min"):
        return max(known[0], min(known[1], known[2]))
    return {"min": min, "max": max}.get(name, max)(known)


def _computed(written: str) -> float | None:
    """Compute lengths with signs between them, from left to right."""
    first, *rest = written.split() or [""]
    total = pixels(first)
    for sign, each in zip(rest[::2], rest[1::2], strict=False):
        other = pixels(each)
        if total is None or other is None or sign not in "+-*/" or (sign == "/" and not other):
            return None
        total = {"+": total + other, "-": total - other, "*": total * other}.get(
            sign, total / (other or 1)
        )
    return total


def pixels(value: str) -> float | None:
    """Return a length in pixels; None for a share and for what is no length."""
    found = _NUMBER.fullmatch(value.strip())
    unit = _PIXELS.get(found[2]) if found is not None else None
    return float(found[1]) * unit if found is not None and unit is not None else None


def percent(value: str) -> float | None:
    """Return a share in percent; None for what is none."""
    found = _NUMBER.fullmatch(value.strip())
    return float(found[1]) if found is not None and found[2] == "%" else None


def share(value: str) -> float | None:
    """Return a share as a number, be it written so or in percent."""
    hundred = percent(value)
    return pixels(value) if hundred is None else hundred / 100


def is_edge_on(angle: str) -> bool:
    """Whether something that is turned by an angle out of its plane is seen from its edge."""
    found = _NUMBER.fullmatch(angle.strip())
    unit = _DEGREES.get(found[2]) if found is not None else None
    return (
        found is not None and unit is not None and abs(cos(radians(float(found[1]) * unit))) < 0.05
    )


def functions(value: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the functions of a list, each with its arguments."""
    for name, inner in _FUNCTION.findall(value):
        yield name, [each.strip() for each in inner.split(",")]
