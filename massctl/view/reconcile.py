"""Say which commands settle a send, when each is right, and what each leads to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from massctl.model.phrase import BEIJING, Command, Phrase, in_a_row, offset
from massctl.plan.reconcile_options import Evidence, Repetition
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Part
from massctl.view.words import recorded


def reconcile_choices(evidence: Evidence) -> Iterator[tuple[Command, list[Part]]]:
    """Return the commands that settle a send, each with when it is right and what it leads to."""
    name = evidence.record.campaign
    if evidence.repetition is not None:
        told = _repetition(evidence.repetition, evidence.now)
        yield Command("reconcile", name, '--resubmit --reason "…"'), told
    known = Phrase(
        "the console lists it under 群发记录; add its msg_id if you know it: --sent MSG_ID. At any time."
    )
    yield Command("reconcile", name, '--sent --reason "…"'), [known]
    if evidence.may_be_not_sent:
        yield Command("reconcile", name, '--not-sent --reason "…"'), [*_not_sent(evidence)]


def _not_sent(evidence: Evidence) -> Iterator[Part]:
    """Return when a send may be settled as not sent, and what happens if that is wrong.

    Followers receive nothing twice only while WeChat knows the id, and the next send has the same id.
    """
    until = evidence.remembered_until
    if any(job.is_contradicted for job in evidence.record.jobs):
        yield Phrase(
            "the console does not list it, or lists it as 发送失败; then a raised `edition` may send it once more"
        )
    elif evidence.is_here:
        yield Phrase(
            "the console does not list it, nothing of it waits, and nobody sent it by hand; then: {command}",
            command=Command("apply", evidence.record.campaign),
        )
    else:
        yield Phrase(
            "the console does not list it, nothing of it waits, and nobody sent it by hand; its folder is gone"
        )
    if until is None:
        return
    if evidence.now < until and evidence.same_id:
        yield Phrase(
            "until {until} WeChat still knows the id: if this is wrong, it sends nothing twice.",
            until=recorded(until),
        )
        return
    twice = Phrase(
        "no send with the same id is declared now: if this is wrong, followers receive it twice."
    )
    if evidence.now >= until:
        twice = Phrase(
            "WeChat has forgotten the id since {until}: if this is wrong, followers receive it twice.",
            until=recorded(until),
        )
    yield Inked(twice, Ink.ALARM)


def _repetition(repetition: Repetition, now: datetime) -> list[Part]:
    """Return when the identical request may be repeated, or why it may not."""
    until = recorded(repetition.until)
    if repetition.at is None:
        why = in_a_row(repetition.refused)
        return [Inked(Phrase("not possible: {why}", why=why), Ink.WARNING)]
    when = Phrase("now, until {until}", until=until)
    if repetition.at > now:
        when = Phrase("from {at} until {until}", at=to_the_second(repetition.at), until=until)
    same = Phrase("the identical request; WeChat knows its id and does not send it twice.")
    return [when, same]


def to_the_second(at: datetime) -> str:
    """Write a moment with its seconds: two requests may be a minute apart."""
    local = at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at
    return f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}"
