"""The inbox: who sees what, that nothing comes from outside, and that an article can run nothing."""

import re
from collections.abc import Iterator
from importlib import resources

import httpx
import pytest
from markupsafe import Markup
from sandbox_client import APPID, Client, Clock, picture

from massctl.model.ids import Sha256
from massctl.model.message import NewsMessage, RenderedArticle, TextMessage
from massctl.sandbox.callback import Answer, Endpoint
from massctl.sandbox.embedded import Sandbox
from massctl.sandbox.inbox import displayed, time_line
from massctl.sandbox.store import BEIJING
from massctl.view.i18n import Language
from massctl.view.pages.article import ShownArticle, article_markup, shown_body
from massctl.view.pages.chat import received
from massctl.view.pages.document import document
from massctl.view.pages.markup import Sheet


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    sandbox.app.language = Language.ZH
    with httpx.Client(
        transport=httpx.WSGITransport(sandbox.app), base_url="http://127.0.0.1"
    ) as http:
        yield Client(http)


def phones(client: Client) -> dict[str, str]:
    """Return each phone's HTML by its owner."""
    page = client.http.get("/").text
    sections = re.findall(r"<section.*?</section>", page, re.DOTALL)
    return {re.findall(r"<h2[^>]*>([^<]+)", section)[0].strip(): section for section in sections}


def test_a_send_to_a_tag_reaches_only_the_follower_in_it(client: Client) -> None:
    client.send(client.draft(), filter={"is_to_all": False, "tag_id": 101})
    shown = phones(client)
    assert ("春季大促" in shown["小林"], "春季大促" in shown["阿梅"]) == (True, False)
    assert "阿梅还没有收到群发消息" in shown["阿梅"]


def test_a_send_to_all_reaches_both(client: Client) -> None:
    client.send(client.draft())
    assert ["春季大促" in phone for phone in phones(client).values()] == [True, True]


def test_a_list_of_real_openids_reaches_somebody_once(client: Client) -> None:
    for batch in (0, 1):
        body = {
            "touser": [f"oReal{batch}{number}0" for number in range(5)],
            "msgtype": "text",
            "text": {"content": "名单上的人"},
            "clientmsgid": f"{batch:032x}",
        }
        client.post("message/mass/send", body)
    assert [phone.count("名单上的人") for phone in phones(client).values()] == [1, 1]


def test_a_fifth_message_of_the_month_is_not_shown(client: Client, clock: Clock) -> None:
    for number in range(1, 6):
        clock.later(minutes=2)
        body = {
            "filter": {"is_to_all": False, "tag_id": 101},
            "msgtype": "text",
            "text": {"content": f"第{number}条"},
        }
        client.post("message/mass/sendall", {**body, "clientmsgid": f"{number:032x}"})
    shown = phones(client)["小林"]
    assert [f"第{number}条" in shown for number in range(1, 6)] == [True] * 4 + [False]


def test_previews_are_on_their_own_phones_and_marked(client: Client) -> None:
    body = {"towxname": "editor_li", "msgtype": "mpnews", "mpnews": {"media_id": client.draft()}}
    client.post("message/mass/preview", body)
    shown = phones(client)
    assert list(shown) == ["小林", "阿梅", "editor_li"]
    assert ("预览" in shown["editor_li"], "春季大促" in shown["小林"]) == (True, False)


def test_an_openid_is_never_shown(client: Client) -> None:
    body = {"touser": "oSecretPerson9", "msgtype": "text", "text": {"content": "你好"}}
    client.post("message/mass/preview", body)
    page = client.http.get("/").text
    assert ("oSe…n9" in page, "oSecretPerson9" in page) == (True, False)


def test_an_article_shows_its_pictures_from_here_only(client: Client) -> None:
    url = client.upload("media/uploadimg", {"media": ("p.jpg", picture(), "image/jpeg")})["url"]
    content = f'<p><img src="{url}"></p><section style="background:url({url})">背景</section>'
    msg_id = client.send(client.draft(content)).json()["msg_id"]
    answer = client.http.get(f"/article/{msg_id}/1")
    local = "/picture/" + url.split("/")[-2]
    assert (answer.text.count(local), "qpic.cn" in answer.text) == (2, False)
    assert client.http.get(local).headers["content-type"] == "image/jpeg"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_picture_that_is_not_here_has_a_stand_in(client: Client) -> None:
    msg_id = client.send(
        client.draft('<p>x</p><img src="https://mmbiz.qpic.cn/other/place/0">')
    ).json()["msg_id"]
    address = re.findall(r"/picture/place", client.http.get(f"/article/{msg_id}/1").text)
    assert address == ["/picture/place"]
    assert client.http.get("/picture/place").headers["content-type"] == "image/svg+xml"


