"""The message of a campaign, rendered: strings of campaign.yaml through Jinja, articles, covers, limits."""

from typing import Final, assert_never

from massctl.model.campaign import Article, Image, MpNews, MpVideo, Text, Voice, WxCard
from massctl.model.campaign_rules import Path
from massctl.model.message import RenderedArticle, RenderedMessage, RenderedNews, RenderedText
from massctl.model.names import Sha256
from massctl.model.rendered import Recording
from massctl.render import limits
from massctl.render.article import render_body
from massctl.render.fault import Fault
from massctl.render.inputs import Problem
from massctl.render.media import card_message, image_message, video_message, voice_message
from massctl.render.strings import Check, Strings, no_check

_NO_PICTURE: Final = Sha256("0" * 64)
"""Stands for a cover that was not found; such a message is never used."""


def render_message(strings: Strings) -> tuple[RenderedMessage, tuple[Recording, ...]]:
    """Render the campaign's message, and its sound or video; usable only where no diagnostic is an error."""
    message = strings.file.message
    match message:
        case MpNews():
            return RenderedNews(tuple(_article(strings, *each) for each in enumerate(message.articles))), ()
        case Text():
            return RenderedText(strings.string(message.content, ("text", "content"), limits.text_faults)), ()
        case Image():
            return image_message(message, strings), ()
        case Voice():
            return voice_message(message, strings)
        case MpVideo():
            return video_message(message, strings)
        case WxCard():
            return card_message(message, strings), ()
        case _:
            assert_never(message)


def _article(strings: Strings, index: int, article: Article) -> RenderedArticle:
    keys: Path = ("mpnews", "articles", index)
    variables = strings.variables(article.vars)

    def string(key: str, text: str, check: Check = no_check) -> str:
        return strings.string(text, (*keys, key), check, variables)

    title = string("title", article.title, limits.title_faults)
    author = string("author", article.author, limits.author_faults)
    digest = string("digest", article.digest, limits.digest_faults)
    url = string("content_source_url", article.content_source_url or "", limits.source_url_faults)
    cover = _cover(strings, string("cover", article.cover), (*keys, "cover"))
    body = render_body(string("content", article.content), title, variables, strings.setting)
    strings.report(body.faults, body.sources, (*keys, "content"))
    return RenderedArticle(
        title=title,
        author=author,
        digest=digest,
        content=body.content,
        cover=cover,
        content_source_url=url or None,
        need_open_comment=article.need_open_comment,
        only_fans_can_comment=article.only_fans_can_comment,
    )


def _cover(strings: Strings, written: str, key: Path) -> Sha256:
    found = strings.setting.pictures.find(written, f"{strings.setting.campaign}/campaign.yaml", "cover")
    if isinstance(found, Problem):
        strings.report([Fault.of(found)], {}, key)
        return _NO_PICTURE
    return found.sha256
