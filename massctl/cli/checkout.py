"""What git says of this checkout and its remote: is it the tip, are its locks committed, where is the ledger's branch?

Nothing is written here. git and what it starts are told no AppSecret.
"""

import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.apply.outcome import what_happened
from massctl.cli.places import CACHE
from massctl.errors import LedgerUnreachableError
from massctl.git import LOCAL_SECONDS, NETWORK_SECONDS, Git, GitAnswer
from massctl.ledger.git_remote import git_says, known_to_git, refs_in, way_of
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, CampaignName, cell_of, sha256_of
from massctl.model.inputs import MISSING
from massctl.model.lock import lock_digest, lock_part
from massctl.model.phrase import Phrase
from massctl.model.settings import STATE_REMOTE, MassctlFile
from massctl.plan.brake import STOP_BRANCH, Tip
from massctl.plan.guards import HISTORY_COMMITS, lock_uncommitted
from massctl.plan.steps import Refusal
from massctl.source.groups import CampaignFolders, campaign_folders
from massctl.source.repository import (
    ACCOUNTS,
    SETTINGS,
    TEXT_SHOWS_WITHIN,
    is_account_file,
)

if TYPE_CHECKING:
    from massctl.forge.port import MergedFile


class GitCheckout(Frozen, dict=True):
    """The user's own repository, whose git is asked."""

    root: Path
    settings: MassctlFile
    environment: Mapping[str, str]

    def tip(self, branch: str) -> Tip:
        """Ask for this moment. What cannot be found out is said in the answer: nothing is sent on a guess."""
        remote = self.settings.state.remote
        try:
            git = self._to_remote()
            heads = [f"refs/heads/{each}" for each in (branch, STOP_BRANCH)]
            below = [f"{heads[1]}{each}" for each in ("/*", "-*")]
            asked = git.run("ls-remote", "--", remote, *heads, *below, seconds=NETWORK_SECONDS)
            here = git.run("rev-parse", "--verify", "--quiet", "HEAD")
        except LedgerUnreachableError as error:
            return Tip(branch, remote, unread=what_happened(error))
        if not asked.done:
            return Tip(
                branch, remote, unread=Phrase("git says: “{words}”", words=asked.words or "-")
            )
        found = refs_in(asked.out)
        return Tip(
            branch,
            remote,
            here=here.out.decode("ascii", "replace").strip() or None if here.done else None,
            there=found.get(heads[0]),
            stop_branches=tuple(self._stop_branches(found)),
        )

    @property
    def own_remote(self) -> str:
        """Return the remote of this clone that no file of the working tree chooses: `origin`, or its only one."""
        listed = self._git().run("config", "--name-only", "--get-regexp", r"^remote\..*\.url$")
        keys = listed.out.decode("utf-8", "replace").split()
        names = {each.removeprefix("remote.").removesuffix(".url") for each in keys}
        return min(names) if len(names) == 1 else STATE_REMOTE

    def of_remote(self, remote: str) -> "GitCheckout":
        """Return the same checkout, which asks another remote."""
        state = self.settings.state.model_copy(update={"remote": remote})
        return replace(self, settings=self.settings.model_copy(update={"state": state}))

    def default_branch(self) -> str | None:
        """Return the branch that the remote's HEAD is; None where it says none. Raises LedgerUnreachableError."""
        remote = self.settings.state.remote
        asked = self._to_remote().run(
            "ls-remote", "--symref", "--", remote, "HEAD", seconds=NETWORK_SECONDS
        )
        if not asked.done:
            raise LedgerUnreachableError(Phrase("the remote cannot be read"), git_says(asked))
        found = _HEAD.search(asked.out)
        return found[1].decode("utf-8", "replace") if found is not None else None

    def _stop_branches(self, refs: Iterable[str]) -> Iterator[tuple[str, str | None]]:
        """Return the branches that stop sends; the name of nobody's account stops all, as it may be misspelt."""
        for ref in refs:
            name = ref.removeprefix("refs/heads/")
            stem, sign, account = name.partition("/")[0].partition(f"{STOP_BRANCH}-")
            if sign and not stem:
                yield name, account if account in self.settings.accounts else None
            elif stem == STOP_BRANCH:
                yield name, None

    def not_held(self, commit: str, files: Mapping[str, str]) -> str | None:
        """Return the first of `JudgedInputs.files` that a commit does not hold as it was read; None if it holds all.

        The contents are compared: what git's index says of a file decides nothing. A file in a submodule is in no
        commit of this repository. An account file that the commit alone has is not held either. Raises
        LedgerUnreachableError where git cannot say.
        """
        files = {**dict.fromkeys(account_files_of(self._git(), commit), MISSING), **files}
        paths = sorted(files)
        odd = next((path for path in paths if "\n" in path), None)
        if odd is not None:
            return odd  # git is asked line by line.
        asked = "".join(f"{commit}:./{path}\n" for path in paths).encode("utf-8", "surrogateescape")
        answer = self._git().run("cat-file", "--batch", "--follow-symlinks", given=asked)
        if not answer.done:
            raise _unread_commit(answer)
        contents = batch_contents(answer.out)
        return next(
            (path for path in paths if not _is_held(files[path], next(contents, None))), None
        )

    def uncommitted_locks(
        self, names: Sequence[CampaignName], where: str = ""
    ) -> tuple[dict[CampaignName, Refusal], str | None]:
        """Refuse the campaigns whose lock is not the one of HEAD; none if the folder is in no git repository.

        The commit that the others' locks are in comes second. What cannot be found out refuses as well. `where` is the
        `-C DIR` of the command line.
        """
        git, run = self._git(), f"git {where} " if where else "git "
        try:
            inside = git.run("ls-files", "-z", "--", CACHE)
            if not inside.done:
                words = Phrase("git says: “{words}”", words=inside.words or "-")
                return dict.fromkeys(names, lock_uncommitted(words, f"{run}status")) if has_git(
                    self.root
                ) else {}, None
            if inside.out:
                say = Phrase(
                    "{folder} is committed: what is kept there was reviewed by nobody", folder=CACHE
                )
                command = f"{run}rm -r --cached {CACHE} && {run}commit -m {shlex.quote(f'take {CACHE} out')}"
                return dict.fromkeys(names, lock_uncommitted(say, command)), None
            here = git.run("rev-parse", "--verify", "--quiet", "HEAD")
            commit = here.out.decode("ascii", "replace").strip() if here.done else None
            paths = {name: self._lock_path(name) for name in names}
            why = {
                name: _why_uncommitted(git, self.root / path, f"{commit or 'HEAD'}:./{path}", name)
                for name, path in paths.items()
            }
        except LedgerUnreachableError as error:
            if not has_git(self.root):
                return {}, None
            return dict.fromkeys(names, lock_uncommitted(what_happened(error), "git status")), None
        refused = {
            name: lock_uncommitted(
                said, f"{run}add {paths[name]} && {run}commit -m 'lock {name}' -- {paths[name]}"
            )
            for name, said in why.items()
            if said is not None
        }
        return refused, commit

    @property
    def has_commits(self) -> bool:
        """Whether git knows a commit here, so that a merge may have changed rules."""
        try:
            return self._git().run("rev-parse", "--verify", "--quiet", "HEAD").done
        except LedgerUnreachableError:
            return False

    def deepen(self) -> None:
        """Fetch the history that a workflow's checkout lacks: its newest commit would seem to have brought everything.

        Raises LedgerUnreachableError, as the methods below that ask for the history.
        """
        git = self._git()
        if self._told(git, "rev-parse", "--is-shallow-repository") != "true":
            return
        options = (
            "--quiet",
            "--unshallow",
            "--no-tags",
            "--no-recurse-submodules",
            "--no-write-fetch-head",
        )
        remote, branch = self.settings.state.remote, self.settings.policy.branch
        refs = (f"refs/heads/{branch}",) if branch else ()
        fetch = "fetch", *options, "--", remote, *refs
        self._told(self._to_remote(), *fetch, seconds=NETWORK_SECONDS)

    def remote_address(self) -> str:
        """Return the address of the remote that massctl.yaml names, without a login."""
        return way_of(self.root, self.settings, self.environment).address

    def committed_digest(self, name: CampaignName) -> str | None:
        """Return the digest of what the committed lock of a campaign says; None without one that can be read."""
        found = self._git().run("cat-file", "blob", f"HEAD:./{self._lock_path(name)}")
        try:
            return lock_digest(lock_part(json.loads(found.out), name)) if found.done else None
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            return None

    def merged_lock(self, name: CampaignName, branch: str) -> "MergedFile":
        """Return the committed lock of a campaign and the merge that brought it to the branch that is checked out."""
        # Only approvals ask.
        from massctl.forge.port import MergedFile

        git, path = self._git(), self._lock_path(name)
        blob = self._told(git, "rev-parse", "--verify", f"HEAD:./{path}")
        # First parents only: a merge of an old commit would otherwise pass for what the old commit was approved as.
        commit = self._told(git, "rev-list", "-1", "--first-parent", "HEAD", "--", path)
        before = git.run("rev-parse", "--verify", "--quiet", f"{commit}^1")
        parent = before.out.decode("ascii", "replace").strip() if before.done else None
        prefix = self._told(git, "rev-parse", "--show-prefix")
        return MergedFile(f"{prefix}{path}", blob, commit, branch, parent)

    def settings_until(self, commit: str) -> list[bytes]:
        """Return massctl.yaml as the last commits up to one had it, newest first, each content once."""
        git, last = self._git(), f"--max-count={HISTORY_COMMITS}"
        listed = self._told(git, "rev-list", "--first-parent", last, commit, "--").split()
        asked = "".join(f"{each}:./{SETTINGS}\n" for each in listed)
        found = git.run("cat-file", "--batch", given=asked.encode())
        if not found.done:
            raise _unread_commit(found)
        return [*dict.fromkeys(each for each in batch_contents(found.out) if each is not None)]

    def settings_at(self, commit: str) -> bytes | None:
        """Return massctl.yaml as a commit has it; None if it has none."""
        return self.content_at(commit, SETTINGS)

    def content_at(self, commit: str, path: str) -> bytes | None:
        """Return a file as a commit has it; None if it has none. Raises LedgerUnreachableError."""
        git = self._git()
        known = git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}"
        )
        found = git.run("cat-file", "--batch", given=f"{commit}:./{path}\n".encode())
        if not known.done or not found.done:
            raise _unread_commit(found)
        return next(batch_contents(found.out), None)

    def _told(self, git: Git, *words: str, seconds: float = LOCAL_SECONDS) -> str:
        answer = git.run(*words, seconds=seconds)
        if not answer.done:
            say = Phrase("the merge that brought in a lock cannot be found")
            raise LedgerUnreachableError(say, git_says(answer))
        return answer.out.decode("utf-8", "surrogateescape").strip()

    def path_of_folder(self, name: CampaignName) -> str:
        """Return a campaign's folder from the top of the repository, which forges count from."""
        asked = self._git().run("rev-parse", "--show-prefix")
        prefix = asked.out.decode("utf-8", "surrogateescape").strip("\n") if asked.done else ""
        return f"{prefix}{self._folders.folder(name)}"

    def path_of_reviewed(self, name: CampaignName) -> str:
        """Return the path of what was approved: a campaign's lock, else its folder. Its other files change later."""
        folder = self.path_of_folder(name)
        is_locked = (self.root / self._lock_path(name)).is_file()
        return f"{folder}/{LOCK_FILE}" if is_locked else folder

    @cached_property
    def _folders(self) -> CampaignFolders:
        return campaign_folders(self.root)

    def _lock_path(self, name: CampaignName) -> str:
        return f"{self._folders.folder(name)}/{LOCK_FILE}"

    def _git(self) -> Git:
        return Git(self.root, known_to_git(self.settings, self.environment))

    def _to_remote(self) -> Git:
        """Return git in the user's own repository, with the way to its remote; raise LedgerUnreachableError."""
        way = way_of(self.root, self.settings, self.environment)
        return Git(self.root, way.environment, way.own_settings)


