"""`massctl lock`: what was approved, as files to review and commit."""

import click

from massctl.cli.answering import one_document
from massctl.cli.session import session


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
    # The renderer is needed by this verb, and not by its help.
    from massctl.cli.locking import locked
    from massctl.plan.plan_file import lock_exit_status, lock_report_document

    with one_document(form, "lock") as answer:
        with session(directory) as (current, _):
            wanted = current.settings.policy.require_lock or not if_required
            report = locked(current, names, check=check) if wanted else []
        voice = current.voice

        def document() -> str:
            from massctl.view.as_json import document_json

            return document_json(lock_report_document(report), voice.language)

        def words() -> str:
            from massctl.view.lock_text import lock_report_text

            return lock_report_text(report, voice.language, voice.style, voice.width)

        answer.tell(voice, document, words)
    return lock_exit_status(report)
