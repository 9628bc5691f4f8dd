"""Send for several accounts side by side: one worker for each AppID, and one send after another within it.

Only one worker runs at a time. It holds the turn, and releases it while it waits for WeChat, for the clock, for the
ledger or for a reading of the rules. So one thread at a time uses the state and the guards, as without workers. Entries
that wait while others are written are written together (`LedgerSession.shared`).
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
"""How often a sleeping worker checks whether the run ends."""


def for_each_account(
    context: ApplyContext, due: Sequence[Due], send: Callable[[Due], object]
) -> None:
    """Call `send` for all that is due: several AppIDs side by side, and in order within an AppID.

    If one worker raises, the others stop before their next request, and answers under way are still recorded. Then the
    first exception is raised. Ctrl-C stops all workers in the same way. A second one abandons them.
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
        # What happened is recorded even where the run ends.
        with context.ledger.shared(partial(turn.released, may_cancel=False)):
            turn.finish(overlap(calls))
    finally:
        context.ports = ports
        progress.end()


class _Turn:
    """The right to run, which one worker has at a time; and whether the run ends."""

    def __init__(self) -> None:
        self._free = Condition()
        self._is_taken = False
        self._workers = 0
        self._ended: BaseException | None = None

    def worker(self, work: Callable[[], None]) -> None:
        """Run a worker, unless the run ends already. An exception of it ends the run."""
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
    def released(self, *, may_cancel: bool = True) -> Iterator[None]:
        """Let others run while this worker waits. With `may_cancel` raise KeyboardInterrupt if the run ends."""
        if may_cancel and self._ended is not None:
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
                self._wait_for_workers()
            except KeyboardInterrupt:
                # The turn is never released again: later answers are not recorded, and their sends stay in doubt.
                self._take()
                raise
        if self._ended is not None:
            raise self._ended

    def _wait_for_workers(self) -> None:
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
    """Return ports that release the turn wherever they wait."""

    def wechat(account: AccountName) -> WeChat:
        return cast("WeChat", _WeChatInTurn(ports.wechat(account), turn))

    return replace(
        ports,
        wechat=wechat,
        clock=_ClockInTurn(ports.clock, turn),
        progress=_WorkerProgress(ports.progress),
        rules=_SharedRules(ports.rules, turn) if ports.rules is not None else None,
    )


class _WeChatInTurn:
    """An account that releases the turn during each call."""

    def __init__(self, account: WeChat, turn: _Turn) -> None:
        self._account, self._turn = account, turn

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._account, name)

        def waited(*args: Any, **more: Any) -> Any:
            # A send with a permit is always made: its attempt is open, and only an answer closes it.
            with self._turn.released(may_cancel=name != "send_mass"):
                return call(*args, **more)

        return waited


class _ClockInTurn:
    """The run's clock, which releases the turn during a sleep."""

    def __init__(self, clock: Clock, turn: _Turn) -> None:
        self._clock, self._turn = clock, turn

    def now(self) -> datetime:
        """Return the moment."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait, and check now and then whether the run ends."""
        while seconds > 0:
            with self._turn.released():
                self._clock.sleep(min(seconds, SLICE_SECONDS))
            seconds -= SLICE_SECONDS


class _SharedRules:
    """Reads the rules. Workers that ask during a reading share the next one."""

    def __init__(self, read: Callable[[], PolicyInForce], turn: _Turn) -> None:
        self._read, self._turn = read, turn
        self._reading = Lock()
        self._begun = 0
        self._found: PolicyInForce | None = None

    def __call__(self) -> PolicyInForce:
        """Return rules that were read after this call began."""
        asked = self._begun
        with self._turn.released(), self._reading:
            if self._begun > asked and self._found is not None:
                return self._found
            self._begun += 1
            self._found = None
            found = self._found = self._read()
            return found


class _WorkerProgress:
    """The progress of one worker: its sentences are told, and its counts are not. One bar counts the accounts."""

    def __init__(self, progress: Progress) -> None:
        self.say, self.waiting = progress.say, progress.waiting

    def begin(self, label: str, total: int) -> None:
        """Do nothing."""

    def advance(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""
