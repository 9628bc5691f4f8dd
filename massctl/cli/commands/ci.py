"""`massctl ci`: what the workflows of `massctl init` do beside the verbs that people type."""

from pathlib import Path

import click

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(name="ci")
def command() -> None:
    """Hand locks and plans from one job of a workflow to the next; what a job left is data, and is checked."""


@command.command(name="comment")
@click.argument("artefact", type=FOLDER, metavar="DIR")
@click.pass_obj
def comment(directory: str, artefact: Path) -> int:
    """Show the plan that another run left in DIR as the one comment of its pull request.

    The pull request is found from the event in GITHUB_EVENT_PATH. Needs GITHUB_TOKEN.
    """
    from massctl.cli.remarking import commented

    return commented(directory, artefact)


@command.command(name="watch")
@click.pass_obj
def watch(directory: str) -> int:
    """Say what needs a person: a send in doubt, a window that was missed, or is open and nothing is sent. Exits 1 then.

    Reads the repository and the ledger, and asks WeChat nothing.
    """
    from massctl.cli.alarming import alarmed

    return alarmed(directory)


@command.command(name="begun")
@click.pass_obj
def begun(directory: str) -> None:
    """Print `true` where massctl.yaml names a ledger, else `false`, and say on stderr how to begin one."""
    from massctl.cli.handing_over import print_begun

    print_begun(directory)


@command.command(name="unlocked")
@click.pass_obj
def unlocked(directory: str) -> None:
    """Print the campaigns that can be locked and are not, one name a line; none where locks are not required."""
    from massctl.cli.handing_over import print_unlocked

    print_unlocked(directory)


@command.command(name="pack-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def pack_locks(directory: str, file: Path) -> None:
    """Write all locks and rendered bodies of this checkout into FILE, for the job that commits them."""
    from massctl.cli.handing_over import pack

    pack(directory, file)


@command.command(name="put-locks")
@click.argument("file", type=FILE)
@click.pass_obj
def put_locks(directory: str, file: Path) -> None:
    """Write the locks of FILE into this checkout, and nothing else; runs no template. Prints the changed paths."""
    from massctl.cli.handing_over import put

    put(directory, file)


@command.command(name="changed")
@click.argument("other", type=FOLDER, metavar="DIR")
@click.pass_obj
def changed(directory: str, other: Path) -> None:
    """Print the campaigns whose folder is another than in the second checkout DIR, one name a line."""
    from massctl.cli.handing_over import print_changed

    print_changed(directory, other)
