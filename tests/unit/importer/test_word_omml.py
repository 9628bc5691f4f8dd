"""Formulas of Word as TeX."""

import string
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from massctl.importer.word.omml import UnknownPart, tex, words_of
from massctl.render.formula import Formula
from massctl.render.markdown_formulas import SAME_STYLE, spelled, written_formulas
from massctl.render.markdown_parser import parse
from massctl.source.formulas import draw

_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def r(text: str, properties: str = "") -> str:
    return f"<m:r>{f'<m:rPr>{properties}</m:rPr>' if properties else ''}<m:t>{text}</m:t></m:r>"


def part(name: str, properties: str = "", **parts: str) -> str:
    inner = "".join(f"<m:{key}>{value}</m:{key}>" for key, value in parts.items())
    return f"<m:{name}><m:{name}Pr>{properties}</m:{name}Pr>{inner}</m:{name}>"


def val(name: str, value: str) -> str:
    return f'<m:{name} m:val="{value}"/>'


@pytest.mark.parametrize(
    ("inner", "written"),
    [
        (r("E=m") + part("sSup", e=r("c"), sup=r("2")), "E=mc^{2}"),
        (part("sSub", e=r("α"), sub=r("ij")), "α_{ij}"),
        (part("sSubSup", e=r("xy"), sub=r("1"), sup=r("2")), "{xy}_{1}^{2}"),
        (part("sPre", sub=r("6"), sup=r("14"), e=r("C")), "{}_{6}^{14}C"),
        (part("f", num=r("1"), den=r("2")), r"\frac{1}{2}"),
        (part("f", val("type", "noBar"), num=r("n"), den=r("k")), r"{n \atop k}"),
        (part("f", val("type", "lin"), num=r("1"), den=r("2")), "1/2"),
        (part("rad", val("degHide", "1"), deg="", e=r("x")), r"\sqrt{x}"),
        (part("rad", deg=r("3"), e=r("x")), r"\sqrt[3]{x}"),
        (part("nary", val("chr", "∑"), sub=r("i=1"), sup=r("n"), e=r("i")), r"\sum_{i=1}^{n} i"),
        (part("nary", val("limLoc", "undOvr"), sub=r("0"), sup=r("1"), e=r("x")), r"\int\limits_{0}^{1} x"),
        (part("nary", val("chr", "∯"), sub=r("S"), sup="", e=r("x")), r"\mathop{∯}_{S} x"),
        (part("d", e=r("x")), r"\left( x \right)"),
        (part("d", val("begChr", "{") + val("endChr", ""), e=r("x")), r"\left\{ x \right."),
        (part("d", val("begChr", "‖") + val("endChr", "‖"), e=r("x")), r"\left\| x \right\|"),
        (part("m", mr=f"<m:e>{r('a')}</m:e><m:e>{r('b')}</m:e>"), r"\begin{matrix} a & b \end{matrix}"),
        (part("eqArr", e=r("x&amp;=1")), r"\begin{aligned} x&=1 \end{aligned}"),
        (part("func", fName=r("sin", val("sty", "p")), e=r("x")), r"\sin x"),
        (part("func", fName=r("sgn", val("sty", "p")), e=r("x")), r"\operatorname{sgn} x"),
        (part("limLow", e=r("lim", val("sty", "p")), lim=r("n→∞")), r"\lim_{n→∞}"),
        (part("limUpp", e=r("x"), lim=r("y")), r"\overset{y}{x}"),
        (part("acc", e=r("x")), r"\hat{x}"),
        (part("acc", val("chr", "\u20d7"), e=r("AB")), r"\overrightarrow{AB}"),
        (part("acc", val("chr", "\u0309"), e=r("x")), "\\overset{\\text{\u0309}}{x}"),
        (part("bar", val("pos", "top"), e=r("x")), r"\overline{x}"),
        (part("groupChr", e=r("x")), r"\underbrace{x}"),
        (part("groupChr", val("chr", "→"), e=r("x")), r"\underrightarrow{x}"),
        (
            part("groupChr", val("chr", "⏞") + val("pos", "bot"), e=r("x")),
            r"\underset{\overbrace{\hphantom{x}}}{x}",
        ),
        (part("groupChr", val("chr", "⏞") + val("pos", "top"), e=r("x")), r"\overbrace{x}"),
        (
            part("eqArr", val("maxDist", "1"), e=r("E=m#") + part("d", e=r("1"))),
            r"\begin{aligned} E=m\qquad \left( 1 \right) \end{aligned}",
        ),
        (part("groupChr", val("chr", "=") + val("pos", "top"), e=r("x")), r"\overset{=}{x}"),
        (part("borderBox", e=r("x")), r"\boxed{x}"),
        (
            part("borderBox", val("hideTop", "1") + val("strikeH", "1"), e=r("x")),
            r"\enclose{bottom left right horizontalstrike}{x}",
        ),
        (part("phant", val("show", "0"), e=r("x")), r"\phantom{x}"),
        (part("box", e=r("x")), "x"),
        (r("速度") + r("v"), r"\text{速度}v"),
        (r("if x &lt; 0", "<m:nor/>"), r"\text{if x < 0}"),
        (r("R", val("scr", "double-struck")), r"\mathbb{R}"),
        (r("v", val("sty", "b")), r"\mathbf{v}"),
        (r("v", val("sty", "bi")), r"\boldsymbol{v}"),
        (r("50% {a} $"), r"50\% \{a\} \textdollar"),
        (r("x^2~\\"), r"x\textasciicircum 2\sim \backslash"),
        (r("a^b\\", "<m:nor/>"), r"\text{a}\textasciicircum \text{b}\backslash"),
        (r("x\u20d7"), r"\vec{x}"),
        (r("x\u20dd"), "\\text{x\u20dd}"),
        (part("d", val("begChr", "a") + val("sepChr", "⌈"), e=r("x")), r"a\left. x \right)"),
        (r("two words"), "two~words"),
    ],
)  # fmt: skip
def test_a_part_is_written_as_tex(inner: str, written: str) -> None:
    assert written == tex(etree.fromstring(f"<m:oMath {_M}>{inner}</m:oMath>"))


