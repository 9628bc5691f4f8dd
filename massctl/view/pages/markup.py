"""What a page is written with: its language, the addresses of the files beside it, and the templates of this package.

A template escapes every text and says every `Phrase` in the language of the page.
"""

from collections.abc import Mapping
from functools import cache
from pkgutil import get_data
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from massctl.model.campaign import WHOLE, Crop
from massctl.model.frozen import Frozen
from massctl.model.phrase import Phrase
from massctl.view.cells import printable
from massctl.view.i18n import Language, say

NOT_HERE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 470 200' width='470' height='200'%3E"
    "%3Cpath fill='%23888' opacity='.16' d='M0 0h470v200H0z'/%3E%3Cg fill='%23888' opacity='.6'%3E"
    "%3Cpath d='M185 130l32-42 24 30 14-17 30 29z'/%3E%3Ccircle cx='266' cy='78' r='10'/%3E%3C/g%3E%3C/svg%3E"
)
"""Stands for a picture whose bytes are not here: one on WeChat's servers, or one that was sent and is gone."""


class Sheet(Frozen):
    """How one page is written."""

    language: Language
    files: Mapping[str, str]
    """Where a file stands, by the SHA-256 of its bytes: a path beside the page, or from the server's root, or a `data:`
    address."""
    clock: str | None = None
    """A sentence about the sandbox's time, where it is not the machine's."""

    @property
    def code(self) -> str:
        """The language as HTML names it."""
        return "en" if self.language.is_english else "zh-CN"

    def say(self, text: str) -> Markup:
        """Say a phrase or a foreign text in the page's language, as HTML; controls are written out."""
        return escape("\n".join(map(printable, say(text, self.language).split("\n"))))

    def page(self, template: str, **values: object) -> str:
        """Fill a template: of this folder, or one that is named from the folder of massctl."""
        return _templates().get_template(template).render(sheet=self, **values)

    def part(self, template: str, name: str, *values: object, **named: object) -> Markup:
        """Fill one macro of a template of this package."""
        module: Any = _templates().get_template(template).make_module({"sheet": self})
        found: Markup = getattr(module, name)(*values, **named)
        return found

    def address(self, sha256: str) -> str | None:
        """Return the address of a file; None if it is not at hand."""
        name = self.files.get(sha256)
        if name is None or name.startswith("data:"):
            return name
        return quote(name, safe="/._-~")

    def picture(self, sha256: str, kind: str, crop: str | None = None) -> Markup:
        """Return a picture without its own text, because the words around it say everything.

        `crop` is the part that is shown, as WeChat takes it; without one it is the middle.
        """
        address = self.address(sha256) or NOT_HERE
        part = Crop.parse(crop) if crop is not None else None
        if part is None:
            return Markup('<img class="{}" src="{}" alt="">').format(kind, address)
        across, down = part.right - part.left, part.bottom - part.top
        place = {
            "width": WHOLE / across,
            "height": WHOLE / down,
            "left": -part.left / across,
            "top": -part.top / down,
        }
        style = ";".join(f"{side}:{100 * share:.4f}%" for side, share in place.items())
        cut = Markup('<span class="{} part"><img src="{}" style="{}" alt=""></span>')
        return cut.format(kind, address, style)


@cache
def style(*names: str) -> Markup:
    """Return style sheets of this package, one behind the other.

    `article.css`, `chat.css` and `wechat.css` are shared with the inbox of the sandbox. They take `--grey`, `--link`,
    `--hair` and `--card` from the page.
    """
    return Markup("".join(map(_read, names)))  # noqa: S704 - files of ours


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_said,
    )
    found.globals |= {"Phrase": Phrase, "style": style}
    return found


def _read(name: str) -> str:
    path = name if "/" in name else f"view/pages/{name}"
    return (get_data("massctl", path) or b"").decode()


@pass_context
def _said(context: Context, value: object) -> object:
    return context["sheet"].say(value) if isinstance(value, Phrase) else value


class Tab(Frozen):
    """One choice; the panel at the same place among its siblings belongs to it."""

    id: str
    name: str
    """A `Phrase`, or words of the campaign."""
