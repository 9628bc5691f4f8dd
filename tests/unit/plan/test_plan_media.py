"""Messages of pictures, sounds, videos and coupons: their steps, their status, what differs, and what is told of it."""

from dataclasses import replace
from typing import Any

import pytest
from building import (
    APPID,
    OPEN,
    coupon,
    house,
    images,
    news,
    picture,
    planned,
    previewed,
    recorded,
    recording,
    reviewers,
    saved,
    sha,
    steps,
    text,
    video,
    voice,
)

from massctl.model.entries import MaterialAdded, MessageStaged
from massctl.model.ids import MediaId
from massctl.model.lock import version_of
from massctl.model.message import (
    MaterialRef,
    Purpose,
    RenderedCampaign,
    RenderedCard,
    RenderedImage,
    RenderedVideo,
    RenderedVoice,
)
from massctl.model.state import Status
from massctl.plan.lock_diff import changed_parts
from massctl.plan.plan import Until
from massctl.plan.review_diff import Base, BaseKind, Change, FieldChanged, PictureChanged, base_of, difference

BELL = f"main/material/{sha('bell')[:12]}"
ADDED = MaterialAdded(appid=APPID, sha256=sha("bell"), media_id="V1", material_type="voice")


def staged(campaign: RenderedCampaign, **fields: Any) -> tuple[MessageStaged, RenderedCampaign]:
    return MessageStaged(appid=campaign.appid, digest=campaign.digest, **fields), campaign


def test_a_sound_is_added_shown_and_sent_without_a_draft() -> None:
    campaign = voice("bell", window=OPEN, recipients=reviewers("li"))
    plan = planned(campaign, recorded())
    assert [(BELL, "new"), ("bell/preview/1", "new"), ("bell/send", "due")] == steps(plan)
    assert ["add_material", "send_preview", "send_mass"] == [step.kind.value for step in plan.steps]


def test_what_the_account_has_is_not_added_again() -> None:
    assert [("bell/send", "due")] == steps(planned(voice("bell", window=OPEN), recorded(ADDED)))


@pytest.mark.parametrize(("label", "purpose"), [("a", Purpose.VOICE), ("a", Purpose.VIDEO), ("a", Purpose.MATERIAL)])
def test_every_material_has_the_same_kind_of_address(label: str, purpose: Purpose) -> None:
    made = picture(label, purpose) if purpose is Purpose.MATERIAL else recording(label, purpose)
    files = {"pictures": (made,)} if purpose is Purpose.MATERIAL else {"recordings": (made,)}
    plan = planned(voice("bell", window=OPEN, **{"recordings": (), **files}))
    assert (f"main/material/{sha(label)[:12]}", "new") == steps(plan)[0]


def test_its_status_follows_what_is_recorded() -> None:
    campaign = voice("bell", recipients=reviewers("li"))
    edited = replace(campaign, message=RenderedVoice(MaterialRef(media_id=MediaId("V9"))), recordings=())
    found = [
        planned(campaign, recorded(*entries)).status
        for entries in (
            (),
            (ADDED,),
            (ADDED, staged(campaign)),
            (ADDED, staged(campaign), previewed(campaign)),
            (ADDED, staged(campaign), previewed(campaign), staged(edited)),
            (staged(campaign), saved(news("bell"))),
        )
    ]
    assert [Status.NEW, Status.NEW, Status.STAGED, Status.PREVIEWED, Status.STAGED, Status.STAGED] == found


def test_the_size_of_its_audience_is_remembered_as_with_a_draft() -> None:
    campaign = voice("bell")
    assert 12 == planned(campaign, recorded(staged(campaign, audience_count=12))).audience_count


def test_an_edited_one_is_staged_because_the_content_changed() -> None:
    before = voice("bell")
    after = replace(before, recordings=(recording("ball"),), message=RenderedVoice(MaterialRef(sha256=sha("ball"))))
    assert [(f"main/material/{sha('ball')[:12]}", "content_changed")] == steps(
        planned(after, recorded(ADDED, staged(before)), house("bell"), until=Until.UPLOAD)
    )


def test_what_wechat_lost_is_new_and_no_change_of_the_content() -> None:
    campaign = voice("bell")
    assert [(f"main/material/{sha('bell')[:12]}", "new")] == steps(
        planned(campaign, recorded(staged(campaign)), house("bell"), until=Until.UPLOAD)
    )


