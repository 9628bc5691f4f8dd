"""Mass sends: acceptance, duplicates, allowance, states, withdrawal; and previews."""

from typing import Any

import pytest
from sandbox_caller import Caller

SENDALL, SEND = "message/mass/sendall", "message/mass/send"


@pytest.fixture
def tagged(caller: Caller) -> Caller:
    caller.tag()
    return caller


def job_of(caller: Caller, answer: dict[str, Any]) -> dict[str, Any]:
    with caller.db() as db:
        job = db.get("jobs", str(answer["msg_id"]))
    assert job is not None
    return job


def test_how_long_a_job_says_sending_is_a_setting(caller: Caller) -> None:
    caller.order("settings", sending_seconds=0)
    msg_id = caller.post(SENDALL, caller.job(caller.draft()))["msg_id"]
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"


def test_a_repeat_within_a_minute_is_45066(caller: Caller) -> None:
    body = caller.job(caller.draft())
    caller.post(SENDALL, body)
    caller.later(seconds=59)
    assert caller.post(SENDALL, body)["errcode"] == 45066
    assert caller.violations() == ["clientmsgid_repeated_within_a_minute"]


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


def test_a_service_account_sends_to_all_four_times_a_month(caller: Caller) -> None:
    codes = []
    for number in range(1, 6):
        codes.append(
            caller.post(SENDALL, caller.text(number, filter={"is_to_all": True}))["errcode"]
        )
        caller.later(minutes=2)
    caller.later(days=31)
    codes.append(caller.post(SENDALL, caller.text(6, filter={"is_to_all": True}))["errcode"])
    assert codes == [0, 0, 0, 0, 45028, 0]


def test_a_users_fifth_message_is_filtered_for_openids_of_real_life(caller: Caller) -> None:
    people = [f"oReal{number:04d}" for number in range(3)]
    caller.post(SENDALL, caller.text(1, filter={"is_to_all": True}))
    for number in (2, 3, 4):
        caller.post(SEND, caller.text(number, touser=people[:2]))
    job = job_of(caller, caller.post(SEND, caller.text(5, touser=people)))
    assert (job["total_count"], job["filter_count"]) == (3, 1)


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
    assert (
        caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 1})["errcode"] == 40065
    )
    caller.later(minutes=4)
    codes = [
        caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": index})["errcode"]
        for index in (4, 2, 2)
    ]
    assert (codes, [2]) == (
        [40060, 0, 40065],
        job_of(caller, {"msg_id": msg_id})["deleted_articles"],
    )
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "SEND_SUCCESS"
    caller.post("message/mass/delete", {"msg_id": msg_id, "article_idx": 0})
    assert caller.post("message/mass/get", {"msg_id": msg_id})["msg_status"] == "DELETE"
