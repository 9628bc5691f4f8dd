"""The pages of audiences in a browser: they fit, can be read, are reached from the first page, and follow a freeze."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock
from browser import Browser
from gits import git
from measures import TOO_WIDE, contrast
from nights import first_by_day
from processes import first_line
from repositories import Tree, window

from massctl.browser import SECONDS_MAX

pytestmark = pytest.mark.chromium

AUDIENCES = 200
WIDTHS = (375, 768, 1440)
QUERY = "{query: {sql: east.sql, connection: warehouse}}"
SQL = "SELECT openid FROM members\n"


def write(tree: Tree, language: str) -> None:
    tree.settings(language=language)
    tree.write(
        "massctl.yaml", tree.read("massctl.yaml") + "connections: {warehouse: {url_env: W}}\n"
    )
    git(tree.root, "init", "--quiet")
    tree.write("audiences/east.sql", SQL)
    more = "exclude: [list-001]\nexpect: {min: 2, max: 6000}\ncap: {month: 4}\n"
    tree.write("audiences/east.yaml", EAST.replace("{file: /data/east.csv}", QUERY) + more)
    for number in range(1, AUDIENCES):
        tree.write(
            f"audiences/list-{number:03}.yaml", EAST.replace("华东会员", f"名单 {number:03}")
        )
    for month, count in (("09", 5), ("10", 7), ("11", 6)):
        for name, sql in (("east", SQL), ("list-001", None)):
            moment = f"2026-{month}-12T09:00:00+08:00"
            lock(tree, name, PEOPLE[:count], sql, frozen_at=moment)
        git(tree.root, "add", "--all")
        git(tree.root, "commit", "--quiet", "--message", "freeze")
    opens = window("2099-12-12T20:00:00+08:00", "2099-12-12T21:00:00+08:00")
    tree.write("campaigns/mail/campaign.yaml", LETTER + opens)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("audiences"))


@pytest.fixture(scope="module", params=["en", "zh"])
def address(request: pytest.FixtureRequest, tree: Tree) -> Iterator[str]:
    if not (tree.root / "audiences").exists():
        write(tree, request.param)
    tree.write(
        "massctl.yaml",
        tree.read("massctl.yaml").replace("language: en", f"language: {request.param}"),
    )
    massctl = str(Path(sys.executable).with_name("massctl"))
    with subprocess.Popen(
        [massctl, "-C", str(tree.root), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        env={**os.environ, "MASSCTL_LANG": request.param},
    ) as server:
        try:
            yield first_line(server)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(SECONDS_MAX)


@pytest.mark.parametrize(
    ("width", "dark"), first_by_day([(WIDTHS[0], True), *product(WIDTHS, (False, True))])
)
def test_two_hundred_audiences_and_one_of_them_fit_and_can_be_read(
    browser: Browser, address: str, width: int, dark: bool
) -> None:
    browser.window(width, 900, dark=dark)
    for path in ("-/audiences", "-/audiences/east"):
        browser.open("about:blank")
        browser.open(address + path)
        assert [] == browser.value(TOO_WIDE)
        found = contrast(browser, ".live")
        assert [] == found["poor"]
        assert found["looked"] > 20
        assert [] == browser.complaints()


def test_an_audience_is_reached_from_the_first_page_and_leads_to_its_campaign(
    browser: Browser, address: str
) -> None:
    browser.window(1440, 900)
    browser.open("about:blank")
    browser.open(address)
    rows = "document.querySelectorAll('.audiences tbody tr').length"
    browser.value("document.querySelector('a[href=\"/-/audiences\"]').click()")
    browser.until(lambda: browser.value(rows) == AUDIENCES)
    browser.value("document.querySelector('.audiences tbody a').click()")
    browser.until(lambda: browser.value("location.pathname") == "/-/audiences/east")
    drawn = "document.querySelectorAll('.chart .wide .this circle').length"
    browser.until(lambda: browser.value(drawn) == 3)
    browser.value("document.querySelector('a[href=\"/mail\"]').click()")
    browser.until(lambda: browser.value("location.pathname") == "/mail")


def test_a_page_follows_a_freeze(browser: Browser, address: str, tree: Tree) -> None:
    browser.window(1440, 900)
    browser.open("about:blank")
    browser.open(address + "-/audiences/east")
    browser.until(lambda: browser.value("document.documentElement.dataset.live") == "yes")
    sentence = "document.querySelector('.sentence').innerText"
    lock(tree, "east", PEOPLE[:4], SQL, frozen_at="2026-12-01T09:00:00+08:00")
    browser.until(lambda: browser.value(sentence).startswith("4 "))
    lock(tree, "east", PEOPLE[:6], SQL, frozen_at="2026-11-12T09:00:00+08:00")
    browser.until(lambda: browser.value(sentence).startswith("6 "))
