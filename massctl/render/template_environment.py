"""The environment that templates run in: Jinja's immutable sandbox with an allow-list.

A template can be mistaken or hostile. It reaches only what is listed here. The process that it runs in bounds its time
and memory (`Inputs.limits`). No clock, random number, file or order of a set is within its reach, so the same template
writes the same text each time.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache, partial, wraps
from types import BuiltinMethodType, CodeType
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateNotFound, UndefinedError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import _GroupTuple
from jinja2.runtime import BlockReference, Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.tests import TESTS as JINJA_TESTS
from jinja2.utils import (
    Cycler,
    Joiner,
    Namespace,
    _PassArg,
    missing,
    pass_context,
    pass_environment,
)
from jinja2.visitor import NodeTransformer

from massctl.model.diagnostics import Fault, FaultError
from massctl.model.phrase import Phrase, enumerated
from massctl.render.blocks.cards import SIGNATURES as CARDS
from massctl.render.blocks.cards import SentArticles, article_url, card
from massctl.render.blocks.library import SIGNATURES as BLOCKS
from massctl.render.blocks.library import Blocks

_LOOP = (
    "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
)
_STRING = (
    "capitalize center count endswith find format index isalnum isalpha isdecimal isdigit islower isnumeric"
    " isspace isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust"
    " rpartition rsplit rstrip split splitlines startswith strip title upper zfill"
)
_ATTRIBUTES: dict[type, frozenset[str]] = {
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
_FILTERS = (
    "abs batch capitalize count d default dictsort e escape first float forceescape format groupby indent int items"
    " join last length list lower map max min reject rejectattr replace reverse round safe select selectattr slice"
    " sort string striptags sum title trim truncate unique upper urlencode wordcount"
)
FILTER_NAMES = frozenset(_FILTERS.split())
"""Jinja's filters without those that are random, unbounded or of no use in an article."""
_WRITING = frozenset({
    "capitalize", "e", "escape", "forceescape", "indent", "lower", "safe", "string", "striptags", "title", "trim",
    "truncate", "upper", "wordcount"
})  # fmt: skip
"""Filters that stringify any value; a function would show its memory address."""


def _forbid(message: Phrase, hint: Phrase) -> FaultError:
    return FaultError(Fault("MC103", message, hint))


def _failed(message: Phrase, hint: Phrase) -> FaultError:
    return FaultError(Fault("MC106", message, hint))


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
    """Return a text; raise FaultError for anything else."""
    if isinstance(value, Undefined):
        return str(value)  # raises
    if not isinstance(value, str):
        kind = type(value).__name__
        raise _failed(
            Phrase("expected text, found {kind}", kind=kind), Phrase("convert it first: `|string`")
        )
    return value


def _writable(value: object) -> object:
    """Leave numbers to the format; anything else must be text."""
    return value if isinstance(value, (int, float)) else plain_text(value)


def _joined(separator: str, pieces: Iterable[object]) -> str:
    return separator.join(map(plain_text, pieces))


def _percent(template: str, values: object) -> str:
    """Format with `%`: text and numbers only."""
    if isinstance(values, Mapping):
        return template % {key: _writable(value) for key, value in values.items()}
    return template % (
        tuple(map(_writable, values)) if isinstance(values, tuple) else _writable(values)
    )


class _Formatter(SandboxedFormatter):
    """`str.format` for templates: attributes as the sandbox allows them, text and numbers only."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Apply `!s`, `!r` and `!a` to what may be written as text."""
        return value if conversion is None else super().convert_field(plain_text(value), conversion)

    def format_field(self, value: Any, format_spec: str) -> Any:
        """Format one field."""
        return super().format_field(_writable(value), format_spec)


# Filters and tests


def _plain_parts(value: Any) -> Any:
    """Return a text, or pairs of texts, that can become part of an address."""
    if isinstance(value, dict):
        value = value.items()
    elif not isinstance(value, (list, tuple)):
        return plain_text(value)
    return [tuple(map(plain_text, pair)) for pair in value]


