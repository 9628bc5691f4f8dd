"""What a process can still reach behind the walls: an attacker's code runs there and tries."""

import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from processes import in_fork

import massctl
from massctl import isolation
from massctl.isolation import Wall
from massctl.system import limits

OURS = Path(massctl.__file__)
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these walls")

PROBE = """
import ctypes, fcntl, json, os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path
from massctl.isolation import isolate

own, secret, git, ours, sibling, closed = sys.argv[1:]
sibling = int(sibling)
libc = ctypes.CDLL(None, use_errno=True)
walls = isolate([Path(each) for each in sys.path if each] + [Path(own)], [Path(own) / "cache"])

def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

def memory():
    return len(bytearray(10 << 30))

def bomb():
    while True:
        os.fork()

TRIED = {
    "read a file of mode 600": lambda: Path(secret).read_bytes(),
    "read /etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
    "read the environment of the parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    "list the root": lambda: os.listdir("/"),
    "write .git/config": lambda: Path(git).open("a"),
    "replace .git/config": lambda: os.replace(f"{own}/cache/mine", git),
    "link a secret into the cache": lambda: os.link(secret, f"{own}/cache/secret"),
    "shorten a file by its path": lambda: os.truncate(ours, 0),
    "write our code": lambda: Path(ours).open("r+"),
    "write beside the cache": lambda: Path(own, "other").write_text("x"),
    "empty a file that it may only read": lambda: os.open(ours, os.O_RDONLY | os.O_TRUNC),
    "open a file for nothing": lambda: os.open(secret, 3),
    "empty one that it opens for nothing": lambda: os.open(secret, 3 | os.O_TRUNC),
    "make others wait for a lease": lambda: fcntl.fcntl(os.open(ours, os.O_RDONLY), fcntl.F_SETLEASE, fcntl.F_RDLCK),
    "set a flag of a file": lambda: fcntl.ioctl(os.open(ours, os.O_RDONLY), 0x40086602, bytes(8)),
    "hold memory in a file without a name": lambda: os.memfd_create("x"),
    "watch a folder": lambda: call({"x86_64": 294, "aarch64": 26}[os.uname().machine], 0),
    "leave its session": os.setsid,
    "leave its group": lambda: os.setpgid(0, 0),
    "outlive its parent": lambda: call({"x86_64": 157, "aarch64": 167}[os.uname().machine], 1, 0, 0, 0, 0),
    "change a mode": lambda: os.chmod(secret, 0o666),
    "change a time": lambda: os.utime(secret),
    "connect with TCP": lambda: socket.socket(),
    "send with UDP": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "ask a socket of a path": lambda: socket.socket(socket.AF_UNIX),
    "make a pair of sockets": lambda: socket.socketpair(),
    "open io_uring": lambda: call(425, 1, ctypes.create_string_buffer(120)),
    "kill a sibling": lambda: os.kill(sibling, 9),
    "stop all it may": lambda: os.kill(-1, signal.SIGSTOP),
    "bound a sibling": lambda: resource.prlimit(sibling, resource.RLIMIT_FSIZE, (0, 0)),
    "have a sibling signalled": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, sibling),
    "open a sibling": lambda: os.pidfd_open(sibling),
    "slow a sibling down": lambda: os.setpriority(os.PRIO_PROCESS, sibling, 19),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "start a process": lambda: subprocess.run(["/bin/true"]),
    "fork without end": bomb,
    "start a thread": lambda: threading.Thread(target=print).start(),
    "leave its namespaces": lambda: call({"x86_64": 272, "aarch64": 97}[os.uname().machine], 0x10000000),
    "take 10 GB": memory,
    "lift its limits": lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)),
    "call what came later": lambda: call(500),
    "use a descriptor that was open": lambda: os.read(int(closed), 1),
    "open too much": lambda: [os.dup(1) for _ in range(300)],
}
Path(own, "cache", "mine").write_text("mine")
allowed = [Path(own, "own.txt").read_text(), Path(own, "cache", "mine").read_text()]
found = {}
for name, attempt in TRIED.items():
    try:
        found[name] = repr(attempt())
    except BaseException as error:
        found[name] = type(error).__name__
print(json.dumps({"walls": sorted(walls), "found": found, "allowed": allowed}))
"""
OTHERWISE = {
    "link a secret into the cache": "OSError",
    "start a thread": "RuntimeError",
    "take 10 GB": "MemoryError",
    "lift its limits": "ValueError",
    "open too much": "OSError",
    "call what came later": "OSError",
    "use a descriptor that was open": "OSError",
}


