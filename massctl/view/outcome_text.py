"""What a run did: campaign by campaign, and in the last line what it left."""

from collections import Counter
from datetime import datetime
from typing import Final

from massctl.apply.outcome import CampaignOutcome, Failure, Outcome, Unrecorded, failure_of, unrecorded_of
from massctl.model.diagnostics import Severity, has_errors
from massctl.model.phrase import Command, Phrase, in_a_row, moment
from massctl.model.send import Verdict
from massctl.model.state import Record, Status, contradiction, held_until, is_held, status_of
from massctl.plan.guards import handoff_of, how_to_do, left_to_do
from massctl.plan.reconcile_options import PASSING, may_be_not_sent
from massctl.plan.steps import Guard, SendMass
from massctl.view.diagnostic_text import diagnostic_line
from massctl.view.error_text import error_text
from massctl.view.hold_text import STATUS_INK, hold_rows
from massctl.view.job_text import job_rows
from massctl.view.language import Language
from massctl.view.moments import recorded
from massctl.view.page import Inked, Page, Table
from massctl.view.plan_text import heading, refusal_rows
from massctl.view.recorded_words import say_recorded
from massctl.view.send_block_text import PLAN_LABELS
from massctl.view.step_text import done_rows
from massctl.view.style import Ink, Style
from massctl.view.words import STATUS, followers

LABELS: Final = {
    "done": Phrase("done"),
    "refused": PLAN_LABELS["refused"],
    "by_hand": PLAN_LABELS["by_hand"],
    "declined": Phrase("declined"),
    "error": Phrase("error"),
    "job": Phrase("job"),
    "in_doubt": Phrase("in doubt"),
    "next": PLAN_LABELS["next"],
}


def outcome_text(outcome: Outcome, language: Language, style: Style, width: int) -> str:
    """Show what a run did, what stopped it, and where every campaign stands now."""
    page = Page(language, style, width)
    for campaign in outcome.campaigns:
        page.blank()
        _campaign(page, outcome, campaign)
    for record in [] if outcome.held_elsewhere else outcome.doubts_of_others:
        page.blank()
        _of_another(page, outcome, record)
    page.blank()
    if outcome.ledger_error is not None:
        page.raw(error_text(outcome.ledger_error, language, style, width))
    if outcome.interrupted:
        page.line(Inked(Phrase("interrupted; the next apply goes on from here"), Ink.WARNING))
    _summary(page, outcome)
    return page.text()


def failure_rows(table: Table, failure: Failure, label: str) -> None:
    """Add what went wrong, with WeChat's code and request id where they are known, and what to do."""
    known = [
        f"errcode {failure.errcode}" if failure.errcode is not None else "",
        f"rid {failure.rid}" if failure.rid else "",
    ]
    table.row(label, Inked(failure.message, Ink.ERROR), inner=2)
    if any(known):
        table.below(Inked(" · ".join(word for word in known if word), Ink.DETAIL))
    if failure.hint:
        table.below(failure.hint)


