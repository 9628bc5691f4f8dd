"""The JSON documents of the public interface, verb by verb.

Their keys and codes never change with the language; only `message` and `hint` do. `massctl.view.json_models` describes
them for the published schemas.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

from massctl.model.diagnostics import Diagnostic, Level, Severity
from massctl.model.entries import Entry, fields_of
from massctl.model.ids import CampaignName, sha256_of
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import Command, Phrase
from massctl.model.state import Attempt, Job, Record, State, status_of
from massctl.plan.lock_diff import LockState, ReviewedPart
from massctl.plan.plan import Plan, Remote
from massctl.plan.plan_file import (
    approved_document,
    diagnostic_document,
    plan_document,
    refusal_document,
    step_document,
)
from massctl.plan.steps import Invalid, Kind
from massctl.view.i18n import Language, say
from massctl.view.words import drift_words

if TYPE_CHECKING:
    from massctl.apply.jobs import Followed, Foreign, Recorded
    from massctl.apply.outcome import CampaignOutcome, Failure, Outcome
    from massctl.apply.ports import SendingSpeed
    from massctl.apply.withdraw import Withdrawal
    from massctl.model.diagnostics import Finding
    from massctl.model.entries import JobFinish
    from massctl.model.send import Verdict
    from massctl.plan.guards import Brake
    from massctl.plan.review_diff import Difference
    from massctl.view.explain import Explanation
    from massctl.view.ledger import Repair


CHANGED_ROWS_MAX = 20
"""Of the changes of one article; more are told as a number."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What reviewers are shown beside a plan."""

    at: datetime
    """The moment of the plan."""
    differences: "Mapping[CampaignName, Difference]" = field(default_factory=dict)
    locks: Mapping[CampaignName, LockState] = field(default_factory=dict)
    unlocked: Mapping[CampaignName, RenderedCampaign | Invalid] = field(default_factory=dict)
    """Those that are refused for their lock, as they would be locked now."""


def add_review(document: dict[str, Any], reviewed: Reviewed, language: Language) -> None:
    """Put it into a plan's document."""
    document["review"] = {"at": reviewed.at.isoformat(), "language": language.value}
    for campaign in document["campaigns"]:
        lock, difference = reviewed.locks.get(campaign["name"]), reviewed.differences.get(campaign["name"])
        campaign["lock"] = lock.value if lock is not None else None
        campaign["changes"] = _changes_document(difference) if difference is not None else None
        unlocked = reviewed.unlocked.get(campaign["name"])
        campaign["unlocked"] = _unlocked_document(unlocked) if unlocked is not None else None


def _unlocked_document(found: RenderedCampaign | Invalid) -> dict[str, Any]:
    ordered = sorted(found.diagnostics, key=lambda each: each.sort_key)
    return {
        "content": approved_document(found) if isinstance(found, RenderedCampaign) else None,
        "diagnostics": [diagnostic_document(each) for each in ordered],
    }


def _changed_parts(difference: "Difference") -> list[ReviewedPart]:
    return [ReviewedPart.NEW] if difference.is_new else [each.part for each in difference.frame if each.part]


def _changes_document(difference: "Difference") -> dict[str, Any]:
    # Only for reviewers is anything compared.
    from massctl.view.difference import base_words, difference_rows

    return {
        "against": base_words(difference.base),
        "parts": [part.value for part in _changed_parts(difference)],
        "rows": [
            {
                "words": row.words,
                "inner": row.is_inner,
                "pieces": [{"mark": piece.mark.value, "text": piece.text} for piece in row.pieces],
            }
            for row in difference_rows(difference, CHANGED_ROWS_MAX)
        ],
    }


FORMAT_VERSION: Final = 1
"""Of the documents that are made here."""


def plan_json(plan: Plan, language: Language, names: Sequence[str] = (), reviewed: "Reviewed | None" = None) -> str:
    """Give the plan document, with what is `reviewed` beside it; its digest is the same in every language."""
    document = plan_document(plan, names)
    if plan.remote is not None:
        document["remote"] = _drift_document(plan.remote)
    if reviewed is not None:
        add_review(document, reviewed, language)
    return _written(document, language)


