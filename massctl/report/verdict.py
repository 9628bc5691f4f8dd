"""Judge sends: each against one reference set, by the end of the same day.

The reference set of a send by a day is every earlier send of the account to the same audience within COMPARED_DAYS
whose readers by that day are known and not late. Medians of parts do not add up to a median. Means of the same sends
do, so the gap is the one to the mean, and its parts are exact. `usual_range` says what is usual.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct, field

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.report.comparison import share_of
from massctl.report.readings import Readings
from massctl.report.report import (
    COMPARED_DAYS,
    DAYS,
    FEWEST_COMPARED,
    Aspect,
    AudienceKind,
    Comparison,
    Figure,
    GapPart,
    GapSplit,
    Metric,
    Reference,
    Scene,
    Sums,
    Verdict,
    VerdictCode,
)

_SCENES = tuple(each.value for each in Scene)
_ASPECTS = tuple(Aspect)


class Counted(Frozen):
    """What a send had reached by the end of a day, as later ones are compared with it: whole and not late."""

    readers: int
    sources: Mapping[str, int]
    """Readers by source, in WeChat's words."""
    aspects: Mapping[Aspect, float]
    """What is known of it; the unfollows are compared with other days, not with other sends."""


class _Earlier(Frozen):
    ref_date: date
    counted: Counted


class ReferenceWindow(Struct):
    """The sends to one audience that are counted by one day, as they are added oldest first."""

    _sends: deque[_Earlier] = field(default_factory=deque)
    _keys: deque[tuple[CampaignName, int]] = field(default_factory=deque)
    _sums: dict[Aspect, Sums] = field(default_factory=dict)
    _readers: int = 0
    _sources: Counter[str] = field(default_factory=Counter)
    """Source -> readers of all of them."""
    _with_source: Counter[str] = field(default_factory=Counter)
    """Source -> how many of them have it."""

    def add(self, ref_date: date, key: tuple[CampaignName, int], counted: Counted) -> None:
        """Add a send that the next ones are compared with."""
        self._sends.append(_Earlier(ref_date, counted))
        self._keys.append(key)
        for aspect, value in counted.aspects.items():
            self._sums[aspect] = self._of(aspect).changed(value)
        self._readers += counted.readers
        self._sources.update(counted.sources)
        self._with_source.update(counted.sources.keys())

    def advance(self, ref_date: date) -> None:
        """Forget what is too old to be compared with a send of a day."""
        oldest = ref_date - timedelta(days=COMPARED_DAYS)
        while self._sends and self._sends[0].ref_date < oldest:
            counted = self._sends.popleft().counted
            self._keys.popleft()
            for aspect, value in counted.aspects.items():
                self._sums[aspect] = self._of(aspect).changed(value, -1)
            self._readers -= counted.readers
            self._sources.subtract(counted.sources)
            self._with_source.subtract(counted.sources.keys())

    def _of(self, aspect: Aspect) -> Sums:
        return self._sums.get(aspect) or Sums(aspect.is_rate)

    def reference(self, scope: AudienceKind, tag: str | None) -> Reference:
        """Return which sends they are."""
        since, until = (
            (self._sends[0].ref_date, self._sends[-1].ref_date) if self._sends else (None, None)
        )
        return Reference(scope, tag, since, until, tuple(self._keys))

    def comparisons(self, figures: Mapping[Aspect, Figure]) -> tuple[Comparison, ...]:
        """Compare numbers of a send with these."""
        return tuple(
            Comparison(aspect, figure, self._of(aspect)) for aspect, figure in figures.items()
        )

    def split(self, own: Counted) -> GapSplit:
        """Split the gap between the readers of a send and their mean, source by source."""
        count = len(self._sends)
        scenes = [each for each in _in_order(own.sources) if self._with_source[each] == count]
        sums = [self._sources[scene] for scene in scenes]
        values = [own.sources[scene] for scene in scenes]
        usual = whole_means([*sums, self._readers - sum(sums)], count)
        named = zip([*scenes, None], [*values, own.readers - sum(values)], usual, strict=True)
        return GapSplit(own.readers, sum(usual), tuple(GapPart(*each) for each in named))


