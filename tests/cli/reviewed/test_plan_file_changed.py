"""A saved plan between its review and `apply --plan`: edited by hand, used twice, overtaken by time or by a send."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from changes import REVIEWERS, Change, edit
from issue import HOME, YAML, Issue, assert_goes_out_once, assert_nothing_left, performed, refusals

Document = dict[str, Any]
Edit = Callable[[Document], object]
OTHER = "sha256:" + "0" * 64


@pytest.fixture
def mode() -> str:
    return "plan"


def first(document: Document) -> Document:
    campaign = document["campaigns"][0]
    assert isinstance(campaign, dict)
    return campaign


STALE: dict[str, Edit] = {
    "digest": lambda plan: plan.update(digest=OTHER),
    "lineage": lambda plan: plan.update(lineage="01JDXW00000000000000000000"),
    "serial": lambda plan: plan.update(serial=7),
    "a campaign's name": lambda plan: first(plan).update(name="other"),
    "account": lambda plan: first(plan).update(account="other"),
    "edition": lambda plan: first(plan).update(edition=2),
    "status": lambda plan: first(plan).update(status="previewed"),
    "window": lambda plan: first(plan).update(window="none"),
    "next_at": lambda plan: first(plan).update(next_at="2026-12-02T11:00:00+08:00"),
    "a campaign's digest": lambda plan: first(plan).update(digest=OTHER),
    "a step less": lambda plan: first(plan)["steps"].pop(),
    "a step's address": lambda plan: first(plan)["steps"][-1].update(address="other/send"),
    "a step's reason": lambda plan: first(plan)["steps"][-1].update(reason="resubmit"),
    "a step that can be undone": lambda plan: first(plan)["steps"][-1].update(reversible=True),
    "a refusal": lambda plan: first(plan)["refusals"].append(
        {"guard": "expired", "message": "", "hint": ""}
    ),
    "a campaign more": lambda plan: plan["campaigns"].append({**first(plan), "name": "other"}),
    "no campaign": lambda plan: plan["campaigns"].clear(),
    "summary": lambda plan: plan["summary"].update(send_mass=0),
    "a name that is no campaign": lambda plan: plan.update(names=["other"]),
}
"""Every key that says what would be done, or to what."""
NO_PLAN: dict[str, Edit] = {
    "format_version": lambda plan: plan.update(format_version=2),
    "an unknown key": lambda plan: plan.update(approved=True),
    "a kind that is none": lambda plan: first(plan)["steps"][-1].update(kind="send_everything"),
    "a number in words": lambda plan: plan.update(serial="0"),
}


@pytest.mark.parametrize("change", STALE.values(), ids=STALE)
def test_a_plan_edited_by_hand_does_nothing(issue: Issue, change: Edit):
    issue.edit_json(issue.plan_file, change)
    said = issue.apply()
    assert (said.status, issue.requests()) == (5, 0), said
    assert "differs from the saved plan" in said.out + said.err
    issue.put_back()
    assert_goes_out_once(issue)


@pytest.mark.parametrize("change", NO_PLAN.values(), ids=NO_PLAN)
def test_a_file_that_is_no_plan_is_wrong_usage(issue: Issue, change: Edit):
    issue.edit_json(issue.plan_file, change)
    said = issue.apply()
    assert (said.status, said.out, issue.requests()) == (2, "", 0), said
    assert "is not a saved plan" in said.err


def test_a_plan_larger_than_is_read_is_not_saved(issue: Issue, monkeypatch: pytest.MonkeyPatch):
    """JSON takes many times its size in memory, so there is a limit; one byte more is no saved plan."""
    size = (issue.shell.root / issue.plan_file).stat().st_size
    monkeypatch.setattr("massctl.cli.saved_plans.SAVED_BYTES_MAX", size - 1)
    said = issue.apply()
    assert (2, 0) == (said.status, issue.requests())
    assert "is not a saved plan" in said.err
    monkeypatch.setattr("massctl.cli.saved_plans.SAVED_BYTES_MAX", 100)
    said = issue.shell("plan", "--out", str(issue.shell.root / "more.json"), "--sandbox")
    assert (2, "", False) == (said.status, said.out, (issue.shell.root / "more.json").exists())
    assert "It was not saved." in said.err
    monkeypatch.setattr("massctl.cli.saved_plans.SAVED_BYTES_MAX", size)
    assert_goes_out_once(issue)


def test_a_plan_is_used_up_by_its_send(issue: Issue):
    assert_goes_out_once(issue)
    said = issue.apply()
    assert (said.status, "plan_stale" in refusals(said), performed(said).total()) == (5, True, 0)
    assert "serial (0 → " in refusals(said)["plan_stale"]


def test_a_plan_of_two_is_stale_after_one_of_them_was_sent(issue: Issue):
    issue.shell.tree.text("notice")
    issue.done("apply", "notice", "--sandbox", "--yes")
    said = issue.apply()
    assert (said.status, issue.left()["jobs"]) == (5, 1), said
    assert "serial" in refusals(said)["plan_stale"]


GONE = {
    "the folder is called otherwise": "campaigns/letter-2",
    "the folder is set aside": "campaigns/_letter",
}


@pytest.mark.parametrize("others", [False, True])
@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("to", GONE.values(), ids=GONE)
def test_a_plan_of_a_campaign_that_is_gone_refuses_it_by_name(
    issue: Issue, to: str, named: bool, others: bool
):
    if others:
        issue.shell.tree.text("notice")
    names = ["letter", *(["notice"] if others else [])] if named else []
    issue.done("plan", *names, "--sandbox", "--out", issue.plan_file)
    (issue.shell.root / HOME).rename(issue.shell.root / to)
    assert_nothing_left(issue, issue.apply(), "plan_stale", "letter is gone")
    (issue.shell.root / to).rename(issue.shell.root / HOME)
    said = issue.apply()
    assert (performed(said)["send_mass"], refusals(said)) == (1, {}), said


def test_a_plan_made_without_names_does_not_take_up_a_new_campaign(issue: Issue):
    issue.done("plan", "--sandbox", "--out", issue.plan_file)
    issue.shell.tree.text("notice")
    assert_nothing_left(issue, issue.apply(), "plan_stale", "notice is new")


def test_a_plan_does_not_outlive_its_window(issue: Issue):
    issue.shell.control("advance", {"seconds": 2 * 3600})
    assert_nothing_left(issue, issue.apply(), "plan_stale", "the window of letter")


def test_a_plan_made_before_the_window_sends_nothing_when_it_opens(issue: Issue):
    issue.edit(YAML, "T11:00:00", "T12:30:00")
    issue.done("plan", "--sandbox", "--out", issue.plan_file)
    issue.shell.control("advance", {"seconds": 45 * 60})
    assert_nothing_left(issue, issue.apply(), "plan_stale", "the window of letter")


SAME_PLAN: dict[str, Edit] = {
    "the words of nobody": lambda plan: first(plan)["diagnostics"].clear(),
    "blanks": lambda plan: None,
}


@pytest.mark.parametrize("change", SAME_PLAN.values(), ids=SAME_PLAN)
def test_a_plan_written_otherwise_is_the_same_plan(issue: Issue, change: Edit):
    issue.edit_json(issue.plan_file, change)
    assert_goes_out_once(issue)


def test_a_plan_crosses_machines_whose_line_ends_differ(issue: Issue):
    text = issue.shell.tree.read(issue.plan_file)
    issue.shell.tree.write(issue.plan_file, text.replace("\n", "\r\n"))
    assert_goes_out_once(issue)


NAMED: dict[str, tuple[Change, str]] = {
    "edition": (edit(YAML, "account: main", "account: main\nedition: 2"), "edition"),
    "AppID": (edit("massctl.yaml", "wx0123456789abcdef", "wx0123456789abcdee"), "account"),
    "audience": (edit(YAML, "tag_id: 101", "tag_id: 102"), "audience"),
    "a title": (edit(YAML, "title: 路线卡", "title: 路线图"), "title"),
}


@pytest.mark.parametrize(("change", "word"), NAMED.values(), ids=NAMED)
def test_a_stale_plan_names_what_changed_as_a_lock_does(issue: Issue, change: Change, word: str):
    change(issue)
    assert word in refusals(issue.apply())["plan_stale"]


def test_a_stale_plan_names_nothing_that_did_not_change(issue: Issue):
    issue.shell.tree.write(f"{HOME}/parts/route.md.j2", "{{ undefined_name }}")
    assert "the window" not in refusals(issue.apply())["plan_stale"]


def test_the_hint_of_a_stale_plan_makes_the_same_plan_again(issue: Issue):
    window = (
        "send:\n  not_before: 2026-12-01T11:00:00+08:00\n  not_after: 2026-12-01T13:00:00+08:00\n"
    )
    issue.edit(YAML, window, "")
    issue.done("plan", "letter", "--sandbox", "--out", issue.plan_file)
    REVIEWERS.change(issue)
    hint = json.loads(issue.apply().out)["campaigns"][0]["refusals"][0]["hint"]
    assert issue.plan_file in hint
    issue.done(*hint.partition("massctl ")[2].split())
    assert (issue.apply().status, issue.left()["jobs"]) == (0, 1)
