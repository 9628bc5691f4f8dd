"""What is wider than a phone, as real Chromium lays it out."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from browser import Browser
from wechat_page import WIDE, write_page

PHONE_PIXELS = 375
"""The narrower of the two widths at which WeChat's structure rule 1.4 is checked."""
_DRAWING = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1080' height='720'/%3E"
)


def too_wide(
    browser: Browser, bodies: Mapping[Path, str], scratch: Path
) -> Iterator[tuple[Path, str]]:
    """Give what stands out of a phone's screen, article by article; what scrolls may."""
    browser.window(PHONE_PIXELS, 800)
    page = scratch / "page.html"
    for path, body in bodies.items():
        shown = re.sub(r'(?<= src=)"[^"]*"|(?<= src=)\'[^\']*\'', f'"{_DRAWING}"', body)
        write_page(page, shown)
        browser.open(page.as_uri())
        for each in browser.value(WIDE):
            yield path, str(each)
