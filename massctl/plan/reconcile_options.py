"""What a person may choose about a send of unknown outcome: the evidence, and when the request may be repeated."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.send import client_msg_id
from massctl.model.state import UNSETTLED, Attempt, Record, State, is_concluded
from massctl.plan.guards import Case, Moment, PolicyInForce, send_refusals
from massctl.plan.reach import is_contradicted, needs_word
from massctl.plan.retry_policy import (
    CLIENT_MSG_ID_MEMORY_HOURS,
    REPEAT_HOURS_MAX,
    NoRepeat,
    remembered_since,
    repeat_at,
)
from massctl.plan.steps import PASSING, Guard

if TYPE_CHECKING:
    from massctl.plan.plan import PlannedCampaign


class Repetition(Frozen):
    """Whether the identical request may be made again."""

    until: datetime
    """No later than this: WeChat's memory of the id, less our margin, and the end of the window."""
    at: datetime | None
    """From when on; None if it may not be, for the reasons in `refused`."""
    refused: tuple[str, ...]


class Evidence(Frozen):
    """All that is on record of a campaign's edition that a person has to settle."""

    record: Record
    now: datetime
    headlines: tuple[str, ...]
    """What the console lists it under; empty where the content is not at hand any more."""
    repetition: Repetition | None
    """None if no attempt is open, so that there is nothing to repeat."""
    remembered_until: datetime | None
    """Until then WeChat recognises the id of the first attempt, and so corrects whoever says `not sent` wrongly."""
    same_id: bool = True
    """Whether the send that is declared now has the id of the open attempts: WeChat recognises no other one."""
    may_be_not_sent: bool = True
    """Whether `--not-sent` has anything to close: a batch in doubt, or a draft that is to be looked for."""
    is_here: bool = True
    """Whether the campaign has a folder, so that it can be sent after `--not-sent`."""


def in_question(state: State, name: str) -> Record | None:
    """Choose the edition that a person can settle: one in doubt, else one with two ends, else the newest."""
    editions = [record for (campaign, _), record in state.records.items() if campaign == name]
    opened = [record for record in editions if record.is_in_doubt] or [
        record for record in editions if is_contradicted(record, state)
    ]
    return min(opened, key=_edition) if opened else max(editions, key=_edition, default=None)


def is_to_settle(record: Record, state: State) -> bool:
    """Return whether there is anything to settle: it is in doubt, or somebody may have sent its draft by hand.

    After a repair of the ledger it is every edition that is not known as sent.
    """
    unsent = not is_concluded(record) and bool(record.drafts or record.attempts)
    return (
        record.is_in_doubt or unsent or needs_word(record, state) or is_contradicted(record, state)
    )


def unsent_below(record: Record, state: State) -> list[Record]:
    """Return the lower editions that were never sent: a person settles their drafts with the same command."""
    lower = [each for each in state.editions(record.campaign) if each.edition < record.edition]
    return [each for each in lower if not each.is_in_doubt and not is_concluded(each)]


def may_be_not_sent(record: Record) -> bool:
    """Return whether a batch is in doubt and nothing on record says that it was sent."""
    return any(send.phase in UNSETTLED and not send.sent for send in record.sends.values())


def evidence(
    record: Record,
    planned: "PlannedCampaign | None",
    state: State,
    rules: PolicyInForce,
    now: datetime,
) -> Evidence:
    """Collect what is known of a record; `rules` is the policy of a run in which a person insists on repeating."""
    campaign = planned.rendered if planned else None
    same = campaign is not None and _is_of(campaign, record)
    first = remembered_since(record) if record.open_attempts else None
    return Evidence(
        record,
        now,
        campaign.headlines if campaign is not None and same else (),
        _repetition(record, planned, state, rules, now) if first else None,
        first.at + timedelta(hours=CLIENT_MSG_ID_MEMORY_HOURS) if first else None,
        campaign is not None and all(_has_id_of(campaign, each) for each in record.open_attempts),
        may_be_not_sent(record)
        or needs_word(record, state)
        or is_contradicted(record, state)
        or any(each.draft() is not None for each in [*unsent_below(record, state), record]),
        planned is not None,
    )


def _edition(record: Record) -> int:
    return record.edition


def _is_of(campaign: RenderedCampaign, record: Record) -> bool:
    """Return whether a campaign is still the version that was attempted or staged."""
    draft = record.draft()
    digest = (
        record.attempts[-1].event.digest
        if record.attempts
        else draft.event.digest
        if draft
        else None
    )
    return (campaign.edition, campaign.digest) == (record.edition, digest)


def _has_id_of(campaign: RenderedCampaign, attempt: Attempt) -> bool:
    """Return whether the send that a campaign declares has the id that was recorded with an attempt."""
    event = attempt.event
    return event.client_msg_id == client_msg_id(
        campaign.appid, campaign.identity, campaign.edition, event.batch
    )


def _repetition(
    record: Record,
    planned: "PlannedCampaign | None",
    state: State,
    rules: PolicyInForce,
    now: datetime,
) -> Repetition:
    until = remembered_since(record).at + timedelta(hours=REPEAT_HOURS_MAX)
    campaign = planned.rendered if planned else None
    if planned is None or campaign is None:
        why = [refusal.message for refusal in planned.refusals] if planned else []
        return Repetition(
            until, None, tuple(why) or (Phrase("the campaign cannot be read as it was attempted"),)
        )
    if campaign.edition != record.edition:
        return Repetition(
            until,
            None,
            (
                Phrase(
                    "campaign.yaml now has edition {edition}, and massctl repeats only what was attempted",
                    edition=campaign.edition,
                ),
            ),
        )
    if campaign.window is not None:
        until = min(until, campaign.window.not_after)
    refusals = send_refusals(Case(campaign, state, rules, now), Moment.PLAN)
    repetition = repeat_at(record, campaign, rules.policy, now)
    if isinstance(repetition, NoRepeat):
        # The guard of doubts says the same once more.
        others = [
            refusal.message for refusal in refusals if refusal.guard is not Guard.ACCOUNT_IN_DOUBT
        ]
        return Repetition(until, None, (repetition.why, *others))
    if all(refusal.guard in PASSING for refusal in refusals):
        return Repetition(until, repetition.at, ())
    return Repetition(until, None, tuple(refusal.message for refusal in refusals))
