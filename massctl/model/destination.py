"""Where a tap, a scan or a play leads: every destination of a message, read from the bytes that are sent.

Sources: WeChat docs, "draft/add" and "mini-program cards in articles", read 2026-10; articles of WeChat's editor, read
2026-11; HTML standard, "Links" and "Attributes", read 2026-11. An element that WeChat removes is read like any other:
a list that leaves something out would be believed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar
from urllib.parse import SplitResult, parse_qsl, urlsplit

from massctl.model.frozen import Frozen
from massctl.model.strict import IN_LOCKS

LABEL_CHARACTERS_MAX = 40
"""Ours: enough to find the words in an article."""
ARTICLE_HOST = "mp.weixin.qq.com"


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
        """The target as the parts of an address; None for what is none, and for what no browser reads."""
        return split_address(self.target) if self.kind in _ADDRESSES else None

    @property
    def host(self) -> str:
        """The host of an address, in ASCII; of one without a host its scheme and a colon. Else empty."""
        address = self.address
        if address is None:
            return ""
        has_host = address.scheme in ("", "http", "https")
        return ascii_host(address.hostname or "") if has_host else f"{address.scheme}:"

    @property
    def author(self) -> str:
        """The `__biz` of an article whose address says one; else empty, also where the path alone names it."""
        address = self.address if self.kind is DestinationKind.ARTICLE else None
        if address is None or address.path != "/s":
            return ""
        said = [value for key, value in parse_qsl(address.query) if key == "__biz"]
        return said[0] if len(said) == 1 else ""

    @property
    def is_listable(self) -> bool:
        """Whether a policy can name it: by its host, its mini-program or its account."""
        if self.kind is DestinationKind.VIDEO:
            return self.host != ""
        return self.kind in _ADDRESSES or self.kind in _BY_ID

    @property
    def name(self) -> str:
        """What a policy names it by: its host, the AppID of its mini-program, or its account."""
        return self.target.partition(" ")[0] if self.kind in _BY_ID else self.host


_BY_ID = frozenset({DestinationKind.MINI_PROGRAM, DestinationKind.ACCOUNT})
_ADDRESSES = frozenset(
    {
        DestinationKind.URL,
        DestinationKind.ARTICLE,
        DestinationKind.VIDEO,
        DestinationKind.QR,
        DestinationKind.READ_MORE,
    }
)


def split_address(text: str) -> SplitResult | None:
    """Return the parts of an address as a browser reads it; None where it reads none."""
    try:
        parts = urlsplit(text.replace("\\", "/"))
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


class _Component(Frozen):
    """How an element says where it leads."""

    kind: DestinationKind
    targets: tuple[str, ...]
    """Attributes that may hold it."""
    are_all: bool = False
    """Each attribute counts; else the first that is there."""


_SONG = _Component(
    DestinationKind.VOICE, ("musicid", "mid", "audiourl", "data-musicid"), are_all=True
)
_VOICE = _Component(DestinationKind.VOICE, ("voice_encode_fileid", "data-voice_encode_fileid"))
_CHANNEL = _Component(DestinationKind.VIDEO, ("data-id", "data-username", "data-url"))
_PROFILE = _Component(DestinationKind.ACCOUNT, ("data-id", "data-alias", "data-nickname"))
_PLAYED = _Component(DestinationKind.VIDEO, ("data-mpvid", "data-src", "src"), are_all=True)
_SENT = _Component(DestinationKind.URL, ("action", "formaction"), are_all=True)
_LINK = _Component(DestinationKind.URL, ("href", "xlink:href"), are_all=True)
_ELEMENTS: Mapping[str, _Component] = {
    "a": _LINK,
    "area": _LINK,
    "form": _SENT,
    "button": _SENT,
    "input": _SENT,
    "iframe": _PLAYED,
    "video": _PLAYED,
    "source": _PLAYED,
    "embed": _PLAYED,
    "audio": _Component(DestinationKind.VOICE, ("src",)),
    "object": _Component(DestinationKind.URL, ("data",)),
    "mp-common-profile": _PROFILE,
    "mpprofile": _PROFILE,
    "mp-common-videosnap": _CHANNEL,
    "mpvideosnap": _CHANNEL,
    "mp-common-mpaudio": _VOICE,
    "mpvoice": _VOICE,
    "mp-common-qqmusic": _SONG,
    "qqmusic": _SONG,
}
_MARKS = frozenset({"mpath", "mpchecktext", "mp-style-type"})
"""Names that begin like a component's: nobody can tap or play them. `mpath` is of drawings."""
_APPID = ("data-miniprogram-appid", "weapp_appid")
_PAGE = ("data-miniprogram-path", "weapp_path")
_SHORT_LINK = "data-miniprogram-applink"
"""A link of a mini-program in one word: #小程序://…"""
MINI_PROGRAM = (*_APPID, *_PAGE, _SHORT_LINK)
"""The attributes by which any element opens a mini-program."""
_NAMES = (
    *("data-miniprogram-title", "data-nickname", "data-title", "data-name", "data-desc"),
    *("name", "music_name", "musicname", "title", "alt"),
)
"""What a card says of itself."""
_IDENTIFYING = re.compile(r"(?:id|ur[il]|src|href|key|code|link|path)$")
_PICTURE = re.compile(r"ima?ge?url|headimg|cover|avatar|albumurl")
_IGNORED = re.compile(r"[\t\n\r]")
"""What a browser takes out of an address. Source: URL standard, "4.4 URL parsing", read 2026-11."""
_PLAYERS = frozenset({ARTICLE_HOST, "v.qq.com"})
_BLANKS = "".join(map(chr, range(0x21)))


