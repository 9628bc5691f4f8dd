"""A damaged or lost ledger is brought back to what verifies; what may have gone out in what it lost is not sent."""

import json
import os
import threading
from pathlib import Path

import pytest
from cli_runner import NOON, Shell
from gits import clone_of, git, remote_at
from said import Said

from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import ImageUploaded, NewEntry

LEDGER = ".massctl/sandbox/massctl.state.jsonl"
MARK = ".massctl/sandbox/locks/newest.json"
REASON = ("--reason", "power cut")


@pytest.fixture
def sent(shell: Shell) -> Shell:
    """`first` was sent, then `second`."""
    for name in ("first", "second"):
        shell.tree.text(name, content=f"今晚八点，{name}")
        assert 0 == shell("apply", name, "--sandbox", "--yes").status
    return shell


def ledger(shell: Shell) -> bytes:
    return (shell.root / LEDGER).read_bytes()


def asides(shell: Shell) -> list[bytes]:
    return [
        each.read_bytes() for each in (shell.root / LEDGER).parent.glob("massctl.state.*.jsonl")
    ]


def spoil(shell: Shell, campaign: str) -> bytes:
    """Write zeros over the first line about a campaign, as a machine that saw no ledger before finds it."""
    lines = ledger(shell).splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if json.loads(line)["campaign"] == campaign)
    lines[first] = bytes(len(lines[first]))
    damaged = b"".join(lines)
    shell.tree.write(LEDGER, damaged)
    (shell.root / MARK).unlink()
    return damaged


def writing(shell: Shell) -> None:
    """Leave this machine's mark as it is while an entry is written, and after a crash in that moment."""
    mark = json.loads(shell.tree.read(MARK))
    shell.tree.write(MARK, json.dumps({**mark, "writing": True}))


def sends(shell: Shell) -> int:
    return len(shell.report()["jobs"])


def guards(said: Said) -> list[str]:
    return [
        refusal["guard"]
        for campaign in said.document["campaigns"]
        for refusal in campaign["refusals"]
    ]


def test_without_a_reason_it_shows_what_would_be_dropped(sent: Shell):
    damaged = spoil(sent, "second")
    said = sent("state", "repair", "--sandbox")
    assert (2, damaged, []) == (said.status, ledger(sent), asides(sent))
    assert "bytes that are not an entry" in said.out
    assert "job_status second 1" in said.out
    assert 'massctl state repair --sandbox --reason "…"' in said.out


def test_it_keeps_what_verifies_and_the_damaged_file(sent: Shell):
    before = ledger(sent)
    damaged = spoil(sent, "second")
    said = sent("state", "repair", "--sandbox", "--format", "json", *REASON)
    document = said.document
    assert (0, True, len(damaged)) == (said.status, document["repaired"], len(asides(sent)[0]))
    kept = ledger(sent).splitlines(keepends=True)
    assert [damaged] == asides(sent)
    assert before.startswith(b"".join(kept[:-1]))
    assert document["serial"] == len(kept)
    assert {"type": "repaired", "reason": "power cut"}.items() <= json.loads(kept[-1]).items()
    assert document["dropped"]["bytes"] == len(damaged) - len(b"".join(kept[:-1]))
    assert "second" in {line["campaign"] for line in document["dropped"]["lines"]}
    assert 0 == sent("state", "verify", "--deep", "--sandbox").status


def test_what_may_have_gone_out_in_what_was_lost_waits_for_a_word(sent: Shell):
    spoil(sent, "second")
    assert 0 == sent("state", "repair", "--sandbox", *REASON).status
    said = sent("apply", "first", "second", "--sandbox", "--yes", "--format", "json")
    assert (5, ["ledger_damaged"], 2) == (said.status, guards(said), sends(sent))
    plan = sent("plan", "second", "--sandbox", "--format", "json").document
    assert (
        "massctl reconcile --sandbox second --sent" in plan["campaigns"][0]["refusals"][0]["hint"]
    )
    assert 0 == sent("reconcile", "second", "--sent", "--sandbox", *REASON).status
    said = sent("apply", "second", "--sandbox", "--yes", "--format", "json")
    assert ([], 2) == (guards(said), sends(sent))


def test_what_did_not_go_out_is_sent_after_the_word(sent: Shell):
    spoil(sent, "second")
    sent.tree.text("third", content="明天八点")
    assert 0 == sent("state", "repair", "--sandbox", *REASON).status
    assert 2 == sent("reconcile", "third", "--sandbox").status
    assert ["ledger_damaged"] == guards(
        sent("apply", "third", "--sandbox", "--yes", "--format", "json")
    )
    assert 0 == sent("reconcile", "third", "--not-sent", "--sandbox", *REASON).status
    assert 0 == sent("apply", "third", "--sandbox", "--yes").status
    assert 3 == sends(sent)
    assert 2 == sent("reconcile", "third", "--not-sent", "--sandbox", *REASON).status


