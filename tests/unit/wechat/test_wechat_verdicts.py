"""Every answer to a send and to a preview, and what it is taken for."""

import httpx
import pytest
from building import IN_TIME
from wechat_script import NEWS, OPENID, REVIEWER, SEND, scripted

from massctl.errors import AuthError
from massctl.model.message import Recipient
from massctl.model.send import Accepted, InDoubt, PreviewFailed, PreviewSent, PreviewUnknown, Rejected

HTML = b"<html><body>maintenance</body></html>"
LOST = [
    httpx.ReadTimeout("slow"),
    httpx.WriteTimeout("slow"),
    httpx.ReadError("reset"),
    httpx.WriteError("reset"),
    httpx.CloseError("reset"),
    httpx.RemoteProtocolError("incomplete"),
    httpx.LocalProtocolError("odd"),
    httpx.ProxyError("407"),
    httpx.DecodingError("gzip"),
    ConnectionResetError("cut by the application"),
]
NOT_AN_ANSWER = [
    HTML,
    (502, HTML),
    (500, b'{"errcode":0,"msg_id":1}'),
    (302, b""),
    (404, b'{"errcode":40007}'),
    b"",
    b"{",
    b'{"errcode":0,"msg_id":31470',
    b"[]",
    b"null",
    b"NaN",
    b'{"errcode":"zero"}',
    b'{"errcode":0.0,"msg_id":1}',
    b'{"errcode":true}',
    b'{"errcode":NaN}',
    b'{"errcode":0,"errmsg":"\\ud800","msg_id":1}',
    b"[" * 100_000,
    {},
    {"errcode": 0, "errmsg": "ok"},
    {"errcode": 0, "msg_id": None},
    {"errcode": 0, "msg_id": 0},
    {"errcode": 0, "msg_id": -1},
    {"errcode": 0, "msg_id": True},
    {"errcode": 0, "msg_id": "12a"},
    {"errcode": 0, "msg_id": 2**63},
]
DOUBTFUL_CODES = [-1, 61450, 45066, 89504, 89505, 268488001, 9500001, 9500002, 12345, 999999999]


def test_an_accepted_news_job():
    client, _ = scripted({"errcode": 0, "errmsg": "x", "msg_id": 3147000001, "msg_data_id": 2247000002})
    assert Accepted(3147000001, 2247000002) == client.send_mass(SEND, IN_TIME)


def test_an_accepted_job_without_errcode_and_with_numeric_strings():
    client, _ = scripted({"msg_id": "3147000001", "msg_data_id": "2247000002"})
    assert Accepted(3147000001, 2247000002) == client.send_mass(SEND, IN_TIME)


@pytest.mark.parametrize("data_id", [None, 0, "x", -5])
def test_an_accepted_job_without_a_usable_msg_data_id(data_id):
    client, _ = scripted({"errcode": 0, "msg_id": 3147000001, "msg_data_id": data_id})
    assert Accepted(3147000001, None) == client.send_mass(SEND, IN_TIME)


def test_the_errcode_may_be_a_numeric_string():
    client, _ = scripted({"errcode": "45028", "errmsg": "has no masssend quota"})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert 45028 == verdict.errcode


def test_45065_means_that_an_earlier_attempt_was_accepted():
    client, _ = scripted({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 3147000001})
    assert Accepted(3147000001, None, duplicate=True) == client.send_mass(SEND, IN_TIME)


def test_45065_without_a_msg_id_is_accepted_all_the_same():
    client, _ = scripted({"errcode": 45065, "errmsg": "clientmsgid exist"})
    assert Accepted(None, None, duplicate=True) == client.send_mass(SEND, IN_TIME)


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, 48012])
def test_a_refused_token_is_a_rejection_and_the_send_is_not_repeated(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "invalid credential rid: 6a-7b-8c"})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert (errcode, "6a-7b-8c", True, True) == (
        verdict.errcode,
        verdict.rid,
        verdict.token_dead,
        verdict.retryable,
    )
    assert 1 == len(script.seen)


def test_after_a_refused_token_the_next_send_uses_another():
    client, script = scripted({"errcode": 42001}, {"errcode": 0, "msg_id": 1})
    client.send_mass(SEND, IN_TIME)
    client.send_mass(SEND, IN_TIME)
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


@pytest.mark.parametrize("errcode", [45028, 45009, 45011, 42010, 48001, 48003, 48004, 40164, 50002, 89503, 89506])
def test_authority_and_quota_may_be_tried_again(errcode):
    client, _ = scripted({"errcode": errcode, "errmsg": "no"})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert (True, False) == (verdict.retryable, verdict.token_dead)


