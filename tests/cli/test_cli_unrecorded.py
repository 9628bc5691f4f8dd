"""WeChat answered a send clearly, and the ledger could not take it: whoever hears of the run hears of the answer."""

import json
import shlex
from collections.abc import Sequence
from typing import Any

import pytest
from cli_runner import Shell
from repositories import window

from massctl.errors import LedgerUnreachableError
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import NewEntry

CHANNELS = "notify:\n  - wecom_robot_env: ROBOT\n  - webhook_env: HOOK\n"
DUE = window("2026-12-01T12:00:00+08:00", "2026-12-01T14:00:00+08:00")


@pytest.fixture
def told(shell: Shell) -> Shell:
    """A shell with a campaign that is due; its run tells a robot and a webhook."""
    shell.tree.settings(state=CHANNELS)
    shell.env(ROBOT="https://robot.example/?key=1", HOOK="https://hook.example/")
    shell.tree.text("notice", more=DUE)
    shell("plan", "--sandbox")
    return shell


def broken_at(kind: str, patch: pytest.MonkeyPatch) -> None:
    """Let the ledger be out of reach from an entry of this type on."""
    append = LocalLedger.append
    broken: list[str] = []

    def appended(
        ledger: LocalLedger, serial: int, entries: Sequence[NewEntry], *, durable: bool
    ) -> Any:
        broken.extend(entry.event.type for entry in entries if entry.event.type == kind)
        if broken:
            raise LedgerUnreachableError("the ledger's disk is gone", hint="bring it back")
        return append(ledger, serial, entries, durable=durable)

    patch.setattr(LocalLedger, "append", appended)


def notices(shell: Shell) -> list[dict[str, Any]]:
    """Give the notices that the webhook got."""
    posts = [post["body"] for post in shell.report()["notifications"] if post["kind"] == "webhook"]
    return [notice for post in posts for notice in post["notices"]]


def test_an_acceptance_is_told_everywhere_with_its_id_and_can_be_typed(
    told: Shell, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        broken_at("send_accepted", patch)
        ran = told("apply", "notice", "--sandbox", "--yes", "--format", "json")
    (campaign,) = json.loads(ran.out)["campaigns"]
    answer, (job,) = campaign["unrecorded"], told.report()["jobs"]
    assert (4, "in_doubt", []) == (ran.status, campaign["status"], campaign["jobs"])
    assert ("sent", 1, job["msg_id"], None) == tuple(
        answer[key] for key in ("outcome", "batch", "msg_id", "errcode")
    )
    assert f"with msg_id {job['msg_id']}, but that could not be recorded" in answer["message"]

    (notice,) = notices(told)
    assert ("in_doubt", job["msg_id"], answer["message"]) == tuple(
        notice[key] for key in ("event", "msg_id", "message")
    )
    assert [answer["command"]] == [each["command"] for each in notice["choices"]]
    (robot,) = [post for post in told.report()["notifications"] if post["kind"] == "wecom_robot"]
    assert (
        f"massctl reconcile notice --sent {job['msg_id']}" in robot["body"]["markdown"]["content"]
    )

    typed = shlex.split(answer["command"].replace("…", "the ledger is back"))[1:]
    assert 5 == told(*typed, "--sandbox").status  # For the ledger the answer may still come.
    told.control("advance", {"seconds": 60})
    assert 0 == told(*typed, "--sandbox").status
    (settled,) = json.loads(told("state", "show", "notice", "--sandbox", "--format", "json").out)[
        "campaigns"
    ]
    assert ([job["msg_id"]], 1) == (
        [each["msg_id"] for each in settled["jobs"]],
        len(told.report()["jobs"]),
    )


def test_a_send_whose_answer_is_on_record_has_nothing_of_it(told: Shell):
    ran = told("apply", "notice", "--sandbox", "--yes", "--format", "json")
    assert "unrecorded" not in json.loads(ran.out)["campaigns"][0]
    assert ["accepted"] == [each["event"] for each in notices(told) if "msg_id" not in each]
