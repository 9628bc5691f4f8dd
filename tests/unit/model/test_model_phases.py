"""The table of a send's phases: total, lawful, and what entries make of it. Each story's first entry has serial 2."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from building import APPID, NOW, OTHER_APPID, as_new, at, attempted, entries, recorded, text
from hypothesis import given
from hypothesis import strategies as st
from phase_laws import LAWS, OPEN, SENT

from massctl.model.entries import (
    Event,
    Expired,
    JobStatus,
    NewEntry,
    SendAccepted,
    SendAttempted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.state import (
    TABLE,
    Phase,
    Record,
    SendEvent,
    State,
    Status,
    contradiction,
    is_concluded,
    status_of,
)

WORDS = text("words")


def test_the_table_has_every_pair():
    assert set(product(Phase, SendEvent)) == set(TABLE)


@pytest.mark.parametrize("law", LAWS)
def test_every_pair_keeps_the_law(law: str):
    assert [] == [pair for pair, after in TABLE.items() if not LAWS[law](*pair, after)]


def test_no_sequence_of_events_makes_what_went_out_unsent():
    """`told_not_sent` is not derived where a `sent` is on record: it is `denied`."""
    reached, new = set(SENT), set(SENT)
    while new:
        new = {
            TABLE[each, event]
            for each in new
            for event in SendEvent
            if event is not SendEvent.TOLD_NOT_SENT
        } - reached
        reached |= new
    assert SENT | {Phase.CONTRADICTED} == reached


def record_of(*said: Any) -> Record:
    """Fold what happened to one campaign; its first entry has serial 2."""
    return recorded(*(each if isinstance(each, tuple) else (each, WORDS) for each in said)).record(
        WORDS.name, 1
    )


ATTEMPT = attempted(WORDS)[0]
ACCEPTED = SendAccepted(attempt=2, msg_id=7)
REFUSED = SendRejected(attempt=2, errcode=45028)
REFUSED_TOO = SendRejected(attempt=3, errcode=45028)
NEVER_LEFT = SendRejected(attempt=2)
DOUBT = SendInDoubt(attempt=2, reason="connection_cut")
HELD = SendInDoubt(attempt=2, reason="errcode", errcode=89504)
HELD_TOO = SendInDoubt(attempt=3, reason="errcode", errcode=89504)
TOLD_SENT = SendSettled(outcome="sent", reason="seen", by="wang")
TOLD_NOT_SENT = SendSettled(outcome="not_sent", reason="not there", by="wang")
IMPORTED = SendImported(appid=APPID, sent_at=NOW, by="wang")

STORIES: dict[str, tuple[list[Any], Phase, list[int]]] = {
    "nothing": ([], Phase.UNSENT, []),
    "an attempt": ([ATTEMPT], Phase.OPEN, [2]),
    "a doubt": ([ATTEMPT, DOUBT], Phase.OPEN, [2]),
    "held": ([ATTEMPT, HELD], Phase.HELD, [2]),
    "held, and nobody answered": ([ATTEMPT, HELD, DOUBT], Phase.OPEN, [2]),
    "held, and tried again": ([ATTEMPT, HELD, ATTEMPT], Phase.OPEN, [2, 4]),
    "the newer one is held": ([ATTEMPT, ATTEMPT, HELD_TOO], Phase.HELD, [2, 3]),
    "the older one is held": ([ATTEMPT, ATTEMPT, HELD], Phase.OPEN, [2, 3]),
    "the newer one is held, the older one in doubt": (
        [ATTEMPT, ATTEMPT, HELD_TOO, DOUBT],
        Phase.HELD,
        [2, 3],
    ),
    "refused": ([ATTEMPT, REFUSED], Phase.REFUSED, []),
    "never left": ([ATTEMPT, NEVER_LEFT], Phase.UNSENT, []),
    "refused while another is open": ([ATTEMPT, ATTEMPT, REFUSED_TOO], Phase.OPEN, [2]),
    "refused while another is held": (
        [ATTEMPT, HELD, ATTEMPT, SendRejected(attempt=4)],
        Phase.HELD,
        [2],
    ),
    "both refused": ([ATTEMPT, ATTEMPT, REFUSED_TOO, REFUSED], Phase.REFUSED, []),
    "accepted": ([ATTEMPT, ACCEPTED], Phase.ACCEPTED, []),
    "accepted, and denied": ([ATTEMPT, ACCEPTED, TOLD_NOT_SENT], Phase.ACCEPTED, []),
    "accepted, and another try refused late": (
        [ATTEMPT, ATTEMPT, ACCEPTED, REFUSED_TOO],
        Phase.ACCEPTED,
        [],
    ),
    "told sent": ([ATTEMPT, TOLD_SENT], Phase.TOLD_SENT, []),
    "told sent, and denied": ([ATTEMPT, TOLD_SENT, TOLD_NOT_SENT], Phase.TOLD_SENT, []),
    "told sent, and refused late": ([ATTEMPT, TOLD_SENT, REFUSED], Phase.TOLD_SENT, []),
    "told not sent": ([ATTEMPT, TOLD_NOT_SENT], Phase.TOLD_NOT_SENT, []),
    "told not sent, then corrected": ([ATTEMPT, TOLD_NOT_SENT, TOLD_SENT], Phase.TOLD_SENT, []),
    "told not sent, and in doubt": ([ATTEMPT, TOLD_NOT_SENT, DOUBT], Phase.TOLD_NOT_SENT, []),
    "told not sent, tried again, then the first in doubt": (
        [ATTEMPT, TOLD_NOT_SENT, ATTEMPT, DOUBT],
        Phase.OPEN,
        [4],
    ),
    "told not sent, then accepted": ([ATTEMPT, TOLD_NOT_SENT, ACCEPTED], Phase.ACCEPTED, []),
    "imported": ([IMPORTED], Phase.TOLD_SENT, []),
    "refused, then imported": ([ATTEMPT, REFUSED, IMPORTED], Phase.TOLD_SENT, []),
}


@pytest.mark.parametrize("name", STORIES)
def test_where_a_story_leads(name: str):
    said, phase, opened = STORIES[name]
    record = record_of(*said)
    assert (phase, None, phase in OPEN) == (
        record.phase(),
        contradiction(record),
        record.is_in_doubt,
    )
    assert opened == [attempt.serial for attempt in record.open_attempts]


CONTRADICTIONS: dict[str, tuple[list[Any], tuple[int, ...]]] = {
    "an attempt after an acceptance": ([ATTEMPT, ACCEPTED, ATTEMPT], (3, 4)),
    "an attempt after a word that it was sent": ([ATTEMPT, TOLD_SENT, ATTEMPT], (3, 4)),
    "a doubt after a refusal": ([ATTEMPT, REFUSED, DOUBT], (3, 4)),
    "held after a refusal": ([ATTEMPT, REFUSED, HELD], (3, 4)),
    "held although it never left": ([ATTEMPT, NEVER_LEFT, HELD], (3, 4)),
    "it never left although it is held": ([ATTEMPT, HELD, NEVER_LEFT], (3, 4)),
    "held although a person says no": ([ATTEMPT, TOLD_NOT_SENT, HELD], (3, 4)),
    "a doubt after a refusal while another is open": ([ATTEMPT, ATTEMPT, REFUSED, DOUBT], (2, 5)),
    "held after a person's no while another is open": (
        [ATTEMPT, TOLD_NOT_SENT, ATTEMPT, HELD],
        (4, 5),
    ),
    "imported while it is open": ([ATTEMPT, IMPORTED], (2, 3)),
    "no such attempt": ([ATTEMPT, SendAccepted(attempt=9, msg_id=7)], (2, 3)),
    "an attempt of another campaign": ([REFUSED], (2,)),
    "no such job": ([JobStatus(msg_id=9, status="sent")], (2,)),
    "no such job to withdraw": ([Withdrawn(msg_id=9, article=0)], (2,)),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_cannot_be_is_kept_with_both_entries_and_stops_the_account(name: str):
    said, serials = CONTRADICTIONS[name]
    state = recorded(*((each, WORDS) for each in said))
    record = state.record(WORDS.name, 1)
    assert Phase.CONTRADICTED is record.phase()
    assert [serials] == [
        tuple(fact.serial for fact in facts) for facts in record.contradicted.values()
    ]
    assert (Status.IN_DOUBT, False, [record]) == (
        status_of(record),
        is_concluded(record),
        state.in_doubt(APPID),
    )
    assert record.attempts == record.open_attempts == record.not_refused


def test_a_contradiction_names_serials_kinds_and_times():
    record = record_of(ATTEMPT, REFUSED, DOUBT)
    assert (
        "entry 3 (send_rejected, 2026-12-01 12:00 +08:00) and entry 4 (send_in_doubt, 2026-12-01 12:00 +08:00) "
        "cannot both be true"
    ) == contradiction(record)
    alone = contradiction(record_of(JobStatus(msg_id=9, status="sent")))
    assert (
        "entry 2 (job_status, 2026-12-01 12:00 +08:00) is impossible: nothing on record comes before it"
        == alone
    )


def test_a_contradiction_stops_its_own_account_only():
    state = recorded((ATTEMPT, WORDS), (REFUSED, WORDS), (DOUBT, WORDS))
    assert [] == state.in_doubt(OTHER_APPID)


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ([ATTEMPT, REFUSED, DOUBT, TOLD_SENT], Phase.TOLD_SENT),
        ([ATTEMPT, REFUSED, DOUBT, TOLD_NOT_SENT], Phase.TOLD_NOT_SENT),
        ([ATTEMPT, REFUSED, DOUBT, ACCEPTED], Phase.ACCEPTED),
        ([ATTEMPT, REFUSED, DOUBT, IMPORTED], Phase.CONTRADICTED),
        ([ATTEMPT, REFUSED, DOUBT, IMPORTED, TOLD_NOT_SENT], Phase.CONTRADICTED),
        ([ATTEMPT, ACCEPTED, ATTEMPT, TOLD_NOT_SENT], Phase.CONTRADICTED),
        ([ATTEMPT, ACCEPTED, ATTEMPT, SendRejected(attempt=4, errcode=45028)], Phase.CONTRADICTED),
        ([ATTEMPT, ACCEPTED, ATTEMPT, TOLD_SENT], Phase.TOLD_SENT),
        ([ATTEMPT, SendAccepted(attempt=9), TOLD_NOT_SENT], Phase.CONTRADICTED),
        ([ATTEMPT, SendAccepted(attempt=9), TOLD_SENT], Phase.TOLD_SENT),
    ],
)
def test_how_a_contradiction_is_settled(said: list[Any], after: Phase):
    record = record_of(*said)
    assert (after, after is Phase.CONTRADICTED) == (
        record.phase(),
        contradiction(record) is not None,
    )
    assert (after is Phase.CONTRADICTED) == bool(record.open_attempts)


SAID = st.tuples(
    st.sampled_from(
        [
            "attempted",
            "accepted",
            "rejected",
            "never_left",
            "in_doubt",
            "held",
            "sent",
            "not_sent",
            "imported",
        ]
    ),
    st.integers(min_value=1, max_value=3),
    st.sampled_from([None, 7, 8]),
    st.booleans(),
)
"""What happens, to which batch or to which of the attempts so far, with which msg_id, and whether it is known again."""


def as_events(said: list[tuple[str, int, int | None, bool]]) -> Iterator[Event]:
    """Make entries of what happens; a verdict may be about an attempt that is not there."""
    serials: list[int] = []
    for number, (kind, which, msg_id, flag) in enumerate(said):
        attempt = serials[-which % len(serials)] if serials else 99
        match kind:
            case "attempted":
                serials.append(number + 2)
                yield attempted(WORDS, batch=which, batches=3)[0]
            case "accepted":
                yield SendAccepted(attempt=attempt, msg_id=msg_id, duplicate=flag)
            case "rejected":
                yield SendRejected(attempt=attempt, errcode=45028)
            case "never_left":
                yield SendRejected(attempt=attempt)
            case "in_doubt":
                yield SendInDoubt(attempt=attempt, reason="connection_cut")
            case "held":
                yield SendInDoubt(attempt=attempt, reason="errcode", errcode=89504)
            case "imported":
                yield SendImported(appid=APPID, sent_at=NOW, by="wang", msg_id=msg_id)
            case "sent":
                yield SendSettled(batch=which, outcome="sent", reason="r", by="w", msg_id=msg_id)
            case _:
                yield SendSettled(batch=which, outcome="not_sent", reason="r", by="w")


@given(st.lists(SAID, max_size=10))
def test_what_was_sent_stays_sent_and_no_entry_counts_twice(said):
    new = [
        at(NOW + timedelta(seconds=number), event, WORDS)
        for number, event in enumerate(as_events(said))
    ]
    attempts: dict[int, int] = {}
    went_out: set[int] = set()
    for number, entry in enumerate(new, 1):
        record = recorded(*new[:number]).record(WORDS.name, 1)
        match entry.event:
            case SendAttempted(batch=batch):
                attempts[number + 1] = batch
            case SendAccepted(attempt=attempt):
                went_out.add(attempts.get(attempt, 1))
            case SendSettled(outcome="sent", batch=batch):
                went_out.add(batch)
            case SendImported():
                went_out |= {1, *record.sends}
        ids = [job.msg_id for job in record.jobs if job.msg_id is not None]
        assert (went_out, len(set(ids))) == (record.sent_batches, len(ids))
        phases = {record.phase(batch) for batch in went_out}
        assert phases <= SENT | {Phase.CONTRADICTED}
        assert record.is_in_doubt == bool(record.open_attempts or record.contradicted)
        for send in record.sends.values():
            newest = send.open[max(send.open)] if send.open else None
            agreed = {
                None: send.phase not in OPEN,
                True: send.phase is Phase.HELD,
                False: send.phase is Phase.OPEN,
            }
            assert send.phase is Phase.CONTRADICTED or agreed[newest]
        if not isinstance(entry.event, SendAttempted):
            assert record == recorded(*new[:number], entry).record(WORDS.name, 1)


def test_the_ledger_is_never_bricked_by_what_a_campaign_is_said_to_be():
    state = State()
    words: list[NewEntry] = [
        as_new((event, WORDS)) for event in (ACCEPTED, HELD, Withdrawn(msg_id=1, article=1))
    ]
    state.absorb_all(entries(*words, as_new((Expired(not_after=NOW), WORDS))))
    assert (5, Phase.CONTRADICTED) == (state.serial, state.record(WORDS.name, 1).phase())
