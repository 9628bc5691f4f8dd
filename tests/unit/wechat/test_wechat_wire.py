"""The calls as they travel, byte for byte where bytes matter, and what is read of their answers."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from building import card_body, image_body, intent, text_body, video_body, voice_body
from copies import replace
from openid_samples import BATCHES
from wechat_script import (
    APPID,
    ARTICLE,
    ID,
    NEWS,
    OPENID,
    REVIEWER,
    SECRET,
    SEND,
    SEND_TEXT,
    UPLOAD,
    URL,
    Scripted,
    scripted,
    send,
)

from massctl.apply.ports import CallQuota, JobReport, ListedDraft, Material, SendingSpeed, Upload
from massctl.errors import InvariantError, TransportError
from massctl.model.campaign import Audience, Tag
from massctl.model.ids import MediaId, MsgDataId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import Body, SendIntent, ToAll, ToOpenids, ToTag
from massctl.wechat.client import WeChatClient

Ask = Callable[[WeChatClient], Any]
DONE = {"errcode": 0, "errmsg": "ok"}
ACCEPTED = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 3147000001}
A, B = MediaId("A"), MediaId("B")
TWO = image_body((A, B), "r", need_open_comment=False, only_fans_can_comment=False)
TAGS = {
    "tags": [
        {"id": 2, "name": "星标组", "count": 7},
        {"id": 101, "name": "会员", "count": 1200},
        {"id": 7},
    ]
}
FOLLOWERS = {"total": 23456, "count": 1, "data": {"openid": [OPENID]}, "next_openid": OPENID}

CALLS: dict[str, tuple[Ask, dict[str, Any], str, str, object]] = {
    "make_video": (
        lambda client: client.make_video(MediaId("V"), "标题", "描述"),
        {"type": "video", "media_id": "VV", "created_at": 1796000000},
        "media/uploadvideo",
        '{"media_id":"V","title":"标题","description":"描述"}',
        "VV",
    ),
    "material_count": (
        lambda client: client.material_count(),
        {"voice_count": 1, "image_count": 12, "news_count": 0},
        "material/get_materialcount",
        "",
        12,
    ),
    "get_draft": (
        lambda client: client.get_draft(A),
        {"errcode": 40007},
        "draft/get",
        '{"media_id":"A"}',
        None,
    ),
    "delete_draft": (
        lambda client: client.delete_draft(A),
        DONE,
        "draft/delete",
        '{"media_id":"A"}',
        None,
    ),
    "delete_draft that is gone": (
        lambda client: client.delete_draft(A),
        {"errcode": 40007, "errmsg": "invalid media_id"},
        "draft/delete",
        '{"media_id":"A"}',
        None,
    ),
    "draft_count": (lambda client: client.draft_count(), {"total_count": 7}, "draft/count", "", 7),
    "followers": (
        lambda client: client.audience_count(Audience(is_to_all=True)),
        FOLLOWERS,
        "user/get",
        "",
        23456,
    ),
    "tag": (lambda client: client.audience_count(Audience(tag_id=101)), TAGS, "tags/get", "", 1200),
    "a tag that is not there": (
        lambda client: client.audience_count(Audience(tag_id=0)),
        TAGS,
        "tags/get",
        "",
        None,
    ),
    "tags": (
        lambda client: client.tags(),
        TAGS,
        "tags/get",
        "",
        (Tag(id=2, name="星标组", count=7), Tag(id=101, name="会员", count=1200)),
    ),
    "job_report": (
        lambda client: client.job_report(MsgId(3147000001)),
        {"msg_id": 3147000001, "msg_status": "SEND_SUCCESS"},
        "message/mass/get",
        '{"msg_id":"3147000001"}',
        JobReport(MsgId(3147000001), "sent"),
    ),
    "withdraw an article": (
        lambda client: client.withdraw(MsgId(3147000001), 8),
        DONE,
        "message/mass/delete",
        '{"msg_id":3147000001,"article_idx":8}',
        None,
    ),
    "withdraw all": (
        lambda client: client.withdraw(MsgId(3147000001), 0),
        DONE,
        "message/mass/delete",
        '{"msg_id":3147000001,"article_idx":0}',
        None,
    ),
    "speed": (
        lambda client: client.speed(),
        {"errcode": 0, "speed": 0, "realspeed": "80"},
        "message/mass/speed/get",
        "{}",
        SendingSpeed(0, 80),
    ),
    "set_speed": (
        lambda client: client.set_speed(2),
        DONE,
        "message/mass/speed/set",
        '{"speed":2}',
        None,
    ),
    "open_comments": (
        lambda client: client.open_comments(MsgDataId(2247000002), 2),
        DONE,
        "comment/open",
        '{"msg_data_id":2247000002,"index":1}',
        None,
    ),
    "close_comments": (
        lambda client: client.close_comments(MsgDataId(2247000002), 1),
        DONE,
        "comment/close",
        '{"msg_data_id":2247000002,"index":0}',
        None,
    ),
    "call_quota": (
        lambda client: client.call_quota("/cgi-bin/message/mass/sendall"),
        {"errcode": 0, "quota": {"daily_limit": "100", "used": 1, "remain": "99"}},
        "openapi/quota/get",
        '{"cgi_path":"/cgi-bin/message/mass/sendall"}',
        CallQuota(100, 99),
    ),
}


@pytest.mark.parametrize(("ask", "answer", "path", "body", "expected"), CALLS.values(), ids=CALLS)
def test_a_call_byte_for_byte(
    ask: Ask, answer: Scripted, path: str, body: str, expected: object
) -> None:
    client, script = scripted(answer)
    assert expected == ask(client)
    (seen,) = script.seen
    assert ("POST" if body else "GET", f"/cgi-bin/{path}", {"access_token": "TOKEN-1"}, body) == (
        seen.method,
        seen.path,
        seen.query,
        seen.content.decode(),
    )


def test_the_token_is_asked_for_in_normal_mode() -> None:
    client, script = scripted()
    client.renew_token()
    (seen,) = script.fetches
    assert {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} == seen.body
    assert ("POST", {}) == (seen.method, seen.query)


TO_OPENIDS = ToOpenids(BATCHES[1])
ALL, TAG = '{"filter":{"is_to_all":true},', '{"filter":{"is_to_all":false,"tag_id":101},'
LIST = '{"touser":["oD00004","oE00005"],'
NO_COMMENTS = '"need_open_comment":0,"only_fans_can_comment":0}'


@pytest.mark.parametrize(
    ("asked", "path", "expected"),
    [
        (
            SEND,
            "sendall",
            TAG + '"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews","send_ignore_reprint":0,',
        ),
        (
            intent(ToTag(101), NEWS, reprint=True),
            "sendall",
            TAG + '"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews","send_ignore_reprint":1,',
        ),
        (
            intent(TO_OPENIDS, NEWS),
            "send",
            LIST + '"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews","send_ignore_reprint":0,',
        ),
        (SEND_TEXT, "sendall", ALL + '"text":{"content":"明天见"},"msgtype":"text",'),
        (
            intent(TO_OPENIDS, text_body("明天见")),
            "send",
            LIST + '"text":{"content":"明天见"},"msgtype":"text",',
        ),
        (
            intent(ToAll(), TWO),
            "sendall",
            ALL
            + '"images":{"media_ids":["A","B"],"recommend":"r",'
            + NO_COMMENTS
            + ',"msgtype":"image",',
        ),
        (
            intent(ToAll(), image_body((A,), "", True, True, "t")),
            "sendall",
            ALL
            + '"images":{"media_ids":["A"],"title":"t","need_open_comment":1,"only_fans_can_comment":1},'
            '"msgtype":"image",',
        ),
        (
            intent(ToTag(101), voice_body(A)),
            "sendall",
            TAG + '"voice":{"media_id":"A"},"msgtype":"voice",',
        ),
        (
            intent(ToTag(101), video_body(A, "标题", "描述")),
            "sendall",
            TAG + '"mpvideo":{"media_id":"A"},"msgtype":"mpvideo",',
        ),
        (
            intent(TO_OPENIDS, video_body(A, "标题", "")),
            "send",
            LIST + '"mpvideo":{"media_id":"A","title":"标题"},"msgtype":"mpvideo",',
        ),
        (
            intent(ToTag(101), card_body("c")),
            "sendall",
            TAG + '"wxcard":{"card_id":"c"},"msgtype":"wxcard",',
        ),
    ],
)
def test_a_send_byte_for_byte(asked: SendIntent, path: str, expected: str) -> None:
    client, script = scripted(ACCEPTED)
    send(client, asked)
    (seen,) = script.seen
    assert (f"/cgi-bin/message/mass/{path}", f'{expected}"clientmsgid":"{ID}"}}') == (
        seen.path,
        seen.content.decode(),
    )


@pytest.mark.parametrize("recipient", [REVIEWER, Recipient("touser", OPENID)])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NEWS, '"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews"}'),
        (text_body("t"), '"text":{"content":"t"},"msgtype":"text"}'),
        (TWO, '"image":{"media_id":"A"},"msgtype":"image"}'),
        (voice_body(A), '"voice":{"media_id":"A"},"msgtype":"voice"}'),
        (video_body(A, "标题", "描述"), '"mpvideo":{"media_id":"A"},"msgtype":"mpvideo"}'),
        (
            card_body("c", '{"code":""}'),
            '"wxcard":{"card_id":"c","card_ext":"{\\"code\\":\\"\\"}"},"msgtype":"wxcard"}',
        ),
    ],
)
def test_a_preview_byte_for_byte(recipient: Recipient, body: Body, expected: str) -> None:
    client, script = scripted(DONE)
    client.preview(recipient, body)
    to = f'{{"{recipient.kind}":"{recipient.name}",'
    assert ("/cgi-bin/message/mass/preview", to + expected) == (
        script.seen[0].path,
        script.seen[0].content.decode(),
    )


def test_json_is_raw_utf8_and_says_its_type_and_length() -> None:
    client, script = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    (seen,) = script.seen
    assert "春季大促".encode() in seen.content
    assert ("application/json; charset=utf-8", str(len(seen.content))) == (
        seen.headers["content-type"],
        seen.headers["content-length"],
    )
    assert "transfer-encoding" not in seen.headers


ITEM = {
    "article_type": "news",
    "title": "春季大促",
    "author": "编辑部",
    "digest": "三天",
    "content_source_url": "https://example.com/sale",
    "content": "<p>价格 1999 元</p>",
    "thumb_media_id": "THUMB",
    "need_open_comment": 1,
    "only_fans_can_comment": 0,
}


def test_an_article_is_saved_with_every_field_and_read_back() -> None:
    answer = {
        "news_item": [{**ITEM, "show_cover_pic": 0, "url": "http://mp.weixin.qq.com/s/x"}],
        "create_time": 1,
    }
    client, script = scripted({"media_id": "M"}, answer)
    assert "M" == client.add_draft([ARTICLE])
    assert ("/cgi-bin/draft/add", {"articles": [ITEM]}) == (
        script.seen[0].path,
        script.seen[0].body,
    )
    assert (ARTICLE,) == client.get_draft(MediaId("M"))


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ({"product_info": {"footer_product_info": {"product_key": "KEY"}}}, ("product_info",)),
        (
            {"cover_info": {"crop_percent_list": [{"ratio": "1_1", "x1": "0"}]}, "image_info": {}},
            ("cover_info",),
        ),
        (
            {
                "product_info": {"footer_product_info": {"product_key": ""}},
                "image_info": {"image_list": []},
            },
            (),
        ),
        ({"product_info": None, "cover_info": [], "show_cover_pic": 1, "unknown": "x"}, ()),
    ],
)
def test_what_we_never_give_a_draft_is_read_by_its_name(
    told: dict[str, Any], read: tuple[str, ...]
) -> None:
    client, _ = scripted({"news_item": [{**ITEM, **told}]})
    (article,) = client.get_draft(MediaId("M")) or ()
    assert read == article.ungiven


def test_what_is_empty_is_left_out_of_a_draft_and_may_be_missing_from_it() -> None:
    bare = replace(
        ARTICLE,
        author="",
        digest="",
        content_source_url="",
        thumb_media_id="",
        need_open_comment=False,
    )
    client, script = scripted(
        {"media_id": "M"},
        {"news_item": [{"title": bare.title, "content": bare.content, "author": None}]},
    )
    client.add_draft([replace(bare, pic_crop_235_1="0_0.1_1_0.9")])
    written = script.seen[0].body["articles"][0]
    assert "0_0.1_1_0.9" == written["pic_crop_235_1"]
    assert not {"author", "digest", "content_source_url", "pic_crop_1_1"} & set(written)
    assert (bare,) == client.get_draft(MediaId("M"))


@pytest.mark.parametrize(("told", "read"), [("0_0_1_1", "0_0_1_1"), (None, ""), ({"x1": 0}, "")])
def test_what_is_shown_of_a_cover_is_read_where_it_is_told(told: object, read: str) -> None:
    client, _ = scripted({"news_item": [{"title": "t", "content": "c", "pic_crop_1_1": told}]})
    draft = client.get_draft(MediaId("M"))
    assert draft is not None
    assert ("", read) == (draft[0].pic_crop_235_1, draft[0].pic_crop_1_1)


def pages_of(*pages: list[int], total: int) -> list[dict[str, Any]]:
    return [
        {"item": [{"media_id": f"M{number}"} for number in page], "total_count": total}
        for page in pages
    ]


@pytest.mark.parametrize(
    ("pages", "listed"),
    [
        (pages_of([1, 2], [2, 3], [4], total=60), [1, 2, 3, 4]),
        (pages_of([1], [], total=50), [1]),
        (pages_of(*[[number] for number in range(25)], total=9000), list(range(25))),
        ([{"total_count": 0, "item_count": 0}], []),
    ],
    ids=["page by page, each draft once", "fewer than it counts", "500 and no further", "empty"],
)
def test_the_newest_drafts_are_listed(pages: list[Scripted], listed: list[int]) -> None:
    client, script = scripted(*pages)
    assert [f"M{number}" for number in listed] == [each.media_id for each in client.newest_drafts()]
    assert [{"offset": 20 * page, "count": 20, "no_content": 1} for page in range(len(pages))] == [
        each.body for each in script.seen
    ]


@pytest.mark.parametrize(
    ("content", "titles"),
    [
        ({"news_item": [{"title": "一"}, {"title": "二", "content": ""}]}, ("一", "二")),
        ({"news_item": [{"title": "一"}, {"author": "李"}]}, None),
        ({"news_item": [{"title": 7}]}, None),
        ({"news_item": ["一"]}, None),
        ({"news_item": []}, None),
        (None, None),
    ],
)
def test_a_listed_draft_has_titles_where_the_listing_gives_all_of_them(
    content: object, titles: object
) -> None:
    client, _ = scripted({"item": [{"media_id": "M1", "content": content}], "total_count": 1})
    assert [ListedDraft(MediaId("M1"), titles)] == list(client.newest_drafts())


def test_an_upload_is_one_part_named_media_with_a_plain_file_name() -> None:
    client, script = scripted({"url": "http://mmbiz.qpic.cn/x/0"})
    assert URL == client.upload_image(UPLOAD)
    (seen,) = script.seen
    boundary = re.fullmatch(
        r"multipart/form-data; boundary=([0-9a-f]+)", seen.headers["content-type"]
    )
    assert boundary is not None
    expected = (
        b'--%b\r\nContent-Disposition: form-data; name="media"; filename="0123abcd.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8 picture \xff\xd9\r\n--%b--\r\n"
    ) % (boundary[1].encode(), boundary[1].encode())
    assert ("/cgi-bin/media/uploadimg", expected, str(len(expected))) == (
        seen.path,
        seen.content,
        seen.headers["content-length"],
    )


@pytest.mark.parametrize("name", ["图.jpg", 'a"b.jpg', "a.jpg\r\nX: y", "a", ""])
def test_a_file_name_that_is_not_generated_is_our_bug(name: str) -> None:
    client, script = scripted({"url": "http://mmbiz.qpic.cn/x/0"})
    with pytest.raises(InvariantError):
        client.upload_image(Upload(b"x", name, "image/jpeg"))
    assert [] == script.seen


@pytest.mark.parametrize(
    ("upload", "answer", "expected"),
    [
        (UPLOAD, {"media_id": "M", "url": "http://mmbiz.qpic.cn/x/0"}, Material(MediaId("M"), URL)),
        (UPLOAD, {"media_id": "M"}, Material(MediaId("M"), None)),
        (
            Upload(b"ID3", "0123abcd.mp3", "audio/mpeg", "voice"),
            {"media_id": "V", "url": ""},
            Material(MediaId("V"), None),
        ),
    ],
)
def test_material_is_uploaded_as_its_type(
    upload: Upload, answer: Scripted, expected: Material
) -> None:
    client, script = scripted(answer)
    assert expected == client.add_material(upload)
    assert ("/cgi-bin/material/add_material", upload.material_type) == (
        script.seen[0].path,
        script.seen[0].query["type"],
    )
    assert b"description" not in script.seen[0].content


def test_a_video_is_described_in_a_form_field_of_raw_json() -> None:
    client, script = scripted({"media_id": "V"})
    client.add_material(
        Upload(b"ftyp", "0123abcd.mp4", "video/mp4", "video", '雪球"下坡', "两秒钟")
    )
    (seen,) = script.seen
    field = seen.content.split(b'name="description"\r\n\r\n')[1].split(b"\r\n--")[0]
    assert {"title": '雪球"下坡', "introduction": "两秒钟"} == json.loads(field)
    assert "雪球".encode() in field
    assert b'name="media"; filename="0123abcd.mp4"' in seen.content


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("SEND_SUCCESS", "sent"), ("send success", "sent"), ("SendSuccess", "sent"),
        ("SENDING", "sending"), (" sending ", "sending"),
        ("SEND_FAIL", "failed"), ("send fail", "failed"),
        ("DELETE", "deleted"), ("delete", "deleted"),
        ("SEND_SOMETHING", "unknown"), ("发送中", "unknown"),
    ],
)  # fmt: skip
def test_the_state_of_a_job_is_read_by_its_letters(written: str, status: str) -> None:
    client, _ = scripted({"msg_id": 3147000001, "msg_status": written})
    assert status == client.job_report(MsgId(3147000001)).status


@pytest.mark.parametrize("realspeed", [None, "fast", -1])
def test_a_speed_need_not_say_what_it_comes_to(realspeed: object) -> None:
    client, _ = scripted({"speed": 4, "realspeed": realspeed})
    assert SendingSpeed(4, None) == client.speed()


def test_a_quota_that_is_overdrawn_is_used_up() -> None:
    client, _ = scripted({"quota": {"daily_limit": 100, "remain": -1}})
    assert CallQuota(100, 0) == client.call_quota("/cgi-bin/x")


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        *(
            (lambda client: client.upload_image(UPLOAD), {"url": url})
            for url in ("ftp://x/0", "http://", "x", "", 5)
        ),
        (lambda client: client.make_video(A, "", ""), {"type": "video"}),
        *(
            (lambda client: client.get_draft(A), {"news_item": items})
            for items in ([], "x", ["x"], [{"title": "t"}])
        ),
        (lambda client: client.newest_drafts(), {"item": {}, "total_count": 1}),
        (lambda client: client.delete_draft(A), {}),
        *((lambda client: client.tags(), answer) for answer in ({}, {"tags": {}}, {"tags": ["x"]})),
        (lambda client: client.tags(), {"tags": [{"id": 1, "name": "a", "count": "many"}]}),
        *(
            (lambda client: client.call_quota("/x"), {"quota": quota})
            for quota in (7, {}, {"daily_limit": 1})
        ),
    ],
)
def test_a_success_that_lacks_what_makes_it_one_is_no_answer(ask: Ask, answer: Scripted) -> None:
    client, _ = scripted(*[answer] * 4)
    with pytest.raises(TransportError):
        ask(client)


def test_an_audience_of_another_kind_is_our_bug() -> None:
    client, script = scripted()
    with pytest.raises(InvariantError):
        client.audience_count(Audience.model_construct(is_to_all=None, tag_id=None))
    assert [] == script.seen
