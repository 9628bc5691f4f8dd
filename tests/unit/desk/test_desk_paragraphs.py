"""Two versions joined paragraph by paragraph: no word of either is lost."""

from hypothesis import given
from hypothesis import strategies as st

from massctl.desk.paragraphs import agreed, joined, paragraphs_of

TEXT = st.lists(st.sampled_from(["一", "二 行\n三", "", "# 题", "尾"]), max_size=6).map("\n\n".join)


@given(TEXT)
def test_paragraphs_together_are_the_text(text: str) -> None:
    assert "".join(paragraphs_of(text)) == text


def test_changes_in_different_paragraphs_are_both_kept() -> None:
    base = "一\n\n二\n\n三\n"
    pieces = joined(base, "一改\n\n二\n\n三\n", "一\n\n二\n\n三改\n")
    assert agreed(pieces) == "一改\n\n二\n\n三改\n"


def test_changes_of_one_paragraph_have_to_be_chosen() -> None:
    pieces = joined("一\n\n二\n", "一甲\n\n二\n", "一乙\n\n二\n")
    assert agreed(pieces) is None
    assert [(each.mine, each.theirs) for each in pieces if not each.is_same] == [
        ("一甲\n\n", "一乙\n\n")
    ]


@given(TEXT, TEXT, TEXT)
def test_each_side_can_be_chosen_whole_where_all_is_conflict_or_shared(
    base: str, mine: str, theirs: str
) -> None:
    pieces = joined(base, mine, theirs)
    assert agreed(joined(base, mine, base)) == mine
    assert agreed(joined(base, base, theirs)) == theirs
    assert agreed(joined(base, mine, mine)) == mine
    for text, side in ((mine, "mine"), (theirs, "theirs")):
        chosen = "".join(getattr(each, side) for each in pieces)
        new = [each for each in paragraphs_of(text) if each not in paragraphs_of(base)]
        assert all(each.strip() in chosen for each in new)
