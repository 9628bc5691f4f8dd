import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import (
    Folder,
    address,
    block,
    body,
    hold,
    markdown_to_html,
    md,
    news,
    page,
    render,
    tab,
    wrong,
)

from massctl.model.diagnostics import Severity
from massctl.model.message import NewsMessage
from massctl.source.renderer import built_in_theme

TABLE = (
    '<section class="scroll"><table>'
    '<thead><tr><th>a</th><th style="text-align:right">b</th></tr></thead>'
    '<tbody><tr><td>1</td><td style="text-align:right">2</td></tr></tbody></table></section>'
)


MARK = re.compile("^(•|[0-9]+[.]|☐|☑) ")


def item(text: str, width: str = "") -> str:
    kind = {"☐": " task", "☑": " done"}.get(text[0], "")
    return (
        f'<section class="item{width}{kind}">'
        + MARK.sub(r'<span class="mark">\1 </span>', text)
        + "</section>"
    )


def entries(*texts: str, width: str = "") -> str:
    return '<section class="list">' + "".join(item(text, width) for text in texts) + "</section>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b", entries("• a", "• b")),
        ("1. a\n1. b", entries("1. a", "2. b")),
        ("9. a\n9. b", entries("9. a", "10. b", width=" item-2")),
        ("0. a", entries("0. a")),
        ("- a\n  - b\n    1. c\n- d", entries("• a" + item("• b" + item("1. c")), "• d")),
        ("- - a", entries("• " + item("• a"))),
        ("1. a\n\n   b\n\n2. c", entries("1. a<p>b</p>", "2. c")),
        ("- a\n\n- b", entries("• a", "• b")),
        ("-\n- a", entries("• ", "• a")),
        ("- > q", entries("• <blockquote><p>q</p></blockquote>")),
        ("- ```\n  x\n  ```\n  y", entries(f"• {block('x')}y")),
        ("- [ ] a\n- [x] b\n- [X] c", entries("☐ a", "☑ b", "☑ c")),
        ("1. [x] a", entries("☑ a")),
        ("- [ ]a\n- **[x] b**", entries("• [ ]a", "• <strong>[x] b</strong>")),
        ("[x] a", "<p>[x] a</p>"),
        ("- a\n\n\n1. b", entries("• a") + entries("1. b")),
        ("> - a\n\n- b", "<blockquote>" + entries("• a") + "</blockquote>" + entries("• b")),
    ],
)  # fmt: skip
def test_lists_are_sections_with_marks(text: str, expected: str) -> None:
    assert expected == md(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```\na b\n```", "a b"),
        ("```none\nif x:\n    y\n```", "if x:<br>&nbsp; &nbsp; y"),
        ("```\n a\n\tb\n```", f"&nbsp;a<br>{tab(4)}b"),
        ("```\na\tb\nab\tc\n```", f"a{tab(3)}b<br>ab{tab(2)}c"),
        ('```\n<b> & "\n\nx\n```', '&lt;b&gt; &amp; "<br><br>x'),
        ("    a\n     b", "a<br>&nbsp;b"),
    ],
)
def test_code_keeps_its_shape(text: str, expected: str) -> None:
    assert block(expected) == md(text)


def test_code_in_a_line_keeps_its_blanks() -> None:
    assert "<p><code>a&nbsp; &lt;b&gt;</code></p>" == md("`a  <b>`")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## a", '<h2><span class="inner">a</span></h2>'),
        ("> a\n> b", "<blockquote><p>a b</p></blockquote>"),
        ("---", "<hr>"),
        ("a\n\nb", "<p>a</p><p>b</p>"),
        ("&copy; 1 < 2", "<p>© 1 &lt; 2</p>"),
        ('"a" -- b...', "<p>\"a\" -- b...</p>"),
        ("|a|b|\n|-|-:|\n|1|2|", TABLE),
        ("<div id=a>x</div>", "<section>x</section>"),
        ("a <DIV>b</DIV>", "<p>a </p><section>b</section>"),
    ],
)  # fmt: skip
def test_blocks(text: str, expected: str) -> None:
    assert expected == md(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 标题\n\na", "<p>a</p>"),
        ("<!-- a -->\n\n标题\n===\n\n# 标题", '<h1><span class="inner">标题</span></h1>'),
        ("a\n\n# 标题", '<p>a</p><h1><span class="inner">标题</span></h1>'),
        ("> # 标题", '<blockquote><h1><span class="inner">标题</span></h1></blockquote>'),
        (
            "# 别的\n\n# 标题",
            '<h1><span class="inner">别的</span></h1><h1><span class="inner">标题</span></h1>',
        ),
        ("## 标题", '<h2><span class="inner">标题</span></h2>'),
    ],
)
def test_a_first_heading_goes_where_it_is_the_title(text: str, expected: str) -> None:
    assert expected == markdown_to_html(text, page(title="标题"))


