"""The audiences of a repository, and each of them: how many people it has, where they come from, who uses it.

Everything is from files, locks and the ledger: a page needs no snapshot, and has no openid.
"""

from collections.abc import Sequence
from datetime import date, datetime

from markupsafe import Markup

from massctl.model.audience import (
    AudienceFile,
    AudienceLock,
    AudienceState,
    AudienceUse,
    NamedAudience,
)
from massctl.model.campaign import parse_offset_time
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.frozen import Frozen
from massctl.model.phrase import AccountKey, Phrase, plural_phrase
from massctl.model.state import beijing_day
from massctl.plan.audience_uses import AudienceSend
from massctl.view.audience import (
    STATES,
    change_words,
    frozen_rows,
    moment_words,
    source_rows,
    source_words,
)
from massctl.view.charts import Caption, Value, can_draw, dots, sparkline
from massctl.view.i18n import say
from massctl.view.pages.diagnostics import findings
from massctl.view.pages.document import AUDIENCES, Watched, document
from massctl.view.pages.markup import Sheet
from massctl.view.report_document import Cell, Table, Title
from massctl.view.words import (
    STATUS,
    errors,
    people_words,
    recorded,
    team_moment,
    team_span,
    warnings,
)

STYLES = ("page.css", "report.css", "audiences.css")


class ShownAudience(Frozen):
    """One audience, with what is recorded of it."""

    found: NamedAudience
    committed: tuple[AudienceLock, ...] = ()
    """The locks that git has, oldest first."""
    last: AudienceSend | None = None
    """The newest send to it; None where none is on record."""

    @property
    def locks(self) -> list[AudienceLock]:
        """Every lock that is known, oldest first, each freeze once."""
        known = {each.frozen_at: each for each in self.committed}
        if self.found.lock is not None:
            known[self.found.lock.frozen_at] = self.found.lock
        return sorted(known.values(), key=_moment)

    @property
    def sizes(self) -> list[tuple[datetime, int]]:
        """How many people it had when, oldest first: also before the first lock, which says what changed."""
        locks = self.locks
        found = [(_moment(each), each.count) for each in locks]
        before = locks[0].change if locks else None
        since = parse_offset_time(before.since_at) if before is not None else None
        if before is not None and since is not None:
            found.insert(0, (since, locks[0].count - before.added + before.removed))
        return found

    @property
    def next_use(self) -> AudienceUse | None:
        """The campaign whose window ends first; None where no campaign is to go to it."""
        return next(iter(self.found.uses), None)


def _moment(lock: AudienceLock) -> datetime:
    at = parse_offset_time(lock.frozen_at)
    if at is None:
        raise ValueError("a lock was read whose moment is none")
    return at


def audiences_page(
    shown: Sequence[ShownAudience],
    diagnostics: Sequence[Diagnostic],
    trouble: str | None,
    sheet: Sheet,
    watched: Watched,
    now: datetime,
) -> str:
    """Return the page of all audiences: those that a campaign goes to next stand first.

    `diagnostics` are those of the folder itself; `trouble` is why the ledger cannot be read.
    """
    words = plural_phrase("{count} audience", "{count} audiences", count=len(shown))
    return document(
        "audiences.html.j2",
        Phrase("Audiences"),
        sheet,
        watched,
        facts=[words],
        styles=STYLES,
        trouble=trouble,
        findings=findings(diagnostics, sheet, live=False) if diagnostics else "",
        rows=[_row(each, now) for each in sorted(shown, key=_turn)],
        has_accounts=len({_account(each.found) for each in shown}) > 1,
    )


def _turn(shown: ShownAudience) -> tuple[bool, float, str]:
    use = shown.next_use
    window = use.window if use is not None else None
    ends = window.not_after.timestamp() if window is not None else 0.0
    return use is None, ends or float("inf"), shown.found.name


def _account(found: NamedAudience) -> str:
    return found.file.account if found.file is not None else ""


