"""What is repeated, how often, and with which pauses; and what is not."""

import httpx
import pytest
from wechat_script import ARTICLE, UPLOAD, URL, scripted

from massctl.errors import PermanentError, QuotaError, TransportError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgId
from massctl.wechat.patience import JITTER_SECONDS, TRIES_MAX

BUSY = {"errcode": -1, "errmsg": "system error rid: 6a-7b-8c"}
PASSING = [
    httpx.ReadTimeout("slow"), httpx.ConnectError("refused"), httpx.RemoteProtocolError("cut"), ConnectionResetError(),
    (502, b"<html>"), (500, b""), (302, b""), b"<html>", b'{"url":"http', b"", {}, {"errcode": 0}, {"url": 5}, BUSY,
    {"errcode": 61450},
]  # fmt: skip
CALLS = {
    "upload_image": lambda client: client.upload_image(UPLOAD),
    "add_material": lambda client: client.add_material(UPLOAD),
    "get_draft": lambda client: client.get_draft(MediaId("M")),
    "newest_drafts": lambda client: client.newest_drafts(),
    "delete_draft": lambda client: client.delete_draft(MediaId("M")),
    "followers": lambda client: client.audience_count(Audience(is_to_all=True)),
    "tag": lambda client: client.audience_count(Audience(tag_id=101)),
    "job": lambda client: client.job_report(MsgId(1)),
}


@pytest.mark.parametrize("trouble", PASSING)
def test_an_upload_outlasts_a_trouble_that_passes(trouble):
    client, script = scripted(trouble, {"url": "http://mmbiz.qpic.cn/x/0"})
    assert URL == client.upload_image(UPLOAD)
    assert (2, 1) == (len(script.seen), len(script.pauses))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_reads_and_uploads_give_up_after_a_bounded_number_of_tries(call):
    client, script = scripted(*[httpx.ReadTimeout("slow")] * TRIES_MAX)
    with pytest.raises(TransportError):
        call(client)
    assert (TRIES_MAX, TRIES_MAX - 1) == (len(script.seen), len(script.pauses))


def test_the_pauses_after_a_lost_answer_double():
    client, script = scripted(*[httpx.ReadTimeout("slow")] * TRIES_MAX)
    with pytest.raises(TransportError):
        client.upload_image(UPLOAD)
    assert [True] * 3 == [
        due <= pause <= due + JITTER_SECONDS for due, pause in zip([1, 2, 4], script.pauses, strict=True)
    ]


def test_a_busy_platform_is_given_more_time():
    client, script = scripted(*[BUSY] * TRIES_MAX)
    with pytest.raises(TransportError) as caught:
        client.upload_image(UPLOAD)
    assert (-1, "6a-7b-8c") == (caught.value.errcode, caught.value.rid)
    assert [True] * 3 == [
        due <= pause <= due + JITTER_SECONDS for due, pause in zip([5, 10, 10], script.pauses, strict=True)
    ]


@pytest.mark.parametrize("trouble", [*PASSING, {"media_id": ""}])
def test_a_draft_is_not_saved_again_after_a_trouble(trouble):
    client, script = scripted(trouble)
    with pytest.raises(TransportError):
        client.add_draft([ARTICLE])
    assert (1, []) == (len(script.seen), script.pauses)


@pytest.mark.parametrize("errcode", [45009, 45028, 42010])
def test_a_quota_is_not_hammered(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "freq limit"})
    with pytest.raises(QuotaError):
        client.upload_image(UPLOAD)
    assert 1 == len(script.seen)


def test_a_refusal_is_not_repeated():
    client, script = scripted({"errcode": 40005, "errmsg": "invalid file type"})
    with pytest.raises(PermanentError):
        client.upload_image(UPLOAD)
    assert 1 == len(script.seen)


def test_the_token_is_asked_for_patiently():
    client, script = scripted(
        {"media_id": "M"}, tokens=[httpx.ReadTimeout("slow"), BUSY, {"access_token": "T", "expires_in": 7200}]
    )
    client.add_draft([ARTICLE])
    assert 3 == len(script.fetches)


def test_an_answer_without_end_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr("massctl.transport.ANSWER_BYTES_MAX", 100)
    client, _ = scripted(*[b'{"x":"' + b"y" * 200 + b'","media_id":"M"}'])
    with pytest.raises(TransportError) as caught:
        client.add_draft([ARTICLE])
    assert "more than 100 bytes" in caught.value.detail


TOO_FAST = {"errcode": 45011, "errmsg": "api minute-quota reach limit, must slower, retry next minute"}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_that_came_too_fast_is_made_again_in_the_next_minute_and_not_for_ever(call):
    client, script = scripted(*[TOO_FAST] * TRIES_MAX)
    with pytest.raises(QuotaError):
        call(client)
    assert (TRIES_MAX, [True] * 3) == (len(script.seen), [60 <= pause <= 61 for pause in script.pauses])


def test_a_draft_that_came_too_fast_is_saved_in_the_next_minute():
    """WeChat did nothing for it, so this repetition makes no second draft."""
    client, script = scripted(TOO_FAST, {"media_id": "M"})
    assert "M" == client.add_draft([ARTICLE])
    assert 60 <= script.pauses[0] <= 61
