"""Processes that read what strangers wrote: templates, pictures, documents.

A child starts once, with two pipes and no environment but a HOME that is not there, and isolates itself. It forks a
process for each question; that process can reach less still, answers and ends. So no question can affect another. A
request is four bytes of length and one JSON document. An answer has a status before it. The parent takes an answer for
the words of a stranger.
"""

import gc
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import sysconfig
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import IO, Any, Final, NoReturn, cast

from msgspec import Struct, field

import massctl
from massctl import system
from massctl.isolation import MEMORY_BYTES_MAX, Wall, isolate
from massctl.model.phrase import Phrase

SECONDS_MAX = 60
"""For one answer: eight articles with their pictures take a few seconds on a slow machine."""
CHILDREN_MAX = min(4, os.cpu_count() or 1)
"""Ours, of those that render: as many as there are cores. Each may take the memory that isolation bounds."""
ANSWER_BYTES_MAX = 32 << 20
"""Of one answer: eight bodies of 1 MB, each escaped, are less."""
JOBS: Mapping[str, str] = {
    "render": "massctl.source.renderer:answer",
    "destinations": "massctl.source.renderer:destinations",
    "prepare": "massctl.source.renderer:prepare",
    "themes": "massctl.serve.theme_gallery:answer",
    "document": "massctl.importer.foreign:found",
    "facts": "massctl.importer.foreign:facts",
    "lacks": "massctl.importer.foreign:lacks",
    "picture": "massctl.importer.foreign:extension",
    "query": "massctl.audience.embedded_duckdb:run",
}
"""What a child can be asked, and the function that answers: it takes a request and returns an answer, both JSON.

That of a query yields answers, as it is asked with `stream`.
"""
PREPARATIONS: Mapping[str, str] = {"formulas": "massctl.source.formulas:load"}
"""What few questions need: the child makes it once, when the first does, and each process after it begins with it."""
DATABASE = "database"
"""What a child begins with that answers queries, in place of the libraries that render."""
_IMPORTED = (
    "massctl.source.renderer",
    "massctl.source.media",
    "massctl.render.message",
    "massctl.render.article",
    "massctl.render.template",
    "massctl.source.campaigns",
)
"""What most campaigns need, imported before the first question. Few need the decoders of pictures."""
_START = "import sys; sys.path[:] = sys.argv[2:]; from massctl.child import main; main()"
_STDLIB = sysconfig.get_path("stdlib")
_LIBRARIES = frozenset({"site-packages", "dist-packages"})
"""How folders of libraries are called. Another entry of sys.path may be a home folder, so the child does not get it."""
_START_SECONDS = 0.2
"""What another child costs on a calm machine: a question waits so long for one that runs."""
_BROKEN_MAX = 100
"""Characters of what a child says of itself."""
_OUT_OF_MEMORY, _TOO_LARGE, _NOT_ISOLATED = 101, 102, 103
"""Statuses of a process that gave no answer, beside those of the system."""
_MORE = 104
"""Comes with an answer that others follow."""
_UNPREPARED: Mapping[int, str] = dict(enumerate(PREPARATIONS, 110))
"""Statuses of a process that needs one of PREPARATIONS first."""


