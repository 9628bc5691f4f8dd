"""The outcome of a send or a preview as a verdict: sent, refused, or nobody knows.

A refusal is one only if its code says plainly that nothing happened. Everything else is a doubt: a busy
platform, an unknown code, a success without its `msg_id`, and every kind of lost answer. A request that never left is
not judged here: `WeChatClient.send_mass` raises.
"""

from typing import Final

from massctl.model.send import (
    Accepted,
    InDoubt,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    PreviewVerdict,
    Rejected,
    Verdict,
)
from massctl.transport import NoAnswer
from massctl.wechat.errcode import Refusal
from massctl.wechat.ruling import Kind
from massctl.wechat.wire import Taken, msg_id_of

ALREADY_ACCEPTED: Final = 45065
"""The clientmsgid was used within 24 hours; the body carries the earlier job's msg_id.
Source: WeChat docs, "message/mass/sendall", read 2026-10."""

_DOUBTFUL: Final = frozenset({Kind.BUSY, Kind.DOUBT})


def verdict_of(outcome: Taken | Refusal | NoAnswer) -> Verdict:
    """Judge one attempt at a mass send."""
    if isinstance(outcome, Taken):
        return Accepted(outcome.msg_id, outcome.msg_data_id)
    if isinstance(outcome, NoAnswer):
        return InDoubt(outcome.reason)
    if outcome.errcode == ALREADY_ACCEPTED:
        return Accepted(msg_id_of(outcome.members), None, duplicate=True)
    if outcome.ruling.kind in _DOUBTFUL:
        return InDoubt(outcome.message, outcome.errcode, outcome.rid)
    return Rejected(
        outcome.errcode,
        outcome.rid,
        outcome.message,
        outcome.ruling.advice,
        token_dead=outcome.ruling.token_dead,
        retryable=outcome.ruling.kind in (Kind.AUTH, Kind.QUOTA),
    )


def preview_verdict_of(outcome: Refusal | NoAnswer | None) -> PreviewVerdict:
    """Judge one preview; None is the plain success, which has no content of its own."""
    if outcome is None:
        return PreviewSent()
    if isinstance(outcome, NoAnswer):
        return PreviewUnknown(outcome.reason)
    if outcome.ruling.kind in _DOUBTFUL:
        return PreviewUnknown(outcome.message)
    return PreviewFailed(outcome.errcode, outcome.rid, outcome.message, outcome.ruling.advice)
