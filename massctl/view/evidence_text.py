"""What is on record of a campaign in question, what the console would show, and the three ways to settle it."""

from datetime import datetime, timedelta
from typing import Final

from massctl.model.phrase import BEIJING, Command, Phrase, offset
from massctl.model.state import Attempt, Record
from massctl.plan.reconcile_options import Evidence, Repetition
from massctl.view.hold_text import inked_digest
from massctl.view.job_text import job_rows
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Page, Part, Table
from massctl.view.recorded_words import say_recorded
from massctl.view.status_text import contradiction_row, record_heading, settled_row
from massctl.view.style import Ink, Style
from massctl.view.words import followers, openids, short_digest

LABELS: Final = {
    "attempt": Phrase("attempt"),
    "draft": Phrase("draft"),
    "job": Phrase("job"),
    "settled": Phrase("settled"),
    "console": Phrase("console"),
    "known_as": Phrase("known as"),
}


def evidence_text(evidence: Evidence, language: Language, style: Style, width: int) -> str:
    """Show the evidence and, below it, what may be typed, until when, and what follows from it."""
    page = Page(language, style, width)
    record = evidence.record
    record_heading(page, record)
    table = Table(page, list(LABELS.values()))
    contradiction_row(table, record)
    _attempts(table, record)
    _drafts(table, record)
    job_rows(table, record, LABELS["job"])
    settled_row(table, record, LABELS["settled"])
    for number, headline in enumerate(evidence.headlines):
        table.row(LABELS["known_as"] if number == 0 else "", headline)
    _console(table, record)
    page.blank()
    _choices(page, evidence)
    return page.text()


def _attempts(table: Table, record: Record) -> None:
    label: str = LABELS["attempt"]
    for attempt in record.attempts:
        table.row(label, _to_the_second(attempt.at), DOT, _verdict(table, attempt), inner=2)
        label = ""
        event = attempt.event
        whom = Phrase("every follower") if event.audience.get("is_to_all") else Phrase("one tag")
        if event.batches is not None:
            whom = Phrase("batch {batch} of {batches}", batch=event.batch, batches=event.batches)
        facts: list[Part] = [Phrase("entry {serial}", serial=attempt.serial), DOT, whom]
        whole = event.recipients is None and event.audience_count is not None
        facts += [DOT, followers(event.audience_count or 0)] if whole else []
        facts += [DOT, openids(event.recipients)] if event.recipients is not None else []
        table.below(*facts)
        table.below(Inked(f"clientmsgid {event.client_msg_id} · digest {short_digest(event.digest)}", Ink.DETAIL))
        if event.by and event.reason:
            table.below(Phrase("repeated by {who}: {reason}", who=event.by, reason=event.reason))


def _verdict(table: Table, attempt: Attempt) -> Part:
    if attempt.rejection is not None and attempt.rejection.errcode is None:
        return Phrase("its request never left")
    if attempt.rejection is not None:
        return Phrase("refused with errcode {errcode}", errcode=attempt.rejection.errcode)
    if attempt.accepted is not None or not attempt.open:
        return Phrase("answered")
    why = say_recorded(attempt.doubt, table.language) if attempt.doubt else Phrase("the run ended before the answer")
    return Inked(Phrase("open: {why}", why=why), Ink.ALARM)


def _drafts(table: Table, record: Record) -> None:
    label: str = LABELS["draft"]
    for draft in record.drafts:
        if not draft.alive:
            continue
        table.row(
            label, Phrase("saved {moment}", moment=recorded(draft.saved_at)), DOT, inked_digest(draft.event.digest)
        )
        table.below(Inked(f"media_id {draft.event.media_id}", Ink.DETAIL))
        label = ""


def _console(table: Table, record: Record) -> None:
    """Say where to look, and what each thing that can be seen there means."""
    if record.open_attempts:
        first, last = record.open_attempts[0].at, record.open_attempts[-1].at
        table.row(
            LABELS["console"],
            Phrase(
                "公众平台 / 群发记录: an entry between {first} and {last} means that it was sent",
                first=_to_the_second(first),
                last=_to_the_second(last + timedelta(minutes=5)),
            ),
        )
        table.row("", Phrase("one that waits for the administrator is not settled yet: half an hour decides it"))
    else:
        table.row(LABELS["console"], Phrase("公众平台 / 群发记录: an entry with this title means that it was sent"))
    if record.draft() is not None:
        table.row(
            "",
            Phrase("公众平台 / 草稿箱: a draft that is still there speaks against it; one that is gone proves nothing"),
        )


