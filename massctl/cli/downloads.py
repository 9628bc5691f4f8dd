"""Downloads of pages and pictures that an import names: bounded, and only from the Internet."""

import ipaddress
from typing import Final
from urllib.parse import urljoin, urlsplit

from massctl.model.phrase import Phrase
from massctl.picture.limits import SOURCE_BYTES_MAX
from massctl.transport import Call, Line, NoAnswer, PrivateAddressError

PAGE_BYTES_MAX: Final = 16 * 1024 * 1024
"""WeChat's pages have about three megabytes of scripts."""
_SECONDS: Final = 60.0
_REDIRECTIONS_MAX: Final = 5
_BROWSER: Final = "Mozilla/5.0 (compatible; massctl)"
"""Hosts of pictures refuse names that are no browser's."""
PICTURE_HOST: Final = "mmbiz.qpic.cn"
"""Where the pictures of WeChat's articles are."""


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
        for _ in range(_REDIRECTIONS_MAX + 1):
            refused = _refusal(address)
            if refused is not None:
                return refused
            try:
                answer = self._line.exchange(self._call(address, limit))
            except PrivateAddressError:
                return _PRIVATE
            if isinstance(answer, NoAnswer):
                return answer.said
            if answer.status in (301, 302, 303, 307, 308) and answer.location:
                address = urljoin(address, answer.location)
                continue
            if answer.status != 200:
                return Phrase("the server answers {status}", status=answer.status)
            return answer.content
        return Phrase("the address leads from one to the next, and to no end")

    def _call(self, address: str, limit: int) -> Call:
        headers = {"User-Agent": _BROWSER, "Accept": "*/*"}
        parts = urlsplit(address)
        if self._wechat is not None and parts.hostname == PICTURE_HOST:
            query = f"?{parts.query}" if parts.query else ""
            address = f"{self._wechat.rstrip('/')}{parts.path}{query}"
            return Call("GET", address, _SECONDS, headers={**headers, "Host": PICTURE_HOST}, answer_bytes_max=limit)
        return Call("GET", address, _SECONDS, headers=headers, answer_bytes_max=limit, is_public=not self._is_inside)


_PRIVATE: Final = Phrase("it is on this machine or its network, where massctl downloads nothing")


def _refusal(address: str) -> Phrase | None:
    """Say why an address is not asked at all."""
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
