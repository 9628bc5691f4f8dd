"""Where the files stand that massctl keeps in a repository: beside massctl.yaml, or in the sandbox's own folder."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from massctl import system
from massctl.ledger import ARCHIVE_FOLDER, LEDGER_FILE, STATISTICS_FOLDER
from massctl.model.frozen import Frozen
from massctl.model.state import RunnerId
from massctl.plan.lease import LocalRunner

CACHE = ".massctl"
"""The folder for caches and locks, which git ignores."""
API_BASE_VARIABLE = "MASSCTL_API_BASE"


_OF_A_PROCESS = ".of-process-"
_own_caches: list[Path] = []


def forget() -> None:
    """Remove what this process converted for itself."""
    while _own_caches:
        shutil.rmtree(_own_caches.pop(), ignore_errors=True)


def _is_left_behind(folder: Path) -> bool:
    process = folder.name.removeprefix(_OF_A_PROCESS)
    return not process.isdecimal() or system.has_ended(int(process))


class Places(Frozen):
    """The files of one repository, as a run for real or one with `--sandbox` finds them."""

    root: Path
    sandbox: bool = False

    @property
    def cache(self) -> Path:
        """The folder for caches and locks, which git ignores."""
        return self.root / CACHE

    @property
    def own_cache(self) -> Path:
        """The folder for what this process converts: no other wrote there, and `forget` removes it.

        A stranger's template may have run in an earlier process, and may have left pictures of its choice behind.
        """
        folder = self.cache / "pictures" / f"{_OF_A_PROCESS}{os.getpid()}"
        if folder not in _own_caches:
            for each in folder.parent.glob(f"{_OF_A_PROCESS}*"):
                if each == folder or _is_left_behind(each):
                    shutil.rmtree(each, ignore_errors=True)
            _own_caches.append(folder)
        return folder

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
    def statistics(self) -> Path:
        """The folder of statistics beside the ledger."""
        return self.ledger.with_name(STATISTICS_FOLDER)

    @property
    def runner(self) -> Path:
        """The folder of `massctl run`: who it is, the last tip, and its own checkout."""
        return self.cache / "run"

    @property
    def locks(self) -> Path:
        """The folder of the ledger's locks."""
        return (self.world if self.sandbox else self.cache) / "locks"


def loopback_override(environment: Mapping[str, str], *, sandbox: bool) -> str | None:
    """Return the address that outranks every `api_base`; None if nothing does. The sandbox is on loopback."""
    return "http://127.0.0.1" if sandbox else environment.get(API_BASE_VARIABLE) or None


RUNNER_FILE = "runner.json"
HEARTBEAT_FILE = "heartbeat"
"""Beside it: when the last round ended."""


def runner_id(folder: Path) -> RunnerId | None:
    """Return which runner a folder belongs to; None if none ever ran in it, or if its file is broken."""
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
        return RunnerId(str(json.loads((folder / RUNNER_FILE).read_bytes())["runner"]), boot_id())
    return None


def local_runner(folder: Path) -> LocalRunner:
    """Return the runner of a folder, and when it ended a round last."""
    last_round = None
    with suppress(OSError, ValueError):
        written = datetime.fromisoformat(
            (folder / HEARTBEAT_FILE).read_text(encoding="ascii").strip()
        )
        last_round = written if written.tzinfo is not None else None
    return LocalRunner(runner_id(folder), last_round)


def boot_id() -> str:
    """Name the boot of this machine; empty where the system gives none a name."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""
