"""The environment that templates run in: Jinja's immutable sandbox with an allow-list, and bounds on what they make.

A template can be mistaken or hostile. It reaches only what is listed here. Every value that it makes is bounded in
size before anything reads it. Each round of a loop and each call looks at the time, so a runaway template stops. No
clock, random number, file or order of a set is within its reach, so the same template writes the same text each time.
"""

import copy
import re
import time
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from types import BuiltinMethodType, CodeType
from typing import Any, Final, cast

from jinja2 import StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateNotFound, UndefinedError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.tests import TESTS as JINJA_TESTS
from jinja2.utils import Cycler, Joiner, Namespace, _PassArg, missing, pass_context
from jinja2.visitor import NodeTransformer

from massctl.model.phrase import Phrase, enumerated
from massctl.render.blocks.cards import SIGNATURES as CARDS
from massctl.render.blocks.cards import SentArticles, article_url, card
from massctl.render.blocks.library import SIGNATURES as BLOCKS
from massctl.render.blocks.library import Blocks
from massctl.render.fault import Fault, TemplateStop

SECONDS_MAX: Final = 2.0
"""Of processor time for one template with all it includes; a long article takes some 0.01 s."""
ROUNDS_MAX: Final = 1_000_000
"""Rounds of loops, calls and includes in one rendering."""
CHARACTERS_MAX: Final = 1_000_000
"""Of one text, of all texts in one list, and of all that is written."""
ITEMS_MAX: Final = 100_000
"""Items of one list or mapping, those of the lists inside it included."""
SOURCE_CHARACTERS_MAX: Final = 100_000
"""Of a template's source; Jinja reads so many within 2 seconds."""
INTEGER_BITS_MAX: Final = 256
WIDTH_MAX: Final = 1_000
"""Columns, fill characters, digits and stripped characters in one operation."""
STRIPTAGS_CHARACTERS_MAX: Final = 20_000
"""The running time of `striptags` grows with the square of the text."""

_LOOP: Final = "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
_STRING: Final = (
    "capitalize center count endswith find format index isalnum isalpha isdecimal isdigit islower isnumeric"
    " isspace isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust"
    " rpartition rsplit rstrip split splitlines startswith strip title upper zfill"
)
_ATTRIBUTES: Final[dict[type, frozenset[str]]] = {
    str: frozenset(_STRING.split()),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
    _GroupTuple: frozenset({"grouper", "list"}),
    LoopContext: frozenset(_LOOP.split()),
    Cycler: frozenset({"current", "next", "reset"}),
    BlockReference: frozenset({"super"}),
    Blocks: frozenset(BLOCKS),
}
"""What a template may reach behind a dot, by exact type."""
_FILTERS: Final = (
    "abs batch capitalize count d default dictsort e escape first float forceescape format groupby indent int items"
    " join last length list lower map max min reject rejectattr replace reverse round safe select selectattr slice"
    " sort string striptags sum title trim truncate unique upper urlencode wordcount"
)
FILTER_NAMES: Final = frozenset(_FILTERS.split())
"""Jinja's filters without those that are random, unbounded or of no use in an article."""
_WRITING: Final = frozenset({
    "capitalize", "e", "escape", "forceescape", "indent", "lower", "safe", "string", "striptags", "title", "trim",
    "truncate", "upper", "wordcount"
})  # fmt: skip
"""Filters that stringify any value; a function would show its memory address."""
_SMALLER: Final = Phrase("write a smaller number")
_DIGITS: Final = re.compile(r"\d{1,20}")
_PERCENT: Final = re.compile(r"%(\([^)]*\))?[#0 +-]*(\*|\d+)?(?:\.(\*|\d+)?)?.", re.DOTALL)


def _forbid(message: Phrase, hint: Phrase) -> TemplateStop:
    return TemplateStop(Fault("MC103", message, hint))


def _failed(message: Phrase, hint: Phrase) -> TemplateStop:
    return TemplateStop(Fault("MC106", message, hint))


