"""The six kinds of step, the refusals in place of a step, and the kinds of desired campaign."""

from enum import StrEnum

from massctl.model.audience import PeopleChange
from massctl.model.batches import OpenidList
from massctl.model.diagnostics import Diagnostic
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, Address, AppId, CampaignName, MediaId, Sha256
from massctl.model.message import Campaign, MediaFile, Recipient, RenderedCampaign, Window


class Kind(StrEnum):
    """A step's kind, as the plan's JSON writes it."""

    UPLOAD_IMAGE = "upload_image"
    ADD_MATERIAL = "add_material"
    SAVE_DRAFT = "save_draft"
    FILL_TAG = "fill_tag"
    SEND_PREVIEW = "send_preview"
    SEND_MASS = "send_mass"


class Reason(StrEnum):
    """Why a step is planned."""

    NEW = "new"
    EDITION_RAISED = "edition_raised"
    CONTENT_CHANGED = "content_changed"
    DRAFT_MISSING = "draft_missing"
    DUE = "due"
    RESUBMIT = "resubmit"


class Guard(StrEnum):
    """What refuses a step, as the JSON writes it."""

    LOCK_MISSING = "lock_missing"
    LOCK_STALE = "lock_stale"
    LOCK_UNCOMMITTED = "lock_uncommitted"
    EXPIRED = "expired"
    QUIET_HOURS = "quiet_hours"
    FREEZE = "freeze"
    KILL_SWITCH = "kill_switch"
    NOT_NAMED = "not_named"
    AUDIENCE_BOUNDS = "audience_bounds"
    AUDIENCE_CHANGED = "audience_changed"
    AUDIENCE_UNREAD = "audience_unread"
    AUDIENCE_CAP = "audience_cap"
    ERASED_PEOPLE = "erased_people"
    ALLOWANCE = "allowance"
    PREVIEW_MISSING = "preview_missing"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_GONE = "draft_gone"
    EDITED_AFTER_SEND = "edited_after_send"
    EDITION_LOWERED = "edition_lowered"
    PARTLY_SENT = "partly_sent"
    CONTRADICTED = "contradicted"
    SAME_CONTENT = "same_content"
    MATRIX_CHANGED = "matrix_changed"
    CELLS_OVERLAP = "cells_overlap"
    REJECTED_BEFORE = "rejected_before"
    PLAN_STALE = "plan_stale"
    LINEAGE_UNCOMMITTED = "lineage_uncommitted"
    LEDGER_DAMAGED = "ledger_damaged"
    LEDGER_UNTRUSTED = "ledger_untrusted"
    LEDGER_MISSING = "ledger_missing"
    LEDGER_FOREIGN = "ledger_foreign"
    OTHER_RUNNER = "other_runner"
    ACCOUNT_IN_DOUBT = "account_in_doubt"
    CLOCK_SKEW = "clock_skew"
    HANDOFF_OPEN = "handoff_open"
    NOT_AT_TIP = "not_at_tip"
    SOURCES_CHANGED = "sources_changed"
    APPROVALS_MISSING = "approvals_missing"
    PREVIEW_TO = "preview_to"
    DESTINATION_UNLISTED = "destination_unlisted"
    LEDGER_BEHIND = "ledger_behind"


FOR_GOOD = frozenset(
    {
        Guard.NOT_NAMED,
        Guard.REJECTED_BEFORE,
        Guard.SAME_CONTENT,
        Guard.MATRIX_CHANGED,
        Guard.CELLS_OVERLAP,
    }
)
"""Guards that waiting does not lift: somebody has to name, change or allow the campaign."""


PASSING = frozenset({Guard.QUIET_HOURS, Guard.FREEZE})
"""They end by themselves: a repetition waits for their end, and they are told only where the window ends first."""


class Refusal(Frozen):
    """Why a campaign's step is not taken: what is true, and what to type."""

    guard: Guard
    """What refuses."""
    message: str
    """What is true, for people."""
    hint: str
    """What to type, for people."""


