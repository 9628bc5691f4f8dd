"""Every answer to a send and to a preview, and what it is taken for; and whatever comes back, what may come out."""

import json

import httpx
import pytest
from building import IN_TIME, intent, text_body
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openid_samples import BATCHES
from wechat_script import (
    ARTICLE,
    NEWS,
    OPENID,
    REVIEWER,
    SEND,
    UPLOAD,
    Script,
    Scripted,
    opened,
    scripted,
    send,
)

from massctl.apply.ports import JobReport, Material
from massctl.errors import AuthError, TransportError, WeChatError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgId
from massctl.model.message import Recipient
from massctl.model.send import (
    Accepted,
    InDoubt,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    Rejected,
    SendIntent,
    ToOpenids,
)
from massctl.transport import RawAnswer
from massctl.wechat.response import Answer, read_answer

PAGE = b"<html><body>maintenance</body></html>"
TO_OPENIDS = intent(ToOpenids(BATCHES[1]), text_body("明天见"))
LOST: dict[Scripted, InDoubt] = {
    httpx.ReadTimeout("slow"): InDoubt("answer_timeout", seconds=30),
    httpx.WriteTimeout("slow"): InDoubt("answer_timeout", seconds=30),
    httpx.ConnectTimeout("slow"): InDoubt("connection_timeout", seconds=10),
    httpx.ConnectError("refused"): InDoubt("connection_failed"),
    httpx.ReadError("reset"): InDoubt("connection_cut"),
    httpx.WriteError("reset"): InDoubt("connection_cut"),
    httpx.CloseError("reset"): InDoubt("connection_cut"),
    httpx.RemoteProtocolError("incomplete"): InDoubt("connection_cut"),
    httpx.LocalProtocolError("odd"): InDoubt("connection_cut"),
    httpx.ProxyError("407"): InDoubt("proxy_refused"),
    ConnectionResetError("cut by the application"): InDoubt("connection_cut"),
}
NOT_AN_ANSWER: list[Scripted] = [
    PAGE, (502, PAGE), (500, b'{"errcode":0,"msg_id":1}'), (302, b""), (404, b'{"errcode":40007}'),
    b"", b"{", b'{"errcode":0,"msg_id":31470', b"[]", b"null", b"NaN", b"[" * 100_000,
    b'{"errcode":"zero"}', b'{"errcode":0.0,"msg_id":1}', b'{"errcode":true}', b'{"errcode":NaN}',
    b'{"errcode":0,"errmsg":"\\ud800","msg_id":1}',
    b'{"errcode":45028,"errcode":0,"msg_id":1}', b'{"msg_id":1,"errcode":0,"errcode":45028}',
    {}, {"errcode": 0, "errmsg": "ok"},
    *({"errcode": 0, "msg_id": msg_id} for msg_id in (None, 0, -1, True, "12a", 2**63)),
]  # fmt: skip
DOUBTFUL_CODES = [-1, 61450, 45066, 89504, 89505, 268488001, 9500001, 9500002, 12345, 999999999]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            {"errcode": 0, "msg_id": 3147000001, "msg_data_id": 2247000002},
            Accepted(MsgId(3147000001), 2247000002),
        ),
        (
            {"msg_id": "3147000001", "msg_data_id": "2247000002"},
            Accepted(MsgId(3147000001), 2247000002),
        ),
        *(
            ({"errcode": 0, "msg_id": 1, "msg_data_id": odd}, Accepted(MsgId(1), None))
            for odd in (None, 0, "x", -5)
        ),
        (
            {"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 7},
            Accepted(MsgId(7), None, duplicate=True),
        ),
        ({"errcode": 45065, "errmsg": "clientmsgid exist"}, Accepted(None, None, duplicate=True)),
    ],
)
@pytest.mark.parametrize("asked", [SEND, TO_OPENIDS], ids=["all", "openids"])
def test_an_accepted_send(asked: SendIntent, answer: Scripted, expected: Accepted) -> None:
    client, _ = scripted(answer)
    assert expected == send(client, asked)


