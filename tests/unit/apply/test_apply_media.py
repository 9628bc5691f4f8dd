"""Pictures, sounds, videos and coupons: uploaded once, shown, sent, and repeated as they were."""

from dataclasses import replace

import pytest
from building import (
    HOUR,
    NOW,
    OPEN,
    PAST,
    attempted,
    coupon,
    images,
    news,
    recorded,
    reviewers,
    sha,
    text,
    video,
    voice,
)
from simulation.scenario import LONG, PICTURES, Scene
from simulation.world import Fault, SimWeChat

from massctl.apply.payloads import material_id, preview_body, send_intent
from massctl.apply.ports import Material, Upload
from massctl.errors import InvariantError
from massctl.model.entries import MaterialAdded, MaterialForgotten, SendRejected, VideoMade
from massctl.model.ids import MediaId
from massctl.model.message import MaterialRef, RenderedCampaign, RenderedImage, RenderedVideo, RenderedVoice, Window
from massctl.model.send import Card, Images, StagedDraft, Video, Voice, Words
from massctl.model.state import State, Status, status_of
from massctl.plan.plan import Until

LI = reviewers("li")
GIVEN = MaterialRef(media_id=MediaId("M1"))


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
            voice(window=OPEN, recordings=(), message=RenderedVoice(GIVEN)),
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
    assert {None, "voice", "video"} == {each.material_type for each in scene.events("material_added")}


def test_the_same_sound_is_uploaded_once_for_every_campaign() -> None:
    scene = Scene([voice("a", window=OPEN), voice("b", window=OPEN, message=RenderedVoice(MaterialRef(sha("bell"))))])
    scene.apply()
    assert 1 == scene.wechat.count("add_material")
    assert {"a", "b"} == {entry.campaign for entry in scene.ledger.entries if entry.event.type == "message_staged"}


def test_a_failed_upload_stops_every_campaign_that_carries_the_file_and_no_other() -> None:
    scene = Scene([voice("a", window=OPEN), voice("b", window=OPEN), images("c", window=OPEN)])
    outcome = scene.apply(("add_material", Fault.REQUEST_LOST))
    assert {"a": True, "b": True, "c": False} == {e.planned.name: e.error is not None for e in outcome.campaigns}


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
    given = voice("given", recordings=(), message=RenderedVoice(GIVEN))
    scene = Scene([given, coupon(), text()], until=Until.UPLOAD)
    assert (0, []) == (scene.apply().exit_status(), scene.events("message_staged"))


def test_an_expired_campaign_is_not_staged_by_what_another_uploads() -> None:
    scene = Scene([voice("a", window=OPEN), voice("b", window=PAST)], until=Until.UPLOAD)
    scene.apply()
    assert ["a"] == [entry.campaign for entry in scene.ledger.entries if entry.event.type == "message_staged"]


def test_the_id_of_a_video_is_made_when_it_is_shown_and_kept_for_its_send() -> None:
    campaign = video(window=Window(NOW + HOUR, NOW + 2 * HOUR), recipients=LI)
    scene = Scene([campaign])
    scene.apply()
    assert (1, 1, 0) == tuple(scene.wechat.count(name) for name in ("make_video", "preview", "send_mass"))
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
    assert (0, 1, 1) == tuple(scene.wechat.count(name) for name in ("add_material", "make_video", "preview"))


def test_staging_alone_makes_no_id() -> None:
    scene = Scene([video(window=OPEN, recipients=LI)], until=Until.DRAFT)
    scene.apply()
    assert 0 == scene.wechat.count("make_video")


