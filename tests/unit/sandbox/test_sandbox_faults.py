"""Faults on order, and the report that tells what really happened."""

import json
from datetime import timedelta

import pytest
from sandbox_caller import Caller

from massctl.sandbox import clock, control
from massctl.sandbox.report import report

ADD = "/cgi-bin/draft/add"


def order(caller: Caller, **rule: object) -> dict[str, object]:
    body = json.dumps({"rules": [{"path": ADD, **rule}]}).encode()
    reply = control.answer(caller.state, "POST", "/_sandbox/faults", body, caller.now)
    return {"status": reply.status, **(reply.record or {})}


def drafts(caller: Caller) -> int:
    return len(caller.state.table("drafts"))


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
    caller.post("draft/add", {"articles": [article]})
    assert drafts(caller) == recorded


def test_each_fault_shows_its_own_face(caller: Caller) -> None:
    article = caller.article()
    faces = {}
    for do in ("request_lost", "answer_lost", "late", "bad_gateway", "html", "busy", "truncated"):
        order(caller, do=do, **({"seconds": 2.5} if do == "late" else {}))
        sent = caller.deliver("POST", "draft/add", {"articles": [article]})
        faces[do] = (sent.cut, sent.delay_seconds, sent.reply.status, sent.truncated, sent.reply.content_type[:9])
        control.answer(caller.state, "POST", "/_sandbox/faults", b'{"clear":true}', caller.now)
    plain, page = "applicati", "text/html"
    assert faces == {
        "request_lost": (True, 0, 200, False, plain),
        "answer_lost": (True, 0, 200, False, plain),
        "late": (False, 2.5, 200, False, plain),
        "bad_gateway": (False, 0, 502, False, page),
        "html": (False, 0, 200, False, page),
        "busy": (False, 0, 200, False, plain),
        "truncated": (False, 0, 200, True, plain),
    }


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
    ],
)
def test_a_bad_rule_is_400_with_a_reason_and_changes_nothing(
    caller: Caller, rule: dict[str, object], word: str
) -> None:
    answer = order(caller, **rule)
    assert (answer["status"], word in str(answer["error"])) == (400, True)
    assert len(caller.state.table("faults")) == 0


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
    assert control.answer(caller.state, "POST", f"/_sandbox/{name}", body, caller.now).status == 400


def test_the_clock_moves_forward_and_never_back(caller: Caller) -> None:
    moved = clock.advance(caller.state, caller.now, 3600)
    assert moved == caller.now + timedelta(hours=1)
    assert clock.world_now(caller.state, caller.now - timedelta(days=1)) == moved
    assert clock.ensure_not_before(caller.state, caller.now, caller.now) == moved
    opening = caller.now + timedelta(days=2)
    assert clock.ensure_not_before(caller.state, caller.now, opening) == opening


def test_the_administrator_confirms_a_held_send(caller: Caller) -> None:
    caller.account(protection=True)
    caller.post("message/mass/sendall", caller.job(caller.draft()))
    body = json.dumps({"appid": caller.state.table("accounts").records()[0]["appid"], "confirm": True}).encode()
    control.answer(caller.state, "POST", "/_sandbox/admin", body, caller.now)
    caller.later(minutes=4)
    job = report(caller.state, caller.now)["jobs"][0]
    assert (job["msg_status"], job["event_status"]) == ("SEND_SUCCESS", "send success")
    assert report(caller.state, caller.now)["drafts"][0]["consumed_by"] == job["msg_id"]


def test_a_send_on_the_website_uses_the_allowance(caller: Caller) -> None:
    caller.account(kind="subscription")
    body = json.dumps({"appid": caller.state.table("accounts").records()[0]["appid"]}).encode()
    control.answer(caller.state, "POST", "/_sandbox/website_send", body, caller.now)
    assert caller.post("message/mass/sendall", caller.job(caller.draft()))["errcode"] == 45028


def test_the_report_tells_what_happened(caller: Caller) -> None:
    media_id = caller.draft(title="春季大促")
    caller.post("message/mass/preview", {"towxname": "li", "msgtype": "mpnews", "mpnews": {"media_id": media_id}})
    msg_id = caller.post("message/mass/sendall", caller.job(media_id))["msg_id"]
    told = report(caller.state, caller.now)
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
    clock.advance(caller.state, caller.now, 3600)
    media_id = caller.draft()
    control.answer(caller.state, "POST", "/_sandbox/reset", b"", caller.now)
    told = report(caller.state, clock.world_now(caller.state, caller.now))
    assert (told["drafts"], told["calls"], len(told["accounts"])) == ([], {}, 1)
    assert told["now"] == caller.now.isoformat()
    assert "会员" in [tag["name"] for tag in caller.get("tags/get")["tags"]]
    assert caller.draft() != media_id