def _drift_document(remote: Remote) -> dict[str, Any]:
    """Give what was found as the plan's JSON writes it."""
    return {
        "drift": [
            {
                "campaign": drift.campaign,
                "edition": drift.edition,
                "kind": drift.kind.value,
                "subject": drift.subject,
                "before": drift.before,
                "now": drift.now,
                "message": drift_words(drift),
            }
            for drift in remote.drifts
        ],
        "errors": [
            {"account": unread.account, "message": unread.message, "hint": unread.hint} for unread in remote.unread
        ],
    }


def document_json(document: dict[str, Any], language: Language) -> str:
    """Give a document that was made elsewhere, said in `language`."""
    return _written(document, language)


def apply_json(outcome: "Outcome", language: Language) -> str:
    """Give what a run did."""
    document = {
        "format_version": FORMAT_VERSION,
        "exit_status": outcome.exit_status(),
        "lineage": outcome.state.lineage,
        "serial": outcome.state.serial,
        "campaigns": [_outcome_document(outcome, campaign) for campaign in outcome.campaigns],
    }
    return _written(document, language)


def status_json(followed: "Followed", language: Language) -> str:
    """Give where campaigns stand; `error` says why a state could not be asked for."""
    document = {
        "format_version": FORMAT_VERSION,
        "campaigns": [_followed_document(record, followed) for record in followed.records],
    }
    return _written(document, language)


def validate_json(diagnostics: Sequence[Diagnostic], language: Language) -> str:
    """Give every diagnostic, in the order of places; the summary counts errors and warnings."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    document = {
        "format_version": FORMAT_VERSION,
        "diagnostics": [diagnostic_document(d) for d in sorted(diagnostics, key=lambda d: d.sort_key)],
        "summary": {"error": counts[Severity.ERROR], "warning": counts[Severity.WARNING]},
    }
    return _written(document, language)


def doctor_json(findings: "Sequence[Finding]", exit_status: int, language: Language) -> str:
    """Give everything that a check-up found; the summary counts findings by level."""
    counts = Counter(finding.level for finding in findings)
    document = {
        "format_version": FORMAT_VERSION,
        "exit_status": exit_status,
        "findings": [
            {
                "check": each.check.value,
                "level": each.level.value,
                "account": each.account,
                "message": each.message,
                "hint": each.hint,
                "errcode": each.errcode,
                "rid": each.rid,
            }
            for each in findings
        ],
        "summary": {level.value: counts[level] for level in Level},
    }
    return _written(document, language)


def explain_json(explanations: "Sequence[Explanation]", language: Language) -> str:
    """Give explanations, which are in `language` already."""
    document = {
        "format_version": FORMAT_VERSION,
        "language": language.value,
        "explanations": [_explanation_document(explanation) for explanation in explanations],
    }
    return _written(document, language)


_NO_LEDGER: Final[dict[str, Any]] = {"lineage": None, "realm": None, "serial": 0}

_NO_BRAKE: Final[dict[str, Any]] = {"stopped": None, "changed": False, "brake": None, "due": None}


def stopped_json(verb: str, failure: "Failure", exit_status: int, language: Language) -> str:
    """Give the document of a run that stopped before it knew a campaign: its usual keys, empty, and `error`.

    `verb` is one of those whose document is described in docs/reference/cli.md.
    """
    nothing: dict[str, dict[str, Any]] = {
        "plan": {"digest": None, "lineage": None, "serial": 0, "campaigns": [], "summary": {k.value: 0 for k in Kind}},
        "apply": {"exit_status": exit_status, "lineage": None, "serial": 0, "campaigns": []},
        "status": {"campaigns": []},
        "withdraw": {"exit_status": exit_status, "campaigns": []},
        "reconcile": {"exit_status": exit_status, "campaigns": []},
        "stop": {"exit_status": exit_status, **_NO_BRAKE},
        "resume": {"exit_status": exit_status, **_NO_BRAKE},
        "new": {"exit_status": exit_status, "campaigns": [], "rest": None},
        "record-event": {"exit_status": exit_status, "campaigns": [], "event": None, "diagnostics": []},
        "adopt": {"exit_status": exit_status, "campaigns": [], "differences": [], "handoff": [], "diagnostics": []},
        "comments": {"exit_status": exit_status, "name": None, "edition": None, "opened": None, "articles": []},
        "state show": {**_NO_LEDGER, "campaigns": [], "website_sends": [], "pictures": 0, "materials": 0},
        "state list": {**_NO_LEDGER, "entries": []},
        "state verify": {**_NO_LEDGER, "whole": False},
        "state repair": {**_NO_LEDGER, "repaired": False, "dropped": None, "aside": None},
        "speed": {"exit_status": exit_status, "account": None, "speed": None, "realspeed": None},
        "lock": {"exit_status": exit_status, "campaigns": []},
        "doctor": {"exit_status": exit_status, "findings": [], "summary": {level.value: 0 for level in Level}},
        "validate": {"diagnostics": [], "summary": {"error": 0, "warning": 0}},
    }
    return _written({"format_version": FORMAT_VERSION, **nothing[verb], "error": _error_document(failure)}, language)


def _explanation_document(explanation: "Explanation") -> dict[str, Any]:
    example = explanation.example
    return {
        "subject": explanation.subject.value,
        "code": explanation.code,
        "summary": explanation.summary,
        "meaning": explanation.meaning,
        "why": explanation.why,
        "remedy": explanation.remedy,
        "example": {"wrong": example.wrong, "right": example.right} if example else None,
    }


def _outcome_document(outcome: "Outcome", campaign: "CampaignOutcome") -> dict[str, Any]:
    planned, record = campaign.planned, outcome.record(campaign)
    return {
        "name": planned.name,
        "account": planned.account,
        "edition": planned.edition,
        "status": outcome.status(campaign).value,
        "window": planned.window.value,
        "digest": planned.digest,
        "performed": [step_document(step) for step in campaign.performed],
        "refusals": [refusal_document(refusal) for refusal in campaign.refusals],
        "error": _error_document(campaign.error) if campaign.error else _faults_document(planned.diagnostics),
        "jobs": [_job_document(job) for job in record.jobs],
        **(_unrecorded(record, campaign.answer) if campaign.answer is not None else {}),
    }


def _unrecorded(record: Record, answer: "Verdict") -> dict[str, Any]:
    """Give what the ledger could not take of WeChat's answer, under its key; nothing where it was no clear one."""
    # Only a run whose ledger fell away has one.
    from massctl.apply.outcome import unrecorded_of

    found = unrecorded_of(record, answer)
    if found is None:
        return {}
    said = {
        "outcome": "not_sent" if found.is_refusal else "sent",
        "batch": found.batch,
        "msg_id": found.msg_id,
        "errcode": found.errcode,
        "message": found.told,
        "command": found.command,
    }
    return {"unrecorded": said}


