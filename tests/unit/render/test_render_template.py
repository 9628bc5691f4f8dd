import re

import pytest
from render_inputs import CAMPAIGN, Folder, fault_of, run

from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.template import render_text
from massctl.render.template_environment import FILTER_NAMES, FILTERS

LEAD = "{% macro lead(text) %}<p>{{ text }}, {{ club }}</p>{% endmacro %}\n"
MACROS = {"_shared/m.md": LEAD + "{% macro bad() %}\n{{ nope }}{% endmacro %}"}
DECLARE = "declare it in campaign.yaml under `vars:`"
NO_DOTS = "write a path relative to the campaign's folder, or `_shared/…`, without `..`"
UNFINISHED = "check for a missing bracket, brace or quotation mark"
VALUES = "check the values in this line"
AS_TEXT = "convert it first: `|string`"
THERE_ARE = f"there are {', '.join(sorted(FILTERS))}"
NONE_THERE = "none of these files exists: x.md, y.md"
TAKES = "profile_card takes id, nickname, image, alias, signature"
NO_NUMBER = "`number` of article_url counts articles from 1 to 8"
APPID = "it begins with wx and has 18 characters: 小程序后台, 开发管理"
MAIN = "spring/articles/main.md.j2"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ price }}", "1999"),
        ("{{ price / 4 }}", "499.75"),
        ("{{ price // 2 - 1 + 2 ** 3 % 5 }}", "1001"),
        ("{{ -price }}", "-1999"),
        ("{{ 'a' + 'b' ~ 1 }}", "ab1"),
        ("{{ 'ab' * 2 }}{{ 2 * 'ab' }}{{ 'a' * -1 }}", "abababab"),
        ("{{ ([1] + [2]) | length }}", "2"),
        ("{{ (1, 2) | sum }}", "3"),
        ("{{ true }} {{ 1.5 }}", "True 1.5"),
        ("{{ 'abc'[1:] }}{{ 'abc'[::-1] }}{{ walks[:1] | length }}", "bccba1"),
        ("{{ walks[0].day }} {{ walks[0]['km'] }} {{ walks[-1].km }}", "10/10 8.2 11.5"),
        ("{{ 'x' if price > 1000 else 'y' }}", "x"),
        ("{{ 'yes' if 'a' in 'abc' and 1 == 1 }}", "yes"),
        ("{{ {'a': 1}['a'] }}{{ {'a': 1}.a }}{{ {'items': 1}['items'] }}", "111"),
        ("{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}", "a1"),
        (
            "{% for w in walks %}{{ loop.index }}{{ loop.cycle('a', 'b') }}{{ loop.last }}{% endfor %}",
            "1aFalse2bTrue",
        ),
        ("{% for w in walks if w.km > 10 %}{{ w.day }}{% else %}none{% endfor %}", "10/24"),
        ("{% for w in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% for x in [1, [2]] recursive %}{{ x if x is number else loop(x) }}{% endfor %}", "12"),
        (
            "{% set ns = namespace(n=0) %}{% for i in range(3) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
            "3",
        ),
        ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}", "aba"),
        ("{% set j = joiner('-') %}{{ j() }}{{ j() }}", "-"),
        ("{% set x %}a{{ 1 }}{% endset %}{{ x }}{{ x }}", "a1a1"),
        ("{% filter upper %}a{{ 'b' }}{% endfilter %}", "AB"),
        ("{% with a = 1 %}{{ a }}{% endwith %}", "1"),
        (
            "{% macro f(x, y='!') %}{{ x }}{{ y }}{% endmacro %}{{ f('a') }}{{ f('b', y='?') }}",
            "a!b?",
        ),
        (
            "{% macro f() %}<{{ caller('x') }}>{% endmacro %}{% call(a) f() %}{{ a }}{% endcall %}",
            "<x>",
        ),
        ("{{ walks | map(attribute='day') | join('，') }}", "10/10，10/24"),
        ("{{ walks | join('，', attribute='day') }}", "10/10，10/24"),
        ("{{ walks | sum(attribute='km') }} {{ [1, 2] | sum(start=3) }}", "19.7 6"),
        ("{{ walks | selectattr('km', 'gt', 10) | map(attribute='day') | first }}", "10/24"),
        (
            "{% for g in walks | groupby('day') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}",
            "10/10:1 10/24:1 ",
        ),
        ("{% for row in [1, 2, 3] | batch(2) %}{{ row | join }};{% endfor %}", "12;3;"),
        (
            "{{ '%.2f' | format(3.14159) }} {{ '%s-%s' | format('a', 1) }} {{ '%(a)s' | format(a='b') }}",
            "3.14 a-1 b",
        ),
        (
            "{{ '%d%%' % 5 }} {{ '%s' % 'x' }} {{ '%(a)s' % {'a': 1} }} {{ '%5s' % 'x' }}",
            "5% x 1     x",
        ),
        (
            "{{ '{:,} {} {x!s} {0[0]}'.format(1234567, 'b', x='c') if false else '{:,}'.format(1234567) }}",
            "1,234,567",
        ),
        ("{{ '{0} {x!r:>5} {y.a}'.format('a', x='b', y={'a': 1}) }}", "a   'b' 1"),
        (
            "{{ 'aXa'.replace('a', 'b') }}{{ 'aaa'.replace('a', 'b', 1) }}{{ 'a' | replace('a', 'c') }}",
            "bXbbaac",
        ),
        ("{{ 'aaa' | replace('a', 'b', 2) }}", "bba"),
        (
            "{{ ' a '.strip() }}{{ 'xax'.strip('x') }}{{ 'ab'.upper() }}{{ 'a,b'.split(',') | join }}",
            "aaABab",
        ),
        ("{{ 'a'.center(3) }}|{{ '-'.join(['a', 'b']) }}|{{ '7'.zfill(3) }}", " a |a-b|007"),
        (
            "{{ 'a\nb' | indent(2) }}{{ ' a ' | trim }}{{ 1 | string }}{{ '<b>' | escape }}",
            "a\n  ba1&lt;b&gt;",
        ),
        ("{{ '<b>x</b>' | striptags }}{{ '<b>' | safe }}{{ '<b>' }}", "x<b><b>"),
        (
            "{{ 2.567 | round(1) }}{{ [3, 1] | sort | first }}{{ 'abc' | reverse }}{{ 'a b' | title }}",
            "2.61cbaA B",
        ),
        (
            "{{ nothing | default('d') }}{{ none | default('e', true) }}{{ nothing is defined }}",
            "deFalse",
        ),
        ("{% for i in loop | default([]) %}{% endfor %}{{ 3 is odd }}", "True"),
        ("{{ [1, 2].index(2) }}{{ (1, 1).count(1) }}{{ 'abc'.find('c') }}", "122"),
        ("{# 备注 #}a{% raw %}{{ x }}{% endraw %}", "a{{ x }}"),
        ("a\n", "a\n"),
        ("{{ campaign.title }}", "春季"),
        ("{% set n = namespace(x=1) %}{{ n['x'] }}{{ n.x }}", "11"),
    ],
)
def test_template_writes(template: str, expected: str) -> None:
    walks = [{"day": "10/10", "km": 8.2}, {"day": "10/24", "km": 11.5}]
    assert expected == run(template, {"price": 1999, "walks": walks, "campaign": {"title": "春季"}})


