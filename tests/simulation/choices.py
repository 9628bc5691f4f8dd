"""Every schedule of a small space: runs, gaps between them, one crash, and faults of calls.

A run is repeated with a crash at boundary 1, 2, 3 … until it passes whole, and with every fault of every call.
Situations that are equal in all that matters are gone on from once, and counted for all schedules that lead there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from building import house
from simulation.checkers import leftovers, violations
from simulation.crashing import Boundaries, Crash
from simulation.scenario import Situation, run_once, state_of
from simulation.world import FAULTS, Fault

from massctl.model.lifecycle import Status
from massctl.model.rendered import RenderedCampaign
from massctl.plan.guard import House
from massctl.plan.plan import Plan, make_plan

GAPS: Final = (timedelta(minutes=1), timedelta(hours=3), timedelta(hours=30))
"""Between two runs: at once, within WeChat's memory of a clientmsgid, and past it."""
SETTLING_RUNS: Final = 2
"""How many more runs, without faults, may be needed until there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may still go wrong."""

    crashes: int
    faults: int


@dataclass(slots=True)
class Explored:
    """What an exploration did and found."""

    schedules: int = 0
    runs: int = 0
    situations: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    """How schedules ended -> how many."""
    violations: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    situation: Situation
    ways: int
    story: tuple[str, ...]


Frontier = dict[tuple[object, Budget], _Node]


class Explorer:
    """Explores every schedule; `stop_early` ends it at the first violation.

    `rules` holds for run after run; `edited_to` is what the campaign becomes after the first run.
    """

    def __init__(
        self,
        campaign: RenderedCampaign,
        runs: int,
        budget: Budget,
        *,
        gaps: Sequence[timedelta] = GAPS,
        rules: Sequence[House] = (),
        edited_to: RenderedCampaign | None = None,
        stop_early: bool = False,
    ) -> None:
        self._campaigns = [campaign] + [edited_to or campaign] * (runs - 1)
        self._runs = runs
        self._budget = budget
        self._gaps = gaps
        self._rules = list(rules) or [house()] * runs
        self._stop_early = stop_early
        self.found = Explored()

    def explore(self, start: Situation) -> Explored:
        """Go every way from `start`."""
        frontier: Frontier = {(start.key(), self._budget): _Node(start, 1, ())}
        for number in range(self._runs):
            following: Frontier = {}
            for (_, budget), node in frontier.items():
                for gap in self._gaps if number else (timedelta(0),):
                    for node_after, left in self._all_runs(node, gap, budget, number):
                        self._check(node_after, number)
                        if self._stop_early and self.found.violations:
                            return self.found
                        key = node_after.situation.key(), left
                        if key in following:
                            following[key].ways += node_after.ways
                        else:
                            following[key] = node_after
            frontier = following
            self.found.situations += len(frontier)
        for node in frontier.values():
            self.found.schedules += node.ways
            self._settle(node)
        return self.found

    def _all_runs(self, node: _Node, gap: timedelta, budget: Budget, number: int) -> Iterator[tuple[_Node, Budget]]:
        """Give what one more run can lead to."""
        whole, boundaries = self._run(node, gap, number, {}, None)
        yield whole, budget
        calls = whole.situation.wechat.calls
        if budget.crashes:
            left = Budget(budget.crashes - 1, budget.faults)
            yield from self._crashes(node, gap, number, {}, 1, left)
        if not budget.faults:
            return
        left = Budget(budget.crashes, budget.faults - 1)
        for call, method in enumerate(calls):
            first = _boundary_before(boundaries, call) + 1
            for fault in FAULTS[method]:
                faults = {call: fault}
                yield from self._with_faults(node, gap, number, faults, left)
                if budget.crashes:
                    crashed = Budget(budget.crashes - 1, budget.faults - 1)
                    yield from self._crashes(node, gap, number, faults, first + 1, crashed)

    def _with_faults(
        self, node: _Node, gap: timedelta, number: int, faults: dict[int, Fault], left: Budget
    ) -> Iterator[tuple[_Node, Budget]]:
        """Give the run with these faults, and with more of them in later calls while the budget lasts."""
        faulty, _ = self._run(node, gap, number, faults, None)
        yield faulty, left
        if left.faults:
            less = Budget(left.crashes, left.faults - 1)
            for call, method in enumerate(faulty.situation.wechat.calls):
                if call > max(faults):
                    for fault in FAULTS[method]:
                        yield from self._with_faults(node, gap, number, {**faults, call: fault}, less)

    def _crashes(
        self, node: _Node, gap: timedelta, number: int, faults: dict[int, Fault], first: int, left: Budget
    ) -> Iterator[tuple[_Node, Budget]]:
        """Give the run ended at every boundary from `first` on, with and without the loss of what was not flushed."""
        stop_at = first
        while True:
            kept, boundaries = self._run(node, gap, number, faults, stop_at)
            if len(boundaries.passed) < stop_at:
                return
            yield kept, left
            if kept.situation.ledger.flushed < len(kept.situation.ledger.entries):
                lost = kept.situation.after(timedelta(0))
                lost.ledger.lose_unflushed()
                yield _Node(lost, node.ways, (*kept.story, "and the machine with it")), left
            stop_at += 1

    def _run(
        self, node: _Node, gap: timedelta, number: int, faults: dict[int, Fault], stop_at: int | None
    ) -> tuple[_Node, Boundaries]:
        situation = node.situation.after(gap)
        situation.wechat.faults = dict(faults)
        situation.wechat.sending_allowed = not self._rules[number].no_send
        situation.wechat.wants_a_look = self._rules[number].policy.require_preview
        boundaries = Boundaries(stop_at)
        story = f"after {gap}: {', '.join(f'call {n} {fault}' for n, fault in faults.items()) or 'no fault'}"
        try:
            run_once(situation, self._campaigns[number], self._rules[number], boundaries)
        except Crash as crash:
            story += f", crash {crash}"
        self.found.runs += 1
        return _Node(situation, node.ways, (*node.story, story)), boundaries

    def _check(self, node: _Node, number: int) -> None:
        self.found.violations += [
            f"{wrong}: {' | '.join(node.story)}" for wrong in violations(node.situation, self._campaigns[number])
        ]

    def _settle(self, node: _Node) -> None:
        """Let one or two more runs pass without faults: nothing is left to do then but to clear up a doubt."""
        for number in range(SETTLING_RUNS):
            if number and not self._plan(node).can_apply:
                break
            node, _ = self._run(node, timedelta(minutes=1), -1, {}, None)
            self._check(node, -1)
        self.found.violations += [f"{left}: {' | '.join(node.story)}" for left in leftovers(node.situation)]
        plan = self._plan(node)
        (planned,) = plan.campaigns
        if (plan.can_apply or plan.would_send) and planned.status is not Status.IN_DOUBT:
            self.found.violations.append(f"there still is something to do: {' | '.join(node.story)}")
        words = {planned.status.value, planned.window.value, *(refusal.guard.value for refusal in planned.refusals)}
        end = ", ".join(sorted(words))
        self.found.ends[end] = self.found.ends.get(end, 0) + node.ways

    def _plan(self, node: _Node) -> Plan:
        situation = node.situation
        state = state_of(situation.ledger)
        return make_plan([self._campaigns[-1]], state, self._rules[-1], situation.moment)


def _boundary_before(boundaries: Boundaries, call: int) -> int:
    """Give the number of the boundary right before a call, counted from 1; calls are counted from 0."""
    calls = [n for n, name in enumerate(boundaries.passed, 1) if name.removeprefix("before ") in FAULTS]
    return calls[call]
