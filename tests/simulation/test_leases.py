"""Stories of two runners on one ledger: one is killed, overtaken, or meets an apply, at each boundary of its run.

Judged by what WeChat received: one job for each campaign, and no request of a run that does not hold the lease.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from building import HOUR, house
from simulation.crashing import Boundaries, Crash
from simulation.scenario import LONG, Situation, begin, run_once, state_of, whole_news, whole_text

from massctl.model.entries import Lease, NewEntry
from massctl.model.message import RenderedCampaign
from massctl.model.state import RunnerId
from massctl.plan.steps import Guard

FIRST, SECOND = RunnerId("aa", "boot 1"), RunnerId("bb", "boot 2")
CAMPAIGNS = [[whole_text(LONG)], [whole_news(LONG)]]


def take(situation: Situation, runner: RunnerId, act: str = "taken") -> None:
    """Write the lease as `massctl run` does when it begins, or as a person who puts a runner in another's place."""
    ledger = situation.ledger()
    event = Lease(act=act, runner=runner.runner, boot=runner.boot, host="host", by="li" if act != "taken" else None)
    ledger.append(len(ledger.read(0)), [NewEntry(at=situation.wechat.clock.now(), event=event)], durable=True)


def run(
    situation: Situation,
    campaigns: list[RenderedCampaign],
    runner: RunnerId | None,
    boundaries: Boundaries | None = None,
) -> list[str]:
    """Apply as a runner, or as anybody (None); returns the guards that refused, and nothing where it was killed."""
    rules = replace(house(), runner=runner)
    try:
        done = run_once(situation, campaigns, rules, boundaries or Boundaries(), fresh_rules=lambda: rules)
    except Crash:
        return []
    return [each.guard.value for campaign in done.campaigns for each in campaign.refusals] if done is not None else []


def sends(situation: Situation) -> int:
    """How many requests for a send left, whoever made them."""
    return sum(departure.recipient is None for departure in situation.wechat.departures)


def attempts(situation: Situation) -> int:
    """How many sends were about to leave, as the ledger has it."""
    return sum(entry.event.type == "send_attempted" for entry in situation.ledger().read(0))


def boundaries_of(campaigns: list[RenderedCampaign]) -> int:
    """How many boundaries an undisturbed run of the lease's holder passes."""
    situation, counted = begin(in_git=True), Boundaries()
    take(situation, FIRST)
    run(situation, campaigns, FIRST, counted)
    assert 1 == sends(situation)
    return len(counted.passed)


def settled(situation: Situation, campaigns: list[RenderedCampaign], runner: RunnerId) -> Situation:
    """Let the holder run until nothing is left, with pauses in which WeChat takes a repetition."""
    for _ in range(4):
        situation = situation.after(timedelta(minutes=2))
        run(situation, campaigns, runner)
    return situation


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_killed_at_each_boundary_another_takes_over_and_the_first_comes_back(campaigns: list[RenderedCampaign]) -> None:
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(in_git=True)
        take(situation, FIRST)
        run(situation, campaigns, FIRST, Boundaries(number))
        situation = situation.after(timedelta(minutes=2))
        take(situation, SECOND, "taken_over")
        before = sends(situation)
        refused = run(situation, campaigns, FIRST)
        assert before == sends(situation), number
        situation = settled(situation, campaigns, SECOND)
        assert 1 == len(situation.wechat.jobs), (number, refused)
        assert [] == [r for r in state_of(situation.ledger()).records.values() if r.is_in_doubt], number


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_taken_over_at_each_boundary_while_the_first_is_at_work(campaigns: list[RenderedCampaign]) -> None:
    """The first finds out at its next durable entry, or behind its attempt: its request never leaves after that."""
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(in_git=True)
        take(situation, FIRST)
        left: list[int] = []

        def reach(reached: int, _: str, number: int = number, here: Situation = situation, left: list = left) -> None:
            if reached == number and not left:
                left.append(sends(here))
                boundaries, here.disk.boundaries = here.disk.boundaries, Boundaries()
                take(here, SECOND, "taken_over")
                here.disk.boundaries = boundaries

        watched = Boundaries(on_reaching=reach)
        run(situation, campaigns, FIRST, watched)
        name = watched.passed[number - 1]
        # A request that was about to be written in that moment had its last look already.
        assert sends(situation) - left[0] <= ("send_mass" in name), (number, name)
        situation = settled(situation, campaigns, SECOND)
        assert 1 == len(situation.wechat.jobs), (number, name)


@pytest.mark.parametrize("campaigns", CAMPAIGNS, ids=["text", "news"])
def test_an_apply_beside_the_runner_sends_nothing_at_any_boundary(campaigns: list[RenderedCampaign]) -> None:
    for number in range(1, boundaries_of(campaigns) + 1):
        situation = begin(in_git=True)
        take(situation, FIRST)
        run(situation, campaigns, FIRST, Boundaries(number))
        situation = situation.after(HOUR)
        before = sends(situation), attempts(situation)
        refused = run(situation, campaigns, None)
        assert before == (sends(situation), attempts(situation)), number
        assert {*refused} <= {Guard.OTHER_RUNNER.value}, number
        situation = settled(situation, campaigns, FIRST)
        assert 1 == len(situation.wechat.jobs), number


def test_two_runners_that_begin_at_once_become_one() -> None:
    """Both read a free ledger; the second one's entry is refused by the append, because the first one's came before."""
    from massctl.errors import LedgerStaleError

    situation = begin(in_git=True)
    second = situation.ledger()
    seen = len(second.read(0))
    take(situation, FIRST)
    event = Lease(act="taken", runner=SECOND.runner, boot=SECOND.boot, host="host")
    with pytest.raises(LedgerStaleError):
        second.append(seen, [NewEntry(at=situation.moment, event=event)], durable=True)
    held = state_of(situation.ledger()).lease
    assert FIRST == (held.holder if held else None)


def test_once_it_is_released_every_apply_sends() -> None:
    situation, campaigns = begin(in_git=True), [whole_text(LONG)]
    take(situation, FIRST)
    take(situation, FIRST, "released")
    assert [] == run(situation, campaigns, None)
    assert 1 == len(situation.wechat.jobs)