@pytest.mark.parametrize(
    ("errcode", "retryable"),
    [
        *(
            (code, True)
            for code in (
                45028,
                45009,
                45011,
                42010,
                48001,
                48003,
                48004,
                40164,
                50002,
                89503,
                89506,
            )
        ),
        *(
            (code, False)
            for code in (40007, 40008, 40152, 45062, 45067, 45113, 48008, 48021, 48022, 45002)
        ),
        *((code, False) for code in (40003, 40031, 40032, 40130, 45019, 45162)),
    ],
)
@pytest.mark.parametrize("asked", [SEND, TO_OPENIDS], ids=["all", "openids"])
def test_a_plain_no_is_a_rejection(asked: SendIntent, errcode: int, retryable: bool) -> None:
    client, _ = scripted({"errcode": str(errcode), "errmsg": "no rid: 6a-7b-8c"})
    verdict = send(client, asked)
    assert isinstance(verdict, Rejected)
    assert (errcode, "6a-7b-8c", retryable, False) == (
        verdict.errcode,
        verdict.rid,
        verdict.retryable,
        verdict.token_dead,
    )


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, 48012])
def test_a_refused_token_is_a_rejection_and_the_next_send_uses_another(errcode: int) -> None:
    client, script = scripted(
        {"errcode": errcode, "errmsg": "invalid credential"}, {"errcode": 0, "msg_id": 1}
    )
    verdict = send(client)
    assert isinstance(verdict, Rejected)
    assert (True, True, 1) == (verdict.token_dead, verdict.retryable, len(script.seen))
    assert isinstance(send(client), Accepted)
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


@pytest.mark.parametrize("errcode", DOUBTFUL_CODES)
@pytest.mark.parametrize("asked", [SEND, TO_OPENIDS], ids=["all", "openids"])
def test_a_code_that_does_not_say_no_leaves_a_doubt(asked: SendIntent, errcode: int) -> None:
    client, script = scripted({"errcode": errcode, "errmsg": "hm rid: 6a-7b-8c"})
    verdict = send(client, asked)
    assert isinstance(verdict, InDoubt)
    assert (errcode, "6a-7b-8c", 1) == (verdict.errcode, verdict.rid, len(script.seen))


@pytest.mark.parametrize(("trouble", "doubt"), LOST.items())
def test_a_lost_answer_leaves_a_doubt_that_names_its_cause(
    trouble: Scripted, doubt: InDoubt
) -> None:
    """Also a ConnectError is in doubt once the request was about to be written."""
    client, script = scripted(trouble)
    assert doubt == send(client)
    assert (1, []) == (len(script.seen), script.pauses)


@pytest.mark.parametrize("answer", NOT_AN_ANSWER)
def test_what_is_not_plainly_an_answer_leaves_a_doubt(answer: Scripted) -> None:
    client, script = scripted(answer)
    verdict = send(client)
    assert isinstance(verdict, InDoubt)
    assert (None, 1, []) == (verdict.errcode, len(script.seen), script.pauses)


@pytest.mark.parametrize(
    ("answer", "doubt"),
    [
        ((502, b""), InDoubt("http_status", http_status=502)),
        (PAGE, InDoubt("answer_not_json")),
        ({"errcode": 0}, InDoubt("answer_incomplete")),
        ({"errcode": "x"}, InDoubt("errcode_not_a_number")),
        (
            {"errcode": -1, "errmsg": "system error"},
            InDoubt("errcode", errcode=-1, errmsg="system error"),
        ),
    ],
)
def test_a_doubt_says_what_was_seen(answer: Scripted, doubt: InDoubt) -> None:
    client, _ = scripted(answer)
    assert doubt == send(client)


def test_a_cut_answer_never_looks_whole() -> None:
    whole = b'{"errcode":0,"errmsg":"send job submission success","msg_id":3147000001,"msg_data_id":2247000002}'
    assert {InDoubt} == {
        type(send(opened(Script([whole[:length]])))) for length in range(len(whole))
    }


def test_a_send_fetches_no_token() -> None:
    client, script = scripted()
    with pytest.raises(AuthError) as caught:
        client.send_mass(SEND, IN_TIME)
    assert ("The send did not leave.", [], []) == (caught.value.detail, script.seen, script.fetches)


