"""Where each key and value of a YAML file stands."""

from dataclasses import dataclass, field

from massctl.model.campaign import Path
from massctl.model.diagnostics import Diagnostic, Excerpt, Lines, Place, Span
from massctl.model.phrase import Phrase
from massctl.source.reporter import Reporter


@dataclass(frozen=True, slots=True)
class Positions:
    """Places by path: the keys and indexes from the document's root."""

    reporter: Reporter
    values: dict[Path, Span] = field(default_factory=dict)
    keys: dict[Path, Span] = field(default_factory=dict)

    def span(self, path: Path, *, at_key: bool = False) -> Span:
        """Give the place of the value at `path`, or of its key.

        An item of a list has no key, so its value stands for it; where nothing is written at `path` the
        nearest thing above it does.
        """
        for length in range(len(path), -1, -1):
            part = path[:length]
            first, second = (self.keys, self.values) if at_key or length < len(path) else (self.values, self.keys)
            found = first.get(part) or second.get(part)
            if found is not None:
                return found if part else self._first_line(found)
        return Span(1, 1, 1, 1)

    def _first_line(self, root: Span) -> Span:
        """Stand for a whole document with its first line, rather than marking all of it."""
        start, end = self.reporter.lines.bounds(root.line)
        return Span(root.line, root.column, root.line, max(root.column, end - start + 1))

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """Give the place of the value at `path`, or of its key."""
        return self.reporter.place(self.span(path, at_key=at_key))

    def excerpt(self, path: Path, *, at_key: bool = False) -> Excerpt:
        """Give the line on which `path` begins."""
        return self.reporter.excerpt(self.span(path, at_key=at_key))

    def diagnostic(
        self, code: str, path: Path, message: Phrase, hint: Phrase | None = None, *, at_key: bool = False
    ) -> Diagnostic:
        """Report a fault at `path`."""
        return self.reporter.at(code, self.span(path, at_key=at_key), message, hint)


def no_positions(file: str, campaign: str | None) -> Positions:
    """Give the positions of a file that could not be read."""
    return Positions(Reporter(file, campaign, Lines("")))
