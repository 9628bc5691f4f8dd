"""Truncated, forged and hostile files: a fault, never an exception, in bounded memory and time."""

import struct
import tracemalloc
import warnings
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from picture_samples import EVERY_FORMAT, PNG_MAGIC, chunk, noise, png, save, scene

from massctl.model.diagnostics import Fault
from massctl.picture.limits import INLINE_BYTES_BELOW, PARTS_MAX
from massctl.picture.prepare import Prepared, prepare_cover, prepare_inline


def fault_of(data: bytes) -> Fault:
    fault = prepare_inline(data)
    assert isinstance(fault, Fault), fault
    return fault


def kind_of(data: bytes) -> str:
    return fault_of(data).code


def message_of(data: bytes) -> str:
    return fault_of(data).message


def test_empty_file() -> None:
    assert kind_of(b"") == "MC203"


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_truncated_at_every_tenth(name: str, tenth: int) -> None:
    data = EVERY_FORMAT[name]
    assert kind_of(data[: len(data) * tenth // 10]) == "MC203"


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_one_missing_byte_at_the_end(name: str) -> None:
    assert kind_of(EVERY_FORMAT[name][:-1]) == "MC203"


@pytest.mark.parametrize("name", [n for n in EVERY_FORMAT if "bmp" not in n and "webp" not in n])
def test_download_that_was_filled_up_with_zeros(name: str) -> None:
    """Not asked of bitmaps and WebP, in which zeros are pixels like any others."""
    data = EVERY_FORMAT[name]
    half = len(data) // 2
    assert kind_of(data[:half] + bytes(len(data) - half)) == "MC203"


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_magic_bytes_before_a_text(name: str) -> None:
    data = EVERY_FORMAT[name][:18] + "这不是图片，只是一段文字。".encode() * 20
    assert kind_of(data) in {"MC203", "MC205"}


def test_text_after_png_magic() -> None:
    assert kind_of(PNG_MAGIC + b"hello, I am a text and nothing else") == "MC203"


def test_png_that_claims_sixty_thousand_squared() -> None:
    assert kind_of(png(60_000, 60_000, zlib.compress(b""))) == "MC205"


@pytest.mark.parametrize("sides", [struct.pack("<HH", 60_000, 60_000)])
def test_gif_that_claims_sixty_thousand_squared(sides: bytes) -> None:
    assert kind_of(EVERY_FORMAT["gif"][:6] + sides + EVERY_FORMAT["gif"][10:]) == "MC205"


def test_gif_whose_frame_is_larger_than_everything() -> None:
    data = bytearray(EVERY_FORMAT["gif"])
    at = data.index(b",")
    data[at + 5 : at + 9] = struct.pack("<HH", 60_000, 60_000)
    assert kind_of(bytes(data)) == "MC205"


def test_zlib_bomb_is_not_inflated_beyond_the_pixels() -> None:
    squeezer = zlib.compressobj(9)
    bomb = b"".join(squeezer.compress(bytes(1 << 20)) for _ in range(300)) + squeezer.flush()
    tracemalloc.start()
    prepared = prepare_inline(png(16, 16, bomb))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(prepared, Prepared)
    assert peak < 8_000_000


def test_text_bomb_in_a_png_is_never_inflated() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    data = png(1, 1, zlib.compress(b"\0\0"), extra=bomb)
    assert isinstance(prepare_inline(data), Prepared)


def test_png_whose_stream_of_pixels_is_cut() -> None:
    assert kind_of(png(64, 64, zlib.compress(bytes(65 * 64))[:-6])) == "MC203"


def test_png_whose_pixels_are_not_deflated() -> None:
    assert kind_of(png(4, 4, b"not deflated at all")) == "MC203"


def test_png_with_a_wrong_checksum() -> None:
    data = EVERY_FORMAT["png"]
    assert kind_of(data[:-1] + b"\0") == "MC203"


@pytest.mark.parametrize("extra", [chunk(b"CgBI", b"\0\0\0\0"), chunk(b"IHDR", bytes(13))])
def test_png_of_a_dialect(extra: bytes) -> None:
    assert kind_of(png(1, 1, zlib.compress(b"\0\0"), extra=extra)) == "MC203"


def test_png_without_pixels() -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    assert kind_of(PNG_MAGIC + chunk(b"IHDR", header) + chunk(b"IEND", b"")) == "MC203"


@pytest.mark.parametrize(("depth", "colour"), [(8, 1), (8, 7), (3, 0), (16, 3)])
def test_png_of_an_impossible_colour_type(depth: int, colour: int) -> None:
    assert kind_of(png(1, 1, zlib.compress(b"\0\0\0"), depth, colour)) == "MC203"


def test_picture_of_width_zero() -> None:
    assert kind_of(png(0, 4, zlib.compress(b""))) == "MC203"


def interlaced(width: int, height: int, idat: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return PNG_MAGIC + chunk(b"IHDR", header) + chunk(b"IDAT", idat) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height", "count"), [(1, 1, 2), (8, 8, 64 + 15), (3, 2, 6 + 4)])
def test_interlaced_png_is_counted_by_its_passes(width: int, height: int, count: int) -> None:
    assert isinstance(
        prepare_inline(interlaced(width, height, zlib.compress(bytes(count)))), Prepared
    )
    assert kind_of(interlaced(width, height, zlib.compress(bytes(count - 1)))) == "MC203"


def jpeg_parts() -> tuple[bytes, bytes]:
    """What stands before the (only) scan, and the scan with the end of the image."""
    data = EVERY_FORMAT["jpeg"]
    at = data.index(b"\xff\xda")
    return data[:at], data[at:]


def test_jpeg_without_a_scan() -> None:
    assert kind_of(jpeg_parts()[0] + b"\xff\xd9") == "MC203"


def test_jpeg_with_a_scan_before_its_frame() -> None:
    assert kind_of(b"\xff\xd8" + jpeg_parts()[1]) == "MC203"


@pytest.mark.timeout(60)
def test_jpeg_with_a_thousand_scans() -> None:
    head, scan = jpeg_parts()
    assert kind_of(head + scan[:-2] * 1000 + b"\xff\xd9") == "MC203"


def test_jpeg_with_two_frame_headers() -> None:
    head, scan = jpeg_parts()
    frame_at = head.index(b"\xff\xc0")
    assert kind_of(head + head[frame_at : frame_at + 19] + scan) == "MC203"


def test_jpeg_with_stray_bytes_between_segments_passes() -> None:
    head, scan = jpeg_parts()
    assert isinstance(prepare_inline(head + b"\0\0" + scan), Prepared)


@pytest.mark.parametrize("marker", [b"\xff\x01", b"\xff\xd8"])
def test_jpeg_with_a_marker_that_other_readers_refuse(marker: bytes) -> None:
    head, scan = jpeg_parts()
    assert kind_of(head + marker + scan) == "MC203"


def test_jpeg_thumbnail_does_not_pass_for_the_picture() -> None:
    thumbnail = (
        b"\xff\xe1" + struct.pack(">H", 2 + len(EVERY_FORMAT["jpeg"])) + EVERY_FORMAT["jpeg"]
    )
    big = save(noise(200, 200), "JPEG")
    assert kind_of(big[:2] + thumbnail + big[2 : len(big) // 2]) == "MC203"


def test_gif_with_padding_between_blocks_passes() -> None:
    data = EVERY_FORMAT["gif"]
    assert isinstance(prepare_inline(data[:-1] + b"\0\0;"), Prepared)


def test_gif_with_an_unknown_block_behind_its_frames_passes() -> None:
    """Viewers stop there, or step over it."""
    assert isinstance(prepare_inline(EVERY_FORMAT["gif"][:-1] + b"\x99;"), Prepared)


def test_gif_without_a_frame() -> None:
    assert kind_of(b"GIF89a\1\0\1\0\0\0\0;") == "MC203"


def test_gif_whose_later_frame_is_cut() -> None:
    data = EVERY_FORMAT["animated gif"]
    last = data.rindex(b",")
    # The last frame keeps its block structure and loses its codes.
    assert kind_of(data[: last + 10] + b"\x08\0;") == "MC203"


@pytest.mark.parametrize("sides", [(16_383, 16_383), (1, 1)])
def test_webp_whose_canvas_lies(sides: tuple[int, int]) -> None:
    data = bytearray(EVERY_FORMAT["webp with alpha"])
    data[24:30] = (sides[0] - 1).to_bytes(3, "little") + (sides[1] - 1).to_bytes(3, "little")
    assert kind_of(bytes(data)) == ("MC205" if sides[0] > 1 else "MC203")


def test_bitmap_with_a_size_below_zero() -> None:
    data = bytearray(EVERY_FORMAT["bmp"])
    data[18:22] = struct.pack("<i", -64)
    assert kind_of(bytes(data)) in {"MC203", "MC205"}


def run_length_bitmap(codes: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, 8, 1, len(codes), 0, 0, 2, 0)
    palette = b"\0\0\xff\0\0\xff\0\0"
    return b"BM" + struct.pack("<IHHI", 62 + len(codes), 0, 0, 62) + header + palette + codes


def test_run_length_bitmap_is_decoded() -> None:
    assert isinstance(prepare_inline(run_length_bitmap(b"\4\0\0\0\4\1\0\1")), Prepared)


def test_run_length_bitmap_that_ends_early() -> None:
    assert kind_of(run_length_bitmap(b"\4\0\0\1")) == "MC203"


@pytest.mark.parametrize("name", ["jpeg", "png", "webp"])
def test_damaged_metadata_does_not_warn(name: str) -> None:
    damaged = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x1a\0\5\0\0\0\1\xff\xff\xff\xff"
    data = save(scene(), name.upper(), exif=damaged)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert isinstance(prepare_inline(data + bytes(INLINE_BYTES_BELOW)), Prepared)
    assert caught == []


def webp_of_many_chunks() -> bytes:
    chunks = EVERY_FORMAT["webp"][12:] + b"JUNK\0\0\0\0" * PARTS_MAX
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xfe\0\2" * PARTS_MAX + EVERY_FORMAT["jpeg"][2:],
        png(1, 1, zlib.compress(b"\0\0"), extra=chunk(b"juNk", b"") * PARTS_MAX),
    ],
    ids=["jpeg", "png"],
)
def test_file_of_countless_empty_parts(data: bytes) -> None:
    assert "too many parts" in message_of(data)


def test_webp_of_countless_empty_parts_passes() -> None:
    """Its decoder steps over them at once."""
    assert isinstance(prepare_inline(webp_of_many_chunks()), Prepared)


def never_raises(data: bytes) -> None:
    """Prepare in every way; what comes back is consistent."""
    for prepared in (prepare_inline(data), prepare_cover(data)):
        assert isinstance(prepared, Prepared | Fault)
        if isinstance(prepared, Prepared):
            assert isinstance(prepare_cover(prepared.data), Prepared)
            assert (prepared.note is None) == (prepared.data == data)
        else:
            assert prepared.message


MAGICS = [data[:n] for data in EVERY_FORMAT.values() for n in (4, 8, 18, 40)]
QUICKLY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@QUICKLY
@given(st.sampled_from([b"", *MAGICS]), st.binary(max_size=400))
def test_random_bytes_never_raise(head: bytes, tail: bytes) -> None:
    never_raises(head + tail)


@QUICKLY
@given(st.sampled_from(list(EVERY_FORMAT.values())), st.data())
def test_mutated_pictures_never_raise(data: bytes, draw: st.DataObject) -> None:
    mutated = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 6))):
        # Headers decide more than pixels, so half of the hits go there.
        last = draw.draw(st.sampled_from([min(60, len(data) - 1), len(data) - 1]))
        mutated[draw.draw(st.integers(0, last))] = draw.draw(st.integers(0, 255))
    never_raises(bytes(mutated))


@QUICKLY
@given(st.sampled_from([EVERY_FORMAT[n] for n in EVERY_FORMAT if "png" in n]), st.data())
def test_mutated_png_chunks_with_right_checksums_never_raise(
    data: bytes, draw: st.DataObject
) -> None:
    position, rebuilt = 8, bytearray(PNG_MAGIC)
    while position < len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        content = bytearray(data[position + 8 : position + 8 + length])
        if content and draw.draw(st.booleans()):
            content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
        rebuilt += chunk(data[position + 4 : position + 8], bytes(content))
        position += 12 + length
    never_raises(bytes(rebuilt))


@QUICKLY
@given(st.sampled_from(list(EVERY_FORMAT.values())), st.integers(0, 5000), st.binary(max_size=40))
def test_cut_pictures_with_a_new_tail_never_raise(data: bytes, at: int, tail: bytes) -> None:
    never_raises(data[:at] + tail)
