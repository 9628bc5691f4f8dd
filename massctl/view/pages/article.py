"""Articles as a page shows them: their bodies, and the phone on which they are read; the inbox of the sandbox too."""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from massctl.model.frozen import Frozen
from massctl.model.message import PICTURE_PLACEHOLDER, ReadableArticle, Window
from massctl.model.phrase import Phrase
from massctl.render.html_scan import Edit, edited, tags
from massctl.render.limits import DEFAULT_DIGEST_CHARACTERS
from massctl.view.pages.dark_mode import by_day_and_night
from massctl.view.pages.markup import NOT_HERE, Sheet, Tab
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


def shown_body(content: str, sheet: Sheet) -> Markup:
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
) -> Markup:
    """Return the column with the articles of a message; with `files` it links to `article-N.html` beside the page.

    `earlier` names the version, as a `Phrase`, where it is one that lies beside the one of now: each article stands at
    the place of the one that it is compared with, and None beside one that is new.
    """
    choices = [
        Tab(f"article-{number}", f"{number}  {each.title}")
        for number, each in enumerate(articles, 1)
        if each
    ]
    panels = [each and _article(each, account, window, sheet) for each in articles]
    lengths = [] if earlier else [each and _length(each) for each in articles]
    return sheet.part(
        "article.html.j2", "reading", earlier, choices, panels, lengths, has_files=files
    )


def phone(article: ReadableArticle, account: str, name: str, sheet: Sheet) -> Markup:
    """Return one article on a phone; an element with the id `name` says which one it is."""
    shown = _article(article, account, None, sheet)
    return sheet.part("article.html.j2", "screen", name, [shown])


def _length(article: ReadableArticle) -> Phrase:
    count = article.word_count
    return reading_words(count.words, count.minutes)


class ShownArticle(Frozen):
    """An article as it is read."""

    title: str
    author: str
    account: str
    date: Markup
    body: Markup
    source: str | None = None
    """Its original page (阅读原文)."""
    comments: str = ""
    """Who can comment."""

    @property
    def is_linked(self) -> bool:
        """Whether its original page has an address of the web: only such a one becomes a link."""
        return re.match("https?://", self.source or "", re.IGNORECASE) is not None


def article_markup(shown: ShownArticle, sheet: Sheet, level: int) -> Markup:
    """Return an article as it is read; `level` is that of its heading."""
    return sheet.part("article.html.j2", "article", shown, level)


def _article(
    article: ReadableArticle, account: str, window: Window | None, sheet: Sheet
) -> ShownArticle:
    """Return what a panel shows. Its date is that on which it may go out first: a reader sees no earlier one."""
    who = ""
    if article.need_open_comment:
        who = (
            Phrase("followers can comment")
            if article.only_fans_can_comment
            else Phrase("everybody can comment")
        )
    return ShownArticle(
        article.title,
        article.author,
        account,
        Markup("<span>{}</span>").format(published(window.not_before)) if window else Markup(),
        shown_body(article.content, sheet),
        article.content_source_url,
        who,
    )


def published(moment: datetime) -> str:
    """Write the date of an article as WeChat does."""
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def drawn(body: str) -> Markup:
    """Prepare a body with local pictures for a page.

    Remote pictures become an empty frame, cards get their picture, and colours follow light and dark mode.
    """
    local = edited(body, [*_distant_pictures(body), *_components(body)])
    # A body is HTML that the renderer made, or that WeChat holds.
    return Markup(by_day_and_night(local))  # noqa: S704


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
            edits.append(Edit(tag.end, tag.end, f'<img src="{escape(shown)}" alt="">'))
    return edits
