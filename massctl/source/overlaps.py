"""Followers that two cells of a matrix have in common, as far as lists of openids and pulled tags tell."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.model.campaign import ANOTHER_CELL, same_followers
from massctl.model.diagnostics import Diagnostic, KeyPath, Severity
from massctl.model.ids import AppId, cell_of
from massctl.model.message import DeclaredCell
from massctl.model.phrase import Phrase
from massctl.render.audience import find_openids

if TYPE_CHECKING:
    from massctl.render.inputs import OpenidLists
    from massctl.source.campaigns import Loaded
    from massctl.source.openids import OpenidFiles


def with_lists(loaded: "Loaded", lists: "OpenidLists") -> tuple[DeclaredCell, ...]:
    """Return the cells of a campaign's matrix, those of its own AppID with the lists that they name."""
    own = _appid(loaded)
    return tuple(
        replace(
            each,
            openid_list=find_openids(each.audience.openids, loaded.folder, lists).openid_list,
        )
        if each.appid == own and each.audience.openids is not None
        else each
        for each in loaded.cells
    )


def about_overlaps(
    loaded: "Loaded",
    cells: Sequence[DeclaredCell],
    tags: Mapping[str, int],
    lists: "OpenidFiles",
) -> list[Diagnostic]:
    """Find the cells that send to followers of this one; `tags` are the ids of its account's tags by their names.

    Both of two cells have the fault: nobody knows which of them is meant.
    """
    own = next(each for each in cells if each.name == loaded.name)
    found: list[Diagnostic] = []
    for other in cells:
        if other.name == own.name or other.appid != own.appid:
            continue
        if own.openid_list is not None and other.openid_list is not None:
            count = lists.in_both(own.openid_list.sha256, other.openid_list.sha256)
            say = Phrase(
                "the cell {other} sends to {count:,} of these openids too, who would get it twice",
                other=cell_of(other.name),
                count=count,
            )
            found += [_fault(loaded, "openids", say)] if count else []
        elif (tag := _tag(own, tags)) is not None and tag == _tag(other, tags):
            key = "tag" if own.audience.tag is not None else "tag_id"
            found.append(_fault(loaded, key, same_followers(cell_of(other.name))))
    return found


def _appid(loaded: "Loaded") -> AppId:
    return next(each.appid for each in loaded.cells if each.name == loaded.name)


def _tag(cell: DeclaredCell, tags: Mapping[str, int]) -> int | None:
    name = cell.audience.tag
    return cell.audience.tag_id if name is None else tags.get(name)


def _fault(loaded: "Loaded", key: str, say: Phrase) -> Diagnostic:
    path: KeyPath = ("audience", key)
    place, excerpt = loaded.place(path), loaded.excerpt(path)
    return Diagnostic("MC038", Severity.ERROR, say, place, ANOTHER_CELL, loaded.name, excerpt)
