"""Formulas in Markdown: `$x^2$` in a line, `$$…$$` by itself, and LaTeX's `\\(…\\)`, `\\[…\\]` and environments.

The grammar of dollars and environments is that of the plugins. A dollar is also money, and a variable of a shell, so
text between dollars is a formula only if it looks like one. With spaces inside the dollars it must contain a command,
a superscript or a subscript. All else stays as it is written. `\\(` and `\\[` are brackets to Markdown, so text
between them has to look like a formula too.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline.state_inline import StateInline
from mdit_py_plugins.amsmath import amsmath_block
from mdit_py_plugins.dollarmath.index import math_block_dollar, math_inline_dollar

_SIGN = re.compile(r"[\\^_=<>+±×÷·¬°²³¹⁰⁴-⁹⁺⁻ⁿ₀-₉℃℉\u2190-\u21ff\u2200-\u22ff\u2a00-\u2aff]")
_ALONE = re.compile(
    r"[\u0370-\u03ff]|[\u3400-\u9fff]{1,20}|[A-Z]{3}|[A-Za-z]{1,4}\([A-Za-z0-9+\-*/, ]{1,20}\)"
    r"|(?:arc)?(?:sin|cos|tan)h?|log|ln|lg|exp|lim|max|min|det|gcd|mod|softmax|sigmoid|ReLU"
)
"""Letters, Chinese words, `O(nlogn)`, and the functions that writers do not spell as commands."""
_COMMAND = re.compile(r"\\[A-Za-z]")
_CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
_PUNCTUATION = re.compile(r"[\u3000-\u303f\uff00-\uffef]")
_AMOUNT = re.compile(r"[0-9]")
_BRACKETED = re.compile(
    r"\\\((?P<tex>(?:[^\n\\]|\\[^\n()\[\]]){1,2000}?)\\\)|\\\[(?P<shown>(?:[^\\]|\\[^()\[\]]){1,2000}?)\\\]"
)
_REFERENCE = re.compile(r"\\(?:eq)?ref\{[^{}\n]{1,100}\}")
"""To the number of a formula; it may stand in the text, as LaTeX's does."""
_CERTAIN = re.compile(r"(?<!\\)[\^_=<>]")
_TERM = re.compile(r"(?![A-Za-z]{3})(?:[A-Za-z]{1,2}(?![A-Za-z])|[0-9+\-*/(),. |'!\[\]]){1,40}")
"""`x`, `n+1`, `(a, b)`, `[0, 1]`: no word."""
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{4}")
_PROSE = re.compile(r"(?:(?<![\\A-Za-z{])[A-Za-z]{2,}[ ,]+){3}")
_EMPTY_LINES = re.compile(r"\n\s*\n")
_BESIDE = re.compile(r"[0-9A-Za-z$\\]")
"""What touches a dollar of money, or of a variable, on its other side."""
_DOLLARS = math_inline_dollar(allow_space=True, allow_digits=True, allow_double=True)
SAME_STYLE = r"\textstyle "
"""A command that changes nothing in a line, and so marks a formula as one."""
_WRITTEN = re.compile(
    r"(?<![0-9A-Za-z$\\])\$(?P<inline>[^$\n]{1,500})\$(?![0-9A-Za-z$])|\$\$(?P<display>[^$]{1,2000})\$\$"
    rf"|{_BRACKETED.pattern}"
)
_LINES_MAX = 200
"""Ours: lines within which a formula must end."""
_BlockRule = Callable[[StateBlock, int, int, bool], bool]


