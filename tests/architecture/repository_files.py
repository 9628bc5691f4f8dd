"""The files that the architecture tests look at."""

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "massctl"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@cache
def syntax() -> dict[str, list[ast.AST]]:
    """Return the nodes of every module of the package, the module itself first. To parse them takes seconds."""
    modules = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*.py")
    }
    return {name: [*ast.walk(ast.parse(modules[name]))] for name in sorted(modules)}


def document(path: str) -> str:
    """Read a document by its path from the root."""
    return (ROOT / path).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Leave out fenced code, in which brackets are no links."""
    return _FENCE.sub("", text)


def code_words(text: str) -> set[str]:
    """Give the words inside `code` and fenced code of a document."""
    spans = [*_FENCE.findall(text), *re.findall(r"`([^`\n]+)`", prose(text))]
    return {word for span in spans for word in re.findall(r"[A-Za-z_][A-Za-z0-9_-]*", span)}


@dataclass
class Section:
    """What stands below a heading, with the heading, up to the next one."""

    level: str
    code: list[str] = field(default_factory=list)
    """Code spans and blocks."""
    text: list[str] = field(default_factory=list)
    """Everything else."""


@cache
def sections(text: str) -> list[Section]:
    """Split a document at its headings; the first section is what stands before them."""
    found = [Section("")]
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "heading_open":
            found.append(Section(token.tag))
        if token.type in ("fence", "code_block"):
            found[-1].code.append(token.content)
        for each in token.children or ():
            (found[-1].code if each.type == "code_inline" else found[-1].text).append(each.content)
    return found
