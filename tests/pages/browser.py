"""One headless Chromium for many tests, spoken to over its DevTools protocol on a pipe: no port, no driver.

Source: chromedevtools.github.io/devtools-protocol, read 2026-11; messages end with a NUL byte.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
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
_BEGIN: Final = "import os, sys; os.dup2({}, 3); os.dup2({}, 4); os.execv(sys.argv[1], sys.argv[1:])"
"""The browser reads from descriptor 3 and writes to 4."""
_BEYOND: Final = 10
"""No descriptor that is handed over is one of those two."""
SECONDS_MAX: Final = 30.0
"""How long anything may take; a browser that is slower than this is broken."""


class Browser:
    """A browser with one tab."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._writing = os.pipe()
        self._reading, from_browser = os.pipe()
        ends = [fcntl.fcntl(each, fcntl.F_DUPFD, _BEYOND) for each in (to_browser, from_browser)]
        command = [sys.executable, "-c", _BEGIN.format(*ends), str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}"]
        self._process = subprocess.Popen([*command, "about:blank"], pass_fds=ends, stderr=subprocess.DEVNULL)
        for each in (to_browser, from_browser, *ends):
            os.close(each)
        self._number, self._pending, self._session = 0, b"", ""
        self.events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._writing)  # The browser ends with its pipe.
        try:
            self._process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._reading)

    def __call__(self, method: str, /, **parameters: object) -> dict[str, Any]:
        """Ask for one thing, and give its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message(SECONDS_MAX)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return dict(answer["result"])

    def _message(self, seconds: float) -> dict[str, Any]:
        """Take the next message; what nobody asked for is kept as an event."""
        until = time.monotonic() + seconds
        while b"\0" not in self._pending:
            if not select.select([self._reading], [], [], max(0.0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium says nothing")
            self._pending += os.read(self._reading, 1 << 20)
        first, _, self._pending = self._pending.partition(b"\0")
        message = dict(json.loads(first))
        if "method" in message:
            self.events.append(message)
        return message

    def window(self, width: int, height: int, *, dark: bool = False, still: bool = True) -> None:
        """Set the size of the page in CSS pixels, and what its reader prefers."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"},
        ]
        self("Emulation.setEmulatedMedia", features=features)

    def open(self, address: str) -> None:
        """Go to a page, and wait until it and its pictures are there."""
        self.events.clear()
        self("Page.navigate", url=address)
        self.until(lambda: self.value("document.readyState") == "complete")

    def value(self, script: str) -> Any:
        """Give what an expression gives; a promise is waited for."""
        found = self("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"])
        return found["result"].get("value")

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something."""
        until = time.monotonic() + SECONDS_MAX
        while not is_so():
            if time.monotonic() > until:
                raise TimeoutError("it did not come to that")
            time.sleep(0.01)

    def press(self, key: str) -> None:
        """Press and release a key that writes nothing."""
        code = {"Tab": 9, "ArrowRight": 39, "ArrowLeft": 37, "Enter": 13}[key]
        text = {"text": "\r"} if key == "Enter" else {}
        self("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **text)
        self("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def picture(self, *, whole: bool = False) -> bytes:
        """Give a PNG of what is in the window, or of the whole page."""
        return base64.b64decode(self("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])

    def requests(self) -> list[str]:
        """Give the addresses that were asked for since the page was opened."""
        sent = [each["params"] for each in self.events if each["method"] == "Network.requestWillBeSent"]
        return [each["request"]["url"] for each in sent]

    def complaints(self) -> list[str]:
        """Give what the browser had to say against the page: refusals of its policy, faults of its script."""
        said = [each["params"]["entry"]["text"] for each in self.events if each["method"] == "Log.entryAdded"]
        thrown = [
            each["params"]["exceptionDetails"]["text"]
            for each in self.events
            if each["method"] == "Runtime.exceptionThrown"
        ]
        return said + thrown
