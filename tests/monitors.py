"""A monitor on loopback that hears the heartbeats of a runner."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

BEATS: Final = "runner: {heartbeat_env: OUR_BEAT, watch_env: OUR_WATCH}\n"


class _Monitor(BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, Any]]]
    status: int = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((self.path, json.loads(body)))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep silent."""


@contextmanager
def monitor(status: int = 200) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    heard: list[tuple[str, dict[str, Any]]] = []
    handler: Any = type("Handler", (_Monitor,), {"heard": heard, "status": status})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
