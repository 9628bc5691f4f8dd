"""All campaigns of a repository: where each stands, when it goes out, what is wrong with it."""

from collections.abc import Sequence

from markupsafe import Markup

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.frozen import Frozen
from massctl.model.message import Window
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL
from massctl.plan.window import WindowState
from massctl.view.pages.campaign_page import Look
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import CALENDAR, REPORT, THEMES, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.words import STATUS, WINDOW, errors, warnings, window_span
from massctl.view.words import campaigns as campaigns_words


class Listed(Frozen):
    """One campaign in the list."""

    look: Look
    """Without a campaign where it has faults, or was not rendered yet."""
    window: Window | None
    window_state: WindowState
    is_known: bool
    """It was rendered, so that its diagnostics are all there are."""


def campaigns_page(
    listed: Sequence[Listed],
    diagnostics: Sequence[Diagnostic],
    trouble: str | None,
    sheet: Sheet,
    heard: int,
) -> str:
    """Return the page: what is still to be sent first, in the order of its windows; then what went out.

    `diagnostics` are those of massctl.yaml and of campaigns/ itself; `trouble` is why the ledger cannot be read;
    `heard` as for `campaign_page`.
    """
    ahead = sorted((each for each in listed if each.look.status not in FINAL), key=_turn)
    gone = [each for each in listed if each.look.status in FINAL]
    gone.sort(key=lambda each: each.look.name, reverse=True)
    facts: list[str] = [campaigns_words(len(listed))]
    facts += [_LINK.format(address, sheet.say(name)) for address, name in _LINKS.items()]
    return document(
        "campaigns.html.j2",
        "massctl",
        sheet,
        Watched("", heard),
        facts=facts,
        trouble=trouble,
        findings=findings(diagnostics, sheet, live=False) if diagnostics else "",
        ahead=[_row(each, sheet) for each in ahead],
        gone=[_gone_row(each, sheet) for each in gone],
    )


_LINK = Markup('<a href="{}">{}</a>')
_LINKS = {
    CALENDAR: Phrase("Calendar"),
    REPORT: Phrase("What sends reached"),
    THEMES: Phrase("Themes"),
}


def _turn(listed: Listed) -> tuple[bool, str, str]:
    """Order by the end of the window as `apply` does; what has none comes last."""
    window = listed.window
    return window is None, window.not_after.isoformat() if window else "", listed.look.name


def _row(listed: Listed, sheet: Sheet) -> dict[str, object]:
    window, when = listed.window, WINDOW[listed.window_state]
    if window is not None:
        when = Phrase("{span} · {state}", span=window_span(window), state=when)
    return {**_gone_row(listed, sheet), "when": when, "counts": _counts(listed)}


def _gone_row(listed: Listed, sheet: Sheet) -> dict[str, object]:
    """Return one that went out: whether it could be better is of no use any more."""
    look = listed.look
    return {
        "look": look,
        "status": STATUS[look.status] if look.status else "",
        "when": window_span(listed.window) if listed.window else "",
        "counts": {},
        "cover": _cover(look, sheet),
    }


def _cover(look: Look, sheet: Sheet) -> Markup:
    """Return what a campaign is recognised by: its first picture, or a sign for what has none."""
    message = look.campaign.message if look.campaign else None
    if message is not None and message.first_picture is not None:
        crop = next((each.pic_crop_1_1 for each in message.articles), None)
        return sheet.picture(message.first_picture, "thumb", crop)
    sign = message.sign if message else "✓" if look.status in FINAL else ""
    return Markup('<i class="thumb" aria-hidden="true">{}</i>').format(sign)


def _counts(listed: Listed) -> dict[str, Phrase]:
    """Return how many errors and warnings there are; nothing for a campaign that was not checked yet."""
    severities = [each.severity for each in listed.look.diagnostics]
    found, mild = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    if not found and not mild:
        return {"fine": Phrase("nothing to correct")} if listed.is_known else {}
    said = {"error": errors(found)} if found else {}
    return said | ({"warning": warnings(mild)} if mild else {})
