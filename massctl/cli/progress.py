"""Progress on standard error: bars on a terminal, plain lines elsewhere."""

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from massctl.apply.ports import Progress
from massctl.cli.output import Console, defused
from massctl.model.phrase import Phrase
from massctl.view.cells import printable, shorten
from massctl.view.i18n import say

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


BAR_COLUMNS_MIN = 60
"""A narrower window shows what is counted and how far it is, without a bar."""
BAR_COLUMNS = 20


class Lines:
    """Plain lines: one when a piece of work ends, none in between; a countdown is one line."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._label, self._total, self._done = "", 0, 0
        self._waits: list[tuple[str, dict[str, object]]] = []

    def say(self, line: Phrase) -> None:
        """Say one line."""
        self._console.talk(line)

    def begin(self, label: str, total: int) -> None:
        """Begin a countable piece of work."""
        self._label, self._total, self._done = say(label, self._console.language), total, 0

    def advance(self) -> None:
        """One more is done."""
        self._done += 1

    def end(self) -> None:
        """Print how much was done."""
        counted = Phrase(
            "{label}: {done}/{total}", label=self._label, done=self._done, total=self._total
        )
        self._console.talk(counted)

    def waiting(self, sentence: Phrase) -> None:
        """Print once that a wait began."""
        wait = sentence.template, {**sentence.values, "seconds": None}
        if wait not in self._waits:  # Several accounts may wait at once.
            self._waits.append(wait)
            self._console.talk(sentence)


class Bars:
    """Bars and a countdown, drawn with rich."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._label = ""
        self._room = 0
        """Cells for what is said beside the bar; the numbers have theirs first."""

    @cached_property
    def _drawn(self) -> "RichConsole":
        # Drawing needs rich; runs that draw nothing do not pay for it.
        from rich.console import Console

        return Console(stderr=True)

    def say(self, line: Phrase) -> None:
        """Print one line, above the bar if there is one."""
        self._drawn.print(self._console.shown(line), markup=False, highlight=False)

    def begin(self, label: str, total: int) -> None:
        """Begin a bar."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.table import Column

        width, counted = self._drawn.width, 2 * len(str(total)) + 1
        bar = BAR_COLUMNS if width >= BAR_COLUMNS_MIN else 0
        self._room = width - counted - bar - 2
        self._label = defused(shorten(printable(say(label, self._console.language)), self._room))
        self._bar = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
            *((BarColumn(bar),) if bar else ()),
            MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=counted)),
            console=self._drawn,
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(self._label, total=total)

    def advance(self) -> None:
        """Move the bar by one."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, advance=1, description=self._label)

    def end(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def waiting(self, sentence: Phrase) -> None:
        """Show a countdown on one line, beside the bar where one is drawn."""
        text = printable(say(sentence, self._console.language))
        if self._bar is not None and self._task is not None:
            shown = shorten(text, self._room)
            if shown != text:
                left = f" {sentence.values['seconds']} s"
                shown = shorten(text, self._room - len(left)) + left
            self._bar.update(self._task, description=defused(shown))
            return
        end = "\n" if sentence.values["seconds"] in (0, 1) else "\r"
        self._drawn.print(text, end=end, markup=False, highlight=False)


def progress(console: Console) -> Progress:
    """Return bars on a terminal that can redraw a line, and lines elsewhere."""
    return (
        Bars(console)
        if sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        else Lines(console)
    )
