"""Uploads, materials and drafts: limits, kinds of ids, and what the sanitiser takes."""

from typing import Any

import pytest
from sandbox_caller import Caller, picture

from massctl.sandbox.drafts import sanitised
from massctl.sandbox.request import Request


def test_uploadimg_returns_an_http_address_on_wechats_host(caller: Caller) -> None:
    url = caller.upload("media/uploadimg", picture())["url"]
    assert url.startswith("http://mmbiz.qpic.cn/")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP"])
def test_uploadimg_refuses_other_formats_than_jpeg_and_png(caller: Caller, kind: str) -> None:
    assert caller.upload("media/uploadimg", picture(kind), f"a.{kind.lower()}")["errcode"] == 40005


def test_uploadimg_refuses_a_megabyte(caller: Caller) -> None:
    assert caller.upload("media/uploadimg", picture() + b"\0" * 1024 * 1024)["errcode"] == 40009


def test_uploadimg_refuses_a_name_that_belies_the_bytes(caller: Caller) -> None:
    assert caller.upload("media/uploadimg", picture("PNG"), "a.jpg")["errcode"] == 40137


def test_uploadimg_refuses_a_broken_picture(caller: Caller) -> None:
    assert caller.upload("media/uploadimg", picture("PNG")[:60], "a.png")["errcode"] == 40137


def test_uploadimg_refuses_an_empty_file(caller: Caller) -> None:
    assert caller.upload("media/uploadimg", b"")["errcode"] == 44001


def test_uploadimg_without_a_file_is_41005(caller: Caller) -> None:
    assert caller.post("media/uploadimg", b"--x--")["errcode"] == 41005


def test_the_same_bytes_twice_to_one_endpoint_are_noted(caller: Caller) -> None:
    caller.upload("media/uploadimg", picture())
    caller.upload("material/add_material", picture(), kind="image")
    assert caller.violations() == []
    caller.upload("media/uploadimg", picture())
    assert caller.violations() == ["second_upload"]


def test_add_material_takes_a_gif(caller: Caller) -> None:
    assert set(caller.upload("material/add_material", picture("GIF"), "a.gif", "image")) == {"media_id", "url"}


@pytest.mark.parametrize(
    ("kind", "data", "filename", "errcode"),
    [
        ("poster", picture(), "a.jpg", 40004),
        ("thumb", picture("PNG"), "a.png", 40005),
        ("thumb", picture() + b"\0" * 65536, "a.jpg", 40006),
        ("voice", b"no sound", "a.mp3", 40005),
        ("voice", b"ID3" + b"\0" * 2 * 1024 * 1024, "a.mp3", 40006),
        ("image", picture() + b"\0" * 10 * 1024 * 1024, "a.jpg", 40009),
    ],
)
def test_add_material_refuses(caller: Caller, kind: str, data: bytes, filename: str, errcode: int) -> None:
    assert caller.upload("material/add_material", data, filename, kind)["errcode"] == errcode


def test_a_video_needs_its_description(caller: Caller) -> None:
    data = b"\0\0\0\x18ftypmp42" + b"\0" * 32
    assert caller.upload("material/add_material", data, "a.mp4", "video")["errcode"] == 47001
    described = caller.upload("material/add_material", data, "a.mp4", "video", description='{"title":"片子"}')
    answer = caller.post("material/get_material", {"media_id": described["media_id"]})
    assert (answer["title"], answer["description"]) == ("片子", "")


