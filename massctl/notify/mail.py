"""E-mail by SMTP: one plain text to all addresses of a channel.

The connection is sealed: by TLS from its start on port 465, else by STARTTLS before anything is said; only a server on
this machine is spoken to in clear. The same notices of a day have the same Message-ID, by which a mailbox knows a
repetition.
"""

import contextlib
import hashlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

from massctl.model.frozen import Frozen
from massctl.model.notice_text import NoticeText
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel, realm_of
from massctl.notify.port import Notices, Way, urgent_first
from massctl.notify.post import READ_SECONDS, Post
from massctl.notify.robot import title_of

TLS_PORT = 465
"""TLS from the start. Source: RFC 8314, section 3.3."""
_POLICY = SMTP.clone(max_line_length=998)
"""Lines as long as RFC 5322 allows: where Python folds a subject in Chinese it loses spaces."""
_SENDER = re.compile(r"[^\x00-\x1f\x7f<>]*<?[!-~]+@[!-~]+>?")
_NO_SERVER = Phrase("it does not name a server: write smtp.example.cn, or smtp.example.cn:587")


class Mail:
    """Sends by the server that the environment names."""

    is_chat: ClassVar[bool] = False
    reads_markup: ClassVar[bool] = False
    takes_pictures: ClassVar[bool] = False

    def at_once(self, texts: Sequence[NoticeText]) -> int:
        """Take all of them."""
        return len(texts)

    def picture(self, picture: bytes) -> Post | None:
        """Take none."""
        return None

    def post(self, channel: Channel, notices: Notices, way: Way) -> Post:
        """Return the letter."""
        settings = channel.mail
        letter = EmailMessage(policy=_POLICY)
        sender = way.environment.get(settings.from_env, "")
        letter["From"] = sender if _SENDER.fullmatch(sender) else "massctl@localhost"
        letter["To"] = ", ".join(settings.to)
        letter["Subject"] = title_of(notices.texts)
        letter["Date"] = format_datetime(way.now)
        # What is still true a day later is no repetition.
        known_by = _digest(channel.name, f"{way.now:%Y-%m-%d}", *notices.keys)
        letter["Message-ID"] = f"<{known_by}@{_domain(sender)}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(
            "\n\n".join(map(_written, urgent_first(notices.texts))) + "\n", cte="base64"
        )
        return Post(letter.as_bytes(), {})

    def shown(self, post: Post) -> Mapping[str, Any]:
        """Return the parts that a person sees, and the id."""
        letter = message_from_bytes(post.body, policy=SMTP)
        head = {name.lower(): str(letter[name]) for name in ("To", "Subject", "Message-ID")}
        return {**head, "text": letter.get_content().replace("\r\n", "\n")}

    def deliver(self, channel: Channel, post: Post, way: Way) -> Callable[[], Phrase | None]:
        """Return what sends the letter, unless a variable holds nothing usable."""
        settings, found = channel.mail, way.environment
        for name in channel.variables:
            if (why := self.unfit(channel, name, found.get(name, ""))) is not None:
                told = Phrase("{name}: {why}", name=name, why=why)
                return lambda: told
        host, port = cast("tuple[str, int]", _server(found[settings.server_env]))
        sender = parseaddr(found[settings.from_env])[1]
        login = (found.get(settings.user_env, ""), found.get(settings.password_env, ""))
        return partial(_sent, _Server(host, port, *login), sender, settings.to, post.body)

    def unfit(self, channel: Channel, variable: str, value: str) -> Phrase | None:
        """Judge the server and the sender; what logs in may be anything."""
        settings = channel.mail
        if variable == settings.server_env and _server(value) is None:
            return _NO_SERVER
        if variable == settings.from_env and not _SENDER.fullmatch(value):
            return Phrase("it is not an e-mail address")
        return None


