"""Sends of two months, collected and reported, against numbers that are added up here by hand from WeChat's answers.

The sandbox is asked over its API, without any of massctl's client, archive or report. A month has four sends to
everybody, so six sends reach over two months.
"""

import csv
import json
import re
from contextlib import closing
from datetime import date, datetime, timedelta
from math import ceil, floor, sqrt
from statistics import mean, variance
from typing import Any

import httpx
import pytest
from cli_runner import NOON, Shell
from repositories import APPID

from massctl.model.phrase import BEIJING
from massctl.sandbox.embedded import open_world

pytestmark = pytest.mark.slow
SENT = tuple(NOON + timedelta(days=each) for each in (0, 7, 14, 21, 31, 38))
"""1, 8, 15 and 22 December, 1 and 8 January, at noon in Beijing."""

SCENES = ("公众号消息", "推荐", "聊天会话", "朋友圈", "公众号主页", "搜一搜", "其他")


class Played:
    """A repository whose campaigns are sent, and WeChat as anybody can ask it."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        shell.tree.settings(language="en")

    def send(self, name: str, at: datetime, *more: str) -> None:
        self.shell.set_time(at)
        self.shell.tree.news(name, title=name, body=f"{name}。\n")
        assert 0 == self.shell("apply", name, "--sandbox", "--yes", *more).status
        self.shell.set_time(at + timedelta(minutes=10))
        assert 0 == self.shell("status", "--sandbox").status

    def collect(self, at: datetime) -> dict[str, Any]:
        """Collect as on a morning after; returns what was said of the account."""
        self.shell.set_time(at)
        found = self.shell("status", "--statistics", "--sandbox", "--format", "json")
        (account,) = found.document["statistics"]
        return {**account, "status": found.status}

    def report(self, *names: str) -> dict[str, Any]:
        found = self.shell("report", *names, "--sandbox", "--format", "json")
        assert (0, "") == (found.status, found.err)
        return found.document

    def order(self, *rules: dict[str, Any]) -> None:
        self.shell.control("statistics", {"appid": APPID, "clear": True, "rules": list(rules)})

    def told(self, call: str, begin: date, end: date | None = None) -> list[dict[str, Any]]:
        world = open_world(self.shell.root / ".massctl" / "sandbox", real_now=lambda: NOON)
        with (
            closing(world),
            httpx.Client(
                transport=httpx.WSGITransport(world.app), base_url="https://api.weixin.qq.com"
            ) as http,
        ):
            grant = {
                "grant_type": "client_credential",
                "appid": APPID,
                "secret": world.ensure_account(APPID),
            }
            token = http.post("/cgi-bin/stable_token", json=grant).json()["access_token"]
            body = {"begin_date": str(begin), "end_date": str(end or begin)}
            answer = http.post(
                f"/datacube/{call}", params={"access_token": token}, content=json.dumps(body)
            )
            return list(answer.json()["list"])

    def article(self, at: datetime) -> dict[int, dict[str, Any]]:
        """Return what WeChat says of the first article of a day, by day from 1."""
        day = at.astimezone(BEIJING).date()
        (article,) = self.told("getarticletotaldetail", day)
        return {
            (date.fromisoformat(each["stat_date"]) - day).days + 1: each
            for each in article["detail_list"]
        }


@pytest.fixture
def played(shell: Shell) -> Played:
    return Played(shell)


def morning(at: datetime, days: int) -> datetime:
    """Return nine o'clock in Beijing, so many days after a noon."""
    return at + timedelta(days=days, hours=-3)


FACTORS = {95: {5: 2.7764}, 99: {4: 5.8409, 5: 4.6041, 6: 4.0321, 7: 3.7074, 8: 3.4995}}
"""Times of 100 -> how many numbers there are -> the factor of Student's distribution."""
RECEIVED = 1286


