"""One branch of a git remote that many machines write, through a bare repository of massctl's own in `.massctl/`.

A push is a compare-and-swap with three outcomes. One that ends well has moved the branch from the parent of what was
pushed. One that does not may have moved it all the same: its outcome is looked up, and never assumed.

The user's repository is read for the way to the remote and not written at all: no index, no working tree, no branch, no
HEAD, no ref, no object, no hook, no configuration. What is here is a cache, which may be deleted whenever nothing runs.
A name is compared whole: git itself takes refs/tags/refs/heads/x for refs/heads/x, where there is no such branch.
History is fetched from the first fetch on only, so that a runner with an empty disk fetches the newest commit alone.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import Enum, auto
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from types import MappingProxyType
from typing import Final, NewType

from massctl.errors import LedgerError, LedgerUnreachableError
from massctl.git import NETWORK_SECONDS, Git, GitAnswer
from massctl.ledger.git_remote import (
    Way,
    cannot_push,
    cannot_read,
    git_says,
    is_broken_copy,
    is_race,
    is_refusal,
    name_taken,
    refs_in,
)
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase, system_reason

Tip = NewType("Tip", str)
"""Names a commit, and with it everything on the branch up to it. No two runners ever make the same one."""


class Push(Enum):
    """How a push ended."""

    DONE = auto()
    """The branch is where it was pushed to."""
    REFUSED = auto()
    """The remote will not have it, whatever it is; the branch did not move."""
    LOST = auto()
    """The branch was somewhere else than its parent: another runner was first, or somebody moved it."""
    UNKNOWN = auto()
    """No clear answer; it may have arrived, or still arrive."""


class Pushed(Frozen):
    """How a push ended, and why not well."""

    outcome: Push
    why: LedgerError | None = None
    """None if it is DONE."""
    said: str = ""
    """What git says about it; empty where it is DONE."""


AT_WORK_SECONDS = 300
"""So long another massctl in this folder may fetch or push; longer is a stuck one."""
LOOSE_OBJECTS_MAX = 500
"""So many files git leaves here before it packs them."""

_HEADS = "refs/heads/"
_TIP = "refs/massctl/tip"
_PUSHED = "refs/massctl/push"
_NEXT = "refs/massctl/next"
_HISTORY = "ledger-history.git"
"""Commits without files: what their messages say of a signed ledger."""
_MOVED = (" ", "*", "=")
"""How git marks a branch that is where it was pushed to: moved, new, or there already."""
_BLOB = re.compile(rb" blob ([0-9]+)\Z")
_AUTHOR = "massctl <massctl@localhost>"
_OURS = (
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("fetch.fsckObjects", "true"),
    ("fetch.writeCommitGraph", "false"),
    ("push.pushOption", ""),
    ("core.logAllRefUpdates", "false"),
)
"""What a user's or the system's settings may say otherwise, and what would do more than is asked here."""


class GitBranch:
    """The branch; `folder` is the bare repository, which is made when it is first needed."""

    def __init__(
        self,
        folder: Path,
        way: Way,
        branch: str,
        tell: Callable[[Phrase], None] = lambda _: None,
        *,
        ref: str = "",
        is_ledger: bool = True,
    ) -> None:
        """Name the branch; `ref` is another ref of the remote to read in its place, such as refs/pull/7/head.

        `is_ledger`: whether it holds the ledger, for what is said if it cannot be read.
        """
        self._tell = tell
        self._folder = folder
        self._way = way
        self._branch = ref or f"refs/heads/{branch}"
        self._nonce = secrets.token_hex(16)
        settings = (*way.settings, *_OURS)
        self._is_ledger = is_ledger
        self.name: Final = ref or f"{way.remote}/{branch}"
        waiting = Phrase("waiting for {branch} at {address}", branch=self.name, address=way.address)
        self._git = Git(way.folder, way.environment, settings, lambda: tell(waiting))

    def fetch(self, *, forget: bool = True) -> Tip | None:
        """Return the commit of the remote's branch; None if the branch does not exist. Raises LedgerUnreachableError.

        Remembers the commit for verbs that only show something while the remote is unreachable. Without `forget` it is
        also remembered after the branch was deleted.
        """
        with self._alone():
            there = self._fetch()
            if not there.done and is_broken_copy(there):
                self._tell(
                    Phrase(
                        "the copy of {branch} in .massctl/ is broken: making it again",
                        branch=self.name,
                    )
                )
                rmtree(self._folder)
                self._begin()
                there = self._fetch()
            tip = self._just_fetched() if there.done else None
            if tip is not None:
                there = self._run("update-ref", _TIP, tip) if tip != self.fetched() else there
                self._tidy()
            elif there.done or f"couldn't find remote ref {self._branch}" in there.said:
                if forget:
                    self._run("update-ref", "-d", _TIP)
                return None
            if not there.done:
                raise self._cannot_read(there)
            return tip

    def _fetch(self) -> GitAnswer:
        """Fetch the branch, or what git takes for it, into FETCH_HEAD."""
        deep = () if self.fetched() else ("--depth=1",)
        return self._run(
            *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--refmap="),
            *(*deep, "--", self._way.remote, self._branch),
            seconds=NETWORK_SECONDS,
        )

    def _just_fetched(self) -> Tip | None:
        """Return the commit in FETCH_HEAD; None if it is that of a ref with another name."""
        commit, _, told = (
            (self._folder / "FETCH_HEAD").read_text("utf-8", errors="replace").partition("\t")
        )
        name = self._branch.removeprefix(_HEADS)
        expected = f"'{name}' of " if name == self._branch else f"branch '{name}' of "
        return Tip(commit) if told.lstrip("\t").startswith(expected) else None

    def below(self) -> Mapping[str, str]:
        """Return the branches of the remote below this one's name, such as massctl-stop/x, with their commits.

        git keeps no branch beside them. Raises LedgerUnreachableError.
        """
        listed = self._git.run(
            "ls-remote", "--", self._way.remote, f"{self._branch}/*", seconds=NETWORK_SECONDS
        )
        if not listed.done:
            raise self._cannot_read(listed)
        found = refs_in(listed.out)
        return {
            ref.removeprefix(_HEADS): found[ref]
            for ref in found
            if ref.startswith(f"{self._branch}/")
        }

    def fetched(self) -> Tip | None:
        """Return where it was when this machine fetched or pushed it last; None if it never did."""
        if not (self._folder / "objects").is_dir():
            return None
        found = self._run("rev-parse", "--verify", "--quiet", f"{_TIP}^{{commit}}")
        return Tip(found.out.decode("ascii").strip()) if found.done else None

    def read(self, tip: Tip, paths: Sequence[str]) -> list[bytes | None]:
        """Return the files at `tip`, in the order of `paths`; None for a missing file."""
        found = self._run(
            "cat-file", "--batch", given="".join(f"{tip}:{path}\n" for path in paths).encode()
        )
        contents: list[bytes | None] = []
        start = 0
        while found.done and (stop := found.out.find(b"\n", start)) >= 0:
            head = found.out[start:stop]
            size = _BLOB.search(head)
            if size is None and not head.endswith(b" missing"):
                break
            start = stop + 1 + (int(size[1]) + 1 if size else 0)
            contents.append(found.out[stop + 1 : start - 1] if size else None)
        if len(contents) != len(paths) or start != len(found.out):
            raise self._cannot_read(found)
        return contents

    def message(self, tip: Tip) -> str:
        """Return the message of the commit `tip`, which was fetched."""
        return (
            self._run("cat-file", "commit", tip)
            .out.decode("utf-8", errors="replace")
            .partition("\n\n")[2]
        )

    def messages(self, tip: Tip, since: Tip | None) -> Sequence[tuple[Tip, str]]:
        """Return the commits up to `tip` with their messages, the newest first; those behind `since` where it is known.

        A repository of its own has all commits without their files: the copy of the branch has those since its first
        fetch only. Raises LedgerUnreachableError.
        """
        if since is not None and self.holds(tip, since):
            return self._messages(self._run, f"{since}..{tip}")
        with self._alone():
            history = self._folder.with_name(_HISTORY)
            if not (history / "HEAD").is_file():
                self._begin(history)
            fetched = self._git.run(
                *(
                    f"--git-dir={history}",
                    "fetch",
                    "--quiet",
                    "--no-tags",
                    "--no-write-fetch-head",
                    "--refmap=",
                ),
                *(
                    "--filter=tree:0",
                    "--no-recurse-submodules",
                    "--",
                    self._way.remote,
                    f"+{self._branch}:{_TIP}",
                ),
                seconds=NETWORK_SECONDS,
            )
            if not fetched.done:
                raise self._cannot_read(fetched)
            return self._messages(lambda *words: self._git.run(f"--git-dir={history}", *words), tip)

    def _messages(self, run: Callable[..., GitAnswer], commits: str) -> Sequence[tuple[Tip, str]]:
        found = run("log", "--no-show-signature", "--format=tformat:%H%n%B", "-z", commits)
        if not found.done:
            raise self._cannot_read(found)
        told = found.out.decode("utf-8", errors="replace").split("\0")
        lines = [each.partition("\n") for each in told if each]
        return [(Tip(commit), message) for commit, _, message in lines]

    def list(self, tip: Tip, folder: str) -> Mapping[str, str]:
        """Return what is in a folder at `tip`, by name: the object that holds it. The top where `folder` is empty."""
        found = self._run("ls-tree", "-z", f"{tip}:{folder}")
        if not found.done and "Not a valid object name" not in found.said:
            raise self._cannot_read(found)
        lines = [
            line.partition("\t")
            for line in found.out.decode("utf-8", errors="replace").split("\0")[:-1]
        ]
        return {name: told.rpartition(" ")[2] for told, _, name in lines}

    def files(self, tip: Tip) -> Mapping[str, str]:
        """Return every file at `tip` by its path: its mode, such as 100644, or 120000 for a link."""
        found = self._run("ls-tree", "-r", "-z", tip)
        if not found.done:
            raise self._cannot_read(found)
        lines = [
            line.partition("\t")
            for line in found.out.decode("utf-8", errors="surrogateescape").split("\0")[:-1]
        ]
        return {path: told.partition(" ")[0] for told, _, path in lines}

    def write_out(self, tip: Tip, paths: Sequence[str], folder: Path) -> None:
        """Write files of `tip` into an existing folder, byte for byte: no attribute of git changes one.

        What says how git changes files in a checkout (.gitattributes) has to be written by itself.
        """
        with self._alone():
            found = self._run("ls-tree", "-r", "-z", tip)
            wanted = {path.encode("utf-8", errors="surrogateescape") for path in paths}
            lines = [line for line in found.out.split(b"\0") if line.partition(b"\t")[2] in wanted]
            work = f"--work-tree={folder}"
            steps = (
                self._run("read-tree", "--empty"),
                self._run(
                    "update-index",
                    "-z",
                    "--index-info",
                    given=b"".join(line + b"\0" for line in lines),
                ),
                self._run(
                    work,
                    "-c",
                    "core.autocrlf=false",
                    "checkout-index",
                    "--all",
                    "--quiet",
                    "--force",
                ),
            )
        failed = next((each for each in (found, *steps) if not each.done), None)
        if failed is not None:
            raise self._cannot_read(failed)

    def attributes(
        self, paths: Sequence[str], names: Sequence[str], folder: Path
    ) -> Sequence[tuple[str, str, str]]:
        """Return what the .gitattributes in a folder say of its files: path, attribute, value."""
        given = b"".join(path.encode("utf-8", errors="surrogateescape") + b"\0" for path in paths)
        git = Git(folder, self._git.environment)
        found = git.run(
            *(
                f"--git-dir={self._folder}",
                f"--work-tree={folder}",
                "check-attr",
                "-z",
                "--stdin",
                *names,
            ),
            given=given,
        )
        if not found.done:
            raise self._cannot_read(found)
        told = found.out.decode("utf-8", errors="surrogateescape").split("\0")[:-1]
        return tuple(zip(told[::3], told[1::3], told[2::3], strict=True))

    def commit(
        self,
        parent: Tip | None,
        files: Mapping[str, bytes | None],
        said: str,
        moved: Mapping[str, str] = MappingProxyType({}),
        trees: Mapping[str, str] = MappingProxyType({}),
    ) -> Tip:
        """Make a commit after `parent`, here and nowhere else: its files, with those of `files` written or removed.

        First what `moved` names, a file or a folder, gets another path, and `trees` are put in: whole folders by the
        objects that hold them. A word that only this process knows is in the
        commit, so that it is nobody else's by chance.
        """
        message = f"{said}\n\nRunner: {self._nonce}\n".encode()
        lines = [f"reset {_NEXT}\n", f"commit {_NEXT}\nmark :1\ncommitter {_AUTHOR} now\n"]
        stream = [*(line.encode() for line in lines), b"data %d\n%s\n" % (len(message), message)]
        if parent is not None:
            stream.append(f"from {parent}\n".encode())
        stream += [f"R {old} {new}\n".encode() for old, new in moved.items()]
        stream += [f"M 040000 {tree} {path}\n".encode() for path, tree in trees.items()]
        for path, content in files.items():
            if content is None:
                stream.append(f"D {path}\n".encode())
            else:
                stream += [
                    f"M 100644 inline {path}\ndata {len(content)}\n".encode(),
                    content,
                    b"\n",
                ]
        with self._alone():
            made = self._run(
                *("fast-import", "--quiet", "--force", "--date-format=now"),
                given=b"".join([*stream, b"get-mark :1\ndone\n"]),
            )
        if not made.done:
            raise LedgerUnreachableError(
                Phrase("the ledger's next entry cannot be made into a commit"),
                Phrase(
                    "git says: “{words}”. Nothing that depends on it was done.", words=made.words
                ),
                Phrase(
                    "Make .massctl/ writable and free some disk space, then run the same command again."
                ),
            )
        return Tip(made.out.decode("ascii").strip())

    def push(self, tip: Tip) -> Pushed:
        """Move the remote's branch to `tip`, if it is at the parent of `tip`. Without force, the remote compares."""
        said, line = self._push_exactly(tip)
        if said.done and line[:1] in _MOVED:
            self._run("update-ref", _TIP, tip)
            return Pushed(Push.DONE)
        return self._not_pushed(said, line)

    def replace(self, before: Tip | None, tip: Tip) -> Pushed:
        """Put `tip` in the place of all that the remote's branch has, if that is still at `before`."""
        lease = f"--force-with-lease={self._branch}:{before or ''}"
        said, line = self._push_exactly(tip, lease)
        done = said.done and line[:1] in (*_MOVED, "+")
        return Pushed(Push.DONE) if done else self._not_pushed(said, line)

    def delete(self, tip: Tip) -> Pushed:
        """Delete the remote's branch, if it is still at `tip`."""
        said, line = self._push(f":{self._branch}", f"--force-with-lease={self._branch}:{tip}")
        return (
            Pushed(Push.DONE)
            if said.done and line.startswith("-")
            else self._not_pushed(said, line)
        )

    def _not_pushed(self, said: GitAnswer, line: str) -> Pushed:
        why, told = self._cannot_push(said, line), git_says(said, line)
        if "[remote rejected]" in line and (blocked := self._blocked()) is not None:
            return Pushed(Push.REFUSED, blocked, told)
        if line.startswith("!") and is_race(line):
            return Pushed(Push.LOST, why, told)
        if is_refusal(said, line):
            return Pushed(Push.REFUSED, why, told)
        return Pushed(Push.UNKNOWN, why, told)

    def _blocked(self) -> LedgerUnreachableError | None:
        """Return which branch keeps this one from being made; None if there is none, or nobody can tell."""
        with suppress(LedgerUnreachableError):
            for name in self.below():
                return name_taken(self._way.remote, self._branch.removeprefix(_HEADS), name)
        return None

    def refusal(self, tip: Tip | None) -> LedgerUnreachableError | None:
        """Return why the branch at `tip` cannot be pushed to, as far as the remote says without a push."""
        if tip is None:
            return self._blocked()
        said, line = self._push_exactly(tip, "--dry-run")
        return None if said.done and line[:1] in _MOVED else self._cannot_push(said, line)

    def _push_exactly(self, tip: Tip, *more: str) -> tuple[GitAnswer, str]:
        """Push to the branch of exactly this name: only a pattern keeps git from looking for one that is like it."""
        place = f"{_PUSHED}/{sha256(self._branch.encode()).hexdigest()[:16]}"
        named = self._run("update-ref", f"{place}/{self._branch.removeprefix(_HEADS)}", tip)
        return self._push(f"{place}/*:{_HEADS}*", *more) if named.done else (named, "")

    def _push(self, refspec: str, *more: str) -> tuple[GitAnswer, str]:
        """Push, and give what git says of the branch, a line of its porcelain format; empty where it says nothing."""
        with self._alone():
            said = self._run(
                *(
                    "push",
                    "--porcelain",
                    "--no-verify",
                    "--no-signed",
                    "--no-follow-tags",
                    "--recurse-submodules=no",
                ),
                *(*more, "--", self._way.remote, refspec),
                seconds=NETWORK_SECONDS,
            )
        lines = said.out.decode("utf-8", "replace").splitlines()
        return said, next((each for each in lines if self._branch in each), "")

    def holds(self, tip: Tip, commit: Tip) -> bool:
        """Whether `commit` is in the history of `tip`, which was fetched."""
        return self._run("merge-base", "--is-ancestor", commit, tip).done

    def _run(self, *arguments: str, given: bytes = b"", seconds: float | None = None) -> GitAnswer:
        here = f"--git-dir={self._folder}"
        return self._git.run(
            here, *arguments, given=given, **({"seconds": seconds} if seconds else {})
        )

    def _tidy(self) -> None:
        loose = sum(1 for _ in (self._folder / "objects").glob("[0-9a-f][0-9a-f]/*"))
        if loose > LOOSE_OBJECTS_MAX:
            # Another process may be about to push what it has just made.
            self._run("gc", "--quiet", "--prune=1.hour.ago", seconds=NETWORK_SECONDS)

    def _cannot_read(self, said: GitAnswer) -> LedgerUnreachableError:
        return cannot_read(said, self.name, self._way.address, is_ledger=self._is_ledger)

    def _cannot_push(self, said: GitAnswer, line: str) -> LedgerUnreachableError:
        return cannot_push(said, line, self.name, self._way.address, is_ledger=self._is_ledger)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time work in the bare repository, which is made here where there is none yet."""
        from filelock import FileLock, Timeout

        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(
                self._folder.with_name(f"{self._folder.name}.lock"), timeout=AT_WORK_SECONDS
            ):
                if not (self._folder / "HEAD").is_file():
                    self._begin()
                yield
        except Timeout:
            raise LedgerUnreachableError(
                Phrase(
                    "another massctl in this folder is using the ledger's branch, and does not end"
                ),
                Phrase("Nothing that depends on it was done."),
                Phrase("Wait until it has ended, then run the same command again."),
            ) from None
        except OSError as error:
            raise _unusable_copy(
                Phrase("{why}. Nothing that depends on it was done.", why=system_reason(error))
            ) from None

    def _begin(self, folder: Path | None = None) -> None:
        """Make the bare repository: without a template, so without hooks, and with the names of the user's objects."""
        folder = folder or self._folder
        told = self._git.run("rev-parse", "--show-object-format")
        names = told.out.decode("ascii", "replace").strip() if told.done else "sha1"
        made = self._git.run(
            "init", "--quiet", "--bare", "--template=", f"--object-format={names}", str(folder)
        )
        if not made.done:
            raise _unusable_copy(
                Phrase(
                    "git says: “{words}”. Nothing that depends on it was done.", words=made.words
                )
            )


def _unusable_copy(why: Phrase) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("the copy of the ledger's branch in .massctl/ cannot be used"),
        why,
        Phrase("Make .massctl/ writable, then run the same command again."),
    )
