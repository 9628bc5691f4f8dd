"""A matrix: each cell is a campaign of its own, and what is wrong with it stands where it is written."""

from typing import Any

import pytest

from massctl.model.campaign import (
    CampaignFile,
    as_cell,
    campaign_faults,
    cell_faults,
    faults_by_cell,
    surely_overlap,
)
from massctl.model.ids import (
    CampaignName,
    cell_name,
    cell_of,
    expanded,
    folder_name,
    is_campaign_name,
    is_cell_name,
    is_folder_name,
)
from massctl.model.lock import lock_part, matrix_document

ALL = {"is_to_all": True}
TAG = {"tag_id": 100}
WORDS = {"version": 1, "text": {"content": "今晚八点"}}


def of_cells(*cells: Any, **shared: Any) -> dict[str, Any]:
    return {**WORDS, **shared, "matrix": list(cells)}


def cell(name: str = "east", **said: Any) -> dict[str, Any]:
    return {"name": name, **said}


def found(data: dict[str, Any]) -> list[tuple[str, tuple[str | int, ...]]]:
    return [(each.code, each.key) for each in campaign_faults(data)]


def between(*cells: Any, **shared: Any) -> list[tuple[str, tuple[str | int, ...]]]:
    appids = {"main": "wx1", "again": "wx1", "other": "wx2"}
    return [(each.code, each.key) for each in cell_faults(of_cells(*cells, **shared), appids)]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("spring", True),
        ("spring@east", True),
        ("spring@", False),
        ("spring@east@west", False),
        ("spring@East", False),
        ("spring@east\n", False),
    ],
)
def test_a_campaign_is_called_by_its_folder_and_its_cell(name: str, right: bool):
    assert right == is_campaign_name(name)


def test_a_name_says_its_folder_and_its_cell():
    name = cell_name("spring", "east")
    assert ("spring@east", "spring", "east") == (name, folder_name(name), cell_of(name))
    assert ("spring", "") == (folder_name("spring"), cell_of("spring"))


@pytest.mark.parametrize(
    ("name", "right"), [("east", True), ("a@b", False), ("a\n", False), (5, False)]
)
def test_the_name_of_a_cell_is_a_short_word(name: object, right: bool):
    assert right == is_cell_name(name)


def test_a_cell_says_what_the_file_does_not_say_of_it():
    data = of_cells(
        cell(account="other", audience=TAG, vars={"city": "北京"}),
        cell("west"),
        account="main",
        audience=ALL,
        vars={"city": "上海", "year": 2026},
    )
    east, west = (CampaignFile.model_validate(as_cell(data, index)) for index in (0, 1))
    assert ("other", 100, None, {"city": "北京", "year": 2026}, None) == (
        east.account,
        east.audience.tag_id,
        east.audience.is_to_all,
        east.vars,
        east.matrix,
    )
    assert ("main", True, {"city": "上海", "year": 2026}) == (
        west.account,
        west.audience.is_to_all,
        west.vars,
    )


def test_variables_of_a_wrong_type_are_left_to_pydantic():
    assert "text" == as_cell(of_cells(cell(vars={"a": 1}), vars="text"), 0)["vars"]


def test_cells_that_are_complete_are_right():
    assert [] == found(of_cells(cell(account="main", audience=ALL)))
    assert [] == found(of_cells(cell(), account="main", audience=ALL))


def test_what_a_cell_lacks_is_missing_at_the_cell():
    data = of_cells(cell(account="main"), cell("west", audience=ALL))
    assert [("MC016", ("matrix", 0)), ("MC012", ("matrix", 1))] == found(data)


def test_a_fault_of_a_cell_stands_at_the_cell():
    data = of_cells(cell(account="main", audience={"is_to_all": True, "tag_id": 1}))
    assert [("MC016", ("matrix", 0, "audience", "tag_id"))] == found(data)


