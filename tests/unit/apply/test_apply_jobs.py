"""Jobs after their send: polls, events, silence, comments."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import APPID, LINEAGE, NOW, OTHER_APPID, as_new, at, attempted, news, text
from simulation.scenario import Scene, scene, whole_text
from simulation.world import Fault, MassJob

from massctl.apply.jobs import (
    Followed,
    Foreign,
    Recorded,
    SentNews,
    addressed_records,
    ended_badly,
    follow_jobs,
    misaddressed_owner,
    news_of,
    owners_of,
    record_finish,
    switch_comments,
    unfinished,
)
from massctl.apply.journal import Statement
from massctl.apply.reconcile import settle_not_sent, settle_sent
from massctl.errors import ConfigurationError, UsageError
from massctl.model.entries import (
    Created,
    JobFinish,
    JobStatus,
    SendAccepted,
    SendInDoubt,
    SendRejected,
    SendSettled,
    Withdrawn,
)
from massctl.model.ids import MsgDataId, MsgId
from massctl.model.state import Job, Record, Status, status_of
from massctl.plan.steps import Guard

WORDS = whole_text()


def sending() -> Scene:
    """Give a scene with a job whose state could not be read yet."""
    scene = Scene([WORDS])
    scene.wechat.job_status = "sending"
    assert 0 == scene.apply(("job_report", Fault.REQUEST_LOST)).exit_status()
    return scene


def follow(
    scene: Scene,
    *faults: Fault,
    wait_seconds: float = 0,
    account: Callable[[Any], Any] | None = None,
) -> Followed:
    """Ask as the verb `status` does."""
    scene.wechat.coming = [("job_report", fault) for fault in faults]
    book = scene.book()
    record = book.state.record(WORDS.name, 1)
    port = account or (lambda appid: {APPID: scene.wechat}[appid])
    return follow_jobs([record], port, book, scene.clock, scene.progress, wait_seconds)


def test_a_job_is_asked_about_once_and_its_state_recorded() -> None:
    scene = sending()
    scene.wechat.job_status = "sent"
    followed = follow(scene)
    assert (0, ["sent"]) == (
        followed.exit_status(),
        [event.status for event in scene.events("job_status")],
    )


def test_a_finished_job_is_not_asked_about() -> None:
    scene = Scene([WORDS])
    scene.apply()
    scene.wechat.calls.clear()
    assert (0, []) == (follow(scene).exit_status(), scene.wechat.calls)


def test_a_state_that_did_not_change_is_recorded_once() -> None:
    scene = sending()
    follow(scene)
    follow(scene)
    assert ["sending"] == [event.status for event in scene.events("job_status")]


def test_a_job_that_is_still_being_sent_is_asked_about_until_the_time_is_up() -> None:
    scene = sending()
    scene.wechat.calls.clear()
    follow(scene, wait_seconds=12)
    assert 4 == scene.wechat.count("job_report")
    assert [12, 7, 2] == scene.progress.waited


def test_waiting_ends_with_the_last_job() -> None:
    scene = sending()
    scene.clock.on_sleep = lambda: setattr(scene.wechat, "job_status", "sent")
    scene.wechat.calls.clear()
    followed = follow(scene, wait_seconds=600)
    assert (0, 2) == (followed.exit_status(), scene.wechat.count("job_report"))


def test_a_failure_learnt_now_is_1_and_later_0() -> None:
    scene = sending()
    scene.wechat.job_status = "failed"
    first = follow(scene)
    assert (1, ["words"]) == (first.exit_status(), [record.campaign for record in first.failed_now])
    assert 0 == follow(scene).exit_status()


def test_a_question_without_an_answer_is_1_and_not_asked_again_in_this_run() -> None:
    scene = sending()
    scene.wechat.calls.clear()
    followed = follow(scene, Fault.REQUEST_LOST, wait_seconds=60)
    assert (1, 1) == (followed.exit_status(), scene.wechat.count("job_report"))
    ((record, failure),) = followed.errors
    assert ("words", "WeChat gave no usable answer") == (record.campaign, failure.message)


def test_an_account_without_a_secret_is_an_error_of_its_records() -> None:
    def locked(_: object) -> Any:
        raise ConfigurationError("the secret is not set")

    assert 1 == follow(sending(), account=locked).exit_status()


def test_an_open_attempt_is_4() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(("send_mass", Fault.ANSWER_LOST))
    assert 4 == follow(scene).exit_status()


@pytest.mark.parametrize(
    ("msg_id", "status", "expected"),
    [
        (7, "sending", 7),
        (7, "awaiting_admin", 7),
        (7, "unknown", 7),
        (7, "sent", None),
        (None, "sending", None),
    ],
)
def test_a_job_may_change_while_it_is_not_finished(
    msg_id: int | None, status: str, expected: int | None
) -> None:
    assert expected == unfinished(Job(1, "id", WORDS.window.not_before, msg_id, None, status))  # type: ignore[union-attr]


def test_a_record_without_an_account_is_asked_for_under_no_appid() -> None:
    asked: list[str] = []
    record = Record(WORDS.name, 1, jobs=[Job(1, "id", WORDS.window.not_before, 7, None)])  # type: ignore[union-attr]

    def account(appid: str) -> Any:
        asked.append(appid)
        raise ConfigurationError("no such account")

    scene = Scene([])
    follow_jobs([record], account, scene.book(), scene.clock, scene.progress)
    assert [""] == asked


OTHER = text("other", content="明早九点", window=WORDS.window)
HELD = ("send_mass", Fault.HELD)


def status(scene: Scene) -> Status:
    return status_of(scene.state.record(WORDS.name, 1))


def test_a_held_send_is_asked_for_once_in_a_run_and_is_no_doubt() -> None:
    scene = Scene([WORDS])
    outcome = scene.apply(HELD)
    assert (0, 1) == (outcome.exit_status(), scene.wechat.count("send_mass"))
    assert Status.AWAITING_ADMIN is outcome.status(outcome.campaigns[0])


def test_a_later_run_learns_what_the_administrator_said() -> None:
    scene = Scene([WORDS])
    scene.apply(HELD)
    outcome = scene.apply()
    assert (0, Status.SENT) == (outcome.exit_status(), status(scene))
    assert 1 == len(scene.wechat.jobs)


def test_after_the_half_hour_it_is_a_doubt_which_is_recorded_once() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(HELD)
    scene.clock.moment += timedelta(minutes=30)
    assert (4, 4) == (scene.apply().exit_status(), scene.apply().exit_status())
    assert (Status.IN_DOUBT, 2) == (status(scene), scene.types().count("send_in_doubt"))


def test_status_records_the_end_of_the_half_hour_too() -> None:
    scene = Scene([WORDS], wait_in_doubt=False)
    scene.apply(HELD)

    def follow() -> int:
        book = scene.book()
        record = book.state.record(WORDS.name, 1)
        return follow_jobs(
            [record], lambda _: scene.wechat, book, scene.clock, scene.progress
        ).exit_status()

    before = follow()
    scene.clock.moment += timedelta(minutes=30)
    assert (0, 4) == (before, follow())


def test_a_second_campaign_is_told_whom_it_waits_for() -> None:
    scene = Scene([WORDS])
    scene.apply(HELD)
    scene.campaigns = [OTHER]
    outcome = scene.apply()
    (refusal,) = outcome.campaigns[0].refusals
    assert (Guard.ACCOUNT_IN_DOUBT, True) == (
        refusal.guard,
        "waits for the administrator" in refusal.message,
    )


PLAIN = text("words")
MORE = text("more", appid=OTHER_APPID)


def sent(campaign: Any, attempt: int, msg_id: int) -> list[Any]:
    tried, _ = attempted(campaign, appid=campaign.appid)
    return [
        at(NOW, tried, campaign),
        at(NOW, SendAccepted(attempt=attempt, msg_id=msg_id), campaign),
    ]


def finish(msg_id: int = 7, created_at: datetime | None = None, **more: Any) -> JobFinish:
    return JobFinish(
        JobStatus(msg_id=msg_id, source="event", **{"status": "sent", **more}), created_at
    )


def record(
    scene: Scene, event: JobFinish, appid: Any = None, declared: Any = None
) -> Recorded | Foreign:
    return record_finish(event, appid, scene.book(), declared or {})


def test_an_event_is_recorded_once_however_often_it_comes() -> None:
    one = scene(*sent(PLAIN, 2, 7))
    event = finish(total_count=100, sent_count=99, article_urls=["http://a"], original_id="gh_1")
    outcomes = [record(one, event) for _ in range(3)]
    assert [False, True, True] == [isinstance(o, Recorded) and o.again for o in outcomes]
    (said,) = one.events("job_status")
    assert ("event", 99, ["http://a"]) == (said.source, said.sent_count, said.article_urls)


def test_an_event_that_says_more_than_is_known_is_recorded() -> None:
    one = scene(*sent(PLAIN, 2, 7), at(NOW, JobStatus(msg_id=7, status="sent"), PLAIN))
    assert Recorded is type(record(one, finish(sent_count=3)))
    assert Recorded is type(record(one, finish(sent_count=3, status="failed", reason="err(21000)")))
    assert ["err(21000)", None, None] == [e.reason for e in reversed(one.events("job_status"))]


def test_an_event_after_the_deletion_adds_its_numbers_once() -> None:
    one = scene(*sent(PLAIN, 2, 7), at(NOW, JobStatus(msg_id=7, status="deleted"), PLAIN))
    found = [record(one, finish(sent_count=3)) for _ in range(2)]
    assert [False, True] == [isinstance(o, Recorded) and o.again for o in found]


@pytest.mark.parametrize(("first", "then"), [("sent", "failed"), ("failed", "sent")])
def test_an_event_that_tells_another_end_says_which_was_on_record(first: Any, then: Any) -> None:
    world = scene(*sent(text("spring"), 2, 7))
    assert isinstance(before := record(world, finish(status=first)), Recorded)
    assert isinstance(after := record(world, finish(status=then)), Recorded)
    assert (None, first, "contradicted") == (
        before.contradicts,
        after.contradicts,
        after.record.jobs[0].status,
    )
    assert {first, then} == set(after.record.jobs[0].ends)
    again = record(world, finish(status=first))
    assert isinstance(again, Recorded)
    assert again.again


@pytest.mark.parametrize(("outcome", "status"), [("sent", "sent"), ("not_sent", "failed")])
def test_of_two_ends_a_person_says_which_is_true_and_no_copy_of_an_event_takes_that_back(
    outcome: Any, status: str
) -> None:
    world = scene(*sent(PLAIN, 2, 7))
    told = [finish(status="sent", sent_count=48_951), finish(status="failed", reason="err(10001)")]
    for each in told:
        record(world, each)
    assert "contradicted" == status_of(world.record(PLAIN))
    settle = settle_sent if outcome == "sent" else settle_not_sent
    settle(
        world.record(PLAIN),
        Statement("looked", "li"),
        None,
        world.book(),
        now=NOW,
        wait=timedelta(0),
    )
    for each in told:
        assert record(world, each).again  # type: ignore[union-attr]
    assert (status, status) == (status_of(world.record(PLAIN)), world.record(PLAIN).jobs[0].status)


def test_two_ends_are_told_with_both_and_without_a_way_to_send_again() -> None:
    world = scene(*sent(PLAIN, 2, 7))
    record(world, finish(status="sent", sent_count=48_951))
    record(world, finish(status="failed", reason="err(10001)"))
    failure = ended_badly(world.record(PLAIN), world.state)
    assert failure is not None
    assert ("48,951" in failure.message, "err(10001)" in failure.message) == (True, True)
    assert ("reconcile words --sent" in failure.hint, "edition" in failure.hint) == (True, False)


def in_doubt_about(msg_id: int, *more: Any) -> Scene:
    """A send whose only request was answered with 45065 and this job."""
    doubt = SendInDoubt(attempt=2, reason="errcode", errcode=45065, msg_id=msg_id)
    return scene(at(NOW, attempted(PLAIN)[0], PLAIN), at(NOW, doubt, PLAIN), *more)


@pytest.mark.parametrize(
    ("said", "status"), [({"sent_count": 9}, "sent"), ({"status": "failed"}, "failed")]
)
def test_the_end_of_the_job_that_45065_named_settles_the_doubt(
    said: dict[str, Any], status: str
) -> None:
    world = in_doubt_about(7)
    told = record(world, finish(7, **said))
    assert isinstance(told, Recorded)
    assert (status, [7]) == (
        status_of(world.record(PLAIN)),
        [job.msg_id for job in world.record(PLAIN).jobs],
    )
    assert ["unknown"] == [each.content for each in world.events("send_accepted")]


def test_the_end_of_another_sends_job_settles_no_doubt_that_names_it() -> None:
    other = text("other")
    world = in_doubt_about(
        7, at(NOW, attempted(other)[0], other), at(NOW, SendAccepted(attempt=4, msg_id=7), other)
    )
    told = record(world, finish(7))
    assert isinstance(told, Recorded)
    assert ("other", "in_doubt") == (told.record.campaign, status_of(world.record(PLAIN)))


def test_an_end_that_two_doubts_name_settles_neither() -> None:
    other = text("other")
    doubt = SendInDoubt(attempt=4, reason="errcode", errcode=45065, msg_id=7)
    world = in_doubt_about(7, at(NOW, attempted(other)[0], other), at(NOW, doubt, other))
    assert isinstance(record(world, finish(7)), Foreign)


@pytest.mark.parametrize(
    ("job_status", "status", "exit_status"),
    [("sent", "sent", 0), ("failed", "failed", 1), ("sending", "in_doubt", 4)],
)
def test_status_asks_for_the_job_that_45065_named(
    job_status: Any, status: str, exit_status: int
) -> None:
    world = in_doubt_about(3147000001)
    world.wechat.jobs.append(MassJob(MsgId(3147000001), None, NOW, "今晚八点"))
    world.wechat.job_status = job_status
    book = world.book()
    records = [book.state.record(PLAIN.name, 1)]
    followed = follow_jobs(records, lambda _: world.wechat, book, world.clock, world.progress)
    assert exit_status == followed.exit_status()
    assert status == status_of(world.record(PLAIN))


def test_a_poll_that_tells_another_end_than_the_event_is_kept_too() -> None:
    """mass/get said that it failed, and then the event says that it was sent."""
    world = scene(*sent(PLAIN, 2, 7), at(NOW, JobStatus(msg_id=7, status="failed"), PLAIN))
    record(world, finish(status="sent", sent_count=9))
    assert "contradicted" == world.record(PLAIN).jobs[0].status


def test_a_foreign_event_is_bound_to_nothing() -> None:
    one = scene(*sent(PLAIN, 2, 7))
    found = record(one, finish(8))
    assert isinstance(found, Foreign)
    assert ([], []) == (list(found.candidates), one.events("job_status"))


@pytest.mark.parametrize(
    ("made", "candidates"),
    [
        (None, ["words"]),
        (timedelta(0), ["words"]),
        (timedelta(minutes=-9), ["words"]),
        (timedelta(hours=-1), []),
    ],
)
def test_an_early_event_is_offered_to_the_open_send_and_not_bound(
    made: timedelta | None, candidates: list[str]
) -> None:
    one = scene(at(NOW, attempted(PLAIN)[0], PLAIN))
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
    one = scene(at(NOW, attempted(PLAIN)[0], PLAIN), at(NOW, denied, PLAIN))
    found = record(one, finish(created_at=NOW + made if made is not None else None))
    assert isinstance(found, Foreign)
    assert (candidates, []) == ([r.campaign for r in found.candidates], one.events("job_status"))


def test_an_event_is_not_offered_to_what_went_out_with_another_job_nor_to_what_wechat_refused() -> (
    None
):
    denied = SendSettled(outcome="not_sent", reason="not there", by="lin")
    refused = (
        at(NOW, attempted(MORE)[0], MORE),
        at(NOW, SendRejected(attempt=6, errcode=45028), MORE),
    )
    one = scene(
        at(NOW, attempted(PLAIN)[0], PLAIN), at(NOW, denied, PLAIN), *sent(PLAIN, 4, 7), *refused
    )
    found = record(one, finish(8, created_at=NOW))
    assert isinstance(found, Foreign)
    assert [] == list(found.candidates)


def test_two_accounts_with_a_job_of_one_id_need_a_name() -> None:
    one = scene(*sent(PLAIN, 2, 7), *sent(MORE, 4, 7))
    with pytest.raises(UsageError):
        record(one, finish())
    found = record(one, finish(), OTHER_APPID)
    assert isinstance(found, Recorded)
    assert "more" == found.record.campaign


def test_an_event_to_another_original_id_than_the_declared_one_is_not_recorded() -> None:
    one = scene(*sent(PLAIN, 2, 7))
    with pytest.raises(UsageError, match="job 7 is the send of words, of another account") as told:
        record(one, finish(original_id="gh_2"), declared={APPID: "gh_1"})
    assert ("accounts.NAME.original_id" in told.value.hint, []) == (True, one.events("job_status"))
    with pytest.raises(UsageError, match="addressed to gh_2, but the account is gh_1"):
        record(one, finish(original_id="gh_2"), APPID, {APPID: "gh_1"})
    assert isinstance(record(one, finish(original_id="gh_2"), APPID), Recorded)


@pytest.mark.parametrize("addressed", ["gh_1", None])
def test_an_event_to_the_declared_original_id_or_to_none_is_recorded(addressed: str | None) -> None:
    found = record(
        scene(*sent(PLAIN, 2, 7)), finish(original_id=addressed), declared={APPID: "gh_1"}
    )
    assert isinstance(found, Recorded)


def test_a_declared_original_id_tells_two_accounts_apart() -> None:
    one = scene(*sent(PLAIN, 2, 7), *sent(MORE, 4, 7))
    found = record(one, finish(original_id="gh_2"), declared={APPID: "gh_1"})
    assert isinstance(found, Recorded)
    assert "more" == found.record.campaign
    assert isinstance(record(one, finish(8, original_id="gh_2"), declared={APPID: "gh_1"}), Foreign)


ENDED = at(NOW, JobStatus(msg_id=7, status="sent", source="event"), PLAIN)
POLLED = at(NOW, JobStatus(msg_id=7, status="sent"), PLAIN)


@pytest.mark.parametrize(
    ("told", "appid", "more", "expected"),
    [
        ("gh_typo", None, (), APPID),
        ("gh_typo", APPID, (POLLED,), APPID),
        ("gh_typo", OTHER_APPID, (), None),
        ("gh_typo", None, (ENDED,), None),
        ("gh_2", None, (), None),
        (None, None, (), None),
    ],
    ids=[
        "unknown",
        "polled",
        "of another account",
        "has ended",
        "declared by another account",
        "not addressed",
    ],
)
def test_whose_original_id_is_wrong(told: str | None, appid: Any, more: Any, expected: Any) -> None:
    """An account's, if its job of that number has not ended, and nobody declares what the event is addressed to."""
    state = scene(*sent(PLAIN, 2, 7), *more).book().state
    declared = {APPID: "gh_1", OTHER_APPID: "gh_2"}
    assert expected == misaddressed_owner(finish(original_id=told), appid, state, declared)


