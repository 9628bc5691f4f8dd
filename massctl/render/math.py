"""Formulas: TeX as one drawing (SVG) that WeChat keeps, in the colour of the text around it.

latex2mathml reads TeX, and ziamath sets it in the font STIX Two Math. What they lose is mended here, in four steps: TeX
that latex2mathml does not know is rewritten; its MathML gets the spaces of TeX; tables, frames and arrows are nodes of
our own; and the outlines of the letters become one path in whole units, since all of it is sent with every article.
Chinese is real text in the drawing, in the phone's font, because the font of formulas has none.

Importing this takes 200 ms, for the fonts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree as ET

from latex2mathml.commands import FUNCTIONS, MATRICES
from latex2mathml.converter import convert_to_element
from msgspec import Struct, field
from tinycss2.color3 import parse_color
from ziafont.fonttypes import BBox
from ziafont.glyph import SimpleGlyph
from ziamath.config import config
from ziamath.drawable import Drawable, Glyph, HLine
from ziamath.mathfont import MathFont
from ziamath.mathtable import AssembledGlyph
from ziamath.nodes.mnode import Mnode
from ziamath.nodes.mrow import Mrow
from ziamath.styles import MathVariant, styledchr
from ziamath.zmath import Math, fontname, loadedfonts

from massctl.render.cjk import is_cjk

CHARACTERS_MAX = 2_000
"""Ours: a longer formula does not fit a phone."""
UNITS = 100
"""Units of a drawing to one font size. One is 0.16 px in an article, half a pixel of a phone."""
_DEPTH_MAX = 40
"""Elements of MathML inside each other."""
_FENCES_MAX = 6
"""Brackets that grow, inside each other: what is in them is measured twice."""
_LENGTH_MAX = 40.0
"""Of one space, one letter, one bar, in sizes of a letter."""
_WIDE = 20
"""Sizes of a letter that fit a phone's width of 343 px; up to `_SMALL` a drawing is shrunk, and a wider one scrolls."""
_SMALL = 27


class FormulaError(Exception):
    """Report a formula that cannot be read or drawn; the message is the part that is wrong."""


@lru_cache(maxsize=256)
def drawn(tex: str, *, display: bool) -> str:
    """Return a formula as SVG, or as text if it is only words. Raises FormulaError if followers would see it wrong."""
    if len(tex) > CHARACTERS_MAX:
        raise FormulaError(_shown(tex))
    try:
        element = _mathml(_known(tex), display=display)
        words = "".join(each.text or "" for each in element.iter()).strip()
        if all(each.tag in _FLAT for each in element.iter()) and words and all(map(is_cjk, words)):
            return escape(words, quote=False)
        drawing = _Drawing()
        drawing.add(Math(element, size=UNITS, font=_FONT).node, 0, 0)
    except FormulaError:
        raise
    except Exception as error:  # Whatever the libraries make of bad TeX becomes a diagnostic.
        raise FormulaError(_shown(tex)) from error
    return drawing.svg(" ".join(tex.split()), display=display)


def _shown(tex: str) -> str:
    return " ".join(tex.split())[:40]


# TeX that latex2mathml does not know

_REFUSED = re.compile(
    r"\\(?:g?def|let|(?:re)?newcommand|(?:re)?newenvironment|DeclareMathOperator|rule|hdashline|cline|f?colorbox"
    r"|href|class|style)(?![A-Za-z])|\\(?:text)?color\s*\["
)
"""Macros, which could run for ever, and what WeChat or a drawing of ours would lose."""
_WITH_WORDS = re.compile(r"\\(?:text|mbox|textrm|textup)\s*\{(?P<words>[^{}]*\$[^{}]*)\}")
_MATH_IN_WORDS = re.compile(r"\$([^$]*)\$")
_TAG = re.compile(r"\\tag(?P<plain>\*?)\s*\{(?P<number>[^{}$\\]*)\}")
_OTHER_NAMES = {
    r"\R": r"\mathbb {R}",
    r"\N": r"\mathbb {N}",
    r"\Z": r"\mathbb {Z}",
    r"\dag": r"\dagger",
    r"\empty": r"\emptyset",
    r"\infin": r"\infty",
    r"\rarr": r"\rightarrow",
    r"\nolimits": "{}",
    **dict.fromkeys((r"\nonumber", r"\notag", r"\allowbreak", r"\nobreak"), ""),
    # latex2mathml takes what stands in braces right behind it for a letter in italics.
    r"\mathrm": r"\mathrm ",
}
_OTHER_NAME = re.compile(r"\\[A-Za-z]+")
_NOT_EQUAL = re.compile(r"\\not\s*=")
_ENVIRONMENTS = {
    **dict.fromkeys(
        ("align", "aligned", "alignat", "alignedat", "flalign", "split", "eqnarray"), "align*"
    ),
    **dict.fromkeys(("gather", "gathered", "multline", "multlined", "equation"), "gathered"),
    **dict.fromkeys(("dcases", "cases"), "cases"),
    "darray": "array",
}
_ENVIRONMENTS_KNOWN = {
    *_ENVIRONMENTS,
    *(each.strip("\\*") for each in MATRICES),
    "rcases",
    "subarray",
}
_ENVIRONMENT = re.compile(
    r"\\(?P<mark>begin|end)\s*\{(?P<name>[a-zA-Z]+)\*?\}(?P<count>\s*\{\d+\})?"
)
_COLUMNS = re.compile(r"\\begin\{array\}\s*\{(?P<columns>[lcr|]{1,40})\}")
_ACROSS = 0xE000
_DOWN = 0xE100
"""Marks of lines in the first cell below or behind them: characters of no font."""
_ARG = re.compile(r"\\operatorname\*?\s*\{\s*arg\s*(?:\\[,;:! ]|~)*\s*(?P<what>max|min)\s*\}")
_OPERATOR = re.compile(r"\\operatorname(?:\*\s*|(?=\{[^{}]*\\))(?=\{)")
"""Of more than letters, or with what stands below it; latex2mathml would show the asterisk."""
_CE = re.compile(r"\\ce\s*\{")


