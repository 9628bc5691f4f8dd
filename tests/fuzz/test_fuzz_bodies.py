"""Articles of any Markdown and any HTML: a body that WeChat can take, or diagnostics with places; in linear time.

What a rendered body holds is read again by a browser's parser, which knows nothing of how it was checked.
"""

import re

import pytest
from folder import ROOT, render
from fuzzing import (
    GROWTH_FACTOR,
    NIGHTLY,
    assert_linear,
    assert_sound,
    ending,
    examples,
    peak_bytes,
    texts,
)
from hypothesis import example, given
from selectolax.lexbor import LexborHTMLParser

MARKDOWN = [
    "# ", "## ", "> ", "- ", "1. ", "    ", "\t", "\n", "\n\n", "* ", "*", "**", "_", "__", "~~", "`", "```", "|", "|-|-|",
    "[", "](", ")", "![", "](../images/a.png)", "](http://x/y)", "<", ">", "</", "&amp;", "&#0;", "&#xd800;", "\\", "---",
    "===", "[^1]", "[a]: b", "字", "，", "：", "“", "http://x", "<b>", "</b>", "<!--", "-->", "<script>", "<div>\n", "a",
    " ", "  \n", ":---:", "javascript:x", "[x](javascript:x)", "<img src=x onerror=y>", "massctl-picture:" + "0" * 64,
]  # fmt: skip
HTML = [
    "<p>", "</p>", "<section style=\"", "\">", "'", '"', "<img src=\"../images/a.png\">", "<img src=", "<img srcset='", ">",
    "<a href=\"", "javascript:alert(1)", "https://mp.weixin.qq.com/s/x", "<svg>", "</svg>", "<foreignObject>", "<style>",
    "</style>", "<script>", "</script", "<iframe", "<math><mi>", "<template>", "<!--", "-->", "--!>", "<!", "<?", "<![CDATA[",
    "]]>", "url(", "url(../images/a.png)", "url('", "\\75rl(", "image-set(", "/*", "*/", "&lt;", "&#106;", "&quot", "\0",
    " on", "onclick=", "/onload=x", "<image xlink:href='", "<animate attributeName=href ", "<plaintext>", "<table>", "<td>",
    "<textarea>", "<noscript>", "<input ", "/", "=", " ", "\n", "x", "字", "<x" + "-" * 20, "style=", "<use href=#x>",
    "background:", ";", "data:image/png;base64,AA==", "massctl-picture:" + "0" * 64, "http://mmbiz.qpic.cn/x/0",
]  # fmt: skip
FORBIDDEN = [
    "script",
    "object",
    "embed",
    "form",
    "input",
    "textarea",
    "select",
    "button",
    "base",
    "meta",
    "link",
    "html",
    "head",
    "body",
    "template",
]
PICTURE = re.compile(
    r"massctl-picture:[0-9a-f]{64}|https?://[a-z0-9.-]*\.?(qpic\.cn|qlogo\.cn|weixin\.qq\.com)/.*",
    re.IGNORECASE,
)
URL = re.compile(r"url\(\s*[\"']?([^\"')]*)", re.IGNORECASE)


def judge(text: str, name: str) -> str | None:
    """Render an article; give its body, which holds nothing that WeChat takes out or that we did not upload."""
    with ending():
        body, diagnostics = render(text, name)
    assert_sound(diagnostics, {f"{ROOT}articles/{name}": text})
    if body is None:
        assert any(each.severity == "error" for each in diagnostics)
        return None
    assert body.encode()
    tree = LexborHTMLParser("<div id=root>" + body + "</div>")
    inside = tree.css_first("#root")
    assert inside is not None
    for node in inside.traverse(include_text=False):
        # Everything that forged an end of the division stands outside of it, and is looked at too below.
        assert node.tag not in FORBIDDEN, (node.tag, body)
        for attribute, value in node.attributes.items():
            assert not attribute.lower().startswith("on"), (attribute, body)
            plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
            assert not plain.startswith(("javascript:", "vbscript:")), (attribute, body)
            if attribute == "style":
                for address in URL.findall(value or ""):
                    assert PICTURE.fullmatch(address.strip()) or address.startswith("#"), (
                        address,
                        body,
                    )
        if node.tag == "img" and node.attributes.get("src"):
            assert PICTURE.fullmatch(str(node.attributes["src"]).strip()), body
    return body


