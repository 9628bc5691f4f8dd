"""What is recorded: the fold of the ledger's entries, and nothing that is not in them.

`State.absorb` is the only way in. Everything a plan needs to know about the past is asked of a `Record`,
one campaign's edition. Invariant: folding a prefix and then the rest equals folding the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from massctl.errors import LedgerCorruptError
from massctl.model import entries
from massctl.model.ids import AppId, CampaignName, ImageUrl, MediaId, Sha256
from massctl.model.phrase import BEIJING, Phrase
from massctl.model.send import HOLD_CODES

if TYPE_CHECKING:
    from massctl.model.entries import JobStatus, Previewed, Withdrawn


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """The id that media/uploadvideo gave for a campaign's video."""

    digest: str
    media_id: MediaId
    at: datetime


def absorb_website_send(sends: dict[AppId, list[datetime]], appid: AppId, sent_at: datetime, kind: str) -> bool:
    """Fold a person's word on a send on the website, or what takes it back; False where there is none to take back."""
    if kind == "send_imported":
        sends.setdefault(appid, []).append(sent_at)
        return True
    if sent_at not in sends.get(appid, []):
        return False
    sends[appid].remove(sent_at)
    return True


PreviewKey = tuple[str, int, str, str]
"""(campaign, edition, digest, recipient)."""


def beijing_day(at: datetime) -> date:
    """Give the day that WeChat counts a moment in."""
    return at.astimezone(BEIJING).date()


@dataclass(slots=True)
class PreviewDays:
    """The fold of all previews into numbers."""

    asked: dict[tuple[AppId, date], int] = field(default_factory=dict)
    """How many an account asked for on a Beijing day."""
    begun: dict[PreviewKey, date] = field(default_factory=dict)
    """The day on which a preview was begun last."""

    def used(self, appid: AppId, now: datetime) -> int:
        """Count an account's previews on the Beijing day of `now`."""
        return self.asked.get((appid, beijing_day(now)), 0)

    def absorb(self, key: PreviewKey, event: Previewed, appid: AppId | None, at: datetime) -> None:
        """Fold one word on a preview; `appid` is None where an old ledger does not tell."""
        if appid is None:
            return
        if event.outcome == "begun":
            self.begun[key] = beijing_day(at)
            self._add(appid, self.begun[key], 1)
        elif event.outcome == "failed" and event.errcode is None and key in self.begun:
            self._add(appid, self.begun.pop(key), -1)

    def _add(self, appid: AppId, day: date, count: int) -> None:
        self.asked[appid, day] = self.asked.get((appid, day), 0) + count


def absorb_preview(
    previews: dict[tuple[str, str], Previewed], shown: dict[str, int], event: Previewed, serial: int
) -> None:
    """Fold a word on a preview into a campaign's: a repetition that failed does not unsee what was seen, or may be."""
    key = event.digest, event.recipient
    known = previews.get(key)
    if event.outcome == "sent":
        shown[event.digest] = serial
    elif known is not None and known.outcome == event.outcome == "begun":
        event = replace(event, outcome="unknown")  # What came of the first one nobody will learn.
    if event.outcome == "sent" or known is None or known.outcome not in {"sent", "unknown"}:
        previews[key] = event


DraftEvent: TypeAlias = (
    entries.DraftBegun
    | entries.DraftNotSaved
    | entries.DraftSaved
    | entries.DraftVerified
    | entries.DraftDeleted
    | entries.Adopted
)
"""What can happen to a draft, but for its send."""


@dataclass(slots=True)
class Draft:
    """A draft (草稿) we saved."""

    saved_at: datetime
    event: entries.DraftSaved
    alive: bool = True
    kept_sha256: str | None = None
    """What WeChat kept of it, as it was read back; None while that is not on record."""
    doomed: str | None = None
    """Why it was given up, in the ledger's words, while the outcome of its deletion is not on record."""
    done_by_hand: list[str] = field(default_factory=list)
    """The items of the hand-off list that whoever adopted it has done in the console."""
    adopted: bool = False
    """It is the console's version: a person worked on it there."""


