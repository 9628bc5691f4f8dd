"""A campaign's folder under another name, for the openids that its list did not reach."""

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from massctl.errors import UsageError
from massctl.model.campaign import CampaignFile
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase, system_reason
from massctl.render.paths import picture_paths
from massctl.source.repository import CAMPAIGNS, LOCK_FILE, Repository
from massctl.source.validation import known_keys
from massctl.source.yaml import read_yaml

CAMPAIGN_FILE: Final = "campaign.yaml"
UNSENT_LIST: Final = "unsent.txt"
"""What the new campaign calls its list."""


@contextmanager
def copied_for_rest(
    repository: Repository, source: CampaignName, rest: CampaignName, openids: Iterator[str]
) -> Iterator[Path]:
    """Write the folder of `rest` beside the campaigns, without lock, edition and window; it is removed at the end.

    Gives the folder, to be moved to its place. Raises UsageError where it cannot be written.
    """
    root = repository.root / CAMPAIGNS
    try:
        # A folder with a leading `_` is no campaign, whoever looks meanwhile.
        folder = Path(tempfile.mkdtemp(prefix="_new-", dir=root))
    except OSError as error:
        raise _unwritable(rest, error) from None
    try:
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
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    document = yaml.load(text)
    for declared in (due, document):
        declared.pop("edition", None)
        for key in ("not_before", "not_after"):
            declared.get("send", {}).pop(key, None)
        if not declared.get("send", True):
            declared.pop("send")
        declared["audience"]["openids"] = UNSENT_LIST
    out = io.BytesIO()
    yaml.dump(document, out)
    if _said(out.getvalue(), path) != due:
        raise UsageError(
            Phrase("campaign.yaml of {name} is written in a way that cannot be copied", name=source),
            Phrase("Nothing was written."),
            Phrase("write its values in block style (key: value, one a line), then run the same command again"),
        )
    return out.getvalue(), repository.root / CAMPAIGNS / inside[0] if inside else None


def _said(data: bytes, path: str) -> dict[str, Any]:
    document = read_yaml(data, path, None, known_keys(CampaignFile))
    return document.data if isinstance(document.data, dict) else {}


def _unwritable(rest: CampaignName, error: OSError) -> UsageError:
    return UsageError(
        Phrase("campaigns/{name} cannot be written: {why}", name=rest, why=system_reason(error)),
        hint=Phrase("run the same command again once that is mended: it makes the folder then"),
    )
