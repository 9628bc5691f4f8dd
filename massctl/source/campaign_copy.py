"""A campaign's folder under another name, for the openids that its list did not reach."""

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from massctl.errors import UsageError
from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Lines
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase, system_reason
from massctl.render.paths import picture_paths
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, Repository
from massctl.source.validation import known_keys
from massctl.source.yaml import Node, compose, read_yaml

_UNFINISHED: Final = "new"
CAMPAIGN_FILE: Final = "campaign.yaml"
UNSENT_LIST: Final = "unsent.txt"
"""What the new campaign calls its list."""


@contextmanager
def copied_for_rest(
    repository: Repository, source: CampaignName, rest: CampaignName, openids: Iterator[str], cache: Path
) -> Iterator[Path]:
    """Write the folder of `rest` below `cache`, without lock, edition and window; it is removed at the end.

    Gives the folder, to be moved to its place. Raises UsageError where it cannot be written. One run at a time.
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
    """Move a finished folder to its place among the campaigns; raises UsageError where something is there already."""
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
    """Give campaign.yaml for another list, without edition and window, and the old list where it is in the folder."""
    path = f"{CAMPAIGNS}/{source}/{CAMPAIGN_FILE}"
    text = repository.read_text(path)
    due = _said(text.encode(), path)
    lists = picture_paths(str(due["audience"]["openids"]), f"{source}/{CAMPAIGN_FILE}", source)
    inside = [each for each in lists if each.startswith(f"{source}/")] if isinstance(lists, list) else []
    due.pop("edition", None)
    due["audience"]["openids"] = UNSENT_LIST
    ends = {key for key in ("not_before", "not_after") if key in due.get("send", {})}
    gone = [("edition",), *([("send",)] if ends == set(due.get("send", ())) else [("send", key) for key in ends])]
    for key in ends:
        del due["send"][key]
    if not due.get("send", True):
        del due["send"]
    text = _with(text, ("audience", "openids"), UNSENT_LIST)
    for keys in gone:
        text = _with(text, keys, None)
    if _said(text.encode(), path) != due:
        raise UsageError(
            Phrase("campaign.yaml of {name} is written in a way that cannot be copied", name=source),
            Phrase("Nothing was written."),
            Phrase("write its values in block style (key: value, one a line), then run the same command again"),
        )
    return text.encode(), repository.root / CAMPAIGNS / inside[0] if inside else None


def _with(text: str, keys: Sequence[str], value: str | None) -> str:
    """Give the text with another value below `keys`, or without it; as it is where there is none to be found."""
    *above, last = keys
    mapping = compose(text).root
    for key in above:
        mapping = next((each for name, each in _pairs(mapping) if name.text == key), None)
    pairs = _pairs(mapping)
    found = next((index for index, (name, _) in enumerate(pairs) if name.text == last), None)
    if mapping is None or found is None:
        return text
    name, old = pairs[found]
    if value is not None:
        return text[: old.start] + value + text[old.end :]
    start, end = name.start, max(old.end, name.end)
    if not mapping.is_flow:
        lines = Lines(text)
        line = lines.at(end)[0]
        start = lines.bounds(lines.at(start)[0])[0]
        end = lines.bounds(line + 1)[0] if line < len(lines) else len(text)
    elif found + 1 < len(pairs):
        end = pairs[found + 1][0].start
    elif found:
        start = pairs[found - 1][1].end
    return text[:start] + text[end:]


def _pairs(mapping: Node | None) -> list[tuple[Node, Node]]:
    items = mapping.items if mapping is not None and mapping.kind == "mapping" else []
    return list(zip(items[::2], items[1::2], strict=True))


def _said(data: bytes, path: str) -> dict[str, Any]:
    document = read_yaml(data, path, None, known_keys(CampaignFile))
    return document.data if isinstance(document.data, dict) else {}


def _unwritable(rest: CampaignName, error: OSError) -> UsageError:
    return UsageError(
        Phrase("campaigns/{name} cannot be written: {why}", name=rest, why=system_reason(error)),
        hint=Phrase("run the same command again once that is mended: it makes the folder then"),
    )
