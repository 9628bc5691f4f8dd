"""The table of elements: what massctl does with each, and which of its attributes hold a picture.

A Markdown article is rewritten element by element, and a row says how. An `.html` article keeps its bytes, so there an
element stays or is an error. An element that is not in the table is an error in HTML, and shown as text in Markdown.

Sources: HTML standard, "Index of elements" and "Obsolete features"; SVG 2, "Element index", read 2026-11. What WeChat
removes: WeChat docs, draft/add and "Article structure specification", read 2026-10, and measured behaviour of the API's
sanitiser. WeChat's own elements: articles of its editor, read 2026-11; see docs/reference/wechat-html.md.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from urllib.parse import urlsplit

from msgspec.structs import replace

from massctl.model.diagnostics import Fault, warning
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.render.article_file import ExternalLinks
from massctl.render.paths import is_foreign
from massctl.render.tree import Element


class Handling(Enum):
    """What massctl does with an element of a Markdown article."""

    INLINE = auto()
    """Written as an inline element under the row's name."""
    BLOCK = auto()
    """Written as a block under the row's name."""
    UNWRAP = auto()
    """Only its children are written."""
    COPY = auto()
    """Copied with everything in it."""
    PART = auto()
    """A part of a drawing, copied with it. Outside a drawing only its children are written."""
    OWN = auto()
    """`massctl.render.wechat_html` has a function for it."""
    REFUSE = auto()
    """An error, in Markdown and in HTML, because WeChat removes it."""


class ElementRule(Frozen):
    """The rule for one element."""

    handling: Handling
    to: str = ""
    """The name of the written element; empty if it keeps its own."""
    classes: str = ""
    """Classes that themes style."""
    pictures: tuple[str, ...] = ()
    """Attributes that hold the address of a picture."""
    advice: Phrase | None = None
    """What to do instead, for an element that WeChat removes."""
    is_component: bool = False
    """A component of WeChat: the app draws it from its attributes, and nothing else does."""


def _rows(names: str, row: ElementRule) -> dict[str, ElementRule]:
    return dict.fromkeys(names.split(), row)


_AS_PICTURE = Phrase("show it as a picture or a drawing (`<svg>`)")
_AS_STYLE = Phrase("write the styles into `style` attributes")
_ONLY_BODY = Phrase("keep only the content of `<body>`")
_TAKE_IT_OUT = Phrase(
    "take it out; the page “WeChat's HTML” of the documentation lists what WeChat keeps"
)
_VIDEO = Phrase(
    "insert a video in the console and copy its element, which has `data-mpvid` or leads to v.qq.com; link to what is "
    "on another site"
)
_SOUND = Phrase("insert the sound in the console and copy its element: `<mp-common-mpaudio>`")
_CARD_PICTURES = ("data-miniprogram-imageurl", "data-progarm-imageurl", "data-program-imageurl")
"""Where the picture of a mini-program's card stands; the misspelling is WeChat's own, of 2019."""
_PART = ElementRule(Handling.PART)
_COMPONENT = ElementRule(Handling.COPY, is_component=True)

