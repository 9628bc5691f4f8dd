"""The command itself: finds the verb, and turns every ending into an exit status."""

import contextlib
import importlib
import os
import sys
from io import TextIOWrapper
from typing import NoReturn

import click

from massctl import __version__, system
from massctl.cli.app import restore_keyboard_interrupt, set_active_session, tell_interrupted
from massctl.cli.commands import EVERYWHERE, VERBS
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.help import TranslatedContext, show_usage, translate_click, translated
from massctl.cli.output import (
    choose_language,
    console_of,
    results_lost,
    set_verbosity,
    use_console,
    verbosity,
)
from massctl.model.phrase import Command, Phrase, in_a_row
from massctl.view.i18n import unknown_language


def _show_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    if not value or context.resilient_parsing:
        return
    # Only who asks waits for git.
    from massctl.cli.installed import commit_of_this_massctl
    from massctl.extras import installed_extras

    click.echo(f"massctl {__version__}")
    if (commit := commit_of_this_massctl()) is not None:
        click.echo(f"commit {commit}")
    click.echo(f"extras: {', '.join(installed_extras()) or '-'}")
    context.exit()


def _with_verbosity(command: click.Command) -> click.Command:
    """Let a verb, with the verbs below it, take `-v` as the command itself does; none lists it in its help."""
    if not any("-v" in param.opts for param in command.params):
        command.params.append(
            click.Option(
                ["-v", "verbosity"],
                count=True,
                hidden=True,
                expose_value=False,
                callback=lambda _context, _parameter, level: set_verbosity(max(level, verbosity())),
            )
        )
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _with_verbosity(each)
    return command


class Verbs(click.Group):
    """A group that imports a verb when it is typed, and not before."""

    context_class = TranslatedContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of a campaign's life."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give a verb."""
        if cmd_name not in VERBS:
            return None
        if not system.CAN_SEND and cmd_name not in EVERYWHERE:
            raise click.UsageError(_elsewhere(cmd_name), ctx)
        return _with_verbosity(translated(importlib.import_module(VERBS[cmd_name][0]).command))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the typed verb, or suggest a near one; click looks only among imported verbs."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            # Suggesting is for this one error.
            from difflib import get_close_matches

            unknown = Phrase("there is no verb {verb}", verb=args[0])
            near = [
                Phrase("did you mean {near}?", near=verb)
                for verb in get_close_matches(args[0], VERBS, 1)
            ]
            raise click.UsageError(in_a_row([unknown, *near]), ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without importing one."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, does) for verb, (_, does) in VERBS.items()])


def _elsewhere(verb: str) -> str:
    """Say why a verb does not run on this machine, and where it does."""
    say = Phrase(
        "{command} does not run on Windows: nothing there holds the process that renders, or the ledger",
        command=Command(verb),
    )
    where = Phrase(
        "letters are locked and sent by CI or by the runner of the team; all verbs run in WSL"
    )
    return in_a_row([say, where])


@click.group(
    cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True
)
@click.option(
    "-C",
    "directory",
    type=click.Path(exists=True, file_okay=False),
    default=".",
    metavar="DIR",
    help="Work in DIR, the folder with massctl.yaml.",
)
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    is_eager=True,  # Help speaks it too.
    expose_value=False,
    callback=lambda _context, _parameter, value: choose_language(value),
    help="Language of this run; else MASSCTL_LANG, else the locale.",
)
@click.option(
    "-v",
    "level",
    count=True,
    help="Say more, before or after the verb: each request on standard error, with path, errcode, rid and time; each "
    "note of validate. -vv: also when a request begins.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version, its commit and the installed extras, and exit.",
)
@click.pass_context
def massctl(ctx: click.Context, directory: str, level: int) -> None:
    """Send WeChat campaigns from git: what was reviewed is what is sent, and never twice.

    A campaign is a folder under campaigns/ with a campaign.yaml. `massctl plan` shows what would happen,
    `massctl apply` does it, and `--sandbox` does it against a WeChat on this machine.
    """
    ctx.obj = directory
    translate_click(directory)
    set_verbosity(level)
    console = use_console(console_of(directory))
    if (unknown := unknown_language(os.environ)) is not None:
        console.talk(unknown)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit status; never raises, never shows a traceback."""
    try:
        status = _status_of(arguments)
    except Exception as error:
        from massctl.cli.crash_report import report

        status = report(error)
    return ExitStatus.FAILED if results_lost() and status == ExitStatus.DONE else status


def _status_of(arguments: list[str] | None) -> int:
    """Run one command line; raises what stopped it and is neither its reader's doing nor the operator's."""
    set_active_session(None)
    choose_language(None)
    translate_click(None)
    try:
        with restore_keyboard_interrupt():
            result = massctl.main(args=arguments, prog_name="massctl", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitStatus.DONE
    except click.UsageError as error:
        with contextlib.suppress(OSError):
            show_usage(error)
        return ExitStatus.USAGE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit:
        # click exits this way when the reader of a help text closes the pipe; nothing is lost.
        return ExitStatus.DONE
    except (KeyboardInterrupt, click.Abort):
        return tell_interrupted()


def main() -> NoReturn:
    """Run the command line of this process, and exit without waiting for calls that were abandoned."""
    _ready_streams()
    status = run()
    if (places := sys.modules.get("massctl.cli.places")) is not None:
        places.forget()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


def _ready_streams() -> None:
    """Open missing standard streams, and replace characters that the terminal cannot encode."""
    # A stream that was closed before the start is None, and the next file that is opened would take its number.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - open as long as the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
