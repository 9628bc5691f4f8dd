"""Canonical JSON, and digests of it: the same content has the same name on every machine."""

import hashlib
import json
from typing import Any

from massctl.model.names import Digest, Sha256


def canonical_json(value: Any) -> str:
    """Write JSON with sorted keys, no blanks and raw UTF-8; NaN and infinity raise ValueError."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(data: bytes) -> Sha256:
    """Name some bytes: 64 lower-case hex digits."""
    return Sha256(hashlib.sha256(data).hexdigest())


def digest_of(value: Any) -> Digest:
    """Name a JSON value by its canonical form: `sha256:` and 64 hex digits."""
    return Digest("sha256:" + sha256_of(canonical_json(value).encode()))
