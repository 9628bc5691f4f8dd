"""All campaigns of a repository: where each stands, when it goes out, what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from markupsafe import Markup

from massctl.model.diagnostics import Diagnostic, Severity, has_errors
from massctl.model.frozen import Frozen
from massctl.model.message import Window
from massctl.model.phrase import BEIJING, AccountKey, Phrase
from massctl.model.state import FINAL
from massctl.plan.window import WindowState
from massctl.view.overview import CLOSE_FROM
from massctl.view.pages.campaign_page import Look
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import AUDIENCES, CALENDAR, REPORT, THEMES, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.words import (
    STATUS,
    WEEKDAYS_SHORT,
    WINDOW,
    errors,
    followers,
    warnings,
    window_span,
)
from massctl.view.words import campaigns as campaigns_words


class Listed(Frozen):
    """One campaign in the list."""

    look: Look
    """Without a campaign where it has faults, or was not rendered yet."""
    window: Window | None
    window_state: WindowState
    is_known: bool
    """It was rendered, so that its diagnostics are all there are."""
    account: str = ""
    """The key of its account; empty where that cannot be read."""
    group: str = ""
    """The group that it stands in; empty without one."""
    count: int | None = None
    """The size of its audience as it was recorded last; None where it never was."""
    edition: int | None = None
    """The edition that its folder declares; None where that cannot be read."""
    sent_at: datetime | None = None
    """When the newest edition on record began to go out; None where none did."""

    @property
    def is_out(self) -> bool:
        """Whether nothing of it is left to be sent."""
        return self.look.status in FINAL

    @property
    def is_faulty(self) -> bool:
        """Whether its files have faults."""
        return has_errors(self.look.diagnostics)


AHEAD, FAULTY = "ahead", "faulty"


class Filter(Frozen):
    """Which campaigns the page lists, as its address says."""

    words: str = ""
    """What name or title holds."""
    account: str = ""
    group: str = ""
    state: str = ""
    """`ahead`, `faulty` or a status."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        """Read the query of an address."""
        keys = ("account", "group", "state")
        return cls(query.get("q", "").strip()[:100], *(query.get(key, "") for key in keys))

    def takes(self, listed: Listed) -> bool:
        """Return whether a campaign is listed."""
        look = listed.look
        text = f"{look.name} {look.title}".casefold()
        is_group = listed.group == self.group or listed.group.startswith(f"{self.group}/")
        return (
            all(word in text for word in self.words.casefold().split())
            and self.account in ("", listed.account)
            and (not self.group or is_group)
            and self._is_in_state(listed)
        )

    def _is_in_state(self, listed: Listed) -> bool:
        if self.state == AHEAD:
            return not listed.is_out
        if self.state == FAULTY:
            return listed.is_faulty
        return self.state in ("", listed.look.status)


EVERY_CAMPAIGN = Filter()


def campaigns_page(
    listed: Sequence[Listed],
    diagnostics: Sequence[Diagnostic],
    trouble: str | None,
    sheet: Sheet,
    heard: int,
    asked: Filter = EVERY_CAMPAIGN,
    *,
    has_audiences: bool = False,
) -> str:
    """Return the page: what is still to be sent first, in the order of its windows; then what went out.

    `diagnostics` are those of massctl.yaml and of campaigns/ itself; `trouble` is why the ledger cannot be read;
    `heard` as for `campaign_page`. Many campaigns stand close together, by the day on which they may go out. A link
    leads to the audiences where there are any.
    """
    shown, is_close = list(filter(asked.takes, listed)), len(listed) > CLOSE_FROM
    ahead = sorted((each for each in shown if not each.is_out), key=_turn)
    gone = [each for each in shown if each.is_out]
    gone.sort(key=lambda each: each.look.name, reverse=True)
    facts: list[str] = [campaigns_words(len(listed))]
    if asked != EVERY_CAMPAIGN:
        facts = [Phrase("{count} of {all} campaigns", count=len(shown), all=len(listed))]
    links = {AUDIENCES: Phrase("Audiences"), **_LINKS} if has_audiences else _LINKS
    facts += [_LINK.format(address, sheet.say(name)) for address, name in links.items()]
    return document(
        "campaigns.html.j2",
        "massctl",
        sheet,
        Watched("", heard),
        facts=facts,
        trouble=trouble,
        findings=findings(diagnostics, sheet, live=False) if diagnostics else "",
        ahead=[_row(each, sheet) for each in ahead],
        gone=[_gone_close(each, sheet) if is_close else _gone_row(each, sheet) for each in gone],
        days=_days(ahead, sheet) if is_close else [],
        is_close=is_close,
        asked=asked,
        is_asked=asked != EVERY_CAMPAIGN,
        choices=_choices(listed) if is_close else [],
    )


def _days(ahead: Sequence[Listed], sheet: Sheet) -> list[tuple[str, str, list[dict[str, object]]]]:
    """Return the campaigns by the Beijing day on which their window opens; what has none comes last."""
    days: dict[str, list[dict[str, object]]] = {}
    for each in sorted(ahead, key=_opening):
        days.setdefault(_opening(each)[0], []).append(_close_row(each, sheet))
    return [(day, _day_name(day), rows) for day, rows in days.items()]


_NO_DAY = "9999"


def _opening(listed: Listed) -> tuple[str, str, str]:
    window, name = listed.window, listed.look.name
    if window is None:
        return _NO_DAY, "", name
    opens = window.not_before.astimezone(BEIJING)
    return opens.date().isoformat(), opens.isoformat(), name


def _day_name(day: str) -> str:
    if day == _NO_DAY:
        return Phrase("no window")
    weekday = WEEKDAYS_SHORT[date.fromisoformat(day).weekday()]
    return Phrase("{day} {weekday}", day=day, weekday=weekday)


def _close_row(listed: Listed, sheet: Sheet) -> dict[str, object]:
    window = listed.window
    hours = ""
    if window is not None:
        opens, closes = (each.astimezone(BEIJING) for each in (window.not_before, window.not_after))
        hours = f"{opens:%H:%M}–{closes:%H:%M}"
        if opens.date() != closes.date():
            hours = f"{opens:%H:%M}–{closes:%m-%d %H:%M}"
    size = followers(listed.count) if listed.count is not None else ""
    account = AccountKey(listed.account) if listed.account else ""
    return {**_row(listed, sheet), "about": [each for each in (hours, account, size) if each]}


def _gone_close(listed: Listed, sheet: Sheet) -> dict[str, object]:
    """Return one that went out, with its day and its account."""
    row = _gone_row(listed, sheet)
    account = AccountKey(listed.account) if listed.account else ""
    return {**row, "about": [each for each in (row["when"], account) if each]}


_Choice = tuple[str, str]
"""A value in an address, and what people read."""


def _choices(listed: Sequence[Listed]) -> list[tuple[str, Phrase, Phrase, list[_Choice]]]:
    """Return what can be chosen above the list: of what, in which words, what stands for all, and the choices."""
    accounts = sorted({each.account for each in listed if each.account})
    groups = sorted({each.group for each in listed if each.group})
    statuses = {each.look.status for each in listed if each.look.status}
    named: list[_Choice] = [(each, AccountKey(each)) for each in accounts]
    states: list[_Choice] = [(AHEAD, Phrase("still to be sent"))]
    if any(each.is_faulty for each in listed):
        states.append((FAULTY, Phrase("with errors")))
    states += [(each.value, STATUS[each]) for each in STATUS if each in statuses]
    found = [
        ("account", Phrase("account"), Phrase("all accounts"), named),
        ("group", Phrase("group"), Phrase("all groups"), [(each, each) for each in groups]),
        ("state", Phrase("state"), Phrase("every state"), states),
    ]
    return [each for each in found if len(each[3]) > 1]


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
