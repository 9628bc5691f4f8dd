"""The files of letters, as one person edits them: read with a version, replaced only where that version still stands.

Whatever else changed a file meanwhile (another tab, git, an editor), nothing is lost: both versions are joined by
paragraphs, or given back to choose from, and both are in the journal.
"""

import contextlib
import re
import stat
import threading
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from massctl.desk.journal import Journal, Version
from massctl.desk.line_ends import as_in, plain
from massctl.desk.paragraphs import Piece, agreed, joined
from massctl.errors import UsageError
from massctl.model.diagnostics import FaultError
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGN_FILE, CampaignName, sha256_of
from massctl.model.phrase import Phrase
from massctl.picture.formats import sniff, unsupported
from massctl.source.groups import CampaignFolders
from massctl.source.repository import TEXT_BYTES_MAX, Repository, UnreadableError
from massctl.source.text import YAML_BYTES_MAX
from massctl.system import flush
from massctl.whole_file import write_whole

NO_VERSION = ""
"""The version of a file that is not there."""
_TEXT = re.compile(r"(?:[\w][\w .-]*/){0,8}[\w][\w .-]*\.(?:md|html)(?:\.j2)?")
"""A template that the desk writes, from the letter's folder: no hidden file, and no way out."""
_PICTURE = re.compile(r"(?:[\w][\w .-]*/){0,8}[\w][\w .-]*\.(?:png|jpe?g|gif|webp|bmp|heic)", re.I)


_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\.", re.I)
"""Names that Windows keeps for devices, whatever the ending."""


class TextFile(Frozen):
    """A text file of a letter as it stands on the disk."""

    path: str
    """From the letter's folder."""
    text: str
    """As a page has it: its lines end in `\\n`."""
    version: str
    """The SHA-256 of its text; NO_VERSION if it is not there."""


class Written(Frozen):
    """A file was written; its text is another than was given where both changes were joined."""

    file: TextFile
    given: str
    """The version of the text that was given. Who wrote on meanwhile writes from it, not from what was joined."""

    @property
    def is_joined(self) -> bool:
        """Return whether the file has other words too."""
        return self.file.version != self.given


class Clash(Frozen):
    """Nothing was written: somebody changed the same paragraphs."""

    theirs: TextFile
    """As the file stands."""
    pieces: tuple[Piece, ...]


