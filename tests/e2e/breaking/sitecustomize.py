"""Stands in the child's PYTHONPATH: ends the process, or fails the disk, at the Nth thing it does to a file.

Only the calls of `os` below are counted, and only on files of the repository; what is under test stays as installed.

    BREAK_ROOT    the repository's folder
    BREAK_AT      which point, counted from 1; beyond the last one nothing happens
    BREAK_HOW     SIGKILL, SIGTERM, SIGINT; `power`: as SIGKILL, and what was not flushed is lost;
                  ENOSPC, EDQUOT, EIO, EROFS: this point, and every write after it, fails
    BREAK_LOG     a file beside the repository that gets one line for each point that was passed
    BREAK_BYTES   the most bytes that any file may have, by the kernel's own limit
"""

import errno
import os
import signal
import stat

_ROOT = os.path.realpath(os.environ.get("BREAK_ROOT", "/nonexistent"))
_AT = int(os.environ.get("BREAK_AT", "0"))
_HOW = os.environ.get("BREAK_HOW", "SIGKILL")
_LOG = os.environ.get("BREAK_LOG", "")
_IS_DISK = hasattr(errno, _HOW)

_open, _write, _fsync, _ftruncate, _replace = os.open, os.write, os.fsync, os.ftruncate, os.replace
_passed = 0
_opened_as = {}
"""Descriptor -> its path in the repository, and which file it was: a number is used again for another one."""
_flushed = {}
"""How many bytes of a file are known to be on the disk."""


def _ours(path):
    """Give a path inside the repository relative to it; None for everything else, and for locks and their notes."""
    real = os.path.realpath(os.fspath(path))
    inside = real.startswith(_ROOT) and f"{os.sep}locks{os.sep}" not in real
    return os.path.relpath(real, _ROOT) if inside else None


def _path_of(descriptor):
    path, file = _opened_as.get(descriptor, (None, None))
    return path if path is not None and file == _identity(descriptor) else None


def _identity(descriptor):
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _file_of(descriptor):
    path = _path_of(descriptor)
    return path if path is not None and stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _point(what, path):
    """Pass a point, or stop at it."""
    global _passed  # noqa: PLW0603 - a process has one count
    _passed += 1
    if _LOG:
        descriptor = _open(_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        _write(descriptor, f"{_passed} {what} {path}\n".encode())
        os.close(descriptor)
    if _IS_DISK:
        if _AT and _passed >= _AT:
            raise OSError(getattr(errno, _HOW), os.strerror(getattr(errno, _HOW)))
    elif _passed == _AT:
        if _HOW == "power":
            for file, size in _flushed.items():
                # A file without a name (O_TMPFILE) has its folder's path, and one that is gone has nothing to lose.
                if os.path.isfile(os.path.join(_ROOT, file)):
                    os.truncate(os.path.join(_ROOT, file), size)
        os.kill(os.getpid(), getattr(signal, "SIGKILL" if _HOW == "power" else _HOW))


def _opened(path, flags, *more, **named):
    ours = None if isinstance(path, int) else _ours(path)
    if ours is not None and _IS_DISK and _HOW == "EROFS" and flags & (os.O_WRONLY | os.O_RDWR):
        _point("open", ours)
    descriptor = _open(path, flags, *more, **named)
    _opened_as.pop(descriptor, None)
    if ours is not None:
        _opened_as[descriptor] = ours, _identity(descriptor)
        if flags & (os.O_WRONLY | os.O_RDWR):
            # What an earlier process left is on the disk by now.
            _flushed.setdefault(ours, os.fstat(descriptor).st_size)
    return descriptor


def _written(descriptor, data):
    path = _file_of(descriptor)
    if path is None:
        return _write(descriptor, data)
    half = len(data) // 2
    count = _write(descriptor, memoryview(data)[:half])
    _point("half of write", path)
    count += _write(descriptor, memoryview(data)[half:])
    if not _IS_DISK:
        _point("write", path)
    return count


def _cut(descriptor, length):
    _ftruncate(descriptor, length)
    path = _file_of(descriptor)
    if path is not None and not _IS_DISK:
        _flushed[path] = min(_flushed.get(path, length), length)
        _point("ftruncate", path)


def _flush(descriptor):
    path = _path_of(descriptor)
    if path is not None and _IS_DISK:
        _point("fsync", path)
    _fsync(descriptor)
    if path is not None and not _IS_DISK:
        if _file_of(descriptor):
            _flushed[path] = os.fstat(descriptor).st_size
        _point("fsync", path)


def _put(source, target, **named):
    path = _ours(target)
    if path is not None:
        _point("before replace", path)
    _replace(source, target, **named)
    if path is not None:
        size = _flushed.pop(_ours(source), None)
        if size is not None:
            _flushed[path] = size
        if not _IS_DISK:
            _point("replace", path)


if "BREAK_ROOT" in os.environ:
    os.open, os.write, os.fsync, os.ftruncate, os.replace = _opened, _written, _flush, _cut, _put

if "BREAK_BYTES" in os.environ:
    import resource

    # Python ignores SIGXFSZ, so that what is too much fails as it does on a disk that is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(os.environ["BREAK_BYTES"]),) * 2)
