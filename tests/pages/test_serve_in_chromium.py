"""`massctl serve` and a browser: what is saved is seen, whatever is wrong with it, and nothing else is asked for."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import Browser
from measures import TOO_WIDE, contrast
from page_samples import ROOT
from processes import first_line

from massctl.browser import SECONDS_MAX

pytestmark = pytest.mark.chromium

MEMBERS = "2026-12-members-issue"
ARTICLE = f"campaigns/{MEMBERS}/articles/winter-walks.md"
CAMPAIGN = f"campaigns/{MEMBERS}/campaign.yaml"
BEGINNING = "冬天的步行活动，每年都有人问一句"


@dataclass
class Served:
    root: Path
    address: str

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a copy of the samples, one of which was shown to somebody and then edited."""
    root = tmp_path_factory.mktemp("served")
    shutil.copy(ROOT / "massctl.yaml", root)
    shutil.copytree(ROOT / "campaigns", root / "campaigns")
    massctl = [str(Path(sys.executable).with_name("massctl")), "-C", str(root)]
    shown = ["preview", MEMBERS, "--towxname", "lin", "--sandbox"]
    subprocess.run([*massctl, *shown], check=True, capture_output=True)
    server = subprocess.Popen(
        [*massctl, "serve", "--port", "0", "--sandbox"],
        stdout=subprocess.PIPE,
    )
    try:
        yield Served(root, first_line(server))
    finally:
        server.send_signal(signal.SIGINT)
        status = server.wait(SECONDS_MAX)
        server.stdout.close()
    assert 0 == status


def live(browser: Browser, address: str) -> None:
    """Open a page, and wait until it listens."""
    browser.open(address)
    browser.until(lambda: browser.value("document.documentElement.dataset.live") == "yes")


def seconds_until(browser: Browser, words: str) -> float:
    begun = time.monotonic()
    browser.until(lambda: browser.value(f"document.body.innerText.includes({words!r})"))
    return time.monotonic() - begun


def test_a_saved_file_is_seen_and_the_reader_stays_where_she_is(
    browser: Browser, served: Served, record_property: Callable[[str, object], None]
):
    browser.window(1280, 900)
    live(browser, served.address + MEMBERS)
    browser.value(
        "document.querySelector('#arrival-list').click(), document.querySelector('#reading-glass').scrollTop = 90"
    )
    served.edit(ARTICLE, BEGINNING, "改过的开头")
    record_property("seconds from save to sight", round(seconds_until(browser, "改过的开头"), 3))
    assert browser.value("document.querySelector('#arrival-list').checked")
    assert 90 == browser.value("document.querySelector('#reading-glass').scrollTop")
    served.edit(ARTICLE, "改过的开头", BEGINNING)
    seconds_until(browser, BEGINNING)


@pytest.mark.night
def test_a_fault_is_shown_in_the_page_which_recovers(browser: Browser, served: Served):
    browser.window(1280, 900)
    live(browser, served.address + MEMBERS)
    served.edit(CAMPAIGN, "account: main", "acount: main")
    seconds_until(browser, f"{CAMPAIGN}:4:1")
    assert browser.value("document.querySelector('[role=alert]').checkVisibility()")
    assert browser.value("document.querySelector('.reading .content').innerText.length > 500")
    served.edit(CAMPAIGN, "acount: main", "account: main")
    browser.until(lambda: browser.value("document.querySelector('[role=alert]') === null"))


def test_a_finding_leads_to_its_place(browser: Browser, served: Served):
    browser.window(1280, 900)
    live(browser, served.address + "2026-autumn-walks")
    browser.value("document.querySelector('[data-sought]').click()")
    browser.until(lambda: browser.value("CSS.highlights.has('sought')"))
    found = browser.value("[...CSS.highlights.get('sought')][0].toString()")
    place = "[...CSS.highlights.get('sought')][0].getBoundingClientRect()"
    assert "秋季路线页" == found
    assert browser.value(f"{place}.top > 0 && {place}.bottom < innerHeight")


