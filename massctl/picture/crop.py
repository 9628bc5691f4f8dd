"""Cut off the edges of a picture that its document does not show."""

from massctl.picture.ai_mark import is_marked, mark_packet
from massctl.picture.formats import Format, sniff, with_xmp
from massctl.picture.pillow_io import as_jpeg, as_png, decode, normalise, open_picture

_QUALITY = 95


def cropped(data: bytes, edges: tuple[float, float, float, float]) -> bytes:
    """Cut the left, top, right and bottom off, each a part of 1; a mark of AI stays. Raises FaultError."""
    opened = open_picture(data, sniff(data) or Format.PNG)
    image = normalise(decode(opened), opened)
    left, top, right, bottom = edges
    width, height = image.size
    first, above = min(int(left * width), width - 1), min(int(top * height), height - 1)
    last, below = (
        max(width - int(right * width), first + 1),
        max(height - int(bottom * height), above + 1),
    )
    part = image.crop((first, above, last, below))
    is_jpeg = opened.format is Format.JPEG and part.mode == "RGB"
    made = as_jpeg(part, _QUALITY, "4:4:4") if is_jpeg else as_png(part)
    return with_xmp(made, mark_packet(opened.metadata)) if is_marked(opened.metadata) else made