def test_a_video_whose_id_cannot_be_made_is_not_sent() -> None:
    scene = Scene([video(window=OPEN), voice(window=OPEN)])
    outcome = scene.apply(("make_video", Fault.REQUEST_LOST))
    assert (1, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert {"clip": True, "bell": False} == {e.planned.name: e.error is not None for e in outcome.campaigns}


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


@pytest.mark.parametrize("campaign", [images("river", "hero", "second", window=OPEN), voice(window=OPEN)])
def test_a_send_whose_material_was_deleted_is_made_anew_by_the_next_run(campaign: RenderedCampaign) -> None:
    scene = staged_and_deleted(campaign)
    outcome = scene.apply()
    error = outcome.campaigns[0].error
    assert (1, 40007, 0) == (outcome.exit_status(), error and error.errcode, len(scene.wechat.jobs))
    assert "massctl uploads it once more" in str(error and error.hint)
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
        (voice(window=OPEN, recordings=(), message=RenderedVoice(GIVEN)), "voice.media_id"),
        (images(window=OPEN, pictures=(), message=RenderedImage((GIVEN,), "", False, False)), "image.media_ids"),
    ],
)
def test_material_that_was_given_and_is_unknown_is_to_be_corrected(campaign: RenderedCampaign, keys: str) -> None:
    error = Scene([campaign]).apply(("send_mass", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert (40007, True, False) == (
        error.errcode,
        f"correct {keys} in campaign.yaml" in error.hint,
        "draft" in error.hint,
    )


def test_a_preview_of_material_that_was_given_and_is_unknown_says_the_same() -> None:
    campaign = voice(window=OPEN, recordings=(), message=RenderedVoice(GIVEN), recipients=LI)
    error = Scene([campaign]).apply(("preview", Fault.MEDIA_UNKNOWN)).campaigns[0].error
    assert error is not None
    assert "correct voice.media_id in campaign.yaml" in error.hint


def test_a_video_of_material_that_is_unknown_is_to_be_corrected() -> None:
    campaign = video(window=OPEN, recordings=(), message=RenderedVideo(GIVEN, "t", "d"))
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
def test_material_of_this_run_that_wechat_does_not_know_is_not_made_once_more(campaign: RenderedCampaign) -> None:
    scene = Scene([campaign])
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert [] == scene.events("material_forgotten")
    outcome = scene.apply()
    assert ["rejected_before"] == [refusal.guard.value for refusal in outcome.campaigns[0].refusals]
    assert 0 == scene.wechat.count("send_mass")


def test_material_that_was_given_by_its_id_is_the_campaigns_own_affair() -> None:
    scene = Scene([voice(window=OPEN, recordings=(), message=RenderedVoice(GIVEN))])
    assert 1 == scene.apply(("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert ["rejected_before"] == [refusal.guard.value for refusal in scene.apply().campaigns[0].refusals]


def test_while_an_earlier_attempt_is_open_its_material_is_not_forgotten() -> None:
    """Only the identical request may be repeated: another sound under the same id could be a second job."""
    campaign = voice(window=LONG)
    scene = staged_and_kept(campaign)
    assert 4 == scene.apply(("send_mass", Fault.REQUEST_LOST), ("send_mass", Fault.MEDIA_UNKNOWN)).exit_status()
    assert ([], 1) == (scene.events("material_forgotten"), len(scene.record(campaign).open_attempts))
    assert [False] == [event.retryable for event in scene.events("send_rejected")]


def staged_and_kept(campaign: RenderedCampaign) -> Scene:
    """It was staged by an earlier run."""
    scene = Scene([campaign], until=Until.DRAFT)
    scene.apply()
    scene.until = Until.SEND
    return scene


@pytest.mark.parametrize("campaign", [images(window=LONG), voice(window=LONG), video(window=LONG), coupon(window=LONG)])
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
    assert ["account_in_doubt"] == [refusal.guard.value for refusal in outcome.campaigns[0].refusals]


def test_a_coupon_without_card_ext_is_not_shown_and_says_what_is_missing() -> None:
    scene = Scene([coupon(card_ext=None, window=OPEN, recipients=LI), voice(window=OPEN, recipients=LI)])
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
        (text(), Words("今晚八点")),
        (images(), Images((MediaId("P1"),), "同一段河堤", False, False)),
        (
            images(pictures=(), message=RenderedImage((GIVEN, MaterialRef(sha256=sha("hero"))), "", True, False)),
            Images((MediaId("M1"), MediaId("P1")), "", True, False),
        ),
        (voice(), Voice(MediaId("V1"))),
        (video(), Video(MediaId("VV"), "雪球下坡", "两秒钟")),
        (coupon(), Card("pTEA")),
    ],
)
def test_a_send_carries_what_was_rendered_and_recorded(campaign: RenderedCampaign, body: object) -> None:
    assert body == send_intent(campaign, STATE).body


def test_the_flag_of_news_is_in_no_other_send() -> None:
    every = (text(), images(), voice(), coupon())
    assert [None] * 4 == [send_intent(replace(c, send_ignore_reprint=True), STATE).send_ignore_reprint for c in every]


def test_only_the_preview_of_a_coupon_differs_from_its_send() -> None:
    assert Card("pTEA", '{"code":""}') == preview_body(coupon(), STATE)
    assert send_intent(voice(), STATE).body == preview_body(voice(), STATE)


@pytest.mark.parametrize("campaign", [voice(), images(), video(), video(edition=2)])
def test_what_is_not_recorded_is_a_bug(campaign: RenderedCampaign) -> None:
    with pytest.raises(InvariantError):
        send_intent(campaign, State())


def test_material_that_is_nothing_is_a_bug() -> None:
    with pytest.raises(InvariantError):
        material_id(MaterialRef(), voice().appid, STATE)


def test_a_video_of_another_version_is_a_bug() -> None:
    edited = replace(video(), message=RenderedVideo(MaterialRef(sha256=sha("ball")), "别的", ""))
    with pytest.raises(InvariantError):
        send_intent(edited, STATE)


def test_equal_requests_have_equal_names_whatever_previews_need() -> None:
    def named(campaign: RenderedCampaign) -> str:
        return send_intent(campaign, STATE).fingerprint

    assert named(coupon()) == named(coupon(card_ext="other"))
    assert 5 == len({named(each) for each in (text(), images(), voice(), video(), coupon())})


def test_a_preview_shows_no_draft_of_another_version() -> None:
    with pytest.raises(InvariantError, match="of another version"):
        preview_body(news(), STATE, StagedDraft(MediaId("M1"), "sha256:edited"))
