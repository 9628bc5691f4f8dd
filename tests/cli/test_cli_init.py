"""`massctl init`: what it writes is ready, and what the place lacks is said."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_runner import Shell
from gits import clone_of, git, remote_at
from ruamel.yaml import YAML

from massctl import __version__
from massctl.cli import installed
from massctl.scaffold import ACTION


def test_nobody_is_sent_a_preview_before_a_name_is_written(shell: Shell) -> None:
    """A placeholder would go to whoever has that WeChat name."""
    shell("init", "new", "--language", "en")
    (letter,) = shell("-C", "new", "plan", "--sandbox", "--format", "json").document["campaigns"]

    assert [] == [each["kind"] for each in letter["steps"] if each["kind"] == "send_preview"]
    assert "# preview:" in shell.tree.read("new/campaigns/first-letter/campaign.yaml")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_phones_show_the_accounts_name_once_its_line_is_used(shell: Shell, language: str) -> None:
    """Without the line an editor who begins sees `main` under every title, and nothing says why."""
    shell("init", "new", "--language", language)
    settings = shell.tree.read("new/massctl.yaml")
    (name,) = re.findall(r"^    # name: (.*?) *#", settings, re.MULTILINE)
    shell.tree.write("new/massctl.yaml", settings.replace("    # name:", "    name:"))

    assert 0 == shell("-C", "new", "render", "first-letter", "--out", "new/shown").status
    assert name in shell.tree.read("new/shown/index.html")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_line_of_the_settings_works_without_its_first_sign(
    shell: Shell, language: str
) -> None:
    """What stands behind a value must be a comment too: "remove the first #" says the file."""
    shell("init", "new", "--language", language)
    settings = shell.tree.read("new/massctl.yaml")
    used = re.sub(
        r"(?m)^( *)# (name|proxy_env|theme|preview_to|operators|quiet_hours|notify|  - wecom)",
        r"\1\2",
        settings,
    )
    shell.tree.write("new/massctl.yaml", used)

    assert 8 == sum(
        old != new for old, new in zip(settings.splitlines(), used.splitlines(), strict=True)
    )
    said = shell("-C", "new", "validate")
    assert 0 == said.status, said.out


def test_a_plan_works_before_there_is_a_repository_or_a_remote(shell: Shell) -> None:
    shell("init", "new", "--language", "en")
    without = shell("-C", "new", "plan")
    git(shell.root / "new", "init", "-q")
    alone = shell("-C", "new", "plan")

    assert (0, 0) == (without.status, alone.status), without.err + alone.err
    assert (True, False) == ("git init   makes it one" in without.out, "state init" in without.out)
    assert (True, False) == ("git remote add origin URL" in alone.out, "state init" in alone.out)


def test_a_lock_outside_of_a_repository_says_how_to_commit_it(shell: Shell) -> None:
    shell.tree.text("letter")
    outside = shell("lock", columns=100).err
    git(shell.root, "init", "-q")
    shell.tree.text("second")
    inside = shell("lock", columns=100).err

    assert ["git init && git add campaigns", "git add campaigns"] == [
        said.strip().splitlines()[-1].partition("   ")[0] for said in (outside, inside)
    ]


def test_the_first_plan_points_to_the_sandbox(shell: Shell) -> None:
    """Somebody who only looks around has no account yet."""
    shell("init", "new", "--language", "en")
    named = shell("-C", "new", "plan", "first-letter", columns=100)
    tried = shell("-C", "new", "plan", "--sandbox", "first-letter", columns=100)

    assert named.err.endswith("massctl -C new plan --sandbox first-letter   needs no account\n"), (
        named.err
    )
    assert "needs no account" not in tried.err


def test_a_subfolder_of_a_repository_is_begun_only_where_somebody_agrees(shell: Shell) -> None:
    git(shell.root, "init", "-q")
    alone = shell("init", "new", "--language", "en")
    refused = shell("init", "new", "--language", "en", typed="no\n")

    assert [2, 5] == [alone.status, refused.status]
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
    found = [
        hit
        for line in printed.splitlines()
        if (hit := re.match(pattern["regexp"], line)) is not None
    ]
    assert "campaigns/first-letter/articles/main.md.j2" in {
        hit[pattern["file"]] for hit in found
    }, printed
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


def test_what_is_printed_to_be_typed_can_be_typed(shell: Shell) -> None:
    said = shell("init", "我的 信", "--language", "en").err

    assert "next: cd '我的 信' && massctl apply first-letter --sandbox --yes" in " ".join(
        said.split()
    )


def test_the_sample_goes_nowhere_before_it_is_named(shell: Shell) -> None:
    shell("init", "new", "--language", "en")
    there = ("-C", "new")
    said = shell(*there, "apply", "--sandbox", "--yes", "--until", "preview", "--format", "json")
    (campaign,) = said.document["campaigns"]
    guards = [each["guard"] for each in campaign["refusals"]]
    assert (0, [], ["not_named"], 0) == (
        said.status,
        campaign["performed"],
        guards,
        said.document["serial"],
    )
    assert 0 == shell(*there, "plan", "--sandbox", "--detailed-exitcode").status
    assert "staged and sent only by name" in shell(*there, "plan", "--sandbox").out


def used(shell: Shell) -> set[str]:
    """Give what the workflows of a new repository run beside GitHub's own actions."""
    text = shell.tree.read("new/.github/workflows/apply.yml") + shell.tree.read(
        "new/.github/workflows/review.yml"
    )
    found = set(re.findall(r"(?m)^ *(?:- )?uses: (\S+)", text))
    return {each for each in found if not each.startswith("actions/")}


