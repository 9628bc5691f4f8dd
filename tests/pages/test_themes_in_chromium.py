"""The built-in themes as real Chromium lays them out on a phone: contrast by day and night, width, and their look."""

from pathlib import Path

import pytest
from browser import Browser
from measures import MEAN_DIFFERENCE_MAX, contrast, difference, unlike
from theme_pictures import RECORD, drawn_of
from theme_sample import NAME, write_sample
from wechat_page import WIDE, write_page

from massctl.cli.main import run
from massctl.render.theme import BUILT_IN

pytestmark = pytest.mark.chromium

PHONES = (375, 320)
TALL = 1600
"""CSS pixels that a picture shows of the article."""
NUMBERED = [(theme, number) for number, theme in enumerate(BUILT_IN, 1)]


@pytest.fixture(scope="module")
def bodies(repository: Path) -> Path:
    """Give a folder with one page a theme, with the colours of day and night, and the pictures beside."""
    write_sample(repository)
    return pages_of(repository, NAME)


def pages_of(repository: Path, name: str) -> Path:
    out = repository / f"{name}-themed"
    assert 0 == run(["-C", str(repository), "render", name, "--out", str(out)])
    for theme, number in NUMBERED:
        body = (out / f"article-{number}.html").read_text(encoding="utf-8")
        write_page(out / f"{theme}.html", body)
    return out


def show(
    browser: Browser, bodies: Path, theme: str, width: int, height: int = 800, *, dark: bool = False
) -> None:
    browser.window(width, height, dark=dark)
    browser.open((bodies / f"{theme}.html").as_uri())


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("theme", BUILT_IN)
def test_every_word_stands_out(browser: Browser, bodies: Path, theme: str, dark: bool):
    show(browser, bodies, theme, 375, dark=dark)
    found = contrast(browser, ".nothing", within="main")
    assert [] == found["poor"]
    assert found["looked"] > 80


@pytest.mark.parametrize("width", PHONES)
@pytest.mark.parametrize("theme", BUILT_IN)
def test_nothing_is_wider_than_a_phone(browser: Browser, bodies: Path, theme: str, width: int):
    """The wide table and the code scroll inside of their own sections."""
    show(browser, bodies, theme, width)
    assert [] == browser.value(WIDE)


@pytest.mark.parametrize("theme", BUILT_IN)
def test_no_line_is_torn_apart_by_a_long_word_behind_it(browser: Browser, bodies: Path, theme: str):
    """WeChat justifies what does not say otherwise."""
    show(browser, bodies, theme, 375)
    widest = browser.value(
        """(() => {
          const torn = document.createElement("p");
          torn.append("我们把整套服务迁移到了新的地址", document.createElement("wbr"), "x".repeat(18));
          const article = document.querySelector("main > section");
          article.append(torn);
          const at = (i) => {
            const range = document.createRange();
            range.setStart(torn.firstChild, i);
            range.setEnd(torn.firstChild, i + 1);
            return range.getBoundingClientRect();
          };
          const letter = parseFloat(getComputedStyle(torn).fontSize);
          const spacing = parseFloat(getComputedStyle(torn).letterSpacing);
          const steps = [0, 1, 2, 3].map((i) => (at(i + 1).left - at(i).left) / (letter + spacing));
          torn.remove();
          return Math.max(...steps);
        })()"""
    )
    assert widest < 1.05


PUSHED = "秋天的风从山谷里吹来我们沿着小路慢慢地走看见田野里的稻子已经黄了远处的村庄"
PHRASES = [
    "字词",
    "**重要的词语**",
    "_轻声_",
    "[链接](https://mp.weixin.qq.com/s/abc)",
    "`f(x)`",
    "**_两样_**",
]
"""What a note may be about."""


@pytest.fixture(scope="module")
def noted(repository: Path) -> Path:
    """Give a page a theme with notes at each place of a line, and with a marked line of code that is empty."""
    notes = [f"{PUSHED[:at]}{phrase}[^n]{PUSHED[:9]}" for phrase in PHRASES for at in range(24)]
    code = ["```py {1,2}\na\n\nb\n```", "[^n]: 注"]
    write_sample(repository, "noted", "\n\n".join([*notes, *code]))
    return pages_of(repository, "noted")


@pytest.mark.slow
@pytest.mark.parametrize("theme", BUILT_IN)
def test_the_mark_of_a_note_begins_no_line(browser: Browser, noted: Path, theme: str):
    show(browser, noted, theme, 375)
    found = browser.value(
        """[...document.querySelectorAll("p sup")].map((mark) => {
          const range = document.createRange();
          range.setStart(mark.closest("p"), 0);
          range.setEndBefore(mark);
          const before = [...range.getClientRects()].filter((each) => each.width).pop();
          return mark.getBoundingClientRect().left > before.right - 3;
        })"""
    )
    assert [True] * len(PHRASES) * 24 == found


@pytest.mark.slow
@pytest.mark.parametrize("theme", BUILT_IN)
def test_a_marked_line_of_code_without_letters_is_as_high_as_others(
    browser: Browser, noted: Path, theme: str
):
    show(browser, noted, theme, 375)
    heights = browser.value(
        """[...document.querySelectorAll("main [style*='inline-block']")].map((e) => e.offsetHeight)"""
    )
    assert [heights[0]] * 2 == heights
    assert heights[0] > 10


@pytest.mark.parametrize("theme", BUILT_IN)
def test_columns_and_pictures_with_words_stand_beside_each_other(
    browser: Browser, bodies: Path, theme: str
):
    show(browser, bodies, theme, 320)
    found = browser.value(
        """(() => [...document.querySelectorAll("section")].filter((e) =>
          [...e.children].length === 2 && [...e.children].every((c) => c.style.display === "inline-block")
        ).map((e) => {
          const [left, right] = [...e.children].map((c) => c.getBoundingClientRect());
          return right.left >= left.right && right.top < left.bottom && left.top < right.bottom;
        }))()"""
    )
    assert [True] * 8 == found


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("theme", BUILT_IN)
def test_a_theme_looks_as_it_did(browser: Browser, bodies: Path, theme: str, dark: bool):
    show(browser, bodies, theme, 375, TALL, dark=dark)
    name = f"theme-{theme}-{'night' if dark else 'day'}"
    assert unlike(name, browser.picture((0, 0, 375, TALL))) < MEAN_DIFFERENCE_MAX


def test_another_theme_would_be_noticed(browser: Browser, bodies: Path):
    show(browser, bodies, BUILT_IN[0], 375, TALL)
    assert (
        difference(f"theme-{BUILT_IN[1]}-day", browser.picture((0, 0, 375, TALL)))
        > MEAN_DIFFERENCE_MAX
    )


@pytest.mark.parametrize(("theme", "number"), NUMBERED)
def test_an_article_of_everything_stays_far_below_what_wechat_takes(
    bodies: Path, theme: str, number: int
):
    assert len((bodies / f"article-{number}.html").read_text(encoding="utf-8")) < 18_000, theme


def test_the_pictures_of_the_documents_are_of_these_themes():
    assert drawn_of() == RECORD.read_text(encoding="ascii").strip(), "run: python -m theme_pictures"