@dataclass(slots=True)
class BegunDraft:
    """A draft/add of which nobody knows whether there is a draft now."""

    serial: int
    at: datetime
    event: entries.DraftBegun
    missed: bool = False
    """A run has looked for it when it could not be on its way any more, and did not find it."""


def newest(drafts: Iterable[Draft]) -> Draft | None:
    """Give the last of the drafts, oldest first, that is alive."""
    alive = [draft for draft in drafts if draft.alive]
    return alive[-1] if alive else None


def absorb_draft(
    drafts: list[Draft],
    proposals: list[Draft],
    begun_drafts: list[BegunDraft],
    event: DraftEvent,
    serial: int,
    at: datetime,
) -> None:
    """Fold what became of a draft into those of its campaign; `proposals` are those that only a preview shows."""
    match event:
        case entries.DraftBegun():
            begun_drafts.append(BegunDraft(serial, at, event))
        case entries.DraftNotSaved(pending=True):
            for begun in begun_drafts:
                begun.missed = begun.missed or begun.serial == event.begun
        case entries.DraftNotSaved() | entries.DraftSaved():
            begun_drafts[:] = [begun for begun in begun_drafts if begun.serial != event.begun]
            if isinstance(event, entries.DraftSaved):
                (proposals if event.for_preview else drafts).append(Draft(at, event))
        case _:
            for draft in (*drafts, *proposals):
                if draft.event.media_id == event.media_id:
                    _absorb(draft, event)


def _absorb(draft: Draft, event: entries.DraftVerified | entries.DraftDeleted | entries.Adopted) -> None:
    if isinstance(event, entries.DraftDeleted):
        draft.alive, draft.doomed = False, (event.reason or "given up") if event.pending else None
        draft.kept_sha256 = event.kept_sha256 or draft.kept_sha256
        return
    draft.kept_sha256 = event.kept_sha256
    if isinstance(event, entries.Adopted):
        draft.event = replace(draft.event, draft_sha256=event.draft_sha256)
        draft.done_by_hand, draft.adopted = list(event.handoff or ()), True


DAY_USED_UP: Final = 45009
"""The calls of the day are used up, or its previews. Source: WeChat docs, "API limits of a new account" and
"message/mass/preview", read 2026-10."""


@dataclass(slots=True)
class Job:
    """An accepted mass job (群发任务)."""

    batch: int
    client_msg_id: str | None
    """None for a job that somebody sent in the console."""
    accepted_at: datetime
    msg_id: int | None
    msg_data_id: int | None
    status: str = "sending"
    counts: JobStatus | None = None
    withdrawn: set[int] = field(default_factory=set)
    """Articles from 1; 0 stands for all."""
    withdrawing: set[int] = field(default_factory=set)
    """Articles, or 0, whose withdrawal was asked for, and nobody knows whether it took place."""
    asked_at: list[datetime] = field(default_factory=list)
    """When a withdrawal was asked for, request by request; each counts for the account's ten of that day."""
    none_left_at: datetime | None = None
    """When WeChat refused one last because the account's of the day were used up."""

    @property
    def reached_nobody(self) -> bool:
        """Whether it ended as sent, and WeChat delivered it to no follower."""
        return self.status == "sent" and self.counts is not None and self.counts.sent_count == 0

    @property
    def is_gone(self) -> bool:
        """Whether nothing of it is left to be read: withdrawn as a whole, by massctl or by somebody else."""
        return self.status == "deleted" or 0 in self.withdrawn


_FINALITY: Final = {"sending": 0, "awaiting_admin": 0, "unknown": 0, "sent": 1, "failed": 1, "deleted": 2}
"""What was said of a job -> how final it is: a poll that is overtaken by an event takes nothing back."""


