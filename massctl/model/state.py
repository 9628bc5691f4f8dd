"""What is recorded: the fold of the ledger's entries, and the one table of a send's phases.

`State.absorb` is the only way in. A plan asks a `Record`, which is one edition of one campaign.
Invariant: folding a prefix and then the rest equals folding the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum, auto
from typing import Any, Literal, NamedTuple, get_args

from msgspec import Struct, field
from msgspec.structs import replace

from massctl.errors import LedgerCorruptError
from massctl.model import entries
from massctl.model.audience_tag import AudienceTag, TagFill, TagKey
from massctl.model.frozen import Frozen
from massctl.model.ids import (
    AppId,
    CampaignName,
    ImageUrl,
    MediaId,
    Sha256,
    folder_name,
    unprefixed,
)
from massctl.model.notices import Fact, FactAtChannel, FactKind, Telling, telling_after
from massctl.model.phrase import BEIJING, Command, Phrase, moment
from massctl.model.send import HOLD_CODES


class Phase(StrEnum):
    """What the ledger knows of the send of one batch."""

    UNSENT = auto()
    """No request is known to have reached WeChat."""
    OPEN = auto()
    """An attempt has no clear answer."""
    HELD = auto()
    """The newest open attempt waits for the administrator (管理员)."""
    ACCEPTED = auto()
    """WeChat took the job."""
    REFUSED = auto()
    """WeChat refused the last attempt, and no attempt is open."""
    TOLD_SENT = auto()
    """A person says that it was sent."""
    TOLD_NOT_SENT = auto()
    """A person says that it was not sent."""
    CONTRADICTED = auto()
    """Two entries cannot both be true. It counts as sent and as open until a person settles it."""
    CLOSED = auto()
    """Fewer than two of its people are left, so it is never sent."""


class SendEvent(StrEnum):
    """What one entry says of the send of one batch."""

    ATTEMPTED = auto()
    """A request is about to leave."""
    ACCEPTED = auto()
    """WeChat took the job."""
    REFUSED = auto()
    """WeChat refused an attempt, and no other is open."""
    REFUSED_OTHERS_OPEN = auto()
    """An attempt was refused, or its request never left; another one is open."""
    REFUSED_OTHERS_HELD = auto()
    """An attempt was refused, or its request never left; another one waits for the administrator."""
    NEVER_LEFT = auto()
    """The request of an attempt never left, and no other is open."""
    IN_DOUBT = auto()
    """An attempt has no clear answer."""
    HELD = auto()
    """WeChat asks the administrator about an attempt."""
    TOLD_SENT = auto()
    """A person says that it was sent."""
    TOLD_NOT_SENT = auto()
    """A person says that it was not sent, and nothing on record says that it was."""
    DENIED = auto()
    """A person says that it was not sent, although an acceptance or a `sent` is on record."""
    IMPORTED = auto()
    """A person says that it was sent without this ledger."""
    CLOSED = auto()
    """Fewer than two people are left of the batch."""
    IMPOSSIBLE = auto()
    """It is about an attempt or a job that is not on record, or doubts a closed attempt while another is open."""


_U, _O, _H, _A, _R, _S, _N, _X, _C = Phase
_ROWS: Mapping[SendEvent, tuple[Phase, ...]] = {
    # Phase before:              unsent, open, held, accepted, refused, told_sent, told_not_sent, contradicted, closed
    SendEvent.ATTEMPTED:           (_O,     _O,   _O,   _X,       _O,      _X,        _O,            _X,           _X),
    SendEvent.ACCEPTED:            (_A,     _A,   _A,   _A,       _A,      _A,        _A,            _A,           _A),
    SendEvent.REFUSED:             (_R,     _R,   _R,   _A,       _R,      _S,        _N,            _X,           _C),
    SendEvent.REFUSED_OTHERS_OPEN: (_X,     _O,   _O,   _X,       _X,      _X,        _X,            _X,           _X),
    SendEvent.REFUSED_OTHERS_HELD: (_X,     _H,   _H,   _X,       _X,      _X,        _X,            _X,           _X),
    SendEvent.NEVER_LEFT:          (_U,     _U,   _X,   _A,       _R,      _S,        _N,            _X,           _C),
    SendEvent.IN_DOUBT:            (_X,     _O,   _O,   _A,       _X,      _S,        _N,            _X,           _X),
    SendEvent.HELD:                (_X,     _H,   _H,   _A,       _X,      _S,        _X,            _X,           _X),
    SendEvent.TOLD_SENT:           (_S,     _S,   _S,   _A,       _S,      _S,        _S,            _S,           _S),
    SendEvent.TOLD_NOT_SENT:       (_N,     _N,   _N,   _X,       _N,      _X,        _N,            _N,           _C),
    SendEvent.DENIED:              (_X,     _X,   _X,   _A,       _X,      _S,        _X,            _X,           _X),
    SendEvent.IMPORTED:            (_S,     _X,   _X,   _A,       _S,      _S,        _S,            _X,           _S),
    SendEvent.CLOSED:              (_C,     _X,   _X,   _A,       _C,      _S,        _C,            _X,           _C),
    SendEvent.IMPOSSIBLE:          (_X,     _X,   _X,   _X,       _X,      _X,        _X,            _X,           _X),
}  # fmt: skip
TABLE: Mapping[tuple[Phase, SendEvent], Phase] = {
    (before, event): after
    for event, row in _ROWS.items()
    for before, after in zip(Phase, row, strict=True)
}
"""(phase, event) -> phase, for every pair. What the fold derives nothing for changes no phase."""

UNSETTLED = frozenset({Phase.OPEN, Phase.HELD, Phase.CONTRADICTED})
"""Nobody knows yet whether followers have it."""


class EntryMark(NamedTuple):
    """An entry, as people are told of it."""

    serial: int
    kind: str
    at: datetime


class Send(Struct):
    """The send of one batch."""

    phase: Phase = Phase.UNSENT
    open: dict[int, bool] = field(default_factory=dict)
    """Serial of each attempt whose outcome nobody knows -> whether the administrator is asked about it."""
    since: EntryMark | None = None
    """The entry that led to the phase; None while nothing is known."""
    sent: bool = False
    """Whether an acceptance or a person's `sent` is on record. Nothing takes it back."""
    contradiction: tuple[EntryMark, ...] = ()
    """The two entries that cannot both be true, or the impossible one."""

    def absorb(self, entry: entries.Entry, attempt: Attempt | None = None) -> SendEvent | None:
        """Go to the phase that an entry leads to; return what it says, as `send_event` does."""
        event: Any = entry.event
        said = send_event(event, self, attempt)
        if said is None:
            return None
        if said in _CLOSING:
            self.open.clear()
        elif said is SendEvent.ATTEMPTED:
            self.open[entry.serial] = False
        elif attempt is not None and attempt.serial in self.open:
            if isinstance(event, entries.SendRejected):
                del self.open[attempt.serial]
            else:
                self.open[attempt.serial] = event.errcode in HOLD_CODES
        accepted = isinstance(event, entries.SendAccepted)
        self.sent = self.sent or accepted or said in (SendEvent.TOLD_SENT, SendEvent.IMPORTED)
        self._enter(TABLE[self.phase, said], EntryMark(entry.serial, event.type, entry.at))
        return said

    def _enter(self, phase: Phase, mark: EntryMark) -> None:
        if phase is self.phase:
            return
        known = (self.since,) if self.since is not None else ()
        self.contradiction = (*known, mark) if phase is Phase.CONTRADICTED else ()
        self.phase = phase
        self.since = mark


