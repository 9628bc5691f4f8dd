"""A Chromium on this machine, for pictures of what a phone shows: which program it is, speaking to it, screenshots.

One headless Chromium with one tab is spoken to over its DevTools protocol on a pipe: no port, no driver.
Source: chromedevtools.github.io/devtools-protocol, read 2026-11; messages end with a NUL byte.

Invariant: it resolves no name, so that no page can ask for anything outside; it shows files of `massctl render` only,
never an address; and it inherits no secret. Deliberately absent: a driver, a port, and downloading a browser.
"""

import base64
import json
import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, Self

from massctl import system
from massctl.errors import BrowserError
from massctl.model.phrase import Phrase

VARIABLE = "MASSCTL_CHROMIUM"
"""Names the program, where it is none of the usual ones."""
_USUAL = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)


def find_chromium(environment: Mapping[str, str]) -> Path:
    """Return the program; raise BrowserError if there is none."""
    named = environment.get(VARIABLE)
    search = environment.get("PATH", "")
    for name in (named,) if named else _USUAL:
        if (found := shutil.which(name, path=search)) is not None:
            return Path(found)
    nothing = Phrase("Nothing was written.")
    if named:
        missing = Phrase(
            "{variable} names {program}, which is not a program on this machine",
            variable=VARIABLE,
            program=named,
        )
        raise BrowserError(missing, nothing, Phrase("correct it, or unset it"))
    raise BrowserError(
        Phrase("there is no Chromium on this machine, which screenshots need"),
        nothing,
        Phrase(
            "install chromium or google-chrome, or name the program in {variable}",
            variable=VARIABLE,
        ),
    )


FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--remote-debugging-pipe",
)
NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND"
"""No name has an address: whatever a page asks for outside fails."""
_AS_ROOT = "--no-sandbox"
"""Chromium refuses to run as root with its sandbox."""
_BEGIN = "import os, sys; os.dup2({}, 3); os.dup2({}, 4); os.execv(sys.argv[1], sys.argv[1:])"
"""The browser reads from descriptor 3 and writes to 4."""
_INHERITED = re.compile(
    r"PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_\w+|XDG_\w+|FONTCONFIG_\w+|LD_LIBRARY_PATH"
)
"""What a program needs to start and to find its fonts. No variable that holds a secret is among them."""
_BEYOND = 10
"""No descriptor that is handed over is one of those two."""
SECONDS_MAX = 30.0
"""How long anything may take; a browser that is slower than this is broken."""


