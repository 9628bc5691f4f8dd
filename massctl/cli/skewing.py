"""Compares the run's clock with WeChat's, from the requests that are made anyway."""

from datetime import timedelta
from threading import Lock, local
from typing import Final

from massctl.apply.ports import Clock
from massctl.plan.skew import Skew, better
from massctl.wechat.watching import Exchange, Watch

_FRESH: Final = timedelta(minutes=5)
"""After that a worse measurement counts for more: somebody may have set the clock."""


class ClockWatch:
    """Measures at every exchange, from any thread, and tells `then` of it too."""

    def __init__(self, clock: Clock, then: Watch | None) -> None:
        self._clock, self._then = clock, then
        self._begun = local()
        self._lock = Lock()
        self.skew: Skew | None = None
        """The measurement that leaves least open among the latest; None before the first, or without a `Date`."""

    def __call__(self, exchange: Exchange) -> None:
        """Take note of the beginning or the end of an exchange."""
        now = self._clock.now()
        if exchange.milliseconds is None:
            self._begun.at = now
        elif exchange.server_date is not None:
            with self._lock:
                fresh = self.skew is not None and timedelta(0) <= now - self.skew.after < _FRESH
                self.skew = better(self.skew if fresh else None, Skew(self._begun.at, now, exchange.server_date))
        if self._then is not None:
            self._then(exchange)
