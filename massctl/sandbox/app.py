"""Speak HTTP for the sandbox: a WSGI app that routes the API of WeChat, its pictures, the controls and the inbox.

Works behind a socket and, without one, in process (`httpx.WSGITransport`). A fault that cuts the connection shuts the
socket down; without a socket the app raises `ConnectionCut`.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Never

from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, Rule

from massctl.loopback import is_from_another_site
from massctl.sandbox import (  # noqa: F401
    audience,
    auth,
    comments,
    drafts,
    faults,
    inbox,
    mass,
    media,
    publications,
    statistics,
)
from massctl.sandbox.request import CALLS, Refusal, Reply, Request, refused
from massctl.sandbox.store import Record, Store
from massctl.view.i18n import Language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PATHS: frozenset[str] = frozenset(CALLS)
"""Every path of the API that the sandbox answers; importing the modules above has entered them."""
_CALLS = Map(
    [Rule(path, endpoint=call, methods=call.method.split()) for path, call in CALLS.items()],
    merge_slashes=False,
)
_PAGES = Map(
    [Rule(path, endpoint=page, methods=["GET"]) for path, page in inbox.PAGES.items()],
    merge_slashes=False,
)
_GIVEN_OUT = {media.PICTURE_HOST: media.given_out, inbox.ARTICLE_HOST: inbox.given_out}
"""What answers for a host whose addresses WeChat gives out."""
_OVER_LIMIT = frozenset({45009, 45011, 45028})
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": inbox.CONTENT_SECURITY_POLICY,
}


class ConnectionCut(ConnectionError):  # noqa: N818 - it is an event on the wire, named as such
    """Stand for a cut connection where there is no socket to cut."""


class App:
    """The WSGI application; it calls `sleep` to delay late answers."""

    def __init__(self, store: Store, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._sleep = sleep
        self.before_answer: Callable[[], None] | None = None
        """Called once a mass send is durable, before its answer leaves."""
        self.language = Language.EN
        """What pages are written in; WeChat's own screens stay Chinese."""

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            request.get_data()
            is_too_large = False
        except RequestEntityTooLarge:
            is_too_large = True
        with self._store.transaction() as db:
            request.begin(db)
            reply = (
                Reply.of({"error": "the body is too large"}, 413)
                if is_too_large
                else self._reply(request)
            )
            reply.date = db.date
        # What the call did is durable from here on, whatever happens to its answer on the way.
        if self.before_answer is not None and request.path in faults.MASS_SENDS:
            self.before_answer()
        if reply.is_cut:
            _cut(environ)
        if reply.delay_seconds:
            self._sleep(reply.delay_seconds)
        reply.headers.update(_HEADERS)
        return reply(environ, start_response)

    def _reply(self, request: Request) -> Reply:
        if (
            given_out := _GIVEN_OUT.get(request.headers.get("Host", "").partition(":")[0])
        ) is not None:
            return given_out(request)
        is_page = not request.path.startswith(("/cgi-bin/", "/datacube/", "/_sandbox/"))
        if not is_page and is_from_another_site(request.environ):
            return Reply.of(
                {"error": "a page of another site asks; only the pages of the inbox may"}, 403
            )
        if request.path.startswith(("/cgi-bin/", "/datacube/")):
            return call(request)
        if request.path.startswith("/_sandbox/"):
            # Most runs order nothing.
            from massctl.sandbox import control

            return control.answer(request)
        try:
            page, values = _PAGES.bind("").match(request.path, request.method)
        except MethodNotAllowed:
            return Reply.of({"error": "use GET"}, 405)
        except NotFound:
            page, values = inbox.missing_page, {}
        answered: Reply = page(request, self.language, **values)
        return answered


def call(request: Request) -> Reply:
    """Answer a call of the API, and apply the fault that is due for it."""
    request.db.see_now()
    fault = faults.due(request.db, request.path)
    if fault is not None and fault.kind in faults.LOST_BEFORE:
        reply, outcome = faults.instead(request, fault), f"fault:{fault.kind}"
    else:
        reply = answer(request)
        outcome = str(reply.errcode) if fault is None else f"fault:{fault.kind}"
        reply = reply if fault is None else faults.afterwards(request, fault, reply)
    name = request.path if request.path in PATHS else "unknown"
    row = request.db.get("calls", name) or {"count": 0, "outcomes": {}}
    outcomes = {**row["outcomes"], outcome: row["outcomes"].get(outcome, 0) + 1}
    request.db.put("calls", name, {"count": row["count"] + 1, "outcomes": outcomes})
    return reply


def answer(request: Request) -> Reply:
    """Answer a call as WeChat does; a refusal is an answer too."""
    if request.is_escaped:
        request.violation("escaped_json")
    try:
        reply = _handled(request)
    except Refusal as refusal:
        if refusal.errcode in _OVER_LIMIT:
            request.violation("over_limit", errcode=refusal.errcode)
        return refused(request.db, refusal)
    return reply if isinstance(reply, Reply) else Reply.of(reply)


def _handled(request: Request) -> Record | Reply:
    """Check path, method, content encoding and token of a call, count it, and answer it."""
    try:
        found, _ = _CALLS.bind("").match(request.path, request.method)
    except NotFound:
        raise Refusal(40066, status=404) from None
    except MethodNotAllowed as error:
        raise Refusal(43001 if "GET" in (error.valid_methods or ()) else 43002) from None
    if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise Refusal(40221)
    if found.has_token:
        auth.require_token(request)
        auth.charge(request)
    answered: Record | Reply = found.handler(request)
    return answered


def _cut(environ: "WSGIEnvironment") -> Never:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        # The client sees the end of the stream before a status line, as behind a dying proxy.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionCut("the sandbox cut the connection, as a fault rule asked")
