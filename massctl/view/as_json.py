"""The JSON documents of the public interface: plan, apply, status, validate, explain.

Their keys and codes never change with the language; only `message` and `hint` do.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

from massctl.model.diagnostics import Diagnostic, Level, Severity
from massctl.model.phrase import Phrase
from massctl.model.state import Job, Record, status_of
from massctl.plan.plan import Plan, Remote
from massctl.plan.plan_file import diagnostic_document, plan_document, refusal_document, step_document
from massctl.plan.steps import Kind
from massctl.view.language import Language, say
from massctl.view.review_json import add_review
from massctl.view.words import drift_words

if TYPE_CHECKING:
    from massctl.apply.jobs import Followed
    from massctl.apply.outcome import CampaignOutcome, Failure, Outcome
    from massctl.model.diagnostics import Finding
    from massctl.model.send import Verdict
    from massctl.view.explanation import Explanation
    from massctl.view.review_json import Reviewed

FORMAT_VERSION: Final = 1
"""Of the documents that are made here and in `massctl.view.act_json`."""


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
        "campaigns": [_outcome(outcome, campaign) for campaign in outcome.campaigns],
    }
    return _written(document, language)


def status_json(followed: "Followed", language: Language) -> str:
    """Give where campaigns stand; `error` says why a state could not be asked for."""
    document = {
        "format_version": FORMAT_VERSION,
        "campaigns": [_followed(record, followed) for record in followed.records],
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
        "explanations": [_explanation(explanation) for explanation in explanations],
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
    return _written({"format_version": FORMAT_VERSION, **nothing[verb], "error": _error(failure)}, language)


def _explanation(explanation: "Explanation") -> dict[str, Any]:
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


def _outcome(outcome: "Outcome", campaign: "CampaignOutcome") -> dict[str, Any]:
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
        "error": _error(campaign.error) if campaign.error else _faulty(planned.diagnostics),
        "jobs": [_job(job) for job in record.jobs],
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


def _followed(record: Record, followed: "Followed") -> dict[str, Any]:
    from massctl.apply.jobs import nobody_got_it  # Only `status` follows jobs.

    failures = [failure for failed, failure in followed.errors if failed is record]
    return campaign_document(record, failures[0] if failures else nobody_got_it(record))


def campaign_document(record: Record, failure: "Failure | None") -> dict[str, Any]:
    """Give where an edition stands, and what went wrong about it in this run."""
    return {
        "name": record.campaign,
        "edition": record.edition,
        "status": status_of(record).value,
        "withdrawn_articles": sorted({n for job in record.jobs for n in job.withdrawn if n > 0}),
        "jobs": [_job(job) for job in record.jobs],
        "error": _error(failure) if failure is not None else None,
    }


def _job(job: Job) -> dict[str, Any]:
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


def _error(failure: "Failure") -> dict[str, Any]:
    """Give an ERROR of the public interface."""
    return {"errcode": failure.errcode, "rid": failure.rid, "message": failure.message, "hint": failure.hint}


_FAULTS_NAMED_MAX = 5
"""Of the faults that stopped a campaign; `massctl validate` shows them all."""


def _faulty(diagnostics: Sequence[Diagnostic]) -> dict[str, Any] | None:
    """Give the ERROR of a campaign that was stopped by faults in its files; None for one without."""
    faults = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    if not faults:
        return None
    kinds = dict.fromkeys(f"{fault.code} {fault.place.file}" if fault.place else fault.code for fault in faults)
    where = ", ".join([*kinds][:_FAULTS_NAMED_MAX])
    message = Phrase("its files have faults ({where}), so nothing was done with it", where=where)
    return {"errcode": None, "rid": None, "message": message, "hint": Phrase("massctl validate")}


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
