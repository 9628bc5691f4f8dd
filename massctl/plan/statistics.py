"""The rules over statistics: which calls are due, how an article is found, which sums fell, who tells a report.

A day is counted by 08:00 of the next, Beijing time. An article is asked about on each of the 30 days after its send.
Each call is made once for what it can newly say.

An article of a send is found by its msg_data_id and position (`msgid_of`). Without a msg_data_id it is found by its
address, and last by its title and day. These may be another article's, so such a match is marked as doubtful. Source:
`docs/reference/wechat-api.md`, read 2026-11.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import BEIJING, Phrase
from massctl.model.state import DAY_USED_UP, Record, State, beijing_day
from massctl.model.statistics import (
    SUMS,
    AccountDay,
    ArticleDay,
    JudgedCall,
    Statistics,
    StatisticsCall,
    StatisticsRequest,
    msgid_of,
)
from massctl.plan.reach import sent_in

COUNTED_SINCE = date(2025, 11, 1)
"""WeChat has no data of articles from before. Source: WeChat docs, "getarticletotaldetail", read 2026-11."""
COUNTED_FROM = time(8, 5)
"""On the next day. WeChat docs say 08:00; five minutes more are ours."""
ARTICLE_DAYS = 30
"""WeChat counts an article for so many days. Source: as above."""
CALL_DAYS: Mapping[StatisticsCall, int] = {
    StatisticsCall.ACCOUNT: 30,
    StatisticsCall.USERS: 7,
    StatisticsCall.FOLLOWERS: 7,
}
"""Days that one call asks for; one for articles, a single day. Source: WeChat docs, each call's page, read 2026-11."""
FOLLOWER_DAYS = 35
"""So many of the newest days are asked about followers: five of each weekday are enough for a median."""
CALLS_MAX = 100
"""Calls of one account in one go, for the first time after many sends. Our own bound: WeChat tells no limit."""
GIVE_UP_AFTER = timedelta(days=3)
"""What WeChat still delays or refuses so long after a day is counted is not asked for again. Our own bound."""
AGAIN_AFTER: Mapping[str, timedelta] = {
    "delayed": timedelta(hours=2),
    "not_ready": timedelta(minutes=30),
    "refused": timedelta(days=1),
}
"""How long after an answer with this outcome the same call is made again."""
MIDNIGHT_MARGIN = timedelta(minutes=10)
"""A send that was accepted so shortly before midnight may have been published on the next day."""


def newest_day(now: datetime) -> date:
    """Return the newest day that WeChat has counted."""
    here = now.astimezone(BEIJING)
    return here.date() - timedelta(days=1 if here.time() >= COUNTED_FROM else 2)


def counted_at(day: date) -> datetime:
    """Return the moment from which WeChat has counted a day."""
    return datetime.combine(day + timedelta(days=1), COUNTED_FROM, BEIJING)


def send_days(state: State, appid: AppId) -> frozenset[date]:
    """Return the Beijing days on which articles of an account may have been published."""
    found: set[date] = set()
    for record in state.records.values():
        if record.appid == appid and record.sent_batches and _has_articles(record):
            found |= publication_days(record)
    return frozenset(found)


def publication_days(record: Record) -> frozenset[date]:
    """Return the days on which what an edition sent may have been published."""
    spans = sent_in(record)
    moments = [each.first for each in spans] + [
        each.last for each in spans if each.last is not None
    ]
    moments += [job.accepted_at for job in record.jobs]
    return frozenset(
        beijing_day(at + margin) for at in moments for margin in (timedelta(0), MIDNIGHT_MARGIN)
    )


