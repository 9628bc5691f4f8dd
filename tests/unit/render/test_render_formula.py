"""Formulas: what is one, how it is drawn, and what cannot be read."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import block, body, lines, markdown_to_html, md, page, wrong

from massctl.model.diagnostics import Severity
from massctl.render.math import CHARACTERS_MAX, UNITS, FormulaError, drawn

_DRAWN: Final = re.compile(r'<svg [^>]*aria-label="(?P<tex>[^"]*)">.*?</svg>')
_VIEW: Final = re.compile(r'viewBox="0 0 (?P<width>\d+) (?P<height>\d+)"')
_TEXT: Final = re.compile(
    r'<text x="(?P<x>-?\d+)" y="(?P<y>-?\d+)" font-size="(?P<size>\d+)"[^>]*>(?P<text>[^<]*)</text>'
)


def named(html: str) -> str:
    """HTML with the TeX of each drawing in its place, `‹x›`."""
    return _DRAWN.sub(r"‹\g<tex>›", html)


def size(tex: str) -> tuple[int, int]:
    """Width and height of a formula, in percent of a letter's size."""
    found = _VIEW.search(drawn(tex, display=True))
    assert found is not None
    return int(found["width"]), int(found["height"])


def outlines(tex: str) -> list[tuple[int, int, str]]:
    """Where each letter or line of a formula begins, and how it goes on."""
    return [
        (int(x), int(y), rest)
        for x, y, rest in re.findall(r"M(\d+) (\d+)([^M\"]*)", drawn(tex, display=True))
    ]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ 和 $f(x)$、$x'$", 3),
        ("$E=mc^2$。", 1),
        ("$AB$、$ABC$、$|x|$、$a/b$、$(0, 1)$、$n!$", 6),
        (r"价格 $5 和 $6，$100-$200，US$5=$6，$PATH:$HOME，$AAPL 和 $TSLA", 0),
        ("$5 < 6，$7", 0),
        (r"$\text{速度}=v$", 1),
        ("从 $5，花了$，到 $10=70元$", 0),
        ("$PATH_A，另有$HOME，$变量，$", 0),
        ("`$x^2$` 和 \\$x^2$", 0),
        ("$a$b 和 a$b$", 0),
        ("$ a^2$ 和 $a^2 $", 0),
        (r"$ x^2 $，设$ \alpha $为，$\lambda $，$ \left | X^{T}X \right | \neq 0 $", 4),
        (r"$[0,1]$、$O(NlogN)$、$tanh$、$P(x|y)$、$11.1$、$`x^2`$", 6),
        (r"$PATH 在 C:\dir 和 $HOME，$ cd my_home $", 0),
        ("[$x](#a) 和 y$", 0),
        ("$$x+1$$ 完", 1),
        ("$$", 0),
        ("$word$", 0),
        ("第一行 $a +\nb$", 1),
        ("$x$ 等于 1", 1),
    ],
)
def test_a_dollar_may_be_money(text: str, formulas: int) -> None:
    html = markdown_to_html(text, page())
    assert formulas == html.count("<svg"), html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\nx=1\n$$", "<m>‹x=1›</m>"),
        ("$$x=1$$", "<m>‹x=1›</m>"),
        ("字\n$$\nx\n=1\n$$\n尾", "<p>字</p><m>‹x =1›</m><p>尾</p>"),
        ("> $$\n> x\n> $$", "<blockquote><m>‹x›</m></blockquote>"),
        ("$$\nx", "<p>$$ x</p>"),
        ("$$\n\n$$", "<p>$$</p><p>$$</p>"),
        ("$$\nx = \\frac{a}{b}\n\n+ c\n$$", r"<m>‹x = \frac{a}{b} + c›</m>"),
        ("$$\n\\pi\n\n花了，\n$$", r"<p>$$ \pi</p><p>花了，$$</p>"),
        ("$$$$", "<p>$$$$</p>"),
        ("> $$\n> x\n\n$$", "<blockquote><p>$$ x</p></blockquote><p>$$</p>"),
        ("    $$\n    x\n    $$", block("$$<br>x<br>$$")),
        ("$$x$$ 尾", "<p>‹x› 尾</p>"),
        (
            "字\n\\begin{align}\nx&=1\n\\end{align}\n尾",
            r"<p>字</p><m>‹\begin{align} x&amp;=1 \end{align}›</m><p>尾</p>",
        ),
        ("```math\nx=1\n```", "<m>‹x=1›</m>"),
        ("```latex\nx\n```", block("x")),
    ],
)
def test_a_formula_by_itself(text: str, expected: str) -> None:
    html = named(markdown_to_html(text, page())).replace('<section class="math">', "<m>")
    assert expected == html.replace("›</section>", "›</m>")


