"""A send that waits for the administrator, in words: until when, and what to type then."""

from datetime import datetime
from typing import Final

from massctl.model.phrase import Command, Phrase
from massctl.model.state import Status
from massctl.view.moments import recorded
from massctl.view.page import Inked, Table
from massctl.view.style import Ink
from massctl.view.words import short_digest


def hold_rows(table: Table, campaign: str, until: datetime, label: str) -> None:
    """Say until when the administrator may answer, what his answer does, and what to type then."""
    say = Phrase("WeChat asks the administrator (管理员) to confirm this send, until {moment}", moment=recorded(until))
    table.row(label, Inked(say, Ink.WARNING), inner=2)
    table.below(Phrase("Unconfirmed it is not sent. Until that is known the account sends nothing else."))
    table.below(Phrase("once that is answered, this asks WeChat what became of it:"))
    table.below(Command("apply", campaign), inner=4)


STATUS_INK: Final = {
    Status.SENT: Ink.DONE,
    Status.SENDING: Ink.DONE,
    Status.AWAITING_ADMIN: Ink.WARNING,
    Status.FAILED: Ink.ERROR,
    Status.IN_DOUBT: Ink.ALARM,
}
"""Statuses that are not here are written plainly."""


def inked_digest(digest: str) -> Inked:
    """Say a digest beside what it is about."""
    return Inked(Phrase("digest {digest}", digest=short_digest(digest)), Ink.DETAIL)
