"""Files of people in memory: Linux has them; elsewhere their owner alone reads a temporary one."""

import os
from typing import Final

from massctl import system

_NAME: Final = "massctl-people"
DUCKDB_PATH: Final = f"/memfd:{_NAME} (deleted)"
"""What DuckDB takes every such file for."""


def has_memory_files() -> bool:
    """Return whether the system has files in memory."""
    return hasattr(os, "memfd_create")


def open_memory_file() -> tuple[int, str]:
    """Open an empty file; return its descriptor, and its path for this process and who inherits the descriptor."""
    descriptor = system.file_in_memory(_NAME)
    return descriptor, f"/proc/self/fd/{descriptor}"