def test_a_higher_edition_waits_for_a_word_of_its_own(sent: Shell):
    spoil(sent, "second")
    assert 0 == sent("state", "repair", "--sandbox", *REASON).status
    sent.tree.text("first", content="今晚八点，first", more="edition: 2\n")
    assert ["ledger_damaged"] == guards(
        sent("apply", "first", "--sandbox", "--yes", "--format", "json")
    )
    assert 0 == sent("reconcile", "first", "--not-sent", "--sandbox", *REASON).status
    assert 0 == sent("apply", "first", "--sandbox", "--yes").status
    assert 3 == sends(sent)


def test_it_never_goes_below_what_this_machine_saw(sent: Shell):
    mark = (sent.root / MARK).read_bytes()
    damaged = spoil(sent, "second")
    sent.tree.write(MARK, mark)
    said = sent("state", "repair", "--sandbox", *REASON)
    assert (5, damaged) == (said.status, ledger(sent))
    assert "the ledger is an older copy" in said.err


def test_rubbish_behind_the_last_entry_is_dropped_though_this_machine_saw_all_of_them(sent: Shell):
    whole = ledger(sent)
    sent.tree.write(LEDGER, whole + bytes(512))
    assert 0 == sent("state", "repair", "--sandbox", *REASON).status
    assert whole == b"".join(ledger(sent).splitlines(keepends=True)[:-1])
    assert [whole + bytes(512)] == asides(sent)


@pytest.mark.parametrize(
    ("damage", "told", "status"),
    [
        (lambda data: data, "there is nothing to repair", 2),
        (lambda _: bytes(4096), "not even the first entry", 5),
        (
            lambda data: (
                data
                + b'{"at":"2026-12-01T04:00:00.000+00:00","format_version":9,"type":"created"}\n'
            ),
            "newer",
            5,
        ),
    ],
    ids=["whole", "zeros", "of a newer massctl"],
)
def test_what_cannot_or_need_not_be_repaired_stays(damage, told: str, status: int, sent: Shell):
    data = damage(ledger(sent))
    sent.tree.write(LEDGER, data)
    (sent.root / MARK).unlink()
    said = sent("state", "repair", "--sandbox", *REASON)
    assert (status, True, data) == (said.status, told in said.err, ledger(sent))


def test_a_line_that_a_crash_tore_needs_no_repair(sent: Shell):
    torn = ledger(sent) + b'{"appid":"wx01'
    sent.tree.write(LEDGER, torn)
    writing(sent)
    said = sent("state", "repair", "--sandbox", *REASON)
    assert (2, True, torn) == (said.status, "there is nothing to repair" in said.err, ledger(sent))


def test_a_backup_is_the_ledger_and_comes_back(sent: Shell, tmp_path: Path):
    copy, damaged = tmp_path / "copy.jsonl", bytes(4096)
    assert 0 == sent("state", "backup", str(copy), "--sandbox").status
    assert ledger(sent) == copy.read_bytes()
    sent.tree.write(LEDGER, damaged)
    assert 0 == sent("state", "restore", str(copy), "--sandbox").status
    assert (copy.read_bytes(), [damaged]) == (ledger(sent), asides(sent))
    assert (
        "already has everything in copy.jsonl"
        in sent("state", "restore", str(copy), "--sandbox").out
    )
    assert 0 == sent("apply", "first", "second", "--sandbox", "--yes").status
    assert 2 == sends(sent)


def test_a_backup_may_be_made_again_over_itself_and_over_nothing_else(sent: Shell, tmp_path: Path):
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(b"".join(ledger(sent).splitlines(keepends=True)[:2]))
    assert 0 == sent("state", "backup", str(copy), "--sandbox").status
    assert ledger(sent) == copy.read_bytes()
    copy.write_bytes(b"something else")
    assert (5, b"something else") == (
        sent("state", "backup", str(copy), "--sandbox").status,
        copy.read_bytes(),
    )
    assert 5 == sent("state", "backup", str(tmp_path / "nowhere" / "copy"), "--sandbox").status
    os.mkfifo(tmp_path / "pipe")
    assert 2 == sent("state", "backup", str(tmp_path / "pipe"), "--sandbox").status
    assert (tmp_path / "pipe").is_fifo()


def test_an_older_backup_than_this_machine_saw_is_refused(sent: Shell, tmp_path: Path):
    older = tmp_path / "older.jsonl"
    older.write_bytes(b"".join(ledger(sent).splitlines(keepends=True)[:-1]))
    for here in (bytes(4096), None):
        (sent.root / LEDGER).unlink() if here is None else sent.tree.write(LEDGER, here)
        said = sent("state", "restore", str(older), "--sandbox")
        assert (5, True) == (
            said.status,
            "is older than the ledger that this machine saw" in said.err,
        )
        assert here == (ledger(sent) if (sent.root / LEDGER).exists() else None)


def test_on_a_machine_that_never_saw_it_a_copy_is_taken_and_that_is_told(
    sent: Shell, tmp_path: Path
):
    copy = tmp_path / "copy.jsonl"
    (sent.root / LEDGER).rename(copy)
    (sent.root / MARK).unlink()
    said = sent("state", "restore", str(copy), "--sandbox")
    assert (0, True) == (said.status, "this machine never saw this ledger" in said.err)
    assert copy.read_bytes() == ledger(sent)