class WorkingCopy:
    """The working copy of one person. Threads may share it."""

    def __init__(
        self,
        root: Path,
        journal: Journal,
        now: Callable[[], datetime],
        folders: Callable[[], CampaignFolders],
    ) -> None:
        """Work in `root`; `folders` says which folders are letters."""
        self.root: Final = root
        self._folders: Final = folders
        self._journal: Final = journal
        self._now: Final = now
        self._one_at_a_time: Final = threading.RLock()

    def folder(self, letter: CampaignName) -> Path:
        """Return the folder of a letter; raise UsageError if there is none."""
        folders = self._folders()
        if letter not in folders.names:
            raise UsageError(Phrase("there is no letter {name}", name=letter))
        return self.root / folders.folder(letter)

    def read(self, letter: CampaignName, path: str) -> TextFile:
        """Read a file; one that is not there is empty. Raises UsageError, UnreadableError."""
        standing = self._standing(letter, path)
        text = plain(standing or "")
        version = NO_VERSION if standing is None else sha256_of(text.encode())
        return TextFile(path, text, version)

    def _standing(self, letter: CampaignName, path: str) -> str | None:
        """Return the text of a file as it stands on the disk; None if it is not there."""
        self._require_own(path)
        folder = self.folder(letter).relative_to(self.root).as_posix()
        try:
            data = Repository(self.root).read_bytes(f"{folder}/{path}", TEXT_BYTES_MAX)
        except UnreadableError as error:
            if error.is_missing:
                return None
            raise
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise UsageError(
                Phrase("{path} is not UTF-8 text, so the desk leaves it alone", path=path)
            ) from None

    def write(
        self,
        letter: CampaignName,
        path: str,
        text: str,
        base: str,
        sent: Collection[str] = (),
    ) -> Written | Clash:
        """Write a file that was read in the version `base`; it is on the disk when this returns.

        `sent` are versions that its writer gave since without an answer: where one stands, this is written from it.
        Raises UsageError, UnreadableError, OSError.
        """
        with self._one_at_a_time:
            text = plain(text)
            _require_readable(path, text)
            stands, given = self.read(letter, path), sha256_of(text.encode())
            # Whatever happens next, what was typed is kept first.
            self._journal.add(letter, path, text, self._now())
            if stands.version in sent:
                base = stands.version
            if stands.version != base and stands.text != text:
                self._journal.add(letter, path, stands.text, self._now())
                before = self._journal.text_of(letter, path, base) if base else ""
                pieces = joined(before or "", text, stands.text)
                together = agreed(pieces)
                if together is None:
                    return Clash(stands, pieces)
                text = together
                self._journal.add(letter, path, text, self._now())
            if text != stands.text or stands.version == NO_VERSION:
                written = as_in(self._standing(letter, path) or "", text)
                _require_readable(path, written)
                self._replace(letter, path, written.encode())
            return Written(TextFile(path, text, sha256_of(text.encode())), given)

    def opened(self, letter: CampaignName, path: str) -> TextFile:
        """Read a file for somebody who will write it: its version is in the journal from now on."""
        with self._one_at_a_time:
            file = self.read(letter, path)
            # On a full disk it is shown all the same; whoever changed it meanwhile is then asked instead of joined.
            with contextlib.suppress(OSError):
                if file.version and not self._journal.knows(letter, path, file.version):
                    self._journal.add(letter, path, file.text, self._now())
            return file

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody write at this desk meanwhile: a write waits, and the browser keeps its text."""
        with self._one_at_a_time:
            yield

    def keep(self, letter: CampaignName, path: str, text: str) -> None:
        """Put a text into the journal that is about to be replaced by somebody else."""
        self._journal.add(letter, path, plain(text), self._now())

    def versions(self, letter: CampaignName, path: str) -> list[Version]:
        """Return the versions of a file, newest first."""
        self._require_own(path)
        return self._journal.versions(letter, path)

    def add_picture(self, letter: CampaignName, name: str, data: bytes) -> str:
        """Store a picture below `images/`; return its path. One with these bytes is stored once.

        Names differ by more than case: macOS and Windows know no other difference. Raises UsageError for what is no
        picture or has no name of one, OSError.
        """
        stem, dot, ending = _plain_name(name).rpartition(".")
        _require_picture(name, data)
        with self._one_at_a_time:
            folder = self._place(letter, "images")
            there = {each.name.casefold(): each.name for each in folder.glob("*")}
            for number in range(1, 1000):
                numbered = f"{stem}{f'-{number}' if number > 1 else ''}{dot}{ending}"
                path = f"images/{there.get(numbered.casefold(), numbered)}"
                if _PICTURE.fullmatch(path) is None:
                    break
                target = self._place(letter, path)
                if not target.exists():
                    self._replace(letter, path, data)
                    return path
                if target.read_bytes() == data:
                    return path
        raise UsageError(Phrase("{name} is not the name of a picture", name=name))

    def picture(self, letter: CampaignName, path: str) -> bytes | None:
        """Return the bytes of a picture in a letter's folder; None for what is none, or no file in it."""
        if _PICTURE.fullmatch(path) is None:
            return None
        try:
            target = self._place(letter, path)
            return target.read_bytes() if target.is_file() else None
        except (UsageError, OSError):
            return None

    def _require_own(self, path: str) -> None:
        parts = path.split("/")
        if path != CAMPAIGN_FILE and (
            _TEXT.fullmatch(path) is None or any(part.startswith(".") for part in parts)
        ):
            raise UsageError(Phrase("{path} is not a text that the desk edits", path=path))

    def _place(self, letter: CampaignName, path: str) -> Path:
        """Return where a file of a letter is written; raise UsageError where a link would lead elsewhere."""
        place = self.folder(letter)
        for part in Path(path).parts:
            place = place / part
            if place.is_symlink():
                raise UsageError(
                    Phrase("{path} is a symbolic link, so the desk leaves it alone", path=path)
                )
        return place

    def _replace(self, letter: CampaignName, path: str, data: bytes) -> None:
        target = self._place(letter, path)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True)
            flush(target.parent.parent)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        write_whole(target, data, mode)


def _require_readable(path: str, text: str) -> None:
    """Raise UsageError for a text that is larger than what massctl reads of such a file."""
    limit = YAML_BYTES_MAX if path == CAMPAIGN_FILE else TEXT_BYTES_MAX
    if len(text.encode()) > limit:
        raise UsageError(
            Phrase(
                "{path} would be larger than {limit} MB, which massctl does not read",
                path=path,
                limit=limit // 1024 // 1024,
            ),
            Phrase("The file is as it was. This page keeps what you wrote."),
            Phrase("make the text shorter, or split it into two articles"),
        )


def _plain_name(name: str) -> str:
    """Return a file's name without what an address, Markdown or another system reads as something else."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w.-]+", "-", last).strip("-.") or "picture.png"
    return f"picture-{plain}" if _DEVICE.match(plain) else plain


def _require_picture(name: str, data: bytes) -> None:
    """Raise UsageError for bytes that are no whole head of a picture that WeChat can get."""
    # Pillow takes a while to load, and most days at the desk need none.
    from massctl.picture.pillow_io import open_picture

    try:
        kind = sniff(data)
        if kind is None:
            raise unsupported(data)
        open_picture(data, kind)
    except FaultError as refused:
        fault = refused.fault
        raise UsageError(
            Phrase("{name}: {why}", name=name, why=fault.message),
            Phrase("The picture was not stored."),
            fault.hint or "",
        ) from None
