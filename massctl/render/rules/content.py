"""Rules for what an article says: its words, digest, links, pictures, and characters that nobody sees.

Those for its markup are in `massctl.render.rules.structure`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, Lines
from massctl.model.message import PICTURE_SCHEME
from massctl.model.phrase import Phrase, enumerated
from massctl.render.elements import LINK_HOST, is_script
from massctl.render.limits import DEFAULT_DIGEST_CHARACTERS
from massctl.render.paths import is_at_wechat
from massctl.render.rules.characters import unseen_characters
from massctl.render.rules.subject import Subject
from massctl.render.rules.words import banned_words, terms_in
from massctl.render.tree import Element

# Words that the law, the repository and WeChat forbid, and characters that nobody sees.

_ALLOW = Phrase(
    "if it praises what you sell, write what you can prove; otherwise add the expression "
    "to `policy.allowed_words`, or give a reason under `ignore:`"
)
_REWARD = Phrase(
    "say what readers get from it, and ask for nothing in return; if it only speaks of this, "
    "add the expression to `policy.allowed_words`, or give a reason under `ignore:`"
)
_REMOVE = Phrase(
    "remove it; if it only speaks of this, add the expression to `policy.allowed_words`, "
    "or give a reason under `ignore:`"
)


def find_absolute_terms(subject: Subject) -> Iterator[Fault]:
    """Find praise that the law forbids for what is sold. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "advertising"):
        yield found(
            Phrase(
                "“{term}” is an absolute term of advertising ({source})", term=term, source=source
            ),
            _ALLOW,
        )


def find_incitement(subject: Subject) -> Iterator[Fault]:
    """Find words that reward or force readers to share or to follow. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "incitement"):
        yield found(
            Phrase(
                "“{term}” incites readers to share or to follow, which WeChat forbids ({source})",
                term=term,
                source=source,
            ),
            _REWARD,
        )


def find_forbidden(subject: Subject) -> Iterator[Fault]:
    """Find words for services that WeChat's published rules forbid. Source: see `words.toml`, group by group."""
    for term, source, found in _found(subject, "forbidden"):
        yield found(
            Phrase("“{term}” belongs to what WeChat forbids ({source})", term=term, source=source),
            _REMOVE,
        )


def _found(
    subject: Subject, name: str
) -> Iterator[tuple[str, str, Callable[[Phrase, Phrase], Fault]]]:
    """Return each term of a list, its source, and what makes the finding at its place."""
    for key, text in subject.read.items():
        for hit in terms_in(text.whole, subject.words, name):
            needle, shift = text.around(hit.start, hit.end)
            place = partial(
                Fault, "", key=key, needle=needle, shift=shift, width=hit.end - hit.start
            )
            yield text.whole[hit.start : hit.end], hit.source, place


def find_banned_words(subject: Subject) -> Iterator[Fault]:
    """Find the words of `policy.banned_words`."""
    for key, text in subject.read.items():
        for hit in banned_words(text.whole, subject.words):
            needle, shift = text.around(hit.start, hit.end)
            word = text.whole[hit.start : hit.end]
            yield Fault(
                "",
                Phrase("“{word}” is banned by `policy.banned_words`", word=word),
                Phrase("use another word, or add the whole expression to `policy.allowed_words`"),
                key=key,
                needle=needle,
                shift=shift,
                width=len(word),
            )


def find_unseen(subject: Subject) -> Iterator[Fault]:
    """Find invisible characters in the files of an article; those of campaign.yaml are found where it is read."""
    for path, text in subject.sources.items():
        lines = Lines(text)
        for each in unseen_characters(text):
            line, column = lines.at(each.start)
            found = subject.found(each.message, each.hint)
            yield replace(found, path=path, line=line, column=column, width=1)


# The digest.


def find_missing_digest(subject: Subject) -> Iterator[Fault]:
    """Find a single article without a digest, which followers see under its title."""
    if subject.key and subject.is_alone and not subject.texts.get((*subject.key, "digest")):
        yield Fault(
            "",
            Phrase(
                "there is no digest: WeChat uses the first {count} characters of the text",
                count=DEFAULT_DIGEST_CHARACTERS,
            ),
            Phrase("write `digest:`, one sentence that makes people open it"),
            key=(*subject.key, "title"),
        )


def find_unseen_digest(subject: Subject) -> Iterator[Fault]:
    """Find digests that WeChat drops beside other articles. Source: WeChat docs, "draft/add", read 2026-10."""
    if subject.key and not subject.is_alone and subject.texts.get((*subject.key, "digest")):
        yield Fault(
            "",
            Phrase("this digest has no effect: with several articles WeChat keeps none"),
            Phrase("leave it out"),
            key=(*subject.key, "digest"),
        )


# Links.

_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104  # Named, and bound to nothing.
"""Hosts that stand in instructions for developers."""
_CONSOLE = ("/cgi-bin/", "/wxopen/", "/advanced/")
"""Paths of mp.weixin.qq.com that need the console's log-in."""


def find_dead_links(subject: Subject) -> Iterator[Fault]:
    """Find links that no follower can follow: anchors, paths, previews that expire, pages of the console.

    WeChat removes every `id`, so an anchor has no target. Source: measured behaviour of the API, 2026-06.
    """
    for address in dict.fromkeys(_addresses(subject)):
        why = _why_dead(address)
        if why is not None:
            yield subject.found(
                why, Phrase("link to an article on mp.weixin.qq.com, or write it as text"), address
            )
    # An address of another form is already a fault.
    why = _why_dead(subject.source_url) if subject.source_url.lower().startswith("http") else None
    if why is not None:
        yield Fault(
            "",
            why,
            Phrase("copy the address of the published article, or of a web page"),
            key=(*subject.key, "content_source_url"),
        )


