"""Entries as values: made of JSON members and written as such, every kind there is; which of them decide nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from massctl.model.entries import (
    Created,
    Expired,
    SendAttempted,
    UnknownEventError,
    event_of,
    fields_of,
    is_observed,
)
from massctl.model.phrase import BEIJING

HEAD = {"serial", "prev", "at", "campaign", "edition"}
FIXTURE = Path(__file__).parents[2] / "fixtures" / "ledger" / "v1.out.jsonl"
EVENTS: list[dict[str, Any]] = [
    {key: value for key, value in json.loads(line).items() if key not in HEAD}
    for line in FIXTURE.read_text(encoding="utf-8").splitlines()
]
"""Of every kind at least one."""
REJECTED = {"type": "send_rejected", "attempt": 3}


@pytest.mark.parametrize("members", EVENTS, ids=lambda each: each["type"])
def test_an_event_is_written_as_it_was_read(members: dict[str, Any]):
    assert members == fields_of(event_of(members))


@pytest.mark.parametrize(
    "members",
    [
        {"type": "unheard_of"},
        {"attempt": 3},
        {"type": ["send_rejected"], "attempt": 3},
        {"type": "send_rejected"},
        {**REJECTED, "surprise": 1},
        {**REJECTED, "attempt": "3"},
        {**REJECTED, "retryable": 1},
        {"type": "job_status", "msg_id": 7, "status": "lost"},
        {"type": "created", "format_version": 2, "lineage": "L", "realm": "wechat"},
        {"type": "expired", "not_after": "2026-12-01T10:00:00"},
        {"type": "send_in_doubt", "attempt": 3, "reason": "no answer within 30 s"},
        {"type": "send_in_doubt", "attempt": 3, "reason": "answer_timeout"},
        {"type": "draft_deleted", "appid": "wx0", "media_id": "M"},
        {"type": "expired", "not_after": "soon"},
        {"type": "job_status", "msg_id": 7, "status": "sent", "article_urls": [1]},
        {"type": "job_status", "msg_id": 7, "status": "sent", "copyright_check": {"verdict": 1}},
        {
            "type": "job_status",
            "msg_id": 7,
            "status": "sent",
            "copyright_check": {"results": [{"article_idx": "1"}]},
        },
    ],
    ids=str,
)
def test_a_newer_writer_is_noticed(members: dict[str, Any]):
    with pytest.raises(UnknownEventError):
        event_of(members)


def test_a_moment_keeps_its_offset_and_utc_is_z():
    for written in (
        "2026-12-01T10:00:00+08:00",
        "2026-12-01T02:00:00Z",
        "2026-12-01T02:00:00.500000Z",
    ):
        event = event_of({"type": "expired", "not_after": written})
        assert written == fields_of(event)["not_after"]
        assert isinstance(event, Expired)
        assert (10, 0) == (event.not_after.astimezone(BEIJING).hour, event.not_after.minute)


def test_what_an_attempt_tells_of_its_campaign_may_be_missing():
    attempt = next(event_of(each) for each in EVENTS if each["type"] == "send_attempted")
    assert isinstance(attempt, SendAttempted)
    assert (None, None, None, None) == (
        attempt.title,
        attempt.account,
        attempt.not_before,
        attempt.not_after,
    )


BEGUN = {"previewed": "begun", "withdrawn": "begun"}
"""Kinds that begin and end something by one type."""


def test_what_wechat_or_the_clock_told_is_observed_and_all_else_is_decided():
    observed = {
        each["type"] for each in EVENTS if is_observed(event_of({**each, **_begun(each["type"])}))
    }
    told = {
        "image_uploaded",
        "material_added",
        "video_made",
        "send_accepted",
        "send_rejected",
        "send_in_doubt",
    }
    assert told | {"job_status", "told", "expired"} == observed
    assert not is_observed(Created(lineage="L", realm="wechat"))


def _begun(kind: str) -> dict[str, str]:
    return {"outcome": BEGUN[kind]} if kind in BEGUN else {}


@pytest.mark.parametrize(
    ("kind", "outcome", "expected"),
    [
        ("previewed", "begun", False),
        ("previewed", "unknown", True),
        ("withdrawn", "begun", False),
        ("withdrawn", "refused", True),
        ("withdrawn", None, True),
    ],
)
def test_some_kinds_begin_and_end_by_one_type(kind: str, outcome: str | None, expected: bool):
    members = next(each for each in EVENTS if each["type"] == kind)
    assert expected == is_observed(event_of({**members, "outcome": outcome}))
