"""A whole run, and the whole send, on one screen.

Six rules, each of which alone prevents a second send: the attempt is durable before its request; no answer is
in doubt, never rejected; a rejection closes its own attempt only; the id is derived, never minted; nothing is
repeated past WeChat's memory of the id; durable means where every runner reads.
"""

from collections.abc import Callable
from typing import Final, assert_never

from massctl.apply import drafts, stage
from massctl.apply.context import Run, World
from massctl.apply.drafts import delete_superseded, recover_drafts, tidy_up
from massctl.apply.jobs import record_silence
from massctl.apply.journal import Book
from massctl.apply.outcome import CampaignOutcome, Outcome, outcome_of
from massctl.apply.preflight import last_look
from massctl.apply.send import (
    attempted,
    consented,
    follow_up,
    give_up,
    mass_send,
    never_left,
    record_expired,
    refuses,
    renewed,
    wait_to_repeat,
    with_unknown_content,
)
from massctl.apply.stage import forget_lost, judged_by_material, make_videos
from massctl.errors import LedgerError, LedgerStaleError, WeChatError
from massctl.model.entries import SendAccepted, SendInDoubt, SendRejected
from massctl.model.message import RenderedCampaign
from massctl.model.send import Accepted, InDoubt, Rejected
from massctl.plan import quota
from massctl.plan.guards import House
from massctl.plan.plan import Plan
from massctl.plan.quota import no_place_now
from massctl.plan.steps import Guard, Reason, SendMass


def apply_plan(plan: Plan, world: World, book: Book, house: House) -> Outcome:
    """Carry a plan out: stage everything, show it, then send what is due, one campaign after the other.

    A failure or refusal stops its own campaign. KeyboardInterrupt leaves a ledger from which the next run goes on.
    """
    run = Run(world, book, house, [outcome_of(planned, attended=world.attended) for planned in plan.campaigns])
    outcome = Outcome(plan, book.state, run.outcomes, accounts=world.accounts)
    try:
        stage.connect(run)
        recover_drafts(run)
        stage.upload(run)
        drafts.judge_superseded(run)
        stage.keep_contents(run)
        drafts.save_drafts(run)
        drafts.verify_drafts(run)
        delete_superseded(run)
        make_videos(run)
        stage.send_previews(run)
        for each, campaign in run.going():
            if run.may_send(each) and consented(run, each, campaign):
                _send_all(run, each, campaign)
        for each, campaign in run.cleared():
            if consented(run, each, campaign):
                _send_all(run, each, campaign)
        _tell_places_anew(run)
        record_expired(run)
        record_silence([outcome.record(each) for each in run.outcomes], run.book, world.clock)
        tidy_up(run)
    except KeyboardInterrupt:
        outcome.interrupted = True
    except LedgerError as error:
        outcome.stop(error)
    _flush(run, outcome)
    outcome.drafts_left = run.drafts_left
    for each in run.outcomes:
        each.order_performed()
        each.answer = run.answers.get(each.planned.name)
    return outcome


def _tell_places_anew(run: Run) -> None:
    """Say of each campaign without a place who has the places now: what this run sent has used its own."""
    for outcome in run.outcomes:
        campaign = outcome.planned.rendered
        if campaign is None or Guard.ALLOWANCE not in [each.guard for each in outcome.refusals]:
            continue
        now = run.world.clock.now()
        anew = no_place_now(campaign, run.house.agenda, run.book.state, run.house.policy, now)
        if anew is not None:
            outcome.refusals = [anew if each.guard is Guard.ALLOWANCE else each for each in outcome.refusals]


def _flush(run: Run, outcome: Outcome) -> None:
    """Make durable what was only noted, unless the ledger is out of reach; what is lost is found out again."""
    try:
        if outcome.ledger_error is None or isinstance(outcome.ledger_error, LedgerStaleError):
            run.book.flush()
    except KeyboardInterrupt:
        outcome.interrupted = True
    except LedgerError as error:
        if outcome.ledger_error is None:
            outcome.stop(error)


