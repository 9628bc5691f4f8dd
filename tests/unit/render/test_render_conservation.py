"""Nothing is lost: whatever pass drops something, the article is refused and the piece is named at its place."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, lines, page, wrong

from massctl.model.diagnostics import Severity
from massctl.render import wechat_html
from massctl.render.elements import ELEMENTS, ElementRule, Handling
from massctl.render.html_article import _placed
from massctl.render.html_scan import tags
from massctl.render.tree import Builder, Element

PICTURES = {"spring/articles/a.png": "A"}
NOTHING = ElementRule(Handling.REFUSE)
VOICE = '<mpvoice name="声" voice_encode_fileid="x"></mpvoice>'


def nothing(_: object, __: object) -> None:
    """Write nothing."""


@pytest.mark.parametrize(
    ("name", "text", "piece", "place"),
    [
        ("strong", "甲\n\n乙**丢了的**丙", "丢了的", (3, 4)),
        ("blockquote", "甲\n\n> 丢了的", "丢了的", (3, 3)),
        ("mark", "甲==丢了的==", "丢了的", (1, 4)),
        ("section", "甲\n\n<section>丢了的</section>", "丢了的", (3, 10)),
        ("mpvoice", f"甲\n\n{VOICE}", '<mpvoice name="声" voice_encode_fileid="x">', (3, 1)),
    ],
)
def test_a_row_of_the_table_that_drops_an_element_stops_the_article(
    name: str, text: str, piece: str, place: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [] == wrong(text)
    monkeypatch.setitem(ELEMENTS, name, NOTHING)  # type: ignore[arg-type]  # It is a dictionary.
    (found,) = [each for each in wrong(text) if each.code == "MC350"]
    assert (Severity.ERROR, place) == (found.severity, lines([found])[0][1:])
    assert f"`{piece}`" in found.message


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("img", "字![图](a.png)", "a picture is missing from the rendered article: `a.png`"),
        ("a", "字[词](https://e.com/1)", "text is missing from the rendered article: `词`"),
        ("p", "字", "text is missing from the rendered article: `字`"),
        ("pre", "```\na  b\n```", "code is missing from the rendered article: `a b`"),
        ("code", "字 `a  b`", "code is missing from the rendered article: `a b`"),
        ("ul", "- 字", "text is missing from the rendered article: `字`"),
        ("table", "|甲|\n|-|\n|乙|", "text is missing from the rendered article: `甲`"),
        (
            "table",
            "字\n\n|  |\n|-|\n|  |",
            "a cell of a table is missing from the rendered article",
        ),
        (
            "massctl-formula",
            r"字 $\frac{a}{b}$",
            r"a formula is missing from the rendered article: `\frac{a}{b}`",
        ),
        ("massctl-formula", "字 $x^2$", "a formula is missing from the rendered article: `x^2`"),
        ("massctl-callout", "> [!TIP] 题\n> 字", "text is missing from the rendered article: `题`"),
        (
            "massctl-text",
            "字[^1]\n\n[^1]: 说明",
            "text is missing from the rendered article: `说明`",
        ),
    ],
)
def test_a_function_that_writes_nothing_stops_the_article(
    name: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = PICTURES if "a.png" in text else {}
    monkeypatch.setitem(wechat_html.OWN, name, nothing)  # type: ignore[arg-type]  # It is a dictionary.
    found = [each.message for each in wrong(text, files) if each.code == "MC350"]
    assert said in found


@pytest.mark.parametrize(
    ("text", "change", "said"),
    [
        ("[词](https://e.com/1)", ("https://e.com/1", "https://e.com/2"), "the address of a link"),
        ("[词](https://mp.weixin.qq.com/s/1)", ("/s/1", "/s/2"), "the address of a link"),
        ("甲乙甲", ("甲乙甲", "乙甲"), "text"),
        ("甲\n\n乙\n\n甲", ("<p>甲</p><p>乙</p>", "<p>乙</p>"), "text"),
        ("    a\n     b", ("<br>", ""), "code"),
        ("![](a.png) ![](a.png)", ("<img ", "<x "), "a picture"),
        (VOICE, ('name="声"', ""), "a component of WeChat"),
    ],
)
def test_what_only_the_finished_text_lacks_is_missed(
    text: str, change: tuple[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The body is read by a parser of its own, so even a serialiser that loses something is found."""
    from massctl.render import conservation

    written: Callable[..., str] = conservation.serialized
    changed = "massctl-picture" if said == "a picture" else None
    monkeypatch.setattr(
        conservation,
        "serialized",
        lambda tree: (
            written(tree).replace(*change)
            if changed is None
            else written(tree).replace(changed, "x", 1)
        ),
    )
    found = [
        each.message
        for each in wrong(text, PICTURES if "a.png" in text else {})
        if each.code == "MC350"
    ]
    assert [True] == [
        each.startswith(f"{said} is missing from the rendered article") for each in found
    ]


