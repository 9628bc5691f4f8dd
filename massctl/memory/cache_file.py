"""One remembered file: a line that names the rest by digest, and a JSON document under the stamp it belongs to."""

import contextlib
import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any, Final

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A larger file is neither written nor read: reading it would take longer than what it saves."""
_FIRST_LINE: Final = b"massctl remembers, version 1, %s\n"
# No link is followed, and a FIFO without a writer must not block the open.
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class CacheFile:
    """A document on the disk, for one stamp; no method raises."""

    def __init__(self, path: Path, stamp: str) -> None:
        self._path = path
        self._stamp = stamp

    def read(self) -> dict[str, Any]:
        """Give the document as it was written under this stamp; an empty one where there is none."""
        # What is not as we would have written it says nothing.
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            document = json.loads(self._checked_text())
            if document["stamp"] == self._stamp and isinstance(document["content"], dict):
                content: dict[str, Any] = document["content"]
                return content
        return {}

    def write(self, content: dict[str, Any]) -> None:
        """Write the document whole or not at all."""
        text = json.dumps({"stamp": self._stamp, "content": content}, ensure_ascii=False, separators=(",", ":"))
        data = text.encode("utf-8", "surrogatepass")
        whole = _first_line(data) + data
        if len(whole) > FILE_BYTES_MAX:
            return
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                # For its owner alone: it holds texts that may not be public yet.
                descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(whole)
                beside.replace(self._path)
            except OSError:
                beside.unlink(missing_ok=True)

    def _checked_text(self) -> str:
        """Read the document's text; raises OSError or ValueError where it is not whole or not ours."""
        descriptor = os.open(self._path, _FLAGS)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_size > FILE_BYTES_MAX:
                raise ValueError("not a file of ours")
            line, data = file.readline(len(_first_line(b"")) + 1), file.read(FILE_BYTES_MAX)
        if line != _first_line(data):
            raise ValueError("not whole")
        return data.decode("utf-8", "surrogatepass")


def _first_line(data: bytes) -> bytes:
    return _FIRST_LINE % hashlib.sha256(data).hexdigest().encode()
