"""Measure people: `.venv/bin/python bench/audiences.py [PEOPLE]`, each part in a process of its own.

Counts of a month: 5,000,000 followers, 20,000,000 deliveries. Overlaps: 191,466 openids in 40 lists. A snapshot of
5,000,000 people: made of unsorted openids and written, then read and checked. Memory is the most that the process had,
and beside it what its files in memory held at the end.

On two busy cores (2026-12): counts of a month 2.3 to 7.6 s, 626 MB; overlaps 0.1 s, 141 MB; a snapshot made in 9.6 s
and written in 2.2 s, 428 MB; read in 2.1 s, 174 MB. Files in memory held 97 MB.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from pyrage.x25519 import Identity

from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import Members, MemberSets
from massctl.audience.queries import ROWS_MAX, embedded_answer, read_query, views_of
from massctl.audience.query_engine import EMBEDDED
from massctl.audience.snapshots import Snapshots
from massctl.audience.source_rows import SourceTally
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.diagnostics import Place
from massctl.model.ids import Sha256

LISTS, LISTED = 40, 191_466
SENDS = 4
_AT_ONCE = 10_000
_CHARACTERS = 27
T = TypeVar("T")


def openids(count: int, seed: int = 1) -> Iterator[str]:
    """Draw openids as they look, in no order."""
    drawn = random.Random(seed)
    for start in range(0, count, _AT_ONCE):
        some = min(_AT_ONCE, count - start)
        text = urlsafe_b64encode(drawn.randbytes(some * 21)).decode()
        yield from (f"o{text[28 * each : 28 * each + _CHARACTERS]}" for each in range(some))


def timed(what: str, sets: MemberSets, call: Callable[[], T]) -> T:
    """Say how long a call took, and the most that the process and its files in memory had together meanwhile."""
    most, is_over = [0, 0], threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            most[:] = max(most, [held(sets), files(sets)])

    watching = threading.Thread(target=watch)
    watching.start()
    began, worked = time.perf_counter(), time.process_time()
    try:
        answer = call()
    finally:
        seconds, work = time.perf_counter() - began, time.process_time() - worked
        is_over.set()
        watching.join()
    print(
        f"  {what}: {seconds:.2f} s ({work:.2f} s of processors), {most[0]} MB, {most[1]} MB of it files",
        flush=True,
    )
    return answer


def files(sets: MemberSets) -> int:
    """Return how large the files in memory are."""
    sizes = 0
    for each in list(sets._descriptors.values()):
        with suppress(OSError):  # It is closed meanwhile.
            sizes += os.fstat(each).st_size
    return sizes >> 20


def held(sets: MemberSets) -> int:
    """Return what the process has, and its files in memory, which do not count as its own."""
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return (resident >> 20) + files(sets)


def month(people: int, folder: Path) -> None:
    """Count how many deliveries each follower had, of four sends to nearly everybody."""
    with MemberSets() as sets:
        everybody = sets.of(openids(people))
        sends = [(each, sets.part(everybody, range(each, people))) for each in range(SENDS)]
        found = timed("counts of a month", sets, lambda: sets.patterns(sends, SENDS))
        deliveries = sum(pattern.bit_count() * count for pattern, count in found.items())
        print(f"  people: {sum(found.values()):,}; deliveries: {deliveries:,}")


def overlaps(_: int, folder: Path) -> None:
    """Compare forty lists, each with each."""
    with MemberSets() as sets:
        drawn, every = random.Random(2), list(openids(LISTED))
        size = LISTED // LISTS
        lists = [
            sets.of([*every[each * size : (each + 1) * size], *drawn.sample(every, 120)])
            for each in range(LISTS)
        ]
        numbered = list(enumerate(lists))
        found = timed("overlaps of 40 lists", sets, lambda: sets.patterns(numbered, LISTS))
        pairs = Counter[tuple[int, int]]()
        for pattern, count in found.items():
            held = [each for each in range(LISTS) if pattern >> each & 1]
            pairs.update(dict.fromkeys(combinations(held, 2), count))
        print(f"  pairs with people in common: {len(pairs)}; people: {sum(pairs.values()):,}")


def writes(people: int, folder: Path) -> None:
    """Make a snapshot and write it."""
    with MemberSets() as sets:
        made = timed("drawn, sorted, each once", sets, lambda: sets.of(openids(people)))
        written = timed("named, encrypted, written", sets, lambda: store(folder, sets, made))
        (folder / "name").write_text(written)


def queries(people: int, folder: Path) -> None:
    """Ask for as many people by a query over a file, which a child process answers, and write a snapshot."""
    data = folder / "data"
    data.mkdir()
    with (data / "people.csv").open("w", encoding="ascii") as file:
        file.write("openid,city\n")
        file.writelines(f"{each},{number % 300}\n" for number, each in enumerate(openids(people)))
    statement = read_query("SELECT openid, city FROM people", "people.sql", EMBEDDED, {})
    views, tally = views_of(data, statement), SourceTally(Place("people.sql", 1))

    def answered() -> Iterator[str]:
        with embedded_answer(statement, views, tally.at) as answer:
            yield from tally.of_rows(answer.columns, answer.pages, ROWS_MAX)

    with MemberSets() as sets:
        made = timed("asked, sorted, each once", sets, lambda: sets.of(answered()))
        timed("named, encrypted, written", sets, lambda: store(folder / "asked", sets, made))
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        print(f"  the child beside it: {children} MB", flush=True)


def reads(_: int, folder: Path) -> None:
    """Read it in another process."""
    name = Sha256((folder / "name").read_text())
    with MemberSets() as sets:
        found = timed("read, decrypted, checked", sets, lambda: place(folder).open(sets, name))
        print(f"  people: {sets.count(found):,}")


def place(folder: Path) -> Snapshots:
    return Snapshots(SnapshotFolder(folder, "bench", {}), SnapshotKey("KEY", os.environ))


def store(folder: Path, sets: MemberSets, people: Members) -> Sha256:
    snapshots = place(folder)
    unerased = snapshots.without_erased(sets, people)
    return snapshots.write(sets, unerased, AudienceName("all"), datetime.now(UTC)).sha256


PARTS = {each.__name__: each for each in (month, overlaps, writes, queries, reads)}


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    environment = {**os.environ, "KEY": str(Identity.generate())}
    with tempfile.TemporaryDirectory() as folder:
        for name in PARTS:
            print(name, flush=True)
            command = [sys.executable, __file__, str(people), name, folder]
            subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        PARTS[sys.argv[2]](int(sys.argv[1]), Path(sys.argv[3]))
    else:
        main()
