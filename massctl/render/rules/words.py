"""Terms that the law or WeChat's rules name, and the words that a repository bans or allows.

The terms and their sources stand in `words.toml`, which whoever reads files hands over as text: one list for each rule
(absolute terms of the advertising law, what incites to share or to follow, what WeChat forbids). A term is found only
where no ordinary expression covers it (最佳观赏期, 转发微博), no word of `policy.allowed_words` does, and nothing
near shows that the text only talks about it (警惕, 违规).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.frozen import Frozen

_ENDS = "。！？；\n"
"""No term goes beyond the end of a sentence."""
_END = re.compile(f"[{_ENDS}]")
_NEVER = "(?!)"
"""Matches nothing: the pattern of an empty list."""


_NEAR = 60
"""Characters on each side of a term in which `unless` is looked for."""


class TermGroup(Frozen):
    """Terms with one source."""

    source: str
    """The law, guideline or ruling that they come from."""
    terms: tuple[str, ...]
    """As regular expressions, most of them plain words."""
    ordinary: tuple[str, ...]
    """Expressions, as regular expressions, in which a term of this list is nothing to warn of."""


class TermList(Frozen):
    """What one rule looks for."""

    groups: tuple[TermGroup, ...]
    signs: tuple[str, ...]
    """Every term holds one of these, so that a clause without them need not be looked at."""
    unless: tuple[str, ...] = ()
    """Words that show that a sentence only talks about what a term does."""


class WordLists(Frozen):
    """What is looked for in everything that followers read."""

    terms: tuple[tuple[str, TermList], ...] = ()
    """By the name of the list in the data file."""
    banned: tuple[str, ...] = ()
    """`policy.banned_words`."""
    allowed: tuple[str, ...] = ()
    """`policy.allowed_words`."""


class Hit(Frozen):
    """A term or banned word, and where it stands in the text."""

    start: int
    end: int
    source: str = ""


def read_lists(text: str, banned: Sequence[str] = (), allowed: Sequence[str] = ()) -> WordLists:
    """Read the data file of terms, and add the repository's own words; the file is ours, so a fault in it raises."""
    return replace(_read(text), banned=tuple(banned), allowed=tuple(allowed))


@cache
def _read(text: str) -> WordLists:
    """Read the data file once, however many campaigns there are."""
    found: list[tuple[str, TermList]] = []
    for name, data in tomllib.loads(text).items():
        groups = [
            TermGroup(each["source"], tuple(each["terms"]), tuple(each.get("ordinary", ())))
            for each in data["group"]
        ]
        found.append(
            (name, TermList(tuple(groups), tuple(data["signs"]), tuple(data.get("unless", ()))))
        )
    return WordLists(tuple(found))


def terms_in(text: str, lists: WordLists, name: str) -> Iterator[Hit]:
    """Find the terms of one list in a text, in their order; of two that overlap the first, and the longer one."""
    own = next((terms for each, terms in lists.terms if each == name), None)
    if own is None:
        return
    index = _index(own, lists.allowed)
    for span, signs in _clauses(text, index.signs):
        end = span[0]
        for hit in _in_clause(text, span, signs, index):
            if hit.start >= end:
                end = hit.end
                yield hit


def _clauses(
    text: str, signs: re.Pattern[str]
) -> Iterator[tuple[tuple[int, int], dict[str, None]]]:
    """Return the clauses of a text that hold a sign, each with its signs; most clauses hold none."""
    start = 0
    end = -1
    held = dict[str, None]()
    for found in signs.finditer(text):
        if found.start() > end:
            if held:
                yield (start, end), held
            start = max(text.rfind(each, max(end, 0), found.start()) for each in _ENDS) + 1
            last = _END.search(text, found.end())
            end = last.start() if last is not None else len(text)
            held = {}
        held[found[0]] = None
    if held:
        yield (start, end), held


def _in_clause(
    text: str, span: tuple[int, int], signs: Iterable[str], index: "_Index"
) -> list[Hit]:
    hits: list[Hit] = []
    for sign in signs:
        found = index.terms_with(sign).finditer(text, *span)
        hits += [
            Hit(*each.span(), index.terms.groups[int(str(each.lastgroup)[1:])].source)
            for each in found
        ]
    if not hits:
        return []
    covered = [found.span() for found in index.ordinary.finditer(text, *span)]
    kept = [
        hit
        for hit in hits
        if not any(start <= hit.start and hit.end <= end for start, end in covered)
        and not index.unless.search(
            text, max(span[0], hit.start - _NEAR), min(span[1], hit.end + _NEAR)
        )
    ]
    return sorted(kept, key=lambda hit: (hit.start, -hit.end))


def banned_words(text: str, lists: WordLists) -> Iterator[Hit]:
    """Find the words that the repository bans, ignoring case, except those that it allows."""
    if not lists.banned:
        return
    banned, allowed = _banned(lists)
    covered = [found.span() for found in allowed.finditer(text)]
    for hit in banned.finditer(text):
        if not any(start <= hit.start() and hit.end() <= end for start, end in covered):
            yield Hit(*hit.span())


class _Index(Struct, dict=True):
    """The terms by their signs: a clause is searched for those few whose sign it holds.

    Patterns are made when they are first needed, since making all of them takes longer than an article does.
    """

    terms: TermList
    allowed: tuple[str, ...]
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)

    @cached_property
    def signs(self) -> re.Pattern[str]:
        """The pattern of every sign."""
        return re.compile(_either(map(re.escape, self.terms.signs)))

    def terms_with(self, sign: str) -> re.Pattern[str]:
        """Return the pattern of the terms with a sign; the matched part is named `g` and the group's number."""
        if sign not in self._patterns:
            own = [[term for term in group.terms if sign in term] for group in self.terms.groups]
            parts = [f"(?P<g{number}>{_either(each)})" for number, each in enumerate(own) if each]
            self._patterns[sign] = re.compile("|".join(parts) or _NEVER)
        return self._patterns[sign]

    @cached_property
    def ordinary(self) -> re.Pattern[str]:
        """The pattern of the expressions in which no term is reported."""
        patterns = [pattern for group in self.terms.groups for pattern in group.ordinary]
        return re.compile(_either([*patterns, *map(re.escape, self.allowed)]))

    @cached_property
    def unless(self) -> re.Pattern[str]:
        """The pattern of the words that make a term only a topic."""
        return re.compile(_either(map(re.escape, self.terms.unless)))


@cache
def _index(terms: TermList, allowed: tuple[str, ...]) -> _Index:
    return _Index(terms, allowed)


@cache
def _banned(lists: WordLists) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(_either(map(re.escape, lists.banned)), re.IGNORECASE),
        re.compile(_either(map(re.escape, lists.allowed)), re.IGNORECASE),
    )


def _either(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=len, reverse=True)) or _NEVER
