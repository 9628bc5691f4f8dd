"""Articles as they are read: title, author, account, body, and what stands below."""

import re
from collections.abc import Sequence

from massctl.model.message import RenderedArticle, Window
from massctl.model.phrase import Phrase
from massctl.view.pages.body import shown_body
from massctl.view.pages.sheet import Sheet, written
from massctl.view.pages.tabs import Tab, tabs


def reading(
    articles: Sequence[RenderedArticle], account: str, window: Window | None, sheet: Sheet, *, files: bool
) -> str:
    """Give the column with the articles of a message; with `files` it links to `article-N.html` beside the page."""
    choices = [Tab(f"article-{number}", f"{number}  {each.title}") for number, each in enumerate(articles, 1)]
    legend = Phrase("which article")
    panels = "".join(f'<div class="panel">{_article(each, account, window, sheet)}</div>\n' for each in articles)
    links = "".join(_link(f"article-{number}.html") for number in range(1, len(articles) + 1))
    heading = sheet.say(Phrase("as it is read"))
    return f"""<section class="column reading" aria-labelledby="reading">
<header class="above"><h2 id="reading">{heading}</h2>
{tabs("article", legend, choices, sheet, kind="tabs articles")}</header>
<div class="glass screen"><div class="panels" id="reading-glass" tabindex="0" role="region" aria-labelledby="reading">
{panels}</div></div>
{f'<p class="files">{links}</p>' if files else ""}
</section>
"""


def earlier_reading(
    articles: Sequence[RenderedArticle | None], account: str, name: str, window: Window | None, sheet: Sheet
) -> str:
    """Give the column with the articles as they were: each at the place of the one that it is compared with.

    `name` says which version it is, as a `Phrase`; None stands beside an article that is new.
    """
    is_new = sheet.say(Phrase("this article is new"))
    new = f'<p class="nothing">{is_new}</p>'
    panels = "".join(
        f'<div class="panel">{new if each is None else _article(each, account, window, sheet)}</div>\n'
        for each in articles
    )
    return f"""<section class="column earlier" aria-labelledby="earlier">
<header class="above"><h2 id="earlier">{sheet.say(name)}</h2></header>
<div class="glass screen"><div class="panels" id="earlier-glass" tabindex="0" role="region" aria-labelledby="earlier">
{panels}</div></div>
</section>
"""


def _link(file: str) -> str:
    return f'<a href="{file}">{file}</a>'


def _article(article: RenderedArticle, account: str, window: Window | None, sheet: Sheet) -> str:
    author = f'<span class="author">{written(article.author)}</span>' if article.author else ""
    date = f"<span>{_date(window)}</span>" if window else ""
    below = _source_link(article.content_source_url) + _comments(article, sheet)
    return f"""<div class="top" aria-hidden="true"><i>✕</i><i>···</i></div>
<article class="article" lang="zh-CN">
<h3>{written(article.title)}</h3>
<p class="meta">{author}<span class="account">{written(account)}</span>{date}</p>
<div class="content">{shown_body(article.content, sheet)}</div>
<footer>{below}</footer>
</article>"""


def _date(window: Window) -> str:
    """Write when it may go out first: that is the date a reader sees at the earliest."""
    opens = window.not_before
    return f"{opens.year}年{opens.month}月{opens.day}日 {opens:%H:%M}"


def _source_link(url: str | None) -> str:
    """Give 阅读原文; an address that is none of the web is not made a link."""
    if not url:
        return ""
    if not re.match("https?://", url, re.IGNORECASE):
        return f"<span>阅读原文 {written(url)}</span>"
    return f'<a href="{written(url)}" rel="noreferrer noopener" target="_blank">阅读原文</a>'


def _comments(article: RenderedArticle, sheet: Sheet) -> str:
    if not article.need_open_comment:
        return ""
    who = Phrase("followers can comment") if article.only_fans_can_comment else Phrase("everybody can comment")
    return f'<p lang="{sheet.code}">{sheet.say(who)}</p>'
