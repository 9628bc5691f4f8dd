"""`massctl doctor`: whether a send could go out from here, and what to click or type where it could not."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.cli.arguments import sandbox_option
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="doctor")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@sandbox_option
@click.pass_obj
def command(directory: str, form: str, sandbox: bool) -> int:
    """Check credentials, IP whitelist, rights, quotas, clock, proxy, ledger and windows. It changes nothing.

    Each finding says what to click in WeChat's console, or what to type. Exits 1 where anything keeps a send back.
    """

    def work(current: "Session", warnings: "list[Diagnostic]") -> Result:
        from massctl.cli.doctoring import examined
        from massctl.view.doctor import doctor_text
        from massctl.view.json_documents import doctor_json

        found = examined(current, warnings)
        return Result(
            found.exit_status(),
            lambda to: doctor_json(found.findings, found.exit_status(), to.language),
            lambda to: doctor_text(found.findings, to.language, to.style, to.width),
            next_step=None if found.exit_status() else Phrase("massctl plan   shows what would be sent"),
        )

    return run_in_session("doctor", form, directory, work, sandbox=sandbox)
