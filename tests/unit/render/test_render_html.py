import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, hold, lines, page, wrong

from massctl.model.diagnostics import Severity
from massctl.render.html_article import html_article
from massctl.render.html_scan import Edit, edited, tags
from massctl.render.tree import Element

PICTURES = {"spring/articles/a.png": "A", "spring/images/图 片.png": "B"}
A, B = hold("A"), hold("B")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<img src="a.png">', f'<img src="{A}">'),
        ("<img src='a.png'>", f"<img src='{A}'>"),
        ("<IMG SRC=a.png alt=x>", f"<IMG SRC={A} alt=x>"),
        ('<img src=" a.png ">', f'<img src=" {A} ">'),
        ('<img\n  data-src="a.png"\n  src="a.png"/>', f'<img\n  data-src="{A}"\n  src="{A}"/>'),
        ('<img data-src="a.png" src="data:image/svg+xml,x">', f'<img data-src="{A}" src="{A}">'),
        ("<img src=no.png data-src=a.png>", f"<img src={A} data-src={A}>"),
        ('<img data-src="http://mmbiz.qpic.cn/a?b=1&amp;c=" src="">',
         '<img data-src="https://mmbiz.qpic.cn/a?b=1&amp;c=" src="https://mmbiz.qpic.cn/a?b=1&amp;c=">'),
        ('<img src="../images/图 片.png">', f'<img src="{B}">'),
        ('<img src="images/%E5%9B%BE%20%E7%89%87.png">', f'<img src="{B}">'),
        ('<p style="background:url(a.png)">', f'<p style="background:url({A})">'),
        ("<p style=\"background: url( 'a.png' ) 0\">", "<p style=\"background: url( '" + A + "' ) 0\">"),
        ("<p style='background:URL(\"a.png\"),url(a.png)'>", f"<p style='background:URL(\"{A}\"),url({A})'>"),
        ('<p style="background:url(&quot;a.png&quot;)">', f'<p style="background:url(&quot;{A}&quot;)">'),
        ('<p style="background:url(&#39;a.png&#39;)">', f'<p style="background:url(&#39;{A}&#39;)">'),
        ('<svg><image xlink:href="a.png"/></svg>', f'<svg><image xlink:href="{A}"/></svg>'),
        ('<svg><image href="a.png"></image></svg>', f'<svg><image href="{A}"></image></svg>'),
        (
            '<mp-miniprogram data-progarm-imageurl="a.png" data-miniprogram-imageurl="a.png">',
            f'<mp-miniprogram data-progarm-imageurl="{A}" data-miniprogram-imageurl="{A}">',
        ),
        (
            '<mp-common-miniprogram data-progarm-imageurl="a.png"></mp-common-miniprogram>',
            f'<mp-common-miniprogram data-progarm-imageurl="{A}"></mp-common-miniprogram>',
        ),
        ("<img src='HTTP://mmbiz.qpic.cn/a?b=1&c='>", "<img src='https://mmbiz.qpic.cn/a?b=1&c='>"),
        ("<p style='background:url(http://mmbiz.qpic.cn/a)'>", "<p style='background:url(https://mmbiz.qpic.cn/a)'>"),
    ],
)  # fmt: skip
def test_a_picture_is_replaced_and_nothing_else(text: str, expected: str) -> None:
    assert expected == body(text, PICTURES, "main.html")


