"""What surrounds an attempt: consent, the last look at every guard, the wait before a repetition, the follow-up."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Final

from massctl.apply.context import Run
from massctl.apply.draft_fingerprint import is_as_saved
from massctl.apply.drafts import changed, judge_earlier
from massctl.apply.outcome import CampaignOutcome, failure_of
from massctl.apply.payloads import has_material, is_of, send_body
from massctl.apply.ports import Openids, SendQuestion
from massctl.apply.stage import refusal_of, seen_by
from massctl.errors import InvariantError, WeChatError
from massctl.model.entries import Expired, JobStatus, SendAccepted, SendAttempted
from massctl.model.ids import MediaId, MsgId
from massctl.model.message import RenderedCampaign, approved_audience
from massctl.model.phrase import Phrase
from massctl.model.send import MassSend, News, Recipients, Rejected, ToAll, ToOpenids, ToTag, Video, client_msg_id
from massctl.model.state import DAY_USED_UP, Attempt, Draft, Record, State
from massctl.plan.guards import beside_a_doubt, handoff_of, late_refusals, send_refusals, skew_refusal, way_on
from massctl.plan.job_failure import how_to_resend
from massctl.plan.plan import preview_missing
from massctl.plan.quota import SENDS_A_MINUTE, calls_refused, look_ahead, next_send_at
from massctl.plan.retry_policy import NoRepeat, may_repeat, settle
from massctl.plan.send_block import SendBlock, send_block, spans_of, warnings_of
from massctl.plan.steps import Guard, Refusal
from massctl.plan.window import again_after, next_month, tomorrow, window_state


def keep_pace(run: Run, campaign: RenderedCampaign) -> None:
    """Wait until the account may ask for one more mass send; returns at once where it may."""
    clock = run.world.clock
    while (left := next_send_at(run.book.state, campaign.appid, clock.now()) - clock.now()) > timedelta(0):
        say = Phrase("{name}: at most {count} sends a minute; going on in", name=campaign.name, count=SENDS_A_MINUTE)
        run.world.progress.waiting(say, ceil(left.total_seconds()))
        clock.sleep(min(1.0, left.total_seconds()))


def calls_used_up(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Refuse what WeChat would refuse: this run was told that the account's mass calls of the day are used up.

    A later run asks again, for somebody may have had the quota cleared.
    """
    if not any(attempt.serial > run.began for attempt in calls_refused(run.book.state, campaign.appid)):
        return None
    return Refusal(
        Guard.ALLOWANCE,
        Phrase("the account's mass calls of today are used up (100 a day)"),
        again_after(campaign, run.house.policy, tomorrow(run.world.clock.now())),
    )


NO_SEND_LEFT: Final = 45028
"""No mass-send allowance is left. Source: WeChat docs, "message/mass/sendall", read 2026-10."""


