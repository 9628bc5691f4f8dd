"""Sends of several accounts side by side: who waits lets the others go on, and what ends one ends all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event, Semaphore, get_ident
from types import SimpleNamespace
from typing import Any, cast

import pytest
from building import LINEAGE, NOW, as_new, attempted, text
from sqlite_backend import SqliteStore

from massctl.apply.accounts import _SharedRules, for_each_account
from massctl.apply.context import Ports
from massctl.apply.journal import LedgerSession
from massctl.errors import LedgerError, LedgerStaleError, LedgerUnreachableError
from massctl.ledger.chained_ledger import ChainedLedger, Lines
from massctl.ledger.codec import End
from massctl.model.entries import Created, Entry, SendAccepted, SendAttempted
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.parallel_calls import side_by_side

LOST = LedgerUnreachableError(Phrase("the disk is full"))
PATIENCE_SECONDS = 20


class Account:
    """A WeChat that notes who called it, and can wait for others."""

    def __init__(self, calls: list[str], name: str, meets: Callable[[], object]) -> None:
        self.calls, self.name, self.meets = calls, name, meets

    def get_draft(self) -> str:
        self.calls.append(f"{self.name} begins")
        self.meets()
        return self.name

    send_mass = get_draft


class House:
    """A run with accounts, and what it tells."""

    def __init__(self, **more: Any) -> None:
        self.calls: list[str] = []
        self.lines: list[str] = []
        self.slept: list[float] = []
        self.meets: Callable[[], object] = lambda: None
        given: dict[str, Any] = {
            "wechat": lambda name: Account(self.calls, name, self.meets),
            "pictures": None,
            "clock": SimpleNamespace(now=lambda: NOW, sleep=self.slept.append),
            "progress": SimpleNamespace(
                say=self.lines.append,
                waiting=self.lines.append,
                begin=lambda label, total: self.lines.append(f"{label} {total}"),
                advance=lambda: self.lines.append("."),
                end=lambda: self.lines.append("end"),
            ),
            "overlap": None,
            "answers": None,
            "changed": None,
            "append_max": timedelta(0),
            "accounts_at_once": side_by_side,
        }
        ledger = SimpleNamespace(shared=lambda _: nullcontext())
        self.context: Any = SimpleNamespace(ports=Ports(**{**given, **more}), ledger=ledger)

    def run(self, send: Callable[[str], object], *appids: str) -> None:
        due: Any = [
            (f"{appid} {index}", SimpleNamespace(appid=appid)) for index, appid in enumerate(appids)
        ]
        for_each_account(self.context, due, lambda each: send(str(each[0])))

    def ask(self, name: str, call: str = "get_draft") -> Any:
        return getattr(self.context.ports.wechat(name), call)()


def test_accounts_wait_for_wechat_at_the_same_time() -> None:
    house = House()
    house.meets = Barrier(3, timeout=PATIENCE_SECONDS).wait  # All three are under way at once.
    answers: list[str] = []
    house.run(lambda name: answers.append(house.ask(name)), "wx1", "wx2", "wx3")
    assert ["wx1 0", "wx2 1", "wx3 2"] == sorted(answers)
    assert ["sending, by account 3", ".", ".", ".", "end"] == house.lines


def test_within_an_account_one_send_follows_the_other() -> None:
    house = House()
    sent: list[str] = []

    def send(name: str) -> None:
        house.ask(name)
        sent.append(name)

    house.run(send, "wx1", "wx2", "wx1", "wx2")
    assert ["wx1 0", "wx1 2"] == [name for name in sent if name.startswith("wx1")]
    assert ["wx2 1", "wx2 3"] == [name for name in sent if name.startswith("wx2")]


def test_only_one_goes_on_at_a_time() -> None:
    """What reads and writes behind an answer would lose numbers, were there two."""
    house, counted = House(), [0]

    def send(name: str) -> None:
        for _ in range(200):
            before = counted[0]
            for _ in range(50):
                pass
            counted[0] = before + 1
        house.ask(name)

    house.run(send, *[f"wx{number}" for number in range(8)])
    assert [1600] == counted


@pytest.mark.parametrize(
    ("more", "appids"),
    [
        ({"accounts_at_once": None}, ("wx1", "wx2", "wx1")),
        ({"answers": object()}, ("wx1", "wx2", "wx1")),
        ({}, ("wx1", "wx1", "wx1")),
    ],
    ids=["nobody asked for it", "a person is asked", "one account"],
)
def test_without_workers_the_order_is_that_of_the_plan(
    more: dict[str, Any], appids: Sequence[str]
) -> None:
    house, sent = House(**more), list[tuple[str, int]]()
    house.run(lambda name: sent.append((name[-1], get_ident())), *appids)
    assert [("0", get_ident()), ("1", get_ident()), ("2", get_ident())] == sent
    assert [] == house.lines


def test_what_ends_one_account_ends_the_others_before_their_next_request() -> None:
    house, is_lost = House(), Event()
    recorded: list[str] = []

    def send(name: str) -> None:
        if name.startswith("wx1"):
            is_lost.set()
            raise LOST
        house.ask(name)
        recorded.append(name)  # An answer that was under way is recorded.
        house.ask(name)

    house.meets = lambda: is_lost.wait(PATIENCE_SECONDS)
    with pytest.raises(LedgerUnreachableError):
        house.run(send, "wx2", "wx1", "wx2")
    assert ["wx2 0"] == recorded
    assert 1 == len(house.calls)
    assert "end" == house.lines[-1]


def test_an_account_whose_turn_has_not_come_does_not_begin() -> None:
    house = House(accounts_at_once=partial(side_by_side, in_flight=1))
    begun: list[str] = []

    def send(name: str) -> None:
        begun.append(name)
        raise LOST

    with pytest.raises(LedgerUnreachableError):
        house.run(send, "wx1", "wx2", "wx3")
    assert ["wx1 0"] == begun


def test_a_request_with_a_permit_is_made_though_the_run_ends() -> None:
    """Its attempt is open, so its answer is worth more than haste."""
    house, is_lost = House(), Event()
    answers: list[str] = []

    def send(name: str) -> None:
        if name.startswith("wx1"):
            while not house.calls:
                house.context.ports.clock.sleep(0.001)
            is_lost.set()
            raise LOST
        house.ask(name)
        # The run has ended by now, and only what has a permit still leaves.
        answers.append(house.ask(name, "send_mass"))
        house.ask(name)

    house.meets = lambda: is_lost.wait(PATIENCE_SECONDS)
    with pytest.raises(LedgerUnreachableError):
        house.run(send, "wx2", "wx1")
    assert (["wx2 0"], 2) == (answers, len(house.calls))


def interrupted(calls: Sequence[Callable[[], Any]]) -> Iterator[tuple[int, Any]]:
    """Begin the calls side by side, and press Ctrl-C once they are under way."""
    results = side_by_side(calls)
    yield next(results)
    raise KeyboardInterrupt


def test_ctrl_c_waits_for_the_answers_that_are_under_way() -> None:
    house, recorded = House(accounts_at_once=interrupted), list[str]()
    released = Event()

    def send(name: str) -> None:
        if name.startswith("wx1"):
            return
        house.ask(name)
        recorded.append(name)
        house.ask(name)

    house.meets = lambda: released.wait(0.2)
    with pytest.raises(KeyboardInterrupt):
        house.run(send, "wx1", "wx2")
    assert (["wx2 1"], 1) == (recorded, len(house.calls))


def test_a_second_ctrl_c_abandons_them(monkeypatch: pytest.MonkeyPatch) -> None:
    house, recorded = House(accounts_at_once=interrupted), list[str]()
    released = Event()

    def send(name: str) -> None:
        if not name.startswith("wx1"):
            house.ask(name)
            recorded.append(name)

    def again(*_: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    def wait() -> None:
        # From here on only the thread of the run waits for the workers.
        monkeypatch.setattr("massctl.apply.accounts._Turn._wait_for_workers", again)
        released.wait(PATIENCE_SECONDS)

    house.meets = wait
    with pytest.raises(KeyboardInterrupt):
        house.run(send, "wx1", "wx2")
    released.set()
    assert [] == recorded


def test_sleep_is_cut_in_slices_and_the_time_is_that_of_the_run() -> None:
    house = House()
    house.run(lambda _: house.context.ports.clock.sleep(2.5), "wx1", "wx2")
    assert [0.5, 0.5, 1, 1, 1, 1] == sorted(house.slept)
    times: list[object] = []
    house.run(lambda _: times.append(house.context.ports.clock.now()), "wx1", "wx2")
    assert [NOW, NOW] == times


def test_rules_that_are_read_once_serve_all_who_waited_for_that_reading() -> None:
    readings, asking = list[int](), Barrier(4, timeout=PATIENCE_SECONDS)

    def rules() -> Any:
        readings.append(len(readings))
        if len(readings) == 1:
            asking.wait()
        return readings[-1]

    house, found = House(rules=rules), list[Any]()

    def send(name: str) -> None:
        if name.startswith("wx0"):
            found.append(house.context.ports.rules())
            return
        house.meets = asking.wait
        house.ask(name)  # It asks for rules while the first reading is under way.
        found.append(house.context.ports.rules())

    house.run(send, "wx0", "wx1", "wx2", "wx3")
    assert 4 == len(found)
    assert len(readings) in {2, 3, 4}
    assert set(found) <= set(readings)


def test_who_asked_before_a_reading_began_takes_what_it_found() -> None:
    readings, others = list[int](), list[Any]()

    def rules() -> Any:
        readings.append(len(readings))
        return readings[-1]

    class Turn:
        """While it is released for the first time, another sender asks."""

        @contextmanager
        def released(self) -> Iterator[None]:
            if not others:
                others.append("asks")
                others.append(shared())
            yield

    shared: Any = _SharedRules(rules, cast("Any", Turn()))
    assert (0, ["asks", 0], [0]) == (shared(), others, readings)
    assert 1 == shared()


def test_a_reading_that_fails_is_nobody_elses_answer() -> None:
    failures = iter([LOST])

    def rules() -> Any:
        for error in failures:
            raise error
        return "rules"

    house, found = House(rules=rules), list[Any]()

    def send(name: str) -> None:
        try:
            found.append(house.context.ports.rules())
        except LedgerUnreachableError:
            found.append("unread")

    house.run(send, "wx1", "wx2")
    assert ["rules", "unread"] == sorted(found)


def test_what_an_account_counts_is_not_drawn_and_what_it_says_is() -> None:
    house = House()

    def send(name: str) -> None:
        progress = house.context.ports.progress
        progress.begin("batches", 9)
        progress.advance()
        progress.say(name)
        progress.end()

    house.run(send, "wx1", "wx2")
    assert ["sending, by account 2", "wx1 0", "wx2 1"] == sorted(house.lines)[-3:]
    assert 1 == house.lines.count("end")


class Remote(SqliteStore):
    """A place that takes its time, so that others come to want something of it meanwhile."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.pushes: list[int] = []
        """How many lines each push had."""
        self.reads = 0
        self.before: Callable[[], object] = lambda: None
        self.after: Callable[[], object] = lambda: None

    def read(self, since: End | None) -> Lines:
        self.reads += 1
        self.before()
        return super().read(since)

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        self.pushes.append(len(lines))
        self.before()
        super().append(after, lines, durable=durable)
        self.after()