def test_a_formula_in_a_list_ends_with_its_entry() -> None:
    html = named(markdown_to_html("- a\n\n    $$\n    x\n    $$\n\nb", page()))
    assert html.endswith('<section class="math">‹x›</section></section></section><p>b</p>')


# How it is drawn


def test_a_drawing_is_one_path_in_the_colour_of_the_text() -> None:
    found = drawn(r"\sqrt{2}", display=False)
    assert found.startswith(
        '<svg viewBox="0 0 133 122" fill="currentColor" style="width:1.33em;vertical-align:-.28em"'
    )
    assert found.endswith('"></path></svg>')
    assert ' aria-label="\\sqrt{2}"' in found
    assert 1 == found.count("<path")
    assert None is re.search(r"\bid=|<use|<symbol|black|stroke", found)
    assert len(found) < 400


def test_every_formula_of_an_article_is_in_one_font() -> None:
    """Simple ones were once letters of the phone, in italics, beside drawings of others."""
    assert "<p>设 ‹x_1›，则 ‹E=mc^2›、‹\\frac{a}{b}›</p>" == named(
        md(r"设 $x_1$，则 $E=mc^2$、$\frac{a}{b}$")
    )


def test_what_a_drawing_is_called_is_one_line() -> None:
    assert r' aria-label="\frac{1} {2}"' in drawn("\\frac{1}\n  {2}", display=True)


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\text{准确率} = \frac{\text{正确数}}{\text{总数}}", ["准确率", "正确数", "总数"]),
        (r"速度=\frac{路程}{时间}", ["速度", "路程", "时间"]),
        (r"\underbrace{a+b}_{\text{两项之和}}", ["两项之和"]),
        (r"\begin{pmatrix}1&中\\3&4\end{pmatrix}", ["中"]),
        (r"\sqrt[3]{中}+\overline{\text{文}}", ["中", "文"]),
        (r"\text{若 $x>0$ 则}", ["若", "则"]),
    ],
)
def test_chinese_is_text_in_the_drawing(tex: str, said: list[str]) -> None:
    assert said == [found["text"] for found in _TEXT.finditer(drawn(tex, display=True))]


def test_chinese_below_and_above_a_line_stands_apart_from_it_and_has_room() -> None:
    above, below = _TEXT.finditer(drawn(r"\frac{路程}{时间}", display=True))
    assert 100 == int(above["size"]) == int(below["size"])
    assert above["x"] == below["x"]
    assert int(below["y"]) - int(above["y"]) >= 110
    assert size(r"\frac{路程}{时间}")[0] >= 200


@pytest.mark.parametrize(
    ("tex", "shown"), [("中文", "中文"), (r"\text{速度}", "速度"), ("甲，乙", "甲，乙")]
)
def test_a_formula_of_words_is_words(tex: str, shown: str) -> None:
    assert shown == drawn(tex, display=False)


@pytest.mark.parametrize(
    ("tex", "count"),
    [
        (r"\begin{aligned}a&=b\\c&=d\\e&=f\end{aligned}", 3),
        (r"\begin{cases}a&b\\c&d\end{cases}", 2),
        (r"\begin{matrix}a&b\\c&d\\e&f\end{matrix}", 3),
        (r"a\\b\\c", 3),
        (r"\begin{gather}a\\b\end{gather}", 2),
    ],
)
def test_rows_are_lines_of_text_apart(tex: str, count: int) -> None:
    """They touched: 3 pt were taken for 4 percent of a letter."""
    tops = sorted({y for _, y, tail in outlines(tex) if len(tail) < 200})
    assert size(tex)[1] >= (count - 1) * 1.35 * UNITS + 0.4 * UNITS, tops


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("a+b", "{a}{+}{b}"),
        ("a=b", "{a}{=}{b}"),
        ("a,b", "a{,}b"),
        (r"x\sin y", r"x\mathrm{sin}y"),
        (r"a\quad b", "ab"),
    ],
)
def test_signs_have_the_spaces_of_tex(wide: str, narrow: str) -> None:
    assert size(wide)[0] > size(narrow)[0] + 10


