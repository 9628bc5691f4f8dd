"""The git backend: the same lines in the same chain, on a branch that every runner fetches and pushes.

The lines lie in files: the newest in a file that grows, the older ones in segments, which never change. So a push moves
as much as was written, and not the ledger.

What is durable here is on the remote. A push moves the branch from where it was read to where it was read and our
lines, or not at all. A lost race is a LedgerStaleError, and nothing is written on top of what was not read. A push
without a clear answer is looked up: our commit is in the branch's history, or it is not.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.errors import (
    InvariantError,
    LedgerCorruptError,
    LedgerError,
    LedgerForeignError,
    LedgerForgedError,
    LedgerOlderError,
    LedgerUnreachableError,
    LedgerUntrustedError,
    UsageError,
)
from massctl.git import NETWORK_SECONDS
from massctl.ledger import ARCHIVE_FOLDER, LEDGER_FILE, NEW_LINEAGE
from massctl.ledger.archive import ARCHIVE_BYTES_MAX, Contents
from massctl.ledger.backend import Backend
from massctl.ledger.chained_ledger import Absorb, ChainedLedger, Lines, stale
from massctl.ledger.codec import End, chain_digest, is_whole
from massctl.ledger.git_branch import GitBranch, Push, Tip
from massctl.ledger.git_remote import way_of
from massctl.ledger.git_statistics import GitStatistics
from massctl.ledger.high_water_mark import Floor, note_floor, seen_floor, seen_mark
from massctl.ledger.local_file import aside_name
from massctl.ledger.signature import UNSIGNED, LedgerKeys, Signing, trailer_line, trailer_of
from massctl.model.entries import Entry
from massctl.model.phrase import Command, Phrase, ShellCommand
from massctl.model.statistics import STATISTICS_BRANCH

if TYPE_CHECKING:
    from massctl.ledger.statistics import StatisticsFiles

SEGMENTS = "massctl.state.segments"
"""The folder of what grew before: `00000001.jsonl` and so on."""
SEGMENT_BYTES_MAX = 512 * 1024
"""Of the file that grows, and of each segment. Every push makes this much into an object. A longer line is alone."""
PAUSE_SECONDS = (0.5, 2.0, 5.0)
"""Before each further push of one commit, while the branch stays where it was and nobody says no."""
_SEGMENTS_AT_ONCE = 16
"""Read by one call of git."""
_TOLD_MAX = 20
_BESIDE = "README.md"
_OURS = ("massctl.state.", _BESIDE)
"""How the names at the top of a ledger's branch begin."""
_README = """\
# The ledger of massctl

What this repository uploaded, saved, previewed and sent on WeChat. massctl writes this branch and nobody else does:
do not edit it, do not merge it, never force-push or delete it. Without it nobody knows what followers already have.

`massctl state show` reads it, `massctl state verify` checks it, `massctl state backup FILE` copies it.

# massctl 的账本

这个仓库在微信上上传、保存、预览、群发过什么，都记在这里。这个分支只由 massctl 写：
不要手工改，不要合并，绝不要强制推送或删除。没有它，就没人知道粉丝已经收到了什么。

`massctl state show` 查看，`massctl state verify` 检查，`massctl state backup 文件` 备份。
""".encode()


