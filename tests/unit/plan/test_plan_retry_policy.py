"""May an open attempt be repeated?"""

from datetime import timedelta
from typing import Any

import pytest
from building import (
    DAY,
    HOUR,
    NOW,
    OPEN,
    OTHER_APPID,
    PAST,
    at,
    attempted,
    guards,
    house,
    news,
    planned,
    recorded,
    saved,
    settings,
    steps,
    text,
)
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.entries import SendAccepted, SendInDoubt, SendRejected
from massctl.model.message import Window
from massctl.model.settings import Policy
from massctl.model.state import Record
from massctl.plan.plan import Until
from massctl.plan.reconcile_options import may_be_not_sent
from massctl.plan.retry_policy import (
    CLIENT_MSG_ID_MEMORY_HOURS,
    REPEAT_HOURS_MAX,
    NoRepeat,
    Repeat,
    may_repeat,
)

TICK, TICK_S = timedelta(microseconds=1), timedelta(seconds=1)
WAIT = timedelta(seconds=61)
WORDS = text("words", window=Window(NOW - HOUR, NOW + 2 * DAY))
WHY = {
    "contradicted": "the ledger contradicts itself about it",
    "stop": "policy.in_doubt is `stop`",
    "changed": "the campaign was changed since the attempt",
    "old": "the first attempt is more than 20 hours old, and WeChat may have forgotten its id",
    "clock": "the clock shows a time before the first attempt, so its age is unknown",
}


def doubt(*ages: timedelta) -> Record:
    """Make open attempts of WORDS, so long before NOW."""
    happened = [at(NOW - age, attempted(WORDS)[0], WORDS) for age in ages]
    return recorded(*happened).record(WORDS.name, 1)


def decided(
    *ages: timedelta, digest: str | None = WORDS.digest, **policy: object
) -> Repeat | NoRepeat:
    return may_repeat(doubt(*ages), digest, settings(**policy).policy, NOW)


@pytest.mark.parametrize(
    ("ages", "how", "decision"),
    [
        pytest.param((timedelta(0),), {}, Repeat(NOW + WAIT), id="after the wait"),
        pytest.param(
            (5 * HOUR, HOUR),
            {},
            Repeat(NOW - HOUR + WAIT),
            id="which counts from the newest attempt",
        ),
        pytest.param(
            (timedelta(0),),
            {"in_doubt_wait": 3600},
            Repeat(NOW + HOUR + TICK_S),
            id="the policy's wait",
        ),
        pytest.param(
            (timedelta(0),), {"in_doubt_wait": 0}, Repeat(NOW), id="without a wait no margin"
        ),
        pytest.param((21 * HOUR, HOUR), {}, NoRepeat(WHY["old"]), id="the first attempt counts"),
        pytest.param(
            (20 * HOUR - WAIT, timedelta(0)),
            {},
            NoRepeat(WHY["old"]),
            id="the wait would end too late",
        ),
        pytest.param(
            (-TICK * 1000,),
            {},
            NoRepeat(WHY["clock"]),
            id="a clock before the attempt knows no age",
        ),
        pytest.param(
            (HOUR, -HOUR), {}, Repeat(NOW + HOUR + WAIT), id="before the newest one it only waits"
        ),
        pytest.param(
            (HOUR,), {"digest": "sha256:other"}, NoRepeat(WHY["changed"]), id="changed content"
        ),
        pytest.param((HOUR,), {"digest": None}, NoRepeat(WHY["changed"]), id="no longer declared"),
        pytest.param(
            (HOUR,), {"in_doubt": "stop"}, NoRepeat(WHY["stop"]), id="the policy forbids it"
        ),
    ],
)
def test_whether_an_attempt_is_repeated(
    ages: tuple[timedelta, ...], how: dict[str, Any], decision: Repeat | NoRepeat
) -> None:
    assert decision == decided(*ages, **how)


@pytest.mark.parametrize(
    ("age", "decision"),
    [
        (20 * HOUR - TICK, Repeat),
        (20 * HOUR, NoRepeat),
        (20 * HOUR + TICK, NoRepeat),
        (19 * HOUR, Repeat),
    ],
)
def test_twenty_hours_after_the_first_attempt_nothing_is_repeated(
    age: timedelta, decision: type
) -> None:
    assert decision is type(may_repeat(doubt(timedelta(0)), WORDS.digest, Policy(), NOW + age))


def test_the_margin_to_wechats_memory_is_four_hours():
    assert 4 == CLIENT_MSG_ID_MEMORY_HOURS - REPEAT_HOURS_MAX


