"""`massctl ci`: what the workflows of `massctl init` do beside the verbs that people type."""

from pathlib import Path

import click

from massctl.model.phrase import Phrase

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


@command.command(name="comment-text")
@click.argument("file", metavar="FILE")
@click.option("--commit", metavar="SHA", help="Say which commit it was made for.")
@click.option("--from-fork", is_flag=True, help="Say that it comes from a fork, so that it may say anything.")
@click.option("--out", type=FILE, metavar="BODY", help="Write it into a file instead.")
def comment_text(file: str, commit: str | None, from_fork: bool, out: Path | None) -> None:
    """Write the comment for a pull request from FILE, the JSON of `massctl plan --format json --for-review`.

    FILE is data that anybody may have written: it is checked against the schema, and no word in it becomes a link, a
    mention, a picture or HTML. `-` is standard input. Needs no repository, no network and no secret.
    """
    if commit is not None and not (7 <= len(commit) <= 64 and set(commit) <= set("0123456789abcdef")):
        raise click.UsageError(Phrase("{text} is not a commit: 7 to 64 hex digits are due", text=commit))
    from massctl.cli.reviewing import write_comment

    write_comment(file, commit, out, from_fork=from_fork)


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


@command.command(name="operator")
@click.pass_obj
def operator(directory: str) -> None:
    """Exit 5 unless policy.operators names whoever started this run, and it was not started again.

    Needs no secret and makes no request: for the first step of a job that carries a decision out.
    """
    from massctl.cli.session import session

    with session(directory, decides=True):
        pass


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
    """Write all locks of this checkout into FILE, for the job that commits them."""
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
