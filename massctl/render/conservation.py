"""Compare the body of an article with its source, so that nothing is lost.

Markdown: the tokens of the source give an inventory. The finished text is parsed again and must hold each piece of it.
HTML: the source and the body are parsed, and may differ only in the values of attributes. So no pass between the two
has to be trusted. A body has the type `Conserved`, and only this module makes one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import unescape
from typing import TYPE_CHECKING, Final, NewType

from msgspec import Struct, field

from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.article_file import ArticleFile
from massctl.render.elements import is_script, writer_row
from massctl.render.formula import Formula
from massctl.render.highlight import TAB
from massctl.render.html_scan import COMMENT_ENDS, Tag, tags
from massctl.render.link_tag import LinkTag
from massctl.render.links import has_scheme, meant
from massctl.render.paths import is_pixel, is_spacer
from massctl.render.styles import pictures_in
from massctl.render.tree import MARKER, Element, escaped_value, lexbor_tree, parse, serialized

if TYPE_CHECKING:
    from markdown_it.token import Token
    from selectolax.lexbor import LexborHTMLParser

Conserved = NewType("Conserved", str)
"""A body that `conserved` or `conserved_html` returned."""
NOTHING = Conserved("")
"""The body of an article that cannot be sent."""

UNSELECTED = "[style*='user-select:none']"
"""The numbers of lines of code, which are not part of it."""
_TEXT_LOST = Phrase("text is missing from the rendered article: `{text}`")

_COMPONENTS = ("mp", "qqmusic", "iframe")
"""How the names of WeChat's components begin. Repeated here, so that a wrong row of the table is found."""

# The only things that a body may lack; docs/reference/wechat-html.md lists them.
_EMOJI_NAME = re.compile(r":[a-z0-9_+-]{1,40}:")
"""It becomes its emoji."""
_TASK = re.compile(r"^\[[ xX]\] ")
"""It becomes a box."""
_DECLARATION = re.compile(r"<(?:!\[CDATA\[|!doctype\b|\?)[^>]*>?", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)|" + _DECLARATION.pattern, re.DOTALL | re.IGNORECASE)
"""Nobody sees a comment, a declaration or an instruction."""
_ADDRESS_ONLY = "mailto:"
"""It is not written in front of an address at the end of the article."""
# Besides: pictures of one pixel, a heading at the beginning that is the title (`markdown._without_title`), comments,
# and what is a fault already.


class Inventory(Struct):
    """What the source of a Markdown article contains, each piece as written."""

    texts: list[str] = field(default_factory=list)
    """Runs of text without blanks."""
    codes: list[str] = field(default_factory=list)
    """Code, with its blanks and line ends."""
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    components: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """WeChat's components: the tag as written, and its name and data as they must be in the body."""
    formulas: list[str] = field(default_factory=list)
    """The TeX of those that are drawn."""
    shown_formulas: Sequence[Formula] = ()
    cells: int = 0
    open_tables: int = 0
    """Of raw HTML, while the inventory is taken."""


def conserved(tree: Element, sources: Sequence[tuple[Inventory, ArticleFile]]) -> Conserved:
    """Serialise a Markdown article, and report to each page what the body lacks of its inventory."""
    body = serialized(tree)
    for source, page in sources:
        if f"{MARKER}=" in body:
            page.report(
                Fault(
                    "MC308",
                    Phrase("a browser reads markup here in another way than it looks"),
                    Phrase("check for a missing quotation mark or `>`"),
                    needle="<![",
                )
            )
        if not page.is_faulty:
            page.faults += _missing(body, source, page)
    return Conserved(body)


def conserved_html(body: str, source: str, page: ArticleFile) -> Conserved:
    """Return the body of an HTML article, and report a difference other than the values of attributes."""
    if (
        not page.is_faulty
        and body != source
        and _outline(lexbor_tree(source)) != _outline(lexbor_tree(body))
    ):
        page.report(
            _lost(
                Phrase(
                    "the article with its pictures differs from the file in more than their addresses"
                )
            )
        )
    return Conserved(body)


def with_tag(body: Conserved, track: LinkTag) -> Conserved:
    """Return a body whose links to own sites carry the campaign's link tag; nothing else of it changes."""
    return Conserved(track.content(body))


