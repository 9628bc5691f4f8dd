"""Numbers beside numbers: quartiles, also by each day, shares, and sends side by side.

Nothing here is put in order by its size, and nothing is said of fewer than FEWEST_COMPARED.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from massctl.report.report import (
    SIDE_BY_SIDE_DAY,
    AudienceKind,
    Breakdown,
    By,
    DayQuartiles,
    Figure,
    Group,
    Metric,
    Missing,
    Origin,
    Point,
    Quartiles,
)
from massctl.report.usual import FEWEST_COMPARED


def quartiles_of(ascending: Sequence[float]) -> Quartiles | None:
    """Return median and quartiles, interpolated linearly between numbers; None for fewer than FEWEST_COMPARED."""
    if len(ascending) < FEWEST_COMPARED:
        return None
    return Quartiles(_at(ascending, 1), _at(ascending, 2), _at(ascending, 3))


def _at(ascending: Sequence[float], quarter: int) -> float:
    below, part = divmod(quarter * (len(ascending) - 1), 4)
    if not part:
        return ascending[below]
    return ascending[below] + (ascending[below + 1] - ascending[below]) * part / 4


def quartiles_by_day(curves: Sequence[Sequence[Point]], judged: int) -> tuple[DayQuartiles, ...]:
    """Return the quartiles by the end of each day that every curve has; what is late does not count.

    Readers are sums, so no curve may fall where WeChat took readers back. The number of the judged day is the one that
    is told: no earlier day has more, and no later one fewer.
    """
    rising = [_rising(curve, judged) for curve in curves]
    days = sorted(set.intersection(*map(set, rising))) if rising else []
    found = ((day, quartiles_of(sorted(each[day] for each in rising))) for day in days)
    return tuple(DayQuartiles(day, each, len(rising)) for day, each in found if each is not None)


def _rising(curve: Sequence[Point], judged: int) -> dict[int, int]:
    """Return the readers by day that are not late, without a fall."""
    known = {point.day: point.read_user for point in curve if not point.is_delay}
    before = [day for day in reversed(known) if day <= judged]
    after = [day for day in known if day >= judged]
    least = accumulate((known[day] for day in before), min)
    most = accumulate((known[day] for day in after), max)
    return dict(zip([*before, *after], [*least, *most], strict=True))


def share_of(part: Figure, whole: Figure) -> Figure:
    """Compute a share; missing if either number is, or if the whole is 0."""
    if part.value is None or not whole.value:
        return Figure(origin=Origin.COMPUTED, missing=Missing.NOTHING_TO_DIVIDE, until=part.until)
    late = part.is_delay or whole.is_delay
    return Figure(
        value=part.value / whole.value, origin=Origin.COMPUTED, until=part.until, is_delay=late
    )


def audience_key(scope: AudienceKind, tag: str | None) -> str:
    """Name an audience as groups of a breakdown do."""
    return f"tag:{tag or ''}" if scope is AudienceKind.TAG else scope.value


def title_bucket(length: int) -> str:
    """Name the range that the length of a headline is in."""
    for low, high in ((1, 10), (11, 15), (16, 20), (21, 25), (26, 30)):
        if length <= high:
            return f"{low}–{high}"
    return "31–"


def breakdown(
    by: By, pairs: Iterable[tuple[str, float]], audience: str | None = None
) -> Breakdown | None:
    """Put readers by the end of SIDE_BY_SIDE_DAY side by side, by key; None where no group has FEWEST_COMPARED."""
    groups: dict[str, list[float]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    found = tuple(
        Group(key, len(groups[key]), quartiles)
        for key in sorted(groups, key=_order)
        if (quartiles := quartiles_of(sorted(groups[key]))) is not None
    )
    return Breakdown(by, Metric.READ_USER, SIDE_BY_SIDE_DAY, found, audience) if found else None


def _order(key: str) -> tuple[int, str]:
    """Order keys as people count: numbers by value, names by letter."""
    digits = key.partition("–")[0]
    return (int(digits), key) if digits.isdecimal() else (0, key)
