"""Comments, opened and closed by the news that WeChat keeps them under."""

from typing import Any

import pytest
from building import LINEAGE, NOW, as_new, at, attempted, news, text
from simulation.scenario import Scene

from massctl.apply.jobs import SentNews, news_of, switch_comments
from massctl.errors import UsageError
from massctl.model.entries import Created, JobStatus, SendAccepted, SendSettled, Withdrawn
from massctl.model.ids import MsgDataId
from massctl.model.state import Record

SALE, WORDS = news("sale"), text("words")


class Phone:
    """Remembers what was switched."""

    def __init__(self) -> None:
        self.switched: list[tuple[str, int, int]] = []

    def open_comments(self, msg_data_id: int, article: int) -> None:
        self.switched.append(("open", msg_data_id, article))

    def close_comments(self, msg_data_id: int, article: int) -> None:
        self.switched.append(("close", msg_data_id, article))


def record(campaign: Any, *events: Any) -> Record:
    scene = Scene([])
    happened = [as_new(Created(lineage=LINEAGE, realm="loopback")), *(at(NOW, event, campaign) for event in events)]
    scene.ledger.append(0, happened, durable=True)
    return scene.state.record(campaign.name, 1)


@pytest.mark.parametrize(("opened", "word"), [(True, "open"), (False, "close")])
def test_every_article_of_every_news_is_switched(opened: bool, word: str) -> None:
    phone = Phone()
    assert [1, 2] == switch_comments([SentNews(MsgDataId(8)), SentNews(MsgDataId(9))], [1, 2], phone, opened=opened)
    assert [(word, 8, 1), (word, 8, 2), (word, 9, 1), (word, 9, 2)] == phone.switched


def test_what_was_withdrawn_is_left_alone() -> None:
    phone = Phone()
    news = [SentNews(MsgDataId(8), frozenset({2})), SentNews(MsgDataId(9), frozenset({1, 2}))]
    assert [1] == switch_comments(news, [1, 2], phone, opened=True)
    assert [("open", 8, 1)] == phone.switched
    assert [] == switch_comments(news, [2], phone, opened=True)


def test_the_news_is_known_by_the_answer_to_its_send() -> None:
    tried, accepted = attempted(SALE, media_id="D")[0], SendAccepted(attempt=2, msg_id=7, msg_data_id=8)
    assert [SentNews(MsgDataId(8))] == news_of(record(SALE, tried, accepted))


def test_what_is_gone_is_no_news_any_more() -> None:
    tried, accepted = attempted(SALE, media_id="D")[0], SendAccepted(attempt=2, msg_id=7, msg_data_id=8)
    found = news_of(record(SALE, tried, accepted, Withdrawn(msg_id=7, article=2)))
    assert [SentNews(MsgDataId(8), frozenset({2}))] == found
    with pytest.raises(UsageError) as caught:
        news_of(record(SALE, tried, accepted, Withdrawn(msg_id=7, article=0)))
    assert "withdrawn" in caught.value.detail


def test_without_that_answer_there_is_no_way_to_it() -> None:
    tried, accepted = attempted(SALE, media_id="D")[0], SendAccepted(attempt=2, msg_id=7, duplicate=True)
    with pytest.raises(UsageError) as caught:
        news_of(record(SALE, tried, accepted))
    assert "msg_data_id" in caught.value.detail


URL = "http://mp.weixin.qq.com/s?__biz=A&mid={}&idx={}&sn=b#rd"


def told(*urls: str) -> JobStatus:
    return JobStatus(msg_id=7, status="sent", source="event", article_urls=list(urls))


def lost(*urls: str) -> Record:
    """A send whose answer was lost, and whose end an event told."""
    tried = attempted(SALE, media_id="D")[0]
    return record(SALE, tried, SendAccepted(attempt=2, msg_id=7, duplicate=True), told(*urls))


def test_an_event_tells_it_in_the_addresses_of_the_articles() -> None:
    assert [SentNews(MsgDataId(2247480005))] == news_of(lost(URL.format(2247480005, 1), URL.format(2247480005, 2)))


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
    tried, accepted = attempted(SALE, media_id="D")[0], SendAccepted(attempt=2, msg_id=7, msg_data_id=8)
    assert [SentNews(MsgDataId(8))] == news_of(record(SALE, tried, accepted, told(URL.format(5, 1))))


def test_nor_for_what_a_person_settled() -> None:
    with pytest.raises(UsageError):
        news_of(record(SALE, SendSettled(outcome="sent", reason="seen", by="lin", msg_id=7)))


def test_a_text_has_none() -> None:
    with pytest.raises(UsageError):
        news_of(record(WORDS, attempted(WORDS)[0], SendAccepted(attempt=2, msg_id=7)))


def test_nor_has_what_was_not_sent() -> None:
    with pytest.raises(UsageError):
        news_of(record(SALE))
