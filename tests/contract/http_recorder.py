"""A proxy on loopback that keeps every request and its answer as they were on the wire."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from processes import OWN_HEADERS, PATIENCE_SECONDS, Wechat


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes
    answer: bytes
    """Empty where the connection was cut in its place."""
    status: int
    appid: str
    """Whose token the request carried, or asked for."""

    @property
    def answered(self) -> Any:
        """The answer's JSON."""
        return json.loads(self.answer)


@dataclass
class Recorder:
    """What went over the wire, in the order of the answers."""

    port: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    _appids: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(
        self, method: str, address: str, headers: Message, body: bytes, status: int, answer: bytes
    ) -> None:
        """Keep one exchange."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._lock:
            if parts.path == "/cgi-bin/stable_token":
                appid = str(json.loads(body)["appid"])
                self._appids[json.loads(answer or b"{}").get("access_token", "")] = appid
            else:
                appid = self._appids.get(query.get("access_token", ""), "")
            self.exchanges.append(
                Exchange(method, parts.path, query, headers, body, answer, status, appid)
            )

    def of(self, appid: str) -> list[Exchange]:
        """Give the exchanges of one account."""
        return [each for each in self.exchanges if each.appid == appid]


@contextmanager
def recorded(wechat: Wechat) -> Iterator[Recorder]:
    """Record what goes to a served sandbox for as long as the block runs."""
    recorder = Recorder()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorder, wechat.port))
    recorder.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(recorder: Recorder, port: int) -> type[BaseHTTPRequestHandler]:
    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
            try:
                headers = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in OWN_HEADERS
                }
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                data = answer.read()
            except http.client.HTTPException:
                recorder.keep(self.command, self.path, self.headers, body, 0, b"")
                self.close_connection = True
                return
            finally:
                connection.close()
            recorder.keep(self.command, self.path, self.headers, body, answer.status, data)
            self.send_response_only(answer.status)
            for name in ("Content-Type", "Date"):
                self.send_header(name, str(answer.getheader(name)))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

        do_GET = _pass  # noqa: N815 - the names that http.server looks for
        do_POST = _pass  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep silent: addresses carry tokens."""

    return Passing
