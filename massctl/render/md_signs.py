"""Asterisks that were meant as signs, as in `2*3*4`, and that Markdown takes for emphasis: nobody would see them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from markdown_it.token import Token

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

_BEFORE: Final = re.compile(r"[A-Za-z0-9_.)\]]{1,20}$")
_INSIDE: Final = re.compile(r"[A-Za-z0-9(\[](?:[!-)+-~]{0,20}[A-Za-z0-9)\]])?")
_BEHIND: Final = re.compile(r"[A-Za-z0-9_(\[]{1,20}")


def swallowed_signs(tokens: Sequence[Token]) -> Iterator[Fault]:
    """Give a warning for each emphasis that touches letters or digits of a formula on both sides."""
    for index in range(1, len(tokens) - 3):
        before, opening, inside, closing, behind = tokens[index - 1 : index + 4]
        if (
            opening.type in ("em_open", "strong_open")
            and opening.markup.startswith("*")
            and closing.type in ("em_close", "strong_close")
            and before.type == inside.type == behind.type == "text"
        ):
            left, right = _BEFORE.search(before.content), _BEHIND.match(behind.content)
            if left is not None and right is not None and _INSIDE.fullmatch(inside.content):
                mark = opening.markup
                text = f"{left[0]}{mark}{inside.content}{mark}{right[0]}"
                say = Phrase("Markdown reads the asterisks of `{text}` as emphasis and does not show them", text=text)
                hint = Phrase(
                    "if they are asterisks or products, write `\\*` or `×`, or put all of it between back-ticks"
                )
                yield Fault("MC345", say, hint, severity=Severity.WARNING, needle=text)
