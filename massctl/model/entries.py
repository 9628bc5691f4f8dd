"""What every kind of ledger entry is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from massctl.model.ids import MsgId


class Fields(BaseModel):
    """Fields of entries: frozen; unknown fields are kept out, so that a newer writer is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class CopyrightResult(Fields):
    """What the originality check (原创校验) found about one article. WeChat's names; None: it was not said.

    Source: WeChat docs, "MASSSENDJOBFINISH", read 2026-10.
    """

    article_idx: int | None = None
    """Counts from 1."""
    user_declare_state: int | None = None
    """0 nothing declared, 1 declared original, 2 declared a reprint."""
    audit_state: int | None = None
    """0 not checked, 1 being checked, 11 passed; anything else failed."""
    original_article_url: str | None = None
    """The article that it resembles."""
    original_article_type: int | None = None
    """Of that article: 1 original, 2 old and not marked, 3 news, 4 on a black list."""
    can_reprint: int | None = None
    """1: that article may be reprinted."""
    need_replace_content: int | None = None
    """1: the content is replaced by that article's."""
    need_show_reprint_source: int | None = None
    """1: the source is shown."""


class CopyrightCheck(Fields):
    """The originality check of a job."""

    check_state: int | None = None
    """0 nothing was checked, 1 no reprint, 2 a reprint that may be sent, 3 one that may not."""
    results: tuple[CopyrightResult, ...] = ()
    """By article, as far as WeChat says something."""


