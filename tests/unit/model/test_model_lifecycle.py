"""Status: derived from the record, and never anything that may not follow what was."""

from dataclasses import replace
from typing import Any

import pytest
from building import APPID, NOW, attempted, entries, news, previewed, recorded, reviewers, saved, text
from hypothesis import given
from hypothesis import strategies as st

from massctl.model.entries import (
    DraftDeleted,
    Expired,
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.message import RenderedCampaign
from massctl.model.state import FINAL, TRANSITIONS, Record, State, Status, status_of

SALE = news("sale", recipients=reviewers("li"))
EDITED = news("sale", recipients=reviewers("li"), title="edited", send_ignore_reprint=True)
WORDS = text("words", recipients=reviewers("li"))
ACCEPTED = [attempted(WORDS), SendAccepted(attempt=2, msg_id=7)]
SENT = SendSettled(outcome="sent", reason="seen in the console", by="wang")
GONE = DraftDeleted(appid=APPID, media_id="MEDIA_1")
REFUSED = SendRejected(attempt=3, errcode=45028)
SENT_AS_7 = replace(SENT, msg_id=7)
HELD = SendInDoubt(attempt=2, reason="waiting", errcode=89504)
NOT_SENT = SendSettled(outcome="not_sent", reason="not in the console", by="wang")


def said(status: str, msg_id: int = 7) -> JobStatus:
    return JobStatus(msg_id=msg_id, status=status)


TABLE: list[tuple[str, RenderedCampaign, list[Any], Status]] = [
    ("nothing", SALE, [], Status.NEW),
    ("only expired", SALE, [Expired(not_after=NOW)], Status.NEW),
    ("a draft", SALE, [saved(SALE)], Status.STAGED),
    ("a draft gone", SALE, [saved(SALE), GONE], Status.NEW),
    ("a shown draft gone", SALE, [saved(SALE), previewed(SALE), GONE], Status.NEW),
    ("a preview under way", SALE, [saved(SALE), previewed(SALE, "begun")], Status.STAGED),
    ("a preview nobody knows of", SALE, [saved(SALE), previewed(SALE, "unknown")], Status.STAGED),
    ("a failed preview", SALE, [saved(SALE), previewed(SALE, "failed")], Status.STAGED),
    ("a shown draft", SALE, [saved(SALE), previewed(SALE)], Status.PREVIEWED),
    ("a newer draft not shown", SALE, [saved(SALE), previewed(SALE), saved(EDITED, "MEDIA_2")], Status.STAGED),
    ("shown words", WORDS, [previewed(WORDS)], Status.PREVIEWED),
    ("words not shown", WORDS, [previewed(WORDS, "failed")], Status.NEW),
    ("an attempt", WORDS, [attempted(WORDS)], Status.IN_DOUBT),
    ("an attempt after a preview", WORDS, [previewed(WORDS), attempted(WORDS)], Status.IN_DOUBT),
    ("a doubt", WORDS, [attempted(WORDS), SendInDoubt(attempt=2, reason="timeout")], Status.IN_DOUBT),
    ("a held send", WORDS, [attempted(WORDS), HELD], Status.AWAITING_ADMIN),
    ("a doubt after a held send", WORDS, [attempted(WORDS), HELD, attempted(WORDS)], Status.IN_DOUBT),
    ("a refusal", WORDS, [attempted(WORDS), SendRejected(attempt=2, errcode=45028)], Status.NEW),
    ("a refusal of a staged one", SALE, [saved(SALE), attempted(SALE), REFUSED], Status.STAGED),
    ("a refusal after a doubt", WORDS, [attempted(WORDS), attempted(WORDS), REFUSED], Status.IN_DOUBT),
    ("settled as sent", WORDS, [attempted(WORDS), SENT], Status.SENT),
    ("settled as not sent", WORDS, [attempted(WORDS), NOT_SENT], Status.NEW),
    ("sent in the console", SALE, [saved(SALE), SENT], Status.SENT),
    ("settled as sent, with an id", WORDS, [attempted(WORDS), SENT_AS_7], Status.SENDING),
    ("sent in the console, with an id", SALE, [saved(SALE), SENT_AS_7], Status.SENDING),
    ("settled as sent, and followed", WORDS, [attempted(WORDS), SENT_AS_7, said("sent")], Status.SENT),
    ("accepted", WORDS, ACCEPTED, Status.SENDING),
    ("sending", WORDS, [*ACCEPTED, said("sending")], Status.SENDING),
    ("a job nobody knows of", WORDS, [*ACCEPTED, said("unknown")], Status.SENDING),
    ("awaiting the administrator", WORDS, [*ACCEPTED, said("awaiting_admin")], Status.AWAITING_ADMIN),
    ("sent", WORDS, [*ACCEPTED, said("sent")], Status.SENT),
    ("failed", WORDS, [*ACCEPTED, said("failed")], Status.FAILED),
    ("deleted", WORDS, [*ACCEPTED, said("deleted")], Status.WITHDRAWN),
    ("one article withdrawn", WORDS, [*ACCEPTED, said("sent"), Withdrawn(msg_id=7, article=1)], Status.SENT),
    ("all withdrawn", WORDS, [*ACCEPTED, said("sent"), Withdrawn(msg_id=7, article=0)], Status.WITHDRAWN),
]
SECOND_BATCH = [attempted(WORDS, batch=2), SendAccepted(attempt=4, msg_id=8)]
TABLE += [
    ("one of two sent", WORDS, [*ACCEPTED, *SECOND_BATCH, said("sent")], Status.SENDING),
    ("one of two failed", WORDS, [*ACCEPTED, *SECOND_BATCH, said("awaiting_admin"), said("failed", 8)], Status.FAILED),
    ("one of two awaiting", WORDS, [*ACCEPTED, *SECOND_BATCH, said("awaiting_admin", 8)], Status.AWAITING_ADMIN),
    ("one of two withdrawn", WORDS, [*ACCEPTED, *SECOND_BATCH, said("deleted"), said("sent", 8)], Status.SENT),
    ("one of two in doubt", WORDS, [*ACCEPTED, attempted(WORDS, batch=2)], Status.IN_DOUBT),
]


@pytest.mark.parametrize(
    ("campaign", "happenings", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_status_that_a_record_leads_to(campaign, happenings, status):
    pairs = [each if isinstance(each, tuple) else (each, campaign) for each in happenings]
    assert status == status_of(recorded(*pairs).record(campaign.name, 1))


def test_every_status_has_a_row_and_stays_possible_after_an_entry_that_says_nothing_new():
    assert set(Status) == set(TRANSITIONS)
    assert all(status in after for status, after in TRANSITIONS.items())


def test_a_campaign_that_went_out_never_goes_back_to_staging():
    """But for one that awaits the administrator: it may yet turn out never to have been accepted.

    Between two batches it is SENDING, and the attempt at the next one is a doubt until its verdict.
    """
    assert all(TRANSITIONS[status] <= FINAL | {Status.IN_DOUBT} for status in FINAL - {Status.AWAITING_ADMIN})
    assert [Status.SENDING] == [s for s in FINAL - {Status.AWAITING_ADMIN} if Status.IN_DOUBT in TRANSITIONS[s]]


def legal_next(record: Record, serial: int) -> list[Any]:
    """Give what may be recorded next of a campaign of one batch, as apply, reconcile, status and withdraw would."""
    if record.jobs:
        words = ["sending", "awaiting_admin", "sent", "failed", "deleted", "unknown"]
        return [*map(said, words), Withdrawn(msg_id=7, article=1), Withdrawn(msg_id=7, article=0)]
    if record.settled_sent:
        return [Expired(not_after=NOW), GONE]
    opened = record.open_attempts
    verdicts = [
        verdict
        for a in opened
        for verdict in (
            SendAccepted(attempt=a.serial, msg_id=7),
            SendRejected(attempt=a.serial, errcode=1),
            SendInDoubt(attempt=a.serial, reason="r"),
        )
    ]
    staging = [
        *(saved(c, f"MEDIA_{serial}")[0] for c in (SALE, EDITED)),
        *(previewed(c, outcome)[0] for c in (SALE, EDITED) for outcome in ("begun", "sent", "failed", "unknown")),
        *(DraftDeleted(appid=APPID, media_id=d.event.media_id) for d in record.drafts),
    ]
    return [
        *verdicts,
        SENT,
        SENT_AS_7,
        NOT_SENT,
        attempted(SALE)[0],
        Expired(not_after=NOW),
        *([] if opened else staging),
    ]


@given(st.data())
def test_no_legal_history_ever_leaves_the_table_of_transitions(data):
    history: list[Any] = []
    state = State()
    state.absorb_all(entries())
    for _ in range(data.draw(st.integers(1, 14))):
        record = state.record(SALE.name, 1)
        before = status_of(record)
        history.append((data.draw(st.sampled_from(legal_next(record, state.serial + 1))), SALE))
        state.absorb(entries(*history)[-1])
        assert status_of(state.record(SALE.name, 1)) in TRANSITIONS[before]
