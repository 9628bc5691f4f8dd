"""The private key of a signed ledger: where this machine has it, and how its file is made.

It is in no file of the repository, and nothing shows it: neither a message nor JSON nor a log has it, nor the path that
the variable holds, which may be a key that was mistyped.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from massctl.errors import LedgerError, LedgerKeyError
from massctl.ledger.signature import PRIVATE_PREFIX, PrivateKey
from massctl.model.phrase import Command, Phrase, system_reason
from massctl.model.secrets import register
from massctl.model.settings import StateSettings

KEY_NAME = "sender"
"""The name in a key that massctl makes; the hash behind it tells one from another."""
_KEY_BYTES_MAX = 4096


def private_key(state: StateSettings, environment: Mapping[str, str], root: Path) -> PrivateKey:
    """Read the key from the variable, or from the file that it names; raise LedgerKeyError if it is missing."""
    name = state.key_env
    value = environment.get(name, "").strip()
    if not value:
        raise LedgerKeyError(
            Phrase("the ledger is signed, and {name} holds no private key", name=name),
            Phrase(
                "Only who has the key writes to this ledger. Nothing was done, and no request was made."
            ),
            Phrase(
                "export {name}=FILE, the file that {command} made; on GitHub: a line {name}=… of the environment's "
                "secret MASSCTL_SECRETS",
                name=name,
                command=Command("state init", "--signed"),
            ),
        )
    if not value.startswith(PRIVATE_PREFIX):
        value = _from_file(root / Path(value).expanduser(), name)
    register(value)
    return PrivateKey.of(value, name)


def _from_file(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise LedgerKeyError(
                    Phrase("others on this machine may read the file that {name} names", name=name),
                    Phrase("It holds the ledger's private key. Nothing was done."),
                    Phrase(
                        'chmod 600 "${name}"   if nobody read it; else make another key', name=name
                    ),
                )
            return file.read(_KEY_BYTES_MAX).decode("ascii", errors="replace")
    except OSError as error:
        raise LedgerKeyError(
            Phrase("the file that {name} names cannot be read", name=name),
            Phrase("{why}. Nothing was done.", why=system_reason(error)),
            Phrase("give {name} the path of the private key's file, or the key itself", name=name),
        ) from None


def key_file(key: PrivateKey, environment: Mapping[str, str]) -> Path:
    """Return the default path of a new key, outside of the repository."""
    home = environment.get("XDG_CONFIG_HOME") or str(
        Path(environment.get("HOME") or "~").expanduser() / ".config"
    )
    return Path(home) / "massctl" / f"ledger-{key.id}.key"


def write_key(key: PrivateKey, path: Path) -> None:
    """Write a new key durably into a new file that nobody else may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{key.written()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LedgerError(
            Phrase("the private key cannot be written"),
            Phrase("{file}: {why}. Nothing was done.", file=str(path), why=system_reason(error)),
            Phrase(
                "name another file: {command}",
                command=Command("state init", "--signed --key-file FILE"),
            ),
        ) from None
