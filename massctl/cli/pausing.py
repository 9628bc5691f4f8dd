"""Pauses that a person would take for a hang are told on standard error."""

from collections.abc import Callable
from threading import Lock
from typing import Final

from massctl.cli.output import Console
from massctl.model.phrase import Phrase

TOLD_SECONDS_MIN: Final = 30.0
"""Shorter pauses are part of any call."""


class TellingSleep:
    """Sleeps, and says so where it is long: once for all calls that wait beside each other."""

    def __init__(self, voice: Console, sleep: Callable[[float], None]) -> None:
        self._voice = voice
        self._sleep = sleep
        self._waiting = 0
        self._lock = Lock()

    def __call__(self, seconds: float) -> None:
        """Wait for `seconds`."""
        with self._lock:
            if seconds >= TOLD_SECONDS_MIN and not self._waiting:
                told = Phrase("WeChat asks for a slower pace; going on in {seconds} s", seconds=round(seconds))
                self._voice.talk(told)
            self._waiting += 1
        try:
            self._sleep(seconds)
        finally:
            with self._lock:
                self._waiting -= 1
