"""The last look before a request leaves, and the permit that it issues.

The attempt is durable by now, and making it durable may have taken minutes. Meanwhile somebody may have changed the
draft in the console or thrown the kill switch, the audience may have grown, and the window may be over. So everything
is read again, and the clock last. Where a reading fails, the look begins again until shortly before the window's end:
nothing counts that was read long ago.
"""

from datetime import datetime, timedelta

from massctl.apply.context import ApplyContext
from massctl.apply.drafts import reread_refusal
from massctl.apply.ledger_behind import behind_refusal
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Clock
from massctl.apply.stage import needs_size, recount_refusal, unread_refusal
from massctl.errors import InvariantError, LedgerUnreachableError, TransportError, WeChatError
from massctl.model.entries import (
    Entry,
    Lease,
    SendAccepted,
    SendAttempted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.send import SendIntent
from massctl.model.state import lease_after
from massctl.plan.brake import tip_refusal
from massctl.plan.guards import (
    Moment,
    Skew,
    approval_refusal,
    is_approval_unread,
    lease_refusal,
    send_refusals,
    with_reconcile_hint,
)
from massctl.plan.ledger_behind import uncompared
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import leaves_until

PAUSE = timedelta(seconds=5)
"""Pause before a last look begins again; it doubles each time. The client has repeated each call by then."""
PAUSE_MAX = timedelta(seconds=60)
BEFORE_THE_END = timedelta(seconds=30)
"""A look that still fails this long before the window's end ends the attempt. See docs/concepts/exactly-once.md."""
WITHOUT_A_WINDOW = timedelta(minutes=10)
"""How long a look is repeated for a campaign without a window: somebody typed its name, and waits. Our bound."""

_ISSUER = object()
"""Only this module holds it, so only `last_look` can make a permit."""


class Permit:
    """Allows the request of one durable attempt, once and until a deadline; implements `ports.SendPermit`."""

    __slots__ = ("_clock", "_intent", "_spent", "attempt", "deadline", "issued_at")

    def __init__(
        self,
        issuer: object,
        intent: SendIntent,
        attempt: int,
        now: datetime,
        deadline: datetime,
        clock: Clock,
    ):
        """Raise InvariantError for everybody but this module."""
        if issuer is not _ISSUER:
            raise InvariantError(Phrase("a permit to send was made without a last look"))
        self._intent = intent
        self._clock = clock
        self._spent = False
        self.attempt = attempt
        """The serial of its attempt in the ledger."""
        self.issued_at = now
        self.deadline = deadline
        """The last moment at which the request may be written, by the clock that the look was taken by."""

    def spend(self, intent: SendIntent) -> None:
        """Use it up for `intent`; raise InvariantError if it is spent, or was issued for another send."""
        if self._spent:
            raise InvariantError(
                Phrase("a permit to send {name} was used twice", name=intent.campaign)
            )
        if intent is not self._intent:
            raise InvariantError(
                Phrase("a permit to send {name} was issued for another send", name=intent.campaign)
            )
        self._spent = True

    def has_passed(self) -> bool:
        """Whether its deadline is over by now."""
        return self._clock.now() > self.deadline


class _UnreadError(WeChatError):
    """Something that decides about a send could not be read; `refusal` is for the case that it stays so."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message, hint=refusal.hint)
        self.refusal = refusal


def last_look(
    context: ApplyContext,
    outcome: CampaignOutcome,
    campaign: RenderedCampaign,
    intent: SendIntent,
    attempt: int,
) -> Permit:
    """Issue the permit to write the request of `attempt`, the serial of the entry that is durable by now.

    Raises a WeChatError if the request may not leave; the outcome then has what refuses.
    """
    try:
        return _look_until_read(_Look(context, outcome, campaign, intent, attempt))
    except KeyboardInterrupt:
        context.ledger.record(SendRejected(attempt=attempt, retryable=True), campaign)
        raise


def _look_until_read(look: "_Look") -> Permit:
    """Look again with growing pauses where something could not be read, until it is too late for that."""
    clock, pause, window = look.context.ports.clock, PAUSE, look.intent.window
    end = window.not_after - BEFORE_THE_END if window else clock.now() + WITHOUT_A_WINDOW
    while True:
        try:
            return look.permit()
        except (TransportError, LedgerUnreachableError, _UnreadError) as error:
            if clock.now() + pause > end:
                if isinstance(error, _UnreadError):
                    look.outcome.refuse(error.refusal)
                # A WeChatError closes the attempt, whatever could not be read: nothing has left.
                raise WeChatError(error.summary, error.detail, error.hint) from None
            say = Phrase(
                "{name}: a read that decides about its send failed, and is repeated: {why}"
            )
            look.context.ports.progress.say(Phrase(say, name=look.campaign.name, why=error.summary))
            clock.sleep(pause.total_seconds())
            pause = min(2 * pause, PAUSE_MAX)


class _Look(Frozen):
    """One attempt, and what is read again for it."""

    context: ApplyContext
    outcome: CampaignOutcome
    campaign: RenderedCampaign
    intent: SendIntent
    attempt: int

    def permit(self) -> Permit:
        """Look once, at the clock last; a reading that fails raises its own error."""
        context, campaign = self.context, self.campaign
        before = self._skew()
        context.ports.wechat(campaign.account).require_token()
        draft = reread_refusal(context, campaign, self.intent)
        audience = self._audience() if draft is None else None
        behind = self._behind() if draft is audience is None else None
        if before is not None and self._skew() is before:
            # No answer of this look told WeChat's time, and this clock may have stood still since the attempt.
            context.ports.wechat(campaign.account).renew_token()
        ledger = self._ledger() if draft is audience is behind is None else None
        changed = self._rules() if draft is audience is behind is ledger is None else None
        read = {"draft": draft, "audience": audience, "behind": behind, "ledger": ledger}
        case = context.case(campaign, attempt=self.attempt, changed=changed, **read)
        for refusal in send_refusals(case, Moment.LAST_LOOK):
            self.outcome.refuse(refusal)
        if self.outcome.stopped:
            last = self.outcome.refusals[-1]
            raise WeChatError(last.message, hint=last.hint)
        deadline = leaves_until(context.rules.policy, self.intent.window, case.now)
        return Permit(_ISSUER, self.intent, self.attempt, case.now, deadline, context.ports.clock)

    def _skew(self) -> Skew | None:
        skew = self.context.ports.skew
        return skew(self.campaign.account) if skew is not None else None

    def _rules(self) -> str | None:
        """Read rules, tip and files again, and raise where one of them cannot be read; return a file that changed."""
        context, campaign = self.context, self.campaign
        context.refresh_rules()
        tip = context.rules.tip
        if tip is not None and tip.unread is not None and (refused := tip_refusal(tip)):
            raise _UnreadError(refused)
        # Asked before the clock: an answer may take long. It is remembered for the guard.
        if is_approval_unread(campaign, context.rules) and (
            refused := approval_refusal(campaign, context.rules)
        ):
            raise _UnreadError(refused)
        return context.ports.changed(self.intent.inputs)

    @property
    def _repeats(self) -> bool:
        return self.intent.repeats is not None

    def _audience(self) -> Refusal | None:
        """Count the audience again: it may have grown at the prompt, at a preview, or while others were sent."""
        try:
            refusal = recount_refusal(self.context, self.campaign)
        except TransportError as error:
            if not needs_size(self.campaign):
                return None
            raise _UnreadError(unread_refusal(error)) from None
        except WeChatError as error:
            return unread_refusal(error) if needs_size(self.campaign) else None
        return (
            with_reconcile_hint(refusal, self.campaign.name)
            if refusal is not None and self._repeats
            else refusal
        )

    def _behind(self) -> Refusal | None:
        """Compare the ledger with what WeChat knows; this machine may have got an older copy of it."""
        try:
            return behind_refusal(self.context, self.campaign, self.intent)
        except WeChatError as error:
            raise _UnreadError(uncompared(error)) from None

    def _ledger(self) -> Refusal | None:
        """Refuse where another runner, or a person, wrote about this very send behind its attempt."""
        attempts = self.context.record_of(self.campaign).attempts
        batches, mine = {each.serial: each.event.batch for each in attempts}, self.intent.batch
        # A runner on a commit from before a renaming writes under the old name.
        renamed = self.context.state.renamed

        def is_of_this_send(entry: Entry) -> bool:
            name = CampaignName(entry.campaign or "")
            if (renamed.get(name, name), entry.edition) != (
                self.intent.campaign,
                self.intent.edition,
            ):
                return False
            match entry.event:
                case SendAttempted(batch=batch) | SendSettled(batch=batch):
                    return batch == mine
                case SendAccepted(attempt=of) | SendRejected(attempt=of) | SendInDoubt(attempt=of):
                    return batches.get(of, mine) == mine
                case event:
                    return isinstance(event, SendImported)

        written = self.context.ledger.entries_after(self.attempt - 1)
        if [entry.serial for entry in written[:1]] != [self.attempt]:
            say = Phrase(
                "the ledger does not have the attempt any more that was written into it a moment ago"
            )
            return Refusal(
                Guard.LEDGER_MISSING,
                say,
                Phrase("bring the ledger back; nothing is sent without it"),
            )
        after, lease = written[1:], self.context.state.lease
        for entry in after:
            lease = (
                lease_after(lease, entry.event, entry.at)
                if isinstance(entry.event, Lease)
                else lease
            )
        if (refusal := lease_refusal(lease, self.context.rules)) is not None:
            return refusal
        if not any(is_of_this_send(entry) for entry in after):
            return None
        say = Phrase("another runner wrote about this send at the same time")
        return Refusal(
            Guard.OTHER_RUNNER, say, Phrase("run the same command again; it reads the ledger again")
        )
