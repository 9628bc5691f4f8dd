"""`plan --refresh`: what WeChat has now, against the ledger; nothing is recorded, and one account stops no other."""

from typing import Any

import pytest
from cli_runner import Shell
from repositories import APPID, SECRET_VARIABLE, window
from syrupy.assertion import SnapshotAssertion

DUE = window("2026-12-01T10:00:00+08:00", "2026-12-01T18:00:00+08:00")
SOON = window("2026-12-01T14:00:00+08:00", "2026-12-01T18:00:00+08:00")


@pytest.fixture
def staged(shell: Shell) -> Shell:
    """A letter whose draft is saved, and a notice to a tag; both open later today."""
    shell.tree.news("letter", more=SOON)
    assert 0 == shell("apply", "--sandbox", "--yes").status
    return shell


def refreshed(shell: Shell, *names: str) -> dict[str, Any]:
    return shell("plan", *names, "--refresh", "--sandbox", "--format", "json").document


def drift(shell: Shell, *names: str) -> list[tuple[str, Any, Any]]:
    return [
        (each["kind"], each["before"], each["now"])
        for each in refreshed(shell, *names)["remote"]["drift"]
    ]


def guards(document: dict[str, Any], name: str) -> list[str]:
    return [
        r["guard"]
        for each in document["campaigns"]
        if each["name"] == name
        for r in each["refusals"]
    ]


def test_nothing_is_other_than_recorded(staged: Shell):
    before = (staged.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()
    document = refreshed(staged)
    assert {"drift": [], "errors": []} == document["remote"]
    assert before == (staged.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()
    assert "everything is as recorded" in staged("plan", "--refresh", "--sandbox").out
    assert "remote" not in staged("plan", "--sandbox", "--format", "json").document


def test_a_draft_that_was_changed(staged: Shell):
    staged.edit_draft(APPID, title="别的标题")
    document = refreshed(staged)
    assert [("draft_changed", "saved", "changed")] == drift(staged)
    assert ["draft_changed"] == guards(document, "letter")


def test_a_draft_that_is_gone(staged: Shell):
    """The world is reset: the draft box is empty, and somebody may have sent it."""
    staged.control("reset", {})
    document = refreshed(staged)
    assert ("draft_gone", "saved", None) in drift(staged)
    assert ["draft_gone"] == guards(document, "letter")
    assert not [step for each in document["campaigns"] for step in each["steps"]]


def test_an_audience_that_grew_and_one_that_is_gone(staged: Shell):
    staged.control("accounts", {"appid": APPID, "followers": 3000})
    ((kind, before, now),) = drift(staged)
    assert ("audience_size", 3000, True) == (kind, now, before != now)


def test_an_audience_outside_its_bounds_is_refused_by_its_size_now(shell: Shell):
    shell.tree.news("crowd", more="  expect: {max: 2500}\n" + DUE)
    assert 0 == shell("apply", "--sandbox", "--yes", "--until", "draft").status
    assert [] == guards(refreshed(shell), "crowd")
    shell.control("accounts", {"appid": APPID, "followers": 3000})
    document = refreshed(shell)
    assert (["audience_bounds"], 0) == (guards(document, "crowd"), document["summary"]["send_mass"])
    assert 5 == shell("apply", "--sandbox", "--yes").status
    shell.control("accounts", {"appid": APPID, "followers": 2000})
    document = refreshed(shell)
    assert ([], 1) == (guards(document, "crowd"), document["summary"]["send_mass"])


def test_a_job_that_ended(shell: Shell):
    shell.tree.text("notice", more=DUE)
    assert 0 == shell("apply", "--sandbox", "--yes").status
    assert [] == drift(shell)
    shell.control("advance", {"seconds": 3600})
    assert [("job_status", "sending", "sent")] == drift(shell)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_reads_well(staged: Shell, snapshot: SnapshotAssertion, language: str):
    staged.tree.settings(language=language)
    staged.edit_draft(APPID, title="别的标题")
    staged.control("accounts", {"appid": APPID, "followers": 3000})
    assert snapshot == staged.scrub(staged("plan", "--refresh", "--sandbox").out)
    assert snapshot == staged.scrub(
        staged("plan", "--refresh", "--sandbox", "--format", "markdown").out
    )


def test_an_account_that_cannot_be_asked(shell: Shell):
    """Without its secret: said once, and the plan is shown all the same."""
    shell.tree.news("letter", more=SOON)
    said = shell("plan", "--refresh", "--format", "json")
    assert (1, [], ["main"]) == (
        said.status,
        said.document["remote"]["drift"],
        [each["account"] for each in said.document["remote"]["errors"]],
    )
    assert SECRET_VARIABLE in said.document["remote"]["errors"][0]["hint"]
    assert SECRET_VARIABLE in shell("plan", "--refresh").out
    assert SECRET_VARIABLE in shell("plan", "--refresh", "--format", "markdown").out


def test_a_plan_that_wechat_had_a_part_in_is_not_saved(staged: Shell):
    said = staged("plan", "--refresh", "--sandbox", "--out", "plan.json")
    assert (2, False) == (said.status, (staged.root / "plan.json").exists())
