"""Play a month of statistics: the sandbox counts, massctl asks when it thinks it is due, and the numbers are compared.

What the archive holds is held against the sandbox's own answers, which are asked for here without any of massctl.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from building import IN_TIME, intent, news_body
from sandbox_client import APPID, SECRET, Clock, picture

from massctl.apply.ports import DraftArticle, Upload
from massctl.apply.statistics import Collected, collect
from massctl.ledger.statistics import LocalStatistics
from massctl.model.ids import AppId, CampaignName
from massctl.model.phrase import BEIJING
from massctl.model.send import Accepted
from massctl.model.statistics import ArticleDay, Statistics, StatisticsCall
from massctl.plan.statistics import due_requests
from massctl.sandbox.embedded import Sandbox
from massctl.wechat.client import WeChatClient

ME = AppId(APPID)
ARTICLES = StatisticsCall.ARTICLES
ACCOUNT, USERS, FOLLOWERS = StatisticsCall.ACCOUNT, StatisticsCall.USERS, StatisticsCall.FOLLOWERS


class Now:
    """The sandbox's time, for what waits."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> datetime:
        return self._sandbox.now()

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


@dataclass
class Month:
    """A send, and everything that is asked about it afterwards."""

    sandbox: Sandbox
    client: WeChatClient
    clock: Clock
    archive: LocalStatistics
    sent: date = date.min
    msgid: str = ""
    rounds: list[Collected] = field(default_factory=list)

    def send(self, articles: int = 1) -> None:
        cover = self.client.add_material(Upload(picture(), "a.jpg", "image/jpeg")).media_id
        one = DraftArticle(
            "标题",
            "",
            "",
            "<p>一</p>",
            "",
            cover,
            need_open_comment=True,
            only_fans_can_comment=False,
        )
        job = self.client.send_mass(
            intent(
                body=news_body(self.client.add_draft([one] * articles)), campaign=CampaignName("n")
            ),
            IN_TIME,
        )
        assert isinstance(job, Accepted)
        self.sent, self.msgid = (
            self.sandbox.now().astimezone(BEIJING).date(),
            f"{job.msg_data_id}_1",
        )

    def order(self, *rules: dict[str, Any]) -> None:
        with self._http() as http:
            body = {"appid": APPID, "clear": True, "rules": [self._dated(rule) for rule in rules]}
            assert 200 == http.post("http://127.0.0.1/_sandbox/statistics", json=body).status_code

    def live(self, days: int) -> None:
        """Let days pass, and ask every three hours whether something is due."""
        for _ in range(days * 8):
            self.clock.later(hours=3)
            asked = self.archive.calls(ME, self.sent - timedelta(days=1))
            requests = due_requests({self.sent}, asked, self.sandbox.now())
            if requests:
                self.rounds.append(
                    collect(ME, self.client, self.archive, requests, Now(self.sandbox))
                )

    def asked(self) -> Counter[StatisticsCall]:
        return Counter(call.call for each in self.rounds for call in each.calls)

    def known(self) -> Statistics:
        return self.archive.load(ME)

    def days(self) -> dict[int, ArticleDay]:
        """Return the days of the first article, from 1."""
        rows = self.known().articles.get(self.msgid, ())
        return {(row.stat_date - self.sent).days + 1: row for row in rows}

    def told(self, call: str, begin: date, end: date | None = None) -> list[dict[str, Any]]:
        """Return what the sandbox says, without massctl."""
        with self._http() as http:
            grant = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
            token = http.post("/cgi-bin/stable_token", json=grant).json()["access_token"]
            body = {"begin_date": str(begin), "end_date": str(end or begin)}
            answer = http.post(
                f"/datacube/{call}", params={"access_token": token}, content=json.dumps(body)
            )
            return list(answer.json()["list"])

    def _http(self) -> httpx.Client:
        return httpx.Client(
            transport=httpx.WSGITransport(self.sandbox.app), base_url="https://api.weixin.qq.com"
        )

    def _dated(self, rule: dict[str, Any]) -> dict[str, Any]:
        return {**rule, "day": str(self.sent + timedelta(days=rule["day"] - 1))}


@pytest.fixture
def month(sandbox: Sandbox, clock: Clock, tmp_path: Path) -> Iterator[Month]:
    sandbox.ensure_account(APPID, followers=50_000)
    opened = WeChatClient.open(
        APPID, SECRET, "https://api.weixin.qq.com", inside=sandbox.app, sleep=lambda _: None
    )
    with opened as client:
        yield Month(sandbox, client, clock, LocalStatistics(tmp_path / "statistics"))