_CLOSING = frozenset({SendEvent.ACCEPTED, SendEvent.TOLD_SENT, SendEvent.TOLD_NOT_SENT})
"""They end every open attempt of the batch. A refusal ends its own one only."""


class Attempt(Struct):
    """One recorded try to send."""

    serial: int
    at: datetime
    event: entries.SendAttempted
    send: Send
    """The send of its batch."""
    doubt: entries.SendInDoubt | None = None
    """What was seen in place of an answer; None also where the run died before it could say."""
    rejection: entries.SendRejected | None = None
    answered_at: datetime | None = None
    """When the newest verdict on it was recorded; the request may have left minutes after the attempt."""
    settled: entries.SendSettled | None = None
    """What a person found out about it while it was open."""
    accepted: entries.SendAccepted | None = None
    """WeChat's acceptance of this attempt. It replaces every earlier word, and no later word changes it."""

    @property
    def open(self) -> bool:
        """Whether nobody knows its outcome. Every attempt of a contradicted batch is open."""
        return self.serial in self.send.open or self.send.phase is Phase.CONTRADICTED

    @property
    def is_refused(self) -> bool:
        """Whether it did nothing for sure: WeChat refused it, or its request never left."""
        return self.rejection is not None and self.send.phase is not Phase.CONTRADICTED

    @property
    def is_denied(self) -> bool:
        """Whether only a person's word says that it was not sent."""
        return (
            self.rejection is None
            and self.settled is not None
            and self.settled.outcome == "not_sent"
        )

    @property
    def asked_at(self) -> datetime | None:
        """Right before its request was made, where that is on record: perhaps minutes after the attempt."""
        return self.doubt.asked_at if self.doubt is not None else None

    @property
    def has_verdict(self) -> bool:
        """Whether the run that made it recorded what came of it."""
        return any(each is not None for each in (self.doubt, self.rejection, self.accepted))


SendEntry = (
    entries.SendAttempted
    | entries.SendAccepted
    | entries.SendRejected
    | entries.SendInDoubt
    | entries.SendSettled
    | entries.SendImported
    | entries.JobStatus
    | entries.Withdrawn
    | entries.BatchClosed
)
"""The kinds of entries that tell of a send."""


def send_event(said: SendEntry, send: Send, attempt: Attempt | None) -> SendEvent | None:
    """Derive what an entry says of a batch; None if it repeats what is on record.

    `attempt` is the one that a verdict names; None if it is not on record. A word on a job is asked about only where
    the job is not on record.
    """
    told = _TOLD_ALONE.get(type(said))
    if told is not None:
        return told
    match said:
        case entries.SendSettled(outcome="sent"):
            return SendEvent.TOLD_SENT
        case entries.SendSettled():
            return SendEvent.DENIED if send.sent else SendEvent.TOLD_NOT_SENT
        case entries.SendAccepted() | entries.SendRejected() | entries.SendInDoubt() if (
            attempt is not None
        ):
            return _verdict_event(said, send, attempt)
        case _:
            return SendEvent.IMPOSSIBLE


_TOLD_ALONE: Mapping[type, SendEvent] = {
    entries.SendAttempted: SendEvent.ATTEMPTED,
    entries.SendImported: SendEvent.IMPORTED,
    entries.BatchClosed: SendEvent.CLOSED,
}
"""What an entry says, whatever is on record."""
VerdictEntry = entries.SendAccepted | entries.SendRejected | entries.SendInDoubt


def _verdict_event(said: VerdictEntry, send: Send, attempt: Attempt) -> SendEvent | None:
    if attempt.accepted is not None:
        return (
            None  # An acceptance stands against every other word on its attempt, and counts once.
        )
    match said:
        case entries.SendAccepted():
            return SendEvent.ACCEPTED
        case entries.SendRejected():
            return None if said == attempt.rejection else _refusal_event(said, send, attempt)
        case _:
            return None if said == attempt.doubt else _doubt_event(said, send, attempt)


def _refusal_event(said: entries.SendRejected, send: Send, attempt: Attempt) -> SendEvent:
    others = send.open.keys() - {attempt.serial}
    if others:
        return (
            SendEvent.REFUSED_OTHERS_HELD
            if send.open[max(others)]
            else SendEvent.REFUSED_OTHERS_OPEN
        )
    return SendEvent.NEVER_LEFT if said.errcode is None else SendEvent.REFUSED


def _doubt_event(said: entries.SendInDoubt, send: Send, attempt: Attempt) -> SendEvent:
    """Where several attempts are open, the newest of them says whether the administrator is asked."""
    held = said.errcode in HOLD_CODES
    if send.open and attempt.serial not in send.open and (held or attempt.rejection is not None):
        return SendEvent.IMPOSSIBLE
    newest_open = max(send.open, default=attempt.serial)
    held = held if newest_open == attempt.serial else send.open[newest_open]
    return SendEvent.HELD if held else SendEvent.IN_DOUBT


class MadeVideo(Frozen):
    """The id that media/uploadvideo gave for a campaign's video."""

    digest: str
    media_id: MediaId
    at: datetime


PreviewKey = tuple[str, int, str, str]
"""(campaign, edition, digest, recipient)."""


def beijing_day(at: datetime) -> date:
    """Return the day that WeChat counts a moment in.

    >>> beijing_day(datetime.fromisoformat("2026-12-01T16:00:00+00:00"))
    datetime.date(2026, 12, 2)
    """
    return at.astimezone(BEIJING).date()


class PreviewDays(Struct):
    """How many previews each account asked for on each day."""

    asked: dict[tuple[AppId, date], int] = field(default_factory=dict)
    """(account, Beijing day) -> previews."""
    begun: dict[PreviewKey, date] = field(default_factory=dict)
    """The day on which a preview was begun whose outcome is not on record."""

    def used(self, appid: AppId, now: datetime) -> int:
        """Count an account's previews on the Beijing day of `now`."""
        return self.asked.get((appid, beijing_day(now)), 0)

    def absorb(
        self, key: PreviewKey, event: entries.Previewed, appid: AppId | None, at: datetime
    ) -> None:
        """Fold one word on a preview; `appid` is None if an old ledger does not tell."""
        if appid is None:
            return
        if event.outcome == "begun":
            day = self.begun[key] = beijing_day(at)
            self.asked[appid, day] = self.asked.get((appid, day), 0) + 1
            return
        begun = self.begun.pop(key, None)
        if begun is not None and event.outcome == "failed" and event.errcode is None:
            self.asked[appid, begun] -= 1  # Its request never left.


class Draft(Struct):
    """A draft (草稿) we saved."""

    saved_at: datetime
    event: entries.DraftSaved
    alive: bool = True
    kept_sha256: str | None = None
    """What WeChat kept of it, as it was read back; None while that is not on record."""
    delete_reason: entries.DraftDeletedReason | None = None
    """Why it was given up, while the outcome of its deletion is not on record."""
    done_by_hand: list[str] = field(default_factory=list)
    """The items of the hand-off list that whoever adopted it has done in the console."""
    adopted: bool = False
    """Whether it is the version that a person made in the console."""


class BegunDraft(Struct):
    """A draft/add of which nobody knows whether it saved a draft."""

    serial: int
    at: datetime
    event: entries.DraftBegun
    missed: bool = False
    """Whether a run looked for it in time and did not find it."""


def newest(drafts: Iterable[Draft]) -> Draft | None:
    """Return the last of the drafts, oldest first, that is alive."""
    alive = [draft for draft in drafts if draft.alive]
    return alive[-1] if alive else None


DAY_USED_UP = 45009
"""The calls of the day are used up, or its previews. Source: WeChat docs, "API limits of a new account" and
"message/mass/preview", read 2026-10."""


