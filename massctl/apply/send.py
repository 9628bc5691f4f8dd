"""What surrounds an attempt: pace, consent, the guards before it, the wait before a repetition, the follow-up."""

from datetime import datetime
from math import ceil
from typing import Final

from massctl.apply.context import ApplyContext
from massctl.apply.drafts import reread_refusal
from massctl.apply.jobs import job_status
from massctl.apply.outcome import CampaignOutcome, failure_of
from massctl.apply.payloads import send_intent
from massctl.apply.ports import SendQuestion
from massctl.apply.stage import refusal_of, seen_by
from massctl.errors import InvariantError, WeChatError
from massctl.model.entries import Expired
from massctl.model.ids import MsgId
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.send import Rejected, SendIntent
from massctl.model.state import DAY_USED_UP
from massctl.plan.guards import (
    Case,
    handoff_of,
    late_refusals,
    rejected_batch,
    send_refusals,
    skew_refusal,
    with_reconcile_hint,
)
from massctl.plan.job_failure import how_to_resend
from massctl.plan.plan import preview_missing
from massctl.plan.quota import SENDS_A_MINUTE, calls_refused, look_ahead, next_send_at
from massctl.plan.retry_policy import NoRepeat, may_repeat, settle
from massctl.plan.send_block import SendBlock, send_block, spans_of, warnings_of
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import again_after, next_month, tomorrow, window_state

NO_SEND_LEFT: Final = 45028
"""No mass-send allowance is left. Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def wait_to_send(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Wait until a campaign may be asked for; False where it may not be in this run.

    An open attempt waits until WeChat takes a repetition, and is judged by the files as they are then. Everything
    waits for the account's pace.
    """
    record = context.record_of(campaign)
    if not record.is_in_doubt:
        return _keep_pace(context, outcome, campaign)
    if not context.ports.wait_in_doubt:
        return False
    decision = may_repeat(record, campaign.digest, context.rules.policy, context.ports.clock.now())
    if isinstance(decision, NoRepeat):
        return False
    _wait_until(context, decision.at, Phrase("{name}: no clear answer; repeating in {seconds} s"), name=campaign.name)
    if context.ports.digest is not None and context.ports.digest(campaign.name) != campaign.digest:
        say = Phrase("nobody knows whether it was sent, and its files were edited since the attempt")
        outcome.refuse(Refusal(Guard.ACCOUNT_IN_DOUBT, say, settle(campaign.name)))
        return False
    return _keep_pace(context, outcome, campaign)