def _over_budget(message: Phrase, hint: Phrase) -> TemplateStop:
    return TemplateStop(Fault("MC104", message, hint))


# Bounds on values


def bounded(value: Any) -> Any:
    """Return `value`; raise TemplateStop if it is larger than an article needs.

    A list that stands twice in another counts twice: reading it takes twice as long.
    """
    characters, items, pending = 0, 0, [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            characters += len(item)
        elif isinstance(item, (dict, list, tuple, KeysView, ValuesView, ItemsView)):
            items += len(item)
            if items <= ITEMS_MAX:
                pending.extend(item.items() if isinstance(item, dict) else item)
        elif isinstance(item, int) and item.bit_length() > INTEGER_BITS_MAX:
            raise _over_budget(Phrase("the number has more than {limit} bits", limit=INTEGER_BITS_MAX), _SMALLER)
        if characters > CHARACTERS_MAX or items > ITEMS_MAX:
            raise _too_large()
    return value


def _too_large() -> TemplateStop:
    return _over_budget(
        Phrase(
            "the template makes a value of more than {characters} characters or {items} items",
            characters=f"{CHARACTERS_MAX:,}",
            items=f"{ITEMS_MAX:,}",
        ),
        Phrase("does a text or a list grow with every round of a loop?"),
    )


def _check_length(characters: int) -> None:
    """Refuse a text by its length, before it is made."""
    if characters > CHARACTERS_MAX:
        raise _too_large()


def _check_width(width: object) -> None:
    """Refuse a width, a number of digits or of fill characters that only makes texts long."""
    if isinstance(width, int) and abs(width) > WIDTH_MAX:
        raise _over_budget(
            Phrase("the width {width} is over {limit}", width=f"{width:,}", limit=f"{WIDTH_MAX:,}"), _SMALLER
        )


def _range(*args: int) -> range:
    """Count like Python's `range`, not too far."""
    numbers = range(*args)
    if any(abs(number) > 2**31 for number in args) or len(numbers) > ITEMS_MAX:
        raise _over_budget(Phrase("`range` accepts at most {limit} numbers here", limit=f"{ITEMS_MAX:,}"), _SMALLER)
    return numbers


# Texts


def plain_text(value: object) -> str:
    """Write a value as `{{ }}` does: text and numbers only, since nobody wants to send `[1, 2]` or `None`."""
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, Undefined):
        return str(value)  # raises: an undefined name is never text
    if value is None:
        raise _failed(
            Phrase("the value is empty (null), so there is nothing to write here"),
            Phrase("give it a value, or write `| default('…', true)`"),
        )
    raise _failed(
        Phrase("a value of type {kind} cannot be written as text", kind=type(value).__name__),
        Phrase("write one of its members, or join the items with `| join('，')`"),
    )


def _text_of(value: Any) -> str:
    """Return a text; raise TemplateStop for anything else."""
    if isinstance(value, Undefined):
        return str(value)  # raises
    if not isinstance(value, str):
        kind = type(value).__name__
        say = Phrase("expected text, found {kind}", kind=kind)
        raise _failed(say, Phrase("convert it first: `|string`"))
    return value


def _writable(value: object) -> object:
    """Leave numbers to the format; anything else must be text."""
    return value if isinstance(value, (int, float)) else plain_text(value)


def _join(separator: str, pieces: Iterable[object]) -> str:
    texts = [plain_text(piece) for piece in pieces]
    _check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    found = text.count(old) if count < 0 else min(count, text.count(old))
    _check_length(len(text) + found * len(new))
    return text.replace(old, new, count)