def test_the_account_named_has_no_such_job() -> None:
    with pytest.raises(UsageError, match="job 7 is the send of words, of another account"):
        record(scene(*sent(PLAIN, 2, 7)), finish(), OTHER_APPID)
    assert isinstance(record(scene(*sent(PLAIN, 2, 7)), finish(8), OTHER_APPID), Foreign)


def test_an_early_event_is_offered_where_no_original_id_is_declared() -> None:
    found = record(scene(at(NOW, attempted(PLAIN)[0], PLAIN)), finish(8, original_id="gh_2"))
    assert isinstance(found, Foreign)
    assert ["words"] == [each.campaign for each in found.candidates]


SALE, PLAIN_TEXT = news("sale"), text("words")


class Phone:
    """Remembers what was switched."""

    def __init__(self) -> None:
        self.switched: list[tuple[str, int, int]] = []

    def open_comments(self, msg_data_id: int, article: int) -> None:
        self.switched.append(("open", msg_data_id, article))

    def close_comments(self, msg_data_id: int, article: int) -> None:
        self.switched.append(("close", msg_data_id, article))


def record_with(campaign: Any, *events: Any) -> Record:
    scene = Scene([])
    happened = [
        as_new(Created(lineage=LINEAGE, realm="loopback")),
        *(at(NOW, event, campaign) for event in events),
    ]
    scene.ledger.append(0, happened, durable=True)
    return scene.state.record(campaign.name, 1)


