"""The team's repository: letters on branches of their own, and what the team merged.

A letter's folder is committed on top of the branch that sends, without touching the checkout.

The commit is made in the object store (`git fast-import`), so neither the branch that is checked out nor the index
moves, and no hook runs. `letter/NAME` is pushed and deleted with a lease on the commit whose files are here: what
somebody else pushed meanwhile is never lost.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from massctl.errors import LedgerUnreachableError, RefusedError
from massctl.forge.protection import owners_of
from massctl.git import LOCAL_SECONDS, NETWORK_SECONDS, Git, GitAnswer
from massctl.ledger.git_remote import git_says, refs_in, way_of
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile

_NEXT = "refs/massctl/desk/next"
"""Where a commit is made; it is pushed from there, and the ref is overwritten by the next."""
_KNOWN = "refs/massctl/desk/known"
"""Below it stand the commits of letters' branches whose files are in this working copy."""
_FETCHED = "refs/massctl/desk/remote"
"""Below it stands what was fetched."""
_OWNERS_FILES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where forges look for it."""
_FILE_MODES = {"100644": 0o644, "100755": 0o755}
_OWNER_RUNS = 0o100
FolderFiles = dict[str, tuple[str, bytes]]
"""Mode and content by path, from the top of the working copy."""
_NO_MODE = "000000"
"""What git writes of a file that is not there."""
_PUSHED = frozenset(" *+=")
"""The first sign of a line of `git push --porcelain`, where the branch is as we want it."""
_OF_THE_SYSTEM = re.compile(r"(?:.*/)?\.(?:DS_Store|_[^/]*)")
"""Hidden files that macOS writes into every folder."""
_MOVED_ON = re.compile(r"\[rejected\]|stale info|fetch first|non-fast-forward")
"""git's words where somebody pushed meanwhile."""
_NETWORK = re.compile(
    r"could not resolve|failed to connect|connection (?:refused|reset|closed|timed out)|timed out|early EOF"
    r"|network is unreachable|no route to host|unexpected disconnect|returned error: 5\d\d",
    re.I,
)
"""git's words for what passes."""


def branch_of(letter: CampaignName) -> str:
    """Return the branch on which a letter is reviewed."""
    return f"letter/{letter}"


class Author(Frozen):
    """Who writes at this desk, as git names people."""

    name: str
    email: str

    def __str__(self) -> str:
        """Return the line that a commit has."""
        return f"{self.name} <{self.email}>"


class Tips(Frozen):
    """The newest commits of the remote's branches."""

    main: str
    """The commit of the branch that sends."""
    letter: str | None
    """The commit of the letter's branch; None if there is none."""


class MergedFile(Frozen):
    """A file that was changed, added or removed between two commits."""

    path: str
    """From the top of the working copy."""
    mode: int
    """Of the new file."""
    before: bytes | None
    after: bytes | None
    """None: it is not there."""


class Pushed(Frozen):
    """A letter on its branch."""

    branch: str
    commit: str
    is_new: bool
    """False: the branch had exactly this already."""


