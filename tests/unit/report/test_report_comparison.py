"""Numbers beside numbers: who is compared with whom, quartiles by hand, and nothing said of too few."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from report_samples import APPID, DAY, NOW, SENT, Sends, earlier
from statistics_samples import article_day

from massctl.cli.report_inputs import report_from
from massctl.model.entries import SendImported, Withdrawn
from massctl.model.ids import AppId, CampaignName
from massctl.model.phrase import BEIJING
from massctl.model.state import Status
from massctl.model.statistics import Statistics
from massctl.plan.quota import Unit
from massctl.report.comparison import quartiles_by_day, quartiles_of, title_bucket
from massctl.report.readings import readings_of
from massctl.report.report import (
    FULL_MAX,
    ArticleFacts,
    Aspect,
    Breakdown,
    By,
    Comparison,
    Figure,
    Missing,
    Origin,
    Point,
    Quartiles,
    Report,
    Scene,
    SendFacts,
    SendReport,
)
from massctl.report.usual import Standing, UsualRange
from massctl.report.verdict import ReferenceWindow, day_of_send
from massctl.view.report_words import send_facts


def compared(report: Report, day: int = 7, aspect: Aspect = Aspect.READERS) -> Comparison:
    found = report.sends[0].comparison(aspect, day)
    assert found is not None
    return found


def reference(send: SendReport) -> tuple[tuple[str, int], ...]:
    return send.verdict.reference.sends


def breakdown(report: Report, by: By) -> Breakdown:
    return next(each for each in report.accounts[0].breakdowns if each.by is by)


@pytest.mark.parametrize(
    ("numbers", "quartiles"),
    [
        ((10, 20, 30), None),
        ((10, 20, 30, 40), Quartiles(17.5, 25, 32.5)),
        ((1, 2, 3, 4, 5), Quartiles(2, 3, 4)),
        ((7, 7, 7, 7), Quartiles(7, 7, 7)),
    ],
)
def test_quartiles_lie_between_numbers_and_need_four(
    numbers: tuple[float, ...], quartiles: Quartiles | None
) -> None:
    assert quartiles == quartiles_of(numbers)


def test_a_send_is_compared_with_the_earlier_ones_by_the_same_day() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400, received=1000)
    sends.send("spring", 100)
    sends.job("spring", (1000, 1000, 1000, 0))
    sends.read(100, 7, read_user=500)

    found = compared(sends.report("spring"))

    assert (0.25, UsualRange(0, 1.89), Standing.WITHIN) == (found.mean, found.usual, found.standing)


def test_a_later_send_changes_nothing_in_the_report_of_an_earlier_one() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    before = sends.report("earlier-3").sends
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert before == sends.report("earlier-3").sends


def test_only_sends_of_the_same_audience_are_comparable() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400, audience={"tag": "会员"})
    sends.send("spring", 100)
    sends.read(100, 7, read_user=5)

    assert () == reference(sends.report("spring").sends[0])


def test_a_withdrawn_send_and_one_of_long_ago_are_not_comparable() -> None:
    sends = Sends()
    for number, (name, before) in enumerate((("ago", 181), ("then", 180), ("gone", 2))):
        sends.send(name, 400 + number, SENT - before * DAY)
        sends.read(400 + number, 7, sent=SENT - before * DAY, read_user=9)
    sends.note(
        Withdrawn(
            msg_id=sends.state.record(CampaignName("gone"), 1).jobs[0].msg_id or 0, article=0
        ),
        "gone",
        1,
        SENT,
    )
    sends.send("spring", 100)
    sends.read(100, 7, read_user=9)

    report = sends.report("spring", "gone")

    assert (("then", 1),) == reference(report.sends[0])
    assert [False, True] == [each.is_withdrawn for each in report.sends]


def test_a_send_whose_job_failed_says_so_and_is_not_comparable() -> None:
    sends = Sends()
    sends.send("lost", 401, SENT - 2 * DAY)
    sends.read(401, 7, sent=SENT - 2 * DAY, read_user=9)
    sends.job("lost", None, status="failed")
    sends.send("spring", 100)
    sends.read(100, 7, read_user=9)

    report = sends.report()

    assert [Status.SENDING, Status.FAILED] == [each.status for each in report.sends]
    assert () == reference(report.sends[0])


def test_numbers_that_leave_the_window_are_forgotten() -> None:
    sends = Sends()
    sends.send("ago", 400, SENT - 181 * DAY)
    sends.read(400, 7, sent=SENT - 181 * DAY, read_user=9)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert 0 == compared(sends.report()).count


def test_unfollows_are_those_of_the_account_against_the_same_weekday() -> None:
    """Tuesdays of the four weeks before had 2, 4, 6 and 8; on the day of the send 3 + 6 people left."""
    sends = Sends()
    sends.send("spring", 100)
    for week, count in enumerate((2, 4, 6, 8), 1):
        sends.account_day(SENT.date() - 7 * week * DAY, cancel_user={0: count}, new_user={})
    sends.account_day(SENT.date(), cancel_user={0: 3, 1: 6}, new_user={1: 5})
    sends.account_day(SENT.date() + DAY, new_user={1: 5})

    first, second, third = sends.report().sends[0].followers

    assert (9, 5, UsualRange(0, 37), Standing.WITHIN) == (
        first.cancelled.value,
        first.joined.value,
        first.usual,
        first.standing,
    )
    assert (Missing.NOT_GIVEN, Missing.NOT_COLLECTED) == (
        second.cancelled.missing,
        third.cancelled.missing,
    )
    assert (None, None) == (second.usual, second.standing)


def test_readers_that_are_late_make_no_follower_late() -> None:
    """WeChat says `is_delay` of the readers of an account; who came and went is another call's."""
    sends = Sends()
    sends.send("spring", 100)
    for week in range(4):
        left = {0: 9 * (week == 0)}
        sends.account_day(
            SENT.date() - 7 * week * DAY,
            cancel_user=left,
            new_user={},
            cumulate_user=5,
            is_delay=True,
        )
    report = sends.report()
    (first, *_) = report.sends[0].followers

    assert (False, False, 3) == (
        first.cancelled.is_delay,
        first.joined.is_delay,
        len(first.compared),
    )
    assert not report.accounts[0].followers.is_delay


