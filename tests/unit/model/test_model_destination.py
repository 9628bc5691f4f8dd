"""Where taps, scans and plays lead, element by element."""

from html import escape
from typing import Any

import pytest
from building import article, news, picture, sha
from copies import replace

from massctl.model.destination import (
    Destination,
    DestinationKind,
    ascii_host,
    split_address,
)
from massctl.model.destination_html import (
    in_body,
    in_text,
    shows_unread_picture,
    target_attributes,
)
from massctl.model.ids import MediaId
from massctl.model.message import (
    CardMessage,
    ImageMessage,
    NewsMessage,
    TextMessage,
    VideoMessage,
    VoiceMessage,
)

URL, ARTICLE, MINI = DestinationKind.URL, DestinationKind.ARTICLE, DestinationKind.MINI_PROGRAM
ACCOUNT, VIDEO, VOICE = DestinationKind.ACCOUNT, DestinationKind.VIDEO, DestinationKind.VOICE
CARD = DestinationKind.CARD
OWN = "https://mp.weixin.qq.com/s?__biz=OWN"
PLAYER = "https://mp.weixin.qq.com/mp/readtemplate?t=pages/video_player_tmpl&amp;vid=wxv_1"


def found(html: str) -> list[tuple[DestinationKind, str, str]]:
    return [(each.kind, each.target, each.label) for each in in_body(html, "article 1")]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://a.cn/x">立即<b>报名</b></a>', (URL, "https://a.cn/x", "立即报名")),
        ('<a href=" https://a.cn/\n x ">去</a>', (URL, "https://a.cn/ x", "去")),
        ('<a href="//a.cn">去</a>', (URL, "//a.cn", "去")),
        ('<a href="s?x">去</a>', (URL, "s?x", "去")),
        ('<a href="tel:10086">打</a>', (URL, "tel:10086", "打")),
        (
            '<a href="https://mp.weixin.qq.com/s/ab">读</a>',
            (ARTICLE, "https://mp.weixin.qq.com/s/ab", "读"),
        ),
        (
            '<a href="http://mp.weixin.qq.com/s?__biz=M==&amp;mid=1">读</a>',
            (ARTICLE, "http://mp.weixin.qq.com/s?__biz=M==&mid=1", "读"),
        ),
        (
            '<a href="https://mp.weixin.qq.com/mp/homepage">看</a>',
            (URL, "https://mp.weixin.qq.com/mp/homepage", "看"),
        ),
        (
            '<a href="https://mp.weixin.qq.com/s/../mp/x">看</a>',
            (URL, "https://mp.weixin.qq.com/s/../mp/x", "看"),
        ),
        ('<a href="https://a.cn"><img src="x" alt="海报"></a>', (URL, "https://a.cn", "海报")),
        ('<a href="https://a.cn"><img src="x"></a>', (URL, "https://a.cn", "")),
        ('<a href="https://[x">坏</a>', (URL, "https://[x", "坏")),
        ('<svg><a href="https://a.cn"><text>画</text></a></svg>', (URL, "https://a.cn", "画")),
        ('<svg><a xlink:href="https://a.cn"><rect/></a></svg>', (URL, "https://a.cn", "")),
        (
            '<svg><foreignObject><p><svg><a href="https://a.cn"><text>里</text></a></svg></p></foreignObject></svg>',
            (URL, "https://a.cn", "里"),
        ),
        ('<map><area href="https://a.cn" alt="左"></map>', (URL, "https://a.cn", "左")),
        ('<form action="https://a.cn">交</form>', (URL, "https://a.cn", "交")),
        ('<button formaction="https://a.cn">交</button>', (URL, "https://a.cn", "交")),
        ('<object data="https://a.cn"></object>', (URL, "https://a.cn", "")),
        ('<audio src="https://a.cn/x.mp3"></audio>', (VOICE, "https://a.cn/x.mp3", "")),
        ('<video src="https://a.cn/x.mp4"></video>', (VIDEO, "https://a.cn/x.mp4", "")),
        ('<embed src="https://a.cn/x.swf">', (VIDEO, "https://a.cn/x.swf", "")),
        (
            "<mp-common-miniprogram data-miniprogram-appid=wx1 data-miniprogram-path=p?a=1 data-miniprogram-title=店>",
            (MINI, "wx1 p?a=1", "店"),
        ),
        (
            '<mp-miniprogram data-miniprogram-appid="wx1" data-miniprogram-path="p"></mp-miniprogram>',
            (MINI, "wx1 p", ""),
        ),
        ('<mp-weapp weapp_appid="wx1" weapp_path="p"></mp-weapp>', (MINI, "wx1 p", "")),
        (
            '<a href="" data-miniprogram-appid="wx1" data-miniprogram-path="p">开</a>',
            (MINI, "wx1 p", "开"),
        ),
        ('<a data-miniprogram-applink="#小程序://店/x">开</a>', (MINI, "#小程序://店/x", "开")),
        ('<img src="x" alt="图" data-miniprogram-appid="wx1">', (MINI, "wx1", "图")),
        ('<section data-miniprogram-path="p">开</section>', (MINI, "p", "开")),
        (
            '<mp-common-profile data-id="Mz==" data-nickname="店" data-alias="d"></mp-common-profile>',
            (ACCOUNT, "Mz== d", "店"),
        ),
        ('<mpprofile data-alias="d"></mpprofile>', (ACCOUNT, "d", "")),
        (
            '<mp-common-videosnap data-id="export/1" data-username="v2" data-nickname="号"></mp-common-videosnap>',
            (VIDEO, "export/1 v2", "号"),
        ),
        ('<mpvideosnap data-username="v2"></mpvideosnap>', (VIDEO, "v2", "")),
        (
            '<mpvoice voice_encode_fileid="M1" name="声" src="/cgi-bin/r"></mpvoice>',
            (VOICE, "M1", "声"),
        ),
        ('<mp-common-mpaudio voice_encode_fileid="M1"></mp-common-mpaudio>', (VOICE, "M1", "")),
        ('<qqmusic musicid="7" music_name="歌"></qqmusic>', (VOICE, "7", "歌")),
        ("<qqmusic></qqmusic>", (VOICE, "qqmusic", "")),
        (
            f'<iframe class="video_iframe" data-mpvid="wxv_1" data-src="{PLAYER}"></iframe>',
            (VIDEO, "wxv_1", ""),
        ),
        (
            '<iframe data-src="https://v.qq.com/x/p?vid=a1"></iframe>',
            (VIDEO, "https://v.qq.com/x/p?vid=a1", ""),
        ),
        (
            '<mp-common-product data-productid="7" data-title="鞋" data-img="//mmbiz.qpic.cn/x"></mp-common-product>',
            (CARD, "mp-common-product data-productid=7", "鞋"),
        ),
        ("<mp-common-poi></mp-common-poi>", (CARD, "mp-common-poi", "")),
        (
            '<mp-common-poi class="c" data-name="店" data-address="路 1" data-cover-href="a/b">',
            (CARD, "mp-common-poi data-address=路 1 data-cover-href=a/b", "店"),
        ),
        ('<iframe class="card_iframe" data-cardid="p1">', (CARD, "iframe data-cardid=p1", "")),
        ("<iframe srcdoc='&lt;a href=https://a.cn>去&lt;/a>'>", (URL, "https://a.cn", "去")),
        ('<base href="https://a.cn/">', (URL, "https://a.cn/", "")),
        ('<section href="https://a.cn/">去</section>', (URL, "https://a.cn/", "去")),
        (
            '<wx-open-launch-weapp username="gh_1">',
            (CARD, "wx-open-launch-weapp username=gh_1", ""),
        ),
        (
            '<svg><SET attributeName=" xlink:HREF " to="https://a.cn"/></svg>',
            (URL, "https://a.cn", ""),
        ),
        (
            '<mpprofile data-id="M" data-nickname="慢走" data-miniprogram-title="a">b</mpprofile>',
            (ACCOUNT, "M", "慢走"),
        ),
        ('<mpcps data-templateid="1"></mpcps>', (CARD, "mpcps data-templateid=1", "")),
        ("<mp-common-profile></mp-common-profile>", (ACCOUNT, "mp-common-profile", "")),
    ],
)
def test_an_element_that_leads_somewhere(html: str, expected: tuple[DestinationKind, str, str]):
    assert [expected] == found(html)


