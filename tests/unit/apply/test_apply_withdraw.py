"""Withdrawals: the state first, one request, and every outcome on record."""

from datetime import timedelta
from typing import Any

import pytest
from building import APPID, DAY, HOUR, NOW, OTHER_APPID, at, attempted, news, text
from simulation.scenario import Scene, scene

from massctl.apply.jobs import POLL_SECONDS
from massctl.apply.ports import JobReport
from massctl.apply.withdraw import (
    ALL,
    Withdrawal,
    WithdrawalWait,
    prepared,
    sharing,
    targets,
    withdraw,
    withdraw_all,
)
from massctl.errors import (
    PermanentError,
    QuotaError,
    RefusedError,
    TransportError,
    UsageError,
    WeChatError,
)
from massctl.model.entries import JobStatus, SendAccepted, SendSettled, Withdrawn
from massctl.model.ids import AppId
from massctl.model.state import Record
from massctl.plan.quota import withdrawable, withdrawals_left

SALE, OTHER, WORDS = news("sale"), news("other"), text("words")


class Phone:
    """What `withdraw` needs of WeChat: two articles, and an answer on order."""

    def __init__(
        self, *answers: WeChatError | None, status: str = "sent", lost_report: bool = False
    ) -> None:
        self.answers = list(answers)
        self.status = status
        self.asked: list[int] = []
        self.gone: set[int] = set()
        self.lost_report = lost_report

    def job_report(self, msg_id: Any) -> JobReport:
        if self.lost_report and self.asked:
            raise TransportError("no answer")
        return JobReport(msg_id, "deleted" if self.gone >= {1, 2} else self.status)

    def withdraw(self, msg_id: Any, article: int) -> None:
        self.asked.append(article)
        answer = self.answers.pop(0) if self.answers else None
        if answer is None or isinstance(answer, TransportError):
            if article in self.gone:
                raise PermanentError("state", errcode=40065)
            self.gone |= {article} if article else {1, 2}
        if answer is not None:
            raise answer


def sent(campaign: Any, attempt: int = 2, msg_id: int | None = 7, **more: Any) -> list[Any]:
    media_id = more.pop("media_id", f"DRAFT_{attempt}")
    tried, _ = attempted(campaign, media_id=media_id)
    accepted = SendAccepted(
        attempt=attempt, msg_id=msg_id, msg_data_id=more.pop("msg_data_id", attempt)
    )
    return [at(NOW, tried, campaign), at(NOW, accepted, campaign)]


def taken_one_by_one(scene: Scene, phone: Phone, article: int = 1) -> Record:
    book = scene.book()
    record = book.state.record(SALE.name, 1)
    for target in targets(record, article):
        withdraw(target, phone, book)
    return record


def outcomes(scene: Scene) -> list[tuple[int, str | None]]:
    return [(event.article, event.outcome) for event in scene.events("withdrawn")]


def test_an_article_is_withdrawn_and_recorded_before_and_after() -> None:
    one, phone = scene(*sent(SALE)), Phone()
    record = taken_one_by_one(one, phone)
    assert ([(1, "begun"), (1, None)], [1]) == (outcomes(one), phone.asked)
    assert ({1}, False) == (record.jobs[0].withdrawn, record.jobs[0].is_gone)


def test_with_the_last_article_the_job_is_gone() -> None:
    one, phone = scene(*sent(SALE)), Phone()
    taken_one_by_one(one, phone, 1)
    assert taken_one_by_one(one, phone, 2).jobs[0].is_gone


def test_what_is_withdrawn_is_not_asked_for_again() -> None:
    one, phone = scene(*sent(SALE)), Phone()
    taken_one_by_one(one, phone, ALL)
    before = one.types()
    taken_one_by_one(one, phone, ALL)
    taken_one_by_one(one, phone, 2)
    assert ([0], before) == (phone.asked, one.types())


def test_what_somebody_deleted_in_the_console_is_recorded_and_not_asked_for() -> None:
    one, phone = scene(*sent(SALE)), Phone(status="deleted")
    assert taken_one_by_one(one, phone).jobs[0].is_gone
    assert ([], [(1, None)]) == (phone.asked, outcomes(one))


