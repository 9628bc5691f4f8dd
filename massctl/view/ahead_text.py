"""The next days of the accounts' allowance, for a terminal and for a comment on a pull request."""

from collections.abc import Sequence

from massctl.model.phrase import Phrase, enumerated
from massctl.plan.quota import DAYS_AHEAD, AccountAhead, Span, Unit
from massctl.view.page import DOT, Inked, Page, Part
from massctl.view.style import Ink

AHEAD: Phrase = Phrase("allowance, the next {days} days (Beijing time)", days=DAYS_AHEAD)
KINDS = {"service": Phrase("service account"), "subscription": Phrase("subscription account")}

_EVERYBODY = Phrase("sends to every follower")
_COUNTED = {"calls": Phrase("calls"), "withdrawals": Phrase("withdrawals"), "sends": Phrase("sends")}


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
    """Say what is used now, what is planned, and what is left after that; these add up to the limit."""
    what = _EVERYBODY if span.of == "sends" and span.unit is Unit.MONTH else _COUNTED[span.of]
    numbers = {"what": what, "limit": span.limit, "used": span.used, "left": span.left}
    planned = span.limit - span.used - span.left
    if planned <= 0:
        return Phrase("{what}: {used} of {limit} used, {left} left", **numbers)
    if not span.left:
        # More may be planned than there is room for.
        return Phrase("{what}: {used} of {limit} used now, none left after what is planned", **numbers)
    return Phrase(
        "{what}: {used} of {limit} used now, {planned} planned, {left} left after that", **numbers, planned=planned
    )
