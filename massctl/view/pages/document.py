"""What every page has: its policy, the addresses of the others, its choices, and the changes that renew it."""

from collections.abc import Sequence
from typing import Any

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.view.pages.markup import Sheet, Tab

POLICY = (
    "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content security policy of a page in a folder: `file:` is what stands beside it."""
SERVED_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""That of a page from the server: its own script, and nobody else's."""
THEMES = "/-/themes"
"""Where the server has the gallery of themes."""
CALENDAR = "/-/calendar"
"""Where the server has the calendar."""
REPORT = "/-/report"
"""Where the server has what sends reached."""
ANYTHING = "*"
"""What a page waits for that every change concerns; no campaign has this name."""
SCRIPT = "/-/live.js"
"""Where the server has the script that renews a page."""


class Watched(Frozen):
    """What a page from the server waits for."""

    name: str
    """The campaign whose changes renew the page; empty for the first page, `*` for another that shows all campaigns,
    `_shared` for what they share."""
    heard: int
    """The last change that this page knows of."""


Knob = tuple[str, str, Sequence[Tab]]
"""A choice in the bar: group, name, and what can be chosen."""
_LOOK: Knob = (
    "look",
    Phrase("appearance"),
    (
        Tab("look-auto", Phrase("automatic")),
        Tab("look-light", Phrase("light")),
        Tab("look-dark", Phrase("dark")),
    ),
)


STYLES = ("page.css", "chat.css", "article.css")
"""The style sheets of a page with a phone on it."""
_LOST = Phrase("{command} no longer answers", command=Command("serve"))


def document(
    template: str,
    title: str,
    sheet: Sheet,
    watched: Watched | None,
    *,
    facts: Sequence[str] = (),
    knobs: Sequence[Knob] = (),
    styles: Sequence[str] = STYLES,
    **values: Any,
) -> str:
    """Fill the template of a page, which extends `document.html.j2`; `watched` is None for a page in a folder."""
    told = {"title": title, "watched": watched, "facts": facts, "knobs": knobs, "styles": styles}
    every = {"policy": POLICY, "script": SCRIPT, "look": _LOOK, "lost": _LOST}
    return sheet.page(template, **told, **every, **values)
