"""A month of campaigns for two accounts, with conflicts in it: the plan names each, and a timer sends none wrongly."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from cli_runner import NOON, Shell
from repositories import APPID, window

OTHER = "wxfedcba9876543210"
TWO_ACCOUNTS = f"""\
version: 1
language: en
accounts:
  daily:
    appid: {APPID}
    secret_env: WECHAT_MAIN_SECRET
    kind: subscription
  monthly:
    appid: {OTHER}
    secret_env: WECHAT_OTHER_SECRET
    kind: service
"""
ALL, TAG = "is_to_all: true", "tag_id: 101"


def at(day: int, hour: int = 12) -> datetime:
    """Give a moment in Beijing, so many days after the first of December."""
    return NOON + timedelta(days=day, hours=hour - 12)


def between(first: datetime, last: datetime) -> str:
    return window(first.isoformat(), last.isoformat())


@pytest.fixture
def month(shell: Shell) -> Shell:
    """Six campaigns of a subscription account, of which two too many, and nine of a service account."""
    shell.tree.write("massctl.yaml", TWO_ACCOUNTS)

    def add(name: str, account: str, to: str, first: datetime, last: datetime) -> None:
        shell.tree.text(name, content=name, more=between(first, last))
        path = f"campaigns/{name}/campaign.yaml"
        written = (
            shell.tree.read(path).replace("account: main", f"account: {account}").replace(ALL, to)
        )
        shell.tree.write(path, written)

    add("d-lunch", "daily", ALL, at(2, 11), at(2, 13))
    add("d-dinner", "daily", TAG, at(2, 18), at(2, 20))  # The day is taken.
    add("d-week", "daily", ALL, at(4, 9), at(8, 20))
    add("d-friday", "daily", ALL, at(4, 18), at(4, 20))  # The long one gives way.
    add("d-end", "daily", ALL, at(19, 9), at(20, 12))
    add("d-twin", "daily", TAG, at(19, 9), at(20, 13))
    add("d-third", "daily", ALL, at(19, 9), at(20, 14))  # Two days for three.
    for number in range(1, 6):
        # The fifth is one too many.
        add(f"m-{number}", "monthly", ALL, at(3 * number, 10), at(3 * number, 12))
    add("m-january", "monthly", ALL, at(29, 10), at(31, 12))  # It has another month.
    add("m-tag", "monthly", TAG, at(10, 10), at(10, 12))
    return shell


CONFLICTS = {
    "d-dinner": ["d-lunch"],
    "d-third": ["d-end", "d-twin"],
    "m-5": ["m-1", "m-2", "m-3", "m-4"],
}


def refused(document: dict[str, Any]) -> dict[str, str]:
    return {
        campaign["name"]: refusal["message"]
        for campaign in document["campaigns"]
        for refusal in campaign["refusals"]
        if refusal["guard"] == "allowance"
    }


def test_the_plan_names_each_conflict(month: Shell):
    found = refused(month("plan", "--format", "json").document)
    assert sorted(CONFLICTS) == sorted(found)
    for name, others in CONFLICTS.items():
        assert [] == [other for other in others if other not in found[name]], found[name]
    text = " ".join(month("plan").out.split())
    assert "2026-12-03 d-lunch · sends: 0 of 1 used now, none left after what is planned" in text
    assert (
        "m-1, m-2, m-3, m-4 · sends to every follower: 0 of 4 used now, none left after what is planned"
        in text
    )


def test_a_plan_of_one_counts_the_others(month: Shell):
    assert {"d-dinner"} == set(refused(month("plan", "d-dinner", "--format", "json").document))
    assert {} == refused(month("plan", "d-lunch", "--format", "json").document)


def test_a_follower_has_four_a_month(month: Shell):
    document = month("plan", "--format", "json").document
    warned = {
        c["name"] for c in document["campaigns"] for d in c["diagnostics"] if d["code"] == "MC406"
    }
    assert {
        "m-4"
    } == warned  # All of m-1, m-2, m-3 and the tag may reach the same followers before it.


@pytest.mark.night
def test_a_timer_sends_each_once_and_none_wrongly(month: Shell):
    """Twice a day for a month; WeChat never has to say 45028, and what the plan refused is not sent."""
    for day, hour in product(range(32), (11, 19)):
        month.set_time(at(day, hour))
        said = month("apply", "--sandbox", "--yes", "--format", "json")
        assert all(each["error"] is None for each in said.document["campaigns"]), said
    report = month.report()
    days = Counter((job["appid"], job["accepted_at"][:10]) for job in report["jobs"])
    named = [article for job in report["jobs"] for article in [str(job)]]
    sent = {
        name
        for name in (p.name for p in (month.root / "campaigns").iterdir())
        if any(name in j for j in named)
    }
    assert set(CONFLICTS) == {p.name for p in (month.root / "campaigns").iterdir()} - sent
    assert {1} == {count for (appid, _), count in days.items() if appid == APPID}
    assert [] == report["violations"]


def test_45028_leads_to_recording_what_people_sent_on_the_website(month: Shell):
    month.set_time(at(2, 11))
    month("plan", "--sandbox")
    month.control("website_send", {"appid": APPID})
    said = month("apply", "d-lunch", "--sandbox", "--yes", "--format", "json")
    (campaign,) = said.document["campaigns"]
    assert (1, 45028) == (said.status, campaign["error"]["errcode"])
    command = "massctl state import --sandbox --website-send AT --account daily"
    assert command in campaign["error"]["hint"]
    assert 0 == month(*command.replace(" AT ", " 2026-12-03T10:59+08:00 ").split()[1:]).status
    said = month("apply", "d-lunch", "--sandbox", "--yes", "--format", "json")
    told = "2026-12-03: a send in the console (12-03 10:59)"
    assert (5, True) == (said.status, refused(said.document)["d-lunch"].endswith(told))
    (refusal,) = said.document["campaigns"][0]["refusals"]
    assert "the first free day is 2026-12-04" in refusal["hint"]


def test_of_two_that_are_named_the_second_is_refused_in_the_moment_of_its_send(month: Shell):
    month.set_time(at(2, 11))
    assert 0 == month("apply", "d-lunch", "--sandbox", "--yes").status
    month.set_time(at(2, 19))
    said = month("apply", "d-dinner", "--sandbox", "--yes", "--format", "json")
    assert (5, ["d-dinner"], 1) == (
        said.status,
        list(refused(said.document)),
        len(month.report()["jobs"]),
    )
