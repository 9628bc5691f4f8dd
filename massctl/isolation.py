"""Give up, for good, whatever reading a stranger's file does not need: Landlock, seccomp and limits.

`isolate` is for a process without secrets and threads. Sources: landlock(7), seccomp(2), headers of Linux 6.12.
"""

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from massctl import system


class Wall(StrEnum):
    """What holds a process in. `policy.render_isolation: require` asks for all of them."""

    FILES = "files"  # It opens only what it was given: Landlock, Linux 5.13.
    SYSTEM_CALLS = "system_calls"  # No program, process, thread, socket, signal or mode: seccomp.
    LIMITS = "limits"  # Memory, processor time, size of a file, open descriptors.


# Of the address space: the largest picture that is taken needs some 1.2 GB.
MEMORY_BYTES_MAX = 4 << 30
_ENDS_AFTER_SECONDS = 3600
"""Each answer has a deadline: this ends a process that nobody waits for."""
_FILE_BYTES_MAX = 64 << 20
"""A converted picture has at most 10 MB."""
_FILES_MAX = 256
_AS_A_PLACE = getattr(os, "O_PATH", 0)
_NO_NEW_PRIVILEGES, _END_WITH_PARENT, _SECCOMP, _FILTER = 38, 1, 22, 2  # prctl(2)
_CAPABILITIES_VERSION = 0x20080522
# CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: not all checkouts of root belong to root.
_READS_ALL = 0b110
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # landlock(7), on every processor
# the latter: all that a rule for a file may allow
_READ, _OF_FILES = (
    1 << 2 | 1 << 3,
    1 << 1 | 1 << 2 | 1 << 14,
)
_WRITE = _READ | 1 << 1 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14  # files, folders, and moves
_HANDLED = ((1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)  # by version
_TCP, _SCOPES = 0b11, 0b11  # bind and connect, version 4; abstract sockets and signals, version 6
_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
_NEWEST = 462  # mseal. A later system call may open what is shut here, and is answered ENOSYS.
_REFUSED = """
socket 41 198, socketpair 53 199, connect 42 203, bind 49 200, io_uring_setup 425 425, execve 59 221, execveat 322 281,
clone 56 220, clone3 435 435, fork 57 -, vfork 58 -, ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311
271, kcmp 312 272, pidfd_open 434 434, pidfd_getfd 438 438, pidfd_send_signal 424 424, process_madvise 440 440,
process_mrelease 448 448, kill 62 129, tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297
240, add_key 248 217, request_key 249 218, keyctl 250 219, mount 165 40, unshare 272 97, setns 308 268, bpf 321 280,
perf_event_open 298 241, userfaultfd 323 282, personality 135 92, open_by_handle_at 304 265, chmod 90 -, fchmod 91 52,
fchmodat 268 53, fchmodat2 452 452, chown 92 -, fchown 93 55, lchown 94 -, fchownat 260 54, setxattr 188 5, lsetxattr
189 6, fsetxattr 190 7, removexattr 197 14, lremovexattr 198 15, fremovexattr 199 16, truncate 76 45, utime 132 -,
utimes 235 -, futimesat 261 -, utimensat 280 88, mknod 133 -, mknodat 259 33, shmget 29 194, shmat 30 196, shmctl 31
195, semget 64 190, semop 65 193, semctl 66 191, semtimedop 220 192, msgget 68 186, msgsnd 69 189, msgrcv 70 188,
msgctl 71 187, mq_open 240 180, setpriority 141 140, sched_setscheduler 144 119, sched_setparam 142 118, sched_setattr
314 274, sched_setaffinity 203 122, ioprio_set 251 30, move_pages 279 239, migrate_pages 256 238, setrlimit 160 164,
creat 85 -, openat2 437 437, memfd_create 319 279, memfd_secret 447 447, inotify_init 253 -, inotify_init1 294 26,
fanotify_init 300 262, io_setup 206 0, mq_unlink 241 181, setsid 112 157, setpgid 109 154
"""
"""Refused calls, with their numbers on x86_64 and aarch64."""
_OF_FORKS, _ALL = frozenset({"clone", "fork", "vfork", "kill", "prctl"}), 0xFFFFFFFF
# Only these values, or not these. To open with mode 3, or to empty while reading, Landlock asks nothing.
_BY_ARGUMENT = (
    ("prlimit64", (302, 261), 0, _ALL, (0,), True),  # its own limits alone
    # what Python asks of a file
    (
        "ioctl",
        (16, 29),
        1,
        _ALL,
        (0x5401, 0x5421, 0x5450, 0x5451),
        True,
    ),
    ("fcntl", (72, 25), 1, _ALL, (8, 15, 1024, 1026), False),  # no owner, no lease, no notice
    ("prctl", (157, 167), 0, _ALL, (_END_WITH_PARENT,), False),
    *(("open", *opened, 0o3, (3,), False) for opened in (((2, -1), 1), ((257, 56), 2))),
    *(("open", *opened, 0o1003, (0o1000,), False) for opened in (((2, -1), 1), ((257, 56), 2))),
)
# the last but one: ENOSYS
_KILL, _REFUSE, _UNKNOWN, _ALLOW = (
    0x80000000,
    0x00050001,
    0x00050026,
    0x7FFF0000,
)
_LOAD, _AND, _EQUAL, _GREATER, _ANSWER = 0x20, 0x54, 0x15, 0x25, 0x06


def isolate(
    reads: Iterable[Path], writes: Iterable[Path], *, forks: bool = False
) -> frozenset[Wall]:
    """Give up everything but reading below `reads` and writing below `writes`; return the walls that stand now.

    Paths that cannot be opened are passed over, and a wall that the system does not have is left out. With `forks` it
    may still start processes like itself, and end them; each of these gives up more.
    """
    bounds = MEMORY_BYTES_MAX, _ENDS_AFTER_SECONDS, _FILE_BYTES_MAX, _FILES_MAX
    stands = {Wall.LIMITS: system.bound(*bounds)}
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        if (
            not forks
        ):  # It follows the thread that started it; one that forks may be a thread's of a server.
            libc.prctl(_END_WITH_PARENT, 9, 0, 0, 0)
        stands[Wall.FILES] = _keep_to(libc, reads, writes)
        if os.geteuid() == 0:
            version, kept = (_CAPABILITIES_VERSION, 0), (_READS_ALL, _READS_ALL, 0, 0, 0, 0)
            libc.capset((ctypes.c_uint32 * 2)(*version), (ctypes.c_uint32 * 6)(*kept))
        stands[Wall.SYSTEM_CALLS] = _refuse_calls(libc, _OF_FORKS if forks else frozenset())
    return frozenset(wall for wall, is_up in stands.items() if is_up)


def _keep_to(libc: ctypes.CDLL, reads: Iterable[Path], writes: Iterable[Path]) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = _HANDLED[min(version, len(_HANDLED)) - 1]
    attributes = struct.pack(
        "QQQ", handled, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0
    )
    rules = libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    for allowed, path in (*((_READ, each) for each in reads), *((_WRITE, each) for each in writes)):
        _allow(libc, rules, path, allowed & handled)
    stands = bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    os.close(rules)
    return stands


def _allow(libc: ctypes.CDLL, rules: int, path: Path, allowed: int) -> None:
    with suppress(OSError):
        opened = os.open(path, _AS_A_PLACE)
        rule = struct.pack("=Qi", allowed if path.is_dir() else allowed & _OF_FILES, opened)
        libc.syscall(_ADD_RULE, rules, 1, rule, 0)
        os.close(opened)


def _refuse_calls(libc: ctypes.CDLL, allowed: frozenset[str]) -> bool:
    if (known := _MACHINES.get(platform.machine())) is None:
        return False
    program = b"".join(struct.pack("HBBI", *step) for step in _filter(*known, allowed))
    kept = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HP", len(program) // 8, ctypes.addressof(kept))
    return bool(libc.prctl(_SECCOMP, _FILTER, described, 0, 0) == 0)


def _filter(machine: int, column: int, allowed: frozenset[str]) -> list[tuple[int, int, int, int]]:
    """Return a filter's steps: code, steps to pass over if true, and if false, operand."""
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, machine), (_ANSWER, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps += [(_GREATER, 0, 1, _NEWEST), (_ANSWER, 0, 0, _UNKNOWN)]
    for call in _REFUSED.replace("\n", " ").split(","):
        name, number = call.split()[0], call.split()[1 + column]
        if number != "-" and name not in allowed:
            steps += [(_EQUAL, 0, 1, int(number)), (_ANSWER, 0, 0, _REFUSE)]
    for name, numbers, argument, mask, values, is_only in _BY_ARGUMENT:
        if name in allowed:
            continue
        asked = [(_LOAD, 0, 0, 16 + 8 * argument), (_AND, 0, 0, mask)]
        for value in values:
            asked += [(_EQUAL, 0, 1, value), (_ANSWER, 0, 0, _ALLOW if is_only else _REFUSE)]
        asked += [(_ANSWER, 0, 0, _REFUSE)] if is_only else [(_LOAD, 0, 0, 0)]
        steps += [(_EQUAL, 0, len(asked), numbers[column] & _ALL), *asked]
    return [*steps, (_ANSWER, 0, 0, _ALLOW)]
