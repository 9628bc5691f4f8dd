"""Mass sends: acceptance, duplicates, allowance, states, withdrawal; and previews."""

from typing import Any

import pytest
from sandbox_caller import APPID, Caller

from massctl.sandbox import jobs
from massctl.sandbox.audience import openid_of

SENDALL, SEND, PREVIEW = "message/mass/sendall", "message/mass/send", "message/mass/preview"


@pytest.fixture
def tagged(caller: Caller) -> Caller:
    caller.tag()
    return caller


def job_of(caller: Caller, answer: dict[str, Any]) -> dict[str, Any]:
    with caller.db() as db:
        job = db.get("jobs", str(answer["msg_id"]))
    assert job is not None
    return job


def test_an_accepted_news_job_has_two_ids_above_32_bits(caller: Caller) -> None:
    answer = caller.post(SENDALL, caller.job(caller.draft()))
    assert (answer["errcode"], answer["errmsg"]) == (0, "send job submission success")
    assert answer["msg_id"] > 2**31 < answer["msg_data_id"]


def test_an_accepted_text_job_has_no_msg_data_id(tagged: Caller) -> None:
    assert {"errcode", "errmsg", "msg_id"} == set(tagged.post(SENDALL, tagged.text()))


def test_a_send_consumes_its_draft(caller: Caller) -> None:
    media_id = caller.draft()
    caller.post(SENDALL, caller.job(media_id))
    assert caller.post("draft/get", {"media_id": media_id})["errcode"] == 40007
    caller.later(minutes=2)
    assert caller.post(SENDALL, caller.job(media_id, 2))["errcode"] == 40007
    assert caller.get("draft/count") == {"total_count": 0}


def test_a_job_says_sending_and_then_success(caller: Caller) -> None:
    msg_id = caller.post(SENDALL, caller.job(caller.draft()))["msg_id"]
    caller.later(seconds=jobs.SENDING_SECONDS - 1)
    assert caller.post("message/mass/get", {"msg_id": str(msg_id)}) == {"msg_id": msg_id, "msg_status": "SENDING"}
    caller.later(seconds=1)
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"


def test_how_long_a_job_says_sending_is_a_setting(caller: Caller) -> None:
    caller.order("settings", sending_seconds=0)
    msg_id = caller.post(SENDALL, caller.job(caller.draft()))["msg_id"]
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"


@pytest.mark.parametrize("msg_id", [1, "x", None, 10**20])
def test_an_unknown_job_is_40059(caller: Caller, msg_id: object) -> None:
    assert caller.post("message/mass/get", {"msg_id": msg_id})["errcode"] == 40059


def test_a_repeat_within_a_minute_is_45066(caller: Caller) -> None:
    body = caller.job(caller.draft())
    caller.post(SENDALL, body)
    caller.later(seconds=59)
    assert caller.post(SENDALL, body)["errcode"] == 45066
    assert caller.violations() == ["clientmsgid_repeated_within_a_minute"]


@pytest.mark.parametrize("later", [{"seconds": 60}, {"hours": 23, "minutes": 59}])
def test_a_repeat_within_a_day_is_45065_and_names_the_job(caller: Caller, later: dict[str, float]) -> None:
    body = caller.job(caller.draft())
    msg_id = caller.post(SENDALL, body)["msg_id"]
    caller.later(**later)
    answer = caller.post(SENDALL, body)
    assert (45065, msg_id) == (answer["errcode"], answer["msg_id"])
    assert "msg_data_id" not in answer
    assert caller.violations() == []


def test_after_a_day_the_id_is_forgotten_and_a_second_job_is_noted(tagged: Caller) -> None:
    tagged.post(SENDALL, tagged.text())
    tagged.later(hours=24)
    assert tagged.post(SENDALL, tagged.text())["errcode"] == 0
    assert tagged.violations() == ["second_job_same_clientmsgid", "second_job_equal_content"]


def test_an_id_with_another_body_is_still_a_repeat_and_noted(tagged: Caller) -> None:
    tagged.post(SENDALL, tagged.text())
    tagged.later(hours=1)
    assert tagged.post(SENDALL, tagged.text(text={"content": "别的话"}))["errcode"] == 45065
    assert tagged.violations() == ["clientmsgid_with_other_body"]


