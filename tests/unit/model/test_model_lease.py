"""Which runner alone sends, folded from the ledger's lease entries, and what a runner that begins finds."""

from datetime import timedelta
from itertools import product

import pytest
from building import HOUR, LINEAGE, NOW

from massctl.model.entries import Created, Entry, Lease
from massctl.model.state import HeldLease, RunnerId, State, lease_after
from massctl.plan.lease import QUIET_SECONDS, Claim, LocalRunner, claim, heartbeat_words, lease_hint

OURS, COPY, THEIRS = RunnerId("aa", "boot 1"), RunnerId("aa", "boot 2"), RunnerId("bb", "boot 3")


def lease(act: str, runner: RunnerId, by: str | None = None) -> Lease:
    return Lease(
        act=act, runner=runner.runner, boot=runner.boot, host=f"host-{runner.runner}", by=by
    )


def folded(*events: Lease) -> State:
    state = State()
    state.absorb(Entry(1, "", NOW, Created(lineage=LINEAGE, realm="loopback")))
    for serial, event in enumerate(events, 2):
        state.absorb(Entry(serial, "", NOW + serial * HOUR, event))
    return state


def test_nobody_holds_a_ledger_that_no_runner_began() -> None:
    assert folded().lease is None


@pytest.mark.parametrize(
    ("acts", "holder"),
    [
        ([("taken", OURS)], OURS),
        ([("taken", OURS), ("taken_over", THEIRS)], THEIRS),
        ([("taken", OURS), ("released", OURS)], None),
        ([("taken", OURS), ("released", COPY)], None),
        ([("taken", OURS), ("released", THEIRS)], OURS),
        ([("taken", OURS), ("taken_over", THEIRS), ("released", OURS)], THEIRS),
        ([("taken", OURS), ("released", OURS), ("taken", THEIRS)], THEIRS),
        ([("released", OURS)], None),
    ],
)
def test_whoever_took_it_last_holds_it_until_that_runner_releases_it(
    acts: list, holder: RunnerId | None
) -> None:
    held = folded(*(lease(act, runner) for act, runner in acts)).lease
    assert holder == (held.holder if held is not None else None)


def test_it_is_known_since_when() -> None:
    held = folded(lease("taken", OURS), lease("taken_over", THEIRS, "li")).lease
    assert held is not None
    assert (NOW + 3 * HOUR, "host-bb", "li") == (held.since, held.event.host, held.event.by)


def test_a_plan_is_stale_once_another_runner_sends() -> None:
    """What may be sent depends on it, unlike a notice."""
    state = folded(lease("taken", OURS))
    assert state.serial == state.plan_serial


def test_every_order_of_entries_leads_to_one_holder_or_none() -> None:
    """Whatever a hostile or a mistaken writer appends, the fold is total, and only a release by its id ends a lease."""
    acts = [
        lease(act, runner)
        for act, runner in product(("taken", "taken_over", "released"), (OURS, COPY, THEIRS))
    ]
    for first, then in product(acts, acts):
        held = lease_after(lease_after(None, first, NOW), then, NOW + timedelta(seconds=1))
        if then.act != "released":
            assert held == HeldLease(then, NOW + timedelta(seconds=1))
        elif held is not None:
            assert (held.event, held.event.runner != then.runner) == (first, True)


@pytest.mark.parametrize(
    ("holder", "taken_in", "found"),
    [
        (None, None, Claim.FREE),
        (OURS, "boot 1", Claim.HELD),
        (OURS, None, Claim.HELD),
        (THEIRS, None, Claim.FOREIGN),
        (THEIRS, "boot 1", Claim.FOREIGN),
        (COPY, "boot 2", Claim.FREE),
        (COPY, None, Claim.FREE),
        (COPY, "boot 1", Claim.FOREIGN),
    ],
    ids=[
        "free",
        "held by this one",
        "held by this one, which died before it noted that",
        "another's",
        "another's, who took it over",
        "held by this one before its machine started again",
        "the same, never noted",
        "taken by a copy of this folder in another machine",
    ],
)
def test_what_a_runner_finds(holder: RunnerId | None, taken_in: str | None, found: Claim) -> None:
    held = HeldLease(lease("taken", holder), NOW) if holder is not None else None
    assert found is claim(held, OURS, taken_in)


HELD = HeldLease(lease("taken_over", THEIRS, "li"), NOW)
"""What the runner on host-bb holds."""


@pytest.mark.parametrize(
    ("here", "holds", "quiet"),
    [
        (LocalRunner(), False, False),
        (LocalRunner(OURS, NOW), False, False),
        (LocalRunner(THEIRS), True, True),
        (LocalRunner(THEIRS, NOW), True, False),
        (LocalRunner(THEIRS, NOW - timedelta(seconds=QUIET_SECONDS)), True, False),
        (LocalRunner(THEIRS, NOW - timedelta(seconds=QUIET_SECONDS + 1)), True, True),
    ],
)
def test_a_runner_of_this_folder_that_ends_no_rounds_is_quiet(
    here: LocalRunner, holds: bool, quiet: bool
) -> None:
    assert (holds, quiet) == (here.holds(HELD), here.is_quiet(HELD, NOW))


def test_only_its_own_folder_knows_the_last_round_of_a_runner() -> None:
    assert [
        "only host-bb, and the monitor of runner.heartbeat_env, know its last round",
        "it runs in this folder, and has not ended a round yet",
        "it runs in this folder; its last round ended at 2026-12-01 12:00 +08:00",
    ] == [
        heartbeat_words(HELD, each)
        for each in (LocalRunner(OURS, NOW), LocalRunner(THEIRS), LocalRunner(THEIRS, NOW))
    ]


def test_the_hint_names_the_act_that_is_possible_here_and_what_becomes_of_it() -> None:
    assert "massctl run --take-over" in lease_hint(HELD, LocalRunner(OURS))
    assert "the runner on host-bb ends at its next round" in lease_hint(HELD, LocalRunner(OURS))
    assert lease_hint(HELD, LocalRunner(THEIRS)).startswith("massctl run --release")
