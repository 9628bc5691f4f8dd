"""The table of elements and the tree: each element has one meaning, and what is in no row is told, never dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, lines, md, page, wrong

from massctl.model.diagnostics import Lines, Severity
from massctl.render.elements import ELEMENTS, Handling, refusal
from massctl.render.markdown import _TokenReader
from massctl.render.markdown_parser import every, parse
from massctl.render.tree import Builder, Element, HtmlBuilder, serialized
from massctl.render.tree import parse as parse_html
from massctl.render.wechat_html import OWN

COMPONENTS = sorted(name for name, row in ELEMENTS.items() if row.is_component and name != "iframe")


def test_each_element_that_is_written_in_its_own_way_has_a_function() -> None:
    assert {name for name, row in ELEMENTS.items() if row.handling is Handling.OWN} == {*OWN}


@pytest.mark.parametrize("name", [*COMPONENTS, "mp-of-next-year"])
def test_a_component_of_wechat_stays_in_markdown_and_in_html(name: str) -> None:
    written = f'<{name} class="js_uneditable" data-x="1"></{name}>'
    assert f"<p>字</p>{written}" == md(f"字\n\n{written}")
    assert f"<p>字</p>{written}" == body(f"<p>字</p>{written}", name="main.html")


@pytest.mark.parametrize("name", ["mpvoice", "mp-common-profile"])
def test_a_component_that_is_never_closed_hides_what_follows(name: str) -> None:
    (found,) = [
        each for each in wrong(f"字\n\n<{name} data-x='1'>\n\n后面的") if each.code == "MC308"
    ]
    assert (
        Severity.ERROR,
        f"`<{name}>` is not closed, and followers do not see what stands in it",
    ) == (
        found.severity,
        found.message,
    )


@pytest.mark.parametrize("name", ["foo", "你", "x-card", "massctl-note"])
def test_an_element_of_no_row_is_an_error_in_html_and_text_in_markdown(name: str) -> None:
    html = wrong(f"<p>字</p>\n  <{name}>字</{name}>", name="main.html") if name.isascii() else []
    assert ([("MC308", 2, 3)] if name.isascii() else []) == lines(html)
    found = wrong(f"字 <{name}>字</{name}>")
    assert ["MC327"] == [each.code for each in found] if name.isascii() else [] == found
    assert f"&lt;{name}&gt;字&lt;/{name}&gt;" in body(f"字 <{name}>字</{name}>")


def test_what_is_in_a_refused_element_is_told_with_it() -> None:
    assert [("MC308", 1, 1)] == lines(
        wrong("<math><mi>x</mi><foo>y</foo></math>", name="main.html")
    )


def test_every_refused_element_says_what_to_do() -> None:
    refused = [name for name, row in ELEMENTS.items() if row.advice is not None]
    assert 28 < len(refused)
    assert [] == [
        name for name in refused if (fault := refusal(name, {})) is None or fault.hint is None
    ]
    assert refusal("iframe", {"class": "rich_pages video_iframe", "data-mpvid": "wxv_1"}) is None
    foreign = refusal("iframe", {"class": "video_iframe"})
    assert foreign is not None
    assert "data-mpvid" in str(foreign.hint)
    assert refusal("iframe", {"class": "my_video_iframe", "data-mpvid": "wxv_1"}) is not None


@pytest.mark.parametrize(
    ("attributes", "is_kept"),
    [
        (
            {
                "class": "video_iframe",
                "data-src": "https://v.qq.com/iframe/preview.html?width=500&vid=a1",
            },
            True,
        ),
        ({"class": "video_iframe", "src": "//v.qq.com/txp/iframe/player.html?vid=a1"}, True),
        ({"class": "video_iframe", "data-src": "https://v.qq.com/x/page.html"}, False),
        ({"class": "video_iframe", "data-src": "https://v.qq.com.example.com/?vid=a1"}, False),
        ({"data-src": "https://v.qq.com/iframe/preview.html?vid=a1"}, False),
    ],
)
def test_a_video_of_tencent_is_kept_as_the_console_writes_it(
    attributes: dict[str, str], is_kept: bool
) -> None:
    assert is_kept is (refusal("iframe", attributes) is None)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<div>我 </3 你</div>", "<section>我 &lt;/3 你</section>"),
        ("<div>看<!重要>这</div>", "<section>看&lt;!重要&gt;这</section>"),
        ("<div>a<!-- b</div>\n\n后", "<section>a&lt;!-- b&lt;/div&gt;<p>后</p></section>"),
        ("<p>a <input type=checkbox checked> b</p>", "<p>a ☑ b</p>"),
        ("a <x<b>c", "<p>a &lt;x<b>c</b></p>"),
        ("<svg><foreignObject><div>甲</div></foreignObject></svg>",
         "<p><svg><foreignObject><section>甲</section></foreignObject></svg></p>"),
    ],
)  # fmt: skip
def test_what_browsers_would_not_show_is_shown(html: str, shown: str) -> None:
    written = body(html).removeprefix("<section>").removesuffix("</section>")
    assert shown.removeprefix("<p>").removesuffix("</p>") in written


@pytest.mark.parametrize(
    ("text", "severity", "place"),
    [
        ("字\n\n[a]: https://e.com/1", Severity.WARNING, (3, 6)),
        ("字[a]\n\n[a]: https://e.com/1\n[a]: https://e.com/2", Severity.WARNING, (4, 6)),
        ('字[词](https://mp.weixin.qq.com/s/1 "题目")', Severity.INFO, (1, 36)),
        ('字 <abbr title="全称">缩</abbr>', Severity.INFO, (1, 16)),
        ('字 <img src="a.png" alt="图" title="题"> 字', Severity.INFO, (1, 35)),
        ("```python title=a.py\nx\n```", Severity.INFO, (1, 11)),
    ],
)
def test_words_that_markdown_drops_are_told(
    text: str, severity: Severity, place: tuple[int, int]
) -> None:
    (found,) = [
        each for each in wrong(text, {"spring/articles/a.png": "A"}) if each.code == "MC349"
    ]
    assert (severity, place) == (found.severity, lines([found])[0][1:])


def test_an_unused_definition_is_named_as_it_is_written() -> None:
    (found,) = wrong("字\n\n[Foo Bar]: https://e.com/1")
    assert "write `[Foo Bar]` where the link belongs, or remove the line" == found.hint


@pytest.mark.parametrize("text", ["<p hidden>字</p>", '字 <span hidden="">字</span>'])
def test_what_is_hidden_by_an_attribute_is_an_error(text: str) -> None:
    (found,) = wrong(text)
    assert ("MC308", Severity.ERROR, text.index("<") + 1) == (
        found.code,
        found.severity,
        lines([found])[0][2],
    )


@pytest.mark.parametrize(
    "text", ["[a]: https://e.com/1\n\n[b][A]", "[//]: # (注)\n\n字", "![a]\n\n[a]: a.png"]
)
def test_definitions_that_are_used_and_comments_are_not(text: str) -> None:
    assert [] == [
        each for each in wrong(text, {"spring/articles/a.png": "A"}) if each.code == "MC349"
    ]


def test_a_footnote_that_is_written_twice_says_both() -> None:
    html = md("字[^1]\n\n[^1]: 甲\n\n[^1]: 乙")
    assert "甲" in html
    assert "乙" in html


PIECES = [
    "# 字\n", "\n\n", "- a\n", "1. b\n", "> q\n", "**c**", "`d  e`", "```\nf\n g\n```\n", "|h|i|\n|-|-:|\n|j||\n",
    "![k](l.png \"m\")", "[n](https://e.com)", "^[o]", "[^p]", "[^p]: r\n", "==s==", "$t^2$", "::: tip u\n", ":::\n",
    "v\n", "  \n", "&lt;w&amp;", " ", "    code\n", "x\n: y\n", "---\n", "~~z~~",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_both_ways_from_markdown_to_the_tree_give_the_same_tree(pieces: list[str]) -> None:
    """Without raw HTML the tree is built at once; with it, an HTML5 parser builds it."""
    parsed = parse("".join(pieces))
    assert not any(token.type.startswith("html") for token in every(parsed.tokens))

    def built(builder: Builder) -> Element:
        _TokenReader(page(), parsed.notes, builder, Lines("".join(pieces)), is_file=False).write(
            parsed.tokens
        )
        return builder.finish()

    assert serialized(built(HtmlBuilder())) == serialized(built(Builder()))


def test_the_tree_knows_where_each_tag_stands() -> None:
    html = "<p>甲</p>\n<table><td><b a='>'>乙</b></table>"
    from massctl.render.tree import marked

    source, scanned = marked(html)
    places = {each.name: each.at for each in parse_html(source).below()}
    assert {
        "p": 0,
        "table": 9,
        "td": 16,
        "b": 20,
        "tbody": None,
        "tr": None,
        "body": None,
    } == places
    assert [0, 4, 9, 16, 20, 30, 34] == [each.start for each in scanned]


@pytest.mark.parametrize(
    ("html", "column"),
    [
        ("<p>字</p><mp-common-profile data-id='x'>\n<p>后文</p>", 9),
        ("<p>字</p><section><mpvoice/>后文<p>x</p></section>", 18),
        ("<iframe class='video_iframe' data-mpvid='wxv_1'>\n<p>后文</p>", 1),
    ],
)
def test_a_component_of_html_that_is_never_closed_has_its_place(html: str, column: int) -> None:
    assert [("MC308", 1, column)] == lines(wrong(html, name="main.html"))
