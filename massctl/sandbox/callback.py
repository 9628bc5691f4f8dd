"""Post events to a callback URL as WeChat's servers do: signed, plain or encrypted, and retried until accepted.

Before the first event the URL has to answer the check of the developer console (GET with `echostr`). Until it does,
it is asked again every five seconds, and events wait. An event is posted once, at the end of its job, unless
`POST /_sandbox/callback` ordered otherwise for the sends that follow. It is accepted by status 200 with `success` or an
empty body within five seconds; otherwise WeChat tries three times in all. Rules: WeChat docs, "接入指南",
"消息加解密说明", "被动回复用户消息", read 2026-10; nothing is taken from the code that opens such posts. The pause
between two tries is ours: copies come 5 s apart.
"""

import base64
import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from massctl.sandbox import jobs
from massctl.sandbox.store import Record, Store, Transaction, beijing

TRIES_MAX = 3
PAUSE_SECONDS = 5
"""Between two tries, and between two copies of an event."""
ANSWER_SECONDS = 5
CHECK_PAUSE_SECONDS = 5
LOOK_SECONDS = 0.2
"""Between two looks for events that are due."""
_ANSWER_BYTES = 64 * 1024
_SHOWN = 80
_BLOCK = 32
_HEADERS = {"User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache"}
"""As WeChat's servers name themselves."""


# When an event is posted, and what came of it


def due_at(db: Transaction, job: Record, copy: int = 0) -> float:
    """Return when a copy of a job's event, counted from 0, is posted first."""
    travel = job["travel"]
    delay = float(travel.get("delay", 0))
    if travel.get("shuffle"):
        # Drawn from the job's id, so that everything can be replayed.
        drawn = hashlib.sha256(f"{job['msg_id']}\0{copy}".encode()).digest()
        return jobs.told_at(db, job) + delay * drawn[0] / 255
    return jobs.told_at(db, job) + delay + PAUSE_SECONDS * copy


def told_events(db: Transaction) -> list[Record]:
    """Return the events of all jobs that have ended, in the order of their ends, each with its posts."""
    at = db.now.timestamp()
    found = [
        jobs.event_of(db, job, at, then=then) for job in db.find("jobs") for then in (False, True)
    ]
    told = sorted(
        (event for event in found if event is not None),
        key=lambda event: (event["at"], event["msg_id"]),
    )
    return [{**event, "posts": _posts(db, event["msg_id"])} for event in told]


def bodies(db: Transaction) -> list[bytes]:
    """Return the bodies of the events that WeChat would have posted by now, in the order of their posts."""
    at = db.now.timestamp()
    rows = [(due_at(db, job), job) for job in db.find("jobs")]
    due = sorted((row for row in rows if row[0] <= at), key=lambda row: row[0])
    told = [
        (jobs.event_of(db, job, at, then=then), job["travel"].get("form", "xml"))
        for _, job in due
        for then in (False, True)
    ]
    return [jobs.written(event["json"], form).encode() for event, form in told if event is not None]


def _posts(db: Transaction, msg_id: int) -> list[Record]:
    return [
        {
            "copy": row["copy"] + 1,
            "state": row["state"],
            "tries": [
                {"at": beijing(each["at"]).isoformat(), "result": each["result"]}
                for each in row["tries"]
            ],
        }
        for row in db.find("deliveries", msg_id=msg_id)
    ]


def _due(db: Transaction, at: float, *, early: bool) -> Record | None:
    """Return the delivery that has been due longest. `early`: only first tries ordered before the answer to the send.

    Each copy of each event that exists by now is a delivery, made here.
    """
    for job in db.find("jobs", is_planned=None):
        if jobs.event_of(db, job, at) is not None:
            _plan(db, job)
    waiting = [row for row in db.find("deliveries", state="waiting") if row["next_at"] <= at]
    if early:
        waiting = [row for row in waiting if row["early"] and not row["tries"]]
    return min(waiting, key=lambda row: float(row["next_at"]), default=None)


def _plan(db: Transaction, job: Record) -> None:
    travel = job["travel"]
    db.put("jobs", str(job["msg_id"]), {**job, "is_planned": True})
    copies = travel.get("copies", 1)
    for copy in range(copies + (1 if job["told"].get("then") else 0)):
        then = copy == copies
        row = {
            "msg_id": job["msg_id"],
            "copy": copy,
            "form": travel.get("form", "xml"),
            "early": bool(travel.get("early")) and copy == 0,
            "then": then,
            "next_at": due_at(db, job) + jobs.THEN_SECONDS if then else due_at(db, job, copy),
            "state": "waiting",
            "tries": [],
        }
        db.put("deliveries", f"{job['msg_id']}|{copy}", row)


# Signatures and seals


def signature(*words: str) -> str:
    """Return the SHA-1 (hex) over the words in the order of their bytes."""
    joined = b"".join(sorted(word.encode() for word in words))
    return hashlib.sha1(joined).hexdigest()  # noqa: S324 - WeChat's choice


