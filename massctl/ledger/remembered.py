"""The state of a ledger, from the last plan's fold of it where the file still begins with exactly those bytes.

For verbs that write and send nothing: the lines that were folded before are compared by one digest and not verified
line by line again. What was appended since is verified and folded on top.
"""

import hashlib
from pathlib import Path
from typing import Any, Final

from massctl.ledger.newest import require_newest, require_unseen, seen_mark
from massctl.ledger.state_document import state_document, state_from
from massctl.model.entries import GENESIS
from massctl.model.state import State

_NOT_OURS: Final = (LookupError, TypeError, ValueError, AttributeError, RecursionError)
"""What reading a document may raise that says something else than we would have written."""


def remembered_state(path: Path, locks: Path, kept: dict[str, Any]) -> tuple[State, dict[str, Any]]:
    """Give the state of the ledger at `path`, and what to keep for the next time; equal to `kept` if nothing changed.

    Raises what `LocalLedger.read` raises.
    """
    mark = seen_mark(locks)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return State(), {}
    except OSError:
        return _read_anew(path, locks), {}
    begin = _same_beginning(data, kept)
    if begin is not None and begin == len(data):
        state = _state_of(kept)
        if state is not None:
            require_newest(mark, state.lineage, state.serial)
            return state, kept
    state, keep = _continued(data, begin, kept)
    if state.lineage is None:
        require_unseen(mark)
    require_newest(mark, state.lineage, state.serial)
    return state, keep


def _read_anew(path: Path, locks: Path) -> State:
    from massctl.ledger.local import LocalLedger

    state = State()
    state.absorb_all(LocalLedger(path, locks).read(0))
    return state


def _same_beginning(data: bytes, kept: dict[str, Any]) -> int | None:
    """Give how many bytes of `data` were folded into `kept`, or None where they are others."""
    length, sha256 = kept.get("bytes"), kept.get("sha256")
    if not isinstance(length, int) or not 0 < length <= len(data):
        return None
    return length if hashlib.sha256(memoryview(data)[:length]).hexdigest() == sha256 else None


def _state_of(kept: dict[str, Any]) -> State | None:
    try:
        return state_from(kept["state"])
    except _NOT_OURS:
        return None


def _continued(data: bytes, begin: int | None, kept: dict[str, Any]) -> tuple[State, dict[str, Any]]:
    """Fold what comes after the first `begin` bytes onto what is kept of them, or all of it."""
    from massctl.ledger.chain import follow, follow_file

    known = _state_of(kept) if begin is not None else None
    state, start, prev = (known, begin or 0, str(kept["prev"])) if known is not None else (State(), 0, GENESIS)
    found = follow(data[start:], state.serial, prev) if start else follow_file(data)
    state.absorb_all(found.entries)
    if known is not None and not found.entries:
        return state, kept
    if found.newline_lost:
        return state, {}  # The next append changes this file before its end.
    end = start + found.whole_bytes
    sha256 = hashlib.sha256(memoryview(data)[:end]).hexdigest()
    return state, {"bytes": end, "sha256": sha256, "prev": found.prev, "state": state_document(state)}
