"""Addresses of articles that went out: of the newest edition, with a reason where there is none."""

from datetime import UTC, datetime
from typing import Any

import pytest

from massctl.model.entries import JobStatus
from massctl.model.ids import CampaignName
from massctl.model.state import Job, Record, State, article_address, article_addresses

AT = datetime(2026, 12, 1, tzinfo=UTC)
SALE = CampaignName("sale")


def job(*addresses: str, **more: Any) -> Job:
    counts = JobStatus(
        msg_id=7, status="sent", source="event", article_urls=list(addresses) or None
    )
    return Job(1, "id", AT, 7, 8, counts=counts, **more)


def recorded(*editions: list[Job]) -> State:
    state = State()
    for edition, jobs in enumerate(editions, 1):
        state.records[SALE, edition] = Record(SALE, edition, jobs=jobs)
        state.index.editions.setdefault(SALE, {})[edition] = state.records[SALE, edition]
    return state


@pytest.mark.parametrize(
    ("editions", "number", "address"),
    [
        ([[job("https://a/1", "https://a/2")]], 2, "https://a/2"),
        ([[job("http://a/1")]], 1, "https://a/1"),
        ([[job("https://a/1")], [job("https://b/1")]], 1, "https://b/1"),
        ([[job("https://a/1")], [job()]], 1, "https://a/1"),
        ([[job("https://a/1", "https://a/2", withdrawn={2})]], 1, "https://a/1"),
    ],
)
def test_the_newest_address_is_given(editions: list[list[Job]], number: int, address: str) -> None:
    assert address == article_address(recorded(*editions), "sale", number)


@pytest.mark.parametrize(
    ("editions", "number", "why"),
    [
        ([], 1, "the ledger does not know of a send of sale, so it has no address"),
        ([[]], 1, "the ledger does not know of a send of sale, so it has no address"),
        (
            [[job(status="sent")]],
            1,
            "sale was sent, but nobody recorded the addresses of its articles",
        ),
        (
            [[Job(1, "id", AT, 7, 8)]],
            1,
            "sale is still being sent, and its articles have addresses only after that",
        ),
        ([[job("https://a/1")]], 2, "sale has 1 articles, but no article 2"),
        (
            [[job("https://a/1", withdrawn={1})]],
            1,
            "article 1 of sale was withdrawn: its address no longer works",
        ),
        (
            [[job("https://a/1", withdrawn={0})]],
            1,
            "article 1 of sale was withdrawn: its address no longer works",
        ),
        (
            [[job("https://a/1", status="deleted")]],
            1,
            "article 1 of sale was withdrawn: its address no longer works",
        ),
    ],
)
def test_why_there_is_none(editions: list[list[Job]], number: int, why: str) -> None:
    found = article_address(recorded(*editions), "sale", number)
    assert not isinstance(found, str)
    assert why == str(found[0])


def test_every_address_is_given_that_one_could_ask_for() -> None:
    state = recorded(
        [job("https://a/1", "http://a/2", "https://a/3", withdrawn={3})], [Job(1, "id", AT, 7, 8)]
    )
    state.records[CampaignName("quiet"), 1] = Record(CampaignName("quiet"), 1)
    assert {"sale/1": "https://a/1", "sale/2": "https://a/2"} == article_addresses(state)
    assert {} == article_addresses(State())
