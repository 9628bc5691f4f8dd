"""`massctl status --statistics`: what WeChat counted is collected once, and nothing about it touches a send."""

import base64
import hashlib
import itertools
import json
import re
import struct
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cli_runner import NOON, Shell, sent_letter
from published import misfits
from repositories import APPID, png
from services import require_chromium
from syrupy.assertion import SnapshotAssertion

from massctl.apply.ports import Counted
from massctl.cli.pull_request_comments import PULL_REQUEST, SandboxComments
from massctl.cli.statistics import collect_accounts
from massctl.errors import ForgeError
from massctl.ledger.statistics import LocalStatistics
from massctl.model.entries import GENESIS, Entry, SendImported, Told
from massctl.model.ids import AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.model.statistics import StatisticsCall

NEXT_MORNING = NOON + timedelta(hours=21)


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """A news campaign that every follower has."""
    return sent_letter(shell)


def collected(shell: Shell) -> dict[str, object]:
    run = shell("status", "--statistics", "--sandbox", "--format", "json")
    assert [] == misfits("status", run.document)
    (found,) = run.document["statistics"]
    return dict(found, status=run.status)


def calls(shell: Shell) -> int:
    counted = shell.report()["calls"]
    return sum(
        int(each["count"]) for path, each in counted.items() if path.startswith("/datacube/")
    )


