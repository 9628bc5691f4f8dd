"""Pixels out of a walked container, all of them, or the reason why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from massctl.picture.container import CONTRADICTION, NOT_DECODABLE, BrokenPictureError, Container
from massctl.picture.png import check_pixel_data
from massctl.picture.sniff import Format

if TYPE_CHECKING:
    from PIL import ImageFile


def decode(data: bytes, container: Container) -> "ImageFile.ImageFile":
    """Decode the picture, a GIF with all its frames; raises BrokenPictureError.

    What comes back is as stored: not upright, in its own colours; of a GIF it is the last frame.
    """
    if container.format is Format.PNG:
        check_pixel_data(data)
    with hostile_bytes():
        image = _open(container.essence_of(data), container.format)
        # A GIF's canvas can grow with later frames, and the walk has bounded the largest.
        if container.format is not Format.GIF and image.size != (container.width, container.height):
            raise BrokenPictureError(CONTRADICTION)
        image.load()
        for frame in range(1, container.frames if container.format is Format.GIF else 1):
            image.seek(frame)
            image.load()
        return image


@contextmanager
def hostile_bytes() -> Iterator[None]:
    """Turn whatever Pillow raises inside the block into BrokenPictureError.

    Damaged bytes make it raise a dozen kinds (OSError, SyntaxError, struct.error, IndexError, …). To us
    they all mean the same, and their texts are not for people.
    """
    try:
        yield
    except BrokenPictureError:
        raise
    except Exception:
        raise BrokenPictureError(NOT_DECODABLE) from None


def _open(essence: bytes, format_: Format) -> "ImageFile.ImageFile":
    """Open with the decoder of exactly this format.

    `Image.open` would try all of Pillow's some forty formats, and would warn through the process-wide
    warning filters about sizes that were judged already.
    """
    # Pillow is imported only when a picture is decoded: it is the slowest import of the room.
    from PIL.BmpImagePlugin import BmpImageFile
    from PIL.GifImagePlugin import GifImageFile
    from PIL.JpegImagePlugin import JpegImageFile
    from PIL.PngImagePlugin import PngImageFile
    from PIL.WebPImagePlugin import WebPImageFile

    plugins: dict[Format, type[ImageFile.ImageFile]] = {
        Format.JPEG: JpegImageFile,
        Format.PNG: PngImageFile,
        Format.GIF: GifImageFile,
        Format.WEBP: WebPImageFile,
        Format.BMP: BmpImageFile,
    }
    return plugins[format_](BytesIO(essence))
