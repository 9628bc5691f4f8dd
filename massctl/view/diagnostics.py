"""Diagnostics, each with its place, the line it points at, and carets under the fault."""

from collections import Counter
from collections.abc import Sequence

from massctl.errors import MassctlError, WeChatError
from massctl.model.diagnostics import Diagnostic, Excerpt, Place, Severity
from massctl.model.phrase import Command, Phrase
from massctl.view.cells import cells, clusters, printable
from massctl.view.rows import LABELS, Row
from massctl.view.style import Ink
from massctl.view.terminal import Inked, Page
from massctl.view.words import campaigns as campaigns_words
from massctl.view.words import errors, warnings

_INKS = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.DETAIL}
GROUP_MIN = 5
"""So many of one code are still shown one by one; `validate` shows each error all the same."""
_GROUP_SHOWN = 3
_LEAD_SHARE = 3
"""Of a line too long for the window, one part in so many is shown before the fault."""


def diagnostics_text(
    page: Page,
    diagnostics: Sequence[Diagnostic],
    *,
    campaigns: int | None = None,
    verbose: bool = False,
) -> str:
    """Show notes, then warnings, then errors, each in the order of places, and a line that counts them.

    More than GROUP_MIN notes or warnings of one code become a group with its first places, unless `verbose`.
    `campaigns` is how many were looked at; None if it is not to be said. Nothing to say gives "".
    """
    ordered = sorted(diagnostics, key=lambda d: d.sort_key)
    for severity in (Severity.INFO, Severity.WARNING):
        found = [each for each in ordered if each.severity is severity]
        alone, groups = (found, []) if verbose else _grouped(found)
        for diagnostic in alone:
            _diagnostic(page, diagnostic)
        for row in map(_group_row, groups):
            page.blank()
            page.line(row.label, " ", *filter(None, [row.lead]), *row.facts)
            for each in row.below:
                page.line(each, indent=2, hang=4)
    failed = [diagnostic for diagnostic in ordered if diagnostic.severity is Severity.ERROR]
    for diagnostic in failed:
        _diagnostic(page, diagnostic)
    page.blank()
    _summary(page, diagnostics, campaigns)
    if failed:
        page.line(Inked(Command("explain", failed[0].code), Ink.DETAIL))
    return page.text()


def diagnostic_line(page: Page, diagnostic: Diagnostic, indent: int = 0) -> None:
    """Add the place, the severity, the code and the message of a diagnostic, and what to do about it below."""
    word, ink = LABELS[diagnostic.severity], _INKS[diagnostic.severity]
    where = f"{diagnostic.where}: " if diagnostic.where else ""
    parts = (
        Inked(where, Ink.NAME),
        Inked(word, ink),
        Inked(f" {diagnostic.code} ", ink),
        diagnostic.message,
    )
    page.line(*parts, indent=indent, hang=indent + 2)
    if diagnostic.hint:
        page.line(Phrase("hint: {hint}", hint=diagnostic.hint), indent=indent + 2)


def diagnostic_rows(diagnostics: Sequence[Diagnostic], *severities: Severity) -> list[Row]:
    """Return what is wrong in files, with its place and the way on; many of one code become a row."""
    rows: list[Row] = []
    for severity in severities:
        alone, groups = _grouped([each for each in diagnostics if each.severity is severity])
        rows += [*map(_row, alone), *map(_group_row, groups)]
    return rows


def note_rows(diagnostics: Sequence[Diagnostic], folder: str | None) -> list[Row]:
    """Say notes on a campaign in `folder` in short, those of one code on one line: they may be passed over."""
    by_code: dict[str, list[Diagnostic]] = {}
    for each in sorted(diagnostics, key=lambda each: each.sort_key):
        if each.severity is Severity.INFO:
            by_code.setdefault(each.code, []).append(each)
    return [_note_row(found, folder) for found in by_code.values()]


def _note_row(found: Sequence[Diagnostic], folder: str | None) -> Row:
    first = found[0]
    where = [str(first.place).removeprefix(f"{folder}/")] if first.place is not None else []
    more = [Phrase("and {count} more", count=len(found) - 1)] if len(found) > 1 else []
    parts = tuple(Inked(each, Ink.DETAIL) for each in (first.message, *where, *more))
    return Row(first.severity, parts, Inked(f"{first.code} ", Ink.DETAIL))


def _grouped(diagnostics: Sequence[Diagnostic]) -> tuple[list[Diagnostic], list[list[Diagnostic]]]:
    """Split into those that are shown one by one and groups of one code; both in the order of places."""
    ordered = sorted(diagnostics, key=lambda each: each.sort_key)
    counts = Counter(each.code for each in ordered)
    alone = [each for each in ordered if counts[each.code] <= GROUP_MIN]
    many = [code for code, count in counts.items() if count > GROUP_MIN]
    return alone, [[each for each in ordered if each.code == code] for code in many]


def _row(diagnostic: Diagnostic) -> Row:
    where = [Inked(str(diagnostic.place), Ink.DETAIL)] if diagnostic.place is not None else []
    hint = (diagnostic.hint,) if diagnostic.hint else ()
    lead = Inked(f"{diagnostic.code} ", _INKS[diagnostic.severity])
    return Row(diagnostic.severity, (diagnostic.message, *where), lead, hint)