@pytest.mark.parametrize(
    "html",
    [
        "<p>https://a.cn</p>",
        '<a href="#top">上</a>',
        '<a href="">空</a>',
        "<a>无</a>",
        '<img src="https://a.cn/x.png">',
        '<svg><set attributeName="fill" to="red"/><animate attributeName="href" to="#b"/></svg>',
        '<svg><textPath href="#a">字</textPath><linearGradient href="https://a.cn"/></svg>',
        '<svg><image href="https://a.cn/x.png"/><use href="#a"/><mpath href="#b"/></svg>',
        "<mpchecktext></mpchecktext>",
        '<mp-style-type data-value="3"></mp-style-type>',
        "<iframe></iframe>",
        "<input>",
        '<p style="background:url(https://a.cn/x.png)">字</p>',
        '<!-- <a href="https://a.cn">x</a> -->',
    ],
)
def test_what_leads_nowhere(html: str):
    assert [] == found(html)


def test_one_element_may_lead_to_several_places():
    both = '<a href="https://a.cn" xlink:href="https://a.cn/b" data-miniprogram-appid="wx1">去</a>'
    expected = [(MINI, "wx1", "去"), (URL, "https://a.cn", "去"), (URL, "https://a.cn/b", "去")]
    assert expected == found(both)
    other = '<iframe data-mpvid="wxv_1" src="https://evil.cn/?vid=wxv_1"></iframe>'
    assert [(VIDEO, "wxv_1", ""), (VIDEO, "https://evil.cn/?vid=wxv_1", "")] == found(other)
    wrong = '<iframe data-mpvid="wxv_1" src="https://v.qq.com/?vid=wxv_12"></iframe>'
    assert [(VIDEO, "wxv_1", ""), (VIDEO, "https://v.qq.com/?vid=wxv_12", "")] == found(wrong)
    twice = '<a href="https://[x" data-src="y">一</a><a href="https://[x">二</a>'
    assert [(URL, "https://[x", "一"), (URL, "https://[x", "二")] == found(twice)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<mp-common-cpsad data-x=\'{"url":"https://a.cn/x"}\'></mp-common-cpsad>',
            ['mp-common-cpsad data-x={"url":"https://a.cn/x"}', "https://a.cn/x"],
        ),
        (
            """<mp-x data-x='"https:\\/\\/a.cn\\/x"'></mp-x>""",
            ['mp-x data-x="https:\\/\\/a.cn\\/x"', "https://a.cn/x"],
        ),
        (
            '<mp-x data-u="https%3A%2F%2Fa.cn%2Fx"></mp-x>',
            ["mp-x data-u=https%3A%2F%2Fa.cn%2Fx", "https://a.cn/x"],
        ),
        (
            '<mpvoice voice_encode_fileid="1" src="//a.cn/x"></mpvoice>',
            ["1", "//a.cn/x"],
        ),
        (
            '<mp-common-videosnap data-id="1" data-url="https://findermp.video.qq.com/x">',
            ["1"],
        ),
        ('<qqmusic musicid="1" audiourl="https://a.cn/x"></qqmusic>', ["1", "https://a.cn/x"]),
        (
            '<mp-x data-u="https://qq.com.a.cn/">',
            ["mp-x data-u=https://qq.com.a.cn/", "https://qq.com.a.cn/"],
        ),
        (
            '<mp-x data-desc="a // b" data-img="https://y.gtimg.cn/x">',
            ["mp-x data-img=https://y.gtimg.cn/x"],
        ),
        ('<a class="wx_topic_link" topic-id="t1">#话题</a>', ["topic-id=t1"]),
        ('<meta http-equiv="Refresh" content="0;url=https://a.cn">', ["0;url=https://a.cn"]),
        ('<meta name="x" content="https://a.cn">', []),
        (
            '<iframe data-mpvid="w" data-src="https://mp.weixin.qq.com/redirect?vid=w&amp;url=https://a.cn">',
            ["w", "https://mp.weixin.qq.com/redirect?vid=w&url=https://a.cn"],
        ),
        (
            '<iframe data-mpvid="w" data-src="https://mp.weixin.qq.com/mp/readtemplate?t=x&amp;vid=w">',
            ["w", "https://mp.weixin.qq.com/mp/readtemplate?t=x&vid=w"],
        ),
    ],
)
def test_what_an_element_hides_in_its_attributes_is_listed(html: str, expected: list[str]):
    assert expected == [target for _, target, _ in found(html)]