@pytest.mark.parametrize("status", ["sending", "unknown", "awaiting_admin", "failed"])
def test_only_what_is_sent_is_withdrawn(status: str) -> None:
    one, phone = scene(*sent(SALE)), Phone(status=status)
    with pytest.raises(RefusedError):
        taken_one_by_one(one, phone)
    assert ([], []) == (phone.asked, outcomes(one))


def test_what_an_event_says_is_sent_may_still_be_sending_to_wechat() -> None:
    told = JobStatus(msg_id=7, status="sent", source="event", total_count=9, sent_count=9)
    one, phone = scene(*sent(SALE), at(NOW, told, SALE)), Phone(status="sending")
    with pytest.raises(RefusedError, match="an event said that sale is sent"):
        taken_one_by_one(one, phone)
    assert [] == phone.asked


def test_a_lost_answer_is_told_and_settled_by_asking_again() -> None:
    """WeChat answers 40065 to the second request, because the first one took place."""
    one, phone = scene(*sent(SALE)), Phone(TransportError("no answer"))
    with pytest.raises(TransportError, match="nobody knows whether the articles of sale are gone"):
        taken_one_by_one(one, phone)
    record = one.state.record(SALE.name, 1)
    assert ({1}, set()) == (record.jobs[0].withdrawing, record.jobs[0].withdrawn)
    taken_one_by_one(one, phone)
    assert [(1, "begun"), (1, "unknown"), (1, "begun"), (1, None)] == outcomes(one)


def test_a_lost_answer_to_all_is_settled_by_the_jobs_state() -> None:
    one, phone = scene(*sent(SALE)), Phone(TransportError("no answer"))
    taken_one_by_one(one, phone, ALL)
    assert [(0, "begun"), (0, "unknown"), (0, None)] == outcomes(one)


def test_a_state_that_cannot_be_read_afterwards_settles_nothing() -> None:
    one, phone = scene(*sent(SALE)), Phone(TransportError("no answer"), lost_report=True)
    with pytest.raises(TransportError):
        taken_one_by_one(one, phone, ALL)
    assert [(0, "begun"), (0, "unknown")] == outcomes(one)


@pytest.mark.parametrize("errcode", [40065, 40060])
def test_a_refusal_is_recorded_and_raised(errcode: int) -> None:
    one, phone = scene(*sent(SALE)), Phone(PermanentError("no", errcode=errcode, rid="6a-7b"))
    with pytest.raises(PermanentError):
        taken_one_by_one(one, phone)
    (_, refused) = one.events("withdrawn")
    assert ("refused", errcode, "6a-7b") == (refused.outcome, refused.errcode, refused.rid)
    assert set() == one.state.record(SALE.name, 1).jobs[0].withdrawing


def test_a_used_up_day_after_a_lost_answer_settles_nothing() -> None:
    one, phone = (
        scene(*sent(SALE)),
        Phone(TransportError("no answer"), QuotaError("ten a day", errcode=45009)),
    )
    with pytest.raises(TransportError):
        taken_one_by_one(one, phone)
    with pytest.raises(QuotaError):
        taken_one_by_one(one, phone)
    assert (1, "refused") == outcomes(one)[-1]


def test_a_state_that_changed_meanwhile_is_recorded() -> None:
    one = scene(*sent(SALE), at(NOW, JobStatus(msg_id=7, status="sent"), SALE))
    taken_one_by_one(one, Phone())
    assert ["sent"] == [event.status for event in one.events("job_status")]


class Slow(Phone):
    """A phone whose jobs are sent after so many looks at them; a look may find nobody."""

    def __init__(self, looks: int, *, deaf: bool = False) -> None:
        super().__init__()
        self.looks, self.deaf = looks, deaf

    def job_report(self, msg_id: Any) -> JobReport:
        self.looks -= 1
        if self.deaf and self.looks >= 0:
            raise TransportError("no answer")
        return JobReport(msg_id, "sending") if self.looks >= 0 else super().job_report(msg_id)


def taken_with_patience(one: Scene, phone: Phone, seconds: int = 60) -> Withdrawal:
    book, record = one.book(), one.state.record(SALE.name, 1)
    taken = prepared(record, ALL, one.state, NOW)
    withdraw_all(
        taken,
        phone,
        book,
        WithdrawalWait(NOW + timedelta(seconds=seconds), one.clock, one.progress),
    )
    return taken


