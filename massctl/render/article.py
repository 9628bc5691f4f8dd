"""Render the body of an article: Jinja, then Markdown or HTML, with placeholders for pictures."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.model.diagnostics import Fault, Lines
from massctl.model.message import PICTURE_PLACEHOLDER
from massctl.model.phrase import Phrase, enumerated
from massctl.model.theme import CodeSettings, ThemeSettings
from massctl.render.article_bounds import (
    PASSED_ELEMENTS_MAX,
    control_fault,
    depth_fault,
    markdown_fault,
    without_controls,
)
from massctl.render.article_file import ArticleFile
from massctl.render.cjk import has_cjk
from massctl.render.conservation import (
    NOTHING,
    Conserved,
    conserved,
    conserved_html,
    of_markdown,
    with_tag,
)
from massctl.render.foreign import template_marks, tex_of_html
from massctl.render.limits import CONTENT_BYTES_BELOW, content_faults, empty_content_faults
from massctl.render.paths import Pictures, template_path
from massctl.render.styles import put_theme_on, styled_fragment
from massctl.render.theme import Theme
from massctl.render.tree import Element

if TYPE_CHECKING:
    from massctl.render.blocks.library import Blocks
    from massctl.render.strings import Setting

SUFFIXES = (".md", ".md.j2", ".html", ".html.j2")


class Body(Struct):
    """The result of rendering one article."""

    content: Conserved = NOTHING
    """Complete only if no fault is an error."""
    tree: Element | None = None
    """The same as a tree; None where the file was not read."""
    faults: list[Fault] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """The files it was made from, by path from the campaigns folder, the article's own first."""
    theme: Theme | None = None
    """The theme of its styles; None for an HTML article without blocks."""


def render_body(
    written: str,
    title: str,
    variables: Mapping[str, Any],
    setting: "Setting",
    theme: ThemeSettings,
    *,
    breaks: bool,
) -> Body:
    """Render the file that an article's `content` names, in a theme; every fault is in the returned body.

    `breaks`: each line of Markdown is a line of the article.
    """
    body = Body()
    path = template_path(written, setting.own)
    if isinstance(path, Fault):
        body.faults.append(path)
    elif not path.endswith(SUFFIXES):
        body.faults.append(
            Fault(
                "MC014",
                Phrase("{path} is not an article", path=written),
                Phrase("its name must end in one of {suffixes}", suffixes=enumerated(SUFFIXES)),
            )
        )
    elif _read(path, setting, body):
        _render(
            ArticleFile(
                path,
                setting.pictures,
                setting.external_links,
                title,
                breaks,
                theme.code or CodeSettings(),
                setting.track,
            ),
            variables,
            setting,
            theme,
            body,
        )
    return body


def _read(path: str, setting: "Setting", body: Body) -> bool:
    """Read a file of an article; False and a fault where it cannot be."""
    source = setting.inputs.template(path)
    if isinstance(source, Fault):
        body.faults.append(source)
        return False
    # One spelling of line ends, so that a checkout on Windows renders the same bytes.
    body.sources[path] = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return True


def _text(
    path: str, variables: Mapping[str, Any], setting: "Setting", theme: ThemeSettings, body: Body
) -> str | None:
    """Return the text of a file, rendered by Jinja if it is a template; None after adding a fault."""
    text: str | Fault = body.sources[path]
    is_markdown = _is_markdown(path)
    if path.endswith(".j2"):
        # Jinja is loaded only where a template is.
        from massctl.render.blocks.signature import calls_in_cells
        from massctl.render.template import render_text

        body.faults += calls_in_cells(body.sources[path], path) if is_markdown else ()

        text = render_text(
            path,
            body.sources[path],
            setting.own,
            variables,
            setting.inputs,
            sources=body.sources,
            links=setting.links,
            blocks=_blocks(setting, theme, body, is_markdown=is_markdown),
        )
    if is_markdown and not isinstance(text, Fault):
        text, told = without_controls(text)
        body.faults += told
    refusal = text if isinstance(text, Fault) else _refusal(text, is_markdown=is_markdown)
    if isinstance(text, Fault) or refusal is not None:
        body.faults += [refusal] if refusal is not None else []
        return None
    return text


def _is_markdown(path: str) -> bool:
    return path.removesuffix(".j2").endswith(".md")


def _render(
    page: ArticleFile,
    variables: Mapping[str, Any],
    setting: "Setting",
    theme: ThemeSettings,
    body: Body,
) -> None:
    path = page.file
    text = _text(path, variables, setting, theme, body)
    if text is None:
        return
    if _is_markdown(path):
        body.theme = setting.themes.find(theme)
        _from_markdown(
            _with_brand(text, page, variables, setting, theme, body), page, body.theme, body
        )
        _use_pictures(body.theme, body.content, setting.pictures)
    else:
        _from_html(text, page, body)
    body.content = with_tag(body.content, setting.track)
    body.faults += [
        *_forged(body.content, setting.pictures),
        *content_faults(body.content, setting.limit),
    ]
    if not body.faults:
        # A fault may already explain what is missing.
        body.faults += empty_content_faults(body.content)


