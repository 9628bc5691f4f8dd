"""What is hidden from whoever is shown one group: the words that name another."""

import re
from collections.abc import Iterable

from massctl.model.phrase import Phrase


class Redaction:
    """Takes what names another group out of the values of sentences."""

    def __init__(self, words: Iterable[str]) -> None:
        """Hide these words."""
        self._words = set(filter(None, words))
        self._campaigns: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, campaigns: Iterable[str]) -> None:
        """Hide the names of campaigns."""
        more = set(campaigns) - self._campaigns
        if more:
            self._campaigns |= more
            self._pattern = None

    def __call__(self, text: str) -> str:
        """Return the text without hidden words. A command of git names branches, which are nobody's."""
        if text in self._campaigns:
            return _ANOTHER
        if text.startswith("git "):
            return text
        if self._pattern is None:
            hidden = sorted(self._words | self._campaigns, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(_alone, hidden)) or "(?!)")
        return self._pattern.sub("…", text)


def _alone(word: str) -> str:
    """Match a word, and where it is ASCII no part of another word."""
    written = re.escape(word)
    return rf"(?<![\w-]){written}(?![\w-])" if word.isascii() else written


_ANOTHER = Phrase("another campaign of this account")
