"""What is repeated, how often, and with which pauses; and what is not."""

import httpx
import pytest
from wechat_script import ARTICLE, UPLOAD, URL, scripted

from massctl.errors import PermanentError, QuotaError, TransportError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgId
from massctl.wechat.retry import JITTER_SECONDS, TRIES_MAX

BUSY = {"errcode": -1, "errmsg": "system error rid: 6a-7b-8c"}
TOO_FAST = {
    "errcode": 45011,
    "errmsg": "api minute-quota reach limit, must slower, retry next minute",
}
PASSING = [
    httpx.ReadTimeout("slow"), httpx.ConnectError("refused"), httpx.RemoteProtocolError("cut"), ConnectionResetError(),
    (502, b"<html>"), (500, b""), (302, b""), b"<html>", b'{"url":"http', b"", {}, {"errcode": 0}, {"url": 5}, BUSY,
    {"errcode": 61450},
]  # fmt: skip
REPEATED = {
    "upload_image": lambda client: client.upload_image(UPLOAD),
    "add_material": lambda client: client.add_material(UPLOAD),
    "get_draft": lambda client: client.get_draft(MediaId("M")),
    "newest_drafts": lambda client: client.newest_drafts(),
    "delete_draft": lambda client: client.delete_draft(MediaId("M")),
    "followers": lambda client: client.audience_count(Audience(is_to_all=True)),
    "tag": lambda client: client.audience_count(Audience(tag_id=101)),
    "job": lambda client: client.job_report(MsgId(1)),
    "set_speed": lambda client: client.set_speed(1),
}
ONCE = {
    "add_draft": lambda client: client.add_draft([ARTICLE]),
    "withdraw": lambda client: client.withdraw(MsgId(1), 1),
}


@pytest.mark.parametrize("trouble", PASSING)
def test_an_upload_outlasts_a_trouble_that_passes(trouble):
    client, script = scripted(trouble, {"url": "http://mmbiz.qpic.cn/x/0"})
    assert URL == client.upload_image(UPLOAD)
    assert (2, 1) == (len(script.seen), len(script.pauses))


@pytest.mark.parametrize(
    ("trouble", "error", "pauses"),
    [
        (httpx.ReadTimeout("slow"), TransportError, [1, 2, 4]),
        (BUSY, TransportError, [5, 10, 10]),
        ({"errcode": 45085, "errmsg": "error"}, TransportError, [5, 10, 10]),
        (TOO_FAST, QuotaError, [60, 60, 60]),
    ],
)
@pytest.mark.parametrize("call", REPEATED.values(), ids=REPEATED)
def test_reads_and_uploads_are_repeated_with_growing_pauses_and_not_for_ever(
    call, trouble, error, pauses
):
    client, script = scripted(*[trouble] * TRIES_MAX)
    with pytest.raises(error):
        call(client)
    assert TRIES_MAX == len(script.seen)
    assert all(
        due <= pause <= due + JITTER_SECONDS
        for due, pause in zip(pauses, script.pauses, strict=True)
    )


@pytest.mark.parametrize(
    "trouble", [*(each for each in PASSING if each != {"errcode": 0}), {"errcode": 9500001}]
)
@pytest.mark.parametrize("call", ONCE.values(), ids=ONCE)
def test_what_would_leave_a_second_effect_is_not_repeated_after_a_trouble(call, trouble):
    client, script = scripted(trouble)
    with pytest.raises(TransportError):
        call(client)
    assert (1, []) == (len(script.seen), script.pauses)


def test_it_is_made_again_where_wechat_asked_for_a_slower_pace():
    """WeChat did nothing for it, so this repetition makes no second draft."""
    client, script = scripted(TOO_FAST, {"media_id": "M"})
    assert "M" == client.add_draft([ARTICLE])
    assert 60 <= script.pauses[0] <= 61


@pytest.mark.parametrize(
    ("errcode", "error"), [(45009, QuotaError), (42010, QuotaError), (40005, PermanentError)]
)
def test_a_refusal_is_not_repeated(errcode, error):
    client, script = scripted({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(error):
        client.upload_image(UPLOAD)
    assert 1 == len(script.seen)


def test_the_token_is_asked_for_again_too():
    client, script = scripted(
        tokens=[httpx.ReadTimeout("slow"), BUSY, {"access_token": "T", "expires_in": 7200}]
    )
    client.renew_token()
    assert 3 == len(script.fetches)