def absorb_job_entry(jobs: list[Job], event: JobStatus | Withdrawn, at: datetime) -> bool:
    """Fold what became of a job, recorded at `at`, into those of a record; False where none of them is meant."""
    found = [job for job in jobs if job.msg_id == event.msg_id]
    for job in found:
        if event.type == "withdrawn":
            _into_withdrawals(job, event, at)
        elif _rank(event.status, event.source) >= _rank(job.status, job.counts.source if job.counts else None):
            job.status, job.counts = event.status, _with_known_counts(event, job.counts)
        elif event.source is not None:
            # What is deleted stays deleted; how many had got it is worth knowing all the same.
            job.counts = _with_known_counts(event, job.counts)
    return bool(found)


def _rank(status: str, source: str | None) -> tuple[int, bool]:
    """Order what is said of a job: the more final first, and among equals an event before a poll."""
    return _FINALITY[status], source is not None


def _into_withdrawals(job: Job, event: Withdrawn, at: datetime) -> None:
    if event.outcome == "begun":
        job.asked_at.append(at)
    elif event.outcome == "refused" and event.errcode is None and job.asked_at:
        job.asked_at.pop()  # No token could be had, so the request never left.
    elif event.outcome == "refused" and event.errcode == DAY_USED_UP:
        job.none_left_at = at
    if event.outcome in ("begun", "unknown"):
        job.withdrawing.add(event.article)
        return
    job.withdrawing.discard(event.article)
    if event.outcome is None:
        job.withdrawn.add(event.article)


def _with_known_counts(said: JobStatus, before: JobStatus | None) -> JobStatus:
    """Keep numbers and addresses that were said before and are not said again: mass/get knows none of them.

    A reason is that of a failure, and ends with it; what the originality check found stays.
    """
    known = () if before is None else ((field.name, getattr(before, field.name)) for field in fields(before))
    kept = {name: value for name, value in known if value is not None and getattr(said, name) is None}
    if said.status == "sent":
        kept.pop("reason", None)
    return replace(said, **kept)


MEDIA_UNKNOWN: Final = 40007
"""No such material or draft (any more). Source: WeChat docs, "message/mass/preview", "draft/add", "draft/get", read
2026-10."""


RecordKey = tuple[CampaignName, int]
"""A campaign and its edition."""


@dataclass(slots=True)
class Attempt:
    """One recorded try to send. Open until something is known of it."""

    serial: int
    at: datetime
    event: entries.SendAttempted
    open: bool = True
    doubt: str | None = None
    """What was seen in place of an answer; None also where the run died before it could say."""
    doubt_errcode: int | None = None
    """The code of that answer, where there was one."""
    asked_at: datetime | None = None
    """Right before its request was made, where that is on record: perhaps minutes after the attempt."""
    rejection: entries.SendRejected | None = None
    rejected_at: datetime | None = None
    """When that was recorded; the request may have left minutes after the attempt."""
    settled: entries.SendSettled | None = None
    """What a person found out about it while it was open."""
    accepted: entries.SendAccepted | None = None
    """WeChat's yes to this very attempt. It takes the place of every word before it, and none comes after it."""

    @property
    def may_have_sent(self) -> bool:
        """Whether followers may have it: neither refused by WeChat, nor settled as not sent."""
        not_sent = self.settled is not None and self.settled.outcome == "not_sent"
        return self.rejection is None and not not_sent


@dataclass(frozen=True, slots=True)
class Settlement:
    """A person's word on a batch, and when it was recorded."""

    at: datetime
    event: entries.SendSettled


