"""Who decides, and who may from the forge: `policy.operators`, asked before a secret is read or a request made.

A workflow runs with the rights of the repository, whoever started it. A person at a terminal has the secret, and is
asked nothing.
"""

import getpass
from collections.abc import Mapping
from typing import TYPE_CHECKING

from massctl.errors import RefusedError
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from massctl.model.settings import Policy


# GitHub sets them, and no workflow can overwrite them. Source: GitHub docs, "Variables reference", read 2026-11.
_ON_THE_FORGE = "GITHUB_ACTIONS"
_STARTED_BY = "GITHUB_TRIGGERING_ACTOR"
"""Who started this attempt; GITHUB_ACTOR stays whoever started the first."""
_ATTEMPT = "GITHUB_RUN_ATTEMPT"


def require_operator(policy: "Policy", environment: Mapping[str, str]) -> None:
    """Raise RefusedError on a forge unless an operator started this run, and started it for the first time."""
    if not environment.get(_ON_THE_FORGE):
        return
    if environment.get(_ATTEMPT) != "1":
        raise RefusedError(
            Phrase("policy.operators: starting a run again does not repeat what was decided in it"),
            Phrase("Nothing was done."),
            Phrase("see how it stands now, then decide in a new run: Actions / operate / Run workflow"),
        )
    actor = environment.get(_STARTED_BY, "")
    # A login is the same in capitals and small letters.
    if actor.casefold() in {login.casefold() for login in policy.operators}:
        return
    raise RefusedError(
        Phrase("policy.operators does not name {actor}, who started this run", actor=actor or "-"),
        Phrase("Nothing was done."),
        Phrase(
            "let somebody who is named there decide; or have the login added under policy.operators in massctl.yaml, "
            "by a pull request"
        ),
    )


def who(environment: Mapping[str, str]) -> str:
    """Name the person: who started this run of the workflow, else the login name."""
    actor = environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR")
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
