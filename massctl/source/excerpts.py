"""The lines that diagnostics of rendering point at, read from the files they are in."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from massctl.model.diagnostics import Diagnostic, Lines, Place, Span
from massctl.source.decoding import decode
from massctl.source.reporter import Reporter
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError

OF_LISTS: Final = "MC6"
"""How the codes of diagnostics about lists of openids begin."""


def with_excerpts(
    diagnostics: Iterable[Diagnostic], repository: Repository, campaign_file: Reporter
) -> list[Diagnostic]:
    """Give `diagnostics`, each with the line of its place where that can be read; `campaign_file` is read already."""
    reporters: dict[str, Reporter | None] = {campaign_file.file: campaign_file}
    return [_shown(diagnostic, repository, reporters) for diagnostic in diagnostics]


def _shown(diagnostic: Diagnostic, repository: Repository, reporters: dict[str, Reporter | None]) -> Diagnostic:
    place = diagnostic.place
    if diagnostic.excerpt is not None or place is None or place.line is None:
        return diagnostic
    if place.file not in reporters and diagnostic.code.startswith(OF_LISTS):
        return diagnostic  # No line of a list of openids is ever shown.
    if place.file not in reporters:
        reporters[place.file] = _read(place, repository)
    reporter = reporters[place.file]
    if reporter is None or place.line > len(reporter.lines):
        return diagnostic
    return replace(diagnostic, excerpt=reporter.excerpt(Span(place.line, 1, place.line, 1)))


def _read(place: Place, repository: Repository) -> Reporter | None:
    try:
        # A text in another encoding is a fault, and its line can be shown all the same.
        text = decode(repository.read_bytes(place.file, TEXT_BYTES_MAX)).text
    except UnreadableError:
        return None
    return Reporter(place.file, None, Lines(text))
