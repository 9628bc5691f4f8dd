"""The repair of a damaged ledger: what stays of it, what is dropped, and what a person has to settle then."""

import json
from dataclasses import dataclass
from typing import Any, Final

from massctl.model.phrase import Command, Phrase
from massctl.view.language import Language
from massctl.view.lost_text import _type
from massctl.view.page import Inked, Page
from massctl.view.style import Ink, Style

LINES_SHOWN_MAX: Final = 20
"""Of what is dropped."""
_SHOWN: Final = ("serial", "type", "campaign", "edition")


@dataclass(frozen=True, slots=True)
class Repair:
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
        return [_fields(line) for line in self.dropped.rstrip(b"\n").split(b"\n")]


def repair_text(repair: Repair, language: Language, style: Style, width: int) -> str:
    """Say what a repair drops, and what is to be typed next."""
    page = Page(language, style, width)
    page.line(Inked(Phrase("the ledger is damaged: {why}", why=repair.why), Ink.ALARM))
    page.line(Phrase("entries that verify, and stay: {count}", count=repair.kept))
    page.line(Phrase("bytes behind them that are dropped: {count}", count=len(repair.dropped)))
    lines = repair.dropped_lines
    for found in lines[:LINES_SHOWN_MAX]:
        page.line(_said(found), indent=2)
    if len(lines) > LINES_SHOWN_MAX:
        page.line(Phrase("and {count} more", count=len(lines) - LINES_SHOWN_MAX), indent=2)
    if not repair.done:
        page.line(Phrase("Nothing was changed. To repair the ledger, type:"))
        _type(page, Command("state repair", "--reason", '"…"'))
        return page.text()
    page.line(Phrase("the damaged ledger was put aside as {file}; keep it", file=repair.aside or "-"))
    unknown = Phrase("What was dropped may tell of sends. So apply sends no campaign that is not known as sent.")
    page.line(Inked(unknown, Ink.ALARM))
    page.line(Phrase("Look in the console under 群发记录, then say for each campaign before its send:"))
    for known in ("--not-sent", "--sent"):
        _type(page, Command("reconcile", "NAME", known, "--reason", '"…"'))
    return page.text()


def _fields(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    fields = found if isinstance(found, dict) else {}
    whole = {key: value for key in _SHOWN if isinstance(value := fields.get(key), str | int)}
    return {**whole, "bytes": len(line)}


def _said(found: dict[str, Any]) -> Phrase:
    if "type" not in found:
        return Phrase("{count} bytes that are not an entry", count=found["bytes"])
    told = " ".join(str(found[key]) for key in _SHOWN if key in found)
    return Phrase("not proven: {entry}", entry=told)