def test_an_animation_leads_to_each_of_its_values():
    html = '<svg><a><animate attributeName="href" from="https://a.cn" values="#x; https://b.cn;https://a.cn"/></a></svg>'
    assert ["https://a.cn", "https://b.cn"] == [target for _, target, _ in found(html)]


def test_a_page_in_a_page_in_a_page_is_read():
    html = '<a href="https://c.cn">去</a>'
    for _ in range(200):
        html = f'<iframe srcdoc="{escape(html)}"></iframe>' if len(html) < 100_000 else html
    assert [(URL, "https://c.cn", "去")] == found(html)


def test_what_names_a_place_and_what_does_not():
    attributes = {"data-id": "A", "data-nickname": "店", "data-alias": ""}
    assert "data-id" in target_attributes("mp-common-profile", attributes)
    assert not {"data-alias", "data-nickname"} & target_attributes("mp-common-profile", attributes)
    assert "href" in target_attributes("section", {"href": "x"})
    assert "href" not in target_attributes("p", {})


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<img src="https://mmbiz.qpic.cn/x">', True),
        ('<img src="https://MMBIZ.QPIC&#46;CN/x">', True),
        ('<svg><filter><feImage href="https://mmbiz.qpic.cn/x"/></filter></svg>', True),
        ('<img src="massctl-picture:x" data-src="//mmecoa.qpic.cn/x">', True),
        ('<svg><image xlink:href="https://mmbiz.qlogo.cn/x"/></svg>', True),
        ('<p style="background:url(&quot;https://mmbiz.qpic.cn/x&quot;)">', True),
        ('<mp-common-profile data-headimg="https://mmbiz.qpic.cn/x">', False),
        ('<img src="massctl-picture:x">mmbiz.qpic.cn', False),
        ('<img src="massctl-picture:x">', False),
    ],
)
def test_a_picture_that_is_on_wechat_already(html: str, expected: bool):
    assert expected == shows_unread_picture(html)
    campaign = news("sale", article(content=html))
    assert expected == campaign.is_unscanned


