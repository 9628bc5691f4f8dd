"""Make a picture acceptable to WeChat, or return why that is impossible: the rules, and nothing about formats.

Inline pictures (inside an article) go to media/uploadimg, which takes JPEG and PNG below 1 MB; GIFs go to
material/add_material instead. Covers always go to add_material. A picture that WeChat takes, that is upright and in
sRGB, passes untouched, but for what a camera wrote into it. It is encoded again only if a JPEG is smaller
whatever it shows. Only the source decides, so each machine decides the same. All data are decoded once, so
that a damaged picture is found here and not by a follower. The mark of a picture that an AI made is always kept.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.frozen import Frozen
from massctl.model.message import Purpose
from massctl.model.phrase import Phrase
from massctl.picture.ai_mark import is_marked, mark_packet, tells_of_camera
from massctl.picture.formats import (
    XMP_AROUND_BYTES,
    Format,
    size_text,
    sniff,
    unsupported,
    with_xmp,
)
from massctl.picture.limits import (
    INLINE_BYTES_BELOW,
    INLINE_BYTES_TARGET,
    INLINE_WIDTH_MAX,
    JPEG_MIDDLE,
    JPEG_SETTINGS,
    JPEG_SIDE_PIXELS_MAX,
    MATERIAL_BYTES_MAX,
    MATERIAL_BYTES_TARGET,
    PANORAMA_RATIO,
    PHOTO_BYTES_A_PIXEL,
    PHOTO_BYTES_MIN,
    PRODUCED_PIXELS_MAX,
    PRODUCED_SHORT_SIDE_MAX,
    PRODUCED_WIDTH_MIN,
    SIZE_STEPS,
    SOURCE_BYTES_MAX,
)
from massctl.picture.pillow_io import (
    FEWER_FRAMES,
    Opened,
    as_jpeg,
    as_png,
    decode,
    normalise,
    open_picture,
    resized,
)

if TYPE_CHECKING:
    from PIL import Image


_ANY_SIZE = (1, 1)
"""Where only the soundness of a picture is asked."""


class Prepared(Frozen):
    """A picture that WeChat takes."""

    hidden_fields = ("data",)

    data: bytes
    purpose: Purpose
    format: Format
    """What `data` is; extension and Content-Type follow from it."""
    note: Phrase | None
    """What was done, for people; None where the bytes are untouched."""
    laid_out: tuple[int, int]
    """The pixels by which articles are laid out: those before it was made smaller until it fits.

    How small that is depends on the encoder, and articles come out the same on every processor.
    """
    lost_c2pa: bool = False
    """A manifest of C2PA was there, whose signature cannot hold for `data`."""
    has_new_mark: bool = False
    """The AI mark was written anew into `data`."""


class Encoded(Frozen):
    """An encoded picture that fits."""

    data: bytes
    format: Format
    size: tuple[int, int]


def prepare_inline(data: bytes) -> Prepared | Fault:
    """Prepare a picture for the inside of an article; GIFs become material."""
    return _value(data, Purpose.IMAGE)


def prepare_cover(data: bytes) -> Prepared | Fault:
    """Prepare the cover of an article, which is always material."""
    return _value(data, Purpose.MATERIAL)


def _value(data: bytes, wanted: Purpose) -> Prepared | Fault:
    try:
        return _prepared(data, wanted)
    except FaultError as refused:
        return refused.fault


def _prepared(data: bytes, wanted: Purpose) -> Prepared:
    size_bytes = len(data)
    if size_bytes > SOURCE_BYTES_MAX:
        raise FaultError(
            Fault(
                "MC205",
                Phrase(
                    "the file has {size}, more than the {limit} that massctl reads",
                    size=size_text(size_bytes),
                    limit=size_text(SOURCE_BYTES_MAX),
                ),
                Phrase("save it smaller"),
            )
        )
    format_ = sniff(data)
    if format_ is None:
        raise unsupported(data)
    purpose = Purpose.MATERIAL if format_ is Format.GIF else wanted
    passes = _passes(format_, size_bytes, purpose)
    if format_ is Format.GIF and not passes:
        raise FaultError(
            Fault(
                "MC205",
                Phrase(
                    "the GIF has {size}, but WeChat accepts at most {limit}",
                    size=size_text(size_bytes),
                    limit="10 MB",
                ),
                FEWER_FRAMES,
            )
        )
    opened = open_picture(data, format_)
    if opened.frames > 1 and not passes:
        # A converted picture would silently stand still.
        raise FaultError(
            Fault(
                "MC204",
                Phrase("WeChat does not accept an animated {name} like this", name=format_.label),
                Phrase("save it as {formats}", formats="GIF"),
            )
        )
    moves = opened.frames > 1 or format_ is Format.GIF
    may_stay = passes and (moves or (opened.orientation == 1 and opened.is_srgb))
    if may_stay and (moves or purpose is Purpose.MATERIAL or not _is_heavy(opened)):
        decode(opened, _ANY_SIZE)
        return _untouched(data, opened, purpose)
    size = (opened.width, opened.height)
    if purpose is Purpose.IMAGE:
        size = within(*size, _width_max(*size))
    upright = normalise(decode(opened, size), opened)
    if may_stay and upright.mode == "RGBA":
        # It looked like a photograph, and JPEG knows no transparency.
        return _untouched(data, opened, purpose)
    finest = _coarser(opened.finest, JPEG_MIDDLE) if may_stay else opened.finest
    return _converted(upright, opened, size_bytes, purpose, finest, size)


def _passes(format_: Format, size_bytes: int, purpose: Purpose) -> bool:
    """Return whether WeChat takes the bytes as they are."""
    if purpose is Purpose.IMAGE:
        return format_ in {Format.JPEG, Format.PNG} and size_bytes < INLINE_BYTES_BELOW
    return format_ is not Format.WEBP and size_bytes <= MATERIAL_BYTES_MAX


def _is_heavy(opened: Opened) -> bool:
    """Return whether a JPEG at JPEG_MIDDLE is smaller for sure: a PNG of a photograph, a JPEG that is too wide."""
    width = opened.width
    height = opened.height
    if opened.format is Format.JPEG:
        width, height = within(width, height, _width_max(width, height))
        if width == opened.width:
            return False
    return len(opened.bare) >= max(PHOTO_BYTES_MIN, PHOTO_BYTES_A_PIXEL * width * height)


def _untouched(data: bytes, opened: Opened, purpose: Purpose) -> Prepared:
    """Take the bytes as they are, but for what a camera writes into them: where and when, and with what."""
    size = (opened.width, opened.height)
    metadata = opened.metadata
    has_camera = tells_of_camera(metadata)
    may_keep_all = (is_marked(metadata) or metadata.has_c2pa) and not has_camera
    # What stands behind the end of the image belongs to nobody.
    if opened.format is not Format.JPEG or may_keep_all or data.startswith(opened.bare):
        return Prepared(data, purpose, opened.format, note=None, laid_out=size)
    mark = mark_packet(metadata)
    kept = with_xmp(opened.bare, mark)
    say = Phrase("removed the camera's metadata, {before} -> {after}")
    if not has_camera:
        say = Phrase("removed what an editor wrote beside the pixels, {before} -> {after}")
    note = _marked(Phrase(say, before=size_text(len(data)), after=size_text(len(kept))), mark)
    return Prepared(kept, purpose, opened.format, note, size, metadata.has_c2pa, bool(mark))


def _converted(
    upright: "Image.Image",
    opened: Opened,
    size_bytes: int,
    purpose: Purpose,
    finest: tuple[int, str],
    size: tuple[int, int],
) -> Prepared:
    """Encode normalised pixels for the endpoint, a photograph at most at a size."""
    target = INLINE_BYTES_TARGET if purpose is Purpose.IMAGE else MATERIAL_BYTES_TARGET
    mark = mark_packet(opened.metadata)
    room = target - len(mark) - XMP_AROUND_BYTES if mark else target
    is_drawing = opened.format is Format.PNG and not _is_heavy(opened)
    encoded = encode_drawing(upright, room) if is_drawing else None
    encoded = encoded or _encode_to_fit(resized(upright, size), room, finest)
    if encoded is None:
        raise FaultError(
            Fault(
                "MC205",
                Phrase(
                    "the picture has {size} and cannot be made smaller than {limit} and still readable",
                    size=size_text(size_bytes),
                    limit=size_text(target),
                ),
                Phrase("save it smaller, or cut it"),
            )
        )
    encoded = replace(encoded, data=with_xmp(encoded.data, mark))
    note = _marked(_note(opened, size_bytes, encoded), mark)
    laid_out = upright.size if is_drawing else size
    return Prepared(
        encoded.data, purpose, encoded.format, note, laid_out, opened.metadata.has_c2pa, bool(mark)
    )


def encode_drawing(image: "Image.Image", bytes_max: int) -> Encoded | None:
    """Encode a normalised drawing or screenshot as PNG at its own size; None if it does not fit."""
    if image.width * image.height > PRODUCED_PIXELS_MAX:
        return None
    data = as_png(image)
    return Encoded(data, Format.PNG, image.size) if len(data) <= bytes_max else None


def _encode_to_fit(image: "Image.Image", bytes_max: int, finest: tuple[int, str]) -> Encoded | None:
    """Encode a normalised picture into at most `bytes_max`: RGB as baseline JPEG, RGBA as PNG.

    One fixed ladder of sizes and qualities is taken from the top, with no quality above `finest`. Gives None where the
    picture would have to be scaled below PRODUCED_WIDTH_MIN.
    """
    is_jpeg = image.mode == "RGB"
    settings = (
        list(dict.fromkeys(_coarser(each, finest) for each in JPEG_SETTINGS)) if is_jpeg else [None]
    )
    # Bytes a pixel only grow when a picture shrinks, so a size whose pixels would not fit even at the rate
    # of the last try is skipped unseen.
    tried_bytes = 0
    tried_pixels = 1
    for size in _sizes(*image.size, JPEG_SIDE_PIXELS_MAX if is_jpeg else None):
        pixels = size[0] * size[1]
        if tried_bytes * pixels > bytes_max * tried_pixels:
            continue
        scaled = resized(image, size)
        for setting in settings:
            data = as_jpeg(scaled, *setting) if setting else as_png(scaled)
            if len(data) <= bytes_max:
                return Encoded(data, Format.JPEG if is_jpeg else Format.PNG, size)
            tried_bytes = len(data)
            tried_pixels = pixels
    return None


def _coarser(one: tuple[int, str], other: tuple[int, str]) -> tuple[int, str]:
    """Return the lower quality and the coarser colours; 4:2:0 sorts before 4:4:4."""
    return min(one[0], other[0]), min(one[1], other[1])


def _width_max(width: int, height: int) -> int:
    """Return how wide a converted photograph of that size may stay inside an article."""
    return width if width > PANORAMA_RATIO * height else min(width, INLINE_WIDTH_MAX)


def within(width: int, height: int, width_max: int) -> tuple[int, int]:
    """Return a picture's size at most `width` wide, rounded half up; a line one pixel thick stays."""
    if width <= width_max:
        return width, height
    return width_max, max(1, (2 * height * width_max + width) // (2 * width))


def _sizes(width: int, height: int, side_max: int | None) -> Iterator[tuple[int, int]]:
    """Return the sizes to try, the original first, without those that are never produced."""
    for step in range(SIZE_STEPS, 0, -1):
        # Rounded half up in integers; a line one pixel thick stays.
        new_width = max(1, (2 * width * step + SIZE_STEPS) // (2 * SIZE_STEPS))
        new_height = max(1, (2 * height * step + SIZE_STEPS) // (2 * SIZE_STEPS))
        is_scaled = step < SIZE_STEPS
        if is_scaled and new_width < PRODUCED_WIDTH_MIN:
            return
        if is_scaled and min(new_width, new_height) > PRODUCED_SHORT_SIDE_MAX:
            continue
        if new_width * new_height > PRODUCED_PIXELS_MAX:
            continue
        if side_max is None or max(new_width, new_height) <= side_max:
            yield new_width, new_height


def _marked(done: Phrase, mark: bytes) -> Phrase:
    return Phrase("{done}; the AI mark was kept", done=done) if mark else done


def _note(opened: Opened, size_bytes: int, encoded: Encoded) -> Phrase:
    """Return what was done to the bytes."""
    before = size_text(size_bytes)
    after = size_text(len(encoded.data))
    if (opened.width, opened.height) != encoded.size:
        return Phrase(
            "scaled {width}x{height} -> {new_width}x{new_height}, re-encoded as {name}, {before} -> {after}",
            width=opened.width,
            height=opened.height,
            new_width=encoded.size[0],
            new_height=encoded.size[1],
            name=encoded.format.label,
            before=before,
            after=after,
        )
    if opened.format is encoded.format:
        return Phrase(
            "re-encoded as {name}, {before} -> {after}",
            name=encoded.format.label,
            before=before,
            after=after,
        )
    return Phrase(
        "converted from {source} to {name}, {before} -> {after}",
        source=opened.format.label,
        name=encoded.format.label,
        before=before,
        after=after,
    )