@given(texts(MARKDOWN, most=25))
@examples(350)
@example("\0")
@example("&#0;&#xd800;&#x110000;&#99999999999999;")
@example("[a](<\n>)")
@example("| a |\n|-|\n" + "| b " * 100)
@example('![a](../images/a.png "\'><script>x</script>")')
@example("![<script>](../images/a.png)")
@example("`<script>`\n\n    <script>\n\n<http://x/'onclick=y>")
def test_any_markdown_is_a_body_or_faults_in_their_places(text):
    judge(text, "main.md")


@given(texts(HTML, most=20))
@examples(500)
@example('<img src="../images/a.png"onerror=x>')
@example("<img/onerror=x/src=../images/a.png>")
@example("<p/onclick=x>")
@example("<p\x0conclick=x>")
@example("<p a='\"'onclick=x>")
@example('<p "onclick=x>')
@example("<p =onclick=x>")
@example('<a href="java&#10;script:x">y</a>')
@example('<a href=" \x01javascript:x">y</a>')
@example("<svg><script>x</script></svg>")
@example("<!--><script>x</script>-->")
@example("<!--a--!><script>x</script>-->")
@example("<!--><img src=x onerror=y>")
@example("<!-- --!><p onclick=x>")
@example("<![CDATA[><script>x</script>]]>")
@example("<svg><![CDATA[><p onclick=x>]]></svg>")
@example("<?><script>x</script>")
@example('</p a="><script>x</script>">')
@example('<noscript><p a="</noscript><script>x</script>">')
@example('<style><p a="</style><img src=x onerror=y>">')
@example('<p style="background:u\\rl(../images/a.png)">x</p>')
@example("<p style='background:url(\"../images/a.png'>x</p>")
@example("<p style=background:url(x.png)>x</p>")
@example("<IMG SRC=x.png>")
@example("<image src=x.png>")
@example("<img src=../images/a.png src=http://evil/x>")
@example("<img\0src=x>")
@example("<p></p\0><script >x")
@example("<p x=`a onclick=b>")
@example("<img src=#<p>")
@example("<img src='#x'>")
@example("<image xlink:href='0\r<image xlink:href='")
@example("<img src='../images/" + "ab/c" * 900 + ".png'>")
@example("<p>x</p>\r\n<img src='../images/b\n.png'>")
def test_any_html_is_a_body_or_faults_in_their_places(text):
    judge(text, "main.html")