End = Literal["sent", "failed"]
"""How a job ended."""


class Job(Struct):
    """An accepted mass job (群发任务)."""

    batch: int
    client_msg_id: str | None
    """None for a job that somebody sent in the console."""
    accepted_at: datetime
    msg_id: int | None
    msg_data_id: int | None
    status: str = "sending"
    """What was said of it at last; `contradicted` where two ends were told."""
    counts: entries.JobStatus | None = None
    ends: dict[str, entries.JobStatus] = field(default_factory=dict)
    """`sent` or `failed` -> what told that end."""
    settled: End | None = None
    """The end that a person found to be true, where two were told."""
    withdrawn: set[int] = field(default_factory=set)
    """Articles from 1; 0 stands for all."""
    withdrawn_by: dict[int, str] = field(default_factory=dict)
    """Who asked for it, where that is on record."""
    withdrawing: set[int] = field(default_factory=set)
    """Articles, or 0, whose withdrawal was asked for, and nobody knows whether it took place."""
    asked_at: list[datetime] = field(default_factory=list)
    """When each withdrawal was asked for; each counts for the account's ten of that day."""
    none_left_at: datetime | None = None
    """When WeChat last refused one because the account's withdrawals of the day were used up."""

    @property
    def is_contradicted(self) -> bool:
        """Whether two ends were told, or a failure that delivered something, and nobody has found out which is true."""
        failed = self.ends.get("failed")
        is_both = len(self.ends) > 1 or bool(failed is not None and failed.sent_count)
        return is_both and self.settled is None

    @property
    def reached_nobody(self) -> bool:
        """Whether it ended as sent, and WeChat delivered it to no follower."""
        return self.status == "sent" and self.counts is not None and self.counts.sent_count == 0

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left to be read: withdrawn as a whole, by massctl or by somebody else."""
        return self.status == "deleted" or 0 in self.withdrawn

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where people read its articles, in their order; empty while no event has said.

        The ledger has them as WeChat tells them, with http: and it answers to https: as well. Source: WeChat docs,
        "MASSSENDJOBFINISH", read 2026-10.
        """
        urls = (self.counts.article_urls if self.counts is not None else None) or ()
        return tuple(map(https_address, urls))

    @property
    def left_addresses(self) -> tuple[str, ...]:
        """The same without those that were withdrawn."""
        if self.is_gone:
            return ()
        numbered = enumerate(self.addresses, 1)
        return tuple(url for number, url in numbered if number not in self.withdrawn)


def https_address(address: str) -> str:
    """Return an address of WeChat's as people click it."""
    return "https:" + address.removeprefix("http:") if address.startswith("http:") else address


_FINALITY = {
    "sending": 0,
    "awaiting_admin": 0,
    "unknown": 0,
    "sent": 1,
    "failed": 1,
    "contradicted": 1,
    "deleted": 2,
}
"""What was said of a job -> how final it is: a poll that is overtaken by an event takes nothing back."""


def _rank(status: str, source: str | None) -> tuple[int, bool]:
    """Order what is said of a job: the more final first, and among equals an event before a poll."""
    return _FINALITY[status], source is not None


def _into_job(job: Job, said: entries.JobStatus) -> None:
    if said.status in ("sent", "failed"):
        known = job.ends.get(said.status)
        if known is None or said.source is not None or known.source is None:
            job.ends[said.status] = _with_known_counts(said, known)
    if _rank(said.status, said.source) >= _rank(
        job.status, job.counts.source if job.counts else None
    ):
        job.status, job.counts = said.status, _with_known_counts(said, job.counts)
    elif said.source is not None:
        # What is deleted stays deleted; how many had got it is worth knowing all the same.
        job.counts = _with_known_counts(said, job.counts)
    _judge_ends(job)


def _judge_ends(job: Job) -> None:
    """Keep a job between two ends until a person has found out which is true; no later word is believed more."""
    if job.status not in ("sent", "failed", "contradicted"):
        return
    if job.is_contradicted:
        job.status, job.counts = "contradicted", job.ends.get("sent") or job.counts
    elif job.settled is not None:
        job.status, job.counts = job.settled, job.ends.get(job.settled) or job.counts


def _with_known_counts(
    said: entries.JobStatus, before: entries.JobStatus | None
) -> entries.JobStatus:
    """Keep numbers and addresses that were said before and are not said again: mass/get knows none of them.

    A reason is that of a failure, and ends with it; what the originality check found stays.
    """
    if before is None:
        return said
    known = ((name, getattr(before, name)) for name in before.__struct_fields__)
    kept = {
        name: value for name, value in known if value is not None and getattr(said, name) is None
    }
    if said.status == "sent":
        kept.pop("reason", None)
    return replace(said, **kept) if kept else said


def _into_withdrawals(job: Job, said: entries.Withdrawn, at: datetime) -> None:
    if said.outcome == "begun":
        job.asked_at.append(at)
    elif said.outcome == "refused" and said.errcode is None and job.asked_at:
        job.asked_at.pop()  # No token could be had, so the request never left.
    elif said.outcome == "refused" and said.errcode == DAY_USED_UP:
        job.none_left_at = at
    if said.outcome in ("begun", "unknown"):
        job.withdrawing.add(said.article)
        return
    job.withdrawing.discard(said.article)
    if said.outcome is None:
        job.withdrawn.add(said.article)
        if said.by is not None:
            job.withdrawn_by[said.article] = said.by


MEDIA_UNKNOWN = 40007
"""No such material or draft (any more). Source: WeChat docs, "message/mass/preview", "draft/add", "draft/get", read
2026-10."""


class Settlement(Frozen):
    """A person's word on a batch, and when it was recorded."""

    at: datetime
    event: entries.SendSettled


RecordKey = tuple[CampaignName, int]
"""A campaign and its edition."""


