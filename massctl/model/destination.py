"""A place where a tap, a scan or a play of a message leads."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from unicodedata import category, normalize
from urllib.parse import SplitResult, parse_qsl, urlsplit

from massctl.model.strict import IN_LOCKS

ARTICLE_HOST = "mp.weixin.qq.com"
FILE_ENDINGS = frozenset(
    (
        *("apk", "css", "csv", "doc", "docx", "exe", "gif", "html", "jpeg", "jpg", "js"),
        *("json", "md", "mp3", "mp4", "pdf", "png", "ppt", "pptx", "py", "rb", "sh"),
        *("ts", "txt", "xls", "xlsx", "yaml", "yml", "zip"),
    )
)
"""Endings of names that are files or software more often than hosts: Node.js, README.md."""


class DestinationKind(StrEnum):
    """What kind of place it is."""

    URL = "url"
    """An address; also one that is no page, such as `tel:` or `weixin:`."""
    MINI_PROGRAM = "mini_program"
    """A page of a mini-program: its AppID, and its path behind a blank."""
    ACCOUNT = "account"
    """An account's profile: its `__biz`."""
    ARTICLE = "article"
    """An article on WeChat."""
    VIDEO = "video"
    """A video: its id, a file, or an address that plays it."""
    VOICE = "voice"
    """A recording or a song: its id, or a file."""
    CARD = "card"
    """Another component of WeChat, or a coupon."""
    QR = "qr"
    """What a QR code inside a picture says."""
    READ_MORE = "read_more"
    """The address behind "read original" (阅读原文)."""


def article_at(number: int) -> str:
    """Say that something stands in an article; articles count from 1."""
    return f"article {number}"


@dataclass(frozen=True, slots=True)
class Destination:
    """One place that a tap, a scan or a play leads."""

    __pydantic_config__: ClassVar = IN_LOCKS

    kind: DestinationKind
    """Its kind."""
    target: str
    """The place, as the message says it."""
    at: str
    """Where it stands: `article 2`, `message`, or the path of a picture."""
    label: str = ""
    """The words that are tapped, or the name that a card says; may be empty."""

    @property
    def document(self) -> dict[str, str]:
        """The destination as a lock writes it."""
        return {"kind": self.kind, "target": self.target, "at": self.at, "label": self.label}

    @property
    def address(self) -> SplitResult | None:
        """The target as the parts of an address; None for an id, a file, and what no browser reads."""
        is_file = self.target.startswith("sha256:")
        return split_address(self.target) if self.kind in _ADDRESSES and not is_file else None

    @property
    def host(self) -> str:
        """The host of an address, in ASCII; of one without a host its scheme and a colon. Else empty."""
        address = self.address
        if address is None:
            return ""
        has_host = address.netloc != "" or address.scheme == ""
        if not has_host or address.scheme not in ("", "http", "https"):
            return f"{address.scheme}:"
        host = address.hostname or ""
        return f"[{host}]" if ":" in host else ascii_host(host)

    @property
    def author(self) -> str:
        """The `__biz` of an article, if its address says it as WeChat writes one; else empty."""
        address = self.address if self.kind is DestinationKind.ARTICLE else None
        if address is None or address.path != "/s":
            return ""
        said = parse_qsl(address.query, keep_blank_values=True)
        told = sorted(key for key, _ in said if key not in _BESIDE)
        return dict(said)["__biz"] if told == _ARTICLE else ""

    @property
    def is_listable(self) -> bool:
        """Whether a policy can name it: by its host, its mini-program or its account."""
        if self.kind in _PLAYED:
            return self.host != ""
        return self.kind in _ADDRESSES or self.kind in _BY_ID

    @property
    def name(self) -> str:
        """What a policy names it by: its host, the AppID of its mini-program, or its account."""
        return self.target.partition(" ")[0] if self.kind in _BY_ID else self.host


_ARTICLE = ["__biz", "idx", "mid", "sn"]
"""What names an article in its address, each once. Another parameter, such as `tempkey`, may name another article."""
_BESIDE = frozenset({"chksm", "scene"})
"""What may stand beside: a check sum, and where a reader comes from. Ours."""
_PLAYED = frozenset({DestinationKind.VIDEO, DestinationKind.VOICE})
_BY_ID = frozenset({DestinationKind.MINI_PROGRAM, DestinationKind.ACCOUNT})
_ADDRESSES = frozenset(
    {
        DestinationKind.URL,
        DestinationKind.ARTICLE,
        *_PLAYED,
        DestinationKind.QR,
        DestinationKind.READ_MORE,
    }
)


_SLASHES = re.compile(r"(?:https?:)?//(/+)", re.IGNORECASE)
"""More slashes than two are two for a browser. Source: URL standard, "4.4 URL parsing", read 2026-11."""


def split_address(text: str) -> SplitResult | None:
    """Return the parts of an address as a browser reads it; None where it reads none.

    `https:/a.cn` has no host: whether `a.cn` is one depends on the page around it.
    """
    plain = text.replace("\\", "/")
    more = _SLASHES.match(plain)
    if more is not None:
        plain = plain[: more.start(1)] + plain[more.end(1) :]
    try:
        parts = urlsplit(plain)
        _ = parts.hostname
    except ValueError:
        return None
    return parts


def ascii_host(host: str) -> str:
    """Return a host in small ASCII letters, as DNS has it."""
    plain = host.rstrip(".").lower()
    if any(sign in plain for sign in _DEVIATIONS):
        labels = (each if each.isascii() else _punycode(each) for each in plain.split("."))
        return ".".join(labels)
    try:
        return plain.encode("idna").decode()
    except UnicodeError:
        return plain


_DEVIATIONS = "ßς\u200c\u200d"
"""What Python's codec reads as other letters, and a browser does not. Source: UTS 46, "Deviations", read 2026-11."""


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode()


LETTER = r"[^\x00-\x7f\s，。！？；：、（）《》“”‘’【】「」…—]"
"""A regular expression of a letter that is not ASCII, as far as it may be part of a host."""
_NAMED = r"(?<![\w-])(?:[\w-]+\.){1,9}[a-z]{2,}"
_NAMED_HOST = re.compile(_NAMED, re.ASCII | re.IGNORECASE)
_ANY_NAMED_HOST = re.compile(
    rf"{_NAMED}|(?<!{LETTER})(?:{LETTER}+\.)+[a-z]{{2,}}", re.ASCII | re.IGNORECASE
)


def as_seen(words: str) -> str:
    """Return words as a reader sees them: without signs that nobody sees, in letters of one width."""
    return "".join(each for each in normalize("NFKC", words) if category(each) != "Cf")


def hosts_named(words: str) -> list[str]:
    """Return the hosts that words name as a reader sees them, each once; a file such as `README.md` is none."""
    shown = as_seen(words)
    # A phone takes the Chinese full stop for a dot.
    found = (*_ANY_NAMED_HOST.findall(shown), *_NAMED_HOST.findall(shown.replace("。", ".")))
    return [
        each for each in dict.fromkeys(found) if each.rpartition(".")[2].lower() not in FILE_ENDINGS
    ]


_ARTICLE_PATH = re.compile(r"/s(?:/[\w-]*)?", re.ASCII)


def kind_of_address(address: str) -> DestinationKind:
    """Return what a link leads to: an article on WeChat, or any other address."""
    parts = split_address(address)
    is_article = (
        parts is not None
        and parts.scheme in ("http", "https")
        and parts.hostname == ARTICLE_HOST
        and _ARTICLE_PATH.fullmatch(parts.path) is not None
    )
    return DestinationKind.ARTICLE if is_article else DestinationKind.URL
