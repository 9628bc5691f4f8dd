"""Pages of mp.weixin.qq.com: articles, messages whose page a script writes, and notices in place of an article."""

import pytest
from document_samples import page

from massctl.importer.article import pictures_of
from massctl.importer.documents import DocumentError, of_page
from massctl.importer.markdown import as_markdown
from massctl.render.tree import parse


def shared(kind: int, *, title: str = "两张图", text: str = "", pictures: str = "") -> str:
    """Write a page of a picture message (8) or a text message (10)."""
    return f"""<html><head><meta property="og:title" content="{title}">
<meta property="og:description" content="{text}"></head>
<body><div id="js_article"><button>关注</button><div id="js_content">轻点两下取消赞<img src="avatar"></div></div>
<script>
window.item_show_type = '{kind}' || '';
window.cgiData = {{ desc: JsDecode(''), content_noencode: JsDecode(''), picture_page_info_list: [ ] }};
var data = {{ content_noencode: JsDecode('{text}'), picture_page_info_list: [ {pictures} ] }};</script></body></html>"""


PICTURE = """{ cdn_url: 'https://mmbiz.qpic.cn/%s?a=1\\x26amp;b=2', poi_info: [ ],
 watermark_info: { cdn_url: 'https://mmbiz.qpic.cn/mark' },
 share_cover: { cdn_url: JsDecode('https://mmbiz.qpic.cn/cover') } },"""


def test_a_picture_message_gives_its_pictures_and_its_text() -> None:
    text = r"第一行\x0a第二行\x0a\x0a\x26quot;引\x26quot;用 \x3ca href=\x22https://a.cn/\x22\x3e链接\x3c/a\x3e"
    found = of_page(shared(8, text=text, pictures=PICTURE % "one" + PICTURE % "two"), "")
    assert [f"https://mmbiz.qpic.cn/{name}?a=1&b=2" for name in ("one", "two")] == pictures_of(
        found.tree
    )
    assert ("两张图", "https://mmbiz.qpic.cn/one?a=1&b=2", "") == (
        found.title,
        found.cover,
        found.digest,
    )
    _, _, text = as_markdown(found.tree).partition("two?a=1&b=2)\n\n")
    assert '第一行\\\n第二行\n\n"引"用 [链接](https://a.cn/)\n' == text
    assert ["it was a picture message (图片消息): it is an article now"] == list(
        map(str, found.lost)
    )


def test_a_text_message_is_its_text_and_its_first_sentence_is_the_title() -> None:
    text = r"明天放假！大家好好休息\x0a后天见"
    found = of_page(shared(10, title=text, text=text), "")
    assert ("明天放假", "明天放假！大家好好休息\\\n后天见\n") == (
        found.title,
        as_markdown(found.tree),
    )
    assert "it has no title: its first words are taken for one" in map(str, found.lost)


def test_signs_in_two_halves_are_one_sign() -> None:
    found = of_page(shared(10, title="好", text=r"晴\ud83c\udf1e，雨\ud83c。"), "")
    assert "晴🌞，雨\ufffd。\n" == as_markdown(found.tree)


def test_a_title_of_a_text_message_stays() -> None:
    found = of_page(shared(10, title="放假通知", text="明天放假"), "")
    assert ("放假通知", ["it was a text message (文字消息): it is an article now"]) == (
        found.title,
        list(map(str, found.lost)),
    )


def test_a_shared_article_is_taken_from_the_script_that_writes_it() -> None:
    script = (
        r"<script>d = { content_noencode: JsDecode('\x3cp\x3e转\x26amp;载\x3c/p\x3e') };</script>"
    )
    assert "转&载\n" == as_markdown(
        of_page(page("").replace("</body>", f"{script}</body>"), "").tree
    )


def test_escapes_of_a_script_do_not_stay_in_a_digest() -> None:
    shown = page("<p>雨</p>").replace("一句摘要", r"他说\x26quot;好\x26quot;\x0a就走了")
    assert (
        '他说"好" 就走了'
        == of_page(shown.replace("var a", "var item_show_type = '0', a"), "").digest
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            '<div class="weui-msg"><div class="weui-msg__title warn">该内容已被发布者删除</div></div>',
            "该内容已被发布者删除",
        ),
        ('<div class="mesg-block"><p>该内容暂时无法查看</p></div>', "该内容暂时无法查看"),
        (
            '<h2 class="weui-msg__title">环境异常</h2><a id="js_verify">去验证</a>',
            "open the page in a browser",
        ),
    ],
)
def test_a_notice_is_no_article(body: str, says: str) -> None:
    with pytest.raises(DocumentError) as raised:
        of_page(f"<html><head><title></title></head><body>{body}</body></html>", "")
    assert says in str(raised.value.why)


@pytest.mark.parametrize(("message", "shown"), [(8, ""), (10, r"\x0a ")])
def test_a_message_without_anything_is_refused(message: int, shown: str) -> None:
    with pytest.raises(DocumentError):
        of_page(shared(message, text=shown), "")


def test_an_element_of_older_pages_is_not_told_as_lost() -> None:
    assert [] == of_page(page("<p><font>雨</font></p>"), "").lost


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ('<p><b><img src="a.png">好</b></p>', "![](a.png)**好**"),
        ("<p><b>用<code>x</code>写</b></p>", "**用`x`写**"),
        ("<p><b>\xa0好\xa0</b>吗</p>", "\xa0**好**\xa0吗"),
        ("<p><code>a</code><code>b</code></p>", "`a`<!-- -->`b`"),
        ("<p>a<b><s>b</s></b></p>", "a<strong><s>b</s></strong>"),
        ("<p>雨</p><p>: 雪</p>", "雨\n\n\\: 雪"),
        ("<p>雨<br> </p>", "雨"),
        ("<p>雨<br>\xa0</p>", "雨"),
        ("<p><b>雨<br></b></p>", "**雨**"),
    ],
)
def test_signs_of_markdown_do_not_show(html: str, markdown: str) -> None:
    assert f"{markdown}\n" == as_markdown(parse(html))
