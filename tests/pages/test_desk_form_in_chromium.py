"""The form of a letter in a real browser: it writes campaign.yaml, line by line."""

import pytest
from browser import Browser
from desks import OpenDesk, axe, open_letter, type_at_end, wait

pytestmark = pytest.mark.chromium


def open_form(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    browser.until(lambda: browser.value("document.querySelectorAll('.days button').length > 27"))


def drag(browser: Browser, element: str, across: int) -> None:
    """Drag an element from its middle, as a mouse does."""
    browser.value(f"{element}.scrollIntoView({{block: 'center'}})")
    box = f"(({{left, top, width, height}}) => [left + width / 2, top + height / 2])({element}.getBoundingClientRect())"
    x, y = browser.value(box)
    pressed = {"button": "left", "clickCount": 1, "y": y}
    browser("Input.dispatchMouseEvent", type="mousePressed", x=x, **pressed)
    browser("Input.dispatchMouseEvent", type="mouseMoved", x=x + across, **pressed)
    browser("Input.dispatchMouseEvent", type="mouseReleased", x=x + across, **pressed)


def said(desk: OpenDesk) -> str:
    return desk.file("campaign.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_cover_is_cut_by_keys_and_articles_come_and_change_places(
    browser: Browser, desk: OpenDesk
) -> None:
    open_form(browser, desk)
    before = said(desk)
    browser.until(lambda: browser.value("document.querySelectorAll('.frame')[1].style.width"))
    # Whoever is in the form sees it drawn anew only by a choice of hers.
    browser.value("document.querySelectorAll('.frame')[1].focus()")
    press = (
        "document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}))"
    )
    browser.value(press)
    wait(lambda: "crop_1_1: " in said(desk))
    line = next(each for each in said(desk).splitlines() if "crop_1_1" in each)
    assert line.startswith('      cover: {file: "images/cover.jpg", crop_1_1: "')
    others = [each for each in said(desk).splitlines() if "cover" not in each]
    assert others == [each for each in before.splitlines() if "cover" not in each]
    drag(browser, "document.querySelectorAll('.frame')[1]", -30)
    wait(lambda: "crop_1_1: " in said(desk) and line not in said(desk))
    find = (
        "[...document.querySelectorAll('#fields button')].find((each) => each.textContent === {!r})"
    )
    browser.value(find.format("加一篇文章") + ".click()")
    wait(lambda: 'title: "新文章"' in said(desk))
    assert desk.file("articles/article-2.md.j2").read_text(encoding="utf-8") == ""
    browser.until(
        lambda: browser.value("document.querySelectorAll('fieldset.article').length") == 2
    )
    browser.value(find.format("↓") + ".click()")
    wait(lambda: said(desk).index("新文章") < said(desk).index("四个周六，{{ total_km }}"))
    browser.until(lambda: browser.value("document.querySelectorAll('.parts button').length") == 4)
    browser.value("document.querySelector('.tools [title=撤销]').click()")
    wait(lambda: said(desk).index("新文章") > said(desk).index("四个周六，{{ total_km }}"))
    assert axe(browser) == []
    assert browser.complaints() == []


@pytest.mark.slow
def test_a_day_of_the_calendar_is_the_window_and_shows_what_is_taken(
    browser: Browser, desk: OpenDesk
) -> None:
    open_form(browser, desk)
    browser.value("document.querySelectorAll('.days button')[10].click()")
    wait(lambda: "not_after" in said(desk))
    day = browser.value("document.querySelectorAll('.days button')[10].dataset.day")
    assert f'not_before: "{day}T20:00:00+08:00"' in said(desk)
    assert f'not_after: "{day}T22:00:00+08:00"' in said(desk)
    browser.until(
        lambda: "这封信" in browser.value("document.querySelector('.taken-list')?.innerText ?? ''")
    )


@pytest.mark.slow
def test_a_fault_is_mended_by_one_button_and_taken_back_by_undo(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    type_at_end(browser, "\n\n##雪😀天\n")
    mend = "[...document.querySelectorAll('#found button')].find((each) => each.textContent === '改好')"
    browser.until(lambda: browser.value(f"Boolean({mend})"))
    # A note of a picture names the picture.
    assert "images/route-map.jpg" in browser.value("document.getElementById('found').innerText")
    browser.value(f"{mend}.click()")
    wait(lambda: "\n## 雪😀天\n" in file.read_text(encoding="utf-8"))
    browser.until(lambda: not browser.value(f"Boolean({mend})"))
    browser.value("document.querySelector('.tools [title=撤销]').click()")
    wait(lambda: "\n##雪😀天\n" in file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_slash_offers_the_template_library(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    type_at_end(browser, "\n\n/时间")
    offered = "document.querySelector('.cm-tooltip-autocomplete')?.innerText ?? ''"
    browser.until(lambda: "/时间线" in browser.value(offered))
