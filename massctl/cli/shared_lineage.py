"""Ask git whether everybody who clones this repository learns which ledger it has; writes nothing.

A lineage that no commit names, or that nobody else can fetch, protects this folder alone: a clone would find no ledger
named, begin another one, and send again what was sent. Neither may another branch name another ledger for the same
accounts: each of the two would send what the other has sent.
"""

import os
import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from massctl.apply.outcome import what_happened
from massctl.cli.checkout import account_files_of, batch_contents, has_git
from massctl.errors import LedgerUnreachableError
from massctl.git import Git, GitAnswer
from massctl.ledger.git_remote import known_to_git
from massctl.model.diagnostics import Diagnostic, Place, Severity
from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase, ShellCommand
from massctl.model.settings import API_BASE, MassctlFile, realm_of
from massctl.plan.steps import Guard, Refusal
from massctl.source.account_files import account_data
from massctl.source.repository import SETTINGS
from massctl.source.text import YAML_BYTES_MAX
from massctl.source.validation import known_keys
from massctl.source.yaml import read_yaml

Files = tuple[tuple[str, bytes], ...]
_TRACKING = "refs/remotes/"
_LOCAL = "refs/heads/"
_LINEAGE = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Z]{26}(?![0-9A-Za-z])")
"""What may be a lineage, wherever it stands in a file."""


class Asked(Frozen):
    """The ledger that git is asked about."""

    lineage: str | None
    """None before there is one."""
    replaced: Collection[str] = ()
    """The lineages whose place it took."""
    appids: Collection[str] = ()
    """The accounts that are to send."""


class Foreign(Frozen):
    """A branch that names another ledger for the same accounts."""

    branch: str
    """As people call it: `feature`, `origin/feature`."""
    lineage: str
    is_read: bool = True
    """False: its massctl.yaml cannot be read, and has what may be a lineage."""


class Sharing(Frozen):
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
    foreign: Foreign | None = None
    """The first other branch that names another ledger."""


def sharing(
    root: Path,
    settings: "MassctlFile",
    environment: Mapping[str, str],
    asked: Asked,
    where: str = "",
) -> Sharing:
    """Ask git about a ledger. `where` is the `-C DIR` of the command line."""
    git = Git(root, known_to_git(settings, environment))
    try:
        prefix = git.run("rev-parse", "--show-prefix")
        if not prefix.done:
            outside = "not a git repository" in prefix.said and not has_git(root)
            return Sharing(in_repository=False) if outside else Sharing(unread=_said(prefix))
        remotes = git.run("remote")
        branches = git.run("for-each-ref", "--format=%(refname)", _LOCAL, _TRACKING)
        failed = next((each for each in (remotes, branches) if not each.done), None)
        if failed is not None:
            return Sharing(unread=_said(failed))
        return _asked(
            git,
            root,
            settings,
            asked,
            where,
            _text(prefix).rstrip("\n"),
            _Refs.of(remotes, branches),
        )
    except LedgerUnreachableError as error:
        return Sharing(unread=what_happened(error))


class _Refs(Frozen):
    """The remotes of a repository, its branches, and what was fetched."""

    remotes: Sequence[str]
    branches: Sequence[str]

    @classmethod
    def of(cls, remotes: GitAnswer, branches: GitAnswer) -> "_Refs":
        """Read what git lists."""
        return cls(_text(remotes).splitlines(), _text(branches).splitlines())

    @property
    def tracking(self) -> list[str]:
        """What was fetched."""
        return [ref for ref in self.branches if ref.startswith(_TRACKING)]

    def counting(self, branch: str | None, upstream: str | None) -> list[str]:
        """Return the refs, one of which must name the lineage."""
        found = [ref for ref in self.tracking if ref in self._named(branch)]
        return found or [ref for ref in self.tracking if ref == upstream] or self.tracking

    def sending(self, branch: str | None) -> list[str]:
        """Return the refs that must not name another lineage: those of the branch that sends, else all."""
        if branch is None:
            return [
                ref
                for ref in self.branches
                if not (ref.startswith(_TRACKING) and ref.endswith("/HEAD"))
            ]
        return [ref for ref in self.branches if ref in (f"{_LOCAL}{branch}", *self._named(branch))]

    def _named(self, branch: str | None) -> list[str]:
        return (
            [] if branch is None else [f"{_TRACKING}{remote}/{branch}" for remote in self.remotes]
        )


