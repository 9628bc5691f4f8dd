"""Tells every page that waits which campaigns are not any more what it shows."""

import threading
from typing import Final

EVERYTHING: Final = frozenset({"*"})
"""For all campaigns, known or not. No campaign has this name."""
_KEPT_MAX: Final = 64
"""A page that missed more changes than these is renewed whatever they were."""


class Broadcaster:
    """Numbers changes from 1 on; a page says which it heard of last."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._published: list[frozenset[str]] = []
        self._first = 0
        """How many changes are forgotten."""

    @property
    def number(self) -> int:
        """How many changes were published."""
        return self._first + len(self._published)

    def publish(self, names: frozenset[str]) -> None:
        """Tell that these campaigns changed; none is no news."""
        if not names:
            return
        with self._condition:
            self._published.append(names)
            if len(self._published) > _KEPT_MAX:
                del self._published[0]
                self._first += 1
            self._condition.notify_all()

    def wait(self, heard: int, seconds: float | None) -> tuple[int, frozenset[str]]:
        """Wait for a change after `heard`; gives the last number and all names since, none where nothing changed.

        Without `seconds` it waits for ever.
        """
        with self._condition:
            self._condition.wait_for(lambda: self.number > heard, seconds)
            if heard < self._first:
                return self.number, EVERYTHING
            return self.number, frozenset().union(*self._published[heard - self._first :])
