"""One snapshot that is sent to in dated parts: each is a send of its own, and nobody is in two of them."""

from datetime import timedelta
from typing import Final

import pytest
from audience_samples import EAST, LETTER, PEOPLE, snapshot_of
from audience_sends import Killed, LetterWorld, letter_world
from building import APPID, as_new, attempted, text
from cli_runner import NOON, Shell

from massctl.apply.journal import LedgerSession
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import SendAccepted

pytestmark = pytest.mark.slow
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
STARTS: Final = (NOON - HOUR).isoformat()


def parted(*ends: timedelta, more: str = "") -> str:
    dates = ", ".join(f"{{until: {(NOON + end).isoformat()}}}" for end in ends)
    return f"{LETTER}send: {{not_before: {STARTS}}}\nparts: [{dates}]\n{more}"


@pytest.fixture
def world(shell: Shell) -> LetterWorld:
    made = letter_world(shell)
    shell.tree.write("campaigns/letter/campaign.yaml", parted(HOUR, DAY + HOUR, 2 * DAY + HOUR))
    return made


def day(world: LetterWorld, number: int) -> None:
    world.shell.set_time(NOON + number * DAY)


def guards(said) -> dict[str, list[str]]:
    found = said.document["campaigns"]
    return {each["name"]: [one["guard"] for one in each["refusals"]] for each in found}


def test_each_part_goes_out_in_its_own_window_and_everybody_gets_one(world: LetterWorld) -> None:
    said = world.apply()
    assert 0 == said.status, said.out + said.err
    assert [PEOPLE[:3]] == world.jobs
    day(world, 1)
    assert (0, [PEOPLE[:3], PEOPLE[3:5]]) == (world.apply().status, world.jobs)
    # A rehearsal goes on to the next window by itself.
    assert (0, [PEOPLE[:3], PEOPLE[3:5], PEOPLE[5:]]) == (world.apply().status, world.jobs)
    assert (0, 3) == (world.apply().status, len(world.jobs))
    attempts = world.entries("send_attempted")
    assert [("letter@part-1", 1, 3), ("letter@part-2", 4, 2), ("letter@part-3", 6, 2)] == [
        (each["campaign"], each["audience"]["first"], each["audience"]["count"])
        for each in attempts
    ]
    assert 1 == len({each["audience"]["sha256"] for each in attempts})


def test_a_part_whose_window_was_missed_is_never_sent_late(world: LetterWorld) -> None:
    day(world, 1)
    said = world.apply()
    assert [PEOPLE[3:5]] == world.jobs, said.out + said.err
    assert "letter@part-1" in said.out


