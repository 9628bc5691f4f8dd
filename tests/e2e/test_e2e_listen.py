"""`massctl listen` as a process: it answers WeChat, is killed and stopped, and loses and doubles nothing."""

import http.client
import json
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from building import LINEAGE, as_new, at, attempted, text
from callback_samples import event
from operating import NIGHTLY
from processes import MASSCTL, PATIENCE_SECONDS, ended, environment
from repositories import Tree
from wechat_cipher import AES_KEY, TOKEN, query, safe, sealed

from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import Created, SendAccepted

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

ACCOUNT = """\
    api_base: http://127.0.0.1:9
    callback: {token_env: T, aes_key_env: K, path: /wechat}
"""
LIVES, REPOSITORIES = (50, 20) if NIGHTLY else (4, 1)
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
EVENTS = 3
"""In each life."""
SECRETS = {"T": TOKEN, "K": AES_KEY}


@dataclass
class Listening:
    """A process that listens."""

    process: subprocess.Popen[str]
    address: str

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def post(self, message: bytes) -> bool:
        """Post an event as WeChat does; says whether it was acknowledged."""
        encrypt = sealed(message, lead=random.randbytes(16))
        try:
            answer = self.ask(
                "POST", f"/wechat?{query(time.time(), encrypt=encrypt)}", safe(encrypt)
            )
        except (OSError, http.client.HTTPException):
            return False
        return answer == (200, b"success")

    def metric(self, name: str) -> int:
        shown = self.ask("GET", "/metrics")[1].decode()
        return sum(
            int(value) for value in re.findall(rf"^{re.escape(name)} (\d+)$", shown, re.MULTILINE)
        )

    def settled(self) -> None:
        """Wait until the ledger has everything."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self.metric("massctl_callback_waiting"):
            assert time.monotonic() < until, "the ledger does not get it"
            time.sleep(0.1)


def accepted(number: int, serial: int) -> list[Any]:
    """Make the two entries of a job, behind `serial` others."""
    made = text(f"letter-{number}")
    tried, _ = attempted(made, appid=made.appid)
    return [
        at(BEGAN, tried, made),
        at(BEGAN, SendAccepted(attempt=serial + 1, msg_id=number), made),
    ]


def sent(root: Path, count: int) -> Tree:
    """Make a repository whose ledger has so many accepted jobs, numbered from 1."""
    tree = Tree(root)
    tree.settings(account=ACCOUNT)
    (root / "campaigns").mkdir()
    entries: list[Any] = [as_new(Created(lineage=LINEAGE, realm="loopback"))]
    for number in range(1, count + 1):
        entries += accepted(number, len(entries))
    LocalLedger(root / "massctl.state.jsonl", root / ".massctl/locks").append(
        0, entries, durable=True
    )
    return tree


def begun(tree: Tree, *command: str, **variables: str) -> subprocess.Popen[str]:
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = environment(**SECRETS, **variables)
    return subprocess.Popen(
        [*command], cwd=tree.root, env=env, text=True, encoding="utf-8", **streams
    )


@contextmanager
def listening(tree: Tree) -> Iterator[Listening]:
    process = begun(tree, str(MASSCTL), "listen", "--port", "0")
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("http://127.0.0.1:"), process.communicate()
            yield Listening(process, line.strip().removeprefix("http://"))
        finally:
            process.kill()
            process.communicate()


def told(tree: Tree) -> Counter[int]:
    """Count what the ledger has of events, by job."""
    lines = [json.loads(line) for line in tree.read("massctl.state.jsonl").splitlines()]
    return Counter(
        line["msg_id"]
        for line in lines
        if line["type"] == "job_status" and line["source"] == "event"
    )


def finish(number: int) -> bytes:
    return event(MsgID=number, CreateTime=int(time.time()))


def test_an_event_reaches_the_ledger_and_sigterm_ends_it_well(tmp_path: Path):
    tree = sent(tmp_path, 2)
    with listening(tree) as listener:
        assert (200, b"ok\n") == listener.ask("GET", "/healthz")
        assert (200, b"42") == listener.ask("GET", f"/wechat?{query(time.time(), echostr='42')}")
        assert listener.post(finish(1))
        listener.settled()
        assert listener.post(finish(2))
        listener.process.send_signal(signal.SIGTERM)
        done = ended(listener.process)
    assert (0, "") == (done.status, done.out), done
    assert {1: 1, 2: 1} == told(tree)
    assert not list((tree.root / ".massctl").glob("*-wal"))


def lives(tree: Tree, count: int, chance: random.Random) -> set[int]:
    """Let a listener be killed so many times, at any moment; give the events that it acknowledged."""
    acknowledged: set[int] = set()
    for life in range(count):
        mine = [life * EVENTS + n + 1 for n in range(EVENTS)]
        with listening(tree) as listener, ThreadPoolExecutor(2 * EVENTS) as threads:
            posts = [(number, threads.submit(listener.post, finish(number))) for number in mine * 2]
            if chance.random() < 0.8:
                posts[0][1].result()
            # On an idle machine the first events are in the ledger after 0.1 s, and the others a second later.
            time.sleep(chance.choice([0, 0.01, 0.1, 0.3, 1.5]) * chance.random())
            listener.process.kill()
            acknowledged |= {number for number, post in posts if post.result()}
    return acknowledged


@pytest.mark.night
@pytest.mark.parametrize("seed", range(REPOSITORIES))
def test_killed_again_and_again_nothing_acknowledged_is_lost_and_nothing_doubled(
    tmp_path: Path, seed: int
):
    """While it answers, between the answer and the ledger, between the ledger and the spool's note."""
    tree = sent(tmp_path, LIVES * EVENTS)
    acknowledged = lives(tree, LIVES, random.Random(seed))
    with listening(tree) as listener:
        listener.settled()
    found = told(tree)
    assert set() == acknowledged - set(found)
    assert {1} == set(found.values())
    assert len(acknowledged) >= LIVES // 2
    assert 0 == ended(begun(tree, str(MASSCTL), "state", "verify")).status


