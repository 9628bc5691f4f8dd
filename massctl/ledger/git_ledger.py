"""The git backend: the same lines in the same chain, as a file on a branch that every runner fetches and pushes.

What is durable here is on the remote. Entries that nothing waits for are kept in this process and go with the next push
that something does wait for, or on their own when they have waited long. A push moves the branch from where it was read
to where it was read and our entries, or not at all. A lost race is a LedgerStaleError, and nothing is written on top of
what was not read. A push without a clear answer is looked up: our commit is in the branch's history, or it is not.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from massctl.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerForeignError,
    LedgerMissingError,
    LedgerUnreachableError,
)
from massctl.ledger.aside import aside_name
from massctl.ledger.branch import Branch, Push, Tip
from massctl.ledger.chain import Followed, follow_file
from massctl.ledger.codec import chain_digest, decode, encode
from massctl.ledger.git_files import BESIDE, BODIES, LEDGER, OURS, README, described
from massctl.ledger.local import lineage_of, stale
from massctl.ledger.newest import Mark, note_newest, require_newest, seen_mark
from massctl.model.entries import GENESIS, Created, Entry, NewEntry, is_observed
from massctl.model.phrase import Phrase

PUSHES_MAX: Final = 4
"""So often one commit is pushed while the branch stays where it was and nobody says no."""
PAUSE_SECONDS: Final = (0.5, 2.0, 5.0)
"""Before each further push."""
KEPT_BACK_MAX: Final = timedelta(seconds=20)
"""So long entries may wait for a push that something waits for: what they tell would be found out anew, at a cost."""


class GitLedger:
    """Implements `massctl.apply.ports.Ledger` on a branch; `locks` is where this machine notes how far it has seen."""

    def __init__(self, branch: Branch, locks: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        self._branch = branch
        self._locks = locks
        self._sleep = sleep
        self._tip: Tip | None = None
        self._base: Tip | None = None
        """Where the branch was when what waits was written."""
        self._data = b""
        self._serial = 0
        self._prev = GENESIS
        self._lineage: str | None = None
        self._waiting: list[NewEntry] = []
        """Written, and not pushed yet."""
        self._lines: list[bytes] = []
        """Their lines."""
        self._on_the_way: list[tuple[Tip, list[NewEntry]]] = []
        """Commits that were pushed, and nobody heard whether they arrived; each with its entries."""
        self._files: dict[str, bytes] = {}
        """What goes with the next push beside the ledger, by path."""
        self._there: frozenset[str] | None = None
        """The names in that folder which are on the branch already; None before anybody asked."""

    def read(self, since: int) -> Sequence[Entry]:
        """Fetch and verify the whole chain, and give the entries after `since`; those that wait come last."""
        mark = seen_mark(self._locks)
        return self._read(self._branch.fetch(), since, mark)

    def last_read(self) -> Sequence[Entry] | None:
        """Give the entries as this machine fetched them last, only to be shown; None if it never did."""
        mark = seen_mark(self._locks)
        tip = self._branch.fetched()
        return self._read(tip, 0, mark) if tip else None

    def _read(self, tip: Tip | None, since: int, mark: Mark | None) -> Sequence[Entry]:
        self._tip, self._there = tip, None
        data = self._branch.read(self._tip, LEDGER) if self._tip else None
        found = follow_file(data)
        self._data = data or b""
        _require_whole(self._data, found)
        if found.newline_lost:
            self._data += b"\n"
        self._lineage = lineage_of(found.entries)
        require_newest(mark, self._lineage, len(found.entries), found.digests, self._branch.name)
        self._serial, self._prev, self._lines = len(found.entries), found.prev, []
        if self._lineage is not None:
            self._note()
        arrived = self._arrived()
        self._waiting = [entry for entry in self._waiting if id(entry) not in arrived]
        if self._tip != self._base:
            # Behind what others wrote meanwhile what waits has other serials. What happened is as true as it was;
            # what was decided is not.
            self._waiting = [entry for entry in self._waiting if is_observed(entry.event)]
            self._base = self._tip
        again = self._continued(self._waiting)
        return [*found.entries, *again][since:]

    def append(self, expected_serial: int, entries: Sequence[NewEntry], *, durable: bool) -> Sequence[Entry]:
        """Write entries if nobody else has since they were read; see the port for the promise."""
        if expected_serial != self._serial:
            raise stale(expected_serial)
        if expected_serial == 0 and entries and not isinstance(entries[0].event, Created):
            raise _not_begun(self._branch.name)
        if expected_serial == 0:
            self._require_own_branch()
        before = self._serial, self._prev, list(self._waiting), list(self._lines)
        written = self._continued(entries)
        self._waiting += entries
        if not durable and self._waiting[-1].at - self._waiting[0].at < KEPT_BACK_MAX:
            return written
        try:
            if self._lines:
                self._publish()
        except BaseException:
            # What waited before goes on waiting; these were not written, as far as anybody knows.
            self._serial, self._prev, self._waiting, self._lines = before
            raise
        return written

    def file(self, path: str) -> bytes | None:
        """Give a file that was kept beside the ledger, as of the last `read`; None where there is none."""
        if path in self._files or self._tip is None:
            return self._files.get(path)
        return self._branch.read(self._tip, path)

    def keep_file(self, folder: str, name: str, data: bytes) -> None:
        """Let a file go to the branch with the next entries that do; one that is there already stays as it is."""
        if self._there is None:
            self._there = self._branch.list(self._tip, folder) if self._tip else frozenset()
        if name not in self._there:
            self._files[f"{folder}/{name}"] = data

    @property
    def where(self) -> str:
        """The remote and the branch, for people."""
        return self._branch.name

    def refusal(self) -> LedgerError | None:
        """Say why nothing can be pushed, as far as the remote tells without a push; None too where there is no branch.

        As of the last `read`.
        """
        return self._branch.refusal(self._tip) if self._tip else None

    def as_found(self) -> bytes | None:
        """Fetch, and give the ledger's bytes, whatever they are; None where there is none."""
        self._tip, self._there = self._branch.fetch(), None
        return self._branch.read(self._tip, LEDGER) if self._tip else None

    def bodies(self) -> Iterator[tuple[str, bytes]]:
        """Give the files that are kept beside the ledger, by name, as of the last `read`."""
        tip = self._tip
        for name in sorted(self._branch.list(tip, BODIES)) if tip else ():
            data = self._branch.read(tip, f"{BODIES}/{name}") if tip else None
            if data is not None:
                yield name, data

    def take_over(self, data: bytes, files: Mapping[str, bytes]) -> bool:
        """Let the branch hold another backend's ledger, and the files beside it; False: it does already.

        Raises LedgerForeignError where it holds another ledger, and else as `append` does.
        """
        there = self.as_found() or b""
        if there.startswith(data):
            return False
        if not data.startswith(there):
            raise _holds_another(self._branch.name)
        self._require_own_branch()
        beside = {f"{BODIES}/{name}": content for name, content in files.items()}
        said = f"{LEDGER} came from another backend"
        commit = self._branch.commit(self._tip, {LEDGER: data, BESIDE: README, **beside}, said)
        self._settle(commit)
        return True

    def put_aside(self, now: datetime, expected: bytes | None = None) -> str | None:
        """Rename the ledger on its branch, so that a new one can be begun; gives its new name, or None without one.

        Raises as `append` does, also where it is not `expected` any more.
        """
        data = self.as_found()
        if data is None or self._tip is None:
            return None
        if expected not in (None, data):
            raise stale(self._serial)
        names = self._branch.list(self._tip, "")
        aside = aside_name(LEDGER, now, names.__contains__)
        commit = self._branch.commit(self._tip, {LEDGER: None, aside: data}, f"{LEDGER} is put aside as {aside}")
        self._settle(commit)
        self._tip, self._data, self._serial, self._prev, self._lineage = commit, b"", 0, GENESIS, None
        return aside

    def _require_own_branch(self) -> None:
        """Refuse to begin a ledger on a branch that holds something else; it would still be a fast-forward."""
        names = self._branch.list(self._tip, "") if self._tip else frozenset()
        if any(not name.startswith(OURS) for name in names):
            raise LedgerForeignError(
                Phrase("the branch {branch} holds something else than a ledger", branch=self._branch.name),
                Phrase("Nothing was written to it."),
                Phrase("name a branch that is not there yet under state.branch in massctl.yaml"),
            )

    def _continued(self, entries: Sequence[NewEntry]) -> list[Entry]:
        """Put entries behind what is there, and read them as every reader will."""
        written: list[Entry] = []
        for entry in entries:
            line = encode(entry, self._serial + 1, self._prev)
            written.append(decode(line, self._serial + 1, self._prev))
            self._serial, self._prev = self._serial + 1, chain_digest(line)
            self._lines.append(line)
        return written

    def _publish(self) -> None:
        """Push what waits, and return when it is on the remote."""
        data = self._data + b"".join(line + b"\n" for line in self._lines)
        files: dict[str, bytes | None] = {LEDGER: data, **self._files}
        if self._tip is None:
            files[BESIDE] = README
        commit = self._branch.commit(self._tip, files, described(self._waiting, self._serial))
        self._on_the_way.append((commit, list(self._waiting)))
        self._settle(commit)
        self._on_the_way.clear()  # The branch has moved on: none that was pushed before can arrive any more.
        begun = [entry.event.lineage for entry in self._waiting if isinstance(entry.event, Created)]
        self._lineage = begun[0] if begun else self._lineage
        self._tip = self._base = commit
        self._data, self._waiting, self._lines = data, [], []
        self._note()

    def _arrived(self) -> set[int]:
        """Name the entries that came to the branch with a push of which nobody heard: one that was interrupted."""
        tip, pushed = self._tip, self._on_the_way
        held = [entries for commit, entries in pushed if tip is not None and self._branch.holds(tip, commit)]
        return {id(entry) for entries in held for entry in entries}

    def _settle(self, commit: Tip) -> None:
        """Push a commit until it is known to be on the remote; raises where it is known not to be, or nobody knows."""
        for pause in (*PAUSE_SECONDS, None):
            pushed = self._branch.push(commit)
            if pushed.outcome is Push.DONE:
                return
            if pushed.outcome is Push.REFUSED and pushed.why is not None:
                raise pushed.why
            now = self._looked_up(pushed.why)
            if now is not None and self._branch.holds(now, commit):
                return  # It arrived, and the answer did not.
            if now != self._tip:
                raise stale(self._serial - len(self._lines))
            if pause is None:
                raise pushed.why or _nobody_knows(self._branch.name)
            # The same commit: whichever of its pushes arrives first, the others change nothing.
            self._sleep(pause)

    def _looked_up(self, why: object) -> Tip | None:
        try:
            return self._branch.fetch()
        except LedgerUnreachableError:
            raise (why if isinstance(why, LedgerUnreachableError) else _nobody_knows(self._branch.name)) from None

    def _note(self) -> None:
        """Remember on this machine how far the branch was seen to reach, so that a shorter one is noticed."""
        with contextlib.suppress(OSError):  # As `note_newest`: it is a help, and nothing rests on it.
            self._locks.mkdir(parents=True, exist_ok=True)
        note_newest(self._locks, self._lineage or "", self._serial, self._prev)


def _require_whole(data: bytes, found: Followed) -> None:
    """Refuse a torn last line: a commit is whole or not there, so nobody but a person can have made it."""
    if found.whole_bytes != len(data):
        raise LedgerCorruptError(
            Phrase("the ledger is not what was written"),
            Phrase("Its last line is not whole, and no push leaves such a line. Nothing was sent."),
            Phrase("look what was pushed to the branch last, with git log -p; put back the commit before it"),
        )


def _not_begun(branch: str) -> LedgerMissingError:
    return LedgerMissingError(
        Phrase("there is no ledger on {branch} yet", branch=branch),
        Phrase("Nothing was done."),
        Phrase("massctl state init   begins it"),
    )


def _holds_another(branch: str) -> LedgerForeignError:
    return LedgerForeignError(
        Phrase("{branch} holds another ledger", branch=branch),
        Phrase("Nothing was changed, there or here."),
        Phrase("name another branch: massctl state migrate --to git --branch NAME"),
    )


def _nobody_knows(branch: str) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("nobody knows whether the last entry reached {branch}", branch=branch),
        Phrase("The remote did not answer. Nothing that depends on this entry was done."),
        Phrase("run the same command again: it reads the branch first, and knows what arrived"),
    )