def test_a_title_is_text_and_unbalanced_content_stays_inside(client: Client) -> None:
    msg_id = client.send(client.draft("</div></article><p>开", title="<b>1 < 2</b>")).json()[
        "msg_id"
    ]
    page = client.http.get(f"/article/{msg_id}/1").text
    assert "<h1>&lt;b&gt;1 &lt; 2&lt;/b&gt;</h1>" in page
    assert '<div class="content"><p>开</p></div>' in page


CARD = 'data-miniprogram-appid="wx00112233445566aa" data-miniprogram-title="冬季步行报名"'
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/river/0"
COMPONENTS = [
    f'<mp-common-miniprogram {CARD} data-miniprogram-imageurl="{PICTURE}"></mp-common-miniprogram>',
    f'<mp-miniprogram {CARD} data-progarm-imageurl="{PICTURE}"></mp-miniprogram>',
    f'<mp-common-profile data-nickname="不赶路" data-headimg="{PICTURE}"></mp-common-profile>',
    f"<mp-common-miniprogram {CARD}></mp-common-miniprogram>",
    '<mp-common-videosnap data-nickname="不赶路"></mp-common-videosnap><p>后</p>',
]


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_component_is_drawn_here_as_the_preview_draws_it(component: str) -> None:
    sheet = Sheet(Language.ZH, {"0" * 64: "/picture/river"})
    previewed = shown_body(component.replace(PICTURE, f"massctl-picture:{'0' * 64}"), sheet)
    assert ("<img" in previewed) == (PICTURE in component)
    assert displayed(component, {}) == previewed


def test_articles_and_chats_have_one_style_here_and_in_the_preview(client: Client) -> None:
    both = [
        client.http.get("/style.css").text,
        document("document.html.j2", "", Sheet(Language.ZH, {}), None),
    ]
    for name in ("article.css", "chat.css", "wechat.css"):
        sheet = resources.files("massctl.view.pages").joinpath(name).read_text(encoding="utf-8")
        assert [True, True] == [sheet in page for page in both]


def test_an_article_is_drawn_here_as_in_the_preview(client: Client) -> None:
    """The whole of it: title, byline, body with its colours by night, source, comments."""
    members = {
        "author": "编辑部",
        "content_source_url": "https://example.com/a?b=1&c=2",
        "need_open_comment": 1,
    }
    body = '<p style="color:#333">好</p><iframe class="video_iframe" data-mpvid="wxv_1"></iframe>'
    media_id = client.add_draft(content=body, **members)["media_id"]
    msg_id = client.send(media_id).json()["msg_id"]
    page = client.http.get(f"/article/{msg_id}/1").text
    shown = displayed(body, {})
    assert ("light-dark(" in shown, 'aria-label="视频"' in shown) == (True, True)
    date = Markup('<time datetime="2026-12-01T20:00:00+08:00">2026年12月1日 20:00</time>')
    told = ShownArticle(
        "春季大促",
        "编辑部",
        "春日小铺",
        date,
        Markup(shown),
        members["content_source_url"],
        "留言",
    )
    expected = article_markup(told, Sheet(Language.ZH, {}), level=1)
    assert expected in page


def test_a_chat_is_drawn_here_as_in_the_preview(client: Client) -> None:
    """News of several articles lead to their pages, and links of a text are links."""
    parts = [
        {"title": title, "content": "<p>x</p>", "thumb_media_id": client.cover()}
        for title in ("一", "二")
    ]
    media_id = client.post("draft/add", {"articles": parts}).json()["media_id"]
    msg_id = client.send(media_id).json()["msg_id"]
    text = '看<a href="https://example.com/a?b=1&c=2">这里</a>，<a href="weixin://x">那里</a>'
    client.post(
        "message/mass/preview", {"towxname": "li", "msgtype": "text", "text": {"content": text}}
    )
    page = client.http.get("/").text
    covers = [found.split("/")[-2] for found in client.thumbs(msg_id)]
    articles = [
        RenderedArticle(
            title=title,
            author="",
            digest="",
            content="<p>x</p>",
            cover=Sha256(cover),
            content_source_url=None,
            need_open_comment=False,
            only_fans_can_comment=False,
        )
        for title, cover in zip("一二", covers, strict=True)
    ]
    sheet = Sheet(Language.ZH, {cover: f"/picture/{cover}" for cover in covers})
    addresses = [f"/article/{msg_id}/{number}" for number in (1, 2)]
    assert received(NewsMessage(tuple(articles)), "春日小铺", sheet, addresses) in page
    assert received(TextMessage(text), "春日小铺", sheet) in page
    assert (
        '<a href="https://example.com/a?b=1&amp;c=2" rel="noreferrer noopener" target="_blank">这里</a>，<span>那里'
        in page
    )


