"""Tell people outside what a run has learnt, after everything is durable.

Telling changes nothing: not what was sent, not the exit status, not the ledger. A channel that cannot be told is named
by its variable on standard error. In the sandbox, and towards loopback, everything goes to the sandbox's own page.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from massctl.apply.notices import Coming, Notice, NoticeFinder, Standings, standings
from massctl.apply.outcome import CampaignOutcome, LeftDraft, what_happened
from massctl.cli.app import recorded_now
from massctl.cli.ledger_access import alone, ledger_refusal, ledger_session
from massctl.cli.parallel_calls import side_by_side
from massctl.cli.planner import Planned, evidence_for
from massctl.cli.session import Session
from massctl.errors import InvariantError, LedgerError, MassctlError
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.lock import LockFile
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.model.state import Record, State
from massctl.notify.port import Notices, Way
from massctl.notify.post import Post, posted, proxy_for
from massctl.notify.registry import kind_of
from massctl.notify.webhook import webhook_post
from massctl.plan.quota import AccountAhead, Agenda, look_ahead
from massctl.transport import Line
from massctl.view.json_writer import written
from massctl.view.notices import left_out, notice_texts
from massctl.view.verbs_json import notices_json

SANDBOX_PATH = "/_sandbox/notifications"


class Notifier(Struct):
    """Tells the facts of one command, each once, however many passes the command makes."""

    session: Session
    _before: Standings = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _coming: dict[CampaignName, tuple[Planned, CampaignOutcome]] = field(default_factory=dict)
    """What the last pass about a campaign planned and did, where it may tell of windows that open soon."""

    def begin(self, state: State) -> None:
        """Remember each edition's status before the run changes it."""
        if self.session.settings.notify:
            self._before = standings(state)

    def tell(
        self,
        state: State,
        outcomes: Sequence[CampaignOutcome] = (),
        left: Sequence[LeftDraft] = (),
        made: Planned | None = None,
    ) -> bool:
        """Send notices. Failures are reported and never stop the run.

        With what was `made` a plan of it tells of windows that open soon too. Returns whether it was interrupted.
        """
        session = self.session
        if not session.settings.notify:
            return False
        if made is not None:
            self.expect(made, outcomes)
        noticing = notice_finder(session, state, self._before)
        try:
            fresh = [
                each for each in noticing.notices(outcomes, left) if each.key not in self._told
            ]
            self._told |= {each.key for each in fresh}
            coming = self._coming_now(state)
            if fresh or coming:
                taken = _tell(
                    session,
                    fresh,
                    NotificationLog(session, state.lineage),
                    lambda name, leads: self._soon(noticing, coming, name, leads),
                )
                _record(session, state, taken)
        except KeyboardInterrupt:
            session.console.talk(
                Phrase("interrupted; not everybody was told (notify in massctl.yaml)")
            )
            return True
        except InvariantError:
            raise
        except MassctlError as error:
            session.console.talk(
                Phrase("nobody was told (notify in massctl.yaml): {why}", why=what_happened(error))
            )
        return False

    def expect(self, made: Planned, outcomes: Sequence[CampaignOutcome] | None = None) -> None:
        """Note a plan, to announce its windows before they open; `outcomes` are the results of a run."""
        if not (made.damage or made.unshared):
            told = (
                outcomes
                if outcomes is not None
                else [CampaignOutcome(each) for each in made.plan.campaigns]
            )
            self._coming |= {each.planned.name: (made, each) for each in told}

    def next_upcoming(self, now: datetime) -> datetime | None:
        """Return the next moment at which a window is to be told of; None if the last pass left none."""
        windows = [
            made.windows[name].not_before
            for name, (made, _) in self._coming.items()
            if name in made.windows
        ]
        return min(
            (opens - lead for opens in windows for lead in self._leads if opens - lead > now),
            default=None,
        )

    def tell_upcoming(self) -> None:
        """Tell of windows that open soon, between two passes of a run that waits; an interruption ends the waiting."""
        if (state := recorded_now(self.session)) is not None:
            self.begin(state)
            if self.tell(state):
                raise KeyboardInterrupt

    def _coming_now(self, state: State) -> list[Coming]:
        """Plan what the last pass planned for the moments at which its windows open, each once."""
        now = self.session.clock.now()
        until = now + max(self._leads, default=timedelta(0))
        opening = [
            (made, outcome, made.windows[name].not_before)
            for name, (made, outcome) in self._coming.items()
            if name in made.windows and now < made.windows[name].not_before <= until
        ]
        accounts = sorted(
            {
                outcome.planned.account
                for _, outcome, _ in opening
                if outcome.planned.account is not None
            }
        )
        # A refused ledger cannot record notices, so every run would repeat them.
        if (
            not opening
            or state.lineage is None
            or ledger_refusal(self.session, state, accounts) is not None
        ):
            return []
        found = []
        for made, outcome, opens in opening:
            plan = made.at(state, opens) if made.at is not None else made.plan
            then = next(each for each in plan.campaigns if each.name == outcome.planned.name)
            found.append(Coming(outcome, opens, then))
        return found

    @property
    def _leads(self) -> list[timedelta]:
        return [lead for channel in self.session.settings.notify for lead in channel.leads]

    def _soon(
        self,
        noticing: NoticeFinder,
        coming: Sequence[Coming],
        channel: str,
        leads: Sequence[timedelta],
    ) -> list[Notice]:
        """List what a channel has not been told of windows that open soon, once in a run."""
        due = noticing.upcoming(coming, leads, channel)
        fresh = [each for each in due if f"{channel} {each.key}" not in self._told]
        self._told |= {f"{channel} {each.key}" for each in fresh}
        return fresh


