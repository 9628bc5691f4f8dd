"""Blocks of code on a phone: they scroll or wrap, have numbers and marked lines, and copying gives back the source."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, lines, markdown_to_html, page, wrong
from selectolax.lexbor import LexborHTMLParser

from massctl.model.theme import CodeSettings, ThemeSettings
from massctl.render.code_block import CodeInfo, read_info

SOURCE = "def f(x):\n\tif x:  # 中文\n\t\treturn  1\n\nprint(f(2))"
LOOKS = [CodeSettings(wrap=wrap, bar=bar) for wrap in ("scroll", "wrap") for bar in (None, True)]


def drawn(code: str, info: str = "", settings: CodeSettings | None = None) -> str:
    at = page()
    at.code = settings or CodeSettings()
    html = markdown_to_html(f"```{info}\n{code}\n```", at)
    assert at.faults == []
    return html


def copied(html: str) -> str:
    """What a reader gets who selects the block."""
    tree = LexborHTMLParser(html.replace("<br>", "\n"))
    for number in tree.css("[style*='user-select:none']"):
        number.decompose()
    assert tree.body is not None
    return tree.body.text().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("info", "found"),
    [
        ("", CodeInfo()),
        ("py", CodeInfo("py")),
        ("py {1,3-4}", CodeInfo("py", frozenset({1, 3, 4}))),
        ("py{2}", CodeInfo("py", frozenset({2}))),
        ('py hl_lines="1 3"', CodeInfo("py", frozenset({1, 3}))),
        ("py linenos", CodeInfo("py", first_number=1)),
        ("py:line-numbers=9 {1}", CodeInfo("py", frozenset({1}), 9)),
        ("linenos", CodeInfo(first_number=1)),
        ("js showLineNumbers", CodeInfo("js", first_number=1)),
        ("py {3-1}", CodeInfo("py", unread="{3-1}")),
        ("py {x} title", CodeInfo("py", unread="{x} title")),
        ("py {,}", CodeInfo("py", unread="")),
    ],
)
def test_what_stands_behind_the_backticks(info: str, found: CodeInfo) -> None:
    assert read_info(info) == found


@pytest.mark.parametrize("settings", LOOKS)
@pytest.mark.parametrize(
    "info", ["", "py", "py linenos", "py {1,3}", "py {4}", "py linenos=99 {2-5}"]
)
def test_copying_gives_back_the_source(settings: CodeSettings, info: str) -> None:
    assert copied(drawn(SOURCE, info, settings)) == SOURCE


@given(
    st.text("a b\t中\n{<&", max_size=60).filter(lambda text: text.strip("\n") == text),
    st.sampled_from(LOOKS),
    st.sampled_from(["", "py", "py linenos", "py {1-LAST}"]),
)
def test_whatever_it_is(code: str, settings: CodeSettings, info: str) -> None:
    marked = info.replace("LAST", str(code.count("\n") + 1))
    assert copied(drawn(code, marked, settings)) == code


def test_a_block_scrolls_unless_it_is_to_wrap() -> None:
    assert 'style="overflow-x:auto;white-space:pre"' in drawn("a")
    wrapped = drawn("a", settings=CodeSettings(wrap="wrap"))
    assert "white-space:pre-wrap" in wrapped
    assert "overflow-x" not in wrapped


def test_a_wrapped_line_hangs_under_its_indentation() -> None:
    long = "    " + "word " * 12
    html = drawn(f"short\n{long}", settings=CodeSettings(wrap="wrap"))
    assert html.count("padding-left") == 1
    assert "padding-left:6ch;text-indent:-6ch" in html


def test_numbers_are_not_part_of_the_code() -> None:
    html = drawn("a\nb", "linenos=9")
    assert re.search(r"user-select:none[^>]*>9<br>10<", html)
    assert html.count("user-select:none") >= 1


@pytest.mark.parametrize("settings", LOOKS)
def test_a_marked_line_without_letters_has_the_height_of_one(settings: CodeSettings) -> None:
    html = drawn("a\n\nb", "py {2}", settings)
    assert re.search(
        r"code-marked[^>]*><span[^>]*user-select:none[^>]*>(\u00a0|&nbsp;)</span></span>", html
    )
    assert copied(html) == "a\n\nb"


def test_marks_of_lines_that_are_not_there_are_told() -> None:
    assert "{9}" in wrong("```py {9}\na\n```")[0].message
    assert [] == lines([each for each in wrong("```py {1}\na\n```") if "{1}" in each.message])


def test_code_of_an_article_takes_each_key_from_the_nearest() -> None:
    outer = ThemeSettings(code=CodeSettings(style="dark", wrap="wrap"))
    inner = ThemeSettings(code=CodeSettings(bar=True))
    assert inner.over(outer).code == CodeSettings(style="dark", wrap="wrap", bar=True)
    assert ThemeSettings().over(outer).code == outer.code
    assert inner.over(ThemeSettings()).code == inner.code


def test_both_spellings_of_a_style_are_one() -> None:
    short = ThemeSettings.model_validate({"code": "dark"})
    assert short == ThemeSettings.model_validate({"code": {"style": "dark"}})
    assert short.model_dump(exclude_none=True)["code"] == "dark"
    with pytest.raises(ValueError, match="neither a style nor keys"):
        ThemeSettings.model_validate({"code": 3})


def test_many_pictures_without_words_are_one_note_of_ten_names() -> None:
    files = {f"spring/images/{n}.png": str(n) for n in range(12)}
    text = "\n\n".join(f"![](images/{n}.png)" for n in range(12))
    notes = [each for each in wrong(text, files) if each.code == "MC215"]
    assert len(notes) == 1
    assert notes[0].message.startswith("12 pictures")
    assert notes[0].message.endswith("…")


def test_numbers_and_marks_reach_the_article() -> None:
    content = body("```py linenos {2}\na\nb\n```")
    assert "user-select:none" in content
    assert "min-width:100%" in content
