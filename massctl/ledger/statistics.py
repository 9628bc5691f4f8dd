"""The archive of statistics: append-only JSON lines beside the ledger, a folder for each account, files by month.

A line is written when WeChat said something new of an article or a day; the line that was seen last counts. So a
number that WeChat corrected later stays readable, and a process that dies leaves what was written before. A line that
cannot be read, or that WeChat's answers cannot have made, is left out and counted: a crash can leave a torn one, and
an editor any other. No send reads the archive.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec.json import Decoder, encode
from msgspec.structs import fields, replace

from massctl import system
from massctl.errors import LedgerError
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase, system_reason
from massctl.model.statistics import (
    AccountDay,
    Archived,
    ArticleDay,
    JudgedCall,
    Statistics,
    is_line,
)

_ARTICLES = "articles"
_ACCOUNT = "account"
_CALLS = "calls"
_SHAPES = {_ARTICLES: ArticleDay, _ACCOUNT: AccountDay, _CALLS: JudgedCall}
"""What a line of each kind of file says."""

_FILE_NAME = re.compile(
    rf"(?:{_ARTICLES}|{_ACCOUNT}|{_CALLS})-[0-9]{{4}}-[0-9]{{2}}\.jsonl", re.ASCII
)

_BIZSUMMARY = (
    *("read_user", "share_user", "zaikan_user", "like_user", "comment_count", "collection_user"),
    *("redirect_ori_page_user", "send_page_count"),
)
"""What getbizsummary alone gives: a row that has none of them is another call's, without delay and sources."""
_COUNTED_MAX = timedelta(days=366)
"""Our own bound: WeChat counts an article for 30 days."""


