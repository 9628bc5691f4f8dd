"""Links that lead nowhere for a follower, and addresses that travel unencrypted."""

from collections.abc import Iterator
from html import unescape
from typing import Final
from urllib.parse import parse_qs, urlsplit

from massctl.model.phrase import Phrase
from massctl.render.elements import LINK_HOST, is_script
from massctl.render.rules.subject import Finding, Subject

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "0.0.0.0"})  # noqa: S104  # Named, and bound to nothing.
"""Hosts that stand in instructions for developers."""
_CONSOLE: Final = ("/cgi-bin/", "/wxopen/", "/advanced/")
"""Paths of mp.weixin.qq.com that need the console's log-in."""


def find_dead_links(subject: Subject) -> Iterator[Finding]:
    """Find links that no follower can follow: anchors, paths, previews that expire, pages of the console.

    WeChat removes every `id`, so an anchor has no target. Source: measured behaviour of the API, 2026-06.
    """
    for address in dict.fromkeys(_addresses(subject)):
        why = _why_dead(address)
        if why is not None:
            yield subject.found(why, Phrase("link to an article on mp.weixin.qq.com, or write it as text"), address)
    # An address of another form is already a fault.
    why = _why_dead(subject.source_url) if subject.source_url.lower().startswith("http") else None
    if why is not None:
        hint = Phrase("copy the address of the published article, or of a web page")
        yield Finding((*subject.key, "content_source_url"), why, hint)


def find_unencrypted(subject: Subject) -> Iterator[Finding]:
    """Find addresses that begin with http:, where followers tap them; one that is only shown is text."""
    hint = Phrase("write https:// if the site supports it, as nearly all do")
    for address in dict.fromkeys(_addresses(subject)) if "http://" in subject.lower else ():
        if _is_unencrypted(address):
            say = Phrase("{address} travels unencrypted; phones warn about it or refuse it", address=address)
            yield subject.found(say, hint, address)
    if _is_unencrypted(subject.source_url):
        say = Phrase("{address} travels unencrypted; phones warn about it or refuse it", address=subject.source_url)
        yield Finding((*subject.key, "content_source_url"), say, hint)


def _addresses(subject: Subject) -> Iterator[str]:
    """Yield the addresses of the links in a body, except those to mini-programs."""
    for element in subject.elements:
        address = element.get("href").strip() if element.name == "a" else ""
        if address and "data-miniprogram-appid" not in element.attributes and not is_script(address):
            yield address


def _why_dead(address: str) -> Phrase | None:
    if address.startswith("#"):
        return Phrase("the link to {address} has no target: WeChat removes anchors", address=address)
    try:
        parts = urlsplit(unescape(address))
        host = parts.hostname
    except ValueError:
        return Phrase("{address} is not an address", address=address)
    if not (parts.scheme or host):
        return Phrase("the link to {address} has no target: followers do not have this file", address=address)
    if host == LINK_HOST and "tempkey" in parse_qs(parts.query):
        return Phrase("{address} is a preview, which expires after some hours", address=address)
    if host == LINK_HOST and parts.path.startswith(_CONSOLE):
        return Phrase("{address} is a page of the console, which followers cannot open", address=address)
    return None


def _is_unencrypted(address: str) -> bool:
    if not address.lower().startswith("http://"):
        return False
    try:
        return urlsplit(address).hostname not in _LOCAL
    except ValueError:
        return False  # `find_dead_links` reports it.
