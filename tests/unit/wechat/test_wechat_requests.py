"""What leaves the machine, byte for byte where bytes matter."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from building import IN_TIME
from wechat_script import (
    APPID,
    ARTICLE,
    BASE,
    ID,
    NEWS,
    OPENID,
    REVIEWER,
    SECRET,
    SEND,
    SEND_TEXT,
    UPLOAD,
    URL,
    Script,
    opened,
    scripted,
)

from massctl.apply.ports import ListedDraft, Upload
from massctl.errors import ConfigurationError, InvariantError, TransportError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import Words
from massctl.wechat.client import WeChatClient
from massctl.wechat.watching import Exchange

ACCEPTED = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 3147000001}


def test_json_is_raw_utf8_without_escapes():
    client, script = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    assert "春季大促".encode() in script.seen[0].content
    assert b"\\u" not in script.seen[0].content


def test_json_says_its_type_and_length():
    client, script = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    headers = script.seen[0].headers
    assert "application/json; charset=utf-8" == headers["content-type"]
    assert str(len(script.seen[0].content)) == headers["content-length"]
    assert "transfer-encoding" not in headers


def test_the_token_is_asked_for_in_normal_mode():
    client, script = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    assert {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} == script.fetches[0].body
    assert ("POST", {}) == (script.fetches[0].method, script.fetches[0].query)


def test_the_token_travels_in_the_query():
    client, script = scripted({"media_id": "M"})
    client.add_draft([ARTICLE])
    assert {"access_token": "TOKEN-1"} == script.seen[0].query


def test_an_upload_is_one_part_named_media_with_a_plain_file_name():
    client, script = scripted({"url": "http://mmbiz.qpic.cn/x/0"})
    client.upload_image(UPLOAD)
    seen = script.seen[0]
    boundary = re.fullmatch(r"multipart/form-data; boundary=([0-9a-f]+)", seen.headers["content-type"])
    assert boundary is not None
    expected = (
        b'--%b\r\nContent-Disposition: form-data; name="media"; filename="0123abcd.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8 picture \xff\xd9\r\n--%b--\r\n"
    ) % (boundary[1].encode(), boundary[1].encode())
    assert expected == seen.content
    assert str(len(expected)) == seen.headers["content-length"]


@pytest.mark.parametrize("name", ["图.jpg", 'a"b.jpg', "a.jpg\r\nX: y", "a", ""])
def test_a_file_name_that_is_not_generated_is_our_bug(name):
    client, script = scripted({"url": "http://mmbiz.qpic.cn/x/0"})
    with pytest.raises(InvariantError):
        client.upload_image(Upload(b"x", name, "image/jpeg"))
    assert [] == script.seen


def test_an_inline_image_goes_to_uploadimg_and_its_url_comes_back_as_https():
    client, script = scripted({"url": "http://mmbiz.qpic.cn/x/0"})
    assert URL == client.upload_image(UPLOAD)
    assert ("POST", "/cgi-bin/media/uploadimg") == (script.seen[0].method, script.seen[0].path)


def test_material_is_uploaded_as_an_image():
    client, script = scripted({"media_id": "M", "url": "http://mmbiz.qpic.cn/x/0"})
    material = client.add_material(UPLOAD)
    assert ("M", URL) == (material.media_id, material.url)
    assert "/cgi-bin/material/add_material" == script.seen[0].path
    assert "image" == script.seen[0].query["type"]


def test_material_without_a_url_is_taken():
    client, _ = scripted({"media_id": "M"})
    assert client.add_material(UPLOAD).url is None


def test_a_draft_has_every_member():
    client, script = scripted({"media_id": "M"})
    assert "M" == client.add_draft([ARTICLE])
    assert {
        "articles": [
            {
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
        ]
    } == script.seen[0].body
    assert "/cgi-bin/draft/add" == script.seen[0].path


def test_empty_members_of_a_draft_are_left_out():
    client, script = scripted({"media_id": "M"})
    client.add_draft([replace(ARTICLE, author="", digest="", content_source_url="")])
    assert not {"author", "digest", "content_source_url"} & set(script.seen[0].body["articles"][0])


def test_what_is_shown_of_a_cover_is_given_where_it_is_decided():
    client, script = scripted({"media_id": "M"}, {"media_id": "M"})
    client.add_draft([replace(ARTICLE, pic_crop_235_1="0_0.1_1_0.9")])
    assert "0_0.1_1_0.9" == script.seen[0].body["articles"][0]["pic_crop_235_1"]
    assert "pic_crop_1_1" not in script.seen[0].body["articles"][0]


@pytest.mark.parametrize(("told", "read"), [("0_0_1_1", "0_0_1_1"), (None, ""), ({"x1": 0}, "")])
def test_what_is_shown_of_a_cover_is_read_where_it_is_told(told, read):
    client, _ = scripted({"news_item": [{"title": "t", "content": "c", "pic_crop_1_1": told}]})
    draft = client.get_draft(MediaId("M"))
    assert draft is not None
    assert ("", read) == (draft[0].pic_crop_235_1, draft[0].pic_crop_1_1)


def test_a_draft_is_read_back_and_unknown_members_are_ignored():
    item = {
        "title": "春季大促",
        "author": "编辑部",
        "digest": "三天",
        "content": "<p>价格 1999 元</p>",
        "content_source_url": "https://example.com/sale",
        "thumb_media_id": "THUMB",
        "need_open_comment": 1,
        "only_fans_can_comment": 0,
        "show_cover_pic": 0,
        "url": "http://mp.weixin.qq.com/s/x",
    }
    client, script = scripted({"news_item": [item], "create_time": 1})
    assert (ARTICLE,) == client.get_draft(MediaId("M"))
    assert {"media_id": "M"} == script.seen[0].body


def test_a_draft_may_lack_what_is_empty():
    client, _ = scripted({"news_item": [{"title": "t", "content": "c", "author": None, "need_open_comment": "1"}]})
    draft = client.get_draft(MediaId("M"))
    assert draft is not None
    assert ("t", "", "", True, False) == (
        draft[0].title,
        draft[0].author,
        draft[0].digest,
        draft[0].need_open_comment,
        draft[0].only_fans_can_comment,
    )


def test_a_draft_that_is_gone_is_none():
    client, _ = scripted({"errcode": 40007, "errmsg": "invalid media_id"})
    assert client.get_draft(MediaId("M")) is None


def test_the_newest_drafts_are_listed_page_by_page_without_their_contents():
    pages = [{"item": [{"media_id": f"M{n}"} for n in page], "total_count": 60} for page in ([1, 2], [2, 3], [4])]
    client, script = scripted(*pages)
    assert ("M1", "M2", "M3", "M4") == tuple(each.media_id for each in client.newest_drafts())
    assert [{"offset": at, "count": 20, "no_content": 1} for at in (0, 20, 40)] == [each.body for each in script.seen]


def test_a_box_that_counts_more_drafts_than_it_lists_ends_with_an_empty_page():
    client, script = scripted({"item": [{"media_id": "M1"}], "total_count": 50}, {"item": [], "total_count": 50})
    assert 1 == len(client.newest_drafts())
    assert 2 == len(script.seen)


def test_a_box_is_listed_for_five_hundred_drafts_and_no_further():
    pages = [{"item": [{"media_id": f"M{n}"}], "total_count": 9000} for n in range(25)]
    client, _ = scripted(*pages)
    assert 25 == len(client.newest_drafts())


@pytest.mark.parametrize(
    ("content", "titles"),
    [
        ({"news_item": [{"title": "一"}, {"title": "二", "content": ""}]}, ("一", "二")),
        ({"news_item": [{"title": "一"}, {"author": "李"}]}, None),
        ({"news_item": [{"title": 7}]}, None),
        ({"news_item": ["一"]}, None),
        ({"news_item": []}, None),
        ({"news_item": None}, None),
        (None, None),
    ],
)
def test_a_listed_draft_has_titles_where_the_listing_gives_all_of_them(content, titles):
    client, _ = scripted({"item": [{"media_id": "M1", "content": content}], "total_count": 1})
    assert [ListedDraft(MediaId("M1"), titles)] == list(client.newest_drafts())


@pytest.mark.parametrize("answer", [{"total_count": 0, "item_count": 0}, {"item": [], "total_count": 0}])
def test_an_empty_draft_box_is_one_page(answer):
    client, script = scripted(answer)
    assert () == client.newest_drafts()
    assert 1 == len(script.seen)


@pytest.mark.parametrize("answer", [{"errcode": 0, "errmsg": "ok"}, {"errcode": 40007, "errmsg": "invalid media_id"}])
def test_a_draft_is_deleted_or_is_gone_already(answer):
    client, script = scripted(answer)
    client.delete_draft(MediaId("M"))
    assert ("/cgi-bin/draft/delete", {"media_id": "M"}) == (script.seen[0].path, script.seen[0].body)


def test_everybody_is_counted_by_the_follower_list():
    client, script = scripted({"total": 23456, "count": 1, "data": {"openid": [OPENID]}, "next_openid": OPENID})
    assert 23456 == client.audience_count(Audience(is_to_all=True))
    assert ("GET", "/cgi-bin/user/get", b"") == (script.seen[0].method, script.seen[0].path, script.seen[0].content)


def test_an_empty_page_of_followers_has_a_total():
    client, _ = scripted({"total": 3, "count": 0, "next_openid": ""})
    assert 3 == client.audience_count(Audience(is_to_all=True))


def test_a_tag_is_counted_by_its_id():
    tags = {"tags": [{"id": 2, "name": "星标组", "count": 7}, {"id": 101, "name": "会员", "count": 1200}]}
    client, script = scripted(tags)
    assert 1200 == client.audience_count(Audience(tag_id=101))
    assert ("GET", "/cgi-bin/tags/get") == (script.seen[0].method, script.seen[0].path)


def test_a_picture_address_of_another_scheme_is_no_success():
    client, _ = scripted(*[{"url": "ftp://mmbiz.qpic.cn/x/0"}] * 4)
    with pytest.raises(TransportError):
        client.upload_image(UPLOAD)


def test_a_tag_that_is_not_there_is_none_and_never_everybody():
    client, _ = scripted({"tags": [{"id": 2, "name": "星标组", "count": 7}]})
    assert client.audience_count(Audience(tag_id=0)) is None


def test_an_audience_of_another_kind_is_our_bug():
    client, script = scripted()
    with pytest.raises(InvariantError):
        client.audience_count(Audience.model_construct(is_to_all=None, tag_id=None))
    assert [] == script.seen


def test_a_preview_goes_to_a_wechat_name():
    client, script = scripted({"errcode": 0, "errmsg": "preview success"})
    client.preview(REVIEWER, NEWS)
    assert "/cgi-bin/message/mass/preview" == script.seen[0].path
    assert {"towxname": "editor_li", "mpnews": {"media_id": "DRAFT"}, "msgtype": "mpnews"} == script.seen[0].body


def test_a_preview_goes_to_an_openid():
    client, script = scripted({"errcode": 0, "errmsg": "preview success"})
    client.preview(Recipient("touser", OPENID), Words("明天见"))
    assert {"touser": OPENID, "text": {"content": "明天见"}, "msgtype": "text"} == script.seen[0].body


def test_news_to_a_tag():
    client, script = scripted(ACCEPTED)
    client.send_mass(SEND, IN_TIME)
    assert (
        b'{"filter":{"is_to_all":false,"tag_id":101},"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews",'
        b'"send_ignore_reprint":0,"clientmsgid":"0123456789abcdef0123456789abcdef"}'
    ) == script.seen[0].content
    assert "/cgi-bin/message/mass/sendall" == script.seen[0].path


def test_text_to_everybody_has_no_tag_and_no_reprint_flag():
    client, script = scripted(ACCEPTED)
    client.send_mass(SEND_TEXT, IN_TIME)
    assert {
        "filter": {"is_to_all": True},
        "text": {"content": "明天见"},
        "msgtype": "text",
        "clientmsgid": ID,
    } == script.seen[0].body


def test_going_on_with_a_reprint_is_1_on_the_wire():
    client, script = scripted(ACCEPTED)
    client.send_mass(replace(SEND, send_ignore_reprint=True), IN_TIME)
    assert 1 == script.seen[0].body["send_ignore_reprint"]


def test_equal_sends_are_equal_bytes():
    client, script = scripted(ACCEPTED, ACCEPTED)
    client.send_mass(SEND, IN_TIME)
    client.send_mass(replace(SEND), IN_TIME)
    assert script.seen[0].content == script.seen[1].content


def test_a_job_is_asked_for_by_a_string():
    client, script = scripted({"msg_id": 3147000001, "msg_status": "SEND_SUCCESS"})
    client.job_report(MsgId(3147000001))
    assert ("/cgi-bin/message/mass/get", b'{"msg_id":"3147000001"}') == (script.seen[0].path, script.seen[0].content)


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
def test_the_state_of_a_job_is_read_by_its_letters(written, status):
    client, _ = scripted({"msg_id": 3147000001, "msg_status": written})
    assert status == client.job_report(MsgId(3147000001)).status


def test_the_environment_does_not_choose_a_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@proxy.invalid:1")
    with WeChatClient.open(APPID, SECRET, BASE) as client:
        assert {} == client._transport._line._http._mounts


def test_a_proxy_address_that_cannot_work_is_not_repeated():
    with pytest.raises(ConfigurationError) as caught:
        WeChatClient.open(APPID, SECRET, BASE, proxy="ftp://user:password@proxy.invalid:1")
    assert "password" not in f"{caught.value} {caught.value.detail} {caught.value.hint}"


def test_plain_http_is_for_loopback_only():
    with pytest.raises(InvariantError):
        opened(Script([]), "http://api.weixin.qq.com")


def test_a_wsgi_application_can_stand_in_for_the_network():
    def app(environ, start_response):
        start_response("200 OK", [("Date", "Tue, 01 Dec 2026 12:00:00 GMT")])
        if environ["PATH_INFO"] == "/cgi-bin/stable_token":
            return [b'{"access_token":"T","expires_in":7200}']
        return [b'{"media_id":"M"}']

    seen: list[Exchange] = []
    with WeChatClient.open(APPID, SECRET, "http://127.0.0.1:1/", inside=app, watch=seen.append) as client:
        assert "M" == client.add_draft([ARTICLE])
    dates = [each.server_date for each in seen if each.milliseconds is not None]
    assert [datetime(2026, 12, 1, 12, tzinfo=UTC)] * 2 == dates


@pytest.mark.parametrize("header", [{}, {"Date": "yesterday"}, {"Date": "Tue, 99 Dec 2026 12:00:00 GMT"}])
def test_a_date_that_cannot_be_read_is_none(header):
    answer = b'{"access_token":"T","expires_in":7200}'
    inside = httpx.MockTransport(lambda _: httpx.Response(200, headers=header, content=answer))
    seen: list[Exchange] = []
    client = WeChatClient.open(APPID, SECRET, BASE, inside=inside, watch=seen.append)
    client.renew_token()
    assert [None, None] == [each.server_date for each in seen]
