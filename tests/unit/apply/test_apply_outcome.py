"""What a run comes to: its exit status, what nobody could record, and the shapes of its documents."""

from typing import Any

import pytest
from building import APPID, PAST, article, attempted, folder_of, house, news, text
from msgspec import UNSET
from openid_samples import BATCHES
from pydantic import TypeAdapter, ValidationError
from simulation.scenario import LONG, Scene, to_openids, whole_news, whole_text
from simulation.world import Fault, SimLedger

from massctl.apply.consent import SendQuestion
from massctl.apply.outcome import failure_of, unrecorded_of
from massctl.errors import LedgerError, LedgerStaleError, LedgerUnreachableError, QuotaError
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.entries import NewEntry
from massctl.model.ids import CampaignName
from massctl.model.send import Accepted, InDoubt, Rejected
from massctl.model.shape import Shape, plain
from massctl.plan.steps import Gone, Invalid
from massctl.view.explain import ExplainReport
from massctl.view.verbs_json import (
    AdoptReport,
    ApplyReport,
    CommentsReport,
    DoctorReport,
    LockReport,
    NoticesReport,
    ReportedChoice,
    StateListReport,
    StateShowReport,
    StateVerifyReport,
    StatusReport,
    ValidateReport,
)

WORDS = whole_text()
BROKEN = Invalid(
    CampaignName("broken"),
    folder_of("broken"),
    "",
    "main",
    1,
    (Diagnostic("MC011", Severity.ERROR, "unknown key", campaign="broken"),),
)
REQUEST_LOST = ("send_mass", Fault.REQUEST_LOST)
REJECTED = ("send_mass", Fault.NO_QUOTA)


def failing_at(kind: str, error: Exception | None = None) -> Any:
    """Make a ledger fail when an entry of this type is due."""

    def fail(new: NewEntry) -> Exception | None:
        return stands_in if new.event.type == kind else None

    stands_in = error or LedgerError("cannot write the ledger", hint="free the disk")
    return fail


def interrupt(scene: Scene, boundary: str) -> None:
    """Press Ctrl-C at a boundary of the story that the scene is about to tell."""
    twin = Scene(scene.campaigns, now=scene.now)
    twin.apply()
    scene.boundaries.ending = KeyboardInterrupt
    scene.boundaries.stop_at = 1 + twin.boundaries.passed.index(boundary)


def test_nothing_to_do_is_0() -> None:
    assert 0 == Scene([]).apply().exit_status()


