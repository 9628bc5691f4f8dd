"""`massctl ci setup`: the commands are those of this repository, fit a terminal, and are a script where piped."""

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from fake_settings import FakeSettings
from gits import git
from published import misfits

from massctl.forge.github import github_api
from massctl.forge.protection import Expected, protection_findings
from massctl.model.diagnostics import Level
from massctl.plan.forge_setup import RULESETS
from massctl.transport import Line
from massctl.view.cells import cells
from massctl.view.terminal import shell_lines

REPOSITORY = "my-company/letters"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def team(shell: Shell) -> Shell:
    """A repository as `massctl init` writes it, of a team on GitHub."""
    shell("init", "letters", "--language", "en", "--owner", "@my-company/editors")
    root = shell.root / "letters"
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", f"git@github.com:{REPOSITORY}.git")
    shell.monkeypatch.chdir(root)
    shell.tree.root = root
    return shell


def edited(team: Shell, old: str, new: str) -> None:
    path = team.root / "massctl.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_every_command_names_the_repository_of_the_remote(team: Shell) -> None:
    said = team("ci", "setup")
    asked = [line for line in said.out.splitlines() if re.match(r"(\} \| )?gh ", line)]

    assert 0 == said.status
    assert [] == [line for line in asked if REPOSITORY not in line]
    assert "OWNER/REPOSITORY" not in said.out


def test_a_remote_elsewhere_is_told_where_to_go(team: Shell) -> None:
    git(team.root, "remote", "set-url", "origin", "git@gitee.com:my-company/letters.git")
    said = team("ci", "setup")

    assert (2, "") == (said.status, said.out)
    assert "massctl run" in said.err
    assert REPOSITORY in team("ci", "setup", "--repo", REPOSITORY).out


@pytest.mark.parametrize("name", ["letters", "a/b/c", "a/b; rm -r .", "$(id)/b"])
def test_a_repository_is_an_owner_and_a_name(team: Shell, name: str) -> None:
    assert 2 == team("ci", "setup", "--repo", name).status


def test_what_init_could_not_know_is_named_until_it_is_written(team: Shell) -> None:
    before = team("ci", "setup").out
    edited(team, "wx0123456789abcdef", "wx00000000000000ab")
    edited(team, "  # preview_to: [editor_li, oABC123]", "  preview_to: [editor_li, oABC123] #")
    edited(team, "  # operators: [lin-mei]", "  operators: [lin-mei] #")
    edited(team, "    # proxy_env: WECHAT_PROXY", "    proxy_env: WECHAT_PROXY #")
    for path in (team.root / ".github/workflows").iterdir():
        path.write_text(
            path.read_text("utf-8").replace("OWNER/massctl@" + "0" * 40, f"o/massctl@{'ab' * 20}"),
            "utf-8",
        )
    after = team("ci", "setup").out

    named = [
        "wx0123456789abcdef",
        "policy.preview_to",
        "policy.operators",
        "repository and commit of massctl",
    ]
    assert (named, []) == (
        [each for each in named if each in before],
        [each for each in named if each in after],
    )
    assert ("@OWNER" in before, "  ask WECHAT_PROXY" in after) == (False, True)
    assert [1, 2, 3] == [int(each) for each in re.findall(r"# (\d+)\. .*\(done\)", after)]


def test_a_machine_of_the_team_is_a_way_to_wechat(team: Shell) -> None:
    path = team.root / ".github/workflows/apply.yml"
    path.write_text(
        path.read_text("utf-8").replace("ubuntu-24.04 # or the label of", "letters # is"), "utf-8"
    )
    steps = {
        each["name"]: each for each in team("ci", "setup", "--format", "json").document["steps"]
    }

    assert (True, False) == (steps["egress"]["is_done"], steps["ledger"]["is_done"])


