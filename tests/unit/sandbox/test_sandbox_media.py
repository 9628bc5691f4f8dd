"""Sounds, videos, pictures and coupons in the sandbox: what it takes, and what it refuses as WeChat does."""

import json
import re
from typing import Any

import pytest
from media_samples import amr, mp3, mp4, wav
from sandbox_caller import Caller

SENDALL, PREVIEW = "message/mass/sendall", "message/mass/preview"
DESCRIBED = json.dumps({"title": "雪球", "introduction": "两秒钟"}, ensure_ascii=False)


@pytest.fixture
def tagged(caller: Caller) -> Caller:
    caller.tag()
    return caller


def send(caller: Caller, msgtype: str, number: int = 1, **branch: Any) -> dict[str, Any]:
    return caller.post(SENDALL, caller.text(number, msgtype=msgtype, **branch))


def video_of(caller: Caller) -> str:
    material = caller.upload(
        "material/add_material", mp4(), "a.mp4", "video", description=DESCRIBED
    )["media_id"]
    asked = {"media_id": material, "title": "雪球", "description": "两秒钟"}
    return str(caller.post("media/uploadvideo", asked)["media_id"])


@pytest.mark.parametrize(
    ("data", "name", "errcode"),
    [
        (mp3(), "a.mp3", None),
        (amr(), "a.amr", None),
        (wav(), "a.wav", None),
        (amr(3000), "a.amr", None),
        (amr(3001), "a.amr", 45007),
        (mp3(1700), "a.mp3", 45007),
        (mp3() + b"\0" * 2**21, "a.mp3", 40006),
        (mp3(), "a.amr", 40005),
        (mp4(), "a.mp4", 40005),
        (b"ID3", "a.mp3", None),
    ],
)
def test_a_voice_is_taken_or_refused(
    caller: Caller, data: bytes, name: str, errcode: int | None
) -> None:
    answer = caller.upload("material/add_material", data, name, "voice")
    assert (errcode, errcode is None) == (answer.get("errcode"), "media_id" in answer)
    assert "url" not in answer


def test_a_voice_is_sent_and_shown(tagged: Caller) -> None:
    media_id = tagged.upload("material/add_material", mp3(), "a.mp3", "voice")["media_id"]
    shown = {"towxname": "editor_lin", "msgtype": "voice", "voice": {"media_id": media_id}}
    assert tagged.post(PREVIEW, shown)["errcode"] == 0
    assert send(tagged, "voice", voice={"media_id": media_id})["errcode"] == 0
    assert tagged.violations() == []


def test_a_video_of_the_api_is_refused_unless_the_account_may_send_it(tagged: Caller) -> None:
    media_id = video_of(tagged)
    assert send(tagged, "mpvideo", mpvideo={"media_id": media_id})["errcode"] == 48022
    tagged.account(mass_video=True)
    assert send(tagged, "mpvideo", mpvideo={"media_id": media_id})["errcode"] == 0


def test_a_video_is_sent_by_the_id_that_uploadvideo_gave_and_for_three_days(tagged: Caller) -> None:
    tagged.account(mass_video=True)
    material = tagged.upload(
        "material/add_material", mp4(), "a.mp4", "video", description=DESCRIBED
    )["media_id"]
    assert send(tagged, "mpvideo", mpvideo={"media_id": material})["errcode"] == 40007
    media_id = video_of(tagged)
    tagged.later(days=3, seconds=-1)
    shown = {"towxname": "editor_lin", "msgtype": "mpvideo", "mpvideo": {"media_id": media_id}}
    assert tagged.post(PREVIEW, shown)["errcode"] == 0
    tagged.later(seconds=1)
    assert send(tagged, "mpvideo", mpvideo={"media_id": media_id})["errcode"] == 40007


@pytest.mark.parametrize(
    ("body", "errcode"),
    [({"media_id": "unknown"}, 40007), ({}, 40007), ({"media_id": None, "title": "t"}, 40007)],
)
def test_uploadvideo_knows_its_videos(caller: Caller, body: dict[str, Any], errcode: int) -> None:
    assert caller.post("media/uploadvideo", body)["errcode"] == errcode


def test_uploadvideo_takes_words_only(caller: Caller) -> None:
    material = caller.upload(
        "material/add_material", mp4(), "a.mp4", "video", description=DESCRIBED
    )["media_id"]
    assert caller.post("media/uploadvideo", {"media_id": material, "title": 7})["errcode"] == 40097


def test_a_coupon_is_refused_unless_the_account_may_send_it(tagged: Caller) -> None:
    shown = {
        "towxname": "editor_lin",
        "msgtype": "wxcard",
        "wxcard": {"card_id": "p", "card_ext": "{}"},
    }
    assert tagged.post(PREVIEW, shown)["errcode"] == 45113
    tagged.account(mass_card=True)
    assert tagged.post(PREVIEW, shown)["errcode"] == 0
    assert tagged.post(PREVIEW, {**shown, "wxcard": {"card_id": "p"}})["errcode"] == 40097
    assert send(tagged, "wxcard", wxcard={"card_id": ""})["errcode"] == 40073
    assert send(tagged, "wxcard", wxcard={"card_id": "p"})["errcode"] == 0


def test_the_inbox_shows_and_plays_what_arrived(tagged: Caller) -> None:
    tagged.account(mass_video=True, mass_card=True)
    sound = tagged.upload("material/add_material", mp3(), "a.mp3", "voice")["media_id"]
    for number, (msgtype, branch) in enumerate(
        [
            ("image", {"images": {"media_ids": [tagged.cover()], "recommend": "同一段河堤"}}),
            ("voice", {"voice": {"media_id": sound}}),
            ("mpvideo", {"mpvideo": {"media_id": video_of(tagged)}}),
            ("wxcard", {"wxcard": {"card_id": "pTEA"}}),
        ],
        1,
    ):
        assert send(tagged, msgtype, number, **branch)["errcode"] == 0
        tagged.later(minutes=10)
    page = tagged.http.get("/").text
    recordings = dict(
        re.findall(r'<(audio|video) controls preload="metadata"[^>]* src="([^"]+)">', page)
    )
    assert {"audio", "video"} == set(recordings)
    assert all(word in page for word in ("同一段河堤", "雪球", "两秒钟", "pTEA"))
    played = tagged.http.get(recordings["video"])
    assert (mp4(), "video/mp4") == (played.data, played.content_type)
    assert "media-src 'self'" in played.headers["Content-Security-Policy"]


def test_temporary_media_are_given_back_for_three_days(caller: Caller) -> None:
    """Bytes as they came, an address for a video; what is permanent is asked for elsewhere."""
    media_id = caller.upload("media/upload", amr(), "a.amr", "voice")["media_id"]
    permanent = caller.upload("material/add_material", mp3(), "a.mp3", "voice")["media_id"]
    caller.fresh_token()
    reply = caller.reply("GET", "media/get", media_id=media_id)
    assert (amr(), "audio/amr") == (reply.data, reply.content_type)
    assert caller.get("media/get", media_id=video_of(caller))["video_url"].startswith(
        "http://mmbiz.qpic.cn/"
    )
    assert [40007, 40007] == [
        caller.get("media/get", media_id=each)["errcode"] for each in (permanent, "nope")
    ]
    caller.later(days=3)
    assert 40007 == caller.get("media/get", media_id=media_id)["errcode"]
