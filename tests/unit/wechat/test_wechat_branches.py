"""Each message byte for byte as WeChat's pages write it, sent and shown; and uploads that are no pictures."""

import json

import pytest
from building import IN_TIME
from wechat_script import ID, OPENID, scripted

from massctl.apply.ports import Upload
from massctl.errors import TransportError
from massctl.model.ids import MediaId
from massctl.model.message import Recipient
from massctl.model.send import Body, Card, Images, MassSend, News, ToAll, ToTag, Video, Voice, Words

ACCEPTED = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 3147000001}
SHOWN = {"errcode": 0, "errmsg": "preview success"}
A, B = MediaId("A"), MediaId("B")
TWO = Images((A, B), "r", need_open_comment=False, only_fans_can_comment=False)
TAG, ALL = '{"filter":{"is_to_all":false,"tag_id":101},', '{"filter":{"is_to_all":true},'
END = f'"clientmsgid":"{ID}"}}'


@pytest.mark.parametrize(
    ("send", "expected"),
    [
        (
            MassSend(ToTag(101), News(MediaId("M")), ID, send_ignore_reprint=False),
            TAG + '"mpnews":{"media_id":"M"},"msgtype":"mpnews","send_ignore_reprint":0,' + END,
        ),
        (
            MassSend(ToAll(), TWO, ID, send_ignore_reprint=None),
            ALL + '"images":{"media_ids":["A","B"],"recommend":"r","need_open_comment":0,"only_fans_can_comment":0},'
            '"msgtype":"image",' + END,
        ),
        (
            MassSend(ToAll(), Images((A,), "", True, True, "t"), ID, send_ignore_reprint=None),
            ALL
            + '"images":{"media_ids":["A"],"title":"t","need_open_comment":1,"only_fans_can_comment":1},'
            + '"msgtype":"image",'
            + END,
        ),
        (
            MassSend(ToTag(101), Words("t"), ID, send_ignore_reprint=None),
            TAG + '"text":{"content":"t"},"msgtype":"text",' + END,
        ),
        (
            MassSend(ToTag(101), Voice(A), ID, send_ignore_reprint=None),
            TAG + '"voice":{"media_id":"A"},"msgtype":"voice",' + END,
        ),
        (
            MassSend(ToTag(101), Video(A, "标题", "描述"), ID, send_ignore_reprint=None),
            TAG + '"mpvideo":{"media_id":"A"},"msgtype":"mpvideo",' + END,
        ),
        (
            MassSend(ToTag(101), Card("c"), ID, send_ignore_reprint=None),
            TAG + '"wxcard":{"card_id":"c"},"msgtype":"wxcard",' + END,
        ),
    ],
)
def test_a_send_byte_for_byte(send: MassSend, expected: str) -> None:
    client, script = scripted(ACCEPTED)
    client.send_mass(send, IN_TIME)
    assert ("/cgi-bin/message/mass/sendall", expected) == (script.seen[0].path, script.seen[0].content.decode())


@pytest.mark.parametrize("recipient", [Recipient("towxname", "name"), Recipient("touser", OPENID)])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (News(MediaId("M")), '"mpnews":{"media_id":"M"},"msgtype":"mpnews"}'),
        (Words("t"), '"text":{"content":"t"},"msgtype":"text"}'),
        (TWO, '"image":{"media_id":"A"},"msgtype":"image"}'),
        (Voice(A), '"voice":{"media_id":"A"},"msgtype":"voice"}'),
        (Video(A, "标题", "描述"), '"mpvideo":{"media_id":"A"},"msgtype":"mpvideo"}'),
        (
            Card("c", '{"code":""}'),
            '"wxcard":{"card_id":"c","card_ext":"{\\"code\\":\\"\\"}"},"msgtype":"wxcard"}',
        ),
    ],
)
def test_a_preview_byte_for_byte(recipient: Recipient, body: Body, expected: str) -> None:
    client, script = scripted(SHOWN)
    client.preview(recipient, body)
    to = f'{{"{recipient.kind}":"{recipient.name}",'
    assert ("/cgi-bin/message/mass/preview", to + expected) == (script.seen[0].path, script.seen[0].content.decode())


def test_a_sound_is_added_as_a_voice_and_has_no_form_beside_it() -> None:
    client, script = scripted({"media_id": "V"})
    material = client.add_material(Upload(b"ID3", "0123abcd.mp3", "audio/mpeg", "voice"))
    assert ("V", None, "voice") == (material.media_id, material.url, script.seen[0].query["type"])
    assert b"description" not in script.seen[0].content


def test_a_video_is_described_in_a_form_field_of_raw_json() -> None:
    client, script = scripted({"media_id": "V"})
    client.add_material(Upload(b"ftyp", "0123abcd.mp4", "video/mp4", "video", '雪球"下坡', "两秒钟"))
    seen = script.seen[0]
    assert ("/cgi-bin/material/add_material", "video") == (seen.path, seen.query["type"])
    field = seen.content.split(b'name="description"\r\n\r\n')[1].split(b"\r\n--")[0]
    assert {"title": '雪球"下坡', "introduction": "两秒钟"} == json.loads(field)
    assert "雪球".encode() in field
    assert b'name="media"; filename="0123abcd.mp4"' in seen.content
    assert str(len(seen.content)) == seen.headers["content-length"]


def test_the_id_of_a_video_is_made_from_its_material() -> None:
    client, script = scripted({"type": "video", "media_id": "VV", "created_at": 1796000000})
    assert "VV" == client.make_video(MediaId("V"), "标题", "描述")
    assert "/cgi-bin/media/uploadvideo" == script.seen[0].path
    assert '{"media_id":"V","title":"标题","description":"描述"}' == script.seen[0].content.decode()


def test_an_answer_without_an_id_is_none() -> None:
    client, _ = scripted(*[{"type": "video"}] * 8)
    with pytest.raises(TransportError):
        client.make_video(MediaId("V"), "标题", "描述")
