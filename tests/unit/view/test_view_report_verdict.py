"""The verdict in sentences: three at most, plain, and no more than the numbers carry."""

from typing import Any

import pytest
from report_samples import DAY, NOW, SENT, Sends, earlier

from massctl.model.entries import Withdrawn
from massctl.model.ids import CampaignName
from massctl.report.report import (
    ArticleFacts,
    AudienceGap,
    GapPart,
    GapSplit,
    Report,
    Scene,
    SendFacts,
    VerdictCode,
    people_text,
)
from massctl.report.usual import Standing
from massctl.view.report_document import Mark, mark_of
from massctl.view.report_verdict import (
    STANDING,
    gap_parts,
    report_sentence,
    send_sentence,
    signed,
)


def said(report: Report) -> str:
    """Return what a report says first."""
    return report_sentence(report.sends, report.since)


def spring(*readers: int, received: int | None = 1000, **numbers: Any) -> str:
    """Return what is said by day 7 of a send after others with so many readers, each received by so many."""
    sends = Sends()
    earlier(sends, *readers, received=received)
    sends.send("spring", 100)
    if received is not None:
        sends.job("spring", (received, received, received, 0))
    sends.read(100, 7, **{"read_user": 500, **numbers})
    return said(sends.report("spring"))


def test_it_says_how_many_read_by_which_day_and_how_far_that_is_from_the_mean() -> None:
    assert (
        "500 people read it by the end of day 7 (50.0% of those who received it), as usual (0.0%–189.0%, of 4 sends to "
        "every follower): +250 against the mean."
    ) == spring(100, 200, 300, 400)


def test_where_nobody_recorded_how_many_received_it_nothing_is_called_usual() -> None:
    assert (
        "500 people read it by the end of day 7: +250 against the mean of 4 sends to every follower."
    ) == spring(100, 200, 300, 400, received=None)
    said = spring(100, 200, 300, 400, received=None, read_user_source={"公众号消息": 60})
    assert said.startswith(
        "60 followers opened it by the end of day 7; how many received it is not recorded. In all, 500 people read it: "
    )


def test_what_followers_did_comes_first_and_the_gap_adds_up() -> None:
    """Followers: 60 against 100 each; recommended: 190 against 50; in all 300 against 250 (100 of no source)."""
    sends = Sends()
    for number in range(4):
        at = SENT - (number + 1) * 7 * DAY
        sends.send(f"earlier-{number}", 500 + number, at)
        sends.job(f"earlier-{number}", (1000, 1000, 1000, 0))
        counted = {"read_user_source": {"公众号消息": 100, "推荐": 50}, "read_finish_rate": 0.6}
        sends.read(500 + number, 7, sent=at, read_user=250, share_user=9, **counted)
    sends.send("spring", 100)
    sends.job("spring", (1000, 1000, 1000, 0))
    counted = {"read_user_source": {"公众号消息": 60, "推荐": 190}, "read_finish_rate": 0.4}
    sends.read(100, 7, read_user=300, share_user=9, **counted)

    assert (
        "60 of 1,000 followers (6.0%) opened it by the end of day 7, less than usual (6.8%–13.9%, of 4 sends to "
        "every follower). Also as usual: read to the end 40.0%, shared 9 (0.90%). "
        "In all, 300 people read it (30.0%), as usual (15.7%–36.4%) only with 140 more from recommendations: "
        "+50 against the mean (−40 the message, +140 recommendations, −50 the rest)."
    ) == said(sends.report("spring"))


def test_a_sentence_names_the_message_then_the_parts_that_differ_most_and_their_rest() -> None:
    parts = [
        GapPart(scene, 100 + gap, 100)
        for scene, gap in (
            (Scene.MESSAGE, -1),
            (Scene.RECOMMENDED, -153),
            (Scene.CHAT, -172),
            (Scene.MOMENTS, -207),
            (Scene.HOME_PAGE, -150),
            (Scene.SEARCH, 30),
            (None, 7),
        )
    ]
    gap = GapSplit(700 - 646, 700, tuple(parts), 4)

    assert [
        ("the message", -1),
        ("Moments", -207),
        ("chats", -172),
        ("recommendations", -153),
        ("the rest", -113),
    ] == gap_parts(gap)
    assert gap.gap == sum(each for _, each in gap_parts(gap))