class ChildError(Exception):
    """Say why a child gave no answer. A child that ended is started again for the next question."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


class Child(Struct, weakref=True):
    """Asks a child process, which starts with the first question, or earlier with `start`.

    Threads may share it. `reads` and `writes` are the files and folders that it may open. A question may write only the
    folders that it names. Missing folders are created.
    """

    reads: Sequence[Path] = ()
    writes: Sequence[Path] = ()
    begins: str = "text"
    """What it is made ready for before it is isolated: `text`, `article` or DATABASE."""
    passes: tuple[int, ...] = ()
    """Files in memory of this process, by their descriptors, which it may open too."""
    needs: frozenset[Wall] = frozenset()
    """Walls without which it is asked nothing: those that it had before, or that another one of its kind has."""
    _process: "subprocess.Popen[bytes] | None" = None
    _walls: frozenset[Wall] | None = None
    _opened: list[tuple[int, int]] = field(default_factory=list)
    _end: "weakref.finalize[..., Child] | None" = None
    _one_at_a_time: Any = field(default_factory=threading.RLock)

    def start(self) -> None:
        """Start the process, if there is none or if a folder was made anew, and return at once."""
        with self._one_at_a_time:
            is_running = self._process is not None and self._process.poll() is None
            if is_running and self._opened == self._to_open():
                return
            self.close()
            system.hide_memory()
            self._walls = None
            self._process = self._new_process()
            self._end = weakref.finalize(self, _kill, self._process)
            _make_folders(self.writes)
            self._opened = self._to_open()
            reads, writes = (
                [str(each.resolve()) for each in paths] for paths in (self.reads, self.writes)
            )
            self._send({"reads": reads, "writes": writes})

    def _new_process(self) -> "subprocess.Popen[bytes]":
        if self.begins != DATABASE:
            with suppress(IndexError):  # None was started early, or another one took it.
                return _spare.pop()
        return _spawn(self.begins, self.passes)

    def wait_until_isolated(self) -> frozenset[Wall]:
        """Start the process, and return the walls that hold it in. Raises ChildError."""
        with self._one_at_a_time:
            self.start()
            if self._walls is None:
                told = self._read_answer(ANSWER_BYTES_MAX)
                walls = frozenset(Wall(each) for each in told)
                if self.needs - walls:
                    self._fail(_UNISOLATED)
                self._walls = self.needs = walls
            return self._walls

    def ask(
        self,
        job: str,
        request: Mapping[str, Any],
        writes: Sequence[Path] = (),
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> Any:
        """Return the answer to one request of a job, unchecked; it may write only below `writes`. Raises ChildError."""
        with self._one_at_a_time:
            self.wait_until_isolated()
            _make_folders(writes)
            around = {"writes": [str(each.resolve()) for each in writes], "bytes_max": bytes_max}
            self._send({"job": job, "request": request, **around})
            return self._read_answer(bytes_max)

    def stream(self, job: str, request: Mapping[str, Any], seconds: int) -> Iterator[Any]:
        """Yield the answers to one request, unchecked; each has to come within so long. Raises ChildError.

        Whoever stops in between ends the process. Nothing else is asked of it meanwhile.
        """
        with self._one_at_a_time:
            self.wait_until_isolated()
            around = {"writes": [], "bytes_max": ANSWER_BYTES_MAX, "streams": True}
            self._send({"job": job, "request": request, **around})
            end = self._end
        try:
            while (answer := self._read_answer(ANSWER_BYTES_MAX, seconds)) is not None:
                yield answer
        except GeneratorExit:
            # The collector ends a forgotten one in whichever thread it runs: that one must wait for no lock.
            if end is not None:
                end()
            raise

    def close(self) -> None:
        """End the process. It may be asked again."""
        with self._one_at_a_time:
            if self._end is not None:
                self._end()
            self._process = None

    def _to_open(self) -> list[tuple[int, int]]:
        """Identify the files and folders that it may open: a folder that was made anew is shut to it."""
        return [_identity(each) for each in (*self.reads, *self.writes)]

    @property
    def _asked(self) -> IO[bytes]:
        return cast("IO[bytes]", cast("subprocess.Popen[bytes]", self._process).stdin)

    @property
    def _told(self) -> IO[bytes]:
        return cast("IO[bytes]", cast("subprocess.Popen[bytes]", self._process).stdout)

    def _send(self, document: object) -> None:
        data = _as_json(document)
        with (
            self._deadline(SECONDS_MAX),
            suppress(OSError),
        ):  # Whoever waits for the answer says it.
            self._asked.write(struct.pack(">I", len(data)) + data)
            self._asked.flush()

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """End the process if this takes longer; raises ChildError then."""
        process = cast("subprocess.Popen[bytes]", self._process)
        is_over = threading.Event()

        def end() -> None:
            is_over.set()
            system.end_with_its_own(process)

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except ChildError:
            if not is_over.is_set():
                raise
        finally:
            timer.cancel()
        if is_over.is_set():
            self._fail(_too_slow())

    def _read_answer(self, bytes_max: int, seconds: float | None = None) -> Any:
        with self._deadline(SECONDS_MAX if seconds is None else seconds):
            status, length = struct.unpack(">iI", self._read(8))
            data = self._read(length)
        if status not in (0, _MORE):
            raise ChildError(_failure(status, bytes_max))
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            raise ChildError(NOT_ACCEPTED) from None
        if isinstance(answer, dict) and "broken" in answer:
            raise ChildError(_no_answer(str(answer["broken"])[:_BROKEN_MAX]))
        return answer

    def _read(self, count: int) -> bytes:
        data = self._told.read(count)
        if len(data) < count:
            self._fail(_ENDED)
        return data

    def _fail(self, why: Phrase) -> NoReturn:
        self.close()
        raise ChildError(why)


class Children:
    """Asks whichever child is free; another one starts if none is, up to CHILDREN_MAX. Threads may share it.

    `reads` and `writes` are as those of Child.
    """

    def __init__(self, reads: Sequence[Path], writes: Sequence[Path]) -> None:
        first = Child(reads, writes)
        self._all = [first]
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        self._free.put(first)
        self._starting = threading.Lock()

    def wait_until_isolated(self) -> frozenset[Wall]:
        """Return the walls that hold the first one in, and every other one that is asked. Raises ChildError."""
        return self._all[0].wait_until_isolated()

    def ask(
        self,
        job: str,
        request: Mapping[str, Any],
        writes: Sequence[Path] = (),
        bytes_max: int = ANSWER_BYTES_MAX,
    ) -> Any:
        """Return the answer of one of them, as `Child.ask`. Raises ChildError."""
        child = self._taken()
        try:
            return child.ask(job, request, writes, bytes_max)
        finally:
            self._free.put(child)

    def _taken(self) -> Child:
        with suppress(queue.Empty):
            return self._free.get(timeout=_START_SECONDS)
        with self._starting:
            if len(self._all) < CHILDREN_MAX:
                first = self._all[0]
                self._all.append(Child(first.reads, first.writes, needs=first.needs))
                return self._all[-1]
        return self._free.get()


_LEVELS = ("*/", "*/*/")
"""Campaigns, and campaigns in groups; below that nobody looks so early."""
_spare: "Final[list[subprocess.Popen[bytes]]]" = []


def start_early(root: Path) -> None:
    """Start the process of the next child, which imports its libraries while this one goes on.

    Where the repository at `root` has articles, it also renders one of ours: half of their libraries load by use.
    """
    system.hide_memory()
    if not _spare:
        has_articles = any(chain(*(root.glob(f"campaigns/{each}articles") for each in _LEVELS)))
        _spare.append(_spawn("article" if has_articles else "text"))


def _spawn(begins: str = "text", passes: tuple[int, ...] = ()) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", _START, begins, *filter(None, sys.path)],
        pass_fds=passes,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        # A library that looks for fonts there would ask for the user's.
        env={"HOME": "/nonexistent", **_needed()},
        start_new_session=True,
    )


def _needed() -> dict[str, str]:
    """Return the variables without which no process starts; none of them is a secret."""
    names = system.NEEDED_VARIABLES
    return {name: os.environ[name] for name in names if name in os.environ}


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_dev, found.st_ino


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:  # Else its number may be another process's by now.
        system.end_with_its_own(process)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            cast("IO[bytes]", pipe).close()


def _as_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")


def missing_words(walls: frozenset[Wall]) -> list[Phrase]:
    """Name what does not hold a process in, in words."""
    words = {
        Wall.FILES: Phrase("it can open other files (no Landlock: Linux 5.13 or newer has it)"),
        Wall.SYSTEM_CALLS: Phrase(
            "it can connect and start programs (no seccomp for this machine)"
        ),
        Wall.LIMITS: Phrase("its memory and time have no bounds"),
    }
    return [say for wall, say in words.items() if wall not in walls]


_UNISOLATED = Phrase("the child process could not be isolated")
_ENDED = Phrase("the child process ended without an answer")
NOT_ACCEPTED = Phrase("the child process gave an answer that massctl does not accept")


def _failure(status: int, bytes_max: int) -> Phrase:
    """Return how a process ended that owed an answer of at most so many bytes."""
    if status == _OUT_OF_MEMORY:
        return Phrase(
            "the child process needed more than {limit} GB of memory", limit=MEMORY_BYTES_MAX >> 30
        )
    if status == _TOO_LARGE:
        return Phrase("the child process answered more than {limit} MB", limit=bytes_max >> 20)
    if status == _NOT_ISOLATED:
        return _UNISOLATED
    signals = {each.value: each.name for each in signal.Signals}
    ended_by = signals.get(-status, str(status))
    if ended_by == "SIGXCPU":
        return Phrase("the child process needed too much processor time and was stopped")
    return _no_answer(ended_by)


def _no_answer(why: str) -> Phrase:
    return Phrase("the child process ended without an answer ({why})", why=why)


def _make_folders(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # Whoever needs a file of it says that it is not there.
            folder.mkdir(parents=True, exist_ok=True)


def _too_slow() -> Phrase:
    return Phrase(
        "the child process took longer than {seconds} seconds and was stopped", seconds=SECONDS_MAX
    )


# What follows runs in the child.


def main() -> None:
    """Answer requests until there are no more; nothing else gets to standard output."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Standard error leads nowhere.
    _begin(sys.argv[1])
    if (around := _received(asked)) is None:
        return  # Nobody asked.
    reads = [*_python(around["reads"]), *map(Path, around["reads"])]
    walls = isolate(reads, map(Path, around["writes"]), forks=True)
    _tell(answers, 0, json.dumps(sorted(walls)).encode())
    gc.freeze()  # A fork copies what the collector would touch.
    while (request := _received(asked)) is not None:
        while (needs := _answered(asked, answers, request, reads, walls)) is not None:
            _job(PREPARATIONS[needs])()
            _state.prepared.add(needs)
            gc.freeze()


