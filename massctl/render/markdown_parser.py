"""The Markdown parser: CommonMark with tables, strikethrough, footnotes, definitions, boxes, formulas and small marks.

CommonMark looks for blanks and punctuation to tell where emphasis begins and ends, and Chinese has no blanks:
`**注意，**请看` stays full of asterisks. As in the published amendment "CJK-friendly emphasis", Chinese
punctuation counts as a letter here, and Chinese letters count as a boundary for other punctuation.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block.state_block import StateBlock
from markdown_it.rules_core import StateCore, text_join
from markdown_it.rules_inline import text
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from massctl.model.diagnostics import FaultError
from massctl.model.frozen import Frozen
from massctl.render.article_bounds import BRACKETS_MAX, NESTING_MAX, too_many_brackets, too_nested
from massctl.render.cjk import is_cjk_at
from massctl.render.markdown_formulas import add_math

_LEVELS = 2 * NESTING_MAX + 4
"""Of the parser, which drops what stands deeper; a list and its entries are two."""
_NESTED = ("blockquote", "list_item", "callout", "dd")
_CODE_INDENT = 4
_WORD = re.compile(r"\w")


class _Inline(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803  # markdown-it's names.
        """Return whether a run of `*`, `_` or `~` can open or close emphasis."""
        end = start
        while end < self.posMax and self.src[end] == self.src[start]:
            end += 1
        last_cjk = is_cjk_at(self.src, start - 1, -1)
        after_cjk = is_cjk_at(self.src[end : min(end + 2, self.posMax)], 0, 1)
        last_mark, last_blank = _kind(self.src[start - 1] if start > 0 else " ")
        after_mark, after_blank = _kind(self.src[end] if end < self.posMax else " ")
        opens = not after_blank and (
            not after_mark or after_cjk or last_blank or last_mark or last_cjk
        )
        closes = not last_blank and (
            not last_mark or last_cjk or after_blank or after_mark or after_cjk
        )
        return Scanned(
            opens and (canSplitWord or not closes or last_mark),
            closes and (canSplitWord or not opens or after_mark),
            end - start,
        )


@cache
def _kind(character: str) -> tuple[bool, bool]:
    """Return whether a character is punctuation, and whether it is a blank."""
    code = ord(character)
    return isMdAsciiPunct(code) or isPunctChar(character), isWhiteSpace(code)


_BEGINS = {
    "\n": ("newline",),
    "\\": ("bracketed_formula", "escape"),
    "$": ("formula",),
    "`": ("backticks",),
    "~": ("subscript", "strikethrough"),
    "=": ("highlight",),
    "^": ("superscript", "footnote_inline"),
    "*": ("emphasis",),
    "_": ("emphasis",),
    "[": ("link", "footnote_ref"),
    "!": ("image",),
    "<": ("autolink", "html_inline"),
    "&": ("entity",),
    "{": ("ruby",),
    "]": (),
}
"""The rules that may start at a character, in the parser's order. `]` starts none; it ends what another rule reads."""


class _ParserInline(ParserInline):
    def __init__(self) -> None:
        super().__init__()
        self._rules: dict[str, list[Callable[[StateInline, bool], bool]]] = {}

    def begin(self) -> None:
        """Map each character to the rules that may start at it; call this after all rules were added."""
        known = dict(zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True))
        self._rules = {begin: [known[name] for name in names] for begin, names in _BEGINS.items()}
        self.terminator_re = re.compile("[" + re.escape("".join(_BEGINS)) + "]")

    def tokenize(self, state: StateInline) -> None:
        """Read a run of text; at each character only the rules are asked that may begin with it."""
        begins = self._rules
        end = state.posMax
        nesting = state.md.options["maxNesting"]
        while state.pos < end:
            rules = begins.get(state.src[state.pos])
            if rules is None:
                text(state, False)
                continue
            for rule in rules if state.level < nesting else ():
                if rule(state, False):
                    break
            else:
                state.pending += state.src[state.pos]
                state.pos += 1
        if state.pending:
            state.pushPending()

    def parse(
        self, src: str, md: MarkdownIt, env: MutableMapping[str, Any], tokens: list[Token]
    ) -> list[Token]:
        """Parse one run of text with our rule for emphasis; most runs contain no mark."""
        if self.terminator_re.search(src) is None:
            if src:
                tokens.append(Token("text", "", 0, content=src))
            return tokens
        state = _Inline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


