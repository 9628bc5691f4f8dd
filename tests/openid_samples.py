"""Lists of openids for tests, cut into batches by hand."""

import hashlib
from datetime import datetime
from typing import Final

from massctl.model.batches import OpenidList
from massctl.model.ids import Sha256
from massctl.model.state import State
from massctl.plan.audience_facts import Cut

BATCHES: Final = (("oA00001", "oB00002", "oC00003"), ("oD00004", "oE00005"), ("oF00006", "oG00007"))
"""Seven people, at most three in a job: a rest of one takes a second one along."""
PAIRS: Final = (("oA00001", "oB00002", "oC00003"), ("oD00004", "oE00005"))
MOVED: Final = (
    ("oZ00000", "oA00001", "oB00002"),
    ("oC00003", "oD00004", "oE00005"),
    ("oF00006", "oG00007"),
)
"""Somebody joined at the head, so that everybody moves down."""


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
        self.lists = {sha256_of_batches(batches): batches for batches in (BATCHES, PAIRS, MOVED)}

    def batch(self, listed: OpenidList, number: int, _: State, /) -> tuple[str, ...]:
        return self.lists[listed.sha256][number - 1]

    def keep(self, listed: OpenidList, cut: Cut, _: State, now: datetime, /) -> OpenidList:
        raise AssertionError("nobody is taken off a list")
