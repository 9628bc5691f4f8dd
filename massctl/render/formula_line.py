"""A formula that cannot be drawn, in a line of text: `准确率=正确数/总数` for a fraction that has Chinese in it.

The font of the drawings has mathematics and Latin, Greek and Cyrillic letters, and nothing else; a phone has the rest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final
from xml.etree import ElementTree as ET

_TAG: Final = re.compile(r"<[^>]*>")
_ONE_THING: Final = re.compile(r"[^\W\d_a-zA-Z]+|[a-zA-Z]|\d+(?:\.\d+)?|\([^()]*\)")
_ONE_PRODUCT: Final = re.compile(r"[\w.]+|\([^()]*\)")
_KEEPS_FRACTIONS_APART: Final = frozenset("=+−<>≤≥≈≠≡∝→⇒,;，；")
_UNDER_AND_OVER: Final = frozenset("∑∏∫∮⋃⋂∐") | {"lim", "max", "min", "sup", "inf", "limsup", "liminf"}
_WIDE: Final = 0.9
_THIN: Final = "\u2009"


class _NotInALineError(Exception):
    pass


def formula_line(mathml: str) -> str | None:
    """Write MathML as HTML of one line, with brackets where a fraction needs them; None where a line cannot say it."""
    try:
        # No XML of a stranger's: latex2mathml wrote it, from a formula, and it has no entities.
        return _written(ET.fromstring(mathml)).replace("</i><i>", "")  # noqa: S314
    except _NotInALineError:
        return None


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
    said = _named(_said(element))
    return f"<i>{said}</i>" if re.fullmatch("[A-Za-z]", said) and not element.get("mathvariant") else said


def _text(element: ET.Element) -> str:
    return escape((element.text or "").replace("\u00a0", " "), quote=False)


def _operator(element: ET.Element) -> str:
    return _named(_said(element).replace("-", "−"))


def _named(said: str) -> str:
    """Keep the name of a function apart from what it is of."""
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


def _small(*names: str) -> Callable[[ET.Element], str]:
    """Write what has small ones below or above it. A small one has none of its own in a line."""

    def write(element: ET.Element) -> str:
        base, *small = element
        if names[0].startswith(_LIMIT) and _said(base) not in _UNDER_AND_OVER:
            raise _NotInALineError
        said = _written(base)
        out = [said.rstrip(_THIN) if _name(base) == "mo" else _bracketed(said, _ONE_THING)]
        for name, each in zip(names, small, strict=True):
            small_one, tag = _written(each), name.removeprefix(_LIMIT)
            if "<su" in small_one:
                raise _NotInALineError
            out.append(f"<{tag}>{small_one}</{tag}>")
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
    "mover": _small(_LIMIT + "sup"),
    "munderover": _small(_LIMIT + "sub", _LIMIT + "sup"),
}
