"""Read where the HTML of an article or a text message leads, from the bytes that are sent.

Sources: WeChat docs, "draft/add" and "mini-program cards in articles", read 2026-10; articles of WeChat's editor, read
2026-11; HTML standard, "Links" and "Attributes", read 2026-11; SVG 2, "Linking", and SVG animations, "Attributes to
identify the target attribute", read 2026-12. An element that WeChat removes is read like any other: a list that leaves
something out would be believed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, unquote

from massctl.model.destination import (
    ARTICLE_HOST,
    FILE_ENDINGS,
    LETTER,
    Destination,
    DestinationKind,
    hosts_named,
    kind_of_address,
    split_address,
)
from massctl.model.frozen import Frozen

LABEL_CHARACTERS_MAX = 40
"""Ours: enough to find the words in an article. Hosts that stand behind are kept, too: a reader is led by them."""


class _Target(Frozen):
    """The attributes of an element that say where it leads."""

    kind: DestinationKind
    attributes: tuple[str, ...]
    is_one: bool = False
    """Together they name one place; else each of them names one."""


_SONG = _Target(DestinationKind.VOICE, ("musicid", "mid", "audiourl", "data-musicid"))
_VOICE = _Target(DestinationKind.VOICE, ("voice_encode_fileid", "data-voice_encode_fileid"))
_CHANNEL = _Target(
    DestinationKind.VIDEO, ("data-id", "data-username", "data-noticeid"), is_one=True
)
_PROFILE = _Target(DestinationKind.ACCOUNT, ("data-id", "data-alias"), is_one=True)
_PLAYED = _Target(DestinationKind.VIDEO, ("data-mpvid", "data-vid", "vid", "data-src", "src"))
_SENT = _Target(DestinationKind.URL, ("action", "formaction"))
_LINK = _Target(DestinationKind.URL, ("href", "xlink:href", "data-itemurl"))
_REFRESH = _Target(DestinationKind.URL, ("content",))
_ANIMATED = _Target(DestinationKind.URL, ("to", "from", "values"))
_ELEMENTS: Mapping[str, _Target] = {
    "a": _LINK,
    "area": _LINK,
    "base": _LINK,
    "form": _SENT,
    "button": _SENT,
    "input": _SENT,
    "iframe": _PLAYED,
    "video": _PLAYED,
    "source": _PLAYED,
    "embed": _PLAYED,
    "audio": _Target(DestinationKind.VOICE, ("src",)),
    "object": _Target(DestinationKind.URL, ("data",)),
    "mp-common-profile": _PROFILE,
    "mpprofile": _PROFILE,
    "mp-common-videosnap": _CHANNEL,
    "mpvideosnap": _CHANNEL,
    "mp-common-mpaudio": _VOICE,
    "mpvoice": _VOICE,
    "mp-common-qqmusic": _SONG,
    "qqmusic": _SONG,
}
_ANIMATIONS = frozenset({"animate", "set"})
_COMPONENTS = ("mp", "qqmusic", "wx-")
"""How the names of WeChat's components begin."""
_MARKS = frozenset({"mpath", "mpchecktext", "mp-style-type"})
"""Names that begin like a component's: nobody can tap or play them. `mpath` is of drawings."""
_REFERENCES = frozenset(
    (
        *("image", "use", "mpath", "textpath", "pattern", "lineargradient", "radialgradient"),
        *("filter", "feimage", "animatemotion", "animatetransform", "script", "link", *_ANIMATIONS),
    )
)
"""Elements whose `href` only says what they are made of. On any other one a browser may follow it."""
_APPID = ("data-miniprogram-appid", "weapp_appid")
_PAGE = ("data-miniprogram-path", "weapp_path")
_TOPIC = "topic-id"
"""A topic (话题) on any element. Source: articles of WeChat's editor, read 2026-11."""
_SHORT_LINK = "data-miniprogram-applink"
"""A link of a mini-program in one word: #小程序://…"""
_MINI_PROGRAM = (*_APPID, *_PAGE, _SHORT_LINK)
"""The attributes by which any element opens a mini-program."""
_NAMES = (
    *("data-miniprogram-title", "data-nickname", "data-title", "data-name", "data-desc"),
    *("name", "music_name", "musicname", "title", "alt"),
)
"""What a card says of itself."""
_LOOKS = frozenset({"class", "style", "width", "height", "leaf", "nodeleaf", *_NAMES})
_FRAME_ID = re.compile(r"data-\w*id")
"""What a frame of WeChat's that is no video shows: a coupon, a vote, a topic."""
_OWN_PICTURE = "massctl-picture:"
_WECHAT_PICTURE = re.compile(
    r"(?:https?:)?//(?:mmbiz\.(?:qpic|qlogo)|mmecoa\.qpic|wx\.qlogo)\.cn/", re.IGNORECASE
)
_STYLE_PICTURE = re.compile(r"url\(\s*['\"]?(?P<address>[^'\")]*)", re.IGNORECASE)
_SOURCES = ("src", "data-src", "href", "xlink:href")
_IGNORED = re.compile(r"[\t\n\r]")
"""What a browser takes out of an address. Source: URL standard, "4.4 URL parsing", read 2026-11."""
_PLAYER_TEMPLATE = ("t", "pages/video_player_tmpl")
_PLAYERS = frozenset(
    {
        (ARTICLE_HOST, "/mp/readtemplate"),
        ("v.qq.com", "/iframe/player.html"),
        ("v.qq.com", "/iframe/preview.html"),
        ("v.qq.com", "/txp/iframe/player.html"),
    }
)
"""What plays a video on WeChat. Source: articles of WeChat's editor, read 2026-11."""
_INNER_ADDRESS = re.compile(
    r"(?:https?:|\A)//(?P<host>[^\s/?#\"'<>\\]+)[^\s\"'<>\\]*", re.IGNORECASE
)
_WECHAT_HOST = re.compile(
    r"(?:.+\.)?(?:qq\.com|qpic\.cn|qlogo\.cn|gtimg\.cn|mmecimage\.cn)"
    r"|store\.mp\.video\.tencent-cloud\.com"
)
"""Where WeChat keeps what its components show. Source: articles of WeChat's editor, read 2026-11."""
_BLANKS = "".join(map(chr, range(0x21)))