def find_unencrypted(subject: Subject) -> Iterator[Fault]:
    """Find links to http: addresses. An address that is only shown is text."""
    hint = Phrase("write https:// if the site supports it, as nearly all do")
    for address in dict.fromkeys(_addresses(subject)) if "http://" in subject.lower else ():
        if _is_unencrypted(address):
            yield subject.found(
                Phrase(
                    "{address} travels unencrypted; phones warn about it or refuse it",
                    address=address,
                ),
                hint,
                address,
            )
    if _is_unencrypted(subject.source_url):
        yield Fault(
            "",
            Phrase(
                "{address} travels unencrypted; phones warn about it or refuse it",
                address=subject.source_url,
            ),
            hint,
            key=(*subject.key, "content_source_url"),
        )


def _addresses(subject: Subject) -> Iterator[str]:
    """Yield the addresses of the links in a body, except those to mini-programs."""
    for element in subject.elements:
        address = element.get("href").strip() if element.name == "a" else ""
        if (
            address
            and "data-miniprogram-appid" not in element.attributes
            and not is_script(address)
        ):
            yield address


def _why_dead(address: str) -> Phrase | None:
    if address.startswith("#"):
        return Phrase(
            "the link to {address} has no target: WeChat removes anchors", address=address
        )
    try:
        parts = urlsplit(unescape(address))
        host = parts.hostname
    except ValueError:
        return Phrase("{address} is not an address", address=address)
    if not (parts.scheme or host):
        return Phrase(
            "the link to {address} has no target: followers do not have this file", address=address
        )
    if host == LINK_HOST and "tempkey" in parse_qs(parts.query):
        return Phrase("{address} is a preview, which expires after some hours", address=address)
    if host == LINK_HOST and parts.path.startswith(_CONSOLE):
        return Phrase(
            "{address} is a page of the console, which followers cannot open", address=address
        )
    return None


def _is_unencrypted(address: str) -> bool:
    if not address.lower().startswith("http://"):
        return False
    try:
        return urlsplit(address).hostname not in _LOCAL
    except ValueError:
        return False  # `find_dead_links` reports it.


# Pictures.

SIDE_PIXELS_MIN = 10
"""WeChat refuses some pictures that are smaller. Source: reports about media/uploadimg, read 2026-10."""
WIDTH_PIXELS_MIN = 300
"""Ours: narrower than most of a phone's 375 px, a photograph is a thumbnail that somebody took for the picture."""
ICON_PIXELS_MAX = 72
"""Ours: what is smaller on either side is an icon or a rule, and meant to be small."""


_PLACES_MAX = 10
"""Ours: pictures that one finding names."""


def find_wordless(subject: Subject) -> Iterator[Fault]:
    """Ask for the words of pictures, once in an article.

    An empty `alt` in HTML says that a picture is decoration, as on every web page.
    """
    wordless = [each for each in _images(subject) if "alt" not in each.attributes]
    hint = Phrase(
        "describe it for people who listen to the article or wait for the picture: `![words](path)`"
    )
    if not subject.is_markdown:
        hint = Phrase('describe it with `alt="words"`, or write `alt=""` for decoration')
    if wordless:
        reference = _reference(wordless[0], subject)
        say = Phrase("the picture {path} has no alternative text", path=reference)
        if len(wordless) > 1:
            names = [*dict.fromkeys(_reference(each, subject) for each in wordless)]
            places = enumerated(names[:_PLACES_MAX])
            if len(names) > _PLACES_MAX:
                places = Phrase("{first}, {rest}", first=places, rest="…")
            say = Phrase(
                "{count} pictures have no alternative text: {places}",
                count=len(wordless),
                places=places,
            )
        yield subject.found(say, hint, reference)


def find_tiny(subject: Subject) -> Iterator[Fault]:
    """Find pictures with hardly any pixels, each once."""
    shown = {_address(each) for each in _images(subject)}
    for sha256, (written, picture) in subject.pictures.items():
        width = picture.width_pixels
        height = picture.height_pixels
        if PICTURE_SCHEME + sha256 not in shown or not _is_tiny(width, height):
            continue
        yield subject.found(
            Phrase(
                "{path} has only {width}x{height} pixels", path=written, width=width, height=height
            ),
            Phrase(
                "a phone's screen is 375 points wide, with two or three pixels each: use the large original"
            ),
            written,
        )


def _is_tiny(width: int, height: int) -> bool:
    if min(width, height) < SIDE_PIXELS_MIN:
        return True
    return width < WIDTH_PIXELS_MIN and min(width, height) > ICON_PIXELS_MAX


def _images(subject: Subject) -> Iterator[Element]:
    """Yield the pictures that followers will see; a missing file is already a fault."""
    for element in subject.elements:
        if element.name == "img":
            address = _address(element)
            if address.removeprefix(PICTURE_SCHEME) in subject.pictures or is_at_wechat(address):
                yield element


def _address(element: Element) -> str:
    return (element.get("src") or element.get("data-src")).strip()


def _reference(element: Element, subject: Subject) -> str:
    """Return a picture's path as written."""
    address = _address(element)
    known = subject.pictures.get(address.removeprefix(PICTURE_SCHEME))
    return known[0] if known is not None else address
