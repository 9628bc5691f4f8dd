"""A folded state as JSON values, and back: what a plan remembers of a ledger that it read whole before.

`KEPT` is what is written of each value; a test holds it against the model, so that nothing new can be forgotten here.
"""

from datetime import date, datetime
from typing import Any, Final

from massctl.model.entries import event_of, fields_of
from massctl.model.ids import AppId, CampaignName, ImageUrl, MediaId, Sha256
from massctl.model.state import (
    Attempt,
    BegunDraft,
    Draft,
    Imported,
    Job,
    MadeVideo,
    PreviewDays,
    Record,
    Settlement,
    State,
)

KEPT: Final = {
    "State": ("lineage", "realm", "serial", "images", "materials", "records", "preview_days", "website_sends"),
    "Record": (
        "campaign",
        "edition",
        "appid",
        "drafts",
        "begun_drafts",
        "previews",
        "shown",
        "attempts",
        "jobs",
        "settlements",
        "imported",
        "expired_at",
        "staged",
        "video",
        "resolved",
        "proposals",
    ),
    "MadeVideo": ("digest", "media_id", "at"),
    "Draft": ("saved_at", "event", "alive", "kept_sha256", "doomed", "done_by_hand", "adopted"),
    "BegunDraft": ("serial", "at", "event", "missed"),
    "Attempt": (
        "serial",
        "at",
        "event",
        "open",
        "doubt",
        "doubt_errcode",
        "asked_at",
        "rejection",
        "rejected_at",
        "settled",
        "accepted",
    ),
    "Settlement": ("at", "event"),
    "Imported": ("sent_at", "by", "reason", "message_digest", "source_sha256", "audience"),
    "Job": (
        "batch",
        "client_msg_id",
        "accepted_at",
        "msg_id",
        "msg_data_id",
        "status",
        "counts",
        "withdrawn",
        "withdrawing",
        "asked_at",
        "none_left_at",
    ),
}
"""Each value's fields, in the order in which they are written."""


def state_document(state: State) -> dict[str, Any]:
    """Write a state."""
    return {
        "lineage": state.lineage,
        "realm": state.realm,
        "serial": state.serial,
        "images": [[appid, sha256, url] for (appid, sha256), url in state.images.items()],
        "materials": [[*key, *material] for key, material in state.materials.items()],
        "records": [_record_document(record) for record in state.records.values()],
        "preview_days": _preview_days_document(state.preview_days),
        "website_sends": {appid: [at.isoformat() for at in sends] for appid, sends in state.website_sends.items()},
    }


def state_from(document: dict[str, Any]) -> State:
    """Read a state; raises one of many errors where `document` is none."""
    state = State()
    state.lineage, state.realm, state.serial = document["lineage"], document["realm"], document["serial"]
    state.images = {(AppId(appid), Sha256(sha256)): ImageUrl(url) for appid, sha256, url in document["images"]}
    state.materials = {
        (AppId(appid), Sha256(sha256)): (MediaId(media_id), ImageUrl(url) if url else None)
        for appid, sha256, media_id, url in document["materials"]
    }
    # The order stays: where several records speak against a send, the first one is named.
    for written in document["records"]:
        record = _record_from(written)
        state.records[record.campaign, record.edition] = record
    state.preview_days = _preview_days_from(document["preview_days"])
    state.website_sends = {
        AppId(appid): [datetime.fromisoformat(at) for at in sends] for appid, sends in document["website_sends"].items()
    }
    return state


def _record_document(record: Record) -> list[Any]:
    return [
        record.campaign,
        record.edition,
        record.appid,
        [_draft_document(draft) for draft in record.drafts],
        [[each.serial, each.at.isoformat(), _event_document(each.event), each.missed] for each in record.begun_drafts],
        [[digest, recipient, _event_document(event)] for (digest, recipient), event in record.previews.items()],
        record.shown,
        [_attempt_document(attempt) for attempt in record.attempts],
        [_job_document(job) for job in record.jobs],
        [[each.at.isoformat(), _event_document(each.event)] for each in record.settlements],
        _imported_document(record.imported),
        [moment.isoformat() for moment in record.expired_at],
        _event_document(record.staged),
        [record.video.digest, record.video.media_id, record.video.at.isoformat()] if record.video else None,
        _event_document(record.resolved),
        [_draft_document(draft) for draft in record.proposals],
    ]


def _draft_document(draft: Draft) -> list[Any]:
    told = [draft.alive, draft.kept_sha256, draft.doomed, draft.done_by_hand, draft.adopted]
    return [draft.saved_at.isoformat(), _event_document(draft.event), *told]


