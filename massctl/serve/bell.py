"""Tells every page that waits which campaigns are not any more what it shows."""

import threading
from typing import Final

EVERYTHING: Final = frozenset({"*"})
"""For all campaigns, known or not. No campaign has this name."""
_KEPT_MAX: Final = 64
"""A page that missed more rings than this is renewed whatever they were for."""


class Bell:
    """Rings with a number that grows; a page says which ring it heard last."""

    def __init__(self) -> None:
        self._rung = threading.Condition()
        self._rings: list[frozenset[str]] = []
        self._first = 0
        """The number of rings that are forgotten."""

    @property
    def number(self) -> int:
        """How often it rang."""
        return self._first + len(self._rings)

    def ring(self, names: frozenset[str]) -> None:
        """Tell that these campaigns changed; none is no news."""
        if not names:
            return
        with self._rung:
            self._rings.append(names)
            if len(self._rings) > _KEPT_MAX:
                del self._rings[0]
                self._first += 1
            self._rung.notify_all()

    def wait(self, heard: int, seconds: float | None) -> tuple[int, frozenset[str]]:
        """Wait for a ring after `heard`; gives the last number and all names since, none where nothing rang.

        Without `seconds` it waits for ever.
        """
        with self._rung:
            self._rung.wait_for(lambda: self.number > heard, seconds)
            if heard < self._first:
                return self.number, EVERYTHING
            return self.number, frozenset().union(*self._rings[heard - self._first :])
