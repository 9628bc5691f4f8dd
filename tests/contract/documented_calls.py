"""Every call and rule of WeChat that massctl exists for, one row each, as WeChat documents it.

What a row says was written down from WeChat's pages and from SDKs, not from massctl. `test_documented_calls.py` runs
the command of each row and compares what went over the wire; `documented_page.py` writes docs/reference/wechat-api.md.
"""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from documented_shapes import ClientMsgId, Html, Many, Some, Upload, Value

DOCS, SDK, COMMUNITY, INFERRED = "docs", "SDK", "community", "inferred"

PNG, JPEG, MP3, MP4 = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xf3", b"\0\0\0"
OPENID: Final = "oReviewer00000000000000Lin01"
LISTED: Final = [
    "oWalker000000000000000000001",
    "oWalker000000000000000000002",
    "oWalker000000000000000000003",
]
CARD_EXT: Final = '{"code":"","openid":"","timestamp":"1796000000","signature":"00"}'
MASS: Final = "/cgi-bin/message/mass"
RID: Final = r" rid: [0-9a-f]+-[0-9a-f]+-[0-9a-f]+"
CLIP: Final = Some("雪球下坡 to-a-tag", "雪球下坡 to-.+")
"""The first campaign that shows a video names it; the others use the same material."""
OK: Final = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Row:
    """One documented call, or a rule about one."""

    section: str
    rule: str
    story: str
    """Where `documented_stories.py` makes massctl call it; `account` is one of its accounts."""
    path: str
    answer: Any
    request: Any = None
    """JSON, an Upload, or None for a call without a body."""
    account: str = "main"
    method: str = "POST"
    query: tuple[tuple[str, str], ...] = ()
    confidence: str = DOCS
    command: str = "massctl apply NAME"
    key: str = ""
    """The key of campaign.yaml that leads to it, where one does."""
    note: str = ""
    tells: tuple[str, Any] | None = None
    """What a command of the story says of it afterwards: the command, and members of its JSON document."""


@dataclass(frozen=True)
class Kept:
    """A limit of WeChat that massctl keeps by itself: the send of a campaign is refused, and no request leaves."""

    section: str
    rule: str
    story: str
    account: str
    campaign: str
    guard: str
    confidence: str = DOCS
    command: str = "massctl apply NAME"
    key: str = ""
    note: str = ""


@dataclass(frozen=True)
class Event:
    """A body of MASSSENDJOBFINISH, and what `massctl record-event` learns from it."""

    rule: str
    story: str
    campaign: str
    body: str
    """`{name}` is what only a run can tell."""
    tells: dict[str, Any]
    section: str = "The end of a job: MASSSENDJOBFINISH"
    confidence: str = DOCS
    command: str = "massctl record-event FILE"
    key: str = ""
    note: str = ""


@dataclass(frozen=True)
class Article:
    """What WeChat makes of an article: what `draft/get` gives back, or the errcode of `draft/add`."""

    rule: str
    given: str
    """The content, or with `member` that one."""
    becomes: str | int
    account: dict[str, Any] = field(default_factory=dict)
    """What the account is, or has."""
    confidence: str = DOCS
    note: str = ""
    member: str = "content"
    section: str = "What an article keeps"
    command: str = "massctl apply NAME"
    key: str = "mpnews.articles[].content"


@dataclass(frozen=True)
class Send:
    """The errcode of a mass send whose message is wrong; 0 is accepted."""

    rule: str
    message: dict[str, Any]
    errcode: int
    confidence: str = DOCS
    note: str = ""
    account: dict[str, Any] = field(default_factory=dict)
    section: str = "What a message is refused for"
    command: str = ""
    """None: massctl makes no such message."""
    key: str = ""


def refused(errcode: int, text: str, **members: Any) -> dict[str, Any]:
    """Give a refusal, whose text ends in a request id."""
    return {
        "errcode": errcode,
        "errmsg": Some(f"{text} rid: 6a7b8c9d-0e1f2a3b-4c5d6e7f", text + RID),
        **members,
    }


# Who asks, and for what.

TOKEN_ROWS: Final = (
    Row(
        "Token",
        "A token, in normal mode: the live one is handed out, and nobody's token is killed",
        "sends",
        "/cgi-bin/stable_token",
        {"access_token": Some("ACCESS_TOKEN"), "expires_in": Some(7200)},
        {
            "grant_type": "client_credential",
            "appid": Some("wx0123456789abcdef"),
            "secret": Some("APPSECRET"),
        },
        account="mpnews",
        command="any that calls WeChat",
        key="accounts.*.appid, secret_env",
        note="`force_refresh` is never sent. `expires_in` is what is left of its life, so small numbers are normal.",
    ),
)

