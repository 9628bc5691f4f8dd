"""The spool: a file that keeps each acknowledged event, durably and once, until the ledger has it.

One thread writes. Requests that wait at the same moment share one commit, so hundreds of them share an fsync. Several
processes may open the file; SQLite lets one write at a time. Only signed events are stored, so forgeries take no space;
refusals are counted by reason.
"""

import contextlib
import hashlib
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Literal, TypeVar, cast

from massctl.model.frozen import Frozen
from massctl.system import flush

T = TypeVar("T")

Put = Literal["new", "again", "replayed"]
"""What became of an arrival: it is durable now; it was before; its signature belongs to another body."""
Ending = Literal["recorded", "foreign", "held", "ignored"]
"""What became of an event: it is in the ledger, its job is not known there yet, massctl.yaml does not say whose it is,
or it never will be there."""

COMMIT_SECONDS_MAX = 4.0
"""WeChat waits five seconds; what takes longer is answered with an error, and WeChat repeats it."""
BATCH_MAX = 512
COUNT_SECONDS = 1.0
"""How long counts may wait in memory while nothing else is written."""
PRUNE_SECONDS = 60.0
KEPT_FOR = timedelta(days=30)
"""Events of jobs that no send has may still be claimed by `reconcile`, and held ones by a change of massctl.yaml."""
DONE_FOR = timedelta(days=1)
"""WeChat sends the copies of an event within a minute, and the ledger knows a later one."""
BOUND_FOR = timedelta(minutes=30)
"""How long a signature is remembered with its body: longer than its timestamp is taken for fresh, either way."""
_VERSION = 2
_SCHEMA = """
create table if not exists events (
  id integer primary key, key text not null unique, appid text not null, msg_id integer not null,
  body blob not null, is_proven integer not null, received_at real not null,
  state text not null default 'received' check (state in ('received', 'foreign', 'held', 'recorded', 'ignored'))
);
create index if not exists events_by_state on events (state, msg_id);
create table if not exists signatures (
  signature text not null primary key, body blob not null, received_at real not null
) without rowid;
create table if not exists counts (
  account text not null, outcome text not null, count integer not null, primary key (account, outcome)
) without rowid;
"""


class SpoolError(Exception):
    """Nothing was made durable: the file cannot be written, or not soon enough."""


class Arrival(Frozen):
    """What has to be durable before a request is answered."""

    appid: str
    """Empty where several accounts share a token and the body does not say which of them it is for."""
    signature: str | None = None
    """Of a plain body, to which it is bound from now on; None if the signature covers the body."""
    body: bytes = b""
    msg_id: int | None = None
    """The job whose end it is; None for a message that is not kept."""
    is_proven: bool = False
    """The seal proves that it is of `appid`; else its original id has to say so."""


class Waiting(Frozen):
    """An event that the ledger may not have yet."""

    id: int
    appid: str
    msg_id: int
    body: bytes
    is_proven: bool
    is_new: bool
    """Nobody looked for its job yet."""


