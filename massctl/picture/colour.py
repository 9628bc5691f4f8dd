"""Whatever a decoder gives, as upright 8-bit sRGB, with transparency only where some pixel is transparent."""

from io import BytesIO
from typing import TYPE_CHECKING, Final

from massctl.picture.decode import hostile_bytes

if TYPE_CHECKING:
    from PIL import Image

_PROFILE_MODES: Final = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""The colour space an ICC profile names -> Pillow's mode for it."""


def normalise(image: "Image.Image", orientation: int, bit_depth: int) -> "Image.Image":
    """Give a picture of mode RGB or RGBA that carries no metadata and looks like `image` in a viewer.

    Raises BrokenPictureError where its palette or transparency is nonsense.
    """
    with hostile_bytes():
        profile = image.info.get("icc_profile")
        colours, alpha = _split(image, bit_depth)
        # Of 60 megapixels the decoder holds a gigabyte; nothing needs it any more.
        del image
        colours = _to_srgb(colours, profile if isinstance(profile, bytes) else None)
        if alpha is not None and alpha.getextrema() != (255, 255):
            colours.putalpha(alpha)
        colours = _upright(colours, orientation)
        colours.info = {}
        return colours


def _split(image: "Image.Image", bit_depth: int) -> "tuple[Image.Image, Image.Image | None]":
    """Part the picture into opaque L, RGB or CMYK, and the channel of its transparency."""
    if image.mode == "I;16":
        # Pillow would clip 16-bit grey at 255; scaled by a power of two it is exact. Pixels that share the
        # high byte of the transparent grey become transparent too, which nobody can see.
        key = image.info.get("transparency")
        image = image.point(lambda value: value * (1 / 256) + 0).convert("L")
        if key is not None:
            image.info["transparency"] = key
    key = image.info.get("transparency")
    if image.mode in {"L", "RGB"} and key is not None:
        # PNG gives the transparent colour in the file's own depth, Pillow the pixels in 8 bits.
        image = image.copy()
        image.info["transparency"] = (
            tuple(_as_8_bit(k, bit_depth) for k in key) if isinstance(key, tuple) else _as_8_bit(key, bit_depth)
        )
    if image.has_transparency_data:
        with_alpha = _in_mode(image, "RGBA")
        return with_alpha.convert("RGB"), with_alpha.getchannel("A")
    if image.mode in {"1", "L"}:
        return _in_mode(image, "L"), None
    return _in_mode(image, "CMYK" if image.mode == "CMYK" else "RGB"), None


def _in_mode(image: "Image.Image", mode: str) -> "Image.Image":
    """Convert without the copy that Pillow makes where nothing changes."""
    return image if image.mode == mode else image.convert(mode)


def _as_8_bit(value: int, bit_depth: int) -> int:
    return value >> 8 if bit_depth == 16 else value * 255 // ((1 << bit_depth) - 1)


def _to_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Convert to RGB through the embedded profile; without a usable one, take the numbers as sRGB."""
    from PIL import ImageCms

    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            mode = _PROFILE_MODES.get(source.profile.xcolor_space)
            # A profile of another colour space than the pixels is ignored, as browsers do; but grey
            # and RGB convert into each other (an RGB profile is common on grey pixels).
            if mode and (mode == image.mode or {mode, image.mode} == {"RGB", "L"}):
                converted = ImageCms.profileToProfile(
                    _in_mode(image, mode),
                    source,
                    ImageCms.createProfile("sRGB"),
                    renderingIntent=ImageCms.Intent.PERCEPTUAL,
                    outputMode="RGB",
                    inPlace=False,
                    flags=ImageCms.Flags.NONE,
                )
                if converted is not None:
                    return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A damaged profile says nothing about the pixels; viewers show the picture without it.
            return _in_mode(image, "RGB")
    return _in_mode(image, "RGB")


def _upright(image: "Image.Image", orientation: int) -> "Image.Image":
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return image if turn is None else image.transpose(turn)
