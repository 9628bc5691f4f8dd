"""Pictures, sounds and videos of the working tree, as they will be uploaded."""

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from massctl.errors import ConfigurationError
from massctl.media.limits import VIDEO_BYTES_MAX
from massctl.media.measure import MediaFault, measure, too_large
from massctl.model.ids import Sha256, sha256_of
from massctl.model.message import Picture, Purpose, Recording, picture_name
from massctl.model.phrase import Phrase
from massctl.picture.recipe import COVER_RECIPE, INLINE_RECIPE, cache_key
from massctl.render.inputs import Problem, RecordingPurpose
from massctl.source.repository import Repository, UnreadableError

_RECORDING_CODES: Final[Mapping[str, str]] = {
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
                fault = too_large(use)
                return Problem("MC212", fault.message, fault.hint)
            code = "MC208" if error.is_missing else "MC210" if error.code == "MC001" else error.code
            return Problem(code, error.message, error.hint)
        found = measure(data, use)
        if isinstance(found, MediaFault):
            return Problem(_RECORDING_CODES[found.kind], found.message, found.hint)
        sha256 = sha256_of(data)
        self._paths.setdefault(sha256, path)
        purpose = Purpose.VOICE if use == "voice" else Purpose.VIDEO
        return Recording(f"campaigns/{path}", sha256, len(data), purpose, found.extension, found.milliseconds)


if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from massctl.picture.prepare import PictureFault, Prepared

Use = Literal["inline", "cover"]

SOURCE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Larger files are not read at all: far above every limit of WeChat, and bounded memory."""
SHA256: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_CODES: Final[Mapping[str, str]] = {
    "unreadable": "MC203",
    "unsupported": "MC204",
    "animated_unsupported": "MC204",
    "too_large": "MC205",
    "too_many_pixels": "MC205",
}
_UNREAD_CODES: Final[Mapping[str, str]] = {"MC001": "MC203", "MC002": "MC205"}
"""For a file that is there and was not read: the code of a picture."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the bytes of a name come from: a file of the tree, or the cache."""

    path: str
    use: Use
    source: Sha256
    produced: Sha256
    """What came out; equal to `source` where the bytes pass unchanged."""


class PictureShelf:
    """Prepares pictures by path and gives their bytes by name; implements `massctl.apply.ports.Pictures`."""

    def __init__(self, repository: Repository, cache: Path) -> None:
        self._repository = repository
        self._cache = cache / "pictures" / cache_key()
        self._prepared: dict[tuple[str, Use], Picture | Problem] = {}
        self._origins: dict[Sha256, _Origin] = {}

    def picture(self, path: str, use: Use) -> Picture | Problem:
        """Give the picture at `path` (from campaigns/) as it will be uploaded, or what is wrong with it."""
        key = path, use
        if key not in self._prepared:
            self._prepared[key] = self._prepare(path, use)
        return self._prepared[key]

    def read(self, sha256: Sha256) -> bytes:
        """Give the bytes of a name; raises ConfigurationError when the file was changed since it was planned."""
        origin = self._origins[sha256]
        is_converted = origin.produced != origin.source
        kept = self._cached_bytes(sha256, origin.produced) if is_converted else None
        if kept is not None:
            return kept
        data = self._repository.read_bytes(f"campaigns/{origin.path}", SOURCE_BYTES_MAX)
        if sha256_of(data) != origin.source:
            raise ConfigurationError(
                Phrase("a picture was changed while massctl was at work"),
                Phrase("campaigns/{path} is not what was planned. Nothing was done with it.", path=origin.path),
                Phrase("run the same command again"),
            )
        # The cache lost what came out, so it is made once more.
        result = _prepared(data, origin.use) if is_converted else None
        return data if result is None or _is_fault(result) else result.data

    def adopt(self, picture: Picture, produced: Sha256) -> None:
        """Know a picture that another process prepared, with the digest of the bytes that it left in the cache."""
        path = picture.path.removeprefix("campaigns/")
        use: Use = "cover" if picture.purpose.is_material else "inline"
        self._origins.setdefault(picture.sha256, _Origin(path, use, picture.source_sha256, produced))

    def produced(self) -> dict[str, str]:
        """Give the digest of the bytes of every picture so far, by the picture's name."""
        return {name: origin.produced for name, origin in self._origins.items()}

    def _prepare(self, path: str, use: Use) -> Picture | Problem:
        try:
            data = self._repository.read_bytes(f"campaigns/{path}", SOURCE_BYTES_MAX)
        except UnreadableError as error:
            code = "MC201" if error.is_missing else _UNREAD_CODES.get(error.code, error.code)
            return Problem(code, error.message, error.hint)
        source = sha256_of(data)
        known = self._recalled(path, source, use, len(data))
        if known is None:
            known = _told(path, source, len(data), self._remember(source, use, _prepared(data, use)))
        found, produced = known
        if isinstance(found, Picture):
            self._origins.setdefault(found.sha256, _Origin(path, use, source, produced))
        return found

    def _note_path(self, source: Sha256, use: Use) -> Path:
        return self._cache / f"{source}-{use}.json"

    def _recalled(self, path: str, source: Sha256, use: Use, size: int) -> tuple[Picture | Problem, Sha256] | None:
        """Give what the cache says of these bytes; None where it says nothing, or nothing that we would have written.

        Somebody else may have written there, or an earlier massctl.
        """
        try:
            note = json.loads(self._note_path(source, use).read_text(encoding="utf-8"))
            found, produced = _told(path, source, size, note)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        if isinstance(found, Picture) and produced != source and self._cached_bytes(found.sha256, produced) is None:
            return None
        return found, produced

    def _cached_bytes(self, name: Sha256, produced: Sha256) -> bytes | None:
        try:
            data = (self._cache / name).read_bytes()
        except OSError:
            return None
        return data if sha256_of(data) == produced else None

    def _remember(self, source: Sha256, use: Use, result: "Prepared | PictureFault") -> dict[str, Any]:
        if _is_fault(result):
            note: dict[str, Any] = {
                "fault": result.kind,
                "message": _plain(result.message),
                "hint": _plain(result.hint),
            }
        else:
            produced = sha256_of(result.data)
            note = {
                "produced": produced,
                "purpose": result.purpose.value,
                "extension": result.format.extension,
                "width": result.laid_out[0],
                "height": result.laid_out[1],
                "note": _plain(result.note) if result.note else None,
            }
            if produced != source:
                self._keep(self._cache / _name(source, Purpose(result.purpose.value), produced), result.data)
        self._keep(self._note_path(source, use), json.dumps(note, ensure_ascii=False).encode())
        return note

    def _keep(self, path: Path, data: bytes) -> None:
        """Write a cache file whole or not at all; a cache that cannot be written only costs time."""
        beside = path.with_name(path.name + ".new")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                beside.write_bytes(data)
                beside.replace(path)
            except OSError:
                beside.unlink(missing_ok=True)


def _name(source: Sha256, purpose: Purpose, produced: Sha256) -> Sha256:
    recipe = COVER_RECIPE if purpose.is_material else INLINE_RECIPE
    return source if produced == source else picture_name(source, recipe)


def _told(path: str, source: Sha256, size: int, note: Any) -> tuple[Picture | Problem, Sha256]:
    """Read a note of the cache, and what came out; raises one of many errors where it is none of ours."""
    if "fault" in note:
        return Problem(_CODES[note["fault"]], _phrase(note["message"]), _phrase(note["hint"])), source
    if not SHA256.fullmatch(note["produced"]) or not all(type(note[side]) is int for side in ("width", "height")):
        raise ValueError("not a note of ours")
    produced, purpose = Sha256(note["produced"]), Purpose(note["purpose"])
    picture = Picture(
        path=f"campaigns/{path}",
        source_sha256=source,
        sha256=_name(source, purpose, produced),
        size_bytes=size,
        purpose=purpose,
        extension=str(note["extension"]),
        width_pixels=note["width"],
        height_pixels=note["height"],
        note=_phrase(note["note"]) if note["note"] else None,
    )
    return picture, produced


def _is_fault(result: "Prepared | PictureFault") -> "TypeIs[PictureFault]":
    from massctl.picture.prepare import PictureFault

    return isinstance(result, PictureFault)


def _prepared(data: bytes, use: Use) -> "Prepared | PictureFault":
    # Only a picture that is new to the cache pays for the decoders.
    from massctl.picture.prepare import prepare_cover, prepare_inline

    return prepare_inline(data) if use == "inline" else prepare_cover(data)


def _plain(text: str) -> dict[str, Any]:
    """Keep a phrase so that it can be said in another language later."""
    if isinstance(text, Phrase):
        values = {k: _plain(v) if isinstance(v, Phrase) else v for k, v in text.values.items()}
        return {"template": text.template, "plural": text.plural, "values": values}
    return {"template": text, "plural": None, "values": {}}


def _phrase(kept: dict[str, Any]) -> Phrase:
    values = {k: _phrase(v) if isinstance(v, dict) else v for k, v in kept["values"].items()}
    return Phrase(kept["template"], kept["plural"], **values)