_BLOCK_SIGNS = frozenset("#>-+*_`~:$\\[<0123456789")
"""Where a line begins with one of these, a block of any kind may begin; a tab or blanks may begin code."""
_WORDY = ("table", "lheading", "deflist", "paragraph")
"""The blocks that begin with any other character, in the parser's order."""


class _ParserBlock(ParserBlock):
    def __init__(self) -> None:
        super().__init__()
        self._wordy: list[Callable[[StateBlock, int, int, bool], bool]] = []

    def begin(self) -> None:
        """Look up the rules of lines that begin with a word; call this after all rules were added."""
        known = dict(zip(self.ruler.get_active_rules(), self.ruler.getRules(""), strict=True))
        self._wordy = [known[name] for name in _WORDY]

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        """Read blocks as markdown-it does; a line that begins with a word is no block of signs."""
        every_rule = self.ruler.getRules("")
        wordy = self._wordy
        nesting = state.md.options["maxNesting"]
        line = startLine
        has_empty = False
        while line < endLine:
            state.line = line = state.skipEmptyLines(line)
            if line >= endLine or state.sCount[line] < state.blkIndent:
                break
            if state.level >= nesting:
                state.line = endLine
                break
            begins = state.bMarks[line] + state.tShift[line]
            is_wordy = (
                state.sCount[line] - state.blkIndent < _CODE_INDENT
                and state.src[begins] not in _BLOCK_SIGNS
            )
            for rule in (
                wordy if is_wordy else every_rule
            ):  # pragma: no branch - a paragraph is always one
                if rule(state, line, endLine, False):
                    break
            state.tight = not has_empty
            line = state.line
            has_empty = has_empty or (line - 1 < endLine and state.isEmpty(line - 1))
            if line < endLine and state.isEmpty(line):
                has_empty = True
                line += 1
                state.line = line


class _Markdown(MarkdownIt):
    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Leave addresses as written: pictures are files, and links are encoded when they are written out."""
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802
        """Accept every address, so that a forbidden one becomes a diagnostic instead of text."""
        return True


@cache
def _parser() -> MarkdownIt:
    markdown = _Markdown(
        "commonmark",
        {"html": True, "typographer": False, "maxNesting": _LEVELS, "store_labels": True},
    )
    rules = markdown.inline.ruler.get_active_rules(), markdown.inline.ruler2.get_active_rules()
    inline = markdown.inline = _ParserInline()
    inline.ruler.enableOnly(rules[0])
    inline.ruler2.enableOnly(rules[1])
    blocks = markdown.block.ruler.get_active_rules()
    block = markdown.block = _ParserBlock()
    block.ruler.enableOnly(blocks)
    markdown.enable(["table", "strikethrough"])
    footnote_plugin(markdown, move_to_end=False)
    deflist_plugin(markdown)
    _add_boxes(markdown)
    markdown.core.ruler.after("callouts", "bounds", _refuse_too_much)
    markdown.core.ruler.at("text_join", _join_texts)
    _add_marks(markdown)
    add_math(markdown)
    inline.begin()
    block.begin()
    return markdown


def _join_texts(state: StateCore) -> None:
    """Join what was escaped with the text around it; a text without escapes and entities is whole."""
    if "\\" in state.src or "&" in state.src:
        text_join(state)


def _refuse_too_much(state: StateCore) -> None:
    """Refuse nesting below which the parser drops text, and brackets of the text that it reads next."""
    depths = accumulate(token.nesting for token in state.tokens if token.type.startswith(_NESTED))
    if max(depths, default=0) > NESTING_MAX:
        raise FaultError(too_nested())
    if (
        sum(token.content.count("[") for token in state.tokens if token.type == "inline")
        > BRACKETS_MAX
    ):
        raise FaultError(too_many_brackets())


class Parsed(Frozen):
    """Markdown after parsing."""

    tokens: list[Token]
    notes: dict[str, int]
    """The labels of the footnotes that are written out, each with the number that its references carry; those that no
    reference names are numbered behind all others."""
    inline_notes: dict[int, list[Token]]
    """Footnotes that stand in the line (`^[…]`), by the same numbers."""
    definitions: Sequence[tuple[str, str]] = ()
    """The label and the address of each definition, `[label]: address`, also of those that are overruled."""

    def unused_definitions(self) -> Iterator[tuple[str, str]]:
        """Yield those that no link or picture refers to; a label without a letter or digit begins a comment."""
        if not self.definitions:
            return
        used = {
            token.meta["label"]
            for token in every(self.tokens)
            if token.meta and "label" in token.meta
        }
        for note in self.inline_notes.values():
            used.update(
                token.meta["label"] for token in every(note) if token.meta and "label" in token.meta
            )
        seen: set[str] = set()
        for label, address in self.definitions:
            if (
                (label not in used or label in seen)
                and _WORD.search(label)
                and address not in ("", "#")
            ):
                yield label, address
            seen.add(label)


def every(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens and their descendants, including the words of pictures."""
    for token in tokens:
        yield token
        if token.children:
            yield from every(token.children)


