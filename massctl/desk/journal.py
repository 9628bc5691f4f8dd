"""What was written at the desk, kept beside the working copy until it is old: no crash and no other tab loses a word.

One file a letter, below `.massctl/desk/`, one JSON line a version of a file. A line is on the disk before the file is
replaced. A line that a crash cut off is none.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, sha256_of
from massctl.system import flush
from massctl.whole_file import write_whole

BYTES_MAX = 16 * 1024 * 1024
"""A journal that grows above it keeps the versions of its second half."""
VERSIONS_SHOWN_MAX = 200


class Version(Frozen):
    """One version of a file."""

    at: datetime
    path: str
    """From the letter's folder."""
    sha256: str
    text: str


class Journal:
    """The versions of the files of letters."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, letter: CampaignName, path: str, text: str, at: datetime) -> None:
        """Keep a version, on the disk when this returns; raises OSError."""
        file = self._file(letter)
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, mode=0o700)
            flush(self._folder.parent)
        line = json.dumps(
            {"at": at.isoformat(), "path": path, "text": text}, ensure_ascii=False
        ).encode()
        is_new = not file.exists()
        with open(file, "ab", 0, opener=_for_its_owner) as opened:
            # It begins with a line end: what a crash left of the last line ends there.
            size = opened.write(b"\n" + line + b"\n")
            if size != len(line) + 2:
                raise OSError(f"{file.name}: {size} of {len(line) + 2} bytes were written")
            os.fsync(opened.fileno())
            length = os.fstat(opened.fileno()).st_size
        if is_new:
            flush(self._folder)
        if length > BYTES_MAX:
            self._shorten(file)

    def versions(self, letter: CampaignName, path: str) -> list[Version]:
        """Return the versions of a file that are kept, newest first, each text once where it did not change."""
        found: list[Version] = []
        for version in self._read(letter):
            if version.path == path and (not found or found[-1].sha256 != version.sha256):
                found.append(version)
        return found[-VERSIONS_SHOWN_MAX:][::-1]

    def text_of(self, letter: CampaignName, path: str, sha256: str) -> str | None:
        """Return the text of a version; None if it is not kept."""
        found = (each for each in self._read(letter) if each.path == path)
        return next((each.text for each in found if each.sha256 == sha256), None)

    def _file(self, letter: CampaignName) -> Path:
        return self._folder / f"{letter}.jsonl"

    def _read(self, letter: CampaignName) -> Iterator[Version]:
        try:
            lines = self._file(letter).read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                said = json.loads(line)
                text = str(said["text"])
                at = datetime.fromisoformat(said["at"])
                yield Version(at, str(said["path"]), sha256_of(text.encode()), text)

    def _shorten(self, file: Path) -> None:
        data = file.read_bytes()
        begin = data.index(b"\n", len(data) // 2) + 1
        write_whole(file, data[begin:], 0o600)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
