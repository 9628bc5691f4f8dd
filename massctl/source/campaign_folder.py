"""The folder of a new campaign, also of another one under a new name. It is written whole or not at all."""

import errno
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from massctl.errors import UsageError
from massctl.model.campaign import MATRIX, PART, PARTS, CampaignFile, as_cell, mapping_of
from massctl.model.finding import FINDING
from massctl.model.ids import (
    CAMPAIGN_FILE,
    CAMPAIGNS,
    LOCK_FILE,
    CampaignName,
    Folder,
    below_campaigns,
    cell_of,
)
from massctl.model.message import Window
from massctl.model.phrase import Phrase, system_reason
from massctl.render.paths import picture_paths
from massctl.source.matrix import indices_of_cells
from massctl.source.repository import Repository
from massctl.source.validation import known_keys
from massctl.source.yaml import read_yaml
from massctl.source.yaml_edit import Keys, with_values

_UNFINISHED = f"new-{os.getpid()}"
"""Each run has a folder of its own."""
_LEFT_SECONDS = 86_400
"""No run takes so long: an older folder is of one that was killed."""
_WINDOW = ("not_before", "not_after", "date")
UNSENT_LIST = "unsent.txt"
"""What the campaign for the rest of a list calls its list."""


@contextmanager
def unfinished_folder(repository: Repository, own: Folder, cache: Path) -> Iterator[Path]:
    """Make an empty folder below `cache` for a new campaign in `own`, to be moved there; remove it at the end.

    It is in a repository of its own, so that it can be rendered before the move. Raises UsageError if something cannot
    be written.
    """
    root = repository.root / CAMPAIGNS
    folder = cache / _UNFINISHED
    try:
        _remove_left(cache)
        target = folder / own
        target.mkdir(parents=True)
        root.mkdir(exist_ok=True)
        if folder.stat().st_dev != root.stat().st_dev:
            # It could not be moved to its place whole.
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        yield target
    except OSError as error:
        raise _unwritable(own, error) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(cache: Path) -> None:
    """Remove what runs left that were killed."""
    for each in cache.glob("new-*"):
        with suppress(FileNotFoundError):  # Another run removes it too.
            if each.name != _UNFINISHED and time.time() - each.stat().st_mtime < _LEFT_SECONDS:
                continue
            shutil.rmtree(each, ignore_errors=True)


def unfinished(cache: Path) -> Repository:
    """Return the repository of the unfinished folder, which need not be there yet."""
    return Repository(cache / _UNFINISHED)


def put_in_place(repository: Repository, folder: Folder, cache: Path) -> list[str]:
    """Move the finished folder of a campaign to its place, and return the paths of its files.

    Raises UsageError if something is there already.
    """
    place = repository.root / folder
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.rename(cache / _UNFINISHED / folder, place)
    except OSError as error:
        if place.exists():
            raise UsageError(
                Phrase("{folder} already exists", folder=folder),
                Phrase("Nothing was written."),
                Phrase("choose another name"),
            ) from None
        raise _unwritable(folder, error) from None
    files = [each for each in place.rglob("*") if not each.is_dir()]
    return sorted(each.relative_to(repository.root).as_posix() for each in files)


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files below an unfinished folder; their names are paths with `/`."""
    for name, data in contents.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


@contextmanager
def copied_folder(
    repository: Repository,
    source: CampaignName,
    own: Folder,
    cache: Path,
    window: Window | None,
    values: Mapping[str, str],
) -> Iterator[Path]:
    """Copy a campaign into the folder `own`, with another window and other values of keys.

    The copy has neither the lock nor the edition nor the findings.
    """
    data, said = _declared(repository, source)
    changes: dict[Keys, str | None] = {("edition",): None, (FINDING,): None}
    if window is None:
        changes |= _without_window(said)
    else:
        if "date" in mapping_of(said.get("send")):
            changes[("send", "date")] = None
        # A new key comes before the others of its block. The dates of parts are those of the other send.
        changes[(PARTS,)] = None
        changes[("send", "not_after")] = window.not_after.isoformat()
        changes[("send", "not_before")] = window.not_before.isoformat()
    changes |= {(key,): json.dumps(value, ensure_ascii=False) for key, value in values.items()}
    with unfinished_folder(repository, own, cache) as target:
        _copy(repository, source, target, data, changes, None)
        yield target


@contextmanager
def copied_for_rest(
    repository: Repository,
    source: CampaignName,
    rest: Folder,
    openids: Iterator[str] | None,
    cache: Path,
) -> Iterator[Path]:
    """Write the folder of `rest`, without lock, edition and window, with a list of these openids.

    Without openids it goes to the audience of its own name.

    The rest of a cell has no matrix: the other cells have campaigns of their own.
    """
    data, declared = _declared(repository, source)
    alone: dict[Keys, str | None] = {}
    said: Mapping[str, Any] = declared
    if cell_of(source):
        index = indices_of_cells(declared)[cell_of(source)]
        alone, said = _without_cells(declared, index), as_cell(declared, index)
    key, value = (
        ("openids", UNSENT_LIST) if openids is not None else ("of", rest.rpartition("/")[2])
    )
    changes: dict[Keys, str | None] = {
        **alone,
        ("audience", PART): None,
        ("audience", key): value,
        ("edition",): None,
        (FINDING,): None,
    }
    with unfinished_folder(repository, rest, cache) as target:
        old_list = _own_list(repository, source, said) if openids is not None else None
        _copy(repository, source, target, data, changes | _without_window(declared), old_list)
        if openids is not None:
            with (target / UNSENT_LIST).open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{openid}\n" for openid in openids)
        yield target


def _own_list(repository: Repository, source: CampaignName, said: Mapping[str, Any]) -> Path | None:
    """Return the list of a campaign, if it lies in its folder."""
    own = below_campaigns(repository.folder(source))
    lists = picture_paths(str(said["audience"]["openids"]), f"{own}/{CAMPAIGN_FILE}", own)
    inside = lists if isinstance(lists, list) else []
    mine = [each for each in inside if each.startswith(f"{own}/")]
    return repository.root / CAMPAIGNS / mine[0] if mine else None


def _declared(repository: Repository, source: CampaignName) -> tuple[bytes, dict[str, Any]]:
    """Return a campaign's file, and what it says."""
    path = f"{repository.folder(source)}/{CAMPAIGN_FILE}"
    data = repository.read_text(path).encode()
    said = read_yaml(data, path, None, known_keys(CampaignFile)).data
    return data, said if isinstance(said, dict) else {}


