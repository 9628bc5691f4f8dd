"""Build the files that somebody double-clicks to open the desk, from a wheel of massctl.

    python starter/build.py dist/massctl-0.1.0-py3-none-any.whl --letters https://github.com/my-company/letters

`dist/massctl-desk.cmd` is for Windows, `dist/massctl-desk-macos.zip` for macOS. Each holds the wheel and the digests of
its libraries, and fetches uv, whose digest stands here. uv brings Python, whose digests uv knows, and the libraries.
"""

import argparse
import base64
import io
import sys
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
UV_VERSION = "0.13.8"
PYTHON = "3.13"
_PACKAGES = "https://files.pythonhosted.org/packages"
_INDEX = "https://pypi.org/simple"
UV_FILES: Mapping[str, tuple[str, str]] = {
    "UV": (
        "6a/1d/d813afac1a7cbe3eeeca8709b47bdcd5e5189d08364b8d7a9f693082f0f1/uv-0.13.8-py3-none-win_amd64.whl",
        "cfbc13020a64cdf2f116d2936824c38edbf41e5c07f1ea291baf02e31ebf3ed0",
    ),
    "MAC_ARM": (
        "84/46/deb3a1eb3020575e41d1f9840c07185761d8d4c25cd6f58e813afb017476/uv-0.13.8-py3-none-macosx_11_0_arm64.whl",
        "62b6943c7fd64fac6854f780bea6e0359e5a5bc3241f83ee357bb38276afac49",
    ),
    "MAC": (
        "be/7a/fd8a719c0198f8f8341847fc33b377f25ac79f7c4a56dbce5ceb086f239c/uv-0.13.8-py3-none-macosx_10_12_x86_64.whl",
        "b7124ca1956ec2e476a1003ea5715a15f0266afaec37f4dc9c6972ba8183e6d1",
    ),
    "LINUX": (
        "c5/32/52ee34636aea1ab3f8baeeae1c3599461b8cddfb379862cc72ac61b8d91c/uv-0.13.8-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "e18a57b8b352eb7c8feb317b9f6f533c8f0ad9673fd6cf34bbe3cf1a9f6a8984",
    ),
}
"""The wheels of uv: where an index has each, and its digest. A mirror has them at the same places."""
_UNSAFE = frozenset("\"%!^&|<>`$\\'\r\n")
"""Signs that a shell may read otherwise than an address."""


def starters(wheel: Path, letters: str, mirror: str, pythons: str) -> dict[str, bytes]:
    """Return the file for Windows and the archive for macOS, by name; raise SystemExit for an unsafe address."""
    for address in (letters, mirror, pythons):
        if _UNSAFE.intersection(address):
            raise SystemExit(f"this is not an address: {address}")
    files = _packed(wheel)
    values = {
        "RELEASE": f"{wheel.stem.split('-')[1]}-{sha256(files).hexdigest()[:12]}",
        "WHEEL": wheel.name,
        "UV_VERSION": UV_VERSION,
        "PYTHON": PYTHON,
        "INDEX": f"{mirror}/simple" if mirror else _INDEX,
        "PYTHONS": pythons,
        "LETTERS": letters,
    }
    packages = f"{mirror}/packages" if mirror else _PACKAGES
    for name, (place, digest) in UV_FILES.items():
        values |= {f"{name}_ADDRESS": f"{packages}/{place}", f"{name}_SHA256": digest}
    windows = _filled("windows.cmd", values, files).replace("\n", "\r\n")
    return {
        "massctl-desk.cmd": windows.encode(),
        "massctl-desk-macos.zip": _archive(_filled("macos.command", values, files).encode()),
    }


def _packed(wheel: Path) -> bytes:
    """Return the wheel and the digests of its libraries as one archive, the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in (wheel, HERE / "requirements.txt"):
            archive.writestr(zipfile.ZipInfo(file.name), file.read_bytes())
    return packed.getvalue()


def _filled(template: str, values: Mapping[str, str], files: bytes) -> str:
    """Return a template with its values, and behind it the files as certutil and openssl read them."""
    text = (HERE / template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    lines = base64.encodebytes(files).decode("ascii")
    return f"{text}-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n"


def _archive(command: bytes) -> bytes:
    """Return an archive in which the file may be run: a download alone may not."""
    packed = io.BytesIO()
    told = zipfile.ZipInfo("massctl-desk.command")
    told.external_attr = 0o755 << 16
    told.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(told, command)
    return packed.getvalue()


def main() -> None:
    """Write the files beside the wheel."""
    parser = argparse.ArgumentParser(description="Build the files that open the desk.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--letters", default="", help="address of the team's repository")
    parser.add_argument("--mirror", default="", help="a mirror of PyPI with /simple and /packages")
    parser.add_argument("--pythons", default="", help="a mirror of uv's builds of Python")
    given = parser.parse_args()
    for name, data in starters(given.wheel, given.letters, given.mirror, given.pythons).items():
        (given.wheel.parent / name).write_bytes(data)
        sys.stdout.write(f"{given.wheel.parent / name}  {len(data):,} bytes\n")


if __name__ == "__main__":
    main()