class GitStore:
    """Implements `massctl.ledger.chained_ledger.Store` on a branch."""

    takes_durable_only: Final = True

    def __init__(self, branch: GitBranch, sleep: Callable[[float], None] = time.sleep) -> None:
        self._branch = branch
        self._sleep = sleep
        self.where: Final = branch.name
        self.tip: Tip | None = None
        """Where the branch was read or pushed last."""
        self._segments: Mapping[str, str] = {}
        """The segments there, by name: the object of each."""
        self._growing = b""
        """The file that grows, as it is there."""
        self._on_the_way: list[tuple[Tip, Sequence[bytes]]] = []
        """Commits that were pushed, and nobody heard whether they arrived; each with its lines."""
        self._files: dict[str, bytes] = {}
        """What goes with the next push beside the ledger, by path."""
        self._there: Mapping[str, str] | None = None
        """What is in that folder on the branch already; None before anybody asked."""

    def read(self, since: End | None) -> Lines:
        """See `Store`."""
        return self.read_at(self._branch.fetch(), since)

    def read_fetched(self) -> Lines | None:
        """Read what this machine fetched last, only to be shown; None if it never did."""
        tip = self._branch.fetched()
        return self.read_at(tip, None) if tip else None

    def read_at(self, tip: Tip | None, since: End | None) -> Lines:
        """Read the lines at a commit, those behind `since` where it goes on from there."""
        moved, self.tip, self._there = tip != self.tip, tip, None
        held = [
            lines
            for commit, lines in self._on_the_way
            if tip is not None and self._branch.holds(tip, commit)
        ]
        arrived = frozenset(line for lines in held for line in lines)
        if since is not None and not self._ends_with(since):
            since = None  # Whoever asks was interrupted before it knew what was pushed.
        if since is not None and not moved:
            return Lines([b""], since, arrived)
        segments, growing = self._files_at(tip)
        known, before = list(self._segments.items()), self._growing
        self._segments, self._growing = segments, growing or b""
        if growing is None and not segments:
            return Lines(None, arrived=arrived)
        if since is not None and list(segments.items())[: len(known)] == known:
            rest = b"".join([*self._read_segments(list(segments)[len(known) :]), self._growing])
            if rest.startswith(before):
                return Lines([rest[len(before) :]], since, arrived)
        return Lines(self._pieces(list(segments)), arrived=arrived)

    def _ends_with(self, end: End) -> bool:
        """Whether what was read or pushed last ends with a line."""
        line = self._growing.rstrip(b"\n").rpartition(b"\n")[2]
        return chain_digest(line) == end.digest if line else not end.serial

    def _files_at(self, tip: Tip | None) -> tuple[Mapping[str, str], bytes | None]:
        if tip is None:
            return {}, None
        found = self._branch.list(tip, SEGMENTS)
        (growing,) = self._branch.read(tip, [LEDGER_FILE])
        if growing is None and found:
            raise _damaged(
                Phrase("{file} is missing beside its segments. Nothing was sent.", file=LEDGER_FILE)
            )
        if growing and not growing.endswith(b"\n") and not is_whole(growing.rpartition(b"\n")[2]):
            # A commit is whole or not there, so nobody but a person can have made this one.
            raise _damaged(
                Phrase("Its last line is incomplete, which no push leaves. Nothing was sent.")
            )
        return dict(sorted(found.items())), growing

    def _pieces(self, segments: Sequence[str]) -> Iterator[bytes]:
        yield from self._read_segments(segments)
        yield self._growing

    def _read_segments(self, names: Sequence[str]) -> Iterator[bytes]:
        paths = [f"{SEGMENTS}/{name}" for name in names]
        for start in range(0, len(paths), _SEGMENTS_AT_ONCE):
            for data in self._branch.read(
                self.tip or Tip(""), paths[start : start + _SEGMENTS_AT_ONCE]
            ):
                if data is None or not data.endswith(b"\n"):
                    raise _damaged(Phrase("One of its segments is incomplete. Nothing was sent."))
                yield data

    def append(self, after: End, lines: Sequence[bytes], *, durable: bool) -> None:
        """See `Store`; what is pushed is durable."""
        if not lines:
            return
        if not self._ends_with(after):
            raise stale(after.serial)
        if not after.serial:
            self._require_own_branch()
        ending = b"" if self._growing.endswith(b"\n") or not self._growing else b"\n"
        growing = self._growing + ending + b"".join(line + b"\n" for line in lines)
        files, segments, growing = self._laid_out(growing, len(self._segments))
        commit = self._branch.commit(
            self.tip, {**files, **self._files}, _described(lines, after.serial)
        )
        self._on_the_way.append((commit, lines))
        self._settle(commit, after.serial)
        self._segments = {**self._segments, **segments}
        self._growing, self._files = growing, {}

    def _laid_out(
        self, data: bytes, sealed: int = 0
    ) -> tuple[dict[str, bytes | None], dict[str, str], bytes]:
        """Lay lines out behind so many segments: the files to be written, the new segments, and the file that grows."""
        *full, growing = _segmented(data)
        names = [f"{number:08}.jsonl" for number in range(sealed + 1, sealed + 1 + len(full))]
        files: dict[str, bytes | None] = {LEDGER_FILE: growing, _BESIDE: _README}
        files |= {f"{SEGMENTS}/{name}": piece for name, piece in zip(names, full, strict=True)}
        # The next reading tells the objects, and finds others than these: it reads all of them once more.
        return files, dict.fromkeys(names, ""), growing

    def lineage(self) -> str | None:
        """Return the lineage that the ledger claims, as of the last `read`; nothing proves it."""
        try:
            pieces = (
                self._pieces(list(self._segments)[:1]) if self._segments else iter([self._growing])
            )
            found = json.loads(next(pieces).partition(b"\n")[0])
            return str(found["lineage"])
        except (ValueError, LookupError, TypeError, LedgerError):
            return None

    def file(self, path: str) -> bytes | None:
        """Return a file stored beside the ledger, as of the last `read`; None if it does not exist."""
        if path in self._files or self.tip is None:
            return self._files.get(path)
        return self._branch.read(self.tip, [path])[0]

    def files(self, paths: Sequence[str]) -> Sequence[bytes | None]:
        """Return files stored beside the ledger, as of the last `read`, in one call."""
        if self.tip is None or not paths:
            return [self._files.get(path) for path in paths]
        there = zip(paths, self._branch.read(self.tip, paths), strict=True)
        return [self._files.get(path, data) for path, data in there]

    def keep_body(self, name: str, data: bytes) -> None:
        """Push what was sent to the branch with the next lines; an existing file does not change."""
        if self._there is None:
            self._there = self._branch.list(self.tip, ARCHIVE_FOLDER) if self.tip else {}
        if name not in self._there:
            self._files[f"{ARCHIVE_FOLDER}/{name}"] = data

    def bodies(self) -> Sequence[str]:
        """Return the names of the files that are kept beside the ledger, as of the last `read`."""
        return sorted(self._branch.list(self.tip, ARCHIVE_FOLDER)) if self.tip else []

    def refusal(self) -> LedgerError | None:
        """Return why nothing can be pushed, as far as the remote says without a push."""
        return self._branch.refusal(self.tip)

    def data(self) -> bytes | None:
        """See `Store`: what is on the remote now, as one file."""
        self.tip, self._there = self._branch.fetch(), None
        if self.tip is None:
            return None
        paths = [f"{SEGMENTS}/{name}" for name in sorted(self._branch.list(self.tip, SEGMENTS))]
        found = [
            data for data in self._branch.read(self.tip, [*paths, LEDGER_FILE]) if data is not None
        ]
        return b"".join(found) if found else None

    def replace(self, data: bytes | None, now: datetime, expected: bytes | None) -> str | None:
        """See `Store`; the old ledger stays on the branch."""
        if self.data() != expected:
            raise stale(expected.count(b"\n") if expected else 0)
        names = self._branch.list(self.tip, "") if self.tip else {}
        aside, said, moved = None, f"{LEDGER_FILE} came from another place", {}
        if expected is None:
            self._require_own_branch()
        else:
            aside = aside_name(LEDGER_FILE, now, names.__contains__)
            said = f"{LEDGER_FILE} is put aside as {aside}"
            moved = {LEDGER_FILE: aside, SEGMENTS: aside.replace(".jsonl", ".segments")}
        files = {**(self._laid_out(data)[0] if data is not None else {}), **self._files}
        there = {old: new for old, new in moved.items() if old in names}
        if not files and not there:
            return None
        self._settle(
            self._branch.commit(self.tip, files, _with_trailer(said, data or b""), there), 0
        )
        self._segments, self._growing, self._files = {}, b"", {}
        return aside

    def _require_own_branch(self) -> None:
        """Refuse to begin a ledger on a branch that holds something else; it would still be a fast-forward."""
        names = self._branch.list(self.tip, "") if self.tip else {}
        if any(not name.startswith(_OURS) for name in names):
            raise LedgerForeignError(
                Phrase("the branch {branch} has something other than a ledger", branch=self.where),
                Phrase("Nothing was written to it."),
                Phrase("write under state.branch in massctl.yaml a name that does not exist yet"),
            )

    def _settle(self, commit: Tip, serial: int) -> None:
        """Push a commit until it is known to be on the remote; raises where it is known not to be, or nobody knows."""
        for pause in (*PAUSE_SECONDS, None):
            pushed = self._branch.push(commit)
            if pushed.outcome is Push.DONE:
                break
            if pushed.outcome is Push.REFUSED and pushed.why is not None:
                raise pushed.why
            now = self._looked_up(pushed.why)
            if now is not None and self._branch.holds(now, commit):
                break  # It arrived, and the answer did not.
            if now != self.tip:
                raise stale(serial)
            if pause is None:
                raise pushed.why or self._nobody_knows()
            # The same commit: whichever of its pushes arrives first, the others change nothing.
            self._sleep(pause)
        self.tip, self._there = commit, None
        self._on_the_way.clear()  # The branch has moved on: none that was pushed before can arrive any more.

    def _looked_up(self, why: object) -> Tip | None:
        try:
            return self._branch.fetch()
        except LedgerUnreachableError:
            raise (
                why if isinstance(why, LedgerUnreachableError) else self._nobody_knows()
            ) from None

    def _nobody_knows(self) -> LedgerUnreachableError:
        return LedgerUnreachableError(
            Phrase("nobody knows whether the last entry reached {place}", place=self.where),
            Phrase("The remote did not answer. Nothing that depends on this entry was done."),
            Phrase("run the same command again: it reads the branch first, and finds what arrived"),
        )