def test_statistics_are_collected_once_a_day_and_leave_the_ledger_alone(sent: Shell):
    ledger = (sent.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()
    assert (0, 0, 0) == (collected(sent)["calls"], collected(sent)["status"], calls(sent))
    sent.set_time(NEXT_MORNING)
    first = collected(sent)
    assert (0, 12, None, []) == (first["status"], first["calls"], first["error"], first["falls"])
    assert 12 == calls(sent)
    assert 0 == collected(sent)["calls"]
    sent.set_time(NEXT_MORNING + timedelta(days=1))
    assert 4 == collected(sent)["calls"]
    folder = sent.root / ".massctl/sandbox/massctl.state.statistics"
    rows = [
        json.loads(line)
        for path in folder.rglob("articles-*.jsonl")
        for line in path.read_text().splitlines()
    ]
    assert 2 == len(rows)
    assert rows[0]["read_user"] <= rows[1]["read_user"]
    assert ledger == (sent.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()


def test_what_falls_is_told_and_what_is_missing_or_late_is_asked_for_again(sent: Shell):
    morning = NEXT_MORNING + timedelta(days=2)
    rules = [
        {"call": "getusersummary", "do": "missing", "day": "2026-12-03"},
        {"call": "getarticletotaldetail", "do": "delayed", "day": "2026-12-03", "hours": 3},
    ]
    sent.control("statistics", {"appid": APPID, "rules": rules})
    sent.set_time(morning)
    assert (0, True) == ((first := collected(sent))["status"], first["waits"])
    assert (0, False) == ((again := collected(sent))["calls"], again["waits"])
    falling = {"call": None, "do": "falling", "day": "2026-12-02", "factor": 0.5}
    sent.control("statistics", {"appid": APPID, "rules": [falling]})
    sent.set_time(morning + timedelta(hours=4))
    falls = cast("list[dict[str, Any]]", collected(sent)["falls"])
    assert {"2026-12-02", "2026-12-03"} == {each["stat_date"] for each in falls}
    assert all(each["after"] < each["before"] for each in falls)
    sent.set_time(morning + timedelta(days=1))
    assert (4, False) == ((later := collected(sent))["calls"], later["waits"])
    report = sent("report", "letter", "--sandbox", "--format", "json")
    assert 0 == report.status


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_collected_in_words(sent: Shell, snapshot: SnapshotAssertion, language: str):
    sent.tree.settings(language=language)
    sent.env(NO_COLOR="1")
    sent.set_time(NEXT_MORNING)
    sent.faults({"path": "/datacube/getusersummary", "do": "html", "nth": 1, "times": 4})
    refused = sent("status", "--statistics", "--sandbox")
    again = sent("status", "--statistics", "--sandbox")
    assert [1, 0] == [refused.status, again.status]
    assert snapshot == [sent.scrub(each.out) for each in (refused, again)]


def test_without_the_flag_no_statistics_are_asked_for(sent: Shell):
    sent.set_time(NEXT_MORNING)
    run = sent("status", "--sandbox", "--format", "json")
    assert ([], 0) == ([key for key in run.document if key == "statistics"], calls(sent))


@pytest.fixture
def told(sent: Shell) -> Shell:
    """The same, in a repository that tells a robot and a webhook of reports alone."""
    channels = "notify:\n  - {wecom_robot_env: ROBOT, events: [report]}\n  - {webhook_env: HOOK, events: [report]}\n"
    sent.tree.settings(language="en", state=channels)
    sent.env(
        ROBOT="https://robot.example/?key=k",
        HOOK="https://hook.example/k",
        MASSCTL_CHROMIUM="/nonexistent",
    )
    return sent


def posts(shell: Shell) -> list[dict[str, Any]]:
    return [
        post for post in shell.report()["notifications"] if post["body"].get("msgtype") != "image"
    ]


def days(shell: Shell) -> list[int]:
    hook = [post["body"] for post in posts(shell) if post["kind"] == "webhook"]
    return [each["report"]["day"] for document in hook for each in document["notices"]]


@pytest.mark.night
def test_what_was_reached_is_told_on_four_days_and_once_to_each_channel(told: Shell):
    for after in range(32):
        told.set_time(NEXT_MORNING + timedelta(days=after))
        told("status", "--statistics", "--sandbox")
    assert ([1, 3, 7, 30], 8) == (days(told), len(posts(told)))
    robot = next(
        post["body"]["markdown"]["content"] for post in posts(told) if post["kind"] == "wecom_robot"
    )
    assert robot.startswith(
        "**report** 秋日来信 (letter) · main\n66 of 1,286 followers (5.1%) opened"
    )
    assert "In all, 72 people read it (5.6%); too few to compare with" in robot
    listed = told("state", "list", "--sandbox").out
    assert 8 == len(re.findall(r"fact report \d+ channel (?:ROBOT|HOOK) progress told", listed))
    hook = next(post["body"] for post in posts(told) if post["kind"] == "webhook")
    assert [] == misfits("notices", hook)


def test_day_seven_is_a_comment_on_the_pull_request_once(told: Shell):
    told.tree.settings(
        language="en", state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    for after in (0, 5, 6, 6, 7):
        told.set_time(NEXT_MORNING + timedelta(days=after))
        told("status", "--statistics", "--sandbox")
    (comment,) = posts(told)
    assert ("pull request", "pull_request", "letter") == (
        comment["name"],
        comment["kind"],
        comment["body"]["campaign"],
    )
    mark, head, _, *rows = comment["body"]["body"].splitlines()
    assert "<!-- massctl:day7 letter 1 -->" == mark
    assert "**秋日来信 (letter) · main, edition 1: day 7**" == head
    assert "of 1,286 followers" in rows[0]
    assert "- the whole report: `massctl report letter`" == rows[-1]


def test_a_comment_is_begun_on_record_before_it_is_written(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    told.tree.settings(
        language="en", state="forge: {kind: github, repository: house/letters, token_env: TOKEN}\n"
    )
    at_the_post: list[list[str]] = []

    def progress(comments: SandboxComments) -> list[str]:
        entries = [each.event for each in comments.session.backend.ledger.read(0)]
        return [
            each.progress
            for each in entries
            if isinstance(each, Told) and each.channel == PULL_REQUEST
        ]

    def fails(comments: SandboxComments, *_: str) -> list[int]:
        at_the_post.append(progress(comments))
        raise ForgeError(Phrase("no answer"), Phrase("nothing"), Phrase("later"))

    write = SandboxComments.write

    def succeeds(comments: SandboxComments, *words: str) -> list[int]:
        at_the_post.append(progress(comments))
        return write(comments, *words)

    for minutes, answer in ((0, fails), (5, succeeds), (10, succeeds)):
        monkeypatch.setattr(SandboxComments, "write", answer)
        told.set_time(NEXT_MORNING + timedelta(days=6, minutes=minutes))
        assert 0 == told("status", "--statistics", "--sandbox").status
    assert [["begun"], ["begun", "failed", "begun"]] == at_the_post
    assert 1 == len(posts(told))


def test_without_a_forge_no_comment_is_made(told: Shell):
    told.tree.settings(language="en")
    told.set_time(NEXT_MORNING + timedelta(days=6))
    told("status", "--statistics", "--sandbox")
    assert [] == posts(told)


def test_a_report_that_comes_too_late_is_not_told(told: Shell):
    told.set_time(NEXT_MORNING + timedelta(days=4))
    told("status", "--statistics", "--sandbox")
    assert [] == days(told)


def test_a_channel_that_took_nothing_is_told_the_next_time(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    told.set_time(NEXT_MORNING)
    with monkeypatch.context() as away:
        away.setattr("massctl.cli.channels.posted", lambda *_, **__: Phrase("no answer"))
        said = told("status", "--statistics", "--sandbox")
    assert (0, True) == (said.status, "ROBOT (notify) was not told: no answer" in said.err)
    assert [] == days(told)
    told.set_time(NEXT_MORNING + timedelta(minutes=5))
    told("status", "--statistics", "--sandbox")
    assert [1] == days(told)


def test_no_picture_is_posted_when_the_time_of_a_run_is_over(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("massctl.cli.report_notices._picture", lambda *_: png((1, 2, 3)))
    monkeypatch.setattr("massctl.cli.report_notices.PASS_SECONDS", 0.0)
    told.set_time(NEXT_MORNING)
    said = told("status", "--statistics", "--sandbox")
    assert "ROBOT (notify) got 0 of 1 pictures: the time of a run is over" in said.err
    assert [] == [each for each in posts(told) if each["body"].get("msgtype") == "image"]
    assert [1] == days(told)


def test_a_robot_gets_a_picture_where_there_is_one(told: Shell, monkeypatch: pytest.MonkeyPatch):
    picture = png((1, 2, 3))
    monkeypatch.setattr("massctl.cli.report_notices._picture", lambda *_: picture)
    told.set_time(NEXT_MORNING)
    told("status", "--statistics", "--sandbox")
    (image,) = [
        p["body"]["image"]
        for p in told.report()["notifications"]
        if p["body"].get("msgtype") == "image"
    ]
    assert picture == base64.b64decode(image["base64"])
    assert hashlib.md5(picture, usedforsecurity=False).hexdigest() == image["md5"]


def test_the_picture_is_the_top_of_the_page_as_a_phone_shows_it(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    require_chromium()
    monkeypatch.delenv("MASSCTL_CHROMIUM")
    told.set_time(NEXT_MORNING)
    told("status", "--statistics", "--sandbox")
    (image,) = [
        p["body"]["image"]
        for p in told.report()["notifications"]
        if p["body"].get("msgtype") == "image"
    ]
    data = base64.b64decode(image["base64"])
    width, height = struct.unpack(">II", data[16:24])
    assert (430, True) == (width, 400 < height < 2_000)


def test_where_time_is_short_each_account_has_its_turn(tmp_path: Path):
    state, moments, asked = State(), itertools.count(), list[tuple[str, str]]()
    appids = {name: AppId(f"wx{name * 16}") for name in ("a", "b")}
    for serial, (name, appid) in enumerate(appids.items(), 1):
        event = SendImported(appid=appid, sent_at=NOON, by="wang")
        state.absorb(Entry(serial, GENESIS, NOON, event, CampaignName(name), 1))

    class Account:
        def __init__(self, name: str) -> None:
            self.name = name

        def statistics(self, call: StatisticsCall, *_: object) -> Counted:
            asked.append((self.name, call))
            return Counted()

    def collect(day: int) -> None:
        began = NEXT_MORNING + timedelta(days=day)
        session: Any = SimpleNamespace(
            settings=SimpleNamespace(
                accounts={name: SimpleNamespace(appid=each) for name, each in appids.items()}
            ),
            clock=SimpleNamespace(now=lambda: began + timedelta(seconds=next(moments))),
            backend=SimpleNamespace(statistics=lambda: LocalStatistics(tmp_path)),
            wechat=Account,
            scope=SimpleNamespace(takes_account=lambda _: True),
        )
        found = collect_accounts(session, state, seconds=6)
        assert ["a", "b"] == [name for name, _ in found]

    collect(0)
    assert {"a"} == {name for name, _ in asked}
    asked.clear()
    collect(1)
    assert "b" == asked[0][0]