@pytest.mark.parametrize("errcode", [40007, 40008, 40152, 45062, 45067, 45113, 48008, 48021, 48022, 45002])
def test_a_wrong_request_is_not_tried_again(errcode):
    client, _ = scripted({"errcode": errcode, "errmsg": "no"})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, Rejected)
    assert (False, False) == (verdict.retryable, verdict.token_dead)


@pytest.mark.parametrize("errcode", DOUBTFUL_CODES)
def test_a_code_that_does_not_say_no_leaves_a_doubt(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "hm rid: 6a-7b-8c"})
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, InDoubt)
    assert (errcode, "6a-7b-8c") == (verdict.errcode, verdict.rid)
    assert 1 == len(script.seen)


@pytest.mark.parametrize("answer", [*LOST, *NOT_AN_ANSWER])
def test_no_answer_leaves_a_doubt_and_the_send_is_not_repeated(answer):
    client, script = scripted(answer)
    verdict = client.send_mass(SEND, IN_TIME)
    assert isinstance(verdict, InDoubt)
    assert verdict.errcode is None
    assert (1, []) == (len(script.seen), script.pauses)


def test_a_send_without_a_token_does_not_leave():
    client, script = scripted(tokens=[{"errcode": 40125, "errmsg": "invalid appsecret"}])
    with pytest.raises(AuthError):
        client.send_mass(SEND, IN_TIME)
    assert [] == script.seen


def test_the_doubt_says_what_was_seen():
    client, _ = scripted(httpx.ReadTimeout("slow"))
    assert InDoubt("no answer within 30 s") == client.send_mass(SEND, IN_TIME)


@pytest.mark.parametrize("answer", [{"errcode": 0, "errmsg": "preview success"}, {"errcode": 0, "msg_id": 34182}])
def test_a_preview_that_arrived(answer):
    client, _ = scripted(answer)
    assert PreviewSent() == client.preview(REVIEWER, NEWS)


@pytest.mark.parametrize("errcode", [43004, 40132, 40003, 45009, 40007, 48001, 43019])
def test_a_preview_that_was_refused(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "no rid: 6a-7b-8c"})
    verdict = client.preview(REVIEWER, NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert (errcode, "6a-7b-8c") == (verdict.errcode, verdict.rid)
    assert 1 == len(script.seen)


@pytest.mark.parametrize("errcode", [-1, 45066, 9500002, 12345])
def test_a_preview_whose_code_does_not_say_no(errcode):
    client, script = scripted({"errcode": errcode, "errmsg": "hm"})
    assert isinstance(client.preview(REVIEWER, NEWS), PreviewUnknown)
    assert 1 == len(script.seen)


@pytest.mark.parametrize("answer", [*LOST, HTML, (502, HTML), (302, b""), b"", b'{"errcode":0', b"[]", {}])
def test_a_preview_without_an_answer_is_unknown_and_not_repeated(answer):
    client, script = scripted(answer)
    assert isinstance(client.preview(REVIEWER, NEWS), PreviewUnknown)
    assert (1, []) == (len(script.seen), script.pauses)


def test_a_preview_is_made_once_more_when_only_its_token_was_refused():
    client, script = scripted({"errcode": 40001}, {"errcode": 0})
    assert PreviewSent() == client.preview(REVIEWER, NEWS)
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


def test_a_preview_whose_second_token_was_refused_too_has_failed():
    client, script = scripted({"errcode": 40001}, {"errcode": 40001})
    verdict = client.preview(REVIEWER, NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert 2 == len(script.seen)


def test_a_preview_does_not_raise_when_the_token_cannot_be_replaced():
    first = {"access_token": "TOKEN-1", "expires_in": 7200}
    client, _ = scripted({"errcode": 42001}, tokens=[first, {"errcode": 40125}])
    verdict = client.preview(REVIEWER, NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert 42001 == verdict.errcode


@pytest.mark.parametrize("name", [OPENID, "oABC123"])
def test_an_openid_does_not_come_back_in_the_text_of_a_refusal(name):
    client, _ = scripted({"errcode": 40003, "errmsg": f"invalid openid {name} rid: 6a-7b-8c"})
    verdict = client.preview(Recipient("touser", name), NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert name not in verdict.message
    assert "6a-7b-8c" == verdict.rid
