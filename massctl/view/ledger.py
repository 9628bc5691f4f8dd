"""The ledger as text: entries, repair, and what to do after a new lineage."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from massctl.model import entries
from massctl.model.entries import Entry
from massctl.model.frozen import Frozen
from massctl.model.ids import short_key
from massctl.model.phrase import BEIJING, Command, Phrase, moment
from massctl.model.state import Record, State, lease_words
from massctl.plan.lease import NO_RUNNER, LocalRunner, heartbeat_words, lease_hint
from massctl.view.jobs import Told, batch_rows, job_rows
from massctl.view.plan import inked_digest
from massctl.view.rows import LABELS, Row, write_rows
from massctl.view.status import contradiction_rows, record_heading, settled_rows, verdict_of
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part, Table
from massctl.view.words import recorded, short_digest

_PREVIEW_OUTCOMES = {
    "begun": Phrase("without an answer"),
    "sent": Phrase("arrived"),
    "failed": Phrase("refused by WeChat"),
    "unknown": Phrase("without an answer"),
}


def state_text(
    page: Page, state: State, names: Sequence[str] | None = None, runner: LocalRunner = NO_RUNNER
) -> str:
    """Show what is recorded: the ledger's name, each edition of each campaign, and how much was uploaded.

    With `names` only these campaigns. `runner` is the one of this folder.
    """
    if state.serial == 0:
        page.line(Phrase("nothing is recorded yet"))
        return page.text()
    _ledger_line(page, state)
    if state.lease is not None:
        page.line(heartbeat_words(state.lease, runner), indent=2)
        page.line(Inked(lease_hint(state.lease, runner), Ink.DETAIL), indent=2)
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
            page.line(
                Phrase("sent in the console with {appid}: {at}", appid=appid, at=recorded(at)),
                hang=2,
            )
    images, materials = len(state.images), len(state.materials)
    page.line(
        Phrase(
            "uploaded: pictures {images}, materials {materials}", images=images, materials=materials
        )
    )
    return page.text()


def entries_text(page: Page, entries: Sequence[Entry]) -> str:
    """List entries, oldest first: serial, time, type, campaign, and what is worth knowing."""
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


class Kept(Frozen):
    """What was found beside a ledger."""

    kept: int
    """Contents that entries name and that are kept here, also those with a fault."""
    missing: int
    """Contents that entries name and that are not kept here."""
    faults: Sequence[Phrase]
    """What is not as it was kept, or cannot be read."""


def verified_text(page: Page, state: State, kept: Kept | None = None) -> str:
    """Say that every line is what was written, and what was found beside the ledger, if somebody looked."""
    if state.serial == 0:
        page.line(Phrase("nothing is recorded yet"))
        return page.text()
    page.line(Inked(Phrase("the ledger verifies: no line was changed"), Ink.DONE))
    _ledger_line(page, state)
    if kept is not None:
        count = Phrase(
            "contents kept: {kept}, not kept here: {missing}", kept=kept.kept, missing=kept.missing
        )
        page.line(count, indent=2)
        for fault in kept.faults:
            page.line(Inked(fault, Ink.ERROR), hang=2)
    return page.text()


def _ledger_line(page: Page, state: State) -> None:
    parts: list[Part] = [
        Phrase("ledger {lineage}", lineage=state.lineage or "?"),
        DOT,
        Phrase("realm {realm}", realm=state.realm or "?"),
        DOT,
        Phrase("serial {serial}", serial=state.serial),
    ]
    page.line(*parts, hang=2)
    if state.signing_key is not None:
        page.line(Phrase("signed by {key}", key=short_key(state.signing_key)), indent=2)
    if state.lease is not None:
        page.line(lease_words(state.lease), indent=2)


def _record(page: Page, record: Record) -> None:
    record_heading(page, record)
    attempts = [(each.event.batch, each.at, (verdict_of(each),)) for each in record.attempts]
    rows = [
        *contradiction_rows(record),
        *_drafts(record),
        *_previews(record),
        *batch_rows(Phrase("attempt"), attempts, record),
        *job_rows(record),
        *settled_rows(record),
        *(Row(Phrase("expired"), (moment(closed),)) for closed in record.expired_at),
    ]
    write_rows(Table(page, LABELS.values()), rows)


def _drafts(record: Record) -> Iterator[Row]:
    label = Phrase("draft")
    told: list[Told] = []
    for draft in record.drafts:
        fate = (
            Phrase("in the draft box") if draft.alive else Phrase("gone: sent, replaced or deleted")
        )
        if draft.alive and any(
            each.event.batch == draft.event.batch for each in record.settled_sent
        ):
            fate = Phrase("settled as sent, so probably gone")
        told.append((draft.event.batch, draft.saved_at, (inked_digest(draft.event.digest), fate)))
    yield from batch_rows(label, told, record)
    for begun in record.begun_drafts:
        unknown = Inked(Phrase("requested; nobody knows whether it exists"), Ink.WARNING)
        yield Row(label, (recorded(begun.at), inked_digest(begun.event.digest), unknown))


def _previews(record: Record) -> Iterator[Row]:
    """Count previews by version and outcome; reviewers' names are not needed here."""
    counts = Counter((digest, preview.outcome) for (digest, _), preview in record.previews.items())
    for (digest, outcome), count in counts.items():
        facts = (_PREVIEW_OUTCOMES[outcome], inked_digest(digest))
        yield Row("previews", facts, Inked(f"{count} ", Ink.PLAIN))


