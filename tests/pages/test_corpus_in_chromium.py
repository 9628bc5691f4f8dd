"""Articles as real Chromium lays them out on a phone: nothing stands out of the screen."""

from pathlib import Path

import pytest
from browser import Browser
from corpus.__main__ import CSS
from corpus.rendering import rendered
from corpus.widths import too_wide

pytestmark = pytest.mark.chromium

SAMPLES = sorted((Path(__file__).parents[1] / "corpus" / "samples").glob("*.md"))


def test_no_sample_is_wider_than_a_phone(browser: Browser, tmp_path: Path) -> None:
    bodies = {path: rendered(path.read_text(encoding="utf-8"), CSS).body for path in SAMPLES}
    assert [] == list(too_wide(browser, bodies, tmp_path))


@pytest.mark.parametrize(
    "html", ["<p style='width:400px'>a</p>", "<p style='white-space:nowrap'>" + "a" * 99 + "</p>", "<img src='a'>"]
)
def test_what_is_wider_is_noticed(browser: Browser, tmp_path: Path, html: str) -> None:
    assert [] != list(too_wide(browser, {Path("a.md"): html}, tmp_path))
