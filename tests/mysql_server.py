"""As much of a MySQL server as a test needs: it lets everybody in, keeps what it is asked, and answers one result.

Source: MySQL, "Client/Server Protocol", read 2026-12.
"""

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

_HANDSHAKE = (
    b"\x0a8.0.36\x00"
    + struct.pack("<I", 7)
    + b"saltsalt\x00"
    + struct.pack("<HBHH", 0xF7DF, 45, 2, 0x81FF)
    + bytes([21])
    + bytes(10)
    + b"saltsaltsalt\x00mysql_native_password\x00"
)
_OK = b"\x00\x00\x00\x02\x00\x00\x00"
_EOF = b"\xfe\x00\x00\x02\x00"
_TEXT = 253


class MySql:
    """Answers every SELECT with the same rows, or with an error."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        self.columns, self.rows = columns, rows
        self.asked: list[str] = []
        self.error: tuple[int, str] | None = None
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                with client, suppress(OSError, struct.error):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        self._send(client, 0, [_HANDSHAKE])
        self._read(client)
        self._send(client, 2, [_OK])
        while (said := self._read(client)) and said[0] == 3:
            sql = said[1:].decode()
            self.asked.append(sql)
            if not sql.lstrip().lower().startswith(("select", "with")):
                self._send(client, 1, [_OK])
            elif self.error is not None:
                number, words = self.error
                self._send(
                    client, 1, [b"\xff" + struct.pack("<H", number) + b"#42000" + words.encode()]
                )
            else:
                rows = [b"".join(map(_cell, row)) for row in self.rows]
                columns = [_column(each) for each in self.columns]
                self._send(client, 1, [bytes([len(columns)]), *columns, _EOF, *rows, _EOF])

    @staticmethod
    def _send(client: socket.socket, number: int, packets: Sequence[bytes]) -> None:
        written = b"".join(
            struct.pack("<I", len(each))[:3] + bytes([(number + at) % 256]) + each
            for at, each in enumerate(packets)
        )
        client.sendall(written)

    @staticmethod
    def _read(client: socket.socket) -> bytes:
        head = client.recv(4, socket.MSG_WAITALL)
        length = int.from_bytes(head[:3], "little")
        return client.recv(length, socket.MSG_WAITALL) if length else b""


def _cell(text: str | None) -> bytes:
    if text is None:
        return b"\xfb"
    data = text.encode()
    return bytes([len(data)]) + data


def _column(name: str) -> bytes:
    words = [b"def", b"crm", b"t", b"t", name.encode(), name.encode()]
    named = b"".join(bytes([len(each)]) + each for each in words)
    return named + b"\x0c" + struct.pack("<HIBHB", 45, 400, _TEXT, 0, 0) + b"\x00\x00"


@contextmanager
def serving(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Iterator[MySql]:
    server = MySql(columns, rows)
    try:
        yield server
    finally:
        server.close()