def _blocks(setting: "Setting", theme: ThemeSettings, body: Body, *, is_markdown: bool) -> "Blocks":
    """Return the template library of this article; the theme is read when the first block in HTML needs it."""
    from massctl.render.blocks.cards import SentArticles
    from massctl.render.blocks.library import Blocks

    def styled(html: str) -> str:
        body.theme = setting.themes.find(theme)
        return styled_fragment(html, body.theme.with_paths(setting.own))

    sent = SentArticles(setting.inputs, setting.links)
    return Blocks(
        is_markdown=is_markdown, external_links=setting.external_links, styled=styled, sent=sent
    )


def _use_pictures(theme: Theme, content: str, pictures: Pictures) -> None:
    """Note the pictures of a theme that this article shows."""
    if theme.pictures:
        shown = set(PICTURE_PLACEHOLDER.findall(content))
        for written, picture in theme.pictures:
            if picture.sha256 in shown:
                pictures.use(written, picture)


_LOGO = '<img src="{}" alt="LOGO" style="display:block;width:auto;max-width:45%;max-height:64px;margin:0 auto 24px">'


def _with_brand(
    text: str,
    page: ArticleFile,
    variables: Mapping[str, Any],
    setting: "Setting",
    theme: ThemeSettings,
    body: Body,
) -> list[tuple[str, ArticleFile]]:
    """Return the parts of an article in order: the brand's logo and header, its own text, the brand's footer."""
    brand = setting.brand
    if brand is None:
        return [(text, page)]

    def page_of(path: str) -> ArticleFile:
        return ArticleFile(
            path, setting.pictures, setting.external_links, code=page.code, track=setting.track
        )

    def part(key: str, written: str | None) -> list[tuple[str, ArticleFile]]:
        path = template_path(written, setting.own) if written is not None else None
        if isinstance(path, Fault):
            body.faults.append(_of_brand(setting, key, path))
        elif path is not None and not _read(path, setting, body):
            body.faults[-1] = _of_brand(setting, key, body.faults[-1])
        elif path is not None:
            found = _text(path, variables, setting, theme, body)
            return [(found, page_of(path))] if found is not None else []
        return []

    logo: list[tuple[str, ArticleFile]] = []
    if brand.logo is not None:
        found = setting.pictures.look_for(brand.logo, "", "inline")
        if isinstance(found, Fault):
            body.faults.append(_of_brand(setting, "logo", found))
        else:
            logo.append((_LOGO.format(escape(brand.logo)), page_of("")))
    return [*logo, *part("header", brand.header), (text, page), *part("footer", brand.footer)]


def _of_brand(setting: "Setting", key: str, fault: Fault) -> Fault:
    """Place a fault where the brand is written: no article names that file."""
    return setting.in_settings(
        replace(fault, message=Phrase("{key}: {why}", key=f"brand.{key}", why=fault.message)),
        ("brand", key),
    )


def _from_markdown(
    parts: Sequence[tuple[str, ArticleFile]], own: ArticleFile, theme: Theme, body: Body
) -> None:
    # The Markdown parser and the inliner are loaded only where Markdown is.
    from massctl.render.markdown import read_markdown
    from massctl.render.wechat_html import normalised

    is_chinese = any(has_cjk(text) for text, _ in parts)
    read = [
        (read_markdown(text, page, is_file=page.file.endswith(".md")), page) for text, page in parts
    ]
    place = next(index for index, (_, page) in enumerate(parts) if page is own)
    tree = normalised(
        [(source.tree, page) for source, page in read], own=place, is_chinese=is_chinese
    )
    sources = [
        (of_markdown(source.tokens, [*source.parsed.inline_notes.values()], page.formulas), page)
        for source, page in read
    ]
    put_theme_on(tree, theme.css)
    body.tree, body.content = tree, conserved(tree, sources)
    for _, page in parts:
        body.faults += page.faults


def _from_html(text: str, page: ArticleFile, body: Body) -> None:
    from massctl.render.html_article import html_article

    page.lines = None if page.file.endswith(".j2") else Lines(text)
    for fault, at in (
        *(template_marks(text) if page.lines is not None else ()),
        *tex_of_html(text),
    ):
        page.report(fault, at)
    content, body.tree = html_article(text, page)
    body.content = conserved_html(content, text, page)
    body.faults += page.faults


def _refusal(text: str, *, is_markdown: bool) -> Fault | None:
    """Return a fault for a text that is not parsed, because that could take minutes or end the process."""
    if len(text) > CONTENT_BYTES_BELOW:
        limit = f"{CONTENT_BYTES_BELOW:,}"
        return Fault(
            "MC304",
            Phrase(
                "the article is longer than {limit} characters before it is rendered", limit=limit
            ),
            Phrase("split it into several articles, or take out data that nobody reads"),
        )
    return control_fault(text) or (
        markdown_fault(text) if is_markdown else depth_fault(text, PASSED_ELEMENTS_MAX)
    )


_BY_PATH = Phrase("write the picture's path")


def _forged(content: str, pictures: Pictures) -> list[Fault]:
    """Find placeholders that belong to no picture of this campaign: somebody wrote them by hand."""
    known = {picture.sha256 for picture in pictures.used}
    written = dict.fromkeys(
        found[0] for found in PICTURE_PLACEHOLDER.finditer(content) if found[1] not in known
    )
    return [
        Fault("MC206", Phrase("only massctl writes {text}", text=text), _BY_PATH, needle=text)
        for text in written
    ]