REPEATED = {
    "main.md": {
        "quotes": ">", "lists": "- ", "numbers": "1. ", "stars": "*a ", "double stars": "**a", "underscores": "_a ",
        "brackets": "[", "closing brackets": "]", "links": "[a](b", "nested links": "[a](", "pictures": "![a](../images/a.png)",
        "ticks": "`a", "ladders of ticks": "`" * 7 + "a", "pipes": "|", "rows": "|a|b|\n|-|-|\n", "entities": "&amp;",
        "ampersands": "&", "angles": "<", "tags": "<b>", "comments": "<!--", "backslashes": "\\", "tildes": "~~a",
        "dollars": "$a ", "formulas that do not end": "$$\na\n", "brackets of formulas": "\\[\n",
        "environments of formulas": "\\begin{align}\n",
        "footnotes": "[^1]", "definitions": "[a]: b\n", "lines": "a\n", "empty lines": "\n", "rules": "---\n",
        "headings": "# a\n", "addresses": "http://x.y/ ", "at signs": "a@b.c ", "Chinese": "字，“句”：", "tabs": "\t",
        "spaces": " ", "lookalikes": "1、字\n", "wide stars": "＊＊字＊＊", "fences": "```\n", "emphasis of Chinese": "**字，**字",
        "titles of links": '[a](b "c', "nested quotes of lists": "> - ", "parentheses": "[a](" + "(" * 9,
    },
    "main.html": {
        "divs": "<div>", "paragraphs": "<p>a</p>", "quotes in tags": "<p a='", "equal signs": "<p =", "attributes": "<p a=b ",
        "styles": '<p style="color:red">', "urls": '<p style="background:url(../images/a.png)">', "open urls": "url(",
        "pictures": '<img src="../images/a.png">', "comments": "<!--", "open comments": "<!-- -", "entities": "&lt;",
        "open entities": "&", "angles": "<", "slashes": "</", "quotes": '"', "scripts": "<script>", "svg": "<svg>",
        "links": '<a href="http://x/y">', "handlers": "<p onclick=x>", "NUL": "\0", "blanks": " ", "lines": "\n",
        "backslashes in styles": '<p style="\\', "declarations": "<!", "formatting": "<b><i>",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, cases in REPEATED.items() for what in cases]
)
def test_rendering_takes_no_more_than_linear_time(name, what):
    """By day up to some 20,000 characters; at night up to 160,000."""
    piece = REPEATED[name][what]
    size = (20_000 if NIGHTLY else 2_500) // len(piece)
    assert_linear(lambda count: lambda: render(piece * count, name), max(size, GROWTH_FACTOR))


LARGE = {
    "tags that are deep": ("main.html", "<div>" * 100_000),
    "tags that are deep and closed": ("main.html", "<b>" * 50_000 + "</b>" * 50_000),
    "a style without end": ("main.html", '<p style="' + "a:b;" * 100_000),
    "a style of many pictures": (
        "main.html",
        '<p style="' + "a:url(../images/a.png);" * 5_000 + '">x</p>',
    ),
    "a tag of many attributes": ("main.html", "<p " + "a=b " * 100_000 + ">"),
    "an attribute without end": ("main.html", "<p a='" + "x" * 400_000),
    "a line of letters": ("main.md", "a" * 400_000),
    "a line of Chinese": ("main.md", "字" * 400_000),
    "a line of emphasis": ("main.md", "**字** " * 60_000),
    "a table of many columns": ("main.md", "|a" * 20_000 + "|\n" + "|-" * 20_000 + "|\n"),
    "a table of many rows": ("main.md", "|a|b|\n|-|-|\n" + "|a|b|\n" * 30_000),
    "lists that are deep": ("main.md", "".join("  " * n + "- x\n" for n in range(400))),
    "quotes that are deep": ("main.md", ">" * 100_000 + "x"),
    "NUL": ("main.html", "\0" * 400_000),
}


@pytest.mark.parametrize("what", LARGE)
def test_a_large_body_is_judged_soon(what):
    name, text = LARGE[what]
    judge(text, name)


BODY_MEMORY = 120_000_000
"""Bytes for a body as long as WeChat documents, as Markdown may be, and as WeChat takes one."""


@pytest.mark.parametrize("size", [19_000, 99_000, 999_000])
@pytest.mark.parametrize(
    ("name", "what"), [("main.html", "pictures"), ("main.html", "styles"), ("main.md", "tables")]
)
def test_a_body_takes_little_memory(name, what, size):
    piece = REPEATED[name].get(what, "|a|b|\n|-|-|\n|a|b|\n\n")
    text = piece * (size // len(piece))
    assert peak_bytes(lambda: render(text, name)) < BODY_MEMORY


@pytest.mark.parametrize("what", LARGE)
def test_a_large_body_takes_little_memory(what):
    name, text = LARGE[what]
    assert peak_bytes(lambda: render(text, name)) < BODY_MEMORY