def _record(session: Session, state: State, taken: Sequence[tuple[str, Notice]]) -> None:
    """Record which channels were told of which windows, so that no other runner tells them again."""
    if not taken:
        return
    about = [
        (each.announcement(name), state.record(each.campaign, each.edition)) for name, each in taken
    ]
    try:
        with alone(session):
            ledger_session(session, state).record_each(about)
    except LedgerError as error:
        told = Phrase(
            "the notices were sent, but this is not on record, so the next run sends them again: {why}",
            why=what_happened(error),
        )
        session.console.talk(told)


def notice_finder(session: Session, state: State, before: Standings | None = None) -> NoticeFinder:
    """Return what words the facts of a run; `before` is how every edition stood when it began."""
    return NoticeFinder(
        before or {},
        state,
        {AppId(each.appid): name for name, each in session.settings.accounts.items()},
        lambda record: evidence_for(session, record, state),
        session.clock.now(),
        lambda record: _content(session, record),
        lambda appid: _ahead(session, state, appid),
    )


def _content(session: Session, record: Record) -> LockFile | None:
    """Return what was kept of what an edition last asked WeChat to send."""
    if not record.attempts:
        return None
    version = session.backend.archive().read(record.attempts[-1].event.digest)
    return version.lock if version is not None else None


def _ahead(session: Session, state: State, appid: AppId) -> Sequence[AccountAhead]:
    """Return what is left of an account's allowance now."""
    name = next(
        (name for name, each in session.settings.accounts.items() if each.appid == appid), None
    )
    if name is None:
        return ()
    agenda = Agenda({appid: (AccountName(name), session.settings.accounts[name].kind)}, [])
    return look_ahead(agenda, state, session.settings.policy, session.clock.now(), {name})


def _tell(
    session: Session,
    notices: Sequence[Notice],
    told: NotificationLog,
    soon: Callable[[str, Sequence[timedelta]], list[Notice]],
) -> list[tuple[str, Notice]]:
    """Post to each channel its notices, and return the announced windows that open `soon`."""
    taken: list[tuple[str, Notice]] = []
    wanted: list[tuple[Channel, Post, list[Notice]]] = []
    for channel in session.settings.notify:
        heard = [
            each for each in notices if channel.events is None or each.happening in channel.events
        ]
        if due := [*told.due(channel.name, heard), *soon(channel.name, channel.leads)]:
            wanted.append((channel, notices_post(session, channel, due), due))
    for index in taken_posts(session, [(channel, post) for channel, post, _ in wanted]):
        name, due = wanted[index][0].name, wanted[index][2]
        told.note(name, due)
        taken += [(name, each) for each in due if each.opens is not None]
    return taken


def taken_posts(session: Session, posts: Sequence[tuple[Channel, Post]]) -> Iterator[int]:
    """Post beside each other, and yield the index of each post that was taken; say of the others why not."""
    if not posts:
        return
    lines = _Lines(session)
    try:
        jobs = [_job(session, lines, channel, post) for channel, post in posts]
        for index, why in side_by_side(jobs):
            if isinstance(why, BaseException):
                raise why
            if why is None:
                yield index
            else:
                name = posts[index][0].name
                session.console.talk(
                    Phrase("{name} (notify) was not told: {why}", name=name, why=why)
                )
    finally:
        lines.close()


class _Lines:
    """The lines of one telling: one for each way that an address is reached by."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._by_proxy: dict[str | None, Line] = {}

    def to(self, address: str) -> Line:
        """Return the line to an address; raise ConfigurationError if its proxy's address cannot be used."""
        inside = self._session.sandbox.world.app if self._session.sandbox else None
        proxy = proxy_for(address, self._session.environment) if inside is None else None
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = Line(proxy, inside)
        return self._by_proxy[proxy]

    def close(self) -> None:
        """Close them."""
        for line in self._by_proxy.values():
            line.close()


