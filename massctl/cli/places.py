"""Where the files stand that massctl keeps in a repository: beside massctl.yaml, or in the sandbox's own folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LEDGER_FILE: Final = "massctl.state.jsonl"
ARCHIVE_FOLDER: Final = "massctl.state.bodies"
"""Beside the ledger: what was staged and sent, for people to compare with."""
CACHE: Final = ".massctl"
"""The folder for caches and locks, which git ignores."""
API_BASE_VARIABLE: Final = "MASSCTL_API_BASE"


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one repository, as a run for real or one with `--sandbox` finds them."""

    root: Path
    sandbox: bool = False

    @property
    def cache(self) -> Path:
        """The folder for caches and locks, which git ignores."""
        return self.root / CACHE

    @property
    def world(self) -> Path:
        """The sandbox's folder: the state of its WeChat, and a separate ledger."""
        return self.cache / "sandbox"

    @property
    def ledger(self) -> Path:
        """The local ledger's file."""
        return (self.world if self.sandbox else self.root) / LEDGER_FILE

    @property
    def archive(self) -> Path:
        """The folder of contents beside the ledger."""
        return self.ledger.with_name(ARCHIVE_FOLDER)

    @property
    def locks(self) -> Path:
        """The folder of the ledger's locks."""
        return (self.world if self.sandbox else self.cache) / "locks"


def loopback_override(environment: Mapping[str, str], *, sandbox: bool) -> str | None:
    """Return the address that outranks every `api_base`; None if nothing does. The sandbox is on loopback."""
    return "http://127.0.0.1" if sandbox else environment.get(API_BASE_VARIABLE) or None
