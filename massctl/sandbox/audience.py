"""Say who is in an audience, and how many of them are over the limit of four a month.

The sandbox's own followers are numbers 0 to N-1, so "all" and a tag are a few spans however large the
account is. Number 0 is in every tag and number 1 in none, so the two phones of the inbox show the
difference. Openids of real life are kept as fingerprints only.
"""

from collections import Counter
from dataclasses import dataclass

from massctl.sandbox import identity
from massctl.sandbox.desk import Desk, integer
from massctl.sandbox.refusal import Refusal
from massctl.sandbox.tables import Record

OPENIDS_MIN, OPENIDS_MAX = 2, 10_000
"""Openids in one `mass/send` (WeChat docs, read 2026-10)."""
USER_MONTHLY = 4
"""Mass messages that one user gets from a service account in a Beijing month."""

Span = tuple[int, int]
"""Followers from the first number up to, not including, the second."""


@dataclass(frozen=True)
class Audience:
    """Who a job goes to."""

    scope: str
    """`all`, `tag:<id>` or `openids`."""
    spans: tuple[Span, ...] = ()
    others: frozenset[str] = frozenset()
    """Fingerprints of openids that are not the sandbox's own."""
    not_followers: int = 0
    """Openids that the sandbox was told do not follow; delivery to them fails."""

    @property
    def total(self) -> int:
        """Count the audience."""
        return sum(high - low for low, high in self.spans) + len(self.others) + self.not_followers

    def as_record(self) -> Record:
        """Return the stored form; `from_record` reads it back."""
        spans = [list(span) for span in self.spans]
        others = " ".join(sorted(self.others))
        return {"scope": self.scope, "spans": spans, "others": others, "not_followers": self.not_followers}

    @classmethod
    def from_record(cls, record: Record) -> "Audience":
        """Read the stored form."""
        spans = tuple((int(low), int(high)) for low, high in record["spans"])
        return cls(record["scope"], spans, frozenset(record["others"].split()), record["not_followers"])

    def has_follower(self, index: int) -> bool:
        """Tell whether one of the sandbox's own followers is in it."""
        return any(low <= index < high for low, high in self.spans)

    def has_other(self, name: str) -> bool:
        """Tell whether an openid of real life, by fingerprint, is in it: everybody is in `all`."""
        return self.scope == "all" or name in self.others


def by_filter(desk: Desk, given: object) -> Audience:
    """Read `filter` of `mass/sendall`; never fall back to everybody (40152 where nobody is named)."""
    if not isinstance(given, dict) or not isinstance(given.get("is_to_all", False), bool):
        raise Refusal(40097)
    if given.get("is_to_all", False):
        followers = int(desk.account["followers"])
        return Audience("all", ((0, followers),) if followers else ())
    tag_id = integer(given.get("tag_id"), 0, 2**31, errcode=40152)
    tag = desk.table("tags").get(f"{desk.appid}|{tag_id}")
    if tag is None:
        raise Refusal(40152)
    return Audience(f"tag:{tag_id}", tag_spans(tag))


def by_openids(desk: Desk, given: object) -> Audience:
    """Read `touser` of `mass/send`: 40130 under two, 40032 above 10,000, 40031 for illegal values."""
    if not isinstance(given, list):
        raise Refusal(40031)
    if len(given) > OPENIDS_MAX:
        raise Refusal(40032)
    if not all(identity.is_openid(openid) for openid in given):
        raise Refusal(40031)
    unique = list(dict.fromkeys(given))
    if len(unique) < OPENIDS_MIN:
        raise Refusal(40130)
    strangers = [openid for openid in unique if openid.startswith(identity.NOT_A_FOLLOWER)]
    indexes, others = [], []
    for openid in unique:
        index = identity.follower_index(desk.appid, openid, desk.account["followers"])
        if index is not None:
            indexes.append(index)
        elif not openid.startswith(identity.NOT_A_FOLLOWER):
            others.append(identity.fingerprint(desk.appid, openid))
    return Audience("openids", spans_of(indexes), frozenset(others), len(strangers))


def tag_spans(tag: Record) -> tuple[Span, ...]:
    """Return a tag's members: number 0 and from number 2 on, without those untagged, and those tagged one by one."""
    count = int(tag["count"])
    removed = sorted(tag.get("removed", []))
    spans = [
        *(_without((0, 1), removed) if count else ()),
        *(_without((2, count + 1), removed) if count > 1 else ()),
    ]
    single = [index for index in tag["added"] if not any(low <= index < high for low, high in spans)]
    return tuple(sorted([*spans_of(single), *spans]))


def _without(span: Span, removed: list[int]) -> list[Span]:
    """Cut the numbers `removed`, in order, out of a span."""
    low, high = span
    pieces = []
    for index in removed:
        if low <= index < high:
            pieces.append((low, index))
            low = index + 1
    return [(start, end) for start, end in [*pieces, (low, high)] if start < end]


def spans_of(indexes: list[int]) -> tuple[Span, ...]:
    """Return the spans that cover exactly `indexes`."""
    spans: list[Span] = []
    for index in sorted(set(indexes)):
        if spans and spans[-1][1] == index:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return tuple(spans)


def over_limit(audience: Audience, earlier: list[Record]) -> int:
    """Count those of the audience who got four or more of the `earlier` jobs' audiences (stored form)."""
    if len(earlier) < USER_MONTHLY:
        return 0
    got = Counter[str]()
    if audience.others:
        for record in earlier:
            got.update(audience.others.intersection(record["others"].split()))
    to_all = sum(record["scope"] == "all" for record in earlier)
    full: int = sum(to_all + got[name] >= USER_MONTHLY for name in audience.others)
    spans = [(int(low), int(high)) for record in earlier for low, high in record["spans"]]
    return full + sum(_full_in(span, spans) for span in audience.spans)


def _full_in(span: Span, earlier: list[Span]) -> int:
    # A sweep over the ends of the earlier spans: depth is how many jobs reached the numbers between two ends.
    low, high = span
    steps = Counter[int]()
    for start, end in earlier:
        if start < high and end > low:
            steps[max(start, low)] += 1
            steps[min(end, high)] -= 1
    full, depth = 0, 0
    last = low
    for at in sorted(steps):
        full += (at - last) if depth >= USER_MONTHLY else 0
        depth += steps[at]
        last = at
    return full
