"""What a follower gets from a draft, and whether WeChat kept it.

WeChat's sanitiser may rewrite markup and silently drops pictures from other sites (WeChat docs, "draft/add", read
2026-10). So what was given is compared with what was kept by what a reader would miss: text, pictures, links, and the
fields. What was kept must then stay as it is, to the letter: a price that is struck out in the console has the same
text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from msgspec.structs import astuple

from massctl.apply.ports import DraftArticle
from massctl.model.campaign import ARTICLE_FLAGS, WHOLE, Crop
from massctl.model.destination import Destination
from massctl.model.destination_html import in_body
from massctl.model.entries import DraftBegun, DraftSaved
from massctl.model.frozen import Frozen
from massctl.model.ids import Sha256, canonical_json, sha256_of
from massctl.model.markup import Part, joined, parts_of
from massctl.model.phrase import Phrase
from massctl.model.state import Draft

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"https?://mmbiz\.[^'\"\s)<>]+", re.IGNORECASE)
_PICTURE = re.compile(r"url\(\s*['\"]?(https?://[^'\")\s]+)", re.IGNORECASE)

CROPS = ("pic_crop_235_1", "pic_crop_1_1")
"""The parts of a cover that are shown. draft/add takes them; that draft/get tells them is written nowhere.
Source: WeChat docs, "draft/add" and "draft/get", read 2026-10."""
FREE = frozenset({"author", *ARTICLE_FLAGS, *CROPS})
"""What of an article may differ in a draft that is adopted: no word of its text, no picture and no link among them. The
console is where people choose what is shown of a cover."""
FILLED_IN = ("digest", *CROPS)
"""What WeChat may write where nothing is given."""
_DIGEST_CHARS = 54
"""It takes so many characters of the text for the digest of a single article. Source: WeChat docs, "draft/add", read
2026-10; blanks are not said to count, nor not to."""
_CROP_TOLERANCE = WHOLE // 10_000
"""A part that is told with fewer decimals is the same part; a cover has fewer pixels than that."""
_DROPPED = frozenset({"style", "script"})
"""Elements that WeChat drops with what is in them."""


def keeps_digests(articles: Sequence[object]) -> bool:
    """Whether WeChat keeps the digests (摘要) of a draft: it keeps the digest of a single article, and empties others.

    Source: WeChat docs, "draft/add" ("only for single-article drafts"), read 2026-10.
    """
    return len(articles) == 1


def _compared(articles: Sequence[DraftArticle]) -> Sequence[DraftArticle]:
    """Leave out the digests that WeChat does not keep: they make no difference."""
    return articles if keeps_digests(articles) else [replace(each, digest="") for each in articles]


def draft_facts(articles: Sequence[DraftArticle]) -> list[dict[str, Any]]:
    """List, per article, what a reader would miss: title, author, text, pictures, links, cover, flags."""
    return [_facts(article) for article in _compared(articles)]


def draft_sha256(articles: Sequence[DraftArticle]) -> Sha256:
    """Name a draft by its facts; a draft whose markup WeChat only rewrote keeps its name."""
    return sha256_of(canonical_json([_stable(facts) for facts in draft_facts(articles)]).encode())


def pictures_in(content: str) -> list[str]:
    """Return the addresses of WeChat's pictures in the HTML of an article, as written there."""
    return _ADDRESS.findall(content)


def kept_sha256(articles: Sequence[DraftArticle]) -> Sha256:
    """Name a draft by all that WeChat keeps of it; only the addresses of its pictures are read as one."""
    kept = [
        {**_told(each), "content": _ADDRESS.sub(_as_one, each.content)}
        for each in _compared(articles)
    ]
    return sha256_of(canonical_json(kept).encode())


def _told(article: DraftArticle) -> dict[str, Any]:
    """Describe an article as WeChat told it; a crop, or anything else, that WeChat does not tell does not count."""
    may_lack = (*CROPS, *ARTICLE_FLAGS, "ungiven")
    told = {name: value for name, value in asdict(article).items() if value or name not in may_lack}
    return {**told, **article.written_flags}


