"""Writes the table of a send's phases into docs/reference/ledger.md; what stands outside its two marks is kept.

PYTHONPATH=tests python tests/architecture/phases_page.py
"""

import ast
import inspect
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final

from massctl.model.state import TABLE, Phase, SendEvent

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference" / "ledger.md"
BEGIN: Final = "<!-- What follows is written by tests/architecture/phases_page.py from massctl/model/state.py. -->\n"
END: Final = "<!-- Here the written part ends. -->\n"


def written(page: str) -> str:
    """Give the page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + _tables() + "\n" + END + after


def _tables() -> str:
    phases, events = _meanings(Phase), _meanings(SendEvent)
    lines = ["| phase | what is known |", "|---|---|"]
    lines += [f"| `{phase}` | {phases[phase.name]} |" for phase in Phase]
    lines += ["", "| event | what the entry says |", "|---|---|"]
    lines += [f"| `{event}` | {events[event.name]} |" for event in SendEvent]
    lines += ["", "| event, below: the phase before | " + " | ".join(f"`{phase}`" for phase in Phase) + " |"]
    lines += ["|---" * (1 + len(Phase)) + "|"]
    for event in SendEvent:
        lines.append(f"| `{event}` | " + " | ".join(TABLE[phase, event] for phase in Phase) + " |")
    return "\n".join(lines) + "\n"


def _meanings(kind: type[StrEnum]) -> dict[str, str]:
    """Read the docstring below each member."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        member.targets[0].id: inspect.cleandoc(below.value.value)
        for member, below in pairwise(body.body)
        if isinstance(member, ast.Assign)
        and isinstance(member.targets[0], ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