@pytest.mark.parametrize(("opened", "word"), [(True, "open"), (False, "close")])
def test_every_article_of_every_news_is_switched(opened: bool, word: str) -> None:
    phone = Phone()
    assert [1, 2] == switch_comments(
        [SentNews(MsgDataId(8)), SentNews(MsgDataId(9))], [1, 2], phone, opened=opened
    )
    assert [(word, 8, 1), (word, 8, 2), (word, 9, 1), (word, 9, 2)] == phone.switched


def test_what_was_withdrawn_is_left_alone() -> None:
    phone = Phone()
    news = [SentNews(MsgDataId(8), frozenset({2})), SentNews(MsgDataId(9), frozenset({1, 2}))]
    assert [1] == switch_comments(news, [1, 2], phone, opened=True)
    assert [("open", 8, 1)] == phone.switched
    assert [] == switch_comments(news, [2], phone, opened=True)


def test_the_news_is_known_by_the_answer_to_its_send() -> None:
    tried, accepted = (
        attempted(SALE, media_id="D")[0],
        SendAccepted(attempt=2, msg_id=7, msg_data_id=8),
    )
    assert [SentNews(MsgDataId(8))] == news_of(record_with(SALE, tried, accepted))


def test_what_is_gone_is_no_news_any_more() -> None:
    tried, accepted = (
        attempted(SALE, media_id="D")[0],
        SendAccepted(attempt=2, msg_id=7, msg_data_id=8),
    )
    found = news_of(record_with(SALE, tried, accepted, Withdrawn(msg_id=7, article=2)))
    assert [SentNews(MsgDataId(8), frozenset({2}))] == found
    with pytest.raises(UsageError) as caught:
        news_of(record_with(SALE, tried, accepted, Withdrawn(msg_id=7, article=0)))
    assert "withdrawn" in caught.value.detail


