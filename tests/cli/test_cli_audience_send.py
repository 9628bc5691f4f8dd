"""A send from a snapshot: whoever may not be reached is taken off once, and nobody who was not approved is reached."""

import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from audience_samples import EAST, LETTER, PEOPLE, lock, snapshot_of
from audience_sends import SANDBOX, Killed, LetterWorld, letter_world
from building import APPID, as_new, attempted, text
from cli_runner import NOON, Shell

from massctl.apply.journal import LedgerSession
from massctl.audience.key import SnapshotKey
from massctl.audience.member_sets import MemberSets
from massctl.audience.memory_file import DUCKDB_PATH, has_memory_files
from massctl.audience.recipients import Recipients
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import SendAccepted, SendAttempted

pytestmark = pytest.mark.slow


@pytest.fixture
def world(shell: Shell) -> LetterWorld:
    return letter_world(shell)


def test_a_snapshot_goes_out_in_batches_and_each_person_gets_one(world: LetterWorld) -> None:
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    assert [PEOPLE[:3], PEOPLE[3:5], PEOPLE[5:]] == world.jobs
    assert [] == world.entries("audience_cut")
    attempts = world.entries("send_attempted")
    assert [(1, 3), (2, 3), (3, 3)] == [(each["batch"], each["batches"]) for each in attempts]
    assert {"east"} == {each["audience"]["of"] for each in attempts}


@pytest.mark.skipif(not has_memory_files(), reason="files of people are in memory on Linux")
def test_a_command_closes_its_files_of_people(world: LetterWorld) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[0], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    before = files_of_people()
    for command in (["plan", "letter", "--sandbox"], ["audience", "overlap", "--sandbox"]):
        assert 0 == world.shell(*command).status
        assert before == files_of_people(), command
    assert 0 == world.apply().status
    assert before == files_of_people()


def files_of_people() -> list[str]:
    """Name the open files in memory that hold people."""
    numbers = Path("/proc/self/fd").iterdir()
    return [each.name for each in numbers if DUCKDB_PATH == os.path.realpath(each)]


def test_whoever_is_excluded_since_is_taken_off_and_counted(world: LetterWorld) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[0], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    assert 0 == world.apply().status
    cut = world.cut()
    assert ({"excluded": 1}, 6) == (cut["removed"], cut["kept"])
    assert [PEOPLE[1:4], PEOPLE[4:]] == world.jobs


def test_whoever_had_as_many_as_the_cap_says_is_taken_off(world: LetterWorld) -> None:
    world.shell.tree.write("campaigns/first/campaign.yaml", LETTER.replace("今晚", "明晚"))
    world.freeze("east", PEOPLE[:2])
    assert 0 == world.shell("apply", "first", "--sandbox", "--yes").status
    world.audience("east", EAST + "cap: {month: 1}\n", PEOPLE)
    assert 0 == world.apply().status
    assert {"capped": 2} == world.cut()["removed"]
    assert sorted(PEOPLE) == sorted(world.reached)


def test_whoever_has_the_message_is_taken_off_however_the_list_was_frozen_again(
    world: LetterWorld,
) -> None:
    world.shell.tree.write("campaigns/first/campaign.yaml", LETTER)
    world.freeze("east", PEOPLE[:3])
    assert 0 == world.shell("apply", "first", "--sandbox", "--yes").status
    world.freeze("east", PEOPLE)
    assert 0 == world.apply().status
    assert {"has_it": 3} == world.cut()["removed"]
    assert sorted(PEOPLE) == sorted(world.reached)


def test_a_rehearsal_leaves_out_whoever_was_erased_for_real(world: LetterWorld) -> None:
    world.forget(PEOPLE[3])
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    cut = world.cut()
    assert ({"erased": 1}, 6) == (cut["removed"], cut["kept"])
    assert [each for each in PEOPLE if each != PEOPLE[3]] == world.reached


def test_a_cut_leaves_out_whoever_an_unfinished_erasure_marked(world: LetterWorld) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[1], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    world.mark(PEOPLE[3])
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    cut = world.cut()
    assert ({"erased": 1, "excluded": 1}, 5) == (cut["removed"], cut["kept"])
    assert [PEOPLE[0], PEOPLE[2], *PEOPLE[4:]] == world.reached


def test_a_mark_alone_takes_somebody_off(world: LetterWorld) -> None:
    world.mark(PEOPLE[5])
    assert 0 == world.apply().status
    cut = world.cut()
    assert ({"erased": 1}, 6) == (cut["removed"], cut["kept"])
    assert [each for each in PEOPLE if each != PEOPLE[5]] == world.reached


