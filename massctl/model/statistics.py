"""What WeChat counts of articles and of an account, day by day: values as the archive keeps them.

A number that WeChat has not given is None, never 0. Members bear WeChat's names.
Source: developers.weixin.qq.com, wedata/news (getarticletotaldetail, getbizsummary) and the pages on users, read
2026-11; `docs/reference/wechat-api.md`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, ClassVar, Literal, TypeAlias

from msgspec import Meta, field

from massctl.model.frozen import Frozen

STATISTICS_BRANCH = "massctl-statistics"
"""The branch of the ledger's remote that has the archive, where the ledger is in git."""

COUNT_MAX = 10**12
"""Our own bound: more than there are people, or fen that a reader pays."""
MINUTES_MAX = 24 * 60.0
"""Our own bound: nobody reads an article for longer than a day."""

Count: TypeAlias = Annotated[int, Meta(ge=0, le=COUNT_MAX)]
Share: TypeAlias = Annotated[float, Meta(ge=0, le=1)]
"""From 0 to 1."""
Minutes: TypeAlias = Annotated[float, Meta(ge=0, le=MINUTES_MAX)]
_UNPRINTABLE = (
    r"\x00-\x1f\x7f-\xa0\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u2064\u2066-\u206f\u3000\ud800-\uf8ff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f\U000f0000-\U0010ffff"
)
"""Control and format characters, private ones, and blanks other than the space: Unicode's Cc, Cf, Co and Z."""
Line: TypeAlias = str
"""What `is_line` holds of; the archive asks that of each."""
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]


_LINE = re.compile(rf"[^{_UNPRINTABLE}]*")


@lru_cache(maxsize=4096)
def is_line(text: str) -> bool:
    """Return whether it is printable text on one line; signs that are newer than the pattern may be printable.

    An archive has the same few texts again and again.
    """
    return _LINE.fullmatch(text) is not None


def msgid_of(msg_data_id: int, position: int) -> str:
    """Return how WeChat's statistics name an article of a send: its message, and its position from 1."""
    return f"{msg_data_id}_{position}"


class ArticleDay(Frozen, kw_only=True, omit_defaults=True):
    """What one article had reached by the end of a day: sums from its publication, not that day's alone."""

    msgid: Line
    """See `msgid_of`."""
    ref_date: date
    """The day on which it was published, in Beijing."""
    stat_date: date
    """The last day that is counted."""
    seen_at: Moment
    """When WeChat said so."""
    is_delay: bool = False
    """WeChat said that newer numbers are still to come."""
    title: Line | None = None
    content_url: Line | None = None
    publish_type: Count | None = None
    """0: followers got a message; 1: published without one."""
    read_user: Count | None = None
    """People who read it, from all sources."""
    read_user_source: Mapping[Line, Count] = field(default_factory=dict)
    """People by where they came from, in WeChat's words; without the row of all."""
    share_user: Count | None = None
    zaikan_user: Count | None = None
    like_user: Count | None = None
    comment_count: Count | None = None
    collection_user: Count | None = None
    praise_money: Count | None = None
    """In fen."""
    read_subscribe_user: Count | None = None
    """People who followed the account after reading."""
    read_delivery_rate: Share | None = None
    """Of those whom the message reached, the share that read; from 0 to 1."""
    read_finish_rate: Share | None = None
    """The share of readers that read to the end; from 0 to 1."""
    read_avg_activetime: Minutes | None = None
    """Minutes that a reader stayed, on average."""
    read_jump_position: Mapping[int, Share] = field(default_factory=dict)
    """The share of readers that left at each of WeChat's five positions; from 0 to 1."""

    @property
    def days(self) -> tuple[date, ...]:
        """Return every day that it names."""
        return self.ref_date, self.stat_date, self.seen_at

    @property
    def texts(self) -> tuple[str | None, ...]:
        """Return every text of it that a report shows."""
        return self.msgid, self.title, self.content_url, *self.read_user_source