@pytest.mark.parametrize(
    "text",
    [
        '<section CLASS="x" id=y data-tool="135">\n\t<p>中 文&nbsp;</p>\n</section>\n',
        '<img src="https://mmbiz.qpic.cn/a.jpg"><img src="//mmbiz.qpic.cn/b.jpg">',
        '<img src="https://mmbiz.qlogo.cn/a"><img src="https://mmecoa.qpic.cn/b">',
        "<p style='background:url(HTTPS://MMBIZ.qpic.cn/a)'>",
        "<p style='font-family:\\5b8b\\4f53;content:\"\\a\"'>a</p>",
        '<p>a</p><img src="" data-src=""><img>',
        '<svg><animate attributeName="x" values="0;1"/></svg>',
        "<svg><title>图</title><g><svg><title>图</title></svg><title>b</title></g></svg>",
        '<p style="background:url()">a</p><p style="fill:url(#g)">b</p><svg><image href="#a"/></svg>',
        '<p>a<!-- <img src="no.png"> <script> --></p>',
        "<!doctype html><p>a < b > c</p><? x ?>",
        '<iframe class="video_iframe rich" data-mpvid="wxv_1" src="https://v.qq.com/x"></iframe>a',
        '<iframe data-mpvid="wxv_1" class=video_iframe></iframe>a',
        '<mp-common-blockquote data-x="1"><section>引文</section></mp-common-blockquote><p>a</p>',
        '<a href="https://mp.weixin.qq.com/s/1">a</a><a href="#x">b</a><a href="">c</a><a name="d">d</a>',
        '<a data-miniprogram-appid="wx1" href="https://e.com">a</a>',
        "<mp-common-profile data-id='x'></mp-common-profile><p>a</p>",
        "<p title='<script>'>a</p>",
    ],
)
def test_html_passes_through_byte_for_byte(text: str) -> None:
    assert text == body(text, {}, "main.html")


def test_line_ends_of_windows_are_the_only_bytes_that_change() -> None:
    assert "<p>\na\n</p>" == body("\ufeff<p>\r\na\r</p>", {}, "main.html")


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("<p>\n  <script>x</script></p>", "MC308", 2, 3),
        ("<style>p{}</style>", "MC308", 1, 1),
        ("<link rel=stylesheet>", "MC308", 1, 1),
        ('<iframe src="https://e.com"></iframe>', "MC308", 1, 1),
        ("a<form></form>", "MC308", 1, 2),
        ("a<input>", "MC308", 1, 2),
        ("a<object></object>", "MC308", 1, 2),
        ("a<embed>", "MC308", 1, 2),
        ("a<canvas></canvas>", "MC308", 1, 2),
        ("<marquee>a</marquee>", "MC308", 1, 1),
        ("<math><mi>x</mi></math>", "MC308", 1, 1),
        ('<table background="https://e.com/a.png"><tr><td>a</td></tr></table>', "MC308", 1, 8),
        ('<table><tr><td background="a.png">a</td></tr></table>', "MC308", 1, 16),
        ("<html></html>a", "MC308", 1, 1),
        ("<p>a</p>\n<TITLE>词</TITLE>", "MC308", 2, 1),
        ("<svg></svg></svg><title>a</title>", "MC308", 1, 18),
        ("中<p onclick=x>a</p>", "MC308", 1, 5),
        ('<p OnLoad="x">a</p>', "MC308", 1, 4),
        ('<a href="javascript:x">a</a>', "MC308", 1, 4),
        ('<a href=" java&#x73;cript:x">a</a>', "MC308", 1, 4),
        ('<img src="vbscript:x">', "MC308", 1, 6),
        ('<img src="https://e.com/a.png">', "MC206", 1, 11),
        ('<img src="data:image/png;base64,AA">', "MC206", 1, 11),
        ('<img src="massctl-picture:aa">', "MC206", 1, 11),
        ("<p style='background:url(https://e.com/a.png)'>a</p>", "MC206", 1, 26),
        ('<p>\n<img alt="no.png" src="no.png"></p>', "MC201", 2, 24),
        ('<img src="/a.png">', "MC202", 1, 11),
        ('<img src="../../other/a.png">', "MC202", 1, 11),
        ('<img src="images\\a.png">', "MC202", 1, 11),
        ('<a href="https://e.com">a</a>', "MC311", 1, 4),
        ('<p>a</p><img src="images/cover.jpg', "MC308", 1, 9),
        ("<p>a</p\n", "MC308", 1, 5),
        ("<p style=\"background:image-set('https://x/a.png' 1x)\">a</p>", "MC308", 1, 4),
        ("<p style='background:u\\72l(https://x/a.png)'>a</p>", "MC308", 1, 4),
        ("<p style='background:u\\rl(https://x/a.png)'>a</p>", "MC308", 1, 4),
        ("<p style='background:\\ffffff url(https://x/a.png'>a</p>", "MC308", 1, 4),
        ("<p style='background:u&#114;l(https://x/a.png)'>a</p>", "MC308", 1, 4),
        ('<img src="" srcset="https://x/a.png 2x">', "MC308", 1, 13),
        (
            '<iframe class="video_iframe" data-mpvid="1" srcdoc="x"></iframe>',
            "MC308",
            1,
            45,
        ),
        ("<noscript>a</noscript>", "MC308", 1, 1),
        ('<svg><set attributeName="href" to="javascript:x"/></svg>', "MC308", 1, 11),
        ('<svg><animate attributeName="xlink:href" values="javascript:x"/></svg>', "MC308", 1, 15),
        (
            '<mp-miniprogram data-progarm-imageurl="https://x/a.png"></mp-miniprogram>',
            "MC206",
            1,
            40,
        ),
    ],
)
def test_what_wechat_forbids_has_a_place(text: str, code: str, line: int, column: int) -> None:
    assert [(code, line, column)] == lines(wrong(text, {}, "main.html"))