def test_imported_macros_see_the_campaigns_variables() -> None:
    template = '{% import "_shared/m.md" as m %}{{ m.lead("早") }}'
    assert "<p>早, 步行社</p>" == run(template, {"club": "步行社"}, MACROS)


def test_includes_come_from_the_campaign_or_from_shared() -> None:
    files = {
        "spring/a.md": "A{% include './b.md' %}",
        "spring/b.md": "B",
        "_shared/c.md": "C{% include 'b.md' %}",
    }
    assert "ABCB" == run("{% include 'a.md' %}{% include '_shared/c.md' %}", {}, files)


def test_an_include_that_may_be_missing_writes_nothing() -> None:
    assert "" == run("{% include 'x.md' ignore missing %}")


def test_the_first_of_several_includes_that_is_there_is_taken() -> None:
    assert "A" == run("{% include ['x.md', 'a.md'] %}", {}, {"spring/a.md": "A"})


def test_a_child_fills_the_blocks_of_its_parent() -> None:
    files = {"_shared/p.md": "<{% block a %}1{% endblock %}{% block b %}2{% endblock %}>"}
    assert "<1x2>" == run(
        "{% extends '_shared/p.md' %}{% block a %}{{ super() }}x{% endblock %}", {}, files
    )


def test_a_block_two_parents_up_can_be_reached() -> None:
    files = {
        "_shared/p.md": "{% block a %}1{% endblock %}",
        "_shared/q.md": "{% extends '_shared/p.md' %}{% block a %}2{% endblock %}",
    }
    assert "1" == run(
        "{% extends '_shared/q.md' %}{% block a %}{{ super.super() }}{% endblock %}", {}, files
    )


def test_every_source_that_was_read_is_remembered() -> None:
    sources: dict[str, str] = {}
    render_text(
        "spring/a.md",
        "{% include 'b.md' %}",
        CAMPAIGN,
        {},
        Folder({"spring/b.md": "B"}),
        sources=sources,
        links={},
    )
    assert {"spring/a.md": "{% include 'b.md' %}", "spring/b.md": "B"} == sources


