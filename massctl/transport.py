"""Exchange HTTP requests for answers, one at a time: the only module that knows httpx.

Invariants: an exchange that fails is a value, NoAnswer, and says whether the request may have left. No address, token,
key or password is in it: the exceptions of httpx carry the request's URL, so they are dropped before anything of ours
is raised. Deliberately absent: repetition, and every opinion about what an answer means.
"""

import ipaddress
import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeAlias, cast
from wsgiref.types import WSGIApplication

import httpx
from msgspec import field
from msgspec.structs import replace

from massctl import __version__
from massctl.errors import ConfigurationError
from massctl.extras import install_command
from massctl.model.entries import NoAnswerReason
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.send import no_answer_words

CONNECT_SECONDS = 10.0
"""DNS, TCP and TLS to the nearest site take well under a second; ten mean that the way is blocked."""
CONNECTIONS_MAX = 20
"""For 16 uploads in flight and a few calls beside them, each on its own connection."""
ANSWER_BYTES_MAX = 32 * 1024 * 1024
"""A draft of 8 articles of 1 MB, all escaped, and room to spare; a limit on everything."""

STREAMED_BYTES_MAX = 1024 * 1024 * 1024
"""Of an answer that is shortened while it arrives, so much is read; a limit on everything."""
_PIECE_BYTES = 1024 * 1024

Sieve: TypeAlias = Callable[[Iterable[bytes]], Iterator[bytes]]
"""Shortens an answer while it arrives."""

Inside: TypeAlias = httpx.BaseTransport | WSGIApplication
"""What answers in place of the network: a WSGI application, which cuts a connection by raising ConnectionError, or an
httpx transport."""

_ON_THE_LINE: tuple[tuple[type[Exception], NoAnswerReason], ...] = (
    (socket.gaierror, "host_not_found"),
    (httpx.ConnectError, "connection_failed"),
    (httpx.InvalidURL, "address_unusable"),
    (httpx.UnsupportedProtocol, "address_unusable"),
)
"""What went wrong, most telling first."""
_GZIP = zlib.MAX_WBITS + 16
"""Tells zlib that a stream begins and ends as gzip does."""
_WRITING = ".send_request_headers.started"
"""How the trace event ends that comes right before a request is written."""
_CONNECTED = ".connect_tcp.complete"
"""How the one ends that comes right behind a connection."""
_LOOK_AT_THE_LINE = Phrase(
    "Check the network, the account's api_base and its proxy if it has one, then run the same command again."
)
_TRY_AGAIN = Phrase(
    "Run the same command again. If it is slow each time, check the network or proxy_env: a send "
    "leaves within two seconds of its last look, or not at all."
)


class _Silence(logging.Filter):
    """Drop the records of httpx: it logs every URL, and our URLs carry the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let nothing through."""
        return False


class Call(Frozen):
    """One request, as it travels."""

    hidden_fields = (
        "url",
        "query",
        "content",
        "headers",
        "form",
        "part",
        "is_late",
        "sieve",
    )

    method: str
    url: str
    read_seconds: float
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    """Fields beside the part."""
    part: tuple[str, bytes, str] | None = None
    """The one file, as `media`: its name, its bytes, its type."""
    is_late: Callable[[], bool] | None = None
    """Asked when the request is about to be written: True holds it back. None if it may leave at any time."""
    answer_bytes_max: int = ANSWER_BYTES_MAX
    is_answer_cut: bool = False
    """What is longer is cut there, and read no further."""
    sieve: Sieve | None = None
    """Shortens the answer while it arrives; the bound is of what is left."""
    is_public: bool = False
    """It may only reach an address of the Internet: not this machine, nor one of its network."""


class RawAnswer(Frozen):
    """What came over the wire."""

    hidden_fields = ("content",)

    status: int
    content: bytes
    server_date: datetime | None = None
    """Its `Date`, in UTC, to compare clocks with; None if there is none, or none that can be read."""
    content_type: str = ""
    location: str = ""
    """Where a redirection leads to."""
    link: str = ""
    """Where more of a list is (RFC 8288)."""
    etag: str = ""
    """By which a later call asks whether it is still so (RFC 9110)."""


