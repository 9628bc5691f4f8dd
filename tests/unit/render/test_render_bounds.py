import pytest
from render_inputs import body, lines, wrong

from massctl.model.diagnostics import Severity
from massctl.render import article_bounds as bounds

pytestmark = pytest.mark.timeout(60)
"""Alone each takes half a second, on a busy machine a few. What grows with the square takes minutes."""


@pytest.mark.parametrize("name", ["main.md", "main.html"])
@pytest.mark.parametrize("piece", ["<b>", "<section>", "<ul><li>", "<b/>", "<p><i>"])
def test_html_nested_too_deep_is_a_diagnostic(name: str, piece: str) -> None:
    size = 200_000 if name == "main.html" else 20_000
    found = wrong(piece * (size // len(piece)) + "x", {}, name)
    assert found[0].code in {"MC304", "MC308"}
    assert 1 == len(found)


def test_the_first_tag_too_deep_has_a_place() -> None:
    text = "<b>" * 200 + "\n<i>x</i>"
    assert [("MC308", 2, 1)] == lines(wrong(text, {}, "main.html"))


@pytest.mark.parametrize("name", ["main.md", "main.html"])
def test_a_tag_of_very_many_attributes_is_refused_before_a_parser_compares_them(name: str) -> None:
    """80,000 attributes of one tag took 20 seconds: a parser compares each with all before it."""
    attributes = [f"a{number}" for number in range(bounds.ATTRIBUTES_MAX - 1)]
    assert [] == wrong(f"<p {' '.join(attributes)}>x</p>", {}, name)
    assert [("MC304", 1, 1)] == lines(
        wrong(f"<p {' '.join([*attributes, 'b', 'c'])}>x</p>", {}, name)
    )


def test_emphasis_of_markdown_may_not_nest_without_end() -> None:
    found = wrong("*a **b " * 120 + "c" + " d** e*" * 120)
    assert ["MC308"] == [d.code for d in found]


@pytest.mark.parametrize(
    "text",
    [
        "<p>a" * 300,
        "<ul>" + "<li>a" * 300 + "</ul>",
        "<ul><li>a<li>b</ul>" * 300,
        "<table>" + "<tr><td>a<td>b" * 20 + "</table>",
        "<p>a<br><img src='https://mmbiz.qpic.cn/1'></p>" * 300,
        "<svg>" + "<path d='M0'/>" * 300 + "</svg>a",
        "<b><i>a</b></i></p>" * 300,
        "<b>" * 200 + "a",
    ],
)
def test_many_elements_beside_each_other_are_not_deep(text: str) -> None:
    assert text == body(text, {}, "main.html")


@pytest.mark.night
@pytest.mark.slow
def test_too_many_elements_are_refused_before_they_are_read() -> None:
    text = "<p></p>" * bounds.ELEMENTS_MAX
    assert (None, "MC304") == (
        bounds.depth_fault(text),
        getattr(bounds.depth_fault(text + "<p>"), "code", ""),
    )
    text = "<p></p>" * (bounds.PASSED_ELEMENTS_MAX - 1)
    assert ["MC346"] == [each.code for each in wrong(text + "<p>a</p>", {}, "main.html")]
    assert ["MC304"] == [
        each.code for each in wrong("<p>" * (bounds.PASSED_ELEMENTS_MAX + 1), {}, "main.html")
    ]


def test_what_hides_tags_from_the_scanner_is_counted() -> None:
    for text in (
        '<b "' + "<b>" * (bounds.ELEMENTS_MAX + 1) + '">',
        "<!-->" + "<b>" * (bounds.ELEMENTS_MAX + 1) + "-->",
    ):
        assert "MC304" == getattr(bounds.depth_fault(text), "code", "")


@pytest.mark.night
@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "![",
        "[",
        "[a](",
        "[a]: b\n",
        "a\n",
        "|a\n",
        "*a_b",
        "~~a",
        "`a``",
        "<!--",
        "> ",
        "- a\n",
        "[^1]\n",
        "#a\n",
        "$$a\n",
    ],
)
def test_any_markdown_ends_soon(piece: str) -> None:
    wrong(piece * (40_000 // len(piece)))


def test_too_many_brackets_are_refused_at_the_first() -> None:
    assert [("MC304", 2, 1)] == lines(wrong("a\n" + "[" * (bounds.BRACKETS_MAX + 1)))
    assert ["MC346"] == [each.code for each in wrong("a\n" + "[a] " * bounds.BRACKETS_MAX)]


def test_brackets_of_code_are_not_counted() -> None:
    found = wrong("```c\n" + "a[i][j] = [1];\n" * bounds.BRACKETS_MAX + "```")
    assert ["MC346"] == [each.code for each in found]


@pytest.mark.slow
def test_a_long_article_is_rendered() -> None:
    """100,000 characters and 4,000 elements were once refused, and 2,000 links."""
    found = wrong(
        "一段**粗体**的字，`code`，[链接](https://mp.weixin.qq.com/s/a)，又一段普通的文字。\n\n"
        * 3_000
    )
    assert ["MC346"] == [each.code for each in found]


@pytest.mark.parametrize("name", ["main.md", "main.html", "main.md.j2"])
@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1b", "\x7f"])
def test_a_control_character_has_a_place(name: str, character: str) -> None:
    found = wrong(f"a\n\tb{character}c", {}, name)
    assert [("MC003", 2, 3)] == lines(found)
    is_dropped = character != "\0" and name != "main.html"
    assert (Severity.WARNING if is_dropped else Severity.ERROR) is found[0].severity
    assert f"U+{ord(character):04X}" in found[0].message


def test_markdown_without_its_control_characters_is_what_it_was() -> None:
    assert "<section><p>中文</p></section>" == body("中\b文\x01")


@pytest.mark.parametrize("name", ["main.md", "main.html"])
def test_emphasis_that_is_never_closed_is_not_opened_anew_in_every_paragraph(name: str) -> None:
    """A parser would make a million elements of these, each of which has an attribute of its own."""
    text = (
        "<div>\n"
        "<p>" + "".join(f"<b a={number}>" for number in range(150)) + "</p>" + "<p>a</p>\n" * 3_000
    )
    assert ["MC308"] == [each.code for each in wrong(text, {}, name)]
    assert [] == [
        each
        for each in wrong("<p><b>a<i>b</p><p>c</p>" * 20, {}, name)
        if each.severity is Severity.ERROR
    ]


@pytest.mark.parametrize("piece", ["a*", "a\n\n", "<a", "::: tip\n", "|a" * 500 + "|\n"])
def test_a_million_characters_are_refused_before_they_are_read(piece: str) -> None:
    assert ["MC304"] == [each.code for each in wrong(piece * (999_000 // len(piece)))]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("字" * (bounds.MARKDOWN_CHARACTERS_MAX + 1), "characters"),
        ("a\n" * (bounds.LINES_MAX + 1), "lines"),
        ("a*b " * (bounds.MARKS_MAX + 1), "marks"),
        ("::: tip\n" * (bounds.BOXES_MAX + 1), "boxes"),
    ],
)
def test_too_much_markdown_says_what_there_is_too_much_of_and_what_helps(
    text: str, what: str
) -> None:
    (found,) = wrong(text)
    assert ("MC304", True, True) == (found.code, what in found.message, found.hint is not None)


@pytest.mark.parametrize(
    "text",
    [
        "> " * 100 + "深处",
        "\n".join("  " * depth + f"- 第{depth}层" for depth in range(100)) + "深处",
        "a" + "(" * 100 + "b" + ")" * 100 + "深处",
        "[" * 100 + "b" + "]" * 100 + "深处",
        "**a*b" * 100 + "深处",
    ],
)
def test_a_hundred_nested_arrive_whole(text: str) -> None:
    assert "深处" in body(text)


@pytest.mark.parametrize(
    "text", ["> " * 300 + "深处", "\n".join("  " * n + "- 层" for n in range(150)) + "深处"]
)
def test_what_the_parser_would_drop_below_too_many_levels_is_an_error(text: str) -> None:
    assert ["MC308"] == [each.code for each in wrong(text)]
