"""`massctl withdraw`: delete sent articles."""

import click

from massctl.cli.arguments import sandbox_option
from massctl.cli.session import session
from massctl.model.phrase import Phrase


@click.command(name="withdraw")
@click.argument("name")
@click.option("--article", type=click.IntRange(1, 8), metavar="N", help="Withdraw this article; they count from 1.")
@click.option("--all", "every", is_flag=True, help="Withdraw every article.")
@click.option("--yes", is_flag=True, help="Withdraw without asking; needed where there is no terminal.")
@sandbox_option
@click.pass_obj
def command(directory: str, name: str, article: int | None, every: bool, yes: bool, sandbox: bool) -> int:
    """Delete sent articles of NAME (mass/delete). The cards stay in the chats, and this cannot be undone.

    Only news and videos that were sent. WeChat allows ten withdrawals a day.
    """
    if (article is None) != every:
        raise click.UsageError(Phrase("give exactly one of --article N and --all"))
    # The adapters are needed by this verb, and not by its help.
    from massctl.cli.taking_back import withdrawn

    with session(directory, sandbox=sandbox) as (current, _):
        return withdrawn(current, name, article or 0, yes=yes)
