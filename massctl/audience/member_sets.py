"""Exact arithmetic over people: sets of openids in one embedded DuckDB, which reaches nothing but its own memory.

A set is a Parquet file in memory. No openid is in a message, and none is written to a disk.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, BinaryIO, Final, Self, TypeVar

from massctl.audience.memory_file import DUCKDB_PATH, has_memory_files, open_memory_file
from massctl.audience.query_engine import not_installed
from massctl.errors import InvariantError, SnapshotDamagedError, SnapshotError
from massctl.model.audience import PeopleChange
from massctl.model.frozen import Frozen
from massctl.model.ids import OPENID_PATTERN, Sha256, is_openid
from massctl.model.phrase import Phrase

_MEMORY = "1536MB"
"""What DuckDB may take: 20 million deliveries to 5 million people are counted within."""
_THREADS = 2
_ROWS_AT_ONCE = 65_536
SLICE = 500_000
"""So many people are sorted, compared or counted at once: five million of them need no more memory."""
_BLOCK = 64
"""Of SHA-256, in bytes."""
_PADS = (0x36, 0x5C)
_SAMPLES = 1000
"""People who say where one slice ends and the next one begins."""
_T = TypeVar("_T")


class Members(Frozen):
    """A set of people, or a part of one: it lives as long as the `MemberSets` that made it."""

    hidden_fields = ("path",)

    path: str
    """Where DuckDB finds its openids, in the order of their bytes. A blank place is NULL."""
    places: range | None = None
    """The places that are meant, from 0; None: all."""

    @property
    def _where(self) -> str:
        if self.places is None:
            return "true"
        return f"place >= {self.places.start} AND place < {self.places.stop}"

    @property
    def rows(self) -> str:
        """Return the SELECT that yields `place` and `openid`, blank places too."""
        return (
            f"SELECT place, openid FROM (SELECT file_row_number AS place, openid "  # noqa: S608 - our own path
            f"FROM read_parquet('{self.path}', file_row_number = true)) WHERE {self._where}"
        )

    @property
    def people(self) -> str:
        """Return the SELECT that yields the openid of each person once."""
        if self.places is None:
            return f"SELECT openid FROM read_parquet('{self.path}') WHERE openid IS NOT NULL"  # noqa: S608
        return f"SELECT openid FROM ({self.rows}) WHERE openid IS NOT NULL"  # noqa: S608


class MemberSets:
    """Sets of people and what can be asked of them. Close it, or use it with `with`: then all sets are gone."""

    def __init__(self, memory: str = _MEMORY) -> None:
        """Open an empty database; raise SnapshotAwayError if DuckDB is not installed."""
        try:
            import duckdb
        except ImportError:
            raise not_installed("duckdb") from None
        self._faults: Final = duckdb.Error
        self._descriptors: dict[str, int] = {}
        self._folder: Path | None = None
        if not has_memory_files():
            self._folder = Path(tempfile.mkdtemp(prefix="massctl-")).resolve()
        self._database: Any = duckdb.connect(":memory:")
        self._lock_down(memory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and drop every set."""
        self._database.close()
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    # Sets come in.

    def of(self, openids: Iterable[str]) -> Members:
        """Make a set of openids in any order, each once. What is not an openid is a bug of the caller's."""
        runs = list(self._runs(openids))
        every = " UNION ALL ".join(each.people for each in runs)
        return self._in_slices(
            runs,
            lambda where: f"SELECT DISTINCT openid FROM ({every}) WHERE {where}",  # noqa: S608
            spent=runs,
        )

    def _runs(self, openids: Iterable[str]) -> Iterator[Members]:
        """Take openids in by sorted pieces, the same one as often as it comes."""
        rest, is_full = iter(openids), True
        while is_full:
            with self._lines(islice(rest, SLICE)) as lines:
                run = self._materialize(f"{lines} ORDER BY openid")
            self._require_openids(run)
            is_full = self.places(run) == SLICE
            yield run

    def in_given_order(self, openids: Iterable[str]) -> Members:
        """Make a set of openids that come each once, and keep their places."""
        with self._lines(openids) as lines:
            given = self._materialize(lines)
        self._require_openids(given)
        return given

    @contextmanager
    def _lines(self, openids: Iterable[str]) -> Iterator[str]:
        """Write openids to a file in memory, and yield the SELECT that reads it."""
        given = self._file()
        with Path(given).open("wb") as file:
            rest = iter(openids)
            while some := list(islice(rest, _ROWS_AT_ONCE)):
                file.write("".join(f"{each}\n" for each in some).encode())
        yield (
            f"SELECT openid FROM read_csv('{given}', header = false, auto_detect = false, delim = '\t', "  # noqa: S608 - our own path
            "quote = '', escape = '', columns = {'openid': 'VARCHAR'})"
        )
        self._drop(given)

    @contextmanager
    def memory_file(self) -> Iterator[tuple[str, Any]]:
        """Open a file in memory to be written; its path is what `of_file` takes."""
        path = self._file()
        with Path(path).open("wb") as file:
            yield path, file

    def of_file(self, path: str) -> Members:
        """Take in a file that `memory_file` opened; raise SnapshotDamagedError unless it is one column of openids."""
        try:
            columns = self._rows(f"DESCRIBE SELECT * FROM read_parquet('{path}')")  # noqa: S608
        except SnapshotError:
            columns = []
        if [row[:2] for row in columns] != [("openid", "VARCHAR")]:
            raise SnapshotDamagedError(
                Phrase("a snapshot does not hold what massctl writes"),
                Phrase("It was left as it is. Nothing was sent."),
            )
        return Members(path)

    @property
    def none(self) -> Members:
        """Return the empty set."""
        return self.of(())

    # What can be asked.

    def count(self, members: Members) -> int:
        """Return how many people a set has."""
        return self._number(f"SELECT count(*) FROM ({members.people})")  # noqa: S608

    def places(self, members: Members) -> int:
        """Return how many places a set has, blank ones too."""
        return self._number(f"SELECT count(*) FROM ({members.rows})")  # noqa: S608

    def is_whole(self, members: Members) -> bool:
        """Return whether no place of a set is blank."""
        return self.count(members) == self.places(members)

    def sha256(self, members: Members) -> Sha256:
        """Return what names its content: the openid of each place, or nothing, and a newline after it."""
        digest = sha256()
        for some in self._pages(f"SELECT openid FROM ({members.rows})"):  # noqa: S608
            digest.update("".join(f"{openid or ''}\n" for (openid,) in some).encode())
        return Sha256(digest.hexdigest())

    def openids(self, members: Members) -> Iterator[str]:
        """Yield the openids of a set in its order. Only a request, a file that a person asked for, may have them."""
        for some in self._pages(
            f"SELECT openid FROM ({members.rows}) WHERE openid IS NOT NULL"  # noqa: S608
        ):
            yield from (openid for (openid,) in some)

    def part(self, members: Members, places: range) -> Members:
        """Return the members of these places, from 0: those of a batch."""
        return Members(members.path, places)

    def union(self, sets: Sequence[Members]) -> Members:
        """Return everybody who is in any of these sets."""
        every = " UNION ALL ".join(each.people for each in sets)
        return self._in_slices(
            sets,
            lambda where: f"SELECT DISTINCT openid FROM ({every}) WHERE {where}",  # noqa: S608
        )

    def intersection(self, sets: Sequence[Members]) -> Members:
        """Return everybody who is in all of these sets."""
        return self._in_slices(
            sets[:1],
            lambda where: " INTERSECT ".join(
                f"SELECT openid FROM ({each.people}) WHERE {where}"  # noqa: S608
                for each in sets
            ),
        )

    def subtract(self, members: Members, less: Sequence[Members]) -> Members:
        """Return the people of a set who are in none of the others, in their order."""
        if not less:
            return members
        others = " UNION ALL ".join(each.people for each in less)
        return self._in_slices(
            [members],
            lambda where: (
                f"SELECT openid FROM ({members.people}) "  # noqa: S608
                f"ANTI JOIN (SELECT openid FROM ({others}) WHERE {where}) USING (openid) WHERE {where}"
            ),
        )

    def overlap(self, one: Members, other: Members) -> int:
        """Return how many people two sets have in common."""
        return self._joined("SEMI", one, other)

    def _joined(self, kind: str, one: Members, other: Members) -> int:
        """Count what a join of two sets leaves of the first one."""
        return sum(
            self._number(
                f"SELECT count(*) FROM ({one.people}) {kind} JOIN "  # noqa: S608
                f"(SELECT openid FROM ({other.people}) WHERE {where}) USING (openid) WHERE {where}"
            )
            for where in self._slices([one])
        )

    def patterns(self, sets: Sequence[tuple[int, Members]], most: int) -> dict[int, int]:
        """Count the people of numbered sets, numbers below `most`, by the numbers of those that they are in.

        Bit n of a key stands for the sets with the number n, of which there may be several.
        """
        if not sets:
            return {}
        words, found = _words(most), Counter[int]()
        for where in self._slices([self._largest(sets)]):
            every = _patterns(sets, most, where)
            counted = f"SELECT {words}, count(*) FROM ({every}) GROUP BY {words}"  # noqa: S608
            for *row, count in self._rows(counted):
                pattern = sum(word << (at * _WORD) for at, word in enumerate(row))
                found[pattern] += count
        return found

    def _largest(self, sets: Sequence[tuple[int, Members]]) -> Members:
        return max((each for _, each in sets), key=self.places)

    def _slices(self, sets: Sequence[Members]) -> list[str]:
        """Cut the people of sets into slices by their letters, so that one fits into memory."""
        count = sum(map(self.places, sets))
        slices, step = -(-count // SLICE), max(count // _SAMPLES, 1)
        query = " UNION ALL ".join(
            f"SELECT openid FROM ({each.rows}) WHERE place % {step} = 0"  # noqa: S608
            for each in sets
        )
        drawn = sorted(openid for (openid,) in self._rows(query) if openid) if slices > 1 else []
        between = [drawn[len(drawn) * part // slices] for part in range(1, slices) if drawn]
        first = [f"openid >= {_openid_sql(each)}" for each in between]
        last = [f"openid < {_openid_sql(each)}" for each in between]
        return [
            " AND ".join(filter(None, pair)) or "true"
            for pair in zip_longest(["", *first], last, fillvalue="")
        ]

    def keep_unmatched(
        self, sets: Sequence[tuple[int, Members]], own: int, patterns: Sequence[int], most: int
    ) -> Members:
        """Return the people of the sets with the number `own` who have none of these patterns, by their letters."""
        mine = " UNION ALL ".join(each.people for number, each in sets if number == own)
        words, count = _words(most), len(_numbers(most))
        taken = ", ".join(f"({_pattern_words(pattern, count)})" for pattern in patterns)
        stays = f"({words}) NOT IN ({taken})" if taken else "true"
        return self._in_slices(
            [self._largest(sets)],
            lambda where: (
                f"SELECT openid FROM ({mine}) SEMI JOIN (SELECT openid FROM "  # noqa: S608
                f"({_patterns(sets, most, where)}) WHERE {stays}) USING (openid) WHERE {where}"
            ),
        )

    def change(self, before: Members, after: Members) -> PeopleChange:
        """Return how many people came and went between two sets."""
        both = self.overlap(before, after)
        return PeopleChange(self.count(after) - both, self.count(before) - both)

    def is_within(self, part: Members, whole: Members) -> bool:
        """Return whether everybody of a set is in another one."""
        return not self._joined("ANTI", part, whole)

    def blanked(self, members: Members, people: Members) -> Members:
        """Return a set in which the places of these people are blank, and nobody is renumbered."""
        stays = f"CASE WHEN openid NOT IN ({people.people}) THEN openid END"
        return self._materialize(f"SELECT {stays} AS openid FROM ({members.rows})")  # noqa: S608

    def with_marks(self, people: Members, salt: bytes, marks: Iterable[str]) -> Members:
        """Return those of the people whose HMAC-SHA256 under a salt is among these marks, in hex."""
        block = salt.ljust(_BLOCK, b"\0")
        inner, outer = (bytes(each ^ pad for each in block) for pad in _PADS)
        # As RFC 2104 has it, for the speed of millions.
        mark = f"sha256({_blob(outer)} || unhex(sha256({_blob(inner)} || encode(people.openid))))"
        with self._lines(marks) as lines:
            return self._materialize(
                f"SELECT openid FROM ({people.people}) people WHERE {mark} IN ({lines}) ORDER BY openid"  # noqa: S608
            )

    @contextmanager
    def parquet(self, members: Members) -> Iterator[BinaryIO]:
        """Open the file of a set, to be encrypted."""
        found = members
        if members.places is not None:
            found = self._materialize(f"SELECT openid FROM ({members.rows})")  # noqa: S608
        with Path(found.path).open("rb") as file:
            yield file
        if found is not members:
            self._drop(found.path)

    def _in_slices(
        self, sets: Sequence[Members], query: Callable[[str], str], spent: Sequence[Members] = ()
    ) -> Members:
        """Make a set of what a query yields, a slice of `sets` after the other, in the order of letters.

        Sets that are `spent` are dropped once the query was asked.
        """
        slices = [
            self._materialize(f"SELECT openid FROM ({query(where)}) ORDER BY openid")  # noqa: S608
            for where in self._slices(sets)
        ]
        for each in spent:
            self.drop(each)
        if len(slices) == 1:
            return slices[0]
        paths = ", ".join(f"'{each.path}'" for each in slices)
        found = self._materialize(f"SELECT openid FROM read_parquet([{paths}])")  # noqa: S608
        for each in slices:
            self.drop(each)
        return found

    def _require_openids(self, given: Members) -> None:
        wrong = self._number(
            f"SELECT count(*) FROM ({given.rows}) "  # noqa: S608
            f"WHERE openid IS NULL OR NOT regexp_full_match(openid, '{OPENID_PATTERN}')"
        )
        if wrong:
            raise InvariantError(f"{wrong} values of a set are not openids")

    # Files in memory, and the database over them.

    def _materialize(self, query: str) -> Members:
        path = self._file()
        self._rows(
            f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"
        )
        return Members(path)

    def _file(self) -> str:
        if self._folder is not None:
            opened, name = tempfile.mkstemp(dir=self._folder)
            os.close(opened)
            return name
        descriptor, path = open_memory_file()
        self._descriptors[path] = descriptor
        return path

    def _drop(self, path: str) -> None:
        if self._folder is not None:
            Path(path).unlink(missing_ok=True)
        else:
            os.close(self._descriptors.pop(path))

    def drop(self, members: Members) -> None:
        """Drop a set that is no longer needed; parts of it are gone too."""
        self._drop(members.path)

    def _lock_down(self, memory: str) -> None:
        """Leave the database its own memory, and nothing that could change that."""
        reachable = f"allowed_paths = ['{DUCKDB_PATH}']"
        if self._folder is not None:
            reachable = f"allowed_directories = ['{self._folder}/']"
        for setting in (
            f"memory_limit = '{memory}'",
            f"threads = {_THREADS}",
            "temp_directory = ''",
            "preserve_insertion_order = true",
            "python_enable_replacements = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            reachable,
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            self._database.execute(f"SET {setting}")

    def _call(self, call: Callable[[], _T]) -> _T:
        """Call DuckDB, and say the kind of a failure alone: its words may hold an openid."""
        try:
            return call()
        except self._faults as error:
            kind = type(error).__name__
        # Raised here, it has no context that holds the words of DuckDB.
        raise SnapshotError(
            Phrase("the people of an audience cannot be counted"),
            Phrase("DuckDB says {kind}. Nothing was written or sent.", kind=kind),
            Phrase("free some memory, then run the same command again"),
        )

    def _rows(self, query: str) -> list[Any]:
        return self._call(lambda: self._database.execute(query).fetchall())

    def _number(self, query: str) -> int:
        return int(self._rows(query)[0][0])

    def _pages(self, query: str) -> Iterator[list[Any]]:
        # A cursor of its own: other questions are asked meanwhile.
        answer = self._call(lambda: self._database.cursor().execute(query))
        while some := self._call(lambda: answer.fetchmany(_ROWS_AT_ONCE)):
            yield some


_WORD = 62
"""Bits of one number of a pattern: DuckDB's own whole numbers have one more, and a sign."""


def _numbers(most: int) -> range:
    return range(-(-most // _WORD))


def _words(most: int) -> str:
    """Name the columns that hold a pattern."""
    return ", ".join(f"word{number}" for number in _numbers(most))


def _pattern_words(pattern: int, words: int) -> str:
    shifted = [pattern >> (number * _WORD) for number in range(words)]
    whole = (1 << _WORD) - 1
    return ", ".join(str(each & whole) for each in shifted)


def _patterns(sets: Sequence[tuple[int, Members]], most: int, where: str) -> str:
    """Return the SELECT that yields each person of a slice once, with a bit for the number of each of their sets."""
    every = " UNION ALL ".join(
        f"SELECT openid, {_columns(number, most)} FROM ({each.people}) WHERE {where}"  # noqa: S608
        for number, each in sets
    )
    joined = ", ".join(f"bit_or(word{number}) AS word{number}" for number in _numbers(most))
    return f"SELECT openid, {joined} FROM ({every}) GROUP BY openid"  # noqa: S608


def _columns(number: int, most: int) -> str:
    pattern = [
        f"{1 << number % _WORD if number // _WORD == word else 0}" for word in _numbers(most)
    ]
    return ", ".join(f"{each}::BIGINT AS word{word}" for word, each in enumerate(pattern))


def _openid_sql(openid: str) -> str:
    """Write an openid into a query: it has letters, digits, - and _ alone, or it is refused."""
    if not is_openid(openid):
        raise InvariantError("a value of a set is not an openid")
    return f"'{openid}'"


def _blob(data: bytes) -> str:
    return "'" + "".join(f"\\x{each:02X}" for each in data) + "'::BLOB"