def test_without_an_id_the_server_takes_scope_and_content(tagged: Caller) -> None:
    body = tagged.text()
    del body["clientmsgid"]
    tagged.tag(102, "新客", 20)
    tagged.post(SENDALL, body)
    tagged.later(minutes=5)
    other = tagged.post(SENDALL, {**body, "filter": {"is_to_all": False, "tag_id": 102}})
    assert (other["errcode"], tagged.post(SENDALL, body)["errcode"]) == (0, 45065)


def test_an_id_above_32_bytes_is_45067(tagged: Caller) -> None:
    assert tagged.post(SENDALL, tagged.text(clientmsgid="a" * 33))["errcode"] == 45067
    assert tagged.post(SENDALL, tagged.text(clientmsgid="二" * 11))["errcode"] == 45067


def test_a_refused_send_leaves_its_id_free(tagged: Caller) -> None:
    tagged.post(SENDALL, tagged.text(text={"content": ""}))
    assert tagged.post(SENDALL, tagged.text())["errcode"] == 0


@pytest.mark.parametrize(
    ("members", "errcode"),
    [
        ({"msgtype": "carrier-pigeon"}, 40008),
        ({"msgtype": "wxcard", "wxcard": {"card_id": "c"}}, 45113),
        ({"text": {"content": ""}}, 44004),
        ({"text": {"content": "字" * 20_000}}, 45002),
        ({"text": {"content": "<a>无处</a>"}}, 40213),
        ({"filter": {"is_to_all": False, "tag_id": 999}}, 40152),
        ({"filter": {"is_to_all": False}}, 40152),
        ({"filter": {}}, 40152),
        ({"filter": None}, 40097),
        ({"msgtype": "image", "images": {"media_ids": []}}, 40215),
        ({"msgtype": "image", "images": {"media_ids": ["unknown"]}}, 40007),
        ({"msgtype": "voice", "voice": {"media_id": "unknown"}}, 40007),
    ],
)
def test_sendall_refuses(tagged: Caller, members: dict[str, Any], errcode: int) -> None:
    assert tagged.post(SENDALL, tagged.text(**members))["errcode"] == errcode


def test_a_video_of_the_api_is_not_sent(tagged: Caller) -> None:
    data = b"\0\0\0\x18ftypmp42" + b"\0" * 32
    video = tagged.upload("material/add_material", data, "a.mp4", "video", description='{"title":"t"}')
    body = tagged.text(msgtype="mpvideo", mpvideo={"media_id": video["media_id"]})
    assert tagged.post(SENDALL, body)["errcode"] == 48022


def test_pictures_are_sent(tagged: Caller) -> None:
    images = {"media_ids": [tagged.cover(), tagged.cover()], "recommend": "两张"}
    assert tagged.post(SENDALL, tagged.text(msgtype="image", images=images))["errcode"] == 0


def test_the_reprint_flag_belongs_to_news_and_to_nothing_else(tagged: Caller) -> None:
    body = tagged.job(tagged.draft())
    del body["send_ignore_reprint"]
    tagged.post(SENDALL, body)
    tagged.post(SENDALL, tagged.text(2, send_ignore_reprint=0))
    assert tagged.violations() == ["send_ignore_reprint_missing", "send_ignore_reprint_present"]


def test_equal_content_to_the_same_audience_is_noted(caller: Caller) -> None:
    article = caller.article()
    for number in (1, 2):
        media_id = caller.post("draft/add", {"articles": [article]})["media_id"]
        caller.post(SENDALL, caller.job(media_id, number))
    assert caller.violations() == ["second_job_equal_content"]


def test_an_advertising_agreement_leaves_only_the_website(caller: Caller) -> None:
    caller.account(website_only=True)
    assert caller.post(SENDALL, caller.job(caller.draft()))["errcode"] == 45062


