"""The world of one random story, and a run of massctl in it: time, machines, checkouts, accounts, the ledger."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from building import LINEAGE, NOW
from simulation.crashing import Crash
from simulation.scenario import PICTURES
from simulation.walk_account import Account, Nature
from simulation.walk_declared import Declared, Page, Rules, house_of, rendered
from simulation.walk_ledger import Disk, DiskLedger, Folder
from simulation.walk_remote import BranchLedger, Server
from simulation.world import SimPictures

from massctl.errors import LedgerOlderError
from massctl.model.entries import Created, Entry, NewEntry
from massctl.model.message import RenderedCampaign
from massctl.model.state import State
from massctl.plan.guards import PolicyInForce

T = TypeVar("T")

MACHINES: Final = 2
CALL: Final = timedelta(seconds=1)
"""How long WeChat takes to answer."""
LABELS: Final = ("hero", "second")


class World:
    """Everything that is not massctl, and what is wrong in it."""

    def __init__(
        self, declared: Sequence[Declared], nature: Nature, *, in_git: bool = False
    ) -> None:
        self.time = NOW
        """The true time, which is WeChat's."""
        self.declared = {each.name: each for each in declared}
        self.pages: dict[str, list[Page]] = {each.name: [Page()] for each in declared}
        """Every commit of a campaign, newest last."""
        self.rules = Rules()
        self.accounts = {
            name: Account(nature, lambda: self.time, first)
            for name, first in (("main", 3147000001), ("other", 5))
        }
        self.arriving: list[tuple[datetime, Callable[[], object]]] = []
        """Pushes on their way whose senders wait no more."""
        self.disk: Disk | Server = Server(self._later) if in_git else Disk()
        self.locks = [Folder() for _ in range(MACHINES)]
        self.skew = [timedelta(0)] * MACHINES
        self.skewed = False
        """A clock was wrong at some time."""
        self.pictures = SimPictures(
            (*LABELS, *(f"cover {each.name}" for each in declared), *PICTURES.labels)
        )
        self.runs = 0
        self.wrongs: list[str] = []
        """What must not be, in words."""
        self.asked: set[tuple[str, str]] = set()
        """(recipient, digest) of previews that left and were not refused, as far as the ledger of today can know."""
        self.seen: dict[str, int] = {}
        """Digest -> the moment, of `moments`, at which somebody first got the preview."""
        self.pushing: Runner | None = None
        """Who waits for a push in this moment."""
        self.moments = 0
        """Counts previews, and the moments at which runs read the ledger."""
        self.forked = False
        """An older copy of the ledger took the file's place for good."""

    def wrong(self, what: str) -> None:
        """Note what must not be."""
        self.wrongs.append(what)

    def account(self, name: str) -> Account:
        """Give the account that a campaign goes out by."""
        return self.accounts[self.declared[name].account]

    def checkout(self, behind: int = 0) -> dict[str, RenderedCampaign]:
        """Render every campaign, as of so many commits ago."""
        return {
            name: rendered(self.declared[name], pages[max(0, len(pages) - 1 - behind)])
            for name, pages in self.pages.items()
        }

    def pass_by(self, gap: timedelta) -> None:
        """Let time pass, and let happen what was under way."""
        end = self.time + gap
        while coming := [at for ways in self._ways() for at, _ in ways if at <= end]:
            self.time = max(self.time, min(coming))
            self.land()
        self.time = max(self.time, end)

    def land(self) -> None:
        """Let everything take effect that is due."""
        for account in self.accounts.values():
            account.land()
        due = [act for at, act in self.arriving if at <= self.time]
        self.arriving = [(at, act) for at, act in self.arriving if at > self.time]
        for act in due:
            act()

    def _ways(self) -> list[list[tuple[datetime, Callable[[], object]]]]:
        return [self.arriving, *(account.coming for account in self.accounts.values())]

    def _later(self, delay: timedelta, act: Callable[[], object]) -> None:
        self.arriving.append((self.time + delay, act))


