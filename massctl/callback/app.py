"""The callback URL as an application for any WSGI or ASGI server.

The end of a mass job is answered once it is durable in the spool, whatever the ledger does. Every other message of
WeChat gets an empty answer, or goes to the team's own service. A request that is not from WeChat changes nothing and is
counted by the reason of its refusal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import field

from massctl.callback.envelope import (
    Delivered,
    Query,
    Secrets,
    Untrusted,
    check_handshake,
    open_body,
)
from massctl.callback.finish import EVENT, read_finish, word_of
from massctl.callback.spool import Arrival, Spool, SpoolError
from massctl.callback.tree import EVENT_BYTES_MAX, read_tree
from massctl.model.diagnostics import Fault
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from massctl.callback.forward import Forwarder

HEALTH = "/healthz"
METRICS = "/metrics"
BODY_BYTES_MAX = EVENT_BYTES_MAX
THREADS = 32
"""More than may wait for the team's service at once, so that ends of jobs never wait behind messages."""
BODY_SECONDS = 10.0
"""WeChat's bodies arrive at once; a client that trickles is dropped."""
ANY = "-"
"""Is counted in place of an account where a request could be for several."""

_STATUS = {Untrusted.MALFORMED: 400, Untrusted.TOO_LARGE: 413, Untrusted.OTHER_ACCOUNT: 200}
"""What refusals are answered with, where it is not 403. WeChat repeats anything but 200, and what it says to another
account is no better the third time."""
_TEXT = "text/plain; charset=utf-8"


class Endpoint(Frozen):
    """The callback URL of one account."""

    account: str
    path: str | None
    """None: any that massctl does not answer itself."""
    secrets: Secrets
    original_id: str | None = None
    forward: str | None = None
    """Where messages go that are not about a send."""


class Request(Frozen):
    """One request, as any server gives it."""

    method: str
    path: str
    query: str = ""
    body: bytes | None = b""
    """None if it is larger than any event."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that a service behind needs too."""


class Answer(Frozen):
    """What is answered."""

    status: int
    body: bytes = b""
    content_type: str = _TEXT
    allow: str | None = None

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Its headers. `echostr` is anybody's words while a signature is fresh: no browser may take it for a page."""
        allow = [("Allow", self.allow)] if self.allow else []
        length = ("Content-Length", str(len(self.body)))
        return [
            ("Content-Type", self.content_type),
            length,
            ("X-Content-Type-Options", "nosniff"),
            *allow,
        ]


