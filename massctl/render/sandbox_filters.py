"""The filters and tests of templates: Jinja's, minus what is random, unbounded or of no use in an article.

Each is paid for: its arguments before it runs, what it makes afterwards. Results are complete, never
generators, so that no work hides in a later step.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context, Undefined
from jinja2.tests import TESTS as JINJA_TESTS
from jinja2.utils import _PassArg, pass_context

from massctl.model.phrase import Phrase
from massctl.render import sandbox_strings
from massctl.render.meter import CALL_COST, INTEGER_BITS_MAX, RANGE_MAX, SMALLER, Meter, failed, over_budget, too_big

ROUND_DIGITS_MAX: Final = 20
STRIPTAGS_CHARACTERS_MAX: Final = 20_000
"""Its running time grows with the square of the text."""

_JINJA: Final = (
    "abs batch capitalize count d default dictsort e escape first float forceescape groupby indent int items last"
    " length list lower map max min reject rejectattr reverse round select selectattr slice sort striptags title"
    " trim truncate unique upper urlencode wordcount"
)
_OWN: Final = ("format", "join", "replace", "safe", "string", "sum")
FILTER_NAMES: Final = frozenset((*_JINJA.split(), *_OWN))
DROPPED_FILTERS: Final = frozenset(JINJA_FILTERS) - FILTER_NAMES
"""Known to Jinja and not to us: they get a message of their own."""
_CHEAP: Final = frozenset({"count", "d", "default", "first", "last", "length"})
"""These look at their value without reading all of it."""
_WRITING: Final = frozenset({
    "capitalize", "e", "escape", "forceescape", "lower", "striptags", "title", "trim", "truncate", "upper", "wordcount"
})  # fmt: skip
"""These make a text of whatever they are given: of a function its place in memory, which is another one each time."""


def text_of(value: Any) -> str:
    """Give a text, or stop: these filters are for texts only."""
    if isinstance(value, Undefined):
        return str(value)  # raises
    if not isinstance(value, str):
        kind = type(value).__name__
        say = Phrase("a text is due here, and this is a value of the kind {kind}", kind=kind)
        raise failed(say, Phrase("make a text of it first: `|string`"))
    return value


def _format(meter: Meter, value: Any, *args: Any, **kwargs: Any) -> Any:
    return sandbox_strings.percent(meter, text_of(value), kwargs or args)


def _join(meter: Meter, value: Any, d: Any = "", attribute: Any = None, *, context: Context) -> Any:
    pieces = list(value)
    if attribute is not None:
        pieces = [context.environment.getitem(piece, attribute) for piece in pieces]
    return sandbox_strings.join(meter, text_of(d), pieces)


def _replace(meter: Meter, value: Any, old: Any, new: Any, count: int | None = None) -> Any:
    text = sandbox_strings.plain_text(meter, value)
    return sandbox_strings.replace(meter, text, text_of(old), text_of(new), -1 if count is None else count)


def _sum(value: Any, attribute: Any = None, start: Any = 0, *, context: Context) -> Any:
    total = start
    for item in value:
        part = item if attribute is None else context.environment.getitem(item, attribute)
        total = context.environment.call_binop(context, "+", total, part)  # type: ignore[attr-defined]
    return total


def _check(meter: Meter, name: str, value: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Bound those arguments of Jinja's own filters that say how much to make."""
    given = [*args, *kwargs.values()]
    numbers = [a for a in given if isinstance(a, int)]
    if name in ("batch", "slice") and any(n > RANGE_MAX for n in numbers):
        raise over_budget(Phrase("more than {limit} parts", limit=RANGE_MAX), SMALLER)
    if name == "round" and any(abs(n) > ROUND_DIGITS_MAX for n in numbers):
        raise over_budget(Phrase("more than {limit} digits", limit=ROUND_DIGITS_MAX), SMALLER)
    if name in ("indent", "trim"):
        width = max([4, *numbers, *(len(a) for a in given if isinstance(a, str))])
        sandbox_strings.check_width(width)
        meter.spend(width * (value.count("\n") + 1) if isinstance(value, str) else 0)
    if name == "striptags" and isinstance(value, str) and len(value) > STRIPTAGS_CHARACTERS_MAX:
        say = Phrase("a text of more than {limit} characters", limit=STRIPTAGS_CHARACTERS_MAX)
        raise over_budget(say, Phrase("shorten it first: `|truncate`"))


def _plain_parts(meter: Meter, value: Any) -> Any:
    """Give a text, or pairs of texts, that can become part of an address."""
    if isinstance(value, dict):
        value = value.items()
    elif not isinstance(value, (list, tuple)):
        return sandbox_strings.plain_text(meter, value)
    return [tuple(sandbox_strings.plain_text(meter, part) for part in pair) for pair in value]


def _settle(meter: Meter, result: Any) -> Any:
    """Pay for a result; generators are run to their end here, Markup becomes ordinary text."""
    if isinstance(result, Iterator):
        settled = []
        for item in result:
            meter.weigh(item)
            settled.append(item)
        return settled
    if isinstance(result, str):
        result = str(result)
    if isinstance(result, int) and result.bit_length() > INTEGER_BITS_MAX:
        raise too_big()
    meter.weigh(result)
    return result


def _guarded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap one of Jinja's filters or tests so that it is paid for."""
    wants = _PassArg.from_obj(inner)
    cheap = name in _CHEAP

    @pass_context
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        meter: Meter = context.environment.meter  # type: ignore[attr-defined]
        meter.spend(CALL_COST)
        if not cheap:
            meter.weigh(value)
        meter.weigh(args)
        meter.weigh(kwargs)
        _check(meter, name, value, args, kwargs)
        if name in _WRITING:
            value = sandbox_strings.plain_text(meter, value)
        elif name == "urlencode":
            value = _plain_parts(meter, value)
        if wants is _PassArg.context:
            result = inner(context, value, *args, **kwargs)
        elif wants is _PassArg.eval_context:
            result = inner(context.eval_ctx, value, *args, **kwargs)
        elif wants is _PassArg.environment:
            result = inner(context.environment, value, *args, **kwargs)
        else:
            result = inner(value, *args, **kwargs)
        return result if cheap else _settle(meter, result)

    return run


def _own(name: str, inner: Callable[..., Any], wants_context: bool = False) -> Callable[..., Any]:
    """Wrap a filter of ours, which pays for its own result."""

    @pass_context
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        meter: Meter = context.environment.meter  # type: ignore[attr-defined]
        meter.spend(CALL_COST)
        meter.weigh(value)
        meter.weigh(args)
        if wants_context:
            kwargs = {**kwargs, "context": context}
        return inner(value, *args, **kwargs) if name == "sum" else inner(meter, value, *args, **kwargs)

    return run


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    **{name: _guarded(name, JINJA_FILTERS[name]) for name in _JINJA.split()},
    "format": _own("format", _format),
    "join": _own("join", _join, wants_context=True),
    "replace": _own("replace", _replace),
    "safe": _own("safe", sandbox_strings.plain_text),
    "string": _own("string", sandbox_strings.plain_text),
    "sum": _own("sum", _sum, wants_context=True),
}
TESTS: Final[dict[str, Callable[..., Any]]] = {
    name: _guarded("test " + name, test) for name, test in cast("dict[str, Callable[..., Any]]", JINJA_TESTS).items()
}