@given(
    st.lists(st.integers(0, 30 * 3600), min_size=1, max_size=4).map(sorted),
    st.integers(0, 30 * 3600),
)
def test_no_repetition_ever_leaves_after_twenty_hours(ages, later):
    """Attempts at whole milliseconds, as the ledger keeps them; `later` is when the run gets round to it."""
    record = doubt(*(timedelta(seconds=age) for age in reversed(ages)))
    opened, decision = (
        record.open_attempts,
        may_repeat(record, WORDS.digest, Policy(), NOW + timedelta(seconds=later)),
    )
    if isinstance(decision, Repeat):
        leaves = max(decision.at, NOW + timedelta(seconds=later))
        assert leaves < opened[0].at + timedelta(hours=20)
        assert leaves >= opened[-1].at + WAIT


def in_doubt(age: timedelta = HOUR) -> tuple[object, ...]:
    attempt = at(NOW - age, attempted(WORDS)[0], WORDS)
    return attempt, at(NOW - age, SendInDoubt(attempt=2, reason="connection_cut"), WORDS)


def test_an_open_attempt_is_planned_as_a_resubmission_and_nothing_else():
    campaign = planned(WORDS, recorded(*in_doubt()))
    assert ("in_doubt", [("words/send", "resubmit")], []) == (
        campaign.status,
        steps(campaign),
        guards(campaign),
    )
    assert campaign.may_send


def test_the_plan_says_when_the_repetition_is_due():
    assert NOW + WAIT == planned(WORDS, recorded(*in_doubt(timedelta(0)))).next_at


def test_a_repetition_that_is_due_has_no_later_moment():
    assert planned(WORDS, recorded(*in_doubt())).next_at is None


def test_a_repetition_waits_for_the_end_of_quiet_hours():
    """The attempt was made a minute before 12:00 in Beijing, when quiet hours begin."""
    rules = house(quiet_hours={"from": "12:00", "to": "13:00"})
    campaign = planned(WORDS, recorded(*in_doubt()), rules)
    assert (["quiet_hours"], NOW + HOUR, []) == (
        guards(campaign),
        campaign.next_at,
        steps(campaign),
    )


def test_a_repetition_does_not_wait_past_wechats_memory():
    rules = house(quiet_hours={"from": "12:00", "to": "13:00"})
    assert planned(WORDS, recorded(*in_doubt(19 * HOUR + HOUR / 2)), rules).next_at is None


def test_a_repetition_does_not_wait_past_the_window():
    campaign = text("words", window=OPEN)
    rules = house(quiet_hours={"from": "12:00", "to": "15:00"})
    assert planned(campaign, recorded(attempted(campaign)), rules).next_at is None


def test_a_repetition_does_not_look_at_its_name_again():
    unnamed = text("unnamed")
    assert [("unnamed/send", "resubmit")] == steps(planned(unnamed, recorded(attempted(unnamed))))


@pytest.mark.parametrize("until", [Until.UPLOAD, Until.DRAFT, Until.PREVIEW])
def test_a_repetition_is_a_send(until):
    campaign = planned(WORDS, recorded(*in_doubt()), until=until)
    assert ([], False) == (steps(campaign), campaign.may_send)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"in_doubt": "stop"}, "account_in_doubt"),
        ({"sending": "disabled"}, "kill_switch"),
        ({"freeze": ["2026-12-01"]}, "freeze"),
    ],
)
def test_policy_refuses_a_repetition(policy, expected):
    campaign = planned(WORDS, recorded(*in_doubt()), house(**policy))
    assert ([expected], [], False) == (guards(campaign), steps(campaign), campaign.may_send)


def test_changed_content_refuses_a_repetition_and_stages_nothing():
    """The draft of the attempt must stay what it was until a person has settled the doubt."""
    before, after = news("sale", window=OPEN), news("sale", window=OPEN, send_ignore_reprint=True)
    campaign = planned(after, recorded(saved(before), attempted(before)))
    assert (["account_in_doubt"], [], None) == (guards(campaign), steps(campaign), campaign.next_at)


def test_a_closed_window_refuses_a_repetition():
    campaign = text("words", window=PAST)
    result = planned(campaign, recorded(attempted(campaign)))
    assert (["expired"], [], None) == (guards(result), steps(result), result.next_at)