@dataclass(slots=True)
class Record:
    """All that is recorded of one edition of one campaign."""

    campaign: CampaignName
    edition: int
    appid: AppId | None = None
    drafts: list[Draft] = field(default_factory=list)
    begun_drafts: list[BegunDraft] = field(default_factory=list)
    """Oldest first; one whose outcome is known is not among them."""
    previews: dict[tuple[str, str], entries.Previewed] = field(default_factory=dict)
    """(digest, recipient) -> the latest word on that preview; `sent` stays, and `unknown` until it is `sent`."""
    shown: dict[str, int] = field(default_factory=dict)
    """digest -> the serial at which the newest of its previews was recorded as sent."""
    attempts: list[Attempt] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    settlements: list[Settlement] = field(default_factory=list)
    """Every word of a person on a batch, oldest first: a later one takes back none that says sent."""
    imported: entries.SendImported | None = None
    """A person's word that it went out without this ledger."""
    expired_at: list[datetime] = field(default_factory=list)
    """The `not_after` of windows that were found closed."""
    staged: entries.MessageStaged | None = None
    """The newest version of a message without a draft that had all its material; None once a draft took its place."""
    video: MadeVideo | None = None
    """The newest id of its video."""
    resolved: entries.AudienceResolved | None = None
    """Which tag the name in the campaign was found to stand for, at last."""
    proposals: list[Draft] = field(default_factory=list)
    """Drafts that showed what does not stand at the tip of the branch that sends: none is staged or ever sent."""
    ended: entries.ListEnded | None = None
    """Who has the openids of its other batches; none of these is sent any more."""

    @property
    def key(self) -> RecordKey:
        """Which edition of which campaign it is of."""
        return self.campaign, self.edition

    @property
    def open_attempts(self) -> list[Attempt]:
        """The attempts whose outcome nobody knows, oldest first."""
        return [attempt for attempt in self.attempts if attempt.open]

    @property
    def batches(self) -> int:
        """Into how many jobs this edition is cut: what the last attempt says, and 1 before anybody may have it."""
        begun = any(each.may_have_sent for each in self.attempts) or (self.attempts and self.settled_sent)
        return (begun and self.attempts[-1].event.batches) or 1

    @property
    def sent_batches(self) -> frozenset[int]:
        """The batches that went out: accepted by WeChat, or settled so by a person. None is ever taken back."""
        accepted = {each.event.batch for each in self.attempts if each.accepted is not None}
        return frozenset(accepted | {job.batch for job in self.jobs} | {each.event.batch for each in self.settled_sent})

    @property
    def settled_sent(self) -> list[Settlement]:
        """The words of people that a batch was sent, oldest first."""
        return [each for each in self.settlements if each.event.outcome == "sent"]

    @property
    def is_partly_sent(self) -> bool:
        """Whether some of its batches went out, and others are still to follow."""
        return self.imported is None and self.ended is None and 0 < len(self.sent_batches) < self.batches

    @property
    def may_be_out(self) -> bool:
        """Whether followers may have any of it: attempted and not refused, accepted, settled as sent, or imported."""
        return bool(self.may_have_sent() or self.sent_batches)

    def resolved_for(self, digest: str) -> entries.AudienceResolved | None:
        """Give the tag that this version's name was found to stand for."""
        return self.resolved if self.resolved is not None and self.resolved.digest == digest else None

    def draft(self, batch: int = 1) -> Draft | None:
        """Give the draft of a batch that is alive, newest first."""
        return newest(draft for draft in self.drafts if draft.event.batch == batch)

    def rejection_of(self, digest: str) -> entries.SendRejected | None:
        """Give the refusal of the newest attempt, if that attempt sent `digest` and was refused."""
        last = self.attempts[-1] if self.attempts else None
        if last is None or last.event.digest != digest or last.event.batch in self.sent_batches:
            return None
        sent = [draft for draft in self.drafts if draft.event.media_id == last.event.media_id]
        # A draft that is gone since takes its refusal along: the next one is another thing to WeChat.
        return None if sent and not sent[-1].alive else last.rejection

    @property
    def sent_as(self) -> entries.SendAttempted | entries.SendImported | None:
        """Give the newest word that names the campaign's folder as it was when this edition was sent."""
        if self.imported is not None and self.imported.source_sha256:
            return self.imported
        return next((each.event for each in reversed(self.attempts) if each.event.source_sha256), None)

    @property
    def source_sha256(self) -> str | None:
        """Name the campaign's folder as it was when this edition was sent."""
        return self.sent_as.source_sha256 if self.sent_as else None

    def may_have_sent(self) -> list[tuple[datetime, str | None]]:
        """Give when followers may have got it, and what names message and audience, as far as that is known."""
        attempted = [(a.at, a.event.message_digest) for a in self.attempts if a.may_have_sent]
        return attempted + ([(self.imported.sent_at, self.imported.message_digest)] if self.imported else [])


