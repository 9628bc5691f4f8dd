"""Diagnostics: what is wrong in a file, as values that are collected and shown together."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a diagnostic stops: an error stops its campaign, the others stop nothing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the repository: lines and columns count from 1, columns in code points, ends are exclusive."""

    file: str
    """Path from the repository's root, with `/`."""
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The line a diagnostic points at, as written, and as it should be where that is known."""

    written: str
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault, with a stable code from `massctl.model.codes`."""

    code: str
    severity: Severity
    message: str
    """What is wrong, in one sentence; a `Phrase`."""
    place: Place | None = None
    hint: str | None = None
    """What to write instead; a `Phrase`, or None where the message says it."""
    campaign: str | None = None
    excerpt: Excerpt | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order by file, line, column, code; a diagnostic without a place comes first."""
        place = self.place or Place("")
        return (place.file, place.line or 0, place.column or 0, self.code, self.message)


def has_errors(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> bool:
    """Say whether any of `diagnostics` stops its campaign."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
