"""Describe one request and one answer, free of any web framework."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

# A backslash-u escape whose backslash is not itself escaped.
_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9a-fA-F]{4})")
# What JSON has no other spelling for: control characters must be escaped, so these are nobody's fault.
_FIRST_PRINTABLE = 0x20


@dataclass(frozen=True)
class UploadedFile:
    """The file part `media` of a multipart body, with a plain ASCII `filename=`."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    verb: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    media: UploadedFile | None = None
    """The uploaded file; None where the multipart body has none that WeChat would find."""
    form: Mapping[str, str] = field(default_factory=dict)
    is_multipart: bool = False
    content_encoding: str = ""
    address: str = "127.0.0.1"
    """The caller's address, for the whitelist."""

    @property
    def is_escaped(self) -> bool:
        """Tell whether the body spells printable characters as backslash-u escapes."""
        if self.is_multipart:
            return False
        text = self.body.decode("utf-8", errors="replace")
        return any(int(found[2], 16) >= _FIRST_PRINTABLE for found in _ESCAPE.finditer(text))

    def record(self) -> Record:
        """Read the body as a JSON object the way WeChat does: an escape stays six characters of text.

        Refuses with 44002 (empty), 47001 (not UTF-8, not JSON, not an object).
        """
        if not self.body.strip():
            raise Refusal(44002)
        try:
            value = json.loads(_ESCAPE.sub(_as_text, self.body.decode("utf-8")))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
            raise Refusal(47001) from None
        if not isinstance(value, dict):
            raise Refusal(47001)
        return value


def _as_text(found: re.Match[str]) -> str:
    if int(found[2], 16) < _FIRST_PRINTABLE:
        return found[0]
    return f"{found[1]}\\\\u{found[2]}"


@dataclass(frozen=True)
class Reply:
    """One answer: a JSON record, or raw bytes of a stated type."""

    record: Record | None = None
    raw: bytes = b""
    content_type: str = "application/json; encoding=utf-8"
    status: int = 200

    @property
    def body(self) -> bytes:
        """Return the bytes that leave: JSON in raw UTF-8, or `raw`."""
        if self.record is None:
            return self.raw
        return json.dumps(self.record, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def errcode(self) -> int:
        """Return the errcode that the answer carries, 0 for success."""
        return int((self.record or {}).get("errcode", 0))
