"""The command lines that texts show, held against the verbs and flags that there are."""

import re
from collections.abc import Iterator

import click

from massctl.cli.commands import VERBS
from massctl.cli.main import massctl

_TYPED = re.compile(
    r"(?:(?<=^)|(?<=[\s(\"：]))(?:[\w.~/-]*/)?massctl +(?=[a-z-])([^\n`]*)", re.MULTILINE
)
_VALUE_OF_A_FLAG = re.compile(r"(?:^|\s)--?[A-Za-z-]+ +$")
"""What stands before a `massctl` that is a user or a comment: `sudo -u massctl`, `ssh-keygen -C massctl`."""
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_END = re.compile(r"(?:^|\s)(?:&&|\|\|?|;|#|\d?>>?)(?:\s|$)|\s{3,}|[；，。（(]")
_BRACKETS = "[](){}.,:…"
_EVERYWHERE = {"-h", "--help", "-v", "-vv"}


def command_lines(text: str) -> Iterator[str]:
    """Give what is typed behind each `massctl` of a shell script, a code span or another text of commands."""
    for found in _TYPED.finditer(text):
        if not _VALUE_OF_A_FLAG.search(text[: found.start()].rpartition("\n")[2]):
            yield found[1]


def is_short(code: str) -> bool:
    """Whether a code span is a command line without `massctl`: `state verify`, `apply --locked`."""
    return re.match(rf"({'|'.join(VERBS)}) +[a-z-]+", code) is not None and "\n" not in code


def words_of(line: str) -> list[str]:
    """Split what is typed behind `massctl`, up to the end of the command; what stands in quotation marks is one."""
    return [word.strip(_BRACKETS) for word in _END.split(_QUOTED.sub("TEXT", line))[0].split()]


def verb_of(line: str) -> str:
    """Give the verb of a command line, with the verb below it; "" where it has only flags or placeholders."""
    return " ".join(_walk(words_of(line))[0])


def fault(line: str) -> str | None:
    """Say which verb, flag or choice of a command line does not exist; None where all do."""
    return _walk(words_of(line))[1]


def _walk(words: list[str]) -> tuple[list[str], str | None]:
    """Follow a command line through the verbs, to its first fault. Words that are not lower case are placeholders."""
    command: click.Command = massctl
    verbs: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            break
        if re.match(r"--?[A-Za-z]", word):
            if (wrong := _flag_fault(command, word, rest)) is not None:
                return verbs, wrong
        elif isinstance(command, click.Group) and re.fullmatch(r"[a-z-]+", word):
            below = command.get_command(click.Context(command), word)
            if below is None:
                return verbs, f"no verb {word}"
            command, verbs = below, [*verbs, word]
        elif isinstance(command, click.Group):
            break
    return verbs, None


def _flag_fault(command: click.Command, word: str, rest: Iterator[str]) -> str | None:
    """Judge a flag, and take its value from the rest of the line."""
    name, _, value = word.partition("=")
    flags = {flag: each for each in command.params for flag in (*each.opts, *each.secondary_opts)}
    if name not in flags:
        return None if name in _EVERYWHERE else f"no flag {name}"
    flag = flags[name]
    if not isinstance(flag, click.Option) or flag.is_flag or flag.count:
        return None
    value = value or next(rest, "")
    known = flag.type.choices if isinstance(flag.type, click.Choice) else [value]
    return next(
        (
            f"no choice {name} {one}"
            for one in value.split("|")
            if one not in known and one.islower()
        ),
        None,
    )
