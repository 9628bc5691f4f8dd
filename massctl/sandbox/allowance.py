"""Keep the mass-send allowance: how often an account may send, by Beijing day and month.

Rules (WeChat docs, read 2026-10): a subscription account has one `sendall` a day, to all or to a tag; a
service account has four sends to all a month. Sends on the website share it. An accepted job counts,
also when it fails later: whether WeChat gives it back is not documented.
"""

from massctl.sandbox.audience import Audience
from massctl.sandbox.clock import beijing, day_of, month_of
from massctl.sandbox.desk import Desk
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

SUBSCRIPTION_DAILY = 1
"""`sendall` of a subscription account in a Beijing day."""
SERVICE_MONTHLY = 4
"""Sends to all of a service account in a Beijing month."""


def require(desk: Desk, audience: Audience) -> None:
    """Refuse with 45028 where the account has no send of this kind left."""
    if audience.scope == "openids":
        return
    if desk.account["kind"] == "subscription":
        used = sum(day_of(beijing(job["at"])) == day_of(desk.now) for job in jobs_of(desk))
        left = SUBSCRIPTION_DAILY - used
    elif audience.scope == "all":
        left = SERVICE_MONTHLY - sum(job["audience"]["scope"] == "all" for job in month_jobs(desk))
    else:
        left = 1
    if left <= 0:
        raise Refusal(45028)


def jobs_of(desk: Desk) -> list[Record]:
    """Return the account's jobs, oldest first."""
    return [job for job in desk.table("jobs").records() if job["appid"] == desk.appid]


def month_jobs(desk: Desk) -> list[Record]:
    """Return the account's jobs of this Beijing month, oldest first."""
    month = month_of(desk.now)
    return [job for job in jobs_of(desk) if month_of(beijing(job["at"])) == month]
