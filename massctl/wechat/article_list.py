"""Shorten a long list of articles while it arrives: a day may have tens of thousands that no ledger knows.

What is dropped are whole objects of the member `list`, by their `msgid`. Everything else passes byte by byte, so that
the answer is read and judged as any other.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct, field

UNKNOWN_MAX = 1_000
"""So many articles that the ledger does not know are kept with a message, and so many without. Our own bound: a day
has some dozens with a message."""
ARTICLE_BYTES_MAX = 1024 * 1024
"""Our own bound: an article has 30 days of about a kilobyte. From a longer one on everything passes."""

_TO_BRACE = re.compile(rb'[^"{}]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^"{}]*)*[{}]', re.DOTALL)
"""Up to a brace that is in no string."""
_FIRST = re.compile(rb'"list"\s*:\s*\[\s*\{\Z')
_NEXT = re.compile(rb"\s*,\s*\{")
_MESSAGE = re.compile(rb'"msgid"\s*:\s*"([0-9]{1,20})_')
_PUSHED = re.compile(rb'"publish_type"\s*:\s*"?0\b')
_ARTICLE_DEPTH = 2


class ArticleSieve(Struct):
    """Passes the articles of known messages, and the first UNKNOWN_MAX of others."""

    known: Collection[str]
    """The msg_data_ids whose articles are kept, however many they are."""
    _depth: int = 0
    _in_list: bool = False
    _has_article: bool = False
    """Whether an article of the list was kept."""
    _article: bytearray = field(default_factory=bytearray)
    """What has arrived of the one that is under way."""
    _unknown: Counter[bool] = field(default_factory=Counter)

    def pass_on(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Return what is kept of an answer, as it arrives."""
        held, pieces = b"", iter(pieces)
        for piece in pieces:
            held += piece
            at = 0
            while (found := _TO_BRACE.match(held, at)) is not None:
                yield self._kept(found[0])
                at = found.end()
            held = held[at:]
            if len(self._article) + len(held) > ARTICLE_BYTES_MAX:
                break
        yield bytes(self._article) + held
        yield from pieces

    def _kept(self, text: bytes) -> bytes:
        """Take what ends in a brace, and return what is kept so far."""
        is_open = text.endswith(b"{")
        self._depth += 1 if is_open else -1
        if self._article:
            self._article += text
            return b"" if self._depth >= _ARTICLE_DEPTH else self._whole_article()
        if not is_open or self._depth != _ARTICLE_DEPTH:
            return text
        is_next = self._in_list and _NEXT.fullmatch(text) is not None
        is_first = _FIRST.search(text) is not None
        self._in_list = is_next or is_first
        if not self._in_list:
            return text
        self._article += b"{"
        if is_next:
            return b""
        self._has_article = False
        return text[:-1]

    def _whole_article(self) -> bytes:
        article = bytes(self._article)
        self._article.clear()
        if not self._is_kept(article):
            return b""
        comma = b"," if self._has_article else b""
        self._has_article = True
        return comma + article

    def _is_kept(self, article: bytes) -> bool:
        if any(each.decode() in self.known for each in _MESSAGE.findall(article)):
            return True
        is_pushed = _PUSHED.search(article) is not None
        self._unknown[is_pushed] += 1
        return self._unknown[is_pushed] <= UNKNOWN_MAX
