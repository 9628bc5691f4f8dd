"""A body alone under WeChat's own style sheet: what is measured of it is what a phone shows."""

from pathlib import Path
from typing import Final

from massctl.view.pages.dark_mode import by_day_and_night
from massctl.view.pages.markup import style

MARGIN: Final = 20
"""Pixels that WeChat leaves on each side of a body."""
_PAGE: Final = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>
:root{{color-scheme:light dark}}
body{{margin:0 {margin}px;background:light-dark(#fff,#191919)}}
{sheet}</style><main class="content">{body}</main>"""
WIDE: Final = """(() => {
  const edge = document.querySelector("main").getBoundingClientRect().right + 1;
  const scrolls = (e) => e.tagName !== "MAIN"
    && (["auto", "scroll"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
  const boxes = [...document.querySelectorAll("main *")].filter((e) => !scrolls(e.parentElement)
    && e.getClientRects().length && e.getBoundingClientRect().right > edge).map((e) => e.outerHTML.slice(0, 80));
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || scrolls(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    if ([...range.getClientRects()].some((each) => each.right > edge)) texts.push(node.data.slice(0, 40));
  }
  return [...boxes, ...texts].slice(0, 3);
})()"""
"""The boxes and words that stand out of the column, where nothing moves sideways: WeChat cuts them off."""


def write_page(path: Path, body: str) -> None:
    """Write a body with the colours of day and night, and WeChat's style sheet around it."""
    page = _PAGE.format(margin=MARGIN, sheet=style("wechat.css"), body=by_day_and_night(body))
    path.write_text(page, encoding="utf-8")
