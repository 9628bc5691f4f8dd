"""Write the tree of a plain article as Markdown."""

import re
from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from massctl.importer.article import FOOTNOTE, FORMULA, write_formulas
from massctl.model.frozen import Frozen
from massctl.render.tree import Element, serialized, written_attributes

_BLOCK_NAMES = (
    "address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5"
    " h6 header hr li main nav ol p pre section summary table tbody thead tfoot tr td th ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_RAW = frozenset({"sub", "sup", "u", "ruby", "rt", "rp", "mark", "kbd", "big", "small"})
_BLANK = re.compile(r"[ \t\r\n\f]+")
_SIGNS = re.compile(
    r"([\\`*_\[\]<>$~^])|(=(?==)|(?<==)=)|(&(?=#?\w+;))|(!(?=$))|(\{(?=[\u2e80-\u9fff\uf900-\ufaff]+\|))"
)
_LINE_BEGIN = re.compile(
    r"^(\s*)(#{1,6}(?=\s|$)|[+\-](?=\s|$)|[=-]+\s*$|:::|:(?=\s)|>|\||(\d{1,9})([.)])(?=\s|$))"
)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.IGNORECASE)
_ITALIC = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9]")


class TextRun(Frozen):
    """A run of text with what is on it."""

    text: str
    bold: bool = False
    italic: bool = False
    struck: bool = False
    link: str = ""
    is_raw: bool = False
    """Markdown or HTML already."""


_BREAK = TextRun("\\\n", is_raw=True)


def as_markdown(root: Element) -> str:
    """Write an article as Markdown."""
    write_formulas(root)
    notes: list[str] = []
    blocks = [block for block in _blocks(root, notes) if block.strip()]
    return "\n\n".join([*blocks, *notes]) + "\n"


def _blocks(element: Element, notes: list[str]) -> Iterator[str]:
    run: list[TextRun] = []
    before: Element | None = None
    for child in element.children:
        if isinstance(child, Element) and (child.name in _BLOCKS or _holds_block(child)):
            yield _paragraph(run)
            run = []
            if before is not None and before.name == child.name in ("ul", "ol"):
                # Two lists in a row are two, if their marks differ.
                child.attributes["marks"] = "" if before.get("marks") else "other"
            before = child
            yield from _block(child, notes)
        else:
            before = None
            run += _pieces(child, TextRun(""))
    yield _paragraph(run)


def _holds_block(element: Element) -> bool:
    return any(each.name in _BLOCKS for each in element.below() if each is not element)


def _block(element: Element, notes: list[str]) -> Iterator[str]:
    name = element.name
    if name == FOOTNOTE:
        text = "\n\n".join(block for block in _blocks(element, notes) if block)
        notes.append(f"[^{element.attributes['number']}]: {_indented(text, 4)}")
    elif (write := _WRITERS.get(name)) is not None:
        yield write(element, notes)
    elif aligned := element.attributes.get("align", ""):
        text = "\n\n".join(block for block in _blocks(element, notes) if block.strip())
        yield f'<div align="{aligned}">\n\n{text}\n\n</div>' if text else ""
    else:
        yield from _blocks(element, notes)


def _heading(element: Element, notes: list[str]) -> str:
    text = (
        _inline(_pieces_below(element, TextRun(""))).replace("\\\n", " ").replace("\n", " ").strip()
    )
    return f"{'#' * int(element.name[1])} {text}" if text else ""


def _quote(element: Element, notes: list[str]) -> str:
    text = "\n\n".join(block for block in _blocks(element, notes) if block.strip())
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n")) if text else ""


def _list(element: Element, notes: list[str]) -> str:
    bullet, point = ("*", ")") if element.get("marks") else ("-", ".")
    number = (
        int(element.attributes.get("start") or 1)
        if element.attributes.get("start", "1").isdecimal()
        else 1
    )
    items: list[str] = []
    loose = False
    for child in element.elements:
        if child.name in ("ul", "ol"):
            # A list directly in a list belongs to the entry before.
            items.append(
                _indented(_list(child, notes), 2 if element.name == "ul" else 3, first=True)
            )
            continue
        if child.attributes.get("value", "").isdecimal():
            number = int(child.attributes["value"])
        blocks = [block for block in _blocks(child, notes) if block.strip()]
        mark = f"{bullet} " if element.name != "ol" else f"{number}{point} "
        # HTML goes on until an empty line.
        is_html = len(blocks) > 1 and blocks[0].endswith(">")
        entries = (re.match(r"(?:[-*] |\d+[.)] )", block) for block in blocks[1:])
        tight = not is_html and all(entries)
        loose = loose or not tight
        items.append(mark + _indented(("\n" if tight else "\n\n").join(blocks), len(mark)))
        number += 1
    return ("\n\n" if loose else "\n").join(items)


