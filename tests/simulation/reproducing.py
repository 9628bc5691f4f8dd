"""From a violation to the fewest lines that show it: a schedule is shortened as long as something is wrong with it."""

from collections.abc import Iterator
from datetime import timedelta

from copies import replace
from simulation.choices import Explorer, Violation
from simulation.happenings import AT, NEIGHBOUR, RIVAL, TWIN
from simulation.schedule import Scenario, Schedule, Turn, schedule_text

SHRINKS_MAX = 500
"""Schedules that are tried to shorten one."""


def shrunk(scenario: Scenario, violation: Violation) -> Violation:
    """Give a schedule of fewer and simpler turns at which something is wrong; the given one where none is found."""
    best, left = violation, SHRINKS_MAX
    while True:
        for candidate in _simpler(best.schedule[: scenario.runs]):
            left -= 1
            found = Explorer(scenario).follow(candidate).violations
            if found:
                best = Violation(found[0].what, candidate)
                break
            if not left:
                return best
        else:
            return best


def reproduction(scenario: Scenario, violation: Violation) -> str:
    """Tell a violation as a story, with the line to paste that plays it again."""
    least = shrunk(scenario, violation)
    story = "\n".join(f"  {n}. {_told(turn)}" for n, turn in enumerate(least.schedule, 1))
    line = (
        f"PYTHONPATH=tests python -m simulation replay '{schedule_text(scenario, least.schedule)}'"
    )
    return f"{least.what}\n  in the scenario “{scenario.name}”\n{story}\n\n{line}\n"


def _simpler(schedule: Schedule) -> Iterator[Schedule]:
    for number, turn in enumerate(schedule):
        if len(schedule) > 1:
            yield schedule[:number] + schedule[number + 1 :]
        for plainer in _plainer(turn):
            yield (*schedule[:number], plainer, *schedule[number + 1 :])


def _plainer(turn: Turn) -> Iterator[Turn]:
    if turn.crash is not None:
        yield replace(turn, crash=None, loss=None)
    if turn.loss is not None:
        yield replace(turn, loss=None)
    for fault in turn.faults:
        yield replace(turn, faults=tuple(each for each in turn.faults if each != fault))
    if turn.during:
        yield replace(turn, during="")
    if turn.before:
        yield replace(turn, before="")
    if turn.faults and turn.crash is not None:
        yield replace(turn, faults=())
    if turn.files:
        yield replace(turn, files=turn.files - 1)
    if turn.gap > timedelta(minutes=1):
        yield replace(turn, gap=timedelta(minutes=1))


def _told(turn: Turn) -> str:
    """Tell a turn in words."""
    words = [f"{turn.gap} later" if turn.gap else "at once"]
    words += (
        [f"the files say what they said in number {turn.files}"] if turn.files is not None else []
    )
    words += [turn.before] if turn.before else []
    words.append("a run")
    if turn.during.startswith(RIVAL):
        words.append(
            f"with another runner's whole run at its boundary {turn.during.removeprefix(RIVAL)}"
        )
    elif turn.during.startswith(TWIN):
        words.append(
            f"with another runner's whole run in the same moment, at its boundary {turn.during.split()[1]}"
        )
    elif turn.during.startswith(NEIGHBOUR):
        words.append(
            f"with a whole run of another checkout that shares the ledger, at its boundary {turn.during.split()[1]}"
        )
    elif AT in turn.during:
        words.append(f"and meanwhile {turn.during}")
    elif turn.during:
        words.append(f"with the {turn.during}")
    words += [f"call {call}: {fault.value}" for call, fault in turn.faults]
    if turn.crash is not None:
        what = (
            "the process dies" if turn.loss is None else f"the machine dies and loses: {turn.loss}"
        )
        words.append(f"{what} at boundary {turn.crash}")
    return ", ".join(words)
