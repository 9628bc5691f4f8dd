"""Speak HTTP for the world: a WSGI app over one store.

Works behind a socket and, without one, in process (`httpx.WSGITransport`). A fault that cuts the
connection shuts the socket down; without a socket the app raises `ConnectionCut`.
"""

import contextlib
import socket
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Never
from urllib.parse import parse_qsl

from massctl.loopback.server import is_loopback
from massctl.sandbox import clock, control, faults, inbox_pages, multipart, world
from massctl.sandbox.call import Call, Reply
from massctl.sandbox.store import Store
from massctl.sandbox.tables import State

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BODY_BYTES_MAX = 32 * 1024 * 1024
"""A request body above this is not read; far above every limit of WeChat."""


class ConnectionCut(ConnectionError):  # noqa: N818 - it is an event on the wire, named as such
    """Stand for a cut connection where there is no socket to cut."""


class Front:
    """Be the WSGI application; `real_now` is the true time, `sleep` waits for late answers."""

    def __init__(
        self, store: Store, real_now: Callable[[], datetime], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._store = store
        self._real_now = real_now
        self._sleep = sleep
        self.before_answer: Callable[[], None] | None = None
        """Called once a mass send is durable, before its answer leaves."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", errors="replace")
        body = _body(environ)
        is_api = path.startswith("/cgi-bin/")
        with self._store.transaction() as state:
            real_now = self._real_now()
            if body is None:
                delivery = world.Delivery(Reply({"error": "the body is too large"}, status=413))
            elif is_api:
                delivery = world.deliver(state, _call(environ, path, body), clock.world_now(state, real_now))
            elif not is_loopback(environ.get("HTTP_HOST", "")):
                delivery = world.Delivery(Reply({"error": "this host is not served"}, status=403))
            else:
                delivery = world.Delivery(_page(state, environ, path, body, real_now))
            date = clock.date_now(state, real_now)
        # What the call did is durable from here on, whatever happens to its answer on the way.
        if self.before_answer is not None and path in faults.MASS_SENDS:
            self.before_answer()
        if delivery.cut:
            _cut(environ)
        if delivery.delay_seconds:
            self._sleep(delivery.delay_seconds)
        return _send(start_response, delivery, date)


def _page(state: State, environ: "WSGIEnvironment", path: str, body: bytes, real_now: datetime) -> Reply:
    verb = environ["REQUEST_METHOD"]
    if path.startswith("/_sandbox/"):
        return control.answer(state, verb, path, body, real_now)
    if verb not in {"GET", "HEAD"}:
        return Reply({"error": "use GET"}, status=405)
    return inbox_pages.answer(state, path, _query(environ), clock.world_now(state, real_now))


def _send(start_response: "StartResponse", delivery: world.Delivery, date: datetime) -> Iterable[bytes]:
    reply, body = delivery.reply, delivery.reply.body
    headers = [
        ("Content-Type", reply.content_type),
        ("Content-Length", str(len(body))),
        ("Date", format_datetime(date.astimezone(UTC), usegmt=True)),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", inbox_pages.CONTENT_SECURITY_POLICY),
    ]
    start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", headers)
    return [body[: len(body) // 2] if delivery.truncated else body]


def _call(environ: "WSGIEnvironment", path: str, body: bytes) -> Call:
    content_type = environ.get("CONTENT_TYPE", "")
    media, form = multipart.read(content_type, body) if "multipart/" in content_type else (None, {})
    return Call(
        verb=environ["REQUEST_METHOD"],
        path=path,
        query=_query(environ),
        body=body,
        media=media,
        form=form,
        is_multipart="multipart/" in content_type,
        content_encoding=environ.get("HTTP_CONTENT_ENCODING", "").strip().lower(),
        address=environ.get("REMOTE_ADDR", ""),
    )


def _query(environ: "WSGIEnvironment") -> dict[str, str]:
    return dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))


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


def _cut(environ: "WSGIEnvironment") -> Never:
    connection = environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        # The client sees the end of the stream before a status line, as behind a dying proxy.
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionCut("the sandbox cut the connection, as a fault rule asked")
