"""A ledger whose bytes are not what massctl leaves there: nothing is sent, with a lineage and without one."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_runner import Shell
from said import Said

LEDGER = ".massctl/sandbox/massctl.state.jsonl"
MARK = ".massctl/sandbox/locks/newest.json"


def apply(shell: Shell, *more: str) -> Said:
    return shell("apply", "--sandbox", "--yes", "--format", "json", *more)


def guards(said: Said) -> list[str]:
    return [
        refusal["guard"]
        for campaign in said.document["campaigns"]
        for refusal in campaign["refusals"]
    ]


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
    assert ["ledger_damaged"] == guards(
        shell("apply", "--sandbox", "--plan", "plan.json", "--format", "json")
    )


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
        entry["prev"] = (
            "sha256:" + hashlib.sha256(lines[-1].encode()).hexdigest() if lines else entry["prev"]
        )
        separators = (",", ": ") if number == 1 else (",", ":")
        lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=separators))
    shell.tree.write(LEDGER, "".join(f"{line}\n" for line in lines).encode())
    (shell.root / ".massctl/sandbox/locks/newest.json").unlink()
    assert 0 == shell("state", "verify", "--sandbox").status
    said = shell("state", "verify", "--deep", "--sandbox")
    assert (5, True) == (said.status, "Entry 2 was changed" in said.err)


def writing(shell: Shell) -> None:
    """Leave this machine's mark as a run leaves it that dies while it writes."""
    mark = json.loads(shell.tree.read(MARK))
    shell.tree.write(MARK, json.dumps({**mark, "writing": True}))


def test_a_line_that_was_torn_goes_on(shell: Shell):
    shell.tree.text("notice")
    assert 0 == shell("state", "init", "--sandbox").status
    path = shell.root / LEDGER
    path.write_bytes(path.read_bytes() + b'{"appid":"wx01')
    writing(shell)
    assert 0 == shell("state", "backup", str(shell.root / "copy.jsonl"), "--sandbox").status
    assert 0 == apply(shell, "notice").status
    assert 0 == shell("state", "verify", "--sandbox").status


def cut(shell: Shell) -> bytes:
    """Send `notice`, and give a copy of the ledger that ends within the entry of its first attempt."""
    shell.tree.text("notice")
    assert 0 == apply(shell, "notice").status
    whole = (shell.root / LEDGER).read_bytes()
    return whole[: whole.index(b'"type":"send_attempted"')]


def mark_at_the_last_whole_line(shell: Shell, data: bytes) -> None:
    """Leave the mark of a machine that wrote what is whole in a ledger, and was not in the midst of writing more."""
    line = data.split(b"\n")[-2]
    mark = json.loads(shell.tree.read(MARK))
    digest = "sha256:" + hashlib.sha256(line).hexdigest()
    shell.tree.write(MARK, json.dumps({**mark, "serial": data.count(b"\n"), "digest": digest}))


MARKS: dict[str, Callable[[Shell, bytes], object]] = {
    "a machine that never saw it": lambda shell, _: (shell.root / MARK).unlink(),
    "the machine that wrote more": lambda *_: None,
    "a machine that wrote what is whole in it": mark_at_the_last_whole_line,
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_a_copy_that_was_cut_is_damaged_where_it_was_not_torn(
    shell: Shell, mark: Callable[[Shell, bytes], object]
):
    shell.tree.write(LEDGER, data := cut(shell))
    mark(shell, data)
    said = apply(shell, "notice")
    assert (5, ["ledger_damaged"], 1) == (said.status, guards(said), len(shell.report()["jobs"]))
    assert data == (shell.root / LEDGER).read_bytes()


def test_a_copy_that_was_cut_says_so_and_how_to_go_on(shell: Shell, tmp_path: Path):
    data = cut(shell)
    (shell.root / LEDGER).rename(tmp_path / "whole.jsonl")
    (shell.root / MARK).unlink()
    shell.tree.write(LEDGER, data)
    (refusal,) = apply(shell, "notice").document["campaigns"][0]["refusals"]
    assert "the ledger ends in the middle of an entry" in refusal["message"]
    assert "an incomplete copy" in refusal["message"]
    for command in ("state backup", "state restore", "state repair"):
        assert f"massctl {command}" in refusal["hint"]
    assert 5 == shell("state", "backup", str(tmp_path / "again.jsonl"), "--sandbox").status
    (tmp_path / "cut.jsonl").write_bytes(data)
    said = shell("state", "restore", str(tmp_path / "cut.jsonl"), "--sandbox")
    assert (5, True) == (said.status, "an incomplete copy" in said.err)
    assert 0 == shell("state", "restore", str(tmp_path / "whole.jsonl"), "--sandbox").status
    assert (0, 1) == (apply(shell, "notice").status, len(shell.report()["jobs"]))


def test_a_repair_of_a_copy_that_was_cut_leaves_what_was_sent_to_a_person(shell: Shell):
    shell.tree.write(LEDGER, cut(shell))
    (shell.root / MARK).unlink()
    assert 0 == shell("state", "repair", "--sandbox", "--reason", "cut").status
    said = apply(shell, "notice")
    assert (5, ["ledger_damaged"], 1) == (said.status, guards(said), len(shell.report()["jobs"]))
    assert "reconcile" in said.document["campaigns"][0]["refusals"][0]["hint"]
