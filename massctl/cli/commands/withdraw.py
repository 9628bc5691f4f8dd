"""`massctl withdraw`: delete sent articles."""

from datetime import timedelta

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import Duration, form_option, sandbox_option
from massctl.cli.output import show_error
from massctl.cli.session import session
from massctl.model.phrase import Phrase


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
    # The adapters are needed by this verb, and not by its help.
    from massctl.cli.taking_back import withdrawn

    with one_document(form, "withdraw") as answer:
        with session(directory, sandbox=sandbox, decides=True) as (current, _):
            taken = withdrawn(current, name, article or 0, yes=yes, wait=wait)
        voice = current.voice

        def document() -> str:
            from massctl.view.act_json import withdraw_json

            return withdraw_json(taken, voice.language)

        def words() -> str:
            from massctl.view.withdraw_text import withdrawn_text

            return withdrawn_text(taken, voice.language, voice.style, voice.width)

        answer.tell(voice, document, words)
    if taken.error is not None:
        show_error(taken.error)
    return taken.exit_status()
