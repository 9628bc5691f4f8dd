"""What the git backend needs of a branch that many machines write: a compare-and-swap with three outcomes.

A push that ends well has moved the branch from the parent of what was pushed. One that does not may have moved it all
the same: its outcome is looked up, and never assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NewType, Protocol

from massctl.errors import LedgerError

Tip = NewType("Tip", str)
"""Names a commit, and with it everything on the branch up to it. No two runners ever make the same one."""


class Push(Enum):
    """How a push ended."""

    DONE = auto()
    """The branch is where it was pushed to."""
    REFUSED = auto()
    """The remote will not have it, whatever it is; the branch did not move."""
    LOST = auto()
    """The branch was somewhere else than its parent: another runner was first, or somebody moved it."""
    UNKNOWN = auto()
    """No clear answer; it may have arrived, or still arrive."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended, and why not well."""

    outcome: Push
    why: LedgerError | None = None
    """None where it is DONE."""


class Branch(Protocol):
    """One branch of a remote."""

    @property
    def name(self) -> str:
        """What it is called, with its remote, for people."""
        ...

    def fetch(self) -> Tip | None:
        """Give where the remote's branch is now; None where there is no such branch. Raises LedgerUnreachableError."""
        ...

    def fetched(self) -> Tip | None:
        """Give where it was when this machine fetched it last; None where it never did."""
        ...

    def read(self, tip: Tip, path: str) -> bytes | None:
        """Give a file as it is at `tip`; None where there is none."""
        ...

    def list(self, tip: Tip, folder: str) -> frozenset[str]:
        """Give the names in a folder at `tip`; the top where it is empty."""
        ...

    def commit(self, parent: Tip | None, files: Mapping[str, bytes | None], said: str) -> Tip:
        """Make a commit after `parent`, here and nowhere else: its files, with those of `files` written or removed."""
        ...

    def push(self, tip: Tip) -> Pushed:
        """Move the remote's branch to `tip`, if it is at the parent of `tip`; never otherwise."""
        ...

    def refusal(self, tip: Tip) -> LedgerError | None:
        """Say why the branch, which is at `tip`, cannot be pushed to, as far as the remote tells without a push."""
        ...

    def holds(self, tip: Tip, commit: Tip) -> bool:
        """Whether `commit` is in the history of `tip`, which was fetched."""
        ...
