"""The last look before a request leaves: its attempt is durable by now, and to make it so may have taken minutes.

Meanwhile somebody may have changed the draft in the console or thrown the kill switch, the audience may have grown, and
the window may be over. So all of it is read again, and the clock last. Where something cannot be read, the look begins
anew until shortly before the window's end: nothing counts that was read long ago.
"""

from datetime import datetime, timedelta
from typing import Final

from massctl.apply.context import Run
from massctl.apply.draft_fingerprint import is_as_saved
from massctl.apply.drafts import changed, draft_changed, draft_gone
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Deadline
from massctl.apply.send import attempted_draft
from massctl.apply.stage import needs_size, recount_refusal, unread_refusal
from massctl.errors import LedgerUnreachableError, TransportError, WeChatError
from massctl.model.entries import (
    Entry,
    SendAccepted,
    SendAttempted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
)
from massctl.model.ids import MediaId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import Attempt
from massctl.plan.guards import beside_a_doubt, late_refusals, tip_refusal
from massctl.plan.retry_policy import NoRepeat, may_repeat, settle
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import leaves_until

PAUSE: Final = timedelta(seconds=5)
"""Pause before a last look begins anew; it doubles each time. The client has repeated each call by then."""
PAUSE_MAX: Final = timedelta(seconds=60)
BEFORE_THE_END: Final = timedelta(seconds=30)
"""A look that still fails this long before the window's end ends the attempt. See docs/concepts/exactly-once.md."""
WITHOUT_A_WINDOW: Final = timedelta(minutes=10)
"""How long a look is repeated for a campaign without a window: somebody typed its name, and waits. Our bound."""


class _UnreadError(WeChatError):
    """Something that decides about a send could not be read; `refusal` is for the case that it stays so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, hint=refusal.hint)
        self.refusal = refusal


def last_look(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> Deadline:
    """Return the deadline for writing the newest attempt's request.

    Raises a WeChatError where the request may not leave; the outcome then has what refuses.
    """
    clock, pause, attempt = run.world.clock, PAUSE, run.record_of(campaign).open_attempts[-1]
    end = campaign.window.not_after - BEFORE_THE_END if campaign.window else clock.now() + WITHOUT_A_WINDOW
    while True:
        try:
            return _looked(run, outcome, campaign, attempt)
        except KeyboardInterrupt:
            run.book.record(SendRejected(attempt=attempt.serial, retryable=True), campaign)
            raise
        except (TransportError, LedgerUnreachableError, _UnreadError) as error:
            if clock.now() + pause > end:
                raise _given_up(outcome, error) from None
            say = "{name}: what decides about its send could not be read, and is read again: {why}"
            run.world.progress.say(Phrase(say, name=campaign.name, why=error.summary))
            clock.sleep(pause.total_seconds())
            pause = min(2 * pause, PAUSE_MAX)


def _given_up(outcome: CampaignOutcome, error: TransportError | LedgerUnreachableError | _UnreadError) -> WeChatError:
    if isinstance(error, _UnreadError):
        outcome.refuse(error.refusal)
    # A WeChatError closes the attempt, whatever could not be read: nothing has left.
    return WeChatError(error.summary, error.detail, error.hint)


def _looked(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, attempt: Attempt) -> Deadline:
    """Look once, at the clock last; a reading that fails raises its own error."""
    run.world.wechat(campaign.account).require_token()
    found = _of_the_draft(run, campaign) or _of_the_audience(run, campaign) or _of_the_ledger(run, campaign, attempt)
    if not found:
        run.house = run.world.house() if run.world.house else run.house
        tip = run.house.tip
        if tip is not None and tip.unread is not None and (refused := tip_refusal(tip)):
            raise _UnreadError(refused)
    now = run.world.clock.now()
    for refusal in found or late_refusals(campaign, run.house, now) or _of_the_repetition(run, campaign, now):
        # Of what was read, the audience has its way out already.
        late = refusal.guard is Guard.EXPIRED and _repeats(run, campaign)
        outcome.refuse(beside_a_doubt(refusal, campaign.name) if late else refusal)
    if outcome.stopped:
        raise WeChatError(outcome.refusals[-1].message, hint=outcome.refusals[-1].hint)
    return Deadline(leaves_until(run.house.policy, campaign.window, now), run.world.clock)


def _repeats(run: Run, campaign: RenderedCampaign) -> bool:
    """Say whether an attempt before the one at hand is open."""
    return len(run.record_of(campaign).open_attempts) > 1


def _of_the_draft(run: Run, campaign: RenderedCampaign) -> list[Refusal]:
    """Read the draft once more."""
    opened = run.record_of(campaign).open_attempts
    draft = attempted_draft(run, campaign, opened[-1])
    if draft is None:
        return []
    read = run.world.wechat(campaign.account).get_draft(MediaId(draft.event.media_id))
    is_first = len(opened) == 1
    if read is None:
        # For a repetition this proves nothing: the first try may have consumed the draft.
        return [draft_gone(campaign.name)] if is_first else []
    if is_as_saved(draft, read):
        return []
    state = run.book.state
    if is_first:
        return [draft_changed(state, campaign, draft, read)]
    return [changed(state, campaign, draft, read, settle(campaign.name))]


def _of_the_audience(run: Run, campaign: RenderedCampaign) -> list[Refusal]:
    """Count the audience once more: it may have grown at the prompt, at a preview, or while others were sent."""
    try:
        refusal = recount_refusal(run, campaign)
        if refusal is not None and _repeats(run, campaign):
            refusal = beside_a_doubt(refusal, campaign.name)
    except TransportError as error:
        if not needs_size(campaign):
            return []
        raise _UnreadError(unread_refusal(error)) from None
    except WeChatError as error:
        refusal = unread_refusal(error) if needs_size(campaign) else None
    return [refusal] if refusal is not None else []


def _of_the_ledger(run: Run, campaign: RenderedCampaign, attempt: Attempt) -> list[Refusal]:
    """Refuse where another runner, or a person, wrote about this very send behind its attempt."""
    batches = {each.serial: each.event.batch for each in run.record_of(campaign).attempts}

    def is_of_this_send(entry: Entry) -> bool:
        if (entry.campaign, entry.edition) != (campaign.name, campaign.edition):
            return False
        match entry.event:
            case SendAttempted(batch=batch) | SendSettled(batch=batch):
                return batch == attempt.event.batch
            case SendAccepted(attempt=of) | SendRejected(attempt=of) | SendInDoubt(attempt=of):
                return batches.get(of, attempt.event.batch) == attempt.event.batch
            case event:
                return isinstance(event, SendImported)

    if not any(is_of_this_send(entry) for entry in run.book.entries_after(attempt.serial)):
        return []
    say = Phrase("another runner wrote about this send in the same moment")
    return [Refusal(Guard.OTHER_RUNNER, say, Phrase("run the same command again; it reads the ledger anew"))]


def _of_the_repetition(run: Run, campaign: RenderedCampaign, now: datetime) -> list[Refusal]:
    """Refuse a repetition that the last look itself made too late for WeChat's memory."""
    opened = run.record_of(campaign).open_attempts
    decision = may_repeat(opened, campaign.digest, run.house.policy, now) if len(opened) > 1 else None
    if not isinstance(decision, NoRepeat):
        return []
    say = Phrase("nobody knows whether it was sent, and it may not be repeated: {why}", why=decision.why)
    return [Refusal(Guard.ACCOUNT_IN_DOUBT, say, settle(campaign.name))]
