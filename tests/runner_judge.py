"""What a runner of GitHub takes for a command in a log.

Written from actions/runner, `src/Runner.Common/ActionCommand.cs` (TryParseV2, TryParse), read 2026-11. The runner knows
some commands by name; here every name counts. Lines end as .NET's `StreamReader.ReadLine` ends them.
"""

import re
from typing import NamedTuple


class Obeyed(NamedTuple):
    """A command that the runner would carry out, or draw in the log."""

    name: str
    properties: str
    data: str


def obeyed(log: str) -> list[Obeyed]:
    """List the commands in a log."""
    lines = re.split(r"\r\n|\r|\n", log)
    return [
        found for line in lines if (found := _second_form(line) or _first_form(line)) is not None
    ]


def _second_form(line: str) -> Obeyed | None:
    trimmed = line.lstrip()
    if not trimmed.startswith("::") or (end := trimmed.find("::", 2)) < 0:
        return None
    name, _, properties = trimmed[2:end].partition(" ")
    return Obeyed(name, properties, trimmed[end + 2 :])


def _first_form(line: str) -> Obeyed | None:
    if (start := line.find("##[")) < 0 or (end := line.find("]", start)) < 0:
        return None
    name, _, properties = line[start + 3 : end].partition(" ")
    return Obeyed(name, properties, line[end + 1 :])