ELEMENTS: Mapping[str, ElementRule] = {
    # Blocks.
    **_rows(
        "address article aside div fieldset footer header hgroup main nav search section",
        ElementRule(Handling.BLOCK, "section"),
    ),
    **_rows("h1 h2 h3 h4 h5 h6 hr pre p ul ol menu dir li table center", ElementRule(Handling.OWN)),
    "blockquote": ElementRule(Handling.BLOCK),
    "details": ElementRule(Handling.BLOCK, "section", "callout callout-details"),
    "summary": ElementRule(Handling.BLOCK, "p", "callout-title"),
    "dl": ElementRule(Handling.BLOCK, "section", "terms"),
    "dt": ElementRule(Handling.BLOCK, "p", "term"),
    "dd": ElementRule(Handling.BLOCK, "section", "definition"),
    "figure": ElementRule(Handling.BLOCK, "section", "figure"),
    "figcaption": ElementRule(Handling.BLOCK, "section", "caption"),
    "caption": ElementRule(Handling.BLOCK, "section", "caption"),
    # Inside of a table, `table` writes them.
    **_rows("tbody thead tfoot tr td th col colgroup", ElementRule(Handling.UNWRAP)),
    # Running text.
    **_rows("b big em i rp rt ruby s small span strong sub sup u", ElementRule(Handling.INLINE)),
    **_rows("del strike", ElementRule(Handling.INLINE, "s")),
    "ins": ElementRule(Handling.INLINE, "u"),
    **_rows("cite dfn var", ElementRule(Handling.INLINE, "em")),
    "mark": ElementRule(Handling.INLINE, "span", "highlight"),
    **_rows("code kbd samp tt", ElementRule(Handling.OWN, "code")),
    **_rows("a br font q title", ElementRule(Handling.OWN)),
    **_rows(
        "abbr acronym area bdi bdo blink data datalist dialog label legend map meter nobr optgroup option output param"
        " picture progress rb rtc slot source time track wbr o:p",
        ElementRule(Handling.UNWRAP),
    ),
    # Pictures and drawings. Outside of a drawing browsers take `image` for `img`.
    "img": ElementRule(Handling.OWN, pictures=("src", "data-src")),
    "image": ElementRule(Handling.PART, pictures=("href", "xlink:href", "src")),
    "svg": ElementRule(Handling.COPY),
    **_rows(
        "animate animatecolor animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix"
        " fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight"
        " fedropshadow feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode"
        " femorphology feoffset fepointlight fespecularlighting fespotlight fetile feturbulence filter foreignobject"
        " g line lineargradient marker mask metadata mpath path pattern polygon polyline radialgradient rect set stop"
        " switch symbol text textpath tspan use view",
        _PART,
    ),
    # WeChat's own: sounds, 视频号, places, goods, cards, music, videos.
    **_rows(
        "mpvoice mpvideosnap mpprofile mpcps qqmusic mpchecktext mpgongyi mp-common-mpaudio mp-common-videosnap"
        " mp-common-poi mp-common-product mp-common-cpsad mp-common-sticker mp-style-type",
        _COMPONENT,
    ),
    **_rows(
        "mp-miniprogram mp-common-miniprogram mp-weapp",
        replace(_COMPONENT, pictures=_CARD_PICTURES),
    ),
    "mp-common-profile": replace(_COMPONENT, pictures=("data-headimg",)),
    "input": ElementRule(Handling.OWN, advice=_TAKE_IT_OUT),  # In Markdown, a box to tick.
    "iframe": _COMPONENT,  # WeChat's own videos alone: `refusal`.
    # Internal: written by `markdown`, replaced by `wechat_html`.
    **_rows("massctl-callout massctl-formula massctl-note massctl-text", ElementRule(Handling.OWN)),
    # What WeChat removes.
    **_rows("canvas math", ElementRule(Handling.REFUSE, advice=_AS_PICTURE)),
    **_rows("style link", ElementRule(Handling.REFUSE, advice=_AS_STYLE)),
    **_rows("html head body meta base", ElementRule(Handling.REFUSE, advice=_ONLY_BODY)),
    **_rows(
        "applet button embed form frame frameset marquee noembed noframes noscript object plaintext script"
        " select template textarea xmp",
        ElementRule(Handling.REFUSE, advice=_TAKE_IT_OUT),
    ),
    "audio": ElementRule(Handling.REFUSE, advice=_SOUND),
    "video": ElementRule(Handling.REFUSE, advice=_VIDEO),
}
_OURS = "massctl-"
LINK_HOST = "mp.weixin.qq.com"
"""Links to articles are the only ones that every account may use."""
_LINK_ATTRIBUTES = frozenset({"action", "formaction", "href", "src", "xlink:href"})
_GROUNDS = frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
"""What an old attribute `background` draws a picture behind. Source: HTML standard, "15.3.8 Tables", read 2026-11."""
_ANIMATIONS = frozenset({"animate", "animatecolor", "animatemotion", "animatetransform", "set"})
_INVISIBLE = re.compile(r"[\x00-\x20]")


def row(name: str) -> ElementRule | None:
    """Return the row of an element, or None if it is unknown. Names in drawings may have capital letters.

    Every name that begins with `mp-` is a component: WeChat adds new ones, and all begin so.
    """
    found = ELEMENTS.get(name) or ELEMENTS.get(name.lower())
    return _COMPONENT if found is None and name.startswith("mp-") else found


def writer_row(name: str) -> ElementRule | None:
    """Return the row of an element in an author's HTML, or None; internal elements are unknown there."""
    return None if name.startswith(_OURS) else row(name)


_SELECTED: Mapping[str, str] = {
    **{name: name for name in ("a", "br", "hr", "img", "p", "h1", "h2", "h3", "h4", "h5", "h6")},
    **{name: name for name in ("table", "tbody", "td", "tfoot", "th", "thead", "tr")},
    "li": ".item",
    "pre": ".code",
}
"""How themes select what `massctl.render.wechat_html` has a function for."""


def selector_of(name: str) -> str | None:
    """Return what a theme's rule for an element of an author selects: what it is written as, a class or an element.

    None for an element that no article has.
    """
    found = writer_row(name)
    if found is None or found.handling is Handling.REFUSE:
        return None
    if found.classes:
        return f".{found.classes.split()[-1]}"
    if found.handling in (Handling.OWN, Handling.UNWRAP):
        return found.to or _SELECTED.get(name)
    return found.to or name


def is_component(name: str) -> bool:
    """Return whether an element is a component of WeChat, which needs its classes."""
    found = row(name)
    return found is not None and found.is_component


def is_script(address: str) -> bool:
    """Return whether an address runs a script; browsers ignore blanks and control characters in it."""
    return _INVISIBLE.sub("", address).lower().startswith(("javascript:", "vbscript:"))


