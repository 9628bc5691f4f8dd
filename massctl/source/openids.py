"""Lists of openids, read line by line: what is wrong with them, and where; nothing of them is ever shown.

A list is a text with one openid a line, or a table (.csv) with a column `openid`. Lines may end as on any system, be
blank, and follow a byte order mark.
"""

import codecs
import csv
import gc
import hashlib
import io
import json
import re
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import merge
from itertools import accumulate, chain, pairwise

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.batches import BATCH_MAX, BATCH_MIN, OpenidList, batch_sizes
from massctl.model.diagnostics import Fault, Severity
from massctl.model.ids import CAMPAIGNS, Sha256, is_openid
from massctl.model.phrase import UNNAMED, Command, Phrase
from massctl.render.inputs import ListedOpenids
from massctl.source.repository import Repository, UnreadableError
from massctl.source.text import SAVE_AS_UTF8

COLUMN = "openid"
_SEPARATORS = re.compile(r"[;\t|]")
"""What spreadsheets write in place of commas, by the language of their user."""
_HIDDEN = re.compile(r"(?<!\w)o[\w-]{27}(?![\w-])", re.ASCII)
"""An openid behind the first line of a cell: it should be in a separate row."""


CACHE_KIB = 2048
"""What SQLite may keep in memory of the file."""