@dataclass
class Runner:
    """One process of massctl on one machine: where its ports lead to, and where it dies."""

    world: World
    machine: int = 0
    named: tuple[str, ...] | None = None
    checkout: dict[str, RenderedCampaign] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """(method, fault): each befalls the next call of its method."""
    crash: str = ""
    """The boundary at which it dies: a name, and after a `#` which time; empty for none."""
    ending: type[BaseException] = Crash
    on_purpose: bool = False
    """It is `massctl preview`: it may show again what was shown."""
    attended: bool = False
    during: list[Callable[[], None]] = field(default_factory=list)
    """What happens while it waits for the first time."""
    pause: Callable[[], None] = lambda: None
    number: int = field(init=False)
    began: int = 0
    """The moment, of the world's `moments`, at which it read the ledger."""
    rules_at_attempt: Rules | None = None
    """The rules when it wrote its newest attempt down."""
    disturbed: bool = False
    """People did something while it waited."""
    last_look: datetime = field(init=False)
    """What this machine's clock said when massctl last asked."""
    passed: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.runs += 1
        self.number = self.world.runs
        self.last_look = self.now()

    def reach(self, name: str) -> bool:
        """Pass a boundary, unless the process dies there; with `torn` it is told, and dies by its own hand."""
        self.pause()
        self.passed[name] = self.passed.get(name, 0) + 1
        wanted, _, count = self.crash.partition("#")
        dies = wanted == name and self.passed[name] == int(count or 1)
        if dies and not name.startswith("torn"):
            raise self.ending(name)
        return dies

    def now(self) -> datetime:
        """Read this machine's clock, which may be wrong."""
        self.last_look = self.world.time + self.world.skew[self.machine]
        return self.last_look

    def sleep(self, seconds: float) -> None:
        """Wait; other people do not."""
        self.world.pass_by(timedelta(seconds=seconds))
        happening, self.during = self.during, []
        self.disturbed |= bool(happening)
        for each in happening:
            each()
        self.pause()

    def fault(self, method: str) -> str | None:
        """Take the fault of the next call of a method."""
        found = next((each for each in self.faults if each[0] == method), None)
        if found is None:
            return None
        self.faults.remove(found)
        return found[1]

    def house(self) -> PolicyInForce:
        """Read the rules of this moment."""
        return house_of(self.world.rules, self.named)

    def ledger(self) -> DiskLedger | BranchLedger:
        """Open the ledger as a new process does."""
        return self.world.disk.open(self, self.world.locks[self.machine])

    def state(self, ledger: DiskLedger | BranchLedger) -> State:
        """Read the ledger as a new process does; a person who is told that it is older brings the newer file back."""
        try:
            entries = ledger.read(0)
        except LedgerOlderError:
            self.world.disk.bring_newer_back()
            entries = ledger.read(0)
        self.world.moments += 1
        self.began = self.world.moments
        state = State()
        state.absorb_all(entries)
        return state

    # The rest of Progress, of which a story needs no word.
    say = begin = staticmethod(lambda *_: None)
    advance = end = staticmethod(lambda: None)
    waiting = staticmethod(lambda *_: None)


@dataclass
class RunnerLedger:
    """The ledger of a process, with boundaries around each append and a tear inside."""

    inner: DiskLedger | BranchLedger
    runner: Runner

    def read(self, since: int) -> Sequence[Entry]:
        return self.inner.read(since)

    def append(
        self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Sequence[Entry]:
        name = f"append {entries[0].event.type}" if entries else "flush"
        self.runner.reach(f"before {name}")
        if entries and self.runner.reach(f"torn {name}"):
            self.inner.tear(expected_serial, entries, self.runner.number)
            raise Crash(f"torn {name}")
        if any(entry.event.type == "send_attempted" for entry in entries):
            self.runner.rules_at_attempt = self.runner.world.rules
        written = self.inner.append(expected_serial, entries, durable=durable)
        self.runner.now()  # Whatever follows could look at the clock, for it may have taken minutes.
        self.runner.reach(f"after {name}")
        return written

    def created(self) -> Created:
        """Begin a ledger, as `LedgerBootstrap`."""
        return Created(lineage=LINEAGE, realm="loopback")

    def declare(self, lineage: str) -> None:
        """Name it in massctl.yaml."""
        self.runner.reach("declare")


def in_any_order(
    order: int, eager: bool
) -> Callable[[Sequence[Callable[[], Any]]], Iterator[tuple[int, Any]]]:
    """Give the port that overlaps calls: in an order of its own, and perhaps all of them before the first result."""

    def overlap(calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
        turns = sorted(
            range(len(calls)),
            key=lambda index: (index * (2 * order + 1) + order) % max(1, len(calls)),
        )
        results = (_ended(calls, index) for index in turns)
        yield from list(results) if eager else results

    return overlap


def _ended(calls: Sequence[Callable[[], Any]], index: int) -> tuple[int, Any]:
    try:
        return index, calls[index]()
    except Exception as error:
        return index, error
