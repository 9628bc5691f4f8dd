"""`massctl audience forget`: whoever is erased is nowhere, at whatever moment a run dies, and is never added again."""

from collections.abc import Callable
from typing import Any

import pytest
from audience_samples import EAST, LETTER, lock
from building import APPID, as_new, attempted, text
from cli_runner import NOON, Shell
from pyrage.x25519 import Identity
from snapshot_world import EVERYBODY, GONE, OTHERS, PEOPLE, SOME, World

from massctl.audience.member_sets import MemberSets
from massctl.errors import SnapshotError, SnapshotMissingError
from massctl.ledger.local_file import LocalLedger
from massctl.ledger.snapshot_objects import SnapshotFolder
from massctl.model.audience import AudienceName
from massctl.model.entries import SendAccepted, TagFilled, TagMade

OVER = """\
send:
  not_before: "2026-11-01T19:00:00+08:00"
  not_after: "2026-11-01T20:00:00+08:00"
"""


class KilledError(BaseException):
    """The process is gone."""


@pytest.fixture
def world(shell: Shell) -> World:
    shell.tree.settings(language="en")
    return World(shell)


def without(people: list[str], gone: str = GONE) -> list[str]:
    return [each for each in people if each != gone]


def test_who_is_erased_is_in_no_snapshot_and_never_frozen_again(world: World) -> None:
    said = world.forget()
    assert (0, True) == (said.status, "erased from 2 snapshots" in said.out)
    assert [without(EVERYBODY), without(SOME), OTHERS] == world.people()
    assert GONE not in world.stored()
    assert {5, 2} == {each.remaining for each in world.erased().values()}
    with MemberSets() as sets:
        kept = world.snapshots().without_erased(sets, sets.of(EVERYBODY))
        assert without(EVERYBODY) == list(sets.openids(kept.members))


def test_who_is_erased_since_they_were_compared_is_not_written(world: World) -> None:
    with MemberSets() as sets:
        people = world.snapshots().without_erased(sets, sets.of(EVERYBODY))
        world.forget()
        with pytest.raises(SnapshotError, match="one of these people was erased"):
            world.snapshots().write(sets, people, AudienceName("east"), NOON)
        assert GONE not in world.stored()


def test_without_a_ledger_nobody_is_marked(world: World) -> None:
    (world.shell.root / "massctl.state.jsonl").unlink()
    world.shell.tree.settings(language="en")
    before = sorted(each.name for each in world.folder.iterdir())
    said = world.forget()
    assert (5, True) == (said.status, "there is no ledger yet" in said.err), said
    assert before == sorted(each.name for each in world.folder.iterdir())


def test_no_openid_and_no_mark_is_in_the_ledger_or_said(world: World) -> None:
    said = world.forget()
    ledger = (world.shell.root / "massctl.state.jsonl").read_text()
    assert GONE not in ledger + said.out + said.err
    assert not [each for each in world.folder.iterdir() if GONE.encode() in each.read_bytes()]


def test_json_says_what_was_erased_without_an_openid(world: World) -> None:
    path = world.shell.root / "campaigns/notice/lists/staff.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"openid\n{GONE}\n", "utf-8")
    said = world.shell("audience", "forget", GONE, "--yes", "--format", "json")
    document = said.document
    assert (1, 2, {5, 2}) == (
        document["people"],
        len(document["snapshots"]),
        {each["remaining"] for each in document["snapshots"]},
    )
    lists = [(each["file"], each["lines"], each["is_out"]) for each in document["lists"]]
    assert [("campaigns/notice/lists/staff.csv", [2], True)] == lists
    assert GONE not in said.out + said.err + path.read_text("utf-8")


def test_json_says_why_nobody_was_erased(world: World) -> None:
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.shell("audience", "forget", GONE, "--yes", "--format", "json")
    assert 5 == said.status
    assert (0, True) == (said.document["people"], "error" in said.document)


def test_a_second_erasure_keeps_the_first(world: World) -> None:
    assert world.forget().status == 0
    assert world.forget(PEOPLE[3]).status == 0
    assert [each for each in OTHERS if each != PEOPLE[3]] == world.people()[2]
    assert [each for each in PEOPLE if each not in (GONE, PEOPLE[3])] == world.people()[0]
    assert not {GONE, PEOPLE[3]} & world.stored()
    assert 0 == world.forget().status


STEPS: list[tuple[Any, str]] = [
    (SnapshotFolder, "add"),
    (SnapshotFolder, "remove"),
]


