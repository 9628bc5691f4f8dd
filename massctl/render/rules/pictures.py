"""Rules for the pictures of a body: alternative text, and enough pixels."""

from collections.abc import Iterator
from typing import Final

from massctl.model.message import PICTURE_SCHEME
from massctl.model.phrase import Phrase
from massctl.render.paths import is_at_wechat
from massctl.render.rules.subject import Finding, Subject
from massctl.render.tree import Element

SIDE_PIXELS_MIN: Final = 10
"""WeChat refuses some pictures that are smaller. Source: reports about media/uploadimg, read 2026-10."""
WIDTH_PIXELS_MIN: Final = 300
"""Ours: narrower than most of a phone's 375 px, a photograph is a thumbnail that somebody took for the picture."""
ICON_PIXELS_MAX: Final = 72
"""Ours: what is smaller on either side is an icon or a rule, and meant to be small."""


def find_wordless(subject: Subject) -> Iterator[Finding]:
    """Ask for the words of pictures, once in an article.

    An empty `alt` in HTML says that a picture is decoration, as on every web page.
    """
    wordless = [each for each in _images(subject) if "alt" not in each.attributes]
    hint = Phrase("describe it for people who listen to the article or wait for the picture: `![words](path)`")
    if not subject.is_markdown:
        hint = Phrase('describe it with `alt="words"`, or write `alt=""` for decoration')
    if wordless:
        reference = _reference(wordless[0], subject)
        say = Phrase("the picture {path} has no alternative text", path=reference)
        if len(wordless) > 1:
            say = Phrase("{count} pictures have no alternative text", count=len(wordless))
        yield subject.found(say, hint, reference)


def find_tiny(subject: Subject) -> Iterator[Finding]:
    """Find pictures with hardly any pixels, each once."""
    shown = {_address(each) for each in _images(subject)}
    for sha256, (written, picture) in subject.pictures.items():
        width, height = picture.width_pixels, picture.height_pixels
        if PICTURE_SCHEME + sha256 not in shown or not _is_tiny(width, height):
            continue
        say = Phrase("{path} has only {width}x{height} pixels", path=written, width=width, height=height)
        hint = Phrase("a phone's screen is 375 points wide, with two or three pixels each: use the large original")
        yield subject.found(say, hint, written)


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
