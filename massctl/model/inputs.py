"""What a run read to make a message, as a value that the send carries and the last look compares."""

from collections.abc import Mapping

from msgspec.structs import replace

from massctl.model.frozen import Frozen

MISSING = "missing"
"""Nothing is at a path that was tried. A file put there would make another message."""
CHANGED = "changed"
"""A path was read twice and held two things: `Repository.changed_since` takes it for changed."""


class JudgedInputs(Frozen):
    """The files that one message was made from; no message depends on the listing of a folder."""

    files: tuple[tuple[str, str], ...] = ()
    """Path from the repository's root -> what was there, sorted by path.

    The SHA-256 of the bytes, MISSING, CHANGED, or why nothing was read.
    """
    settings: str = ""
    """SHA-256 of what massctl.yaml declares, but for `policy`, which is read again before each send, and `state`."""
    commit: str | None = None
    """The commit that was checked out when the files were read, where git was asked; None where nobody asked."""

    def joined(self, others: Mapping[str, str]) -> "JudgedInputs":
        """Return these inputs and `others`; a path of both that held two things is CHANGED."""
        files = dict(self.files)
        for path, found in others.items():
            files[path] = found if files.get(path, found) == found else CHANGED
        return replace(self, files=tuple(sorted(files.items())))