def test_lost_links_are_one_warning_at_the_first() -> None:
    (found,) = wrong("<p>字</p>\n" + '<a href="https://e.com">a</a>\n' * 3, {}, "main.html")
    assert [("MC311", 2, 4)] == lines([found])
    assert "3 links" in found.message


def test_a_link_elsewhere_stops_nothing() -> None:
    assert [Severity.WARNING] == [
        d.severity for d in wrong('<a href="https://e.com">a</a>', {}, "main.html")
    ]


def test_the_same_fault_twice_has_two_places() -> None:
    text = 'a<script></script>\n<script></script><img src="no.png">\n<img src="no.png">'
    assert [("MC308", 1, 2), ("MC308", 2, 1), ("MC201", 2, 28), ("MC201", 3, 11)] == lines(
        wrong(text, {}, "main.html")
    )


def test_a_long_address_is_shortened_in_the_message() -> None:
    found = wrong('<img src="data:image/png;base64,' + "A" * 500 + '">', {}, "main.html")
    assert 200 > len(found[0].message)


def test_a_forged_placeholder_is_refused() -> None:
    text = f"<p>a massctl-picture:{'0' * 64} b</p>"
    assert [("MC206", 1, 6)] == lines(wrong(text, {}, "main.html"))


def test_templates_make_html_too_and_faults_are_found_in_their_source() -> None:
    text = '<p>\n{% for n in ["a", "b"] %}<img alt="" src="{{ n }}.png">{% endfor %}<script></script>\n</p>'
    files = {"spring/articles/a.png": "A"}
    assert [("MC308", 2, 68), ("MC201", None, None)] == lines(wrong(text, files, "main.html.j2"))


def test_tags_know_their_attributes() -> None:
    found = list(tags("<a B='&lt;' c=\"\" d=e f></a>"))
    assert [("a", False), ("a", True)] == [(t.name, t.closing) for t in found]
    assert [("b", "<"), ("c", ""), ("d", "e"), ("f", "")] == [
        (x.name, x.value) for x in found[0].attributes
    ]
    assert ("<", None) == (found[0].get("b"), found[0].get("z"))


@given(st.text("<>ab/='\" !-\n&;", max_size=80))
def test_any_html_without_pictures_stays_as_it_is(text: str) -> None:
    assert text == html_article(text, page())[0]


def test_hard_html_is_read_in_linear_time() -> None:
    for piece in ("<a '", '<a "', "<!--", "<", '<a b="', "<p style='url('", "<p style='url(&quot;"):
        assert piece * 10_000 == html_article(piece * 10_000, page())[0]


