"""Binding an event to the job of its id, and offering what may be a match."""

from datetime import timedelta
from typing import Any

import pytest
from building import APPID, LINEAGE, NOW, OTHER_APPID, as_new, at, attempted, text
from simulation.scenario import Scene

from massctl.apply.jobs import Foreign, Recorded, record_finish
from massctl.errors import UsageError
from massctl.model.entries import Created, JobFinish, JobStatus, SendAccepted, SendRejected, SendSettled
from massctl.model.ids import MsgId

WORDS = text("words")
MORE = text("more", appid=OTHER_APPID)


def scene(*happened: Any) -> Scene:
    """Begin with what an earlier run recorded: attempts and acceptances."""
    found = Scene([])
    found.ledger.append(0, [as_new(Created(lineage=LINEAGE, realm="loopback")), *happened], durable=True)
    return found


def sent(campaign: Any, attempt: int, msg_id: int) -> list[Any]:
    tried, _ = attempted(campaign, appid=campaign.appid)
    return [at(NOW, tried, campaign), at(NOW, SendAccepted(attempt=attempt, msg_id=msg_id), campaign)]


def finish(msg_id: int = 7, **more: Any) -> JobFinish:
    return JobFinish(MsgId(msg_id), more.pop("status", "sent"), **more)


def record(scene: Scene, event: JobFinish, appid: Any = None, declared: Any = None) -> Recorded | Foreign:
    return record_finish(event, appid, scene.book(), declared or {})


def test_an_event_is_recorded_once_however_often_it_comes() -> None:
    one = scene(*sent(WORDS, 2, 7))
    event = finish(total_count=100, sent_count=99, article_urls=("http://a",), original_id="gh_1")
    outcomes = [record(one, event) for _ in range(3)]
    assert [False, True, True] == [isinstance(o, Recorded) and o.again for o in outcomes]
    (said,) = one.events("job_status")
    assert ("event", 99, ["http://a"]) == (said.source, said.sent_count, said.article_urls)


def test_an_event_that_says_more_than_is_known_is_recorded() -> None:
    one = scene(*sent(WORDS, 2, 7), at(NOW, JobStatus(msg_id=7, status="sent"), WORDS))
    assert Recorded is type(record(one, finish(sent_count=3)))
    assert Recorded is type(record(one, finish(sent_count=3, status="failed", reason="err(21000)")))
    assert ["err(21000)", None, None] == [e.reason for e in reversed(one.events("job_status"))]


def test_an_event_after_the_deletion_adds_its_numbers_once() -> None:
    one = scene(*sent(WORDS, 2, 7), at(NOW, JobStatus(msg_id=7, status="deleted"), WORDS))
    found = [record(one, finish(sent_count=3)) for _ in range(2)]
    assert [False, True] == [isinstance(o, Recorded) and o.again for o in found]


@pytest.mark.parametrize(("first", "then"), [("sent", "failed"), ("failed", "sent")])
def test_an_event_that_tells_another_end_says_which_was_on_record(first: Any, then: Any) -> None:
    world = scene(*sent(text("spring"), 2, 7))
    assert isinstance(before := record(world, finish(status=first)), Recorded)
    assert isinstance(after := record(world, finish(status=then)), Recorded)
    assert (None, first, then) == (before.contradicts, after.contradicts, after.record.jobs[0].status)


def test_a_foreign_event_is_bound_to_nothing() -> None:
    one = scene(*sent(WORDS, 2, 7))
    found = record(one, finish(8))
    assert isinstance(found, Foreign)
    assert ([], []) == (list(found.candidates), one.events("job_status"))


@pytest.mark.parametrize(
    ("made", "candidates"),
    [(None, ["words"]), (timedelta(0), ["words"]), (timedelta(minutes=-9), ["words"]), (timedelta(hours=-1), [])],
)
def test_an_early_event_is_offered_to_the_open_send_and_not_bound(
    made: timedelta | None, candidates: list[str]
) -> None:
    one = scene(at(NOW, attempted(WORDS)[0], WORDS))
    found = record(one, finish(created_at=NOW + made if made is not None else None))
    assert isinstance(found, Foreign)
    assert (candidates, []) == ([r.campaign for r in found.candidates], one.events("job_status"))


