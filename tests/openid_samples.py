"""Lists of openids for tests, cut into batches by hand."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from massctl.model.batches import OpenidList
from massctl.model.ids import CampaignName, Sha256
from massctl.model.state import State
from massctl.plan.account_people import FrozenAudience, ListPart, Pattern
from massctl.plan.people_judge import Cut, Removal

BATCHES: Final = (("oA00001", "oB00002", "oC00003"), ("oD00004", "oE00005"), ("oF00006", "oG00007"))
"""Seven people, at most three in a job: a rest of one takes a second one along."""
PAIRS: Final = (("oA00001", "oB00002", "oC00003"), ("oD00004", "oE00005"))
MOVED: Final = (
    ("oZ00000", "oA00001", "oB00002"),
    ("oC00003", "oD00004", "oE00005"),
    ("oF00006", "oG00007"),
)
"""Somebody joined at the head, so that everybody moves down."""

SEVEN: Final = (("oA00001", "oB00002", "oC00003"), ("oD00004", "oE00005"), ("oF00006", "oP00007"))
"""The snapshot of an audience of seven."""
KEPT: Final = (("oA00001", "oC00003", "oD00004"), ("oE00005", "oF00006", "oP00007"))
"""Those who stay of an audience of seven from which one was erased before the send."""
ERASED: Final = "oB00002"
HALF: Final = (("oH00001", "oI00002", "oJ00003"), ("oK00004", "oL00005"), ("oM00006", "oN00007"))
"""An audience of seven from which somebody of the second batch was erased after the cut."""
LATE: Final = (("oR00001", "oS00002", "oT00003"), ("oU00004", "oV00005"), ("oW00006", "oX00007"))
"""An audience of seven that another audience leaves the first of out, once a run may have sent."""
KEPT_LATE: Final = (("oS00002", "oT00003", "oU00004"), ("oV00005", "oW00006", "oX00007"))
LEFT_OF_HALF: Final = (HALF[0], HALF[1][:1], HALF[2])


def sha256_of_batches(batches: tuple[tuple[str, ...], ...]) -> Sha256:
    """Name a list as docs/reference/format.md says, without a line of massctl."""
    text = "".join(f"{openid}\n" for batch in batches for openid in batch)
    return Sha256(hashlib.sha256(text.encode()).hexdigest())


def openid_list(batches: tuple[tuple[str, ...], ...] = BATCHES) -> OpenidList:
    """Give what names a list, three in a job."""
    each = tuple(sha256_of_batches((batch,)) for batch in batches)
    return OpenidList(sha256_of_batches(batches), sum(map(len, batches)), 3, each)


class SampleOpenids:
    """The openids behind the names of these lists; implements `massctl.apply.ports.Openids`."""

    def __init__(self) -> None:
        whole = (BATCHES, PAIRS, MOVED, KEPT)
        self.lists = {sha256_of_batches(batches): batches for batches in whole}
        """What may be sent of each: of an audience those who stay, in batches of two or more."""
        self.lists[AUDIENCE.sha256] = KEPT
        self.lists[HALF_ERASED.sha256] = (HALF[0], ("",), HALF[2])
        self.lists[EXCLUDED_LATER.sha256] = LATE
        self.lists[sha256_of_batches(KEPT_LATE)] = KEPT_LATE
        self.optional = frozenset({"", LATE[0][0]})
        """Who need not be reached; nobody is left of a batch that was closed."""

    def departures(self, sha256: Sha256) -> tuple[tuple[str, ...], ...]:
        """Give the batches that may be sent to a list, whether somebody is left out or not."""
        return self.lists[sha256] + (KEPT_LATE if sha256 == EXCLUDED_LATER.sha256 else ())

    def batch(self, listed: OpenidList, number: int, _: State, /) -> tuple[str, ...]:
        """Give what a snapshot holds at these places, whoever was erased of it."""
        if listed == AUDIENCE:
            return tuple(each for each in SEVEN[number - 1] if each != ERASED)
        if listed == HALF_ERASED:
            return LEFT_OF_HALF[number - 1]
        return self.lists[listed.sha256][number - 1]

    def keep(self, listed: OpenidList, cut: Cut, _: State, now: datetime, /) -> OpenidList:
        if listed == EXCLUDED_LATER:
            assert {Removal.EXCLUDED: 1} == cut.removed
            return OpenidList(sha256_of_batches(KEPT_LATE), 6)
        assert (AUDIENCE, {Removal.ERASED: 1}) == (listed, cut.removed)
        return OpenidList(sha256_of_batches(KEPT), 6)


class SamplePeople:
    """The people of these audiences; implements `massctl.plan.account_people.People`."""

    missing = None
    excluded: tuple[Sha256, ...] = ()

    def declared(self, name: CampaignName) -> ListPart | None:
        return None

    def holds(self, campaign: CampaignName, audience: Mapping[str, Any]) -> bool:
        return True

    def why_unread(self, sha256: Sha256) -> str | None:
        return self.missing

    def reads(self, sha256: Sha256) -> bool:
        return sha256 in _EVERYBODY

    def frozen(self, audience: str) -> FrozenAudience | None:
        return FrozenAudience(excluded=self.excluded)

    def erased_among(self, sha256: Sha256, batches: Sequence[int], now: datetime) -> None:
        return None

    def counted(self, parts: Sequence[ListPart]) -> Mapping[Pattern, int]:
        people = Counter[str]()
        for bit, part in enumerate(parts):
            batches = _EVERYBODY[part.sha256]
            chosen = part.batches or range(1, len(batches) + 1)
            people.update({each: 1 << bit for n in chosen for each in batches[n - 1]})
        return Counter(pattern for each, pattern in people.items() if each != ERASED)


class LaterPeople(SamplePeople):
    """The same, once somebody came into an audience that is always left out."""

    excluded = (sha256_of_batches((LATE[0][:1],)),)


def _snapshot(batches: tuple[tuple[str, ...], ...]) -> OpenidList:
    return OpenidList(sha256_of_batches(batches), sum(map(len, batches)), 3, audience="east")


AUDIENCE: Final = _snapshot(SEVEN)
HALF_ERASED: Final = _snapshot(HALF)
EXCLUDED_LATER: Final = _snapshot(LATE)
_LISTS: Final = (BATCHES, PAIRS, MOVED, SEVEN, KEPT, HALF, LATE, KEPT_LATE, (LATE[0][:1],))
_EVERYBODY: Final = {sha256_of_batches(each): each for each in _LISTS}
