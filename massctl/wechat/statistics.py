"""Read the answers of WeChat's statistics (`/datacube/*`): what it documents, and nothing else.

What is missing stays missing. What is of another type, negative, of another day or beyond reason is left out and
counted. A list that is longer than WeChat can mean makes the whole answer unreadable. Sources:
developers.weixin.qq.com, wedata/news (getarticletotaldetail, getbizsummary) and wedata/user (getusersummary,
getusercumulate), read 2026-11.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from massctl.apply.ports import Counted
from massctl.model.phrase import BEIJING
from massctl.model.statistics import COUNT_MAX, MINUTES_MAX, AccountDay, ArticleDay, StatisticsCall
from massctl.wechat.article_list import ArticleSieve
from massctl.wechat.response import Fields, ShapeError, flag, integer, lenient
from massctl.wechat.wire import Request

LIST_MAX = 1_000
"""Our own bound: a day has some dozens of articles, an article 30 days, a day of followers some ten sources."""
TEXT_MAX = 2_048
"""Our own bound for titles, addresses and names of sources."""
_ALL = "全部"
"""The row of `read_user_source` that stands for all sources."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MSGID = re.compile(r"[0-9]{1,20}_[0-9]{1,2}", re.ASCII)


def statistics_request(
    call: StatisticsCall,
    begin_date: date,
    end_date: date,
    seen_at: datetime,
    known: Collection[str] | None = None,
) -> Request[Counted]:
    """Ask for the statistics of some days; of a long list of articles those of the messages `known` are kept."""
    is_sieved = known is not None and call is StatisticsCall.ARTICLES
    reading = _Reader(begin_date, end_date, seen_at, is_sieved)
    reader = partial(_counted, reading, _READERS[call])
    body = {"begin_date": begin_date.isoformat(), "end_date": end_date.isoformat()}
    request = Request(f"/datacube/{call}", reader).with_body(body)
    if not is_sieved:
        return request
    return replace(request, sieve=lambda: ArticleSieve(known or ()).pass_on)


class _Reader(Struct):
    """Reads one answer, and counts what it leaves out."""

    begin_date: date
    end_date: date
    seen_at: datetime
    is_sieved: bool = False
    """Whether a long list was shortened as it arrived."""
    left_out: int = 0

    def number(self, fields: Fields, name: str) -> int | None:
        """Read a whole number from 0; None where it is missing, or is something else."""
        if fields.get(name) is None:
            return None
        value = integer(fields[name])
        if value is None or not 0 <= value <= COUNT_MAX:
            self.left_out += 1
            return None
        return value

    def decimal(self, fields: Fields, name: str, most: float = 1.0) -> float | None:
        """Read a number from 0 to `most`, by default a share; None where it is missing, or is something else."""
        value = fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            self.left_out += 1
            return None
        return float(value)

    def rows(self, fields: Fields, name: str, *, is_bounded: bool = True) -> Iterator[Fields]:
        """Read a list of objects; raise ShapeError for one that is too long."""
        value = fields.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.left_out += 1
            return
        if is_bounded and len(value) > LIST_MAX:
            raise ShapeError
        for each in value:
            if isinstance(each, dict):
                yield each
            else:
                self.left_out += 1

    def day(self, fields: Fields, name: str, first: date, last: date) -> date | None:
        """Read a day from `first` to `last`; None for any other, which is left out."""
        value = fields.get(name)
        found = date.min
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                found = date.fromisoformat(value)
            except ValueError:
                found = date.min
        if first <= found <= last:
            return found
        self.left_out += 1
        return None

    def text(self, fields: Fields, name: str) -> str | None:
        """Read text on one line that may be shown; None where it is empty, or longer than TEXT_MAX."""
        value = "".join(char for char in lenient(fields, name) if char.isprintable()).strip()
        return value if 0 < len(value) <= TEXT_MAX else None

    def sources(self, fields: Fields) -> dict[str, int]:
        """Read where readers came from, with the row of all."""
        found: dict[str, int] = {}
        for row in self.rows(fields, "read_user_source"):
            name, value = self.text(row, "scene_desc"), self.number(row, "user_count")
            if name is None or value is None or name in found:
                self.left_out += name is None or name in found
            else:
                found[name] = value
        return found

    def readers(self, fields: Fields) -> dict[str, Any]:
        """Read the members that articles and the account both have."""
        sources = self.sources(fields)
        everybody = sources.pop(_ALL, None)
        names = ("share_user", "zaikan_user", "like_user", "comment_count", "collection_user")
        reading: dict[str, Any] = {name: self.number(fields, name) for name in names}
        read = self.number(fields, "read_user")
        return reading | {
            "read_user": everybody if read is None else read,
            "read_user_source": sources,
        }

    def articles(
        self, fields: Fields, details: str
    ) -> Iterator[tuple[dict[str, Any], Fields, date]]:
        """Read the articles of an answer: what is said of each, and each of its days."""
        yesterday = self.seen_at.astimezone(BEIJING).date() - timedelta(days=1)
        seen: set[tuple[str, date]] = set()
        for item in self.rows(fields, "list", is_bounded=not self.is_sieved):
            sent = self.day(item, "ref_date", self.begin_date, self.end_date)
            msgid = item.get("msgid")
            if sent is None:
                continue
            if not isinstance(msgid, str) or not _MSGID.fullmatch(msgid):
                self.left_out += 1
                continue
            about = {"msgid": msgid, "ref_date": sent, "seen_at": self.seen_at}
            about |= {name: self.text(item, name) for name in ("title", "content_url")}
            about["publish_type"] = self.number(item, "publish_type")
            for detail in self.rows(item, details):
                stat_date = self.day(detail, "stat_date", sent, yesterday)
                if stat_date is None:
                    continue
                if (msgid, stat_date) in seen:
                    self.left_out += 1
                    continue
                seen.add((msgid, stat_date))
                yield about, detail, stat_date


