"""A remote's branch in memory, and how its pushes go wrong: lost before, lost after, late, refused, overtaken.

It stands in for `massctl.ledger.git_branch` below the real GitLedger. It compares as a server does: a push moves the
branch only from the parent of what is pushed. Nothing takes time.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_branch import Push, Pushed, Tip
from massctl.model.ids import sha256_of

FILES = Mapping[str, bytes]


class PushFault(StrEnum):
    """What goes wrong with one push."""

    NOT_LEFT = "nothing left"
    ANSWER_LOST = "it arrived, and its answer is lost"
    LATE = "its answer is lost, and it arrives before the next run"
    REFUSED = "a rule of the server protects the branch"
    OFFLINE = "it arrived, its answer is lost, and so is the remote"


@dataclass
class SimRemote:
    """A server with one branch."""

    commits: dict[Tip, tuple[Tip | None, dict[str, bytes]]] = field(default_factory=dict)
    head: Tip | None = None
    late: list[Tip] = field(default_factory=list)
    """Pushes on their way whose sender waits no more."""
    is_reachable: bool = True
    pushes: int = 0
    """Pushes that moved the branch."""

    def copy(self) -> Self:
        """Go on from here in another world."""
        return type(self)(
            dict(self.commits), self.head, list(self.late), self.is_reachable, self.pushes
        )

    def take(self, tip: Tip) -> bool:
        """Move the branch to a commit whose parent it is at."""
        if tip == self.head:
            return True
        if self.commits[tip][0] != self.head:
            return False
        self.head, self.pushes = tip, self.pushes + 1
        return True

    def arrive(self) -> None:
        """Let what is still on its way arrive."""
        for tip in self.late:
            self.take(tip)
        self.late.clear()

    def history(self, tip: Tip | None) -> list[Tip]:
        """Give a commit and all before it, newest first."""
        found = []
        while tip is not None:
            found.append(tip)
            tip = self.commits[tip][0]
        return found

    def content(self, path: str = "massctl.state.jsonl") -> bytes:
        """Give a file as the branch has it now; empty where it has none."""
        return self.commits[self.head][1].get(path, b"") if self.head else b""


class SimBranch:
    """`GitBranch` as one runner reaches it; `faults` are what goes wrong with its next pushes, None for nothing."""

    name = "origin/massctl-state"

    def __init__(
        self,
        remote: SimRemote,
        runner: str = "a",
        faults: Sequence[PushFault | None] = (),
        before_push: Callable[[], None] | None = None,
    ) -> None:
        self.remote = remote
        self.faults = list(faults)
        self.before_push = before_push
        self._runner = runner

    def fetch(self) -> Tip | None:
        if not self.remote.is_reachable:
            raise LedgerUnreachableError("the ledger's branch cannot be read")
        return self.remote.head

    def fetched(self) -> Tip | None:
        return self.remote.head

    def read(self, tip: Tip, paths: Sequence[str]) -> list[bytes | None]:
        return [self.remote.commits[tip][1].get(path) for path in paths]

    def list(self, tip: Tip, folder: str) -> dict[str, str]:
        prefix = f"{folder}/" if folder else ""
        files = self.remote.commits[tip][1]
        inside = {
            path.removeprefix(prefix): data
            for path, data in files.items()
            if path.startswith(prefix)
        }
        return {path.partition("/")[0]: sha256_of(data) for path, data in inside.items()}

    def commit(
        self,
        parent: Tip | None,
        files: Mapping[str, bytes | None],
        said: str,
        moved: Mapping[str, str] = MappingProxyType({}),
    ) -> Tip:
        before = self.remote.commits[parent][1] if parent else {}
        for old, new in moved.items():
            before = {
                new + path[len(old) :] if f"{path}/".startswith(f"{old}/") else path: before[path]
                for path in before
            }
        tree = {path: data for path, data in {**before, **files}.items() if data is not None}
        named = f"{parent} {self._runner} {said} {sorted((path, sha256_of(data)) for path, data in tree.items())}"
        tip = Tip(sha256_of(named.encode()))
        self.remote.commits[tip] = parent, tree
        return tip

    def push(self, tip: Tip) -> Pushed:
        if self.before_push is not None:
            # Others do something in the moment before it arrives, once.
            self.before_push, before = None, self.before_push
            before()
        fault = self.faults.pop(0) if self.faults else None
        why = LedgerUnreachableError("the ledger's branch cannot be written")
        if fault is PushFault.REFUSED:
            return Pushed(Push.REFUSED, why)
        if fault is PushFault.LATE:
            self.remote.late.append(tip)
            return Pushed(Push.UNKNOWN, why)
        if not self.remote.is_reachable or fault is PushFault.NOT_LEFT:
            return Pushed(Push.UNKNOWN, why)
        taken = self.remote.take(tip)
        if fault is PushFault.OFFLINE:
            self.remote.is_reachable = False
        if fault is not None:
            return Pushed(Push.UNKNOWN, why)
        return Pushed(Push.DONE) if taken else Pushed(Push.LOST, why)

    def refusal(self, tip: Tip) -> LedgerUnreachableError | None:
        return (
            None
            if self.remote.is_reachable
            else LedgerUnreachableError("the ledger's branch cannot be written")
        )

    def holds(self, tip: Tip, commit: Tip) -> bool:
        return commit in self.remote.history(tip)
