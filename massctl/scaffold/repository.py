"""The scaffold: packaged files, and where they go."""

import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from massctl import __version__
from massctl.errors import UsageError
from massctl.model.phrase import Phrase
from massctl.model.system_reason import system_reason

REQUIREMENTS: Final = ".github/massctl/requirements.txt"
"""Says which massctl the workflows run: the one that wrote the repository."""
_HIDDEN: Final = frozenset({"github", "gitattributes", "gitignore"})
"""Names that begin with a dot where they are written."""


def scaffold_files() -> dict[str, bytes]:
    """Give the scaffold's files: path with `/` -> bytes."""
    found = dict(_walk(files("massctl.scaffold") / "files", ""))
    found[REQUIREMENTS] = found[REQUIREMENTS].replace(b"VERSION", __version__.encode())
    return found


def write_scaffold(directory: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Write every file, or none: raises UsageError when one of them exists already. Gives the paths written."""
    existing = [path for path in sorted(contents) if os.path.lexists(directory / path)]
    if existing:
        raise UsageError(
            Phrase("{directory} already holds {path}", directory=directory.name or ".", path=existing[0]),
            Phrase("massctl init overwrites nothing, so it wrote nothing."),
            Phrase("massctl init NEW_FOLDER"),
        )
    try:
        for path, data in sorted(contents.items()):
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    except OSError as error:
        why = system_reason(error)
        raise UsageError(
            Phrase("{directory} cannot be written: {why}", directory=directory.name or ".", why=why),
            hint=Phrase("massctl init NEW_FOLDER"),
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
