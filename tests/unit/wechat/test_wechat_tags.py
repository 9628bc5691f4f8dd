"""Tags of audiences: what is asked, what an answer must hold, and what no error repeats."""

import pytest
from wechat_script import scripted

from massctl.errors import (
    InvariantError,
    PermanentError,
    QuotaError,
    TransportError,
    WeChatError,
)
from massctl.model.campaign import Tag
from massctl.wechat import wire

PEOPLE = [f"oPerson{number:021d}" for number in range(3)]
OK = {"errcode": 0, "errmsg": "ok"}


class Permit:
    """Allows changes of a tag, or says that its time is over."""

    def use(self):
        return 134


class Late:
    def use(self):
        raise WeChatError("too late")


def page(openids, behind=None):
    data = {"data": {"openid": openids}} if openids else {}
    return {"count": len(openids), **data, "next_openid": behind or ""}


def test_a_tag_is_made_by_its_name():
    client, script = scripted({"tag": {"id": 134, "name": "massctl/east"}})
    assert Tag(id=134, name="massctl/east", count=0) == client.create_tag("massctl/east")
    assert {"tag": {"name": "massctl/east"}} == script.seen[0].body


def test_a_tag_whose_answer_is_lost_is_not_asked_for_again():
    client, script = scripted((502, b""), {"tag": {"id": 1, "name": "x"}})
    with pytest.raises(TransportError):
        client.create_tag("massctl/east")
    assert 1 == len(script.seen)


@pytest.mark.parametrize(
    ("method", "path"),
    [("tag_people", "batchtagging"), ("untag_people", "batchuntagging")],
)
def test_people_are_tagged_in_one_call_which_may_be_repeated(method, path):
    client, script = scripted((502, b""), OK)
    getattr(client, method)(Permit(), PEOPLE)
    assert [f"/cgi-bin/tags/members/{path}"] * 2 == [seen.path for seen in script.seen]
    assert {"openid_list": PEOPLE, "tagid": 134} == script.seen[1].body


@pytest.mark.parametrize("count", [0, 51])
def test_a_call_takes_1_to_50_people(count):
    client, script = scripted()
    with pytest.raises(InvariantError):
        client.tag_people(Permit(), ["oSomebody"] * count)
    assert [] == script.seen


def test_members_are_read_to_the_end_though_a_page_is_short():
    client, script = scripted(page(PEOPLE[:1], PEOPLE[0]), page(PEOPLE[1:], PEOPLE[2]), page([]))
    assert [tuple(PEOPLE[:1]), tuple(PEOPLE[1:]), ()] == list(client.tag_members(134))
    assert [None, PEOPLE[0], PEOPLE[2]] == [seen.body.get("next_openid") for seen in script.seen]


def test_pages_that_lead_in_a_circle_end():
    client, _ = scripted(page(PEOPLE[:1], PEOPLE[0]), page(PEOPLE[:1], PEOPLE[0]))
    assert 2 == len(list(client.tag_members(134)))


@pytest.mark.parametrize(
    "answer",
    [
        {"count": 2, "data": {"openid": PEOPLE[:1]}},
        {"count": 1},
        {"data": {"openid": PEOPLE}},
        {"count": 1, "data": {"openid": [7]}},
        {"count": 1, "data": {"openid": PEOPLE[0]}},
    ],
)
def test_a_page_that_misses_somebody_is_no_answer(answer):
    client, _ = scripted(*[answer] * 4)
    with pytest.raises(TransportError):
        list(client.tag_members(134))


@pytest.mark.parametrize(
    ("errcode", "error", "words"),
    [
        (45059, PermanentError, "20 tags"),
        (40003, PermanentError, "not a follower"),
        (40032, PermanentError, "1 to 50"),
        (45159, PermanentError, "no such tag"),
        (45009, QuotaError, "daily number"),
    ],
)
def test_a_refusal_says_what_it_is_about_and_names_nobody(errcode, error, words):
    who = "o1someone-of-a-list"
    client, _ = scripted({"errcode": errcode, "errmsg": f"invalid {who} rid: 6a-7b"})
    with pytest.raises(error, match=words) as caught:
        client.tag_people(Permit(), [who])
    assert errcode == caught.value.errcode
    assert who not in f"{caught.value}{caught.value.detail}"


@pytest.mark.parametrize(
    ("errcode", "words"), [(45157, "of this name"), (45158, "too long"), (45056, "100 tags")]
)
def test_a_tag_that_cannot_be_made_says_why(errcode, words):
    client, _ = scripted({"errcode": errcode, "errmsg": "no"})
    with pytest.raises((PermanentError, QuotaError), match=words):
        client.create_tag("massctl/east")


def test_no_repr_shows_a_member():
    assert PEOPLE[0] not in repr(wire.TAG_MEMBERS.read(page(PEOPLE, PEOPLE[0])))


def test_nothing_leaves_without_a_permit_whose_time_is_there():
    client, script = scripted(OK)
    with pytest.raises(WeChatError, match="too late"):
        client.tag_people(Late(), PEOPLE)
    assert [] == script.seen


def test_followers_are_read_to_the_end():
    client, script = scripted(page(PEOPLE[:2], PEOPLE[1]), page(PEOPLE[2:], PEOPLE[2]), page([]))
    assert [2, 1, 0] == [len(each) for each in client.followers()]
    assert [None, PEOPLE[1], PEOPLE[2]] == [seen.query.get("next_openid") for seen in script.seen]
