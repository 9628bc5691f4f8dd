"""Diagnostics as annotations of a GitHub workflow, which show beside the lines of a pull request.

Source: GitHub docs, "Workflow commands for GitHub Actions", read 2026-10.
"""

from collections.abc import Sequence

from massctl.model.diagnostics import Diagnostic, Finding, Level, Severity
from massctl.view.cells import printable
from massctl.view.i18n import Language, say

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github_annotations(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """Return one workflow command a line, in the order of places; "" without diagnostics."""
    return "\n".join(
        _annotation(d, language) for d in sorted(diagnostics, key=lambda d: d.sort_key)
    )


def github_alarms(findings: Sequence[Finding], language: Language) -> str:
    """Return one workflow command a line for what needs a person; "" where nothing does."""
    commands = (("error" if each.level is Level.PROBLEM else "warning", each) for each in findings)
    return "\n".join(
        _written(f"{command} title=massctl", each, language) for command, each in commands
    )


def _annotation(diagnostic: Diagnostic, language: Language) -> str:
    properties = {**_place(diagnostic), "title": diagnostic.code}
    written = ",".join(
        f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items()
    )
    return _written(f"{_COMMANDS[diagnostic.severity]} {written}", diagnostic, language)


def _written(command: str, found: Diagnostic | Finding, language: Language) -> str:
    message = "\n".join(say(part, language) for part in (found.message, found.hint) if part)
    # What turns the direction of writing is written out: a path could else pretend to be another.
    return printable(f"::{command}::{message.translate(_DATA)}")


def _place(diagnostic: Diagnostic) -> dict[str, object]:
    """Return the properties of a place; columns only within one line, for GitHub refuses others."""
    place = diagnostic.place
    if place is None:
        return {}
    one_line = place.end_line in (None, place.line)
    known = {
        "file": place.file,
        "line": place.line,
        "endLine": None if one_line else place.end_line,
        "col": place.column if one_line else None,
        "endColumn": place.end_column if one_line else None,
    }
    return {name: value for name, value in known.items() if value is not None}
