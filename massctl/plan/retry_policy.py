"""May an open attempt be repeated now? One pure function, because the answer must never depend on luck.

A repetition is safe only while WeChat remembers the id of the first attempt. It remembers for 24 hours;
the margin covers clock error and slow networks.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.send import ID_KNOWN
from massctl.model.state import Attempt, Record
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import next_moment

if TYPE_CHECKING:
    from massctl.model.settings import Policy


CLIENT_MSG_ID_MEMORY_HOURS = 24
"""How long WeChat recognises a clientmsgid. Source: WeChat docs, "message/mass/sendall", read 2026-10."""
REPEAT_HOURS_MAX = 20
"""No repetition later than this after the first open attempt: the memory less a margin of four hours."""


REPEAT_MARGIN_SECONDS = 1
"""On top of `in_doubt_wait`: WeChat counts its minute (45066) from the arrival of a request, after we made it."""


def settle(name: str) -> Phrase:
    """Return the advice how to settle whether a campaign was sent."""
    return Phrase(
        "look in the console under 群发记录; if {name} was sent: {sent}; if it was "
        "not: {not_sent}; what to look for: {look}; on GitHub: Actions / "
        "apply / reconcile",
        name=name,
        sent=Command("reconcile", name, '--sent --reason "…"'),
        not_sent=Command("reconcile", name, '--not-sent --reason "…"'),
        look=Command("reconcile", name),
    )


class Repeat(Frozen):
    """The identical request may be sent again, not before `at`."""

    at: datetime


class NoRepeat(Frozen):
    """It may not be sent again by massctl; a person has to look it up."""

    why: str


def remembered_since(record: Record) -> Attempt:
    """Return the attempt from which WeChat's memory counts: the first open one.

    In a list it is the first one of that batch that a person called not sent, if there was one: they may be wrong.
    """
    opened = record.open_attempts[0]
    if opened.event.batches is None:
        return opened
    return next(each for each in record.not_refused if each.send is opened.send)


def may_repeat(
    record: Record, digest: str | None, policy: "Policy", now: datetime
) -> Repeat | NoRepeat:
    """Decide about a record that is in doubt; `digest` is what is desired now."""
    if (never := _never(record, digest, policy)) is not None:
        return NoRepeat(never)
    first = remembered_since(record)
    last = record.open_attempts[-1]
    deadline = first.at + timedelta(hours=REPEAT_HOURS_MAX)
    wait = policy.in_doubt_wait + (REPEAT_MARGIN_SECONDS if policy.in_doubt_wait else 0)
    at = max(last.at, last.asked_at or last.at) + timedelta(seconds=wait)
    if max(at, now) >= deadline:
        return NoRepeat(
            Phrase(
                "the first attempt is more than {hours} hours old, and WeChat may have forgotten its id",
                hours=REPEAT_HOURS_MAX,
            )
        )
    if now < first.at:
        return NoRepeat(
            Phrase("the clock shows a time before the first attempt, so its age is unknown")
        )
    return Repeat(at)


def _never(record: Record, digest: str | None, policy: "Policy") -> Phrase | None:
    """Return why a record in doubt is not repeated at any time; None if it may be."""
    if record.contradicted:
        return Phrase("the ledger contradicts itself about it")
    if any(
        each.doubt is not None and each.doubt.errcode in (0, ID_KNOWN)
        for each in record.open_attempts
    ):
        return Phrase("WeChat named a job that no request on record can have made")
    if policy.in_doubt == "stop":
        return Phrase("policy.in_doubt is `stop`")
    if digest != record.open_attempts[-1].event.digest:
        return Phrase("the campaign was changed since the attempt")
    return None


def repeat_at(
    record: Record, campaign: RenderedCampaign, policy: "Policy", now: datetime
) -> Repeat | NoRepeat:
    """Return the first moment at which window and quiet hours allow a repetition, if it comes soon enough."""
    decision = may_repeat(record, campaign.digest, policy, now)
    if isinstance(decision, NoRepeat):
        return decision
    moment = next_moment(policy, campaign.window, max(decision.at, now))
    if moment is None or isinstance(may_repeat(record, campaign.digest, policy, moment), NoRepeat):
        return NoRepeat(Phrase("there is no time before that at which it may be sent"))
    return Repeat(moment)


def repeat_refusal(record: Record, digest: str, policy: "Policy", now: datetime) -> Refusal | None:
    """Refuse to repeat what is in doubt, where that may not be."""
    decision = may_repeat(record, digest, policy, now)
    if isinstance(decision, Repeat):
        return None
    return Refusal(
        Guard.ACCOUNT_IN_DOUBT,
        Phrase(
            "nobody knows whether it was sent, and it may not be repeated: {why}", why=decision.why
        ),
        settle(record.campaign),
    )