class JobStatus(Fields):
    """What mass/get or an event said about a job."""

    type: Literal["job_status"] = "job_status"
    msg_id: int
    status: Literal["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: list[str] | None = None
    source: Literal["event"] | None = None
    """None: mass/get said it, which an event outranks."""
    reason: str | None = None
    """Why it failed, in WeChat's word: `err(30003)`, or `send fail` where there is no reason."""
    copyright_check: CopyrightCheck | None = None
    original_id: str | None = None
    """The account's original id (原始 ID, `gh_…`) that the event was addressed to."""


class Withdrawn(Fields):
    """mass/delete removed articles of a job; 0 stands for all."""

    type: Literal["withdrawn"] = "withdrawn"
    msg_id: int
    article: int
    outcome: Literal["begun", "unknown", "refused"] | None = None
    """`begun` before the request, then what came of it; None: removed."""
    errcode: int | None = None
    rid: str | None = None


class ImageUploaded(Fields):
    """media/uploadimg took a picture."""

    type: Literal["image_uploaded"] = "image_uploaded"
    appid: str
    sha256: str
    url: str


class MaterialAdded(Fields):
    """material/add_material took a file."""

    type: Literal["material_added"] = "material_added"
    appid: str
    sha256: str
    media_id: str
    url: str | None = None
    material_type: Literal["voice", "video"] | None = None
    """The type it was added as; None for a picture."""


class MaterialForgotten(Fields):
    """WeChat did not know a recorded material (40007): it is uploaded once more."""

    type: Literal["material_forgotten"] = "material_forgotten"
    appid: str
    sha256: str


class VideoMade(Fields):
    """media/uploadvideo gave an id, title and description in it, under which a video can be sent for three days."""

    type: Literal["video_made"] = "video_made"
    appid: str
    digest: str
    media_id: str


class MessageStaged(Fields):
    """All material of a message without a draft is on record, so it could be shown and sent."""

    type: Literal["message_staged"] = "message_staged"
    appid: str
    digest: str
    audience_count: int | None = None


class SendAttempted(Fields):
    """A send is about to leave; durable before its request."""

    type: Literal["send_attempted"] = "send_attempted"
    appid: str
    batch: int = 1
    digest: str
    message_digest: str
    client_msg_id: str
    fingerprint: str
    audience: dict[str, Any]
    audience_count: int | None = None
    media_id: str | None = None
    source_sha256: str | None = None
    reason: str | None = None
    by: str | None = None
    """Who asked for this repetition with `reconcile --resubmit`, and why; None for every other attempt."""
    batches: int | None = None
    """Into how many jobs the list of openids is cut; None where the audience is no list, so that there is one job."""
    recipients: int | None = None
    """Openids of this batch."""
    recipients_sha256: str | None = None
    """`sha256:` and what names the openids of this batch: in their order, each with a newline after it."""


class SendAccepted(Fields):
    """WeChat took the job; closes every open attempt of the batch."""

    type: Literal["send_accepted"] = "send_accepted"
    attempt: int
    """Serial of the attempt that learnt it."""
    msg_id: int | None = None
    msg_data_id: int | None = None
    duplicate: bool = False
    content: Literal["unknown"] | None = None
    """WeChat knew the id though no attempt with it was open here, so what went out may be another message."""


class SendRejected(Fields):
    """WeChat refused one attempt; closes that attempt only."""

    type: Literal["send_rejected"] = "send_rejected"
    attempt: int
    errcode: int | None = None
    """None: the request never left."""
    rid: str | None = None
    token_dead: bool = False
    retryable: bool = False


class SendInDoubt(Fields):
    """No clear answer; the attempt stays open."""

    type: Literal["send_in_doubt"] = "send_in_doubt"
    attempt: int
    reason: str
    errcode: int | None = None
    rid: str | None = None
    asked_at: AwareDatetime | None = None
    """Right before the request was made, perhaps minutes after the attempt: a repetition waits from then on."""


class SendSettled(Fields):
    """A person settled what became of the open attempts of a batch."""

    type: Literal["send_settled"] = "send_settled"
    batch: int = 1
    outcome: Literal["sent", "not_sent"]
    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None
    audience: dict[str, Any] | None = None
    """Of a send made by hand: whom its campaign declared then; None where nobody knows, or an attempt says it."""


class SendImported(Fields):
    """A person says that a send took place without this ledger; an entry without a campaign is of no campaign's."""

    type: Literal["send_imported"] = "send_imported"
    appid: str
    sent_at: AwareDatetime
    """When it went out; it used the account's allowance of that day or month."""
    by: str
    reason: str | None = None
    msg_id: int | None = None
    message_digest: str | None = None
    source_sha256: str | None = None
    """Name message, audience and folder as the repository has them at the import; None where it cannot tell."""
    audience: dict[str, Any] | None = None
    """Whom the campaign declared then; None where nobody knows, and it is taken for everybody."""


class WebsiteSendRetracted(Fields):
    """A person says that a send on the website, which was imported before, did not take place."""

    type: Literal["website_send_retracted"] = "website_send_retracted"
    appid: str
    sent_at: AwareDatetime
    by: str
    reason: str


LEDGER_FORMAT_VERSION: Final = 1
GENESIS: Final = "sha256:" + "0" * 64
"""`prev` of the first entry."""


class Created(Fields):
    """The ledger begins."""

    type: Literal["created"] = "created"
    format_version: Literal[1] = 1
    lineage: str
    """26 characters; equal in every copy of this history and in massctl.yaml."""
    realm: Literal["wechat", "loopback"]
    """Which world it speaks of; it refuses the other's host."""
    reason: str | None = None


class AudienceResolved(Fields):
    """tags/get told which tag the name in a campaign stands for; a send goes to that tag or to nobody."""

    type: Literal["audience_resolved"] = "audience_resolved"
    appid: str
    digest: str
    """The version that is staged or sent with it; an edit looks the name up again."""
    tag: str
    """The name as the campaign declares it."""
    tag_id: int
    name: str
    count: int
    """Followers with the tag."""


class DraftBegun(Fields):
    """A draft/add is about to leave; durable before its request, so that a draft whose answer is lost is looked for."""

    type: Literal["draft_begun"] = "draft_begun"
    appid: str
    batch: int = 1
    digest: str
    draft_sha256: str
    """Names the articles as they are given to draft/add."""
    markup_sha256: str | None = None
    """Names how the articles look, as they are given; None where an earlier massctl wrote it."""
    titles: list[str] | None = None
    """The articles' titles, by which a listing without contents tells which drafts may be this one."""
    audience_count: int | None = None
    source_sha256: str | None = None
    for_preview: bool | None = None
    """True: it shows what does not stand at the tip of the branch that sends. It is never sent, and takes no place."""


class DraftNotSaved(Fields):
    """A draft that was begun is in the draft box no more or never was: refused, not found, or one too many."""

    type: Literal["draft_not_saved"] = "draft_not_saved"
    begun: int
    """Serial of its `draft_begun`."""
    reason: str
    pending: bool | None = None
    """True: it was not there though time enough has passed; a later run looks once more before it is given up."""


class DraftSaved(Fields):
    """draft/add gave a draft for a batch of a campaign, or one whose answer was lost was found."""

    type: Literal["draft_saved"] = "draft_saved"
    appid: str
    batch: int = 1
    digest: str
    media_id: str
    draft_sha256: str
    """Names the articles as they were given to draft/add."""
    markup_sha256: str | None = None
    """Names how the articles look, as they were given; None where an earlier massctl wrote it."""
    audience_count: int | None = None
    source_sha256: str | None = None
    begun: int | None = None
    """Serial of its `draft_begun`; None where an earlier massctl wrote it."""
    for_preview: bool | None = None
    """True: it shows what does not stand at the tip of the branch that sends. It is never sent, and takes no place."""


class DraftVerified(Fields):
    """A draft was read back and found whole; what WeChat made of it is what every later reading must give."""

    type: Literal["draft_verified"] = "draft_verified"
    media_id: str
    kept_sha256: str
    """Names the articles as WeChat keeps them, markup and all."""


class DraftDeleted(Fields):
    """A draft of ours is gone because we, or a person who told us, removed it, or because its material was refused."""

    type: Literal["draft_deleted"] = "draft_deleted"
    appid: str
    media_id: str
    reason: str | None = None
    pending: bool | None = None
    """True: it is given up, and its deletion is still to come or nobody knows its outcome."""
    kept_sha256: str | None = None
    """Names the articles of a draft that was given up as WeChat keeps them; deleted only while they are these."""


class Previewed(Fields):
    """A preview to one reviewer: `begun` before the request, then what came of it."""

    type: Literal["previewed"] = "previewed"
    appid: str | None = None
    """Whose day it counts in; None in ledgers from before previews were counted."""
    digest: str
    recipient: str
    outcome: Literal["begun", "sent", "failed", "unknown"]
    errcode: int | None = None
    rid: str | None = None


class Expired(Fields):
    """The window closed before a send."""

    type: Literal["expired"] = "expired"
    not_after: AwareDatetime


class Adopted(Fields):
    """The console's version of a staged draft was kept."""

    type: Literal["adopted"] = "adopted"
    media_id: str
    draft_sha256: str
    kept_sha256: str | None = None
    """Names the console's version as WeChat keeps it, markup and all; None where an earlier massctl wrote it."""
    handoff: list[str] | None = None
    """The items of the hand-off list that were done; None where there was none."""
    reason: str
    by: str


Event = Annotated[
    Created
    | ImageUploaded
    | MaterialAdded
    | MaterialForgotten
    | VideoMade
    | MessageStaged
    | AudienceResolved
    | DraftBegun
    | DraftNotSaved
    | DraftSaved
    | DraftVerified
    | DraftDeleted
    | Previewed
    | SendAttempted
    | SendAccepted
    | SendRejected
    | SendInDoubt
    | SendSettled
    | SendImported
    | WebsiteSendRetracted
    | JobStatus
    | Withdrawn
    | Expired
    | Adopted,
    Field(discriminator="type"),
]
"""What happened, without when and where in the chain."""

EVENTS: Final[TypeAdapter[Event]] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


class NewEntry(Fields):
    """An entry that is not written yet."""

    at: AwareDatetime
    event: Event
    campaign: str | None = None
    edition: int | None = None


class Entry(Fields):
    """A written entry: its place in the chain, and what happened."""

    serial: int
    """Counts from 1 without gaps."""
    prev: str
    """`sha256:` of the line before, without its newline; GENESIS for the first."""
    at: AwareDatetime
    event: Event
    campaign: str | None = None
    edition: int | None = None


# dropped


def is_observed(event: Any) -> bool:
    """Whether an entry tells what WeChat, the clock or this run has done already, and decides nothing."""
    match event:
        case (
            ImageUploaded()
            | MaterialAdded()
            | VideoMade()
            | SendAccepted()
            | SendRejected()
            | SendInDoubt()
            | JobStatus()
            | Expired()
        ):
            return True
        case Previewed(outcome=outcome) | Withdrawn(outcome=outcome):
            return outcome != "begun"
        case _:
            return False


@dataclass(frozen=True, slots=True)
class JobFinish:
    """What one event says. None: the event does not say it. The openid of its sender is not here."""

    msg_id: MsgId
    status: Literal["sent", "failed"]
    reason: str | None = None
    """Of a failure: `err(10001)`, or `send fail` where WeChat gives none."""
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: tuple[str, ...] | None = None
    """In the order of the articles."""
    copyright_check: CopyrightCheck | None = None
    original_id: str | None = None
    """The account's original id (原始 ID, `gh_…`) that it was addressed to."""
    created_at: datetime | None = None
    """When WeChat made the event, in UTC."""

    def entry(self) -> JobStatus:
        """Give the ledger's entry about it."""
        return JobStatus(
            msg_id=self.msg_id,
            status=self.status,
            total_count=self.total_count,
            filter_count=self.filter_count,
            sent_count=self.sent_count,
            error_count=self.error_count,
            article_urls=list(self.article_urls) if self.article_urls else None,
            source="event",
            reason=self.reason,
            copyright_check=self.copyright_check,
            original_id=self.original_id,
        )
