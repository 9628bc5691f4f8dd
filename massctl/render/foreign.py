"""Marks that other tools read and massctl does not: followers would see them as they are written."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

if TYPE_CHECKING:
    from markdown_it.token import Token

_TEMPLATE: Final = re.compile(r"(?<![A-Za-z_^}$\\])\{\{[^{}\n]{1,200}\}\}|\{%[^{}\n]{1,200}%\}")
"""TeX has two braces too, behind a command or an index."""
_SHORTCODE: Final = re.compile(r"\{\{[<%]")
_MARKS: Final = re.compile(
    r"^ {0,3}(?P<contents>\[toc\]|\[\[toc\]\]|@\[toc\](?:\([^()\n]*\))?)[ \t]*$"
    r"|(?P<attributes>\{: ?[.#]?[A-Za-z][^{}\n]{0,100}\})"
    r"|^#{1,6} [^\n]*?(?P<name>\{#[\w-]{1,100}\})[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
"""A table of contents as Typora, VitePress and CSDN write it, attributes as kramdown does, and the name of a heading as
Hugo and Docusaurus do."""
_DIAGRAMS: Final = frozenset(
    {"mermaid", "plantuml", "puml", "flow", "flowchart", "sequence", "graphviz", "echarts", "markmap", "mindmap"}
)
"""Languages of code that Typora, GitHub and others draw."""


def template_marks(text: str) -> Iterator[tuple[Fault, int]]:
    """Find what a template would fill in, in a file that is none, each with its position."""
    for found in _TEMPLATE.finditer(text) if "{{" in text or "{%" in text else ():
        say = Phrase("`{text}` is shown as written: this file is not a template", text=found[0][:40])
        hint = Phrase("end the file's name in `.j2`, or write the value itself")
        if _SHORTCODE.match(found[0]):
            hint = Phrase("write the result of the other tool, or remove it")
        yield Fault("MC344", say, hint, severity=Severity.WARNING, needle=found[0]), found.start()


def foreign_marks(text: str) -> Iterator[tuple[Fault, int]]:
    """Find tables of contents and attributes that another tool would have made, each with its position."""
    for found in _MARKS.finditer(text) if "{" in text or "[toc]" in text.lower() else ():
        mark = found[found.lastgroup or 0]
        say = Phrase("`{text}` is shown as written", text=mark[:40])
        hint = Phrase("write the result of the other tool, or remove it")
        yield Fault("MC344", say, hint, severity=Severity.WARNING, needle=mark), found.start(found.lastgroup or 0)


def diagram(token: "Token") -> Fault | None:
    """Say of a block of code that it is the source of a diagram, which is not drawn; None for any other."""
    language = token.info.strip().partition(" ")[0].lower()
    if language not in _DIAGRAMS:
        return None
    say = Phrase("the diagram is shown as its source, in `{name}`", name=language)
    hint = Phrase("export it as a picture, and use that")
    return Fault("MC344", say, hint, severity=Severity.WARNING, needle=token.info.strip())