def crops_of(article: DraftArticle) -> dict[str, str]:
    """Return the parts of a cover that are given or told, by WeChat's names."""
    return {name: crop for name in CROPS if (crop := getattr(article, name))}


def markup_sha256(articles: Sequence[DraftArticle]) -> Sha256:
    """Name how articles look: elements, styles and words in their order.

    It leaves out what WeChat is known to rewrite: `id` and other attributes, `<style>`, blanks, addresses of pictures.
    """
    return sha256_of(canonical_json([_markup(each.content) for each in articles]).encode())


def is_as_saved(draft: Draft, read: Sequence[DraftArticle]) -> bool:
    """Whether a draft still is what was read back after it was saved.

    A draft that was never read back, because the run died, is compared with what was given.
    """
    if draft.kept_sha256 is not None:
        return kept_sha256(read) == draft.kept_sha256
    return is_as_given(draft.event, read)


def is_as_given(event: DraftBegun | DraftSaved, read: Sequence[DraftArticle]) -> bool:
    """Whether a draft reads and looks as it was given to draft/add, and nobody wrote what WeChat was left to write."""
    if draft_sha256(read) != event.draft_sha256 or written_since(event, read):
        return False
    return event.markup_sha256 in (None, markup_sha256(read))


def given_parts(articles: Sequence[DraftArticle]) -> list[dict[str, str]] | None:
    """List, per article, the digest and the parts of the cover that are given; None where none is."""
    found = [
        {name: given for name in FILLED_IN if (given := getattr(each, name))} for each in articles
    ]
    return found if any(found) else None


class Difference(Frozen):
    """One part of an article that is not as it was given."""

    name: str
    """The part, as `draft_facts` names it; `articles` where their number differs."""
    phrase: Phrase


def losses(sent: Sequence[DraftArticle], read: Sequence[DraftArticle]) -> list[Phrase]:
    """Describe what WeChat did not keep of a draft as given; empty where nothing is lost.

    WeChat may write a path or the attributes of a card in its own way. The host, the AppID and the account must stay.
    """
    return [each.phrase for each in differences(sent, read, lambda each: (each.kind, each.name))]


def _place(destination: Destination) -> tuple[str, ...]:
    return destination.kind, destination.target


def differences(
    sent: Sequence[DraftArticle],
    read: Sequence[DraftArticle],
    place: Callable[[Destination], tuple[str, ...]] = _place,
) -> list[Difference]:
    """List each part in which a draft as read back differs from what was given.

    `place` returns what two destinations must have in common to be the same.
    """
    if len(sent) != len(read):
        say = Phrase(
            "{sent} articles were saved, and {read} are there", sent=len(sent), read=len(read)
        )
        return [Difference("articles", say)]
    found: list[Difference] = []
    for number, (ours, theirs) in enumerate(
        zip(draft_facts(sent), draft_facts(read), strict=True), 1
    ):
        leads = [_leads(each[number - 1], place) for each in (sent, read)]
        if ours["links"] == theirs["links"] and leads[0] != leads[1]:
            ours["links"], theirs["links"] = leads
        for name in {**ours, **theirs}:
            if name == "digest" and not ours[name]:
                continue  # WeChat fills an empty digest with the beginning of the text.
            # A switch that is off may be left out.
            given, kept = ours.get(name, False), theirs.get(name, False)
            if given != kept:
                found.append(Difference(name, _difference(number, name, given, kept)))
        for name in CROPS:
            given, kept = getattr(sent[number - 1], name), getattr(read[number - 1], name)
            if given and kept and not _is_same_crop(given, kept):
                found.append(Difference(name, _difference(number, name, given, kept)))
    return found


def _leads(
    article: DraftArticle, place: Callable[[Destination], tuple[str, ...]]
) -> list[tuple[str, ...]]:
    return [place(each) for each in in_body(article.content, "")]


def console_changes(
    reviewed: Sequence[DraftArticle], read: Sequence[DraftArticle]
) -> list[Difference]:
    """List each part in which a draft is not as reviewed, also one that its words, pictures and links do not show.

    What the console's editor is known to write into a draft is no change.
    """
    found = differences(reviewed, read)
    if len(reviewed) != len(read):
        return found
    for number, (ours, theirs) in enumerate(zip(reviewed, read, strict=True), 1):
        if kept_parts(ours.content) != kept_parts(theirs.content):
            say = Phrase("article {number}: how it looks differs", number=number)
            found.append(Difference("markup", say))
    return found


