"""One function calls git: what the repository tells git to run does not run, and what the user chose still does."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pytest
from gits import ENVIRONMENT, clone_of, git, remote_at, with_programs

from massctl import git as git_calls
from massctl.git import Git

LFS = (
    ("clean", "git-lfs clean -- %f"),
    ("smudge", "git-lfs smudge -- %f"),
    ("process", "git-lfs filter-process"),
)
CALLS = (
    ("status", "--porcelain", "--ignore-submodules=dirty"),
    ("add", "--all", "--force", "--", "campaigns"),
    ("commit", "--quiet", "--allow-empty", "--message", "more"),
    ("fetch", "--quiet", "--", "origin", "+refs/heads/main:refs/remotes/origin/main"),
    ("push", "--quiet", "origin", "HEAD:refs/heads/more"),
    ("worktree", "add", "--force", "--detach", "../own", "HEAD"),
    ("reset", "--hard", "--quiet", "HEAD~1"),
    ("checkout-index", "--all", "--quiet", "--force"),
    ("log", "--format=%H %G?", "HEAD"),
    ("cat-file", "blob", "HEAD:campaigns/a.yaml"),
    ("ls-remote", "origin"),
)
"""How massctl calls git, the calls that start most."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = clone_of(remote_at(tmp_path / "remote.git"), tmp_path / "clone")
    (folder / "campaigns").mkdir()
    for name in ("a.yaml", "b.json"):
        (folder / "campaigns" / name).write_text("words\n", encoding="utf-8")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", name)
    other = tmp_path / "other"
    git(tmp_path, "clone", "--quiet", "--bare", str(folder), str(other))
    (folder / ".git/objects/info/alternates").write_text(f"{other}/objects\n", encoding="utf-8")
    return folder


def older(folder: Path) -> None:
    """Make git compare the content of the files."""
    for path in (folder / "campaigns").iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("words", CALLS, ids=lambda words: words[0])
def test_nothing_runs_that_the_repository_names(
    clone: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ran = with_programs(clone, tmp_path / "programs")
    older(clone)
    said = Git(clone, ENVIRONMENT).run(*words)

    assert ([], True) == (ran(), said.done), said.said


def test_git_by_itself_would_have_run_most_of_them(clone: Path, tmp_path: Path) -> None:
    """Without this a program that never runs would pass for one that was kept from running."""
    ran = with_programs(clone, tmp_path / "programs")
    for words in CALLS:
        older(clone)
        try:
            git(clone, *words)
        except CalledProcessError:
            continue  # A program of ours signs nothing, and answers no git.
    with pytest.raises(CalledProcessError):
        git(clone, "ls-remote", "odd")

    named = {
        "alternates",
        "clean",
        "ext",
        "fsmonitor",
        "gpg",
        "post-index-change",
        "pre-push",
        "reference-transaction",
    }
    assert set() == named - set(ran())


def test_an_address_that_is_a_command_is_refused(clone: Path, tmp_path: Path) -> None:
    ran = with_programs(clone, tmp_path / "programs")
    said = Git(clone, ENVIRONMENT).run("ls-remote", "odd")

    assert ([], False) == (ran(), said.done)


def programs_in(folder: Path) -> tuple[Mapping[str, str], Callable[[], list[str]]]:
    """Give the environment of a user whose git-lfs tells its first argument, and what it told."""
    folder.mkdir()
    (folder / "git-lfs").write_text(
        f'#!/bin/sh\necho "$1" >> {folder}/ran\nexec cat\n', encoding="utf-8"
    )
    (folder / "git-lfs").chmod(0o755)
    environment = {**ENVIRONMENT, "HOME": str(folder), "PATH": f"{folder}:{ENVIRONMENT['PATH']}"}
    return (
        environment,
        lambda: (folder / "ran").read_text("utf-8").split() if (folder / "ran").exists() else [],
    )


def with_filter(
    clone: Path, scope: str, *parts: tuple[str, str], home: Path, name: str = "lfs"
) -> None:
    for part, command in parts:
        git(clone, "config", scope, f"filter.{name}.{part}", command, HOME=str(home))
    (clone / ".gitattributes").write_text(f"*.yaml filter={name}\n", encoding="utf-8")
    older(clone)


@pytest.mark.parametrize("scope", ["--local", "--global"])
@pytest.mark.parametrize("installed", [LFS[:2], LFS])
def test_the_filter_of_git_lfs_runs(
    clone: Path, tmp_path: Path, scope: str, installed: tuple[tuple[str, str], ...]
) -> None:
    """`git lfs install` writes it for the user, and for the repository with --local, as actions/checkout does."""
    environment, ran = programs_in(tmp_path / "home")
    with_filter(clone, scope, *installed, home=tmp_path / "home")
    Git(clone, environment).run("status", "--porcelain")

    assert [installed[-1][1].split()[1] if installed == LFS else "clean"] == ran()[:1]


def test_the_filter_of_git_lfs_runs_where_massctl_run_makes_its_checkout(
    clone: Path, tmp_path: Path
) -> None:
    environment, ran = programs_in(tmp_path / "home")
    with_filter(clone, "--global", *LFS[:2], home=tmp_path / "home")
    git(clone, "add", ".gitattributes")
    git(clone, "commit", "--quiet", "--message", "attributes")
    Git(clone, environment).run("worktree", "add", "--force", "--detach", "../own", "HEAD")

    assert {"smudge"} == {*ran()}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("filter.lfs.clean", "sh -c 'touch ran'"),
        ("lfs.extension.odd.clean", "touch ran"),
        ("lfs.customtransfer.odd.path", "touch"),
        ("lfs.https://example.com.standalonetransferagent", "odd"),
    ],
)
def test_git_lfs_that_the_repository_tells_what_to_start_does_not_run(
    clone: Path, tmp_path: Path, key: str, value: str
) -> None:
    environment, ran = programs_in(tmp_path / "home")
    with_filter(clone, "--local", *LFS[:2], home=tmp_path / "home")
    git(clone, "config", key, value)
    Git(clone, environment).run("status", "--porcelain")

    assert ([], False) == (ran(), (clone / "ran").exists())