class Idle(Event):
    """Tells of everybody who begins to wait until no requests are handled."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = Semaphore(0)
        self.set()

    def wait(self, timeout: float | None = None) -> bool:
        self.waiting.release()
        return super().wait(timeout)


class Shared(House):
    """Accounts that share a ledger which was begun, and what left for WeChat."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.remote = path, Remote(path / "remote.db")
        ledger = ChainedLedger(self.remote, path / "locks")
        ledger.read(0)
        ledger.append(0, [as_new(Created(lineage=LINEAGE, realm="loopback"))], durable=True)
        state = State()
        state.absorb_all(ledger.read(0))
        clock: Any = SimpleNamespace(now=lambda: NOW)
        self.open(LedgerSession(ledger, clock, state))
        self.remote.pushes.clear()
        self.remote.reads = 0
        self.left: list[int] = []
        """The attempts whose requests left."""

    def open(self, session: LedgerSession) -> None:
        """Let the accounts share a session."""
        session._idle = Idle()
        self.context.ledger = self.session = session

    def wait_for(self, others: int) -> None:
        """Wait until so many others want something of the ledger."""
        idle = self.session._idle
        assert isinstance(idle, Idle)
        for _ in range(others):
            assert idle.waiting.acquire(timeout=PATIENCE_SECONDS)

    def attempt(self, name: str) -> int:
        return self.session.record(*attempted(text(name[:3]))).serial

    def send(self, name: str) -> None:
        """Send as the executor does: a durable attempt, a look at the ledger, a request, its answer."""
        serial = self.attempt(name)
        assert [serial] == [entry.serial for entry in self.session.entries_after(serial - 1)[:1]]
        self.left.append(serial)
        self.session.record(SendAccepted(attempt=serial, msg_id=serial), text(name[:3]))

    def recorded(self) -> Sequence[Entry]:
        """Read it as the next runner does."""
        return ChainedLedger(SqliteStore(self.path / "remote.db"), self.path / "others").read(0)

    def intrude(self) -> None:
        """Write as another runner."""
        other = ChainedLedger(SqliteStore(self.path / "remote.db"), self.path / "others")
        other.append(len(other.read(0)), [as_new(attempted(text("x")))], durable=True)


