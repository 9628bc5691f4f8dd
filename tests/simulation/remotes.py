"""The places on a server that a ledger can be at, under the real backends: a branch, a table, a bucket.

Each is a double in memory, and a table and a bucket can also be real ones: then a copy of the world is another schema,
or another prefix, with the same rows or objects.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import postgres_server
from branches import SimBranch, SimRemote
from obstore.exceptions import PermissionDeniedError
from s3_places import bucket_at
from simulation.server import Remote, SimServer
from simulation.world import Fault, SimWeChat

from massctl.errors import LedgerError, LedgerUnreachableError
from massctl.ledger import postgres_ledger, s3, s3_probe
from massctl.ledger.chained_ledger import Store
from massctl.ledger.git_branch import Push, Pushed, Tip
from massctl.ledger.git_ledger import GitLedger
from massctl.ledger.postgres_connection import AnswerLost, Database
from massctl.ledger.postgres_ledger import PostgresLedger, PostgresStore
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket, Put

LEDGER: Final = "massctl.state.jsonl"
_UNKNOWN: Final = (Fault.REQUEST_LOST, Fault.ANSWER_LOST, Fault.LATE, Fault.PUSHED_AWAY)
"""What leaves the sender of a write without an answer."""
_NUMBERS: Final = count(1)


class Branch(SimRemote):
    """A branch of a remote."""

    def force(self, content: bytes) -> None:
        self.head = SimBranch(self, "somebody").commit(None, {LEDGER: content}, "forced")

    def write(self, what: Tip) -> bool:
        return self.take(what)

    def late_key(self) -> tuple[Any, ...]:
        commits = [self.commits[tip] for tip in self.late]
        return tuple((parent == self.head, files.get(LEDGER, b"")) for parent, files in commits)

    def open(self, server: SimServer, wechat: SimWeChat, locks: Path) -> GitLedger:
        branch = _Branch(server, self, wechat)
        return GitLedger(branch, locks, lambda _: None)


class _Branch(SimBranch):
    """The branch as a process reaches it, which can die at every push."""

    def __init__(self, server: SimServer, remote: Branch, wechat: SimWeChat) -> None:
        super().__init__(remote, f"runner {server.runners}")
        self._server, self._wechat = server, wechat

    def fetch(self) -> Tip | None:
        tip = super().fetch()
        self._server.rely()
        return tip

    def push(self, tip: Tip) -> Pushed:
        is_taken, fault = self._server.push(self._wechat, tip)
        why = LedgerUnreachableError("the ledger's branch cannot be written")
        if fault is Fault.PUSH_REFUSED:
            return Pushed(Push.REFUSED, why)
        if fault in _UNKNOWN:
            return Pushed(Push.UNKNOWN, why)
        return Pushed(Push.DONE) if is_taken else Pushed(Push.LOST, why)


@dataclass
class Rows:
    """The two tables that an append goes to, as the statements of PostgresStore read and write them."""

    ledgers: list[Sequence[Any]] = field(default_factory=list)
    lines: dict[tuple[str, int], tuple[bytes, bytes]] = field(default_factory=dict)

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        match query:
            case postgres_ledger._IN_FORCE:
                return [self._in_force()] if self.ledgers else []
            case postgres_ledger._PAGE:
                name, after, last = parameters
                found = (self.lines.get((name, at)) for at in range(after + 1, last + 1))
                return [(row[0],) for row in found if row is not None]
            case postgres_ledger._DIGEST:
                line = self.lines.get(tuple(parameters))
                return [(hashlib.sha256(line[0]).digest(),)] if line is not None else []
            case postgres_ledger._NONCE:
                line = self.lines.get(tuple(parameters))
                return [(line[1],)] if line is not None else []
            case postgres_ledger._NONCE_IN_FORCE:
                return [(each[3],) for each in self.ledgers if each[0] == parameters[0]]
        assert "FROM massctl_ledgers WHERE lineage" in query
        return [() for each in self.ledgers if each[1] == parameters[0]]

    def write(self, statements: Sequence[Any]) -> bool:
        before = list(self.ledgers), dict(self.lines)
        is_written = all(self._is_written(*each) for each in statements)
        if not is_written:
            self.ledgers, self.lines = before
        return is_written

    def dump(self) -> "Rows":
        return Rows(list(self.ledgers), dict(self.lines))

    def _in_force(self) -> Sequence[Any]:
        number, lineage = self.ledgers[-1][:2]
        return number, lineage, max((at for name, at in self.lines if name == lineage), default=0)

    def _is_written(self, query: str, parameters: Sequence[Any]) -> bool:
        if query == postgres_ledger._PUT_IN_FORCE:
            self.ledgers.append(tuple(parameters))
            return all(each[0] != parameters[0] for each in self.ledgers[:-1])
        assert query == postgres_ledger._APPEND
        name, nonce, serials, lines, after, *_, digest = parameters
        there = self.lines.get((name, after))
        if after and (there is None or hashlib.sha256(there[0]).digest() != digest):
            return False
        keys = [(name, serial) for serial in serials]
        if any(key in self.lines for key in keys):
            return False
        self.lines |= {key: (line, nonce) for key, line in zip(keys, lines, strict=True)}
        return True


class RealRows:
    """The same tables in a schema of a real server."""

    def __init__(self, rows: Rows) -> None:
        self._place = postgres_server.Place(postgres_server.server())
        with self._place.server.owner(self._place.schema) as owner, owner.cursor() as cursor:
            cursor.executemany("INSERT INTO massctl_ledgers VALUES (%s, %s, %s, %s)", rows.ledgers)
            lines = [(*key, *row) for key, row in rows.lines.items()]
            cursor.executemany("INSERT INTO massctl_ledger VALUES (%s, %s, %s, %s)", lines)
        database = Database("LEDGER_DSN", self._place.dsn(), sleep=lambda _: None)
        self.rows, self.write = database.rows, database.write

    def dump(self) -> Rows:
        ledgers = self.rows("SELECT number, lineage, aside, nonce FROM massctl_ledgers")
        lines = self.rows("SELECT lineage, serial, line, nonce FROM massctl_ledger")
        return Rows(sorted(ledgers), {tuple(each[:2]): tuple(each[2:]) for each in lines})


class Stored:
    """Rows or objects of a server: `kind` makes what holds them when somebody first asks, a double or a real one."""

    def __init__(self, kind: Callable[[Any], Any], data: Any) -> None:
        self._kind, self._data = kind, data
        self._there: Any = None
        self._content: bytes | None = None
        """What is there, since the last write."""
        self.late: list[Any] = []
        self.is_reachable = True

    @property
    def there(self) -> Any:
        """What holds them."""
        self._there = self._there or self._kind(self._data)
        return self._there

    def dump(self) -> Any:
        """Write down what is there."""
        return self._data.dump() if self._there is None else self._there.dump()

    def content(self) -> bytes:
        if self._content is None:
            self._content = self.store().data() or b""
        return self._content

    def force(self, content: bytes) -> None:
        lines = [line for line in content.split(b"\n") if line]
        self._data, self._there, self._content = self.forced(lines), None, None

    def copy(self) -> Self:
        made = type(self)(self._kind, self.dump())
        made.late, made.is_reachable = list(self.late), self.is_reachable
        made._content = self._content
        return made

    def store(self) -> Store:
        """Open it as it is."""
        raise NotImplementedError

    def forced(self, lines: Sequence[bytes]) -> Any:
        """Give what would be there with other lines."""
        raise NotImplementedError


class Table(Stored):
    """Tables of PostgreSQL."""

    def write(self, what: Sequence[Any]) -> bool:
        self._content = None
        return self.there.write(what)

    def late_key(self) -> tuple[Any, ...]:
        return tuple(tuple(each[-1][1][3]) for each in self.late)

    def store(self) -> PostgresStore:
        return PostgresStore(_Tables(self))

    def forced(self, lines: Sequence[bytes]) -> Rows:
        ledgers = self.dump().ledgers
        name = ledgers[-1][1]
        numbered = enumerate(lines, 1)
        return Rows(ledgers, {(name, serial): (line, b"somebody") for serial, line in numbered})

    def open(self, server: SimServer, wechat: SimWeChat, locks: Path) -> PostgresLedger:
        store = PostgresStore(_Tables(self, server, wechat), sleep=lambda _: None)
        return PostgresLedger(store, locks)


class _Tables(Database):
    """The tables as a process reaches them, which can die at every insert; or as they are, without a server."""

    def __init__(
        self, table: Table, server: SimServer | None = None, wechat: SimWeChat | None = None
    ) -> None:
        self.where = "postgres:LEDGER_DSN"  # type: ignore[misc]
        self._table, self._server, self._wechat = table, server, wechat

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Any]:
        if self._server is None:
            return self._table.there.rows(query, parameters)
        if not self._table.is_reachable:
            raise LedgerUnreachableError("the ledger's database cannot be reached")
        self._server.rely()
        return self._table.there.rows(query, parameters)

    def write(self, statements: Sequence[Any]) -> bool:
        assert self._server is not None
        assert self._wechat is not None
        is_written, fault = self._server.push(self._wechat, statements)
        if fault is Fault.PUSH_REFUSED:
            raise LedgerError("this role may not do that in the ledger's database")
        if fault in _UNKNOWN:
            raise AnswerLost
        return bool(is_written)


@dataclass
class Objects:
    """The objects of a bucket, each created once."""

    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> tuple[Put, Exception | None]:
        is_there = key in self.objects
        self.objects.setdefault(key, data)
        return (Put.EXISTS, OSError()) if is_there else (Put.DONE, None)

    def read(self, key: str) -> bytes | None:
        return self.objects.get(key)

    def names(self, folder: str, after: str = "") -> list[str]:
        inside = (key for key in self.objects if key.startswith(f"{folder}/"))
        names = sorted(key.removeprefix(f"{folder}/") for key in inside)
        return [name for name in names if name > after]

    def dump(self) -> "Objects":
        return Objects(dict(self.objects))


class RealObjects:
    """The same objects below a prefix of a real store."""

    def __init__(self, objects: Objects) -> None:
        bucket = bucket_at(f"simulation-{next(_NUMBERS)}")
        s3_probe.require_one_winner(bucket)
        for key, data in objects.objects.items():
            bucket.put(key, data)
        self.put, self.read, self.names = bucket.put, bucket.read, bucket.names

    def dump(self) -> Objects:
        folder = s3._FIRST_FOLDER
        keys = [f"{folder}/{name}" for name in self.names(folder)]
        return Objects({key: self.read(key) or b"" for key in keys})


class Place(Stored):
    """A bucket of S3."""

    def write(self, what: tuple[str, bytes]) -> tuple[Put, Exception | None]:
        self._content = None
        return self.there.put(*what)

    def late_key(self) -> tuple[Any, ...]:
        return tuple((key, data.partition(b"\n")[2]) for key, data in self.late)

    def store(self) -> S3LedgerStore:
        return S3LedgerStore(_Bucket(self))

    def forced(self, lines: Sequence[bytes]) -> Objects:
        folder, numbered = s3._FIRST_FOLDER, enumerate(lines, 1)
        return Objects({s3._key(folder, serial): s3._body([line]) for serial, line in numbered})

    def open(self, server: SimServer, wechat: SimWeChat, locks: Path) -> S3Ledger:
        return S3Ledger(S3LedgerStore(_Bucket(self, server, wechat)), locks)


class _Bucket(Bucket):
    """The bucket as a process reaches it, which can die at every creation; or as it is, without a server."""

    def __init__(
        self, place: Place, server: SimServer | None = None, wechat: SimWeChat | None = None
    ) -> None:
        self.where, self.name, self.endpoint = "s3://bucket", "bucket", ""  # type: ignore[misc]
        self._sleep = lambda _: None
        self._place, self._server, self._wechat = place, server, wechat
        s3_probe._proven.add((self.endpoint, self.name))

    def put(self, key: str, data: bytes) -> tuple[Put, Exception | None]:
        assert self._server is not None
        assert self._wechat is not None
        answer, fault = self._server.push(self._wechat, (key, data))
        if fault is Fault.PUSH_REFUSED:
            return Put.FAILED, PermissionDeniedError()
        return (Put.FAILED, OSError()) if fault in _UNKNOWN else answer

    def read(self, key: str) -> bytes | None:
        return self._asked().read(key)

    def read_all(self, keys: Sequence[str]) -> Iterator[bytes | None]:
        yield from map(self.read, keys)

    def names(self, folder: str, after: str = "") -> list[str]:
        return self._asked().names(folder, after)

    def _asked(self) -> Any:
        if self._server is not None:
            if not self._place.is_reachable:
                raise self.unreachable(OSError())
            self._server.rely()
        return self._place.there


REMOTES: Final[Mapping[str, Callable[[], Remote]]] = {
    "git": Branch,
    "postgres": lambda: Table(Rows.dump, Rows()),
    "s3": lambda: Place(Objects.dump, Objects()),
    "a real postgres": lambda: Table(RealRows, Rows()),
    "a real s3": lambda: Place(RealObjects, Objects()),
}
"""Where a ledger can be beside a disk."""
