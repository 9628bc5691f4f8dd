"""Batches in a plan: their steps, and the calls of the day."""

from dataclasses import replace

import pytest
from allowance_samples import rules
from building import DAY, HOUR, NOW, at, attempted, guards, plan_of, recorded, steps, text
from openid_samples import BATCHES, PAIRS, openid_list
from simulation.scenario import LONG, to_openids, whole_news, whole_text

from massctl.model.campaign import OpenidList
from massctl.model.entries import JobStatus, SendAccepted, SendRejected
from massctl.model.message import RenderedCampaign
from massctl.model.state import State, beijing_day, is_concluded
from massctl.plan.plan import draft_steps
from massctl.plan.quota import batches_left, calls_by_day

LETTER = to_openids(whole_text(LONG), BATCHES)
ISSUE = to_openids(whole_news(LONG, recipients=()), PAIRS)


def listed(count: int) -> RenderedCampaign:
    return replace(LETTER, openid_list=OpenidList(openid_list().sha256, count))


def sends(number: int, **changes: int) -> list[object]:
    other = text("other")
    return [at(NOW - HOUR, attempted(other, **changes)[0], other) for _ in range(number)]


def test_every_batch_has_a_draft_and_a_send_in_order() -> None:
    (planned,) = plan_of(ISSUE).campaigns
    assert [
        ("sale/draft/1", "new"),
        ("sale/draft/2", "new"),
        ("sale/send/1", "due"),
        ("sale/send/2", "due"),
    ] == [(address, reason) for address, reason in steps(planned) if address.startswith("sale/")]
    assert 5 == planned.audience_count


def test_what_went_out_is_not_planned_again_and_a_doubt_comes_first() -> None:
    state = recorded(attempted(LETTER, batches=3), (SendAccepted(attempt=2, msg_id=7), LETTER))
    (planned,) = plan_of(LETTER, state).campaigns
    assert [("words/send/2", "due"), ("words/send/3", "due")] == steps(planned)
    doubtful = recorded(
        attempted(LETTER, batches=3),
        (SendAccepted(attempt=2, msg_id=7), LETTER),
        attempted(LETTER, batch=2, batches=3),
    )
    (again,) = plan_of(LETTER, doubtful).campaigns
    assert [("words/send/2", "resubmit"), ("words/send/3", "due")] == steps(again)


@pytest.mark.parametrize(
    ("count", "used", "hint"),
    [
        (1_000_000, 0, None),
        (1_000_001, 0, "`tag:`"),
        (500_000, 50, None),
        (500_000, 51, "run apply again on or after 2026-12-02"),
    ],
)
def test_a_list_that_needs_more_calls_than_are_left_is_not_begun(count: int, used: int, hint: str | None) -> None:
    letter = listed(count)
    state = recorded(*sends(used), *_accepted(used))  # type: ignore[arg-type]
    (planned,) = plan_of(letter, state, rules([letter], "service")).campaigns
    assert (["allowance"] if hint else []) == guards(planned)
    assert hint is None or hint in planned.refusals[0].hint


def _accepted(number: int) -> list[object]:
    other = text("other")
    return [at(NOW - HOUR, SendAccepted(attempt=n + 2, msg_id=n + 1), other) for n in range(number)]


def test_a_list_that_was_begun_goes_on_until_wechat_says_no() -> None:
    letter = listed(20_000)
    state = recorded(
        *sends(99),  # type: ignore[arg-type]
        *_accepted(99),  # type: ignore[arg-type]
        attempted(letter, batches=2),
        (SendAccepted(attempt=200, msg_id=700), letter),
    )
    assert [("words/send/2", "due")] == steps(plan_of(letter, state).campaigns[0])


def test_calls_of_other_days_and_accounts_and_those_that_never_left_do_not_count() -> None:
    other = text("other")
    state = recorded(
        at(NOW - DAY, attempted(other)[0], other),
        at(NOW, attempted(other, appid="wxfedcba9876543210")[0], other),
        at(NOW, attempted(other)[0], other),
        at(NOW, SendRejected(attempt=4, errcode=None), other),
        at(NOW, attempted(other)[0], other),
        at(NOW, SendRejected(attempt=6, errcode=45028), other),
    )
    assert 1 == calls_by_day(state, other.appid, NOW)[beijing_day(NOW)]


def test_batches_of_a_list_that_was_refused_and_cut_down_are_not_waited_for() -> None:
    """A first attempt at five batches was refused; the list has two now, and both went out."""
    state = recorded(
        attempted(ISSUE, batches=5),
        (SendRejected(attempt=2, errcode=40003), ISSUE),
        attempted(ISSUE, batches=2),
        (SendAccepted(attempt=4, msg_id=7), ISSUE),
        attempted(ISSUE, batch=2, batches=2),
        (SendAccepted(attempt=6, msg_id=8), ISSUE),
    )
    record = state.record(ISSUE.name, 1)
    assert (2, True, []) == (record.batches, is_concluded(record), batches_left(ISSUE, record))


def test_a_text_in_batches_has_no_drafts() -> None:
    assert [] == draft_steps(LETTER, State())


def test_nothing_is_left_of_what_was_concluded() -> None:
    state = recorded(attempted(ISSUE, batches=2), (SendAccepted(attempt=2, msg_id=7), ISSUE))
    failed = recorded(
        attempted(ISSUE, batches=2),
        (SendAccepted(attempt=2, msg_id=7), ISSUE),
        (JobStatus(msg_id=7, status="failed"), ISSUE),
    )
    left = [batches_left(ISSUE, each.record(ISSUE.name, ISSUE.edition)) for each in (State(), state, failed)]
    assert [[1, 2], [2], []] == left
