"""Measure the ledger in a bucket: `PYTHONPATH=tests python bench/s3.py [ENTRIES] [APPENDS]`.

The store is the small one of the tests, on loopback, in a process of its own; it answers at once, or in the bucket
`distant` after 20 ms, as one in the same region does. Printed are an append beside the bare put
of the same bytes, A B A B, and what a machine that never saw the ledger needs: requests, seconds and megabytes, of the
store alone (every byte, checked against the chain) and with every entry decoded.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import obstore
from building import LINEAGE, as_new, attempted, text
from s3_places import CREDENTIALS, endpoint

from massctl.ledger.codec import GENESIS, chain_digest, encode
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket
from massctl.model.entries import Created

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
ATTEMPT = as_new(attempted(text("words")))
GOALS = {"append": 1.5, "seconds": 5.0, "megabytes": 300}


def lines(count: int) -> bytes:
    """Make a ledger of attempts, which are the longest entries."""
    made = [encode(as_new(Created(lineage=LINEAGE, realm="loopback")), 1, GENESIS)]
    while len(made) < count:
        made.append(encode(ATTEMPT, len(made) + 1, chain_digest(made[-1])))
    return b"".join(line + b"\n" for line in made)


class Counted(Bucket):
    requests = 0

    def read(self, key: str) -> bytes | None:
        self.requests += 1
        return super().read(key)

    def names(self, folder: str, after: str = "") -> list[str]:
        found = super().names(folder, after)
        self.requests += 1 + len(found) // 1000
        return found


def peak() -> int:
    """Return the most memory that this process had, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def fresh(address: str, *, decode: bool) -> dict[str, float]:
    """Read all of it, as a process of its own."""
    begun = time.monotonic()
    before = peak()
    bucket = Counted("bench", "", address, CREDENTIALS)
    store = S3LedgerStore(bucket)
    with tempfile.TemporaryDirectory() as folder:
        if decode:
            found = len(S3Ledger(store, Path(folder)).read(0))
        else:
            found = sum(piece.count(b"\n") for piece in store.read(None).pieces or ())
    return {
        "entries": found,
        "seconds": round(time.monotonic() - begun, 2),
        "megabytes": peak(),
        "of which imports": before,
        "requests": bucket.requests,
    }


def appends(address: str, name: str, count: int) -> list[float]:
    """Return how much longer an append takes than a put, pair by pair."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = S3Ledger(S3LedgerStore(Bucket(name, "", address, CREDENTIALS)), Path(folder))
        ledger.read(0)
        ledger.append(
            0, [as_new(Created(lineage=LINEAGE, realm="loopback")), ATTEMPT], durable=True
        )
        body = (ledger.as_found() or b"").splitlines(keepends=True)[1]
        ratios = []
        for number in range(count):
            start = time.perf_counter()
            obstore.put(ledger.store.bucket._store, f"bare/{number}", body, mode="create")
            middle = time.perf_counter()
            ledger.append(number + 2, [ATTEMPT], durable=True)
            ratios.append((time.perf_counter() - middle) / (middle - start))
    return ratios


def main() -> None:
    if sys.argv[1:2] == ["fresh"]:
        print(json.dumps(fresh(sys.argv[2], decode=sys.argv[3] == "decode")))
        return
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    address = endpoint("lying")
    for name in ("bench-append", "distant"):
        ratios = appends(address, name, count)
        middle, mean = statistics.median(ratios), statistics.mean(ratios)
        print(f"append / put in {name}: median {middle:.2f}, mean {mean:.2f}")
    store = S3LedgerStore(Bucket("bench", "", address, CREDENTIALS))
    start = time.monotonic()
    store.replace(lines(entries), NOW, None)
    print(f"{entries} entries moved there in {time.monotonic() - start:.1f} s; goals: {GOALS}")
    for what in ("bytes", "decode"):
        command = [sys.executable, __file__, "fresh", address, what]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"{what}: {done.stdout.strip()}")


if __name__ == "__main__":
    main()
