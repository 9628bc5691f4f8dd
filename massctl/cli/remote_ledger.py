"""From a session to its ledger on a branch: the way there, the credential, and what its processes may know."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.ledger.git_branch import GitBranch
from massctl.ledger.git_ledger import GitLedger
from massctl.ledger.git_way import way_to

if TYPE_CHECKING:
    from massctl.model.account import MassctlFile


def remote_ledger(
    root: Path, cache: Path, settings: "MassctlFile", locks: Path, environment: Mapping[str, str]
) -> GitLedger:
    """Open the ledger on its branch; reads the user's repository, and asks no server yet.

    Raises LedgerUnreachableError where git or the remote is missing.
    """
    state = settings.state
    # Helpers and commands of ssh that git starts have no business with an AppSecret.
    secret = {account.secret_env for account in settings.accounts.values()}
    known = {name: value for name, value in environment.items() if name not in secret}
    token = environment.get(state.token_env, "") if state.token_env else ""
    way = way_to(root, state.remote, known, token.strip() or None)
    return GitLedger(GitBranch(cache / "ledger.git", way, state.branch, known), locks)