def _campaign(page: Page, outcome: Outcome, campaign: CampaignOutcome) -> None:
    planned, record, status = campaign.planned, outcome.record(campaign), outcome.status(campaign)
    said = Inked(STATUS[status], STATUS_INK.get(status, Ink.DETAIL))
    heading(page, planned.name, planned.title, "  ", said)
    table = Table(page, list(LABELS.values()))
    found = outcome.found_tag(campaign)
    if found is not None:
        say = Phrase("recorded that tag {tag} is id {tag_id}: {followers}")
        told = Phrase(say, tag=found.tag, tag_id=found.tag_id, followers=followers(found.count))
        table.row(LABELS["done"], Inked("✓ ", Ink.DONE), told, inner=2)
    done_rows(table, campaign.performed, LABELS["done"] if found is None else "")
    if any(isinstance(step, SendMass) for step in campaign.performed):
        job_rows(table, record, LABELS["job"])
    refusal_rows(table, campaign.refusals)
    _by_hand(table, campaign, record, status)
    if campaign.declined:
        table.row(LABELS["declined"], Inked(Phrase("you did not say yes, so it was not sent"), Ink.WARNING))
    if campaign.error is not None and not _is_of_ledger(campaign.error, outcome):
        failure_rows(table, campaign.error, LABELS["error"])
    for diagnostic in sorted(planned.diagnostics, key=lambda d: d.sort_key):
        if diagnostic.severity is Severity.ERROR:
            diagnostic_line(page, diagnostic, indent=2)
    if record.is_in_doubt and not outcome.held_elsewhere:
        passing = all(refusal.guard in PASSING for refusal in campaign.refusals)
        until = outcome.repeatable.get(record.key) if passing else None
        doubt_rows(table, record, LABELS["in_doubt"], until, answer=campaign.answer)
    if planned.next_at is not None and not (campaign.performed or record.is_in_doubt):
        zone = planned.rendered.window.not_before.tzinfo if planned.rendered and planned.rendered.window else None
        at = moment(planned.next_at.astimezone(zone)) if zone else recorded(planned.next_at)
        table.row(LABELS["next"], Phrase("at {moment}", moment=at))


def _of_another(page: Page, outcome: Outcome, record: Record) -> None:
    """Say of a campaign that nobody named why the run ends with 4, and what to type."""
    status = status_of(record)
    heading(page, record.campaign, "", "  ", Inked(STATUS[status], STATUS_INK.get(status, Ink.DETAIL)))
    table = Table(page, list(LABELS.values()))
    before, now = record.appid, outcome.accounts
    doubt_rows(table, record, LABELS["in_doubt"], outcome.repeatable.get(record.key))
    if before is not None and before not in now:
        say = Phrase("It was asked for with the AppID {before}; massctl.yaml has another one now: {accounts}")
        accounts = in_a_row([f"{name} {appid}" for appid, name in now.items()])
        table.below(Phrase(say, before=before, accounts=accounts or "-"))


def _by_hand(table: Table, campaign: CampaignOutcome, record: Record, status: Status) -> None:
    """Say what is left to do in the console, as soon as there is a draft to do it to: days before the window."""
    rendered = campaign.planned.rendered
    told = any(refusal.guard is Guard.HANDOFF_OPEN for refusal in campaign.refusals)
    left = left_to_do(handoff_of(rendered, record), status) if rendered is not None and not told else []
    for number, words in enumerate(left):
        table.row(LABELS["by_hand"] if number == 0 else "", Inked("○ ", Ink.WARNING), words, inner=2)
    if left:
        table.below(how_to_do(campaign.planned.name))


_NOBODY_KNOWS: Final = Phrase(
    "Nobody knows whether followers have it; until that is known the account sends nothing else."
)
_LOOK: Final = Phrase("look in the console under 群发记录, and settle it; the first one says what to look for:")


