"""Make a picture acceptable to WeChat, or say why it cannot be: the rules, and nothing about formats.

Inline pictures (inside an article) go to media/uploadimg, which takes JPEG and PNG below 1 MB; GIFs go to
material/add_material instead. Covers always go to add_material. Bytes that WeChat takes pass untouched where they
are upright, in sRGB and no wider than any screen shows them, and only lose what a camera wrote into them. All of their
pixels are decoded once: a damaged picture is found here and not by a follower.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from massctl.model.phrase import Phrase
from massctl.picture.colour import normalise
from massctl.picture.container import BrokenPictureError, Container
from massctl.picture.decode import decode
from massctl.picture.fault import FaultKind, PictureFault, size_text, unreadable
from massctl.picture.ladder import Encoded, encode_drawing, encode_to_fit, within
from massctl.picture.limits import (
    ANIMATION_PIXELS_MAX,
    FRAMES_MAX,
    INLINE_BYTES_BELOW,
    INLINE_BYTES_TARGET,
    INLINE_WIDTH_MAX,
    MATERIAL_BYTES_MAX,
    MATERIAL_BYTES_TARGET,
    PANORAMA_RATIO,
    PHOTO_BYTES_A_PIXEL,
    PHOTO_BYTES_MIN,
)
from massctl.picture.measure import read_container, upright_size
from massctl.picture.sniff import Format

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "FaultKind",
    "PictureFault",
    "Prepared",
    "Purpose",
    "prepare_cover",
    "prepare_inline",
]


class Purpose(StrEnum):
    """Which endpoint takes the bytes; the words stand in the lock file under `as`."""

    INLINE = "image"
    """media/uploadimg."""
    MATERIAL = "material"
    """material/add_material, type image."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture that WeChat takes."""

    data: bytes = field(repr=False)
    purpose: Purpose
    format: Format
    """What `data` is; extension and Content-Type follow from it."""
    width: int
    """Pixels, as a viewer shows `data`."""
    height: int
    """Pixels, as a viewer shows `data`."""
    note: str | None
    """What was done, for people (a `Phrase`); None where the bytes are untouched."""
    laid_out: tuple[int, int]
    """The pixels by which articles are laid out: those before it was made smaller until it fits.

    How small that is depends on the encoder, and articles come out the same on every processor.
    """


def prepare_inline(data: bytes) -> Prepared | PictureFault:
    """Prepare a picture for the inside of an article; GIFs become material."""
    return _prepare(data, Purpose.INLINE)


def prepare_cover(data: bytes) -> Prepared | PictureFault:
    """Prepare the cover of an article, which is always material."""
    return _prepare(data, Purpose.MATERIAL)


def _prepare(data: bytes, wanted: Purpose) -> Prepared | PictureFault:
    container = read_container(data)
    if isinstance(container, PictureFault):
        return container
    purpose = Purpose.MATERIAL if container.format is Format.GIF else wanted
    passes = _passes(container, len(data), purpose)
    fault = _fault_of_length(container) if passes else _fault_of_motion(container, len(data))
    if fault:
        return fault
    try:
        decoded = decode(data, container)
        if passes and _is_as_it_should_be(container, len(data), purpose):
            return _untouched(data, container, purpose)
        upright = normalise(decoded, container.orientation, container.bit_depth)
    except BrokenPictureError as broken:
        return unreadable(broken.why)
    if passes and upright.mode == "RGBA" and _is_upright_srgb(container):
        # It looked like a photograph, and JPEG knows no transparency.
        return _untouched(data, container, purpose)
    return _encode(upright, container, len(data), purpose)


def _untouched(data: bytes, container: Container, purpose: Purpose) -> Prepared:
    """Take the bytes as they are, but for what a camera writes into them: where and when, and with what."""
    width, height = upright_size(container)
    if not container.has_metadata:
        return Prepared(data, purpose, container.format, width, height, note=None, laid_out=(width, height))
    bare = container.essence_of(data)
    note = Phrase(
        "took out what the camera wrote, {before} -> {after}", before=size_text(len(data)), after=size_text(len(bare))
    )
    return Prepared(bare, purpose, container.format, width, height, note, (width, height))


