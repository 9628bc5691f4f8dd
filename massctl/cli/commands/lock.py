"""`massctl lock`: what was approved, as files to review and commit."""

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic


@click.command(name="lock")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--check", is_flag=True, help="Write nothing; render again and exit 5 when anything differs.")
@click.option("--if-required", is_flag=True, help="Do nothing where massctl.yaml does not ask for locks.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(directory: str, names: tuple[str, ...], check: bool, if_required: bool, form: str) -> int:
    """Write campaign.lock.json of every campaign that has not gone out yet.

    `massctl apply --locked`, or `require_lock: true` in the policy, renders again and sends only what is the same.
    """

    def work(current: "Session", _: "list[Diagnostic]") -> Result:
        # The renderer is needed by this verb, and not by its help.
        from massctl.cli.locking import locked
        from massctl.plan.plan_file import lock_exit_status, lock_report_document
        from massctl.view.json_documents import document_json
        from massctl.view.plan import lock_report_text

        wanted = current.settings.policy.require_lock or not if_required
        report = locked(current, names, check=check) if wanted else []
        return Result(
            lock_exit_status(report),
            lambda to: document_json(lock_report_document(report), to.language),
            lambda to: lock_report_text(report, to.language, to.style, to.width),
            next_step=_next_step(any(each.written for each in report)),
        )

    return run_in_session("lock", form, directory, work)


def _next_step(written: bool) -> Phrase:
    if written:
        return Phrase("git add campaigns   then commit: what is committed is reviewed and sent")
    return Phrase("massctl plan   shows what would be sent")
