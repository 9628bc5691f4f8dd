"""What surrounds an attempt: pace, consent, the guards before it, the wait before a repetition, the follow-up."""

from contextlib import suppress
from datetime import datetime
from math import ceil

from massctl.apply.audience_cut import apply_cut
from massctl.apply.consent import Agreement, SendQuestion, agreement
from massctl.apply.context import ApplyContext
from massctl.apply.drafts import reread_refusal
from massctl.apply.jobs import job_status
from massctl.apply.ledger_behind import behind_refusal
from massctl.apply.outcome import CampaignOutcome, failure_of
from massctl.apply.payloads import carried_draft, send_intent
from massctl.apply.stage import refusal_of, seen_by
from massctl.errors import InvariantError, SnapshotError, WeChatError
from massctl.model.batches import BATCH_MIN
from massctl.model.entries import BatchClosed, Expired
from massctl.model.ids import MsgId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.send import Rejected, SendIntent
from massctl.model.state import DAY_USED_UP, UNSETTLED
from massctl.plan.guards import Moment, handoff_of, rejected_batch, send_refusals
from massctl.plan.job_failure import how_to_resend
from massctl.plan.quota import (
    SENDS_A_MINUTE,
    batches_left,
    look_ahead,
    next_send_at,
    sent_list,
)
from massctl.plan.retry_policy import NoRepeat, may_repeat, settle
from massctl.plan.send_facts import SendFacts, send_facts, spans_of, warnings_of
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import again_after, next_month, tomorrow, window_state

NO_SEND_LEFT = 45028
"""No mass-send allowance is left. Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def wait_to_send(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign
) -> bool:
    """Wait until a campaign may be asked for; False where it may not be in this run.

    An open attempt waits until WeChat takes a repetition. Everything waits for the account's pace. `ready` judges what
    may have changed meanwhile.
    """
    record = context.record_of(campaign)
    if not record.is_in_doubt:
        return _keep_pace(context, outcome, campaign)
    if not context.ports.wait_in_doubt:
        return False
    decision = may_repeat(record, campaign.digest, context.rules.policy, context.ports.clock.now())
    if isinstance(decision, NoRepeat):
        return False
    _wait_until(
        context,
        decision.at,
        Phrase("{name}: no clear answer; repeating in {seconds} s"),
        name=campaign.name,
    )
    return _keep_pace(context, outcome, campaign)


def ready(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> SendIntent | None:
    """Judge every guard in the moment before an attempt; None, and noted, where any refuses.

    Each reading comes only where nothing refuses before it, so that one fault is told once.
    """
    context.refresh_rules()
    refusals = _refusals_now(context, campaign)
    if not refusals and (unread := apply_cut(context, campaign)) is not None:
        refusals = [unread]
    if not refusals and (audience := refusal_of(context, campaign)) is not None:
        refusals = _refusals_now(context, campaign, audience=audience)
    if not refusals and _closes(context, outcome, campaign, batch):
        return None
    intent = _intent(context, outcome, campaign, batch) if not refusals else None
    if intent is not None:
        try:
            draft = reread_refusal(context, campaign, intent)
            behind = _behind(context, campaign, intent) if draft is None else None
            # What was read may have taken minutes: the window may be over by now, and the kill switch thrown.
            context.refresh_rules()
            refusals = _refusals_now(context, campaign, draft=draft, behind=behind)
        except WeChatError as error:
            context.fail(outcome, error)
    for refusal in refusals:
        outcome.refuse(refusal)
    return None if outcome.stopped else intent


def _closes(
    context: ApplyContext,
    outcome: CampaignOutcome,
    campaign: RenderedCampaign,
    batch: int | None,
) -> bool:
    """Close a batch of which too few people are left; True also where it is no batch any more."""
    record, openids = context.record_of(campaign), context.ports.openids
    listed = sent_list(campaign, record)
    if listed is None or listed.audience is None or openids is None or batch is None:
        return False
    if batch not in batches_left(campaign, record):
        return True
    if record.phase(batch) in UNSETTLED:
        return False
    try:
        remaining = len(openids.batch(listed, batch, context.state))
    except SnapshotError as error:
        outcome.refuse(Refusal(Guard.AUDIENCE_UNREAD, error.summary, error.hint))
        return True
    if remaining >= BATCH_MIN:
        return False
    context.ledger.record(BatchClosed(batch=batch, remaining=remaining), campaign)
    return True


def _behind(
    context: ApplyContext, campaign: RenderedCampaign, intent: SendIntent
) -> Refusal | None:
    """Compare the ledger with what WeChat knows; where that cannot be read, the last look tries again."""
    with suppress(WeChatError):
        return behind_refusal(context, campaign, intent)
    return None


def _refusals_now(
    context: ApplyContext, campaign: RenderedCampaign, **read: Refusal | None
) -> list[Refusal]:
    """Compare the files, and ask every guard; `read` are fields of `Reading`."""
    case = context.case(campaign, changed=context.changed_file(campaign), **read)
    return send_refusals(case, Moment.ATTEMPT)


def agreed(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> bool:
    """Return whether the operator agreed to a send. If nobody was asked yet, note the question and stop here.

    A send that a guard refuses is not asked about.
    """
    answers, record = context.ports.answers, context.record_of(campaign)
    if answers is None:
        return True
    send = _agreement(context, campaign, batch)
    if answers.is_used(send):
        return False
    if not context.ports.wait_in_doubt and record.is_in_doubt:
        return False  # It would not be repeated, so there is nothing to ask.
    answer = answers.answer(send)
    if answer is None and ready(context, outcome, campaign, batch) is not None:
        outcome.question = _question(context, outcome, campaign)
    outcome.declined = answer is False
    return answer is True


def _agreement(context: ApplyContext, campaign: RenderedCampaign, batch: int | None) -> Agreement:
    record = context.record_of(campaign)
    repeats = record.open_attempts[-1].event.media_id if record.open_attempts else None
    draft = carried_draft(record, batch or 1, repeats) if campaign.message.has_draft else None
    return agreement(campaign, batch, draft)


def _question(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign
) -> SendQuestion:
    record = context.record_of(campaign)
    return SendQuestion(
        sends=tuple(_agreement(context, campaign, each) for each in batches_left(campaign, record)),
        campaign=campaign.name,
        title=campaign.title,
        block=_block(context, outcome, campaign),
        digest=campaign.digest,
        headlines=campaign.headlines,
        destinations=outcome.planned.destinations,
        is_unscanned=campaign.is_unscanned,
        recipients_previewed=seen_by(campaign, record),
        done_by_hand=tuple(each.words for each in handoff_of(campaign, record)),
    )


def renewed(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Fetch a new token for one more attempt; False, and noted, where none can be had."""
    try:
        context.ports.wechat(campaign.account).renew_token()
    except WeChatError as error:
        context.fail(outcome, error)
        return False
    return True


