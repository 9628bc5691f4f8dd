"""What `massctl plan` remembers from one time to the next: settings, campaigns, and the folded ledger.

See docs/adr/0010. Everything that writes or sends reads, verifies and renders anew: no other verb opens a Memory.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from massctl.ledger.remembered import remembered_state
from massctl.memory.cache_file import CacheFile
from massctl.memory.stamp import stamp
from massctl.model.ids import digest_of
from massctl.model.state import State
from massctl.source.kept_settings import settings_document, settings_from
from massctl.source.noting import Note, outcome_of
from massctl.source.remembered import Kept, RememberingDesires
from massctl.source.repository import Repository

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile
    from massctl.source.desired import Workbench

_FOLDER: Final = "remembered"
_NOT_OURS: Final = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a document may raise that says something else than we would have written."""


class Memory:
    """What is remembered of one checkout; nothing in it is believed that was not compared with the checkout first."""

    def __init__(self, root: Path) -> None:
        folder, key = root / ".massctl" / _FOLDER, stamp(root)
        self._plan_file = CacheFile(folder / "plan.json", key)
        self._ledger_file = CacheFile(folder / "ledger.json", key)
        self._plan: dict[str, Any] = self._plan_file.read()
        self._changed = False

    def settings(self, repository: Repository, override: str | None) -> "MassctlFile | None":
        """Give massctl.yaml as it was read without a fault, if it still has those bytes."""
        try:
            kept = self._plan["settings"]
            same = all(outcome_of(repository, path, limit) == outcome for path, limit, outcome in kept["reads"])
            return settings_from(kept["values"]) if same and kept["override"] == override else None
        except _NOT_OURS:
            return None

    def keep_settings(self, settings: "MassctlFile", reads: Sequence[Note], override: str | None) -> None:
        """Remember massctl.yaml, which has no fault."""
        self._plan["settings"] = {"reads": reads, "override": override, "values": settings_document(settings)}
        self._changed = True

    def state(self, ledger: Path, locks: Path) -> State:
        """Give the state of a ledger; raises what reading it raises."""
        kept = self._ledger_file.read()
        state, keep = remembered_state(ledger, locks, kept)
        if keep and keep is not kept:
            self._ledger_file.write(keep)
        return state

    def desires(self, workbench: "Workbench", state: State, *, locked: bool) -> RememberingDesires:
        """Give what reads the campaigns; what is remembered belongs to the accounts and words as they are."""
        settings = workbench.settings
        accounts = digest_of(
            {
                "accounts": {name: vars(account) for name, account in settings.accounts.items()},
                "words": [list(settings.policy.banned_words), list(settings.policy.allowed_words)],
            }
        )
        if self._plan.get("accounts") != accounts or not isinstance(self._plan.get("campaigns"), dict):
            self._plan |= {"accounts": accounts, "campaigns": {}}
        campaigns: Kept = self._plan["campaigns"]
        return RememberingDesires(workbench, state, campaigns, locked=locked)

    def keep(self, desires: RememberingDesires) -> None:
        """Write what is remembered now, if that is other than it was."""
        if self._changed or desires.changed:
            self._plan_file.write(self._plan)
