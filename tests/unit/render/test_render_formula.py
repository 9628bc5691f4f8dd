"""Formulas: what is one, what a line of text says, what is drawn, and what cannot be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, lines, markdown_to_html, md, page, wrong

from massctl.model.diagnostics import Severity
from massctl.render.formula import FormulaError, drawn_formula, simple_formula


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x", "<i>x</i>"),
        ("E=mc^2", "<i>E</i>\u2005=\u2005<i>mc</i><sup>2</sup>"),
        (r"\alpha_1 \le 3", "α<sub>1</sub>\u2005≤\u20053"),
        ("x_{n-1}^{10}", "<i>x</i><sub>n−1</sub><sup>10</sup>"),
        (r"90^\circ", "90<sup>°</sup>"),
        (r"a - b < c\%", "<i>a</i>\u2005−\u2005<i>b</i>\u2005&lt;\u2005<i>c</i>%"),
        (r"f(x) \to \infty", "<i>f</i>(<i>x</i>)\u2005→\u2005∞"),
        (r"\text{速度}", "速度"),
        (r"v_{\text{平均}}", "<i>v</i><sub>平均</sub>"),
        (r"\mathrm{中}", "中"),
        ("n ≥ 2", "<i>n</i>\u2005≥\u20052"),
        ("x^中", "<i>x</i><sup>中</sup>"),
        (r"\text{if }x<0", "if <i>x</i>\u2005&lt;\u20050"),
    ],
)
def test_what_a_line_can_say_is_text(tex: str, expected: str) -> None:
    assert expected == simple_formula(tex)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("-1", "−1"),
        ("x=-1", "<i>x</i>_=_−1"),
        ("(-1)^n+1", "(−1)<sup>n</sup>_+_1"),
        (r"2\times-3", "2_×_−3"),
        ("f(a,-b)", "<i>f</i>(<i>a</i>,−<i>b</i>)"),
        ("|-x|+|y|", "|−<i>x</i>|_+_|<i>y</i>|"),
        ("a:=b", "<i>a</i>_:=_<i>b</i>"),
        ("n!=6", "<i>n</i>!_=_6"),
        ("a<=b", "<i>a</i>_&lt;=_<i>b</i>"),
        ("≥2", "≥2"),
        ("x=", "<i>x</i>="),
        (r"a\,=\,b", "<i>a</i>_=_<i>b</i>"),
        ("x_{n-1}", "<i>x</i><sub>n−1</sub>"),
    ],
)
def test_a_sign_between_two_things_has_room(tex: str, expected: str) -> None:
    assert expected.replace("_", "\u2005") == simple_formula(tex)


@pytest.mark.parametrize("tex", [r"\frac{1}{2}", r"\sqrt{2}", "x^{a^b}", r"x^\foo", r"\foo", "a~b", r"\text{}", "x^"])
def test_what_it_cannot_say_is_not(tex: str) -> None:
    assert simple_formula(tex) is None


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ 和 $f(x)$、$x'$", 3),
        ("$E=mc^2$。", 1),
        (r"价格 $5 和 $6，$100-$200，US$5=$6，$PATH:$HOME，$AAPL 和 $TSLA", 0),
        ("$5 < 6，$7", 0),
        (r"$\text{速度}=v$", 1),
        ("从 $5，花了$，到 $10=70元$", 0),
        ("$PATH_A，另有$HOME，$变量，$", 0),
        ("`$x^2$` 和 \\$x^2$", 0),
        ("$a$b 和 a$b$", 0),
        ("$ a^2$ 和 $a^2 $", 0),
        ("$$x+1$$ 完", 1),
        ("$$", 0),
        ("$word$", 0),
    ],
)
def test_a_dollar_may_be_money(text: str, formulas: int) -> None:
    html = markdown_to_html(text, page())
    assert formulas == len(re.findall(r"<i>.*?(?=[，。、和完]|</p>)|<svg", html)), html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x≤y$", "<i>x</i>\u2005≤\u2005<i>y</i>"),
        ("$a×b$", "<i>a</i>\u2005×\u2005<i>b</i>"),
        ("$x→y$", "<i>x</i>\u2005→\u2005<i>y</i>"),
        ("$O(n²)$", "<i>O</i>(<i>n</i>²)"),
        ("$α$", "α"),
        ("$℃$", "℃"),
        ("$中文$", "中文"),
        ("$甲=乙$", "甲\u2005=\u2005乙"),
    ],
)
def test_signs_that_are_typed_are_signs(text: str, shown: str) -> None:
    assert f"<p>{shown}</p>" == md(text)


MATH = '<section class="math">{}</section>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\nx=1\n$$", MATH.format("<i>x</i>\u2005=\u20051")),
        ("$$x=1$$", MATH.format("<i>x</i>\u2005=\u20051")),
        ("字\n$$\nx\n=1\n$$\n尾", "<p>字</p>" + MATH.format("<i>x</i>\u2005=\u20051") + "<p>尾</p>"),
        ("> $$\n> x\n> $$", "<blockquote>" + MATH.format("<i>x</i>") + "</blockquote>"),
        ("$$\nx", "<p>$$ x</p>"),
        ("$$\n\n$$", "<p>$$</p><p>$$</p>"),
        ("$$$$", "<p>$$$$</p>"),
        ("    $$\n    x\n    $$", '<section class="code">$$<br>x<br>$$</section>'),
    ],
)
def test_a_formula_by_itself(text: str, expected: str) -> None:
    assert expected == markdown_to_html(text, page())


def test_a_drawing_is_one_path_in_the_colour_of_the_text() -> None:
    found = drawn_formula(r"\sqrt{2}", by_itself=False)
    assert found.startswith('<svg viewBox="0 0 129 121" fill="currentColor" style="width:1.29em;max-width:100%;')
    assert found.endswith('"></path></svg>')
    assert ' aria-label="\\sqrt{2}"' in found
    assert 1 == found.count("<path")
    assert None is re.search(r"\bid=|<use|<symbol|black", found)
    assert len(found) < 400


def test_what_a_drawing_is_called_is_one_line() -> None:
    assert r' aria-label="\frac{1} {2}"' in drawn_formula("\\frac{1}\n  {2}", by_itself=True)


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\text{准确率} = \frac{\text{正确数}}{\text{总数}}", "准确率\u2005=\u2005正确数/总数"),
        (r"速度=\frac{路程}{时间}", "速度\u2005=\u2005路程/时间"),
        (
            r"F_1=\frac{2\times 精确率}{精确率+召回率}",
            "<i>F</i><sub>1</sub>\u2005=\u2005(2\u2005×\u2005精确率)/(精确率\u2005+\u2005召回率)",
        ),
        (r"\frac{速度}{ab}c", "(速度/(<i>ab</i>))<i>c</i>"),
        (r"2\frac{中}{x}", "2(中/<i>x</i>)"),
        (r"\left(\frac{中}{2}\right)^2", "(中/2)<sup>2</sup>"),
        (r"{a-中}^2\quad x", "(<i>a</i>\u2005−\u2005中)<sup>2</sup>\u2003<i>x</i>"),
        (r"\sqrt{速度+1}", "√(速度\u2005+\u20051)"),
        (r"\displaystyle\frac{中}{2}\,x\!y", "中/2\u2009<i>xy</i>"),
        (r"\sum_{i=1}^{总数} x_i^2", "∑<sub>i=1</sub><sup>总数</sup><i>x</i><sub>i</sub><sup>2</sup>"),
        (r"\sin 角+\max_{中}x", "sin\u2009角\u2005+\u2005max<sub>中</sub><i>x</i>"),
        (r"\text{如果 }\mathscr{中}<1", "如果 中\u2005&lt;\u20051"),
    ],
)
def test_chinese_is_never_drawn(tex: str, shown: str) -> None:
    assert shown == drawn_formula(tex, by_itself=True)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix}1&中\\3&4\end{pmatrix}",
        r"\hat{中}",
        r"\overline{\text{中}}",
        r"\sqrt[3]{中}",
        r"\binom{中}{2}",
        r"x_{中_a}",
        r"\phantom{x}中",
        r"\not=中",
    ],
)
def test_what_would_be_a_box_and_fits_no_line_stays(tex: str) -> None:
    with pytest.raises(FormulaError, match="中"):
        drawn_formula(tex, by_itself=True)


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\cancel{x}", r"\cancel"),
        (r"\textcolor{red}{x}", r"\textcolor"),
        (r"\texttt{ab}", r"\texttt"),
        (r"\boxed{x}", r"\boxed"),
        (r"\tag{$x$} y", r"\tag"),
        (r"x\tag{1}\\y\tag{2}", r"\tag"),
        (r"\verb|a|", r"\verb|a|"),
        (r"\begin{array}{c|c}a&b\end{array}", r"\begin{array}{c|c}a&b\end{array}"),
    ],
)
def test_what_a_drawing_would_lose_is_refused(tex: str, said: str) -> None:
    with pytest.raises(FormulaError) as found:
        drawn_formula(tex, by_itself=False)
    assert said == str(found.value)


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\boldsymbol{x}_i", "<b><i>x</i></b><sub>i</sub>"),
        (r"\mathbf{A}\mathbf{B}^\top", "<b>AB</b><sup>⊤</sup>"),
        (r"\boldsymbol{\theta}'", "<b>θ</b>′"),
        (r"\mathbf{12}\textbf{ab}\text{c}", "<b>12ab</b>c"),
        (r"\hat{y}_{\boldsymbol{x}}", "<i>ŷ</i><sub><b>x</b></sub>"),
        (r"f\left(x_{n-1}^{(i)}\right) \in \mathbb{R}", "<i>f</i>(<i>x</i><sub>n−1</sub><sup>(i)</sup>)\u2005∈\u2005ℝ"),
        (r"a \leqslant b \mid c", "<i>a</i>\u2005≤\u2005<i>b</i>|<i>c</i>"),
        (r"\sum_{i=1}^n x_i", "∑<sub>i=1</sub><sup>n</sup><i>x</i><sub>i</sub>"),
        (r"\log(p)+\log p", "log(<i>p</i>)\u2005+\u2005log\u2009<i>p</i>"),
        (r"\text{Block}^{24}\|w\|", "Block<sup>24</sup>‖<i>w</i>‖"),
    ],
)
def test_what_a_drawing_would_show_in_one_line_is_a_line(tex: str, shown: str) -> None:
    assert shown == drawn_formula(tex, by_itself=False)


@pytest.mark.parametrize(
    "tex",
    [
        *(
            r"\frac{1}{2}",
            r"\sqrt{x}",
            r"\hat{x}",
            r"\hat{ab}",
            r"\vec{a}",
            r"\overline{a}",
            r"x_{a_b}",
            r"\mathcal{D}",
        ),
        *(r"\mathbb{E}", "{ab}^2", "{}_a x", r"\sum\limits_i x", r"\mathsf{Z}", r"\binom{n}{k}"),
        r"\begin{aligned}a&=\boldsymbol{b}\\c&=d\end{aligned}",
    ],
)
def test_what_a_line_would_change_is_drawn(tex: str) -> None:
    assert drawn_formula(tex, by_itself=False).startswith("<svg")


@pytest.mark.parametrize("tex", [r"\sum_{i=1}^n x_i", r"\int f", r"\lim_{x\to 0} f"])
def test_a_sum_by_itself_is_drawn_large(tex: str) -> None:
    assert drawn_formula(tex, by_itself=True).startswith("<svg")


def test_an_operator_of_several_words_shows_no_asterisk() -> None:
    plain = drawn_formula(r"\mathrm{arg\,max}_x f", by_itself=True)
    for tex in (r"\operatorname*{arg\,max}_x f", r"\operatorname{arg\,max}_x f"):
        found = drawn_formula(tex, by_itself=True)
        assert plain.partition("<path")[2] == found.partition("<path")[2]


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"x=1\tag{3}", "<i>x</i>\u2005=\u20051\u2003(3)"),
        (r"\tag{式 1} \frac{甲}{x}", "甲/<i>x</i>\u2003(式 1)"),
        (r"\sqrt{2}\tag{<}", drawn_formula(r"\sqrt{2}", by_itself=True) + "\u2003(&lt;)"),
    ],
)
def test_the_number_of_a_formula_stands_behind_it(tex: str, shown: str) -> None:
    assert shown == drawn_formula(tex, by_itself=True)


def test_a_formula_on_the_line_needs_no_alignment() -> None:
    assert "vertical-align" not in drawn_formula(r"\overline{\mathbb{R}}", by_itself=True)


def test_a_drawing_stands_in_its_line_and_in_the_body_that_is_sent() -> None:
    found = body(r"根 $\sqrt{2}$ 后")
    assert re.fullmatch(r"<section><p>根 <svg [^<]*><path [^<]*></path></svg> 后</p></section>", found)


def test_a_formula_may_stand_in_a_link() -> None:
    assert "<p><i>x</i><sup>2</sup></p>" == md("[$x^2$](#x)")


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        (r"字 $\foo{x}$", r"\foo"),
        (r"字 $\frac{1$", r"\frac{1"),
        (r"字 $\boxed{x}$", r"\boxed"),
        (r"字 $\color{red}x$", r"\color"),
        (r"字 $\ce{H2O}$", r"\ce"),
        ("$$\n\\foo\n+1\n$$", r"\foo"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(text: str, needle: str) -> None:
    """It was once sent as TeX."""
    (found,) = wrong(text)
    assert ("MC329", Severity.ERROR) == (found.code, found.severity)
    assert needle in found.message
    assert (1, 4) == lines([found])[0][1:] if text.startswith("字") else (2, 1)


def test_a_formula_of_nothing_cannot_be_drawn() -> None:
    with pytest.raises(FormulaError):
        drawn_formula(r"\,", by_itself=False)


def test_two_formulas_that_are_one_text_keep_their_words() -> None:
    assert "<p>设 <i>n</i>\u2005=\u20051，则 <i>n</i><sup>2</sup>\u2005=\u20051</p>" == md("设 $n=1$，则 $n^2=1$")


@given(st.text(r"\frac{}^_12xy+-=&$ sqrt", max_size=30))
def test_any_tex_is_written_somehow(tex: str) -> None:
    html = markdown_to_html(f"a $${tex}$$ b", page())
    assert html.startswith("<p>a")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"\(x\)，\( E=mc^2 \)", "<i>x</i>，<i>E</i>\u2005=\u2005<i>mc</i><sup>2</sup>"),
        (r"\(n+1\) 和 \((a, b)\)", "<i>n</i>\u2005+\u20051 和 (<i>a</i>,<i>b</i>)"),
        (r"即 \[ a \le b \]", "即 <i>a</i>\u2005≤\u2005<i>b</i>"),
    ],
)
def test_latex_has_marks_of_its_own(text: str, shown: str) -> None:
    assert f"<p>{shown}</p>" == md(text)


def test_brackets_in_the_words_of_a_link_are_a_formula_as_dollars_are() -> None:
    assert md(r"[看 $n=1$](https://mp.weixin.qq.com/s/a)") == md(r"[看 \(n=1\)](https://mp.weixin.qq.com/s/a)")


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


@pytest.mark.parametrize("text", [r"\(\foo\)", r"\[\foo\]"])
def test_what_cannot_be_drawn_in_brackets_is_an_error(text: str) -> None:
    at = page()
    markdown_to_html(f"字 {text}", at)
    assert ["MC329"] == [fault.code for fault in at.faults]
