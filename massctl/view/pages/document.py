"""What every page has: its head, its policy, the bar with the choices, and who watches for changes."""

import html
from collections.abc import Sequence

from massctl.model.frozen import Frozen
from massctl.model.phrase import Command, Phrase
from massctl.view.pages.markup import Sheet, Tab, style, tabs, written

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


def document(
    title: str,
    facts: Sequence[str],
    main: str,
    knobs: Sequence[str],
    sheet: Sheet,
    watched: Watched | None,
    styles: Sequence[str] = STYLES,
) -> str:
    """Return a page; `facts`, `main` and `knobs` are HTML, and `watched` is None for a page in a folder."""
    served = watched is not None
    policy = (
        ""
        if served
        else f'<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">\n'
    )
    script = f'<script src="{SCRIPT}" defer></script>\n' if served else ""
    everything, skip = sheet.say(Phrase("all campaigns")), sheet.say(Phrase("to the content"))
    home = f'<a class="home" href="/">{everything}</a>' if watched and watched.name else ""
    clock = (
        f'<p class="facts clock">{sheet.say(sheet.clock)}</p>' if sheet.clock is not None else ""
    )
    waits = (
        f' data-watched="{written(watched.name)}" data-heard="{watched.heard}"' if watched else ""
    )
    return f"""<!doctype html>
<html lang="{sheet.code}">
<head>
<meta charset="utf-8">
{policy}<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{written(title)}</title>
<style>{style(*styles)}</style>
{script}</head>
<body{waits}>
<a class="skip" href="#main">{skip}</a>
<header class="bar">
<div class="about">{home}<h1>{written(title)}</h1><p class="facts">{_SEPARATOR.join(facts)}</p>{clock}</div>
<div class="knobs">{"".join([*knobs, knob(_LOOK, sheet)])}</div>
</header>
<main id="main" tabindex="-1">
{main}
</main>
{_status(sheet) if served else ""}</body>
</html>
"""


_SEPARATOR = '<span aria-hidden="true"> · </span>'


def knob(choice: Knob, sheet: Sheet) -> str:
    """Return one choice of the bar."""
    group, name, choices = choice
    return tabs(group, name, choices, sheet, kind=f"tabs knob {group}")


def _status(sheet: Sheet) -> str:
    """Return the line in which the script says that the page is of now, or that the server is gone."""
    renewed, lost = (
        sheet.say(Phrase("renewed")),
        sheet.say(Phrase("{command} no longer answers", command=Command("serve"))),
    )
    missed = sheet.say(Phrase("this text is not in the preview"))
    return f'<p class="live" role="status" data-renewed="{renewed}" data-lost="{lost}" data-missed="{missed}"></p>\n'