def target_attributes(name: str, attributes: Mapping[str, str]) -> frozenset[str]:
    """Return which attributes of an element name a place in its destinations."""
    target = _target_of(name.lower(), attributes)
    known = target.attributes if target is not None else ()
    return frozenset((*_MINI_PROGRAM, *(key for key in known if attributes.get(key))))


def in_body(html: str, at: str) -> Iterator[Destination]:
    """Yield the destinations of the HTML of an article or a text: of each page in their order, inner pages last."""
    # A compiled library, needed only where there are articles.
    from selectolax.lexbor import LexborHTMLParser

    pages = [html]
    while pages:
        page = pages.pop(0)
        for node in LexborHTMLParser(f"<body>{page}").css("*"):
            attributes = {key: _cleaned(value) for key, value in node.attributes.items() if value}
            for kind, target in _in_element(node.tag or "", attributes):
                yield Destination(kind, target, at, _label(node, attributes))
            if "srcdoc" in attributes:
                pages.append(attributes["srcdoc"])


def shows_unread_picture(html: str) -> bool:
    """Return whether a body shows what nobody reads QR codes in: a picture on WeChat, or a drawing of many forms."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(f"<body>{html}")
    return any(sum(map(_forms, each.css("*"))) >= _FORMS_MIN for each in tree.css("svg")) or any(
        _WECHAT_PICTURE.match(address)
        for node in tree.css("*")
        for address in _shown_by(node.tag or "", node.attributes)
    )


_FORMS_MIN = 40
"""Ours: a QR code of the smallest version has more dark areas than that."""
_FORMS = frozenset({"rect", "path", "polygon", "polyline", "circle", "ellipse", "line", "use"})


def _forms(node: Any) -> int:
    """Count the forms that an element of a drawing draws: each begun line of a path, and each dash, is one."""
    begun = re.findall("m", node.attributes.get("d") or "", re.IGNORECASE)
    dashes = (_DASHES.search(f"{key}:{value}") for key, value in node.attributes.items())
    dashed = [
        each for found in dashes if found is not None for each in re.findall(r"[\d.]+", found[1])
    ]
    return max(len(begun), len(dashed), int(node.tag in _FORMS))


_DASHES = re.compile(r"stroke-dasharray\s*:([\d.,\s]+)")


def _shown_by(name: str, attributes: Mapping[str, str | None]) -> Iterator[str]:
    if name.lower() in ("img", "image", "feimage"):
        yield from (_cleaned(attributes.get(key) or "") for key in _SOURCES)
    yield from (each.strip() for each in _STYLE_PICTURE.findall(attributes.get("style") or ""))


def in_text(text: str, at: str) -> Iterator[Destination]:
    """Yield the destinations of a text message: its links, and addresses in its words, which WeChat makes links."""
    if "<" in text:  # Only then the parser is needed.
        yield from in_body(text, at)
    in_links = Counter(_addresses_in_links(text)) if "<" in text else Counter[str]()
    words = unescape(text)
    for link in _PROGRAM_LINK.findall(words):
        yield Destination(DestinationKind.MINI_PROGRAM, link, at)
    for found in _written(_PROGRAM_LINK.sub(" ", words)):
        if in_links[found[0]]:
            in_links[found[0]] -= 1
            continue
        address = f"http://{found[0]}" if found["host"] else found[0]
        yield Destination(kind_of_address(address), address, at)


def _addresses_in_links(text: str) -> Iterator[str]:
    """Yield the addresses in the attributes and words of links: a tap on them leads where the link does."""
    from selectolax.lexbor import LexborHTMLParser

    for node in LexborHTMLParser(f"<body>{text}").css("a[href]"):
        for value in (*node.attributes.values(), node.text()):
            yield from (found[0] for found in _written(unescape(value or "")))


def _written(words: str) -> Iterator[re.Match[str]]:
    """Yield the addresses in words. `Node.js` and `README.md` name files; `evil.md/x` names a host."""
    for found in _WRITTEN.finditer(words):
        ending = (found["host"] or "").rpartition(".")[2].lower()
        is_whole = found["host"] == found[0]
        is_file = ending in FILE_ENDINGS and (is_whole or ending not in _COUNTRIES)
        if not found["mail"] and not is_file:
            yield found


_COUNTRIES = frozenset({"md", "py", "sh", "zip"})
"""Endings of files that end hosts, too. Source: IANA, "Root Zone Database", read 2026-12."""
_ASCII_HOST = r"(?:\w[\w-]*\.)+[a-z]{2,}"
_OTHER_HOST = rf"(?:(?:[\w-]|{LETTER})+\.)+(?:[a-z]{{2,}}|{LETTER}+)|{LETTER}+"
"""A host behind a scheme in which Chinese stands before a host in ASCII could end."""
_SCHEME = r"(?:https?|(?:(?!https?://)[a-z0-9+-])+)://"
_REST = r"(?:(?!https?://)[\w.~:/?#\[\]@!$&'()*+,;=%-])"
_MAIL = rf"(?<![\w.+-])[\w.+-]+@{_ASCII_HOST}(?![\w/?#:@-])"
_NAME = rf"(?<!\w)(?:(?:\w[\w-]*|(?<!{LETTER}){LETTER}+)\.)+[a-z]{{2,}}(?![a-z0-9])"
_IP = r"(?<![\w.])\d+(?:\.\d+){3}(?!\w|\.\w)"
_WRITTEN = re.compile(
    rf"(?:{_SCHEME}(?:(?!{_ASCII_HOST})(?:{_OTHER_HOST})|{_REST}){_REST}*|(?P<mail>{_MAIL})"
    rf"|(?P<host>{_NAME}|{_IP})(?:(?=[/?#:]){_REST}*)?)(?<![.,;:!?'*_~()])",
    re.ASCII | re.IGNORECASE,
)
"""An address in a text. It ends before Chinese that is no host, before what ends a sentence, before the next one.

