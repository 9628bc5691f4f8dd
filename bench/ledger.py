"""Measure a runner that never saw a long ledger: `PYTHONPATH=tests python bench/ledger.py [ENTRIES] [PLACE ...]`.

The ledger is that of forty accounts: about fifteen entries a send, of every kind that runs write. PLACE is
`local`, `signed` (a local file), `git`, `postgres` or `s3`; without one, all of them. Each reading has its own process.
Printed are the seconds and the most memory until every line is verified and folded, as plan and apply need it, and the
same of the floor: reading the bytes and hashing each line.
"""

import gc
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import many
from postgres_server import Place, server
from s3_places import CREDENTIALS, endpoint

from massctl.ledger.chained_ledger import ChainedLedger
from massctl.ledger.codec import chain_digest, encode
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.postgres_connection import Database
from massctl.ledger.postgres_ledger import PostgresLedger, PostgresStore
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket
from massctl.ledger.signature import NOBODY, LedgerKeys, PrivateKey
from massctl.model import entries
from massctl.model.entries import Event, NewEntry
from massctl.model.state import State

ACCOUNTS = 40
GOALS = {"seconds": 5.0, "megabytes": 300}
LINEAGE = "01JBENCH000000000000000000"
BEGIN = datetime(2022, 1, 1, 4, tzinfo=UTC)
Told = tuple[Event, str | None]


def digest_of(*words: object) -> str:
    """Name something by its words."""
    return hashlib.sha256(repr(words).encode()).hexdigest()


def sent(number: int, serial: int, at: datetime) -> Iterator[Told]:
    """Tell of a campaign from its first picture to what became of its job; its first entry has `serial`."""
    name, appid = f"a{number % ACCOUNTS:02}-issue-{number:06}", f"wx{number % ACCOUNTS:016x}"
    digest, source = f"sha256:{digest_of(name)}", digest_of(name, "folder")
    draft, pictures = f"Q{digest_of(name, 'draft')[:63]}", 3 + number % 4
    for index in range(pictures):
        url = f"https://mmbiz.qpic.cn/mmbiz_jpg/{digest_of(name, index, 'url')}/0?wx_fmt=jpeg"
        picture = digest_of(name, index)
        yield entries.ImageUploaded(appid=appid, sha256=picture, url=url), name
    cover, url = digest_of(name, "cover"), f"https://mmbiz.qpic.cn/{number:060}/0?wx_fmt=jpeg"
    yield (
        entries.MaterialAdded(appid=appid, sha256=cover, media_id=f"M{draft[:60]}", url=url),
        name,
    )
    given = [{"digest": "看得多一点", "pic_crop_235_1": "0_0_1_0.43"}]
    saved = {
        "appid": appid,
        "digest": digest,
        "draft_sha256": digest_of(name, "articles"),
        "markup_sha256": digest_of(name, "markup"),
        "given": given,
        "audience_count": 1286,
        "source_sha256": source,
    }
    yield entries.DraftBegun(**saved, titles=[f"第 {number} 期：走得慢一点"]), name
    yield entries.DraftSaved(**saved, media_id=draft, begun=serial + pictures + 1), name
    kept = digest_of(name, "kept")
    yield entries.DraftVerified(media_id=draft, kept_sha256=kept), name
    shown = {"appid": appid, "digest": digest, "recipient": "editor_li"}
    yield entries.Previewed(**shown, outcome="begun"), name
    yield entries.Previewed(**shown, outcome="sent"), name
    yield entries.Announced(not_before=at, channel="HOOK", lead_seconds=3600), name
    attempt = entries.SendAttempted(
        appid=appid,
        digest=digest,
        message_digest=digest,
        client_msg_id=digest[7:39],
        fingerprint=digest[7:],
        audience={"is_to_all": True},
        audience_count=1286,
        media_id=draft,
        source_sha256=source,
        title=f"第 {number} 期：走得慢一点",
        account=f"a{number % ACCOUNTS}",
        not_before=at,
        not_after=at + timedelta(hours=2),
        commit=digest[7:47],
        titles=[f"第 {number} 期：走得慢一点"],
        authors=["编辑部"],
        themes=["plain"],
    )
    yield attempt, name
    tried = serial + pictures + 7
    if number % 50 == 0:
        yield entries.SendInDoubt(attempt=tried, reason="connection_cut", asked_at=at), name
    yield entries.SendAccepted(attempt=tried, msg_id=number + 1, msg_data_id=number + 1), name
    told = entries.JobStatus(
        msg_id=number + 1,
        status="sent",
        total_count=1286,
        filter_count=1286,
        sent_count=1280,
        error_count=6,
        article_urls=[f"http://mp.weixin.qq.com/s?__biz=MzA&mid={number}&idx=1&sn={digest[7:39]}"],
        source="event",
    )
    yield told, name
    if number % 100 == 0:
        yield entries.Withdrawn(msg_id=number + 1, article=0, outcome="begun"), name
        yield entries.Withdrawn(msg_id=number + 1, article=0), name