class GitLedger(ChainedLedger):
    """The ledger on a branch; `locks` is a folder for what this machine notes of it."""

    def __init__(
        self,
        branch: GitBranch,
        locks: Path,
        sleep: Callable[[float], None] = time.sleep,
        keys: LedgerKeys = UNSIGNED,
    ) -> None:
        self.store = GitStore(branch, sleep)
        self._branch: Final = branch
        super().__init__(self.store, locks, keys)
        self._floor: Floor | None = None
        """What the messages said when they were read last."""
        self._signed_in: Tip | None = None
        """The commit that said it, where that was since."""

    def _read(self, since: int, absorb: Absorb, *, deep: bool) -> None:
        """See `ChainedLedger.read`; the way out of damage is that of a branch.

        Raises LedgerUntrustedError for a signed ledger that ends before an entry that a commit was signed for.
        """
        try:
            super()._read(since, absorb, deep=deep)
        except LedgerCorruptError as error:
            raise _damaged(error.detail) from None
        except LedgerForgedError as error:
            raise self._with_way_back(error) from None

    def older(self, why: Phrase) -> LedgerOlderError:
        """See `ChainedLedger.older`."""
        return LedgerOlderError(
            Phrase("the ledger on {branch} was set back to an older state", branch=self.where),
            why,
            Phrase(
                "{command}   puts the files of COMMIT back, the newest one with all entries: {log}   shows them, and "
                "after a forced push GitHub's Activity of the repository. If it is lost for good, begin a new ledger "
                "and import what was sent: {init}",
                command=restore_command(self.where, "COMMIT"),
                log=ShellCommand("git log FETCH_HEAD"),
                init=NEW_LINEAGE,
            ),
        )

    def _with_way_back(self, error: LedgerForgedError) -> LedgerUntrustedError:
        """Add to an error the newest commit whose end is signed, as far as it is found."""
        lineage, tip = self.store.lineage(), self.store.tip
        if tip is None or lineage is None:
            return error
        try:
            _, commit = self._floor_at(tip, Signing(lineage), None)
        except LedgerUnreachableError:
            return error
        return (
            error
            if commit is None
            else LedgerForgedError(error.summary, error.detail, _way_back(self.store, commit))
        )

    def require_floor(self, end: End) -> None:
        """Raise LedgerUntrustedError where `end` comes before an entry that a commit of the branch was signed for.

        A machine that never saw the ledger reads the messages of all commits, and every other one those since.
        """
        tip, lineage = self.store.tip, end.signing.lineage
        if not self.keys.public or tip is None:
            return
        if self._floor is None or (self._floor.tip, self._floor.lineage) != (tip, lineage):
            self._floor, self._signed_in = self._floor_at(
                tip, end.signing, seen_floor(self._locks, lineage)
            )
        if end.serial < self._floor.serial:
            self.forget()
            raise _cut(self.store, end.serial, self._floor.serial, self._signed_in)
        note_floor(self._locks, self._floor)

    def _floor_at(
        self, tip: Tip, signing: Signing, known: Floor | None
    ) -> tuple[Floor, Tip | None]:
        """Find how far the ledger reached by the messages up to `tip`, and the commit that says so.

        Those up to the `known` floor are not read again.
        """
        lineage = signing.lineage
        messages = self._branch.messages(tip, Tip(known.tip) if known is not None else None)
        told = [
            (trailer, commit)
            for commit, message in messages
            if (trailer := trailer_of(message)) is not None
        ]
        least = known.serial if known is not None else 0
        for trailer, commit in sorted(told, key=lambda each: each[0].serial, reverse=True):
            if trailer.serial <= least:
                break
            if self.keys.is_signed(signing, trailer):
                return Floor(lineage, tip, trailer.serial), commit
        return Floor(lineage, tip, least), None

    def last_read(self) -> Sequence[Entry] | None:
        """Return the entries as this machine fetched them last, only to be shown; None if it never did."""
        mark, lines = seen_mark(self._locks), self.store.read_fetched()
        if lines is None:
            return None
        entries: list[Entry] = []
        self._verify(lines, mark, 0, entries.append)
        return entries