def test_each_part_has_a_cut_of_its_own(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    world.audience("staff", EAST.replace("华东会员", "同事"), (PEOPLE[5], "oELSE00001"))
    world.audience("east", EAST + "exclude: [staff]\n", PEOPLE)
    world.forget(PEOPLE[0])
    day(world, 1)
    assert 0 == world.apply().status
    assert ([PEOPLE[:3], PEOPLE[3:5]], []) == (world.jobs, world.entries("audience_cut"))
    day(world, 2)
    said = world.apply("--format", "json")
    assert (5, 2) == (said.status, len(world.jobs))
    assert "only 1 of 2 people" in said.out


def test_a_part_from_which_people_are_taken_off_keeps_its_other_people(world: LetterWorld) -> None:
    world.forget(PEOPLE[1])
    assert 0 == world.apply().status
    cut = world.cut()
    assert ({"erased": 1}, 2, "letter@part-1") == (cut["removed"], cut["kept"], cut["campaign"])
    assert [(PEOPLE[0], PEOPLE[2])] == world.jobs
    day(world, 1)
    assert 0 == world.apply().status
    assert [(PEOPLE[0], PEOPLE[2]), PEOPLE[3:5]] == world.jobs


def test_another_number_of_parts_after_the_first_was_sent_is_refused(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    world.shell.tree.write("campaigns/letter/campaign.yaml", parted(HOUR, DAY + HOUR))
    day(world, 1)
    said = world.apply("--format", "json")
    assert (5, [PEOPLE[:3]]) == (said.status, world.jobs)
    assert ["matrix_changed"] == guards(said)["letter@part-2"]


def test_a_snapshot_that_was_frozen_again_between_parts_is_refused(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    world.freeze("east", (*PEOPLE, "oEAST00000a"))
    day(world, 1)
    said = world.apply("--format", "json")
    assert (5, [PEOPLE[:3]]) == (said.status, world.jobs)
    assert ["matrix_changed"] == guards(said)["letter@part-2"]


def test_a_part_may_get_another_date(world: LetterWorld) -> None:
    assert 0 == world.apply().status
    written = parted(HOUR, 4 * DAY + HOUR, 5 * DAY + HOUR)
    world.shell.tree.write("campaigns/letter/campaign.yaml", written)
    day(world, 4)
    said = world.apply()
    assert (0, [PEOPLE[:3], PEOPLE[3:5]]) == (said.status, world.jobs), said.out + said.err


@pytest.mark.parametrize("dies_after", ["send_attempted", "send_accepted"])
def test_a_crash_in_a_part_sends_nobody_a_second_one(world: LetterWorld, dies_after: str) -> None:
    record = LedgerSession.record

    def dies(self, event, *about):
        answer = record(self, event, *about)
        if event.type == dies_after:
            raise Killed
        return answer

    assert 0 == world.apply().status
    day(world, 1)
    with world.shell.monkeypatch.context() as patch:
        patch.setattr(LedgerSession, "record", dies)
        with pytest.raises(Killed):
            world.apply()
    world.shell.set_time(NOON + DAY + timedelta(minutes=20))
    world.apply()
    day(world, 2)
    world.apply()
    assert sorted(set(world.reached)) == sorted(world.reached)
    assert {*PEOPLE[:3], *PEOPLE[5:]} <= set(world.reached)


def test_bounds_are_about_all_parts_together(world: LetterWorld) -> None:
    written = parted(HOUR, DAY + HOUR, 2 * DAY + HOUR)
    bounds = "{of: east, expect: {min: 7, max: 7}}"
    world.shell.tree.write("campaigns/letter/campaign.yaml", written.replace("{of: east}", bounds))
    assert (0, [PEOPLE[:3]]) == (world.apply().status, world.jobs)


def test_a_lock_names_the_places_of_each_part_and_a_send_keeps_to_it(world: LetterWorld) -> None:
    assert 0 == world.shell("lock", "letter").status
    written = world.shell.tree.read("campaigns/letter/campaign.lock.json")
    assert all(f'"part": "{number}/3"' in written for number in (1, 2, 3))
    said = world.apply("--locked")
    assert (0, [PEOPLE[:3]]) == (said.status, world.jobs), said.out + said.err


def test_the_rest_of_a_part_is_a_campaign_of_its_own(world: LetterWorld) -> None:
    one_batch_of_a_part_for_real(world)
    made = world.shell("new", "rest", "--unsent-of", "letter@part-1")
    assert 0 == made.status, made.out + made.err
    written = world.shell.tree.read("campaigns/rest/campaign.yaml")
    assert (True, False) == ("of: rest" in written, "parts" in written)
    assert 0 == world.shell("validate", "rest").status
    assert 0 == world.shell("apply", "rest", "--sandbox", "--yes").status
    assert [PEOPLE[3:5]] == world.jobs


def one_batch_of_a_part_for_real(world: LetterWorld) -> None:
    """Write into the real ledger that WeChat took the first batch of the first part, of three and two people."""
    people = PEOPLE + tuple(f"oEAST0001{number}" for number in range(3))
    world.freeze("east", people)
    world.shell.tree.write("campaigns/letter/campaign.yaml", parted(HOUR, DAY + HOUR))
    named = {"of": "east", "part": "1/2", "sha256": snapshot_of(people), "first": 1, "count": 5}
    root, letter = world.shell.root, text("letter@part-1")
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl" / "locks")
    attempt = attempted(letter, audience=named, batch=1, batches=2, appid=APPID)
    ledger.append(len(ledger.read(0)), [as_new(attempt, at=NOON)], durable=True)
    accepted = SendAccepted(attempt=len(ledger.read(0)), msg_id=3147000001)
    ledger.append(len(ledger.read(0)), [as_new((accepted, letter), at=NOON)], durable=True)


def test_a_copy_has_one_window_and_no_parts(world: LetterWorld) -> None:
    window = "2026-12-08T20:00:00+08:00/2026-12-08T22:00:00+08:00"
    copied = world.shell("new", "next", "--from", "letter", "--window", window)
    assert 0 == copied.status, copied.err
    written = world.shell.tree.read("campaigns/next/campaign.yaml")
    assert (True, False) == ("audience: {of: east}" in written, "parts" in written)
    assert 0 == world.shell("validate", "next").status


def test_parts_have_no_follower_in_common_with_each_other(world: LetterWorld) -> None:
    said = world.shell("audience", "overlap", "--sandbox", "--format", "json")
    parts = [each for each in said.document["pairs"] if "@" in each["one"] + each["other"]]
    assert {0} == {each["people"] for each in parts if "east" not in (each["one"], each["other"])}


def test_what_parts_are_is_said_by_a_plan(world: LetterWorld) -> None:
    said = world.shell("plan", "letter", "--sandbox")
    assert 0 == said.status
    assert "part 1 of 3 of the audience east · 3 people in 1 job" in said.out
    assert "2026-12-02 11:00–13:00 +08:00" in said.out