def key_bytes(aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey; raise ValueError unless it is 43 letters and digits."""
    if len(aes_key) != 43 or not (aes_key.isascii() and aes_key.isalnum()):
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    return base64.b64decode(aes_key + "=")


def sealed(message: bytes, appid: str, key: bytes, lead: bytes) -> str:
    """Return `Encrypt`: 16 random bytes (`lead`), the length, the message and the appid, padded and encrypted.

    AES-256-CBC with blocks of 32 bytes. Raises ImportError where the library is not installed.
    """
    # Only sealed posts need it, and it is an extra.
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    clear = lead + len(message).to_bytes(4, "big") + message + appid.encode()
    pad = _BLOCK - len(clear) % _BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(
        encryptor.update(clear + bytes([pad]) * pad) + encryptor.finalize()
    ).decode()


class Endpoint(Struct, frozen=True):
    """Where events are posted, and how."""

    url: str
    """http:// or https://."""
    token: str
    mode: str = "plain"
    aes_key: str = ""
    """EncodingAESKey; needed by `compatible` and `safe`."""


def body_of(endpoint: Endpoint, event: Record, form: str, lead: bytes) -> tuple[bytes, str]:
    """Return the body of an event's post in the endpoint's mode, and its `Encrypt`, empty in the plain one."""
    clear: Record = event["json"]
    message = jobs.written(clear, form).encode()
    if endpoint.mode == "plain":
        return message, ""
    encrypt = sealed(message, event["appid"], key_bytes(endpoint.aes_key), lead)
    head = clear if endpoint.mode == "compatible" else {"ToUserName": clear["ToUserName"]}
    return jobs.written({**head, "Encrypt": encrypt}, form).encode(), encrypt


def signed(endpoint: Endpoint, timestamp: int, nonce: str, encrypt: str) -> dict[str, str]:
    """Return the query of a post: what WeChat signs, and with what."""
    words = endpoint.token, str(timestamp), nonce
    query = {
        "signature": signature(*words),
        "timestamp": words[1],
        "nonce": nonce,
        "openid": jobs.SENDER,
    }
    if encrypt:
        query |= {"encrypt_type": "aes", "msg_signature": signature(*words, encrypt)}
    return query


# The posts


class Answer(Struct, frozen=True):
    """What a server answered; `status` None: nothing in time, and `words` say why."""

    status: int | None
    words: str

    def __str__(self) -> str:
        if self.status is None:
            return self.words
        return f"{self.status} {' '.join(self.words[:_SHOWN].split()) or '(empty)'}"


Exchange = Callable[[str, str, Mapping[str, str], bytes], Answer]
"""Makes one request: verb, address, headers, body."""


def exchange(verb: str, address: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Make one request, and wait five seconds for the whole answer; redirects are not followed."""
    # `--sandbox` never posts.
    import http.client

    until = time.monotonic() + ANSWER_SECONDS
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with contextlib.closing(
            kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
        ) as connection:
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
        return Answer(
            None, f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"[:_SHOWN]
        )


class Poster:
    """Post the events of one sandbox that are due, one after the other."""

    def __init__(
        self, store: Store, endpoint: Endpoint, told: Callable[[str], None], ask: Exchange
    ) -> None:
        """`told` is called with the error, or "", when the result of the URL's check changes."""
        self._store = store
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
                answer = self._ask(
                    "POST", self._address(query), {**_HEADERS, "Content-Type": content_type}, body
                )
                self._keep_try(row, answer)

    def run(self, stop: threading.Event) -> None:
        """Post what is due until `stop` is set."""
        while not stop.wait(LOOK_SECONDS):
            self.post_due()

    def _next(self, *, early: bool) -> tuple[Record, bytes, dict[str, str], str] | None:
        with self._store.transaction() as db:
            at = db.now.timestamp()
            row = _due(db, at, early=early)
            if not early:
                self._show(db)
            if row is None:
                return None
            job = db.get("jobs", str(row["msg_id"])) or {}
            event = jobs.event_of(db, job, at, then=bool(row.get("then"))) or {}
            body, encrypt = body_of(self._endpoint, event, row["form"], secrets.token_bytes(16))
            return (
                row,
                body,
                self._signed(db, encrypt),
                "text/xml" if row["form"] == "xml" else "application/json",
            )

    def _keep_try(self, row: Record, answer: Answer) -> None:
        """Keep what came of one try, and decide whether there is another one."""
        with self._store.transaction() as db:
            key = f"{row['msg_id']}|{row['copy']}"
            # The sandbox was reset meanwhile, and may have sent again under the same number.
            if db.get("deliveries", key) != row:
                return
            at = db.now.timestamp()
            tries = [*row["tries"], {"at": at, "result": str(answer)}]
            is_taken = answer.status == 200 and answer.words in ("", "success")
            state = "delivered" if is_taken else "lost" if len(tries) >= TRIES_MAX else "waiting"
            changed = {"tries": tries, "state": state, "next_at": at + PAUSE_SECONDS}
            db.put("deliveries", key, {**row, **changed})

    def _signed(self, db: Transaction, encrypt: str) -> dict[str, str]:
        """Sign for the receiver's clock, which nobody moved: it judges the timestamp."""
        return signed(
            self._endpoint, int(db.date.timestamp()), str(secrets.randbelow(10**10)), encrypt
        )

    def _is_accepted(self) -> bool:
        """Return whether the URL passed the echostr check; retry every five seconds."""
        with self._store.transaction() as db:
            real, query = db.real_now.timestamp(), self._signed(db, "")
        if self._failed is None or real < self._ask_again_at:
            return self._failed is None
        echo = str(secrets.randbelow(10**19))
        query = {name: query[name] for name in ("signature", "timestamp", "nonce")} | {
            "echostr": echo
        }
        answer = self._ask("GET", self._address(query), _HEADERS, b"")
        why = None if (answer.status, answer.words) == (200, echo) else str(answer)
        changed, self._failed, self._ask_again_at = (
            why != self._failed,
            why,
            real + CHECK_PAUSE_SECONDS,
        )
        with self._store.transaction() as db:
            self._show(db)
        if changed:
            self._told(why or "")
        return why is None

    def _show(self, db: Transaction) -> None:
        """Keep what the check found, for the report and the page; a reset forgot it."""
        found = {"url": self._endpoint.url, "mode": self._endpoint.mode, "failed": self._failed}
        if db.get("callback", "check") != found:
            db.put("callback", "check", found)

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
