"""Tell the channels of `notify` what happened, once each, after everything that a run decided is durable.

What is to be told is on record, or was met by this run. A channel's `begun` is on record before the post, and `told` or
`failed` after it, so that no two runners tell the same and a run that dies is made up for. While the ledger cannot be
written, this machine remembers in its place what was met. Telling changes neither what was sent nor the exit status. A
channel that cannot be told is named by its variable on standard error. In the sandbox, and towards loopback, everything
goes to the sandbox's own page.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeAlias

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from massctl.apply.notices import Coming, Hearer, Notice, NoticeFinder, hears, is_left, is_over
from massctl.apply.outcome import CampaignOutcome, LeftDraft, what_happened
from massctl.cli.app import recorded_now
from massctl.cli.channels import (
    POST_SECONDS,
    notices_post,
    say_untold,
    taken_posts,
    told_at_once,
    unreachable,
)
from massctl.cli.ledger_access import (
    alone,
    ledger_refusal,
    ledger_session,
    read_ledger,
    require_writable,
)
from massctl.cli.planner import Planned, evidence_for
from massctl.cli.pull_request_comments import is_forge_open, pull_request_of
from massctl.cli.session import Session
from massctl.errors import InvariantError, LedgerError, LedgerLockedError, MassctlError
from massctl.model.entries import Entry, TellingProgress, Told
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.lock import LockFile
from massctl.model.notices import AGAIN_AFTER, TRIES_MAX, Telling
from massctl.model.phrase import Phrase
from massctl.model.settings import Channel
from massctl.model.state import Record, RecordKey, State
from massctl.notify.registry import kind_of
from massctl.parallel_calls import IN_FLIGHT_MAX
from massctl.plan.quota import AccountAhead, Agenda, look_ahead
from massctl.view.notices import needs_somebody
from massctl.whole_file import write_whole


class Notifier(Struct):
    """Tells what one command met and what is on record, however many passes the command makes."""

    session: Session
    since: datetime | None = None
    """When the command began."""
    _coming: dict[CampaignName, tuple[Planned, CampaignOutcome]] = field(default_factory=dict)
    """What the last pass about a campaign planned and did, where it may tell of windows that open soon."""

    def __post_init__(self) -> None:
        """Note when the command began."""
        self.since = self.session.clock.now()

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
        try:
            deliver(session, state, partial(self._found, outcomes, left))
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

    def _found(
        self, outcomes: Sequence[CampaignOutcome], left: Sequence[LeftDraft], state: State
    ) -> Found:
        """List what each channel may have to hear, by a state that another runner may have written to."""
        channels = self.session.settings.notify
        finder = notice_finder(self.session, state, self.since)
        found = [*finder.recorded(channels, outcomes, left), *finder.met(outcomes, left)]
        coming = self._coming_now(state)
        return [
            (each, [*found, *finder.upcoming(coming, each.leads, each.name)]) for each in channels
        ]

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
        if (state := recorded_now(self.session)) is not None and self.tell(state):
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


class Output(Frozen):
    """The run's own output, or a pull request, which is told as a channel is."""

    say: Callable[[Sequence[Notice]], None]
    name: str = "output"
    """Variables have names in capitals."""
    events: ClassVar[None] = None

    @property
    def shown_name(self) -> str:
        """Its name for people."""
        return self.name


Found: TypeAlias = Sequence[tuple[Channel | Output, Sequence[Notice]]]
"""Of each channel what it may have to hear, in the order of the ledger."""
MESSAGES_MAX = 5
"""To one channel at once: a robot of WeCom takes 20 a minute. The next run tells the rest."""
IN_FULL_MAX = 4
"""So many notices are told to a chat with what is sent to whom."""
PASS_SECONDS = 30.0
"""So long a run posts notices: no post begins that could end later. The next run tells the rest."""
LOCK_SECONDS = 120.0
"""So long a run on this machine is waited for until what was told is put on record."""


class Message(Frozen):
    """What one channel is posted at once."""

    channel: Channel | Output
    notices: tuple[Notice, ...]