def _known(tex: str) -> str:
    """Write TeX in commands that latex2mathml knows."""
    tex = re.sub(r"(?<!\\)%.*", "", tex)
    if refused := _REFUSED.search(tex):
        raise FormulaError(refused[0])
    tex = _with_chemistry(tex)
    tex = _WITH_WORDS.sub(
        lambda found: _MATH_IN_WORDS.sub(r"}\1\\text{", rf"\text{{{found['words']}}}").replace(
            r"\text{}", ""
        ),
        tex,
    )
    numbers = list(_TAG.finditer(tex))
    if len(numbers) == 1:
        # Wherever it is written, it stands behind.
        tex = _TAG.sub("", tex) + numbers[0][0]
    tex = _TAG.sub(_number, tex)
    if r"\tag" in tex:
        raise FormulaError(r"\tag")
    tex = _ENVIRONMENT.sub(_environment, tex)
    tex = _COLUMNS.sub(_lines, tex).replace(r"\hline", rf"\unicode{{x{_ACROSS:x}}}")
    tex = _NOT_EQUAL.sub(
        r"\\ne ", _OTHER_NAME.sub(lambda found: _OTHER_NAMES.get(found[0], found[0]), tex)
    )
    tex = _ARG.sub(lambda found: rf"\arg{found['what']} ", tex)
    return _OPERATOR.sub(r"\\mathrm ", tex)


def _lines(found: re.Match[str]) -> str:
    """Write the columns of an array without the lines between them, which latex2mathml does not place, and marks."""
    columns = ""
    marks = ""
    for each in found["columns"]:
        if each == "|":
            marks += rf"\unicode{{x{_DOWN + len(columns):x}}}"
        else:
            columns += each
    return rf"\begin{{array}}{{{columns}}}{marks}"


def _number(found: re.Match[str]) -> str:
    number = found["number"] if found["plain"] else f"({found['number']})"
    return rf"\qquad\text{{{number}}}"


def _environment(found: re.Match[str]) -> str:
    mark = found["mark"]
    name = found["name"]
    if name not in _ENVIRONMENTS_KNOWN:
        raise FormulaError(found[0])
    if name == "rcases":
        return r"\left.\begin{array}{ll}" if mark == "begin" else r"\end{array}\right\}"
    return rf"\{mark}{{{_ENVIRONMENTS[name]}}}" if name in _ENVIRONMENTS else found[0]


_REACTIONS = {
    "->": r"\xrightarrow",
    "<-": r"\xleftarrow",
    "<->": r"\xleftrightarrow",
    "<=>": r"\xrightleftharpoons",
}
_CHEMISTRY = re.compile(
    r"(?P<gap>\s+)"
    r"|(?P<arrow><=>|<->|->|<-)(?:\[(?P<above>[^\[\]]*)\])?(?:\[(?P<below>[^\[\]]*)\])?"
    r"|(?P<math>\$[^$]*\$|\\[A-Za-z]+)"
    r"|(?P<upright>\((?:s|l|g|aq)\)|[A-Z][a-z]?|[()\[\]])"
    r"|(?P<number>\d+(?:/\d+)?)"
    r"|\^(?P<charge>\{[^{}\\]*\}|[0-9]*[+-]|[0-9]+)"
    r"|_(?P<index>\{[^{}\\]*\}|[0-9a-z])"
    r"|(?P<leaves>(?:\^|v)(?=\s|$))"
    r"|(?P<words>[\u3000-\u9fff\uff00-\uffef]+)"
    r"|(?P<variable>[a-z])"
    r"|(?P<sign>[+\-=#.*,])"
)
"""The part of mhchem that newsletters use. Source: mhchem for MathJax, manual, "Chemical Equations", read 2026-11."""


def _with_chemistry(tex: str) -> str:
    r"""Write what stands in `\ce{…}` in TeX."""
    out = ""
    at = 0
    while (found := _CE.search(tex, at)) is not None:
        end = found.end()
        opened = 1
        while opened and end < len(tex):
            opened += {"{": 1, "}": -1}.get(tex[end], 0)
            end += 1
        if opened:
            raise FormulaError(_shown(tex[found.start() :]))
        out += f"{tex[at : found.start()]}{{{_chemistry(tex[found.end() : end - 1])}}}"
        at = end
    return out + tex[at:]


def _chemistry(formula: str) -> str:
    """Write substances and reactions in TeX: elements upright, numbers behind them low, charges high."""
    out: list[str] = []
    at = 0
    is_new = True
    """Where a number is an amount, and a sign stands between substances."""
    while at < len(formula):
        found = _CHEMISTRY.match(formula, at)
        if found is None:
            raise FormulaError(_shown(rf"\ce{{{formula}}}"))
        at = found.end()
        kind = "arrow" if found["arrow"] else found.lastgroup or ""
        ends = at == len(formula) or formula[at].isspace()
        out.append(_substance(found, kind, is_new=is_new, ends=ends))
        is_new = (
            kind in ("gap", "arrow")
            or (kind == "sign" and found[0] in ".*")
            or (is_new and kind == "number")
        )
    return "".join(out)