def test_a_picture_message_of_wechats_pictures_is_not_scanned():
    message: ImageMessage[Any] = ImageMessage((), (MediaId("m1"),), "题", "荐", False, False)
    assert message.shows_unread_picture
    assert not TextMessage("https://mmbiz.qpic.cn/x").shows_unread_picture


def test_a_label_is_cut():
    ((_, _, label),) = found(f'<a href="https://a.cn">{"长" * 50}</a>')
    assert "长" * 40 == label
    words = f"{'长' * 38} a.cn 再去 b.cn、a.cn 或 README.md"
    ((_, _, label),) = found(f'<a href="https://a.cn">{words}</a>')
    assert f"{'长' * 38} a … a.cn b.cn" == label


def test_a_text_has_links_and_addresses():
    words = (
        '看 https://a.cn/一 或（www.b.cn/x?y=1）。<a href="weixin://bizmsgmenu?msgmenuid=1">选</a>'
        '<a href="https://c.cn">https://d.cn</a> x@www.e.cn'
    )
    expected = [
        Destination(URL, "weixin://bizmsgmenu?msgmenuid=1", "message", "选"),
        Destination(URL, "https://c.cn", "message", "https://d.cn"),
        Destination(URL, "https://a.cn/", "message"),
        Destination(URL, "http://www.b.cn/x?y=1", "message"),
    ]
    assert expected == [*in_text(words, "message")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("请看 evil.com.", "http://evil.com"),
        ("请看evil.com...", "http://evil.com"),
        ("evil.com-买", "http://evil.com"),
        ("evil.com.hk，", "http://evil.com.hk"),
        ("evil.dev", "http://evil.dev"),
        ("evil.link/x", "http://evil.link/x"),
        ("去:evil.cn:8443/x", "http://evil.cn:8443/x"),
        ("域名=evil.cn", "http://evil.cn"),
        ("-evil.cn-", "http://evil.cn"),
        ("或/evil.cn", "http://evil.cn"),
        ("1.2.3.4/x", "http://1.2.3.4/x"),
        ("1.2.3.4。", "http://1.2.3.4"),
        ("evil.sh/x", "http://evil.sh/x"),
        ("例子.cn/x", "http://例子.cn/x"),
        ("a.例子.cn", "http://a.例子.cn"),
        ("https://例子.cn/x", "https://例子.cn/x"),
        ("https://a例子.cn/x", "https://a例子.cn/x"),
        ("https://www.例子.中国/x", "https://www.例子.中国/x"),
        ("https://a.cn看这里", "https://a.cn"),
        ("https://shop.cn&utm_=.evil.cn/pay", "https://shop.cn&utm_=.evil.cn/pay"),
        ("ftp://evil.cn/x", "ftp://evil.cn/x"),
        ("打开taobao://item?id=1", "taobao://item?id=1"),
        ("alipays://platformapi/startapp?appId=1", "alipays://platformapi/startapp?appId=1"),
        ("xhttps://evil.cn", "https://evil.cn"),
        ("x@evil.cn/pay", "http://evil.cn/pay"),
        ("@evil.cn", "http://evil.cn"),
    ],
)
def test_an_address_in_the_words_of_a_text(words: str, expected: str):
    assert [expected] == [each.target for each in in_text(words, "message")]


