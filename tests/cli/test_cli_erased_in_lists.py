"""People who were erased and stand in a list of openids that was added later: nothing is sent to them."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from audience_sends import Killed
from building import APPID, as_new, attempted, text
from cli_runner import NOON, Shell
from said import Said
from snapshot_world import GONE, PEOPLE, World

from massctl.apply.journal import LedgerSession
from massctl.audience.member_sets import MemberSets
from massctl.cli.ledger_access import read_ledger
from massctl.cli.session import session
from massctl.errors import SnapshotMissingError
from massctl.ledger.local_file import LocalLedger
from massctl.model.entries import SendAccepted, SendAttempted
from massctl.model.state import State
from massctl.source.openids import OpenidFiles

pytestmark = pytest.mark.slow
LETTER = """\
version: 1
title: 会员来信
account: main
audience: {openids: list.txt}
text: {content: 今晚八点}
"""
LIST = "campaigns/letter/list.txt"


@pytest.fixture
def world(shell: Shell) -> World:
    """Somebody was erased, and stands in a list that was written after it."""
    shell.tree.settings(language="en")
    world = World(shell)
    assert world.forget().status == 0
    shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    write(world, *PEOPLE[:4])
    return world


def write(world: World, *people: str) -> None:
    world.shell.tree.write(LIST, "".join(f"{each}\n" for each in people))


def apply(world: World, *more: str) -> Said:
    return world.shell("apply", "letter", "--sandbox", "--yes", "--format", "json", *more)


def refusals(said: Said) -> list[tuple[str, str]]:
    (campaign,) = said.document["campaigns"]
    return [(each["guard"], each["message"]) for each in campaign["refusals"]]


def reached(world: World) -> int:
    return len(world.shell.report().get("jobs", []))


WORDS = f"1 person of its list was erased: {LIST}:3"


def test_nothing_is_sent_and_the_line_is_named(world: World) -> None:
    said = apply(world)
    assert (5, [("erased_people", WORDS)]) == (said.status, refusals(said)), said.out + said.err
    assert 0 == reached(world)
    assert GONE not in said.out + said.err


def test_a_plan_says_it_before(world: World) -> None:
    said = world.shell("plan", "letter", "--sandbox")
    assert WORDS in said.out
    assert "delete these lines" in said.out
    assert GONE not in said.out


def test_validate_warns_at_each_line(world: World) -> None:
    write(world, *PEOPLE[:4], GONE, PEOPLE[5])
    said = world.shell("validate", "letter")
    assert 0 == said.status
    warned = [line.split()[0] for line in said.out.splitlines() if "MC631" in line]
    assert [f"{LIST}:3:1", f"{LIST}:5:1"] == [each.rstrip(":") for each in warned]
    assert GONE not in said.out + said.err


def test_without_the_lines_it_is_sent(world: World) -> None:
    write(world, *PEOPLE[:2], PEOPLE[3])
    assert 0 == apply(world).status
    assert "MC631" not in world.shell("validate", "letter").out


@pytest.mark.parametrize("key", ["", "no key"])
def test_without_the_key_nothing_is_sent_while_somebody_was_erased(world: World, key: str) -> None:
    write(world, *PEOPLE[:2])
    world.shell.env(MASSCTL_SNAPSHOT_KEY=key)
    said = apply(world)
    ((guard, message),) = refusals(said)
    assert (5, "audience_unread", True) == (
        said.status,
        guard,
        "MASSCTL_SNAPSHOT_KEY" in message,
    )
    assert 0 == reached(world)
    assert 0 == world.shell("plan", "letter", "--sandbox").status
    assert 0 == world.shell("validate", "letter").status


def test_without_the_key_a_list_is_sent_where_nobody_was_ever_erased(shell: Shell) -> None:
    shell.tree.settings(language="en")
    assert shell("state", "init").status == 0
    shell.tree.write("campaigns/letter/campaign.yaml", LETTER)
    shell.tree.write(LIST, "".join(f"{each}\n" for each in PEOPLE))
    said = shell("apply", "letter", "--sandbox", "--yes")
    assert 0 == said.status, said.out + said.err


def test_without_its_marks_a_ledger_that_knows_of_an_erasure_sends_to_no_list(world: World) -> None:
    write(world, *PEOPLE[:2])
    for each in world.folder.glob("marks.*"):
        each.unlink()
    with session(str(world.shell.root)) as current:
        state = read_ledger(current)
        with pytest.raises(SnapshotMissingError, match="marks of erased people are not in"):
            current.marks(state)
        assert current.marks(State()) is None


def test_somebody_who_is_erased_after_the_plan_is_seen_before_the_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(world, *PEOPLE[3:])
    batch, moments = OpenidFiles.batch, [NOON]
    for module in ("clients", "session", "clocks"):
        monkeypatch.setattr(f"massctl.cli.{module}.machine_now", lambda: moments[-1])

    def marked(*given: Any) -> tuple[str, ...]:
        with MemberSets() as sets:
            world.snapshots().marks.add(sets, sets.of([PEOPLE[4]]))
        moments.append(NOON + timedelta(seconds=1))
        return batch(*given)

    monkeypatch.setattr(OpenidFiles, "batch", marked)
    said = apply(world)
    assert (5, ["erased_people"]) == (said.status, [guard for guard, _ in refusals(said)])
    assert 0 == reached(world)


def write_in_batches(world: World) -> None:
    """Write a list of five, three in a job."""
    files = OpenidFiles.__init__

    def small(self: OpenidFiles, repository: Any, batch_max: int = 3) -> None:
        files(self, repository, batch_max)

    world.shell.monkeypatch.setattr(OpenidFiles, "__init__", small)
    write(world, *OTHERS)


def erase(world: World, *people: str) -> None:
    """Erase people who stand in the list, and add the same list once more."""
    for each in people:
        assert world.forget(each).status == 0
    write(world, *OTHERS)


def one_batch_sent(world: World) -> None:
    """WeChat takes the first batch of a list in which nobody is erased yet, and the process dies."""
    record = LedgerSession.record

    def dies(self: LedgerSession, event: Any, *about: Any) -> Any:
        if isinstance(event, SendAttempted) and event.batch == 2:
            raise Killed
        return record(self, event, *about)

    write_in_batches(world)
    with world.shell.monkeypatch.context() as patch:
        patch.setattr(LedgerSession, "record", dies)
        with pytest.raises(Killed):
            apply(world)


OTHERS = [f"oOTHER{number:022}" for number in range(5)]


def test_who_has_it_already_holds_back_nobody_and_who_lacks_it_is_not_sent_to(world: World) -> None:
    one_batch_sent(world)
    erase(world, OTHERS[1])
    assert [] == refusals(world.shell("plan", "letter", "--sandbox", "--format", "json"))
    erase(world, OTHERS[4])
    said = apply(world)
    ((guard, message),) = refusals(said)
    assert ("erased_people", f"1 person of its list was erased: {LIST}:5") == (guard, message)
    assert 1 == reached(world)


def test_many_lines_are_counted_and_some_named(world: World) -> None:
    many = [f"oMANY{number:023}" for number in range(12)]
    world.shell.tree.write("gone.txt", "".join(f"{each}\n" for each in many))
    write(world, *PEOPLE[:2])
    assert world.forget(str(world.shell.root / "gone.txt")).status == 0
    write(world, *many, *PEOPLE[:2])
    ((_, message),) = refusals(apply(world))
    assert message.startswith(f"12 people of its list were erased: {LIST}:1, {LIST}:2")
    assert message.endswith("and 4 more")


def in_doubt(world: World) -> LocalLedger:
    """Record that the first batch of the list was asked for, and nobody knows the answer."""
    write_in_batches(world)
    root, letter = world.shell.root, text("letter")
    ledger = LocalLedger(root / "massctl.state.jsonl", root / ".massctl" / "locks")
    digest = sha256("".join(f"{each}\n" for each in OTHERS).encode()).hexdigest()
    audience = {"openids": "list.txt", "sha256": f"sha256:{digest}", "count": len(OTHERS)}
    attempt = attempted(letter, audience=audience, batch=1, batches=2, appid=APPID)
    ledger.append(len(ledger.read(0)), [as_new(attempt, at=NOON)], durable=True)
    return ledger


def test_an_erasure_waits_while_nobody_knows_whether_a_list_has_them(world: World) -> None:
    in_doubt(world)
    marks = world.snapshots().marks.names()
    said = world.forget(OTHERS[1])
    assert (5, True) == (said.status, "massctl reconcile letter" in said.err)
    assert marks == world.snapshots().marks.names()
    assert 0 == world.forget("oNOBODY0001").status


def test_a_rest_is_made_without_them(world: World) -> None:
    ledger = in_doubt(world)
    accepted = SendAccepted(attempt=len(ledger.read(0)), msg_id=3147000001)
    ledger.append(len(ledger.read(0)), [as_new((accepted, text("letter")), at=NOON)], durable=True)
    erase(world, OTHERS[4])
    said = world.shell("new", "rest", "--unsent-of", "letter")
    assert 0 == said.status, said.out + said.err
    rest = world.shell.tree.read("campaigns/rest/unsent.txt").split()
    assert OTHERS[3:4] == rest