def parse(text: str) -> Parsed:
    """Parse Markdown into markdown-it's tokens; raise `FaultError` if that would take minutes."""
    env: dict[str, Any] = {}
    tokens = _parser().parse(text, env)
    found = env.get("footnotes", {"refs": {}, "list": {}})
    numbers = {label.removeprefix(":"): number for label, number in found["refs"].items()}
    count = len(found["list"])
    for label, number in numbers.items():
        if number < 0:
            numbers[label], count = count, count + 1
    inline = {n: note["tokens"] for n, note in found["list"].items() if "tokens" in note}
    definitions = [(label, each["href"]) for label, each in env.get("references", {}).items()]
    definitions += [(each["label"], each["href"]) for each in env.get("duplicate_refs", ())]
    return Parsed(tokens, numbers, inline, definitions)


# Boxes around paragraphs, in the two spellings that writers know: `::: tip Title` to `:::`, as in VitePress, and
# GitHub's `> [!NOTE]`, also with a title behind it as in Obsidian. Both become `callout_open` and `callout_close`;
# `info` is the kind and `content` the title.

_SAME = {
    "note": "note info abstract summary tldr todo example quote cite question help faq",
    "tip": "tip hint success check done",
    "important": "important",
    "warning": "warning attention warn",
    "caution": "caution danger error bug failure fail missing",
    "details": "details",
}
BOX_KINDS = tuple(_SAME)
KINDS = {name: kind for kind, names in _SAME.items() for name in names.split()}
"""The names that writers use, in lower case, each with what it means here."""
_BOX = re.compile(
    r"\s*(?P<name>[A-Za-z]+)(?:\[(?P<bracket>[^\]]*)\])?(?:\s*\{[^}]*\})?(?P<title>(?:\s.*)?)$"
)
_ALERT = re.compile(r"\[!(?P<name>[A-Za-z]+)\][+-]?(?P<title>[^\n]*)(?:\n|$)")


def _add_boxes(markdown: MarkdownIt) -> None:
    container_plugin(markdown, "callout", validate=lambda info, _: _box(info) is not None)
    markdown.core.ruler.after("block", "callouts", _alerts)


def _box(info: str) -> re.Match[str] | None:
    found = _BOX.match(info)
    return found if found is not None and found["name"].lower() in KINDS else None


def _alerts(state: StateCore) -> None:
    """Turn containers and GitHub's alerts into callouts, before their text is parsed."""
    open_quotes: list[tuple[Token, bool]] = []
    for index, token in enumerate(state.tokens):
        if token.type == "container_callout_open" and (found := _box(token.info)) is not None:
            token.type, token.info = "callout_open", KINDS[found["name"].lower()]
            token.content = (found["bracket"] or found["title"]).strip()
        elif token.type == "container_callout_close":
            token.type = "callout_close"
        elif token.type == "blockquote_open":
            open_quotes.append((token, _name_quote(state.tokens, index)))
        elif token.type == "blockquote_close":
            _, is_box = open_quotes.pop()
            token.type = "callout_close" if is_box else token.type


def _name_quote(tokens: Sequence[Token], index: int) -> bool:
    inline = tokens[index + 2] if tokens[index + 1].type == "paragraph_open" else None
    found = _ALERT.match(inline.content) if inline is not None else None
    if inline is None or found is None or found["name"].lower() not in KINDS:
        return False
    tokens[index].type, tokens[index].info = "callout_open", KINDS[found["name"].lower()]
    tokens[index].content = found["title"].strip()
    inline.content = inline.content[found.end() :].lstrip()
    return True


