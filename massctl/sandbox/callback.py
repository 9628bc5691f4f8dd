"""Post events to a callback URL as WeChat's servers do: signed, in the clear or sealed, again where nobody took them.

Before the first event the URL has to answer the check of the developer console (GET with `echostr`). Until it does,
it is asked again every five seconds, and events wait. Rules: WeChat docs, "接入指南", "消息加解密说明", read 2026-10.
"""

import contextlib
import http.client
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from massctl.sandbox import cipher, clock, deliveries, events
from massctl.sandbox.store import Store
from massctl.sandbox.tables import Record, State

ANSWER_SECONDS = 5
CHECK_PAUSE_SECONDS = 5
LOOK_SECONDS = 0.2
"""Between two looks for events that are due."""
_ANSWER_BYTES = 64 * 1024
_SHOWN = 80


@dataclass(frozen=True)
class Endpoint:
    """Where events are posted, and how."""

    url: str
    """http:// or https://."""
    token: str
    mode: str = "plain"
    aes_key: str = ""
    """EncodingAESKey; needed by `compatible` and `safe`."""


@dataclass(frozen=True)
class Answer:
    """What a server answered; `status` None: nothing in time, and `words` say why."""

    status: int | None
    words: str


Exchange = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""Makes one request: verb, address, headers, body."""


def exchange(verb: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Make one request, and wait five seconds for the whole answer; redirects are not followed."""
    until = time.monotonic() + ANSWER_SECONDS
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with contextlib.closing(kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)) as connection:
            connection.request(verb, path, body or None, dict(headers))
            response = connection.getresponse()
            found = b""
            while len(found) < _ANSWER_BYTES and (piece := response.read1(4096)):
                found += piece
                if time.monotonic() > until:
                    raise TimeoutError
            if time.monotonic() > until:
                raise TimeoutError
            return Answer(response.status, found.decode("utf-8", errors="replace"))
    except TimeoutError:
        return Answer(None, f"no answer within {ANSWER_SECONDS} s")
    except (OSError, http.client.HTTPException) as error:
        return Answer(None, f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"[:_SHOWN])


def body_of(endpoint: Endpoint, event: Record, form: str, lead: bytes) -> tuple[bytes, str]:
    """Return the body of an event's post in the endpoint's mode, and its `Encrypt`, empty in the plain one."""
    clear: Record = event["json"]
    message = events.written(clear, form).encode()
    if endpoint.mode == "plain":
        return message, ""
    encrypt = cipher.sealed(message, event["appid"], cipher.key_bytes(endpoint.aes_key), lead)
    head = clear if endpoint.mode == "compatible" else {"ToUserName": clear["ToUserName"]}
    return events.written({**head, "Encrypt": encrypt}, form).encode(), encrypt


def signed(endpoint: Endpoint, timestamp: int, nonce: str, encrypt: str) -> dict[str, str]:
    """Return the query of a post: what WeChat signs, and with what."""
    words = endpoint.token, str(timestamp), nonce
    query = {"signature": cipher.signature(*words), "timestamp": words[1], "nonce": nonce, "openid": events.SENDER}
    if encrypt:
        query |= {"encrypt_type": "aes", "msg_signature": cipher.signature(*words, encrypt)}
    return query


class Poster:
    """Post the events of one world that are due, one after the other."""

    def __init__(
        self,
        store: Store,
        real_now: Callable[[], datetime],
        endpoint: Endpoint,
        told: Callable[[str], None],
        ask: Exchange,
    ) -> None:
        """`told` is called with the error, or "", when the result of the URL's check changes."""
        self._store = store
        self._real_now = real_now
        self._endpoint = endpoint
        self._told = told
        self._ask = ask
        self._lock = threading.Lock()
        self._failed: str | None = "not asked yet"
        """Why the URL did not answer the check; None: it did."""
        self._ask_again_at = 0.0

    def post_due(self, *, early: bool = False) -> None:
        """Post everything whose time has come. `early`: only what was ordered for before the answer to the send."""
        # Do not delay the answer to the send.
        if early and (self._next(early=True) is None or self._failed is not None):
            return
        with self._lock:
            if not self._is_accepted():
                return
            while (found := self._next(early=early)) is not None:
                row, body, query, content_type = found
                answer = self._ask("POST", self._address(query), {**_HEADERS, "Content-Type": content_type}, body)
                taken = answer.status == 200 and answer.words in ("", "success")
                with self._store.transaction() as state:
                    at = clock.world_now(state, self._real_now()).timestamp()
                    if state.table("jobs").get(str(row["msg_id"])) is not None:  # The world may have been reset.
                        deliveries.keep_try(state, row, at, _words(answer), taken=taken)

    def run(self, stop: threading.Event) -> None:
        """Post what is due until `stop` is set."""
        while not stop.wait(LOOK_SECONDS):
            self.post_due()

    def _next(self, *, early: bool) -> tuple[Record, bytes, dict[str, str], str] | None:
        with self._store.transaction() as state:
            now = clock.world_now(state, self._real_now())
            row = deliveries.due(state, now.timestamp(), early=early)
            if not early:
                self._show(state)
            if row is None:
                return None
            event = deliveries.event_of(state, row, now.timestamp())
            body, encrypt = body_of(self._endpoint, event, row["form"], secrets.token_bytes(16))
            query = signed(self._endpoint, self._timestamp(state), str(secrets.randbelow(10**10)), encrypt)
            return row, body, query, "text/xml" if row["form"] == "xml" else "application/json"

    def _timestamp(self, state: State) -> int:
        """Return the seconds that a post is signed with: the receiver's clock, which nobody moved, judges them."""
        return int(clock.date_now(state, self._real_now()).timestamp())

    def _is_accepted(self) -> bool:
        """Return whether the URL passed the echostr check; retry every five seconds."""
        real = self._real_now().timestamp()
        if self._failed is None or real < self._ask_again_at:
            return self._failed is None
        with self._store.transaction() as state:
            query = signed(self._endpoint, self._timestamp(state), str(secrets.randbelow(10**10)), "")
        echo = str(secrets.randbelow(10**19))
        query = {name: query[name] for name in ("signature", "timestamp", "nonce")} | {"echostr": echo}
        answer = self._ask("GET", self._address(query), _HEADERS, b"")
        why = None if (answer.status, answer.words) == (200, echo) else _words(answer)
        changed, self._failed, self._ask_again_at = why != self._failed, why, real + CHECK_PAUSE_SECONDS
        with self._store.transaction() as state:
            self._show(state)
        if changed:
            self._told(why or "")
        return why is None

    def _show(self, state: State) -> None:
        """Keep what the check found, for the report and the page; a reset of the world forgot it."""
        found = {"url": self._endpoint.url, "mode": self._endpoint.mode, "failed": self._failed}
        if state.table("callback").get("check") != found:
            state.table("callback").put("check", found)

    def _address(self, query: Mapping[str, str]) -> str:
        joint = "&" if "?" in self._endpoint.url else "?"
        return f"{self._endpoint.url}{joint}{urlencode(query)}"


@contextlib.contextmanager
def posting(poster: Poster) -> Iterator[None]:
    """Post from a thread of this process for as long as the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=poster.run, args=(stop,), name="massctl-callback", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(ANSWER_SECONDS)


_HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache"}
"""As WeChat's servers name themselves."""


def _words(answer: Answer) -> str:
    if answer.status is None:
        return answer.words
    shown = " ".join(answer.words[:_SHOWN].split())
    return f"{answer.status} {shown or '(empty)'}"