def test_a_fault_of_what_cells_share_is_found_once():
    data = of_cells(cell(account="main"), cell("west", account="other"), audience=ALL)
    del data["text"]
    assert [("MC015", ())] == found(data)


def test_what_every_cell_replaces_must_be_right_too():
    data = of_cells(cell(account="main", audience=ALL), account="main", audience={})
    assert [("MC016", ("audience",))] == found(data)


@pytest.mark.parametrize("cells", [None, [], ["east"], {}])
def test_what_is_not_a_list_of_cells_is_left_to_pydantic(cells: Any):
    assert [] == found({**WORDS, "account": "main", "audience": ALL, "matrix": cells})
    assert [] == list(cell_faults({**WORDS, "matrix": cells}, {}))


def test_two_cells_of_one_name_are_a_fault_at_the_second():
    cells = cell(account="main", audience=ALL), cell(account="other", audience=ALL)
    assert [("MC037", ("matrix", 1, "name"))] == between(*cells)


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        (ALL, ALL, ("matrix", 1, "audience")),
        (ALL, TAG, ("matrix", 1, "audience")),
        (TAG, {**TAG, "expect": {"min": 1}}, ("matrix", 1, "audience")),
        (TAG, None, ("matrix", 1)),
    ],
)
def test_two_cells_that_reach_the_same_followers_are_a_fault_at_the_second(
    first: Any, second: Any, key: tuple[str | int, ...]
):
    west = cell("west", account="again", **({} if second is None else {"audience": second}))
    shared = {} if second is not None else {"audience": TAG}
    assert [("MC038", key)] == between(cell(account="main", audience=first), west, **shared)


def test_cells_that_may_reach_others_are_right():
    two = cell(account="main", audience=TAG), cell("west", account="main", audience={"tag_id": 101})
    assert [] == between(*two)
    assert [] == between(cell(account="main"), cell("west", account="other"), audience=ALL)


def test_of_an_account_that_is_unknown_its_key_counts():
    two = cell(account="new", audience=ALL), cell("west", account="new", audience=ALL)
    assert [("MC038", ("matrix", 1, "audience"))] == between(*two)


def test_false_beside_a_tag_says_nothing():
    assert not surely_overlap({"is_to_all": False, "tag_id": 1}, {"tag_id": 2})
    assert not surely_overlap({}, {})


LOCKS = {
    "format_version": 2,
    "campaign": "spring",
    "cells": {"east": {"edition": 1}, "west": {"edition": 2}},
}


def test_a_lock_file_has_a_part_for_each_cell():
    assert LOCKS == matrix_document(
        CampaignName("spring"), {"west": {"edition": 2}, "east": {"edition": 1}}
    )
    assert {"edition": 2} == lock_part(LOCKS, CampaignName("spring@west"))
    assert {"edition": 1} == lock_part({"edition": 1}, CampaignName("spring"))


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (LOCKS, "spring"),
        (LOCKS, "spring@north"),
        ({"edition": 1}, "spring@east"),
        ({"cells": []}, "spring@east"),
        (None, "spring@east"),
    ],
)
def test_what_a_lock_file_does_not_say_is_not_locked(document: Any, name: str):
    assert None is lock_part(document, CampaignName(name))


def test_the_name_of_a_folder_stands_for_its_cells():
    known = ["spring@east", "spring@west", "winter"]
    assert ["winter", "spring@east", "spring@west"] == expanded(
        ["winter", "spring", "spring@east"], known
    )
    assert ["autumn"] == expanded(["autumn"], known)


@pytest.mark.parametrize(
    ("name", "right"), [("spring", True), ("spring@east", False), ("spring\n", False)]
)
def test_a_folder_has_no_cell_in_its_name(name: str, right: bool):
    assert right == is_folder_name(name)


def test_without_a_matrix_a_file_is_judged_as_it_is():
    seen: list[Any] = []
    assert [] == faults_by_cell(WORDS, lambda data: seen.append(data) or [])
    assert [WORDS] == seen
