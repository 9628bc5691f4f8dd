"""Links and pictures that Markdown does not see as ones: they stay in the text as they are written."""

import re
from collections.abc import Iterator
from typing import Final

from massctl.model.diagnostics import Severity
from massctl.model.phrase import Phrase
from massctl.render.fault import Fault

_REFERENCE: Final = re.compile(
    r"(?<![A-Za-z0-9_\])])(?P<mark>!?)\[(?P<text>[^\[\]\n]{1,200})\]\[(?P<label>[^\[\]\n]{0,100})\]"
)
"""Behind a letter or another bracket it is an index: `a[i][j]`."""
_APART: Final = re.compile(r"(?P<mark>!?)\[(?P<text>[^\[\]\n]{1,200})\][ \t]+\((?P<address>https?://[^()\s]{1,500})\)")
_SWAPPED: Final = re.compile(r"[(（](?P<text>[^()（）\[\]\n]{1,200})[)）]\[(?P<address>https?://[^\[\]\s]{1,500})\]")


def broken_links(text: str) -> Iterator[Fault]:
    """Find links in running text without a definition, with a blank in the middle, or with swapped brackets."""
    for found in _REFERENCE.finditer(text):
        label = found["label"] or found["text"]
        if found["mark"]:
            say = Phrase(
                "the picture `{text}` is not shown: there is no definition of `[{label}]`", text=found[0], label=label
            )
        elif found["text"].isdigit() or (found["text"].isupper() and not label.isdigit()):
            # Two sources of one sentence, `[1][2]`, or what a log or a model writes, `[WARN][net]`.
            continue
        else:
            say = Phrase("`{text}` is not a link: there is no definition of `[{label}]`", text=found[0], label=label)
        hint = Phrase("write on a separate line: `{text}`", text=f"[{label}]: …")
        yield _fault(found, say, hint)
    for pattern in (_APART, _SWAPPED):
        for found in pattern.finditer(text):
            if found["text"].isdigit():
                continue
            mark = "!" if found[0].startswith("!") else ""
            say = Phrase("`{text}` is not a link", text=found[0])
            yield _fault(found, say, Phrase("write `{text}`", text=f"{mark}[{found['text']}]({found['address']})"))


def _fault(found: re.Match[str], say: Phrase, hint: Phrase) -> Fault:
    if found[0].startswith("!"):
        return Fault("MC201", say, hint, needle=found[0])
    return Fault("MC314", say, hint, severity=Severity.WARNING, needle=found[0])