def _group_row(found: Sequence[Diagnostic]) -> Row:
    shown = [
        Phrase("{where}: {message}", where=str(each.place or "-"), message=each.message)
        for each in found
    ]
    names = dict.fromkeys(each.campaign for each in found)
    one = [name for name in names if name is not None and len(names) == 1]
    every = Command("validate", *one, "--verbose")
    more = Phrase(
        "{count} more; `{command}` shows them", count=len(found) - _GROUP_SHOWN, command=every
    )
    hints = {each.hint for each in found if each.hint}
    same = hints if len(hints) == 1 else ()
    lead = Inked(f"{found[0].code} ", _INKS[found[0].severity])
    counted = Phrase("found in {count} places", count=len(found))
    return Row(found[0].severity, (counted,), lead, (*shown[:_GROUP_SHOWN], *same, more))


def _diagnostic(page: Page, diagnostic: Diagnostic) -> None:
    page.blank()
    diagnostic_line(page, diagnostic)
    if diagnostic.excerpt is not None and diagnostic.place is not None:
        _excerpt(page, diagnostic.excerpt, diagnostic.place, _INKS[diagnostic.severity])


EXCERPT_CELLS_MAX = 400
"""Ours, of a piped line, which has no width: a line of a pasted page may have a million characters."""


def _excerpt(page: Page, excerpt: Excerpt, place: Place, ink: Ink) -> None:
    """Show a line as written, carets under its fault, and the line as it should be."""
    number = str(place.line or "")
    gutter = f"  {number} | "
    room = max(16, min(page.width, EXCERPT_CELLS_MAX) - len(gutter))
    written = excerpt.written.rstrip("\r\n")
    first = min(max((place.column or 1) - 1, 0), len(written))
    last = len(written) if place.end_line not in (None, place.line) else (place.end_column or 0) - 1
    start = cells(printable(written[:first]))
    length = max(1, cells(printable(written[first : max(first, last)])))
    shown, start, length = _in_view(printable(written), start, length, room)
    page.raw(page.paint(gutter, Ink.DETAIL) + shown)
    if place.column is not None:
        page.raw(
            page.paint(" " * (len(gutter) - 2) + "| ", Ink.DETAIL)
            + " " * start
            + page.paint("^" * length, ink)
        )
    if excerpt.corrected is not None:
        # Not wrapped: people copy it.
        lead, corrected = page.say(Phrase("corrected: ")), printable(excerpt.corrected.rstrip())
        page.raw("  " + page.paint(lead, Ink.DETAIL) + page.paint(corrected, Ink.DONE))


def _in_view(text: str, start: int, length: int, room: int) -> tuple[str, int, int]:
    """Cut a line to `room` cells so that the fault stays in view; return the text, and where the fault is in it."""
    if cells(text) <= room:
        return text, start, min(length, max(1, room - start))
    offset = max(0, start - room // _LEAD_SHARE)
    shown, position, skipped = ("…" if offset else ""), 0, 0
    for cluster in clusters(text):
        size = cells(cluster)
        if position < offset:
            skipped += size
        elif cells(shown) + size < room:
            shown += cluster
        else:
            shown += "…"
            break
        position += size
    start = start - skipped + (1 if offset else 0)
    return shown, start, min(length, max(1, room - start))


def _summary(page: Page, diagnostics: Sequence[Diagnostic], campaigns: int | None) -> None:
    found = Counter(diagnostic.severity for diagnostic in diagnostics)
    error_count, warning_count = found[Severity.ERROR], found[Severity.WARNING]
    if error_count or warning_count:
        said = _counts(error_count, warning_count)
        ink = Ink.ERROR if error_count else Ink.WARNING
        if campaigns:  # none: massctl.yaml is at fault, and no campaign was looked at
            said = Phrase(
                "{faults} in {campaigns}", faults=said, campaigns=campaigns_words(campaigns)
            )
        page.line(Inked(said, ink))
    elif campaigns is not None:
        page.line(
            Inked(Phrase("{campaigns}: no faults", campaigns=campaigns_words(campaigns)), Ink.DONE)
        )


def _counts(error_count: int, warning_count: int) -> Phrase:
    """Return how many errors and warnings there are; at least one of them."""
    worst, mild = errors(error_count), warnings(warning_count)
    if error_count and warning_count:
        return Phrase("{first}, {second}", first=worst, second=mild)
    return worst if error_count else mild


def error_text(page: Page, error: MassctlError) -> str:
    """Tell an error: its summary, its detail below, and what to do, further in."""
    page.line(Inked(Phrase("error: {summary}", summary=error.summary), Ink.ERROR), hang=2)
    if error.detail:
        page.line(error.detail, indent=2)
    if isinstance(error, WeChatError) and error.rid:
        page.line(Inked(f"rid {error.rid}", Ink.DETAIL), indent=2)
    if error.hint:
        page.line(error.hint, indent=4)
    return page.text()
