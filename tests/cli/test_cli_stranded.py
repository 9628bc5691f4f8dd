"""Drafts whose campaign cannot be sent any more: deleted where they are as recorded, else told; else somebody could
send them by hand."""

from typing import Any

import pytest
from cli_runner import Shell
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
    assert (1, True) == (len(staged.report()["drafts"]), "letter: its draft was changed in the console" in said.err)
    (notice,) = [each for each in told(staged) if each["event"] != "upcoming"]
    assert ("letter", True) == (notice["campaign"], "draft" in notice["message"] + notice["hint"])
