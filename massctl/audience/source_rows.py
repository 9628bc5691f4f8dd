"""Openids on their way into a set: what is wrong with them, told by place alone. Nothing of one is ever shown."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from massctl.audience.query_engine import Row
from massctl.model.diagnostics import Diagnostic, Fault, Place, Severity
from massctl.model.ids import is_openid
from massctl.model.phrase import Phrase
from massctl.source.openids import (
    COLUMN,
    FAULTS_MAX,
    OPENID_CHARACTERS,
    OPENID_WORDS,
    repeated,
    unusual_length,
)

COLUMN_VALUES_MAX = 100_000
"""Different values of another column are counted so far; the lock says this number for as many or more."""


class SourceFaultsError(Exception):
    """Stop a freeze, because of what its source holds; nothing was written."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} faults")
        self.diagnostics = tuple(diagnostics)


def one_fault(code: str, say: Phrase, hint: Phrase, at: Place) -> SourceFaultsError:
    """Return what stops the reading of a source for one fault at a place."""
    found = fault(code, say, hint, at=at)
    return SourceFaultsError([found])


def fault(code: str, message: Phrase, hint: Phrase, *, at: Place) -> Diagnostic:
    """Make a diagnostic of a source."""
    return Diagnostic(code, Severity.ERROR, message, at, hint)


def at_source(found: Fault, at: Place) -> Diagnostic:
    """Place a fault at a source."""
    return Diagnostic(found.code, found.severity, found.message, at, found.hint)


class SourceTally(Struct):
    """What was taken from a source, while it is read and afterwards."""

    at: Place
    """Where faults of the whole source belong."""
    count: int = 0
    """Openids, each as often as it came."""
    odd_lengths: int = 0
    faults: list[Diagnostic] = field(default_factory=list)
    values: dict[str, set[int]] = field(default_factory=dict)
    """Of other columns: hashes of different values."""

    @property
    def columns(self) -> dict[str, int]:
        """The other columns, each with the number of its different values."""
        return {name: len(found) for name, found in sorted(self.values.items())}

    def of_rows(
        self, columns: Sequence[str], pages: Iterable[Sequence[Row]], rows_max: int
    ) -> Iterator[str]:
        """Yield the openids of a query's rows; raise SourceFaultsError for what is no set of openids."""
        own = self._own_column(columns)
        others = [(at, name) for at, name in enumerate(columns) if at != own]
        self.values = {name: set() for _, name in others}
        row_number = 0
        for page in pages:
            for at, name in others:
                self._count_values(self.values[name], page, at)
            for row in page:
                row_number += 1
                if (openid := self._of_cell(row[own], row_number)) is not None:
                    yield openid
            if row_number > rows_max:
                raise SourceFaultsError([self._too_many(rows_max)])
        self.require_sound()

    def require_sound(self) -> None:
        """Raise SourceFaultsError where anything is wrong, or nothing came."""
        if not self.faults and not self.count:
            hint = Phrase("look at the source; an audience without people is not frozen")
            say = Phrase("the source has no openid")
            self.faults.append(fault("MC605", say, hint, at=self.at))
        if self.faults:
            raise SourceFaultsError(self.faults)

    def notes(self, people: int) -> list[Diagnostic]:
        """Return what is odd about a source that gave so many people."""
        twice = self.count - people
        found = [repeated(twice)] if twice else []
        found += [unusual_length(self.odd_lengths)] if self.odd_lengths else []
        return [at_source(each, self.at) for each in found]

    def _own_column(self, columns: Sequence[str]) -> int:
        names = [each.casefold() for each in columns]
        if names.count(COLUMN) == 1:
            return names.index(COLUMN)
        say = Phrase("the query has no column {name}", name=COLUMN)
        if COLUMN in names:
            say = Phrase("the query has more than one column {name}", name=COLUMN)
        hint = Phrase("name it so: {example}", example=f"SELECT … AS {COLUMN}")
        raise one_fault("MC604", say, hint, self.at)

    def _of_cell(self, cell: object, row: int) -> str | None:
        text = cell.decode("ascii", "replace") if isinstance(cell, bytes) else cell
        openid = text.strip() if isinstance(text, str) else text
        if isinstance(openid, str) and is_openid(openid):
            self.count += 1
            self.odd_lengths += len(openid) != OPENID_CHARACTERS
            return openid
        if openid is None or openid == "":
            say = Phrase("row {row} has no openid", row=row)
            hint = Phrase("leave such rows out: {example}", example=f"WHERE {COLUMN} <> ''")
        else:
            say = Phrase("row {row} has something that is not an openid", row=row)
            hint = OPENID_WORDS
        if len(self.faults) >= FAULTS_MAX:
            more = Phrase("more rows are faulty; massctl stopped reading")
            hint = Phrase("correct these first, then freeze again")
            self.faults.append(fault("MC603", more, hint, at=self.at))
            raise SourceFaultsError(self.faults)
        self.faults.append(fault("MC603", say, hint, at=self.at))
        return None

    def _count_values(self, found: set[int], page: Sequence[Row], at: int) -> None:
        if len(found) < COLUMN_VALUES_MAX:
            values = [row[at] for row in page]
            found.update(hash(str(each)) for each in values if each is not None)
            while len(found) > COLUMN_VALUES_MAX:
                found.pop()

    def _too_many(self, rows_max: int) -> Diagnostic:
        say = Phrase("the query yields more than {count:,} rows", count=rows_max)
        hint = Phrase("narrow it, or raise `rows` of its connection in massctl.yaml")
        return fault("MC629", say, hint, at=self.at)
