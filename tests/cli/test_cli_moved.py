"""A campaign whose folder was renamed goes on under `moved`: it is not sent again, and its id stays."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cli_runner import NOON, SENDALL, Shell, lost
from repositories import APPID, window

from massctl.model.ids import AppId, CampaignName
from massctl.model.send import client_msg_id

DUE = window("2026-12-01T11:00:00+08:00", "2026-12-01T13:00:00+08:00")
LATER = window("2026-12-01T20:00:00+08:00", "2026-12-01T22:00:00+08:00")


def rename(shell: Shell, old: str, new: str, *, moved: bool = True) -> None:
    (shell.root / "campaigns" / old).rename(shell.root / "campaigns" / new)
    if moved:
        shell.tree.settings(state=f"moved: [{{from: {old}, to: {new}}}]\n")


def ledger(shell: Shell, kind: str) -> list[dict[str, Any]]:
    lines = (
        (shell.root / ".massctl/sandbox/massctl.state.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    return [each for each in map(json.loads, lines) if each["type"] == kind]


def apply(shell: Shell, *arguments: str) -> Any:
    return shell("apply", *arguments, "--sandbox", "--yes", "--format", "json")


def status(shell: Shell, name: str) -> str:
    (found,) = shell("plan", name, "--sandbox", "--format", "json").document["campaigns"]
    return str(found["status"])


def test_a_renamed_campaign_that_was_sent_is_not_sent_again(shell: Shell):
    shell.tree.news("letter", more=DUE)
    assert 0 == apply(shell).status
    calls = shell.report()["calls"]
    rename(shell, "letter", "autumn-letter")
    done = apply(shell)
    assert (0, ["autumn-letter"]) == (
        done.status,
        [each["name"] for each in done.document["campaigns"]],
    )
    assert (calls, 1) == (shell.report()["calls"], len(shell.report()["jobs"]))
    assert status(shell, "autumn-letter") in {"sending", "sent"}


def test_without_moved_its_content_is_refused_as_anybodys(shell: Shell):
    shell.tree.text("notice", more=DUE)
    assert 0 == apply(shell).status
    rename(shell, "notice", "message", moved=False)
    done = apply(shell)
    refused = [each["guard"] for each in done.document["campaigns"][0]["refusals"]]
    assert (5, ["same_content"], 1) == (done.status, refused, len(shell.report()["jobs"]))


def test_an_open_attempt_is_repeated_under_the_same_id(shell: Shell):
    shell.tree.news("letter", more=DUE)
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "--no-wait").status
    rename(shell, "letter", "autumn-letter")
    shell.set_time(NOON + timedelta(minutes=5))
    shell.control("advance", {"seconds": 300})
    assert 0 == apply(shell).status
    due = client_msg_id(AppId(APPID), CampaignName("letter"), 1, 1)
    attempts = ledger(shell, "send_attempted")
    assert [("letter", due), ("autumn-letter", due)] == [
        (e["campaign"], e["client_msg_id"]) for e in attempts
    ]
    assert 1 == len(shell.report()["jobs"])


@pytest.mark.parametrize(
    "command", [("status",), ("reconcile",), ("reconcile", "--sent", "--reason", "seen")]
)
def test_who_types_the_old_name_is_told_the_new_one(shell: Shell, command: tuple[str, ...]):
    shell.tree.text("notice", more=DUE)
    shell.faults(lost(SENDALL))
    assert 4 == apply(shell, "--no-wait").status
    rename(shell, "notice", "message")
    said = shell(command[0], "notice", *command[1:], "--sandbox")
    assert (2, "error: notice is now named message (`moved` in massctl.yaml)") == (
        said.status,
        said.err.splitlines()[0],
    )


def test_a_draft_that_was_staged_is_sent_and_not_left_behind(shell: Shell):
    shell.tree.news("letter", more=LATER)
    assert 0 == apply(shell, "--until", "draft").status
    (saved,) = ledger(shell, "draft_saved")
    rename(shell, "letter", "autumn-letter")
    assert "staged" == status(shell, "autumn-letter")
    assert 0 == apply(shell, "autumn-letter").status
    (attempt,) = ledger(shell, "send_attempted")
    assert (saved["media_id"], 1) == (attempt["media_id"], len(ledger(shell, "draft_saved")))


def test_a_campaign_that_was_renamed_twice_keeps_its_first_name(shell: Shell):
    shell.tree.news("a", more=LATER)
    assert 0 == apply(shell, "--until", "draft").status
    rename(shell, "a", "b")
    rename(shell, "b", "c")
    shell.tree.settings(state="moved:\n  - {from: b, to: c}\n  - {from: a, to: b}\n")
    assert 0 == apply(shell, "c").status
    (attempt,) = ledger(shell, "send_attempted")
    due = client_msg_id(AppId(APPID), CampaignName("a"), 1, 1)
    assert ("c", due, 1) == (
        attempt["campaign"],
        attempt["client_msg_id"],
        len(ledger(shell, "draft_saved")),
    )


def test_a_renamed_campaign_keeps_its_digest(shell: Shell):
    shell.tree.text("notice", more=LATER)
    before = shell("plan", "notice", "--format", "json").document["campaigns"][0]["digest"]
    rename(shell, "notice", "message")
    assert before == shell("plan", "message", "--format", "json").document["campaigns"][0]["digest"]


def test_the_ledger_stays_readable_where_moved_is_taken_out_again(shell: Shell):
    shell.tree.news("letter", more=DUE)
    assert 0 == apply(shell).status
    rename(shell, "letter", "autumn-letter")
    shell.control("advance", {"seconds": 600})
    assert 0 == shell("status", "--sandbox").status
    assert "autumn-letter" == ledger(shell, "job_status")[-1]["campaign"]
    shell.tree.settings()
    done = apply(shell)
    # The folder is a campaign of its own now, and equal to one that went out.
    refused = [each["guard"] for each in done.document["campaigns"][0]["refusals"]]
    assert (5, ["same_content"], 1) == (done.status, refused, len(shell.report()["jobs"]))


def test_an_article_that_links_to_the_old_name_finds_it(shell: Shell):
    shell.tree.news("letter", more=DUE)
    assert 0 == apply(shell).status
    shell.control("advance", {"seconds": 600})
    event = shell.report()["events"][0]["xml"]
    shell.tree.write("event.xml", event)
    assert 0 == shell("record-event", "event.xml", "--sandbox").status
    rename(shell, "letter", "autumn-letter")
    shell.tree.text("notice", content="上一期 {{ article_url('letter', 1) }}")
    assert 0 == shell("plan", "notice", "--sandbox").status


@pytest.mark.parametrize(
    ("moved", "folders", "found"),
    [
        (
            "{from: a, to: b}",
            "a b",
            ("MC031", 16, "campaigns/a still exists, so it was not renamed"),
        ),
        ("{from: a, to: b}", "c", ("MC031", 23, "there is no campaign b")),
        ("{from: a, to: c}, {from: b, to: c}", "c", ("MC032", 41, "two campaigns cannot become c")),
        ("{from: a, to: c}, {from: a, to: d}", "c d", ("MC032", 34, "a is renamed twice")),
        ("{from: a, to: b}, {from: b, to: a}", "c", ("MC032", 41, "b leads back to itself")),
        ("{from: a, to: a}", "c", ("MC032", 23, "a leads back to itself")),
        ("{from: A, to: c}", "c", ("MC014", 16, "expected a name of small letters")),
        ("{from: a}", "c", ("MC012", 9, "to is missing")),
        ("7", "c", ("MC013", 9, "expected")),
    ],
)
def test_what_is_no_renaming_is_told_with_its_place(
    shell: Shell, moved: str, folders: str, found: tuple[str, int, str]
):
    for name in folders.split():
        shell.tree.text(name)
    shell.tree.settings(state=f"moved: [{moved}]\n")
    said = shell("validate", "--format", "json")
    (fault,) = said.document["diagnostics"]
    line = shell.tree.read("massctl.yaml").count("\n")
    assert (1, "massctl.yaml", line) == (said.status, fault["file"], fault["line"])
    assert (found[:2], True) == ((fault["code"], fault["column"]), found[2] in fault["message"])