def test_letters_of_limits_that_are_switched_off_are_not_words_of_a_formula() -> None:
    hidden = part("nary", val("subHide", "1"), sub=r("i"), sup=r("n"), e=r("x"))
    assert "nx" == words_of(etree.fromstring(f"<m:oMath {_M}>{hidden}</m:oMath>"))


def test_a_part_without_tex_is_named() -> None:
    with pytest.raises(UnknownPart) as caught:
        tex(etree.fromstring(f"<m:oMath {_M}><m:xyz/></m:oMath>"))
    assert "xyz" == str(caught.value)


_SIGNS = [
    *(each for each in string.printable if each.isprintable() and not each.isspace()),
    *"−…∗⟨⟩⌈⌉⌊⌋‖→⏞⎴´·×±≤≠∞∂αΩℝ∈∩∀′″（），。“”—①㎡℃½²é中",
    *("a\u20d7", "b\u0338", "\u20dd", "^^", "^~\\$", "a_b", "\\alpha", "}{", "# 100%"),
]
_FORMS = {
    "run": lambda sign: r(f"x{sign}y"),
    "words": lambda sign: r(f"x{sign}y", "<m:nor/>"),
    "bold": lambda sign: r(f"x{sign}y", val("sty", "b")),
    "alone": lambda sign: part("sSup", e=r(sign), sup=r(sign)),
    "fences": lambda sign: part("d", val("begChr", sign) + val("endChr", sign), e=r("x")),
    "between": lambda sign: part("d", val("sepChr", sign), e=r("x")).replace(
        "</m:d>", f"<m:e>{r('y')}</m:e></m:d>"
    ),
    "accent": lambda sign: part("acc", val("chr", sign), e=r("x")),
    "large": lambda sign: part("nary", val("chr", sign), sub=r("x"), sup="", e=r("y")),
    "group": lambda sign: part("groupChr", val("chr", sign), e=r("x")),
    "row": lambda sign: part("eqArr", e=r(f"x{sign}y") + r(f"x{sign}y", "<m:nor/>")),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
def test_every_sign_is_drawn_and_found_again(form: Callable[[str], str]) -> None:
    written = [
        tex(etree.fromstring(f"<m:oMath {_M}>{form(escape(each, {chr(34): '&quot;'}))}</m:oMath>"))
        for each in _SIGNS
    ]
    formulas = [Formula(each, display=False) for each in written]
    draw(formulas)
    assert [] == [
        (each.tex, str(each.fault.message)) for each in formulas if each.fault is not None
    ]
    for each in written:
        for before, after in (("设", "。"), ("3", "个"), ("第", "3")):
            line = before + spelled(each, before, after) + after
            read = [token for part in parse(line).tokens for token in part.children or ()]
            found = [token.content for token in read if token.type == "formula"]
            in_html = [*written_formulas(escape(line))]
            assert ([each], 1) == ([one.removeprefix(SAME_STYLE) for one in found], len(in_html))
