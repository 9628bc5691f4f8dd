"""Followers that two cells of a matrix have in common, as far as lists of openids and pulled tags tell."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from massctl.model.campaign import ANOTHER_CELL, same_followers
from massctl.model.diagnostics import Diagnostic, KeyPath, Severity
from massctl.model.ids import AppId, cell_of
from massctl.model.message import DeclaredCell
from massctl.model.phrase import Phrase
from massctl.render.openid_list import find_list

if TYPE_CHECKING:
    from massctl.render.inputs import OpenidLists
    from massctl.source.campaigns import Loaded
    from massctl.source.openids import OpenidFiles


def with_lists(loaded: "Loaded", lists: "OpenidLists") -> tuple[DeclaredCell, ...]:
    """Return the cells of a campaign's matrix, those of its own AppID with the lists that they name."""
    own = _appid(loaded)
    return tuple(
        _with_list(each, loaded, lists) if each.appid == own else each for each in loaded.cells
    )


def _with_list(cell: DeclaredCell, loaded: "Loaded", lists: "OpenidLists") -> DeclaredCell:
    found = find_list(cell.audience, loaded.folder, cell.appid, lists)
    return cell if found is None else replace(cell, openid_list=found.openid_list)


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
            count = _in_both(own, other, lists)
            say = Phrase(
                "the cell {other} sends to {count:,} of these openids too, who would get it twice",
                other=cell_of(other.name),
                count=count,
            )
            key = "openids" if own.audience.of is None else "of"
            found += [_fault(loaded, key, say)] if count else []
        elif (tag := _tag(own, tags)) is not None and tag == _tag(other, tags):
            key = "tag" if own.audience.tag is not None else "tag_id"
            found.append(_fault(loaded, key, same_followers(cell_of(other.name))))
    return found


def _in_both(one: DeclaredCell, other: DeclaredCell, lists: "OpenidFiles") -> int:
    """Count the people of both. Whether different snapshots share some is said by the plan, which reads them."""
    first, second = one.openid_list, other.openid_list
    if first is None or second is None:
        return 0
    if first.sha256 == second.sha256:
        start, end = max(first.first, second.first), min(first.places.stop, second.places.stop)
        return max(0, end - start + 1)
    if one.audience.of is not None or other.audience.of is not None:
        return 0
    return lists.in_both(first.sha256, second.sha256)


def _appid(loaded: "Loaded") -> AppId:
    return next(each.appid for each in loaded.cells if each.name == loaded.name)


def _tag(cell: DeclaredCell, tags: Mapping[str, int]) -> int | None:
    name = cell.audience.tag
    return cell.audience.tag_id if name is None else tags.get(name)


def _fault(loaded: "Loaded", key: str, say: Phrase) -> Diagnostic:
    path: KeyPath = ("audience", key)
    place, excerpt = loaded.place(path), loaded.excerpt(path)
    return Diagnostic("MC038", Severity.ERROR, say, place, ANOTHER_CELL, loaded.name, excerpt)
