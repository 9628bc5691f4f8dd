"""HTML of any kind to HTML that WeChat keeps: one walk over the tree that an HTML5 parser made of it.

Nothing that a reader sees is lost: an element that WeChat would rebuild is written as one that it leaves alone, and
of one that means nothing to it what stands inside is written. Classes are for the theme and are gone after inlining.
Both are listed in docs/reference/wechat-html.md, with sources.
"""

from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from massctl.render import safe_blocks as blocks
from massctl.render import safe_links as links
from massctl.render import safe_lists as lists
from massctl.render import safe_pictures as pictures
from massctl.render import safe_tables as tables
from massctl.render import safe_texts as texts
from massctl.render.cjk import has_cjk
from massctl.render.html_rules import FORBIDDEN_ELEMENTS
from massctl.render.page import Page
from massctl.render.safe_writer import Handler, TooMuchError, Writer


def safe_html(html: str, page: Page) -> str:
    """Write a body anew, in one line; faults go to the page, and what they concern is left out."""
    # Said outright, since a comment or a style at the beginning would be taken for the head of a page.
    tree = LexborHTMLParser(f"<body>{html}")
    writer = Writer(page, HANDLERS, is_chinese=has_cjk(html))
    try:
        for body in tree.css("body"):
            writer.children(body)
        links.notes(writer)
    except TooMuchError as error:
        page.report(error.fault)
    return "".join(writer.out)


def _all(handler: Handler, names: str) -> dict[str, Handler]:
    return dict.fromkeys(names.split(), handler)


def _same(names: str) -> dict[str, Handler]:
    return {name: texts.renamed(name) for name in names.split()}


HANDLERS: Final[Mapping[str, Handler]] = {
    **_all(texts.nothing, " ".join(FORBIDDEN_ELEMENTS)),
    **_all(blocks.section, "address article aside div fieldset footer header hgroup main nav search section"),
    **_all(blocks.heading, "h1 h2 h3 h4 h5 h6"),
    **_all(blocks.line, "hr"),
    **_all(blocks.plain_block, "blockquote"),
    **_all(blocks.code_block, "pre"),
    **_all(lists.listing, "ul ol menu dir"),
    **_same("b big em i rp rt ruby s small span strong sub sup u"),
    **_all(texts.renamed("s"), "del strike"),
    **_all(texts.renamed("u"), "ins"),
    **_all(texts.renamed("em"), "cite dfn var"),
    **_all(texts.renamed("span", ' class="highlight"'), "mark"),
    **_all(texts.code, "code kbd samp tt"),
    **_all(pictures.drawing, "svg iframe mp-"),
    "a": links.link,
    "br": texts.line_end,
    "caption": texts.nothing,
    "center": blocks.centred,
    "dd": blocks.definition,
    "details": blocks.details,
    "dl": blocks.terms,
    "dt": blocks.term,
    "figcaption": pictures.caption,
    "figure": pictures.figure,
    "font": texts.coloured,
    "img": pictures.picture,
    "li": lists.lone_entry,
    "massctl-callout": blocks.callout,
    "massctl-formula": texts.formula,
    "massctl-note": links.reference,
    "massctl-text": links.note_text,
    "p": blocks.paragraph,
    "q": texts.quoted,
    "summary": blocks.summary,
    "table": tables.table,
    "title": texts.title,
}
"""What writes each element, `mp-` for every component of WeChat's; of any other one, what stands inside is written."""
