"""The command itself: finds the verb, turns every ending into an exit status, and tells wrong usage in words."""

import contextlib
import importlib
import os
import re
import sys
from collections.abc import Iterable
from gettext import gettext
from io import TextIOWrapper
from typing import Final, NoReturn

import click

from massctl import __version__
from massctl.cli.app import at_work_on, tell_interrupted, told_as_interruption
from massctl.cli.commands import NOT_YET, VERBS, not_yet
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.help import TranslatedContext, translate_click, translated
from massctl.cli.output import choose_language, tell_requests
from massctl.model.phrase import Command, Phrase, enumerated, in_a_row


class Verbs(click.Group):
    """A group that imports a verb when it is typed, and not before."""

    context_class = TranslatedContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the verbs in the order of a campaign's life."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give a verb; a verb whose turn has not come says so."""
        if cmd_name in NOT_YET:
            raise not_yet(f"massctl {cmd_name}", NOT_YET[cmd_name], ctx)
        if cmd_name not in VERBS:
            return None
        return translated(importlib.import_module(VERBS[cmd_name][0]).command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was typed, or name one that is near; click itself looks among imported ones only."""
        if args and not args[0].startswith("-") and args[0] not in {**VERBS, **NOT_YET}:
            # Suggesting is for this one error.
            from difflib import get_close_matches

            unknown = Phrase("there is no verb {verb}", verb=args[0])
            near = [Phrase("did you mean {near}?", near=verb) for verb in get_close_matches(args[0], VERBS, 1)]
            raise click.UsageError(in_a_row([unknown, *near]), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing one."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, does) for verb, (_, does) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.option(
    "-C",
    "directory",
    type=click.Path(exists=True, file_okay=False),
    default=".",
    metavar="DIR",
    help="Work in DIR, which holds massctl.yaml.",
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    is_eager=True,  # Help speaks it too.
    expose_value=False,
    callback=lambda _context, _parameter, value: choose_language(value),
    help="Speak it here; else MASSCTL_LANG, else the locale.",
)
@click.option(
    "-v",
    "verbosity",
    count=True,
    help="Tell each request on standard error: path, errcode, rid, time; -vv: also when it begins.",
)
@click.version_option(__version__, message="massctl %(version)s")
@click.pass_context
def massctl(ctx: click.Context, directory: str, verbosity: int) -> None:
    """Send WeChat campaigns from git: what was reviewed is what is sent, and never twice.

    A campaign is a folder under campaigns/ with a campaign.yaml. `massctl plan` shows what would happen,
    `massctl apply` does it, and `--sandbox` does it against a WeChat on this machine.
    """
    ctx.obj = directory
    translate_click(directory)
    tell_requests(verbosity)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit status; never raises, never shows a traceback."""
    try:
        status = _status_of(arguments)
    except Exception as error:
        from massctl.cli.crash_report import report

        status = report(error)
    from massctl.cli.output import results_lost

    return ExitStatus.FAILED if results_lost() and status == ExitStatus.DONE else status


def _status_of(arguments: list[str] | None) -> int:
    """Run one command line; raises what stopped it and is neither its reader's doing nor the operator's."""
    at_work_on(None)
    choose_language(None)
    translate_click(None)
    try:
        with told_as_interruption():
            result = massctl.main(args=arguments, prog_name="massctl", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitStatus.DONE
    except click.UsageError as error:
        with contextlib.suppress(OSError):
            show_usage(error)
        return ExitStatus.USAGE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit:
        # click's way out where the reader of a help text went away; nothing was lost by it.
        return ExitStatus.DONE
    except (KeyboardInterrupt, click.Abort):
        return tell_interrupted()


def main() -> NoReturn:
    """Run the command line of this process, and exit without waiting for calls that were abandoned."""
    _ready_streams()
    status = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


def _ready_streams() -> None:
    """Make sure that all three streams are there, and that no letter is unspeakable in the terminal's encoding."""
    # A stream that was closed before the start is None, and the next file that is opened would take its number.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - open as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


_EXTRA: Final = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
_NO_VALUE: Final = "Option {name!r} does not take a value."
_QUOTED: Final = re.compile(r"['\"](.*)['\"]", re.DOTALL)


def show_usage(error: click.UsageError) -> None:
    """Tell wrong usage on standard error: what is wrong, how the command is written, where there is more."""
    if type(error).show is not click.UsageError.show:
        error.show()  # A command without arguments is answered with its help.
        return
    # Only a command that stops here needs them.
    from massctl.cli.output import show_error
    from massctl.errors import UsageError

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
    """Take the language of massctl.yaml, which a wrong command line is told before anybody read it."""
    from massctl.cli.session import open_settings
    from massctl.errors import MassctlError

    directory = context.find_root().params.get("directory", ".") if context else "."
    # Without a massctl.yaml that can be read it is the environment's language.
    with contextlib.suppress(MassctlError, OSError):
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
