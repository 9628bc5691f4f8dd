"""A ledger in a bucket: processes die at each creation, eight write at once while connections break; one wins."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Final

import pytest
import s3_server
import test_e2e_listen as listen
from building import LINEAGE, NOW
from processes import MASSCTL, PATIENCE_SECONDS, Desk, Gate, Wechat, ended, environment, killed
from repositories import SECRET_VARIABLE, Tree
from s3_places import CREDENTIALS

from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket
from massctl.model.entries import Created, NewEntry

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
ENTRIES: Final = "/entries/"


@dataclass
class Store:
    """A store on this machine, which breaks connections and ends whoever creates a certain entry."""

    port: int = 0
    at: int = 0
    """The number of the creation that `victim` dies at; 0: none."""
    is_behind: bool = False
    victim: subprocess.Popen[str] | None = None
    created: int = 0
    cut_share: float = 0.0
    """How many connections break, before the effect or behind it."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reached(self, moment: str) -> None:
        """Break the connection, or end the victim, where it is time for that."""
        if self.chance.random() < self.cut_share:
            raise s3_server.CutError
        if self.created == self.at and self.is_behind == (moment == "behind") and self.victim:
            self.victim.kill()
            raise s3_server.CutError


@pytest.fixture
def store() -> Iterator[Store]:
    found = Store()

    class Breaking(s3_server.Lying):
        def _store(self, bucket: str, place: str, body: bytes) -> None:
            if ENTRIES not in place:
                return super()._store(bucket, place, body)
            found.created += 1
            found.reached("before")
            if place not in s3_server._objects:
                with s3_server._lock:
                    s3_server._objects.setdefault(place, body)
                found.reached("behind")
                if s3_server._objects[place] == body:
                    return self._say(200, ETag='"1"')
            return self._error(412, "PreconditionFailed")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Breaking)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.port = server.server_port
    yield found
    server.shutdown()
    server.server_close()


def desk_in(folder: Path, store: Store, wechat: Wechat, prefix: str, lineage: str = "") -> Desk:
    """Sit down in a folder of its own; its campaigns are sent by name."""
    folder.mkdir(parents=True)
    tree = Tree(folder)
    place = f"  url: s3://ledgers/{prefix}\n  endpoint: {store.address}\n{lineage}"
    tree.settings(
        policy="  in_doubt_wait: 0   # 只有本机可以这么快\n",
        state=f"state:\n  backend: s3\n{place}",
    )
    tree.text("notice")
    address = f"http://127.0.0.1:{wechat.port}"
    return Desk(tree, {"MASSCTL_API_BASE": address, SECRET_VARIABLE: wechat.secret, **CREDENTIALS})


def begun(folder: Path, store: Store, wechat: Wechat) -> tuple[Desk, str]:
    """Begin the ledger from a first folder; gives its line of massctl.yaml."""
    first = desk_in(folder / "one", store, wechat, folder.name)
    said = first.massctl("state", "init")
    assert 0 == said.status, said.err
    (line,) = [each for each in first.tree.read("massctl.yaml").splitlines() if "lineage" in each]
    store.created = 0
    return first, f"{line}\n"


def sent_once(desk: Desk, wechat: Wechat) -> None:
    """One job, and a ledger that verifies and has no open attempt."""
    assert 1 == len(wechat.jobs())
    verified = desk.massctl("state", "verify")
    assert 0 == verified.status, verified
    assert "in doubt" not in desk.massctl("state", "show").out


def finished_elsewhere(
    store: Store, wechat: Wechat, folder: Path, at: int, *, is_behind: bool
) -> bool:
    """Kill a run at its creation `at`, finish it from another machine; False if it ends before that."""
    wechat.reset()
    first, lineage = begun(folder, store, wechat)
    store.at, store.is_behind = at, is_behind
    run = first.start("apply", "notice", "--yes")
    store.victim = run
    with run:
        run.communicate(timeout=PATIENCE_SECONDS)
    store.at, store.victim = 0, None
    if run.returncode == 0:
        return False
    assert -signal.SIGKILL == run.returncode
    other = desk_in(folder / "two", store, wechat, folder.name, lineage)
    wechat.later()
    statuses = [other.apply("notice").status, other.apply("notice").status]
    assert 0 == statuses[-1], (at, statuses)
    sent_once(other, wechat)
    return True


def test_killed_behind_its_attempt_another_machine_finishes(
    store: Store, wechat: Wechat, tmp_path: Path
):
    assert finished_elsewhere(store, wechat, tmp_path / "killed", 1, is_behind=True)


