"""Collecting statistics by the installed command: it is killed at its requests, and two of them meet on one archive."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from processes import Desk, Gate, Wechat, ended
from repositories import APPID

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

MONTH = 31 * 86_400
FOLDER = f"massctl.state.statistics/{APPID}"


def month_after(desk: Desk, wechat: Wechat) -> None:
    """Send, let the sandbox say how it ended, and let a month pass for WeChat and for the machine."""
    assert 0 == desk.apply("letter").status
    wechat.later(600)
    desk.variables["MASSCTL_CLOCK_OFFSET"] = "600"
    assert 0 == desk.massctl("status").status
    wechat.later(MONTH)
    desk.variables["MASSCTL_CLOCK_OFFSET"] = str(MONTH + 600)


def archived(root: Path) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return the newest row of each article and day, and of each day; a line that is no JSON fails."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for kind in ("articles", "account"):
        for path in sorted((root / FOLDER).glob(f"{kind}-*.jsonl")):
            for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
                row.pop("seen_at")
                key = (kind, *(str(row.get(name)) for name in ("msgid", "ref_date", "stat_date")))
                found[key] = {**found.get(key, {}), **row}
    return found


@pytest.mark.night
@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(False, marks=pytest.mark.night, id="before WeChat got it"),
        pytest.param(True, id="before its answer came"),
    ],
)
def test_killed_at_some_requests_it_collects_the_same_in_the_end(
    gated: Desk, gate: Gate, tmp_path: Path, answered: bool
):
    month_after(gated, gate.target)
    whole = Desk(
        type(gated.tree)(shutil.copytree(gated.tree.root, tmp_path / "whole")), gated.variables
    )
    assert 0 == whole.massctl("status", "--statistics").status
    for number in (2, 4, 6, 9):
        gate.hold(number, answered=answered)
        run = gated.start("status", "--statistics")
        if not gate.was_reached(run):
            assert 0 == ended(run).status
            break
        run.send_signal(signal.SIGKILL)
        assert -9 == ended(run).status
        gate.release(dropped=True)
    assert number > 4, "collecting makes more requests than that"
    assert 0 == gated.massctl("status", "--statistics").status
    assert archived(whole.tree.root) == archived(gated.tree.root)
    assert 30 == len([key for key in archived(gated.tree.root) if "articles" in key])


@pytest.mark.night
def test_two_that_collect_at_once_leave_whole_lines_and_the_same_numbers(
    desk: Desk, wechat: Wechat, tmp_path: Path
):
    month_after(desk, wechat)
    alone = Desk(
        type(desk.tree)(shutil.copytree(desk.tree.root, tmp_path / "alone")), desk.variables
    )
    assert 0 == alone.massctl("status", "--statistics").status
    both = [desk.start("status", "--statistics", "--format", "json") for _ in range(2)]
    said = [ended(each) for each in both]
    assert [0, 0] == [each.status for each in said]
    assert archived(alone.tree.root) == archived(desk.tree.root)
    assert [] == wechat.report()["violations"]