@pytest.mark.parametrize(
    "answer", [{"errcode": 0, "errmsg": "preview success"}, {"errcode": 0, "msg_id": 34182}]
)
def test_a_preview_that_arrived(answer: Scripted) -> None:
    client, _ = scripted(answer)
    assert PreviewSent() == client.preview(REVIEWER, NEWS)


@pytest.mark.parametrize("errcode", [43004, 40132, 40003, 45009, 40007, 48001, 43019])
def test_a_preview_that_was_refused(errcode: int) -> None:
    client, script = scripted({"errcode": errcode, "errmsg": "no rid: 6a-7b-8c"})
    verdict = client.preview(REVIEWER, NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert (errcode, "6a-7b-8c", 1) == (verdict.errcode, verdict.rid, len(script.seen))


@pytest.mark.parametrize(
    "answer",
    [
        *({"errcode": code, "errmsg": "hm"} for code in (-1, 45066, 9500002, 12345)),
        *LOST, PAGE, (502, PAGE), (302, b""), b"", b'{"errcode":0', b"[]", {},
    ],
)  # fmt: skip
def test_a_preview_without_a_clear_answer_is_unknown_and_not_repeated(answer: Scripted) -> None:
    client, script = scripted(answer)
    assert isinstance(client.preview(REVIEWER, NEWS), PreviewUnknown)
    assert (1, []) == (len(script.seen), script.pauses)


@pytest.mark.parametrize(("second", "expected"), [(0, PreviewSent), (40001, PreviewFailed)])
def test_a_preview_is_made_once_more_when_only_its_token_was_refused(
    second: int, expected: type
) -> None:
    client, script = scripted({"errcode": 40001}, {"errcode": second})
    assert isinstance(client.preview(REVIEWER, NEWS), expected)
    assert ["TOKEN-1", "TOKEN-2"] == script.tokens_used


def test_a_preview_does_not_raise_when_the_token_cannot_be_replaced() -> None:
    first = {"access_token": "TOKEN-1", "expires_in": 7200}
    client, _ = scripted({"errcode": 42001}, tokens=[first, {"errcode": 40125}])
    verdict = client.preview(REVIEWER, NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert 42001 == verdict.errcode


@pytest.mark.parametrize("name", [OPENID, "oABC123"])
def test_an_openid_does_not_come_back_in_the_refusal_of_a_preview(name: str) -> None:
    client, _ = scripted({"errcode": 40003, "errmsg": f"invalid openid {name} rid: 6a-7b-8c"})
    verdict = client.preview(Recipient("touser", name), NEWS)
    assert isinstance(verdict, PreviewFailed)
    assert (False, "6a-7b-8c") == (name in verdict.message, verdict.rid)


@pytest.mark.parametrize("said", ["oE00005 in list", "oE000"])
def test_an_openid_of_a_list_does_not_come_back_whole_or_cut_short(said: str) -> None:
    client, _ = scripted({"errcode": 40031, "errmsg": f"invalid openid {said}"})
    verdict = send(client, TO_OPENIDS)
    assert isinstance(verdict, Rejected)
    assert "invalid openid ********" in verdict.message
    assert "oE000" not in verdict.message


def read(errmsg: str, *hide: str) -> Answer:
    answer = read_answer(
        RawAnswer(200, json.dumps({"errcode": 40003, "errmsg": errmsg}).encode()), hide
    )
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"invalid openid {OPENID}!", "invalid openid ********!"),
        ("token " + "a" * 120, "token ********"),
        ("secret s3cr3t-0f-the-account", "secret ********"),
        ("cut short: s3cr3t-0f-the-acc", "cut short: ********"),
        ("title \x1b[31m\n\u202e 长", "title [31m 长"),
        ("长" * 5000, "长" * 256),
        ("{0} {secret}", "{0} {secret}"),
    ],
)
def test_a_foreign_text_is_one_short_printable_line_without_secrets(said: str, shown: str) -> None:
    assert shown == read(said, "s3cr3t-0f-the-account", "").errmsg