@pytest.mark.parametrize(
    ("told", "action"),
    [
        (
            {
                "url": "https://github.com/a/b.git",
                "vcs_info": {"vcs": "git", "commit_id": "ab" * 20},
            },
            f"a/b@{'ab' * 20}",
        ),
        (
            {"url": "ssh://git@github.com/a/b", "vcs_info": {"vcs": "git", "commit_id": "ab" * 20}},
            f"a/b@{'ab' * 20}",
        ),
        (
            {
                "url": "https://evil.example/a/b.git",
                "vcs_info": {"vcs": "git", "commit_id": "ab" * 20},
            },
            None,
        ),
        (
            {"url": "https://github.com/a/b.git", "vcs_info": {"vcs": "git", "commit_id": "main"}},
            None,
        ),
        ({"url": "file:///gone/massctl", "dir_info": {}}, None),
        ({"url": "https://example.com/massctl.whl", "archive_info": {}}, None),
        (None, None),
    ],
)
def test_the_workflows_run_the_commit_that_was_installed_and_never_a_mere_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any] | None, action: str | None
) -> None:
    monkeypatch.setattr(installed, "_direct_url", lambda: told)
    said = shell("init", "new", "--language", "en")

    assert {action or ACTION} == used(shell)
    told_how = "pip install git+https://github.com/OWNER/massctl@COMMIT" in " ".join(
        said.err.split()
    )
    assert (action is None) == told_how


def test_a_release_is_named_by_its_commit_and_its_tag(shell: Shell, tmp_path: Path) -> None:
    """Dependabot and Renovate go by the tag."""
    shell.monkeypatch.setattr(installed, "_direct_url", lambda: None)
    shell.monkeypatch.setattr(installed, "files", lambda _: tmp_path)
    (tmp_path / installed.RELEASE_FILE).write_text(f"a/massctl@{'ab' * 20}\n", "utf-8")
    shell("init", "new", "--language", "en")

    lines = re.findall(r"uses: (a/massctl.*)", shell.tree.read("new/.github/workflows/review.yml"))
    assert {f"a/massctl@{'ab' * 20} # v{__version__}"} == {*lines}


def test_both_robots_look_for_newer_actions(shell: Shell) -> None:
    shell("init", "new", "--language", "en")
    renovate = json.loads(shell.tree.read("new/.github/renovate.json"))
    dependabot = YAML(typ="safe").load(shell.tree.read("new/.github/dependabot.yml"))

    assert ["github-actions"] == renovate["enabledManagers"]
    assert "helpers:pinGitHubActionDigests" in renovate["extends"]
    assert ["github-actions"] == [each["package-ecosystem"] for each in dependabot["updates"]]
    assert (7, "7 days") == (
        dependabot["updates"][0]["cooldown"]["default-days"],
        renovate["minimumReleaseAge"],
    )


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of massctl that it was installed from; its commit was pushed."""
    made = clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "massctl")
    (made / "action.yml").write_text("name: massctl\n", "utf-8")
    git(made, "add", "--all")
    git(made, "commit", "-q", "-m", "an action")
    git(made, "push", "-q", "origin", "HEAD:main")
    git(made, "remote", "set-url", "origin", "git@github.com:a/massctl.git")
    monkeypatch.setattr(
        installed, "_direct_url", lambda: {"url": made.as_uri(), "dir_info": {"editable": True}}
    )
    return made


def test_a_folder_of_git_is_known_by_its_commit_and_remote(shell: Shell, clone: Path) -> None:
    said = shell("init", "new", "--language", "en")

    assert {f"a/massctl@{git(clone, 'rev-parse', 'HEAD')}"} == used(shell)
    assert "massctl@COMMIT" not in said.err


def test_a_commit_that_only_this_machine_has_is_not_written(shell: Shell, clone: Path) -> None:
    git(clone, "commit", "-q", "--allow-empty", "-m", "mine")
    said = shell("init", "new", "--language", "en")

    assert {ACTION} == used(shell)
    assert f"write a/massctl@{git(clone, 'rev-parse', 'HEAD')} in .github/workflows" in " ".join(
        said.err.split()
    )


def test_changes_that_are_not_committed_are_told(shell: Shell, clone: Path) -> None:
    (clone / "action.yml").write_text("name: other\n", "utf-8")
    said = shell("init", "new", "--language", "en")

    assert {f"a/massctl@{git(clone, 'rev-parse', 'HEAD')}"} == used(shell)
    assert "has changes that are not committed" in said.err


def elsewhere(clone: Path) -> None:
    git(clone, "remote", "set-url", "origin", "git@gitee.com:a/massctl.git")


def no_remote(clone: Path) -> None:
    git(clone, "remote", "remove", "origin")


def no_action(clone: Path) -> None:
    (clone / "action.yml").unlink()


def a_part(clone: Path) -> None:
    """A copy of massctl within a repository of somebody else."""
    outer = clone.rename(clone.with_name("outer"))
    clone.mkdir()
    (clone / "action.yml").write_text("name: massctl\n", "utf-8")
    clone.rename(outer / "massctl")
    (clone.parent / "massctl").symlink_to(outer / "massctl")


@pytest.mark.parametrize("change", [elsewhere, no_remote, no_action, a_part])
def test_a_folder_that_nobody_else_can_reach_is_not_written(
    shell: Shell, clone: Path, change: Callable[[Path], None]
) -> None:
    change(clone)
    said = shell("init", "new", "--language", "en")

    assert {ACTION} == used(shell)
    assert "pip install git+https://github.com/OWNER/massctl@COMMIT" in said.err