class State:
    """The recorded world of one ledger."""

    def __init__(self) -> None:
        self.lineage: str | None = None
        self.realm: str | None = None
        self.serial = 0
        self.images: dict[tuple[AppId, Sha256], ImageUrl] = {}
        self.materials: dict[tuple[AppId, Sha256], tuple[MediaId, ImageUrl | None]] = {}
        self.records: dict[RecordKey, Record] = {}
        self._editions: dict[CampaignName, list[int]] = {}
        self._indexed = 0
        """How many of `records` are in `_editions`."""
        self.preview_days = PreviewDays()
        self.website_sends: dict[AppId, list[datetime]] = {}
        """When people sent something on the website that is no campaign's; it used the account's allowance."""

    def record(self, campaign: CampaignName, edition: int) -> Record:
        """Give what is recorded of an edition; an empty record, not kept, where nothing is."""
        return self.records.get((campaign, edition)) or Record(campaign, edition)

    def editions(self, campaign: CampaignName) -> list[Record]:
        """Give every recorded edition of a campaign, lowest first."""
        if self._indexed != len(self.records):  # Records are added, and never removed.
            self._editions = {}
            for name, edition in sorted(self.records):
                self._editions.setdefault(name, []).append(edition)
            self._indexed = len(self.records)
        return [self.records[campaign, edition] for edition in self._editions.get(campaign, [])]

    def in_doubt(self, appid: AppId) -> list[Record]:
        """Give the records of an account that have an open attempt."""
        return [r for r in self.records.values() if any(a.event.appid == appid for a in r.open_attempts)]

    def absorb_all(self, new: Iterable[entries.Entry]) -> None:
        """Fold entries, oldest first."""
        for entry in new:
            self.absorb(entry)

    def absorb(self, entry: entries.Entry) -> None:
        """Fold one entry; raises LedgerCorruptError for a serial out of turn or an entry that cannot be."""
        if entry.serial != self.serial + 1:
            raise _impossible(entry, Phrase("serial {due} was due", due=self.serial + 1))
        match entry.event:
            case entries.Created(lineage=lineage, realm=realm):
                self.lineage, self.realm = lineage, realm
            case entries.ImageUploaded(appid=appid, sha256=sha256, url=url):
                self.images[AppId(appid), Sha256(sha256)] = ImageUrl(url)
            case entries.MaterialAdded(appid=appid, sha256=sha256, media_id=media_id, url=url):
                self.materials[AppId(appid), Sha256(sha256)] = MediaId(media_id), ImageUrl(url) if url else None
            case entries.MaterialForgotten(appid=appid, sha256=sha256):
                self.materials.pop((AppId(appid), Sha256(sha256)), None)
            case entries.SendImported() | entries.WebsiteSendRetracted() as told if entry.campaign is None:
                if not absorb_website_send(self.website_sends, AppId(told.appid), told.sent_at, told.type):
                    raise _impossible(entry, Phrase("no such send on the website is recorded"))
            case _:
                self._absorb_campaign(entry)
        self.serial = entry.serial

    def _absorb_campaign(self, entry: entries.Entry) -> None:
        if entry.campaign is None or entry.edition is None:
            raise _impossible(entry, Phrase("it names no campaign"))
        key = CampaignName(entry.campaign), entry.edition
        record = self.record(*key)
        _into_record(record, entry)
        appid = getattr(entry.event, "appid", None)
        if appid is not None:
            record.appid = AppId(appid)
        if isinstance(entry.event, entries.Previewed):
            what = *key, entry.event.digest, entry.event.recipient
            self.preview_days.absorb(what, entry.event, record.appid, entry.at)
        self.records[key] = record