_PLAIN = re.compile(r"section|div|p|span|strong|b|em|i|br|h[1-6]")
"""Elements that neither show nor say anything by themselves."""
_EDITORS_MARKS = frozenset(
    (
        *("id", "class", "leaf", "nodeleaf", "textstyle", "data-pm-slice", "crossorigin", "_width"),
        *("data-ratio", "data-w", "data-s", "data-type", "data-imgfileid", "data-aistatus"),
        *("data-index", "data-fail", "data-backw", "data-backh", "data-width", "type", "target"),
        *("linktype", "data-linktype", "textvalue", "tab", "hasload", "data-itemshowtype"),
    )
)
"""Attributes that WeChat removes (`id`), or its editor writes. Source: articles of WeChat's editor, read 2026-11."""
_UNSHOWN = _DROPPED | {"mp-style-type"}


def kept_parts(content: str) -> list[Part]:
    """Return what of a body must stay as reviewed, whatever WeChat and its editor rewrite."""
    found: list[Part] = []
    is_kept: list[bool] = []
    """Of each plain element that is open."""
    for part in map(_as_kept, parts_of(content)):
        name = part.name.removeprefix("/")
        is_end = part.name != name
        if name in _UNSHOWN:
            continue
        if _PLAIN.fullmatch(name) is None:
            found.append(part)
        elif not is_end:
            is_kept.append(part.attributes != ())
            found += [part] if is_kept[-1] else []
        elif not is_kept.pop():
            continue
        elif found[-1].name == name and not _shows_picture(found[-1]):
            found.pop()  # Nothing is in it.
        else:
            found.append(part)
    return joined(found)


def _as_kept(part: Part) -> Part:
    """Write a part as it is whether WeChat's editor has saved it or not."""
    attributes = {
        ("src" if name == "data-src" else name, _ADDRESS.sub(_as_one, _ID.sub("", value)))
        for name, value in part.attributes
        if name not in _EDITORS_MARKS
    }
    return Part(part.name, tuple(sorted(attributes)))


_ID = re.compile(r'(?<=\s)id="[^"]*"\s*')
"""In a drawing, which is one part."""


def _shows_picture(part: Part) -> bool:
    return any("url(" in value or "image" in value for _, value in part.attributes)


def written_since(event: DraftBegun | DraftSaved, read: Sequence[DraftArticle]) -> list[Difference]:
    """List the digests, parts of covers and members beside them that neither we nor WeChat wrote: a person did."""
    given = event.given or [{} for _ in read]
    found: list[Difference] = []
    for number, (ours, article) in enumerate(zip(given, read, strict=False), 1):
        names = [
            name
            for name in CROPS
            if not _is_crop_as_given(ours.get(name, ""), getattr(article, name))
        ]
        if not _is_digest_as_given(ours.get("digest", ""), article, alone=keeps_digests(read)):
            names.insert(0, "digest")
        names += article.ungiven
        found += [Difference(name, _difference(number, name, "", "")) for name in names]
    return found


def _is_crop_as_given(given: str, kept: str) -> bool:
    """Whether a part of a cover is as given; it need not be told, and what is not given must not be."""
    return not kept or (given != "" and _is_same_crop(given, kept))


def _is_digest_as_given(given: str, article: DraftArticle, *, alone: bool) -> bool:
    """Whether a digest is the one that was given; where WeChat keeps none, or none was given, none or its own."""
    if given and alone:
        return article.digest == given
    return article.digest in ("", given) or _without_blanks(article.digest) in _default_digests(
        article.content
    )


def _default_digests(content: str) -> list[str]:
    """Return what WeChat may take from a text, without blanks: it is not said whether they count."""
    words = _text(content)
    cut = (" ".join(words.split())[:_DIGEST_CHARS], _without_blanks(words)[:_DIGEST_CHARS])
    return [_without_blanks(each) for each in cut]