def _encode(upright: "Image.Image", container: Container, size_bytes: int, purpose: Purpose) -> Prepared | PictureFault:
    """Encode normalised pixels for the endpoint."""
    target, width_max = MATERIAL_BYTES_TARGET, upright.width
    if purpose is Purpose.INLINE:
        target, width_max = INLINE_BYTES_TARGET, _width_max(*upright.size)
    is_drawing = container.format is Format.PNG and not _is_photograph(container, size_bytes)
    encoded = encode_drawing(upright, target) if is_drawing else None
    encoded = encoded or encode_to_fit(upright, target, width_max)
    if encoded is None:
        text = Phrase(
            "the picture has {size} and cannot be brought below {limit} legibly",
            size=size_text(size_bytes),
            limit=size_text(target),
        )
        return PictureFault("too_large", text, Phrase("save it smaller, or cut it"))
    note = _note(container, size_bytes, encoded)
    laid_out = upright.size if is_drawing else within(*upright.size, width_max)
    return Prepared(encoded.data, purpose, encoded.format, encoded.width, encoded.height, note, laid_out)


def _passes(container: Container, size_bytes: int, purpose: Purpose) -> bool:
    """Say whether WeChat takes the bytes as they are."""
    if purpose is Purpose.INLINE:
        return container.format in {Format.JPEG, Format.PNG} and size_bytes < INLINE_BYTES_BELOW
    return container.format is not Format.WEBP and size_bytes <= MATERIAL_BYTES_MAX


def _is_as_it_should_be(container: Container, size_bytes: int, purpose: Purpose) -> bool:
    """Say whether nothing is gained by making the picture anew; what moves would stand still."""
    if container.frames > 1 or container.format is Format.GIF:
        return True
    if not _is_upright_srgb(container):
        return False
    if purpose is not Purpose.INLINE:
        return True
    if container.format is Format.PNG:
        return not _is_photograph(container, size_bytes)
    width, height = upright_size(container)
    return width <= _width_max(width, height)


def _is_photograph(container: Container, size_bytes: int) -> bool:
    """Say whether a PNG has the size of a photograph: JPEG says the same in a fifth of it."""
    return size_bytes >= max(PHOTO_BYTES_MIN, PHOTO_BYTES_A_PIXEL * container.width * container.height)


def _is_upright_srgb(container: Container) -> bool:
    return container.orientation == 1 and container.is_plain_colour


def _width_max(width: int, height: int) -> int:
    """Give how wide a photograph of that size may stay inside an article."""
    return width if width > PANORAMA_RATIO * height else min(width, INLINE_WIDTH_MAX)


_FEWER_FRAMES: Final = Phrase("use fewer frames or a smaller size")


def _fault_of_motion(container: Container, size_bytes: int) -> PictureFault | None:
    """Refuse to convert what moves: a converted picture would silently stand still."""
    if container.format is Format.GIF:
        text = Phrase(
            "the GIF has {size}, and WeChat takes at most {limit}",
            size=size_text(size_bytes),
            limit="10 MB",
        )
        return PictureFault("too_large", text, _FEWER_FRAMES)
    if container.frames == 1:
        return None
    text = Phrase("WeChat does not take an animated {name} like this", name=container.format.label)
    return PictureFault("animated_unsupported", text, Phrase("save it as {formats}", formats="GIF"))


def _fault_of_length(container: Container) -> PictureFault | None:
    """Refuse an animated GIF that takes too long to prove sound."""
    pixels = container.width * container.height * container.frames
    if container.format is not Format.GIF or (container.frames <= FRAMES_MAX and pixels <= ANIMATION_PIXELS_MAX):
        return None
    text = Phrase(
        "the GIF has {frames} frames of {width}x{height} pixels, which takes too long to check",
        frames=container.frames,
        width=container.width,
        height=container.height,
    )
    return PictureFault("too_many_pixels", text, _FEWER_FRAMES)


def _note(container: Container, size_bytes: int, encoded: Encoded) -> Phrase:
    """Say what was done to the bytes."""
    width, height = upright_size(container)
    before, after = size_text(size_bytes), size_text(len(encoded.data))
    if (width, height) != (encoded.width, encoded.height):
        return Phrase(
            "scaled {width}x{height} -> {new_width}x{new_height}, re-encoded as {name}, {before} -> {after}",
            width=width,
            height=height,
            new_width=encoded.width,
            new_height=encoded.height,
            name=encoded.format.label,
            before=before,
            after=after,
        )
    if container.format is encoded.format:
        return Phrase(
            "re-encoded as {name}, {before} -> {after}", name=encoded.format.label, before=before, after=after
        )
    return Phrase(
        "converted from {source} to {name}, {before} -> {after}",
        source=container.format.label,
        name=encoded.format.label,
        before=before,
        after=after,
    )
