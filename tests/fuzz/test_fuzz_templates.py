"""Templates put together from everything Jinja knows: a text or one fault; within the budget; never out of the sandbox."""

import json
import re

from folder import run
from fuzzing import NASTY, examples
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2.filters import FILTERS
from jinja2.tests import TESTS
from processes import in_fork

from massctl.model.diagnostics import CODES, Fault

VARIABLES = {
    "price": 1999,
    "tiers": ["a", "b", "字"],
    "more": {"x": 1, "y": [1, 2.5, None, True]},
    "long": "字 ab " * 500,
}
FILES = {
    "spring/part.md": "{{ price }}{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller else '' }}{% endmacro %}",
    "spring/self.md": "{% include 'self.md' %}",
    "spring/base.md": "{% block b %}{{ super() if 0 }}x{% endblock %}",
    "_shared/part.md": "{% import 'part.md' as p %}{{ p.m(1) }}",
}
NAMES = [
    "price",
    "tiers",
    "more",
    "long",
    "campaign",
    "account",
    "self",
    "loop",
    "caller",
    "varargs",
    "kwargs",
    "range",
    "dict",
    "cycler",
    "joiner",
    "namespace",
    "lipsum",
    "miniprogram_card",
    "article_url",
    "m",
    "p",
    "ns",
    "x",
    "y",
    "nobody",
    "none",
    "true",
    "environment",
    "_",
    "__builtins__",
    "context",
]
ATTRIBUTES = [
    "__class__",
    "__mro__",
    "__subclasses__",
    "__init__",
    "__globals__",
    "__builtins__",
    "__dict__",
    "__getattribute__",
    "__self__",
    "__func__",
    "__code__",
    "gi_frame",
    "f_globals",
    "mro",
    "format",
    "format_map",
    "_TemplateReference__context",
    "_environment",
    "environment",
    "append",
    "pop",
    "update",
    "items",
    "keys",
    "values",
    "get",
    "upper",
    "join",
    "replace",
    "split",
    "encode",
    "translate",
    "x",
    "y",
    "name",
    "index",
    "cycle",
    "__call__",
    "real",
]
NUMBERS = st.sampled_from(
    ["0", "1", "-1", "2.5", "1e308", "10**9", "2**255", "9" * 5000, "0x1f", "1_000"]
)
STRINGS = st.sampled_from(
    [
        *NASTY,
        *ATTRIBUTES,
        "{0.__class__}",
        "{:>1000000000}",
        "%1000000000d",
        "%(a)s",
        "{0[x]}",
        "a" * 300,
    ]
).map(lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'")
LEAVES = st.one_of(st.sampled_from(NAMES), NUMBERS, STRINGS)
FILTER_ARGUMENTS = st.sampled_from(
    ["", "()", "(1)", "(10**9)", "('__class__')", "(attribute='__class__')", "(x, y)", "(*tiers)"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operator = st.sampled_from(
        ["+", "-", "*", "/", "//", "**", "%", "~", "==", "<", "in", "and", "or"]
    )
    return st.one_of(
        st.tuples(inner, operator, inner).map(lambda e: f"({e[0]} {e[1]} {e[2]})"),
        st.tuples(inner, st.sampled_from(ATTRIBUTES)).map(lambda e: f"{e[0]}.{e[1]}"),
        st.tuples(inner, inner).map(lambda e: f"{e[0]}[{e[1]}]"),
        st.tuples(inner, inner, inner).map(lambda e: f"{e[0]}[{e[1]}:{e[2]}]"),
        st.tuples(inner, st.lists(inner, max_size=3)).map(lambda e: f"{e[0]}({', '.join(e[1])})"),
        st.tuples(inner, inner).map(lambda e: f"{e[0]}(**{e[1]})"),
        st.tuples(inner, st.sampled_from(sorted(FILTERS)), FILTER_ARGUMENTS).map(
            lambda e: f"({e[0]}) | {e[1]}{e[2]}"
        ),
        st.tuples(
            inner, st.sampled_from(sorted(FILTERS)), st.lists(inner, min_size=1, max_size=2)
        ).map(lambda e: f"({e[0]}) | {e[1]}({', '.join(e[2])})"),
        st.tuples(inner, st.sampled_from(sorted(name for name in TESTS if name.isalpha()))).map(
            lambda e: f"({e[0]}) is {e[1]}"
        ),
        st.lists(inner, max_size=4).map(lambda e: f"[{', '.join(e)}]"),
        st.tuples(inner, inner).map(lambda e: f"{{{e[0]}: {e[1]}}}"),
        st.tuples(inner, inner).map(lambda e: f"({e[0]} if {e[1]})"),
    )


EXPRESSIONS = st.recursive(LEAVES, _grown, max_leaves=6)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    more = inner | EXPRESSIONS.map(lambda e: f"{{{{ {e} }}}}")
    return st.one_of(
        st.tuples(EXPRESSIONS, more).map(lambda e: f"{{% for x in {e[0]} %}}{e[1]}{{% endfor %}}"),
        st.tuples(EXPRESSIONS, more).map(
            lambda e: f"{{% for x in {e[0]} recursive %}}{{{{ loop(x) }}}}{e[1]}{{% endfor %}}"
        ),
        st.tuples(EXPRESSIONS, more).map(lambda e: f"{{% if {e[0]} %}}{e[1]}{{% endif %}}"),
        st.tuples(EXPRESSIONS).map(lambda e: f"{{% set x = {e[0]} %}}"),
        st.tuples(EXPRESSIONS).map(
            lambda e: f"{{% set ns = namespace(x=[1]) %}}{{% set ns.x = {e[0]} %}}"
        ),
        st.tuples(more).map(lambda e: f"{{% set x %}}{e[0]}{{% endset %}}{{{{ x * 9 }}}}"),
        st.tuples(more).map(
            lambda e: f"{{% macro m(x=1) %}}{e[0]}{{% endmacro %}}{{{{ m(m(2)) }}}}"
        ),
        st.tuples(more).map(
            lambda e: f"{{% macro m() %}}{{{{ m() }}}}{e[0]}{{% endmacro %}}{{{{ m() }}}}"
        ),
        st.tuples(EXPRESSIONS, more).map(lambda e: f"{{% call {e[0]} %}}{e[1]}{{% endcall %}}"),
        st.tuples(st.sampled_from(sorted(FILTERS)), more).map(
            lambda e: f"{{% filter {e[0]} %}}{e[1]}{{% endfilter %}}"
        ),
        st.tuples(EXPRESSIONS, more).map(lambda e: f"{{% with x = {e[0]} %}}{e[1]}{{% endwith %}}"),
        st.tuples(EXPRESSIONS).map(lambda e: f"{{% include {e[0]} %}}"),
        st.sampled_from(
            [
                "{% include 'part.md' %}",
                "{% include 'self.md' %}",
                "{% include ['nowhere', '_shared/part.md'] ignore missing %}",
                "{% import '_shared/part.md' as p with context %}{{ p }}",
                "{% from 'part.md' import m %}{{ m(1) }}",
                "{% extends 'base.md' %}{% block b %}{{ super() }}{{ self.b() }}{% endblock %}",
                "{% raw %}{{ x }}{% endraw %}",
                "{% do tiers.append(1) %}",
                "{% autoescape true %}x{% endautoescape %}",
                "{% break %}",
                "{# never closed",
                "{% if",
                "{{ '",
            ]
        ),
        st.lists(more, max_size=3).map("".join),
    )


TEMPLATES = st.recursive(
    EXPRESSIONS.map(lambda e: f"{{{{ {e} }}}}") | st.sampled_from(NASTY), _nested, max_leaves=5
)
LEAK = re.compile(
    r"(?:<|&lt;)(class|function|built-in|bound|module|Template|generator|Macro|Cycler|Undefined)| at 0x[0-9a-f]{6}|/site-packages/"
)


ADDRESS = re.compile(" at 0x[0-9a-f]{6}|/site-packages/")
"""What would differ from run to run, or tell about the machine."""


def told(text: str) -> str:
    """Run a template; say its fault, or what it wrote."""
    found = run(text, VARIABLES, FILES)
    if isinstance(found, Fault):
        return "fault " + json.dumps(
            [found.code, str(found.message), found.path, found.line, found.column, found.width]
        )
    return "text " + found


def twice(text: str) -> str:
    """Run a template twice; where it was when its time was over is chance."""
    found = told(text)
    assert '["MC104"' in found or found == told(text)
    return found


def judged(text: str) -> None:
    """Run a template, and make sure that it ends in one of the two ways, or with its process."""
    found = in_fork(lambda: twice(text))
    if found is None:
        return
    if found.startswith("text "):
        assert not LEAK.search(found), found
        assert len(found) <= 1_000_005
        return
    code, message, path, line, column, width = json.loads(found.removeprefix("fault "))
    assert code in CODES
    assert len(message) < 1000
    assert not ADDRESS.search(message), message
    lines = (text if path in (None, "spring/articles/main.md.j2") else FILES[path]).split("\n")
    assert line is None or 1 <= line <= len(lines)
    if line is not None and column is not None:
        assert column + (width or 0) <= len(lines[line - 1]) + 1


@given(TEMPLATES)
@examples(300)
@example("{{ '%c' % 1114111 }}")
@example("{{ '%c' % 55296 }}")
@example("{{ '\\ud800' }}")
@example("{{ " + "9" * 5000 + " }}")
@example("{{ 1e308 * 10 }}")
@example("{{ (1e308 * 10) | int }}")
@example("{{ (1e308 * 10 - 1e308 * 10) | round }}")
@example("{{ 'x' | float('y') }}")
@example("{{ range }}")
@example("{{ cycler }}")
@example("{{ namespace }}")
@example("{{ dict }}")
@example("{{ self }}")
@example("{{ price.bit_length }}")
@example("{{ tiers | map('upper') }}")
@example("{{ loop }}")
@example("{% for x in tiers %}{{ loop }}{% endfor %}")
@example("{% macro m() %}{% endmacro %}{{ m }}")
@example("{% import 'part.md' as p %}{{ p }}{{ p.__dict__ }}")
@example("{{ {1: 2}.items() }}")
@example("{% include long %}")
@example("{% include [miniprogram_card] %}")
@example("{% include [] %}")
@example("{% include (miniprogram_card) | e %}")
@example("{% extends range %}")
@example("{{ range | e }}")
@example("{{ [range] | upper }}")
@example("{{ {'a': range} | urlencode }}")
@example("{{ 'a'.upper | forceescape }}")
def test_any_template_is_a_text_or_a_fault_within_its_budget(text):
    judged(text)


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "'", '"', "(", ")", "[", "]", "{", "}", "|", "~", "for x in",
                                  "endfor", "if", "endif", "block b", "endblock", "raw", "endraw", "-", "+", " ", "\n", "x", *NASTY]),
                max_size=30).map(" ".join) | st.text(max_size=40))  # fmt: skip
@examples(150)
def test_any_soup_of_marks_is_a_text_or_a_fault(text):
    judged(text)