@pytest.fixture
def sibling() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process.pid
    assert process.poll() is None, "it was ended from behind the walls"
    process.kill()
    process.wait()


@linux
def test_an_attacker_behind_the_walls_reaches_nothing(tmp_path: Path, sibling: int) -> None:
    own, secret, git = tmp_path / "own", tmp_path / "secret", tmp_path / "own/.git/config"
    (own / "cache").mkdir(parents=True)
    git.parent.mkdir()
    (own / "own.txt").write_text("mine", encoding="utf-8")
    for path in (secret, git):
        path.write_text("s3cret", encoding="utf-8")
    secret.chmod(0o600)
    with secret.open(encoding="utf-8") as held:
        around = [str(OURS), str(sibling), str(held.fileno())]
        done = subprocess.run(
            [sys.executable, "-c", PROBE, str(own), str(secret), str(git), *around],
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=True,
            capture_output=True,
        )
    said = json.loads(done.stdout)
    assert sorted(Wall) == said["walls"]
    assert {name: OTHERWISE.get(name, "PermissionError") for name in said["found"]} == said["found"]
    assert ["mine", "mine"] == said["allowed"]
    assert ["s3cret"] * 2 == [each.read_text(encoding="utf-8") for each in (secret, git)]


@pytest.mark.parametrize(
    ("machine", "column"), isolation._MACHINES.values(), ids=isolation._MACHINES
)
def test_each_answer_of_the_filter_is_reached_and_no_jump_leads_out(
    machine: int, column: int
) -> None:
    steps = isolation._filter(machine, column, frozenset())
    for at, (code, if_true, if_false, _) in enumerate(steps):
        jumps = {if_true, if_false} if code in (isolation._EQUAL, isolation._GREATER) else {0}
        assert at + 1 + max(jumps) <= len(steps) - (code != isolation._ANSWER)
    assert isolation._ALLOW == steps[-1][3]


@linux
def test_a_number_stands_once_for_each_machine() -> None:
    for column in (1, 2):
        found = [each.split()[column] for each in isolation._REFUSED.replace("\n", " ").split(",")]
        numbers = [int(each) for each in found if each != "-"]
        assert len(numbers) == len(set(numbers))
        assert max(numbers) <= isolation._NEWEST
    assert platform.machine() in isolation._MACHINES


def endless() -> None:
    while True:
        pass


@pytest.mark.slow
@pytest.mark.parametrize(
    ("work", "end"),
    [
        (endless, "TimeoutError"),
        (lambda: b"x" * (1 << 40), "MemoryError"),
        (lambda: sum(range(10**12)), None),
        (lambda: None, "done"),
    ],
)
def test_what_needs_too_much_ends_with_an_exception_or_with_its_process(
    work: Callable[[], object], end: str | None
) -> None:
    def within() -> str:
        try:
            with limits(0.2, 4 << 30):
                work()
        except (TimeoutError, MemoryError) as error:
            return type(error).__name__
        return "done"

    assert end == in_fork(within)


def test_limits_are_taken_back() -> None:
    def twice() -> str:
        with suppress(TimeoutError), limits(0.05, 4 << 30):
            endless()
        return str(
            (resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU))
        )

    before = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
    assert str(before) == in_fork(twice)
