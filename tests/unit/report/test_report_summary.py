"""The first sentence: plain, and no more than the numbers carry."""

import pytest
from report_samples import NOW, SENT, Sends, earlier

from massctl.model.entries import Withdrawn
from massctl.model.ids import CampaignName
from massctl.report.report import people_text


def test_it_says_how_many_read_by_which_day_and_where_that_lies() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert (
        "500 people read “《spring》” by the end of day 7 (2026-12-07); more than usual: 2 of 4 comparable "
        "sends had 175 to 325 (median 250)."
    ) == sends.report("spring").sentence


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        ((1, 2, 3, 4, 5, 6), "more than usual: 2 of 6 comparable sends had 3 to 4 (median 3.5)."),
        ((0, 0, 0, 0), "more than usual: 4 of 4 comparable sends had 0 (median 0)."),
    ],
)
def test_it_counts_the_sends_between_the_quartiles(readers: tuple[int, ...], said: str) -> None:
    sends = Sends()
    earlier(sends, *readers)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert sends.report("spring").sentence.endswith(said)


def test_a_first_send_has_none_before_it() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 1, read_user=1)

    assert (
        "1 person read “《spring》” by the end of day 1 (2026-12-01); there is no number to compare it with yet."
    ) == sends.report("spring").sentence


def test_between_two_days_of_a_report_it_says_the_newest_number() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 2, read_user=12)

    assert (
        "12 people read “《spring》” by the end of day 2 (2026-12-02)."
        == sends.report("spring").sentence
    )


def test_it_says_why_there_is_no_number() -> None:
    sends = Sends()
    sends.send("spring", 100)
    sends.send("unjoined", None)

    early = sends.report("spring", now=SENT).sentence
    late, unjoined = sends.report("spring").sentence, sends.report("unjoined").sentence

    assert early.startswith("WeChat has no numbers of “《spring》” yet")
    assert "The archive has no numbers of “《spring》”." == late
    assert "no msg_data_id" in unjoined


def test_a_text_has_no_readers() -> None:
    sends = Sends()
    sends.send("words", None, media_id=None)
    unknown = sends.report().sentence
    sends.job("words", (10, 9, 8, 1))

    assert "“《words》” has no articles, and WeChat counts readers of articles only." == unknown
    assert sends.report().sentence.startswith(
        "8 followers received “《words》”; it has no articles"
    )


def test_several_sends_have_one_median_from_four_on() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300)
    few = sends.report().sentence
    sends.send("spring", 100)
    sends.read(100, 7, read_user=500)

    assert few.startswith(
        "3 sends from 2026-11-10 to 2026-11-24. The newest: 300 people read “《earlier-2》”"
    )
    assert (
        "4 sends from 2026-11-10 to 2026-12-01; the median by the end of day 7 is 250 readers (of 4 with that number)."
    ) == sends.report().sentence


def test_nothing_sent_is_said() -> None:
    assert "Nothing was sent." == Sends().report().sentence
    assert "Nothing was sent since 2026-12-09." == Sends().report(since=NOW.date()).sentence


def test_a_median_between_two_people_is_written_as_in_the_tables() -> None:
    sends = Sends()
    earlier(sends, 1, 2, 3, 4)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=3)

    assert sends.report("spring").sentence.endswith(
        "of 4 comparable sends had 2 to 3 (median 2.5)."
    )
    assert "is 3 readers (of 5" in sends.report().sentence


def test_sends_to_a_tag_do_not_move_the_median_of_those_to_every_follower() -> None:
    sends = Sends()
    earlier(sends, 100, 200, 300, 400)
    sends.send("members", 100, audience={"tag": "会员"})
    sends.read(100, 7, read_user=3)

    assert (
        "of those to every follower, the median by the end of day 7 is 250 readers (of 4"
        in sends.report().sentence
    )


def test_a_quartile_is_not_rounded_to_the_number_that_lies_above_it() -> None:
    assert ["1,001", "1,000.8"] == [people_text(each) for each in (1001, 1000.75)]


def test_one_comparable_send_is_one() -> None:
    sends = Sends()
    earlier(sends, 10)
    sends.send("spring", 100)
    sends.read(100, 7, read_user=3)

    assert (
        "too early to compare: 1 comparable send has that number, and it takes 4."
        in sends.report("spring").sentence
    )


def test_a_number_of_any_day_is_told_where_those_of_a_report_have_none() -> None:
    """The newest row has no readers, and neither day 1 nor day 3 was collected."""
    sends = Sends()
    sends.send("spring", 100)
    sends.read(100, 2, read_user=12)
    sends.read(100, 4, share_user=1)

    assert (
        "12 people read “《spring》” by the end of day 2 (2026-12-02)."
        == sends.report("spring").sentence
    )


def test_a_withdrawn_send_says_so_in_its_sentence() -> None:
    sends = Sends()
    sends.send("gone", 100)
    sends.read(100, 2, read_user=12)
    job = sends.state.record(CampaignName("gone"), 1).jobs[0]
    sends.note(Withdrawn(msg_id=job.msg_id or 0, article=0), "gone", 1, SENT)

    assert sends.report("gone").sentence.endswith(
        "by the end of day 2 (2026-12-02). It was withdrawn."
    )
