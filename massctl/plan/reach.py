"""Who has it: one answer for each batch of an edition, as far as the ledger knows.

Whatever depends on that asks here: `new --unsent-of`, a raised edition, what is advised after a failed job, an equal
message under another name, and the allowance. An answer that is not certain is `may_have`, and whoever may have it
gets it under no other id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase
from massctl.model.send import HOLD_CODES
from massctl.model.state import HOLD_MINUTES, Attempt, Job, Phase, Record, State, is_concluded
from massctl.plan.retry_policy import CLIENT_MSG_ID_MEMORY_HOURS, REPEAT_HOURS_MAX


class Reach(StrEnum):
    """Whether the people of one batch have it."""

    HAS = auto()
    """They have it, or get it now. The card of what was withdrawn stays on their phones."""
    MAY_HAVE = auto()
    """Nobody can know."""
    SURELY_NOT = auto()
    """Nothing of it reached them."""


class Known(StrEnum):
    """What is on record of a batch beside its phase: of several, the one that says most."""

    NOTHING = auto()
    """Nothing."""
    LOST = auto()
    """A repair of the ledger may have dropped its send, and nobody has spoken since."""
    LOST_DENIED = auto()
    """A repair may have dropped its send, and a person says that it was not sent."""
    DENIED = auto()
    """An attempt of it was closed by a person's `not sent`, and by nothing else."""
    RUNNING = auto()
    """It has a job, whose end is not known."""
    SENT = auto()
    """Its job ended as sent."""
    FAILED = auto()
    """WeChat failed its job."""
    CONTRADICTED = auto()
    """Two ends of its job were told, and nobody has found out which is true."""
    CALLED_FAILED = auto()
    """Two ends of its job were told, and a person says that it failed."""
    WITHDRAWN = auto()
    """Its job was withdrawn as a whole."""
    GIVEN = auto()
    """Another campaign was made for its openids."""