@pytest.mark.parametrize("deaf", [False, True])
def test_with_patience_it_is_deleted_at_the_first_moment(deaf: bool) -> None:
    one, phone = scene(*sent(SALE)), Slow(3, deaf=deaf)
    taken = taken_with_patience(one, phone)
    assert (None, 1, [ALL]) == (taken.error, len(taken.done), phone.asked)
    assert timedelta(seconds=3 * POLL_SECONDS) == one.clock.now() - NOW


@pytest.mark.parametrize(("deaf", "status"), [(False, 5), (True, 1)])
def test_patience_ends_and_says_why(deaf: bool, status: int) -> None:
    one, phone = scene(*sent(SALE)), Slow(99, deaf=deaf)
    taken = taken_with_patience(one, phone, seconds=12)
    assert (status, [], []) == (taken.exit_status(), taken.done, phone.asked)
    assert timedelta(seconds=12) == one.clock.now() - NOW


def test_a_job_that_failed_meanwhile_ends_the_wait() -> None:
    one, phone = scene(*sent(SALE)), Phone(status="failed")
    assert "failed the job" in str(taken_with_patience(one, phone).error)
    assert NOW == one.clock.now()


def test_without_patience_what_is_still_being_sent_names_the_flag() -> None:
    one = scene(*sent(SALE))
    for article, flag in ((ALL, "--all"), (2, "--article 2")):
        taken = prepared(one.state.record(SALE.name, 1), article, one.state, NOW)
        withdraw_all(taken, Phone(status="sending"), one.book())
        assert taken.error is not None
        assert f"massctl withdraw sale {flag} --wait 1h" in taken.error.hint


def test_there_is_nothing_to_withdraw_of_what_was_not_sent() -> None:
    with pytest.raises(UsageError, match="sale has nothing to withdraw"):
        targets(scene().state.record(SALE.name, 1), 1)


def test_a_text_cannot_be_withdrawn() -> None:
    one = scene(*sent(WORDS, media_id=None))
    with pytest.raises(UsageError, match="words has nothing to withdraw"):
        targets(one.state.record(WORDS.name, 1), ALL)


def test_a_job_whose_id_was_never_learnt_cannot_be_withdrawn_here() -> None:
    one = scene(*sent(SALE, msg_id=None))
    with pytest.raises(UsageError, match="is not known"):
        targets(one.state.record(SALE.name, 1), 1)


def test_a_send_that_a_person_settled_with_its_id_can_be_withdrawn() -> None:
    settled = SendSettled(outcome="sent", reason="seen", by="lin", msg_id=7)
    one = scene(at(NOW, settled, SALE))
    assert [7] == [target.msg_id for target in targets(one.state.record(SALE.name, 1), 1)]


@pytest.mark.parametrize(
    ("other", "names"),
    [
        (sent(OTHER, 4, 8), []),
        (sent(OTHER, 4, 8, media_id="DRAFT_2"), ["other"]),
        (sent(OTHER, 4, 8, msg_data_id=2), ["other"]),
        (
            [
                *sent(OTHER, 4, 8),
                at(NOW, JobStatus(msg_id=8, status="sent", article_urls=["http://a"]), OTHER),
            ],
            ["other"],
        ),
        ([*sent(OTHER, 4, 8, msg_data_id=2), at(NOW, Withdrawn(msg_id=8, article=0), OTHER)], []),
    ],
)
def test_the_sends_that_lose_their_link_too_are_named(other: list[Any], names: list[str]) -> None:
    addressed = at(NOW, JobStatus(msg_id=7, status="sent", article_urls=["http://a"]), SALE)
    state = scene(*sent(SALE), *other, addressed).state
    (target,) = targets(state.record(SALE.name, 1), 1)
    assert names == [record.campaign for record in sharing(target, state)]


def test_a_job_without_any_name_of_its_content_shares_nothing() -> None:
    settled = SendSettled(outcome="sent", reason="seen", by="lin", msg_id=7)
    state = scene(at(NOW, settled, SALE)).state
    (target,) = targets(state.record(SALE.name, 1), 1)
    assert [] == list(sharing(target, state))


