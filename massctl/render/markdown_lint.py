"""Find what an author meant as Markdown but Markdown reads otherwise: it would be lost or shown as written.

That is: lines that look like Markdown but are not, cells that a table drops, marks of other tools, asterisks that stay
in the text or vanish from it, broken links, and definitions that nothing refers to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import islice

from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from massctl.model.diagnostics import Fault, Lines, Severity, note, warning
from massctl.model.phrase import Phrase
from massctl.render.cjk import has_cjk
from massctl.render.code_block import read_info
from massctl.render.foreign import PICTURE_END, diagram, foreign_marks, template_marks
from massctl.render.markdown_parser import BOX_KINDS, KINDS, Parsed, every

VERSE_CHARACTERS = range(4, 17)
"""Ours: from a line of four characters to two of seven with their marks; prose that an editor wraps has longer ones."""
_COUNTED = re.compile(
    r"[\u2460-\u249b\u24f5-\u24fe\u2776-\u2793\u3220-\u3229]"
    r"|(?:[一二三四五六七八九十]{1,3}|\d{1,3})、|[(（](?:[一二三四五六七八九十]{1,3}|\d{1,2})[)）]"
)
"""How a line begins that is one of several: `①`, `一、`, `1、`, `（一）`, `(1)`."""
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<[^>]*>?", re.DOTALL)
_LEFT_OVER = re.compile(r"\*\*[^*\n]{0,20}")
_READ_NOT = re.compile(r"(?<![A-Za-z0-9*_/\\])\*(?=[^\W_])[^*\n]{0,40}(?<=\w)\*(?![A-Za-z0-9*_/])")
"""Emphasis with one asterisk inside HTML, where Markdown is not read; the `*` of a note is not emphasis."""
_UNDERSCORES = re.compile(r"(?<![A-Za-z0-9_/])__(?![\s_])[^_\n]{1,60}(?<!\s)__(?![A-Za-z0-9_(])")
"""Two on both sides of words, and no name as Python writes them (`a__b__`)."""
_BROKEN_ADDRESS = re.compile(r"\]\((?P<address>[^()\n]{1,200})\)")
_SIZED = re.compile(r"(?P<address>[^ ]+) +=\d*%?x?\d*%?")
"""`a.png =300x` and `a.png =40%x`, a width as Typora, mdnice and others write it."""
_PICTURE_NAME = re.compile(r"\.(?:png|jpe?g|gif|webp|bmp)\b", re.IGNORECASE)
REPORTS_MAX = 50
"""Ours: at most this many lookalikes are reported for one article."""
LABEL_CHARACTERS_MAX = 24
"""Ours: a longer label is the text of a footnote, not its name."""
_LETTER = r"[^\W\d_]"
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?:[^\n]*\n){0,50}?[A-Za-z_]+:(?:[ \t][^\n]*)?\n(?:[^\n]*\n){0,50}?---[ \t]*(?:\n|\Z)"
)
_CODE = re.compile(r"(`+)[^`\n]+\1")
_FOOTNOTE = re.compile(r"\[\^(?P<label>[^\]\s]+)\]")
_HEADING = re.compile(rf" {{0,3}}(?P<mark>#{{1,6}})(?P<rest>{_LETTER}[^#]*)$")
_WIDE_HEADING = re.compile(r" {0,3}(?P<mark>＃{1,6})\s*(?P<rest>[^\s＃#][^＃#]*)$")
_NUMBER = re.compile(r" {0,3}(?P<mark>\d{1,3}[.)])(?P<rest>[\u3400-\u9fff].*)$")
_BULLET = re.compile(rf" {{0,3}}(?P<mark>[-+])(?P<rest>{_LETTER}.*)$")
_WIDE = re.compile(
    r"(?P<mark>[!！]?)(?P<text>\[[^\[\]\n]*\])"
    r"(?:（(?P<wide>[^（）()\n]*)[）)]|\((?P<half>[^（）()\n]*)）|\((?P<plain>[^（）()\n]*)\))"
)
_LINK_ADDRESS = re.compile(
    r"^[A-Za-z][A-Za-z0-9+.-]*:|^[\w./%-]+\.[A-Za-z]{2,5}$|^[\w.%-]*/[\w./%-]+$|^#"
)
_SUSPECT = re.compile(
    rf"^ {{0,3}}(?:#{{1,6}}{_LETTER}|＃|\d{{1,3}}[.)][\u3400-\u9fff]|[-+]{_LETTER})|\[\^|\]（|！\[|\]\([^\n（）()]*）",
    re.MULTILINE,
)
"""Finds the lines that one of the patterns above may match."""
_UNREAD = frozenset({"fence", "code_block", "html_block"})


def text_faults(
    text: str, parsed: Parsed, lines: Lines, *, is_file: bool = False, breaks: bool = False
) -> Iterator[tuple[Fault, int | None]]:
    """Return the faults of one article's Markdown, each with its position in `text` where it is known.

    `parsed` is what it was read as. `is_file`: the text is no template's, so that what a template would fill in is a
    fault. `breaks`: each line of it is a line of the article.
    """
    yield from islice(_lookalikes(text, parsed, lines, is_file=is_file), REPORTS_MAX)
    for fault in (*_unused_definitions(text, parsed), *_in_tokens(parsed.tokens, breaks=breaks)):
        yield fault, None
    for fault in _dollars(parsed.tokens) if "$" in text else ():
        yield fault, None
    for tokens in parsed.inline_notes.values():
        for fault in _in_tokens(tokens, breaks=breaks):
            yield fault, None


def _lookalikes(
    text: str, parsed: Parsed, lines: Lines, *, is_file: bool
) -> Iterator[tuple[Fault, int]]:
    skipped = {
        n
        for token in parsed.tokens
        if token.type in _UNREAD and token.map
        for n in range(*token.map)
    }
    tokens = parsed.tokens
    placed = (
        (_lost_cells, "|"),
        (_lost_tables, "|"),
        (_boxes, ":::", "[!", "```", "~~~"),
        (_counted_anew, ". ", ") "),
    )
    finds = [find for find, *signs in placed if any(sign in text for sign in signs)]
    for fault, number, column in (each for find in finds for each in find(lines, tokens)):
        yield fault, lines.bounds(number)[0] + column
    yield from _of_other_tools(text, parsed.tokens, lines, is_file=is_file)
    front = _FRONT_MATTER.match(text)
    if front is not None:
        yield (
            warning(
                "MC314",
                Phrase("the lines between `---` are shown as text: there is no front matter here"),
                Phrase("write title, author and digest into campaign.yaml"),
                needle="---",
            ),
            0,
        )
        skipped |= set(range(front[0].count("\n")))
    # Nearly every line is what it looks like; those that may not be are found in one go.
    for number in dict.fromkeys(lines.at(found.start())[0] for found in _SUSPECT.finditer(text)):
        if number - 1 not in skipped:
            # Blanks of the same length instead of code, so that columns stay.
            line = _CODE.sub(lambda found: " " * len(found[0]), lines.written(number))
            for fault, column in _in_line(line, parsed.notes):
                yield fault, lines.bounds(number)[0] + column


def _of_other_tools(
    text: str, tokens: Sequence[Token], lines: Lines, *, is_file: bool
) -> Iterator[tuple[Fault, int]]:
    code = [token for token in tokens if token.type in ("fence", "code_block") and token.map]
    for token in code:
        if token.type == "fence" and token.map and (fault := diagram(token)) is not None:
            yield fault, text.index(fault.needle, lines.bounds(token.map[0] + 1)[0])
    found = [*(template_marks(text) if is_file else ()), *foreign_marks(text)]
    if found:
        skipped = {n for token in code if token.map for n in range(*token.map)}
        spans = [each.span() for each in _CODE.finditer(text)]
        for fault, at in found:
            if lines.at(at)[0] - 1 not in skipped and not any(
                start <= at < end for start, end in spans
            ):
                yield fault, at


def _in_line(line: str, notes: Mapping[str, int]) -> Iterator[tuple[Fault, int]]:
    for found in _FOOTNOTE.finditer(line):
        if found["label"] not in notes:
            shown = (
                found[0]
                if len(found[0]) <= LABEL_CHARACTERS_MAX
                else found[0][:LABEL_CHARACTERS_MAX] + "…"
            )
            say = Phrase("there is no footnote `{text}`: it is shown as written", text=shown)
            hint = Phrase("write it on a separate line: `{text}: …`", text=found[0])
            if shown != found[0]:
                hint = Phrase("an inline note is written `^[…]`")
            yield (
                warning("MC326", say, hint, needle=found[0]),
                found.start(),
            )
    for found in _WIDE.finditer(line):
        if _is_meant(found):
            yield _wide(found), found.start()
    for pattern, mark in ((_HEADING, None), (_WIDE_HEADING, "#"), (_NUMBER, None), (_BULLET, None)):
        looked = pattern.match(line)
        if looked is not None:
            right = f"{mark * len(looked['mark']) if mark else looked['mark']} {looked['rest'][:20].strip()}"
            say = Phrase("this line is shown as written: `{text}`", text=looked[0].strip()[:20])
            hint = Phrase("if it is a heading or a list entry, write `{text}`", text=right)
            fault = warning("MC314", say, hint, needle=looked[0].strip())
            yield fault, looked.start("mark")


def _address(found: re.Match[str]) -> str:
    return str(
        next(found[name] for name in ("wide", "half", "plain") if found[name] is not None)
    ).strip()


def _is_meant(found: re.Match[str]) -> bool:
    """Tell a link with full-width marks from prose, where brackets before parentheses are usual."""
    address = _address(found)
    if found["plain"] is not None:
        return found["mark"] == "！" and PICTURE_END.search(address) is not None
    return (
        found["mark"] == "!"
        or _LINK_ADDRESS.match(address) is not None
        or PICTURE_END.search(address) is not None
    )


def _wide(found: re.Match[str]) -> Fault:
    address = _address(found)
    picture = "!" if found["mark"] == "!" or PICTURE_END.search(address) else ""
    say = Phrase("full-width marks are not Markdown: `{text}`", text=found[0])
    right = f"{picture}{found['text']}({address})"
    return Fault("MC006", say, Phrase("write `{text}`", text=right), needle=found[0])


# What Markdown reads in its text, and what a reader would see of it.


_MAY_BE_FAULTY = re.compile(r"[*_\[\n$\\]")
"""A run of text without one of these has no fault."""


def _in_tokens(tokens: Sequence[Token], *, breaks: bool) -> Iterator[Fault]:
    for token in tokens:
        kind = token.type
        if kind == "inline":
            if _MAY_BE_FAULTY.search(token.content) is None:
                continue
            children = token.children or ()
            if "*" in token.content:
                yield from _swallowed_signs(children)
            if "\n" in token.content and not breaks:
                yield from _verse(token)
            yield from _in_tokens(children, breaks=breaks)
        elif kind == "text":
            yield from _in_text(token.content)
        elif kind == "html_block":
            yield from _in_html(token.content)
        elif kind == "link_open" and token.attrs.get("title"):
            yield _not_shown(
                str(token.attrs["title"]), Phrase("the title of a link is not shown: `{text}`")
            )
        elif kind == "fence" and (unread := _unread_info(token)):
            yield _not_shown(
                unread,
                Phrase("what follows the language of code is not shown: `{text}`"),
            )


def _unread_info(token: Token) -> str:
    """Return what has no effect behind the language of code: words nobody reads, and marks of lines there are not."""
    info = read_info(token.info)
    if info.marked and max(info.marked) > token.content.count("\n"):
        return token.info.split(maxsplit=1)[-1]
    return info.unread


def _in_text(content: str) -> Iterator[Fault]:
    if "\\" in content:
        yield from _shown_tex(content, _NOT_BETWEEN_DOLLARS)
    if "**" in content and (left_over := _LEFT_OVER.search(content)) is not None:
        yield _asterisks(
            left_over[0], Phrase("write `**` directly before and after the words, without spaces")
        )
    if "__" in content:
        yield from _underscores(content)
    if "[" in content:
        yield from _broken_links(content)
    if "](" in content and (broken := _BROKEN_ADDRESS.search(content)) is not None:
        yield _broken(broken["address"])


_CODE_IN_HTML = re.compile(
    r"<(?P<name>pre|code)\b.*?(?:</(?P=name)\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_PICTURE_IN_HTML = re.compile(r"!\[[^\[\]\n]{0,200}\]\((?P<address>[^()\n]{1,200})\)")
_MARKS_IN_HTML = re.compile(
    r"(?<![A-Za-z0-9_\])!])\[[^\[\]\n]{1,200}\]\([^()\s]{1,500}\)"
    r"|\[\^[^\[\]\s]{1,100}\]"
    r"|^[ \t]*(?:#{1,6}|-)[ \t]+[^\s#-][^\n]{0,40}"
    r"|(?<!`)`[^`\n]{1,200}`(?!`)|(?<!~)~~[^\s~][^~\n]{0,200}~~(?!~)"
    r"|(?<![=!<>A-Za-z0-9])==[^\s=][^=\n]{0,200}(?<!\s)==(?![=A-Za-z0-9])"
    r"|(?<![0-9A-Za-z$\\])\$(?![\s$])(?=[^$\n]{0,200}[\\^_=<>])[^$\n]{1,200}(?<!\s)\$(?![0-9A-Za-z$])",
    re.MULTILINE,
)
"""Links, notes, headings, entries, code, struck and bright words, and formulas as they stand inside HTML."""
_BEHIND_TAG = Phrase(
    "Markdown is not read directly after a tag: leave a line empty there, or write HTML"
)

_IN_ARGUMENT = Phrase(
    "what a block is given is text: write Markdown between {call} and {end}",
    call="{% call %}",
    end="{% endcall %}",
)
_OF_BLOCK = re.compile(r'\s*<section class="')
"""How a block of the template library begins; what it was given is text."""


def _in_html(content: str) -> Iterator[Fault]:
    hint = _IN_ARGUMENT if _OF_BLOCK.match(content) is not None else _BEHIND_TAG
    shown = _TAG.sub(" ", _CODE_IN_HTML.sub(" ", content))
    for found in _PICTURE_IN_HTML.finditer(shown) if "](" in shown else ():
        address = found["address"]
        yield Fault(
            "MC201",
            Phrase(
                "the picture {address} is not shown: its line stays in the text as written",
                address=address,
            ),
            hint,
            needle=f"]({address})",
            shift=2,
            width=len(address),
        )
    left_over = _LEFT_OVER.search(shown) or _READ_NOT.search(shown)
    if left_over is not None:
        yield _asterisks(left_over[0], hint)
    is_tex = "\\" in shown and "<code" not in content and "<pre" not in content
    tex = [*_shown_tex(shown, hint)] if is_tex else []
    yield from tex
    marks = None if left_over is not None else _MARKS_IN_HTML.search(shown)
    if marks is not None and not (tex and marks[0].startswith("$")):
        yield warning(
            "MC312",
            Phrase("these marks stay in the text: `{text}`", text=marks[0].strip()[:40]),
            hint,
            needle=marks[0].strip(),
        )
    yield from _underscores(shown)


# Formulas that Markdown does not see as ones.

_TEX = re.compile(
    r"\\(?:[dt]?frac|begin|end|sqrt|math(?:bb|bf|rm|cal|sf|frak)|boldsymbol|operatorname|overline|underline|text)\s*\{"
    r"|\\(?:left|right)\s*[\\(\[{|.)\]}]"
)
_MAYBE_TEX = re.compile(
    r"(?<![A-Za-z:\\])\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|pi|rho|sigma|phi|omega|sum|int|prod|lim|times"
    r"|cdot|leq?|geq?|neq?|infty|in|partial|nabla|approx|(?:left|right)arrow|sin|cos|log|hat|bar|vec|tilde)(?![A-Za-z])"
)
_TWO_DOLLARS = re.compile(r"(?<!\$)\$\$(?!\$)")
_BETWEEN_DOLLARS = re.compile(r"\$(?![\s\d])[^$\n\u2e80-\uffef]{1,40}(?<!\s)\$(?![A-Z_{])")


_NOT_BETWEEN_DOLLARS = Phrase(
    "write `$…$` or, on lines of its own, `$$…$$`; if it is to be read, put it between back-ticks"
)
_AROUND = 40
"""Characters before TeX by which it is found: the same may stand in a formula."""


def _shown_tex(content: str, hint: Phrase) -> Iterator[Fault]:
    """Refuse a formula that followers would read as TeX; a lone command is a warning."""
    found = _TEX.search(content)
    severity = Severity.ERROR if found is not None else Severity.WARNING
    found = found or _MAYBE_TEX.search(content)
    if found is not None:
        begin = max(content.rfind("\n", 0, found.start()) + 1, found.start() - _AROUND)
        yield Fault(
            "MC329",
            Phrase("TeX is shown as written: `{text}`", text=found[0]),
            hint,
            severity=severity,
            needle=content[begin : found.end()],
            shift=found.start() - begin,
            width=len(found[0]),
        )


def _dollars(tokens: Sequence[Token]) -> Iterator[Fault]:
    """Warn of dollars that are shown and were meant for a formula; escaped ones are meant as they are."""
    has_formulas = any(token.type == "formula" for token in every(tokens))
    for token in tokens:
        if token.type != "inline" or "$" not in token.content or "\\$" in token.content:
            continue
        for child in token.children or ():
            found = _TWO_DOLLARS.search(child.content) if child.type == "text" else None
            if found is None and has_formulas and child.type == "text":
                found = _BETWEEN_DOLLARS.search(child.content)
            if found is not None:
                yield warning(
                    "MC329",
                    Phrase("the dollars stay in the text: `{text}`", text=found[0]),
                    Phrase(
                        "a formula is written `$x$` or `$$…$$`, apart from letters and digits; otherwise write `\\$`"
                    ),
                    needle=found[0],
                )


def _verse(token: Token) -> Iterator[Fault]:
    """Note short lines of Chinese that become one: verse, an address, a signature."""
    lines = token.content.split("\n")
    kinds = {child.type for child in token.children or ()}
    if "image" in kinds or "softbreak" not in kinds:
        return
    is_verse = all(len(line) in VERSE_CHARACTERS and has_cjk(line) for line in lines)
    counted = [line for line in lines if _COUNTED.match(line) is not None]
    if is_verse or len(counted) > 1:
        say = Phrase("{count} short lines become one line of the article", count=len(lines))
        if not is_verse:
            lines = counted
            say = Phrase("{count} numbered lines become one line of the article", count=len(lines))
        yield warning(
            "MC348",
            say,
            Phrase(
                "to keep them apart, end a line with `\\`, or write `breaks: true` in campaign.yaml"
            ),
            needle=lines[0],
        )


def _asterisks(shown: str, hint: Phrase) -> Fault:
    """Warn of emphasis marks that a reader would see."""
    return warning(
        "MC312",
        Phrase("the asterisks stay in the text: `{text}`", text=shown),
        hint,
        needle=shown,
    )


def _underscores(shown: str) -> Iterator[Fault]:
    """Warn of those beside Chinese, which are no emphasis."""
    for found in _UNDERSCORES.finditer(shown):
        if not has_cjk(shown[max(0, found.start() - 1) : found.end() + 1]):
            continue
        say = Phrase("the underscores stay in the text: `{text}`", text=found[0])
        hint = Phrase(
            "write `{text}`: underscores next to Chinese are not emphasis",
            text=f"**{found[0][2:-2]}**",
        )
        if found[0].isascii():
            bold = f"**{found[0][2:-2]}**"
            hint = Phrase("write `{text}`, or, if it is code, put it between back-ticks", text=bold)
        yield warning("MC312", say, hint, needle=found[0])


def _broken(address: str) -> Fault:
    """Say that a link or picture stays in the text as it is written, since Markdown does not see one there."""
    hint = Phrase("an address with spaces needs angle brackets: `(<{address}>)`", address=address)
    if (sized := _SIZED.fullmatch(address)) is not None:
        hint = Phrase(
            'give a width in HTML: `<img src="{address}" width="50%">`', address=sized["address"]
        )
    if _PICTURE_NAME.search(address):
        return Fault(
            "MC201",
            Phrase(
                "the picture {address} is not shown: its line stays in the text as written",
                address=address,
            ),
            hint,
            needle=f"]({address})",
            shift=2,
            width=len(address),
        )
    return warning(
        "MC312",
        Phrase("the link to {address} stays in the text as written", address=address),
        hint,
        needle=f"]({address})",
        shift=2,
        width=len(address),
    )


_DEFINITION = re.compile(r"\[([^\[\]\n]{1,999})\]:")


def _not_shown(text: str, say: Phrase) -> Fault:
    """Tell of words that no follower will see."""
    return note(
        "MC349",
        Phrase(say, text=text[:40]),
        Phrase("write it into the text, or remove it"),
        needle=text,
    )


def _unused_definitions(text: str, parsed: Parsed) -> Iterator[Fault]:
    """Warn of addresses that no link or picture names; `[//]: # (…)` is how Markdown writes a comment."""
    unused = list(parsed.unused_definitions())
    written = (
        {normalizeReference(found[1]): found[1] for found in _DEFINITION.finditer(text)}
        if unused
        else {}
    )
    for label, address in ((written.get(label, label), address) for label, address in unused):
        yield warning(
            "MC349",
            Phrase(
                "nothing refers to this definition, so its address is not shown: `{text}`",
                text=address[:80],
            ),
            Phrase("write `[{label}]` where the link belongs, or remove the line", label=label),
            needle=address,
        )


# Boxes and blocks of code that are not closed, and what was meant to open or to close a box.

_FENCE = re.compile(r":{3,}[ \t]*(?P<name>[A-Za-z-]*)[^\n]*")
_ALERT = re.compile(r"\[!(?P<name>[A-Za-z-]+)\]")


def _boxes(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Return a warning for each, placed as `_lost_cells` places its own; the `:::` behind one is its own."""
    opened: list[Token] = []
    unread = 0
    for index, token in enumerate(tokens):
        if token.type == "callout_open":
            opened.append(token)
        elif token.type == "callout_close" and not token.markup:
            unread += 1
            yield from _at_line(
                lines,
                opened.pop().map,
                0,
                ":::",
                Phrase("this box is never closed, so all that follows stands in it"),
                Phrase(
                    "write `:::` on a line after it; a box with another in it is written with `::::`"
                ),
            )
        elif token.type == "callout_close":
            opened.pop()
        elif token.type == "fence" and token.map and not _is_closed(lines, token, token.map):
            say = Phrase("this block of code is never closed, so all that follows is code")
            mark = f" {token.markup} " if token.markup[0] == "`" else token.markup
            yield from _at_line(
                lines,
                token.map,
                0,
                token.markup,
                say,
                Phrase("write `{text}` on a line after it", text=mark),
            )
        elif token.type == "inline":
            is_quoted = index > 1 and tokens[index - 2].type == "blockquote_open"
            if is_quoted and (found := _ALERT.match(token.content)) is not None:
                yield from _unknown_box(lines, token, 0, found)
            for number, line in enumerate(
                token.content.split("\n") if ":::" in token.content else ()
            ):
                if (found := _FENCE.fullmatch(line)) is None:
                    continue
                is_end = not line.strip(": \t")
                if not (is_end and unread):
                    yield from _unknown_box(lines, token, number, found)
                unread = max(0, unread - 1) if is_end else unread + 1


