"""A pull request as data: its files are written beside the checkout of main, and nothing of it is run.

Only what massctl reads is written: massctl.yaml, massctl.tags.json, accounts/, campaigns/ and the .gitattributes.
A link or a submodule among them refuses the whole, because what it leads to is no part of what is reviewed.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from massctl.cli.session import Session
from massctl.errors import ForgeError, RefusedError
from massctl.forge.folded import is_folded
from massctl.ledger.git_branch import GitBranch, Push, Tip
from massctl.ledger.git_remote import way_of
from massctl.model.audience import AUDIENCES
from massctl.model.frozen import Frozen
from massctl.model.ids import CAMPAIGNS, LOCK_FILE, folder_name
from massctl.model.phrase import Phrase, enumerated
from massctl.source.groups import folders_in
from massctl.source.locks import is_lock_copy
from massctl.source.repository import ROOT_FILES, is_settings

ATTRIBUTES = ".gitattributes"
_GENERATED = "linguist-generated"
_JUDGED = (_GENERATED, "diff", "filter", "export-ignore", "working-tree-encoding", "ident")
"""Attributes by which a forge folds a difference away, or by which git writes other bytes into a checkout."""
_HARMLESS = frozenset({"unspecified", "unset"})
_MEDIA = frozenset(
    {
        ".jpg",
        ".jpeg",
        ".png",
        ".gif",
        ".webp",
        ".bmp",
        ".mp3",
        ".mp4",
        ".amr",
        ".wma",
        ".wav",
        ".m4a",
    }
)
"""Of these no difference is shown in words anyway."""
_FILES = frozenset({"100644", "100755"})
_NAMED_MAX = 8


class PullRequestFiles(Frozen):
    """The files of one commit of a pull request, as they were written beside the checkout."""

    folder: Path
    paths: tuple[str, ...]
    hidden: tuple[str, ...]
    """Those that an attribute keeps out of the difference, or writes otherwise into a checkout."""
    folded: tuple[str, ...]
    """Those that GitHub keeps out of the difference by itself, since it takes them for generated."""


def branch_of(session: "Session", name: str, ref: str) -> "GitBranch":
    """Open a ref of the remote; `name` is the folder of its copy in `.massctl/`."""
    way = way_of(session.root, session.settings, session.environment)
    copy = session.places.cache / f"{name}.git"
    return GitBranch(copy, way, "", session.console.talk, ref=ref, is_ledger=False)


def write_files(session: "Session", number: int, sha: str | None = None) -> PullRequestFiles:
    """Write the files of a pull request of this repository, at `sha`, beside the checkout.

    Raises ForgeError if it moved on or is not there, and RefusedError for a link.
    """
    branch = branch_of(session, "pull-request", f"refs/pull/{number}/head")
    tip = branch.fetch()
    if tip is None:
        raise ForgeError(
            Phrase("there is no pull request {number}", number=number), Phrase("Nothing was done.")
        )
    if sha is not None and tip != sha:
        say = Phrase(
            "pull request {number} moved on; the run of its new commit looks at it", number=number
        )
        raise ForgeError(say, Phrase("Nothing was written."))
    files = branch.files(tip)
    read = [path for path in files if _is_read(path)]
    attributes = [path for path in files if PurePosixPath(path).name == ATTRIBUTES]
    _refuse_links(files, [*read, *attributes])
    folder = session.places.cache / "pull-request"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plain = [path for path in read if path not in attributes]
    branch.write_out(tip, plain, folder)
    _write_attributes(branch, tip, attributes, folder)
    judged = branch.attributes(plain, _JUDGED, folder)
    open_files = {
        path for path, name, value in judged if name == _GENERATED and value in ("unset", "false")
    }
    folded = [
        path
        for path in plain
        if path not in open_files and is_folded(path, (folder / path).read_bytes)
    ]
    return PullRequestFiles(
        folder, tuple(plain), tuple(dict.fromkeys(_hidden(judged))), tuple(folded)
    )


def _is_read(path: str) -> bool:
    is_read = path.partition("/")[0] in (CAMPAIGNS, AUDIENCES)
    return path in ROOT_FILES or is_settings(path) or is_read


def _refuse_links(files: "Mapping[str, str]", paths: Sequence[str]) -> None:
    links = [path for path in paths if files[path] not in _FILES]
    if not links:
        return
    more = (
        [Phrase("and {count} more", count=len(links) - _NAMED_MAX)]
        if len(links) > _NAMED_MAX
        else []
    )
    raise RefusedError(
        Phrase(
            "these are links or submodules: {files}", files=enumerated([*links[:_NAMED_MAX], *more])
        ),
        Phrase("Nothing was rendered: what a link leads to is not what is reviewed."),
        Phrase("commit ordinary files in their place"),
    )


def _write_attributes(branch: "GitBranch", tip: "Tip", paths: Sequence[str], folder: Path) -> None:
    for path, content in zip(paths, branch.read(tip, paths) if paths else [], strict=True):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content or b"")


def _hidden(judged: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    for path, name, value in judged:
        if name == "diff":
            # Without a difference; every other value only says how one is computed.
            hides = value == "unset" and PurePosixPath(path).suffix.lower() not in _MEDIA
        else:
            hides = value not in _HARMLESS and value != "false"
        if hides:
            yield path


def push_locks(
    session: "Session", branch_name: str, sha: str, locks: "Mapping[str, str]"
) -> str | None:
    """Commit locks to a branch of this repository that is at `sha`, without a checkout.

    Returns the commit; None if the branch moved on. Raises ForgeError if it has no such campaign, or may not be pushed.
    """
    branch = branch_of(session, "locks", f"refs/heads/{branch_name}")
    tip = branch.fetch()
    if tip is None or tip != sha:
        return None
    files: dict[str, bytes | None] = {}
    folders = folders_in(branch.files(tip))
    for name, text in sorted(locks.items()):
        found = folders.get(folder_name(name), [])
        if len(found) != 1:
            raise ForgeError(
                Phrase("the locks cannot be used: there is no campaign {name} here", name=name),
                Phrase("Nothing was written."),
            )
        folder = found[0]
        files |= {
            f"{folder}/{each}": None
            for each in branch.list(tip, folder)
            if is_lock_copy(each) and each.isprintable()
        }
        files[f"{folder}/{LOCK_FILE}"] = text.encode()
    made = branch.commit(tip, files, "massctl lock")
    pushed = branch.push(made)
    if pushed.outcome is Push.LOST:
        return None
    if pushed.outcome is not Push.DONE:
        raise ForgeError(Phrase("the locks could not be pushed"), pushed.said)
    return made
