"""The blocks themselves: their HTML, with classes for the theme and no more layout than must hold in any theme.

What a call gives is text and is escaped; what stands between `call` and `endcall` is the article's own Markdown or
HTML. In Markdown a block stands on lines of its own and gets its styles with the rest of the article; HTML is passed
through, so there each block is written with its styles at once.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from html import escape
from textwrap import dedent
from typing import Any, Final

from massctl.model.phrase import Phrase
from massctl.render.blocks.signature import CALL, Given, Signature, given_to, signature, stop
from massctl.render.elements import is_article_link
from massctl.render.page import ExternalLinks

SIGNATURES: Final[Mapping[str, Signature]] = {
    each.name: each
    for each in (
        signature("lead", "text", holds=True, instead="text"),
        signature("button", "text", "url", holds=True, instead="text"),
        signature("divider", "text"),
        signature("product", "title!", "image!", "price", "was", "note", "url", holds=True),
        signature("columns", holds=True),
        signature("column", holds=True),
        signature("person", "name!", "image!", "role", holds=True),
        signature("qr", "image!", "text", "note"),
        signature("copyright", "holder!", "year", "credits{}", "note"),
        signature("footer", "text", "image", "alt", holds=True, instead="text"),
    )
}
SCAN: Final = "长按识别二维码"
"""What stands below a QR code where nothing else is said."""
MARK: Final = "\ue002"
"""Around each column, until the columns around it have found it."""
_SLOT: Final = re.compile("\ue000[0-9]+\ue001")
_PRIVATE: Final = re.compile("[\ue000-\ue002]")
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_LINK: Final = re.compile(r"<a\s|\]\(", re.IGNORECASE)
"""How a link begins in HTML, or goes on in Markdown."""
_LINES: Final = re.compile(r"\s*\n\s*")


class Blocks:
    """What one article calls; each block is an attribute."""

    def __init__(self, *, is_markdown: bool, external_links: ExternalLinks, styled: Callable[[str], str]) -> None:
        """`styled` puts the theme onto a piece of HTML; it is asked where Markdown does not follow."""
        self.has_styled = False
        """A block was given its styles here."""
        self._is_markdown = is_markdown
        self._external_links = external_links
        self._styled = styled
        self._slots: dict[str, str] = {}
        self._columns_open = 0
        for name in SIGNATURES:
            setattr(self, name, partial(self._call, name))

    def _call(self, name: str, *args: Any, caller: Callable[[], str] | None = None, **kwargs: Any) -> str:
        """Write a block; raises TemplateStop where the call is wrong."""
        block = SIGNATURES[name]
        given = given_to(block, args, kwargs, holds=caller is not None)
        if name == "column" and not self._columns_open:
            raise stop(block, Phrase("{block} must be inside {around}", block=block.shown, around="blocks.columns"))
        self._columns_open += name == "columns"
        held = caller() if caller is not None else ""
        self._columns_open -= name == "columns"
        return self._placed(_WRITERS[name](self, given, held), name)

    def _placed(self, html: str, name: str) -> str:
        """Give a block as it stands in the article."""
        if self._is_markdown:
            # Blank lines around it, so that what goes before is not indented code and what follows is Markdown.
            return f"\n\n{html}\n\n"
        if name == "column":
            return html  # It gets its styles with the columns around it.
        self.has_styled = True
        return _SLOT.sub(lambda found: self._slots.get(found[0], ""), self._styled(html))

    def held(self, written: str) -> str:
        """Give what stands in a block; in HTML a place for it, so that it keeps its bytes."""
        plain = _PRIVATE.sub("", written)
        if self._is_markdown:
            return f"\n\n{dedent(plain).strip(chr(10))}\n\n" if plain.strip() else ""
        slot = f"\ue000{len(self._slots)}\ue001"
        self._slots[slot] = plain
        return slot

    def link(self, block: Signature, text: str, url: str) -> str:
        """Write a link; raises TemplateStop for one that WeChat would take out."""
        if not is_article_link(url) and not (self._external_links == "keep" and _ADDRESS.fullmatch(url)):
            say = Phrase("{block} links to {address}, and WeChat removes such links", block=block.shown, address=url)
            hint = Phrase("link to an article on mp.weixin.qq.com, show a QR code, or write it as content_source_url")
            raise stop(block, say, hint)
        return f'<a href="{escape(url)}">{text}</a>'

    def two_columns(self, held: str) -> str:
        """Write two columns side by side; raises TemplateStop where there are not two, or something beside them."""
        block = SIGNATURES["columns"]
        pieces = held.split(MARK)
        if len(pieces) != 5:
            say = Phrase(
                "{block} needs exactly two columns, and here are {count}", block=block.shown, count=len(pieces) // 2
            )
            raise stop(block, say, Phrase("write {call} twice in it", call="{% call blocks.column() %}"))
        if any(piece.strip() for piece in pieces[::2]):
            say = Phrase("{block} may contain only columns, and here is something else", block=block.shown)
            raise stop(block, say, Phrase("write it into one of the columns, or after them"))
        second = pieces[3].replace("width:48%", "width:48%;margin-left:4%", 1)
        return f'<section class="columns">{pieces[1]}{second}</section>'


def _lead(blocks: Blocks, given: Given, held: str) -> str:
    return f'<section class="lead">{_words(given, "text") or blocks.held(held)}</section>'


def _button(blocks: Blocks, given: Given, held: str) -> str:
    form = SIGNATURES["button"]
    if ("text" in given) != ("url" in given):
        say = Phrase("{block} accepts `text` and `url` together, or a link in {call}", block=form.shown, call=CALL)
        raise stop(form, say)
    if "text" in given:
        return f'<section class="button">{blocks.link(form, _words(given, "text"), given["url"])}</section>'
    if not _LINK.search(held):
        raise stop(form, Phrase("{block} needs a link, and here is none", block=form.shown))
    return f'<section class="button">{blocks.held(held)}</section>'


def _divider(_: Blocks, given: Given, __: str) -> str:
    text = _words(given, "text")
    return f'<section class="divider"><span class="divider-text">{text}</span></section>' if text else "<hr>"


def _product(blocks: Blocks, given: Given, held: str) -> str:
    title, url = _words(given, "title"), given.get("url")
    name = blocks.link(SIGNATURES["product"], title, url) if url else title
    price = f'<span class="price">{_words(given, "price")}</span>' if "price" in given else ""
    was = f' <s class="was">{_words(given, "was")}</s>' if "was" in given else ""
    lines = [
        f'<p class="product-title">{name}</p>',
        f'<p class="product-note">{_words(given, "note")}</p>' if "note" in given else "",
        f'<p class="product-price">{price}{was}</p>' if price or was else "",
    ]
    return _beside("product", 32, _picture(given, "title"), "".join(lines) + _rest(blocks, held))


def _person(blocks: Blocks, given: Given, held: str) -> str:
    face = _picture(given, "name", "border-radius:50%;aspect-ratio:1;object-fit:cover")
    role = f'<p class="person-role">{_words(given, "role")}</p>' if "role" in given else ""
    return _beside("person", 20, face, f'<p class="person-name">{_words(given, "name")}</p>{role}{_rest(blocks, held)}')


def _column(blocks: Blocks, _: Given, held: str) -> str:
    style = "display:inline-block;width:48%;vertical-align:top"
    return f'{MARK}<section class="column" style="{style}">{blocks.held(held)}</section>{MARK}'


def _columns(blocks: Blocks, _: Given, held: str) -> str:
    return blocks.two_columns(held)


def _qr(_: Blocks, given: Given, __: str) -> str:
    text = _words(given, "text") or SCAN
    note = f'<p class="qr-note">{_words(given, "note")}</p>' if "note" in given else ""
    shown = f'<img src="{escape(given["image"])}" alt="{text}" style="display:block;width:46%;margin:0 auto">'
    return f'<section class="qr">{shown}<p class="qr-text">{text}</p>{note}</section>'


def _copyright(_: Blocks, given: Given, __: str) -> str:
    year = f"{_words(given, 'year')} " if "year" in given else ""
    who = [f"{escape(what)}：{escape(name)}" for what, name in given.get("credits", {}).items()]
    lines = [*who, f"© {year}{_words(given, 'holder')}", _words(given, "note")]
    return f'<section class="copyright">{"".join(f"<p>{line}</p>" for line in lines if line)}</section>'


def _footer(blocks: Blocks, given: Given, held: str) -> str:
    style = "display:block;width:24%;margin:0 auto"
    alt = _words(given, "alt") or _words(given, "text")
    image = f'<img src="{escape(given["image"])}" alt="{alt}" style="{style}">' if "image" in given else ""
    text = f"<p>{_words(given, 'text')}</p>" if "text" in given else blocks.held(held)
    return f'<section class="footer">{image}{text}</section>'


_WRITERS: Final[Mapping[str, Callable[[Blocks, Given, str], str]]] = {
    "lead": _lead,
    "button": _button,
    "divider": _divider,
    "product": _product,
    "columns": _columns,
    "column": _column,
    "person": _person,
    "qr": _qr,
    "copyright": _copyright,
    "footer": _footer,
}


def _beside(name: str, share: int, picture: str, text: str) -> str:
    """Set text beside a picture that has so many percent of the width."""
    place = "display:inline-block;vertical-align:middle"
    return (
        f'<section class="{name}"><section class="{name}-image" style="{place};width:{share}%">{picture}</section>'
        f'<section class="{name}-text" style="{place};width:{94 - share}%;margin-left:5%">{text}</section></section>'
    )


def _picture(given: Given, alt: str, more: str = "") -> str:
    style = f"display:block;width:100%;margin:0;{more}".rstrip(";")
    return f'<img src="{escape(given["image"])}" alt="{_words(given, alt)}" style="{style}">'


def _rest(blocks: Blocks, held: str) -> str:
    return blocks.held(held) if held.strip() else ""


def _words(given: Given, name: str) -> str:
    """Write what was given as HTML, on one line of the source, since a blank line ends HTML in Markdown."""
    return _LINES.sub("<br>", escape(_PRIVATE.sub("", given.get(name, ""))))
