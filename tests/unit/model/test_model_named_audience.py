"""Audiences as their files have them: what they are made of, what names them, and whether they can be sent to."""

from typing import Any

import pytest
from building import APPID, entries, sha

from massctl.model.audience import (
    AudienceChange,
    AudienceFile,
    AudienceLock,
    AudienceName,
    AudienceState,
    NamedAudience,
    PeopleChange,
    audience_faults,
    audience_references,
    definition_digest,
    query_digest,
    shown_file,
)
from massctl.model.batches import OpenidList
from massctl.model.campaign import list_key
from massctl.model.diagnostics import Diagnostic, Severity
from massctl.model.entries import TagFillBegun, TagFilled, TagMade
from massctl.model.phrase import Phrase
from massctl.model.settings import Cap, Connection
from massctl.model.state import State

MADE = "sha256:" + sha("people")
FILE = {"file": "/data/east.csv"}
QUERY = {"query": {"sql": "east.sql", "connection": "crm"}}


def file(source: dict[str, Any] = FILE, **more: Any) -> AudienceFile:
    said = {"version": 1, "title": "华东会员", "account": "main", "source": source}
    return AudienceFile.model_validate(said | more)


def lock(of: AudienceFile, sql: str | None = None) -> AudienceLock:
    return AudienceLock(
        version=1,
        audience="east",
        appid=APPID,
        snapshot=MADE,
        count=7,
        definition=definition_digest(of, sql),
        frozen_at="2026-11-12T09:00:00+08:00",
        frozen_by="lin-mei",
    )


def named(of: AudienceFile | None, **more: Any) -> NamedAudience:
    return NamedAudience(AudienceName("east"), of, **more)


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        (FILE, []),
        ({"union": ["a", "b"]}, [("source", "union", 0), ("source", "union", 1)]),
        ({"intersect": ["a", "b"]}, [("source", "intersect", 0), ("source", "intersect", 1)]),
        (
            {"subtract": {"from": "a", "less": ["b"]}},
            [("source", "subtract", "from"), ("source", "subtract", "less", 0)],
        ),
    ],
    ids=["file", "union", "intersect", "subtract"],
)
def test_it_names_each_other_audience_once_and_where_it_says_so(source, keys) -> None:
    made = file(source, exclude=["b", "c"])
    others = ("a", "b") if keys else ()
    assert others == made.source.others
    assert tuple(dict.fromkeys((*others, "b", "c"))) == made.needs
    assert [*keys, ("exclude", 0), ("exclude", 1)] == [key for key, _ in audience_references(made)]
    assert [*others, "b", "c"] == [name for _, name in audience_references(made)]


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        (FILE, []),
        ("no mapping", []),
        ({}, [("MC012", ("source",))]),
        ({**FILE, "union": ["a", "b"]}, [("MC014", ("source", "union"))]),
        (
            {"query": {"sql": "a.sql", "params": {"now": 1, "city": "沪"}}},
            [("MC014", ("source", "query", "params", "now"))],
        ),
    ],
    ids=["file", "no mapping", "none", "two", "a parameter of massctl"],
)
def test_people_come_from_one_source_and_the_moment_from_massctl(source, faults) -> None:
    assert faults == [(each.code, each.key) for each in audience_faults({"source": source})]


def test_its_definition_is_its_source_its_query_and_whom_it_excludes() -> None:
    one = definition_digest(file(QUERY), "SELECT 1\n")
    assert one == definition_digest(file(QUERY, title="别的"), "SELECT 1\r\n")
    others = [
        definition_digest(file(QUERY), "SELECT 2\n"),
        definition_digest(file(QUERY), None),
        definition_digest(file(QUERY, exclude=["b"]), "SELECT 1\n"),
    ]
    assert 4 == len({one, *others})


def test_a_query_that_cannot_be_read_defines_nothing() -> None:
    made = file(QUERY)
    held = lock(made, "SELECT 1")
    assert (None, False) == (named(made, lock=held).definition, named(made, lock=held).is_stale)
    assert None is named(None).definition
    assert held.definition == named(made, sql="SELECT 1", lock=held).definition