def test_a_subscription_account_sends_once_a_beijing_day(tagged: Caller) -> None:
    tagged.account(kind="subscription")
    tagged.post(SENDALL, tagged.text(1))
    tagged.later(hours=3, minutes=59)
    assert tagged.post(SENDALL, tagged.text(2))["errcode"] == 45028
    tagged.later(minutes=1)
    assert tagged.post(SENDALL, tagged.text(3))["errcode"] == 0


def test_a_subscription_account_may_not_send_to_openids(caller: Caller) -> None:
    caller.account(kind="subscription")
    body = caller.text(touser=[openid_of(APPID, 0), openid_of(APPID, 1)])
    assert caller.post(SEND, body)["errcode"] == 48001


def test_a_service_account_sends_to_all_four_times_a_month(caller: Caller) -> None:
    codes = []
    for number in range(1, 6):
        codes.append(caller.post(SENDALL, caller.text(number, filter={"is_to_all": True}))["errcode"])
        caller.later(minutes=2)
    caller.later(days=31)
    codes.append(caller.post(SENDALL, caller.text(6, filter={"is_to_all": True}))["errcode"])
    assert codes == [0, 0, 0, 0, 45028, 0]


def test_a_users_fifth_message_of_a_month_is_filtered(tagged: Caller) -> None:
    tagged.tag(102, "新客", 20)
    for number in range(1, 5):
        tagged.post(SENDALL, tagged.text(number, filter={"is_to_all": False, "tag_id": 102}))
    job = job_of(tagged, tagged.post(SENDALL, tagged.text(5)))
    assert tuple(job[name] for name in ("total_count", "filter_count", "sent_count", "error_count")) == (
        300,
        280,
        280,
        0,
    )


def test_a_users_fifth_message_is_filtered_for_openids_of_real_life(caller: Caller) -> None:
    people = [f"oReal{number:04d}" for number in range(3)]
    caller.post(SENDALL, caller.text(1, filter={"is_to_all": True}))
    for number in (2, 3, 4):
        caller.post(SEND, caller.text(number, touser=people[:2]))
    job = job_of(caller, caller.post(SEND, caller.text(5, touser=people)))
    assert (job["total_count"], job["filter_count"]) == (3, 1)


@pytest.mark.parametrize(
    ("people", "errcode"),
    [
        ([], 40130),
        (["oOnlyOne"], 40130),
        (["oTwice1", "oTwice1"], 40130),
        (["oGood11", "bad id"], 40031),
        (["oGood11", 5], 40031),
        ("oGood11", 40031),
        (["oGood11"] * 10_001, 40032),
    ],
)
def test_send_refuses_a_wrong_list(caller: Caller, people: object, errcode: int) -> None:
    assert caller.post(SEND, caller.text(touser=people))["errcode"] == errcode


def test_send_refuses_an_unknown_type_with_its_own_code(caller: Caller) -> None:
    people = [openid_of(APPID, 0), openid_of(APPID, 1)]
    assert caller.post(SEND, caller.text(touser=people, msgtype="x"))["errcode"] == 45162


def test_people_who_do_not_follow_are_errors(caller: Caller) -> None:
    job = job_of(caller, caller.post(SEND, caller.text(touser=["oGood11", "not_a_follower_2"])))
    assert (job["total_count"], job["sent_count"], job["error_count"]) == (2, 1, 1)


def test_openids_of_real_life_are_not_kept(caller: Caller) -> None:
    caller.post(SEND, caller.text(touser=["oReal0001", "oReal0002"]))
    kept = "\n".join(caller.store._db.iterdump())
    assert ("oReal000" in kept, "第 1 条" in kept) == (False, True)


def test_the_61st_mass_call_of_a_minute_is_45011(tagged: Caller) -> None:
    codes = [tagged.post(SENDALL, tagged.text(number))["errcode"] for number in range(1, 62)]
    assert codes == [0] * 60 + [45011]
    assert tagged.violations() == ["over_limit"]


def test_the_101st_mass_call_of_a_day_is_45009(tagged: Caller) -> None:
    codes = set()
    for number in range(1, 101):
        tagged.later(seconds=2)
        codes.add(tagged.post(SENDALL, tagged.text(number))["errcode"])
    people = [openid_of(APPID, 0), openid_of(APPID, 1)]
    assert (codes, 45009) == ({0}, tagged.post(SEND, tagged.text(101, touser=people))["errcode"])


