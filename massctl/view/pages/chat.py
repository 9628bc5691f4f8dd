"""How a message arrives: in the chat with the account, in the list of subscriptions, and where it is passed on.

The first article shows its cover at 2.35:1 and the others at 1:1; passed on, each shows it at 1:1.
Source: WeChat docs, "draft/add", `pic_crop_235_1` and `pic_crop_1_1`, read 2026-10.
"""

import re
from collections.abc import Sequence
from typing import Final

from massctl.model.message import (
    MaterialRef,
    RenderedArticle,
    RenderedCard,
    RenderedImage,
    RenderedMessage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
    Window,
)
from massctl.model.phrase import Phrase
from massctl.view.pages.article import beginning
from massctl.view.pages.markup import Sheet, Tab, tabs, written

_ANCHOR: Final = re.compile(r"<a\b([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS: Final = re.compile(r"href\s*=\s*[\"'](https?://[^\"']+)[\"']")


def received(message: RenderedMessage, account: str, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    """Return a message as the chat with the account shows it.

    An article leads to its address; without `addresses`, to the choice of articles on this page.
    """
    match message:
        case RenderedNews():
            return _card(message, sheet, addresses)
        case RenderedText():
            return f'<div class="bubble">{_avatar(account)}<p lang="zh-CN">{_with_links(message.content)}</p></div>'
        case _:
            return _media(message, sheet)


def _with_links(content: str) -> str:
    """Write a text whose links are drawn as links; one that leads into WeChat leads nowhere here."""
    pieces, at = [], 0
    for found in _ANCHOR.finditer(content):
        pieces.append(written(content[at : found.start()]))
        address = _ADDRESS.search(found[1])
        words, at = written(found[2]), found.end()
        way = (
            f'<a href="{written(address[1])}" rel="noreferrer noopener" target="_blank">{words}</a>' if address else ""
        )
        pieces.append(way or f"<span>{words}</span>")
    return "".join([*pieces, written(content[at:])])


def _media(message: RenderedImage | RenderedVoice | RenderedVideo | RenderedCard, sheet: Sheet) -> str:
    """Return what a follower sees of the message."""
    match message:
        case RenderedImage():
            shown = "".join(_picture(each, number, sheet) for number, each in enumerate(message.materials, 1))
            title = f"<strong>{written(message.title)}</strong>" if message.title else ""
            words = f"<p>{written(message.recommend)}</p>" if message.recommend else ""
            about = f'<div class="words">{title}{words}</div>' if title or words else ""
            inside = f'<div class="pictures">{shown}</div>{about}'
        case RenderedVoice():
            inside = _played(message.material, sheet, "audio", Phrase("the sound"))
        case RenderedVideo():
            about = f"<strong>{written(message.title)}</strong><p>{written(message.description)}</p>"
            played = _played(message.material, sheet, "video", Phrase("the video"))
            inside = f'{played}<div class="words">{about}</div>'
        case _:
            inside = f'<div class="words"><strong>卡券</strong><p>{written(message.card_id)}</p></div>'
    return f'<div class="card media" lang="zh-CN">{inside}</div>'


def _picture(material: MaterialRef, number: int, sheet: Sheet) -> str:
    address = sheet.address(material.sha256 or "")
    if address is None:
        return _given(material)
    described = sheet.say(Phrase("picture {number}", number=number))
    return f'<img src="{written(address)}" alt="{described}" lang="{sheet.code}">'


def _played(material: MaterialRef, sheet: Sheet, tag: str, name: Phrase) -> str:
    address = sheet.address(material.sha256 or "")
    if address is None:
        return _given(material)
    label = f'aria-label="{sheet.say(name)}" lang="{sheet.code}"'
    return f'<{tag} controls preload="metadata" {label} src="{written(address)}"></{tag}>'


def _given(material: MaterialRef) -> str:
    """Name material of the account, whose bytes are not at hand."""
    return f'<p class="given">素材 <code>{written(material.media_id or (material.sha256 or "")[:12])}</code></p>'


def arrival(
    message: RenderedMessage,
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
    if isinstance(message, RenderedNews) and earlier is None:
        places += [
            (Tab("arrival-list", Phrase("subscriptions")), _list(message, account, sheet)),
            (Tab("arrival-share", Phrase("passed on")), _passed_on(message, account, sheet)),
        ]
    beside = files and isinstance(message, RenderedText)
    link = '<p class="files"><a href="message.txt">message.txt</a></p>\n' if beside else ""
    kind = "arrival" if earlier is None else "earlier"
    heading = sheet.say(earlier or Phrase("as it arrives"))
    chosen = tabs("arrival", Phrase("where it arrives"), [tab for tab, _ in places], sheet) if places[1:] else ""
    return f"""<section class="column {kind}" aria-labelledby="{kind}">
<header class="above"><h2 id="{kind}">{heading}</h2>{chosen}</header>
<div class="glass phone"><div class="panels" id="{kind}-glass" tabindex="0" role="region" aria-labelledby="{kind}">
{"".join(panel for _, panel in places)}</div></div>
{link}</section>
"""


def _chat(message: RenderedMessage, account: str, window: Window | None, sheet: Sheet) -> str:
    return f'<div class="chat">{_top(account)}{_time(window)}{received(message, account, sheet)}</div>\n'


def _list(message: RenderedNews, account: str, sheet: Sheet) -> str:
    """Return the card in the list of subscriptions (订阅号消息): the account on top, then the same articles."""
    who = f'<p class="who">{_avatar(account)}<b>{written(account)}</b></p>'
    inside = f'<div class="card" lang="zh-CN">{who}{_lead(message.articles[0], sheet)}{_rows(message, sheet)}</div>'
    return f'<div class="chat">{_top("订阅号消息")}{inside}</div>\n'


def _passed_on(message: RenderedNews, account: str, sheet: Sheet) -> str:
    """Return the card that a follower sends to a friend, one for each article."""
    cards = "".join(
        f'<label class="passed" for="article-{number}" lang="zh-CN"><strong>{written(article.title)}</strong>'
        f"<span>{written(article.digest or beginning(article.content))}</span>{_square(article, sheet)}"
        f"<small>{written(account)}</small></label>"
        for number, article in enumerate(message.articles, 1)
    )
    return f'<div class="chat">{_top("朋友")}{cards}</div>\n'


def _card(message: RenderedNews, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    """Return the card in the chat: one article with its digest, or a lead and the others below."""
    first, *others = message.articles
    if others:
        return (
            f'<div class="card" lang="zh-CN">{_lead(first, sheet, addresses)}{_rows(message, sheet, addresses)}</div>'
        )
    words = f"<strong>{written(first.title)}</strong><span>{written(first.digest or beginning(first.content))}</span>"
    return _way(1, "card", f'{_wide(first, sheet)}<span class="words">{words}</span>', addresses, ' lang="zh-CN"')


def _lead(article: RenderedArticle, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    return _way(1, "lead", f"{_wide(article, sheet)}<strong>{written(article.title)}</strong>", addresses)


def _rows(message: RenderedNews, sheet: Sheet, addresses: Sequence[str] = ()) -> str:
    return "".join(
        _way(number, "more", f"<strong>{written(article.title)}</strong>{_square(article, sheet)}", addresses)
        for number, article in enumerate(message.articles[1:], 2)
    )


def _way(number: int, kind: str, inside: str, addresses: Sequence[str], language: str = "") -> str:
    """Lead to an article: to its address, or to the choice of articles on this page."""
    if addresses:
        return f'<a class="{kind}" href="{written(addresses[number - 1])}"{language}>{inside}</a>'
    return f'<label class="{kind}" for="article-{number}"{language}>{inside}</label>'


def _wide(article: RenderedArticle, sheet: Sheet) -> str:
    return sheet.picture(article.cover, "cover", article.pic_crop_235_1)


def _square(article: RenderedArticle, sheet: Sheet) -> str:
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