UPLOAD_ROWS: Final = (
    Row(
        "Pictures and material",
        "A picture inside an article",
        "sends",
        "/cgi-bin/media/uploadimg",
        {"url": Value("river", "http://mmbiz.qpic.cn/sz_mmbiz_png/…/0")},
        Upload("image/png", "png", PNG),
        account="mpnews",
        key="mpnews.articles[].content",
        note="JPEG and PNG below 1 MB. The file's name is made up: one that is not ASCII gives 41005 (SDK, community).",
    ),
    Row(
        "Pictures and material",
        "A cover: permanent material of the type `image`",
        "sends",
        "/cgi-bin/material/add_material",
        {
            "media_id": Value("cover", "MEDIA_ID"),
            "url": Some("http://mmbiz.qpic.cn/mmbiz_png/…/0?wx_fmt=png"),
        },
        Upload("image/png", "png", PNG),
        account="mpnews",
        query=(("type", "image"),),
        key="mpnews.articles[].cover",
    ),
    Row(
        "Pictures and material",
        "The first picture of a picture message, a PNG",
        "sends",
        "/cgi-bin/material/add_material",
        {
            "media_id": Value("dawn", "MEDIA_ID"),
            "url": Some("http://mmbiz.qpic.cn/mmbiz_png/…/0?wx_fmt=png"),
        },
        Upload("image/png", "png", PNG),
        account="image",
        query=(("type", "image"),),
        key="image.files",
    ),
    Row(
        "Pictures and material",
        "The second one, a JPEG",
        "sends",
        "/cgi-bin/material/add_material",
        {
            "media_id": Value("dusk", "MEDIA_ID"),
            "url": Some("http://mmbiz.qpic.cn/mmbiz_jpeg/…/0?wx_fmt=jpeg"),
        },
        Upload("image/jpeg", "jpg", JPEG),
        account="image",
        query=(("type", "image"),),
        key="image.files",
    ),
    Row(
        "Pictures and material",
        "A sound",
        "sends",
        "/cgi-bin/material/add_material",
        {"media_id": Value("bell", "MEDIA_ID")},
        Upload("audio/mpeg", "mp3", MP3),
        account="voice",
        query=(("type", "voice"),),
        key="voice.file",
    ),
    Row(
        "Pictures and material",
        "A video, with its words in a form field `description`",
        "sends",
        "/cgi-bin/material/add_material",
        {"media_id": Value("ball", "MEDIA_ID")},
        Upload("video/mp4", "mp4", MP4, {"title": CLIP, "introduction": "两秒钟"}),
        account="mpvideo",
        query=(("type", "video"),),
        key="mpvideo.file, title, description",
    ),
)

CARD: Final = (
    '<mp-common-miniprogram data-miniprogram-type="card" data-miniprogram-appid="wx00112233445566aa"'
    ' data-miniprogram-path="pages/sale?id=7" data-miniprogram-title="冬季步行报名"'
    ' data-miniprogram-imageurl="{river}"></mp-common-miniprogram>'
)
WORDS: Final = (
    '<a data-miniprogram-type="text" data-miniprogram-appid="wx00112233445566aa" data-miniprogram-path="pages/sale"'
    ' href="">去报名</a>'
)
IMAGE: Final = (
    '<a data-miniprogram-type="image" data-miniprogram-appid="wx00112233445566aa" data-miniprogram-path="pages/sale"'
    ' href=""><img src="{river}"></a>'
)
OLD_CARD: Final = (
    '<mp-miniprogram data-miniprogram-appid="wx00112233445566aa" data-miniprogram-path="pages/sale"'
    ' data-miniprogram-title="报名" data-progarm-imageurl="{river}"></mp-miniprogram>'
)
ARTICLE: Final = Html(
    f'<p>你好，今天风大。</p><p><img src="{{river}}" alt="河堤"></p>{CARD}{WORDS}{IMAGE}{OLD_CARD}'
)


@dataclass(frozen=True)
class Element:
    """An element of an article that WeChat documents, in the draft of the story `sends`."""

    rule: str
    html: str
    key: str
    note: str = ""
    section: str = "Mini-programs in an article"
    confidence: str = DOCS
    command: str = "massctl apply NAME"


ELEMENT_ROWS: Final = (
    Element(
        "A card",
        CARD,
        "content: {{ miniprogram_card(appid, path, title, image) }}",
        "A mini-program that is not linked to the account is refused with 45086.",
    ),
    Element("Words that open it", WORDS, "content: {{ miniprogram_link(appid, path, text) }}"),
    Element(
        "A picture that opens it", IMAGE, "content: {{ miniprogram_image(appid, path, image) }}"
    ),
    Element(
        "A card as older pages have it",
        OLD_CARD,
        "content: HTML",
        "The page of 2019 misspells the attribute of the picture, `data-progarm-imageurl`. massctl passes it through "
        "and uploads the picture; what it writes itself is the form of the current pages.",
    ),
)


def article(title: str, **members: Any) -> dict[str, Any]:
    """Give the article of the story `sends`."""
    return {
        "article_type": "news",
        "title": title,
        "author": "编辑部",
        "digest": "三天，错过等一年",
        "content": ARTICLE,
        "content_source_url": "https://example.com/sale",
        "thumb_media_id": Value("cover", "MEDIA_ID"),
        "need_open_comment": 1,
        "only_fans_can_comment": 0,
        **members,
    }


def kept_article(**members: Any) -> dict[str, Any]:
    """Give the members that an article has besides, when it is read."""
    return {
        "show_cover_pic": 0,
        "thumb_url": Some("http://mmbiz.qpic.cn/mmbiz_png/…/0"),
        "url": Some(
            "http://mp.weixin.qq.com/s?__biz=…&tempkey=…", r"http://mp\.weixin\.qq\.com/s\?.+"
        ),
        **members,
    }


AUDIENCES: Final = ("to-a-tag", "to-all", "to-a-list")


def news_rows(to: str) -> tuple[Row, ...]:
    """Give the draft of the news of one audience."""
    draft, title = Value(f"draft {to}", "MEDIA_ID"), f"春季大促 {to}"
    first = to == "to-a-tag"
    return (
        Row(
            "Drafts",
            f"An article, for a send {words(to)}",
            "sends",
            "/cgi-bin/draft/add",
            {"media_id": draft},
            {"articles": [article(title)]},
            account="mpnews",
            key="mpnews.articles",
        ),
        Row(
            "Drafts",
            f"It is read back, for a send {words(to)}",
            "sends",
            "/cgi-bin/draft/get",
            {"news_item": [article(title, **kept_article())]},
            {"media_id": draft},
            account="mpnews",
            key="mpnews.articles",
            note="`url` is a preview that passes. `show_cover_pic` is a leftover (SDK)."
            if first
            else "",
        ),
    )