def test_a_heading_that_is_left_out_is_told_at_its_line() -> None:
    found = wrong("<!-- a -->\n\n# 标题\n\na")
    assert [("MC349", Severity.INFO, 3)] == [
        (each.code, each.severity, each.place and each.place.line) for each in found
    ]
    assert [] == wrong("a\n\n# 标题")


def notes(*texts: str) -> str:
    written = "".join(f'<section class="note">{t}</section>' for t in texts)
    return f'<section class="notes"><section class="notes-title">References</section>{written}</section>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[微](https://mp.weixin.qq.com/s/甲)", '<p><a href="https://mp.weixin.qq.com/s/%E7%94%B2">微</a></p>'),
        ("[微](http://mp.weixin.qq.com/s?a=1&b=2)", '<p><a href="http://mp.weixin.qq.com/s?a=1&amp;b=2">微</a></p>'),
        ("[a](https://e.com/1)", '<p>a<sup class="ref">[1]</sup></p>' + notes(f"[1] a: {address('https://e.com/1')}")),
        ("[a](https://e.com) [b](https://f.com) [c](https://e.com)",
         '<p>a<sup class="ref">[1]</sup> b<sup class="ref">[2]</sup> c<sup class="ref">[1]</sup></p>'
         + notes(f"[1] a: {address('https://e.com')}", f"[2] b: {address('https://f.com')}")),
        ("[a\nb](https://e.com)",
         '<p>a b<sup class="ref">[1]</sup></p>' + notes(f"[1] a b: {address('https://e.com')}")),
        ("<https://e.com/甲>", "<p>https://e.com/甲</p>"),
        ("[https://e.com](https://e.com)", "<p>https://e.com</p>"),
        ("<a@e.com> [m](mailto:a@e.com)",
         '<p>a@e.com m<sup class="ref">[1]</sup></p>' + notes(f"[1] m: {address('a@e.com')}")),
        ("[a](#x) [b]()", "<p>a b</p>"),
        ("[a](https://mp.weixin.qq.com.evil.com)",
         '<p>a<sup class="ref">[1]</sup></p>' + notes(f"[1] a: {address('https://mp.weixin.qq.com.evil.com')}")),
        ("[a](https://[e)", '<p>a<sup class="ref">[1]</sup></p>' + notes(f"[1] a: {address('https://[e')}")),
    ],
)  # fmt: skip
def test_links(text: str, expected: str) -> None:
    assert expected == markdown_to_html(text, page())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "字词[^n]",
            '<p>字<span style="white-space:nowrap">词<sup class="ref">[1]</sup></span></p>',
        ),
        (
            "字**词**[^n]",
            '<p>字<span style="white-space:nowrap"><strong>词</strong><sup class="ref">[1]</sup></span></p>',
        ),
        (
            "**_字词_**[^n]",
            '<p><span style="white-space:nowrap"><strong><em><span style="white-space:normal">字</span>词</em>',
        ),
        (
            "`f(x)`[^n]",
            '<p><span style="white-space:nowrap"><code><span style="white-space:normal">f(x</span>)</code><sup',
        ),
        ("**word**[^n]", '<p><strong>word</strong><sup class="ref">[1]</sup></p>'),
        ("**字 _词_**[^n]", '<p><strong>字 <em>词</em></strong><sup class="ref">[1]</sup></p>'),
        ("word[^n]", '<p>word<sup class="ref">[1]</sup></p>'),
    ],
)
def test_the_mark_of_a_note_begins_no_line(text: str, expected: str) -> None:
    html = markdown_to_html(f"{text}\n\n[^n]: 注", page())
    assert html.startswith(expected)


