"""`massctl doctor`: whether a send could go out from here, and what to click or type where it could not."""

import click

from massctl.cli.answering import one_document
from massctl.cli.arguments import sandbox_option
from massctl.cli.session import session


@click.command(name="doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.pass_obj
def command(directory: str, form: str, sandbox: bool) -> int:
    """Check credentials, IP whitelist, rights, quotas, clock, proxy, ledger and windows. It changes nothing.

    Each finding says what to click in WeChat's console, or what to type. Exits 1 where anything keeps a send back.
    """
    from massctl.cli.doctoring import examined

    with one_document(form, "doctor") as answer:
        with session(directory, sandbox=sandbox) as (current, warnings):
            found = examined(current, warnings)
        voice = current.voice

        def document() -> str:
            from massctl.view.as_json import doctor_json

            return doctor_json(found.findings, found.exit_status(), voice.language)

        def words() -> str:
            from massctl.view.doctor_text import doctor_text

            return doctor_text(found.findings, voice.language, voice.style, voice.width)

        answer.tell(voice, document, words)
    return found.exit_status()
