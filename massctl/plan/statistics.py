"""Which article of the statistics is which article of a send, and what must not happen to a sum but did.

WeChat names an article `<msg_data_id>_<position>`. Where a send never learnt its msg_data_id, the address of the
article tells, and at last its title and day. These may be another article's, and that is said. Source:
`docs/reference/wechat-api.md`, read 2026-11.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from urllib.parse import parse_qs, urlsplit

from massctl.model.statistics import ArticleDay, Family, Statistics

SUMS: Final = (
    "read_user",
    "share_user",
    "zaikan_user",
    "like_user",
    "comment_count",
    "collection_user",
    "praise_money",
    "read_subscribe_user",
)
"""Members of an article's day that count from its publication on."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which article of the statistics an article of a send is."""

    msgid: str
    by: Literal["msgid", "content_url", "title"]

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be another article: only title and day agree."""
        return self.by == "title"


class ArticleIndex:
    """Finds articles of one account's statistics; made once, however many sends are looked up."""

    def __init__(self, statistics: Statistics, known: Collection[int] = ()) -> None:
        """`known`: every msg_data_id of the ledger; what has one of them is never found by its title."""
        self._msgids = statistics.articles
        self._by_address: dict[str, str] = {}
        self._by_title: dict[tuple[str, date], set[str]] = {}
        taken = {str(each) for each in known}
        for msgid, days in statistics.articles.items():
            for day in days:
                if day.content_url is not None and (address := address_key(day.content_url)):
                    self._by_address[address] = msgid
                if day.title is not None and msgid.partition("_")[0] not in taken:
                    self._by_title.setdefault((day.title, day.ref_date), set()).add(msgid)

    def find(
        self,
        position: int,
        msg_data_id: int | None,
        *,
        address: str | None = None,
        title: str | None = None,
        days: Iterable[date] = (),
    ) -> Match | None:
        """Find the article at `position`, from 1, of a send; None if WeChat has said nothing of it.

        `days` are those on which it may have been published. A title that several articles of these days have finds
        none.
        """
        if msg_data_id is not None and f"{msg_data_id}_{position}" in self._msgids:
            return Match(f"{msg_data_id}_{position}", "msgid")
        if address is not None:
            key = address_key(address)
            found = self._by_address.get(key) or (key if key in self._msgids else None)
            if found is not None:
                return Match(found, "content_url")
        if msg_data_id is not None or title is None:
            return None
        candidates = {msgid for day in days for msgid in self._by_title.get((title, day), ())}
        return Match(candidates.pop(), "title") if len(candidates) == 1 else None


def address_key(address: str) -> str:
    """Return what names an article in its address: `<mid>_<idx>` of a long one, the path of a short one, or nothing."""
    try:
        parts = urlsplit(address.replace("&amp;", "&"))
        query = parse_qs(parts.query)
    except ValueError:
        return ""
    mid, idx = query.get("mid", [""])[0], query.get("idx", [""])[0]
    if mid.isascii() and mid.isdecimal() and idx.isascii() and idx.isdecimal():
        return f"{mid}_{idx}"
    return parts.path if parts.path.startswith("/s/") else ""


@dataclass(frozen=True, slots=True)
class Fall:
    """A sum that became smaller."""

    msgid: str
    family: Family
    stat_date: date
    member: str
    before: int
    after: int


def falls(before: Sequence[ArticleDay], new: Sequence[ArticleDay]) -> tuple[Fall, ...]:
    """Return the sums that fell in rows that are new: below the day before, or below what was said of the same day."""
    newest: dict[tuple[str, Family, date], ArticleDay] = {_key(row): row for row in before}
    said_before: Mapping[tuple[str, Family, date], ArticleDay] = dict(newest)
    newest |= {_key(row): row for row in new}
    series: dict[tuple[str, Family], list[ArticleDay]] = {}
    for row in sorted(newest.values(), key=lambda row: row.stat_date):
        series.setdefault((row.msgid, row.family), []).append(row)
    found: list[Fall] = []
    for row in new:
        earlier = [each for each in series[row.msgid, row.family] if each.stat_date < row.stat_date][-1:]
        for other in (*earlier, *(each for each in [said_before.get(_key(row))] if each is not None)):
            found += [fall for fall in _lower(other, row) if fall not in found]
    return tuple(found)


def _key(row: ArticleDay) -> tuple[str, Family, date]:
    return row.msgid, row.family, row.stat_date


def _lower(before: ArticleDay, after: ArticleDay) -> Iterable[Fall]:
    for member in SUMS:
        old, new = getattr(before, member), getattr(after, member)
        if old is not None and new is not None and new < old:
            yield Fall(after.msgid, after.family, after.stat_date, member, old, new)