@pytest.mark.parametrize("columns", [40, 200])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_terminal_nothing_is_wider_than_it_but_what_a_shell_cannot_break(
    team: Shell, columns: int, language: str
) -> None:
    team.env(MASSCTL_LANG=language, NO_COLOR="1")
    lines = team("ci", "setup", columns=columns).out.splitlines()

    wide = [line for line in lines if cells(line) > columns]
    whole = [
        line
        for line in wide
        if len(re.findall(r"(?:[^\s\"']|\"[^\"]*\"|'[^']*')+", line.rstrip("\\"))) == 1
    ]
    assert wide == whole
    assert columns == 40 or not wide


@pytest.mark.parametrize("columns", [24, 40, 79, 200])
def test_a_command_that_is_broken_is_the_same_command(team: Shell, columns: int) -> None:
    steps = team("ci", "setup", "--repo", REPOSITORY, "--format", "json").document["steps"]
    commands = [line for step in steps for line in step["commands"]]
    commands += [
        line for step in steps for choice in step["optional"] for line in choice["commands"]
    ]

    joined = ["\n".join(shell_lines(each, columns)).replace(" \\\n", " ") for each in commands]
    assert [shlex.split(each) for each in commands] == [shlex.split(each) for each in joined]


PLAYED = """#!/bin/sh
{ printf '%s' "${0##*/}"; for each in "$@"; do printf '\\037%s' "$each"; done; printf '\\n'; } >> "$CALLS"
case "${0##*/} $1 $2" in
  "gh secret set") cat > "$CALLS.$3" ;;
  "gh api -X") for file in "$@"; do :; done; case "$file" in .github/*) cat "$file" > "$CALLS.${file##*/}" ;; esac ;;
  ssh-keygen*) for file in "$@"; do :; done; echo private > "$file"; echo public > "$file.pub" ;;
esac
"""


class Played:
    """What the script of the steps did, with every program but the shell played."""

    def __init__(self, team: Shell, folder: Path) -> None:
        script, self.calls, programs = folder / "setup.sh", folder / "calls", folder / "bin"
        self.folder = folder
        script.write_text(team("ci", "setup").out, "utf-8")
        programs.mkdir()
        for name in ("gh", "git", "massctl", "ssh-keygen"):
            (programs / name).write_text(PLAYED, "utf-8")
            (programs / name).chmod(0o755)
        at_a_terminal = f"import pty, sys; sys.exit(pty.spawn(['sh', {str(script)!r}]) >> 8)"
        done = subprocess.run(
            [sys.executable, "-c", at_a_terminal],
            input=b"hunter2\n",
            cwd=team.root,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "CALLS": str(self.calls),
                "TMPDIR": str(folder),
            },
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert 0 == done.returncode, done.stdout
        self.called = [line.split("\037") for line in self.calls.read_text("utf-8").splitlines()]

    def given(self, name: str) -> str:
        """Give what a program read: a secret, or the file of a ruleset."""
        return self.calls.with_name(f"calls.{name}").read_text("utf-8")

    def put(self, path: str) -> dict[str, Any]:
        """Give the body of the last request to a path below the repository."""
        found: dict[str, Any] = {}
        for words in self.called:
            if words[:3] == ["gh", "api", "-X"] and words[4] == f"repos/{REPOSITORY}/{path}":
                for flag, field in pairwise(words):
                    if flag in ("-f", "-F"):
                        name, _, value = field.partition("=")
                        *outer, key = [each for each in re.split(r"[\[\]]", name) if each]
                        inner = found.setdefault(outer[0], {}) if outer else found
                        inner[key] = (
                            {"true": True, "false": False}.get(value, value)
                            if flag == "-F"
                            else value
                        )
        return found


def test_piped_it_is_a_script_that_runs(team: Shell, tmp_path: Path) -> None:
    """The secret is typed, and stands in no argument and in no file that stays."""
    played = Played(team, tmp_path)

    assert "WECHAT_MAIN_SECRET=hunter2\n" == played.given("MASSCTL_SECRETS")
    assert "private\n" == played.given("MASSCTL_DEPLOY_KEY")
    assert [] == [line for line in played.called if "hunter2" in str(line)]
    assert [] == list(tmp_path.rglob("massctl.pub"))
    assert ["massctl", "doctor", "--forge"] == played.called[-1]