def test_protection_holds_a_send_to_all(caller: Caller) -> None:
    caller.account(protection=True)
    media_id = caller.draft()
    body = caller.job(media_id)
    assert caller.post(SENDALL, body)["errcode"] == 89504
    assert caller.post(SENDALL, caller.text(2, filter={"is_to_all": True}))["errcode"] == 89504
    assert "news_item" in caller.post("draft/get", {"media_id": media_id})
    caller.later(minutes=30)
    msg_id = caller.post(SENDALL, body)["msg_id"]
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_FAIL"


def test_delete_counts_from_one_and_zero_means_all(caller: Caller) -> None:
    article = caller.article()
    media_id = caller.post("draft/add", {"articles": [article, article, article]})["media_id"]
    msg_id = caller.post(SENDALL, caller.job(media_id))["msg_id"]
    assert caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 1})["errcode"] == 40065
    caller.later(minutes=4)
    codes = [
        caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": index})["errcode"] for index in (4, 2, 2)
    ]
    assert (codes, [2]) == ([40060, 0, 40065], job_of(caller, {"msg_id": msg_id})["deleted_articles"])
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"
    caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 0})
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "DELETE"


def test_only_news_is_deleted(tagged: Caller) -> None:
    msg_id = tagged.post(SENDALL, tagged.text())["msg_id"]
    tagged.later(minutes=4)
    assert tagged.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 0})["errcode"] == 40065


def test_the_eleventh_delete_of_a_day_is_45009(caller: Caller) -> None:
    codes = [caller.post("message/mass/delete", {"msg_id": 1, "article_idx": 0})["errcode"] for _ in range(11)]
    assert codes == [40059] * 10 + [45009]


def test_speed_is_set_and_read(caller: Caller) -> None:
    assert caller.post("message/mass/speed/set", {"speed": 3})["errcode"] == 0
    answer = caller.post("message/mass/speed/get", {})
    assert (answer["speed"], answer["realspeed"]) == (3, 30)


@pytest.mark.parametrize(("body", "errcode"), [({}, 45084), ({"speed": 5}, 45083)])
def test_a_wrong_speed_is_refused(caller: Caller, body: dict[str, int], errcode: int) -> None:
    assert caller.post("message/mass/speed/set", body)["errcode"] == errcode


def preview_of(caller: Caller, **to: object) -> dict[str, Any]:
    return caller.post(PREVIEW, {"msgtype": "text", "text": {"content": "看一眼"}, **to})


@pytest.mark.parametrize(
    ("to", "errcode"),
    [
        ({"towxname": "editor_li"}, 0),
        ({"touser": "oABC123"}, 0),
        ({"towxname": "not_a_follower_1"}, 43004),
        ({"touser": "not_a_follower_1"}, 43004),
        ({"touser": "onot_a_follower_1"}, 43004),
        ({"towxname": "bad_name!"}, 40132),
        ({"touser": "no openid"}, 40003),
        ({}, 40003),
        ({"towxname": "not_a_follower", "touser": "oABC123"}, 43004),
    ],
)
def test_a_preview_goes_to_one_follower_and_the_name_wins(caller: Caller, to: dict[str, str], errcode: int) -> None:
    assert preview_of(caller, **to)["errcode"] == errcode


def test_a_preview_consumes_neither_draft_nor_allowance(caller: Caller) -> None:
    caller.account(kind="subscription")
    media_id = caller.draft()
    body = {"towxname": "editor_li", "msgtype": "mpnews", "mpnews": {"media_id": media_id}}
    assert caller.post(PREVIEW, body)["errcode"] == 0
    assert caller.post(SENDALL, caller.job(media_id))["errcode"] == 0


def test_the_101st_preview_of_a_day_is_45009(caller: Caller) -> None:
    codes = [preview_of(caller, towxname="editor_li")["errcode"] for _ in range(101)]
    assert codes == [0] * 100 + [45009]
