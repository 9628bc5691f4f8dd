"""Sends of several accounts in one apply: side by side, and what stops one account stops no other."""

from typing import Any

import pytest
from cli_runner import SENDALL, Shell, lost

APPIDS = {f"a{number}": f"wx{number:016x}" for number in range(1, 6)}
DUE = "send:\n  not_before: 2026-12-01T11:00:00+08:00\n  not_after: 2026-12-01T13:00:00+08:00\n"


@pytest.fixture
def group(shell: Shell) -> Shell:
    """Five accounts with one due text each, whose sends run side by side."""
    # In the other tests calls follow each other.
    shell.monkeypatch.setattr("massctl.parallel_calls.IN_FLIGHT_MAX", 16)
    write(shell, APPIDS)
    return shell


def write(shell: Shell, appids: dict[str, str], policy: str = "") -> None:
    lines = [
        f"  {name}: {{appid: {appid}, secret_env: S, kind: service}}\n"
        for name, appid in appids.items()
    ]
    shell.tree.write(
        "massctl.yaml", f"version: 1\nlanguage: en\naccounts:\n{''.join(lines)}{policy}"
    )
    for name in appids:
        shell.tree.text(f"text-{name}", content=f"给 {name} 的话", more=DUE)
        path = f"campaigns/text-{name}/campaign.yaml"
        written = shell.tree.read(path).replace("account: main", f"account: {name}")
        shell.tree.write(path, written)


def apply(shell: Shell) -> tuple[int, dict[str, Any]]:
    said = shell("apply", "--sandbox", "--yes", "--format", "json")
    return said.status, {each["name"]: each for each in said.document["campaigns"]}


def test_each_account_sends_its_own_once(group: Shell) -> None:
    status, campaigns = apply(group)
    assert (0, 5) == (status, len(group.report()["jobs"]))
    assert {"sent", "sending"} >= {each["status"] for each in campaigns.values()}
    assert (0, 5) == (apply(group)[0], len(group.report()["jobs"]))


def test_an_answer_that_is_lost_stops_its_account_and_no_other(group: Shell) -> None:
    group.faults(lost(SENDALL, nth=2, times=1))
    said = group("apply", "--sandbox", "--yes", "--no-wait", "--format", "json")
    statuses = sorted(each["status"] for each in said.document["campaigns"])
    assert 1 == statuses.count("in_doubt")
    assert 5 == len(group.report()["jobs"])

    again, _ = apply(group)
    assert (0, 5) == (again, len(group.report()["jobs"]))


def test_a_token_that_is_dead_stops_its_account_and_no_other(group: Shell) -> None:
    group.faults(lost(SENDALL, "token_dead", nth=1, times=1))
    status, _ = apply(group)
    assert (0, 5) == (status, len(group.report()["jobs"]))


def test_two_names_of_one_appid_are_one_account(group: Shell) -> None:
    write(group, {"a1": APPIDS["a1"], "a2": APPIDS["a1"]}, "policy: {in_doubt: stop}\n")
    group.faults(lost(SENDALL, nth=1, times=1))
    said = group("apply", "text-a1", "text-a2", "--sandbox", "--yes", "--format", "json")
    first, second = said.document["campaigns"]
    assert ("in_doubt", []) == (first["status"], second["performed"])
    assert "account_in_doubt" in [each["guard"] for each in second["refusals"]]


@pytest.mark.parametrize("given", ["0", "17", "many"])
def test_the_number_of_accounts_at_once_has_bounds(shell: Shell, given: str) -> None:
    shell.tree.settings(policy=f"  parallel_accounts: {given}\n")
    said = shell("validate")
    assert (1, True) == (said.status, "parallel_accounts" in said.out + said.err)


def test_the_progress_counts_accounts(group: Shell) -> None:
    said = group("apply", "--sandbox", "--yes")
    assert "sending, by account: 5/5" in said.err


def test_one_at_a_time_where_the_policy_says_so(group: Shell) -> None:
    write(group, APPIDS, "policy: {parallel_accounts: 1}\n")
    said = group("apply", "--sandbox", "--yes")
    assert (0, 5) == (said.status, len(group.report()["jobs"]))