# Small marks in running text: `==highlight==`, `H~2~O`, `x^2^`, `{汉|hàn}`. They are read narrowly: `~` and `^` are
# at home in Chinese chat (`好~`, `^_^`), and `==` in code, so a mark that may be meant as itself stays as it is.

_HIGHLIGHT = re.compile(
    r"==(?=[^\s=])(?P<text>(?:[^\n=]|=(?!=)){1,500}?)(?<=[^\s=])==(?![=A-Za-z0-9])"
)
_SUBSCRIPT = re.compile(r"~(?P<text>[0-9]{1,4}[+-]?|[a-z]{1,3}|[+-])~(?!~)")
_SUPERSCRIPT = re.compile(
    r"\^(?P<text>[+\-−]?[0-9]{1,6}[+-]?|[+-]|[A-Za-z]{1,8}|\([A-Za-z0-9+\-]{1,8}\))\^"
)
_RUBY = re.compile(
    r"\{(?P<base>[\u2e80-\u9fff\uf900-\ufaff]{1,20})\|(?P<reading>[^{}|\n<>]{1,40})\}"
)
_BEFORE_HIGHLIGHT = re.compile(r"[=!<>A-Za-z0-9]")
_BEFORE_SUBSCRIPT = re.compile(r"[A-Za-z)\]]")
_BEFORE_SUPERSCRIPT = re.compile(r"[0-9A-Za-z)\]\u3400-\u9fff]")


def _add_marks(markdown: MarkdownIt) -> None:
    markdown.inline.ruler.before("emphasis", "highlight", _highlight)
    markdown.inline.ruler.before("strikethrough", "subscript", _subscript)
    markdown.inline.ruler.before("emphasis", "superscript", _superscript)
    markdown.inline.ruler.before("emphasis", "ruby", _ruby)
    # The parser steps over plain text up to the next character that may begin something.
    markdown.inline.add_terminator_char("=")
    markdown.inline.add_terminator_char("^")


def _highlight(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "=" or (
        state.pos and _BEFORE_HIGHLIGHT.match(state.src[state.pos - 1])
    ):
        return False
    found = _HIGHLIGHT.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("highlight_open", "mark", 1)
        maximum, state.pos, state.posMax = state.posMax, found.start("text"), found.end("text")
        state.md.inline.tokenize(state)
        state.posMax = maximum
        state.push("highlight_close", "mark", -1)
    state.pos = found.end()
    return True


def _ruby(state: StateInline, silent: bool) -> bool:
    found = _RUBY.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("ruby_open", "ruby", 1)
        state.push("text", "", 0).content = found["base"]
        state.push("rt_open", "rt", 1)
        state.push("text", "", 0).content = found["reading"]
        state.push("rt_close", "rt", -1)
        state.push("ruby_close", "ruby", -1)
    state.pos = found.end()
    return True


def _subscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, "~", "sub", _SUBSCRIPT, _BEFORE_SUBSCRIPT)


def _superscript(state: StateInline, silent: bool) -> bool:
    return _small(state, silent, "^", "sup", _SUPERSCRIPT, _BEFORE_SUPERSCRIPT)


def _small(
    state: StateInline,
    silent: bool,
    mark: str,
    tag: str,
    pattern: re.Pattern[str],
    before: re.Pattern[str],
) -> bool:
    if state.src[state.pos] != mark or not state.pos or not before.match(state.src[state.pos - 1]):
        return False
    found = pattern.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push(f"{tag}_open", tag, 1)
        text = state.push("text", "", 0)
        text.content = found["text"]
        state.push(f"{tag}_close", tag, -1)
    state.pos = found.end()
    return True


# Emoji by their names, as on GitHub: `:tada:` is 🎉. An unknown name stays as written.

_NAME = re.compile(r"(?<![A-Za-z0-9:/]):[a-z0-9_+-]{1,40}:(?![A-Za-z0-9:])")
"""A name between colons that are not part of a time, an address or a namespace."""


def with_emoji(text: str) -> str:
    """Replace the names of emoji in a text with the emoji."""
    return _NAME.sub(_emoji, text) if _NAME.search(text) is not None else text


def _emoji(found: re.Match[str]) -> str:
    # A table of some thousand names, for the few articles that use one.
    from emoji import emojize

    return emojize(found[0], language="alias", variant="emoji_type")
