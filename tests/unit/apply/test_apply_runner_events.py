"""What a round of the runner tells: each thing once, and how much waits for people."""

from datetime import date, timedelta
from typing import Any

import pytest
from building import APPID, HOUR, NOW, OPEN, attempted, folder_of, house, plan_of, recorded, text
from simulation.scenario import Scene, whole_news

from massctl.apply.outcome import CampaignOutcome, Outcome
from massctl.apply.runner_events import (
    Standings,
    events_of,
    job_events,
    statistics_events,
    stopped_in_window,
    unfinished_sends,
    waiting_for_people,
)
from massctl.apply.statistics import Collected
from massctl.model.diagnostics import Diagnostic, Failure, Severity
from massctl.model.entries import JobStatus, SendAccepted, SendInDoubt
from massctl.model.ids import AccountName, AppId
from massctl.model.message import Window
from massctl.model.state import Status
from massctl.plan.statistics import Fall
from massctl.plan.steps import Guard, Invalid, Refusal

LATER = Window(NOW + HOUR, NOW + 2 * HOUR)
MISSED = Window(NOW - 3 * HOUR, NOW - HOUR)


def told(
    outcome: Outcome, before: Standings | None = None
) -> tuple[list[tuple[str, str | None]], Standings]:
    events, standings = events_of(outcome, before or {}, NOW)
    return [(each.kind, each.campaign) for each in events], standings


def test_a_round_tells_what_was_staged_shown_and_sent() -> None:
    done = Scene([whole_news(OPEN)]).apply()
    assert [("staged", "sale"), ("previewed", "sale"), ("sent", "sale")] == told(done)[0]


def test_a_send_is_told_with_its_size_and_its_job() -> None:
    events, _ = events_of(Scene([text("sale", window=OPEN)]).apply(), {}, NOW)
    assert "sale: WeChat accepted it for 1,000 followers (msg_id 3147000001)" == events[-1].message


def test_a_send_whose_followers_nobody_counted_is_told_by_its_job_alone() -> None:
    sale = text("sale", window=OPEN)
    done = Scene([sale]).apply()
    done.state = recorded(attempted(sale), (SendAccepted(attempt=2, msg_id=7), sale))
    events, _ = events_of(done, {}, NOW)
    assert [("sent", "sale: WeChat accepted it (msg_id 7)")] == [
        (each.kind, each.message) for each in events
    ]


def test_a_round_in_which_nothing_changed_is_silent() -> None:
    scene = Scene([whole_news(LATER)])
    _, before = told(scene.apply())
    assert [] == told(scene.apply(), before)[0]


def refused(*guards: Guard, error: Failure | None = None) -> Outcome:
    scene = Scene([text("sale", window=OPEN)])
    plan = scene.plan()
    refusals = [Refusal(guard, f"{guard.value} {NOW}", "do") for guard in guards]
    return Outcome(
        plan, scene.state, [CampaignOutcome(plan.campaigns[0], refusals=refusals, error=error)]
    )


def test_a_refusal_is_told_once_until_another_guard_refuses() -> None:
    first, before = told(refused(Guard.FREEZE))
    again, before = told(refused(Guard.FREEZE), before)
    other, before = told(refused(Guard.FREEZE, Guard.ALLOWANCE), before)
    gone, before = told(refused(), before)
    back, _ = told(refused(Guard.FREEZE), before)
    assert [1, 0, 2, 0, 1] == [len(each) for each in (first, again, other, gone, back)]


def test_a_failure_is_told_once_until_another_one_comes() -> None:
    no_secret = Failure(None, None, "the secret is not set", "set it")
    first, before = told(refused(error=no_secret))
    again, before = told(refused(error=no_secret), before)
    other, _ = told(refused(error=Failure(40164, None, "not in the whitelist", "add it")), before)
    assert [[("failed", "sale")], [], [("failed", "sale")]] == [first, again, other]


def faulty(*severities: Severity) -> Outcome:
    found = [
        Diagnostic(f"MC01{number}", each, "wrong", None, None)
        for number, each in enumerate(severities)
    ]
    plan = plan_of(
        [Invalid(text("sale").name, folder_of(text("sale").name), "", None, 1, tuple(found), OPEN)]
    )
    return Outcome(plan, recorded(), [CampaignOutcome(plan.campaigns[0])])


def test_files_with_faults_are_told_once_with_the_first_fault_and_the_way_to_see_all() -> None:
    events, before = events_of(faulty(Severity.WARNING, Severity.ERROR, Severity.ERROR), {}, NOW)
    assert [("failed", "sale: its files have faults (MC011)", "massctl validate sale")] == [
        (each.kind, each.message, each.hint) for each in events
    ]
    assert [] == told(faulty(Severity.WARNING, Severity.ERROR), before)[0]
    assert [("failed", "sale")] == told(faulty(Severity.ERROR), before)[0]


def doubtful(**doubt: Any) -> Outcome:
    sale = text("sale", window=OPEN)
    scene = Scene([sale])
    scene.write(attempted(sale), (SendInDoubt(attempt=1, **doubt), sale))
    return Outcome(
        scene.plan(), scene.state, [CampaignOutcome(each) for each in scene.plan().campaigns]
    )