Which endings of hosts a phone knows is written nowhere: any letters are one.
"""
_PROGRAM_LINK = re.compile(r"#小程序://\S+")
"""A link of a mini-program in one word. An address in it is not another place."""


def _in_element(name: str, attributes: Mapping[str, str]) -> Iterator[tuple[DestinationKind, str]]:
    """Yield the kind and the target of each place that an element leads; `attributes` has no empty value."""
    programs = _mini_programs(attributes)
    yield from ((DestinationKind.MINI_PROGRAM, each) for each in programs)
    target = _target_of(name.lower(), attributes)
    kind = target.kind if target is not None else DestinationKind.CARD
    found = _targets(attributes, target) if target is not None else []
    for each in found:
        yield kind_of_address(each) if kind is DestinationKind.URL else kind, each
    if name == "iframe":
        yield from _frame_card(attributes)
    if _TOPIC in attributes:
        yield DestinationKind.CARD, f"{_TOPIC}={attributes[_TOPIC]}"
    elif _is_card(name, attributes, is_told=bool(found or programs)):
        yield DestinationKind.CARD, _described(name, attributes)
    if not _is_component(name):
        return
    if not found and not programs:
        yield kind, _described(name, attributes)
    yield from ((kind_of_address(each), each) for each in _inner_addresses(attributes, found))


def _is_card(name: str, attributes: Mapping[str, str], *, is_told: bool) -> bool:
    """Return whether an element leads to what its data names: a shop, a place, goods, a search."""
    is_wechats = _TAPPED.search(attributes.get("class", "")) is not None
    if not is_wechats and (name != "a" or is_told):
        return False
    return any(key not in _LOOKS and _DATA.fullmatch(key) for key in attributes)


_TAPPED = re.compile(r"\bwx_(?!tap_)\w+")
"""What WeChat's pages make tappable: `wx_poi_link`. `wx_tap_link` only shows that a link is tapped."""
_DATA = re.compile(r"data-.+|.+id")