class GitArchive(Contents):
    """A folder on the ledger's branch; what is kept goes there with the next entries that are pushed."""

    def __init__(self, store: GitStore) -> None:
        self._store = store

    def _bytes(self, name: str) -> bytes | None:
        try:
            data = self._store.file(f"{ARCHIVE_FOLDER}/{name}")
        except LedgerError:
            return None
        return data if data is not None and len(data) <= ARCHIVE_BYTES_MAX else None

    def _read_all(self, names: Sequence[str]) -> Sequence[bytes | None]:
        try:
            return self._store.files([f"{ARCHIVE_FOLDER}/{name}" for name in names])
        except LedgerError:
            return [None] * len(names)

    def _write(self, name: str, data: bytes) -> None:
        self._store.keep_body(name, data)

    def names(self) -> Sequence[str]:
        """See `Contents.names`."""
        return self._store.bodies()


class GitBackend(Backend):
    """The ledger on a branch of the repository's remote, which every machine reads and writes."""

    append_max = timedelta(
        seconds=2 * (len(PAUSE_SECONDS) + 1) * NETWORK_SECONDS + sum(PAUSE_SECONDS)
    )
    """Each push may be followed by a fetch that looks it up."""
    forged_hint = Phrase(
        "find out who wrote it (git log -p of the branch), and restore the ledger as it was before; or {command}   "
        "shows what can be kept",
        command=Command("state repair"),
    )

    @property
    def where(self) -> str:
        """See `Backend.where`."""
        return f"{self.site.state.remote}/{self.site.state.branch}"

    @cached_property
    def ledger(self) -> GitLedger:
        """See `Backend.ledger`."""
        return self._open()

    def _open(self) -> GitLedger:
        branch = self._branch("ledger.git", self.site.state.branch)
        return GitLedger(branch, self.site.locks, keys=self.keys)

    def _branch(self, copy: str, name: str, *, is_ledger: bool = True) -> GitBranch:
        site = self.site
        if site.settings is None:
            raise InvariantError("only massctl.yaml names a branch")
        way = way_of(site.root, site.settings, site.environment)
        return GitBranch(site.cache / copy, way, name, site.tell, is_ledger=is_ledger)

    def archive(self) -> GitArchive:
        """See `Backend.archive`: a folder on the branch."""
        return GitArchive(self.ledger.store)

    def statistics(self) -> "StatisticsFiles":
        """See `Backend.statistics`: a branch of their own, as they grow much faster than the ledger.

        The branch has one name, so a sandbox keeps its statistics in a folder.
        """
        if self.site.is_sandbox:
            return super().statistics()
        return GitStatistics(
            self._branch("statistics.git", STATISTICS_BRANCH, is_ledger=False), self.site.tell
        )

    def missing_hint(self) -> Phrase:
        """See `Backend.missing_hint`."""
        return Phrase(
            "git pull   first, because the ledger may have been moved; otherwise restore the branch "
            "{branch}: somebody deleted it, or state.branch and state.remote name another; without it"
            " nobody knows what was sent; if it is lost for good: {command}",
            branch=self.site.state.branch,
            command=NEW_LINEAGE,
        )

    def begin_hint(self) -> Phrase:
        """See `Backend.begin_hint`."""
        if self.ledger.store.tip is None:
            return super().begin_hint()
        return Phrase(
            "git pull   first, because a ledger may have been moved from that branch; if massctl.yaml names none "
            "afterwards: {command}   begins one",
            command=Command("state init"),
        )

    def require_restorable(self) -> None:
        """See `Backend.require_restorable`: the branch's history has every copy."""
        raise UsageError(
            Phrase("the ledger is on a branch of the remote, and a file cannot replace it"),
            Phrase("Nothing was changed."),
            Phrase(
                "push the newest commit of the branch that anybody has, as docs/guides/operations.md says"
            ),
        )

    def write_check(self) -> Phrase:
        """See `Backend.write_check`."""
        if (refusal := self.ledger.store.refusal()) is not None:
            raise refusal
        return Phrase(
            "{branch} can be read and pushed to; only a push shows whether a rule protects it",
            branch=self.where,
        )


