"""How the lines of a text file end. A page knows `\\n` alone; the file keeps what it has, its byte order mark too."""

import re
from collections import Counter
from itertools import takewhile

_BOM = "\ufeff"
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def plain(text: str) -> str:
    """Return a text as a page has it: every line ends in `\\n`, and no byte order mark stands before the first."""
    return text.removeprefix(_BOM).replace("\r\n", "\n").replace("\r", "\n")


def as_in(before: str, text: str) -> str:
    """Return a plain text with the line ends of `before`, which it is written over.

    The lines before and after what was changed keep their own ends. Those that were changed get what most lines have.
    """
    old = _LINE.findall(before.removeprefix(_BOM))
    new = text.split("\n")
    counted = Counter(end for _, end in old if end)
    usual = counted.most_common(1)[0][0] if counted else "\n"
    ends = [usual] * (len(new) - 1)
    if len(counted) > 1:
        lines = [line for line, _ in old]
        head = _same(lines, new[:-1])
        rest = _same(lines[head:][::-1], new[head:][::-1])
        for number in range(head):
            ends[number] = old[number][1]
        for number in range(1, rest):
            ends[-number] = old[-number - 1][1]
    mark = _BOM if before.startswith(_BOM) else ""
    return mark + "".join(line + end for line, end in zip(new, [*ends, ""], strict=True))


def _same(old: list[str], new: list[str]) -> int:
    """Return how many lines are the same from the beginning."""
    pairs = zip(old, new, strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
