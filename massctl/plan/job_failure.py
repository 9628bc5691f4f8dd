"""Why WeChat failed a mass job that it had accepted, and what to do about it. Pure."""

import re
from typing import Final

from massctl.model.phrase import Command, Phrase
from massctl.model.state import Record, Status, status_of
from massctl.plan.guards import rest_of

REASONS: Final = {
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
    30001: Phrase("the originality check broke down, and the send was to stop then"),
    30002: Phrase("the originality check forbids it"),
    30003: Phrase("judged a reprint, and the send was to stop then (send_ignore_reprint)"),
    40001: Phrase("the administrator refused it"),
    40002: Phrase("the administrator did not answer within 30 minutes"),
}
"""The n of err(n). Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10; 20431 by a forum report of 2024."""
_ERR: Final = re.compile(r"err\((\d{1,9})\)", re.ASCII)


def reason_words(reason: str) -> Phrase:
    """Say why a job failed, with WeChat's own word for it."""
    err = _ERR.fullmatch(reason)
    if err is None:
        return Phrase("WeChat failed it without a reason ({word})", word=reason)
    meaning = REASONS.get(int(err[1]))
    if meaning is None:
        return Phrase("WeChat failed it for a reason that massctl does not know ({word})", word=reason)
    return Phrase("WeChat failed it: {meaning} ({word})", meaning=meaning, word=reason)


def reason_of(record: Record) -> str | None:
    """Give WeChat's word for the failure of a record's last job that has one."""
    return next((job.counts.reason for job in reversed(record.jobs) if job.counts and job.counts.reason), None)


def how_to_resend(record: Record) -> Phrase | None:
    """Say how to send an edition again whose job failed; None where none did."""
    if status_of(record) is not Status.FAILED:
        return None
    if any(job.status in ("sent", "sending") for job in record.jobs):
        say = Phrase("a part of the list has it, and a raised `edition` would go to everybody again: make {rest}")
        return Phrase(say, rest=rest_of(record.campaign))
    err = _ERR.fullmatch(reason_of(record) or "")
    number = int(err[1]) if err is not None else 0
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
    agreed = Phrase("ask the administrator (管理员) to agree: {how}", how=again)
    ways = {
        30001: Phrase("to send it although that check breaks down: {how}", how=reprinted),
        30002: Phrase("the original may not be reprinted, so change the article: {how}", how=again),
        30003: Phrase("to send it as a reprint, where the original permits that: {how}", how=reprinted),
        40001: agreed,
        40002: agreed,
    }
    if number in REASONS:
        objects = Phrase("change what WeChat objects to; 群发记录 in the console may show it: {how}", how=again)
        return ways.get(number, objects)
    return Phrase("the reason stands in the console under 群发记录; to send it once more: {how}", how=again)
