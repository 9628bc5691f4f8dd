"""Numbers beside numbers: quartiles, the earlier sends that one is compared with, and sends side by side.

Nothing here is put in order by its size, and nothing is said of fewer than FEWEST_COMPARED.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, field

from massctl.model.ids import CampaignName
from massctl.report.report import (
    COMPARED_DAYS,
    DAYS,
    FEWEST_COMPARED,
    SIDE_BY_SIDE_DAY,
    AudienceKind,
    Breakdown,
    By,
    Comparison,
    Figure,
    Group,
    Metric,
    Point,
    Quartiles,
    UsualDay,
)

COMPARED_METRICS = (
    Metric.READ_USER,
    Metric.READ_DELIVERY_RATE,
    Metric.READ_FINISH_RATE,
    Metric.SHARE_USER,
    Metric.READ_SUBSCRIBE_USER,
)
"""What is compared of first articles."""

Numbers = Mapping[tuple[int, Metric], float]
"""(day, metric) -> the number of a first article; what is missing, or late, is not in it."""


def quartiles_of(ascending: Sequence[float]) -> Quartiles | None:
    """Return median and quartiles, interpolated linearly between numbers; None for fewer than FEWEST_COMPARED."""
    if len(ascending) < FEWEST_COMPARED:
        return None
    return Quartiles(*(_at(ascending, share) for share in (0.25, 0.5, 0.75)))


def _at(ascending: Sequence[float], share: float) -> float:
    place = share * (len(ascending) - 1)
    below = int(place)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (ascending[above] - ascending[below]) * (place - below)


class EarlierSends(Struct):
    """The sends of the last COMPARED_DAYS that are comparable with each other, as sends are added oldest first."""

    _sends: deque[tuple[date, Numbers]] = field(default_factory=deque)
    _keys: deque[tuple[CampaignName, int]] = field(default_factory=deque)
    _ascending: dict[tuple[int, Metric], list[float]] = field(default_factory=dict)

    def advance(self, ref_date: date) -> None:
        """Forget what is too old to be compared with a send of a day; `editions` and `values` are those for it then."""
        while self._sends and self._sends[0][0] < ref_date - timedelta(days=COMPARED_DAYS):
            self._keys.popleft()
            for key, value in self._sends.popleft()[1].items():
                there = self._ascending[key]
                del there[bisect_left(there, value)]

    @property
    def editions(self) -> tuple[tuple[CampaignName, int], ...]:
        """Return the editions that a send is compared with, oldest first."""
        return tuple(self._keys)

    def values(self, day: int, metric: Metric) -> tuple[float, ...]:
        """Return the numbers that a send is compared with, ascending."""
        return tuple(self._ascending.get((day, metric), ()))

    def add(self, ref_date: date, key: tuple[CampaignName, int], numbers: Numbers) -> None:
        """Add a send that the next ones are compared with."""
        self._sends.append((ref_date, numbers))
        self._keys.append(key)
        for each, value in numbers.items():
            insort(self._ascending.setdefault(each, []), value)


def comparisons(
    earlier: EarlierSends,
    figure: Callable[[Metric, int], Figure],
    until_day: int,
    metrics: Iterable[Metric],
) -> tuple[Comparison, ...]:
    """Compare a send by the end of each of DAYS that is over; `figure` gives its own numbers."""
    found = []
    for day in DAYS:
        if day <= until_day:
            for metric in metrics:
                values = earlier.values(day, metric)
                found.append(
                    Comparison(metric, day, figure(metric, day), values, quartiles_of(values))
                )
    return tuple(found)


def usual_days(curves: Iterable[Iterable[Point]]) -> tuple[UsualDay, ...]:
    """Return what is usual by the end of each day, as far as enough sends have it; what is late does not count."""
    by_day: dict[int, list[float]] = {}
    for curve in curves:
        for point in curve:
            if not point.is_delay:
                by_day.setdefault(point.day, []).append(point.read_user)
    days = ((day, quartiles_of(sorted(by_day[day]))) for day in sorted(by_day))
    return tuple(UsualDay(day, found, len(by_day[day])) for day, found in days if found is not None)


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