def test_a_mark_behind_the_plan_takes_somebody_out_of_the_batch(
    world: LetterWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = Recipients.batch

    def marked(*given: Any) -> tuple[str, ...]:
        world.mark(PEOPLE[2])
        return batch(*given)

    monkeypatch.setattr(Recipients, "batch", marked)
    world.apply()
    assert [*PEOPLE[:2], *PEOPLE[3:]] == world.reached


def test_a_mark_between_batches_takes_somebody_out_of_the_next(world: LetterWorld) -> None:
    one_batch_sent(world)
    world.mark(PEOPLE[3])
    world.apply()
    assert [2] == closed(world)
    assert [*PEOPLE[:3], *PEOPLE[5:]] == world.reached


def test_a_change_is_proven_by_snapshots_that_nobody_was_marked_in(world: LetterWorld) -> None:
    world.freeze("east", PEOPLE[:5])
    change = {"since": snapshot_of(PEOPLE[:5]), "since_at": "2026-11-01T09:00:00+08:00"}
    lock(world.shell.tree, change={**change, "added": 2, "removed": 0})
    world.mark(PEOPLE[6])
    assert 0 == world.apply().status
    assert [*PEOPLE[:6]] == world.reached


def one_batch_sent(world: LetterWorld, first: Sequence[str] = PEOPLE[:3]) -> None:
    """WeChat takes the first batch, and the process dies before the second."""
    record = LedgerSession.record

    def dies(self, event, *about):
        if isinstance(event, SendAttempted) and event.batch == 2:
            raise Killed
        return record(self, event, *about)

    with world.shell.monkeypatch.context() as patch:
        patch.setattr(LedgerSession, "record", dies)
        with pytest.raises(Killed):
            world.apply()
    assert [first] == world.jobs


def one_batch_sent_for_real(world: LetterWorld) -> None:
    """Write into the real ledger that WeChat took the first of three batches, and no other."""
    named = {"of": "east", "sha256": snapshot_of(PEOPLE), "count": 7}
    root, letter = world.shell.root, text("letter")
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl" / "locks")
    attempt = attempted(letter, audience=named, batch=1, batches=3, appid=APPID)
    ledger.append(len(ledger.read(0)), [as_new(attempt, at=NOON)], durable=True)
    accepted = SendAccepted(attempt=len(ledger.read(0)), msg_id=3147000001)
    ledger.append(len(ledger.read(0)), [as_new((accepted, letter), at=NOON)], durable=True)


def test_whoever_is_erased_between_batches_leaves_an_empty_place(world: LetterWorld) -> None:
    one_batch_sent(world)
    world.forget(PEOPLE[0], PEOPLE[6])
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    assert ([], [3]) == (world.entries("audience_cut"), closed(world))
    assert [PEOPLE[:3], PEOPLE[3:5]] == world.jobs


def rehearsed(world: LetterWorld) -> set[str]:
    """Decrypt everything that rehearsals keep."""
    found = set[str]()
    key = SnapshotKey("K", {"K": world.key})
    with MemberSets() as sets:
        for each in (world.shell.root / SANDBOX / "massctl.snapshots").glob("*.age"):
            with sets.memory_file() as (path, file):
                assert key.decrypt(each.read_bytes(), file)
            found |= set(sets.openids(sets.of_file(path)))
    return found


def test_an_erasure_takes_people_out_of_what_a_rehearsal_kept(world: LetterWorld) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[0], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    one_batch_sent(world, PEOPLE[1:4])
    assert set(PEOPLE[1:]) == rehearsed(world)
    world.forget(PEOPLE[5])
    assert set(PEOPLE[1:]) - {PEOPLE[5]} == rehearsed(world)
    assert 0 == world.shell("audience", "forget", "--expired", "--yes").status
    assert 0 == world.apply().status
    assert [PEOPLE[1:4], (PEOPLE[4], PEOPLE[6])] == world.jobs


def closed(world: LetterWorld) -> list[int]:
    return [each["batch"] for each in world.entries("batch_closed")]


def test_a_batch_left_with_one_person_is_closed_unsent_and_the_next_goes_on(
    world: LetterWorld,
) -> None:
    one_batch_sent(world)
    world.forget(PEOPLE[3])
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    assert [2] == closed(world)
    assert [PEOPLE[:3], PEOPLE[5:]] == world.jobs
    again = world.apply()
    assert (0, 2) == (again.status, len(world.jobs))


def nothing_attempted(world: LetterWorld) -> bool:
    return not world.entries("send_attempted", "audience_cut", "batch_closed") and not world.jobs


def test_without_a_key_one_refusal_says_so_and_nothing_is_attempted(world: LetterWorld) -> None:
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.apply("--format", "json")
    ((guard, message),) = world.refusals(said)
    assert (5, "audience_unread", True) == (said.status, guard, "MASSCTL_SNAPSHOT_KEY" in message)
    assert nothing_attempted(world)
    world.shell.env(MASSCTL_SNAPSHOT_KEY=world.key)
    assert (0, 3) == (world.apply().status, len(world.jobs))


def test_without_its_snapshot_one_refusal_says_so_and_nothing_is_attempted(
    world: LetterWorld,
) -> None:
    shutil.rmtree(world.folder)
    said = world.apply("--format", "json")
    ((guard, message),) = world.refusals(said)
    assert (5, "audience_unread", True) == (said.status, guard, "is not in" in message)
    assert nothing_attempted(world)


def test_a_lock_that_names_the_people_of_another_audience_sends_to_nobody(
    world: LetterWorld,
) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), ("oELSE00001", "oELSE00002"))
    lock(world.shell.tree, people=("oELSE00001", "oELSE00002"))
    said = world.apply("--format", "json")
    ((guard, message),) = world.refusals(said)
    assert (5, "audience_unread", True) == (said.status, guard, "another audience" in message)
    assert nothing_attempted(world)
    assert "another audience" in world.shell("plan", "letter", "--sandbox").out


