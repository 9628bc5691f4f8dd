"""A campaign's folder under another name, for the openids that its list did not reach."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from massctl.errors import UsageError
from massctl.model.campaign import CampaignFile
from massctl.model.ids import LOCK_FILE, CampaignName
from massctl.model.phrase import Phrase, system_reason
from massctl.render.paths import picture_paths
from massctl.source.repository import CAMPAIGNS, Repository
from massctl.source.validation import known_keys
from massctl.source.yaml import read_yaml
from massctl.source.yaml_edit import with_values

_UNFINISHED: Final = "new"
_WINDOW: Final = {"not_before", "not_after"}
CAMPAIGN_FILE: Final = "campaign.yaml"
UNSENT_LIST: Final = "unsent.txt"
"""What the new campaign calls its list."""


@contextmanager
def copied_for_rest(
    repository: Repository, source: CampaignName, rest: CampaignName, openids: Iterator[str], cache: Path
) -> Iterator[Path]:
    """Write the folder of `rest` below `cache`, without lock, edition and window; it is removed at the end.

    Gives the folder, to be moved to its place. Raises UsageError if it cannot be written. One run at a time.
    """
    root, folder = repository.root / CAMPAIGNS, cache / _UNFINISHED
    try:
        shutil.rmtree(folder, ignore_errors=True)  # What a run left that was killed.
        folder.mkdir(parents=True)
        if folder.stat().st_dev != root.stat().st_dev:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))  # It could not be moved to its place whole.
        written, old_list = _without_its_own(repository, source)
        target = folder / rest
        shutil.copytree(root / source, target, symlinks=True, ignore=_ours(root / source, old_list))
        (target / CAMPAIGN_FILE).write_bytes(written)
        with (target / UNSENT_LIST).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{openid}\n" for openid in openids)
        yield target
    except OSError as error:
        raise _unwritable(rest, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_in_place(repository: Repository, folder: Path) -> None:
    """Move a finished folder to its place among the campaigns; raises UsageError if something is there already."""
    place = repository.root / CAMPAIGNS / folder.name
    try:
        os.rename(folder, place)
    except OSError as error:
        raise _unwritable(CampaignName(folder.name), error) from None


def _ours(source: Path, old_list: Path | None) -> Any:
    """Leave out what massctl wrote, what editors leave behind, and the list of the other campaign."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        at_top = Path(folder) == source
        written = {LOCK_FILE} if at_top else set()
        return {
            name
            for name in names
            if name in written or name.startswith(".") or name.endswith("~") or Path(folder) / name == old_list
        }

    return ignored


def _without_its_own(repository: Repository, source: CampaignName) -> tuple[bytes, Path | None]:
    """Return campaign.yaml for another list, without edition and window, and the old list where it is in the folder."""
    path = f"{CAMPAIGNS}/{source}/{CAMPAIGN_FILE}"
    data, known = repository.read_text(path).encode(), known_keys(CampaignFile)
    said = read_yaml(data, path, None, known).data
    lists = picture_paths(str(said["audience"]["openids"]), f"{source}/{CAMPAIGN_FILE}", source)
    inside = [each for each in lists if each.startswith(f"{source}/")] if isinstance(lists, list) else []
    send = set(said.get("send") or ())
    gone = [("send", key) for key in send & _WINDOW] if send - _WINDOW else [("send",)]
    written = with_values(
        data, path, known, {("audience", "openids"): UNSENT_LIST, **dict.fromkeys([("edition",), *gone])}
    )
    if written is None:
        raise UsageError(
            Phrase("campaign.yaml of {name} is written in a way that cannot be copied", name=source),
            Phrase("Nothing was written."),
            Phrase("write its values in block style (key: value, one a line), then run the same command again"),
        )
    return written, repository.root / CAMPAIGNS / inside[0] if inside else None


def _unwritable(rest: CampaignName, error: OSError) -> UsageError:
    return UsageError(
        Phrase("campaigns/{name} cannot be written: {why}", name=rest, why=system_reason(error)),
        hint=Phrase("run the same command again after that: it then makes the folder"),
    )
