"""The facts of a send in words, the same wherever they are shown (plan, question, comment, notice), and the days ahead.

Labels and facts are here for every form; a plan's own rows on a terminal are in `massctl.view.plan`.
"""

from collections.abc import Sequence
from datetime import datetime

from massctl.model.message import Window
from massctl.model.phrase import BEIJING, AccountKey, Phrase, enumerated
from massctl.plan.quota import DAYS_AHEAD, AccountAhead, Span, Unit
from massctl.plan.send_facts import CommentAccess, SendFacts
from massctl.plan.window import WindowState
from massctl.view.audience_facts import people_rows
from massctl.view.cells import shorten
from massctl.view.rows import Row
from massctl.view.style import Ink
from massctl.view.terminal import DOT, Inked, Page, Part
from massctl.view.words import (
    TAG_DUE,
    WINDOW,
    articles_named,
    audience_size,
    audience_words,
    expected,
    followers,
    team_span,
    window_span,
)

ALLOWANCE_AHEAD: Phrase = Phrase("allowance, the next {days} days (Beijing time)", days=DAYS_AHEAD)
ACCOUNT_KINDS = {
    "service": Phrase("service account"),
    "subscription": Phrase("subscription account"),
}

_EVERYBODY = Phrase("sends to every follower")
_COUNTED_BY_ALLOWANCE = {
    "calls": Phrase("calls"),
    "withdrawals": Phrase("withdrawals"),
    "sends": Phrase("sends"),
}


def ahead_rows(page: Page, ahead: Sequence[AccountAhead]) -> None:
    """Add a line for each day or month with something in it."""
    if not ahead:
        return
    page.blank()
    page.line(ALLOWANCE_AHEAD, hang=2)
    for account in ahead:
        name = Inked(AccountKey(account.account), Ink.NAME)
        page.line(name, DOT, Inked(ACCOUNT_KINDS[account.kind], Ink.DETAIL), indent=2, hang=4)
        for span in account.spans:
            who: list[Part] = [enumerated(span.campaigns), DOT] if span.campaigns else []
            ink = Ink.PLAIN if span.left else Ink.WARNING
            page.row(
                allowance_period(span), *who, Inked(allowance_left(span), ink), indent=4, hang=16
            )


def allowance_period(span: Span) -> str:
    """Write a day, or a month."""
    return span.first.isoformat() if span.unit is Unit.DAY else f"{span.first:%Y-%m}"


def allowance_left(span: Span) -> Phrase:
    """Return what is used now, what is planned, and what is left after that; these add up to the limit."""
    what = (
        _EVERYBODY
        if span.of == "sends" and span.unit is Unit.MONTH
        else _COUNTED_BY_ALLOWANCE[span.of]
    )
    numbers = {"what": what, "limit": span.limit, "used": span.used, "left": span.left}
    planned = span.limit - span.used - span.left
    if planned <= 0:
        return Phrase("{what}: {used} of {limit} used, {left} left", **numbers)
    if not span.left:
        # More may be planned than there is room for.
        return Phrase(
            "{what}: {used} of {limit} used now, none left after what is planned", **numbers
        )
    return Phrase(
        "{what}: {used} of {limit} used now, {planned} planned, {left} left after that",
        **numbers,
        planned=planned,
    )


REPRINT = {
    False: Phrase("stop if WeChat finds a reprint (send_ignore_reprint: 0)"),
    True: Phrase(
        "continue although WeChat finds a reprint, if the original permits it (send_ignore_reprint: 1)",
    ),
}
_COMMENTING = {
    CommentAccess.CLOSED: Phrase("closed to everybody"),
    CommentAccess.EVERYBODY: Phrase("open to everybody"),
    CommentAccess.FOLLOWERS: Phrase("open to followers only"),
}
_BEGINNING_CELLS = 72
_INK = {WindowState.DUE: Ink.DONE, WindowState.EXPIRED: Ink.WARNING}


