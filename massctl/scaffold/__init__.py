"""The files that massctl begins with: of a repository (`massctl init`), and of a campaign (`massctl new`)."""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from massctl.errors import UsageError
from massctl.model.ids import CAMPAIGN_FILE
from massctl.model.message import Window
from massctl.model.phrase import Command, Phrase, system_reason

LANGUAGES = ("zh", "en")
"""Languages of a new repository's words. The workflows are the same in each."""
WORKFLOWS = ".github/workflows/"
ACTION = "OWNER/massctl@0000000000000000000000000000000000000000"
"""What the workflows run if nobody knows where this massctl is published: a commit that no repository has."""
OWNERS = ".github/CODEOWNERS"
"""The file that names who must approve."""
_HIDDEN = frozenset({"editorconfig", "githooks", "github", "gitattributes", "gitignore", "vscode"})
"""Names that get a leading dot when they are written."""
COVER = "images/cover.jpg"
"""The cover's path in a campaign's folder."""
_SEND = "send:\n  not_before: {}\n  not_after: {}"
_NO_WINDOW = {
    "zh": "# 没有 send 时段的活动只在点名时才备稿和群发",
    "en": "# A campaign without a window (send:) is staged and sent only by name",
}
_PROGRAMS = frozenset({".githooks/pre-commit"})
"""Files that git runs."""


def scaffold_files(
    language: str = "zh", owner: str | None = None, action: str | None = None
) -> dict[str, bytes]:
    """Return the files of a new repository: path with `/` -> bytes.

    `owner` is a person or team as CODEOWNERS names them. `action` is the massctl that the workflows run:
    OWNER/REPOSITORY@COMMIT, and a comment with the tag of a release.
    """
    source = files("massctl.scaffold")
    found = {**dict(_walk(source / "every_language", "")), **dict(_walk(source / language, ""))}
    if action is not None:
        pinned = {
            path: data.replace(ACTION.encode(), action.encode()) for path, data in found.items()
        }
        found |= {path: data for path, data in pinned.items() if path.startswith(WORKFLOWS)}
    if owner is not None:
        found[OWNERS] = found[OWNERS].replace(b"@OWNER", owner.encode())
    return found


def sample_files(
    language: str, title: str, account: str | None, window: Window | None
) -> dict[str, bytes]:
    """Return the files of a small campaign: path from its folder -> bytes. It says no `account` that it inherits."""
    source = files("massctl.scaffold")
    found = dict(_walk(source / "samples" / language, ""))
    send = _NO_WINDOW[language]
    if window is not None:
        send = _SEND.format(window.not_before.isoformat(), window.not_after.isoformat())
    # The first line names `$schema`, which stays.
    written = found[CAMPAIGN_FILE].decode()
    if account is None:
        written = written.replace("account: $account\n", "", 1)
    declared = Template(written).safe_substitute(
        title=json.dumps(title, ensure_ascii=False), account=account, send=send
    )
    return {**found, CAMPAIGN_FILE: declared.encode(), COVER: sample_cover()}


def sample_cover() -> bytes:
    """Return a placeholder cover."""
    return (
        files("massctl.scaffold") / "every_language/campaigns/first-letter" / COVER
    ).read_bytes()


def already_there(directory: Path, paths: Collection[str]) -> list[str]:
    """Return those of `paths` that exist in `directory`, sorted."""
    return [path for path in sorted(paths) if os.path.lexists(directory / path)]


def write_scaffold(directory: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write every file, or none: raise UsageError if one of them exists. Return the paths that were written."""
    existing = already_there(directory, contents)
    if existing:
        raise UsageError(
            Phrase(
                "{directory} already holds {path}",
                directory=directory.name or ".",
                path=existing[0],
            ),
            Phrase("{command} overwrites nothing, so it wrote nothing.", command=Command("init")),
            Phrase(
                "{elsewhere}   or, to keep existing files and write the others: {here}",
                elsewhere=Command("init", "NEW_FOLDER"),
                here=Command("init", "--keep"),
            ),
        )
    try:
        for path, data in sorted(contents.items()):
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # Exclusively: what somebody puts there in this moment is theirs.
            with target.open("xb") as file:
                file.write(data)
            if path in _PROGRAMS:
                target.chmod(0o755)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase(
                "{directory} cannot be written: {why}", directory=directory.name or ".", why=why
            ),
            hint=Command("init", "NEW_FOLDER"),
        ) from None
    return sorted(contents)


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for each in folder.iterdir():
        # Under its own name such a file in this package would speak of files of this repository.
        name = f".{each.name}" if each.name in _HIDDEN else each.name
        if each.is_dir():
            yield from _walk(each, f"{prefix}{name}/")
        else:
            yield prefix + name, each.read_bytes()