def doubt_rows(
    table: Table, record: Record, label: str, repeatable_until: datetime | None, answer: Verdict | None = None
) -> None:
    """Say of an open attempt what happened, what is now true, and what to type.

    `repeatable_until` is None where something other than the time keeps `apply` from repeating the request. `answer`
    is what WeChat said to it in this run; a clear one leaves it open where it could not be recorded.
    """
    if (answer_by := held_until(record)) is not None:
        hold_rows(table, record.campaign, answer_by, LABELS["next"])
        return
    if (found := contradiction(record)) is not None:
        table.row(label, Inked(Phrase("the ledger contradicts itself: {found}", found=found), Ink.ALARM), inner=2)
        table.below(_NOBODY_KNOWS)
        _choices(table, record, _LOOK)
        return
    last = record.open_attempts[-1]
    if (unrecorded := unrecorded_of(record, answer)) is not None:
        _unrecorded(table, label, unrecorded)
        return
    asked = Phrase("WeChat was asked to send it at {moment}", moment=recorded(last.at))
    if last.doubt:
        reason = say_recorded(last.doubt, table.language)
        asked = Phrase("{asked}, and gave no clear answer: {reason}", asked=asked, reason=reason)
    else:
        asked = Phrase("{asked}, and the run ended before the answer", asked=asked)
    table.row(label, Inked(asked, Ink.ALARM), inner=2)
    if record.batches > 1:
        say = Phrase(
            "It is batch {batch} of {batches}; the batches before it went out, and none after it is begun until then."
        )
        table.below(Phrase(say, batch=last.event.batch, batches=record.batches))
    table.below(_NOBODY_KNOWS)
    look: str = _LOOK
    if repeatable_until is not None:
        table.below(Phrase("repeat the identical request, until {moment}:", moment=recorded(repeatable_until)))
        table.below(Command("apply", record.campaign), inner=4)
        look = Phrase("or look in the console under 群发记录, and settle it; the first one says what to look for:")
    _choices(table, record, look)


def _choices(table: Table, record: Record, look: str) -> None:
    table.below(look)
    not_sent = (('--not-sent --reason "…"',),) if may_be_not_sent(record) else ()
    for choice in ((), ('--sent --reason "…"',), *not_sent):
        table.below(Command("reconcile", record.campaign, *choice), inner=4)


def _unrecorded(table: Table, label: str, answer: Unrecorded) -> None:
    """Say a clear answer that the ledger does not know: whoever types it closes the attempt."""
    table.row(label, Inked(answer.told, Ink.ALARM), inner=2)
    table.below(Phrase("For the ledger it is in doubt. When the ledger can be written again:"))
    table.below(answer.command, inner=4)


def _is_of_ledger(failure: Failure, outcome: Outcome) -> bool:
    """Say whether a failure is that of the ledger, which is told once for the whole run."""
    return outcome.ledger_error is not None and failure == failure_of(outcome.ledger_error)


def _summary(page: Page, outcome: Outcome) -> None:
    left = Counter(_left(outcome, campaign) for campaign in outcome.campaigns)
    said = [
        (Phrase("sent {count}", count=left["sent"]), Ink.DONE),
        (Phrase("prepared {count}", count=left["prepared"]), Ink.DONE),
        (Phrase("in doubt {count}", count=left["in_doubt"]), Ink.ALARM),
        (Phrase("awaiting the administrator {count}", count=left["awaiting"]), Ink.WARNING),
        (Phrase("failed {count}", count=left["failed"]), Ink.ERROR),
        (Phrase("declined {count}", count=left["declined"]), Ink.WARNING),
        (Phrase("refused {count}", count=left["refused"]), Ink.WARNING),
        (Phrase("nothing to do {count}", count=left["idle"]), Ink.DETAIL),
    ]
    order = ("sent", "prepared", "in_doubt", "awaiting", "failed", "declined", "refused", "idle")
    parts = [
        part for word, pair in zip(order, said, strict=True) if left[word] for part in (Phrase(", "), Inked(*pair))
    ]
    if parts:
        page.line(Phrase("this run: "), *parts[1:], hang=2)
    else:
        page.line(Inked(Phrase("Nothing to do."), Ink.DONE))


def _left(outcome: Outcome, campaign: CampaignOutcome) -> str:
    """Name what a run left of a campaign: what most needs a person comes first."""
    record = outcome.record(campaign)
    if record.is_in_doubt and not outcome.held_elsewhere:
        return "awaiting" if is_held(record) else "in_doubt"
    if campaign.error is not None or has_errors(campaign.planned.diagnostics):
        return "failed"
    if campaign.declined:
        return "declined"
    if campaign.findings:
        return "refused"
    if any(isinstance(step, SendMass) for step in campaign.performed):
        return "sent"
    return "prepared" if campaign.performed or outcome.found_tag(campaign) is not None else "idle"
