"""What a scalar means: the core schema of YAML 1.2 (section 10.3.2), and nothing beyond it.

`yes`, `no`, `on`, `off` and dates are strings.
"""

import math
import re
from dataclasses import dataclass
from typing import Final

from massctl.model.phrase import Phrase
from massctl.source.reporter import word

Scalar = None | bool | int | float | str

CORE: Final = "tag:yaml.org,2002:"
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL: Final = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_INTEGER_DIGITS_MAX: Final = 19
"""Beyond 64 bits other programs read another number."""
_TYPES: Final = {"str": str, "null": type(None), "bool": bool, "int": int, "float": float}


@dataclass(frozen=True, slots=True)
class ScalarFault:
    """Why a scalar has no value."""

    code: str
    message: Phrase
    hint: Phrase | None = None


def scalar_value(text: str, tag: str | None, *, plain: bool) -> Scalar | ScalarFault:
    """Give the value of a scalar; `plain`: it is written without quotes and is no block scalar."""
    if tag is None or tag == "!":
        return _plain_value(text) if plain and tag is None else _words(text)
    name = tag.removeprefix(CORE)
    if name not in _TYPES or not tag.startswith(CORE):
        say = Phrase("the YAML tag {tag} has no meaning here", tag=word(tag.replace(CORE, "!!")))
        return ScalarFault("MC021", say, Phrase("if it is the beginning of a text, put the text in quotes"))
    value = _words(text) if name == "str" else _plain_value(text)
    if name == "float" and type(value) is int:
        return float(value)
    if isinstance(value, ScalarFault) or type(value) is _TYPES[name]:
        return value
    return ScalarFault("MC021", Phrase("this is no {tag}", tag=f"!!{name}"))


def _plain_value(text: str) -> Scalar | ScalarFault:
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if math.isfinite(number):
            return number
        return ScalarFault("MC014", Phrase("this number is not finite, or too large"))
    return _words(text)


def _integer(text: str) -> int | ScalarFault:
    digits = text.lstrip("+-").removeprefix("0o").removeprefix("0x").lstrip("0")
    if len(digits) <= _INTEGER_DIGITS_MAX:
        base = 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10
        number = int(text, base)
        if abs(number) < 2**63:
            return number
    return ScalarFault("MC014", Phrase("this number is too large"), Phrase("if it is text, put it in quotes"))


def _words(text: str) -> str | ScalarFault:
    """Join the surrogate pairs that `\\ud83d\\ude00` in double quotes makes; half of a pair is no character."""
    if not _SURROGATE.search(text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return ScalarFault("MC014", Phrase("this text holds half of a character (a lone surrogate)"))