def usual(rates: list[tuple[float, float]], of: float, percent: int) -> tuple[float, float]:
    """Return the range in which the next ordinary rate lies, by rates and of how many people each is."""
    roots = [sqrt(rate) for rate, _ in rates]
    noise = mean(1 / (4 * whole) for _, whole in rates)
    spread = max(variance(roots), noise)
    reach = FACTORS[percent][len(rates)] * sqrt(spread - noise + 1 / (4 * of) + spread / len(rates))
    lower, upper = max(0, mean(roots) - reach) ** 2, (mean(roots) + reach) ** 2
    means = mean(rate for rate, _ in rates)
    return min(lower, means), max(upper, means)


def shown(share: float) -> float:
    """Return a share with one decimal of a percent; one below a percent with two figures."""
    return round(share, 3 if share >= 0.01 or not share else 4 if share >= 0.001 else 5)


def curve(article: dict[str, Any]) -> dict[int, int]:
    """Return the readers by the end of each day, from 1."""
    return {int(day): count for day, count in article["curve"].items()}


def scene(row: dict[str, Any], name: str) -> int:
    return sum(each["user_count"] for each in row["read_user_source"] if each["scene_desc"] == name)


@pytest.mark.night
def test_two_months_add_up(played: Played):
    for number, at in enumerate(SENT, 1):
        played.send(f"letter-{number}", at)
        for days in (1, 3, 6):
            assert 0 == played.collect(morning(at, days))["status"]
    played.collect(morning(SENT[-1], 31))
    report = played.report()
    assert [f"letter-{number}" for number in (6, 5, 4, 3, 2, 1)] == [
        each["campaign"] for each in report["sends"]
    ]
    by_day = {number: played.article(at) for number, at in enumerate(SENT, 1)}
    for each in report["sends"]:
        number = int(each["campaign"][-1])
        wire, (article,) = by_day[number], each["articles"]
        for day in article["days"]:
            row = wire[day["day"]]
            for name, value in day["figures"].items():
                assert value == pytest.approx(row[name], abs=1e-6), (number, day["day"], name)
        for source in article["sources"]:
            for day, value in source["by_day"].items():
                assert value == scene(wire[int(day)], source["scene"])
        assert curve(article) == {day: row["read_user"] for day, row in wire.items()}
        assert [each["rate"] for each in wire[30]["read_jump_position"]] == pytest.approx(
            [leave["share"] for leave in article["leaves"]], abs=1e-6
        )
    _funnel_adds_up(report["sends"][0], by_day[6][30])
    _comparisons_add_up(played, report["sends"][0], by_day)
    _followers_add_up(played, report["sends"][0])
    _files_add_up(played, by_day)


def _funnel_adds_up(send: dict[str, Any], row: dict[str, Any]) -> None:
    stages = {each["name"]: each for each in send["funnel"]}
    people = {name: stage["people"]["value"] for name, stage in stages.items()}
    assert {
        "audience": 1286,
        "filtered": 1286,
        "sent": 1286,
        "failed": 0,
        "read": scene(row, "公众号消息"),
        "finished": None,
        "shared": row["share_user"],
        "followed": row["read_subscribe_user"],
    } == people
    shares = {name: (stage["share"] or {}).get("value") for name, stage in stages.items()}
    assert shares["read"] == pytest.approx(scene(row, "公众号消息") / 1286, abs=1e-6)
    assert shares["read"] == pytest.approx(row["read_delivery_rate"], abs=1e-6)
    assert shares["finished"] == pytest.approx(row["read_finish_rate"], abs=1e-6)
    assert shares["shared"] == pytest.approx(row["share_user"] / row["read_user"], abs=1e-6)


def judged(row: dict[str, Any], left: int) -> dict[str, tuple[float, float]]:
    """Return what is judged of a send by a day, from WeChat's answer, and of how many people each share is."""
    people = {
        "opened": scene(row, "公众号消息"),
        "shared": row["share_user"],
        "followed": row["read_subscribe_user"],
        "left": left,
        "readers": row["read_user"],
    }
    shares = {name: (count / RECEIVED, RECEIVED) for name, count in people.items()}
    return {**shares, "finished": (row["read_finish_rate"], row["read_user"])}