def test_entries_that_wait_for_a_push_go_with_the_next_one(tmp_path: Path) -> None:
    house = Shared(tmp_path)
    house.remote.before = lambda: house.wait_for(3) if len(house.remote.pushes) == 1 else None
    serials: list[int] = []
    house.run(lambda name: serials.append(house.attempt(name)), "wx1", "wx2", "wx3", "wx4")
    assert [1, 3] == house.remote.pushes
    assert [2, 3, 4, 5] == sorted(serials)
    assert 5 == house.session.state.serial
    assert [1, 2, 3, 4, 5] == [entry.serial for entry in house.recorded()]


def test_a_reading_begins_after_whoever_asked_for_it_and_serves_all_of_them(tmp_path: Path) -> None:
    house, found = Shared(tmp_path), list[int]()
    house.remote.before = lambda: house.wait_for(3) if house.remote.reads == 1 else None
    house.run(
        lambda name: found.append(len(house.session.entries_after(int(name[2]) % 2))),
        *("wx1", "wx2", "wx3", "wx4"),
    )
    assert 2 == house.remote.reads
    assert [0, 0, 1, 1] == sorted(found)


def test_where_another_runner_was_first_no_attempt_is_written_and_every_answer_is(
    tmp_path: Path,
) -> None:
    house, said = Shared(tmp_path), list[str]()
    first = house.attempt("wx0")

    def before() -> None:
        house.remote.before = lambda: None
        house.wait_for(2)
        house.intrude()

    def act(name: str) -> None:
        if name.startswith("wx3"):
            house.session.record(SendAccepted(attempt=first, msg_id=1), text("wx0"))
            said.append("answered")
            return
        try:
            house.attempt(name)
            said.append("left")
        except LedgerStaleError:
            said.append("stale")

    house.remote.before = before
    house.run(act, "wx1", "wx2", "wx3")
    assert ["answered", "stale", "stale"] == sorted(said)
    kinds = [(entry.event.type, entry.campaign) for entry in house.recorded()[1:]]
    sent = ("send_attempted", "wx0"), ("send_attempted", "x"), ("send_accepted", "wx0")
    assert [*sent] == kinds


