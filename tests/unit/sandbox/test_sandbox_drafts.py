"""Uploads, materials and drafts: limits, kinds of ids, and what the sanitiser takes."""

import pytest
from sandbox_caller import Caller, picture
from werkzeug.test import EnvironBuilder

from massctl.sandbox.drafts import sanitised
from massctl.sandbox.request import Request


def test_the_same_bytes_twice_to_one_endpoint_are_noted(caller: Caller) -> None:
    caller.upload("media/uploadimg", picture())
    caller.upload("material/add_material", picture(), kind="image")
    assert caller.violations() == []
    caller.upload("media/uploadimg", picture())
    assert caller.violations() == ["second_upload"]


def test_materials_are_counted_listed_read_and_deleted(caller: Caller) -> None:
    first, second = caller.cover(), caller.cover()
    assert caller.get("material/get_materialcount")["image_count"] == 2
    listed = caller.post("material/batchget_material", {"type": "image", "offset": 0, "count": 20})
    assert [second, first] == [row["media_id"] for row in listed["item"]]
    reply = caller.reply("POST", "material/get_material", {"media_id": first})
    assert (reply.content_type, reply.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert caller.post("material/del_material", {"media_id": first})["errcode"] == 0
    assert caller.post("material/del_material", {"media_id": first})["errcode"] == 40007


def test_content_below_a_million_bytes_is_taken_unless_the_account_refuses(caller: Caller) -> None:
    long = {"articles": [caller.article(content="字" * 333_333)]}
    assert "media_id" in caller.post("draft/add", long)
    caller.account(content_characters=20_000)
    for count, refused in ((19_999, False), (20_000, True)):
        answer = caller.post("draft/add", {"articles": [caller.article(content="字" * count)]})
        assert refused == (answer.get("errcode") == 45002)


def test_a_part_of_a_cover_is_kept_and_told(caller: Caller) -> None:
    given = {"pic_crop_235_1": "0_0.1_1_0.526532", "pic_crop_1_1": "0_0_0.500000_1"}
    media_id = caller.post("draft/add", {"articles": [caller.article(**given)]})["media_id"]
    (told,) = caller.post("draft/get", {"media_id": media_id})["news_item"]
    assert given == {key: told[key] for key in given}


def test_a_picture_of_another_account_is_no_cover(caller: Caller) -> None:
    cover = caller.cover()
    with caller.db() as db:
        (row,) = db.find("materials", media_id=cover)
        db.put("materials", cover, {**row, "appid": "wx-other"})
    assert (
        caller.post("draft/add", {"articles": [caller.article(thumb_media_id=cover)]})["errcode"]
        == 40007
    )


def test_escaped_json_counts_six_characters_each_and_is_noted(caller: Caller) -> None:
    cover = caller.cover()
    title = b"\\u6625" * 11  # 66 characters, as WeChat counts them; 64 are allowed.
    body = b'{"articles":[{"title":"' + title + b'","content":"c","thumb_media_id":"'
    answer = caller.post("draft/add", body + cover.encode() + b'"}]}')
    assert (answer["errcode"], caller.violations()) == (45003, ["escaped_json"])


def request(body: bytes) -> Request:
    return Request(EnvironBuilder(method="POST", data=body).get_environ())


def test_escaped_json_is_stored_as_it_is_spelled() -> None:
    assert {"a": "\\u6625\n\\u6625"} == request(rb'{"a":"\u6625\n\\u6625"}').record()


def test_escaped_control_characters_are_nobodys_fault() -> None:
    call = request(rb'{"a":"\u0007"}')
    assert (call.record(), call.is_escaped) == ({"a": "\a"}, False)


OURS = '<img src="http://mmbiz.qpic.cn/a/0">'


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ('<p id="a" style="x">y</p>', '<p style="x">y</p>'),
        ("<svg><path ID='a'/></svg>", "<svg><path/></svg>"),
        ("a<script>alert('</p>')</script>b", "ab"),
        ("a<STYLE>@keyframes x{}</STYLE>b", "ab"),
        ("a<script>never closed", "a"),
        ('<img src="https://example.com/a.png">' + OURS, OURS),
        ('<img src="data:image/png;base64,AA">', ""),
        ('<img alt="none">', ""),
        ('<p onclick="x()">y</p>', "<p>y</p>"),
    ],
)
def test_the_sanitiser_takes_without_a_word(given: str, stored: str) -> None:
    assert sanitised(given) == stored


@pytest.mark.parametrize(
    "content",
    [
        OURS,
        '<img data-src="https://mmbiz.qpic.cn/a/0">',
        '<section style="position:absolute;background:url(https://example.com/a.png)">中&nbsp;文</section>',
        '<svg viewBox="0 0 1 1"><animate begin="click" attributeName="x"/></svg>',
        "<!-- id='a' --><p data-id='a' style='id: a'>id=\"a\" > < &amp;</p>",
        "<mp-common-miniprogram data-miniprogram-appid=wx></mp-common-miniprogram>",
    ],
)
def test_the_sanitiser_leaves_every_other_byte(content: str) -> None:
    assert sanitised(content) == content
