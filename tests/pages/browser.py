"""The browser of the product, with what only tests ask of it."""

from collections.abc import Callable

from massctl.browser import Browser as Pictures
from massctl.errors import BrowserError


class Browser(Pictures):
    """A browser with a keyboard, more tabs, and a memory of what it asked for."""

    def kill(self) -> None:
        """End it at once, so that nothing that it still holds comes to the disk."""
        self._process.kill()
        self._process.wait()

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something; a page that leaves meanwhile refuses to answer, and the next one is asked."""

        def is_so_now() -> bool:
            try:
                return is_so()
            except BrowserError:
                return False

        super().until(is_so_now)

    def new_tab(self) -> str:
        """Open a tab, and return what `turn_to` takes to come back to the one before."""
        before, self._session = self._session, ""
        target = self("Target.createTarget", url="about:blank")["targetId"]
        attached = self("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(f"{domain}.enable")
        return before

    def turn_to(self, tab: str) -> str:
        """Show another tab, and speak to it from now on; return the one that was spoken to."""
        before, self._session = self._session, tab
        self("Page.bringToFront")
        return before

    def press(self, key: str) -> None:
        """Press and release a key that writes nothing."""
        code = {
            "ArrowDown": 40,
            "Tab": 9,
            "Escape": 27,
            "ArrowRight": 39,
            "ArrowLeft": 37,
            "Enter": 13,
        }[key]
        text = {"text": "\r"} if key == "Enter" else {}
        self(
            "Input.dispatchKeyEvent",
            type="keyDown",
            key=key,
            code=key,
            windowsVirtualKeyCode=code,
            **text,
        )
        self("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def requests(self) -> list[str]:
        """Give the addresses that were asked for since the page was opened."""
        sent = [
            each["params"] for each in self.events if each["method"] == "Network.requestWillBeSent"
        ]
        return [each["request"]["url"] for each in sent]

    def complaints(self) -> list[str]:
        """Give what the browser had to say against the page: refusals of its policy, faults of its script."""
        said = [
            each["params"]["entry"]["text"]
            for each in self.events
            if each["method"] == "Log.entryAdded"
        ]
        thrown = [
            each["params"]["exceptionDetails"]["text"]
            for each in self.events
            if each["method"] == "Runtime.exceptionThrown"
        ]
        return said + thrown