def test_the_version_that_was_staged_lies_beside_the_one_of_now(browser: Browser, served: Served):
    browser.window(1440, 900)
    served.edit(ARTICLE, BEGINNING, "改过的开头")
    live(browser, served.address + MEMBERS)
    seconds_until(browser, "改过的开头")
    browser.value("document.querySelector('#beside-earlier').click()")
    columns = "[...document.querySelectorAll('.column')].filter((e) => e.checkVisibility()).map((e) => e.className)"
    assert ["column earlier", "column reading", "column aside"] == browser.value(columns)
    assert [True, True] == [
        browser.value(f"document.querySelector('.changes {tag}') !== null")
        for tag in ("del", "ins")
    ]
    marked = "[...new Set([...CSS.highlights.get({!r})].map((range) => range.toString()))]"
    assert ["改过的开头"] == browser.value(marked.format("added"))
    assert [BEGINNING] == browser.value(marked.format("removed"))
    browser.value("document.querySelector('#reading-glass').scrollTop = 600")
    browser.until(lambda: browser.value("document.querySelector('#earlier-glass').scrollTop > 500"))
    assert [] == browser.value(TOO_WIDE)
    served.edit(ARTICLE, "改过的开头", BEGINNING)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(375, 800), (1280, 900)], ids=["phone", "desk"])
def test_the_list_of_campaigns_fits_and_stands_out(
    browser: Browser, served: Served, size: tuple[int, int], dark: bool
):
    browser.window(*size, dark=dark)
    live(browser, served.address)
    seconds_until(browser, "秋季步行特刊")
    assert [] == browser.value(TOO_WIDE)
    found = contrast(browser, ".live")
    assert [] == found["poor"]
    assert found["looked"] > 20


def test_only_massctl_is_asked_for_anything(browser: Browser, served: Served):
    browser.window(1280, 900)
    live(browser, served.address + "2026-autumn-walks")
    asked = browser.requests()
    assert {"/-/live.js", "/-/changes"} <= {urlsplit(each).path for each in asked}
    assert [] == [each for each in asked if not each.startswith((served.address, "data:"))]
    assert [] == browser.complaints()


def test_an_article_that_would_run_a_script_or_send_its_reader_away_does_neither(
    browser: Browser, served: Served
):
    """What rendering lets through by mistake, the policy of the page stops."""
    live(browser, served.address + "2026-12-text-notice")
    browser.value(
        """(() => {
          const content = document.createElement("div");
          content.innerHTML = '<img src="https://example.com/a.png" onerror="window.ran = 1"><iframe src="/"></iframe>';
          document.querySelector("main").append(content);
        })()"""
    )
    # Whether it complains of the handler and of the frame too is up to the browser; neither does anything.
    browser.until(lambda: any("example.com/a.png" in each for each in browser.complaints()))
    assert browser.value("window.ran") is None
    assert browser.value("document.querySelector('main iframe').contentDocument") is None


@pytest.mark.night
def test_the_gallery_of_themes_redraws_what_is_chosen(browser: Browser, served: Served):
    browser.window(1280, 900)
    live(browser, served.address + "-/themes")
    browser.value("document.querySelector('#headings-block').click()")
    seconds_until(browser, "theme: {name: danmo, headings: block}")
    assert "?headings=block" == browser.value("location.search")
    live(browser, served.address + "-/themes?headings=block&accent=%23e60012")
    assert browser.value("document.querySelector('#headings-block').checked")
    assert "#e60012" == browser.value("document.querySelector('[name=accent]').value")
    browser.value("document.querySelector('#accent-own').click()")
    browser.until(lambda: "?headings=block" == browser.value("location.search"))
    assert [] == browser.complaints()


@pytest.mark.night
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_gallery_of_themes_fits_a_phone_and_can_be_read(
    browser: Browser, served: Served, dark: bool
):
    browser.window(375, 800, dark=dark)
    live(browser, served.address + "-/themes?accent=%23e60012")
    assert [] == browser.value(TOO_WIDE)
    assert [] == contrast(browser, ".glass")["poor"]


@pytest.mark.night
def test_the_report_follows_the_ledger_and_the_archive_while_it_is_looked_at(
    browser: Browser, served: Served
):
    browser.window(1280, 900)
    live(browser, served.address + "-/report")
    seconds_until(browser, "Nothing was sent.")
    massctl = [str(Path(sys.executable).with_name("massctl")), "-C", str(served.root)]
    for command in (["apply", MEMBERS], ["sandbox", "advance", "2"], ["status", "--statistics"]):
        flag = [] if command[0] == "sandbox" else ["--sandbox"]
        subprocess.run(
            [*massctl, *command, *flag, *(["--yes"] if command[0] == "apply" else [])], check=True
        )
        if command[0] == "apply":
            seconds_until(browser, MEMBERS)
    amount = "document.querySelectorAll('.sends tbody .amount')[0].textContent[0]"
    browser.until(lambda: str(browser.value(amount)).isdigit())
    browser.until(
        lambda: "by the end of" in browser.value("document.querySelector('.sentence').textContent")
    )
    browser.value("document.querySelector('.sends tbody a').click()")
    browser.until(lambda: browser.value("location.search").startswith("?send=" + MEMBERS))
    assert [] == browser.complaints()