SUMS = (
    "read_user",
    "share_user",
    "zaikan_user",
    "like_user",
    "comment_count",
    "collection_user",
    "praise_money",
    "read_subscribe_user",
)
"""Members of an article's day that count from its publication on."""


class AccountDay(Frozen, kw_only=True, omit_defaults=True):
    """What happened in a whole account on one day: that day alone, except `cumulate_user`."""

    ref_date: date
    seen_at: Moment
    is_delay: bool = False
    read_user: Count | None = None
    read_user_source: Mapping[Line, Count] = field(default_factory=dict)
    share_user: Count | None = None
    zaikan_user: Count | None = None
    like_user: Count | None = None
    comment_count: Count | None = None
    collection_user: Count | None = None
    redirect_ori_page_user: Count | None = None
    send_page_count: Count | None = None
    new_user: Mapping[int, Count] | None = None
    """New followers by WeChat's number of where they came from; None if WeChat has not said, empty for none."""
    cancel_user: Mapping[int, Count] | None = None
    """People who stopped following, likewise."""
    cumulate_user: Count | None = None
    """All followers at the end of the day."""

    @property
    def days(self) -> tuple[date, ...]:
        """Return every day that it names."""
        return self.ref_date, self.seen_at

    @property
    def texts(self) -> tuple[str, ...]:
        """Return every text of it that a report shows."""
        return tuple(self.read_user_source)


class StatisticsCall(StrEnum):
    """The calls that massctl makes, by WeChat's names; each is at /datacube/."""

    ARTICLES = "getarticletotaldetail"
    ACCOUNT = "getbizsummary"
    USERS = "getusersummary"
    FOLLOWERS = "getusercumulate"


CallOutcome: TypeAlias = Literal["done", "delayed", "not_ready", "refused"]


class StatisticsRequest(Frozen):
    """One call, and the days that it asks for."""

    call: StatisticsCall
    begin_date: date
    end_date: date

    def judged(
        self, at: datetime, outcome: CallOutcome, errcode: int | None = None, rows: int = 0
    ) -> "JudgedCall":
        """Return the call as the archive keeps it, once WeChat has answered."""
        return JudgedCall(self.call, self.begin_date, self.end_date, at, outcome, errcode, rows)


class JudgedCall(Frozen, omit_defaults=True):
    """One call that WeChat judged: what it asked for, when, and what came of it."""

    call: StatisticsCall
    begin_date: date
    end_date: date
    at: Moment
    outcome: CallOutcome
    """`delayed`: WeChat says that newer numbers follow, or the last day is missing. `not_ready`: 61503.

    What WeChat did not answer, or refused without a look at the days, is not kept.
    """
    errcode: int | None = None
    rows: Count = 0
    """How many days of articles, or of the account, the answer had."""
    texts: ClassVar[tuple[str, ...]] = ()
    """It has no text that a report shows."""

    @property
    def days(self) -> tuple[date, ...]:
        """Return every day that it names."""
        return self.begin_date, self.end_date, self.at

    @property
    def request(self) -> StatisticsRequest:
        """Return what it asked for."""
        return StatisticsRequest(self.call, self.begin_date, self.end_date)


class Statistics(Frozen):
    """What the archive has of one account: the newest row of each article and day, and of each day."""

    articles: Mapping[str, tuple[ArticleDay, ...]]
    """By msgid; by day, ascending."""
    account: Mapping[date, AccountDay]
    unreadable: int = 0
    """Lines of the archive that cannot be read; they are left out."""


class Archived(Frozen):
    """What an answer changed in the archive of statistics."""

    before: Statistics
    """What was known, as far back as the answer goes."""
    articles: tuple[ArticleDay, ...]
    """The rows of articles that say something new."""
    days: tuple[AccountDay, ...]
    """Those of the account, likewise."""


NOTHING_COUNTED = Statistics({}, {})
"""What the archive has of an account that was never asked about."""
