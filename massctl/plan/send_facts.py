"""What plan, question, comment and notice show of a send. Pure.

One value, made in one place, so that all views show the same facts.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from massctl.model.destination import Destination
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.frozen import Frozen
from massctl.model.message import RenderedCampaign, Window
from massctl.model.phrase import Phrase
from massctl.plan.people_judge import AudienceFacts
from massctl.plan.quota import AccountAhead, Span
from massctl.plan.window import WindowState

if TYPE_CHECKING:
    from massctl.model.campaign import Audience
    from massctl.model.lock import LockFile


class CommentAccess(StrEnum):
    """Who may comment on an article."""

    CLOSED = "closed"
    EVERYBODY = "everybody"
    FOLLOWERS = "followers"


class SendFacts(Frozen):
    """The decisive facts of a send."""

    account: str
    """What people call it, and the key that it stands under."""
    audience: "Audience"
    batches: int | None
    """How many jobs a list of openids takes; None for every other audience."""
    count: int | None
    """How many it reaches, as far as that is known."""
    before: int | None
    """How many the same audience had at the last send to it."""
    is_counted_now: bool
    """The size was read for this very send, and not when it was last recorded."""
    is_tag_due: bool
    """The tag's id is still to be looked up."""
    window: Window | None
    window_state: WindowState
    edition: int
    ignores_reprint: bool | None
    """`send_ignore_reprint`; None if it is not news, of which WeChat checks nothing."""
    commenting: tuple[CommentAccess, ...]
    """For each article; empty where the message cannot be commented on."""
    allowance: tuple[Span, ...]
    """The days and months in which it counts, with what is left."""
    warnings: tuple[str, ...]
    """What to think of before a yes, in sentences."""
    destinations: tuple[Destination, ...] = ()
    """Where the message leads."""
    people: AudienceFacts | None = None
    """What is known of the people of a list."""


def send_facts(
    content: "RenderedCampaign | LockFile",
    state: WindowState,
    *,
    account: str,
    count: int | None,
    before: int | None = None,
    allowance: Sequence[Span],
    warnings: Sequence[str] = (),
    is_counted_now: bool = False,
    is_tag_due: bool = False,
    people: AudienceFacts | None = None,
) -> SendFacts:
    """Put together what is shown of a send; `content` is what is sent, rendered or as a lock holds it.

    `state` is that of its window.
    """
    listed = content.openid_list
    return SendFacts(
        account=account,
        audience=content.audience
        if isinstance(content, RenderedCampaign)
        else content.audience.declared,
        batches=listed.numbered_batches if listed is not None else None,
        count=listed.count if listed is not None else count,
        before=before,
        is_counted_now=is_counted_now,
        is_tag_due=is_tag_due,
        window=content.window,
        window_state=state,
        edition=content.edition,
        ignores_reprint=content.send_ignore_reprint if content.message.has_draft else None,
        commenting=_commenting(content),
        allowance=tuple(allowance),
        warnings=tuple(warnings),
        destinations=tuple(content.destinations),
        people=people,
    )


def spans_of(ahead: Sequence[AccountAhead], account: str, name: str) -> tuple[Span, ...]:
    """Return the spans that a campaign counts in; for one without a day, the first of the account."""
    spans = [
        span
        for each in ahead
        if each.account == account
        for span in each.spans
        if span.of != "withdrawals"
    ]
    return tuple(span for span in spans if name in span.campaigns) or tuple(spans[:1])


def warnings_of(diagnostics: Sequence[Diagnostic]) -> tuple[Phrase, ...]:
    """Return what is a warning, each with its code."""
    ordered = sorted(diagnostics, key=lambda each: each.sort_key)
    found = [each for each in ordered if each.severity is Severity.WARNING]
    return tuple(Phrase("{code} {message}", code=each.code, message=each.message) for each in found)


def _commenting(content: "RenderedCampaign | LockFile") -> tuple[CommentAccess, ...]:
    return tuple(
        _who(each.need_open_comment, each.only_fans_can_comment)
        for each in content.message.commented
    )


def _who(is_open: bool, only_fans: bool) -> CommentAccess:
    if not is_open:
        return CommentAccess.CLOSED
    return CommentAccess.FOLLOWERS if only_fans else CommentAccess.EVERYBODY
