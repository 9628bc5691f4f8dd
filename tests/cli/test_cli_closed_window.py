"""A window that has closed unsent is told where files are judged, at its line, as far as the ledger here knows."""

from datetime import timedelta

import pytest
from cli_runner import NOON, Shell
from repositories import window

CLOSED = window("2026-11-30T11:00:00+08:00", "2026-11-30T13:00:00+08:00")
OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")


def told(shell: Shell, *names: str) -> list[tuple[str, str, str | None, int | None]]:
    found = shell("validate", *names, "--format", "json").document["diagnostics"]
    return [(each["code"], each["severity"], each["file"], each["line"]) for each in found]


def line_of(shell: Shell, name: str, key: str) -> int:
    lines = shell.tree.read(f"campaigns/{name}/campaign.yaml").splitlines()
    return next(number for number, line in enumerate(lines, 1) if key in line)


def test_validate_and_lock_warn_at_the_line_of_its_end(shell: Shell):
    shell.tree.text("late", more=CLOSED)
    shell.tree.text("due", more=OPEN)
    at = ("MC412", "warning", "campaigns/late/campaign.yaml", line_of(shell, "late", "not_after"))
    assert ([at], [at], []) == (told(shell), told(shell, "late"), told(shell, "due"))
    assert 0 == shell("validate").status
    said = shell("lock")
    assert (0, 1) == (said.status, said.err.count("MC412"))
    assert "the window closed at 2026-11-30 13:00 +08:00; massctl never sends late" in said.err
    assert {"format_version", "exit_status", "campaigns"} >= set(
        shell("lock", "--format", "json").document
    )
    assert "MC412" not in shell("lock", "--check").err


def test_what_was_sent_in_its_window_is_not_warned_of(shell: Shell):
    shell.tree.text("late", more=OPEN)
    shell.tree.text("missed", more=OPEN)
    assert 0 == shell("apply", "late", "--sandbox", "--yes").status
    shell.tree.write("campaigns/late/extra.txt", "edited since")
    shell.set_time(NOON + timedelta(days=1))
    codes = [
        (each["code"], each["campaign"])
        for each in shell("validate", "--sandbox", "--format", "json").document["diagnostics"]
        if each["code"] == "MC412"
    ]
    assert [("MC412", "missed")] == codes


@pytest.mark.parametrize(
    ("lineage", "found"), [("", ["MC412"]), ("  lineage: 01JCZ5Q2M3N4P5R6S7T8V9WXYZ\n", [])]
)
def test_where_the_ledger_is_elsewhere_nobody_knows_and_nothing_is_said(
    shell: Shell, lineage: str, found: list[str]
):
    """A clone, as in CI, has no ledger of another machine."""
    shell.tree.settings(state=f"state:\n  backend: local\n{lineage}")
    shell.tree.text("late", more=CLOSED)
    assert found == [code for code, *_ in told(shell)]
