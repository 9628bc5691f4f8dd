"""Everything that people read is translated: what Babel finds in the source against the .po."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from translations import CLICK_LOCATION, ROOT, extracted, help_texts, translated

from massctl.cli.main import massctl as command

MARKERS = ("Phrase", "plural_phrase")
TRANSLATED = translated()
RESTORED = {
    ("importer/article.py", "say"),
    ("importer/word/choices.py", "done_words"),
    ("importer/word/document.py", "_NOTES[kind]"),
    ("model/phrase.py", "one"),
    ("model/phrase.py", "said.template"),
    ("model/send.py", "_NO_ANSWER[reason]"),
    ("plain_values.py", "template"),
    ("wechat/errcodes.py", "words[part]"),
    ("cli/help.py", "text"),
    ("view/markdown.py", "said"),
}
"""Phrases made from a template that was read: it stands where it was first said, in a help text, on a page, or in a
table."""
ENTRIES = [message for message in TRANSLATED if message.id]


@cache
def _extracted() -> Catalog:
    """Extract once, where a test asks for it: it takes seconds."""
    return extracted()


def _ids(message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def _texts(message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


CHINESE = [text for message in ENTRIES for text in _texts(message)]


def _is_phrase(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in MARKERS
    )


def _is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Name)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _unseen() -> Iterator[tuple[str, str]]:
    """Give each template that Babel does not find, with the file that says it.

    A name may stand for a Phrase that is made above, whose own template is a literal; the name stands for nothing else.
    """
    for path in sorted(ROOT.rglob("*.py")):
        nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        assigned = [(node.targets, node.value) for node in nodes if isinstance(node, ast.Assign)]
        named = {
            name.id
            for names, value in assigned
            if _is_phrase(value)
            for name in names
            if _is_name(name)
        }
        named -= {
            name.id
            for names, value in assigned
            if _is_text(value)
            for name in names
            if _is_name(name)
        }
        for template in (node.args[0] for node in nodes if _is_phrase(node)):
            found = (
                isinstance(template, ast.Constant) and _extracted().get(template.value) is not None
            )
            if not found and not (isinstance(template, ast.Name) and template.id in named):
                yield path.relative_to(ROOT).as_posix(), ast.unparse(template)


@pytest.mark.night
@pytest.mark.slow
def test_babel_finds_every_template():
    """Babel finds a literal in the call, though not inside an f-string."""
    assert RESTORED == set(_unseen())


@pytest.mark.slow
def test_every_sentence_has_a_translation():
    missing = {
        message.id
        for message in _extracted()
        if message.id and TRANSLATED.get(message.id, message.context) is None
    }
    empty = {message.id for message in ENTRIES if not all(_texts(message))}
    assert (set(), set()) == (missing, empty)


@pytest.mark.slow
def test_no_translation_is_left_over():
    """A version of click may say less than another."""
    assert [] == [
        message.id
        for message in ENTRIES
        if _extracted().get(message.id, message.context) is None
        and [CLICK_LOCATION] != [file for file, _ in message.locations]
    ]


def test_no_translation_is_fuzzy():
    assert [] == [message.id for message in ENTRIES if message.fuzzy]


def _fields(template: str) -> set[tuple[str, str | None]]:
    """Give the fields of a template with their formats; none for a text whose braces are braces."""
    try:
        return {
            (name, spec) for _, name, spec, _ in Formatter().parse(template) if name is not None
        }
    except ValueError:
        return set()


def test_fields_are_the_same_in_both_languages():
    """A plural form may leave out a field of the other, as `one article` does."""
    assert {} == {
        message.id: text
        for message in ENTRIES
        for text in _texts(message)
        if _fields(text) not in [*map(_fields, _ids(message))]
    }


def test_full_width_punctuation_follows_chinese():
    """Half-width `,` `;` `:` `?` `!` right behind a Chinese character is a slip."""
    slips = [
        text
        for text in CHINESE
        for before, after in pairwise(text)
        if "\u4e00" <= before <= "\u9fff" and after in ",;:?!"
    ]
    assert [] == slips


def test_chinese_and_latin_are_set_apart_by_a_blank():
    def touches(one: str, other: str) -> bool:
        return "\u4e00" <= one <= "\u9fff" and other.isascii() and (other.isalnum() or other == "`")

    slips = [
        text
        for text in CHINESE
        for before, after in pairwise(text)
        if (touches(before, after) or touches(after, before)) and "白名单" not in text
    ]
    assert [] == slips


HELP = [TRANSLATED.get(text).string for _, text in help_texts()]


def test_punctuation_of_help_after_chinese_is_full_width():
    half = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
    assert [] == [chinese for chinese in HELP if half.search(chinese)]


def test_chinese_and_latin_of_help_are_set_apart_by_a_blank():
    touching = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9`-]|[A-Za-z0-9`][\u4e00-\u9fff]")
    assert [] == [chinese for chinese in HELP if touching.search(chinese)]


def _leaves(below: click.Command, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Give each command with its verb, also the verbs below a group."""
    yield " ".join(path), below
    if isinstance(below, click.Group):
        context = click.Context(below)
        for name in below.list_commands(context):
            if (each := below.get_command(context, name)) is not None:
                yield from _leaves(each, *path, name)