def test_links_stay_for_accounts_that_may_have_them() -> None:
    at = page(links="keep")
    assert '<p><a href="https://e.com/a%20b">a</a> b</p>' == markdown_to_html(
        "[a](<https://e.com/a b>) [b]()", at
    )
    assert [] == at.faults


@pytest.mark.parametrize(
    ("text", "code", "severity", "needle"),
    [
        ("[a](https://e.com) [b](https://e.com)", "MC309", Severity.INFO, "https://e.com"),
        ("[a](other.md)", "MC309", Severity.WARNING, "other.md"),
        ("[锚](#一)", "MC322", Severity.WARNING, "#一"),
        ('字 <a href=" #x">a</a>', "MC322", Severity.WARNING, "#x"),
        ("[a](javascript:x)", "MC308", Severity.ERROR, "javascript:x"),
        ("[a](<Java\tScript:x>)", "MC308", Severity.ERROR, "Java\tScript:x"),
        ("** 词 **", "MC312", Severity.WARNING, "** 词 "),
        ("**a.**b", "MC312", Severity.WARNING, "**a."),
        ("[a](https://e.com/a b)", "MC312", Severity.WARNING, "](https://e.com/a b)"),
        ("![图](图 片.png)", "MC201", Severity.ERROR, "](图 片.png)"),
        ("<p onclick='x()'>a</p>", "MC308", Severity.ERROR, "onclick='x()'"),
        ("a <script>", "MC308", Severity.ERROR, "<script"),
        (
            '<map><area href="https://mp.weixin.qq.com/s/1"></map>',
            "MC308",
            Severity.ERROR,
            'href="https://mp.weixin.qq.com/s/1"',
        ),
        ("<center>中 *斜*</center>", "MC312", Severity.WARNING, "*斜*"),
        ("<center>中*斜的字*文</center>", "MC312", Severity.WARNING, "*斜的字*"),
        ("<center>中 **粗**</center>", "MC312", Severity.WARNING, "**粗"),
    ],
)
def test_what_would_be_lost_is_reported_once(
    text: str, code: str, severity: Severity, needle: str
) -> None:
    at = page()
    markdown_to_html(text, at)
    assert [(code, severity, needle)] == [(f.code, f.severity, f.needle) for f in at.faults]


@pytest.mark.parametrize(
    "said",
    [
        "2*3*4",
        "* 必填，* 选填",
        "姓名*：电话*：",
        "5 * 6 * 7",
        "a/*b*/c",
        "满 100 元* 减 20 元*",
        "<i>*</i>",
    ],
)
def test_asterisks_in_html_that_are_signs_are_not_reported(said: str) -> None:
    at = page()
    markdown_to_html(f"<div>{said}</div>", at)
    assert [] == at.faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![](a.png)", '<img src="{hold}" data-w="1080">'),
        ("![图 *一* `b`](a.png)", '<img src="{hold}" data-w="1080" alt="图 一 b">'),
        ("![a\nb ![c](a.png) <i>](<a.png>)", '<img src="{hold}" data-w="1080" alt="a b c ">'),
        ('![a"b](a.png)', '<img src="{hold}" data-w="1080" alt="a&quot;b">'),
        (
            "[![a](a.png)](https://mp.weixin.qq.com/s/1)",
            '<a href="https://mp.weixin.qq.com/s/1"><img src="{hold}" data-w="1080" alt="a"></a>',
        ),
        ("a\n![](a.png)\nb", 'a <img src="{hold}" data-w="1080"> b'),
        ("![a](http://mmbiz.qpic.cn/1.jpg)", '<img src="https://mmbiz.qpic.cn/1.jpg" alt="a">'),
        ("![a](https://mmbiz.qpic.cn/1.jpg)", '<img src="https://mmbiz.qpic.cn/1.jpg" alt="a">'),
    ],
)  # fmt: skip
def test_pictures(text: str, expected: str) -> None:
    assert f"<p>字{expected.format(hold=hold('A'))}</p>" == md(
        "字" + text, {"spring/articles/a.png": "A"}
    )


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('字![图](a.png "题")', ["MC349"]),
        ('![图](a.png "题")', []),
        ('[![图](a.png "题")](https://mp.weixin.qq.com/s/1)', []),
        ('<abbr title="题">字</abbr>', ["MC349"]),
    ],
)
def test_a_title_is_told_where_it_is_no_caption(text: str, codes: list[str]) -> None:
    at = page({"spring/articles/a.png": "A"})
    assert "题" in markdown_to_html(text, at) or "abbr" in text
    assert codes == [each.code for each in at.faults]


