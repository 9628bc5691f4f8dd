"""Make a stored article fit to show here: pictures from this server, nothing from outside, balanced tags.

The stored content is what WeChat holds and stays as it is; this is only for the reader's eye.
"""

import re
from typing import TYPE_CHECKING

from massctl.sandbox.inbox import local_picture

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_PICTURE_URL = re.compile(r"(?:https?:)?//mmbiz\.(?:qpic|qlogo)\.cn/[^\"'\s)<>]+")
_OWN_ARTICLE = re.compile(
    r"https?://mp\.weixin\.qq\.com/s\?__biz=SANDBOX&(?:amp;)?mid=(\d+)&(?:amp;)?idx=(\d+)[^\"'\s<>]*"
)
_CARDS = "mp-common-miniprogram, mp-miniprogram, mp-common-profile"
_CARD_PICTURES = ("data-miniprogram-imageurl", "data-progarm-imageurl", "data-headimg")
"""The page of 2019 misspells the second one."""


def displayed(content: str, msg_ids: dict[str, int]) -> str:
    """Return the content for an article page; `msg_ids` maps `msg_data_id` to jobs shown here."""
    # Only article pages need the parser.
    from selectolax.lexbor import LexborHTMLParser

    content = _PICTURE_URL.sub(lambda found: local_picture(found[0]), content)
    content = _OWN_ARTICLE.sub(lambda found: _article(found, msg_ids), content)
    tree = LexborHTMLParser(content, is_fragment=True)
    _show_lazy_pictures(tree)
    _show_cards(tree)
    for frame in tree.css("iframe"):
        frame.attrs["title"] = "视频"
    return tree.html or ""


def _article(found: re.Match[str], msg_ids: dict[str, int]) -> str:
    msg_id = msg_ids.get(found[1])
    return found[0] if msg_id is None else f"/article/{msg_id}/{found[2]}"


def _show_lazy_pictures(tree: "LexborHTMLParser") -> None:
    for picture in tree.css("img"):
        # Articles copied from WeChat name their pictures in `data-src` and load them by script.
        late = picture.attributes.get("data-src")
        if late and not picture.attributes.get("src"):
            picture.attrs["src"] = late
        if picture.attributes.get("alt") is None:
            picture.attrs["alt"] = ""


def _show_cards(tree: "LexborHTMLParser") -> None:
    """Put the picture of a card into it; the rest is drawn by the style sheet."""
    for card in tree.css(_CARDS):
        address = next((found for name in _CARD_PICTURES if (found := card.attributes.get(name))), None)
        if address:
            picture = tree.create_node("img")
            picture.attrs["src"] = address if address.startswith("/picture/") else "/picture/unknown"
            picture.attrs["alt"] = ""
            card.insert_child(picture)