def _substance(found: re.Match[str], kind: str, *, is_new: bool, ends: bool) -> str:
    said = found[0]
    if kind == "arrow":
        above, below = (_chemistry(found[name] or "") for name in ("above", "below"))
        return f"{_REACTIONS[found['arrow']]}[{{{below}}}]{{{above}}}"
    if kind in ("charge", "index"):
        inside = re.sub(r"[A-Za-z]+", r"\\mathrm {\g<0>}", found[kind].strip("{}"))
        return f"{said[0]}{{{inside}}}"
    if kind == "sign" and ends and (is_new or said in "+-"):
        return said if is_new else f"^{{{said}}}"
    written = {
        "gap": "",
        "upright": rf"\mathrm {{{said}}}",
        "number": said if is_new else f"_{{{said}}}",
        "math": f"{said.strip('$')} ",
        "leaves": r"\uparrow " if said == "^" else r"\downarrow ",
        "words": rf"\text{{{said}}}",
        "variable": f" {said} ",
    }
    bonds = {"#": r"{\equiv}", ".": r"{\cdot}", "*": r"{\cdot}", "-": "{-}", "=": "{=}"}
    return written.get(kind) or ("" if kind == "gap" else bonds.get(said, said))


# MathML with the spaces of TeX

_FLAT = frozenset({"math", "mrow", "mi", "mo", "mtext"})
_ROWS = frozenset({"math", "mrow", "mtd", "mstyle", "msqrt", "menclose", "mphantom", "mpadded"})
_WITH_SCRIPTS = frozenset({"accent", "msub", "msup", "msubsup", "munder", "mover", "munderover"})
_VARIANTS = {
    "double": "double",
    "monospace": "mono",
    "sans": "sans",
    "script": "script",
    "fraktur": "fraktur",
}
_NEGATION = "\u29f8"
_BINARY = frozenset("+-−±∓×÷·∗*∘∙•⊕⊗⊖⊙⊘∪∩∧∨∖⧵⊎⊔⊓⋅†‡⋆⋄△▽◦")
_LARGE = frozenset("∏∐∑∫∬∭∮∯∰⋀⋁⋂⋃⨀⨁⨂⨄⨆")
_PLAIN = frozenset("∀∁∂∃∄∅∆∇∎∕√∛∜∞∟∠∡∢⋮⋯⋰⋱⊤")
_OPENING = frozenset("([{⟨⌊⌈⟦")
_CLOSING = frozenset(")]}⟩⌋⌉⟧!")
_BRACES = frozenset("⏞⏟⎴⎵⏜⏝")
_BRACKETS = _OPENING | _CLOSING | frozenset("|‖")
_UNSTRETCHED = frozenset("/|‖∣∥↑↓↕⇑⇓⇕⟨⟩\\")
_THIN = 3 / 18
_MEDIUM = 4 / 18
_THICK = 5 / 18
"""Sizes of a letter. Source: D. E. Knuth, The TeXbook, 18, "thin space", "medium space", "thick space"."""
_KINDS = {
    "binary": _BINARY,
    "operator": _LARGE,
    "open": _OPENING,
    "close": _CLOSING,
    "mark": frozenset(",;"),
}
_ONLY_LARGE = frozenset({"binary", "relation", "mark"})
_ACCENTS = {
    sign: chr(int(accent, 16))
    for sign, accent in zip(
        "`´^~¯˘˙¨˚ˇ→\u20db\u20dc",
        [
            "300",
            "301",
            "302",
            "303",
            "304",
            "306",
            "307",
            "308",
            "30a",
            "30c",
            "20d7",
            "20db",
            "20dc",
        ],
        strict=True,
    )
}
"""The sign above a letter that the font has for what MathML writes."""
_WIDE_ACCENTS = {"^": "\u0302", "~": "\u0303"}


def _mathml(tex: str, *, display: bool) -> ET.Element:
    element = convert_to_element(tex, display="block" if display else "inline", xmlns="")
    element.attrib.pop("xmlns", None)
    element.set("mathcolor", "currentColor")
    _mend(element, depth=0, fences=0, is_small=False)
    return element


def _mend(element: ET.Element, *, depth: int, fences: int, is_small: bool) -> None:
    """Make MathML what ziamath draws as TeX would; refuse what would be lost."""
    fences += element.tag == "mrow" and any(each.get("stretchy") == "true" for each in element)
    if depth > _DEPTH_MAX or fences > _FENCES_MAX:
        raise RecursionError
    element.text = unescape(element.text) if element.text else None
    if element.tag == "mtable":
        _take_lines(element)
    for index, child in enumerate(element):
        is_script = index > 0 and element.tag in _WITH_SCRIPTS
        _mend(child, depth=depth + 1, fences=fences, is_small=is_small or is_script)
    _mend_words(element)
    _mend_looks(element)
    if any(each.tag == "mtable" for each in element):
        for each in element:
            if (
                each.tag == "mo"
                and each.get("stretchy") is None
                and (each.text or "").strip() in _BRACKETS
            ):
                each.set("stretchy", "true")
    if element.tag in ("msub", "msup", "msubsup"):
        _mend_brace(element)
    if element.tag in ("mover", "munder", "munderover"):
        _mend_accent(element)
    if element.tag in _ROWS:
        _break_lines(element)
        _set_apart(element, is_small=is_small)


def _take_lines(table: ET.Element) -> None:
    """Make attributes of a table of the marks of lines in its cells; a last row of nothing else is none."""
    across: list[int] = []
    for number, row in enumerate(list(table)):
        for cell in row:
            for each in list(cell):
                mark = unescape(each.text or "")
                if len(mark) != 1 or not _ACROSS <= ord(mark) < _DOWN + 0x100:
                    continue
                cell.remove(each)
                if ord(mark) == _ACROSS:
                    across.append(number)
                else:
                    table.set("down", f"{table.get('down', '')} {ord(mark) - _DOWN}")
        if across and across[-1] == number == len(table) - 1 and not any(len(cell) for cell in row):
            table.remove(row)
    if across:
        table.set("across", " ".join(map(str, across)))


