"""Run the proof: `PYTHONPATH=tests python -m simulation [smoke | nightly | replay SCHEDULE]`."""

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from simulation.choices import Explored, Explorer, Violation
from simulation.reproducing import reproduction
from simulation.scenarios import MOVING, NIGHTLY, SMOKE
from simulation.schedule import Scenario, Turn

SPACES = {"smoke": SMOKE, "nightly": (*SMOKE, *NIGHTLY)}
AT_LEAST = {"smoke": 20_000, "nightly": 1_000_000}
"""Schedules; fewer mean that the proof has lost some of its worlds."""


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
    scenarios, schedules, runs, wrong = SPACES[space], 0, 0, 0
    begun = time.monotonic()
    with ProcessPoolExecutor(jobs) as pool:
        # The longest come first, so that no core waits for one at the end.
        order = sorted(scenarios, key=lambda each: (each.budget.crashes, each.runs, each.budget.faults), reverse=True)
        for name, found, seconds in pool.map(explored, [each.name for each in order]):
            _say(f"{seconds:7.1f} s {found.schedules:9,} schedules {found.runs:8,} runs   {name}")
            schedules, runs = schedules + found.schedules, runs + found.runs
            if found.violations:
                wrong += 1
                _say(f"\n{reproduction(_scenario(name), found.violations[0])}")
    verdict = f"{wrong} scenarios are violated" if wrong else "nothing is sent twice, lost or sent otherwise"
    _say(f"{schedules:,} schedules in {runs:,} runs of apply, {time.monotonic() - begun:.0f} s: {verdict}")
    if not wrong and schedules < AT_LEAST[space]:
        _say(f"that is fewer than {AT_LEAST[space]:,} schedules")
    return 1 if wrong or schedules < AT_LEAST[space] else 0


def replay(written: str) -> int:
    """Play one schedule again, and tell what is wrong with it."""
    document = json.loads(written)
    scenario = _scenario(document["scenario"])
    found = Explorer(scenario).follow(tuple(Turn.read(turn) for turn in document["turns"]))
    wrong: list[Violation] = found.violations
    for violation in wrong:
        _say(violation.what)
    if not wrong:
        _say("nothing is wrong with this schedule")
    return 1 if wrong else 0


def _scenario(name: str) -> Scenario:
    return next(each for each in (*SMOKE, *MOVING, *NIGHTLY) if each.name == name)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("what", choices=[*SPACES, "replay"], nargs="?", default="smoke")
    parser.add_argument("schedule", nargs="?", help="with replay: the line that a failure prints")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side (2)")
    arguments = parser.parse_args()
    if arguments.what == "replay":
        if arguments.schedule is None:
            parser.error("replay needs the schedule")
        return replay(arguments.schedule)
    return prove(arguments.what, arguments.jobs)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenProcessPool:
        sys.exit("a process of the proof died")
