"""One branch of a git remote, through a bare repository of massctl's own in `.massctl/ledger.git`.

The user's repository is read for the way to the remote and not written at all: no index, no working tree, no branch, no
HEAD, no ref, no object, no hook, no configuration. What is here is a cache, which may be deleted whenever nothing runs.
History is fetched from the first fetch on only, so that a runner with an empty disk fetches the newest commit alone.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import Final

from massctl.errors import LedgerUnreachableError
from massctl.ledger.branch import Push, Pushed, Tip
from massctl.ledger.git_faults import cannot_push, cannot_read, is_broken_copy, is_race, is_refusal
from massctl.ledger.git_run import NETWORK_SECONDS, Git, GitAnswer
from massctl.ledger.git_way import Way
from massctl.model.phrase import Phrase, system_reason

AT_WORK_SECONDS: Final = 300
"""So long another massctl in this folder may fetch or push; longer is a stuck one."""
LOOSE_OBJECTS_MAX: Final = 500
"""So many files git leaves here before it packs them."""

_TIP: Final = "refs/massctl/tip"
_NEXT: Final = "refs/massctl/next"
_MOVED: Final = (" ", "*", "=")
"""How git marks a branch that is where it was pushed to: moved, new, or there already."""
_AUTHOR: Final = "massctl <massctl@localhost>"
_OURS: Final = (
    ("core.hooksPath", "/dev/null"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("fetch.fsckObjects", "true"),
    ("fetch.writeCommitGraph", "false"),
    ("push.gpgSign", "false"),
    ("push.pushOption", ""),
    ("core.logAllRefUpdates", "false"),
)
"""What a user's or the system's settings may say otherwise, and what would do more than is asked here."""


class GitBranch:
    """Implements `massctl.ledger.branch.Branch`; `folder` is the bare repository, made when it is first needed."""

    def __init__(
        self,
        folder: Path,
        way: Way,
        branch: str,
        environment: Mapping[str, str],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._tell = tell
        self._folder = folder
        self._way = way
        self._branch = f"refs/heads/{branch}"
        self._nonce = secrets.token_hex(16)
        settings = (*way.settings, *_OURS)
        self.name: Final = f"{way.remote}/{branch}"
        waiting = Phrase("waiting for {branch} at {address}", branch=self.name, address=way.address)
        self._git = Git(way.folder, environment, settings, way.secrets, lambda: tell(waiting))

    def fetch(self) -> Tip | None:
        """See `Branch`; keeps where it was, for a verb that only shows something while the remote is out of reach."""
        with self._alone():
            there = self._fetch()
            if not there.done and is_broken_copy(there):
                self._tell(Phrase("the copy of {branch} in .massctl/ is broken: making it anew", branch=self.name))
                rmtree(self._folder)
                self._begin()
                there = self._fetch()
            if there.done:
                self._tidy()
                return self.fetched()
            if f"couldn't find remote ref {self._branch}" in there.said:
                self._run("update-ref", "-d", _TIP)
                return None
            raise cannot_read(there, self.name, self._way.address)

    def _fetch(self) -> GitAnswer:
        deep = () if self.fetched() else ("--depth=1",)
        return self._run(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap="),
            *(*deep, "--", self._way.remote, f"+{self._branch}:{_TIP}"),
            seconds=NETWORK_SECONDS,
        )

    def fetched(self) -> Tip | None:
        """See `Branch`."""
        if not (self._folder / "objects").is_dir():
            return None
        found = self._run("rev-parse", "--verify", "--quiet", f"{_TIP}^{{commit}}")
        return Tip(found.out.decode("ascii").strip()) if found.done else None

    def read(self, tip: Tip, path: str) -> bytes | None:
        """See `Branch`."""
        found = self._run("cat-file", "--batch", given=f"{tip}:{path}\n".encode())
        head, _, content = found.out.partition(b"\n")
        if not found.done or not head.endswith((b" missing", b"blob %d" % (len(content) - 1))):
            raise cannot_read(found, self.name, self._way.address)
        return None if head.endswith(b" missing") else content[:-1]

    def list(self, tip: Tip, folder: str) -> frozenset[str]:
        """See `Branch`."""
        found = self._run("ls-tree", "-z", "--name-only", f"{tip}:{folder}")
        if not found.done and "Not a valid object name" not in found.said:
            raise cannot_read(found, self.name, self._way.address)
        return frozenset(found.out.decode("utf-8", errors="replace").split("\0")[:-1])

    def commit(self, parent: Tip | None, files: Mapping[str, bytes | None], said: str) -> Tip:
        """See `Branch`. A word that only this process knows is in it, so that it is nobody else's by chance."""
        message = f"{said}\n\nRunner: {self._nonce}\n".encode()
        lines = [f"reset {_NEXT}\n", f"commit {_NEXT}\nmark :1\ncommitter {_AUTHOR} now\n"]
        stream = [*(line.encode() for line in lines), b"data %d\n%s\n" % (len(message), message)]
        if parent is not None:
            stream.append(f"from {parent}\n".encode())
        for path, content in files.items():
            if content is None:
                stream.append(f"D {path}\n".encode())
            else:
                stream += [f"M 100644 inline {path}\ndata {len(content)}\n".encode(), content, b"\n"]
        with self._alone():
            made = self._run(
                *("fast-import", "--quiet", "--force", "--date-format=now"),
                given=b"".join([*stream, b"get-mark :1\ndone\n"]),
            )
        if not made.done:
            raise LedgerUnreachableError(
                Phrase("the ledger's next entry cannot be made into a commit"),
                Phrase("git says: “{words}”. Nothing that depends on it was done.", words=made.words),
                Phrase("Make .massctl/ writable and the disk not full, then run the same command again."),
            )
        return Tip(made.out.decode("ascii").strip())

    def push(self, tip: Tip) -> Pushed:
        """See `Branch`. Without force, the remote compares: it takes only what follows from where it is."""
        said, line = self._push(tip)
        if said.done and line[:1] in _MOVED:
            self._run("update-ref", _TIP, tip)
            return Pushed(Push.DONE)
        why = cannot_push(said, line, self.name, self._way.address)
        if line.startswith("!") and is_race(line):
            return Pushed(Push.LOST, why)
        if (line.startswith("!") and "[remote rejected]" in line) or is_refusal(said):
            return Pushed(Push.REFUSED, why)
        return Pushed(Push.UNKNOWN, why)

    def refusal(self, tip: Tip) -> LedgerUnreachableError | None:
        """See `Branch`: who may not push is told when the connection is made."""
        said, line = self._push(tip, "--dry-run")
        return None if said.done and line[:1] in _MOVED else cannot_push(said, line, self.name, self._way.address)

    def _push(self, tip: Tip, *more: str) -> tuple[GitAnswer, str]:
        """Push, and give what git says of the branch, a line of its porcelain format; empty where it says nothing."""
        with self._alone():
            said = self._run(
                *("push", "--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no"),
                *(*more, "--", self._way.remote, f"{tip}:{self._branch}"),
                seconds=NETWORK_SECONDS,
            )
        lines = said.out.decode("utf-8", "replace").splitlines()
        return said, next((each for each in lines if self._branch in each), "")

    def holds(self, tip: Tip, commit: Tip) -> bool:
        """See `Branch`."""
        return self._run("merge-base", "--is-ancestor", commit, tip).done

    def _run(self, *arguments: str, given: bytes = b"", seconds: float | None = None) -> GitAnswer:
        here = f"--git-dir={self._folder}"
        return self._git.run(here, *arguments, given=given, **({"seconds": seconds} if seconds else {}))

    def _tidy(self) -> None:
        """Pack what many small commits left here; the newest copy of the ledger is in each of them."""
        loose = sum(1 for _ in (self._folder / "objects").glob("[0-9a-f][0-9a-f]/*"))
        if loose > LOOSE_OBJECTS_MAX:
            # Another process may be about to push what it has just made.
            self._run("gc", "--quiet", "--prune=1.hour.ago", seconds=NETWORK_SECONDS)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time work in the bare repository, which is made here where there is none yet."""
        from filelock import FileLock, Timeout

        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._folder.with_name(f"{self._folder.name}.lock"), timeout=AT_WORK_SECONDS):
                if not (self._folder / "HEAD").is_file():
                    self._begin()
                yield
        except Timeout:
            raise LedgerUnreachableError(
                Phrase("another massctl in this folder reads or writes the ledger's branch, and does not end"),
                Phrase("Nothing that depends on it was done."),
                Phrase("Wait until it has ended, then run the same command again."),
            ) from None
        except OSError as error:
            raise LedgerUnreachableError(
                Phrase("the copy of the ledger's branch in .massctl/ cannot be used"),
                Phrase("{why}. Nothing that depends on it was done.", why=system_reason(error)),
                Phrase("Make .massctl/ writable, then run the same command again."),
            ) from None

    def _begin(self) -> None:
        """Make the bare repository: without a template, so without hooks, and with the names of the user's objects."""
        told = self._git.run("rev-parse", "--show-object-format")
        names = told.out.decode("ascii", "replace").strip() if told.done else "sha1"
        made = self._git.run("init", "--quiet", "--bare", "--template=", f"--object-format={names}", str(self._folder))
        if not made.done:
            raise LedgerUnreachableError(
                Phrase("the copy of the ledger's branch in .massctl/ cannot be used"),
                Phrase("git says: “{words}”. Nothing that depends on it was done.", words=made.words),
                Phrase("Make .massctl/ writable, then run the same command again."),
            )
