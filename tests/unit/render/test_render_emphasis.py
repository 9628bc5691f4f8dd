import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import lines, md, wrong

from massctl.render.cjk import is_cjk, line_break


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**词，**后", "<strong>词，</strong>后"),
        ("前**词。**后", "前<strong>词。</strong>后"),
        ("前**（词）**后", "前<strong>（词）</strong>后"),
        ("前**「词」**后", "前<strong>「词」</strong>后"),
        ("前**《书名》**里", "前<strong>《书名》</strong>里"),
        ("前**“好”**吧", "前<strong>“好”</strong>吧"),
        ("前**‘好’**吧", "前<strong>‘好’</strong>吧"),
        ("**“好”**OK", "<strong>“好”</strong>OK"),
        ("OK**“好”**", "OK<strong>“好”</strong>"),
        ("**等等……**再说", "<strong>等等……</strong>再说"),
        ("**注意：**请看", "<strong>注意：</strong>请看"),
        ("**现价 ¥1,999！**立即", "<strong>现价 ¥1,999！</strong>立即"),
        ("**30%**的人", "<strong>30%</strong>的人"),
        ("约**(30)**人", "约<strong>(30)</strong>人"),
        ("**C++**很难", "<strong>C++</strong>很难"),
        ("**🍂**叶子", "<strong>🍂</strong>叶子"),
        ("叶子**🍂**", "叶子<strong>🍂</strong>"),
        ("**HTML**、**CSS**", "<strong>HTML</strong>、<strong>CSS</strong>"),
        ("**한국어(조선말)**를", "<strong>한국어(조선말)</strong>를"),
        ("**日本語。**です", "<strong>日本語。</strong>です"),
        ("*斜，*后", "<em>斜，</em>后"),
        ("***粗斜，***后", "<em><strong>粗斜，</strong></em>后"),
        ("**粗*斜，*粗，**后", "<strong>粗<em>斜，</em>粗，</strong>后"),
        ("~~错，~~对", "<s>错，</s>对"),
        ("**[链]()，**后", "<strong>链，</strong>后"),
        ("**`码`，**后", "<strong><code>码</code>，</strong>后"),
        ("a **b** c", "a <strong>b</strong> c"),
        ("a_b_c", "a_b_c"),
        ("_a_ __b__", "<em>a</em> <strong>b</strong>"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_emphasis(text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" == md(text)


@given(
    st.text("词语，。！？：；、（）《》「」【】", min_size=1, max_size=8),
    st.text("后前话，。", max_size=3),
    st.text("后前话，。", max_size=3),
)
def test_emphasis_between_chinese_always_works(inside: str, before: str, after: str) -> None:
    assert f"<p>{before}<strong>{inside}</strong>{after}</p>" == md(f"{before}**{inside}**{after}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中文\n中文", "中文中文"),
        ("中文，\n中文", "中文，中文"),
        ("中文，\nEnglish", "中文，English"),
        ("English\n（中文）", "English（中文）"),
        ("English\nword", "English word"),
        ("中文\nEnglish", "中文 English"),
        ("English\n中文", "English 中文"),
        ("**中文**\n中文", "<strong>中文</strong>中文"),
        ("中文\n**中文**", "中文<strong>中文</strong>"),
        ("`code`\n中文", "<code>code</code> 中文"),
        ("中文\n`code`", "中文 <code>code</code>"),
        ("a<br>\nb", "a<br>b"),
        ("a  \nb", "a<br>b"),
        ("a\\\nb", "a<br>b"),
        ("a\n<b>b</b>", "a <b>b</b>"),
        ("<b></b>\nb", "<b></b>b"),
        ("a\n<b></b>", "a<b></b>"),
        ("👟\n👟", "👟 👟"),
    ],
)
def test_line_ends_vanish_between_chinese(text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" == md(text)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("", "a", ""), ("a", "", ""), ("中", "文", ""), ("a", "b", " ")],
)
def test_line_break(before: str, after: str, expected: str) -> None:
    assert expected == line_break(before, after)


@pytest.mark.parametrize(
    ("character", "expected"),
    [
        ("中", True),
        ("，", True),
        ("ａ", True),
        ("𠮷", True),
        ("a", False),
        ("“", False),
        ("👟", False),
    ],
)
def test_is_cjk(character: str, expected: bool) -> None:
    assert expected is is_cjk(character)


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("一共 2*3*4 份", 4, "2*3*4"),
        ("a*b*c", 1, "a*b*c"),
        ("f(x)**2**3", 3, "x)**2**3"),
        ("取 x1*y2*z，", 3, "x1*y2*z"),
    ],
)
def test_signs_that_are_read_as_emphasis_are_told(text: str, column: int, told: str) -> None:
    found = wrong(text)
    assert [("MC345", 1, column)] == lines(found)
    assert (
        f"Markdown reads the asterisks of `{told}` as emphasis and does not show them"
        == found[0].message
    )


@pytest.mark.parametrize(
    "text", ["2\\*3\\*4", "`2*3*4`", "第*二*个", "a *b* c", "2*三*4", "*a*b", "a*b c*d", "**a**1"]
)
def test_emphasis_that_is_one_is_not(text: str) -> None:
    assert [] == wrong(text)