class OpenidStore:
    """Holds one list; first `add`, then `seal`, then `batch`. For one thread."""

    def __init__(self, path: str = "") -> None:
        self.path = path
        """Of the list, from campaigns/."""
        # One thread uses it, and whichever collects the garbage closes it.
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        self._db.execute("PRAGMA temp_store = FILE")
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute(
            "CREATE TABLE given (n INTEGER PRIMARY KEY, line INTEGER NOT NULL, openid TEXT NOT NULL)"
        )
        self._db.execute("CREATE TABLE again (n INTEGER PRIMARY KEY, line INTEGER NOT NULL)")
        self._db.execute("CREATE TABLE kept (place INTEGER PRIMARY KEY, openid TEXT NOT NULL)")
        self._ends = [0]
        """How many openids there are up to the end of each batch."""
        weakref.finalize(self, self._db.close)

    def add(self, openids: Sequence[tuple[int, str]]) -> None:
        """Take openids, each with its line, in their order; the same one may come again."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO given (line, openid) VALUES (?, ?)", openids)
        self._db.execute("COMMIT")

    def seal(self, batch_max: int) -> tuple[OpenidList | None, int, int | None]:
        """Drop repeated openids, and name the rest.

        Gives what names the list (None if nothing is in it), how many were dropped, and the line of the first.
        """
        # SQLite sorts in its file: memory stays the same however long the list is.
        numbered = (
            "SELECT n, line, row_number() OVER (PARTITION BY openid ORDER BY n) AS nth FROM given"
        )
        self._db.execute(f"INSERT INTO again SELECT n, line FROM ({numbered}) WHERE nth > 1")  # noqa: S608 - our text
        once = "SELECT openid FROM given WHERE n NOT IN (SELECT n FROM again) ORDER BY n"
        self._db.execute(f"INSERT INTO kept (openid) {once}")
        ((dropped, first),) = self._db.execute("SELECT count(*), min(line) FROM again")
        ((count,),) = self._db.execute("SELECT count(*) FROM kept")
        if count == 0:
            return None, dropped, first
        self._ends = [0, *accumulate(batch_sizes(count, batch_max))]
        named = hashlib.sha256()
        batches = []
        for number in range(1, len(self._ends)):
            lines = "".join(f"{openid}\n" for openid in self.batch(number)).encode()
            named.update(lines)
            batches.append(Sha256(hashlib.sha256(lines).hexdigest()))
        return (
            OpenidList(Sha256(named.hexdigest()), count, batch_max, tuple(batches)),
            dropped,
            first,
        )

    def in_order(self, batches: Iterable[int] | None = None) -> Iterator[str]:
        """Return its openids, or those of some batches, by their letters, each once."""
        where, values = "true", list[int]()
        if batches is not None:
            ranges = [self._ends[each - 1 : each + 1] for each in batches if each < len(self._ends)]
            where = " OR ".join(["place > ? AND place <= ?"] * len(ranges)) or "false"
            values = [*chain.from_iterable(ranges)]
        # SQLite sorts in its file.
        query = f"SELECT openid FROM kept WHERE {where} ORDER BY openid"  # noqa: S608 - our text
        return (openid for (openid,) in self._db.execute(query, values))

    @property
    def count(self) -> int:
        """How many openids it has, each once."""
        return self._ends[-1]

    def openids(self) -> Iterator[str]:
        """Return its openids in its own order, each once."""
        found = self._db.execute("SELECT openid FROM kept ORDER BY place")
        return (openid for (openid,) in found)

    def lines_of(self, openids: Collection[str]) -> tuple[int, ...]:
        """Return the lines of some openids, each as often as it stands there."""
        query = "SELECT line FROM given WHERE openid IN (SELECT value FROM json_each(?)) ORDER BY n"
        found = self._db.execute(query, (json.dumps([*openids]),))
        return tuple(line for (line,) in found)

    def batch(self, number: int) -> tuple[str, ...]:
        """Return the openids of a batch, from 1, in their order."""
        query = "SELECT openid FROM kept WHERE place > ? AND place <= ? ORDER BY place"
        return tuple(
            openid for (openid,) in self._db.execute(query, self._ends[number - 1 : number + 1])
        )


LIST_BYTES_MAX = 256 * 1024 * 1024
"""Far more than the hundred jobs of a day can carry, and bounded work."""
LINE_CHARACTERS_MAX = 64 * 1024
"""A longer line belongs to no list."""
FAULTS_MAX = 20
"""Faults of one list that are told one by one; it is read no further."""
OPENID_CHARACTERS = 28
"""How long openids are in practice; WeChat promises no length, so another one is a warning. Our own observation."""
OPENID_WORDS = Phrase("an openid begins with `o`, followed by letters, digits, `-` and `_`")
_PIECE_BYTES = 64 * 1024
_OPENIDS_AT_ONCE = 5000
TESTERS_MAX = 50
"""A longer list is not one of testers, and does not belong in git. Our own bound."""


class OpenidFiles:
    """Reads lists by path and gives their batches by name; implements `massctl.apply.ports.Openids`."""

    def __init__(self, repository: Repository, batch_max: int = BATCH_MAX) -> None:
        self._repository = repository
        self._batch_max = batch_max
        self._read: dict[str, ListedOpenids] = {}
        self.stores: dict[str, OpenidStore] = {}
        """The lists that were read whole, by their names."""
        self._common: dict[frozenset[str], int] = {}

    def listed(self, path: str) -> ListedOpenids:
        """Read the list at `path` (from campaigns/), once."""
        if path not in self._read:
            self._read[path] = self._look(path)
        self._repository.reused(f"{CAMPAIGNS}/{path}")
        return self._read[path]

    def batch(self, listed: OpenidList, number: int) -> tuple[str, ...]:
        """Return the openids of a batch, from 1, of a list that was read whole."""
        # Requests are held in circles for a while, and ten thousand openids are too many to wait for the collector.
        gc.collect(1)
        return self.stores[listed.sha256].batch(number)

    def in_both(self, one: str, other: str) -> int:
        """Count the openids that two lists have in common, by the names of the lists; memory stays the same."""
        pair = frozenset((one, other))
        if pair not in self._common:
            both = merge(*(self.stores[each].in_order() for each in (one, other)))
            self._common[pair] = sum(first == second for first, second in pairwise(both))
        return self._common[pair]

    def _look(self, path: str) -> ListedOpenids:
        reading, store = ListReading(path), OpenidStore(path)
        try:
            pieces = self._repository.pieces(f"{CAMPAIGNS}/{path}", LIST_BYTES_MAX)
            for some in reading.openids(pieces):
                store.add(some)
        except UnreadableError as error:
            code = "MC601" if error.is_missing else error.code
            return ListedOpenids(None, (Fault(code, error.message, error.hint),), ())
        if reading.faults:
            return ListedOpenids(None, tuple(reading.faults), ())
        found, dropped, line = store.seal(self._batch_max)
        if found is None or found.count < BATCH_MIN:
            return ListedOpenids(None, (_too_short(path, 0 if found is None else found.count),), ())
        self.stores[found.sha256] = store
        notes = [replace(repeated(dropped), path=path, line=line, column=1)] if dropped else []
        if found.count > TESTERS_MAX and self._repository.is_in_git(f"{CAMPAIGNS}/{path}"):
            notes.append(_in_git(path))
        return ListedOpenids(found, (), (*notes, *reading.unusual()))


class _Enough(Exception):  # noqa: N818 - internal: it ends the reading of a list with too many faults
    """Stop reading."""


class ListReading(Struct):
    """One list under way; its faults are told behind its end, or where it is read no further."""

    path: str
    """What it is called in faults; a table's name ends with .csv."""
    faults: list[Fault] = field(default_factory=list)
    number: int = 0
    """The line that was read last, from 1."""
    line: str = ""
    """That line."""
    odd_lengths: int = 0
    odd_line: int = 0
    waiting: list[tuple[int, str]] = field(default_factory=list)

    def openids(self, pieces: Iterator[bytes]) -> Iterator[list[tuple[int, str]]]:
        """Yield openids, each with its line; the same one may come again."""
        is_table = self.path.casefold().endswith(".csv")
        try:
            for _ in self._table(pieces) if is_table else self._text(pieces):
                if len(self.waiting) >= _OPENIDS_AT_ONCE:
                    yield self._taken()
        except _Enough:
            return
        yield self._taken()

    def _text(self, pieces: Iterator[bytes]) -> Iterator[None]:
        """Read a text with one openid a line."""
        for line in self._lines(pieces):
            if openid := line.strip():
                self._take(line.index(openid) + 1, openid)
                yield

    def _table(self, pieces: Iterator[bytes]) -> Iterator[None]:
        """Read a table with a column `openid`."""
        rows = self._rows(pieces)
        header = next((row for row in rows if any(cell.strip() for cell in row)), [])
        at = self._column([cell.strip().casefold() for cell in header])
        for row in rows:
            if openid := row[at].strip() if at < len(row) else "":
                self._take(max(0, self.line.find(openid)) + 1, openid)
                yield
            elif any(cell.strip() for cell in row):
                self._report(
                    "MC603",
                    1,
                    Phrase("this row has no openid"),
                    Phrase("fill it in, or remove the row"),
                )

    def _lines(self, pieces: Iterator[bytes]) -> Iterator[str]:
        """Return the lines of a file without their ends."""
        decoder = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder("utf-8")(), translate=True
        )
        rest = ""
        first = True
        # The empty piece says that no more follow: what is left in the decoder has to come out.
        for piece in chain(_small(pieces), (b"",)):
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                before = rest + error.object[: error.start].decode("utf-8")
                self.number += 1 + before.replace("\r\n", "\n").replace("\r", "\n").count("\n")
                raise self._end(
                    "MC607", Phrase("the list is not UTF-8 from this line on"), SAVE_AS_UTF8
                ) from None
            if first and text:
                text = text.removeprefix("\ufeff")
                first = False
            *whole, rest = (rest + text).split("\n")
            if not piece and rest:
                whole.append(rest)
            for line in whole:
                self.number = self.number + 1
                self.line = line
                yield line
            if len(rest) > LINE_CHARACTERS_MAX:
                self.number += 1
                raise self._end(
                    "MC607",
                    Phrase(
                        "this line is longer than {limit} characters", limit=LINE_CHARACTERS_MAX
                    ),
                    Phrase("write one openid a line"),
                )

    def _rows(self, pieces: Iterator[bytes]) -> Iterator[list[str]]:
        reader = csv.reader((line + "\n" for line in self._lines(pieces)), strict=True)
        hint = Phrase('if a cell contains `"`, write it twice: `""`')
        while True:
            began = self.number + 1
            try:
                row = next(reader, None)
            except csv.Error:
                self.number = began
                raise self._end(
                    "MC607", Phrase("a quotation mark is missing here, or is one too many"), hint
                ) from None
            if row is None:
                return
            if self.number > began and any(_HIDDEN.search(cell.partition("\n")[2]) for cell in row):
                self.number = began
                raise self._end(
                    "MC607", Phrase("a cell that begins here has several lines with openids"), hint
                )
            yield row

    def _column(self, names: list[str]) -> int:
        self.number = self.number or 1
        if names.count(COLUMN) == 1:
            return names.index(COLUMN)
        if COLUMN in names:
            raise self._end(
                "MC604",
                Phrase("the table has more than one column {name}", name=COLUMN),
                Phrase("rename the others"),
            )
        hint = Phrase("write {name} above the column, in the first row", name=COLUMN)
        if any(COLUMN in (part.strip() for part in _SEPARATORS.split(name)) for name in names):
            hint = Phrase(
                "separate the columns with commas: save the table as “CSV UTF-8 (comma delimited)”"
            )
        raise self._end("MC604", Phrase("the table has no column {name}", name=COLUMN), hint)

    def _take(self, column: int, openid: str) -> None:
        # A heading in a list without columns looks like an openid, and is none.
        if openid.casefold() == COLUMN:
            self._report(
                "MC603",
                column,
                Phrase("this is a heading, not an openid"),
                Phrase(
                    "remove the line; or, if this is a table, let the file's name end with .csv"
                ),
            )
            return
        if not is_openid(openid):
            self._report(
                "MC603",
                column,
                Phrase("this is not an openid"),
                OPENID_WORDS,
            )
            return
        if len(openid) != OPENID_CHARACTERS:
            self.odd_lengths += 1
            self.odd_line = self.odd_line or self.number
        self.waiting.append((self.number, openid))

    def _taken(self) -> list[tuple[int, str]]:
        taken, self.waiting = self.waiting, []
        return taken

    def _end(self, code: str, message: Phrase, hint: Phrase) -> _Enough:
        """Report what keeps the list from being read beyond the newest line."""
        self.faults.append(Fault(code, message, hint, path=self.path, line=self.number, column=1))
        return _Enough()

    def _report(self, code: str, column: int, message: Phrase, hint: Phrase) -> None:
        if len(self.faults) == FAULTS_MAX:
            raise self._end(
                code,
                Phrase("more lines of the list are faulty; massctl stopped reading"),
                Phrase("correct these first, then validate again"),
            )
        self.faults.append(
            Fault(code, message, hint, path=self.path, line=self.number, column=column)
        )

    def unusual(self) -> list[Fault]:
        """Warn of openids of another length than those that WeChat gives in practice."""
        if not self.odd_lengths:
            return []
        found = unusual_length(self.odd_lengths)
        return [replace(found, path=self.path, line=self.odd_line, column=1)]