def test_a_day_on_which_nobody_left_is_zero_and_a_day_to_come_is_missing() -> None:
    sends = Sends()
    sends.send("spring", 100, NOW - DAY)
    sends.account_day((NOW - DAY).date(), cancel_user={})

    first, second, _ = sends.report().sends[0].followers

    assert (0, Missing.NOT_YET) == (first.cancelled.value, second.cancelled.missing)


def test_readers_for_each_use_of_the_allowance_and_what_is_left() -> None:
    """Two of the month's four are used; (300 + 500) / 2 readers. The one to a tag used none."""
    sends = Sends()
    sends.send("one", 1)
    sends.read(1, 7, read_user=300)
    sends.send("two", 2, SENT + timedelta(hours=1))
    sends.read(2, 7, read_user=500)
    sends.send("three", 3, SENT + timedelta(hours=2), audience={"tag_id": 9})
    sends.read(3, 7, read_user=999)

    found = sends.report().accounts[0].allowance

    assert found is not None
    assert (Unit.MONTH, 4, 2, 2, 2) == (
        found.unit,
        found.limit,
        found.used,
        found.left,
        found.counted,
    )
    assert (800, 400) == (found.readers.value, found.per_use.value)


def test_an_account_whose_kind_nobody_knows_has_no_allowance() -> None:
    sends = Sends(kind="")
    sends.send("one", 1)

    assert sends.report().accounts[0].allowance is None


def test_an_allowance_without_numbers_divides_nothing() -> None:
    sends = Sends()
    sends.send("one", 1)

    found = sends.report().accounts[0].allowance

    assert found is not None
    assert (0, Missing.NOTHING_TO_DIVIDE) == (found.counted, found.per_use.missing)


@pytest.mark.parametrize(
    ("length", "bucket"),
    [(1, "1–10"), (10, "1–10"), (11, "11–15"), (30, "26–30"), (31, "31–"), (64, "31–")],
)
def test_headlines_are_grouped_by_length(length: int, bucket: str) -> None:
    assert bucket == title_bucket(length)


def test_sends_are_side_by_side_in_the_order_of_their_keys_never_by_size() -> None:
    sends = Sends()
    for number, (hour, count) in enumerate([(20, 10), (9, 20), (20, 30), (20, 40), (20, 50)]):
        at = SENT.replace(hour=hour) - number * DAY
        name = f"send-{number}"
        sends.send(name, number, at)
        sends.facts[CampaignName(name), 1] = SendFacts(
            articles=(ArticleFacts("标题", "林" if number else ""), ArticleFacts("二")),
            approver="wang",
        )
        sends.read(number, 7, sent=at, read_user=count)
        sends.read(number, 7, position=2, sent=at, read_user=1)

    report = sends.report(now=NOW + 30 * DAY)
    hours, places = breakdown(report, By.HOUR), breakdown(report, By.POSITION)

    assert [("20", 4, Quartiles(25, 35, 42.5))] == [
        (each.key, each.count, each.quartiles) for each in hours.groups
    ]
    assert [("1", 5, Quartiles(20, 30, 40)), ("2", 5, Quartiles(1, 1, 1))] == [
        (each.key, each.count, each.quartiles) for each in places.groups
    ]
    assert [("林", 4)] == [(each.key, each.count) for each in breakdown(report, By.AUTHOR).groups]
    assert [("wang", 5)] == [
        (each.key, each.count) for each in breakdown(report, By.APPROVER).groups
    ]
    assert By.THEME not in {each.by for each in report.accounts[0].breakdowns}


