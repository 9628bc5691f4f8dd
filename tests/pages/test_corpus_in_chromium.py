"""Articles as real Chromium lays them out on a phone: nothing stands out of the screen."""

from pathlib import Path

import pytest
from browser import Browser
from corpus.rendering import CSS, rendered
from corpus.widths import too_wide
from measures import contrast
from wechat_page import write_page

from massctl.render.theme import BUILT_IN, resolved
from massctl.source.renderer import built_in_theme

pytestmark = pytest.mark.chromium

SAMPLES = sorted((Path(__file__).parents[1] / "corpus" / "samples").glob("*.md"))


def test_no_sample_is_wider_than_a_phone(browser: Browser, tmp_path: Path) -> None:
    bodies = {path: rendered(path.read_text(encoding="utf-8"), CSS).body for path in SAMPLES}
    assert [] == list(too_wide(browser, bodies, tmp_path))


@pytest.mark.parametrize(
    "html",
    [
        "<p style='min-width:400px'>a</p>",
        "<p style='white-space:nowrap'>" + "a" * 99 + "</p>",
        "<p style='margin-left:200px'><img src='a' style='min-width:200px'></p>",
    ],
)
def test_what_is_wider_is_noticed(browser: Browser, tmp_path: Path, html: str) -> None:
    assert [] != list(too_wide(browser, {Path("a.md"): html}, tmp_path))


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("theme", BUILT_IN)
def test_every_word_stands_out_by_day_and_by_night(
    browser: Browser, tmp_path: Path, theme: str, dark: bool
) -> None:
    css = resolved(
        (("base.css", built_in_theme("base") or ""), ("theme.css", built_in_theme(theme) or ""))
    ).css
    body = rendered(SAMPLES[0].read_text(encoding="utf-8"), css).body
    page = tmp_path / "page.html"
    write_page(page, body)
    browser.window(375, 800, dark=dark)
    browser.open(page.as_uri())
    found = contrast(browser, "svg")
    assert [] == found["poor"]
    assert found["looked"] > 100
