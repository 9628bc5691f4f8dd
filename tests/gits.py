"""Real git for tests: a bare remote and clones of it, untouched by whatever the machine's user has configured."""

import atexit
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from massctl.ledger.git_branch import GitBranch
from massctl.ledger.git_ledger import GitLedger
from massctl.ledger.git_remote import way_to

ENVIRONMENT: Final[Mapping[str, str]] = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Lin",
    "GIT_AUTHOR_EMAIL": "lin@example.com",
    "GIT_COMMITTER_NAME": "Lin",
    "GIT_COMMITTER_EMAIL": "lin@example.com",
}


def git(folder: Path, *arguments: str, **more: str) -> str:
    """Run git as a person would; gives what it prints."""
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**ENVIRONMENT, **more},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return done.stdout.decode().strip()


def remote_at(folder: Path) -> Path:
    """Make a bare repository that lies where `folder` says."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare", "--template=")
    with (folder / "config").open("a", encoding="utf-8") as config:
        config.write("[receive]\n\tautogc = false\n")
    return folder


@cache
def _begun() -> Path:
    """Make a remote with one commit and a clone of it, once a process: git starts a dozen processes for them."""
    kept = Path(tempfile.mkdtemp(prefix="massctl-git-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    remote, clone = remote_at(kept / "remote.git"), kept / "clone"
    git(remote, "clone", "--quiet", "--template=", remote.as_uri(), str(clone))
    git(clone, "config", "maintenance.auto", "false")
    (clone / ".gitignore").write_text(".massctl/\n", encoding="utf-8")
    git(clone, "add", ".gitignore")
    git(clone, "commit", "--quiet", "-m", "begin")
    git(clone, "push", "--quiet", "origin", "HEAD:main")
    git(clone, "remote", "set-head", "origin", "main")
    return kept


def _is_empty(remote: Path) -> bool:
    return not (remote / "packed-refs").exists() and not any(
        each.is_file() for each in (remote / "refs").rglob("*")
    )


def clone_of(remote: Path, folder: Path, *options: str) -> Path:
    """Clone a remote that has a commit; the first clone makes it."""
    if _is_empty(remote):
        for part in ("objects", "refs"):
            shutil.copytree(_begun() / "remote.git" / part, remote / part, dirs_exist_ok=True)
        if not options:
            shutil.copytree(_begun() / "clone", folder)
            config = folder / ".git" / "config"
            kept = (_begun() / "remote.git").as_uri()
            config.write_text(
                config.read_text("utf-8").replace(kept, remote.as_uri()), encoding="utf-8"
            )
            return folder
    git(remote, "clone", "--quiet", *options, remote.as_uri(), str(folder))
    return folder


def ledger_in(
    clone: Path, environment: Mapping[str, str] = ENVIRONMENT, token: str | None = None
) -> GitLedger:
    """Open the ledger of a clone as massctl does there."""
    branch = branch_in(clone, environment, token)
    return GitLedger(branch, clone / ".massctl" / "locks", lambda seconds: None)


def branch_in(
    clone: Path,
    environment: Mapping[str, str] = ENVIRONMENT,
    token: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> GitBranch:
    """Open the branch of a clone as massctl does there."""
    way = way_to(clone, "origin", environment, token)
    return GitBranch(clone / ".massctl" / "ledger.git", way, "massctl-state", tell)


def look_of(clone: Path) -> dict[str, bytes | str]:
    """Give all that a repository is: every file of .git with its bytes, and what git says of the working tree."""
    inside = clone / ".git"
    files = {
        str(path.relative_to(inside)): path.read_bytes()
        for path in inside.rglob("*")
        if path.is_file()
    }
    return {**files, "status": git(clone, "--no-optional-locks", "status", "--porcelain")}


HOOKS: Final = (
    *(
        "pre-push",
        "pre-commit",
        "prepare-commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
    ),
    *("reference-transaction", "pre-auto-gc"),
)
PROGRAMS: Final = {
    "core.fsmonitor": "fsmonitor",
    "core.pager": "pager",
    "core.editor": "editor",
    "core.alternateRefsCommand": "alternates",
    "diff.external": "external-diff",
    "diff.odd.textconv": "textconv",
    "diff.odd.command": "diff",
    "filter.odd=1.clean": "clean",
    "filter.odd=1.smudge": "smudge",
    "filter.odd=2.process": "process",
    "gc.recentObjectsHook": "recent-objects",
    "gpg.program": "gpg",
    "hook.odd.command": "configured-hook",
}
"""What `.git/config` may say that git runs, and the name of the program here that it gets."""


def with_programs(clone: Path, folder: Path) -> Callable[[], list[str]]:
    """Write into a clone's `.git` every program that git can be told to run; gives the names of those that ran.

    None of them says how the remote is reached.
    """
    folder.mkdir()
    ran = folder / "ran"

    def program(path: Path, name: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'#!/bin/sh\necho {name} >> {ran}\ncase "$0" in *clean|*smudge) cat ;; esac\n', "utf-8"
        )
        path.chmod(0o755)
        return path

    for key, name in PROGRAMS.items():
        git(clone, "config", key, str(program(folder / name, name)))
    for hook in HOOKS:
        program(clone / ".git/hooks" / hook, hook)
        program(folder / "hooks" / hook, hook)
        git(clone, "config", "--add", "hook.odd.event", hook)
    settings = {
        "core.hooksPath": str(folder / "hooks"),
        "commit.gpgSign": "true",
        "push.gpgSign": "if-asked",
        "gc.auto": "1",
        "protocol.ext.allow": "always",
        "remote.odd.url": f"ext::{program(folder / 'ext', 'ext')}",
        "alias.status": f"!{folder / 'fsmonitor'}",
        "submodule.recurse": "true",
    }
    for key, value in settings.items():
        git(clone, "config", key, value)
    attributes = "*.yaml filter=odd=1 diff=odd\n*.md filter=odd=2 diff=odd\n*.json filter=odd=1\n"
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/attributes").write_text(attributes, "utf-8")
    return lambda: ran.read_text("utf-8").split() if ran.exists() else []
