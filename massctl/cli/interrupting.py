"""What a run that is cut short ends with: 4 where the ledger has an open attempt, whoever opened it, else 130.

The ledger is read anew: a signal may come between an entry's being written and the run's taking note of it, or
before the run read anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from massctl.cli.exit_codes import ExitStatus
from massctl.errors import MassctlError

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.state import State

_at_work: "list[Session]" = []


def at_work_on(session: "Session | None") -> None:
    """Say on whose ledger a run acts from now on; None: it acts on none yet."""
    _at_work[:] = [session] if session is not None else []


def interrupted_status() -> ExitStatus:
    """Give what an interruption ends with now."""
    state = recorded_now(_at_work[0]) if _at_work else None
    opened = state is not None and any(record.is_in_doubt for record in state.records.values())
    return ExitStatus.IN_DOUBT if opened else ExitStatus.INTERRUPTED


@contextmanager
def told_as_interruption() -> Iterator[None]:
    """Raise KeyboardInterrupt for what became of one in a library: pydantic-core says that a schema cannot be built."""
    try:
        yield
    except Exception as error:
        if type(error).__name__ == "SchemaError" and "KeyboardInterrupt" in str(error):
            raise KeyboardInterrupt from None
        raise


def recorded_now(session: "Session") -> "State | None":
    """Fold the ledger as it is on disk; None where it cannot be read."""
    try:
        return session.read_state(session.ledger())
    except MassctlError:
        return None
