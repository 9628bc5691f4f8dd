"""The ledger's entries about mass sends: tried, answered, settled by a person, or made without this ledger."""

from typing import Any, Literal

from pydantic import AwareDatetime

from massctl.model.entry_fields import Fields


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