def test_a_lone_picture_needs_no_paragraph() -> None:
    picture = f'<img src="{hold("A")}" data-w="1080">'
    files = {"spring/articles/a.png": "A"}
    assert f"<p>a</p>{picture}{picture}{picture}" == md(
        "a\n\n![](a.png)\n\n![](a.png)\n![](a.png)", files
    )
    assert f"<blockquote>{picture}</blockquote>" == md("> ![](a.png)", files)


def test_the_built_in_theme_keeps_pictures_apart() -> None:
    css = built_in_theme("qingshan") or ""
    found = body(
        "![](a.png)\n\n<img src='a.png' height='9'>", {"spring/articles/a.png": "A"}, css=css
    )
    style = 'style="display:block;width:100%;margin:0 0 1.2em"'
    assert f'<img src="{hold("A")}" data-w="1080" {style}>' in found
    assert 1 == found.count("width:14px")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<section>\n<p>中\n文</p>\n  <p>a\n  b</p>\n</section>", "<section><p>中文</p><p>a b</p></section>"),
        ("<p>中\n<b>文</b>\n<i>a</i>\nb</p>", "<p>中<b>文</b> <i>a</i> b</p>"),
        ("<p>a\n<img src='https://mmbiz.qpic.cn/1'>\n中</p>", '<p>a <img src="https://mmbiz.qpic.cn/1"> 中</p>'),
        ("<p>a<!-- 作者\n备注 -->b</p>\n<!-- c -->", "<p>ab</p>"),
        (
            "<pre>a\n  b</pre>\n<p>c\nd</p>",
            '<section style="overflow-x:auto;white-space:pre">a<br>&nbsp; b</section><p>c d</p>',
        ),
        ("<p>a<br>\nb</p>", "<p>a<br>b</p>"),
        ("<p>a\n</p>", "<p>a</p>"),
        ("<p class='x' id=\"y\">`class=\"x\"`</p>", '<p>`class="x"`</p>'),
        ('`a class="x"`', '<p><code>a class="x"</code></p>'),
    ],
)  # fmt: skip
def test_the_result_is_one_line_without_classes_ids_and_comments(text: str, expected: str) -> None:
    assert f"<section>{expected}</section>" == body(text)


def test_the_theme_is_in_style_attributes_and_its_own_wishes_win() -> None:
    css = ".article{font-size:16px}p{margin:0;color:red}.item{padding-left:1em}"
    expected = (
        '<section style="font-size:16px"><p style="margin:0;color:red">a</p><p style="margin:0;color:blue">b</p>'
        '<section><section style="padding-left:1em">• c</section></section></section>'
    )
    assert expected == body('a\n\n<p style="color:blue">b</p>\n\n- c', css=css)


@given(st.text(max_size=200))
def test_any_text_becomes_one_line(text: str) -> None:
    html = markdown_to_html(text, page())
    assert isinstance(html, str)


@given(st.text("中文a *_`[]()<>!\n#-1.|~&;\"'\\", max_size=60))
def test_any_markdown_is_rendered_whole(text: str) -> None:
    """Hard input never raises, and what is left has no line end outside raw HTML."""
    html = markdown_to_html(text.replace("<", "《"), page())
    assert "\n" not in html


