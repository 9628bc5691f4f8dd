"""`massctl status`: what became of the jobs."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import Seconds, sandbox_option
from massctl.cli.session import session


@click.command(name="status")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--wait", type=Seconds(), default=0, help="Ask again for this long.")
@click.option("--all-editions", is_flag=True, help="Show earlier editions too.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.pass_obj
def command(directory: str, names: tuple[str, ...], wait: float, all_editions: bool, form: str, sandbox: bool) -> int:
    """Ask WeChat about mass jobs that are not finished, and record the answers. Makes no request for others."""
    from massctl.cli.following import followed

    with one_document(form, "status") as answer:
        with session(directory, sandbox=sandbox) as (current, _):
            found = followed(current, names, wait, all_editions=all_editions)
        voice = current.voice

        def document() -> str:
            from massctl.view.as_json import status_json

            return status_json(found, voice.language)

        def words() -> str:
            from massctl.view.status_text import status_text

            return status_text(found, voice.language, voice.style, voice.width)

        answer.tell(voice, document, words)
    return found.exit_status()