def _followed_document(record: Record, followed: "Followed") -> dict[str, Any]:
    from massctl.apply.jobs import ended_badly  # Only `status` follows jobs.

    failures = [failure for failed, failure in followed.errors if failed is record]
    return campaign_document(record, failures[0] if failures else ended_badly(record))


def campaign_document(record: Record, failure: "Failure | None") -> dict[str, Any]:
    """Give where an edition stands, and what went wrong about it in this run."""
    return {
        "name": record.campaign,
        "edition": record.edition,
        "status": status_of(record).value,
        "withdrawn_articles": sorted({n for job in record.jobs for n in job.withdrawn if n > 0}),
        "jobs": [_job_document(job) for job in record.jobs],
        "error": _error_document(failure) if failure is not None else None,
    }


def _job_document(job: Job) -> dict[str, Any]:
    """Give a JOB of the public interface; what is not known is null."""
    counts = job.counts
    check = counts.copyright_check if counts else None
    return {
        "msg_id": job.msg_id,
        "msg_data_id": job.msg_data_id,
        "clientmsgid": job.client_msg_id,
        "batch": job.batch,
        "status": "deleted" if job.is_gone else job.status,
        "accepted_at": job.accepted_at.isoformat(),
        "total_count": counts.total_count if counts else None,
        "filter_count": counts.filter_count if counts else None,
        "sent_count": counts.sent_count if counts else None,
        "error_count": counts.error_count if counts else None,
        "article_urls": counts.article_urls if counts else None,
        "reason": counts.reason if counts else None,
        "copyright_check": asdict(check) if check else None,
    }


