"""The installed command, a sandbox, and a gate between them that can hold one request: each a process or a socket."""

import gc
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, TypeVar

from repositories import APPID, SECRET_VARIABLE, Tree
from said import Said

MASSCTL: Final = Path(sys.executable).with_name("massctl")
"""The command as it was installed beside this Python."""
PATIENCE_SECONDS: Final = 60
"""Nothing here takes longer on a busy machine."""


@dataclass
class Wechat:
    """A served sandbox."""

    port: int
    secret: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def control(self, name: str, body: object = None) -> dict[str, Any]:
        """Ask `/_sandbox/NAME`; a POST where there is a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            data = None if body is None else json.dumps(body).encode()
            connection.request("GET" if body is None else "POST", f"/_sandbox/{name}", data)
            found = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        assert isinstance(found, dict)
        assert "error" not in found, found
        return found

    def report(self) -> dict[str, Any]:
        return self.control("report")

    def jobs(self) -> list[dict[str, Any]]:
        return list(self.report()["jobs"])

    def later(self, seconds: float = 120) -> None:
        """Let the world's time pass: a clientmsgid may be repeated after a minute."""
        self.control("advance", {"seconds": seconds})

    def faults(self, *rules: dict[str, Any]) -> None:
        self.control("faults", {"rules": list(rules)})

    def reset(self) -> None:
        self.control("reset", {})
        self.control("faults", {"clear": True})


def first_line(process: subprocess.Popen[Any]) -> str:
    """Return the first line that a server prints; pytest shows what it said where it prints none."""
    assert process.stdout is not None
    printed, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
    line = process.stdout.readline() if printed else ""
    if not line:
        process.kill()
        raise AssertionError(f"it printed nothing; status {process.wait(PATIENCE_SECONDS)}")
    return str(line.decode() if isinstance(line, bytes) else line).strip()


@contextmanager
def served(folder: Path) -> Iterator[Wechat]:
    """Serve a sandbox from `massctl sandbox --port 0`, as a person would, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [MASSCTL, "sandbox", "--port", "0"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        address, appid, secret = first_line(process).split()
        assert APPID == appid
        try:
            yield Wechat(int(address.rpartition(":")[2]), secret)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


def environment(**more: str) -> dict[str, str]:
    """Give a process the least it needs."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent", **more}


@dataclass
class Desk:
    """A repository, and the variables of the person who types in it."""

    tree: Tree
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path, wechat: Wechat, port: int | None = None) -> "Desk":
        """Make a repository that talks to a sandbox, or to a gate before it."""
        tree = Tree(root)
        tree.settings(policy="  in_doubt_wait: 0   # 只有本机可以这么快\n")
        address = f"http://127.0.0.1:{port or wechat.port}"
        return cls(tree, {"MASSCTL_API_BASE": address, SECRET_VARIABLE: wechat.secret})

    def start(self, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
        """Begin a command."""
        given = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **streams,
        }
        return subprocess.Popen(
            [MASSCTL, *arguments],
            cwd=self.tree.root,
            env=environment(**self.variables),
            text=True,
            encoding="utf-8",
            **given,
        )

    def massctl(self, *arguments: str) -> Said:
        """Run a command to its end."""
        return ended(self.start(*arguments))

    def apply(self, *arguments: str) -> Said:
        return self.massctl("apply", *arguments, "--yes", "--format", "json")


def ended(process: subprocess.Popen[str]) -> Said:
    """Wait for a command's end."""
    with process:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Said(process.returncode, out, err)


def killed(process: subprocess.Popen[str]) -> None:
    """End a command as a power failure does."""
    process.kill()
    ended(process)


class Gate(ThreadingHTTPServer):
    """A proxy on loopback that counts requests, and can hold one: before WeChat gets it, or before its answer."""

    daemon_threads = True

    def __init__(self, target: Wechat) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = target
        self.paths: list[str] = []
        self.reached = threading.Event()
        self._released = threading.Event()
        self._dropped = False
        self._hold_at = 0
        self._hold_path = ""
        self.answered = False
        self._counting = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def hold(self, number: int = 0, path: str = "", *, answered: bool = False) -> None:
        """Hold request `number`, or the next one to `path`, from now on; with `answered`, WeChat got it."""
        with self._counting:
            self.paths.clear()
            self.reached.clear()
            self._released = threading.Event()
            self._hold_at, self._hold_path, self.answered = number, path, answered

    def release(self, *, dropped: bool = False) -> None:
        """Let a held request go on its way, or drop it as a broken line does."""
        self._dropped = dropped
        self._released.set()

    def is_held(self, path: str) -> bool:
        """Count a request, and say whether it is the one to hold."""
        with self._counting:
            self.paths.append(path)
            held = len(self.paths) == self._hold_at or (
                self._hold_path != "" and path.startswith(self._hold_path)
            )
            if held:
                self._hold_at, self._hold_path = 0, ""
            return held

    def answer_to(self, path: str, body: bytes) -> int | None:
        """Give the status with which it answers in place of WeChat; None passes a request on."""
        return None

    def goes_on(self) -> bool:
        """Wait until a held request is released, and say whether it is still to be passed on."""
        released = self._released
        self.reached.set()
        released.wait(PATIENCE_SECONDS)
        return not self._dropped

    def was_reached(self, process: subprocess.Popen[str]) -> bool:
        """Wait until the request to hold came; False where the command ended without it."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if self.reached.wait(0.02):
                return True
            if process.poll() is not None:
                return self.reached.is_set()
        raise TimeoutError("neither a request nor an end")

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients are killed here on purpose."""


OWN_HEADERS: Final = ("connection", "host")
"""Headers of one connection that are not passed on."""


class _Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Gate

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if (status := self.server.answer_to(self.path, body)) is not None:
            self.send_response_only(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        held = self.server.is_held(self.path)
        if held and not self.server.answered and not self.server.goes_on():
            self.close_connection = True
            return
        answer, data = self._ask(body)
        if held and self.server.answered and not self.server.goes_on():
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name in ("Content-Type", "Date"):
            self.send_header(name, str(answer.getheader(name)))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = _pass  # noqa: N815 - the names that http.server looks for
    do_POST = _pass  # noqa: N815

    def _ask(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.server.target.port, timeout=PATIENCE_SECONDS
        )
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in OWN_HEADERS
            }
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def log_message(self, *_: object) -> None:
        """Keep silent: addresses carry tokens."""


@contextmanager
def gate_to(wechat: Wechat) -> Iterator[Gate]:
    """Open a gate for as long as the block runs."""
    with opened(Gate(wechat)) as gate:
        yield gate


GateT = TypeVar("GateT", bound=Gate)


@contextmanager
def opened(gate: GateT) -> Iterator[GateT]:
    """Serve a gate for as long as the block runs."""
    thread = threading.Thread(target=gate.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield gate
    finally:
        gate.release(dropped=True)
        gate.shutdown()
        thread.join()
        gate.server_close()


def in_fork(work: Callable[[], str]) -> str | None:
    """Return what some work gives in a process of its own; None if the system ended that process."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Other threads are idle here.
        process = os.fork()
    if process == 0:
        gc.freeze()  # To look through what earlier tests left would cost more than the work may.
        try:
            with open(writing, "w", encoding="utf-8", errors="surrogatepass") as answer:
                answer.write(work())
        except BaseException as error:
            with open("/dev/stderr", "w") as told:
                told.write(repr(error))
            os._exit(1)
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8", errors="surrogatepass") as answer:
        found = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status <= 0
    return found if status == 0 else None