class Callback:
    """Answers requests; used from many threads at once."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        spool: Spool,
        now: Callable[[], datetime],
        *,
        forward: "Forwarder | None" = None,
        refused: Callable[[Endpoint, Untrusted], None] = lambda *_: None,
        tell: Callable[[Phrase], None] = lambda _: None,
        arrived: Callable[[], None] = lambda: None,
        healthy: Callable[[], bool] = lambda: True,
        held: Callable[[], Sequence[str]] = lambda: (),
    ) -> None:
        """`refused` and `tell` reach people; `arrived` says that the ledger has to hear of something.

        `held` says why events wait for a change of massctl.yaml, as far as this process has looked at them.
        """
        self._endpoints = endpoints
        self._spool = spool
        self._now = now
        self._forward = forward
        self._refused = refused
        self._tell = tell
        self._arrived = arrived
        self._healthy = healthy
        self._held = held

    def allowed(self, path: str) -> str | None:
        """Return the methods that a path allows; None for an unknown path."""
        if path in (HEALTH, METRICS):
            return "GET"
        return "GET, POST" if self._at(path) else None

    def answer(self, request: Request) -> Answer:
        """Answer one request. Every error becomes an answer."""
        allowed = self.allowed(request.path)
        if allowed is None:
            return Answer(404)
        if request.method not in allowed.split(", "):
            return Answer(405, allow=allowed)
        own = {HEALTH: self._health, METRICS: self._metrics}.get(request.path)
        try:
            if own is not None:
                return own()
            return self._handshake(request) if request.method == "GET" else self._post(request)
        except SpoolError as error:
            # WeChat repeats what is not answered with 200.
            self._tell(
                Phrase(
                    "nothing can be acknowledged: the spool cannot be written: {why}",
                    why=str(error),
                )
            )
            return Answer(503 if request.method == "GET" else 500)

    def _at(self, path: str) -> list[Endpoint]:
        return [
            each
            for each in self._endpoints
            if each.path is None or each.path.rstrip("/") == path.rstrip("/")
        ]

    def _handshake(self, request: Request) -> Answer:
        endpoints, query = self._at(request.path), Query.parse(request.query)
        if query is None:
            return self._refuse(endpoints, Untrusted.MALFORMED)
        checked = [(each, check_handshake(query, each.secrets, self._now())) for each in endpoints]
        for endpoint, said in checked:
            if isinstance(said, bytes):
                self._spool.count(endpoint.account, "handshake")
                return Answer(200, said)
        return self._refuse_all(
            [(each, why) for each, why in checked if isinstance(why, Untrusted)]
        )

    def _post(self, request: Request) -> Answer:
        endpoints, query = self._at(request.path), Query.parse(request.query)
        if request.body is None:
            return self._refuse(endpoints, Untrusted.TOO_LARGE)
        tree = read_tree(request.body)
        if query is None or isinstance(tree, Fault):
            return self._refuse(endpoints, Untrusted.MALFORMED)
        now, body = self._now(), request.body
        opened = [(each, open_body(query, body, tree, each.secrets, now)) for each in endpoints]
        delivered = [(each, said) for each, said in opened if isinstance(said, Delivered)]
        if not delivered:
            return self._refuse_all(
                [(each, why) for each, why in opened if isinstance(why, Untrusted)]
            )
        proven = [
            (each, said)
            for each, said in delivered
            if said.is_sealed and each.secrets.proves_account
        ]
        verified, said = [each for each, _ in proven or delivered], (proven or delivered)[0][1]
        inside = read_tree(said.body) if said.is_sealed else tree
        if isinstance(inside, Fault):
            return self._refuse(verified[:1], Untrusted.MALFORMED)
        meant = (
            verified
            if proven
            else _addressed(verified, self._endpoints, word_of(inside, "tousername"))
        )
        is_finish = word_of(inside, "event").lower() == EVENT
        if not (meant or is_finish or said.is_sealed):
            return self._refuse(verified[:1], Untrusted.OTHER_ACCOUNT)
        heard = _Heard(meant or verified, said, is_proven=bool(proven))
        return self._finished(query, heard) if is_finish else self._message(request, query, heard)

    def _finished(self, query: Query, heard: "_Heard") -> Answer:
        """Store the end of a job, also of an account that massctl.yaml does not have: the file may be wrong."""
        finish = read_finish(heard.said.body)
        if isinstance(finish, Fault):
            self._spool.count(heard.account, "unreadable")
            self._tell(
                Phrase(
                    "an event of {account} cannot be recorded: {why}",
                    account=heard.account,
                    why=finish.message,
                )
            )
            return Answer(200)
        if heard.said.is_sealed and not heard.is_proven and finish.said.original_id is None:
            # The seal of a platform alone does not say whose it is.
            return self._refuse(heard.meant, Untrusted.MALFORMED)
        put = self._spool.put(heard.arrival(query, finish.said.msg_id))
        if put == "replayed":
            return self._refuse(heard.meant, Untrusted.REPLAYED)
        self._spool.count(heard.account, "finish" if put == "new" else "copy")
        self._arrived()
        return Answer(200, b"success")

    def _message(self, request: Request, query: Query, heard: "_Heard") -> Answer:
        if not heard.said.is_sealed and self._spool.put(heard.arrival(query, None)) == "replayed":
            return self._refuse(heard.meant, Untrusted.REPLAYED)
        return self._passed_on(request, heard.meant[0], heard.account)

    def _passed_on(self, request: Request, endpoint: Endpoint, account: str) -> Answer:
        """Answer a message that is not about a send."""
        if endpoint.forward is None or self._forward is None:
            self._spool.count(account, "message")
            return Answer(200)
        passed = self._forward(
            endpoint.forward, request.query, request.body or b"", request.headers
        )
        self._spool.count(account, "forward_failed" if passed is None else "forwarded")
        return (
            Answer(200)
            if passed is None
            else Answer(200, passed.content, passed.content_type or _TEXT)
        )

    def _refuse_all(self, checked: Sequence[tuple[Endpoint, Untrusted]]) -> Answer:
        """Refuse what none of several accounts takes, by the reason of the one that came nearest."""
        nearest = [each for each in checked if each[1] is not Untrusted.FORGED] or checked
        return self._refuse([endpoint for endpoint, _ in nearest], nearest[0][1])

    def _refuse(self, endpoints: Sequence[Endpoint], why: Untrusted) -> Answer:
        self._spool.count(endpoints[0].account if len(endpoints) == 1 else ANY, why)
        self._refused(endpoints[0], why)
        return Answer(_STATUS.get(why, 403))

    def _health(self) -> Answer:
        if self._spool.failure is not None or not self._healthy():
            return Answer(503, b"failing\n")
        if not self._spool.count_held():
            return Answer(200, b"ok\n")
        return Answer(503, "\n".join(["degraded", *self._held(), ""]).encode())

    def _metrics(self) -> Answer:
        counts, states, oldest = self._spool.tally()
        lines = [
            "# HELP massctl_callback_total Requests and events by what became of them.",
            "# TYPE massctl_callback_total counter",
            *(
                f'massctl_callback_total{{account="{account}",outcome="{outcome}"}} {count}'
                for (account, outcome), count in sorted(counts.items())
            ),
            "# HELP massctl_callback_waiting Ends of jobs that are acknowledged and not in the ledger yet.",
            "# TYPE massctl_callback_waiting gauge",
            f"massctl_callback_waiting {states.get('received', 0)}",
            "# HELP massctl_callback_waiting_seconds How long the oldest of them waits.",
            "# TYPE massctl_callback_waiting_seconds gauge",
            f"massctl_callback_waiting_seconds {max(0.0, self._now().timestamp() - oldest) if oldest else 0:.0f}",
            "# HELP massctl_callback_foreign Ends of jobs that no recorded send has.",
            "# TYPE massctl_callback_foreign gauge",
            f"massctl_callback_foreign {states.get('foreign', 0)}",
            "# HELP massctl_callback_held Ends of jobs that wait for a change of massctl.yaml.",
            "# TYPE massctl_callback_held gauge",
            f"massctl_callback_held {states.get('held', 0)}",
        ]
        return Answer(
            200, "\n".join([*lines, ""]).encode(), "text/plain; version=0.0.4; charset=utf-8"
        )


class _Heard(Frozen):
    """What WeChat said to an account, or to one of several that nothing tells apart."""

    meant: list[Endpoint]
    said: Delivered
    is_proven: bool
    """The seal proves the account; ToUserName need not say whose it is."""

    @property
    def appid(self) -> str:
        """The account's; empty if it is one of several."""
        found = {each.secrets.appid for each in self.meant}
        return found.pop() if len(found) == 1 else ""

    @property
    def account(self) -> str:
        """Under which it is counted."""
        return self.meant[0].account if self.appid else ANY

    def arrival(self, query: Query, msg_id: int | None) -> Arrival:
        """Return what has to be durable before it is answered."""
        signature = None if self.said.is_sealed else query.signature
        return Arrival(self.appid, signature, self.said.body, msg_id, self.is_proven)


