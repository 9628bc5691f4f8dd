"""Uploads, messages without a draft, and previews."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from building import (
    APPID,
    HOUR,
    NOW,
    OPEN,
    OTHER_APPID,
    PAST,
    article,
    attempted,
    card_body,
    coupon,
    house,
    image_body,
    images,
    news,
    picture,
    recorded,
    reviewers,
    sha,
    text,
    text_body,
    video,
    video_body,
    voice,
    voice_body,
)
from copies import replace
from simulation.crashing import Crash
from simulation.scenario import LONG, PICTURES, Scene, whole_news, whole_text
from simulation.world import Fault, SimWeChat

from massctl.apply.outcome import Outcome
from massctl.apply.payloads import material_id, preview_body, send_intent
from massctl.apply.ports import Material, Upload
from massctl.errors import InvariantError
from massctl.model.entries import (
    MaterialAdded,
    MaterialForgotten,
    Previewed,
    SendRejected,
    VideoMade,
)
from massctl.model.ids import AccountName, MediaId
from massctl.model.message import (
    ImageMessage,
    MaterialRef,
    Purpose,
    Recipient,
    RenderedCampaign,
    VideoMessage,
    VoiceMessage,
    Window,
)
from massctl.model.phrase import UNNAMED, Phrase
from massctl.model.send import Body, PreviewFailed, StagedDraft
from massctl.model.state import State, Status, status_of
from massctl.plan.plan import Showing, Until

LATER = Window(NOW + 2 * HOUR, NOW + 3 * HOUR)
UPLOAD_FAILS = ("upload_image", Fault.REQUEST_LOST)


def showing(name: str, *labels: str, **changes: Any) -> RenderedCampaign:
    """Make a news campaign that shows these pictures, under a cover of its own; it waits for its window."""
    body = "".join(f'<img src="massctl-picture:{sha(label)}">' for label in labels)
    pictures = (*map(picture, labels), picture("cover", Purpose.MATERIAL))
    return news(
        name,
        article(f"标题 {name}", content=f"<p>字</p>{body}"),
        pictures=pictures,
        window=LATER,
        **changes,
    )


def errors(outcome: Any) -> dict[str, bool]:
    """Say of each campaign whether it failed."""
    return {each.planned.name: each.error is not None for each in outcome.campaigns}


def test_a_picture_that_campaigns_share_is_uploaded_once() -> None:
    scene = Scene([showing("a", "hero"), showing("b", "hero")])
    assert 0 == scene.apply().exit_status()
    assert (1, 1, 2) == tuple(
        scene.wechat.count(name) for name in ("upload_image", "add_material", "add_draft")
    )


def test_an_upload_carries_the_bytes_under_an_ascii_name() -> None:
    scene = Scene([showing("a", "hero")])
    scene.apply()
    assert {sha("hero")} == set(scene.wechat.images.values())
    assert [sha("cover")] == list(scene.wechat.materials.values())


def test_a_failed_upload_stops_every_campaign_that_shows_the_picture_and_no_other() -> None:
    scene = Scene([showing("a", "hero"), showing("b", "hero", "second"), showing("c", "second")])
    outcome = scene.apply(UPLOAD_FAILS)
    assert 1 == outcome.exit_status()
    assert {"a": True, "b": True, "c": False} == errors(outcome)
    assert 1 == scene.wechat.count("add_draft")


def test_a_failed_upload_does_not_stop_the_same_bytes_in_another_use() -> None:
    as_cover = news(
        "b",
        article("标题 b", content="<p>字</p>", cover=sha("hero")),
        pictures=(picture("hero", Purpose.MATERIAL),),
        window=LATER,
    )
    scene = Scene([showing("a", "hero"), as_cover])
    assert {"a": True, "b": False} == errors(scene.apply(UPLOAD_FAILS))


def test_a_failed_upload_does_not_stop_a_campaign_whose_draft_exists() -> None:
    """A cover was forgotten, and only the campaign that still needs a draft waits for it."""
    new, staged = showing("a", "hero"), showing("b", "second")
    scene = Scene([staged])
    scene.apply()
    scene.write(MaterialForgotten(appid=staged.appid, sha256=sha("cover")))
    scene.campaigns = [new, staged]
    assert {"a": True, "b": False} == errors(scene.apply(("add_material", Fault.REQUEST_LOST)))


def test_a_failed_upload_does_not_stop_another_account() -> None:
    elsewhere = showing("b", "hero", account=AccountName("other"), appid=OTHER_APPID)
    scene = Scene([showing("a", "hero"), elsewhere])
    assert {"a": True, "b": False} == errors(scene.apply(UPLOAD_FAILS))


def test_a_run_until_upload_saves_no_draft() -> None:
    scene = Scene([showing("a", "hero")], until=Until.UPLOAD)
    outcome = scene.apply()
    assert (0, ["renew_token", "upload_image", "add_material"]) == (
        outcome.exit_status(),
        scene.wechat.calls,
    )


def test_a_picture_without_bytes_is_a_bug_and_ends_the_run() -> None:
    scene = Scene([showing("a", "unheard-of")])
    with pytest.raises(InvariantError):
        scene.apply()


def test_an_account_without_a_secret_stops_its_campaigns_and_no_other() -> None:
    elsewhere = showing("b", "hero", account=AccountName("other"), appid=OTHER_APPID)
    scene = Scene([showing("a", "hero"), elsewhere], no_secret_for=frozenset({"other"}))
    outcome = scene.apply()
    assert (1, {"a": False, "b": True}) == (outcome.exit_status(), errors(outcome))
    assert outcome.campaigns[1].error is not None
    assert "set the secret of other" == outcome.campaigns[1].error.hint


def test_a_token_that_cannot_be_had_is_one_error_and_nothing_else_is_called() -> None:
    scene = Scene([showing("a", "hero"), whole_text(Window(NOW - 2 * HOUR, NOW - HOUR))])
    outcome = scene.apply(("renew_token", Fault.REQUEST_LOST))
    assert (["renew_token"], {"a": True, "words": False}) == (scene.wechat.calls, errors(outcome))


def test_progress_counts_every_call_and_always_ends() -> None:
    scene = Scene([showing("a", "hero")])
    scene.apply(("add_draft", Fault.MEDIA_UNKNOWN))
    expected = [
        "connecting 1. end",
        "uploading files, reading audiences 3... end",
        "saving drafts 1. end",
    ]
    assert expected == scene.progress.labels


def test_sizes_are_read_once_for_each_audience_and_again_for_each_send() -> None:
    scene = Scene([whole_news(), whole_text()])
    scene.apply()
    calls = [each for each in scene.wechat.calls if each in ("audience_count", "send_mass")]
    assert ["audience_count", *["audience_count", "send_mass"] * 2] == calls


def test_what_is_refused_is_staged_all_the_same() -> None:
    scene = Scene([whole_news()], rules=house(no_send=True))
    outcome = scene.apply()
    assert (5, "previewed") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)


LI = reviewers("li")
GIVEN = MediaId("M1")


SENT = ["audience_count", "send_mass", "job_report"]


@pytest.mark.parametrize(
    ("campaign", "calls"),
    [
        (images(window=OPEN, recipients=LI), ["add_material", "audience_count", "preview", *SENT]),
        (voice(window=OPEN, recipients=LI), ["add_material", "audience_count", "preview", *SENT]),
        (
            video(window=OPEN, recipients=LI),
            ["add_material", "audience_count", "make_video", "preview", *SENT],
        ),
        (coupon(window=OPEN, recipients=LI), ["audience_count", "preview", *SENT]),
        (
            voice(window=OPEN, recordings=(), message=VoiceMessage(None, GIVEN)),
            ["audience_count", *SENT],
        ),
    ],
)
def test_each_goes_out_with_these_calls_and_a_second_run_makes_none(
    campaign: RenderedCampaign, calls: list[str]
) -> None:
    scene = Scene([campaign])
    assert 0 == scene.apply().exit_status()
    assert ["renew_token", *calls] == scene.wechat.calls
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)
    assert Status.SENT is status_of(scene.record(campaign))


def test_an_upload_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Upload] = []
    add = SimWeChat.add_material

    def note(self: SimWeChat, upload: Upload) -> Material:
        seen.append(upload)
        return add(self, upload)

    monkeypatch.setattr(SimWeChat, "add_material", note)
    scene = Scene([images(window=OPEN), voice(window=OPEN), video(window=OPEN)])
    scene.apply()
    name = {label: sha(label)[:12] for label in ("hero", "bell", "ball")}
    data = {label: PICTURES.read(sha(label)) for label in name}
    assert sorted(seen, key=lambda each: each.filename) == sorted(
        [
            Upload(data["hero"], f"{name['hero']}.png", "image/png"),
            Upload(data["bell"], f"{name['bell']}.mp3", "audio/mpeg", "voice"),
            Upload(data["ball"], f"{name['ball']}.mp4", "video/mp4", "video", "雪球下坡", "两秒钟"),
        ],
        key=lambda each: each.filename,
    )
    assert {None, "voice", "video"} == {
        each.material_type for each in scene.events("material_added")
    }


def test_the_same_sound_is_uploaded_once_for_every_campaign() -> None:
    scene = Scene(
        [voice("a", window=OPEN), voice("b", window=OPEN, message=VoiceMessage(sha("bell"), None))]
    )
    scene.apply()
    assert 1 == scene.wechat.count("add_material")
    assert {"a", "b"} == {
        entry.campaign for entry in scene.ledger.entries if entry.event.type == "message_staged"
    }


def test_a_failed_upload_stops_every_campaign_that_carries_the_file_and_no_other() -> None:
    scene = Scene([voice("a", window=OPEN), voice("b", window=OPEN), images("c", window=OPEN)])
    outcome = scene.apply(("add_material", Fault.REQUEST_LOST))
    assert {"a": True, "b": True, "c": False} == {
        e.planned.name: e.error is not None for e in outcome.campaigns
    }


def test_it_is_staged_once_all_its_material_is_there_and_not_before() -> None:
    campaign = images("river", "hero", "second", window=OPEN)
    scene = Scene([campaign], until=Until.UPLOAD)
    scene.apply(("add_material", Fault.REQUEST_LOST))
    assert Status.NEW is status_of(scene.record(campaign))
    scene.apply()
    assert Status.STAGED is status_of(scene.record(campaign))
    scene.apply()
    assert 1 == len(scene.events("message_staged"))


def test_what_wechat_refused_is_not_staged_while_its_material_is_missing() -> None:
    campaign = voice(window=OPEN)
    scene = Scene([campaign], until=Until.UPLOAD)
    scene.write(attempted(campaign), (SendRejected(attempt=1, errcode=45162), campaign))
    assert (0, []) == (scene.apply().exit_status(), scene.events("message_staged"))


def test_what_carries_no_file_of_ours_is_not_staged() -> None:
    given = voice("given", recordings=(), message=VoiceMessage(None, GIVEN))
    scene = Scene([given, coupon(), text()], until=Until.UPLOAD)
    assert (0, []) == (scene.apply().exit_status(), scene.events("message_staged"))


def test_an_expired_campaign_is_not_staged_by_what_another_uploads() -> None:
    scene = Scene([voice("a", window=OPEN), voice("b", window=PAST)], until=Until.UPLOAD)
    scene.apply()
    assert ["a"] == [
        entry.campaign for entry in scene.ledger.entries if entry.event.type == "message_staged"
    ]


def test_the_id_of_a_video_is_made_when_it_is_shown_and_kept_for_its_send() -> None:
    campaign = video(window=Window(NOW + HOUR, NOW + 2 * HOUR), recipients=LI)
    scene = Scene([campaign])
    scene.apply()
    assert (1, 1, 0) == tuple(
        scene.wechat.count(name) for name in ("make_video", "preview", "send_mass")
    )
    scene.later(hours=1)
    scene.apply()
    assert (0, 1) == tuple(scene.wechat.count(name) for name in ("make_video", "send_mass"))
    (attempt,) = scene.events("send_attempted")
    assert scene.events("video_made")[-1].media_id == attempt.media_id


@pytest.mark.parametrize(("hours", "made"), [(47.9, 0), (48, 1)])
def test_an_older_id_is_made_anew(hours: float, made: int) -> None:
    campaign = video(window=Window(NOW + 47 * HOUR, NOW + 60 * HOUR), recipients=LI)
    scene = Scene([campaign])
    scene.apply()
    scene.later(hours=hours)
    scene.apply()
    assert (made, 1) == tuple(scene.wechat.count(name) for name in ("make_video", "send_mass"))


def test_an_edited_video_gets_an_id_of_its_own() -> None:
    campaign = video(window=Window(NOW + HOUR, NOW + 2 * HOUR), recipients=LI)
    scene = Scene([campaign])
    scene.apply()
    scene.campaigns = [replace(campaign, message=replace(campaign.message, title="另一个标题"))]
    scene.apply()
    assert (0, 1, 1) == tuple(
        scene.wechat.count(name) for name in ("add_material", "make_video", "preview")
    )


def test_staging_alone_makes_no_id() -> None:
    scene = Scene([video(window=OPEN, recipients=LI)], until=Until.DRAFT)
    scene.apply()
    assert 0 == scene.wechat.count("make_video")


def test_a_video_whose_id_cannot_be_made_is_not_sent() -> None:
    scene = Scene([video(window=OPEN), voice(window=OPEN)])
    outcome = scene.apply(("make_video", Fault.REQUEST_LOST))
    assert (1, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert {"clip": True, "bell": False} == {
        e.planned.name: e.error is not None for e in outcome.campaigns
    }


def test_a_video_that_wechat_forgot_is_uploaded_by_the_next_run() -> None:
    campaign = video(window=OPEN)
    scene = Scene([campaign], until=Until.DRAFT)
    scene.apply()
    scene.wechat.materials.clear()
    scene.until = Until.SEND
    assert 1 == scene.apply().exit_status()
    assert ["material_forgotten"] == scene.types()[-1:]
    assert 0 == scene.apply().exit_status()
    assert (1, 1) == tuple(scene.wechat.count(name) for name in ("add_material", "send_mass"))


def test_a_sound_that_wechat_forgot_is_uploaded_by_the_next_run() -> None:
    scene = Scene([voice(window=OPEN, recipients=LI)])
    assert 1 == scene.apply(("preview", Fault.MEDIA_UNKNOWN)).exit_status()
    assert 1 == len(scene.events("material_forgotten"))
    assert 0 == scene.apply().exit_status()
    assert (1, 1) == tuple(scene.wechat.count(name) for name in ("add_material", "send_mass"))


def staged_and_deleted(campaign: RenderedCampaign) -> Scene:
    """It was staged by a run, and somebody cleared the material library in the console."""
    scene = Scene([campaign], until=Until.DRAFT)
    assert 0 == scene.apply().exit_status()
    scene.wechat.materials.clear()
    scene.until = Until.SEND
    return scene


@pytest.mark.parametrize(
    "campaign", [images("river", "hero", "second", window=OPEN), voice(window=OPEN)]
)
def test_a_send_whose_material_was_deleted_is_made_anew_by_the_next_run(
    campaign: RenderedCampaign,
) -> None:
    scene = staged_and_deleted(campaign)
    outcome = scene.apply()
    error = outcome.campaigns[0].error
    assert (1, 40007, 0) == (outcome.exit_status(), error and error.errcode, len(scene.wechat.jobs))
    assert "massctl uploads it again" in str(error and error.hint)
    forgotten = [event.sha256 for event in scene.events("material_forgotten")]
    assert sorted(each.sha256 for each in campaign.files) == sorted(forgotten)
    assert 0 == scene.apply().exit_status()
    assert (len(campaign.files), 1, 1) == (
        scene.wechat.count("add_material"), scene.wechat.count("send_mass"), len(scene.wechat.jobs)
    )  # fmt: skip
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


@pytest.mark.parametrize(
    ("campaign", "keys"),
    [
        (voice(window=OPEN, recordings=(), message=VoiceMessage(None, GIVEN)), "voice.media_id"),
        (
            images(
                window=OPEN, pictures=(), message=ImageMessage(None, (GIVEN,), "", "", False, False)
            ),
            "image.media_ids",
        ),
    ],
)
def test_material_that_was_given_and_is_unknown_is_to_be_corrected(
    campaign: RenderedCampaign, keys: str
) -> None:
    error = Scene([campaign]).apply(("send_mass", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert (40007, True, False) == (
        error.errcode,
        f"correct {keys} in campaign.yaml" in error.hint,
        "draft" in error.hint,
    )


def test_a_preview_of_material_that_was_given_and_is_unknown_says_the_same() -> None:
    campaign = voice(window=OPEN, recordings=(), message=VoiceMessage(None, GIVEN), recipients=LI)
    error = Scene([campaign]).apply(("preview", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert "correct voice.media_id in campaign.yaml" in error.hint


def test_a_video_of_material_that_is_unknown_is_to_be_corrected() -> None:
    campaign = video(window=OPEN, recordings=(), message=VideoMessage(None, GIVEN, "t", "d"))
    error = Scene([campaign]).apply(("make_video", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert "correct mpvideo.media_id in campaign.yaml" in error.hint


def test_what_was_uploaded_in_the_very_run_and_is_unknown_gets_another_form() -> None:
    error = Scene([voice(window=OPEN)]).apply(("send_mass", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert "uploaded in this run" in error.hint


def test_a_video_whose_id_wechat_does_not_know_is_made_anew_by_the_next_run() -> None:
    campaign = video(window=OPEN, recipients=LI)
    scene = Scene([campaign], until=Until.PREVIEW)
    scene.apply()
    scene.until = Until.SEND
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert (None, []) == (scene.record(campaign).video, scene.events("material_forgotten"))
    assert 0 == scene.apply().exit_status()
    assert (1, 1) == (scene.wechat.count("make_video"), len(scene.wechat.jobs))


@pytest.mark.parametrize("campaign", [images(window=OPEN), voice(window=OPEN), video(window=OPEN)])
def test_material_of_this_run_that_wechat_does_not_know_is_not_made_once_more(
    campaign: RenderedCampaign,
) -> None:
    scene = Scene([campaign])
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert [] == scene.events("material_forgotten")
    outcome = scene.apply()
    assert ["rejected_before"] == [refusal.guard.value for refusal in outcome.campaigns[0].refusals]
    assert 0 == scene.wechat.count("send_mass")


def test_material_that_was_given_by_its_id_is_the_campaigns_own_affair() -> None:
    scene = Scene([voice(window=OPEN, recordings=(), message=VoiceMessage(None, GIVEN))])
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert ["rejected_before"] == [
        refusal.guard.value for refusal in scene.apply().campaigns[0].refusals
    ]


def test_while_an_earlier_attempt_is_open_its_material_is_not_forgotten() -> None:
    """Only the identical request may be repeated: another sound under the same id could be a second job."""
    campaign = voice(window=LONG)
    scene = staged_and_kept(campaign)
    assert (
        4
        == scene.apply(
            ("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.MEDIA_UNKNOWN)
        ).exit_status()
    )
    assert ([], 1) == (
        scene.events("material_forgotten"),
        len(scene.record(campaign).open_attempts),
    )
    assert [False] == [event.retryable for event in scene.events("send_rejected")]


def staged_and_kept(campaign: RenderedCampaign) -> Scene:
    """It was staged by an earlier run."""
    scene = Scene([campaign], until=Until.DRAFT)
    scene.apply()
    scene.until = Until.SEND
    return scene


@pytest.mark.parametrize(
    "campaign", [images(window=LONG), voice(window=LONG), video(window=LONG), coupon(window=LONG)]
)
@pytest.mark.parametrize("fault", [Fault.REQUEST_LOST, Fault.ANSWER_LOST])
def test_a_send_in_doubt_is_repeated_identically_and_nobody_has_it_twice(
    campaign: RenderedCampaign, fault: Fault
) -> None:
    scene = Scene([campaign], wait_in_doubt=False)
    assert 4 == scene.apply(("send_mass", fault)).exit_status()
    scene.wait_in_doubt = True
    scene.later(hours=19)
    assert 0 == scene.apply().exit_status()
    first, second = scene.events("send_attempted")
    assert (first.fingerprint, first.media_id) == (second.fingerprint, second.media_id)
    assert 1 == len(scene.wechat.jobs)
    assert 0 == scene.wechat.count("make_video")


def test_a_send_in_doubt_whose_sound_is_forgotten_is_left_to_a_person() -> None:
    campaign = voice(window=LONG)
    scene = Scene([campaign], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.REQUEST_LOST))
    scene.write(MaterialForgotten(appid=campaign.appid, sha256=sha("bell")))
    scene.wait_in_doubt = True
    scene.later(hours=1)
    outcome = scene.apply()
    assert (4, 0) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert ["account_in_doubt"] == [
        refusal.guard.value for refusal in outcome.campaigns[0].refusals
    ]


def test_a_coupon_without_card_ext_is_not_shown_and_says_what_is_missing() -> None:
    scene = Scene(
        [coupon(card_ext=None, window=OPEN, recipients=LI), voice(window=OPEN, recipients=LI)]
    )
    outcome = scene.apply()
    failed = {each.planned.name: each.error for each in outcome.campaigns}
    assert failed["tea"] is not None
    assert failed["bell"] is None
    assert "write wxcard.card_ext in campaign.yaml of tea" == failed["tea"].hint
    assert (1, 1) == tuple(scene.wechat.count(name) for name in ("preview", "send_mass"))


def test_a_draft_that_a_sound_replaced_is_judged_and_deleted() -> None:
    before = news("bell", window=Window(NOW + HOUR, NOW + 2 * HOUR))
    scene = Scene([before])
    scene.apply()
    scene.campaigns = [voice("bell", window=before.window)]
    assert 0 == scene.apply().exit_status()
    assert 1 == scene.wechat.count("delete_draft")
    assert Status.STAGED is status_of(scene.record(scene.campaigns[0]))  # type: ignore[arg-type]


STATE = recorded(
    MaterialAdded(appid=voice().appid, sha256=sha("bell"), media_id="V1", material_type="voice"),
    MaterialAdded(appid=voice().appid, sha256=sha("hero"), media_id="P1"),
    (VideoMade(appid=voice().appid, digest=video().digest, media_id="VV"), video()),
)


@pytest.mark.parametrize(
    ("campaign", "body"),
    [
        (text(), text_body("今晚八点")),
        (images(), image_body((MediaId("P1"),), "同一段河堤", False, False)),
        (
            images(
                pictures=(), message=ImageMessage((sha("hero"),), (GIVEN,), "", "", True, False)
            ),
            Body(
                ImageMessage((sha("hero"),), (GIVEN,), "", "", True, False),
                (MediaId("P1"), MediaId("M1")),
            ),
        ),
        (voice(), voice_body(MediaId("V1"))),
        (video(), video_body(MediaId("VV"), "雪球下坡", "两秒钟")),
        (coupon(), card_body("pTEA")),
    ],
)
def test_a_send_carries_what_was_rendered_and_recorded(
    campaign: RenderedCampaign, body: object
) -> None:
    assert body == send_intent(campaign, STATE).body


def test_the_flag_of_news_is_in_no_other_send() -> None:
    every = (text(), images(), voice(), coupon())
    assert [None] * 4 == [
        send_intent(replace(c, send_ignore_reprint=True), STATE).send_ignore_reprint for c in every
    ]


def test_only_the_preview_of_a_coupon_differs_from_its_send() -> None:
    assert card_body("pTEA", '{"code":""}') == preview_body(coupon(), STATE)
    assert send_intent(voice(), STATE).body == preview_body(voice(), STATE)


@pytest.mark.parametrize("campaign", [voice(), images(), video(), video(edition=2)])
def test_what_is_not_recorded_is_a_bug(campaign: RenderedCampaign) -> None:
    with pytest.raises(InvariantError):
        send_intent(campaign, State())


def test_material_that_is_nothing_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        material_id(MaterialRef(), voice().appid, STATE)


def test_a_video_of_another_version_is_a_bug() -> None:
    edited = replace(video(), message=VideoMessage(sha("ball"), None, "别的", ""))
    with pytest.raises(InvariantError):
        send_intent(edited, STATE)


def test_equal_requests_have_equal_names_whatever_previews_need() -> None:
    def named(campaign: RenderedCampaign) -> str:
        return send_intent(campaign, STATE).fingerprint

    assert named(coupon()) == named(coupon(card_ext="other"))
    assert 5 == len({named(each) for each in (text(), images(), voice(), video(), coupon())})


def test_a_preview_shows_no_draft_of_another_version() -> None:
    with pytest.raises(InvariantError, match="from another version"):
        preview_body(news(), STATE, StagedDraft(MediaId("M1"), "sha256:edited"))


NEWS = whole_news()
WORDS = whole_text(recipients=reviewers("editor_li"))
ANSWER_LOST = ("preview", Fault.ANSWER_LOST)
NOT_A_FOLLOWER = ("preview", Fault.NOT_A_FOLLOWER)


def outcomes(scene: Scene) -> list[str]:
    """Give what is recorded of previews, in order."""
    return [event.outcome for event in scene.events("previewed")]


def test_begun_is_durable_for_all_before_the_first_request() -> None:
    twin = Scene([NEWS])
    twin.apply()
    scene = Scene([NEWS])
    scene.boundaries.stop_at = 1 + twin.boundaries.passed.index("before preview")
    with pytest.raises(Crash, match="before preview"):
        scene.apply()
    scene.ledger.lose_unflushed()
    assert ["begun", "begun"] == outcomes(scene)


def test_each_reviewer_sees_a_version_once() -> None:
    scene = Scene([whole_news(Window(NOW + HOUR, NOW + 2 * HOUR))])
    scene.apply()
    scene.later(hours=1.5)
    scene.apply()
    assert ["towxname:editor_li", "towxname:editor_wang"] == [
        to for to, _ in scene.wechat.delivered_previews
    ]


def test_a_text_is_shown_by_its_words() -> None:
    scene = Scene([WORDS])
    scene.apply()
    assert [("towxname:editor_li", "今晚八点")] == scene.wechat.delivered_previews


def test_a_preview_of_unknown_outcome_is_not_repeated_and_does_not_stop_the_send() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(ANSWER_LOST)
    assert (0, 1) == (outcome.exit_status(), len(scene.wechat.jobs))
    assert ["begun", "unknown"] == outcomes(scene)
    assert ["words/send"] == [step.address for step in outcome.campaigns[0].performed]
    assert any("it is not repeated" in line for line in scene.progress.lines)


def test_an_unknown_preview_is_not_asked_for_again_by_the_next_run() -> None:
    scene = Scene(
        [whole_text(Window(NOW + HOUR, NOW + 2 * HOUR), recipients=reviewers("editor_li"))]
    )
    scene.apply(ANSWER_LOST)
    assert (0, []) == (scene.apply().exit_status(), scene.wechat.calls)


def test_a_failed_preview_stops_the_send_and_is_asked_for_again_by_the_next_run() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(NOT_A_FOLLOWER)
    error = outcome.campaigns[0].error
    assert error is not None
    assert (1, 43004, "6a-7b", []) == (
        outcome.exit_status(),
        error.errcode,
        error.rid,
        scene.wechat.jobs,
    )
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))
    assert ["begun", "failed", "begun", "sent"] == outcomes(scene)


def test_a_preview_that_never_left_is_a_failed_one() -> None:
    scene = Scene([WORDS])
    assert 1 == scene.apply(("preview", Fault.NO_TOKEN)).exit_status()
    assert (["begun", "failed"], []) == (outcomes(scene), scene.wechat.departures)


def test_a_preview_cut_off_by_a_crash_is_not_repeated() -> None:
    twin = Scene([WORDS])
    twin.apply()
    scene = Scene([WORDS])
    scene.boundaries.stop_at = 1 + twin.boundaries.passed.index("after preview")
    with pytest.raises(Crash, match="after preview"):
        scene.apply()
    assert 0 == scene.apply().exit_status()
    assert 1 == len(scene.wechat.delivered_previews)


def test_an_openid_is_recorded_by_its_digest_only() -> None:
    scene = Scene([whole_text(recipients=(Recipient("touser", "oABCDEFG"),))])
    scene.apply()
    assert not any("oABCDEFG" in key for key in scene.ledger.keys)


def test_a_campaign_without_reviewers_is_sent_unseen() -> None:
    scene = Scene([whole_text()])
    assert (0, 0) == (scene.apply().exit_status(), scene.wechat.count("preview"))


def test_an_answer_that_is_no_verdict_is_a_bug() -> None:
    scene = Scene([WORDS])
    nonsense: Any = lambda self, recipient, body: "sent"  # noqa: E731 - it stands in for a broken adapter
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.preview", nonsense)
        with pytest.raises(AssertionError):
            scene.apply()


def test_advice_that_was_written_for_every_campaign_names_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    advice = Phrase("then: massctl adopt {name} --reason TEXT", name=UNNAMED)
    refused = PreviewFailed(48021, None, "it cannot be sent", advice)
    monkeypatch.setattr(SimWeChat, "preview", lambda *_: refused)
    error = Scene([whole_news(recipients=reviewers("li"))]).apply().campaigns[0].error
    assert error is not None
    assert "then: massctl adopt sale --reason TEXT" == error.hint


def scene_of(*campaigns, **more) -> Scene:
    return Scene(list(campaigns), until=Until.PREVIEW, showing=Showing(), **more)


def test_what_is_missing_is_staged_and_nothing_is_sent() -> None:
    scene = scene_of(NEWS)
    outcome = scene.apply()
    assert (0, 2, []) == (
        outcome.exit_status(),
        len(scene.wechat.delivered_previews),
        scene.wechat.jobs,
    )
    assert "previewed" == outcome.status(outcome.campaigns[0]).value


def test_it_is_shown_again_as_often_as_it_is_asked_for() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    outcome = scene.apply()
    assert ["resubmit", "resubmit"] == [
        step.reason.value for step in outcome.campaigns[0].performed
    ]
    assert (4, 4) == (
        len(scene.wechat.delivered_previews),
        scene.state.preview_days.used(APPID, scene.now),
    )


def test_the_draft_is_read_again_before_it_is_shown_again() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    scene.wechat.drafts.clear()
    outcome = scene.apply()
    assert (5, ["draft_gone"]) == (
        outcome.exit_status(),
        [r.guard.value for r in outcome.campaigns[0].refusals],
    )
    assert 0 == scene.wechat.count("preview")


def test_a_repetition_that_is_lost_leaves_the_campaign_previewed() -> None:
    scene = scene_of(whole_text(recipients=reviewers("editor_li")))
    scene.apply()
    outcome = scene.apply(("preview", Fault.ANSWER_LOST))
    assert (0, "previewed") == (outcome.exit_status(), outcome.status(outcome.campaigns[0]).value)
    scene.until, scene.showing = Until.SEND, None
    scene.apply()
    assert 0 == scene.wechat.count("preview")


def test_apply_goes_on_without_showing_it_once_more() -> None:
    scene = scene_of(NEWS)
    scene.apply()
    scene.until, scene.showing = Until.SEND, None
    assert (0, 0, 1) == (
        scene.apply().exit_status(),
        scene.wechat.count("preview"),
        len(scene.wechat.jobs),
    )


def test_an_openid_of_the_command_line_is_recorded_by_its_digest_only() -> None:
    scene = scene_of(NEWS)
    scene.showing = Showing((Recipient("touser", "oABCDEFG"),))
    scene.apply()
    assert ["touser:sha256:"] == sorted({to[:14] for to, _ in scene.wechat.delivered_previews})
    assert not any("oABCDEFG" in key for key in scene.ledger.keys)


USED_UP = ("preview", Fault.NO_PREVIEWS)
OLD = text("old")


def words(name: str, *names: str, opens_in: float = -1) -> RenderedCampaign:
    window = Window(NOW + opens_in * HOUR, NOW + 10 * HOUR)
    return text(name, name, window=window, recipients=reviewers(*(names or ("li",))))


def told(outcome: Outcome) -> dict[str, list[str]]:
    return {c.planned.name: [r.guard.value for r in c.refusals] for c in outcome.campaigns}


def use(scene: Scene, count: int) -> None:
    words = [
        Previewed(appid=OLD.appid, digest="d", recipient=f"towxname:r{n}", outcome="begun")
        for n in range(count)
    ]
    scene.write(*((word, OLD) for word in words))


def test_previews_go_out_soonest_window_first() -> None:
    scene = Scene([words("a", opens_in=3), words("b", opens_in=1), words("c", opens_in=2)])
    scene.apply()
    assert ["b", "c", "a"] == [subject for _, subject in scene.wechat.delivered_previews]


def test_what_does_not_fit_is_not_tried_and_not_sent() -> None:
    scene = Scene([words("a", "li", "wang", opens_in=-1), words("b", opens_in=-2)])
    use(scene, 98)
    outcome = scene.apply()
    assert (5, {"a": ["allowance"], "b": []}) == (outcome.exit_status(), told(outcome))
    assert ["b", "a"] == [subject for _, subject in scene.wechat.delivered_previews]
    assert ["b"] == [job.subject for job in scene.wechat.jobs]


def test_the_next_day_shows_the_rest_and_sends() -> None:
    scene = Scene([replace(words("a"), window=Window(NOW - HOUR, NOW + 30 * HOUR))])
    use(scene, 100)
    assert 5 == scene.apply().exit_status()
    scene.later(hours=13)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_once_wechat_says_there_are_no_more_nothing_is_tried() -> None:
    scene = Scene(
        [words("a", opens_in=-3), words("b", "li", "wang", opens_in=-2), words("c", opens_in=-1)]
    )
    outcome = scene.apply(USED_UP)
    assert (1, 1, []) == (outcome.exit_status(), scene.wechat.count("preview"), scene.wechat.jobs)
    assert {"a": [], "b": ["allowance"], "c": ["allowance"]} == told(outcome)
    error = outcome.campaigns[0].error
    assert (45009, "2026-12-02 00:00 +08:00") == (
        error and error.errcode,
        outcome.campaigns[1].refusals[0].hint.partition(" at ")[2][:23],
    )


def test_those_that_were_not_tried_do_not_count_and_are_asked_for_again() -> None:
    scene = Scene([words("a", opens_in=-3), words("b", opens_in=-2)])
    scene.apply(USED_UP)
    assert 1 == scene.state.preview_days.used(OLD.appid, NOW)
    assert (0, 2) == (scene.apply().exit_status(), scene.wechat.count("preview"))


def test_another_account_goes_on() -> None:
    other = replace(words("b"), account="other", appid=OTHER_APPID)
    scene = Scene([words("a"), other])
    outcome = scene.apply(USED_UP)
    assert {"a": [], "b": []} == told(outcome)
    assert ["b"] == [job.subject for job in scene.other.jobs]


UNKEPT = "what is staged or sent could not be stored beside the ledger: later plans cannot show what changed"


@dataclass
class SimArchive:
    """Notes what it is given, and how far the run was by then."""

    scene: Scene
    is_full: bool = False
    kept: list[str] = field(default_factory=list)
    done_before: list[str] = field(default_factory=list)

    def keep(self, campaign: RenderedCampaign) -> bool:
        self.kept.append(campaign.digest)
        self.done_before += [kind for kind in self.scene.types() if kind not in self.done_before]
        return not self.is_full


def scene(
    *campaigns: RenderedCampaign, is_full: bool = False, until: Until = Until.SEND
) -> tuple[Scene, SimArchive]:
    made = Scene(list(campaigns), until=until)
    made.archive = SimArchive(made, is_full)
    return made, made.archive


def test_a_draft_is_kept_before_it_is_saved():
    made, archive = scene(whole_news())
    made.apply()
    assert [whole_news().digest] == archive.kept
    assert "draft_saved" not in archive.done_before
    assert "send_accepted" in made.types()


def test_a_text_is_kept_before_it_is_sent():
    made, archive = scene(whole_text())
    made.apply()
    assert [whole_text().digest] == archive.kept
    assert "send_attempted" not in archive.done_before


def test_uploads_alone_keep_nothing():
    made, archive = scene(whole_news(), until=Until.UPLOAD)
    made.apply()
    assert [] == archive.kept


def test_a_run_with_nothing_to_do_keeps_nothing():
    made, archive = scene(whole_news(window=OPEN), until=Until.DRAFT)
    made.apply()
    archive.kept.clear()
    made.apply()
    assert [] == archive.kept


def test_a_campaign_that_stopped_before_is_not_kept():
    made, archive = scene(whole_news())
    made.apply(("upload_image", Fault.REQUEST_LOST))
    assert [] == archive.kept


def test_an_archive_that_takes_nothing_stops_nothing_and_is_told_once():
    made, archive = scene(whole_news(), whole_text(), is_full=True)
    made.apply()
    assert 2 == len(archive.kept)
    assert 2 == len(made.events("send_accepted"))
    assert 1 == made.progress.lines.count(UNKEPT)
