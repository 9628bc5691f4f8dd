"""What the ledger holds: folded, campaign by campaign, and entry by entry."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from massctl.model.entries import Entry
from massctl.model.phrase import Phrase, moment
from massctl.model.state import Record, State
from massctl.view.batch_rows import Row, batch_rows
from massctl.view.entry_facts import entry_facts
from massctl.view.hold_text import inked_digest
from massctl.view.job_text import job_rows
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import DOT, Inked, Page, Part, Table
from massctl.view.recorded_words import say_recorded
from massctl.view.status_text import contradiction_row, record_heading, settled_row
from massctl.view.style import Ink, Style

LABELS: Final = {
    "draft": Phrase("draft"),
    "previews": Phrase("previews"),
    "attempt": Phrase("attempt"),
    "job": Phrase("job"),
    "settled": Phrase("settled"),
    "expired": Phrase("expired"),
}
_PREVIEW: Final = {
    "begun": Phrase("without an answer"),
    "sent": Phrase("arrived"),
    "failed": Phrase("refused by WeChat"),
    "unknown": Phrase("without an answer"),
}


def state_text(state: State, language: Language, style: Style, width: int, names: Sequence[str] | None = None) -> str:
    """Show what is recorded: the ledger's name, each edition of each campaign, and how much was uploaded.

    With `names` only these campaigns.
    """
    page = Page(language, style, width)
    if state.serial == 0:
        page.line(Phrase("nothing is recorded yet"))
        return page.text()
    _ledger(page, state)
    for key in sorted(state.records):
        if names and key[0] not in names:
            continue
        page.blank()
        _record(page, state.records[key])
    if names:
        return page.text()
    page.blank()
    for appid, sends in state.website_sends.items():
        for at in sends:
            page.line(Phrase("sent on the website with {appid}: {at}", appid=appid, at=recorded(at)), hang=2)
    images, materials = len(state.images), len(state.materials)
    page.line(Phrase("uploaded: pictures {images}, materials {materials}", images=images, materials=materials))
    return page.text()


def entries_text(entries: Sequence[Entry], language: Language, style: Style, width: int) -> str:
    """List entries, oldest first: serial, time, type, campaign, and what is worth knowing."""
    page = Page(language, style, width)
    if not entries:
        page.line(Phrase("nothing is recorded yet"))
    digits = max((len(str(entry.serial)) for entry in entries), default=0)
    for entry in entries:
        lead = f"{entry.serial:>{digits}}  {recorded(entry.at)}  "
        parts: list[Part] = [Inked(lead, Ink.DETAIL), f"{entry.event.type}  "]
        if entry.campaign is not None:
            parts.append(Inked(f"{entry.campaign}/{entry.edition}  ", Ink.NAME))
        page.line(*parts, Inked(entry_facts(entry.event), Ink.DETAIL), hang=digits + 2)
    return page.text()


def verified_text(state: State, language: Language, style: Style, width: int) -> str:
    """Say that every line is what was written."""
    page = Page(language, style, width)
    if state.serial == 0:
        page.line(Phrase("nothing is recorded yet"))
        return page.text()
    page.line(Inked(Phrase("the ledger is whole: every line is what was written"), Ink.DONE))
    _ledger(page, state)
    return page.text()


def _ledger(page: Page, state: State) -> None:
    parts: list[Part] = [
        Phrase("ledger {lineage}", lineage=state.lineage or "?"),
        DOT,
        Phrase("realm {realm}", realm=state.realm or "?"),
        DOT,
        Phrase("serial {serial}", serial=state.serial),
    ]
    page.line(*parts, hang=2)


def _record(page: Page, record: Record) -> None:
    record_heading(page, record)
    table = Table(page, list(LABELS.values()))
    contradiction_row(table, record)
    _drafts(table, record)
    _previews(table, record)
    _attempts(table, record)
    job_rows(table, record, LABELS["job"])
    settled_row(table, record, LABELS["settled"])
    for closed in record.expired_at:
        table.row(LABELS["expired"], moment(closed))


def _drafts(table: Table, record: Record) -> None:
    rows: list[Row] = []
    for draft in record.drafts:
        fate = Phrase("in the draft box") if draft.alive else Phrase("gone: sent, replaced or deleted")
        if draft.alive and any(each.event.batch == draft.event.batch for each in record.settled_sent):
            fate = Phrase("settled as sent, so probably gone")
        rows.append((draft.event.batch, draft.saved_at, (inked_digest(draft.event.digest), DOT, fate)))
    batch_rows(table, LABELS["draft"], rows, record)
    label: str = "" if rows else LABELS["draft"]
    for begun in record.begun_drafts:
        unknown = Inked(Phrase("asked for; nobody knows whether it is there"), Ink.WARNING)
        table.row(label, recorded(begun.at), DOT, inked_digest(begun.event.digest), DOT, unknown, inner=2)
        label = ""


def _previews(table: Table, record: Record) -> None:
    """Count previews by version and outcome; reviewers' names are not needed here."""
    label: str = LABELS["previews"]
    counts = Counter((digest, preview.outcome) for (digest, _), preview in record.previews.items())
    for (digest, outcome), count in counts.items():
        table.row(label, f"{count} ", _PREVIEW[outcome], DOT, inked_digest(digest), inner=2)
        label = ""


def _attempts(table: Table, record: Record) -> None:
    rows: list[Row] = []
    for attempt in record.attempts:
        verdict: Part = Phrase("answered")
        doubt = say_recorded(attempt.doubt, table.language) if attempt.doubt else None
        if attempt.rejection is not None:
            code = attempt.rejection.errcode
            never_left = Phrase("its request never left")
            refused = Phrase("refused with errcode {errcode}", errcode=code)
            verdict = Inked(never_left if code is None else refused, Ink.ERROR)
        elif attempt.open and attempt.accepted is None:
            why = doubt or Phrase("the run ended before the answer")
            verdict = Inked(Phrase("open: {why}", why=why), Ink.ALARM)
        elif attempt.accepted is not None and attempt.accepted.content is not None:
            verdict = Inked(Phrase("WeChat knew its id before; which content went out is not known"), Ink.WARNING)
        elif doubt:
            verdict = Phrase("closed later: {why}", why=doubt)
        rows.append((attempt.event.batch, attempt.at, (verdict,)))
    batch_rows(table, LABELS["attempt"], rows, record)
