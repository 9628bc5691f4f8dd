"""Drafts whose campaign cannot be sent any more: deleted where they are as recorded, else told; else somebody could
send them by hand."""

from typing import Any

import pytest
from cli_runner import Shell, lost
from repositories import APPID, window

LATER = window("2026-12-01T20:00:00+08:00", "2026-12-01T21:00:00+08:00")
NOTIFY = "notify:\n  - webhook_env: HOOK\n"
A_DAY = 24 * 3600


@pytest.fixture
def staged(shell: Shell) -> Shell:
    """A shell whose campaign `letter` has a draft hours before its window."""
    shell.tree.settings(state=NOTIFY)
    shell.env(HOOK="https://hook.example/")
    shell.tree.text("other", more=window("2027-12-01T20:00:00+08:00", "2027-12-01T21:00:00+08:00"))
    shell.tree.news("letter", more=LATER)
    assert 0 == shell("apply", "--sandbox", "--yes", "--until", "draft").status
    assert 1 == len(shell.report()["drafts"])
    return shell


def strand(shell: Shell, how: str) -> None:
    """Delete the campaign's folder, or let its window close."""
    if how == "folder":
        (shell.root / "campaigns/letter").rename(shell.root / "gone")
    else:
        shell.control("advance", {"seconds": A_DAY})


def told(shell: Shell) -> list[dict[str, Any]]:
    return [each for post in shell.report()["notifications"] for each in post["body"]["notices"]]


@pytest.mark.parametrize("how", ["folder", "window"])
def test_a_draft_that_is_as_recorded_is_deleted(staged: Shell, how: str) -> None:
    strand(staged, how)
    said = staged("apply", "--sandbox", "--yes")
    assert [] == staged.report()["drafts"]
    assert "letter: its draft was deleted" in said.err


@pytest.mark.parametrize("how", ["folder", "window"])
def test_a_draft_that_somebody_changed_stays_and_is_told(staged: Shell, how: str) -> None:
    staged.edit_draft(APPID, title="改")
    strand(staged, how)
    said = staged("apply", "--sandbox", "--yes")
    assert (1, True) == (
        len(staged.report()["drafts"]),
        "letter: its draft was changed in the console" in said.err,
    )
    (notice,) = [each for each in told(staged) if each["event"] != "upcoming"]
    assert ("letter", True) == (notice["campaign"], "draft" in notice["message"] + notice["hint"])


LEFT_OPEN = "      digest: 一封短信，两张图\n"


def unanswered(shell: Shell) -> None:
    """Save the draft of a campaign that leaves its digest open, and lose every answer about it."""
    shell.tree.news("letter", more=window("2026-12-01T12:00:00+08:00", "2026-12-01T18:00:00+08:00"))
    path = "campaigns/letter/campaign.yaml"
    assert LEFT_OPEN in shell.tree.read(path)
    shell.tree.write(path, shell.tree.read(path).replace(LEFT_OPEN, ""))
    shell.faults(lost("draft/add"), lost("draft/batchget", "request_lost", times=9))
    assert 1 == shell("apply", "letter", "--sandbox", "--yes").status
    shell.control("faults", {"clear": True})
    assert 1 == len(shell.report()["drafts"])


def test_a_draft_whose_answer_was_lost_is_sent_as_wechat_completed_it(shell: Shell):
    unanswered(shell)
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    (draft,), (job,) = shell.report()["drafts"], shell.report()["jobs"]
    assert draft["consumed_by"] == job["msg_id"]


def test_a_draft_whose_answer_was_lost_and_that_somebody_wrote_into_stays_there(shell: Shell):
    unanswered(shell)
    (edited,) = shell.report()["drafts"]
    shell.edit_draft(APPID, digest="先到先得")
    said = shell("apply", "letter", "--sandbox", "--yes")
    left = [draft["media_id"] for draft in shell.report()["drafts"] if draft["consumed_by"] is None]
    assert (0, [edited["media_id"]], 1) == (said.status, left, len(shell.report()["jobs"]))
    assert "article 1: digest (摘要) differs" in " ".join(said.err.split())
