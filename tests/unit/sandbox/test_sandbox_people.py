"""Tags, followers, quotas."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict
from sandbox_caller import APPID, Caller

from massctl.sandbox.accounts import tag_id
from massctl.sandbox.audience import Audience, joined, openid_of, over_limit, without

QUOTA = "openapi/quota/get"


def test_an_account_grows_to_hold_a_declared_tag(caller: Caller) -> None:
    caller.tag(101, "会员", 5000)
    assert caller.get("user/get")["total"] == 5001


def test_an_account_never_shrinks_below_its_tags(caller: Caller) -> None:
    caller.tag(101, "会员", 5000)
    caller.account(followers=10)
    assert caller.get("user/get")["total"] == 5001


def test_tags_are_created_renamed_filled_and_deleted(caller: Caller) -> None:
    number = caller.post("tags/create", {"tag": {"name": "北京"}})["tag"]["id"]
    assert caller.post("tags/update", {"tag": {"id": number, "name": "上海"}})["errcode"] == 0
    people = [openid_of(APPID, index) for index in (0, 5, 5)]
    assert (
        caller.post("tags/members/batchtagging", {"openid_list": people, "tagid": number})[
            "errcode"
        ]
        == 0
    )
    assert {"id": number, "name": "上海", "count": 2} in caller.get("tags/get")["tags"]
    page = caller.post("user/tag/get", {"tagid": number})
    assert (page["count"], page["data"]["openid"]) == (
        2,
        [openid_of(APPID, 0), openid_of(APPID, 5)],
    )
    assert caller.post("tags/delete", {"tag": {"id": number}})["errcode"] == 0
    assert number not in [tag["id"] for tag in caller.get("tags/get")["tags"]]


def test_the_id_of_a_deleted_tag_is_not_used_again(caller: Caller) -> None:
    first = caller.post("tags/create", {"tag": {"name": "北京"}})["tag"]["id"]
    caller.post("tags/delete", {"tag": {"id": first}})
    second = caller.post("tags/create", {"tag": {"name": "上海"}})["tag"]["id"]
    assert (100, 101) == (first, second)
    with caller.db() as db:
        assert 102 == tag_id(db, APPID, "广州")


def test_who_is_untagged_leaves_the_tag_and_may_come_back(caller: Caller) -> None:
    caller.tag(101, "会员", 4)
    people = [openid_of(APPID, index) for index in (0, 3, 7)]
    told = []
    for way in ("batchtagging", "batchuntagging", "batchuntagging", "batchtagging"):
        assert (
            0
            == caller.post(f"tags/members/{way}", {"openid_list": people, "tagid": 101})["errcode"]
        )
        told.append(caller.post("user/tag/get", {"tagid": 101})["count"])
    assert [5, 2, 2, 5] == told


SPANS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda each: (each[0], sum(each)))
)


def members(spans: Iterable[Sequence[int]]) -> list[int]:
    return [index for low, high in spans for index in range(low, high)]


@given(SPANS)
def test_joined_spans_hold_each_member_once_and_are_the_fewest(
    spans: list[tuple[int, int]],
) -> None:
    found = joined(spans)
    assert sorted(set(members(spans))) == members(found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(SPANS, st.integers(0, 18))
def test_a_member_that_leaves_takes_nobody_along(spans: list[tuple[int, int]], index: int) -> None:
    assert sorted(set(members(spans)) - {index}) == members(without(joined(spans), index))


def test_a_declared_tag_gets_the_count_that_is_asked_for(caller: Caller) -> None:
    caller.tag(101, "会员", 300)
    caller.tag(101, "会员", 50)
    assert {"id": 101, "name": "会员", "count": 50} in caller.get("tags/get")["tags"]


def test_over_limit_counts_whoever_is_deep_enough_in_earlier_jobs() -> None:
    spans = [(0, 10), (5, 20), (0, 8), (6, 30), (7, 9)]
    earlier = [asdict(Audience("tag:1", (span,))) for span in spans]
    by_hand = sum(sum(low <= index < high for low, high in spans) >= 4 for index in range(40))
    assert over_limit(Audience("all", ((0, 40),)), earlier) == by_hand


@pytest.mark.parametrize(("count", "first"), [(0, []), (1, [0]), (2, [0, 2]), (3, [0, 2, 3])])
def test_a_tag_has_as_many_members_as_it_says_and_the_second_follower_is_none(
    caller: Caller, count: int, first: list[int]
) -> None:
    caller.tag(count=count)
    (tag,) = [row for row in caller.rows("tags") if row["id"] == 101]
    assert first == members(tag["spans"])


def test_cleared_quota_is_there_again_and_ten_times_a_month(caller: Caller) -> None:
    """What it counts are calls; it gives no mass send back, and none to another account."""
    caller.draft()
    clear = {"appid": APPID}
    assert 40013 == caller.post("clear_quota", {"appid": "wx0000000000000002"})["errcode"]
    assert [0] * 10 + [48006] == [caller.post("clear_quota", clear)["errcode"] for _ in range(11)]
    assert 0 == caller.post(QUOTA, {"cgi_path": "/cgi-bin/draft/add"})["quota"]["used"]
    caller.later(days=31)
    assert 0 == caller.post("clear_quota", clear)["errcode"]


def test_people_of_real_life_stand_in_no_row():
    caller = Caller()
    caller.tag()
    people = [f"oRealLife{number:019d}" for number in range(2)]
    caller.post("tags/members/batchtagging", {"openid_list": people, "tagid": 101})
    kinds = ("tags", "accounts", "calls", "violations", "assumed")
    assert "oRealLife" not in str([caller.rows(kind) for kind in kinds])


def test_a_process_that_was_not_told_an_openid_gives_a_stand_in_that_means_the_same_person():
    caller = Caller()
    made = caller.post("tags/create", {"tag": {"name": "east"}})["tag"]["id"]
    person = "oRealLife0000000000000000001"
    caller.post("tags/members/batchtagging", {"openid_list": [person], "tagid": made})
    with caller.db() as db:
        db.people.openids.clear()
    (stand_in,) = caller.post("user/tag/get", {"tagid": made})["data"]["openid"]
    assert (28, False) == (len(stand_in), stand_in == person)
    caller.post("tags/members/batchuntagging", {"openid_list": [stand_in], "tagid": made})
    assert 0 == caller.post("user/tag/get", {"tagid": made})["count"]


def test_people_who_are_named_from_outside_follow_and_are_named_in_a_tag():
    caller = Caller()
    made = caller.post("tags/create", {"tag": {"name": "east"}})["tag"]["id"]
    person, other = "oRealLife0000000000000000001", "oRealLife0000000000000000002"
    caller.post("tags/members/batchtagging", {"openid_list": [person], "tagid": made})
    caller.store.people.openids.clear()
    caller.store.people.source = lambda appid: [person, other] if appid == APPID else []
    assert [person] == caller.post("user/tag/get", {"tagid": made})["data"]["openid"]
    assert 1002 == caller.get("user/get")["total"]