@pytest.mark.parametrize(
    "words",
    [
        "Node.js",
        "Node.js/Vue.js",
        "README.md",
        "第 3.5 版",
        "v1.2.3",
        "e.g.",
        "1.2.3.4.5",
        "https://",
        "li.me@a.cn",
    ],
)
def test_words_that_are_no_address(words: str):
    assert [] == [*in_text(words, "message")]


SHA = sha("file")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (TextMessage("好"), []),
        (TextMessage("https://a.cn"), [Destination(URL, "https://a.cn", "message")]),
        (VoiceMessage(SHA, None), [Destination(VOICE, f"sha256:{SHA}", "message")]),
        (VoiceMessage(None, "m1"), [Destination(VOICE, "m1", "message")]),
        (VideoMessage(None, "m1", "片", "讲"), [Destination(VIDEO, "m1", "message", "片")]),
        (CardMessage("c1"), [Destination(CARD, "c1", "message")]),
        (ImageMessage((SHA,), None, "题", "荐", False, False), []),
    ],
)
def test_every_kind_of_message(message: object, expected: list[Destination]):
    assert expected == [*message.destinations]


def test_articles_are_counted_and_read_original_is_last():
    one = article(content='<a href="https://a.cn">去</a>', content_source_url="https://b.cn")
    two = article("二", content='<a href="https://a.cn">也去</a>')
    expected = [
        Destination(URL, "https://a.cn", "article 1", "去"),
        Destination(DestinationKind.READ_MORE, "https://b.cn", "article 1"),
        Destination(URL, "https://a.cn", "article 2", "也去"),
    ]
    assert expected == [*news("sale", message=NewsMessage((one, two))).destinations]


def test_codes_are_seen_by_picture():
    shared = replace(picture("b"), path="campaigns/_shared/b.png", codes=("二", "三"))
    pictures = (replace(picture("a"), codes=("一",)), shared, picture("c"))
    campaign = replace(news("sale"), pictures=pictures)
    seen = [(each.target, each.at) for each in campaign.seen]
    assert [("一", "images/a.png"), ("二", "_shared/b.png"), ("三", "_shared/b.png")] == seen
    assert not campaign.is_unscanned
    assert replace(campaign, pictures=(replace(picture("a"), codes=None),)).is_unscanned


