"""How a list of openids is cut into batches: each is one mass job."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from massctl.model.ids import Sha256

BATCH_MIN = 2
"""Openids in one job, at least. Source: WeChat docs, "message/mass/send", read 2026-10."""
BATCH_MAX = 10_000
"""Openids in one job, at most. Source: WeChat docs, "message/mass/send", read 2026-10."""


@dataclass(frozen=True, slots=True)
class OpenidList:
    """What names a list of openids, and how it is cut into batches; it holds no openid."""

    sha256: Sha256
    """Of the openids in their order, each once, each with a newline after it."""
    count: int
    """How many there are, each once; at least BATCH_MIN."""
    batch_max: int = BATCH_MAX
    """The most openids of one batch: a parameter for tests, so that a small list has many batches."""
    batch_sha256s: tuple[Sha256, ...] = field(default=(), compare=False, repr=False)
    """Of the openids of each batch, as `sha256` is of all; empty where the list itself is not at hand."""
    by_tag: bool = False
    """massctl fills a tag with them, and one job goes to the tag; no batches."""
    audience: str | None = field(default=None, compare=False)
    """The audience whose snapshot it is; None for a list in the repository."""
    first: int = 1
    """The place of its first person in the snapshot, from 1; above 1 in later parts of it."""
    whole: int | None = field(default=None, compare=False)
    """How many people all parts of the snapshot have; None where it is sent to as a whole."""
    cut_from: "OpenidList | None" = field(default=None, compare=False)
    """The list that was approved, where people were taken off it: nobody is in this one who is not in that one."""
    sizes: tuple[int, ...] = field(init=False, compare=False, repr=False)
    """How many openids each batch has, from batch 1."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", batch_sizes(self.count, self.batch_max))

    def part(self, number: int, parts: int) -> "OpenidList":
        """Return one of `parts` equal parts, from 1: they have nobody in common, and are the whole together."""
        size, rest = divmod(self.count, parts)
        first = 1 + (number - 1) * size + min(number - 1, rest)
        count = size + 1 if number <= rest else size
        return replace(self, count=count, first=first, whole=self.count, batch_sha256s=())

    @property
    def together(self) -> int:
        """How many people all parts have: bounds and approvals are about them."""
        approved = self.cut_from or self
        others = approved.whole - approved.count if approved.whole is not None else 0
        return others + self.count

    @property
    def places(self) -> range:
        """The places of its people in the snapshot, from 0."""
        return range(self.first - 1, self.first - 1 + self.count)

    @property
    def batches(self) -> int:
        """How many jobs it takes."""
        return 1 if self.by_tag else len(self.sizes)

    @property
    def numbered_batches(self) -> int | None:
        """The number of its batches; None where one job goes to a tag."""
        return None if self.by_tag else self.batches


def part_number(written: str) -> tuple[int, int]:
    """Read `2/3` as the second of three parts."""
    number, _, parts = written.partition("/")
    return int(number), int(parts)


def batch_places(
    places: range, batches: Sequence[int] | None, most: int = BATCH_MAX
) -> Iterator[range]:
    """Return the places of batches, from 1, of a list in these places of a snapshot; None: all of them."""
    if batches is None:
        yield places
        return
    sizes = batch_sizes(len(places), most)
    for batch in batches:
        first = sum(sizes[: batch - 1])
        yield places[first : first + sizes[batch - 1]]


def batch_sizes(count: int, most: int = BATCH_MAX) -> tuple[int, ...]:
    """Cut `count` openids, at least BATCH_MIN, into full batches and a rest; a rest of one takes a second one along.

    `most` is at least three, so that the batch before the last one keeps two.
    """
    full, rest = divmod(count, most)
    if rest == 0:
        return (most,) * full
    if rest >= BATCH_MIN or not full:
        return (*(most,) * full, rest)
    return (*(most,) * (full - 1), most - (BATCH_MIN - rest), BATCH_MIN)
