"""Status: derived from the record; what waits for the administrator, and until when."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from building import (
    APPID,
    NOW,
    at,
    attempted,
    news,
    previewed,
    recorded,
    reviewers,
    saved,
    sha,
    text,
)
from copies import replace

from massctl.ledger.codec import chain_digest, decode
from massctl.model.entries import (
    GENESIS,
    DraftBegun,
    DraftDeleted,
    Expired,
    JobStatus,
    SendAccepted,
    SendImported,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedCampaign
from massctl.model.state import Record, State, Status, held_until, is_concluded, is_held, status_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "ledger"
SALE = news("sale", recipients=reviewers("li"))
EDITED = news("sale", recipients=reviewers("li"), title="edited", send_ignore_reprint=True)
WORDS = text("words", recipients=reviewers("li"))
ACCEPTED = [attempted(WORDS), SendAccepted(attempt=2, msg_id=7)]
SENT = SendSettled(outcome="sent", reason="seen in the console", by="wang")
GONE = DraftDeleted(appid=APPID, media_id="MEDIA_1", reason="superseded")
REFUSED = SendRejected(attempt=3, errcode=45028)
SENT_AS_7 = replace(SENT, msg_id=7)
HELD = SendInDoubt(attempt=2, reason="errcode", errcode=89504)
IMPORTED = SendImported(appid=APPID, sent_at=NOW, by="wang")
NOT_SENT = SendSettled(outcome="not_sent", reason="not in the console", by="wang")


def said(status: str, msg_id: int = 7) -> JobStatus:
    return JobStatus(msg_id=msg_id, status=status)


SHOWN_ONLY = (
    DraftBegun(appid=APPID, digest=SALE.digest, draft_sha256=sha("draft"), for_preview=True),
    SALE,
)

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
    (
        "a newer draft not shown",
        SALE,
        [saved(SALE), previewed(SALE), saved(EDITED, "MEDIA_2")],
        Status.STAGED,
    ),
    ("shown words", WORDS, [previewed(WORDS)], Status.PREVIEWED),
    ("a draft that was only shown", SALE, [SHOWN_ONLY, previewed(SALE)], Status.NEW),
    ("words not shown", WORDS, [previewed(WORDS, "failed")], Status.NEW),
    ("an attempt", WORDS, [attempted(WORDS)], Status.IN_DOUBT),
    ("an attempt after a preview", WORDS, [previewed(WORDS), attempted(WORDS)], Status.IN_DOUBT),
    (
        "a doubt",
        WORDS,
        [attempted(WORDS), SendInDoubt(attempt=2, reason="connection_cut")],
        Status.IN_DOUBT,
    ),
    ("a held send", WORDS, [attempted(WORDS), HELD], Status.AWAITING_ADMIN),
    (
        "a doubt after a held send",
        WORDS,
        [attempted(WORDS), HELD, attempted(WORDS)],
        Status.IN_DOUBT,
    ),
    ("a refusal", WORDS, [attempted(WORDS), SendRejected(attempt=2, errcode=45028)], Status.NEW),
    ("a refusal of a staged one", SALE, [saved(SALE), attempted(SALE), REFUSED], Status.STAGED),
    (
        "a refusal after a doubt",
        WORDS,
        [attempted(WORDS), attempted(WORDS), REFUSED],
        Status.IN_DOUBT,
    ),
    ("settled as sent", WORDS, [attempted(WORDS), SENT], Status.SENT),
    ("settled as not sent", WORDS, [attempted(WORDS), NOT_SENT], Status.NEW),
    ("sent in the console", SALE, [saved(SALE), SENT], Status.SENT),
    ("settled as sent, with an id", WORDS, [attempted(WORDS), SENT_AS_7], Status.SENDING),
    ("sent in the console, with an id", SALE, [saved(SALE), SENT_AS_7], Status.SENDING),
    (
        "settled as sent, and followed",
        WORDS,
        [attempted(WORDS), SENT_AS_7, said("sent")],
        Status.SENT,
    ),
    ("accepted", WORDS, ACCEPTED, Status.SENDING),
    ("sending", WORDS, [*ACCEPTED, said("sending")], Status.SENDING),
    ("a job nobody knows of", WORDS, [*ACCEPTED, said("unknown")], Status.SENDING),
    (
        "awaiting the administrator",
        WORDS,
        [*ACCEPTED, said("awaiting_admin")],
        Status.AWAITING_ADMIN,
    ),
    ("sent", WORDS, [*ACCEPTED, said("sent")], Status.SENT),
    ("failed", WORDS, [*ACCEPTED, said("failed")], Status.FAILED),
    ("two ends", WORDS, [*ACCEPTED, said("sent"), said("failed")], Status.CONTRADICTED),
    ("deleted", WORDS, [*ACCEPTED, said("deleted")], Status.WITHDRAWN),
    (
        "one article withdrawn",
        WORDS,
        [*ACCEPTED, said("sent"), Withdrawn(msg_id=7, article=1)],
        Status.SENT,
    ),
    (
        "all withdrawn",
        WORDS,
        [*ACCEPTED, said("sent"), Withdrawn(msg_id=7, article=0)],
        Status.WITHDRAWN,
    ),
]
SECOND_BATCH = [attempted(WORDS, batch=2), SendAccepted(attempt=4, msg_id=8)]
TABLE += [
    ("one of two sent", WORDS, [*ACCEPTED, *SECOND_BATCH, said("sent")], Status.SENDING),
    (
        "one of two failed",
        WORDS,
        [*ACCEPTED, *SECOND_BATCH, said("awaiting_admin"), said("failed", 8)],
        Status.FAILED,
    ),
    (
        "one of two with two ends",
        WORDS,
        [*ACCEPTED, *SECOND_BATCH, said("sent"), said("failed")],
        Status.CONTRADICTED,
    ),
    (
        "one of two awaiting",
        WORDS,
        [*ACCEPTED, *SECOND_BATCH, said("awaiting_admin", 8)],
        Status.AWAITING_ADMIN,
    ),
    (
        "one of two withdrawn",
        WORDS,
        [*ACCEPTED, *SECOND_BATCH, said("deleted"), said("sent", 8)],
        Status.SENT,
    ),
    ("one of two in doubt", WORDS, [*ACCEPTED, attempted(WORDS, batch=2)], Status.IN_DOUBT),
    (
        "attempted again after all",
        WORDS,
        [*ACCEPTED, said("sent"), attempted(WORDS)],
        Status.IN_DOUBT,
    ),
    ("imported", WORDS, [IMPORTED], Status.SENT),
    ("imported with an id", WORDS, [replace(IMPORTED, msg_id=7), said("failed")], Status.FAILED),
    ("imported while it is open", WORDS, [attempted(WORDS), IMPORTED], Status.IN_DOUBT),
]


@pytest.mark.parametrize(
    ("campaign", "happenings", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_status_that_a_record_leads_to(campaign, happenings, status):
    pairs = [each if isinstance(each, tuple) else (each, campaign) for each in happenings]
    assert status == status_of(recorded(*pairs).record(campaign.name, 1))


def test_every_status_is_reached():
    assert set(Status) == {row[3] for row in TABLE}


def test_the_fixture_leads_to_the_statuses_that_it_always_led_to():
    """Recorded once: after each entry, the status of the edition that it is about."""
    state, found, prev = State(), [], GENESIS
    for serial, line in enumerate((FIXTURES / "v1.in.jsonl").read_bytes().splitlines(), 1):
        entry = decode(line, serial, prev)
        state.absorb(entry)
        prev = chain_digest(line)
        if entry.campaign is not None and entry.edition is not None:
            record = state.record(CampaignName(entry.campaign), entry.edition)
            found.append(f"{serial} {entry.campaign}/{entry.edition} {status_of(record)}")
    assert (FIXTURES / "v1.statuses.txt").read_text(encoding="utf-8").splitlines() == found


HALF_AN_HOUR = timedelta(minutes=30)


def tried(minutes: int) -> Any:
    return at(NOW + timedelta(minutes=minutes), attempted(WORDS)[0], WORDS)


def held(attempt: int, errcode: int = 89504) -> Any:
    return SendInDoubt(attempt=attempt, reason="errcode", errcode=errcode), WORDS


def record_of(*happenings: Any) -> Record:
    return recorded(*happenings).record(WORDS.name, 1)


@pytest.mark.parametrize("errcode", [89504, 89505])
def test_both_codes_say_that_the_administrator_is_asked(errcode: int) -> None:
    record = record_of(tried(0), held(2, errcode))
    assert (True, NOW + HALF_AN_HOUR) == (is_held(record), held_until(record))
    assert (Status.AWAITING_ADMIN, False) == (status_of(record), is_concluded(record))


def test_another_doubt_asks_nobody() -> None:
    record = record_of(tried(0), held(2, 45066))
    assert (False, None) == (is_held(record), held_until(record))


def test_a_repetition_within_the_half_hour_counts_from_the_first() -> None:
    assert NOW + HALF_AN_HOUR == held_until(record_of(tried(0), held(2), tried(10), held(4)))


def test_a_repetition_after_the_half_hour_asks_anew() -> None:
    assert NOW + 2 * HALF_AN_HOUR == held_until(record_of(tried(0), held(2), tried(30), held(4)))


def test_the_attempt_before_that_nobody_answered_does_not_count() -> None:
    record = record_of(tried(0), tried(10), held(3))
    assert NOW + timedelta(minutes=40) == held_until(record)


def test_an_accepted_send_is_held_no_more() -> None:
    record = record_of(tried(0), held(2), (SendAccepted(attempt=2, msg_id=7), WORDS))
    assert (None, True) == (held_until(record), is_concluded(record))
