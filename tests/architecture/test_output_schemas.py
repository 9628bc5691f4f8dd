"""The schemas of what massctl writes are current, describe every field, and accept what it really writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import massctl
from massctl.cli.commands.schema import all_schemas
from massctl.source.schemas import schema_text

ROOT = Path(massctl.__file__).parent.parent
SCHEMAS = all_schemas()


def nodes(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [node for each in schema for node in nodes(each)]
    return [schema, *(n for each in schema.values() for n in nodes(each))] if isinstance(schema, dict) else []


def test_every_schema_of_the_interface_is_there() -> None:
    acts = {"withdraw", "reconcile", "record-event", "speed", "adopt", "comments", "new", "stop", "resume"}
    acts |= {"validate", "lock-report", "explain", "state-show", "state-list", "state-verify", "state-repair"}
    due = {"campaign", "massctl", "lock", "plan", "apply", "status", "doctor", "notices", "ledger-entry"} | acts
    assert {f"{name}.schema.json" for name in due} <= set(SCHEMAS)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_current(name: str) -> None:
    assert schema_text(SCHEMAS[name]) == (ROOT / "schemas" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_field_is_described(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    silent = [
        key
        for node in nodes(SCHEMAS[name])
        for key, each in node.get("properties", {}).items()
        if isinstance(each, dict) and not each.get("description")
    ]
    assert [] == silent


def test_schemas_are_the_same_each_time_they_are_made() -> None:
    """Two shapes with one base once wrote into the base's descriptions."""
    assert all_schemas() == all_schemas() == SCHEMAS


def test_every_kind_of_ledger_line_is_accepted() -> None:
    validator = Draft202012Validator(SCHEMAS["ledger-entry.schema.json"])
    lines = (ROOT / "tests/fixtures/ledger/v1.out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [] == [line for line in lines if not validator.is_valid(json.loads(line))]


@pytest.mark.parametrize("change", [{"serial": 0}, {"type": "unheard_of"}, {"surprise": 1}])
def test_what_is_no_ledger_line_is_refused(change: dict[str, Any]) -> None:
    validator = Draft202012Validator(SCHEMAS["ledger-entry.schema.json"])
    line = json.loads((ROOT / "tests/fixtures/ledger/v1.out.jsonl").read_text(encoding="utf-8").splitlines()[1])
    assert not validator.is_valid({**line, **change})
