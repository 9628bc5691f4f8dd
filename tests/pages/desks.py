"""A desk that runs on a repository with a bare remote, and a browser that writes at it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from browser import Browser
from gits import git, remote_at
from page_samples import ROOT
from processes import first_line
from services import missing

from massctl.browser import SECONDS_MAX

LETTER: Final = "2026-autumn-walks"
SECRET: Final = "s3cret-of-wechat-0123456789"
EMPTY: Final[Mapping[str, str]] = {}


class OpenDesk:
    """A desk that runs, its folder, and the bare remote of that."""

    def __init__(
        self, root: Path, remote: Path, program: str = "", environment: Mapping[str, str] = EMPTY
    ) -> None:
        """`program` is what Python runs in place of the command."""
        self.root, self.remote, self.language = root, remote, "zh"
        self._environment = environment
        massctl = str(Path(sys.executable).with_name("massctl"))
        self._command = [sys.executable, "-c", program] if program else [massctl]
        self.begin("0")

    def begin(self, port: str) -> None:
        self.process = subprocess.Popen(
            [*self._command, "-C", str(self.root), "desk", "--port", port],
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "MASSCTL_LANG": self.language,
                "WECHAT_MAIN_SECRET": SECRET,
                **self._environment,
            },
        )
        self.address = first_line(self.process)
        self.site = self.address.partition("/?")[0]

    def speak(self, language: str) -> None:
        """Begin again in a language."""
        self.language = language
        self.end(signal.SIGKILL)
        self.begin("0")

    def end(self, number: int = signal.SIGINT) -> None:
        self.process.send_signal(number)
        self.process.wait(SECONDS_MAX)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def file(self, path: str) -> Path:
        return self.root / "campaigns" / LETTER / path


def repository_of_desk(folder: Path) -> tuple[Path, Path]:
    """Make a repository with the sample letters, and its remote; skip where the editor is not built."""
    if not (files("massctl.desk") / "built" / "desk.js").is_file():
        missing("the desk's editor is not built: python massctl/desk/browser/build.py")
    root, remote = folder / "repository", remote_at(folder / "remote.git")
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
    return root, remote


def wait(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def open_letter(browser: Browser, desk: OpenDesk, *, dark: bool = False) -> None:
    browser.window(1440, 900, dark=dark)
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


IN_STORE = """new Promise((done) => {{
  indexedDB.open("massctl-desk").onsuccess = (opened) => {{
    const store = opened.target.result.transaction("unsaved", "readwrite").objectStore("unsaved");
    const asked = {asked};
    asked.onsuccess = () => done(JSON.stringify(asked.result));
  }};
}})"""


def unsaved(browser: Browser) -> str:
    """Return what the pages of the desk keep in the browser."""
    found: str = browser.value(IN_STORE.format(asked="store.getAll()"))
    return found


def leave_unsaved(browser: Browser, name: str, text: str) -> None:
    """Leave words as a page does that is gone."""
    value = f'{{text: "{text}", base: "", sent: []}}'
    left = f'{{page: "gone", name: "{name}", value: {value}}}'
    browser.value(IN_STORE.format(asked=f"store.put({left})"))


ON_PHONE = "document.getElementById('phone').contentDocument.body.innerText.includes({!r})"


def axe(browser: Browser) -> list[str]:
    """Return what axe finds on the page."""
    script = files("massctl.desk") / "browser/node_modules/axe-core/axe.min.js"
    if not script.is_file():
        missing("axe is not installed: python massctl/desk/browser/build.py")
    browser.value(script.read_text(encoding="utf-8") + ";1")
    asked = "axe.run().then((end) => end.violations.map((each) => each.id + ' ' + each.nodes[0].target))"
    found: list[str] = browser.value(asked)
    return found
