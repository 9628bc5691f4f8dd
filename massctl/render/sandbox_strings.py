"""Methods of strings and number formatting, with a bound on what they make.

The methods that can make a long text from a short one (padding, replacing, joining, formatting) are paid
for before they run.
"""

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any, Final

from jinja2.runtime import Undefined
from jinja2.sandbox import SandboxedFormatter

from massctl.model.phrase import Phrase
from massctl.render.meter import SMALLER, WIDTH_MAX, Meter, failed, forbid, over_budget

_METHODS: Final = (
    "capitalize center count endswith find format index isalnum isalpha isdecimal isdigit islower isnumeric"
    " isspace isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust"
    " rpartition rsplit rstrip split splitlines startswith strip title upper zfill"
)
STRING_METHODS: Final = frozenset(_METHODS.split())
"""What a template may call on a string."""

_DIGITS: Final = re.compile(r"\d{1,20}")
_PERCENT: Final = re.compile(
    r"%(?P<key>\([^)]*\))?[#0 +-]*(?P<width>\*|\d+)?(?:\.(?P<precision>\*|\d+)?)?(?P<kind>.|$)", re.DOTALL
)


def plain_text(meter: Meter, value: object) -> str:
    """Write a value as `{{ }}` does: text and numbers only, since nobody wants to send `[1, 2]` or `None`."""
    if isinstance(value, str):
        meter.spend(len(value))
        return value
    if isinstance(value, (int, float)):
        text = str(value)
        meter.spend(len(text))
        return text
    if isinstance(value, Undefined):
        return str(value)  # raises: an undefined name is never text
    if value is None:
        raise failed(
            Phrase("nothing is written here: the value is empty (null)"),
            Phrase("give it a value, or write `| default('…', true)`"),
        )
    raise failed(
        Phrase("a value of the kind {kind} cannot be written as text", kind=type(value).__name__),
        Phrase("write one of its members, or put the pieces together with `| join('，')`"),
    )


def join(meter: Meter, separator: str, pieces: Sequence[object]) -> str:
    """Join texts and numbers, paid for before a character is copied."""
    meter.spend(len(separator) * len(pieces))
    return separator.join([plain_text(meter, piece) for piece in pieces])


def replace(meter: Meter, text: str, old: str, new: str, count: int = -1) -> str:
    """Replace like `str.replace`, with the result's length paid for."""
    found = text.count(old) if count < 0 else min(count, text.count(old))
    meter.spend(len(text) + found * len(new))
    return text.replace(old, new, count)


def check_width(width: object) -> None:
    """Refuse a width, a number of digits or of fill characters that only makes texts long."""
    if isinstance(width, int) and abs(width) > WIDTH_MAX:
        raise over_budget(Phrase("the width {width} is over {limit}", width=f"{width:.3g}", limit=WIDTH_MAX), SMALLER)


def call_method(meter: Meter, formatter: Formatter, method: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a method of a string, as `STRING_METHODS` names them."""
    text: str = method.__self__
    name: str = method.__name__
    meter.weigh(text)
    if name == "format":
        return formatter.vformat(text, args, kwargs)
    meter.weigh(args)
    if name in ("center", "ljust", "rjust", "zfill") and args:
        check_width(args[0])
    elif name in ("strip", "lstrip", "rstrip") and args and isinstance(args[0], str):
        check_width(len(args[0]))
    elif name == "replace" and len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], str):
        return replace(meter, text, *args, **kwargs)
    elif name == "join" and len(args) == 1:
        return join(meter, text, list(args[0]))
    result = method(*args, **kwargs)
    meter.weigh(result)
    return result


class BoundedFormatter(SandboxedFormatter):
    """`str.format` for templates: attributes as the sandbox allows them, widths and results bounded."""

    def __init__(self, env: Any, meter: Meter) -> None:
        super().__init__(env)
        self._meter = meter

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Apply `!s`, `!r` and `!a` to what may be written as text."""
        return value if conversion is None else super().convert_field(plain_text(self._meter, value), conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format one field, paid for."""
        for digits in _DIGITS.findall(format_spec):
            check_width(int(digits))
        if not isinstance(value, (int, float)):
            value = plain_text(self._meter, value)
        text = str(super().format_field(value, format_spec))
        self._meter.spend(len(text))
        return text


def percent(meter: Meter, template: str, values: object) -> str:
    """Format with `%`, where widths are bounded and only text and numbers are written."""
    meter.spend(len(template))
    arguments: object
    if isinstance(values, Mapping):
        arguments = {key: _writable(meter, value) for key, value in values.items()}
    elif isinstance(values, tuple):
        arguments = tuple(_writable(meter, value) for value in values)
    else:
        arguments = _writable(meter, values)
    for found in _PERCENT.finditer(template):
        if found["key"] and "(" in found["key"][1:]:
            say = Phrase("a name with brackets cannot be used in `%`: {name}", name=found["key"])
            raise forbid(say, Phrase("use another name"))
        for part in ("width", "precision"):
            written = found[part]
            if written == "*":
                raise forbid(
                    Phrase("`*` as a width cannot be used in a template"), Phrase("write the width as a number")
                )
            if written:
                check_width(int(written[:20]))
        if found["key"] and isinstance(arguments, dict):
            meter.weigh(arguments.get(found["key"][1:-1]))
    text = template % arguments
    meter.spend(len(text))
    return text


def _writable(meter: Meter, value: object) -> object:
    """Leave numbers to the format; anything else must be text."""
    return value if isinstance(value, (int, float)) else plain_text(meter, value)
