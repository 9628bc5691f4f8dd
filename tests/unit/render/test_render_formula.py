"""Formulas: what is one, how it is drawn, and what cannot be read."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import block, body, lines, markdown_to_html, md, page, wrong

from massctl.model.diagnostics import Fault, Severity
from massctl.render.formula import (
    CHARACTERS_MAX,
    DEPTH_MAX,
    UNITS,
    Drawing,
    Formula,
    Problem,
    Word,
    store_result,
)
from massctl.render.markdown_formulas import SAME_STYLE, spelled
from massctl.source.formulas import draw

_DRAWN: Final = re.compile(r'<svg [^>]*aria-label="(?P<tex>[^"]*)">.*?</svg>')
_VIEW: Final = re.compile(
    r'viewBox="(?P<left>-?\d+) (?P<top>-?\d+) (?P<width>\d+) (?P<height>\d+)"'
)
_TEXT: Final = re.compile(
    r'<text x="(?P<x>-?\d+)" y="(?P<y>-?\d+)" font-size="(?P<size>\d+)"[^>]*>(?P<text>[^<]*)</text>'
)


def named(html: str) -> str:
    """HTML with the TeX of each drawing in its place, `‹x›`."""
    return _DRAWN.sub(r"‹\g<tex>›", html)


def article(*written: str) -> list[Formula]:
    """The formulas of one article, drawn."""
    formulas = [Formula(tex, True) for tex in written]
    assert draw(formulas) is None
    return formulas


def drawn(tex: str, *, display: bool = True) -> str:
    formula = Formula(tex, display)
    assert draw([formula]) is None
    assert formula.fault is None, formula.fault.message
    return formula.shown


def fault_of(tex: str) -> Fault:
    (formula,) = article(tex)
    assert formula.fault is not None, formula.shown
    assert formula.shown == ""
    return formula.fault


def look(tex: str, *, display: bool = True) -> str:
    """What a drawing shows, whatever it is called."""
    return re.sub(r' aria-label="[^"]*"', "", drawn(tex, display=display))


def size(tex: str) -> tuple[int, int]:
    """Width and height of a formula, in percent of a letter's size."""
    found = _VIEW.search(drawn(tex))
    assert found is not None
    return int(found["width"]), int(found["height"])


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
        (r"$x^T$$x$，$\left\{ a \right.,$$k$$b$", 5),
        ("$a$$b$c，$a$$，$a$$ $，$PATH$$HOME$", 0),
        (r"$  A \in \mathbb{R}，$ $B$", 2),
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
    assert re.match(
        r'<svg viewBox="-2 -\d+ 140 111" fill="currentColor" style="width:1.4em;vertical-align:-.12em" aria',
        found,
    )
    assert found.endswith('"></path></svg>')
    assert ' aria-label="\\sqrt{2}"' in found
    assert 1 == found.count("<path")
    assert None is re.search(r"\bid=|<use|<symbol|<g|black|stroke|data-", found)
    assert len(found) < 450


def test_every_formula_of_an_article_is_in_one_font() -> None:
    """Simple ones were once letters of the phone, in italics, beside drawings of others."""
    assert "<p>设 ‹x_1›，则 ‹E=mc^2›、‹\\frac{a}{b}›</p>" == named(
        md(r"设 $x_1$，则 $E=mc^2$、$\frac{a}{b}$")
    )


def test_what_a_drawing_is_called_is_one_line() -> None:
    assert r' aria-label="\frac{1} {2}"' in drawn("\\frac{1}\n  {2}")


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"\text{准确率} = \frac{\text{正确数}}{\text{总数}}", ["准确率", "正确数", "总数"]),
        (r"速度=\frac{路程}{时间}", ["速度", "路程", "时间"]),
        (r"\underbrace{a+b}_{\text{两项之和}}", ["两项之和"]),
        (r"\begin{pmatrix}1&中\\3&4\end{pmatrix}", ["中"]),
        (r"\sqrt[3]{中}+\overline{\text{文}}", ["中", "文"]),
        (r"\text{若 $x>0$ 则}", ["若", "则"]),
        (r"\text{é}x", ["é"]),
    ],
)
def test_chinese_is_text_in_the_drawing(tex: str, said: list[str]) -> None:
    assert said == [found["text"] for found in _TEXT.finditer(drawn(tex))]


