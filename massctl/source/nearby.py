"""What a missing file may be called in truth: the same name in another case, or with another ending."""

import os
from pathlib import Path, PurePosixPath
from typing import Final

from massctl.model.phrase import Phrase

CAMPAIGN_FILE: Final = "campaign.yaml"
_ENDINGS: Final = {"campaign.yml": CAMPAIGN_FILE}
"""Names that are as good as another one to a person."""


def as_written(path: str) -> str:
    """Give `path`, from the repository's root, as a campaign would write it: from its own folder, or `_shared/…`."""
    parts = PurePosixPath(path).parts
    if len(parts) < 3 or parts[0] != "campaigns":
        return path
    return "/".join(parts[1:] if parts[1].startswith("_") else parts[2:])


def missing_hint(root: Path, path: str) -> Phrase | None:
    """Say which file beside `path` (inside `root`) may be meant; links are not followed."""
    found: list[str] = []
    for part in PurePosixPath(path).parts:
        name = _meant(root.joinpath(*found), part)
        if name is None:
            return None
        found.append(name)
    near = "/".join(found)
    if near == path:
        return None
    if found[-1] != CAMPAIGN_FILE and path.endswith("/" + CAMPAIGN_FILE):
        return Phrase("rename {found} to {name}", found=found[-1], name=CAMPAIGN_FILE)
    return Phrase("case differs: {path}", path=as_written(near))


def _meant(folder: Path, name: str) -> str | None:
    """Give the entry of `folder` that is called `name`, or nearly so."""
    try:
        if folder.is_symlink():
            return None
        entries = sorted(os.listdir(folder))
    except OSError:
        return None
    if name in entries:
        return name
    meant = _plain(name)
    return next((entry for entry in entries if _plain(entry) == meant), None)


def _plain(name: str) -> str:
    folded = name.casefold()
    return _ENDINGS.get(folded, folded)