def _is_same_crop(given: str, kept: str) -> bool:
    """Compare two parts of a cover by what they show: WeChat may write the same numbers in another way."""
    ours, theirs = Crop.parse(given), Crop.parse(kept)
    if ours is None or theirs is None:
        return given == kept
    sides = zip(astuple(ours), astuple(theirs), strict=True)
    return all(abs(one - other) <= _CROP_TOLERANCE for one, other in sides)


def _stable(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out the digest, which WeChat writes itself where it is empty."""
    return {name: value for name, value in facts.items() if name != "digest"}


def _facts(article: DraftArticle) -> dict[str, Any]:
    # The parser is loaded only by runs that touch a draft.
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(article.content)
    pictures: list[str] = []
    links: list[str] = []
    for node in tree.css(
        "*"
    ):  # Every node once: a list of selectors gives a node for each that it matches.
        attributes = node.attributes
        if node.tag == "a":
            links.append(attributes.get("href") or attributes.get("data-miniprogram-path") or "")
        elif node.tag in {"img", "image"}:
            source = attributes.get("src") or attributes.get("data-src") or attributes.get("href")
            pictures.append(_same_picture(source or attributes.get("xlink:href") or ""))
        pictures += [_same_picture(url) for url in _PICTURE.findall(attributes.get("style") or "")]
    return {
        "title": article.title,
        "author": article.author,
        "digest": article.digest,
        "text": _without_blanks(_text_of(tree)),
        "pictures": pictures,
        "links": links,
        "content_source_url": article.content_source_url,
        "cover": article.thumb_media_id,
        **article.written_flags,
    }


def _text(content: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    return _text_of(LexborHTMLParser(content))


def _text_of(tree: "LexborHTMLParser") -> str:
    return tree.text() if tree.body is None else tree.body.text()


def _without_blanks(words: str) -> str:
    return _BLANKS.sub("", words)


def _markup(content: str) -> list[str]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(content)
    found: list[str] = []
    within: int | None = None
    """The element whose words came last: a comment between words does not part them."""
    for node in tree.body.traverse(include_text=True) if tree.body is not None else ():
        parent = node.parent
        if parent is None or parent.tag in _DROPPED or node.tag in _DROPPED:
            continue
        if node.tag == "-text":
            words = _BLANKS.sub("", node.text_content or "")
            if words and within == parent.mem_id:
                found[-1] += words
            elif words:
                found.append(words)
                within = parent.mem_id
        elif node.tag is not None and not node.tag.startswith("-"):
            found.append(
                f"{parent.tag}>{node.tag} {_declarations(node.attributes.get('style') or '')}"
            )
            within = None
    return found


def _declarations(style: str) -> str:
    """Write a style's declarations in one way, with its pictures left to `draft_facts`."""
    return ";".join(
        _BLANKS.sub("", each) for each in _PICTURE.sub("url(", style).split(";") if each.strip()
    )


def _as_one(address: re.Match[str]) -> str:
    return _same_picture(address[0])


def _same_picture(url: str) -> str:
    """Read addresses of one picture as one: WeChat writes http or https, and may add a query such as wx_fmt."""
    plain = url.partition("?")[0].partition("#")[0]
    return "https://" + plain.removeprefix("http://") if plain.startswith("http://") else plain


_WORDS = {
    "title": Phrase("title"),
    "author": Phrase("author"),
    "digest": Phrase("digest (摘要)"),
    "pictures": Phrase("pictures"),
    "links": Phrase("links"),
    "cover": Phrase("cover"),
}
"""Parts of an article in words; the others are known by WeChat's names."""


def _difference(number: int, name: str, ours: Any, theirs: Any) -> Phrase:
    word = _WORDS.get(name, name)
    if isinstance(ours, list):
        say = Phrase(
            "article {number}: {ours} {name} were saved, and {theirs} are there, or others"
        )
        return Phrase(say, number=number, name=word, ours=len(ours), theirs=len(theirs))
    if name == "text":
        return Phrase(
            "article {number}: the text differs: {ours} characters were saved, and {theirs} are there",
            number=number,
            ours=len(ours),
            theirs=len(theirs),
        )
    return Phrase("article {number}: {name} differs", number=number, name=word)