@pytest.mark.night
def test_an_event_that_was_early_is_brought_in_once_its_job_is_known(tmp_path: Path):
    tree = sent(tmp_path, 1)
    with listening(tree) as listener:
        assert listener.post(finish(2))
        listener.settled()
        assert (1, {}) == (listener.metric("massctl_callback_foreign"), dict(told(tree)))
        ledger = LocalLedger(tree.root / "massctl.state.jsonl", tree.root / ".massctl/locks")
        serial = len(ledger.read(0))
        ledger.append(serial, accepted(2, serial), durable=True)
        until = time.monotonic() + PATIENCE_SECONDS
        while not told(tree):
            assert time.monotonic() < until, "it is not brought in"
            time.sleep(0.1)
    assert {2: 1} == told(tree)


def test_events_are_acknowledged_while_another_run_holds_the_ledger(tmp_path: Path):
    tree = sent(tmp_path, 1)
    holder = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from massctl.ledger.process_lock import sole_runner\n"
        "with sole_runner(Path('.massctl/locks'), datetime.now(UTC)):\n"
        "    print('held', flush=True)\n    sys.stdin.read()"
    )
    command = [sys.executable, "-c", holder]
    streams: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen(command, cwd=tree.root, text=True, **streams) as other,
        listening(tree) as listener,
    ):
        assert other.stdout is not None
        assert "held\n" == other.stdout.readline()
        assert listener.post(finish(1))
        time.sleep(0.5)
        assert (1, {}) == (listener.metric("massctl_callback_waiting"), dict(told(tree)))
        other.communicate("")
        listener.settled()
    assert {1: 1} == told(tree)


@pytest.mark.night
def test_a_verb_waits_for_a_listener_in_place_of_being_refused(tmp_path: Path):
    """Events come all the time; whoever types a command meanwhile never hears of another massctl."""
    tree = sent(tmp_path, 400)
    with listening(tree) as listener:
        stopped = threading.Event()

        def posting() -> None:
            for number in range(1, 401):
                if stopped.is_set():
                    return
                listener.post(finish(number))

        thread = threading.Thread(target=posting)
        thread.start()
        path = tree.write("event.xml", event(MsgID=400, CreateTime=int(time.time())))
        statuses = [
            ended(begun(tree, str(MASSCTL), "record-event", path.name)).status for _ in range(5)
        ]
        stopped.set()
        thread.join()
    assert [0] * 5 == statuses


FLOODS: dict[str, bytes] = {
    "a gigabyte": b"POST /wechat?signature=x HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n"
    + b"x" * 1000,
    "no length": b"POST /wechat HTTP/1.1\r\nHost: x\r\n\r\n",
    "two lengths": b"POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "a length and chunks": (
        b"POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "chunks without end": (
        b"POST /wechat HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"ffff\r\n" + b"x" * 65535 + b"\r\n") * 20
    ),
    "a long head": b"GET /wechat?" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


