"""A review in a real browser: the sign-in, the request on a recorded GitHub, its comments beside the text."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from browser import Browser
from desks import LETTER, OpenDesk, open_letter, repository_of_desk, wait
from fake_forge import REPOSITORY, FakeForge
from gits import git

from massctl.loopback import serving_app

pytestmark = [pytest.mark.chromium, pytest.mark.slow, pytest.mark.enable_socket]

TOKEN: Final = "ghu_" + "t0ken" * 7
BRANCH: Final = f"letter/{LETTER}"
ARTICLE: Final = f"campaigns/{LETTER}/articles/main.md.j2"
WITH_KEYCHAIN: Final = """
import json, os, pathlib, sys
import keyring.backend

class Keyring:
    priority = 5
    file = pathlib.Path(os.environ["PYTHON_KEYCHAIN"])
    def get_password(self, service, name):
        return json.loads(self.file.read_text()).get(name)
    def set_password(self, service, name, secret):
        self.file.write_text(json.dumps({name: secret}))
    def delete_password(self, service, name):
        self.file.write_text("{}")

Keyring.__module__ = "keyring.backends.SecretService"
keyring.backend.get_all_keyring = lambda: [Keyring()]
from massctl.__main__ import main
main()
"""
"""Stands for the system's keychain, which a machine of tests does not have."""


@pytest.fixture
def forge() -> Iterator[FakeForge]:
    forge = FakeForge(permissions={"chen": "write"}, required=1)
    with serving_app(forge) as port:
        forge.site = f"http://127.0.0.1:{port}"
        yield forge


@pytest.fixture
def on_forge(tmp_path: Path, forge: FakeForge) -> Iterator[OpenDesk]:
    root, remote = repository_of_desk(tmp_path)
    settings = root / "massctl.yaml"
    named = (
        f"forge: {{kind: github, repository: {REPOSITORY}, api: '{forge.site}', token_env: T,"
        " client_id: Iv1.client}\n"
    )
    allowed = "policy:\n  preview_to: [editor_lin]\n  operators: [wang]\n"
    text = settings.read_text(encoding="utf-8").replace("policy:\n", allowed, 1)
    settings.write_text(text + named, encoding="utf-8")
    (root / "CODEOWNERS").write_text("campaigns/ @chen\n", encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "forge")
    git(root, "push", "--quiet", "origin", "main")
    keychain = tmp_path / "keychain.json"
    keychain.write_text("{}")
    opened = OpenDesk(root, remote, WITH_KEYCHAIN, {"PYTHON_KEYCHAIN": str(keychain)})
    yield opened
    opened.end(signal.SIGKILL)


def seen(browser: Browser, words: str) -> bool:
    panel = browser.value("document.getElementById('review-panel').textContent")
    return words in panel


def press(browser: Browser, act: str) -> None:
    button = f"document.querySelector('[data-act={act}]:not([disabled])')"
    browser.until(lambda: browser.value(f"!!{button}"))
    browser.value(f"{button}.click()")


def poll(browser: Browser) -> None:
    browser.value("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_letter_is_reviewed_without_leaving_the_desk(
    browser: Browser, on_forge: OpenDesk, forge: FakeForge, tmp_path: Path
) -> None:
    open_letter(browser, on_forge)
    browser.value("document.getElementById('review').click()")
    forge.typed = [{"access_token": TOKEN}]
    press(browser, "signIn")
    browser.until(lambda: seen(browser, "WDJB-MJHT"))
    browser.until(lambda: browser.value("!!document.querySelector('[data-act=signOut]')"))
    assert json.loads(
        json.loads((tmp_path / "keychain.json").read_text())[
            "127.0.0.1:" + forge.site.rpartition(":")[2]
        ]
    ) == {"access_token": TOKEN}

    said = "document.querySelector('#review-panel textarea').value = '请看第二段'"
    browser.value(said)
    press(browser, "review")
    browser.until(lambda: seen(browser, "请求 1"))
    (pull,) = forge.pulls
    assert (pull["head"]["ref"], pull["title"]) == (BRANCH, "秋季步行特刊：四个周六")
    assert pull["body"].startswith("请看第二段\n\n")
    assert pull["requested_reviewers"] == [{"login": "chen"}]

    head = git(on_forge.remote, "rev-parse", BRANCH)
    pull["head"]["sha"] = head
    lines = on_forge.file("articles/main.md.j2").read_text(encoding="utf-8").splitlines()
    line = lines.index("## 为什么这期没有照片") + 1
    number = forge.note(1, ARTICLE, line, "<b>标题</b>太长", by="chen", commit=head)
    forge.review(1, "chen", head, "CHANGES_REQUESTED")
    poll(browser)
    browser.until(lambda: seen(browser, "<b>标题</b>太长"))
    assert seen(browser, "chen 要求修改")
    browser.value("document.querySelector('.threads .place').click()")
    browser.until(lambda: browser.value("!!document.querySelector('.comment-marks .comment-mark')"))

    address = browser.value("location.href")
    browser.open(on_forge.site)
    listed = "document.getElementById('letters').textContent"
    browser.until(lambda: "chen 要求修改" in browser.value(listed))
    browser.open(address)
    browser.until(lambda: seen(browser, "<b>标题</b>太长"))

    press(browser, "askPreview")
    browser.until(lambda: seen(browser, "已请运营人员发预览：@wang"))
    assert "preview a pull request" in forge.bodies(1)[0]

    answer = "document.querySelector('.reply textarea')"
    browser.value(f"{answer}.value = '改短了'; {answer}.dispatchEvent(new Event('input'))")
    browser.value("document.querySelector('.reply button').click()")
    wait(lambda: len(forge.notes[1]) == 2)
    assert (forge.notes[1][1]["in_reply_to_id"], forge.notes[1][1]["body"]) == (number, "改短了")

    file = on_forge.file("articles/main.md.j2")
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("## 为什么这期没有照片", "前面加一段。\n\n## 没有照片"), encoding="utf-8"
    )
    poll(browser)
    browser.until(lambda: seen(browser, "去看看（之后改过）"))
    press(browser, "push")
    wait(lambda: git(on_forge.remote, "rev-parse", BRANCH) != head)
    pull["head"]["sha"] = git(on_forge.remote, "rev-parse", BRANCH)
    assert len(forge.pulls) == 1
    poll(browser)
    browser.until(lambda: seen(browser, "之后改了什么"))
    browser.until(lambda: seen(browser, "前面加一段。"))

    environ = Path(f"/proc/{on_forge.process.pid}/environ").read_bytes()
    assert TOKEN.encode() not in environ
    asked = (
        "fetch('/-/api/forge').then((answer) => answer.text()).then((text) => (window.told = text))"
    )
    browser.value(f"void {asked}")
    browser.until(lambda: browser.value("window.told"))
    assert TOKEN not in browser.value("window.told")
    assert TOKEN not in browser.value("document.documentElement.outerHTML")
    written = [each for each in on_forge.root.rglob("*") if each.is_file()]
    assert [each for each in written if TOKEN.encode() in each.read_bytes()] == []

    press(browser, "withdraw")
    wait(lambda: forge.pulls[0]["state"] == "closed")
    wait(lambda: BRANCH not in git(on_forge.remote, "branch", "--list"))
    assert browser.complaints() == []
