"""What was written at the desk, kept beside the working copy: no crash and no other tab loses a word.

One file a letter, below `.massctl/desk/journal/`, one JSON line a version of a file. A line is on the disk before the
file is replaced. A line that a crash cut off is none.
"""

import contextlib
import errno
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from massctl.model.frozen import Frozen
from massctl.model.ids import CampaignName, sha256_of
from massctl.system import flush
from massctl.whole_file import write_whole

BYTES_MAX = 16 * 1024 * 1024
"""A journal that grows above it is thinned; if that is not enough, its older half goes."""
VERSIONS_SHOWN_MAX = 200
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


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
        self._known: dict[CampaignName, set[tuple[str, str]]] = {}
        """The path and SHA-256 of each version, of the letters that somebody asked about."""

    def add(self, letter: CampaignName, path: str, text: str, at: datetime) -> None:
        """Keep a version, on the disk when this returns; raises OSError."""
        file = self._file(letter)
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, mode=0o700)
            flush(self._folder.parent)
        line = _line(Version(at, path, sha256_of(text.encode()), text))
        is_new = not file.exists()
        with open(file, "ab", 0, opener=_for_its_owner) as opened:
            size = opened.write(line)
            if size != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
            os.fsync(opened.fileno())
            length = os.fstat(opened.fileno()).st_size
        if is_new:
            flush(self._folder)
        if letter in self._known:
            self._known[letter].add((path, sha256_of(text.encode())))
        if length > BYTES_MAX:
            self._shorten(file)
            self._known.pop(letter, None)

    def knows(self, letter: CampaignName, path: str, sha256: str) -> bool:
        """Return whether a version is kept."""
        if letter not in self._known:
            self._known[letter] = {(each.path, each.sha256) for each in self._read(letter)}
        return (path, sha256) in self._known[letter]

    def versions(self, letter: CampaignName, path: str) -> list[Version]:
        """Return the versions of a file that a person looks through, newest first, each text once where it stays."""
        found: list[Version] = []
        for version in thinned(each for each in self._read(letter) if each.path == path):
            if not found or found[-1].sha256 != version.sha256:
                found.append(version)
        return found[-VERSIONS_SHOWN_MAX:][::-1]

    def text_of(self, letter: CampaignName, path: str, sha256: str) -> str | None:
        """Return the text of a version; None if it is not kept."""
        found = (each for each in self._read(letter) if each.path == path)
        return next((each.text for each in found if each.sha256 == sha256), None)

    def _file(self, letter: CampaignName) -> Path:
        return self._folder / f"{letter}.jsonl"

    def _read(self, letter: CampaignName) -> Iterator[Version]:
        return _versions_in(self._file(letter))

    def _shorten(self, file: Path) -> None:
        data = b"".join(_line(each) for each in thinned(_versions_in(file)))
        if len(data) > BYTES_MAX // 2:
            data = data[data.index(b"\n", len(data) - BYTES_MAX // 2) + 1 :]
        write_whole(file, data, 0o600)


def thinned(versions: Iterable[Version]) -> list[Version]:
    """Keep every version of a file's last minute, the last of each minute of its last hour, and of each hour before.

    `versions` come oldest first, and so do those that are kept.
    """
    newest: dict[str, datetime] = {}
    kept: dict[tuple[str, object], Version] = {}
    for version in reversed([*versions]):
        at = version.at.astimezone(UTC)
        age = newest.setdefault(version.path, at) - at
        if age >= _HOUR:
            slot: object = at.replace(minute=0, second=0, microsecond=0)
        else:
            slot = at.replace(second=0, microsecond=0) if age >= _MINUTE else (at, version.sha256)
        kept.setdefault((version.path, slot), version)
    return [*kept.values()][::-1]


def _line(version: Version) -> bytes:
    said = {"at": version.at.isoformat(), "path": version.path, "text": version.text}
    # It begins with a line end: what a crash left of the last line ends there.
    return b"\n" + json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _versions_in(file: Path) -> Iterator[Version]:
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            text = str(said["text"])
            at = datetime.fromisoformat(said["at"])
            yield Version(at, str(said["path"]), sha256_of(text.encode()), text)


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
