"""What a page is written with: its language, the addresses of the files beside it, and tabs that need no script."""

import html
from collections.abc import Mapping, Sequence
from functools import cache
from pkgutil import get_data
from urllib.parse import quote

from massctl.model.campaign import WHOLE, Crop
from massctl.model.frozen import Frozen
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
    """Where a file stands, by the SHA-256 of its bytes: a path beside the page, or from the server's root."""
    clock: str | None = None
    """A sentence about the sandbox's time, where it is not the machine's."""

    @property
    def code(self) -> str:
        """The language as HTML names it."""
        return "en" if self.language.is_english else "zh-CN"

    def say(self, text: str) -> str:
        """Say a phrase in the page's language, as HTML."""
        return written(say(text, self.language))

    def address(self, sha256: str) -> str | None:
        """Return the address of a file; None if it is not at hand."""
        name = self.files.get(sha256)
        return None if name is None else quote(name, safe="/._-~")

    def picture(self, sha256: str, kind: str, crop: str | None = None) -> str:
        """Return a picture without its own text, because the words around it say everything.

        `crop` is the part that is shown, as WeChat takes it; without one it is the middle.
        """
        address = written(self.address(sha256) or NOT_HERE)
        part = Crop.parse(crop) if crop is not None else None
        if part is None:
            return f'<img class="{kind}" src="{address}" alt="">'
        across, down = part.right - part.left, part.bottom - part.top
        place = {
            "width": WHOLE / across,
            "height": WHOLE / down,
            "left": -part.left / across,
            "top": -part.top / down,
        }
        style = ";".join(f"{side}:{100 * share:.4f}%" for side, share in place.items())
        return f'<span class="{kind} part"><img src="{address}" style="{style}" alt=""></span>'


@cache
def style(*names: str) -> str:
    """Return style sheets of this package, one behind the other.

    `article.css` and `chat.css` are shared with the inbox of the sandbox. They take `--grey`, `--link`, `--hair`,
    `--read` and `--card` from the page.
    """
    return "".join((get_data("massctl.view.pages", name) or b"").decode() for name in names)


def written(text: str) -> str:
    """Write a text as HTML."""
    return html.escape(text)


class Tab(Frozen):
    """One choice; the panel at the same place among its siblings belongs to it."""

    id: str
    name: str
    """A `Phrase`, or words of the campaign."""


def tabs(
    group: str, legend: str, choices: Sequence[Tab], sheet: Sheet, *, kind: str = "tabs"
) -> str:
    """Return a group of choices, the first one taken; of one alone only the button, unseen."""
    buttons = "".join(
        f'<input type="radio" name="{group}" id="{each.id}"{" checked" if number == 0 else ""}>'
        f'<label for="{each.id}" title="{sheet.say(each.name)}">{sheet.say(each.name)}</label>'
        for number, each in enumerate(choices)
    )
    unseen = " hidden" if len(choices) < 2 else ""
    return (
        f'<fieldset class="{kind}"{unseen}><legend>{sheet.say(legend)}</legend>{buttons}</fieldset>'
    )
