"""Faults on order, and the report that tells what really happened."""

import hashlib
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from sandbox_caller import APPID, Caller, picture

from massctl.sandbox.app import ConnectionCut

ADD = "/cgi-bin/draft/add"


def order(caller: Caller, **rule: object) -> dict[str, object]:
    return caller.order("faults", rules=[{"path": ADD, **rule}])


def drafts(caller: Caller) -> int:
    return len(caller.rows("drafts"))


@pytest.mark.parametrize(
    ("do", "recorded"),
    [
        ("request_lost", 0),
        ("answer_lost", 1),
        ("late", 1),
        ("bad_gateway", 0),
        ("html", 1),
        ("busy", 0),
        ("accepted_busy", 1),
        ("token_dead", 0),
        ("truncated", 1),
    ],
)
def test_a_fault_records_what_it_says(caller: Caller, do: str, recorded: int) -> None:
    article = caller.article()
    order(caller, do=do, **({"seconds": 2.5} if do == "late" else {}))
    caller.fresh_token()
    with suppress(ConnectionCut):
        caller.reply("POST", "draft/add", {"articles": [article]})
    assert drafts(caller) == recorded


def test_each_fault_shows_its_own_face(caller: Caller) -> None:
    article = caller.article()
    faces = {}
    for do in ("late", "bad_gateway", "html", "busy", "truncated"):
        order(caller, do=do, **({"seconds": 2.5} if do == "late" else {}))
        caller.fresh_token()
        sent = caller.reply("POST", "draft/add", {"articles": [article]})
        is_whole = len(sent.data) == int(sent.headers["Content-Length"])
        faces[do] = (sent.status_code, is_whole, sent.content_type[:9], [*caller.waited])
        caller.waited.clear()
        caller.order("faults", clear=True)
    plain, page = "applicati", "text/html"
    assert faces == {
        "late": (200, True, plain, [2.5]),
        "bad_gateway": (502, True, page, []),
        "html": (200, True, page, []),
        "busy": (200, True, plain, []),
        "truncated": (200, False, plain, []),
    }


@pytest.mark.parametrize("do", ["request_lost", "answer_lost"])
def test_a_lost_one_is_a_cut_connection(caller: Caller, do: str) -> None:
    order(caller, do=do)
    with pytest.raises(ConnectionCut):
        caller.post("draft/add", {"articles": [caller.article()]})


def test_a_dead_token_is_40001_and_a_new_one_differs(caller: Caller) -> None:
    old = caller.fresh_token()
    order(caller, do="token_dead")
    assert caller.record("POST", "draft/add", {})["errcode"] == 40001
    assert caller.fresh_token() != old


def test_a_first_call_45066_is_a_job_all_the_same(caller: Caller) -> None:
    body = caller.job(caller.draft())
    order(caller, path="/cgi-bin/message/mass/sendall", do="accepted_45066")
    assert caller.post("message/mass/sendall", body)["errcode"] == 45066
    caller.later(seconds=60)
    assert caller.post("message/mass/sendall", body)["errcode"] == 45065


def test_an_id_is_said_to_be_known_under_any_job(caller: Caller) -> None:
    body = caller.job(caller.draft())
    order(caller, path="/cgi-bin/message/mass/sendall", do="known_id", msg_id=3147000099)
    answer = caller.post("message/mass/sendall", body)
    assert (45065, 3147000099, 0) == (answer["errcode"], answer["msg_id"], len(caller.rows("jobs")))
    assert 0 == caller.post("message/mass/sendall", body)["errcode"]


