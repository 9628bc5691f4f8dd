"""Whatever comes back, nothing but a WeChatError comes out; and of sends and previews, nothing at all."""

import json

import pytest
from building import IN_TIME
from hypothesis import example, given
from hypothesis import strategies as st
from wechat_script import ARTICLE, NEWS, REVIEWER, SEND, UPLOAD, Script, opened

from massctl.apply.ports import JobReport, Material
from massctl.errors import TransportError, WeChatError
from massctl.model.campaign import Audience
from massctl.model.ids import MediaId, MsgId
from massctl.model.send import Accepted, InDoubt, PreviewFailed, PreviewSent, PreviewUnknown, Rejected

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
MEMBERS = [
    "errcode", "errmsg", "msg_id", "msg_data_id", "url", "media_id", "news_item", "title", "content", "author",
    "total", "tags", "id", "count", "msg_status", "access_token", "expires_in", "need_open_comment",
    "item", "total_count",
]  # fmt: skip
CODES = st.sampled_from([0, -1, 40001, 40007, 45065, 45066, 45028, 77777])
LEAVES = st.none() | st.booleans() | st.integers() | CODES | st.floats() | st.text(max_size=8) | st.just("http://x/y")
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=6).map(lambda value: json.dumps(value).encode())
BODIES = st.binary(max_size=64) | OBJECTS | VALUES.map(lambda value: json.dumps(value).encode())
STATUSES = st.just(200) | st.sampled_from([204, 301, 302, 400, 404, 500, 502, 599])


def outcome_of(call):
    """Give what `call` gives, or the WeChatError that it raises; anything else goes through."""
    try:
        return call()
    except WeChatError as error:
        return error


@pytest.mark.parametrize(("call", "kind"), CALLS.values(), ids=CALLS)
@given(status=STATUSES, body=BODIES)
@example(status=200, body=b'{"errcode":40001}')
@example(status=200, body=b'{"msg_id":"\\ud800","url":"\\ud800"}')
def test_any_answer_is_a_value_or_a_wechat_error(call, kind, status, body):
    client = opened(Script([(status, body)] * 8))
    assert isinstance(outcome_of(lambda: call(client)), kind | WeChatError)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_a_send_is_a_verdict_and_one_request(status, body):
    script = Script([(status, body)] * 2)
    assert isinstance(opened(script).send_mass(SEND, IN_TIME), Accepted | Rejected | InDoubt)
    assert 1 == len(script.seen)


@given(status=STATUSES.filter(lambda status: status >= 300), body=BODIES)
def test_an_answer_with_another_status_never_settles_a_send(status, body):
    assert isinstance(opened(Script([(status, body)])).send_mass(SEND, IN_TIME), InDoubt)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_a_preview_is_a_verdict_and_at_most_two_requests(status, body):
    script = Script([(status, body)] * 3)
    assert isinstance(opened(script).preview(REVIEWER, NEWS), PreviewSent | PreviewFailed | PreviewUnknown)
    assert 2 >= len(script.seen)


@given(status=STATUSES, body=BODIES)
def test_any_answer_to_the_token_call_is_a_token_or_a_wechat_error(status, body):
    client = opened(Script([], tokens=[(status, body)] * 4))
    assert isinstance(outcome_of(client.renew_token), type(None) | WeChatError)


def test_a_cut_answer_never_looks_whole():
    whole = b'{"errcode":0,"errmsg":"send job submission success","msg_id":3147000001,"msg_data_id":2247000002}'
    verdicts = [opened(Script([whole[:length]])).send_mass(SEND, IN_TIME) for length in range(len(whole))]
    assert {InDoubt} == {type(verdict) for verdict in verdicts}


def test_a_cut_draft_answer_never_looks_whole():
    whole = b'{"media_id":"M","item":[]}'
    for length in range(len(whole)):
        with pytest.raises(TransportError):
            opened(Script([whole[:length]])).add_draft([ARTICLE])


@pytest.mark.parametrize(
    "body", [b'{"errcode":45028,"errcode":0,"msg_id":1}', b'{"msg_id":1,"errcode":0,"errcode":45028}']
)
def test_an_answer_that_says_two_things_at_once_is_a_doubt(body):
    assert isinstance(opened(Script([body])).send_mass(SEND, IN_TIME), InDoubt)