# ten a day


def jobs(count: int) -> list[Any]:
    """A list of openids that went out in so many jobs."""
    happened = []
    for batch in range(1, count + 1):
        tried, _ = attempted(SALE, batch=batch, batches=count, media_id=f"DRAFT_{batch}")
        happened += [
            at(NOW, tried, SALE),
            at(NOW, SendAccepted(attempt=2 * batch, msg_id=100 + batch), SALE),
        ]
    return happened


def taken(scene: Scene, phone: Any, hours: int = 0) -> Withdrawal:
    book = scene.book()
    found = prepared(book.state.record(SALE.name, 1), ALL, book.state, NOW + hours * HOUR)
    withdraw_all(found, phone, book)
    return found


class Phones:
    """Many jobs; each is gone once it was asked to be. `answers` are given in turn, None for a withdrawal."""

    def __init__(self, *answers: WeChatError | None) -> None:
        self.answers = list(answers)
        self.gone: list[int] = []

    def job_report(self, msg_id: Any) -> JobReport:
        return JobReport(msg_id, "deleted" if msg_id in self.gone else "sent")

    def withdraw(self, msg_id: Any, article: int) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.gone.append(msg_id)


def test_of_twelve_jobs_ten_are_withdrawn_today_and_the_others_tomorrow() -> None:
    one, phones = scene(*jobs(12)), Phones()
    first = taken(one, phones)
    assert (list(range(101, 111)), 10, 5) == (phones.gone, len(first.done), first.exit_status())
    assert ["allowance"] == [refusal.guard.value for refusal in first.refusals]
    later = taken(one, phones, hours=1)
    assert ([], 10, 5) == (later.done, len(phones.gone), later.exit_status())
    # NOW is noon in Beijing: midnight is twelve hours away.
    tomorrow = taken(one, phones, hours=12)
    assert (12, 0, []) == (len(phones.gone), tomorrow.exit_status(), tomorrow.refusals)


def test_what_stops_a_withdrawal_is_told_beside_what_was_done() -> None:
    one = scene(*jobs(3))
    found = taken(one, Phones(None, QuotaError("ten a day", errcode=45009)))
    assert ([101], 1) == ([target.msg_id for target in found.done], found.exit_status())
    again = taken(one, Phones())
    assert [102, 103] == [target.msg_id for target in again.done]


@pytest.mark.parametrize(
    ("appid", "ago", "left"),
    [(APPID, HOUR, 7), (APPID, 13 * HOUR, 8), (APPID, DAY, 8), (OTHER_APPID, HOUR, 10)],
)
def test_withdrawals_are_counted_by_account_and_beijing_day(
    appid: AppId, ago: timedelta, left: int
) -> None:
    asked = [at(NOW - ago, Withdrawn(msg_id=101, article=1, outcome="begun"), SALE)]
    today = [at(NOW, Withdrawn(msg_id=102, article=n, outcome="begun"), SALE) for n in (1, 2)]
    state = scene(*jobs(2), *asked, *today).state
    assert left == withdrawals_left(state, appid, NOW)


@pytest.mark.parametrize(
    ("happened", "later", "count"),
    [
        (jobs(2), 0 * DAY, 2),
        (jobs(2), 31 * DAY, 2),
        (jobs(2), 32 * DAY, 0),
        ([*jobs(2), at(NOW, Withdrawn(msg_id=101, article=0), SALE)], 0 * DAY, 1),
        ([*jobs(2), at(NOW, JobStatus(msg_id=101, status="failed"), SALE)], 0 * DAY, 1),
        (sent(SALE, msg_id=None), 0 * DAY, 0),
        (sent(WORDS, media_id=None), 0 * DAY, 0),
    ],
)
def test_what_is_there_to_be_withdrawn(happened: list[Any], later: timedelta, count: int) -> None:
    state = scene(*happened).state
    assert count == len(withdrawable(state, APPID, NOW + later))
    assert [] == withdrawable(state, OTHER_APPID, NOW)


def test_what_is_asked_for_today_is_named_by_job_and_article() -> None:
    record = scene(*sent(SALE)).record(SALE)
    assert [(7, 1)] == Withdrawal(record, 1, targets(record, 1), []).named