def test_bold_chinese_is_bold() -> None:
    assert 'font-weight="bold">字</text>' in drawn(r"x\textbf{字}")


@pytest.mark.parametrize(
    ("tex", "shown"), [("中文", "中文"), (r"\text{速度}", "速度"), ("甲，乙", "甲，乙")]
)
def test_a_formula_of_words_is_words(tex: str, shown: str) -> None:
    assert shown == drawn(tex, display=False)


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{pmatrix}a\\b\end{pmatrix}^T",
        r"a \mathrel{\overset{!}{=}} b",
        r"\genfrac{(}{)}{0pt}{}{n}{k}",
        r"\begin{aligned}[t]a&=b\\&=c\end{aligned}",
        r"\begin{CD}A@>f>>B\end{CD}",
        r"\xlongequal{\text{高温}}",
        r"\argmax_x f(x), \bm{x}\in\R",
        r"\stackrel{\textcircled{1}}{=}",
        r"\enclose{circle,roundedbox}{x}",
        r"\overleftrightarrow{AB}\sout{x}\require{cancel}",
        r"\begin{rcases}a\end{rcases}\dfrac12\tfrac12\displaystyle\sum",
        r"\begin{multline}a\\b\end{multline}",
        r"\begin{array}{|c:c|}\hline a&b\\\hdashline c&d\end{array}",
    ],
)
def test_what_textbooks_write_is_drawn(tex: str) -> None:
    assert "<path d=" in drawn(tex)


@pytest.mark.parametrize(
    ("tex", "fills"),
    [
        (r"\textcolor{red}{x}+y", ["red"]),
        (r"x\color{#36c}y", ["#36c"]),
        (r"\textcolor{blue}{\text{中}}", ["blue"]),
        (r"\colorbox{yellow}{$x$}", ["yellow"]),
        (r"\color[RGB]{255,0,0}x", ["#ff0000"]),
    ],
)
def test_colours_are_kept(tex: str, fills: list[str]) -> None:
    assert fills == re.findall(r'<(?:path|text)[^>]* fill="([^"]*)"', drawn(tex))


@pytest.mark.parametrize(
    ("tex", "lines"),
    [
        (r"\boxed{x}", 1),
        (r"\cancel{x}", 1),
        (r"\xcancel{x}", 1),
        (r"\begin{array}{c|c}a&b\end{array}", 1),
    ],
)
def test_lines_have_the_colour_of_the_text(tex: str, lines: int) -> None:
    assert lines == len(
        re.findall(r'fill="none" stroke="currentColor" stroke-width="\d+"></path>', drawn(tex))
    )


def test_dashed_lines_are_dashed() -> None:
    assert ' stroke-dasharray="' in drawn(r"\begin{array}{c:c}a&b\end{array}")


def test_a_tall_bracket_is_put_together_within_its_edges() -> None:
    rows = r"\\".join("1" * 12)
    assert abs(size(rf"\left\{{\begin{{matrix}}{rows}\end{{matrix}}\right\}}")[1] - 12 * 140) < 60


def test_a_sum_by_itself_is_large_and_one_in_a_line_is_not() -> None:
    heights = [
        int(found["height"])
        for display in (True, False)
        if (found := _VIEW.search(drawn(r"\sum_{i=1}^n x_i", display=display)))
    ]
    assert heights[0] > heights[1] * 1.5