class Record(Struct):
    """All that is recorded of one edition of one campaign."""

    campaign: CampaignName
    edition: int
    appid: AppId | None = None
    sends: dict[int, Send] = field(default_factory=dict)
    """Batch -> its send, for each batch that an entry is about."""
    attempts: list[Attempt] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    """Every word of a person on a batch, oldest first."""
    imported: entries.SendImported | None = None
    """A person's word that it went out without this ledger."""
    drafts: list[Draft] = field(default_factory=list)
    begun_drafts: list[BegunDraft] = field(default_factory=list)
    """Oldest first; one whose outcome is known is not among them."""
    shown_only: set[str] = field(default_factory=set)
    """Digests of news that a run showed away from the tip of the branch that sends; it deleted the draft again."""
    previews: dict[tuple[str, str], entries.Previewed] = field(default_factory=dict)
    """(digest, recipient) -> the latest word on that preview; `sent` stays, and `unknown` until it is `sent`."""
    shown: dict[str, int] = field(default_factory=dict)
    """digest -> the serial at which the newest of its previews was recorded as sent."""
    staged: entries.MessageStaged | None = None
    """The newest version of a message without a draft that has all its material; None once a draft was saved."""
    video: MadeVideo | None = None
    """The newest id of its video."""
    resolved: entries.AudienceResolved | None = None
    """Which tag the name in the campaign was last found to stand for."""
    expired_at: list[datetime] = field(default_factory=list)
    """The `not_after` of windows that were found closed."""
    ended: entries.ListEnded | None = None
    """Which campaign was made for batches of it that nobody had; none of this list is sent any more."""
    given: dict[int, str] = field(default_factory=dict)
    """Batch -> the campaign that was made for its openids."""
    cut: entries.AudienceCut | None = None
    """Who was taken off its audience last, before anybody could have it."""
    facts: dict[Fact, EntryMark] = field(default_factory=dict)
    """What people are to hear of, and the first entry that says so; see `_facts`."""

    @property
    def key(self) -> RecordKey:
        """Which edition of which campaign it is of."""
        return self.campaign, self.edition

    def phase(self, batch: int = 1) -> Phase:
        """Return what is known of the send of a batch."""
        return self.sends[batch].phase if batch in self.sends else Phase.UNSENT

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody knows of some batch whether followers have it: an attempt is open, or entries contradict."""
        return any(send.phase in UNSETTLED for send in self.sends.values())

    @property
    def contradicted(self) -> dict[int, tuple[EntryMark, ...]]:
        """Batch -> the entries about it that cannot all be true."""
        return {
            batch: send.contradiction for batch, send in self.sends.items() if send.contradiction
        }

    @property
    def open_attempts(self) -> list[Attempt]:
        """The attempts whose outcome nobody knows, oldest first; none of a contradiction about no attempt on record."""
        return [attempt for attempt in self.attempts if attempt.open]

    @property
    def batches(self) -> int:
        """Into how many jobs this edition is cut: what the last attempt says, and 1 before anybody may have it."""
        begun = bool(self.not_refused) or (self.attempts and self.settled_sent)
        return (begun and self.attempts[-1].event.batches) or 1

    @property
    def not_refused(self) -> list[Attempt]:
        """The attempts that may have done something, oldest first; a person's word closes none for good."""
        return [attempt for attempt in self.attempts if not attempt.is_refused]

    @property
    def sent_batches(self) -> frozenset[int]:
        """The batches that went out: accepted by WeChat, or told so by a person. None is ever taken back."""
        return frozenset(batch for batch, send in self.sends.items() if send.sent)

    @property
    def closed_batches(self) -> frozenset[int]:
        """The batches of which too few people are left: they are never sent."""
        closed = (batch for batch, send in self.sends.items() if send.phase is Phase.CLOSED)
        return frozenset(closed)

    @property
    def settled_sent(self) -> list[Settlement]:
        """The words of people that a batch was sent, oldest first."""
        return [each for each in self.settlements if each.event.outcome == "sent"]

    @property
    def is_partly_sent(self) -> bool:
        """Whether some of its batches went out, and others are still to follow."""
        return (
            self.imported is None
            and self.ended is None
            and len(self.sent_batches) > 0
            and len(self.sent_batches | self.closed_batches) < self.batches
        )

    def resolved_for(self, digest: str) -> entries.AudienceResolved | None:
        """Return the tag that this version's name was found to stand for."""
        return (
            self.resolved if self.resolved is not None and self.resolved.digest == digest else None
        )

    def draft(self, batch: int = 1) -> Draft | None:
        """Return the draft of a batch that is alive, newest first."""
        return newest(draft for draft in self.drafts if draft.event.batch == batch)

    def rejection_of(self, digest: str) -> entries.SendRejected | None:
        """Return the refusal of the newest attempt, if that attempt sent `digest` and was refused."""
        last = self.attempts[-1] if self.attempts else None
        if last is None or last.event.digest != digest or last.send.sent:
            return None
        sent = [draft for draft in self.drafts if draft.event.media_id == last.event.media_id]
        # A draft that is gone takes its refusal along: the next one is another thing to WeChat.
        return None if sent and not sent[-1].alive else last.rejection

    @property
    def sent_as(self) -> entries.SendAttempted | entries.SendImported | None:
        """Return the newest word that names the campaign's folder as it was when this edition was sent."""
        if self.imported is not None and self.imported.source_sha256:
            return self.imported
        return next(
            (each.event for each in reversed(self.attempts) if each.event.source_sha256), None
        )

    @property
    def source_sha256(self) -> str | None:
        """Name the campaign's folder as it was when this edition was sent."""
        return self.sent_as.source_sha256 if self.sent_as else None

    def has(self, event: entries.Event) -> bool:
        """Return whether the attempt or the job that an entry names is of this record; True where it names none."""
        match event:
            case entries.SendAccepted() | entries.SendRejected() | entries.SendInDoubt():
                return any(attempt.serial == event.attempt for attempt in self.attempts)
            case entries.JobStatus() | entries.Withdrawn():
                return any(job.msg_id == event.msg_id for job in self.jobs)
            case _:
                return True


class AccountIndex(Struct):
    """What guards look up of one account."""

    days: dict[date, dict[RecordKey, Record]] = field(default_factory=dict)
    """Beijing day -> the editions of which something was sent, settled, imported or withdrawn on it."""
    tags: dict[str, int] = field(default_factory=dict)
    """The ids of tags by name, as they were looked up last."""
    newest: Attempt | None = None
    used_up: Attempt | None = None
    """The newest attempt that WeChat refused because the calls of the day were used up."""


class Index(Struct):
    """Where guards find what is recorded, kept by the fold: none of them walks the history."""

    accounts: dict[AppId, AccountIndex] = field(default_factory=dict)
    editions: dict[CampaignName, dict[int, Record]] = field(default_factory=dict)
    folders: dict[CampaignName, set[CampaignName]] = field(default_factory=dict)
    """Folder -> the campaigns of which something is recorded that stand in it: the folder's own, and cells."""
    messages: dict[str, dict[RecordKey, Record]] = field(default_factory=dict)
    """Message digest -> the editions that may have sent it."""
    open: dict[RecordKey, Record] = field(default_factory=dict)
    """The editions that stop the sends of their account: in doubt, or contradicted."""

    def account(self, appid: AppId) -> AccountIndex:
        """Return what is known of an account; empty where nothing is."""
        return self.accounts.get(appid) or AccountIndex()

    def add(self, record: Record, at: datetime, attempt: Attempt | None) -> None:
        """Find a record by the day of `at`, by its message, and by an open attempt; `attempt` is its newest by then."""
        digests = {attempt.event.message_digest} if attempt is not None else set()
        if record.imported is not None and record.imported.message_digest is not None:
            digests.add(record.imported.message_digest)
        for digest in digests:
            self.messages.setdefault(digest, {})[record.key] = record
        appids = {AppId(attempt.event.appid)} if attempt is not None else set()
        for appid in appids | {record.appid or AppId("")}:
            self.accounts.setdefault(appid, AccountIndex()).days.setdefault(beijing_day(at), {})[
                record.key
            ] = record
        if attempt is not None:
            account = self.accounts[AppId(attempt.event.appid)]
            if account.newest is None or attempt.serial > account.newest.serial:
                account.newest = attempt
            refused = attempt.rejection is not None and attempt.rejection.errcode == DAY_USED_UP
            if refused and (account.used_up is None or attempt.serial > account.used_up.serial):
                account.used_up = attempt
        self.note_doubt(record)

    def note_doubt(self, record: Record) -> None:
        """Find a record while it stops the sends of its account."""
        if record.is_in_doubt:
            self.open[record.key] = record
        else:
            self.open.pop(record.key, None)


class RunnerId(NamedTuple):
    """Which `massctl run` it is: the random id that its folder keeps, and the boot of its machine."""

    runner: str
    boot: str


class HeldLease(Frozen):
    """The runner that alone sends."""

    event: entries.Lease
    since: datetime

    @property
    def holder(self) -> RunnerId:
        """Which runner holds it."""
        return RunnerId(self.event.runner, self.event.boot)


def lease_after(held: HeldLease | None, event: entries.Lease, at: datetime) -> HeldLease | None:
    """Return who holds the lease after an entry: whoever took it last, until that runner releases it."""
    if event.act != "released":
        return HeldLease(event, at)
    return None if held is None or held.event.runner == event.runner else held


