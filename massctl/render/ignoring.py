"""Warnings and notes that a campaign accepts, each with its reason; an error is never one of them."""

from collections.abc import Iterator, Sequence

from massctl.model.campaign import Ignore
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.phrase import Command, Phrase
from massctl.render.strings import KeyPlace

CODE = "MC325"
"""Of an entry that ignores nothing; it cannot be ignored itself."""


def without_ignored(
    name: str, entries: Sequence[Ignore], diagnostics: Sequence[Diagnostic], place: KeyPlace
) -> list[Diagnostic]:
    """Leave out what `ignore:` names, and warn of each entry that ignores nothing; in the order of their places."""
    codes = {entry.code for entry in entries} - {CODE}
    kept = [each for each in diagnostics if each.severity is Severity.ERROR or each.code not in codes]
    kept += _useless(name, entries, diagnostics, place)
    return sorted(kept, key=lambda diagnostic: diagnostic.sort_key)


def _useless(
    name: str, entries: Sequence[Ignore], diagnostics: Sequence[Diagnostic], place: KeyPlace
) -> Iterator[Diagnostic]:
    found = {each.code for each in diagnostics if each.severity is not Severity.ERROR}
    errors = {each.code for each in diagnostics} - found
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.code in found and entry.code != CODE and entry.code not in seen:
            seen.add(entry.code)
            continue
        say = Phrase("nothing here has {code}: this entry ignores nothing", code=entry.code)
        hint = Phrase("delete it, so that a later {code} is not missed", code=entry.code)
        if entry.code in errors:
            say = Phrase("{code} is an error here, and you cannot ignore errors", code=entry.code)
            hint = Phrase("`{command}` says what to do about it", command=Command("explain", entry.code))
        elif entry.code in seen:
            say = Phrase("{code} is already ignored above", code=entry.code)
            hint = Phrase("keep one of the two entries, or join their reasons")
        yield Diagnostic(CODE, Severity.WARNING, say, place(("ignore", index, "code")), hint, name)
