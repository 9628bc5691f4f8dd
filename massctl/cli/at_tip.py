"""Asks git about this checkout: is it the tip of the branch that sends, and are its locks committed? Writes nothing."""

import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.apply.outcome import what_happened
from massctl.cli.remote_ledger import known_to_git, token_for_git
from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_remote import NETWORK_SECONDS, Git, way_to
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.guards import STOP_BRANCH, Tip
from massctl.plan.lock_diff import lock_uncommitted
from massctl.plan.steps import Refusal
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, SETTINGS

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile

_LOCKED: Final = (SETTINGS, f":(glob){CAMPAIGNS}/*/{LOCK_FILE}")
"""What decides about a send where only what is locked is sent."""


def tip_now(root: Path, settings: "MassctlFile", environment: Mapping[str, str], branch: str) -> Tip:
    """Ask for this moment. What cannot be found out is said in the answer: nothing is sent on a guess."""
    remote = settings.state.remote
    known, token = known_to_git(settings, environment), token_for_git(settings, environment)
    try:
        way = way_to(root, remote, known, token)
        # In the user's own repository its settings count by themselves; said twice, a header is sent twice.
        git = Git(root, known, way.settings if token else (), way.secrets)
        heads = [f"refs/heads/{each}" for each in (branch, STOP_BRANCH)]
        asked = git.run("ls-remote", remote, *heads, seconds=NETWORK_SECONDS)
        here = git.run("rev-parse", "--verify", "--quiet", "HEAD")
        counts = _LOCKED if settings.policy.require_lock else (SETTINGS, CAMPAIGNS)
        status = git.run("status", "--porcelain", "-z", "--untracked-files=all", "--", *counts)
    except LedgerUnreachableError as error:
        return Tip(branch, remote, unread=what_happened(error))
    if not asked.done or not status.done:
        words = asked.words if not asked.done else status.words
        return Tip(branch, remote, unread=Phrase("git says: “{words}”", words=words or "-"))
    lines = [line.partition("\t") for line in asked.out.decode("utf-8", "replace").splitlines()]
    found = {ref: commit for commit, _, ref in lines}
    changed = status.out.decode("utf-8", "replace").partition("\0")[0]
    return Tip(
        branch,
        remote,
        here=here.out.decode("ascii", "replace").strip() or None if here.done else None,
        there=found.get(heads[0]),
        changed=changed[3:] or None,
        stopped=heads[1] in found,
    )


def uncommitted_locks(
    root: Path, settings: "MassctlFile", environment: Mapping[str, str], names: Sequence[CampaignName], where: str = ""
) -> dict[CampaignName, Refusal]:
    """Refuse the campaigns whose lock is not the one of HEAD; none where the folder is in no git repository.

    What cannot be found out refuses as well. `where` is the `-C DIR` of the command line.
    """
    git = Git(root, known_to_git(settings, environment))
    refused: dict[CampaignName, Refusal] = {}
    for name in names:
        path = f"{CAMPAIGNS}/{name}/{LOCK_FILE}"
        why = _why_uncommitted(git, root, path)
        if why is not None:
            run, quoted = f"git {where} " if where else "git ", shlex.quote(path)
            command = f"{run}add {quoted} && {run}commit -m {shlex.quote(f'lock {name}')} -- {quoted}"
            refused[name] = lock_uncommitted(why, command)
    return refused


def _why_uncommitted(git: Git, root: Path, path: str) -> str | None:
    try:
        inside = git.run("rev-parse", "--is-inside-work-tree")
        held = git.run("show", f"HEAD:./{path}")
    except LedgerUnreachableError as error:
        return what_happened(error) if has_git(root) else None
    if not inside.done:
        return Phrase("git says: “{words}”", words=inside.words or "-") if has_git(root) else None
    if not held.done:
        return Phrase("its lock is in no commit here")
    # A checkout may write other line ends.
    here = (root / path).read_bytes().replace(b"\r\n", b"\n")
    return None if held.out.replace(b"\r\n", b"\n") == here else Phrase("its lock is not the one that was committed")


def has_git(root: Path) -> bool:
    """Say whether something is called .git here or above: git says of a broken one too that it is none."""
    return any(os.path.lexists(folder / ".git") for folder in (root, *root.parents))