def words(to: str) -> str:
    """Say to whom."""
    return {"to-a-tag": "to a tag", "to-all": "to all", "to-a-list": "to openids"}[to]


def short(title: str, body: str, **members: Any) -> dict[str, Any]:
    """Give an article of the story `articles`, as it is given."""
    return {
        "article_type": "news",
        "title": title,
        "content": Html(body),
        "thumb_media_id": Value("cover", "MEDIA_ID"),
        "need_open_comment": 0,
        "only_fans_can_comment": 0,
        **members,
    }


def read(given: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Give an article as it is read: what was left out is empty."""
    return {
        "author": "",
        "digest": "",
        "content_source_url": "",
        **given,
        **kept_article(),
        **members,
    }


FIRST: Final = short(
    "第一封",
    "<p>今天风大。</p>",
    digest="第一句",
    pic_crop_235_1="0_0.1_1_0.9",
    pic_crop_1_1="0_0_0.4_1",
)
SECOND: Final = short("第二封", "<p>明天也大。</p>", need_open_comment=1, only_fans_can_comment=1)
EDITED: Final = {**FIRST, "content": Html("<p>今天风小。</p>")}
LISTED_DRAFT: Final = {
    "media_id": Value("lost draft", "MEDIA_ID"),
    "content": {
        "news_item": [read(FIRST, content="", digest=""), read(SECOND, content="")],
        "create_time": Some(1796000000),
        "update_time": Some(1796000000),
    },
    "update_time": Some(1796000000),
}

DRAFT_ROWS: Final = (
    *(row for to in AUDIENCES for row in news_rows(to)),
    Row(
        "Drafts",
        "Several articles, parts of a cover, comments for followers only",
        "articles",
        "/cgi-bin/draft/add",
        None,
        {"articles": [FIRST, SECOND]},
        key="mpnews.articles, cover.crop_235_1, cover.crop_1_1, need_open_comment, only_fans_can_comment",
        note="The answer of this one was lost on the way. There is no guard against doubles, so it is not repeated.",
    ),
    Row(
        "Drafts",
        "A draft whose answer was lost is looked for",
        "articles",
        "/cgi-bin/draft/batchget",
        {"total_count": 1, "item_count": 1, "item": [LISTED_DRAFT]},
        {"offset": 0, "count": 20, "no_content": 1},
        note="Newest first, 1 to 20 a page.",
    ),
    Row(
        "Drafts",
        "Of several articles WeChat returns every digest empty",
        "articles",
        "/cgi-bin/draft/get",
        {"news_item": [read(FIRST, digest=""), read(SECOND)]},
        {"media_id": Value("lost draft", "MEDIA_ID")},
        key="mpnews.articles[].digest",
        note="It is kept of a single article only; so massctl does not compare it here.",
    ),
    Row(
        "Drafts",
        "An edited campaign gets a new draft",
        "articles",
        "/cgi-bin/draft/add",
        {"media_id": Value("new draft", "MEDIA_ID")},
        {"articles": [EDITED, SECOND]},
        key="mpnews.articles",
    ),
    Row(
        "Drafts",
        "The new one is read back",
        "articles",
        "/cgi-bin/draft/get",
        {"news_item": [read(EDITED, digest=""), read(SECOND)]},
        {"media_id": Value("new draft", "MEDIA_ID")},
        key="mpnews.articles",
    ),
    Row(
        "Drafts",
        "Then the old draft is deleted, if nobody changed it",
        "articles",
        "/cgi-bin/draft/delete",
        OK,
        {"media_id": Value("lost draft", "MEDIA_ID")},
        note="It cannot be undone. `draft/update` is not used: it cannot add or remove articles.",
    ),
    Row(
        "Drafts",
        "A link to an article that was sent before",
        "articles",
        "/cgi-bin/draft/add",
        {"media_id": Value("linking draft", "MEDIA_ID")},
        {"articles": [short("第三封", '<p><a href="{sent}">上一封</a></p>')]},
        key='content: {{ article_url("NAME", 1) }}',
        note="Links to articles that were mass-sent are kept by every account; other links need WeChat Pay.",
    ),
    Row(
        "Drafts",
        "The link is kept",
        "articles",
        "/cgi-bin/draft/get",
        {
            "news_item": [
                read(short("第三封", '<p><a href="{sent}">上一封</a></p>'), digest="上一封"),
            ]
        },
        {"media_id": Value("linking draft", "MEDIA_ID")},
        key="mpnews.articles[].content",
    ),
)

OWN: Final = "MzAwMDAwMDAwMQ=="
LINKED: Final = "wx00112233445566aa"
LINK: Final = '<p><a href="https://example.com/a">报名</a></p>'
SENT_LINK: Final = '<p><a href="https://mp.weixin.qq.com/s/abc">上一封</a></p>'
VIDEO: Final = '<iframe class="video_iframe" data-mpvid="wxv_1" data-src="https://mp.weixin.qq.com/mp/v"></iframe>'
TENCENT_VIDEO: Final = (
    '<iframe class="video_iframe" data-src="https://v.qq.com/iframe/preview.html?vid=a1"></iframe>'
)
PROFILE: Final = f'<mp-common-profile data-id="{OWN}" data-nickname="春日小铺"></mp-common-profile>'
ROOM: Final = "The conservative subset of several tools; WeChat's pages name scripts alone."


def lost(rule: str, element: str, note: str = ROOM, confidence: str = COMMUNITY) -> Article:
    """Give an element that goes without a word, with what stands in it."""
    return Article(
        rule, f"<p>前</p>{element}<p>后</p>", "<p>前</p><p>后</p>", confidence=confidence, note=note
    )


ARTICLE_ROWS: Final = (
    lost("Scripts are removed", "<script>alert(1)</script>", "", DOCS),
    Article(
        "Scripts in attributes are removed",
        '<p onclick="x()">好</p>',
        "<p>好</p>",
        confidence=INFERRED,
    ),
    lost("`<style>` is removed", "<style>p{color:red}</style>", "Measured in 2026-06."),
    Article(
        "Every `id` is removed",
        '<p id="a">好</p>',
        "<p>好</p>",
        confidence=COMMUNITY,
        note="Measured in 2026-06.",
    ),
    lost("A picture from elsewhere is removed", '<img src="https://example.com/a.png">', "", DOCS),
    lost("A frame is removed", '<iframe src="https://example.com/"></iframe>'),
    Article(
        "A video of WeChat's stays",
        VIDEO,
        VIDEO,
        note="`iframe.video_iframe` with `data-mpvid` (docs, SDK).",
    ),
    Article(
        "A video of v.qq.com stays",
        TENCENT_VIDEO,
        TENCENT_VIDEO,
        confidence=COMMUNITY,
        note="As the console writes it.",
    ),
    lost("A form is removed", '<form action="/"><input name="a">名字</form>'),
    lost("An object is removed", '<object data="a.swf"><object data="b.swf"></object>无</object>'),
    lost("An embedded file is removed", '<embed src="a.swf">'),
    lost("A video that is not WeChat's is removed", '<video src="a.mp4"></video>'),
    lost("A sound that is not WeChat's is removed", '<audio src="a.mp3"></audio>'),
    lost("`<meta>` is removed", '<meta charset="utf-8">'),
    lost("`<link>` is removed", '<link rel="stylesheet" href="a.css">'),
    lost("A field is removed", '<input type="checkbox" checked>'),
    Article(
        "A link to another site goes, where the account has no WeChat Pay",
        LINK,
        "<p>报名</p>",
        note="That the words stay is inferred.",
    ),
    Article(
        "A link to another site stays, where it has WeChat Pay", LINK, LINK, {"wechat_pay": True}
    ),
    Article("A link to an article that was mass-sent stays", SENT_LINK, SENT_LINK),
    Article(
        "The card of an account of one's own stays",
        PROFILE,
        PROFILE,
        {"profile_ids": [OWN]},
        note="`profile_ids`.",
    ),
    Article(
        "The card of another account is refused",
        PROFILE,
        40155,
        {"profile_ids": ["MzAwMDAwMDAwMg=="]},
        SDK,
        "The sandbox takes any card until the account declares `profile_ids`; its report says what it assumed.",
    ),
    Article(
        "A mini-program that is linked stays",
        WORDS,
        WORDS,
        {"miniprograms": [LINKED]},
        note="`miniprograms`.",
    ),
    Article(
        "A mini-program that is not linked is refused",
        WORDS,
        45086,
        {"miniprograms": []},
        note="The sandbox takes any AppID until the account declares `miniprograms`; its report says what it assumed.",
    ),
    Article(
        "What is no AppID is refused",
        WORDS.replace(LINKED, "gh_0123456789ab"),
        45086,
        note='The page calls the attribute "invalid".',
    ),
    Article(
        "The address of the source is one of the web",
        "ftp://example.com/sale",
        41039,
        member="content_source_url",
        note="Documented of `draft/update`; which addresses are acceptable is read narrowly: http and https.",
        key="mpnews.articles[].content_source_url",
    ),
)

NO_BRANCH: Final = "No page has a code for a branch that is missing or of another type: it is that of what is missing."
SEND_ROWS: Final = (
    Send(
        "A text without its branch",
        {"msgtype": "text", "mpnews": {"media_id": "M"}},
        44004,
        note=NO_BRANCH,
    ),
    Send("An empty text", {"msgtype": "text", "text": {"content": ""}}, 44004),
    Send(
        "News without its branch",
        {"msgtype": "mpnews", "text": {"content": "好"}},
        40007,
        note=NO_BRANCH,
    ),
    Send(
        "News whose branch is no object",
        {"msgtype": "mpnews", "mpnews": "M"},
        40007,
        note=NO_BRANCH,
    ),
    Send(
        "Pictures whose branch is no object",
        {"msgtype": "image", "images": []},
        40215,
        SDK,
        NO_BRANCH,
    ),
    Send("A card without an id", {"msgtype": "wxcard"}, 40073, SDK, NO_BRANCH, {"mass_card": True}),
    Send("An unknown type", {"msgtype": "poster", "poster": {}}, 40008),
    Send(
        "A text of 601 characters",
        {"msgtype": "text", "text": {"content": "字" * 601}},
        45002,
        INFERRED,
        "No page has the limit of a text. massctl sends at most 600 characters and 2,048 bytes, and the sandbox takes "
        "no more.",
    ),
)

AUDIENCE_ROWS: Final = (
    Row(
        "Audiences",
        "The tags and their sizes, before a send to a tag",
        "sends",
        "/cgi-bin/tags/get",
        {"tags": Many({"id": Some(101), "name": Some("会员"), "count": Some(300)})},
        account="text",
        method="GET",
        key="audience.tag_id, audience.tag",
        note="The count holds those who refuse messages, too.",
    ),
    Row(
        "Audiences",
        "The number of followers, before a send to all",
        "sends",
        "/cgi-bin/user/get",
        {
            "total": 1000,
            "count": 1000,
            "data": {"openid": Many(Some("oFollower000000000000000001"))},
            "next_openid": Some("oFollower000000000000000001"),
        },
        account="text",
        method="GET",
        key="audience.is_to_all",
        note="At most 10,000 openids a call; massctl reads `total` and drops them.",
    ),
)

# The six messages.


def branch(kind: str, to: str, *, preview: bool = False) -> dict[str, Any]:
    """Give the message of a send or a preview."""
    match kind:
        case "mpnews":
            return {"mpnews": {"media_id": Value(f"draft {to}", "MEDIA_ID")}, "msgtype": "mpnews"}
        case "text":
            return {"text": {"content": "周日改到十点半。"}, "msgtype": "text"}
        case "voice":
            return {"voice": {"media_id": Value("bell", "MEDIA_ID")}, "msgtype": "voice"}
        case "image" if preview:
            return {"image": {"media_id": Value("dawn", "MEDIA_ID")}, "msgtype": "image"}
        case "image":
            flags = {"need_open_comment": 1, "only_fans_can_comment": 0}
            ids = [Value("dawn", "MEDIA_ID"), Value("dusk", "MEDIA_ID")]
            return {
                "images": {"media_ids": ids, "recommend": "同一段河堤", **flags},
                "msgtype": "image",
            }
        case "mpvideo":
            named = (
                {"title": f"雪球下坡 {to}", "description": "两秒钟"} if to == "to-a-list" else {}
            )
            return {
                "mpvideo": {"media_id": Value(f"clip {to}", "MEDIA_ID"), **named},
                "msgtype": "mpvideo",
            }
        case _:
            ext = {"card_ext": CARD_EXT} if preview else {}
            return {
                "wxcard": {"card_id": "pTeaCoupon000000000000000001", **ext},
                "msgtype": "wxcard",
            }


def send_row(kind: str, to: str) -> Row:
    """Give the send of one message to one audience."""
    audience: dict[str, dict[str, Any]] = {
        "to-a-tag": {"filter": {"is_to_all": False, "tag_id": 101}},
        "to-all": {"filter": {"is_to_all": True}},
        "to-a-list": {"touser": LISTED},
    }
    key = {
        "to-a-tag": "audience.tag_id",
        "to-all": "audience.is_to_all",
        "to-a-list": "audience.openids",
    }[to]
    campaign = f"{kind}-{to}"
    flag = {"send_ignore_reprint": int(to == "to-all")} if kind == "mpnews" else {}
    job = Value(f"job {to}", 3147000001)
    data: dict[str, Any] = (
        {"msg_data_id": Value(f"data {to}", 2247480001)} if kind == "mpnews" else {}
    )
    notes = {
        (
            "mpnews",
            "to-a-tag",
        ): "`send_ignore_reprint` stands in every send of news, and in no other: 0 stops a reprint.",
        (
            "mpnews",
            "to-all",
        ): "`send_ignore_reprint` 1 goes on where the original may be reprinted.",
        ("image", "to-a-tag"): "The branch is `images`, in the plural, and the type is `image`.",
        ("mpvideo", "to-a-tag"): "Closed to most accounts (48022).",
        (
            "mpvideo",
            "to-a-list",
        ): "`mass/send` wants the words of a video once more. One page says `video` for the type.",
        ("wxcard", "to-a-tag"): "Closed since 2024-08-10 (45113; the date: SDK).",
        ("text", "to-a-list"): "Service accounts only; 2 to 10,000 openids a job.",
    }
    told = {"msg_id": job, "msg_data_id": None, "clientmsgid": ClientMsgId(campaign), **data}
    return Row(
        "Mass sends to openids" if to == "to-a-list" else "Mass sends",
        f"`{kind}` {words(to)}",
        "sends",
        f"{MASS}/send" if to == "to-a-list" else f"{MASS}/sendall",
        {"errcode": 0, "errmsg": "send job submission success", "msg_id": job, **data},
        {**audience[to], **branch(kind, to), **flag, "clientmsgid": ClientMsgId(campaign)},
        account=kind,
        key=f"{kind}, {key}" + (", send.send_ignore_reprint" if flag else ""),
        note=notes.get((kind, to), ""),
        tells=("apply", {"campaigns": {campaign: {"status": "sending", "jobs": [told]}}}),
    )


def clip_rows() -> tuple[Row, ...]:
    """Give the id that each send of a video makes for itself."""
    return tuple(
        Row(
            "Pictures and material",
            f"An id of its own for each send of a video: {words(to)}",
            "sends",
            "/cgi-bin/media/uploadvideo",
            {
                "type": "video",
                "media_id": Value(f"clip {to}", "MEDIA_ID"),
                "created_at": Some(1796000000),
            },
            {
                "media_id": Value("ball", "MEDIA_ID"),
                "title": f"雪球下坡 {to}",
                "description": "两秒钟",
            },
            account="mpvideo",
            confidence=SDK,
            key="mpvideo",
            note="WeChat's newer index does not list this call. The id lives for three days.",
        )
        for to in AUDIENCES
    )


TYPES: Final = ("mpnews", "text", "image", "voice", "mpvideo", "wxcard")


def preview_row(kind: str, way: str) -> Row:
    """Give the preview of one message to one person."""
    notes = {
        "image": "A preview takes one picture, in the branch `image`.",
        "wxcard": "`card_ext` is for previews only.",
        "mpnews": "It uses up neither draft nor allowance. Where both stood, `towxname` would win.",
    }
    return Row(
        "Previews",
        f"`{kind}` by `{way}`",
        "sends",
        f"{MASS}/preview",
        {"errcode": 0, "errmsg": "preview success", "msg_id": Some(1000000001)},
        {
            way: "editor_lin" if way == "towxname" else OPENID,
            **branch(kind, "to-a-tag", preview=True),
        },
        account=kind,
        key=f"{kind}, preview.{way}",
        note=notes.get(kind, "") if way == "towxname" else "",
    )


def state_row(word: str, when: str, status: str) -> Row:
    """Give the state of a job at one moment."""
    return Row(
        "After the send",
        when,
        "sends",
        f"{MASS}/get",
        {"msg_id": Value("job to-a-tag", 3147000001), "msg_status": word},
        {"msg_id": Value("job to-a-tag", 3147000001, as_text=True)},
        account="text",
        command="massctl status NAME",
        note="One word, without counts or a reason; also `SEND_FAIL` and `DELETE`."
        if word == "SENDING"
        else "",
        tells=(f"status, {word}", {"campaigns": {"text-to-a-tag": {"status": status}}}),
    )


def comment_row(verb: str, article: str, index: int) -> Row:
    """Give the opening or closing of comments."""
    return Row(
        "After the send",
        f"The comments of an article are {'opened' if verb == 'open' else 'closed'}",
        "articles",
        f"/cgi-bin/comment/{verb}",
        OK,
        {"msg_data_id": Value("data", 2247480001), "index": index},
        command=f"massctl comments {verb} NAME --article {article}",
        note="WeChat counts from 0 here. It needs the right to comments (88000)."
        if verb == "close"
        else "",
    )


def withdrawal_row(rule: str, flag: str, index: int, note: str) -> Row:
    """Give the withdrawal of articles."""
    return Row(
        "After the send",
        rule,
        "articles",
        f"{MASS}/delete",
        OK,
        {"msg_id": Value("job", 3147000001), "article_idx": index},
        command=f"massctl withdraw NAME {flag}",
        note=note,
    )


AFTER_ROWS: Final = (
    state_row("SENDING", "The state of a job that is under way", "sending"),
    state_row("SEND_SUCCESS", "The state of a job that was sent", "sent"),
    withdrawal_row(
        "One article is deleted",
        "--article 2",
        2,
        "WeChat counts from 1 here. Ten calls a day; it cannot be undone.",
    ),
    withdrawal_row(
        "All articles are deleted",
        "--all",
        0,
        "0 means all, and so would a missing index: it is always written.",
    ),
    comment_row("close", "1", 0),
    comment_row("open", "1", 0),
    Row(
        "Speed",
        "The speed is read",
        "sends",
        f"{MASS}/speed/get",
        {"speed": 0, "realspeed": 80},
        {},
        account="text",
        command="massctl speed get",
        note="`realspeed` is in 10,000 messages a minute: 80, 60, 45, 30, 10. A table and an example of WeChat differ "
        "about speed 3, so massctl shows what the call says.",
        tells=("speed get", {"speed": 0, "realspeed": 80}),
    ),
    Row(
        "Speed",
        "The speed is set: 0, the fastest, to 4",
        "sends",
        f"{MASS}/speed/set",
        OK,
        {"speed": 3},
        account="text",
        command="massctl speed set 3",
        note="It lasts, and holds for every send of the account.",
    ),
)

NOTE: Final = {"text": {"content": "周日改到十点半。"}, "msgtype": "text"}
TO_A_TAG: Final = {"filter": {"is_to_all": False, "tag_id": 101}}
TO_ALL: Final = {"filter": {"is_to_all": True}}
ACCEPTED: Final = {
    "errcode": 0,
    "errmsg": "send job submission success",
    "msg_id": Some(3147000001),
}


def repeated(rule: str, answer: Any, note: str = "", *, edition: int = 1, **more: Any) -> Row:
    """Give one of the requests that carry a `clientmsgid` more than once."""
    return Row(
        "clientmsgid",
        rule,
        "repeats",
        f"{MASS}/sendall",
        answer,
        {**TO_A_TAG, **NOTE, "clientmsgid": ClientMsgId("note", edition)},
        note=note,
        **more,
    )


REPEAT_ROWS: Final = (
    repeated(
        "The id is derived: the first 32 hex digits of SHA-256 over `appid NUL campaign NUL edition NUL batch`",
        None,
        "32 bytes at most (45067); how it is derived is massctl's own. This answer was lost on the way.",
    ),
    repeated(
        "The same request again, within a minute",
        refused(45066, "same clientmsgid retry too fast"),
        "In doubt: it was seen on first calls whose message went out (community).",
    ),
    repeated(
        "The same request again, after a minute: it had been accepted",
        refused(45065, "clientmsgid exist", msg_id=Value("first job", 3147000001)),
        "WeChat remembers an id for 24 hours. There is no `msg_data_id`.",
        tells=(
            "apply, a minute later",
            {"campaigns": {"note": {"jobs": [{"msg_id": Value("first job", 3147000001)}]}}},
        ),
    ),
    repeated("Another edition is another id", ACCEPTED, edition=2, key="edition"),
)


def limit_row(rule: str, account: str, audience: dict[str, Any], answer: Any, **more: Any) -> Row:
    """Give a send that WeChat refuses because a limit is reached."""
    said = {"error": {"errcode": answer["errcode"]}}
    return Row(
        "Limits",
        rule,
        "limits",
        f"{MASS}/sendall",
        answer,
        {**audience, **NOTE, "clientmsgid": ClientMsgId(f"{account}-1")},
        account=account,
        tells=("apply", {"campaigns": {f"{account}-1": said}}),
        **more,
    )


NO_SEND_LEFT: Final = refused(45028, "has no masssend quota")
LIMIT_ROWS: Final = (
    limit_row(
        "60 mass sends a minute: the 61st",
        "busy",
        TO_A_TAG,
        refused(45011, "api minute-quota reach limit, must slower, retry next minute"),
        note="massctl paces its own sends by the ledger; here another program had made sixty.",
    ),
    limit_row(
        "A subscription account sends once a day: somebody did in the console",
        "subscription-website",
        TO_A_TAG,
        NO_SEND_LEFT,
        key="accounts.*.kind: subscription",
    ),
    limit_row(
        "A service account sends to all four times a month: somebody did in the console",
        "service-website",
        TO_ALL,
        NO_SEND_LEFT,
        key="accounts.*.kind: service",
    ),
    Kept(
        "Limits",
        "A subscription account sends once a day: the second send is refused",
        "limits",
        "subscription",
        "subscription-2",
        "allowance",
        key="accounts.*.kind: subscription",
    ),
    Kept(
        "Limits",
        "A service account sends to all four times a month: the fifth send is refused",
        "limits",
        "service",
        "service-5",
        "allowance",
        key="accounts.*.kind: service",
    ),
)

QUOTA_PATHS: Final = ("/cgi-bin/message/mass/sendall", "/cgi-bin/message/mass/send")


def check_row(rule: str, path: str, answer: Any, request: Any = None, note: str = "") -> Row:
    """Give a question of `massctl doctor`."""
    method = "GET" if request is None else "POST"
    command = "massctl doctor"
    return Row(
        "Checks", rule, "sends", path, answer, request, "text", method, command=command, note=note
    )


CHECK_ROWS: Final = (
    check_row("How many drafts there are", "/cgi-bin/draft/count", {"total_count": 0}),
    check_row(
        "How much material there is",
        "/cgi-bin/material/get_materialcount",
        {"voice_count": 0, "video_count": 0, "image_count": 0, "news_count": 0},
    ),
    *(
        check_row(
            f"How many calls of `{path.rpartition('/')[2]}` are left today",
            "/cgi-bin/openapi/quota/get",
            {
                "quota": {"daily_limit": 100, "used": Some(3), "remain": Some(97)},
                "rate_limit": {"call_count": 60, "refresh_second": 60},
                "component_rate_limit": {"call_count": Some(0), "refresh_second": Some(0)},
            },
            {"cgi_path": path},
            "These quotas count calls, and say nothing about the allowance. 76022: no right to the call.",
        )
        for path in QUOTA_PATHS
    ),
    check_row(
        "The articles that WeChat counted on a day of this month",
        "/datacube/getarticletotaldetail",
        {"is_delay": False, "list": []},
        {
            "begin_date": Some("2026-12-05", r"202\d-\d\d-\d\d"),
            "end_date": Some("2026-12-05", r"202\d-\d\d-\d\d"),
        },
        "Of a service account. A message (publish_type 0) that the ledger does not know was sent in the console.",
    ),
)

HEAD: Final = """\
<xml>
<ToUserName><![CDATA[{to}]]></ToUserName>
<FromUserName><![CDATA[{sender}]]></FromUserName>
<CreateTime>{at}</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[MASSSENDJOBFINISH]]></Event>
<MsgID>{msg_id}</MsgID>
"""
SENT: Final = """\
<Status><![CDATA[send success]]></Status>
<TotalCount>300</TotalCount>
<FilterCount>300</FilterCount>
<SentCount>300</SentCount>
<ErrorCount>0</ErrorCount>
"""


def checked(number: int, **found: Any) -> str:
    """Write what the originality check found of one article."""
    members: dict[str, Any] = {
        "ArticleIdx": number,
        "UserDeclareState": 0,
        "AuditState": 0,
        "OriginalArticleUrl": "<![CDATA[]]>",
        "OriginalArticleType": 0,
        "CanReprint": 0,
        "NeedReplaceContent": 0,
        "NeedShowReprintSource": 0,
        **found,
    }
    return (
        "<item>\n"
        + "".join(f"<{name}>{value}</{name}>\n" for name, value in members.items())
        + "</item>\n"
    )


def result(number: int, **found: Any) -> dict[str, Any]:
    """Give the same as massctl tells it."""
    return {
        "article_idx": number,
        "user_declare_state": 0,
        "audit_state": 0,
        "original_article_url": None,
        "original_article_type": 0,
        "can_reprint": 0,
        "need_replace_content": 0,
        "need_show_reprint_source": 0,
        **found,
    }


EVENTS: Final = (
    Event(
        "An article was sent",
        "events",
        "one",
        HEAD
        + SENT
        + f"<CopyrightCheckResult>\n<Count>1</Count>\n<ResultList>\n{checked(1)}</ResultList>\n"
        + "<CheckState>1</CheckState>\n</CopyrightCheckResult>\n<ArticleUrlResult>\n<Count>1</Count>\n<ResultList>\n"
        + "<item>\n<ArticleIdx>1</ArticleIdx>\n<ArticleUrl><![CDATA[{url_1}]]></ArticleUrl>\n</item>\n"
        + "</ResultList>\n</ArticleUrlResult>\n</xml>",
        {
            "status": "sent",
            "total_count": 300,
            "filter_count": 300,
            "sent_count": 300,
            "error_count": 0,
            "article_urls": [Value("url_1", "http://mp.weixin.qq.com/s?…")],
            "reason": None,
            "copyright_check": {"check_state": 1, "results": [result(1)]},
        },
        note="`CheckState` 1: not a reprint, 2: a reprint that may be sent, 3: one that may not; 0 was seen where "
        "nothing was checked (community). Counts may be a little off.",
    ),
    Event(
        "Several articles were sent",
        "events",
        "two",
        HEAD
        + SENT
        + f"<CopyrightCheckResult>\n<Count>2</Count>\n<ResultList>\n{checked(1)}{checked(2)}</ResultList>\n"
        + "<CheckState>1</CheckState>\n</CopyrightCheckResult>\n<ArticleUrlResult>\n<Count>2</Count>\n<ResultList>\n"
        + "<item>\n<ArticleIdx>1</ArticleIdx>\n<ArticleUrl><![CDATA[{url_1}]]></ArticleUrl>\n</item>\n"
        + "<item>\n<ArticleIdx>2</ArticleIdx>\n<ArticleUrl><![CDATA[{url_2}]]></ArticleUrl>\n</item>\n"
        + "</ResultList>\n</ArticleUrlResult>\n</xml>",
        {
            "status": "sent",
            "article_urls": [
                Value("url_1", "http://mp.weixin.qq.com/s?…"),
                Value("url_2", "http://mp.weixin.qq.com/s?…"),
            ],
            "copyright_check": {"check_state": 1, "results": [result(1), result(2)]},
        },
    ),
    Event(
        "A reprint was stopped: err(30003)",
        "events",
        "reprint",
        HEAD
        + "<Status><![CDATA[err(30003)]]></Status>\n<TotalCount>0</TotalCount>\n<FilterCount>0</FilterCount>\n"
        + "<SentCount>0</SentCount>\n<ErrorCount>0</ErrorCount>\n"
        + "<CopyrightCheckResult>\n<Count>1</Count>\n<ResultList>\n"
        + checked(
            1,
            AuditState=2,
            OriginalArticleUrl="<![CDATA[{original}]]>",
            OriginalArticleType=1,
            CanReprint=1,
            NeedShowReprintSource=1,
        )
        + "</ResultList>\n<CheckState>2</CheckState>\n</CopyrightCheckResult>\n<ArticleUrlResult>\n<Count>0</Count>\n"
        + "<ResultList>\n</ResultList>\n</ArticleUrlResult>\n</xml>",
        {
            "status": "failed",
            "total_count": 0,
            "sent_count": 0,
            "article_urls": None,
            "reason": "err(30003)",
            "copyright_check": {
                "check_state": 2,
                "results": [
                    result(
                        1,
                        audit_state=2,
                        original_article_url=Value("original", "http://mp.weixin.qq.com/s?…"),
                        original_article_type=1,
                        can_reprint=1,
                        need_show_reprint_source=1,
                    )
                ],
            },
        },
        key="send.send_ignore_reprint",
        note="`UserDeclareState` 0 nothing, 1 original, 2 reprint. `AuditState` 0 not checked, 1 being checked, 11 "
        "passed, others failed. `OriginalArticleType` 1 original, 2 old without the mark, 3 news, 4 black-listed.",
    ),
    Event(
        "A text was sent: both blocks are there, and empty",
        "events",
        "words",
        HEAD
        + SENT
        + "<CopyrightCheckResult>\n<Count>0</Count>\n<ResultList>\n</ResultList>\n<CheckState>0</CheckState>\n"
        + "</CopyrightCheckResult>\n<ArticleUrlResult>\n<Count>0</Count>\n<ResultList>\n</ResultList>\n"
        + "</ArticleUrlResult>\n</xml>",
        {
            "status": "sent",
            "sent_count": 300,
            "article_urls": None,
            "copyright_check": {"check_state": 0, "results": []},
        },
        confidence=COMMUNITY,
    ),
)

AGAIN: Final = Row(
    "Previews",
    "Once more, to somebody else",
    "articles",
    f"{MASS}/preview",
    {"errcode": 0, "errmsg": "preview success", "msg_id": Some(1000000001)},
    {
        "towxname": "editor_wang",
        "mpnews": {"media_id": Value("new draft", "MEDIA_ID")},
        "msgtype": "mpnews",
    },
    command="massctl preview NAME --towxname editor_wang",
    note="100 previews a day (45009).",
)

AnyRow: TypeAlias = Row | Kept | Event | Element | Article | Send
ROWS: Final[tuple[AnyRow, ...]] = (
    *TOKEN_ROWS,
    *UPLOAD_ROWS,
    *clip_rows(),
    *DRAFT_ROWS,
    *ELEMENT_ROWS,
    *ARTICLE_ROWS,
    *SEND_ROWS,
    *AUDIENCE_ROWS,
    *(preview_row(kind, way) for kind in TYPES for way in ("towxname", "touser")),
    AGAIN,
    *(send_row(kind, to) for to in ("to-a-tag", "to-all") for kind in TYPES),
    *(send_row(kind, "to-a-list") for kind in TYPES),
    *REPEAT_ROWS,
    *AFTER_ROWS,
    *EVENTS,
    *LIMIT_ROWS,
    *CHECK_ROWS,
)
"""The table."""
