"""Pages and pictures of the Internet, bounded: downloaded for an import, or asked whether they are still there."""

import ipaddress
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from massctl.cli.session import Session
from massctl.model.destination import ascii_host, split_address
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.model.settings import realm_of
from massctl.picture.limits import SOURCE_BYTES_MAX
from massctl.transport import Call, Line, NoAnswer, PrivateAddressError, RawAnswer

PAGE_BYTES_MAX = 16 * 1024 * 1024
"""WeChat's pages have about three megabytes of scripts."""
_SECONDS = 60.0
_REDIRECTIONS_MAX = 5
_BROWSER = "Mozilla/5.0 (compatible; massctl)"
"""Hosts of pictures refuse names that are no browser's."""
PICTURE_HOST = "mmbiz.qpic.cn"
"""Where the pictures of WeChat's articles are."""
ARTICLE_HOST = "mp.weixin.qq.com"
"""Where the articles are."""
GONE = frozenset({404, 410})
_THERE = frozenset({401, 403, 405, 429, 451})
_CHECK_SECONDS = 5.0
_BEGINNING_BYTES = 1024
_ASKED_SECONDS = 10.0
"""Whoever asks only whether something is there has other things to do."""
_DELETED = ("该内容已被发布者删除", "此内容因违规无法查看")
"""What WeChat shows, with status 200, where its account or WeChat took an article away. WeChat documents it nowhere;
crawlers look for the first, read 2026-12."""
_BODY = b"js_content"
"""Every article has an element of this id, and no page in the place of one."""


class Asked(Frozen):
    """What asking an address found."""

    why_silent: Phrase | None
    """Why it does not answer; None if it does."""
    leads_on: str | None
    """The address of another host to which it redirects; None if it stays on its own."""


class Downloads:
    """Fetches from http and https addresses of the Internet; a WeChat on loopback gives its own pictures."""

    def __init__(self, line: Line, wechat: str | None = None, *, is_inside: bool = False) -> None:
        """`wechat`: the address of a WeChat on loopback. `is_inside`: what answers stands in for the network."""
        self._line = line
        self._wechat = wechat
        self._is_inside = is_inside

    def page(self, address: str) -> bytes | Phrase:
        """Fetch a page, or say why not."""
        return self._fetch(address, PAGE_BYTES_MAX)

    def picture(self, address: str) -> bytes | Phrase:
        """Fetch a picture, or say why not."""
        return self._fetch(address, SOURCE_BYTES_MAX)

    def _fetch(self, address: str, limit: int) -> bytes | Phrase:
        answer = self._answer(address, limit, _SECONDS)
        if isinstance(answer, NoAnswer):
            return answer.said
        if isinstance(answer, Phrase):
            return answer
        return answer.content if answer.status == 200 else _other_status(answer)

    def is_there(self, address: str, seconds: float = _ASKED_SECONDS) -> bool | Phrase | NoAnswer:
        """Return whether a picture or an article exists, or a sentence why that is unknown."""
        answer = self._answer(address, PAGE_BYTES_MAX, seconds)
        if isinstance(answer, Phrase | NoAnswer):
            return answer
        if answer.status in GONE:
            return False
        if answer.status != 200:
            return _other_status(answer)
        page = answer.content if urlsplit(address).hostname == ARTICLE_HOST else b""
        return _BODY in page or not any(words.encode() in page for words in _DELETED)

    def asked(self, address: str) -> Asked:
        """Ask whether an address answers: HEAD first, then GET for its beginning, of an article for all of it."""
        landed, answer = self._landed(address, 0, _CHECK_SECONDS, "HEAD")
        is_article = _host_of(landed) == ARTICLE_HOST
        if not (is_article or isinstance(answer, Phrase) or _is_answered(answer)):
            landed, answer = self._landed(
                address, _BEGINNING_BYTES, _CHECK_SECONDS, "GET", cuts=True
            )
        why = self._why_no_article(landed) if is_article else _why_silent(answer)
        is_elsewhere = _host_of(landed) != _host_of(address)
        return Asked(why, landed if is_elsewhere else None)

    def _why_no_article(self, address: str) -> Phrase | None:
        """Return why an address shows no article. WeChat answers 200 where it shows that there is none."""
        found = self.is_there(address, _CHECK_SECONDS)
        if isinstance(found, NoAnswer):
            return found.said
        if isinstance(found, Phrase):
            return found
        return None if found else Phrase("WeChat shows no article there: it was taken away")

    def _answer(
        self, address: str, limit: int, seconds: float, method: str = "GET"
    ) -> RawAnswer | Phrase | NoAnswer:
        return self._landed(address, limit, seconds, method)[1]

    def _landed(
        self,
        address: str,
        limit: int,
        seconds: float,
        method: str,
        *,
        cuts: bool = False,
    ) -> tuple[str, RawAnswer | Phrase | NoAnswer]:
        """Follow redirections; return the last address, and its answer or why there is none."""
        try:
            return self._followed(address, self._call(address, limit, seconds, method, cuts=cuts))
        except ValueError:  # What a redirection leads to may be anything.
            return address, _NO_ADDRESS

    def _followed(self, address: str, call: Call) -> tuple[str, RawAnswer | Phrase | NoAnswer]:
        for _ in range(_REDIRECTIONS_MAX + 1):
            refused = _refusal(address)
            if refused is not None:
                return address, refused
            try:
                answer = self._line.exchange(self._placed(call, address))
            except PrivateAddressError:
                return address, _PRIVATE
            if isinstance(answer, NoAnswer):
                return address, answer
            if answer.status not in (301, 302, 303, 307, 308) or not answer.location:
                return address, answer
            address = urljoin(address, answer.location)
        return address, Phrase("the address leads from one to the next, and to no end")

    def _call(self, address: str, limit: int, seconds: float, method: str, *, cuts: bool) -> Call:
        return Call(
            method,
            address,
            seconds,
            headers={"User-Agent": _BROWSER, "Accept": "*/*"},
            answer_bytes_max=limit,
            is_answer_cut=cuts,
            is_public=not self._is_inside,
        )

    def _placed(self, call: Call, address: str) -> Call:
        """Return the call for an address; the addresses of a WeChat on loopback are its own."""
        parts = urlsplit(address)
        if self._wechat is None or parts.hostname not in (PICTURE_HOST, ARTICLE_HOST):
            return replace(call, url=address)
        query = f"?{parts.query}" if parts.query else ""
        own = f"{self._wechat.rstrip('/')}{parts.path}{query}"
        headers = {**call.headers, "Host": parts.hostname}
        return replace(call, url=own, headers=headers, is_public=False)


