"""The envelope of a callback: who signed it, which account it is for, and what is inside. Pure: time is an argument.

With an EncodingAESKey only the sealed member is read: the clear members of a compatible body are not signed, and a
plain body would be a way around the key. Without one the signature covers neither body nor event; whoever learnt one
triple of signature, timestamp and nonce could send any body with it. So a triple is bound to its first body
(`massctl.callback.spool`), and an old one is refused. Source: WeChat docs, "消息加解密说明", read 2026-10.
"""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl

from massctl.callback.tree import Tree
from massctl.model.frozen import Frozen

TOKEN_PATTERN = re.compile(r"[A-Za-z0-9]{3,32}", re.ASCII)
"""Source: the form 服务器配置 of WeChat's console, read 2026-10."""
AES_KEY_PATTERN = re.compile(r"[A-Za-z0-9+/]{43}", re.ASCII)
"""Its last character holds two bits too many, which may be anything. Source: the same form, read 2026-10."""
FRESH_SECONDS = 600
"""How far a timestamp may be from our clock, either way. WeChat repeats an unanswered request within 15 seconds and
signs it when it sends it; the rest is for clocks that are wrong. Our own bound."""
FIELDS_MAX = 20
"""WeChat sends seven fields in the query; our own bound."""

_BLOCK = 32
"""PKCS#7 with 32 bytes in place of the 16 of AES."""
_RANDOM = 16
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


class Untrusted(StrEnum):
    """Why a request is not WeChat's word about an account of ours; the value is what is counted."""

    MALFORMED = "malformed"
    """Its query or its body is none that WeChat makes."""
    TOO_LARGE = "too_large"
    FORGED = "forged"
    """It is not signed with the account's token."""
    LATE = "late"
    """It was signed too long ago, or by a clock that is ahead."""
    REPLAYED = "replayed"
    """Its signature was seen with another body."""
    NOT_SEALED = "not_sealed"
    """A key is set, and the body is plain."""
    KEY_MISSING = "key_missing"
    """The body is sealed, and no key is set."""
    NOT_DECRYPTED = "not_decrypted"
    """No key opens it."""
    OTHER_ACCOUNT = "other_account"
    """Its seal ends with another AppID, or it is a plain message that is addressed to another original id."""


class Query(Frozen):
    """What the query of a request says."""

    signature: str = ""
    msg_signature: str = ""
    timestamp: str = ""
    nonce: str = ""
    echostr: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Query | None":
        """Parse a query; None if a field occurs twice, because another reader may take the other value."""
        try:
            fields = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX)
        except ValueError:
            return None
        found = dict(fields)
        known = {name: value for name, value in found.items() if name in cls.__struct_fields__}
        return cls(**known) if len(found) == len(fields) else None


class Secrets(Frozen):
    """What only WeChat and an account share, or WeChat and the platform that the account is authorised to."""

    hidden_fields = ("token", "aes_keys")

    appid: str
    token: str
    aes_keys: tuple[bytes, ...] = ()
    """The current one and, while it is being changed, the one before."""
    component_appid: str | None = None
    """The platform (第三方平台) whose token and keys these are; None: they are the account's own."""

    @property
    def seal_appid(self) -> str:
        """The AppID that ends a sealed message.

        Source: WeChat docs, "消息推送" of the open platform, read 2026-12.
        """
        return self.component_appid or self.appid

    @property
    def proves_account(self) -> bool:
        """Whether a seal proves the account, and not only its platform."""
        return self.seal_appid == self.appid


class Delivered(Frozen):
    """What WeChat said to an account."""

    body: bytes
    is_sealed: bool
    """False: only what came first with this signature is WeChat's word."""


def parse_aes_key(text: str) -> bytes | None:
    """Parse an EncodingAESKey; None if it is malformed.

    >>> len(parse_aes_key("a" * 43)), parse_aes_key("too short")
    (32, None)
    """
    return base64.b64decode(text + "=") if AES_KEY_PATTERN.fullmatch(text) else None


def check_handshake(query: Query, secrets: Secrets, now: datetime) -> bytes | Untrusted:
    """Return the answer to the console's check of the URL, or the reason to refuse it."""
    if query.echostr is None:
        return Untrusted.MALFORMED
    return _check(query.signature, query, secrets, now) or query.echostr.encode(errors="replace")


def open_body(
    query: Query, body: bytes, tree: Tree, secrets: Secrets, now: datetime
) -> Delivered | Untrusted:
    """Open a body whose outer fields are `tree`; return its content, or the reason to refuse it."""
    sealed = tree.get("encrypt", [])
    if not secrets.aes_keys:
        if sealed and not {"event", "msgtype"} & tree.keys():
            return _check(query.signature, query, secrets, now) or Untrusted.KEY_MISSING
        return _check(query.signature, query, secrets, now) or Delivered(body, is_sealed=False)
    if not sealed:
        return _check(query.signature, query, secrets, now) or Untrusted.NOT_SEALED
    if len(sealed) != 1 or not isinstance(sealed[0], str):
        return Untrusted.MALFORMED
    text = sealed[0].strip()
    return _check(query.msg_signature, query, secrets, now, text) or _unsealed(text, secrets)


def _check(
    signature: str, query: Query, secrets: Secrets, now: datetime, *sealed: str
) -> Untrusted | None:
    """Return what is wrong with a signature, or with its age."""
    signed = [
        each.encode(errors="replace")
        for each in (secrets.token, query.timestamp, query.nonce, *sealed)
    ]
    due = hashlib.sha1(b"".join(sorted(signed)), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(due.encode(), signature.encode(errors="replace")):
        return Untrusted.FORGED
    if not _TIMESTAMP.fullmatch(query.timestamp):
        return Untrusted.MALFORMED
    return None if abs(now.timestamp() - int(query.timestamp)) <= FRESH_SECONDS else Untrusted.LATE


def _unsealed(text: str, secrets: Secrets) -> Delivered | Untrusted:
    """Decrypt with each key; while keys change hands, one that opens nothing says nothing."""
    try:
        sealed = base64.b64decode(text, validate=True)
    except ValueError:
        return Untrusted.NOT_DECRYPTED
    if not sealed or len(sealed) % _BLOCK:
        return Untrusted.NOT_DECRYPTED
    said: Delivered | Untrusted = Untrusted.NOT_DECRYPTED
    for key in secrets.aes_keys:
        found = _inside(_decrypted(sealed, key), secrets.seal_appid)
        if isinstance(found, Delivered):
            return found
        said = found if found is Untrusted.OTHER_ACCOUNT else said
    return said


def _decrypted(sealed: bytes, key: bytes) -> bytes:
    # An extra: massctl without `listen` has no cipher.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    return decryptor.update(sealed) + decryptor.finalize()


def _inside(clear: bytes, appid: str) -> Delivered | Untrusted:
    """Take apart what was decrypted: random bytes, the length, the message, the AppID, padding."""
    count = clear[-1]
    if not 1 <= count <= _BLOCK or clear[-count:] != bytes([count]) * count:
        return Untrusted.NOT_DECRYPTED
    length = int.from_bytes(clear[_RANDOM : _RANDOM + 4], "big")
    rest = clear[_RANDOM + 4 : -count]
    if len(clear) - count < _RANDOM + 4 or length > len(rest):
        return Untrusted.NOT_DECRYPTED
    if not hmac.compare_digest(rest[length:], appid.encode()):
        return Untrusted.OTHER_ACCOUNT
    return Delivered(rest[:length], is_sealed=True)
