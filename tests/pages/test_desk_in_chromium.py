"""The desk in a real browser: what is typed is on the disk and on the phone, and a review is a branch."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from browser import Browser
from desks import (
    LETTER,
    ON_PHONE,
    SECRET,
    OpenDesk,
    go,
    leave_unsaved,
    open_letter,
    type_at_end,
    unsaved,
    wait,
)
from gits import git
from services import CHROMIUM, require_chromium

from massctl.browser import FLAGS

pytestmark = pytest.mark.chromium


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
    browser.until(lambda: "合上盖子前的话" in unsaved(browser))
    browser.open("about:blank")
    desk.begin(desk.site.rpartition(":")[2])
    # Any page of the desk hands them over.
    browser.open(desk.site)
    file = desk.file("articles/main.md.j2")
    wait(lambda: "合上盖子前的话。" in file.read_text(encoding="utf-8"))
    wait(lambda: unsaved(browser) == "[]")


@pytest.mark.slow
def test_a_browser_that_is_killed_while_the_server_is_dead_loses_no_word(
    desk: OpenDesk, tmp_path: Path
) -> None:
    require_chromium()
    profile = tmp_path / "profile"
    profile.mkdir()
    with Browser(Path(CHROMIUM or ""), profile, FLAGS) as browser:
        open_letter(browser, desk)
        desk.end(signal.SIGKILL)
        type_at_end(browser, "\n\n拔了电池前的话。\n")
        browser.until(lambda: "拔了电池前的话" in unsaved(browser))
        browser.kill()
    for lock in profile.glob("Singleton*"):
        lock.unlink()
    desk.begin(desk.site.rpartition(":")[2])
    with Browser(Path(CHROMIUM or ""), profile, FLAGS) as browser:
        browser.open(desk.address)
        file = desk.file("articles/main.md.j2")
        wait(lambda: "拔了电池前的话。" in file.read_text(encoding="utf-8"))


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
    desk.file(".env").write_text("SECRET=1", encoding="utf-8")
    before = git(desk.root, "rev-parse", "HEAD")
    browser.value("document.getElementById('review').click()")
    browser.until(lambda: browser.value("!!document.querySelector('[data-act=review]')"))
    browser.value("document.querySelector('[data-act=review]').click()")
    said = "document.querySelector('#review-panel .answer').textContent"
    browser.until(lambda: f"letter/{LETTER}" in browser.value(said))
    assert browser.value(said).endswith(".env")
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
    browser.until(lambda: browser.value("!!document.querySelector('[data-act=withdraw]')"))
    browser.value("document.querySelector('[data-act=withdraw]').click()")
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
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_is_typed_while_a_review_is_asked_for_is_written_after_the_lock(
    desk: OpenDesk, tmp_path: Path
) -> None:
    import httpx

    person = httpx.Client(cookies={"massctl_desk": desk.address.partition("=")[2]}, timeout=60)
    letter = f"{desk.site}/-/api/letters/{LETTER}"
    path = f"{letter}/files/articles/main.md.j2"
    stands = person.get(path).json()
    is_asked = threading.Event()

    def write() -> None:
        number, file = 0, stands
        while not is_asked.is_set():
            number += 1
            text = f"{stands['text']}\n\n第 {number} 句。\n"
            file = person.put(path, json={"text": text, "base": file["version"]}).json()["file"]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        told = person.post(f"{letter}/review", json={}).json()
    finally:
        is_asked.set()
        writer.join()
    copy = tmp_path / "copy"
    git(tmp_path, "clone", "--quiet", "--branch", told["branch"], str(desk.remote), str(copy))
    massctl = str(Path(sys.executable).with_name("massctl"))
    subprocess.run([massctl, "-C", str(copy), "lock", "--check", LETTER], check=True)


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_block_that_nobody_filled_is_told_and_not_reviewed(desk: OpenDesk) -> None:
    import httpx

    person = httpx.Client(cookies={"massctl_desk": desk.address.partition("=")[2]}, timeout=60)
    letter = f"{desk.site}/-/api/letters/{LETTER}"
    path = f"{letter}/files/articles/main.md.j2"
    stands = person.get(path).json()
    offered = person.get(f"{letter}/choices").json()["blocks"]
    call = next(each["call"] for each in offered if each["name"] == "qa")
    text = stands["text"] + "\n" + re.sub(r"#\{\d+:([^{}]+)\}", r"\1", call) + "\n"
    person.put(path, json={"text": text, "base": stands["version"]})
    missing = person.get(f"{letter}/findings").json()["missing"]
    assert "articles/main.md.j2" in missing[0]["message"]
    refused = person.post(f"{letter}/review", json={})
    assert (422, missing[0]["message"]) == (refused.status_code, refused.json()["error"]["summary"])
    assert "letter/" not in git(desk.remote, "branch", "--list")


@pytest.mark.slow
def test_words_that_the_desk_refuses_are_shown_and_kept_until_they_are_deleted(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    leave_unsaved(browser, f"{LETTER}/articles/main.md.j2", "半个字\\ud800")
    open_letter(browser, desk)
    shown = "document.querySelector('dialog[open] textarea')?.value ?? ''"
    browser.until(lambda: "半个字" in browser.value(shown))
    assert browser.value("document.querySelector('.cm-content').innerText.length") > 100
    browser.value("document.querySelector('dialog[open]').close()")
    assert "半个字" in unsaved(browser)
    browser.open(desk.site)
    browser.until(lambda: "半个字" in browser.value(shown))
    browser.value("document.querySelector('dialog[open] textarea + button').click()")
    browser.until(lambda: unsaved(browser) == "[]")


@pytest.mark.slow
def test_a_refused_text_is_told_once_and_offered_more_and_more_rarely(
    browser: Browser, desk: OpenDesk
) -> None:
    open_letter(browser, desk)
    go(browser, "End")
    told = """(() => {
      window.told = [];
      const place = document.querySelector(".told");
      new MutationObserver(() => window.told.push(place.textContent)).observe(place, { childList: true });
    })()"""
    browser.value(told)
    browser.value("document.execCommand('insertText', false, '半个\\ud83d字')")
    browser.until(lambda: browser.value("window.told.length") == 1)
    time.sleep(4)
    assert browser.value("window.told.length") == 1
    sent = [each for each in browser.requests() if each.endswith("/files/articles/main.md.j2")]
    assert len(sent) <= 3
    browser.value("document.querySelector('.tools button').click()")
    type_at_end(browser, "\n\n又好了。\n")
    wait(lambda: "又好了。" in desk.file("articles/main.md.j2").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_who_opens_the_desk_a_second_time_gets_its_page(desk: OpenDesk, tmp_path: Path) -> None:
    massctl = str(Path(sys.executable).with_name("massctl"))
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o755)
    again = subprocess.run(
        [massctl, "-C", str(desk.root), "desk", "--open"],
        capture_output=True,
        env={**os.environ, "BROWSER": str(browser)},
        check=True,
    )
    assert again.stdout.decode().strip() == desk.address
    wait(opened.is_file)
    assert opened.read_text(encoding="utf-8").strip() == desk.address
    refused = subprocess.run([massctl, "-C", str(desk.root), "desk"], check=False)
    assert refused.returncode == 2


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
