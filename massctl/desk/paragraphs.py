"""Two versions of a text joined paragraph by paragraph."""

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
