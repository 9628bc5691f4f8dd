"""Questions that change nothing, on the wire."""

import pytest
from wechat_script import scripted

from massctl.apply.ports import CallQuota
from massctl.errors import AuthError, TransportError

SENDALL = "/cgi-bin/message/mass/sendall"


def test_drafts_and_materials_are_counted_by_a_get_without_a_body():
    client, script = scripted({"total_count": 7}, {"voice_count": 1, "image_count": 12, "news_count": 0})
    assert (7, 12) == (client.draft_count(), client.material_count())
    assert [("GET", "/cgi-bin/draft/count"), ("GET", "/cgi-bin/material/get_materialcount")] == [
        (seen.method, seen.path) for seen in script.seen
    ]


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ({"daily_limit": 100, "used": 1, "remain": 99}, CallQuota(100, 99)),
        ({"daily_limit": "100", "remain": "99"}, CallQuota(100, 99)),
        ({"daily_limit": 100, "remain": -1}, CallQuota(100, 0)),
    ],
)
def test_the_calls_that_are_left_are_read(quota, expected):
    client, script = scripted({"errcode": 0, "quota": quota})
    assert expected == client.call_quota(SENDALL)
    assert {"cgi_path": SENDALL} == script.seen[0].body


@pytest.mark.parametrize("answer", [{}, {"quota": 7}, {"quota": {}}, {"quota": {"daily_limit": 1}}])
def test_an_answer_without_numbers_is_none(answer):
    client, _ = scripted(*[answer] * 4)
    with pytest.raises(TransportError):
        client.call_quota(SENDALL)


@pytest.mark.parametrize("errcode", [48001, 76022])
def test_a_missing_right_says_where_rights_are_listed(errcode):
    client, _ = scripted({"errcode": errcode, "errmsg": "no permission"})
    with pytest.raises(AuthError) as caught:
        client.call_quota(SENDALL)
    assert "设置与开发 / 接口权限" in caught.value.hint