def account_files_of(git: Git, commit: str) -> list[str]:
    """Return the paths of the account files of a commit, from the folder in which git runs."""
    listed = git.run("ls-tree", "-z", "--name-only", commit, "--", f"{ACCOUNTS}/")
    names = listed.out.decode("utf-8", "surrogateescape").split("\0") if listed.done else []
    return [name for name in names if is_account_file(name)]


_HEAD = re.compile(rb"^ref: refs/heads/(\S+)\tHEAD$", re.MULTILINE)
_LISTED = re.compile(rb"(?:[0-9a-f]+ (?P<kind>\w+)|dangling|symlink|loop|notdir) (?P<size>[0-9]+)")
"""What git says of an object, or of a link that leads to nothing in the commit; so many bytes follow."""


def batch_contents(listed: bytes) -> Iterator[bytes | None]:
    """Read what `git cat-file --batch` says, in the order of the questions; None for what is not a file."""
    begin = 0
    while begin < len(listed):
        end = listed.index(b"\n", begin)
        head = listed[begin:end]
        found = _LISTED.fullmatch(head)
        size = int(found["size"]) if found is not None else -1
        yield (
            listed[end + 1 : end + 1 + size]
            if found is not None and found["kind"] == b"blob"
            else None
        )
        begin = end + 2 + size


