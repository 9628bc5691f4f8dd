"""The numbers of one send: by day, by source, along the funnel, each added up by hand."""

from datetime import datetime, timedelta

import pytest
from report_samples import DAY, NOW, SENT, Sends

from massctl.model.phrase import BEIJING
from massctl.report.report import (
    ArticleReport,
    Figure,
    Metric,
    Missing,
    Origin,
    Report,
    Scene,
    SendFacts,
    Stage,
    StageName,
    VerdictCode,
)


def article_of(report: Report, position: int = 1) -> ArticleReport:
    return report.sends[0].articles[position - 1]


def readers(report: Report, day: int) -> Figure:
    return next(
        each.by_metric[Metric.READ_USER] for each in article_of(report).days if each.day == day
    )


def stages(report: Report) -> dict[StageName, Stage]:
    return {each.name: each for each in report.sends[0].funnel}


def test_the_day_of_the_send_is_day_one() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=40)
    sends.read(100, 3, read_user=90)

    report = sends.report()

    assert (40, SENT.date()) == (readers(report, 1).value, readers(report, 1).until)
    assert (90, SENT.date() + 2 * DAY) == (readers(report, 3).value, readers(report, 3).until)


def test_a_missing_number_says_why() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 3, share_user=2)

    found = [readers(sends.report(), day).missing for day in (1, 3, 7, 30)]

    assert [
        Missing.NOT_COLLECTED,
        Missing.NOT_GIVEN,
        Missing.NOT_COLLECTED,
        Missing.NOT_YET,
    ] == found


@pytest.mark.parametrize(("hour", "day"), [(7, 7), (8, 8)])
def test_a_day_is_there_from_eight_in_the_morning_after_it(hour: int, day: int) -> None:
    sends = Sends()
    sends.send("spring", 100)

    assert day == sends.report(now=NOW.replace(hour=hour, minute=5)).sends[0].day


def test_what_wechat_does_not_count_is_out_of_reach() -> None:
    sends = Sends()
    sends.send("old", 100, datetime(2025, 10, 20, 20, tzinfo=BEIJING))

    report = sends.report()

    assert [Missing.OUT_OF_REACH, Missing.NOT_COLLECTED] == [
        readers(report, day).missing for day in (7, 30)
    ]


def test_a_sum_that_falls_is_told_and_kept() -> None:
    sends = Sends()
    sends.send("spring", 100)
    for day, count in ((1, 40), (2, 55), (3, 50)):
        sends.read(100, day, read_user=count)

    article = article_of(sends.report())

    assert ([40, 55, 50], (SENT.date() + 2 * DAY,)) == (
        [point.read_user for point in article.points],
        article.fell,
    )


def test_sources_are_in_the_words_of_wechat_and_one_that_it_leaves_out_is_missing() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 7, read_user=100, read_user_source={"推荐": 30, "公众号消息": 60, "视频号": 10})

    rows = {row.scene: row.figures[2] for row in article_of(sends.report()).sources}

    assert [Scene.MESSAGE, Scene.RECOMMENDED] == list(rows)[:2]
    assert (60, 30, 10) == (
        rows[Scene.MESSAGE].value,
        rows[Scene.RECOMMENDED].value,
        rows["视频号"].value,
    )
    assert Missing.NOT_GIVEN is rows[Scene.SEARCH].missing


def test_the_funnel_adds_up_by_hand() -> None:
    """1,000 in the audience, 950 after the filters, 940 have it, 10 failed; 188 of 940 read it from the message."""
    sends = Sends()
    sends.send("spring", 100)
    sends.job("spring", (1000, 950, 940, 10))
    counted = {"read_user_source": {"公众号消息": 188}, "read_finish_rate": 0.4}
    sends.read(100, 7, read_user=250, share_user=25, read_subscribe_user=5, **counted)

    found = stages(sends.report())
    shares = {
        name: (each.people.value, each.share.value if each.share else None)
        for name, each in found.items()
    }

    assert {
        StageName.AUDIENCE: (1000, None),
        StageName.FILTERED: (950, 0.95),
        StageName.SENT: (940, 940 / 950),
        StageName.FAILED: (10, 10 / 950),
        StageName.READ: (188, 0.2),
        StageName.FINISHED: (None, 0.4),
        StageName.SHARED: (25, 0.1),
        StageName.FOLLOWED: (5, 0.02),
    } == shares
    finished = found[StageName.FINISHED]
    assert finished.share is not None
    assert (Missing.RATE_ONLY, 250) == (finished.people.missing, finished.of_people)
    assert [Origin.LEDGER] * 4 + [Origin.ARTICLE] * 4 == [
        each.people.origin for each in found.values()
    ]


def test_a_share_of_nobody_is_missing() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.job("spring", (0, 0, 0, 0))

    share = stages(sends.report())[StageName.FILTERED].share

    assert share is not None
    assert Missing.NOTHING_TO_DIVIDE is share.missing


def test_a_list_in_two_jobs_is_added_and_its_shares_are_not() -> None:
    sends, audience = Sends(), {"openids": "list.txt"}
    for batch, msg_data_id in ((1, 100), (2, 200)):
        sends.send("spring", msg_data_id, audience=audience, batch=batch, batches=2)
        sends.job("spring", (10, 9, 8, 1))
        sends.read(
            msg_data_id, 1, read_user=batch * 3, read_finish_rate=0.5, read_jump_position={1: 0.5}
        )
    sends.read(100, 3, read_user=5)

    report = sends.report()

    assert (9, ("100_1", "200_1")) == (readers(report, 1).value, article_of(report).msgids)
    assert Missing.PARTLY is readers(report, 3).missing
    assert (
        Missing.SEVERAL_JOBS
        is article_of(report).days[0].by_metric[Metric.READ_FINISH_RATE].missing
    )
    assert Missing.SEVERAL_JOBS is article_of(report).leaves[0].missing
    assert [20, 18, 16, 2] == [each.people.value for each in report.sends[0].funnel[:4]]