class Spool:
    """One file of SQLite; `now` is massctl's clock. Methods may be called from any thread."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        """Open the file, or make it. Raises SpoolError if it cannot be used."""
        self.path = path
        self._now = now
        self._works: SimpleQueue[tuple[Callable[[sqlite3.Connection], Any], Future[Any]] | None] = (
            SimpleQueue()
        )
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = threading.Lock()
        self._failure: str | None = None
        with _told(), contextlib.closing(_opened(path)):
            pass
        self._writer = threading.Thread(target=self._write, name="massctl-spool", daemon=True)
        self._writer.start()

    @property
    def failure(self) -> str | None:
        """Why nothing can be written now; None while all is well."""
        return self._failure if self._writer.is_alive() else "the writer has ended"

    def put(self, arrival: Arrival) -> Put:
        """Make an arrival durable. Raises SpoolError if it is not."""
        at = self._now().timestamp()
        return self._done(lambda file: _put(file, arrival, at))

    def count(self, account: str, outcome: str) -> None:
        """Count the outcome of a request or an event. The count is written within about a second."""
        with self._counting:
            self._counts[account, outcome] += 1

    def waiting(self, known: Collection[int], limit: int = 1_000) -> Sequence[Waiting]:
        """Return the events that were never looked at, and those of jobs that are now `known`, oldest first."""
        with self._reading() as file:
            new = file.execute(
                "select id from events where state = 'received' order by id limit ?", [limit]
            ).fetchall()
            kept = file.execute(
                "select id, msg_id from events where state in ('foreign', 'held') order by id"
            )
            claimed = [number for number, msg_id in kept if msg_id in known][:limit]
            numbers = sorted([*(number for (number,) in new), *claimed])
            return [
                _waiting(file.execute(f"{_READ} where id = ?", [number]).fetchone())
                for number in numbers
            ]

    def settle(self, endings: Mapping[int, Ending]) -> None:
        """Record the outcomes of events."""
        rows = [(state, number) for number, state in endings.items()]
        self._done(lambda file: file.executemany("update events set state = ? where id = ?", rows))

    def tally(self) -> tuple[dict[tuple[str, str], int], dict[str, int], float | None]:
        """Return the counts, the number of events in each state, and since when the oldest new one waits."""
        self._done(lambda _: None)  # With it, what was counted so far is written.
        with self._reading() as file:
            counts = {
                (row[0], row[1]): row[2]
                for row in file.execute("select account, outcome, count from counts")
            }
            states = dict(
                file.execute("select state, count(*) from events group by state").fetchall()
            )
            (oldest,) = file.execute(
                "select min(received_at) from events where state = 'received'"
            ).fetchone()
            return counts, states, oldest

    def count_held(self) -> int:
        """Count the events that wait for a change of massctl.yaml."""
        with self._reading() as file:
            (count,) = file.execute("select count(*) from events where state = 'held'").fetchone()
            return cast("int", count)

    def newest_foreign(self) -> float | None:
        """Return when the newest event of an unknown job arrived."""
        with self._reading() as file:
            (newest,) = file.execute(
                "select max(received_at) from events where state = 'foreign'"
            ).fetchone()
            return cast("float | None", newest)

    def close(self) -> None:
        """Write everything that waits, and stop."""
        self._works.put(None)
        self._writer.join(COMMIT_SECONDS_MAX)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _told(), contextlib.closing(_connected(self.path)) as file:
            yield file

    def _done(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Have the writer do something, and wait until it is durable."""
        done: Future[T] = Future()
        self._works.put((work, done))
        try:
            return done.result(COMMIT_SECONDS_MAX)
        except TimeoutError:
            raise SpoolError("it takes too long") from None

    def _write(self) -> None:
        file: sqlite3.Connection | None = None
        pruned = 0.0
        while True:
            works, ends = self._batch()
            if time.monotonic() - pruned > PRUNE_SECONDS:
                pruned = time.monotonic()
                works.append((self._prune, Future()))
            try:
                file = file or _opened(self.path)
                results = self._commit(file, [work for work, _ in works])
            except (sqlite3.Error, OSError) as error:
                self._failure = str(error)
                with contextlib.suppress(sqlite3.Error):
                    if file is not None:
                        file.close()
                file = None
                for _, done in works:
                    done.set_exception(SpoolError(str(error)))
            else:
                self._failure = None
                for (_, done), result in zip(works, results, strict=True):
                    done.set_result(result)
            if ends:
                if file is not None:
                    file.close()
                return

    def _batch(self) -> tuple[list[tuple[Callable[[sqlite3.Connection], Any], Future[Any]]], bool]:
        """Wait for work, or for the time to write counts; give all that waits by then, and whether it is the last."""
        works = []
        with contextlib.suppress(Empty):
            work = self._works.get(timeout=COUNT_SECONDS)
            while work is not None:
                works.append(work)
                if len(works) == BATCH_MAX:
                    return works, False
                work = self._works.get_nowait()
            return works, True
        return works, False

    def _commit(
        self, file: sqlite3.Connection, works: Sequence[Callable[[sqlite3.Connection], T]]
    ) -> list[T]:
        with self._counting:
            counts, self._counts = self._counts, Counter()
        if not works and not counts:
            return []
        try:
            file.execute("begin immediate")
            results = [work(file) for work in works]
            file.executemany(
                "insert into counts values (?, ?, ?) on conflict do update set count = count + excluded.count",
                [(*key, count) for key, count in counts.items()],
            )
            file.execute("commit")
        except sqlite3.Error:
            with self._counting:
                self._counts.update(counts)
            raise
        return results

    def _prune(self, file: sqlite3.Connection) -> None:
        now = self._now()
        file.execute(
            "delete from signatures where received_at < ?", [(now - BOUND_FOR).timestamp()]
        )
        kept_for = {
            "foreign": KEPT_FOR,
            "held": KEPT_FOR,
            "recorded": DONE_FOR,
            "ignored": DONE_FOR,
        }
        for state, kept in kept_for.items():
            file.execute(
                "delete from events where state = ? and received_at < ?",
                [state, (now - kept).timestamp()],
            )


def _put(file: sqlite3.Connection, arrival: Arrival, at: float) -> Put:
    """Write one arrival in the transaction that is open."""
    body = hashlib.sha256(arrival.body).digest()
    is_new = True
    if arrival.signature is not None:
        given = (arrival.signature, body, at)
        is_new = (
            file.execute("insert or ignore into signatures values (?, ?, ?)", given).rowcount == 1
        )
        (bound,) = file.execute(
            "select body from signatures where signature = ?", given[:1]
        ).fetchone()
        if bound != body:
            return "replayed"
    if arrival.msg_id is not None:
        key = f"{arrival.appid} {body.hex()}"
        event = (key, arrival.appid, arrival.msg_id, arrival.body, arrival.is_proven, at)
        row = (
            "insert or ignore into events (key, appid, msg_id, body, is_proven, received_at)"
            " values (?, ?, ?, ?, ?, ?)"
        )
        is_new = file.execute(row, event).rowcount == 1
    return "new" if is_new else "again"


_READ = "select id, appid, msg_id, body, is_proven, state = 'received' from events"


def _waiting(row: tuple[int, str, int, bytes, int, int]) -> Waiting:
    return Waiting(*row[:4], is_proven=bool(row[4]), is_new=bool(row[5]))


def held_events(path: Path) -> Sequence[Waiting]:
    """Read the events that wait for a change of massctl.yaml, from a file that another process may write.

    Raises SpoolError if it cannot be read.
    """
    with _told(), contextlib.closing(_connected(path)) as file:
        return [_waiting(row) for row in file.execute(f"{_READ} where state = 'held' order by id")]


def _connected(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=COMMIT_SECONDS_MAX - 1, isolation_level=None, check_same_thread=False
    )


def _opened(path: Path) -> sqlite3.Connection:
    """Open the file for writing, and make it, for its owner alone, where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    file = _connected(path)
    try:
        file.execute("pragma journal_mode = wal")
        file.execute("pragma synchronous = full")
        (version,) = file.execute("pragma user_version").fetchone()
        if version not in (0, _VERSION):
            raise sqlite3.DatabaseError(f"version {version}, and {_VERSION} is due")
        if version == 0:
            file.executescript(
                f"begin immediate; {_SCHEMA} pragma user_version = {_VERSION}; commit;"
            )
            flush(path.parent)  # The name of a new file is durable too.
    except sqlite3.Error:
        file.close()
        raise
    return file


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SpoolError(str(error)) from None
