"""What `massctl render` writes, as real Chromium lays it out: phone and desk, light and dark."""

from pathlib import Path

import pytest
from browser import Browser
from measures import MEAN_DIFFERENCE_MAX, TOO_WIDE, contrast, difference, unlike
from page_samples import SAMPLES

pytestmark = pytest.mark.chromium

NEWS = {"2026-autumn-walks": 1, "2026-12-members-issue": 2}
PHONE, DESK = (375, 800), (1280, 900)


def index(rendered: Path, name: str) -> str:
    return (rendered / name / "index.html").as_uri()


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_page_or_the_phone(
    browser: Browser, rendered: Path, name: str, size: tuple[int, int]
):
    browser.window(*size)
    browser.open(index(rendered, name))
    assert [] == browser.value(TOO_WIDE)


@pytest.mark.parametrize(
    ("name", "number"), [(n, i) for n, count in NEWS.items() for i in range(1, count + 1)]
)
@pytest.mark.parametrize("width", ["phone", "desk"])
def test_an_article_fits_its_column_and_shows_every_picture(
    browser: Browser, rendered: Path, name: str, number: int, width: str
):
    browser.window(1600, 900)
    browser.open(index(rendered, name))
    browser.value(
        f'document.querySelector("#width-{width}").click(), document.querySelector("#article-{number}").click()'
    )
    body = (rendered / name / f"article-{number}.html").read_text(encoding="utf-8")
    found = browser.value(
        f"""(() => {{
          const content = document.querySelectorAll(".reading .content")[{number - 1}];
          const edge = content.getBoundingClientRect().right;
          const wide = [...content.querySelectorAll("*")].filter((e) =>
            !e.closest("section[style*='overflow-x']") && e.getBoundingClientRect().right > edge + 1);
          const pictures = [...content.querySelectorAll("img")];
          return [content.clientWidth, wide.map((e) => e.tagName), pictures.filter((p) => p.naturalWidth).length];
        }})()"""
    )
    assert [{"phone": 335, "desk": 677}[width], [], body.count("<img")] == found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_word_around_the_articles_stands_out(
    browser: Browser, rendered: Path, name: str, dark: bool
):
    browser.window(*DESK, dark=dark)
    browser.open(index(rendered, name))
    found = contrast(browser, ".content")
    assert [] == found["poor"]
    assert found["looked"] > 8


@pytest.mark.parametrize("name", NEWS)
def test_by_day_every_word_of_an_article_in_markdown_stands_out(
    browser: Browser, rendered: Path, name: str
):
    browser.window(*DESK)
    browser.open(index(rendered, name))
    found = contrast(browser, ".top", within=".reading .panel:first-child .content")
    assert [] == found["poor"]
    assert found["looked"] > 10


def test_a_word_that_does_not_stand_out_is_noticed(browser: Browser, rendered: Path):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-12-text-notice"))
    browser.value('document.querySelector("h1").style.color = "#999"')
    assert 1 == len(contrast(browser, ".content")["poor"])


@pytest.mark.parametrize(
    ("system", "chosen", "scheme"), [(False, "dark", "dark"), (True, "light", "light")]
)
def test_the_appearance_can_be_chosen_against_the_system(
    browser: Browser, rendered: Path, system: bool, chosen: str, scheme: str
):
    browser.window(*DESK, dark=system)
    browser.open(index(rendered, "2026-12-members-issue"))
    browser.value(f'document.querySelector("#look-{chosen}").click()')
    ground = browser.value('getComputedStyle(document.querySelector(".screen")).backgroundColor')
    assert {"dark": "rgb(25, 25, 25)", "light": "rgb(255, 255, 255)"}[scheme] == ground


def test_the_page_asks_for_nothing_but_the_files_beside_it(browser: Browser, rendered: Path):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-autumn-walks"))
    folder = (rendered / "2026-autumn-walks").as_uri()
    asked = browser.requests()
    assert len(asked) > 10
    assert [] == [each for each in asked if not each.startswith((folder, "data:"))]
    assert [] == browser.complaints()


def test_the_keyboard_reaches_everything_in_the_order_in_which_it_is_read(
    browser: Browser, rendered: Path
):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-12-members-issue"))
    reached = []
    for _ in range(9):
        browser.press("Tab")
        reached.append(
            browser.value(
                "document.activeElement.id || document.activeElement.getAttribute('href')"
            )
        )
    assert [
        "#main",
        "width-phone",
        "look-auto",
        "arrival-chat",
        "arrival-glass",
        "article-1",
        "reading-glass",
        "https://example.com/walks/2027-winter",
        "article-1.html",
    ] == reached


def test_arrow_keys_go_from_article_to_article(browser: Browser, rendered: Path):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-12-members-issue"))
    shown = "[...document.querySelectorAll('.reading .panel')].map((e) => e.checkVisibility())"
    assert [True, False] == browser.value(shown)
    browser.value("document.querySelector('#article-1').focus()")
    browser.press("ArrowRight")
    assert [False, True] == browser.value(shown)
    outline = browser.value(
        "getComputedStyle(document.querySelector('#article-2 + label')).outlineStyle"
    )
    assert "solid" == outline


def test_a_card_that_is_clicked_opens_its_article(browser: Browser, rendered: Path):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-12-members-issue"))
    browser.value("document.querySelector('.chat .more').click()")
    assert browser.value("document.querySelectorAll('.reading .panel')[1].checkVisibility()")


def test_everything_that_can_be_used_has_a_name(browser: Browser, rendered: Path):
    browser.window(*DESK)
    browser.open(index(rendered, "2026-12-winter-clip"))
    browser("Accessibility.enable")
    nodes = browser("Accessibility.getFullAXTree")["nodes"]
    roles = {
        "radio",
        "radiogroup",
        "group",
        "region",
        "link",
        "button",
        "main",
        "complementary",
        "Video",
    }
    named = [
        (n["role"]["value"], n.get("name", {}).get("value")) for n in nodes if not n.get("ignored")
    ]
    assert [] == [role for role, name in named if role in roles - {"main"} and not name]
    assert {"main", "complementary", "banner", "region", "radio", "Video"} <= {
        role for role, _ in named
    }


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_looks_as_it_did(browser: Browser, rendered: Path, dark: bool):
    browser.window(*DESK, dark=dark)
    browser.open(index(rendered, "2026-12-members-issue"))
    picture = browser.picture((0, 0, *DESK))
    name, other = ("desk-dark", "desk-light") if dark else ("desk-light", "desk-dark")
    assert unlike(name, picture) < MEAN_DIFFERENCE_MAX
    assert difference(other, picture) > 10 * MEAN_DIFFERENCE_MAX
