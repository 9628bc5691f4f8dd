"""`massctl init`: what it writes is ready, and what the place lacks is said."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from gits import clone_of, git, remote_at

from massctl.cli import installed
from massctl.scaffold import ACTION


def test_nobody_is_sent_a_preview_before_a_name_is_written(shell: Shell) -> None:
    """A placeholder would go to whoever has that WeChat name."""
    shell("init", "new", "--language", "en")
    (letter,) = shell("-C", "new", "plan", "--sandbox", "--format", "json").document["campaigns"]

    assert [] == [each["kind"] for each in letter["steps"] if each["kind"] == "send_preview"]
    assert "# preview:" in shell.tree.read("new/campaigns/first-letter/campaign.yaml")


def test_a_plan_works_before_there_is_a_repository_or_a_remote(shell: Shell) -> None:
    shell("init", "new", "--language", "en")
    without = shell("-C", "new", "plan")
    git(shell.root / "new", "init", "-q")
    alone = shell("-C", "new", "plan")

    assert (0, 0) == (without.status, alone.status), without.err + alone.err
    assert "state init" in without.out
    assert without.out == alone.out


def test_a_subfolder_of_a_repository_is_begun_only_where_somebody_agrees(shell: Shell) -> None:
    git(shell.root, "init", "-q")
    alone = shell("init", "new", "--language", "en")
    refused = shell("init", "new", "--language", "en", typed="no\n")

    assert [2, 2] == [alone.status, refused.status]
    assert "GitHub reads .github/ only at the top" in alone.err
    assert "massctl init --yes" in alone.err
    assert not (shell.root / "new").exists()
    assert 0 == shell("init", "new", "--language", "en", typed="yes\n").status
    assert 0 == shell("init", "newer", "--language", "en", "--yes").status
    assert "GitHub reads" not in shell("init", ".", "--language", "en", "--keep").err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tasks_of_the_editor_find_what_validate_prints(shell: Shell, language: str) -> None:
    shell("init", "new", "--language", language)
    tasks = json.loads(shell.tree.read("new/.vscode/tasks.json"))["tasks"]
    pattern = tasks[0]["problemMatcher"]["pattern"]
    shell.tree.write("new/campaigns/first-letter/articles/main.md.j2", "A {{ missing }} word.\n")
    printed = shell("-C", "new", *tasks[0]["args"]).out
    found = [hit for line in printed.splitlines() if (hit := re.match(pattern["regexp"], line)) is not None]
    assert "campaigns/first-letter/articles/main.md.j2" in {hit[pattern["file"]] for hit in found}, printed
    for task in tasks:
        assert 0 == shell(task["args"][0], "--help").status
    for snippet in json.loads(shell.tree.read("new/.vscode/massctl.code-snippets")).values():
        assert snippet["body"]


def test_what_is_kept_is_not_pointed_to_and_what_it_lacks_is_named(shell: Shell) -> None:
    shell.tree.write("new/README.md", "# ours\n")
    shell.tree.write("new/.gitignore", "*.log\n")
    said = shell("init", "new", "--language", "en", "--keep").err

    assert "the last section of README.md" not in said
    assert "docs/guides/first-pull-request.md" in said
    assert "add the line .massctl/ to .gitignore" in said


def test_a_kept_file_that_has_the_line_needs_nothing(shell: Shell) -> None:
    shell.tree.write("new/.gitignore", "*.log\n.massctl/\n")

    assert ".gitignore:" not in shell("init", "new", "--language", "en", "--keep").err


def test_the_sample_goes_nowhere_before_it_is_named(shell: Shell) -> None:
    shell("init", "new", "--language", "en")
    there = ("-C", "new")
    said = shell(*there, "apply", "--sandbox", "--yes", "--until", "preview", "--format", "json")
    (campaign,) = said.document["campaigns"]
    guards = [each["guard"] for each in campaign["refusals"]]
    assert (0, [], ["not_named"], 0) == (said.status, campaign["performed"], guards, said.document["serial"])
    assert 0 == shell(*there, "plan", "--sandbox", "--detailed-exitcode").status
    assert "staged and sent only by name" in shell(*there, "plan", "--sandbox").out


@pytest.mark.parametrize(
    ("told", "action"),
    [
        (
            {"url": "https://github.com/a/b.git", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}},
            f"a/b@{'ab' * 20}",
        ),
        ({"url": "https://evil.example/a/b.git", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}}, None),
        ({"url": "https://github.com/a/b.git", "vcs_info": {"vcs": "git", "commit_id": "main"}}, None),
        ({"url": "https://example.com/massctl.whl", "archive_info": {}}, None),
        (None, None),
    ],
)
def test_the_workflows_run_the_commit_that_was_installed_and_never_a_mere_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any] | None, action: str | None
) -> None:
    monkeypatch.setattr(installed, "_direct_url", lambda: told)
    said = shell("init", "new", "--language", "en")
    text = shell.tree.read("new/.github/workflows/apply.yml") + shell.tree.read("new/.github/workflows/review.yml")

    used = set(re.findall(r"(?m)^ *(?:- )?uses: (\S+)", text))
    assert {action or ACTION} == {each for each in used if not each.startswith("actions/")}
    assert (action is None) == ("no workflow begins" in said.err)


def test_a_folder_of_git_is_known_by_its_commit_and_remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "massctl")
    monkeypatch.setattr(installed, "_direct_url", lambda: {"url": clone.as_uri(), "dir_info": {"editable": True}})
    assert None is installed.action_of_this_massctl()
    git(clone, "remote", "set-url", "origin", "git@github.com:a/massctl.git")

    assert f"a/massctl@{git(clone, 'rev-parse', 'HEAD')}" == installed.action_of_this_massctl()
