"""Files that a person names on the command line, read no further than they may be long."""

import sys
from pathlib import Path
from typing import Final

from massctl.errors import UsageError
from massctl.model.phrase import Phrase

STANDARD_INPUT: Final = "-"


def read_at_most(file: str, limit: int, nothing: str, hint: str = "") -> bytes:
    """Read a file, or standard input for `-`, up to one byte more than the `limit`: a longer result is too long.

    Raises UsageError for a file that cannot be read; `nothing` is what was not done then, `hint` what to do.
    """
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read(limit + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(limit + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise UsageError(Phrase("{path} cannot be read: {why}", path=file, why=why), nothing, hint) from None
