"""Who gets which day or month, where each has room for so many: a matching in which whoever came first keeps a place.

Whoever is seated later may move the earlier ones to other places of theirs, and never takes the last one from them. So
everybody is seated who can be without unseating one who came before, whatever the windows look like.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Generic, TypeVar

Who = TypeVar("Who")


class Places(Generic[Who]):
    """Places by date; `room` says how many a place takes."""

    def __init__(self, room: Callable[[date], int]) -> None:
        self._room = room
        self._options: dict[Who, Sequence[date]] = {}
        self.held: dict[date, list[Who]] = {}
        """Place -> who has it now; somebody who comes later may move them."""

    def seat(self, who: Who, options: Sequence[date], unmoved: frozenset[Who] = frozenset()) -> bool:
        """Give `who` one of `options`, earlier dates first; False, and nothing moved, where none can be had.

        Those `unmoved` stay where they are.
        """
        self._options[who] = options
        if self._seat(who, options, set(), unmoved):
            return True
        del self._options[who]
        return False

    def widen(self, who: Who, options: Sequence[date]) -> None:
        """Let `who`, who is seated, be moved to any of `options` for somebody who comes later."""
        self._options[who] = options

    def has_room(self, place: date) -> bool:
        """Whether a place takes one more as things stand, nobody moved."""
        return len(self.held.get(place, [])) < self._room(place)

    def in_the_way(self, options: Sequence[date]) -> list[tuple[date, list[Who]]]:
        """Give the full places that somebody with `options` could have had, and who has them, by date."""
        reached: set[date] = set()
        frontier = list(options)
        while frontier:
            place = frontier.pop()
            if place not in reached:
                reached.add(place)
                frontier += [other for who in self.held.get(place, []) for other in self._options[who]]
        return [(place, list(self.held.get(place, []))) for place in sorted(reached)]

    def _seat(self, who: Who, options: Sequence[date], tried: set[date], unmoved: frozenset[Who]) -> bool:
        new = [place for place in options if place not in tried]
        tried.update(new)
        for place in new:
            if self.has_room(place):
                self.held.setdefault(place, []).append(who)
                return True
        # Nobody is moved where anything is free.
        for place in new:
            holders = self.held.get(place, [])
            for other in holders:
                if other not in unmoved and self._seat(other, self._options[other], tried, unmoved):
                    holders.remove(other)
                    holders.append(who)
                    return True
        return False
