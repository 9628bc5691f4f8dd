"""A ledger whose bytes are not what massctl leaves there: nothing is sent, with a lineage and without one."""

import hashlib
import json
from collections.abc import Callable

import pytest
from cli_runner import Shell
from said import Said

LEDGER = ".massctl/sandbox/massctl.state.jsonl"


def apply(shell: Shell, *more: str) -> Said:
    return shell("apply", "--sandbox", "--yes", "--format", "json", *more)


def guards(said: Said) -> list[str]:
    return [refusal["guard"] for campaign in said.document["campaigns"] for refusal in campaign["refusals"]]


def zeroed(ledger: bytes) -> bytes:
    return bytes(4096)


def emptied(ledger: bytes) -> bytes:
    return b""


def halved(ledger: bytes) -> bytes:
    return ledger[: len(ledger) // 2]


def tailed(ledger: bytes) -> bytes:
    return ledger + bytes(512)


DAMAGES = [zeroed, emptied, halved, tailed]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_sent_is_not_sent_again(shell: Shell, damage: Callable[[bytes], bytes]):
    shell.tree.text("notice")
    assert 0 == apply(shell, "notice").status
    shell.tree.write(LEDGER, damage((shell.root / LEDGER).read_bytes()))
    before = (shell.root / LEDGER).read_bytes()
    said = apply(shell, "notice")
    assert (5, ["ledger_damaged"], 1) == (said.status, guards(said), len(shell.report()["jobs"]))
    assert before == (shell.root / LEDGER).read_bytes()


def test_a_plan_and_a_status_say_it_too(shell: Shell):
    shell.tree.text("notice")
    shell.tree.write(LEDGER, bytes(4096))
    plan = shell("plan", "notice", "--sandbox", "--format", "json")
    assert (0, ["ledger_damaged"], [[]]) == (
        plan.status,
        guards(plan),
        [c["steps"] for c in plan.document["campaigns"]],
    )
    assert 5 == shell("plan", "notice", "--sandbox", "--detailed-exitcode").status
    assert 5 == shell("plan", "notice", "--sandbox", "--refresh", "--detailed-exitcode").status
    status = shell("status", "--sandbox")
    assert (5, True) == (status.status, "the ledger is damaged" in status.err)


def test_a_way_out_is_told_and_leads_out(shell: Shell):
    shell.tree.text("notice")
    assert 0 == apply(shell, "notice").status
    shell.tree.write(LEDGER, bytes(4096))
    (refusal,) = apply(shell, "notice").document["campaigns"][0]["refusals"]
    assert "massctl state verify" in refusal["hint"]
    assert "massctl state init" in refusal["hint"]
    assert "--new-lineage" in refusal["hint"]
    assert 0 == shell("state", "init", "--sandbox", "--new-lineage", "--reason", "zeros").status
    assert 0 == shell("state", "verify", "--sandbox").status


def test_a_saved_plan_is_refused_for_the_same_reason(shell: Shell):
    shell.tree.text("notice")
    assert 0 == shell("plan", "notice", "--sandbox", "--out", "plan.json").status
    shell.tree.write(LEDGER, bytes(4096))
    assert ["ledger_damaged"] == guards(shell("apply", "--sandbox", "--plan", "plan.json", "--format", "json"))


def test_a_preview_is_refused_as_well(shell: Shell):
    shell.tree.text("notice", more="preview:\n  towxname: [editor_li]\n")
    shell.tree.write(LEDGER, b"")
    said = shell("preview", "notice", "--sandbox", "--format", "json")
    assert (5, ["ledger_damaged"]) == (said.status, guards(said))


def test_without_a_campaign_it_is_an_error(shell: Shell):
    shell.tree.write(LEDGER, b"")
    assert (5, True) == ((said := apply(shell)).status, "the ledger is damaged" in said.err)


def test_a_line_that_follows_but_is_not_written_so_is_found_in_depth(shell: Shell):
    assert 0 == shell("state", "init", "--sandbox").status
    shell.tree.text("notice")
    assert 0 == apply(shell, "notice").status
    entries = [json.loads(line) for line in shell.tree.read(LEDGER).splitlines()]
    lines: list[str] = []
    for number, entry in enumerate(entries):
        entry["prev"] = "sha256:" + hashlib.sha256(lines[-1].encode()).hexdigest() if lines else entry["prev"]
        separators = (",", ": ") if number == 1 else (",", ":")
        lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=separators))
    shell.tree.write(LEDGER, "".join(f"{line}\n" for line in lines).encode())
    (shell.root / ".massctl/sandbox/locks/newest.json").unlink()
    assert 0 == shell("state", "verify", "--sandbox").status
    said = shell("state", "verify", "--deep", "--sandbox")
    assert (5, True) == (said.status, "Entry 2 was changed" in said.err)


def test_a_line_that_was_torn_goes_on(shell: Shell):
    shell.tree.text("notice")
    assert 0 == shell("state", "init", "--sandbox").status
    path = shell.root / LEDGER
    path.write_bytes(path.read_bytes() + b'{"appid":"wx01')
    assert 0 == apply(shell, "notice").status
    assert 0 == shell("state", "verify", "--sandbox").status