_UNTOLD = frozenset(
    {"type", "format_version", "message_digest", "fingerprint", "draft_sha256", "source_sha256"}
)
"""What tells no entry from its like."""


def entry_facts(event: entries.Event) -> str:
    """Return the members of an entry as `name value` pairs, digests in short and the reason last."""
    members = {
        name: _short(name, value)
        for name, value in entries.fields_of(event).items()
        if name not in _UNTOLD
    }
    reason = members.pop("reason", "")
    told = [f"{name} {value}".removesuffix(" True") for name, value in members.items() if value]
    return " ".join(told) + (f": {reason}" if reason else "")


def _short(name: str, value: object) -> str:
    """Write a member; nothing for one that has members itself, or says no."""
    if name == "key":
        return short_key(str(value))
    if not isinstance(value, str | int) or value is False:
        return ""
    return (
        short_digest(value)
        if isinstance(value, str) and "sha256" in f"{name} {value}"
        else str(value)
    )


_EXAMPLE = "2026-01-31T20:00:00+08:00"
"""How a moment is written; `state import` takes none that is still to come."""


class Lost(Frozen):
    """What a new ledger begins without."""

    campaigns: tuple[str, ...]
    """Every campaign of the repository."""
    lineage: str = ""
    """Of the new one."""
    aside: str | None = None
    """The name of the old ledger's file; None if there was none."""
    unread: str | None = None
    """Why the old ledger could not be read."""
    sent: tuple[Record, ...] = ()
    """What the old one says went out."""
    open: tuple[Record, ...] = ()
    """What the old one does not know the outcome of."""
    website_sends: tuple[str, ...] = ()
    """When the old one says that people sent something in the console, and with which account: as it is typed."""


def lost_text(page: Page, lost: Lost) -> str:
    """Return what is true of a new ledger, and what to run before the next apply."""
    page.line(
        Phrase(
            "the ledger {lineage} was created; nothing is recorded in it yet", lineage=lost.lineage
        )
    )
    if lost.aside:
        page.line(Phrase("the old one was put aside as {file}; keep it", file=lost.aside), indent=2)
    if lost.unread:
        page.line(Phrase("it could not be read: {why}", why=lost.unread), indent=2)
    page.line(
        Inked(
            Phrase(
                "It is now unknown what was sent before. Until it is imported, apply would send it again."
            ),
            Ink.ALARM,
        )
    )
    for record in lost.open:
        _open_send(page, record)
    told = {record.campaign for record in (*lost.sent, *lost.open)}
    if lost.sent:
        page.line(
            Phrase(
                "the old ledger says that these were sent; run these commands before the next apply:"
            )
        )
        for record in lost.sent:
            _typed_line(page, _import_command(record))
    others = [name for name in lost.campaigns if name not in told]
    if others and not (lost.sent or lost.open):
        page.line(
            Phrase(
                "look in the console under 群发记录 which of these were sent, and when, then for each:"
            )
        )
        _typed_line(page, Command("state import", f"--sent NAME --at {_EXAMPLE}"))
        page.line(Phrase("campaigns here: {names}", names=", ".join(others)), indent=2)
    page.line(
        Phrase("for a send that somebody made in the console, which counts for the allowance:")
    )
    for at in lost.website_sends or (_EXAMPLE,):
        _typed_line(page, Command("state import", "--website-send", at))
    return page.text()