def test_materials_are_counted_listed_read_and_deleted(caller: Caller) -> None:
    first, second = caller.cover(), caller.cover()
    assert caller.get("material/get_materialcount")["image_count"] == 2
    listed = caller.post("material/batchget_material", {"type": "image", "offset": 0, "count": 20})
    assert [second, first] == [row["media_id"] for row in listed["item"]]
    reply = caller.reply("POST", "material/get_material", {"media_id": first})
    assert (reply.content_type, reply.data[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert caller.post("material/del_material", {"media_id": first})["errcode"] == 0
    assert caller.post("material/del_material", {"media_id": first})["errcode"] == 40007


@pytest.mark.parametrize(
    ("members", "errcode"),
    [
        ({"title": "题" * 33}, 45003),
        ({"title": ""}, 45003),
        ({"author": "者" * 17}, 45110),
        ({"digest": "摘" * 129}, 45004),
        ({"content": ""}, 44003),
        ({"content": "字" * 333_334}, 45002),
        ({"content_source_url": "https://example.com/" + "a" * 1024}, 45005),
        ({"thumb_media_id": ""}, 40007),
        ({"thumb_media_id": "unknown"}, 40007),
        ({"need_open_comment": 2}, 40097),
        ({"pic_crop_235_1": "0_0_2_1"}, 40097),
        ({"pic_crop_235_1": "0_0_1"}, 40097),
        ({"pic_crop_235_1": "0.5_0_0.5_1"}, 40097),
        ({"pic_crop_1_1": "0_0.9_1_0.1"}, 40097),
        ({"pic_crop_1_1": "0.1234567_0_1_1"}, 40097),
        ({"pic_crop_1_1": [0, 0, 1, 1]}, 40097),
    ],
)
def test_draft_add_refuses(caller: Caller, members: dict[str, Any], errcode: int) -> None:
    answer = caller.post("draft/add", {"articles": [caller.article(**members)]})
    assert answer["errcode"] == errcode


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


def test_the_longest_members_are_taken(caller: Caller) -> None:
    longest = {"title": "题" * 32, "author": "者" * 16, "digest": "摘" * 128, "content": "字" * 19_999}
    assert "media_id" in caller.post("draft/add", {"articles": [caller.article(**longest)]})


@pytest.mark.parametrize("count", [0, 9])
def test_a_draft_holds_one_to_eight_articles(caller: Caller, count: int) -> None:
    article = caller.article()
    assert caller.post("draft/add", {"articles": [article] * count})["errcode"] == 45008


def test_comments_need_the_comment_right(caller: Caller) -> None:
    caller.account(comment_right=False)
    assert caller.post("draft/add", {"articles": [caller.article(need_open_comment=1)]})["errcode"] == 88000


def test_a_temporary_picture_is_no_cover(caller: Caller) -> None:
    media_id = caller.upload("media/upload", picture(), kind="image")["media_id"]
    assert caller.post("draft/add", {"articles": [caller.article(thumb_media_id=media_id)]})["errcode"] == 40007


def test_a_picture_of_another_account_is_no_cover(caller: Caller) -> None:
    cover = caller.cover()
    with caller.db() as db:
        (row,) = db.find("materials", media_id=cover)
        db.put("materials", cover, {**row, "appid": "wx-other"})
    assert caller.post("draft/add", {"articles": [caller.article(thumb_media_id=cover)]})["errcode"] == 40007


def test_escaped_json_counts_six_characters_each_and_is_noted(caller: Caller) -> None:
    cover = caller.cover()
    body = b'{"articles":[{"title":"\\u6625\\u5b63\\u5927\\u4fc3\\u6765\\u4e86","content":"c","thumb_media_id":"'
    answer = caller.post("draft/add", body + cover.encode() + b'"}]}')
    assert (answer["errcode"], caller.violations()) == (45003, ["escaped_json"])


def test_escaped_json_is_stored_as_it_is_spelled(caller: Caller) -> None:
    with caller.db() as db:
        assert Request(db, "POST", "/", body=rb'{"a":"\u6625\n\\u6625"}').json() == {"a": "\\u6625\n\\u6625"}


def test_escaped_control_characters_are_nobodys_fault(caller: Caller) -> None:
    with caller.db() as db:
        call = Request(db, "POST", "/", body=rb'{"a":"\u0007"}')
    assert (call.json(), call.is_escaped) == ({"a": "\a"}, False)


def test_a_draft_reads_back_with_its_defaults(caller: Caller) -> None:
    media_id = caller.draft(content="<p>" + "一二三四五六七八九十" * 6 + "</p>")
    item = caller.post("draft/get", {"media_id": media_id})["news_item"][0]
    assert item["digest"] == ("一二三四五六七八九十" * 6)[:54]
    assert item["url"].startswith("http://mp.weixin.qq.com/s?")


@pytest.mark.parametrize("value", [True, "yes", 2])
def test_a_flag_is_zero_or_one(caller: Caller, value: object) -> None:
    answer = caller.post("draft/add", {"articles": [caller.article(need_open_comment=value)]})
    assert answer["errcode"] == 40097


def test_a_draft_of_several_articles_keeps_no_digest(caller: Caller) -> None:
    given = [caller.article(), caller.article(digest="三天，错过等一年")]
    media_id = caller.post("draft/add", {"articles": given})["media_id"]
    items = caller.post("draft/get", {"media_id": media_id})["news_item"]
    assert [item["digest"] for item in items] == ["", ""]


def test_draft_update_counts_from_zero(caller: Caller) -> None:
    media_id = caller.draft()
    change = {"media_id": media_id, "index": 0, "articles": caller.article(title="新题")}
    assert caller.post("draft/update", change)["errcode"] == 0
    assert caller.post("draft/get", {"media_id": media_id})["news_item"][0]["title"] == "新题"
    assert caller.post("draft/update", {**change, "index": 1})["errcode"] == 40114


def test_drafts_are_listed_newest_first(caller: Caller) -> None:
    ids = [caller.draft() for _ in range(3)]
    page = caller.post("draft/batchget", {"offset": 0, "count": 2, "no_content": 1})
    assert ids[:0:-1] == [item["media_id"] for item in page["item"]]
    assert (page["total_count"], page["item_count"]) == (3, 2)
    assert page["item"][0]["content"]["news_item"][0]["content"] == ""


def test_a_deleted_draft_is_gone(caller: Caller) -> None:
    media_id = caller.draft()
    assert caller.post("draft/delete", {"media_id": media_id})["errcode"] == 0
    assert caller.post("draft/get", {"media_id": media_id})["errcode"] == 40007
    assert caller.get("draft/count") == {"total_count": 0}


def test_a_newspic_holds_pictures_and_plain_text(caller: Caller) -> None:
    cover = caller.cover()
    pictures = {"article_type": "newspic", "image_info": {"image_list": [{"image_media_id": cover}]}}
    plain = {"title": "贴图", "content": "三张图", **pictures}
    assert "media_id" in caller.post("draft/add", {"articles": [plain]})
    assert caller.post("draft/add", {"articles": [{**plain, "content": "<p>x</p>"}]})["errcode"] == 45166


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