def is_component(name: str) -> bool:
    """Return whether an element leads somewhere by what it is, whatever its attributes are called."""
    return name in _ELEMENTS or (name.startswith("mp") and name not in _MARKS)


def led_by(name: str, attributes: Mapping[str, str]) -> frozenset[str]:
    """Return which attributes of an element say where it leads."""
    rule = _ELEMENTS.get(name)
    found = [key for key in (rule.targets if rule is not None else ()) if attributes.get(key)]
    return frozenset((*MINI_PROGRAM, *(found if rule is None or rule.are_all else found[:1])))


def in_body(html: str, at: str) -> Iterator[Destination]:
    """Yield the destinations of the HTML of an article or a text, in their order."""
    # A compiled library, needed only where there are articles.
    from selectolax.lexbor import LexborHTMLParser

    for node in LexborHTMLParser(f"<body>{html}").css("*"):
        attributes = {key: _cleaned(value) for key, value in node.attributes.items() if value}
        for kind, target in in_element(node.tag or "", attributes):
            yield Destination(kind, target, at, _label(node, attributes))


def in_text(text: str, at: str) -> Iterator[Destination]:
    """Yield the destinations of a text message: its links, and addresses in its words, which WeChat makes links."""
    if "<" in text:  # Only then the parser is needed.
        yield from in_body(text, at)
    words = _ANCHOR.sub(" ", text)
    for link in _PROGRAM_LINK.findall(words):
        yield Destination(DestinationKind.MINI_PROGRAM, link, at)
    for found in _BARE.finditer(_PROGRAM_LINK.sub(" ", words)):
        address = found[0] if "://" in found[0][:10] else f"http://{found[0]}"
        yield Destination(_kind_of(address), address, at)


