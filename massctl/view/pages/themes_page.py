"""The gallery: one article in every theme, on phones side by side, with the lines of YAML that choose it."""

import json
from collections.abc import Mapping, Sequence

from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.message import ReadableArticle
from massctl.model.phrase import Phrase
from massctl.model.theme import FONT_SIZE_MAX, FONT_SIZE_MIN, ThemeSettings
from massctl.view.pages.article import phone
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import Knob, Watched, document
from massctl.view.pages.markup import Sheet, Tab

CHARACTERS: Mapping[str, tuple[str, Phrase]] = {
    "qingshan": (
        "青山",
        Phrase(
            "a hairline and a dark green over each section; for guides, notices and institutions"
        ),
    ),
    "danmo": (
        "淡墨",
        Phrase(
            "ink on paper, much white, headings in the middle; for essays, fiction and interviews"
        ),
    ),
    "zaobao": (
        "早报",
        Phrase("large black headings, a tight rhythm, pulled quotations; for news and long reads"),
    ),
    "zhaopai": (
        "招牌",
        Phrase("one bold colour in blocks with white letters; for brands, products and launches"),
    ),
    "nuanyang": (
        "暖阳",
        Phrase(
            "soft warm backgrounds, round corners, stitched edges; for shops, food and weekends"
        ),
    ),
}
"""Built-in theme -> its Chinese name, and what it is like."""
_OWN = Phrase("as in the theme")


class Shown(Frozen):
    """The sample in one theme."""

    theme: ThemeSettings
    article: ReadableArticle
    faults: tuple[tuple[Phrase, Phrase | None], ...] = ()
    """What is wrong with the theme as it is chosen, each with a hint."""


def themes_page(
    shown: Sequence[Shown], diagnostics: Sequence[Diagnostic], sheet: Sheet, watched: Watched
) -> str:
    """Return the page; without themes, `diagnostics` of massctl.yaml say why."""
    title = Phrase("Themes")
    if not shown:
        faults = findings(diagnostics, sheet, live=False)
        return document("themes.html.j2", title, sheet, watched, themes=(), faults=faults)
    return document(
        "themes.html.j2",
        title,
        sheet,
        watched,
        facts=[Phrase("choose a look, copy its line into campaign.yaml or massctl.yaml")],
        knobs=[_PAIR],
        themes=[_theme(each, sheet) for each in shown],
        settings=_SETTINGS,
        own=_OWN,
    )


def _names(key: str, names: Mapping[str, Phrase | str]) -> list[Tab]:
    return [Tab(f"{key}-{name}", words) for name, words in names.items()]


_SETTINGS: Sequence[Knob] = (
    (
        "font_size",
        Phrase("font size"),
        _names(
            "font_size",
            {"own": _OWN, **{str(n): f"{n}" for n in range(FONT_SIZE_MIN, FONT_SIZE_MAX + 1)}},
        ),
    ),
    (
        "headings",
        Phrase("headings"),
        _names(
            "headings",
            {
                "own": _OWN,
                "plain": Phrase("plain"),
                "rule": Phrase("rule"),
                "bar": Phrase("bar"),
                "block": Phrase("block"),
                "centred": Phrase("centred"),
            },
        ),
    ),
    (
        "code",
        Phrase("code"),
        _names("code", {"own": _OWN, "light": Phrase("light code"), "dark": Phrase("dark code")}),
    ),
    (
        "sample",
        Phrase("sample"),
        _names("sample", {"own": Phrase("an article"), "blocks": Phrase("all blocks")}),
    ),
)
"""Choices that draw the page again: the first one is taken where the address says nothing."""
_PAIR: Knob = (
    "pair",
    Phrase("phones"),
    (Tab("pair-one", Phrase("one phone")), Tab("pair-both", Phrase("light and dark"))),
)


def _theme(shown: Shown, sheet: Sheet) -> dict[str, object]:
    name = shown.theme.name or ""
    title, character = CHARACTERS.get(name, ("", Phrase("a theme of this repository")))
    return {
        "name": name,
        "title": title,
        "character": character,
        "line": theme_line(shown.theme),
        "faults": shown.faults,
        "phones": {
            time: phone(shown.article, "不赶路", f"{name}-{time}", sheet)
            for time in ("day", "night")
        },
    }


def theme_line(theme: ThemeSettings) -> str:
    """Write a theme as a line of YAML."""
    said = theme.said
    if said.keys() == {"name"}:
        return f"theme: {theme.name}"
    values = ", ".join(
        f"{key}: {json.dumps(value) if key == 'accent' else value}" for key, value in said.items()
    )
    return f"theme: {{{values}}}"