@pytest.mark.night
@pytest.mark.slow
def test_a_month_without_trouble_is_archived_with_few_calls(month: Month) -> None:
    month.send(2)
    month.live(36)
    calls = month.asked()
    assert 30 <= calls[ARTICLES] <= 31
    assert calls.total() <= 30 * 4 + 20
    assert {"done"} == {call.outcome for each in month.rounds for call in each.calls}
    assert all(not each.falls and not each.left_out for each in month.rounds)
    (first, second) = month.told("getarticletotaldetail", month.sent)
    for told in (first, second):
        rows = month.known().articles[told["msgid"]]
        assert [each["read_user"] for each in told["detail_list"]] == [
            row.read_user for row in rows
        ]
        assert [each["stat_date"] for each in told["detail_list"]] == [
            str(row.stat_date) for row in rows
        ]
        for each, row in zip(told["detail_list"], rows, strict=True):
            scenes = {
                scene["scene_desc"]: scene["user_count"] for scene in each["read_user_source"]
            }
            assert scenes == {"全部": row.read_user, **row.read_user_source}
            assert each["read_finish_rate"] == row.read_finish_rate
            assert {
                x["position"]: x["rate"] for x in each["read_jump_position"]
            } == row.read_jump_position


@pytest.mark.night
@pytest.mark.slow
def test_the_account_s_days_are_archived_as_they_were_told(month: Month) -> None:
    month.send()
    month.live(33)
    account = month.known().account
    end = month.sent + timedelta(days=29)
    for row in month.told("getbizsummary", month.sent, end):
        day = account[date.fromisoformat(row["ref_date"])]
        assert (row["detail"]["read_user"], row["detail"]["send_page_count"]) == (
            day.read_user,
            day.send_page_count,
        )
    for start in range(0, 28, 7):
        begin = month.sent + timedelta(days=start)
        gone: Counter[date] = Counter()
        for row in month.told("getusersummary", begin, begin + timedelta(days=6)):
            gone[date.fromisoformat(row["ref_date"])] += row["cancel_user"]
        assert gone == Counter(
            {day: sum((account[day].cancel_user or {}).values()) for day in gone}
        )
        for row in month.told("getusercumulate", begin, begin + timedelta(days=6)):
            assert (
                row["cumulate_user"] == account[date.fromisoformat(row["ref_date"])].cumulate_user
            )


@pytest.mark.slow
def test_a_day_that_was_late_is_half_at_first_and_whole_in_the_end(month: Month) -> None:
    month.send()
    month.order({"do": "delayed", "day": 2, "hours": 14})
    month.live(2)
    assert month.days()[2].is_delay
    half = month.days()[2].read_user
    month.live(3)
    whole = month.days()[2]
    assert not whole.is_delay
    assert half is not None
    assert whole.read_user is not None
    assert half < whole.read_user
    assert (
        whole.read_user
        == month.told("getarticletotaldetail", month.sent)[0]["detail_list"][1]["read_user"]
    )
    assert {"done", "delayed", "not_ready"} == {
        call.outcome for each in month.rounds for call in each.calls
    }


@pytest.mark.slow
def test_a_hole_stays_a_hole_and_is_no_zero(month: Month) -> None:
    month.send()
    month.order({"do": "missing", "day": 3})
    month.live(8)
    days = month.days()
    assert [1, 2, 4, 5, 6, 7] == [day for day in days if day <= 7]
    day = month.known().account.get(month.sent + timedelta(days=2))
    assert day is None or (day.read_user, day.cancel_user, day.cumulate_user) == (None, None, None)
    assert month.asked()[ARTICLES] <= 8 + 12 * 2


@pytest.mark.slow
def test_a_hole_that_is_mended_later_is_filled(month: Month) -> None:
    month.send()
    month.order({"do": "missing", "day": 3})
    month.live(5)
    assert 3 not in month.days()
    month.order()
    month.live(2)
    assert month.days()[3].read_user is not None
    day = month.known().account[month.sent + timedelta(days=2)]
    assert None not in (day.read_user, day.cancel_user, day.cumulate_user)


@pytest.mark.slow
def test_sums_that_fall_are_told_once_and_kept(month: Month) -> None:
    month.send()
    month.order({"do": "falling", "day": 5, "factor": 0.8})
    month.live(9)
    days = month.days()
    assert (days[5].read_user or 0) < (days[4].read_user or 0)
    told = [fall for each in month.rounds for fall in each.falls if fall.member == "read_user"]
    assert [(month.sent + timedelta(days=4), days[4].read_user, days[5].read_user)] == [
        (fall.stat_date, fall.before, fall.after) for fall in told
    ]