class PrivateAddressError(Exception):
    """Hold back a call that is for the Internet, and whose host has a private address. Nothing was written."""


class NoAnswer(Frozen):
    """There is no usable answer: the call may have had its effect, unless its request never left."""

    reason: NoAnswerReason
    hint: Phrase = _LOOK_AT_THE_LINE
    left: bool = True
    """False: nothing of the request was written, so it had no effect."""
    seconds: int | None = None
    """How long was waited, for a timeout."""
    http_status: int | None = None

    @property
    def said(self) -> Phrase:
        """The reason as a clause, without address and token: `no answer within 30 s`."""
        return no_answer_words(self.reason, self.seconds, self.http_status)


class _LateError(Exception):
    """Hold back a request that is about to be written."""


class _WriteTrace:
    """Traces an exchange up to the moment in which its request is written, and holds back a late one."""

    def __init__(self, is_late: Callable[[], bool] | None, *, is_public: bool = False) -> None:
        self._is_late = is_late
        self._is_public = is_public
        self.begun = False
        """From here on nobody can say that the server got nothing."""

    def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Take a trace event of httpcore. Source: httpcore's documentation, "Extensions", read 2026-10.

        What a proxy is asked for first (CONNECT) is not the request.
        """
        if self._is_public and event.endswith(_CONNECTED):
            # What was connected to is judged, and not what a name stood for a moment before.
            _require_public(info["return_value"])
        if event.endswith(_WRITING) and getattr(info.get("request"), "method", None) != b"CONNECT":
            if self._is_late is not None and self._is_late():
                raise _LateError
            self.begun = True


def _require_public(stream: Any) -> None:
    peer = stream.get_extra_info("server_addr")
    if not ipaddress.ip_address(peer[0].partition("%")[0]).is_global:
        stream.close()
        raise PrivateAddressError


class _TracedInside(httpx.BaseTransport):
    """Gives the trace event of writing for what answers in place of the network and gives none."""

    def __init__(self, answering: httpx.BaseTransport) -> None:
        self._answering = answering

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, unless it is late."""
        request.extensions["trace"](f"inside{_WRITING}", {"request": request})
        return self._answering.handle_request(request)

    def close(self) -> None:
        """Close what answers."""
        self._answering.close()


class Line:
    """Sends calls and returns answers; many threads may use it at the same time."""

    def __init__(self, proxy: str | None = None, inside: Inside | None = None) -> None:
        """`inside` replaces the network. Raises ConfigurationError for a proxy address that cannot work."""
        if inside is not None and not isinstance(inside, httpx.BaseTransport):
            inside = httpx.WSGITransport(app=inside)
        self._http = _open_client(
            None if inside else proxy, _TracedInside(inside) if inside else None
        )

    def exchange(self, call: Call) -> RawAnswer | NoAnswer:
        """Make exactly one exchange. A network failure is a value. A public call may raise PrivateAddressError."""
        trace = _WriteTrace(call.is_late, is_public=call.is_public)
        try:
            return self._exchange(call, trace)
        except _LateError:
            return NoAnswer("held_back", _TRY_AGAIN, left=False)
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            # No kind of error says more than the trace: behind the first byte each of them leaves a doubt.
            return replace(_no_answer(error, call.read_seconds), left=trace.begun)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _exchange(self, call: Call, trace: _WriteTrace) -> RawAnswer | NoAnswer:
        with self._http.stream(
            call.method,
            call.url,
            params=dict(call.query) or None,
            content=call.content,
            data=dict(call.form) or None,
            files={"media": call.part} if call.part is not None else None,
            headers=dict(call.headers),
            timeout=httpx.Timeout(
                call.read_seconds, connect=min(CONNECT_SECONDS, call.read_seconds)
            ),
            extensions={"trace": trace},
        ) as response:
            content = _read_body(response, call)
            if isinstance(content, NoAnswer):
                return content
            told = response.headers
            date = _server_date(told.get("date", ""))
            kind, location = told.get("content-type", ""), told.get("location", "")
            link, etag = told.get("link", ""), told.get("etag", "")
            return RawAnswer(response.status_code, content, date, kind, location, link, etag)


