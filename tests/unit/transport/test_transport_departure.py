"""When a request leaves: over real sockets, because httpcore has to say the moment in which it writes."""

import contextlib
import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from massctl.transport.answer import NoAnswer, RawAnswer
from massctl.transport.line import Call, Line

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


class Server:
    """Takes one connection after the other, says what it is told to say, and remembers what came."""

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


def call(address: str, *, late: bool, scheme: str = "http") -> Call:
    return Call("POST", f"{scheme}://{address}/send", 5.0, content=b"{}", is_late=lambda: late)


def test_a_request_in_time_is_written(line: Line) -> None:
    server = Server(ANSWER)
    assert isinstance(line.exchange(call(server.address, late=False)), RawAnswer)
    line.close()
    server.close()
    assert server.got[0].startswith(b"POST /send ")


def test_nothing_of_a_late_one_reaches_the_server(line: Line) -> None:
    """It is asked behind the connection, which may have taken seconds."""
    server, asked = Server(), []

    def is_late() -> bool:
        asked.append(server.address)
        return True

    said = line.exchange(Call("POST", f"http://{server.address}/send", 5.0, content=b"{}", is_late=is_late))
    assert isinstance(said, NoAnswer)
    server.close()
    assert (False, [b""], 1) == (said.left, server.got, len(asked))


def test_a_line_goes_on_behind_a_request_that_was_held_back(line: Line) -> None:
    server = Server(ANSWER)
    assert isinstance(line.exchange(call(server.address, late=False)), RawAnswer)
    assert isinstance(line.exchange(call(server.address, late=True)), NoAnswer)
    server.close()
    assert [b""] == server.got[1:]


def test_a_refused_connection_never_left(line: Line) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    said = line.exchange(call(f"127.0.0.1:{port}", late=False))
    assert isinstance(said, NoAnswer)
    assert ("the connection was refused or could not be made", False) == (said.reason, said.left)


def test_a_handshake_that_fails_never_left(line: Line) -> None:
    server = Server(b"this is no TLS")
    said = line.exchange(call(server.address, late=False, scheme="https"))
    server.close()
    assert isinstance(said, NoAnswer)
    assert not said.left


def test_a_connection_that_is_cut_behind_the_request_is_in_doubt(line: Line) -> None:
    server = Server(b"")
    said = line.exchange(call(server.address, late=False))
    server.close()
    assert isinstance(said, NoAnswer)
    assert said.left


@pytest.mark.parametrize("answer", [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\nthis is no TLS"])
def test_what_a_proxy_is_asked_for_first_is_not_the_request(answer: bytes) -> None:
    proxy = Server(answer)
    line = Line(f"http://{proxy.address}")
    said = line.exchange(call("127.0.0.1:9", late=True, scheme="https"))
    line.close()
    proxy.close()
    assert isinstance(said, NoAnswer)
    assert (False, True) == (said.left, proxy.got[0].startswith(b"CONNECT "))


@pytest.mark.parametrize(("late", "asked"), [(True, 0), (False, 1)])
def test_what_answers_in_place_of_the_network_is_asked_in_time_or_not_at_all(late: bool, asked: int) -> None:
    seen = []

    def app(environ, start):
        seen.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"OK"]

    said = Line(None, app).exchange(call("127.0.0.1", late=late))
    assert (asked, late) == (len(seen), isinstance(said, NoAnswer))


def test_an_app_that_cuts_the_connection_has_got_the_request() -> None:
    def app(environ, start):
        raise ConnectionError

    said = Line(None, app).exchange(call("127.0.0.1", late=False))
    assert isinstance(said, NoAnswer)
    assert said.left
