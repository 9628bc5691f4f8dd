"""`massctl status --statistics`: what WeChat counted is collected once, and nothing about it touches a send."""

import json
from datetime import timedelta

import pytest
from cli_runner import NOON, Shell
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from massctl.cli.commands.schema import all_schemas

NEXT_MORNING = NOON + timedelta(hours=21)


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """A news campaign that every follower has."""
    shell.tree.settings(language="en")
    shell.tree.news("letter", body="今天风大。\n")
    assert 0 == shell("apply", "letter", "--sandbox", "--yes").status
    shell.set_time(NOON + timedelta(minutes=10))
    assert 0 == shell("status", "--sandbox").status
    return shell


def collected(shell: Shell) -> dict[str, object]:
    run = shell("status", "--statistics", "--sandbox", "--format", "json")
    Draft202012Validator(all_schemas()["status.schema.json"]).validate(run.document)
    (found,) = run.document["statistics"]
    return dict(found, status=run.status)


def calls(shell: Shell) -> int:
    counted = shell.report()["calls"]
    return sum(int(each["count"]) for path, each in counted.items() if path.startswith("/datacube/"))


def test_statistics_are_collected_once_a_day_and_leave_the_ledger_alone(sent: Shell):
    ledger = (sent.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()
    assert (0, 0, 0) == (collected(sent)["calls"], collected(sent)["status"], calls(sent))
    sent.set_time(NEXT_MORNING)
    first = collected(sent)
    assert (0, 13, None, []) == (first["status"], first["calls"], first["error"], first["falls"])
    assert 13 == calls(sent)
    assert 0 == collected(sent)["calls"]
    sent.set_time(NEXT_MORNING + timedelta(days=1))
    assert 4 == collected(sent)["calls"]
    folder = sent.root / ".massctl/sandbox/massctl.state.statistics"
    rows = [json.loads(line) for path in folder.rglob("articles-*.jsonl") for line in path.read_text().splitlines()]
    newer = [row for row in rows if row["family"] == "newer"]
    assert 2 == len(newer)
    assert newer[0]["read_user"] <= newer[1]["read_user"]
    assert ledger == (sent.root / ".massctl/sandbox/massctl.state.jsonl").read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_collected_in_words(sent: Shell, snapshot: SnapshotAssertion, language: str):
    sent.tree.settings(language=language)
    sent.env(NO_COLOR="1")
    sent.set_time(NEXT_MORNING)
    sent.faults({"path": "/datacube/getusersummary", "do": "html", "nth": 1, "times": 4})
    refused = sent("status", "--statistics", "--sandbox")
    again = sent("status", "--statistics", "--sandbox")
    assert [1, 0] == [refused.status, again.status]
    assert snapshot == [sent.scrub(each.out) for each in (refused, again)]


def test_without_the_flag_no_statistics_are_asked_for(sent: Shell):
    sent.set_time(NEXT_MORNING)
    run = sent("status", "--sandbox", "--format", "json")
    assert ([], 0) == ([key for key in run.document if key == "statistics"], calls(sent))