def test_a_doubt_is_told_with_the_way_to_settle_it() -> None:
    events, before = events_of(doubtful(reason="answer_timeout", seconds=30), {}, NOW)
    assert [("in_doubt", "massctl reconcile sale")] == [(each.kind, each.hint) for each in events]
    assert [] == told(doubtful(reason="answer_timeout", seconds=30), before)[0]


def test_the_administrator_is_no_doubt_that_somebody_has_to_settle() -> None:
    held = doubtful(reason="errcode", errcode=89504)
    assert ([("in_doubt", "sale")], 0) == (told(held)[0], waiting_for_people(held, NOW))


@pytest.mark.parametrize(
    ("outcome", "count"),
    [
        (doubtful(reason="answer_timeout", seconds=30), 1),
        (refused(Guard.ALLOWANCE), 1),
        (refused(Guard.KILL_SWITCH), 1),
        (refused(Guard.NOT_AT_TIP), 0),
        (refused(Guard.OTHER_RUNNER), 0),
        (refused(), 1),
    ],
)
def test_what_waits_for_people_is_counted(outcome: Outcome, count: int) -> None:
    assert count == waiting_for_people(outcome, NOW)


@pytest.mark.parametrize(
    ("outcome", "stopped"),
    [
        (refused(Guard.KILL_SWITCH), [("sale", 1)]),
        (refused(Guard.NOT_AT_TIP), []),
        (refused(), []),
        (Scene([text("sale", window=MISSED)]).apply(), []),
    ],
    ids=["stopped", "passes by itself", "nothing refuses", "closed"],
)
def test_what_is_stopped_in_its_window_is_named_with_its_reasons(
    outcome: Outcome, stopped: list[Any]
) -> None:
    found = stopped_in_window(outcome, NOW)

    assert (stopped, [1] * len(stopped)) == ([*found], [len(why) for why in found.values()])


def test_a_missed_window_waits_for_people_also_after_it_was_recorded() -> None:
    scene = Scene([text("sale", window=MISSED)])
    assert [1, 1, 0] == [
        waiting_for_people(scene.apply(), NOW),
        waiting_for_people(scene.apply(), NOW),
        waiting_for_people(scene.apply(), NOW + timedelta(days=5)),
    ]


def test_quiet_hours_within_a_window_wait_for_nobody() -> None:
    quiet = {"from": "11:00", "to": "12:30"}
    scene = Scene(
        [text("sale", window=Window(NOW - HOUR, NOW + 2 * HOUR))], rules=house(quiet_hours=quiet)
    )
    done = scene.apply()
    assert ([Guard.QUIET_HOURS], 0) == (
        [r.guard for r in done.campaigns[0].refusals],
        waiting_for_people(done, NOW),
    )


def test_what_was_sent_in_this_very_round_waits_for_nobody() -> None:
    assert 0 == waiting_for_people(Scene([text("sale", window=OPEN)]).apply(), NOW + HOUR)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (JobStatus(msg_id=7, status="sent"), "sale: WeChat has sent it"),
        (
            JobStatus(msg_id=7, status="sent", sent_count=12_000),
            "sale: WeChat delivered it to 12,000 followers",
        ),
        (
            JobStatus(msg_id=7, status="sent", article_urls=["http://a"]),
            "sale: WeChat has sent it: https://a",
        ),
        (JobStatus(msg_id=7, status="failed", reason="err(30003)"), "failed"),
        (JobStatus(msg_id=7, status="sent", sent_count=0, total_count=9), "nobody received it"),
        (JobStatus(msg_id=7, status="deleted"), "sale: withdrawn"),
        (JobStatus(msg_id=7, status="sending"), None),
    ],
)
def test_the_end_of_a_job_is_told(status: JobStatus, said: str | None) -> None:
    sale = text("sale")
    accepted = SendAccepted(attempt=2, msg_id=7)
    before = unfinished_sends(recorded(attempted(sale), (accepted, sale)))
    after = recorded(attempted(sale), (accepted, sale), (status, sale))
    events = job_events(before, list(after.records.values()), after, NOW)
    assert {("sale", 1): Status.SENDING} == before
    assert [] == job_events({}, list(after.records.values()), after, NOW)
    assert [said in each.message if said else None for each in events] == ([True] if said else [])
    assert APPID not in str(events)


def test_statistics_are_told_where_something_is_new():
    account, fall = AccountName("main"), Fall("100_1", date(2026, 11, 2), "read_user", 50, 40)
    assert [] == statistics_events(account, Collected(AppId("wx")), NOW)
    why = Failure(48001, None, "no right", "ask for it")
    found = statistics_events(account, Collected(AppId("wx"), rows=3, falls=[fall], error=why), NOW)
    assert ["statistics"] * 3 == [event.kind for event in found]
    assert [
        "statistics of main: new rows: 3",
        "statistics of main: read_user of article 100_1 fell from 50 to 40 on 2026-11-02; both numbers are kept",
        "statistics of main: no right",
    ] == [event.message for event in found]
    assert "ask for it" == found[-1].hint