def test_campaigns_do_not_see_each_others_files_or_variables() -> None:
    folder = Folder({"a/x.md": "{{ v }}A", "b/x.md": "{{ v }}B"})
    found = [
        render_text("", "{% include 'x.md' %}", name, {"v": name}, folder, sources={}, links={})
        for name in ("a", "b", "a")
    ]
    assert ["aA", "bB", "aA"] == found


@pytest.mark.parametrize(
    ("template", "code", "line", "column", "message", "hint"),
    [
        ("a\n{{ pric }}", "MC102", 2, 4, "`pric` is not defined", "did you mean `price`?"),
        ("{{ zzz }}", "MC102", 1, 4, "`zzz` is not defined", DECLARE),
        ("{{ walks[0].da }}", "MC102", 1, 13, "there is no `da` here", "did you mean `day`?"),
        ("{{ walks[9] }}", "MC102", 1, 10, "a value of type list has no `9`", VALUES),
        ("{{ price.x }}", "MC102", 1, 10, "a value of type int has no `x`", VALUES),
        ("{{ price[1:] }}", "MC106", 1, None, "the template failed: 'int' object is not subscriptable", VALUES),
        ("{{ walks[0][none] }}", "MC102", 1, None, "there is no `None` here", "there are day"),
        ("{% set n = namespace() %}{{ n.x }}", "MC102", 1, 31, "a value of type Namespace has no `x`", VALUES),
        ("{% for i in nope %}{% endfor %}", "MC102", 1, 13, "`nope` is not defined", DECLARE),
        ("{{ a ~ 'x' }}", "MC102", 1, 4, "`a` is not defined", DECLARE),
        ("{% include nope %}", "MC102", 1, 12, "`nope` is not defined", DECLARE),
        ("{% macro f(x) %}{{ x }}{% endmacro %}{{ f() }}", "MC102", 1, 12, "parameter 'x' was not provided", VALUES),
        ("{{ 'a' }", "MC101", 1, None, "unexpected '}'", UNFINISHED),
        ("a\n\n{% if %}", "MC101", 3, None, "Expected an expression, got 'end of statement block'", UNFINISHED),
        ("{{ 1 | upperr }}", "MC101", 1, None, "there is no filter `upperr`", "did you mean `upper`?"),
        ("{{ 1 | qqqq }}", "MC101", 1, None, "there is no filter `qqqq`", THERE_ARE),
        ("a\n{{ 1 is evn }}", "MC101", 2, None, "there is no test `evn`", "did you mean `even`?"),
        ("a\n{{ 1 | wordwrap }}", "MC103", 2, None, "the filter `wordwrap` cannot be used here", THERE_ARE),
        ("{{ x[1:2, 3] }}", "MC101", None, None, "this cannot be compiled: invalid syntax", UNFINISHED),
        ("a\n{{ 1 / 0 }}", "MC106", 2, None, "the template failed: division by zero", VALUES),
        ("{% for i in 5 %}{% endfor %}", "MC106", 1, None, "the template failed: 'int' object is not iterable", VALUES),
        ("{{ 5 | join }}", "MC106", 1, None, "the template failed: 'int' object is not iterable", VALUES),
        ("{{ [1] | join(5) }}", "MC106", 1, None, "expected text, found int", AS_TEXT),
        ("{% include '../x.md' %}", "MC022", 1, None, "../x.md leads outside the campaign", NO_DOTS),
        ("a\n{% include 'x.md' %}", "MC105", 2, None, "spring/x.md is not there", None),
        ("{% include ['x.md', 'y.md'] %}", "MC105", 1, None, NONE_THERE, NO_DOTS),
        ("{% include [] %}", "MC105", 1, None, "an include names no file", "write the file's name in quotes"),
        ("{% include 'x.broken' %}", "MC003", 1, None, "spring/x.broken is not UTF-8", None),
        ("a\n{{ profile_card('x') }}", "MC107", 2, 4, "profile_card needs `nickname`", TAKES),
        ("{{ article_url('lost') }}", "MC108", 1, 17, "lost was not sent", None),
        ("{{ article_url('earlier', 9) }}", "MC107", 1, 4, NO_NUMBER, "article_url takes campaign, number"),
        ("{{ article_url('earlier', 'x') }}", "MC107", 1, 4, NO_NUMBER, "article_url takes campaign, number"),
        ("{{ miniprogram_link('wx1', 'p', 't') }}", "MC107", 1, 4, "`wx1` is not the AppID of a mini-program", APPID),
    ],
)  # fmt: skip
def test_a_fault_says_what_where_and_what_to_write(
    template: str, code: str, line: int | None, column: int | None, message: str, hint: str | None
) -> None:
    found = fault_of(template, {"price": 1, "walks": [{"day": 1}]})
    assert (code, line, column, message, hint) == (
        found.code,
        found.line,
        found.column,
        found.message,
        found.hint,
    )


