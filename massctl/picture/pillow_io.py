"""Pictures through Pillow: read what a picture declares, decode it to upright sRGB, encode it as JPEG or PNG.

Every exception of Pillow becomes a FaultError. Every option of an encoder is written out, so that no default
decides bytes. Scaling is bicubic because its weights are polynomials: Lanczos calls sin(), which differs in the last
bit between C libraries.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

# Where the plugin of WebP is not there yet, Pillow imports all of its forty.
from PIL import GifImagePlugin, Image, ImageCms, JpegImagePlugin, WebPImagePlugin

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.picture.formats import (
    ENDS_TOO_EARLY,
    NOT_DECODABLE,
    Bare,
    Format,
    Metadata,
    bare_jpeg,
    bare_png,
    metadata_of_webp,
    orientation_of,
    too_many_pixels,
    unreadable,
)
from massctl.picture.limits import (
    ANIMATION_PIXELS_MAX,
    FRAMES_MAX,
    JPEG_MIDDLE,
    JPEG_SETTINGS,
    PIXELS_MAX,
    SIDE_PIXELS_MAX,
)

# Sizes are judged here, and told as diagnostics.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

FEWER_FRAMES = Phrase("use fewer frames or a smaller size")
_PROFILE_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""The colour space an ICC profile names -> Pillow's mode for it."""
_SRGB_PRIMARIES = (
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.71410),
)
"""Adapted to D50. Source: IEC 61966-2-1, as in the ICC's own sRGB profiles."""
_PRIMARIES_TOLERANCE = 0.004
"""Profiles of sRGB differ in the fourth decimal; those of other spaces in the second."""
_LUMINANCE_SUM = 3688
"""Of libjpeg's quantisation table at quality 50. Source: ITU T.81, table K.1."""
_PALETTE_COLOURS_MAX = 256
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what makes it upright."""


class Opened(Frozen):
    """What a picture declares; it is small enough to decode, and no pixel was decoded."""

    format: Format
    bare: bytes
    """What a decoder needs; of a JPEG without what the camera wrote."""
    width: int
    """Pixels, as a viewer shows the picture."""
    height: int
    frames: int
    orientation: int
    """EXIF orientation, 1 to 8."""
    is_srgb: bool
    """The numbers of its pixels are sRGB: it is no CMYK, and no profile says otherwise."""
    finest: tuple[int, str]
    """Quality and subsampling beyond which a JPEG of it would only hold what it lost before."""
    metadata: Metadata


def open_picture(data: bytes, format_: Format) -> Opened:
    """Open a picture and judge what it declares. Raises FaultError."""
    bare = {Format.JPEG: bare_jpeg, Format.PNG: bare_png}.get(format_, Bare)(data)
    with _hostile():
        image = _open(bare.data, format_)
        metadata = bare.metadata
        frames = bare.frames
        if isinstance(image, WebPImagePlugin.WebPImageFile):
            metadata = metadata_of_webp(data, image.info.get("exif"), image.info.get("xmp"))
            frames = image.n_frames
        elif format_ is Format.GIF:
            frames = GifImagePlugin.GifImageFile(_WholeFile(data)).n_frames
            _judge_motion(frames, image.size)
        orientation = orientation_of(metadata.exif)
        width, height = image.size if orientation < 5 else image.size[::-1]
        is_srgb = image.mode != "CMYK" and _is_srgb(image.info.get("icc_profile"))
        finest = _finest(image, bare.data)
        return Opened(
            format_, bare.data, width, height, frames, orientation, is_srgb, finest, metadata
        )


def decode(opened: Opened, needed: tuple[int, int] | None = None) -> Image.Image:
    """Decode the pixels, of a GIF those of all frames. Raises FaultError.

    The result is as stored: not upright, in its own colours. Of a GIF it is the last frame. A JPEG of which fewer
    pixels are `needed`, as a viewer shows it, may be decoded at a half, a quarter or an eighth of its size: all of
    its data are read nevertheless.
    """
    with _hostile():
        image = _open(opened.bare, opened.format)
        if needed is not None:
            image.draft(image.mode, needed if opened.orientation < 5 else needed[::-1])
        image.load()
        for frame in range(1, opened.frames if opened.format is Format.GIF else 1):
            image.seek(frame)
            # The canvas can grow with each frame.
            _judge_size(image.size)
            _judge_motion(opened.frames, image.size)
            image.load()
        return image


def normalise(image: Image.Image, opened: Opened) -> Image.Image:
    """Return a picture that looks like `image` in a viewer: RGB, or RGBA if a pixel is transparent, without metadata.

    Raises FaultError if its palette or its transparency is invalid.
    """
    with _hostile():
        profile = image.info.get("icc_profile")
        colours, alpha = _split(image, opened)
        # Of 60 megapixels the decoder holds a gigabyte; nothing needs it any more.
        del image
        colours = _to_srgb(colours, profile)
        if alpha is not None and alpha.getextrema() != (255, 255):
            colours.putalpha(alpha)
        turn = _TURNS.get(opened.orientation)
        colours = colours if turn is None else colours.transpose(turn)
        colours.info = {}
        return colours


def resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale a normalised picture."""
    return (
        image
        if image.size == size
        else image.resize(size, Image.Resampling.BICUBIC, reducing_gap=None)
    )


def as_jpeg(image: Image.Image, quality: int, subsampling: str) -> bytes:
    """Encode a normalised picture of mode RGB as baseline JPEG."""
    out = BytesIO()
    image.save(
        out,
        format="JPEG",
        quality=quality,
        subsampling=subsampling,
        # With optimised Huffman tables Pillow guesses the buffer and fails on noisy pictures.
        optimize=False,
        progressive=False,
        smooth=0,
        keep_rgb=False,
        streamtype=0,
        dpi=(0, 0),
        restart_marker_blocks=0,
        restart_marker_rows=0,
        qtables=None,
        icc_profile=None,
        exif=b"",
        xmp=b"",
        comment=b"",
        extra=b"",
    )
    return out.getvalue()