def test_a_filter_of_the_user_runs_whatever_the_repository_says_under_its_name(
    clone: Path, tmp_path: Path
) -> None:
    environment, ran = programs_in(tmp_path / "home")
    with_filter(clone, "--global", ("clean", "git-lfs mine"), home=tmp_path / "home", name="crypt")
    git(clone, "config", "filter.crypt.clean", "git-lfs theirs")
    Git(clone, environment).run("status", "--porcelain")

    assert ["mine"] == ran()


def test_no_configuration_is_no_reason_to_go_on(clone: Path) -> None:
    (clone / ".git/config").write_text("[core\n", encoding="utf-8")
    said = Git(clone, ENVIRONMENT).run("status", "--porcelain")

    assert (False, b"") == (said.done, said.out)
    assert "bad config" in said.words


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("push.gpgSign", "false"),
        ("log.showSignature", "false"),
        ("submodule.recurse", "false"),
        ("fetch.recurseSubmodules", "false"),
        ("push.recurseSubmodules", "no"),
        ("hook.a.b=c.enabled", "false"),  # The programs of git 2.54 and later.
        ("gc.auto", "0"),
    ],
)
def test_what_the_repository_says_of_programs_counts_for_nothing(
    clone: Path, key: str, ours: str
) -> None:
    git(clone, "config", key, "true" if ours == "false" else "1")
    git(clone, "config", "hook.a.b=c.command", "touch ran")
    git(clone, "config", "gc.recentObjectsHook", "touch ran")

    # Behind `-c` it is not known which command it is.
    assert (
        ours
        == Git(clone, ENVIRONMENT).run("-c", "a.b=c", "config", "--get", key).out.decode().strip()
    )


def test_an_interruption_as_git_begins_is_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    """CPython's communicate() cannot be called again where it was interrupted in its first lines."""
    answers, killed = iter([KeyboardInterrupt(), AttributeError("_fileobj2output")]), list[object]()

    class Process:
        def communicate(self, *_: object, **__: object) -> None:
            raise next(answers)

    process: Any = Process()
    monkeypatch.setattr(git_calls, "_kill", killed.append)
    with pytest.raises(KeyboardInterrupt):
        git_calls._ended(process, b"", 1.0, None)
    assert [process] == killed