def _asked(
    git: Git,
    root: Path,
    settings: "MassctlFile",
    asked: Asked,
    where: str,
    prefix: str,
    refs: _Refs,
) -> Sharing:
    lineage = asked.lineage
    upstream = _line(
        git.run("rev-parse", "--verify", "--quiet", "--symbolic-full-name", "@{upstream}")
    )
    counting = refs.counting(settings.policy.branch, upstream)
    sending = refs.sending(settings.policy.branch)
    specs = [f"{commit}:{prefix}{SETTINGS}" for commit in ("HEAD", *counting, *sending)]
    listed = git.run(
        "cat-file",
        "--batch",
        "--follow-symlinks",
        given="".join(f"{each}\n" for each in specs).encode(),
    )
    if not listed.done:
        return Sharing(unread=_said(listed))
    current = _current(root)
    known = lineage is not None and settings.state.lineage == lineage
    contents = list(batch_contents(listed.out))
    ours, theirs = contents[: 1 + len(counting)], contents[1 + len(counting) :]
    branches = zip(sending, theirs, strict=False)
    foreign = _foreign(git, branches, asked, settings.state.lineage)
    names = [(known and each == current) or _names(each, lineage) for each in ours]
    here = bool(names) and names[0]
    there = not refs.remotes or any(names[1:])
    on = _line(git.run("symbolic-ref", "--quiet", "--short", "HEAD"))
    push, merge = _push(settings, refs, upstream, on) if not there else ("", None)
    run = f"git {where} " if where else "git "
    steps = [] if here else [f"add {_file(root)}", f"commit -m 'name the ledger' -- {_file(root)}"]
    command = " && ".join(run + step for step in (*steps, *([push] if push else [])))
    line = ShellCommand(command)
    return Sharing(committed=here, published=there, command=line, merge=merge, foreign=foreign)


def _push(
    settings: "MassctlFile", refs: _Refs, upstream: str | None, on: str | None
) -> tuple[str, str | None]:
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
    state = _read(content).get("state")
    return isinstance(state, dict) and state.get("lineage") == lineage


def _read(content: bytes) -> Mapping[str, object]:
    """Read a committed massctl.yaml; empty where that cannot be done: behind a syntax error anything may stand."""
    if len(content) > YAML_BYTES_MAX:
        return {}
    found = read_yaml(content, SETTINGS, None, known_keys(MassctlFile))
    return found.data if found.is_whole and isinstance(found.data, dict) else {}


def _foreign(
    git: Git, branches: Iterable[tuple[str, bytes | None]], asked: Asked, declared: str | None
) -> Foreign | None:
    """Find the first branch whose settings name another ledger for the accounts; `declared` is ours as well."""
    known = {
        lineage for lineage in (asked.lineage, declared, *asked.replaced) if lineage is not None
    }
    harmless: set[tuple[bytes, Files]] = set()
    for ref, content in branches:
        named = {each.decode() for each in _LINEAGE.findall(content or b"")} - known
        if content is None or not named:
            continue
        files = _account_files(git, ref)
        if (content, files) in harmless:
            continue
        branch = ref.removeprefix(_LOCAL).removeprefix(_TRACKING)
        found = _named_by(content, files, branch, min(named), asked.appids)
        if found is not None and found.lineage not in known:
            return found
        harmless.add((content, files))
    return None


def _account_files(git: Git, ref: str) -> Files:
    """Return the account files of a branch; one that cannot be read is empty."""
    paths = account_files_of(git, ref)
    asked = "".join(f"{ref}:./{path}\n" for path in paths)
    given = asked.encode("utf-8", "surrogateescape")
    found = git.run("cat-file", "--batch", "--follow-symlinks", given=given) if paths else None
    contents = batch_contents(found.out) if found is not None and found.done else iter(())
    return tuple((path, next(contents, None) or b"") for path in paths)


