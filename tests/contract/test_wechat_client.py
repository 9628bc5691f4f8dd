"""The client against the documented samples of the API, seen through the port that apply uses."""

import json

import httpx
import pytest
from building import IN_TIME, intent, news_body

from massctl.apply.ports import WeChat
from massctl.model.ids import MediaId, MsgId
from massctl.model.send import Accepted, InDoubt, Rejected, ToTag
from massctl.wechat.client import WeChatClient

SEND = intent(ToTag(101), news_body(MediaId("M")))

# Answers as the documentation and captured traffic show them; read 2026-10.
SAMPLES = {
    "accepted article job": (
        '{"errcode":0,"errmsg":"send job submission success","msg_id":3147000001,"msg_data_id":2247000002}',
        Accepted(MsgId(3147000001), 2247000002),
    ),
    "accepted text job": (
        '{"errcode":0,"errmsg":"send job submission success","msg_id":3147000001}',
        Accepted(MsgId(3147000001), None),
    ),
    "duplicate": (
        '{"errcode":45065,"errmsg":"clientmsgid exist","msg_id":3147000001}',
        Accepted(MsgId(3147000001), None, duplicate=True),
    ),
    "repeated too fast": ('{"errcode":45066,"errmsg":"... rid: 6a-7b-8c"}', (InDoubt, 45066)),
    "no allowance": (
        '{"errcode":45028,"errmsg":"has no masssend quota rid: 6a-7b-8c"}',
        (Rejected, 45028),
    ),
    "waiting": ('{"errcode":89504,"errmsg":"... rid: 6a-7b-8c"}', (InDoubt, 89504)),
    "whitelist": (
        '{"errcode":40164,"errmsg":"invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: 6a-7b-8c"}',
        (Rejected, 40164),
    ),
}


def port_to(answer: str, bodies: list[bytes]) -> WeChat:
    def serve(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/cgi-bin/stable_token":
            return httpx.Response(200, text='{"access_token":"T","expires_in":345}')
        bodies.append(request.read())
        return httpx.Response(200, text=answer)

    client = WeChatClient.open(
        "wx1", "secret", "https://api.weixin.qq.com", inside=httpx.MockTransport(serve)
    )
    client.require_token()
    return client


@pytest.mark.parametrize(("answer", "expected"), SAMPLES.values(), ids=SAMPLES)
def test_a_documented_answer_has_its_verdict(answer, expected):
    verdict = port_to(answer, []).send_mass(SEND, IN_TIME)
    if isinstance(expected, Accepted):
        assert expected == verdict
    else:
        assert expected == (type(verdict), verdict.errcode)
        assert "6a-7b-8c" == verdict.rid


def test_the_documented_request_for_news_to_a_tag():
    bodies: list[bytes] = []
    port_to('{"errcode":0,"msg_id":1}', bodies).send_mass(SEND, IN_TIME)
    assert [
        {
            "filter": {"is_to_all": False, "tag_id": 101},
            "mpnews": {"media_id": "M"},
            "msgtype": "mpnews",
            "send_ignore_reprint": 0,
            "clientmsgid": SEND.client_msg_id,
        }
    ] == [json.loads(body) for body in bodies]