def _written(text: NoticeText) -> str:
    lines = [text.head, *text.lines]
    lines += [f"{each.label}: {each.address}" for each in text.links]
    lines += [f"    {each}" for each in text.advice]
    return "\n".join(lines)


def _digest(*words: str) -> str:
    return "massctl." + hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _server(written: str) -> tuple[str, int] | None:
    """Read `HOST` or `HOST:PORT`; None for anything else."""
    try:
        parts = urlsplit(f"//{written}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    is_plain = re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", written) is not None
    return (host, port or TLS_PORT) if host and is_plain else None


LETTER_SECONDS = READ_SECONDS
"""A connection is cut after that, also where a server sends a byte now and then."""


class _Brief(smtplib.SMTP):
    """A connection that ends in time: the timeout of smtplib begins again with each byte."""

    _timer: threading.Timer | None = None
    _line: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect, and cut the connection later, whatever seals it by then."""
        line: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._line = line.dup()  # What seals a connection takes the socket over.
        self._timer = threading.Timer(LETTER_SECONDS, _cut, [self._line])
        self._timer.daemon = True
        self._timer.start()
        return line

    def connect(self, *where: Any, **more: Any) -> tuple[int, bytes]:
        """Connect, and leave nothing open where that fails."""
        try:
            return super().connect(*where, **more)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        super().close()
        if self._timer is not None and self._line is not None:
            self._timer.cancel()
            self._line.close()


class _BriefTls(smtplib.SMTP_SSL, _Brief):
    """The same with TLS from the start."""


def _cut(line: socket.socket) -> None:
    """Cut a connection; one that has ended is cut already."""
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


class _Server(Frozen):
    """A mail server, and who logs in there."""

    hidden_fields = ("user", "password")

    host: str
    port: int
    user: str
    password: str

    @property
    def is_sealed(self) -> bool:
        """Whether it speaks TLS from the start."""
        return self.port == TLS_PORT

    def connect(self, greeting: str) -> smtplib.SMTP:
        """Open the connection; raises OSError or SMTPException."""
        if self.is_sealed:
            context = ssl.create_default_context()
            return _BriefTls(self.host, self.port, greeting, timeout=READ_SECONDS, context=context)
        return _Brief(self.host, self.port, greeting, timeout=READ_SECONDS)

    def begin(self, smtp: smtplib.SMTP) -> None:
        """Seal what is in clear, unless it stays on this machine, and log in."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if not self.is_sealed and realm_of(f"http://{host}") != "loopback":
            smtp.starttls(context=ssl.create_default_context())
        if self.user:
            smtp.login(self.user, self.password)


def _sent(server: _Server, sender: str, to: Sequence[str], letter: bytes) -> Phrase | None:
    """Send a letter; return why not. An address that the server refuses is passed over while it takes another."""
    try:
        with server.connect(_domain(sender)) as smtp:
            server.begin(smtp)
            smtp.sendmail(sender, to, letter)
    except (OSError, ValueError) as error:
        why = next(say for kind, say in _REASONS if isinstance(error, kind))
        code = getattr(error, "smtp_code", None)
        return why if code is None else Phrase("{why} (SMTP {code})", why=why, code=code)
    return None


_REASONS: tuple[tuple[type[Exception], Phrase], ...] = (
    (smtplib.SMTPAuthenticationError, Phrase("the mail server refuses the login")),
    (
        smtplib.SMTPRecipientsRefused,
        Phrase("the mail server takes letters for none of the addresses"),
    ),
    (smtplib.SMTPNotSupportedError, Phrase("the mail server offers no STARTTLS, or no login")),
    (smtplib.SMTPResponseException, Phrase("the mail server refuses the letter")),
    (ssl.SSLError, Phrase("the mail server has no certificate that can be verified, or no TLS")),
    (OSError, Phrase("the mail server cannot be reached, or does not answer")),
    (ValueError, Phrase("user or password has letters that SMTP cannot carry")),
)
"""What went wrong, most telling first: smtplib's own words may quote an address."""
