"""Ask git whether everybody who clones this repository learns which ledger it has; writes nothing.

A lineage that no commit names, or that nobody else can fetch, protects this folder alone: a clone would find no ledger
named, begin another one, and send again what was sent.
"""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from massctl.apply.outcome import what_happened
from massctl.cli.checkout import batch_contents, has_git, known_to_git
from massctl.errors import LedgerUnreachableError
from massctl.git import Git, GitAnswer
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.phrase import Command, Phrase
from massctl.plan.steps import Guard, Refusal
from massctl.source.repository import SETTINGS

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile

_TRACKING: Final = "refs/remotes/"


@dataclass(frozen=True, slots=True)
class Sharing:
    """What git says of a lineage in one moment."""

    in_repository: bool = True
    """False: the folder is in no git repository, so that nobody can clone it."""
    committed: bool = False
    """HEAD names it."""
    published: bool = False
    """A known commit of a remote names it; or there is no remote."""
    unread: str | None = None
    """Why nothing of this is known."""
    command: str = ""
    """What commits and pushes it."""
    merge: str | None = None
    """The branch that it has to be merged into then; None if the push is enough."""


def sharing(
    root: Path, settings: "MassctlFile", environment: Mapping[str, str], lineage: str | None, where: str = ""
) -> Sharing:
    """Ask git about `lineage`, None before there is one. `where` is the `-C DIR` of the command line."""
    git = Git(root, known_to_git(settings, environment))
    try:
        prefix = git.run("rev-parse", "--show-prefix")
        if not prefix.done:
            outside = "not a git repository" in prefix.said and not has_git(root)
            return Sharing(in_repository=False) if outside else Sharing(unread=_said(prefix))
        remotes = git.run("remote")
        tracking = git.run("for-each-ref", "--format=%(refname)", _TRACKING)
        failed = next((each for each in (remotes, tracking) if not each.done), None)
        if failed is not None:
            return Sharing(unread=_said(failed))
        return _asked(git, root, settings, lineage, where, _text(prefix).rstrip("\n"), _Refs.of(remotes, tracking))
    except LedgerUnreachableError as error:
        return Sharing(unread=what_happened(error))


@dataclass(frozen=True, slots=True)
class _Refs:
    """The remotes of a repository, and what was fetched from them."""

    remotes: Sequence[str]
    tracking: Sequence[str]

    @classmethod
    def of(cls, remotes: GitAnswer, tracking: GitAnswer) -> "_Refs":
        """Read what git lists."""
        return cls(_text(remotes).splitlines(), _text(tracking).splitlines())

    def counting(self, branch: str | None, upstream: str | None) -> list[str]:
        """Return the refs of which one must name the lineage."""
        named = [f"{_TRACKING}{remote}/{branch}" for remote in self.remotes]
        found = [ref for ref in self.tracking if branch is not None and ref in named]
        return found or [ref for ref in self.tracking if ref == upstream] or list(self.tracking)


def _asked(
    git: Git, root: Path, settings: "MassctlFile", lineage: str | None, where: str, prefix: str, refs: _Refs
) -> Sharing:
    upstream = _line(git.run("rev-parse", "--verify", "--quiet", "--symbolic-full-name", "@{upstream}"))
    counting = refs.counting(settings.policy.branch, upstream)
    specs = [f"{commit}:{prefix}{SETTINGS}" for commit in ("HEAD", *counting)]
    listed = git.run("cat-file", "--batch", "--follow-symlinks", given="".join(f"{each}\n" for each in specs).encode())
    if not listed.done:
        return Sharing(unread=_said(listed))
    current = _current(root)
    known = lineage is not None and settings.state.lineage == lineage
    names = [(known and each == current) or _names(each, lineage) for each in batch_contents(listed.out)]
    here = bool(names) and names[0]
    there = not refs.remotes or any(names[1:])
    on = _line(git.run("symbolic-ref", "--quiet", "--short", "HEAD"))
    push, merge = _push(settings, refs, upstream, on) if not there else ("", None)
    run = f"git {where} " if where else "git "
    steps = [] if here else [f"add {_file(root)}", f"commit -m 'name the ledger' -- {_file(root)}"]
    command = " && ".join(run + step for step in (*steps, *([push] if push else [])))
    return Sharing(committed=here, published=there, command=command, merge=merge)