def _is_closed(lines: Lines, token: Token, span: Sequence[int]) -> bool:
    last = lines.written(span[1]).strip(" \t>")
    return (
        span[1] - span[0] > 1 and last.startswith(token.markup) and not last.strip(token.markup[0])
    )


def _counted_anew(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Return a warning for the first entry of each list that is shown with another number than it is written with.

    If all entries have the number of the first, the writer lets Markdown count.
    """
    opened: list[list[Token]] = []
    for token in tokens:
        if token.type == "ordered_list_open":
            opened.append([])
        elif token.type == "list_item_open" and token.info:
            opened[-1].append(token)
        elif token.type == "ordered_list_close":
            entries = opened.pop()
            first = int(entries[0].info)
            wrong = [
                (each, due) for due, each in enumerate(entries, first) if int(each.info) != due
            ]
            if not wrong or all(int(each.info) == first for each in entries):
                continue
            entry, due = wrong[0]
            written = entry.info + entry.markup
            yield from _at_line(
                lines,
                entry.map,
                0,
                written,
                Phrase(
                    "Markdown counts the entries of a list: `{text}` is shown as `{number}.`",
                    text=written,
                    number=due,
                ),
                Phrase(
                    "to begin a list at {text}, write `<!-- -->` on a line of its own before it",
                    text=written,
                ),
                "MC351",
            )


def _unknown_box(
    lines: Lines, token: Token, number: int, found: re.Match[str]
) -> Iterator[tuple[Fault, int, int]]:
    written = found[0].strip()
    name = found["name"].lower()
    near = get_close_matches(name, KINDS, 1)
    say = Phrase("`{text}` is not a box and is shown as written", text=written[:40])
    hint = Phrase("a box is one of {names}", names=", ".join(BOX_KINDS))
    if near:
        hint = Phrase("did you mean `{name}`?", name=near[0])
    elif not written.strip(": \t"):
        say = Phrase("`{text}` closes no box and is shown as written", text=written)
        hint = Phrase("remove it; a box with another in it is written with `::::`")
    yield from _at_line(lines, token.map, number, written, say, hint)


def _at_line(
    lines: Lines,
    span: Sequence[int] | None,
    below: int,
    needle: str,
    say: Phrase,
    hint: Phrase,
    code: str = "MC314",
) -> Iterator[tuple[Fault, int, int]]:
    """Return a warning for a mark in one of the lines of a block."""
    if span is not None and needle in (line := lines.written(span[0] + 1 + below)):
        fault = warning(code, say, hint, needle=needle)
        yield fault, span[0] + 1 + below, line.index(needle)


# Links and pictures that Markdown does not recognise: they stay in the text as written.

_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_\])])(?P<mark>!?)\[(?P<text>[^\[\]\n]{1,200})\]\[(?P<label>[^\[\]\n]{0,100})\]"
)
"""Behind a letter or another bracket it is an index: `a[i][j]`."""
_APART = re.compile(
    r"(?P<mark>!?)\[(?P<text>[^\[\]\n]{1,200})\][ \t]+\((?P<address>https?://[^()\s]{1,500})\)"
)
_SWAPPED = re.compile(
    r"[(（](?P<text>[^()（）\[\]\n]{1,200})[)）]\[(?P<address>https?://[^\[\]\s]{1,500})\]"
)


def _broken_links(text: str) -> Iterator[Fault]:
    """Find links in running text without a definition, with a blank in the middle, or with swapped brackets."""
    for found in _REFERENCE.finditer(text):
        label = found["label"] or found["text"]
        if found["mark"]:
            say = Phrase(
                "the picture `{text}` is not shown: there is no definition of `[{label}]`",
                text=found[0],
                label=label,
            )
        elif found["text"].isdigit() or (found["text"].isupper() and not label.isdigit()):
            # Two sources of one sentence, `[1][2]`, or what a log or a model writes, `[WARN][net]`.
            continue
        else:
            say = Phrase(
                "`{text}` is not a link: there is no definition of `[{label}]`",
                text=found[0],
                label=label,
            )
        yield _link_fault(
            found, say, Phrase("write on a separate line: `{text}`", text=f"[{label}]: …")
        )
    for pattern in (_APART, _SWAPPED):
        for found in pattern.finditer(text):
            if found["text"].isdigit():
                continue
            mark = "!" if found[0].startswith("!") else ""
            yield _link_fault(
                found,
                Phrase("`{text}` is not a link", text=found[0]),
                Phrase("write `{text}`", text=f"{mark}[{found['text']}]({found['address']})"),
            )


def _link_fault(found: re.Match[str], say: Phrase, hint: Phrase) -> Fault:
    if found[0].startswith("!"):
        return Fault("MC201", say, hint, needle=found[0])
    return warning("MC314", say, hint, needle=found[0])


# Asterisks that were meant as signs, as in `2*3*4`, and that Markdown takes for emphasis.

_SIGN_BEFORE = re.compile(r"[A-Za-z0-9_.)\]]{1,20}$")
_SIGN_INSIDE = re.compile(r"[A-Za-z0-9(\[](?:[!-)+-~]{0,20}[A-Za-z0-9)\]])?")
_SIGN_BEHIND = re.compile(r"[A-Za-z0-9_(\[]{1,20}")


def _swallowed_signs(tokens: Sequence[Token]) -> Iterator[Fault]:
    """Return a warning for each emphasis that touches letters or digits of a formula on both sides."""
    for index in range(1, len(tokens) - 3):
        before, opening, inside, closing, behind = tokens[index - 1 : index + 4]
        if (
            opening.type in ("em_open", "strong_open")
            and opening.markup.startswith("*")
            and closing.type in ("em_close", "strong_close")
            and before.type == inside.type == behind.type == "text"
        ):
            left = _SIGN_BEFORE.search(before.content)
            right = _SIGN_BEHIND.match(behind.content)
            if left is not None and right is not None and _SIGN_INSIDE.fullmatch(inside.content):
                mark = opening.markup
                text = f"{left[0]}{mark}{inside.content}{mark}{right[0]}"
                yield warning(
                    "MC345",
                    Phrase(
                        "Markdown reads the asterisks of `{text}` as emphasis and does not show them",
                        text=text,
                    ),
                    Phrase(
                        "if they are asterisks or products, write `\\*` or `×`, or put all of it between back-ticks"
                    ),
                    needle=text,
                )


# Cells that Markdown drops, and lines that were meant as a table and are none. A row has as many cells as the header.
# Source: GitHub Flavored Markdown 0.29, 4.10 "Tables (extension)": "The excess is ignored", and a bar ends a cell also
# inside of code.

_BAR = re.compile(r"(?<!\\)\|")
_DASHES = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_ROW = re.compile(r"\|(?:[^|\n]+\|){2,}[ \t]*")
_CELLS_SHOWN_MAX = 40
"""Characters of the lost cells that a message shows."""


def _lost_cells(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Return an error for each row with more cells than the header, with its line (from 1) and its column (from 0)."""
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and columns and token.map:
            number = token.map[0] + 1
            line = lines.written(number)
            start = _start_of_rest(line, columns)
            rest = line[start:].strip().removesuffix("|").strip()
            if rest.strip("| "):
                yield _lost(rest), number, start


def _lost_tables(lines: Lines, tokens: Sequence[Token]) -> Iterator[tuple[Fault, int, int]]:
    """Return a warning for each paragraph that its writer meant as a table, placed as `_lost_cells` does."""
    for token in tokens:
        if token.type == "paragraph_open" and token.map and token.map[1] - token.map[0] > 1:
            written = [lines.written(number + 1).lstrip(" \t>") for number in range(*token.map)]
            dashes = next(
                (
                    n
                    for n, line in enumerate(written)
                    if n and "|" in line and _DASHES.fullmatch(line)
                ),
                None,
            )
            if dashes is not None:
                fault = _unlike(written[dashes - 1], written[dashes])
                number = token.map[0] + 1 + dashes
            elif all(map(_ROW.fullmatch, written)):
                fault = _without_dashes(written[0])
                number = token.map[0] + 1
            else:
                continue
            yield fault, number, lines.written(number).index(fault.needle)


def _unlike(header: str, dashes: str) -> Fault:
    above = len(_cells(header))
    below = len(_cells(dashes))
    return warning(
        "MC314",
        Phrase(
            "these lines are not a table: the header has {header} cells, the line of dashes {dashes}",
            header=above,
            dashes=below,
        ),
        Phrase("give both the same number; write a bar in the text as `\\|`, also in code"),
        needle=dashes,
    )


def _without_dashes(row: str) -> Fault:
    return warning(
        "MC314",
        Phrase("these lines are not a table: the line of dashes below the header is missing"),
        Phrase("write `{text}` below the first line", text="|---" * len(_cells(row)) + "|"),
        needle=row,
    )


def _cells(row: str) -> list[str]:
    return _BAR.split(row.strip().removeprefix("|").removesuffix("|"))


def _start_of_rest(line: str, columns: int) -> int:
    """Return where the first cell begins that the header has no column for; the line's length if there is none.

    Before the row stand the marks and blanks of the quotations and lists that it is in.
    """
    start = len(line) - len(line.lstrip(" \t>"))
    begins = [start + 1 if line.startswith("|", start) else start]
    begins += [bar.end() for bar in _BAR.finditer(line, begins[0])]
    if len(begins) <= columns:
        return len(line)
    start = begins[columns]
    return start + len(line[start:]) - len(line[start:].lstrip())


def _lost(rest: str) -> Fault:
    cells = " | ".join(each.strip() for each in _BAR.split(rest))
    shown = cells if len(cells) <= _CELLS_SHOWN_MAX else cells[:_CELLS_SHOWN_MAX] + "…"
    return Fault(
        "MC343",
        Phrase(
            "this row has more cells than the table's header, and these are lost: `{text}`",
            text=shown,
        ),
        Phrase("write a bar in the text as `\\|`, also in code; or add a cell to the header"),
        needle=rest,
    )