def _job(
    session: Session, lines: _Lines, channel: Channel, post: Post
) -> Callable[[], Phrase | None]:
    """Return what posts to one channel, or to the sandbox instead."""
    if session.realm() == "loopback":
        there = _sandbox_base(session) + SANDBOX_PATH
        shown = kind_of(channel).shown(post)
        kept = _sandbox_post(channel.name, channel.kind, shown, post.headers)
        return partial(posted, lines.to(there), there, kept)
    if (name := channel.missing(session.environment)) is not None:
        why = Phrase("the environment variable {name} is empty", name=name)
        return lambda: why
    return kind_of(channel).deliver(channel, post, _way(session, lines))


def _way(session: Session, lines: _Lines) -> Way:
    return Way(session.environment, lines.to, session.clock.now())


def notices_post(session: Session, channel: Channel, wanted: Sequence[Notice]) -> Post:
    """Return what is posted to a channel of some notices."""
    language = session.console.reader
    notices = Notices(
        tuple(notice_texts(wanted, language)),
        tuple(left_out(count, language) for count in range(len(wanted) + 1)),
        written(notices_json(wanted, session.settings.owners), language),
        tuple(each.key for each in wanted),
    )
    return kind_of(channel).post(channel, notices, _way(session, _Lines(session)))


def told_at_once(session: Session, channel: Channel, wanted: Sequence[Notice]) -> int:
    """Return how many of these notices a channel takes in one post: a robot's message has a limit."""
    return kind_of(channel).at_once(notice_texts(wanted, session.console.reader))


def show_in_sandbox(session: Session, name: str, kind: str, body: Mapping[str, Any]) -> None:
    """Show on the sandbox's page what would be written somewhere outside."""
    lines, there = _Lines(session), _sandbox_base(session) + SANDBOX_PATH
    try:
        posted(lines.to(there), there, _sandbox_post(name, kind, body, {}))
    finally:
        lines.close()


def _sandbox_post(
    name: str, kind: str, body: Mapping[str, Any], headers: Mapping[str, str]
) -> Post:
    given = {"name": name, "kind": kind, "body": body, "headers": dict(headers)}
    return webhook_post(json.dumps(given, ensure_ascii=False), None)


def _sandbox_base(session: Session) -> str:
    if session.sandbox:
        return "http://127.0.0.1"
    return session.api_base(AccountName(next(iter(session.settings.accounts))))


AGAIN_AFTER = timedelta(hours=24)
"""What is still true a day later is told again."""
_FILE = "told"


def notification_log_file(session: Session) -> Path:
    """Return where it is remembered; the sandbox has its own."""
    return session.places.locks.parent / _FILE


class NotificationLog:
    """The memory of one ledger, read once; no method raises."""

    def __init__(self, session: Session, lineage: str | None) -> None:
        self._path = notification_log_file(session)
        self._lineage = lineage
        self._now = session.clock.now()
        self._before = {key: at for key, at in self._read().items() if self._is_late(at)}

    def due(self, channel: str, notices: Sequence[Notice]) -> list[Notice]:
        """Leave out what a channel was told lately."""
        return [
            each for each in notices if not (each.met_again and _key(channel, each) in self._before)
        ]

    def note(self, channel: str, notices: Sequence[Notice]) -> None:
        """Remember what a channel took, and forget what is old."""
        again = {_key(channel, each): self._now.isoformat() for each in notices if each.met_again}
        if again:
            self._before |= again
            self._write(self._before)

    def _read(self) -> dict[str, object]:
        """Read what was told of this ledger; nothing where the file is not as `_write` leaves it."""
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, RecursionError):
            document = json.loads(self._path.read_bytes())
            if document["lineage"] == self._lineage:
                return dict(document["told"])
        return {}

    def _write(self, told: dict[str, object]) -> None:
        """Write the file whole or not at all; for its owner alone."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.touch(mode=0o600)
            beside.write_text(
                json.dumps({"lineage": self._lineage, "told": told}), encoding="utf-8"
            )
            beside.replace(self._path)

    def _is_late(self, at: object) -> bool:
        """Whether a remembered time is within the last day; an invalid or future one is not."""
        try:
            return timedelta(0) <= self._now - datetime.fromisoformat(str(at)) < AGAIN_AFTER
        except (ValueError, TypeError):
            return False


def _key(channel: str, notice: Notice) -> str:
    return f"{channel} {notice.key}"
