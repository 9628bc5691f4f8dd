"""The ledger's entries: one durable line each, and what every kind of line holds.

An entry is an observation that was true when it was written; nothing here is ever changed or removed.
`massctl.model.state` folds entries into what is recorded now. Openids, tokens and secrets appear in none.
"""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter

from massctl.model.entry_fields import Fields
from massctl.model.job_entries import JobStatus as JobStatus
from massctl.model.job_entries import Withdrawn as Withdrawn
from massctl.model.material_entries import ImageUploaded as ImageUploaded
from massctl.model.material_entries import MaterialAdded as MaterialAdded
from massctl.model.material_entries import MaterialForgotten as MaterialForgotten
from massctl.model.material_entries import MessageStaged as MessageStaged
from massctl.model.material_entries import VideoMade as VideoMade
from massctl.model.send_entries import SendAccepted as SendAccepted
from massctl.model.send_entries import SendAttempted as SendAttempted
from massctl.model.send_entries import SendImported as SendImported
from massctl.model.send_entries import SendInDoubt as SendInDoubt
from massctl.model.send_entries import SendRejected as SendRejected
from massctl.model.send_entries import SendSettled as SendSettled
from massctl.model.send_entries import WebsiteSendRetracted as WebsiteSendRetracted

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
