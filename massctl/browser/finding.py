"""Which Chromium there is: the one that a variable names, or the first of the usual ones."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from massctl.errors import BrowserError
from massctl.model.phrase import Phrase

VARIABLE: Final = "MASSCTL_CHROMIUM"
"""Names the program, where it is none of the usual ones."""
_USUAL: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


def find_chromium(environment: Mapping[str, str]) -> Path:
    """Give the program; raises BrowserError where there is none."""
    named = environment.get(VARIABLE)
    search = environment.get("PATH", "")
    for name in (named,) if named else _USUAL:
        if (found := shutil.which(name, path=search)) is not None:
            return Path(found)
    nothing = Phrase("Nothing was written.")
    if named:
        missing = Phrase(
            "{variable} names {program}, which is not a program on this machine", variable=VARIABLE, program=named
        )
        raise BrowserError(missing, nothing, Phrase("correct it, or unset it"))
    raise BrowserError(
        Phrase("there is no Chromium on this machine, which screenshots need"),
        nothing,
        Phrase("install chromium or google-chrome, or name the program in {variable}", variable=VARIABLE),
    )
