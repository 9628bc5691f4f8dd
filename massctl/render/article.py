"""One article's body: its file, through Jinja and Markdown, or passed through, with placeholders for pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from massctl.model.diagnostics import Lines, Severity
from massctl.model.message import PICTURE_SCHEME
from massctl.model.phrase import Phrase, enumerated
from massctl.render.bounds import PASSED_ELEMENTS_MAX, bracket_fault, control_fault, depth_fault, without_controls
from massctl.render.fault import Fault
from massctl.render.foreign import template_marks
from massctl.render.html_edit import hidden_faults, with_placeholders
from massctl.render.inputs import Problem
from massctl.render.limits import (
    CONTENT_BYTES_BELOW,
    MARKDOWN_CHARACTERS_MAX,
    content_faults,
    empty_content_faults,
)
from massctl.render.page import Page
from massctl.render.paths import template_path
from massctl.render.pictures import Pictures
from massctl.render.theme.shelf import Theme

if TYPE_CHECKING:
    from massctl.render.blocks.library import Blocks
    from massctl.render.strings import Setting

SUFFIXES: Final = (".md", ".md.j2", ".html", ".html.j2")
_OPENING: Final = re.compile(r"<section(?:[^\">]|\"[^\"]*\")*>")
"""What `with_styles` begins with."""
_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")


@dataclass
class Body:
    """What came of one article's file."""

    content: str = ""
    """Complete only where no fault is an error."""
    faults: list[Fault] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """The files it was made from, by path from the campaigns folder, the article's own first."""
    theme: Theme | None = None
    """The theme that it is shown in; None where it is passed through."""


def render_body(
    written: str, title: str, variables: Mapping[str, Any], setting: "Setting", theme: str, *, breaks: bool
) -> Body:
    """Render the file that an article's `content` names in the theme of that name; every fault is in the answer.

    `breaks`: each line of Markdown is a line of the article.
    """
    body = Body()
    path = template_path(written, setting.campaign)
    if isinstance(path, Problem):
        body.faults.append(Fault.of(path))
    elif not path.endswith(SUFFIXES):
        say = Phrase("{path} is not an article", path=written)
        hint = Phrase("its name must end in one of {suffixes}", suffixes=enumerated(SUFFIXES))
        body.faults.append(Fault("MC014", say, hint))
    else:
        source = setting.inputs.template(path)
        if isinstance(source, Problem):
            body.faults.append(Fault.of(source))
        else:
            # One spelling of line ends, so that a checkout on Windows renders the same bytes.
            body.sources[path] = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
            page = Page(path, setting.pictures, setting.external_links, title, breaks)
            _render(page, variables, setting, theme, body)
    return body


def _render(page: Page, variables: Mapping[str, Any], setting: "Setting", theme: str, body: Body) -> None:
    path = page.file
    text: str | Fault = body.sources[path]
    is_markdown = path.removesuffix(".j2").endswith(".md")
    if path.endswith(".j2"):
        # Jinja is loaded only where a template is.
        from massctl.render.template import render_text

        text = render_text(
            path,
            body.sources[path],
            setting.campaign,
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
        return
    if is_markdown:
        body.theme = setting.themes.find(theme)
        _from_markdown(text, page, body.theme, body)
        _use_pictures(body.theme, body.content, setting.pictures)
    else:
        page.lines = None if path.endswith(".j2") else Lines(text)
        for fault, at in template_marks(text) if page.lines is not None else ():
            page.report(fault, at)
        body.content = with_placeholders(text, page)
        body.faults += page.faults
        if not any(fault.severity is Severity.ERROR for fault in page.faults):
            body.faults += hidden_faults(body.content)
    body.faults += [*_forged(body.content, setting.pictures), *content_faults(body.content, setting.limit)]
    if not body.faults:
        # What is missing may be what a fault speaks of already.
        body.faults += empty_content_faults(body.content)


def _blocks(setting: "Setting", theme: str, body: Body, *, is_markdown: bool) -> "Blocks":
    """Give what makes the template library of this article; the theme is read for the first block that needs it."""
    from massctl.render.blocks.cards import SentArticles
    from massctl.render.blocks.library import Blocks
    from massctl.render.styles import with_styles

    def styled(html: str) -> str:
        body.theme = setting.themes.find(theme)
        whole = with_styles(html, body.theme.with_paths(setting.campaign))
        return whole[len(_OPENING.match(whole)[0]) : -len("</section>")]  # type: ignore[index]  # It is ours.

    sent = SentArticles(setting.inputs, setting.links)
    return Blocks(is_markdown=is_markdown, external_links=setting.external_links, styled=styled, sent=sent)


def _use_pictures(theme: Theme, content: str, pictures: Pictures) -> None:
    """Note the pictures of a theme that this article shows."""
    if theme.pictures:
        shown = set(_PLACEHOLDER.findall(content))
        for written, picture in theme.pictures:
            if picture.sha256 in shown:
                pictures.use(written, picture)


def _from_markdown(text: str, page: Page, theme: Theme, body: Body) -> None:
    # The Markdown parser and the inliner are loaded only where Markdown is.
    from massctl.render.markdown import markdown_to_html
    from massctl.render.styles import with_styles

    html = markdown_to_html(text, page, is_file=not page.file.endswith(".j2"))
    body.content = with_styles(html, theme.css)
    body.faults += page.faults


def _refusal(text: str, *, is_markdown: bool) -> Fault | None:
    """Say why a text is not even read, where it is not: it could take minutes, or end the process."""
    limit = MARKDOWN_CHARACTERS_MAX if is_markdown else CONTENT_BYTES_BELOW
    if len(text) > limit:
        say = Phrase("the article is longer than {limit} characters before it is rendered", limit=f"{limit:,}")
        return Fault("MC304", say, Phrase("split it into several articles"))
    return control_fault(text) or (bracket_fault(text) if is_markdown else depth_fault(text, PASSED_ELEMENTS_MAX))


_BY_PATH: Final = Phrase("write the picture's path")


def _forged(content: str, pictures: Pictures) -> list[Fault]:
    """Find placeholders that no picture of this campaign stands behind: they were written by hand."""
    known = {picture.sha256 for picture in pictures.used}
    written = dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(content) if found[1] not in known)
    return [Fault("MC206", Phrase("only massctl writes {text}", text=text), _BY_PATH, needle=text) for text in written]
