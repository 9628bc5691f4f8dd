"""What came of the links of sends: orders, sign-ups and whatever else a shop counts, joined by link tag.

Arithmetic only: a row counts for the newest send whose links carried it and that went out on its day or before.
Nobody knows whether the letter caused it. Rows are added as they are read, and none is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.destination import DestinationKind
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import beijing_day
from massctl.report.report import (
    DAYS,
    Figure,
    Missing,
    Origin,
    Outcome,
    OutcomesRead,
    Report,
    SendReport,
    StageName,
)

TAG = "utm_campaign"
"""The parameter by which rows are joined."""
NAMES_MAX = 20
"""So many outcomes have a row; what else is named is counted with the others. Our own bound."""
_THOUSAND = 1000


class OutcomeRow(Frozen):
    """One row of a file: so many outcomes of one name, of one tag, on one day."""

    day: date
    """The Beijing day."""
    tag: str
    name: str
    """What it is called: `orders`."""
    count: int
    amount: Decimal | None = None


class UnreadRow(Frozen):
    """A row that cannot be read; what it says is not repeated, since it may be about a person."""

    line: int
    why: Phrase


class _Sum(Struct):
    """What is added up of one outcome of one send, by DAYS."""

    counts: list[int] = field(default_factory=lambda: [0] * len(DAYS))
    amounts: list[Decimal] = field(default_factory=lambda: [Decimal()] * len(DAYS))
    has_amount: bool = False


class _Sends(Struct):
    """The sends of a report by the tags of their links, the oldest first."""

    by_tag: dict[str, list[SendReport]]
    sums: dict[tuple[CampaignName, int], dict[str, _Sum]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def take(self, row: OutcomeRow) -> str:
        """Add a row; return which of the fields of OutcomesRead counts it."""
        if not row.tag:
            return "untagged"
        sends = self.by_tag.get(row.tag)
        if sends is None:
            return "unknown"
        before = [each for each in sends if each.ref_date <= row.day]
        day = (row.day - before[-1].ref_date).days + 1 if before else 0
        if not 1 <= day <= DAYS[-1]:
            return "outside"
        sums = self.sums[before[-1].campaign, before[-1].edition]
        name = row.name if row.name in sums or len(sums) < NAMES_MAX else ""
        found = sums.setdefault(name, _Sum())
        found.has_amount = found.has_amount or row.amount is not None
        for place in (place for place, last in enumerate(DAYS) if day <= last):
            found.counts[place] += row.count
            found.amounts[place] += row.amount or 0
        return "joined"


def with_outcomes(
    report: Report, rows: Iterable[OutcomeRow | UnreadRow], told: list[UnreadRow], told_max: int
) -> Report:
    """Return a report with what came of its sends; the first rows that cannot be read go to `told`."""
    sends = _Sends(_by_tag(report.sends))
    counted: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        counted["rows"] += 1
        if isinstance(row, OutcomeRow):
            counted[sends.take(row)] += 1
            continue
        counted["unread"] += 1
        if len(told) < told_max:
            told.append(row)
    today = beijing_day(report.now)
    found = tuple(
        replace(each, outcomes=tuple(_outcomes(each, sends.sums, today))) for each in report.sends
    )
    return replace(report, sends=found, outcomes=OutcomesRead(**counted))


def _by_tag(sends: Iterable[SendReport]) -> dict[str, list[SendReport]]:
    found: defaultdict[str, list[SendReport]] = defaultdict(list)
    for send in sorted(sends, key=lambda each: each.sent_at):
        for tag in dict.fromkeys(tags_of(send)):
            found[tag].append(send)
    return dict(found)


def tags_of(send: SendReport) -> Iterator[str]:
    """Yield the tags that the links of a send carry, also those that their author wrote into an address."""
    for each in send.destinations:
        is_page = each.kind is DestinationKind.MINI_PROGRAM
        target = each.target.partition(" ")[2] if is_page else each.target
        try:
            yield from parse_qs(urlsplit(target).query).get(TAG, ())
        except ValueError:
            continue  # No address that anybody could read; destinations show it.


def _outcomes(
    send: SendReport,
    sums: Mapping[tuple[CampaignName, int], Mapping[str, _Sum]],
    today: date,
) -> Iterator[Outcome]:
    """Return the outcomes of a send, the most frequent first; a day that is not over has no number yet."""
    own = sums.get((send.campaign, send.edition), {})
    day = (today - send.ref_date).days + 1
    over = [last < day for last in DAYS]
    newest = max((place for place, is_over in enumerate(over) if is_over), default=len(DAYS) - 1)
    sent = send.stage(StageName.SENT).people
    for name, each in sorted(
        own.items(), key=lambda one: (one[0] == "", -one[1].counts[-1], one[0])
    ):
        amounts: Sequence[Decimal | None] = each.amounts if each.has_amount else [None] * len(DAYS)
        yield Outcome(
            name,
            tuple(map(_figure, each.counts, over)),
            tuple(map(_figure, amounts, over)),
            _per_thousand(each.counts[newest], sent),
        )


def _figure(value: float | Decimal | None, is_over: bool) -> Figure:
    if value is None:
        return Figure(origin=Origin.OUTCOMES, missing=Missing.NOT_GIVEN)
    if not is_over:
        return Figure(origin=Origin.OUTCOMES, missing=Missing.NOT_YET)
    return Figure(value=float(value), origin=Origin.OUTCOMES)


def _per_thousand(count: int, sent: Figure) -> Figure:
    if not sent.value:
        return Figure(origin=Origin.COMPUTED, missing=Missing.NOTHING_TO_DIVIDE)
    return Figure(value=count * _THOUSAND / sent.value, origin=Origin.COMPUTED)