def unusual_length(count: int) -> Fault:
    """Warn of so many openids that may have been cut off."""
    say = Phrase("openids of unusual length: {count} do not have {usual} characters")
    hint = Phrase(
        "if they were cut off, WeChat refuses the whole batch that they are in: export the list again"
    )
    return Fault("MC608", Phrase(say, count=count, usual=OPENID_CHARACTERS), hint, Severity.WARNING)


def repeated(dropped: int) -> Fault:
    """Tell of so many openids that came before."""
    say = Phrase("openids that come more than once count once ({count} dropped)", count=dropped)
    hint = Phrase("you need to do nothing; to remove this note, delete the repeats")
    return Fault("MC606", say, hint, Severity.INFO)


def _small(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut pieces smaller: a line takes three times its bytes once it is text of its own."""
    for piece in pieces:
        for start in range(0, len(piece), _PIECE_BYTES):
            yield piece[start : start + _PIECE_BYTES]


def _too_short(path: str, count: int) -> Fault:
    if count == 0:
        return Fault(
            "MC605",
            Phrase("the list is empty"),
            Phrase("write one openid a line, two or more"),
            path=path,
            line=1,
            column=1,
        )
    say = Phrase(
        "the list has one openid, but WeChat sends only to {least} or more", least=BATCH_MIN
    )
    command = Command("preview", UNNAMED, "--touser OPENID")
    return Fault(
        "MC605",
        say,
        Phrase("add a second one, or send a preview to this one: {command}", command=command),
        path=path,
        line=1,
        column=1,
    )


def _in_git(path: str) -> Fault:
    say = Phrase("this list is in git, or would be: the openids stay in its history for ever")
    hint = Phrase("make an audience of it, frozen outside of git: {command}")
    hint = Phrase(hint, command=Command("explain", "MC626"))
    return Fault("MC626", say, hint, path=path, line=1, column=1)
