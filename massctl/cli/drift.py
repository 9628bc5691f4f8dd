"""Read what campaigns depend on before their windows open, and tell each drift once, while there is time.

Reading changes nothing and needs no lease. What was told is on record in the ledger, which all runners share. How far
the readings have come is remembered on this machine alone: one that remembers nothing reads once more, and tells
nothing twice. The output and every channel are told as of everything else (`cli/notifications.py`).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from massctl.apply.notices import hears, is_over
from massctl.apply.outcome import unread_of, what_happened
from massctl.apply.ports import DataCube
from massctl.apply.refresh import read_remote
from massctl.cli.downloads import downloads_of
from massctl.cli.ledger_access import alone, ledger_refusal, ledger_session, read_ledger
from massctl.cli.link_check import silent_addresses
from massctl.cli.notifications import Found, Output, deliver, is_writable, notice_finder
from massctl.cli.planner import Planned, PlanOptions, Purpose, planned
from massctl.cli.session import Session
from massctl.errors import AuthError, InvariantError, LedgerError, MassctlError
from massctl.model.diagnostics import Unread
from massctl.model.entries import Event, Told
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import Record, RecordKey, State, beijing_day
from massctl.model.statistics import ArticleDay, StatisticsCall
from massctl.parallel_calls import side_by_side
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.drift_readings import (
    TOLD,
    ReadingProgress,
    after_reading,
    allowance_drift,
    due_readings,
    is_settled,
    known_drifts,
    may_drift,
    over_facts,
)
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.statistics import newest_day, website_sends
from massctl.plan.window import WindowState, window_state
from massctl.transport import NoAnswer
from massctl.view.words import drift_hint, drift_words
from massctl.whole_file import write_whole

_FILE = "reading-progress"


class DriftsRead(Frozen):
    """What campaigns depend on, as it is now."""

    drifts: tuple[Drift, ...] = ()
    unread: tuple[Unread, ...] = ()
    """What could not be read, which is no drift."""
    unknown: frozenset[CampaignName] = frozenset()
    """The campaigns of which something could not be read."""

    def of(self, name: CampaignName) -> list[Drift]:
        """Return the drifts of a campaign."""
        return [each for each in self.drifts if each.campaign == name]


def read_drifts(session: Session, made: Planned) -> DriftsRead:
    """Read everything that the campaigns of a plan depend on; return each drift once."""
    # A send in doubt may have used up its draft and its allowance: what became of it is the first question.
    judged = [
        each
        for each in made.plan.campaigns
        if not made.state.record(each.name, each.edition).is_in_doubt
    ]
    campaigns = [
        replace(each, rendered=each.rendered or made.unlocked.get(each.name)) for each in judged
    ]
    found = _of_wechat(
        session, made.state, [each for each in campaigns if each.rendered is not None]
    )
    links = _of_links(campaigns) if session.settings.policy.check_links else []
    # Without its content nobody knows what a campaign depends on.
    unknown = found.unknown | {each.name for each in campaigns if each.rendered is None}
    known: list[Drift] = []
    for planned_as, each in zip(judged, campaigns, strict=True):
        known += known_drifts(
            planned_as, each.rendered, made.state, made.rules, session.clock.now()
        )
    # Statistics are asked for only where a campaign of the account could be read as a whole.
    reached = {
        AccountName(each.account) for each in judged if each.account and each.name not in unknown
    }
    allowance = _of_allowance(session, made, judged, reached)
    once = {
        (each.campaign, each.kind, each.subject): each
        for each in (*found.drifts, *links, *known, *allowance.drifts)
    }
    return DriftsRead(
        tuple(once.values()), (*found.unread, *allowance.unread), unknown | allowance.unknown
    )


def _of_wechat(session: Session, state: State, campaigns: Sequence[PlannedCampaign]) -> DriftsRead:
    """Read drafts, tags, audiences and addresses of campaigns that were rendered."""
    accounts = [AccountName(each.account) for each in campaigns if each.account is not None]
    if not accounts:
        return DriftsRead()
    with downloads_of(session, session.api_base(accounts[0])) as downloads:
        remote = read_remote(
            campaigns, state, session.wechat, side_by_side, Addresses(downloads.is_there)
        )
    return DriftsRead(
        tuple(each for each in remote.drifts if each.kind in TOLD), remote.unread, remote.unknown
    )


def _of_links(campaigns: Sequence[PlannedCampaign]) -> list[Drift]:
    """Ask the addresses that campaigns lead to; return those that do not answer."""
    led = [
        (each.name, each.edition or 1, place.target)
        for each in campaigns
        if each.rendered is not None
        for place in (*each.rendered.destinations, *each.rendered.seen)
    ]
    silent = silent_addresses(target for _, _, target in led)
    return [
        Drift(name, edition, DriftKind.LINK_SILENT, target, None, None)
        for name, edition, target in led
        if target in silent
    ]


def _of_allowance(
    session: Session,
    made: Planned,
    judged: Sequence[PlannedCampaign],
    accounts: Collection[AccountName],
) -> DriftsRead:
    """Find the campaigns whose allowance is used up by sends in the console."""
    counted, unread = _counted_sends(session, made.state, accounts)
    recorded = made.state.website_sends
    sends = {
        appid: [*recorded.get(appid, []), *counted.get(appid, [])]
        for appid in {*recorded, *counted}
    }
    unknown = frozenset(
        each.name for each in judged if each.account in {missed.account for missed in unread}
    )
    if made.at is None or not any(sends.values()):
        return DriftsRead((), tuple(unread), unknown)
    now = session.clock.now()
    with_all = made.at(made.state.with_website_sends(sends), now)
    without = {
        each.name: each for each in made.at(made.state.with_website_sends({}), now).campaigns
    }
    names = {each.name for each in judged}
    pairs = [(each, without[each.name]) for each in with_all.campaigns if each.name in names]
    found = [
        allowance_drift(made.state.record(each.name, each.edition), each, other)
        for each, other in pairs
    ]
    return DriftsRead(tuple(each for each in found if each is not None), tuple(unread), unknown)


def _counted_sends(
    session: Session, state: State, accounts: Collection[AccountName]
) -> tuple[dict[AppId, list[datetime]], list[Unread]]:
    """Return the console sends of this month that WeChat counted and nobody recorded, and what could not be read.

    WeChat counts a day late. So only the monthly allowance of a service account can be judged from it.
    """
    sends: dict[AppId, list[datetime]] = {}
    unread: list[Unread] = []
    now = session.clock.now()
    last = newest_day(now)
    days = (
        [last.replace(day=number) for number in range(last.day, 0, -1)]
        if _is_this_month(last, now)
        else []
    )
    for account in sorted(accounts):
        declared = session.settings.accounts[account]
        if declared.kind != "service" or not days:
            continue
        try:
            articles = _articles_of(session.wechat(account), days, now)
        except InvariantError:
            raise
        except MassctlError as error:
            unread.append(unread_of(error, account))
            continue
        appid = AppId(declared.appid)
        sends[appid] = [*sends.get(appid, []), *website_sends(articles, state, appid)]
    return sends, unread


def _is_this_month(day: date, now: datetime) -> bool:
    return day.replace(day=1) == beijing_day(now).replace(day=1)


def _articles_of(client: DataCube, days: Sequence[date], now: datetime) -> list[ArticleDay]:
    """Return the articles that WeChat counted on some days; none for an account without the right to statistics."""
    calls = [partial(client.statistics, StatisticsCall.ARTICLES, day, day, now) for day in days]
    articles: list[ArticleDay] = []
    # One day first and alone: an account without the right is asked once.
    for some in (calls[:1], calls[1:]):
        for _, counted in side_by_side(some) if some else ():
            if isinstance(counted, AuthError):
                return []
            if isinstance(counted, BaseException):
                raise counted
            articles += counted.articles
    return articles


_OF_ONE_ADDRESS = frozenset({"answer_too_large", "answer_not_unpacked", "address_unusable"})
"""Why an address has no usable answer although its host may answer for another one."""


class Addresses:
    """Asks for addresses, and for no more of a host that did not answer; implements `ports.IsThere` for threads."""

    def __init__(self, ask: Callable[[str], bool | Phrase | NoAnswer]) -> None:
        self._ask = ask
        self._is_first = threading.Lock()
        self._silence: dict[str, Phrase | None] = {}
        """Of each host that was asked: why it did not answer, or None if it did."""

    def __call__(self, address: str, /) -> bool | Phrase:
        """See `ports.IsThere`."""
        host = urlsplit(address).netloc
        with self._is_first:  # The others wait until it is known whether a host answers.
            if host not in self._silence:
                return self._asked(host, address)
        return self._silence[host] or self._asked(host, address)

    def _asked(self, host: str, address: str) -> bool | Phrase:
        answer = self._ask(address)
        if isinstance(answer, NoAnswer) and answer.reason not in _OF_ONE_ADDRESS:
            self._silence[host] = answer.said
        self._silence.setdefault(host, None)
        return answer.said if isinstance(answer, NoAnswer) else answer


def unread_words(why: Unread | Exception) -> Phrase:
    """Report that something could not be read now. That is not a drift; the next run reads again."""
    if isinstance(why, Exception):
        return Phrase("what campaigns depend on was not read: {why}", why=_reason(why))
    say = Phrase("what the campaigns of {account} depend on was not read: {why}")
    return Phrase(say, account=why.account, why=why.message)


def due_now(session: Session, plan: Plan, state: State) -> list[CampaignName]:
    """Return the campaigns of a plan that this machine has to read now."""
    remembered = _remembered(session, state)
    return due_readings(
        plan.campaigns,
        state,
        remembered.progress,
        session.clock.now(),
        asks_links=session.settings.policy.check_links,
    )


class DriftReader:
    """Reads in a thread with clients of its own, so that no send waits for an address or for WeChat."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._began = 0.0
        self._campaigns: list[PlannedCampaign] = []
        self._found: list[DriftsRead] = []

    def begin(
        self,
        session: Session,
        due: Sequence[CampaignName] = (),
        *,
        locked: bool,
        unless_open: bool = False,
    ) -> bool:
        """Begin to read the campaigns that are due, unless a reading is under way.

        `due`: what `due_now` found; without names it is found here. Return False where `unless_open` put it off because
        a window is open. Raises LedgerError where the ledger cannot be read.
        """
        if self._thread is not None:
            return True
        made = planned(session, due, PlanOptions(Purpose.REFRESH, named=(), locked=locked))
        accounts = sorted(
            {each.account for each in made.plan.campaigns if each.account is not None}
        )
        state = made.state
        if (
            made.damage
            or made.unshared
            or ledger_refusal(session, state, accounts) is not None
            or not state.lineage
        ):
            return True
        if unless_open and _is_any_open(made, session.clock.now()):
            return False
        names = due or due_now(session, made.plan, state)
        self._campaigns = [each for each in made.plan.campaigns if each.name in names]
        if self._campaigns:
            self._found, self._began = [], time.monotonic()
            some = replace(made, plan=replace(made.plan, campaigns=tuple(self._campaigns)))
            self._thread = threading.Thread(
                target=self._read, args=(session.for_thread(), some), daemon=True
            )
            self._thread.start()
        return True

    def tell(self, session: Session, say: Callable[[Sequence[Drift]], None], *, wait: bool) -> None:
        """Post what was read: each new drift to each channel, and to the run's own output by `say`.

        Do nothing while the reading goes on; with `wait` wait for it, for READING_SECONDS_MAX at most. What cannot be
        read, told or recorded is tried again later. Raises LedgerError where the ledger cannot be read.
        """
        if self._thread is None:
            return
        self._thread.join(READING_SECONDS_MAX if wait else 0.0)
        is_late = wait or time.monotonic() - self._began > READING_SECONDS_MAX
        if self._thread.is_alive() and not is_late:
            return
        self._thread = None  # One that never ends is left behind.
        read = self._found.pop() if self._found else _nothing_of(self._campaigns, _TOO_SLOW)
        _tell(session, self._campaigns, read, say)

    def _read(self, session: Session, made: Planned) -> None:
        found = self._found
        try:
            found.append(read_drifts(session, made))
        except Exception as error:  # A fault of ours in here may not end a run that sends.
            found.append(_nothing_of(made.plan.campaigns, _reason(error)))
        finally:
            session.close()


