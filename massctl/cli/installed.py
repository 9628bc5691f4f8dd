"""Which commit of massctl this is, and where GitHub has it: what the workflows of `massctl init` are to run.

It is never a name that an index may not have, or may have from somebody else. Sources: PEP 610 (direct_url.json), of
an installation from git or from a folder; the file that the release workflow puts into a wheel, of one from an index.
"""

import json
import os
import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from massctl.errors import MassctlError
from massctl.ledger.git_remote import Git

RELEASE_FILE: Final = "release.txt"
"""In `massctl.scaffold`; its one line is OWNER/REPOSITORY@COMMIT."""
_ON_GITHUB: Final = re.compile(
    r"(?:https://(?:[^/@]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])([\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_COMMIT: Final = re.compile(r"[0-9a-f]{40,64}")
_PIN: Final = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40,64}")


def action_of_this_massctl() -> str | None:
    """Return OWNER/REPOSITORY@COMMIT; None where that is not known."""
    told = _direct_url()
    if told is None or "archive_info" in told:
        released = files("massctl.scaffold") / RELEASE_FILE
        line = released.read_text("utf-8").strip() if released.is_file() else ""
        return line if _PIN.fullmatch(line) else None
    if "vcs_info" in told:
        return _pin(str(told.get("url", "")), str(told["vcs_info"].get("commit_id", "")))
    folder = Path(unquote(urlsplit(str(told.get("url", ""))).path))
    return _of_folder(folder) if "dir_info" in told and folder.is_dir() else None


def _direct_url() -> dict[str, Any] | None:
    try:
        text = distribution("massctl").read_text("direct_url.json")
        found = json.loads(text) if text else None
    except (PackageNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _of_folder(folder: Path) -> str | None:
    git = Git(folder, dict(os.environ))
    try:
        commit, url = git.run("rev-parse", "HEAD"), git.run("remote", "get-url", "origin")
    except MassctlError:
        return None
    return _pin(url.out.decode("utf-8", "replace").strip(), commit.out.decode("ascii", "replace").strip())


def _pin(url: str, commit: str) -> str | None:
    found = _ON_GITHUB.fullmatch(url)
    return f"{found[1]}@{commit}" if found is not None and _COMMIT.fullmatch(commit) else None
