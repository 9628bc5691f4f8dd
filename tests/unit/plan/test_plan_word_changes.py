"""Two texts, and the pieces that were kept, removed and added."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.plan.review_diff import Budget, Mark, Piece, common_ends, word_changes

KEPT, REMOVED, ADDED = Mark.KEPT, Mark.REMOVED, Mark.ADDED
words = st.text(st.sampled_from("春夏秋冬的一了，。ab1 2\u200d🧣🏽é"), max_size=40) | st.text(max_size=40)


def pieces(old: str, new: str) -> list[tuple[Mark, str]]:
    return [(piece.mark, piece.text) for piece in word_changes(old, new, Budget())]


def joined(found: tuple[Piece, ...], *marks: Mark) -> str:
    return "".join(piece.text for piece in found if piece.mark in marks)


@given(words, words, st.sampled_from([0, 10, 100, 10_000]))
def test_the_pieces_make_both_texts(old: str, new: str, left: int):
    found = word_changes(old, new, Budget(left))
    assert (old, new) == (joined(found, KEPT, REMOVED), joined(found, KEPT, ADDED))


@given(words)
def test_a_text_against_itself_is_kept(text: str):
    assert {KEPT} >= {piece.mark for piece in word_changes(text, text, Budget(0))}


@given(words)
def test_a_text_that_came_and_one_that_went_mirror_each_other(text: str):
    came, went = word_changes("", text, Budget()), word_changes(text, "", Budget())
    assert [(ADDED, piece.text) for piece in came] == [(ADDED, piece.text) for piece in went if piece.mark is REMOVED]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("现在只要1999元", "现在只要1899元", [(KEPT, "现在只要"), (REMOVED, "1999"), (ADDED, "1899"), (KEPT, "元")]),
        (
            "今晚 20:00 开始",
            "今晚 21:30 开始",
            [(KEPT, "今晚 "), (REMOVED, "20:00"), (ADDED, "21:30"), (KEPT, " 开始")],
        ),
        ("春天来了", "春天终于来了", [(KEPT, "春天"), (ADDED, "终于"), (KEPT, "来了")]),
        ("see the river", "see a river", [(KEPT, "see "), (REMOVED, "the"), (ADDED, "a"), (KEPT, " river")]),
        ("围巾🧣🏽真好看", "围巾🧣🏿真好看", [(KEPT, "围巾"), (REMOVED, "🧣🏽"), (ADDED, "🧣🏿"), (KEPT, "真好看")]),
        (
            "一家人👩\u200d👧出门",
            "一家人👩\u200d👦出门",
            [(KEPT, "一家人"), (REMOVED, "👩\u200d👧"), (ADDED, "👩\u200d👦"), (KEPT, "出门")],
        ),
    ],
)
def test_the_changed_words_are_marked(old: str, new: str, expected: list[tuple[Mark, str]]):
    assert expected == pieces(old, new)


def test_few_characters_between_changes_are_told_with_them():
    assert [(KEPT, "时间是"), (REMOVED, "9月1"), (ADDED, "10月2"), (KEPT, "日，老地方")] == pieces(
        "时间是9月1日，老地方", "时间是10月2日，老地方"
    )


def test_more_than_a_few_part_two_changes():
    assert [REMOVED, ADDED, KEPT, REMOVED, ADDED, KEPT] == [
        mark for mark, _ in pieces("9点在河堤东边的小亭子8号", "7点在河堤东边的小亭子6号") if mark
    ]


def test_texts_with_little_in_common_are_told_as_old_and_new():
    assert [(REMOVED, "天冷，多穿一件。"), (ADDED, "周日的步行改时间了。")] == pieces(
        "天冷，多穿一件。", "周日的步行改时间了。"
    )


def test_what_is_too_dear_is_told_between_its_ends():
    budget = Budget(10)
    found = word_changes(
        "开头相同的一段" + "甲乙丙丁戊" + "结尾相同的一段", "开头相同的一段" + "丁丙乙甲己" + "结尾相同的一段", budget
    )
    assert [KEPT, REMOVED, ADDED, KEPT] == [piece.mark for piece in found]
    assert budget.is_capped


def test_two_long_texts_of_few_characters_cost_little():
    started = time.perf_counter()
    budget = Budget()
    word_changes("的一" * 10_000, "一不的" * 6_666, budget)
    assert budget.is_capped
    assert time.perf_counter() - started < 5


@given(st.lists(st.integers(0, 2), max_size=8), st.lists(st.integers(0, 2), max_size=8))
def test_common_ends_do_not_overlap(one: list[int], other: list[int]):
    start, end = common_ends(one, other)
    assert start + end <= min(len(one), len(other))
    assert one[:start] == other[:start]
    assert one[len(one) - end :] == other[len(other) - end :]