def _reason(error: Exception) -> str:
    return what_happened(error) if isinstance(error, MassctlError) else type(error).__name__


READING_SECONDS_MAX = 60
"""A reading that takes longer counts as one that failed."""
_TOO_SLOW = Phrase("it took longer than {seconds} seconds", seconds=READING_SECONDS_MAX)


def _nothing_of(campaigns: Sequence[PlannedCampaign], why: str) -> DriftsRead:
    accounts = sorted({each.account for each in campaigns if each.account is not None})
    unread = tuple(Unread(None, None, why, "", each) for each in accounts)
    return DriftsRead((), unread, frozenset(each.name for each in campaigns))


_SOON = timedelta(minutes=5)
"""A window that opens within it is not kept waiting either: a reading takes a minute, and telling some seconds."""


def _is_any_open(made: Planned, now: datetime) -> bool:
    moments = now, now + _SOON
    return any(
        window_state(each, at) is WindowState.DUE
        for each in made.windows.values()
        for at in moments
    )


def _tell(
    session: Session,
    campaigns: Sequence[PlannedCampaign],
    read: DriftsRead,
    say: Callable[[Sequence[Drift]], None],
) -> None:
    for unread in read.unread:
        session.console.talk(unread_words(unread))
    # Reading took a while, in which another runner may have told it, or sent the campaign.
    state, now = read_ledger(session), session.clock.now()
    left = [each for each in campaigns if may_drift(state.record(each.name, each.edition))]
    untold = frozenset(each.name for each in left)
    remembered = _remembered(session, state)
    try:
        output = Output(lambda notices: say([each.drift for each in notices if each.drift]))
        untold = _Telling(session, {each.name: each for each in left}, read, output).tell(state)
    finally:
        # Also where a channel cannot be opened: the next reading is not before its time.
        for each in left:
            if each.opens_at is not None:
                whole = each.name not in read.unknown | untold
                key = state.record(each.name, each.edition).key
                progress = after_reading(
                    each.opens_at, remembered.progress.get(key), now, whole=whole
                )
                remembered.progress[key] = progress
        remembered.write(now)


