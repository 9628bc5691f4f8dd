"""What is measured of a page: contrast of its words, what is too wide, and how like a picture is to one of before."""

import io
import os
from pathlib import Path
from typing import Any, Final

from browser import Browser
from PIL import Image, ImageChops, ImageStat

GOLDENS: Final = Path(__file__).parent / "goldens"
GOLDEN_WIDTH: Final = 240
"""Pixels; so small, letters are grey bars, and another font of the same size makes little difference."""
MEAN_DIFFERENCE_MAX: Final = 9.0
"""Of 255, over all pixels. The same page, light for dark, has more than 150; without its pictures more than 20."""

CONTRAST: Final = """(() => {
  const read = (colour) => {
    const found = colour.match(/[\\d.]+/g).map(Number);
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [...found.slice(0, 3).map((n) => n * scale), found[3] ?? 1];
  };
  const over = (top, below) => below.map((n, i) => (i < 3 ? top[i] * top[3] + n * (1 - top[3]) : 1));
  const luminance = (c) => {
    const [r, g, b] = c.map((n) => n / 255).map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const poor = [];
  let looked = 0;
  const walker = document.createTreeWalker(document.querySelector(WITHIN), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true }) || element.closest(SKIPPED)) continue;
    const style = getComputedStyle(element);
    const layers = [];
    let pictured = false;
    for (let each = element; each; each = each.parentElement) {
      const its = getComputedStyle(each);
      pictured ||= its.backgroundImage !== "none";
      layers.unshift(read(its.backgroundColor));
    }
    if (pictured) continue;
    const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
    const ground = layers.reduce((below, top) => over(top, below), canvas);
    const text = over(read(style.color), ground);
    const [light, dark] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    looked += 1;
    if (ratio < (isLarge ? 3 : 4.5)) poor.push(`${node.data.trim().slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return { poor, looked };
})()"""
"""Source: W3C, WCAG 2.2, 1.4.3, at level AA."""
TOO_WIDE: Final = """(() => {
  const scrolls = (e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible";
  const inside = [...document.querySelectorAll(".panels, .glass, main")].filter(scrolls).map((e) => e.id || e.tagName);
  return document.documentElement.scrollWidth > innerWidth ? ["the page", ...inside] : inside;
})()"""


def contrast(browser: Browser, skipped: str, within: str = "body") -> dict[str, Any]:
    """Give the words that stand out too little, and how many were looked at; `skipped` and `within` are selectors."""
    return dict(
        browser.value(CONTRAST.replace("SKIPPED", repr(skipped)).replace("WITHIN", repr(within)))
    )


def unlike(name: str, picture: bytes) -> float:
    """Give `difference`; with MASSCTL_NEW_GOLDENS set, the picture becomes the golden first."""
    if os.environ.get("MASSCTL_NEW_GOLDENS"):
        GOLDENS.mkdir(exist_ok=True)
        _small(picture).save(GOLDENS / f"{name}.png", optimize=True)
    return difference(name, picture)


def difference(name: str, picture: bytes) -> float:
    """Give how much a picture differs from a golden: the mean of all pixels, of 255."""
    now = _small(picture)
    with Image.open(GOLDENS / f"{name}.png") as before:
        assert before.size == now.size
        return float(ImageStat.Stat(ImageChops.difference(before, now)).mean[0])


def _small(picture: bytes) -> Image.Image:
    with Image.open(io.BytesIO(picture)) as image:
        height = round(image.height * GOLDEN_WIDTH / image.width)
        return image.convert("L").resize((GOLDEN_WIDTH, height), Image.Resampling.BOX)
