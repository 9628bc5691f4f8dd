"""From a session to an adopted draft."""

from massctl.apply.journal import LedgerSession, Statement
from massctl.apply.reconcile import adopt_draft
from massctl.cli.app import Result, said
from massctl.cli.exit_codes import ExitStatus
from massctl.cli.following import trust
from massctl.cli.planning import PlanOptions, planned, tell_strays
from massctl.cli.recorded import refuse_fleeting_ledger
from massctl.cli.session import Session
from massctl.cli.settling import who
from massctl.errors import RefusedError, UsageError
from massctl.ledger.process_lock import sole_runner
from massctl.model.diagnostics import Diagnostic, has_errors
from massctl.model.phrase import Phrase, in_a_row
from massctl.plan.plan import PlannedCampaign, Until
from massctl.view.json_documents import adopt_json, not_adopted_json


def adopted(session: Session, name: str, warnings: list[Diagnostic], reason: str) -> Result:
    """Record the console's version of a campaign's draft as the one to send, alone on the ledger."""
    refuse_fleeting_ledger(session)
    with sole_runner(session.locks, session.clock.now()):
        made = planned(session, [name], warnings, PlanOptions(until=Until.DRAFT))
        trust(session, made.state)
        tell_strays(session, made)
        (campaign,) = made.plan.campaigns
        if has_errors(campaign.diagnostics):
            return _faulty(list(campaign.diagnostics))
        if campaign.rendered is None:
            raise _nothing_staged(campaign)
        wechat = session.wechat(campaign.rendered.account)
        book = LedgerSession(session.ledger(), session.clock, made.state)
        found = adopt_draft(campaign.rendered, Statement(reason, who(session)), wechat, book)
    done = [each.words for each in campaign.handoff]
    record = made.state.record(campaign.rendered.name, campaign.rendered.edition)
    lines = [Phrase("{name}: the console's version is kept, and it is what apply sends", name=name)]
    if found:
        lines.append(Phrase("it differs from what was reviewed: {differences}", differences=in_a_row(found)))
    if done:
        lines.append(Phrase("recorded as done in the console: {items}", items=in_a_row(done)))
    return Result(ExitStatus.DONE, lambda to: adopt_json(record, found, done, to.language), said(*lines))


def _faulty(found: list[Diagnostic]) -> Result:
    # Only a campaign with faults needs it.
    from massctl.view.diagnostics import diagnostics_text

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
        Phrase("It went out, or nobody knows whether it did."),
        Phrase("massctl state show   says how it stands"),
    )
