"""The ledger's entries: one durable line each, and what every kind of line holds.

An entry is an observation that was true when it was written; nothing here is ever changed or removed.
`massctl.model.state` folds entries into what is recorded now. Openids, tokens and secrets appear in none.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

LEDGER_FORMAT_VERSION: Final = 1
GENESIS: Final = "sha256:" + "0" * 64
"""`prev` of the first entry."""


class _Fields(BaseModel):
    """Fields of entries: frozen; unknown fields are kept out, so that a newer writer is noticed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Created(_Fields):
    """The ledger begins."""

    type: Literal["created"] = "created"
    format_version: Literal[1] = 1
    lineage: str
    """26 characters; equal in every copy of this history and in massctl.yaml."""
    realm: Literal["wechat", "loopback"]
    """Which world it speaks of; it refuses the other's host."""
    reason: str | None = None


class ImageUploaded(_Fields):
    """media/uploadimg took a picture."""

    type: Literal["image_uploaded"] = "image_uploaded"
    appid: str
    sha256: str
    url: str


class MaterialAdded(_Fields):
    """material/add_material took a picture."""

    type: Literal["material_added"] = "material_added"
    appid: str
    sha256: str
    media_id: str
    url: str | None = None


class DraftBegun(_Fields):
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


class DraftNotSaved(_Fields):
    """A draft that was begun is in the draft box no more or never was: refused, not found, or one too many."""

    type: Literal["draft_not_saved"] = "draft_not_saved"
    begun: int
    """Serial of its `draft_begun`."""
    reason: str
    pending: bool | None = None
    """True: it was not there though time enough has passed; a later run looks once more before it is given up."""


class DraftSaved(_Fields):
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


class DraftVerified(_Fields):
    """A draft was read back and found whole; what WeChat made of it is what every later reading must give."""

    type: Literal["draft_verified"] = "draft_verified"
    media_id: str
    kept_sha256: str
    """Names the articles as WeChat keeps them, markup and all."""


class DraftDeleted(_Fields):
    """A draft of ours is gone because we, or a person who told us, removed it, or because its material was refused."""

    type: Literal["draft_deleted"] = "draft_deleted"
    appid: str
    media_id: str
    reason: str | None = None
    pending: bool | None = None
    """True: it is given up, and its deletion is still to come or nobody knows its outcome."""
    kept_sha256: str | None = None
    """Names the articles of a draft that was given up as WeChat keeps them; deleted only while they are these."""


class MaterialForgotten(_Fields):
    """WeChat did not know a recorded material (40007): it is uploaded once more."""

    type: Literal["material_forgotten"] = "material_forgotten"
    appid: str
    sha256: str


class Previewed(_Fields):
    """A preview to one reviewer: `begun` before the request, then what came of it."""

    type: Literal["previewed"] = "previewed"
    appid: str | None = None
    """Whose day it counts in; None in ledgers from before previews were counted."""
    digest: str
    recipient: str
    outcome: Literal["begun", "sent", "failed", "unknown"]
    errcode: int | None = None
    rid: str | None = None


class SendAttempted(_Fields):
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


class SendAccepted(_Fields):
    """WeChat took the job; closes every open attempt of the batch."""

    type: Literal["send_accepted"] = "send_accepted"
    attempt: int
    """Serial of the attempt that learnt it."""
    msg_id: int | None = None
    msg_data_id: int | None = None
    duplicate: bool = False


class SendRejected(_Fields):
    """WeChat refused one attempt; closes that attempt only."""

    type: Literal["send_rejected"] = "send_rejected"
    attempt: int
    errcode: int | None = None
    """None: no token could be had, so the request never left."""
    rid: str | None = None
    token_dead: bool = False
    retryable: bool = False


class SendInDoubt(_Fields):
    """No clear answer; the attempt stays open."""

    type: Literal["send_in_doubt"] = "send_in_doubt"
    attempt: int
    reason: str
    errcode: int | None = None
    rid: str | None = None


class SendSettled(_Fields):
    """A person settled what became of the open attempts of a batch."""

    type: Literal["send_settled"] = "send_settled"
    batch: int = 1
    outcome: Literal["sent", "not_sent"]
    reason: str
    by: str
    msg_id: int | None = None
    url: str | None = None


class SendImported(_Fields):
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


class JobStatus(_Fields):
    """What mass/get or an event said about a job."""

    type: Literal["job_status"] = "job_status"
    msg_id: int
    status: Literal["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: list[str] | None = None


class Withdrawn(_Fields):
    """mass/delete removed articles of a job; 0 stands for all."""

    type: Literal["withdrawn"] = "withdrawn"
    msg_id: int
    article: int


class Expired(_Fields):
    """The window closed before a send."""

    type: Literal["expired"] = "expired"
    not_after: AwareDatetime


class Adopted(_Fields):
    """The console's version of a staged draft was kept."""

    type: Literal["adopted"] = "adopted"
    media_id: str
    draft_sha256: str
    kept_sha256: str | None = None
    """Names the console's version as WeChat keeps it, markup and all; None where an earlier massctl wrote it."""
    reason: str
    by: str


Event = Annotated[
    Created
    | ImageUploaded
    | MaterialAdded
    | MaterialForgotten
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
    | JobStatus
    | Withdrawn
    | Expired
    | Adopted,
    Field(discriminator="type"),
]
"""What happened, without when and where in the chain."""

EVENTS: Final[TypeAdapter[Event]] = TypeAdapter(Event, config=ConfigDict(defer_build=True))


class NewEntry(_Fields):
    """An entry that is not written yet."""

    at: AwareDatetime
    event: Event
    campaign: str | None = None
    edition: int | None = None


class Entry(_Fields):
    """A written entry: its place in the chain, and what happened."""

    serial: int
    """Counts from 1 without gaps."""
    prev: str
    """`sha256:` of the line before, without its newline; GENESIS for the first."""
    at: AwareDatetime
    event: Event
    campaign: str | None = None
    edition: int | None = None