def add_math(markdown: MarkdownIt) -> None:
    """Teach a parser all spellings; its tokens are `formula`, with the TeX as content and how it begins as markup."""
    options: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    dollars = math_block_dollar(allow_labels=False, allow_blank_lines=True)
    rules = {
        "dollars": (dollars, "$$"),
        "environment": (amsmath_block, "\\begin"),
        "brackets": (_bracketed_block, "\\["),
    }
    for name, (rule, begins) in rules.items():
        markdown.block.ruler.before(
            "fence", f"formula_in_{name}", _by_itself(rule, begins), options
        )
    markdown.inline.ruler.before("escape", "formula", _inline)
    markdown.inline.ruler.before("escape", "bracketed_formula", _bracketed)
    markdown.inline.add_terminator_char("$")
    markdown.core.ruler.after("block", "formula_in_fence", _fence)


def _inline(state: StateInline, silent: bool) -> bool:
    """Read a formula, or several of which one begins where the last one ends: `$x^T$$x$`."""
    start = state.pos
    if state.src[start] != "$" or (start and _BESIDE.match(state.src[start - 1])):
        return False
    found = []
    while formula := _between_dollars(state):
        found.append(formula)
        if formula[1] == 2 or not state.src.startswith("$", state.pos):
            break
    is_apart = found and (found[0][1] == 2 or not _BESIDE.match(state.src, state.pos))
    if not is_apart or state.pos > state.posMax:
        state.pos = start
        return False
    for tex, width in () if silent else found:
        token = state.push("formula", "", 0)
        token.content = tex
        token.markup = "$" * width
    return True


def _between_dollars(state: StateInline) -> tuple[str, int] | None:
    """Return the formula that begins here and its number of dollars, and go on behind it."""
    start = state.pos
    if not _DOLLARS(state, True):
        return None
    width = 2 if state.src[start + 1] == "$" else 1
    written = state.src[start + width : state.pos - width]
    looks = _looks_like_formula if written == written.strip() else _is_formula_between_spaces
    tex = written.strip()
    if len(tex) > 2 and tex[0] == tex[-1] == "`":  # As GitHub writes one.
        tex = tex[1:-1].strip()
    if tex and (width == 2 or looks(written)):
        return tex, width
    state.pos = start
    return None


