"""The fold of attempts: what closes which, and what may have gone out."""

from datetime import timedelta

import pytest
from building import (
    NOW,
    at,
    attempted,
    news,
    record_of,
    reviewers,
    saved,
    text,
)

from massctl.model.entries import SendAccepted, SendInDoubt, SendRejected, SendSettled

WORDS = text("words")
SALE = news("sale", recipients=reviewers("li"))


def test_an_attempt_is_open_until_something_is_known_of_it():
    record = record_of(WORDS, at(NOW + timedelta(hours=1), attempted(WORDS)[0], WORDS))
    assert [(2, NOW + timedelta(hours=1), None)] == [
        (a.serial, a.at, a.doubt) for a in record.open_attempts
    ]


def test_a_doubt_leaves_the_attempt_open_and_keeps_what_was_seen():
    record = record_of(
        WORDS, attempted(WORDS), SendInDoubt(attempt=2, reason="answer_timeout", seconds=30)
    )
    assert ["answer_timeout"] == [a.doubt and a.doubt.reason for a in record.open_attempts]


def test_an_acceptance_closes_every_attempt_of_its_batch_and_no_other():
    record = record_of(
        WORDS,
        attempted(WORDS),
        attempted(WORDS, batch=2),
        attempted(WORDS),
        SendAccepted(attempt=4, msg_id=7),
    )
    assert [3] == [a.serial for a in record.open_attempts]


def test_an_acceptance_makes_a_job_and_uses_its_draft_up():
    accepted = SendAccepted(attempt=4, msg_id=7, msg_data_id=8)
    record = record_of(
        SALE, saved(SALE, "A"), saved(SALE, "B"), attempted(SALE, media_id="B"), accepted
    )
    assert [(1, 7, 8, NOW, "sending")] == [
        (j.batch, j.msg_id, j.msg_data_id, j.accepted_at, j.status) for j in record.jobs
    ]
    assert [True, False] == [draft.alive for draft in record.drafts]


def test_a_persons_word_closes_every_open_attempt_of_the_batch_and_no_other():
    settled = SendSettled(outcome="sent", reason="seen", by="wang")
    record = record_of(
        WORDS, attempted(WORDS), attempted(WORDS, batch=2), attempted(WORDS), settled
    )
    assert [3] == [a.serial for a in record.open_attempts]
    assert [settled, None, settled] == [a.settled for a in record.attempts]


def test_a_job_whose_id_a_person_knows_is_followed_under_the_id_of_our_attempt():
    settled = SendSettled(outcome="sent", reason="seen", by="wang", msg_id=7)
    ours = attempted(WORDS)[0].client_msg_id
    assert [(ours, 7)] == [
        (j.client_msg_id, j.msg_id) for j in record_of(WORDS, attempted(WORDS), settled).jobs
    ]


def test_a_job_that_was_sent_in_the_console_has_no_id_of_ours():
    settled = SendSettled(outcome="sent", reason="seen", by="wang", msg_id=7)
    record = record_of(WORDS, attempted(WORDS), SendRejected(attempt=2, errcode=45028), settled)
    assert [(None, 7)] == [(j.client_msg_id, j.msg_id) for j in record.jobs]


@pytest.mark.parametrize("outcome", ["sent", "not_sent"])
def test_without_an_id_and_without_a_send_there_is_no_job_to_follow(outcome):
    msg_id = 7 if outcome == "not_sent" else None
    settled = SendSettled(outcome=outcome, reason="seen", by="wang", msg_id=msg_id)
    assert [] == record_of(WORDS, attempted(WORDS), settled).jobs


NOT_SENT = SendSettled(outcome="not_sent", reason="not there", by="wang")


@pytest.mark.parametrize(
    ("after", "refused", "denied"),
    [
        ([], False, False),
        ([SendInDoubt(attempt=2, reason="connection_cut")], False, False),
        ([SendAccepted(attempt=2, msg_id=1)], False, False),
        ([SendSettled(outcome="sent", reason="seen", by="wang")], False, False),
        ([NOT_SENT], False, True),
        ([NOT_SENT, SendRejected(attempt=2, errcode=45028)], True, False),
        ([SendRejected(attempt=2, errcode=45028)], True, False),
        ([SendRejected(attempt=2)], True, False),
    ],
)
def test_an_attempt_did_nothing_for_sure_only_where_wechat_refused_it_or_it_never_left(
    after, refused, denied
):
    (attempt,) = record_of(WORDS, attempted(WORDS), *after).attempts
    assert (refused, denied) == (attempt.is_refused, attempt.is_denied)


