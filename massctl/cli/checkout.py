"""What git says of this checkout and its remote: is it the tip, are its locks committed, where is the ledger's branch?

Nothing is written here. git and what it starts are told no AppSecret.
"""

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from massctl.apply.outcome import what_happened
from massctl.cli.places import CACHE
from massctl.errors import LedgerUnreachableError
from massctl.git import LOCAL_SECONDS, NETWORK_SECONDS, Git
from massctl.ledger.git_remote import git_says, known_to_git, refs_in, way_of
from massctl.model.frozen import Frozen
from massctl.model.ids import LOCK_FILE, CampaignName, sha256_of
from massctl.model.inputs import MISSING
from massctl.model.phrase import Phrase
from massctl.model.settings import MassctlFile
from massctl.plan.brake import STOP_BRANCH, Tip
from massctl.plan.guards import lock_uncommitted
from massctl.plan.steps import Refusal
from massctl.source.repository import CAMPAIGNS, SETTINGS, TEXT_SHOWS_WITHIN

if TYPE_CHECKING:
    from massctl.forge.port import MergedFile


class GitCheckout(Frozen):
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
            brakes=tuple(self._brakes(found)),
        )

    def _brakes(self, refs: Iterable[str]) -> Iterator[tuple[str, str | None]]:
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
        commit of this repository. Raises LedgerUnreachableError where git cannot say.
        """
        paths = sorted(files)
        odd = next((path for path in paths if "\n" in path), None)
        if odd is not None:
            return odd  # git is asked line by line.
        asked = "".join(f"{commit}:./{path}\n" for path in paths).encode("utf-8", "surrogateescape")
        answer = self._git().run("cat-file", "--batch", "--follow-symlinks", given=asked)
        if not answer.done:
            raise LedgerUnreachableError(
                Phrase("the files of the commit cannot be read"), git_says(answer)
            )
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
            paths = {name: f"{CAMPAIGNS}/{name}/{LOCK_FILE}" for name in names}
            why = {
                name: _why_uncommitted(git, self.root, path, commit) for name, path in paths.items()
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

    def merged_lock(self, name: CampaignName) -> "MergedFile":
        """Return the committed lock of a campaign and the merge that brought it to the branch that is checked out.

        Raises LedgerUnreachableError where git cannot say.
        """
        # Only approvals ask.
        from massctl.forge.port import MergedFile

        git = self._to_remote()
        branch, path = self.settings.policy.branch or "", f"{CAMPAIGNS}/{name}/{LOCK_FILE}"

        def told(*words: str, seconds: float = LOCAL_SECONDS) -> str:
            answer = git.run(*words, seconds=seconds)
            if not answer.done:
                say = Phrase(
                    "the merge that brought in the lock of {name} cannot be found", name=name
                )
                raise LedgerUnreachableError(say, git_says(answer))
            return answer.out.decode("utf-8", "surrogateescape").strip()

        if told("rev-parse", "--is-shallow-repository") == "true":
            # A workflow's checkout knows only its newest commit, which would seem to have brought everything.
            options = (
                "--quiet",
                "--unshallow",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
            )
            told(
                "fetch",
                *options,
                "--",
                self.settings.state.remote,
                f"refs/heads/{branch}",
                seconds=NETWORK_SECONDS,
            )
        blob = told("rev-parse", "--verify", f"HEAD:./{path}")
        # First parents only: a merge of an old commit would otherwise pass for what the old commit was approved as.
        commit = told("rev-list", "-1", "--first-parent", "HEAD", "--", path)
        before = git.run("rev-parse", "--verify", "--quiet", f"{commit}^1")
        parent = before.out.decode("ascii", "replace").strip() if before.done else None
        return MergedFile(
            f"{told('rev-parse', '--show-prefix')}{path}", blob, commit, branch, parent
        )

    def settings_at(self, commit: str) -> bytes | None:
        """Return massctl.yaml as a commit has it; None if it has none. Raises LedgerUnreachableError."""
        git = self._git()
        known = git.run(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}"
        )
        found = git.run("cat-file", "--batch", given=f"{commit}:./{SETTINGS}\n".encode())
        if not known.done or not found.done:
            raise LedgerUnreachableError(
                Phrase("the files of the commit cannot be read"), git_says(found)
            )
        return next(batch_contents(found.out), None)

    def path_of_folder(self, name: CampaignName) -> str:
        """Return a campaign's folder from the top of the repository, which forges count from."""
        asked = self._git().run("rev-parse", "--show-prefix")
        prefix = asked.out.decode("utf-8", "surrogateescape").strip("\n") if asked.done else ""
        return f"{prefix}{CAMPAIGNS}/{name}"

    def _git(self) -> Git:
        return Git(self.root, known_to_git(self.settings, self.environment))

    def _to_remote(self) -> Git:
        """Return git in the user's own repository, with the way to its remote; raise LedgerUnreachableError."""
        way = way_of(self.root, self.settings, self.environment)
        return Git(self.root, way.environment, way.own_settings)


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


def _why_uncommitted(git: Git, root: Path, path: str, commit: str | None) -> Phrase | None:
    held = git.run("cat-file", "blob", f"{commit or 'HEAD'}:./{path}")
    if not held.done:
        return Phrase("its lock is in no commit here")
    # A checkout may write other line ends.
    here = (root / path).read_bytes().replace(b"\r\n", b"\n")
    return (
        None
        if held.out.replace(b"\r\n", b"\n") == here
        else Phrase("its lock is not the one that was committed")
    )


def has_git(root: Path) -> bool:
    """Return whether here or above is something named .git. git also calls a broken repository none."""
    return any(os.path.lexists(folder / ".git") for folder in (root, *root.parents))
