"""One exchange: when a request leaves, over real sockets because httpcore has to say when it writes; and what is told
of a line that does not work: by the cause, in words of ours, and never by the library's text.
"""

import contextlib
import gzip
import socket
import ssl
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread

import httpx
import pytest
from copies import replace

from massctl.transport import Call, Line, NoAnswer, RawAnswer

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class Server:
    """Takes one connection, says what it is told to say, and remembers what came."""

    def __init__(self, *answers: bytes) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._answers = answers
        self.got: list[bytes] = []
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return "127.0.0.1:" + str(self._socket.getsockname()[1])

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection, contextlib.suppress(ConnectionResetError):
            connection.settimeout(10)
            for answer in self._answers:
                self.got.append(_request(connection))
                if not answer:
                    return
                connection.sendall(answer)
            self.got.append(connection.recv(65536))

    def close(self) -> None:
        """Wait until its one connection has ended."""
        self.thread.join(10)
        self._socket.close()


def _request(connection: socket.socket) -> bytes:
    """Read a whole request, whose body is `{}`; of a handshake, or of what a proxy is asked for, what comes at once."""
    got = connection.recv(65536)
    while got.startswith(b"POST") and not got.endswith(b"{}"):
        got += connection.recv(65536)
    return got


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def call(address: str, *, late: bool = False, scheme: str = "http") -> Call:
    return Call("POST", f"{scheme}://{address}/send", 5.0, content=b"{}", is_late=lambda: late)


def test_a_request_in_time_is_written(line: Line) -> None:
    server = Server(ANSWER)
    assert isinstance(line.exchange(call(server.address)), RawAnswer)
    line.close()
    server.close()
    assert server.got[0].startswith(b"POST /send ")


def test_nothing_of_a_late_one_reaches_the_server(line: Line) -> None:
    """It is asked once, behind the connection, which may have taken seconds."""
    server, asked = Server(), []
    late = Call(
        "POST",
        f"http://{server.address}/send",
        5.0,
        content=b"{}",
        is_late=lambda: asked.append(1) or True,
    )
    said = line.exchange(late)
    server.close()
    assert isinstance(said, NoAnswer)
    assert (False, [b""], 1) == (said.left, server.got, len(asked))


def test_a_line_goes_on_behind_a_request_that_was_held_back(line: Line) -> None:
    server = Server(ANSWER)
    assert isinstance(line.exchange(call(server.address)), RawAnswer)
    assert isinstance(line.exchange(call(server.address, late=True)), NoAnswer)
    server.close()
    assert [b""] == server.got[1:]


def test_a_refused_connection_never_left(line: Line) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = line.exchange(call(f"127.0.0.1:{port}"))
    assert isinstance(said, NoAnswer)
    assert ("connection_failed", False) == (said.reason, said.left)


@pytest.mark.parametrize(
    ("answer", "scheme", "left"), [(b"this is no TLS", "https", False), (b"", "http", True)]
)
def test_a_handshake_that_fails_never_left_and_a_cut_behind_the_request_is_in_doubt(
    line: Line, answer: bytes, scheme: str, left: bool
) -> None:
    server = Server(answer)
    said = line.exchange(call(server.address, scheme=scheme))
    server.close()
    assert isinstance(said, NoAnswer)
    assert left == said.left


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\nthis is no TLS"]
)
def test_what_a_proxy_is_asked_for_first_is_not_the_request(answer: bytes) -> None:
    proxy = Server(answer)
    line = Line(f"http://{proxy.address}")
    said = line.exchange(call("127.0.0.1:9", late=True, scheme="https"))
    line.close()
    proxy.close()
    assert isinstance(said, NoAnswer)
    assert (False, True) == (said.left, proxy.got[0].startswith(b"CONNECT "))


@pytest.mark.parametrize(("late", "asked"), [(True, 0), (False, 1)])
def test_what_answers_in_place_of_the_network_is_asked_in_time_or_not_at_all(
    late: bool, asked: int
) -> None:
    seen = []

    def app(environ, start):
        seen.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"OK"]

    said = Line(None, app).exchange(call("127.0.0.1", late=late))
    assert (asked, late) == (len(seen), isinstance(said, NoAnswer))


def caused_by(cause: Exception) -> Exception:
    """An exception as httpx raises it: two levels above what went wrong."""
    middle, outer = RuntimeError("middle"), httpx.ConnectError("outer")
    middle.__cause__, outer.__cause__ = cause, middle
    return outer


