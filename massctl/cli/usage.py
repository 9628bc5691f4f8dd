"""Wrong usage in words: what click found, or a verb, told like every other error and in the run's language."""

from contextlib import suppress

import click

from massctl import __version__
from massctl.model.phrase import Phrase, in_a_row


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
    from massctl.cli.speaking import show_error
    from massctl.errors import UsageError

    _speak_as_repository(error.ctx)
    if error.ctx is None:
        show_error(UsageError(_said(error), hint=Phrase("massctl --help")))
        return
    context = error.ctx
    written = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    hint = Phrase("{command} --help", command=context.command_path)
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
    """Say what is wrong. Our own messages are Phrases; of click's the frequent ones are, the others stay English."""
    if isinstance(error.message, Phrase):
        return error.message
    if isinstance(error, click.NoSuchOption):
        unknown = Phrase("there is no flag {flag}", flag=error.option_name)
        near = [Phrase("did you mean {near}?", near=possible) for possible in (error.possibilities or ())[:1]]
        return in_a_row([unknown, *near])
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        if isinstance(error, click.MissingParameter):
            return Phrase("{key} is missing", key=name)
        if isinstance(error.param.type, click.Choice):
            choices = ", ".join(str(choice) for choice in error.param.type.choices)
            return Phrase("{flag} takes one of {choices}", flag=name, choices=choices)
    return error.format_message().rstrip(".")