def _into_record(record: Record, entry: entries.Entry) -> None:
    """Fold an entry about one campaign."""
    event: Any = entry.event
    match event:
        case (
            entries.DraftBegun()
            | entries.DraftNotSaved()
            | entries.DraftSaved()
            | entries.DraftVerified()
            | entries.DraftDeleted()
            | entries.Adopted()
        ):
            absorb_draft(record.drafts, record.proposals, record.begun_drafts, event, entry.serial, entry.at)
            if isinstance(event, entries.DraftSaved) and not event.for_preview:
                record.staged = None
        case entries.MessageStaged() | entries.VideoMade() | entries.AudienceResolved():
            _into_staging(record, event, entry.at)
        case entries.Previewed():
            absorb_preview(record.previews, record.shown, event, entry.serial)
        case entries.SendAttempted():
            record.attempts.append(Attempt(entry.serial, entry.at, event))
        case entries.SendAccepted() | entries.SendRejected() | entries.SendInDoubt():
            _into_attempts(record, entry)
        case entries.SendSettled():
            _settle(record, event, entry.at)
        case entries.SendImported():
            _import(record, event)
        case entries.ListEnded():
            record.ended = event
        case entries.JobStatus() | entries.Withdrawn():
            if not absorb_job_entry(record.jobs, event, entry.at):
                raise _impossible(entry, Phrase("there is no job {msg_id}", msg_id=event.msg_id))
        case _:
            record.expired_at.append(event.not_after)


def _into_staging(record: Record, event: Any, at: datetime) -> None:
    """Fold what was found or made for a send that is to come."""
    match event:
        case entries.MessageStaged():
            record.staged = event
        case entries.VideoMade():
            record.video = MadeVideo(event.digest, MediaId(event.media_id), at)
        case _:
            record.resolved = event


def _settle(record: Record, settled: entries.SendSettled, at: datetime) -> None:
    """Close the open attempts of a batch by a person's word; a job whose id they know can be followed."""
    said = Settlement(at, settled)
    if said in record.settlements:
        return  # It was written twice.
    closed = [attempt for attempt in record.open_attempts if attempt.event.batch == settled.batch]
    for attempt in closed:
        attempt.open, attempt.settled = False, settled
    if settled.outcome == "sent" and settled.msg_id is not None:
        client_msg_id = closed[-1].event.client_msg_id if closed else None
        _add_job(record, Job(settled.batch, client_msg_id, at, settled.msg_id, None))
    record.settlements.append(said)


def _import(record: Record, told: entries.SendImported) -> None:
    """Take a person's word that it went out; a job whose id they know can be followed."""
    record.imported = told
    if told.msg_id is not None:
        _add_job(record, Job(1, None, told.sent_at, told.msg_id, None))


def _add_job(record: Record, job: Job) -> None:
    """Add a job, or what is new about one that is on record: by its id, else by its batch where one has no id."""
    same_id = [each for each in record.jobs if each.msg_id == job.msg_id and job.msg_id is not None]
    same_batch = [each for each in record.jobs if each.batch == job.batch and None in (each.msg_id, job.msg_id)]
    for known in [*same_id, *same_batch][:1]:
        known.client_msg_id = known.client_msg_id or job.client_msg_id
        known.msg_id = job.msg_id if known.msg_id is None else known.msg_id
        known.msg_data_id = job.msg_data_id if known.msg_data_id is None else known.msg_data_id
        return
    record.jobs.append(job)


def _into_attempts(record: Record, entry: entries.Entry) -> None:
    """Fold a verdict. An acceptance closes its batch; a rejection closes its own attempt and no other.

    An acceptance stands against every other word, and is folded once however often it is recorded.
    """
    event: Any = entry.event
    attempt = next((a for a in record.attempts if a.serial == event.attempt), None)
    if attempt is None:
        raise _impossible(entry, Phrase("there is no attempt {serial}", serial=event.attempt))
    if attempt.accepted is not None:
        return
    match event:
        case entries.SendAccepted():
            _accept(record, attempt, event, entry.at)
        case entries.SendRejected():
            attempt.open, attempt.rejection, attempt.rejected_at = False, event, entry.at
            if event.errcode == MEDIA_UNKNOWN and record.video and record.video.media_id == attempt.event.media_id:
                record.video = None
        case _:
            attempt.doubt, attempt.doubt_errcode, attempt.asked_at = event.reason, event.errcode, event.asked_at


