"""Bytes that are nearly a picture: prepared, or a fault; soon, in bounded memory, and always the same."""

import io
import struct
import subprocess
import sys
import zlib
from typing import Any

import pytest
from fuzzing import ending, examples, mutated
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from massctl.model.diagnostics import Fault
from massctl.picture.formats import Format, sniff
from massctl.picture.prepare import Prepared, prepare_cover, prepare_inline


def save(mode: str, kind: str, **options: Any) -> bytes:
    """Draw a small picture."""
    image = Image.linear_gradient("L").resize((24, 16)).convert(mode)
    data = io.BytesIO()
    image.save(data, kind, **options)
    return data.getvalue()


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (16, 12), (60 * n, 20, 200 - 60 * n)) for n in range(3)]
    data = io.BytesIO()
    frames[0].save(data, kind, save_all=True, append_images=frames[1:], duration=100)
    return data.getvalue()


SAMPLES = {
    "jpeg": save("RGB", "JPEG"),
    "progressive jpeg": save("RGB", "JPEG", progressive=True),
    "cmyk jpeg": save("CMYK", "JPEG"),
    "png": save("RGB", "PNG"),
    "palette png": save("P", "PNG"),
    "rgba png": save("RGBA", "PNG"),
    "gif": save("P", "GIF"),
    "animated gif": animated("GIF"),
    "webp": save("RGB", "WEBP"),
    "lossless webp": save("RGBA", "WEBP", lossless=True),
    "animated webp": animated("WEBP"),
    "bmp": save("RGB", "BMP"),
    "palette bmp": save("P", "BMP"),
}
PIECES = [
    b"\xff\xd8", b"\xff\xd9", b"\xff\xda", b"\xff\xc0", b"\xff\xc2", b"\xff\xe1\xff\xff", b"IHDR", b"IDAT", b"IEND",
    b"acTL", b"fcTL", b"PLTE", b"tRNS", b"iCCP", b"GIF89a", b",", b"!\xf9\x04", b";", b"RIFF", b"WEBP", b"VP8 ", b"VP8L",
    b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"BM", struct.pack("<I", 2**31), struct.pack(">I", 2**31 - 1), b"\xff\xff\xff\x7f",
    struct.pack("<HH", 65535, 65535), struct.pack(">II", 60_000, 60_000),
]  # fmt: skip


def resealed(data: bytes) -> bytes:
    """Give the chunks of a PNG right checksums again, so that what is in them is really looked at."""
    out, position = bytearray(data[:8]), 8
    while position + 8 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        body = data[position + 4 : position + 8 + length]
        out += struct.pack(">I", max(0, len(body) - 4)) + body + struct.pack(">I", zlib.crc32(body))
        position += 12 + length
    return bytes(out)


HEADS = st.tuples(
    st.sampled_from(list(SAMPLES.values())), st.integers(0, 60), st.binary(min_size=1, max_size=4)
).map(lambda each: each[0][: each[1]] + each[2] + each[0][each[1] + len(each[2]) :])
DATA = st.one_of(
    HEADS,
    mutated(st.sampled_from(list(SAMPLES.values())), PIECES),
    mutated(st.sampled_from([SAMPLES[n] for n in ("png", "palette png", "rgba png")]), PIECES).map(
        resealed
    ),
    st.tuples(st.sampled_from([s[:12] for s in SAMPLES.values()]), st.binary(max_size=200)).map(
        b"".join
    ),
    st.binary(max_size=100),
)


@given(DATA)
@examples(500)
@example(b"")
@example(b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 100)
@example(b"\xff\xd8" + b"\xff\xe1\x00\x00" * 1000)
@example(b"\xff\xd8\xff" + b"\xff" * 100_000)
@example(b"\xff\xd8" + SAMPLES["jpeg"])
@example(SAMPLES["jpeg"][:2] + b"\xff\x01" + SAMPLES["jpeg"][2:])
@example(b"BM" + b"\xff" * 12 + struct.pack("<I", 40) + b"\xff" * 60)
def test_any_bytes_are_prepared_or_a_fault(data):
    for prepare in (prepare_inline, prepare_cover):
        with ending():
            found = prepare(data)
            again = prepare(data)
        assert found == again
        if isinstance(found, Fault):
            assert found.message.isprintable()
            assert len(found.message) < 500
            continue
        assert isinstance(found, Prepared)
        assert found.format is sniff(found.data)
        assert found.format in (Format.JPEG, Format.PNG, Format.GIF, Format.BMP)
        # What passed is whole for another reader too.
        with Image.open(io.BytesIO(found.data)) as image:
            image.load()


CHILD = """\
import resource, sys, tempfile
resource.setrlimit(resource.RLIMIT_AS, (1_200_000_000, 1_200_000_000))
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from massctl.picture.prepare import prepare_inline, prepare_cover
data = sys.stdin.buffer.read()
for prepare in (prepare_inline, prepare_cover):
    print(type(prepare(data)).__name__)
"""


def inflating(width: int, height: int, depth: int, colour: int, *, honest: bool) -> bytes:
    """Make a PNG of nothing that is as large as it says, or whose pixels never end."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + (width * depth * {0: 1, 2: 3, 6: 4}[colour] + 7) // 8)
    rows = height if honest else 300_000_000 // len(row)
    squeezed = (
        b"".join(packer.compress(row * min(500, rows)) for _ in range(max(1, rows // 500)))
        + packer.flush()
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")
    )


BOMBS = {
    "a png of a thousand million pixels": inflating(32_000, 32_000, 1, 0, honest=True),
    "a png whose pixels never end": inflating(100, 100, 8, 6, honest=False),
    "a png of one line": inflating(8_000_000, 1, 8, 2, honest=True),
    "a png of one column": inflating(1, 500_000, 8, 2, honest=True),
    "a gif of many frames": b"GIF89a"
    + struct.pack("<HHBBB", 4000, 4000, 0x80, 0, 0)
    + b"\0" * 6
    + (b"," + struct.pack("<HHHHB", 0, 0, 4000, 4000, 0) + b"\x02\x02\x44\x01\x00") * 50_000
    + b";",
    "a jpeg of many scans": SAMPLES["progressive jpeg"][:-2]
    + SAMPLES["progressive jpeg"][SAMPLES["progressive jpeg"].rindex(b"\xff\xda") : -2] * 20_000
    + b"\xff\xd9",
    "a bmp that is large": b"BM" + struct.pack("<IHHI", 54, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0),
    "a webp that is large": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<I", 18)
    + b"\x2f\xff\xff\xff\x0f" + b"\0" * 13,
}  # fmt: skip


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_stays_small_and_ends_soon(what):
    """Under limits that the kernel keeps: 20 s of processor time and 1.2 GB of addresses, libraries included."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=BOMBS[what],
        capture_output=True,
        check=False,
        timeout=90,
    )
    assert 0 == done.returncode, done.stderr.decode()[-500:]
    assert {"Fault", "Prepared"} >= set(done.stdout.decode().split())
