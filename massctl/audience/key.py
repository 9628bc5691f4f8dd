"""The key of snapshots: age (X25519), from the environment."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, BinaryIO, Final

from massctl.audience.query_engine import not_installed
from massctl.errors import SnapshotAwayError
from massctl.model.phrase import Phrase
from massctl.model.secrets import register

MAKE_KEY = "python -c 'from pyrage.x25519 import Identity; print(Identity.generate())'"
"""What a person types to make a key."""


def key_hint(name: str) -> Phrase:
    """Say how to make a key for the variable that is to hold it."""
    return Phrase("export {name}=AGE-SECRET-KEY-1…   {make} makes one", name=name, make=MAKE_KEY)


class SnapshotKey:
    """The keys of snapshots: the first one encrypts, each of them decrypts."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        """Read the variable `name`; raise SnapshotAwayError if it holds no key, or age is not installed."""
        self.name: Final = name
        words = environment.get(name, "").split()
        register(*words)
        if not words:
            raise SnapshotAwayError(
                Phrase("the people of audiences are encrypted, and {name} is not set", name=name),
                Phrase("Nothing was read, written or sent."),
                key_hint(name),
            )
        try:
            import pyrage
        except ImportError:
            raise not_installed("pyrage") from None
        self._age: Any = pyrage
        self._identities = [self._identity(word) for word in words]

    def encrypted(self, data: BinaryIO) -> bytes:
        """Encrypt a file."""
        written = BytesIO()
        self._age.encrypt_io(data, written, [self._identities[0].to_public()])
        return written.getvalue()

    def decrypt(self, data: bytes, to: Any) -> bool:
        """Write what a file holds; False if it is not whole, or was encrypted for another key."""
        try:
            self._age.decrypt_io(BytesIO(data), to, self._identities)
        except (self._age.DecryptError, OSError, ValueError):
            return False
        return True

    def _identity(self, word: str) -> Any:
        try:
            return self._age.x25519.Identity.from_str(word)
        except self._age.IdentityError:
            raise SnapshotAwayError(
                Phrase("{name} does not hold a key of age", name=self.name),
                Phrase("Nothing was read, written or sent."),
                Phrase(
                    "export {name}=AGE-SECRET-KEY-1…, whole; several keys have a space between them",
                    name=self.name,
                ),
            ) from None