def is_article_link(address: str) -> bool:
    """Return whether a link leads to an article on WeChat."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and parts.hostname == LINK_HOST
    except ValueError:
        return False


def refusal(name: str, attributes: Mapping[str, str]) -> Fault | None:
    """Return why WeChat does not keep an element; None if it does. Its one use of `<iframe>` is for videos."""
    found = row(name)
    if name == "iframe" and not _is_video(attributes):
        return _removed(name, _VIDEO)
    return _removed(name, found.advice) if found is not None and found.advice is not None else None


def _is_video(attributes: Mapping[str, str]) -> bool:
    """Whether a frame is a video as the console inserts it: WeChat's own, or one of 腾讯视频 (practice)."""
    if "video_iframe" not in attributes.get("class", "").split():
        return False
    address = attributes.get("data-src") or attributes.get("src") or ""
    return bool(attributes.get("data-mpvid")) or _TENCENT_VIDEO.match(address) is not None


_TENCENT_VIDEO = re.compile(r"(?:https?:)?//v\.qq\.com/[^?#]*\?(?:[^#]*&)?vid=\w", re.IGNORECASE)


def lost_title() -> Fault:
    """Return the fault of a `<title>` outside a drawing: it belongs to the head of a page, and an article has none."""
    return _removed("title", Phrase("write title, author and digest into campaign.yaml"))


def hidden_content(element: Element) -> Fault | None:
    """Return the fault of a component whose end tag is missing, if something stands in it: followers see none of it."""
    if not is_component(element.name) or not (element.elements or element.text().strip()):
        return None
    return Fault(
        "MC308",
        Phrase(
            "`<{name}>` is not closed, and followers do not see what stands in it",
            name=element.name,
        ),
        Phrase("write `</{name}>` after it", name=element.name),
        needle=f"<{element.name}",
    )


def script_link(needle: str) -> Fault:
    """Return the fault of a link that runs a script."""
    return Fault(
        "MC308",
        Phrase("a link cannot run a script: WeChat removes it"),
        Phrase("link to an address, or remove the link"),
        needle=needle,
    )


def attribute_faults(
    name: str, attributes: Mapping[str, str], external_links: ExternalLinks
) -> Iterator[tuple[Fault, str]]:
    """Find what WeChat removes of an element or does not read, each with the attribute that it concerns."""
    for key, value in attributes.items():
        if key.startswith("on"):
            yield (
                _fault(
                    Phrase("WeChat removes scripts such as `{name}`", name=key),
                    Phrase("take it out"),
                ),
                key,
            )
        elif key in _LINK_ATTRIBUTES and is_script(value):
            yield script_link(""), key
        elif name == "a" and key == "href" and _is_lost(attributes, value, external_links):
            yield _LOST_LINK, key
        elif name == "area" and key == "href":
            yield (
                _fault(
                    Phrase("a part of a picture cannot be a link: `<area>` is removed"),
                    Phrase("put `<a>` around the whole picture, or split it into several"),
                ),
                key,
            )
        elif key == "srcdoc":
            yield (
                _fault(Phrase("WeChat does not read `{name}`", name=key), Phrase("take it out")),
                key,
            )
        elif key in ("srcset", "imagesrcset"):
            yield (
                _fault(
                    Phrase("WeChat does not read `{name}`", name=key),
                    Phrase("write one picture as `src`"),
                ),
                key,
            )
        elif key == "background" and name in _GROUNDS and value.strip():
            yield (
                _fault(
                    Phrase("WeChat does not read `{name}`", name=key),
                    Phrase("write the picture as a style: `background-image:url(path)`"),
                ),
                key,
            )
        elif (
            key.lower() == "attributename"
            and name in _ANIMATIONS
            and value.strip().lower() in _LINK_ATTRIBUTES
        ):
            yield (
                _fault(
                    Phrase("an animation cannot change `{name}`", name=value.strip()),
                    Phrase("take the animation out"),
                ),
                key,
            )


def _is_lost(attributes: Mapping[str, str], address: str, external_links: ExternalLinks) -> bool:
    # Anchors and paths lead nowhere under every setting (MC322).
    leads_out = is_foreign(address) and "data-miniprogram-appid" not in attributes
    return external_links == "footnotes" and leads_out and not is_article_link(address)


def _removed(name: str, advice: Phrase | None) -> Fault:
    return Fault(
        "MC308",
        Phrase("WeChat removes `<{name}>` from articles", name=name),
        advice,
        needle=f"<{name}",
    )


def _fault(say: Phrase, hint: Phrase) -> Fault:
    return Fault("MC308", say, hint)


def many_lost_links(first: Fault, count: int) -> Fault:
    """Make one fault of all lost links of an article, at the place of the first."""
    return replace(
        first,
        message=Phrase(
            "WeChat keeps only links to articles on mp.weixin.qq.com, so {count} links may be lost",
            count=count,
        ),
    )


_LOST_LINK = warning(
    "MC311",
    Phrase("WeChat keeps only links to articles on mp.weixin.qq.com, so this one may be lost"),
    Phrase(
        "write the address as text, or set `external_links: keep` for an account with WeChat Pay"
    ),
)
