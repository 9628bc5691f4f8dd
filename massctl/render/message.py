"""The message of a campaign, rendered: strings of campaign.yaml through Jinja, articles, covers, limits."""

from typing import TYPE_CHECKING, Final, assert_never

from massctl.model.campaign import TAKE_OUT, Article, Cover, Image, MpNews, MpVideo, Path, Text, Voice, WxCard, flags_of
from massctl.model.diagnostics import Severity
from massctl.model.ids import Sha256
from massctl.model.message import Recording, RenderedArticle, RenderedMessage, RenderedNews, RenderedText
from massctl.model.phrase import Phrase
from massctl.model.theme import ThemeSettings
from massctl.render.cover import ShownCover, cover_faults, shown_cover
from massctl.render.fault import Fault
from massctl.render.inputs import Problem
from massctl.render.media import card_message, image_message, video_message, voice_message
from massctl.render.rules.registry import LIMITS
from massctl.render.rules.subject import Subject
from massctl.render.strings import Check, Strings, no_check

if TYPE_CHECKING:
    from massctl.render.theme import Theme

_NO_COVER: Final = ShownCover(Sha256("0" * 64))
"""Stands for a cover that was not found; such a message is never used."""


def render_message(strings: Strings) -> tuple[RenderedMessage, tuple[Recording, ...]]:
    """Render the campaign's message, and its sound or video; usable only where no diagnostic is an error."""
    message = strings.file.message
    match message:
        case MpNews():
            alone = len(message.articles) == 1
            articles = [_article(strings, *each, is_alone=alone) for each in enumerate(message.articles)]
            _report_unused_theme(strings)
            return RenderedNews(tuple(articles)), ()
        case Text():
            key: Path = ("text", "content")
            content = strings.string(message.content, key, LIMITS["text.content"])
            strings.judge(Subject({key: content}, strings.words))
            return RenderedText(content), ()
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


def _article(strings: Strings, index: int, article: Article, *, is_alone: bool) -> RenderedArticle:
    keys: Path = ("mpnews", "articles", index)
    variables = strings.variables(article.vars)

    def string(key: str, text: str, check: Check = no_check) -> str:
        return strings.string(text, (*keys, key), check, variables)

    title = string("title", article.title, LIMITS["title"])
    author = string("author", article.author, LIMITS["author"])
    digest = string("digest", article.digest, LIMITS["digest"])
    url = string("content_source_url", article.content_source_url or "", LIMITS["content_source_url"])
    cover = _cover(strings, article.cover, string("cover", article.cover.file), (*keys, "cover"), is_first=index == 0)
    theme = (article.theme or ThemeSettings()).over(strings.file.theme).over(strings.setting.usual_theme)
    breaks = strings.file.breaks if article.breaks is None else article.breaks
    # Only articles have bodies and themes.
    from massctl.render.article import render_body

    body = render_body(string("content", article.content), title, variables, strings.setting, theme, breaks=breaks)
    strings.report(body.faults, body.sources, (*keys, "content"))
    if body.theme is not None:
        _report_theme(strings, article, keys, body.theme)
    elif article.theme is not None and not any(each.severity is Severity.ERROR for each in body.faults):
        say = Phrase("an HTML article is passed through unchanged, without a theme")
        strings.report([Fault("MC014", say, TAKE_OUT)], {}, (*keys, "theme"))
    texts = {(*keys, "title"): title, (*keys, "author"): author, (*keys, "digest"): digest}
    called = strings.setting.pictures.called
    strings.judge(Subject(texts, strings.words, keys, body.content, body.tree, body.sources, called, url, is_alone))
    return RenderedArticle(
        title=title,
        author=author,
        digest=digest,
        content=body.content,
        cover=cover.sha256,
        content_source_url=url or None,
        pic_crop_235_1=cover.pic_crop_235_1,
        pic_crop_1_1=cover.pic_crop_1_1,
        **flags_of(article),
    )


def _report_theme(strings: Strings, article: Article, keys: Path, theme: "Theme") -> None:
    """Report the faults of an article's theme, each of a key where that key is written."""
    layers: list[tuple[ThemeSettings | None, Path]] = [
        (article.theme, (*keys, "theme")),
        (strings.file.theme, ("theme",)),
    ]
    for fault in theme.faults:
        # A theme that is a name alone has no keys.
        said = (
            key if [*each.said] == ["name"] else (*key, fault.option)
            for each, key in layers
            if each is not None and fault.option in each.said
        )
        key = next(said, None)
        if key is None and fault.option:
            at = strings.setting.in_settings(fault, ("theme", fault.option), ("brand", fault.option))
            strings.report([at], {}, ())
        else:
            strings.report([fault], theme.sources, key or ())


_NO_ARTICLE: Final = Phrase("no article uses this theme")


def _report_unused_theme(strings: Strings) -> None:
    """Say that the campaign's theme shows in no article: all are HTML, or say something else."""
    theme = strings.file.theme
    if theme is not None and not strings.setting.themes.is_used(theme) and not strings.diagnostics:
        say = Phrase("no article uses the theme `{name}`", name=theme.name) if theme.name else _NO_ARTICLE
        strings.report([Fault("MC014", say, TAKE_OUT)], {}, ("theme",))


def _cover(strings: Strings, cover: Cover, written: str, key: Path, *, is_first: bool) -> ShownCover:
    found = strings.setting.pictures.find(written, f"{strings.setting.campaign}/campaign.yaml", "cover")
    if isinstance(found, Problem):
        strings.report([Fault.of(found)], {}, key)
        return _NO_COVER
    strings.report(cover_faults(found, cover, is_first=is_first), {}, key)
    return shown_cover(found, cover)
