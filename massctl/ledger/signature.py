"""Sign the ledger's entries with Ed25519, and verify who signed them.

A signature stands over the ledger's lineage, the entry's serial and the SHA-256 of its line without the signature. The
line names the line before it, so the newest signature covers the whole ledger. One key is in force at a time. It is
named in the first entry, or in an entry of its own, and only the key in force names its successor. Which key may sign
the newest entry is said by `state.keys` in massctl.yaml.

Keys are written as signed notes write them: `NAME+HASH+DATA`. The private one begins with `PRIVATE+KEY+`, so that it is
known by its look.
"""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from massctl.errors import LedgerForgedError, LedgerKeyError, LedgerUntrustedError
from massctl.extras import install_command
from massctl.model.entries import Created, Entry, Event, SigningKey
from massctl.model.frozen import Frozen
from massctl.model.ids import sha256_of, short_key
from massctl.model.phrase import Command, Phrase

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PRIVATE_PREFIX = "PRIVATE+KEY+"
_INIT = Command("state init", "--signed")
_ED25519 = b"\x01"
"""The algorithm, as signed notes number it. Source: golang.org/x/mod/sumdb/note, read 2026-11."""
_DATA_BYTES = 33
_SIGNATURE = r"[0-9a-f]{8}\+[A-Za-z0-9+/]{86}=="
_BEFORE = b',"signature":"'
_MEMBER = re.compile(_BEFORE + rf'({_SIGNATURE})"'.encode())
_WHOLE = re.compile(_SIGNATURE)
_TRAILER = re.compile(
    rf"^Signed-Entry: ([1-9][0-9]{{0,14}}) ([0-9a-f]{{64}}) ({_SIGNATURE})$", re.MULTILINE
)


class Signing(Frozen):
    """Who signs a ledger, as its lines up to some place say."""

    lineage: str = ""
    key: str | None = None
    """The public key in force; None while nothing is signed."""
    keys: tuple[str, ...] = ()
    """All that ever were in force, the newest last."""
    signed_by: str | None = None
    """The key of the newest line; None where it is not signed."""


NOBODY = Signing()
"""Of a ledger that is not begun."""


class PublicKey(Frozen):
    """One key, as it is written in massctl.yaml and in the ledger."""

    id: str
    key: "Ed25519PublicKey"

    def is_valid(self, signature: str, message: bytes) -> bool:
        """Return whether this key made a signature over a message."""
        from cryptography.exceptions import InvalidSignature

        key_id, _, data = signature.partition("+")
        raw = base64.b64decode(data)
        # Base64 has several ways to write the last bits; only ours is one.
        if key_id != self.id or base64.b64encode(raw).decode() != data:
            return False
        try:
            self.key.verify(raw, message)
        except InvalidSignature:
            return False
        return True


@lru_cache(maxsize=64)
def public_key(written: str) -> PublicKey:
    """Parse a public key; raise LedgerUntrustedError for a malformed one."""
    _private_type()  # Says what is missing, where something is.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, _, rest = written.partition("+")
    key_id, _, data = rest.partition("+")
    try:
        raw = base64.b64decode(data, validate=True)
    except ValueError:
        raw = b""
    if raw[:1] != _ED25519 or len(raw) != _DATA_BYTES or key_id != _id_of(name, raw):
        raise _untrusted(
            Phrase("a public key of the ledger is not well-formed: {key}", key=short_key(written)),
            Phrase(
                "write state.keys as {command} wrote it: git log -p massctl.yaml", command=_INIT
            ),
        )
    return PublicKey(key_id, Ed25519PublicKey.from_public_bytes(raw[1:]))


class PrivateKey:
    """A private key that signs. Its repr does not show it."""

    __slots__ = ("_key", "id", "public")

    def __init__(self, name: str, key: "Ed25519PrivateKey") -> None:
        raw = _ED25519 + key.public_key().public_bytes_raw()
        self._key = key
        self.id: Final = _id_of(name, raw)
        self.public: Final = f"{name}+{self.id}+{base64.b64encode(raw).decode()}"

    @classmethod
    def made(cls, name: str) -> "PrivateKey":
        """Make a new key; raise LedgerKeyError without the extra `signed`."""
        return cls(name, _private_type().generate())

    @classmethod
    def of(cls, written: str, source: str) -> "PrivateKey":
        """Read a key that `source` holds; raise LedgerKeyError, which never repeats it, if it is not one."""
        kind = _private_type()
        name, _, rest = written.strip().removeprefix(PRIVATE_PREFIX).partition("+")
        key_id, _, data = rest.partition("+")
        try:
            raw = base64.b64decode(data, validate=True)
            if raw[:1] != _ED25519 or len(raw) != _DATA_BYTES:
                raise ValueError
            key = cls(name, kind.from_private_bytes(raw[1:]))
        except ValueError:
            raise _not_a_key(source) from None
        if key.id != key_id:
            raise _not_a_key(source)
        return key

    def written(self) -> str:
        """Return the key as its file holds it. It goes nowhere else."""
        data = base64.b64encode(_ED25519 + self._key.private_bytes_raw()).decode()
        return f"{PRIVATE_PREFIX}{self.public.partition('+')[0]}+{self.id}+{data}"

    def sign(self, message: bytes) -> str:
        """Return a signature as an entry holds it."""
        return f"{self.id}+{base64.b64encode(self._key.sign(message)).decode()}"


