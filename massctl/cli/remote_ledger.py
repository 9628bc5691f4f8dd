"""From a session to its ledger on a branch: the way there, the credential, and what its processes may know."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from massctl.ledger.git_ledger import GitLedger
    from massctl.model.settings import MassctlFile


def remote_ledger(
    root: Path,
    cache: Path,
    settings: "MassctlFile",
    locks: Path,
    environment: Mapping[str, str],
    tell: Callable[[str], None] = lambda _: None,
) -> "GitLedger":
    """Open the ledger on its branch; reads the user's repository, and asks no server yet.

    `tell` says to people that the remote is waited for, or that a broken copy is made anew.

    Raises LedgerUnreachableError where git or the remote is missing.
    """
    # What only asks git something else loads no ledger.
    from massctl.ledger.git_branch import GitBranch
    from massctl.ledger.git_ledger import GitLedger
    from massctl.ledger.git_remote import way_to

    state = settings.state
    known = known_to_git(settings, environment)
    way = way_to(root, state.remote, known, token_for_git(settings, environment))
    return GitLedger(GitBranch(cache / "ledger.git", way, state.branch, known, tell), locks)


def known_to_git(settings: "MassctlFile", environment: Mapping[str, str]) -> dict[str, str]:
    """Give what git may know: helpers and commands of ssh that it starts have no business with an AppSecret."""
    secret = {account.secret_env for account in settings.accounts.values()}
    return {name: value for name, value in environment.items() if name not in secret}


def token_for_git(settings: "MassctlFile", environment: Mapping[str, str]) -> str | None:
    """Give the token that `state.token_env` names; None where there is none."""
    name = settings.state.token_env
    return environment.get(name, "").strip() or None if name else None