def _typed_line(page: Page, command: Command) -> None:
    """Add a command that is to be typed: in one piece, however wide the window is."""
    page.raw(f"    {page.say(command)}")


def _open_send(page: Page, record: Record) -> None:
    say = Phrase("{name} was attempted, and nobody knows whether it was sent", name=record.campaign)
    page.line(Inked(say, Ink.ALARM), hang=2)
    page.line(Phrase("look in the console under 群发记录; if it is there:"), indent=2)
    at = record.open_attempts[0].at.astimezone(BEIJING).isoformat(timespec="seconds")
    _typed_line(
        page,
        Command("state import", "--sent", record.campaign, "--edition", record.edition, "--at", at),
    )


def _import_command(record: Record) -> Command:
    """Return the command that tells a new ledger of a send, with all that the old one knows."""
    job = record.jobs[-1] if record.jobs else None
    times = [job.accepted_at] if job else []
    times += [record.imported.sent_at] if record.imported else []
    times += [attempt.at for attempt in record.attempts[-1:]]
    # A send that was settled without an attempt was made in the console, at a time that only a person knows.
    at = times[0].astimezone(BEIJING).isoformat(timespec="seconds") if times else "AT"
    number = ("--msg-id", job.msg_id) if job and job.msg_id is not None else ()
    return Command(
        "state import", "--sent", record.campaign, "--edition", record.edition, *number, "--at", at
    )


DROPPED_LINES_MAX = 20
"""Of what is dropped."""
_DROPPED_KEYS = ("serial", "type", "campaign", "edition")


class Repair(Frozen):
    """A damaged ledger, and what a repair makes of it."""

    lineage: str
    realm: str | None
    kept: int
    """The serial of the last entry that verifies."""
    dropped: bytes
    """What stands behind it."""
    why: str
    """What is wrong with that."""
    done: bool = False
    """It was repaired; else it is only shown what would be."""
    aside: str | None = None
    """What the damaged ledger is called now."""

    @property
    def dropped_lines(self) -> list[dict[str, Any]]:
        """What is dropped as far as it can be read, and how many bytes each line has; nothing proves what it says."""
        return [_dropped_fields(line) for line in self.dropped.rstrip(b"\n").split(b"\n")]


def repair_text(page: Page, repair: Repair) -> str:
    """Return what a repair drops, and what is to be typed next."""
    page.line(Inked(Phrase("the ledger is damaged: {why}", why=repair.why), Ink.ALARM))
    page.line(Phrase("entries that verify, and stay: {count}", count=repair.kept))
    page.line(Phrase("bytes after them that are dropped: {count}", count=len(repair.dropped)))
    lines = repair.dropped_lines
    for found in lines[:DROPPED_LINES_MAX]:
        page.line(_dropped_words(found), indent=2)
    if len(lines) > DROPPED_LINES_MAX:
        page.line(Phrase("and {count} more", count=len(lines) - DROPPED_LINES_MAX), indent=2)
    if not repair.done:
        page.line(Phrase("Nothing was changed. To repair the ledger, run:"))
        _typed_line(page, Command("state repair", "--reason", '"…"'))
        return page.text()
    page.line(
        Phrase("the damaged ledger was put aside as {file}; keep it", file=repair.aside or "-")
    )
    unknown = Phrase(
        "The dropped bytes may record sends. So apply sends no campaign that is not known as sent."
    )
    page.line(Inked(unknown, Ink.ALARM))
    page.line(
        Phrase(
            "Look in the console under 群发记录, then run this for each campaign before its send:"
        )
    )
    for known in ("--not-sent", "--sent"):
        _typed_line(page, Command("reconcile", "NAME", known, "--reason", '"…"'))
    return page.text()


def _dropped_fields(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    fields = found if isinstance(found, dict) else {}
    whole = {key: value for key in _DROPPED_KEYS if isinstance(value := fields.get(key), str | int)}
    return {**whole, "bytes": len(line)}


def _dropped_words(found: dict[str, Any]) -> Phrase:
    if "type" not in found:
        return Phrase("{count} bytes that are not an entry", count=found["bytes"])
    told = " ".join(str(found[key]) for key in _DROPPED_KEYS if key in found)
    return Phrase("not proven: {entry}", entry=told)
