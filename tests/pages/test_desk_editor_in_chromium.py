"""The editor of the desk as its writers use it: input methods, paste, undo, the phone, keys, screen readers."""

import json
import time
from typing import Final

import pytest
from browser import Browser
from desks import LETTER, OpenDesk, axe, go, open_letter, type_at_end, wait

pytestmark = [pytest.mark.chromium, pytest.mark.slow]

SHOWN: Final = "document.querySelector('.cm-content').innerText"
PASTE: Final = """(() => {{
  const data = new DataTransfer();
  data.setData("text/html", {html});
  const event = new ClipboardEvent("paste", {{ clipboardData: data, bubbles: true, cancelable: true }});
  document.querySelector(".cm-content").dispatchEvent(event);
}})()"""
PICTURE: Final = """(async () => {
  const canvas = document.createElement("canvas");
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "雪 景.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector(".cm-content").dispatchEvent(event);
})()"""


WORD: Final = (
    "<h1>总结<o:p></o:p></h1><p class=MsoNormal><b>重点</b>：三万本</p>"
    "<p class=MsoListParagraph>·&nbsp;&nbsp;第一条</p><p class=MsoListParagraph>· 第二条</p>"
    "<table><tr><td><p class=MsoNormal>甲</p></td></tr><tr><td>1</td></tr></table>"
    '<img src="file:///C:/x.png">'
)
FEISHU: Final = (
    '<div data-lark-html-role="root"><h2>飞书</h2><ul><li><div><strong>要点</strong>一</div></li>'
    "<li><div>要点二</div></li></ul></div>"
)
XIUMI: Final = '<section style=\'color:#c00\' powered-by="xiumi.us"><p style="margin:0"  class=x>一 &amp; 二</p>'
PASTED: Final = {
    "word": (
        WORD,
        "# 总结\n\n**重点**：三万本\n\n- 第一条\n- 第二条\n\n| 甲 |\n| --- |\n| 1 |",
    ),
    "feishu": (FEISHU, "## 飞书\n\n- **要点**一\n- 要点二"),
    "xiumi": (
        f"<html><body>\r\n<!--StartFragment-->{XIUMI}\r\n\r\n</section><!--EndFragment--></body></html>",
        f"{XIUMI}\n</section>",
    ),
}
"""What is on the clipboard, and what stands in the text."""


def compose(browser: Browser, *letters: str) -> None:
    for each in letters:
        browser(
            "Input.imeSetComposition",
            text=each,
            selectionStart=len(each),
            selectionEnd=len(each),
        )
        time.sleep(0.3)  # Longer than the pause after which a text is written.


