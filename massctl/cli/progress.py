"""Progress on standard error: bars on a terminal, plain lines elsewhere."""

import os
import sys
from typing import TYPE_CHECKING

from massctl.apply.ports import Progress
from massctl.cli.output import Console, defused
from massctl.model.phrase import Phrase
from massctl.view.i18n import say

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class Lines:
    """Plain lines: one when a piece of work ends, none in between; a countdown is one line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label, self._total, self._done = "", 0, 0
        self._waiting = ""

    def say(self, line: str) -> None:
        """Say one line."""
        self._console.talk(line)

    def begin(self, label: str, total: int) -> None:
        """Begin a countable piece of work."""
        self._label, self._total, self._done = say(label, self._console.language), total, 0

    def advance(self) -> None:
        """One more is done."""
        self._done += 1

    def end(self) -> None:
        """Say how much was done."""
        counted = Phrase("{label}: {done}/{total}", label=self._label, done=self._done, total=self._total)
        self._console.talk(counted)

    def waiting(self, label: str, seconds_left: int) -> None:
        """Say once that a wait began."""
        text = say(label, self._console.language)
        if text != self._waiting:
            self._waiting = text
            self._console.talk(f"{text} {seconds_left} s")


class Bars:
    """Bars and a countdown, drawn with rich."""

    def __init__(self, console: Console) -> None:
        # Drawing needs rich; runs into a file do not pay for it.
        from rich.console import Console

        self._console = console
        self._drawn = Console(stderr=True)
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None

    def say(self, line: str) -> None:
        """Say one line, above the bar where one is drawn."""
        self._drawn.print(defused(say(line, self._console.language)), markup=False, highlight=False)

    def begin(self, label: str, total: int) -> None:
        """Begin a bar."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        text = say(label, self._console.language)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=self._drawn, transient=True
        )
        self._bar.start()
        self._task = self._bar.add_task(text, total=total)

    def advance(self) -> None:
        """Move the bar by one."""
        if self._bar is not None and self._task is not None:
            self._bar.advance(self._task)

    def end(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def waiting(self, label: str, seconds_left: int) -> None:
        """Show a countdown on one line."""
        text = f"{say(label, self._console.language)} {seconds_left} s"
        self._drawn.print(text, end="\n" if seconds_left <= 1 else "\r", markup=False, highlight=False)


def progress(console: Console) -> Progress:
    """Return bars on a terminal that can redraw a line, and lines elsewhere."""
    return Bars(console) if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else Lines(console)