@pytest.mark.parametrize(
    ("errmsg", "rid"),
    [
        ("invalid media_id rid: 66f0a1b2-1c2d3e4f-5a6b7c8d", "66f0a1b2-1c2d3e4f-5a6b7c8d"),
        ("invalid media_id, rid:66f0-1c2d", "66f0-1c2d"),
        ("invalid media_id hint: [p2nXqa0441e293]", "p2nXqa0441e293"),
        ("invalid media_id", None),
        ("rid: " + "a" * 80, "a" * 64),
        ("rid: " + "a" * 1000, None),  # It looks like a token.
    ],
)
def test_the_rid_is_found_in_both_its_forms(errmsg: str, rid: str | None) -> None:
    assert rid == read(errmsg).rid


CALLS = {
    "upload_image": (lambda client: client.upload_image(UPLOAD), str),
    "add_material": (lambda client: client.add_material(UPLOAD), Material),
    "add_draft": (lambda client: client.add_draft([ARTICLE]), str),
    "get_draft": (lambda client: client.get_draft(MediaId("M")), tuple | None),
    "newest_drafts": (lambda client: client.newest_drafts(), tuple),
    "delete_draft": (lambda client: client.delete_draft(MediaId("M")), type(None)),
    "followers": (lambda client: client.audience_count(Audience(is_to_all=True)), int),
    "tag": (lambda client: client.audience_count(Audience(tag_id=101)), int | None),
    "job": (lambda client: client.job_report(MsgId(1)), JobReport),
}
FIELDS = [
    "errcode", "errmsg", "msg_id", "msg_data_id", "url", "media_id", "news_item", "title", "content", "author",
    "total", "tags", "id", "name", "count", "msg_status", "access_token", "expires_in", "item", "total_count",
]  # fmt: skip
CODES = st.sampled_from([0, -1, 40001, 40007, 45065, 45066, 45028, 77777])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | CODES
    | st.floats()
    | st.text(max_size=8)
    | st.just("http://x/y")
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6).map(
    lambda value: json.dumps(value).encode()
)
BODIES = st.binary(max_size=64) | OBJECTS | VALUES.map(lambda value: json.dumps(value).encode())
STATUSES = st.just(200) | st.sampled_from([204, 301, 302, 400, 404, 500, 502, 599])


def outcome_of(call):
    try:
        return call()
    except WeChatError as error:
        return error


@pytest.mark.slow
# All calls read answers in one place, so that a few answers to each are many.
@pytest.mark.parametrize(("call", "kind"), CALLS.values(), ids=CALLS)
@settings(max_examples=settings().max_examples // 3)
@given(status=STATUSES, body=BODIES)
@example(status=200, body=b'{"errcode":40001}')
@example(status=200, body=b'{"msg_id":"\\ud800","url":"\\ud800"}')
def test_any_answer_is_a_value_or_a_wechat_error(call, kind, status, body):
    client = opened(Script([(status, body)] * 8))
    assert isinstance(outcome_of(lambda: call(client)), kind | WeChatError)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_a_send_is_a_verdict_and_one_request(status, body):
    script = Script([(status, body)] * 2)
    verdict = send(opened(script))
    assert isinstance(verdict, InDoubt if status >= 300 else Accepted | Rejected | InDoubt)
    assert 1 == len(script.seen)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_a_preview_is_a_verdict_and_at_most_two_requests(status, body):
    script = Script([(status, body)] * 3)
    assert isinstance(
        opened(script).preview(REVIEWER, NEWS), PreviewSent | PreviewFailed | PreviewUnknown
    )
    assert 2 >= len(script.seen)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_the_token_call_is_a_token_or_a_wechat_error(status, body):
    client = opened(Script([], tokens=[(status, body)] * 4))
    assert isinstance(outcome_of(client.renew_token), type(None) | WeChatError)


def test_a_cut_draft_answer_never_looks_whole() -> None:
    whole = b'{"media_id":"M","item":[]}'
    for length in range(len(whole)):
        with pytest.raises(TransportError):
            opened(Script([whole[:length]])).add_draft([ARTICLE])