_H, _M, _N = Reach
_ROWS: Mapping[Phase, tuple[Reach, ...]] = {
    # Known: nothing, lost, lost_denied, denied, running, sent, failed, contradicted, called_failed, withdrawn, given
    Phase.UNSENT:        (_N, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.OPEN:          (_M, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.HELD:          (_M, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.ACCEPTED:      (_H, _H, _H, _H, _H, _H, _N, _M, _M, _H, _M),
    Phase.REFUSED:       (_N, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.TOLD_SENT:     (_H, _H, _H, _H, _H, _H, _M, _M, _M, _H, _M),
    Phase.TOLD_NOT_SENT: (_N, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.CONTRADICTED:  (_M, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
    Phase.CLOSED:        (_N, _M, _M, _M, _M, _M, _M, _M, _M, _M, _M),
}  # fmt: skip
TABLE: Mapping[tuple[Phase, Known], Reach] = {
    (phase, known): reach
    for phase, row in _ROWS.items()
    for known, reach in zip(Known, row, strict=True)
}
"""Phase, and what is known beside it -> who has it. A job beside a phase that has none is a contradiction."""


class Span(Frozen):
    """The moments between which WeChat took a send; equal ones where that is known."""

    first: datetime
    last: datetime | None
    """None: it may be now."""

    def until(self, now: datetime) -> datetime:
        """Return the latest of them."""
        return max(self.first, now) if self.last is None else self.last


class BatchReach(Frozen):
    """Who has one batch, and by what that is known."""

    batch: int
    phase: Phase
    known: Known
    rest: str | None = None
    """The campaign that was made for its openids."""
    again_until: datetime | None = None
    """Of a batch that a person called not sent: until then WeChat surely knows the id of its first attempt."""
    messages: frozenset[str] = frozenset()
    """What names the messages, with their audience, of which one went out, as far as that is known."""
    audience: Mapping[str, Any] | None = None
    """To whom it went or was to go; None if nobody wrote that down."""
    appid: AppId | None = None
    """The account that was to send it."""
    span: Span | None = None
    """When WeChat may have counted it; None if nothing says that it was ever asked for."""

    @property
    def reach(self) -> Reach:
        """Look up who has it."""
        return TABLE[self.phase, self.known]

    @property
    def is_out(self) -> bool:
        """Whether a send of it is on record that WeChat took, or may have taken, whatever became of it."""
        return self.phase in _ASKED or self.known is Known.DENIED

    @property
    def counts(self) -> bool:
        """Whether it may have used an allowance; a person's `not sent` says that it did not."""
        return self.phase in _ASKED

    @property
    def why(self) -> Phrase:
        """Return why nobody can know who has it."""
        if self.known is Known.GIVEN:
            return Phrase("{rest} has its openids", rest=self.rest)
        return _BY_KNOWN.get(self.known) or _BY_PHASE.get(self.phase) or _UNSURE


_ASKED = frozenset({Phase.OPEN, Phase.HELD, Phase.ACCEPTED, Phase.TOLD_SENT, Phase.CONTRADICTED})
"""WeChat was asked for it, or a person sent it."""
_BY_KNOWN: Mapping[Known, Phrase] = {
    Known.LOST: Phrase(
        "the ledger was repaired, and nobody has said whether the lost part recorded its send"
    ),
    Known.LOST_DENIED: Phrase(
        "the ledger was repaired, and only a person's word says that it was not sent"
    ),
    Known.DENIED: Phrase("only a person's word says that it was not sent"),
    Known.CONTRADICTED: Phrase("its job was told to be sent and to have failed"),
    Known.CALLED_FAILED: Phrase(
        "its job was told to be sent and to have failed, and a person says that it failed"
    ),
}
_BY_PHASE: Mapping[Phase, Phrase] = {
    Phase.CONTRADICTED: Phrase("two entries of the ledger about it cannot both be true"),
}
_UNSURE = Phrase("nobody knows whether it was sent")


def reach(record: Record, state: State, *, without: str | None = None) -> dict[int, BatchReach]:
    """Judge for every batch of an edition who has it. An audience that is one job is batch 1.

    `without` names a campaign that is ignored: openids that it took over count as before.
    """
    return {batch: reach_of(record, state, batch, without=without) for batch in _batches(record)}


def reach_of(record: Record, state: State, batch: int, *, without: str | None = None) -> BatchReach:
    """Judge for one batch who has it; see `reach`."""
    phase = _phase(record, batch)
    rest = record.given.get(batch)
    rest = rest if rest != without else None
    tried = [each for each in record.not_refused if each.event.batch == batch]
    return BatchReach(
        batch,
        phase,
        _known(record, state, batch, rest),
        rest,
        _again_until(tried),
        _messages(record, phase, tried),
        _audience(record, batch, phase, tried),
        AppId(tried[-1].event.appid) if tried else record.appid,
        _span(record, batch, phase, tried),
    )


def sent_in(record: Record) -> list[Span]:
    """Return, for every batch that went out or may have, when WeChat took it."""
    batches = _batches(record)
    tried = {
        batch: [each for each in record.not_refused if each.event.batch == batch]
        for batch in batches
    }
    phases = {batch: _phase(record, batch) for batch in batches}
    found = [
        _span(record, batch, phases[batch], tried[batch])
        for batch in batches
        if phases[batch] in _ASKED
    ]
    return [each for each in found if each is not None]


def is_out(record: Record, state: State) -> bool:
    """Whether a send of an edition is on record that WeChat took, or may have taken."""
    return any(each.is_out for each in reach(record, state).values())


def is_contradicted(record: Record, state: State) -> bool:
    """Whether two ends were told of a job of an edition, and a person has to find out which is true."""
    return any(each.known is Known.CONTRADICTED for each in reach(record, state).values())


def needs_word(record: Record, state: State) -> bool:
    """Whether a person has to say of some batch if it was sent in what a repair of the ledger dropped."""
    return not is_concluded(record) and any(
        each.known is Known.LOST for each in reach(record, state).values()
    )


def batches_named(found: Sequence[BatchReach]) -> str:
    """Name batches by their numbers, those in a row by the first and the last: `1, 3–5`."""
    runs: list[list[int]] = []
    for each in found:
        if runs and runs[-1][-1] == each.batch - 1:
            runs[-1].append(each.batch)
        else:
            runs.append([each.batch])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def _batches(record: Record) -> list[int]:
    """List the batches of an edition, and those that went out, or may have, of a list that was cut otherwise."""
    others = [batch for batch, send in record.sends.items() if send.phase in _ASKED]
    return sorted({*range(1, record.batches + 1), *others})


def _phase(record: Record, batch: int) -> Phase:
    """Return the phase of a batch; an import speaks of all of them."""
    phase = record.phase(batch)
    return Phase.TOLD_SENT if phase is Phase.UNSENT and record.imported is not None else phase


def _known(record: Record, state: State, batch: int, rest: str | None) -> Known:
    if rest is not None:
        return Known.GIVEN
    jobs = [job for job in record.jobs if job.batch == batch]
    if jobs:
        return max((_end_of(job) for job in jobs), key=_SAYS_MOST.index)
    if state.repaired and not (batch in record.sent_batches or record.imported is not None):
        said = state.not_sent_since_repair.get(record.key)
        if said is None or batch < said:
            return Known.LOST
    if any(each.is_denied for each in record.attempts if each.event.batch == batch):
        return Known.DENIED
    return Known.LOST_DENIED if state.repaired else Known.NOTHING


_SAYS_MOST = (
    Known.FAILED,
    Known.CALLED_FAILED,
    Known.WITHDRAWN,
    Known.RUNNING,
    Known.SENT,
    Known.CONTRADICTED,
)
"""Where a batch has several jobs, the last of these that one of them has."""


def _end_of(job: Job) -> Known:
    if job.is_gone:
        return Known.WITHDRAWN
    if job.settled == "failed":
        return Known.CALLED_FAILED
    ends = {"sent": Known.SENT, "failed": Known.FAILED, "contradicted": Known.CONTRADICTED}
    return ends.get(job.status, Known.RUNNING)


def _again_until(tried: Sequence[Attempt]) -> datetime | None:
    denied = [each for each in tried if each.is_denied]
    return denied[0].at + timedelta(hours=REPEAT_HOURS_MAX) if denied else None


def _messages(record: Record, phase: Phase, tried: Sequence[Attempt]) -> frozenset[str]:
    """Name what may have gone out; of a send by hand the last attempt tells what it most likely was."""
    digests = {each.event.message_digest for each in tried}
    if record.imported is not None and record.imported.message_digest is not None:
        digests.add(record.imported.message_digest)
    if phase is Phase.TOLD_SENT and not tried and record.attempts:
        digests.add(record.attempts[-1].event.message_digest)
    return frozenset(digests)


def _audience(
    record: Record, batch: int, phase: Phase, tried: Sequence[Attempt]
) -> Mapping[str, Any] | None:
    """Say to whom it went; of a send by hand the audience that was declared then, if anybody wrote that down."""
    asked = [each for each in tried if not each.is_denied] or [
        each for each in record.not_refused if not each.is_denied
    ]
    if asked:
        return asked[-1].event.audience
    if record.imported is not None:
        return record.imported.audience
    told = [each.event.audience for each in record.settled_sent if each.event.batch == batch]
    if phase is Phase.TOLD_SENT and told:
        return told[-1]
    return tried[-1].event.audience if tried else None


def _span(record: Record, batch: int, phase: Phase, tried: Sequence[Attempt]) -> Span | None:
    """Find out between which moments WeChat took it: at its answer, and without one while its request may have left."""
    accepted = next((each for each in tried if each.accepted is not None), None)
    if phase is Phase.ACCEPTED and accepted is not None:
        return _accepted_in(
            record, accepted, [each for each in tried if each.serial < accepted.serial]
        )
    by_hand = [each.at for each in record.settled_sent if each.event.batch == batch]
    if record.imported is not None:
        by_hand = [record.imported.sent_at, *by_hand]
    asked = [each for each in tried if not each.is_denied]
    if phase is Phase.TOLD_SENT and by_hand and not asked:
        # When it was sent by hand nobody wrote down, but it was before that was said.
        return Span(min([each.at for each in tried] or by_hand[:1]), by_hand[0])
    return _between(record, asked or tried)


def _accepted_in(record: Record, accepted: Attempt, before: Sequence[Attempt]) -> Span:
    """Return when WeChat took what is on record as accepted; 45065 says that it had taken an earlier request."""
    at = accepted.answered_at or accepted.at
    if accepted.accepted is None or not accepted.accepted.duplicate:
        return Span(at, at)
    found = _between(record, before)
    if found is None:
        asked_at = accepted.asked_at or accepted.at
        return Span(asked_at - timedelta(hours=CLIENT_MSG_ID_MEMORY_HOURS), asked_at)
    return Span(found.first, max(found.first, min(found.last or at, at)))


def asked_in(record: Record, attempt: Attempt) -> Span:
    """Return when WeChat counted an attempt: at its answer, or while its request may have left."""
    if attempt.accepted is not None or attempt.is_refused:
        at = attempt.answered_at or attempt.at
        return Span(at, at)
    return Span(attempt.at, _left_until(record, attempt))


def _between(record: Record, tried: Sequence[Attempt]) -> Span | None:
    """Span attempts: from the first entry until the last moment at which one of their requests may have left."""
    if not tried:
        return None
    ends = [_left_until(record, each) for each in tried]
    known = [each for each in ends if each is not None]
    return Span(tried[0].at, max(known) if len(known) == len(ends) else None)


def _left_until(record: Record, attempt: Attempt) -> datetime | None:
    """Return the last moment at which the request of an attempt may have left; None: it may be leaving now.

    An attempt without a verdict is of a run that died, and every later word on its batch is of another one.
    """
    if attempt.answered_at is not None:
        held = attempt.doubt is not None and attempt.doubt.errcode in HOLD_CODES
        return attempt.answered_at + timedelta(minutes=HOLD_MINUTES if held else 0)
    batch = attempt.event.batch
    others = [
        each
        for each in record.attempts
        if each.event.batch == batch and each.serial > attempt.serial
    ]
    later = [each.at for each in others]
    later += [
        each.at
        for each in record.settlements
        if each.event.batch == batch and each.at >= attempt.at
    ]
    if attempt.event.not_after is not None:
        later.append(attempt.event.not_after)
    return max(attempt.at, min(later)) if later else None
