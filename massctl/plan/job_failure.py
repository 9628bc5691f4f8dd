"""Why WeChat failed a mass job that it had accepted, and what to do about it. Pure."""

import re
from collections.abc import Sequence

from massctl.model.phrase import Command, Phrase
from massctl.model.state import Record, State, Status, status_of
from massctl.plan.guards import for_sure, is_divided, rest_of
from massctl.plan.reach import BatchReach, Reach, reach
from massctl.plan.retry_policy import settle

REASONS = {
    10001: Phrase("advertising"),
    20001: Phrase("political content"),
    20002: Phrase("pornographic content"),
    20004: Phrase("against public order"),
    20006: Phrase("illegal or criminal content"),
    20008: Phrase("fraud"),
    20013: Phrase("a violation of copyright"),
    20431: Phrase("a reason that WeChat does not document"),
    21000: Phrase("other violations"),
    22000: Phrase("accounts that promote each other"),
    30001: Phrase("the originality check failed, and the send was set to stop then"),
    30002: Phrase("the originality check forbids it"),
    30003: Phrase("judged a reprint, and the send was set to stop then (send_ignore_reprint)"),
    40001: Phrase("the administrator refused it"),
    40002: Phrase("the administrator did not answer within 30 minutes"),
}
"""The n of err(n). Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10; 20431 by a forum report of 2024."""
_ERR = re.compile(r"err\((\d{1,9})\)", re.ASCII)


def reason_words(reason: str) -> Phrase:
    """Return why a job failed, with WeChat's own term."""
    err = _ERR.fullmatch(reason)
    if err is None:
        return Phrase("WeChat failed it without a reason ({word})", word=reason)
    meaning = REASONS.get(int(err[1]))
    if meaning is None:
        return Phrase(
            "WeChat failed it for a reason that massctl does not know ({word})", word=reason
        )
    return Phrase("WeChat failed it: {meaning} ({word})", meaning=meaning, word=reason)


def reason_of(record: Record) -> str | None:
    """Return WeChat's word for the failure of a record's last job that has one."""
    return next(
        (job.counts.reason for job in reversed(record.jobs) if job.counts and job.counts.reason),
        None,
    )


def failure_words(record: Record) -> Phrase:
    """Return why the job of an edition failed, as far as WeChat tells."""
    reason = reason_of(record)
    return (
        Phrase("WeChat accepted the job and then failed it")
        if reason is None
        else reason_words(reason)
    )


def ends_words(record: Record) -> Phrase:
    """Describe the two ends that WeChat told of a job: how many have it by one, and the reason of the other."""
    job = next(job for job in record.jobs if job.is_contradicted)
    sent = job.ends.get("sent")
    failed = job.ends.get("failed")
    counted = next(
        (each.sent_count for each in (sent, failed) if each is not None and each.sent_count), None
    )
    delivered = Phrase("it was sent")
    if counted is not None:
        delivered = Phrase("it was delivered to {count:,} followers", count=counted)
    why = failed.reason if failed is not None and failed.reason else "send fail"
    say = Phrase(
        "WeChat told two ends of it: {sent}; and {failed}. Nobody knows whether followers have it"
    )
    return Phrase(say, sent=delivered, failed=reason_words(why))


def what_now(record: Record, state: State) -> Phrase | None:
    """Return the advice for an edition whose job did not end well; None if there is nothing to do."""
    if status_of(record) is Status.CONTRADICTED:
        return settle(record.campaign)
    return how_to_resend(record, state)


def how_to_resend(record: Record, state: State) -> Phrase | None:
    """Return the advice how to send an edition again after its job failed; None if no job failed."""
    if status_of(record) is not Status.FAILED:
        return None
    found = list(reach(record, state).values())
    if is_divided(found):
        say = Phrase(
            "a part of the list has it, or may have it, and a raised `edition` would go to everybody again: {how}"
        )
        return Phrase(say, how=_for_those_who_lack_it(record, state, found))
    err = _ERR.fullmatch(reason_of(record) or "")
    told = {
        "edition": record.edition + 1,
        "lock": Command("lock", record.campaign),
        "apply": Command("apply", record.campaign),
    }
    again = Phrase("write `edition: {edition}` in campaign.yaml; then: {lock}, {apply}", **told)
    reprinted = Phrase(
        "write `send_ignore_reprint: true` under send: and `edition: {edition}` in campaign.yaml; then: {lock}, "
        "{apply}",
        **told,
    )
    unexplained = Phrase(
        "the console shows the reason under 群发记录; to send it once more: {how}", how=again
    )
    return _ways(again, reprinted).get(int(err[1]), unexplained) if err is not None else unexplained


def _for_those_who_lack_it(record: Record, state: State, found: Sequence[BatchReach]) -> Phrase:
    if record.ended is not None:
        return Phrase("{rest} has the openids that surely do not have it", rest=record.ended.rest)
    if any(each.reach is Reach.SURELY_NOT for each in found):
        return Phrase("make {rest}", rest=rest_of(record.campaign))
    return for_sure(record, state)


def _ways(again: Phrase, reprinted: Phrase) -> dict[int, Phrase]:
    """Say for the n of err(n) what to change before the send is asked for `again`, where WeChat says why."""
    notice = Phrase(
        "the notice under 公众平台 / 通知中心 says what WeChat objects to; take it out, or appeal (申诉) there: {how}",
        how=again,
    )
    return {
        10001: Phrase(
            "the notice under 公众平台 / 通知中心 says what counts as advertising; take it out, or appeal (申诉) "
            "there: {how}",
            how=again,
        ),
        **dict.fromkeys((20001, 20002, 20004, 20006, 20008, 21000), notice),
        20013: Phrase(
            "the notice under 公众平台 / 通知中心 says what belongs to somebody else; replace it, or show your licence "
            "there: {how}",
            how=again,
        ),
        22000: Phrase(
            "take out the cards, links and QR codes of the other account: {how}", how=again
        ),
        30001: Phrase("to send it although that check fails: {how}", how=reprinted),
        30002: Phrase(
            "the original may not be reprinted, so change the article, or ask its author to allow it (转载白名单): "
            "{how}",
            how=again,
        ),
        30003: Phrase(
            "to send it as a reprint, where the original permits that: {how}; otherwise change the article first",
            how=reprinted,
        ),
        40001: Phrase("ask the administrator (管理员) why, and to agree: {how}", how=again),
        40002: Phrase(
            "ask the administrator (管理员) to confirm it within half an hour of the send: {how}",
            how=again,
        ),
    }
