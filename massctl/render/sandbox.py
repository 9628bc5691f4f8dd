"""The environment that templates run in: Jinja's sandbox, closed further, and paid for.

What a template sees is a list of what is allowed, by type: everything else is refused. Nothing here knows a
clock, a random number, the disk or the order of a set.
"""

import copy
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from types import BuiltinMethodType, CodeType
from typing import Any, Final

from jinja2 import StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateNotFound, UndefinedError
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace, missing, pass_context

from massctl.model.phrase import Phrase
from massctl.render.blocks.library import SIGNATURES, Blocks
from massctl.render.inputs import Problem
from massctl.render.meter import (
    CALL_COST,
    INTEGER_BITS_MAX,
    ITEM_COST,
    NODE_COST,
    RANGE_MAX,
    SMALLER,
    TEMPLATE_CHARACTERS_MAX,
    Meter,
    TemplateStop,
    failed,
    forbid,
    over_budget,
    too_big,
)
from massctl.render.sandbox_cards import SIGNATURES as CARDS
from massctl.render.sandbox_cards import AddressOf, article_url, card
from massctl.render.sandbox_filters import FILTERS, TESTS, text_of
from massctl.render.sandbox_strings import STRING_METHODS, BoundedFormatter, call_method, percent, plain_text
from massctl.render.sandbox_tree import Guard

_LOOP: Final = "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
_ATTRIBUTES: Final[dict[type, frozenset[str]]] = {
    str: STRING_METHODS,
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
    _GroupTuple: frozenset({"grouper", "list"}),
    LoopContext: frozenset(_LOOP.split()),
    Cycler: frozenset({"current", "next", "reset"}),
    BlockReference: frozenset({"super"}),
    Blocks: frozenset(SIGNATURES),
}
"""What a template may reach behind a dot, by exact type."""
_FOR_CONTEXT: Final = ("_loop_vars", "_block_vars")
"""What generated code adds to each call; Jinja's context takes it out again."""


class MissingNameError(UndefinedError):
    """Report a name without a value, with what is needed to suggest another."""

    def __init__(self, message: str | None = None, *, name: str | None, owner: object, detail: str | None) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner
        self.detail = detail


class AbsentTemplateError(TemplateNotFound):
    """Report a template that is not there; Jinja's own class, so that `ignore missing` works."""

    def __init__(self, name: str, problem: Problem) -> None:
        super().__init__(name)
        self.problem = problem