@pytest.mark.night
@pytest.mark.parametrize("is_behind", [False, True])
def test_killed_at_each_creation_in_turn(
    is_behind: bool, store: Store, wechat: Wechat, tmp_path: Path
):
    for number in count(1):
        folder = tmp_path / f"{is_behind}{number}"
        if not finished_elsewhere(store, wechat, folder, number, is_behind=is_behind):
            break
    assert number > 2, "a send makes more entries than that"


def test_an_attempt_is_in_the_bucket_before_its_request(store: Store, gate: Gate, tmp_path: Path):
    desk, _ = begun(tmp_path / "attempt", store, gate.target)
    desk.variables["MASSCTL_API_BASE"] = f"http://127.0.0.1:{gate.port}"
    gate.hold(path="/cgi-bin/message/mass/sendall")
    run = desk.start("apply", "notice", "--yes")
    assert gate.was_reached(run)
    found = Bucket("ledgers", "attempt", store.address, CREDENTIALS)
    last = (S3LedgerStore(found).data() or b"").splitlines()[-1]
    killed(run)
    gate.release(dropped=True)
    assert b'"type":"send_attempted"' in last


WRITER: Final = """
import json, sys
from pathlib import Path
from building import NOW, as_new, text
from s3_places import CREDENTIALS
from massctl.errors import LedgerError
from massctl.ledger.s3 import S3Ledger, S3LedgerStore
from massctl.ledger.s3_bucket import Bucket
from massctl.model.entries import Expired

ledger = S3Ledger(S3LedgerStore(Bucket("ledgers", "race", sys.argv[1], CREDENTIALS)), Path(sys.argv[2]))
entry = as_new((Expired(not_after=NOW), text("words")))
while (serial := len(ledger.read(0))) < int(sys.argv[3]):
    try:
        written = ledger.append(serial, [entry], durable=True)
        print(json.dumps([each.serial for each in written]), flush=True)
    except LedgerError:
        continue
"""


@pytest.mark.night
def test_of_eight_processes_one_wins_each_serial(store: Store, tmp_path: Path):
    """Some connections break, and processes are killed; who is told that an entry is written, wrote it."""
    entries = 40
    ledger = S3Ledger(
        S3LedgerStore(Bucket("ledgers", "race", store.address, CREDENTIALS)), tmp_path / "locks"
    )
    ledger.read(0)
    created = Created(lineage=LINEAGE, realm="loopback")
    ledger.append(0, [NewEntry(at=NOW, event=created)], durable=True)
    store.cut_share = 0.1
    variables = environment(PYTHONPATH=os.pathsep.join(sys.path))

    def start(name: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", WRITER, store.address, str(tmp_path / name), str(entries)]
        return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)

    running = [start(str(number)) for number in range(8)]
    told: list[int] = []
    for victim in running[:3]:
        assert victim.stdout is not None
        told += json.loads(victim.stdout.readline() or "[]")
        victim.kill()
    for process in running:
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
        told += [serial for line in out.splitlines() for serial in json.loads(line)]
    store.cut_share = 0.0
    found = S3Ledger(ledger.store, tmp_path / "fresh").read(0, deep=True)
    assert sorted(set(told)) == sorted(told)
    assert {each.serial for each in found} >= {*told}
    assert len(found) >= entries
    # Who was killed may have written without saying so, and so may one whose answer was lost.
    assert len(told) > entries // 2


def test_an_event_reaches_a_ledger_in_a_bucket(store: Store, tmp_path: Path):
    tree = listen.sent(tmp_path / "repository", 1)
    said = Desk(tree, CREDENTIALS).massctl(
        *("state", "migrate", "--to", "s3", "--url", f"s3://ledgers/{tmp_path.name}"),
        *("--endpoint", store.address),
    )
    assert (0, True) == (said.status, "backend: s3" in tree.read("massctl.yaml")), said
    command = [str(MASSCTL), "listen", "--port", "0"]
    process = listen.begun(tree, *command, **CREDENTIALS)
    with process:
        assert process.stdout is not None
        address = process.stdout.readline().strip().removeprefix("http://")
        listener = listen.Listening(process, address)
        assert listener.post(listen.finish(1))
        listener.settled()
        process.send_signal(signal.SIGTERM)
        assert 0 == ended(process).status
    bucket = Bucket("ledgers", tmp_path.name, store.address, CREDENTIALS)
    last = (S3LedgerStore(bucket).data() or b"").splitlines()[-1]
    assert b'"type":"job_status"' in last