def _row(shown: ShownAudience, now: datetime) -> dict[str, object]:
    found, use, last = shown.found, shown.next_use, shown.last
    file, lock = found.file, found.lock
    return {
        "name": found.name,
        "address": address_of(found.name),
        "title": file.title if file is not None else found.name,
        "account": AccountKey(file.account) if file is not None else "",
        "source": source_words(file.source) if file is not None else "",
        "people": f"{lock.count:,}" if lock is not None else "",
        "change": lock.change.counts.words if lock is not None and lock.change else "",
        "since": lock.change.since_at[:10] if lock is not None and lock.change else "",
        "spark": sparkline([count for _, count in shown.sizes]),
        "state": _state(found),
        "next": use,
        "window": _window(use, now) if use is not None else "",
        "last": last,
        "sent": team_moment(last.at, now) if last is not None else "",
        "counts": _counts(found) if _state(found) is None else {},
    }


def address_of(name: str) -> str:
    """Return where the server has the page of an audience."""
    return f"{AUDIENCES}/{name}"


def _state(found: NamedAudience) -> tuple[str, str] | None:
    """Return the class and the words of what keeps an audience from being sent to; None where nothing does."""
    words = STATES.get(found.state)
    kind = "failed" if found.state is AudienceState.FAULTY else "awaiting_admin"
    return (kind, words) if words is not None else None


def _counts(found: NamedAudience) -> dict[str, Phrase]:
    severities = [each.severity for each in found.diagnostics]
    wrong, mild = severities.count(Severity.ERROR), severities.count(Severity.WARNING)
    told = {"error": errors(wrong)} if wrong else {}
    return told | ({"warning": warnings(mild)} if mild else {})


def audience_page(
    shown: ShownAudience, trouble: str | None, sheet: Sheet, watched: Watched, now: datetime
) -> str:
    """Return the page of one audience."""
    found = shown.found
    lock, file = found.lock, found.file
    facts: list[str] = [_LINK.format(AUDIENCES, sheet.say(Phrase("all audiences"))), found.name]
    if file is not None:
        facts.append(AccountKey(file.account))
    return document(
        "audience.html.j2",
        file.title if file is not None else found.name,
        sheet,
        watched,
        facts=facts,
        styles=STYLES,
        trouble=trouble,
        people=people_words(lock.count) if lock is not None else None,
        change=change_words(lock.change) if lock is not None and lock.change else None,
        state=_state(found),
        chart=_chart(shown, sheet),
        freezes=_freezes(shown.locks),
        source=[*source_rows(found), *_needed(file)],
        frozen=frozen_rows(found),
        uses=[(each.campaign, _window(each, now)) for each in found.uses],
        last=shown.last,
        last_words=_last_words(shown.last, now) if shown.last is not None else (),
        findings=findings(found.diagnostics, sheet, live=False),
    )


def _needed(file: AudienceFile | None) -> list[tuple[str, str]]:
    """Link to the audiences that an audience is made of, and to those that are taken off."""
    if file is None or not file.needs:
        return []
    links = [_LINK.format(address_of(each), each) for each in file.needs]
    return [(Phrase("needs"), Markup(" · ").join(links))]


_LINK = Markup('<a href="{}">{}</a>')


def _window(use: AudienceUse, now: datetime) -> str:
    return team_span(use.window, now) if use.window is not None else Phrase("no window")


def _last_words(last: AudienceSend, now: datetime) -> list[str]:
    return [team_moment(last.at, now), people_words(last.people), STATUS[last.status]]


def _freezes(locks: Sequence[AudienceLock]) -> Table:
    """Return every freeze that is known, the newest first."""
    heads = [Phrase("frozen on"), Phrase("people"), Phrase("change"), Phrase("by")]
    return Table("freezes", heads, [_freeze(each) for each in reversed(locks)])


def _freeze(lock: AudienceLock) -> list[Cell]:
    change = lock.change.counts.words if lock.change is not None else ""
    return [moment_words(lock.frozen_at), f"{lock.count:,}", change, Title(lock.frozen_by)]


def _chart(shown: ShownAudience, sheet: Sheet) -> Markup | None:
    """Draw how many people it had; one size alone shows less than its number."""
    days: dict[date, list[Value]] = {}
    for at, count in shown.sizes:
        words = f"{recorded(at)}: {say(people_words(count), sheet.language)}"
        days.setdefault(beijing_day(at), []).append(Value(count, words))
    if len(days) < 2 or not can_draw():
        return None
    described = Phrase("How many people were in the audience whenever it was frozen.")
    caption = Caption("sizes", shown.found.name, say(described, sheet.language))
    return dots(caption, days, is_joined=True)
