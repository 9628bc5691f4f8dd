"""Collecting statistics: every answer is archived before the next call, and a failure ends what would fail as well."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from statistics_samples import APPID, SENT, account_day, article_day

from massctl.apply.ports import Counted
from massctl.apply.statistics import Collected, collect
from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.ledger.statistics import LocalStatistics
from massctl.model.ids import AppId
from massctl.model.phrase import BEIJING
from massctl.model.statistics import StatisticsCall, StatisticsRequest
from massctl.plan.statistics import Fall

ME = AppId(APPID)
NOW = datetime(2026, 11, 3, 9, 0, tzinfo=BEIJING)
ARTICLES, USERS = StatisticsCall.ARTICLES, StatisticsCall.USERS


class FakeClock:
    def now(self) -> datetime:
        return NOW

    def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)


class FakeWeChat:
    """Answers in order, and remembers what it was asked."""

    def __init__(self, *answers: Counted | WeChatError) -> None:
        self.answers = list(answers)
        self.asked: list[StatisticsCall] = []

    def statistics(
        self,
        call: StatisticsCall,
        begin_date: date,
        end_date: date,
        seen_at: datetime,
        known: Collection[str] | None = None,
    ) -> Counted:
        assert seen_at == NOW
        self.asked.append(call)
        answer = self.answers.pop(0)
        if isinstance(answer, WeChatError):
            raise answer
        return answer


@pytest.fixture
def archive(tmp_path: Path) -> LocalStatistics:
    return LocalStatistics(tmp_path / "statistics")


def requests(*calls: StatisticsCall) -> Sequence[StatisticsRequest]:
    return [
        StatisticsRequest(call, SENT - timedelta(days=number), SENT)
        for number, call in enumerate(calls)
    ]


def collected(
    archive: LocalStatistics, *answers: Counted | WeChatError
) -> tuple[Collected, FakeWeChat]:
    """Ask for an article, for followers, and for an article again."""
    wechat = FakeWeChat(*answers)
    return collect(ME, wechat, archive, requests(ARTICLES, USERS, ARTICLES), FakeClock()), wechat


def test_what_is_said_is_archived_and_counted(archive: LocalStatistics):
    answers = [
        Counted((article_day(),)),
        Counted(days=(account_day(new_user={0: 1}),), left_out=2),
        Counted(),
    ]
    found, _ = collected(archive, *answers)
    assert (2, 2, None, False) == (found.rows, found.left_out, found.error, found.waits)
    assert ["done", "done", "done"] == [each.outcome for each in archive.calls(ME)]
    assert ["100_1"] == list(archive.load(ME).articles)
    assert [SENT] == list(archive.load(ME).account)


def test_what_is_delayed_or_lacks_its_newest_day_is_remembered_so(archive: LocalStatistics):
    found, _ = collected(archive, Counted((article_day(),), is_delay=True), Counted(), Counted())
    assert (["delayed", "delayed", "done"], True) == (
        [each.outcome for each in found.calls],
        found.waits,
    )


def test_a_sum_that_fell_is_told_and_kept(archive: LocalStatistics):
    collected(archive, Counted((article_day(read_user=50),)), Counted(), Counted())
    less = article_day(read_user=40, seen_at=NOW)
    found, _ = collected(archive, Counted((less,)), Counted(), Counted())
    assert [Fall("100_1", SENT, "read_user", 50, 40)] == found.falls
    assert (less,) == archive.load(ME).articles["100_1"]


def test_a_day_that_is_not_counted_yet_is_no_failure_and_asked_for_once(archive: LocalStatistics):
    found, wechat = collected(
        archive, PermanentError("not yet", errcode=61503), Counted(days=(account_day(new_user={}),))
    )
    assert ([ARTICLES, USERS], None, True) == (wechat.asked, found.error, found.waits)
    assert ["not_ready", "done"] == [each.outcome for each in archive.calls(ME)]


def test_days_that_are_refused_end_nothing_else(archive: LocalStatistics):
    found, wechat = collected(
        archive, PermanentError("these days", errcode=61501), Counted(), Counted()
    )
    assert 3 == len(wechat.asked)
    assert found.error is not None
    assert 61501 == found.error.errcode
    assert ["refused", "delayed", "done"] == [each.outcome for each in archive.calls(ME)]


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (QuotaError("used up", errcode=45009), ["refused"]),
        (AuthError("no right", errcode=48001), []),
        (TransportError("no answer"), []),
    ],
)
def test_what_would_fail_again_is_not_tried_again(
    archive: LocalStatistics, error: WeChatError, kept: list[str]
):
    found, wechat = collected(archive, error)
    assert [ARTICLES] == wechat.asked
    assert found.error is not None
    assert kept == [each.outcome for each in archive.calls(ME)]


def test_no_call_is_begun_after_its_time(archive: LocalStatistics):
    wechat = FakeWeChat(Counted())
    found = collect(ME, wechat, archive, requests(ARTICLES), FakeClock(), NOW)
    assert ([], []) == (wechat.asked, found.calls)
    assert 1 == len(
        collect(
            ME, wechat, archive, requests(ARTICLES), FakeClock(), NOW + timedelta(seconds=1)
        ).calls
    )