def lease_words(lease: HeldLease) -> Phrase:
    """Return who alone sends, and since when."""
    since = moment(lease.since.astimezone(BEIJING))
    return Phrase(
        "the runner on {host} alone sends since {since}", host=lease.event.host, since=since
    )


TagEntry = entries.TagBegun | entries.TagFillBegun | entries.TagFilled
_INDEXED = frozenset({*get_args(SendEntry), entries.AudienceResolved})
"""What changes where guards find a record."""


class Erasure(Frozen):
    """What is left of a snapshot from which people were erased."""

    content_sha256: Sha256
    """The digest of what it holds: nothing in a blank place."""
    remaining: int
    """How many people it still holds."""


class State:
    """The state that one ledger records."""

    def __init__(self, renamed: Mapping[CampaignName, CampaignName] | None = None) -> None:
        """`renamed`: every name that a campaign had before -> its name now, under which all its entries count."""
        self.renamed = renamed or {}
        self.lineage: str | None = None
        self.replaced: frozenset[str] = frozenset()
        """The lineages whose place this one takes."""
        self.realm: str | None = None
        self.serial = 0
        self.plan_serial = 0
        """The serial of the newest entry that a plan depends on: of every entry but `Told`."""
        self.told: dict[RecordKey, dict[FactAtChannel, Telling]] = {}
        """What channels were told of an edition; it is no record of the campaign."""
        self.told_since: dict[str, int] = {}
        """Channel -> serial of the first entry about telling it something."""
        self.images: dict[tuple[AppId, Sha256], ImageUrl] = {}
        self.materials: dict[tuple[AppId, Sha256], tuple[MediaId, ImageUrl | None]] = {}
        self.records: dict[RecordKey, Record] = {}
        self.preview_days = PreviewDays()
        self.website_sends: dict[AppId, list[datetime]] = {}
        """When people sent something in the console that is not a campaign's; it used the account's allowance."""
        self.erased_snapshots: dict[Sha256, Erasure] = {}
        """What is left of a snapshot from which people were erased, by its name."""
        self.index = Index()
        self.signing_key: str | None = None
        """The public key that signs it; None while it is not signed."""
        self.tags: dict[TagKey, AudienceTag] = {}
        """The tags that massctl made for audiences."""
        self.lease: HeldLease | None = None
        """The runner that alone sends; None if every `apply` may."""
        self.repaired = 0
        """The serial at which a damaged ledger was cut last; 0 if it never was."""
        self.not_sent_since_repair: dict[RecordKey, int] = {}
        """The first batch that a person has called not sent since then: none behind it went out either."""

    def record(self, campaign: CampaignName, edition: int | None) -> Record:
        """Return what is recorded of an edition, of the first where nobody knows which.

        Where nothing is recorded, it is an empty record that is not kept.
        """
        number = edition or 1
        return self.records.get((campaign, number)) or Record(campaign, number)

    def editions(self, campaign: CampaignName) -> list[Record]:
        """Return every recorded edition of a campaign, lowest first."""
        return [record for _, record in sorted(self.index.editions.get(campaign, {}).items())]

    def in_doubt(self, appid: AppId) -> list[Record]:
        """Return the records that stop the sends of an account: one has an open attempt of it, or is contradicted."""
        return [record for record in self.index.open.values() if _stops(record, appid)]

    def with_website_sends(self, sends: Mapping[AppId, list[datetime]]) -> State:
        """Return the same, as if people had sent just these in the console; to be asked, and not to be written with."""
        other = copy(self)
        other.website_sends = dict(sends)
        return other

    def absorb_all(self, new: Iterable[entries.Entry]) -> None:
        """Fold entries, oldest first."""
        for entry in new:
            self.absorb(entry)

    def absorb(self, entry: entries.Entry) -> None:
        """Fold one entry; raise LedgerCorruptError for a serial out of turn, and for nothing else."""
        if entry.serial != self.serial + 1:
            raise _out_of_turn(entry, self.serial + 1)
        self.serial = entry.serial
        event = entry.event
        kind = type(event)
        if isinstance(event, entries.Told) and entry.campaign and entry.edition:
            self._absorb_telling(event, entry, CampaignName(entry.campaign), entry.edition)
            return
        self.plan_serial = entry.serial
        fold = _OF_CAMPAIGN.get(kind)
        if fold is None or entry.campaign is None or entry.edition is None:
            _OF_ACCOUNT[kind](self, event, entry)
        else:
            self._absorb_campaign(fold, entry, CampaignName(entry.campaign), entry.edition)

    def telling(self, key: RecordKey, fact: Fact, channel: str) -> Telling | None:
        """Return what is on record of telling a channel a fact of an edition."""
        return self.told.get(key, {}).get((fact, channel))

    def _absorb_telling(
        self, event: entries.Told, entry: entries.Entry, name: CampaignName, edition: int
    ) -> None:
        self.told_since.setdefault(event.channel, entry.serial)
        told = self.told.setdefault((self.renamed.get(name, name), edition), {})
        what = Fact.named(event.fact), event.channel
        telling = telling_after(told.pop(what, None), event, entry)
        if telling is not None:
            told[what] = telling

    def _absorb_campaign(
        self,
        fold: Callable[[Record, Any, entries.Entry], None],
        entry: entries.Entry,
        campaign: CampaignName,
        edition: int,
    ) -> None:
        event: Any = entry.event
        record = self._about(event, self.renamed.get(campaign, campaign), edition)
        if record.key not in self.records:
            self.records[record.key] = record
            self.index.editions.setdefault(record.campaign, {})[record.edition] = record
            self.index.folders.setdefault(folder_name(record.campaign), set()).add(record.campaign)
        fold(record, event, entry)
        for fact in _facts(record, entry):
            record.facts.setdefault(fact, EntryMark(entry.serial, event.type, entry.at))
        appid = getattr(event, "appid", None)
        if appid is not None and appid != record.appid:
            record.appid = AppId(appid)
        if isinstance(event, entries.Previewed):
            what = *record.key, event.digest, event.recipient
            self.preview_days.absorb(what, event, record.appid, entry.at)
        elif type(event) in _INDEXED:
            self._into_index(record, entry)

    def _not_sent_since_repair(self, record: Record, batch: int) -> None:
        """Note a person's word on a batch; of one whose acceptance is on record it is about the end of its job."""
        if batch not in record.sent_batches:
            self.not_sent_since_repair[record.key] = min(
                batch, self.not_sent_since_repair.get(record.key, batch)
            )

    def _into_index(self, record: Record, entry: entries.Entry) -> None:
        event = entry.event
        if isinstance(event, entries.SendSettled) and self.repaired and event.outcome == "not_sent":
            self._not_sent_since_repair(record, event.batch)
        newest = record.attempts[-1] if record.attempts else None
        if isinstance(event, entries.AudienceResolved):
            self.index.accounts.setdefault(AppId(event.appid), AccountIndex()).tags[event.tag] = (
                event.tag_id
            )
        elif isinstance(event, entries.SendImported):
            self.index.add(record, event.sent_at, newest)
        elif isinstance(event, entries.JobStatus):
            self.index.note_doubt(record)  # A job that nobody knows contradicts what is recorded.
        else:
            self.index.add(record, entry.at, newest)

    def _about(self, event: entries.Event, name: CampaignName, edition: int) -> Record:
        """Return the record that an entry is about: of its name, else the only one that has what the entry names.

        The names differ where a campaign was renamed and massctl.yaml does not say so any more.
        """
        record = self.record(name, edition)
        if record.has(event):
            return record
        others = [each for each in self.records.values() if each.has(event)]
        return others[0] if len(others) == 1 else record