def test_where_another_runner_was_first_and_then_nobody_can_write_each_is_told_its_own_reason(
    tmp_path: Path,
) -> None:
    house, told = Shared(tmp_path), dict[str, str]()
    first = house.attempt("wx0")

    def lose() -> None:
        raise LOST

    def before() -> None:
        # The second push is of the attempt and the answer; it is stale, and what follows it is lost.
        if len(house.remote.pushes) == 2:
            house.wait_for(2)
        elif len(house.remote.pushes) == 3:
            house.remote.before = lambda: lose() if len(house.remote.pushes) > 3 else None
            house.intrude()

    def act(name: str) -> None:
        try:
            if name.startswith("wx2"):
                house.session.record(SendAccepted(attempt=first, msg_id=1), text("wx0"))
            else:
                house.attempt(name)
        except LedgerError as error:
            told[name[:3]] = type(error).__name__

    house.remote.before = before
    house.run(act, "wx1", "wx2", "wx3")
    assert {"wx2": "LedgerUnreachableError", "wx3": "LedgerStaleError"} == told


def test_a_push_that_fails_fails_for_all_who_waited_and_nothing_of_them_leaves(
    tmp_path: Path,
) -> None:
    house, failed = Shared(tmp_path), list[str]()

    def before() -> None:
        if len(house.remote.pushes) == 1:
            house.wait_for(2)
        if len(house.remote.pushes) == 2:
            raise LOST

    def act(name: str) -> None:
        try:
            house.send(name)
        except LedgerError:
            failed.append(name)
            raise

    house.remote.before = before
    with pytest.raises(LedgerUnreachableError):
        house.run(act, "wx1", "wx2", "wx3")
    assert 3 == len(failed)
    assert ([1, 2], []) == (house.remote.pushes, house.left)
    assert 2 == len(house.recorded())


