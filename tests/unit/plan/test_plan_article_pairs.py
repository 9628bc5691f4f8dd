"""Which article is which, and which of them moved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massctl.plan.review_diff import Traits, Words, moved, paired


def traits(title: str, content: str = "", *blocks: str) -> Traits:
    return Traits(title, content or f"body {title}", frozenset(map(Words, blocks)))


A, B, C = traits("a"), traits("b"), traits("c")
named = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [A], {}),
        ([A], [], {}),
        ([A, B], [B, A], {0: 1, 1: 0}),
        ([A], [traits("new title", "body a")], {0: 0}),
        ([A, B], [traits("a", "another body"), B], {0: 0, 1: 1}),
        ([traits("a", "1", "共有", "旧"), B], [C, traits("x", "2", "共有", "新")], {1: 0}),
        ([A], [B], {0: 0}),
        ([A, B], [C], {}),
    ],
)
def test_articles_are_recognised(before: list[Traits], after: list[Traits], expected: dict[int, int]):
    assert expected == paired(before, after)


def test_the_surest_sign_counts_most():
    twin = traits("a", "body b")
    assert {0: 1, 1: 0} == paired([twin, A], [A, twin])


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ({}, set()),
        ({0: 0, 1: 1}, set()),
        ({1: 0, 2: 1}, set()),
        ({0: 2, 1: 0, 2: 1}, {0}),
        ({0: 1, 1: 2, 2: 0}, {2}),
    ],
)
def test_as_few_as_possible_moved(pairs: dict[int, int], expected: set[int]):
    assert expected == moved(pairs)


@given(named)
def test_in_the_same_message_every_article_is_itself_and_in_place(titles: list[str]):
    articles = [traits(title) for title in titles]
    pairs = paired(articles, articles)
    assert {number: number for number in range(len(titles))} == pairs
    assert frozenset() == moved(pairs)


@given(named, st.randoms(use_true_random=False))
def test_the_ones_that_did_not_move_stand_in_their_old_order(titles: list[str], chance: object):
    mixed = list(titles)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    pairs = paired([*map(traits, titles)], [*map(traits, mixed)])
    kept = [pairs[new] for new in sorted(pairs) if new not in moved(pairs)]
    assert sorted(kept) == kept
    assert len(titles) == len(pairs)
