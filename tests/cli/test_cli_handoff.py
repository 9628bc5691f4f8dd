"""`handoff`: shown in every view of a plan and in the question, refused until somebody did it and said so."""

import re
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from repositories import APPID, window

from massctl.cli.exit_codes import ExitStatus

DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")
HANDOFF = "handoff:\n  original: true\n  album: 秋季\n  other: ['文末加 <@all> 投票']\n"


@pytest.fixture
def handed(shell: Shell) -> Shell:
    """A shell in a repository with one letter that a person has to complete."""
    shell.tree.news(more=DUE + HANDOFF)
    return shell


def test_from_the_plan_to_the_send(handed: Shell):
    planned = handed("plan", "letter", "--sandbox")
    assert "by hand    ○ original (原创)" in planned.out
    assert "handoff_open: still to do in the console" in " ".join(planned.out.split())
    assert "on GitHub: Actions / apply / adopt the draft" in " ".join(planned.out.split())
    assert ExitStatus.REFUSED == handed("apply", "letter", "--sandbox", "--yes").status
    assert [] == handed.report()["jobs"]

    said = handed("adopt", "letter", "--reason", "声明了原创", "--sandbox")
    assert 0 == said.status
    assert "recorded as done in the console: original (原创); album (合集) 秋季" in said.out
    assert "✓ album (合集) 秋季" in handed("plan", "letter", "--sandbox").out
    asked = handed("apply", "letter", "--sandbox", typed="yes\n")
    assert "by hand    original (原创)" in asked.err
    assert (0, 1) == (asked.status, len(handed.report()["jobs"]))


def test_the_console_may_change_what_no_follower_reads(handed: Shell):
    handed("apply", "letter", "--sandbox", "--yes")
    handed.edit_draft(APPID, author="原作者")
    said = handed("adopt", "letter", "--reason", "声明了原创", "--sandbox")

    assert "it differs from what was reviewed: article 1: author differs" in said.out
    assert 0 == handed("apply", "letter", "--sandbox", "--yes").status


def test_the_plan_for_reviewers_has_a_list_to_tick(handed: Shell):
    said = handed("plan", "letter", "--sandbox", "--format", "markdown").out
    rows = [line for line in said.splitlines() if line.startswith("- [ ]")]

    assert ["- [ ] original", "- [ ] album"] == [row.partition(" (")[0] for row in rows[:2]]
    assert "`<@all>`" in said


def test_the_document_says_item_by_item(handed: Shell):
    (campaign,) = handed("plan", "letter", "--sandbox", "--format", "json").document["campaigns"]

    assert [("original", False), ("album: 秋季", False), ("other: 文末加 <@all> 投票", False)] == [
        (each["item"], each["done"]) for each in campaign["handoff"]
    ]


def test_chinese_says_all_of_it(handed: Shell):
    handed.tree.settings(language="zh")
    said = handed("plan", "letter", "--sandbox").out

    assert re.search(r"人工 +○ 原创", said)
    assert "还要在公众平台里做：原创" in "".join(said.split("\n"))


def test_locked_bytes_wait_for_the_person_too(handed: Shell):
    handed("lock")
    handed("plan", "letter", "--sandbox")
    assert 5 == handed("apply", "letter", "--sandbox", "--yes", "--locked").status
    assert [] == handed.report()["jobs"]
    campaign = Path("campaigns/letter/campaign.yaml")
    lock = handed.tree.read("campaigns/letter/campaign.lock.json")
    handed.tree.write(str(campaign), handed.tree.read(str(campaign)).replace("  album: 秋季\n", ""))
    handed("lock")

    assert lock == handed.tree.read("campaigns/letter/campaign.lock.json")  # No byte of it is sent.
    handed.tree.settings(policy="  require_lock: true\n")
    handed.tree.write(
        str(campaign),
        handed.tree.read(str(campaign)).replace("  original: true\n", "  reward: true\n"),
    )
    (planned,) = handed("plan", "letter", "--sandbox", "--format", "json").document["campaigns"]
    assert "lock_stale" not in [each["guard"] for each in planned["refusals"]]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("handoff: {}\n", "MC012"),
        ("handoff: [original]\n", "MC013"),
        ("handoff: {original: false}\n", "MC014"),
        ("handoff: {orignal: true}\n", "MC011"),
        ("handoff: {other: []}\n", "MC014"),
        ("handoff: {album: ''}\n", "MC014"),
    ],
)
def test_faults_are_told_with_their_place(shell: Shell, more: str, code: str):
    shell.tree.news(more=more)
    found: list[dict[str, Any]] = shell("validate", "--format", "json").document["diagnostics"]

    assert [(code, "campaigns/letter/campaign.yaml")] == [
        (each["code"], each["file"]) for each in found
    ]
    assert all(each["line"] for each in found)


def test_only_a_draft_can_be_handed_off(shell: Shell):
    shell.tree.text("words", more="handoff: {original: true}\n")
    shell.tree.news("listed", more="handoff: {original: true}\n")
    path = "campaigns/listed/campaign.yaml"
    shell.tree.write(
        path, shell.tree.read(path).replace("  is_to_all: true\n", "  openids: list.txt\n")
    )
    shell.tree.write(
        "campaigns/listed/list.txt", "oABCDEFGHIJKLMNOPQRSTUVWXYZ1\noABCDEFGHIJKLMNOPQRSTUVWXYZ2\n"
    )
    found = shell("validate", "--format", "json").document["diagnostics"]

    assert ["MC014", "MC014"] == [each["code"] for each in found]


def test_what_is_left_to_do_is_told_as_soon_as_it_is_staged(shell: Shell):
    shell.tree.news(more=window("2026-12-04T12:00:00+08:00", "2026-12-04T14:00:00+08:00") + HANDOFF)
    staged = shell("apply", "--sandbox", "--until", "preview")
    assert 0 == staged.status
    for said in (
        staged.out,
        shell("apply", "--sandbox", "--yes").out,
        shell("plan", "--sandbox").out,
    ):
        assert "○ original (原创)" in said
        assert "massctl adopt" in said
    assert 0 == shell("adopt", "letter", "--reason", "声明了原创", "--sandbox").status
    assert "○" not in shell("apply", "--sandbox", "--yes").out