def fact_rows(block: SendFacts) -> list[Row]:
    """Say a send in rows; of allowance and warnings there may be several, or none."""
    rows = [
        Row("account", (AccountKey(block.account),)),
        Row("audience", _audience(block)),
        *people_rows(block.people),
        Row("window", _window(block)),
        Row("edition", (f"{block.edition}",)),
    ]
    if block.ignores_reprint is not None:
        ink = Ink.WARNING if block.ignores_reprint else Ink.PLAIN
        rows.append(Row("reprint", (Inked(REPRINT[block.ignores_reprint], ink),)))
    if block.commenting:
        rows.append(Row("comments", _comments(block.commenting)))
    rows += [
        Row("allowance", (allowance_period(span), allowance_left(span))) for span in block.allowance
    ]
    return rows + [Row("warnings", (Inked(each, Ink.WARNING),)) for each in block.warnings]


def beginning_words(text: str) -> str:
    """Return the first words of a text, enough to recognise it by."""
    return shorten(" ".join(text.split()), _BEGINNING_CELLS)


def window_words(window: Window | None, state: WindowState) -> list[str]:
    """Say when something may go out, in its own offset and, where that is another, in Beijing's; and whether it may."""
    if window is None:
        return [WINDOW[state]]
    here = Window(window.not_before.astimezone(BEIJING), window.not_after.astimezone(BEIJING))
    declared, in_beijing = window_span(window), window_span(here)
    return [declared if declared == in_beijing else f"{declared} = {in_beijing}", WINDOW[state]]


def team_window(window: Window | None, state: WindowState, now: datetime | None) -> list[str]:
    """Say as a team does when something may go out, also in Beijing time where that is another; and whether it may."""
    if window is None:
        return [WINDOW[state]]
    here = Window(window.not_before.astimezone(BEIJING), window.not_after.astimezone(BEIJING))
    declared, in_beijing = team_span(window, now), team_span(here, now)
    both = Phrase("{declared} = {in_beijing}", declared=declared, in_beijing=in_beijing)
    return [declared if declared == in_beijing else both, WINDOW[state]]


def _window(block: SendFacts) -> tuple[Part, ...]:
    *span, state = window_words(block.window, block.window_state)
    return (*span, Inked(state, _INK.get(block.window_state, Ink.PLAIN)))


def _audience(block: SendFacts) -> tuple[Part, ...]:
    bounds = expected(block.audience.expect)
    due = [Inked(TAG_DUE, Ink.DETAIL)] if block.is_tag_due else []
    size = Inked(_size(block), Ink.ALARM if block.is_counted_now else Ink.PLAIN)
    since = [since_last(block.count, block.before)] if block.before is not None else []
    bounded = [bounds] if bounds is not None else []
    return (audience_words(block.audience), size, *since, *bounded, *due)


def since_last(count: int | None, before: int) -> Phrase:
    """Say how an audience changed since the last send to it; of one that is not counted, how many it had then."""
    if count is None:
        return Phrase("{count:,} at the last send to them", count=before)
    if count == before:
        return Phrase("as many as at the last send")
    if count > before:
        return Phrase("{count:,} more than at the last send", count=count - before)
    return Phrase("{count:,} fewer than at the last send", count=before - count)


def _size(block: SendFacts) -> Phrase:
    if not block.is_counted_now or block.batches is not None:
        return audience_size(block.batches, block.count, is_named=block.audience.of is not None)
    return Phrase("size unknown") if block.count is None else followers(block.count)


def _comments(commenting: tuple[CommentAccess, ...]) -> tuple[Part, ...]:
    """Return who may comment; of several articles that differ, on which."""
    found = list(dict.fromkeys(commenting))
    if len(found) == 1:
        return (_COMMENTING[found[0]],)
    of = {
        each: [number for number, who in enumerate(commenting, 1) if who is each] for each in found
    }
    return tuple(
        Phrase("{articles}: {who}", articles=articles_named(of[each]), who=_COMMENTING[each])
        for each in found
    )
