"""A send that the administrator did not answer: from the end of his 30 minutes on it is a doubt like any other."""

from collections.abc import Iterable

from massctl.apply.book import Book
from massctl.apply.ports import Clock
from massctl.model.hold import held_until
from massctl.model.ledger import SendInDoubt
from massctl.model.phrase import Phrase
from massctl.model.state import Record


def is_overdue(record: Record, clock: Clock) -> bool:
    """Say whether the administrator's time is over, and nothing was learnt of the send since."""
    until = held_until(record)
    return until is not None and until <= clock.now()


def record_silence(records: Iterable[Record], book: Book, clock: Clock) -> None:
    """Record of each send whose 30 minutes are over that nobody knows what became of it."""
    for record in records:
        if is_overdue(record, clock):
            reason = Phrase("the administrator's 30 minutes are over, and WeChat did not say what became of the send")
            attempt = record.open_attempts[-1].serial
            book.record_for(SendInDoubt(attempt=attempt, reason=reason), record.campaign, record.edition)