def deliver(session: Session, state: State, find: Callable[[State], Found]) -> list[Message]:
    """Tell each channel what `find` lists and it was not told; return the messages that were taken.

    Of two runners that do this at once, each fact is told by the one whose `begun` is on record first.
    """
    found = find(state)
    if not any(notices for _, notices in found):
        return []
    if not is_writable(session, state):
        return _told_without_ledger(session, state, found)
    due = _messages(session, state, found)
    if not due:
        return []
    try:
        begun = _record(session, state, [(each, "begun") for each in due])
    except LedgerError:
        return _told_without_ledger(session, state, found)
    if begun and begun[0].serial != state.serial - len(begun) + 1:
        state = read_ledger(session)  # Another runner wrote meanwhile, and may have begun it first.
    claims = {each.serial for each in begun}
    mine = [_claimed(state, each, claims) for each in due]
    came: dict[int, TellingProgress] = {}
    left = [each for each in mine if each.notices]
    try:
        came.update(_posted(session, left))
    finally:
        _settle(
            session, state, [(each, came.get(index, "failed")) for index, each in enumerate(left)]
        )
    return [each for index, each in enumerate(left) if came[index] == "told"]


def _messages(session: Session, state: State, found: Found) -> list[Message]:
    """Put together what is due."""
    now = session.clock.now()
    return _reachable(session, [(each, _due(state, each, notices, now)) for each, notices in found])


def _reachable(session: Session, wanted: Found) -> list[Message]:
    """Cut what each channel is to hear into messages, as many as are posted now, and say who cannot be posted to."""
    messages: list[Message] = []
    for channel, due in wanted:
        if isinstance(channel, Output):
            messages += [Message(channel, tuple(due))] if due else []
        elif due and (why := unreachable(session, channel)) is not None:
            say_untold(session, channel, why)
        else:
            messages += _pages(session, channel, due)[:MESSAGES_MAX]
    return messages


def _due(state: State, channel: Hearer, notices: Sequence[Notice], now: datetime) -> list[Notice]:
    """List what a channel is to be told now; nothing of an edition before what came on record earlier was told."""
    due: list[Notice] = []
    waits: set[RecordKey] = set()
    for each in notices:
        known = _telling(state, each, channel)
        if each.record_key in waits or not _concerns(state, channel, each, now):
            continue
        if known is None or known.is_due(now, again=each.met_again):
            due.append(each)
        elif each.is_recorded and not is_over(known):
            waits.add(each.record_key)
    return due


def _concerns(state: State, channel: Hearer, notice: Notice, now: datetime) -> bool:
    if not notice.is_recorded:
        return hears(channel, notice.happening)
    record = state.record(notice.campaign, notice.edition)
    return is_left(state, record, notice.fact, channel, now)


def _telling(state: State, notice: Notice, channel: Hearer) -> Telling | None:
    return state.telling(notice.record_key, notice.fact, channel.name)


def _pages(session: Session, channel: Channel, due: Sequence[Notice]) -> list[Message]:
    """Cut what is due into messages; a chat is told many in short, and reports of different days share none."""
    messages: list[Message] = []
    is_chat = kind_of(channel).is_chat
    if is_chat and len(due) > IN_FULL_MAX:
        due = [replace(each, block=None) for each in due]
    if is_chat:  # Editions that need somebody stand in its first message, each in its order.
        urgent = {each.record_key for each in due if needs_somebody(each)}
        due = sorted(due, key=lambda each: each.record_key not in urgent)
    for day in dict.fromkeys(_day(each) for each in due):
        left = [each for each in due if _day(each) == day]
        while left:
            count = told_at_once(session, channel, left)
            messages.append(Message(channel, tuple(left[:count])))
            left = left[count:]
    return messages


def _day(notice: Notice) -> int | None:
    return notice.reach.day if notice.reach is not None else None