@pytest.mark.parametrize(
    ("kind", "target", "host"),
    [
        (URL, "https://A.cn:8443/x", "a.cn"),
        (URL, "https://店.cn/", "xn--hxt.cn"),
        (URL, "https://a.cn.", "a.cn"),
        (URL, "https://shop.cn@evil.cn/", "evil.cn"),
        (URL, "https:\\\\evil.cn\\x", "evil.cn"),
        (URL, "//a.cn/x", "a.cn"),
        (URL, "tel:10086", "tel:"),
        (URL, "weixin://dl/x", "weixin:"),
        (URL, "x/y", ""),
        (URL, "https://[x", ""),
        (URL, "https:/evil.cn", "https:"),
        (URL, "https:evil.cn", "https:"),
        (URL, "HTTPS:////evil.cn/x", "evil.cn"),
        (URL, "///evil.cn", "evil.cn"),
        (URL, "/\\evil.cn", "evil.cn"),
        (URL, "https://[fe80::]/x", "[fe80::]"),
        (URL, f"https://{'a' * 70}.cn", f"{'a' * 70}.cn"),
        (MINI, "wx1 https://a.cn", ""),
        (VIDEO, "wxv_1", ""),
        (VIDEO, "https://v.qq.com/x", "v.qq.com"),
        (VIDEO, "sha256:ab", ""),
        (VOICE, "sha256:ab", ""),
        (VOICE, "M1==", ""),
        (VOICE, "https://a.cn/x.mp3", "a.cn"),
    ],
)
def test_the_host_of_a_destination(kind: DestinationKind, target: str, host: str):
    assert host == Destination(kind, target, "message").host


def test_what_a_policy_names_a_destination_by():
    names = [
        Destination(MINI, "wx1 p", "message").name,
        Destination(ACCOUNT, "Mz==", "message").name,
        Destination(URL, "https://a.cn/x", "message").name,
        Destination(CARD, "c1", "message").name,
    ]
    assert ["wx1", "Mz==", "a.cn", ""] == names


def test_the_author_of_an_article():
    said = "https://mp.weixin.qq.com/s?__biz=Mz%3D%3D&mid=1&idx=2&sn=3&chksm=4&scene=5#rd"
    targets = ((ARTICLE, said), (ARTICLE, "https://mp.weixin.qq.com/s/x"), (URL, said))
    assert ["Mz==", "", ""] == [Destination(*each, "message").author for each in targets]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<a class="wx_poi_link" data-name="店" data-id="9">店</a>',
            ["a data-id=9"],
        ),
        (
            '<a href="javascript:;" class="x wx_product_link" data-productid="9">茶</a>',
            ["javascript:;", "a href=javascript:; data-productid=9"],
        ),
        ('<span class="wx_search_keyword" data-keyword="茶">茶</span>', ["span data-keyword=茶"]),
        ('<a class="wx_topic_link" topic-id="7">#茶#</a>', ["topic-id=7"]),
        ('<a data-uniqid="7">茶</a>', ["a data-uniqid=7"]),
        ('<span data-itemurl="https://a.cn">茶</span>', ["https://a.cn"]),
        ('<a id="top" class="x">茶</a><p data-x="1">茶</p><a href="#top">茶</a>', []),
        ('<a class="wx_tap_link" href="https://a.cn" data-linktype="2">茶</a>', ["https://a.cn"]),
        (
            '<iframe data-mpvid="1" data-src="https://v.qq.com/x/evil?vid=1"></iframe>',
            ["1", "https://v.qq.com/x/evil?vid=1"],
        ),
    ],
)
def test_a_link_without_an_address_is_a_card(html: str, expected: list[str]) -> None:
    assert expected == [each.target for each in in_body(html, "article 1")]


@pytest.mark.parametrize(
    ("drawing", "may_hold"),
    [
        ("", False),
        ('<rect width="1" height="1"/>' * 40, True),
        (f'<path d="{"M0 0h1v1z" * 40}"/>', True),
        (f'<path d="{"M0 0h1v1z" * 39}"/>', False),
        ('<path stroke-dasharray="1 2,1 3"/>' * 10, True),
        ('<path style="stroke-dasharray: 1 2 1 3"/>' * 10, True),
        ('<path stroke-dasharray="4 2"/>' * 9, False),
    ],
)
def test_a_drawing_of_many_forms_may_hold_a_code(drawing: str, *, may_hold: bool) -> None:
    assert may_hold == shows_unread_picture(f"<p>字</p><svg>{drawing}</svg>")


def test_parts_of_an_address():
    assert split_address("https://[x") is None
    assert "a.cn" == ascii_host("A.CN.")


