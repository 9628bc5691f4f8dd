"""What tests need beside Python: where it is missing they are skipped and say so, and in `.ci/run` they fail."""

import os
import shutil
from typing import Final, NoReturn

import pytest

CHROMIUM: Final = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


def missing(reason: str) -> NoReturn:
    """End a test that needs what is not here."""
    if os.environ.get("MASSCTL_REQUIRE_SERVICES"):
        pytest.fail(reason)
    pytest.skip(reason)


def require_chromium() -> None:
    """End a test where there is no Chromium."""
    if CHROMIUM is None:
        missing("there is no Chromium on this machine: apt-get install chromium")
