"""A server that everybody's ledger is on, under the real backends, and what a checker may ask of it, as of a disk.

Nothing is durable but what is on the server: when a process dies, what waited to be written is gone. A write there is a
call, `push`, that can go wrong like any other, and has a boundary before and after it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from simulation.crashing import Boundaries
from simulation.world import Fault, SimWeChat

from massctl.errors import LedgerUnreachableError
from massctl.ledger.chained_ledger import ChainedLedger


class Remote(Protocol):
    """One place on a server: what is there, what is on its way there, and whether anybody gets through."""

    late: list[Any]
    """Writes on their way whose sender waits no more."""
    is_reachable: bool

    def content(self) -> bytes:
        """Give the ledger as it is there; empty where there is none."""
        ...

    def force(self, content: bytes) -> None:
        """Put another ledger there, as somebody can who has every right."""
        ...

    def write(self, what: Any) -> Any:
        """Let a write arrive; gives what the server answers."""
        ...

    def copy(self) -> "Remote":
        """Go on from here in another world."""
        ...

    def late_key(self) -> tuple[Any, ...]:
        """Name what is on its way."""
        ...

    def open(self, server: "SimServer", wechat: SimWeChat, locks: Path) -> ChainedLedger:
        """Open the ledger as a new process does."""
        ...


@dataclass(slots=True)
class SimServer:
    """One remote, and the machine of those who write there."""

    remote: Remote
    promised: bytes = b""
    """All that a write was ever answered for, or found to have arrived: every later ledger begins with it."""
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
        """Somebody forces it to be another."""
        self.remote.force(content)

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
        notes, late = tuple(sorted(self.beside.items())), self.remote.late_key()
        return self.content, self.promised, late, self.backup, self.damaged_after, notes

    def losses(self, *, every_byte: bool = False) -> list[str]:
        """Name what a crash of the machine can leave otherwise than one of the process: a runner with a new disk."""
        return ["new disk"] if self.beside else []

    def lose(self, _: str) -> None:
        """The machine is gone, and another comes in its place."""
        self.beside.clear()

    def is_of_another_machine(self) -> None:
        """Forget what lies on this machine: nobody wrote it here."""
        self.beside.clear()

    def arrive(self) -> None:
        """Begin a run: the remote can be reached, and what was on its way has arrived."""
        remote = self.remote
        remote.is_reachable = True
        while remote.late:
            remote.write(remote.late.pop(0))

    def open(self, wechat: SimWeChat, locks: Path) -> ChainedLedger:
        """Open the ledger as a new process does."""
        self.runners += 1
        return self.remote.open(self, wechat, locks)

    def rely(self) -> None:
        """Whoever reads what is there, or hears that it is written, may rely on it."""
        if self.flushed.startswith(self.promised):
            self.promised = self.flushed

    def push(self, wechat: SimWeChat, what: Any) -> tuple[Any, Fault | None]:
        """Let a write arrive, or not; gives the server's answer, and what went wrong."""
        self.boundaries.reach("before push")
        fault, answer = wechat._begin("push"), None
        if self.full:
            raise LedgerUnreachableError("this machine can write nothing, not even a request")
        if not self.remote.is_reachable:
            fault = Fault.REQUEST_LOST
        if fault is Fault.LATE:
            self.remote.late.append(what)
        elif fault not in (Fault.REQUEST_LOST, Fault.PUSH_REFUSED):
            answer = self.remote.write(what)
            self.rely()
        if fault in (Fault.LATE, Fault.PUSHED_AWAY):
            self.remote.is_reachable = False
        self.boundaries.reach("after push")
        return answer, fault


@dataclass(frozen=True, slots=True)
class SimFolder:
    """What `massctl.ledger` uses of pathlib."""

    server: SimServer = field(compare=False)
    path: str

    def __truediv__(self, name: str) -> "SimFolder":
        return SimFolder(self.server, f"{self.path}/{name}")

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

    def replace(self, target: "SimFolder") -> None:
        self.server.beside[target.path] = self.server.beside.pop(self.path)