def _is_component(name: str) -> bool:
    return name.startswith(_COMPONENTS) and name not in _MARKS


def _target_of(name: str, attributes: Mapping[str, str]) -> _Target | None:
    """Return the attributes in which an element of this name says where it leads; None if it has none."""
    if name == "meta":
        return _REFRESH if attributes.get("http-equiv", "").lower() == "refresh" else None
    if name in _ANIMATIONS:
        animated = {key.lower(): value.lower() for key, value in attributes.items()}
        return _ANIMATED if animated.get("attributename") in _LINK.attributes else None
    is_link = name not in _REFERENCES and any(key in attributes for key in _LINK.attributes)
    return _ELEMENTS.get(name, _LINK if is_link else None)


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


def _targets(attributes: Mapping[str, str], target: _Target) -> Sequence[str]:
    """Return where an element leads, each place once."""
    values = [attributes[key] for key in target.attributes if key in attributes]
    if target.is_one:
        return [" ".join(values)] if values else []
    if target is _ANIMATED:
        values = [_cleaned(each) for value in values for each in value.split(";")]
    found: list[str] = []
    for value in values:
        is_anchor = target in (_LINK, _ANIMATED) and value.startswith("#")
        if value and not is_anchor and value not in found and not _is_player(value, found):
            found.append(value)
    return found


def _frame_card(attributes: Mapping[str, str]) -> Iterator[tuple[DestinationKind, str]]:
    """Yield the card of WeChat's that a frame shows by an id which is not a video's."""
    told = {
        key: value
        for key, value in attributes.items()
        if _FRAME_ID.fullmatch(key) and key not in _PLAYED.attributes
    }
    if told:
        yield DestinationKind.CARD, _described("iframe", told)


def _is_player(address: str, known: Sequence[str]) -> bool:
    """Return whether an address is WeChat's own player of a video whose id is known."""
    parts = split_address(address)
    if parts is None or (parts.hostname, parts.path) not in _PLAYERS:
        return False
    said = parse_qsl(parts.query)
    if parts.hostname == ARTICLE_HOST and _PLAYER_TEMPLATE not in said:
        return False
    played = [value for key, value in said if key == "vid"]
    return len(played) == 1 and played[0] in known


def _described(name: str, attributes: Mapping[str, str]) -> str:
    """Name a component by itself, and by every attribute that is neither its looks nor a picture."""
    told = (
        f"{key}={value}"
        for key, value in attributes.items()
        if key not in _LOOKS and not _is_picture(value)
    )
    return " ".join((name, *told))


def _inner_addresses(attributes: Mapping[str, str], known: Sequence[str]) -> Sequence[str]:
    """Return the addresses outside of WeChat in the attributes of a component, also inside of data."""
    plain = (value.replace("\\/", "/") for value in attributes.values())
    texts = (each if _INNER_ADDRESS.search(each) else unquote(each) for each in plain)
    matches = (each for text in texts for each in _INNER_ADDRESS.finditer(text))
    found = {each[0]: each["host"].lower() for each in matches}
    return [
        address
        for address, host in found.items()
        if address not in known and _WECHAT_HOST.fullmatch(host) is None
    ]


def _is_picture(value: str) -> bool:
    return value.startswith(_OWN_PICTURE) or _WECHAT_PICTURE.match(value) is not None


def _cleaned(value: str) -> str:
    return _IGNORED.sub("", value).strip(_BLANKS)


def _label(node: Any, attributes: Mapping[str, str]) -> str:
    """Return what a reader taps: the words inside, the name that a card says, or what its picture shows."""
    picture = node.css_first("img[alt]")
    # A phone shows a profile card by this name alone.
    is_profile = _ELEMENTS.get(node.tag or "") is _PROFILE
    words = (
        attributes.get("data-nickname", "") if is_profile else "",
        node.text(),
        *(attributes.get(key, "") for key in _NAMES),
        (picture.attributes.get("alt") or "") if picture is not None else "",
    )
    label = next((found for each in words if (found := " ".join(each.split()))), "")
    shown = label[:LABEL_CHARACTERS_MAX]
    hidden = [each for each in hosts_named(label) if each not in hosts_named(shown)]
    return " ".join((shown, "…", *hidden)) if hidden else shown
