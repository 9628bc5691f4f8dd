"""What a picture declares, before a pixel is decoded."""

import struct
import subprocess
import sys
import zlib

import pytest
from picture_samples import (
    EVERY_FORMAT,
    animated,
    chunk,
    load,
    oriented,
    png,
    save,
    scene,
    swapped_profile,
)
from PIL import ImageCms

from massctl.model.diagnostics import FaultError
from massctl.picture.formats import orientation_of, size_text, sniff
from massctl.picture.pillow_io import Opened, open_picture


def opened(data: bytes) -> Opened:
    format_ = sniff(data)
    assert format_ is not None
    return open_picture(data, format_)


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_size_and_frames_are_what_pillow_finds(name: str) -> None:
    image, found = load(EVERY_FORMAT[name]), opened(EVERY_FORMAT[name])
    assert (*image.size, getattr(image, "n_frames", 1)) == (found.width, found.height, found.frames)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_size_is_what_a_viewer_shows(format_: str) -> None:
    found = opened(save(scene(60, 20), format_, exif=oriented(6)))
    assert (20, 60, 6) == (found.width, found.height, found.orientation)


def test_frames_of_an_animated_png_and_webp() -> None:
    assert [3, 3] == [opened(animated(format_)).frames for format_ in ("PNG", "WEBP")]


def test_bitmap_with_rows_from_the_top() -> None:
    data = bytearray(save(scene(60, 20), "BMP"))
    data[22:26] = struct.pack("<i", -20)
    assert (60, 20) == (opened(bytes(data)).width, opened(bytes(data)).height)


def test_old_bitmap_header() -> None:
    pixels = b"\x10\x20\x30\0" * 2
    header = struct.pack("<IHHIIHHHH", 26 + len(pixels), 0, 0, 26, 12, 1, 2, 1, 24)
    assert (1, 2) == (opened(b"BM" + header + pixels).width, opened(b"BM" + header + pixels).height)


def test_gif_canvas_grows_to_its_frames() -> None:
    data = bytearray(EVERY_FORMAT["gif"])
    data[6:10] = b"\1\0\1\0"
    assert (64, 48) == (opened(bytes(data)).width, opened(bytes(data)).height)


@pytest.mark.parametrize(
    "exif",
    [b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"XX*\0\x08\0\0\0"],
)
def test_damaged_exif_means_upright(exif: bytes) -> None:
    assert orientation_of(exif) == 1


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_orientation_out_of_range_means_upright(value: int) -> None:
    exif = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, value, 0, 0)
    assert orientation_of(exif) == 1


def test_orientation_of_another_type_means_upright() -> None:
    exif = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 4, 1, 6, 0, 0)
    assert orientation_of(exif) == 1


def test_directory_without_orientation_means_upright() -> None:
    exif = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0100, 3, 1, 6, 0, 0)
    assert orientation_of(exif) == 1


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
NO_SPACE = SRGB[:16] + b"R\xfd\xfe\xff" + SRGB[20:]
"""Its colour space has a name that is no text."""


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_srgb_is_known_by_its_primaries(format_: str) -> None:
    assert opened(save(scene(), format_, icc_profile=SRGB)).is_srgb
    assert opened(save(scene(), format_)).is_srgb


@pytest.mark.parametrize(
    "profile", [swapped_profile(), LAB, NO_SPACE, SRGB[:140], SRGB[:20], b"x" * 200]
)
def test_every_other_profile_is_not_srgb(profile: bytes) -> None:
    assert not opened(save(scene(), "JPEG", icc_profile=profile)).is_srgb


def test_a_profile_that_would_fill_memory_is_refused() -> None:
    bomb = chunk(b"iCCP", b"name\0\0" + zlib.compress(bytes(1 << 28)))
    with pytest.raises(FaultError):
        opened(png(1, 1, zlib.compress(b"\0\0"), extra=bomb))


@pytest.mark.parametrize(
    ("width", "height", "word"),
    [
        (60_000, 60_000, "more than 60 megapixels"),
        (9_000, 6_700, "9000x6700 pixels, more than 60 megapixels"),
        (65_536, 1, "no side"),
    ],
)
def test_too_many_pixels_is_a_fault_before_decoding(width: int, height: int, word: str) -> None:
    with pytest.raises(FaultError) as refused:
        opened(png(width, height, zlib.compress(b"")))
    assert ("MC205", True) == (
        refused.value.fault.code,
        word in refused.value.fault.message,
    )


def test_a_warning_of_pillows_is_not_shown() -> None:
    code = (
        "import sys; from massctl.picture.prepare import prepare_inline; "
        "print(prepare_inline(sys.stdin.buffer.read()).message)"
    )
    data = png(12_000, 12_000, zlib.compress(b""))
    run = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert (b"the picture is 12000x12000 pixels, more than 60 megapixels", b"") == (
        run.stdout.strip(),
        run.stderr,
    )


@pytest.mark.parametrize(
    ("expected", "count"),
    [
        ("1 KB", 0),
        ("1 KB", 1499),
        ("2 KB", 1500),
        ("912 KB", 912_000),
        ("1.0 MB", 1_000_000),
        ("4.2 MB", 4_150_000),
    ],
)
def test_sizes_read_like_sizes(expected: str, count: int) -> None:
    assert expected == size_text(count)
