"""Every word of `--help` can be said in Chinese: verbs, paragraphs and flags against `massctl.view.zh_help`."""

import re
from collections.abc import Iterator

import click

from massctl.cli.helping import paragraphs
from massctl.cli.main import massctl
from massctl.cli.verbs import VERBS
from massctl.view.zh_help import HELP


def commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (below := command.get_command(context, name)) is not None:
                yield from commands(below)


def english() -> set[str]:
    found = {does for _, does in VERBS.values()}
    for command in commands(massctl):
        found |= {*paragraphs(command.help or "")}
        flags = [each for each in command.get_params(click.Context(command)) if isinstance(each, click.Option)]
        found |= {" ".join(each.help.split()) for each in flags if each.help}
    return found


def test_all_help_has_a_chinese_entry():
    assert set() == english() - HELP.keys()


def test_no_entry_is_left_over():
    assert set() == HELP.keys() - english()


def test_punctuation_after_chinese_is_full_width():
    half = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
    assert [] == [chinese for chinese in HELP.values() if half.search(chinese)]


def test_chinese_and_latin_are_set_apart_by_a_blank():
    touching = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9`-]|[A-Za-z0-9`][\u4e00-\u9fff]")
    assert [] == [chinese for chinese in HELP.values() if touching.search(chinese)]
