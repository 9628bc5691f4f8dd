"""Speak HTTP for the sandbox: a WSGI app that routes the API of WeChat, the controls and the inbox over one store.

Works behind a socket and, without one, in process (`httpx.WSGITransport`). A fault that cuts the connection shuts the
socket down; without a socket the app raises `ConnectionCut`.
"""

import contextlib
import functools
import socket
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Never
from urllib.parse import parse_qsl

from massctl.loopback.server import is_loopback
from massctl.sandbox import audience, auth, comments, drafts, faults, inbox, mass, media, publications
from massctl.sandbox.request import Handler, Refusal, Reply, Request, multipart, refused
from massctl.sandbox.store import Record, Store, Transaction
from massctl.view.i18n import Language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.routing import Map

BODY_BYTES_MAX = 32 * 1024 * 1024
"""A request body above this is not read; far above every limit of WeChat."""
TOKENS: dict[str, tuple[str, Handler]] = {
    "/cgi-bin/token": ("GET", auth.token),
    "/cgi-bin/stable_token": ("POST", auth.stable_token),
}
"""The calls that need no token."""
CALLS: dict[str, tuple[str, Handler]] = {
    "/cgi-bin/get_api_domain_ip": ("GET", auth.addresses),
    "/cgi-bin/getcallbackip": ("GET", auth.addresses),
    "/cgi-bin/openapi/quota/get": ("POST", lambda request: auth.quota_get(request, PATHS)),
    "/cgi-bin/clear_quota": ("POST", auth.clear_quota),
    "/cgi-bin/media/uploadimg": ("POST", media.uploadimg),
    "/cgi-bin/media/upload": ("POST", media.upload),
    "/cgi-bin/media/get": ("GET", media.media_get),
    "/cgi-bin/media/uploadvideo": ("POST", media.uploadvideo),
    "/cgi-bin/material/add_material": ("POST", media.add_material),
    "/cgi-bin/material/get_materialcount": ("GET", media.get_materialcount),
    "/cgi-bin/material/batchget_material": ("POST", media.batchget_material),
    "/cgi-bin/material/get_material": ("POST", media.get_material),
    "/cgi-bin/material/del_material": ("POST", media.del_material),
    "/cgi-bin/draft/add": ("POST", drafts.add),
    "/cgi-bin/draft/get": ("POST", drafts.get),
    "/cgi-bin/draft/delete": ("POST", drafts.delete),
    "/cgi-bin/draft/update": ("POST", drafts.update),
    "/cgi-bin/draft/count": ("GET", drafts.count),
    "/cgi-bin/draft/batchget": ("POST", drafts.batchget),
    "/cgi-bin/freepublish/submit": ("POST", publications.submit),
    "/cgi-bin/freepublish/get": ("POST", publications.get),
    "/cgi-bin/freepublish/delete": ("POST", publications.delete),
    "/cgi-bin/freepublish/getarticle": ("POST", publications.getarticle),
    "/cgi-bin/freepublish/batchget": ("POST", publications.batchget),
    "/cgi-bin/message/mass/sendall": ("POST", mass.sendall),
    "/cgi-bin/message/mass/send": ("POST", mass.send),
    "/cgi-bin/message/mass/preview": ("POST", mass.preview),
    "/cgi-bin/message/mass/get": ("POST", mass.get),
    "/cgi-bin/message/mass/delete": ("POST", mass.delete),
    # The page says POST, one SDK uses GET.
    "/cgi-bin/message/mass/speed/get": ("GET POST", mass.speed_get),
    "/cgi-bin/message/mass/speed/set": ("POST", mass.speed_set),
    "/cgi-bin/comment/open": ("POST", comments.open_comments),
    "/cgi-bin/comment/close": ("POST", comments.close_comments),
    "/cgi-bin/comment/list": ("POST", comments.listed),
    "/cgi-bin/comment/markelect": ("POST", comments.elect),
    "/cgi-bin/comment/unmarkelect": ("POST", comments.unelect),
    "/cgi-bin/comment/delete": ("POST", comments.delete),
    "/cgi-bin/comment/reply/add": ("POST", comments.reply),
    "/cgi-bin/comment/reply/delete": ("POST", comments.unreply),
    "/cgi-bin/tags/get": ("GET", audience.tags_get),
    "/cgi-bin/tags/create": ("POST", audience.tags_create),
    "/cgi-bin/tags/update": ("POST", audience.tags_update),
    "/cgi-bin/tags/delete": ("POST", audience.tags_delete),
    "/cgi-bin/tags/members/batchtagging": ("POST", audience.batchtagging),
    "/cgi-bin/tags/members/batchuntagging": ("POST", audience.batchuntagging),
    "/cgi-bin/tags/getidlist": ("POST", audience.getidlist),
    "/cgi-bin/user/get": ("GET", audience.user_get),
    "/cgi-bin/user/tag/get": ("POST", audience.user_tag_get),
}
"""The calls that need a token: methods and handler."""
PATHS: frozenset[str] = frozenset({*TOKENS, *CALLS})
"""Every path of the API that the sandbox answers."""
PAGES: dict[str, Callable[..., Reply]] = {
    "/": inbox.inbox_page,
    "/style.css": lambda _db, _language: inbox.style(),
    "/article/<int:msg_id>/<int:number>": inbox.article_page,
    "/picture/<name>": lambda db, _language, name: inbox.picture(db, name),
}
_OVER_LIMIT = frozenset({45009, 45011, 45028})


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

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", errors="replace")
        body = _body(environ)
        with self._store.transaction() as db:
            if body is None:
                reply = Reply({"error": "the body is too large"}, status=413)
            elif path.startswith("/cgi-bin/"):
                reply = call(_request(db, environ, path, body))
            elif environ.get("HTTP_HOST", "").partition(":")[0] == media.PICTURE_HOST:
                reply = media.given_out(db, path)
            elif not is_loopback(environ.get("HTTP_HOST", "")):
                reply = Reply({"error": "this host is not served"}, status=403)
            else:
                reply = _page(db, environ, path, body, self.language)
            date = db.date
        # What the call did is durable from here on, whatever happens to its answer on the way.
        if self.before_answer is not None and path in faults.MASS_SENDS:
            self.before_answer()
        if reply.is_cut:
            _cut(environ)
        if reply.delay_seconds:
            self._sleep(reply.delay_seconds)
        return _send(start_response, reply, date)


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
    return Reply(reply) if isinstance(reply, dict) else reply