def _mend_words(element: ET.Element) -> None:
    """Write letters in their variant, and refuse what latex2mathml did not understand and passes on as it is."""
    said = element.text or ""
    if element.tag == "mtext":
        said = re.sub(r"\\([_%&$#{} ])", r"\1", said)
    if ("\\" in said and len(said.strip()) > 1) or _NEGATION in said:
        raise FormulaError(
            r"\not" if _NEGATION in said else (re.findall(r"\\(?:[A-Za-z]+|.)", said) or [said])[0]
        )
    variant = element.get("mathvariant", "")
    if variant not in ("", "normal", "italic"):
        words = variant.split("-")
        style = next((_VARIANTS[word] for word in words if word in _VARIANTS), "serif")
        look = MathVariant(style=style, italic="italic" in words, bold="bold" in words)
        said = "".join(_in_variant(each, look) for each in said)
        element.attrib.pop("mathvariant")
    element.text = said or None


def _in_variant(character: str, look: MathVariant) -> str:
    styled = styledchr(character, look)
    return styled if loadedfonts[_FONT].glyphindex(styled) else character


def _mend_looks(element: ET.Element) -> None:
    colour = element.get("mathcolor")
    if element.get("mathbackground") or (colour is not None and parse_color(colour) is None):
        raise FormulaError(_shown(colour or element.get("mathbackground") or ""))
    if colour == "black":
        # At night it would not be seen.
        element.set("mathcolor", "currentColor")
    if element.tag == "mtable" and element.get("displaystyle") is None:
        element.set("displaystyle", "false")


def _mend_brace(element: ET.Element) -> None:
    """Put what a bracket above or below says there: latex2mathml does so for braces only."""
    base = element[0]
    if base.tag in ("mover", "munder") and (base[-1].text or "").strip() in _BRACES:
        element.tag = base.tag if len(element) == 2 else "munderover"


def _mend_accent(element: ET.Element) -> None:
    over = element[-1]
    said = (element[-1].text or "").strip()
    if (
        element.tag == "mover"
        and over.tag == "mo"
        and said in _ACCENTS
        and not _is_wide(element, said)
    ):
        element.tag = "accent"
        over.text = _ACCENTS[said]
    elif over.tag == "mo" and over.get("stretchy") != "false":
        over.text = _WIDE_ACCENTS.get(said, said)
    base = element[0]
    if (
        base.tag == "mstyle"
        and len(base) == 1
        and all(each.tag == "mpadded" for each in element[1:])
    ):
        element.tag = "arrow"
        element[0] = base[0]
        for each in element[1:]:
            each.tag = "mrow"
            each.attrib = {}
            each.remove(each[-1])


def _is_wide(over: ET.Element, sign: str) -> bool:
    r"""Tell `\widehat` from `\hat`, as latex2mathml writes them, and `\overrightarrow` from `\vec`."""
    sign_element = over[-1]
    return {
        "^": over.get("accent") != "true",
        "~": sign_element.get("stretchy") != "false",
        "→": sign_element.get("stretchy") != "true",
        "ˇ": sign_element.get("stretchy") == "true",
    }.get(sign, False)


def _break_lines(row: ET.Element) -> None:
    r"""Make rows of a table of lines that end with `\\`, as those of `gathered` do."""
    ends = [each for each in row if each.get("linebreak") == "newline"]
    if not ends:
        return
    table = ET.Element("mtable", displaystyle="true", rowspacing="3pt")
    cell = ET.SubElement(ET.SubElement(table, "mtr"), "mtd")
    for each in list(row):
        row.remove(each)
        if each in ends:
            _set_apart(cell, is_small=False)
            cell = ET.SubElement(ET.SubElement(table, "mtr"), "mtd")
        else:
            cell.append(each)
    _set_apart(cell, is_small=False)
    row.append(table)


def _core(element: ET.Element) -> ET.Element:
    """Return the base of an element with scripts, which decides the space to its neighbours."""
    while len(element) and (
        element.tag in _WITH_SCRIPTS or (element.tag in ("mrow", "mstyle") and len(element) == 1)
    ):
        element = element[0]
    return element


def _kind(element: ET.Element) -> str:
    """Return the class of an atom, in TeX's sense."""
    core = _core(element)
    said = (core.text or "").strip()
    # What stands in braces is a letter to its neighbours.
    if element.tag == "mrow" or core.tag not in ("mi", "mo") or not said:
        return "relation" if element.tag == "arrow" else "letter"
    if len(said) > 1:
        return "operator" if core.tag == "mo" or f"\\{said}" in FUNCTIONS else "letter"
    if core.get("fence") == "true" and core.get("form") in ("prefix", "postfix"):
        return "open" if core.get("form") == "prefix" else "close"
    return next(
        (kind for kind, signs in _KINDS.items() if said in signs),
        "relation" if _is_relation(said) else "letter",
    )


def _is_relation(sign: str) -> bool:
    code = ord(sign)
    in_block = 0x2190 <= code < 0x2300 or 0x27C2 <= code < 0x2980 or 0x2A50 <= code < 0x2B00
    return sign in "=<>:" or (in_block and sign not in _PLAIN)


def _set_apart(row: ET.Element, *, is_small: bool) -> None:
    """Put the spaces of TeX between the things of a row, in place of those of ziamath; small ones have hardly any."""
    things = [each for each in row if each.tag != "mspace"]
    kinds = [_kind(each) for each in things]
    for index, kind in enumerate(kinds):
        before = kinds[index - 1] if index else "binary"
        after = kinds[index + 1] if index + 1 < len(kinds) else "close"
        if kind == "binary" and (
            before in ("binary", "operator", "relation", "open", "mark")
            or after in ("relation", "close", "mark")
        ):
            kinds[index] = "letter"
    for index, (thing, kind) in enumerate(zip(things, kinds, strict=True)):
        core = _core(thing)
        if core.tag in ("mi", "mo") and (core.text or "").strip():
            _make_plain(core, kind)
        space = _space(kinds[index - 1], kind) if index else 0
        if space and not (is_small and (kind in _ONLY_LARGE or kinds[index - 1] in _ONLY_LARGE)):
            row.insert(list(row).index(thing), ET.Element("mspace", width=f"{space:.3f}em"))


