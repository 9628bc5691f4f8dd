"""From an empty folder to a repository: the scaffold in one language, schemas for editors, and locks of its samples."""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from massctl.cli.output import choose_language, chosen_language, speak_as, voice
from massctl.model.phrase import Phrase
from massctl.scaffold.repository import already_there, scaffold_files, write_scaffold
from massctl.source.schemas import schema_documents
from massctl.view.i18n import asked_for

README: Final = "README.md"
IGNORED: Final = ".gitignore"
_CACHE: Final = ".massctl/"
"""Caches, and the sandbox's world."""


def founded(
    directory: Path,
    target: Path | None,
    *,
    language: str | None,
    owner: str | None,
    keep: bool,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Write the files and print their paths. With `keep`, what is there stays; without, it stops the whole."""
    choose_language(language or chosen_language())
    speaker = speak_as(voice(None, environment))
    # Chinese is for everybody who asks for nothing else: that is what followers read.
    contents = scaffold_files(asked_for(chosen_language(), environment) or "zh", owner)
    for name, document in schema_documents().items():
        contents[f"schemas/{name}"] = (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()
    root = directory / (target or ".")
    kept = already_there(root, contents) if keep else []
    written = write_scaffold(root, {path: data for path, data in contents.items() if path not in kept})
    for path in sorted([*written, *_locked(root, written)]):
        speaker.result(path)
    for path in kept:
        speaker.talk(Phrase("kept: {path}", path=path))
    for hint in _hints(root, target, kept):
        speaker.talk(hint)


def _hints(root: Path, target: Path | None, kept: Collection[str]) -> Iterator[Phrase]:
    """Say what is to be typed next, and what this folder lacks although the files are there."""
    if (top := _above(root)) is not None:
        yield Phrase(
            "this folder lies inside the git repository {top}: GitHub reads .github/ only at the top of a repository, "
            "so no workflow runs here. Begin in a folder of its own, or in that one",
            top=top.name,
        )
    if IGNORED in kept and _CACHE not in _lines(root / IGNORED):
        yield Phrase("add the line {line} to {file}: what lies there is for this machine", line=_CACHE, file=IGNORED)
    where = f"cd {target} && " if target else ""
    yield Phrase("next: {where}massctl apply first-letter --sandbox --yes", where=where)
    if README in kept:
        yield Phrase("then: docs/guides/first-pull-request.md of massctl; your README.md was kept")
    else:
        yield Phrase("then: what README.md says under the last heading")


def _lines(path: Path) -> list[str]:
    """Give the lines of a file that somebody else wrote; none of one that cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").split()
    except OSError:
        return []


def _above(root: Path) -> Path | None:
    """Give the git repository that this folder is only a part of; None where it is the top of one, or in none."""
    root = root.resolve()
    if (root / ".git").exists():
        return None
    return next((each for each in root.parents if (each / ".git").exists()), None)


def _locked(root: Path, written: list[str]) -> list[str]:
    """Lock the campaigns of the scaffold, since its policy sends only what is locked; gives the paths written."""
    from tempfile import TemporaryDirectory

    from massctl.cli.locking import locked
    from massctl.cli.session import session
    from massctl.source.repository import CAMPAIGNS

    names = [path.split("/")[1] for path in written if path.endswith("/campaign.yaml")]
    if not names:
        return []
    # What the environment says about addresses is for runs that call WeChat; a new folder holds no cache yet.
    with TemporaryDirectory() as cache, session(str(root), environment={}) as (current, _):
        report = locked(current, names, check=False, cache=Path(cache))
    return [f"{CAMPAIGNS}/{each.name}/{path}" for each in report for path in each.written]