class Browser:
    """A browser with one tab; `profile` is a separate folder, which the caller removes."""

    def __init__(
        self,
        program: Path,
        profile: Path,
        flags: Sequence[str] = (*FLAGS, NO_NAMES),
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        to_browser, self._writing = os.pipe()
        self._reading, from_browser = os.pipe()
        ends = [system.duplicate(each, _BEYOND) for each in (to_browser, from_browser)]
        given = [
            *flags,
            *([_AS_ROOT] if system.is_root() else []),
            f"--user-data-dir={profile}",
            "about:blank",
        ]
        command = [sys.executable, "-I", "-c", _BEGIN.format(*ends), str(program), *given]
        self._process = subprocess.Popen(
            command,
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in environment.items() if _INHERITED.fullmatch(name)},
        )
        for each in (to_browser, from_browser, *ends):
            os.close(each)
        self._number, self._pending, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []
        """What it told without being asked, since the last page was opened."""

    def __enter__(self) -> Self:
        """Open the tab; raise BrowserError if the program is none that can."""
        try:
            target = self("Target.createTarget", url="about:blank")["targetId"]
            self._session = self("Target.attachToTarget", targetId=target, flatten=True)[
                "sessionId"
            ]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it, with everything it started."""
        os.close(self._writing)  # The browser ends with its pipe.
        try:
            self._process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._reading)

    def __call__(self, method: str, /, **parameters: object) -> dict[str, Any]:
        """Ask for one thing, and give its result; raise BrowserError."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        try:
            os.write(self._writing, json.dumps(message).encode() + b"\0")
        except BrokenPipeError:
            raise _gone() from None
        while True:
            answer = self._message(SECONDS_MAX)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise BrowserError(Phrase("Chromium refused {method}", method=method))
                return dict(answer["result"])

    def _message(self, seconds: float) -> dict[str, Any]:
        """Take the next message; what nobody asked for is kept as an event."""
        until = time.monotonic() + seconds
        while b"\0" not in self._pending:
            if not _arrives(self._reading, max(0.0, until - time.monotonic())):
                raise BrowserError(
                    Phrase(
                        "Chromium has printed nothing for {seconds:.0f} seconds", seconds=seconds
                    )
                )
            more = os.read(self._reading, 1 << 20)
            if not more:
                raise _gone()
            self._pending += more
        first, _, self._pending = self._pending.partition(b"\0")
        message = dict(json.loads(first))
        if "method" in message:
            self.events.append(message)
        return message

    def window(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the page in CSS pixels, and what its reader prefers."""
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self("Emulation.setEmulatedMedia", features=features)

    def open(self, address: str) -> None:
        """Go to a page, and wait until it and its pictures are there."""
        self.events.clear()
        self("Page.navigate", url=address)
        self.until(lambda: self.value("document.readyState") == "complete")

    def value(self, script: str) -> Any:
        """Return what an expression of ours gives; a promise is waited for."""
        found = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise BrowserError(Phrase("Chromium cannot read the page"))
        return found["result"].get("value")

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something; raise BrowserError if it does not come."""
        until = time.monotonic() + SECONDS_MAX
        while not is_so():
            if time.monotonic() > until:
                raise BrowserError(Phrase("Chromium does not reach the end of the page"))
            time.sleep(0.01)

    def picture(
        self, clip: tuple[float, float, float, float], form: Literal["png", "jpeg"] = "png"
    ) -> bytes:
        """Return a picture of a part of the page: left, top, width, height."""
        part = {**dict(zip(("x", "y", "width", "height"), clip, strict=True)), "scale": 1}
        quality = {"quality": _QUALITY} if form == "jpeg" else {}
        found = self(
            "Page.captureScreenshot",
            format=form,
            captureBeyondViewport=True,
            clip=part,
            **quality,
        )
        return base64.b64decode(found["data"])


def _arrives(reading: int, seconds: float) -> bool:
    """Wait until something arrives at a descriptor, of any number; return whether it did."""
    with selectors.DefaultSelector() as selector:
        selector.register(reading, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def _gone() -> BrowserError:
    return BrowserError(
        Phrase("Chromium ended too early"),
        hint=Phrase("massctl needs a Chromium that runs with --headless"),
    )


_QUALITY = 82
"""Of a JPEG: words stay sharp, and a page of photographs has a fifth of its PNG."""
SCREEN_HEIGHT_MAX = 8_000
"""More of one article goes into a second picture: no viewer likes longer ones, and Chromium ends at 16,384."""
_DESK = (1600, 900)
_SCREENS = """(() => {
  document.querySelector("#width-phone")?.click();
  const style = document.createElement("style");
  style.textContent = ".panels { height: auto !important; overflow: visible !important }"
    + ".top { position: static !important }"
    + ".glass { overflow: visible !important; border-radius: 0 !important }";
  document.head.append(style);
  return [...document.querySelectorAll(".arrival .tabs > input, .articles > input")].map((each) => each.id);
})()"""
_SHOW = """(() => {{
  const tab = document.getElementById({tab});
  tab.click();
  const panels = tab.closest(".column").querySelector(".panels");
  const box = panels.getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.width, box.height];
}})()"""
_ALONE = """(() => {
  const box = document.querySelector(".arrival .panels").getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.width, box.height];
})()"""


_MAIN = """(() => {
  const box = document.querySelector("main").getBoundingClientRect();
  return [box.left + scrollX, box.top + scrollY, box.width, box.height];
})()"""


@contextmanager
def open_browser(environment: Mapping[str, str] = os.environ) -> Iterator[Browser]:
    """Start a Chromium with a temporary profile; raise BrowserError if there is no Chromium."""
    program = find_chromium(environment)
    profile = tempfile.TemporaryDirectory(prefix="massctl-", ignore_cleanup_errors=True)
    with profile as folder, Browser(program, Path(folder), environment=environment) as browser:
        yield browser


def screens(
    browser: Browser,
    page: Path,
    modes: Sequence[bool] = (False, True),
    form: Literal["png", "jpeg"] = "png",
) -> dict[str, bytes]:
    """Return pictures by file name: `phone-chat.png`, `phone-article-1.png`, …, and each `-dark`; long ones in parts.

    `modes` says whether dark mode is on, one after the other.
    """
    found: dict[str, bytes] = {}
    for dark in modes:
        browser.window(*_DESK, dark=dark)
        browser.open(page.resolve().as_uri())
        tabs = browser.value(_SCREENS)
        for tab in tabs or [None]:
            box = browser.value(_ALONE if tab is None else _SHOW.format(tab=f'"{tab}"'))
            name = "chat" if tab is None else tab.removeprefix("arrival-")
            found |= _parts(browser, f"phone-{name}{'-dark' if dark else ''}", box, form)
    return found


def whole(browser: Browser, page: Path) -> bytes:
    """Return a JPEG of everything in the `main` of a page of ours."""
    browser.window(*_DESK)
    browser.open(page.resolve().as_uri())
    left, top, width, height = browser.value(_MAIN)
    return browser.picture((left, top, width, height), "jpeg")


def _parts(
    browser: Browser, name: str, box: list[float], form: Literal["png", "jpeg"]
) -> dict[str, bytes]:
    left, top, width, height = box
    parts: dict[str, bytes] = {}
    for number, offset in enumerate(range(0, max(1, round(height)), SCREEN_HEIGHT_MAX), 1):
        clip = (left, top + offset, width, min(SCREEN_HEIGHT_MAX, height - offset))
        part = f"{name}{f'-{number}' if number > 1 else ''}"
        parts[f"{part}.{form}"] = browser.picture(clip, form)
    return parts
