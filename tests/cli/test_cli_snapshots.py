"""`state verify --deep`, `doctor` and `state init` look after the people of audiences."""

import pytest
from audience_samples import EAST, lock
from cli_runner import Shell
from postgres_server import Place, server
from pyrage.x25519 import Identity
from s3_places import CREDENTIALS, endpoint
from s3_server import BUCKET
from snapshot_world import EVERYBODY, GONE, World


@pytest.fixture
def world(shell: Shell) -> World:
    shell.tree.settings(language="en")
    found = World(shell)
    shell.tree.write("audiences/east.yaml", EAST)
    lock(shell.tree, people=EVERYBODY)
    return found


def findings(world: World) -> list[tuple[str, str]]:
    document = world.shell("doctor", "--format", "json").document
    return [
        (each["level"], each["message"])
        for each in document["findings"]
        if each["check"] == "audiences"
    ]


def test_what_is_whole_verifies_also_after_an_erasure(world: World) -> None:
    assert world.shell("state", "verify", "--deep").status == 0
    assert world.forget().status == 0
    assert world.shell("state", "verify", "--deep").status == 0
    assert [("ok", "the people of 1 audience are in massctl.snapshots")] == findings(world)


def test_a_swapped_a_cut_and_a_missing_snapshot_are_told(world: World) -> None:
    one, other = (world.folder / f"{name}.age" for name in world.names[:2])
    one.write_bytes(other.read_bytes())
    other.write_bytes(other.read_bytes()[:-1])
    said = world.shell("state", "verify", "--deep")
    assert (5, True) == (said.status, "it holds other people than its name says" in said.out)
    assert "or it was cut" in said.out
    one.unlink()
    said = world.shell("state", "verify", "--deep")
    assert (5, True) == (said.status, "audiences/east.lock.json names is not in" in said.out)
    assert ("problem", "the snapshot of east is not in massctl.snapshots") in findings(world)


def test_an_erasure_that_was_cut_short_is_told(world: World) -> None:
    old = world.folder / f"{world.names[0]}.age"
    data = old.read_bytes()
    assert world.forget().status == 0
    old.write_bytes(data)
    said = world.shell("state", "verify", "--deep")
    assert (5, True) == (said.status, "an erasure of people was cut short" in said.out)
    assert "warning" in [level for level, _ in findings(world)]
    assert world.shell("audience", "forget", "--expired", "--yes").status == 0
    assert not old.exists()
    assert world.shell("state", "verify", "--deep").status == 0


def test_whoever_has_no_key_verifies_the_rest(world: World) -> None:
    world.shell.env(MASSCTL_SNAPSHOT_KEY="")
    said = world.shell("state", "verify", "--deep")
    assert (0, True) == (said.status, "were not checked" in said.err)
    assert ["problem"] == [level for level, _ in findings(world)]
    world.shell.env(MASSCTL_SNAPSHOT_KEY=str(Identity.generate()))
    assert ["problem"] == [level for level, _ in findings(world)]
    assert world.shell("state", "verify", "--deep").status == 5


def test_a_ledger_that_begins_beside_audiences_says_how_to_make_their_key(shell: Shell) -> None:
    shell.tree.settings(language="en")
    shell.env(MASSCTL_SNAPSHOT_KEY="")
    shell.tree.write("audiences/east.yaml", EAST)
    said = shell("state", "init")
    assert "export MASSCTL_SNAPSHOT_KEY=AGE-SECRET-KEY-1…" in said.out
    assert "Identity.generate()" in said.out


def test_a_ledger_in_git_needs_a_place_for_snapshots(cloned: Shell) -> None:
    cloned.tree.settings(language="en", state="state: {backend: git}\n")
    assert cloned("state", "init").status == 0
    cloned.tree.write("audiences/east.yaml", EAST)
    cloned.env(MASSCTL_SNAPSHOT_KEY=str(Identity.generate()))
    said = cloned("audience", "forget", GONE, "--yes")
    assert (5, True) == (said.status, "snapshots: s3://BUCKET/PREFIX" in said.err)


@pytest.mark.parametrize("kind", ["postgres", "s3"])
def test_people_move_with_the_ledger_and_are_erased_there(world: World, kind: str) -> None:
    url = f"s3://{BUCKET}/{world.shell.root.parent.name}"
    flags = {"s3": ("--url", url, "--endpoint", endpoint("moto"))}
    world.shell.env(**CREDENTIALS, MASSCTL_LEDGER_DSN=Place(server()).dsn())
    assert world.shell("state", "migrate", "--to", kind, *flags.get(kind, ())).status == 0
    assert not list(world.folder.glob("*.age"))
    assert world.shell("state", "verify", "--deep").status == 0
    assert "erased from 2 snapshots" in world.forget().out
    assert world.shell("state", "verify", "--deep").status == 0
    assert "erased from 0 snapshots" in world.forget().out
