"""Buckets for tests: moto's, which is sound, and those of a store that lies as its bucket says."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from s3_server import BUCKET

from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIDOFTHETESTS",
    "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
    "AWS_SESSION_TOKEN": "session-of-the-tests",
    "AWS_REGION": "us-east-1",
}


@cache
def endpoint(kind: str) -> str:
    """Start a store, once a process; it ends with this one, which holds its standard input."""
    script = Path(__file__).with_name("s3_server.py")
    process = subprocess.Popen(
        [sys.executable, script, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    _running.append(process)
    return f"http://127.0.0.1:{process.stdout.readline().strip()}"


_running: list[subprocess.Popen[str]] = []


def bucket_at(prefix: str, name: str = BUCKET) -> Bucket:
    """Open a bucket of moto, or one that lies by its name."""
    kind = "moto" if name == BUCKET else "lying"
    return Bucket(name, prefix, endpoint(kind), CREDENTIALS, sleep=lambda _: None)


def ledger_at(prefix: str, locks: Path, name: str = BUCKET) -> S3Ledger:
    return S3Ledger(S3LedgerStore(bucket_at(prefix, name)), locks)