def ready(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> SendIntent | None:
    """Judge every guard in the moment before an attempt; None, and noted, where any refuses."""
    # Each is asked only where the one before allows the send, so that one fault is told once.
    for refusal in _refusals_by_rule(context, campaign) or _refusals_of_this_moment(context, campaign):
        outcome.refuse(refusal)
    intent = _intent(context, outcome, campaign, batch) if not outcome.stopped else None
    if intent is not None:
        try:
            if (edited := reread_refusal(context, campaign, intent)) is not None:
                outcome.refuse(edited)
        except WeChatError as error:
            context.fail(outcome, error)
    if not outcome.stopped:
        # What was read may have taken minutes: the window may be over by now, and the kill switch thrown.
        for refusal in _refusals_by_rule(context, campaign):
            outcome.refuse(refusal)
    return None if outcome.stopped else intent


def consented(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Ask the operator, unless consent was given before or a guard refuses anyway."""
    if context.ports.consent is None:
        return True
    record = context.record_of(campaign)
    if not context.ports.wait_in_doubt and record.is_in_doubt:
        return False  # It would not be repeated, so there is nothing to ask.
    if ready(context, outcome, campaign, next(context.due_batches(campaign), None)) is None:
        return False
    question = SendQuestion(
        campaign=campaign.name,
        title=campaign.title,
        block=_block(context, outcome, campaign),
        digest=campaign.digest,
        headlines=campaign.headlines,
        recipients_previewed=seen_by(campaign, record),
        done_by_hand=tuple(each.words for each in handoff_of(campaign, record)),
    )
    outcome.declined = not context.ports.consent(question)
    return not outcome.declined


def renewed(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Fetch a new token for one more attempt; False, and noted, where none can be had."""
    try:
        context.ports.wechat(campaign.account).renew_token()
    except WeChatError as error:
        context.fail(outcome, error)
        return False
    return True


def record_stop(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, verdict: Rejected) -> None:
    """Note why nothing more is attempted: what WeChat answered, or that it is too late where nobody asked it."""
    if outcome.stopped:
        return  # The last look has said why.
    case = Case(campaign, context.state, context.rules, context.ports.clock.now())
    late = late_refusals(case) if verdict.errcode is None else []
    for refusal in late:
        outcome.refuse(with_reconcile_hint(refusal, campaign.name) if case.record.is_in_doubt else refusal)
    if not late:
        context.fail(outcome, rejection_error(context, campaign, verdict))


def rejection_error(context: ApplyContext, campaign: RenderedCampaign, rejected: Rejected) -> WeChatError:
    """Explain when a refused send can go out, and how to record a send on the website that used its allowance."""
    stopped = rejected_batch(context.record_of(campaign))
    hint = stopped.hint if stopped is not None else _possible_again(context, campaign, rejected)
    if rejected.errcode == NO_SEND_LEFT and not campaign.over_limit_allowed:  # That one counted on no place.
        more = Phrase(
            "The ledger has fewer sends, so somebody may have sent on the "
            "website: look under 群发记录 when that was, and record it: {command}",
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
    """Tell that WeChat knew an id (45065) though no attempt was open: nobody knows which content went out."""
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
            Phrase(say, name=campaign.name, why=error.summary, command=Command("status", campaign.name))
        )
        return
    context.ledger.note(job_status(report), campaign)  # Where it is lost, it is asked for again.
    if report.status == "failed":
        failed = Phrase("WeChat accepted the job and then failed it")
        told = Phrase("{reason}; the allowance counts as used", reason=failed)
        context.fail(outcome, WeChatError(told, hint=how_to_resend(context.record_of(campaign), context.state) or ""))


def record_expired(context: ApplyContext) -> None:
    """Record each window that this run is the first to find closed, in its plan or in the moment of the send."""
    for outcome in context.outcomes:
        campaign = outcome.planned.rendered
        if campaign is None or campaign.window is None or not any(r.guard is Guard.EXPIRED for r in outcome.refusals):
            continue
        if campaign.window.not_after not in context.record_of(campaign).expired_at:
            context.ledger.record(Expired(not_after=campaign.window.not_after), campaign)


def _keep_pace(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Wait until the account may ask for one more mass send; False, and noted, where the window ends before that."""
    at = next_send_at(context.state, campaign.appid, context.ports.clock.now())
    if campaign.window is not None and at > campaign.window.not_after >= context.ports.clock.now():
        say = Phrase("its account may make {count} sends a minute, and its window ends first", count=SENDS_A_MINUTE)
        outcome.refuse(Refusal(Guard.ALLOWANCE, say, again_after(campaign, context.rules.policy, at)))
        return False
    say = Phrase("{name}: at most {count} sends a minute; continuing in {seconds} s")
    _wait_until(context, at, say, name=campaign.name, count=SENDS_A_MINUTE)
    return True


def _wait_until(context: ApplyContext, at: datetime, say: Phrase, **values: object) -> None:
    clock = context.ports.clock
    while (left := (at - clock.now()).total_seconds()) > 0:
        context.ports.progress.waiting(Phrase(say, seconds=ceil(left), **values))
        clock.sleep(min(1.0, left))


def _refusals_by_rule(context: ApplyContext, campaign: RenderedCampaign) -> list[Refusal]:
    """Judge by the rules and the clock of this moment, without a request."""
    context.refresh_rules()
    return send_refusals(Case(campaign, context.state, context.rules, context.ports.clock.now()))


def _refusals_of_this_moment(context: ApplyContext, campaign: RenderedCampaign) -> list[Refusal]:
    """Judge what only this run can know; the first that refuses is enough."""
    skew = context.ports.skew(campaign.account) if context.ports.skew else None
    # Whoever is asked at a terminal can look at a preview of this run; otherwise it has to be of an earlier one.
    before = None if context.ports.attended else context.began
    found = (
        skew_refusal(skew)
        or _calls_used_up(context, campaign)
        or preview_missing(campaign, context.record_of(campaign), context.rules.policy, before=before)
        or refusal_of(context, campaign)
    )
    return [found] if found is not None else []


def _calls_used_up(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Refuse what WeChat would refuse: this run was told that the account's mass calls of the day are used up.

    A later run tries again, because somebody may have had the quota cleared.
    """
    if not any(attempt.serial > context.began for attempt in calls_refused(context.state, campaign.appid)):
        return None
    return Refusal(
        Guard.ALLOWANCE,
        Phrase("the account's mass calls of today are used up (100 a day)"),
        again_after(campaign, context.rules.policy, tomorrow(context.ports.clock.now())),
    )


def _intent(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None
) -> SendIntent | None:
    """Make the send; refuse a repetition of anything but the recorded request."""
    try:
        return send_intent(campaign, context.state, batch, context.ports.openids)
    except InvariantError:
        if not context.record_of(campaign).is_in_doubt:
            raise
        # Its material may have been forgotten since.
        say = Phrase("nobody knows whether it was sent, and the recorded request can no longer be made")
        outcome.refuse(Refusal(Guard.ACCOUNT_IN_DOUBT, say, settle(campaign.name)))
        return None


def _block(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> SendBlock:
    """Collect what a yes confirms, with the current size and allowance."""
    now = context.ports.clock.now()
    ahead = look_ahead(context.rules.agenda, context.state, context.rules.policy, now, {campaign.account})
    return send_block(
        campaign,
        window_state(campaign.window, now),
        account=campaign.account,
        count=context.count_of(campaign),
        allowance=spans_of(ahead, campaign.account, campaign.name),
        warnings=warnings_of(outcome.planned.diagnostics),
        is_counted_now=True,
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