def _remembered(session: Session, state: State) -> ReadingProgressFile:
    return ReadingProgressFile(session.places.locks.parent, state.lineage)


class _Telling(Frozen):
    """What one run read, and tells."""

    session: Session
    campaigns: Mapping[CampaignName, PlannedCampaign]
    read: DriftsRead
    output: Output

    def tell(self, state: State) -> frozenset[CampaignName]:
        """Tell the output and every channel; return the campaigns of which somebody has still to hear."""
        self._end(state)
        deliver(self.session, state, self._found)
        now = read_ledger(self.session)
        return frozenset(
            each.campaign
            for channel, notices in self._found(now)
            for each in notices
            if not is_over(now.telling(each.record_key, each.fact, channel.name))
        )

    def _found(self, state: State) -> Found:
        """List what each channel may have to hear, by a state that another runner may have written to."""
        finder = notice_finder(self.session, state)
        notices = [
            finder.drifted(self.campaigns[each.campaign], each, drift_words(each), drift_hint(each))
            for each in self.read.drifts
            if each.campaign in self.campaigns
            # Another runner may have replaced the draft, or shown the version, while this one read.
            if not is_settled(each, state.record(each.campaign, each.edition))
        ]
        hearers = [each for each in self.session.settings.notify if hears(each, "drift")]
        return [(self.output, notices), *((each, notices) for each in hearers)]

    def _end(self, state: State) -> None:
        """Record what people were told of and is as recorded again, so that they are told if it comes back."""
        over: list[tuple[Event, Record]] = []
        for name, planned_as in self.campaigns.items():
            record, is_whole = state.record(name, planned_as.edition), name not in self.read.unknown
            gone = {*over_facts(state, record, self.read.of(name), whole=is_whole)}
            over += [
                (Told(fact=str(fact), channel=channel, progress="untold"), record)
                for fact, channel in state.told.get(record.key, {})
                if fact in gone
            ]
        if over and is_writable(self.session, state):
            try:
                with alone(self.session, brief=True):
                    ledger_session(self.session, state).record_each(over)
            except LedgerError as error:
                say = Phrase("drift that is over stays on record: {why}", why=what_happened(error))
                self.session.console.talk(say)


class _Remembered(Frozen):
    """What the file holds."""

    lineage: str | None
    campaigns: list[tuple[CampaignName, int, ReadingProgress]]


class ReadingProgressFile:
    """How far this machine's readings of one ledger's campaigns have come; reading it raises nothing."""

    def __init__(self, folder: Path, lineage: str | None) -> None:
        """`folder`: where this machine keeps what it remembers."""
        self._path = folder / _FILE
        self._lineage = lineage
        self.progress = self._read()

    def write(self, now: datetime) -> None:
        """Write the file whole or not at all, without windows that are open: losing it costs one reading."""
        kept = [(*key, each) for key, each in self.progress.items() if each.opens > now]
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, msgspec.json.encode(_Remembered(self._lineage, kept)), 0o600)

    def _read(self) -> dict[RecordKey, ReadingProgress]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found = msgspec.json.decode(self._path.read_bytes(), type=_Remembered)
            if found.lineage == self._lineage:
                return {(name, edition): each for name, edition, each in found.campaigns}
        return {}