def write(path: Path, count: int, key: PrivateKey | None = None) -> None:
    """Write a ledger of so many entries; `key` signs it."""
    keys = LedgerKeys() if key is None else LedgerKeys((key.public,), lambda: key)
    serial, prev, signing, number = 0, entries.GENESIS, NOBODY, 0
    public = key.public if key is not None else None
    told: list[Told] = [
        (entries.Created(lineage=LINEAGE, realm="loopback", key=public), None),
        (entries.Lease(act="taken", runner="r", boot="b", host="runner-1"), None),
    ]
    with path.open("wb") as file:
        while serial < count:
            at = BEGIN + timedelta(minutes=number * 30)
            for event, name in told[: count - serial]:
                serial += 1
                entry = NewEntry(at=at, event=event, campaign=name, edition=1 if name else None)
                line = encode(entry, serial, prev)
                signature = keys.signature(line, event, serial, signing)
                if signature is not None:
                    line = encode(entry, serial, prev, signature)
                if serial == 1:
                    written = entries.Entry(serial, prev, at, event)
                    signing = keys.after_unverified(line, written, signing)
                file.write(line + b"\n")
                prev = chain_digest(line)
            told = list(sent(number, serial + 1, BEGIN + timedelta(minutes=number * 30)))
            number += 1


def peak() -> int:
    """Return the most memory that this process had, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def local(source: Path, _: Path) -> str:
    """Have the ledger in a file."""
    return str(source)


def in_git(source: Path, scratch: Path) -> str:
    """Push it to a branch of a bare remote, which a fresh clone has to fetch."""
    root = scratch / "repository"
    root.mkdir()
    (root / "massctl.state.jsonl").symlink_to(source)
    many.in_git(root, scratch / "remote.git")
    shutil.rmtree(root / ".massctl")
    return str(root)


def in_postgres(source: Path, _: Path) -> str:
    """Write it into tables of the tests' server, over TCP."""
    place = Place(server())
    place.store("owner").replace(source.read_bytes(), BEGIN, None)
    return place.dsn(port=place.server.port)


def in_s3(source: Path, _: Path) -> str:
    """Write it into a bucket of the tests' small store."""
    address = endpoint("lying")
    S3LedgerStore(Bucket("bench", "", address, CREDENTIALS)).replace(
        source.read_bytes(), BEGIN, None
    )
    return address


MAKERS = {
    "local": local,
    "signed": local,
    "git": in_git,
    "postgres": in_postgres,
    "s3": in_s3,
}


def opened(place: str, where: str, locks: Path) -> ChainedLedger:
    """Open the ledger as a runner that never saw it."""
    if place == "git":
        return many._git_ledger(Path(where))
    if place == "postgres":
        return PostgresLedger(PostgresStore(Database("LEDGER_DSN", where)), locks)
    if place == "s3":
        return S3Ledger(S3LedgerStore(Bucket("bench", "", where, CREDENTIALS)), locks)
    keys = LedgerKeys([Path(f"{where}.key").read_text()]) if place == "signed" else LedgerKeys()
    return LocalLedger(Path(where), locks, keys)


def fresh(place: str, where: str, what: str) -> None:
    """Read it once: to the state that plan and apply need, or the floor: each line of the store hashed."""
    gc.set_threshold(1_000_000)  # As the command does.
    with tempfile.TemporaryDirectory() as locks:
        ledger = opened(place, where, Path(locks))
        imports, begin = peak(), time.perf_counter()
        state, count = State(), 0
        if what == "ready":
            ledger.fold(state.absorb)
            count = state.serial
        else:
            for piece in ledger._store.read(None).pieces or ():
                digests = [hashlib.sha256(line).digest() for line in piece.splitlines()]
                count += len(digests)
        took = time.perf_counter() - begin
    print(json.dumps([count, took, peak(), imports]))


def main() -> None:
    entries_wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{entries_wanted} entries; goals: {GOALS}")
    key = PrivateKey.made("bench")
    for place in sys.argv[2:] or MAKERS:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            source = scratch / "massctl.state.jsonl"
            write(source, entries_wanted, key if place == "signed" else None)
            Path(f"{source}.key").write_text(key.public)
            where = MAKERS[place](source, scratch)
            found = {}
            for what in ("floor", "ready"):
                command = [sys.executable, __file__, "fresh", place, where, what]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found[what] = json.loads(done.stdout)
                if place == "git":
                    shutil.rmtree(Path(where) / ".massctl")
            (count, floor, *_), (same, ready, most, imports) = found["floor"], found["ready"]
            if count != same:
                raise SystemExit(f"{same} entries in place of {count}")
            print(
                f"{place:<10} {ready:6.1f} s, {ready / floor:4.1f} x reading and hashing; "
                f"{most} MB, of which imports {imports}"
            )


if __name__ == "__main__":
    fresh(*sys.argv[2:]) if sys.argv[1:2] == ["fresh"] else main()