def _stops(record: Record, appid: AppId) -> bool:
    opened = any(attempt.event.appid == appid for attempt in record.open_attempts)
    return opened or (bool(record.contradicted) and record.appid in (None, appid))


def _out_of_turn(entry: entries.Entry, due: int) -> LedgerCorruptError:
    return LedgerCorruptError(
        Phrase("the ledger's entries are out of order"),
        Phrase(
            "Entry {serial} ({kind}) is where {due} should be.",
            serial=entry.serial,
            kind=entry.event.type,
            due=due,
        ),
        Phrase(
            "Restore the ledger from a copy that verifies; `{command}` checks a copy.",
            command=Command("state verify"),
        ),
    )


def _created(state: State, event: entries.Created, _: entries.Entry) -> None:
    state.lineage = event.lineage
    state.realm = event.realm
    state.signing_key = event.key
    state.replaced = frozenset(event.replaces or ())


def _signing_key(state: State, event: entries.SigningKey, _: entries.Entry) -> None:
    state.signing_key = event.key


def _repaired(state: State, _: entries.Repaired, entry: entries.Entry) -> None:
    state.repaired = entry.serial
    state.not_sent_since_repair = {}


def _lease(state: State, event: entries.Lease, entry: entries.Entry) -> None:
    state.lease = lease_after(state.lease, event, entry.at)


def _image_uploaded(state: State, event: entries.ImageUploaded, _: entries.Entry) -> None:
    state.images[AppId(event.appid), Sha256(event.sha256)] = ImageUrl(event.url)


def _material_added(state: State, event: entries.MaterialAdded, _: entries.Entry) -> None:
    url = ImageUrl(event.url) if event.url else None
    state.materials[AppId(event.appid), Sha256(event.sha256)] = MediaId(event.media_id), url


def _material_forgotten(state: State, event: entries.MaterialForgotten, _: entries.Entry) -> None:
    state.materials.pop((AppId(event.appid), Sha256(event.sha256)), None)


def _tag_of(state: State, event: TagEntry) -> AudienceTag:
    key = AppId(event.appid), event.audience
    return state.tags.setdefault(key, AudienceTag(*key))


def _tag_begun(state: State, event: entries.TagBegun, _: entries.Entry) -> None:
    _tag_of(state, event).begun_as = None if event.refused else event.name


def _tag_made(state: State, event: entries.TagMade, _: entries.Entry) -> None:
    key = AppId(event.appid), event.audience
    state.tags[key] = AudienceTag(*key, tag_id=event.tag_id, name=event.name)


def _tag_fill_begun(state: State, event: entries.TagFillBegun, entry: entries.Entry) -> None:
    tag = _tag_of(state, event)
    if tag.tag_id == event.tag_id:
        tag.fills.append(TagFill(entry.serial, entry.at, event))


def _tag_filled(state: State, event: entries.TagFilled, _: entries.Entry) -> None:
    """Fold the end of a fill; those that other runs began go on."""
    tag = _tag_of(state, event)
    if tag.tag_id != event.tag_id:
        return
    tag.filled = event
    tag.fills = [each for each in tag.fills if event.begun not in (each.serial, each.event.again)]


def _website_send(state: State, event: entries.SendImported, _: entries.Entry) -> None:
    state.website_sends.setdefault(AppId(event.appid), []).append(event.sent_at)


def _website_send_retracted(
    state: State, event: entries.WebsiteSendRetracted, _: entries.Entry
) -> None:
    known = state.website_sends.get(AppId(event.appid), [])
    if event.sent_at in known:
        known.remove(event.sent_at)


def _draft_begun(record: Record, event: entries.DraftBegun, entry: entries.Entry) -> None:
    record.begun_drafts.append(BegunDraft(entry.serial, entry.at, event))
    if event.for_preview:
        record.shown_only.add(event.digest)


def _draft_not_saved(record: Record, event: entries.DraftNotSaved, _: entries.Entry) -> None:
    if not event.pending:
        return _end_of(record, event.begun)
    for begun in record.begun_drafts:
        begun.missed = begun.missed or begun.serial == event.begun
    return None


def _end_of(record: Record, begun_serial: int | None) -> None:
    record.begun_drafts = [begun for begun in record.begun_drafts if begun.serial != begun_serial]


def _draft_saved(record: Record, event: entries.DraftSaved, entry: entries.Entry) -> None:
    _end_of(record, event.begun)
    record.drafts.append(Draft(entry.at, event))
    record.staged = None


def _drafts_of(record: Record, media_id: str) -> list[Draft]:
    return [draft for draft in record.drafts if draft.event.media_id == media_id]


def _draft_verified(record: Record, event: entries.DraftVerified, _: entries.Entry) -> None:
    for draft in _drafts_of(record, event.media_id):
        draft.kept_sha256 = event.kept_sha256


def _draft_deleted(record: Record, event: entries.DraftDeleted, _: entries.Entry) -> None:
    for draft in _drafts_of(record, event.media_id):
        draft.alive = False
        draft.delete_reason = event.reason if event.pending else None
        draft.kept_sha256 = event.kept_sha256 or draft.kept_sha256


def _adopted(record: Record, event: entries.Adopted, _: entries.Entry) -> None:
    for draft in _drafts_of(record, event.media_id):
        draft.kept_sha256 = event.kept_sha256
        draft.event = replace(draft.event, draft_sha256=event.draft_sha256)
        draft.done_by_hand = list(event.handoff or ())
        draft.adopted = True


def _message_staged(record: Record, event: entries.MessageStaged, _: entries.Entry) -> None:
    record.staged = event


def _video_made(record: Record, event: entries.VideoMade, entry: entries.Entry) -> None:
    record.video = MadeVideo(event.digest, MediaId(event.media_id), entry.at)


def _list_ended(record: Record, event: entries.ListEnded, _: entries.Entry) -> None:
    record.ended = event
    left = [batch for batch in range(1, record.batches + 1) if batch not in record.sent_batches]
    record.given |= dict.fromkeys(left if event.batches is None else event.batches, event.rest)


def _audience_resolved(record: Record, event: entries.AudienceResolved, _: entries.Entry) -> None:
    record.resolved = event


def _previewed(record: Record, event: entries.Previewed, entry: entries.Entry) -> None:
    """Keep the latest word on a preview; a repetition that failed does not unsee what was seen, or may be."""
    key = event.digest, event.recipient
    known = record.previews.get(key)
    if event.outcome == "sent":
        record.shown[event.digest] = entry.serial
    elif known is not None and known.outcome == event.outcome == "begun":
        event = replace(event, outcome="unknown")  # What came of the first one nobody will learn.
    if event.outcome == "sent" or known is None or known.outcome not in {"sent", "unknown"}:
        record.previews[key] = event


def _audience_cut(record: Record, event: entries.AudienceCut, _: entries.Entry) -> None:
    record.cut = event
    for batch in record.closed_batches:  # Those who stay are cut into batches anew.
        del record.sends[batch]


def _batch_closed(record: Record, event: entries.BatchClosed, entry: entries.Entry) -> None:
    _send_of(record, event.batch).absorb(entry)


def _expired(record: Record, event: entries.Expired, _: entries.Entry) -> None:
    record.expired_at.append(event.not_after)


def _send_of(record: Record, batch: int) -> Send:
    return record.sends.setdefault(batch, Send())


def _send_attempted(record: Record, event: entries.SendAttempted, entry: entries.Entry) -> None:
    send = _send_of(record, event.batch)
    send.absorb(entry)
    record.attempts.append(Attempt(entry.serial, entry.at, event, send))


