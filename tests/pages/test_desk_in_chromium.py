"""The desk in a real browser: what is typed is on the disk and on the phone, and a review is a branch."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest
from browser import Browser
from gits import git, remote_at
from page_samples import ROOT
from services import missing

from massctl.browser import SECONDS_MAX

pytestmark = pytest.mark.chromium

LETTER: Final = "2026-autumn-walks"
SECRET: Final = "s3cret-of-wechat-0123456789"


class OpenDesk:
    """A desk that runs, its folder, and the bare remote of that."""

    def __init__(self, root: Path, remote: Path) -> None:
        self.root, self.remote = root, remote
        self.begin("0")

    def begin(self, port: str) -> None:
        massctl = str(Path(sys.executable).with_name("massctl"))
        self.process = subprocess.Popen(
            [massctl, "-C", str(self.root), "desk", "--port", port],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "MASSCTL_LANG": "zh", "MASSCTL_MAIN_SECRET": SECRET},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().decode().strip()
        self.site = self.address.partition("/?")[0]

    def end(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)
        self.process.wait(SECONDS_MAX)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def file(self, path: str) -> Path:
        return self.root / "campaigns" / LETTER / path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    if not (files("massctl.desk") / "built" / "desk.js").is_file():
        missing("the desk's editor is not built: python massctl/desk/browser/build.py")
    root, remote = tmp_path / "repository", remote_at(tmp_path / "remote.git")
    root.mkdir()
    shutil.copy(ROOT / "massctl.yaml", root)
    shutil.copytree(ROOT / "campaigns", root / "campaigns")
    (root / ".gitignore").write_text(".massctl/\n", encoding="utf-8")
    for words in (
        ("init", "--quiet"),
        ("config", "user.name", "林编辑"),
        ("config", "user.email", "lin@example.com"),
        ("add", "."),
        ("commit", "--quiet", "-m", "begin"),
        ("remote", "add", "origin", str(remote)),
        ("push", "--quiet", "origin", "main"),
    ):
        git(root, *words)
    opened = OpenDesk(root, remote)
    yield opened
    opened.end(signal.SIGKILL)


def wait(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def open_letter(browser: Browser, desk: OpenDesk) -> None:
    browser.window(1440, 900)
    browser.open(desk.address)
    browser.open(f"{desk.site}/-/desk/{LETTER}")
    browser.until(lambda: browser.value("document.documentElement.dataset.ready === 'yes'"))


def go(browser: Browser, key: str) -> None:
    """Go to the beginning or the end of the text: the editor draws only what is seen."""
    browser.value("document.querySelector('.cm-content').focus()")
    code = {"End": 35, "Home": 36}[key]
    pressed = {"key": key, "code": key, "modifiers": 2, "windowsVirtualKeyCode": code}
    browser("Input.dispatchKeyEvent", type="keyDown", **pressed)


def type_at_end(browser: Browser, text: str) -> None:
    go(browser, "End")
    browser("Input.insertText", text=text)


ON_PHONE = "document.getElementById('phone').contentDocument.body.innerText.includes({!r})"


@pytest.mark.slow
def test_what_is_typed_is_on_the_disk_and_on_the_phone(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    type_at_end(browser, "\n\n今天下雪了。\n")
    wait(lambda: "今天下雪了。" in desk.file("articles/main.md.j2").read_text(encoding="utf-8"))
    browser.until(lambda: browser.value(ON_PHONE.format("今天下雪了。")))
    browser.until(
        lambda: browser.value("document.getElementById('save-state').textContent") == "已保存"
    )
    assert browser.complaints() == []


@pytest.mark.slow
def test_a_server_that_dies_loses_no_word(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    desk.end(signal.SIGKILL)
    type_at_end(browser, "\n\n断电时写的话。\n")
    browser.until(
        lambda: "浏览器里" in browser.value("document.getElementById('save-state').textContent")
    )
    file = desk.file("articles/main.md.j2")
    assert "断电时写的话" not in file.read_text(encoding="utf-8")
    desk.begin(desk.site.rpartition(":")[2])
    wait(lambda: "断电时写的话。" in file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_a_browser_that_dies_with_the_server_loses_no_word(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    desk.end(signal.SIGKILL)
    type_at_end(browser, "\n\n合上盖子前的话。\n")
    kept = f"localStorage.getItem('massctl-desk:{LETTER}/articles/main.md.j2')"
    browser.until(lambda: "合上盖子前的话" in (browser.value(kept) or ""))
    browser.open("about:blank")
    desk.begin(desk.site.rpartition(":")[2])
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    wait(lambda: "合上盖子前的话。" in file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_two_tabs_and_git_lose_nothing(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    changed = file.read_text(encoding="utf-8").replace("## 为什么这期没有照片", "## 为什么没有照片")
    file.write_text(changed, encoding="utf-8")
    type_at_end(browser, "\n\n在页面里加的一段。\n")
    wait(lambda: "在页面里加的一段。" in file.read_text(encoding="utf-8"))
    assert "## 为什么没有照片" in file.read_text(encoding="utf-8")
    go(browser, "Home")
    browser.until(
        lambda: "为什么没有照片" in browser.value("document.querySelector('.cm-content').innerText")
    )


@pytest.mark.slow
def test_a_clash_that_is_closed_writes_nothing_and_stays_open(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    file = desk.file("articles/main.md.j2")
    theirs = file.read_text(encoding="utf-8").rstrip("\n") + "在 git 里加的。\n"
    file.write_text(theirs, encoding="utf-8")
    type_at_end(browser, "在页面里加的。")
    browser.until(lambda: browser.value("document.querySelectorAll('dialog[open]').length") == 1)
    browser.value("document.querySelector('dialog[open]').close()")
    browser.until(lambda: browser.value("document.querySelectorAll('dialog[open]').length") == 1)
    assert file.read_text(encoding="utf-8") == theirs
    browser.value("document.querySelector('dialog[open] .main-act').click()")
    wait(lambda: "在页面里加的。" in file.read_text(encoding="utf-8"))
    assert "在 git 里加的。" in file.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_review_is_a_branch_of_the_letter_alone(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    script = (
        "(() => {{ const field = document.querySelector('#fields input'); field.value = {!r};"
        " field.dispatchEvent(new Event('input', {{bubbles: true}})) }})()"
    )
    browser.value(script.format("雪天的四个周六"))
    wait(lambda: '"雪天的四个周六"' in desk.file("campaign.yaml").read_text(encoding="utf-8"))
    (desk.root / "notes.txt").write_text("别提交", encoding="utf-8")
    before = git(desk.root, "rev-parse", "HEAD")
    browser.value("document.getElementById('review').click()")
    browser.value("document.querySelector('dialog .main-act').click()")
    said = "document.querySelector('dialog [role=status]').textContent"
    browser.until(lambda: f"letter/{LETTER}" in browser.value(said))
    listed = git(desk.remote, "diff", "--name-only", "main", f"letter/{LETTER}").split()
    assert listed == [
        f"campaigns/{LETTER}/campaign.lock.json",
        f"campaigns/{LETTER}/campaign.yaml",
    ]
    assert git(desk.remote, "log", "-1", "--format=%an <%ae>", f"letter/{LETTER}") == (
        "林编辑 <lin@example.com>"
    )
    assert git(desk.root, "rev-parse", "HEAD") == before
    assert git(desk.root, "diff", "--cached", "--name-only") == ""
    browser.value("document.querySelectorAll('dialog .acts button')[1].click()")
    wait(lambda: f"letter/{LETTER}" not in git(desk.remote, "branch", "--list"))


@pytest.mark.slow
@pytest.mark.enable_socket
def test_nobody_else_may_write_and_the_desk_knows_no_secret(desk: OpenDesk) -> None:
    import httpx

    key = desk.address.partition("=")[2]
    path = f"{desk.site}/-/api/letters/{LETTER}/files/articles/main.md.j2"
    body = {"text": "x", "base": ""}
    stranger, person = httpx.Client(), httpx.Client(cookies={"massctl_desk": key})
    assert stranger.put(path, json=body).status_code == 403
    assert stranger.get(f"{desk.site}/{LETTER}").status_code == 403
    elsewhere = {"Origin": "https://evil.example"}
    assert person.put(path, json=body, headers=elsewhere).status_code == 403
    assert person.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert person.get(desk.site, headers={"Host": "evil.example"}).status_code == 403
    page = person.get(f"{desk.site}/-/desk/{LETTER}")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    environment = Path(f"/proc/{desk.process.pid}/environ").read_bytes()
    assert SECRET.encode() not in environment
    told = person.get(f"{desk.site}/-/api/letters").text
    assert SECRET not in told


@pytest.mark.slow
def test_a_new_letter_is_made_and_opened(browser: Browser, desk: OpenDesk) -> None:
    browser.window(1440, 900)
    browser.open(desk.address)
    browser.until(lambda: browser.value("document.querySelectorAll('.letters li').length") > 5)
    browser.value("document.getElementById('new').click()")
    fill = "document.querySelectorAll('dialog form input')[{}].value = {!r}"
    browser.value(fill.format(0, "雪天的信"))
    browser.value(fill.format(1, "2026-12-snow"))
    browser.value("document.querySelector('dialog form button').click()")
    browser.until(lambda: browser.value("location.pathname") == "/-/desk/2026-12-snow")
    made = desk.root / "campaigns/2026-12-snow/campaign.yaml"
    assert "雪天的信" in made.read_text(encoding="utf-8")


def open_form(browser: Browser, desk: OpenDesk) -> None:
    open_letter(browser, desk)
    browser.value("document.querySelector('[data-path=\"\"]').click()")
    browser.until(lambda: browser.value("document.querySelectorAll('.days button').length > 27"))


def said(desk: OpenDesk) -> str:
    return desk.file("campaign.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_cover_is_cut_by_keys_and_articles_come_and_change_places(
    browser: Browser, desk: OpenDesk
) -> None:
    open_form(browser, desk)
    before = said(desk)
    browser.until(lambda: browser.value("document.querySelectorAll('.frame')[1].style.width"))
    press = (
        "document.querySelectorAll('.frame')[1].dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}))"
    )
    browser.value(press)
    wait(lambda: "crop_1_1: " in said(desk))
    line = next(each for each in said(desk).splitlines() if "crop_1_1" in each)
    assert line.startswith('      cover: {file: "images/cover.jpg", crop_1_1: "')
    others = [each for each in said(desk).splitlines() if "cover" not in each]
    assert others == [each for each in before.splitlines() if "cover" not in each]
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
    browser.until(
        lambda: browser.value("document.querySelectorAll('.parts [role=tab]').length") == 4
    )
    browser.value(find.format("撤销上一处表单修改") + ".click()")
    wait(lambda: said(desk).index("新文章") > said(desk).index("四个周六，{{ total_km }}"))
    assert browser.complaints() == []


@pytest.mark.slow
def test_a_day_of_the_calendar_is_the_window_and_shows_what_is_taken(
    browser: Browser, desk: OpenDesk
) -> None:
    open_form(browser, desk)
    browser.value("document.querySelectorAll('.days button')[10].click()")
    wait(lambda: "not_after" in said(desk))
    day = browser.value(
        "document.querySelectorAll('.days button')[10].getAttribute('aria-label').slice(0, 10)"
    )
    assert f'not_before: "{day}T20:00:00+08:00"' in said(desk)
    assert f'not_after: "{day}T22:00:00+08:00"' in said(desk)
    browser.until(
        lambda: "这封信" in browser.value("document.querySelector('.taken-list')?.innerText ?? ''")
    )