def _bracketed(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "\\":
        return False
    if found := _REFERENCE.match(state.src, state.pos, state.posMax):
        tex, markup = found[0], "\\("
    elif found := _BRACKETED.match(state.src, state.pos, state.posMax):
        tex, markup = (found["tex"] or found["shown"]).strip(), found[0][:2]
        if not (_is_certain(tex) or (found["tex"] and _TERM.fullmatch(tex))):
            return False
    else:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = tex
        token.markup = markup
    state.pos = found.end()
    return True


def _is_certain(tex: str) -> bool:
    """Tell a formula from what stands between two brackets that a converter escaped."""
    return bool(_COMMAND.search(tex) or (_CERTAIN.search(tex) and not _CHINESE.search(tex)))


def _looks_like_formula(tex: str) -> bool:
    """Tell a formula from what stands between two amounts of money: a sentence, or one that begins with a number."""
    if _COMMAND.search(tex):
        return True
    if _CHINESE.search(tex) and (_PUNCTUATION.search(tex) or _AMOUNT.match(tex)):
        return False
    return bool(_SIGN.search(tex) or _ALONE.fullmatch(tex) or _TERM.fullmatch(tex))


def _is_formula_between_spaces(written: str) -> bool:
    """Tell `$ x^2 $` or `$\\alpha $` from what stands between two amounts of money, or two variables of a shell."""
    is_even = written[0].isspace() and written[-1].isspace()
    if _WORD.search(written) or (_CHINESE.search(written.rstrip("，。；：、")) and not is_even):
        return False
    return bool(_COMMAND.search(written)) or (is_even and re.search(r"[\^_]", written) is not None)


def written_formulas(text: str) -> Iterator[re.Match[str]]:
    """Find formulas in a text that is not Markdown, by the same marks."""
    for found in _WRITTEN.finditer(text):
        inline = found["inline"]
        tex = unescape(found[found.lastgroup or ""])
        looks = _looks_like_formula if tex == tex.strip() else _is_formula_between_spaces
        is_one = (
            looks(tex)
            if inline
            else _is_certain(tex) or (found["tex"] and _TERM.fullmatch(tex.strip()))
        )
        if is_one:
            yield found


def spelled(tex: str, before: str, after: str) -> str:
    """Write a formula for a line, so that it is found again between two signs or none."""
    is_touched = tex[0] == "`" or any(_BESIDE.match(each) for each in (before, after))
    if not is_touched and _looks_like_formula(tex):
        return f"${tex}$"
    is_one = _is_certain(tex) or _TERM.fullmatch(tex)
    return f"\\({'' if is_one else SAME_STYLE}{tex}\\)"


def _by_itself(rule: _BlockRule, begins: str) -> _BlockRule:
    """Adapt a plugin's block rule: it can end a paragraph, and stays inside its list or quotation.

    The parser asks at every line, and hardly any begins with the mark.
    """

    def block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if not state.src.startswith(begins, state.bMarks[start] + state.tShift[start]):
            return False
        if rule is not amsmath_block and not _ends_soon(state, start, min(end, start + _LINES_MAX)):
            return False
        count = len(state.tokens)
        line = state.line
        # The rules write their token even where they are only asked.
        is_one = rule(state, start, min(end, start + _LINES_MAX), False)
        written = state.tokens[count:]
        last = state.line
        state.line = line
        del state.tokens[count:]
        tex = written[0].content.strip() if written else ""
        if _EMPTY_LINES.search(tex):
            # Behind dollars that are never closed there is prose.
            is_one = (
                is_one
                and bool(_COMMAND.search(tex))
                and not (_PUNCTUATION.search(tex) or _PROSE.search(tex))
            )
            tex = _EMPTY_LINES.sub("\n", tex)
        if (
            not is_one
            or not tex
            or any(state.sCount[each] < state.blkIndent for each in range(start + 1, last))
        ):
            return False
        if not silent:
            state.line = last
            token = state.push("formula", "", 0)
            token.content = tex
            token.markup = written[0].markup or "$$"
            token.map = [start, last]
            token.block = True
        return True

    return block


def _ends_soon(state: StateBlock, start: int, end: int) -> bool:
    """Return whether a line before `end` ends as a formula does.

    The ends are found once, so that a page of `$$` is not read again from each.
    """
    if "formula_ends" not in state.env:
        lines = zip(state.bMarks, state.eMarks, strict=True)
        ends = [
            n
            for n, (begin, stop) in enumerate(lines)
            if state.src[begin:stop].rstrip().endswith(("$$", "\\]"))
        ]
        state.env["formula_ends"] = ends
    ends = state.env["formula_ends"]
    place = bisect_left(ends, start)
    return place < len(ends) and ends[place] < end


def _bracketed_block(state: StateBlock, start: int, end: int, _: bool) -> bool:
    r"""Read lines from `\[` at the beginning of one to `\]` at the end of one; none between is empty."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    lines = [first[2:]]
    last = start
    while not lines[-1].rstrip().endswith("\\]"):
        last += 1
        if last >= end or state.isEmpty(last):
            return False
        lines.append(state.src[state.bMarks[last] + state.tShift[last] : state.eMarks[last]])
        if lines[-1].startswith("\\["):
            return False
    tex = "\n".join(lines).rstrip().removesuffix("\\]")
    if "$" in tex or "\\]" in tex or not _is_certain(tex):
        return False
    token = state.push("formula", "", 0)
    token.content = tex
    token.markup = "\\["
    state.line = last + 1
    return True


def _fence(state: StateCore) -> None:
    """Make formulas of blocks of code in the language `math`, as GitHub and GitLab do."""
    for token in state.tokens:
        if token.type == "fence" and token.info.strip() == "math" and token.content.strip():
            token.type, token.content, token.markup, token.block = (
                "formula",
                token.content.strip(),
                "$$",
                True,
            )