def test_without_that_answer_there_is_no_way_to_it() -> None:
    tried, accepted = (
        attempted(SALE, media_id="D")[0],
        SendAccepted(attempt=2, msg_id=7, duplicate=True),
    )
    with pytest.raises(UsageError) as caught:
        news_of(record_with(SALE, tried, accepted))
    assert "msg_data_id" in caught.value.detail


URL = "http://mp.weixin.qq.com/s?__biz=A&mid={}&idx={}&sn=b#rd"


def told(*urls: str) -> JobStatus:
    return JobStatus(msg_id=7, status="sent", source="event", article_urls=list(urls))


def lost(*urls: str) -> Record:
    """A send whose answer was lost, and whose end an event told."""
    tried = attempted(SALE, media_id="D")[0]
    return record_with(SALE, tried, SendAccepted(attempt=2, msg_id=7, duplicate=True), told(*urls))


def test_an_event_tells_it_in_the_addresses_of_the_articles() -> None:
    assert [SentNews(MsgDataId(2247480005))] == news_of(
        lost(URL.format(2247480005, 1), URL.format(2247480005, 2))
    )


@pytest.mark.parametrize(
    "urls",
    [
        [URL.format(5, 1), URL.format(6, 2)],
        [URL.format(5, 1), "https://mp.weixin.qq.com/s/short"],
        [URL.format("5x", 1)],
        [URL.format("", 1)],
        ["http://mp.weixin.qq.com/s?amid=5"],
    ],
)
def test_addresses_that_do_not_agree_tell_nothing(urls: list[str]) -> None:
    with pytest.raises(UsageError):
        news_of(lost(*urls))


