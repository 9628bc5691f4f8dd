"""The output of a run: results on standard output, talk and progress on standard error.

The methods of `Console` defuse commands to a CI runner before they call `write`. A reader who went away never changes
what a run does.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import click
from msgspec.structs import replace

from massctl.cli import views
from massctl.errors import MassctlError, UsageError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, system_reason
from massctl.view.i18n import Flags, Language, Reader, operator_language, reader_language
from massctl.view.style import Style

if TYPE_CHECKING:
    from massctl.view.terminal import Page

NO_WRAPPING = 1_000_000
"""The width of what is piped or redirected: `grep` wants whole lines."""


class Console(Frozen):
    """Language, style and width of what a person reads, and the two channels it goes to."""

    language: Language
    """The operator's, for the terminal."""
    reader: Reader
    """Of what others read: comments, notices, reports."""
    style: Style
    width: int

    @property
    def is_terminal(self) -> bool:
        """Whether a person reads standard output."""
        return self.width < NO_WRAPPING

    def advising(self, flags: Flags) -> "Console":
        """Advise commands with these flags from now on."""
        return replace(self, language=replace(self.language, flags=flags))

    def labelled(self, accounts: Mapping[str, str]) -> "Console":
        """Show accounts by these labels from now on, in the terminal and to those who read elsewhere."""
        shown = tuple(accounts.items())
        return replace(
            self,
            language=replace(self.language, labels=shown),
            reader=replace(self.reader, labels=shown),
        )

    def redacted_by(self, redact: Callable[[str], str]) -> "Console":
        """Take what names other groups out of all sentences from now on."""
        return replace(
            self,
            language=replace(self.language, redact=redact),
            reader=replace(self.reader, redact=redact),
        )

    def result(self, text: str) -> None:
        """Write a result to standard output; nothing, where it is empty. A Phrase is said in the run's language."""
        if text:
            write(self.shown(text))

    def annotations(self, text: str) -> None:
        """Write commands for GitHub's runner to standard output, with foreign words as data."""
        if text:
            write(text.rstrip("\n"))

    def document(self, text: str | bytes) -> None:
        """Write a JSON document to standard output: always UTF-8, whatever the terminal speaks."""
        written = utf8(text) if isinstance(text, str) else text
        if on_github():
            # No line of JSON begins with `::`, and only a string of it can hold this.
            written = written.replace(b"##[", b"#\\u0023[")
        write(written.rstrip(b"\n") + b"\n")

    def exchanged(self, text: str) -> None:
        """Write a comment or a calendar to standard output, in UTF-8; nothing is shown of what defuses a command."""
        write(utf8(defused(text.rstrip("\n"))) + b"\n")

    def talk(self, sentence: Phrase) -> None:
        """Write a sentence to standard error, in the run's language."""
        write(self.shown(sentence), err=True)

    def talk_page(self, page: str) -> None:
        """Write to standard error what the view laid out, in its language already."""
        write(self.shown(page), err=True)

    def page(self) -> "Page":
        """Return an empty page of text in this language, style and width."""
        return views.terminal.Page(self.language, self.style, self.width)

    def shown(self, text: str) -> str:
        """Return a Phrase in the run's language, fit for this terminal; other texts are pages already."""
        if isinstance(text, Phrase):
            page = replace(self, style=Style.PLAIN).page()
            page.line(text, hang=2)
            text = page.text()
        return defused(text.rstrip("\n"))


_RUNNER_COMMAND = re.compile(r"(?P<before>(?:^|\r)[^\S\n]*:(?=:)|##(?=\[))", re.MULTILINE)
"""`::command` at the start of a line, and `##[command]` anywhere. Source: actions/runner, ActionCommand.cs, 2026-11."""


