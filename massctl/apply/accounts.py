"""Send for several accounts side by side: one worker for each AppID, and one send after another within it.

One worker at a time goes on: it has the turn, and gives it up while it waits for WeChat, for the clock or for a reading
of the rules. So the ledger, the guards and what a run notes are used by one thread at a time, as without workers.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Condition, Lock
from typing import Any, Final, cast

from msgspec.structs import replace

from massctl.apply.context import ApplyContext, Ports
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import Clock, Progress, WeChat
from massctl.model.ids import AccountName, AppId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.plan.guards import PolicyInForce

Due = tuple[CampaignOutcome, RenderedCampaign]
SLICE_SECONDS: Final = 1.0
"""A worker that waits for the clock looks so often whether the run ends."""


def for_each_account(
    context: ApplyContext, due: Sequence[Due], send: Callable[[Due], object]
) -> None:
    """Call `send` for all that is due, in its order within an AppID, and for several AppIDs side by side.

    What ends one worker ends the others before their next request; answers that are under way are still recorded. The
    first such exception is raised then. Ctrl-C ends all workers in the same way; a second one abandons them.
    """
    by_account: dict[AppId, list[Due]] = {}
    for each in due:
        by_account.setdefault(each[1].appid, []).append(each)
    overlap = context.ports.accounts_at_once
    if overlap is None or context.ports.answers is not None or len(by_account) < 2:
        for each in due:
            send(each)
        return
    ports, turn = context.ports, _Turn()
    progress = ports.progress
    context.ports = _ports_in_turn(ports, turn)
    progress.begin(Phrase("sending, by account"), len(by_account))

    def work(campaigns: Sequence[Due]) -> None:
        for each in campaigns:
            send(each)
        progress.advance()

    try:
        calls = [partial(turn.worker, partial(work, each)) for each in by_account.values()]
        turn.finish(overlap(calls))
    finally:
        context.ports = ports
        progress.end()


class _Turn:
    """Which worker goes on, and whether the run ends."""

    def __init__(self) -> None:
        self._free = Condition()
        self._is_taken = False
        self._workers = 0
        self._ended: BaseException | None = None

    def worker(self, work: Callable[[], None]) -> None:
        """Run a worker, unless the run ends already; what ends it ends the run."""
        self._take()
        self._workers += 1
        try:
            if self._ended is None:
                work()
        except (Exception, KeyboardInterrupt) as error:
            self._ended = self._ended or error
        finally:
            self._workers -= 1
            self._give()

    @contextmanager
    def given_up(self, *, begins: bool = True) -> Iterator[None]:
        """Let others go on while this worker waits; `begins`: raise KeyboardInterrupt before it where the run ends."""
        if begins and self._ended is not None:
            raise KeyboardInterrupt
        self._give()
        try:
            yield
        finally:
            self._take()

    def finish(self, results: Iterator[tuple[int, BaseException | None]]) -> None:
        """Wait for all workers, and raise what ended one of them."""
        try:
            for _ in results:
                pass
        except KeyboardInterrupt as error:
            self._ended = self._ended or error
            try:
                self._answers()
            except KeyboardInterrupt:
                self._take()  # For good: what comes in later is not recorded, and stays in doubt.
                raise
        if self._ended is not None:
            raise self._ended

    def _answers(self) -> None:
        """Wait until no worker is under way."""
        with self._free:
            self._free.wait_for(lambda: not self._workers)

    def _take(self) -> None:
        with self._free:
            self._free.wait_for(lambda: not self._is_taken)
            self._is_taken = True

    def _give(self) -> None:
        with self._free:
            self._is_taken = False
            self._free.notify_all()


def _ports_in_turn(ports: Ports, turn: _Turn) -> Ports:
    """Return ports that give the turn up wherever they wait."""

    def wechat(account: AccountName) -> WeChat:
        return cast("WeChat", _WaitedFor(ports.wechat(account), turn))

    return replace(
        ports,
        wechat=wechat,
        clock=_Clock(ports.clock, turn),
        progress=_OfOneWorker(ports.progress),
        rules=_Rules(ports.rules, turn) if ports.rules is not None else None,
    )


class _WaitedFor:
    """An account whose calls are waited for without the turn."""

    def __init__(self, account: WeChat, turn: _Turn) -> None:
        self._account, self._turn = account, turn

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._account, name)

        def waited(*args: Any, **more: Any) -> Any:
            # What has a permit is made: the attempt is open, and an answer closes it.
            with self._turn.given_up(begins=name != "send_mass"):
                return call(*args, **more)

        return waited


class _Clock:
    """The run's clock, which others use while one sleeps."""

    def __init__(self, clock: Clock, turn: _Turn) -> None:
        self._clock, self._turn = clock, turn

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, and look now and then whether the run ends."""
        while seconds > 0:
            with self._turn.given_up():
                self._clock.sleep(min(seconds, SLICE_SECONDS))
            seconds -= SLICE_SECONDS


class _Rules:
    """Reads the rules; who asks while they are read waits for the next reading, and shares it with all who do."""

    def __init__(self, read: Callable[[], PolicyInForce], turn: _Turn) -> None:
        self._read, self._turn = read, turn
        self._reading = Lock()
        self._begun = 0
        self._found: PolicyInForce | None = None

    def __call__(self) -> PolicyInForce:
        """Return rules of which the reading began after this call."""
        asked = self._begun
        with self._turn.given_up(), self._reading:
            if self._begun > asked and self._found is not None:
                return self._found
            self._begun += 1
            self._found = None
            found = self._found = self._read()
            return found


class _OfOneWorker:
    """What one worker tells; how far the accounts are is counted beside it."""

    def __init__(self, progress: Progress) -> None:
        self.say, self.waiting = progress.say, progress.waiting

    def begin(self, label: str, total: int) -> None:
        """Nothing: one bar is drawn for all accounts."""

    def advance(self) -> None:
        """Nothing, as `begin`."""

    def end(self) -> None:
        """Nothing, as `begin`."""
