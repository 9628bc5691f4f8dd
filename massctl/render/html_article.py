"""Check an `.html` article and replace its pictures with placeholders; every other byte stays.

The HTML5 parser decides what is an element (`massctl.render.tree`); the scanner only knows at which bytes it is. The
address of a picture on WeChat's servers becomes https.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape

from msgspec.structs import replace

from massctl.model.diagnostics import Fault
from massctl.model.phrase import Phrase
from massctl.render.article_file import ArticleFile, ExternalLinks
from massctl.render.elements import (
    attribute_faults,
    hidden_content,
    is_script,
    lost_title,
    many_lost_links,
    refusal,
    writer_row,
)
from massctl.render.html_scan import Edit, Tag, edited, torn_attribute, unended_comment
from massctl.render.paths import is_pixel, is_spacer, pixel_note, spacer_fault
from massctl.render.styles import STYLE_URL, hides_picture, pictures_in
from massctl.render.tree import IMPLIED, Element, marked, parse

_MISSING_MARK = Phrase("check for a missing quotation mark or `>`")
UNENDED_COMMENT = Fault(
    "MC308",
    Phrase("a comment that begins here does not end, and hides what follows"),
    Phrase("write `-->` after it"),
    needle="<!",
)


def html_article(text: str, page: ArticleFile) -> tuple[str, Element]:
    """Return the body of an HTML article and its tree; faults go to the page."""
    source, scanned = marked(text)
    tree = parse(source)
    found: dict[int, Element] = {}
    unmarked: list[Element] = []
    for element in tree.below():
        if element.at is None:
            unmarked.append(element)
        else:
            # Where the parser repeats an element, as it does with emphasis that overlaps, the first one counts.
            found.setdefault(element.at, element)
    edits: list[Edit] = []
    comment = unended_comment(text)
    if comment is not None:
        page.report(UNENDED_COMMENT, comment)
    for tag in scanned:
        page.count(tag)
    faults = [
        each
        for tag in scanned
        for each in _faults(tag, text, found.get(tag.start), page.external_links)
    ]
    _report(faults, page)
    for tag in scanned:
        if tag.start in found and tag.name == "img" and is_spacer(found[tag.start].attributes):
            edits.append(_left_out(tag, found[tag.start], page))
        elif tag.start in found:
            edits += _placed(tag, found[tag.start], page)
            hidden = hidden_content(found[tag.start]) if page.unclosed[tag.name] > 0 else None
            if hidden is not None:
                page.report(hidden, tag.start)
    if not page.is_faulty:
        for fault, place in _hidden(scanned, found, unmarked):
            page.report(fault, place)
    return edited(text, edits), tree


def _report(faults: Sequence[tuple[Fault, int]], page: ArticleFile) -> None:
    """Report the faults of tags; of many links that may be lost, one for all."""
    lost_links = [each for each in faults if each[0].code == "MC311"]
    if len(lost_links) > 1:
        first, at = lost_links[0]
        faults = [
            *(each for each in faults if each not in lost_links),
            (many_lost_links(first, len(lost_links)), at),
        ]
    for fault, at in faults:
        page.report(fault, at)


def _faults(
    tag: Tag, text: str, element: Element | None, links: ExternalLinks
) -> Iterator[tuple[Fault, int]]:
    """Find what is wrong with one tag, each with its position; `element` is what the parser made of it."""
    attributes = (
        {each.name: each.value for each in reversed(tag.attributes)}
        if element is None
        else element.attributes
    )
    if tag.closing:
        pass
    elif (
        tag.name == "title"
        and element is not None
        and all(each.name != "svg" for each in element.above())
    ):
        yield (
            replace(lost_title(), needle=text[tag.start : tag.name_start + len(tag.name)]),
            tag.start,
        )
    elif writer_row(tag.name) is None and not (element is not None and _is_in_refused(element)):
        yield (
            Fault(
                "MC308",
                Phrase(
                    "massctl does not know `<{name}>`, and WeChat may remove it with what is in it",
                    name=tag.name,
                ),
                Phrase(
                    "write `<section>` or `<span>`; the page “WeChat's HTML” of the documentation lists what stays"
                ),
                needle=text[tag.start : tag.name_start + len(tag.name)],
            ),
            tag.start,
        )
    yield from tag_faults(tag, text, attributes, links)


def _is_in_refused(element: Element) -> bool:
    """Return whether an ancestor of an element was already reported as removed by WeChat."""
    return any(
        refusal(each.name, each.attributes) is not None
        for each in element.above()
        if each.parent is not None
    )


def tag_faults(
    tag: Tag, text: str, attributes: Mapping[str, str], links: ExternalLinks
) -> Iterator[tuple[Fault, int]]:
    """Find what WeChat removes from a tag, and what browsers read differently from us, each with its position."""
    if not text.endswith(">", tag.start, tag.end):
        yield (
            Fault(
                "MC308",
                Phrase("the tag `<{name}` never ends", name=tag.name),
                _MISSING_MARK,
                needle=text[tag.start : tag.name_start + len(tag.name)],
            ),
            tag.start,
        )
    elif (torn := torn_attribute(tag, text)) is not None:
        yield (
            Fault(
                "MC308",
                Phrase(
                    "the quotation marks of `{name}` do not match, and take text along or end too early",
                    name=torn.name,
                ),
                Phrase("write `&quot;` inside of it, or a missing quotation mark after it"),
                needle=text[torn.start : torn.end],
            ),
            torn.start,
        )
    if tag.closing:
        return
    refused = refusal(tag.name, attributes)
    if refused is not None:
        yield replace(refused, needle=text[tag.start : tag.name_start + len(tag.name)]), tag.start
    written = {each.name: each for each in reversed(tag.attributes)}
    for fault, name in attribute_faults(tag.name, attributes, links):
        place = written.get(name.lower())
        start, end = (place.start, place.end) if place is not None else (tag.start, tag.end)
        yield replace(fault, needle=text[start:end]), start
    style = written.get("style")
    if style is not None and hides_picture(style.value, len(STYLE_URL.findall(style.written))):
        yield (
            Fault(
                "MC308",
                Phrase("a picture in this style cannot be read"),
                Phrase("write it as `url(path)`, without escapes and `image-set`"),
                needle=text[style.start : style.end],
            ),
            style.start,
        )


def _left_out(tag: Tag, element: Element, page: ArticleFile) -> Edit:
    """Take a picture of one pixel out of the tree, and return the edit that takes out its tag."""
    page.leave_out(spacer_fault(element.attributes), tag.start)
    element.remove()
    return Edit(tag.start, tag.end, "")


def _placed(tag: Tag, element: Element, page: ArticleFile) -> Iterator[Edit]:
    """Yield the edits that replace the pictures of one tag, and change the tree in the same way."""
    known = writer_row(element.name)
    sources = known.pictures if known is not None else ()
    is_lazy = element.name == "img" and bool(element.get("data-src").strip())
    written = {each.name: each for each in reversed(tag.attributes)}
    for name in [*sources, "style"]:
        place = written.get(name)
        value = element.get(name)
        if (
            (is_lazy and name == "src")
            or not value.strip()
            or (place is None and name == "style" and "url(" not in value)
        ):
            continue
        if place is None or ("&" not in place.written and place.written != value):
            page.report(_not_found(tag.name), tag.start)
        elif name == "style":
            changed = value
            for start, address in pictures_in(place.written):
                at = place.value_start + start
                is_left_out = is_pixel(unescape(address))
                if is_left_out:
                    page.leave_out(pixel_note(address), at)
                shown = "" if is_left_out else _shown(unescape(address), address, at, page)
                changed = changed.replace(
                    unescape(address), unescape(address) if shown is None else shown
                )
                yield from _edit(at, address, shown)
            element.attributes[name] = changed
        elif not (name.endswith("href") and value.startswith("#")):
            address = place.written.strip()
            start = place.value_start + place.written.index(address)
            shown = _shown(value.strip(), address, start, page)
            element.attributes[name] = shown or value
            yield from _edit(start, address, shown)
            if (
                is_lazy
                and shown is not None
                and (shell := written.get("src")) is not None
                and shell.value_start >= 0
            ):
                # What stands in `src` is only there until a page has loaded the picture.
                element.attributes["src"] = shown
                yield Edit(shell.value_start, shell.value_start + len(shell.written), escape(shown))


def _shown(address: str, written: str, at: int, page: ArticleFile) -> str | None:
    """Return the placeholder of a picture, or None if it is refused; a script was already reported."""
    placed = None if is_script(address) else page.picture(address, written, at)
    return None if placed is None else placed[0]


def _edit(start: int, written: str, shown: str | None) -> Iterator[Edit]:
    if shown is not None and written.lower().startswith("http:"):
        # WeChat shows its own pictures over https; the rest of the address keeps its bytes.
        yield Edit(start, start + len("http:"), "https:")
    elif shown is not None and shown != unescape(written):
        yield Edit(start, start + len(written), escape(shown))


def _hidden(
    scanned: list[Tag], found: Mapping[int, Element], unmarked: list[Element]
) -> Iterator[tuple[Fault, int | None]]:
    """Find elements and tags on which the parser and the scanner do not agree."""
    for element in unmarked:
        if element.name not in IMPLIED and element.parent is not None:
            yield (
                Fault(
                    "MC308",
                    Phrase(
                        "a browser finds `<{name}>` here, in markup that hides it",
                        name=element.name,
                    ),
                    _MISSING_MARK,
                    needle=f"<{element.name}",
                ),
                None,
            )
    for tag in scanned:
        if not tag.closing and tag.start not in found:
            yield _not_found(tag.name), tag.start


def _not_found(name: str) -> Fault:
    return Fault(
        "MC308",
        Phrase("a browser does not see `<{name}>` here as it is written", name=name),
        Phrase("check for a missing quotation mark or `>`; a part of a table must stand in one"),
        needle=f"<{name}",
    )