def _error_document(failure: "Failure") -> dict[str, Any]:
    """Give an ERROR of the public interface."""
    return {"errcode": failure.errcode, "rid": failure.rid, "message": failure.message, "hint": failure.hint}


_FAULTS_NAMED_MAX = 5
"""Of the faults that stopped a campaign; `massctl validate` shows them all."""


def _faults_document(diagnostics: Sequence[Diagnostic]) -> dict[str, Any] | None:
    """Give the ERROR of a campaign that was stopped by faults in its files; None for one without."""
    faults = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    if not faults:
        return None
    kinds = dict.fromkeys(f"{fault.code} {fault.place.file}" if fault.place else fault.code for fault in faults)
    where = ", ".join([*kinds][:_FAULTS_NAMED_MAX])
    message = Phrase("its files have faults ({where}), so nothing was done with it", where=where)
    return {"errcode": None, "rid": None, "message": message, "hint": Command("validate")}


def _written(document: dict[str, Any], language: Language) -> str:
    """Write a document as `json.dumps(…, indent=2)` would, every Phrase of it in `language`.

    Python's own indents in Python, value by value, and takes three times as long for a plan of a thousand campaigns.
    """
    return _json(document, language, "\n")


def _json(value: Any, language: Language, line_end: str, *, is_hint: bool = False) -> str:
    inner = line_end + "  "
    if isinstance(value, dict) and value:
        each = [
            f"{encode_basestring(key)}: {_json(entry, language, inner, is_hint=key == 'hint')}"
            for key, entry in value.items()
        ]
        return f"{{{inner}{f',{inner}'.join(each)}{line_end}}}"
    if isinstance(value, list) and value:
        return f"[{inner}{f',{inner}'.join([_json(entry, language, inner) for entry in value])}{line_end}]"
    if isinstance(value, str):
        # A person may type what a hint advises; everything else is for programs.
        return str(encode_basestring(say(value, language if is_hint else language.plain)))
    return json.dumps(value)


def withdraw_json(taken: "Withdrawal", language: Language) -> str:
    """Give what was withdrawn, what has to wait, and what stopped it."""
    from massctl.apply.outcome import failure_of

    failure = failure_of(taken.error) if taken.error is not None else None
    campaign = campaign_document(taken.record, failure)
    campaign["refusals"] = [refusal_document(refusal) for refusal in taken.refusals]
    return document_json(_act_document(taken.exit_status(), [campaign]), language)


def reconcile_json(record: Record, language: Language) -> str:
    """Give the edition that was settled, as it stands now."""
    return document_json(_act_document(0, [{**campaign_document(record, None), "refusals": []}]), language)


def new_json(record: Record, rest: str, openids: int, language: Language) -> str:
    """Give the edition whose list was ended, and the campaign that has its other openids."""
    acted = _act_document(0, [{**campaign_document(record, None), "refusals": []}])
    return document_json({**acted, "rest": {"name": rest, "openids": openids}}, language)


def event_json(finish: "JobFinish", outcome: "Recorded | Foreign", exit_status: int, language: Language) -> str:
    """Give what an event was recorded for, or which sends in doubt it may belong to."""
    from massctl.apply.jobs import Recorded, ended_badly

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
    campaigns = [{**campaign_document(record, ended_badly(record)), "refusals": []} for record in ours]
    return document_json({**_act_document(exit_status, campaigns), "event": event, "diagnostics": []}, language)


def no_event_json(fault: Diagnostic, exit_status: int, language: Language) -> str:
    """Give why a body is no event."""
    document = {**_act_document(exit_status, []), "event": None, "diagnostics": [diagnostic_document(fault)]}
    return document_json(document, language)


def adopt_json(record: Record, differences: Sequence[str], handoff: Sequence[str], language: Language) -> str:
    """Give the edition whose draft was adopted, and what differs in it from what was reviewed."""
    acted = _act_document(0, [{**campaign_document(record, None), "refusals": []}])
    adopted = {"differences": list(differences), "handoff": list(handoff), "diagnostics": []}
    return document_json({**acted, **adopted}, language)


def not_adopted_json(faults: Sequence[Diagnostic], exit_status: int, language: Language) -> str:
    """Give the faults of a campaign that cannot be compared with its draft."""
    found = {"differences": [], "handoff": [], "diagnostics": [diagnostic_document(each) for each in faults]}
    return document_json({**_act_document(exit_status, []), **found}, language)