def test_the_answer_to_the_send_comes_before_the_addresses() -> None:
    tried, accepted = (
        attempted(SALE, media_id="D")[0],
        SendAccepted(attempt=2, msg_id=7, msg_data_id=8),
    )
    assert [SentNews(MsgDataId(8))] == news_of(
        record_with(SALE, tried, accepted, told(URL.format(5, 1)))
    )


def test_nor_for_what_a_person_settled() -> None:
    with pytest.raises(UsageError):
        news_of(record_with(SALE, SendSettled(outcome="sent", reason="seen", by="lin", msg_id=7)))


def test_a_text_has_none() -> None:
    with pytest.raises(UsageError):
        news_of(
            record_with(PLAIN_TEXT, attempted(PLAIN_TEXT)[0], SendAccepted(attempt=2, msg_id=7))
        )


def test_nor_has_what_was_not_sent() -> None:
    with pytest.raises(UsageError):
        news_of(record_with(SALE))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"status": "failed", "reason": "err(20008)"}, "fraud"),
        ({"status": "failed"}, "WeChat accepted the job and then failed it"),
        ({"total_count": 9, "sent_count": 0}, "nobody received it"),
        ({"total_count": 9, "sent_count": 9}, None),
    ],
)
def test_an_end_that_is_not_what_was_meant_says_why_and_the_way_on(
    said: dict[str, Any], why: str | None
) -> None:
    one = scene(*sent(PLAIN, 2, 7))
    told = record(one, finish(**said))
    assert isinstance(told, Recorded)
    failure = ended_badly(told.record, one.state)
    if why is None:
        assert failure is None
    else:
        assert failure is not None
        assert why in failure.message
        assert failure.hint


