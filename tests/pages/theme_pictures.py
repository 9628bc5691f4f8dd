"""Draws the pictures of the themes that the documents show, and says what they were drawn of.

`PYTHONPATH=tests:tests/pages .venv/bin/python -m theme_pictures` after a change of a theme or of the sample.
"""

import hashlib
import io
import tempfile
from pathlib import Path
from typing import Final

from page_samples import ROOT
from PIL import Image

from massctl.browser import Browser, open_browser
from massctl.model.theme import ThemeSettings
from massctl.render.theme import BUILT_IN
from massctl.serve.theme_gallery import sample_addresses, sample_files, shown_themes
from massctl.source.loader import WorkingTree
from massctl.source.repository import Repository
from massctl.source.settings import load_settings
from massctl.view.i18n import Language
from massctl.view.pages.document import Watched
from massctl.view.pages.markup import Sheet
from massctl.view.pages.themes_page import themes_page

IMAGES: Final = ROOT / "docs" / "images"
RECORD: Final = IMAGES / "themes.sha256"
"""What the pictures were drawn of."""
_ROW_PIXELS: Final = 1200
_QUALITY: Final = 62
_QUOTATIONS: Final = """document.querySelectorAll(".panels").forEach((each) => {
  const quotation = each.querySelector("blockquote").getBoundingClientRect();
  each.scrollTop += quotation.top - each.getBoundingClientRect().top - 70;
})"""
"""From there on, a phone shows a quotation, headings, a list and a table."""


def drawn_of() -> str:
    """Name everything that decides how the themes look in the pictures."""
    themes, gallery = ROOT / "massctl" / "render" / "themes", ROOT / "massctl" / "serve" / "gallery"
    digest = hashlib.sha256()
    for path in sorted([*themes.iterdir(), *gallery.iterdir()]):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def main() -> None:
    """Draw a picture a theme, by day and by night, and one of all."""
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        browser.window(2300, 1000)
        browser.open(_page(Path(folder)).as_uri())
        browser.value(
            "document.head.insertAdjacentHTML('beforeend', '<style>.panels { height: 860px !important }</style>')"
        )
        places = [_box(browser, f"#{name}-day-glass") for name in BUILT_IN]
        left, top, _, height = places[0]
        row = _picture(
            browser, (left - 8, top - 8, places[-1][0] + places[-1][2] - left + 16, height + 16)
        )
        _save(
            row.resize(
                (_ROW_PIXELS, round(row.height * _ROW_PIXELS / row.width)), Image.Resampling.LANCZOS
            ),
            "themes",
        )
        browser.value("document.querySelector('#pair-both').click()")
        browser.value(_QUOTATIONS)
        for name in BUILT_IN:
            left, top, width, height = _box(browser, f"section:has(#{name}-day-glass) .pair")
            _save(_picture(browser, (left, top, width, height)), f"theme-{name}")
    RECORD.write_text(f"{drawn_of()}\n", encoding="ascii")


def _page(folder: Path) -> Path:
    repository = Repository(ROOT)
    settings, _ = load_settings(repository, loopback_override=None)
    assert settings is not None
    for sha256, data in sample_files().items():
        (folder / sample_addresses()[sha256]).write_bytes(data)
    shown = [
        each
        for each in shown_themes(
            WorkingTree(repository, settings, folder).renderer, ThemeSettings()
        )
        if each.theme.name in BUILT_IN
    ]
    sheet = Sheet(Language.ZH, sample_addresses())
    page = folder / "page.html"
    page.write_text(themes_page(shown, [], sheet, Watched("", 0)), encoding="utf-8")
    return page


def _box(browser: Browser, selector: str) -> list[float]:
    script = "(() => {{ const b = document.querySelector({0!r}).getBoundingClientRect();"
    script += " return [b.left + scrollX, b.top + scrollY, b.width, b.height]; }})()"
    return list(browser.value(script.format(selector)))


def _picture(browser: Browser, clip: tuple[float, float, float, float]) -> Image.Image:
    return Image.open(io.BytesIO(browser.picture(clip))).convert("RGB")


def _save(image: Image.Image, name: str) -> None:
    image.save(IMAGES / f"{name}.webp", quality=_QUALITY, method=6)


if __name__ == "__main__":
    main()
