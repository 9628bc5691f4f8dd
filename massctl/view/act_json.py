"""The JSON documents of single acts of a person: withdraw, reconcile, adopt, comments, record-event and speed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from massctl.model.diagnostics import Diagnostic
from massctl.model.state import Record
from massctl.plan.plan_file import diagnostic_document, refusal_document
from massctl.view.as_json import FORMAT_VERSION, campaign_document, document_json
from massctl.view.language import Language

if TYPE_CHECKING:
    from massctl.apply.jobs import Foreign, Recorded
    from massctl.apply.ports import SendingSpeed
    from massctl.apply.withdraw import Withdrawal
    from massctl.model.entries import JobFinish
    from massctl.plan.guards import Brake


def withdraw_json(taken: "Withdrawal", language: Language) -> str:
    """Give what was withdrawn, what has to wait, and what stopped it."""
    from massctl.apply.outcome import failure_of

    failure = failure_of(taken.error) if taken.error is not None else None
    campaign = campaign_document(taken.record, failure)
    campaign["refusals"] = [refusal_document(refusal) for refusal in taken.refusals]
    return document_json(_acted(taken.exit_status(), [campaign]), language)


def reconcile_json(record: Record, language: Language) -> str:
    """Give the edition that was settled, as it stands now."""
    return document_json(_acted(0, [{**campaign_document(record, None), "refusals": []}]), language)


def new_json(record: Record, rest: str, openids: int, language: Language) -> str:
    """Give the edition whose list was ended, and the campaign that has its other openids."""
    acted = _acted(0, [{**campaign_document(record, None), "refusals": []}])
    return document_json({**acted, "rest": {"name": rest, "openids": openids}}, language)


def event_json(finish: "JobFinish", outcome: "Recorded | Foreign", exit_status: int, language: Language) -> str:
    """Give what an event was recorded for, or which sends in doubt it may belong to."""
    from massctl.apply.jobs import Recorded

    ours = [outcome.record] if isinstance(outcome, Recorded) else []
    candidates: Sequence[Record] = [] if isinstance(outcome, Recorded) else outcome.candidates
    event = {
        "msg_id": finish.said.msg_id,
        "status": finish.said.status,
        "reason": finish.said.reason,
        "again": isinstance(outcome, Recorded) and outcome.again,
        "contradicts": outcome.contradicts if isinstance(outcome, Recorded) else None,
        "candidates": [{"name": each.campaign, "edition": each.edition} for each in candidates],
    }
    campaigns = [{**campaign_document(record, None), "refusals": []} for record in ours]
    return document_json({**_acted(exit_status, campaigns), "event": event, "diagnostics": []}, language)


def no_event_json(fault: Diagnostic, exit_status: int, language: Language) -> str:
    """Give why a body is no event."""
    document = {**_acted(exit_status, []), "event": None, "diagnostics": [diagnostic_document(fault)]}
    return document_json(document, language)


def adopt_json(record: Record, differences: Sequence[str], handoff: Sequence[str], language: Language) -> str:
    """Give the edition whose draft was adopted, and what differs in it from what was reviewed."""
    acted = _acted(0, [{**campaign_document(record, None), "refusals": []}])
    adopted = {"differences": list(differences), "handoff": list(handoff), "diagnostics": []}
    return document_json({**acted, **adopted}, language)


def not_adopted_json(faults: Sequence[Diagnostic], exit_status: int, language: Language) -> str:
    """Give the faults of a campaign that cannot be compared with its draft."""
    found = {"differences": [], "handoff": [], "diagnostics": [diagnostic_document(each) for each in faults]}
    return document_json({**_acted(exit_status, []), **found}, language)


def comments_json(record: Record, articles: Sequence[int], language: Language, *, opened: bool) -> str:
    """Give which articles (from 1) were switched."""
    said = {"name": record.campaign, "edition": record.edition, "opened": opened, "articles": list(articles)}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)


def speed_json(account: str, speed: "SendingSpeed", language: Language) -> str:
    """Give an account's sending speed; `realspeed` is in 10,000 messages a minute, as the API says it."""
    said = {"account": account, "speed": speed.speed, "realspeed": speed.realspeed}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)


def _acted(exit_status: int, campaigns: list[dict[str, Any]]) -> dict[str, Any]:
    return {"format_version": FORMAT_VERSION, "exit_status": exit_status, "campaigns": campaigns}


def brake_json(
    brake: "Brake | None", language: Language, *, stopped: bool, changed: bool, due: Sequence[str] | None = None
) -> str:
    """Give whether sends are stopped, and the brake that is on, or that was lifted."""
    said: dict[str, Any] = {"stopped": stopped, "changed": changed, "brake": None, "due": due}
    if brake is not None:
        since = brake.since.isoformat() if brake.since is not None else None
        said["brake"] = {"commit": brake.commit, "by": brake.by, "since": since, "reason": brake.reason}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)