def _segmented(data: bytes) -> list[bytes]:
    """Cut lines into pieces of at most SEGMENT_BYTES_MAX, of which the last one is to grow."""
    pieces: list[bytes] = []
    while len(data) > SEGMENT_BYTES_MAX:
        stop = data.rfind(b"\n", 0, SEGMENT_BYTES_MAX) + 1 or data.find(b"\n") + 1
        if stop == len(data):
            break
        pieces.append(data[:stop])
        data = data[stop:]
    return [*pieces, data]


def _described(lines: Sequence[bytes], before: int) -> str:
    """Describe a commit of lines that come after serial `before`: what they are, and of which campaigns."""
    first, last = before + 1, before + len(lines)
    span = f"entry {last}" if first == last else f"entries {first} to {last}"
    fields = [json.loads(line) for line in (*lines[:_TOLD_MAX], lines[-1])]
    told = [
        f"{each['type']} {each['campaign']}" if each["campaign"] else each["type"]
        for each in fields
    ]
    listed = [f"{number} {each}" for number, each in enumerate(told[:-1], first)]
    more = [f"and {len(lines) - _TOLD_MAX} more"] if len(lines) > _TOLD_MAX else []
    return _with_trailer(
        "\n".join([f"{told[-1]} ({span})", "", *listed, *more]).rstrip(), lines[-1]
    )