def _choices(page: Page, evidence: Evidence) -> None:
    name = evidence.record.campaign
    page.line(_heading(evidence))
    if evidence.repetition is not None:
        _repetition(page, name, evidence.repetition, evidence.now)
    page.line(Command("reconcile", name, '--sent --reason "…"'), indent=2, hang=6)
    page.line(Phrase("it is in 群发记录; with its msg_id, if you know it: --sent MSG_ID. At any time."), indent=6)
    if not evidence.may_be_not_sent:
        return
    page.line(Command("reconcile", name, '--not-sent --reason "…"'), indent=2, hang=6)
    nowhere = Phrase("it is not there, nothing of it waits, nobody sent it by hand; its folder is gone")
    if evidence.is_here:
        say = "it is not there, nothing of it waits, nobody sent it by hand; then: massctl apply {name}"
        nowhere = Phrase(say, name=name)
    page.line(nowhere, indent=6)
    if evidence.remembered_until is not None:
        _memory(page, evidence, evidence.remembered_until)


def _heading(evidence: Evidence) -> Phrase:
    """Say what the choices are for: after WeChat's clear no, only for what happened elsewhere."""
    record = evidence.record
    last = record.attempts[-1] if record.attempts else None
    if evidence.may_be_not_sent or last is None or last.rejection is None:
        return Phrase("settle it with one of these:")
    if last.rejection.errcode is None:
        say = Phrase(
            "Its request never left, so nothing is to settle. Only if it went out after all, by hand for instance:"
        )
        return Phrase(say)
    if record.is_partly_sent:
        say = Phrase("WeChat refused batch {batch}, so there is no doubt. Only if it went out after all:")
        return Phrase(say, batch=last.event.batch)
    return Phrase("WeChat refused it, so there is no doubt. Only if it went out after all, by hand for instance:")


def _repetition(page: Page, name: str, repetition: Repetition, now: datetime) -> None:
    page.line(Command("reconcile", name, '--resubmit --reason "…"'), indent=2, hang=6)
    until = recorded(repetition.until)
    if repetition.at is None:
        page.line(Inked(Phrase("not possible:"), Ink.WARNING), " ", repetition.refused[0], indent=6)
        for why in repetition.refused[1:]:
            page.line(why, indent=8)
    elif repetition.at > now:
        page.line(Phrase("from {at} until {until}", at=_to_the_second(repetition.at), until=until), indent=6)
    else:
        page.line(Phrase("now, until {until}", until=until), indent=6)
    if repetition.at is not None:
        page.line(Phrase("the identical request; WeChat knows its id and does not send it twice."), indent=6)


def _memory(page: Page, evidence: Evidence, until: datetime) -> None:
    """Say what a wrong word costs: nothing only while WeChat knows the id, and the next send has that very id."""
    if evidence.now < until and not evidence.same_id:
        say = Phrase("no send with the same id is declared now: should that be wrong, followers get it twice.")
        page.line(Inked(Phrase(say), Ink.ALARM), indent=6)
    elif evidence.now < until:
        say = Phrase("until {until} WeChat still knows the id: should that be wrong, it sends nothing twice.")
        page.line(Phrase(say, until=recorded(until)), indent=6)
    else:
        say = Phrase("WeChat has forgotten the id since {until}: if that is wrong, followers get it twice.")
        page.line(Inked(Phrase(say, until=recorded(until)), Ink.ALARM), indent=6)


def _to_the_second(at: datetime) -> str:
    """Write a moment with its seconds: requests a minute apart are told from each other."""
    local = at.astimezone(BEIJING) if at.utcoffset() == timedelta(0) else at
    return f"{local:%Y-%m-%d %H:%M:%S} {offset(local)}"