@pytest.mark.parametrize(
    ("tex", "same"),
    [("-1", "{-}1"), ("(-a)", "({-}a)"), ("a=-b", "a={-}b"), ("x_{n+1}", "x_{n{+}1}")],
)
def test_a_sign_of_one_thing_stays_with_it(tex: str, same: str) -> None:
    assert size(tex) == size(same)


def test_a_frame_is_filled_with_a_hole_in_it() -> None:
    inside, framed = size("x"), size(r"\boxed{x}")
    assert framed[0] > inside[0] + 60
    assert 1 == drawn(r"\boxed{x}", display=True).count("<path")
    (frame,) = [
        tail for _, _, tail in outlines(r"\boxed{x}") if tail.count("m") == 1 and "q" not in tail
    ]
    right, down = re.findall(r"^h(\d+)v(\d+)", frame)[0]
    # The inner side runs the other way round, so that what is in it is not filled.
    assert re.search(r"m.*h\d+v-\d+h-\d+", frame)
    assert int(right) > int(down) > 60


@pytest.mark.parametrize("tex", [r"\cancel{x}", r"\bcancel{x}", r"\xcancel{x}", r"\sout{x}"])
def test_what_is_struck_out_is_struck_out(tex: str) -> None:
    assert len(outlines(tex)) == len(outlines("x")) + (2 if "xcancel" in tex else 1)


@pytest.mark.parametrize(
    ("tex", "fills"),
    [
        (r"\textcolor{red}{x}+y", ["red"]),
        (r"x\color{#36c}y", ["#36c"]),
        (r"\textcolor{blue}{\text{中}}", ["blue"]),
        (r"\textcolor{black}{x}", []),
    ],
)
def test_colours_are_kept_and_black_is_that_of_the_text(tex: str, fills: list[str]) -> None:
    assert fills == re.findall(r'<(?:path|text)[^>]* fill="([^"]*)"', drawn(tex, display=True))


@pytest.mark.parametrize(
    ("columns", "rows", "down", "across"),
    [
        ("c|c", r"a&b\\c&d", 1, 0),
        ("|c|c|", r"a&b\\c&d", 3, 0),
        ("cc", r"\hline a&b\\c&d", 0, 1),
        ("cc", r"a&b\\\hline c&d\\\hline", 0, 2),
        ("|c|c|", r"\hline a&-b\\\hline c&d\\\hline", 3, 3),
    ],
)
def test_lines_of_a_table_are_drawn(columns: str, rows: str, down: int, across: int) -> None:
    plain = outlines(rf"\begin{{array}}{{cc}}{rows.replace(chr(92) + 'hline', '')}\end{{array}}")
    ruled = outlines(rf"\begin{{array}}{{{columns}}}{rows}\end{{array}}")
    boxes = [found for *_, tail in ruled if (found := re.fullmatch(r"h(\d+)v(\d+)h-\1", tail))]
    assert len(plain) + down + across == len(ruled)
    assert down == sum(int(found[2]) > 100 > int(found[1]) for found in boxes)
    assert across == sum(int(found[1]) > 100 > int(found[2]) for found in boxes)


@pytest.mark.parametrize("name", ["overbrace", "overbracket", "underbrace", "underbracket"])
def test_what_a_brace_says_stands_above_or_below_it(name: str) -> None:
    said = f"\\{name}{{a+b}}{'^' if name.startswith('over') else '_'}{{cd}}"
    assert size(said)[0] == size(f"\\{name}{{a+b}}")[0]
    assert size(said)[1] > size(f"\\{name}{{a+b}}")[1] + 50


def test_an_arrow_is_as_long_as_its_words() -> None:
    assert size(r"\xrightarrow{a+b+c+d+e+f}")[0] > size(r"\xrightarrow{a}")[0] + 100
    assert len(outlines(r"\xrightarrow{}")) == 1
    assert outlines(r"\xrightarrow[]{a}") == outlines(r"\xrightarrow{a}")


def test_a_long_equals_sign_is_as_long_as_its_words() -> None:
    """Textbooks of chemistry in China write a reaction with it."""
    (sign,) = [tail for *_, tail in outlines(r"A\xlongequal{\text{高温高压}}B") if "q" not in tail]
    assert 2 == len(re.findall(r"h3\d\dv", sign))


