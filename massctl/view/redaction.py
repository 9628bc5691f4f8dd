"""What is hidden from whoever is shown one group: the words that name another."""

import re
from collections.abc import Callable, Iterable

from massctl.model.phrase import Phrase
from massctl.model.state import State


class Redaction:
    """Takes what names another group out of the values of sentences."""

    def __init__(
        self,
        own: Iterable[str],
        others: Iterable[str],
        campaigns: Iterable[str],
        is_own: Callable[[str], bool],
    ) -> None:
        """Hide what `others` are called and the names of their `campaigns`, and keep `own` words whole.

        `is_own` says whether a recorded campaign is of the group.
        """
        self._own = frozenset(own)
        self._others = frozenset(others)
        self._folders = frozenset(campaigns)
        self._is_own = is_own
        self.states: list[State] = []
        """What is recorded: the names of others in it are hidden too, from when they come into it."""
        self._campaigns = frozenset[str]()
        self._pattern: re.Pattern[str] | None = None
        self._known = 0
        """How many records `_campaigns` was made from."""

    def __call__(self, text: str) -> str:
        """Return the text without hidden words."""
        pattern = self._renewed()
        if text in self._campaigns:
            return _ANOTHER
        return pattern.sub(self._shown, text)

    def _shown(self, found: re.Match[str]) -> str:
        return found[0] if found["path"] or found[0] in self._own else "…"

    def _renewed(self) -> re.Pattern[str]:
        known = sum(len(state.records) for state in self.states)
        if self._pattern is None or known != self._known:
            recorded = {name for state in self.states for name, _ in state.records}
            of_others = {name for name in recorded if not self._is_own(name)}
            self._campaigns = (self._folders | of_others) - self._own
            self._known = known
            self._pattern = self._made()
        return self._pattern

    def _made(self) -> re.Pattern[str]:
        """Match own paths and what is below them, own words that contain a hidden one, and hidden words."""
        hidden = (self._others | self._campaigns) - self._own - {""}
        if not hidden:
            return _NOTHING
        search = re.compile(_any_of(hidden)).search
        words = hidden.union(filter(search, self._own))
        paths = [each for each in self._own if each.startswith(_CAMPAIGNS)]
        path = rf"(?:{_any_of(paths)})(?:/[^\s:,]+)?" if paths else "(?!)"
        return re.compile(rf"(?P<path>{path})|{_any_of(words)}")


def _any_of(words: Iterable[str]) -> str:
    """Match one of some words, the longest first."""
    return "|".join(map(_alone, sorted(words, key=len, reverse=True)))


def _alone(word: str) -> str:
    """Match a word, and where it is ASCII no part of another word."""
    written = re.escape(word)
    return rf"(?<![\w-]){written}(?![\w-])" if word.isascii() else written


_ANOTHER = Phrase("another campaign of this account")
_CAMPAIGNS = "campaigns/"
_NOTHING = re.compile("(?P<path>(?!))")