def _push(settings: "MassctlFile", refs: _Refs, upstream: str | None, on: str | None) -> tuple[str, str | None]:
    """Return the push that publishes it, and the branch that it has to be merged into where a push is not enough."""
    remote = settings.state.remote if settings.state.remote in refs.remotes else refs.remotes[0]
    branch = settings.policy.branch
    if on is None:
        return f"push {shlex.quote(remote)} HEAD:refs/heads/massctl-lineage", branch or "main"
    if branch is not None and branch != on:
        return f"push -u {shlex.quote(remote)} HEAD", branch
    if branch is not None:
        return f"push {shlex.quote(remote)} {shlex.quote(branch)}", None
    return "push" if upstream is not None else f"push -u {shlex.quote(remote)} HEAD", None


def _file(root: Path) -> str:
    """Name the file that holds the line, from `root`: massctl.yaml, or what it is a link to."""
    return shlex.quote(os.path.relpath((root / SETTINGS).resolve(), root))


def _current(root: Path) -> bytes | None:
    try:
        return (root / SETTINGS).read_bytes()
    except OSError:
        return None


def _names(content: bytes | None, lineage: str | None) -> bool:
    """Return whether a committed massctl.yaml names the lineage."""
    if content is None or lineage is None:
        return False
    # Most commits hold the very file that was read already.
    from massctl.model.settings import MassctlFile
    from massctl.source.validation import known_keys
    from massctl.source.yaml import YAML_BYTES_MAX, read_yaml

    if len(content) > YAML_BYTES_MAX:
        return False
    data = read_yaml(content, SETTINGS, None, known_keys(MassctlFile)).data
    state = data.get("state") if isinstance(data, dict) else None
    return isinstance(state, dict) and state.get("lineage") == lineage


def _text(answer: GitAnswer) -> str:
    return answer.out.decode("utf-8", "surrogateescape")


def _line(answer: GitAnswer) -> str | None:
    return _text(answer).strip() or None if answer.done else None


def _said(answer: GitAnswer) -> str:
    return Phrase("git says: “{words}”", words=answer.words or "-")


def refusal_of(found: Sharing, lineage: str | None) -> Refusal | None:
    """Refuse everything until the lineage is shared; None if it is, and if nobody can clone the folder."""
    if not found.in_repository or (found.committed and found.published):
        return None
    if found.unread is not None:
        say = Phrase("nobody knows whether a clone of this repository would name its ledger: {why}", why=found.unread)
        hint = Phrase(
            "make git work in this folder, then run the same command again; for a folder of another "
            'user: git config --global --add safe.directory "$PWD"'
        )
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)
    if lineage is None:
        say = Phrase("this repository has no ledger yet, and a clone of it would send again what is sent from here")
        hint = Phrase(
            "{state_init}   names one in massctl.yaml; then: {command}",
            command=found.command,
            state_init=Command("state init"),
        )
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)
    if not found.committed:
        say = Phrase(
            "no commit here names the ledger {lineage}: a clone would send again what is sent", lineage=lineage
        )
    else:
        say = Phrase(
            "no remote has the commit that names the ledger {lineage}: a clone would send again", lineage=lineage
        )
    if found.merge is None:
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, found.command)
    hint = Phrase("{command}   then have it merged into {branch}", command=found.command, branch=found.merge)
    return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)


def copied_folder() -> Diagnostic:
    """Warn of a folder in no git repository: only the ledger in it knows what was sent."""
    return Diagnostic(
        "MC030",
        Severity.WARNING,
        Phrase("this folder is not in a git repository: a copy of it can send again what is sent from here"),
        Place(SETTINGS),
        Phrase("keep only one copy, with its ledger; or begin a repository here: git init"),
    )