_ANCHOR = re.compile(
    r"<a\b[^>]*>.*?(?:</a\s*>|\Z)|</?[a-z](?:(?!://)[^<>])*>", re.DOTALL | re.IGNORECASE
)
"""A link, or a tag. What only looks like one, such as `<https://a.cn>`, is words."""
_ENDINGS = "com|cn|net|org|top|xyz|vip|cc|io|me|tv|club|shop|site|app|info|biz|co"
"""Of hosts that a phone makes a link of without `http`; ours: a list that is too long does no harm."""
_BARE = re.compile(
    rf"(?:(?:https?|weixin)://|(?<![\w./=&@-])(?:www\.|(?:[\w-]+\.)+(?:{_ENDINGS})(?![\w.-])))"
    r"[\w.~:/?#\[\]@!$&'()*+,;=%-]*(?<![.,;:!?'*_~()])",
    re.ASCII | re.IGNORECASE,
)
"""An address in a text; it ends before Chinese, and before what ends a sentence."""
_PROGRAM_LINK = re.compile(r"#小程序://\S+")
"""A link of a mini-program in one word; an address in it is no other place."""


def in_element(name: str, attributes: Mapping[str, str]) -> Iterator[tuple[DestinationKind, str]]:
    """Yield the kind and the target of each place that an element leads; `attributes` has no empty value."""
    programs = _mini_programs(attributes)
    yield from ((DestinationKind.MINI_PROGRAM, each) for each in programs)
    rule = _ELEMENTS.get(name)
    if rule is not None:
        found = _targets(attributes, rule)
        yield from ((_kind_of(each) if rule is _LINK else rule.kind, each) for each in found)
        if found or not name.startswith(("mp", "qq")):
            return
    if is_component(name) and not programs:
        yield rule.kind if rule is not None else DestinationKind.CARD, _described(name, attributes)


def _mini_programs(attributes: Mapping[str, str]) -> Sequence[str]:
    """Return every page of a mini-program that an element says: which of two names WeChat takes is written nowhere."""
    appids, pages = (
        dict.fromkeys(attributes[key].replace(" ", "%20") for key in keys if key in attributes)
        for keys in (_APPID, _PAGE)
    )
    named = [
        " ".join(filter(None, (appid, page)))
        for appid in appids or ("",)
        for page in pages or ("",)
    ]
    return [each for each in (*named, attributes.get(_SHORT_LINK, "")) if each]


def _targets(attributes: Mapping[str, str], rule: _Component) -> Sequence[str]:
    """Return where an element leads, each place once."""
    found: list[str] = []
    for value in (attributes[key] for key in rule.targets if attributes.get(key)):
        is_anchor = rule is _LINK and value.startswith("#")
        if not is_anchor and value not in found and not _is_player(value, found):
            found.append(value)
    return found if rule.are_all else found[:1]


def _is_player(address: str, known: Sequence[str]) -> bool:
    """Return whether an address is WeChat's own player of a video whose id is known."""
    parts = split_address(address)
    if parts is None or parts.hostname not in _PLAYERS:
        return False
    played = [value for key, value in parse_qsl(parts.query) if key == "vid"]
    return len(played) == 1 and played[0] in known


def _described(name: str, attributes: Mapping[str, str]) -> str:
    """Name a component by itself, and by what tells it from another of its kind."""
    told = (
        f"{key}={value}"
        for key, value in attributes.items()
        if _IDENTIFYING.search(key) and not _PICTURE.search(key)
    )
    return " ".join((name, *told))


def _kind_of(address: str) -> DestinationKind:
    parts = split_address(address)
    is_article = (
        parts is not None
        and parts.scheme in ("http", "https")
        and parts.hostname == ARTICLE_HOST
        and (parts.path == "/s" or parts.path.startswith("/s/"))
    )
    return DestinationKind.ARTICLE if is_article else DestinationKind.URL


def _cleaned(value: str) -> str:
    return _IGNORED.sub("", value).strip(_BLANKS)


def _label(node: Any, attributes: Mapping[str, str]) -> str:
    """Return what a reader taps: the words inside, the name that a card says, or what its picture shows."""
    picture = node.css_first("img[alt]")
    words = (
        node.text(),
        *(attributes.get(key, "") for key in _NAMES),
        (picture.attributes.get("alt") or "") if picture is not None else "",
    )
    label = next((found for each in words if (found := " ".join(each.split()))), "")
    return label[:LABEL_CHARACTERS_MAX]
