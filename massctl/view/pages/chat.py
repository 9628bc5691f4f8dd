"""How a message arrives: in the chat with the account, in the list of subscriptions, and where it is passed on.

The first article shows its cover at 2.35:1 and the others at 1:1; passed on, each shows it at 1:1.
Source: WeChat docs, "draft/add", `pic_crop_235_1` and `pic_crop_1_1`, read 2026-10.
"""

import re
from collections.abc import Sequence

from massctl.model.message import (
    CardMessage,
    ImageMessage,
    MaterialRef,
    NewsMessage,
    ReadableArticle,
    ReadableMessage,
    TextMessage,
    VideoMessage,
    Window,
)
from massctl.model.phrase import Phrase
from massctl.view.pages.article import beginning
from massctl.view.pages.markup import Sheet, Tab, tabs, written

_ANCHOR = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']")


def received(
    message: ReadableMessage, account: str, sheet: Sheet, addresses: Sequence[str] = ()
) -> str:
    """Return a message as the chat with the account shows it.

    An article leads to its address; without `addresses`, to the choice of articles on this page.
    """
    match message:
        case NewsMessage():
            return _card(message, sheet, addresses)
        case TextMessage():
            return f'<div class="bubble">{_avatar(account)}<p lang="zh-CN">{_with_links(message.content)}</p></div>'
        case _:
            return f'<div class="card media" lang="zh-CN">{_media(message, sheet)}</div>'


def _with_links(content: str) -> str:
    """Write a text whose links are drawn as links; one that leads into WeChat leads nowhere here."""
    pieces, at = [], 0
    for found in _ANCHOR.finditer(content):
        pieces.append(written(content[at : found.start()]))
        address = _ADDRESS.search(found[1])
        words, at = written(found[2]), found.end()
        way = (
            f'<a href="{written(address[1])}" rel="noreferrer noopener" target="_blank">{words}</a>'
            if address
            else ""
        )
        pieces.append(way or f"<span>{words}</span>")
    return "".join([*pieces, written(content[at:])])


def _media(message: ReadableMessage, sheet: Sheet) -> str:
    """Return what a follower sees of the message: its pictures or its recording, and its words."""
    carried = "".join(
        _carried(each, number, message, sheet) for number, each in enumerate(message.materials, 1)
    )
    match message:
        case ImageMessage():
            title = f"<strong>{written(message.title)}</strong>" if message.title else ""
            words = title + (f"<p>{written(message.recommend)}</p>" if message.recommend else "")
            carried = f'<div class="pictures">{carried}</div>'
        case VideoMessage():
            words = (
                f"<strong>{written(message.title)}</strong><p>{written(message.description)}</p>"
            )
        case CardMessage():
            words = f"<strong>卡券</strong><p>{written(message.card_id)}</p>"
        case _:
            words = ""
    return carried + (f'<div class="words">{words}</div>' if words else "")


def _carried(material: MaterialRef, number: int, message: ReadableMessage, sheet: Sheet) -> str:
    """Return a picture, or a player of a sound or a video; material whose bytes are not at hand is named."""
    address = sheet.address(material.sha256 or "")
    if address is None:
        return f'<p class="given">素材 <code>{written(material.media_id or (material.sha256 or "")[:12])}</code></p>'
    if not message.is_recording:
        described = sheet.say(Phrase("picture {number}", number=number))
        return f'<img src="{written(address)}" alt="{described}" lang="{sheet.code}">'
    tag = "audio" if message.type == "voice" else "video"
    label = f'aria-label="{sheet.say(message.parts["file"])}" lang="{sheet.code}"'
    return f'<{tag} controls preload="metadata" {label} src="{written(address)}"></{tag}>'


