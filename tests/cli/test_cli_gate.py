"""`massctl ci gate`, `order` and `send`: what a run is for, who may ask, and which secrets a process gets."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from fake_forge import FakeForge

from massctl.apply.statistics import Collected
from massctl.cli.commands.ci_dispatch import CHECK, SEND, take_secrets, words_of
from massctl.cli.pull_request_comments import report_sends
from massctl.cli.statistics import ONCE_SECONDS
from massctl.errors import UsageError
from massctl.forge.events import Dispatch
from massctl.model.diagnostics import Failure
from massctl.model.ids import AccountName, AppId
from massctl.source.repository import Repository
from massctl.source.settings import load_settings

ON_MAIN = {
    "GITHUB_REF": "refs/heads/main",
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_ACTIONS": "true",
    "CI": "true",
}
OPEN = "send: {not_before: 2026-12-01T11:55:00+08:00, not_after: 2026-12-01T14:00:00+08:00}\n"
MISSED = "send: {not_before: 2026-12-01T08:00:00+08:00, not_after: 2026-12-01T09:00:00+08:00}\n"
LINEAGE = "state:\n  backend: local\n  lineage: 01JCZ5Q2M3N4P5R6S7T8V9WXYZ\n"


def opens(hour: int, minute: int) -> str:
    return f"send: {{not_before: 2026-12-01T{hour}:{minute:02}:00+08:00, not_after: 2026-12-01T18:00:00+08:00}}\n"


@pytest.fixture
def forge(shell: Shell, tmp_path: Path) -> Shell:
    """A shell in a job of a workflow, with a ledger that has begun on this machine."""
    shell.env(**ON_MAIN, GITHUB_OUTPUT=str(tmp_path / "out"), MASSCTL_API_BASE="http://127.0.0.1:9")
    assert 0 == shell("state", "init").status
    return shell


def gate(shell: Shell) -> tuple[int, str]:
    """Give the exit status, and what the next job is to do."""
    out = shell.root.parent / "out"
    out.unlink(missing_ok=True)
    status = shell("ci", "gate").status
    lines = (
        dict(line.split("=", 1) for line in out.read_text().splitlines()) if out.exists() else {}
    )
    return status, lines.get("step", "refused")


def order(shell: Shell, **inputs: str) -> None:
    (shell.root.parent / "event.json").write_text(json.dumps({"inputs": inputs}))
    path = str(shell.root.parent / "event.json")
    by = {"GITHUB_TRIGGERING_ACTOR": "lin-mei", "GITHUB_RUN_ATTEMPT": "1"}
    shell.env(**by, GITHUB_EVENT_NAME="workflow_dispatch", GITHUB_EVENT_PATH=path)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", (0, "")),
        (OPEN, (0, "send")),
        (opens(13, 29), (0, "send")),
        (opens(13, 31), (0, "")),
        (MISSED, (1, "send")),
    ],
    ids=["no window", "open", "opens within 90 minutes", "opens later", "missed and not on record"],
)
def test_the_job_that_sends_is_needed_where_something_is_due(
    forge: Shell, more: str, expected: tuple[int, str]
) -> None:
    forge.tree.text("notice", more=more)

    assert expected == gate(forge)


def test_a_window_that_is_on_record_as_missed_needs_a_person_and_no_job(forge: Shell) -> None:
    forge.tree.text("notice", more=MISSED)
    forge("apply", "--yes")

    assert (1, "") == gate(forge)


def test_news_is_staged_long_before_its_window(forge: Shell) -> None:
    forge.tree.news("letter", more=opens(17, 0))

    assert (0, "send") == gate(forge)


def test_once_a_day_everything_is_looked_at(forge: Shell) -> None:
    from datetime import UTC, datetime

    forge.env(GITHUB_EVENT_NAME="schedule")
    found = []
    for hour in (23, 0, 1):
        forge.set_time(datetime(2026, 12, 1, hour, 11, tzinfo=UTC))
        found.append(gate(forge))

    assert [(0, ""), (0, "doctor"), (0, "")] == found


def test_a_campaign_without_its_lock_is_told_in_red_and_keeps_nobody_back(forge: Shell) -> None:
    forge.tree.settings(policy="  require_lock: true\n", state=forge_state(forge))
    forge.tree.text("notice", more=OPEN)
    forge("lock")
    forge.tree.text("later", more=opens(17, 0))

    assert (1, "send") == gate(forge)
    assert "::error title=massctl::later" in forge("ci", "gate").out


def forge_state(shell: Shell) -> str:
    yaml = (shell.root / "massctl.yaml").read_text()
    return "state:" + yaml.partition("state:")[2].partition("policy:")[0]


@pytest.mark.parametrize("ref", ["refs/heads/spring", "refs/tags/main", ""])
def test_only_the_branch_that_sends_acts(forge: Shell, ref: str) -> None:
    forge.env(GITHUB_REF=ref)

    assert (5, "refused") == gate(forge)


@pytest.mark.parametrize(("asked", "step"), [(SEND, ""), (CHECK, "doctor")])
def test_to_send_what_is_due_and_to_check_are_for_everybody(
    forge: Shell, asked: str, step: str
) -> None:
    order(forge, order=asked)

    assert (0, step) == gate(forge)


def test_a_send_tells_the_pull_request_why_nothing_leaves_in_an_open_window(forge: Shell) -> None:
    github = FakeForge(newest="cd" * 20, merged={"cd" * 20: 7})
    forge.monkeypatch.setattr(
        "massctl.cli.commands.ci.report_sends", partial(report_sends, inside=github)
    )
    forge.env(GITHUB_TOKEN="ghs_x", GITHUB_REPOSITORY="house/letters", WECHAT_MAIN_SECRET="s")
    forge.tree.text("notice", more=OPEN)
    for _ in range(2):
        assert 5 == forge("ci", "send").status

    (body,) = github.bodies(7)
    assert "its window is open, and it is not sent: it is not locked" in body
    assert ["POST"] == [each.split()[0] for each in github.asked if not each.startswith("GET")]


@pytest.mark.parametrize("flags", [(), ("--doctor",)])
def test_the_run_of_the_day_collects_statistics_and_their_failure_is_none_of_its(
    forge: Shell, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...]
) -> None:
    asked: list[float] = []

    def collect_accounts(
        _: object, __: object, *, seconds: float
    ) -> list[tuple[AccountName, Collected]]:
        asked.append(seconds)
        failed = Failure(45009, None, "the calls of today are used up", "")
        return [(AccountName("main"), Collected(AppId("wx"), rows=2, error=failed))]

    monkeypatch.setattr("massctl.cli.commands.ci.collect_accounts", collect_accounts)
    monkeypatch.setattr("massctl.cli.commands.ci._typed", lambda *_: 0)
    said = forge("ci", "send", *flags)
    assert ([ONCE_SECONDS], 0) == (asked, said.status)
    assert "statistics of main: new rows: 2" in said.err
    assert "statistics of main: the calls of today are used up" in said.err


@pytest.mark.parametrize(
    ("asked", "has_token"),
    [
        ({"order": "reconcile: repeat it now", "campaign": "notice", "reason": "r"}, True),
        ({"order": "adopt the draft", "campaign": "notice", "reason": "r"}, False),
        ({"order": "allow sends again"}, False),
    ],
)
def test_only_an_order_that_may_need_an_approval_has_the_token(
    forge: Shell, asked: dict[str, str], has_token: bool
) -> None:
    forge.tree.settings(policy="  operators: [lin-mei]\n", state=forge_state(forge))
    order(forge, **asked)
    forge.env(GITHUB_TOKEN="ghs_x")
    seen = []

    def typed(_: object, *words: str) -> int:
        seen.append((words[0], "GITHUB_TOKEN" in os.environ))
        return 0

    forge.monkeypatch.setattr("massctl.cli.commands.ci._typed", typed)
    assert 0 == forge("ci", "order", "2026-12-01T04:00:00+00:00").status
    assert [has_token] == [token for _, token in seen]


def test_a_preview_needs_a_list_of_who_may_see_it(forge: Shell) -> None:
    asked = {"order": "preview a pull request", "number": "7", "campaign": "notice"}
    for policy, expected in (("", (5, "refused")), ("  preview_to: [editor_li]\n", (0, "order"))):
        forge.tree.settings(policy=f"  operators: [lin-mei]\n{policy}", state=forge_state(forge))
        order(forge, **asked)
        assert expected == gate(forge)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"order": "allow sends again"}, ["resume", "--yes"]),
        (
            {"order": "reconcile: it was sent", "campaign": "a", "number": "9", "reason": "saw it"},
            ["reconcile", "--sent", "--looked-at=T", "--reason=saw it", "--", "a", "9"],
        ),
        (
            {"order": "reconcile: it was not sent", "campaign": "a", "number": "9", "reason": "-x"},
            ["reconcile", "--not-sent", "--looked-at=T", "--reason=-x", "--", "a"],
        ),
        (
            {"order": "reconcile: repeat it now", "campaign": "a", "reason": "r"},
            ["reconcile", "--resubmit", "--yes", "--reason=r", "--", "a"],
        ),
        (
            {"order": "adopt the draft", "campaign": " a ", "reason": "r"},
            ["adopt", "--reason=r", "--", "a"],
        ),
        (
            {"order": "withdraw one article", "campaign": "a", "again": "a", "number": "2"},
            ["withdraw", "--article=2", "--yes", "--", "a"],
        ),
        (
            {"order": "withdraw all articles", "campaign": "a", "again": "a"},
            ["withdraw", "--all", "--yes", "--", "a"],
        ),
    ],
)
def test_an_order_is_a_command_line(inputs: dict[str, str], words: list[str]) -> None:
    assert words == [*words_of(Dispatch(inputs=inputs), "T")]


@pytest.mark.parametrize(
    "inputs",
    [
        {"order": "withdraw all articles", "campaign": "a", "again": "b"},
        {"order": "withdraw one article", "campaign": "a", "again": "a"},
        {"order": "withdraw one article", "campaign": "a", "again": "a", "number": "--all"},
        {"order": "adopt the draft", "campaign": "--yes"},
        {"order": "adopt the draft"},
        {"order": "preview a pull request", "campaign": "a"},
        {"order": "apply"},
    ],
)
def test_an_order_that_says_not_enough_is_none(inputs: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        words_of(Dispatch(inputs={"campaign": "", **inputs}), "T")


def test_an_order_is_carried_out_only_for_an_operator(forge: Shell) -> None:
    order(forge, order="adopt the draft", campaign="notice", reason="r")
    refused = forge("ci", "order", "2026-12-01T04:00:00+00:00")
    forge.tree.settings(policy="  operators: [Lin-Mei]\n", state=forge_state(forge))
    allowed = forge("ci", "order", "2026-12-01T04:00:00+00:00")

    assert (5, True) == (refused.status, "policy.operators" in refused.err)
    assert (2, "there is no campaign notice") == (
        allowed.status,
        allowed.err.split("error: ")[1].splitlines()[0],
    )


@pytest.mark.parametrize("on_github", [True, False])
def test_a_process_gets_the_secrets_that_massctl_yaml_names(
    shell: Shell, capsys: pytest.CaptureFixture[str], on_github: bool
) -> None:
    """Off GitHub nothing masks them, so nothing is printed."""
    settings, _ = load_settings(Repository(shell.root), loopback_override=None)
    assert settings is not None
    lines = "\n# x=y\nWECHAT_MAIN_SECRET = s3=cr%t\r\nPATH=/evil\nMASSCTL_NO_SEND=1\nEGRESS_HOST=me@gw\nEMPTY=\nnone\n"
    environment: dict[str, Any] = {"PATH": "/bin"}
    if on_github:
        environment["GITHUB_ACTIONS"] = "true"
    told = take_secrets(settings, lines, environment)

    environment.pop("GITHUB_ACTIONS", None)
    assert {"PATH": "/bin", "WECHAT_MAIN_SECRET": "s3=cr%t", "MASSCTL_NO_SEND": "1"} == environment
    assert ["PATH"] == [each.values["name"] for each in told]
    masks = ["s3=cr%25t", "/evil", "me@gw"] if on_github else []
    assert [f"::add-mask::{each}" for each in masks] == capsys.readouterr().out.splitlines()
