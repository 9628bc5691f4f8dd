"""Open a sandbox in this process: the way in for `--sandbox` and for the server."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from massctl.sandbox import accounts
from massctl.sandbox.store import Store

if TYPE_CHECKING:
    from massctl.sandbox.app import App
    from massctl.sandbox.callback import Endpoint, Exchange, Poster


class Sandbox:
    """One open sandbox: its API as a WSGI app, and what the caller declares about it.

    `app` answers the API for any host name, so `httpx.WSGITransport(app)` can stand in for
    `https://api.weixin.qq.com`. A cut connection raises `massctl.sandbox.app.ConnectionCut`, a `ConnectionError`.
    Every method is durable when it returns.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def app(self) -> "App":
        """The WSGI application."""
        # Most commands with `--sandbox` make no request.
        from massctl.sandbox.app import App

        return App(self._store)

    def ensure_account(self, appid: str, **members: Any) -> str:
        """Create the account or bring it to the given members; return its secret.

        Members: see `accounts.Declared`. What is not given stays, or has a default in a new account.
        """
        with self._store.transaction() as db:
            return accounts.declare_account(db, appid, **members)

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
        with self._store.transaction() as db:
            number = accounts.tag_id(db, appid, name) if id is None else id
            if db.get("tags", f"{appid}|{number}") is None:
                accounts.declare_tag(db, appid, number, name, count, invented=invented)
            return number

    def know_people(self, source: Callable[[str], Iterable[str]]) -> None:
        """Let `source` name the people of real life who follow an AppID; it is asked when somebody reads them.

        They stay in this process alone.
        """
        self._store.people.source = source

    def is_invented(self, appid: str, number: int) -> bool:
        """Return whether a tag is there because a rehearsal needed it, and nobody said that the account has it."""
        with self._store.transaction() as db:
            return bool((db.get("tags", f"{appid}|{number}") or {}).get("invented"))

    def assumed_cards(self, appid: str, content: str) -> list[str]:
        """Return the mini-programs and accounts of an article that nobody declared to be the account's own."""
        from massctl.sandbox import drafts

        with self._store.transaction() as db:
            account = db.get("accounts", appid) or {}
        return sorted(
            {name for member, name in drafts.cards(content) if account.get(member) is None}
        )

    def now(self) -> datetime:
        """Return the sandbox's time and keep it from ever showing an earlier one."""
        with self._store.transaction() as db:
            return db.see_now()

    def ensure_not_before(self, moment: datetime) -> datetime:
        """Move the sandbox's clock forward to `moment` unless it is later already; return its time."""
        with self._store.transaction() as db:
            return db.advance((moment - db.now).total_seconds()) if moment > db.now else db.now

    def advance(self, seconds: float) -> datetime:
        """Move the sandbox's clock forward by `seconds`; return its time."""
        with self._store.transaction() as db:
            return db.advance(seconds)

    def events(self) -> list[bytes]:
        """Return the bodies of the events that WeChat would have posted by now, in the order of their posts."""
        from massctl.sandbox import callback

        with self._store.transaction() as db:
            return callback.bodies(db)

    def poster(
        self, endpoint: "Endpoint", told: Callable[[str], None], ask: "Exchange | None" = None
    ) -> "Poster":
        """Return what posts this sandbox's events to a callback URL; an early one leaves before its send is answered.

        `told` is called when the result of the URL's check changes: with the error, or with an empty string.
        """
        from massctl.sandbox import callback

        poster = callback.Poster(self._store, endpoint, told, ask or callback.exchange)
        self.app.before_answer = lambda: poster.post_due(early=True)
        return poster

    def report(self) -> dict[str, Any]:
        """Return what `GET /_sandbox/report` shows."""
        # Its models cost more than the rest of the sandbox, and a send needs none.
        from massctl.sandbox.control import report

        with self._store.transaction() as db:
            return report(db)

    def reset(self) -> None:
        """Remove every row except accounts, tags and settings; uploaded bytes stay."""
        with self._store.transaction() as db:
            db.reset()

    def close(self) -> None:
        """Close the file."""
        self._store.close()


def open_world(
    directory: Path | str, *, real_now: Callable[[], datetime], seed: str | None = None
) -> Sandbox:
    """Open the sandbox in `directory`, creating both where they are not there yet.

    `real_now` returns an aware datetime. `seed` decides the ids of a new sandbox; by default it is drawn from the
    moment of creation, so ids of an earlier one mean nothing in this one.
    """
    store = Store(Path(directory), real_now)
    with store.transaction() as db:
        if db.setting("seed") is None:
            db.set_setting("seed", f"world-{db.real_now.timestamp():.6f}" if seed is None else seed)
    return Sandbox(store)
