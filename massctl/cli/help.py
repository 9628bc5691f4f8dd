"""`--help` and wrong usage in the language and the width of the run: click knows neither.

The English stands where click looks for it, in docstrings and options; its translation in the catalogue, as for every
sentence.
"""

import gettext
import inspect
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING

import click

from massctl.cli import views
from massctl.cli.output import console_of, show_error
from massctl.errors import MassctlError, UsageError
from massctl.model.phrase import Command, Phrase, enumerated, in_a_row
from massctl.view.i18n import DOMAIN, LOCALE_DIR, Language, say
from massctl.view.style import Style

if TYPE_CHECKING:
    from massctl.view.terminal import Page

_COLUMN_SHARE = 2
"""Names of flags take at most one part in so many of the width; behind a longer one the help goes on below."""


class TranslatedContext(click.Context):
    """A context whose help is in the language of the run."""

    def get_help(self) -> str:
        """Return the help of its command."""
        console = console_of(self.find_root().params.get("directory") or ".")
        return _help_page(self, console.language, console.width)


def translated(command: click.Command) -> click.Command:
    """Let a verb, with the verbs below it, speak the language of the run."""
    command.context_class = TranslatedContext
    if isinstance(command, click.Group):
        for each in command.commands.values():
            translated(each)
    return command


def paragraphs(text: str) -> list[str]:
    """Split a help text into paragraphs, each one string without line ends."""
    return [" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n") if each.strip()]


def translate_click(directory: str | None) -> None:
    """Let click's own errors speak the language of the run, in English before the folder is known.

    click looks for the language as gettext does, in the environment.
    """
    language = Language.EN if directory is None else console_of(directory).language
    gettext.bindtextdomain(DOMAIN, LOCALE_DIR)
    gettext.textdomain("messages" if language.is_english else DOMAIN)
    if not language.is_english:
        # A child whose words are read, as git's, is given its own.
        os.environ["LANGUAGE"] = language.value


def _help_page(context: click.Context, language: Language, width: int) -> str:
    """Write the help of a command, as wide as the window; click's own is never wider than 80 columns."""
    # Only who asks for help pays for it.
    from massctl.cli.commands import VERBS

    def said(text: str) -> str:
        # Without values it is not a template, whatever its braces.
        return say(Phrase(text), language)

    command = context.command
    page = views.terminal.Page(language, Style.PLAIN, width)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    page.line(said("Usage:") + (" " if language.is_english else "") + usage, hang=2)
    for paragraph in paragraphs(command.help or ""):
        page.blank()
        page.line(said(paragraph), indent=2)
    colon = ":" if language.is_english else "："
    flags = [
        row for each in command.get_params(context) if (row := _flag(each, context)) is not None
    ]
    marks = () if language.is_english else (("default: ", "默认："), ("required", "必填"))
    rows = []
    for written, does, english in flags:
        extra = reduce(lambda told, mark: told.replace(*mark), marks, english)
        rows.append((written, " ".join(filter(None, (said(does), extra)))))
    _rows(page, said("Options") + colon, rows)
    if context.parent is None:
        _rows(
            page,
            said("Commands") + colon,
            [(verb, said(does)) for verb, (_, does) in VERBS.items()],
        )
    elif isinstance(command, click.Group):
        verbs = [
            (name, command.get_command(context, name)) for name in command.list_commands(context)
        ]
        firsts = [
            (name, said(paragraphs(each.help or "")[0])) for name, each in verbs if each is not None
        ]
        _rows(page, said("Commands") + colon, firsts)
    return page.text()


def _flag(param: click.Parameter, context: click.Context) -> tuple[str, str, str] | None:
    """Return how a flag is written, what it does, and what click adds to that; None for an argument."""
    record = param.get_help_record(context)
    if record is None or not isinstance(param, click.Option):
        return None
    written, english = record
    does = " ".join((param.help or "").split())
    return written, does, " ".join(english.split()).removeprefix(does).strip()


