"""How large a picture is, from its container alone: cheap, no pixel is decoded, Pillow is not imported."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase
from massctl.picture.bmp import walk_bmp
from massctl.picture.container import NO_IMAGE, BrokenPictureError, Container
from massctl.picture.fault import PictureFault, size_text, too_many_pixels, unreadable, unsupported
from massctl.picture.gif import walk_gif
from massctl.picture.jpeg import walk_jpeg
from massctl.picture.limits import PIXELS_MAX, SIDE_PIXELS_MAX, SOURCE_BYTES_MAX
from massctl.picture.png import walk_png
from massctl.picture.sniff import Format, sniff
from massctl.picture.webp import walk_webp

_WALKS: Final[Mapping[Format, Callable[[bytes], Container]]] = {
    Format.JPEG: walk_jpeg,
    Format.PNG: walk_png,
    Format.GIF: walk_gif,
    Format.WEBP: walk_webp,
    Format.BMP: walk_bmp,
}


@dataclass(frozen=True, slots=True)
class Measure:
    """What a picture declares about itself."""

    format: Format
    width: int
    """Pixels, as a viewer shows the picture (EXIF orientation applied)."""
    height: int
    """Pixels, as a viewer shows the picture."""
    frames: int
    """1 unless animated."""
    has_alpha: bool
    """Transparency is declared; the pixels may still all be opaque."""


def measure(data: bytes) -> Measure | PictureFault:
    """Measure a picture, or say why it cannot be used; its pixels may still turn out damaged in `prepare`."""
    container = read_container(data)
    if isinstance(container, PictureFault):
        return container
    width, height = upright_size(container)
    return Measure(container.format, width, height, container.frames, container.has_alpha)


def read_container(data: bytes) -> Container | PictureFault:
    """Walk the container and judge what it declares; whatever comes back is small enough to decode."""
    if len(data) > SOURCE_BYTES_MAX:
        text = Phrase(
            "the file has {size}, more than the {limit} that are read",
            size=size_text(len(data)),
            limit=size_text(SOURCE_BYTES_MAX),
        )
        return PictureFault("too_large", text, Phrase("save it smaller"))
    format_ = sniff(data)
    if format_ is None:
        return unsupported(data)
    try:
        container = _WALKS[format_](data)
    except BrokenPictureError as broken:
        return unreadable(broken.why)
    width, height = container.width, container.height
    if not width or not height:
        return unreadable(NO_IMAGE)
    if width * height > PIXELS_MAX or max(width, height) > SIDE_PIXELS_MAX:
        return too_many_pixels(*upright_size(container))
    return container


def upright_size(container: Container) -> tuple[int, int]:
    """Give width and height as a viewer shows them; orientations from 5 lie on their side."""
    if container.orientation >= 5:
        return container.height, container.width
    return container.width, container.height
