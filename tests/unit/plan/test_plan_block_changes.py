"""Two bodies, paragraph by paragraph: what came, went, and is in whose place."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.plan.review_diff import (
    Block,
    BlockChange,
    Mark,
    PictureChanged,
    PictureSeen,
    Words,
    WordsChanged,
    block_changes,
)

RIVER, LAKE = PictureSeen("river"), PictureSeen("lake")
some_blocks = st.lists(
    st.sampled_from(["今天风大", "今天雨大，别出门", "早", "晚安", "明天见，老地方"]).map(Words)
    | st.sampled_from([RIVER, LAKE]),
    max_size=8,
)


def told(old: list[Block], new: list[Block]) -> list[str]:
    return [_told(change) for change in block_changes(old, new)]


def _told(change: BlockChange) -> str:
    if isinstance(change, PictureChanged):
        return f"{change.before and change.before.name} → {change.after and change.after.name}"
    signs = {Mark.KEPT: "{}", Mark.REMOVED: "[-{}]", Mark.ADDED: "[+{}]"}
    return "".join(signs[piece.mark].format(piece.text) for piece in change.pieces)


def sides(changes: list[BlockChange]) -> tuple[Counter[Block], Counter[Block]]:
    """Give the blocks that stood in the changed places before, and those that stand there now."""
    before: Counter[Block] = Counter()
    after: Counter[Block] = Counter()
    for change in changes:
        if isinstance(change, PictureChanged):
            before.update([change.before] if change.before else [])
            after.update([change.after] if change.after else [])
            continue
        for side, other in ((before, Mark.ADDED), (after, Mark.REMOVED)):
            text = "".join(piece.text for piece in change.pieces if piece.mark is not other)
            side.update([Words(text)] if text else [])
    return before, after


@given(some_blocks)
def test_a_body_against_itself_has_no_change(blocks: list[Block]):
    assert [] == block_changes(blocks, blocks)


@given(some_blocks, some_blocks)
def test_the_changes_explain_the_difference(old: list[Block], new: list[Block]):
    before, after = sides(block_changes(old, new))
    rest = Counter(old)
    rest.subtract(before)
    rest.update(after)
    assert Counter(new) == +rest
    assert min(rest.values(), default=0) >= 0


@given(some_blocks)
def test_what_came_and_what_went_mirror_each_other(blocks: list[Block]):
    (gone, _), (_, come) = sides(block_changes(blocks, [])), sides(block_changes([], blocks))
    assert gone == come


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([Words("早")], [Words("早"), Words("今天风大")], ["[+今天风大]"]),
        ([Words("早"), Words("今天风大")], [Words("今天风大")], ["[-早]"]),
        ([Words("今天风大了些")], [Words("今天雨大了些")], ["今天[-风][+雨]大了些"]),
        ([Words("早")], [Words("晚")], ["[-早][+晚]"]),
        ([RIVER], [LAKE], ["river → lake"]),
        ([RIVER], [PictureSeen("river", "河")], ["river → river"]),
        ([Words("早")], [RIVER], ["[-早]", "None → river"]),
        ([RIVER, Words("今天风大")], [Words("今天雨大")], ["river → None", "今天[-风][+雨]大"]),
        (
            [Words("今天的风很大"), Words("毫不相干")],
            [Words("插进来的一段"), Words("今天的雨很大"), RIVER],
            ["[+插进来的一段]", "今天的[-风][+雨]很大", "[-毫不相干]", "None → river"],
        ),
    ],
)
def test_each_old_paragraph_meets_the_new_one_that_is_most_like_it(
    old: list[Block], new: list[Block], expected: list[str]
):
    assert expected == told(old, new)


def test_a_renamed_file_of_the_same_bytes_is_no_change():
    assert [] == told([PictureSeen("river", "", "images/a.png", 1)], [PictureSeen("river", "", "images/b.png", 1)])


def test_words_changed_know_their_marks():
    (change,) = block_changes([], [Words("早")])
    assert isinstance(change, WordsChanged)
    assert {Mark.ADDED} == change.marks