@pytest.mark.parametrize(
    "pair", [(r"\hat{x}", r"\widehat{xyz}"), (r"\vec{a}", r"\overrightarrow{AB}"), (r"\bar x", "x")]
)
def test_an_accent_does_not_move_the_letter(pair: tuple[str, str]) -> None:
    accent, _ = pair
    letter = accent[-2] if accent.endswith("}") else accent[-1]
    assert size(accent)[0] <= size(letter)[0] + 12
    assert abs(size(f"{{{accent}}}_1")[0] - size(f"{letter}_1")[0]) <= 12


@pytest.mark.parametrize(
    ("formula", "tex"),
    [
        ("H2O", r"\mathrm{H}_2\mathrm{O}"),
        ("2H2", r"2\mathrm{H}_2"),
        ("SO4^2-", r"\mathrm{SO}_4^{2-}"),
        ("Fe^{3+}", r"\mathrm{Fe}^{3+}"),
        ("Na+", r"\mathrm{Na}^{+}"),
        ("CuSO4.5H2O", r"\mathrm{CuSO}_4{\cdot}5\mathrm{H}_2\mathrm{O}"),
        (
            "[Cu(NH3)4]^2+",
            r"\mathrm{[}\mathrm{Cu}\mathrm{(}\mathrm{N}\mathrm{H}_3\mathrm{)}_4\mathrm{]}^{2+}",
        ),
        ("A + B -> C", r"\mathrm{A}+\mathrm{B}\xrightarrow[]{}\mathrm{C}"),
        ("A <=>[点燃] B v", r"\mathrm{A}\xrightleftharpoons[]{\text{点燃}}\mathrm{B}\downarrow"),
        ("H2 + O2 = H2O", r"\mathrm{H}_2+\mathrm{O}_2=\mathrm{H}_2\mathrm{O}"),
        ("C2H4 ^", r"\mathrm{C}_2\mathrm{H}_4\uparrow"),
        ("CH2=CH2", r"\mathrm{CH}_2{=}\mathrm{CH}_2"),
        (r"A ->[\Delta] B(aq)", r"\mathrm{A}\xrightarrow[]{\Delta}\mathrm{B(aq)}"),
    ],
)
def test_chemistry(formula: str, tex: str) -> None:
    written, meant = outlines(rf"\ce{{{formula}}}"), outlines(tex)
    assert [tail for _, _, tail in meant] == [tail for _, _, tail in written]
    assert all(
        abs(one[0] - other[0]) <= 2 and one[1] == other[1]
        for one, other in zip(written, meant, strict=True)
    )


@pytest.mark.parametrize(
    ("tex", "same"),
    [
        (r"x=1\tag{3}", r"x=1\qquad\text{(3)}"),
        (r"\tag{3} x=1", r"x=1\qquad\text{(3)}"),
        (r"\operatorname*{arg\,max}_x", r"\argmax_x"),
        (r"\begin{equation*}x\end{equation*}", "x"),
        (r"\begin{align}a&=b\end{align}", r"\begin{aligned}a&=b\end{aligned}"),
        ("x % 注", "x"),
        (r"x\tag*{3}", r"x\qquad\text{3}"),
        (r"a\not= b, x\not\in A", r"a\ne b, x\notin A"),
        (r"\lim\nolimits_x", r"\lim{}_x"),
        (r"\mathbf{AB}", r"\mathbf{A}\mathbf{B}"),
        (r"\mathsf{Z}\mathtt{ab}", "𝖹𝚊𝚋"),
        (r"x\in\R", r"x\in\mathbb{R}"),
        (r"\begin{rcases}a&b\end{rcases}", r"\left.\begin{array}{ll}a&b\end{array}\right\}"),
        (r"\text{a\_b\%}", r"\text{a_b}\%"),
    ],
)
def test_other_ways_to_write_the_same(tex: str, same: str) -> None:
    assert outlines(tex) == outlines(same)


def test_what_is_a_phantom_takes_its_room_and_is_not_drawn() -> None:
    assert size(r"a\phantom{x}b") == size("axb")
    assert 2 == len(outlines(r"a\phantom{x}b"))


def test_an_accent_stands_in_the_middle_of_more_letters_than_one() -> None:
    *letters, (x, y, _) = outlines(r"\hat{AB}")
    assert 2 == len(letters)
    assert 0.3 * size("AB")[0] < x < 0.7 * size("AB")[0]
    assert y < min(top for _, top, _ in letters)


