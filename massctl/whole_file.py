"""Write files atomically and durably. Every function raises OSError."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from massctl import system


def write_whole(target: Path, data: bytes, mode: int) -> None:
    """Replace a file atomically, and make its new name durable."""
    with beside(target, data, mode) as written:
        system.replace_file(written, target)
    system.flush(target.parent)


@contextmanager
def beside(target: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Write a temporary file beside another one, for a later rename; remove it if it was not renamed."""
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