def test_edits_are_carried_out_in_order() -> None:
    assert "aXcYe" == edited("abcde", [Edit(3, 4, "Y"), Edit(1, 2, "X")])


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("<p>式子 $x^2+1$ 在此</p>", 7, "$x^2+1$"),
        ("<p>式子 \\(a_b\\) 在此</p>", 7, "\\(a_b\\)"),
        ("<p>$$\\frac{a}{b}$$</p>", 4, "$$\\frac{a}{b}$$"),
        ("<p>\\[ x = 1 \\]</p>", 4, "\\[ x = 1 \\]"),
        ("<p>一行 \\frac{a}{b}</p>", 7, "\\frac{"),
        ("<p>$<b>a</b>$ 与 $a &lt; b$</p>", 17, "$a < b$"),
        ("<p>价 $5 与 $8；<span>$\\alpha$</span></p>", 20, "$\\alpha$"),
    ],
)
def test_tex_of_an_html_article_is_told(text: str, column: int, shown: str) -> None:
    (found,) = wrong(text, {}, "main.html")
    assert ("MC329", Severity.WARNING, (1, column)) == (
        found.code,
        found.severity,
        lines([found])[0][1:],
    )
    assert f"`{shown}`" in found.message


@pytest.mark.parametrize(
    "text",
    [
        "<p>$5 与 $8</p>",
        "<p><code>$x^2$ \\frac{a}{b}</code></p>",
        "<pre>a $x^2$</pre>",
        "<svg><text>$x^2$</text></svg>",
        "<p>$HOME 与 $PATH</p>",
        "<p>(a_b)</p>",
        "<p>$很 贵$</p>",
    ],
)
def test_money_code_and_drawings_are_no_tex(text: str) -> None:
    assert "MC329" not in [each.code for each in wrong(text, {}, "main.html")]


def test_tex_of_a_template_is_found_by_its_words() -> None:
    (found,) = wrong("<p>a</p>\n<p>$x^2$</p>", {}, "main.html.j2")
    assert ("MC329", 2, 4) == lines([found])[0]


PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
PNG_PIXEL = "data:image/png;base64,"
PNG_PIXEL += (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
SVG_PIXEL = "data:image/svg+xml,"
SVG_PIXEL += "%3C%3Fxml version='1.0' encoding='UTF-8'%3F%3E%3Csvg width='1px' height='1px' viewBox='0 0 1 1'"


@pytest.mark.parametrize("name", ["main.html", "main.md", "main.html.j2"])
@pytest.mark.parametrize("pixel", [PIXEL, PNG_PIXEL, SVG_PIXEL])
def test_a_picture_of_one_pixel_that_keeps_a_place_is_left_out_with_a_note(
    name: str, pixel: str
) -> None:
    text = f'<p>甲<img class="lazy" src="{pixel}" alt="">乙<img src="{pixel}"></p>'
    (found,) = wrong(text, {}, name)
    assert ("MC214", Severity.INFO, 1) == (found.code, found.severity, lines([found])[0][1])
    assert "<p>甲乙</p>" in body(text, {}, name)


@pytest.mark.parametrize("name", ["main.html", "main.md"])
def test_a_ground_of_one_pixel_is_left_out_with_a_note(name: str) -> None:
    text = f'<section style="background-image:url({PIXEL})">甲</section>'
    assert ["MC214"] == [each.code for each in wrong(text, {}, name)]
    assert "data:" not in body(text, {}, name)


@pytest.mark.parametrize("name", ["main.html", "main.md"])
@pytest.mark.parametrize(
    "late", ['data-original="https://a.cn/b"', 'data-lazy="//a.cn/b"', 'file="images/a.png"']
)
def test_one_pixel_before_a_picture_of_another_attribute_is_an_error(name: str, late: str) -> None:
    (found,) = wrong(f'<p>甲<img src="{PIXEL}" {late}></p>', {}, name)
    assert ("MC206", Severity.ERROR) == (found.code, found.severity)
    assert late.partition("=")[0] in str(found.hint)


def test_an_element_is_taken_out_of_its_tree_once() -> None:
    body = Element("body")
    image = body.add("img")
    image.remove()
    image.remove()
    assert ([], None) == (body.children, image.parent)
