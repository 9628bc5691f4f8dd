"""A remote with the ledger's branch, under the real GitLedger: what random stories have in place of a disk.

What is durable is what is on the branch. A push may take a quarter of an hour, and go wrong in every way that
`branches.py` knows; whoever waits for a late one is gone when it arrives, and another runner may have been there first.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from branches import SimBranch, SimRemote
from building import LINEAGE, NOW
from simulation.crashing import Crash
from simulation.walk_ledger import Folder

from massctl.errors import LedgerUnreachableError
from massctl.ledger.codec import chain_digest, decode, follow
from massctl.ledger.git_branch import Push, Pushed, Tip
from massctl.ledger.git_ledger import GitLedger
from massctl.model.entries import GENESIS, Created, Entry, NewEntry

if TYPE_CHECKING:
    from pathlib import Path

    from simulation.walk_world import Runner

PUSH_FAULTS: Final = (
    "SLOW",  # It arrives, a quarter of an hour later: unanswered pushes and look-ups of two minutes each.
    "SLOW",
    "NOT_LEFT",
    "ANSWER_LOST",
    "AWAY",  # It arrives, no answer does, and this runner reaches the remote no more.
    "LATE",  # It arrives minutes later, and this runner reaches the remote no more.
    "REFUSED",
)
SLOW_PUSH: Final = timedelta(minutes=16)
"""Four pushes of `git_remote.NETWORK_SECONDS`, each looked up by a fetch that takes as long."""
NO_ANSWER: Final = timedelta(minutes=2)
"""`git_remote.NETWORK_SECONDS`: so long a call is waited for."""
LATE_PUSH: Final = timedelta(minutes=5)


class Server:
    """Where a branch is, and what checkers may ask of it, as of `walk_ledger.Disk`: all that is there is durable."""

    def __init__(self, later: Callable[[timedelta, Callable[[], object]], None]) -> None:
        self.remote = SimRemote()
        self.newer: Tip | None = None
        """Where the branch was before somebody set it back, until somebody pushes that again."""
        self.later = later
        self.runners = 0
        self._known: tuple[Tip | None, bytes] = None, b""
        self._entries: list[Entry] = []
        self._prev = GENESIS
        created = NewEntry(at=NOW, event=Created(lineage=LINEAGE, realm="loopback"))
        founder = GitLedger(
            SimBranch(self.remote, "founder"), cast("Path", Folder()), lambda _: None
        )
        founder.append(0, [created], durable=True)

    @property
    def entries(self) -> list[Entry]:
        """What the branch says now."""
        if self.remote.head != self._known[0]:
            content = self.bytes()
            if not content.startswith(self._known[1]):
                self._known, self._entries, self._prev = (None, b""), [], GENESIS
            for line in content[len(self._known[1]) :].splitlines():
                self._entries.append(decode(line, len(self._entries) + 1, self._prev))
                self._prev = chain_digest(line)
            self._known = self.remote.head, content
        return self._entries

    @property
    def flushed(self) -> int:
        """How many of its entries would survive: all."""
        return len(self.entries)

    def bytes(self) -> bytes:
        """Give the file as it is on the branch."""
        return self.remote.content()

    def verifies(self) -> bool:
        """Read the whole file as a new process does, and compare."""
        return follow(self.bytes())[0] == self.entries

    def lose_power(self, kept: int) -> None:
        """A machine loses power; nothing that is here was on it."""

    def put_older(self, back: int) -> None:
        """Somebody sets the branch back to a commit from `back` entries ago, or more."""
        self.newer = self.remote.head
        left = max(1, len(self.entries) - back)
        history = self.remote.history(self.remote.head)
        lengths = {
            tip: self.remote.commits[tip][1]["massctl.state.jsonl"].count(b"\n") for tip in history
        }
        self.remote.head = next(tip for tip in history if lengths[tip] <= left)

    def bring_newer_back(self) -> None:
        """Undo `put_older`."""
        if self.newer is not None:
            self.remote.head, self.newer = self.newer, None

    def open(self, runner: "Runner", locks: Folder) -> "BranchLedger":
        """Open the ledger as a new process does."""
        self.runners += 1
        return BranchLedger(RunnerBranch(self, runner), locks, runner)


class RunnerBranch(SimBranch):
    """The branch as one process reaches it."""

    def __init__(self, server: Server, runner: "Runner") -> None:
        super().__init__(server.remote, f"runner {server.runners}")
        self._server = server
        self._runner = runner
        self._is_away = False
        self.dies = False
        """The process dies when its next push has left."""

    def fetch(self) -> Tip | None:
        self._runner.world.land()
        if self._is_away:
            raise LedgerUnreachableError("the ledger's branch cannot be read")
        return super().fetch()

    def push(self, tip: Tip) -> Pushed:
        runner, why = self._runner, LedgerUnreachableError("the ledger's branch cannot be written")
        runner.reach("before push")
        fault = self._runner.fault("push")
        if self.dies:
            self._server.later(LATE_PUSH, lambda: self.remote.take(tip))
            raise Crash("torn push")
        if fault == "SLOW":
            self._wait(SLOW_PUSH)
        elif fault == "LATE":
            self._server.later(LATE_PUSH, lambda: self.remote.take(tip))
        elif fault == "REFUSED":
            return Pushed(Push.REFUSED, why)
        runner.world.land()
        taken = not self._is_away and fault not in {"NOT_LEFT", "LATE"} and self.remote.take(tip)
        self._is_away |= fault in {"AWAY", "LATE"}
        runner.reach("after push")
        if self._is_away or fault in {"NOT_LEFT", "ANSWER_LOST"}:
            self._wait(NO_ANSWER)
            return Pushed(Push.UNKNOWN, why)
        return Pushed(Push.DONE) if taken else Pushed(Push.LOST, why)

    def _wait(self, time: timedelta) -> None:
        self._runner.world.pushing = self._runner
        self._runner.sleep(time.total_seconds())
        self._runner.world.pushing = None


class BranchLedger(GitLedger):
    """One process's view of the branch."""

    def __init__(self, branch: RunnerBranch, locks: Folder, runner: "Runner") -> None:
        super().__init__(branch, cast("Path", locks), runner.sleep)
        self._mine = branch

    def tear(self, expected_serial: int, entries: Sequence[NewEntry], _: int) -> None:
        """Die in the middle of a push: it has left, and arrives when nobody waits for it any more."""
        self._mine.dies = True
        self.append(expected_serial, entries, durable=True)
