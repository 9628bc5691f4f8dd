"""What this machine told lately of facts that every run meets again, so that a timer does not say them at each.

Forgetting costs one more message and nothing else: no send, no plan and no exit status asks for it. A run in CI begins
without a memory, so it tells everything that it meets.
"""

import contextlib
import json
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from massctl.apply.notices import Notice
from massctl.cli.session import Session

AGAIN_AFTER: Final = timedelta(hours=24)
"""What is still so a day later is said once more."""
_FILE: Final = "told"


def told_file(session: Session) -> Path:
    """Give where it is remembered; the sandbox has its own."""
    return session.locks.parent / _FILE


class Told:
    """The memory of one ledger, read once; no method raises."""

    def __init__(self, session: Session, lineage: str | None) -> None:
        self._path = told_file(session)
        self._lineage = lineage
        self._now = session.clock.now()
        self._before = {key: at for key, at in self._read().items() if self._is_late(at)}

    def due(self, channel: str, notices: Sequence[Notice]) -> list[Notice]:
        """Leave out what a channel was told lately."""
        return [each for each in notices if not (each.met_again and _key(channel, each) in self._before)]

    def note(self, channel: str, notices: Sequence[Notice]) -> None:
        """Remember what a channel took, and forget what is old."""
        again = {_key(channel, each): self._now.isoformat() for each in notices if each.met_again}
        if again:
            self._before |= again
            self._write(self._before)

    def _read(self) -> dict[str, object]:
        """Read what was told of this ledger; nothing where the file is not as `_write` leaves it."""
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            document = json.loads(self._path.read_bytes())
            if document["lineage"] == self._lineage:
                return dict(document["told"])
        return {}

    def _write(self, told: dict[str, object]) -> None:
        """Write the file whole or not at all; for its owner alone."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.touch(mode=0o600)
            beside.write_text(json.dumps({"lineage": self._lineage, "told": told}), encoding="utf-8")
            beside.replace(self._path)

    def _is_late(self, at: object) -> bool:
        """Say whether a remembered moment lies within the last day; one that is none, or is to come, does not."""
        try:
            return timedelta(0) <= self._now - datetime.fromisoformat(str(at)) < AGAIN_AFTER
        except (ValueError, TypeError):
            return False


def _key(channel: str, notice: Notice) -> str:
    return f"{channel} {notice.key}"
