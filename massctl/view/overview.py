"""Many campaigns on a terminal: first how many stand where, then a line for each, by account."""

from collections import Counter
from collections.abc import Iterable, Sequence

from massctl.model.frozen import Frozen
from massctl.model.phrase import AccountKey, Phrase
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part
from massctl.view.words import campaigns

CLOSE_FROM = 12
"""More campaigns than that are listed close together."""


class Line(Frozen):
    """What is said of a campaign among many."""

    account: str | None
    """Its key; None where nobody knows it."""
    name: str
    title: str
    stand: Inked
    """Where it stands, in the words that are counted."""
    more: Sequence[Part] = ()


def write_overview(page: Page, lines: Sequence[Line], order: Sequence[str]) -> None:
    """Write how many campaigns stand where, in this `order`, and the campaigns below their accounts."""
    counts = Counter(each.stand.text for each in lines)
    inks = {each.stand.text: each.stand.ink for each in lines}
    counted = [
        Inked(Phrase("{state}: {count}", state=state, count=counts[state]), inks[state])
        for state in order
        if counts[state]
    ]
    page.line(Inked(campaigns(len(lines)), Ink.NAME), *_dotted(counted), hang=2)
    page.blank()
    for account in sorted({each.account or "" for each in lines}):
        known = AccountKey(account) if account else Phrase("account unknown")
        page.line(Inked(known, Ink.NAME), hang=2)
        for each in lines:
            if (each.account or "") == account:
                _write(page, each)


def _write(page: Page, line: Line) -> None:
    title = [f"  {line.title}"] if line.title else []
    page.line(line.name, *title, "  ", line.stand, *_dotted(line.more), indent=2, hang=4)


def _dotted(parts: Iterable[Part]) -> list[Part]:
    """Put a dot before each part."""
    return [each for part in parts for each in (DOT, part)]
