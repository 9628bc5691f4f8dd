"""What Windows has for reading and writing letters: no walls, no locks of a ledger, no sends.

Sources, read 2026-12: Job Objects, OpenProcess and FILE_SHARE_DELETE on learn.microsoft.com.
"""

import contextlib
import ctypes
import errno
import functools
import getpass
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn

if sys.platform != "win32":
    raise ImportError("this is not Windows")

CAN_SEND = False
"""Whether a child is held by walls, and a ledger by locks."""
NEEDED_VARIABLES: tuple[str, ...] = ("SYSTEMROOT", "TEMP")
"""What every process needs of the environment."""
LOOK_FLAGS = os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT
"""Open a stranger's file for reading."""
READ_FLAGS = LOOK_FLAGS
"""Open a file of massctl's own for reading."""
_REPLACED_WITHIN_SECONDS = 2.0
"""Scanners of viruses hold a new file open for moments, and nobody can replace it meanwhile."""
_EXTENDED_LIMITS, _PROCESSES, _MEMORY, _END_WITH_JOB = 9, 0x8, 0x100, 0x2000
_QUERY, _STILL_ACTIVE = 0x1000, 259


def open_below(root: str, parts: Sequence[str], require: Callable[[os.stat_result], None]) -> int:
    """Open a file below a folder for reading; `require` is asked of what it is before. Raises OSError.

    The caller followed the links. One that somebody puts there in this moment is followed as well.
    """
    path = os.path.join(root, *parts)
    require(os.lstat(path))
    return os.open(path, LOOK_FLAGS)


def file_in_memory(_name: str) -> int:
    """Raise OSError: the system has no file that is on no disk."""
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def duplicate(_descriptor: int, _least: int) -> int:
    """Raise OSError: no browser is handed a file here."""
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def is_root() -> bool:
    """Return False: a browser needs to know it on other systems alone."""
    return False


def flush(path: Path) -> None:
    """Flush a file to the disk; the system itself keeps the names in a folder. Raises OSError."""
    if path.is_dir():
        return
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def replace_file(source: Path, target: Path) -> None:
    """Give a file the name of another, which is gone then; raises OSError."""
    until = time.monotonic() + _REPLACED_WITHIN_SECONDS
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def hold_lock(_descriptor: int, *, waits: bool) -> None:
    """Do nothing: no verb that runs here writes a ledger."""


def release_lock(_descriptor: int) -> None:
    """Do nothing: `hold_lock` locks nothing."""


def is_locked(_descriptor: int) -> bool:
    """Return False: no verb that runs here writes a ledger."""
    return False


def end_with_its_own(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process; the child of massctl can start none."""
    with contextlib.suppress(PermissionError):  # It ended in this moment.
        process.kill()


def has_ended(process: int) -> bool:
    """Return whether no process has this number."""
    kernel = _kernel()
    handle = kernel.OpenProcess(_QUERY, False, process)
    if not handle:
        return True
    status = ctypes.c_uint32()
    kernel.GetExitCodeProcess(ctypes.c_void_p(handle), ctypes.byref(status))
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return status.value != _STILL_ACTIVE


def begin_again(environment: Mapping[str, str]) -> NoReturn:
    """Run this very command in another environment, and end with its status."""
    # `os.execve` would tell whoever waits that this process ended.
    command = [sys.executable, *sys.orig_argv[1:]]
    process = subprocess.Popen(command, env=dict(environment))
    while True:
        # Ctrl-C is for the command, which hears it too.
        with contextlib.suppress(KeyboardInterrupt):
            os._exit(process.wait())


def login_name() -> str | None:
    """Return the name of the user; None if the system has none."""
    try:
        return getpass.getuser()
    except OSError:
        return None


def forget_typed_ahead() -> None:
    """Do nothing: no verb that runs here asks for consent."""


def hide_memory() -> None:
    """Do nothing: processes of one user can read each other."""


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("times", ctypes.c_int64 * 2),
        ("flags", ctypes.c_uint32),
        ("working_set", ctypes.c_size_t * 2),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("classes", ctypes.c_uint32 * 2),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peaks", ctypes.c_size_t * 2),
    )


@functools.cache
def bound(memory_bytes: int, seconds: int, file_bytes: int, files: int) -> bool:
    """Bound the memory of this process for good, and let it start no other; return whether all bounds hold.

    They are those of a job. Windows bounds neither the size of a file nor the number of open ones.
    """
    kernel = _kernel()
    # Its handle is never closed: the job, and this process with it, ends when this process does.
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    told = _Limits(
        flags=_PROCESSES | _MEMORY | _END_WITH_JOB, processes=1, process_memory=memory_bytes
    )
    size = ctypes.sizeof(told)
    if kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(told), size):
        kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))
    return False


@contextlib.contextmanager
def limits(seconds: float, memory_bytes: int) -> Iterator[None]:
    """Stop what runs in this context where it needs more time (TimeoutError); its memory is bound by the job.

    A single operation of C is not stopped: whoever asked ends the process.
    """
    thread = threading.get_ident()
    stop = ctypes.pythonapi.PyThreadState_SetAsyncExc
    timer = threading.Timer(seconds, stop, (ctypes.c_ulong(thread), ctypes.py_object(TimeoutError)))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def answered_apart(
    answers: Callable[[], Iterator[bytes]],
    status_of: Callable[[BaseException], int],
    asked: IO[bytes],
    told: IO[bytes],
    most: int,
) -> Generator[tuple[int, bytes | None], None, None]:
    """Make answers in this process, which cannot fork; yield (0, each), and a status where it broke.

    An answer longer than `most` is None.
    """
    try:
        for answer in answers():
            yield 0, answer if len(answer) <= most else None
    except GeneratorExit:
        raise
    except BaseException as error:
        yield status_of(error), b""


def _kernel() -> Any:
    return ctypes.WinDLL("kernel32", use_last_error=True)