def members(received: int, opened: int) -> Sends:
    """Return a send to a tag that had 48,000 followers in four sends before, of whom 4,800 opened each."""
    sends = Sends()
    for number in range(4):
        at = SENT - (number + 1) * 7 * DAY
        sends.send(f"earlier-{number}", 500 + number, at, audience={"tag": "会员"})
        sends.job(f"earlier-{number}", (48_000, 48_000, 48_000, 0))
        sources = {"公众号消息": 4800, "推荐": 200}
        counted = {"read_user_source": sources, "read_finish_rate": 0.6}
        sends.read(500 + number, 7, sent=at, read_user=5000, share_user=300, **counted)
        sends.account_day(at.date(), cancel_user={0: 48})
    sends.send("spring", 100, audience={"tag": "会员"})
    sends.job("spring", (received, received, received, 0))
    counted = {"read_user_source": {"公众号消息": opened, "推荐": 400}, "read_finish_rate": 0.6}
    sends.read(100, 7, read_user=opened + 400, share_user=600, **counted)
    sends.account_day(SENT.date(), cancel_user={0: 96})
    return sends


def test_a_tag_that_doubled_is_no_result_and_its_size_is_told() -> None:
    """With the usual 10 % of them, 48,000 more make 4,800 more; 9,500 opened it, 100 fewer than 10 % of 96,000."""
    report = members(96_000, 9500).report("spring")
    verdict = report.sends[0].verdict

    assert {"within"} == {each.standing for each in verdict.comparisons if each.figure.value}
    assert AudienceGap(96_000, 48_000, 4800) == (verdict.gap and verdict.gap.audience)
    assert (
        "9,500 of 96,000 followers (9.9%) opened it by the end of day 7, as usual (9.6%–10.4%, of 4 sends to tag "
        "会员). Also as usual: read to the end 60.0%, shared 600 (0.62%), unfollowed 96 (0.10%). "
        "In all, 9,900 people read it (10.3%), as usual (9.7%–11.2%): +4,900 against the mean (+4,800 the larger "
        "audience, −100 the share that opened it, +200 recommendations); 96,000 received it, against a mean of 48,000."
    ) == said(report)


def test_a_larger_audience_hides_no_share_that_fell() -> None:
    """7,000 of 96,000 are more people than before, and a smaller share."""
    report = members(96_000, 7000).report("spring")

    assert (
        "7,000 of 96,000 followers (7.3%) opened it by the end of day 7, less than usual"
        in said(report)
    )
    assert Mark("is-below", STANDING[Standing.BELOW]) == mark_of(report.sends[0])


def test_an_audience_of_nearly_the_same_size_is_not_told() -> None:
    assert "received it, against" not in said(members(52_000, 5200).report("spring"))
    assert "−1,000 the smaller audience" in said(members(38_000, 3800).report("spring"))


def test_a_gap_is_written_with_its_sign() -> None:
    assert ["−3,589", "±0", "+1"] == [signed(each) for each in (-3589, 0, 1)]


def test_a_first_send_is_not_too_early_but_has_too_few_to_compare_with() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=1)

    assert (
        "1 person read it by the end of day 1; too few to compare with: 0 earlier sends to "
        "every follower have numbers of day 1, and it takes 4."
    ) == said(sends.report("spring"))
    assert "1 earlier send to every follower has numbers of day 7" in spring(10)


def test_between_two_days_of_a_report_it_says_the_newest_number() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 2, read_user=12)

    assert (
        "12 people read “《spring》” by the end of day 2 (2026-12-02). "
        "Day 7 is not compared: the archive has no answer of WeChat for that day."
    ) == said(sends.report("spring"))


def test_it_says_why_there_is_no_number() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.send("unjoined", None)

    early = said(sends.report("spring", now=SENT))
    late, unjoined = said(sends.report("spring")), said(sends.report("unjoined"))

    assert early == "Too early: WeChat gives the numbers of day 1 from 08:00 of 2026-12-02."
    assert "The archive has no numbers of “《spring》”." == late
    assert "no msg_data_id" in unjoined