FORGED_HINT = Phrase(
    "find out who wrote it, and restore the ledger as it was before; or {command}   shows what can be kept",
    command=Command("state repair"),
)
"""What to do about an entry that nobody with the key wrote, in most places."""


class LedgerKeys:
    """The keys of one ledger: those that massctl.yaml trusts, and those that this run signs with."""

    def __init__(
        self,
        public: Sequence[str] = (),
        private: Callable[[], PrivateKey] | None = None,
        forged_hint: Phrase = FORGED_HINT,
    ) -> None:
        """Take the keys of massctl.yaml; `private` reads the one to sign with when it is first needed."""
        self.public: Final = tuple(public)
        self._forged_hint: Final = forged_hint
        self._read = private
        self._writers: Mapping[str, PrivateKey] = MappingProxyType({})

    def require_private(self) -> PrivateKey | None:
        """Return the key that signs, None for an unsigned ledger; raise LedgerKeyError if the key is missing."""
        held = next((key for key in self._writers.values() if key.public in self.public), None)
        if held is not None or not self.public or self._read is None:
            return held
        key = self._read()
        if key.public not in self.public:
            raise LedgerKeyError(
                Phrase(
                    "the ledger's private key is that of {key}, which massctl.yaml does not name",
                    key=short_key(key.public),
                ),
                Phrase(
                    "massctl.yaml names {keys}. Nothing was done.", keys=short_keys(self.public)
                ),
                Phrase(
                    "use the private key of that one; if the key was replaced meanwhile: git pull"
                ),
            )
        self.add(key)
        return key

    def add(self, key: PrivateKey) -> None:
        """Sign with another key too, where it is the one in force."""
        self._writers = {**self._writers, key.public: key}

    def signature(self, line: bytes, event: Event, serial: int, before: Signing) -> str | None:
        """Sign a line that has no signature yet; None where this ledger is not signed.

        Raises LedgerKeyError without the key in force.
        """
        due = before.key or _declared(event)
        if due is None:
            return None
        if due not in self._writers:
            self.require_private()
        writer = self._writers.get(due)
        if writer is None:
            raise _other_key_in_force(due, list(self._writers))
        lineage = event.lineage if isinstance(event, Created) else before.lineage
        return writer.sign(_message(lineage, serial, sha256_of(line)))

    def after_unverified(self, line: bytes, entry: Entry, before: Signing) -> Signing:
        """Return who signs behind a line; raise LedgerUntrustedError where it is not signed and should be.

        Whether the signature holds is verified where the line names a key, and else by `verify`. Without a key in
        massctl.yaml it is only followed which key is in force: `require_trusted` refuses then.
        """
        event = entry.event
        lineage = event.lineage if isinstance(event, Created) else before.lineage
        declared = _declared(event)
        due = before.key or declared
        signatures = len(_MEMBER.findall(line)) if _BEFORE in line else 0
        if not signatures and due is None:
            return before if lineage == before.lineage else Signing(lineage)
        if signatures != 1 or due is None:
            raise _untrusted(
                Phrase("entry {serial} is not signed, or nobody said by whom", serial=entry.serial),
                self._forged_hint,
                LedgerForgedError,
            )
        if declared is not None:
            self.verify(line, entry, before)
        elif due == before.signed_by:
            return before
        keys = before.keys if declared in (None, before.key) else (*before.keys, str(declared))
        return Signing(lineage, declared or before.key, keys, due)

    def verify(self, line: bytes, entry: Entry, before: Signing) -> None:
        """Raise LedgerUntrustedError unless the key in force signed a line, where massctl.yaml names any."""
        event, found = entry.event, _MEMBER.search(line)
        due = before.key or _declared(event)
        if not self.public or found is None or due is None:
            return
        lineage = event.lineage if isinstance(event, Created) else before.lineage
        digest = sha256_of(_MEMBER.sub(b"", line))
        self._verify(found[1].decode(), due, lineage, entry.serial, digest)

    def require_trusted(self, end: Signing, serial: int) -> None:
        """Raise LedgerUntrustedError unless the newest line, `serial`, is signed as massctl.yaml says."""
        if not serial:
            return
        if not self.public:
            if end.key is not None:
                raise _no_key_named(end.key)
            return
        if end.signed_by is None:
            raise _untrusted(
                Phrase("massctl.yaml names a key of the ledger, but the ledger is not signed"),
                _IF_NEVER_SIGNED,
                LedgerForgedError,
            )
        if end.signed_by not in self.public:
            raise _untrusted(
                Phrase(
                    "entry {serial} is signed by {key}, which massctl.yaml does not name",
                    serial=serial,
                    key=short_key(end.signed_by),
                ),
                Phrase(
                    "git pull   if the key was replaced; else find out who pushed that entry, and restore the ledger"
                    " as it was before"
                ),
            )
        for writer in self._writers:
            if writer != end.key:
                raise _other_key_in_force(str(end.key), [writer])

    def is_signed(self, end: Signing, trailer: "Trailer") -> bool:
        """Return whether a commit's message was signed by a key of this ledger."""
        known = {*self.public, *end.keys}
        try:
            message = _message(end.lineage, trailer.serial, trailer.digest)
            return any(public_key(each).is_valid(trailer.signature, message) for each in known)
        except LedgerUntrustedError:
            return False

    def _verify(self, signature: str, due: str, lineage: str, serial: int, digest: str) -> None:
        key = public_key(due)
        if key.is_valid(signature, _message(lineage, serial, digest)):
            return
        if signature.partition("+")[0] != key.id:
            say = Phrase(
                "entry {serial} is signed by another key than {key}",
                serial=serial,
                key=short_key(due),
            )
        else:
            say = Phrase(
                "the signature of entry {serial} is not one of {key} for this entry",
                serial=serial,
                key=short_key(due),
            )
        raise _untrusted(say, self._forged_hint, LedgerForgedError)