def _guarded(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a filter of Jinja's: one that writes takes text and numbers only, and a generator becomes a list."""
    # Jinja passes what it knows before the value.
    at = 0 if _PassArg.from_obj(inner) is None else 1
    readable = plain_text if name in _WRITING else _plain_parts if name == "urlencode" else None

    @wraps(inner)
    def run(*args: Any, **kwargs: Any) -> Any:
        given = list(args)
        if readable is not None:
            given[at] = readable(given[at])
        result = inner(*given, **kwargs)
        if isinstance(result, Iterator):
            return list(result)
        return str(result) if isinstance(result, str) else result

    return run


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    return _percent(_text_of(value), kwargs or args)


@pass_environment
def _join_filter(environment: Environment, value: Any, d: Any = "", attribute: Any = None) -> str:
    pieces = (
        value if attribute is None else (environment.getitem(piece, attribute) for piece in value)
    )
    return _joined(_text_of(d), pieces)


def _replace_filter(value: Any, old: Any, new: Any, count: int | None = None) -> str:
    return plain_text(value).replace(_text_of(old), _text_of(new), -1 if count is None else count)


_OWN: Mapping[str, Callable[..., Any]] = {
    "format": _format,
    "join": _join_filter,
    "replace": _replace_filter,
    "safe": str,
    "string": str,
}
FILTERS = {
    name: _guarded(name, _OWN.get(name, JINJA_FILTERS[name])) for name in sorted(FILTER_NAMES)
}
TESTS = dict(JINJA_TESTS)


# The syntax tree, before it is compiled


class _Allowed(NodeTransformer):
    """Refuse what templates may not say, and let `~` join text and numbers only."""

    def visit_ScopedEvalContextModifier(self, node: nodes.Node) -> nodes.Node:  # noqa: N802  # Jinja's name.
        """Refuse `{% autoescape %}`: nothing is escaped, since what a repository says is trusted."""
        raise _stop(
            node,
            "MC103",
            Phrase("`autoescape` cannot be used here: there is no automatic escaping"),
            Phrase("escape a value with the filter `e`"),
        )

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        """Refuse filters that are not ours."""
        if node.name in JINJA_FILTERS and node.name not in FILTERS:
            raise _stop(
                node,
                "MC103",
                Phrase("the filter `{name}` cannot be used here", name=node.name),
                Phrase("there are {names}", names=enumerated([*FILTERS])),
            )
        if node.name not in FILTERS:
            raise _unknown(node, Phrase("there is no filter `{name}`", name=node.name), FILTERS)
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        """Refuse tests that are not there."""
        if node.name not in TESTS:
            raise _unknown(node, Phrase("there is no test `{name}`", name=node.name), TESTS)
        return self.generic_visit(node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """Let the environment write what `~` joins."""
        self.generic_visit(node)
        joined = nodes.EnvironmentAttribute("joined")
        return nodes.Call(joined, node.nodes, [], None, None, lineno=node.lineno)


def _stop(node: nodes.Node, code: str, message: Phrase, hint: Phrase) -> FaultError:
    return FaultError(Fault(code, message, hint, line=node.lineno))


def _unknown(node: nodes.Filter | nodes.Test, message: Phrase, names: Iterable[str]) -> FaultError:
    near = get_close_matches(node.name, sorted(names), 1)
    known = Phrase("there are {names}", names=enumerated(sorted(names)))
    return _stop(
        node, "MC101", message, Phrase("did you mean `{name}`?", name=near[0]) if near else known
    )


# The environment


class MissingNameError(UndefinedError):
    """Report a name without a value, with what is needed to suggest another."""

    def __init__(
        self, message: str | None = None, *, name: str | None, owner: object, detail: str | None
    ) -> None:
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

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = None
    ) -> None:
        error = partial(MissingNameError, name=name, owner=obj, detail=hint)
        super().__init__(hint, obj, name, error)  # type: ignore[arg-type]


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """One rendering: what it can include, and the operations that generated code asks for."""

    intercepted_binops = frozenset({"%"})
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

    def __init__(self) -> None:
        super().__init__(
            undefined=_Missing,
            finalize=_written,
            autoescape=False,
            optimized=False,
            keep_trailing_newline=True,
        )
        self.filters = dict(FILTERS)
        self.tests = dict(TESTS)
        self.globals = {
            "range": range,
            "dict": dict,
            "cycler": Cycler,
            "joiner": Joiner,
            "namespace": Namespace,
        }
        self.globals.update({name: partial(card, name) for name in CARDS if name != "article_url"})
        self.globals["article_url"] = article_url

    def start(self, variables: Mapping[str, Any], sources: dict[str, str]) -> None:
        """Begin a rendering."""
        self.variables = dict(variables)
        self.sources = sources
        self.templates = {}

    # Loading: a template object lives for one rendering, its code for the process.

    def join_path(self, template: str, parent: str) -> str:
        """Turn the written name of an include into a path from the campaigns folder."""
        path = self.join(_text_of(template))
        if isinstance(path, Fault):
            raise FaultError(path)
        return path

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002  # Jinja's name.
        if name not in self.templates:
            source = self.fetch(name)
            if isinstance(source, Fault):
                raise (
                    AbsentTemplateError(name, source)
                    if source.code == "MC105"
                    else FaultError(source)
                )
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
        _Allowed().visit(tree)
        return tree

    def joined(self, *pieces: Any) -> str:
        """Join what stands between `~`, for generated code."""
        return _joined("", pieces)

    # Jinja's own hooks.

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Reach what is allowed behind a dot; a mapping's keys come after its methods, as everywhere in Jinja."""
        if attribute.startswith("_"):
            raise _forbid(
                Phrase("names that begin with `_` cannot be used: `{name}`", name=attribute),
                Phrase("use another name"),
            )
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
            raise _forbid(
                Phrase(
                    "`{name}` of a value of type {kind} cannot be used", name=attribute, kind=kind
                ),
                Phrase("use a filter, or write the value under `vars`"),
            )
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
        return (
            self.getattr(obj, argument)
            if isinstance(argument, str)
            else self.undefined(obj=obj, name=argument)
        )

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what templates can reach."""
        owner = getattr(obj, "__self__", None)
        if owner is self:
            return obj(*args)
        if isinstance(obj, BuiltinMethodType) and isinstance(owner, str):
            given = {
                name: value
                for name, value in kwargs.items()
                if name not in ("_loop_vars", "_block_vars")
            }
            if obj.__name__ == "format":
                return _Formatter(self).vformat(owner, args, given)
            return _joined(owner, *args) if obj.__name__ == "join" else obj(*args, **given)
        return context.call(obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Take a remainder, or format a text."""
        return _percent(left, right) if isinstance(left, str) else left % right


@pass_context
def _written(_: Context, value: Any) -> str:
    """Write the value of `{{ }}`; taking the context keeps Jinja from doing it while compiling."""
    return plain_text(value)


@cache
def _prototype() -> TemplateEnvironment:
    return TemplateEnvironment()


@lru_cache(maxsize=512)
def _compiled(name: str, source: str) -> CodeType:
    """Compile a template once for all campaigns of a run; raises what Jinja and Python raise."""
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
