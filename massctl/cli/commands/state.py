"""`massctl state`: what the ledger says."""

import click

from massctl.cli.arguments import sandbox_option
from massctl.cli.session import session
from massctl.cli.usage import not_yet
from massctl.model.phrase import Phrase


@click.group(name="state")
def command() -> None:
    """Read and check the ledger: what was uploaded, saved, previewed and sent."""


@command.command(name="show")
@sandbox_option
@click.pass_obj
def show(directory: str, sandbox: bool) -> None:
    """Show what is recorded, campaign by campaign."""
    from massctl.cli.following import require_ledger
    from massctl.view.state_text import state_text

    with session(directory, sandbox=sandbox) as (current, _):
        state = current.read_state(current.ledger())
        require_ledger(current, state)
        voice = current.voice
        voice.result(state_text(state, voice.language, voice.style, voice.width))


@command.command(name="list")
@sandbox_option
@click.pass_obj
def list_entries(directory: str, sandbox: bool) -> None:
    """List the entries, oldest first, one a line."""
    from massctl.cli.following import require_ledger
    from massctl.view.state_text import entries_text

    with session(directory, sandbox=sandbox) as (current, _):
        require_ledger(current, current.read_state(current.ledger()))
        voice = current.voice
        voice.result(entries_text(current.ledger().read(0), voice.language, voice.style, voice.width))


@command.command(name="verify")
@sandbox_option
@click.pass_obj
def verify(directory: str, sandbox: bool) -> None:
    """Check that every line is what was written, and that the story they tell is possible."""
    from massctl.cli.following import require_ledger
    from massctl.view.state_text import verified_text

    with session(directory, sandbox=sandbox) as (current, _):
        state = current.read_state(current.ledger())
        require_ledger(current, state)
        voice = current.voice
        voice.result(verified_text(state, voice.language, voice.style, voice.width))


def _not_yet(name: str, does: Phrase) -> None:
    @command.command(name=name, hidden=True, context_settings={"ignore_unknown_options": True})
    @click.argument("rest", nargs=-1)
    def refuse(rest: tuple[str, ...]) -> None:
        raise not_yet(f"massctl state {name}", does)


_not_yet("init", Phrase("begin a ledger, or start over with a new lineage"))
_not_yet("import", Phrase("record sends made on the website or known from elsewhere"))
