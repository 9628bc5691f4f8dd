"""Sends to openids and the names of tags, on the wire."""

import pytest
from building import IN_TIME
from openid_samples import BATCHES
from wechat_script import ID, NEWS, scripted

from massctl.errors import TransportError
from massctl.model.campaign import Tag
from massctl.model.ids import ClientMsgId, MediaId
from massctl.model.send import InDoubt, MassSend, Rejected, ToOpenids, Video, Words

TO_OPENIDS = ToOpenids(BATCHES[1])
SEND_NEWS = MassSend(TO_OPENIDS, NEWS, ClientMsgId(ID), False)
SEND_WORDS = MassSend(TO_OPENIDS, Words("明天见"), ClientMsgId(ID), None)
ACCEPTED = {"errcode": 0, "errmsg": "send job submission success", "msg_id": 3147000001}


def test_news_to_openids_goes_to_an_endpoint_of_its_own():
    client, script = scripted(ACCEPTED)
    client.send_mass(SEND_NEWS, IN_TIME)
    assert (
        b'{"touser":["oD00004","oE00005"],"mpnews":{"media_id":"DRAFT"},"msgtype":"mpnews",'
        b'"send_ignore_reprint":0,"clientmsgid":"0123456789abcdef0123456789abcdef"}'
    ) == script.seen[0].content
    assert "/cgi-bin/message/mass/send" == script.seen[0].path


def test_words_to_openids_have_no_filter_and_no_flag():
    client, script = scripted(ACCEPTED)
    client.send_mass(SEND_WORDS, IN_TIME)
    assert {
        "touser": ["oD00004", "oE00005"],
        "text": {"content": "明天见"},
        "msgtype": "text",
        "clientmsgid": ID,
    } == script.seen[0].body


def test_a_video_to_openids_says_its_words_once_more():
    client, script = scripted(ACCEPTED)
    client.send_mass(MassSend(TO_OPENIDS, Video(MediaId("V"), "标题", ""), ClientMsgId(ID), None), IN_TIME)
    assert {"media_id": "V", "title": "标题"} == script.seen[0].body["mpvideo"]


@pytest.mark.parametrize("code", [40003, 40031, 40032, 40130, 45019, 45162])
def test_a_plain_no_to_openids_is_a_rejection(code: int):
    client, _ = scripted({"errcode": code, "errmsg": "no"})
    verdict = client.send_mass(SEND_WORDS, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert (code, False) == (verdict.errcode, verdict.retryable)


def test_the_calls_of_the_day_may_be_asked_for_again():
    client, _ = scripted({"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    verdict = client.send_mass(SEND_WORDS, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert verdict.retryable


@pytest.mark.parametrize("code", [-1, 45066, 89504, 9500002, 987654])
def test_what_is_no_plain_no_is_a_doubt(code: int):
    client, _ = scripted({"errcode": code, "errmsg": "?"})
    assert isinstance(client.send_mass(SEND_WORDS, IN_TIME), InDoubt)


def test_an_openid_does_not_come_back_in_an_error():
    client, _ = scripted({"errcode": 40031, "errmsg": "invalid openid oE00005 in list"})
    verdict = client.send_mass(SEND_WORDS, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert "oE00005" not in verdict.message


def test_tags_are_read_by_id_name_and_count():
    listed = [{"id": 2, "name": "星标组", "count": 7}, {"id": 101, "name": "会员", "count": 1200}, {"id": 7}, "x"]
    client, script = scripted({"tags": listed})
    assert (Tag(2, "星标组", 7), Tag(101, "会员", 1200)) == client.tags()
    assert "/cgi-bin/tags/get" == script.seen[0].path


@pytest.mark.parametrize("answer", [{}, {"tags": {}}, {"tags": [{"id": 1, "name": "a", "count": "many"}]}])
def test_an_answer_without_tags_is_none(answer: dict[str, object]):
    client, _ = scripted(answer, answer, answer, answer)
    with pytest.raises(TransportError):
        client.tags()