@pytest.mark.parametrize(
    ("template", "path", "line", "message"),
    [
        ('{% import "_shared/m.md" as m %}\n\n{{ m.bad() }}', "_shared/m.md", 3, "`nope` is not defined"),
        ('{% import "_shared/m.md" as m %}\n\n{{ m.leed(1) }}', MAIN, 3, "the imported file has no `leed`"),
        ('{% include "syntax.md" %}', "spring/syntax.md", 2, "Encountered unknown tag 'nope'."),
        ('{% include "filter.md" %}', "spring/filter.md", 2, "there is no filter `nope`"),
        ('{% include "deep.md" %}', "spring/deep.md", None, "the template is nested too deeply"),
    ],
)  # fmt: skip
def test_a_fault_is_where_it_is_and_not_where_it_was_called(
    template: str, path: str, line: int, message: str
) -> None:
    files = {
        **MACROS,
        "spring/syntax.md": "a\n{% nope %}",
        "spring/filter.md": "a\n{{ 1 | nope }}",
        "spring/deep.md": "{{ " + "(" * 999 + " }}",
    }
    found = fault_of(template, {}, files)
    assert (path, line, message) == (found.path, found.line, found.message)


def test_a_name_that_an_imported_file_lacks_gets_a_suggestion() -> None:
    found = fault_of('{% import "_shared/m.md" as m %}{{ m.leed(1) }}', {}, MACROS)
    assert "did you mean `lead`?" == found.hint


def test_a_name_that_cannot_be_imported_is_undefined() -> None:
    found = fault_of('{% from "_shared/m.md" import zz %}{{ zz() }}', {}, MACROS)
    assert ("MC102", True) == (
        found.code,
        "does not export the requested name 'zz'" in found.message,
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ none }}", "the value is empty (null), so there is nothing to write here"),
        ("{{ [1] }}", "a value of type list cannot be written as text"),
        ("{{ {'a': 1} ~ 'x' }}", "a value of type dict cannot be written as text"),
        ("{{ 'a'.upper }}", "a value of type builtin_function_or_method cannot be written as text"),
        ("{{ '{}'.format([1]) }}", "a value of type list cannot be written as text"),
        ("{{ '{!r}'.format([1]) }}", "a value of type list cannot be written as text"),
        ("{{ '%s' % [1] }}", "a value of type list cannot be written as text"),
        ("{{ [[1]] | join }}", "a value of type list cannot be written as text"),
    ],
)
def test_only_text_and_numbers_are_written(template: str, message: str) -> None:
    found = fault_of(template)
    assert ("MC106", message) == (found.code, found.message)


def test_an_undefined_argument_of_a_filter_is_named() -> None:
    found = fault_of("{{ [1, 2] | join(nope) }}")
    assert ("MC102", "`nope` is not defined") == (found.code, found.message)


def test_a_problem_that_knows_its_place_keeps_it() -> None:
    class Damaged(Folder):
        def template(self, path: str, /) -> Fault:
            return Fault(
                "MC003", Phrase("{path} is not UTF-8", path=path), path=path, line=2, column=3
            )

    found = render_text(
        MAIN, "{% include 'x.md' %}", CAMPAIGN, {}, Damaged({}), sources={}, links={}
    )
    assert isinstance(found, Fault)
    assert ("MC003", "spring/x.md", 2, 3) == (found.code, found.path, found.line, found.column)


@pytest.mark.parametrize(
    "value", ["range", "[range]", "{'a': range}", "cycler('a')", "'a'.upper", "joiner"]
)
def test_no_filter_writes_where_something_stands_in_memory(value: str) -> None:
    """It is another place in each run, and so would be the digest of what was reviewed."""
    written = {name: run(f"{{{{ {value} | {name} }}}}") for name in sorted(FILTER_NAMES)}
    place = {True: "0x", False: r"0x[0-9a-f]{6}|&lt;|<"}
    assert {} == {
        name: each
        for name, each in written.items()
        if re.search(
            place[isinstance(each, Fault)], each.message if isinstance(each, Fault) else each
        )
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ {'a b': 1} | urlencode }}", "a+b=1"),
        ("{{ [('a', 'b')] | urlencode }}", "a=b"),
        ("{{ '字' | urlencode }}", "%E5%AD%97"),
    ],
)
def test_what_becomes_part_of_an_address(text: str, expected: str) -> None:
    assert expected == run(text)


def test_a_template_that_writes_too_much_is_told_at_its_file() -> None:
    found = fault_of("{{ 'x' * 1000001 }}")
    assert ("MC104", MAIN) == (found.code, found.path)
    assert "the template writes more than 1,000,000 characters" == found.message
