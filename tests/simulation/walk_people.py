"""Lists of openids in random stories: who stands in them, a letter each, and how they are cut into jobs."""

import hashlib
from datetime import datetime
from typing import Final

from massctl.model.batches import OpenidList
from massctl.model.ids import Sha256
from massctl.model.state import State
from massctl.plan.people_judge import Cut

MOST: Final = 3
"""Openids of one job, so that a small list has several."""
FIRST: Final = "ABCDEFG"
CORRECTIONS: Final = (
    "ABCDGHEF",  # Behind the first job somebody was taken out, joined, or moved.
    "ABCGFEDH",  # Behind the first job everybody moved.
    "ABCDEFGHI",
    "ABCDEHIJ",
    "ABCDE",
    "ABC",  # Those of the first job, and nobody else.
    "ABDCEFG",  # Two changed places, across a border of jobs.
    "ZABCDEFG",  # Somebody joined at the head, so that everybody moves down.
    "DEFGABC",
    FIRST,
)
"""What the list may become, whatever it was."""
Batches = tuple[tuple[str, ...], ...]

_LISTS: Final[dict[Sha256, Batches]] = {}
"""Every list that was declared, by its name."""


def cut(people: str) -> Batches:
    """Cut a list as docs/reference/format.md says: full jobs and a rest; a rest of one takes a second one along."""
    ends = [*range(MOST, len(people), MOST), len(people)]
    if len(ends) > 1 and ends[-1] - ends[-2] == 1:
        ends[-2] -= 1
    return tuple(
        tuple(f"o{each}" for each in people[b:e]) for b, e in zip([0, *ends], ends, strict=False)
    )


def name_of_people(openids: tuple[str, ...]) -> Sha256:
    """Name openids as an attempt does, without a line of massctl."""
    return Sha256(hashlib.sha256("".join(f"{each}\n" for each in openids).encode()).hexdigest())


def listed(people: str) -> OpenidList:
    """Declare a list."""
    batches = cut(people)
    named = name_of_people(tuple(each for batch in batches for each in batch))
    _LISTS[named] = batches
    return OpenidList(named, len(people), MOST, tuple(map(name_of_people, batches)))


def batches_of(found: OpenidList | None) -> Batches:
    """Give the jobs that a list is cut into; none for an audience that is no list."""
    return _LISTS[found.sha256] if found is not None else ()


class Lists:
    """The openids behind the names of declared lists; implements `massctl.apply.ports.Openids`."""

    def batch(self, listed: OpenidList, number: int, _: State, /) -> tuple[str, ...]:
        return _LISTS[listed.sha256][number - 1]

    def keep(self, listed: OpenidList, cut: Cut, _: State, now: datetime, /) -> OpenidList:
        raise AssertionError("nobody is taken off a list")
