"""What comes after a send, on the wire: indexes, one request, and what each code means there."""

import httpx
import pytest
from wechat_script import scripted

from massctl.apply.ports import SendingSpeed
from massctl.errors import AuthError, PermanentError, QuotaError, TransportError, WeChatError
from massctl.model.ids import MsgDataId, MsgId
from massctl.wechat.client import WeChatClient
from massctl.wechat.patience import TRIES_MAX

DONE = {"errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize("article", [0, 1, 8])
def test_the_index_of_a_withdrawal_counts_from_1_and_is_never_left_out(article):
    client, script = scripted(DONE)
    client.withdraw(MsgId(3147000001), article)
    (seen,) = script.seen
    assert ("/cgi-bin/message/mass/delete", {"msg_id": 3147000001, "article_idx": article}) == (seen.path, seen.body)


@pytest.mark.parametrize("trouble", [httpx.ReadTimeout("slow"), (502, b""), {"errcode": -1}, {"errcode": 9500001}, {}])
def test_a_withdrawal_of_unknown_outcome_is_asked_for_once(trouble):
    client, script = scripted(trouble)
    with pytest.raises(TransportError):
        client.withdraw(MsgId(1), 1)
    assert 1 == len(script.seen)


def test_a_withdrawal_goes_out_again_under_a_new_token():
    client, script = scripted({"errcode": 40001, "errmsg": "invalid credential"}, DONE)
    client.withdraw(MsgId(1), 1)
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


@pytest.mark.parametrize(
    ("errcode", "expected", "words"),
    [
        (40059, PermanentError, "does not know this mass job"),
        (40060, PermanentError, "no article of this number"),
        (40065, PermanentError, "present state"),
        (40204, PermanentError, "rumour"),
        (45009, QuotaError, "10 a day"),
        (48001, AuthError, "no right"),
        (89504, AuthError, "waits for the administrator"),
    ],
)
def test_every_refusal_of_a_withdrawal_is_in_words(errcode, expected, words):
    client, _ = scripted({"errcode": errcode, "errmsg": "no rid: 6a-7b"})
    with pytest.raises(expected) as caught:
        client.withdraw(MsgId(1), 1)
    assert (errcode, "6a-7b") == (caught.value.errcode, caught.value.rid)
    assert words in caught.value.summary
    assert caught.value.hint


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"speed": 3, "realspeed": 15}, SendingSpeed(3, 15)),
        ({"errcode": 0, "speed": 0, "realspeed": "80"}, SendingSpeed(0, 80)),
        ({"speed": 4}, SendingSpeed(4, None)),
        ({"speed": 4, "realspeed": "fast"}, SendingSpeed(4, None)),
        ({"speed": 4, "realspeed": -1}, SendingSpeed(4, None)),
    ],
)
def test_the_speed_is_what_the_api_says(answer, expected):
    client, script = scripted(answer)
    assert expected == client.speed()
    assert ("POST", "/cgi-bin/message/mass/speed/get") == (script.seen[0].method, script.seen[0].path)


def test_the_speed_is_set():
    client, script = scripted(DONE)
    client.set_speed(2)
    assert ("/cgi-bin/message/mass/speed/set", {"speed": 2}) == (script.seen[0].path, script.seen[0].body)


@pytest.mark.parametrize(("errcode", "expected"), [(45083, PermanentError), (45084, PermanentError)])
def test_a_wrong_speed_is_in_words(errcode, expected):
    client, _ = scripted({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(expected):
        client.set_speed(9)


def test_a_faltering_speed_service_is_asked_again():
    client, script = scripted(*[{"errcode": 45085, "errmsg": "error"}] * TRIES_MAX)
    with pytest.raises(TransportError):
        client.set_speed(1)
    assert TRIES_MAX == len(script.seen)


SWITCHES = {"open": WeChatClient.open_comments, "close": WeChatClient.close_comments}


@pytest.mark.parametrize("word", SWITCHES)
def test_the_index_of_comments_counts_from_0_on_the_wire(word):
    client, script = scripted(DONE)
    SWITCHES[word](client, MsgDataId(2247000002), 2)
    (seen,) = script.seen
    assert (f"/cgi-bin/comment/{word}", {"msg_data_id": 2247000002, "index": 1}) == (seen.path, seen.body)


@pytest.mark.parametrize(
    ("errcode", "expected", "words"),
    [
        (88000, AuthError, "no comment right"),
        (88001, PermanentError, "does not know this article"),
        (88002, PermanentError, "restricted"),
        (88011, PermanentError, "restricted"),
    ],
)
@pytest.mark.parametrize("word", SWITCHES)
def test_every_refusal_of_comments_is_in_words(word, errcode, expected, words):
    client, _ = scripted({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(expected) as caught:
        SWITCHES[word](client, MsgDataId(1), 1)
    assert words in caught.value.summary


def test_what_88000_means_for_a_draft_is_another_thing():
    client, _ = scripted({"errcode": 88000, "errmsg": "no"})
    with pytest.raises(WeChatError) as caught:
        client.open_comments(MsgDataId(1), 1)
    assert "campaign.yaml" not in caught.value.hint