def _outline(tree: "LexborHTMLParser") -> tuple[str, list[str | None], list[list[str]]]:
    """Return the text, the tags and the names of the attributes of an HTML article, without spacers."""
    nodes = [node for node in tree.css("*") if node.tag != "img" or not is_spacer(node.attributes)]
    return (
        tree.body.text() if tree.body else "",
        [node.tag for node in nodes],
        [[*node.attributes] for node in nodes],
    )


def of_markdown(
    tokens: "Sequence[Token]",
    notes: "Sequence[Sequence[Token]]",
    formulas: Sequence[Formula],
) -> Inventory:
    """Take the inventory of an article's Markdown; `formulas` are the drawn formulas (`ArticleFile.formulas`)."""
    found = Inventory(shown_formulas=formulas)
    for each in (tokens, *notes):
        _take(each, found)
    return found


def _take(tokens: "Sequence[Token]", found: Inventory) -> None:
    begins_entry = False
    for token in tokens:
        if token.type == "inline":
            children = token.children or ()
            if begins_entry and children and children[0].type == "text":
                found.texts += _runs(_TASK.sub("", children[0].content))
                children = children[1:]
            _take(children, found)
            begins_entry = False
        elif token.type == "list_item_open":
            begins_entry = True
        elif (take := _TAKES.get(token.type)) is not None:
            take(token, found)


def _take_formula(token: "Token", found: Inventory) -> None:
    number = token.meta.get("formula")
    shown = "<svg" if number is None else found.shown_formulas[number].shown
    if "<svg" in shown:
        found.formulas.append(" ".join(token.content.split()))
    elif shown:
        found.texts.append(_without_blanks(parse(shown).text()))


def _take_cell(_: "Token", found: Inventory) -> None:
    found.cells += 1


_TAKES: "Final[Mapping[str, Callable[[Token, Inventory], None]]]" = {
    "text": lambda token, found: found.texts.extend(_runs(token.content)),
    "code_inline": lambda token, found: found.codes.append(_plain(token.content.expandtabs(TAB))),
    "fence": lambda token, found: found.codes.append(_plain(token.content.removesuffix("\n"))),
    "code_block": lambda token, found: found.codes.append(_plain(token.content.removesuffix("\n"))),
    "image": lambda token, found: found.pictures.append(str(token.attrs.get("src", ""))),
    "link_open": lambda token, found: found.links.append(str(token.attrs.get("href", ""))),
    "html_inline": lambda token, found: _take_html(token.content, found),
    "html_block": lambda token, found: _take_html(token.content, found),
    "td_open": _take_cell,
    "th_open": _take_cell,
    "formula": _take_formula,
    "callout_open": lambda token, found: found.texts.extend(_runs(token.content)),
}
"""How each token adds to the inventory; other tokens hold nothing themselves."""


def _take_html(html: str, found: Inventory) -> None:
    """Take the inventory of raw HTML; an element may open in one token and close in another."""
    end = 0
    for tag in tags(html):
        found.texts += _runs(_shown_text(html[end : tag.start]))
        end = tag.end
        known = writer_row(tag.name)
        if known is None:
            found.texts.append(_without_blanks(unescape(html[tag.start : tag.end])))
        elif not tag.closing:
            _take_tag(tag, html, found)
        elif tag.name == "table":
            found.open_tables -= found.open_tables > 0
    found.texts += _runs(_shown_text(html[end:]))


def _take_tag(tag: Tag, html: str, found: Inventory) -> None:
    known = writer_row(tag.name)
    attributes = {each.name: each.value for each in reversed(tag.attributes)}
    if tag.name == "a" and "data-miniprogram-appid" not in attributes:
        found.links.append(attributes.get("href", ""))
    found.open_tables += tag.name == "table"
    # Outside a table, browsers drop the tag of a cell and keep its text.
    found.cells += tag.name in ("td", "th") and found.open_tables > 0
    sources = known.pictures if known is not None else ()
    if tag.name.startswith(_COMPONENTS):
        data = [
            f'{key}="{escaped_value(value)}"'
            for key, value in attributes.items()
            if value and key not in sources
        ]
        data = [each for each in data if not each.startswith(("id=", "style="))]
        found.components.append((html[tag.start : tag.end], (f"<{tag.name}", *data)))
    if tag.name == "img":
        sources = ("data-src",) if attributes.get("data-src", "").strip() else ("src",)
    for name in sources:
        address = attributes.get(name, "").strip()
        if address and not (name.endswith("href") and address.startswith("#")):
            found.pictures.append(address)
    found.pictures += [
        address for _, address in pictures_in(attributes.get("style", "")) if not is_script(address)
    ]


