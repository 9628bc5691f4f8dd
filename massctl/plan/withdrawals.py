"""Withdrawals as an allowance: so many requests a day, and which jobs there are to withdraw. Pure."""

from datetime import datetime, timedelta
from typing import Final

from massctl.model.names import AppId
from massctl.model.phrase import Phrase
from massctl.model.preview_days import beijing_day
from massctl.model.state import Job, Record, State
from massctl.plan.step import Guard, Refusal
from massctl.plan.used import counted_anew, withdrawals_by_day

WITHDRAWALS_A_DAY: Final = 10
"""Requests to withdraw, of an account on a Beijing day; one job takes one, or one for each article.
Source: WeChat docs, "API limits of a new account", read 2026-10."""
DAYS_IN_MIND: Final = 31
"""For so long after its send a job is counted among those that somebody may want back. Our own bound."""


def withdrawals_left(state: State, appid: AppId, now: datetime) -> int:
    """Give how many requests to withdraw the account has left on the Beijing day of `now`."""
    return max(0, WITHDRAWALS_A_DAY - withdrawals_by_day(state, appid).get(beijing_day(now), 0))


def is_news_or_video(record: Record) -> bool:
    """Say whether an edition is of the kind that WeChat withdraws, as far as the ledger knows."""
    attempts = [attempt for attempt in record.attempts if attempt.may_have_sent]
    return not attempts or attempts[-1].event.media_id is not None


def withdrawable(state: State, appid: AppId, now: datetime) -> list[Job]:
    """Give an account's jobs of the last month that are there to be withdrawn, now or once they are sent."""
    since = now - timedelta(days=DAYS_IN_MIND)
    return [
        job
        for record in state.records.values()
        if record.appid == appid and is_news_or_video(record)
        for job in record.jobs
        if job.msg_id is not None and job.accepted_at >= since and not (job.is_gone or job.status == "failed")
    ]


def beyond_today(state: State, appid: AppId, now: datetime, needed: int) -> Refusal | None:
    """Refuse the withdrawals of `needed` that today's allowance does not cover; None where it covers them all."""
    left = withdrawals_left(state, appid, now)
    if needed <= left:
        return None
    daily = WITHDRAWALS_A_DAY
    say = Phrase(
        "{needed} jobs are to be withdrawn, and {left} of the account's {daily} withdrawals a day are left",
        needed=needed,
        left=left,
        daily=daily,
    )
    none_left = Phrase("the account's {daily} withdrawals of today (Beijing time) are used up", daily=daily)
    hint = Phrase("{anew}; sooner: in the console under 群发记录", anew=counted_anew(now))
    return Refusal(Guard.ALLOWANCE, say if left else none_left, hint)
