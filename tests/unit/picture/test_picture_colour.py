"""What a follower sees of a picture that had to be converted."""

import struct
import zlib

import pytest
from picture_samples import (
    chunk,
    load,
    masked_bitmap,
    oriented,
    png,
    save,
    scene,
    see_through,
    swapped_profile,
)
from PIL import Image, ImageChops, ImageStat

from massctl.model.diagnostics import FaultError
from massctl.picture.formats import Format, sniff
from massctl.picture.pillow_io import decode, normalise, open_picture
from massctl.picture.prepare import Prepared, prepare_inline


def pixels_of(data: bytes) -> Image.Image:
    opened = open_picture(data, sniff(data) or Format.PNG)
    return normalise(decode(opened), opened)


def converted(data: bytes) -> Image.Image:
    prepared = prepare_inline(data)
    assert isinstance(prepared, Prepared), prepared
    assert prepared.note is not None
    return load(prepared.data)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean over all channels, 0 to 255."""
    return max(ImageStat.Stat(ImageChops.difference(one.convert("RGB"), other.convert("RGB"))).mean)


def heavy(image: Image.Image, **options: object) -> bytes:
    """A JPEG that is too heavy for uploadimg because of bytes after its end."""
    return save(image, "JPEG", quality=95, **options) + bytes(1_100_000)


def test_a_photo_looks_the_same_after_conversion() -> None:
    assert difference(scene(), converted(save(scene(), "BMP"))) < 2


UPRIGHT = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera that writes this orientation has stored an upright scene."""


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_is_applied(orientation: int) -> None:
    turn = UPRIGHT[orientation]
    stored = scene() if turn is None else scene().transpose(turn)
    image = converted(heavy(stored, exif=oriented(orientation)))
    assert image.size == (64, 48)
    assert difference(scene(), image) < 3


@pytest.mark.parametrize("format_", ["PNG", "WEBP"])
def test_orientation_of_other_containers_is_applied(format_: str) -> None:
    lossless = {"lossless": True} if format_ == "WEBP" else {}
    stored = scene().transpose(Image.Transpose.ROTATE_90)
    data = save(stored, format_, exif=oriented(6), **lossless)
    assert difference(scene(), pixels_of(data)) == 0


def test_metadata_is_dropped() -> None:
    exif = oriented(3)
    exif[0x010E] = "secret place"
    data = heavy(
        scene(), exif=exif, comment=b"secret words", icc_profile=swapped_profile(), dpi=(300, 300)
    )
    prepared = prepare_inline(data)
    assert isinstance(prepared, Prepared)
    assert [b"secret" in data, b"secret" in prepared.data] == [True, False]
    assert {"exif", "icc_profile", "comment", "dpi"} & load(prepared.data).info.keys() == set()


def test_metadata_of_a_png_is_dropped() -> None:
    data = save(
        see_through(scene()), "WEBP", exif=oriented(1), icc_profile=swapped_profile(), lossless=True
    )
    prepared = prepare_inline(data)
    assert isinstance(prepared, Prepared)
    assert load(prepared.data).info == {}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_embedded_profile_is_converted_to_srgb(mode: str) -> None:
    image = Image.new("RGB", (40, 40), (255, 0, 0))
    image = see_through(image) if mode == "RGBA" else image
    data = save(image, "WEBP", icc_profile=swapped_profile(), lossless=True)
    red, green, *_ = pixels_of(data).getpixel((30, 20))  # type: ignore[misc]
    assert (red < 60, green > 200) == (True, True)


def test_profile_of_rgb_on_grey_pixels_keeps_them_grey() -> None:
    data = heavy(scene().convert("L"), icc_profile=swapped_profile())
    assert difference(scene().convert("L"), converted(data)) < 3


def test_profile_of_another_colour_space_is_ignored() -> None:
    data = heavy(scene().convert("CMYK"), icc_profile=swapped_profile())
    assert difference(scene(), converted(data)) < 4


@pytest.mark.parametrize("profile", [b"not a profile", swapped_profile()[:300]])
def test_damaged_profile_is_ignored(profile: bytes) -> None:
    assert difference(scene(), pixels_of(save(scene(), "PNG", icc_profile=profile))) == 0


def test_transparency_is_kept_exactly() -> None:
    image = converted(save(see_through(scene()), "WEBP", lossless=True))
    expected = see_through(scene()).getchannel("A").tobytes()
    assert expected == image.getchannel("A").tobytes()


def test_alpha_mask_of_a_bitmap_is_kept() -> None:
    image = converted(masked_bitmap())
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(0, 0, 255, 0), (255, 0, 0, 255)]


def test_cmyk_jpeg_becomes_rgb() -> None:
    image = converted(heavy(scene().convert("CMYK")))
    assert (image.mode, difference(scene(), image) < 4) == ("RGB", True)


def test_16_bit_grey_keeps_its_shades() -> None:
    rows = b"".join(b"\0" + struct.pack(">4H", 0, 0x4000, 0x8000, 0xFFFF) for _ in range(2))
    image = pixels_of(png(4, 2, zlib.compress(rows), depth=16))
    assert [image.getpixel((x, 0))[0] for x in range(4)] == [0, 0x40, 0x80, 0xFF]  # type: ignore[index]


@pytest.mark.parametrize(
    ("depth", "row", "key"),
    [
        (16, struct.pack(">2H", 0x4321, 0xFFFF), 0x4321),
        (8, b"\x43\xff", 0x43),
        (4, b"\x4f", 4),
        (2, b"\x70", 1),
        (1, b"\x40", 0),
    ],
)
def test_transparent_grey_is_found_at_every_depth(depth: int, row: bytes, key: int) -> None:
    data = png(
        2, 1, zlib.compress(b"\0" + row), depth, extra=chunk(b"tRNS", struct.pack(">H", key))
    )
    assert list(pixels_of(data).getchannel("A").tobytes()) == [0, 255]


@pytest.mark.parametrize(
    ("depth", "row"), [(8, b"\1\2\3\xff\xff\xff"), (16, b"\1\0\2\0\3\0" + b"\xff" * 6)]
)
def test_transparent_colour_is_found_at_every_depth(depth: int, row: bytes) -> None:
    key = (1, 2, 3) if depth == 8 else (0x100, 0x200, 0x300)
    data = png(
        2,
        1,
        zlib.compress(b"\0" + row),
        depth,
        colour=2,
        extra=chunk(b"tRNS", struct.pack(">3H", *key)),
    )
    assert list(pixels_of(data).getchannel("A").tobytes()) == [0, 255]


def test_transparent_palette_entry_is_kept() -> None:
    data = save(scene().quantize(8), "PNG", transparency=bytes([0, 128] + [255] * 6))
    assert {0, 128, 255} == set(pixels_of(data).getchannel("A").tobytes())


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA"])
def test_normalised_pictures_have_one_of_two_modes(mode: str) -> None:
    image = see_through(scene()).convert(mode) if mode in {"LA", "RGBA"} else scene().convert(mode)
    expected = "RGBA" if mode in {"LA", "RGBA"} else "RGB"
    assert expected == pixels_of(save(image, "PNG")).mode


def test_nonsense_in_the_palette_is_a_broken_picture() -> None:
    image = Image.new("P", (2, 2))
    image.info["transparency"] = "nonsense"
    with pytest.raises(FaultError):
        normalise(image, open_picture(save(scene(), "PNG"), Format.PNG))