def website_sends(articles: Iterable[ArticleDay], state: State, appid: AppId) -> list[datetime]:
    """Return the sends that WeChat counted with a message and the ledger does not know, each as the noon of its day.

    What the ledger knows by its day alone, without a msg_data_id, is taken for one of them.
    """
    records = _sent_records(state, appid)
    known = _known_messages(records)
    pushed = {
        each.msgid.partition("_")[0]: each.ref_date
        for each in articles
        if each.publish_type == PUSHED
    }
    unknown = Counter(day for message, day in pushed.items() if message not in known)
    unknown.subtract(beijing_day(at) for at in state.website_sends.get(appid, ()))
    nameless = [
        each
        for each in records
        if _has_articles(each) and not any(job.msg_data_id is not None for job in each.jobs)
    ]
    unknown.subtract(day for record in nameless for day in publication_days(record))
    return [
        datetime.combine(day, NOON, BEIJING) for day, count in unknown.items() for _ in range(count)
    ]


def known_messages(state: State, appid: AppId) -> set[str]:
    """Return the msg_data_ids of an account's recorded sends."""
    return _known_messages(_sent_records(state, appid))


def unrecorded(
    articles: Iterable[ArticleDay], state: State, appid: AppId
) -> tuple[ArticleDay, ...]:
    """Return the articles of the sends that the ledger may not know.

    On their days WeChat counted more sends than the ledger has, and none of theirs has a known msg_data_id.
    """
    counted = [each for each in articles if each.publish_type == PUSHED]
    days = {beijing_day(at) for at in website_sends(counted, state, appid)}
    known = known_messages(state, appid)
    return tuple(
        each
        for each in counted
        if each.ref_date in days and each.msgid.partition("_")[0] not in known
    )


def _sent_records(state: State, appid: AppId) -> list[Record]:
    return [each for each in state.records.values() if each.appid == appid and each.sent_batches]


def _known_messages(records: Iterable[Record]) -> set[str]:
    """Return the msg_data_ids of recorded sends."""
    return {str(job.msg_data_id) for record in records for job in record.jobs}


PUSHED = 0
"""`publish_type` of what followers got a message of."""
NOON = time(12)
"""WeChat tells the day alone."""


def _has_articles(record: Record) -> bool:
    """Whether an edition may be news: only news have a draft or a msg_data_id; of an import nobody knows."""
    return bool(
        record.drafts or record.imported or any(job.msg_data_id is not None for job in record.jobs)
    )


def due_requests(
    days: Collection[date], asked: Iterable[JudgedCall], now: datetime
) -> tuple[StatisticsRequest, ...]:
    """Return the calls of one account that are due; `days` are those of `send_days`.

    First come those of the whole account, then articles that WeChat still counts: what was asked about longest ago
    first, so that a command whose time is bounded comes to each in turn. Last come articles of long ago. After the
    account's calls of this Beijing day were used up there are none.
    """
    history = _History(asked, now)
    newest = newest_day(now)
    if history.used_up or not (
        counted := sorted((day for day in days if day <= newest), reverse=True)
    ):
        return ()
    counts_from = newest - timedelta(days=ARTICLE_DAYS)
    account = list(_of_account(history, newest)) if counted[0] >= counts_from else []
    due = (day for day in counted if day >= COUNTED_SINCE and not history.has_articles(day))
    found = [StatisticsRequest(StatisticsCall.ARTICLES, day, day) for day in due]
    found.sort(key=lambda each: (each.begin_date < counts_from, history.last_at(each)))
    return tuple(each for each in (*account, *found) if not history.is_waiting(each))[:CALLS_MAX]


def has_newest_day(
    request: StatisticsRequest,
    articles: Sequence[ArticleDay],
    days: Sequence[AccountDay],
    now: datetime,
) -> bool:
    """Whether an answer has the newest day that it can have; WeChat leaves that day out for a while, without a word.

    An answer without articles, or of articles more than three days old, is not asked for again for it.
    """
    newest = newest_day(now)
    if request.call in CALL_DAYS:
        return newest > request.end_date or any(day.ref_date == request.end_date for day in days)
    is_young = newest - request.begin_date <= GIVE_UP_AFTER
    return not articles or not is_young or any(row.stat_date == newest for row in articles)