UNSIGNED = LedgerKeys()
"""No key is named: a ledger that is signed is refused."""


class Trailer(Frozen):
    """What a commit's message says of the newest entry in it."""

    serial: int
    digest: str
    """Of its line without the signature."""
    signature: str


def trailer_of(message: str) -> Trailer | None:
    """Read the trailer of a commit's message; None without one."""
    found = _TRAILER.findall(message)
    return Trailer(int(found[-1][0]), found[-1][1], found[-1][2]) if found else None


def trailer_line(line: bytes, serial: int) -> str | None:
    """Return the trailer for a commit whose newest entry is in `line`; None where that is not signed."""
    found = _MEMBER.search(line)
    if found is None:
        return None
    return f"Signed-Entry: {serial} {sha256_of(_MEMBER.sub(b'', line))} {found[1].decode()}"


def is_signature(value: object) -> bool:
    """Return whether a member of an entry has the form of a signature."""
    return isinstance(value, str) and _WHOLE.fullmatch(value) is not None


def short_keys(written: Sequence[str]) -> str:
    """Return several keys so."""
    return ", ".join(map(short_key, written))


def _declared(event: Event) -> str | None:
    return event.key if isinstance(event, Created | SigningKey) else None


def _id_of(name: str, raw: bytes) -> str:
    return sha256(name.encode() + b"\n" + raw).hexdigest()[:8]


def _message(lineage: str, serial: int, digest: str) -> bytes:
    return f"massctl ledger entry\n{lineage}\n{serial}\n{digest}\n".encode()


def _private_type() -> "type[Ed25519PrivateKey]":
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise LedgerKeyError(
            Phrase("a signed ledger needs a package that is not installed"),
            Phrase(
                "massctl.yaml names a key of the ledger (state.keys), and nothing here can verify it. Nothing was done."
            ),
            install_command("signed"),
        ) from None
    return Ed25519PrivateKey


_IF_NEVER_SIGNED = Phrase(
    "find out who replaced the ledger, or who wrote state.keys; if the ledger was never signed: take state.keys out of "
    "massctl.yaml, then {command}",
    command=_INIT,
)


def _untrusted(
    what: Phrase, hint: Phrase, kind: type[LedgerUntrustedError] = LedgerUntrustedError
) -> LedgerUntrustedError:
    return kind(
        Phrase("the ledger cannot be trusted"),
        Phrase("{what}. Nothing was sent and nothing was changed.", what=what),
        hint,
    )


def _no_key_named(key: str) -> LedgerUntrustedError:
    return _untrusted(
        Phrase("the ledger is signed by {key}, but massctl.yaml names no key", key=short_key(key)),
        Phrase(
            "somebody took state.keys out of massctl.yaml: write it again, as git log -p massctl.yaml shows it; a "
            "person with the private key also writes it by {command}; if no key ever stood there, restore the ledger "
            "as it was before that entry",
            command=_INIT,
        ),
    )


def _other_key_in_force(due: str, own: Sequence[str]) -> LedgerKeyError:
    return LedgerKeyError(
        Phrase(
            "the ledger is signed by {key}, and this is not its private key", key=short_key(due)
        ),
        Phrase(
            "The private key here is that of {keys}. Nothing was done.", keys=short_keys(own) or "-"
        ),
        Phrase("use the private key of {key}", key=short_key(due)),
    )


def _not_a_key(source: str) -> LedgerKeyError:
    return LedgerKeyError(
        Phrase("the ledger's private key cannot be used"),
        Phrase(
            "{source} holds something else than a key of massctl. Nothing was done.", source=source
        ),
        Phrase("give it the key that {command} made, or the path of its file", command=_INIT),
    )
