"""The policies of docs/guides/opa.md judge the JSON of `massctl plan`; the evaluator is Microsoft's rego-cpp."""

import json
import re
from pathlib import Path

import pytest
from cli_runner import Shell
from regopy import Interpreter
from repositories import window

GUIDES = Path(__file__).parents[2] / "docs/guides"
LATER = window("2026-12-02T11:00:00+08:00", "2026-12-02T13:00:00+08:00")
TWO = "  require_lock: true\n  branch: main\n  approvals: [{count: 2}]\n"
LINKS = "<a href='https://shop.example.com/a'>a</a> <a href='https://evil.example.net/b'>b</a>"


def policies(name: str = "opa.md") -> list[str]:
    return re.findall(r"```rego\n(.*?)```", (GUIDES / name).read_text("utf-8"), re.DOTALL)


def denied(shell: Shell, policy: str) -> list[str]:
    """Judge the plan as conftest does: by all that `deny` of the package `main` holds."""
    judge = Interpreter()
    judge.add_module("rules.rego", policy)
    judge.set_input(json.loads(shell("plan", "--format", "json").out))
    found = json.loads(str(judge.query("data.main.deny")))["expressions"][0]
    return sorted(map(str, found))


def test_both_languages_show_the_same_policies() -> None:
    assert policies() == policies("opa.zh-CN.md")
    assert 2 == len(policies())


def test_a_letter_that_leads_to_another_host_is_denied(shell: Shell) -> None:
    shell.tree.text("notice", content=LINKS, more=LATER)

    assert ["notice leads to evil.example.net, in message"] == denied(shell, policies()[0])


@pytest.mark.parametrize(
    ("more", "policy", "told"),
    [
        (LATER, "", ["and needs no two approvals", "without expect"]),
        (LATER, TWO, ["without expect"]),
    ],
)
def test_a_send_to_everybody_without_bounds_is_denied(
    shell: Shell, more: str, policy: str, told: list[str]
) -> None:
    shell.tree.settings(policy=policy)
    shell.tree.text("notice", more=more)
    if policy:
        shell("lock")

    assert [f"notice goes to everybody {each}" for each in told] == denied(shell, policies()[1])
