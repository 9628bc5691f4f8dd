"""Absolute terms of the advertising law (广告法 第九条第三项), and the words that a house bans or allows.

The terms and their sources stand in `absolute_terms.toml`, which whoever reads files hands over as text. A term is
found only where no ordinary expression covers it (最佳观赏期, 第一次, 国家级新区), and no word that the house allows.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Final

_CLAUSE: Final = re.compile(r"[^。！？；\n]+")
"""No term goes beyond the end of a sentence."""
_NEVER: Final = "(?!)"
"""Matches nothing: the pattern of an empty list."""


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Terms with one source."""

    source: str
    """The law, guideline or ruling that they come from."""
    terms: tuple[str, ...]
    """As regular expressions, most of them plain words."""
    ordinary: tuple[str, ...]
    """Expressions, as regular expressions, in which a term is no praise of what is sold."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """What is looked for in everything that followers read."""

    groups: tuple[TermGroup, ...] = ()
    signs: tuple[str, ...] = ()
    """Every term holds one of these, so that a clause without them need not be looked at."""
    banned: tuple[str, ...] = ()
    """`policy.banned_words`."""
    allowed: tuple[str, ...] = ()
    """`policy.allowed_words`."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A term or banned word, and where it stands in the text."""

    start: int
    end: int
    source: str = ""


def read_lists(text: str, banned: Sequence[str] = (), allowed: Sequence[str] = ()) -> WordLists:
    """Read the data file of terms, and add the house's own words; the file is ours, so a fault in it raises."""
    return replace(_read(text), banned=tuple(banned), allowed=tuple(allowed))


@cache
def _read(text: str) -> WordLists:
    """Read the data file once, however many campaigns there are."""
    # Only a run that renders something looks for terms.
    import tomllib

    data = tomllib.loads(text)
    groups = (
        TermGroup(each["source"], tuple(each["terms"]), tuple(each.get("ordinary", ()))) for each in data["group"]
    )
    return WordLists(tuple(groups), tuple(data["signs"]))


def absolute_terms(text: str, lists: WordLists) -> Iterator[Hit]:
    """Find the absolute terms in a text, in their order; of two that overlap the first, and the longer one."""
    index = _index(lists)
    for clause in _CLAUSE.finditer(text):
        end = clause.start()
        for hit in _in_clause(text, clause.span(), index):
            if hit.start >= end:
                end = hit.end
                yield hit


def _in_clause(text: str, span: tuple[int, int], index: "_Index") -> list[Hit]:
    hits: list[Hit] = []
    for sign in dict.fromkeys(index.signs.findall(text, *span)):
        found = index.terms_with(sign).finditer(text, *span)
        hits += [Hit(*each.span(), index.lists.groups[int(str(each.lastgroup)[1:])].source) for each in found]
    covered = [found.span() for found in index.ordinary.finditer(text, *span)] if hits else []
    kept = [hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in covered)]
    return sorted(kept, key=lambda hit: (hit.start, -hit.end))


def banned_words(text: str, lists: WordLists) -> Iterator[Hit]:
    """Find the words that the house bans, small and capital letters alike, but for what it allows."""
    if not lists.banned:
        return
    banned, allowed = _banned(lists)
    covered = [found.span() for found in allowed.finditer(text)]
    for hit in banned.finditer(text):
        if not any(start <= hit.start() and hit.end() <= end for start, end in covered):
            yield Hit(*hit.span())


@dataclass
class _Index:
    """The terms by their signs: a clause is searched for those few whose sign it holds.

    Patterns are made when they are first needed, since making all of them takes longer than an article does.
    """

    lists: WordLists
    _terms: dict[str, re.Pattern[str]] = field(default_factory=dict)

    @cached_property
    def signs(self) -> re.Pattern[str]:
        """Finds every sign."""
        return re.compile(_either(map(re.escape, self.lists.signs)))

    def terms_with(self, sign: str) -> re.Pattern[str]:
        """Give what finds the terms with a sign; the name of the part that matched is `g` and the group's number."""
        if sign not in self._terms:
            own = [[term for term in group.terms if sign in term] for group in self.lists.groups]
            parts = [f"(?P<g{number}>{_either(each)})" for number, each in enumerate(own) if each]
            self._terms[sign] = re.compile("|".join(parts) or _NEVER)
        return self._terms[sign]

    @cached_property
    def ordinary(self) -> re.Pattern[str]:
        """Finds what no term is looked for in."""
        patterns = [pattern for group in self.lists.groups for pattern in group.ordinary]
        return re.compile(_either([*patterns, *map(re.escape, self.lists.allowed)]))


@cache
def _index(lists: WordLists) -> _Index:
    return _Index(lists)


@cache
def _banned(lists: WordLists) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(_either(map(re.escape, lists.banned)), re.IGNORECASE),
        re.compile(_either(map(re.escape, lists.allowed)), re.IGNORECASE),
    )


def _either(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True)) or _NEVER