@pytest.mark.parametrize(
    "address",
    [
        "https://mp.weixin.qq.com/s/abc?__biz=OWN",
        "https://mp.weixin.qq.com/s?__biz=OTHER&mid=1&idx=1&sn=1&__biz=OWN",
        "https://mp.weixin.qq.com/s?src=11&signature=x&__biz=OWN&mid=1&idx=1&sn=1",
        f"{OWN}&tempkey=x",
        f"{OWN}&mid=1&idx=1",
        f"{OWN}&mid=1&mid=2&idx=1&sn=1",
        f"{OWN}&mid=1&idx=1&sn=1&tempkey=",
    ],
)
def test_an_address_that_may_be_another_accounts_names_no_author(address: str) -> None:
    assert "" == Destination(ARTICLE, address, "article 1").author
    assert "OWN" == Destination(ARTICLE, f"{OWN}&mid=1&idx=1&sn=1", "").author


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<a data-miniprogram-appid="wx1" data-miniprogram-applink="#小程序://b/c">去</a>',
            ["wx1", "#小程序://b/c"],
        ),
        (
            '<a data-miniprogram-appid="wx1" weapp_appid="wx2" weapp_path="p">去</a>',
            ["wx1 p", "wx2 p"],
        ),
        ('<a data-miniprogram-path="wx1 p">去</a>', ["wx1%20p"]),
    ],
)
def test_every_mini_program_of_an_element_is_listed(html: str, expected: list[str]) -> None:
    assert expected == [each.target for each in in_body(html, "article 1")]


def test_each_address_of_a_song_and_a_second_video_are_listed() -> None:
    song = '<mp-common-qqmusic musicid="1" audiourl="https://evil.cn/x.mp3"></mp-common-qqmusic>'
    assert ["1", "https://evil.cn/x.mp3"] == [each.target for each in in_body(song, "")]
    source = "https://v.qq.com/x?vid=v&amp;vid=w"
    video = f'<iframe data-mpvid="v" data-src="{source}"></iframe>'
    found = [*in_body(video, "")]
    assert ["v", source.replace("&amp;", "&")] == [each.target for each in found]
    assert [False, True] == [each.is_listable for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("官网-https://evil.com/x", ["https://evil.com/x"]),
        ("点 <https://evil.com> 买", ["https://evil.com"]),
        ("满<100 https://evil.com 减>5", ["https://evil.com"]),
        ("x=https://evil.com", ["https://evil.com"]),
        ("<!-- https://evil.com -->", ["https://evil.com"]),
        ("去 evil.com 或 a.cn/b", ["http://evil.com", "http://a.cn/b"]),
        ("去 weixin://dl/x", ["weixin://dl/x"]),
        ("#小程序://示例/abc", ["#小程序://示例/abc"]),
        ("写给 me@evil.com，用 Node.js", []),
        ("<a>https://evil.com</a>", ["https://evil.com"]),
        ("<!-- <a --> https://evil.com </a>", ["https://evil.com"]),
        ('<a href="https://a.cn">https://evil.com', ["https://a.cn"]),
        (
            '<a href="https://a.cn">https://b.cn</a> https://b.cn',
            ["https://a.cn", "https://b.cn"],
        ),
        ('<a href="https://a.cn/?x=1&amp;y=2)">去</a>', ["https://a.cn/?x=1&y=2)"]),
        ("https://店.cn/x，好", ["https://店.cn/x"]),
        ("https://a.cn/x)https://evil.com", ["https://a.cn/x", "https://evil.com"]),
        ("https&#58;//evil.com 或 evil&#46;com", ["https://evil.com", "http://evil.com"]),
        ("去 evil.link", ["http://evil.link"]),
    ],
)
def test_what_a_phone_makes_a_link_of_is_listed(text: str, expected: list[str]) -> None:
    assert expected == [each.target for each in in_text(text, "message")]


@pytest.mark.parametrize("host", ["groß.example.com", "ς.example.com"])
def test_a_host_that_a_browser_reads_otherwise_is_no_other_host(host: str) -> None:
    assert ascii_host(host).startswith("xn--")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (NewsMessage((article(),)), True),
        (TextMessage('<a href="https://a.cn">去</a>'), True),
        (TextMessage("去 https://a.cn"), False),
        (VoiceMessage(None, MediaId("V1")), False),
    ],
)
def test_html_is_parsed_where_there_may_be_some(message: Any, expected: bool) -> None:
    assert expected == message.has_markup
