"""Read what campaigns depend on before their windows open, and tell each drift once, while there is time.

Reading changes nothing and needs no lease. What was told is on record in the ledger, which all runners share. How far
the readings have come is remembered on this machine alone: one that remembers nothing reads once more, and tells
nothing twice. A notice comes before its entry, so a run that dies between them tells it again and loses none.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from massctl.apply.journal import LedgerSession
from massctl.apply.outcome import failure_of, what_happened
from massctl.cli.ledger_access import ledger_refusal
from massctl.cli.notifications import notice_finder, notices_post, taken_posts
from massctl.cli.planner import PlanOptions, Purpose, planned
from massctl.cli.side_by_side import side_by_side
from massctl.errors import AuthError, InvariantError, LedgerError, MassctlError
from massctl.ledger.process_lock import sole_runner
from massctl.model.entries import Event
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.phrase import Phrase
from massctl.model.state import Record, RecordKey, State, beijing_day
from massctl.plan.drift import (
    TOLD,
    Looked,
    after_reading,
    allowance_drift,
    due_readings,
    ended_drifts,
    known_drifts,
    new_drifts,
    told_event,
)
from massctl.plan.plan import Drift, Plan, PlannedCampaign, Unread
from massctl.view.words import drift_hint, drift_words

if TYPE_CHECKING:
    from massctl.apply.notices import Notice
    from massctl.apply.ports import DataCube, IsThere
    from massctl.cli.planner import Planned
    from massctl.cli.session import Session
    from massctl.model.settings import Channel
    from massctl.model.statistics import ArticleDay

_FILE: Final = "looked"


@dataclass(frozen=True, slots=True)
class DriftsRead:
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
    """Read everything that the campaigns of a plan depend on; each drift is there once."""
    # Asking WeChat and addresses loads what calls them.
    from massctl.apply.refresh import read_remote
    from massctl.cli.downloads import downloads_of

    # A send in doubt may have used up its draft and its allowance: what became of it is the first question.
    judged = [each for each in made.plan.campaigns if not made.state.record(each.name, each.edition).is_in_doubt]
    campaigns = [replace(each, rendered=each.rendered or made.unlocked.get(each.name)) for each in judged]
    accounts = [AccountName(each.account) for each in campaigns if each.account is not None]
    if not accounts:
        return DriftsRead()
    with downloads_of(session, session.api_base(accounts[0])) as downloads:
        remote = read_remote(campaigns, made.state, session.wechat, side_by_side, _Addresses(downloads.is_there))
    drifts = [each for each in remote.drifts if each.kind in TOLD]
    for planned_as, each in zip(judged, campaigns, strict=True):
        drifts += known_drifts(planned_as, each.rendered, made.state, made.rules, session.clock.now())
    # An account of which nothing could be read is not asked again.
    reached = {AccountName(each.account) for each in judged if each.account and each.name not in remote.unknown}
    sends = _sends_on_website(session, made.state, reached)
    uncounted = {each.account for each in sends.unread}
    drifts += _without_allowance(session, made, judged, sends.found)
    once = {(each.campaign, each.kind, each.subject): each for each in drifts}
    unknown = remote.unknown | {each.name for each in judged if each.account in uncounted}
    return DriftsRead(tuple(once.values()), (*remote.unread, *sends.unread), unknown)


@dataclass(frozen=True, slots=True)
class _Sends:
    """What people sent on the website."""

    found: dict[AppId, list[datetime]]
    unread: list[Unread] = field(default_factory=list)


def _without_allowance(
    session: Session, made: Planned, judged: Sequence[PlannedCampaign], sends: dict[AppId, list[datetime]]
) -> list[Drift]:
    """Find the campaigns whose allowance is used up by sends on the website."""
    if made.at is None or not any(sends.values()):
        return []
    now, found = session.clock.now(), list[Drift]()
    plans = (made.at(made.state.with_website_sends(each), now) for each in (sends, {}))
    planned_with, planned_without = ({each.name: each for each in plan.campaigns} for plan in plans)
    for each in judged:
        declared = session.settings.accounts.get(each.account or "")
        count = len(sends.get(AppId(declared.appid), [])) if declared is not None else 0
        drift = allowance_drift(planned_with[each.name], planned_without[each.name], count)
        found += [drift] if drift is not None else []
    return found


def _sends_on_website(session: Session, state: State, accounts: Collection[AccountName]) -> _Sends:
    """Return the sends that somebody recorded, and those of this month that WeChat counted for `accounts`.

    Only a service account has an allowance that lasts longer than the day that is not counted yet.
    """
    from massctl.plan.statistics import newest_day, website_sends

    sends = _Sends({appid: list(there) for appid, there in state.website_sends.items()})
    now = session.clock.now()
    last = newest_day(now)
    days = [last.replace(day=number) for number in range(last.day, 0, -1)] if _is_this_month(last, now) else []
    for account in sorted(accounts):
        declared = session.settings.accounts.get(account)
        if declared is None or declared.kind != "service" or not days:
            continue
        try:
            articles = _articles_of(session.wechat(account), days, now)
        except InvariantError:
            raise
        except MassctlError as error:
            failure = failure_of(error)
            sends.unread.append(Unread(account, failure.message, failure.hint))
            continue
        appid = AppId(declared.appid)
        sends.found[appid] = [*sends.found.get(appid, []), *website_sends(articles, state, appid)]
    return sends


def _is_this_month(day: date, now: datetime) -> bool:
    return day.replace(day=1) == beijing_day(now).replace(day=1)


def _articles_of(client: DataCube, days: Sequence[date], now: datetime) -> list[ArticleDay]:
    """Return the articles that WeChat counted on some days; none for an account without the right to statistics."""
    from massctl.model.statistics import StatisticsCall

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


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Asks for each address once, and for none of a host that did not answer."""

    ask: IsThere
    silent: dict[str, Phrase] = field(default_factory=dict)
    known: dict[str, bool | Phrase] = field(default_factory=dict)

    def __call__(self, address: str, /) -> bool | Phrase:
        """See `ports.IsThere`."""
        host = urlsplit(address).netloc
        if address not in self.known:
            found = self.silent.get(host)
            self.known[address] = answer = self.ask(address) if found is None else found
            if isinstance(answer, Phrase):
                self.silent[host] = answer
        return self.known[address]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a run has to say of its readings."""

    fresh: tuple[Drift, ...] = ()
    """What its own output has not told yet."""
    unread: tuple[Unread, ...] = ()


def unread_words(why: Unread | MassctlError) -> Phrase:
    """Say that something could not be read now, which is no drift: it is tried again."""
    if isinstance(why, MassctlError):
        return Phrase("what campaigns depend on was not read: {why}", why=what_happened(why))
    say = Phrase("what the campaigns of {account} depend on was not read: {why}")
    return Phrase(say, account=why.account, why=why.message)


def due_now(session: Session, plan: Plan, state: State) -> list[CampaignName]:
    """Return the campaigns of a plan that this machine has to read now."""
    return due_readings(plan.campaigns, state, LookedLog(session, state.lineage).looked, session.clock.now())


def tell_drifts(session: Session, names: Sequence[CampaignName] = (), *, locked: bool) -> Telling:
    """Read the campaigns that are due, all or those of `names`, and tell who has not heard what drifted.

    Raises LedgerError where the ledger cannot be read. What cannot be told or recorded is told once more later.
    """
    made = planned(session, names, [], PlanOptions(Purpose.REFRESH, named=(), locked=locked))
    state, accounts = made.state, sorted({each.account for each in made.plan.campaigns if each.account is not None})
    if made.damage or made.unshared or ledger_refusal(session, state, accounts) is not None or state.lineage is None:
        return Telling()
    log, now = LookedLog(session, state.lineage), session.clock.now()
    due = due_readings(made.plan.campaigns, state, log.looked, now)
    if not due:
        return Telling()
    campaigns = tuple(each for each in made.plan.campaigns if each.name in due)
    read = read_drifts(session, replace(made, plan=replace(made.plan, campaigns=campaigns)))
    # Reading took a while, in which another runner may have told it.
    state = session.read_state(session.ledger())
    fresh, untold = _Run(session, state, {each.name: each for each in campaigns}, read).tell()
    for each in campaigns:
        key = each.name, each.edition or 1
        if each.opens_at is not None:
            whole = each.name not in read.unknown | untold
            log.looked[key] = after_reading(each.opens_at, log.looked.get(key), now, whole=whole)
    log.write(now)
    return Telling(tuple(fresh), read.unread)


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run read, and tells."""

    session: Session
    state: State
    campaigns: Mapping[CampaignName, PlannedCampaign]
    read: DriftsRead

    def tell(self) -> tuple[list[Drift], frozenset[CampaignName]]:
        """Tell its own output and every channel, and record that; returns what is new, and of whom to tell again."""
        fresh = self._new(None)
        events: list[tuple[Event, Record]] = [(told_event(each, None), self._record(each.campaign)) for each in fresh]
        heard, untold = self._post()
        events += heard + self._ended()
        return fresh, frozenset(self.campaigns) if not self._recorded(events) else untold

    def _record(self, name: CampaignName) -> Record:
        return self.state.record(name, self.campaigns[name].edition)

    def _new(self, channel: str | None) -> list[Drift]:
        return [
            drift
            for name in self.campaigns
            for drift in new_drifts(self.read.of(name), self.state.drifts.get(self._record(name).key, ()), channel)
        ]

    def _ended(self) -> list[tuple[Event, Record]]:
        """Return what is as recorded again, of the campaigns of which all could be read."""
        found: list[tuple[Event, Record]] = []
        for name in self.campaigns.keys() - self.read.unknown:
            record = self._record(name)
            told = self.state.drifts.get(record.key, ())
            found += [(each, record) for each in ended_drifts(self.read.of(name), told)]
        return found

    def _post(self) -> tuple[list[tuple[Event, Record]], frozenset[CampaignName]]:
        """Post to each channel what it has not heard; returns what was taken, and the campaigns of the rest."""
        finder = notice_finder(self.session, self.state)
        wanted: list[tuple[Channel, list[Drift], list[Notice]]] = []
        for channel in self.session.settings.notify:
            hears = channel.events is None or "drift" in channel.events
            if hears and (new := self._new(channel.name)):
                notices = [
                    finder.drifted(self.campaigns[each.campaign], each, drift_words(each), drift_hint(each))
                    for each in new
                ]
                wanted.append((channel, new, notices))
        posts = [(channel, notices_post(self.session, channel, notices)) for channel, _, notices in wanted]
        taken = [wanted[index] for index in taken_posts(self.session, posts)]
        heard = [
            (told_event(each, channel.name), self._record(each.campaign)) for channel, new, _ in taken for each in new
        ]
        names = {channel.name for channel, _, _ in taken}
        untold = {each.campaign for channel, new, _ in wanted if channel.name not in names for each in new}
        return list(heard), frozenset(untold)

    def _recorded(self, events: list[tuple[Event, Record]]) -> bool:
        """Record what was told, so that no other runner tells it again."""
        if not events:
            return True
        session = self.session
        try:
            with sole_runner(session.places.locks, session.clock.now()):
                LedgerSession(session.ledger(), session.clock, self.state).record_each(events)
        except LedgerError as error:
            told = Phrase(
                "drift was told, but this is not on record, so it is told again: {why}", why=what_happened(error)
            )
            session.console.talk(told)
            return False
        return True


