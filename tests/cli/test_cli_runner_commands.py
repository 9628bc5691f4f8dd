"""No word of a campaign is a command to a runner of GitHub, whatever the verb and the format."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from cli_runner import NOON, Shell
from repositories import window
from runner_judge import obeyed

from massctl.cli.commands import VERBS

DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")
HOSTILE = r"a\n::stop-commands::x\n \t::error::b\r::add-mask::c ##[error]d##[group]e ::set-output name=f::g"
"""As it stands between double quotes in YAML."""
TITLE = r"::error::b ##[error]d##[group]e ::set-output name=f::g"
"""A title is one line."""

COMMANDS = [
    *("validate", "validate --format json", "plan --sandbox", "plan --sandbox --format json"),
    *(
        "plan --sandbox --format markdown",
        "plan --sandbox --format json --for-review",
        "lock",
        "lock --check",
    ),
    *(
        "apply --sandbox --yes --until preview",
        "preview letter --towxname li --sandbox --format json",
        "apply --sandbox --yes",
    ),
    *("plan --sandbox", "plan --sandbox --format json", "plan --sandbox --format markdown"),
    *("apply --sandbox --yes --format json", "status --sandbox", "status --sandbox --format json"),
    *(
        "state show --sandbox",
        "state show --sandbox --format json",
        "state list --sandbox",
        "state verify --sandbox",
    ),
    *(
        "state list --sandbox --format json",
        "doctor --sandbox",
        "doctor --sandbox --format json",
        "ci gate",
    ),
    *(
        "withdraw letter --all --yes --sandbox",
        "withdraw letter --all --yes --sandbox --format json",
    ),
    *("ci setup", "render letter --out shown"),
]
REFUSED = [
    *("reconcile letter --not-sent --reason x --sandbox", "adopt letter --reason x --sandbox"),
    *("render ::error::x --out shown", "::error::x", "plan ##[error]x"),
]
"""Command lines that end with 2, in words that repeat what was typed."""


@pytest.fixture
def shell(shell: Shell) -> Shell:
    shell.tree.news("letter", more=DUE)
    path = "campaigns/letter/campaign.yaml"
    said = (
        shell.tree.read(path)
        .replace("秋日来信", f'"{TITLE}"')
        .replace("一封短信，两张图", f'"{HOSTILE[:60]}"')
    )
    shell.tree.write(path, said)
    body = "campaigns/letter/articles/main.md"
    shell.tree.write(body, shell.tree.read(body) + "\n今天 ##[error]x\n\n::error::y\n")
    return shell


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_word_of_a_campaign_is_obeyed(shell: Shell, language: str) -> None:
    on_main = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_EVENT_NAME": "push",
    }
    shell.env(**on_main, MASSCTL_LANG=language, MASSCTL_API_BASE="http://127.0.0.1:9")
    assert 0 == shell("state", "init").status
    shell.set_time(NOON + timedelta(minutes=30))
    found = []
    for command in [*COMMANDS, *REFUSED]:
        said = shell(*command.split())
        assert 3 != said.status, said.err
        assert (2 == said.status) == (command in REFUSED), (command, said.err)
        found += [(command, each) for stream in (said.out, said.err) for each in obeyed(stream)]

    assert ["::error::x"] == [line for line in REFUSED if line.split()[0] not in VERBS]
    # The gate speaks to the runner itself, and names the campaign.
    assert [("ci gate", "title=massctl", True)] == [
        (by, told.properties, "letter" in told.data) for by, told in found
    ]
    assert [] == [each for _, each in found if "::" in each.data or "##[" in each.data]


def test_a_hostile_plan_is_no_command_where_it_is_made_a_comment(
    shell: Shell, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(
        shell("plan", "--sandbox", "--format", "json", "--for-review").out, encoding="utf-8"
    )
    shell.env(GITHUB_ACTIONS="true")
    said = shell("ci", "comment-text", str(plan))

    assert (0, [], True) == (said.status, obeyed(said.out + said.err), "set-output" in said.out)


@pytest.mark.parametrize(
    "command",
    [
        "plan --sandbox --format json",
        "plan --sandbox --format json --for-review",
        "validate --format json",
    ],
)
def test_json_has_the_same_value_in_a_runner(shell: Shell, command: str) -> None:
    before = shell(*command.split()).out
    shell.env(GITHUB_ACTIONS="true")
    after = shell(*command.split()).out

    assert json.loads(before) == json.loads(after)


def test_the_judge_finds_what_is_not_defused(shell: Shell) -> None:
    said = shell("plan", "--sandbox", "--format", "markdown")

    assert obeyed(said.out)


def test_annotations_are_the_only_commands_and_hold_the_words_of_others_as_data(
    shell: Shell,
) -> None:
    path = "campaigns/letter/campaign.yaml"
    shell.tree.write(path, shell.tree.read(path) + f'"{HOSTILE}": 1\n')
    shell.env(GITHUB_ACTIONS="true")
    said = shell("validate", "--format", "github")
    names = {each.name for each in obeyed(said.out)}

    assert (1, set(), True) == (
        said.status,
        names - {"error", "warning", "notice"},
        "error" in names,
    )
    assert len(obeyed(said.out)) == len(said.out.splitlines())
    assert [] == obeyed(said.err)