def _in_order(scenes: Iterable[str]) -> list[str]:
    """Put sources in the order of Scene, and those that WeChat added since behind them."""
    there = set(scenes)
    return [*filter(there.__contains__, _SCENES), *sorted(there.difference(_SCENES))]


def whole_means(sums: Sequence[int], count: int) -> list[int]:
    """Divide sums by a count into whole numbers that add up to the rounded mean of them all.

    Each is rounded down or up. Up are those that lose most otherwise (the largest remainders).
    """
    means = [divmod(each, count) for each in sums]
    whole = [mean for mean, _ in means]
    left = (2 * sum(sums) + count) // (2 * count) - sum(whole)
    by_remainder = sorted(range(len(sums)), key=lambda place: -means[place][1])
    for place in by_remainder[:left]:
        whole[place] += 1
    return whole


class DayOfSend(Frozen):
    """What is judged of a send by the end of one day."""

    figures: Mapping[Aspect, Figure]
    counted: Counted | None
    """What later sends are compared with; None where its readers are missing or late."""


def day_of_send(day: int, first: Readings, sent: Figure) -> DayOfSend:
    """Return what is judged of a send by the end of a day; `sent` is how many followers received it."""
    opened, readers = first.source(Scene.MESSAGE, day), first.figure(Metric.READ_USER, day)
    figures = {
        Aspect.OPENED: opened,
        Aspect.OPEN_RATE: share_of(opened, sent),
        Aspect.FINISHED: first.figure(Metric.READ_FINISH_RATE, day),
        Aspect.SHARED: first.figure(Metric.SHARE_USER, day),
        Aspect.FOLLOWED: first.figure(Metric.READ_SUBSCRIBE_USER, day),
        Aspect.READERS: readers,
    }
    if readers.value is None or readers.is_delay:
        return DayOfSend(figures, None)
    known = {aspect: each.value for aspect, each in figures.items() if each.value is not None}
    sources = first.sources(day)
    if sum(sources.values()) == readers.value:
        # They are all there are: from one that WeChat leaves out nobody came.
        sources = dict.fromkeys(_SCENES, 0) | sources
    return DayOfSend(figures, Counted(int(readers.value), sources, known))


def verdicts_of(
    first: Readings,
    days: Mapping[int, DayOfSend],
    left: Comparison,
    windows: Mapping[int, ReferenceWindow],
    audience: tuple[AudienceKind, str | None],
    barred: VerdictCode | None,
    reason: str | None,
) -> tuple[Verdict, ...]:
    """Judge a send by each of DAYS that has its readers; a single verdict says why where none has.

    `left` are its unfollows, `barred` why it is compared with nothing, and `reason` why WeChat failed it.
    """
    none = Reference(*audience, None, None)
    found = []
    for day, of in days.items():
        if of.figures[Aspect.READERS].value is None:
            continue
        window = ReferenceWindow() if barred is not None else windows[day]
        reference = window.reference(*audience) if barred is None else none
        code = barred or _code(of.counted, reference)
        comparisons = {each.aspect: each for each in (*window.comparisons(of.figures), left)}
        own = of.counted if code is VerdictCode.COMPARED else None
        found.append(
            Verdict(
                code=code,
                day=day,
                stat_date=first.date_of(day),
                reason=reason,
                reference=reference,
                comparisons=tuple(comparisons[each] for each in _ASPECTS),
                gap=window.split(own) if own is not None else None,
            )
        )
    return tuple(found) or (_without_readers(first, none, barred, reason),)


def _code(counted: Counted | None, reference: Reference) -> VerdictCode:
    if counted is None:
        return VerdictCode.LATE
    few = reference.count < FEWEST_COMPARED
    return VerdictCode.TOO_FEW if few else VerdictCode.COMPARED


def _without_readers(
    first: Readings, none: Reference, barred: VerdictCode | None, reason: str | None
) -> Verdict:
    over = [day for day in DAYS if first.date_of(day) <= first.until]
    missing = first.figure(Metric.READ_USER, over[-1] if over else DAYS[0]).missing
    code = VerdictCode.UNCOUNTED if over else VerdictCode.TOO_EARLY
    day = over[-1] if over else 0
    return Verdict(code=barred or code, day=day, reason=reason, missing=missing, reference=none)
