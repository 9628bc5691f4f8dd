"""Colours: which ink a word is written in, and whether ink is used at all."""

from enum import Enum


class Ink(Enum):
    """How a piece of a line looks; the values are the parameters of ANSI's SGR sequence."""

    PLAIN = ""
    NAME = "1"
    """Names of campaigns: bold."""
    DONE = "32"
    """Done, or good: green."""
    WARNING = "33"
    """Warnings and refusals: yellow."""
    ERROR = "31"
    """Errors: red."""
    ALARM = "1;31"
    """What cannot be undone: bold red."""
    DETAIL = "2"
    """Details that may be passed over: dim."""


class Style(Enum):
    """Whether text carries ANSI sequences; NO_COLOR and terminals are the caller's to look at."""

    PLAIN = "plain"
    COLOUR = "colour"

    def paint(self, text: str, ink: Ink) -> str:
        """Write `text` in `ink`; as it is in the plain style, and where there is nothing to paint."""
        if self is Style.PLAIN or ink is Ink.PLAIN or not text:
            return text
        return f"\x1b[{ink.value}m{text}\x1b[0m"
