"""Formulas: what is set as one, what an engine answers, and the SVG that WeChat keeps of it.

Everything of one colour is one path in whole units, in the colour of the text around it, because all of it is sent with
every article. Chinese is real text in the drawing, in the phone's font.
"""

import re
from html import escape

from msgspec import Struct
from tinycss2.color3 import parse_color

from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.cjk import is_cjk

FORMULA_CODE = "MC329"
"""Of a formula that cannot be drawn."""
CHARACTERS_MAX = 6_000
"""Ours: a longer formula fits no phone. One of 5,000 takes a second."""
UNITS = 100
"""Units of a drawing to one font size. One is 0.16 px in an article, half a pixel of a phone."""
DEPTH_MAX = 40
"""Ours: groups, environments and brackets that grow, inside each other. The engine bears some 150."""
_OPENED = re.compile(r"\\[{}]|\\(?:begin|left)\b|\\(?:end|right)\b|[{}]")
_CLOSES = frozenset({"}", "\\end", "\\right"})
_MARGIN = 2
"""Units around a drawing: a browser puts it at whole pixels of its screen, and cuts off what is beyond."""
_FITS_EM = 20
"""A drawing so wide fits a phone of 343 px."""
_SHRUNK_MAX_EM = 27
"""A drawing up to so wide is shrunk to fit, and can still be read. A wider one scrolls."""
_HEIGHT_MAX_EM, _WIDTH_MAX_EM = 60, 200
"""Ours: how large a formula may be."""
_PART = 24
"""Characters of a formula that a fault shows."""
_READ = frozenset({"ExtraCloseMissingOpen", "DoubleExponent", "DoubleSubscripts"})
"""Problems that MathJax reports one character late."""
_PROBLEMS = {
    "UndefinedControlSequence": Phrase("this command is unknown"),
    "UnknownEnv": Phrase("this environment is unknown"),
    "EnvBadEnd": Phrase("an environment ends with another name than it began"),
    "EnvMissingEnd": Phrase("an environment is never closed"),
    "MissingArgFor": Phrase("a command lacks its argument"),
    "MissingCloseBrace": Phrase("a brace is never closed"),
    "ExtraOpenMissingClose": Phrase("a brace is never closed"),
    "ExtraCloseMissingOpen": Phrase("a closing brace has no opening one"),
    "MissingLeftExtraRight": Phrase("`\\right` has no `\\left`"),
    "ExtraLeftMissingRight": Phrase("`\\left` has no `\\right`"),
    "MissingOrUnrecognizedDelim": Phrase("what follows `\\left` or `\\right` is not a bracket"),
    "DoubleExponent": Phrase("two superscripts stand at one place: put braces around the first"),
    "DoubleSubscripts": Phrase("two subscripts stand at one place: put braces around the first"),
    "Misplaced": Phrase("this may stand only in a matrix or an aligned environment"),
    "ExtraAlignTab": Phrase("this row has more columns than were declared"),
    "MaxMacroSub1": Phrase("its macros are replaced too often: does one call itself?"),
    "MaxMacroSub2": Phrase("its environments are nested too often: does one begin itself?"),
    "MaxBufferSize": Phrase("its macros expand to too much text"),
    "MultipleLabel": Phrase("this label is defined twice"),
    "UnknownLabel": Phrase("no formula of this article has this label"),
    "Colour": Phrase("this is not a colour"),
    "Deep": Phrase("it is nested too deeply"),
    "Long": Phrase("it is longer than a phone shows"),
    "Large": Phrase("it is larger than a phone shows"),
    "Time": Phrase("it takes too long"),
}
"""What is wrong, by the engine's name for it or ours. Source: MathJax 3.2, ts/input/tex, `new TexError`."""


class Formula(Struct):
    """A formula of an article, and what became of it."""

    tex: str
    display: bool
    """It stands on lines of its own."""
    shown: str = ""
    """Its drawing; its words, if it is only Chinese; nothing if it only defines."""
    fault: Fault | None = None


class Word(Struct):
    """Text in a drawing that the phone sets in its own font."""

    x: int
    y: int
    size: int
    colour: str
    weight: str
    said: str
    wide: bool


class Drawing(Struct):
    """What an engine makes of a formula. Paths are in UNITS; the line of the text is at 0."""

    edges: tuple[int, int, int, int]
    """Left, top, right, bottom."""
    backs: list[tuple[str, str]]
    """Colour and outline of what lies behind the rest."""
    fills: list[tuple[str, str]]
    strokes: list[tuple[str, int, int, str]]
    """Colour, width, length of dashes, and line."""
    words: list[Word]


class Problem(Struct):
    """What is wrong with a formula."""

    id: str
    """A key of `_PROBLEMS`, or another name that MathJax gives it."""
    words: str
    """MathJax's own words, which name the command at fault."""
    at: int
    """How many characters of the formula MathJax had read."""


def problem_before(tex: str) -> Problem | None:
    """Return why a formula is not given to an engine."""
    if len(tex) > CHARACTERS_MAX:
        return Problem("Long", "", 0)
    depth = 0
    for found in _OPENED.finditer(tex):
        if found[0] in ("\\{", "\\}"):
            continue
        depth += -1 if found[0] in _CLOSES else 1
        if depth > DEPTH_MAX:
            return Problem("Deep", "", found.start())
    return None


