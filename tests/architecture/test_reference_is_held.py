"""What docs/adr/0016 says that the rebuild keeps stands in docs/reference/ still, and so do the tests that hold it."""

import re
from functools import cache
from pathlib import Path

import pytest
from repository_files import ROOT, document

HELD = "docs/adr/0016-what-the-rebuild-keeps.md"
PAGES = sorted(re.findall(r"^## (\S+\.md)$", document(HELD), re.MULTILINE))
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows(text: str) -> list[list[str]]:
    """Give the rows of all tables outside of examples, as lists of cells, without heads."""
    found: list[list[str]] = []
    prose = re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for table in re.findall(r"(?:^ *\|.*\n?)+", prose, re.MULTILINE):
        lines = table.strip().splitlines()[2:]
        found += [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])] for line in lines]
    return found


def held(page: str) -> list[str]:
    """Give the keys that the page of the rebuild has for a page of the reference, ranges of codes written out."""
    section = document(HELD).split(f"\n## {page}\n")[1].split("\n## ")[0]
    keys = [key for first, *_ in rows(section) for key in first.split(" ¦ ")]
    ranges = [re.fullmatch(r"MC(\d{3})–MC(\d{3})", key) for key in keys]
    return keys + [f"MC{n:03}" for each in ranges if each for n in range(int(each[1]), int(each[2]) + 1)]


@cache
def functions_of(path: Path) -> set[str]:
    return (
        set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)) if path.exists() else set()
    )


@pytest.mark.parametrize("page", PAGES)
def test_what_was_kept_still_stands_in_the_reference(page: str) -> None:
    """What came later is held by the tests of its own change, and needs no row there."""
    words = {word for key in held(page) for code in re.findall(r"`([^`]+)`", key) for word in code.split()}
    codes = {code for key in held(page) for code in re.findall(r"^MC\d{3}$", key)}
    text = document(f"docs/reference/{page}")
    assert (set(), []) == (
        codes - set(re.findall(r"MC\d{3}", text)),
        sorted(each for each in words if each not in text),
    )


def test_every_row_names_tests_that_are_there() -> None:
    found = rows(document(HELD))
    named = [named for row in found for named in NAMED.findall(row[-1])]
    assert [] == [row for row in found if not NAMED.search(row[-1]) and not row[-1].startswith("no test: ")]
    assert set() == {f"{path}::{name}" for path, name in named if name not in functions_of(ROOT / "tests" / path)}