def _make_plain(core: ET.Element, kind: str) -> None:
    """Take from a sign or a name the spaces that ziamath puts around it."""
    said = (core.text or "").strip()
    if core.tag == "mi" and len(said) > 1 and said.isalpha():
        core.tag = "mtext"
        return
    if kind != "letter":
        core.tag = "mo"
    if core.tag == "mo":
        core.attrib.update(lspace="0", rspace="0")
        if said in _UNSTRETCHED:
            core.attrib.setdefault("stretchy", "false")
        if said in _LARGE:
            core.attrib.setdefault("largeop", "true")


def _space(before: str, after: str) -> float:
    """Return the space between two things of these classes. Source: The TeXbook, 18, the table of spaces."""
    if "binary" in (before, after):
        return _MEDIUM
    if "relation" in (before, after):
        return 0 if before in (after, "open") or after in ("close", "mark") else _THICK
    if before == "mark":
        return _THIN
    if before == "operator":
        return 0 if after in ("open", "close", "mark") else _THIN
    return _THIN if after == "operator" and before in ("letter", "close") else 0


# Nodes that ziamath lacks, or draws otherwise


class _PhoneGlyph(SimpleGlyph):
    """A Chinese character: it is as wide as high, and the phone draws it."""

    def __init__(self, font: MathFont) -> None:
        em = font.info.layout.unitsperem
        super().__init__(0, [], BBox(0, em, -0.12 * em, 0.88 * em), font)

    def advance(self, nextchr: SimpleGlyph | None = None) -> int:
        return int(self.font.info.layout.unitsperem)


class _Font(MathFont):
    def findglyph(self, char: str, variant: MathVariant) -> SimpleGlyph:
        if self.glyphindex(styledchr(char, variant)) == 0:
            if is_cjk(char):
                return _PhoneGlyph(self)
            raise FormulaError(char)
        return super().findglyph(char, variant)


_FONT = "massctl"
loadedfonts[_FONT] = _Font(fontname)
config.svg2 = False


_SPACE = re.compile(
    r"(?P<negative>negative)?(?P<very>(?:very)*)(?P<name>thin|medium|thick)mathspace"
)
_NAMED_SPACE = {"thin": 3, "medium": 4, "thick": 5}
_LENGTH = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))\s*(?P<unit>[a-z]*)")
_UNITS = "em=1 ex=.45 mu=.0556 pt=.1 bp=.1 dd=.107 px=.0625 pc=1.2 mm=.2845 cm=2.845 in=7.227 =.01"
_EMS = {name: float(ems) for name, ems in (each.split("=") for each in _UNITS.split(" "))}
"""Lengths of TeX at 10 pt, in sizes of a letter; a number alone is in units of the drawing."""


def _length(node: Any, size: str, fontsize: float | None = None) -> float:
    """Return a length in units; ziamath's own takes a letter's size for 4/3 of it."""
    if named := _SPACE.fullmatch(size):
        steps = _NAMED_SPACE[named["name"]] + len(named["very"]) // 4 * (
            1 if named["name"] == "thick" else -1
        )
        ems = steps / 18 * (-1 if named["negative"] else 1)
    elif (said := _LENGTH.fullmatch(size.strip())) and said["unit"] in _EMS:
        ems = float(said["number"]) * _EMS[said["unit"]]
    else:
        return 0
    if abs(ems) > _LENGTH_MAX:
        raise FormulaError(size)
    return ems * (fontsize or node.glyphsize)


Mnode.size_px = _length  # type: ignore[assignment, method-assign]