def _deaths(monkeypatch: pytest.MonkeyPatch, world: World) -> int:
    """Count the steps of one erasure that change something."""
    count = 0

    def counted(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            return step(*given, **more)

        return run

    with monkeypatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, counted(getattr(owner, name)))
        assert world.forget().status == 0
    return count


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, 6))
def test_a_run_that_dies_leaves_old_or_new_snapshots_and_the_next_one_finishes(
    world: World, monkeypatch: pytest.MonkeyPatch, number: int, when: str
) -> None:
    left = number

    def dying(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0 and when == "before":
                raise KilledError
            answer = step(*given, **more)
            if left == 0:
                raise KilledError
            return answer

        return run

    with monkeypatch.context() as patch:
        for owner, name in STEPS:
            patch.setattr(owner, name, dying(getattr(owner, name)))
        with pytest.raises(KilledError):
            world.forget()
    # Whatever the moment: what is read is whole, and is what the ledger says.
    for whole, found in zip((EVERYBODY, SOME, OTHERS), world.people(), strict=True):
        assert found in (whole, without(whole))
    said = world.shell("audience", "forget", "--expired", "--yes")
    assert said.status == 0
    is_marked = number > 1 or when == "after"
    assert is_marked == (GONE not in world.stored())
    assert is_marked == (world.people() == [without(EVERYBODY), without(SOME), OTHERS])
    assert world.snapshots().leftovers() == []


def test_the_deaths_above_are_all_there_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _deaths(monkeypatch, world) == 5


def test_an_erasure_that_the_ledger_does_not_know_is_swept(world: World) -> None:
    """Two runs, the first of which died before its entry: what it left holds who was erased since."""
    with MemberSets() as sets:
        world.snapshots().marks.add(sets, sets.of([GONE]))
        assert world.snapshots().blank(sets, world.names[0]) is not None
    assert world.forget(PEOPLE[0]).status == 0
    assert not {GONE, PEOPLE[0]} & world.stored()
    assert world.snapshots().leftovers() == []


def test_somebody_who_is_frozen_while_erased_is_seen_by_one_of_the_two(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = SnapshotFolder.add

    def slow(self: SnapshotFolder, name: str, data: bytes) -> None:
        if name.endswith(".age") and not name.startswith("marks."):
            monkeypatch.setattr(SnapshotFolder, "add", add)
            assert world.forget(PEOPLE[5]).status == 0
        add(self, name, data)

    monkeypatch.setattr(SnapshotFolder, "add", slow)
    with pytest.raises(SnapshotError, match="one of these people was erased"):
        world.freeze(PEOPLE[4:])


def test_a_file_and_standard_input_name_people(world: World) -> None:
    world.shell.tree.write("gone.txt", f"\ufeff{PEOPLE[0]}\r\n\n{PEOPLE[1]}\n")
    assert world.forget(str(world.shell.root / "gone.txt")).status == 0
    assert PEOPLE[2:] == world.people()[0]


@pytest.mark.parametrize("text", ["", "\n\n", "oPERSON1\nsecret person\n", "é"])
def test_a_list_with_something_else_erases_nothing_and_shows_nothing(
    world: World, text: str
) -> None:
    path = world.shell.root / "gone.txt"
    path.write_bytes(text.encode("latin-1"))
    said = world.forget(str(path))
    assert (2, False) == (said.status, "secret" in said.out + said.err)
    assert [EVERYBODY, SOME, OTHERS] == world.people()


def test_without_a_terminal_it_needs_a_yes(world: World) -> None:
    said = world.shell("audience", "forget", GONE)
    assert (2, True) == (said.status, "--yes" in said.err)
    assert GONE in world.stored()


def test_lists_of_the_working_tree_lose_them_where_they_were_never_sent(world: World) -> None:
    table = f'name,openid\r\n"a\nb",{GONE}\r\nc,{PEOPLE[0]}\r\n'
    world.shell.tree.write("campaigns/letter/list.txt", f"{PEOPLE[0]}\n{GONE}\n{PEOPLE[1]}\n")
    (world.shell.root / "campaigns/letter/list.csv").write_bytes(table.encode())
    said = world.forget()
    assert "campaigns/letter/list.txt:2: taken out" in said.out
    assert "git filter-repo" in said.out
    assert f"{PEOPLE[0]}\n{PEOPLE[1]}\n" == world.shell.tree.read("campaigns/letter/list.txt")
    found = (world.shell.root / "campaigns/letter/list.csv").read_bytes().decode()
    assert f"name,openid\r\nc,{PEOPLE[0]}\r\n" == found


def test_what_is_older_than_keep_for_is_erased_whole(world: World) -> None:
    world.shell.tree.write("audiences/east.yaml", EAST + "keep_for: 30d\n")
    old, new = world.freeze(PEOPLE[:2], days_ago=31), world.freeze(PEOPLE[:3], days_ago=30)
    again = world.freeze(PEOPLE[:4], days_ago=90)
    world.freeze(PEOPLE[:4])
    said = world.shell("audience", "forget", "--expired", "--yes")
    assert (0, True) == (said.status, "1 snapshot older than keep_for" in said.out)
    with MemberSets() as sets:
        for name in (new, again):
            world.snapshots().open(sets, name)
        with pytest.raises(SnapshotMissingError):
            world.snapshots().open(sets, old)
    assert not [each for each in world.folder.iterdir() if each.name.startswith(old)]


def test_what_a_campaign_is_about_to_go_to_stays_however_old_it_is(world: World) -> None:
    world.shell.tree.write("audiences/east.yaml", EAST + "keep_for: 30d\n")
    world.shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    old = world.freeze(PEOPLE[:2], days_ago=31)
    lock(world.shell.tree, people=PEOPLE[:2])
    for written in (LETTER, "not: a campaign"):
        world.shell.tree.write("campaigns/letter/campaign.yaml", written)
        assert world.shell("audience", "forget", "--expired", "--yes").status == 0
        with MemberSets() as sets:
            assert world.snapshots().open(sets, old)
    closed = f"{LETTER}{OVER}"
    world.shell.tree.write("campaigns/letter/campaign.yaml", closed)
    assert world.shell("audience", "forget", "--expired", "--yes").status == 0
    assert not [each for each in world.folder.iterdir() if each.name.startswith(old)]


def test_without_the_key_nothing_is_erased(world: World) -> None:
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.forget()
    assert (5, True) == (said.status, "MASSCTL_SNAPSHOT_KEY is not set" in said.err)
    world.shell.env(MASSCTL_SNAPSHOT_KEY=str(Identity.generate()))
    assert world.forget().status == 5
    assert [EVERYBODY, SOME, OTHERS] == world.people()


def test_while_nobody_knows_whether_they_have_it_nobody_is_erased(world: World) -> None:
    root = world.shell.root
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl" / "locks")
    audience = {"of": "east", "sha256": f"sha256:{world.names[0]}", "count": len(EVERYBODY)}
    ledger.append(
        len(ledger.read(0)),
        [as_new(attempted(text("letter"), audience=audience), at=NOON)],
        durable=True,
    )
    said = world.forget()
    assert (5, True) == (said.status, "massctl reconcile letter" in said.err)
    assert [EVERYBODY, SOME, OTHERS] == world.people()
    assert [] == world.snapshots().marks.names()
    assert world.forget("oNOBODY0001").status == 0


def tagged(world: World, *more: Any) -> LocalLedger:
    """Record that massctl left everybody in the tag of an audience, and what came after."""
    root, name = world.shell.root, f"sha256:{world.names[0]}"
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl" / "locks")
    of = {"appid": APPID, "audience": "east", "tag_id": 134}
    made = TagMade(**of, name="massctl/east")
    filled = TagFilled(**of, snapshot=name, people_sha256=name, count=len(EVERYBODY))
    happened = [as_new(each, at=NOON) for each in (made, filled, *more)]
    ledger.append(len(ledger.read(0)), happened, durable=True)
    return ledger


def test_an_erasure_says_which_tag_still_has_them_where_it_cannot_reach_the_account(
    world: World,
) -> None:
    tagged(world)
    said = world.forget()
    assert (0, True) == (said.status, "they may still have the tag massctl/east" in said.out)
    assert GONE not in world.stored()


def test_an_erasure_waits_for_the_job_that_is_delivered_to_their_tag(world: World) -> None:
    audience = {"of": "east", "by": "tag", "tag_id": 134, "sha256": f"sha256:{world.names[0]}"}
    letter = text("letter")
    event, campaign = attempted(letter, audience=audience, appid=APPID)
    ledger = tagged(world, (event, campaign))
    accepted = SendAccepted(attempt=len(ledger.read(0)), msg_id=3147000001)
    ledger.append(len(ledger.read(0)), [as_new((accepted, letter), at=NOON)], durable=True)
    said = world.forget()
    assert (5, True) == (said.status, "its send has not ended" in said.err)
    assert [EVERYBODY, SOME, OTHERS] == world.people()
