"""All campaigns of a repository: where each stands, when it goes out, what is wrong with it."""

from collections.abc import Sequence

from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.frozen import Frozen
from massctl.model.message import Window
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL
from massctl.plan.window import WindowState
from massctl.view.pages.campaign_page import Look
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import CALENDAR, REPORT, THEMES, Watched, document
from massctl.view.pages.markup import Sheet, written
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
    gone = sorted(
        (each for each in listed if each.look.status in FINAL),
        key=lambda each: each.look.name,
        reverse=True,
    )
    groups = [
        _group("ahead", Phrase("still to be sent"), [_row(each, sheet) for each in ahead], sheet),
        _group("gone", Phrase("went out"), [_gone_row(each, sheet) for each in gone], sheet),
    ]
    notes = findings(diagnostics, sheet, live=False) if diagnostics else ""
    unread = f'<p class="faulty" role="alert">{sheet.say(trouble)}</p>' if trouble else ""
    main = f'<div class="list">{unread}{notes}{"".join(groups)}</div>'
    links = (
        (CALENDAR, Phrase("Calendar")),
        (REPORT, Phrase("What sends reached")),
        (THEMES, Phrase("Themes")),
    )
    facts = [
        sheet.say(campaigns_words(len(listed))),
        *(f'<a href="{address}">{sheet.say(name)}</a>' for address, name in links),
    ]
    return document("massctl", facts, main, [], sheet, Watched("", heard))


def _turn(listed: Listed) -> tuple[bool, str, str]:
    """Order by the end of the window as `apply` does; what has none comes last."""
    window = listed.window
    return window is None, window.not_after.isoformat() if window else "", listed.look.name


def _group(key: str, name: Phrase, rows: Sequence[str], sheet: Sheet) -> str:
    if not rows:
        return ""
    return f"""<section class="group" aria-labelledby="{key}">
<h2 id="{key}">{sheet.say(name)} <span class="count">{len(rows)}</span></h2>
<ul class="campaigns">{"".join(rows)}</ul>
</section>
"""


def _row(listed: Listed, sheet: Sheet) -> str:
    window = listed.window
    words = WINDOW[listed.window_state]
    when = Phrase("{span} · {state}", span=window_span(window), state=words) if window else words
    return _link(listed.look, sheet.say(when), _counts(listed, sheet), sheet)


def _gone_row(listed: Listed, sheet: Sheet) -> str:
    """Return one that went out: whether it could be better is of no use any more."""
    return _link(
        listed.look, written(window_span(listed.window)) if listed.window else "", "", sheet
    )


def _link(look: Look, when: str, counts: str, sheet: Sheet) -> str:
    status = (
        f'<b class="status {look.status.value}">{sheet.say(STATUS[look.status])}</b>'
        if look.status
        else ""
    )
    return f"""<li><a href="/{written(look.name)}">{_cover(look, sheet)}<span class="what">
<strong>{written(look.title or look.name)}</strong><code>{written(look.name)}</code>
<span class="when">{when}</span></span>
<span class="stands">{status}{counts}</span></a></li>
"""


def _cover(look: Look, sheet: Sheet) -> str:
    """Return what a campaign is recognised by: its first picture, or a sign for what has none."""
    message = look.campaign.message if look.campaign else None
    if message is not None and message.first_picture is not None:
        return sheet.picture(
            message.first_picture,
            "thumb",
            next((each.pic_crop_1_1 for each in message.articles), None),
        )
    sign = message.sign if message else "✓" if look.status in FINAL else ""
    return f'<i class="thumb" aria-hidden="true">{sign}</i>'


def _counts(listed: Listed, sheet: Sheet) -> str:
    """Return how many errors and warnings there are; nothing for a campaign that was not checked yet."""
    severities = [each.severity for each in listed.look.diagnostics]
    found, mild = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    said = [("error", errors(found))] if found else []
    said += [("warning", warnings(mild))] if mild else []
    if not said and listed.is_known:
        said.append(("fine", Phrase("nothing to correct")))
    return "".join(f'<span class="{kind}">{sheet.say(words)}</span>' for kind, words in said)
