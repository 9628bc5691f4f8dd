import struct
import subprocess
import sys
import zlib

import pytest
from picture_samples import EVERY_FORMAT, animated, load, masked_bitmap, oriented, png, save, scene

from massctl.picture.container import orientation_of
from massctl.picture.fault import size_text
from massctl.picture.measure import Measure, measure
from massctl.picture.prepare import PictureFault
from massctl.picture.sniff import Format


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_measure_agrees_with_pillow(name: str) -> None:
    image = load(EVERY_FORMAT[name])
    measured = measure(EVERY_FORMAT[name])
    assert isinstance(measured, Measure)
    expected = (*image.size, getattr(image, "n_frames", 1))
    assert expected == (measured.width, measured.height, measured.frames)


@pytest.mark.parametrize("name", [n for n in EVERY_FORMAT if n != "animated gif"])
def test_transparency_is_declared(name: str) -> None:
    measured = measure(EVERY_FORMAT[name])
    assert isinstance(measured, Measure)
    assert ("alpha" in name or name in {"rgba png", "lossless webp"}) == measured.has_alpha


def test_alpha_mask_of_a_bitmap_counts() -> None:
    measured = measure(masked_bitmap())
    assert isinstance(measured, Measure)
    assert measured.has_alpha


def test_palette_transparency_counts() -> None:
    measured = measure(save(scene().quantize(16), "PNG", transparency=3))
    assert isinstance(measured, Measure)
    assert measured.has_alpha


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_size_is_what_a_viewer_shows(format_: str) -> None:
    measured = measure(save(scene(60, 20), format_, exif=oriented(6)))
    assert Measure(Format[format_], 20, 60, 1, has_alpha=False) == measured


def test_frames_of_an_animated_png_and_webp() -> None:
    frames = [m.frames for m in map(measure, (animated("PNG"), animated("WEBP"))) if isinstance(m, Measure)]
    assert frames == [3, 3]


def test_bitmap_with_rows_from_the_top() -> None:
    data = bytearray(save(scene(60, 20), "BMP"))
    data[22:26] = struct.pack("<i", -20)
    assert Measure(Format.BMP, 60, 20, 1, has_alpha=False) == measure(bytes(data))


def test_old_bitmap_header() -> None:
    pixels = b"\x10\x20\x30\0" * 2
    header = struct.pack("<IHHIIHHHH", 26 + len(pixels), 0, 0, 26, 12, 1, 2, 1, 24)
    data = b"BM" + header + pixels
    assert Measure(Format.BMP, 1, 2, 1, has_alpha=False) == measure(data)


def test_gif_canvas_grows_to_its_frames() -> None:
    data = bytearray(EVERY_FORMAT["gif"])
    data[6:10] = b"\1\0\1\0"
    measured = measure(bytes(data))
    assert isinstance(measured, Measure)
    assert (measured.width, measured.height) == (64, 48)


@pytest.mark.parametrize(
    "exif", [b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"XX*\0\x08\0\0\0"]
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


def test_measure_does_not_import_pillow() -> None:
    code = (
        "import sys; from massctl.picture.measure import measure; "
        "print(measure(sys.stdin.buffer.read()).width, any(m.startswith('PIL') for m in sys.modules))"
    )
    data = EVERY_FORMAT["jpeg"]
    run = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
    assert run.stdout.split() == [b"64", b"False"]


@pytest.mark.parametrize(
    ("width", "height", "word"),
    [(60_000, 60_000, "megapixels"), (65_536, 1, "no side"), (9_000, 6_700, "megapixels")],
)
def test_too_many_pixels_is_a_fault_before_decoding(width: int, height: int, word: str) -> None:
    fault = measure(png(width, height, zlib.compress(b"")))
    assert isinstance(fault, PictureFault)
    assert (fault.kind, word in fault.message) == ("too_many_pixels", True)


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
