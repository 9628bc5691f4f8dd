"""Which commit of massctl this is, and where GitHub has it: what the workflows of `massctl init` are to run.

It is never a name that an index may not have, or may have from somebody else, and never a commit that only this
machine has. Sources: PEP 610 (direct_url.json), of an installation from git or from a folder; the file that the release
workflow puts into a wheel, of one from an index.
"""

import json
import os
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from massctl import __version__
from massctl.errors import MassctlError
from massctl.git import Git
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.plan.forge_setup import repository_at

RELEASE_FILE = "release.txt"
"""In `massctl.scaffold`; its one line is OWNER/REPOSITORY@COMMIT."""
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_PIN = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40,64}")
_FROM_GIT = "pip install git+https://github.com/OWNER/massctl@COMMIT"


class InstalledAction(Frozen):
    """What the workflows are to run."""

    pin: str | None
    """OWNER/REPOSITORY@COMMIT; None where no repository on GitHub is known to have this massctl."""
    remark: Phrase | None = None
    """What the person who runs `massctl init` has to know or do."""
    version: str | None = None
    """Of a release: its tag is this, with a v before it."""

    @property
    def written(self) -> str | None:
        """Return it as a workflow names it; Dependabot and Renovate find newer releases by the tag behind it."""
        return (
            self.pin
            if self.pin is None or self.version is None
            else f"{self.pin} # v{self.version}"
        )


def action_of_this_massctl() -> InstalledAction:
    """Find out where GitHub has the massctl that runs; reads this machine only."""
    told = _direct_url()
    if told is None or "archive_info" in told:
        pin = _released_pin()
        return (
            InstalledAction(pin, version=__version__)
            if pin
            else _unknown(Phrase("this massctl names no commit"))
        )
    url = str(told.get("url", ""))
    folder = Path(unquote(urlsplit(url).path))
    if "dir_info" in told and folder.is_dir():
        return _of_folder(folder)
    repository, commit = repository_at(url), str(told.get("vcs_info", {}).get("commit_id", ""))
    if repository is None or not _COMMIT.fullmatch(commit):
        return _unknown(Phrase("this massctl was not installed from a commit on github.com"))
    return InstalledAction(f"{repository}@{commit}")


def commit_of_this_massctl() -> str | None:
    """Return the commit of this massctl: of its installation from git, its release, or its clone."""
    told = _direct_url()
    if told is None or "archive_info" in told:
        return _released_pin().partition("@")[2] or None
    folder = Path(unquote(urlsplit(str(told.get("url", ""))).path))
    if "dir_info" not in told or not folder.is_dir():
        return str(told.get("vcs_info", {}).get("commit_id", "")) or None
    with suppress(MassctlError):
        done = Git(folder, dict(os.environ)).run("rev-parse", "HEAD")
        return done.out.decode("utf-8", "replace").strip() if done.done else None
    return None


def _released_pin() -> str:
    """Read the pin that a release has in it; empty without one."""
    released = files("massctl.scaffold") / RELEASE_FILE
    line = released.read_text("utf-8").strip() if released.is_file() else ""
    return line if _PIN.fullmatch(line) else ""


def _unknown(why: Phrase) -> InstalledAction:
    hint = Phrase(
        "only for workflows on GitHub: {why}, so they name no commit and do not begin. To use them, install massctl "
        "from git ({command}) and run init anew",
        why=why,
        command=_FROM_GIT,
    )
    return InstalledAction(None, hint)


def _direct_url() -> dict[str, Any] | None:
    try:
        text = distribution("massctl").read_text("direct_url.json")
        found = json.loads(text) if text else None
    except (PackageNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _of_folder(folder: Path) -> InstalledAction:
    """Look at a checkout that massctl was installed from: only a commit that its remote has is of use to others."""
    git = Git(folder, dict(os.environ))

    def answer(*words: str) -> str:
        done = git.run(*words)
        return done.out.decode("utf-8", "replace").strip() if done.done else ""

    try:
        top, commit = answer("rev-parse", "--show-toplevel"), answer("rev-parse", "HEAD")
        repository = repository_at(answer("remote", "get-url", "origin"))
        there = answer("for-each-ref", "--count=1", "--contains=HEAD", "refs/remotes/origin")
        changed = answer(
            "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"
        )
    except MassctlError:
        top = commit = there = changed = ""
        repository = None
    where = str(folder)
    if not top or Path(top).resolve() != folder.resolve() or not (folder / "action.yml").is_file():
        return _unknown(
            Phrase(
                "this massctl was installed from the folder {folder}, which is not its clone",
                folder=where,
            )
        )
    if repository is None or not _COMMIT.fullmatch(commit):
        return _unknown(
            Phrase(
                "this massctl was installed from {folder}, whose origin is not on github.com",
                folder=where,
            )
        )
    pin = f"{repository}@{commit}"
    if not there:
        say = Phrase(
            "origin of {folder} does not have its commit {commit}, so the workflows name none and do not begin; run "
            "git push there, then write {pin} in .github/workflows in place of OWNER/massctl@000…",
            folder=where,
            commit=commit[:12],
            pin=pin,
        )
        return InstalledAction(None, say)
    if not changed:
        return InstalledAction(pin)
    say = Phrase(
        "{folder} has changes that are not committed; the workflows run its commit {commit}, without them"
    )
    return InstalledAction(pin, Phrase(say, folder=where, commit=commit[:12]))
