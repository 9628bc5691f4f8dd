"""The messages: what a lock says of each, and the way back."""

from typing import Any

import pytest
from building import article, coupon, images, news, sha, text, video, voice
from copies import replace
from pydantic import ValidationError

from massctl.errors import InvariantError
from massctl.model.ids import MediaId
from massctl.model.lock import LockFile, checked_version, lock_digest, lock_document, version_of
from massctl.model.message import (
    KINDS,
    CardMessage,
    ImageMessage,
    RenderedCampaign,
    VideoMessage,
    VoiceMessage,
)

GIVEN = MediaId("M1")
OTHER = MediaId("M2")
HERO, BELL, BALL = ("sha256:" + sha(label) for label in ("hero", "bell", "ball"))
IMAGE = {
    "type": "image",
    "title": "",
    "recommend": "同一段河堤",
    "need_open_comment": False,
    "only_fans_can_comment": False,
}

CASES: list[tuple[RenderedCampaign, dict[str, Any], tuple[str, ...]]] = [
    (
        text(content="今晚八点\n老地方"),
        {"type": "text", "content": "今晚八点\n老地方"},
        ("今晚八点",),
    ),
    (
        images(),
        {**IMAGE, "files": [HERO], "media_ids": None},
        ("同一段河堤", "campaigns/sale/images/hero.png"),
    ),
    (
        images(
            pictures=(),
            message=ImageMessage(None, (GIVEN, OTHER), "", "", True, True),
        ),
        {
            **IMAGE,
            "recommend": "",
            "files": None,
            "media_ids": ["M1", "M2"],
            "need_open_comment": True,
            "only_fans_can_comment": True,
        },
        ("M1", "M2"),
    ),
    (voice("clip"), {"type": "voice", "file": BELL, "media_id": None}, ("bell.mp3",)),
    (
        voice(recordings=(), message=VoiceMessage(None, GIVEN)),
        {"type": "voice", "file": None, "media_id": "M1"},
        ("M1",),
    ),
    (
        video(),
        {
            "type": "mpvideo",
            "file": BALL,
            "media_id": None,
            "title": "雪球下坡",
            "description": "两秒钟",
        },
        ("雪球下坡", "ball.mp4"),
    ),
    (
        video(recordings=(), message=VideoMessage(None, GIVEN, "", "")),
        {"type": "mpvideo", "file": None, "media_id": "M1", "title": "", "description": ""},
        ("M1",),
    ),
    (coupon(), {"type": "wxcard", "card_id": "pTEA"}, ("pTEA",)),
]


@pytest.mark.parametrize(("campaign", "document", "headlines"), CASES)
def test_a_message_is_written_into_its_lock_and_known_by_its_words_or_files(
    campaign: RenderedCampaign, document: dict[str, Any], headlines: tuple[str, ...]
) -> None:
    assert document == lock_document(campaign, "massctl")["message"]
    assert headlines == campaign.headlines


@pytest.mark.parametrize(
    "campaign", [case[0] for case in CASES] + [news("sale", article("甲"), article("乙"))]
)
def test_a_locked_message_comes_back_as_it_was(campaign: RenderedCampaign) -> None:
    document = lock_document(campaign, "massctl")
    lock = LockFile.model_validate(document)
    assert campaign.message.document == lock.message.document == document["message"]
    assert lock_digest(document) == lock.digest == campaign.digest
    assert lock == version_of(campaign).lock


@pytest.mark.parametrize("campaign", [case[0] for case in CASES] + [news("sale", article("甲"))])
def test_what_a_lock_promises_is_never_sent(campaign: RenderedCampaign) -> None:
    promised: Any = LockFile.model_validate(lock_document(campaign, "massctl")).message
    assert (False, True) == (promised.was_rendered, campaign.message.was_rendered)
    with pytest.raises(InvariantError, match="was not rendered in this run"):
        replace(campaign, message=promised)


@pytest.mark.parametrize("campaign", [case[0] for case in CASES])
def test_a_promise_stays_one_when_it_is_copied(campaign: RenderedCampaign) -> None:
    promised: Any = LockFile.model_validate(lock_document(campaign, "massctl")).message
    with pytest.raises(InvariantError, match="was not rendered in this run"):
        replace(campaign, message=replace(promised))


def test_no_lock_says_that_it_is_no_promise() -> None:
    document = lock_document(text(), "massctl")
    document["message"]["is_promise"] = False
    with pytest.raises(ValidationError, match="is_promise"):
        LockFile.model_validate(document)


def test_an_earlier_version_is_shown_and_never_sent() -> None:
    campaign = news("sale", article("甲"))
    bodies = {each.content_sha256: each.content.encode() for each in campaign.message.articles}
    earlier = checked_version(version_of(campaign).lock, bodies.get)
    assert earlier is not None
    message: Any = earlier.message
    with pytest.raises(InvariantError, match="was not rendered in this run"):
        replace(campaign, message=message)


def test_only_news_go_through_a_draft() -> None:
    every = (news(), text(), images(), voice(), video(), coupon())
    assert [True, False, False, False, False, False] == [each.message.has_draft for each in every]
    assert [0, 0, 1, 1, 1, 0] == [len(each.message.materials) for each in every]


def test_what_previews_of_a_coupon_need_is_no_part_of_what_is_approved() -> None:
    one, other = coupon(), coupon(card_ext=None)
    assert (one.digest, one.message_digest) == (other.digest, other.message_digest)
    assert "code" not in repr(one.message)
    assert one.digest != replace(one, message=CardMessage("pOTHER")).digest


def test_the_name_of_an_account_is_for_people_and_no_part_of_what_is_approved() -> None:
    named = text(account_name="不赶路")
    assert ("不赶路", "公众号") == (named.sender, text().sender)
    assert named.digest == text().digest


def test_files_are_listed_with_what_takes_them() -> None:
    listed = [
        lock_document(each, "massctl")["pictures"][0]["as"] for each in (images(), voice(), video())
    ]
    assert ["material", "voice", "video"] == listed


@pytest.mark.parametrize(
    ("campaign", "words", "picture", "commented"),
    [
        (news("sale", article("甲"), article("乙")), [], sha("cover"), 2),
        (text(content="今晚八点"), [], None, 0),
        (images("river", "b", "a"), ["同一段河堤"], sha("b"), 1),
        (
            images(pictures=(), message=ImageMessage(None, (GIVEN,), "题", "话", True, True)),
            ["题", "话"],
            None,
            1,
        ),
        (voice(), [], None, 0),
        (video(), ["雪球下坡"], None, 0),
        (coupon(), ["pTEA"], None, 0),
    ],
)
def test_a_message_says_what_is_shown_of_it(
    campaign: RenderedCampaign, words: list[str], picture: str | None, commented: int
) -> None:
    message = campaign.message
    assert (words, picture, commented) == (
        message.shown_words,
        message.first_picture,
        len(message.commented),
    )


def test_the_schema_of_a_lock_requires_the_type_of_a_message_and_says_no_titles() -> None:
    defined = LockFile.model_json_schema(by_alias=True)["$defs"]
    kinds = [each for name, each in defined.items() if name.endswith("Message")]
    assert len(KINDS) == len(kinds)
    assert all("type" in each["required"] for each in kinds)
    assert not any("title" in each for kind in kinds for each in kind["properties"].values())
    assert "type" not in defined["LockedArticle"]["properties"]
