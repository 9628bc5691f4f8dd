"""What Linux and macOS have: calls of POSIX."""

import contextlib
import ctypes
import errno
import fcntl
import os
import pwd
import resource
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

if sys.platform == "win32":
    raise ImportError("Windows has none of this")

CAN_SEND = True
"""Whether a child is held by walls, and a ledger by locks."""
NEEDED_VARIABLES: tuple[str, ...] = ()
"""What every process needs of the environment."""
LOOK_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Open a stranger's file for reading, and no link. A FIFO without a writer would block the open for ever."""
READ_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
"""Open a file of massctl's own for reading, also through a link."""
# The child that renders may open the files of a folder that it may not list.
_FOLDER_FLAGS = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_SET_DUMPABLE = 4
"""An option of prctl(2)."""
_PIECE = 1 << 16
_PATIENCE = 5
"""So many times as long may an operation run that cannot be interrupted."""


def open_below(root: str, parts: Sequence[str], require: Callable[[os.stat_result], None]) -> int:
    """Open a file below a folder for reading, through no link; `require` is asked of what it is before. Raises OSError.

    `Hero.PNG` is no `hero.png`, also where the disk takes one for the other.
    """
    folder = os.open(root, _FOLDER_FLAGS)
    try:
        for part in parts[:-1]:
            _require_exact_case(folder, part)
            deeper = os.open(part, _FOLDER_FLAGS, dir_fd=folder)
            os.close(folder)
            folder = deeper
        _require_exact_case(folder, parts[-1])
        # Opening a device can have effects, so its kind is looked at first.
        require(os.stat(parts[-1], dir_fd=folder, follow_symlinks=False))
        return os.open(parts[-1], LOOK_FLAGS, dir_fd=folder)
    finally:
        os.close(folder)


def _require_exact_case(folder: int, name: str) -> None:
    if name.isascii() and _tells_cases_apart(folder, name):
        return
    if name not in _listed(folder):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)


def _listed(folder: int) -> list[str]:
    opened = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=folder)
    try:
        return os.listdir(opened)
    finally:
        os.close(opened)


def _tells_cases_apart(folder: int, name: str) -> bool:
    """Return whether `folder` surely tells cases apart: the name in the other case is not there.

    Listing a folder of a thousand campaigns for each file would take longer than reading all of them.
    """
    other = name.swapcase()
    try:
        os.stat(other, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return other != name
    except OSError:
        return False
    return False


def file_in_memory(name: str) -> int:
    """Open an empty file that is on no disk; raises OSError where the system has none."""
    if sys.platform == "linux":
        return os.memfd_create(name, os.MFD_CLOEXEC)
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def duplicate(descriptor: int, least: int) -> int:
    """Open a file once more, under a number that is not less."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)


def is_root() -> bool:
    """Return whether this process may do everything."""
    return os.geteuid() == 0


def flush(path: Path) -> None:
    """Flush a file, or the names in a folder, to the disk; raises OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def replace_file(source: Path, target: Path) -> None:
    """Give a file the name of another, which is gone then; raises OSError."""
    source.replace(target)


def hold_lock(descriptor: int, *, waits: bool) -> None:
    """Lock an open file until it is closed; raises BlockingIOError if another process holds it and none `waits`."""
    fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)


def release_lock(descriptor: int) -> None:
    """Unlock an open file."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_locked(descriptor: int) -> bool:
    """Return whether another process holds the lock of an open file."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def end_with_its_own(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process that leads a session, with everything that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):  # All of it has ended by itself.
        os.killpg(process.pid, signal.SIGKILL)


def has_ended(process: int) -> bool:
    """Return whether no process has this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def begin_again(environment: Mapping[str, str]) -> NoReturn:
    """Run this very command in another environment, in place of this process."""
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - this very command


def login_name() -> str | None:
    """Return whose process this is, which no variable can change; None if the system has no name for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return None


