"""Two texts, and the pieces that were kept, removed and added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.plan.review_diff import TOKENS_MAX, Mark, Piece, word_changes

KEPT, REMOVED, ADDED = Mark.KEPT, Mark.REMOVED, Mark.ADDED
words = st.text(st.sampled_from("春夏秋冬的一了，。ab1 2\u200d🧣🏽é"), max_size=40) | st.text(max_size=40)


def pieces(old: str, new: str) -> list[tuple[Mark, str]]:
    return [(piece.mark, piece.text) for piece in word_changes(old, new)]


def joined(found: tuple[Piece, ...], *marks: Mark) -> str:
    return "".join(piece.text for piece in found if piece.mark in marks)


@given(words, words)
def test_the_pieces_make_both_texts(old: str, new: str):
    found = word_changes(old, new)
    assert (old, new) == (joined(found, KEPT, REMOVED), joined(found, KEPT, ADDED))


@given(words)
def test_a_text_against_itself_is_kept(text: str):
    assert {KEPT} >= {piece.mark for piece in word_changes(text, text)}


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


def test_texts_with_little_in_common_are_told_as_old_and_new():
    assert [(REMOVED, "天冷，多穿一件。"), (ADDED, "周日的步行改时间了。")] == pieces(
        "天冷，多穿一件。", "周日的步行改时间了。"
    )


@pytest.mark.parametrize("count", [1, TOKENS_MAX])
def test_a_text_of_too_many_words_is_told_as_old_and_new(count: int):
    assert {1: [KEPT, ADDED], TOKENS_MAX: [REMOVED, ADDED]}[count] == [
        mark for mark, _ in pieces("天" * count, "天" * count + "地")
    ]
