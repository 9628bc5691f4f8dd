"""HTML that a writer wrote inside Markdown: it becomes what WeChat keeps, as Markdown itself does."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import (
    block,
    body,
    hold,
    lines,
    markdown_to_html,
    md,
    page,
    safe_html,
    with_styles,
    wrong,
)

from massctl.model.diagnostics import Severity
from massctl.render.tree import parse
from massctl.render.wechat_html import normalised

_ATTRIBUTE = re.compile(r"[\w-]+=\"[^\"]*\"")
PICTURES = {"spring/articles/a.png": "A"}
A = hold("A")


def item(mark: str, text: str, kind: str = "") -> str:
    return f'<section class="item{kind}"><span class="mark">{mark} </span>{text}</section>'


def listing(*items: str) -> str:
    return f'<section class="list">{"".join(items)}</section>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>a<li>b</ul>", listing(item("•", "a"), item("•", "b"))),
        ("<ol start=3>\n<li>a</li>\n<li><p>b</p><p>c</p></li></ol>",
         listing(item("3.", "a"), item("4.", "b<p>c</p>"))),
        ("<ol start=x><li>a</ol>", listing(item("1.", "a"))),
        ("<ul>字<li>a<p>b</p></ul>", listing('<section class="item">字</section>', item("•", "a<p>b</p>"))),
        ("<ul><li><input type=checkbox checked> a<li><input type=checkbox>b</ul>",
         listing(item("☑", " a", " done"), item("☐", "b", " task"))),
        ("<ul><li>\n<p>[x] a</p></ul>", listing(item("☑", "a", " done"))),
        ("<ul><li></ul>", listing(item("•", ""))),
        ("<ul><li><b>a</b></ul>", listing(item("•", "<b>a</b>"))),
        ("<div><li>a</div>", "<section>" + listing(item("•", "a")) + "</section>"),
        ("<dl><dt>a<dd>b</dl>",
         '<section class="terms"><p class="term">a</p><section class="definition">b</section></section>'),
    ],
)  # fmt: skip
def test_lists_are_those_of_markdown(html: str, expected: str) -> None:
    assert expected == md(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<div align=center>a</div>", '<section style="text-align:center">a</section>'),
        ("<div align=up>a</div>", "<section>a</section>"),
        ('<p align="right" style="color:red;">a</p>', '<p style="color:red;text-align:right">a</p>'),
        ("<div style='margin:0' bgcolor=#eee>a</div>", '<section style="margin:0;background:#eee">a</section>'),
        ("<div bgcolor='a;b'>a</div>", "<section>a</section>"),
        ("<center>a</center>", '<section style="text-align:center">a</section>'),
        ("<article><header>a</header><footer>b</footer></article>",
         "<section><section>a</section><section>b</section></section>"),
        ("<p></p>a<p> b </p>", "a<p> b </p>"),
        ("<div>a<hr>b</div>", "<section>a<hr>b</section>"),
        ("<details><summary>a</summary>b</details>",
         '<section class="callout callout-details"><p class="callout-title">a</p>b</section>'),
        ("<div id=a onfocusx hidden data-x leaf>a</div>", "<section data-x leaf>a</section>"),
        ("<div title='a\"b'>a</div>", '<section title="a&quot;b">a</section>'),
        ("<h2 align=center id=x>a</h2>", '<h2 style="text-align:center"><span class="inner">a</span></h2>'),
        ("<dialog>a</dialog><legend>b</legend>", "ab"),
    ],
)  # fmt: skip
def test_blocks_are_sections(html: str, expected: str) -> None:
    at = page()
    assert expected == markdown_to_html(html, at)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<del>a</del><strike>b</strike><ins>c</ins>", "<s>a</s><s>b</s><u>c</u>"),
        ("<kbd>a  b</kbd><samp>c</samp>", "<code>a&nbsp; b</code><code>c</code>"),
        ("<mark>a</mark><cite>b</cite>", '<span class="highlight">a</span><em>b</em>'),
        ("<font color=red>a</font><font color='a;b'>c</font>", '<span style="color:red">a</span>c'),
        ("<q>a</q>", "“a”"),
        ("<ruby>汉<rp>(</rp><rt>han</rt></ruby>", "<ruby>汉<rp>(</rp><rt>han</rt></ruby>"),
        ("<abbr>a</abbr><wbr><time>b</time>", "ab"),
        ("<span>a</span>", "<span>a</span>"),
        ("a<br>b", "a<br>b"),
        ("a &lt; &amp; &nbsp;b", "a &lt; &amp; &nbsp;b"),
    ],
)
def test_running_text(html: str, expected: str) -> None:
    assert f"<p>字{expected}</p>" == md("字" + html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<pre>a\n b</pre>", "a<br>&nbsp;b"),
        ("<pre><code class='language-nothing'>a\n  b</code></pre>", "a<br>&nbsp; b"),
        ("<pre>a <b>b</b>\n  c</pre>", "a <b>b</b><br>&nbsp; c"),
        ("<pre></pre>", ""),
        ("<pre><code></code></pre>", ""),
        ("<pre class='lang-diff'>+a</pre>", '<span class="hl-inserted">+a</span>'),
    ],
)
def test_preformatted_text_is_code(html: str, expected: str) -> None:
    assert block(expected) == md(html)


def table(rows: str, style: str = "", wide: str = " data-ignore-width") -> str:
    return f'<section class="scroll"{wide}><table{style}>{rows}</table></section>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table>\n<tr><td>a</td>\n<th colspan=2 align=right>b</th></tr></table>",
         table('<tbody><tr><td>a</td><th colspan="2" style="text-align:right">b</th></tr></tbody>')),
        ("<table><caption>c</caption><col><tr><td>a</table>",
         '<section class="caption">c</section>' + table("<tbody><tr><td>a</td></tr></tbody>", wide="")),
        ("<table></table>", table("")),
        ("<table><tr><td>1<td>2<td>3<td>4<td>5</table>",
         table("<tbody><tr><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td></tr></tbody>",
               ' style="min-width:130%"')),
    ],
)  # fmt: skip
def test_tables(html: str, expected: str) -> None:
    assert expected == md(html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=a.png width=300 height=200>", f'<img src="{A}" data-w="1080" style="width:300px">'),
        ("<img src=a.png height=20>", f'<img src="{A}" data-w="1080" style="width:30px">'),
        ("<img src=a.png height=50%>", f'<img src="{A}" data-w="1080">'),
        ("<img src=a.png width=50% style='margin:0;'>", f'<img src="{A}" data-w="1080" style="width:50%;margin:0">'),
        ("<img data-src=a.png>", f'<img src="{A}" data-w="1080">'),
        ("<img src=//mmbiz.qpic.cn/1 height=9>", '<img src="//mmbiz.qpic.cn/1" style="height:9px">'),
        ("<figure><img src=a.png><figcaption>c</figcaption></figure>",
         f'<section class="figure"><img src="{A}" data-w="1080"><section class="caption">c</section></section>'),
        ("<picture><source media=x><img src=a.png></picture>", f'<img src="{A}" data-w="1080">'),
        ("<div style='background:url(a.png)'>a</div>", f'<section style="background:url({A})">a</section>'),
        ("<div style='background:url(\"a.png\")'>a</div>",
         f'<section style="background:url(&quot;{A}&quot;)">a</section>'),
        ("<div style='fill:url(#a);b:url()'>a</div>", '<section style="fill:url(#a);b:url()">a</section>'),
    ],
)  # fmt: skip
def test_pictures(html: str, expected: str) -> None:
    assert f"<section>字{expected}</section>" == md(f"<section>字{html}</section>", PICTURES)


MIDDLE = f'<img src="{A}" data-w="1080" style="margin-left:auto;margin-right:auto">'
CENTRED = f'<section style="text-align:center">{MIDDLE}</section>'
CENTRED_LINK = f'<section style="text-align:center"><a href="https://mp.weixin.qq.com/s/1">{MIDDLE}</a></section>'
FIGURE_WITH_LINK = (
    f'<section class="figure"><img src="{A}" data-w="1080" title="题"><sup class="ref">[1]</sup>'
    '<section class="caption">题</section></section>'
    '<section class="notes"><section class="notes-title">参考资料</section>'
    '<section class="note">[1] <span class="note-address">https://e.com</span></section></section>'
)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p><img src=a.png title=题></p>",
         f'<section class="figure"><img src="{A}" data-w="1080"><section class="caption">题</section></section>'),
        ("<p><a href=https://e.com><img src=a.png title=题></a></p>",
         FIGURE_WITH_LINK),
        ("<p><img src=a.png> <br>\n<img src=a.png></p>", f'<img src="{A}" data-w="1080">' * 2),
        ("<p align=center><img src=a.png width=90></p>",
         f'<img src="{A}" data-w="1080" style="width:90px;margin-left:auto;margin-right:auto">'),
        ("<center><p><a href=https://mp.weixin.qq.com/s/1><img src=a.png></a></p></center>",
         CENTRED_LINK),
        ("<div style='text-align: center'><p><img src=a.png></p></div>",
         CENTRED),
        ("<p><a href=#x>a<img src=a.png></a></p>", f'<p>a<img src="{A}" data-w="1080"></p>'),
    ],
)  # fmt: skip
def test_pictures_alone(html: str, expected: str) -> None:
    assert expected == markdown_to_html(html, page(PICTURES))


def test_a_small_picture_stays_in_its_line() -> None:
    at = page(PICTURES)
    at.pictures.inputs.sizes["spring/articles/a.png"] = (64, 64)
    assert f'<p>a<img src="{A}" data-w="64" class="inline"></p>' == markdown_to_html(
        "a![](a.png)", at
    )


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<svg viewBox='0 0 9 9' id=a class=b style='width:9px'><path d='M0\n0'/>\n<text>a\n b</text></svg>",
         '<svg viewBox="0 0 9 9" style="width:9px"><path d="M0\n0"></path><text>a b</text></svg>'),
        ("<svg><!-- c --><image href=a.png></image><image xlink:href='#b' /></svg>",
         f'<svg><image href="{A}"></image><image xlink:href="#b"></image></svg>'),
        ("<svg><image href='' style='background:url(a.png)'/></svg>",
         f'<svg><image href="" style="background:url({A})"></image></svg>'),
        ("<mp-common-miniprogram data-miniprogram-imageurl=a.png id=x></mp-common-miniprogram>",
         f'<mp-common-miniprogram data-miniprogram-imageurl="{A}"></mp-common-miniprogram>'),
        ("<mp-common-profile data-id=x></mp-common-profile>", '<mp-common-profile data-id="x"></mp-common-profile>'),
        ('<mp-common-blockquote data-x="1"><section>引文</section></mp-common-blockquote>',
         '<mp-common-blockquote data-x="1"><section>引文</section></mp-common-blockquote>'),
        ("<iframe class=video_iframe data-mpvid=x src=https://v.qq.com/x></iframe>",
         '<iframe class="video_iframe" data-mpvid="x" src="https://v.qq.com/x"></iframe>'),
    ],
)  # fmt: skip
def test_drawings_and_components_are_copied(html: str, expected: str) -> None:
    at = page(PICTURES)
    assert f"<section>{expected}</section>" == markdown_to_html(f"<div>{html}</div>", at)
    assert [] == [f for f in at.faults if f.code != "MC342"]


@pytest.mark.parametrize(
    "part", ["<rect fill='url(#a)'/>", "<use href='#a'/>", "<use xlink:href='#a'/>"]
)
def test_a_drawing_that_refers_to_its_parts_is_told(part: str) -> None:
    found = wrong(f"a\n\n<svg><g id='a'></g>{part}</svg>")
    assert ["MC342"] == [each.code for each in found]
    assert Severity.WARNING is found[0].severity
    assert 3 == found[0].place.line if found[0].place else None


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<a href='https://mp.weixin.qq.com/s/1' target=_blank>a</a>", '<a href="https://mp.weixin.qq.com/s/1">a</a>'),
        ("<a>a</a><a name=x></a>", "a"),
        ("<a data-miniprogram-appid=wx1 data-miniprogram-path=p href=https://e.com>a</a>",
         '<a data-miniprogram-appid="wx1" data-miniprogram-path="p" href="">a</a>'),
    ],
)  # fmt: skip
def test_links_that_stay(html: str, expected: str) -> None:
    assert f"<p>字{expected}</p>" == md("字" + html)


def test_a_link_in_html_becomes_a_footnote_with_its_place() -> None:
    found = wrong("字\n\n<p>a <a href='https://e.com/1'>b</a></p>")
    assert [("MC309", 3, 15)] == lines(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("见 https://mp.weixin.qq.com/s/1?a=1&b=2，后",
         '<p>见 <a href="https://mp.weixin.qq.com/s/1?a=1&amp;b=2">https://mp.weixin.qq.com/s/1?a=1&amp;b=2</a>，后</p>'),
        ("(https://mp.weixin.qq.com/s/1).",
         '<p>(<a href="https://mp.weixin.qq.com/s/1">https://mp.weixin.qq.com/s/1</a>).</p>'),
        ("https://mp.weixin.qq.com/s/1\u00a0后&amp;",
         '<p><a href="https://mp.weixin.qq.com/s/1">https://mp.weixin.qq.com/s/1</a>&nbsp;后&amp;</p>'),
        ("https://e.com/a", "<p>https://e.com/a</p>"),
        ("`https://mp.weixin.qq.com/s/1`", "<p><code>https://mp.weixin.qq.com/s/1</code></p>"),
        ("[见 https://mp.weixin.qq.com/s/1](https://mp.weixin.qq.com/s/2)",
         '<p><a href="https://mp.weixin.qq.com/s/2">见 https://mp.weixin.qq.com/s/1</a></p>'),
    ],
)  # fmt: skip
def test_an_address_of_wechat_in_the_text_is_a_link(text: str, expected: str) -> None:
    assert expected == md(text)


def test_bare_addresses_are_links_for_accounts_that_may_have_them() -> None:
    assert '<p><a href="https://e.com/a">https://e.com/a</a>。</p>' == markdown_to_html(
        "https://e.com/a。", page(links="keep")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a Vec<u8> b", "<p>a Vec&lt;u8> b</p>"),
        ("Map<String, List<Int>>", "<p>Map&lt;String, List&lt;Int>></p>"),
        ("<你的名字>", "<p>&lt;你的名字></p>"),
    ],
)
def test_a_tag_of_no_known_name_is_text(text: str, expected: str) -> None:
    assert expected.replace(">", "&gt;").replace("<p&gt;", "<p>").replace(
        "</p&gt;", "</p>"
    ) == markdown_to_html(text, page())


def test_a_tag_of_no_known_name_is_told_at_its_place() -> None:
    found = wrong("字\n\n<foo>a</foo> b")
    assert [("MC327", 3, 1)] == lines(found)
    assert Severity.WARNING is found[0].severity


@pytest.mark.parametrize(
    "html", ["<script>x</script>", "<input type=text>", "<video src=a.mp4></video>", "<style>a{}"]
)
def test_what_is_forbidden_is_an_error_and_is_not_written(html: str) -> None:
    at = page()
    assert (
        "a"
        == markdown_to_html(f"<div></div>a{html}", at)
        .removeprefix("<section></section>")
        .replace("<p>", "")[:1]
    )
    assert "MC308" in {fault.code for fault in at.faults}
    assert "<script" not in markdown_to_html(html, page())


def test_a_picture_without_an_address_is_an_error() -> None:
    assert ["MC201"] == [each.code for each in wrong("<p>a<img alt=x></p>")]


def test_a_picture_of_a_style_that_is_not_there_is_an_error() -> None:
    assert [("MC201", 3, 26)] == lines(wrong("字\n\n<p style='background:url(b.png)'>a</p>"))


def test_a_footnote_in_a_drawing_that_never_ends_is_no_traceback() -> None:
    html = markdown_to_html("a[^1]\n\n<svg>\n\n[^1]: b", page())
    assert html.endswith('<section class="note">[1] </section></section>')


def test_elements_too_many_or_too_deep_are_refused_whoever_made_them() -> None:
    at = page()
    safe_html("<b>" * 300, at)
    safe_html("<br>" * 100_001, at)
    assert ["MC308", "MC304"] == [fault.code for fault in at.faults]


def test_a_part_whose_notes_are_nested_too_deep_is_told_of_that_once() -> None:
    header, article = page(), page()
    deep = (
        '<massctl-note note="1">1</massctl-note><massctl-text note="1">'
        + "<b>" * 250
        + "</massctl-text>"
    )
    parts = [(parse(html), at) for html, at in ((deep, header), ("<p>a</p>", article))]
    normalised(parts, own=1, is_chinese=True)
    assert (["MC308"], []) == ([fault.code for fault in header.faults], article.faults)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("100%", ""),
        ("max-height=80%; COLOR : red;", ' style="color:red"'),
        ("color:red;;/* a */;margin: 0 ;", ' style="color:red;margin:0"'),
        ("color:red}p{color:blue", ""),
        ("margin:0;\\1:1", ' style="margin:0"'),
        ("color:", ""),
        ("  ", ""),
    ],
)
def test_what_is_no_style_goes_before_the_theme_is_put_on(style: str, expected: str) -> None:
    assert f"<section><p{expected}>a</p></section>" == body(f"<p style='{style}'>a</p>")


@given(st.text("ab:;{}()[]\"'\\/*!@#%-1. url\n", max_size=40))
def test_no_style_of_a_writer_stops_anything(style: str) -> None:
    with_styles(
        markdown_to_html(f"<p style='{style.replace(chr(39), '')}'>a</p>", page()), "p{color:red}"
    )


def test_classes_of_a_writer_reach_the_theme() -> None:
    css = ".lead{color:red}.inner{color:blue}"
    expected = '<section><section style="color:red">a</section><h2><span style="color:blue">b</span></h2></section>'
    assert expected == body("<section class=lead>a</section>\n\n## b", css=css)


@given(st.text("a <>/\"'=&;!-#bdiv uloptable svgpre\n", max_size=200))
def test_any_html_becomes_one_line_and_parses_to_what_it_says(text: str) -> None:
    html = safe_html(text, page())
    assert safe_html(html, page()).count("<section") >= 0
    assert "<script" not in html


def test_the_title_of_a_page_is_refused_at_its_line_and_that_of_a_drawing_is_kept() -> None:
    text = "词\n\n<title>标题</title>\n\n<svg viewBox='0 0 9 9'><title>图</title><path d='M0 0z'/></svg>"
    assert [("MC308", 3, 1)] == lines(wrong(text))
    assert "<title>图</title>" in md(text.replace("<title>标题</title>", "字"))


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("//a.cn/b", "https://a.cn/b"),
        ("www.a.cn", "https://www.a.cn"),
        ("<https：//a.cn/b>", "https://a.cn/b"),
        ("(https://a.cn/b)", "https://a.cn/b"),
        ("<[](http://a.cn/b)>", "http://a.cn/b"),
        ("<[https://a.cn/b]>", "https://a.cn/b"),
        ("b@a.cn", "b@a.cn"),
    ],
)
def test_an_address_that_is_nearly_one_is_not_lost(address: str, meant: str) -> None:
    at = page()
    html = markdown_to_html(f"[词]({address})", at)
    assert '词<sup class="ref">[1]</sup></span></p><section class="notes">' in html
    assert f'<section class="note">[1] 词: <span class="note-address">{meant}<' in html
    assert [("MC309", Severity.INFO, address.strip("<>"))] == [
        (f.code, f.severity, f.needle) for f in at.faults
    ]


def test_an_article_that_is_nearly_linked_is_linked() -> None:
    assert '<a href="https://mp.weixin.qq.com/s/1">' in md("[词](//mp.weixin.qq.com/s/1)")


@pytest.mark.parametrize("address", ["a.md", "../a/", "/a", "//", "a.cn/b", "./www.a.cn"])
def test_what_may_be_a_file_leads_nowhere(address: str) -> None:
    assert [Severity.WARNING] == [found.severity for found in wrong(f"[词]({address})")]


@pytest.mark.parametrize(
    "component",
    [
        '<mpvoice class="rich_pages" name="n" voice_encode_fileid="x"></mpvoice>',
        '<mp-common-mpaudio data-pluginname="insertaudio" name="n"></mp-common-mpaudio>',
        '<mp-common-videosnap class="js_uneditable" data-url="u"></mp-common-videosnap>',
        '<mp-common-poi data-id="1"></mp-common-poi>',
        '<mp-common-product data-wxproduct="x"></mp-common-product>',
        '<qqmusic musicid="1"></qqmusic>',
        '<iframe class="video_iframe" src="https://mp.weixin.qq.com/mp/a" data-mpvid="x"></iframe>',
        '<img src="https://mmbiz.qpic.cn/a" data-ratio="0.5" data-w="900">',
    ],
)
def test_a_component_of_wechat_arrives_as_it_was_written(component: str) -> None:
    """Such elements, and the class of a video, were once left out without a word."""
    for text in (component, f"前\n\n{component}\n\n后", f"前 {component} 后"):
        page_ = page()
        html = with_styles(markdown_to_html(text, page_), "")
        (found,) = re.findall(f"<{component[1:].split(maxsplit=1)[0]} [^>]*>", html)
        assert ([], set(_ATTRIBUTE.findall(component))) == (
            page_.faults,
            set(_ATTRIBUTE.findall(found)),
        )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("字 <!-- 没关 正文", (1, 3)),
        ("字\n\n<!-- 没关\n\n正文", (3, 1)),
        ("字\n\n<p>a</p><!-- 没关\n\n正文", (3, 9)),
        ('字 <span style="color:red>红</span> 后', (1, 3)),
        ("字 `<b>` <span title='a' style=\"color:red>红</span> 后", (1, 9)),
    ],
)
def test_html_without_its_end_is_told_as_the_text_that_it_is(
    text: str, place: tuple[int, int]
) -> None:
    assert [("MC327", *place)] == lines(wrong(text))


@pytest.mark.parametrize(
    "text",
    [
        "字 \\<!-- a",
        "字 `<!-- a`",
        '字 \\<span style="a"',
        "a < b",
        '若 x<b 且 c="d"',
        "<b",
        "&lt;b a=&quot;",
    ],
)
def test_what_is_text_on_purpose_is_not_told(text: str) -> None:
    assert [] == wrong(text)


def test_a_comment_that_takes_the_end_of_another_is_an_error() -> None:
    assert [("MC308", 3, 1)] == lines(wrong("字\n\n<!-- 没关\n\n正文\n\n<!-- b -->"))


def test_equal_pieces_of_html_have_a_place_each() -> None:
    assert [("MC308", 1, 6), ("MC308", 1, 19)] == lines(
        wrong("字 <u onclick=x><u onclick=x>字</u></u>")
    )


def test_the_picture_of_a_lazy_page_is_that_which_it_would_load() -> None:
    assert A in md(
        "<img src='data:image/svg+xml,x' data-src='a.png'>", {"spring/articles/a.png": "A"}
    )


def test_a_link_keeps_the_looks_that_its_writer_gave_it() -> None:
    link = '<a href="https://mp.weixin.qq.com/s/1" style="color:red">'
    assert f"{link}字</a>" in body(f"{link}字</a>")


def test_classes_of_ours_stand_beside_those_of_a_writer() -> None:
    assert '<section style="color:red">字</section>' in body(
        "<dl><dd class='x'>字</dd></dl>", css=".x{color:red}"
    )


@pytest.mark.parametrize(
    "text", ["字 massctl-at=5", "`massctl-at=5`", "<p title='massctl-at=5 '>字</p>"]
)
def test_words_of_ours_may_stand_in_an_article(text: str) -> None:
    assert [] == wrong(text)


@pytest.mark.parametrize(
    ("tag", "marks"),
    [
        ("<ol reversed>", ["3.", "2.", "1."]),
        ("<ol start=9 reversed>", ["9.", "8.", "7."]),
        ("<ol start=-1>", ["-1.", "0.", "1."]),
        ("<ol type=a>", ["a.", "b.", "c."]),
        ("<ol type=A start=26>", ["Z.", "AA.", "AB."]),
        ("<ol type=i start=3>", ["iii.", "iv.", "v."]),
        ("<ol type=I start=1989>", ["MCMLXXXIX.", "MCMXC.", "MCMXCI."]),
        ("<ol type=a start=0>", ["0.", "a.", "b."]),
        ("<ol type=I start=3999>", ["MMMCMXCIX.", "4000.", "4001."]),
        ("<ol type=x>", ["1.", "2.", "3."]),
    ],
)
def test_a_list_counts_as_its_tag_says(tag: str, marks: list[str]) -> None:
    html = md(f"{tag}<li>x</li><li>y</li><li>z</li></ol>")
    assert marks == re.findall(r'class="mark">(.*?) <', html)


def test_an_entry_may_say_its_own_kind_of_number() -> None:
    assert ["1.", "b."] == re.findall(
        r'class="mark">(.*?) <', md("<ol><li>x</li><li type=a>y</li></ol>")
    )


def test_entries_of_a_list_have_the_numbers_that_they_say():
    html = md('<ol start="3"><li>甲</li><li value="9">乙</li><li value="x">丙</li></ol>')
    assert ["3. ", "9. ", "10. "] == re.findall(r'<span class="mark">([^<]*)</span>', html)
