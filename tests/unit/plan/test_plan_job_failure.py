"""A job that failed: what to do about each reason, and never what would send to the same people twice."""

import pytest
from building import Happening, attempted, recorded, text

from massctl.model.entries import JobStatus, SendAccepted
from massctl.model.ids import CampaignName
from massctl.model.state import Record, State
from massctl.plan.job_failure import REASONS, how_to_resend, reason_words

SALE = text("sale", edition=3)


def way_of(reason: str | None, *others: str) -> str:
    """Say what is advised where the first job failed, and further batches of its list ended otherwise."""
    batches = len(others) + 1
    happened: list[Happening] = []
    for number, status in enumerate(("failed", *others), 1):
        happened.append(attempted(SALE, batch=number, batches=batches if others else None))
        happened.append((SendAccepted(attempt=len(happened) + 1, msg_id=6 + number), SALE))
        said = reason if status == "failed" else None
        happened.append(
            (JobStatus(msg_id=6 + number, status=status, source="event", reason=said), SALE)
        )
    state = recorded(*happened)
    return how_to_resend(state.record(SALE.name, 3), state) or ""


@pytest.mark.parametrize(
    "reason", [*(f"err({number})" for number in REASONS), "err(99999)", "send fail", None]
)
def test_every_way_raises_the_edition_and_locks(reason: str | None) -> None:
    way = way_of(reason)
    assert all(step in way for step in ("edition: 4", "massctl lock sale", "massctl apply sale"))
    assert (reason in ("err(30001)", "err(30003)")) == ("send_ignore_reprint: true" in way)


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("err(30002)", "change the article"),
        ("err(40001)", "administrator"),
        ("err(40002)", "administrator"),
        ("err(10001)", "advertising"),
        ("err(20001)", "通知中心"),
        ("err(20008)", "申诉"),
        ("err(20013)", "licence"),
        ("err(21000)", "objects to"),
        ("err(22000)", "QR codes of the other account"),
        ("err(30001)", "although that check fails"),
        ("err(30003)", "as a reprint"),
        ("err(20431)", "the console shows the reason"),
        ("err(99999)", "the console shows the reason"),
    ],
)
def test_each_reason_has_its_way(reason: str, word: str) -> None:
    assert word in way_of(reason)


@pytest.mark.parametrize("other", ["sent", "sending"])
def test_a_list_that_was_sent_in_part_is_never_told_to_raise_its_edition(other: str) -> None:
    way = way_of("err(30003)", other)
    assert ("massctl apply" in way, "--unsent-of sale" in way) == (False, True)


def test_what_did_not_fail_has_no_way() -> None:
    assert how_to_resend(Record(CampaignName("sale"), 1), State()) is None


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (
            "err(40002)",
            "WeChat failed it: the administrator did not answer within 30 minutes (err(40002))",
        ),
        ("err(99999)", "WeChat failed it for a reason that massctl does not know (err(99999))"),
        ("send fail", "WeChat failed it without a reason (send fail)"),
    ],
)
def test_a_reason_is_told_with_the_word_of_wechat(word: str, said: str) -> None:
    assert said == reason_words(word)