@pytest.mark.parametrize(
    ("terms", "display", "style"),
    [
        (4, True, ""),
        (14, True, ";max-width:100%"),
        (14, False, ";max-width:100%"),
        (30, False, ";max-width:300%!important"),
        (30, True, ";max-width:300%!important"),
        (60, True, ";max-width:600%!important"),
    ],
)
def test_a_long_formula_shrinks_and_a_very_long_one_scrolls(
    terms: int, display: bool, style: str
) -> None:
    found = drawn("+".join("x" * terms), display=display)
    assert (
        re.search(r'style="width:[\d.]+em([^"]*?)(?:;vertical-align:[-.\d]+em)?" aria', found)[1]
        == style
    )  # type: ignore[index]
    room = "block" if display else "inline-block;vertical-align:middle"
    scroller = f'<span style="display:{room};overflow-x:auto">'
    assert ("!important" in style) == found.startswith(scroller)


# What goes on from one formula to the next


def test_a_macro_holds_for_one_article() -> None:
    defined, used = article(r"\newcommand{\E}[1]{\mathbb{E}\left[#1\right]}", r"\E{x}")
    assert defined.shown == ""
    assert re.sub("aria-label=.*?>", "", used.shown) == re.sub(
        "aria-label=.*?>", "", drawn(r"\mathbb{E}\left[x\right]")
    )
    assert "`\\E`" in fault_of(r"\E{x}").message


def test_a_formula_that_only_defines_leaves_no_trace() -> None:
    text = "前\n\n$$\n\\newcommand{\\D}{d}\n$$\n\n后 $\\D$"
    assert r"<p>前</p><p>后 ‹\D›</p>" == named(md(text))


def test_numbers_go_on_through_an_article_and_begin_anew_in_the_next() -> None:
    one = r"\begin{equation}x\end{equation}"
    first, second = (each.shown for each in article(one, one))
    assert first != second
    assert second == article(r"\begin{equation}y\end{equation}", one)[1].shown
    assert first == article(one)[0].shown


def test_a_reference_may_stand_before_its_formula_and_in_the_text() -> None:
    before, _, behind = article(
        r"\eqref{e}", r"\begin{align}x&=1\label{e}\\&=2\nonumber\end{align}", r"\eqref{e}"
    )
    assert before.shown == behind.shown
    assert look(r"\text{(1)}") == re.sub(' aria-label="[^"]*"', "", before.shown)
    shown = md("见 \\eqref{e} 和 \\ref{e}：\n\n$$\nx\\tag{7}\\label{e}\n$$")
    assert r"<p>见 ‹\eqref{e}› 和 ‹\ref{e}›：</p>" in named(shown)


def test_a_number_stands_behind_its_row() -> None:
    assert size(r"x\tag{3}")[0] > size("x")[0] + 200
    assert size(r"x\tag*{3}")[0] < size(r"x\tag{3}")[0]
    assert (
        size(r"\begin{align}a&=b\\c&=d\end{align}")[0]
        > size(r"\begin{align*}a&=b\\c&=d\end{align*}")[0]
    )
    assert (
        abs(
            size(r"\begin{align}a\\bb\tag{9}&=c&d\end{align}")[1]
            - size(r"\begin{align*}a\\bb&=c&d\end{align*}")[1]
        )
        < 30
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([r"\ref{none}"], "`\\ref{none}`: no formula of this article has this label"),
        ([r"x\tag{1}\label{a}", r"y\tag{2}\label{a}"], "this label is defined twice"),
    ],
)
def test_a_label_is_one_formula(written: list[str], said: str) -> None:
    *_, last = article(*written)
    assert last.fault is not None
    assert said in last.fault.message


# What cannot be drawn


