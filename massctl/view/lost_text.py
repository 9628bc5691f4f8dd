"""A ledger that started over: where the old one is, what nobody knows now, and how to tell the new one."""

from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import BEIJING, Command, Phrase
from massctl.model.state import Record
from massctl.view.language import Language
from massctl.view.page import Inked, Page
from massctl.view.style import Ink, Style

_EXAMPLE: Final = "2026-01-31T20:00:00+08:00"
"""How a moment is written; `state import` takes none that is still to come."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What a new ledger begins without."""

    lineage: str
    aside: str | None
    """The name of the old ledger's file; None where there was none."""
    unread: str | None
    """Why the old ledger could not be read."""
    sent: tuple[Record, ...]
    """What the old one says went out."""
    open: tuple[Record, ...]
    """What the old one does not know the outcome of."""
    website_sends: tuple[str, ...]
    """When the old one says that people sent something on the website, and with which account: as it is typed."""
    campaigns: tuple[str, ...]
    """Every campaign of the repository."""


def lost_text(lost: Lost, language: Language, style: Style, width: int) -> str:
    """Say what is true of a ledger that was begun anew, and what to type before the next apply."""
    page = Page(language, style, width)
    page.line(Phrase("the ledger {lineage} was created; nothing is recorded in it yet", lineage=lost.lineage))
    if lost.aside:
        page.line(Phrase("the old one was put aside as {file}; keep it", file=lost.aside), indent=2)
    if lost.unread:
        page.line(Phrase("it could not be read: {why}", why=lost.unread), indent=2)
    page.line(
        Inked(
            Phrase("What went out before is unknown now. Until it is imported, apply would send it again."), Ink.ALARM
        )
    )
    for record in lost.open:
        _open(page, record)
    told = {record.campaign for record in (*lost.sent, *lost.open)}
    if lost.sent:
        page.line(Phrase("the old ledger says that these went out; type this before the next apply:"))
        for record in lost.sent:
            _type(page, _command(record))
    others = [name for name in lost.campaigns if name not in told]
    if others and not (lost.sent or lost.open):
        page.line(Phrase("look in the console under 群发记录 which of these went out, and when, then for each:"))
        _type(page, Command("state import", f"--sent NAME --at {_EXAMPLE}"))
        page.line(Phrase("campaigns here: {names}", names=", ".join(others)), indent=2)
    page.line(Phrase("a send that somebody made on the website, which counts for the allowance:"))
    for at in lost.website_sends or (_EXAMPLE,):
        _type(page, Command("state import", "--website-send", at))
    return page.text()


def _type(page: Page, command: Command) -> None:
    """Add a command that is to be typed: in one piece, however wide the window is."""
    page.raw(f"    {page.say(command)}")


def _open(page: Page, record: Record) -> None:
    say = Phrase("{name} was attempted, and nobody knows whether it was sent", name=record.campaign)
    page.line(Inked(say, Ink.ALARM), hang=2)
    page.line(Phrase("look in the console under 群发记录; if it is there:"), indent=2)
    at = record.open_attempts[0].at.astimezone(BEIJING).isoformat(timespec="seconds")
    _type(page, Command("state import", "--sent", record.campaign, "--edition", record.edition, "--at", at))


def _command(record: Record) -> Command:
    """Give the command that tells a new ledger of a send, with all that the old one knows."""
    job = record.jobs[-1] if record.jobs else None
    times = [job.accepted_at] if job else []
    times += [record.imported.sent_at] if record.imported else []
    times += [attempt.at for attempt in record.attempts[-1:]]
    # A send that was settled without an attempt was made in the console, at a time that only a person knows.
    at = times[0].astimezone(BEIJING).isoformat(timespec="seconds") if times else "AT"
    number = ("--msg-id", job.msg_id) if job and job.msg_id is not None else ()
    return Command("state import", "--sent", record.campaign, "--edition", record.edition, *number, "--at", at)