def record_stop(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, verdict: Rejected
) -> None:
    """Record why nothing more is attempted: WeChat's answer, or that it was too late to ask."""
    if outcome.stopped:
        return  # The last look has said why.
    case = context.case(campaign)
    late = send_refusals(case, Moment.LAST_LOOK) if verdict.errcode is None else []
    for refusal in late:
        outcome.refuse(refusal)
    if not late:
        context.fail(outcome, rejection_error(context, campaign, verdict))


def rejection_error(
    context: ApplyContext, campaign: RenderedCampaign, rejected: Rejected
) -> WeChatError:
    """Explain when a refused send can go out, and how to record a send in the console that used its allowance."""
    stopped = rejected_batch(context.record_of(campaign))
    hint = stopped.hint if stopped is not None else _possible_again(context, campaign, rejected)
    if (
        rejected.errcode == NO_SEND_LEFT and not campaign.over_limit_allowed
    ):  # That one counted on no place.
        more = Phrase(
            "The ledger has fewer sends, so somebody may have sent in the "
            "console: look under 群发记录 when that was, and record it: {command}",
            command=Command("state import", "--website-send AT --account", campaign.account),
        )
        hint = Phrase("{advice} {more}", advice=hint, more=more)
    return WeChatError(rejected.message, hint=hint, errcode=rejected.errcode, rid=rejected.rid)


def never_left(error: WeChatError) -> Rejected:
    """Judge an attempt whose request was never made, without a token or too late: nothing happened for it.

    WeChat's code for another call is not an answer to this send, so it appears only in the message.
    """
    return Rejected(None, None, failure_of(error).message, error.hint, retryable=True)


def tell_unknown_content(context: ApplyContext, campaign: RenderedCampaign) -> None:
    """Report that WeChat knew a clientmsgid (45065) although no attempt was open: what went out is unknown."""
    say = Phrase(
        "{name}: WeChat already knew its clientmsgid, but no attempt with it is"
        " open here; it is not known which content was sent: look in the "
        "console under 群发记录"
    )
    context.ports.progress.say(Phrase(say, name=campaign.name))