class _Shape(Drawable):
    """What is filled between corners: the sides of a frame, a line across."""

    def __init__(
        self, style: Any, contours: Sequence[Sequence[tuple[float, float]]], phantom: bool
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.style = style
        self.contours = contours
        """Each a list of corners, down and to the right of where it is put."""
        self.phantom = phantom


_NOTHING = 9999
"""As ziamath says that a row has no height: above all that is below."""


class _Row(Mrow, tag="mrow"):
    """A row that is measured twice only if it has brackets that grow, since each level would double the work.

    What comes next is put behind the last one without a look at all before it.
    """

    def _get_height_nostretch(self, line: list[ET.Element], **kwargs: Any) -> tuple[float, float]:
        if any(each.get("stretchy") == "true" for each in line):
            return super()._get_height_nostretch(line, **kwargs)
        return 0, 0

    def _setup_single_line(self, line: list[ET.Element], **kwargs: Any) -> None:
        kwargs["rowymin"], kwargs["rowymax"] = self._get_height_nostretch(line, **kwargs)
        x = left = right = 0.0
        for child in line:
            if child.tag == "mo" and not (child.text or "").strip():
                continue
            node = Mnode.fromelement(child, parent=self, **kwargs)
            self.nodes.append(node)
            self.nodexy.append((x, 0))
            left = min(left, x + node.bbox.xmin)
            right = max(right, x + node.bbox.xmax)
            x += node.xadvance()
        lowest = min((node.bbox.ymin for node in self.nodes), default=_NOTHING)
        highest = max((node.bbox.ymax for node in self.nodes), default=-_NOTHING)
        self.bbox = BBox(left, right, lowest, highest)
        self._xadvance = x


class _Table(Mnode, tag="mtable"):
    """Rows of a matrix, of cases or of equations: lines of text apart, more where they are higher."""

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        aligns = [[cell.get("columnalign", "center") for cell in row] for row in element]
        rows = [[Mnode.fromelement(cell, parent=self, **kwargs) for cell in row] for row in element]
        is_small = element.get("rowspacing") == "0.1em"
        is_equations = element.get("rowspacing") == "3pt"
        # A line of TeX is 12 pt high at 10 pt, and equations are 3 pt further apart.
        above, below, gap = (
            (0.7, 0.3, 0) if is_small else (0.84, 0.36, 0.3 if is_equations else 0.2)
        )
        above = above * self.glyphsize
        below = below * self.glyphsize
        gap = gap * self.glyphsize
        count = max(map(len, rows))
        widths = [max(_width(row[c]) for row in rows if c < len(row)) for c in range(count)]
        gaps = [self._column_gap(c, is_small=is_small) for c in range(count)]
        tops = [max([above, *(cell.bbox.ymax for cell in row)]) for row in rows]
        depths = [max([below, *(-cell.bbox.ymin for cell in row)]) for row in rows]
        height = sum(tops) + sum(depths) + gap * (len(rows) - 1)
        top = -height / 2 - self.units_to_points(self.font.math.consts.axisHeight)
        side = gaps[-1] / 2 if element.get("across") or element.get("down") else 0
        lefts = [side + sum(widths[:c]) + sum(gaps[:c]) for c in range(count)]
        bases = [top + sum(tops[: r + 1]) + sum(depths[:r]) + gap * r for r in range(len(rows))]
        for row, row_aligns, base in zip(rows, aligns, bases, strict=True):
            for cell, align, left, width in zip(row, row_aligns, lefts, widths, strict=False):
                free = width - _width(cell)
                self.nodes.append(cell)
                self.nodexy.append((left + {"left": 0, "right": free}.get(align, free / 2), base))
        width = lefts[-1] + widths[-1] + side
        self.bbox = BBox(0, width, -(top + height), -top)
        thick = self.units_to_points(self.font.math.consts.fractionRuleThickness)
        for column in (element.get("down") or "").split():
            x = [
                *(left - each / 2 for left, each in zip(lefts, [2 * side, *gaps], strict=False)),
                width,
            ][int(column)]
            self._rule(x - thick / 2, top, thick, height, **kwargs)
        for line in (element.get("across") or "").split():
            y = [
                *(base - each - gap / 2 for base, each in zip(bases, tops, strict=True)),
                top + height,
            ][int(line)]
            self._rule(0, y - thick / 2, width, thick, **kwargs)

    def _rule(self, x: float, y: float, width: float, height: float, **kwargs: Any) -> None:
        self.nodes.append(
            _Shape(self.style, [_box(0, 0, width, height)], bool(kwargs.get("phantom")))
        )
        self.nodexy.append((x, y))

    def _column_gap(self, column: int, *, is_small: bool) -> float:
        said = (self.element.get("columnspacing") or "").split()
        if said and not is_small:
            return 0 if column % 2 == 0 and said[0] == "0em" else self.glyphsize
        return (0.35 if is_small else 0.8) * self.glyphsize


def _width(node: Mnode) -> float:
    return float(max(node.bbox.xmax, node.xadvance()))


def _box(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]


class _Enclosure(Mnode, tag="menclose"):
    """A frame around something, or lines across it."""

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        row = ET.Element("mrow")
        row.extend(list(element))
        base = Mnode.fromelement(row, parent=self, **kwargs)
        notation = element.get("notation", "").split()
        thick = self.units_to_points(self.font.math.consts.fractionRuleThickness)
        pad = 0.3 * self.glyphsize if "box" in notation else 0
        more = pad or 0.08 * self.glyphsize
        width = _width(base) + 2 * pad
        above = base.bbox.ymax + more
        below = more - base.bbox.ymin
        height = above + below
        half = thick / 2
        shapes = {
            "box": [
                _box(0, 0, width, height),
                _box(thick, thick, width - 2 * thick, height - 2 * thick)[::-1],
            ],
            "horizontalstrike": [_box(0, height / 2, width, thick)],
            "updiagonalstrike": [
                [(0, height - half), (width, -half), (width, half), (0, height + half)]
            ],
            "downdiagonalstrike": [
                [(0, -half), (width, height - half), (width, height + half), (0, half)]
            ],
        }
        self.nodes.append(base)
        self.nodexy.append((pad, 0))
        for name in notation:
            self.nodes.append(_Shape(self.style, shapes[name], bool(kwargs.get("phantom"))))
            self.nodexy.append((0, -above))
        self.bbox = BBox(0, width, -below, above)


class _Accent(Mnode, tag="accent"):
    """A sign above a letter, where the font wants it; small ones beside both stand as beside the letter."""

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        self.base = Mnode.fromelement(element[0], parent=self, **kwargs)
        glyph = self.font.glyph(element[1].text or "")
        sign = Glyph(glyph, element[1].text or "", self.glyphsize, self.style, **kwargs)
        letter = self.base.lastglyph()
        middle = (
            self.font.math.topattachment(letter.index) if letter and _is_one(element[0]) else None
        )
        own = self.font.math.topattachment(glyph.index)
        at = (
            (self.base.bbox.xmin + self.base.bbox.xmax) / 2
            if middle is None
            else self.units_to_points(middle)
        )
        at -= (sign.bbox.xmin + sign.bbox.xmax) / 2 if own is None else self.units_to_points(own)
        up = max(
            0, self.base.bbox.ymax - self.units_to_points(self.font.math.consts.accentBaseHeight)
        )
        self.nodes += [self.base, sign]
        self.nodexy += [(0, 0), (at, -up)]
        self.bbox = BBox(*self.base.bbox[:3], max(self.base.bbox.ymax, sign.bbox.ymax + up))
        if _is_one(element[0]):
            self.mtag = "mi"

    def lastglyph(self) -> SimpleGlyph | None:
        return self.base.lastglyph()

    def lastchar(self) -> str | None:
        return self.base.lastchar()

    def xadvance(self) -> float:
        return float(self.base.xadvance())


def _is_one(element: ET.Element) -> bool:
    while element.tag == "mrow" and len(element) == 1:
        element = element[0]
    return element.tag in ("mi", "mn") and len((element.text or "").strip()) == 1


class _Arrow(Mnode, tag="arrow"):
    """An arrow as long as what stands above and below it."""

    def __init__(self, element: ET.Element, parent: Mnode, **kwargs: Any) -> None:
        super().__init__(element, parent, **kwargs)
        sign, *words = element
        for each in words:
            self.increase_child_scriptlevel(each)
        nodes = [Mnode.fromelement(each, parent=self, **kwargs) for each in words]
        long = max([1.2 * self.glyphsize, *(_width(node) + 0.6 * self.glyphsize for node in nodes)])
        arrow = self._drawn((sign.text or "").strip(), long, **kwargs)
        width = max(long, arrow.bbox.xmax)
        gap = 0.12 * self.glyphsize
        self.nodes.append(arrow)
        self.nodexy.append(((width - arrow.bbox.xmax) / 2, 0))
        lowest = arrow.bbox.ymin
        highest = arrow.bbox.ymax
        for place, node in zip(("below", "above")[-len(nodes) :], nodes, strict=True):
            y = (
                gap - arrow.bbox.ymin + node.bbox.ymax
                if place == "below"
                else node.bbox.ymin - gap - arrow.bbox.ymax
            )
            self.nodes.append(node)
            self.nodexy.append(((width - _width(node)) / 2, y))
            lowest = min(lowest, node.bbox.ymin - y)
            highest = max(highest, node.bbox.ymax - y)
        self.bbox = BBox(0, width, lowest, highest)

    def _drawn(self, sign: str, long: float, **kwargs: Any) -> Drawable:
        glyph = self.font.glyph(sign)
        if sign != "=":
            glyph = self.font.math.variant(glyph.index, self.points_to_units(long), vert=False)
            return Glyph(glyph, sign, self.glyphsize, self.style, **kwargs)
        # No part of the font makes it longer.
        below, above = (self.units_to_points(each) for each in (glyph.bbox.ymin, glyph.bbox.ymax))
        thick = self.units_to_points(self.font.math.consts.fractionRuleThickness)
        bars = [_box(0, -above, long, thick), _box(0, -below - thick, long, thick)]
        drawn = _Shape(self.style, bars, bool(kwargs.get("phantom")))
        drawn.bbox = BBox(0, long, below, above)
        return drawn


# The drawing

_Point = tuple[int, int]
_Bounds = tuple[int, int, int, int]
_STRAIGHT = 0.3
"""Units that a line may run beside a curve."""
_COMMAND = re.compile(r"([MLQZ])([^MLQZ]*)")
_MARGIN = 2
"""Units around a drawing."""
_DOWN_MAX = 60
"""Sizes of a letter that a formula may be high."""


class _Drawing(Struct):
    """What is drawn, by colour: outlines that begin somewhere, and words."""

    outlines: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    words: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    """Where, how large, in which colour, and what."""
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def add(self, node: Mnode, x: float, y: float) -> None:
        """Put a node and all that is in it where it belongs; `x` and `y` are where its line begins."""
        for (right, down), child in zip(node.nodexy, node.nodes, strict=True):
            at_x = x + right
            at_y = y + down
            if isinstance(child, Mnode):
                self.add(child, at_x, at_y)
            elif not getattr(child, "phantom", False):
                self._draw(child, at_x, at_y)

    def _draw(self, child: Any, x: float, y: float) -> None:
        at = (round(x), round(y))
        colour = str(child.style.mathcolor)
        if isinstance(child, Glyph) and isinstance(child.glyph, _PhoneGlyph):
            self._word(child.char, at, round(child.size), colour)
            return
        if isinstance(child, Glyph):
            outline = _letter(child.glyph, child.size)
        elif isinstance(child, HLine):
            thick = max(1, round(child.lw))
            outline = _outline(_closed([_box(0, 0, child.length, thick)])) if child.lw else None
        else:
            outline = _outline(_closed(child.contours))
        if outline is None:
            return
        start, tail, (left, top, right, bottom) = outline
        self.outlines.setdefault(colour, []).append((at[0] + start[0], at[1] + start[1], tail))
        self._reach(at[0] + left, at[1] + top, at[0] + right, at[1] + bottom)

    def _word(self, character: str, at: _Point, size: int, colour: str) -> None:
        x, y = at
        self._reach(x, y - round(0.88 * size), x + size, y + round(0.12 * size))
        if self.words:
            word_x, word_y, word_size, word_colour, said = self.words[-1]
            follows = abs(word_x + len(said) * word_size - x) <= len(said)
            if follows and (word_y, word_size, word_colour) == (y, size, colour):
                self.words[-1] = (word_x, word_y, word_size, word_colour, said + character)
                return
        self.words.append((x, y, size, colour, character))

    def _reach(self, left: int, top: int, right: int, bottom: int) -> None:
        self.left, self.right = min(self.left, left), max(self.right, right)
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)

    def svg(self, name: str, *, display: bool) -> str:
        """Write all of it as one element, which begins on the line of the text around it."""
        # A browser puts the drawing at whole pixels of its screen, and cuts off what is beyond.
        self.left, self.top, self.right, self.bottom = (
            *(self.left - _MARGIN, self.top - _MARGIN),
            *(self.right + _MARGIN, self.bottom + _MARGIN),
        )
        width = self.right - self.left
        height = self.bottom - self.top
        if not (self.outlines or self.words) or max(width, height) > _DOWN_MAX * UNITS * (
            3 if width > height else 1
        ):
            raise FormulaError(_shown(name))
        parts = []
        for colour, outlines in self.outlines.items():
            path = "".join(f"M{x - self.left} {y - self.top}{tail}" for x, y, tail in outlines)
            parts.append(f'<path d="{path}"{_fill(colour)}></path>')
        for x, y, size, colour, said in self.words:
            place = f'x="{x - self.left}" y="{y - self.top}" font-size="{size}"'
            parts.append(f"<text {place}{_fill(colour)}>{escape(said, quote=False)}</text>")
        wide = width > _WIDE * UNITS
        scrolls = display and width > _SMALL * UNITS
        style = f"width:{_em(width)}" + (";max-width:100%" if wide and not scrolls else "")
        if self.bottom > _MARGIN:
            style += f";vertical-align:{_em(-self.bottom)}"
        svg = (
            f'<svg viewBox="0 0 {width} {height}" fill="currentColor" style="{style}" aria-label="{escape(name)}">'
            f"{''.join(parts)}</svg>"
        )
        return f'<span style="display:block;overflow-x:auto">{svg}</span>' if scrolls else svg