def test_an_invalid_campaign_is_1_and_stops_only_itself() -> None:
    scene = Scene([BROKEN, WORDS])
    assert (1, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_a_refusal_is_5_and_a_failure_beside_it_1() -> None:
    refused = text("late", "晚", window=PAST)
    assert 5 == Scene([refused]).apply().exit_status()
    assert 1 == Scene([refused, WORDS]).apply(REJECTED).exit_status()


def test_what_waits_for_its_name_is_no_finding() -> None:
    assert 0 == Scene([text("never", "不")]).apply().exit_status()


def test_an_interruption_outranks_a_failure() -> None:
    scene = Scene([BROKEN, WORDS])
    interrupt(scene, "before send_mass")
    scene.boundaries.stop_at = 1
    assert 130 == scene.apply().exit_status()


def test_an_open_attempt_outranks_an_interruption() -> None:
    scene = Scene([BROKEN, WORDS])
    interrupt(scene, "before send_mass")
    outcome = scene.apply()
    assert (4, True) == (outcome.exit_status(), outcome.interrupted)


def test_an_attempt_that_ctrl_c_cut_off_between_disk_and_state_is_open_too() -> None:
    scene = Scene([WORDS])
    interrupt(scene, "after append send_attempted")
    assert 4 == scene.apply().exit_status()


def test_an_acceptance_that_ctrl_c_cut_off_between_disk_and_state_is_known() -> None:
    scene = Scene([WORDS])
    interrupt(scene, "after append send_accepted")
    assert 130 == scene.apply().exit_status()


def test_ctrl_c_during_the_wait_leaves_a_doubt() -> None:
    def press() -> None:
        raise KeyboardInterrupt

    scene = Scene([WORDS])
    scene.clock.on_sleep = press
    outcome = scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert (4, True) == (outcome.exit_status(), outcome.interrupted)


def test_ctrl_c_at_the_question_sends_nothing() -> None:
    def press(question: SendQuestion) -> bool:
        raise KeyboardInterrupt

    scene = Scene([WORDS], consent=press)
    assert (130, []) == (scene.apply().exit_status(), scene.wechat.departures)


@pytest.mark.parametrize("make", [whole_news, whole_text], ids=["news", "text"])
def test_ctrl_c_at_any_moment_leaves_a_ledger_that_the_next_run_goes_on_from(make: Any) -> None:
    twin = Scene([make()])
    twin.apply()
    assert len(twin.boundaries.passed) > 10
    for number in range(1, len(twin.boundaries.passed) + 1):
        scene = Scene([make()])
        scene.boundaries.ending, scene.boundaries.stop_at = KeyboardInterrupt, number
        first = scene.apply()
        assert (4 if scene.record(make()).open_attempts else 130) == first.exit_status(), (
            twin.boundaries.passed[number]
        )
        scene.later(minutes=2)
        assert 0 == scene.apply().exit_status()
        assert 1 == len(scene.wechat.jobs)


def test_a_campaign_in_doubt_elsewhere_on_the_account_is_4() -> None:
    """The open attempt is of a campaign that this run was not asked about."""
    scene = Scene([WORDS])
    scene.wait_in_doubt = False
    scene.apply(REQUEST_LOST)
    scene.campaigns = [whole_news()]
    assert 4 == scene.apply().exit_status()


def test_a_campaign_in_doubt_whose_folder_is_gone_is_4() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(REQUEST_LOST)
    scene.campaigns = [Gone(WORDS.name, "main", APPID, 1)]
    assert 4 == scene.apply().exit_status()


def test_a_ledger_that_cannot_be_written_ends_the_run_with_5() -> None:
    scene = Scene([WORDS])
    scene.ledger.fail = failing_at("send_attempted")
    outcome = scene.apply()
    error = outcome.campaigns[0].error
    assert error is not None
    assert (5, [], "free the disk") == (outcome.exit_status(), scene.wechat.departures, error.hint)


def test_a_failure_before_the_ledger_failed_is_1() -> None:
    scene = Scene([WORDS, text("words-2", "明天见", window=WORDS.window)])
    scene.ledger.fail = failing_at("job_status")
    assert 1 == scene.apply(REJECTED).exit_status()
    assert scene.wechat.jobs


def test_an_invalid_campaign_beside_a_ledger_that_fails_is_1() -> None:
    scene = Scene([BROKEN, WORDS], ledger=SimLedger(fail=failing_at("send_attempted")))
    assert (1, []) == (scene.apply().exit_status(), scene.wechat.departures)


def test_a_verdict_that_cannot_be_written_leaves_a_doubt_which_the_next_run_clears_up() -> None:
    scene = Scene([WORDS])
    scene.ledger.fail = failing_at("send_accepted")
    assert 4 == scene.apply().exit_status()
    scene.ledger.fail = None
    scene.later(minutes=2)
    assert (0, 1) == (scene.apply().exit_status(), len(scene.wechat.jobs))


def test_another_runner_who_wrote_first_ends_the_run() -> None:
    scene = Scene([WORDS])
    scene.ledger.fail = failing_at(
        "send_attempted", LedgerStaleError("another runner wrote to the ledger")
    )
    assert (5, []) == (scene.apply().exit_status(), scene.wechat.departures)


def test_a_failure_keeps_its_first_reason_and_what_wechat_said() -> None:
    scene = Scene([news("a", article(), window=WORDS.window)])
    outcome = scene.apply(
        ("upload_image", Fault.REQUEST_LOST), ("add_material", Fault.REQUEST_LOST)
    )
    error = outcome.campaigns[0].error
    assert error is not None
    assert (None, None, "WeChat gave no usable answer", "run apply again") == (
        error.errcode,
        error.rid,
        error.message,
        error.hint,
    )


def test_a_failure_says_detail_and_code() -> None:
    failure = failure_of(
        QuotaError("used up", "mass/sendall answered 45028", "wait", errcode=45028, rid="6a")
    )
    assert (45028, "6a", "used up: mass/sendall answered 45028", "wait") == (
        failure.errcode,
        failure.rid,
        failure.message,
        failure.hint,
    )


def test_a_bug_in_an_adapter_is_not_taken_for_a_failure_of_wechat() -> None:
    scene = Scene([WORDS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.world.SimWeChat.renew_token", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            scene.apply()
    assert ["connecting 1 end"] == scene.progress.labels


def test_an_outcome_without_records_is_about_the_rendered_accounts() -> None:
    scene = Scene([WORDS], rules=house(no_send=True))
    scene.write(attempted(text("other", "别的")))
    assert 4 == scene.apply().exit_status()


def test_what_was_done_is_told_in_the_order_of_the_plan() -> None:
    """Side by side, the second preview may be answered first."""
    scene = Scene([whole_news()])
    outcome = scene.apply()
    (campaign,) = outcome.campaigns
    campaign.performed.reverse()
    campaign.order_performed()
    assert list(campaign.planned.steps) == campaign.performed


LONG_WORDS = whole_text(LONG)


def heard(*faults: tuple[str, Fault], at: str, campaign: Any = LONG_WORDS, nth: int = 1) -> Any:
    """Let the ledger fail at the nth entry of a type, and give what the run knows of its last attempt."""
    scene, met = Scene([campaign]), []

    def fail(new: NewEntry) -> None:
        met.extend([1] if new.event.type == at else [])
        if len(met) >= nth:
            raise LedgerUnreachableError("the ledger's branch cannot be written")

    scene.ledger.fail = fail
    done = scene.apply(*faults)
    (outcome,) = done.campaigns
    assert 4 == done.exit_status()
    return unrecorded_of(done.record(outcome), outcome.answer)


def test_an_accepted_job_is_told_by_its_id() -> None:
    found = heard(at="send_accepted")
    assert (False, 1, None) == (found.is_refusal, found.batch, found.errcode)
    assert f'massctl reconcile words --sent {found.msg_id} --reason "…"' == found.command
    assert f"WeChat accepted it with msg_id {found.msg_id}" in found.told


def test_so_is_a_refusal_by_its_code() -> None:
    found = heard(("send_mass", Fault.NO_QUOTA), at="send_rejected")
    assert (True, None, 45028) == (found.is_refusal, found.msg_id, found.errcode)
    assert 'massctl reconcile words --not-sent --reason "…"' == found.command


def test_and_a_request_that_never_left() -> None:
    """No code is told where WeChat was not asked."""
    scene = Scene([LONG_WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    found = unrecorded_of(
        scene.record(LONG_WORDS), Rejected(None, None, "the window closed", "", retryable=True)
    )
    assert found is not None
    assert ("no request for it left, but that could not be recorded", True) == (
        found.told,
        found.is_refusal,
    )


def test_of_a_list_it_is_the_batch_that_is_open() -> None:
    found = heard(at="send_accepted", campaign=to_openids(LONG_WORDS, BATCHES), nth=2)
    assert (2, False) == (found.batch, found.is_refusal)


@pytest.mark.parametrize("answer", [None, InDoubt("answer_timeout", seconds=30)])
def test_without_a_clear_answer_there_is_nothing_to_tell(answer: InDoubt | None) -> None:
    scene = Scene([LONG_WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert unrecorded_of(scene.record(LONG_WORDS), answer) is None


def test_nor_where_nothing_is_open_any_more() -> None:
    scene = Scene([LONG_WORDS])
    scene.apply()
    assert (
        unrecorded_of(scene.record(LONG_WORDS), Accepted(scene.wechat.jobs[0].msg_id, None)) is None
    )


NOTHING = {"format_version": 1, "campaigns": []}
RUN = {**NOTHING, "exit_status": 0, "lineage": None, "serial": 0}


def test_an_idle_run_has_the_documented_shape() -> None:
    assert TypeAdapter(ApplyReport).validate_python(RUN).error is UNSET
    assert TypeAdapter(StatusReport).validate_python(NOTHING).campaigns == []
    levels = {"ok": 0, "warning": 0, "problem": 0, "unknown": 0}
    found = TypeAdapter(DoctorReport).validate_python(
        {"format_version": 1, "exit_status": 0, "findings": [], "summary": levels}
    )
    assert (found.findings, found.error) == ([], UNSET)


def test_a_choice_is_written_with_from_and_until() -> None:
    document = {"command": "massctl", "from": None, "until": None, "refused": ["no"]}
    assert TypeAdapter(ReportedChoice).validate_python(document).from_ is None
    assert (
        TypeAdapter(NoticesReport).validate_python({"format_version": 1, "notices": []}).notices
        == []
    )


@pytest.mark.parametrize(
    "change", [{"serial": "0"}, {"surprise": 1}, {"campaigns": [{"name": "sale"}]}]
)
def test_anything_else_has_not(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ApplyReport).validate_python({**RUN, **change})


LEDGER = {"format_version": 1, "lineage": None, "realm": None, "serial": 0}
DOCUMENTS: list[tuple[type[Shape], dict[str, Any]]] = [
    (
        ValidateReport,
        {"format_version": 1, "diagnostics": [], "summary": {"error": 0, "warning": 0}},
    ),
    (LockReport, {"format_version": 1, "exit_status": 0, "campaigns": []}),
    (ExplainReport, {"format_version": 1, "language": "zh", "explanations": []}),
    (
        StateShowReport,
        {**LEDGER, "campaigns": [], "website_sends": [], "pictures": 0, "materials": 0},
    ),
    (StateListReport, {**LEDGER, "entries": [{"serial": 1}]}),
    (StateVerifyReport, {**LEDGER, "whole": True, "contents": None}),
    (
        CommentsReport,
        {
            "format_version": 1,
            "exit_status": 0,
            "name": "a",
            "edition": 1,
            "opened": True,
            "articles": [1],
        },
    ),
]
NAMES = [shape.__name__ for shape, _ in DOCUMENTS]


@pytest.mark.parametrize(("shape", "document"), DOCUMENTS, ids=NAMES)
def test_a_document_has_its_shape(shape: type[Shape], document: dict[str, Any]) -> None:
    assert document == plain(TypeAdapter(shape).validate_python(document))


@pytest.mark.parametrize(("shape", "document"), DOCUMENTS, ids=NAMES)
@pytest.mark.parametrize("change", [{"format_version": 2}, {"surprise": 1}])
def test_another_document_has_not(
    shape: type[Shape], document: dict[str, Any], change: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(shape).validate_python({**document, **change})


def test_what_was_adopted_is_told_with_what_differed() -> None:
    assert {"differences", "handoff", "diagnostics"} <= set(AdoptReport.__struct_fields__)


def test_a_ledger_that_fails_behind_the_answer_ends_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def press(_: object) -> bool:
        def away(_: object) -> Any:
            raise LedgerError("cannot read the ledger")

        monkeypatch.setattr(Scene, "book", away)
        return True

    scene = Scene([WORDS], consent=press)
    outcome = scene.apply()
    assert (outcome.ledger_error is not None, []) == (True, scene.wechat.jobs)
