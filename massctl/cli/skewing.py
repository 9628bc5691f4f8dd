"""Compares this machine's clock with WeChat's, from the requests that are made anyway."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock, local
from typing import Final

from massctl.plan.guards import Skew, better
from massctl.wechat.client import Exchange, Watch

_FRESH: Final = timedelta(minutes=5)
"""After that a worse measurement counts for more: somebody may have set the clock."""


class ClockWatch:
    """Measures at every exchange, from any thread, and tells `then` of it too.

    `clocks` are the run's and, where MASSCTL_CLOCK_OFFSET moves that on purpose, the machine's own: a server on
    loopback may have been moved along or not, so the one that fits better is judged.
    """

    def __init__(self, clocks: Sequence[Callable[[], datetime]], then: Watch | None) -> None:
        self._clocks, self._then = clocks, then
        self._begun = local()
        self._lock = Lock()
        self.skew: Skew | None = None
        """The measurement that leaves least open among the latest; None before the first, or without a `Date`."""

    def __call__(self, exchange: Exchange) -> None:
        """Take note of the beginning or the end of an exchange."""
        now = [clock() for clock in self._clocks]
        if exchange.milliseconds is None:
            self._begun.at = now
        elif exchange.server_date is not None:
            measured = [Skew(*each, exchange.server_date) for each in zip(self._begun.at, now, strict=True)]
            self._keep(min(measured, key=lambda each: abs(each.seconds)))
        if self._then is not None:
            self._then(exchange)

    def _keep(self, found: Skew) -> None:
        with self._lock:
            fresh = self.skew is not None and timedelta(0) <= found.after - self.skew.after < _FRESH
            self.skew = better(self.skew if fresh else None, found)
