"""Pictures, sounds and videos of the working tree, as they will be uploaded."""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from massctl.errors import ConfigurationError
from massctl.media import VIDEO_BYTES_MAX, measure, too_large
from massctl.model.diagnostics import Fault
from massctl.model.ids import CAMPAIGNS, CampaignName, Sha256, below_campaigns, sha256_of
from massctl.model.message import Picture, Purpose, Recording, picture_name
from massctl.model.phrase import Phrase
from massctl.picture.limits import (
    AI_MARK_RECIPE,
    COVER_RECIPE,
    INLINE_RECIPE,
    SOURCE_BYTES_MAX,
    cache_key,
)
from massctl.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.render.inputs import PicturePurpose, RecordingPurpose
from massctl.source.repository import Repository, UnreadableError


def _unchanged(repository: Repository, path: str, sha256: Sha256, limit: int) -> bytes:
    """Read a file again; raise ConfigurationError if it is another one than was planned."""
    try:
        data = repository.read_bytes(f"{CAMPAIGNS}/{path}", limit)
    except UnreadableError:
        data = b""
    if sha256_of(data) != sha256:
        raise ConfigurationError(
            Phrase("a media file was changed while massctl was running"),
            Phrase(
                "campaigns/{path} differs from what was planned. Nothing was done with it.",
                path=path,
            ),
            Phrase("run the same command again"),
        )
    return data


class RecordingFiles:
    """Measures sounds and videos by path, and gives their bytes by name."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._found: dict[tuple[str, RecordingPurpose], Recording | Fault] = {}
        self._paths: dict[Sha256, str] = {}

    def recording(self, path: str, use: RecordingPurpose) -> Recording | Fault:
        """Return the sound or video at `path` (from campaigns/), or what is wrong with it."""
        key = path, use
        if key not in self._found:
            self._found[key] = self._measured(path, use)
        self._repository.reused(f"{CAMPAIGNS}/{path}")
        return self._found[key]

    def adopt(self, recording: Recording) -> None:
        """Know a sound or video that another process measured."""
        self._paths.setdefault(recording.sha256, below_campaigns(recording.path))

    def holds(self, sha256: Sha256) -> bool:
        """Return whether a sound or video of this name was measured."""
        return sha256 in self._paths

    def read(self, sha256: Sha256) -> bytes:
        """Return the bytes of a name; raise ConfigurationError when the file was changed since it was planned."""
        return _unchanged(self._repository, self._paths[sha256], sha256, VIDEO_BYTES_MAX)

    def _measured(self, path: str, use: RecordingPurpose) -> Recording | Fault:
        try:
            data = self._repository.read_bytes(f"{CAMPAIGNS}/{path}", VIDEO_BYTES_MAX)
        except UnreadableError as error:
            if error.code == "MC002":
                return too_large(use)
            code = "MC208" if error.is_missing else "MC210" if error.code == "MC001" else error.code
            return Fault(code, error.message, error.hint)
        found = measure(data, use)
        if isinstance(found, Fault):
            return found
        sha256 = sha256_of(data)
        self._paths.setdefault(sha256, path)
        purpose = Purpose.VOICE if use == "voice" else Purpose.VIDEO
        return Recording(
            f"{CAMPAIGNS}/{path}", sha256, len(data), purpose, found.extension, found.milliseconds
        )


if TYPE_CHECKING:
    from massctl.picture.prepare import Prepared


_UNREAD_CODES: Mapping[str, str] = {"MC001": "MC203", "MC002": "MC205"}
"""For a file that is there and was not read: the code of a picture."""


class _Origin(NamedTuple):
    """Where the bytes of a name come from: a file of the tree, or the cache."""

    name: CampaignName
    """The campaign that it was made for."""
    folder: Path
    path: str
    use: PicturePurpose
    source: Sha256
    produced: Sha256
    """What came out; equal to `source` where the bytes pass unchanged."""


class PictureFiles:
    """Knows the pictures that a child prepared, and gives their bytes by name."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._origins: dict[Sha256, _Origin] = {}

    def adopt(self, name: CampaignName, folder: Path, picture: Picture, produced: Sha256) -> bool:
        """Know a picture of a campaign, with the digest of the bytes that a child left in `folder`.

        Return whether it can be: its name follows from its source, and no other campaign got other bytes under it.
        """
        path = below_campaigns(picture.path)
        use: PicturePurpose = "cover" if picture.purpose.is_material else "inline"
        origin = _Origin(name, folder / cache_key(), path, use, picture.source_sha256, produced)
        if picture.sha256 != _name(picture, produced):
            return False
        return self._origins.setdefault(picture.sha256, origin).produced == produced

    def read(self, sha256: Sha256) -> bytes | None:
        """Return the bytes of a name; None if the cache lost what was converted.

        Raises ConfigurationError when the file was changed since it was planned.
        """
        origin = self._origins[sha256]
        if origin.produced != origin.source:
            return _kept(origin.folder / sha256, origin.produced)
        return _unchanged(self._repository, origin.path, origin.source, SOURCE_BYTES_MAX)

    def origin(self, sha256: Sha256) -> tuple[CampaignName, str, PicturePurpose]:
        """Return the campaign that a name was made for, the path of its file, from campaigns/, and what for.

        Raises ConfigurationError when the file was changed since it was planned.
        """
        origin = self._origins[sha256]
        _unchanged(self._repository, origin.path, origin.source, SOURCE_BYTES_MAX)
        return origin.name, origin.path, origin.use


