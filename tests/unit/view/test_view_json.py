"""The documents for machines."""

import json
from datetime import timedelta

from building import folder_of
from view_samples import NOW, attempted, campaign, outcome, plan_of, saved, state_of, text_campaign

from massctl.apply.jobs import Followed
from massctl.model import entries
from massctl.model.diagnostics import Diagnostic, Failure, Place, Severity
from massctl.model.ids import CampaignName
from massctl.model.phrase import Phrase
from massctl.plan.steps import Invalid
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.json_writer import written
from massctl.view.plan_json import plan_json
from massctl.view.verbs_json import apply_json, status_json, validate_json

SENT = campaign()
STATE = state_of(
    saved(SENT),
    attempted(SENT),
    (entries.SendAccepted(attempt=3, msg_id=30124, msg_data_id=2247), SENT.name),
    start=NOW - timedelta(minutes=5),
)
JOB = {
    "msg_id": 30124,
    "msg_data_id": 2247,
    "clientmsgid": "ab" * 16,
    "batch": 1,
    "status": "sending",
    "accepted_at": "2026-12-01T20:04:00+08:00",
    "total_count": None,
    "filter_count": None,
    "sent_count": None,
    "error_count": None,
    "article_urls": None,
    "reason": None,
    "copyright_check": None,
    "ends": [],
}


def fault(severity: Severity, line: int) -> Diagnostic:
    return Diagnostic(
        "MC011",
        severity,
        Phrase("unknown key {key}", key="titel"),
        Place("a.yaml", line, 1, line, 6),
    )


def test_a_plan_says_its_refusals_in_chinese():
    document = json.loads(plan_json(plan_of(text_campaign(window=None)), Language.ZH))
    expected = {
        "guard": "not_named",
        "message": "它没有时段，所以只在点名时才备稿和群发",
        "hint": "massctl apply 2026-12-text-notice",
    }
    assert [expected] == document["campaigns"][0]["refusals"]


def test_the_digest_of_a_plan_is_the_same_in_every_language():
    plan = plan_of(campaign(), text_campaign(window=None))
    chinese, english = (json.loads(plan_json(plan, language)) for language in LANGUAGES)
    assert chinese["digest"] == english["digest"]


def test_the_summary_of_a_plan_counts_all_six_kinds():
    document = json.loads(plan_json(plan_of(text_campaign()), Language.EN))
    expected = {
        "upload_image": 0,
        "add_material": 0,
        "save_draft": 0,
        "fill_tag": 0,
        "send_preview": 0,
        "send_mass": 1,
    }
    assert expected == document["summary"]


def test_an_apply_document():
    plan = plan_of(campaign())
    made = outcome(plan, STATE, {"performed": [plan.campaigns[0].steps[-1]]})
    step = {
        "kind": "send_mass",
        "address": "2026-12-spring-sale/send",
        "reason": "due",
        "reversible": False,
    }
    expected = {
        "format_version": 1,
        "exit_status": 0,
        "lineage": "01JB0000000000000000000000",
        "serial": 4,
        "campaigns": [
            {
                "name": "2026-12-spring-sale",
                "group": "",
                "account": "main",
                "edition": 1,
                "status": "sending",
                "window": "due",
                "digest": SENT.digest,
                "performed": [step],
                "refusals": [],
                "error": None,
                "jobs": [JOB],
                "cut": None,
                "closed_batches": [],
            }
        ],
    }
    assert expected == json.loads(written(apply_json(made), Language.EN))


def test_an_error_of_wechat_in_an_apply_document():
    failure = Failure(
        40164,
        "63a0",
        Phrase("the AppSecret is wrong"),
        Phrase("Write https:// at the beginning of api_base."),
    )
    document = json.loads(
        written(apply_json(outcome(plan_of(campaign()), STATE, {"error": failure})), Language.ZH)
    )
    expected = {
        "errcode": 40164,
        "rid": "63a0",
        "message": "AppSecret 不对",
        "hint": "让 api_base 以 https:// 开头。",
    }
    assert expected == document["campaigns"][0]["error"]


def test_faults_are_the_error_of_their_campaign():
    bad = Invalid(
        CampaignName("2026-12-bad"),
        folder_of("2026-12-bad"),
        "",
        "main",
        1,
        (fault(Severity.ERROR, 3), fault(Severity.WARNING, 4)),
    )
    document = json.loads(written(apply_json(outcome(plan_of(bad), STATE)), Language.EN))
    assert (1, None) == (document["exit_status"], document["campaigns"][0]["error"]["errcode"])
    assert (
        "its files have faults (MC011 a.yaml), so massctl did nothing with it"
        == document["campaigns"][0]["error"]["message"]
    )


def test_warnings_are_no_error():
    warned = campaign(diagnostics=(fault(Severity.WARNING, 4),))
    document = json.loads(written(apply_json(outcome(plan_of(warned), STATE)), Language.EN))
    assert document["campaigns"][0]["error"] is None


def test_a_status_document():
    record = STATE.record(SENT.name, 1)
    expected = {
        "format_version": 1,
        "campaigns": [
            {
                "name": "2026-12-spring-sale",
                "account": None,
                "owner": None,
                "group": "",
                "edition": 1,
                "status": "sending",
                "withdrawn_articles": [],
                "jobs": [JOB],
                "cut": None,
                "closed_batches": [],
                "error": None,
                "drift": [],
                "destinations": [],
            }
        ],
        "stopped": [],
    }
    assert expected == json.loads(written(status_json(Followed([record], STATE)), Language.EN))


def test_counts_and_addresses_of_a_job():
    known = entries.JobStatus(
        msg_id=30124, status="sent", total_count=9, sent_count=8, article_urls=["https://a"]
    )
    state = state_of(
        saved(SENT),
        attempted(SENT),
        (entries.SendAccepted(attempt=3, msg_id=30124), SENT.name),
        (known, SENT.name),
        (entries.Withdrawn(msg_id=30124, article=2), SENT.name),
    )
    (found,) = json.loads(
        written(status_json(Followed([state.record(SENT.name, 1)], state)), Language.EN)
    )["campaigns"]
    job = found["jobs"][0]
    assert (9, None, 8, ["https://a"]) == tuple(
        job[key] for key in ("total_count", "filter_count", "sent_count", "article_urls")
    )
    assert [2] == found["withdrawn_articles"]


def test_a_question_that_got_no_answer_stands_in_the_status_document():
    record = STATE.record(SENT.name, 1)
    failure = Failure(-1, None, Phrase("the platform is busy"), "")
    (found,) = json.loads(
        written(status_json(Followed([record], STATE, errors=[(record, failure)])), Language.ZH)
    )["campaigns"]
    assert {"errcode": -1, "rid": None, "message": "微信系统繁忙", "hint": ""} == found["error"]


def test_a_validate_document_is_in_the_order_of_places_and_counts():
    found = [
        fault(Severity.INFO, 9),
        fault(Severity.WARNING, 5),
        fault(Severity.ERROR, 3),
        fault(Severity.ERROR, 1),
    ]
    document = json.loads(written(validate_json(found), Language.ZH))
    assert [1, 3, 5, 9] == [diagnostic["line"] for diagnostic in document["diagnostics"]]
    assert {"error": 2, "warning": 1} == document["summary"]
    assert "不认识的键 titel" == document["diagnostics"][0]["message"]


def test_text_is_written_as_it_is():
    assert "不认识的键" in written(validate_json([fault(Severity.ERROR, 1)]), Language.ZH)
