"""What is worth knowing of a ledger entry, in one line of the ledger's own words."""

from typing import TypeAlias

from massctl.model import entries
from massctl.model.phrase import moment
from massctl.view.words import short_digest


def entry_facts(event: entries.Event) -> str:
    """Give the members of an entry that tell it from its like, as `name value` pairs."""
    if isinstance(event, _Staging):
        return _about_staging(event)
    if isinstance(event, _Sending):
        return _about_sending(event)
    return _about_rest(event)


_Staging: TypeAlias = (
    entries.ImageUploaded
    | entries.MaterialAdded
    | entries.MaterialForgotten
    | entries.VideoMade
    | entries.MessageStaged
    | entries.AudienceResolved
    | entries.DraftBegun
    | entries.DraftNotSaved
    | entries.DraftSaved
    | entries.DraftVerified
    | entries.DraftDeleted
    | entries.Previewed
)
_Sending: TypeAlias = (
    entries.SendAttempted
    | entries.SendAccepted
    | entries.SendRejected
    | entries.SendInDoubt
    | entries.SendSettled
    | entries.SendImported
    | entries.WebsiteSendRetracted
)
_Other: TypeAlias = (
    entries.Created
    | entries.Repaired
    | entries.JobStatus
    | entries.Withdrawn
    | entries.Announced
    | entries.Expired
    | entries.ListEnded
    | entries.Adopted
)


def _about_staging(event: _Staging) -> str:  # noqa: PLR0911 - one case a type, and all in sight
    match event:
        case entries.ImageUploaded() | entries.MaterialAdded() | entries.MaterialForgotten():
            return f"{event.appid} sha256 {event.sha256[:12]}"
        case entries.VideoMade() | entries.MessageStaged():
            return f"{event.appid} digest {short_digest(event.digest)}"
        case entries.AudienceResolved():
            return f"{event.appid} tag_id {event.tag_id} count {event.count} digest {short_digest(event.digest)}"
        case entries.DraftBegun():
            return f"{event.appid} digest {short_digest(event.digest)}"
        case entries.DraftNotSaved():
            return f"begun {event.begun}{_because(event.reason)}"
        case entries.DraftSaved():
            return f"media_id {event.media_id} digest {short_digest(event.digest)}"
        case entries.DraftVerified():
            return f"media_id {event.media_id} kept {event.kept_sha256[:12]}"
        case entries.DraftDeleted():
            return f"media_id {event.media_id}{_because(event.reason)}"
        case entries.Previewed():
            return f"{event.outcome} {event.recipient} digest {short_digest(event.digest)}{_code(event.errcode)}"


def _about_sending(event: _Sending) -> str:  # noqa: PLR0911 - one case a type, and all in sight
    match event:
        case entries.SendAttempted():
            batch = f" batch {event.batch}/{event.batches}" if event.batches is not None else ""
            asked = f" by {event.by}{_because(event.reason)}" if event.by else ""
            return f"clientmsgid {event.client_msg_id} digest {short_digest(event.digest)}{batch}{asked}"
        case entries.SendAccepted():
            known = f" msg_id {event.msg_id}" if event.msg_id is not None else ""
            content = f" content {event.content}" if event.content is not None else ""
            return f"attempt {event.attempt}{known}{' duplicate' if event.duplicate else ''}{content}"
        case entries.SendRejected():
            return f"attempt {event.attempt}{_code(event.errcode)}{f' rid {event.rid}' if event.rid else ''}"
        case entries.SendInDoubt():
            return f"attempt {event.attempt}{_code(event.errcode)}{_because(event.reason)}"
        case entries.SendSettled():
            return f"{event.outcome} by {event.by}{_because(event.reason)}"
        case entries.SendImported():
            known = f" msg_id {event.msg_id}" if event.msg_id is not None else ""
            return f"{event.appid} sent {moment(event.sent_at)}{known} by {event.by}{_because(event.reason)}"
        case entries.WebsiteSendRetracted():
            return f"{event.appid} sent {moment(event.sent_at)} by {event.by}{_because(event.reason)}"


def _about_rest(event: _Other) -> str:  # noqa: PLR0911 - one case a type, and all in sight
    match event:
        case entries.Created():
            return f"lineage {event.lineage} realm {event.realm}{_because(event.reason)}"
        case entries.Repaired():
            return f"dropped {event.dropped_bytes} bytes by {event.by}{_because(event.reason)}"
        case entries.JobStatus():
            sent = f" sent {event.sent_count}/{event.total_count}" if event.sent_count is not None else ""
            told = f" {event.source}" if event.source else ""
            return f"msg_id {event.msg_id} {event.status}{sent}{told}{_because(event.reason)}"
        case entries.Withdrawn():
            which = f"article {event.article}" if event.article else "all articles"
            return f"msg_id {event.msg_id} {which}{f' {event.outcome}' if event.outcome else ''}{_code(event.errcode)}"
        case entries.Announced():
            return f"not_before {moment(event.not_before)} channel {event.channel} lead_seconds {event.lead_seconds}"
        case entries.Expired():
            return f"not_after {moment(event.not_after)}"
        case entries.ListEnded():
            return f"rest {event.rest} by {event.by}"
        case entries.Adopted():
            return f"media_id {event.media_id} by {event.by}{_because(event.reason)}"


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _code(errcode: int | None) -> str:
    return f" errcode {errcode}" if errcode is not None else ""