def _verdict(record: Record, event: VerdictEntry, entry: entries.Entry) -> None:
    """Fold what WeChat said to an attempt, as far as it is new."""
    attempt = next((each for each in record.attempts if each.serial == event.attempt), None)
    if attempt is None:
        _unknown(record, entry)
        return
    if attempt.send.absorb(entry, attempt) is None:
        return
    attempt.answered_at = entry.at
    match event:
        case entries.SendAccepted():
            _accept(record, attempt, event, entry.at)
        case entries.SendRejected():
            attempt.rejection = event
            if (
                event.errcode == MEDIA_UNKNOWN
                and record.video
                and record.video.media_id == attempt.event.media_id
            ):
                record.video = None
        case _:
            attempt.doubt = event


def _unknown(record: Record, entry: entries.Entry) -> None:
    """Fold an entry about an attempt or a job that is not on record: it contradicts the last send."""
    send = record.attempts[-1].send if record.attempts else _send_of(record, 1)
    send.absorb(entry)


def _accept(record: Record, attempt: Attempt, accepted: entries.SendAccepted, at: datetime) -> None:
    """Close a batch by WeChat's yes to one of its attempts."""
    sent = attempt.event
    attempt.accepted = accepted
    attempt.rejection = None
    attempt.settled = None
    for other in record.attempts:
        if other.send is attempt.send and accepted.duplicate:
            # WeChat knew the id, so an earlier attempt went out, whatever a person said of it.
            other.settled = None
    for draft in record.drafts:
        draft.alive = draft.alive and draft.event.media_id != sent.media_id
    _add_job(record, Job(sent.batch, sent.client_msg_id, at, accepted.msg_id, accepted.msg_data_id))


def _add_job(record: Record, job: Job) -> None:
    """Add a job, or what is new about one that is on record: by its id, else by its batch where one has no id."""
    same_id = [each for each in record.jobs if each.msg_id == job.msg_id and job.msg_id is not None]
    same_batch = [
        each
        for each in record.jobs
        if each.batch == job.batch and None in (each.msg_id, job.msg_id)
    ]
    for known in [*same_id, *same_batch][:1]:
        known.client_msg_id = known.client_msg_id or job.client_msg_id
        known.msg_id = job.msg_id if known.msg_id is None else known.msg_id
        known.msg_data_id = job.msg_data_id if known.msg_data_id is None else known.msg_data_id
        return
    record.jobs.append(job)


def _send_settled(record: Record, event: entries.SendSettled, entry: entries.Entry) -> None:
    """Close the open attempts of a batch by a person's word; a job whose id they know can be followed."""
    said = Settlement(entry.at, event)
    if said in record.settlements:
        return  # It was written twice.
    record.settlements.append(said)
    send = _send_of(record, event.batch)
    closed = [
        each
        for each in record.attempts
        if each.send is send and each.open and each.accepted is None
    ]
    if send.absorb(entry) is SendEvent.DENIED:
        closed = []  # What is on record as sent stands against it.
    for attempt in closed:
        attempt.settled = event
    for job in record.jobs:
        if job.batch == event.batch and job.is_contradicted:
            job.settled = "sent" if event.outcome == "sent" else "failed"
            _judge_ends(job)
    if event.outcome == "sent" and event.msg_id is not None:
        client_msg_id = closed[-1].event.client_msg_id if closed else None
        _add_job(record, Job(event.batch, client_msg_id, entry.at, event.msg_id, None))


def _send_imported(record: Record, event: entries.SendImported, entry: entries.Entry) -> None:
    """Take a person's word that it went out; a job whose id they know can be followed."""
    record.imported = event
    if event.msg_id is not None:
        _add_job(record, Job(1, None, event.sent_at, event.msg_id, None))
    _send_of(record, 1)
    for send in record.sends.values():
        send.absorb(entry)


def _job_said(
    record: Record, event: entries.JobStatus | entries.Withdrawn, entry: entries.Entry
) -> None:
    """Fold the result of a job. A job that is not on record is a contradiction."""
    found = [job for job in record.jobs if job.msg_id == event.msg_id]
    for job in found:
        if isinstance(event, entries.JobStatus):
            _into_job(job, event)
        else:
            _into_withdrawals(job, event, entry.at)
    if not found:
        _unknown(record, entry)


def _audience_erased(state: State, event: entries.AudienceErased, _: entries.Entry) -> None:
    content = unprefixed(event.content_sha256)
    snapshot = unprefixed(event.snapshot)
    state.erased_snapshots[snapshot] = Erasure(content, event.remaining)


def _nothing_changes(_: State, __: entries.AudienceExported, ___: entries.Entry) -> None:
    """An export is on record for people, and changes nothing that is sent."""


_OF_ACCOUNT: Mapping[type, Callable[[State, Any, entries.Entry], None]] = {
    entries.Created: _created,
    entries.SigningKey: _signing_key,
    entries.Repaired: _repaired,
    entries.Lease: _lease,
    entries.ImageUploaded: _image_uploaded,
    entries.MaterialAdded: _material_added,
    entries.MaterialForgotten: _material_forgotten,
    entries.SendImported: _website_send,
    entries.WebsiteSendRetracted: _website_send_retracted,
    entries.TagBegun: _tag_begun,
    entries.TagMade: _tag_made,
    entries.TagFillBegun: _tag_fill_begun,
    entries.TagFilled: _tag_filled,
    entries.AudienceErased: _audience_erased,
    entries.AudienceExported: _nothing_changes,
}
_OF_CAMPAIGN: Mapping[type, Callable[[Record, Any, entries.Entry], None]] = {
    entries.DraftBegun: _draft_begun,
    entries.DraftNotSaved: _draft_not_saved,
    entries.DraftSaved: _draft_saved,
    entries.DraftVerified: _draft_verified,
    entries.DraftDeleted: _draft_deleted,
    entries.Adopted: _adopted,
    entries.MessageStaged: _message_staged,
    entries.VideoMade: _video_made,
    entries.AudienceResolved: _audience_resolved,
    entries.ListEnded: _list_ended,
    entries.AudienceCut: _audience_cut,
    entries.BatchClosed: _batch_closed,
    entries.Previewed: _previewed,
    entries.SendAttempted: _send_attempted,
    entries.SendAccepted: _verdict,
    entries.SendRejected: _verdict,
    entries.SendInDoubt: _verdict,
    entries.SendSettled: _send_settled,
    entries.SendImported: _send_imported,
    entries.JobStatus: _job_said,
    entries.Withdrawn: _job_said,
    entries.Expired: _expired,
}


HOLD_MINUTES = 30
"""How long the administrator may think. Source: WeChat docs, "API 群发保护", read 2026-10."""


def is_held(record: Record) -> bool:
    """Return whether all that is unknown of an edition is what the administrator will answer."""
    return {Phase.HELD} == {send.phase for send in record.sends.values()} & UNSETTLED


def held_until(record: Record) -> datetime | None:
    """Return the moment at which the administrator's time is over; None if nothing waits for the administrator.

    A repetition within the 30 minutes asks nobody again, so they count from the first attempt. A later one may ask.
    """
    if not is_held(record):
        return None
    until: datetime | None = None
    for attempt in record.open_attempts:
        if attempt.send.open[attempt.serial] and (until is None or attempt.at >= until):
            until = attempt.at + timedelta(minutes=HOLD_MINUTES)
    return until