@pytest.mark.parametrize(
    ("tex", "said", "at"),
    [
        (r"\foo{x}", r"`\foo`: this command is unknown", 0),
        (r"a+\frac{\foo}{b}", r"`\foo`: this command is unknown", 8),
        (r"\foo+\foo{\bar}", r"`\foo`: this command is unknown", 0),
        (r"\frac{1", r"`\frac{1`: a brace is never closed", 7),
        ("a}b", "`}b`: a closing brace has no opening one", 1),
        (r"\begin{foo}x\end{foo}", r"`foo`: this environment is unknown", 7),
        (r"\left(x", r"`\left`: `\left` has no `\right`", 0),
        ("x^2^3", "`^3`: two superscripts stand at one place", 3),
        (r"\textcolor{nocolour}{x}", "`nocolour`: this is not a colour", 11),
        (r"\href{https://a.cn}{x}", r"`\href`", 0),
        (r"\def\a{\a\a}\a", "its macros are replaced too often", 13),
        (r"\def\a#1{\a{#1#1}}\a{xx}", "its macros expand to too much text", 22),
        (
            r"\newenvironment{a}{\begin{a}}{\end{a}}\begin{a}",
            "its environments are nested too often",
            47,
        ),
        (r"\newcommand{\a}{\foo}\a", r"`\foo`: this command is unknown", 16),
        (r"\sqrt[3", "could not find closing ']'", 0),
    ],
)
def test_a_fault_names_the_part_and_its_place(tex: str, said: str, at: int) -> None:
    found = fault_of(tex)
    assert said.lower() in str(found.message).lower()
    assert abs(at - found.shift) <= 2


def test_a_fault_in_a_later_line_is_placed_there() -> None:
    found = fault_of("x\n+ \\foo")
    assert (r"+ \foo", 2) == (found.needle, found.shift)
    (told,) = wrong("$$\nx\n+ \\foo\n$$")
    assert (3, 3) == lines([told])[0][1:]


@pytest.mark.parametrize(
    "tex",
    [
        "{" * (DEPTH_MAX + 1) + "x" + "}" * (DEPTH_MAX + 1),
        r"\left(\begin{matrix}" * 30 + "x" + r"\end{matrix}\right)" * 30,
        "x" * (CHARACTERS_MAX + 1),
        r"\left(\begin{matrix}" + r"1\\" * 300 + r"\end{matrix}\right)",
        "x+" * 900 + "x",
    ],
)
def test_what_would_take_long_or_fits_no_phone_is_refused(tex: str) -> None:
    assert fault_of(tex).code == "MC329"


@pytest.mark.parametrize(
    "tex",
    [
        r"\{" * 100 + r"\}" * 100,
        "x^{" * (DEPTH_MAX - 1) + "x" + "}" * (DEPTH_MAX - 1),
        r"\left(" * (DEPTH_MAX - 1) + "x" + r"\right)" * (DEPTH_MAX - 1),
    ],
)
def test_what_may_be_nested_is_within_the_stack(tex: str) -> None:
    assert "<path" in drawn(tex, display=False)


def test_tex_leaves_its_attribute_as_little_as_its_text() -> None:
    found = drawn(r'\text{<b>"中&}'.replace("&", r"\&"))
    assert ' aria-label="\\text{&lt;b&gt;&quot;中\\&amp;}"' in found
    assert ["中"] == [each["text"] for each in _TEXT.finditer(found)]
    assert fault_of(r'\textcolor{red" onload="x}{y}').code == "MC329"


@pytest.mark.parametrize(
    "drawing",
    [
        Drawing((0, 0, 10, 10), [], [("red;x:y", "M0 0h1")], [], []),
        Drawing((0, 0, 10, 10), [("<", "M0 0h1")], [], [], []),
        Drawing((0, 0, 10, 10), [], [], [("nothing", 1, 0, "M0 0h1")], []),
        Drawing((0, 0, 10, 10), [], [], [], [Word(0, 0, 100, "7", "", "字", True)]),
        Drawing((0, 0, 300 * UNITS, 10), [], [("red", "M0 0h1")], [], []),
    ],
)
def test_a_drawing_that_a_phone_would_lose_is_refused(drawing: Drawing) -> None:
    formula = Formula("x", True)
    store_result(formula, drawing)
    assert formula.fault is not None
    assert formula.shown == ""