def test_a_window_that_moved_away_refuses_a_repetition_twice():
    before, after = (
        text("words", window=OPEN),
        text("words", window=Window(NOW + HOUR, NOW + 2 * HOUR)),
    )
    assert ["clock_skew", "account_in_doubt"] == guards(planned(after, recorded(attempted(before))))


def test_a_rejected_repetition_leaves_the_first_attempt_to_be_repeated():
    rejected = SendRejected(attempt=4, errcode=45028)
    state = recorded(*in_doubt(), at(NOW - HOUR / 2, attempted(WORDS)[0], WORDS), (rejected, WORDS))
    assert [("words/send", "resubmit")] == steps(planned(WORDS, state))


def test_a_doubt_stops_every_other_send_of_the_account_but_not_its_staging():
    other = news("sale", window=OPEN)
    campaign = planned(other, recorded(*in_doubt()))
    assert ["account_in_doubt"] == guards(campaign)
    assert "nobody knows whether words was sent" in campaign.refusals[0].message
    assert "massctl reconcile words" in campaign.refusals[0].hint
    assert ["new"] * 3 == [reason for _, reason in steps(campaign)]
    assert not campaign.may_send


def test_a_doubt_stops_the_next_edition_of_its_own_campaign():
    raised = text("words", edition=2, window=OPEN)
    assert ["account_in_doubt"] == guards(planned(raised, recorded(*in_doubt())))


def test_a_doubt_stops_no_other_account():
    other = text("elsewhere", appid=OTHER_APPID, window=OPEN)
    assert [("elsewhere/send", "due")] == steps(planned(other, recorded(*in_doubt())))


CONTRADICTED = (
    attempted(WORDS),
    (SendRejected(attempt=2, errcode=45028), WORDS),
    (SendInDoubt(attempt=2, reason="connection_cut"), WORDS),
)


@pytest.mark.parametrize("errcode", [0, 45065])
def test_what_wechat_named_a_job_for_is_never_repeated(errcode: int):
    named = SendInDoubt(attempt=2, reason="errcode", errcode=errcode, msg_id=7), WORDS
    record = recorded(at(NOW - HOUR, attempted(WORDS)[0], WORDS), named).record(WORDS.name, 1)
    decision = may_repeat(record, WORDS.digest, settings().policy, NOW)
    assert isinstance(decision, NoRepeat)
    assert "WeChat named a job" in decision.why


def test_what_the_ledger_contradicts_itself_about_is_never_repeated():
    record = recorded(*CONTRADICTED).record(WORDS.name, 1)
    assert NoRepeat(WHY["contradicted"]) == may_repeat(record, WORDS.digest, settings().policy, NOW)


def test_neither_is_a_contradiction_about_an_attempt_that_is_not_on_record():
    orphan = recorded((SendAccepted(attempt=99, msg_id=7), WORDS)).record(WORDS.name, 1)
    assert ([], True) == (orphan.open_attempts, orphan.is_in_doubt)
    assert NoRepeat(WHY["contradicted"]) == may_repeat(orphan, WORDS.digest, settings().policy, NOW)


@pytest.mark.parametrize("name", ["words", "other"])
def test_a_contradiction_stops_every_send_of_its_account_and_names_both_entries(name: str):
    campaign = planned(text(name, window=OPEN), recorded(*CONTRADICTED), house(name))
    (refusal,) = [each for each in campaign.refusals if each.guard == "account_in_doubt"]
    assert "about words" in refusal.message
    assert "entry 3 (send_rejected, " in refusal.message
    assert "entry 4 (send_in_doubt, " in refusal.message
    assert "massctl reconcile words" in refusal.hint
    assert [] == guards(planned(text(name, window=OPEN, appid=OTHER_APPID), rules=house(name)))


def test_an_acceptance_without_its_attempt_is_a_doubt_too_and_its_draft_stays():
    """The attempt stood in what a repair dropped."""
    orphan = SendAccepted(attempt=99, msg_id=7)
    sale = news("sale", window=OPEN)
    campaign = planned(
        news("sale", title="edited", window=OPEN), recorded(saved(sale), (orphan, sale))
    )
    assert (["account_in_doubt"], []) == (guards(campaign), list(campaign.steps))


def test_a_contradiction_says_itself_why_it_cannot_be_repeated():
    record = recorded(*CONTRADICTED).record(WORDS.name, 1)
    assert may_be_not_sent(record)
    accepted = recorded(
        attempted(WORDS), (SendAccepted(attempt=2, msg_id=7), WORDS), attempted(WORDS)
    )
    assert not may_be_not_sent(accepted.record(WORDS.name, 1))