def gone(played: Played, day: date) -> int:
    return sum(int(row["cancel_user"]) for row in played.told("getusersummary", day))


def _comparisons_add_up(
    played: Played, send: dict[str, Any], by_day: dict[int, dict[int, dict[str, Any]]]
) -> None:
    left = {n: gone(played, at.astimezone(BEIJING).date()) for n, at in enumerate(SENT, 1)}
    assert [1, 3, 7, 30] == [each["day"] for each in send["verdicts"]]
    for verdict in send["verdicts"]:
        before = [judged(by_day[n][verdict["day"]], left[n]) for n in range(1, 6)]
        own = judged(by_day[6][verdict["day"]], left[6])
        assert ("compared", 5) == (verdict["code"], verdict["reference"]["count"])
        found = {each["aspect"]: each for each in verdict["comparisons"]}
        assert own.keys() == found.keys()
        for aspect, (share, whole) in own.items():
            lower, upper = usual(
                [each[aspect] for each in before], whole, 95 if aspect == "opened" else 99
            )
            upper = min(upper, 1) if aspect in ("opened", "finished") else upper
            told = {"lower": shown(lower), "upper": shown(upper)}
            assert (aspect, told) == (aspect, found[aspect]["usual"])
            below, above = shown(share) < told["lower"], shown(share) > told["upper"]
            standing = "below" if below else "above" if above else "within"
            assert (aspect, standing) == (aspect, found[aspect]["standing"])
        _gap_adds_up(verdict["gap"], verdict["day"], by_day)


def _gap_adds_up(
    gap: dict[str, Any], day: int, by_day: dict[int, dict[int, dict[str, Any]]]
) -> None:
    """Each part is within one of the mean of five sends, and all of them add up to the whole."""
    assert abs(gap["usual"] - sum(by_day[n][day]["read_user"] for n in range(1, 6)) / 5) <= 0.5
    assert gap["gap"] == by_day[6][day]["read_user"] - gap["usual"]
    for part in gap["parts"][:-1]:
        mean = sum(scene(by_day[n][day], part["scene"]) for n in range(1, 6)) / 5
        assert part["value"] == scene(by_day[6][day], part["scene"])
        assert abs(part["usual"] - mean) < 1
    for column in ("value", "usual", "gap"):
        assert gap[column] == sum(part[column] for part in gap["parts"])


def _followers_add_up(played: Played, send: dict[str, Any]) -> None:
    sent = SENT[-1].astimezone(BEIJING).date()
    for after, each in enumerate(send["followers"]):
        day = sent + timedelta(days=after)
        assert str(day) == each["day"]
        assert gone(played, day) == each["cancelled"]["value"]
        compared = [date.fromisoformat(found) for found in each["compared"]]
        assert {day.weekday()} == {found.weekday() for found in compared}
        assert all(found < day for found in compared)
        before = [(gone(played, found), 1) for found in compared]
        lower, upper = usual(before, 1, 99)
        assert each["usual"] == {"lower": ceil(lower), "upper": floor(upper)}