class _State(Struct):
    """What this process, or the one that it comes from, made for all questions."""

    answers: bool = False
    """It answers one question, and ends."""
    prepared: set[str] = field(default_factory=set)


_state: Final = _State()


class _UnpreparedError(BaseException):
    """End a process that lacks what its parent is to make; nothing that handles errors may stop it."""


def require(preparation: str) -> None:
    """Have one of PREPARATIONS made before this question is answered: where it is missing, the question is put again.

    In a process that answers no questions this does nothing: there it is made when it is used.
    """
    if _state.answers and preparation not in _state.prepared:
        raise _UnpreparedError(preparation)


def _answered(
    asked: IO[bytes],
    answers: IO[bytes],
    request: dict[str, Any],
    reads: list[Path],
    walls: frozenset[Wall],
) -> str | None:
    """Have a process of its own answer a request; return the preparation that it needs first, or None."""

    def made() -> Iterator[bytes]:
        _state.answers = True
        if isolate(reads, map(Path, request["writes"])) != walls:
            raise _NotIsolatedError
        for answer in _answers_to(request):
            yield _as_json(answer)

    apart = system.answered_apart(made, _status_of, asked, answers, request["bytes_max"])
    with closing(apart):
        for status, data in apart:
            needs = _UNPREPARED.get(status)
            # It asks once: a stranger's template that took over may ask for ever.
            if needs is not None and needs not in _state.prepared:
                return needs
            if status or data is None:
                _tell(answers, status or _TOO_LARGE, b"")
                break
            is_last = not request.get("streams") or data == b"null" or data.startswith(_BROKEN)
            _tell(answers, 0 if is_last else _MORE, data)
            if is_last:
                break
    return None


