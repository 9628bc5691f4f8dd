"""No word is lost at the desk: its server is killed at any moment, two tabs write, git changes the file meanwhile."""

import random
import signal
import time

import pytest
from browser import Browser
from desks import LETTER, OpenDesk, go, open_letter, wait

pytestmark = [pytest.mark.chromium, pytest.mark.slow]

KEEP_BOTH = "document.querySelector('dialog .main-act')?.click()"
READY = "document.documentElement.dataset.ready === 'yes'"
SEEN = "document.querySelector('.cm-content').innerText"
STEPS = 30


class Writers:
    """Two tabs that write words of which each is there once, and somebody who changes the file by git."""

    def __init__(self, browser: Browser, desk: OpenDesk, seed: int) -> None:
        self.browser, self.desk, self.dice = browser, desk, random.Random(seed)
        self.file, self.is_up = desk.file("articles/main.md.j2"), True
        self.words: list[str] = []
        self.tabs = [browser.new_tab()]
        open_letter(browser, desk)
        self.tabs.append(browser.turn_to(self.tabs[0]))
        open_letter(browser, desk)

    def word(self) -> str:
        self.words.append(f"第{len(self.words):03}词")
        return self.words[-1]

    def write(self) -> None:
        self.browser.value(KEEP_BOTH)
        at_end = self.dice.random() < 0.6
        go(self.browser, "End" if at_end else "Home")
        word = self.word()
        self.browser("Input.insertText", text=f"\n\n{word}" if at_end else f"{word}\n\n")
        if word not in self.browser.value(SEEN):
            self.words.pop()  # A question was open, and nothing could be written.
        time.sleep(self.dice.choice([0, 0.03, 0.08, 0.12, 0.3]))

    def kill_or_begin(self) -> None:
        if self.is_up:
            self.desk.end(signal.SIGKILL)
        else:
            self.desk.begin(self.desk.site.rpartition(":")[2])
        self.is_up = not self.is_up
        time.sleep(self.dice.choice([0, 0.1, 0.4]))

    def change_by_git(self) -> None:
        if self.is_up:
            return  # The moment between reading and writing would be this test's fault.
        paragraphs = self.file.read_text(encoding="utf-8").split("\n\n")
        paragraphs.insert(self.dice.randrange(1, 8), self.word())
        other = self.file.with_suffix(".other")
        other.write_text("\n\n".join(paragraphs), encoding="utf-8")
        other.replace(self.file)

    def load_again(self) -> None:
        if self.is_up:
            self.browser.open(f"{self.desk.site}/-/desk/{LETTER}")
            self.browser.until(lambda: self.answered() and self.browser.value(READY))

    def answered(self) -> bool:
        self.browser.value(KEEP_BOTH)
        return True

    def has_all(self) -> bool:
        for tab in self.tabs:
            self.browser.turn_to(tab)
            self.browser.value(KEEP_BOTH)
        text = self.file.read_text(encoding="utf-8")
        return all(word in text for word in self.words)


@pytest.mark.parametrize("seed", [1, 2])
def test_no_word_is_lost(browser: Browser, desk: OpenDesk, seed: int) -> None:
    writers = Writers(browser, desk, seed)
    acts = (
        *(writers.write,) * 6,
        *(writers.kill_or_begin,) * 2,
        writers.change_by_git,
        writers.load_again,
    )
    for _ in range(STEPS):
        browser.turn_to(writers.dice.choice(writers.tabs))
        writers.dice.choice(acts)()
    if not writers.is_up:
        writers.kill_or_begin()
    wait(writers.has_all)
    assert len(writers.words) > 10
    browser.turn_to(writers.tabs[1])
    browser("Page.close")
    browser.turn_to(writers.tabs[0])