def _kept(path: Path, produced: Sha256) -> bytes | None:
    """Read bytes from the cache; None where it has no such bytes."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    return data if sha256_of(data) == produced else None


class PictureCache:
    """Prepares pictures by path, and keeps what is converted in `folder`; a child alone has one."""

    def __init__(self, repository: Repository, folder: Path) -> None:
        self._repository = repository
        self._cache = folder / cache_key()
        self._prepared: dict[tuple[str, PicturePurpose], Picture | Fault] = {}
        self.produced: dict[Sha256, Sha256] = {}
        """The digest of the bytes of every picture so far, by the picture's name."""

    def picture(self, path: str, use: PicturePurpose) -> Picture | Fault:
        """Return the picture at `path` (from campaigns/) as it will be uploaded, or what is wrong with it."""
        key = path, use
        if key not in self._prepared:
            self._prepared[key] = self._prepare(path, use)
        self._repository.reused(f"{CAMPAIGNS}/{path}")
        return self._prepared[key]

    def _prepare(self, path: str, use: PicturePurpose) -> Picture | Fault:
        try:
            data = self._repository.read_bytes(f"{CAMPAIGNS}/{path}", SOURCE_BYTES_MAX)
        except UnreadableError as error:
            if error.is_missing:
                return Fault("MC201", error.message, error.near)
            return Fault(_UNREAD_CODES.get(error.code, error.code), error.message, error.hint)
        source = sha256_of(data)
        found, produced = self._recalled(source, use) or self._converted(data, source, use)
        if isinstance(found, Fault):
            return found
        self.produced[found.sha256] = produced
        return replace(found, path=f"{CAMPAIGNS}/{path}")

    def _note_path(self, source: Sha256, use: PicturePurpose) -> Path:
        return self._cache / f"{source}-{use}.json"

    def _recalled(
        self, source: Sha256, use: PicturePurpose
    ) -> tuple[Picture | Fault, Sha256] | None:
        """Return what the cache says of these bytes; None if it says nothing, or nothing that we would have written.

        Somebody else may have written there, or an earlier massctl.
        """
        try:
            note = json.loads(self._note_path(source, use).read_text(encoding="utf-8"))
            found = from_plain(note["found"])
            produced = Sha256(note["produced"])
            if isinstance(found, Fault):
                return found, source
            is_ours = (found.source_sha256, found.sha256) == (source, _name(found, produced))
            if not is_ours or not type(found.width_pixels) is type(found.height_pixels) is int:
                return None
        except (OSError, *NOT_PLAIN):
            return None
        is_lost = produced != source and _kept(self._cache / found.sha256, produced) is None
        return None if is_lost else (found, produced)

    def _converted(
        self, data: bytes, source: Sha256, use: PicturePurpose
    ) -> tuple[Picture | Fault, Sha256]:
        result = _prepared(data, use)
        found: Picture | Fault
        produced = source
        if isinstance(result, Fault):
            found = result
        else:
            produced = sha256_of(result.data)
            width, height = result.laid_out
            extension = result.format.extension
            found = Picture(
                "", source, source, len(data), result.purpose, extension, width, height, result.note
            )
            found = replace(found, lost_c2pa=result.lost_c2pa, has_new_mark=result.has_new_mark)
            found = replace(found, sha256=_name(found, produced), codes=_codes(result.data))
            if produced != source:
                self._keep(self._cache / found.sha256, result.data)
        note = {"found": to_plain(found), "produced": produced}
        self._keep(self._note_path(source, use), json.dumps(note, ensure_ascii=False).encode())
        return found, produced

    def _keep(self, path: Path, data: bytes) -> None:
        """Write a cache file whole or not at all; a cache that cannot be written only costs time."""
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                beside.write_bytes(data)
                beside.replace(path)
            except OSError:
                beside.unlink(missing_ok=True)


def _name(picture: Picture, produced: Sha256) -> Sha256:
    source = picture.source_sha256
    recipe = COVER_RECIPE if picture.purpose.is_material else INLINE_RECIPE
    if picture.has_new_mark:
        recipe = f"{recipe} {AI_MARK_RECIPE}"
    return source if produced == source else picture_name(source, recipe)


def _codes(data: bytes) -> tuple[str, ...] | None:
    # As `_prepared`: it decodes.
    from massctl.picture.codes import codes_in

    return codes_in(data)


def _prepared(data: bytes, use: PicturePurpose) -> "Prepared | Fault":
    # Only a picture that is new to the cache pays for the decoders.
    from massctl.picture.prepare import prepare_cover, prepare_inline

    return prepare_inline(data) if use == "inline" else prepare_cover(data)