def on_github(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this is a runner of GitHub, which takes some lines for commands."""
    return bool(environment.get("GITHUB_ACTIONS"))


def defused(text: str) -> str:
    """Defuse what the runner would take for a command: a title with a line break could begin a line with one."""
    return _RUNNER_COMMAND.sub(r"\g<before>\\", text) if on_github() else text


_lost: list[str] = []
"""Why results could not be written, where somebody was there to read them."""


def write(text: str | bytes, *, err: bool = False) -> None:
    """Write a line, or bytes as they are. A reader who went away, as `head` does, is written to no more.

    Any other trouble with standard output is told on standard error, and kept for `results_lost`.
    """
    try:
        # Messages have no colours if standard error is not a terminal, whatever standard output is.
        click.echo(text, err=err, nl=isinstance(text, str), color=None if err else True)
    except OSError as error:
        _silence(sys.stderr if err else sys.stdout)
        if not err and not isinstance(error, BrokenPipeError):
            _lost.append(system_reason(error))
            say_so = Phrase("error: the result cannot be written: {why}", why=_lost[-1])
            current_console().talk(say_so)


def utf8(text: str) -> bytes:
    """Encode a document; a byte of a path that is not UTF-8 becomes a question mark."""
    return text.encode(errors="replace")


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write files into a folder that was named with `--out`, make it where it is missing, and give their paths.

    Raises UsageError if one cannot be written; some may have been written then.
    """
    at = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            at = folder / name
            at.write_bytes(data)
    except FileExistsError:
        raise UsageError(
            Phrase("{flag}: {path} is a file, not a folder", flag="--out", path=str(folder))
        ) from None
    except OSError as error:
        raise UsageError(
            Phrase("{path} cannot be written: {why}", path=str(at), why=system_reason(error)),
            hint=Phrase("correct that, or name another place with --out"),
        ) from None
    return [str(folder / name) for name in contents]


def results_lost() -> bool:
    """Return whether a result could not be written, and forget it."""
    lost = bool(_lost)
    _lost.clear()
    return lost


def _silence(stream: TextIO) -> None:
    """Point a stream that cannot be written at nothing, so that its last flush cannot fail either."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return  # It is not a file: a test's, say.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)


_DECLARED = re.compile(rb"^language:[ \t]*[\"']?(zh|en)\b", re.MULTILINE)
_SETTINGS = "massctl.yaml"
_HEAD_BYTES = 65_536


def console_of(directory: str | Path, environment: Mapping[str, str] = os.environ) -> Console:
    """Make the console of a run in a folder without reading massctl.yaml: one line of it is looked for.

    So help is there as fast as ever, and a faulty file still says in which language its faults are told.
    """
    declared = None
    with suppress(OSError, ValueError), (Path(directory) / _SETTINGS).open("rb") as file:
        declared = _DECLARED.search(file.read(_HEAD_BYTES))
    return make_console(
        None if declared is None else "zh" if declared[1] == b"zh" else "en", environment
    )


def make_console(
    declared: Literal["zh", "en"] | None, environment: Mapping[str, str] = os.environ
) -> Console:
    """Make the console of a run, where every language is decided. `declared` is massctl.yaml's `language:`."""
    language = operator_language(_option[0], environment, declared)
    reader = reader_language(_option[0], environment, declared)
    terminal = sys.stdout.isatty()
    plain = not terminal or bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    width = shutil.get_terminal_size().columns if terminal else NO_WRAPPING
    return Console(language, reader, Style.PLAIN if plain else Style.COLOUR, width)


_current: list[Console] = []
_option: list[str | None] = [None]
_verbosity: list[int] = [0]


def choose_language(option: str | None) -> None:
    """Take the value of `--language` for what is said from now on; None if the flag was not given."""
    _option[:] = [option]


def chosen_language() -> str | None:
    """Return the value of `--language`."""
    return _option[0]


def set_verbosity(level: int) -> None:
    """Set how much is printed about each request: 0 nothing, 1 its end, 2 also its start."""
    _verbosity[:] = [level]


def verbosity() -> int:
    """Return how much is printed about each request."""
    return _verbosity[0]


def use_console(chosen: Console) -> Console:
    """Write errors to this console from now on."""
    _current[:] = [chosen]
    return chosen


def current_console() -> Console:
    """Return the console that errors are written to: the repository's, or the environment's before it is known."""
    return _current[0] if _current else make_console(None)


def show_error(error: MassctlError) -> None:
    """Tell an error on standard error."""
    console = current_console()
    console.talk_page(views.diagnostics.error_text(console.page(), error))