def _indented(text: str, width: int, *, first: bool = False) -> str:
    lines = text.split("\n")
    pad = " " * width
    return "\n".join(
        pad + line if line and (first or at) else line for at, line in enumerate(lines)
    )


def _code(element: Element, notes: list[str]) -> str:
    codes = [each for each in element.elements if each.name == "code"]
    text = "\n".join(map(_code_text, codes)) if codes else _code_text(element)
    text = text.replace("\u00a0", " ").strip("\n")
    longest = max((len(each) for each in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    language = element.attributes.get("data-lang", "")
    return (
        f"{fence}{language if re.fullmatch(r'[a-z0-9+#-]+', language) else ''}\n{text}\n{fence}"
        if text
        else ""
    )


def _code_text(element: Element) -> str:
    return "".join(
        each if isinstance(each, str) else "\n" if each.name == "br" else _code_text(each)
        for each in element.children
    )


def _table(element: Element, notes: list[str]) -> str:
    rows = [
        [cell for cell in row.elements if cell.name in ("td", "th")]
        for row in element.below()
        if row.name == "tr"
    ]
    rows = [row for row in rows if row]
    cells = [cell for row in rows for cell in row]
    is_plain = (
        len({len(row) for row in rows}) == 1
        and all(cell.name == "th" for cell in rows[0])
        and not any(
            {"colspan", "rowspan"} & cell.attributes.keys() or _is_deep(cell) for cell in cells
        )
    )
    if not is_plain:
        for each in _outside_marks(element):
            each.attributes = {
                key: each.attributes[key] for key in _TABLE_KEYS if key in each.attributes
            }
        return _raw(element, notes)
    lines = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    columns = [set(map(_alignment, column)) for column in zip(*rows, strict=True)]
    rules = [_RULES.get(each.pop(), "---") if len(each) == 1 else "---" for each in columns]
    return "\n".join([lines[0], f"| {' | '.join(rules)} |", *lines[1:]])


def _outside_marks(element: Element) -> Iterator[Element]:
    return (each for each in element.below() if each.name not in (FORMULA, FOOTNOTE))


def _raw(element: Element, notes: list[str]) -> str:
    """Write a part of a table as HTML; a cell with formulas or marks of notes holds Markdown between empty lines."""
    is_marked = any(each.name in (FORMULA, FOOTNOTE) for each in element.below())
    if element.name in ("td", "th") and is_marked:
        inner = "\n\n".join(block for block in _blocks(element, notes) if block.strip())
        inner = f"\n\n{inner}\n\n"
    elif is_marked:
        inner = "".join(_raw(each, notes) for each in element.elements)
    else:
        holder = Element("body")
        holder.children = [element]
        return re.sub(r"\n\s*\n+", "\n", serialized(holder).strip())
    return f"<{element.name}{written_attributes(element.attributes)}>{inner}</{element.name}>"


def _alignment(cell: Element) -> str:
    """Return how the words of a cell are aligned, or the only block in it."""
    inside = cell.elements[0].get("align") if len(cell.elements) == 1 else ""
    return cell.get("align") or inside


_RULES = {"": "---", "left": ":---", "center": ":---:", "right": "---:"}

_TABLE_KEYS = ("colspan", "rowspan", "align", "class", "start", "href", "src", "alt")


def _is_deep(cell: Element) -> bool:
    blocks = [each for each in cell.below() if each.name in _BLOCKS and each is not cell]
    return len(blocks) > 1 or any(
        each.name != "p" and each.name not in ("section", "div") for each in blocks
    )


def _cell(cell: Element) -> str:
    text = _inline(_pieces_below(cell, TextRun("")))
    return text.strip().replace("|", "\\|").replace("\\\n", "<br>").replace("\n", " ")


_WRITERS: dict[str, Callable[[Element, list[str]], str]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    "blockquote": _quote,
    "ul": _list,
    "ol": _list,
    "pre": _code,
    "table": _table,
    "hr": lambda element, notes: "---",
}


def _paragraph(run: Sequence[TextRun]) -> str:
    text = _inline(run)
    while text.startswith("\\\n"):
        text = text[2:].lstrip(" ")
    while (bare := text.rstrip(" \u00a0")).endswith("\\\n"):
        text = bare[:-2].rstrip(" ")
    text = "\\\n".join(line.strip(" \n") for line in text.split("\\\n"))
    lines = []
    for line in text.split("\n"):
        found = _LINE_BEGIN.match(line)
        if found is None or line.startswith("!["):
            lines.append(line)
        elif found[3]:
            lines.append(f"{found[1]}{found[3]}\\{found[4]}{line[found.end() :]}")
        else:
            lines.append(f"{found[1]}\\{line[len(found[1]) :]}")
    return "\n".join(lines).strip(" \n")


def _pieces(node: Element | str, on: TextRun) -> list[TextRun]:
    if isinstance(node, str):
        return [replace(on, text=_BLANK.sub(" ", node).replace("\u200b", ""))]
    if node.name == "br":
        return [_BREAK]
    if (text := _of_word(node)) is not None or (text := _ready(node)) is not None:
        # A picture is not bold.
        return [
            TextRun(text, link=on.link, is_raw=True)
            if node.name == "img"
            else replace(on, text=text, is_raw=True)
        ]
    name = node.name
    style = node.attributes.get("style", "")
    on = replace(
        on,
        bold=on.bold or name in ("strong", "b") or bool(_BOLD.search(style)),
        italic=on.italic
        or name in ("em", "i", "cite", "dfn", "var")
        or bool(_ITALIC.search(style)),
        struck=on.struck or name in ("del", "s", "strike") or bool(_STRUCK.search(style)),
        link=_address(node) or on.link,
    )
    return _pieces_below(node, on)


def _ready(node: Element) -> str | None:
    """Write an element that is Markdown or HTML of its own; None for one that only marks its text."""
    if node.name == "img":
        return _picture(node)
    if node.name == FOOTNOTE:
        return f"[^{node.attributes['number']}]"
    if node.name == "code":
        text = _code_text(node).replace("\u00a0", " ")
        ticks = "`" * (max((len(each) for each in re.findall(r"`+", text)), default=0) + 1)
        pad = " " if text.startswith("`") or text.endswith("`") else ""
        return f"{ticks}{pad}{text}{pad}{ticks}" if text.strip() else ""
    if node.name in _RAW and node.text().strip():
        return f"<{node.name}>{_inline(_pieces_below(node, TextRun('')))}</{node.name}>"
    return None


def _of_word(node: Element) -> str | None:
    """Write what only the reader of Word makes: formulas, ruby, and words with a class of themes."""
    if node.name == FORMULA:
        return node.text().replace("\n", " ")
    if node.name == "ruby" and (found := _RUBY.fullmatch(_ruby(node))) is not None:
        return found[0]
    if node.name == "span" and (kind := node.attributes.get("class")) and node.text().strip():
        return f'<span class="{kind}">{_inline(_pieces_below(node, TextRun("")))}</span>'
    return None


_RUBY = re.compile(r"\{[\u2e80-\u9fff\uf900-\ufaff]+\|[^{}|\n]+\}")


def _ruby(node: Element) -> str:
    base = "".join(each for each in node.children if isinstance(each, str))
    read = "".join(each.text() for each in node.elements if each.name == "rt")
    return f"{{{base}|{read}}}"


def _pieces_below(element: Element, on: TextRun) -> list[TextRun]:
    found: list[TextRun] = []
    for child in element.children:
        is_block = isinstance(child, Element) and child.name in _BLOCKS
        if is_block and found and found[-1] is not _BREAK:
            found.append(_BREAK)
        found += _pieces(child, on)
        if is_block:
            found.append(_BREAK)
    while (
        found and found[-1] is _BREAK and element.children and not _is_break(element.children[-1])
    ):
        found.pop()
    return found


def _is_break(node: Element | str) -> bool:
    return isinstance(node, Element) and node.name == "br"


def _address(element: Element) -> str:
    address = element.attributes.get("href", "").strip() if element.name == "a" else ""
    return "" if address.startswith("#") else address


def _picture(element: Element) -> str:
    alt = _BLANK.sub(" ", element.attributes.get("alt", "")).strip()
    return f"![{_escaped(alt)}]({_target(element.attributes.get('src', '').strip())})"


def _target(address: str) -> str:
    if re.search(r"[\s()<>]", address) or not address:
        return "<" + address.replace("<", "%3C").replace(">", "%3E").replace("\n", "") + ">"
    return address


def _escaped(text: str) -> str:
    return _SIGNS.sub(lambda found: "\\" + found[0], text)


def _inline(pieces: Sequence[TextRun]) -> str:
    merged: list[TextRun] = []
    for each in pieces:
        if merged and _like(merged[-1], each):
            merged[-1] = _joined(merged[-1], each)
        elif each.text:
            merged.append(each)
    out: list[str] = []
    at = 0
    while at < len(merged):
        end = at + 1
        while end < len(merged) and merged[at].link and merged[end].link == merged[at].link:
            end += 1
        group = merged[at:end]
        before = out[-1][-1:] if out and out[-1] else ""
        inner = ""
        for each, behind in zip(group, [*group[1:], *merged[end : end + 1], None], strict=False):
            after = behind.text[:1] if behind is not None else ""
            inner += _marked(each, inner[-1:] or before, after)
        if merged[at].link and inner.strip():
            lead = inner[: len(inner) - len(inner.lstrip(" "))]
            inner = f"{lead}[{inner.strip(' ')}]({_target(merged[at].link)}){inner[len(inner.rstrip(' ')) :]}"
        is_note = bool(out) and _MARK_OF_NOTE.search(out[-1]) is not None
        inner = _AFTER_NOTE.get(inner[:1], inner[:1]) + inner[1:] if is_note else inner
        out.append(_apart(before, inner))
        at = end
    return (
        re.sub(r" {2,}", " ", "".join(out))
        if not any("`" in each for each in out)
        else "".join(out)
    )


_MARK_OF_NOTE = re.compile(r"(?<!\\)\[\^\d+\]$")
_AFTER_NOTE = {"(": "&#40;", ":": "&#58;"}
"""Behind the mark of a note such a sign would make a link or a definition of it."""


def _like(one: TextRun, other: TextRun) -> bool:
    """Whether signs stand around both together."""
    is_marked = one.bold or one.italic or one.struck
    bare = (replace(one, text="", is_raw=False), replace(other, text="", is_raw=False))
    return bare[0] == bare[1] and (is_marked or not (one.is_raw or other.is_raw))


def _joined(one: TextRun, other: TextRun) -> TextRun:
    if one.is_raw == other.is_raw:
        text = _apart(one.text, other.text) if one.is_raw else other.text
        return replace(one, text=one.text + text)
    first, second = (each.text if each.is_raw else _escaped(each.text) for each in (one, other))
    return replace(one, text=first + second, is_raw=True)


def _apart(before: str, code: str) -> str:
    """Keep code apart from code before it, whose marks would be one."""
    return f"<!-- -->{code}" if before[-1:] == code[:1] == "`" else code


def _marked(piece: TextRun, before: str, after: str) -> str:
    text = piece.text if piece.is_raw else _escaped(piece.text)
    core = text.strip()
    if not core or piece is _BREAK or not (piece.bold or piece.italic or piece.struck):
        return text
    lead = text[: len(text) - len(text.lstrip())]
    trail = text[len(text.rstrip()) :]
    first = core[0]
    last = core[-1]
    # Signs beside a letter do not open or close emphasis.
    is_beside = not lead and before == "*"
    is_framed = piece.struck and (piece.bold or piece.italic)
    torn = (
        is_beside
        or (not lead and _WORD.match(before) and (is_framed or not first.isalnum()))
        or (not trail and _WORD.match(after) and (is_framed or not last.isalnum()))
    )
    for is_on, mark, tag in (
        (piece.struck, "~~", "s"),
        (piece.italic, "*", "em"),
        (piece.bold, "**", "strong"),
    ):
        if is_on:
            core = f"<{tag}>{core}</{tag}>" if torn else f"{mark}{core}{mark}"
    return f"{lead}{core}{trail}"