def test_a_cell_behind_a_table_of_html_is_no_cell() -> None:
    table = "<table><tr><td>甲</td></tr></table>"
    assert [] == [
        each for each in wrong(f"{table}\n\n<section><td>乙</td></section>") if each.code == "MC350"
    ]


def test_the_order_may_change_and_the_number_may_not() -> None:
    assert [] == [each for each in wrong("甲[^1]乙\n\n[^1]: 丙\n\n丁") if each.code == "MC350"]


def test_html_is_compared_after_its_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    from massctl.render import html_article

    assert '<img src="' in body("<p>甲</p><img src=\"a.png\" alt=''>", PICTURES, "main.html")
    monkeypatch.setattr(
        html_article, "edited", lambda text, _: text.replace("<p>甲</p>", "<p></p>")
    )
    assert ["MC350"] == [
        each.code for each in wrong("<p>甲</p><img src=\"a.png\" alt=''>", PICTURES, "main.html")
    ]


PIECES = [
    "{}", "**{}**", "\n\n- {}\n", "\n\n1. {}\n", "\n\n> {}\n\n", "`{}`", "\n\n```\n{}\n```\n",
    "[{}](https://e.com/{})", "\n\n|{}|{}|\n|-|-|\n|{}|{}|\n\n", "^[{}]", "<b>{}</b>",
    "\n\n<div>\n\n{}\n\n</div>\n\n", "<q>{}</q>", "\n\n## {}\n\n", "=={}==", "\n\n::: tip {}\n{}\n:::\n\n",
    "<mpvoice name=\"{}\"></mpvoice>", "\n\n<ul><li>{}<li>{}</ul>\n\n", "\n\n<table><tr><td>{}</table>\n\n", "<u8{}>",
    "\n\n{}\n: {}\n\n", "<!-- c -->", "  \n", " ", "\n\n<svg><text>{}</text></svg>\n\n",
    "\n\n<details><summary>{}</summary>{}</details>\n\n", "<font color=red>{}</font>", "\n\n- [x] {}\n", "~~{}~~",
    "<a href='https://e.com/{}'>{}</a>", "</ {}", "<br>",
]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=12),
    st.sampled_from([None, *sorted(ELEMENTS)]),
)
def test_no_word_goes_untold_whatever_is_dropped(pieces: list[str], dropped: str | None) -> None:
    """Each word is another one; with whatever row of the table broken, it arrives or the article is refused."""
    words: list[str] = []

    def word() -> str:
        words.append(f"w{len(words)}x")
        return words[-1]

    text = "字" + "".join(
        each.format(*[word() for _ in range(each.count("{}"))]) for each in pieces
    )
    with pytest.MonkeyPatch.context() as patch:
        if dropped is not None:
            patch.setitem(ELEMENTS, dropped, NOTHING)  # type: ignore[arg-type]  # It is a dictionary.
        found = wrong(text)
        if any(each.severity is Severity.ERROR for each in found):
            assert dropped is not None or "MC350" not in {each.code for each in found}, text
            return
        shown = body(text)
    assert [] == [each for each in words if each not in shown]


def test_a_tag_that_a_browser_takes_for_text_is_not_sent() -> None:
    """The scanner sees a tag inside of CDATA, and a browser, inside of a drawing, its words."""
    found = wrong("<svg><text><![CDATA[ > <b>字</b> ]]></text></svg>\n\n字")
    assert "MC308" in [each.code for each in found]


def test_a_formula_of_chinese_alone_is_looked_for_as_text() -> None:
    assert "速度" in body(r"甲 $\text{速度}$ 乙")
    assert "<svg" not in body(r"甲 $\text{速度}$ 乙")


def test_what_is_no_entry_of_a_list_counts_for_no_number() -> None:
    numbered = body("<ol><p>先</p><li>甲</li><li>乙</li></ol>")
    assert numbered.index("1.") < numbered.index("甲") < numbered.index("2.")
    assert "3." not in numbered


def test_a_builder_without_html_takes_raw_text_as_text() -> None:
    builder = Builder()
    builder.raw("<b>")
    assert ["<b>"] == builder.finish().children


def test_an_attribute_that_the_parser_read_otherwise_stops_the_article() -> None:
    at = page(PICTURES)
    assert [] == [*_placed(next(tags('<img src="a.png">')), Element("img", {"src": "b.png"}), at)]
    assert ["MC308"] == [each.code for each in at.faults]


def test_a_rule_finds_an_element_of_a_template_by_its_tag() -> None:
    found = wrong('<p style="width:800px">字</p>', name="main.html.j2")
    assert [("MC333", 1, 1)] == lines(found)