class UploadMedia(Frozen):
    """Upload one file: a picture inside articles by media/uploadimg, everything else by material/add_material."""

    account: AccountName
    appid: AppId
    media: MediaFile
    reason: Reason

    @property
    def kind(self) -> Kind:
        """Which endpoint takes it."""
        return Kind.ADD_MATERIAL if self.media.purpose.is_material else Kind.UPLOAD_IMAGE

    @property
    def address(self) -> Address:
        """`main/image/SHA12` or `main/material/SHA12`."""
        kind = "material" if self.media.purpose.is_material else "image"
        return Address(f"{self.account}/{kind}/{self.media.sha256[:12]}")

    @property
    def reversible(self) -> bool:
        """True: no follower sees it and no allowance is used."""
        return True


class SaveDraft(Frozen):
    """Save the news as a draft, read it back and compare."""

    campaign: RenderedCampaign
    reason: Reason
    supersedes: MediaId | None = None
    """The draft of an earlier digest, which is deleted once the new one is proven good."""
    batch: int | None = None
    """Which batch of a list of openids sends it, from 1; None if there are no batches."""
    for_preview: bool = False
    """It only shows what does not stand at the tip of the branch that sends, beside the draft that is staged."""

    kind = Kind.SAVE_DRAFT
    reversible = True

    @property
    def address(self) -> Address:
        """`NAME/draft`, of a batch `NAME/draft/3`, of a draft for previews only `NAME/draft/preview`."""
        if self.for_preview:
            return Address(f"{self.campaign.name}/draft/preview")
        return Address(f"{self.campaign.name}/draft" + _of_batch(self.batch))


class FillTag(Frozen):
    """Bring the people of an audience into the tag that massctl made for it, and nobody else."""

    account: AccountName
    appid: AppId
    audience: str
    people: OpenidList
    """Who is to have the tag."""
    reason: Reason
    change: PeopleChange | None = None
    """How they differ from those whom massctl left in it; None where nobody can say without the snapshots."""

    kind = Kind.FILL_TAG
    reversible = True

    @property
    def address(self) -> Address:
        """`main/tag/AUDIENCE`."""
        return Address(f"{self.account}/tag/{self.audience}")


class SendPreview(Frozen):
    """Show the message on one reviewer's phone."""

    campaign: RenderedCampaign
    number: int
    """Counts the campaign's declared recipients from 1; for `massctl preview` those of its run."""
    recipient: Recipient
    reason: Reason

    kind = Kind.SEND_PREVIEW
    reversible = False

    @property
    def address(self) -> Address:
        """`NAME/preview/1`."""
        return Address(f"{self.campaign.name}/preview/{self.number}")


class SendMass(Frozen):
    """Send to the whole audience. It cannot be taken back."""

    campaign: RenderedCampaign
    reason: Reason
    batch: int | None = None
    """Which batch of a list of openids it is, from 1; None if the audience is one job."""

    kind = Kind.SEND_MASS
    reversible = False

    @property
    def address(self) -> Address:
        """`NAME/send`, in batches `NAME/send/3`."""
        return Address(f"{self.campaign.name}/send" + _of_batch(self.batch))


def _of_batch(batch: int | None) -> str:
    return "" if batch is None else f"/{batch}"


Step = UploadMedia | SaveDraft | FillTag | SendPreview | SendMass


class Invalid(Campaign):
    """A campaign with faults: it is stopped, and only it."""

    title: str
    account: str | None
    edition: int | None
    diagnostics: tuple[Diagnostic, ...]
    window: Window | None = None
    """As far as its file can be read."""


class Concluded(Campaign):
    """A campaign whose edition went out already: never rendered again."""

    title: str
    account: str
    appid: AppId
    edition: int
    window: Window | None
    source_sha256: Sha256
    """The folder as it is now."""


class NotLocked(Campaign):
    """A campaign that may be sent only as it is locked, and whose lock is missing or differs."""

    title: str
    account: str
    edition: int
    window: Window | None
    refusal: Refusal
    rendered: RenderedCampaign | None = None
    """What would be locked now, for people; None if nothing was rendered."""


class Gone(Frozen):
    """A campaign with an open attempt in the ledger and no folder in the repository."""

    name: CampaignName
    account: str | None
    appid: AppId
    edition: int

    title = ""
    folder: None = None
    window: None = None
    """Nobody knows its window any more."""


Desired = RenderedCampaign | Invalid | Concluded | NotLocked | Gone