def test_a_sum_by_itself_is_large_and_one_in_a_line_is_not() -> None:
    tex = r"\sum_{i=1}^n x_i"
    heights = [
        int(found["height"])
        for display in (True, False)
        if (found := _VIEW.search(drawn(tex, display=display)))
    ]
    assert heights[0] > heights[1] * 1.5


@pytest.mark.parametrize(
    ("terms", "display", "expected"),
    [
        (4, True, ""),
        (14, True, ";max-width:100%"),
        (14, False, ";max-width:100%"),
        (30, False, ";max-width:100%"),
        (30, True, "overflow-x:auto"),
    ],
)
def test_a_long_formula_shrinks_and_a_very_long_one_scrolls(
    terms: int, display: bool, expected: str
) -> None:
    found = drawn("+".join("x" * terms), display=display)
    for each in (";max-width:100%", "overflow-x:auto"):
        assert (each == expected) == (each in found)


# What cannot be drawn


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\foo{x}", r"\foo"),
        (r"\tag{$x$} y", r"\tag"),
        (r"\def\a{\a\a}\a", r"\def"),
        (r"\newcommand{\a}{b}\a", r"\newcommand"),
        (r"\colorbox{red}{x}", r"\colorbox"),
        (r"\color[HTML]{ff0000}x", r"\color["),
        (r"\textcolor{nocolour}{x}", "nocolour"),
        (r"\rule{1em}{1em}x", r"\rule"),
        (r"a\kern9999em b", "9999em"),
        (r"\begin{array}{c}\hdashline a\end{array}", r"\hdashline"),
        (r"\ce{A\&}", r"\ce{A\&}"),
        (r"x+\ce{H2O", r"\ce{H2O"),
        (r"\text{\'{a}}", r"\'"),
        (r"\text{\textdagger}", r"\textdagger"),
        (r"\begin{CD}A\end{CD}", r"\begin{CD}"),
        (r"\not\alpha", r"\not"),
        ("x🎉", "🎉"),
        (r"\,", r"\,"),
        (r"\frac{1", r"\frac{1"),
    ],
)
def test_what_a_drawing_would_lose_is_refused(tex: str, said: str) -> None:
    with pytest.raises(FormulaError) as found:
        drawn(tex, display=False)
    assert said == str(found.value)


@pytest.mark.parametrize(
    "tex",
    [
        "{" * 500 + "x" + "}" * 500,
        r"\frac{" * 30 + "x" + "}{y}" * 30,
        r"\left(" * 20 + "x" + r"\right)" * 20,
        r"\left(\begin{matrix}" * 9 + "x" + r"\end{matrix}\right)" * 9,
        "x^{" * 60 + "x" + "}" * 60,
        "x" * (CHARACTERS_MAX + 1),
        r"\left(\begin{matrix}" + r"1\\" * 300 + r"\end{matrix}\right)",
        "x+" * 900 + "x",
    ],
)
def test_what_would_take_long_or_fits_no_phone_is_refused(tex: str) -> None:
    with pytest.raises(FormulaError):
        drawn(tex, display=True)


def test_what_is_not_nested_is_measured_once_and_so_ends() -> None:
    """Each row within a row was once measured twice: of thirty, a thousand million."""
    assert size("{" * 30 + "x" + "}" * 30) == size("x")


def test_tex_leaves_its_attribute_as_little_as_its_text() -> None:
    found = drawn(r'\text{<b>"中&}', display=True)
    assert ' aria-label="\\text{&lt;b&gt;&quot;中&amp;}"' in found
    assert ["中"] == [each["text"] for each in _TEXT.finditer(found)]
    with pytest.raises(FormulaError):
        drawn(r'\textcolor{red" onload="x}{y}', display=True)


def test_a_drawing_stands_in_its_line_and_in_the_body_that_is_sent() -> None:
    found = body(r"根 $\sqrt{2}$ 后，$v_中$")
    path = "<svg [^<]*><path [^<]*></path>"
    assert re.fullmatch(
        rf"<section><p>根 {path}</svg> 后，{path}<text [^<]*>中</text></svg></p></section>", found
    )


