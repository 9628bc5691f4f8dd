"""The fold of what became of a job: events before polls, numbers that stay, withdrawals under way."""

from datetime import UTC, datetime
from typing import Any

import pytest
from building import as_new, attempted, recorded, text

from massctl.model.entries import CopyrightCheck, JobStatus, SendAccepted, Withdrawn
from massctl.model.state import Job

AT = datetime(2026, 12, 1, tzinfo=UTC)
WORDS = text("words")


def job(*events: JobStatus | Withdrawn) -> Job:
    happened = [
        attempted(WORDS),
        (SendAccepted(attempt=2, msg_id=7), WORDS),
        *((event, WORDS) for event in events),
    ]
    return recorded(*(as_new(each, at=AT) for each in happened)).record(WORDS.name, 1).jobs[0]


def poll(status: str) -> JobStatus:
    return JobStatus(msg_id=7, status=status)


def told(status: str, **more: Any) -> JobStatus:
    return JobStatus(msg_id=7, status=status, source="event", **more)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([poll("sent"), told("failed")], "contradicted"),
        ([told("failed"), poll("sent")], "contradicted"),
        ([told("sent"), poll("failed")], "contradicted"),
        ([told("sent"), poll("sending")], "sent"),
        ([told("sent"), told("failed")], "contradicted"),
        ([told("failed"), told("sent"), told("failed"), poll("sending")], "contradicted"),
        ([told("failed", sent_count=5)], "contradicted"),
        ([told("failed", sent_count=0)], "failed"),
        ([told("sent"), poll("deleted")], "deleted"),
        ([told("sent"), told("failed"), poll("deleted")], "deleted"),
        ([poll("deleted"), told("sent")], "deleted"),
        ([poll("deleted"), poll("sent")], "deleted"),
        ([poll("failed"), poll("sent")], "contradicted"),
    ],
)
def test_two_ends_contradict_each_other_and_what_is_deleted_stays_so(
    events: list[JobStatus], status: str
) -> None:
    assert status == job(*events).status


def test_a_poll_takes_no_numbers_away() -> None:
    check = CopyrightCheck(check_state=1)
    found = job(
        told("sent", sent_count=3, article_urls=["http://a"], copyright_check=check),
        poll("deleted"),
    ).counts
    assert found is not None
    assert (3, ["http://a"], check, "event") == (
        found.sent_count, found.article_urls, found.copyright_check, found.source
    )  # fmt: skip


def test_numbers_that_come_after_the_deletion_are_kept() -> None:
    found = job(poll("deleted"), told("sent", sent_count=3))
    assert ("deleted", 3) == (found.status, found.counts and found.counts.sent_count)


@pytest.mark.parametrize("first", ["sent", "failed"])
def test_of_two_ends_both_keep_what_was_said_with_them(first: str) -> None:
    failed, sent = told("failed", reason="err(99999)", sent_count=0), told("sent", sent_count=5)
    found = job(*((sent, failed) if first == "sent" else (failed, sent)))
    assert ({"sent": sent, "failed": failed}, sent) == (found.ends, found.counts)


def test_the_reason_of_a_failure_outlives_the_deletion() -> None:
    found = job(told("failed", reason="err(30003)"), poll("deleted"))
    assert found.counts is not None
    assert ("deleted", "err(30003)") == (found.status, found.counts.reason)


def withdrawn(article: int, outcome: str | None = None, errcode: int | None = None) -> Withdrawn:
    return Withdrawn(msg_id=7, article=article, outcome=outcome, errcode=errcode)


@pytest.mark.parametrize(
    ("events", "gone", "asked"),
    [
        ([withdrawn(2, "begun")], set(), {2}),
        ([withdrawn(2, "begun"), withdrawn(2, "unknown")], set(), {2}),
        ([withdrawn(2, "begun"), withdrawn(2, "refused")], set(), set()),
        ([withdrawn(2, "begun"), withdrawn(2)], {2}, set()),
        ([withdrawn(2)], {2}, set()),
    ],
)
def test_a_withdrawal_is_under_way_until_something_is_known(
    events: list[Withdrawn], gone: set[int], asked: set[int]
) -> None:
    found = job(*events)
    assert (gone, asked) == (found.withdrawn, found.withdrawing)


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        ([withdrawn(2)], 0),  # Somebody deleted it in the console.
        ([withdrawn(2, "begun")], 1),
        ([withdrawn(2, "begun"), withdrawn(2)], 1),
        ([withdrawn(2, "begun"), withdrawn(2, "unknown"), withdrawn(2, "begun"), withdrawn(2)], 2),
        ([withdrawn(2, "begun"), withdrawn(2, "refused", 40065)], 1),
        # It never left: no token could be had.
        (
            [withdrawn(2, "begun"), withdrawn(2, "refused")],
            0,
        ),
        ([withdrawn(2, "refused")], 0),
    ],
)
def test_every_request_to_withdraw_is_counted_that_left(
    events: list[Withdrawn], asked: int
) -> None:
    assert [AT] * asked == job(*events).asked_at


def test_a_job_is_gone_when_all_of_it_is() -> None:
    assert [False, True, True] == [
        job(withdrawn(1)).is_gone, job(withdrawn(0)).is_gone, job(poll("deleted")).is_gone
    ]  # fmt: skip


def test_a_poll_behind_the_event_takes_nothing_of_it_back() -> None:
    letter = text("words")
    end = JobStatus(msg_id=7, status="sent", source="event", sent_count=9), letter
    poll = JobStatus(msg_id=7, status="sent"), letter
    state = recorded(attempted(letter), (SendAccepted(attempt=2, msg_id=7), letter), end, poll)
    (job,) = state.record(letter.name, 1).jobs
    assert ("event", 9) == (job.ends["sent"].source, job.ends["sent"].sent_count)
