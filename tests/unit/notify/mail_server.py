"""A mail server on loopback: it keeps what it was told, and refuses what a test asks it to refuse."""

import base64
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Mailbox:
    """What the server was told, and how it answers."""

    offers: tuple[str, ...] = ("AUTH PLAIN",)
    answers: dict[str, str] = field(default_factory=dict)
    """Beginning of a command -> the answer in place of the usual one; empty: it hangs up."""
    context: ssl.SSLContext | None = None
    """With STARTTLS, or from the start where `is_sealed`."""
    is_sealed: bool = False
    said: list[str] = field(default_factory=list)
    """Every command, in order; a letter is not among them."""
    sealed_from: int | None = None
    """How many commands were said in clear."""
    letters: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def login(self) -> list[str]:
        """User and password of the last login."""
        (last,) = [each for each in self.said if each.startswith("AUTH PLAIN ")][-1:]
        return base64.b64decode(last.split()[-1]).decode().split("\0")[1:]


class _Session(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        if box.is_sealed and box.context is not None:
            self._seal(box.context)
        self._say("220 box")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            box.said.append(line)
            given = next((box.answers[each] for each in box.answers if line.startswith(each)), None)
            if given == "":
                return
            if not self._answer(box, line, given):
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()  # Under TLS it is another one than the server knows.

    def _answer(self, box: Mailbox, line: str, given: str | None) -> bool:
        verb = line.split(":", maxsplit=1)[0].split(maxsplit=1)[0].upper()
        offers = [*box.offers, *(["STARTTLS"] if box.context and not box.is_sealed else [])]
        usual = {
            "EHLO": "\r\n".join(["250-box", *(f"250-{each}" for each in offers), "250 8BITMIME"]),
            "STARTTLS": "220 go on",
            "AUTH": "235 welcome",
            "DATA": "354 go on",
            "QUIT": "221 bye",
        }
        self._say(given if given is not None else usual.get(verb, "250 ok"))
        if verb == "STARTTLS" and box.context is not None:
            box.sealed_from = len(box.said)
            self._seal(box.context)
        if verb == "DATA" and given is None:
            box.letters.append(b"".join(self._letter()))
            self._say(box.answers.get("\n.", "250 kept"))
        return verb != "QUIT"

    def _letter(self) -> Iterator[bytes]:
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            yield line

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _seal(self, context: ssl.SSLContext) -> None:
        self.request = context.wrap_socket(self.request, server_side=True)
        self.setup()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be silent: a client that hangs up is what some tests are about."""


@contextmanager
def mail_server(box: Mailbox) -> Iterator[Mailbox]:
    """Serve until the block ends."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