def contradiction(record: Record) -> Phrase | None:
    """Return which entries about an edition cannot all be true; None if all can."""
    for facts in record.contradicted.values():
        told = [
            Phrase(
                "entry {serial} ({kind}, {at})",
                serial=each.serial,
                kind=each.kind,
                at=moment(each.at.astimezone(BEIJING)),
            )
            for each in facts
        ]
        if len(told) == 1:
            return Phrase("{entry} is impossible: nothing on record comes before it", entry=told[0])
        return Phrase("{first} and {second} cannot both be true", first=told[0], second=told[1])
    return None


class Status(StrEnum):
    """Where a campaign's edition stands, in the words of the public interface."""

    NEW = "new"
    STAGED = "staged"
    PREVIEWED = "previewed"
    SENDING = "sending"
    AWAITING_ADMIN = "awaiting_admin"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CONTRADICTED = "contradicted"
    WITHDRAWN = "withdrawn"


def _facts(record: Record, entry: entries.Entry) -> Iterator[Fact]:
    """Yield what people are to hear of, now that an entry is folded; what was yielded before stays as it is."""
    match entry.event:
        case entries.SendAccepted():
            yield Fact("accepted")
        case entries.JobStatus() as said:
            yield from _end_facts(record, said)
        case entries.Withdrawn(outcome=None, article=article):
            yield Fact.of("withdrawn", article)
        case entries.SendSettled():
            yield Fact.of("settled", len(record.settlements))
        case entries.SendInDoubt(attempt=attempt) if record.is_in_doubt:
            yield Fact.of("awaiting_admin" if is_held(record) else "in_doubt", attempt)
        case entries.Expired(not_after=not_after):
            yield Fact.of("expired", not_after.astimezone(UTC).isoformat())


_END_FACTS: Mapping[str, FactKind] = {
    "sent": "ended",
    "failed": "failed",
    "contradicted": "contradicted",
    "awaiting_admin": "awaiting_admin",
}
"""Status of an edition whose jobs WeChat spoke of -> the fact."""


def _end_facts(record: Record, said: entries.JobStatus) -> Iterator[Fact]:
    """Yield how the jobs of an edition ended; `details` once the event has come, perhaps behind a poll of the end."""
    if any(job.msg_id == said.msg_id and job.reached_nobody for job in record.jobs):
        yield Fact("nobody")
    status = status_of(record)
    if status is Status.WITHDRAWN:
        if not any(job.withdrawn for job in record.jobs):
            yield Fact.of("withdrawn", 0)
    elif status is not Status.SENT or not all(job.reached_nobody for job in record.jobs):
        kind = _END_FACTS.get(status)
        if kind is not None:
            yield Fact(kind)
    whole = all(job.counts is not None and job.counts.source for job in record.jobs)
    if status in (Status.SENT, Status.FAILED) and whole:
        yield Fact("details")


BEFORE_SEND = frozenset({Status.NEW, Status.STAGED, Status.PREVIEWED})
"""Nobody received anything yet."""
FINAL = frozenset(
    {
        Status.SENDING,
        Status.AWAITING_ADMIN,
        Status.SENT,
        Status.FAILED,
        Status.CONTRADICTED,
        Status.WITHDRAWN,
    }
)
"""From here only a raised edition sends again, unless batches are left or it is in doubt; see `is_concluded`."""
_STOPPED = frozenset({Status.FAILED, Status.CONTRADICTED, Status.WITHDRAWN})
"""What became of a batch so that none is begun after it."""


def status_of(record: Record) -> Status:
    """Derive the status. A doubt outranks everything else that is recorded."""
    if record.is_in_doubt:
        return Status.AWAITING_ADMIN if is_held(record) else Status.IN_DOUBT
    if record.jobs:
        status = _status_of_jobs(record.jobs)
        return Status.SENDING if record.is_partly_sent and status not in _STOPPED else status
    if record.sent_batches:
        return Status.SENDING if record.is_partly_sent else Status.SENT
    draft = record.draft()
    shown = {
        digest for (digest, _), preview in record.previews.items() if preview.outcome == "sent"
    }
    if draft is not None:
        return Status.PREVIEWED if draft.event.digest in shown else Status.STAGED
    if record.staged is not None:
        return Status.PREVIEWED if record.staged.digest in shown else Status.STAGED
    # A text needs no draft. A message whose draft is gone has nothing left to show.
    return Status.PREVIEWED if shown - record.shown_only and not record.drafts else Status.NEW


def is_concluded(record: Record) -> bool:
    """Return whether nothing of an edition is left to send and nothing is open, so that it need not be rendered.

    After a batch that failed or was withdrawn no other batch is begun, and none of a list that was ended.
    """
    if record.is_in_doubt:
        return False
    if record.ended is not None:
        return True
    status = status_of(record)
    return status in FINAL and (status in _STOPPED or not record.is_partly_sent)


def _status_of_jobs(jobs: list[Job]) -> Status:
    """Derive the status of an accepted campaign: the word that most needs a person comes first."""
    words = {job.status for job in jobs}
    if all(job.is_gone for job in jobs):
        return Status.WITHDRAWN
    if "contradicted" in words:
        return Status.CONTRADICTED
    if "failed" in words:
        return Status.FAILED
    if "awaiting_admin" in words:
        return Status.AWAITING_ADMIN
    if words & {"sending", "unknown"}:
        return Status.SENDING
    return Status.SENT


def article_addresses(state: State) -> dict[str, str]:
    """Return every address that `article_address` would, by `CAMPAIGN/NUMBER`, under old names too."""
    found: dict[str, str] = {}
    for name in {campaign for campaign, _ in state.records} | {*state.renamed}:
        jobs = [
            job for record in state.editions(state.renamed.get(name, name)) for job in record.jobs
        ]
        most = max(
            (len(job.addresses) for job in jobs),
            default=0,
        )
        asked = {
            f"{name}/{number}": article_address(state, name, number)
            for number in range(1, most + 1)
        }
        found |= {key: address for key, address in asked.items() if isinstance(address, str)}
    return found


def article_address(state: State, campaign: str, number: int) -> str | tuple[Phrase, Phrase]:
    """Return the address of article `number`, from 1, of the newest edition that went out; else why not, and a hint.

    Addresses come with the event that ends a mass job; mass/get tells none.
    """
    name = state.renamed.get(CampaignName(campaign), CampaignName(campaign))
    jobs = [job for record in state.editions(name) for job in record.jobs]
    if not jobs:
        say = Phrase(
            "the ledger does not know of a send of {campaign}, so it has no address",
            campaign=campaign,
        )
        return say, Phrase(
            "write its name as its folder is named; {command} shows what was sent",
            command=Command("state list"),
        )
    told = [(job, job.addresses) for job in jobs if job.addresses]
    if not told and any(_FINALITY[job.status] == 0 for job in jobs):
        say = Phrase(
            "{campaign} is still being sent, and its articles have addresses only after that",
            campaign=campaign,
        )
        return say, Phrase(
            "wait for its end: {command}   with a real account also record its event: record-event, or listen",
            command=Command("status", campaign, "--wait 300"),
        )
    if not told:
        say = Phrase(
            "{campaign} was sent, but nobody recorded the addresses of its articles",
            campaign=campaign,
        )
        return say, Phrase(
            "record the event: {command}; or write the address itself",
            command=Command("record-event", "FILE"),
        )
    job, addresses = told[-1]
    words = {"campaign": campaign, "number": number}
    if number > len(addresses):
        say = Phrase(
            "{campaign} has {count} articles, but no article {number}",
            count=len(addresses),
            **words,
        )
        return say, Phrase("articles count from 1")
    if job.is_gone or number in job.withdrawn:
        say = Phrase(
            "article {number} of {campaign} was withdrawn: its address no longer works", **words
        )
        return say, Phrase("remove the link, or link to another article")
    return addresses[number - 1]
