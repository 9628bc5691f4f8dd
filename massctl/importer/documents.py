"""Read what holds an article: a page of a browser, a Markdown file, the answer of WeChat."""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape, unescape
from itertools import islice
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from massctl.importer.article import (
    LOSSES_MAX,
    Facts,
    Found,
    cleaned,
    hidden_words,
    removed,
    removed_elements,
    shortened,
)
from massctl.importer.visibility import around, mark_looks
from massctl.model.diagnostics import first_told, more_faults
from massctl.model.phrase import Phrase, plural_phrase
from massctl.render.conservation import of_markdown
from massctl.render.limits import TITLE_CHARACTERS_DOCUMENTED
from massctl.render.markdown_parser import parse as parse_markdown
from massctl.render.tree import Element, parse, serialized
from massctl.source.yaml import read_yaml

WORD_BYTES_MAX = 200 * 1024 * 1024
"""Of a Word file, unpacked; one with eighty photographs of a camera has as many."""
DATA = "data:"


class DocumentError(Exception):
    """Say why a document cannot be read, and what to do, each in one Phrase."""

    def __init__(self, why: Phrase, hint: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def of_body(html: str, base: str = "", **about: Any) -> Found:
    """Take an article whose body is HTML; `about` is what is known of it."""
    tree, lost = cleaned(parse(html), base)
    return Found(tree=tree, lost=lost, **about)


_KIND = re.compile(r"\bitem_show_type\s*=\s*['\"](\d+)")
"""The kind of a page of WeChat: 0 is an article."""
_MESSAGES = {"8": Phrase("a picture message (图片消息)"), "10": Phrase("a text message (文字消息)")}
"""Kinds whose page a script writes. Source: pages of mp.weixin.qq.com, read 2026-11."""


def of_page(html: str, address: str) -> Found:
    """Take the article out of a page, as WeChat serves it or as a browser saved it. Raises DocumentError."""
    page = parse(html)
    unread = mark_looks(page)
    found = _KIND.search(html)
    about: dict[str, str] = {}
    by_id: dict[str, Element] = {}
    notice = ""
    for each in page.below():
        said = each.attributes
        if each.name == "meta" and (name := said.get("property") or said.get("name")):
            content = said.get("content", "")
            about.setdefault(
                name.lower(),
                " ".join((unescape(_of_script(content)) if found else content).split()),
            )
        elif each.name == "title" and all(above.name != "svg" for above in each.above()):
            about.setdefault("title", each.text().strip())
        if (known := said.get("id")) is not None:
            by_id.setdefault(known, each)
        if _NOTICES & set(said.get("class", "").split()):
            notice = notice or _text(each)
    named = _text(by_id.get("activity-name"))
    title = named or about.get("og:title") or about.get("twitter:title") or about.get("title", "")
    body = by_id.get("js_content")
    if found is not None and found[1] in _MESSAGES:
        return _of_message(html, title, _MESSAGES[found[1]])
    if body is None and "js_verify" in by_id:
        raise DocumentError(
            Phrase(
                "WeChat asks for a check first: open the page in a browser, save it there, and import that file"
            )
        )
    if body is None and notice:
        raise DocumentError(Phrase("WeChat shows no article on this page: {notice}", notice=notice))
    shown = (each.attributes for each in page.below() if each.name == "img")
    beside = {
        said["data-src"]: said["src"]
        for said in shown
        if said.get("data-src") and _is_file(said.get("src", ""))
    }
    found_body = body or _main(page)
    tree, lost = cleaned(parse(serialized(found_body)), address, around(found_body))
    if _is_empty(tree):
        # The page shares somebody's article, which a script writes into it.
        tree, lost = cleaned(parse(_scripted(html)), address)
    if _is_empty(tree):
        raise DocumentError(Phrase("there is no article on this page"))
    lost = [*lost, *_unread_styles(page, unread, is_of_wechat=body is not None)]
    return Found(
        title=title,
        tree=tree,
        author=_text(by_id.get("js_author_name"))
        or about.get("author")
        or about.get("og:article:author", ""),
        digest=about.get("og:description") or about.get("description", ""),
        cover=about.get("og:image") or about.get("twitter:image") or None,
        lost=lost,
        beside=beside,
    )


def _unread_styles(page: Element, rules: Sequence[str], *, is_of_wechat: bool) -> Iterator[Phrase]:
    """Yield what of a page's styles is not read, and may hide words."""
    sheets = 0 if is_of_wechat else sum(map(_is_sheet, page.below()))
    if rules:
        yield plural_phrase(
            "{count} rule of the page's style sheet that may hide words is not read (`{rule}`): see the page",
            "{count} rules of the page's style sheet that may hide words are not read (first: `{rule}`): see the page",
            count=len(rules),
            rule=shortened(rules[0]),
        )
    if sheets:
        yield plural_phrase(
            "{count} style sheet beside the page is not read, and may hide words: see the page",
            "{count} style sheets beside the page are not read, and may hide words: see the page",
            count=sheets,
        )


def _is_sheet(element: Element) -> bool:
    said = element.attributes
    is_linked = element.name == "link" and "stylesheet" in said.get("rel", "").lower().split()
    return is_linked and said.get("media", "").strip().lower() != "print"


_NOTICES = frozenset({"weui-msg__title", "mesg-block"})
"""The classes of the sentence that WeChat shows in place of an article that is gone, or behind a check."""
_SCRIPTED = re.compile(r"\bcontent_noencode\s*:\s*JsDecode\('((?:[^'\\]|\\.)+)'\)")
_LISTS_MAX = 20
"""Pages of WeChat name the list of pictures up to seven times; each is read to its end."""
_LISTED = re.compile(r"\bpicture_page_info_list\s*[:=]\s*\[")
_PART = re.compile(r"(cdn_url\s*:\s*(?:JsDecode\()?)?'((?:[^'\\]|\\.)*)'|([\[{])|([\]}])")
_SENTENCE_END = re.compile(r"[。！？!?]")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def _is_file(address: str) -> bool:
    return bool(address) and not urlsplit(address).scheme and not address.startswith(("//", "#"))


def _is_empty(tree: Element) -> bool:
    return not tree.text().strip() and not any(each.name in ("img", "svg") for each in tree.below())


def _of_script(text: str) -> str:
    """Read what stands between the quotation marks of a script."""

    def sign(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else "\n" if found[3] == "n" else found[3]

    # Signs beyond the first plane may be written as two halves.
    return _ESCAPE.sub(sign, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _scripted(html: str) -> str:
    """Return the body that a script of the page writes; empty where there is none."""
    found = _SCRIPTED.search(html)
    return _of_script(found[1]) if found is not None else ""


def _listed_pictures(html: str) -> list[str]:
    """Return the addresses of the pictures of a picture message, without those of covers and watermarks."""
    for found in islice(_LISTED.finditer(html), _LISTS_MAX):
        depth = 1
        listed = []
        for part in _PART.finditer(html, found.end()):
            depth += bool(part[3]) - bool(part[4])
            if depth == 0:
                break
            if part[1] and depth == len("[{"):
                listed.append(unescape(_of_script(part[2])))
        if listed:
            return listed
    return []


def _of_message(html: str, title: str, kind: Phrase) -> Found:
    """Take a picture or a text message, whose page a script writes, as an article: pictures first, then the text."""
    text = _scripted(html).replace("\r\n", "\n")
    pictures = _listed_pictures(html)
    shown = "".join(f'<p><img src="{escape(address)}"></p>' for address in pictures)
    written = "".join(
        f"<p>{each.strip().replace(chr(10), '<br>')}</p>" for each in re.split(r"\n\s*\n", text)
    )
    tree, lost = cleaned(parse(shown + (written if text.strip() else "")))
    if _is_empty(tree):
        raise DocumentError(Phrase("there is no article on this page"))
    lost.append(Phrase("it was {kind}: it is an article now", kind=kind))
    if title and "".join(tree.text().split()).startswith("".join(title.split())):
        # A text message without a title is its own title.
        title = _SENTENCE_END.split(_text(parse(text.strip().partition("\n")[0])))[0][
            :TITLE_CHARACTERS_DOCUMENTED
        ]
        lost.append(Phrase("it has no title: its first words are taken for one"))
    return Found(title=title, tree=tree, cover=next(iter(pictures), None), lost=lost)


def _main(page: Element) -> Element:
    """Find the part of a page that is its article; what stands in several alike is all of them."""
    articles = [each for each in page.below() if each.name == "article"]
    outer = [each for each in articles if not any(map(_is_article, islice(each.above(), 1, None)))]
    if outer:
        sizes = [len(each.text()) for each in outer]
        if max(sizes) * 2 >= sum(sizes):
            # The others are teasers of further articles.
            return outer[sizes.index(max(sizes))]
        above = [set(map(id, each.above())) for each in outer[1:]]
        return next(each for each in outer[0].above() if all(id(each) in one for one in above))
    return next((each for each in page.below() if each.name == "main"), page)


def _is_article(element: Element) -> bool:
    return element.name == "article"


def _text(element: Element | None) -> str:
    return " ".join(element.text().split()) if element is not None else ""


_HEAD = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEYS = {
    "title": ("title",),
    "author": ("author",),
    "digest": ("digest", "description", "summary", "excerpt"),
    "cover": ("cover", "image", "thumbnail", "banner"),
    "content_source_url": (
        "content_source_url",
        "source_url",
        "source",
        "original",
        "canonical_url",
    ),
}
_TITLE = re.compile(r"\A\s*#[ \t]+(.+?)[ \t#]*(?:\n|\Z)")


def of_markdown_file(text: str, name: str) -> Found:
    """Read an article in Markdown; its title and author are in the front matter or the first heading."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    whole, data = text, None
    lost = list[Phrase]()
    if (head := _HEAD.match(text)) is not None:
        data, lost = _front_matter(head[1])
        text = text[head.end() :]
    said = {key.lower(): value for key, value in data.items()} if isinstance(data, dict) else {}
    plain = {key: _one_line(value) for key, value in said.items()}
    about = {
        key: next((plain[each] for each in names if plain.get(each)), "")
        for key, names in _KEYS.items()
    }
    known = {
        each for names in _KEYS.values() for each in names if said.get(each) is None or plain[each]
    }
    told, others = first_told(said.keys() - known, str)
    lost += [Phrase("front matter: `{key}` has no place in a campaign", key=key) for key in told]
    if others:
        lost.append(
            plural_phrase(
                "front matter: {count:,} more key has no place in a campaign",
                "front matter: {count:,} more keys have no place in a campaign",
                count=others,
            )
        )
    first = _TITLE.match(text)
    if first is not None and about["title"] in ("", first[1].strip()):
        about["title"] = first[1].strip()
        text = text[first.end() :]
    source = about["content_source_url"]
    if source and not source.startswith(("http://", "https://")):
        lost.append(
            Phrase(
                "front matter: the source `{address}` is not a web address, and is left out",
                address=shortened(source),
            )
        )
        source = ""
    body, lines = text.lstrip("\n"), whole.count("\n")
    first_line = lines - body.count("\n") + 1
    text, taken_out = _without_removed(body, first_line)
    taken_out += _hidden_in_markdown(body, first_line)
    return Found(
        title=about["title"] or name,
        tree=Element("body"),
        author=about["author"],
        digest=about["digest"],
        cover=about["cover"] or None,
        content_source_url=source,
        markdown=text,
        lost=[*lost, *taken_out],
    )


def _front_matter(text: str) -> tuple[object, list[Phrase]]:
    read = read_yaml(text.encode(), "", None, frozenset())
    told = [
        Phrase("front matter, line {line}: {why}", line=each.place.line + 1, why=each.message)
        for each in read.diagnostics
        if each.place is not None and each.place.line is not None
    ]
    return read.data, [*told, more_faults(read.others)] if read.others else told


def _one_line(value: object) -> str:
    """Write a value of front matter as a text; a list of names as one, and nothing for what is nested."""
    if isinstance(value, list):
        return "、".join(filter(None, map(_one_line, value)))
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


_REMOVED = re.compile(
    r"<(video|audio|iframe|script|style|object|embed)\b[^>]*>(?:(.*?)</\1\s*>)?",
    re.IGNORECASE | re.DOTALL,
)


def _without_removed(text: str, first: int) -> tuple[str, list[Phrase]]:
    """Take out of Markdown the HTML that WeChat removes, and say so; code is left alone.

    `first` is the number of its first line in the file.
    """
    lines = text.split("\n")
    found: list[tuple[int, str, str]] = []
    for token in reversed(parse_markdown(text).tokens):
        is_html = token.type == "html_block" or any(
            each.type == "html_inline" for each in token.children or ()
        )
        if not is_html or token.map is None:
            continue
        start, end = token.map
        whole = "\n".join(lines[start:end])
        for each in _REMOVED.finditer(whole):
            line = first + start + whole.count("\n", 0, each.start())
            is_read = each[1].lower() not in ("script", "style")
            words = _text(parse(each[2])) if each[2] and is_read else ""
            found.append((line, each[1].lower(), words))
        lines[start:end] = _REMOVED.sub("", whole).split("\n")
    found.sort()
    more = Counter(name for _, name, _ in found[LOSSES_MAX:])
    told = [
        removed(name, Phrase("in line {line}", line=line), words)
        for line, name, words in found[:LOSSES_MAX]
    ]
    return "\n".join(lines), [*told, *removed_elements(more)]


def _hidden_in_markdown(text: str, first: int) -> list[Phrase]:
    """Name words that the HTML in Markdown hides; they stay in the file. `first` is as in `_without_removed`."""
    told = list[Phrase]()
    for token in parse_markdown(text).tokens:
        inner = token.children or ([token] if token.type == "html_block" else [])
        if token.map is None or not any(each.type.startswith("html") for each in inner):
            continue
        html = "".join(
            each.content if each.type.startswith("html") else escape(each.content) for each in inner
        )
        told += [
            Phrase(
                "hidden words in line {line} stay in the file: “{words}”",
                line=first + token.map[0],
                words=shortened(words),
            )
            for words in hidden_words(parse(html))
        ]
    return told[:LOSSES_MAX]


def markdown_facts(text: str) -> Facts:
    """Take the text, the pictures and the links of Markdown."""
    parsed = parse_markdown(text)
    found = of_markdown(parsed.tokens, [*parsed.inline_notes.values()], ())
    return Facts(tuple(found.texts), tuple(found.pictures), tuple(found.links))


def markdown_with_pictures(text: str, paths: Mapping[str, str]) -> str:
    """Write paths in place of the addresses of pictures, and nowhere else."""
    for address, path in paths.items():
        there = re.escape(address)
        put = rf"\g<1>{path}"
        text = re.sub(rf"(!\[[^\]]*\]\(\s*<?){there}(?=[\s)>])", put, text)
        text = re.sub(rf"(\bsrc\s*=\s*[\"']?){there}(?=[\"'\s>])", put, text)
        text = re.sub(rf"(?m)(^ {{0,3}}\[[^\]]+\]:\s*<?){there}(?=[\s>]|$)", put, text)
    return text


def picture_in(address: str) -> bytes | None:
    """Return the bytes of a `data:` address; None if it holds none."""
    head, comma, data = address[len(DATA) :].partition(",")
    if not comma:
        return None
    try:
        raw = unquote_to_bytes(data)
        return base64.b64decode(raw, validate=False) if head.lower().endswith(";base64") else raw
    except binascii.Error:
        return None
