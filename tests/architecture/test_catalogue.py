"""Everything that people read can be said in Chinese: the source's templates against the catalogue."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from string import Formatter

import click

import massctl
from massctl.cli.main import massctl as command
from massctl.view.zh import CATALOGUE

ROOT = Path(massctl.__file__).parent
RESTORED = {
    ("model/phrase.py", "said.template"),
    ("source/media.py", "kept['template']"),
    ("source/render_process.py", "template"),
    ("view/recorded_words.py", "template"),
    ("wechat/errcodes.py", "words[part]"),
}
"""Phrases read from a file: their templates stand where they were first said, or in a table of this package."""


def _constants(node: ast.expr, names: dict[str, set[str]]) -> set[str] | None:
    """Give the strings that an expression may be, or None where that cannot be seen."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=orelse):
            either = _constants(body, names), _constants(orelse, names)
            return either[0] | either[1] if either[0] is not None and either[1] is not None else None
        case ast.Name(id=name):
            return names.get(name)
        case _:
            return None


def _templates(path: Path) -> Iterator[tuple[str, set[str] | None]]:
    """Give each first argument of Phrase in a file, as written, and the strings it may be."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    names.setdefault(target.id, set()).add(node.value.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Phrase":
            yield ast.unparse(node.args[0]), _constants(node.args[0], names)


def _told_by(table: object) -> Iterator[str]:
    """List what people read of a table: the templates under `message` and `hint`, at any depth."""
    if isinstance(table, list):
        for each in table:
            yield from _told_by(each)
    elif isinstance(table, dict):
        yield from (table[key] for key in ("message", "hint") if key in table)
        for each in table.values():
            yield from _told_by(each)


def _collect() -> tuple[dict[str, str], set[tuple[str, str]]]:
    """Give template -> the file that says it, and what could not be seen."""
    found: dict[str, str] = {}
    unseen: set[tuple[str, str]] = set()
    for path in sorted(ROOT.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for written, templates in _templates(path):
            if templates is None:
                unseen.add((file, written))
            for template in templates or ():
                found.setdefault(template, file)
    for path in sorted(ROOT.rglob("*.toml")):
        for template in _told_by(tomllib.loads(path.read_text(encoding="utf-8"))):
            found.setdefault(template, path.relative_to(ROOT).as_posix())
    return found, unseen


TEMPLATES, UNSEEN = _collect()


def _fields(template: str) -> set[tuple[str, str | None]]:
    """Give the fields of a template with their formats; none for a text whose braces are braces."""
    try:
        return {(name, spec) for _, name, spec, _ in Formatter().parse(template) if name is not None}
    except ValueError:
        return set()


def test_every_template_is_a_literal_that_this_test_can_see():
    assert UNSEEN == RESTORED


def test_every_template_has_a_chinese_entry():
    missing = {template: file for template, file in TEMPLATES.items() if template not in CATALOGUE}
    assert {} == missing


def test_no_entry_is_left_over():
    assert [] == sorted(set(CATALOGUE) - set(TEMPLATES))


def test_fields_are_the_same_in_both_languages():
    different = {say: chinese for say, chinese in CATALOGUE.items() if _fields(say) != _fields(chinese)}
    assert {} == different


def test_full_width_punctuation_follows_chinese():
    """Half-width `,` `;` `:` `?` `!` right behind a Chinese character is a slip."""
    slips = [
        text
        for text in CATALOGUE.values()
        for before, after in pairwise(text)
        if "\u4e00" <= before <= "\u9fff" and after in ",;:?!"
    ]
    assert [] == slips


def test_chinese_and_latin_are_set_apart_by_a_blank():
    def touches(one: str, other: str) -> bool:
        return "\u4e00" <= one <= "\u9fff" and other.isascii() and (other.isalnum() or other == "`")

    slips = [
        text
        for text in CATALOGUE.values()
        for before, after in pairwise(text)
        if (touches(before, after) or touches(after, before)) and "白名单" not in text
    ]
    assert [] == slips


_ADVISED = re.compile(r"massctl (?:-C \S+ )?([a-z-]+)((?:(?!   |[;:,`)，；：。）]).)*)")


def test_every_flag_of_a_command_that_a_sentence_advises_is_built():
    """A hint is typed as it stands: it may name no flag that there is not, or not yet."""
    context = click.Context(command)
    wrong: list[str] = []
    for sentence in (*CATALOGUE, *CATALOGUE.values()):
        for verb, rest in _ADVISED.findall(sentence):
            known = command.get_command(context, verb) if verb in command.list_commands(context) else None
            if known is None or isinstance(known, click.Group):
                continue  # Here massctl is the subject of a sentence; `state` has verbs of its own.
            flags = {flag for each in known.params if not getattr(each, "hidden", False) for flag in each.opts}
            wrong += [sentence for flag in re.findall(r"--[a-z-]+", rest) if flag not in {*flags, "--help"}]
    assert [] == wrong
