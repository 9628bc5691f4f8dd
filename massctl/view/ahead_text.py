"""The next days of the accounts' allowance, for a terminal and for a comment on a pull request."""

from collections.abc import Sequence

from massctl.model.phrase import Phrase, enumerated
from massctl.plan.quota import DAYS_AHEAD, AccountAhead, Span, Unit
from massctl.view.page import DOT, Inked, Page, Part
from massctl.view.style import Ink

AHEAD: Phrase = Phrase("allowance, the next {days} days (Beijing time)", days=DAYS_AHEAD)
KINDS = {"service": Phrase("service account"), "subscription": Phrase("subscription account")}


def ahead_rows(page: Page, ahead: Sequence[AccountAhead]) -> None:
    """Add a line for each day or month with something in it; nothing where no account has one."""
    if not ahead:
        return
    page.blank()
    page.line(AHEAD, hang=2)
    for account in ahead:
        page.line(Inked(account.account, Ink.NAME), DOT, Inked(KINDS[account.kind], Ink.DETAIL), indent=2, hang=4)
        for span in account.spans:
            who: list[Part] = [enumerated(span.campaigns), DOT] if span.campaigns else []
            ink = Ink.PLAIN if span.left else Ink.WARNING
            page.row(period(span), *who, Inked(left(span), ink), indent=4, hang=16)


def period(span: Span) -> str:
    """Write a day, or a month."""
    return span.first.isoformat() if span.unit is Unit.DAY else f"{span.first:%Y-%m}"


def left(span: Span) -> Phrase:
    """Say what is left, and of how much."""
    numbers = {"left": span.left, "limit": span.limit, "used": span.used}
    if span.of == "calls":
        return Phrase("{left} of {limit} calls left, {used} used", **numbers)
    if span.of == "withdrawals":
        return Phrase("{left} of {limit} withdrawals left, {used} used", **numbers)
    if span.unit is Unit.MONTH:
        return Phrase("{left} of {limit} sends to every follower left, {used} used", **numbers)
    return Phrase("{left} of {limit} sends left, {used} used", **numbers)