def _host_of(address: str) -> str:
    """Return the host of an address as a reader has it: without `www.`; empty where there is none."""
    parts = split_address(address)
    return ascii_host((parts.hostname if parts is not None else None) or "").removeprefix("www.")


def _why_silent(answer: RawAnswer | Phrase | NoAnswer) -> Phrase | None:
    if isinstance(answer, Phrase):
        return answer
    if _is_answered(answer):
        return None
    return answer.said if isinstance(answer, NoAnswer) else _other_status(answer)


def _is_answered(answer: RawAnswer | NoAnswer) -> bool:
    """Return whether a page is there: also one that refuses whoever is no browser, or is too often asked."""
    if isinstance(answer, NoAnswer):
        return False
    return answer.status < 400 or answer.status in _THERE


def _other_status(answer: RawAnswer) -> Phrase:
    return Phrase("the server answers {status}", status=answer.status)


@contextmanager
def downloads_of(session: "Session", base: str) -> Iterator[Downloads]:
    """Open the way to addresses for an account whose API is at `base`; a sandbox gives out its own."""
    inside = session.sandbox.world.app if session.sandbox is not None else None
    with closing(Line(None, inside)) as line:
        served = base if inside is None and realm_of(base) == "loopback" else None
        yield Downloads(line, served, is_inside=inside is not None)


_NO_ADDRESS = Phrase("the address, or one that it leads to, is not an address")
_PRIVATE = Phrase("it is on this machine or its network, where massctl downloads nothing")


def _refusal(address: str) -> Phrase | None:
    """Return why an address is not asked at all."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        return Phrase("it is not an http or https address")
    try:
        is_private = not ipaddress.ip_address(host).is_global
    except ValueError:
        is_private = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    return _PRIVATE if is_private else None
