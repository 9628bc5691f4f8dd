"""What is wider than a phone, as real Chromium lays it out."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from browser import Browser

PHONE_PIXELS = 375
"""The narrower of the two widths at which WeChat's structure rule 1.4 is checked."""
MARGIN_PIXELS = 16
"""What WeChat leaves on each side of an article."""
_PAGE = (
    "<!doctype html><meta charset=utf-8>"
    "<style>body{{margin:0 {margin}px;font-family:sans-serif}}p{{margin:0}}</style>{body}"
)
_DRAWING = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1080' height='720'/%3E"
)
_WIDE = """(() => {
  const edge = innerWidth - MARGIN + 1;
  const scrolls = (e) => e.closest("[data-ignore-width]") && !e.matches("[data-ignore-width]");
  const wide = [...document.body.querySelectorAll("*")].filter((e) => !scrolls(e) && e.getClientRects().length
    && e.getBoundingClientRect().right > edge);
  const more = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
  return [...more, ...wide.slice(0, 3).map((e) => `<${e.tagName.toLowerCase()}> ${e.textContent.slice(0, 40)}`)];
})()""".replace("MARGIN", str(MARGIN_PIXELS))


def too_wide(
    browser: Browser, bodies: Mapping[Path, str], scratch: Path
) -> Iterator[tuple[Path, str]]:
    """Give what stands out of a phone's screen, article by article; tables that scroll may."""
    browser.window(PHONE_PIXELS, 800)
    page = scratch / "page.html"
    for path, body in bodies.items():
        shown = re.sub(r'(?<= src=)"[^"]*"|(?<= src=)\'[^\']*\'', f'"{_DRAWING}"', body)
        page.write_text(_PAGE.format(margin=MARGIN_PIXELS, body=shown), encoding="utf-8")
        browser.open(page.as_uri())
        for each in browser.value(_WIDE):
            yield path, str(each)
