"""Wrong usage in words: what click found, or a verb, told like every other error and in the run's language."""

import re
from collections.abc import Iterable
from contextlib import suppress
from gettext import gettext
from typing import Final

import click

from massctl import __version__
from massctl.model.phrase import Command, Phrase, enumerated, in_a_row

_EXTRA: Final = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_VALUE: Final = "Option {name!r} does not take a value."
_QUOTED: Final = re.compile(r"['\"](.*)['\"]", re.DOTALL)


def not_yet(what: str, does: str, context: click.Context | None = None) -> click.UsageError:
    """Give the error of a verb or flag of the public interface whose effect is not built; it is never ignored.

    click adds the context by itself, except while it looks for a verb.
    """
    return click.UsageError(
        Phrase(
            "{what} ({does}) is part of the interface, but massctl {version} does not carry it out yet",
            what=what,
            does=does,
            version=__version__,
        ),
        context,
    )


def show_usage(error: click.UsageError) -> None:
    """Tell wrong usage on standard error: what is wrong, how the command is written, where there is more."""
    if type(error).show is not click.UsageError.show:
        error.show()  # A command without arguments is answered with its help.
        return
    # Only a command that stops here needs them.
    from massctl.cli.output import show_error
    from massctl.errors import UsageError

    _speak_as_repository(error.ctx)
    if error.ctx is None:
        show_error(UsageError(_said(error), hint=Phrase("massctl --help")))
        return
    context = error.ctx
    written = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    verb = context.command_path.removeprefix(context.find_root().command_path).strip()
    hint = Command(verb, "--help") if verb else Phrase("massctl --help")
    show_error(UsageError(_said(error), Phrase("usage: {line}", line=written), hint))


def _speak_as_repository(context: click.Context | None) -> None:
    """Take the language of massctl.yaml, which a wrong command line is told before anybody read it."""
    from massctl.cli.session import open_settings
    from massctl.errors import MassctlError

    directory = context.find_root().params.get("directory", ".") if context else "."
    # Without a massctl.yaml that can be read it is the environment's language.
    with suppress(MassctlError, OSError):
        open_settings(directory)


def _said(error: click.UsageError) -> str:
    """Say what is wrong. Our own messages are Phrases, and click's become some; one that is new to us stays English."""
    if isinstance(error.message, Phrase):
        return error.message
    said: str | None = None
    match error:
        case click.NoSuchOption():
            said = _no_flag(error)
        case click.exceptions.NoSuchCommand():
            unknown = Phrase("there is no verb {verb}", verb=error.command_name)
            said = in_a_row([unknown, *_near(error.possibilities)])
        case click.BadOptionUsage() if error.message == gettext(_NO_VALUE).format(name=error.option_name):
            said = Phrase("{flag} takes no value", flag=error.option_name)
        case click.BadOptionUsage():
            said = Phrase("{flag} needs a value", flag=error.option_name)
        case click.BadParameter() if error.param is not None:
            said = _bad_value(error, error.param)
        case _ if (extra := _EXTRA.match(error.message)) is not None:
            said = Phrase("too many arguments: {extra}", extra=extra[1])
    return said or error.format_message().rstrip(".。")


def _no_flag(error: click.NoSuchOption) -> str:
    if error.option_name[1:].isdecimal():
        return Phrase("{number} is taken for a flag, and no number here is below 0", number=error.option_name)
    return in_a_row([Phrase("there is no flag {flag}", flag=error.option_name), *_near(error.possibilities)])


def _near(possibilities: Iterable[str] | None) -> list[Phrase]:
    return [Phrase("did you mean {near}?", near=possible) for possible in list(possibilities or ())[:1]]


def _bad_value(error: click.BadParameter, param: click.Parameter) -> Phrase | None:
    """Say what a parameter takes; None where its type is none of those that the verbs use."""
    name = param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
    if isinstance(error, click.MissingParameter):
        return Phrase("{key} is missing", key=name)
    match param.type:
        case click.Choice(choices=choices):
            return Phrase("{flag} takes one of {choices}", flag=name, choices=enumerated([*map(str, choices)]))
        case (click.IntRange() | click.FloatRange()) as numbers if numbers.max is None:
            return Phrase("{flag} takes a number from {low} on", flag=name, low=numbers.min)
        case click.IntRange() | click.FloatRange() as numbers:
            return Phrase("{flag} takes a number from {low} to {high}", flag=name, low=numbers.min, high=numbers.max)
        case click.Path() if (fault := _QUOTED.search(error.message)) is not None:
            said = {
                "{name} {filename!r} does not exist.": Phrase(
                    "{flag}: {path} does not exist", flag=name, path=fault[1]
                ),
                "{name} {filename!r} is a file.": Phrase(
                    "{flag}: {path} is a file and no folder", flag=name, path=fault[1]
                ),
                "{name} {filename!r} is a directory.": Phrase(
                    "{flag}: {path} is a folder and no file", flag=name, path=fault[1]
                ),
            }
            # click's sentence is in the language of the run already.
            endings = {theirs: gettext(theirs).rpartition("!r}")[2] for theirs in said}
            return next((ours for theirs, ours in said.items() if error.message.endswith(endings[theirs])), None)
    return None