def raising(trouble: Exception) -> Line:
    def answer(_: httpx.Request) -> httpx.Response:
        raise trouble

    return Line(inside=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    ("trouble", "reason", "word"),
    [
        (caused_by(socket.gaierror(-2, "?")), "the host's name could not be resolved", "api_base"),
        (
            caused_by(ssl.SSLCertVerificationError(1, "?")),
            "the server's certificate cannot be verified",
            "TLS",
        ),
        (
            caused_by(ConnectionRefusedError()),
            "the connection was refused or could not be made",
            "api_base",
        ),
        (httpx.ConnectTimeout("slow"), "no connection within 10 s", "network"),
        (httpx.PoolTimeout("slow"), "no answer within 5 s", "network"),
        (httpx.ProxyError("407"), "the proxy refused the connection", "proxy_env"),
        (httpx.UnsupportedProtocol("gopher"), "the address of the API cannot be used", "api_base"),
        (ConnectionError(), "the connection was cut before the answer was complete", "network"),
    ],
)
def test_the_reason_and_the_advice_fit_the_cause_and_every_cause_behind_the_write_is_in_doubt(
    trouble: Exception, reason: str, word: str
) -> None:
    said = raising(trouble).exchange(call("127.0.0.1"))
    assert isinstance(said, NoAnswer)
    assert (reason, True, True) == (said.said, word in said.hint, said.left)


@pytest.mark.parametrize("url", ["gopher://127.0.0.1/x", "http://127.0.0.1:x/"])
def test_an_address_that_cannot_be_used_never_left(line: Line, url: str) -> None:
    said = line.exchange(Call("GET", url, 5.0))
    assert NoAnswer("address_unusable", left=False) == said


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    asked = replace(call("127.0.0.1"), answer_bytes_max=100)
    line = Line(inside=httpx.MockTransport(lambda _: httpx.Response(200, content=b"y" * 101)))
    assert NoAnswer("answer_too_large") == line.exchange(asked)


def packed(*layers: str, body: bytes) -> bytes:
    """Write the answer of a server that says how its body is packed, whatever it is."""
    head = "".join(f"Content-Encoding: {layer}\r\n" for layer in layers)
    return f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


ZEROS = bytes(64 * 1024 * 1024)
SMALL, BOMB = gzip.compress(b"{}"), gzip.compress(ZEROS)
TWICE = gzip.compress(BOMB)
PACKED = {
    "once": (packed("gzip", body=SMALL), RawAnswer(200, b"{}")),
    "in capitals": (packed("GZip", body=SMALL), RawAnswer(200, b"{}")),
    "not": (packed("identity", body=b"{}"), RawAnswer(200, b"{}")),
    "empty": (packed("gzip", body=b""), RawAnswer(200, b"")),
    "only by its own word": (packed("gzip", body=b"{}"), NoAnswer("answer_not_unpacked")),
    "cut short": (packed("gzip", body=SMALL[:-9]), NoAnswer("answer_not_unpacked")),
    "twice in one line": (packed("gzip, gzip", body=TWICE), NoAnswer("answer_not_unpacked")),
    "twice in two lines": (packed("gzip", "gzip", body=TWICE), NoAnswer("answer_not_unpacked")),
    "in a list": (packed("identity, gzip", body=BOMB), NoAnswer("answer_not_unpacked")),
    "in another way": (packed("br", body=b"{}"), NoAnswer("answer_not_unpacked")),
    "without end": (packed("gzip", body=BOMB), NoAnswer("answer_too_large")),
}


@pytest.mark.parametrize(("answer", "expected"), PACKED.values(), ids=PACKED)
def test_an_answer_is_unpacked_once_and_no_further_than_its_limit(
    line: Line, answer: bytes, expected: RawAnswer | NoAnswer
) -> None:
    server = Server(answer)
    asked = replace(call(server.address), answer_bytes_max=1024 * 1024)
    tracemalloc.start()
    said = line.exchange(asked)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    line.close()
    server.close()
    assert expected == said
    assert peak < 8 * asked.answer_bytes_max < len(ZEROS)
    assert b"accept-encoding: gzip\r\n" in server.got[0].lower()


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("Tue, 01 Dec 2026 12:00:00 GMT", datetime(2026, 12, 1, 12, tzinfo=UTC)),
        ("Tue, 01 Dec 2026 12:00:00 -0000", datetime(2026, 12, 1, 12, tzinfo=UTC)),
        ("Tue, 01 Dec 2026 12:00:00 +0800", datetime(2026, 12, 1, 4, tzinfo=UTC)),
        ("yesterday", None),
        ("Tue, 99 Dec 2026 12:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 -0800", None),
        ("", None),
    ],
)
def test_the_date_of_an_answer_is_utc_or_none(date: str, read: datetime | None) -> None:
    line = Line(inside=httpx.MockTransport(lambda _: httpx.Response(200, headers={"Date": date})))
    said = line.exchange(call("127.0.0.1"))
    assert isinstance(said, RawAnswer)
    assert read == said.server_date
