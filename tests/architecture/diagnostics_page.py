"""Writes the rows of both pages of diagnostics, and CODES, from what `massctl explain` says; all else is kept.

PYTHONPATH=tests python tests/architecture/diagnostics_page.py
"""

import re
import textwrap
from pathlib import Path
from typing import Final

from massctl.cli.commands.explain import explanations
from massctl.view.explain import Subject
from massctl.view.i18n import Language

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: Final = {"diagnostics.md": Language.EN, "diagnostics.zh-CN.md": Language.ZH}
_ROWS: Final = re.compile(r"(^## (MC\d)[^|]*\|.*\n\|-.*\n)(?:\| MC\d{3} \|.*\n)+", re.MULTILINE)


def rows(language: Language) -> list[str]:
    """Give the row of each diagnostic, in the order of the codes."""
    said = (each for each in explanations(language) if each.subject is Subject.DIAGNOSTIC)
    return [f"| {each.code} | {each.summary} | {each.remedy} |\n" for each in said]


def written(page: str, language: Language) -> str:
    """Give the page with the rows as they are now: below the heading MC3 stands what begins with MC3."""
    now = rows(language)
    return _ROWS.sub(
        lambda old: old[1] + "".join(row for row in now if row.startswith(f"| {old[2]}")), page
    )


CODES_FILE: Final = REFERENCE.parents[1] / "massctl" / "model" / "diagnostics.py"
_CODES: Final = re.compile(r'(?<=^_CODES = "{3}\n)(?:MC.*\n)+', re.MULTILINE)


def with_codes(module: str) -> str:
    """Give the module of codes with those that are explained."""
    said = (each.code for each in explanations(Language.EN) if each.subject is Subject.DIAGNOSTIC)
    return _CODES.sub(textwrap.fill(" ".join(said), 99) + "\n", module)


if __name__ == "__main__":
    for name, in_language in PAGES.items():
        path = REFERENCE / name
        path.write_text(written(path.read_text(encoding="utf-8"), in_language), encoding="utf-8")
    CODES_FILE.write_text(with_codes(CODES_FILE.read_text(encoding="utf-8")), encoding="utf-8")
