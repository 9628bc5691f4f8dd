"""A report with everything that a page can show: an account with a year of sends, some of them with holes."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from report_samples import DAY, Sends

from massctl.model.ids import CampaignName
from massctl.model.phrase import BEIJING
from massctl.report.report import ArticleFacts, Report, Scene, SendFacts, SendReport

NOW: Final = datetime(2026, 11, 30, 9, 12, tzinfo=BEIJING)
NEWEST: Final = datetime(2026, 11, 16, 20, 0, 12, tzinfo=BEIJING)
"""When the newest send went out: a Monday, fourteen days before NOW."""
_HOLE: Final = 5
"""The day of the newest send that was not collected."""
TITLES: Final = (
    "城墙根下的三条路，趁天还没冷透",
    "下雪前去看一次潮白河",
    "会员十二月：温泉、木炭和一本旧书",
    "地图上没有的村子",
    "雨天出门的十二条理由",
    "把自行车推上山",
)
FROM: Final = {
    Scene.MESSAGE: 5200,
    Scene.RECOMMENDED: 900,
    Scene.CHAT: 640,
    Scene.MOMENTS: 760,
    Scene.HOME_PAGE: 180,
    Scene.SEARCH: 120,
    Scene.OTHER: 60,
}
"""Readers of a usual send in the end, by where they came from."""
RESCUED: Final = {**FROM, Scene.MESSAGE: 2700, Scene.RECOMMENDED: 2700, Scene.MOMENTS: 560}
"""Those of a send that followers read less than usual, and WeChat recommended more."""


def readers_by(day: int, in_the_end: Mapping[Scene, float]) -> dict[str, int]:
    """Return the readers by the end of a day: followers at once, others later."""
    at_once, later = 1 - math.exp(-day / 1.6), 1 / (1 + math.exp(-(day - 4) / 1.3))
    return {
        scene.value: round(people * (later if scene is Scene.RECOMMENDED else at_once))
        for scene, people in in_the_end.items()
    }


def add_send(
    sends: Sends,
    name: str,
    number: int,
    at: datetime,
    titles: Sequence[str],
    in_the_end: Mapping[Scene, float] = FROM,
    *,
    edition: int = 1,
    finished: float = 0.64,
    hole: int = 0,
    now: datetime = NOW,
) -> None:
    """Add a send of news, and what WeChat had counted of it by a morning."""
    sends.send(name, number, at, edition=edition, title=titles[0])
    sends.job(name, (48_310, 48_099, 48_059, 40), edition, at=at)
    articles = tuple(ArticleFacts(each, "林晚", "qingshan") for each in titles)
    facts = SendFacts(articles=articles, commit="4f2a9c1be07d55310c7a2f6b", approver="zhou-lan")
    sends.facts[CampaignName(name), edition] = facts
    last = min((now.date() - at.date()).days, 30)
    for position in range(1, len(titles) + 1):
        fewer = 1 + 2.2 * (position - 1)
        for day in range(1, last + 1):
            if day == hole:
                continue
            sources = readers_by(day, {key: each / fewer for key, each in in_the_end.items()})
            readers = sum(sources.values())
            sends.read(
                number,
                day,
                position=position,
                sent=at,
                is_delay=day == last < 30,
                read_user=readers,
                read_user_source=sources,
                share_user=round(readers * 0.041),
                zaikan_user=round(readers * 0.018),
                like_user=round(readers * 0.036),
                comment_count=round(readers * 0.006),
                collection_user=round(readers * 0.024),
                praise_money=readers * 3,
                read_subscribe_user=round(readers * 0.009),
                read_delivery_rate=round(sources[Scene.MESSAGE] / 48_059, 4),
                read_finish_rate=finished - 0.01 * min(day, 7),
                read_avg_activetime=2.4 - 0.02 * min(day, 7),
                read_jump_position={1: 0.31, 2: 0.12, 3: 0.08, 4: 0.09, 5: 0.40},
            )


def sample_sends(count: int) -> Sends:
    """Return so many sends of one account, and who stopped and began to follow it in those days."""
    sends = Sends()
    for number in reversed(range(1, count)):
        at = NEWEST - timedelta(days=9 * number + number % 4)
        size = 1 + 0.28 * math.sin(number * 1.7)
        people = {scene: each * size for scene, each in FROM.items()}
        title = TITLES[number % len(TITLES)]
        add_send(sends, f"2026-walk-{number}", 1000 + number, at, [title], people)
    sends.send("2026-11-walks", 1, NEWEST - 300 * DAY)
    add_send(
        sends,
        "2026-11-walks",
        1000,
        NEWEST,
        TITLES[:3],
        RESCUED,
        edition=2,
        finished=0.5,
        hole=_HOLE,
    )
    for before in range(70):
        day = NOW.date() - (before + 1) * DAY
        gone = 30 + before * 37 % 23 + 29 * (day == NEWEST.date())
        sends.account_day(
            day, cancel_user={0: gone}, new_user={0: 44 + before % 5}, cumulate_user=48_307
        )
    return sends


@cache
def sample_report(count: int = 40) -> Report:
    """Return a report on so many sends, newest first."""
    return sample_sends(count).report(now=NOW, since=NEWEST.date() - 299 * DAY)


def newest() -> SendReport:
    """Return the send that the samples are about: fourteen days old, three articles, an edition before it."""
    return sample_report(12).sends[0]


@cache
def newest_report(count: int = 12) -> Report:
    """Return the report on that send alone, after so many less one."""
    return sample_sends(count).report("2026-11-walks", now=NOW, since=NEWEST.date())
