"""A real ClickHouse for tests: the engine of chdb behind the few lines of HTTP that its client speaks.

Where chdb is not installed, a test that asks is skipped with the reason; with MASSCTL_REQUIRE_SERVICES it fails.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services import missing


@contextmanager
def serving() -> Iterator[tuple[int, Any, list[dict[str, str]]]]:
    """Serve ClickHouse; gives the port, its session to write tables with, and what was asked by its settings."""
    try:
        from chdb import session
    except ImportError:
        missing("chdb is not installed: pip install chdb-core-lite")
    database = session.Session()
    asked: list[dict[str, str]] = []
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            sql = said.get("query") or body
            asked.append({**said, "sql": sql})
            parameters = {
                name.removeprefix("param_"): value
                for name, value in said.items()
                if name.startswith("param_")
            }
            with one_at_a_time:
                status, data = _answer(database, sql, parameters)
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("X-ClickHouse-Timezone", "UTC")
            if status != 200:
                self.send_header("X-ClickHouse-Exception-Code", "1")
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST  # noqa: N815 - http.server calls it

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], database, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()


def _answer(database: Any, sql: str, parameters: dict[str, str]) -> tuple[int, bytes]:
    try:
        if "FORMAT" not in sql.upper().rsplit("\n", 1)[-1]:
            return 200, database.query(sql, "TabSeparated", params=parameters).bytes()
        query, _, form = sql.rpartition("FORMAT")
        return 200, database.query(query, form.strip(), params=parameters).bytes()
    except Exception as error:
        return 500, f"Code: 1. {error}".encode()