def _rows(page: "Page", label: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    page.blank()
    page.line(label)
    widths = [len(name) for name, _ in rows if 4 + len(name) <= page.width // _COLUMN_SHARE]
    hang = 4 + max(widths, default=0)
    for name, does in rows:
        page.row(name, does, indent=2, hang=hang)


_EXTRA = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_VALUE = "Option {name!r} does not take a value."
_QUOTED = re.compile(r"['\"](.*)['\"]", re.DOTALL)


def show_usage(error: click.UsageError) -> None:
    """Tell wrong usage on standard error: what is wrong, how the command is written, where there is more."""
    if type(error).show is not click.UsageError.show:
        error.show()  # A command without arguments is answered with its help.
        return
    _use_console_repository(error.ctx)
    if error.ctx is None:
        show_error(UsageError(_said(error), hint=Phrase("massctl --help")))
        return
    context = error.ctx
    written = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    verb = context.command_path.removeprefix(context.find_root().command_path).strip()
    hint = Command(verb, "--help") if verb else Phrase("massctl --help")
    show_error(UsageError(_said(error), Phrase("usage: {line}", line=written), hint))


def _use_console_repository(context: click.Context | None) -> None:
    """Use the language of massctl.yaml for the error."""
    from massctl.cli.session import open_settings

    directory = context.find_root().params.get("directory", ".") if context else "."
    # Without a massctl.yaml that can be read it is the environment's language.
    with suppress(MassctlError, OSError):
        open_settings(directory)


def _said(error: click.UsageError) -> str:
    """Return what is wrong.

    Our messages are Phrases. Known messages of click become Phrases; unknown ones stay English.
    """
    if isinstance(error.message, Phrase):
        return error.message
    said: str | None = None
    match error:
        case click.NoSuchOption():
            said = _no_flag(error)
        case click.exceptions.NoSuchCommand():
            unknown = Phrase("there is no verb {verb}", verb=error.command_name)
            said = in_a_row([unknown, *_near(error.possibilities)])
        case click.BadOptionUsage() if error.message == gettext.gettext(_NO_VALUE).format(
            name=error.option_name
        ):
            said = Phrase("{flag} takes no value", flag=error.option_name)
        case click.BadOptionUsage():
            said = Phrase("{flag} needs a value", flag=error.option_name)
        case click.BadParameter() if error.param is not None:
            said = _bad_value(error, error.param)
        case _ if (extra := _EXTRA.match(error.message)) is not None:
            said = Phrase("too many arguments: {extra}", extra=extra[1])
    return said or error.format_message().rstrip(".。")


def _no_flag(error: click.NoSuchOption) -> str:
    if error.option_name == "-C":
        return Phrase("-C stands before the verb: {example}", example="massctl -C DIR VERB")
    if error.option_name[1:].isdecimal():
        return Phrase(
            "{number} was read as a flag; numbers here start at 0", number=error.option_name
        )
    return in_a_row(
        [Phrase("there is no flag {flag}", flag=error.option_name), *_near(error.possibilities)]
    )


def _near(possibilities: Iterable[str] | None) -> list[Phrase]:
    return [
        Phrase("did you mean {near}?", near=possible) for possible in list(possibilities or ())[:1]
    ]


def _bad_value(error: click.BadParameter, param: click.Parameter) -> Phrase | None:
    """Return what a parameter takes; None if its type is none of those that the verbs use."""
    name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
    if isinstance(error, click.MissingParameter):
        return Phrase("{key} is missing", key=name)
    match param.type:
        case click.Choice(choices=choices):
            return Phrase(
                "{flag} accepts one of {choices}",
                flag=name,
                choices=enumerated([*map(str, choices)]),
            )
        case (click.IntRange() | click.FloatRange()) as numbers if numbers.max is None:
            return Phrase("{flag} accepts a number from {low} on", flag=name, low=numbers.min)
        case click.IntRange() | click.FloatRange() as numbers:
            return Phrase(
                "{flag} accepts a number from {low} to {high}",
                flag=name,
                low=numbers.min,
                high=numbers.max,
            )
        case click.Path() if (fault := _QUOTED.search(error.message)) is not None:
            said = {
                "{name} {filename!r} does not exist.": Phrase(
                    "{flag}: {path} does not exist", flag=name, path=fault[1]
                ),
                "{name} {filename!r} is a file.": Phrase(
                    "{flag}: {path} is a file, not a folder", flag=name, path=fault[1]
                ),
                "{name} {filename!r} is a directory.": Phrase(
                    "{flag}: {path} is a folder, not a file", flag=name, path=fault[1]
                ),
            }
            # click's sentence is in the language of the run already.
            endings = {theirs: gettext.gettext(theirs).rpartition("!r}")[2] for theirs in said}
            return next(
                (ours for theirs, ours in said.items() if error.message.endswith(endings[theirs])),
                None,
            )
    return None