def _named_by(
    content: bytes, files: Files, branch: str, suspected: str, appids: Collection[str]
) -> Foreign | None:
    """Return the ledger that a massctl.yaml names for one of the accounts; None if it names none.

    One that cannot be read now may have been whole when something was sent by it.
    """
    settings = _read(content)
    state, accounts = settings.get("state", {}), settings.get("accounts", {})
    own = account_data(files)
    if not (settings and isinstance(state, dict) and isinstance(accounts, dict)):
        return Foreign(branch, suspected, is_read=False)
    if None in own.values():
        return Foreign(branch, suspected, is_read=False)
    lineage = state.get("lineage")
    is_ours = any(_is_one_of(account, appids) for account in (*accounts.values(), *own.values()))
    return Foreign(branch, str(lineage)) if lineage is not None and is_ours else None


def _is_one_of(account: object, appids: Collection[str]) -> bool:
    """Whether an account of another massctl.yaml is one of ours, at WeChat and not at a test on this machine."""
    if not isinstance(account, dict) or account.get("appid") not in appids:
        return False
    return realm_of(str(account.get("api_base", API_BASE))) == "wechat"


def _text(answer: GitAnswer) -> str:
    return answer.out.decode("utf-8", "surrogateescape")


def _line(answer: GitAnswer) -> str | None:
    return _text(answer).strip() or None if answer.done else None


def _said(answer: GitAnswer) -> str:
    return Phrase("git says: “{words}”", words=answer.words or "-")


def refusal_of(found: Sharing, lineage: str | None) -> Refusal | None:
    """Refuse everything until the lineage is shared; None if it is, or if nobody can clone the folder."""
    if not found.in_repository or (found.committed and found.published and found.foreign is None):
        return None
    if found.unread is not None:
        say = Phrase(
            "nobody knows whether a clone of this repository would name its ledger: {why}",
            why=found.unread,
        )
        hint = Phrase(
            "make git work in this folder, then run the same command again; for a folder of another "
            'user: git config --global --add safe.directory "$PWD"'
        )
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)
    if found.foreign is not None:
        return _other_ledger(found.foreign, lineage)
    if lineage is None:
        say = Phrase(
            "this repository has no ledger yet, and a clone of it would send again what is sent from here"
        )
        hint = Phrase(
            "{state_init}   names one in massctl.yaml; then: {command}",
            command=found.command,
            state_init=Command("state init"),
        )
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)
    if not found.committed:
        say = Phrase(
            "no commit here names the ledger {lineage}: a clone would send again what is sent",
            lineage=lineage,
        )
    else:
        say = Phrase(
            "no remote has the commit that names the ledger {lineage}: a clone would send again",
            lineage=lineage,
        )
    if found.merge is None:
        return Refusal(Guard.LINEAGE_UNCOMMITTED, say, found.command)
    hint = Phrase(
        "{command}   then have it merged into {branch}", command=found.command, branch=found.merge
    )
    return Refusal(Guard.LINEAGE_UNCOMMITTED, say, hint)


def _other_ledger(found: Foreign, lineage: str | None) -> Refusal:
    """Refuse everything while a branch names another ledger for the same accounts."""
    if not found.is_read:
        say = Phrase(
            "massctl.yaml of the branch {branch} cannot be read, and it may name another ledger: {found}",
            branch=found.branch,
            found=found.lineage,
        )
    elif lineage is None:
        say = Phrase(
            "the branch {branch} names the ledger {found} for the same account, and there is none here: one that "
            "began here would send again what was sent by it",
            branch=found.branch,
            found=found.lineage,
        )
    else:
        say = Phrase(
            "the branch {branch} names the ledger {found} for the same account, and this one {lineage}: each would "
            "send again what was sent by the other",
            branch=found.branch,
            found=found.lineage,
            lineage=lineage,
        )
    hint = Phrase(
        "keep one of the two: merge {branch} and this branch, so that both name the same ledger, or delete "
        "{branch}; then: git fetch --prune; record what was sent by the other: {state_import}; if only one branch "
        "sends, name it under policy.branch in massctl.yaml, and no other counts",
        branch=found.branch,
        state_import=Command("state import"),
    )
    return Refusal(Guard.LEDGER_FOREIGN, say, hint)


def copied_folder() -> Diagnostic:
    """Warn of a folder in no git repository: only the ledger in it knows what was sent."""
    return Diagnostic(
        "MC030",
        Severity.WARNING,
        Phrase(
            "this folder is not in a git repository: a copy of it can send again what is sent from here"
        ),
        Place(SETTINGS),
        Phrase("keep only one copy, with its ledger; or begin a repository here: git init"),
    )
