"""Footnotes, boxes, definitions, small marks and colours: what Markdown has beyond CommonMark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import address, block, body, hold, lines, markdown_to_html, md, page, tab, wrong

from massctl.model.diagnostics import Severity
from massctl.render.highlight import CODE_CHARACTERS_MAX, coloured_pieces


def notes(*texts: str, title: str = "Notes") -> str:
    written = "".join(f'<section class="note">{t}</section>' for t in texts)
    return (
        f'<section class="notes"><section class="notes-title">{title}</section>{written}</section>'
    )


def ref(number: int) -> str:
    return f'<sup class="ref">[{number}]</sup>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a[^1] b[^1]\n\n[^1]: c", f"<p>a{ref(1)} b{ref(1)}</p>" + notes("[1] c")),
        ("[^b]: c\n\na[^b]", f"<p>a{ref(1)}</p>" + notes("[1] c")),
        ("a^[*b*]", f"<p>a{ref(1)}</p>" + notes("[1] <em>b</em>")),
        ("a[^1]\n\n[^1]: b\n\n    c\n\n    - d",
         f"<p>a{ref(1)}</p>" + notes('[1] b<p>c</p><section class="list"><section class="item">'
                                     '<span class="mark">• </span>d</section></section>')),
        ("a\n\n[^1]: b", "<p>a</p>" + notes("[1] b")),
        ("a[^2]\n\n[^1]: b\n[^2]: c[^1]", f"<p>a{ref(1)}</p>" + notes(f"[1] c{ref(2)}", "[2] b")),
        ("> a[^1]\n\n[^1]:\n    ```\n    x\n    ```",
         f"<blockquote><p>a{ref(1)}</p></blockquote>" + notes(f"[1] {block('x')}")),
    ],
)  # fmt: skip
def test_footnotes(text: str, expected: str) -> None:
    assert expected == md(text)


def test_footnotes_and_links_are_numbered_together_in_the_order_of_the_text() -> None:
    text = "a[^1] [b](https://e.com) c[^2]\n\n[^1]: [d](https://f.com)\n\n[^2]: e"
    links = [
        f"[{n}] {word}: {address(f'https://{host}')}"
        for n, word, host in ((2, "b", "e.com"), (4, "d", "f.com"))
    ]
    listed = notes(f"[1] d{ref(4)}", links[0], "[3] e", links[1], title="References")
    expected = f"<p>a{ref(1)} b{ref(2)} c{ref(3)}</p>{listed}"
    assert expected == markdown_to_html(text, page())


@pytest.mark.parametrize("name", ["main.md", "main.md.j2"])
def test_a_footnote_that_is_not_there_is_told(name: str) -> None:
    found = wrong("a\n\n字[^1]和[^2]\n\n[^2]: 注", {}, name)
    assert [("MC326", 3, 2)] == lines(found)
    assert Severity.WARNING is found[0].severity


LIST = (
    '<section class="list"><section class="item"><span class="mark">• </span>甲</section></section>'
)


def box(kind: str, title: str, text: str) -> str:
    return f'<section class="callout callout-{kind}"><p class="callout-title">{title}</p>{text}</section>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> [!NOTE]\n> 甲", box("note", "说明", "<p>甲</p>")),
        ("> [!Warning] 题\n> 甲\n>\n> 乙", box("warning", "题", "<p>甲</p><p>乙</p>")),
        ("> [!danger]- 题", box("caution", "题", "")),
        ("> - 甲", f"<blockquote>{LIST}</blockquote>"),
        ("> a\n> > [!tip]\n> > 甲", "<blockquote><p>a</p>" + box("tip", "提示", "<p>甲</p>") + "</blockquote>"),
        ("::: tip\n甲\n:::", box("tip", "提示", "<p>甲</p>")),
        (":::danger 别 碰\n甲\n\n- 乙\n:::\n\n丙",
         box("caution", "别 碰", '<p>甲</p><section class="list"><section class="item"><span class="mark">• </span>'
                                 "乙</section></section>") + "<p>丙</p>"),
        (":::note[题]{.x}\n甲\n:::", box("note", "题", "<p>甲</p>")),
        (":::: info\n::: tip\n甲\n:::\n::::", box("note", "说明", box("tip", "提示", "<p>甲</p>"))),
        ("::: tip <b>\n甲\n:::", box("tip", "&lt;b&gt;", "<p>甲</p>")),
    ],
)  # fmt: skip
def test_boxes(text: str, expected: str) -> None:
    assert expected == md(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> [!nothing]\n> 甲", "<blockquote><p>[!nothing] 甲</p></blockquote>"),
        ("::: nothing\n甲\n:::", "<p>::: nothing 甲 :::</p>"),
    ],
)
def test_a_box_of_an_unknown_kind_stays_as_it_is_written(text: str, expected: str) -> None:
    at = page()
    assert expected == markdown_to_html(text, at)
    assert ["MC314"] == [fault.code for fault in at.faults]


def test_a_box_in_an_english_article_has_an_english_title() -> None:
    assert box("tip", "Tip", "<p>a</p>") == md("> [!TIP]\n> a")


def test_definitions() -> None:
    expected = (
        '<section class="terms"><p class="term">词</p><section class="definition">义</section>'
        '<section class="definition">二</section></section>'
    )
    assert expected == md("词\n: 义\n: 二")


def high(text: str) -> str:
    return f'<span class="highlight">{text}</span>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲==乙==丙", f"甲{high('乙')}丙"),
        ("==a **b** `c`==", high("a <strong>b</strong> <code>c</code>")),
        ("==a=b==", high("a=b")),
        ("[==a==]()", high("a")),
        ("a == b == c", "a == b == c"),
        ("x==y==z", "x==y==z"),
        ("==a ==", "==a =="),
        ("== a==", "== a=="),
        ("===", "==="),
        ("if a==1 and b==2", "if a==1 and b==2"),
        ("H~2~O，CO~2~", "H<sub>2</sub>O，CO<sub>2</sub>"),
        ("x~n~", "x<sub>n</sub>"),
        ("好~今天~ 10~20~30 ~a~ ~~删~~", "好~今天~ 10~20~30 ~a~ <s>删</s>"),
        (
            "x^2^ 米^2^ 10^-3^ (a)^n^",
            "x<sup>2</sup> 米<sup>2</sup> 10<sup>-3</sup> (a)<sup>n</sup>",
        ),
        ("^_^ a^b ^2^ 2^", "^_^ a^b ^2^ 2^"),
        ("[H~2~O x^2^]()", "H<sub>2</sub>O x<sup>2</sup>"),
    ],
)
def test_small_marks_are_read_narrowly(text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" == md(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("好:tada:！:+1:", "好🎉！👍️"),
        ("**:star:** [:cn:]()", "<strong>⭐️</strong> 🇨🇳"),
        ("👟 🇨🇳 👨‍👩‍👧", "👟 🇨🇳 👨‍👩‍👧"),
        (
            "12:30:45 :status: a:b:c ::star:: `:tada:` \\:tada:",
            "12:30:45 :status: a:b:c ::star:: <code>:tada:</code> 🎉",
        ),
    ],
)
def test_emoji_stay_and_have_names(text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" == md(text)


def test_the_title_of_a_picture_alone_is_its_caption() -> None:
    expected = (
        f'<section class="figure"><img src="{hold("A")}" data-w="1080" alt="图"><section class="caption">题 &lt;'
        "</section></section>"
    )
    assert expected == md('![图](a.png "题 <")', {"spring/articles/a.png": "A"})


PYTHON = 'def f(x):\n\tif x  > 1:  # 注\n        return "a<b>"'


def test_code_has_colours_and_keeps_every_character() -> None:
    expected = (
        f'<span class="hl-keyword">def </span><span class="hl-name">f</span>(x):<br>{tab(4)}'
        '<span class="hl-keyword">if </span>x&nbsp; &gt; <span class="hl-number">1</span>:&nbsp; '
        '<span class="hl-comment"># 注</span><br>&nbsp; &nbsp; &nbsp; &nbsp; '
        '<span class="hl-keyword">return </span><span class="hl-string">"a&lt;b&gt;"</span>'
    )
    assert block(expected) == md(f"```python\n{PYTHON}\n```")


@pytest.mark.parametrize("language", ["", "nothing", "text"])
def test_code_of_no_known_language_has_none(language: str) -> None:
    assert block("if") == md(f"```{language}\nif\n```")


def test_long_code_has_none() -> None:
    assert "hl-keyword" == coloured_pieces("if " * 9, "python")[0][0]
    long = "if " * CODE_CHARACTERS_MAX
    assert [("", long)] == coloured_pieces(long, "python")


def test_a_grammar_that_changes_the_text_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("massctl.render.highlight._pieces", lambda *_: iter([(2, "hl-name")]))
    assert [("", "ab")] == coloured_pieces("ab", "python")


@given(
    st.text("if x:\n\t 'a\"#<>&\u00a0中/*", max_size=120),
    st.sampled_from(["python", "js", "html", "yaml", "sh"]),
)
def test_colours_change_no_character(code: str, language: str) -> None:
    coloured = coloured_pieces(code, language)
    shown = "".join(text for _, text in coloured).replace("\u00a0", " ")
    assert code.replace("\u00a0", " ") == shown


def test_an_article_of_any_length_keeps_its_styles() -> None:
    code = "\n\n```python\n" + "x = 1\n" * 200 + "```"
    text = "\n\n".join(f"[a](https://e.com/{number}) `b`" for number in range(120)) + code
    css = ".article sup,code,h2 .inner{color:#123456}.hl-number{color:#654321}"
    html = body(text, css=css)
    assert len(html) > 20_000
    assert (120, 200) == (html.count("<code style="), html.count("color:#654321"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{汉|hàn}{字|zì}", "<ruby>汉<rt>hàn</rt></ruby><ruby>字<rt>zì</rt></ruby>"),
        ("{abc|x} {汉} {汉|}", "{abc|x} {汉} {汉|}"),
        ("**{汉|hàn}**", "<strong><ruby>汉<rt>hàn</rt></ruby></strong>"),
    ],
)
def test_a_reading_stands_above_its_characters(text: str, expected: str) -> None:
    assert f"<p>{expected}</p>" == md(text)


def test_a_reading_stands_in_a_link_too() -> None:
    html = md("[{汉|hàn}](https://mp.weixin.qq.com/s/a)")
    assert "<ruby>汉<rt>hàn</rt></ruby></a>" in html
