"""Who answers for an account is shown wherever the account is."""

import json

import pytest
from cli_runner import Shell
from repositories import window

OPEN = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LABEL = "早报 (main) · 华东组"
VERBS = [
    ("plan",),
    ("plan", "--format", "markdown"),
    ("doctor",),
]


@pytest.fixture
def owned(shell: Shell) -> Shell:
    shell.tree.settings(account="    name: 早报\n    owner: 华东组\n")
    shell.tree.text("notice", more=OPEN)
    return shell


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_the_owner_stands_beside_the_account(owned: Shell, words: tuple[str, ...]) -> None:
    said = owned(words[0], "--sandbox", *words[1:])
    assert LABEL in said.out, said


def test_the_status_names_the_owner(owned: Shell) -> None:
    owned("apply", "--sandbox", "--yes", "--no-wait")
    assert LABEL in owned("status", "--sandbox").out
    (found,) = owned("status", "--sandbox", "--format", "json").document["campaigns"]
    assert ("main", "华东组") == (found["account"], found["owner"])


def test_the_status_of_an_account_that_is_known_by_its_key_alone_is_as_short_as_ever(
    shell: Shell,
) -> None:
    shell.tree.text("notice", more=OPEN)
    shell("apply", "--sandbox", "--yes", "--no-wait")
    assert "account" not in shell("status", "--sandbox").out


def test_a_notice_names_the_owner(owned: Shell) -> None:
    owned.tree.settings(
        account="    name: 早报\n    owner: 华东组\n", state="notify:\n  - webhook_env: HOOK\n"
    )
    owned.env(HOOK="https://hook.example/")
    owned("apply", "--sandbox", "--yes", "--no-wait")
    (post,) = owned.report()["notifications"]
    (notice,) = post["body"]["notices"]
    assert ("main", "华东组") == (notice["account"], notice["owner"])


def test_a_person_who_is_asked_sees_the_owner(owned: Shell) -> None:
    said = owned("apply", "--sandbox", typed="no\n")
    assert LABEL in said.out + said.err


def test_the_json_of_a_plan_has_the_owners(owned: Shell) -> None:
    document = json.loads(owned("plan", "--sandbox", "--format", "json").out)
    assert {"main": "华东组"} == document["owners"]
    assert "main" == document["campaigns"][0]["account"]


def test_a_report_names_the_owner(owned: Shell) -> None:
    owned("apply", "--sandbox", "--yes")
    assert "早报 · 华东组" in owned("report", "--sandbox", "--format", "markdown").out
    document = json.loads(owned("report", "--sandbox", "--format", "json").out)
    assert ["华东组"] == [each["owner"] for each in document["accounts"]]


def test_the_calendar_names_the_owner(owned: Shell) -> None:
    assert LABEL in owned("plan", "--sandbox", "--format", "ics").out.replace("\r\n ", "")
