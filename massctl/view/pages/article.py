"""Articles as a page shows them: their bodies, and the phone on which they are read; the inbox of the sandbox too."""

import html
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from massctl.model.message import PICTURE_PLACEHOLDER, ReadableArticle, Window
from massctl.model.phrase import Phrase
from massctl.render.html_scan import Edit, edited, tags
from massctl.render.limits import DEFAULT_DIGEST_CHARACTERS
from massctl.view.pages.dark_mode import by_day_and_night
from massctl.view.pages.markup import NOT_HERE, Sheet, Tab, tabs, written
from massctl.view.words import reading_words

_TAG = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"\s+")
_CARDS = frozenset({"mp-common-miniprogram", "mp-miniprogram", "mp-common-profile"})
_CARD_PICTURES = ("data-miniprogram-imageurl", "data-progarm-imageurl", "data-headimg")
"""The page of 2019 misspells the second one. Source: WeChat docs, "mini-program cards in articles", read 2026-10."""


def article_page(content: str, files: Mapping[str, str]) -> str:
    """Return a body exactly as it is sent, with the files of `files` in place of addresses, and nothing around it.

    `files` names the file beside the page for the SHA-256 of each picture's bytes.
    """

    def placed(found: re.Match[str]) -> str:
        name = files.get(found[1])
        return found[0] if name is None else quote(name, safe="/._-~")

    return PICTURE_PLACEHOLDER.sub(placed, content)


def shown_body(content: str, sheet: Sheet) -> str:
    """Return a body for a page: pictures that are not at hand as an empty frame, colours by day and by night."""
    body = PICTURE_PLACEHOLDER.sub(lambda found: sheet.address(found[1]) or NOT_HERE, content)
    return drawn(body)


def beginning(content: str) -> str:
    """Return the first words of a body, as WeChat takes them for a digest."""
    return _BLANKS.sub(" ", html.unescape(_TAG.sub("", content))).strip()[
        :DEFAULT_DIGEST_CHARACTERS
    ]


def reading(
    articles: Sequence[ReadableArticle | None],
    account: str,
    window: Window | None,
    sheet: Sheet,
    *,
    earlier: str | None = None,
    files: bool = False,
) -> str:
    """Return the column with the articles of a message; with `files` it links to `article-N.html` beside the page.

    `earlier` names the version, as a `Phrase`, where it is one that lies beside the one of now: each article stands at
    the place of the one that it is compared with, and None beside one that is new.
    """
    kind = "reading" if earlier is None else "earlier"
    choices = [
        Tab(f"article-{number}", f"{number}  {each.title}")
        for number, each in enumerate(articles, 1)
        if each
    ]
    tabbed = (
        tabs("article", Phrase("which article"), choices, sheet, kind="tabs articles")
        if earlier is None
        else ""
    )
    heading, is_new = (
        sheet.say(earlier or Phrase("as it is read")),
        sheet.say(Phrase("this article is new")),
    )
    new = f'<p class="nothing">{is_new}</p>'
    panels = [new if each is None else _article(each, account, window, sheet) for each in articles]
    links = "".join(_link(f"article-{number}.html") for number in range(1, len(articles) + 1))
    lengths = "".join(
        f"<span>{f'{number}  ' if len(articles) > 1 else ''}{_length(each, sheet)}</span>"
        for number, each in enumerate(articles, 1)
        if each is not None and earlier is None
    )
    return f"""<section class="column {kind}" aria-labelledby="{kind}">
<header class="above"><h2 id="{kind}">{heading}</h2>{tabbed}</header>
{_screen(kind, panels)}{f'<p class="files">{lengths}</p>' if lengths else ""}
{f'<p class="files">{links}</p>' if files else ""}
</section>
"""


def phone(article: ReadableArticle, account: str, name: str, sheet: Sheet) -> str:
    """Return one article on a phone; an element with the id `name` says which one it is."""
    return _screen(name, [_article(article, account, None, sheet)])


