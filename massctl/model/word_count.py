"""How long a text is for people: words as word processors count them (字数), and the minutes that reading it takes.

Each Chinese character and each of its marks is a word, and so is each run of other letters and digits: that is what
Word and WPS call 字数.
"""

import re
from collections.abc import Iterable
from html import unescape

from massctl.model.frozen import Frozen

CHARACTERS_A_MINUTE = 330
"""Of Chinese, read silently: 255 read aloud (Trauzettel-Klosinski and Dietz, "IReST", 2012, table 2), and silent
reading is 238/183 times as fast (Brysbaert, below); both read 2026-11."""
WORDS_A_MINUTE = 238
"""Of English non-fiction, read silently. Source: Brysbaert, "How many words do we read per minute?", 2019."""
_WIDE = (
    "\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe10-\ufe6f\uff00-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff“”‘…—"
)
"""Chinese, Japanese and Korean characters, and the marks that Chinese shares with other languages."""
_BLANK = "\u3000"
_CHARACTER = re.compile(f"(?!{_BLANK})[{_WIDE}]")
_RUN = re.compile(rf"[^\s{_WIDE}]++")
_WORD = re.compile(r"\w")
_INLINE = re.compile(
    r"</?(?:a|b|code|del|em|font|i|ins|mark|s|small|span|strong|sub|sup|u)(?=[\s>/])[^>]*>"
)
_MARKUP = re.compile(r"<[^>]*>")


def words_of(html: str) -> str:
    """Return what a reader reads of a body, with a line end where an element stands between words."""
    # Behind the last `>` there is no tag, and each `<` there would be followed to the end.
    end = html.rfind(">") + 1
    return unescape(_MARKUP.sub("\n", _INLINE.sub("", html[:end])) + html[end:])


class WordCount(Frozen):
    """What is to be read."""

    characters: int
    """Chinese characters and marks."""
    runs: int
    """Words and numbers of other languages."""

    @classmethod
    def of(cls, texts: Iterable[str]) -> "WordCount":
        """Count what paragraphs hold."""
        whole = "\n".join(texts)
        return cls(
            len(_CHARACTER.findall(whole)),
            sum(_WORD.search(run) is not None for run in _RUN.findall(whole)),
        )

    @classmethod
    def of_body(cls, html: str) -> "WordCount":
        """Count what a reader reads of a body."""
        return cls.of([words_of(html)])

    @property
    def words(self) -> int:
        """Count both."""
        return self.characters + self.runs

    @property
    def minutes(self) -> int:
        """Return how long reading takes, at least one minute where there is anything to read."""
        taken = self.characters / CHARACTERS_A_MINUTE + self.runs / WORDS_A_MINUTE
        return max(round(taken), 1 if self.words else 0)