def _accept(record: Record, attempt: Attempt, accepted: entries.SendAccepted, at: datetime) -> None:
    """Close a batch by WeChat's yes to one of its attempts."""
    sent = attempt.event
    attempt.accepted, attempt.rejection, attempt.settled = accepted, None, None
    for other in record.attempts:
        if other.event.batch == sent.batch:
            other.open = False
            # WeChat knew the id, so an attempt before this one went out, whatever a person said of it.
            other.settled = None if accepted.duplicate else other.settled
    for draft in record.drafts:
        draft.alive = draft.alive and draft.event.media_id != sent.media_id
    _add_job(record, Job(sent.batch, sent.client_msg_id, at, accepted.msg_id, accepted.msg_data_id))


def _impossible(entry: entries.Entry, why: Phrase) -> LedgerCorruptError:
    return LedgerCorruptError(
        Phrase("the ledger tells an impossible story"),
        Phrase("Entry {serial} ({kind}) cannot be: {why}.", serial=entry.serial, kind=entry.event.type, why=why),
        Phrase("Restore the ledger from a copy that verifies; `massctl state verify` checks one."),
    )


HOLD_MINUTES: Final = 30
"""How long the administrator may think. Source: WeChat docs, "API 群发保护", read 2026-10."""


def is_held(record: Record) -> bool:
    """Say whether the last word on an edition's open attempts is that the administrator is asked."""
    return bool(record.open_attempts) and record.open_attempts[-1].doubt_errcode in HOLD_CODES


def held_until(record: Record) -> datetime | None:
    """Give the moment at which the administrator's silence becomes a no; None where nothing is known to wait.

    A repetition inside the 30 minutes asks nobody anew, so they count from the first; a later one may.
    """
    if not is_held(record):
        return None
    until: datetime | None = None
    for attempt in record.open_attempts:
        if _says_held(attempt) and (until is None or attempt.at >= until):
            until = attempt.at + timedelta(minutes=HOLD_MINUTES)
    return until


def _says_held(attempt: Attempt) -> bool:
    return attempt.doubt_errcode in HOLD_CODES


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
    WITHDRAWN = "withdrawn"


_BEFORE: Final = frozenset({Status.NEW, Status.STAGED, Status.PREVIEWED})
_UNDER_WAY: Final = frozenset({Status.SENDING, Status.AWAITING_ADMIN, Status.SENT, Status.FAILED})

_OPEN: Final = frozenset({Status.IN_DOUBT, Status.AWAITING_ADMIN})
"""What an open attempt may be: unknown, or known to wait for the administrator."""
_FROM_BEFORE: Final = _BEFORE | {Status.IN_DOUBT, Status.SENDING, Status.SENT}
"""SENDING and SENT without an attempt: a person says that it was sent in the console, or before this ledger."""

TRANSITIONS: Final[dict[Status, frozenset[Status]]] = {
    Status.NEW: _FROM_BEFORE,
    Status.STAGED: _FROM_BEFORE,
    Status.PREVIEWED: _FROM_BEFORE,
    Status.IN_DOUBT: _BEFORE | _UNDER_WAY | _OPEN,
    # Between two of its batches it is SENDING; the attempt at the next one is a doubt until its verdict.
    Status.SENDING: _UNDER_WAY | {Status.WITHDRAWN, Status.IN_DOUBT},
    # It awaits the administrator as an open attempt, or as a job of which an event or a poll said so.
    Status.AWAITING_ADMIN: _BEFORE | _UNDER_WAY | _OPEN | {Status.WITHDRAWN},
    # The first word on a job may be corrected by a later one: events outrank a poll.
    Status.SENT: frozenset({Status.SENT, Status.FAILED, Status.WITHDRAWN}),
    Status.FAILED: frozenset({Status.FAILED, Status.SENT, Status.WITHDRAWN}),
    Status.WITHDRAWN: frozenset({Status.WITHDRAWN}),
}
"""Status -> what one more entry may make of it. An attempt without a verdict is IN_DOUBT at once."""