class TeamRepository:
    """The branches of the letters of one working copy. Every method raises LedgerUnreachableError."""

    def __init__(self, root: Path, settings: MassctlFile, environment: Mapping[str, str]) -> None:
        self._root: Final = root
        self._settings: Final = settings
        self._environment: Final = environment
        self._remote: Final = settings.state.remote

    @property
    def main(self) -> str:
        """Return the branch that sends."""
        return self._settings.policy.branch or "main"

    @property
    def address(self) -> str:
        """Return the address of the remote, without a login."""
        return way_of(self._root, self._settings, self._environment).address

    def author(self) -> Author:
        """Return who git says works here; raise RefusedError if it does not know."""
        git = self._git()
        said = [git.run("config", key).out.decode().strip() for key in ("user.name", "user.email")]
        if not all(said) or any(sign in each for each in said for sign in "<>\n"):
            raise RefusedError(
                Phrase("git does not know who you are"),
                Phrase("Nothing was committed."),
                Phrase(
                    'git config --global user.name "NAME"   and user.email, then press the button again'
                ),
            )
        return Author(*said)

    def fetch_tips(self, letter: CampaignName) -> Tips:
        """Ask the remote where its branches stand, and fetch them."""
        git = self._to_remote()
        heads = [f"refs/heads/{each}" for each in (self.main, branch_of(letter))]
        asked = git.run("ls-remote", "--", self._remote, *heads, seconds=NETWORK_SECONDS)
        found = refs_in(self._done(asked).out)
        if heads[0] not in found:
            raise LedgerUnreachableError(
                Phrase("the remote has no branch {branch}", branch=self.main),
                Phrase("Nothing was committed."),
                Phrase("ask an engineer: `policy.branch` in massctl.yaml names the branch"),
            )
        wanted = [each for each in heads if each in found]
        specs = [f"+{each}:{_FETCHED}/{each.removeprefix('refs/heads/')}" for each in wanted]
        fetch = "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", self._remote
        self._done(git.run(*fetch, *specs, seconds=NETWORK_SECONDS))
        return Tips(found[heads[0]], found.get(heads[1]))

    def push(
        self, letter: CampaignName, folder: str, files: FolderFiles, said: str, author: Author
    ) -> Pushed:
        """Commit what the letter's folder had on its branch as `author`, and push it.

        `folder` is its path from the top of the working copy, and `files` is what `files` gave. Raises RefusedError
        where somebody else pushed to the branch meanwhile.
        """
        now = self.fetch_tips(letter)
        branch = branch_of(letter)
        if now.letter is not None:
            self._require_known(letter, now.letter)
        begins_anew = now.letter is None or self._is_within(now.letter, now.main)
        # The files here come from the commit that both have: what was merged since and not brought is not undone.
        base = self._told("merge-base", "HEAD", now.main)
        parent = base if now.letter is None or begins_anew else now.letter
        prefix = self._told("rev-parse", "--show-prefix")
        commit = self._commit(parent, f"{prefix}{folder}", files, said, author, prefix)
        if self._told("rev-parse", f"{commit}^{{tree}}") == self._told(
            "rev-parse", f"{parent}^{{tree}}"
        ):
            return Pushed(branch, parent, is_new=False)
        lease = f"--force-with-lease=refs/heads/{branch}:{now.letter or ''}"
        pushed = self._to_remote().run(
            *("push", "--porcelain", lease, "--", self._remote, f"{commit}:refs/heads/{branch}"),
            seconds=NETWORK_SECONDS,
        )
        lines = pushed.out.decode("utf-8", "replace").splitlines()
        line = next((each for each in lines if f":refs/heads/{branch}\t" in each), "")
        if not pushed.done or line[:1] not in _PUSHED:
            raise RefusedError(
                Phrase("the remote did not take the branch {branch}", branch=branch),
                _kept(pushed, line),
                advice_on(pushed, line),
            )
        self.know(letter, commit)
        return Pushed(branch, commit, is_new=True)

    def known(self, letter: CampaignName) -> str | None:
        """Return the commit of the letter's branch that is in this working copy; None if none is."""
        found = self._git().run("rev-parse", "--verify", "-q", f"{_KNOWN}/{letter}")
        return found.out.decode("ascii").strip() if found.done else None

    def know(self, letter: CampaignName, commit: str) -> None:
        """Note that the files of a commit of the letter's branch are in this working copy."""
        self._done(self._git().run("update-ref", f"{_KNOWN}/{letter}", commit))

    def _require_known(self, letter: CampaignName, commit: str) -> None:
        if commit != self.known(letter):
            raise RefusedError(
                Phrase("somebody else pushed to {branch}", branch=branch_of(letter)),
                Phrase("The branch is as it was."),
                Phrase("press the button again: it brings that here first"),
            )

    def pushed_by_others(self, letter: CampaignName) -> tuple[str, str] | None:
        """Return the commits between which others pushed to the letter's branch; None if nobody did."""
        now = self.fetch_tips(letter)
        if now.letter is None or now.letter == self.known(letter):
            return None
        known = self.known(letter)
        if known is None or not self._is_within(known, now.letter):
            known = self._told("merge-base", now.main, now.letter)
        return known, now.letter

    def remove(self, letter: CampaignName, folder: str) -> None:
        """Delete the letter's branch on the remote; one that is gone is none.

        Raises RefusedError where it has a commit, or files of another folder, that are not in this working copy.
        """
        now = self.fetch_tips(letter)
        if now.letter is None:
            return
        self._require_known(letter, now.letter)
        if outside := self._outside(folder, now.main, now.letter):
            raise RefusedError(
                Phrase(
                    "{branch} changes {path} too, which is no file of this letter",
                    branch=branch_of(letter),
                    path=outside,
                ),
                Phrase("The branch is as it was."),
                Phrase("ask whoever pushed it; an engineer can delete the branch"),
            )
        branch = f"refs/heads/{branch_of(letter)}"
        lease = f"--force-with-lease={branch}:{now.letter}"
        self._done(
            self._to_remote().run(
                *("push", "--porcelain", lease, "--", self._remote, f":{branch}"),
                seconds=NETWORK_SECONDS,
            )
        )

    def _outside(self, folder: str, main: str, letter: str) -> str:
        """Return a file that a letter's branch changes outside of its folder; empty if there is none."""
        base = self._told("merge-base", main, letter)
        own = f"{self._told('rev-parse', '--show-prefix')}{folder}"
        return self._told(
            *(
                "diff-tree",
                "-r",
                "--name-only",
                base,
                letter,
                "--",
                ":(top)",
                f":(top,exclude){own}",
            )
        ).partition("\n")[0]

    def letters(self) -> dict[str, str]:
        """Return the letters that have a branch on the remote, and where it stands."""
        pattern = f"refs/heads/{branch_of(CampaignName('*'))}"
        asked = self._to_remote().run(
            "ls-remote", "--", self._remote, pattern, seconds=NETWORK_SECONDS
        )
        found = refs_in(self._done(asked).out)
        return {ref.removeprefix("refs/heads/letter/"): tip for ref, tip in found.items()}

    def head_and_main(self) -> tuple[str, str | None]:
        """Return the commit that is checked out, and the one that the team sends from.

        The second is None where this checkout is of another branch, or has commits that are not merged.
        """
        here = self._told("rev-parse", "HEAD")
        branch = self._git().run("symbolic-ref", "--short", "-q", "HEAD")
        now = self.fetch_tips(CampaignName("-"))
        is_main = branch.out.decode("utf-8", "replace").strip() == self.main
        return here, now.main if is_main and self._is_within(here, now.main) else None

    def changes(self, old: str, new: str, folder: str = ".") -> list[MergedFile]:
        """Return what differs between two commits below a folder; raise RefusedError for what is no file (a link)."""
        listed = self._done(
            self._git().run(
                *(
                    "diff-tree",
                    "-r",
                    "-z",
                    "--raw",
                    "--no-renames",
                    "--relative",
                    old,
                    new,
                    "--",
                    folder,
                )
            )
        )
        parts = listed.out.decode("utf-8", "surrogateescape").split("\0")
        return [
            self._change(meta, path) for meta, path in zip(parts[::2], parts[1::2], strict=False)
        ]

    def removed_by(self, old: str, new: str, path: str) -> str:
        """Return who removed a file between two commits, as git names people."""
        who = "log", "-1", "--format=%an"
        removed = self._told(*who, "--diff-filter=D", f"{old}..{new}", "--", path)
        return removed or self._told(*who, new)

    def _change(self, meta: str, path: str) -> MergedFile:
        before_mode, mode, before, after, _ = meta.removeprefix(":").split(" ")
        odd = {before_mode, mode} - {*_FILE_MODES, _NO_MODE}
        if odd:
            raise RefusedError(
                Phrase("{path} is a link or a submodule", path=path),
                Phrase("Nothing was brought."),
                Phrase(
                    "ask who committed it to replace it by the file itself, then press the button again"
                ),
            )
        return MergedFile(
            path,
            _FILE_MODES.get(mode, 0o644),
            self._blob(before) if before_mode in _FILE_MODES else None,
            self._blob(after) if mode in _FILE_MODES else None,
        )

    def _blob(self, name: str) -> bytes:
        return self._done(self._git().run("cat-file", "blob", name)).out

    def move(self, old: str, new: str) -> None:
        """Move the branch that is checked out from one commit to another; the files are there already."""
        self._done(
            self._git().run("update-ref", "-m", "massctl desk", f"refs/heads/{self.main}", new, old)
        )
        self._done(self._git().run("read-tree", new))

    def unmerged(self, folder: str) -> frozenset[str]:
        """Return the files below a folder that differ from the branch that sends, as it was last fetched."""
        known = f"refs/remotes/{self._remote}/{self.main}"
        ours = f"{_FETCHED}/{self.main}"
        git = self._git()
        base = next(
            (each for each in (ours, known) if git.run("rev-parse", "--verify", "-q", each).done),
            None,
        )
        others = git.run("ls-files", "-z", "--others", "--exclude-standard", "--", folder).out
        if base is None:
            changed = git.run("ls-files", "-z", "--", folder).out
        else:
            changed = git.run("diff", "-z", "--name-only", "--relative", base, "--", folder).out
        names = (others + changed).decode("utf-8", "surrogateescape").split("\0")
        return frozenset(filter(None, names))

    def unlike_main(self, *folders: str) -> frozenset[str]:
        """Return the files below some folders that differ from the newest commit of main that is in this checkout."""
        base = self._told("merge-base", "HEAD", f"{_FETCHED}/{self.main}")
        git = self._git()
        others = git.run("ls-files", "-z", "--others", "--exclude-standard", "--", *folders).out
        changed = git.run("diff", "-z", "--name-only", "--relative", base, "--", *folders).out
        names = (others + changed).decode("utf-8", "surrogateescape").split("\0")
        return frozenset(filter(None, names))

    def at(self, commit: str, path: str) -> bytes | None:
        """Return a file as a commit has it, by its path from the top of the working copy; None if it has none."""
        found = self._git().run("cat-file", "blob", f"{commit}:./{path}")
        return found.out if found.done else None

    def here(self, path: str) -> bytes | None:
        """Return a file as it stands in the working copy; None where there is none."""
        place = self._root / path
        return place.read_bytes() if place.is_file() and not place.is_symlink() else None

    @property
    def prefix(self) -> str:
        """Return the path of this working copy in its repository: empty, or with a slash behind it."""
        return self._told("rev-parse", "--show-prefix")

    def has(self, commit: str) -> bool:
        """Return whether a commit was fetched."""
        return self._git().run("cat-file", "-e", f"{commit}^{{commit}}").done

    def newest(self, letter: CampaignName, tip: str) -> str:
        """Return the tip of a letter's branch, or the commit here that is newer: a forge may be a moment late."""
        known = self.known(letter)
        return known if known is not None and self._is_within(tip, known) else tip

    def is_merged(self, commit: str, folder: str) -> bool:
        """Return whether the branch that sends has a folder as a commit has it, as both were last fetched."""
        main = f"{_FETCHED}/{self.main}"
        same = self._git().run("diff", "--quiet", commit, main, "--", folder)
        return self._is_within(commit, main) or same.done

    def is_here_as_merged(self, folder: str) -> bool:
        """Return whether a folder is here as the branch that sends has it, as it was last fetched."""
        return self.is_as_at(f"{_FETCHED}/{self.main}", folder)

    def is_as_at(self, commit: str, folder: str) -> bool:
        """Return whether a folder has the files of a commit, and no other; locks, which are made of them, apart."""
        lock = f"{folder}/{LOCK_FILE}"
        here = {path: content for path, (_, content) in self.files(folder).items()}
        listed = self._git().run("ls-tree", "-r", "-z", "--name-only", commit, "--", f"{folder}/")
        there = listed.out.decode("utf-8", "surrogateescape").split("\0")
        return {*here} - {lock} == {*filter(None, there)} - {lock} and all(
            self.at(commit, path) == content for path, content in here.items() if path != lock
        )

    def owners(self, path: str) -> tuple[str, ...]:
        """Return who owns a file by the CODEOWNERS of the branch that sends, as it was last fetched."""
        for place in _OWNERS_FILES:
            found = self._git().run("cat-file", "blob", f"{_FETCHED}/{self.main}:{place}")
            if found.done:
                return owners_of(found.out.decode("utf-8", "replace"), f"{self.prefix}{path}")
        return ()

    def files(self, folder: str) -> FolderFiles:
        """Return what git would commit of the folder: mode and content by path; raise RefusedError for a link.

        A hidden file that git does not know yet is the system's or a secret, and stays here.
        """
        new = [path for path in self._new(folder) if "/." not in path]
        files: FolderFiles = {}
        for path in (*self._listed("--cached", "--", folder), *new):
            place = self._root / path
            if place.is_symlink():
                raise RefusedError(
                    Phrase("{path} is a symbolic link, so the desk leaves it alone", path=path),
                    Phrase("Nothing was committed."),
                    Phrase("commit this letter with git itself"),
                )
            if place.is_file():
                runs = place.stat().st_mode & _OWNER_RUNS
                files[path] = "100755" if runs else "100644", place.read_bytes()
        self._require_no_filter(list(files))
        return files

    def hidden(self, folder: str) -> list[str]:
        """Return the hidden files of a folder that stay here, without those of the system."""
        new = self._new(folder)
        return [each for each in new if "/." in each and not _OF_THE_SYSTEM.fullmatch(each)]

    def _new(self, folder: str) -> list[str]:
        """Return the files of a folder that git neither has nor ignores."""
        return self._listed("--others", "--exclude-standard", "--", folder)

    def _listed(self, *words: str) -> list[str]:
        listed = self._done(self._git().run("ls-files", "-z", *words)).out
        return [*filter(None, listed.decode("utf-8", "surrogateescape").split("\0"))]

    def _require_no_filter(self, paths: list[str]) -> None:
        """Raise RefusedError where git would store a file in another form (Git LFS)."""
        asked = "\0".join(paths).encode("utf-8", "surrogateescape")
        said = self._git().run("check-attr", "-z", "--stdin", "filter", given=asked)
        parts = said.out.decode("utf-8", "surrogateescape").split("\0")
        for path, value in zip(parts[::3], parts[2::3], strict=False):
            if value not in ("unspecified", "unset", ""):
                raise RefusedError(
                    Phrase("{path} is stored by Git LFS, which the desk cannot do", path=path),
                    Phrase("Nothing was committed."),
                    Phrase("commit this letter with git itself"),
                )

    def _commit(
        self,
        parent: str,
        folder: str,
        files: FolderFiles,
        said: str,
        author: Author,
        prefix: str,
    ) -> str:
        message = said.encode()
        stream = [
            f"reset {_NEXT}\ncommit {_NEXT}\nmark :1\nauthor {author} now\ncommitter {author} now\n".encode(),
            b"data %d\n%s\n" % (len(message), message),
            f"from {parent}\nD {_quoted(folder)}\n".encode(),
        ]
        for path, (mode, content) in files.items():
            stream += [
                f"M {mode} inline {_quoted(prefix + path)}\ndata {len(content)}\n".encode(),
                content,
                b"\n",
            ]
        made = self._git().run(
            *("fast-import", "--quiet", "--force", "--date-format=now"),
            given=b"".join([*stream, b"get-mark :1\ndone\n"]),
        )
        return self._done(made).out.decode("ascii").strip()

    def _is_within(self, commit: str, other: str) -> bool:
        return self._git().run("merge-base", "--is-ancestor", commit, other).done

    def _told(self, *words: str) -> str:
        answer = self._git().run(*words, seconds=LOCAL_SECONDS)
        return self._done(answer).out.decode("utf-8", "surrogateescape").strip()

    def _done(self, answer: GitAnswer) -> GitAnswer:
        if not answer.done:
            raise LedgerUnreachableError(
                Phrase("git could not do it"),
                _kept(answer),
                advice_on(answer),
            )
        return answer

    def _git(self) -> Git:
        way = way_of(self._root, self._settings, self._environment)
        return Git(self._root, way.environment)

    def _to_remote(self) -> Git:
        way = way_of(self._root, self._settings, self._environment)
        return Git(self._root, way.environment, way.own_settings)


def _kept(failed: GitAnswer, line: str = "") -> Phrase:
    """Say why git failed, and what is true all the same."""
    return Phrase("{why} The letter is safe on this machine.", why=git_says(failed, line))


def advice_on(failed: GitAnswer, line: str = "") -> Phrase:
    """Say what a writer does about a failure of git: only what passes is tried again."""
    words = f"{failed.said}\n{line}"
    if _MOVED_ON.search(words):
        return Phrase("press the button again: it brings that here first")
    if failed.status is None or _NETWORK.search(words):
        return Phrase("check the network, then press the button again")
    return Phrase("show git's words to an engineer: until then the button fails again")


def _quoted(path: str) -> str:
    """Return a path as `fast-import` reads it: in quotes, since a name may have blanks."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