# Three pushes always come: of the first attempt, of the others, and of the last answers.
@pytest.mark.parametrize("push", range(1, 4))
@pytest.mark.parametrize("is_written", [False, True], ids=["before the effect", "after it"])
def test_a_run_that_dies_at_any_push_has_sent_nothing_without_an_attempt_on_record(
    push: int, is_written: bool, tmp_path: Path
) -> None:
    class Killed(BaseException):
        """The process died."""

    house, killed = Shared(tmp_path), list[str]()
    house.send("wx0")
    house.remote.pushes.clear()

    def die() -> None:
        if len(house.remote.pushes) >= push:
            raise Killed

    def act(name: str) -> None:
        with suppress(LedgerError):  # Those behind it find entries that they do not know of.
            try:
                house.send(name)
            except Killed:
                killed.append(name)

    setattr(house.remote, "after" if is_written else "before", die)
    house.run(act, "wx1", "wx2", "wx3", "wx4", "wx5")
    attempts = {
        entry.serial for entry in house.recorded() if isinstance(entry.event, SendAttempted)
    }
    assert killed
    assert set(house.left) <= attempts


@pytest.mark.parametrize("push", range(1, 11))
def test_what_left_is_what_was_pushed_before_the_run_died(push: int, tmp_path: Path) -> None:
    class Killed(BaseException):
        """The process died."""

    house = Shared(tmp_path)

    def die() -> None:
        if len(house.remote.pushes) >= push:
            raise Killed

    def act(name: str) -> None:
        with suppress(Killed):
            house.send(name)

    house.remote.before = die
    house.run(act, *["wx1"] * 5)
    # Each send is a push of its attempt, and one of its answer.
    assert push // 2 == len(house.left)
    recorded = [each for each in house.recorded() if isinstance(each.event, SendAttempted)]
    assert house.left == [each.serial for each in recorded]


def test_the_first_of_several_accounts_begins_the_ledger_for_all(tmp_path: Path) -> None:
    house = Shared(tmp_path)
    begun = SimpleNamespace(
        created=lambda: Created(lineage=LINEAGE, realm="loopback"),
        declare=lambda _: house.lines.append("declared"),
    )
    store = Remote(tmp_path / "new.db")
    ledger = ChainedLedger(store, tmp_path / "new")
    clock: Any = SimpleNamespace(now=lambda: NOW)
    house.open(LedgerSession(ledger, clock, State(), begun))
    store.before = lambda: house.wait_for(2) if len(store.pushes) == 1 else None
    house.run(house.attempt, "wx1", "wx2", "wx3")
    assert 1 == house.lines.count("declared")
    assert [1, 1, 2] == store.pushes
    assert isinstance(ledger.read(0)[0].event, Created)


def test_a_ledger_that_another_runner_begins_meanwhile_gets_nothing(tmp_path: Path) -> None:
    house = Shared(tmp_path)
    begun = SimpleNamespace(
        created=lambda: Created(lineage=LINEAGE, realm="loopback"), declare=lambda _: None
    )
    ledger = ChainedLedger(SqliteStore(tmp_path / "remote.db"), tmp_path / "elsewhere")
    clock: Any = SimpleNamespace(now=lambda: NOW)
    session = LedgerSession(ledger, clock, State(), begun)
    with pytest.raises(LedgerStaleError):
        session.record(*attempted(text("wx1")))
    assert 1 == len(house.recorded())