def _claimed(state: State, message: Message, claims: set[int]) -> Message:
    """Leave of a message what this run began first, and of each edition nothing behind what another runner tells."""
    mine: list[Notice] = []
    others: set[RecordKey] = set()
    for each in message.notices:
        known = _telling(state, each, message.channel)
        if known is None or known.claim not in claims:
            others.add(each.record_key)
        elif each.record_key not in others or not each.is_recorded:
            mine.append(each)
    return Message(message.channel, tuple(mine))


def _posted(session: Session, messages: Sequence[Message]) -> Iterator[tuple[int, TellingProgress]]:
    """Post the first message of each channel beside each other, then the second; yield what came of each, by index.

    Who fails gets no more now. What there is no time for is untold: the next run finds it as this one did.
    """
    until = time.monotonic() + PASS_SECONDS
    left: list[tuple[int, Channel, Sequence[Notice]]] = []
    for index, each in enumerate(messages):
        if isinstance(each.channel, Output):
            each.channel.say(each.notices)
            yield index, "told"
        else:
            left.append((index, each.channel, each.notices))
    while left and time.monotonic() + POST_SECONDS <= until:
        first = [*{each[1].name: each for each in reversed(left)}.values()][:IN_FLIGHT_MAX]
        posts = [(channel, notices_post(session, channel, told)) for _, channel, told in first]
        taken: set[int] = set()
        for place in taken_posts(session, posts):
            taken.add(first[place][0])
            yield first[place][0], "told"
        failing = {channel.name for index, channel, _ in first if index not in taken}
        left = [each for each in left if each[0] not in taken]
        yield from ((index, "failed") for index, channel, _ in left if channel.name in failing)
        left = [each for each in left if each[1].name not in failing]
    yield from ((index, "untold") for index, _, _ in left)


def _settle(
    session: Session, state: State, outcomes: Sequence[tuple[Message, TellingProgress]]
) -> None:
    """Put on record what came of each message."""
    try:
        _record(session, state, outcomes)
        for message in (each for each, progress in outcomes if progress == "failed"):
            _say_given_up(session, state, message)
    except LedgerError as error:
        told = Phrase(
            "the notices were sent, but this is not on record, so the next run sends them again: {why}",
            why=what_happened(error),
        )
        session.console.talk(told)


def _say_given_up(session: Session, state: State, message: Message) -> None:
    """Say which facts a channel is not told any more, as soon as that is so."""
    known = [(each, _telling(state, each, message.channel)) for each in message.notices]
    facts = sorted(
        f"{each.campaign} {each.fact}"
        for each, telling in known
        if telling is not None and telling.is_given_up
    )
    if facts:
        session.console.talk(given_up_words(message.channel, facts))


def given_up_words(channel: Channel | Output, facts: Sequence[str]) -> Phrase:
    """Return that a channel is not told of some facts any more."""
    say = Phrase("{name} (notify) was tried {tries} times, and will never be told: {facts}")
    return Phrase(say, name=channel.shown_name, tries=TRIES_MAX, facts=", ".join(facts))


def never_told(session: Session, state: State) -> Iterator[Phrase]:
    """Yield, of each channel with facts that it will never be told, which they are."""
    for channel in session.settings.notify:
        facts = sorted(
            f"{name} {fact}"
            for (name, _), tellings in state.told.items()
            for (fact, place), telling in tellings.items()
            if place == channel.name and telling.is_given_up
        )
        if facts:
            yield given_up_words(channel, facts)


def _record(
    session: Session, state: State, outcomes: Sequence[tuple[Message, TellingProgress]]
) -> Sequence[Entry]:
    """Record how far the telling of each notice has come, as one append; wait for another run on this machine."""
    about = [
        (
            Told(fact=str(each.fact), channel=message.channel.name, progress=progress),
            state.record(each.campaign, each.edition),
        )
        for message, progress in outcomes
        for each in message.notices
    ]
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            with alone(session, brief=True):
                return ledger_session(session, state).record_each(about)
        except LedgerLockedError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.2)