def test_what_the_script_sets_is_what_doctor_looks_for(team: Shell, tmp_path: Path) -> None:
    """GitHub answers with what the commands sent to it, and with nothing else that counts."""
    played, forge = Played(team, tmp_path), FakeSettings()
    secrets = [words[3] for words in played.called if words[:3] == ["gh", "secret", "set"]]
    keys = [words for words in played.called if words[:3] == ["gh", "repo", "deploy-key"]]
    policy = played.put("environments/wechat/deployment-branch-policies")
    forge.answers |= {
        "environments/wechat": {**played.put("environments/wechat"), "protection_rules": []},
        "environments/wechat/deployment-branch-policies": {
            "branch_policies": [{**policy, "type": "branch"}]
        },
        "environments/wechat/secrets": {"secrets": [{"name": each} for each in secrets]},
        "actions/permissions/workflow": played.put("actions/permissions/workflow"),
        "keys": [
            {"id": 1, "title": "massctl", "read_only": "--allow-write" not in words}
            for words in keys
        ],
    }
    sent = [json.loads(played.given(f"{each}.json")) for each in RULESETS]
    forge.rulesets = {
        number: {"id": number, "source_type": "Repository", **each}
        for number, each in enumerate(sent)
    }

    expected = Expected(REPOSITORY, "main", "massctl-state", ("WECHAT_MAIN_SECRET",))
    found = protection_findings(
        github_api(Line(inside=forge), "https://api.github.test", "gho_token"), expected
    )
    assert {Level.OK} == {each.level for each in found}


def test_each_file_that_a_command_names_is_one_of_init(team: Shell) -> None:
    named = re.findall(r"\.github/[\w./-]+\.(?:json|yml)", team("ci", "setup").out)

    assert named
    assert [] == [each for each in named if not (team.root / each).is_file()]


def test_the_document_is_what_its_schema_says_in_both_languages(team: Shell) -> None:
    english = team("ci", "setup", "--format", "json").document
    team.env(MASSCTL_LANG="zh")
    chinese = team("ci", "setup", "--format", "json").document

    assert ([], []) == (misfits("ci-setup", english), misfits("ci-setup", chinese))
    words = re.compile(r"[\u4e00-\u9fff]")
    assert [] == [
        each["name"]
        for each in chinese["steps"]
        if not words.search(each["title"] + each["protects"])
    ]
    assert not words.search(json.dumps(english, ensure_ascii=False))
    assert [each["commands"] for each in english["steps"]] == [
        each["commands"] for each in chinese["steps"]
    ]


def test_a_faulty_repository_has_a_document_too(shell: Shell) -> None:
    shell.tree.write("massctl.yaml", "version: 2\n")
    said = shell("ci", "setup", "--format", "json")

    assert (1, []) == (said.status, said.document["steps"])


def commands_of(script: str) -> list[str]:
    return [line for line in script.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("page", ["first-pull-request.md", "first-pull-request.zh-CN.md"])
def test_the_guide_has_the_steps_that_are_printed(shell: Shell, page: str) -> None:
    """Its first block makes the folder and prints them; the last step is a pull request."""
    text = (ROOT / "docs/guides" / page).read_text("utf-8")
    fences = re.findall(r"^ *```sh\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    typed = [line for fence in fences for line in textwrap.dedent(fence).splitlines()]
    shell("init", "letters", "--language", "en", "--owner", "@my-company/publishers")
    printed = commands_of(shell("-C", "letters", "ci", "setup", "--repo", REPOSITORY).out)

    assert [
        "massctl init letters --owner @my-company/publishers && cd letters",
        f"massctl ci setup --repo {REPOSITORY}",
        *printed,
    ] == typed
    numbers = [int(each) for each in re.findall(r"^(\d+)\. ", text.split("\n## ")[2], re.MULTILINE)]
    assert [*range(1, 13)] == numbers