def test_a_withdrawn_article_says_so_and_its_card_stays(client: Client, clock: Clock) -> None:
    msg_id = client.send(client.draft()).json()["msg_id"]
    clock.later(minutes=4)
    client.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 1})
    answer = client.http.get(f"/article/{msg_id}/1")
    assert (answer.status_code, "该内容已被发布者删除" in answer.text) == (404, True)
    assert "三天" not in answer.text
    assert "春季大促" in phones(client)["小林"]


def test_links_to_articles_of_this_world_lead_to_them(client: Client, clock: Clock) -> None:
    first = client.send(client.draft()).json()
    url = client.report()["jobs"][0]["articles"][0]["article_url"]
    clock.later(minutes=4)
    content = f'<p><a href="{url.replace("&", "&amp;")}">上一篇</a></p>'
    second = client.send(client.draft(content), clientmsgid="1" * 32).json()["msg_id"]
    assert f'href="/article/{first["msg_id"]}/1"' in client.http.get(f"/article/{second}/1").text


@pytest.mark.parametrize(("language", "code"), [(Language.ZH, "zh-CN"), (Language.EN, "en")])
def test_pages_speak_to_the_reader_and_load_nothing_from_elsewhere(
    client: Client, sandbox: Sandbox, language: Language, code: str
) -> None:
    sandbox.app.language = language
    msg_id = client.send(client.draft()).json()["msg_id"]
    for path in ("/", f"/article/{msg_id}/1", "/nowhere"):
        page = client.http.get(path).text
        assert f'<html lang="{code}">' in page
        assert re.findall(r"<(?:script|iframe|object)|(?:src|href)=\"(?:https?:)?//", page) == []
        assert re.findall(r"<img(?![^>]*alt=)[^>]*>", page) == []


def test_every_word_around_the_phones_is_in_the_readers_language(
    client: Client, sandbox: Sandbox
) -> None:
    client.send(client.draft())
    client.post(
        "message/mass/preview", {"towxname": "li", "msgtype": "text", "text": {"content": "看"}}
    )
    client.control(
        "notifications", {"name": "team", "kind": "webhook", "body": {"notices": []}, "headers": {}}
    )
    poster = sandbox.poster(
        Endpoint("http://127.0.0.1:1/", "sandboxtoken"),
        lambda _: None,
        lambda *_: Answer(None, "x"),
    )
    poster.post_due()
    sandbox.app.language = Language.EN
    page = re.sub(
        r'<div class="phone" lang="zh-CN">.*?</section>',
        "",
        client.http.get("/").text,
        flags=re.DOTALL,
    )
    for told in (
        "what people in the sandbox received",
        "a follower who is in every tag",
        "echostr) failed: x",
        "notices",
    ):
        assert told in page
    assert ["春日小铺", "春日小铺", "小林", "阿梅"] == re.findall(r"[\u4e00-\u9fff]+", page)


def test_an_account_can_be_chosen(client: Client, sandbox: Sandbox) -> None:
    sandbox.ensure_account("wx0000000000000002", secret="s", name="另一个号")
    client.send(client.draft())
    assert "<title>收件箱 · 春日小铺</title>" in client.http.get("/").text
    assert (
        "<title>收件箱 · 另一个号</title>" in client.http.get("/?account=wx0000000000000002").text
    )
    assert f'href="/?account={APPID}" aria-current="page"' in client.http.get("/").text


@pytest.mark.parametrize("path", ["/article/1/1", "/article/x/1", "/nowhere", "/../x"])
def test_what_is_not_here_is_404(client: Client, path: str) -> None:
    assert client.http.get(path).status_code == 404


def test_pages_are_only_read(client: Client) -> None:
    assert client.http.post("/").status_code == 405


@pytest.mark.parametrize(
    ("moment", "line"),
    [
        ((2026, 12, 9, 8, 5), "08:05"),
        ((2026, 12, 8, 20, 0), "昨天 20:00"),
        ((2026, 12, 3, 20, 0), "星期四 20:00"),
        ((2026, 12, 1, 20, 0), "12月1日 20:00"),
        ((2025, 12, 1, 20, 0), "2025年12月1日 20:00"),
    ],
)
def test_times_are_worded_as_wechat_does(moment: tuple[int, int, int, int, int], line: str) -> None:
    from datetime import datetime

    year, month, day, hour, minute = moment
    now = datetime(2026, 12, 9, 21, 0, tzinfo=BEIJING)
    assert time_line(datetime(year, month, day, hour, minute, tzinfo=BEIJING), now) == line
