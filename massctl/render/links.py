"""What becomes of links: one to WeChat stays, the address of another becomes a numbered note at the end."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct, field

from massctl.render.article_file import ArticleFile
from massctl.render.elements import is_article_link
from massctl.render.tree import Element

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_NEARLY = re.compile(
    r"[^\w/.#]{0,4}(?P<scheme>https?)[:：]//(?P<rest>[^\s（）]+?)[\])>）」]*", re.IGNORECASE
)
_SITE = re.compile(r"(?://|www\.)[\w-]+\.\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_BARE = re.compile(
    r"(?<![\w./=&-])https?://[\w.~:/?#\[\]@!$&'()*+,;=%-]+(?<![.,;:!?'*_~])", re.ASCII
)
"""An address in text. It ends before Chinese, which GitHub's rule would take along, and before what ends a sentence."""


def meant(address: str) -> str:
    """Return the address that a link without a scheme clearly means, else the address as written.

    `//a.cn/b` and `www.a.cn` lead to a site, `a@b.cn` to a mailbox, and `https：//a.cn` and `(https://a.cn)` are slips.
    """
    if has_scheme(address):
        return address
    if _SITE.fullmatch(address):
        return f"https://{address.removeprefix('//')}"
    if _MAIL.fullmatch(address):
        return f"mailto:{address}"
    nearly = _NEARLY.fullmatch(address)
    return f"{nearly['scheme']}://{nearly['rest']}" if nearly is not None else address


class Notes(Struct):
    """The footnotes of one article, numbered in the order of their first reference."""

    _numbers: dict[str | tuple[int, int], int] = field(default_factory=dict)
    """By address, or by the part of the article and the number that the parser gave a footnote there."""
    _texts: dict[tuple[int, int], list[Element]] = field(default_factory=dict)
    """What the footnotes say; a label that is defined twice says both."""
    _words: dict[str, str] = field(default_factory=dict)
    """The words of the first link to an address."""

    def number(self, key: str | tuple[int, int]) -> int:
        """Return the number of a note; equal notes share it."""
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def knows(self, key: str | tuple[int, int]) -> bool:
        """Return whether a note already has a number."""
        return key in self._numbers

    def hold(self, key: tuple[int, int], node: Element) -> None:
        """Keep what a footnote says until the end of the article."""
        self._texts.setdefault(key, []).append(node)

    def texts(self, key: tuple[int, int]) -> Sequence[Element]:
        """Return the texts of a footnote."""
        return self._texts.get(key, ())

    def name(self, address: str, words: str) -> None:
        """Keep the words of a link, the first ones to each address."""
        self._words.setdefault(address, words)

    def words(self, address: str) -> str:
        """Return the words of the first link to an address."""
        return self._words.get(address, "")

    def has_addresses(self) -> bool:
        """Return whether a note is the address of a link."""
        return any(isinstance(key, str) for key in self._numbers)

    def __iter__(self) -> Iterator[str | tuple[int, int]]:
        """Yield all notes, those too that are found meanwhile; what nothing refers to comes last."""
        done = found = 0
        while True:
            waiting = [*islice(self._numbers, done, None)]
            if not waiting:
                # One at a time, since what it says may refer to further ones; whoever writes it gives it a number.
                held = enumerate(islice(self._texts, found, None), found + 1)
                found, key = next(
                    ((n, key) for n, key in held if key not in self._numbers), (found, None)
                )
                waiting = [] if key is None else [key]
            if not waiting:
                return
            yield from waiting
            done += len(waiting)


def bare_links(text: str, page: ArticleFile) -> Iterator[tuple[str, str]]:
    """Yield a text in pieces, each with an address if it may stay a link."""
    end = 0
    for found in _BARE.finditer(text):
        address = found[0]
        while address.endswith(")") and address.count("(") < address.count(")"):
            # The parenthesis is the sentence's, as in "(see https://…)".
            address = address[:-1]
        if stays(address, page):
            yield text[end : found.start()], ""
            yield address, address
            end = found.start() + len(address)
    yield text[end:], ""


def stays(address: str, page: ArticleFile) -> bool:
    """Return whether a link to an address may stay a link."""
    return is_article_link(address) or (page.external_links == "keep" and has_scheme(address))


def has_scheme(address: str) -> bool:
    """Return whether an address has a scheme, so that it is not a path or an anchor."""
    return _SCHEME.match(address) is not None