def test_a_copy_that_lacks_what_verifies_here_is_refused(sent: Shell, tmp_path: Path):
    lines = ledger(sent).splitlines(keepends=True)
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(b"".join(lines[:2]))
    (sent.root / MARK).unlink()
    said = sent("state", "restore", str(copy), "--sandbox")
    assert (5, True) == (said.status, "is older than the existing ledger" in said.err)
    copy.write_bytes(b"".join(lines[:3]) + bytes(9))
    assert 5 == sent("state", "restore", str(copy), "--sandbox").status
    assert b"".join(lines) == ledger(sent)
    assert 2 == sent("state", "restore", str(tmp_path), "--sandbox").status


def test_what_is_no_copy_is_said_to_be_none_and_not_the_ledger(sent: Shell, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no ledger\n", encoding="utf-8")
    said = sent("state", "restore", str(tmp_path / "notes.txt"), "--sandbox")
    assert (5, True, False) == (
        said.status,
        "notes.txt is not a copy that verifies" in said.err,
        "repair" in said.err,
    )


def test_another_history_is_refused(sent: Shell, tmp_path: Path):
    other = tmp_path / "other.jsonl"
    assert 0 == sent("state", "backup", str(other), "--sandbox").status
    assert 0 == sent("state", "init", "--new-lineage", "--sandbox", *REASON).status
    said = sent("state", "restore", str(other), "--sandbox")
    assert (5, True) == (said.status, "have different entries" in said.err)


def test_a_backup_that_is_taken_while_another_process_appends_is_whole(sent: Shell, tmp_path: Path):
    """Half of the next line stands there, as a reader may find it at any moment."""
    copy, path = tmp_path / "copy.jsonl", sent.root / LEDGER
    whole = path.read_bytes()
    writing(sent)
    for cut in range(1, 14):
        path.write_bytes(whole + b'{"appid":"wx01'[:cut])
        assert 0 == sent("state", "backup", str(copy), "--sandbox").status
        assert whole == copy.read_bytes()


def test_backups_that_are_taken_while_another_writes_are_whole(sent: Shell, tmp_path: Path):
    copies = [tmp_path / f"{number}.jsonl" for number in range(8)]
    stop = threading.Event()

    def write() -> None:
        others = LocalLedger(sent.root / LEDGER, tmp_path / "locks")
        serial = len(others.read(0))
        image = ImageUploaded(
            appid="wx0123456789abcdef", sha256="0" * 64, url="https://mmbiz.qpic.cn/1/0"
        )
        while not stop.is_set():
            serial += len(
                others.append(serial, [NewEntry(at=NOON, event=image)] * 5, durable=False)
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        statuses = [sent("state", "backup", str(copy), "--sandbox").status for copy in copies]
    finally:
        stop.set()
        writer.join()
    assert [0] * len(copies) == statuses
    assert all(ledger(sent).startswith(copy.read_bytes()) for copy in copies)
    assert all(copy.read_bytes().endswith(b"\n") for copy in copies)
    assert len(copies[0].read_bytes()) < len(copies[-1].read_bytes())


@pytest.fixture
def in_git(shell: Shell, tmp_path: Path) -> Shell:
    remote = remote_at(tmp_path / "remote.git")
    clone_of(remote, tmp_path / "clone")
    git(shell.root, "init", "--quiet")
    git(shell.root, "remote", "add", "origin", str(remote))
    shell.tree.settings(state="state: {backend: git}\n")
    return shell


def test_a_branch_is_repaired_and_copied_too(in_git: Shell, tmp_path: Path):
    remote = tmp_path / "remote.git"
    in_git.env(MASSCTL_API_BASE="http://127.0.0.1:9")
    assert 0 == in_git("state", "init").status
    assert 0 == in_git("state", "backup", str(tmp_path / "copy.jsonl")).status
    whole = (tmp_path / "copy.jsonl").read_bytes()
    assert whole == git(remote, "show", "massctl-state:massctl.state.jsonl").encode() + b"\n"
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", "-b", "massctl-state", str(remote), str(work))
    (work / "massctl.state.jsonl").write_bytes(whole + b"somebody was here\n")
    git(work, "commit", "--quiet", "-am", "edited")
    git(work, "push", "--quiet")
    assert 5 == in_git("state", "verify").status
    assert 0 == in_git("state", "repair", *REASON).status
    assert 0 == in_git("state", "verify", "--deep").status
    (aside,) = [
        n
        for n in git(remote, "ls-tree", "--name-only", "massctl-state").splitlines()
        if "Z.jsonl" in n
    ]
    assert "somebody was here" in git(remote, "show", f"massctl-state:{aside}")
    said = in_git("state", "restore", str(tmp_path / "copy.jsonl"))
    assert (2, True) == (said.status, "a file cannot replace it" in said.err)
