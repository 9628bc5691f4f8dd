"""Serve an app to this machine alone, for the sandbox and for `massctl serve`."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from werkzeug.serving import BaseWSGIServer

HOST: Final = "127.0.0.1"
"""The only address that is listened on."""
LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
"""Hosts that may ask for pages: another name is a rebound DNS entry of somebody's website."""
POLL_SECONDS: Final = 0.05
"""How often the server looks whether it shall stop."""


def is_loopback(host: str) -> bool:
    """Return whether a `Host` header names this machine, with or without a port."""
    name, _, port = host.rpartition(":")
    return (name if name and port.isdigit() else host).lower() in LOOPBACK_NAMES


def run_app(app: "WSGIApplication", port: int, ready: Callable[[int], None]) -> None:
    """Serve until interrupted; `port` 0 takes a free one. `ready` is called with the port in use.

    Returns after an interrupt (Ctrl-C). Raises OSError if the port is taken.
    """
    server = _server(app, port)
    try:
        ready(server.port)
        server.serve_forever(POLL_SECONDS)
    finally:
        server.server_close()


@contextlib.contextmanager
def serving_app(app: "WSGIApplication", port: int = 0) -> Iterator[int]:
    """Serve from a thread of this process for as long as the block runs; returns the port in use."""
    server = _server(app, port)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), name="massctl-server", daemon=True)
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
        return make_server(HOST, port, app, threaded=True, request_handler=Handler, fd=listener.fileno())
