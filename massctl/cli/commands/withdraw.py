"""`massctl withdraw`: delete sent articles."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import Duration, form_option, sandbox_option
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="withdraw")
@click.argument("name")
@click.option("--article", type=click.IntRange(1, 8), metavar="N", help="Withdraw this article; they count from 1.")
@click.option("--all", "every", is_flag=True, help="Withdraw every article.")
@click.option("--yes", is_flag=True, help="Withdraw without asking; needed where there is no terminal.")
@click.option("--wait", type=Duration(), metavar="DURATION", help="Wait for what is still being sent: 90s, 45m …")
@form_option
@sandbox_option
@click.pass_obj
def command(
    directory: str,
    name: str,
    article: int | None,
    every: bool,
    yes: bool,
    wait: timedelta | None,
    form: str,
    sandbox: bool,
) -> int:
    """Delete sent articles of NAME (mass/delete). The cards stay in the chats, and this cannot be undone.

    Only news and videos that were sent. WeChat allows ten withdrawals a day. While it is still being sent it cannot be
    withdrawn: with --wait massctl asks you first, and deletes at the first moment that WeChat allows.
    """
    if (article is None) != every:
        raise click.UsageError(Phrase("give exactly one of --article N and --all"))

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        # The adapters are needed by this verb, and not by its help.
        from massctl.cli.taking_back import withdrawn
        from massctl.view.json_documents import withdraw_json
        from massctl.view.run import withdrawn_text

        taken = withdrawn(current, name, article or 0, yes=yes, wait=wait)
        return Result(
            taken.exit_status(),
            lambda to: withdraw_json(taken, to.language),
            lambda to: withdrawn_text(taken, to.language, to.style, to.width),
            error=taken.error,
        )

    return run_in_session("withdraw", form, directory, work, sandbox=sandbox, decides=True)
