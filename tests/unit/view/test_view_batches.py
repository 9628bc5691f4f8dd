"""A hundred batches in a few lines: what is equal for batches in a row stands once, and nothing is hidden."""

from datetime import timedelta
from typing import Any

import pytest
from building import NOW, OPEN, at, attempted, audience, plan_of, recorded, text

from massctl.apply.jobs import Followed
from massctl.model.batches import OpenidList
from massctl.model.entries import JobStatus, NewEntry, SendAccepted, SendInDoubt, Withdrawn
from massctl.model.ids import Sha256
from massctl.model.state import State
from massctl.view.i18n import Language
from massctl.view.ledger import state_text
from massctl.view.plan import plan_text
from massctl.view.status import status_text
from massctl.view.style import Style
from massctl.view.terminal import Page

LETTER = text(
    "letter",
    window=OPEN,
    audience=audience(openids="lists/a.txt"),
    openid_list=OpenidList(Sha256("ab" * 32), 1_000_000),
)


def went(count: int, *more: NewEntry) -> State:
    """So many of a hundred batches were sent, a second apart."""
    happened = []
    for batch in range(1, count + 1):
        moment = NOW + timedelta(seconds=batch)
        tried, _ = attempted(LETTER, batch=batch, batches=100)
        happened += [
            at(moment, tried, LETTER),
            at(moment, SendAccepted(attempt=2 * batch, msg_id=100 + batch), LETTER),
        ]
    return recorded(*happened, *more)


def told(batch: int, **said: Any) -> NewEntry:
    return at(NOW, JobStatus(**{"msg_id": 100 + batch, "status": "sent", **said}), LETTER)


def status(state: State, language: Language = Language.EN) -> list[str]:
    shown = status_text(
        Page(language, Style.PLAIN, 100), Followed([state.record(LETTER.name, 1)], state)
    )
    return [" ".join(line.split()) for line in shown.splitlines()][1:]


def test_batches_that_fared_alike_stand_in_one_row() -> None:
    found = status(went(17))
    assert [
        "job batches 1–17 of 100 · msg_id 101 … 117 · sending · accepted 2026-12-01 12:00 +08:00",
        "17 of 100 batches were sent; massctl apply letter continues with the next",
    ] == found


def test_another_end_stands_in_a_row_of_its_own() -> None:
    state = went(
        5, told(1), told(2), told(3, status="failed", source="event", reason="err(30003)"), told(4)
    )
    rows = [line for line in status(state) if "msg_id" in line]
    assert ["batches 1–2 of", "batch 3 of", "batch 4 of", "batch 5 of"] == [
        row.removeprefix("job ")[: row.removeprefix("job ").index(" 100")] for row in rows
    ]


def test_numbers_are_added_up_where_all_of_them_are_known() -> None:
    numbers = {
        "source": "event",
        "total_count": 10_000,
        "filter_count": 9_000,
        "sent_count": 8_000,
        "error_count": 1_000,
    }
    links: dict[str, Any] = {"article_urls": ["http://mp.weixin.qq.com/s?a=1"]}
    found = status(went(3, told(1, **numbers, **links), told(2, **numbers, **links), told(3)))
    assert (
        "total 20,000 · after filtering 18,000 · delivered 16,000 · not delivered 2,000" in found[1]
    )
    assert [1, 1] == [
        sum("https://" in line for line in found),
        sum("massctl status letter --format json" in line for line in found),
    ]


def test_what_was_withdrawn_is_not_mixed_with_what_was_not() -> None:
    state = went(
        4, *(at(NOW, Withdrawn(msg_id=100 + batch, article=0), LETTER) for batch in (1, 2))
    )
    found = status(state)
    assert [
        "batches 1–2 of 100" in found[0],
        "every article is withdrawn" in found[1],
        "3–4 of" in found[2],
    ] == [True] * 3


def test_an_edition_that_is_one_job_shows_every_job_it_had() -> None:
    one = text("one")
    state = recorded(
        at(NOW, attempted(one)[0], one),
        at(NOW, SendAccepted(attempt=2, msg_id=7), one),
        at(NOW, attempted(one)[0], one),
        at(NOW, SendAccepted(attempt=4, msg_id=8), one),
    )
    shown = status_text(
        Page(Language.EN, Style.PLAIN, 100), Followed([state.record(one.name, 1)], state)
    )
    assert 2 == shown.count("msg_id")


def test_the_ledgers_view_folds_attempts_too() -> None:
    lost, _ = attempted(LETTER, batch=18, batches=100)
    state = went(
        17,
        at(NOW, lost, LETTER),
        at(NOW, SendInDoubt(attempt=36, reason="answer_timeout", seconds=30), LETTER),
    )
    shown = state_text(Page(Language.EN, Style.PLAIN, 100), state)
    attempts = [
        " ".join(line.split())
        for line in shown.splitlines()
        if "answered" in line or "open:" in line
    ]
    assert [
        "attempt batches 1–17 of 100 · 2026-12-01 12:00 +08:00 · answered",
        "batch 18 of 100 · 2026-12-01 12:00 +08:00 · open: no answer within 30 s",
    ] == attempts


@pytest.mark.parametrize(
    ("language", "row"),
    [
        (
            Language.EN,
            "send batches 18–100 of 100 to the openids in lists/a.txt, one after the other",
        ),
        (Language.ZH, "群发给名单 lists/a.txt，第 18–100 批，共 100 批，一批接一批"),
    ],
)
def test_the_plan_says_which_batches_are_to_come(language: Language, row: str) -> None:
    shown = plan_text(Page(language, Style.PLAIN, 200), plan_of(LETTER, went(17)), NOW)
    assert row in shown


def test_the_plan_of_a_whole_list_says_in_how_many_jobs_it_goes_out() -> None:
    shown = plan_text(Page(Language.ZH, Style.PLAIN, 200), plan_of(LETTER), NOW)
    assert "群发给名单 lists/a.txt，一批接一批，100 个任务，其中每天最多能撤下 10 个" in shown


def test_batches_with_a_gap_between_them_are_two_rows() -> None:
    tried, _ = attempted(LETTER, batch=50, batches=100)
    state = went(1, at(NOW, tried, LETTER), at(NOW, SendAccepted(attempt=4, msg_id=150), LETTER))
    shown = plan_text(Page(Language.EN, Style.PLAIN, 200), plan_of(LETTER, state), NOW)
    assert ["send batches 2–49 of 100" in shown, "send batches 51–100 of 100" in shown] == [
        True,
        True,
    ]
