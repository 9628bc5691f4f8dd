"""Judge sends: each against one reference set, by the end of the same day.

The reference set of a send by a day is every earlier send of the account to the same audience within COMPARED_DAYS
whose readers by that day are known and not late. Medians of parts do not add up to a median. Means of the same sends
do, so the gap is the one to the mean, and its parts are exact. The gap is one of readers; what is usual is a matter of
shares, of which `report/usual.py` tells.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct, field

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.report.comparison import share_of
from massctl.report.readings import Readings
from massctl.report.report import (
    COMPARED_DAYS,
    DAYS,
    Aspect,
    AudienceGap,
    AudienceKind,
    Comparison,
    Figure,
    GapPart,
    GapSplit,
    Judged,
    Metric,
    Reference,
    Scene,
    Verdict,
    VerdictCode,
)
from massctl.report.usual import FEWEST_COMPARED, Sums

_SCENES = tuple(each.value for each in Scene)
_ASPECTS = tuple(Aspect)


class Counted(Frozen):
    """What a send had reached by the end of a day, as later ones are compared with it: whole and not late."""

    readers: int
    sources: Mapping[str, int]
    """Readers by source, in WeChat's words."""
    received: int | None
    """How many followers received it, if that is known."""
    rates: Mapping[Aspect, Sums]
    """Each share that is known."""


class _Earlier(Frozen):
    ref_date: date
    key: tuple[CampaignName, int]
    counted: Counted


class ReferenceWindow(Struct):
    """The sends to one audience that are counted by one day, as they are added oldest first."""

    _sends: deque[_Earlier] = field(default_factory=deque)
    _sums: dict[Aspect, Sums] = field(default_factory=dict)
    _readers: int = 0
    _received: int = 0
    _with_received: int = 0
    """Of how many of them it is known how many received them."""
    _sources: Counter[str] = field(default_factory=Counter)
    """Source -> readers of all of them."""
    _with_source: Counter[str] = field(default_factory=Counter)
    """Source -> how many of them have it."""

    def add(self, ref_date: date, key: tuple[CampaignName, int], counted: Counted) -> None:
        """Add a send that the next ones are compared with."""
        self._sends.append(_Earlier(ref_date, key, counted))
        for aspect, rate in counted.rates.items():
            self._sums[aspect] = self._sums.get(aspect, _NONE).plus(rate)
        self._count(counted, 1)

    def advance(self, ref_date: date) -> None:
        """Forget what is too old to be compared with a send of a day."""
        oldest = ref_date - timedelta(days=COMPARED_DAYS)
        while self._sends and self._sends[0].ref_date < oldest:
            counted = self._sends.popleft().counted
            for aspect, rate in counted.rates.items():
                self._sums[aspect] = self._sums[aspect].less(rate)
            self._count(counted, -1)

    def _count(self, counted: Counted, by: int) -> None:
        self._readers += by * counted.readers
        if counted.received is not None:
            self._received += by * counted.received
            self._with_received += by
        for scene, readers in counted.sources.items():
            self._sources[scene] += by * readers
            self._with_source[scene] += by

    def reference(self, scope: AudienceKind, tag: str | None) -> Reference:
        """Return which sends they are."""
        since, until = (
            (self._sends[0].ref_date, self._sends[-1].ref_date) if self._sends else (None, None)
        )
        return Reference(scope, tag, since, until, tuple(each.key for each in self._sends))

    def comparisons(self, judged: Mapping[Aspect, Judged]) -> tuple[Comparison, ...]:
        """Compare numbers of a send with these."""
        return tuple(
            Comparison(aspect, each, self._sums.get(aspect, _NONE))
            for aspect, each in judged.items()
        )

    def split(self, own: Counted) -> GapSplit:
        """Split the gap between the readers of a send and their mean, source by source.

        A send that lacks a source which the own one and most others have is in no mean, unless too few are left.
        """
        count = len(self._sends)
        most = [each for each in own.sources if 2 * self._with_source[each] > count]
        if any(self._with_source[each] < count for each in most):
            there = set(most)
            whole = [each for each in self._sends if there <= each.counted.sources.keys()]
            if len(whole) >= FEWEST_COMPARED:
                window = ReferenceWindow()
                for each in whole:
                    window.add(each.ref_date, each.key, each.counted)
                return window._split(own)
        return self._split(own)

    def _split(self, own: Counted) -> GapSplit:
        count = len(self._sends)
        scenes = [each for each in _in_order(own.sources) if self._with_source[each] == count]
        sums = [self._sources[scene] for scene in scenes]
        values = [own.sources[scene] for scene in scenes]
        usual = whole_means([*sums, self._readers - sum(sums)], count)
        named = zip([*scenes, None], [*values, own.readers - sum(values)], usual, strict=True)
        parts = tuple(GapPart(*each) for each in named)
        audience = self._audience(own) if Scene.MESSAGE in scenes else None
        return GapSplit(own.readers, sum(usual), parts, count, audience)

    def _audience(self, own: Counted) -> AudienceGap | None:
        """Return how many more opened the message because more received it."""
        count, opened = len(self._sends), self._sources[Scene.MESSAGE]
        if own.received is None or self._with_received < count or not self._received:
            return None
        more = Fraction(own.received * count - self._received, self._received)
        usual = round(Fraction(self._received, count))
        return AudienceGap(own.received, usual, round(more * opened / count))