class StatisticsFiles(ABC):
    """The archive as files of JSON lines; a subclass knows where they are."""

    def load(self, appid: AppId, since: date | None = None) -> Statistics:
        """Read the articles published since a day and the account's days since then; everything without a day.

        Raises LedgerError if the archive cannot be reached.
        """
        unreadable = _Unreadable()
        articles: dict[str, dict[date, ArticleDay]] = {}
        for row in self._rows(appid, _ARTICLES, since, unreadable):
            if not timedelta(0) <= row.stat_date - row.ref_date <= _COUNTED_MAX:
                unreadable.number += 1
            elif since is None or row.ref_date >= since:
                days = articles.setdefault(row.msgid, {})
                if row.stat_date not in days or days[row.stat_date].seen_at <= row.seen_at:
                    days[row.stat_date] = row
        account: dict[date, AccountDay] = {}
        said = self._rows(appid, _ACCOUNT, since, unreadable)
        for day in sorted(said, key=lambda each: (each.ref_date, each.seen_at)):
            if since is None or day.ref_date >= since:
                account[day.ref_date] = _merged(account.get(day.ref_date), day)
        newest = {
            msgid: tuple(days[day] for day in sorted(days)) for msgid, days in articles.items()
        }
        return Statistics(newest, account, unreadable.number)

    def calls(self, appid: AppId, since: date | None = None) -> tuple[JudgedCall, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        return tuple(self._rows(appid, _CALLS, since, _Unreadable()))

    def calls_known_here(self, appid: AppId) -> tuple[JudgedCall, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        return self.calls(appid)

    def unreadable(self, appid: AppId) -> int:
        """Count the lines of an account that cannot be read."""
        found = _Unreadable()
        for kind in _SHAPES:
            for _ in self._rows(appid, kind, None, found):
                pass
        return found.number

    def add(
        self,
        appid: AppId,
        articles: Sequence[ArticleDay],
        days: Sequence[AccountDay],
        call: JudgedCall,
    ) -> Archived:
        """See `massctl.apply.ports.StatisticsArchive`."""
        first = min(
            [call.begin_date, *(row.ref_date for row in articles), *(day.ref_date for day in days)]
        )
        known = self.load(appid, first)
        new = [
            row
            for row in articles
            if not any(_same(row, other) for other in known.articles.get(row.msgid, ()))
        ]
        new_days = [day for day in days if _says_more(known.account.get(day.ref_date), day)]
        lines: dict[str, list[str]] = {}
        for row in new:
            lines.setdefault(_file(_ARTICLES, row.ref_date), []).append(_written(row))
        for day in new_days:
            lines.setdefault(_file(_ACCOUNT, day.ref_date), []).append(_written(day))
        self._append(appid, lines)
        self._append(appid, {_file(_CALLS, call.at.date()): [_written(call)]})
        return Archived(known, tuple(new), tuple(new_days))

    def take_over(self, other: "StatisticsFiles", appid: AppId) -> None:
        """Append what another archive has of an account and this one has not; as after `add`, `flush` keeps it."""
        self._append(appid, self.lacking(other, appid))

    def lacking(self, other: "StatisticsFiles", appid: AppId) -> Mapping[str, Sequence[str]]:
        """Return the lines of another archive that are not here, by the names of their files."""
        lines: dict[str, list[str]] = {}
        for name in filter(_FILE_NAME.fullmatch, other._names(appid)):
            here = set(self._lines(appid, [name]))
            if new := [
                line.decode("utf-8", errors="replace")
                for line in other._lines(appid, [name])
                if line.strip() and line not in here
            ]:
                lines[name] = new
        return lines

    def flush(self) -> None:
        """See `massctl.apply.ports.StatisticsArchive`; files here are written at once."""
        return

    def _rows(
        self, appid: AppId, kind: str, since: date | None, unreadable: "_Unreadable"
    ) -> Iterator[Any]:
        first = _file(kind, since) if since is not None else ""
        names = [
            name for name in sorted(self._names(appid)) if name.startswith(kind) and name >= first
        ]
        read = Decoder(_SHAPES[kind]).decode
        for line in self._lines(appid, names):
            if line.strip():
                try:
                    row = read(line)
                    _require_sound(row)
                except ValueError:
                    unreadable.number += 1
                else:
                    yield row

    @abstractmethod
    def _names(self, appid: AppId) -> Sequence[str]:
        """Return the names of an account's files."""

    @abstractmethod
    def _lines(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        """Return the lines of files, one by one and without their ends."""

    @abstractmethod
    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        """Append lines to files, by their names; raise LedgerError where that is impossible."""


class LocalStatistics(StatisticsFiles):
    """A folder, which is made when something is first written; each account has one of its own in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _names(self, appid: AppId) -> Sequence[str]:
        try:
            return [path.name for path in (self._folder / appid).iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable(self._folder, error) from None

    def _lines(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        for path in (self._folder / appid / name for name in names):
            # A pipe would block the read.
            try:
                if path.is_file():
                    with path.open("rb") as file:
                        yield from (line.removesuffix(b"\n") for line in file)
            except OSError as error:
                raise _unreadable(path, error) from None

    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        for name, each in lines.items():
            try:
                (self._folder / appid).mkdir(parents=True, exist_ok=True)
                _append_to(self._folder / appid / name, each)
            except OSError as error:
                raise LedgerError(
                    Phrase("the archive of statistics cannot be written"),
                    Phrase(
                        "{file}: {why}. Nothing else was touched.",
                        file=name,
                        why=system_reason(error),
                    ),
                    Phrase(
                        "make the folder writable, or free some disk space; then run the same command again"
                    ),
                ) from None


def _unreadable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        Phrase("the archive of statistics cannot be read"),
        Phrase("{file}: {why}. No send depends on it.", file=path.name, why=system_reason(error)),
        Phrase("make it a folder that massctl may read; then run the same command again"),
    )


def _append_to(path: Path, lines: Sequence[str]) -> None:
    """Append whole lines; a torn line of another process ends before them."""
    if not lines:
        return
    with path.open("a+b") as file:
        system.hold_lock(file.fileno(), waits=True)
        file.seek(0, os.SEEK_END)
        torn = False
        if file.tell():
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        file.write(("\n" * torn + "".join(f"{line}\n" for line in lines)).encode())
        file.flush()
        os.fsync(file.fileno())


class _Unreadable:
    """How many lines could not be read, counted while rows are."""

    number = 0


def _file(kind: str, day: date) -> str:
    return f"{kind}-{day:%Y-%m}.jsonl"


def _require_sound(row: ArticleDay | AccountDay | JudgedCall) -> None:
    """Raise ValueError for a day of no year of ours, which with some days more may be no date; or for hostile text."""
    for day in row.days:
        if not 2000 <= day.year < 3000:
            raise ValueError(day)
    if not all(map(is_line, filter(None, row.texts))):
        raise ValueError(row.texts)


def _written(row: Frozen) -> str:
    """Write a row as a line, without what it does not know."""
    return encode(row).decode()


def _says_more(before: AccountDay | None, day: AccountDay) -> bool:
    return before is None or replace(_merged(before, day), seen_at=before.seen_at) != before


def _merged(before: AccountDay | None, day: AccountDay) -> AccountDay:
    """Return a day with what a newer row says of it; what the row does not speak of stays."""
    if before is None:
        return day
    said = {each.name: getattr(day, each.name) for each in fields(day)}
    if all(said[name] is None for name in _BIZSUMMARY):
        del said["is_delay"], said["read_user_source"]
    return replace(before, **{name: value for name, value in said.items() if value is not None})


def _same(row: ArticleDay, other: ArticleDay) -> bool:
    """Whether two rows say the same, whenever they were seen."""
    return all(
        getattr(row, each.name) == getattr(other, each.name)
        for each in fields(row)
        if each.name != "seen_at"
    )
