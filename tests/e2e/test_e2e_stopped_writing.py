"""A run is killed, interrupted, or loses its disk at each thing it does to a file: it goes out once all the same.

`breaking/sitecustomize.py` breaks the installed command from inside, at a point that is counted: in the middle of a
write, after it, after its flush, before and after a file is put in place. By day the ledger's own points of a send of
words; at night every point of every campaign, under faults of WeChat as well.
"""

import errno
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import pytest
from operating import LEDGER, NIGHTLY, Story
from processes import Wechat, served

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

WORKERS: Final = 3
"""Stories that are told side by side, each in a world of its own; most of one is waiting."""
SENDALL: Final = "/cgi-bin/message/mass/sendall"
CAMPAIGNS: Final = ["notice", "letter"] if NIGHTLY else ["notice"]
FAULTS: Final[dict[str, list[dict[str, Any]]]] = {
    "": [],
    **(
        {
            "the send's answer is lost": [{"path": SENDALL, "do": "answer_lost"}],
            "the send is lost": [{"path": SENDALL, "do": "request_lost"}],
            "the draft's answer is lost": [{"path": "/cgi-bin/draft/add", "do": "answer_lost"}],
            "the token dies": [{"path": SENDALL, "do": "token_dead"}],
            "45066 in place of success": [{"path": SENDALL, "do": "accepted_45066"}],
        }
        if NIGHTLY
        else {}
    ),
}
STOPS: Final = {
    "SIGKILL": ("half of write", "write", "fsync", "before replace", "replace"),
    "power": ("half of write", "write"),
    "SIGINT": ("half of write", "fsync"),
    "SIGTERM": ("write",),
}
"""How a run ends, and after what by day: a power failure after a flush is nothing but a kill."""


@dataclass(frozen=True)
class Point:
    """One thing that a run does to a file."""

    number: int
    what: str
    path: str


class Worlds:
    """Some served sandboxes, handed out one to a story."""

    def __init__(self, worlds: list[Wechat], folder: Path) -> None:
        self._free: SimpleQueue[Wechat] = SimpleQueue()
        self._folder = folder
        self._told = 0
        for world in worlds:
            self._free.put(world)

    @contextmanager
    def story(
        self, name: str, folder: str, faults: str = "", root: Path | None = None
    ) -> Iterator[Story]:
        """Begin a story in a world that no other one is told in."""
        wechat = self._free.get()
        try:
            story = Story.begin(wechat, root or self._folder / folder, name)
            if FAULTS[faults]:
                wechat.faults(*FAULTS[faults])
            yield story
        finally:
            self._free.put(wechat)

    def points(self, name: str, how: str, faults: str) -> list[Point]:
        """List what an undisturbed run does to files; how the disk will fail decides what is counted."""
        folder = f"points-{name}-{how}-{faults}"
        log = self._folder / f"{folder}.log"
        with self.story(name, folder, faults) as story:
            done = story.broken(how=how, log=log)
            assert FAULTS[faults] or done.status == 0, done
        found = [line.split(" ", 1) for line in log.read_text().splitlines()]
        return [Point(int(number), *rest.rsplit(" ", 1)) for number, rest in found]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """The worlds of this module."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(served(tmp_path_factory.mktemp("world"))) for _ in range(WORKERS)
        ]
        yield Worlds(opened, tmp_path_factory.mktemp("stories"))


def told(
    worlds: Worlds, name: str, faults: str, how: str, points: list[Point]
) -> dict[Point, list[str]]:
    """Break at each of the points, go on, and give what was wrong."""

    def tell(point: Point) -> list[str]:
        with worlds.story(name, f"{how}-{name}-{faults}-{point.number}", faults) as story:
            done = story.broken(at=point.number, how=how)
            if how in ("SIGKILL", "power"):
                story.require(done.status == -9, "it was not killed:", done)
            elif how in ("SIGINT", "SIGTERM"):
                story.ended_as_it_says(done, 130)
            elif point.path == LEDGER:
                story.ended_as_it_says(done, 5)
                story.require("cannot write the ledger" in done.out, "it does not say so:", done)
            story.carry_on()
            return story.judge()

    with ThreadPoolExecutor(WORKERS) as pool:
        return {
            point: wrong
            for point, wrong in zip(points, pool.map(tell, points), strict=True)
            if wrong
        }


@pytest.mark.parametrize("faults", FAULTS)
@pytest.mark.parametrize("name", CAMPAIGNS)
@pytest.mark.parametrize("how", STOPS)
def test_stopped_at_each_write(worlds: Worlds, how: str, name: str, faults: str):
    points = worlds.points(name, how, faults)
    assert {"ftruncate", "half of write", "write", "fsync", "before replace", "replace"} == {
        p.what for p in points
    }
    told_by_day = [p for p in points if p.what in STOPS[how] and p.path in (LEDGER, "massctl.yaml")]
    assert {} == told(worlds, name, faults, how, points if NIGHTLY else told_by_day)


@pytest.mark.parametrize("name", CAMPAIGNS)
@pytest.mark.parametrize("how", ["ENOSPC", "EIO", "EROFS"])
def test_a_disk_that_takes_no_more(worlds: Worlds, how: str, name: str):
    """It is full, breaks, or was mounted read-only in the middle of the run; for the next run it is well again."""
    # The first entry is written under another name, which begins with a dot.
    points = [p for p in worlds.points(name, how, "") if p.path.lstrip(".").startswith(LEDGER)]
    by_day = [
        p
        for p in points
        if p.what == {"ENOSPC": "half of write", "EIO": "fsync", "EROFS": "open"}[how]
    ]
    assert len(by_day) > 3
    assert {} == told(worlds, name, "", how, points if NIGHTLY else by_day)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], stderr=subprocess.DEVNULL
    ):
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="tmpfs is Linux's")
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_real_disk(worlds: Worlds, disk: Path, how: str):
    """Nothing is sent while it is so; afterwards it goes out once."""
    with worlds.story("letter", "disk", root=disk / "repository") as story:
        staged = story.desk.massctl("apply", "letter", "--until", "preview")
        assert staged.status == 0, staged
        if how == "full":
            fill(disk / "ballast")
        else:
            subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        done = story.desk.apply("letter")
        story.require(done.status in (0, 4, 5), done)
        story.ended_as_it_says(done, done.status)
        story.require(how == "full" or (done.status, story.wechat.jobs()) == (5, []), done)
        if how == "full":
            (disk / "ballast").unlink()
        else:
            subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        story.carry_on()
        assert [] == story.judge()


def fill(path: Path) -> None:
    """Write until there is no room for a byte more."""
    with path.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"\0" * 4096)
            except OSError as full:
                assert errno.ENOSPC == full.errno  # noqa: PT017 - it comes, sooner or later
                return


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_a_ledger_that_may_not_grow(worlds: Worlds, name: str):
    """The kernel itself stops a write in the middle of a line."""
    with worlds.story(name, f"whole-{name}") as story:
        story.broken()
        lines = [
            len(line) + 1 for line in (story.desk.tree.root / LEDGER).read_bytes().split(b"\n")[:-1]
        ]
    limits = [sum(lines[:number]) + 40 for number in range(2, len(lines))]

    def tell(limit: int) -> list[str]:
        with worlds.story(name, f"grown-{name}-{limit}") as story:
            done = story.broken(bytes=limit)
            story.ended_as_it_says(done, 5)
            story.carry_on()
            return story.judge()

    with ThreadPoolExecutor(WORKERS) as pool:
        found = {
            limit: wrong
            for limit, wrong in zip(limits, pool.map(tell, limits), strict=True)
            if wrong
        }
    assert {} == found
