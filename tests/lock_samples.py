"""Three campaigns whose locks have to be the same on every processor: a scaled PNG, a WebP and a formula.

`python tests/lock_samples.py DIR` writes them as a repository, for `massctl -C DIR lock`.
"""

import struct
import sys
import zlib
from pathlib import Path
from typing import Final

SETTINGS: Final = """\
version: 1
accounts:
  main: {appid: wx0123456789abcdef, secret_env: WECHAT_MAIN_SECRET, kind: service}
"""
CAMPAIGN: Final = """\
version: 1
account: main
audience: {is_to_all: true}
mpnews:
  articles: [{title: 样张, content: main.md, cover: COVER}]
"""
FORMULA: Final = r"""第一行。

$$\frac{\sqrt{a^2 + b^2}}{\sum_{k=1}^{n} x_k} = \int_0^1 f(t)\,dt$$

其中 $x_1 \le \frac{1}{2}$。
"""
WIDTH, HEIGHT = 1600, 600
"""Wider than an article shows a photograph."""


def noisy_png() -> bytes:
    """A photograph as PNG, written by hand: a compressor would write other bytes on another machine."""
    rows = bytearray()
    state = 1
    for _ in range(HEIGHT):
        rows.append(0)
        for _ in range(3 * WIDTH):
            state = (1103515245 * state + 12345) & 0x7FFFFFFF
            rows.append(state >> 16 & 0xFF)
    blocks = [bytes(rows[at : at + 65535]) for at in range(0, len(rows), 65535)]
    stored = b"".join(
        struct.pack("<BHH", number == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for number, block in enumerate(blocks)
    )
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(rows))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(*each) for each in ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_samples(root: Path) -> None:
    """Write the repository."""
    ours = Path(__file__).parents[1] / "campaigns"
    webp = (ours / "2026-autumn-walks/images/umbrellas.webp").read_bytes()
    cover = (ours / "2026-autumn-walks/images/cover.jpg").read_bytes()
    picture = "看。\n\n![一张图](picture)\n"
    samples: dict[str, dict[str, bytes]] = {
        "scaled-png": {
            "main.md": picture.replace("picture", "a.png").encode(),
            "a.png": noisy_png(),
        },
        "webp": {"main.md": picture.replace("picture", "a.webp").encode(), "a.webp": webp},
        "formula": {"main.md": FORMULA.encode()},
    }
    root.mkdir(parents=True, exist_ok=True)
    (root / "massctl.yaml").write_bytes(SETTINGS.encode())
    for name, files in samples.items():
        folder = root / "campaigns" / name
        folder.mkdir(parents=True)
        wears = "a.webp" if "a.webp" in files else "cover.jpg"
        yaml = CAMPAIGN.replace("COVER", wears).encode()
        for path, data in {**files, "cover.jpg": cover, "campaign.yaml": yaml}.items():
            (folder / path).write_bytes(data)


if __name__ == "__main__":
    write_samples(Path(sys.argv[1]))
