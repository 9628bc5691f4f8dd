"""Templates that attack, or that were written by mistake: each ends soon, small, and with a diagnostic."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import render_inputs
from render_inputs import CAMPAIGN, fault_of, run
from template_process import TemplateProcess, started

from massctl.render import template

SOURCE_CHARACTERS = 100_000

GROWING_LIST = "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}"
GROWING_TUPLE = "{% set ns = namespace(x=(1,)) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}"
GROWING_TEXT = "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
LONG_LIST = "{% set l = range(9999) | list %}"
LONG_TEXT = "{% set s = 'ab ' * 90000 %}"
MANY = "{% for i in range(9999) %}"
FILES = {
    "spring/self.md": "{% include 'self.md' %}",
    "spring/a.md": "{% include 'b.md' %}",
    "spring/b.md": "{% include 'a.md' %}",
    "spring/parent.md": "{% extends 'parent.md' %}",
    "spring/import.md": "{% import 'import.md' as m %}",
    "spring/nothing.md": "",
}

ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ {}.__class__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__call__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ range.__self__ }}",
    "{{ 'a' | map(attribute='__class__') | list }}",
    "{{ ['a'] | groupby('__class__') }}",
    "{{ ['a'] | sort(attribute='__class__') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{0[__class__]}'.format('a') }}",
    "{{ '{x.__class__}'.format(x=1) }}",
    "{% set x = namespace() %}{{ x._Namespace__attrs }}",
    "{% for i in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% macro f() %}{{ caller }}{% endmacro %}{{ f.__globals__ }}",
    "{{ (1).real }}",
    "{{ (1).to_bytes(10) }}",
    "{{ 'a'.encode() }}",
    "{{ 'a'.translate({}) }}",
    "{{ [].append(1) }}",
    "{{ [1].pop() }}",
    "{{ {'a': 1}.update({}) }}",
    "{{ {'a': 1}.pop('a') }}",
    "{{ cycler(1).items }}",
    "{% autoescape true %}{% endautoescape %}",
    "{{ [1] | random }}",
    "{{ 1 | tojson }}",
    "{{ 1 | pprint }}",
    "{{ {} | xmlattr }}",
]

ENDLESS = [
    "{% for i in range(10**9) %}x{% endfor %}",
    MANY + "{% for j in range(9999) if false %}x{% endfor %}{% endfor %}",
    MANY + "y" * 9000 + "{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{{ [1] * 10**10 }}",
    "{{ 10 ** (10 ** 10) }}",
    "{{ 'x'.zfill(10**10) }}",
    "{{ '%10000000000d' % 1 }}",
    "{{ ('x\n' * 90000) | indent(9999) }}",
    GROWING_TEXT,
    GROWING_TEXT.replace("ns.x ~ ns.x", "ns.x | replace('a', 'aa')"),
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% include 'self.md' %}",
    "{% extends 'parent.md' %}",
]
"""Each is told as too much, at its file."""

BOMBS = [
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ range(10**30) }}",
    "{{ ('ab' * 90000) | map('upper') | list }}",
    "{{ range(10**10, 10**10 + 1) | list }}",
    MANY + "y" * 9000 + "{% endfor %}",
    "{% set x %}" + "y" * 9000 + "{% endset %}" + MANY + "{{ x }}{% endfor %}",
    "{{ 'a' * 10**10 }}",
    "{{ 10**10 * 'a' }}",
    "{{ [1] * 10**10 }}",
    "{{ 10 ** (10 ** 10) }}",
    "{{ 2 ** 255 * 2 ** 255 }}",
    "{{ 2 ** 257 }}",
    "{{ 2.0 ** 1000 }}",
    "{{ (2 ** 250 * 2.0 ** 250) ** 2 }}",
    "{{ (2 ** 200) ** 200 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%.1000000000f' % 1 }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:>1000000000}'.format(1) }}",
    "{{ '{:>{}}'.format(1, 1000000000) }}",
    "{{ '{:.1000000000f}'.format(1.0) }}",
    "{{ '%(a)s' * 1000 % {'a': 'b' * 99999} }}",
    "{{ ('{0}' * 1000).format('b' * 99999) }}",
    "{{ ('x' * 400000).join('y' * 400000) }}",
    "{{ ('f' * 90000) | int(base=16) }}",
    "{{ 'x'.zfill(10**9) }}",
    "{{ 'x'.ljust(10**9) }}",
    "{{ 'x'.center(10**9) }}",
    "{{ 'x' | indent(10**9) }}",
    "{{ ('x\n' * 9000) | indent(999) }}",
    "{{ ('x\n' * 9000) | indent('y' * 999) }}",
    "{{ [1] | batch(10**9, 1) | list }}",
    "{{ [] | slice(10**9) | list }}",
    "{{ ('x' * 150000) | select | list }}",
    "{{ 5 | round(-10**9) }}",
    "{{ 5 | round(10**9) }}",
    GROWING_TEXT,
    GROWING_TEXT + "{{ ns.x }}",
    GROWING_TEXT.replace("ns.x ~ ns.x", "ns.x + ns.x"),
    GROWING_TEXT.replace("ns.x ~ ns.x", "ns.x.replace('a', 'aa')"),
    GROWING_TEXT.replace("ns.x ~ ns.x", "ns.x | replace('a', 'aa')"),
    GROWING_TEXT.replace("ns.x ~ ns.x", "[ns.x, ns.x] | join"),
    GROWING_TEXT.replace("ns.x ~ ns.x", "''.join([ns.x, ns.x])"),
    GROWING_TEXT.replace("ns.x ~ ns.x", "'%s%s' % (ns.x, ns.x)"),
    GROWING_LIST.replace("[ns.x, ns.x]", "ns.x + ns.x"),
    GROWING_LIST + "{{ ns.x == ns.x }}",
    GROWING_LIST + "{{ 1 in ns.x }}",
    GROWING_LIST + "{{ ns.x | string }}",
    GROWING_LIST + "{{ ns.x | list }}",
    GROWING_LIST + "{{ ns.x | sum }}",
    GROWING_LIST + "{{ ns.x | map('string') | list }}",
    GROWING_LIST + "{{ ns.x | select('lower') | list }}",
    GROWING_LIST + "{{ ns.x | sort }}",
    GROWING_LIST + "{{ ns.x is lower }}",
    GROWING_TUPLE + "{{ {ns.x: 1} }}",
    GROWING_TUPLE + "{{ {1: 2}[ns.x] }}",
    GROWING_TUPLE + "{{ {1: 2}.get(ns.x) }}",
    GROWING_TUPLE + "{{ dict([(ns.x, 1)]) }}",
    LONG_TEXT + "{{ s.strip('abcdefgh' * 10000) }}",
    LONG_TEXT + "{{ s | trim('abcdefgh' * 10000) }}",
    LONG_TEXT + "{{ s | striptags }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
    "{% include 'self.md' %}",
    "{% include 'a.md' %}",
    "{% extends 'parent.md' %}",
    "{% import 'import.md' as m %}",
    "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
    "{{ " + "[" * 500 + "1" + "]" * 500 + " }}",
    "{{ " + "+".join(["1"] * 9000) + " }}",
    "{{ " + "-" * 9000 + "1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%(a(b))1000000000d' % {'a(b)': 1} }}",
    "x" * 2_000_000,
]

LABORIOUS = [
    MANY + "{% set x %}" + "y" * 9000 + "{% endset %}{% endfor %}",
    MANY + "{{ [1] | batch(*('ab' * 99999)) }}{% endfor %}",
    MANY + "{{ 1 is divisibleby(*('ab' * 99999)) }}{% endfor %}",
    LONG_LIST + MANY + "{{ 'z' in l }}{% endfor %}",
    LONG_TEXT + MANY + "{% set t = s | upper %}{% endfor %}",
    LONG_TEXT + MANY + "{% set t = s[1:] %}{% endfor %}",
    "{% set d = {'a': 'x' * 9999} %}" + MANY + "{{ 'q' in d.values() }}{% endfor %}",
    MANY + "{% include 'nothing.md' %}{% endfor %}",
    "{% macro m() %}{{ varargs | length }}{% endmacro %}"
    + LONG_TEXT
    + MANY
    + "{{ m(*s) }}{% endfor %}",
    "{% set a = '.' * 90000 %}{{ range(9999) | map(attribute=a, default='') | list }}",
    LONG_LIST + MANY + "{{ l | sum }}{% endfor %}",
    LONG_LIST
    + MANY
    + "{% set x = dict(a=1).items() %}{{ l | map('string') | list | length }}{% endfor %}",
    LONG_TEXT + MANY + "{% set t = s.replace('a', 'bbbb') %}{% endfor %}",
]
"""Each step is allowed, and there are many of them."""

NESTED = [
    "{% if 1 %}" * 500 + "x" + "{% endif %}" * 500,
    "{% for x in [1] %}" * 30 + "x" + "{% endfor %}" * 30,
]
WRONG = [
    "{{ " + "9" * 5000 + " }}",
    "{{ 1 / 0 }}",
    "{{ 1 + 'a' }}",
    "{{ 'a' - 1 }}",
    "{{ 5 | sum }}",
    "{{ 'a' * 'b' }}",
    "{{ [1] * [2] }}",
]


def code_of(text: str) -> str:
    return fault_of(text, files=FILES).code


@pytest.mark.parametrize("template", ESCAPES)
def test_a_way_out_of_the_sandbox_is_forbidden(template: str) -> None:
    assert "MC103" == code_of(template)


@pytest.fixture(scope="module")
def process() -> Iterator[TemplateProcess]:
    with started(FILES) as found:
        yield found


@pytest.mark.slow
@pytest.mark.parametrize("text", ENDLESS, ids=lambda t: t[-60:])
def test_what_costs_too_much_is_a_fault_of_its_file(text: str, process: TemplateProcess) -> None:
    found = process.ended(text)
    assert found is not None
    assert found.startswith("MC104 spring/")


def test_a_time_that_ends_as_the_text_is_joined_is_a_fault_of_its_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @contextmanager
    def ends_behind(_seconds: float, _memory: int) -> Iterator[None]:
        yield
        raise TimeoutError

    monkeypatch.setattr(render_inputs, "LIMITS", ends_behind)
    found = fault_of("x")
    assert (found.code, found.path) == ("MC104", f"{CAMPAIGN}/articles/main.md.j2")


@pytest.mark.night
@pytest.mark.slow
@pytest.mark.parametrize("text", BOMBS + LABORIOUS, ids=lambda t: t[-60:])
def test_every_bomb_ends_with_a_fault_or_a_short_text_or_with_its_process(
    text: str, process: TemplateProcess
) -> None:
    found = process.ended(text)
    assert found is None or found.startswith("MC10") or int(found) <= template.CHARACTERS_MAX


@pytest.mark.parametrize("template", NESTED, ids=["if", "for"])
def test_what_python_cannot_compile_is_a_diagnostic(template: str) -> None:
    assert code_of(template) in {"MC101", "MC104"}


@pytest.mark.parametrize("template", WRONG)
def test_what_cannot_be_calculated_is_a_diagnostic(template: str) -> None:
    assert "MC106" == code_of(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ lipsum() }}",
        "{{ x.y }}",
        "{{ x() }}",
        "{{ caller() }}",
        "{{ os }}",
        "{{ self.nothing() }}",
    ],
)
def test_what_is_not_there_is_undefined(template: str) -> None:
    assert "MC102" == code_of(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ {}['x' * 900000] }}",
        "{% set d = dict(range(9999) | map('string') | map('center', 5) | batch(2)) %}{{ d['zz'] }}",
        "{{ ('a' * 900000) | int + ('a' * 900000) }}",
        "{{ 'é'.nothing }}",
    ],
)
def test_a_message_stays_short(template: str) -> None:
    assert 300 > len(fault_of(template).message)


@pytest.mark.parametrize(
    "piece",
    ["{", "{{", "{%", "{#", "{{ 1 }}", "{% if 1 %}", "{{ '", "#}", "{% raw %}", "{{a.", "-"],
)
def test_any_source_is_read(piece: str) -> None:
    found = run(piece * (SOURCE_CHARACTERS // len(piece)))
    assert isinstance(found, str) or found.code in {"MC101", "MC102", "MC104"}


def test_a_row_may_be_included_often() -> None:
    found = run(
        "{% for i in range(200) %}{% include 'row.md' %}{% endfor %}",
        {},
        {"spring/row.md": "{{ i }}\n"},
    )
    assert isinstance(found, str)
    assert 200 == found.count("\n")


def test_a_refusal_does_not_say_where_objects_are() -> None:
    found = fault_of("{% set x = cycler(1) %}{{ x + 1 }}")
    assert ("MC106", False) == (found.code, " at 0x" in found.message)


def test_an_ordinary_long_article_stays_far_below_the_budget() -> None:
    row = "{% for row in rows %}| {{ row.name }} | {{ '%.1f' % row.km }} | {{ row.name | upper }} |\n{% endfor %}"
    found = run(row, {"rows": [{"name": "北水门到旧堤", "km": 8.25}] * 400})
    assert isinstance(found, str)
    assert 400 == found.count("\n")


def test_the_sandbox_does_not_load_what_touches_the_world() -> None:
    heavy = "{'jinja2', 'markdown_it', 'css_inline'}"
    code = f"import massctl.render.campaign, sys; print(sorted({heavy} & set(sys.modules)))"
    assert (
        "[]\n"
        == subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
    )


@pytest.mark.parametrize(
    "text", ["{{ 5[nobody] }}", "{{ campaign[nobody] }}", "{% for x in 5[nobody] %}{% endfor %}"]
)
def test_a_name_without_a_value_in_brackets_is_the_fault(text):
    """It was once taken for the name of an item, and asked for its text while the fault was told."""
    fault = fault_of(text)
    assert ("MC102", "`nobody` is not defined") == (fault.code, str(fault.message))


def test_a_name_that_is_no_name_is_told_without_its_address_in_memory():
    assert "a value of type int has no `<class 'range'>`" == str(
        fault_of("{{ (5)[range] ~ '' }}").message
    )