VERBS = {verb: each for verb, each in _leaves(command) if verb}
HELPS = {text for _, text in help_texts()}


def test_no_sentence_spells_a_command():
    """A command is a value, so that the view writes it with the flags of the run; help texts have no run."""
    spelt = re.compile(rf"massctl (?:{'|'.join(VERBS)})\b(?![.:/])")
    sentences = {
        text
        for message in ENTRIES
        if not HELPS & {*_ids(message)}
        for text in (*_ids(message), *_texts(message))
    }
    assert [] == sorted(text for text in sentences if spelt.search(text))


def _advised() -> Iterator[tuple[str, str]]:
    """Give the verb and the arguments of each Command in the source and in the table of errcodes."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Command":
                words = [each.value if isinstance(each, ast.Constant) else "" for each in node.args]
                if words and isinstance(words[0], str) and words[0]:
                    yield words[0], " ".join(map(str, words[1:]))
    for rule in tomllib.loads((ROOT / "wechat" / "errcodes.toml").read_text(encoding="utf-8"))[
        "rule"
    ]:
        if "command" in rule:
            yield rule["command"][0], " ".join(rule["command"][1:])


@pytest.mark.night
@pytest.mark.slow
def test_every_command_that_is_advised_is_built_with_its_flags():
    """A hint is typed as it stands: it may name no verb and no flag that there is not, or not yet."""
    advised = [*_advised()]
    assert [] == [verb for verb, _ in advised if verb not in VERBS]
    assert [] == [
        (verb, flag)
        for verb, rest in advised
        for flag in re.findall(r"--[a-z-]+", rest)
        if flag
        not in {
            "--help",
            *(f for p in VERBS[verb].params if not getattr(p, "hidden", False) for f in p.opts),
        }
    ]


_SPELT = re.compile(r"massctl (?:-C \S+ )?([a-z-]+)((?:(?!   |[;:,`)，；：。）]).)*)")


def test_every_flag_of_a_command_in_a_help_text_is_built():
    """A hint is typed as it stands: it may name no flag that there is not, or not yet."""
    wrong: list[str] = []
    for sentence in (*HELPS, *HELP):
        for verb, rest in _SPELT.findall(sentence):
            known = VERBS.get(verb)
            if known is None or isinstance(known, click.Group):
                continue  # Here massctl is the subject of a sentence; `state` has verbs of its own.
            flags = {
                flag
                for each in known.params
                if not getattr(each, "hidden", False)
                for flag in each.opts
            }
            wrong += [
                sentence
                for flag in re.findall(r"--[a-z-]+", rest)
                if flag not in {*flags, "--help"}
            ]
    assert [] == wrong