def _preview_days_document(days: PreviewDays) -> list[Any]:
    asked = [[appid, day.isoformat(), count] for (appid, day), count in days.asked.items()]
    return [asked, [[*key, day.isoformat()] for key, day in days.begun.items()]]


def _preview_days_from(written: list[Any]) -> PreviewDays:
    asked, begun = written
    return PreviewDays(
        {(AppId(appid), date.fromisoformat(day)): count for appid, day, count in asked},
        {(name, edition, digest, to): date.fromisoformat(day) for name, edition, digest, to, day in begun},
    )


def _attempt_document(attempt: Attempt) -> list[Any]:
    return [
        attempt.serial,
        attempt.at.isoformat(),
        _event_document(attempt.event),
        attempt.open,
        attempt.doubt,
        attempt.doubt_errcode,
        attempt.asked_at.isoformat() if attempt.asked_at else None,
        _event_document(attempt.rejection),
        attempt.rejected_at.isoformat() if attempt.rejected_at else None,
        _event_document(attempt.settled),
        _event_document(attempt.accepted),
    ]


def _imported_document(imported: Imported | None) -> list[Any] | None:
    if imported is None:
        return None
    told = imported.by, imported.reason, imported.message_digest, imported.source_sha256, imported.audience
    return [imported.sent_at.isoformat(), *told]


def _job_document(job: Job) -> list[Any]:
    return [
        job.batch,
        job.client_msg_id,
        job.accepted_at.isoformat(),
        job.msg_id,
        job.msg_data_id,
        job.status,
        _event_document(job.counts),
        sorted(job.withdrawn),
        sorted(job.withdrawing),
        [at.isoformat() for at in job.asked_at],
        job.none_left_at.isoformat() if job.none_left_at else None,
    ]


def _event_document(event: Any) -> dict[str, Any] | None:
    return None if event is None else fields_of(event)


def _event(written: dict[str, Any]) -> Any:
    return event_of(written)


def _record_from(written: list[Any]) -> Record:
    name, edition, appid, drafts, begun, previews, shown, attempts, jobs, settlements, *late = written
    imported, expired_at, staged, video, resolved, proposals = late
    return Record(
        CampaignName(name),
        edition,
        AppId(appid) if appid is not None else None,
        [_draft_from(draft) for draft in drafts],
        [BegunDraft(serial, datetime.fromisoformat(at), _event(event), *rest) for serial, at, event, *rest in begun],
        {(digest, recipient): _event(event) for digest, recipient, event in previews},
        shown,
        [_attempt_from(attempt) for attempt in attempts],
        [_job_from(job) for job in jobs],
        [Settlement(datetime.fromisoformat(at), _event(event)) for at, event in settlements],
        Imported(datetime.fromisoformat(imported[0]), *imported[1:]) if imported else None,
        [datetime.fromisoformat(moment) for moment in expired_at],
        _event(staged) if staged else None,
        _video_from(*video) if video else None,
        _event(resolved) if resolved else None,
        [_draft_from(draft) for draft in proposals],
    )


def _draft_from(written: list[Any]) -> Draft:
    at, event, *rest = written
    return Draft(datetime.fromisoformat(at), _event(event), *rest)


def _video_from(digest: str, media_id: str, at: str) -> MadeVideo:
    return MadeVideo(digest, MediaId(media_id), datetime.fromisoformat(at))


def _attempt_from(written: list[Any]) -> Attempt:
    serial, at, event, is_open, doubt, errcode, asked_at, rejection, rejected_at, settled, accepted = written
    return Attempt(
        serial,
        datetime.fromisoformat(at),
        _event(event),
        is_open,
        doubt,
        errcode,
        datetime.fromisoformat(asked_at) if asked_at else None,
        _event(rejection) if rejection else None,
        datetime.fromisoformat(rejected_at) if rejected_at else None,
        _event(settled) if settled else None,
        _event(accepted) if accepted else None,
    )


def _job_from(written: list[Any]) -> Job:
    batch, client_msg_id, accepted_at, msg_id, msg_data_id, status, counts, *withdrawals = written
    at = datetime.fromisoformat(accepted_at)
    told = _event(counts) if counts else None
    withdrawn, withdrawing, asked, refused = withdrawals
    return Job(
        batch,
        client_msg_id,
        at,
        msg_id,
        msg_data_id,
        status,
        told,
        set(withdrawn),
        set(withdrawing),
        [datetime.fromisoformat(each) for each in asked],
        datetime.fromisoformat(refused) if refused else None,
    )