def _fill(colour: str) -> str:
    return "" if colour == "currentColor" else f' fill="{escape(colour)}"'


def _em(units: int) -> str:
    written = f"{abs(units) / UNITS:.2f}".strip("0").rstrip(".")
    return f"{'-' if units < 0 else ''}{written}em"


_LETTERS: dict[tuple[int, float], Any] = {}


def _letter(glyph: SimpleGlyph, size: float) -> "tuple[_Point, str, _Bounds] | None":
    """Give the outline of a letter at a size; most are drawn more than once. Of one put together, the index is none."""
    key = (glyph.index, size)
    if isinstance(glyph, AssembledGlyph):
        return _outline(_path(glyph, size))
    if key not in _LETTERS:
        _LETTERS[key] = _outline(_path(glyph, size))
    return _LETTERS[key]  # type: ignore[no-any-return]


def _path(glyph: SimpleGlyph, size: float) -> str:
    path = glyph.svgpath(scale_factor=size / glyph.DFLT_SIZE_PT)
    return "" if path is None else "".join(each.get("d", "") for each in path.iter())


def _closed(contours: Iterable[Sequence[tuple[float, float]]]) -> str:
    return "".join(
        "M " + " L ".join(f"{x:.3f} {y:.3f}" for x, y in contour) + "Z" for contour in contours
    )