@pytest.mark.parametrize(("paragraphs", "codes"), [(6, []), (7, ["MC304"])])
def test_markdown_has_as_many_elements_as_html(
    monkeypatch: pytest.MonkeyPatch, paragraphs: int, codes: list[str]
) -> None:
    """A paragraph is four tokens; twice as many tokens as elements are too many."""
    monkeypatch.setattr("massctl.render.markdown.ELEMENTS_MAX", 12)
    at = page()
    html = markdown_to_html("\n\n".join(["字"] * paragraphs), at)
    assert codes == [fault.code for fault in at.faults]
    assert ("字" in html) == (not codes)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('<a href="javascript:x">a</a>', 1),
        ('<a href=" java&#x73;cript:x ">a</a>', 1),
        ('<a href="javascript:x">a</a> <a href="javascript:x">b</a>', 2),
        ('<a href="javascript:x">a</a> [b](javascript:x)', 2),
    ],
)
def test_a_link_that_runs_a_script_is_reported_once(text: str, count: int) -> None:
    assert ["MC308"] * count == [each.code for each in wrong(text)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("床前明月光，\n疑是地上霜。", 1),
        ("> 床前明月光，\n> 疑是地上霜。", 1),
        ("床前明月光，\\\n疑是地上霜。", 0),
        ("床前明月光，\n疑是地上霜。\n\n举头望明月，\n低头思故乡。", 2),
        ("① 戊\n② 己", 1),
        ("一、庚\n二、辛", 1),
        ("安排如下：\n（1）上午九点在一楼的大厅集合，请带好身份证。\n（2）下午三点散会。", 1),
        ("① 戊\\\n② 己", 0),
        (
            "他那天在会上一共说了三条：一是快，二是好，三是省，\n（三）才是要紧的一条，其余两条大家早就知道了。",
            0,
        ),
        ("床前明月光，<br>\n疑是地上霜。", 1),
        ("这一段是编辑器自动换行的，每一行都有二十来个字，\n所以连成一段才是写的人的意思。", 0),
        ("one short\nline", 0),
    ],
)
def test_short_lines_that_fuse_are_told(text: str, count: int) -> None:
    at = page()
    markdown_to_html(text, at)
    assert ["MC348"] * count == [fault.code for fault in at.faults]


def test_lines_stay_lines_where_the_campaign_says_so() -> None:
    at = page()
    at.breaks = True
    assert "<p>床前明月光，<br>疑是地上霜。</p>" == markdown_to_html(
        "床前明月光，\n疑是地上霜。", at
    )
    assert [] == at.faults


def test_an_article_decides_about_its_lines_before_the_campaign() -> None:
    folder = Folder({"spring/articles/main.md": "甲\n乙", "spring/images/cover.jpg": "c"})
    cases: list[tuple[bool, dict[str, bool], str]] = [
        (True, {}, "甲<br>乙"),
        (True, {"breaks": False}, "甲乙"),
        (False, {"breaks": True}, "甲<br>乙"),
    ]
    for campaign_says, article, expected in cases:
        campaign, _ = render(news(article, breaks=campaign_says), folder)
        assert campaign is not None
        assert isinstance(campaign.message, NewsMessage)
        assert expected in campaign.message.articles[0].content


@pytest.mark.parametrize("last", ["——鲁迅《野草》", "—— 鲁迅", "-- Lu Xun", "——*某人*"])
def test_whose_words_a_quotation_is_has_a_class_of_its_own(last: str):
    found = md(f"> 一段。\n>\n> 又一段。\n>\n> {last}")
    assert found.count('<p class="attribution">') == 1
    assert found.rindex("<p") == found.index('<p class="attribution">')


@pytest.mark.parametrize(
    "text",
    [
        "> 一段。\n>\n> 又一段。",
        "> ——只有这一段",
        "> 一段。\n>\n> ——你去哪儿？",
        "> ——鲁迅\n>\n> 一段。",
        "> 一段。\n>\n> ——鲁迅\n>\n> - 甲",
        "一段。\n\n——鲁迅",
        "> 一段。\n>\n> ——" + "字" * 61,
    ],
)
def test_other_paragraphs_name_nobody(text: str):
    assert "attribution" not in md(text)