def _of_account(history: "_History", newest: date) -> Iterable[StatisticsRequest]:
    """Ask for the newest days in one call, and for earlier ones as far as nobody asked for them yet."""
    for call, span in CALL_DAYS.items():
        first = newest - timedelta(days=FOLLOWER_DAYS - 1)
        if call is StatisticsCall.ACCOUNT:
            first = max(COUNTED_SINCE, newest - timedelta(days=span - 1))
        end = newest
        while end >= first:
            begin = max(first, end - timedelta(days=span - 1))
            if not all(
                history.has_day(call, begin + timedelta(days=each))
                for each in range((end - begin).days + 1)
            ):
                yield StatisticsRequest(call, begin, end)
            end = begin - timedelta(days=1)


class _History:
    """What was asked of one account."""

    def __init__(self, asked: Iterable[JudgedCall], now: datetime) -> None:
        self._now = now
        self._newest = newest_day(now)
        self._last: dict[StatisticsRequest, JudgedCall] = {}
        self._answers: dict[tuple[StatisticsCall, date], list[JudgedCall]] = {}
        self.used_up = False
        today = beijing_day(now)
        for each in asked:
            self._last[each.request] = each
            self.used_up |= each.errcode == DAY_USED_UP and beijing_day(each.at) == today
            span = min((each.end_date - each.begin_date).days, FOLLOWER_DAYS)
            for number in range(span + 1):
                self._answers.setdefault(
                    (each.call, each.begin_date + timedelta(days=number)), []
                ).append(each)

    def has_day(self, call: StatisticsCall, day: date) -> bool:
        """Whether a day of the account was asked for once it was counted, and answered."""
        counted = counted_at(day)
        return any(
            each.at >= counted and (each.outcome == "done" or each.at >= counted + GIVE_UP_AFTER)
            for each in self._answers.get((call, day), ())
        )

    def has_articles(self, sent: date) -> bool:
        """Whether a day of sends needs no call now: WeChat has nothing new of its articles."""
        last = sent + timedelta(days=ARTICLE_DAYS)
        counted = counted_at(min(last, self._newest))
        final = counted_at(last) + GIVE_UP_AFTER
        return any(
            each.at >= (counted if each.outcome == "done" else final)
            for each in self._answers.get((StatisticsCall.ARTICLES, sent), ())
        )

    def last_at(self, request: StatisticsRequest) -> datetime:
        """Return when a call was made last; long ago if it never was."""
        last = self._last.get(request)
        return last.at if last is not None else datetime.min.replace(tzinfo=UTC)

    def is_waiting(self, request: StatisticsRequest) -> bool:
        """Whether the same call was made a moment ago, and not wholly answered."""
        last = self._last.get(request)
        return (
            last is not None
            and last.outcome in AGAIN_AFTER
            and self._now - last.at < AGAIN_AFTER[last.outcome]
        )


class Match(Frozen):
    """Which article of the statistics an article of a send is."""

    msgid: str
    by: Literal["msgid", "content_url", "title"]

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be another article: only title and day agree."""
        return self.by == "title"


class ArticleIndex:
    """Finds articles of one account's statistics; made once, however many sends are looked up."""

    def __init__(self, statistics: Statistics, known: Collection[int] = ()) -> None:
        """Index them; `known` are the msg_data_ids of the ledger, whose articles are never found by their titles."""
        self._msgids = statistics.articles
        self._by_address: dict[str, str] = {}
        self._by_title: dict[tuple[str | None, date], set[str]] = {}
        ours = {str(each) for each in known}
        for msgid, days in statistics.articles.items():
            # Thirty days of an article have one address and one title.
            for url in {day.content_url for day in days if day.content_url is not None}:
                if address := address_key(url):
                    self._by_address[address] = msgid
            # An article that was published without a message belongs to no send.
            is_sent = all(day.publish_type in (None, 0) for day in days)
            if is_sent and msgid.partition("_")[0] not in ours:
                for key in {(day.title, day.ref_date) for day in days if day.title is not None}:
                    self._by_title.setdefault(key, set()).add(msgid)

    def find(
        self,
        position: int,
        msg_data_id: int | None,
        *,
        address: str | None = None,
        title: str | None = None,
        days: Iterable[date] = (),
    ) -> Match | None:
        """Find the article at `position`, from 1, of a send: also one of which WeChat has said nothing yet.

        `days` are those on which it may have been published. A title that several articles of these days have finds
        none.
        """
        msgid = msgid_of(msg_data_id, position) if msg_data_id is not None else None
        if msgid is not None and msgid in self._msgids:
            return Match(msgid, "msgid")
        key = address_key(address) if address is not None else ""
        found = self._by_address.get(key) or (key if key in self._msgids else None)
        if found is not None:
            return Match(found, "content_url")
        if msgid is not None:
            return Match(msgid, "msgid")
        if _is_msgid(key):
            return Match(key, "content_url")
        candidates = {each for day in days for each in self._by_title.get((title, day), ())}
        return Match(candidates.pop(), "title") if len(candidates) == 1 else None


