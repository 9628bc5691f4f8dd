"""One article of a corpus, rendered as massctl does, but for pictures: any address is one of ours."""

import hashlib
from dataclasses import dataclass, field

from massctl.model.diagnostics import Fault, Severity
from massctl.model.ids import Sha256
from massctl.model.message import Picture, Purpose
from massctl.render.article_bounds import control_fault, without_controls
from massctl.render.article_file import ArticleFile
from massctl.render.cjk import has_cjk
from massctl.render.conservation import conserved, of_markdown
from massctl.render.limits import content_faults
from massctl.render.markdown import read_markdown
from massctl.render.paths import Pictures, placeholder
from massctl.render.styles import put_theme_on
from massctl.render.theme import resolved
from massctl.render.wechat_html import normalised
from massctl.source.formulas import draw
from massctl.source.renderer import built_in_theme

CSS = resolved(
    (("base.css", built_in_theme("base") or ""), ("built_in.css", built_in_theme("qingshan") or ""))
).css
"""The theme where none is named."""


@dataclass
class Rendered:
    """What came of one article."""

    body: str
    faults: list[Fault]
    pictures: list[str]
    """The addresses of its pictures, in the order in which they were asked for."""
    addresses: dict[str, str] = field(default_factory=dict)
    """The address of a picture by its placeholder."""

    @property
    def errors(self) -> list[str]:
        """What is an error of it."""
        return [
            f"{each.code} {each.message} {each.needle}"[:160]
            for each in self.faults
            if each.severity is Severity.ERROR
        ]


class _AnyPage(ArticleFile):
    """A page for which every picture is there."""

    def picture(
        self, address: str, needle: str, at: int | None = None
    ) -> tuple[str, Picture | None] | None:
        """Find any picture, of 1080 by 720 pixels."""
        picture = self.known(address)
        ASKED.append(address)
        return placeholder(picture), picture

    def known(self, address: str) -> Picture:
        """Find any picture, and do not note that it is shown."""
        sha256 = Sha256(hashlib.sha256(address.encode()).hexdigest())
        return Picture(address, sha256, sha256, 9, Purpose.IMAGE, "png", 1080, 720)


class _Formulas:
    """What a page for which every picture is there still asks for."""

    formulas = staticmethod(draw)


ASKED: list[str] = []


def rendered(text: str, css: str) -> Rendered:
    """Render one article."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    text, _ = without_controls(text)
    early = control_fault(text)
    if early is not None:
        return Rendered("", [early], [])
    ASKED.clear()
    pictures = Pictures("a", _Formulas())  # type: ignore[arg-type]
    page = _AnyPage("a/a.md", pictures, "footnotes")
    source = read_markdown(text, page, is_file=True)
    tree = normalised([(source.tree, page)], is_chinese=has_cjk(text))
    put_theme_on(tree, css)
    body = conserved(
        tree,
        [(of_markdown(source.tokens, [*source.parsed.inline_notes.values()], page.formulas), page)],
    )
    known = {f"massctl-picture:{hashlib.sha256(each.encode()).hexdigest()}": each for each in ASKED}
    return Rendered(body, [*page.faults, *content_faults(body)], list(ASKED), known)