def test_only_sends_to_one_audience_stand_side_by_side_except_by_audience() -> None:
    sends = Sends()
    for number in range(7):
        at, tag = (
            SENT - number * DAY,
            {"tag": "会员", "tag_id": 100} if number in (2, 5) else {"is_to_all": True},
        )
        sends.send(f"send-{number}", number, at, audience=tag)
        sends.read(number, 7, sent=at, read_user=10 if number in (2, 5) else 1_000)

    report = sends.report(now=NOW + 30 * DAY)

    hours, audiences = breakdown(report, By.HOUR), breakdown(report, By.AUDIENCE)
    assert ("all", [5], [1_000]) == (
        hours.audience,
        [each.count for each in hours.groups],
        [each.quartiles.lower for each in hours.groups],
    )
    assert (None, {"all": 5}) == (
        audiences.audience,
        {each.key: each.count for each in audiences.groups},
    )


def loaded_report(sends: Sends, since: date) -> Report:
    """Report what the archive gives, which reads no more than it is asked for."""

    def load(_: AppId, first: date) -> Statistics:
        rows = sends.statistics.articles
        return Statistics(
            {msgid: days for msgid, days in rows.items() if days[0].ref_date >= first}, {}
        )

    settings: Any = SimpleNamespace(accounts={})
    statistics: Any = SimpleNamespace(load=load)
    return report_from(sends.state, settings, statistics, NOW, since=since)


def test_since_shows_what_was_sent_before_midnight_and_published_after_it() -> None:
    sends, late = Sends(), datetime(2026, 11, 30, 23, 55, tzinfo=BEIJING)
    sends.send("spring", 100, late)
    sends.read(100, 1, sent=late + DAY, read_user=50)

    assert [SENT.date()] == [each.ref_date for each in loaded_report(sends, SENT.date()).sends]


def test_a_send_whose_audience_nobody_recorded_is_compared_with_none() -> None:
    sends = Sends()
    for number in range(5):
        sends.send(f"all-{number}", 90 + number)
        sends.read(90 + number, 1, read_user=9)
        sends.note(SendImported(appid=APPID, sent_at=SENT, by="wang"), f"old-{number}", 1, SENT)
    sends.send("spring", 100)
    sends.read(100, 1, read_user=9)
    found = {send.campaign: send for send in sends.report().sends}

    assert ("unknown", ()) == (found["old-4"].scope, reference(found["old-4"]))
    assert {f"all-{number}" for number in range(5)} == {
        name for name, _ in reference(found["spring"])
    }
    assert "an audience that nobody recorded" in send_facts(found["old-4"])


def test_a_report_says_as_of_when_its_numbers_are() -> None:
    """Days 1 to 8 are over: 4 is late, 6 and 7 are missing, so by the end of day 3 all is there."""
    sends = Sends()
    sends.send("spring", 100)
    for day in (1, 2, 3, 4, 5, 8):
        sends.read(100, day, read_user=day, is_delay=day == 4)
    first = SENT.date()

    found = sends.report().accounts[0].freshness

    assert (first + 2 * DAY, (first + 3 * DAY,), (first + 5 * DAY, first + 6 * DAY)) == (
        found.complete_until,
        found.delayed,
        found.missing,
    )
    assert found.asked_at is not None


@pytest.mark.parametrize("is_failed", [True, False])
def test_a_send_that_failed_or_was_withdrawn_takes_no_day_from_the_others(
    *, is_failed: bool
) -> None:
    sends = Sends()
    sends.send("lost", 99)
    if is_failed:
        sends.job("lost", None, status="failed")
    else:
        job = sends.state.record(CampaignName("lost"), 1).jobs[0]
        sends.note(Withdrawn(msg_id=job.msg_id or 0, article=0), "lost", 1, SENT)
    sends.send("spring", 100)
    for day in range(1, 9):
        sends.read(100, day, read_user=day)

    found = sends.report().accounts[0].freshness

    assert (SENT.date() + 7 * DAY, ()) == (found.complete_until, found.missing)


