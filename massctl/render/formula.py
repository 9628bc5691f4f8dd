"""A formula as what WeChat keeps: letters with small ones where a line of text says it, else a drawing.

A drawing takes some 50 characters a letter, so it is kept short: one path, in whole units.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, Final

from massctl.render.formula_line import flat_formula, formula_line
from massctl.render.formula_signs import with_room
from massctl.render.outline import short_path

if TYPE_CHECKING:
    from ziamath.zmath import Latex

UNITS: Final = 100
"""Of a drawing, to the size of the letters around it: 0.16 px in an article, half a pixel of a phone."""
_NEAR: Final = 1
"""Units that nobody sees: so far below the line a drawing may hang."""
_NAMED: Final = (
    "alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ"
    " pi=π rho=ρ sigma=σ tau=τ phi=φ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Pi=Π Sigma=Σ Phi=Φ"
    " Psi=Ψ Omega=Ω times=× cdot=· pm=± le=≤ leq=≤ ge=≥ geq=≥ ne=≠ neq=≠ approx=≈ infty=∞ to=→ rightarrow=→ in=∈ ll=≪"
    " gg=≫ ldots=… cdots=⋯ dots=… degree=° circ=° quad=\u2003 ,=\u2009 %=% $=$ {={ }=} &=&"
)
SYMBOLS: Final = dict(each.split("=", 1) for each in _NAMED.split(" ") if each) | {"=": "="}
"""What a command says, where that is one character."""
_WORDS: Final = r"\\(?:text|mbox|textrm|textup|mathrm)\s*\{"
_SIMPLE: Final = re.compile(
    r"(?P<space>\s+)|(?P<letter>[A-Za-z])|(?P<plain>[0-9.,;:!()+=/|\[\]'-]|<|>|[^\x00-\x7f])"
    rf"|(?P<raised>[\^_])(?:\{{(?:(?P<group>[^{{}}\\^_]{{1,20}})|{_WORDS}(?P<named>[^{{}}\\$]+)\}})\}}"
    r"|(?P<one>[A-Za-z0-9+*-]|[^\x00-\x7f])|\\(?P<sign>[A-Za-z]+))"
    rf"|{_WORDS}(?P<words>[^{{}}\\$]+)\}}"
    r"|\\(?P<command>[A-Za-z]+|[,%$&{}])"
)
_VIEW: Final = re.compile(r'viewBox="(?P<x>\S+) (?P<y>\S+) (?P<width>\S+) (?P<height>[^"\s]+)"')
_SHAPE: Final = re.compile(r'<(?:path d="[^"]|rect )')
"""What is seen of a drawing: without one it is blank."""
_UNKNOWN: Final = re.compile(r">(\\[A-Za-z]+)<")
_LOST: Final = re.compile(
    r"\\(?:[bx]?cancel|sout|boxed|fbox|f?colorbox|(?:text)?color|rule|text(?:tt|sf)|tag)(?![A-Za-z])"
)
"""What the drawing would not show, or show as a black block: it is of one colour, and filled."""
_NOT_DRAWN: Final = re.compile(
    r'(?:mathcolor|mathbackground)=|mathvariant="(?:monospace|sans)|(?:column|row)lines="[^"]*(?:solid|dashed)'
)
_NUMBER_OF_ONE: Final = re.compile(r"\\tag\s*\{(?P<number>[^{}\\$]*)\}")
_OPERATOR: Final = re.compile(r"\\operatorname(?:\*\s*|(?=\{[^{}]*\\))(?=\{)")
"""Of more than letters, or with what stands below it; the library would show the asterisk."""


class FormulaError(Exception):
    """Report a formula that cannot be read, or not drawn, by what of it."""


def simple_formula(tex: str) -> str | None:
    """Write a formula as text, with letters in italics; None where a line of text cannot say it."""
    out: list[str] = []
    end = 0
    for found in _SIMPLE.finditer(tex):
        if found.start() != end:
            return None
        piece = _piece(found)
        if piece is None:
            return None
        out.append(piece)
        end = found.end()
    return with_room("".join(out).replace("</i><i>", "")) if end == len(tex) else None


def _piece(found: re.Match[str]) -> str | None:
    if found["letter"]:
        return f"<i>{found['letter']}</i>"
    if found["raised"]:
        text = found["group"] or found["named"] or found["one"] or SYMBOLS.get(found["sign"] or "")
        name = "sup" if found["raised"] == "^" else "sub"
        return f"<{name}>{escape(text.replace('-', '−'), quote=False)}</{name}>" if text else None
    if found["command"]:
        sign = SYMBOLS.get(found["command"])
        return escape(sign, quote=False) if sign else None
    return escape((found["plain"] or found["words"] or "").replace("-", "−"), quote=False)


@lru_cache(maxsize=256)
def drawn_formula(tex: str, *, by_itself: bool) -> str:
    """Draw a formula as one SVG element in the colour of the text around it; raises FormulaError.

    One that has Chinese in it is written in a line instead: the font of the drawing would show boxes. A number
    (`\\tag{1}`) stands behind as text: the library would leave out what stands between the first brace and the last.
    """
    numbers = list(_NUMBER_OF_ONE.finditer(tex))
    if len(numbers) == 1:
        alone = tex[: numbers[0].start()] + tex[numbers[0].end() :]
        shown = simple_formula(alone)
        shown = drawn_formula(alone, by_itself=by_itself) if shown is None else shown
        return f"{shown}\u2003({escape(numbers[0]['number'], quote=False)})"
    # Some 200 ms, for the fonts; hardly any article has a formula.
    from latex2mathml.converter import convert
    from ziamath.config import config
    from ziamath.zmath import Latex

    # Otherwise letters are symbols that are referred to by ids, which WeChat removes.
    config.svg2 = False
    known = _OPERATOR.sub(r"\\mathrm", tex)
    try:
        mathml = convert(known)
        _refuse_what_is_lost(known, mathml)
        if (flat := flat_formula(mathml, by_itself=by_itself)) is not None:
            return flat
        drawing = Latex(known, size=UNITS, inline=not by_itself, color="currentColor")
        glyphs = list(_glyphs(drawing))
        missing = "".join(each.char for each in glyphs if each.glyph.index == 0)
        line = formula_line(mathml) if missing else None
        svg = "" if missing else drawing.svg()
    except FormulaError:
        raise
    except Exception as error:  # Whatever the libraries make of bad TeX becomes a diagnostic.
        raise FormulaError(_shown(tex)) from error
    if line is not None:
        return line
    if missing:
        raise FormulaError(_shown(missing))
    return _as_short_as_can_be(svg, tex)


def _refuse_what_is_lost(tex: str, mathml: str) -> None:
    if found := _UNKNOWN.search(mathml):
        raise FormulaError(found[1])
    if found := _LOST.search(tex):
        raise FormulaError(found[0])
    if _NOT_DRAWN.search(mathml):
        raise FormulaError(_shown(tex))


def _glyphs(drawing: "Latex") -> Iterator[Any]:
    """Give all that is drawn of fonts; index 0 is a character that they have no form for, and would show a box."""
    waiting: list[Any] = [drawing.node]
    while waiting:
        node = waiting.pop()
        waiting += reversed(getattr(node, "nodes", ()))
        if getattr(node, "glyph", None) is not None:
            yield node


def _shown(tex: str) -> str:
    return " ".join(tex.split())[:40]


def _as_short_as_can_be(svg: str, tex: str) -> str:
    view = _VIEW.search(svg)
    # A line that is stroked would be filled: a frame, a black block.
    if view is None or "stroke=" in svg or not _SHAPE.search(svg):
        raise FormulaError(_shown(tex))
    left, top = round(float(view["x"])), round(float(view["y"]))
    width, height = round(float(view["width"])), round(float(view["height"]))
    path, below = short_path(svg, left, top), top + height
    style = f"width:{_em(width)};max-width:100%" + (f";vertical-align:{_em(-below)}" if abs(below) > _NEAR else "")
    name = escape(" ".join(tex.split()))
    return (
        f'<svg viewBox="0 0 {width} {height}" fill="currentColor" style="{style}" aria-label="{name}">'
        f'<path d="{path}"></path></svg>'
    )


def _em(units: int) -> str:
    written = f"{abs(units) / UNITS:.2f}".strip("0").rstrip(".")
    return f"{'-' if units < 0 else ''}{written}em"
