"""What a run did, in words."""

from datetime import timedelta

import pytest
from building import folder_of
from view_samples import (
    HERO,
    NOW,
    attempted,
    campaign,
    outcome,
    plan_of,
    saved,
    state_of,
    text_campaign,
    uploaded,
)

from massctl.apply.outcome import Outcome, refuse_all
from massctl.errors import LedgerStaleError
from massctl.model import entries
from massctl.model.diagnostics import Diagnostic, Failure, Severity
from massctl.model.ids import CampaignName
from massctl.model.message import Window
from massctl.model.phrase import Phrase
from massctl.plan.steps import Guard, Invalid, Refusal
from massctl.view.cells import cells
from massctl.view.i18n import LANGUAGES, Language
from massctl.view.outcome import outcome_text
from massctl.view.style import Style
from massctl.view.terminal import Page

LATER = Window(NOW + timedelta(days=3), NOW + timedelta(days=3, hours=2))
FAILURE = Failure(
    40164,
    "63a0-11bb",
    Phrase("the AppSecret is wrong"),
    Phrase("Write https:// at the beginning of api_base."),
)
FAULT = Diagnostic(
    "MC011", Severity.ERROR, Phrase("unknown key {key}", key="titel"), campaign="2026-12-bad"
)
COUNTS = entries.JobStatus(
    msg_id=30124,
    status="sent",
    total_count=1_234_567,
    filter_count=1_234_000,
    sent_count=1_233_000,
    error_count=1_000,
    article_urls=["https://mp.weixin.qq.com/s/abc"],
)


def busy() -> Outcome:
    """One sent, one that failed, one refused, one with faults."""
    sent, failed, refused = (
        campaign(),
        campaign("2026-12-later", title="下午茶", window=LATER),
        text_campaign(window=None),
    )
    bad = Invalid(
        CampaignName("2026-12-bad"),
        folder_of("2026-12-bad"),
        "坏了的",
        "main",
        1,
        (FAULT,),
    )
    plan = plan_of(sent, failed, refused, bad, state=state_of(*uploaded(HERO)))
    accepted = entries.SendAccepted(attempt=3, msg_id=30124, msg_data_id=2247)
    after = state_of(
        saved(sent),
        attempted(sent),
        (accepted, sent.name),
        (COUNTS, sent.name),
        start=NOW - timedelta(minutes=5),
    )
    return outcome(plan, after, {"performed": list(plan.campaigns[0].steps)}, {"error": FAILURE})


def doubtful(refusal: Refusal | None = None, *, answered: bool = True) -> Outcome:
    due = campaign()
    silence = entries.SendInDoubt(attempt=3, reason="answer_timeout", seconds=30)
    seen = [(silence, due.name)] if answered else []
    state = state_of(saved(due), attempted(due), *seen, start=NOW - timedelta(minutes=5))
    made = outcome(plan_of(due, state=state), state, {"refusals": [refusal] if refusal else []})
    made.repeatable = {state.record(due.name, 1).key: NOW + timedelta(hours=19, minutes=58)}
    return made


def shown(made: Outcome, language: Language = Language.EN, width: int = 100) -> str:
    return outcome_text(Page(language, Style.PLAIN, width), made)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [60, 100])
def test_a_run_of_every_kind(snapshot: object, language: Language, width: int):
    assert snapshot == shown(busy(), language, width)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
@pytest.mark.parametrize("width", [60, 100])
def test_a_run_in_doubt(snapshot: object, language: Language, width: int):
    assert snapshot == shown(doubtful(), language, width)


@pytest.mark.parametrize("language", LANGUAGES, ids=str)
def test_nothing_overflows(language: Language):
    text = shown(busy(), language, 60) + "\n" + shown(doubtful(), language, 60)
    assert [] == [line for line in text.split("\n") if cells(line) > 60]


def test_a_run_that_died_before_the_answer_says_so():
    assert "and the run ended before the answer" in shown(doubtful(answered=False), width=200)


def test_quiet_hours_do_not_hide_the_repetition_after_them():
    refusal = Refusal(Guard.QUIET_HOURS, Phrase("it is night"), Phrase("wait"))
    assert "massctl apply 2026-12-spring-sale" in shown(doubtful(refusal=refusal))


def test_a_doubt_that_may_not_be_repeated_does_not_offer_it():
    refusal = Refusal(
        Guard.ACCOUNT_IN_DOUBT, Phrase("MASSCTL_NO_SEND is set"), Phrase("ask the reviewer")
    )
    text = shown(doubtful(refusal=refusal))
    assert ("massctl apply" in text, "or look in the console" in text) == (False, False)
    assert "massctl reconcile 2026-12-spring-sale --not-sent" in text


def test_a_no_is_no_refusal():
    made = outcome(plan_of(campaign()), state_of(), {"declined": True})
    assert shown(made).endswith("this run: declined 1")


def test_an_interruption_is_said():
    made = outcome(plan_of(campaign()), state_of())
    made.interrupted = True
    assert "interrupted; the next apply continues from here" in shown(made)


def test_a_ledger_that_cannot_be_written_is_told_once():
    made = outcome(plan_of(campaign(), text_campaign()), state_of())
    made.stop(LedgerStaleError(Phrase("another runner wrote to the ledger"), "Detail.", "Hint."))
    text = shown(made)
    assert 1 == text.count("another runner wrote to the ledger")
    assert text.endswith("this run: failed 2")


def test_a_failure_keeps_code_and_request_id():
    text = shown(busy())
    assert "errcode 40164 · rid 63a0-11bb" in text


def test_a_run_that_was_refused_as_a_whole():
    refusal = Refusal(
        Guard.OTHER_RUNNER, Phrase("another massctl is at work on this ledger"), "Wait."
    )
    text = shown(refuse_all(plan_of(campaign(), text_campaign()), state_of(), refusal))
    assert 2 == text.count("other_runner: another massctl is at work on this ledger")
    assert text.endswith("this run: refused 2")


def test_nothing_to_do():
    assert "Nothing to do." == shown(outcome(plan_of(), state_of()))