def test_a_formula_may_stand_in_a_link() -> None:
    assert "<p>‹x^2›</p>" == named(md("[$x^2$]()"))


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        (r"字 $\foo{x}$", r"\foo"),
        (r"字 $\frac{1$", r"\frac{1"),
        (r"字 $\colorbox{red}{x}$", r"\colorbox"),
        ("$$\n\\foo\n+1\n$$", r"\foo"),
        (f"字 ${'x+' * CHARACTERS_MAX}x$", "x+x"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(text: str, needle: str) -> None:
    """It was once sent as TeX."""
    (found,) = wrong(text)
    assert ("MC329", Severity.ERROR) == (found.code, found.severity)
    assert needle in found.message
    assert (1, 4) == lines([found])[0][1:] if text.startswith("字") else (2, 1)


@pytest.mark.parametrize(
    ("text", "severity", "named"),
    [
        ("$$\nx = \\frac{1}{2}\n\n后文，没有结束", Severity.ERROR, r"\frac{"),
        (r"残 \begin{foo}", Severity.ERROR, r"\begin{"),
        (r"<div>$\sqrt{2}$</div>", Severity.ERROR, r"\sqrt{"),
        (r"角 \alpha 度", Severity.WARNING, r"\alpha"),
        ("$$ 没有结束", Severity.WARNING, "$$"),
        ("式 $x^2$，又 a$x$b", Severity.WARNING, "$x$"),
    ],
)
def test_tex_that_followers_would_read_is_told(text: str, severity: Severity, named: str) -> None:
    at = page()
    markdown_to_html(text, at)
    assert ("MC329", severity, named) in [
        (each.code, each.severity, each.needle) for each in at.faults
    ]


@pytest.mark.parametrize(
    "text",
    [
        r"`\frac{a}{b}` 和 `$$`",
        "从 $5 到 $10",
        r"\$\$ 和 $$$",
        r"C:\text\in，D:\alpha",
        "`x`，$HOME/$USER",
        "a$x$b",
    ],
)
def test_what_is_no_tex_is_not(text: str) -> None:
    at = page()
    markdown_to_html(text, at)
    assert [] == at.faults


@given(st.text(r"\frac{}^_12xy+-=&$ sqrt中()[]", max_size=30))
def test_any_tex_is_drawn_or_told_and_never_shown(tex: str) -> None:
    try:
        shown = drawn(tex, display=True)
    except FormulaError:
        return
    assert re.sub(r"<[^>]*>", "", shown).strip("中") == ""
    assert shown.startswith(("<svg ", "<span ", "中"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\(x\)，\( E=mc^2 \)", "‹x›，‹E=mc^2›"),
        (r"\(n+1\) 和 \((a, b)\)", "‹n+1› 和 ‹(a, b)›"),
        (r"即 \[ a \le b \]", r"即 ‹a \le b›"),
    ],
)
def test_latex_has_marks_of_its_own(text: str, shown: str) -> None:
    assert f"<p>{shown}</p>" == named(md(text))


def test_brackets_in_the_words_of_a_link_are_a_formula_as_dollars_are() -> None:
    assert md(r"[看 $n=1$](https://mp.weixin.qq.com/s/a)") == md(
        r"[看 \(n=1\)](https://mp.weixin.qq.com/s/a)"
    )


def test_so_has_a_formula_by_itself() -> None:
    assert md("字\n\\[\n\\frac{a}{b}\n= c^2\n\\]\n字") == md("字\n$$\n\\frac{a}{b}\n= c^2\n$$\n字")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\(注\) 和 \[1\]", "(注) 和 [1]"),
        (r"\(see below\)", "(see below)"),
        (r"\[注：a=b\]", "[注：a=b]"),
        (r"\[a\_b\] 和 \[c", "[a_b] 和 [c"),
        (r"\[文字\] 又 \[2\]", "[文字] 又 [2]"),
        (r"\\(x\\)", r"\(x\)"),
        (r"\(\)", "()"),
    ],
)
def test_escaped_brackets_stay_brackets(text: str, shown: str) -> None:
    assert f"<p>{shown}</p>" == md(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\\[ x^2\n\n字\n\n\\[ y^2 \\]", "<p>[ x^2</p><p>字</p>‹y^2›"),
        ("\\[ x^2\n\\[ y^2 \\]", "<p>[ x^2</p>‹y^2›"),
    ],
)
def test_a_bracket_that_is_never_closed_takes_no_later_formula(text: str, shown: str) -> None:
    html = named(md(text)).replace('<section class="math">', "").replace("</section>", "")
    assert shown == html


@pytest.mark.parametrize("text", [r"\(\foo\)", r"\[\foo\]"])
def test_what_cannot_be_drawn_in_brackets_is_an_error(text: str) -> None:
    at = page()
    markdown_to_html(f"字 {text}", at)
    assert ["MC329"] == [fault.code for fault in at.faults]