_NONE = Sums()


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

    judged: Mapping[Aspect, Judged]
    """Every aspect."""
    counted: Counted | None
    """What later sends are compared with; None where its readers are missing or late."""


def day_of_send(day: int, first: Readings, sent: Figure, left: Figure) -> DayOfSend:
    """Return what is judged of a send by the end of a day.

    `sent` is how many followers received it, and `left` how many stopped following the account on its day.
    """
    readers = first.figure(Metric.READ_USER, day)
    finished = first.figure(Metric.READ_FINISH_RATE, day)
    people = {
        Aspect.OPENED: first.source(Scene.MESSAGE, day),
        Aspect.SHARED: first.figure(Metric.SHARE_USER, day),
        Aspect.FOLLOWED: first.figure(Metric.READ_SUBSCRIBE_USER, day),
        Aspect.LEFT: left,
        Aspect.READERS: readers,
    }
    found = {key: Judged(each, share_of(each, sent), sent) for key, each in people.items()}
    found[Aspect.FINISHED] = Judged(finished, finished, readers)
    judged = {each: found[each] for each in _ASPECTS}
    if readers.value is None or readers.is_delay:
        return DayOfSend(judged, None)
    rates = {
        key: Sums.of_rate(each.share.value, each.whole.value)
        for key, each in judged.items()
        if each.share.value is not None and each.whole.value
    }
    sources = first.sources(day)
    if sum(sources.values()) == readers.value:
        # They are all there are: from one that WeChat leaves out nobody came.
        sources = dict.fromkeys(_SCENES, 0) | sources
    received = int(sent.value) if sent.value is not None else None
    return DayOfSend(judged, Counted(int(readers.value), sources, received, rates))


def verdicts_of(
    first: Readings,
    days: Mapping[int, DayOfSend],
    windows: Mapping[int, ReferenceWindow],
    audience: tuple[AudienceKind, str | None],
    barred: VerdictCode | None,
    reason: str | None,
) -> tuple[Verdict, ...]:
    """Judge a send by each of DAYS that has its readers; a single verdict says why where none has.

    `barred` is why it is compared with nothing, and `reason` why WeChat failed it.
    """
    none = Reference(*audience, None, None)
    found = []
    for day, of in days.items():
        if of.judged[Aspect.READERS].figure.value is None:
            continue
        window = ReferenceWindow() if barred is not None else windows[day]
        reference = window.reference(*audience) if barred is None else none
        code = barred or _code(of.counted, reference)
        own = of.counted if code is VerdictCode.COMPARED else None
        found.append(
            Verdict(
                code=code,
                day=day,
                stat_date=first.date_of(day),
                reason=reason,
                reference=reference,
                comparisons=window.comparisons(of.judged),
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
