"""Collect statistics for every account of a repository: for `massctl status --statistics`, and beside a runner."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from msgspec.structs import replace

from massctl.apply.outcome import failure_of
from massctl.apply.ports import StatisticsArchive
from massctl.apply.statistics import NO_RIGHT, Collected, collect
from massctl.cli.report_notices import tell_reports
from massctl.cli.session import Session
from massctl.errors import InvariantError, MassctlError
from massctl.model.ids import AccountName, AppId
from massctl.model.state import State
from massctl.plan.statistics import due_requests, known_messages, newest_day, send_days


def collect_accounts(
    session: Session, state: State, *, seconds: float | None = None
) -> list[tuple[AccountName, Collected]]:
    """Make the calls that are due, account by account; what fails is told of its account, and raises nothing.

    Without a call that is due no client is opened, and nothing is written. After `seconds` no call is begun; the
    account that was asked longest ago comes first, so that none waits for the others each day.
    """
    archive: StatisticsArchive | None = None
    until = session.clock.now() + timedelta(seconds=seconds) if seconds is not None else None
    takes = session.scope.takes_account
    found = {
        AccountName(name): Collected(AppId(each.appid))
        for name, each in session.settings.accounts.items()
        if takes(name)
    }
    turns: list[tuple[datetime, AccountName, frozenset[date]]] = []
    for name, collected in found.items():
        with _failure_in(collected):
            if days := send_days(state, collected.appid):
                archive, now = archive or session.backend.statistics(), session.clock.now()
                # What this machine knows spares most questions to a server.
                if due_requests(days, calls := archive.calls_known_here(collected.appid), now):
                    last = max(
                        (each.at for each in calls), default=datetime.min.replace(tzinfo=UTC)
                    )
                    turns.append((last, name, days))
    for _, name, days in sorted(turns, key=lambda turn: turn[0]):
        with _failure_in(found[name]):
            appid, now = found[name].appid, session.clock.now()
            if archive is not None and (requests := due_requests(days, archive.calls(appid), now)):
                found[name] = collect(
                    appid,
                    session.wechat(name),
                    archive,
                    requests,
                    session.clock,
                    until,
                    known_messages(state, appid),
                )
    return list(found.items())


@contextmanager
def _failure_in(collected: Collected) -> Iterator[None]:
    """Keep what fails; a fault of ours is raised."""
    try:
        yield
    except InvariantError:
        raise
    except MassctlError as error:
        collected.error = failure_of(error)


AGAIN_SECONDS = 1_800.0
"""Between two looks of a runner for what is due: what WeChat delays, and what failed, is asked for again."""
NO_RIGHT_SECONDS = 21_600.0
"""Between two looks after that answer: somebody has to ask WeChat for the right first. No pause is longer."""
ONCE_SECONDS = 20.0
"""So long a command that somebody waits for, or whose minutes are billed, begins calls; the rest is due later."""


class BackgroundCollector:
    """Collects in a thread with clients of its own: no round of a runner waits for it, and no send shares its token.

    It reads the state that a round left, and opens no ledger.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._found: list[tuple[AccountName, Collected]] = []
        self._looked_at, self._pause = float("-inf"), AGAIN_SECONDS
        self._failed = 0
        """Looks in a row that something failed in: answers that cannot be kept are asked for again each time."""
        self._rests: dict[AccountName, float] = {}
        """Accounts without the right, and until when they are not asked; the others do not wait for them."""
        self._day: date | None = None

    def begin(self, session: Session, state: State) -> None:
        """Begin unless one is at work, or looked a while ago and WeChat has counted no day since."""
        day, now = newest_day(session.clock.now()), time.monotonic()
        if self._thread is not None or (day == self._day and now - self._looked_at < self._pause):
            return
        if day != self._day:
            self._rests.clear()
        self._looked_at, self._day = now, day
        own = session.for_thread()
        asked = {
            name: each
            for name, each in own.settings.accounts.items()
            if self._rests.get(AccountName(name), now) <= now
        }
        if asked != own.settings.accounts:
            own = replace(own, settings=own.settings.model_copy(update={"accounts": asked}))
        self._thread = threading.Thread(
            target=self._collect, args=(own, state), name="statistics", daemon=True
        )
        self._thread.start()

    def ended(self, wait_seconds: float = 0.0) -> list[tuple[AccountName, Collected]]:
        """Return what was collected, once, when it has ended; nothing before."""
        if self._thread is None:
            return []
        self._thread.join(wait_seconds)
        if self._thread.is_alive():
            return []
        found, self._found, self._thread = self._found, [], None
        failed = {name: each.error.errcode for name, each in found if each.error is not None}
        until = time.monotonic() + NO_RIGHT_SECONDS
        self._rests |= {name: until for name, errcode in failed.items() if errcode == NO_RIGHT}
        self._failed = self._failed + 1 if set(failed.values()) - {NO_RIGHT} else 0
        self._pause = min(AGAIN_SECONDS * 2 ** max(0, self._failed - 1), NO_RIGHT_SECONDS)
        return found

    def _collect(self, session: Session, state: State) -> None:
        try:
            self._found = collect_accounts(session, state)
            tell_reports(session, state)
        except InvariantError as error:  # A fault of ours in here may not end a runner that sends.
            self._found = [(AccountName("-"), Collected(AppId(""), error=failure_of(error)))]
        finally:
            session.close()
