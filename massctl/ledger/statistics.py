"""The archive of statistics: append-only JSON lines beside the ledger, one file for each account and month.

A line is written when WeChat said something new of an article or a day; the line that was seen last counts. So a
number that WeChat corrected later stays readable, and a process that dies leaves what was written before. A line that
cannot be read, or that WeChat's answers cannot have made, is left out and counted: a crash can leave a torn one, and
an editor any other. Nothing that is sent is read here.
"""

import fcntl
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from massctl.apply.ports import Archived
from massctl.errors import LedgerError, LedgerUnreachableError
from massctl.ledger.git_branch import GitBranch, Push, Tip
from massctl.model.ids import AppId
from massctl.model.phrase import Phrase, system_reason
from massctl.model.statistics import (
    COUNT_MAX,
    MINUTES_MAX,
    SUMS,
    AccountDay,
    ArticleDay,
    Asked,
    Family,
    Outcome,
    Statistics,
    StatisticsCall,
    Told,
)

T = TypeVar("T")
Row = Mapping[str, Any]

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""Our own bound, far above a month of eight articles a day; a file beyond it was not written by massctl."""
_ARTICLES: Final = "articles"
_ACCOUNT: Final = "account"
_CALLS: Final = "calls"
_TOLD: Final = "told"

_OURS: Final = re.compile(rf"(?:{_ARTICLES}|{_ACCOUNT}|{_CALLS})-[0-9]{{4}}-[0-9]{{2}}\.jsonl|{_TOLD}\.jsonl", re.ASCII)

ARTICLE_COUNTS: Final = (*SUMS, "target_user")
_ARTICLE_RATES: Final = {"read_delivery_rate": 1.0, "read_finish_rate": 1.0, "read_avg_activetime": MINUTES_MAX}
"""What is no count -> the most that it can be."""
_READING_COUNTS: Final = (
    "read_user",
    "share_user",
    "zaikan_user",
    "like_user",
    "comment_count",
    "collection_user",
    "redirect_ori_page_user",
    "send_page_count",
)
"""What getbizsummary says of a day; the followers come from other calls, and so in rows of their own."""
_DAY_MAPPINGS: Final = ("read_user_source", "new_user", "cancel_user")
_NUMBERED: Final = frozenset({"new_user", "cancel_user", "read_jump_position"})
"""JSON writes the numbers that these are keyed by as strings."""
_OUTCOMES: Final = get_args(Outcome)
_COUNTED_MAX: Final = timedelta(days=366)
"""Our own bound: WeChat counts an article for 30 days."""
_FIRST_DAY: Final = date(2000, 1, 1)
_LAST_DAY: Final = date(2999, 12, 31)
"""Days are added to and taken from those of the archive; WeChat has none that are near these bounds."""


class StatisticsArchive(ABC):
    """The rows of every account; where the files are is the subclass's to know."""

    def load(self, appid: AppId, since: date | None = None) -> Statistics:
        """Read the articles published since a day and the account's days since then; everything without a day.

        Raises LedgerError if the archive cannot be reached.
        """
        unreadable = _Count()
        articles: dict[str, dict[tuple[Family, date], ArticleDay]] = {}
        for row in self._rows(appid, _ARTICLES, since, unreadable, lambda row: _article(appid, row)):
            if since is None or row.ref_date >= since:
                days = articles.setdefault(row.msgid, {})
                key = row.family, row.stat_date
                if key not in days or days[key].seen_at <= row.seen_at:
                    days[key] = row
        account = dict(sorted(self._days(appid, since, unreadable).items()))
        newest = {msgid: tuple(days[key] for key in sorted(days)) for msgid, days in articles.items()}
        return Statistics(newest, account, unreadable.number)

    def asked(self, appid: AppId, since: date | None = None) -> tuple[Asked, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        return tuple(self._rows(appid, _CALLS, since, _Count(), _asked))

    def asked_here(self, appid: AppId) -> tuple[Asked, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        return self.asked(appid)

    def told(self, appid: AppId) -> frozenset[Told]:
        """Return which channels were told which reports."""
        return frozenset(self._rows(appid, _TOLD, None, _Count(), _told))

    def add(self, appid: AppId, articles: Sequence[ArticleDay], days: Sequence[AccountDay], asked: Asked) -> Archived:
        """See `massctl.apply.ports.StatisticsArchive`."""
        first = min([asked.begin_date, *(row.ref_date for row in articles), *(day.ref_date for day in days)])
        known = self.load(appid, first)
        new = [row for row in articles if not any(_same(row, other) for other in known.articles.get(row.msgid, ()))]
        new_days = [day for day in days if _says_more(known.account.get(day.ref_date), day)]
        lines: dict[str, list[str]] = {}
        for row in new:
            lines.setdefault(_file(_ARTICLES, row.ref_date), []).append(_written(row))
        for day in new_days:
            lines.setdefault(_file(_ACCOUNT, day.ref_date), []).append(json.dumps(_day_row(day), ensure_ascii=False))
        self._append(appid, lines)
        self._append(appid, {_file(_CALLS, asked.at.date()): [_written(asked)]})
        return Archived(known, tuple(new), tuple(new_days))

    def note_told(self, appid: AppId, told: Iterable[Told]) -> None:
        """Remember that channels were told reports."""
        self._append(appid, {f"{_TOLD}.jsonl": [_written(each) for each in told]})

    def take_over(self, other: "StatisticsArchive", appid: AppId) -> None:
        """Append what another archive has of an account and this one has not; `flush` makes it last."""
        lines: dict[str, list[str]] = {}
        for name in filter(_OURS.fullmatch, other._names(appid)):
            here = {line for data in self._data(appid, [name]) for line in data.split(b"\n")}
            there = [line for data in other._data(appid, [name]) for line in data.split(b"\n")]
            if new := [line.decode("utf-8", errors="replace") for line in there if line.strip() and line not in here]:
                lines[name] = new
        self._append(appid, lines)

    def flush(self) -> None:
        """See `massctl.apply.ports.StatisticsArchive`; files here are written at once."""
        return

    def _days(self, appid: AppId, since: date | None, unreadable: "_Count") -> dict[date, AccountDay]:
        found: dict[date, AccountDay] = {}
        rows = self._rows(appid, _ACCOUNT, since, unreadable, lambda row: (_day(row["ref_date"]), _moment(row), row))
        for day, _, row in sorted(rows, key=lambda each: each[:2]):
            if since is None or day >= since:
                try:
                    before = found.get(day) or AccountDay(appid=appid, ref_date=day, seen_at=_moment(row))
                    found[day] = _merged(before, row)
                except (TypeError, ValueError):
                    unreadable.number += 1
        return found

    def _rows(
        self, appid: AppId, kind: str, since: date | None, unreadable: "_Count", read: Callable[[Row], T]
    ) -> Iterator[T]:
        first = _file(kind, since) if since is not None else ""
        names = [name for name in sorted(self._names(appid)) if name.startswith(kind) and name >= first]
        for data in self._data(appid, names):
            for line in data.split(b"\n"):
                if line.strip():
                    try:
                        yield read(json.loads(line))
                    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                        unreadable.number += 1

    @abstractmethod
    def _names(self, appid: AppId) -> Sequence[str]:
        """Return the names of an account's files."""

    @abstractmethod
    def _data(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        """Return what is in files; nothing of one that massctl did not write."""

    @abstractmethod
    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        """Append lines to files, by their names; raises LedgerError where that is impossible."""


class LocalStatistics(StatisticsArchive):
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

    def _data(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        for path in (self._folder / appid / name for name in names):
            # A pipe would block the read.
            try:
                if path.is_file() and path.stat().st_size <= FILE_BYTES_MAX:
                    yield path.read_bytes()
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
                    Phrase("{file}: {why}. Nothing else was touched.", file=name, why=system_reason(error)),
                    Phrase("make the folder writable, or free some disk space; then run the same command again"),
                ) from None


def _unreadable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        Phrase("the archive of statistics cannot be read"),
        Phrase("{file}: {why}. No send depends on it.", file=path.name, why=system_reason(error)),
        Phrase("make it a folder that massctl may read; then run the same command again"),
    )


class GitStatistics(StatisticsArchive):
    """The same files on a branch of the remote, beside the ledger's: that branch stays small.

    What is added waits for `flush`, which is one commit and one push. Where another runner pushed first, the lines are
    appended behind its own. To read, the copy that was fetched last will do where the remote is out of reach; to ask
    what was asked before, it will not: calls would be made whose answers nobody could keep.

    WeChat counts an article for 30 days, so nobody can collect again what was on a branch that somebody deleted: the
    copy takes its place.
    """

    def __init__(self, branch: GitBranch, tell: Callable[[Phrase], None] = lambda _: None) -> None:
        self._branch = branch
        self._tell = tell
        self._fetched: list[Tip | None] = []
        """Where the branch is, once it was fetched."""
        self._is_gone = False
        """Whether the remote has it no more, and the copy takes its place."""
        self._waiting: dict[str, list[str]] = {}

    def load(self, appid: AppId, since: date | None = None) -> Statistics:
        """Read as `StatisticsArchive.load` does, also from the copy that was fetched last."""
        try:
            self._tip()
        except LedgerUnreachableError as error:
            known = self._branch.fetched()
            if known is None:
                raise
            say = Phrase("{why}\nShown are the statistics that were fetched last.", why=error.summary)
            self._tell(say)
            self._fetched = [known]
        return super().load(appid, since)

    def asked_here(self, appid: AppId) -> tuple[Asked, ...]:
        """See `massctl.apply.ports.StatisticsArchive`."""
        if not self._fetched and (known := self._branch.fetched()) is None:
            return ()
        copy = GitStatistics(self._branch, self._tell)
        copy._fetched = self._fetched or [known]
        return copy.asked(appid)

    def flush(self) -> None:
        """Push what was added. Raises LedgerUnreachableError, and what was added is lost: it is due again."""
        for _ in range(PUSHES_MAX):
            if not self._waiting:
                return
            before = self._tip()
            files = dict(zip(self._waiting, self._contents(list(self._waiting)), strict=True))
            written: dict[str, bytes | None] = {
                path: _ended(data or b"") + "".join(f"{line}\n" for line in self._waiting[path]).encode()
                for path, data in files.items()
            }
            if before is None or self._is_gone:
                written["README.md"] = _README.encode()
            # The copy has one commit without its parents, which no remote takes: its folders go into a new one.
            kept = self._branch.list(before, "") if before is not None and self._is_gone else {}
            folders = {name: tree for name, tree in kept.items() if name not in written}
            parent = None if self._is_gone else before
            commit = self._branch.commit(parent, written, "Statistics", trees=folders)
            pushed = self._branch.push(commit)
            if pushed.outcome is Push.DONE:
                self._fetched, self._waiting, self._is_gone = [commit], {}, False
                return
            self._fetched = []
            if pushed.outcome is Push.REFUSED and pushed.why is not None:
                raise pushed.why
        raise LedgerUnreachableError(
            Phrase("the branch of the statistics was pushed to by others again and again"),
            Phrase("{branch}. What was collected is lost, and is due again.", branch=self._branch.name),
            Phrase("run the same command again"),
        )

    def _tip(self) -> Tip | None:
        if not self._fetched:
            known, there = self._branch.fetched(), self._branch.fetch(forget=False)
            self._is_gone = there is None and known is not None
            if self._is_gone:
                say = Phrase(
                    "{branch} is gone from the remote: its copy here is shown, and the next collection pushes it"
                )
                self._tell(Phrase(say, branch=self._branch.name))
            self._fetched = [there or known]
        return self._fetched[0]

    def _contents(self, paths: Sequence[str]) -> list[bytes | None]:
        tip = self._tip()
        return self._branch.read(tip, paths) if tip is not None and paths else [None] * len(paths)

    def _names(self, appid: AppId) -> Sequence[str]:
        tip = self._tip()
        here = self._branch.list(tip, appid) if tip is not None else {}
        waiting = {path.removeprefix(f"{appid}/") for path in self._waiting if path.startswith(f"{appid}/")}
        return sorted({*here, *waiting})

    def _data(self, appid: AppId, names: Sequence[str]) -> Iterable[bytes]:
        paths = [f"{appid}/{name}" for name in names]
        for path, data in zip(paths, self._contents(paths), strict=True):
            if data is None or len(data) <= FILE_BYTES_MAX:
                yield _ended(data or b"") + "".join(f"{line}\n" for line in self._waiting.get(path, ())).encode()

    def _append(self, appid: AppId, lines: Mapping[str, Sequence[str]]) -> None:
        for name, each in lines.items():
            self._waiting.setdefault(f"{appid}/{name}", []).extend(each)


PUSHES_MAX: Final = 5
"""Our own bound, as for the ledger."""
_README: Final = """\
# Statistics

What WeChat counted of this repository's sends, as massctl collected it: JSON lines, a folder for each account. massctl
only appends. `massctl report` reads this branch; no send depends on it.
"""


def _ended(data: bytes) -> bytes:
    """End a torn last line, so that the next one stands by itself."""
    return data if not data or data.endswith(b"\n") else data + b"\n"


def _append_to(path: Path, lines: Sequence[str]) -> None:
    """Append whole lines; a torn line of another process ends before them."""
    if not lines:
        return
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, os.SEEK_END)
        torn = False
        if file.tell():
            file.seek(-1, os.SEEK_END)
            torn = file.read(1) != b"\n"
        file.write(("\n" * torn + "".join(f"{line}\n" for line in lines)).encode())
        file.flush()
        os.fsync(file.fileno())


class _Count:
    """How many lines could not be read."""

    number = 0


def _file(kind: str, day: date) -> str:
    return f"{kind}-{day:%Y-%m}.jsonl"


def _written(row: ArticleDay | Asked | Told) -> str:
    """Write a row as a line, without what it does not know."""
    values = {each.name: getattr(row, each.name) for each in fields(row) if each.name != "appid"}
    known = {name: _plain(value) for name, value in values.items() if value is not None and value != {}}
    return json.dumps(known, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else value


def _day_row(day: AccountDay) -> dict[str, Any]:
    """Return a day's row as it is written: only what the call that made it says."""
    said = {name: getattr(day, name) for name in (*_READING_COUNTS, "cumulate_user")}
    row: dict[str, Any] = {"ref_date": day.ref_date.isoformat(), "seen_at": day.seen_at.isoformat()}
    row |= {name: value for name, value in said.items() if value is not None}
    if any(said[name] is not None for name in _READING_COUNTS):
        row |= {"is_delay": day.is_delay, "read_user_source": dict(day.read_user_source)}
    users = {name: getattr(day, name) for name in ("new_user", "cancel_user")}
    return row | {
        name: {str(key): each for key, each in value.items()} for name, value in users.items() if value is not None
    }


def _says_more(before: AccountDay | None, day: AccountDay) -> bool:
    if before is None:
        return True
    return _merged(before, _day_row(day)) != _merged(before, {"seen_at": day.seen_at.isoformat()})


def _merged(before: AccountDay, row: Row) -> AccountDay:
    """Return a day with what a newer row says of it; what the row does not speak of stays."""
    known = {each.name: getattr(before, each.name) for each in fields(before)}
    said: dict[str, Any] = {name: _whole(row[name]) for name in (*_READING_COUNTS, "cumulate_user") if name in row}
    said |= {name: _counts(row[name], name) for name in _DAY_MAPPINGS if name in row}
    if "is_delay" in row:
        said["is_delay"] = row["is_delay"] is True
    return AccountDay(**{**known, **said, "seen_at": _moment(row)})


_FAMILIES: Final = {each.value: each for each in Family}


def _article(appid: AppId, row: Row) -> ArticleDay:
    """Read a row; raises where it is not one of ours. It is read a thousand times, so it is light."""
    values: dict[str, Any] = {name: _whole(row[name]) for name in ARTICLE_COUNTS if name in row}
    for name, most in _ARTICLE_RATES.items():
        if name in row:
            values[name] = _share(row[name], most)
    for name in ("read_user_source", "read_jump_position"):
        if name in row:
            values[name] = _counts(row[name], name)
    for name in ("title", "content_url"):
        if name in row:
            values[name] = _text(row[name])
    if "publish_type" in row:
        values["publish_type"] = _whole(row["publish_type"])
    ref_date, stat_date = _day(row["ref_date"]), _day(row["stat_date"])
    if not timedelta(0) <= stat_date - ref_date <= _COUNTED_MAX:
        raise ValueError
    return ArticleDay(
        appid=appid,
        family=_FAMILIES[row["family"]],
        msgid=_text(row["msgid"]),
        ref_date=ref_date,
        stat_date=stat_date,
        seen_at=_moment(row),
        is_delay=row.get("is_delay") is True,
        **values,
    )


def _asked(row: Row) -> Asked:
    at, outcome = _instant(row["at"]), row["outcome"]
    dates = _day(row["begin_date"]), _day(row["end_date"])
    if outcome not in _OUTCOMES:
        raise ValueError
    return Asked(StatisticsCall(row["call"]), *dates, at, outcome, row.get("errcode"), _whole(row.get("rows", 0)))


def _told(row: Row) -> Told:
    return Told(str(row["campaign"]), _whole(row["edition"]), _whole(row["day"]), str(row["channel"]))


@lru_cache(4096)
def _day(written: str) -> date:
    day = date.fromisoformat(written)
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise ValueError
    return day


@lru_cache(4096)
def _instant(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    if at.tzinfo is None or not _FIRST_DAY <= at.date() <= _LAST_DAY:
        raise ValueError
    return at


def _moment(row: Row) -> datetime:
    return _instant(row["seen_at"])


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError
    return value


def _share(value: Any, most: float = 1.0) -> float:
    # What is not a number (NaN) is within nothing.
    if type(value) not in (int, float) or not 0 <= value <= most:
        raise ValueError
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError
    return value


def _counts(value: Any, name: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise TypeError
    if name == "read_jump_position":
        return {int(key): _share(each) for key, each in value.items()}
    return {int(key) if name in _NUMBERED else _text(key): _whole(each) for key, each in value.items()}


def _same(row: ArticleDay, other: ArticleDay) -> bool:
    """Whether two rows say the same, whenever they were seen."""
    return all(getattr(row, each.name) == getattr(other, each.name) for each in fields(row) if each.name != "seen_at")