class Missing(StrictUndefined):
    """An undefined value: every use of it but `is defined` and `default` stops the template."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name, partial(MissingNameError, name=name, owner=obj, detail=hint))  # type: ignore[arg-type]


class Sandbox(ImmutableSandboxedEnvironment):
    """One rendering: the meter, what can be included, and the operations that generated code asks for."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})
    meter: Meter
    fetch: Callable[[str], str | Problem]
    """Gives the source of a template by its path from the campaigns folder."""
    address_of: AddressOf
    """Gives the addresses of articles that went out before."""
    variables: dict[str, Any]
    sources: dict[str, str]
    """What was read, by path."""
    compiling: str | None
    """The template that is being compiled; faults found then have no traceback through it."""

    def __init__(self) -> None:
        super().__init__(
            undefined=Missing, finalize=_written, autoescape=False, optimized=False, keep_trailing_newline=True
        )
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = {"range": _range, "dict": dict, "cycler": Cycler, "joiner": Joiner, "namespace": Namespace}
        self.globals.update({name: partial(card, name) for name in CARDS if name != "article_url"})
        self.globals["article_url"] = article_url
        self.join: Callable[[str], str | Problem] = lambda name: name
        self.templates: dict[str, Template] = {}

    # Loading: a template object lives for one rendering, its code for the process.

    def join_path(self, template: str, parent: str) -> str:
        """Turn the written name of an include into a path from the campaigns folder."""
        path = self.join(text_of(template))
        if isinstance(path, Problem):
            raise TemplateStop(path)
        return path

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002  # Jinja's name.
        self.meter.load()
        self.meter.spend(CALL_COST)
        if name not in self.templates:
            source = self.fetch(name)
            if isinstance(source, Problem):
                raise AbsentTemplateError(name, source) if source.code == "MC105" else TemplateStop(source)
            self.templates[name] = self.template_of(name, source)
        return self.templates[name]

    def template_of(self, name: str, source: str) -> Template:
        """Compile `source`, or take the code of an earlier run of the same text."""
        self.sources[name] = source
        self.meter.spend(len(source))
        self.compiling = name
        code = compiled(name, source)
        self.compiling = None
        return Template.from_code(self, code, self.make_globals(self.variables))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        Guard().visit(tree)
        return tree

    # Asked for by generated code, see `sandbox_tree`.

    def spend(self, units: int) -> str:
        """Pay for a block."""
        self.meter.spend(units)
        return ""

    def weighed(self, value: Any) -> Any:
        """Pay for reading a value; give it back."""
        self.meter.weigh(value)
        return value

    def iterate(self, value: Any) -> Any:
        """Pay for the rounds of a loop, and refuse what cannot be counted."""
        if isinstance(value, Undefined):
            return iter(value)
        try:
            self.meter.spend(len(value) * ITEM_COST)
        except TypeError:
            say = Phrase("a value of the kind {kind} is not a list", kind=type(value).__name__)
            raise failed(say, Phrase("write it as a list, in square brackets")) from None
        return value

    def tied(self, *pieces: Any) -> str:
        """Join what stands between `~`."""
        return "".join([plain_text(self.meter, piece) for piece in pieces])

    def cut(self, value: Any, start: Any, stop: Any, step: Any) -> Any:
        """Take a slice; its copy is paid for by the length of the whole."""
        if isinstance(value, (str, list, tuple, range)):
            self.meter.spend(_size(value))
            return value[start:stop:step]
        return self.undefined(obj=value, name="[:]")

    # Jinja's own hooks.

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Reach what is allowed behind a dot; a mapping's keys come after its methods, as everywhere in Jinja."""
        self.meter.spend(NODE_COST)
        if attribute.startswith("_"):
            say = Phrase("names that begin with `_` cannot be used: `{name}`", name=attribute)
            raise forbid(say, Phrase("use another name"))
        if isinstance(obj, (TemplateModule, Namespace)):
            value = getattr(obj, attribute, missing)
            return self.undefined(obj=obj, name=attribute) if value is missing else value
        if isinstance(obj, Undefined) or attribute in _ATTRIBUTES.get(type(obj), ()):
            return getattr(obj, attribute)
        try:
            return obj[attribute]
        except (TypeError, LookupError):
            pass
        if hasattr(obj, attribute):
            kind = type(obj).__name__
            say = Phrase("`{name}` of a value of the kind {kind} cannot be used", name=attribute, kind=kind)
            raise forbid(say, Phrase("use a filter, or write the value under `vars`"))
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Reach an item, or else what stands behind a dot."""
        self.meter.spend(NODE_COST)
        if isinstance(argument, Undefined):
            str(argument)  # raises: it is the name in the brackets that has no value
        if isinstance(obj, (dict, list, tuple, str, range)):
            self.meter.weigh(argument)
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.getattr(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj, name=argument)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what templates can reach, paid for, to a bounded depth."""
        owner = getattr(obj, "__self__", None)
        if owner is self:
            return obj(*args)
        self.meter.spend(CALL_COST)
        given = {name: value for name, value in kwargs.items() if name not in _FOR_CONTEXT}
        if isinstance(obj, BuiltinMethodType) and isinstance(owner, str):
            return call_method(self.meter, BoundedFormatter(self, self.meter), obj, args, given)
        if not isinstance(obj, (Macro, BlockReference)):
            self.meter.weigh(args)
            self.meter.weigh(given)
        self.meter.enter()
        try:
            return context.call(obj, *args, **kwargs)
        finally:
            self.meter.leave()

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers of a sensible size; join and repeat within the budget."""
        number = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if number and operator == "**" and (abs(right) > INTEGER_BITS_MAX or abs(left) > 2**INTEGER_BITS_MAX):
            raise too_big()
        if operator == "%" and isinstance(left, str):
            return percent(self.meter, left, right)
        if operator == "*" and not number:
            sequence, times = (right, left) if isinstance(left, int) else (left, right)
            if isinstance(sequence, (str, list, tuple)) and isinstance(times, int):
                self.meter.spend(_size(sequence) * max(times, 0))
        if operator == "+" and isinstance(left, (str, list, tuple)) and isinstance(right, (str, list, tuple)):
            self.meter.spend(_size(left) + _size(right))
        result = self.binop_table[operator](left, right)
        if isinstance(result, int) and result.bit_length() > INTEGER_BITS_MAX:
            raise too_big()
        return result


@pass_context
def _written(context: Context, value: Any) -> str:
    """Write the value of `{{ }}`; taking the context keeps Jinja from doing it while compiling."""
    sandbox: Sandbox = context.environment  # type: ignore[assignment]
    return plain_text(sandbox.meter, value)


def _size(value: str | list[Any] | tuple[Any, ...] | range) -> int:
    """What copying a text or list costs."""
    return len(value) if isinstance(value, str) else len(value) * ITEM_COST


def _range(*args: int) -> range:
    """Count like Python's `range`, not too far."""
    numbers = range(*args)
    if any(abs(number) > 2**31 for number in args) or len(numbers) > RANGE_MAX:
        say = Phrase("`range` counts at most {limit} numbers here", limit=f"{RANGE_MAX:,}")
        raise over_budget(say, SMALLER)
    return numbers


@cache
def _prototype() -> Sandbox:
    return Sandbox()


@lru_cache(maxsize=512)
def compiled(name: str, source: str) -> CodeType:
    """Compile a template once for all campaigns of a run; raises what Jinja and Python raise."""
    if len(source) > TEMPLATE_CHARACTERS_MAX:
        limit = f"{TEMPLATE_CHARACTERS_MAX:,}"
        say = Phrase("the template is longer than {limit} characters", limit=limit)
        raise over_budget(say, Phrase("split it, and include the parts"))
    return _prototype().compile(source, name, name)


def sandbox_for(
    variables: Mapping[str, Any], fetch: Callable[[str], str | Problem], join: Callable[[str], str | Problem]
) -> Sandbox:
    """Make the environment of one rendering; `join` turns written names into paths, `fetch` reads them."""
    sandbox = copy.copy(_prototype())
    sandbox.meter = Meter()
    sandbox.fetch = fetch
    sandbox.join = join
    sandbox.variables = dict(variables)
    sandbox.sources = {}
    sandbox.compiling = None
    sandbox.templates = {}
    return sandbox
