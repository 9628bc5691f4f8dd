"""The schemas of what people and massctl write are current, describe every field, and accept what it really writes."""

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from repository_files import ROOT

from massctl.cli.commands.schema import all_schemas
from massctl.source.schemas import schema_text

COMMITTED = sorted(path.name for path in (ROOT / "schemas").iterdir())


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """Make them once, where a test asks for them: it takes a second."""
    return all_schemas()


def nodes(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [node for each in schema for node in nodes(each)]
    return (
        [schema, *(n for each in schema.values() for n in nodes(each))]
        if isinstance(schema, dict)
        else []
    )


@pytest.mark.slow
def test_every_schema_of_the_interface_is_there() -> None:
    acts = {
        "withdraw",
        "reconcile",
        "record-event",
        "speed",
        "adopt",
        "comments",
        "new",
        "stop",
        "resume",
    }
    acts |= {
        "validate",
        "lock-report",
        "explain",
        "state-show",
        "state-list",
        "state-verify",
        "state-repair",
    }
    due = {
        "campaign",
        "massctl",
        "lock",
        "plan",
        "apply",
        "status",
        "doctor",
        "notices",
        "ledger-entry",
    } | acts
    assert {f"{name}.schema.json" for name in due} <= set(COMMITTED)


@pytest.mark.slow
def test_the_committed_schemas_are_those_that_there_are() -> None:
    assert sorted(schemas()) == COMMITTED


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_schema_is_current(name: str) -> None:
    assert schema_text(schemas()[name]) == (ROOT / "schemas" / name).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMITTED)
def test_every_field_is_described(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])
    silent = [
        key
        for node in nodes(schemas()[name])
        for key, each in node.get("properties", {}).items()
        if isinstance(each, dict) and not each.get("description")
    ]
    assert [] == silent


@pytest.mark.slow
def test_schemas_are_the_same_each_time_they_are_made() -> None:
    """Two shapes with one base once wrote into the base's descriptions."""
    assert all_schemas() == schemas()


@pytest.mark.slow
def test_every_kind_of_ledger_line_is_accepted() -> None:
    validator = Draft202012Validator(schemas()["ledger-entry.schema.json"])
    lines = (ROOT / "tests/fixtures/ledger/v1.out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [] == [line for line in lines if not validator.is_valid(json.loads(line))]


@pytest.mark.slow
@pytest.mark.parametrize("change", [{"serial": 0}, {"type": "unheard_of"}, {"surprise": 1}])
def test_what_is_no_ledger_line_is_refused(change: dict[str, Any]) -> None:
    validator = Draft202012Validator(schemas()["ledger-entry.schema.json"])
    line = json.loads(
        (ROOT / "tests/fixtures/ledger/v1.out.jsonl").read_text(encoding="utf-8").splitlines()[1]
    )
    assert not validator.is_valid({**line, **change})
