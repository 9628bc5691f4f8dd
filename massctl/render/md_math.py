"""Formulas in Markdown: `$x^2$` in a line, `$$…$$` by itself.

A dollar is also money, and a variable of a shell, so what stands between two is a formula only where it looks like one
and touches both; everything else stays as it is written.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline.state_inline import StateInline

FORMULA_CHARACTERS_MAX: Final = 600
"""Ours: what is longer is no formula that fits a phone."""
_INLINE: Final = re.compile(
    r"\$(?![\s$])(?P<tex>(?:[^$\n\\]|\\[^\n]){1,300}?)(?<!\s)\$(?![0-9A-Za-z$])"
    r"|\$\$(?P<shown>(?:[^$\\]|\\[\s\S]){1,600}?)\$\$(?!\$)"
)
_LOOKS_LIKE_ONE: Final = re.compile(r"[\\^_=<>+]|^[A-Za-z](?:'|\([A-Za-z]\))?$")
_CHINESE: Final = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_TEXT: Final = re.compile(r"\\(?:text|mbox|textrm|mathrm)\s*\{[^{}]*\}")
_BEFORE: Final = re.compile(r"[0-9A-Za-z$\\]")


def add_math(markdown: MarkdownIt) -> None:
    """Teach a parser both spellings; its tokens are `formula`, with the TeX as content and `$` or `$$` as markup."""
    markdown.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    markdown.inline.ruler.before("escape", "formula", _inline)
    markdown.inline.add_terminator_char("$")


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or (state.pos and _BEFORE.match(state.src[state.pos - 1])):
        return False
    found = _INLINE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    tex = (found["tex"] or found["shown"]).strip()
    if _CHINESE.search(_TEXT.sub("", tex)) or not (found["shown"] or _LOOKS_LIKE_ONE.search(tex)):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = tex, "$" if found["tex"] else "$$"
    state.pos = found.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read lines from one that begins with `$$` to one that ends with it; no blank line stands between."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not first.startswith("$$") or state.is_code_block(start):
        return False
    lines = [first[2:]]
    last = start
    while not lines[-1].rstrip().endswith("$$"):
        last += 1
        if last >= end or state.sCount[last] < state.blkIndent or state.isEmpty(last):
            return False
        lines.append(state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]])
    tex = "\n".join(lines).rstrip().removesuffix("$$").strip()
    if not tex or "$" in tex or len(tex) > FORMULA_CHARACTERS_MAX:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup, token.map, token.block = tex, "$$", [start, last + 1], True
        state.line = last + 1
    return True
