"""A formula in a line of text, where that shows what a drawing would: bold letters, accents, small ones beside them.

What cannot be drawn is written in a line too, though a drawing would say it better: `准确率=正确数/总数` for a fraction
that has Chinese in it. The font of the drawings has mathematics, Latin, Greek and Cyrillic letters, and nothing else.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final
from xml.etree import ElementTree as ET

from massctl.render.formula_signs import with_room

_ITALICS: Final = re.compile("</?i>")
_TAG: Final = re.compile(r"<[^>]*>")
_ONE_THING: Final = re.compile(r"[^\W\d_a-zA-Z]+|[a-zA-Z]|\d+(?:\.\d+)?|\([^()]*\)")
_ONE_PRODUCT: Final = re.compile(r"[\w.]+|\([^()]*\)")
_KEEPS_FRACTIONS_APART: Final = frozenset("=+−<>≤≥≈≠≡∝→⇒,;，；")
_UNDER_AND_OVER: Final = frozenset("∑∏∫∮⋃⋂∐") | {"lim", "max", "min", "sup", "inf", "limsup", "liminf"}
_LEAVES: Final = frozenset({"mi", "mn", "mo", "mtext"})
_SMALL_ONES: Final = frozenset({"msub", "msup", "msubsup"})
_FLAT: Final = _LEAVES | _SMALL_ONES | {"math", "mrow", "mstyle", "mspace", "mover"}
_ON_PHONES: Final = re.compile("[ -~\u00a0-\u03ff\u2009-\u2033\u2190-\u22ff\u2308-\u230b⟨⟩ℂℍℏℓℕℙℚℝℤ]*")
"""Latin, Greek, arrows, operators, brackets. Of script and double letters, phones have fonts for some only (ours)."""
_ACCENTS: Final = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "˙": "\u0307", "¨": "\u0308"}
_BOLD: Final = {0x1D400 + place: letter for place, letter in enumerate((*range(65, 91), *range(97, 123)))}
"""𝐀 to 𝐳, which MathML has for `\\mathbf`: letters that phones show in bold."""
_PLAINER: Final = {"-": "−", "∣": "|", "⩽": "≤", "⩾": "≥"}
"""Operators as phones have them, and as a line has them that needs none of this."""
_PRIMES: Final = frozenset("′″‴")
_BLANKS: Final = " \u2003\u2009"
_WIDE: Final = 0.9
_THIN: Final = "\u2009"


class _NotInALineError(Exception):
    pass


def formula_line(mathml: str) -> str | None:
    """Write MathML as HTML of one line, with brackets where a fraction needs them; None where a line cannot say it."""
    return _line(_parsed(mathml))


def flat_formula(mathml: str, *, by_itself: bool) -> str | None:
    """Write MathML as HTML of one line, where a drawing of it would be one too; else None.

    By itself a sum is drawn large, with its bounds below and above it; in running text they stand behind it.
    """
    try:
        formula = _parsed(mathml)
    except ET.ParseError:  # An alignment, whose marks are not written as XML has them.
        return None
    return (_line(formula) or None) if all(_is_flat(part, by_itself=by_itself) for part in formula.iter()) else None


def _parsed(mathml: str) -> ET.Element:
    # No XML of a stranger's: latex2mathml wrote it, from a formula, and it has no entities.
    return ET.fromstring(mathml)  # noqa: S314


def _line(formula: ET.Element) -> str | None:
    try:
        html = _written(formula)
    except _NotInALineError:
        return None
    for seam in ("</i><i>", "</i></b><b><i>", "</b><b>"):
        html = html.replace(seam, "")
    return with_room(html.strip(_BLANKS).replace(f"{_THIN}(", "("))


def _is_flat(part: ET.Element, *, by_itself: bool) -> bool:
    """Tell whether an element, without what stands in it, is drawn as a line shows it."""
    name, said = _name(part), _said(part).translate(_BOLD)
    said = _PLAINER.get(said, said)
    if name not in _FLAT or not _ON_PHONES.fullmatch(said) or not _is_known(part.get("mathvariant")):
        return False
    if name == "mover":
        return _said(part[1]) in _ACCENTS
    if name in _SMALL_ONES and not _is_one(part[0]):
        return False
    return not by_itself or said not in _UNDER_AND_OVER


def _is_known(variant: str | None) -> bool:
    return variant in (None, "normal", "bold", "bold-italic", "italic")


def _is_one(base: ET.Element) -> bool:
    """Tell whether small ones clearly belong to all of this."""
    while _name(base) in {"mrow", "mstyle"} and len(base) == 1:
        base = base[0]
    return (_name(base) in _LEAVES and bool(_said(base))) or _name(base) == "mover"


def _written(element: ET.Element) -> str:
    write = _WRITERS.get(_name(element))
    if write is None or element.get("width") == "0":
        raise _NotInALineError
    return write(element)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _row(element: ET.Element) -> str:
    parts = list(element)
    return "".join(
        f"({_written(part)})" if _is_fraction(part) and not _stands_apart(parts, index) else _written(part)
        for index, part in enumerate(parts)
    )


def _is_fraction(element: ET.Element) -> bool:
    while _name(element) in {"mrow", "mstyle"} and len(element) == 1:
        element = element[0]
    return _name(element) == "mfrac"


def _stands_apart(parts: Sequence[ET.Element], index: int) -> bool:
    """Tell whether nothing that stands next to a fraction would be read as belonging to it."""
    beside = [*parts[max(0, index - 1) : index], *parts[index + 1 : index + 2]]
    return all(each.get("fence") or _name(each) == "mspace" or _said(each) in _KEEPS_FRACTIONS_APART for each in beside)


def _said(element: ET.Element) -> str:
    return (element.text or "").strip()


def _identifier(element: ET.Element) -> str:
    said = _said(element)
    variant = element.get("mathvariant") or ("bold" if said.translate(_BOLD) != said else "italic")
    said = _named(said.translate(_BOLD))
    said = f"<i>{said}</i>" if re.fullmatch("[A-Za-z]", said) and variant.endswith("italic") else said
    return f"<b>{said}</b>" if variant.startswith("bold") else said


def _text(element: ET.Element) -> str:
    said = escape((element.text or "").replace("\u00a0", " "), quote=False)
    return f"<b>{said}</b>" if element.get("mathvariant") == "bold" else said


def _operator(element: ET.Element) -> str:
    return _named(_said(element))


def _named(said: str) -> str:
    """Keep the name of a function apart from what it is of, and write signs as phones have them."""
    said = _PLAINER.get(said, said)
    return said + _THIN if len(said) > 1 and said.isalpha() and said.isascii() else escape(said, quote=False)


def _space(element: ET.Element) -> str:
    width = re.fullmatch(r"(\d+(?:\.\d+)?)em", element.get("width") or "")
    if width is None:
        return ""
    return "\u2003" if float(width[1]) > _WIDE else _THIN


def _fraction(element: ET.Element) -> str:
    if element.get("linethickness"):
        raise _NotInALineError
    above, below = (_written(part) for part in element)
    return f"{_bracketed(above, _ONE_PRODUCT)}/{_bracketed(below, _ONE_THING)}"


def _bracketed(html: str, alone: re.Pattern[str]) -> str:
    return html if alone.fullmatch(_TAG.sub("", html)) else f"({html})"


def _root(element: ET.Element) -> str:
    return "√" + _bracketed("".join(map(_written, element)), _ONE_THING)


def _over(element: ET.Element) -> str:
    """Write a letter with its accent as one character, `ŷ`, where there is one."""
    accent = _ACCENTS.get(_said(element[1]))
    if accent is None:
        return _small(f"{_LIMIT}sup")(element)
    base = _written(element[0])
    letter = _TAG.sub("", base)
    both = unicodedata.normalize("NFC", letter + accent)
    if len(both) != 1:
        raise _NotInALineError
    return base.replace(f">{letter}<", f">{both}<") if base != letter else both


def _small(*names: str) -> Callable[[ET.Element], str]:
    """Write what has small ones below or above it, in upright letters. A small one has none of its own in a line."""

    def write(element: ET.Element) -> str:
        base, *small = element
        if names[0].startswith(_LIMIT) and _said(base) not in _UNDER_AND_OVER:
            raise _NotInALineError
        said = _written(base)
        out = [said.rstrip(_THIN) if _name(base) in {"mo", "mtext"} else _bracketed(said, _ONE_THING)]
        for name, each in zip(names, small, strict=True):
            small_one, tag = _ITALICS.sub("", _written(each)), name.removeprefix(_LIMIT)
            if "<su" in small_one:
                raise _NotInALineError
            out.append(small_one if small_one in _PRIMES else f"<{tag}>{small_one}</{tag}>")
        return "".join(out)

    return write


_LIMIT: Final = "limit "
_WRITERS: Final[Mapping[str, Callable[[ET.Element], str]]] = {
    "math": _row,
    "mrow": _row,
    "mstyle": _row,
    "mi": _identifier,
    "mn": _text,
    "mo": _operator,
    "mtext": _text,
    "mspace": _space,
    "mfrac": _fraction,
    "msqrt": _root,
    "msub": _small("sub"),
    "msup": _small("sup"),
    "msubsup": _small("sub", "sup"),
    "munder": _small(_LIMIT + "sub"),
    "mover": _over,
    "munderover": _small(_LIMIT + "sub", _LIMIT + "sup"),
}