def follow_up(context: ApplyContext, campaign: RenderedCampaign, outcome: CampaignOutcome) -> None:
    """Ask for the job's state once; an answer that does not come changes nothing."""
    job = context.record_of(campaign).jobs[-1]
    if job.msg_id is None:
        return
    try:
        report = context.ports.wechat(campaign.account).job_report(MsgId(job.msg_id))
    except WeChatError as error:
        say = Phrase("{name} was accepted, but its state could not be read yet ({why}): {command}")
        context.ports.progress.say(
            Phrase(
                say, name=campaign.name, why=error.summary, command=Command("status", campaign.name)
            )
        )
        return
    context.ledger.note(job_status(report), campaign)  # Where it is lost, it is asked for again.
    if report.status == "failed":
        failed = Phrase("WeChat accepted the job and then failed it")
        told = Phrase("{reason}; the allowance counts as used", reason=failed)
        context.fail(
            outcome,
            WeChatError(told, hint=how_to_resend(context.record_of(campaign), context.state) or ""),
        )


def record_expired(context: ApplyContext) -> None:
    """Record each window that this run is the first to find closed, in its plan or in the moment of the send."""
    for outcome in context.outcomes:
        campaign = outcome.planned.rendered
        if (
            campaign is None
            or campaign.window is None
            or not any(r.guard is Guard.EXPIRED for r in outcome.refusals)
        ):
            continue
        if campaign.window.not_after not in context.record_of(campaign).expired_at:
            context.ledger.record(Expired(not_after=campaign.window.not_after), campaign)


def _keep_pace(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Wait until the account may ask for one more mass send; False, and noted, where the window ends before that."""
    at = next_send_at(context.state, campaign.appid, context.ports.clock.now())
    if campaign.window is not None and at > campaign.window.not_after >= context.ports.clock.now():
        say = Phrase(
            "its account may make {count} sends a minute, and its window ends first",
            count=SENDS_A_MINUTE,
        )
        outcome.refuse(
            Refusal(Guard.ALLOWANCE, say, again_after(campaign, context.rules.policy, at))
        )
        return False
    say = Phrase("{name}: at most {count} sends a minute; continuing in {seconds} s")
    _wait_until(context, at, say, name=campaign.name, count=SENDS_A_MINUTE)
    return True


def _wait_until(context: ApplyContext, at: datetime, say: Phrase, **values: object) -> None:
    clock = context.ports.clock
    while (left := (at - clock.now()).total_seconds()) > 0:
        context.ports.progress.waiting(Phrase(say, seconds=ceil(left), **values))
        clock.sleep(min(1.0, left))


def _intent(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> SendIntent | None:
    """Make the send; refuse a repetition of anything but the recorded request."""
    try:
        return send_intent(campaign, context.state, batch, context.ports.openids)
    except SnapshotError as error:
        outcome.refuse(Refusal(Guard.AUDIENCE_UNREAD, error.summary, error.hint))
        return None
    except InvariantError:
        if not context.record_of(campaign).is_in_doubt:
            raise
        # Its material may have been forgotten since.
        say = Phrase(
            "nobody knows whether it was sent, and the recorded request can no longer be made"
        )
        outcome.refuse(Refusal(Guard.ACCOUNT_IN_DOUBT, say, settle(campaign.name)))
        return None


def _block(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign
) -> SendFacts:
    """Collect what a yes confirms, with the current size and allowance."""
    now = context.ports.clock.now()
    ahead = look_ahead(
        context.rules.agenda, context.state, context.rules.policy, now, {campaign.account}
    )
    return send_facts(
        campaign,
        window_state(campaign.window, now),
        account=campaign.account,
        count=context.count_of(campaign),
        allowance=spans_of(ahead, campaign.account, campaign.name),
        warnings=warnings_of(outcome.planned.diagnostics),
        is_counted_now=True,
        people=judge.facts if (judge := context.case(campaign).people) is not None else None,
    )


def _possible_again(context: ApplyContext, campaign: RenderedCampaign, rejected: Rejected) -> str:
    """Explain when this campaign can go out, where something is used up; its window may be over by then."""
    now, policy, agenda = context.ports.clock.now(), context.rules.policy, context.rules.agenda
    if rejected.errcode == DAY_USED_UP:
        say = Phrase("The count of mass calls starts again at midnight, Beijing time: {again}.")
        return Phrase(say, again=again_after(campaign, policy, tomorrow(now)))
    if rejected.errcode != NO_SEND_LEFT:
        return rejected.hint
    _, kind = agenda.accounts[campaign.appid]
    at = tomorrow(now) if kind == "subscription" else next_month(now)
    say = Phrase("{advice} After the count starts again: {again}.")
    return Phrase(say, advice=rejected.hint, again=again_after(campaign, policy, at))
