"""What a person has left to do in the console, and what says that it is done."""

from dataclasses import replace
from typing import Any

import pytest
from building import OPEN, article, attempted, guards, house, news, planned, recorded, saved

from massctl.model.campaign import Handoff, handoff_items
from massctl.model.entries import Adopted, DraftDeleted
from massctl.plan.guards import HandoffItem, handoff_of
from massctl.plan.plan import make_plan
from massctl.plan.plan_file import plan_digest, plan_document
from massctl.plan.steps import SendMass

ITEMS = ("original", "album: 秋季")
SALE = news("sale", window=OPEN, handoff=ITEMS)
PLAIN = replace(SALE, handoff=())


def adopted(media_id: str = "MEDIA_1", items: list[str] | None = None) -> Any:
    done = list(ITEMS) if items is None else items
    event = Adopted(
        media_id=media_id, draft_sha256="d", kept_sha256="k", handoff=done or None, reason="做完了", by="li"
    )
    return event, SALE


def left(*happened: Any, campaign: Any = SALE) -> list[str]:
    record = recorded(*happened).record(SALE.name, 1)
    return [each.item for each in handoff_of(campaign, record) if not each.done]


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ([], [*ITEMS]),
        ([saved(SALE)], [*ITEMS]),
        ([saved(SALE), adopted()], []),
        ([saved(SALE), adopted(items=[])], [*ITEMS]),
        ([saved(SALE), adopted(items=["original"])], ["album: 秋季"]),
        ([saved(SALE), adopted(items=["original"]), adopted()], []),
        ([saved(SALE), adopted(), saved(SALE, "MEDIA_2")], [*ITEMS]),
        ([saved(SALE), adopted(), (DraftDeleted(appid=SALE.appid, media_id="MEDIA_1"), SALE)], [*ITEMS]),
    ],
)
def test_only_whoever_adopted_this_very_draft_says_that_it_is_done(happened: list[Any], expected: list[str]) -> None:
    assert expected == left(*happened)


def test_an_edit_opens_everything_again() -> None:
    edited = replace(news("sale", article("别的")), window=OPEN, handoff=ITEMS)

    assert [*ITEMS] == left(saved(SALE), adopted(), campaign=edited)


def test_an_item_that_is_added_later_is_open() -> None:
    more = replace(SALE, handoff=(*ITEMS, "reward"))

    assert ["reward"] == left(saved(SALE), adopted(), campaign=more)
    assert more.digest == SALE.digest


def test_a_send_is_refused_until_it_is_done_and_staging_goes_on() -> None:
    found = planned(SALE)
    assert ["handoff_open"] == guards(found)
    assert found.steps
    assert not any(isinstance(step, SendMass) for step in found.steps)
    assert "original (原创); album (合集) 秋季" in found.refusals[0].message
    assert "massctl adopt sale" in found.refusals[0].hint

    done = planned(SALE, recorded(saved(SALE), adopted()))
    assert [] == guards(done)
    assert (HandoffItem("original", True), HandoffItem("album: 秋季", True)) == done.handoff


def test_a_campaign_without_a_list_is_not_asked() -> None:
    assert ((), []) == (planned(PLAIN).handoff, guards(planned(PLAIN)))


def test_an_open_attempt_is_repeated_whatever_the_list_says_now() -> None:
    state = recorded(saved(SALE), attempted(SALE, media_id="MEDIA_1"))

    assert [] == guards(planned(SALE, state))


def test_the_list_is_in_the_document_and_not_in_the_digest() -> None:
    plan = make_plan([SALE], recorded(saved(SALE), adopted(items=["original"])), house(), OPEN.not_before)
    (campaign,) = plan_document(plan)["campaigns"]

    assert [{"item": "original", "done": True}, {"item": "album: 秋季", "done": False}] == campaign["handoff"]
    assert PLAIN.digest == SALE.digest
    assert plan_digest(plan) == plan_document(plan)["digest"]


@pytest.mark.parametrize(
    ("declared", "items"),
    [
        (None, ()),
        ({"original": True}, ("original",)),
        ({"ai_label": True, "reward": True, "original": True}, ("original", "reward", "ai_label")),
        ({"statement": "个人观点", "album": "秋季"}, ("album: 秋季", "statement: 个人观点")),
        ({"other": ["投票", "投票", "a: b"]}, ("other: 投票", "other: a: b")),
    ],
)
def test_the_list_is_named_in_one_order_and_each_item_once(
    declared: dict[str, Any] | None, items: tuple[str, ...]
) -> None:
    assert items == handoff_items(Handoff.model_validate(declared) if declared is not None else None)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("original", "original (原创)"),
        ("reward", "reward (赞赏)"),
        ("ai_label", "AI label (创作来源)"),
        ("album: 秋季: 二", "album (合集) 秋季: 二"),
        ("statement: 个人观点", "statement (创作来源) 个人观点"),
        ("other: 投票", "投票"),
    ],
)
def test_every_item_has_words(item: str, words: str) -> None:
    assert words == HandoffItem(item, False).words
