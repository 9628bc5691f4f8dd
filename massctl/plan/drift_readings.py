"""Decide when to read what a campaign depends on, and which drifts to report.

A campaign is read once in each of the distances of STAGES. Somebody who was told of a drift is told again only where it
became another one, or ended and came back. What was read and told is an argument, so nothing here does I/O.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.notices import Fact
from massctl.model.state import Record, RecordKey, State, is_concluded
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.guards import PolicyInForce, dead_links
from massctl.plan.plan import PlannedCampaign, previews_due
from massctl.plan.steps import Guard, SendPreview

STAGES = (timedelta(hours=72), timedelta(hours=24), timedelta(hours=2))
"""The distances from a window's opening: while there are days, a working day, and time for one last look."""
AGAIN_SECONDS = 300.0
"""What could not be read, or told, is tried again after that, then after twice as long, and so on."""
AGAIN_SECONDS_MAX = 3_600.0
OPEN_AGAIN = timedelta(hours=1)
"""From one reading to the next of a campaign that drifted."""
LINKS_AGAIN = timedelta(days=1)
"""From one reading to the next where addresses are asked: a page is gone on any day."""
TOLD = frozenset(DriftKind) - {DriftKind.AUDIENCE_SIZE, DriftKind.JOB_STATUS}
"""What people are told of. Another number of followers is no drift while it is within its bounds."""


class ReadingProgress(Frozen):
    """How far the readings of a campaign have come, for one window."""

    opens: Annotated[datetime, Meta(tz=True)]
    stage: timedelta | None = None
    """The shortest distance in which all was read, and told where it was new; None if there is none yet."""
    failures: Annotated[int, Meta(ge=0, le=1_000)] = 0
    """In a row, since then: far fewer than the limit, as an hour lies between two of them."""
    at: Annotated[datetime, Meta(tz=True)] | None = None
    """When the last one was."""

    def is_resting(self, now: datetime) -> bool:
        """Return whether it is too soon to try again after a failure; a clock that was set back waits for nothing."""
        if self.at is None or not self.failures:
            return False
        pause = min(AGAIN_SECONDS * 2 ** (self.failures - 1), AGAIN_SECONDS_MAX)
        return timedelta(0) <= now - self.at < timedelta(seconds=pause)


def stage_at(opens: datetime, now: datetime) -> timedelta | None:
    """Return the shortest of the distances that has begun; None before the first, and once the window is open."""
    return min((each for each in STAGES if opens - each <= now < opens), default=None)


def is_due(
    opens: datetime | None,
    progress: ReadingProgress | None,
    now: datetime,
    *,
    again: timedelta | None = None,
) -> bool:
    """Return whether a campaign is to be read now; a window that was moved is another one.

    `again`: so long after a whole reading it is read again at the same distance; None: not at all.
    """
    stage = stage_at(opens, now) if opens is not None else None
    if stage is None:
        return False
    if progress is None or progress.opens != opens:
        return True
    if stage != progress.stage:
        return not progress.is_resting(now)
    return again is not None and (progress.at is None or now - progress.at >= again)


def due_readings(
    campaigns: Sequence[PlannedCampaign],
    state: State,
    progress: Mapping[RecordKey, ReadingProgress],
    now: datetime,
    *,
    asks_links: bool = False,
) -> list[CampaignName]:
    """Return the campaigns that are to be read now; what went out, or is in doubt, is not read.

    What people were told of and nothing has ended is read each hour, so that what was mended is not shown for days,
    and what comes back is told. With `asks_links` every campaign is read daily.
    """
    found = []
    for each in campaigns:
        record = state.record(each.name, each.edition)
        again = LINKS_AGAIN if asks_links else None
        if open_drifts(state, record):
            again = OPEN_AGAIN
        if may_drift(record) and is_due(each.opens_at, progress.get(record.key), now, again=again):
            found.append(each.name)
    return found


def may_drift(record: Record) -> bool:
    """Return whether drift of an edition matters: a send, also one in doubt, uses up its draft and its allowance."""
    return not is_concluded(record) and not record.is_in_doubt


def after_reading(
    opens: datetime, before: ReadingProgress | None, now: datetime, *, whole: bool
) -> ReadingProgress:
    """Return what to remember of a reading; `whole` says that nothing is left to read or to tell."""
    if whole:
        return ReadingProgress(opens, stage_at(opens, now), at=now)
    known = before if before is not None and before.opens == opens else ReadingProgress(opens)
    return ReadingProgress(opens, known.stage, known.failures + 1, now)