def _is_msgid(key: str) -> bool:
    return key[:1].isdecimal()


def address_key(address: str) -> str:
    """Return what names an article in its address: `<mid>_<idx>` of a long one, the path of a short one, or nothing."""
    try:
        parts = urlsplit(address.replace("&amp;", "&"))
        query = parse_qs(parts.query)
    except ValueError:
        return ""
    mid = query.get("mid", [""])[0]
    idx = query.get("idx", [""])[0]
    if mid.isascii() and mid.isdecimal() and idx.isascii() and idx.isdecimal():
        return f"{mid}_{idx}"
    return parts.path if parts.path.startswith("/s/") else ""


@dataclass(frozen=True, slots=True)
class Fall:
    """A sum that became smaller."""

    msgid: str
    stat_date: date
    member: str
    before: int
    after: int
    title: str | None = field(default=None, compare=False)
    """The article's: WeChat counts also what massctl did not send."""

    @property
    def words(self) -> Phrase:
        """Say it in a sentence."""
        say = Phrase(
            "{member} of article {msgid} fell from {before} to {after} on {day}; both numbers are kept"
        )
        if self.title is not None:
            say = Phrase(
                "{member} of “{title}” (article {msgid}) fell from {before} to {after} on {day}; both numbers are kept"
            )
        return Phrase(
            say,
            member=self.member,
            title=self.title,
            msgid=self.msgid,
            before=self.before,
            after=self.after,
            day=self.stat_date.isoformat(),
        )


def falls(before: Sequence[ArticleDay], new: Sequence[ArticleDay]) -> tuple[Fall, ...]:
    """Return the sums that fell with new rows, each once: below what was said of the day, or below the day before."""
    newest: dict[tuple[str, date], ArticleDay] = {_key(row): row for row in before}
    said_before: Mapping[tuple[str, date], ArticleDay] = dict(newest)
    newest |= {_key(row): row for row in new}
    series: dict[str, list[ArticleDay]] = {}
    for row in sorted(newest.values(), key=lambda row: row.stat_date):
        series.setdefault(row.msgid, []).append(row)
    found: dict[tuple[tuple[str, date], str], Fall] = {}
    for row in sorted(new, key=lambda row: row.stat_date):
        days = series[row.msgid]
        place = days.index(row)
        beside = [(said_before[_key(row)], row)] if _key(row) in said_before else []
        beside += [(earlier, row) for earlier in days[max(0, place - 1) : place]]
        # What was said of a day rose above the day after it, of which nothing new was said.
        beside += [(row, later) for later in days[place + 1 : place + 2]]
        for before_it, after_it in beside:
            for fall in _lower(before_it, after_it):
                found.setdefault((_key(after_it), fall.member), fall)
    return tuple(found.values())


def _key(row: ArticleDay) -> tuple[str, date]:
    return row.msgid, row.stat_date


def _lower(before: ArticleDay, after: ArticleDay) -> Iterable[Fall]:
    for member in SUMS:
        old = getattr(before, member)
        new = getattr(after, member)
        if old is not None and new is not None and new < old:
            yield Fall(after.msgid, after.stat_date, member, old, new, after.title)
