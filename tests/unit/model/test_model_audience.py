"""Lists of openids: how they are cut, what names them, and what is sent of them."""

import hashlib

import pytest
from building import attempted, audience, intent, recorded
from copies import replace
from hypothesis import given
from hypothesis import strategies as st
from openid_samples import BATCHES, openid_list, sha256_of_batches
from simulation.scenario import to_openids, whole_text

from massctl.model.batches import BATCH_MAX, batch_sizes
from massctl.model.entries import (
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import is_openid
from massctl.model.send import ToOpenids
from massctl.model.state import Status, is_concluded, status_of

LETTER = to_openids(whole_text(), BATCHES)


@given(st.integers(2, 400_000), st.integers(3, 10_000))
def test_batches_hold_everybody_and_are_of_a_size_that_wechat_takes(count: int, most: int) -> None:
    sizes = batch_sizes(count, most)
    assert (count, True, -(-count // most)) == (
        sum(sizes),
        all(2 <= size <= most for size in sizes),
        len(sizes),
    )


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (2, (2,)),
        (10_000, (10_000,)),
        (10_001, (9_999, 2)),
        (10_002, (10_000, 2)),
        (20_000, (10_000, 10_000)),
        (20_001, (10_000, 9_999, 2)),
    ],
)
def test_a_rest_of_one_takes_a_second_one_along(count: int, sizes: tuple[int, ...]) -> None:
    assert sizes == batch_sizes(count)


def test_a_million_is_a_hundred_jobs() -> None:
    assert (BATCH_MAX,) * 100 == batch_sizes(1_000_000)


def test_openids_are_shown_by_no_repr_and_named_by_the_fingerprint() -> None:
    send, other = intent(ToOpenids(BATCHES[0])), intent(ToOpenids(BATCHES[0][::-1]))
    named = hashlib.sha256("".join(f"{each}\n" for each in BATCHES[0]).encode()).hexdigest()
    assert (named, False, True) == (
        send.recipients.sha256,  # type: ignore[union-attr]
        any(openid in repr(send) for openid in BATCHES[0]),
        send.fingerprint != other.fingerprint,
    )


def test_the_digest_names_the_openids_and_equal_people_are_the_same_audience() -> None:
    elsewhere = to_openids(whole_text(), BATCHES)
    moved = to_openids(LETTER, BATCHES[::-1])
    assert (7, sha256_of_batches(BATCHES)) == (openid_list().count, openid_list().sha256)
    assert (True, False) == (elsewhere.digest == LETTER.digest, moved.digest == LETTER.digest)
    other = replace(LETTER, audience=audience(openids="lists/other.txt"))
    assert (False, True) == (
        other.digest == LETTER.digest,
        other.message_digest == LETTER.message_digest,
    )


def attempt(batch: int) -> tuple[object, object]:
    return attempted(LETTER, batch=batch, batches=3)


def accepted(serial: int) -> SendAccepted:
    return SendAccepted(attempt=serial, msg_id=serial)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], (Status.NEW, False)),
        ([attempt(1)], (Status.IN_DOUBT, False)),
        ([attempt(1), accepted(2)], (Status.SENDING, False)),
        ([attempt(1), accepted(2), JobStatus(msg_id=2, status="sent")], (Status.SENDING, False)),
        ([attempt(1), accepted(2), attempt(2)], (Status.IN_DOUBT, False)),
        (
            [attempt(1), accepted(2), attempt(2), SendInDoubt(attempt=4, reason="connection_cut")],
            (Status.IN_DOUBT, False),
        ),
        (
            [attempt(1), accepted(2), attempt(2), SendRejected(attempt=4, errcode=40003)],
            (Status.SENDING, False),
        ),
        ([attempt(1), accepted(2), JobStatus(msg_id=2, status="failed")], (Status.FAILED, True)),
        ([attempt(1), accepted(2), Withdrawn(msg_id=2, article=0)], (Status.WITHDRAWN, True)),
        ([attempt(1), SendSettled(outcome="sent", reason="r", by="li")], (Status.SENDING, False)),
        (
            [
                attempt(1),
                accepted(2),
                attempt(2),
                SendSettled(batch=2, outcome="sent", reason="r", by="li"),
                attempt(3),
            ],
            (Status.IN_DOUBT, False),
        ),
        (
            [attempt(1), accepted(2), attempt(2), accepted(4), attempt(3), accepted(6)],
            (Status.SENDING, True),
        ),
    ],
)
def test_a_list_is_not_concluded_before_its_last_batch(
    told: list[object], expected: tuple[Status, bool]
) -> None:
    events = [each if isinstance(each, tuple) else (each, LETTER) for each in told]
    record = recorded(*events).record(LETTER.name, LETTER.edition)  # type: ignore[arg-type]
    assert expected == (status_of(record), is_concluded(record))


def test_an_openid_is_known_by_its_form() -> None:
    real = "o" + "A" * 27
    assert [True, False, False, False] == [
        is_openid(each) for each in (real, real + "\n", "editor lin", "")
    ]
