"""Run the proof: `PYTHONPATH=tests python -m simulation [smoke | nightly | draw | replay SCHEDULE]`.

`nightly` goes through wider spaces, and draws schedules of worlds that are too wide to go through; `draw` only does
the latter, others each time.
"""

import argparse
import json
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from simulation.choices import Explored, Explorer, Violation
from simulation.reproducing import reproduction
from simulation.scenarios import MOVING, NIGHTLY, OVER_EACH, SMOKE
from simulation.schedule import Scenario, Schedule, Turn
from simulation.wide import WIDE, first_wrong

SPACES = {"smoke": SMOKE, "nightly": (*SMOKE, *NIGHTLY)}
AT_LEAST = {"smoke": 20_000, "nightly": 1_000_000}
"""Schedules; fewer mean that the proof has lost some of its worlds."""


DRAWN = 4_000
"""Schedules that are drawn of each wide world."""


def _say(text: str) -> None:
    """Write a line at once, so that a log shows how far the proof is."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def explored(name: str) -> tuple[str, Explored, float]:
    """Go through one scenario, in a process of its own."""
    begun = time.monotonic()
    found = Explorer(_scenario(name), stop_early=True).explore()
    return name, found, time.monotonic() - begun


def prove(space: str, jobs: int) -> int:
    """Go through a space of scenarios; the exit status is 1 where anything is wrong."""
    scenarios, schedules, runs, wrong = SPACES[space], 0, 0, draw(jobs) if space == "nightly" else 0
    begun = time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        # The longest come first, so that no core waits for one at the end.
        order = sorted(
            scenarios,
            key=lambda each: (each.budget.crashes, each.runs, each.budget.faults),
            reverse=True,
        )
        for name, found, seconds in pool.map(explored, [each.name for each in order]):
            _say(f"{seconds:7.1f} s {found.schedules:9,} schedules {found.runs:8,} runs   {name}")
            schedules, runs = schedules + found.schedules, runs + found.runs
            if found.violations:
                wrong += 1
                _say(f"\n{reproduction(_scenario(name), found.violations[0])}")
    verdict = (
        f"{wrong} scenarios are violated"
        if wrong
        else "nothing is sent twice, lost or sent otherwise"
    )
    _say(
        f"{schedules:,} schedules in {runs:,} runs of apply, {time.monotonic() - begun:.0f} s: {verdict}"
    )
    if not wrong and schedules < AT_LEAST[space]:
        _say(f"that is fewer than {AT_LEAST[space]:,} schedules")
    return 1 if wrong or schedules < AT_LEAST[space] else 0


def drawn(name: str) -> tuple[str, Schedule | None, float]:
    """Draw schedules of a wide world, in a process of its own; gives one at which something is wrong."""
    begun = time.monotonic()
    return (
        name,
        first_wrong(_scenario(name), DRAWN, random.randrange(2**32)),
        time.monotonic() - begun,
    )


def draw(jobs: int) -> int:
    """Draw schedules of all wide worlds; gives the number of those that are violated."""
    wrong = 0
    with ProcessPoolExecutor(jobs) as pool:
        for name, schedule, seconds in pool.map(drawn, [each.name for each in WIDE]):
            _say(f"{seconds:7.1f} s {DRAWN:9,} schedules drawn   {name}")
            if schedule is not None:
                wrong += 1
                _tell(_scenario(name), schedule)
    return wrong


def _tell(scenario: Scenario, schedule: Schedule) -> list[Violation]:
    found = Explorer(scenario).follow(schedule).violations
    if found:
        _say(f"\n{reproduction(scenario, Violation(found[0].what, schedule))}")
    return found


def replay(written: str) -> int:
    """Play one schedule again, and tell what is wrong with it, shortened."""
    document = json.loads(written)
    wrong = _tell(
        _scenario(document["scenario"]), tuple(Turn.read(turn) for turn in document["turns"])
    )
    if not wrong:
        _say("nothing is wrong with this schedule")
    return 1 if wrong else 0


def _scenario(name: str) -> Scenario:
    known = (*SMOKE, *MOVING, *NIGHTLY, *WIDE, *OVER_EACH)
    return next(each for each in known if each.name == name)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("what", choices=[*SPACES, "draw", "replay"], nargs="?", default="smoke")
    parser.add_argument("schedule", nargs="?", help="with replay: the line that a failure prints")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (2)")
    arguments = parser.parse_args()
    if arguments.what == "replay":
        if arguments.schedule is None:
            parser.error("replay needs the schedule")
        return replay(arguments.schedule)
    if arguments.what == "draw":
        return 1 if draw(arguments.jobs) else 0
    return prove(arguments.what, arguments.jobs)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenProcessPool:
        sys.exit("a process of the proof died")
