"""Two versions of a text joined paragraph by paragraph, and compared."""

import difflib
import re
from collections.abc import Sequence

from massctl.model.frozen import Frozen

_PARAGRAPH = re.compile(r".*?(?:\n(?:[ \t]*\n)+|\Z)", re.DOTALL)


class Piece(Frozen):
    """A part of a joined text: what both have, or what each has in its place."""

    mine: str
    theirs: str

    @property
    def is_same(self) -> bool:
        """Return whether there is nothing to choose."""
        return self.mine == self.theirs


def paragraphs_of(text: str) -> list[str]:
    """Cut a text into paragraphs, each with the empty lines behind it; together they are the text."""
    return [each for each in _PARAGRAPH.findall(text) if each]


def joined(base: str, mine: str, theirs: str) -> tuple[Piece, ...]:
    """Join two versions that both came from `base`; neighbours in agreement are one piece."""
    # Only a file that somebody else changed meanwhile needs it.
    from merge3 import Merge3

    pieces: list[Piece] = []
    three = Merge3(paragraphs_of(base), paragraphs_of(mine), paragraphs_of(theirs))
    for kind, *parts in three.merge_groups():
        for piece in _chosen(*parts) if kind == "conflict" else _both(parts[0]):
            if pieces and pieces[-1].is_same and piece.is_same:
                text = pieces.pop().mine + piece.mine
                pieces.append(Piece(text, text))
            else:
                pieces.append(piece)
    return tuple(pieces)


def _both(paragraphs: Sequence[str]) -> list[Piece]:
    text = "".join(paragraphs)
    return [Piece(text, text)]


def _chosen(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[Piece]:
    """Join neighbours that both sides changed: one by one, where no side added or removed a paragraph."""
    if not len(base) == len(mine) == len(theirs):
        return [Piece("".join(mine), "".join(theirs))]
    found = []
    for before, my, their in zip(base, mine, theirs, strict=True):
        my_now, their_now = (
            (their, their) if my == before else (my, my if their == before else their)
        )
        found.append(Piece(my_now, their_now))
    return found


def agreed(pieces: Sequence[Piece]) -> str | None:
    """Return the joined text; None where somebody has to choose."""
    return "".join(each.mine for each in pieces) if all(each.is_same for each in pieces) else None


_COMPARED_CHARS_MAX = 4_000
"""A longer paragraph is not compared word for word: that takes its length squared."""
_CLOSE = 0.6
"""So much of a paragraph has to be the same for it to count as the one that was changed."""


def line_now(then: str, now: str, line: int) -> tuple[int, bool]:
    """Return where a line of an earlier text stands now, and whether its words are the same; lines count from 1.

    A line goes with its paragraph; one whose paragraph is gone stays at the place where it was.
    """
    before, after = then.splitlines(), now.splitlines()
    end = max(len(after), 1)
    if line > len(before):
        return end, False
    first, paragraph = 1, ""
    for paragraph in paragraphs_of(then):
        if line < first + paragraph.count("\n"):
            break
        first += paragraph.count("\n")
    places = _places(now)
    found = paragraph if paragraph in places else None
    if found is None:
        near = [each for each in (*places, paragraph) if len(each) <= _COMPARED_CHARS_MAX]
        if near[-1:] == [paragraph]:
            close = difflib.get_close_matches(paragraph, near[:-1], 1, _CLOSE)
            found = next(iter(close), None)
    if found is not None:
        last = found.rstrip().count("\n")
        return places[found] + min(line - first, last), found == paragraph
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    place = next(j1 for _, i1, i2, j1, _ in codes if i1 <= line - 1 < i2)
    return min(place + 1, end), False


def _places(text: str) -> dict[str, int]:
    """Return the line at which each paragraph begins; the first of those that are equal."""
    places: dict[str, int] = {}
    line = 1
    for each in paragraphs_of(text):
        places.setdefault(each, line)
        line += each.count("\n")
    return places


def changed(before: str, after: str) -> tuple[Piece, ...]:
    """Return the paragraphs in which two texts differ: `mine` is the earlier."""
    old, new = paragraphs_of(before), paragraphs_of(after)
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        Piece("".join(old[i1:i2]), "".join(new[j1:j2]))
        for kind, i1, i2, j1, j2 in codes
        if kind != "equal"
    )