def _addressed(verified: list[Endpoint], declared: Sequence[Endpoint], told: str) -> list[Endpoint]:
    """Leave those that a message may be for: by `ToUserName`, where massctl.yaml says whose that is."""
    owners = [each.account for each in declared if told and each.original_id == told]
    if owners:
        return [each for each in verified if each.account in owners]
    return [each for each in verified if each.original_id is None or not told]


Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]


class Application:
    """A `Callback` as WSGI and as ASGI, in its forms with one call and with two."""

    def __init__(
        self, callback: Callable[[], Callback], close: Callable[[], None] = lambda: None
    ) -> None:
        """`callback` gives what answers in this process: a server may fork after it loaded the application."""
        self._callback = callback
        self._close = close
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="massctl-callback")

    def __call__(self, first: Any, *more: Any) -> Any:
        """Answer `(environ, start_response)`, `(scope, receive, send)` or `(scope)(receive, send)`."""
        if len(more) == 1:
            return self._wsgi(first, more[0])
        if len(more) == 2:
            return self._asgi(first, *more)
        return lambda receive, send: self._asgi(first, receive, send)

    def _wsgi(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        headers = {"Content-Type": environ["CONTENT_TYPE"]} if environ.get("CONTENT_TYPE") else {}
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO") or "/"
        callback = self._callback()
        # What is refused by its path or method is refused before its body is read.
        wanted = method == "POST" and callback.allowed(path) is not None
        body = _read(environ) if wanted else b""
        answer = callback.answer(
            Request(method, path, environ.get("QUERY_STRING", ""), body, headers)
        )
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
        return [answer.body]

    async def _asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        named = {
            name.decode("latin-1").lower(): value.decode("latin-1")
            for name, value in scope["headers"]
        }
        headers = {"Content-Type": named["content-type"]} if "content-type" in named else {}
        method, path, query = (
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
        )
        callback = self._callback()
        wanted = method == "POST" and callback.allowed(path) is not None
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _receive_all(receive) if wanted else b""
        except TimeoutError:
            return  # The server closes a connection that nothing was answered on.
        request = Request(method, path, query, body, headers)
        answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, callback.answer, request
        )
        told = [
            (name.lower().encode(), value.encode("latin-1", "replace"))
            for name, value in answer.headers
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": told})
        await send({"type": "http.response.body", "body": answer.body})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self._callback()
                await send({"type": "lifespan.startup.complete"})
            else:
                await asyncio.get_running_loop().run_in_executor(None, self._close)
                await send({"type": "lifespan.shutdown.complete"})
                return


def _read(environ: "WSGIEnvironment") -> bytes | None:
    """Read a body up to the size of an event; None if it is larger."""
    told, stream = environ.get("CONTENT_LENGTH") or "", environ["wsgi.input"]
    if told:
        length = int(told) if told.isascii() and told.isdecimal() and len(told) < 20 else 0
        return None if length > BODY_BYTES_MAX else stream.read(length)
    if not environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = stream.read(BODY_BYTES_MAX + 1)
    return None if len(body) > BODY_BYTES_MAX else body


async def _receive_all(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > BODY_BYTES_MAX:
            return None
        if not event.get("more_body", False):
            return bytes(body)
