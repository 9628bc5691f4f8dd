"""Sounds and videos of the working tree: measured, and uploaded as they are."""

from collections.abc import Mapping
from typing import Final

from massctl.errors import ConfigurationError
from massctl.media.limits import VIDEO_BYTES_MAX
from massctl.media.measure import MediaFault, measure, too_large
from massctl.model.ids import Sha256, sha256_of
from massctl.model.message import Purpose, Recording
from massctl.model.phrase import Phrase
from massctl.render.inputs import Problem, RecordingPurpose
from massctl.source.repository import Repository, UnreadableError

_CODES: Final[Mapping[str, str]] = {
    "unreadable": "MC210",
    "unsupported": "MC211",
    "too_large": "MC212",
    "too_long": "MC213",
}


class RecordingShelf:
    """Measures sounds and videos by path, and gives their bytes by name."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._found: dict[tuple[str, RecordingPurpose], Recording | Problem] = {}
        self._paths: dict[Sha256, str] = {}

    def recording(self, path: str, use: RecordingPurpose) -> Recording | Problem:
        """Give the sound or video at `path` (from campaigns/), or what is wrong with it."""
        key = path, use
        if key not in self._found:
            self._found[key] = self._measured(path, use)
        return self._found[key]

    def adopt(self, recording: Recording) -> None:
        """Know a sound or video that another process measured."""
        self._paths.setdefault(recording.sha256, recording.path.removeprefix("campaigns/"))

    def holds(self, sha256: Sha256) -> bool:
        """Say whether a sound or video of this name was measured."""
        return sha256 in self._paths

    def read(self, sha256: Sha256) -> bytes:
        """Give the bytes of a name; raises ConfigurationError when the file was changed since it was planned."""
        path = self._paths[sha256]
        try:
            data = self._repository.read_bytes(f"campaigns/{path}", VIDEO_BYTES_MAX)
        except UnreadableError:
            data = b""
        if sha256_of(data) != sha256:
            raise ConfigurationError(
                Phrase("a media file was changed while massctl was at work"),
                Phrase("campaigns/{path} is not what was planned. Nothing was done with it.", path=path),
                Phrase("run the same command again"),
            )
        return data

    def _measured(self, path: str, use: RecordingPurpose) -> Recording | Problem:
        try:
            data = self._repository.read_bytes(f"campaigns/{path}", VIDEO_BYTES_MAX)
        except UnreadableError as error:
            if error.code == "MC002":
                return Problem("MC212", too_large(use).message)
            code = "MC208" if error.is_missing else "MC210" if error.code == "MC001" else error.code
            return Problem(code, error.message, error.hint)
        found = measure(data, use)
        if isinstance(found, MediaFault):
            return Problem(_CODES[found.kind], found.message)
        sha256 = sha256_of(data)
        self._paths.setdefault(sha256, path)
        purpose = Purpose.VOICE if use == "voice" else Purpose.VIDEO
        return Recording(f"campaigns/{path}", sha256, len(data), purpose, found.extension, found.milliseconds)