BROKEN = Diagnostic("MC014", Severity.ERROR, Phrase("wrong"))


@pytest.mark.parametrize(
    ("audience", "state"),
    [
        (named(file()), AudienceState.NEVER_FROZEN),
        (named(file(), lock=lock(file())), AudienceState.FROZEN),
        (named(file({"file": "/b.csv"}), lock=lock(file())), AudienceState.STALE),
        (named(file(), lock=lock(file()), diagnostics=(BROKEN,)), AudienceState.FAULTY),
    ],
    ids=lambda value: value.value if isinstance(value, AudienceState) else "",
)
def test_it_can_be_sent_to_while_its_lock_is_of_its_file(audience, state) -> None:
    assert state is audience.state


@pytest.mark.parametrize("by", ["openids", "tag"])
def test_its_people_are_those_of_the_lock_reached_as_the_file_says(by: str) -> None:
    made = file(deliver={"by": by})
    listed = OpenidList(sha("people"), 7, audience="east", by_tag=by == "tag")
    assert listed == named(made, lock=lock(made)).openid_list
    assert None is named(made).openid_list


def test_a_lock_is_written_as_it_is_read() -> None:
    held = lock(file())
    assert held.text.endswith("}\n")
    assert held == AudienceLock.model_validate_json(held.text)


def test_a_lock_says_how_many_came_and_went() -> None:
    change = AudienceChange(
        since="sha256:" + "1" * 64, since_at="2026-11-12T10:00:00+08:00", added=120, removed=3
    )
    assert PeopleChange(120, 3) == change.counts


# What the settings say of audiences


@pytest.mark.parametrize(
    ("other", "both"),
    [
        (None, Cap(month=3)),
        (Cap(month=2), Cap(month=2)),
        (Cap(month=4, week=1), Cap(month=3, week=1)),
        (Cap(week=2, over="refuse"), Cap(month=3, week=2, over="refuse")),
    ],
    ids=["alone", "smaller", "larger", "refuse"],
)
def test_of_two_caps_the_stricter_one_counts(other: Cap | None, both: Cap) -> None:
    assert both == Cap(month=3).as_strict_as(other)


def test_a_query_may_take_so_many_seconds() -> None:
    declared = Connection.model_validate({"url_env": "CRM_URL", "timeout": "2m"})
    assert (120, 300) == (declared.seconds, Connection(url_env="CRM_URL").seconds)


@pytest.mark.parametrize(
    ("audience", "key"),
    [
        ({"of": "east", "by": "tag"}, None),
        ({"of": "east"}, "of"),
        ({"openids": "a.txt"}, "openids"),
        ({"is_to_all": True}, None),
    ],
    ids=repr,
)
def test_an_audience_that_is_reached_by_a_tag_is_no_list(audience, key: str | None) -> None:
    assert key == list_key(audience)


# What the ledger says of them


def tag(kind: type, tag_id: int, **more: Any) -> Any:
    people = {"snapshot": MADE, "people_sha256": MADE}
    return kind(appid=APPID, audience="east", tag_id=tag_id, **people, **more)


def test_a_fill_of_a_tag_that_was_replaced_since_changes_nothing() -> None:
    state = State()
    counts = {"count": 7, "added": 7, "removed": 0, "unfollowed": 0, "by_hand": 0}
    state.absorb_all(
        entries(
            TagMade(appid=APPID, audience="east", tag_id=135, name="massctl/east"),
            tag(TagFillBegun, 134),
            tag(TagFilled, 134, begun=3, **counts),
        )
    )
    made = state.tags[APPID, "east"]
    assert (135, None, []) == (made.tag_id, made.filled, made.fills)


def test_a_url_is_shown_without_its_login_and_a_query_is_named_without_its_line_ends() -> None:
    url = "https://lin:secret@lists.example/east.csv?signature=1"
    assert shown_file(url) == "https://********@lists.example/east.csv"
    assert query_digest("a\r\nb") == query_digest("a\nb") != query_digest("a b")
