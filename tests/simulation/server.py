"""A server with the ledger's branch under the real GitLedger, and what a checker may ask of it, as of a disk.

Nothing is durable but what is on the branch: when a process dies, what waited for a push is gone. A push is a call that
can go wrong like any other, and has a boundary before and after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from branches import PushFault, SimBranch, SimRemote
from simulation.crashing import Boundaries
from simulation.world import Fault, SimWeChat

from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_branch import Pushed, Tip
from massctl.ledger.git_ledger import GitLedger

LEDGER: Final = "massctl.state.jsonl"
_FAULTS: Final[Mapping[Fault, PushFault]] = {
    Fault.REQUEST_LOST: PushFault.NOT_LEFT,
    Fault.ANSWER_LOST: PushFault.ANSWER_LOST,
    Fault.LATE: PushFault.LATE,
    Fault.PUSH_REFUSED: PushFault.REFUSED,
    Fault.PUSHED_AWAY: PushFault.OFFLINE,
}


@dataclass(slots=True)
class SimServer:
    """One remote, and the machine of those who push there."""

    remote: SimRemote = field(default_factory=SimRemote)
    promised: bytes = b""
    """All that a push was ever answered for, or found to have arrived: every later ledger begins with it."""
    beside: dict[str, str] = field(default_factory=dict)
    """The small files of this machine, by path."""
    damaged_after: int | None = None
    careless: bool = False
    full: bool = False
    backup: bytes | None = None
    boundaries: Boundaries = field(default_factory=Boundaries)
    runners: int = 0
    name_flushed: bool = True

    @property
    def content(self) -> bytes | None:
        """The ledger as everybody reads it; None: there is none."""
        return self.remote.content() or None

    @content.setter
    def content(self, content: bytes) -> None:
        """Somebody forces the branch to another place."""
        branch = SimBranch(self.remote, "somebody")
        self.remote.head = branch.commit(None, {LEDGER: content}, "forced")

    @property
    def flushed(self) -> bytes:
        """The ledger as it survives."""
        return self.content or b""

    @flushed.setter
    def flushed(self, _: bytes) -> None:
        """Nothing here is written and not flushed."""

    def copy(self) -> "SimServer":
        """Go on from here in another world, where no process lives."""
        return SimServer(
            self.remote.copy(),
            self.promised,
            dict(self.beside),
            self.damaged_after,
            backup=self.backup,
            runners=self.runners,
        )

    def key(self) -> tuple[Any, ...]:
        """Name everything that a later run could tell apart."""
        late = [
            (self.remote.commits[tip][0] == self.remote.head, self._at(tip))
            for tip in self.remote.late
        ]
        notes = tuple(sorted(self.beside.items()))
        return self.content, self.promised, tuple(late), self.backup, self.damaged_after, notes

    def losses(self, *, every_byte: bool = False) -> list[str]:
        """Name what a crash of the machine can leave otherwise than one of the process: a runner with a new disk."""
        return ["new disk"] if self.beside else []

    def lose(self, _: str) -> None:
        """The machine is gone, and another comes in its place."""
        self.beside.clear()

    def arrive(self) -> None:
        """Begin a run: the remote can be reached, and what was on its way has arrived."""
        self.remote.is_reachable = True
        self.remote.arrive()

    def open(self, wechat: SimWeChat) -> GitLedger:
        """Open the ledger as a new process does."""
        self.runners += 1
        branch = _Branch(self, wechat, f"runner {self.runners}")
        return GitLedger(
            branch, cast("Path", _Folder(self, "/repository/.massctl/locks")), lambda _: None
        )

    def _at(self, tip: Tip) -> bytes:
        return self.remote.commits[tip][1].get(LEDGER, b"")


class _Branch(SimBranch):
    """The branch as a process reaches it, which can die at every push."""

    def __init__(self, server: SimServer, wechat: SimWeChat, runner: str) -> None:
        super().__init__(server.remote, runner)
        self._server = server
        self._wechat = wechat

    def fetch(self) -> Tip | None:
        tip = super().fetch()
        content = self._server.flushed
        if content.startswith(self._server.promised):
            self._server.promised = content  # Whoever reads it may rely on it.
        return tip

    def push(self, tip: Tip) -> Pushed:
        server, remote = self._server, self._server.remote
        server.boundaries.reach("before push")
        fault = self._wechat._begin("push")
        if server.full:
            raise LedgerUnreachableError("git cannot be run, and the ledger is in it")
        self.faults = [_FAULTS.get(fault) if fault else None]
        pushed = super().push(tip)
        if fault is Fault.LATE:
            remote.is_reachable = False
        if remote.head == tip and server.flushed.startswith(server.promised):
            server.promised = server.flushed
        server.boundaries.reach("after push")
        return pushed


@dataclass(frozen=True, slots=True)
class _Folder:
    """What `massctl.ledger` uses of pathlib."""

    server: SimServer = field(compare=False)
    path: str

    def __truediv__(self, name: str) -> "_Folder":
        return _Folder(self.server, f"{self.path}/{name}")

    def mkdir(self, **_: Any) -> None:
        """Folders are always there."""

    def read_text(self, encoding: str = "utf-8") -> str:
        try:
            return self.server.beside[self.path]
        except KeyError:
            raise FileNotFoundError(self.path) from None

    def write_text(self, text: str, encoding: str = "utf-8") -> int:
        self.server.beside[self.path] = text
        return len(text)

    def replace(self, target: "_Folder") -> None:
        self.server.beside[target.path] = self.server.beside.pop(self.path)