def _counted(
    reader: _Reader, read: "Callable[[_Reader, Fields], Counted]", fields: Fields
) -> Counted:
    if not isinstance(fields.get("list"), list):
        raise ShapeError
    found = read(reader, fields)
    return Counted(found.articles, found.days, found.is_delay, reader.left_out)


def _articles(reader: _Reader, fields: Fields) -> Counted:
    found = [
        ArticleDay(
            stat_date=stat_date,
            **about,
            **reader.readers(detail),
            praise_money=reader.number(detail, "praise_money"),
            read_subscribe_user=reader.number(detail, "read_subscribe_user"),
            read_delivery_rate=reader.decimal(detail, "read_delivery_rate"),
            read_finish_rate=reader.decimal(detail, "read_finish_rate"),
            read_avg_activetime=reader.decimal(detail, "read_avg_activetime", MINUTES_MAX),
            read_jump_position=_positions(reader, detail),
        )
        for about, detail, stat_date in reader.articles(fields, "detail_list")
    ]
    is_delay = flag(fields, "is_delay")
    newest = max((row.stat_date for row in found), default=None)
    marked = (replace(row, is_delay=is_delay and row.stat_date == newest) for row in found)
    return Counted(tuple(marked), is_delay=is_delay)


def _positions(reader: _Reader, fields: Fields) -> dict[int, float]:
    """Read where readers left, as WeChat's five positions."""
    found: dict[int, float] = {}
    for row in reader.rows(fields, "read_jump_position"):
        position, rate = integer(row.get("position")), reader.decimal(row, "rate")
        if (
            position is not None
            and position in range(1, 6)
            and position not in found
            and rate is not None
        ):
            found[position] = rate
        else:
            reader.left_out += rate is not None
    return found


def _account(reader: _Reader, fields: Fields) -> Counted:
    is_delay = flag(fields, "is_delay")
    found: dict[date, AccountDay] = {}
    for day, row in _by_day(reader, fields):
        detail = row.get("detail")
        if not isinstance(detail, dict) or day in found:
            reader.left_out += 1
            continue
        members: dict[str, Any] = {
            name: reader.number(detail, name)
            for name in ("redirect_ori_page_user", "send_page_count")
        }
        reading = reader.readers(detail)
        found[day] = AccountDay(ref_date=day, seen_at=reader.seen_at, **reading, **members)
    newest = max(found, default=None)
    marked = (replace(row, is_delay=is_delay and day == newest) for day, row in found.items())
    return Counted(days=tuple(marked), is_delay=is_delay)


def _users(reader: _Reader, fields: Fields) -> Counted:
    """Read who came and went; leave out a whole day if one of its numbers cannot be read."""
    new: dict[date, dict[int, int]] = {}
    gone: dict[date, dict[int, int]] = {}
    faulty: set[date] = set()
    for day, row in _by_day(reader, fields):
        source = integer(row.get("user_source"))
        came, went = reader.number(row, "new_user"), reader.number(row, "cancel_user")
        if source is None or came is None or went is None or source in new.get(day, {}):
            faulty.add(day)
            continue
        new.setdefault(day, {})[source] = came
        gone.setdefault(day, {})[source] = went
    reader.left_out += len(faulty)
    days = (
        AccountDay(ref_date=day, seen_at=reader.seen_at, new_user=new[day], cancel_user=gone[day])
        for day in sorted(new.keys() - faulty)
    )
    return Counted(days=tuple(days))


def _followers(reader: _Reader, fields: Fields) -> Counted:
    found: dict[date, AccountDay] = {}
    for day, row in _by_day(reader, fields):
        value = reader.number(row, "cumulate_user")
        if value is None or day in found:
            reader.left_out += 1
        else:
            found[day] = AccountDay(ref_date=day, seen_at=reader.seen_at, cumulate_user=value)
    return Counted(days=tuple(found.values()))


def _by_day(reader: _Reader, fields: Fields) -> Iterator[tuple[date, Fields]]:
    for row in reader.rows(fields, "list"):
        day = reader.day(row, "ref_date", reader.begin_date, reader.end_date)
        if day is not None:
            yield day, row


_READERS: Mapping[StatisticsCall, Callable[[_Reader, Fields], Counted]] = {
    StatisticsCall.ARTICLES: _articles,
    StatisticsCall.ACCOUNT: _account,
    StatisticsCall.USERS: _users,
    StatisticsCall.FOLLOWERS: _followers,
}