_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:.+\n)*?oid sha256:([0-9a-f]{64})\n"
)
"""What git keeps of a file that git-lfs stores. Source: git-lfs, docs/spec.md, read 2026-12."""


def _is_held(found: str, content: bytes | None) -> bool:
    """Whether the content that a commit has at a path is what was read there; None: it has no file there."""
    if content is None:
        return found == MISSING
    if (pointer := _POINTER.match(content)) is not None and found == pointer[1].decode():
        return True
    if found == sha256_of(content):
        return True
    # A checkout may write other line ends of a text.
    is_text = b"\0" not in content[:TEXT_SHOWS_WITHIN]
    return is_text and found == sha256_of(content.replace(b"\n", b"\r\n"))


def _unread_commit(answer: GitAnswer) -> LedgerUnreachableError:
    return LedgerUnreachableError(
        Phrase("the files of the commit cannot be read"), git_says(answer)
    )


def _why_uncommitted(git: Git, lock: Path, committed: str, name: CampaignName) -> Phrase | None:
    held = git.run("cat-file", "blob", committed)
    if not held.done:
        return Phrase("its lock is in no commit here")
    # A checkout may write other line ends.
    here, there = (each.replace(b"\r\n", b"\n") for each in (lock.read_bytes(), held.out))
    if here == there or (cell_of(name) and _has_same_part(here, there, name)):
        return None
    return Phrase("its lock is not the one that was committed")


def _has_same_part(here: bytes, there: bytes, name: CampaignName) -> bool:
    """Return whether two lock files of a matrix hold the same for a cell."""
    try:
        parts = [lock_part(json.loads(each), name) for each in (here, there)]
    except (ValueError, RecursionError):
        return False
    return parts[0] is not None and parts[0] == parts[1]


def has_git(root: Path) -> bool:
    """Return whether here or above is something named .git. git also calls a broken repository none."""
    return any(os.path.lexists(folder / ".git") for folder in (root, *root.parents))
