"""How a message arrives: in the chat with the account, in the list of subscriptions, and where it is passed on.

The first article shows its cover at 2.35:1 and the others at 1:1; passed on, each shows it at 1:1.
Source: WeChat docs, "draft/add", `pic_crop_235_1` and `pic_crop_1_1`, read 2026-10.
"""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

from massctl.model.message import ReadableMessage, Window
from massctl.model.phrase import Phrase
from massctl.view.pages.article import beginning
from massctl.view.pages.markup import Sheet, Tab

_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']")
_LINK = Markup('<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>')
_NO_LINK = Markup("<span>{}</span>")


def received(
    message: ReadableMessage, account: str, sheet: Sheet, addresses: Sequence[str] = ()
) -> Markup:
    """Return a message as the chat with the account shows it.

    An article leads to its address; without `addresses`, to the choice of articles on this page.
    """
    return sheet.part("chat.html.j2", "received", _shown(message), account, addresses)


def _shown(message: ReadableMessage) -> dict[str, object]:
    """Return a message with what only a follower sees of it: first words for a digest, and links."""
    return {
        "of": message,
        "digests": [each.digest or beginning(each.content) for each in message.articles],
        "words": _with_links(message.text) if message.type == "text" else "",
    }


def _with_links(content: str) -> Markup:
    """Write a text whose links are drawn as links; one that leads into WeChat leads nowhere here."""
    pieces, at = [], 0
    for found in _ANCHOR.finditer(content):
        address, words = _ADDRESS.search(found[1]), found[2]
        link = _LINK.format(address[1], words) if address else _NO_LINK.format(words)
        pieces += [escape(content[at : found.start()]), link]
        at = found.end()
    return Markup("").join([*pieces, escape(content[at:])])


def arrival(
    message: ReadableMessage,
    account: str,
    window: Window | None,
    sheet: Sheet,
    *,
    earlier: str | None = None,
    files: bool = False,
) -> Markup:
    """Return the column with what arrives; only articles are listed and passed on.

    `earlier` names the version, as a `Phrase`, where it is one that lies beside the one of now. With
    `files`, a text links to `message.txt` beside the page.
    """
    places = [
        Tab("arrival-chat", Phrase("chat")),
        Tab("arrival-list", Phrase("subscriptions")),
        Tab("arrival-share", Phrase("passed on")),
    ]
    return sheet.part(
        "chat.html.j2",
        "arrival",
        _shown(message),
        account,
        window,
        places if message.articles and earlier is None else places[:1],
        earlier,
        has_file=files and bool(message.text),
    )