def _percent(template: str, values: object) -> str:
    """Format with `%`: text and numbers only, with bounded widths."""
    arguments: object
    if isinstance(values, Mapping):
        arguments = {key: _writable(value) for key, value in values.items()}
    elif isinstance(values, tuple):
        arguments = tuple(map(_writable, values))
    else:
        arguments = _writable(values)
    longest = max((len(str(each)) for each in _values_of(arguments)), default=0)
    length = len(template)
    for name, *widths in _PERCENT.findall(template):
        if "(" in name[1:]:
            say = Phrase("a name with brackets cannot be used in `%`: {name}", name=name)
            raise _forbid(say, Phrase("use another name"))
        if "*" in widths:
            raise _forbid(Phrase("`*` as a width cannot be used in a template"), Phrase("write the width as a number"))
        for width in filter(None, widths):
            _check_width(int(width[:20]))
            length += int(width)
        length += longest
    _check_length(length)
    return template % arguments


def _values_of(arguments: object) -> Iterable[object]:
    if isinstance(arguments, dict):
        return arguments.values()
    return arguments if isinstance(arguments, tuple) else (arguments,)


class _Formatter(SandboxedFormatter):
    """`str.format` for templates: attributes as the sandbox allows them, widths and the result bounded."""

    def __init__(self, environment: "TemplateEnvironment") -> None:
        super().__init__(environment)
        self._characters = 0

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Apply `!s`, `!r` and `!a` to what may be written as text."""
        return value if conversion is None else super().convert_field(plain_text(value), conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """Format one field."""
        for digits in _DIGITS.findall(format_spec):
            _check_width(int(digits))
        text = str(super().format_field(_writable(value), format_spec))
        self._characters += len(text)
        _check_length(self._characters)
        return text


def _string_method(
    environment: "TemplateEnvironment", method: BuiltinMethodType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Call a method of a string, with a bound on what it makes."""
    text, name = cast("str", method.__self__), method.__name__
    if name == "format":
        return _Formatter(environment).vformat(text, args, kwargs)
    if name == "join" and len(args) == 1:
        return _join(text, args[0])
    if name == "replace" and len(args) > 1:
        return _replace(text, _text_of(args[0]), _text_of(args[1]), *args[2:], **kwargs)
    if name in ("center", "ljust", "rjust", "zfill") and args:
        _check_width(args[0])
    elif name in ("strip", "lstrip", "rstrip") and args and isinstance(args[0], str):
        _check_width(len(args[0]))
    return method(*args, **kwargs)


# Filters and tests


def _check_arguments(name: str, value: Any, args: Iterable[Any]) -> None:
    """Bound those arguments of Jinja's filters that say how much to make."""
    given = list(args)
    numbers = [each for each in given if isinstance(each, int)]
    if name in ("batch", "round", "slice"):
        for number in numbers:
            _check_width(number)
    elif name in ("indent", "trim"):
        width = max([4, *numbers, *(len(each) for each in given if isinstance(each, str))])
        _check_width(width)
        _check_length(len(value) + width * (value.count("\n") + 1))
    elif name == "striptags" and len(value) > STRIPTAGS_CHARACTERS_MAX:
        say = Phrase("a text of more than {limit} characters", limit=STRIPTAGS_CHARACTERS_MAX)
        raise _over_budget(say, Phrase("shorten it first: `|truncate`"))


def _plain_parts(value: Any) -> Any:
    """Return a text, or pairs of texts, that can become part of an address."""
    if isinstance(value, dict):
        value = value.items()
    elif not isinstance(value, (list, tuple)):
        return plain_text(value)
    return [tuple(map(plain_text, pair)) for pair in value]


