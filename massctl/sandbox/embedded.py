"""Open a sandbox in this process: the way in for `--sandbox` and for the server."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from massctl.sandbox import clock, declare, deliveries, events
from massctl.sandbox.front import Front
from massctl.sandbox.report import report
from massctl.sandbox.store import Store

if TYPE_CHECKING:
    from massctl.sandbox.callback import Endpoint, Exchange, Poster


class Sandbox:
    """Be one open world: its API as a WSGI app, and what the embedding declares about it.

    `app` answers the API for any host name, so `httpx.WSGITransport(app)` can stand in for
    `https://api.weixin.qq.com`. A cut connection raises `massctl.sandbox.front.ConnectionCut`, a
    `ConnectionError`. Every method is durable when it returns.
    """

    def __init__(self, store: Store, real_now: Callable[[], datetime]) -> None:
        self._store = store
        self._real_now = real_now
        self.app = Front(store, real_now)
        """The WSGI application."""

    def ensure_account(self, appid: str, **members: Any) -> str:
        """Create the account or bring it to the given members; return its secret.

        Members: see `declare.account`. What is not given stays, or has a default in a new account.
        """
        with self._store.transaction() as state:
            return declare.account(state, appid, **members)

    def ensure_tag(
        self,
        appid: str,
        id: int | None,  # noqa: A002 - WeChat's word
        name: str,
        count: int,
        *,
        invented: bool = False,
    ) -> int:
        """Make sure that a tag exists and return its id.

        `id` None: the tag of this name, or a new one under a free id. A tag that exists keeps its name and its count.
        """
        with self._store.transaction() as state:
            number = declare.tag_id(state, appid, name) if id is None else id
            if state.table("tags").get(f"{appid}|{number}") is None:
                declare.tag(state, appid, number, name, count, invented=invented)
            return number

    def is_invented(self, appid: str, number: int) -> bool:
        """Tell whether a tag is there because a rehearsal needed it, and nobody said that the account has it."""
        with self._store.transaction() as state:
            return bool((state.table("tags").get(f"{appid}|{number}") or {}).get("invented"))

    def now(self) -> datetime:
        """Return the world's time and keep it from ever showing an earlier one."""
        with self._store.transaction() as state:
            now = clock.world_now(state, self._real_now())
            clock.see(state, now)
            return now

    def ensure_not_before(self, moment: datetime) -> datetime:
        """Move the world's clock forward to `moment` unless it is later already; return its time."""
        with self._store.transaction() as state:
            return clock.ensure_not_before(state, self._real_now(), moment)

    def advance(self, seconds: float) -> datetime:
        """Move the world's clock forward by `seconds`; return its time."""
        with self._store.transaction() as state:
            return clock.advance(state, self._real_now(), seconds)

    def events(self) -> list[bytes]:
        """Return the bodies of the events that WeChat would have posted by now, in the order of their posts."""
        with self._store.transaction() as state:
            at = clock.world_now(state, self._real_now()).timestamp()
            rows = sorted(state.table("jobs").records(), key=lambda job: deliveries.due_at(state, job))
            told = [(job, events.event_of(state, job, at)) for job in rows if deliveries.due_at(state, job) <= at]
        return [
            events.written(event["json"], job.get("travel", {}).get("form", "xml")).encode()
            for job, event in told
            if event is not None
        ]

    def poster(self, endpoint: "Endpoint", told: Callable[[str], None], ask: "Exchange | None" = None) -> "Poster":
        """Return what posts this world's events to a callback URL; one that was ordered early before its answer.

        `told` hears what the check of the URL found whenever that changes: why it failed, or an empty string.
        """
        # Posting needs a client for HTTP, and `--sandbox` never posts.
        from massctl.sandbox.callback import Poster, exchange

        poster = Poster(self._store, self._real_now, endpoint, told, ask or exchange)
        self.app.before_answer = lambda: poster.post_due(early=True)
        return poster

    def report(self) -> dict[str, Any]:
        """Return what `GET /_sandbox/report` shows."""
        with self._store.transaction() as state:
            return report(state, clock.world_now(state, self._real_now()))

    def reset(self) -> None:
        """Forget everything but accounts, tags and settings."""
        with self._store.transaction() as state:
            declare.reset(state, f"{self._real_now().timestamp():.6f}")

    def close(self) -> None:
        """Close the world's file."""
        self._store.close()


def open_world(directory: Path | str, *, real_now: Callable[[], datetime], seed: str | None = None) -> Sandbox:
    """Open the world in `directory`, creating both where they are not there yet.

    `real_now` returns an aware datetime. `seed` decides the ids of a new world; by default it is drawn
    from the moment of creation, so ids of an earlier world mean nothing in this one.
    """
    store = Store(Path(directory))
    with store.transaction() as state:
        if state.table("settings").get("world") is None:
            moment = real_now().timestamp()
            state.table("settings").put("world", {"seed": f"world-{moment:.6f}" if seed is None else seed})
    return Sandbox(store, real_now)
