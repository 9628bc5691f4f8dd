"""What the team merged, brought into a working copy in which letters are being written.

It is what `git pull` would do, but text that changed on both sides is joined by paragraphs, and nothing that is not
committed stands in the way. Files are written first and the branch moves last: after a crash the same call ends it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from massctl.desk.line_ends import as_in, plain
from massctl.desk.paragraphs import Piece, agreed, joined
from massctl.desk.team_repository import MergedFile, TeamRepository
from massctl.errors import RefusedError
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE, CampaignName
from massctl.model.phrase import Phrase, enumerated
from massctl.whole_file import write_whole


class FileClash(Frozen):
    """A file that the team and this desk changed in the same paragraphs."""

    path: str
    """From the root of the working copy."""
    theirs: str
    """What was merged."""
    pieces: tuple[Piece, ...]


class Brought(Frozen):
    """What came of it."""

    paths: tuple[str, ...] = ()
    """The files that were written or removed, from the root of the working copy."""
    clashes: tuple[FileClash, ...] = ()
    """If there are any, nothing was brought."""
    reason: str = ""
    """What a person has to know of it: why this working copy is left alone, or who removed which files."""


class Upstream:
    """Brings the branch that sends into one working copy."""

    def __init__(self, root: Path, team: TeamRepository, keep: Callable[[str, str], None]) -> None:
        """Work in `root`; `keep` is given the path and text of a file before it is replaced."""
        self._root: Final = root
        self._team: Final = team
        self._keep: Final = keep
        self._settled: Final[set[tuple[str, bytes]]] = set()
        """What others made of a file, where a person settled the clash; the working copy takes account of it."""

    def note_settled(self, path: str, theirs: str) -> None:
        """Note that what now stands in a file takes account of `theirs`."""
        self._settled.add((path, theirs.encode()))

    def bring(self) -> Brought:
        """Bring what was merged; raise RefusedError, LedgerUnreachableError, OSError."""
        old, new = self._team.head_and_main()
        if new is None:
            return Brought(
                reason=Phrase(
                    "this folder is not on {branch}, or has commits that are not merged, so nothing is brought into it",
                    branch=self._team.main,
                )
            )
        found = self._brought(old, new, ".")
        if not found.clashes and old != new:
            self._team.move(old, new)
        return found

    def bring_letter(self, letter: CampaignName, folder: str) -> Brought:
        """Bring what others pushed to the branch of a letter; raises as `bring`."""
        between = self._team.pushed_by_others(letter)
        if between is None:
            return Brought()
        found = self._brought(*between, folder, f"{folder}/{CAMPAIGN_FILE}")
        if not found.clashes:
            self._team.know(letter, between[1])
        return found

    def _brought(self, old: str, new: str, folder: str, whole: str = "") -> Brought:
        """Bring what lies between two commits; whether the file `whole` goes, and all with it, a person chooses."""
        due: list[tuple[MergedFile, bytes | None]] = []
        clashes: list[FileClash] = []
        changes = self._team.changes(old, new, folder)
        removed = [each.path for each in changes if each.after is None]
        if whole in removed and (stands := self._standing(whole)):
            if (whole, b"") not in self._settled:
                pieces = (Piece(stands.decode("utf-8", "replace"), ""),)
                reason = self._removal(old, new, removed)
                return Brought(clashes=(FileClash(whole, "", pieces),), reason=reason)
            # It was chosen to stay, and what belongs to it stays too.
            changes = [each for each in changes if each.after is not None]
        for file in changes:
            stands = self._standing(file.path)
            content: bytes | FileClash | None = file.after
            is_given_up = file.path == whole and not stands
            if stands not in (file.before, file.after) and not is_given_up:
                is_settled = (file.path, file.after or b"") in self._settled
                content = stands if is_settled else _together(file, stands)
            if isinstance(content, FileClash):
                clashes.append(content)
            elif content != stands:
                due.append((file, content))
        if clashes:
            return Brought(clashes=tuple(clashes))
        for file, content in due:
            self._put(file, content)
        self._settled.difference_update((each.path, each.after or b"") for each in changes)
        self._settled.discard((whole, b""))
        gone = [file.path for file, content in due if content is None]
        paths = tuple(file.path for file, _ in due)
        if not whole or not gone:
            return Brought(paths)
        return Brought(paths, reason=self._removal(old, new, gone))

    def _removal(self, old: str, new: str, paths: Sequence[str]) -> Phrase:
        """Say who removed files from the letter's branch."""
        names = dict.fromkeys(self._team.removed_by(old, new, each) for each in paths)
        files = enumerated([each.rpartition("/")[2] for each in paths])
        return Phrase(
            "on the branch of this letter, {names} removed: {files}",
            names=enumerated([*names]),
            files=files,
        )

    def _standing(self, path: str) -> bytes | None:
        """Return what stands in the working copy; None if nothing does."""
        place = self._root / path
        for each in (place, *place.parents):
            if each == self._root:
                break
            if each.is_symlink():
                raise RefusedError(
                    Phrase(
                        "{path} is a symbolic link here, and a file where it was merged", path=path
                    ),
                    Phrase("Nothing was brought."),
                    Phrase("replace the link by the file itself, then press the button again"),
                )
        return place.read_bytes() if place.is_file() else None

    def _put(self, file: MergedFile, content: bytes | None) -> None:
        place = self._root / file.path
        stands = self._standing(file.path)
        if stands is not None and stands != file.before:
            self._keep(file.path, stands.decode("utf-8", "replace"))
        if content is None:
            place.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, content, file.mode)


def _together(file: MergedFile, stands: bytes | None) -> bytes | FileClash:
    """Join what stands here and what was merged; text of which one side has nothing is for a person to choose."""
    sides = [(each or b"").decode("utf-8", "replace") for each in (file.before, stands, file.after)]
    is_text = all("\0" not in each and "\ufffd" not in each for each in sides)
    if not is_text:
        raise RefusedError(
            Phrase(
                "{path} is another here than it was, and was changed by the team too",
                path=file.path,
            ),
            Phrase("Nothing was brought. It is no text, so nobody can join it."),
            Phrase("move it away, then press the button again"),
        )
    pieces = joined(*map(plain, sides))
    together = agreed(pieces)
    if together is None or None in (stands, file.after):
        return FileClash(
            file.path, sides[2], (Piece(sides[1], sides[2]),) if together is not None else pieces
        )
    return as_in(sides[1], together).encode()