def _files_add_up(played: Played, by_day: dict[int, dict[int, dict[str, Any]]]) -> None:
    assert 0 == played.shell("report", "--sandbox", "--out", "made").status
    with (played.shell.root / "made/report.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert 6 * 4 == len(lines)
    sources = dict(
        zip(
            ("message", "recommended", "chat", "moments", "home_page", "search", "other"),
            SCENES,
            strict=True,
        )
    )
    for line in lines:
        row = by_day[int(line["campaign"][-1])][int(line["day"])]
        for name in (
            "read_user",
            "share_user",
            "zaikan_user",
            "like_user",
            "collection_user",
            "read_subscribe_user",
        ):
            assert row[name] == int(line[name])
        assert row["read_finish_rate"] == pytest.approx(float(line["read_finish_rate"]), abs=1e-6)
        assert {name: scene(row, word) for name, word in sources.items()} == {
            name: int(line[f"from_{name}"]) for name in sources
        }
    shown = (played.shell.root / "made/report.md").read_text(encoding="utf-8")
    page = (played.shell.root / "made/report.html").read_text(encoding="utf-8")
    for rows in by_day.values():
        assert f" {rows[7]['read_user']:,} " in shown
        assert f"{rows[7]['read_user']:,}" in page


def test_a_hole_is_told_with_its_reason_and_is_no_zero(played: Played):
    played.send("letter", NOON)
    played.order({"do": "missing", "day": "2026-12-03"})
    played.collect(morning(NOON, 9))
    (send,) = played.report("letter")["sends"]
    days = {each["day"]: each for each in send["articles"][0]["days"]}
    assert (None, "not_collected") == (
        days[3]["figures"]["read_user"],
        days[3]["missing"]["read_user"],
    )
    assert "not_yet" == days[30]["missing"]["read_user"]
    assert [1, 2, 4, 5, 6, 7, 8, 9] == list(curve(send["articles"][0]))
    assert (None, "not_collected") == tuple(
        send["followers"][2]["cancelled"][name] for name in ("value", "missing")
    )
    assert 0 < send["followers"][1]["cancelled"]["value"]
    freshness = played.report()["accounts"][0]["freshness"]
    assert (["2026-12-03"], "2026-12-02") == (freshness["missing"], freshness["complete_until"])
    shown = played.shell("report", "letter", "--sandbox", "--format", "markdown").out
    assert "day 3: the archive has no answer of WeChat for that day" in shown
    played.order()
    played.collect(morning(NOON, 10))
    (mended,) = played.report("letter")["sends"]
    assert (
        0
        < next(each for each in mended["articles"][0]["days"] if each["day"] == 3)["figures"][
            "read_user"
        ]
    )


def test_a_day_that_is_late_says_so_and_is_not_compared(played: Played):
    played.send("letter", NOON)
    played.order({"do": "delayed", "day": "2026-12-01", "hours": 30})
    said = played.collect(morning(NOON, 1))
    assert (0, True) == (said["status"], said["waits"])
    (send,) = played.report("letter")["sends"]
    (first, *_) = send["articles"][0]["days"]
    assert first["is_delay"]
    assert "newer numbers are to come" in send["sentence"]
    assert ["2026-12-01"] == played.report()["accounts"][0]["freshness"]["delayed"]
    half = first["figures"]["read_user"]
    played.collect(morning(NOON, 3))
    (send,) = played.report("letter")["sends"]
    (first, *_) = send["articles"][0]["days"]
    assert not first["is_delay"]
    assert half < first["figures"]["read_user"] == played.article(NOON)[1]["read_user"]
    assert [] == played.report()["accounts"][0]["freshness"]["delayed"]


def test_sums_that_fall_are_told_and_shown_as_they_are(played: Played):
    played.send("letter", NOON)
    played.order({"do": "falling", "day": "2026-12-06", "factor": 0.7})
    before = played.collect(morning(NOON, 5))
    after = played.collect(morning(NOON, 6))
    assert [] == before["falls"]
    (fall,) = [each for each in after["falls"] if each["member"] == "read_user"]
    wire = played.article(NOON)
    assert (wire[5]["read_user"], wire[6]["read_user"], "2026-12-06") == (
        fall["before"],
        fall["after"],
        fall["stat_date"],
    )
    (send,) = played.report("letter")["sends"]
    article = send["articles"][0]
    assert ["2026-12-06"] == article["fell"]
    assert {day: wire[day]["read_user"] for day in range(1, 7)} == curve(article)


def test_a_text_is_asked_about_by_nobody_and_has_no_readers(played: Played):
    played.shell.tree.text("notice")
    assert 0 == played.shell("apply", "notice", "--sandbox", "--yes").status
    played.shell.set_time(NOON + timedelta(minutes=10))
    played.shell("status", "--sandbox")
    said = played.collect(morning(NOON, 2))
    assert (0, 0) == (said["status"], said["calls"])
    (send,) = played.report("notice")["sends"]
    assert (False, []) == (send["is_article"], send["articles"])
    assert "1,286 followers received" in send["sentence"]


def test_a_withdrawn_article_is_marked_and_its_numbers_stay(played: Played):
    played.send("letter", NOON)
    played.shell.set_time(NOON + timedelta(days=1))
    assert 0 == played.shell("withdraw", "letter", "--all", "--sandbox", "--yes").status
    played.collect(morning(NOON, 6))
    (send,) = played.report("letter")["sends"]
    assert send["is_withdrawn"]
    counts = curve(send["articles"][0])
    assert counts[1] < counts[2] == counts[6]


@pytest.mark.parametrize("minute", [52, 35])
def test_a_send_shortly_before_midnight_is_found_on_the_day_that_wechat_says(
    played: Played, minute: int
):
    """The administrator, who has half an hour, confirms it on the next day."""
    played.shell("sandbox", "reset")
    played.shell.control("accounts", {"appid": APPID, "protection": True})
    late = NOON.replace(hour=15, minute=minute)
    played.shell.set_time(late)
    played.shell.tree.news("letter", body="夜里。\n")
    played.shell("apply", "letter", "--sandbox", "--yes")
    played.shell.set_time(late + timedelta(minutes=28))
    played.shell("status", "--sandbox")  # the sandbox sees the time
    played.shell.control("admin", {"appid": APPID, "confirm": True})
    played.shell.set_time(late + timedelta(minutes=40))
    played.shell("status", "--sandbox")
    settled = ("--sent", "3147000001", "--reason", "MASSSENDJOBFINISH")
    assert 0 == played.shell("reconcile", "letter", *settled, "--sandbox", "--yes").status
    played.shell("status", "--sandbox")
    played.collect(morning(NOON, 4))
    (send,) = played.report("letter")["sends"]
    wire = played.article(NOON + timedelta(days=1))
    assert "2026-12-02" == send["ref_date"]
    assert wire[1]["read_user"] == send["articles"][0]["days"][0]["figures"]["read_user"]
    assert ["2026-12-02", "2026-12-03", "2026-12-04"] == [each["day"] for each in send["followers"]]


@pytest.mark.night
def test_a_channel_hears_of_a_send_on_four_days_once_each_with_wechats_numbers(played: Played):
    shell = played.shell
    shell.tree.settings(language="en", state="notify:\n  - {webhook_env: HOOK, events: [report]}\n")
    shell.env(HOOK="https://hook.example/x")
    played.send("letter", NOON)
    for days in range(1, 33):
        for hours in (0, 3):
            played.collect(morning(NOON, days) + timedelta(hours=hours))
    wire = played.article(NOON)
    told = [
        notice for post in shell.report()["notifications"] for notice in post["body"]["notices"]
    ]
    assert [1, 3, 7, 30] == [notice["report"]["day"] for notice in told]
    for notice in told:
        day = notice["report"]["day"]
        opened = scene(wire[day], "公众号消息")
        assert f"{opened} of 1,286 followers" in notice["message"]
        assert re.search(rf"by the end of day {day}[.,]", notice["message"])
        said = " ".join(notice["report"]["lines"])
        assert f"In all, {wire[day]['read_user']} people read it" in said


def test_a_day_that_comes_late_is_told_when_it_comes(played: Played):
    shell = played.shell
    shell.tree.settings(language="en", state="notify:\n  - {webhook_env: HOOK, events: [report]}\n")
    shell.env(HOOK="https://hook.example/x")
    played.send("letter", NOON)
    played.order({"do": "missing", "day": "2026-12-03"})
    for days in (1, 2, 3):
        played.collect(morning(NOON, days))
    days = [
        n["report"]["day"]
        for post in shell.report()["notifications"]
        for n in post["body"]["notices"]
    ]
    assert [1] == days
    played.order()
    played.collect(morning(NOON, 3) + timedelta(hours=3))
    days = [
        n["report"]["day"]
        for post in shell.report()["notifications"]
        for n in post["body"]["notices"]
    ]
    assert [1, 3] == days