FINAL: Final = frozenset({Status.SENDING, Status.AWAITING_ADMIN, Status.SENT, Status.FAILED, Status.WITHDRAWN})
"""From here only a raised edition sends again, unless batches are left or an attempt is open; see `is_concluded`."""
_STOPPED: Final = frozenset({Status.FAILED, Status.WITHDRAWN})
"""What became of a batch so that none is begun after it."""


def status_of(record: Record) -> Status:
    """Derive the status. An open attempt outranks everything else that is recorded."""
    if record.open_attempts:
        return Status.AWAITING_ADMIN if is_held(record) else Status.IN_DOUBT
    if record.jobs:
        status = _status_of_jobs(record.jobs)
        return Status.SENDING if record.is_partly_sent and status not in _STOPPED else status
    if record.imported is not None or record.sent_batches:
        return Status.SENDING if record.is_partly_sent else Status.SENT
    draft = record.draft()
    shown = {digest for (digest, _), preview in record.previews.items() if preview.outcome == "sent"}
    if draft is not None:
        return Status.PREVIEWED if draft.event.digest in shown else Status.STAGED
    if record.staged is not None:
        return Status.PREVIEWED if record.staged.digest in shown else Status.STAGED
    # A text stands for itself; a message whose draft is gone has nothing left to show.
    return Status.PREVIEWED if shown and not record.drafts and not record.proposals else Status.NEW


def is_concluded(record: Record) -> bool:
    """Say whether an edition went out, all of it, and nothing about its send is open: it is not rendered any more.

    Also where a batch failed or was withdrawn: none is begun after it.
    """
    status = status_of(record)
    return status in FINAL and not record.open_attempts and (status in _STOPPED or not record.is_partly_sent)


def _status_of_jobs(jobs: list[Job]) -> Status:
    """Derive the status of an accepted campaign: the word that most needs a person comes first."""
    words = {job.status for job in jobs}
    if all(job.is_gone for job in jobs):
        return Status.WITHDRAWN
    if "failed" in words:
        return Status.FAILED
    if "awaiting_admin" in words:
        return Status.AWAITING_ADMIN
    if words & {"sending", "unknown"}:
        return Status.SENDING
    return Status.SENT


def article_address(state: State, campaign: str, number: int) -> str | tuple[Phrase, Phrase]:
    """Give the address of article `number`, from 1, of the newest edition that went out; else why not, and a hint.

    Addresses come with the event that ends a mass job; mass/get tells none. They begin with http:, and WeChat answers
    to https: as well. Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10.
    """
    jobs = [job for record in state.editions(CampaignName(campaign)) for job in record.jobs]
    if not jobs:
        say = Phrase("{campaign} was not sent as far as the ledger knows, so it has no address", campaign=campaign)
        return say, Phrase("write its name as its folder has it; massctl state list shows what was sent")
    told = [(job, job.counts.article_urls) for job in jobs if job.counts is not None and job.counts.article_urls]
    if not told:
        say = Phrase("{campaign} was sent, and nobody recorded where its articles are", campaign=campaign)
        return say, Phrase("record the event: massctl record-event FILE; or write the address itself")
    job, addresses = told[-1]
    words = {"campaign": campaign, "number": number}
    if number > len(addresses):
        say = Phrase("{campaign} has {count} articles, and no article {number}", count=len(addresses), **words)
        return say, Phrase("articles count from 1")
    if job.is_gone or number in job.withdrawn:
        say = Phrase("article {number} of {campaign} was withdrawn: its address is dead", **words)
        return say, Phrase("take the link out, or link to another article")
    address = addresses[number - 1]
    return "https:" + address.removeprefix("http:") if address.startswith("http:") else address