BY_DAY: Final = ("a gigabyte", "a length and chunks", "no http")


@pytest.mark.parametrize(
    "name",
    [
        *BY_DAY,
        *(pytest.param(each, marks=pytest.mark.night) for each in FLOODS if each not in BY_DAY),
    ],
)
def test_what_is_no_request_of_wechats_costs_nothing(tmp_path: Path, name: str):
    tree = sent(tmp_path, 1)
    with listening(tree) as listener:
        host, _, port = listener.address.partition(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as line:
            try:
                line.sendall(FLOODS[name])
                line.shutdown(socket.SHUT_WR)
                said = line.recv(100)
            except (ConnectionResetError, BrokenPipeError):
                said = b""
        assert said[:10] in (b"HTTP/1.1 4", b"HTTP/1.0 4", b""), said
        assert listener.post(finish(1))
        listener.settled()
    assert {1: 1} == told(tree)


SERVERS = {
    "gunicorn": [
        "gunicorn",
        "--workers",
        "2",
        "--threads",
        "4",
        "--bind",
        "127.0.0.1:{port}",
        "massctl.listen:app",
    ],
    "gunicorn preloaded": [
        *("gunicorn", "--preload", "--workers", "2", "--threads", "4"),
        *("--bind", "127.0.0.1:{port}", "massctl.listen:app"),
    ],
    "uvicorn": ["uvicorn", "--no-access-log", "--port", "{port}", "massctl.listen:app"],
    "uvicorn with workers": ["uvicorn", "--workers", "2", "--port", "{port}", "massctl.listen:app"],
}


@pytest.mark.night
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.night] if " " in name else []) for name in SERVERS],
)
def test_the_application_runs_under_other_servers(tmp_path: Path, name: str):
    program = Path(sys.executable).with_name(SERVERS[name][0])
    if not program.exists():
        pytest.skip(f"{program.name} is not installed")
    tree = sent(tmp_path / "repository", 20)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [each.format(port=port) for each in SERVERS[name][1:]]
    spool = tmp_path / "elsewhere" / "spool.sqlite"
    process = begun(
        tree,
        str(program),
        *arguments,
        MASSCTL_DIR=str(tree.root),
        MASSCTL_SPOOL=str(spool),
        PYTHONPATH="/nonexistent",
    )
    listener = Listening(process, f"127.0.0.1:{port}")
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while not answers(listener):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until
            time.sleep(0.1)
        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(listener.post, [finish(number) for number in range(1, 21)] * 2))
        assert (403, b"") == listener.ask("POST", f"/wechat?{query(time.time())}", finish(1))
        listener.settled()
        process.send_signal(signal.SIGTERM)
        done = ended(process)
    finally:
        process.kill()
        process.communicate()
    assert spool.exists()
    assert "Traceback" not in done.err, done.err
    assert dict.fromkeys(range(1, 21), 1) == told(tree)


def answers(listener: Listening) -> bool:
    try:
        return listener.ask("GET", "/healthz")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


SLOW = 600
"""More than the server keeps."""


@pytest.mark.night
def test_slow_bodies_keep_nobody_out_and_are_given_up(tmp_path: Path):
    """Each sends a byte now and then, so that none is ever silent."""
    tree = sent(tmp_path, 1)
    head = b"POST /wechat?signature=x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with listening(tree) as listener, ExitStack() as opened:
        host, _, port = listener.address.partition(":")
        lines = []
        for _ in range(SLOW):
            lines.append(
                opened.enter_context(
                    socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
                )
            )
            lines[-1].sendall(head)
        trickle = Trickle(lines)
        opened.callback(trickle.stop)
        assert (200, b"ok\n") == listener.ask("GET", "/healthz")
        assert listener.post(finish(1))
        listener.settled()
        trickle.ended.wait(PATIENCE_SECONDS)
        assert set() == trickle.left
    assert {1: 1} == told(tree)


class Trickle:
    """Sends a byte on each connection, again and again, until the server has closed them all."""

    def __init__(self, lines: list[socket.socket]) -> None:
        self.left = set(lines)
        self.ended = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while self.left and not self._stopped.wait(0.5):
            for line in list(self.left):
                try:
                    line.sendall(b"x")
                except OSError:
                    self.left.discard(line)
        self.ended.set()