def _shown_text(html: str) -> str:
    """Return what HTML without tags shows."""
    # Behind the last end of a comment, each beginning of one would be followed to the end of the text.
    end = max(html.rfind(each) + len(each) for each in COMMENT_ENDS)
    shown = _COMMENT.sub("", html[:end]) + _DECLARATION.sub("", html[end:])
    return _TASK.sub("", unescape(shown).lstrip())


def _runs(text: str) -> list[str]:
    if ":" in text:
        return [run for piece in _EMOJI_NAME.split(text) if (run := _without_blanks(piece))]
    run = _without_blanks(text)
    return [run] if run else []


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _plain(code: str) -> str:
    return code.replace("\u00a0", " ")


def _missing(body: str, source: Inventory, page: ArticleFile) -> Iterator[Fault]:
    """Find what a finished body lacks of an inventory."""
    # A line end of code is an element in the body.
    tree = lexbor_tree(body.replace("<br>", "\n"))
    whole = tree.body.text() if tree.body is not None else ""
    yield from _missing_texts(_without_blanks(whole), source.texts)
    for number in tree.css(UNSELECTED) if "user-select:none" in body else ():
        number.decompose()
    code = _plain(tree.body.text() if tree.body is not None else "")
    position = 0
    for each in source.codes:
        at = code.find(each, position)
        if at < 0 and (at := code.find(each)) < 0:
            yield _lost(Phrase("code is missing from the rendered article: `{text}`"), each)
        else:
            position = at + len(each)
    yield from _missing_links(body, whole, source.links, page)
    for address, count in Counter(source.pictures).items():
        placed = None if is_pixel(address) else page.picture(address, address)
        if placed is not None and body.count(escaped_value(placed[0])) < count:
            yield _lost(Phrase("a picture is missing from the rendered article: `{text}`"), address)
    for written, data in dict.fromkeys(source.components):
        if not all(each in body for each in data) or body.count(data[0]) < source.components.count(
            (written, data)
        ):
            yield _lost(
                Phrase("a component of WeChat is missing from the rendered article: `{text}`"),
                written,
            )
    for tex, count in Counter(source.formulas).items():
        if body.count(f'="{escaped_value(tex)}"') < count:
            yield _lost(Phrase("a formula is missing from the rendered article: `{text}`"), tex)
    # A selector would take as long as the parser took.
    if source.cells and len(tree.tags("td")) + len(tree.tags("th")) < source.cells:
        yield _lost(Phrase("a cell of a table is missing from the rendered article"))


def _missing_texts(whole: str, texts: Sequence[str]) -> Iterator[Fault]:
    """Find the first text that the body lacks, or has less often than the source.

    If the runs follow each other as in the source, all of them are there. Otherwise each character is counted as well.
    """
    position = 0
    in_order = True
    for run in texts:
        at = whole.find(run, position)
        if at < 0:
            in_order = False
            at = whole.find(run)
            if at < 0:
                yield _lost(_TEXT_LOST, run)
                return
        position = at + len(run)
    wanted, there = (
        (Counter(), Counter()) if in_order else (Counter("".join(texts)), Counter(whole))
    )
    for character, count in wanted.items():
        if count > there[character]:
            yield _lost(_TEXT_LOST, next(each for each in texts if character in each))
            return


def _missing_links(
    body: str, whole: str, links: Sequence[str], page: ArticleFile
) -> Iterator[Fault]:
    from markdown_it.common.normalize_url import normalizeLink

    for said in dict.fromkeys(links):
        address = meant(said.strip())
        if not has_scheme(address) or is_script(address):
            continue
        kept = f'href="{escaped_value(normalizeLink(address))}"'
        if (
            kept not in body
            and f'href="{escaped_value(said)}"' not in body
            and address.removeprefix(_ADDRESS_ONLY) not in whole
            and page.track.address(address) not in whole
        ):
            say = Phrase("the address of a link is missing from the rendered article: `{text}`")
            yield _lost(say, said)


def _lost(say: Phrase, piece: str = "") -> Fault:
    return Fault(
        "MC350",
        Phrase(say, text=" ".join(piece.split())[:60]),
        Phrase(
            "this is a fault of massctl: please report it; until it is mended, write this piece in another way"
        ),
        needle=piece.partition("\n")[0],
    )