def test_half_of_a_list_has_no_sum() -> None:
    sends = Sends()
    sends.send("spring", 100, audience={"openids": "list.txt"}, batches=2)
    sends.job("spring", (10, 9, 8, 1))

    assert Missing.PARTLY is stages(sends.report())[StageName.SENT].people.missing


def test_where_readers_leave_has_five_positions() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_jump_position={1: 0.5, 2: 0.2, 3: 0.1, 4: 0.1})

    leaves = article_of(sends.report()).leaves

    assert [0.5, 0.2, 0.1, 0.1, None] == [each.share for each in leaves]
    assert Missing.NOT_GIVEN is leaves[4].missing


def test_without_msg_data_id_the_address_joins_an_article_to_its_statistics() -> None:
    sends = Sends()
    sends.send("spring", None)
    sends.job(
        "spring", None, article_urls=["http://mp.weixin.qq.com/s?__biz=B&mid=100&idx=1&sn=a#rd"]
    )
    sends.read(100, 1, read_user=40)

    assert 40 == readers(sends.report(), 1).value


def test_a_short_address_joins_where_wechat_names_it() -> None:
    sends = Sends()
    sends.send("spring", None)
    sends.job("spring", None, article_urls=["http://mp.weixin.qq.com/s/abc"])
    sends.read(100, 1, read_user=40, content_url="https://mp.weixin.qq.com/s/abc#rd")

    assert 40 == readers(sends.report(), 1).value


@pytest.mark.parametrize(("others", "found"), [(0, 40), (1, None)])
def test_a_title_joins_only_where_one_article_of_the_day_has_it(
    others: int, found: int | None
) -> None:
    from massctl.model.ids import CampaignName
    from massctl.report.report import ArticleFacts

    sends = Sends()
    sends.send("spring", None)
    sends.facts[CampaignName("spring"), 1] = SendFacts(articles=(ArticleFacts("春天"),))
    for number in range(others + 1):
        sends.read(100 + number, 1, read_user=40, title="春天", publish_type=0)

    report = sends.report()

    assert (found, found is not None) == (readers(report, 1).value, article_of(report).is_doubtful)


def test_an_address_joins_also_before_wechat_has_counted() -> None:
    sends = Sends()
    sends.send("spring", None)
    sends.job(
        "spring", None, article_urls=["http://mp.weixin.qq.com/s?__biz=B&mid=100&idx=1&sn=a#rd"]
    )

    assert Missing.NOT_COLLECTED is readers(sends.report(), 1).missing


def test_without_anything_that_joins_it_a_send_has_no_readers() -> None:
    sends = Sends()
    sends.send("spring", None)
    sends.read(100, 1, read_user=40)

    assert Missing.NOT_JOINED is readers(sends.report(), 1).missing


def test_a_message_without_articles_has_only_the_half_of_the_ledger() -> None:
    sends = Sends()
    sends.send("words", None, media_id=None)
    sends.job("words", (10, 9, 8, 1))

    send = sends.report().sends[0]

    assert ((), (), False) == (send.articles, send.verdict.comparisons, send.is_article)
    assert (8, Missing.NOT_ARTICLES) == (send.funnel[2].people.value, send.funnel[4].people.missing)


def test_articles_are_by_position_with_what_the_repository_knows_of_them() -> None:
    from massctl.model.ids import CampaignName
    from massctl.report.report import ArticleFacts

    sends = Sends()
    sends.send("spring", 100)
    facts = (ArticleFacts("春天", "林", "plain"), ArticleFacts("夏天"))
    sends.facts[CampaignName("spring"), 1] = SendFacts(
        articles=facts, commit="c0ffee", approver="wang"
    )
    sends.read(100, 1, read_user=40, title="另一个标题")
    sends.read(100, 1, position=2, read_user=7)

    send = sends.report().sends[0]

    assert [(1, "春天", "林", "plain", 2), (2, "夏天", None, None, 2)] == [
        (each.position, each.title, each.author, each.theme, each.title_length)
        for each in send.articles
    ]
    assert ("c0ffee", "wang") == (send.commit, send.approver)
    assert [40, 7] == [each.days[0].by_metric[Metric.READ_USER].value for each in send.articles]


def test_what_wechat_says_to_be_late_is_marked_and_not_compared() -> None:
    sends = Sends()
    for number in range(4):
        sends.send(f"earlier-{number}", number + 1, SENT - (number + 1) * DAY)
        sends.read(number + 1, 1, sent=SENT - (number + 1) * DAY, read_user=10)
    sends.send("spring", 100)
    sends.read(100, 1, read_user=40, is_delay=True)

    report = sends.report("spring")

    assert readers(report, 1).is_delay
    verdict = report.sends[0].verdict
    assert (VerdictCode.LATE, 4, None) == (verdict.code, verdict.reference.count, verdict.gap)
    assert [None] * 6 == [each.standing for each in verdict.comparisons]


def test_what_was_not_sent_is_not_reported() -> None:
    sends = Sends()
    sends.send("spring", 100, SENT - timedelta(days=3))
    sends.send("summer", 200)

    assert ["summer", "spring"] == [each.campaign for each in sends.report().sends]
    assert ["summer"] == [each.campaign for each in sends.report(since=SENT.date()).sends]
    assert ["spring"] == [each.campaign for each in sends.report("spring").sends]
    assert () == Sends().report().sends