def test_a_text_has_no_readers() -> None:
    sends = Sends()
    sends.send("words", None, media_id=None)
    unknown = said(sends.report())
    sends.job("words", (10, 9, 8, 1))

    assert "“《words》” has no articles, and WeChat counts readers of articles only." == unknown
    assert said(sends.report()).startswith("8 followers received “《words》”; it has no articles")


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("err(10001)", "WeChat failed it: advertising (err(10001))."),
        (None, "WeChat accepted the job and then failed it."),
    ],
)
def test_a_send_that_failed_says_why_and_no_other_does(reason: str | None, why: str) -> None:
    sends = Sends()
    sends.send("lost", 100)
    sends.job("lost", None, status="failed", reason=reason)
    sends.send("spring", 101)

    assert f"“《lost》” failed. {why}" == said(sends.report("lost"))
    assert "failed" not in said(sends.report("spring"))


def test_several_sends_have_one_mean_from_four_on() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300)
    few = said(sends.report())
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert few.startswith(
        "3 sends from 2026-11-10 to 2026-11-24. The newest, “《earlier-2》”: 300 people read it"
    )
    assert (
        "4 sends from 2026-11-10 to 2026-12-01; the mean of 4 sends to every follower is 275 readers by the end of "
        "day 7."
    ) == said(sends.report())


def test_a_withdrawn_letter_stands_in_no_mean() -> None:
    sends = Sends()
    earlier(sends, 1, 2, 3, 4, 999)
    job = sends.state.record(CampaignName("earlier-4"), 1).jobs[0]
    sends.note(Withdrawn(msg_id=job.msg_id or 0, article=0), "earlier-4", 1, SENT)

    assert "the mean of 4 sends to every follower is 2.5 readers" in said(sends.report())


def test_nothing_sent_is_said() -> None:
    assert "Nothing was sent." == said(Sends().report())
    assert "Nothing was sent since 2026-12-09." == said(Sends().report(since=NOW.date()))


def test_sends_to_a_tag_do_not_move_the_mean_of_those_to_every_follower() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    sends.send("members", 100, audience={"tag": "会员"})
    sends.read(100, 7, read_user=3)

    assert "the mean of 4 sends to every follower is 250 readers by the end of day 7." in said(
        sends.report()
    )


def test_sends_of_two_accounts_have_no_sentence_in_common() -> None:
    sends = Sends()
    earlier(sends, 1, 2)
    one, two = sends.report().sends
    assert "2 sends from 2026-11-17 to 2026-11-24." == report_sentence(
        [one, _of_another(two)], None
    )


def _of_another(send: Any) -> Any:
    from copies import replace

    return replace(send, appid="wx9999999999999999")


def test_a_quartile_is_not_rounded_to_the_number_that_lies_above_it() -> None:
    assert ["1,001", "1,000.8"] == [people_text(each) for each in (1001, 1000.75)]


@pytest.mark.parametrize("code", ["withdrawn", "doubtful", "no_audience", "late"])
def test_what_is_not_compared_says_why(code: str) -> None:
    sends = Sends()
    earlier(sends, 1, 2, 3, 4)
    sends.send("spring", None if code == "doubtful" else 100)
    if code == "doubtful":
        facts = SendFacts(articles=(ArticleFacts("春"),))
        sends.facts[CampaignName("spring"), 1] = facts
    if code == "withdrawn":
        job = sends.state.record(CampaignName("spring"), 1).jobs[0]
        sends.note(Withdrawn(msg_id=job.msg_id or 0, article=0), "spring", 1, SENT)
    if code == "no_audience":
        attempt = sends.state.record(CampaignName("spring"), 1).not_refused[-1].event
        attempt.audience.clear()
    sends.read(100, 7, read_user=12, title="春", is_delay=code == "late")
    words = {
        "withdrawn": "it was withdrawn, and is not compared.",
        "doubtful": "they may be another article's.",
        "no_audience": "nobody recorded whom it went to, so it is not compared.",
        "late": "WeChat said that newer numbers are to come.",
    }

    (send,) = sends.report("spring").sends

    assert (VerdictCode(code), None) == (send.verdict.code, send.verdict.gap)
    assert send_sentence(send).startswith("12 people read it by the end of day 7")
    assert send_sentence(send).endswith(words[code])
