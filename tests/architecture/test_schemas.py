"""The schemas of what people write describe everything, and judge as the loader judges."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from massctl.model.campaign import CampaignFile, campaign_faults
from massctl.model.defaults import DefaultsFile
from massctl.model.settings import MassctlFile
from massctl.source.schemas import schema_documents
from massctl.source.settings_rules import keys_together
from massctl.source.validation import find_faults

MODELS = {
    "campaign.schema.json": CampaignFile,
    "massctl.schema.json": MassctlFile,
    "defaults.schema.json": DefaultsFile,
}
ONLY_THE_LOADER = {"MC019", "MC020", "MC023"}
"""Codes of rules that need arithmetic or another file; the values below never break them otherwise."""

NEWS: dict[str, Any] = {
    "version": 1,
    "title": "春季大促",
    "account": "main",
    "edition": 2,
    "audience": {"is_to_all": True, "expect": {"min": 1, "max": 200000}},
    "send": {
        "not_before": "2026-12-01T20:00:00+08:00",
        "not_after": "2026-12-01T22:00:00+08:00",
        "send_ignore_reprint": False,
        "same_content": "refuse",
    },
    "preview": {"towxname": ["editor_li"], "touser": ["oABC123"]},
    "handoff": {
        "original": True,
        "reward": True,
        "ai_label": True,
        "album": "秋季",
        "statement": "观点",
        "other": ["x"],
    },
    "vars": {"price": 1999, "list": [1, None, {"a b": True}]},
    "mpnews": {
        "articles": [
            {
                "title": "春季",
                "author": "编辑部",
                "digest": "三天",
                "content": "articles/main.md.j2",
                "cover": "images/cover.jpg",
                "content_source_url": "https://example.com",
                "need_open_comment": True,
                "only_fans_can_comment": False,
                "vars": {},
            }
        ]
    },
}
WORDS: dict[str, Any] = {
    "version": 1,
    "account": "main",
    "audience": {"tag_id": 101},
    "text": {"content": "你好"},
}
CELLS: dict[str, Any] = {
    "version": 1,
    "vars": {"city": "上海"},
    "matrix": [
        {"name": "east", "account": "main", "audience": {"tag_id": 101}, "vars": {"city": "北京"}},
        {"name": "west", "account": "other", "audience": {"is_to_all": True}},
    ],
    "text": {"content": "你好"},
}
SETTINGS: dict[str, Any] = {
    "version": 1,
    "language": "zh",
    "accounts": {
        "main": {
            "appid": "wx0123456789abcdef",
            "secret_env": "WECHAT_MAIN_SECRET",
            "kind": "service",
            "api_base": "https://api.weixin.qq.com",
            "proxy_env": "WECHAT_PROXY",
            "external_links": "footnotes",
        }
    },
    "state": {"backend": "local", "lineage": "01J" + "A" * 23},
    "policy": {
        "sending": "enabled",
        "require_lock": False,
        "require_preview": True,
        "preview_ahead": "72h",
        "preview_to": ["editor_li", "oABC123"],
        "operators": ["lin-mei", "wang_acme", "release[bot]"],
        "in_doubt": "resubmit",
        "in_doubt_wait": 60,
        "quiet_hours": {"from": "22:00", "to": "08:00", "timezone": "Asia/Shanghai"},
        "freeze": ["2027-01-28/2027-02-03", "2027-05-01"],
        "api_hosts": ["proxy.example.com"],
    },
    "notify": [
        {"webhook_env": "HOOK", "signing_secret_env": "HOOK_KEY", "events": ["failed", "in_doubt"]},
        {"wecom_robot_env": "ROBOT"},
    ],
}
OWN_SERVER: dict[str, Any] = {
    "version": 1,
    "accounts": {
        "main": {
            "appid": "wx0123456789abcdef",
            "token_command": ["./token", "main"],
            "kind": "service",
        }
    },
}
VALID = [
    ("campaign.schema.json", NEWS),
    ("campaign.schema.json", WORDS),
    ("campaign.schema.json", CELLS),
    ("massctl.schema.json", SETTINGS),
]
VALID += [("massctl.schema.json", OWN_SERVER)]
DEFAULTS: dict[str, Any] = {
    "account": "main",
    "preview": {"towxname": ["editor_li"]},
    "send": {"from": "20:00", "to": "21:30", "timezone": "Asia/Shanghai"},
    "theme": {"name": "zaobao"},
    "vars": {"city": "天津"},
}
VALID += [("defaults.schema.json", DEFAULTS)]
KEYS = [
    "image",
    "voice",
    "mpvideo",
    "wxcard",
    "tag",
    "openids",
    "branch",
    "remote",
    "banned_words",
    "tag_id",
    "text",
]
KEYS += [
    "is_to_all",
    "mpnews",
    "not_before",
    "unknown",
    "a b",
    "Main",
    "1",
    "min",
    "vars",
    "articles",
    "events",
    "handoff",
    "original",
]
KEYS += ["secret_env", "token_command", "webhook_env", "wecom_robot_env", "signing_secret_env"]
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    2,
    -1,
    1.5,
    "",
    "yes",
    "main",
    "Main",
    "春季",
    "a b",
    "git",
    "stop",
    [],
    {},
]
VALUES += [
    [1],
    [""],
    ["x"],
    {"a": 1},
    {"content": "x"},
    {"is_to_all": True},
    "2026-12-01T20:00:00",
    "2026-12-01",
]
VALUES += [
    "2026-12-01 20:00Z",
    "22:00",
    "24:00",
    "72h",
    "3 days",
    "2027-01-01/x",
    "９9h",
    "wx1",
    "WX",
    "http://a b",
    3601,
]
VALUES += [[{}] * 9, 10**12]


def paths(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield above
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in items:
        yield from paths(child, (*above, key))


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        value = value[part]
    return value


@cache
def document(name: str) -> dict[str, Any]:
    return schema_documents()[name]


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(document(name))


def schema_accepts(name: str, data: Any) -> bool:
    return validator(name).is_valid(data)


def loader_accepts(name: str, data: Any) -> bool:
    rules = campaign_faults if MODELS[name] is CampaignFile else keys_together
    faults = find_faults(data, MODELS[name], rules)
    beyond = {fault.key for fault in faults if _is_arithmetic(fault.code, fault.message)}
    inherited = "account is missing"  # Of another file, which may say it.
    return all(
        fault.code in ONLY_THE_LOADER or fault.key in beyond or fault.message == inherited
        for fault in faults
    )


def _is_arithmetic(code: str, message: str) -> bool:
    return code == "MC014" and ("no such time" in message or "no audience can match" in message)


def mutated(data: Any, path: tuple[str | int, ...], change: str, key: str, value: Any) -> Any:
    """Drop, replace or add something at a path of a valid document."""
    copy = deepcopy(data)
    target = at(copy, path)
    if change == "add" and isinstance(target, dict):
        target[key] = value
    elif change == "add" and isinstance(target, list):
        target.append(value)
    elif path and change == "drop":
        del at(copy, path[:-1])[path[-1]]
    elif path:
        at(copy, path[:-1])[path[-1]] = value
    return copy


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_names_itself_and_its_draft(name: str) -> None:
    schema = document(name)
    assert (name, "https://json-schema.org/draft/2020-12/schema") == (
        schema["$id"],
        schema["$schema"],
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_block_is_described(name: str) -> None:
    blocks = [document(name), *document(name)["$defs"].values()]
    assert [] == [b for b in blocks if "properties" in b and not b["description"]]


@pytest.mark.parametrize("name", MODELS)
def test_no_definition_is_left_over(name: str) -> None:
    text = json.dumps(document(name))
    assert [] == [key for key in document(name)["$defs"] if f'"#/$defs/{key}"' not in text]


@pytest.mark.parametrize(("name", "data"), VALID)
def test_a_valid_document_is_accepted_by_both(name: str, data: Any) -> None:
    assert (True, True) == (schema_accepts(name, data), loader_accepts(name, data))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "data"), VALID)
@pytest.mark.night
def test_schema_and_loader_agree_on_every_single_change(name: str, data: Any) -> None:
    changes = [
        ("drop", "", None),
        *(("set", "", v) for v in VALUES),
        *(("add", k, v) for k in KEYS for v in (VALUES[0], "x", {})),
    ]
    disagreements = []
    for path in paths(data):
        for change in changes:
            other = mutated(data, path, *change)
            if schema_accepts(name, other) != loader_accepts(name, other):
                disagreements.append((path, change))
    assert [] == disagreements


@pytest.mark.slow
@given(st.sampled_from(VALID), st.data())
def test_schema_and_loader_agree_on_many_changes(
    valid: tuple[str, Any], draw: st.DataObject
) -> None:
    name, data = valid
    for _ in range(draw.draw(st.integers(2, 4))):
        path = draw.draw(st.sampled_from(list(paths(data))))
        change = draw.draw(st.sampled_from(["drop", "set", "add"]))
        data = mutated(
            data, path, change, draw.draw(st.sampled_from(KEYS)), draw.draw(st.sampled_from(VALUES))
        )
    assert schema_accepts(name, data) == loader_accepts(name, data)


@pytest.mark.parametrize("name", MODELS)
@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3),
        lambda c: st.lists(c) | st.dictionaries(st.text(max_size=3), c),
        max_leaves=10,
    )
)
def test_schema_and_loader_agree_on_anything(name: str, data: Any) -> None:
    assert schema_accepts(name, data) == loader_accepts(name, data)
