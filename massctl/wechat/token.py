"""One access token for all threads: fetched once, kept for its life, replaced when WeChat refuses it.

Only normal mode of `stable_token` is used, which hands out the live token and never kills one; or a server of the
team's owns the token, and a command asks that server. The token is in memory only.
"""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock

from massctl.model.frozen import Frozen

MARGIN_SECONDS = 60.0
"""Before its end a token is not used any more, so that no call arrives too late. The platform prepares the
next token 5 minutes before the end. Source: WeChat docs, "stable_token", read 2026-10."""
TOKEN_LIFE_SECONDS_MAX = 7200
"""Source: WeChat docs, "stable_token", read 2026-10."""


class Grant(Frozen):
    """An access token and its remaining life."""

    hidden_fields = ("access_token",)

    access_token: str
    life_seconds: int


TokenSource = Callable[[bool], Grant]
"""Fetches a live token or raises a WeChatError; the argument says whether WeChat refused the last one."""


class _Held(Frozen):
    """A token and the moment of the monotonic clock until which it is used."""

    hidden_fields = ("access_token",)

    access_token: str
    until: float


class TokenStore:
    """Holds the token, and fetches it at most once for all who ask at the same time."""

    def __init__(self, fetch: TokenSource, monotonic: Callable[[], float]) -> None:
        """`fetch` gives a token or raises a WeChatError; `monotonic` gives seconds that never run back."""
        self._fetch = fetch
        self._monotonic = monotonic
        self._lock = Lock()
        self._held: _Held | None = None
        self._rejected = False
        self._flight: Future[str] | None = None

    def get(self) -> str:
        """Return a live token. If `fetch` raises, everybody who waits for it gets the same exception."""
        with self._lock:
            if self._held and self._monotonic() < self._held.until:
                return self._held.access_token
            flight, mine = self._flight, False
            if flight is None:
                flight = self._flight = Future()
                mine = True
        if mine:
            self._fly(flight)
        return flight.result()

    def held(self) -> str | None:
        """Return the last token without fetching one; None if it was dropped.

        A token that `get` returned a moment ago is alive: the margin is longer than a send may wait for its connection.
        """
        with self._lock:
            return self._held.access_token if self._held else None

    def drop(self, access_token: str) -> None:
        """Forget this token, which WeChat refused. A newer token of another thread stays."""
        with self._lock:
            if self._held and self._held.access_token == access_token:
                self._held, self._rejected = None, True

    def renew(self) -> None:
        """Replace the token, whatever its age."""
        with self._lock:
            self._held = None
        self.get()

    def _fly(self, flight: "Future[str]") -> None:
        """Fetch, keep the token, and tell everybody who waits."""
        try:
            asked_at = self._monotonic()
            grant = self._fetch(self._rejected)
        except BaseException as error:
            with self._lock:
                self._flight = None
            flight.set_exception(error)
            return
        with self._lock:
            self._flight, self._rejected = None, False
            # `expires_in` is what is left and may be small: then half of it is margin.
            margin = min(MARGIN_SECONDS, grant.life_seconds / 2)
            self._held = _Held(grant.access_token, asked_at + grant.life_seconds - margin)
        flight.set_result(grant.access_token)
