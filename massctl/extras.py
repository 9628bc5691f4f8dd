"""The extras of massctl, and the command that adds one to the installation that runs."""

import shlex
import sys
from importlib.util import find_spec

EXTRAS = {
    "calendar": "icalendar",
    "desk": "merge3",
    "listen": "waitress",
    "math": "mathjax",
    "postgres": "psycopg",
    "qr": "zxingcpp",
    "report": "pygal",
    "s3": "obstore",
    "signed": "cryptography",
    "socks": "socksio",
    "warehouse": "duckdb",
    "word": "lxml",
}
"""What can be installed beside massctl, and the package that each brings."""
_PIPX = "/pipx/venvs/"


def installed_extras() -> list[str]:
    """Return the extras whose package is installed."""
    return [extra for extra, package in EXTRAS.items() if find_spec(package) is not None]


def install_command(extra: str) -> str:
    """Return the command that installs an extra into this environment, whichever tool made it.

    massctl is installed there already, so no tool looks for it in an index.
    """
    what = shlex.quote(f"massctl[{extra}]")
    if _PIPX in sys.prefix.replace("\\", "/"):
        return f"pipx runpip massctl install {what}"
    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:  # uv makes environments without pip
        return f"uv pip install --python {python} {what}"
    return f"{python} -m pip install {what}"