def forget_typed_ahead() -> None:
    """Drop what was typed and not read yet."""
    # Standard input may be no terminal of the system's.
    with contextlib.suppress(OSError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def hide_memory() -> None:
    """Keep other processes of this user from reading the environment and memory of this one, where that can be done."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def bound(memory_bytes: int, seconds: int, file_bytes: int, files: int) -> bool:
    """Bound this process for good; return whether all bounds hold."""
    kinds = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: files,
    }
    return min([_limit(*each) for each in kinds.items()])


def _limit(kind: int, most: int) -> bool:
    given = resource.getrlimit(kind)[1]
    least = most if given == resource.RLIM_INFINITY else min(most, given)
    with contextlib.suppress(ValueError, OSError):  # macOS does not bound the address space.
        resource.setrlimit(kind, (least, least))
    return resource.getrlimit(kind)[1] == least


@contextlib.contextmanager
def limits(seconds: float, memory_bytes: int) -> Iterator[None]:
    """Stop what runs in this context where it needs more processor time (TimeoutError) or address space (MemoryError).

    It is for the main thread. A single operation of C may run some times as long; then the system ends this process.
    """
    kept = {kind: resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)}
    ends = int(time.process_time() + seconds * _PATIENCE) + 1
    before = signal.signal(signal.SIGPROF, _stop)
    try:
        for kind, most in zip(kept, (memory_bytes, ends), strict=True):
            # macOS does not bound the address space.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, kept[kind][1]))
        # Again, if a library took it for a fault of its own.
        signal.setitimer(signal.ITIMER_PROF, seconds, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        for kind, limit in kept.items():
            resource.setrlimit(kind, limit)


def _stop(*_: object) -> None:
    raise TimeoutError


def answered_apart(
    answers: Callable[[], Iterator[bytes]],
    status_of: Callable[[BaseException], int],
    asked: IO[bytes],
    told: IO[bytes],
    most: int,
) -> Generator[tuple[int, bytes | None], None, None]:
    """Have a process of its own make answers; yield (0, each), and how it ended where it ended by itself.

    An answer longer than `most` is None. It is ended with the iterator. `status_of` is its status after an exception.
    If something arrives at `asked` meanwhile, or its writer is gone, both processes end.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        for opened in (asked.fileno(), told.fileno(), reading):
            os.close(opened)
        _write_and_exit(writing, answers, status_of)
    os.close(writing)
    try:
        while True:
            length, data = _framed(process, reading, asked.fileno(), most)
            if data is None and length == 0:
                break
            yield 0, data
        status, process = _exit_status(process), 0
        yield status, b""
    finally:
        os.close(reading)
        if process:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _write_and_exit(
    writing: int,
    answers: Callable[[], Iterator[bytes]],
    status_of: Callable[[BaseException], int],
) -> NoReturn:
    status = 1
    try:
        for answer in answers():
            left = memoryview(struct.pack(">I", len(answer)) + answer)
            while left:
                left = left[os.write(writing, left[:_PIECE]) :]
        status = 0
    except BaseException as error:
        status = status_of(error)
    finally:
        os._exit(status)


def _framed(process: int, reading: int, asked: int, most: int) -> tuple[int, bytes | None]:
    """Return the length of a process's next answer, and the answer: None if too long; (0, None) at an end."""
    pieces: list[bytes] = []
    missing, length = 4, None
    while missing:
        ready, _, _ = select.select([reading, asked], [], [])
        if asked in ready:
            os.kill(process, signal.SIGKILL)
            os._exit(0)
        piece = os.read(reading, min(missing, _PIECE))
        if not piece:
            return 0, None
        pieces.append(piece)
        missing -= len(piece)
        if not missing and length is None:
            (length,) = struct.unpack(">I", b"".join(pieces))
            pieces.clear()
            missing = length if length <= most else 0
    length = length or 0
    return length, b"".join(pieces) if length <= most else None


def _exit_status(process: int) -> int:
    """Return the status of a process that closed its pipe; it is ended if it does not end within a second."""
    for _ in range(100):
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) or 1
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
