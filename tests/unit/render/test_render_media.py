"""Messages of pictures, sounds, videos and coupons, rendered."""

from typing import Any

import pytest
from render_inputs import Folder, campaign_file, place_of, render, rendered, sha

from massctl.model.diagnostics import Severity
from massctl.model.ids import MediaId
from massctl.model.message import CardMessage, ImageMessage, Purpose, VideoMessage, VoiceMessage

FOLDER = Folder(
    {
        "spring/images/a.png": "a",
        "spring/images/b.png": "b",
        "spring/audio/bell.mp3": "bell",
        "_shared/ball.mp4": "ball",
    }
)


def codes(file: dict[str, Any]) -> list[tuple[str, str]]:
    found = render(campaign_file(**file), FOLDER)[1]
    return [(each.code, each.place.file.rpartition(":")[2] if each.place else "") for each in found]


def test_pictures_keep_their_order_and_become_material() -> None:
    files = {
        "files": ["images/b.png", "{{ 'images/a.png' }}"],
        "title": "河{{ 1 }}",
        "recommend": " 第 {{ campaign.edition }} 次 ",
    }
    campaign = rendered(campaign_file(image={**files, "need_open_comment": True}), FOLDER)
    assert (
        ImageMessage((sha("b"), sha("a")), None, "河1", "第 1 次", True, False) == campaign.message
    )
    assert [Purpose.MATERIAL, Purpose.MATERIAL] == [each.purpose for each in campaign.pictures]


def test_material_that_exists_is_taken_by_its_id() -> None:
    campaign = rendered(campaign_file(image={"media_ids": ["M{{ 1 }}", "M2"]}), FOLDER)
    given = (MediaId("M1"), MediaId("M2"))
    assert (ImageMessage(None, given, "", "", False, False), ()) == (
        campaign.message,
        campaign.files,
    )
    sound = rendered(campaign_file(voice={"media_id": "V"}), FOLDER)
    assert (VoiceMessage(None, MediaId("V")), ()) == (sound.message, sound.files)


def test_a_sound_is_taken_as_it_is() -> None:
    campaign = rendered(campaign_file(voice={"file": "audio/bell.mp3"}), FOLDER)
    assert VoiceMessage(sha("bell"), None) == campaign.message
    assert [("campaigns/spring/audio/bell.mp3", Purpose.VOICE)] == [
        (f.path, f.purpose) for f in campaign.files
    ]


def test_a_video_is_found_among_the_shared_files_and_warned_of() -> None:
    block = {"file": "_shared/ball.mp4", "title": "雪球", "description": "两秒钟"}
    campaign = rendered(campaign_file(mpvideo=block), FOLDER)
    assert VideoMessage(sha("ball"), None, "雪球", "两秒钟") == campaign.message
    (warning,) = campaign.diagnostics
    assert ("MC317", Severity.WARNING, place_of(("mpvideo",))) == (
        warning.code,
        warning.severity,
        warning.place,
    )
    assert "(48022, read 2026-10)" in warning.message


def test_a_coupon_is_warned_of_with_a_date_and_its_code() -> None:
    campaign = rendered(
        campaign_file(wxcard={"card_id": "p{{ 1 }}", "card_ext": '{"code": "{{ 1 }}"}'}), FOLDER
    )
    assert (CardMessage("p1"), '{"code": "{{ 1 }}"}') == (campaign.message, campaign.card_ext)
    assert ["2024-08-10 (45113" in each.message for each in campaign.diagnostics] == [True]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ({"image": {"files": ["images/none.png"]}}, [("MC201", "image.files.0")]),
        ({"image": {"files": ["{{ '' }}"]}}, [("MC014", "image.files.0")]),
        ({"image": {"media_ids": ["M", "{{ '' }}"]}}, [("MC014", "image.media_ids.1")]),
        ({"image": {"media_ids": ["M"], "recommend": "字" * 141}}, [("MC316", "image.recommend")]),
        ({"voice": {"file": "audio/none.mp3"}}, [("MC208", "voice.file")]),
        ({"voice": {"file": "../summer/bell.mp3"}}, [("MC209", "voice.file")]),
        ({"voice": {"file": "https://example.com/a.mp3"}}, [("MC209", "voice.file")]),
        ({"voice": {"file": "{{ '' }}"}}, [("MC014", "voice.file")]),
        (
            {"voice": {"media_id": "{{ nothing }}"}},
            [("MC014", "voice.media_id"), ("MC102", "voice.media_id")],
        ),
        (
            {"mpvideo": {"file": "_shared/ball.mp4"}},
            [("MC317", "mpvideo"), ("MC313", "mpvideo.title")],
        ),
        (
            {"mpvideo": {"media_id": "M", "title": "字" * 65, "description": "字" * 121}},
            [("MC317", "mpvideo"), ("MC315", "mpvideo.description"), ("MC301", "mpvideo.title")],
        ),
        ({"wxcard": {"card_id": "{{ '' }}"}}, [("MC317", "wxcard"), ("MC014", "wxcard.card_id")]),
    ],
)
def test_faults_stand_at_their_keys(file: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert sorted(expected) == sorted(codes(file))


def test_a_path_is_looked_for_in_the_campaign_and_its_first_problem_is_told() -> None:
    folder = Folder({"spring/bell.mp3": "bell"})
    assert rendered(campaign_file(voice={"file": "./bell.mp3"}), folder).files[0].sha256 == sha(
        "bell"
    )
