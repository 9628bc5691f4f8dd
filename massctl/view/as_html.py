"""A rendered campaign as pages for a browser: the bodies as they are sent, and how a phone shows them.

Bodies go into the page as they are, since that is what is looked at; everything else is escaped. The page's
policy lets no script run and nothing load but pictures beside it and WeChat's own.
"""

import html
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from massctl.model.message import RenderedArticle, RenderedNews, RenderedText
from massctl.model.phrase import Phrase
from massctl.model.rendered import PICTURE_SCHEME, RenderedCampaign
from massctl.view.language import Language, say
from massctl.view.media_html import arrived_media, file_address
from massctl.view.phone_style import STYLE
from massctl.view.words import audience_words, short_digest

POLICY: Final = (
    "default-src 'none'; img-src 'self' file: data: https://*.qpic.cn https://*.qlogo.cn; media-src 'self' file:; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)
"""The content security policy of the phone page; `file:` for pages that are opened from a folder."""
DIGEST_CHARACTERS: Final = 54
"""How much of the text WeChat takes for an empty digest. Source: WeChat docs, "draft/add", read 2026-10."""
_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")
_TAG: Final = re.compile(r"<[^>]*>")


def article_page(content: str, pictures: Mapping[str, str]) -> str:
    """Give a body exactly as it is sent, with the files of `pictures` in place of addresses, and nothing around it.

    `pictures` names the file beside the page for the SHA-256 of each picture's bytes.
    """
    return _PLACEHOLDER.sub(lambda found: file_address(found[1], pictures) or found[0], content)


def index_page(campaign: RenderedCampaign, pictures: Mapping[str, str], language: Language = Language.ZH) -> str:
    """Give a page that shows the message as it arrives in a chat, and each article as it is read.

    It links to `article-N.html` or `message.txt` beside it; `pictures` as for `article_page`, and with the file of a
    sound or video, which plays.
    """
    title = campaign.title or campaign.name
    phones = [_arrival(campaign, pictures, language)]
    if isinstance(campaign.message, RenderedNews):
        phones += [
            _reading(number, article, campaign, pictures, language)
            for number, article in enumerate(campaign.message.articles, 1)
        ]
    facts = [
        f"<code>{_text(campaign.name)}</code>",
        _said(Phrase("edition {edition}", edition=campaign.edition), language),
        _said(audience_words(campaign.audience), language),
        f"<code>{_text(short_digest(campaign.digest))}</code>",
    ]
    return f"""<!doctype html>
<html lang="{"zh-CN" if language is Language.ZH else "en"}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_text(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{_text(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header class="about">
<h1>{_text(title)}</h1>
<p>{" · ".join(facts)}</p>
</header>
<main class="desk">
{"".join(phones)}</main>
</body>
</html>
"""


def _arrival(campaign: RenderedCampaign, pictures: Mapping[str, str], language: Language) -> str:
    message = campaign.message
    link = ""
    match message:
        case RenderedNews():
            inside = _card(message, pictures)
        case RenderedText():
            link = '<a href="message.txt">message.txt</a>'
            inside = f'<div class="bubble"><i></i><p lang="zh-CN">{_text(message.content)}</p></div>'
        case _:
            inside = arrived_media(message, pictures)
    heading = f"<h2>{_said(Phrase('as it arrives'), language)}{link}</h2>"
    return f'<section class="phone">{heading}\n<div class="glass chat">{inside}</div></section>\n'


def _card(message: RenderedNews, pictures: Mapping[str, str]) -> str:
    """Give the card of a news message: one article with its digest, or a lead and the others below."""
    first, *others = message.articles
    cover = _picture(first.cover, pictures, "cover")
    if not others:
        digest = first.digest or _beginning(first.content)
        words = f'<div class="words"><strong>{_text(first.title)}</strong><p>{_text(digest)}</p></div>'
        return f'<a class="card" lang="zh-CN" href="#article-1">{cover}{words}</a>'
    rows = "".join(
        f'<a class="more" href="#article-{number}"><strong>{_text(article.title)}</strong>'
        f"{_picture(article.cover, pictures, 'thumb')}</a>"
        for number, article in enumerate(others, 2)
    )
    lead = f'<a class="lead" href="#article-1">{cover}<strong>{_text(first.title)}</strong></a>'
    return f'<div class="card" lang="zh-CN">{lead}{rows}</div>'


def _reading(
    number: int,
    article: RenderedArticle,
    campaign: RenderedCampaign,
    pictures: Mapping[str, str],
    language: Language,
) -> str:
    """Give one article as it is read: title, author, account, body, and what stands below; it has no date yet."""
    file = f"article-{number}.html"
    heading = _said(Phrase("article {number}", number=number), language)
    author = f'<span class="author">{_text(article.author)}</span>' if article.author else ""
    meta = f'{author}<span class="account">{_text(campaign.account)}</span>'
    below = _source_link(article.content_source_url) + _comments(article, language)
    return f"""<section class="phone" id="article-{number}"><h2>{heading}<a href="{file}">{file}</a></h2>
<div class="glass"><article class="article" lang="zh-CN">
<h3>{_text(article.title)}</h3>
<p class="meta">{meta}</p>
<div class="content">{article_page(article.content, pictures)}</div>
<footer>{below}</footer>
</article></div></section>
"""


def _source_link(url: str | None) -> str:
    """Give 阅读原文; an address that is none of the web is not made a link."""
    if not url:
        return ""
    if urlsplit(url).scheme not in {"http", "https"}:
        return f"<span>阅读原文 {_text(url)}</span>"
    return f'<a href="{_text(url)}" rel="noreferrer noopener" target="_blank">阅读原文</a>'


def _comments(article: RenderedArticle, language: Language) -> str:
    if not article.need_open_comment:
        return ""
    who = Phrase("followers can comment") if article.only_fans_can_comment else Phrase("everybody can comment")
    return f"<p>{_said(who, language)}</p>"


def _picture(sha256: str, pictures: Mapping[str, str], kind: str) -> str:
    address = file_address(sha256, pictures)
    return f'<img class="{kind}" src="{_text(address)}" alt="">' if address else ""


def _beginning(content: str) -> str:
    return html.unescape(_TAG.sub("", content)).strip()[:DIGEST_CHARACTERS]


def _said(phrase: Phrase, language: Language) -> str:
    return _text(say(phrase, language))


def _text(text: str) -> str:
    return html.escape(text)
