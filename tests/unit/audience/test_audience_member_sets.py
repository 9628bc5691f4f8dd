"""Arithmetic over people is exact: as Python's own sets say."""

import os
import tempfile
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from massctl.audience import member_sets
from massctl.audience.member_sets import Members, MemberSets
from massctl.errors import InvariantError, MassctlError, SnapshotDamagedError, SnapshotError
from massctl.model.audience import PeopleChange


def openid(number: int) -> str:
    return f"o{number:027}"


def people(sets: MemberSets, *numbers: int) -> Members:
    return sets.of(map(openid, numbers))


def numbers(sets: MemberSets, members: Members) -> list[int]:
    return [int(each[1:]) for each in sets.openids(members)]


@pytest.fixture(scope="module")
def sets():
    with MemberSets() as opened:
        yield opened


def test_a_set_has_each_person_once_in_the_order_of_their_bytes(sets: MemberSets):
    found = sets.of(["ozzzzzz", "oAAAAAA", "o______", "oAAAAAA", "o------", "oaaaaaa"])
    expected = sorted({"ozzzzzz", "oAAAAAA", "o______", "o------", "oaaaaaa"})
    assert list(sets.openids(found)) == expected
    assert (
        sets.sha256(found) == sha256("".join(f"{each}\n" for each in expected).encode()).hexdigest()
    )


def test_an_empty_set_is_a_set(sets: MemberSets):
    empty, one = people(sets), people(sets, 1)
    assert sets.count(empty) == 0
    assert sets.sha256(empty) == sha256(b"").hexdigest()
    assert numbers(sets, sets.subtract(one, [empty])) == [1]
    assert sets.is_within(empty, one)
    assert sets.patterns([(0, empty), (1, one)], 2) == {2: 1}


_SOME = st.lists(st.integers(0, 12), max_size=12)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(_SOME, min_size=2, max_size=4))
def test_answers_are_those_of_python(drawn: list[list[int]]):
    expected = [set(each) for each in drawn]
    patterns = Counter[int]()
    for number, some in enumerate(expected):
        patterns.update(dict.fromkeys(some, 1 << number))
    with MemberSets() as sets:
        made = [people(sets, *each) for each in drawn]
        first, rest = made[0], made[1:]
        assert numbers(sets, sets.union(made)) == sorted(set.union(*expected))
        assert numbers(sets, sets.intersection(made)) == sorted(set.intersection(*expected))
        assert numbers(sets, sets.subtract(first, rest)) == sorted(
            expected[0].difference(*expected[1:])
        )
        assert sets.is_within(first, made[1]) == (expected[0] <= expected[1])
        change = sets.change(first, made[1])
        assert change.added == len(expected[1] - expected[0])
        assert change.removed == len(expected[0] - expected[1])
        assert sets.patterns(list(enumerate(made)), len(made)) == Counter(patterns.values())
        twice = {each for each in patterns.values() if each.bit_count() > 1}
        assert numbers(
            sets, sets.keep_unmatched(list(enumerate(made)), 0, [*twice], len(made))
        ) == sorted(each for each in expected[0] if patterns[each] not in twice)
        assert numbers(sets, sets.blanked(first, made[1])) == sorted(expected[0] - expected[1])


def test_a_blank_place_renumbers_nobody(sets: MemberSets):
    blank = sets.blanked(people(sets, 1, 2, 3, 4), people(sets, 2, 9))
    assert (sets.places(blank), sets.count(blank)) == (4, 3)
    assert numbers(sets, sets.part(blank, range(1, 3))) == [3]
    assert (
        sets.sha256(blank)
        == sha256(
            "".join(f"{each}\n" for each in [openid(1), "", openid(3), openid(4)]).encode()
        ).hexdigest()
    )
    again = sets.blanked(blank, people(sets, 4))
    assert (sets.places(again), numbers(sets, again)) == (4, [1, 3])


def test_what_is_read_while_another_question_is_asked_stays_whole(sets: MemberSets):
    found = people(sets, *range(200_000))
    reading = sets.openids(found)
    assert next(reading) == openid(0)
    assert sets.count(found) == 200_000
    assert sum(1 for _ in reading) == 199_999


