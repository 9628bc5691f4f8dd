"""How this run speaks: the language, colours, the width of the window; results and talk.

Invariant: a listener that went away never changes what a run does, only what is read of it.
"""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, TextIO

import click

from massctl.errors import MassctlError
from massctl.model.phrase import Phrase, system_reason
from massctl.view.language import Flags, Language, Reader, operator_language, reader_language, say
from massctl.view.style import Style

PLAIN_WIDTH = 100
"""Columns where standard output is no terminal, for instance a log."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Language, style and width of what a person reads."""

    language: Language
    """The operator's, for the terminal."""
    reader: Reader
    """Of what others read: comments, notices, reports."""
    style: Style
    width: int
    in_workflow: bool = False
    """Whether a runner of GitHub reads along, to which some lines are commands."""

    def advising(self, flags: Flags) -> "Voice":
        """Advise commands with these flags from now on."""
        return replace(self, language=replace(self.language, flags=flags))

    def result(self, text: str) -> None:
        """Write a result to standard output."""
        write(self._inert(text.rstrip("\n")))

    def commands(self, text: str) -> None:
        """Write commands to GitHub's runner to standard output, each of which holds the words of others as data."""
        write(text.rstrip("\n"))

    def document(self, text: str) -> None:
        """Write a JSON document to standard output: always UTF-8, whatever the terminal speaks."""
        write(text.rstrip("\n").encode() + b"\n")

    def talk(self, text: str) -> None:
        """Write talk to standard error."""
        write(self._inert(text.rstrip("\n")), err=True)

    def _inert(self, text: str) -> str:
        """Break what the runner would take for a command: a title with a line break may begin a line with one."""
        return _COMMAND.sub(r"\g<before>\\", text) if self.in_workflow else text


_COMMAND: Final = re.compile(r"(?P<before>(?:^|\r)[^\S\n]*:(?=:)|##(?=\[))", re.MULTILINE)
"""`::command` at the start of a line, and `##[command]` anywhere. Source: actions/runner, ActionCommand.cs, 2026-11."""
_lost: list[str] = []
"""Why results could not be written, where somebody was there to read them."""


def write(text: str | bytes, *, err: bool = False) -> None:
    """Write a line, or bytes as they are. A reader who went away, as `head` does, is written to no more.

    Any other trouble with standard output is told on standard error, and kept for `results_lost`.
    """
    try:
        # Talk loses its colours where standard error is no terminal, whatever standard output is.
        click.echo(text, err=err, nl=isinstance(text, str), color=None if err else True)
    except OSError as error:
        _silence(sys.stderr if err else sys.stdout)
        if not err and not isinstance(error, BrokenPipeError):
            _lost.append(system_reason(error))
            say_so = Phrase("error: the result cannot be written: {why}", why=_lost[-1])
            write(say(say_so, current_voice().language), err=True)


def results_lost() -> bool:
    """Say whether a result could not be written, and forget it."""
    lost = bool(_lost)
    _lost.clear()
    return lost


def _silence(stream: TextIO) -> None:
    """Point a stream that cannot be written at nothing, so that its last flush cannot fail either."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return  # It is no file: a test's, say.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)


def voice(declared: Literal["zh", "en"] | None, environment: Mapping[str, str] = os.environ) -> Voice:
    """Give the voice of this run. `declared` is massctl.yaml's `language:`."""
    language = operator_language(_option[0], environment, declared)
    reader = reader_language(_option[0], environment, declared)
    terminal = sys.stdout.isatty()
    plain = not terminal or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if terminal else PLAIN_WIDTH
    ink = Style.PLAIN if plain else Style.COLOUR
    return Voice(language, reader, ink, width, in_workflow=bool(environment.get("GITHUB_ACTIONS")))


_current: list[Voice] = []
_option: list[str | None] = [None]
_verbosity: list[int] = [0]


def choose_language(option: str | None) -> None:
    """Take the value of `--language` for what is said from now on; None where the flag was not given."""
    _option[:] = [option]


def chosen_language() -> str | None:
    """Give the value of `--language`."""
    return _option[0]


def tell_requests(level: int) -> None:
    """Say how much is told of requests from now on: 0 nothing, 1 how each ended, 2 also when it begins."""
    _verbosity[:] = [level]


def verbosity() -> int:
    """Give how much is told of requests."""
    return _verbosity[0]


def speak_as(chosen: Voice) -> Voice:
    """Make a voice the one that errors are told in from now on."""
    _current[:] = [chosen]
    return chosen


def current_voice() -> Voice:
    """Give the voice that errors are told in: the repository's, or that of the environment before it is read."""
    return _current[0] if _current else voice(None)


def show_error(error: MassctlError) -> None:
    """Tell an error on standard error."""
    # Only a command that stops needs it.
    from massctl.view.error_text import error_text

    speaker = current_voice()
    speaker.talk(error_text(error, speaker.language, speaker.style, speaker.width))
