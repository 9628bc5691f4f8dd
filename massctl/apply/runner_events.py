"""What a round of `massctl run` found: an event for each thing that happened or changed, none for what stays as it is.

A runner tells a line for each event, so that days without one are silent. What needs a person is a number beside it:
the second heartbeat asks for that alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec.structs import replace

from massctl.apply.jobs import ended_badly
from massctl.apply.outcome import CampaignOutcome, Outcome, failure_of
from massctl.apply.statistics import Collected
from massctl.model.diagnostics import has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, CampaignName
from massctl.model.phrase import Command, Phrase
from massctl.model.settings import RunnerHappening
from massctl.model.state import Record, RecordKey, State, Status, is_held, status_of
from massctl.plan.checkup import alarms
from massctl.plan.plan import PlannedCampaign
from massctl.plan.steps import (
    PASSING,
    FillTag,
    Guard,
    Refusal,
    SaveDraft,
    SendMass,
    SendPreview,
    UploadMedia,
)
from massctl.plan.window import WindowState, window_state


class RunnerEvent(Frozen):
    """One thing that happened."""

    kind: RunnerHappening
    at: datetime
    message: str
    hint: str = ""
    campaign: CampaignName | None = None
    commit: str | None = None
    """The tip that was carried out then; None before the first."""


_Standing: TypeAlias = tuple[frozenset[str], str | None, bool]
Standings: TypeAlias = Mapping[CampaignName, _Standing]
"""What was told last of each campaign: the guards that refuse it, what failed, and whether it is in doubt."""


def events_of(
    outcome: Outcome, before: Standings, now: datetime
) -> tuple[list[RunnerEvent], Standings]:
    """Return what an `apply` did and what changed since `before`; also what is told by now."""
    found: list[RunnerEvent] = []
    told: dict[CampaignName, _Standing] = {}
    for each in outcome.campaigns:
        name = each.planned.name
        found += [
            RunnerEvent(kind, now, said, campaign=name) for kind, said in _performed(outcome, each)
        ]
        told[name] = standing = _standing(outcome, each)
        if standing != before.get(name, (frozenset(), None, False)):
            found += [
                replace(event, campaign=name) for event in _stopped(outcome, each, standing, now)
            ]
    return found, told


def _standing(outcome: Outcome, campaign: CampaignOutcome) -> _Standing:
    guards = frozenset(each.guard.value for each in campaign.findings)
    doubt = not outcome.held_elsewhere and outcome.record(campaign).is_in_doubt
    return guards, _failure(outcome, campaign), doubt


def _failure(outcome: Outcome, campaign: CampaignOutcome) -> str | None:
    """Name what failed, so that the same failure is told once; a failure of the ledger is told for the whole round."""
    of_ledger = failure_of(outcome.ledger_error) if outcome.ledger_error is not None else None
    if campaign.error is not None and campaign.error != of_ledger:
        return str(campaign.error.errcode or campaign.error.message)
    faults = [each for each in campaign.planned.diagnostics if has_errors([each])]
    return faults[0].code if faults else None


def _performed(outcome: Outcome, campaign: CampaignOutcome) -> list[tuple[RunnerHappening, Phrase]]:
    steps, name = campaign.performed, campaign.planned.name
    found: list[tuple[RunnerHappening, Phrase]] = []
    if any(isinstance(step, UploadMedia | SaveDraft | FillTag) for step in steps):
        found.append(("staged", Phrase("{name}: staged", name=name)))
    if shown := sum(isinstance(step, SendPreview) for step in steps):
        found.append(
            ("previewed", Phrase("{name}: previews sent: {count}", name=name, count=shown))
        )
    sends = sum(isinstance(step, SendMass) for step in steps)
    record = outcome.record(campaign)
    return found + [("sent", _accepted(record, job)) for job in range(-sends, 0)]


def _accepted(record: Record, job: int) -> Phrase:
    made = record.jobs[job]
    counts = [
        each.event.audience_count for each in record.attempts if each.event.batch == made.batch
    ]
    values = {"name": record.campaign, "msg_id": made.msg_id or "-"}
    if counts[-1] is None:
        return Phrase("{name}: WeChat accepted it (msg_id {msg_id})", **values)
    say = Phrase("{name}: WeChat accepted it for {count:,} followers (msg_id {msg_id})")
    return Phrase(say, count=counts[-1], **values)


def _stopped(
    outcome: Outcome, campaign: CampaignOutcome, standing: _Standing, now: datetime
) -> list[RunnerEvent]:
    name, (guards, failure, doubt) = campaign.planned.name, standing
    if doubt and not is_held(outcome.record(campaign)):
        say = Phrase(
            "{name}: nobody knows whether it was sent, so its account sends nothing else", name=name
        )
        return [RunnerEvent("in_doubt", now, say, Command("reconcile", name))]
    if doubt:
        say = Phrase(
            "{name}: the administrator (管理员) is asked to confirm it in WeChat", name=name
        )
        return [RunnerEvent("in_doubt", now, say)]
    if failure is not None and campaign.error is not None:
        say = Phrase("{name}: {message}", name=name, message=campaign.error.message)
        return [RunnerEvent("failed", now, say, campaign.error.hint)]
    if failure is not None:
        say = Phrase("{name}: its files have faults ({code})", name=name, code=failure)
        return [RunnerEvent("failed", now, say, Command("validate", name))]
    refusals = [each for each in campaign.findings if each.guard.value in guards]
    return [
        RunnerEvent(
            "refused",
            now,
            Phrase(
                "{name}: not sent ({guard}): {why}",
                name=name,
                guard=each.guard.value,
                why=each.message,
            ),
            each.hint,
        )
        for each in refusals
    ]


def job_events(
    before: Mapping[RecordKey, Status], records: Sequence[Record], state: State, now: datetime
) -> list[RunnerEvent]:
    """Return the jobs that ended since `before`."""
    ended = {Status.SENT, Status.FAILED, Status.CONTRADICTED, Status.WITHDRAWN}
    found = []
    for record in records:
        status = status_of(record)
        if before.get(record.key) in (None, status) or status not in ended:
            continue
        said, hint = _ended(record, state)
        found.append(RunnerEvent("job", now, said, hint, record.campaign))
    return found


def _ended(record: Record, state: State) -> tuple[Phrase, str]:
    name = record.campaign
    if (failure := ended_badly(record, state)) is not None:
        return Phrase("{name}: {message}", name=name, message=failure.message), failure.hint
    if status_of(record) is Status.WITHDRAWN:
        return Phrase("{name}: withdrawn", name=name), ""
    counts = [job.counts for job in record.jobs if job.counts is not None]
    urls = [url for job in record.jobs for url in job.addresses]
    known = [each for each in counts if each.sent_count is not None]
    said = Phrase("{name}: WeChat has sent it", name=name)
    if known:
        total = sum(each.sent_count or 0 for each in known)
        said = Phrase("{name}: WeChat delivered it to {count:,} followers", name=name, count=total)
    return (Phrase("{said}: {url}", said=said, url=urls[0]), "") if urls else (said, "")


def unfinished_sends(state: State) -> dict[RecordKey, Status]:
    """Return the status of every edition that WeChat is still sending, or that waits for the administrator."""
    going = {Status.SENDING, Status.AWAITING_ADMIN, Status.IN_DOUBT}
    return {
        key: status
        for key, record in state.records.items()
        if (status := status_of(record)) in going
    }


_OTHERS = frozenset({Guard.NOT_AT_TIP, Guard.OTHER_RUNNER})
"""Another run is at it, or the next round is: the branch moved in the middle of this one."""


def waiting_for_people(outcome: Outcome, now: datetime) -> int:
    """Count what needs a person: sends in doubt, windows that closed without a send, and refusals in an open one."""
    doubts = sum(not is_held(record) for record in outcome.state.index.open.values())
    known = [each for each in outcome.campaigns if not outcome.record(each).is_in_doubt]
    left = [_as_left(outcome, each, now) for each in known]
    plan = replace(outcome.plan, campaigns=tuple(each for each in left if not _passes(each)))
    return doubts + len(alarms(plan, State(), now))


def stopped_in_window(outcome: Outcome, now: datetime) -> dict[RecordKey, tuple[Refusal, ...]]:
    """Return what refuses the editions whose window is open, but for what passes by itself."""
    return stopped_now([_as_left(outcome, each, now) for each in outcome.campaigns])


def stopped_now(campaigns: Sequence[PlannedCampaign]) -> dict[RecordKey, tuple[Refusal, ...]]:
    """Return what refuses planned editions whose window is open, but for what passes by itself."""
    return {
        (each.name, each.edition or 1): tuple(each.refusals)
        for each in campaigns
        if each.window is WindowState.DUE and each.refusals and not _passes(each)
    }


def _as_left(outcome: Outcome, campaign: CampaignOutcome, now: datetime) -> PlannedCampaign:
    planned, rendered = campaign.planned, campaign.planned.rendered
    window = window_state(rendered.window, now) if rendered is not None else planned.window
    return replace(
        planned, status=outcome.status(campaign), window=window, refusals=tuple(campaign.findings)
    )


def _passes(planned: PlannedCampaign) -> bool:
    guards = {each.guard for each in planned.refusals}
    passing = _OTHERS | PASSING if planned.next_at is not None else _OTHERS
    return bool(guards) and guards <= passing


def statistics_events(account: AccountName, found: Collected, now: datetime) -> list[RunnerEvent]:
    """Return what was collected for an account; nothing where nothing is new."""
    told: list[RunnerEvent] = []
    if found.rows:
        say = Phrase(
            "statistics of {account}: new rows: {count}", account=account, count=found.rows
        )
        told.append(RunnerEvent("statistics", now, say))
    for fall in found.falls:
        say = Phrase("statistics of {account}: {what}", account=account, what=fall.words)
        told.append(RunnerEvent("statistics", now, say))
    if found.error is not None:
        say = Phrase("statistics of {account}: {what}", account=account, what=found.error.message)
        told.append(RunnerEvent("statistics", now, say, found.error.hint))
    return told
