"""`massctl state`: what the ledger says, and what only a person can tell it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import GitName, Moment, Text, form_option, sandbox_option
from massctl.cli.last_read import shown_entries, shown_state
from massctl.cli.session import Session, session
from massctl.model.phrase import Phrase
from massctl.model.state import State

if TYPE_CHECKING:
    from massctl.model.diagnostics import Diagnostic


@click.group(name="state")
def command() -> None:
    """Read, check and repair the ledger: what was uploaded, saved, previewed and sent."""


@command.command(name="show")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@form_option
@sandbox_option
@click.pass_obj
def show(directory: str, names: tuple[str, ...], form: str, sandbox: bool) -> int:
    """Show what is recorded, campaign by campaign; only of NAME, where it is given."""

    def work(current: Session, _: "list[Diagnostic]") -> Result:
        from massctl.cli.following import records_of, require_ledger
        from massctl.view.json_documents import state_json
        from massctl.view.ledger import state_text

        state = shown_state(current)
        require_ledger(current, state)
        records_of(state, names, all_editions=True)  # A name of which nothing is recorded is an error.
        return Result(
            0,
            lambda to: state_json(state, names, to.language),
            lambda to: state_text(state, to.language, to.style, to.width, names),
        )

    return run_in_session("state show", form, directory, work, sandbox=sandbox)


@command.command(name="list")
@form_option
@sandbox_option
@click.pass_obj
def list_entries(directory: str, form: str, sandbox: bool) -> int:
    """List the entries, oldest first, one a line."""

    def work(current: Session, _: "list[Diagnostic]") -> Result:
        from massctl.cli.following import require_ledger
        from massctl.view.json_documents import entries_json
        from massctl.view.ledger import entries_text

        entries, state = shown_entries(current), State(current.settings.renamed)
        state.absorb_all(entries)
        require_ledger(current, state)
        return Result(
            0,
            lambda to: entries_json(entries, state, to.language),
            lambda to: entries_text(entries, to.language, to.style, to.width),
        )

    return run_in_session("state list", form, directory, work, sandbox=sandbox)


@command.command(name="verify")
@click.option("--deep", is_flag=True, help="Check the form and the fields of every entry too.")
@form_option
@sandbox_option
@click.pass_obj
def verify(directory: str, form: str, deep: bool, sandbox: bool) -> int:
    """Check that every line is what was written, and that the story they tell is possible."""

    def work(current: Session, _: "list[Diagnostic]") -> Result:
        from massctl.cli.following import require_ledger
        from massctl.view.json_documents import verified_json
        from massctl.view.ledger import verified_text

        state = State()
        state.absorb_all(current.ledger().read(0, deep=deep))
        require_ledger(current, state)
        return Result(
            0,
            lambda to: verified_json(state, to.language),
            lambda to: verified_text(state, to.language, to.style, to.width),
        )

    return run_in_session("state verify", form, directory, work, sandbox=sandbox)


@command.command(name="init")
@click.option("--new-lineage", is_flag=True, help="Start over; the old ledger is put aside, and what it knew is told.")
@click.option("--reason", type=Text(r".*\S.*"), help="With --new-lineage: why; recorded as the first entry.")
@sandbox_option
@click.pass_obj
def init(directory: str, new_lineage: bool, reason: str | None, sandbox: bool) -> int:
    """Begin the ledger, and name it in massctl.yaml. The first apply does so by itself."""
    # Writing needs more than reading does.
    from massctl.cli.beginning import begun, begun_anew, refuse_loose_reason

    refuse_loose_reason(new_lineage=new_lineage, reason=reason)
    with session(directory, sandbox=sandbox) as (current, _):
        return begun(current) if reason is None else begun_anew(current, reason)


@command.command(name="migrate")
@click.option("--to", "backend", type=click.Choice(["git", "local"]), required=True, help="Where it goes.")
@click.option("--branch", type=GitName(), help="With --to git: the branch, if not as massctl.yaml says.")
@click.option("--remote", type=GitName(), help="With --to git: the remote, if not as massctl.yaml says.")
@click.pass_obj
def migrate(directory: str, backend: str, branch: str | None, remote: str | None) -> int:
    """Move the ledger: from the file to a branch of the remote, or back. massctl.yaml names its new place."""
    where = {key: value for key, value in (("branch", branch), ("remote", remote)) if value is not None}
    if where and backend == "local":
        raise click.UsageError(Phrase("--branch and --remote go with --to git"))
    # Only a move needs it.
    from massctl.cli.migrating import moved_to_git, moved_to_local

    with session(directory) as (current, _):
        return moved_to_git(current, where) if backend == "git" else moved_to_local(current)


@command.command(name="repair")
@click.option("--reason", type=Text(r".*\S.*"), help="Do it, and record why; without it, see what would be dropped.")
@form_option
@sandbox_option
@click.pass_obj
def repair(directory: str, reason: str | None, form: str, sandbox: bool) -> int:
    """Cut a damaged ledger to the entries that verify. What is not known as sent then waits for reconcile."""

    def work(current: Session, _: "list[Diagnostic]") -> Result:
        # Only a repair needs it.
        from massctl.cli.ledger_repair import repaired

        return repaired(current, reason)

    return run_in_session("state repair", form, directory, work, sandbox=sandbox)


@command.command(name="backup")
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@sandbox_option
@click.pass_obj
def backup(directory: str, target: Path, sandbox: bool) -> int:
    """Copy the ledger into FILE; it may hold an older copy. While others write, the copy is whole all the same."""
    # Only a copy needs it.
    from massctl.cli.ledger_repair import backed_up

    with session(directory, sandbox=sandbox) as (current, _):
        return backed_up(current, target)


@command.command(name="restore")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@sandbox_option
@click.pass_obj
def restore(directory: str, source: Path, sandbox: bool) -> int:
    """Put a copy in the place of a local ledger that is lost or damaged. An older one than was seen here is refused."""
    # Only a copy needs it.
    from massctl.cli.ledger_repair import restored

    with session(directory, sandbox=sandbox) as (current, _):
        return restored(current, source)


@command.command(name="import")
@click.option("--website-send", type=Moment(), metavar="AT", help="Somebody sent something on the website, then.")
@click.option("--no-website-send", type=Moment(), metavar="AT", help="What was recorded of a send then was wrong.")
@click.option("--account", help="With --website-send and --no-website-send: whose, where there are several.")
@click.option("--sent", metavar="NAME", help="This campaign went out without this ledger.")
@click.option("--at", type=Moment(), metavar="AT", help="With --sent: when.")
@click.option("--msg-id", type=click.IntRange(1, 2**63 - 1), help="With --sent: its job's id, where you know it.")
@click.option("--edition", type=click.IntRange(min=1), help="With --sent: which edition, if not the declared one.")
@click.option("--reason", type=Text(r".*\S.*"), help="How you know; recorded with your name.")
@sandbox_option
@click.pass_obj
def import_send(
    directory: str,
    website_send: datetime | None,
    no_website_send: datetime | None,
    account: str | None,
    sent: str | None,
    at: datetime | None,
    msg_id: int | None,
    edition: int | None,
    reason: str | None,
    sandbox: bool,
) -> int:
    """Record a send that this ledger does not know of. AT is a moment with its offset: 2026-12-01T20:00:00+08:00.

    Either --website-send, or --sent with --at; or --no-website-send with --reason, to take the first one back.
    """
    if [website_send, no_website_send, sent].count(None) != 2:
        raise click.UsageError(Phrase("give one of --website-send, --no-website-send and --sent"))
    if sent is None and (at, msg_id, edition) != (None, None, None):
        raise click.UsageError(Phrase("--at, --msg-id and --edition go with --sent"))
    if sent is not None and account is not None:
        raise click.UsageError(Phrase("--account goes with --website-send; a campaign names its own"))
    # Writing needs more than reading does.
    from massctl.cli.outside_sends import imported_sent, imported_website_send, retracted_website_send

    with session(directory, sandbox=sandbox) as (current, warnings):
        if no_website_send is not None:
            if reason is None:
                raise click.UsageError(Phrase("--no-website-send needs --reason: how you know that there was none"))
            return retracted_website_send(current, no_website_send, account, reason)
        if website_send is not None:
            return imported_website_send(current, website_send, account, reason)
        if sent is None or at is None:
            raise click.UsageError(Phrase("--sent needs --at: when it went out"))
        return imported_sent(current, sent, at, edition=edition, msg_id=msg_id, reason=reason, warnings=warnings)
