"""The HTML of each block: classes for the theme, and only the layout that must hold in every theme.

What a call gives is text and is escaped; what stands between `call` and `endcall` is the article's own Markdown or
HTML. In Markdown a block stands on lines of its own and gets its styles with the rest of the article; HTML is passed
through, so there each block is written with its styles at once. A block that is made of parts (columns, a timeline)
writes them itself: a part leaves a mark where it stands, and what it was given on the list of the block around it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from textwrap import dedent
from typing import Any
from unicodedata import east_asian_width

from msgspec import field

from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.render.article_file import ExternalLinks
from massctl.render.blocks.cards import SentArticles
from massctl.render.blocks.signature import CALL, Given, Parts, Signature, given_to, signature, stop
from massctl.render.elements import is_article_link

SIGNATURES: Mapping[str, Signature] = {
    each.name: each
    for each in (
        signature("lead", "text", instead="text"),
        signature("button", "text", "url", instead="text"),
        signature("divider", "text"),
        signature("numbers", parts=Parts("number", 1, 3)),
        signature("number", "value!", "unit", "label", inside="numbers"),
        signature("timeline", parts=Parts("entry", 1, 50)),
        signature("entry", "date!", "text", instead="text", inside="timeline"),
        signature("dialogue", parts=Parts("says", 1, 100)),
        signature("says", "name!", "text", "image", "side", instead="text", inside="dialogue"),
        signature("qa", "question!", "answer", instead="answer"),
        signature("product", "title!", "image!", "price", "was", "note", "url", holds=True),
        signature("columns", parts=Parts("column", 2, 2)),
        signature("column", holds=True, inside="columns"),
        signature("person", "name!", "image!", "role", holds=True),
        signature("past", "articles*", "heading"),
        signature("follow", "name", "image", "text", instead="name"),
        signature("qr", "image!", "text", "note"),
        signature("copyright", "holder!", "year", "credits{}", "note"),
        signature("footer", "text", "image", "alt", instead="text"),
    )
}
_PAST = signature("past", "article!", "title", "image")
"""What one article of `blocks.past` is given where it is a mapping."""
PAST_MAX = 20
"""Ours: articles in one block; a longer list is an article of its own."""
NUMBER_WIDTHS = (280, 134, 88)
"""Pixels that one number has alone, beside another, and beside two, on a phone 320 wide with 16 on each side."""
NUMBER_SIZE_MAX = 36
NUMBER_SIZE_MIN = 16
SCAN = "长按识别二维码"
"""The default text below a QR code."""
HEADING = "往期推荐"
"""The default heading above articles that were sent before."""
MARK = "\ue002"
"""Stands around the number of each part until the enclosing block replaces it."""
_TOP = "display:inline-block;vertical-align:top"
"""The style of elements that stand side by side."""
_SLOT = re.compile("\ue000[0-9]+\ue001")
_PRIVATE = re.compile("[\ue000-\ue002]")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_LINK = re.compile(r"<a\s|\]\(", re.IGNORECASE)
"""How a link begins in HTML, or goes on in Markdown."""
_LINES = re.compile(r"\s*\n\s*")


class _Open(Frozen):
    """A block whose content is being written."""

    name: str
    parts: list[tuple[Given, str]] = field(default_factory=list)
    """What each of its parts was given, and what it holds."""


class Blocks:
    """The template library of one article; each block is an attribute."""

    def __init__(
        self,
        *,
        is_markdown: bool,
        external_links: ExternalLinks,
        styled: Callable[[str], str],
        sent: SentArticles,
    ) -> None:
        """`styled` inlines the theme into a piece of HTML; it is called only in HTML articles."""
        self.sent = sent
        """Articles that were sent before."""
        self._is_markdown = is_markdown
        self._external_links = external_links
        self._styled = styled
        self._slots: dict[str, str] = {}
        self._open: list[_Open] = []
        for name in SIGNATURES:
            setattr(self, name, partial(self._call, name))

    def _call(
        self, name: str, *args: Any, caller: Callable[[], str] | None = None, **kwargs: Any
    ) -> str:
        """Write a block; raise FaultError where the call is wrong."""
        block = SIGNATURES[name]
        given = given_to(block, args, kwargs, holds=caller is not None)
        around = self._open[-1] if self._open else None
        if block.inside and (around is None or around.name != block.inside):
            raise stop(
                block,
                Phrase(
                    "{block} must be inside {around}",
                    block=block.shown,
                    around=f"blocks.{block.inside}",
                ),
            )
        here = _Open(name)
        self._open.append(here)
        held = caller() if caller is not None else ""
        self._open.pop()
        if block.inside and around is not None:
            around.parts.append((given, self.content(block, given, held)))
            return f"{MARK}{len(around.parts) - 1}{MARK}"
        if block.parts is not None:
            return self._placed(_PARTS_WRITERS[name](self._parts(block, block.parts, here, held)))
        return self._placed(_WRITERS[name](self, given, held))

    def content(self, block: Signature, given: Given, held: str) -> str:
        """Return the content of a call, or its replacement."""
        return (
            f"<p>{_words(given, block.instead)}</p>" if block.instead in given else self.held(held)
        )

    def _parts(
        self, block: Signature, due: Parts, here: _Open, held: str
    ) -> list[tuple[Given, str]]:
        """Return the parts that a block is made of, in their order; raise FaultError for anything else in it."""
        pieces = held.split(MARK)
        shown = block.shown
        part = f"blocks.{due.name}"
        count = len(pieces) // 2
        if not due.least <= count <= due.most:
            numbers = f"{due.least}" if due.least == due.most else f"{due.least}–{due.most}"
            raise stop(
                block,
                Phrase(
                    "{block} needs {numbers} of {part}, and here are {count}",
                    block=shown,
                    numbers=numbers,
                    part=part,
                    count=count,
                ),
            )
        if any(piece.strip() for piece in pieces[::2]):
            raise stop(
                block,
                Phrase(
                    "{block} may contain only {part}, and here is something else",
                    block=shown,
                    part=part,
                ),
                Phrase("write it into one of them, or after the block"),
            )
        return [here.parts[int(number)] for number in pieces[1::2]]

    def _placed(self, html: str) -> str:
        """Return a block as it is inserted into the article."""
        if self._is_markdown:
            # Blank lines around it, so that what goes before is not indented code and what follows is Markdown.
            return f"\n\n{html}\n\n"
        return _SLOT.sub(lambda found: self._slots.get(found[0], ""), self._styled(html))

    def held(self, written: str) -> str:
        """Return the content of a block; in HTML a slot for it, so that it keeps its bytes."""
        plain = _PRIVATE.sub("", written)
        if self._is_markdown:
            return f"\n\n{dedent(plain).strip(chr(10))}\n\n" if plain.strip() else ""
        slot = f"\ue000{len(self._slots)}\ue001"
        self._slots[slot] = plain
        return slot

    def link(self, block: Signature, text: str, url: str) -> str:
        """Write a link; raise FaultError for a link that WeChat would remove."""
        if not is_article_link(url) and not (
            self._external_links == "keep" and _ADDRESS.fullmatch(url)
        ):
            raise stop(
                block,
                Phrase(
                    "{block} links to {address}, and WeChat removes such links",
                    block=block.shown,
                    address=url,
                ),
                Phrase(
                    "link to an article on mp.weixin.qq.com, show a QR code, or write it as content_source_url"
                ),
            )
        return f'<a href="{escape(url)}">{text}</a>'


def _lead(blocks: Blocks, given: Given, held: str) -> str:
    return f'<section class="lead">{_words(given, "text") or blocks.held(held)}</section>'


def _button(blocks: Blocks, given: Given, held: str) -> str:
    form = SIGNATURES["button"]
    if ("text" in given) != ("url" in given):
        raise stop(
            form,
            Phrase(
                "{block} accepts `text` and `url` together, or a link in {call}",
                block=form.shown,
                call=CALL,
            ),
        )
    if "text" in given:
        return f'<section class="button">{blocks.link(form, _words(given, "text"), given["url"])}</section>'
    if not _LINK.search(held):
        raise stop(form, Phrase("{block} needs a link, and here is none", block=form.shown))
    return f'<section class="button">{blocks.held(held)}</section>'


def _divider(_: Blocks, given: Given, __: str) -> str:
    text = _words(given, "text")
    return (
        f'<section class="divider"><span class="divider-text">{text}</span></section>'
        if text
        else "<hr>"
    )


def _product(blocks: Blocks, given: Given, held: str) -> str:
    title = _words(given, "title")
    url = given.get("url")
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
    face = _face(given)
    role = f'<p class="person-role">{_words(given, "role")}</p>' if "role" in given else ""
    return _beside(
        "person",
        20,
        face,
        f'<p class="person-name">{_words(given, "name")}</p>{role}{_rest(blocks, held)}',
    )


def _columns(parts: Sequence[tuple[Given, str]]) -> str:
    return f'<section class="columns">{_side_by_side("column", [held for _, held in parts], 4)}</section>'


def _numbers(parts: Sequence[tuple[Given, str]]) -> str:
    size = min(_number_size(given, len(parts)) for given, _ in parts)
    shown = []
    for given, _ in parts:
        unit = (
            f'<span class="number-unit" style="font-size:13px">{_words(given, "unit")}</span>'
            if "unit" in given
            else ""
        )
        label = f'<p class="number-label">{_words(given, "label")}</p>' if "label" in given else ""
        value = f'<p class="number-value"><span style="font-size:{size}px">{_words(given, "value")}</span>{unit}</p>'
        shown.append(value + label)
    return f'<section class="numbers">{_side_by_side("number", shown, 2)}</section>'


def _number_size(given: Given, count: int) -> int:
    """Return the size of letters, in pixels, at which a number fits on one line of a phone beside the others.

    Raises FaultError for one that would be smaller than the text around it.
    """
    value = given["value"]
    unit = given.get("unit", "")
    room = NUMBER_WIDTHS[count - 1] - 13 * _ems(unit) - len(value + unit)
    size = min(NUMBER_SIZE_MAX, int(room / _ems(value)))
    if size < NUMBER_SIZE_MIN:
        block = SIGNATURES["number"]
        raise stop(
            block,
            Phrase(
                "{text} is too long for {count} numbers side by side",
                text=value + unit,
                count=count,
            ),
            Phrase("write it shorter (1.2 万), or fewer beside each other"),
        )
    return size


def _ems(text: str) -> float:
    """Return the width of a text in Chinese characters; digits of the bold faces of phones take 0.62, points 0.3."""
    return sum(
        1 if east_asian_width(each) in "WF" else 0.3 if each in ".,:" else 0.62 for each in text
    )


def _timeline(parts: Sequence[tuple[Given, str]]) -> str:
    entries = [
        f'<section class="entry"><p class="entry-date"><span class="entry-mark">●</span>{_words(given, "date")}</p>'
        f"{held}</section>"
        for given, held in parts
    ]
    return f'<section class="timeline">{"".join(entries)}</section>'


def _dialogue(parts: Sequence[tuple[Given, str]]) -> str:
    first = parts[0][0]["name"]
    said = [
        _says(given, held, given.get("side", "left" if given["name"] == first else "right"))
        for given, held in parts
    ]
    return f'<section class="dialogue">{"".join(said)}</section>'


def _says(given: Given, held: str, side: str) -> str:
    if side not in ("left", "right"):
        raise stop(
            SIGNATURES["says"],
            Phrase("`side` of blocks.says is left or right, not {text}", text=side),
        )
    gap = "right" if side == "left" else "left"
    width = "78%" if "image" in given else "88%"
    face = (
        f'<section style="{_TOP};width:12%;margin-{gap}:3%">{_face(given)}</section>'
        if "image" in given
        else ""
    )
    name = f'<p class="says-name">{_words(given, "name")}</p>'
    style = "display:inline-block;text-align:left"
    bubble = f'<section class="bubble" style="{style}">{held}</section>'
    text = f'<section style="{_TOP};width:{width}">{name}{bubble}</section>'
    if side == "left":
        return f'<section class="says">{face}{text}</section>'
    return f'<section class="says says-right" style="text-align:right">{text}{face}</section>'


def _qa(blocks: Blocks, given: Given, held: str) -> str:
    question = _marked("question", "问", f"<p>{_words(given, 'question')}</p>")
    answer = _marked("answer", "答", blocks.content(SIGNATURES["qa"], given, held))
    return f'<section class="qa">{question}{answer}</section>'


def _marked(name: str, mark: str, text: str) -> str:
    return (
        f'<section class="{name}"><section class="qa-mark" style="{_TOP};width:9%">{mark}</section>'
        f'<section class="qa-text" style="{_TOP};width:90%">{text}</section></section>'
    )


def _past(blocks: Blocks, given: Given, _: str) -> str:
    block = SIGNATURES["past"]
    articles = given["articles"]
    if not 1 <= len(articles) <= PAST_MAX:
        raise stop(
            block,
            Phrase(
                "{block} takes 1 to {most} articles, and here are {count}",
                block=block.shown,
                most=PAST_MAX,
                count=len(articles),
            ),
        )
    heading = _words(given, "heading") or HEADING
    items = [
        _past_item(blocks, each if isinstance(each, dict) else {"article": each})
        for each in articles
    ]
    return f'<section class="past"><p class="past-heading">{heading}</p>{"".join(items)}</section>'


def _past_item(blocks: Blocks, written: Mapping[str, Any]) -> str:
    given = dict(given_to(_PAST, (), written, holds=False))
    campaign, _, number = given["article"].partition("/")
    address = blocks.sent.address(_PAST, campaign, number or "1")
    if "title" not in given:
        given["title"] = blocks.sent.title(_PAST, campaign, int(number or "1"))
    title = f'<p class="past-title">{blocks.link(_PAST, _words(given, "title"), address)}</p>'
    if "image" not in given:
        return f'<section class="past-item">{title}</section>'
    return _beside("past-item", 26, blocks.link(_PAST, _picture(given, "title"), address), title)


def _follow(blocks: Blocks, given: Given, held: str) -> str:
    image = (
        f'<section style="width:20%;margin:0 auto">{_face(given)}</section>'
        if "image" in given
        else ""
    )
    name = f'<p class="follow-name">{_words(given, "name")}</p>' if "name" in given else ""
    text = f'<p class="follow-text">{_words(given, "text")}</p>' if "text" in given else ""
    return f'<section class="follow">{image}{name}{text}{_rest(blocks, held)}</section>'


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
    image = (
        f'<img src="{escape(given["image"])}" alt="{alt}" style="{style}">'
        if "image" in given
        else ""
    )
    text = f"<p>{_words(given, 'text')}</p>" if "text" in given else blocks.held(held)
    return f'<section class="footer">{image}{text}</section>'


_WRITERS: Mapping[str, Callable[[Blocks, Given, str], str]] = {
    "lead": _lead,
    "button": _button,
    "divider": _divider,
    "product": _product,
    "person": _person,
    "qa": _qa,
    "past": _past,
    "follow": _follow,
    "qr": _qr,
    "copyright": _copyright,
    "footer": _footer,
}


_PARTS_WRITERS: Mapping[str, Callable[[Sequence[tuple[Given, str]]], str]] = {
    "numbers": _numbers,
    "timeline": _timeline,
    "dialogue": _dialogue,
    "columns": _columns,
}


def _side_by_side(name: str, texts: Sequence[str], gap: int) -> str:
    """Set texts beside each other, with so many percent of the width between them."""
    width = (100 - gap * (len(texts) - 1)) // len(texts)
    between = ["", *[f"margin-left:{gap}%;"] * (len(texts) - 1)]
    return "".join(
        f'<section class="{name}" style="display:inline-block;width:{width}%;{margin}vertical-align:top">{text}'
        "</section>"
        for margin, text in zip(between, texts, strict=True)
    )


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


def _face(given: Given) -> str:
    return _picture(given, "name", "border-radius:50%;aspect-ratio:1;object-fit:cover")


def _rest(blocks: Blocks, held: str) -> str:
    return blocks.held(held) if held.strip() else ""


def _words(given: Given, name: str) -> str:
    """Write what was given as HTML, on one line of the source, since a blank line ends HTML in Markdown."""
    return _LINES.sub("<br>", escape(_PRIVATE.sub("", given.get(name, ""))))