def arrival(
    message: ReadableMessage,
    account: str,
    window: Window | None,
    sheet: Sheet,
    *,
    earlier: str | None = None,
    files: bool = False,
) -> str:
    """Return the column with what arrives; only articles are listed and passed on.

    `earlier` names the version, as a `Phrase`, where it is one that lies beside the one of now. With
    `files`, a text links to `message.txt` beside the page.
    """
    places = [(Tab("arrival-chat", Phrase("chat")), _chat(message, account, window, sheet))]
    if message.articles and earlier is None:
        places += [
            (Tab("arrival-list", Phrase("subscriptions")), _list(message, account, sheet)),
            (Tab("arrival-share", Phrase("passed on")), _passed_on(message, account, sheet)),
        ]
    beside = files and message.text
    link = '<p class="files"><a href="message.txt">message.txt</a></p>\n' if beside else ""
    kind = "arrival" if earlier is None else "earlier"
    heading = sheet.say(earlier or Phrase("as it arrives"))
    chosen = (
        tabs("arrival", Phrase("where it arrives"), [tab for tab, _ in places], sheet)
        if places[1:]
        else ""
    )
    return f"""<section class="column {kind}" aria-labelledby="{kind}">
<header class="above"><h2 id="{kind}">{heading}</h2>{chosen}</header>
<div class="glass phone"><div class="panels" id="{kind}-glass" tabindex="0" role="region" aria-labelledby="{kind}">
{"".join(panel for _, panel in places)}</div></div>
{link}</section>
"""


def _chat(message: ReadableMessage, account: str, window: Window | None, sheet: Sheet) -> str:
    return f'<div class="chat">{_top(account)}{_time(window)}{received(message, account, sheet)}</div>\n'


def _list(message: ReadableMessage, account: str, sheet: Sheet) -> str:
    """Return the card in the list of subscriptions (订阅号消息): the account on top, then the same articles."""
    who = f'<p class="who">{_avatar(account)}<b>{written(account)}</b></p>'
    inside = f'<div class="card" lang="zh-CN">{who}{_lead(message.articles[0], sheet)}{_rows(message, sheet)}</div>'
    return f'<div class="chat">{_top("订阅号消息")}{inside}</div>\n'


def _passed_on(message: ReadableMessage, account: str, sheet: Sheet) -> str:
    """Return the card that a follower sends to a friend, one for each article."""
    cards = "".join(
        f'<label class="passed" for="article-{number}" lang="zh-CN"><strong>{written(article.title)}</strong>'
        f"<span>{written(article.digest or beginning(article.content))}</span>{_square(article, sheet)}"
        f"<small>{written(account)}</small></label>"
        for number, article in enumerate(message.articles, 1)
    )
    return f'<div class="chat">{_top("朋友")}{cards}</div>\n'


def _card(message: ReadableMessage, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    """Return the card in the chat: one article with its digest, or a lead and the others below."""
    first, *others = message.articles
    if others:
        lead, rows = _lead(first, sheet, addresses), _rows(message, sheet, addresses)
        return f'<div class="card" lang="zh-CN">{lead}{rows}</div>'
    words = f"<strong>{written(first.title)}</strong><span>{written(first.digest or beginning(first.content))}</span>"
    return _way(
        1,
        "card",
        f'{_wide(first, sheet)}<span class="words">{words}</span>',
        addresses,
        ' lang="zh-CN"',
    )


def _lead(article: ReadableArticle, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    return _way(
        1, "lead", f"{_wide(article, sheet)}<strong>{written(article.title)}</strong>", addresses
    )


def _rows(message: ReadableMessage, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    return "".join(
        _way(
            number,
            "more",
            f"<strong>{written(article.title)}</strong>{_square(article, sheet)}",
            addresses,
        )
        for number, article in enumerate(message.articles[1:], 2)
    )


def _way(number: int, kind: str, inside: str, addresses: Sequence[str], language: str = "") -> str:
    """Lead to an article: to its address, or to the choice of articles on this page."""
    if addresses:
        return f'<a class="{kind}" href="{written(addresses[number - 1])}"{language}>{inside}</a>'
    return f'<label class="{kind}" for="article-{number}"{language}>{inside}</label>'


def _wide(article: ReadableArticle, sheet: Sheet) -> str:
    return sheet.picture(article.cover, "cover", article.pic_crop_235_1)


def _square(article: ReadableArticle, sheet: Sheet) -> str:
    return sheet.picture(article.cover, "thumb", article.pic_crop_1_1)


def _top(name: str) -> str:
    """Draw WeChat's top bar, which only repeats what is beside the phone."""
    return f'<div class="top" aria-hidden="true" lang="zh-CN"><i>‹</i><b>{written(name)}</b><i>···</i></div>'


def _time(window: Window | None) -> str:
    if window is None:
        return ""
    opens = window.not_before
    return f'<p class="time" lang="zh-CN">{opens.month}月{opens.day}日 {opens:%H:%M}</p>'


def _avatar(account: str) -> str:
    return f'<i class="avatar" aria-hidden="true">{written(account[:1].upper())}</i>'