def test_a_problem_without_words_of_ours_is_told_in_its_own() -> None:
    formula = Formula("x", True)
    store_result(formula, Problem("Other", "Something is odd", 5))
    assert formula.fault is not None
    assert formula.fault.message == "the formula cannot be drawn: `x`: Something is odd"


def test_a_drawing_stands_in_its_line_and_in_the_body_that_is_sent() -> None:
    found = body(r"根 $\sqrt{2}$ 后，$v_中$")
    path = "<svg [^<]*><path [^<]*></path>"
    assert re.fullmatch(
        rf"<section><p>根 {path}</svg> 后，{path}<text [^<]*>中</text></svg></p></section>", found
    )


def test_a_formula_may_stand_in_a_link() -> None:
    assert "<p>‹x^2›</p>" == named(md("[$x^2$]()"))


def test_without_the_extra_one_diagnostic_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("massctl.source.formulas.is_installed", lambda: False)
    (found,) = wrong("$x^2$ 和 $y^2$\n\n$$\nz\n$$")
    assert ("MC329", Severity.ERROR) == (found.code, found.severity)
    assert "massctl[math]" in str(found.hint)
    assert [] == [each for each in wrong("没有公式，$5") if each.code == "MC329"]


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        (r"字 $\foo{x}$", r"\foo"),
        (r"字 $\frac{1$", r"\frac{1"),
        (r"字 $\cline{1}$", r"\cline"),
        ("$$\n\\foo\n+1\n$$", r"\foo"),
        (f"字 ${'x+' * CHARACTERS_MAX}x$", "x+x"),
    ],
)
def test_what_cannot_be_drawn_is_an_error(text: str, needle: str) -> None:
    """It was once sent as TeX."""
    (found,) = wrong(text)
    assert ("MC329", Severity.ERROR) == (found.code, found.severity)
    assert needle in found.message
    line, column = lines([found])[0][1:]
    assert (line == 1 and column >= 4) if text.startswith("字") else (line, column) == (2, 1)


@pytest.mark.parametrize(
    ("text", "severity", "named"),
    [
        ("$$\nx = \\frac{1}{2}\n\n后文，没有结束", Severity.ERROR, r"\frac{"),
        (r"残 \begin{foo}", Severity.ERROR, r"\begin{"),
        (r"$\mathbb{R}$ 和 \mathbb{Q}", Severity.ERROR, r"\mathbb{"),
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
        (each.code, each.severity, each.needle[each.shift :]) for each in at.faults
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (r"$\mathbb{R}$ 和 \mathbb{Q}", (1, 16)),
        ("$\\text{a}$\n\n<div>b</div>\n式 $\\text{a}$", (4, 4)),
    ],
)
def test_tex_that_followers_would_read_is_told_once_and_where_it_stands(
    text: str, place: tuple[int, int]
) -> None:
    assert [("MC329", *place)] == lines(wrong(text))


def test_tex_inside_html_is_told_with_what_to_do_there() -> None:
    (found,) = wrong("<div>\n$\\text{a}$")
    assert "leave a line empty" in str(found.hint)


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
    (formula,) = article(tex)
    if formula.fault is None:
        assert re.sub(r"<[^>]*>", "", formula.shown).strip("中") == ""
        assert formula.shown.startswith(("<svg ", "<span ", "中")) or not formula.shown


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


@pytest.mark.parametrize(
    ("tex", "before", "after", "written"),
    [
        ("x^2", "设", "。", "$x^2$"),
        ("x^2", "3", "个", r"\(x^2\)"),
        ("`a", "", "", None),
        ("hello", "", "", None),
    ],
)
def test_a_formula_is_written_so_that_it_is_found_again(
    tex: str, before: str, after: str, written: str | None
) -> None:
    found = spelled(tex, before, after)
    assert found == (written or rf"\({SAME_STYLE}{tex}\)")
    assert f"‹{found[2:-2] if written is None else tex}›" in named(md(before + found + after))