def test_a_doubt_that_names_no_job_is_asked_about_nowhere() -> None:
    doubt = SendInDoubt(attempt=2, reason="answer_timeout", seconds=30)
    world = scene(at(NOW, attempted(PLAIN)[0], PLAIN), at(NOW, doubt, PLAIN))
    book = world.book()
    nobody = {"wechat": lambda _: pytest.fail("asked")}
    followed = follow_jobs(
        [book.state.record(PLAIN.name, 1)], nobody["wechat"], book, world.clock, world.progress
    )
    assert [] == followed.errors


def test_a_named_job_that_cannot_be_read_is_an_error_and_stays_in_doubt() -> None:
    def away(_: object) -> Any:
        raise ConfigurationError("no secret")

    world = in_doubt_about(7)
    book = world.book()
    followed = follow_jobs(
        [book.state.record(PLAIN.name, 1)], away, book, world.clock, world.progress
    )
    assert (1, "in_doubt") == (len(followed.errors), status_of(world.record(PLAIN)))


@pytest.mark.parametrize(
    ("appid", "names"), [(None, ["words"]), (APPID, ["words"]), (OTHER_APPID, [])]
)
def test_an_event_is_about_a_send_of_the_account_that_it_is_addressed_to(
    appid: Any, names: list[str]
) -> None:
    world = scene(*sent(PLAIN, 2, 7))
    found = addressed_records(finish(7), appid, world.book().state, {})
    assert names == [each.campaign for each in found]
    assert {APPID} == owners_of(finish(7), found or [world.record(PLAIN)])
