"""The ledger for verbs that only show something: as it is, or as it was fetched last where its remote is out of reach.

What writes, sends or vouches for the ledger reads it where it is, or does nothing.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from massctl.cli.session import Session
from massctl.errors import LedgerUnreachableError
from massctl.model.phrase import Phrase
from massctl.model.state import State

if TYPE_CHECKING:
    from massctl.model.entries import Entry


def shown_entries(session: Session) -> "Sequence[Entry]":
    """Read the ledger to show it; where it is shown as it was fetched last, that is said."""
    if not session.in_git:
        return session.ledger().read(0)
    try:
        return session.git_ledger().read(0)
    except LedgerUnreachableError as error:
        known = session.git_ledger().last_read()
        if known is None:
            raise
        _tell_old(session, error, known)
        return known


def shown_state(session: Session) -> State:
    """Fold what `shown_entries` gives."""
    state = State(session.settings.renamed)
    state.absorb_all(shown_entries(session))
    return state


def _tell_old(session: Session, error: LedgerUnreachableError, known: "Sequence[Entry]") -> None:
    # Only a run without its remote comes here.
    from massctl.apply.outcome import what_happened
    from massctl.model.phrase import BEIJING, moment

    told = Phrase(
        "{why}\nShown is what was fetched last: it ends with entry {serial}, of {at}; others may have sent since.",
        why=what_happened(error),
        serial=len(known),
        at=moment(known[-1].at.astimezone(BEIJING)) if known else "-",
    )
    session.voice.talk(told)
