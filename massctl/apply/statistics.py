"""Collect the statistics of an account: make the calls that are due, and archive what WeChat says.

Nothing here sends, stages or writes the ledger. A call that fails is told. It ends the calls of
this account if no other would succeed either. What was answered is in the archive before the next call is made.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct, field

from massctl.apply.outcome import failure_of
from massctl.apply.ports import Clock, Counted, DataCube, StatisticsArchive
from massctl.errors import PermanentError, QuotaError, WeChatError
from massctl.model.diagnostics import Failure
from massctl.model.ids import AppId
from massctl.model.statistics import CallOutcome, JudgedCall, StatisticsCall, StatisticsRequest
from massctl.plan.statistics import Fall, falls, has_newest_day

NO_RIGHT = 48001
"""The account has no right to the statistics. Source: WeChat docs, global return codes, read 2026-11."""
NOT_COUNTED = 61503
"""WeChat has not counted the day yet. Source: WeChat docs, the error list of each call of wedata, read 2026-11."""


class Collected(Struct):
    """What came of the calls of one account."""

    appid: AppId
    calls: list[JudgedCall] = field(default_factory=list)
    rows: int = 0
    """New rows in the archive."""
    left_out: int = 0
    """Rows and numbers that were not what WeChat documents."""
    falls: list[Fall] = field(default_factory=list)
    error: Failure | None = None
    """Why the first call was refused or not answered; a day that is not counted yet is no failure."""

    @property
    def waits(self) -> bool:
        """Whether WeChat will say more later today."""
        return any(each.outcome in ("delayed", "not_ready") for each in self.calls)


def collect(
    appid: AppId,
    wechat: DataCube,
    archive: StatisticsArchive,
    requests: Sequence[StatisticsRequest],
    clock: Clock,
    until: datetime | None = None,
    known: Collection[str] = (),
) -> Collected:
    """Make the calls, and archive each answer; raises a LedgerError where the archive cannot be written.

    `known` are the msg_data_ids of the ledger. After `until` no call is begun: what is left is due the next time. If
    WeChat has not counted a day, the same call is not made for other days.
    """
    found = Collected(appid)
    not_counted: set[StatisticsCall] = set()
    for request in requests:
        if request.call in not_counted:
            continue
        at = clock.now()
        if until is not None and at >= until:
            break
        try:
            counted = wechat.statistics(
                request.call, request.begin_date, request.end_date, at, known
            )
        except WeChatError as error:
            if isinstance(error, PermanentError | QuotaError):
                outcome: CallOutcome = "not_ready" if error.errcode == NOT_COUNTED else "refused"
                found.calls.append(request.judged(at, outcome, error.errcode))
                archive.add(appid, (), (), found.calls[-1])
            if error.errcode == NOT_COUNTED:
                not_counted.add(request.call)
                continue
            found.error = found.error or failure_of(error)
            if not isinstance(error, PermanentError):
                break
            continue
        _archive(found, archive, request, counted, at)
    archive.flush()
    return found


def _archive(
    found: Collected,
    archive: StatisticsArchive,
    request: StatisticsRequest,
    counted: Counted,
    at: datetime,
) -> None:
    """Keep an answer, and note in `found` what it brought and which sums fell with it."""
    rows = len(counted.articles) + len(counted.days)
    is_whole = not counted.is_delay and has_newest_day(request, counted.articles, counted.days, at)
    call = request.judged(at, "done" if is_whole else "delayed", rows=rows)
    found.calls.append(call)
    archived = archive.add(found.appid, counted.articles, counted.days, call)
    found.rows += len(archived.articles) + len(archived.days)
    found.left_out += counted.left_out
    msgids = {each.msgid for each in archived.articles}
    known = [row for msgid in msgids for row in archived.before.articles.get(msgid, ())]
    found.falls += falls(known, archived.articles)