def _with_trailer(said: str, data: bytes) -> str:
    """Add the serial and the signature of the newest line, where it is signed: the floor for a machine without one."""
    line = data.rstrip(b"\n").rpartition(b"\n")[2]
    trailer = trailer_line(line, int(json.loads(line)["serial"])) if line else None
    return said if trailer is None else f"{said}\n\n{trailer}"


def restore_command(branch: str, commit: str) -> ShellCommand:
    """Return what puts the files of a commit on a branch again, as a new commit; `branch` with its remote."""
    remote, _, name = branch.partition("/")
    restored = f'"$(git commit-tree {commit}^{{tree}} -p FETCH_HEAD -m restore)":refs/heads/{name}'
    return ShellCommand(f"git fetch {remote} {name} && git push {remote} {restored}")


def _way_back(store: GitStore, commit: Tip) -> Phrase:
    """Return what puts the files of a commit on the branch again, as a new commit."""
    return Phrase(
        "{command}   puts it back; find out who pushed what came after that commit",
        command=restore_command(store.where, commit[:12]),
    )


def _cut(store: GitStore, serial: int, floor: int, commit: Tip | None) -> LedgerUntrustedError:
    """Say that a ledger lacks entries that were signed; `commit` has them, where it is known."""
    hint = Phrase(
        "find the commit whose message says Signed-Entry: {serial}   (git log of the branch), and push its files again "
        "as a new commit",
        serial=floor,
    )
    if commit is not None:
        hint = _way_back(store, commit)
    return LedgerUntrustedError(
        Phrase("the ledger on {branch} was cut, or replaced by an older one", branch=store.where),
        Phrase(
            "It ends with entry {serial}, but a commit of the branch is signed for entry {floor}. Nothing was sent and "
            "nothing was changed.",
            serial=serial,
            floor=floor,
        ),
        hint,
    )


def _damaged(what: str) -> LedgerCorruptError:
    return LedgerCorruptError(
        Phrase("the ledger is damaged"),
        what,
        Phrase(
            "check what was pushed to the branch last, with git log -p, and restore the commit before"
            " it; or {command}   shows what can be kept",
            command=Command("state repair"),
        ),
    )
