"""Serve an app to this machine alone, for the sandbox and for `massctl serve`."""

import contextlib
import socket
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.serving import BaseWSGIServer

HOST = "127.0.0.1"
"""The only address that is listened on."""
_HTTP_PORT = "80"
"""Addresses leave it out."""
_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""What this machine is called in an address of it."""
POLL_SECONDS = 0.05
"""How often the server looks whether it shall stop."""


def own_hosts_only(app: "WSGIApplication", more_hosts: Collection[str] = ()) -> "WSGIApplication":
    """Wrap an app so that it answers only to this machine's names with the server's port; others get 403.

    Somebody's domain may resolve to 127.0.0.1 (DNS rebinding), and its pages could then read the answers.
    """

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        port = environ["SERVER_PORT"]
        own = {f"{name}:{port}" for name in _NAMES}
        own |= set(_NAMES) if port == _HTTP_PORT else set()
        if environ.get("HTTP_HOST", "").lower() in own.union(more_hosts):
            return app(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"this host is not served: ask http://{HOST}:{port}\n".encode()]

    return answer


def is_from_another_site(environ: "WSGIEnvironment") -> bool:
    """Return whether a browser asks for a page of another origin. Programs send neither of the two headers."""
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None and origin != f"http://{environ.get('HTTP_HOST', '')}":
        return True
    return environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin")


def run_app(
    app: "WSGIApplication",
    port: int,
    ready: Callable[[int], None],
    more_hosts: Collection[str] = (),
) -> None:
    """Serve until interrupted. Port 0 takes a free port; `ready` is called with the port in use.

    Only this machine's names and `more_hosts` are answered. Returns after an interrupt (Ctrl-C). Raises OSError if the
    port is taken.
    """
    server = _server(own_hosts_only(app, more_hosts), port)
    try:
        ready(server.port)
        server.serve_forever(POLL_SECONDS)
    finally:
        server.server_close()


@contextlib.contextmanager
def serving_app(
    app: "WSGIApplication", port: int = 0, more_hosts: Collection[str] = ()
) -> Iterator[int]:
    """Serve from a thread of this process for as long as the block runs; return the port in use."""
    server = _server(own_hosts_only(app, more_hosts), port)
    thread = threading.Thread(
        target=server.serve_forever, args=(POLL_SECONDS,), name="massctl-server", daemon=True
    )
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _server(app: "WSGIApplication", port: int) -> "BaseWSGIServer":
    # Most commands never serve; this import costs more than the rest of the package.
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        """Keep silent, and leave the Date header to the app, which may be asked for a wrong one."""

        def send_response(self, code: int, message: str | None = None) -> None:
            self.send_response_only(code, message)

        def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's signature
            # An access log of the sandbox would print tokens, which travel in the addresses.
            return

    # Bound here and handed over, because werkzeug ends the whole process where a port is taken.
    with socket.create_server((HOST, port), backlog=128) as listener:
        return make_server(
            HOST, port, app, threaded=True, request_handler=Handler, fd=listener.fileno()
        )