def _handled(request: Request) -> Record | Reply:
    """Check path, method, content encoding and token of a call, count it, and answer it."""
    from werkzeug.exceptions import MethodNotAllowed, NotFound

    try:
        handler, _ = _routes().bind("").match(request.path, request.method)
    except NotFound:
        raise Refusal(40066, status=404) from None
    except MethodNotAllowed as error:
        raise Refusal(43001 if "GET" in (error.valid_methods or ()) else 43002) from None
    if request.content_encoding not in ("", "identity"):
        raise Refusal(40221)
    if request.path not in TOKENS:
        auth.require_token(request)
        auth.charge(request)
    answered: Record | Reply = handler(request)
    return answered


def _page(db: Transaction, environ: "WSGIEnvironment", path: str, body: bytes, language: Language) -> Reply:
    """Answer a control or a page."""
    from werkzeug.exceptions import MethodNotAllowed, NotFound

    method = environ["REQUEST_METHOD"]
    if path.startswith("/_sandbox/"):
        # Its models cost more than the rest of the sandbox, and most runs order nothing.
        from massctl.sandbox import control

        return control.answer(db, method, path.removeprefix("/_sandbox/"), body, PATHS)
    try:
        page, values = _routes().bind("").match(path, method)
    except NotFound:
        return inbox.missing_page(language) if method in {"GET", "HEAD"} else Reply({"error": "use GET"}, status=405)
    except MethodNotAllowed:
        return Reply({"error": "use GET"}, status=405)
    if path == "/":
        values = {"appid": dict(parse_qsl(environ.get("QUERY_STRING", ""))).get("account", "")}
    reply: Reply = page(db, language, **values)
    return reply


@functools.cache
def _routes() -> "Map":
    # Only a request needs it; most commands with `--sandbox` make none.
    from werkzeug.routing import Map, Rule

    calls = [
        Rule(path, endpoint=handler, methods=methods.split())
        for path, (methods, handler) in {**TOKENS, **CALLS}.items()
    ]
    pages = [Rule(path, endpoint=page, methods=["GET"]) for path, page in PAGES.items()]
    return Map([*calls, *pages], merge_slashes=False)


def _request(db: Transaction, environ: "WSGIEnvironment", path: str, body: bytes) -> Request:
    content_type = environ.get("CONTENT_TYPE", "")
    is_multipart = "multipart/" in content_type
    file, form = multipart(content_type, body) if is_multipart else (None, {})
    return Request(
        db,
        method=environ["REQUEST_METHOD"],
        path=path,
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        body=body,
        media=file,
        form=form,
        is_multipart=is_multipart,
        content_encoding=environ.get("HTTP_CONTENT_ENCODING", "").strip().lower(),
        address=environ.get("REMOTE_ADDR", ""),
    )


def _body(environ: "WSGIEnvironment") -> bytes | None:
    """Read the request's body; None where it is larger than anything that WeChat takes."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        data = bytes(stream.read(BODY_BYTES_MAX + 1))
        return data if len(data) <= BODY_BYTES_MAX else None
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > BODY_BYTES_MAX:
        return None
    return bytes(stream.read(int(length)))


def _send(start_response: "StartResponse", reply: Reply, date: datetime) -> Iterable[bytes]:
    body = reply.body
    headers = [
        ("Content-Type", reply.content_type),
        ("Content-Length", str(len(body))),
        ("Date", format_datetime(date.astimezone(UTC), usegmt=True)),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", inbox.CONTENT_SECURITY_POLICY),
    ]
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
    return [body[: len(body) // 2] if reply.is_truncated else body]


def _cut(environ: "WSGIEnvironment") -> Never:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        # The client sees the end of the stream before a status line, as behind a dying proxy.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionCut("the sandbox cut the connection, as a fault rule asked")