def _guarded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter or test of Jinja's: what it is given and what it makes is bounded, and complete."""
    wants = _PassArg.from_obj(inner)

    @pass_context
    def run(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:
        environment = cast("TemplateEnvironment", context.environment)
        environment.tick()
        if name in _WRITING:
            value = plain_text(value)
        elif name == "urlencode":
            value = _plain_parts(value)
        _check_arguments(name, value, (*args, *kwargs.values()))
        passed = {_PassArg.context: context, _PassArg.eval_context: context.eval_ctx, _PassArg.environment: environment}
        result = inner(*([passed[wants]] if wants is not None else []), value, *args, **kwargs)
        if isinstance(result, Iterator):
            result = environment.complete(result)
        return bounded(str(result) if isinstance(result, str) else result)

    return run


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    return _percent(_text_of(value), kwargs or args)


@pass_context
def _join_filter(context: Context, value: Any, d: Any = "", attribute: Any = None) -> str:
    pieces = value if attribute is None else (context.environment.getitem(piece, attribute) for piece in value)
    return _join(_text_of(d), pieces)


def _replace_filter(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    return _replace(plain_text(value), _text_of(old), _text_of(new), -1 if count is None else count)


@pass_context
def _sum(context: Context, value: Any, attribute: Any = None, start: Any = 0) -> Any:
    environment, total = cast("TemplateEnvironment", context.environment), start
    for item in value:
        part = item if attribute is None else environment.getitem(item, attribute)
        total = environment.call_binop(context, "+", total, part)
    return total


_OWN: Final[Mapping[str, Callable[..., Any]]] = {
    "format": _format,
    "join": _join_filter,
    "replace": _replace_filter,
    "safe": str,
    "string": str,
    "sum": _sum,
}
FILTERS: Final = {name: _guarded(name, _OWN.get(name, JINJA_FILTERS[name])) for name in sorted(FILTER_NAMES)}
TESTS: Final = {name: _guarded(f"test {name}", cast("Any", test)) for name, test in JINJA_TESTS.items()}


# The syntax tree, before it is compiled


class _Bounds(NodeTransformer):
    """Refuse what templates may not say, and bound what Jinja compiles to plain Python.

    The sandbox does not see loops, literals of lists, and texts that `~` joins. They become calls of the environment.
    """

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802  # Jinja's name.
        """Refuse `{% autoescape %}`: nothing is escaped, since what a repository says is trusted."""
        say = Phrase("`autoescape` cannot be used here: there is no automatic escaping")
        raise _stop(node, "MC103", say, Phrase("escape a value with the filter `e`"))

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        """Refuse filters that are not ours."""
        if node.name in JINJA_FILTERS and node.name not in FILTERS:
            say = Phrase("the filter `{name}` cannot be used here", name=node.name)
            raise _stop(node, "MC103", say, Phrase("there are {names}", names=enumerated([*FILTERS])))
        if node.name not in FILTERS:
            raise _unknown(node, Phrase("there is no filter `{name}`", name=node.name), FILTERS)
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        """Refuse tests that are not there."""
        if node.name not in TESTS:
            raise _unknown(node, Phrase("there is no test `{name}`", name=node.name), TESTS)
        return self.generic_visit(node)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        """Look at the time in each round."""
        self.generic_visit(node)
        node.iter = _ask("rounds", [cast("nodes.Expr", node.iter)], node)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Bound the text that `~` makes."""
        self.generic_visit(node)
        return _ask("joined", node.nodes, node)

    def visit_List(self, node: nodes.List | nodes.Dict) -> nodes.Node:  # noqa: N802
        """Bound a list by all that is in it."""
        self.generic_visit(node)
        return _ask("bounded", [node], node)

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        """Bound a tuple that is read; one that is assigned to names is left as it is."""
        self.generic_visit(node)
        return _ask("bounded", [node], node) if node.ctx == "load" else node


def _ask(method: str, args: list[nodes.Expr], at: nodes.Node) -> nodes.Call:
    """Make a call of a method of the environment."""
    return nodes.Call(nodes.EnvironmentAttribute(method), args, [], None, None, lineno=at.lineno)


def _stop(node: nodes.Node, code: str, message: Phrase, hint: Phrase) -> TemplateStop:
    return TemplateStop(Fault(code, message, hint), node.lineno)


def _unknown(node: nodes.Filter | nodes.Test, message: Phrase, names: Iterable[str]) -> TemplateStop:
    near = get_close_matches(node.name, sorted(names), 1)
    known = Phrase("there are {names}", names=enumerated(sorted(names)))
    return _stop(node, "MC101", message, Phrase("did you mean `{name}`?", name=near[0]) if near else known)


# The environment


class MissingNameError(UndefinedError):
    """Report a name without a value, with what is needed to suggest another."""

    def __init__(self, message: str | None = None, *, name: str | None, owner: object, detail: str | None) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner
        self.detail = detail


class AbsentTemplateError(TemplateNotFound):
    """Report a template that is not there; Jinja's own class, so that `ignore missing` works."""

    def __init__(self, name: str, fault: Fault) -> None:
        super().__init__(name)
        self.fault = fault


class _Missing(StrictUndefined):
    """An undefined value: every use of it but `is defined` and `default` stops the template."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name, partial(MissingNameError, name=name, owner=obj, detail=hint))  # type: ignore[arg-type]


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """One rendering: its time, what it can include, and the operations that generated code asks for."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})
    fetch: Callable[[str], str | Fault]
    """Gives the source of a template by its path from the campaigns folder."""
    join: Callable[[str], str | Fault]
    """Turns the written name of a template into that path."""
    sent: SentArticles
    """What went out before."""
    variables: dict[str, Any]
    sources: dict[str, str]
    """What was read, by path."""
    templates: dict[str, Template]
    compiling: str | None = None
    """The template that is being compiled; faults found then have no traceback through it."""
    _rounds = 0
    _written = 0
    _ends_at = 0.0

    def __init__(self) -> None:
        super().__init__(
            undefined=_Missing, finalize=_written, autoescape=False, optimized=False, keep_trailing_newline=True
        )
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = {"range": _range, "dict": dict, "cycler": Cycler, "joiner": Joiner, "namespace": Namespace}
        self.globals.update({name: partial(card, name) for name in CARDS if name != "article_url"})
        self.globals["article_url"] = article_url

    def start(self, variables: Mapping[str, Any], sources: dict[str, str]) -> None:
        """Begin a rendering."""
        self.variables = bounded(dict(variables))
        self.sources = sources
        self.templates = {}
        self._ends_at = time.thread_time() + SECONDS_MAX

    def tick(self) -> None:
        """Count a round; raise TemplateStop where the template has run too long."""
        self._rounds += 1
        if self._rounds > ROUNDS_MAX or time.thread_time() > self._ends_at:
            raise _over_budget(
                Phrase(
                    "the template runs for more than {rounds} rounds or {seconds:g} seconds",
                    rounds=f"{ROUNDS_MAX:,}",
                    seconds=SECONDS_MAX,
                ),
                Phrase("does a loop run too often, or does a file or a macro call itself?"),
            )

    # Loading: a template object lives for one rendering, its code for the process.

    def join_path(self, template: str, parent: str) -> str:
        """Turn the written name of an include into a path from the campaigns folder."""
        path = self.join(_text_of(template))
        if isinstance(path, Fault):
            raise TemplateStop(path)
        return path

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002  # Jinja's name.
        self.tick()
        if name not in self.templates:
            source = self.fetch(name)
            if isinstance(source, Fault):
                raise AbsentTemplateError(name, source) if source.code == "MC105" else TemplateStop(source)
            self.templates[name] = self.template_of(name, source)
        return self.templates[name]

    def template_of(self, name: str, source: str) -> Template:
        """Compile `source`, or take the code of an earlier run of the same text."""
        self.sources[name] = source
        self.compiling = name
        code = _compiled(name, source)
        self.compiling = None
        return Template.from_code(self, code, self.make_globals(self.variables))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _Bounds().visit(tree)
        return tree

    # Asked for by generated code.

    bounded = staticmethod(bounded)

    def rounds(self, value: Any) -> Iterator[Any]:
        """Yield the items of a loop, and check the time before each."""
        try:
            items = iter(value)
        except TypeError:
            say = Phrase("a value of type {kind} is not a list", kind=type(value).__name__)
            raise _failed(say, Phrase("write it as a list, in square brackets")) from None
        return self._ticking(items)

    def _ticking(self, items: Iterator[Any]) -> Iterator[Any]:
        for item in items:
            self.tick()
            yield item

    def complete(self, items: Iterator[Any]) -> list[Any]:
        """Run a generator of a filter to its end, so that no work hides in a later step."""
        found: list[Any] = []
        for item in self._ticking(items):
            found.append(item)
            if len(found) > ITEMS_MAX:
                raise _too_large()
        return found

    def joined(self, *pieces: Any) -> str:
        """Join the operands of `~`."""
        return _join("", pieces)

    def concat(self, pieces: Iterable[str]) -> str:
        """Join the pieces that a template, a macro or a block has written."""
        found, characters = [], 0
        for piece in pieces:
            found.append(piece)
            characters += len(piece)
            _check_length(characters)
        return "".join(found)

    def write(self, value: Any) -> str:
        """Write the value of `{{ }}`."""
        text = plain_text(value)
        self._written += len(text)
        _check_length(self._written // 4)  # A macro's text is written once more where the macro is called.
        return text

    # Jinja's own hooks.

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Reach what is allowed behind a dot; a mapping's keys come after its methods, as everywhere in Jinja."""
        if attribute.startswith("_"):
            say = Phrase("names that begin with `_` cannot be used: `{name}`", name=attribute)
            raise _forbid(say, Phrase("use another name"))
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
            say = Phrase("`{name}` of a value of type {kind} cannot be used", name=attribute, kind=kind)
            raise _forbid(say, Phrase("use a filter, or write the value under `vars`"))
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item, or else an attribute."""
        if isinstance(argument, Undefined):
            str(argument)  # raises: it is the name in the brackets that has no value
        if isinstance(obj, (dict, list, tuple, str, range)):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.getattr(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj, name=argument)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what templates can reach."""
        owner = getattr(obj, "__self__", None)
        if owner is self or obj is bounded:
            return obj(*args)
        self.tick()
        if isinstance(obj, BuiltinMethodType) and isinstance(owner, str):
            given = {name: value for name, value in kwargs.items() if name not in ("_loop_vars", "_block_vars")}
            return bounded(_string_method(self, obj, args, given))
        return bounded(context.call(obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate with numbers of a sensible size; join and repeat within the bounds."""
        number = isinstance(left, (int, float)) and isinstance(right, (int, float))
        if number and operator == "**" and (abs(right) > INTEGER_BITS_MAX or abs(left) > 2**INTEGER_BITS_MAX):
            bounded(2 ** (INTEGER_BITS_MAX + 1))
        if operator == "%" and isinstance(left, str):
            return _percent(left, right)
        if operator == "*" and not number:
            sequence, times = (right, left) if isinstance(left, int) else (left, right)
            if isinstance(sequence, (str, list, tuple)) and isinstance(times, int):
                _check_length(len(sequence) * max(times, 0))
        return bounded(self.binop_table[operator](left, right))


@pass_context
def _written(context: Context, value: Any) -> str:
    """Write the value of `{{ }}`; taking the context keeps Jinja from doing it while compiling."""
    return cast("TemplateEnvironment", context.environment).write(value)


@cache
def _prototype() -> TemplateEnvironment:
    return TemplateEnvironment()


@lru_cache(maxsize=512)
def _compiled(name: str, source: str) -> CodeType:
    """Compile a template once for all campaigns of a run; raises what Jinja and Python raise."""
    if len(source) > SOURCE_CHARACTERS_MAX:
        limit = f"{SOURCE_CHARACTERS_MAX:,}"
        say = Phrase("the template is longer than {limit} characters", limit=limit)
        raise _over_budget(say, Phrase("split it, and include the parts"))
    return _prototype().compile(source, name, name)


def environment_for(
    fetch: Callable[[str], str | Fault], join: Callable[[str], str | Fault], sent: SentArticles
) -> TemplateEnvironment:
    """Make the environment of one rendering; `join` turns written names into paths, `fetch` reads them."""
    environment = copy.copy(_prototype())
    environment.fetch = fetch
    environment.join = join
    environment.sent = sent
    return environment
