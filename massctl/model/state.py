"""What is recorded: the fold of the ledger's entries, and nothing that is not in them.

`State.absorb` is the only way in. Everything a plan needs to know about the past is asked of a `Record`,
one campaign's edition. Invariant: folding a prefix and then the rest equals folding the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from massctl.errors import LedgerCorruptError
from massctl.model.drafts import BegunDraft, Draft, absorb_draft, newest
from massctl.model.jobs import Job as Job  # noqa: PLC0414 - part of a record, wherever it is defined
from massctl.model.jobs import absorb_job_entry
from massctl.model.lazily import Lazily
from massctl.model.names import AppId, CampaignName, ImageUrl, MediaId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.preview_days import PreviewDays, absorb_preview
from massctl.model.record_parts import Imported, MadeVideo, absorb_website_send

if TYPE_CHECKING:
    from massctl.model import ledger as entries
else:
    # The first entry that is folded pays for pydantic; a state that is remembered whole has none to fold.
    entries = Lazily("massctl.model.ledger")


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
    imported: Imported | None = None
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
        # A list may be corrected behind what went out, so that the rest of it is cut anew.
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
        """Whether some of its batches went out, and others did not yet."""
        return self.imported is None and 0 < len(self.sent_batches) < self.batches

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
    def source_sha256(self) -> str | None:
        """Name the campaign's folder as it was when this edition was sent."""
        told = [self.imported.source_sha256] if self.imported else []
        known = [each for each in [*(a.event.source_sha256 for a in self.attempts), *told] if each]
        return known[-1] if known else None

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
        self.preview_days = PreviewDays()
        self.website_sends: dict[AppId, list[datetime]] = {}
        """When people sent something on the website that is no campaign's; it used the account's allowance."""

    def record(self, campaign: CampaignName, edition: int) -> Record:
        """Give what is recorded of an edition; an empty record, not kept, where nothing is."""
        return self.records.get((campaign, edition)) or Record(campaign, edition)

    def editions(self, campaign: CampaignName) -> list[Record]:
        """Give every recorded edition of a campaign, lowest first."""
        return sorted((r for (name, _), r in self.records.items() if name == campaign), key=lambda r: r.edition)

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
        appid = vars(entry.event).get("appid")
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
    named = told.message_digest, told.source_sha256
    record.imported = Imported(told.sent_at, told.by, told.reason, *named, told.audience)
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
