"""What is asked, planned and told before and after a send shows one block, and what to do where the send failed."""

import json
import re
from datetime import timedelta

import pytest
from cli_runner import NOON, Shell
from repositories import APPID, window

HOOK = "notify:\n  - wecom_robot_env: ROBOT\n  - webhook_env: HOOK\n"
DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")
STOPS = "stop if WeChat finds a reprint (send_ignore_reprint: 0)"
GOES_ON = (
    "continue although WeChat finds a reprint, if the original permits it (send_ignore_reprint: 1)"
)


@pytest.fixture
def told(shell: Shell) -> Shell:
    """A shell in a repository that tells a robot and a webhook, with a news campaign that is due."""
    shell.tree.settings(language="en", state=HOOK)
    shell.env(ROBOT="https://robot.example/", HOOK="https://hook.example/", NO_COLOR="1")
    shell.tree.news("letter", more=DUE)
    return shell


def flat(text: str) -> str:
    """Take out what a view adds to words: line ends, room, and the signs of Markdown."""
    return re.sub(r"[\s\\]+", " ", text.replace("*", "").replace("`", ""))


def posted(shell: Shell, kind: str) -> str:
    return json.dumps(
        [each["body"] for each in shell.report()["notifications"] if each["kind"] == kind]
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [("", STOPS), ("  send_ignore_reprint: true\n", GOES_ON)],
    ids=["stops", "goes on"],
)
def test_the_block_is_the_same_wherever_it_is_shown(told: Shell, more: str, said: str) -> None:
    told.tree.news("letter", more=DUE + more)
    told("plan", "letter", "--sandbox")
    shown = [
        flat(told("plan", "letter", "--sandbox", *form).out)
        for form in ([], ["--format", "markdown"])
    ]
    shown.append(flat(told("apply", "letter", "--sandbox", typed="yes\n").err))
    facts = [
        "every follower",
        "open now",
        "closed to everybody",
        "left after that",
        said,
    ]
    # A comment is for people who plan by weekdays.
    opens = ("2026-12-01 12:00", "Tue 1 Dec 12:00", "2026-12-01 12:00")
    for text, moment in zip(shown, opens, strict=True):
        assert [] == [fact for fact in (*facts, moment) if fact not in text], text
    for kind in ("wecom_robot", "webhook"):
        assert said in posted(told, kind)


def test_a_reprint_is_told_with_the_way_to_send_it_after_all(told: Shell) -> None:
    told("plan", "letter", "--sandbox")
    told.control("ending", {"appid": APPID, "status": "err(30003)"})
    told("apply", "letter", "--sandbox", "--yes")
    told.control("advance", {"seconds": 600})
    (event,) = told.report()["events"]
    told.tree.write("event.xml", event["xml"])
    told("record-event", "event.xml", "--sandbox")
    shown = told("status", "letter", "--sandbox").out.replace("--sandbox ", "")
    for text in (shown, posted(told, "webhook"), posted(told, "wecom_robot")):
        for step in (
            "send_ignore_reprint: true",
            "edition: 2",
            "massctl lock letter",
            "massctl apply letter",
        ):
            assert flat(step) in flat(text.replace("｀", " ")), (step, text)


def test_withdraw_waits_for_the_first_moment_that_wechat_allows(told: Shell) -> None:
    assert 0 == told("apply", "letter", "--sandbox", "--yes").status
    said = told("withdraw", "letter", "--all", "--wait", "10m", "--sandbox", typed="yes\n")
    assert (0, 1) == (said.status, told.report()["calls"]["/cgi-bin/message/mass/delete"]["count"])
    assert [[1]] == [job["deleted_articles"] for job in told.report()["jobs"]]
    assert "every article is withdrawn" in said.out


def test_withdraw_that_waited_in_vain_says_what_is_true_and_what_to_type(told: Shell) -> None:
    assert 0 == told("apply", "letter", "--sandbox", "--yes").status
    said = told("withdraw", "letter", "--all", "--wait", "60s", "--yes", "--sandbox")
    assert (5, "") == (said.status, said.out)
    assert "letter is still being sent" in said.err
    assert "Nothing was withdrawn" in said.err
    assert "massctl withdraw --sandbox letter --all --wait 1h" in said.err
    assert "/cgi-bin/message/mass/delete" not in told.report()["calls"]
    told.set_time(NOON + timedelta(minutes=10))
    assert 0 == told("withdraw", "letter", "--all", "--yes", "--sandbox").status
