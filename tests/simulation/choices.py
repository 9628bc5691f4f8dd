"""Every schedule of a small space: runs, gaps between them, what others do, crashes, and faults of calls.

A run is made once for each way in which its calls can fail. While it goes, the world is copied at every boundary of an
effect: that copy is what a process that is killed there leaves, with nothing that it would have tidied up. Where bytes
were not flushed, it is also what a machine that loses power leaves, in as many shapes as the disk allows. Situations
that are equal in all that matters are gone on from once, and counted for all schedules that lead there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from copies import replace
from simulation.checkers import abandoned, in_doubt, leftovers, lost, verdicts, violations
from simulation.disk import on_simulated_disks
from simulation.happenings import ANYWHERE, is_for_every_boundary
from simulation.scenario import Situation
from simulation.schedule import (
    Budget,
    Moment,
    Played,
    Scenario,
    Schedule,
    Turn,
    crashed,
    first,
    play,
)
from simulation.world import FAULTS

SETTLING_RUNS = 2
"""How many more runs, without faults, may be needed until there is nothing to do."""
CLEAR_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not be, and the schedule that leads there."""

    what: str
    schedule: Schedule


@dataclass(slots=True)
class Explored:
    """What an exploration did and found."""

    schedules: int = 0
    runs: int = 0
    situations: int = 0
    ends: dict[str, int] = field(default_factory=dict)
    """How schedules ended -> how many."""
    violations: list[Violation] = field(default_factory=list)


@dataclass(slots=True)
class _Node:
    situation: Situation
    ways: int
    schedule: Schedule

    @property
    def untroubled(self) -> bool:
        """Whether nothing went wrong and nothing happened on the way here."""
        return not any(t.faults or t.crash or t.before or t.during for t in self.schedule)


Outcomes = Iterator[tuple[_Node, Budget]]


