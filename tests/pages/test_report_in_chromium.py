"""The pages of a report, as real Chromium lays them out: on a phone and a desk, by day and by night, on paper."""

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from copies import replace
from measures import TOO_WIDE, contrast
from report_page_samples import newest_report, sample_report

from massctl.view.i18n import Language
from massctl.view.pages.document import Watched
from massctl.view.pages.markup import Sheet
from massctl.view.pages.report_page import Order, report_page, sends_page

pytestmark = [pytest.mark.chromium, pytest.mark.slow]

LANGUAGES = {"en": Language.EN, "zh": Language.ZH}
PAGES = ("send", "sends", "file")
SIZES = {"phone": (375, 667), "tablet": (768, 1000), "desk": (1280, 900)}
FIRST_SCREEN = """[".answer", ".card.gap p", ".gap tbody tr:last-child"].map(
  (each) => Math.ceil(document.querySelector(each).getBoundingClientRect().bottom))"""
"""Where the sentences, the sum of the parts and what it is compared with end: was it good, where from, beside what."""
HEIGHTS = {
    ("send", "phone"): 1900,
    ("send", "desk"): 1550,
    ("file", "phone"): 1700,
    ("file", "desk"): 1400,
}
"""Pixels at most: a third, or half, of what the same pages had when they showed everything at once."""
PAPER_HEIGHT = 1023
"""Of A4 without its margins, in CSS pixels."""
PAPER = (703, 1000)
"""A4 without its margins, in CSS pixels."""
_CUT = """[...document.querySelectorAll(".chart svg")].filter((svg) => svg.checkVisibility()).flatMap((svg) => {
  const edge = svg.closest(".card").getBoundingClientRect();
  return [...svg.querySelectorAll("text, circle, rect, path")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && (box.left < edge.left || box.right > edge.right || box.bottom > edge.bottom);
  }).map((each) => svg.parentElement.className + " " + (each.textContent || each.tagName));
})"""
"""What of a chart stands outside of its card."""
_CROWDED = """[...document.querySelectorAll(".chart svg")].filter((svg) => svg.checkVisibility()).flatMap((svg) => {
  const boxes = [...svg.querySelectorAll("text")].map((each) => [each.textContent, each.getBoundingClientRect()]);
  return boxes.flatMap(([said, one], place) => boxes.slice(place + 1).filter(([, other]) =>
    one.left < other.right && other.left < one.right && one.top + 3 < other.bottom && other.top + 3 < one.bottom
  ).map(([other]) => svg.parentElement.className + ": " + said + " " + other));
})"""
"""Words of a chart that stand on each other."""
_SMALL = """[...document.querySelectorAll(".chart svg text")].filter((each) => each.checkVisibility())
  .map((each) => each.getBoundingClientRect().height).filter((height) => height < 10.5)"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    folder, report = tmp_path_factory.mktemp("reports"), sample_report(30)
    found = {}
    for code, language in LANGUAGES.items():
        sheet = Sheet(language, {})
        made = (
            report_page(newest_report(), sheet),
            sends_page(report, sheet, Watched("", 0), Order(), None),
        )
        for name, page in zip(PAGES, (*made, report_page(sample_report(4), sheet)), strict=True):
            path = folder / f"{name}-{code}.html"
            path.write_text(
                page.replace('<script src="/-/live.js" defer></script>', ""), encoding="utf-8"
            )
            found[name, code] = path.as_uri()
    return found


@pytest.mark.night
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_the_page_and_no_chart_leaves_its_card(
    browser: Browser, pages: dict[tuple[str, str], str], language: str, size: str
):
    browser.window(*SIZES[size])
    for name in PAGES:
        browser.open(pages[name, language])
        assert ([], [], [], []) == tuple(map(browser.value, (TOO_WIDE, _CUT, _CROWDED, _SMALL))), (
            name
        )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_every_word_stands_out(
    browser: Browser, pages: dict[tuple[str, str], str], name: str, dark: bool
):
    browser.window(*SIZES["desk"], dark=dark)
    browser.open(pages[name, "zh"])
    found = contrast(browser, "svg")
    assert [] == found["poor"]
    assert found["looked"] > 60


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_chart_has_the_colours_of_its_page(
    browser: Browser, pages: dict[tuple[str, str], str], dark: bool
):
    browser.window(*SIZES["desk"], dark=dark)
    browser.open(pages["send", "en"])
    fill = browser.value(
        'getComputedStyle(document.querySelector(".chart svg.wide .this circle")).fill'
    )
    assert {False: "rgb(5, 122, 63)", True: "rgb(53, 199, 123)"}[dark] == fill
    browser.value(f'document.querySelector("#look-{"light" if dark else "dark"}").click()')
    other = browser.value(
        'getComputedStyle(document.querySelector(".chart svg.wide .this circle")).fill'
    )
    assert {True: "rgb(5, 122, 63)", False: "rgb(53, 199, 123)"}[dark] == other


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_on_the_first_screen_of_a_phone(
    browser: Browser, pages: dict[tuple[str, str], str], language: str
):
    browser.window(*SIZES["phone"])
    browser.open(pages["send", language])
    assert max(browser.value(FIRST_SCREEN)) <= SIZES["phone"][1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "size"), HEIGHTS)
def test_a_page_is_short(
    browser: Browser, pages: dict[tuple[str, str], str], name: str, size: str, language: str
):
    browser.window(*SIZES[size])
    browser.open(pages[name, language])
    assert browser.value("document.documentElement.scrollHeight") <= HEIGHTS[name, size]


def test_a_filter_shows_the_rows_of_one_verdict(
    browser: Browser, pages: dict[tuple[str, str], str]
):
    browser.window(*SIZES["desk"])
    browser.open(pages["sends", "en"])
    shown = "[...document.querySelectorAll('.sends tbody tr')].filter((each) => each.checkVisibility()).length"
    assert 30 == browser.value(shown)
    kinds = browser.value("[...document.querySelectorAll('.sends tr.is-below')].length")
    browser.value("document.querySelector('#show-is-below').click()")
    assert 0 < browser.value(shown) == kinds < 30


def test_one_of_two_drawings_is_shown_and_said(browser: Browser, pages: dict[tuple[str, str], str]):
    for size, shown in (("phone", "narrow"), ("desk", "wide")):
        browser.window(*SIZES[size])
        browser.open(pages["send", "en"])
        seen = browser.value(
            '[...document.querySelectorAll(".chart svg")].filter((e) => e.checkVisibility())'
            ".map((e) => e.getAttribute('class'))"
        )
        assert [shown] == seen
        browser("Accessibility.enable")
        nodes = browser("Accessibility.getFullAXTree")["nodes"]
        images = [
            each
            for each in nodes
            if not each["ignored"] and each["role"]["value"] in ("image", "img")
        ]
        assert "城墙根下的三条路，趁天还没冷透" in [each["name"]["value"] for each in images]
        assert [] == [each for each in images if not each["name"]["value"]]


@pytest.mark.night
@pytest.mark.parametrize("language", LANGUAGES)
def test_on_paper_it_is_light_and_nothing_is_cut(
    browser: Browser, pages: dict[tuple[str, str], str], language: str
):
    for name in PAGES:
        browser.window(*PAPER, dark=True)
        browser.open(pages[name, language])
        night = {"name": "prefers-color-scheme", "value": "dark"}
        browser("Emulation.setEmulatedMedia", media="print", features=[night])
        assert ([], [], []) == tuple(map(browser.value, (TOO_WIDE, _CUT, _CROWDED))), name
        ink = browser.value('getComputedStyle(document.querySelector(".sentence")).color')
        assert "rgb(27, 29, 28)" == ink
        browser("Emulation.setEmulatedMedia", media="")
    printed = base64.b64decode(browser("Page.printToPDF", preferCSSPageSize=True)["data"])
    assert 1 <= _pages(printed) <= 3


def _streams(pdf: bytes) -> Iterator[bytes]:
    """Return the compressed parts of a PDF: the pages come in their order."""
    for part in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            # A line end belongs to what follows, and may be taken for a byte of it.
            yield zlib.decompressobj().decompress(part)
        except zlib.error:
            continue


def _pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", b"".join([pdf, *_streams(pdf)])))


_TEXT = re.compile(rb"\s(-?[\d.]+) (-?[\d.]+) Tm")
"""Where a text begins on its page, in what Chromium writes."""


def _filled(pdf: bytes) -> list[float]:
    """Return how far down each page has text, from 0 to 1; Chromium counts on from one page to the next."""
    downs = [[float(down) for _, down in _TEXT.findall(each)] for each in _streams(pdf)]
    return [max(each) / PAPER_HEIGHT - page for page, each in enumerate(filter(None, downs))]


@pytest.mark.parametrize("opened", [False, True], ids=["folded", "opened"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_a4_is_half_blank_before_the_last(
    browser: Browser, pages: dict[tuple[str, str], str], language: str, opened: bool
):
    browser.window(*SIZES["desk"])
    for name in ("send", "file"):
        browser.open(pages[name, language])
        if opened:
            browser.value(
                "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
            )
        printed = base64.b64decode(browser("Page.printToPDF", preferCSSPageSize=True)["data"])
        filled = _filled(printed)
        assert len(filled) == _pages(printed)
        assert [] == [each for each in filled[:-1] if each < 0.6], filled
        if not opened:
            assert 1 == len(filled)


def test_the_page_asks_for_nothing(browser: Browser, pages: dict[tuple[str, str], str]):
    browser.window(*SIZES["desk"])
    browser.open(pages["file", "en"])
    assert [] == [each for each in browser.requests() if not each.startswith(("file:", "data:"))]
    assert [] == browser.complaints()


def test_a_dot_leads_to_its_send(browser: Browser, pages: dict[tuple[str, str], str]):
    browser.window(*SIZES["desk"])
    browser.open(pages["file", "en"])
    link = 'document.querySelector(".chart svg.wide .sends a")'
    browser.value(
        f"{link}.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true }}))"
    )
    assert browser.value("location.hash").startswith("#2026-")
    assert browser.value(
        "document.getElementById(location.hash.slice(1)).getBoundingClientRect().top < innerHeight"
    )


def test_the_table_leads_to_a_folded_send_and_unfolds_it(
    browser: Browser, pages: dict[tuple[str, str], str]
):
    browser.window(*SIZES["phone"])
    browser.open(pages["file", "en"])
    folds = "[...document.querySelectorAll('.send-report')].map((each) => each.open)"
    assert [False, False, False, False] == browser.value(folds)
    browser.value("document.querySelectorAll('.sends td a')[2].click()")
    assert [False, False, True, False] == browser.value(folds)


def test_a_hostile_title_does_nothing(browser: Browser, tmp_path: Path):
    title = '</title></svg></style>"\'><script>document.title = "run"</script><img src=x onerror="document.title = 1">'
    report = sample_report(3)
    sends = tuple(replace(each, title=title) for each in report.sends)
    path = tmp_path / "page.html"
    path.write_text(
        report_page(replace(report, sends=sends), Sheet(Language.EN, {})), encoding="utf-8"
    )
    browser.window(*SIZES["desk"])
    browser.open(path.as_uri())
    assert "What sends reached" == browser.value("document.title")
    assert 0 == browser.value('document.querySelectorAll("script, img").length')
    shown = browser.value(
        '[...document.querySelectorAll(".send-report h3")].map((each) => each.textContent)'
    )
    assert [title] * 3 == shown
    assert [] == browser.complaints()
