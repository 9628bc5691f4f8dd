"""`massctl adopt`: keep the console's version of a staged draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from massctl.cli.app import Result, run_in_session, said
from massctl.cli.arguments import Text, form_option, sandbox_option
from massctl.cli.exit_codes import ExitStatus
from massctl.errors import RefusedError, UsageError
from massctl.model.phrase import Command, Phrase, in_a_row

if TYPE_CHECKING:
    from massctl.cli.session import Session
    from massctl.model.diagnostics import Diagnostic
    from massctl.plan.plan import PlannedCampaign


@click.command(name="adopt")
@click.argument("name")
@click.option(
    "--reason",
    required=True,
    type=Text(r".*\S.*"),
    help="What was done in the console, and why; recorded with your name.",
)
@form_option
@sandbox_option
@click.pass_obj
def command(directory: str, name: str, reason: str, form: str, sandbox: bool) -> int:
    """Keep NAME's draft as somebody changed it in the console, if words, pictures and links are as reviewed.

    The author, the comment settings and what the API does not show, such as 原创 and 赞赏, may differ.
    """

    def work(current: Session, warnings: list[Diagnostic]) -> Result:
        return adopt(current, name, warnings, reason)

    return run_in_session("adopt", form, directory, work, sandbox=sandbox, decides=True)


def adopt(session: Session, name: str, warnings: list[Diagnostic], reason: str) -> Result:
    """Record the console's version of a campaign's draft as the one to send, alone on the ledger."""
    from massctl.apply.journal import LedgerSession, Statement
    from massctl.apply.reconcile import adopt_draft
    from massctl.cli.consent import who
    from massctl.cli.ledger_access import require_writable, trust
    from massctl.cli.planner import PlanOptions, planned, show_repository_warnings
    from massctl.ledger.process_lock import sole_runner
    from massctl.model.diagnostics import has_errors
    from massctl.plan.plan import Until
    from massctl.view.json_reports import adopt_json

    require_writable(session)
    with sole_runner(session.places.locks, session.clock.now()):
        made = planned(session, [name], warnings, PlanOptions(until=Until.DRAFT))
        trust(session, made.state)
        show_repository_warnings(session, made)
        (campaign,) = made.plan.campaigns
        if has_errors(campaign.diagnostics):
            return _faulty(list(campaign.diagnostics))
        if campaign.rendered is None:
            raise _nothing_staged(campaign)
        wechat = session.wechat(campaign.rendered.account)
        book = LedgerSession(session.ledger(), session.clock, made.state)
        found = adopt_draft(campaign.rendered, Statement(reason, who(session.environment)), wechat, book)
    done = [each.words for each in campaign.handoff]
    record = made.state.record(campaign.rendered.name, campaign.rendered.edition)
    lines = [Phrase("{name}: the console's version is kept, and apply sends it", name=name)]
    if found:
        lines.append(Phrase("it differs from what was reviewed: {differences}", differences=in_a_row(found)))
    if done:
        lines.append(Phrase("recorded as done in the console: {items}", items=in_a_row(done)))
    return Result(ExitStatus.DONE, lambda to: adopt_json(record, found, done, to.language), said(*lines))


def _faulty(found: list[Diagnostic]) -> Result:
    # Only a campaign with faults needs it.
    from massctl.view.diagnostics import diagnostics_text
    from massctl.view.json_reports import not_adopted_json

    return Result(
        ExitStatus.FAILED,
        lambda to: not_adopted_json(found, ExitStatus.FAILED, to.language),
        lambda _: "",
        talk=lambda to: diagnostics_text(found, to.language, to.style, to.width),
    )


def _nothing_staged(campaign: PlannedCampaign) -> RefusedError | UsageError:
    """Say why a campaign has no content to compare its draft with: it is not locked, it went out, or it is gone."""
    if campaign.refusals:
        refusal = campaign.refusals[0]
        return RefusedError(refusal.message, Phrase("Nothing was recorded."), refusal.hint)
    return UsageError(
        Phrase("there is nothing to adopt about {name}", name=campaign.name),
        Phrase("It was sent, or nobody knows whether it was."),
        Phrase("{command}   shows its state", command=Command("state show")),
    )