def test_a_persons_word_says_nothing_about_attempts_that_were_closed_before():
    rejected = SendRejected(attempt=2, errcode=45028)
    record = record_of(WORDS, attempted(WORDS), rejected, attempted(WORDS), NOT_SENT)
    assert [(True, False), (False, True)] == [(a.is_refused, a.is_denied) for a in record.attempts]


def test_a_verdict_has_its_moment():
    later = at(NOW + timedelta(minutes=3), SendAccepted(attempt=2, msg_id=7), WORDS)
    (attempt,) = record_of(WORDS, attempted(WORDS), later).attempts
    assert (NOW, NOW + timedelta(minutes=3)) == (attempt.at, attempt.answered_at)


def test_what_people_say_of_each_batch_is_kept():
    words = [
        SendSettled(batch=batch, outcome=outcome, reason="seen", by="wang")
        for batch, outcome in [(2, "sent"), (3, "not_sent"), (3, "sent"), (2, "not_sent")]
    ]
    record = record_of(
        WORDS, *(attempted(WORDS, batch=batch, batches=3) for batch in (1, 2, 3)), *words
    )
    assert (words, {2, 3}) == ([each.event for each in record.settlements], record.sent_batches)


@pytest.mark.parametrize("before", [NOT_SENT, SendRejected(attempt=2, errcode=45028)])
@pytest.mark.parametrize("after", [NOT_SENT, SendRejected(attempt=2, errcode=45028)])
def test_an_acceptance_stands_against_every_word_before_and_after_it(before, after):
    record = record_of(WORDS, attempted(WORDS), before, SendAccepted(attempt=2, msg_id=7), after)
    assert ([(False, False, None)], {1}) == (
        [(a.is_refused, a.is_denied, a.rejection) for a in record.attempts],
        record.sent_batches,
    )


@pytest.mark.parametrize(("duplicate", "denied"), [(True, [False, False]), (False, [True, False])])
def test_an_id_that_wechat_knew_proves_a_person_wrong_who_said_that_nothing_was_sent(
    duplicate, denied
):
    accepted = SendAccepted(attempt=4, msg_id=7, duplicate=duplicate)
    record = record_of(WORDS, attempted(WORDS), NOT_SENT, attempted(WORDS), accepted)
    assert denied == [a.is_denied for a in record.attempts]


@pytest.mark.parametrize(
    ("words", "jobs"),
    [
        (
            [
                SendSettled(outcome="sent", reason="seen", by="wang", msg_id=7),
                SendAccepted(attempt=2, msg_id=7),
            ],
            [7],
        ),
        ([SendAccepted(attempt=3), SendAccepted(attempt=2, msg_id=7, msg_data_id=8)], [7]),
        ([SendAccepted(attempt=3, msg_id=7, msg_data_id=8), SendAccepted(attempt=2)], [7]),
        ([SendAccepted(attempt=3, msg_id=7), SendAccepted(attempt=2, msg_id=9)], [7, 9]),
    ],
)
def test_a_job_is_on_record_once_however_it_is_told(words, jobs):
    record = record_of(WORDS, attempted(WORDS), attempted(WORDS), *words)
    assert jobs == [job.msg_id for job in record.jobs]


def test_the_refusal_of_the_newest_attempt_is_known_by_its_content():
    rejected = SendRejected(attempt=2, errcode=45028)
    record = record_of(WORDS, attempted(WORDS), rejected)
    assert rejected == record.rejection_of(WORDS.digest)
    assert record.rejection_of(text("words", "明晚八点").digest) is None


def test_a_refusal_before_a_newer_attempt_is_history():
    record = record_of(
        WORDS, attempted(WORDS), SendRejected(attempt=2, errcode=45028), attempted(WORDS)
    )
    assert record.rejection_of(WORDS.digest) is None


def test_nothing_was_refused_where_nothing_was_attempted():
    assert record_of(WORDS).rejection_of(WORDS.digest) is None


def test_the_folder_as_it_was_sent_is_that_of_the_newest_attempt_that_knows_it():
    record = record_of(
        WORDS,
        attempted(WORDS, source_sha256="a"),
        attempted(WORDS, source_sha256="b"),
        attempted(WORDS, source_sha256=None),
    )
    assert ("b", None) == (record.source_sha256, record_of(WORDS).source_sha256)
