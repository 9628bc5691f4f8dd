"""A fault found while rendering, before it is known which file and line of the repository it belongs to."""

from massctl.model.campaign import Path
from massctl.model.diagnostics import Severity
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

SETTINGS_FILE = "../massctl.yaml"
"""The settings, from the campaigns folder."""


class Fault(Frozen):
    """What is wrong, and what is known about where; `massctl.render.strings.Origin` finds the rest."""

    code: str
    """Empty until its content rule names it."""
    message: Phrase
    hint: Phrase | None = None
    severity: Severity = Severity.ERROR
    path: str | None = None
    """The file, from the campaigns folder, where it is known."""
    line: int | None = None
    """From 1."""
    column: int | None = None
    """From 1, in code points."""
    width: int | None = None
    """Code points that the fault covers, from `column`."""
    needle: str = ""
    """Text to look for in the sources where no line is known; empty: point at the key in campaign.yaml."""
    shift: int = 0
    """Code points from the beginning of `needle` to the place."""
    key: Path = ()
    """Where it is in campaign.yaml, or which key names its file; content rules know it."""
    option: str = ""
    """The key of `theme` that it is about; its place is where that key is written, which its reporter knows."""


class TemplateStop(Exception):  # noqa: N818  # It is control flow of this package, which makes a Fault of it.
    """Stop a template for a reason of ours; not an ordinary error, so that no filter swallows it."""

    def __init__(self, fault: Fault, line: int | None = None, needle: str = "") -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.line = line
        """Where it is known before the template runs; else the traceback says it."""
        self.needle = needle
        """What to look for in that line, where one word of it is meant."""