def is_writable(session: Session, state: State) -> bool:
    """Return whether this process may write the ledger, so that every runner knows what was told."""
    if state.lineage is None or ledger_refusal(session, state, list(session.settings.accounts)):
        return False
    try:
        require_writable(session)
    except MassctlError:
        return False
    return True


def _told_without_ledger(session: Session, state: State, found: Found) -> list[Message]:
    """Tell what this run met, as this machine remembers what it told; what is on record waits for a later run."""
    memory = MachineMemory(session, state.lineage)
    due = [(channel, memory.due(channel, notices)) for channel, notices in found]
    messages, taken = _reachable(session, due), list[Message]()
    for index, progress in _posted(session, messages):
        if progress == "told":
            taken.append(messages[index])
            memory.note(messages[index])
    return taken


def notice_finder(session: Session, state: State, since: datetime | None = None) -> NoticeFinder:
    """Return what words the facts of a run; `since` is when it began."""
    now = session.clock.now()
    return NoticeFinder(
        state=state,
        accounts={AppId(each.appid): name for name, each in session.settings.accounts.items()},
        evidence=lambda record: evidence_for(session, record, state),
        now=now,
        since=since or now,
        content=lambda record: _content(session, record),
        ahead=lambda appid: _ahead(session, state, appid),
        pull_request=PullRequests(session).page,
    )


class PullRequests:
    """Asks the forge once for the pull request of each campaign, and no more after a failure; nobody is stopped."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._is_asked = session.realm() != "loopback" and is_forge_open(session)
        self._pages: dict[CampaignName, str | None] = {}

    def page(self, record: Record) -> str | None:
        """Return the address of the newest pull request of a campaign; None where the forge has not said."""
        name = record.campaign
        if self._is_asked and name not in self._pages:
            self._pages[name] = self._ask(name)
        return self._pages.get(name)

    def _ask(self, name: CampaignName) -> str | None:
        try:
            return pull_request_of(self._session, name)
        except InvariantError:
            raise
        except MassctlError as error:
            self._is_asked = False
            say = Phrase("notices come without their pull request: {why}", why=what_happened(error))
            self._session.console.talk(say)
            return None


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


_FILE = "told"


def notification_log_file(session: Session) -> Path:
    """Return where this machine remembers what it told; the sandbox has its own."""
    return session.places.locks.parent / _FILE


class _Remembered(Frozen):
    """What the file holds."""

    lineage: str | None
    told: dict[str, datetime]


class MachineMemory:
    """What this machine told while the ledger could not be written, read once; no method raises."""

    def __init__(self, session: Session, lineage: str | None) -> None:
        self._path = notification_log_file(session)
        self._lineage = lineage
        self._now = session.clock.now()
        self._told = {key: at for key, at in self._read().items() if self._is_late(at)}

    def due(self, channel: Hearer, notices: Sequence[Notice]) -> list[Notice]:
        """Leave out what is on record, what a channel does not hear of, and what it was told in the last day."""
        met = [each for each in notices if not each.is_recorded and each.happening != "upcoming"]
        return [
            each
            for each in met
            if hears(channel, each.happening) and _key(channel, each) not in self._told
        ]

    def note(self, message: Message) -> None:
        """Remember what a channel took, and forget what is old."""
        self._told |= {_key(message.channel, each): self._now for each in message.notices}
        remembered = msgspec.json.encode(_Remembered(self._lineage, self._told))
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, remembered, 0o600)

    def _read(self) -> dict[str, datetime]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            found = msgspec.json.decode(self._path.read_bytes(), type=_Remembered)
            if found.lineage == self._lineage:
                return found.told
        return {}

    def _is_late(self, at: datetime) -> bool:
        """Whether a remembered time is within the last day; one that is in the future is not."""
        with contextlib.suppress(TypeError):  # Without a timezone nobody knows which moment it is.
            return timedelta(0) <= self._now - at < AGAIN_AFTER
        return False


def _key(channel: Hearer, notice: Notice) -> str:
    return f"{channel.name} {notice.key}"
