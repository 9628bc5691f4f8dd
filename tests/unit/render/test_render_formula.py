"""Formulas: what is one, what a line of text says, what is drawn, and what cannot be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_inputs import body, lines, md, page, wrong

from massctl.model.diagnostic import Severity
from massctl.render.formula import FormulaError, drawn_formula, simple_formula
from massctl.render.markdown import markdown_to_html


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x", "<i>x</i>"),
        ("E=mc^2", "<i>E</i>=<i>mc</i><sup>2</sup>"),
        (r"\alpha_1 \le 3", "α<sub>1</sub>≤3"),
        ("x_{n-1}^{10}", "<i>x</i><sub>n−1</sub><sup>10</sup>"),
        (r"90^\circ", "90<sup>°</sup>"),
        (r"a - b < c\%", "<i>a</i>−<i>b</i>&lt;<i>c</i>%"),
        (r"f(x) \to \infty", "<i>f</i>(<i>x</i>)→∞"),
    ],
)
def test_what_a_line_can_say_is_text(tex: str, expected: str) -> None:
    assert expected == simple_formula(tex)


@pytest.mark.parametrize("tex", [r"\frac{1}{2}", r"\sqrt{2}", "x^{a^b}", r"x^\foo", r"\foo", "a~b", "a 中", "x^"])
def test_what_it_cannot_say_is_not(tex: str) -> None:
    assert simple_formula(tex) is None


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x$ 和 $f(x)$、$x'$", 3),
        ("$E=mc^2$。", 1),
        (r"价格 $5 和 $6，$100-$200，US$5=$6，$PATH:$HOME，$AAPL 和 $TSLA", 0),
        ("$5 < 6，$7", 0),
        ("$甲=乙$", 0),
        (r"$\text{速度}=v$", 1),
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


MATH = '<section class="math">{}</section>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$$\nx=1\n$$", MATH.format("<i>x</i>=1")),
        ("$$x=1$$", MATH.format("<i>x</i>=1")),
        ("字\n$$\nx\n=1\n$$\n尾", "<p>字</p>" + MATH.format("<i>x</i>=1") + "<p>尾</p>"),
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
    assert found.startswith('<svg viewBox="3 -185 256 239" fill="currentColor" style="width:1.28em;max-width:100%;')
    assert found.endswith('z"></path></svg>')
    assert ' aria-label="\\sqrt{2}"' in found
    assert 1 == found.count("<path")
    assert None is re.search(r"\bid=|<use|<symbol|black", found)
    assert len(found) < 600


def test_a_formula_on_the_line_needs_no_alignment() -> None:
    assert "vertical-align" not in drawn_formula(r"\overline{\mathbb{R}}", by_itself=True)


def test_a_drawing_stands_in_its_line_and_in_the_body_that_is_sent() -> None:
    found = body(r"根 $\sqrt{2}$ 后")
    assert re.fullmatch(r"<section><p>根 <svg [^<]*><path [^<]*></path></svg> 后</p></section>", found)


def test_a_formula_may_stand_in_a_link() -> None:
    assert "<p><i>x</i><sup>2</sup></p>" == md("[$x^2$](#x)")


@pytest.mark.parametrize(
    ("text", "needle", "shown"),
    [
        (r"字 $\foo{x}$", r"\foo", r"<p>字 $\foo{x}$</p>"),
        (r"字 $\frac{1$", r"\frac{1", r"<p>字 $\frac{1$</p>"),
        ("$$\n\\foo\n+1\n$$", r"\foo", MATH.format(r"$$\foo +1$$")),
    ],
)
def test_what_cannot_be_read_stays_and_is_told(text: str, needle: str, shown: str) -> None:
    assert shown == markdown_to_html(text, page())
    (found,) = wrong(text)
    assert ("MC329", Severity.WARNING) == (found.code, found.severity)
    assert needle in found.message
    assert (1, 4) == lines([found])[0][1:] if text.startswith("字") else (2, 1)


def test_a_formula_of_nothing_cannot_be_drawn() -> None:
    with pytest.raises(FormulaError):
        drawn_formula(r"\,", by_itself=False)


def test_two_formulas_that_are_one_text_keep_their_words() -> None:
    assert "<p>设 <i>n</i>=1，则 <i>n</i><sup>2</sup>=1</p>" == md("设 $n=1$，则 $n^2=1$")


@given(st.text(r"\frac{}^_12xy+-=&$ sqrt", max_size=30))
def test_any_tex_is_written_somehow(tex: str) -> None:
    html = markdown_to_html(f"a $${tex}$$ b", page())
    assert html.startswith("<p>a")
