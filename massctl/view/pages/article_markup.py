"""The markup and the style sheet of an article, for the preview and the inbox of the sandbox."""

import re
from typing import Final

from massctl.render.html_scan import Edit, edited, tags
from massctl.view.pages.dark_mode import by_day_and_night
from massctl.view.pages.markup import NOT_HERE, written

_CARDS: Final = frozenset({"mp-common-miniprogram", "mp-miniprogram", "mp-common-profile"})
_CARD_PICTURES: Final = ("data-miniprogram-imageurl", "data-progarm-imageurl", "data-headimg")
"""The page of 2019 misspells the second one. Source: WeChat docs, "mini-program cards in articles", read 2026-10."""


def article_markup(
    title: str, byline: str, body: str, source_url: str | None, comments: str = "", *, level: int = 3
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