def _without_cells(said: Mapping[str, Any], index: int) -> dict[Keys, str | None]:
    """Return the changes that make a file of its own of a cell, but for its audience."""
    if MATRIX not in said:
        return {("audience",): None}
    cell = as_cell(said, index)
    own: dict[Keys, Any] = {("account",): cell["account"]} if "account" in cell else {}
    own |= {("vars", key): value for key, value in said[MATRIX][index].get("vars", {}).items()}
    written = {keys: json.dumps(value, ensure_ascii=False) for keys, value in own.items()}
    return {(MATRIX,): None, ("audience",): None, **written}


def _without_window(said: Mapping[str, Any]) -> dict[Keys, str | None]:
    """Return the changes that take a window and dated parts away, and `send` where nothing else is in it."""
    send = set(said.get("send") or ())
    ends = send & set(_WINDOW)
    gone: list[Keys] = [("send", key) for key in ends] if send - ends else [("send",)]
    return dict.fromkeys([*gone, (PARTS,)])


def _copy(
    repository: Repository,
    source: CampaignName,
    target: Path,
    data: bytes,
    changes: Mapping[Keys, str | None],
    old_list: Path | None,
) -> None:
    written = with_values(
        data, f"{repository.folder(source)}/{CAMPAIGN_FILE}", known_keys(CampaignFile), changes
    )
    if written is None:
        raise UsageError(
            Phrase(
                "campaign.yaml of {name} is written in a way that cannot be copied", name=source
            ),
            Phrase("Nothing was written."),
            Phrase(
                "write its values in block style (key: value, one a line), then run the same command again"
            ),
        )
    root = repository.root / repository.folder(source)
    shutil.copytree(root, target, symlinks=True, ignore=_ours(root, old_list), dirs_exist_ok=True)
    (target / CAMPAIGN_FILE).write_bytes(written)


def quote_in(file: Path, comment: str, mark: str) -> None:
    """Put comments into a copied campaign.yaml, below the line that names its schema.

    They take the place of those that it was copied with, whose lines begin with `mark`.
    """
    lines = file.read_bytes().decode().splitlines(keepends=True)
    text = "".join(each for each in lines if not each.startswith(mark))
    newline = "\r\n" if "\r\n" in text else "\n"
    first, end, rest = text.partition(newline) if text.startswith("#") else ("", "", text)
    file.write_bytes(f"{first}{end}{comment.replace(chr(10), newline)}{rest}".encode())


def _ours(source: Path, old_list: Path | None) -> Any:
    """Leave out what massctl wrote, what editors leave behind, and the list of the other campaign."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        at_top = Path(folder) == source
        written = {LOCK_FILE} if at_top else set()
        return {
            name
            for name in names
            if name in written
            or name.startswith(".")
            or name.endswith("~")
            or Path(folder) / name == old_list
        }

    return ignored


def _unwritable(folder: Folder, error: OSError) -> UsageError:
    return UsageError(
        Phrase("{path} cannot be written: {reason}", path=folder, reason=system_reason(error)),
        hint=Phrase("run the same command again after that: it then makes the folder"),
    )
