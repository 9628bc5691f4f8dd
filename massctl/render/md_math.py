"""Formulas in Markdown: `$x^2$` in a line, `$$…$$` by itself, and LaTeX's own `\\(…\\)` and `\\[…\\]`.

A dollar is also money, and a variable of a shell, so what stands between two is a formula only where it looks like one
and touches both; everything else stays as it is written. `\\(` and `\\[` are brackets to Markdown, so what stands
between them has to look like one as well.
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
_SIGN: Final = re.compile(r"[\\^_=<>+±×÷·¬°²³¹⁰⁴-⁹⁺⁻ⁿ₀-₉℃℉\u2190-\u21ff\u2200-\u22ff\u2a00-\u2aff]")
_ALONE: Final = re.compile(r"[A-Za-z](?:'|\([A-Za-z]\))?|[\u0370-\u03ff]|[\u3400-\u9fff]{1,20}")
_COMMAND: Final = re.compile(r"\\[A-Za-z]")
_CHINESE: Final = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_PUNCTUATION: Final = re.compile(r"[\u3000-\u303f\uff00-\uffef]")
_AMOUNT: Final = re.compile(r"[0-9]")
_BRACKETED: Final = re.compile(
    r"\\\((?P<tex>(?:[^\n\\]|\\[^\n()\[\]]){1,300}?)\\\)|\\\[(?P<shown>(?:[^\\]|\\[^()\[\]]){1,600}?)\\\]"
)
_CERTAIN: Final = re.compile(r"(?<!\\)[\^_=<>]")
_TERM: Final = re.compile(r"(?![A-Za-z]{3})(?:[A-Za-z]{1,2}(?![A-Za-z])|[0-9+\-*/(),. |']){1,40}")
"""`x`, `n+1`, `(a, b)`: no word."""
_ENDS: Final = {"$$": "$$", "\\[": "\\]"}
_BEFORE: Final = re.compile(r"[0-9A-Za-z$\\]")


def add_math(markdown: MarkdownIt) -> None:
    """Teach a parser both spellings; its tokens are `formula`, with the TeX as content and `$` or `$$` as markup."""
    markdown.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    markdown.inline.ruler.before("escape", "formula", _inline)
    markdown.inline.ruler.before("escape", "bracketed_formula", _bracketed)
    markdown.inline.add_terminator_char("$")


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or (state.pos and _BEFORE.match(state.src[state.pos - 1])):
        return False
    found = _INLINE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    tex = (found["tex"] or found["shown"]).strip()
    if not (found["shown"] or _looks_like_one(tex)):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = tex, "$" if found["tex"] else "$$"
    state.pos = found.end()
    return True


def _bracketed(state: StateInline, silent: bool) -> bool:
    found = _BRACKETED.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "\\" else None
    if found is None:
        return False
    tex = (found["tex"] or found["shown"]).strip()
    if not (_is_certain(tex) or (found["tex"] and _TERM.fullmatch(tex))):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = tex, found[0][:2]
    state.pos = found.end()
    return True


def _is_certain(tex: str) -> bool:
    """Tell a formula from what stands between two brackets that a converter escaped."""
    return bool(_COMMAND.search(tex) or (_CERTAIN.search(tex) and not _CHINESE.search(tex)))


def _looks_like_one(tex: str) -> bool:
    """Tell a formula from what stands between two amounts of money: a sentence, or one that begins with a number."""
    if _COMMAND.search(tex):
        return True
    if _CHINESE.search(tex) and (_PUNCTUATION.search(tex) or _AMOUNT.match(tex)):
        return False
    return bool(_SIGN.search(tex) or _ALONE.fullmatch(tex))


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read lines from `$$` or `\\[` at the beginning of one to its end at that of one; none between is empty."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    mark, ending = first[:2], _ENDS.get(first[:2])
    if ending is None or state.is_code_block(start):
        return False
    lines = [first[2:]]
    last = start
    while not lines[-1].rstrip().endswith(ending):
        last += 1
        if last >= end or state.sCount[last] < state.blkIndent or state.isEmpty(last):
            return False
        lines.append(state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]])
    tex = "\n".join(lines).rstrip().removesuffix(ending).strip()
    if not tex or "$" in tex or ending in tex or len(tex) > FORMULA_CHARACTERS_MAX:
        return False
    if mark != "$$" and not _is_certain(tex):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup, token.map, token.block = tex, mark, [start, last + 1], True
        state.line = last + 1
    return True