# What drifted, as far as no request says it.


def known_drifts(
    planned: PlannedCampaign,
    rendered: RenderedCampaign | None,
    state: State,
    rules: PolicyInForce,
    now: datetime,
) -> Iterator[Drift]:
    """Find what drifted by lock, links and previews; `rendered` is the campaign as its files make it now."""
    record = state.record(planned.name, planned.edition)
    name, edition = record.key
    if any(each.guard is Guard.LOCK_STALE for each in planned.refusals):
        digest = rendered.digest if rendered is not None else None
        yield Drift(name, edition, DriftKind.LOCK_STALE, "campaign.lock.json", None, digest)
    if rendered is None:
        return
    for article, _ in dead_links(rendered, state):
        yield Drift(
            name, edition, DriftKind.ARTICLE_GONE, article, dict(rendered.links)[article], None
        )
    if _is_unseen(planned, rendered, state, rules, now):
        yield Drift(name, edition, DriftKind.PREVIEW_UNSEEN, rendered.digest, None, None)


def _is_unseen(
    planned: PlannedCampaign,
    rendered: RenderedCampaign,
    state: State,
    rules: PolicyInForce,
    now: datetime,
) -> bool:
    """Return whether nobody was shown a version although it is time for that, and no run is about to show it."""
    record = state.record(rendered.name, rendered.edition)
    policy = rules.policy
    if not policy.require_preview or rendered.digest in record.shown or record.is_in_doubt:
        return False
    if planned.rendered is None or not previews_due(
        rendered, policy.preview_ahead_duration, False, now
    ):
        return False
    tried = any(digest == rendered.digest for digest, _ in record.previews)
    return tried or not any(isinstance(each, SendPreview) for each in planned.steps)


def allowance_drift(
    record: Record, planned: PlannedCampaign, without_console_sends: PlannedCampaign
) -> Drift | None:
    """Return a drift if the plan lacks allowance only because of console sends."""
    if not _lacks_allowance(planned) or _lacks_allowance(without_console_sends):
        return None
    account = planned.account or ""
    return Drift(
        record.campaign, record.edition, DriftKind.ALLOWANCE_USED, account, None, None, "used"
    )


def _lacks_allowance(planned: PlannedCampaign) -> bool:
    return any(each.guard is Guard.ALLOWANCE for each in planned.refusals)


# What people were told.


def over_facts(state: State, record: Record, found: Sequence[Drift], *, whole: bool) -> list[Fact]:
    """Return what people were told of and is not so any more, so that they are told again if it comes back.

    A `whole` reading would have found it. Any reading that found the same otherwise says so too.
    """
    there = {each.fact for each in found}
    same = {fact.parts[:2] for fact in there}
    return [
        fact
        for fact in told_drifts(state, record)
        if fact not in there and (whole or fact.parts[:2] in same)
    ]


def told_drifts(state: State, record: Record) -> list[Fact]:
    """Return the drifts of an edition that are on record, and that no reading has found over."""
    facts = (fact for fact, _ in state.told.get(record.key, {}) if _is_drift(fact))
    return [*dict.fromkeys(facts)]


def _is_drift(fact: Fact) -> bool:
    return fact.kind == "drift" and len(fact.parts) == 3 and fact.parts[0] in TOLD


def open_drifts(state: State, record: Record) -> tuple[Drift, ...]:
    """Return what people were told of an edition and nothing on record has ended since."""
    if is_concluded(record):
        return ()
    named = (_drift(record, fact) for fact in told_drifts(state, record))
    return tuple(each for each in named if not is_settled(each, record))


def _drift(record: Record, fact: Fact) -> Drift:
    kind, subject, value = fact.parts
    return Drift(record.campaign, record.edition, DriftKind(kind), subject, None, None, value)


_OF_DRAFT: Collection[DriftKind] = frozenset({DriftKind.DRAFT_CHANGED, DriftKind.DRAFT_GONE})


def is_settled(drift: Drift, record: Record) -> bool:
    """Return whether the ledger says that a drift is over: another draft, one that was adopted, or a preview."""
    if drift.kind is DriftKind.PREVIEW_UNSEEN:
        return drift.subject in record.shown
    if drift.kind not in _OF_DRAFT:
        return False
    drafts = [each for each in record.drafts if each.alive and each.event.media_id == drift.subject]
    return not drafts or any(each.kept_sha256 == drift.value for each in drafts)
