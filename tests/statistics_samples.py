"""Rows of statistics for tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from massctl.model.statistics import AccountDay, ArticleDay, JudgedCall, StatisticsCall

APPID = "wx0123456789abcdef"
SENT = date(2026, 11, 2)
SEEN = datetime(2026, 11, 3, 0, 30, tzinfo=UTC)


def article_day(
    day: int = 0, *, msgid: str = "100_1", sent: date = SENT, **said: Any
) -> ArticleDay:
    """Return what was counted by the end of a day after the send."""
    known = {"seen_at": SEEN + timedelta(days=day), "title": "甲", "read_user": 10 + day}
    return ArticleDay(
        msgid=msgid, ref_date=sent, stat_date=sent + timedelta(days=day), **(known | said)
    )


def account_day(day: int = 0, *, seen: datetime = SEEN, **said: Any) -> AccountDay:
    """Return what one call said of a day of the account."""
    return AccountDay(ref_date=SENT + timedelta(days=day), seen_at=seen, **said)


def asked(
    call: StatisticsCall = StatisticsCall.ARTICLES, *, at: datetime = SEEN, **said: Any
) -> JudgedCall:
    """Return a call that was made."""
    known = {"begin_date": SENT, "end_date": SENT, "outcome": "done"} | said
    return JudgedCall(call, at=at, **known)