class LookedLog:
    """How far this machine's readings of one ledger's campaigns have come; reading it raises nothing."""

    def __init__(self, session: Session, lineage: str | None) -> None:
        self._path = session.places.locks.parent / _FILE
        self._lineage = lineage
        self.looked = self._read()

    def write(self, now: datetime) -> None:
        """Write the file whole or not at all, without windows that are open: losing it costs one reading."""
        kept = {key: each for key, each in self.looked.items() if each.opens > now}
        beside = self._path.with_name(f"{_FILE}.{os.getpid()}.new")
        document = {"lineage": self._lineage, "looked": [_written(*key, each) for key, each in kept.items()]}
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(document), encoding="utf-8")
            beside.replace(self._path)

    def _read(self) -> dict[RecordKey, Looked]:
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            document = json.loads(self._path.read_bytes())
            if document["lineage"] == self._lineage:
                return dict(_looked(each) for each in document["looked"])
        return {}


def _written(name: CampaignName, edition: int, looked: Looked) -> list[object]:
    stage = looked.stage.total_seconds() if looked.stage is not None else None
    return [
        name,
        edition,
        looked.opens.isoformat(),
        stage,
        looked.failures,
        looked.at.isoformat() if looked.at else None,
    ]


def _looked(row: Sequence[object]) -> tuple[RecordKey, Looked]:
    name, edition, opens, stage, failures, at = row
    moments = [datetime.fromisoformat(str(each)) if each is not None else None for each in (opens, at)]
    if moments[0] is None:
        raise ValueError("a reading is for a window")
    passed = timedelta(seconds=float(str(stage))) if stage is not None else None
    return (CampaignName(str(name)), int(str(edition))), Looked(moments[0], passed, int(str(failures)), moments[1])
