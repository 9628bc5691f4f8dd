"""Dated parts of one snapshot: what a campaign.yaml may say, when each goes out, and who is in which."""

from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.batches import OpenidList, batch_places
from massctl.model.campaign import Audience, as_cell, campaign_faults, cell_faults, cell_names
from massctl.model.ids import Sha256

SNAPSHOT: Final = Sha256("a" * 64)
START: Final = "2026-12-10T20:00:00+08:00"
FILE: Final[dict[str, Any]] = {
    "version": 1,
    "account": "main",
    "audience": {"of": "east"},
    "send": {"not_before": START},
    "text": {"content": "今晚八点"},
}


def parted(*ends: object, **more: Any) -> dict[str, Any]:
    return {**FILE, "parts": [{"until": end} for end in ends], **more}


def faults(data: dict[str, Any]) -> list[tuple[str, tuple[object, ...]]]:
    return [(each.code, each.key) for each in campaign_faults(data)]


def window(data: dict[str, Any], index: int) -> tuple[str, str]:
    send = as_cell(data, index)["send"]
    return send["not_before"], send["not_after"]


@given(st.integers(62, 400), st.integers(2, 31), st.integers(3, 40))
def test_parts_have_nobody_in_common_and_are_the_whole(count: int, parts: int, most: int) -> None:
    whole = OpenidList(SNAPSHOT, count, most)
    found = [whole.part(number, parts) for number in range(1, parts + 1)]
    places = [each for part in found for each in part.places]
    assert list(range(count)) == places
    assert {count} == {each.together for each in found}
    sizes = {each.count for each in found}
    assert max(sizes) - min(sizes) <= 1
    batches = [
        place
        for part in found
        for some in batch_places(part.places, range(1, part.batches + 1), most)
        for place in some
    ]
    assert places == batches


def test_parts_are_cells_that_are_called_by_their_numbers() -> None:
    data = parted("2026-12-10T22:00:00+08:00", "2026-12-11T22:00:00+08:00")
    assert ["part-1", "part-2"] == cell_names(data)
    second = as_cell(data, 1)
    assert ({"of": "east", "part": "2/2"}, False) == (second["audience"], "parts" in second)


@pytest.mark.parametrize(
    ("ends", "opens"),
    [
        (("10T22:00", "11T22:00", "12T22:00"), ("10T20:00", "11T20:00", "12T20:00")),
        (("10T22:00", "10T23:00"), ("10T20:00", "10T22:00")),
        (("10T22:00", "12T12:00"), ("10T20:00", "11T20:00")),
        (("11T02:00", "12T02:00"), ("10T20:00", "11T20:00")),
        (("10T22:00", "11T20:00"), ("10T20:00", "10T22:00")),
    ],
)
def test_a_part_opens_at_the_hour_of_the_first_and_after_the_one_above(
    ends: tuple[str, ...], opens: tuple[str, ...]
) -> None:
    whole = [f"2026-12-{end}:00+08:00" for end in ends]
    data = parted(*whole)
    assert [] == faults(data)
    found = [window(data, index) for index in range(len(ends))]
    assert [f"2026-12-{each}:00+08:00" for each in opens] == [start for start, _ in found]
    assert all(above[1] <= below[0] for above, below in pairwise(found))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (parted("2026-12-10T19:00:00+08:00", "2026-12-11T22:00:00+08:00"), ("MC020", 0)),
        (parted("2026-12-10T22:00:00+08:00", "2026-12-10T21:00:00+08:00"), ("MC020", 1)),
        (parted("2026-12-10T22:00:00+08:00", "2026-12-41T21:00:00+08:00"), ("MC014", 1)),
    ],
)
def test_parts_that_do_not_follow_each_other(data: dict[str, Any], fault: tuple[str, int]) -> None:
    code, index = fault
    assert [(code, ("parts", index, "until"))] == faults(data)


ENDS: Final = ("2026-12-10T22:00:00+08:00", "2026-12-11T22:00:00+08:00")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (parted(*ENDS, audience={"tag": "会员"}), ("MC014", ("parts",))),
        (parted(*ENDS, audience={"of": "east", "part": "1/2"}), ("MC014", ("audience", "part"))),
        (parted(*ENDS, send={}), ("MC012", ("send",))),
        (
            parted(*ENDS, send={"not_before": START, "not_after": ENDS[0]}),
            ("MC014", ("send", "not_after")),
        ),
        (parted(*ENDS, send={"date": "2026-12-10"}), ("MC012", ("send", "date"))),
        (parted(*ENDS, matrix=[{"name": "a"}]), ("MC014", ("parts",))),
        (
            {**FILE, "send": {}, "audience": {"tag": "x", "part": "1/2"}},
            ("MC014", ("audience", "part")),
        ),
        (
            {**FILE, "send": {}, "audience": {"of": "x", "part": "3/2"}},
            ("MC014", ("audience", "part")),
        ),
        (
            {**FILE, "send": {}, "audience": {"of": "x", "part": "1/1"}},
            ("MC014", ("audience", "part")),
        ),
        (
            {**FILE, "send": {}, "audience": {"of": "x", "part": "1/32"}},
            ("MC014", ("audience", "part")),
        ),
    ],
    ids=repr,
)
def test_what_cannot_stand_beside_parts(data: dict[str, Any], found: object) -> None:
    assert [found] == faults(data)


def test_cells_with_two_parts_of_one_audience_do_not_overlap_and_with_one_part_do() -> None:
    cells = [
        {"name": name, "audience": {"of": "east", "part": part}}
        for name, part in (("a", "1/2"), ("b", "2/2"))
    ]
    data = {**FILE, "matrix": cells}
    assert [] == list(cell_faults(data, {}))
    same = {**data, "matrix": [cells[0], {**cells[0], "name": "b"}]}
    assert ["MC038"] == [each.code for each in cell_faults(same, {})]


def test_an_audience_means_all_of_its_people_or_a_part() -> None:
    people = OpenidList(SNAPSHOT, 7, audience="east")
    assert people is Audience(of="east").part_of(people)
    part = Audience(of="east", part="2/3").part_of(people)
    assert (2, 4, 7) == (part.count, part.first, part.whole)


def test_all_places_are_those_of_no_named_batch() -> None:
    assert [range(3, 9)] == [*batch_places(range(3, 9), None)]


def test_a_part_whose_day_cannot_be_read_has_no_window() -> None:
    send = as_cell({**parted("tomorrow", "2026-12-12"), "send": {}}, 0)["send"]
    assert send == {"not_after": "tomorrow"}