def _screen(name: str, panels: Sequence[str]) -> str:
    shown = "".join(f'<div class="panel">{each}</div>\n' for each in panels)
    region = f'id="{name}-glass" tabindex="0" role="region" aria-labelledby="{name}"'
    return f'<div class="glass screen"><div class="panels" {region}>\n{shown}</div></div>\n'


def _length(article: ReadableArticle, sheet: Sheet) -> str:
    count = article.word_count
    return sheet.say(reading_words(count.words, count.minutes))


def _link(file: str) -> str:
    return f'<a href="{file}">{file}</a>'


def _article(article: ReadableArticle, account: str, window: Window | None, sheet: Sheet) -> str:
    author = f'<span class="author">{written(article.author)}</span>' if article.author else ""
    date = f"<span>{_date(window)}</span>" if window else ""
    byline = f'{author}<span class="account">{written(account)}</span>{date}'
    body, source, comments = (
        shown_body(article.content, sheet),
        article.content_source_url,
        _comments(article, sheet),
    )
    return f"""<div class="top" aria-hidden="true"><i>✕</i><i>···</i></div>
{article_markup(article.title, byline, body, source, comments)}"""


def _date(window: Window) -> str:
    """Write when it may go out first: that is the date a reader sees at the earliest."""
    opens = window.not_before
    return f"{opens.year}年{opens.month}月{opens.day}日 {opens:%H:%M}"


def _comments(article: ReadableArticle, sheet: Sheet) -> str:
    if not article.need_open_comment:
        return ""
    who = (
        Phrase("followers can comment")
        if article.only_fans_can_comment
        else Phrase("everybody can comment")
    )
    return f'<p lang="{sheet.code}">{sheet.say(who)}</p>'


def article_markup(
    title: str,
    byline: str,
    body: str,
    source_url: str | None,
    comments: str = "",
    *,
    level: int = 3,
) -> str:
    """Return an article as it is read; `byline`, `body` and `comments` are HTML, `level` is that of its heading."""
    return f"""<article class="article" lang="zh-CN">
<h{level}>{written(title)}</h{level}>
<p class="meta">{byline}</p>
<div class="content">{body}</div>
<footer>{_source_link(source_url)}{comments}</footer>
</article>"""


def drawn(body: str) -> str:
    """Prepare a body with local pictures for a page.

    Remote pictures become an empty frame, cards get their picture, and colours follow light and dark mode.
    """
    return by_day_and_night(edited(body, [*_distant_pictures(body), *_components(body)]))


def _distant_pictures(body: str) -> list[Edit]:
    """Replace the pictures on other servers: a page loads nothing from elsewhere."""
    return [
        Edit(each.value_start, each.value_start + len(each.written), NOT_HERE)
        for tag in tags(body)
        if tag.name == "img" and not tag.closing
        for each in tag.attributes
        if each.name == "src" and each.value_start >= 0 and _is_distant(each.value)
    ]


def _is_distant(address: str) -> bool:
    return re.match(r"\s*(?:https?:)?//", address, re.IGNORECASE) is not None


def _components(body: str) -> list[Edit]:
    """Put the picture of a card into it; the style sheet draws the rest, a video too, which only WeChat plays."""
    edits = []
    for tag in tags(body):
        if tag.name == "iframe":
            words = "" if tag.closing else ' role="img" aria-label="视频"'
            edits.append(Edit(tag.name_start, tag.name_start + len(tag.name), f"section{words}"))
        if tag.closing:
            continue
        address = next((found for name in _CARD_PICTURES if (found := tag.get(name))), "")
        if tag.name in _CARDS and address:
            shown = NOT_HERE if _is_distant(address) else address
            edits.append(Edit(tag.end, tag.end, f'<img src="{written(shown)}" alt="">'))
    return edits


def _source_link(url: str | None) -> str:
    """Return the line 阅读原文; only an address of the web becomes a link."""
    if not url:
        return ""
    if not re.match("https?://", url, re.IGNORECASE):
        return f"<span>阅读原文 {written(url)}</span>"
    return f'<a href="{written(url)}" rel="noreferrer noopener" target="_blank">阅读原文</a>'