def _send_all(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> None:
    """Send batch by batch where there are any: the next one is begun only when WeChat has accepted the one before."""
    for batch in run.due_batches(campaign):
        if not _send(run, outcome, campaign, batch):
            return


def _send(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None) -> bool:
    """Send once; True when WeChat accepted it, and has not failed it since.

    An unknown outcome is repeated once in a run, identically, and never past WeChat's memory. What was only too fast
    is known to be refused; it is asked for once more when the account's pace lets it.
    """
    record = run.record_of(campaign)
    repeats, renewals, slower = (0 if record.open_attempts else 1), 1, 1 if run.world.wait_in_doubt else 0
    reason = Reason.RESUBMIT if record.open_attempts else Reason.DUE
    while wait_to_repeat(run, campaign) and not refuses(run, outcome, campaign, batch):
        verdict = _attempt(run, outcome, campaign, batch)
        match verdict:
            case Accepted():
                outcome.performed.append(SendMass(campaign, reason, batch))
                follow_up(run, campaign, outcome)
                return not outcome.stopped
            case Rejected(token_dead=True) if renewals and renewed(run, outcome, campaign):
                renewals -= 1
            case Rejected(errcode=quota.TOO_FAST) if slower:
                slower -= 1  # The account's pace waits for the next minute; every guard is asked again after it.
            case Rejected():
                give_up(run, outcome, campaign, verdict)
                return False
            case InDoubt(is_held=False) if repeats:
                repeats -= 1
            case InDoubt():
                return False
            case _:
                assert_never(verdict)
    return False


def _attempt(
    run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> Accepted | Rejected | InDoubt:
    """Make one attempt: durable before its request leaves, and open until its verdict is durable too."""
    send = mass_send(campaign, run.book.state, batch, run.world.openids)
    is_first = not run.record_of(campaign).open_attempts
    attempt, asked_at = run.book.record(attempted(run, campaign, send, batch), campaign).serial, None
    try:
        deadline = last_look(run, outcome, campaign)
        asked_at = run.world.clock.now()
        # One request; nothing below repeats it.
        verdict = run.world.wechat(campaign.account).send_mass(send, deadline)
    except WeChatError as error:
        verdict = never_left(error)
    verdict = run.answers[campaign.name] = judged_by_material(run, campaign, verdict)
    match verdict:
        case Accepted(msg_id=msg_id, msg_data_id=msg_data_id, duplicate=duplicate):
            accepted = SendAccepted(attempt=attempt, msg_id=msg_id, msg_data_id=msg_data_id, duplicate=duplicate)
            accepted = with_unknown_content(run, campaign, accepted) if duplicate and is_first else accepted
            run.book.record(accepted, campaign)
        case Rejected(errcode=errcode, rid=rid, token_dead=dead, retryable=retryable):
            run.book.record(
                SendRejected(attempt=attempt, errcode=errcode, rid=rid, token_dead=dead, retryable=retryable), campaign
            )
            forget_lost(run, campaign, verdict)
        case InDoubt(reason=reason, errcode=code, rid=rid):
            doubt = SendInDoubt(attempt=attempt, reason=reason, errcode=code, rid=rid, asked_at=asked_at)
            run.book.record(doubt, campaign)
        case _:
            assert_never(verdict)
    del run.answers[campaign.name]  # It is on record.
    return verdict


REDONE_MAX: Final = 5


def redone(run: Callable[[bool], Outcome], overtaken: Callable[[], None]) -> Outcome:
    """Run, and run again while another runner came first; gives all of it as one outcome.

    `run` plans from a ledger that it reads, and is told whether it had begun before. `overtaken` says so to people.
    """
    outcome = run(False)
    for _ in range(REDONE_MAX):
        if not outcome.overtaken:
            break
        overtaken()
        outcome = outcome.taken_up_by(run(True))
    return outcome
