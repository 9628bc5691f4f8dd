"""Render campaigns in a child process without secrets: templates are the work of many hands.

The child gets no environment, no open file but two pipes, a deadline and a bound on memory. On Linux it can neither
start a program nor look into another process, and the parent hides what it was started with. The request is one JSON
document, and each answer one line of JSON: a campaign as data, and the digest of every picture's bytes, which lie in
the cache of pictures.
"""

import ctypes
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.ids import CampaignName, Sha256
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.state import State
from massctl.plan.steps import Invalid
from massctl.source.loader import Desires, Rendered, Workbench
from massctl.source.plain_values import NOT_PLAIN, from_plain, to_plain
from massctl.source.repository import CAMPAIGNS, Repository

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile

SECONDS_MAX: Final = 60
"""For one campaign: eight articles with their pictures take a few seconds on a slow machine."""
MEMORY_BYTES_MAX: Final = 4 << 30
"""Of the child's address space: the largest picture that is taken needs some 1.2 GB."""
ANSWER_BYTES_MAX: Final = 32 << 20
"""Of one answer: eight bodies of 1 MB, each escaped, are less."""
_START: Final = "import sys; sys.path[:] = sys.argv[1:]; from massctl.source.render_process import main; main()"
_PIECE: Final = 1 << 16
_SET_DUMPABLE, _NO_NEW_PRIVILEGES = 4, 38
"""Options of prctl(2)."""
_CAPABILITIES_VERSION: Final = 0x20080522
_READS_ALL: Final = 0b110
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: a checkout may belong to another user than root, who runs massctl."""
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
"""System calls of landlock(7), by the same numbers on every processor."""
_EXECUTE: Final = 1


@dataclass(frozen=True, slots=True)
class RenderProcess:
    """Renders the campaigns of one repository in a child process without secrets."""

    root: Path
    cache: Path
    override: str | None
    """The address that outranks every `api_base`."""
    sandbox: bool = False
    """Whether the tags of the sandbox's accounts count."""

    def render(self, links: Mapping[CampaignName, Mapping[str, str]]) -> dict[CampaignName, Rendered]:
        """Render campaigns, each with the addresses that it may link to; one that cannot be rendered is invalid.

        One process does it all; where a campaign brings it down, another one does those that are left.
        """
        found: dict[CampaignName, Rendered] = {}
        while left := {name: links[name] for name in links if name not in found}:
            for name, answer in zip(left, self._answers(left), strict=False):
                found[name] = Rendered(_fallen(name, answer)) if isinstance(answer, Phrase) else answer
        return found

    def _answers(self, links: Mapping[CampaignName, Mapping[str, str]]) -> Iterator[Rendered | Phrase]:
        """Return the answers of one process, in order; the last may be why there is no other."""
        _hide()
        around = {"root": str(self.root), "cache": str(self.cache), "sandbox": self.sandbox}
        request = {**around, "override": self.override, "links": links}
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _START, *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )
        asked, told = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            with suppress(BrokenPipeError), asked:
                asked.write(json.dumps(request).encode())
            for line in _lines(told.fileno()):
                if isinstance(line, Phrase):
                    yield line
                    return
                answer = _read(line)
                if answer is None:
                    break
                yield answer
            yield _ending(process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            told.close()


def _lines(descriptor: int) -> Iterator[bytes | Phrase]:
    """Yield lines; yield a Phrase if a line is too slow or too long."""
    held = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                yield Phrase("rendering it took longer than {seconds} seconds and was stopped", seconds=SECONDS_MAX)
                return
            piece = os.read(descriptor, _PIECE)
            if not piece:
                return
            held += piece
            while b"\n" in held:
                line, _, held = held.partition(b"\n")
                yield line
                deadline = time.monotonic() + SECONDS_MAX
            if len(held) > ANSWER_BYTES_MAX:
                yield Phrase("its rendered result is larger than {limit} MB", limit=ANSWER_BYTES_MAX >> 20)
                return


def _read(line: bytes) -> Rendered | None:
    try:
        answer = json.loads(line)
        campaign = from_plain(answer["campaign"])
        produced = {Sha256(name): Sha256(sha256) for name, sha256 in answer["produced"].items()}
    except NOT_PLAIN:
        return None
    return Rendered(campaign, produced) if isinstance(campaign, RenderedCampaign | Invalid) else None


def _ending(process: "subprocess.Popen[bytes]") -> Phrase:
    """Say how a process ended that owed an answer."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(1)
    status = process.poll()
    if status == _OUT_OF_MEMORY:
        return Phrase("rendering it needs more than {limit} GB of memory", limit=MEMORY_BYTES_MAX >> 30)
    why = "-" if status is None else signal.Signals(-status).name if status < 0 else str(status)
    return Phrase("the process that rendered it ended without an answer ({why})", why=why)


def _fallen(name: CampaignName, why: Phrase) -> Invalid:
    place = Place(f"{CAMPAIGNS}/{name}/campaign.yaml")
    hint = Phrase("check its templates; {command}   renders it without a lock", command=Command("validate", name))
    return Invalid(name, "", None, None, (Diagnostic("MC409", Severity.ERROR, why, place, hint, name),))


def _hide() -> None:
    """Keep other processes of this user from reading the environment and memory of this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


# What follows runs in the child.

_OUT_OF_MEMORY: Final = 101


def main() -> None:
    """Answer the request on standard input; nothing else gets to standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _confine()
    request = json.load(sys.stdin)
    try:
        for name, links in request["links"].items():
            answers.write(_answer(request, CampaignName(name), links) + b"\n")
            answers.flush()
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)


def _answer(request: dict[str, Any], name: CampaignName, links: dict[str, str]) -> bytes:
    from massctl.source.campaigns import load_settings  # The readers of YAML come after the bounds.

    repository = Repository(Path(request["root"]), sandbox=request["sandbox"])
    settings, _ = load_settings(repository, loopback_override=request["override"])
    workbench = Workbench(repository, _whole(settings), Path(request["cache"]))
    (campaign,) = Desires(workbench, State(), links_of=lambda _: links).read([name])
    produced = workbench.pictures.produced() if "pictures" in vars(workbench) else {}
    return json.dumps({"campaign": to_plain(campaign), "produced": produced}).encode()


def _whole(settings: "MassctlFile | None") -> "MassctlFile":
    if settings is None:
        raise ValueError("massctl.yaml was changed")
    return settings


def _confine() -> None:
    """Bound memory, and give up what could reach beyond this process; a system without one of these goes without."""
    for kind, most in ((resource.RLIMIT_AS, MEMORY_BYTES_MAX), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # Within its rules a process can neither execute a file nor look into one that is outside of them.
    rules = libc.syscall(_CREATE_RULESET, ctypes.byref(ctypes.c_uint64(_EXECUTE)), ctypes.c_size_t(8), 0)
    if rules >= 0:
        libc.syscall(_RESTRICT_SELF, rules, 0)
        os.close(rules)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    if os.geteuid() == 0:
        libc.capset(header, (ctypes.c_uint32 * 6)(_READS_ALL, _READS_ALL, 0, 0, 0, 0))
