"""ClickHouse for tests: what a real one answered, in its own format, or the engine of chdb behind some lines of HTTP.

The answers in fixtures/clickhouse.json were recorded from chdb 26.5. Where the extra `chdb` is installed (some 400 MB,
so `test` does not have it), a test asks the engine itself.
"""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from services import missing

RECORDED = Path(__file__).parent / "fixtures" / "clickhouse.json"
Answers = Callable[[str, dict[str, str]], tuple[int, bytes]]
PEOPLE = "SELECT * FROM people"
"""The name of the recorded answer to a query of people."""


def recorded(sql: str, _: dict[str, str]) -> tuple[int, bytes]:
    """Answer as the real one did; every query of people has the same 25."""
    answers = json.loads(RECORDED.read_text("utf-8"))
    asked = sql.partition("\n FORMAT")[0]
    return 200, base64.b64decode(answers.get(asked, answers[PEOPLE]))


@contextmanager
def engine() -> Iterator[tuple[Any, Answers]]:
    """Open the engine of chdb: its session, to make tables with, and what answers."""
    try:
        session = import_module("chdb.session")
    except ImportError:
        missing("chdb is not installed: pip install -e '.[chdb]'")
    database = session.Session()
    one_at_a_time = threading.Lock()

    def answer(sql: str, parameters: dict[str, str]) -> tuple[int, bytes]:
        query, _, form = sql.rpartition("FORMAT")
        with one_at_a_time:
            try:
                if not query:
                    return 200, database.query(sql, "TabSeparated").bytes()
                return 200, database.query(query, form.strip(), params=parameters).bytes()
            except Exception as error:
                return 500, f"Code: 1. {error}".encode()

    try:
        yield database, answer
    finally:
        database.close()


@contextmanager
def serving(answers: Answers) -> Iterator[tuple[int, list[dict[str, str]]]]:
    """Serve answers; gives the port, and what was asked with its settings."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            sql = said.get("query") or body
            asked.append({**said, "sql": sql})
            own = {name[6:]: value for name, value in said.items() if name.startswith("param_")}
            status, data = answers(sql, own)
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
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
