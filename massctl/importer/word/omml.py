"""Write a formula of Word (OMML) as TeX. Source: ECMA-376, part 1, 22.1, read 2026-12.

Signs stay as they are (α, ≤, ∑): MathJax draws them, and an editor reads them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from massctl.importer.word.package import M, W, Xml
from massctl.importer.word.styles import is_on, value

_SPECIAL = str.maketrans(
    {
        **{each: f"\\{each}" for each in "#%&_{}"},
        "$": "\\textdollar ",
        "\\": "\\backslash ",
        "^": "\\textasciicircum ",
        "~": "\\sim ",
        "\u2061": "",
        "\u200b": "",
        "\u00a0": "~",
        "\u2003": "\\quad ",
        "\u2009": "\\,",
        "−": "-",
        "…": "\\dots ",
        "⋯": "\\cdots ",
        "∗": "*",
    }
)
_SPECIAL_IN_WORDS = _SPECIAL | {ord("~"): "\\textasciitilde "}
_ACCENTS: Mapping[str, str] = {
    "\u0300": "\\grave",
    "\u0301": "\\acute",
    "\u0302": "\\hat",
    "\u0303": "\\tilde",
    "\u0304": "\\bar",
    "\u0305": "\\overline",
    "\u0306": "\\breve",
    "\u0307": "\\dot",
    "\u0308": "\\ddot",
    "\u030c": "\\check",
    "\u20d6": "\\overleftarrow",
    "\u20d7": "\\vec",
    "\u20db": "\\dddot",
    "\u20e1": "\\overleftrightarrow",
    "^": "\\hat",
    "~": "\\tilde",
    "¯": "\\bar",
    "→": "\\vec",
}
_N_ARY: Mapping[str, str] = {
    "∫": "\\int",
    "∬": "\\iint",
    "∭": "\\iiint",
    "∮": "\\oint",
    "∑": "\\sum",
    "∏": "\\prod",
    "∐": "\\coprod",
    "⋃": "\\bigcup",
    "⋂": "\\bigcap",
    "⋁": "\\bigvee",
    "⋀": "\\bigwedge",
    "⨁": "\\bigoplus",
    "⨂": "\\bigotimes",
}
_FENCES: Mapping[str, str] = {
    **{each: each for each in "()[]|/<>"},
    "{": "\\{",
    "}": "\\}",
    "‖": "\\|",
    "∥": "\\|",
    "〈": "\\langle",
    "⟨": "\\langle",
    "〉": "\\rangle",
    "⟩": "\\rangle",
    "⌈": "\\lceil",
    "⌉": "\\rceil",
    "⌊": "\\lfloor",
    "⌋": "\\rfloor",
    "": ".",
}
_GROUPS: Mapping[str, str] = {
    "⏞": "\\overbrace",
    "⏟": "\\underbrace",
    "⏜": "\\overparen",
    "⏝": "\\underparen",
    "→": "\\overrightarrow",
    "←": "\\overleftarrow",
    "⎴": "\\overbracket",
    "⎵": "\\underbracket",
}
_SIDES: Mapping[str, str] = {"Top": "top", "Bot": "bottom", "Left": "left", "Right": "right"}
_STRIKES: Mapping[str, str] = {
    "H": "horizontalstrike",
    "V": "verticalstrike",
    "BLTR": "updiagonalstrike",
    "TLBR": "downdiagonalstrike",
}
_ABOVE, _BELOW = frozenset("⏞⏜⎴"), frozenset("⏟⏝⎵")
"""The signs that open towards what is below them, and above them."""
_FUNCTIONS = frozenset(
    [
        "arccos",
        "arcsin",
        "arctan",
        "arg",
        "cos",
        "cosh",
        "cot",
        "coth",
        "csc",
        "deg",
        "det",
        "dim",
        "exp",
        "gcd",
        "hom",
        "inf",
        "ker",
        "lg",
        "lim",
        "liminf",
        "limsup",
        "ln",
        "log",
        "max",
        "min",
        "Pr",
        "sec",
        "sin",
        "sinh",
        "sup",
        "tan",
        "tanh",
    ]
)
_SCRIPTS: Mapping[str, str] = {
    "double-struck": "\\mathbb",
    "fraktur": "\\mathfrak",
    "monospace": "\\mathtt",
    "sans-serif": "\\mathsf",
    "script": "\\mathcal",
}
_FRACTIONS: Mapping[str, str] = {
    "bar": "\\frac{{{num}}}{{{den}}}",
    "noBar": "{{{num} \\atop {den}}}",
    "lin": "{num}/{den}",
    "skw": "{{}}^{{{num}}}\\!/_{{{den}}}",
}
_NEXT_ROW = " \\\\ "
_SPACE_IN_WORDS = re.compile(r"(?<=\w) (?=\w)")
"""A space that Word shows and TeX does not."""
_MARKED = "\u0300-\u036f\u20d0-\u20f0"
_WORDS = re.compile(rf"([\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|[^{_MARKED}]?[{_MARKED}]+)")
"""Chinese, and letters with a mark over them."""
_OUTSIDE = re.compile(r"([\\^~$&]+)")
"""What stands in no `\\text`."""


class UnknownPart(Exception):  # noqa: N818
    """Name a part of a formula that has no TeX."""


def tex(formula: Xml) -> str:
    """Write a formula as TeX. Raises UnknownPart."""
    return re.sub(r" {2,}", " ", _children_tex(formula)).strip()


def words_of(formula: Xml) -> str:
    """Return the letters of a formula that Word shows: not those of limits and roots that are switched off."""
    return "".join(
        each.text or ""
        for each in formula.iter(f"{M}t", f"{W}t")
        if not any(map(_is_switched_off, each.iterancestors()))
    )


def _is_switched_off(part: Xml) -> bool:
    name = part.tag.removeprefix(M)
    return name in ("sub", "sup", "deg") and _is_on(part.getparent(), f"{name}Hide")


def _children_tex(element: Xml | None) -> str:
    return "".join(map(_written, element)) if element is not None else ""


def _written(element: Xml) -> str:
    name = element.tag.removeprefix(M)
    if name in _WITHOUT_TEX or element.tag in _TAGS_WITHOUT_TEX:
        return ""
    if element.tag in _HOLDERS:
        return _children_tex(element)
    write = _PARTS.get(name)
    if write is None:
        raise UnknownPart(name.rpartition("}")[2])
    return write(element)


def _part(element: Xml, name: str) -> str:
    return _children_tex(element.find(f"{M}{name}"))


def _property(element: Xml, name: str, otherwise: str) -> str:
    return value(element.find(f"{element.tag}Pr"), name, M, otherwise)


def _is_on(element: Xml, name: str) -> bool:
    return bool(is_on(element.find(f"{element.tag}Pr"), name, M))


def _run(element: Xml) -> str:
    text = "".join(each.text or "" for each in element.iter(f"{M}t", f"{W}t"))
    properties = element.find(f"{M}rPr")
    if properties is not None and properties.find(f"{M}nor") is not None:
        return _in_words(text)
    written = _escaped(text)
    if properties is None or not written.strip():
        return written
    if command := _SCRIPTS.get(value(properties, "scr", M)):
        return f"{command}{{{written}}}"
    return _in_style(written, text, value(properties, "sty", M))


def _in_style(written: str, text: str, style: str) -> str:
    if style == "p" and re.search(r"[A-Za-z]", text):
        return f"\\{text} " if text in _FUNCTIONS else f"\\mathrm{{{written}}}"
    if style == "b":
        return f"\\mathbf{{{written}}}"
    return f"\\boldsymbol{{{written}}}" if style == "bi" else written


def _escaped(text: str) -> str:
    """Write signs for TeX, and Chinese as words."""
    return "".join(
        _word(piece) if at % 2 else _SPACE_IN_WORDS.sub("\u00a0", piece).translate(_SPECIAL)
        for at, piece in enumerate(_WORDS.split(text))
    )


def _word(text: str) -> str:
    command = _ACCENTS.get(text[1:])
    return f"{command}{{{text[0].translate(_SPECIAL)}}}" if command else _in_words(text)


def _in_words(text: str) -> str:
    return "".join(
        piece.translate(_SPECIAL_IN_WORDS)
        if at % 2
        else f"\\text{{{re.sub(r'([#%_{}])', _ESCAPED, piece)}}}"
        for at, piece in enumerate(_OUTSIDE.split(text.replace("\u00a0", " ")))
        if piece
    )


_ESCAPED = r"\\\1"


def _fraction(element: Xml) -> str:
    form = _FRACTIONS.get(_property(element, "type", "bar"), _FRACTIONS["bar"])
    return form.format(num=_part(element, "num"), den=_part(element, "den"))


def _base(element: Xml) -> str:
    base = _part(element, "e")
    return base if re.fullmatch(r"\w|\\[A-Za-z]+ ?", base) else f"{{{base}}}"


def _root(element: Xml) -> str:
    degree = "" if _is_on(element, "degHide") else _part(element, "deg")
    return f"\\sqrt{f'[{degree}]' if degree.strip() else ''}{{{_part(element, 'e')}}}"


def _n_ary(element: Xml) -> str:
    sign = _property(element, "chr", "∫")
    command = _N_ARY.get(sign, f"\\mathop{{{_escaped(sign)}}}")
    stands = {"undOvr": "\\limits", "subSup": "\\nolimits"}.get(
        _property(element, "limLoc", ""), ""
    )
    lower = "" if _is_on(element, "subHide") else _part(element, "sub")
    upper = "" if _is_on(element, "supHide") else _part(element, "sup")
    limits = (f"_{{{lower}}}" if lower else "") + (f"^{{{upper}}}" if upper else "")
    return f"{command}{stands if limits else ''}{limits} {_part(element, 'e')}"


def _fenced(element: Xml) -> str:
    first, last = _property(element, "begChr", "("), _property(element, "endChr", ")")
    between = _property(element, "sepChr", "|")
    parts = [_children_tex(each) for each in element.findall(f"{M}e")]
    is_grown = between in "|‖∥/" and between
    sign = f" \\middle{_FENCES[between]} " if is_grown else f"{_escaped(between)} "
    # A sign that is no bracket does not grow.
    left = f"\\left{_FENCES[first]}" if first in _FENCES else f"{_escaped(first)}\\left."
    right = f"\\right{_FENCES[last]}" if last in _FENCES else f"\\right.{_escaped(last)}"
    return f"{left} {sign.join(parts)} {right} "


def _matrix(element: Xml) -> str:
    rows = (
        " & ".join(_children_tex(each) for each in row.findall(f"{M}e"))
        for row in element.findall(f"{M}mr")
    )
    return f"\\begin{{matrix}} {_NEXT_ROW.join(rows)} \\end{{matrix}}"


def _equations(element: Xml) -> str:
    rows = [_children_tex(each).replace("\\&", "&") for each in element.findall(f"{M}e")]
    if _is_on(element, "maxDist"):
        # Word sets what follows a # apart, as the number of the formula.
        rows = [each.replace("\\#", "\\qquad ") for each in rows]
    return f"\\begin{{aligned}} {_NEXT_ROW.join(rows)} \\end{{aligned}}"


def _function(element: Xml) -> str:
    name = _part(element, "fName").strip()
    bare = re.fullmatch(r"(?:\\mathrm\{)?([A-Za-z]+)\}?", name)
    if bare is not None:
        name = f"\\{bare[1]}" if bare[1] in _FUNCTIONS else f"\\operatorname{{{bare[1]}}}"
    return f"{name} {_part(element, 'e')}"


def _limit(element: Xml, mark: str) -> str:
    base, limit = _part(element, "e").strip(), _part(element, "lim")
    known = re.fullmatch(r"(?:\\mathrm\{)?\\?([A-Za-z]+)\}?", base)
    if known is not None and known[1] in _FUNCTIONS:
        return f"\\{known[1]}{mark}{{{limit}}} "
    if base.startswith(("\\underbrace", "\\overbrace")):
        return f"{base}{mark}{{{limit}}}"
    return f"\\{'under' if mark == '_' else 'over'}set{{{limit}}}{{{base}}}"


def _accent(element: Xml) -> str:
    command = _ACCENTS.get(_property(element, "chr", "\u0302"))
    inner = _part(element, "e")
    if command is None:
        return f"\\overset{{{_escaped(_property(element, 'chr', ''))}}}{{{inner}}}"
    wide = {"\\hat": "\\widehat", "\\tilde": "\\widetilde", "\\bar": "\\overline"}
    wide["\\vec"] = "\\overrightarrow"
    return f"{wide.get(command, command) if len(inner.strip()) > 1 else command}{{{inner}}}"


def _bar(element: Xml) -> str:
    is_top = _property(element, "pos", "bot") == "top"
    return f"\\{'over' if is_top else 'under'}line{{{_part(element, 'e')}}}"


def _group(element: Xml) -> str:
    sign, inner = _property(element, "chr", "⏟"), _part(element, "e")
    command = _GROUPS.get(sign)
    if command is None:
        where = "over" if _property(element, "pos", "bot") == "top" else "under"
        return f"\\{where}set{{{_escaped(sign)}}}{{{inner}}}"
    is_below = _property(element, "pos", "bot") == "bot"
    if sign in _BELOW | _ABOVE and is_below != (sign in _BELOW):
        bare = f"{command}{{\\hphantom{{{inner}}}}}"
        return f"\\{'under' if is_below else 'over'}set{{{bare}}}{{{inner}}}"
    if is_below:
        command = command.replace("\\overright", "\\underright").replace(
            "\\overleft", "\\underleft"
        )
    return f"{command}{{{inner}}}"


def _boxed(element: Xml) -> str:
    sides = [each for name, each in _SIDES.items() if not _is_on(element, f"hide{name}")]
    strikes = [each for name, each in _STRIKES.items() if _is_on(element, f"strike{name}")]
    inner = _part(element, "e")
    if len(sides) == len(_SIDES) and not strikes:
        return f"\\boxed{{{inner}}}"
    return f"\\enclose{{{' '.join(sides + strikes)}}}{{{inner}}}"


_PARTS: Final[Mapping[str, Callable[[Xml], str]]] = {
    "r": _run,
    "f": _fraction,
    "sSup": lambda each: f"{_base(each)}^{{{_part(each, 'sup')}}}",
    "sSub": lambda each: f"{_base(each)}_{{{_part(each, 'sub')}}}",
    "sSubSup": lambda each: f"{_base(each)}_{{{_part(each, 'sub')}}}^{{{_part(each, 'sup')}}}",
    "sPre": lambda each: f"{{}}_{{{_part(each, 'sub')}}}^{{{_part(each, 'sup')}}}{_base(each)}",
    "rad": _root,
    "nary": _n_ary,
    "d": _fenced,
    "m": _matrix,
    "eqArr": _equations,
    "func": _function,
    "limLow": lambda each: _limit(each, "_"),
    "limUpp": lambda each: _limit(each, "^"),
    "acc": _accent,
    "bar": _bar,
    "groupChr": _group,
    "box": lambda each: _part(each, "e"),
    "borderBox": _boxed,
    "phant": lambda each: (
        f"\\phantom{{{_part(each, 'e')}}}"
        if _property(each, "show", "1") in ("0", "off")
        else _part(each, "e")
    ),
    "oMath": _children_tex,
    "argPr": lambda _: "",
}
_WITHOUT_TEX = frozenset(
    f"{name}Pr"
    for name in [
        "oMathPara",
        "acc",
        "bar",
        "box",
        "borderBox",
        "d",
        "eqArr",
        "f",
        "func",
        "groupChr",
        "limLow",
        "limUpp",
        "m",
        "nary",
        "phant",
        "rad",
        "sPre",
        "sSub",
        "sSubSup",
        "sSup",
        "ctrl",
    ]
)
_TAGS_WITHOUT_TEX = frozenset(
    f"{W}{name}"
    for name in (
        "bookmarkStart",
        "bookmarkEnd",
        "proofErr",
        "rPr",
        "commentRangeStart",
        "commentRangeEnd",
    )
)
_HOLDERS = frozenset(
    f"{W}{name}" for name in ("ins", "moveTo", "r", "smartTag", "sdtContent", "sdt", "customXml")
)