def as_png(image: Image.Image) -> bytes:
    """Encode a normalised picture as PNG, with a palette where few colours are in it."""
    if image.mode == "RGB" and image.getcolors(_PALETTE_COLOURS_MAX):
        # There are as many boxes as colours, so that each colour stays as it is.
        image = image.quantize(
            _PALETTE_COLOURS_MAX, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    out = BytesIO()
    image.save(
        out,
        format="PNG",
        optimize=False,
        compress_level=6,
        compress_type=1,  # Z_FILTERED, made for the output of PNG's row filters.
        dictionary=b"",
        bits=8,
        icc_profile=None,
        exif=b"",
        pnginfo=None,
        dpi=None,
        transparency=None,
    )
    return out.getvalue()


class _WholeFile(BytesIO):
    """A file that fails on short reads: Pillow accepts a truncated GIF otherwise."""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if size is not None and len(found) < size:
            raise unreadable(ENDS_TOO_EARLY)
        return found


@contextmanager
def _hostile() -> Iterator[None]:
    """Turn whatever Pillow raises inside the block into FaultError.

    Damaged bytes make it raise a dozen kinds (OSError, SyntaxError, struct.error, IndexError, …). To us
    they all mean the same, and their texts are not for people.
    """
    try:
        yield
    except FaultError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_many_pixels(None) from None
    except Exception:
        raise unreadable(NOT_DECODABLE) from None


def _open(data: bytes, format_: Format) -> Image.Image:
    image = Image.open(BytesIO(data), formats=[format_.name])
    _judge_size(image.size)
    return image


def _judge_size(size: tuple[int, int]) -> None:
    if size[0] * size[1] > PIXELS_MAX or max(size) > SIDE_PIXELS_MAX:
        raise too_many_pixels(size)


def _judge_motion(frames: int, size: tuple[int, int]) -> None:
    """Refuse an animated GIF that takes too long to prove sound."""
    if frames > FRAMES_MAX or frames * size[0] * size[1] > ANIMATION_PIXELS_MAX:
        raise FaultError(
            Fault(
                "MC205",
                Phrase(
                    "the GIF has {frames} frames of {width}x{height} pixels, which takes too long to check",
                    frames=frames,
                    width=size[0],
                    height=size[1],
                ),
                FEWER_FRAMES,
            )
        )


def _finest(image: Image.Image, data: bytes) -> tuple[int, str]:
    """Estimate how fine the picture is, as quality and subsampling of a JPEG."""
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        # How libjpeg makes a table of a quality, read backwards.
        percent = sum(image.quantization[0]) * 100 / _LUMINANCE_SUM
        quality = round(100 - percent / 2 if percent <= 100 else 5000 / percent)
        is_coarse = JpegImagePlugin.get_sampling(image) in (1, 2)
        return max(1, quality), "4:2:0" if is_coarse else "4:4:4"
    is_lossy_webp = isinstance(image, WebPImagePlugin.WebPImageFile) and b"VP8L" not in data
    return JPEG_MIDDLE if is_lossy_webp else JPEG_SETTINGS[0]


def _is_srgb(profile: bytes | None) -> bool:
    """Return whether colours mean in this profile what they mean without one."""
    if not profile:
        return True
    try:
        said = ImageCms.ImageCmsProfile(BytesIO(profile)).profile
        space = said.xcolor_space
        primaries = (said.red_colorant, said.green_colorant, said.blue_colorant)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    return space == "RGB " and all(
        primary is not None
        and all(abs(a - b) <= _PRIMARIES_TOLERANCE for a, b in zip(primary[0], due, strict=True))
        for primary, due in zip(primaries, _SRGB_PRIMARIES, strict=True)
    )


def _split(image: Image.Image, opened: Opened) -> tuple[Image.Image, Image.Image | None]:
    """Part the picture into opaque L, RGB or CMYK, and the channel of its transparency."""
    key = image.info.get("transparency")
    if image.mode == "I;16":
        # Pillow would clip 16-bit grey at 255; scaled by a power of two it is exact. Pixels that share the
        # high byte of the transparent grey become transparent too, which nobody can see.
        image = image.point(lambda value: value * (1 / 256) + 0).convert("L")
    if image.mode in {"L", "RGB"} and key is not None:
        # PNG gives the transparent colour in the file's own depth (the ninth byte of its header), Pillow the pixels
        # in 8 bits.
        depth = opened.bare[24] if opened.format is Format.PNG else 8
        image = image.copy()
        image.info["transparency"] = (
            tuple(_as_8_bit(each, depth) for each in key)
            if isinstance(key, tuple)
            else _as_8_bit(key, depth)
        )
    if image.has_transparency_data:
        with_alpha = _in_mode(image, "RGBA")
        return with_alpha.convert("RGB"), with_alpha.getchannel("A")
    if image.mode in {"1", "L"}:
        return _in_mode(image, "L"), None
    return _in_mode(image, "CMYK" if image.mode == "CMYK" else "RGB"), None


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    """Convert without the copy that Pillow makes where nothing changes."""
    return image if image.mode == mode else image.convert(mode)


def _as_8_bit(value: int, bit_depth: int) -> int:
    return value >> 8 if bit_depth == 16 else value * 255 // ((1 << bit_depth) - 1)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert to RGB through the embedded profile; without a usable one, take the numbers as sRGB."""
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