def test_nth_and_times_choose_the_calls(caller: Caller) -> None:
    article = caller.article()
    order(caller, nth=2, times=2, do="busy")
    codes = [caller.post("draft/add", {"articles": [article]}).get("errcode") for _ in range(4)]
    assert codes == [None, -1, -1, None]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"do": "explode"}, "`do`"),
        ({"do": "busy", "path": "/cgi-bin/nowhere"}, "`path`"),
        ({"do": "busy", "nth": 0}, "`nth`"),
        ({"do": "busy", "times": True}, "`times`"),
        ({"do": "late"}, "`seconds`"),
        ({"do": "busy", "seconds": 3}, "`seconds`"),
        ({"do": "late", "seconds": -1}, "`seconds`"),
        ({"do": "busy", "who": 1}, "'who'"),
        ({"do": "accepted_45066"}, "accepted_45066"),
        ({"do": "known_id"}, "`msg_id`"),
        ({"do": "known_id", "msg_id": 7}, "known_id"),
        ({"do": "busy", "msg_id": 7}, "`msg_id`"),
    ],
)
def test_a_bad_rule_is_400_with_a_reason_and_changes_nothing(
    caller: Caller, rule: dict[str, object], word: str
) -> None:
    answer = order(caller, **rule)
    assert (answer["http"], word in str(answer["error"])) == (400, True)
    assert len(caller.rows("faults")) == 0


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("advance", b'{"seconds":-1}'),
        ("advance", b'{"seconds":NaN}'),
        ("advance", b"[]"),
        ("advance", b"{"),
        ("faults", b"{}"),
        ("accounts", b'{"appid":"wx1","kind":"other"}'),
        ("accounts", b'{"appid":"wx1","colour":"red"}'),
        ("tags", b'{"appid":"wx-unknown","id":5,"name":"x","count":1}'),
        ("settings", b'{"sending_seconds":"soon"}'),
        ("admin", b'{"appid":"wx-unknown","confirm":true}'),
    ],
)
def test_a_wrong_control_request_is_400(caller: Caller, name: str, body: bytes) -> None:
    assert caller.http.post(f"/_sandbox/{name}", data=body).status_code == 400


def test_the_clock_moves_forward_and_never_back(caller: Caller) -> None:
    moved = caller.now + timedelta(hours=1)
    assert moved.isoformat() == caller.order("advance", seconds=3600)["now"]
    caller.later(days=-1)
    assert moved.isoformat() == caller.report()["now"]


def test_the_administrator_confirms_a_held_send(caller: Caller) -> None:
    caller.account(protection=True)
    caller.post("message/mass/sendall", caller.job(caller.draft()))
    caller.order("admin", appid=APPID, confirm=True)
    caller.later(minutes=4)
    job = caller.report()["jobs"][0]
    assert (job["msg_status"], job["event_status"]) == ("SEND_SUCCESS", "send success")
    assert caller.report()["drafts"][0]["consumed_by"] == job["msg_id"]


def test_a_send_on_the_website_uses_the_allowance(caller: Caller) -> None:
    caller.account(kind="subscription")
    caller.order("website_send", appid=APPID)
    assert caller.post("message/mass/sendall", caller.job(caller.draft()))["errcode"] == 45028


def test_the_report_tells_what_happened(caller: Caller) -> None:
    media_id = caller.draft(title="春季大促")
    caller.post(
        "message/mass/preview",
        {"towxname": "li", "msgtype": "mpnews", "mpnews": {"media_id": media_id}},
    )
    msg_id = caller.post("message/mass/sendall", caller.job(media_id))["msg_id"]
    told = caller.report()
    assert told["calls"]["/cgi-bin/message/mass/sendall"] == {"count": 1, "outcomes": {"0": 1}}
    assert [(upload["endpoint"], upload["count"]) for upload in told["uploads"]] == [
        ("material/add_material?type=image", 1)
    ]
    job = told["jobs"][0]
    assert (msg_id, f"{1:032x}", "all", ["春季大促"]) == (
        job["msg_id"],
        job["clientmsgid"],
        job["audience"]["scope"],
        [article["title"] for article in job["articles"]],
    )
    assert [(row["recipient"], row["msgtype"]) for row in told["previews"]] == [("li", "mpnews")]
    assert told["violations"] == []
    assert "a-secret" not in json.dumps(told)
    assert caller.token not in json.dumps(told)


def test_reset_keeps_accounts_and_tags_and_nothing_else(caller: Caller) -> None:
    caller.tag()
    caller.order("advance", seconds=3600)
    media_id = caller.draft()
    caller.upload("media/uploadimg", picture())
    uploaded = f"/picture/{hashlib.sha256(picture()).hexdigest()}"
    assert picture() == caller.http.get(uploaded).data
    assert 200 == caller.http.post("/_sandbox/reset").status_code
    assert picture() != caller.http.get(uploaded).data
    told = caller.report()
    assert (told["drafts"], told["calls"], len(told["accounts"])) == ([], {}, 1)
    assert told["now"] == caller.now.isoformat()
    assert "会员" in [tag["name"] for tag in caller.get("tags/get")["tags"]]
    assert caller.draft() != media_id
