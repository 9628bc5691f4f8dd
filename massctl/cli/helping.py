"""`--help` in the language of the run: click writes it in English, and this module in Chinese.

The English stands where click looks for it, in docstrings and options; the Chinese in `massctl.view.zh_help`, which
nobody loads who does not ask for help in Chinese. Which language that is, is found without reading massctl.yaml: one
line of it is looked for, so that help is there as fast as ever, and with a faulty file too.
"""

import inspect
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from massctl.cli.output import voice
from massctl.view.language import Language
from massctl.view.style import Style

if TYPE_CHECKING:
    from massctl.view.page import Page

_DECLARED: Final = re.compile(rb"^language:[ \t]*[\"']?(zh|en)\b", re.MULTILINE)
_SETTINGS: Final = "massctl.yaml"
_HEAD_BYTES: Final = 65_536
_COLUMN_SHARE: Final = 2
"""Names of flags take at most one part in so many of the width; behind a longer one the help goes on below."""


class SpokenContext(click.Context):
    """A context whose help is in the language of the run."""

    def get_help(self) -> str:
        """Give the help of its command."""
        if _language(self).is_english:
            return super().get_help()
        return _chinese(self)


def spoken(command: click.Command) -> click.Command:
    """Let a verb, with the verbs below it, speak the language of the run."""
    command.context_class = SpokenContext
    if isinstance(command, click.Group):
        for each in command.commands.values():
            spoken(each)
    return command


def paragraphs(text: str) -> list[str]:
    """Split a help text as it stands in the source: one string for each paragraph, without line ends."""
    return [" ".join(each.split()) for each in inspect.cleandoc(text).split("\n\n") if each.strip()]


def _language(context: click.Context) -> Language:
    directory = context.find_root().params.get("directory") or "."
    declared = None
    with suppress(OSError, ValueError), (Path(directory) / _SETTINGS).open("rb") as file:
        declared = _DECLARED.search(file.read(_HEAD_BYTES))
    return voice(declared[1].decode() if declared else None).language


def _chinese(context: click.Context) -> str:
    # Only who asks for help in Chinese pays for it.
    from massctl.cli.verbs import VERBS
    from massctl.view.page import Page
    from massctl.view.zh_help import HELP

    command = context.command
    page = Page(Language.ZH, Style.PLAIN, voice(None).width)
    page.line("用法：" + " ".join([context.command_path, *command.collect_usage_pieces(context)]), hang=2)
    for paragraph in paragraphs(command.help or ""):
        page.blank()
        page.line(HELP.get(paragraph, paragraph), indent=2)
    flags = [row for param in command.get_params(context) if (row := _flag(param, context, HELP)) is not None]
    _rows(page, "选项：", flags)
    if context.parent is None:
        _rows(page, "命令：", [(verb, HELP.get(does, does)) for verb, (_, does) in VERBS.items()])
    elif isinstance(command, click.Group):
        firsts = [(name, paragraphs(each.help or "")[0]) for name, each in command.commands.items()]
        _rows(page, "子命令：", [(name, HELP.get(first, first)) for name, first in firsts])
    return page.text()


def _flag(param: click.Parameter, context: click.Context, chinese: dict[str, str]) -> tuple[str, str] | None:
    """Give how a flag is written and what it does; None for an argument."""
    record = param.get_help_record(context)
    if record is None or not isinstance(param, click.Option):
        return None
    written, english = record
    does = " ".join((param.help or "").split())
    extra = " ".join(english.split()).removeprefix(does).strip()
    for word, said in (("default: ", "默认："), ("required", "必填")):
        extra = extra.replace(word, said)
    return written, " ".join(each for each in (chinese.get(does, does), extra) if each)


def _rows(page: "Page", label: str, rows: list[tuple[str, str]]) -> None:
    if not rows:
        return
    page.blank()
    page.line(label)
    widths = [len(name) for name, _ in rows if len(name) <= page.width // _COLUMN_SHARE]
    hang = 4 + max(widths, default=0)
    for name, does in rows:
        page.row(name, does, indent=2, hang=hang)