@pytest.mark.parametrize(
    ("made", "candidates"),
    [
        (None, []),
        (timedelta(minutes=-11), []),
        (timedelta(minutes=-9), ["words"]),
        (timedelta(hours=23), ["words"]),
        (timedelta(hours=25), []),
    ],
)
def test_an_event_is_offered_to_a_send_that_was_settled_as_not_sent_shortly_before(
    made: timedelta | None, candidates: list[str]
) -> None:
    denied = SendSettled(outcome="not_sent", reason="not there", by="lin")
    one = scene(at(NOW, attempted(WORDS)[0], WORDS), at(NOW, denied, WORDS))
    found = record(one, finish(created_at=NOW + made if made is not None else None))
    assert isinstance(found, Foreign)
    assert (candidates, []) == ([r.campaign for r in found.candidates], one.events("job_status"))


def test_an_event_is_not_offered_to_what_went_out_with_another_job_nor_to_what_wechat_refused() -> None:
    denied = SendSettled(outcome="not_sent", reason="not there", by="lin")
    refused = at(NOW, attempted(MORE)[0], MORE), at(NOW, SendRejected(attempt=6, errcode=45028), MORE)
    one = scene(at(NOW, attempted(WORDS)[0], WORDS), at(NOW, denied, WORDS), *sent(WORDS, 4, 7), *refused)
    found = record(one, finish(8, created_at=NOW))
    assert isinstance(found, Foreign)
    assert [] == list(found.candidates)


def test_two_accounts_with_a_job_of_one_id_need_a_name() -> None:
    one = scene(*sent(WORDS, 2, 7), *sent(MORE, 4, 7))
    with pytest.raises(UsageError):
        record(one, finish())
    found = record(one, finish(), OTHER_APPID)
    assert isinstance(found, Recorded)
    assert "more" == found.record.campaign


def test_an_event_to_another_original_id_than_the_declared_one_needs_the_account() -> None:
    one = scene(*sent(WORDS, 2, 7))
    with pytest.raises(UsageError, match="job 7 is the send of words, of another account") as told:
        record(one, finish(original_id="gh_2"), declared={APPID: "gh_1"})
    assert ("accounts.NAME.original_id" in told.value.hint, []) == (True, one.events("job_status"))
    assert isinstance(record(one, finish(original_id="gh_2"), APPID, {APPID: "gh_1"}), Recorded)


@pytest.mark.parametrize("addressed", ["gh_1", None])
def test_an_event_to_the_declared_original_id_or_to_none_is_recorded(addressed: str | None) -> None:
    found = record(scene(*sent(WORDS, 2, 7)), finish(original_id=addressed), declared={APPID: "gh_1"})
    assert isinstance(found, Recorded)


def test_a_declared_original_id_tells_two_accounts_apart() -> None:
    one = scene(*sent(WORDS, 2, 7), *sent(MORE, 4, 7))
    found = record(one, finish(original_id="gh_2"), declared={APPID: "gh_1"})
    assert isinstance(found, Recorded)
    assert "more" == found.record.campaign
    assert isinstance(record(one, finish(8, original_id="gh_2"), declared={APPID: "gh_1"}), Foreign)


def test_the_account_named_has_no_such_job() -> None:
    with pytest.raises(UsageError, match="job 7 is the send of words, of another account"):
        record(scene(*sent(WORDS, 2, 7)), finish(), OTHER_APPID)
    assert isinstance(record(scene(*sent(WORDS, 2, 7)), finish(8), OTHER_APPID), Foreign)


def test_an_early_event_is_offered_where_no_original_id_is_declared() -> None:
    found = record(scene(at(NOW, attempted(WORDS)[0], WORDS)), finish(8, original_id="gh_2"))
    assert isinstance(found, Foreign)
    assert ["words"] == [each.campaign for each in found.candidates]
