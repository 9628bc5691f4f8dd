"""What every page has: its policy, the addresses of the others, its choices, and the changes that renew it."""

import re
from collections.abc import Sequence
from typing import Any

from markupsafe import escape

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.view.pages.markup import Sheet, Tab

POLICY = (
    "default-src 'none'; img-src 'self' file: data:; media-src 'self' file:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content security policy of a page in a folder: `file:` is what stands beside it."""
WHOLE_POLICY = (
    "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
"""That of a page that is one file: whoever opens it sees what is in it, and it asks for nothing."""
_WHOLE = re.compile(
    r'<!doctype html>\n<html lang="[A-Za-z-]+">\n<head>\n<meta charset="utf-8">\n'
    rf'<meta http-equiv="Content-Security-Policy" content="{re.escape(escape(WHOLE_POLICY))}">\n'
)
SERVED_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""That of a page from the server: its own script, and nobody else's."""
THEMES = "/-/themes"
"""Where the server has the gallery of themes."""
CALENDAR = "/-/calendar"
"""Where the server has the calendar."""
REPORT = "/-/report"
"""Where the server has what sends reached."""
AUDIENCES = "/-/audiences"
"""Where the server has the audiences; below it stands each by its name."""
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


STYLES = ("page.css", "chat.css", "wechat.css", "article.css")
"""The style sheets of a page with a phone on it."""
_LOST = Phrase("{command} no longer answers", command=Command("serve"))


def is_whole(page: str) -> bool:
    """Return whether a page begins with the policy of one that runs no script and asks for nothing."""
    return _WHOLE.match(page) is not None


def document(
    template: str,
    title: str,
    sheet: Sheet,
    watched: Watched | None,
    *,
    facts: Sequence[str] = (),
    knobs: Sequence[Knob] = (),
    styles: Sequence[str] = STYLES,
    policy: str = POLICY,
    **values: Any,
) -> str:
    """Fill the template of a page, which extends `document.html.j2`; `watched` is None for a page in a file."""
    told = {"title": title, "watched": watched, "facts": facts, "knobs": knobs, "styles": styles}
    every = {"policy": policy, "script": SCRIPT, "look": _LOOK, "lost": _LOST}
    return sheet.page(template, **told, **every, **values)
