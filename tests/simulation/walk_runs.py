"""Runs of massctl in a random story: one alone, or two at once on one ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle
from threading import Lock, Thread
from typing import Final, Protocol

from building import APPEND_MAX
from simulation import walk_checkers
from simulation.crashing import Crash
from simulation.walk_declared import APPIDS
from simulation.walk_events import import_old_sends
from simulation.walk_people import Lists
from simulation.walk_port import RunnerWeChat
from simulation.walk_world import Runner, RunnerLedger, World, in_any_order

from massctl.apply import context as apply_run
from massctl.apply.consent import Answers
from massctl.apply.executor import answered, apply_plan
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import Outcome
from massctl.model.ids import AccountName
from massctl.plan.plan import Plan, Showing, Until, make_plan


class Happening(Protocol):
    """Anything that happens in a story."""

    def happen(self, world: World) -> None:
        """Let it happen."""
        ...


@dataclass(frozen=True)
class Run:
    """`massctl apply`, with everything that befalls it."""

    names: tuple[str, ...] = ()
    machine: int = 0
    until: str = "SEND"
    behind: int = 0
    """Its checkout is so many commits old."""
    faults: tuple[tuple[str, str], ...] = ()
    crash: str = ""
    interrupt: bool = False
    """At `crash` it is interrupted (Ctrl-C) and does not die."""
    power: int | None = None
    """The machine loses power when the run ends or dies; so many lines that were not flushed survive."""
    asked: int | None = None
    """Somebody at a terminal says yes after so many minutes; None: consent was given beforehand."""
    no_wait: bool = False
    show: bool = False
    """`massctl preview` of the first name."""
    order: int = 0
    eager: bool = False
    during: tuple[Happening, ...] = ()
    """What happens while it waits for the first time, for an answer or for a minute."""

    def happen(self, world: World) -> None:
        import_old_sends(world)
        runner = self.runner(world)
        self.apply(runner)
        self.end(world)

    def runner(self, world: World) -> Runner:
        """Begin the process."""
        return Runner(
            world,
            self.machine,
            self.names or None,
            world.checkout(self.behind),
            list(self.faults),
            self.crash,
            KeyboardInterrupt if self.interrupt else Crash,
            on_purpose=self.show,
            attended=self.asked is not None,
            during=[lambda each=each: each.happen(world) for each in self.during],
        )

    def apply(self, runner: Runner) -> Outcome | None:
        """Plan and apply; None where the process died."""
        world = runner.world
        ledger = runner.ledger()
        answers = None if self.asked is None else Answers(lambda _: self._yes(runner))
        port = apply_run.Ports(
            lambda name: RunnerWeChat(runner, world.accounts[name], _appid(world, name)),
            world.pictures,
            runner,
            runner,
            in_any_order(self.order, self.eager),
            answers,
            lambda _: None,
            APPEND_MAX,
            wait_in_doubt=not self.no_wait,
            attended=self.asked is not None,
            rules=runner.house,
            openids=Lists(),
            accounts={appid: name for name, appid in APPIDS.items()},
            accounts_at_once=in_any_order(self.order, self.eager),
        )
        wanted = [
            each for name, each in runner.checkout.items() if not self.names or name in self.names
        ]
        showing = Showing() if self.show and len(wanted) == 1 else None
        runner.on_purpose = showing is not None
        until = Until.PREVIEW if showing else Until[self.until]

        def run(_: bool) -> Outcome:
            state, rules = runner.state(ledger), runner.house()

            def plan() -> Plan:
                return make_plan(wanted, state, rules, runner.now(), until=until, showing=showing)

            founded = RunnerLedger(ledger, runner)
            return apply_plan(
                plan(), port, LedgerSession(founded, runner, state, founded), rules, plan
            )

        try:
            return answered(run, answers)
        except (Crash, KeyboardInterrupt):
            return None

    def end(self, world: World) -> None:
        """See what the run leaves, and lose power if that is what happens."""
        walk_checkers.between_runs(world)
        if self.power is not None and world.disk.newer is None:
            world.disk.lose_power(self.power)
            world.locks[self.machine].lose_power()

    def _yes(self, runner: Runner) -> bool:
        runner.sleep(60.0 * (self.asked or 0))
        return True


class _Turns:
    """Hands control from one of two threads to the other at boundaries, as the letters of a word say."""

    def __init__(self, word: str) -> None:
        self._letters = cycle(int(letter) for letter in word)
        self._go = [Lock(), Lock()]
        self._over = Lock()
        self._left = {0, 1}
        self._failures: list[BaseException] = []
        for lock in (*self._go, self._over):
            lock.acquire()

    def begin(self, number: int, act: Callable[[], object]) -> None:
        """Add a thread; it waits for its first turn."""

        def body() -> None:
            self._go[number].acquire()
            try:
                act()
            except BaseException as error:
                self._failures.append(error)
            self._left.discard(number)
            (self._go[1 - number] if self._left else self._over).release()

        Thread(target=body, daemon=True).start()

    def pause(self, number: int) -> None:
        """Let the other thread go on, where the word says so and it has not ended."""
        following = next(self._letters)
        if following != number and following in self._left:
            self._go[following].release()
            self._go[number].acquire()

    def play(self) -> None:
        """Let both threads come to their end."""
        self._go[next(self._letters)].release()
        self._over.acquire()
        for error in self._failures:
            raise error


@dataclass(frozen=True)
class Together:
    """Two runs at once on one ledger; `turns` says who goes on at each boundary, over and over."""

    first: Run
    second: Run
    turns: str = "01"

    def happen(self, world: World) -> None:
        import_old_sends(world)
        turns = _Turns(self.turns)
        for number, run in enumerate((self.first, self.second)):
            runner = run.runner(world)
            # What people do in the moment between a last look and a request is seen by nobody.
            runner.during = []
            runner.pause = lambda number=number: turns.pause(number)
            turns.begin(number, lambda run=run, runner=runner: run.apply(runner))
        turns.play()
        walk_checkers.between_runs(world)


_REPEATED: Final = {"send_attempted", "send_rejected", "send_in_doubt"}


def settle_down(world: World) -> None:
    """Let nothing go wrong any more: after two runs a third one has nothing to do, but for doubts and refusals."""
    # Past everything late, and past what a clock may have been ahead.
    world.pass_by(timedelta(hours=4))
    while any(_is_turning(world, name) for name in world.declared):
        world.pass_by(timedelta(minutes=20))
    _run_without_trouble(world)
    _run_without_trouble(world)
    before = len(world.disk.entries)
    refused = _run_without_trouble(world)
    done = {entry.event.type for entry in world.disk.entries[before:]}
    # A doubt may be repeated once a run, whatever WeChat says to it, until somebody settles it.
    if done and not (walk_checkers.open_attempts(world) and done <= _REPEATED):
        world.wrong(f"there still is something to do after two runs: {sorted(done)}")
    walk_checkers.at_the_end(world, refused)


def _run_without_trouble(world: World) -> set[str]:
    """Name every campaign to `massctl apply`, and give those that it refuses."""
    run = Run(tuple(world.declared))
    import_old_sends(world)
    outcome = run.apply(run.runner(world))
    walk_checkers.between_runs(world)
    world.pass_by(timedelta(minutes=2))
    if outcome is None or outcome.ledger_error is not None:
        world.wrong(f"a run without trouble ended with {outcome and outcome.ledger_error}")
        return set()
    return {each.planned.name for each in outcome.campaigns if each.refusals}


def _is_turning(world: World, name: str) -> bool:
    """Whether a window opens or closes during the next runs."""
    window = world.checkout()[name].window
    ends = (window.not_before, window.not_after) if window is not None else ()
    return any(abs(end - world.time - world.skew[0]) < timedelta(minutes=20) for end in ends)


def _appid(world: World, account: AccountName) -> str:
    return next(each.appid for each in world.declared.values() if each.account == account)