def test_a_lock_that_tells_a_false_change_sends_to_nobody(world: LetterWorld) -> None:
    world.freeze("east", PEOPLE[:5])
    change = {"since": snapshot_of(PEOPLE[:5]), "since_at": "2026-11-01T09:00:00+08:00"}
    for added, status in ((0, 5), (2, 0)):
        world.freeze("east", PEOPLE)
        lock(world.shell.tree, change={**change, "added": added, "removed": 0})
        world.shell("lock", "letter")
        said = world.apply("--format", "json")
        assert status == said.status, said
        if status:
            ((guard, message),) = world.refusals(said)
            assert ("audience_unread", True) == (guard, "says the change" in message)
            assert nothing_attempted(world)


def test_a_snapshot_that_is_lost_between_batches_stops_there(world: LetterWorld) -> None:
    one_batch_sent(world)
    shutil.rmtree(world.folder)
    said = world.apply("--format", "json")
    ((guard, _),) = world.refusals(said)
    assert (5, "audience_unread", 1) == (said.status, guard, len(world.jobs))
    assert 1 == len(world.entries("send_attempted"))


def test_two_runs_send_once(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    assert 0 == world.apply().status
    assert sorted(PEOPLE) == sorted(world.reached)


def test_fewer_than_expected_after_the_cut_are_refused(world: LetterWorld) -> None:
    written = LETTER.replace("{of: east}", "{of: east, expect: {min: 7}}")
    world.shell.tree.write("campaigns/letter/campaign.yaml", written)
    world.forget(PEOPLE[3])
    said = world.apply("--format", "json")
    ((guard, message),) = world.refusals(said)
    assert (5, True, []) == (said.status, "6" in message, world.jobs), (guard, message)


@pytest.mark.parametrize("left", [0, 1])
def test_an_audience_of_which_too_few_are_left_is_sent_to_nobody(
    world: LetterWorld, left: int
) -> None:
    world.forget(*PEOPLE[left:])
    said = world.apply("--format", "json")
    ((guard, message),) = world.refusals(said)
    words = f"only {left} of 7 people"
    assert (5, "audience_bounds", True) == (said.status, guard, message.startswith(words))
    assert nothing_attempted(world)


def test_without_the_snapshot_of_those_who_are_excluded_nobody_is_sent_to(
    world: LetterWorld,
) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[1], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    (lost,) = world.folder.glob(f"{snapshot_of((PEOPLE[1], 'oELSE00001'))[7:]}.age")
    lost.unlink()
    said = world.apply("--format", "json")
    ((guard, _),) = world.refusals(said)
    assert (5, "audience_unread", True) == (said.status, guard, nothing_attempted(world))


def test_whom_a_send_left_out_is_said_by_every_verb(world: LetterWorld) -> None:
    excluded_and_erased(world)
    words = "5 people · 2 left out: 1 erased, 1 excluded"
    said = world.apply()
    assert words in said.out
    assert "WeChat accepted 2 of 2 batches" in said.out
    world.shell.set_time(NOON + timedelta(minutes=20))
    assert words in world.shell("status", "letter", "--sandbox").out
    cut = {"kept": 5, "removed": {"erased": 1, "excluded": 1}}
    status = world.shell("status", "letter", "--sandbox", "--format", "json").document
    report = world.shell("report", "letter", "--sandbox", "--format", "json").document
    assert [cut, cut] == [status["campaigns"][0]["cut"], report["sends"][0]["cut"]]
    assert "2 left out: 1 erased, 1 excluded" in world.shell("report", "letter", "--sandbox").out


def test_a_batch_that_was_closed_unsent_is_said_by_every_verb(world: LetterWorld) -> None:
    one_batch_sent(world)
    world.forget(PEOPLE[3])
    words = "batch 2 is never sent: fewer than two of its people are left"
    assert words in world.apply().out
    world.shell.set_time(NOON + timedelta(minutes=20))
    assert words in world.shell("status", "letter", "--sandbox").out
    status = world.shell("status", "letter", "--sandbox", "--format", "json").document
    assert [2] == status["campaigns"][0]["closed_batches"]
    report = world.shell("report", "letter", "--sandbox")
    assert (True, True) == (words in report.out, "received it 5" in report.out)


def test_the_rest_of_a_send_is_an_audience_and_no_file(world: LetterWorld) -> None:
    one_batch_sent_for_real(world)
    world.forget(PEOPLE[4])
    made = world.shell("new", "rest", "--unsent-of", "letter")
    assert 0 == made.status, made.out + made.err
    written = world.shell.tree.read("campaigns/rest/campaign.yaml")
    assert ("audience: {of: rest}" in written, "openids" in written) == (True, False)
    assert "rest_of" in world.shell.tree.read("audiences/rest.yaml")
    assert 3 == json.loads(world.shell.tree.read("audiences/rest.lock.json"))["count"]
    files = [each for each in world.shell.root.rglob("*") if each.is_file()]
    assert not [each for each in files if PEOPLE[3].encode() in each.read_bytes()]
    assert 0 == world.shell("validate", "rest").status
    assert 0 == world.shell("apply", "rest", "--sandbox", "--yes").status
    assert [PEOPLE[3], *PEOPLE[5:]] == world.reached
    frozen = world.shell("audience", "freeze", "rest")
    assert (5, True) == (frozen.status, "new REST --unsent-of letter" in frozen.err)


def test_a_copy_of_a_campaign_keeps_its_audience(world: LetterWorld) -> None:
    copied = world.shell("new", "next", "--from", "letter", "--window", "none")
    assert 0 == copied.status, copied.err
    assert "audience: {of: east}" in world.shell.tree.read("campaigns/next/campaign.yaml")


BOUNDARIES = [
    ("massctl.audience.snapshots.Snapshots", "write"),
    ("massctl.apply.audience_cut", "cut_entry"),
    ("massctl.apply.journal.LedgerSession", "record"),
    ("massctl.wechat.client.WeChatClient", "_once"),
]


def steps_of(world: LetterWorld, dies_at: int | None) -> int:
    """Run once and count what changes something; the process dies behind step number `dies_at`."""
    passed = 0

    def dying(step):
        def run(*given, **more):
            nonlocal passed
            answer = step(*given, **more)
            passed += 1
            if passed == dies_at:
                raise Killed
            return answer

        return run

    with world.shell.monkeypatch.context() as patch:
        for owner, name in BOUNDARIES:
            whole = resolve_name(owner)
            patch.setattr(whole, name, dying(getattr(whole, name)))
        with suppress(Killed):
            world.apply()
    return passed


def excluded_and_erased(world: LetterWorld) -> None:
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[1], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    world.forget(PEOPLE[2])


STEPS = 12
"""What such a send changes, here and at WeChat."""


def test_the_deaths_below_are_all_there_are(world: LetterWorld) -> None:
    excluded_and_erased(world)
    assert STEPS == steps_of(world, None)


@pytest.mark.parametrize("moment", range(1, STEPS + 1))
def test_a_run_that_dies_behind_any_step_reaches_nobody_twice_and_nobody_else(
    world: LetterWorld, moment: int
) -> None:
    excluded_and_erased(world)
    assert moment == steps_of(world, moment)
    for minutes in (2, 4, 6):
        world.shell.set_time(NOON + timedelta(minutes=minutes))
        world.apply()
    cut = world.cut()
    assert ({"erased": 1, "excluded": 1}, 5) == (cut["removed"], cut["kept"])
    assert [PEOPLE[:1] + PEOPLE[3:5], PEOPLE[5:]] == world.jobs
    assert [] == world.shell.report()["violations"]