def test_a_day_whose_answer_had_no_readers_is_not_complete() -> None:
    sends = Sends()
    sends.send("spring", 100)
    for day in range(1, 9):
        sends.read(100, day, **({"share_user": 1} if day == 5 else {"read_user": day}))
    found = sends.report().accounts[0].freshness

    assert (SENT.date() + 3 * DAY, (SENT.date() + 4 * DAY,)) == (
        found.complete_until,
        found.missing,
    )


def test_sends_of_before_there_were_statistics_make_no_day_complete() -> None:
    sends = Sends()
    sends.send("spring", 100, datetime(2025, 10, 20, 20, tzinfo=BEIJING))
    sends.account_day(SENT.date(), cumulate_user=1200)

    assert sends.report().accounts[0].freshness.complete_until is None


def test_without_any_number_nothing_is_complete() -> None:
    sends = Sends()
    sends.send("spring", 100)

    found = sends.report().accounts[0].freshness

    assert (None, None, 8) == (found.asked_at, found.complete_until, len(found.missing))


def test_all_followers_are_those_of_the_newest_day() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.account_day(SENT.date(), cumulate_user=1200)
    sends.account_day(SENT.date() + DAY, cumulate_user=1190)
    sends.account_day(SENT.date() + 2 * DAY)

    found = sends.report().accounts[0].followers

    assert (1190, SENT.date() + DAY) == (found.value, found.until)


def curve(*readers: int, late: int = 0) -> list[Point]:
    return [Point(day, SENT.date(), each, day == late) for day, each in enumerate(readers, 1)]


def test_what_is_usual_by_each_day_is_that_of_the_same_sends() -> None:
    """The fifth send lacks day 3, and in the first it is late: so there is none."""
    curves = [curve(10, 20, 30, late=3), *(curve(n, 2 * n, 3 * n) for n in (20, 30, 40))]

    assert [(1, Quartiles(17.5, 25, 32.5)), (2, Quartiles(35, 50, 65))] == [
        (each.day, each.quartiles) for each in quartiles_by_day(curves, 2)
    ]
    assert [1, 2] == [each.day for each in quartiles_by_day([*curves, curve(5, 50)], 2)]
    assert () == quartiles_by_day([], 1)


def test_what_is_usual_does_not_fall_where_wechat_took_readers_back() -> None:
    """By the judged day 2 the number is the one that is told."""
    curves = [curve(*readers) for readers in ((12, 10, 8), (1, 2, 3), (1, 2, 3), (1, 2, 3))]

    found = [each.quartiles.upper for each in quartiles_by_day(curves, 2)]

    assert [3.25, 4.0, 4.75] == found


def test_only_the_newest_sends_of_a_report_have_quartiles_by_day():
    sends = Sends()
    for number in range(14):
        at = SENT - DAY * (3 * (14 - number))
        sends.send(f"walk-{number}", 100 + number, at)
        sends.job(f"walk-{number}", (2000, 2000, 2000, 0))
        for day in range(1, 9):
            sends.read(100 + number, day, sent=at, read_user=100 * number + day)
    report = sends.report()
    assert [8] * FULL_MAX + [0] * (14 - FULL_MAX) == [len(each.quartiles) for each in report.sends]
    newest = report.sends[0]
    assert 13 == newest.quartiles[6].among == compared(report).count


@pytest.mark.parametrize("total", [90, 91])
def test_a_source_that_a_send_lacks_is_zero_where_its_sources_are_all_its_readers(total: int):
    window = ReferenceWindow()
    for readers, sources in (
        (100, {Scene.MESSAGE.value: 80, Scene.RECOMMENDED.value: 20}),
        (total, {Scene.MESSAGE.value: 90}),
    ):
        row = article_day(read_user=readers, read_user_source=sources)
        readings = readings_of([[row]], row.ref_date, row.stat_date)
        received, left = (Figure(value=each, origin=Origin.LEDGER) for each in (500, 1))
        counted = day_of_send(1, readings, received, left).counted
        assert counted is not None
        window.add(row.ref_date, (CampaignName("a"), readers), counted)
    split = window.split(counted)
    parts = {each.scene: (each.value, each.usual) for each in split.parts}
    assert ((0, 10) if total == 90 else None) == parts.get(Scene.RECOMMENDED)
    assert (total, split.usual) == tuple(map(sum, zip(*parts.values(), strict=True)))
