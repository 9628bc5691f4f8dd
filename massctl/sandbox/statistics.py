"""Answer `/datacube/*`: what articles reached, and how the account's followers changed, day by day in Beijing.

Of articles there is data since 2025-11-01. Data of a day is ready at 08:00 of the next (61503 before). Here every
number adds up: the sources to all, the days to the sum, new followers less lost ones to the change of `cumulate_user`,
which is the account's followers. WeChat's readers by source may overlap. Nobody writes to the account, so that the
families of messages and of the interface are empty. The family of calls that WeChat no longer maintains
(`getarticletotal` and its neighbours) is not here. Rules: WeChat docs, "wedata", read 2026-11. `control.Disturbance`
lets days be late, be missing or fall.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal, TypeAlias

from massctl.sandbox import jobs
from massctl.sandbox.readership import (
    ALL,
    DAY,
    MESSAGE,
    READ_DAYS,
    SCENES,
    Article,
)
from massctl.sandbox.request import Refusal, Request, post
from massctl.sandbox.store import BEIJING, Record, beijing, day_start

Kind: TypeAlias = Literal["delayed", "missing", "falling"]
READY_HOUR = 8
"""Of the next day, in Beijing."""
ARTICLES_SINCE, FOLLOWERS_SINCE = date(2025, 11, 1), date(2014, 12, 1)
"""The first days that have data."""
HELD = jobs.HOLD_SECONDS + DAY
"""A job or publication runs at most so long after it was accepted."""
FOLLOWED_FROM = (1, 17, 30, 57, 0)
"""Where new followers come from, most first: 公众号搜索, 名片分享, 扫描二维码, 文章内账号名称, 其他合计."""
NAMES: set[str] = set()
"""The calls."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Window:
    """What one call looks at: the days it was asked for, the articles they concern, what is wrong with them."""

    def __init__(self, request: Request, name: str, days: list[date]) -> None:
        self.request, self.days = request, days
        rules = request.db.find("disturbances", appid=request.appid)
        self._rules = [rule for rule in rules if rule["call"] in (None, name)]

    # Days

    def is_ready(self, day: date) -> bool:
        """Return whether a day's data can be asked for."""
        return self.request.at >= ready_at(day)

    def is_missing(self, day: date) -> bool:
        """Return whether the day was ordered to have no data."""
        return any(
            rule["do"] == "missing" and rule["day"] == day.isoformat() for rule in self._rules
        )

    def is_delayed(self, day: date) -> bool:
        """Return whether the day was ordered to be late, and still is."""
        return any(
            rule["do"] == "delayed"
            and rule["day"] == day.isoformat()
            and self.request.at < ready_at(day) + rule["hours"] * 3600
            for rule in self._rules
        )

    def until(self, first: date, count: int) -> list[date]:
        """Return the days from the first one, at most `count`, that have data by now, if only half of it."""
        days = (first + timedelta(days=number) for number in range(count))
        return [day for day in days if self.is_ready(day) and not self.is_missing(day)]

    # Articles

    def published(self, day: date) -> list[Article]:
        """Return the articles of one day, in the order of publication."""
        return self._published(day, day)

    def read_on(self, day: date) -> list[Article]:
        """Return the articles that may have had readers on a day of the call."""
        start = start_of_day(day)
        return [
            each
            for each in self._readable
            if start - READ_DAYS * DAY < each.published < start + DAY
        ]

    @cached_property
    def _readable(self) -> list[Article]:
        return self._published(self.days[0] - timedelta(days=READ_DAYS), self.days[-1])

    def _published(self, first: date, last: date) -> list[Article]:
        begin, end = start_of_day(first), start_of_day(last) + DAY
        sent, made = (
            self.request.db.find(kind, since=begin - HELD, until=end, appid=self.request.appid)
            for kind in ("jobs", "publications")
        )
        rows = [(jobs.started_at(row), row) for row in sent if self._was_sent(row)]
        rows += [(row["done_at"], row) for row in made]
        now = self.request.at
        told = [(at, row) for at, row in rows if at is not None and begin <= at < end and at <= now]
        return [
            article
            for at, row in sorted(told, key=lambda each: each[0])
            for article in self._articles(row, at)
        ]

    def _was_sent(self, job: Record) -> bool:
        return (
            bool(jobs.articles(job))
            and jobs.event_status(self.request.db, job, self.request.at) == "send success"
        )

    def _articles(self, row: Record, at: float) -> list[Article]:
        articles = row["articles"] if "articles" in row else jobs.articles(row)
        return [
            Article(
                appid=row["appid"],
                msgid=f"{row['msg_data_id']}_{number}",
                position=number,
                title=article["title"],
                url=jobs.article_url(row, number),
                published=at,
                deleted=row.get("deleted_at", {}).get(str(number)),
                sent=row.get("sent_count"),
                followers=self.followers(at),
                has_source=bool(article.get("content_source_url")),
                can_be_praised=self.request.account.kind == "subscription",
                comments=tuple(self._comments.get(f"{row.get('msg_id')}|{number}", ())),
            )
            for number, article in enumerate(articles, start=1)
        ]

    @cached_property
    def _comments(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for row in self.request.db.find("comments"):
            found.setdefault(f"{row['msg_id']}|{row['article']}", []).append(
                row["comment"]["create_time"]
            )
        return {key: sorted(times) for key, times in found.items()}

    # Counts

    def total(self, article: Article, day: date) -> Counter[str]:
        """Count what an article had reached by the end of a day, since it was published."""
        # Half of a day that is late has been counted.
        counted = DAY / 2 if self.is_delayed(day) else DAY
        counts = article.reached(start_of_day(day) + counted)
        fallen = [
            rule
            for rule in self._rules
            if rule["do"] == "falling" and rule["day"] <= day.isoformat()
        ]
        for rule in fallen:
            counts = Counter({name: int(count * rule["factor"]) for name, count in counts.items()})
        return counts

    def on(self, article: Article, day: date) -> Counter[str]:
        """Count what happened on one day."""
        return self.total(article, day) - self.total(article, day - timedelta(days=1))

    # Followers

    def followers(self, moment: float) -> int:
        """Return how many followed the account at a moment."""
        past = [row["after"] for row in self._changes if row["at"] < moment]
        future = [row["before"] for row in self._changes if row["at"] >= moment]
        return int(past[-1] if past else future[0] if future else self.request.account.followers)

    @cached_property
    def _changes(self) -> list[Record]:
        return self.request.db.find("follower_changes", appid=self.request.appid)


def start_of_day(day: date) -> float:
    """Return the beginning of a Beijing day."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING).timestamp()


def day_of(article: Article) -> date:
    """Return the Beijing day on which an article was published."""
    return beijing(article.published).date()


def ready_at(day: date) -> float:
    """Return when the data of a day is ready."""
    return start_of_day(day) + DAY + READY_HOUR * 3600


# How a call is answered

Handler: TypeAlias = Callable[[Window, date], list[Record]]
"""Returns the rows of one day."""


def _call(span: int, *, of_articles: bool = False, name: str = "") -> Callable[[Handler], Handler]:
    """Let the function below answer the call of its name, or of `name`, for at most `span` days at once."""

    def enter(handler: Handler) -> Handler:
        called = name or handler.__name__
        first = ARTICLES_SINCE if of_articles else FOLLOWERS_SINCE

        def answer(request: Request) -> Record:
            window = Window(request, called, _days(request, span))
            # A day that is missing is missing among the days of an article; the article is there.
            whole = called == "getarticletotaldetail"
            told = window.until(window.days[0], READ_DAYS) if whole else window.days
            is_delayed = any(window.is_delayed(day) for day in told)
            if is_delayed and not of_articles:
                # These answers cannot say that there is more to come.
                raise Refusal(61503)
            counted = (day for day in window.days if day >= first)
            days = [day for day in counted if whole or not window.is_missing(day)]
            found: Record = {"list": [row for day in days for row in handler(window, day)]}
            return {**found, "is_delay": is_delayed} if of_articles else found

        NAMES.add(called)
        post(f"/datacube/{called}")(answer)
        return handler

    return enter


def _days(request: Request, span: int) -> list[date]:
    """Read the days of a request; 48001 without the right, 61500 for words that are no days, 61501, 61503."""
    if not request.account.statistics_right:
        raise Refusal(48001)
    given = request.record()
    begin, end = _day(given.get("begin_date")), _day(given.get("end_date"))
    if not begin <= end < day_start(request.now).date() or (end - begin).days >= span:
        raise Refusal(61501)
    if request.at < ready_at(end):
        raise Refusal(61503)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise Refusal(61500)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal(61500) from None


# What articles reached


@_call(1, of_articles=True)
def getarticletotaldetail(window: Window, day: date) -> list[Record]:
    """Answer with the articles of a day: sums from its publication, day by day, for 30 days."""
    return [
        {
            "ref_date": day.isoformat(),
            "msgid": article.msgid,
            "publish_type": 1 if article.sent is None else 0,
            "title": article.title,
            "content_url": article.url,
            "detail_list": [
                _detail(window, article, each) for each in window.until(day, READ_DAYS)
            ],
        }
        for article in window.published(day)
    ]


def _detail(window: Window, article: Article, day: date) -> Record:
    counts = window.total(article, day)
    names = (
        "share_user",
        "zaikan_user",
        "like_user",
        "comment_count",
        "collection_user",
        "praise_money",
    )
    return {
        "stat_date": day.isoformat(),
        **_readers(counts),
        **{name: counts[name] for name in (*names, "read_subscribe_user")},
        **article.manner(sum(counts[scene] for scene in SCENES), counts[MESSAGE]),
    }


@_call(30, of_articles=True)
def getbizsummary(window: Window, day: date) -> list[Record]:
    """Answer with what the whole account reached on each day."""
    counts: Counter[str] = Counter()
    for article in window.read_on(day):
        counts += window.on(article, day)
    names = (
        "share_user",
        "zaikan_user",
        "like_user",
        "comment_count",
        "collection_user",
        "redirect_ori_page_user",
    )
    told = {name: counts[name] for name in names}
    detail = {
        **_readers(counts),
        **told,
        "send_page_count": sum(day_of(article) == day for article in window.read_on(day)),
    }
    return [{"ref_date": day.isoformat(), "detail": detail}]


@_call(1, of_articles=True)
def getarticleread(window: Window, day: date) -> list[Record]:
    """Answer with the readers of every article that was read on a day."""
    return _of_each(window, day, _readers)


@_call(1, of_articles=True)
def getarticleshare(window: Window, day: date) -> list[Record]:
    """Answer with the people who shared, for every article that was shared on a day."""
    return _of_each(window, day, lambda counts: {"share_user": counts["share_user"]})


def _of_each(window: Window, day: date, detail: Callable[[Counter[str]], Record]) -> list[Record]:
    told = [(article.msgid, detail(window.on(article, day))) for article in window.read_on(day)]
    head = {"ref_date": day.isoformat()}
    return [
        {**head, "msgid": msgid, "detail": each}
        for msgid, each in told
        if next(iter(each.values()))
    ]


def _readers(counts: Counter[str]) -> Record:
    everybody = sum(counts[scene] for scene in SCENES)
    by_scene = {ALL: everybody, **{scene: counts[scene] for scene in SCENES}}
    sources = [{"user_count": count, "scene_desc": scene} for scene, count in by_scene.items()]
    return {"read_user": everybody, "read_user_source": sources}


# Followers


@_call(7)
def getusersummary(window: Window, day: date) -> list[Record]:
    """Answer with who came and who went on each day, by where they had come from."""
    new, gone = _came_and_went(window, day)
    sources = sorted({0, *new, *gone})
    return [
        {
            "ref_date": day.isoformat(),
            "user_source": each,
            "new_user": new[each],
            "cancel_user": gone[each],
        }
        for each in sources
    ]


@_call(7)
def getusercumulate(window: Window, day: date) -> list[Record]:
    """Answer with the followers at the end of each day; `user_source` is in real answers and on no page."""
    count = window.followers(start_of_day(day) + DAY)
    return [{"ref_date": day.isoformat(), "user_source": 0, "cumulate_user": count}]


def _came_and_went(window: Window, day: date) -> tuple[Counter[int], Counter[int]]:
    """Count new and lost followers of a day by source; their difference is the change of the account's followers.

    Some come and go every day; a message loses some, and readers from elsewhere follow. The fewer are filled up.
    """
    start = start_of_day(day)
    before, after = window.followers(start), window.followers(start + DAY)
    usual = int(before * 0.001 * (1 + (day.toordinal() * 7 % 5) / 4))
    by_articles = sum(
        window.on(article, day)["read_subscribe_user"] for article in window.read_on(day)
    )
    lost = usual + sum(article.lost_followers(start) for article in window.read_on(day))
    came = max(usual + by_articles, lost + after - before)
    gone = came - (after - before)
    return +(_spread(came - by_articles) + Counter({57: by_articles})), _spread(gone)


def _spread(count: int) -> Counter[int]:
    parts = Counter(
        {
            source: int(count * part)
            for source, part in zip(FOLLOWED_FROM, (0.4, 0.1, 0.3), strict=False)
        }
    )
    parts[0] = count - parts.total()
    return +parts


# Messages of users, and the interface


def _silence(_window: Window, _day: date) -> list[Record]:
    """Answer with nothing: nobody writes to the account."""
    return []


for _name, _span in (
    ("getupstreammsg", 7),
    ("getupstreammsghour", 1),
    ("getupstreammsgweek", 30),
    ("getupstreammsgmonth", 30),
    ("getupstreammsgdist", 15),
    ("getupstreammsgdistweek", 30),
    ("getupstreammsgdistmonth", 30),
    ("getinterfacesummary", 30),
    ("getinterfacesummaryhour", 1),
):
    _call(_span, name=_name)(_silence)
