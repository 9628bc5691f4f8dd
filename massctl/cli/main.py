"""The command itself: finds the verb, and turns every ending into an exit status."""

import importlib
import os
import sys
from typing import NoReturn

import click

from massctl import __version__
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.verbs import NOT_YET, VERBS


class Verbs(click.Group):
    """A group that imports a verb when it is typed, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the verbs in the order of a campaign's life."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give a verb; a verb whose turn has not come says so."""
        if cmd_name in NOT_YET:
            does = NOT_YET[cmd_name]
            raise click.UsageError(
                f"`massctl {cmd_name}` ({does}) is part of the interface, but massctl {__version__} does not carry it "
                "out yet. Nothing was done."
            )
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(VERBS[cmd_name][0]).command
        return command

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
@click.version_option(__version__, message="massctl %(version)s")
@click.pass_context
def massctl(ctx: click.Context, directory: str) -> None:
    """Send WeChat campaigns from git: what was reviewed is what is sent, and never twice.

    A campaign is a folder under campaigns/ with a campaign.yaml. `massctl plan` shows what would happen,
    `massctl apply` does it, and `--sandbox` does it against a WeChat on this machine.
    """
    ctx.obj = directory


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and give its exit status; never raises, never shows a traceback."""
    try:
        result = massctl.main(args=arguments, prog_name="massctl", standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitStatus.DONE
    except click.UsageError as error:
        error.show()
        return ExitStatus.USAGE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)  # noqa: T201 - the one line of a command that was cut short
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # The reader of our results went away, as `massctl plan | head` does; nothing is lost by it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.DONE
    except Exception as error:
        from massctl.cli.stopping import report

        return report(error)


def main() -> NoReturn:
    """Run the command line of this process, and exit without waiting for calls that were abandoned."""
    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