def store_result(formula: Formula, found: Drawing | Problem) -> None:
    """Store the drawing of a formula, or its fault."""
    if isinstance(found, Drawing):
        found = _problem_of(found) or found
    if isinstance(found, Problem):
        formula.fault = _fault(formula.tex, found)
    else:
        formula.shown = _shown(formula, found)


def _problem_of(drawing: Drawing) -> Problem | None:
    """Return what a phone would not show."""
    left, top, right, bottom = drawing.edges
    if right - left > _WIDTH_MAX_EM * UNITS or bottom - top > _HEIGHT_MAX_EM * UNITS:
        return Problem("Large", "", 0)
    colours = [
        *(colour for colour, _ in (*drawing.backs, *drawing.fills)),
        *(stroke[0] for stroke in drawing.strokes),
        *(word.colour for word in drawing.words),
    ]
    for colour in colours:
        if parse_color(colour) is None:
            return Problem("Colour", colour, 0)
    return None


def _fault(tex: str, problem: Problem) -> Fault:
    """Name the part at fault, and its place in the line where it stands."""
    at = min(problem.at - (problem.id in _READ), len(tex))
    named = re.search(r"\\[A-Za-z]+(?:\{[^{}]*\})?", problem.words) or re.search(
        r"[\w*-]+(?=\W*$)", problem.words if problem.id in ("UnknownEnv", "Colour") else ""
    )
    part = named[0] if named is not None and named[0] in tex else ""
    if part:
        before = tex.rfind(part, 0, at + len(part))
        at = before if before >= 0 else tex.find(part)
    begins = tex.rfind("\n", 0, at) + 1
    part = part or tex[at : at + _PART].strip() or tex[begins:][-_PART:]
    return Fault(
        FORMULA_CODE,
        Phrase(
            "the formula cannot be drawn: `{text}`: {why}",
            text=" ".join(part.split())[:_PART],
            why=_PROBLEMS.get(problem.id) or Phrase("{words}", words=problem.words),
        ),
        Phrase(
            "correct the formula, show it as a picture, or, if it is not a formula, write `\\$`"
        ),
        needle=tex[begins:].partition("\n")[0],
        shift=at - begins,
    )


def _shown(formula: Formula, drawing: Drawing) -> str:
    """Write a drawing as SVG; if it is only Chinese, its words; of nothing, nothing."""
    outlines = [*drawing.backs, *drawing.fills, *drawing.strokes]
    words = "".join(word.said for word in drawing.words)
    if not outlines and not words:
        return ""
    is_plain = all((each.colour, each.weight) == ("currentColor", "") for each in drawing.words)
    if not outlines and is_plain and len(drawing.words) == 1 and all(map(is_cjk, words)):
        return escape(words, quote=False)
    left, top, right, bottom = drawing.edges
    left, top, right, bottom = left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN
    width = right - left
    scrolls = width > _SHRUNK_MAX_EM * UNITS
    style = f"width:{_em(width)}"
    if scrolls:
        # The platform's own style sheet shrinks everything to its width: a long formula could not be read.
        style += f";max-width:{max(3, -(-width // (_FITS_EM * UNITS)))}00%!important"
    elif width > _FITS_EM * UNITS:
        style += ";max-width:100%"
    if bottom > _MARGIN:
        style += f";vertical-align:{_em(-bottom)}"
    name = escape(" ".join(formula.tex.split()))
    svg = (
        f'<svg viewBox="{left} {top} {width} {bottom - top}" fill="currentColor" style="{style}" '
        f'aria-label="{name}">{_parts(drawing)}</svg>'
    )
    if not scrolls:
        return svg
    # In a line it stays in the line, as wide as the screen: a block would tear the sentence apart.
    room = "display:block" if formula.display else "display:inline-block;vertical-align:middle"
    return f'<span style="{room};overflow-x:auto">{svg}</span>'


def _parts(drawing: Drawing) -> str:
    parts = [f'<path d="{path}"{_fill(colour)}></path>' for colour, path in drawing.backs]
    parts += [f'<path d="{path}"{_fill(colour)}></path>' for colour, path in drawing.fills]
    for colour, width, dash, path in drawing.strokes:
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        stroke = f'stroke="{escape(colour)}" stroke-width="{width}"{dashes}'
        parts.append(f'<path d="{path}" fill="none" {stroke}></path>')
    for word in drawing.words:
        weight = f' font-weight="{word.weight}"' if word.weight == "bold" else ""
        place = f'x="{word.x}" y="{word.y}" font-size="{word.size}"{weight}{_fill(word.colour)}'
        parts.append(f"<text {place}>{escape(word.said, quote=False)}</text>")
    return "".join(parts)


def _fill(colour: str) -> str:
    return "" if colour == "currentColor" else f' fill="{escape(colour)}"'


def _em(units: int) -> str:
    written = f"{abs(units) / UNITS:.2f}".strip("0").rstrip(".")
    return f"{'-' if units < 0 else ''}{written}em"
