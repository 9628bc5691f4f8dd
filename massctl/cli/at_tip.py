"""Asks git and the remote whether this checkout is the tip of the branch that sends. Reads, and writes nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.apply.outcome import what_happened
from massctl.cli.remote_ledger import known_to_git, token_for_git
from massctl.errors import LedgerUnreachableError
from massctl.ledger.git_remote import NETWORK_SECONDS, Git, way_to
from massctl.model.phrase import Phrase
from massctl.plan.guards import STOP_BRANCH, Tip
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, RENDERED, SETTINGS

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile

_LOCKED: Final = (SETTINGS, f":(glob){CAMPAIGNS}/*/{LOCK_FILE}", f":(glob){CAMPAIGNS}/*/{RENDERED}/**")
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
