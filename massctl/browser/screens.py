"""Pictures of a page that `massctl render` wrote: what arrives and what is read on a phone, by day and by night."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from massctl.browser.devtools import Browser
from massctl.browser.finding import find_chromium

SCREEN_WIDTH: Final = 375
"""CSS pixels, and pixels of the picture: the phone that WeChat's own preview shows."""
SCREEN_HEIGHT_MAX: Final = 8_000
"""More of one article goes into a second picture: no viewer likes longer ones, and Chromium ends at 16,384."""
_DESK: Final = (1600, 900)
_SCREENS: Final = """(() => {
  document.querySelector("#width-phone")?.click();
  const style = document.createElement("style");
  style.textContent = ".panels { height: auto !important; overflow: visible !important }"
    + ".top { position: static !important }"
    + ".glass { overflow: visible !important; border-radius: 0 !important }";
  document.head.append(style);
  return [...document.querySelectorAll(".arrival .tabs > input, .articles > input")].map((each) => each.id);
})()"""
_SHOW: Final = """(() => {{
  const tab = document.getElementById({tab});
  tab.click();
  const panels = tab.closest(".column").querySelector(".panels");
  const box = panels.getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.width, box.height];
}})()"""
_ALONE: Final = """(() => {
  const box = document.querySelector(".arrival .panels").getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.width, box.height];
})()"""


@contextmanager
def open_browser(environment: Mapping[str, str] = os.environ) -> Iterator[Browser]:
    """Start a Chromium with a profile of its own, which goes with it; raises BrowserError where there is none."""
    program = find_chromium(environment)
    profile = tempfile.TemporaryDirectory(prefix="massctl-", ignore_cleanup_errors=True)
    with profile as folder, Browser(program, Path(folder)) as browser:
        yield browser


def screens(browser: Browser, page: Path) -> dict[str, bytes]:
    """Give PNGs by file name: `phone-chat.png`, `phone-article-1.png`, …, and each `-dark`; a long one in parts."""
    found: dict[str, bytes] = {}
    for dark in (False, True):
        browser.window(*_DESK, dark=dark)
        browser.open(page.resolve().as_uri())
        tabs = browser.value(_SCREENS)
        for tab in tabs or [None]:
            box = browser.value(_ALONE if tab is None else _SHOW.format(tab=f'"{tab}"'))
            name = "chat" if tab is None else tab.removeprefix("arrival-")
            found |= _parts(browser, f"phone-{name}{'-dark' if dark else ''}", box)
    return found


def _parts(browser: Browser, name: str, box: list[float]) -> dict[str, bytes]:
    left, top, width, height = box
    parts: dict[str, bytes] = {}
    for number, offset in enumerate(range(0, max(1, round(height)), SCREEN_HEIGHT_MAX), 1):
        clip = (left, top + offset, width, min(SCREEN_HEIGHT_MAX, height - offset))
        parts[f"{name}{f'-{number}' if number > 1 else ''}.png"] = browser.picture(clip=clip)
    return parts