def test_letters_of_an_input_method_are_not_saved_and_nothing_is_replaced_meanwhile(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    type_at_end(browser, "\n\n")
    compose(browser, "n", "ni", "ni hao")
    assert "ni" not in file.read_text(encoding="utf-8")[-10:]
    other = "由 git 加的一段\n\n" + file.read_text(encoding="utf-8")
    file.write_text(other, encoding="utf-8")
    compose(browser, "ni hao ", "ni hao a")
    assert "ni hao a" in browser.value(SHOWN)
    browser("Input.insertText", text="你好啊")
    wait(lambda: file.read_text(encoding="utf-8").endswith("你好啊"))
    wait(lambda: file.read_text(encoding="utf-8").startswith("由 git 加的一段"))
    go(browser, "Home")
    browser.until(lambda: "由 git 加的一段" in browser.value(SHOWN))


def test_a_field_takes_words_and_not_the_letters_before_them_and_is_undone(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    file = desk.file("campaign.yaml")
    before = file.read_bytes()
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    browser.value("document.querySelector('#fields input').select()")
    compose(browser, "x", "xue", "xue")
    assert file.read_bytes() == before
    browser("Input.insertText", text="雪天")
    wait(lambda: '"雪天"' in file.read_text(encoding="utf-8"))
    undo = "document.querySelector('.tools button').click()"
    browser.until(
        lambda: browser.value("document.getElementById('save-state').dataset.kind") != "saving"
    )
    browser.value("document.querySelector('.tools button').focus()")
    browser.value(undo)
    wait(lambda: file.read_bytes() == before)


def test_the_phone_follows_what_is_written(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    type_at_end(browser, "\n\n末尾的一段。\n")
    place = """(() => {
      const page = document.getElementById("phone").contentDocument;
      const found = [...page.querySelectorAll("p")].find((each) => each.textContent.includes("末尾的一段"));
      return found ? found.getBoundingClientRect().top : -1;
    })()"""
    browser.until(lambda: 0 < browser.value(place) < 900)


def test_the_place_that_is_written_stays_in_view_when_its_room_shrinks(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    type_at_end(browser, "\n\n末尾的一段。\n")
    seen = """(() => {
      const end = (name) => document.querySelector(name).getBoundingClientRect().bottom;
      return end(".cm-cursor-primary") <= end(".cm-scroller");
    })()"""
    browser.until(lambda: browser.value(seen))
    browser.window(1440, 620)
    browser.until(lambda: browser.value(seen))


@pytest.mark.parametrize("kind", PASTED)
def test_what_is_pasted_is_markdown_and_design_keeps_its_bytes(
    browser: Browser, desk: OpenDesk, kind: str
) -> None:
    html, written = PASTED[kind]
    open_letter(browser, desk)
    go(browser, "End")
    browser.value(PASTE.format(html=json.dumps(html)))
    file = desk.file("articles/main.md.j2")
    wait(lambda: f"\n\n{written}\n" in file.read_text(encoding="utf-8"))
    assert "powered-by" not in browser.value(SHOWN)


def test_a_picture_is_stored_and_its_words_are_asked_for(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    go(browser, "End")
    browser.value(PICTURE)
    browser.until(
        lambda: browser.value("document.querySelectorAll('dialog[open] img').length") == 1
    )
    browser("Input.insertText", text="雪落在桥上")
    browser.press("Enter")
    file = desk.file("articles/main.md.j2")
    wait(lambda: "\n\n![雪落在桥上](../images/雪-景.png)\n" in file.read_text(encoding="utf-8"))
    assert desk.file("images/雪-景.png").is_file()


def test_the_words_of_a_picture_are_asked_for_where_they_are_missed(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    type_at_end(browser, "\n\n![](../images/dusk.jpg)\n")
    mend = "[...document.querySelectorAll('#found li')].find((each) => each.textContent.includes('MC215'))"
    browser.until(lambda: browser.value(f"!!{mend}?.querySelectorAll('button').length"))
    browser.value(f"[...{mend}.querySelectorAll('button')].at(-1).click()")
    picture = "document.querySelector('dialog[open] img')?.naturalWidth > 0"
    browser.until(lambda: browser.value(picture))
    browser("Input.insertText", text="黄昏的[桥]$&")
    browser.press("Enter")
    file = desk.file("articles/main.md.j2")
    wait(lambda: "![黄昏的 桥 $&](../images/dusk.jpg)" in file.read_text(encoding="utf-8"))
    browser.until(lambda: not browser.value(f"!!{mend}"))


def test_a_new_letter_needs_a_title_alone(browser: Browser, desk: OpenDesk) -> None:
    browser.window(1440, 900)
    browser.open(desk.address)
    browser.until(lambda: browser.value("document.querySelectorAll('.letters li').length") > 5)
    browser.value("document.getElementById('new').click()")
    browser("Input.insertText", text="雪天的信")
    browser.press("Enter")
    browser.until(lambda: browser.value("location.pathname").startswith("/-/desk/20"))
    browser.until(
        lambda: browser.value("document.querySelector('#letter-title')?.textContent") == "雪天的信"
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing(browser: Browser, desk: OpenDesk, *, dark: bool, language: str) -> None:
    desk.speak(language)
    browser.window(1440, 900, dark=dark)
    browser.open(desk.address)
    browser.until(lambda: browser.value("document.querySelectorAll('.letters li').length") > 5)
    assert axe(browser) == []
    browser.value("document.getElementById('new').click()")
    assert axe(browser) == []
    open_letter(browser, desk, dark=dark)
    assert axe(browser) == []
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    assert axe(browser) == []
    browser.value("document.getElementById('review').click()")
    assert axe(browser) == []
    browser.value("document.querySelector('.parts button').click()")
    file = desk.file("articles/main.md.j2")
    theirs = file.read_text(encoding="utf-8").rstrip("\n") + "在 git 里加的。\n"
    file.write_text(theirs, encoding="utf-8")
    type_at_end(browser, "在页面里加的。")
    browser.until(lambda: browser.value("document.querySelectorAll('dialog[open]').length") == 1)
    assert axe(browser) == []


def test_the_keyboard_alone_reaches_everything_and_leaves_the_text(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    focused = "(document.activeElement.id || document.activeElement.className || document.activeElement.title)"
    browser.press("Tab")
    assert browser.value(focused) == "skip"
    seen = []
    for _ in range(30):
        browser.press("Tab")
        seen.append(browser.value(focused))
        if "cm-content" in seen[-1]:
            break
    assert {"home", "quiet", "review"} < {*" ".join(seen).split()}
    assert "cm-content" in seen[-1]
    browser.press("Escape")
    browser.press("Tab")
    assert "cm-content" not in browser.value(focused)
    browser.value("document.getElementById('quiet').click()")
    assert browser.value("getComputedStyle(document.querySelector('.showing')).display") == "none"


def test_a_letter_whose_name_is_searched_is_the_only_one_shown(
    browser: Browser, desk: OpenDesk
) -> None:
    browser.window(1440, 900)
    browser.open(desk.address)
    rows = "document.querySelectorAll('.letters li').length"
    browser.until(lambda: browser.value(rows) > 5)
    browser.value("document.getElementById('search').focus()")
    browser("Input.insertText", text=LETTER)
    browser.until(lambda: browser.value(rows) == 1)
