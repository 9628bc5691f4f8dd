"""The fifth mass message of a month, which WeChat accepts from a service account and delivers to nobody."""

from datetime import timedelta

import pytest
from cli_runner import NOON, Shell
from said import Said

TAG = "tag_id: 101"
OTHER_TAG = "tag_id: 102"
"""All of its followers have the first one too."""


def send(shell: Shell, number: int, to: str = TAG, more: str = "") -> Said:
    """Send a campaign of its own so many days after the first of December."""
    shell.set_time(NOON + timedelta(days=number))
    name = f"n-{number}"
    shell.tree.text(name, content=name, more=more)
    written = shell.tree.read(f"campaigns/{name}/campaign.yaml")
    shell.tree.write(f"campaigns/{name}/campaign.yaml", written.replace("is_to_all: true", to))
    return shell("apply", name, "--sandbox", "--yes", "--format", "json")


def guards(said: Said) -> list[str]:
    return [each["guard"] for each in said.document["campaigns"][0]["refusals"]]


@pytest.fixture
def four(shell: Shell) -> Shell:
    """A shell in which one tag had its four messages of December."""
    assert [0] * 4 == [send(shell, number).status for number in range(4)]
    return shell


def test_the_fifth_to_a_tag_is_refused_until_the_month_is_over(four: Shell) -> None:
    said = send(four, 4)
    assert (5, ["allowance"], 4) == (said.status, guards(said), len(four.report()["jobs"]))
    assert "over_limit: allow" in said.document["campaigns"][0]["refusals"][0]["hint"]
    assert 0 == send(four, 31).status  # The first of January.


def test_a_job_that_reached_nobody_is_an_error_and_is_told(four: Shell) -> None:
    four.tree.settings(state="notify:\n  - {webhook_env: HOOK}\n")
    assert 0 == send(four, 4, OTHER_TAG).status
    assert (128, 0) == (
        four.report()["jobs"][-1]["total_count"],
        four.report()["jobs"][-1]["sent_count"],
    )
    four.control("advance", {"seconds": 600})
    four.tree.write("event.xml", four.report()["events"][-1]["xml"])
    assert 0 == four("record-event", "event.xml", "--sandbox").status
    told = [
        (each["event"], each["campaign"])
        for post in four.report()["notifications"]
        for each in post["body"]["notices"]
    ]
    # The others are of the last three days too, which a new channel hears of.
    assert [("accepted", "n-4"), ("failed", "n-4")] == told[-2:]
    assert "nobody received it" in four("status", "n-4", "--sandbox").out
    (campaign,) = four("status", "n-4", "--sandbox", "--format", "json").document["campaigns"]
    assert ("sent", True) == (
        campaign["status"],
        "nobody received it" in campaign["error"]["message"],
    )


def test_a_job_that_reached_nobody_is_learnt_in_a_rehearsal(four: Shell) -> None:
    assert 0 == send(four, 4, OTHER_TAG).status
    said = four("status", "n-4", "--sandbox", "--wait", "300")
    assert (1, True) == (said.status, "nobody received it" in said.out)
    assert 0 == four("status", "n-4", "--sandbox").status


def test_a_campaign_may_insist_and_is_warned_where_it_is_asked_for(four: Shell) -> None:
    said = send(four, 4, more="send: {over_limit: allow}\n")
    assert (0, 5, 0) == (
        said.status,
        len(four.report()["jobs"]),
        four.report()["jobs"][-1]["sent_count"],
    )
    four.tree.text("n-5", content="n-5")
    asked = " ".join(four("apply", "n-5", "--sandbox", typed="no\n").err.split())
    assert (
        "MC406 a follower of a service account gets at most 4 mass messages a month, and n-0"
        in asked
    )


def test_what_was_sent_under_a_warning_is_told_with_it(four: Shell) -> None:
    four.tree.settings(state="notify:\n  - {webhook_env: HOOK}\n")
    assert 0 == send(four, 4, OTHER_TAG).status
    *_, notice = [
        each for post in four.report()["notifications"] for each in post["body"]["notices"]
    ]
    assert ("accepted", "n-4") == (notice["event"], notice["campaign"])
    assert [w for w in notice["send"]["warnings"] if "gets at most 4 mass messages a month" in w]
