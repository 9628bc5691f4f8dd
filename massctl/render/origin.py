"""From faults to diagnostics: which file of the repository, which line, and the line itself."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Final

from massctl.model.diagnostic import Diagnostic, Excerpt, Place
from massctl.render.fault import Fault

CAMPAIGNS: Final = "campaigns/"
"""Before a path from the campaigns folder, to make it one from the repository's root."""
_WITH_ENTITY: Final = re.compile(r"(?:(?<=\]\()|(?<=<))[^\s<>&]*&(?:[^\s<>()]|\([^\s<>()]*\))*")
"""The address of a link or picture with an entity in it."""


class Origin:
    """Finds places in the sources of one article; what cannot be found is at a key of campaign.yaml."""

    def __init__(self, campaign: str, sources: Mapping[str, str], key: Place | None) -> None:
        self._campaign = campaign
        self._sources = sources
        self._key = key
        self._spellings: dict[str, str] | None = None
        """Words with entities, by what they say; made when first needed."""
        self._after: dict[str, tuple[str, int]] = {}
        """For each text that was looked for: where the search goes on, so that the second fault gets the second."""

    def diagnostic(self, fault: Fault) -> Diagnostic:
        """Make the diagnostic of a fault."""
        place, written = self._place(fault)
        excerpt = Excerpt(written) if written is not None else None
        return Diagnostic(fault.code, fault.severity, fault.message, place, fault.hint, self._campaign, excerpt)

    def _place(self, fault: Fault) -> tuple[Place | None, str | None]:
        if fault.path:
            lines = self._sources.get(fault.path, "").split("\n")
            line, column = fault.line, fault.column
            is_known = fault.path in self._sources and line is not None and line <= len(lines)
            written = lines[line - 1] if is_known and line is not None else None
            end = column + fault.width if column is not None and fault.width is not None else None
            return Place(CAMPAIGNS + fault.path, line, column, line if end else None, end), written
        found = self._search(fault) if fault.needle else None
        return found or (self._key, None)

    def _search(self, fault: Fault) -> tuple[Place, str] | None:
        """Find a text in the sources, as it stands or as it is spelled with entities."""
        needle = fault.needle
        found = self._find(needle, fault)
        if found is None and "&" in "".join(self._sources.values()):
            if self._spellings is None:
                self._spellings = {
                    unescape(word): word for source in self._sources.values() for word in _WITH_ENTITY.findall(source)
                }
            spelling = self._spellings.get(needle)
            found = self._find(spelling, fault) if spelling else None
        return found

    def _find(self, needle: str, fault: Fault) -> tuple[Place, str] | None:
        """Find a text in the sources; faults with the same text are given its places one after the other."""
        last = self._after.get(needle)
        for path, source in self._sources.items():
            start = last[1] if last is not None and last[0] == path else 0
            index = source.find(needle, start)
            if index >= 0:
                self._after[needle] = path, index + len(needle)
                first = source.rfind("\n", 0, index) + 1
                line, column = source.count("\n", 0, index) + 1, index - first + 1 + fault.shift
                ends_here = "\n" not in needle
                end = column + (fault.width if fault.width is not None else len(needle))
                written = source[first:].partition("\n")[0]
                return Place(CAMPAIGNS + path, line, column, *((line, end) if ends_here else ())), written
        if last is None:
            return None
        del self._after[needle]
        return self._find(needle, fault)
