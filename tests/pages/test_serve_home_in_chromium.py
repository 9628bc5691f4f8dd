"""The first page of `massctl serve` with forty accounts: it fits, and is searched without a mouse."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from measures import TOO_WIDE, contrast
from processes import first_line
from repositories import TEXT, Tree, window

from massctl.browser import SECONDS_MAX

pytestmark = pytest.mark.chromium

ACCOUNTS = 40
DAYS = ("2026-12-05", "2026-12-09", "2026-12-12")


def write(root: Path, language: str) -> None:
    tree = Tree(root)
    tree.settings(language=language)
    for number in range(ACCOUNTS):
        key = f"brand-{number:02}"
        tree.write(
            f"accounts/{key}.yaml",
            f"appid: wx{number:016x}\nsecret_env: SECRET\nkind: service\n"
            f"name: 品牌{number:02}号\nowner: 华东第{number % 4}组\n",
        )
        day = DAYS[number % len(DAYS)]
        said = TEXT.format(
            content=f"第 {number} 封", more=window(f"{day}T09:00:00+08:00", f"{day}T12:00:00+08:00")
        )
        tree.write(
            f"campaigns/team-{number % 4}/{key}-news/campaign.yaml",
            said.replace("account: main", f"account: {key}").replace("改时间", f"问候 {number:02}"),
        )


@pytest.fixture(scope="module", params=["en", "zh"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("forty")
    write(root, request.param)
    massctl = str(Path(sys.executable).with_name("massctl"))
    environment = {**os.environ, "MASSCTL_LANG": request.param}
    with subprocess.Popen(
        [massctl, "-C", str(root), "serve", "--port", "0", "--sandbox"],
        stdout=subprocess.PIPE,
        env=environment,
    ) as server:
        try:
            yield first_line(server)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(SECONDS_MAX)


def rows(browser: Browser) -> list[str]:
    """Return the names of the campaigns that are listed."""
    found = browser.value(
        "[...document.querySelectorAll('.campaigns code')].map((e) => e.innerText)"
    )
    return sorted(found)


def opened(browser: Browser, address: str) -> None:
    """Open the page, and wait until every campaign was rendered."""
    browser.open("about:blank")  # The page of a server that ended asks for it again.
    browser.open(address)
    titles = "document.body.innerText.match(/问候 [0-9]{2}/g)?.length"
    browser.until(lambda: browser.value(titles) == ACCOUNTS)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [375, 1440])
def test_forty_accounts_fit_a_page_and_every_owner_is_read(
    browser: Browser, home: str, width: int, dark: bool
) -> None:
    browser.window(width, 1000, dark=dark)
    opened(browser, home)
    assert ACCOUNTS == len(rows(browser))
    assert [] == browser.value(TOO_WIDE)
    cut = "[...document.querySelectorAll('.close .when')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert 0 == browser.value(cut)
    assert [] == contrast(browser, skipped="i")["poor"]
    assert [] == browser.complaints()


def test_a_campaign_is_found_by_keyboard_alone(browser: Browser, home: str) -> None:
    browser.window(1440, 1000)
    opened(browser, home)
    browser.value("document.querySelector('[name=q]').focus()")
    browser("Input.insertText", text="问候 07")
    browser.press("Enter")
    browser.until(lambda: rows(browser) == ["brand-07-news"])
    browser.value("document.querySelector('form a').focus()")
    browser.press("Enter")
    browser.until(lambda: len(rows(browser)) == ACCOUNTS)


def test_a_filter_is_chosen_by_keyboard_alone(browser: Browser, home: str) -> None:
    browser.window(1440, 1000)
    opened(browser, home)
    browser.value("document.querySelector('[name=account]').focus()")
    browser.press("ArrowDown")
    chosen = browser.value("document.querySelector('[name=account]').value")
    assert "" != chosen
    browser.value("document.querySelector('form.search button').focus()")
    browser.press("Enter")
    browser.until(lambda: rows(browser) == [f"{chosen}-news"])