class Explorer:
    """Goes through every schedule of a scenario; `stop_early` ends it at the first violation."""

    def __init__(self, scenario: Scenario, *, stop_early: bool = False) -> None:
        self._scenario = scenario
        self._stop_early = stop_early
        self.found = Explored()

    def explore(self) -> Explored:
        """Go every way from the beginning."""
        with on_simulated_disks():
            start, budget = first(self._scenario), self._scenario.budget
            frontier = {(start.key(), budget): _Node(start, 1, ())}
            for number in range(self._scenario.runs):
                following: dict[tuple[object, Budget], _Node] = {}
                for (_, left), node in frontier.items():
                    for after, rest in self._one_more_run(node, left, number):
                        if self._stop_early and self.found.violations:
                            return self.found
                        known = following.setdefault((after.situation.key(), rest), after)
                        if known is not after:
                            known.ways += after.ways
                frontier = following
                self.found.situations += len(frontier)
            for node in frontier.values():
                self.found.schedules += node.ways
                self._settle(node)
        return self.found

    def follow(self, schedule: Schedule) -> Explored:
        """Go one way, and then on without trouble."""
        with on_simulated_disks():
            node = _Node(first(self._scenario), 1, ())
            for number, turn in enumerate(schedule[: self._scenario.runs]):
                played = self._play(node, number, turn, moments=turn.crash is not None)
                # In a run that is not quite the one this was written for, the nearest boundary behind will do.
                moment = next(
                    (each for each in played.moments if turn.crash and each.number >= turn.crash),
                    None,
                )
                if moment is None:
                    node = self._checked(node, played, turn)
                else:
                    node = _Node(crashed(moment, turn.loss), 1, (*node.schedule, turn))
                    self._look_at(node)
            self.found.schedules = 1
            self._settle(node)
        return self.found

    def _one_more_run(self, node: _Node, budget: Budget, number: int) -> Outcomes:
        scenario = self._scenario
        for gap in scenario.gaps if number else (timedelta(0),):
            for before in scenario.of_run(scenario.before, number):
                for during in scenario.of_run(scenario.during, number):
                    turn = Turn(gap, before, during)
                    if is_for_every_boundary(during):
                        yield from self._anywhere(
                            node, budget, number, replace(turn, during=""), during
                        )
                    else:
                        yield from self._faults(node, budget, number, turn, 0)

    def _anywhere(
        self, node: _Node, budget: Budget, number: int, turn: Turn, what: str
    ) -> Outcomes:
        """Give the run with what may happen anywhere, such as another runner's whole run, at every boundary."""
        alone = self._play(node, number, turn, moments=False)
        for boundary in range(1, len(alone.boundaries) + 1):
            yield from self._faults(
                node, budget, number, replace(turn, during=f"{what}{boundary}"), 0
            )

    def _faults(
        self, node: _Node, budget: Budget, number: int, turn: Turn, first_call: int
    ) -> Outcomes:
        """Give the run as it goes with these faults, with crashes, and with one more fault of a later call."""
        played = self._play(node, number, turn, moments=budget.crashes > 0)
        yield self._checked(node, played, turn), budget
        if budget.crashes:
            left = Budget(budget.crashes - 1, budget.faults)
            behind = _boundary_before(played, first_call - 1) + 1 if first_call else 0
            for moment in played.moments:
                if moment.number > behind:
                    yield from self._crashes(node, turn, moment, left)
        if budget.faults:
            left = Budget(budget.crashes, budget.faults - 1)
            for call, method in enumerate(played.calls[first_call:], first_call):
                for fault in self._scenario.faults[method]:
                    with_fault = replace(turn, faults=(*turn.faults, (call, fault)))
                    yield from self._faults(node, left, number, with_fault, call + 1)

    def _crashes(self, node: _Node, turn: Turn, moment: Moment, left: Budget) -> Outcomes:
        """Give what is left when the process dies at this moment, and when the machine does."""
        for loss in (None, *moment.situation.disk.losses(every_byte=self._scenario.every_byte)):
            ended = replace(turn, crash=moment.number, loss=loss)
            after = _Node(crashed(moment, loss), node.ways, (*node.schedule, ended))
            self._look_at(after)
            yield after, left

    def _play(self, node: _Node, number: int, turn: Turn, *, moments: bool) -> Played:
        self.found.runs += 1
        return play(self._scenario, node.situation, number, turn, moments=moments)

    def _checked(self, node: _Node, played: Played, turn: Turn) -> _Node:
        """Look at what a run left that ended by itself."""
        after = _Node(played.situation, node.ways, (*node.schedule, turn))
        self._look_at(after)
        if played.error is not None:
            self._wrong(played.error, after)
        elif (
            played.outcome is not None
            and played.outcome.ledger_error is None
            and not turn.during.startswith(ANYWHERE)
        ):
            for wrong in verdicts(played):
                self._wrong(wrong, after)
        return after

    def _look_at(self, node: _Node) -> None:
        for wrong in violations(self._scenario, node.situation):
            self._wrong(wrong, node)

    def _wrong(self, what: str, node: _Node) -> None:
        self.found.violations.append(Violation(what, node.schedule))

    def _settle(self, node: _Node) -> None:
        """Let runs pass without faults: after two there is nothing to do, or nothing but to clear up a doubt."""
        start = node
        for _ in range(SETTLING_RUNS + 1):
            before = _all_but_time(node)
            turn = Turn(CLEAR_AFTER)
            played = self._play(node, -1, turn, moments=False)
            node = self._checked(node, played, turn)
            if _all_but_time(node) == before or in_doubt(node.situation.disk.content):
                break
        else:
            if self._scenario.settles and not self._scenario.is_wide:
                self._wrong("there still is something to do", node)
        for wrong in lost(self._scenario, node.situation):
            self._wrong(wrong, node)
        if self._scenario.tidies and not in_doubt(node.situation.disk.content):
            for wrong in abandoned(self._scenario, node.situation):
                self._wrong(wrong, node)
        wechat = node.situation.wechat
        is_one = len(self._scenario.campaigns[-1]) == 1 and not self._scenario.is_wide
        if is_one and not in_doubt(
            node.situation.disk.content
        ):  # In doubt, every draft is left to a person.
            for wrong in leftovers(wechat):
                self._wrong(wrong, node)
        sent = tuple(sorted(job.subject for job in wechat.jobs))
        if (
            start.untroubled
            and self._scenario.sends is not None
            and sent != tuple(sorted(self._scenario.sends))
        ):
            self._wrong(
                f"nothing went wrong, and {sent} was sent in place of {self._scenario.sends}", node
            )
        end = (
            "in doubt" if in_doubt(node.situation.disk.content) else "sent" if sent else "not sent"
        )
        self.found.ends[end] = self.found.ends.get(end, 0) + start.ways


def _all_but_time(node: _Node) -> tuple[object, ...]:
    """Name what a run could have changed."""
    return node.situation.wechat.key(), node.situation.disk.key()


def _boundary_before(played: Played, call: int) -> int:
    """Give the number of the boundary right before a call, counted from 1; calls are counted from 0."""
    return [n for n, name in enumerate(played.boundaries, 1) if name in _BEFORE_CALLS][call]


_BEFORE_CALLS = frozenset(f"before {method}" for method in FAULTS)