def _read_body(response: httpx.Response, call: Call) -> bytes | NoAnswer:
    """Read a body, which may be packed once, and stop unpacking it at the limit.

    The decoders of httpx unpack whatever came, once for each name in the header: 485 bytes became 385 MB.
    """
    packing, limit = (
        response.headers.get("content-encoding", "").strip().lower(),
        call.answer_bytes_max,
    )
    if packing not in ("", "identity", "gzip"):
        return NoAnswer("answer_not_unpacked")
    pieces: Iterator[bytes] = iter(cast("httpx.SyncByteStream", response.stream))
    if packing == "gzip":
        pieces = _unpacked(pieces)
    if call.sieve is not None:
        pieces = call.sieve(_bounded(pieces))
    content = bytearray()
    try:
        for piece in pieces:
            content += piece
            if len(content) > limit and call.is_answer_cut:
                return bytes(content[:limit])
            if len(content) > limit:
                return NoAnswer("answer_too_large")
    except _EndlessError:
        return NoAnswer("answer_too_large")
    except zlib.error:
        return NoAnswer("answer_not_unpacked")
    return bytes(content)


class _EndlessError(Exception):
    """Stop reading an answer that is shortened while it arrives."""


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    left = STREAMED_BYTES_MAX
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise _EndlessError
        yield piece


def _unpacked(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip in bounded pieces; raise zlib.error for what is damaged or not whole."""
    unpacker, is_empty = zlib.decompressobj(_GZIP), True
    for piece in packed:
        left = piece
        while left:
            unpacked = unpacker.decompress(left, _PIECE_BYTES)
            is_empty = is_empty and not unpacked
            yield unpacked
            left = unpacker.unconsumed_tail
    if not (unpacker.eof or is_empty):
        raise zlib.error


_YEAR_MAX = 9000
"""No clock shows a later one, and no zone can be added to the last day of the calendar."""


def _server_date(told: str) -> datetime | None:
    """Read a `Date` header; one without an offset is UTC by the rules of HTTP."""
    try:
        moment = parsedate_to_datetime(told)
        if moment.year > _YEAR_MAX:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates of authorities, once for all accounts."""
    return httpx.create_ssl_context(trust_env=False)


def _open_client(proxy: str | None, inside: httpx.BaseTransport | None) -> httpx.Client:
    """Make the httpx client: no redirects, no cookies, nothing from the environment, connections kept alive."""
    httpx_log = logging.getLogger("httpx")
    if not any(isinstance(each, _Silence) for each in httpx_log.filters):
        httpx_log.addFilter(_Silence())
    why: Phrase
    try:
        return httpx.Client(
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            proxy=proxy,
            transport=inside,
            verify=_trusted(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(
                max_connections=CONNECTIONS_MAX, max_keepalive_connections=CONNECTIONS_MAX
            ),
            headers={
                "User-Agent": f"massctl/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
            },
        )
    except ImportError:
        why = Phrase(
            "A SOCKS proxy needs one more package: {command}", command=install_command("socks")
        )
    except (ValueError, httpx.InvalidURL):
        why = Phrase("Write it as http://host:port in the variable that proxy_env names.")
    # The address itself is not shown: it may hold a password.
    raise ConfigurationError(Phrase("the proxy's address cannot be used"), hint=why)


def _no_answer(error: Exception, read_seconds: float) -> NoAnswer:
    """Name what happened to the connection, by one of our codes: the library's words may hold the URL."""
    causes = tuple(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return NoAnswer(
            "certificate_unverified",
            Phrase(
                "Something between this machine and WeChat intercepts TLS: use another network, or proxy_env."
            ),
        )
    if isinstance(error, httpx.ProxyError):
        return NoAnswer(
            "proxy_refused",
            Phrase("Check the address and the password in the variable that proxy_env names."),
        )
    if isinstance(error, httpx.ConnectTimeout):
        return NoAnswer("connection_timeout", seconds=round(CONNECT_SECONDS))
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer("answer_timeout", seconds=round(read_seconds))
    for kind, reason in _ON_THE_LINE:
        if any(isinstance(cause, kind) for cause in causes):
            return NoAnswer(reason)
    return NoAnswer("connection_cut")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk from `error` to what it was raised from."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