_BROKEN = b'{"broken": '
"""How an answer begins that is the last one: what made it broke."""


class _NotIsolatedError(Exception):
    """A process has other walls than the one that it comes from."""


def _status_of(error: BaseException) -> int:
    """Return the status of a process that could not answer."""
    if isinstance(error, _UnpreparedError):
        return {name: number for number, name in _UNPREPARED.items()}[str(error)]
    if isinstance(error, MemoryError):
        return _OUT_OF_MEMORY
    return _NOT_ISOLATED if isinstance(error, _NotIsolatedError) else 1


def _begin(begins: str) -> None:
    """Make what each process for a question would make again."""
    if begins == DATABASE:
        import_module("massctl.audience.embedded_duckdb").open_database()
        return
    for name in _IMPORTED:
        import_module(name)
    # What is made by use.
    import_module("massctl.source.renderer").render_sample(begins)


def _answers_to(request: dict[str, Any]) -> Iterator[Any]:
    """Yield the answers, or where it broke: a fault of ours, which a maintainer looks for. None ends a stream."""
    try:
        answer = _job(JOBS[request["job"]])(request["request"])
        if not request.get("streams"):
            yield answer
            return
        yield from answer
        yield None
    except MemoryError:
        raise
    except Exception as error:
        at = error.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        place = (
            f"{Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno}" if at is not None else "-"
        )
        yield {"broken": f"{type(error).__name__}, {place}"}


def _job(function_name: str) -> Any:
    module, _, function = function_name.partition(":")
    return getattr(import_module(module), function)


def _received(asked: IO[bytes]) -> Any:
    """Return the next request; None at the end."""
    head = asked.read(4)
    return json.loads(asked.read(*struct.unpack(">I", head))) if len(head) == 4 else None


def _tell(answers: IO[bytes], status: int, answer: bytes) -> None:
    answers.write(struct.pack(">iI", status, len(answer)) + answer)
    answers.flush()


def _python(given: Sequence[str]) -> list[Path]:
    """Return the files of Python, of its libraries and the system's, and our own; nothing that holds `given` too."""
    libraries = [
        each
        for each in sys.path
        if Path(each).name in _LIBRARIES or Path(each).is_relative_to(_STDLIB)
    ]
    kept = [Path(each).resolve() for each in (*libraries, _STDLIB, "/lib", "/lib64", "/usr/lib")]
    kept += [
        Path("/etc/ld.so.cache"),
        Path("/dev/urandom"),
        Path("/usr/share/zoneinfo"),
        Path(massctl.__file__).parent,
    ]
    held = [Path(each) for each in given]
    return [
        each
        for each in kept
        if not (each / ".git").exists() and not any(one.is_relative_to(each) for one in held)
    ]
