"""Write keys of `state` into massctl.yaml; every other byte stays.

A symbolic link stays one. The file is replaced whole, so that a crash leaves the old or the new one.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from massctl.errors import LedgerError
from massctl.model.backends import BACKENDS
from massctl.model.phrase import Phrase, enumerated, system_reason
from massctl.model.settings import MassctlFile
from massctl.source.repository import SETTINGS
from massctl.source.validation import known_keys
from massctl.source.yaml_edit import Value, with_values, written
from massctl.whole_file import write_whole


def declare_lineage(root: Path, lineage: str) -> bytes | None:
    """Set `state.lineage`; return the file's bytes from before, or None if it is set already.

    Raises LedgerError, with the line to type, where the file cannot be changed so or cannot be written.
    """
    return _declared(root, {"lineage": lineage})


def declare_backend(root: Path, backend: str, where: Mapping[str, str]) -> bytes | None:
    """Set `state.backend`, and the keys in `where` that say where it is; else as `declare_lineage`."""
    return _declared(root, keys_of(backend, where))


def declare_keys(root: Path, keys: Sequence[str]) -> bytes | None:
    """Set `state.keys`, the public keys of the ledger; else as `declare_lineage`."""
    return _declared(root, {"keys": list(keys)})


def keys_of(backend: str, where: Mapping[str, str]) -> dict[str, str | None]:
    """Return the keys of `state` for a backend; None removes a key."""
    others = [
        key for kind in BACKENDS.values() for key in kind.keys if key not in BACKENDS[backend].keys
    ]
    return {"backend": backend, **dict.fromkeys(others), **where}


def require_changeable(root: Path, keys: Mapping[str, Value | None]) -> None:
    """Raise LedgerError, with the line to type, where massctl.yaml cannot be made to say so; writes nothing."""
    try:
        if with_keys((root / SETTINGS).read_bytes(), keys) is None:
            raise _by_hand(keys)
    except OSError as error:
        raise _unwritable(error, keys) from None


def take_back(root: Path, before: bytes) -> None:
    """Write the bytes of before `declare_lineage` again; raise LedgerError if they cannot be written."""
    try:
        _replace(root / SETTINGS, before)
    except OSError as error:
        raise _unwritable(error, {}) from None


def with_keys(data: bytes, keys: Mapping[str, Value | None]) -> bytes | None:
    """Return massctl.yaml with these keys of `state` set, or removed where None; None if that cannot be done.

    `data` must be without a fault.
    """
    return with_values(
        data,
        SETTINGS,
        known_keys(MassctlFile),
        {("state", key): value for key, value in keys.items()},
    )


def _declared(root: Path, keys: Mapping[str, Value | None]) -> bytes | None:
    path = root / SETTINGS
    try:
        before = path.read_bytes()
        after = with_keys(before, keys)
        if after is None:
            raise _by_hand(keys)
        if after == before:
            return None
        _replace(path, after)
        if path.read_bytes() != after:
            raise _by_hand(keys)
    except OSError as error:
        raise _unwritable(error, keys) from None
    return before


def _replace(path: Path, data: bytes) -> None:
    target = path.resolve()  # A link stays one.
    write_whole(target, data, target.stat().st_mode & 0o777)


def _to_type(keys: Mapping[str, Value | None]) -> Phrase:
    lines = enumerated(
        [f"{key}: {written(value)}" for key, value in keys.items() if value is not None]
    )
    gone = [key for key, value in keys.items() if value is None]
    if not gone:
        return Phrase(
            "{lines}   write this into massctl.yaml, each key on a line below state:, then run the same command again",
            lines=lines,
        )
    return Phrase(
        "{lines}   write this into massctl.yaml, each key on a line below state:, and remove {keys} "
        "there; then run the same command again",
        lines=lines,
        keys=enumerated(gone),
    )


def _by_hand(keys: Mapping[str, Value | None]) -> LedgerError:
    return LedgerError(
        Phrase("massctl cannot write this into massctl.yaml without changing other lines"),
        Phrase("massctl.yaml is unchanged. Nothing was begun, uploaded or sent."),
        _to_type(keys),
    )


def _unwritable(error: OSError, keys: Mapping[str, Value | None]) -> LedgerError:
    return LedgerError(
        Phrase("massctl.yaml cannot be written"),
        Phrase("{why}. Nothing was begun, uploaded or sent.", why=system_reason(error)),
        _to_type(keys)
        if keys
        else Phrase("Make massctl.yaml writable, then run the same command again."),
    )