def test_it_is_compared_with_what_was_staged() -> None:
    before, after = voice("bell"), voice("bell", edition=1, recordings=(), message=RenderedVoice(MaterialRef()))
    base = base_of(after, None, recorded(staged(before)))
    assert Base(BaseKind.STAGED, before.digest, 1) == base


PAIRS: list[tuple[RenderedCampaign, RenderedCampaign, list[str], list[Change]]] = [
    (voice("c"), voice("c"), [], []),
    (
        voice("c"),
        text("c"),
        ["the type of the message", "the media file clip/bell.mp3"],
        [FieldChanged("type", "voice", "text")],
    ),
    (
        coupon("c"),
        coupon("c", message=RenderedCard("pOTHER", None)),
        ["the card_id"],
        [FieldChanged("card_id", "pTEA", "pOTHER")],
    ),
    (
        video("c"),
        video("c", message=RenderedVideo(MaterialRef(sha256=sha("ball")), "雪", "一秒钟")),
        ["the title of the video", "the description of the video"],
        [FieldChanged("title", "雪球下坡", "雪"), FieldChanged("description", "两秒钟", "一秒钟")],
    ),
    (
        voice("c", recordings=(), message=RenderedVoice(MaterialRef(media_id=MediaId("V1")))),
        voice("c", recordings=(), message=RenderedVoice(MaterialRef(media_id=MediaId("V2")))),
        ["the sound"],
        [FieldChanged("media_id", "V1", "V2")],
    ),
    (
        images("c", pictures=(), message=RenderedImage((MaterialRef(media_id=MediaId("A")),), "一", False, False)),
        images("c", pictures=(), message=RenderedImage((MaterialRef(media_id=MediaId("B")),), "二", True, True)),
        [
            "the pictures",
            "the recommendation",
            "the flag need_open_comment",
            "the flag only_fans_can_comment",
        ],
        [
            FieldChanged("recommend", "一", "二"),
            FieldChanged("media_ids", "A", "B"),
            FieldChanged("need_open_comment", False, True),
            FieldChanged("only_fans_can_comment", False, True),
        ],
    ),
]


def plain(change: Change) -> Change:
    return replace(change, pieces=()) if isinstance(change, FieldChanged) else change


@pytest.mark.parametrize(("before", "after", "parts", "changes"), PAIRS)
def test_what_differs_is_named_and_told(
    before: RenderedCampaign, after: RenderedCampaign, parts: list[str], changes: list[Change]
) -> None:
    one, other = version_of(before), version_of(after)
    assert parts == changed_parts(one.lock, other.lock)
    told = [plain(each) for each in difference(Base(BaseKind.LOCK), one, other).text]
    assert changes == told[: len(changes)]
    assert bool(changes) != difference(Base(BaseKind.LOCK), one, other).same_to_readers


def test_pictures_that_came_went_and_were_replaced_are_told_in_their_order() -> None:
    def told(before: tuple[str, ...], after: tuple[str, ...]) -> list[tuple[str | None, str | None]]:
        versions = (version_of(images("c", *labels)) for labels in (before, after))
        found = difference(Base(BaseKind.LOCK), *versions).text
        assert all(isinstance(each, PictureChanged) and not each.is_recording for each in found)
        return [
            (each.before.path if each.before else None, each.after.path if each.after else None)
            for each in found
            if isinstance(each, PictureChanged)
        ]

    b, c = (f"sale/images/{label}.png" for label in "bc")
    assert [(b, None)] == told(("a", "b", "c"), ("a", "c"))
    assert [(None, b)] == told(("a", "c"), ("a", "b", "c"))
    assert [(b, c)] == told(("a", "b"), ("a", "c"))
    assert [] == told(("a", "b"), ("a", "b"))


def test_a_sound_with_other_bytes_is_a_file_and_no_picture() -> None:
    after = voice("c", recordings=(recording("ball"),), message=RenderedVoice(MaterialRef(sha256=sha("ball"))))
    (change,) = difference(Base(BaseKind.LOCK), version_of(voice("c")), version_of(after)).text
    assert isinstance(change, PictureChanged)
    assert change.is_recording
    (gone,) = difference(
        Base(BaseKind.LOCK),
        version_of(voice("c")),
        version_of(voice("c", recordings=(), message=RenderedVoice(MaterialRef(media_id=MediaId("V"))))),
    ).text[1:]
    assert (True, None) == (isinstance(gone, PictureChanged), getattr(gone, "after", 0))