@pytest.mark.slow
def test_millions_are_sorted_in_slices_that_lose_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(member_sets, "SLICE", 10_000)
    drawn = [openid(number * 7919 % 50_021) for number in range(60_000)]
    with MemberSets() as sets:
        found = sets.of(drawn)
        assert sorted(set(drawn)) == list(sets.openids(found))
        assert sets.sha256(sets.of(sorted(drawn))) == sets.sha256(found)


def test_what_is_compared_in_slices_is_as_python_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(member_sets, "SLICE", 7)
    first, second, third = set(range(0, 40, 2)), set(range(30, 60, 3)), {1, 36, 90}
    with MemberSets() as sets:
        one, two, few = (people(sets, *each) for each in (first, second, third))
        assert numbers(sets, sets.union([few, two, one])) == sorted(first | second | third)
        assert numbers(sets, sets.intersection([one, two])) == sorted(first & second)
        assert numbers(sets, sets.subtract(one, [two, few])) == sorted(first - second - third)
        assert sets.overlap(one, two) == len(first & second)
        assert sets.change(one, two) == PeopleChange(len(second - first), len(first - second))
        assert not sets.is_within(few, one)
        assert sets.is_within(sets.intersection([one, two]), two)


def test_people_of_more_than_one_pattern_are_counted_by_each(monkeypatch: pytest.MonkeyPatch):
    """Patterns of one word and of three, of one slice and of several."""
    with MemberSets() as sets:
        one, two = people(sets, *range(12)), people(sets, *range(8, 20))
        batch = sets.part(two, range(2, 6))
        for slices in (100, 5):
            monkeypatch.setattr(member_sets, "SLICE", slices)
            numbered = [(0, one), (1, two), (130, batch), (130, people(sets, 0))]
            high = 1 << 130
            assert sets.patterns(numbered, 131) == {
                1: 7,
                1 | high: 1,
                3: 2,
                3 | high: 2,
                2 | high: 2,
                2: 6,
            }
            kept = sets.keep_unmatched(numbered, 0, [3 | high, 1], 131)
            assert numbers(sets, kept) == [0, 8, 9]
            assert sets.patterns([(0, one), (0, two)], 1) == {1: 20}


def test_what_is_not_an_openid_is_no_person(sets: MemberSets):
    with pytest.raises(InvariantError) as raised:
        sets.of([openid(1), "secret-person"])
    assert "secret" not in str(raised.value)


def test_a_file_of_other_columns_is_not_taken_in(sets: MemberSets):
    with sets.memory_file() as (path, file):
        file.write(b"no parquet")
    with pytest.raises(SnapshotDamagedError):
        sets.of_file(path)


def test_no_word_of_duckdb_gets_out(sets: MemberSets):
    with pytest.raises(SnapshotError) as raised:
        sets._rows(f"SELECT CAST('{openid(7)}' AS INTEGER)")
    error: BaseException | None = raised.value
    while error is not None:
        said = [str(error), *(str(each) for each in vars(error).values())]
        assert openid(7) not in " ".join(said)
        assert isinstance(error, MassctlError)
        error = error.__context__


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/dev/null'",
        "ATTACH '/dev/null' AS other",
        "SET enable_external_access = true",
        "SET memory_limit = '9GB'",
        "INSTALL httpfs",
    ],
)
def test_the_database_reaches_nothing_but_its_own_memory(sets: MemberSets, query: str):
    with pytest.raises(SnapshotError):
        sets._rows(query)


def test_without_files_in_memory_a_private_folder_holds_them_and_is_gone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with MemberSets() as sets:
        both = sets.union([people(sets, 3, 1), people(sets, 2, 1)])
        assert numbers(sets, both) == [1, 2, 3]
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        with pytest.raises(SnapshotError):
            sets._rows("SELECT * FROM read_csv('/etc/passwd')")
    assert [] == list(tmp_path.iterdir())


WRONG = ["o' OR true --", "xEAST000001", "o\0ne"]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_an_openid_comes_into_no_set(sets: MemberSets, wrong: str):
    for taken in (sets.of, sets.in_given_order):
        with pytest.raises(InvariantError):
            taken([openid(1), wrong])


def test_a_query_holds_no_text_that_is_not_an_openid(
    sets: MemberSets, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(member_sets, "SLICE", 2)
    odd = "SELECT 'o'' OR true --' || n AS openid FROM range(9) numbers(n)"
    found = sets._materialize(odd)  # As a snapshot would hold it that somebody else encrypted.
    with pytest.raises(InvariantError):
        sets.patterns([(0, found)], 1)
