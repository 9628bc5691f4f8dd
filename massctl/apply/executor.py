"""Carry out a run: judge each send, record it, check it again, make it, and record the result.

Six rules. Breaking any one is enough to send twice: the attempt is durable before its request; no answer is
in doubt, never rejected; a rejection closes its own attempt only; the id is derived, never minted; nothing is
repeated past WeChat's memory of the id; durable means where every runner reads.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import assert_never

from msgspec.structs import asdict

from massctl.apply import drafts, stage
from massctl.apply.accounts import for_each_account
from massctl.apply.audience_tag import fill_tags, refilled
from massctl.apply.consent import Answers, agreement
from massctl.apply.context import ApplyContext, Ports, Shown, Staged
from massctl.apply.drafts import recover_drafts
from massctl.apply.jobs import record_silence
from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import CampaignOutcome, Outcome, outcome_of
from massctl.apply.payloads import send_origin
from massctl.apply.preflight import last_look
from massctl.apply.send import (
    agreed,
    follow_up,
    never_left,
    ready,
    record_expired,
    record_stop,
    renewed,
    tell_unknown_content,
    wait_to_send,
)
from massctl.apply.stage import forget_lost, judged_by_material
from massctl.errors import LedgerError, LedgerStaleError, WeChatError
from massctl.model.entries import SendAccepted, SendInDoubt, SendRejected
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.send import Accepted, InDoubt, Rejected, SendIntent, Verdict
from massctl.plan import quota
from massctl.plan.acceptance import evidence, judged_by_ledger
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import Plan
from massctl.plan.quota import allowance_refusal, slot_of
from massctl.plan.steps import Guard, Reason, SendMass


def apply_plan(
    plan: Plan,
    ports: Ports,
    ledger: LedgerSession,
    rules: PolicyInForce,
    replan: Callable[[], Plan],
) -> Outcome:
    """Look up lost answers, then carry the plan out: stage, show, send what is due, and follow up.

    `replan` makes the plan again where a lost draft was found. A failure or refusal stops its own campaign.
    KeyboardInterrupt leaves a ledger from which the next run goes on.
    """
    outcomes = [outcome_of(planned, attended=ports.attended) for planned in plan.campaigns]
    context = ApplyContext(ports, ledger, rules, plan, outcomes)
    ended: KeyboardInterrupt | LedgerError | None = None
    try:
        if recover_drafts(context):
            context = context.replanned(replan())
        staged = _stage(context)
        if staged.lost and not context.away:
            # Somebody could send in the console a draft that the ledger does not know, so look for it at once.
            recover_drafts(context)
            context = context.replanned(replan(), staged.lost)
            staged = _stage(context)
        shown = stage.send_previews(drafts.fail_lost(staged))
        _send_due(shown)
        _follow_up(shown)
    except (KeyboardInterrupt, LedgerError) as error:
        ended = error
    return _outcome(context, ended)


def _stage(context: ApplyContext) -> Staged:
    uploaded = fill_tags(stage.upload(stage.connect(context)))
    undisturbed = drafts.check_superseded(uploaded)
    stage.keep_contents(context)
    saved = drafts.save_drafts(undisturbed)
    return stage.make_videos(drafts.verify_drafts(saved))


def _send_due(shown: Shown) -> None:
    """Send what is due, account by account; then those that waited only for another campaign in doubt.

    A question to the operator ends it: whoever asks it plans again.
    """
    context = shown.context
    due = [each for each in context.going() if context.may_send(each[0])]
    for_each_account(context, due, lambda each: _send_all(context, *each))
    for outcome, campaign in context.cleared():
        _send_all(context, outcome, campaign)


def _follow_up(shown: Shown) -> None:
    context = shown.context
    drafts.look_after_sends(context)
    drafts.delete_shown(shown)
    _refresh_allowance(context)
    record_expired(context)
    records = [
        context.state.record(each.planned.name, each.planned.edition) for each in context.outcomes
    ]
    record_silence(records, context.ledger, context.ports.clock)
    drafts.tidy_up(context)


def _outcome(context: ApplyContext, ended: KeyboardInterrupt | LedgerError | None) -> Outcome:
    """Make durable what was only noted, and put together what the run did."""
    outcome = Outcome(
        context.plan,
        context.state,
        context.outcomes,
        interrupted=isinstance(ended, KeyboardInterrupt),
        accounts=context.ports.accounts,
        drafts_left=context.drafts_left,
    )
    if isinstance(ended, LedgerError):
        outcome.stop(ended)
    try:
        # Unless the ledger is out of reach; what is lost is found out again.
        if outcome.ledger_error is None or isinstance(outcome.ledger_error, LedgerStaleError):
            context.ledger.flush()
    except KeyboardInterrupt:
        outcome.interrupted = True
    except LedgerError as error:
        if outcome.ledger_error is None:
            outcome.stop(error)
    for each in context.outcomes:
        each.order_performed()
    return outcome


def _refresh_allowance(context: ApplyContext) -> None:
    """Refresh the refusals for lack of an allowance: what this run sent has used its own."""
    for outcome in context.outcomes:
        campaign = outcome.planned.rendered
        if campaign is None or Guard.ALLOWANCE not in [each.guard for each in outcome.refusals]:
            continue
        now = context.ports.clock.now()
        anew = allowance_refusal(
            campaign,
            slot_of(campaign, context.rules.agenda, context.state, context.rules.policy, now),
        )
        if anew is not None:
            outcome.refusals = [
                anew if each.guard is Guard.ALLOWANCE else each for each in outcome.refusals
            ]


def _told_batches(context: ApplyContext, campaign: RenderedCampaign) -> Iterator[int | None]:
    """Yield the batches to send, and tell how many are done where there are several.

    They are counted behind the first one: people are taken off an audience before it, and fewer batches may be left.
    """
    due = context.due_batches(campaign)
    yield from islice(due, 1)
    left = quota.batches_left(campaign, context.record_of(campaign))
    if not left:
        return
    progress = context.ports.progress
    progress.begin(Phrase("{name}: batches", name=campaign.name), 1 + len(left))
    progress.advance()
    try:
        for batch in due:
            yield batch
            progress.advance()
    finally:
        progress.end()


def _send_all(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> None:
    """Send batch by batch where there are any: the next one is begun only when WeChat has accepted the one before."""
    for batch in _told_batches(context, campaign):
        if context.is_asking:
            return
        went_out = _send(context, outcome, campaign, batch)
        if not went_out and batch not in context.record_of(campaign).closed_batches:
            return


def _send(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> bool:
    """Send once; True when WeChat accepted it, and has not failed it since.

    An unknown outcome is repeated once in a run, identically, and never past WeChat's memory. A request that only came
    too fast is made once more when the account's pace allows it.
    """
    record = context.record_of(campaign)
    repeats = 0 if record.is_in_doubt else 1
    renewals = 1
    slower = 1 if context.ports.wait_in_doubt else 0
    reason = Reason.RESUBMIT if record.is_in_doubt else Reason.DUE
    if not agreed(context, outcome, campaign, batch):
        return False
    while wait_to_send(context, outcome, campaign) and (
        intent := ready(context, outcome, campaign, batch)
    ):
        if not refilled(context, outcome, campaign):
            return False
        verdict = _attempt(context, outcome, campaign, intent)
        match verdict:
            case Accepted():
                outcome.performed.append(SendMass(campaign, reason, batch))
                follow_up(context, campaign, outcome)
                return not outcome.stopped
            case Rejected(token_dead=True) if renewals and renewed(context, outcome, campaign):
                renewals -= 1
            case Rejected(errcode=quota.TOO_FAST) if slower:
                slower -= 1  # The account's pace waits for the next minute; every guard is asked again after it.
            case Rejected():
                record_stop(context, outcome, campaign, verdict)
                return False
            case InDoubt(is_held=False) if repeats:
                repeats -= 1
            case InDoubt():
                return False
            case _:
                assert_never(verdict)
    return False


def _attempt(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, intent: SendIntent
) -> Verdict:
    """Make one attempt: durable before its request leaves, and open until its verdict is durable too."""
    count, insisted = context.count_of(campaign), context.ports.insisted if intent.repeats else None
    said = {"reason": insisted.reason, "by": insisted.by} if insisted else {}
    entry = intent.attempted(count, **said, origin=send_origin(campaign, context.rules))
    attempt, asked_at = context.ledger.record(entry, campaign).serial, None
    if context.ports.answers is not None:
        context.ports.answers.use(agreement(campaign, intent.batch, intent.draft))
    try:
        permit = last_look(context, outcome, campaign, intent, attempt)
        asked_at = permit.issued_at
        # One request; nothing below repeats it.
        verdict = context.ports.wechat(campaign.account).send_mass(intent, permit)
    except WeChatError as error:
        verdict = never_left(error)
    verdict = judged_by_material(context, campaign, verdict)
    verdict = outcome.answer = judged_by_ledger(verdict, intent, attempt, context.state)
    match verdict:
        case Accepted(msg_id=msg_id, msg_data_id=msg_data_id, duplicate=duplicate):
            before = evidence(context.record_of(campaign), intent, attempt)
            is_unknown = duplicate and all(
                each.event.fingerprint != intent.fingerprint for each in before
            )
            accepted = SendAccepted(
                attempt=attempt,
                msg_id=msg_id,
                msg_data_id=msg_data_id,
                duplicate=duplicate,
                content="unknown" if is_unknown else None,
            )
            if is_unknown:
                tell_unknown_content(context, campaign)
            context.ledger.record(accepted, campaign)
        case Rejected(errcode=errcode, rid=rid, token_dead=dead, retryable=retryable):
            rejected = SendRejected(
                attempt=attempt, errcode=errcode, rid=rid, token_dead=dead, retryable=retryable
            )
            context.ledger.record(rejected, campaign)
            forget_lost(context, campaign, verdict)
        case InDoubt():
            doubt = SendInDoubt(attempt=attempt, asked_at=asked_at, **asdict(verdict))
            context.ledger.record(doubt, campaign)
        case _:
            assert_never(verdict)
    outcome.answer = None  # It is on record.
    return verdict


REDONE_MAX = 5


def retry_if_stale(run: Callable[[bool], Outcome], overtaken: Callable[[], None]) -> Outcome:
    """Run, and run again while another runner came first; return all of it as one outcome.

    `run` reads the ledger and plans. Its argument is True where a run had begun before. `overtaken` tells people.
    """
    outcome = run(False)
    for _ in range(REDONE_MAX):
        if not outcome.overtaken:
            break
        overtaken()
        outcome = outcome.taken_up_by(run(True))
    return outcome


def answered(run: Callable[[bool], Outcome], answers: Answers | None) -> Outcome:
    """Run, ask what the run has to know, and run again with the answer; return all of it as one outcome.

    `run` plans and carries out, alone on the ledger; its argument is True after an answer. Nothing is held while a
    person thinks: others may send, and files may change, so what was judged before the question is judged again.
    """
    outcome = run(False)
    while answers is not None and outcome.question is not None and not outcome.interrupted:
        try:
            answers.put(outcome.question)
        except KeyboardInterrupt:
            outcome.interrupted = True
            break
        if outcome.ends_with(answers):
            break
        try:
            outcome = outcome.taken_up_by(run(True))
        except LedgerError as error:
            outcome.stop(error)
            break
    return outcome
