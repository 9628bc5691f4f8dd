"""Let writers race on the user's own bucket: a store that lets two of them win cannot hold a ledger.

Whether a store keeps "create only if absent" is not written in its answers. Some accept it and write all the same, some
only while nobody else writes, and some not in a bucket with versions.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

from massctl.errors import LedgerUnreachableError
from massctl.ledger.s3_bucket import Bucket, Put, code_of
from massctl.model.phrase import Phrase

PROBES = "massctl.state.probe"
"""The folder of what a probe writes, and deletes again."""
WRITERS = 8
ROUNDS = 4
_WITHOUT_PROMISE = {
    "aliyuncs.com": "Aliyun OSS",
    "myqcloud.com": "Tencent COS",
    "tencentcos.cn": "Tencent COS",
}
"""Stores whose documentation lets two first writes at the same time both pass. Source: their pages, read 2026-11."""
_proven: set[tuple[str, str]] = set()
"""Endpoint and bucket of what passed in this process."""


def require_promise(endpoint: str) -> None:
    """Raise LedgerUnreachableError for a store that promises nothing, by the host that it answers at."""
    host = urlsplit(endpoint).hostname or ""
    for ending, name in _WITHOUT_PROMISE.items():
        if host.endswith(f".{ending}"):
            why = Phrase(
                "{store} does not promise that of two first writes only one succeeds", store=name
            )
            raise _unfit(name, why)


def require_one_winner(bucket: Bucket) -> None:
    """Probe a bucket, once a process; raise LedgerUnreachableError if it may let two writers win, or nobody knows."""
    place = bucket.endpoint, bucket.name
    if place in _proven:
        return
    folder = f"{PROBES}/{secrets.token_hex(8)}"
    keys = [f"{folder}/{number}" for number in range(ROUNDS)]
    try:
        for key in keys:
            _race(bucket, key)
        _require_refusal(bucket, keys[0])
    finally:
        bucket.delete(keys)
    _proven.add(place)


def _race(bucket: Bucket, key: str) -> None:
    """Let writers create one object at the same moment, and look who won."""
    bodies = [secrets.token_hex(16).encode() for _ in range(WRITERS)]
    start = Barrier(WRITERS)

    def write(body: bytes) -> tuple[Put, Exception | None]:
        start.wait()
        return bucket.put(key, body)

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = list(pool.map(write, bodies))
    won = [body for body, (said, _) in zip(bodies, answers, strict=True) if said is Put.DONE]
    found = bucket.read(key)
    if won and found is None:
        raise _unfit(bucket.where, Phrase("It does not show an object that it accepted"))
    if len(won) > 1:
        raise _unfit(bucket.where, Phrase("It lets two writers create the same object"))
    if won and found != won[0]:
        raise _unfit(bucket.where, Phrase("It keeps other bytes than those that it accepted"))
    if found is None:
        _require_created(bucket, key, answers)


def _require_created(bucket: Bucket, key: str, answers: list[tuple[Put, Exception | None]]) -> None:
    """Create an object that no racing writer created; raise what the store says where that fails, too."""
    refused = next((error for said, error in answers if error and said is Put.FAILED), None)
    if refused is not None and code_of(refused) in {"NotImplemented", "501"}:
        raise _unfit(bucket.where, Phrase("It cannot create an object only if there is none"))
    said, error = answers[0]
    for _ in range(ROUNDS):
        if bucket.read(key) is not None:
            return
        said, error = bucket.put(key, secrets.token_hex(16).encode())
    if said is Put.EXISTS or error is None:
        raise _unfit(bucket.where, Phrase("It says that an object exists, and has no such object"))
    raise bucket.unreachable(error)


def _require_refusal(bucket: Bucket, key: str) -> None:
    """Make sure that an object which has been there for a while is not written over."""
    said, _ = bucket.put(key, b"again")
    if said is Put.DONE:
        raise _unfit(bucket.where, Phrase("It writes over an object that is there already"))


def _unfit(place: str, why: Phrase) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("{place} cannot hold a ledger", place=place),
        Phrase(
            "{why}. Two runners could both record a send, and followers would get it twice. Nothing was recorded.",
            why=why,
        ),
        Phrase("name another store, or another kind of backend: docs/guides/ledger-in-s3.md"),
    )
