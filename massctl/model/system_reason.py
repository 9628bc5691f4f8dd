"""Why the operating system refused something, as a sentence for people."""

import errno
from typing import Final

from massctl.model.phrase import Phrase

_REASONS: Final = {
    errno.ENOENT: Phrase("No such file or directory"),
    errno.EACCES: Phrase("Permission denied"),
    errno.EPERM: Phrase("Operation not permitted"),
    errno.EISDIR: Phrase("Is a directory"),
    errno.ENOTDIR: Phrase("Not a directory"),
    errno.EEXIST: Phrase("File exists"),
    errno.ENAMETOOLONG: Phrase("File name too long"),
    errno.ENOSPC: Phrase("No space left on device"),
    errno.EDQUOT: Phrase("Disk quota exceeded"),
    errno.EROFS: Phrase("Read-only file system"),
    errno.EIO: Phrase("Input/output error"),
    errno.ELOOP: Phrase("Too many levels of symbolic links"),
    errno.EADDRINUSE: Phrase("Address already in use"),
}
"""The system's own words for what a person can do something about; others are passed on in its language."""


def system_reason(error: OSError) -> str:
    """Say why: the system's reason, else the kind of the error."""
    known = _REASONS.get(error.errno) if error.errno is not None else None
    return known or error.strerror or type(error).__name__