def rejection_error(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> WeChatError:
    """Give what a refused send ends with: from when on it can go out, and the command that records a website's send."""
    hint = way_on(run.record_of(campaign)) or _counted_anew(run, campaign, rejected)
    if rejected.errcode == NO_SEND_LEFT:
        hint = Phrase("{advice} {more}", advice=hint, more=_recording(campaign))
    return WeChatError(rejected.message, hint=hint, errcode=rejected.errcode, rid=rejected.rid)


def _counted_anew(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> str:
    """Say when this campaign can go out, where something is used up; its window may be over by then, or it has none."""
    now, policy = run.world.clock.now(), run.house.policy
    if rejected.errcode == DAY_USED_UP:
        say = "The mass calls of the account are counted anew at midnight, Beijing time: {again}."
        return Phrase(say, again=again_after(campaign, policy, tomorrow(now)))
    agenda = run.house.agenda
    if rejected.errcode != NO_SEND_LEFT or agenda is None or campaign.appid not in agenda.accounts:
        return rejected.hint
    _, kind = agenda.accounts[campaign.appid]
    at = tomorrow(now) if kind == "subscription" else next_month(now)
    say = "{advice} Once it is counted anew: {again}."
    return Phrase(say, advice=rejected.hint, again=again_after(campaign, policy, at))


def _recording(campaign: RenderedCampaign) -> Phrase:
    return Phrase(
        "The ledger knows of fewer sends, so somebody may have sent on the website: look under 群发记录 when that was, "
        "and record it: massctl state import --website-send AT --account {account}",
        account=campaign.account,
    )


def mass_send(
    campaign: RenderedCampaign, state: State, batch: int | None = None, openids: Openids | None = None
) -> MassSend:
    """Give the request of a campaign, or of a batch of it: it follows from what was rendered and what is recorded.

    While an attempt is open its draft or video is repeated, whatever else is recorded since. `openids` gives those of
    the batch, where the audience is a list.
    """
    record = state.record(campaign.name, campaign.edition)
    body = send_body(campaign, state, batch, record.open_attempts[-1] if record.open_attempts else None)
    return MassSend(
        recipients=_recipients(campaign, record, batch, openids),
        body=body,
        client_msg_id=client_msg_id(campaign.appid, campaign.name, campaign.edition, batch or 1),
        send_ignore_reprint=campaign.send_ignore_reprint if isinstance(body, News) else None,
    )


def _recipients(campaign: RenderedCampaign, record: Record, batch: int | None, openids: Openids | None) -> Recipients:
    """Give whom a send goes to: never everybody for want of something better."""
    audience, resolved = campaign.audience, record.resolved_for(campaign.digest)
    if audience.is_to_all:
        return ToAll()
    if audience.tag_id is not None:
        return ToTag(audience.tag_id)
    if audience.tag is not None and resolved is not None:
        return ToTag(resolved.tag_id)
    if campaign.openid_list is not None and batch is not None and openids is not None:
        return ToOpenids(openids.batch(campaign.openid_list.sha256, batch))
    raise InvariantError(Phrase("nobody knows whom {name} goes to", name=campaign.name))


def attempted(run: Run, campaign: RenderedCampaign, send: MassSend, batch: int | None) -> SendAttempted:
    """Make the entry that has to be durable before the request leaves."""
    count = run.size_of(campaign)
    insisted = run.world.insisted if run.record_of(campaign).open_attempts else None
    return SendAttempted(
        appid=campaign.appid,
        batch=batch or 1,
        digest=campaign.digest,
        message_digest=campaign.message_digest,
        client_msg_id=send.client_msg_id,
        fingerprint=send.fingerprint,
        audience=approved_audience(campaign),
        audience_count=count if isinstance(count, int) else None,
        media_id=send.body.media_id if isinstance(send.body, News | Video) else None,
        source_sha256=campaign.source_sha256,
        batches=campaign.batches,
        recipients=len(send.recipients.openids) if isinstance(send.recipients, ToOpenids) else None,
        recipients_sha256="sha256:" + send.recipients.sha256 if isinstance(send.recipients, ToOpenids) else None,
        reason=insisted.reason if insisted else None,
        by=insisted.by if insisted else None,
    )


def refuses(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None) -> bool:
    """Judge every guard once more in the moment before an attempt; True, and noted, when any refuses."""
    found: Sequence[Refusal | None] = _refusals_by_rule(run, campaign)
    # Each is asked only where the one before allows the send, so that one fault is told once.
    for refusal in found or [_refusal_of_this_moment(run, campaign, batch)]:
        if refusal is not None:
            outcome.refuse(refusal)
    if not outcome.stopped:
        _read_again(run, outcome, campaign, batch)
    if not outcome.stopped:
        # What was read may have taken minutes: the window may be over by now, and the kill switch thrown.
        for refusal in _refusals_by_rule(run, campaign):
            outcome.refuse(refusal)
    return outcome.stopped


def _refusals_by_rule(run: Run, campaign: RenderedCampaign) -> list[Refusal]:
    """Judge by the rules and the clock of this moment, without a request."""
    run.house = run.world.house() if run.world.house else run.house
    return send_refusals(campaign, run.book.state, run.house, run.world.clock.now())


def consented(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Ask the operator, unless consent was given or a guard refuses anyway."""
    if run.world.consent is None:
        return True
    if not run.world.wait_in_doubt and run.book.state.record(campaign.name, campaign.edition).open_attempts:
        return False  # It would not be repeated, so there is nothing to ask.
    if refuses(run, outcome, campaign, next(run.due_batches(campaign), None)):
        return False
    record = run.record_of(campaign)
    question = SendQuestion(
        campaign=campaign.name,
        title=campaign.title,
        block=_block(run, outcome, campaign),
        digest=campaign.digest,
        headlines=campaign.headlines,
        recipients_previewed=seen_by(campaign, record),
        done_by_hand=tuple(each.words for each in handoff_of(campaign, record)),
    )
    outcome.declined = not run.world.consent(question)
    return not outcome.declined


def _block(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> SendBlock:
    """Put together what a yes stands for, with the size and the allowance of this moment."""
    count, now, agenda = run.size_of(campaign), run.world.clock.now(), run.house.agenda
    ahead = look_ahead(agenda, run.book.state, run.house.policy, now, {campaign.account}) if agenda is not None else ()
    return send_block(
        campaign,
        window_state(campaign.window, now),
        account=campaign.account,
        count=count if isinstance(count, int) else None,
        allowance=spans_of(ahead, campaign.account, campaign.name),
        warnings=warnings_of(outcome.planned.diagnostics),
        is_counted_now=True,
    )


def wait_to_repeat(run: Run, campaign: RenderedCampaign) -> bool:
    """Wait until an open attempt may be repeated; False when it may not, or the operator does not want to wait.

    Where no attempt is open, it waits for nothing but the account's pace.
    """
    record = run.book.state.record(campaign.name, campaign.edition)
    if not record.open_attempts:
        keep_pace(run, campaign)
        return True
    if not run.world.wait_in_doubt:
        return False
    clock = run.world.clock
    decision = may_repeat(record.open_attempts, campaign.digest, run.house.policy, clock.now())
    if isinstance(decision, NoRepeat):
        return False
    while (left := decision.at - clock.now()) > timedelta(0):
        seconds = left.total_seconds()
        say = Phrase("{name}: no clear answer; repeating in", name=campaign.name)
        run.world.progress.waiting(say, ceil(seconds))
        clock.sleep(min(1.0, seconds))
    keep_pace(run, campaign)
    return True


def renewed(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    """Fetch a new token for one more attempt; False, and noted, when none can be had."""
    try:
        run.world.wechat(campaign.account).renew_token()
    except WeChatError as error:
        run.fail(outcome, error)
        return False
    return True


def give_up(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, verdict: Rejected) -> None:
    """Note why nothing more is attempted: what WeChat answered, or, where nobody asked it, that it is too late."""
    if outcome.stopped:
        return  # The last look has said why.
    late = late_refusals(campaign, run.house, run.world.clock.now()) if verdict.errcode is None else []
    opened = run.record_of(campaign).open_attempts
    for refusal in late:
        outcome.refuse(beside_a_doubt(refusal, campaign.name) if opened else refusal)
    if not late:
        run.fail(outcome, rejection_error(run, campaign, verdict))


def never_left(error: WeChatError) -> Rejected:
    """Judge an attempt whose request was never made, without a token or too late: nothing happened for it."""
    return Rejected(error.errcode, error.rid, failure_of(error).message, error.hint, retryable=True)


def with_unknown_content(run: Run, campaign: RenderedCampaign, accepted: SendAccepted) -> SendAccepted:
    """Mark an acceptance of an id that WeChat knew (45065) though no attempt was open: its content is not known."""
    say = (
        "{name}: WeChat knew its clientmsgid already, and no attempt with it is open here; which content went out "
        "is not known: look in the console under 群发记录"
    )
    run.world.progress.say(Phrase(say, name=campaign.name))
    return replace(accepted, content="unknown")


def follow_up(run: Run, campaign: RenderedCampaign, outcome: CampaignOutcome) -> None:
    """Ask for the job's state once; an answer that does not come changes nothing."""
    job = run.book.state.record(campaign.name, campaign.edition).jobs[-1]
    if job.msg_id is None:
        return
    try:
        report = run.world.wechat(campaign.account).job_report(MsgId(job.msg_id))
    except WeChatError as error:
        say = "{name} was accepted; its state could not be read yet ({why}): massctl status {name}"
        run.world.progress.say(Phrase(say, name=campaign.name, why=error.summary))
        return
    status = JobStatus(msg_id=job.msg_id, status=report.status)
    run.book.note(status, campaign)  # Where it is lost, it is asked for again.
    if report.status == "failed":
        failed = Phrase("WeChat accepted the job and then failed it")
        told = Phrase("{reason}; the allowance counts as used", reason=failed)
        run.fail(outcome, WeChatError(told, hint=how_to_resend(run.record_of(campaign)) or ""))


def record_expired(run: Run) -> None:
    """Record each window that this run is the first to find closed, in its plan or in the moment of the send."""
    for outcome in run.outcomes:
        campaign = outcome.planned.rendered
        if campaign is None or campaign.window is None or not any(r.guard is Guard.EXPIRED for r in outcome.refusals):
            continue
        if campaign.window.not_after not in run.book.state.record(campaign.name, campaign.edition).expired_at:
            run.book.record(Expired(not_after=campaign.window.not_after), campaign)


def _refusal_of_this_moment(run: Run, campaign: RenderedCampaign, batch: int | None) -> Refusal | None:
    """Judge what only this run can know; the first that refuses is enough."""
    skew = run.world.skew(campaign.account) if run.world.skew else None
    spent = skew_refusal(skew) or calls_used_up(run, campaign)
    return spent or _unseen(run, campaign) or refusal_of(run, campaign) or _identical(run, campaign, batch)


def _unseen(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Judge whether somebody could look at this version: in an earlier run, or now that a person is asked."""
    record = run.book.state.record(campaign.name, campaign.edition)
    before = None if run.world.attended else run.began
    return preview_missing(campaign, record, run.house.policy, before=before)


def _identical(run: Run, campaign: RenderedCampaign, batch: int | None) -> Refusal | None:
    """Refuse to repeat anything but the recorded request."""
    opened = run.book.state.record(campaign.name, campaign.edition).open_attempts
    if not opened:
        return None
    state, last = run.book.state, opened[-1].event
    may_be = is_of(campaign, last, batch or 1) and has_material(campaign, state)
    if may_be and mass_send(campaign, state, batch, run.world.openids).fingerprint == last.fingerprint:
        return None
    say = Phrase("nobody knows whether it was sent, and the recorded request can no longer be made")
    hint = settle(campaign.name)
    return Refusal(Guard.ACCOUNT_IN_DOUBT, say, hint)


def _read_again(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, batch: int | None) -> None:
    """Read the draft again: somebody may have changed, sent or deleted it, also while the prompt stood open."""
    opened = run.book.state.record(campaign.name, campaign.edition).open_attempts
    draft = attempted_draft(run, campaign, opened[-1]) if opened else run.draft_of(campaign, batch)
    if draft is None:
        return
    try:
        read = run.world.wechat(campaign.account).get_draft(MediaId(draft.event.media_id))
    except WeChatError as error:
        run.fail(outcome, error)
        return
    if not opened:
        judge_earlier(run, outcome, campaign, draft, read)
    elif read is not None and not is_as_saved(draft, read):
        # One that is gone may be consumed, which says nothing against the repetition.
        outcome.refuse(changed(run.book.state, campaign, draft, read, settle(campaign.name)))


def attempted_draft(run: Run, campaign: RenderedCampaign, attempt: Attempt) -> Draft | None:
    """Give the draft that an attempt carried; None where it carried words."""
    drafts = run.book.state.record(campaign.name, campaign.edition).drafts
    return next((draft for draft in drafts if draft.event.media_id == attempt.event.media_id), None)