def _outline(path: str) -> "tuple[_Point, str, _Bounds] | None":
    """Write absolute moves, lines and curves relative to where they begin, in whole units; None for nothing.

    A curve that is hardly bent is a line, and one that goes on as the last one bent says so (`t`), which is how
    TrueType fonts write half of theirs. A shape that is filled need not be closed.
    """
    pen = _Pen()
    for command, points in _commands(path):
        if command == "M":
            pen.move(points[0])
        elif command == "Q" and not _is_straight(pen.at, *points):
            pen.curve(*points)
        else:
            pen.line(points[-1])
    if pen.start is None:
        return None
    across = [x for x, _ in pen.seen]
    down = [y for _, y in pen.seen]
    return pen.start, "".join(pen.out), (min(across), min(down), max(across), max(down))


def _commands(path: str) -> Iterator[tuple[str, list[_Point]]]:
    for found in _COMMAND.finditer(path):
        numbers = [round(float(each)) for each in found[2].split()]
        if numbers:
            yield found[1], list(zip(numbers[::2], numbers[1::2], strict=True))


def _is_straight(begin: _Point, bend: _Point, end: _Point) -> bool:
    across = end[0] - begin[0]
    down = end[1] - begin[1]
    # A curve runs half as far beside its line as its bend lies.
    beside = abs((bend[0] - begin[0]) * down - (bend[1] - begin[1]) * across) / 2
    return beside * beside <= _STRAIGHT * _STRAIGHT * (across * across + down * down)


class _Pen:
    """Writes commands, each letter once for all that follow of its kind."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.seen: list[_Point] = []
        self.start: _Point | None = None
        self.at: _Point = (0, 0)
        self._last = ""
        self._next_bend: _Point | None = None
        """Where the next curve bends if it goes on as the last one did."""

    def move(self, point: _Point) -> None:
        if self.start is None:
            self.start = self.at = point
            self.seen.append(point)
        else:
            self.write("m", point)
            # As SVG reads it, points behind that of a move are lines.
            self._last = "l"

    def line(self, end: _Point) -> None:
        across = end[0] - self.at[0]
        down = end[1] - self.at[1]
        if across and down:
            self.write("l", end)
        elif across or down:
            self._numbers("h" if across else "v", [across or down])
            self.at = end
            self.seen.append(end)
        self._next_bend = None

    def curve(self, bend: _Point, end: _Point) -> None:
        expected = self._next_bend
        if (
            expected is not None
            and max(abs(expected[0] - bend[0]), abs(expected[1] - bend[1])) <= 1
        ):
            bend = expected
            self.write("t", end)
        else:
            self.write("q", bend, end)
        self._next_bend = (2 * end[0] - bend[0], 2 * end[1] - bend[1])

    def write(self, command: str, *points: _Point) -> None:
        self._numbers(
            command, [each for x, y in points for each in (x - self.at[0], y - self.at[1])]
        )
        self.at = points[-1]
        self.seen += points
        self._next_bend = None

    def _numbers(self, command: str, numbers: Sequence[int]) -> None:
        text = "".join(
            f"{each}" if not index or each < 0 else f" {each}" for index, each in enumerate(numbers)
        )
        letter = command if command != self._last else "" if text[0] == "-" else " "
        self.out.append(letter + text)
        self._last = command
