"""One send against a real socket: when it is written at all, and what a connection that dies leaves behind."""

import contextlib
import gzip
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread

import pytest
from building import IN_TIME, NOW
from wechat_script import APPID, SEND

from massctl.errors import TransportError
from massctl.model.ids import MsgDataId, MsgId
from massctl.model.send import Accepted, InDoubt, SendIntent
from massctl.wechat.client import WeChatClient
from massctl.wechat.token import Grant

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
BODY = b'{"errcode":0,"errmsg":"send job submission success","msg_id":3147000001,"msg_data_id":2247000002}'
COUNTED = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
    % (
        len(BODY),
        BODY,
    )
)
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\n" + BODY
PACKED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)
PACKED_TWICE = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\n" + gzip.compress(
    gzip.compress(BODY)
)
ACCEPTED = Accepted(MsgId(3147000001), MsgDataId(2247000002))


class Server:
    """Serves each connection with what it is told to do, and remembers what it read."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.base = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.got = b""
        self.serve: Callable[[socket.socket], None] = lambda connection: None
        Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(10)
                self.serve(connection)

    def read(self, connection: socket.socket, limit: int = 2**20) -> None:
        """Read up to `limit` bytes, and no further than the end of the request."""
        self.got = b""
        while len(self.got) < limit and not self.got.endswith(SEND.client_msg_id.encode() + b'"}'):
            piece = connection.recv(limit - len(self.got))
            if not piece:
                return
            self.got += piece

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    with contextlib.suppress(OSError):
        server.close()


@pytest.fixture
def client(server: Server) -> Iterator[WeChatClient]:
    with WeChatClient.open(APPID, lambda _: Grant("T", 7200), server.base) as client:
        client.require_token()
        yield client


def test_a_connection_that_dies_at_any_byte_of_the_request_leaves_a_doubt(
    server: Server, client: WeChatClient
) -> None:
    server.serve = lambda connection: (server.read(connection), connection.sendall(COUNTED))[1]
    assert ACCEPTED == client.send_mass(SEND, IN_TIME)
    whole = len(server.got)
    for length in range(whole + 1):

        def die(connection: socket.socket, length: int = length) -> None:
            server.read(connection, length)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        server.serve = die
        try:
            verdict = client.send_mass(SEND, IN_TIME)
        except TransportError:
            # Before the first byte it may be too early to write anything.
            assert (0, b"") == (length, server.got)
        else:
            assert isinstance(verdict, InDoubt), length


def test_an_answer_that_is_packed_twice_leaves_a_doubt(
    server: Server, client: WeChatClient
) -> None:
    server.serve = lambda connection: (server.read(connection), connection.sendall(PACKED_TWICE))[1]
    assert InDoubt("answer_not_unpacked") == client.send_mass(SEND, IN_TIME)


ANSWERS = {"counted": COUNTED, "chunked": CHUNKED, "until closed": UNTIL_CLOSED, "packed": PACKED}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_connection_that_dies_at_any_byte_of_the_answer_leaves_a_doubt(
    server: Server, client: WeChatClient, answer: bytes
) -> None:
    for length in range(len(answer) + 1):
        server.serve = lambda connection, length=length: (
            server.read(connection),
            connection.sendall(answer[:length]),
        )
        verdict = client.send_mass(SEND, IN_TIME)
        assert verdict == ACCEPTED if length == len(answer) else isinstance(verdict, InDoubt), (
            length
        )


class MovingClock:
    """A clock that the network moves."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self):
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class Until:
    """A permit that passes at a moment, by the clock that connections take their time from."""

    clock: MovingClock
    deadline: datetime

    def spend(self, intent: SendIntent) -> None:
        assert SEND is intent

    def has_passed(self) -> bool:
        return self.clock.now() > self.deadline


@pytest.mark.parametrize(("seconds", "arrives"), [(5, False), (2.001, False), (2, True), (0, True)])
def test_a_request_is_written_within_its_deadline_or_never_leaves(
    server: Server,
    client: WeChatClient,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    arrives: bool,
) -> None:
    """The server takes that long to accept the connection; the clock is moved, nobody waits."""
    clock, connect = MovingClock(), socket.create_connection

    def slowly(*address: object, **more: object) -> socket.socket:
        clock.sleep(seconds)
        return connect(*address, **more)

    monkeypatch.setattr(socket, "create_connection", slowly)
    server.serve = lambda connection: (server.read(connection), connection.sendall(COUNTED))[1]
    permit = Until(clock, NOW + timedelta(seconds=2))
    if arrives:
        assert ACCEPTED == client.send_mass(SEND, permit)
    else:
        with pytest.raises(TransportError, match="WeChat was not asked"):
            client.send_mass(SEND, permit)
        assert b"" == server.got


def test_a_refused_connection_never_left(server: Server, client: WeChatClient) -> None:
    server.close()
    with pytest.raises(TransportError, match="WeChat was not asked"):
        client.send_mass(SEND, IN_TIME)