def comments_json(record: Record, articles: Sequence[int], language: Language, *, opened: bool) -> str:
    """Give which articles (from 1) were switched."""
    said = {"name": record.campaign, "edition": record.edition, "opened": opened, "articles": list(articles)}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)


def speed_json(account: str, speed: "SendingSpeed", language: Language) -> str:
    """Give an account's sending speed; `realspeed` is in 10,000 messages a minute, as the API says it."""
    said = {"account": account, "speed": speed.speed, "realspeed": speed.realspeed}
    return document_json({"format_version": FORMAT_VERSION, "exit_status": 0, **said}, language)


def _act_document(exit_status: int, campaigns: list[dict[str, Any]]) -> dict[str, Any]:
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


def state_json(state: State, names: Sequence[str], language: Language) -> str:
    """Give what is recorded, edition by edition; with `names` only of these campaigns."""
    chosen = [state.records[key] for key in sorted(state.records) if not names or key[0] in names]
    document = {
        **_ledger_head(state),
        "campaigns": [_record_document(record) for record in chosen],
        "website_sends": [
            {"appid": appid, "at": at.isoformat()} for appid, sends in state.website_sends.items() for at in sends
        ],
        "pictures": len(state.images),
        "materials": len(state.materials),
    }
    return document_json(document, language)


def entries_json(entries: Sequence[Entry], state: State, language: Language) -> str:
    """Give every entry with the fields of its line, oldest first."""
    return document_json({**_ledger_head(state), "entries": [_entry_document(entry) for entry in entries]}, language)


def verified_json(state: State, language: Language) -> str:
    """Give that every line is what was written: one that is not ends the command before."""
    return document_json({**_ledger_head(state), "whole": True}, language)


def _ledger_head(state: State) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "realm": state.realm,
        "serial": state.serial,
    }


def _entry_document(entry: Entry) -> dict[str, Any]:
    about = {"campaign": entry.campaign, "edition": entry.edition}
    head = {"serial": entry.serial, "prev": entry.prev, "at": entry.at.isoformat(timespec="milliseconds")}
    return {**head, **about, **fields_of(entry.event)}


def _record_document(record: Record) -> dict[str, Any]:
    return {
        **campaign_document(record, None),
        "drafts": [
            {
                "batch": draft.event.batch,
                "media_id": draft.event.media_id,
                "digest": draft.event.digest,
                "saved_at": draft.saved_at.isoformat(),
                "alive": draft.alive,
            }
            for draft in record.drafts
        ],
        "attempts": [_attempt_document(attempt) for attempt in record.attempts],
        "expired": [closed.isoformat() for closed in record.expired_at],
        "contradictions": [
            {"batch": batch, "entries": [fact.serial for fact in facts]} for batch, facts in record.contradicted.items()
        ],
    }


def _attempt_document(attempt: Attempt) -> dict[str, Any]:
    settled = f"settled_{attempt.settled.outcome}" if attempt.settled is not None else "accepted"
    is_open = attempt.open and attempt.accepted is None
    outcome = "rejected" if attempt.rejection is not None else "open" if is_open else settled
    return {
        "serial": attempt.serial,
        "at": attempt.at.isoformat(),
        "batch": attempt.event.batch,
        "digest": attempt.event.digest,
        "outcome": outcome,
        "errcode": attempt.rejection.errcode if attempt.rejection is not None else None,
    }


_ENTRY_KEYS: Final = ("serial", "type", "campaign", "edition")
"""What is said of a line that a repair drops."""


def repair_json(repair: "Repair", language: Language) -> str:
    """Give the document of a repair."""
    document = {
        "format_version": FORMAT_VERSION,
        "lineage": repair.lineage,
        "realm": repair.realm,
        "serial": repair.kept + (1 if repair.done else 0),
        "repaired": repair.done,
        "dropped": {
            "bytes": len(repair.dropped),
            "sha256": sha256_of(repair.dropped),
            "lines": [{key: line.get(key) for key in _ENTRY_KEYS} for line in repair.dropped_lines],
        },
        "aside": repair.aside,
    }
    return document_json(document, language)
