"""Which facts somebody outside has to hear of: those on record that a channel was not told, and what a run met.

Whoever comes first tells what is on record: the run that learnt it, or the next one if that run died, or has no way to
the channel. `state.told` remembers it for every runner. Two things are not on record: what keeps a campaign back while
its window is open, and a doubt that a run left behind when it died. Every run meets them again (`met_again`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from massctl.apply.drafts import DELETE_IT
from massctl.apply.jobs import nobody_got_it
from massctl.apply.outcome import CampaignOutcome, LeftDraft, Unrecorded, unrecorded_of
from massctl.model.diagnostics import has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, digest_of, unprefixed
from massctl.model.message import RenderedCampaign
from massctl.model.notices import Fact, FactAtChannel, Happening, NoticeEvent, Telling
from massctl.model.phrase import BEIJING, Command, Phrase, in_time, moment
from massctl.model.state import (
    Attempt,
    EntryMark,
    Record,
    RecordKey,
    State,
    Status,
    held_until,
    is_concluded,
    status_of,
)
from massctl.plan.audience_cut import cut_of, cut_sentences
from massctl.plan.drift import Drift
from massctl.plan.job_failure import ends_words, failure_words, how_to_resend, what_now
from massctl.plan.plan import PlannedCampaign
from massctl.plan.quota import AccountAhead
from massctl.plan.reconcile_options import Evidence
from massctl.plan.send_facts import SendFacts, send_facts, spans_of, warnings_of
from massctl.plan.steps import PASSING, Guard, Refusal
from massctl.plan.window import WindowState, window_state

if TYPE_CHECKING:
    from massctl.model.lock import LockFile


_NOBODY_NEEDED = frozenset({Guard.OTHER_RUNNER, Guard.NOT_NAMED, Guard.EXPIRED, Guard.NOT_AT_TIP})
"""Another run is at it; it was never to go by itself; that is told as `expired`; the run of a newer commit sends."""
TOLD_FOR = timedelta(days=7)
"""What has been on record for longer is not told any more: a runner may have stood still for a holiday."""
NEW_FOR = timedelta(days=2)
"""The same of what came on record before a channel was told anything: one that is added today hears of no old ends."""
ANSWER_AFTER = timedelta(minutes=5)
"""An attempt without any word on it is in doubt for others after that: until then a run may still wait for its answer.
"""


class Hearer(Protocol):
    """Who is told: a channel of `notify`, or the run's own output."""

    @property
    def name(self) -> str:
        """Its name in the ledger."""
        ...

    @property
    def events(self) -> "Sequence[Happening] | None":
        """What it is told of; None: of everything."""
        ...


def hears(channel: Hearer, happening: "NoticeEvent") -> bool:
    """Return whether a channel is told of what happened; whoever hears how a send ended hears its details too."""
    words = {"ended", "failed"} if happening == "details" else {happening}
    return channel.events is None or bool(words & {*channel.events})


def untold(
    state: State, channels: Sequence[Hearer], now: datetime
) -> Iterator[tuple[Record, Fact, EntryMark]]:
    """Yield the facts on record of which some channel has still to hear, oldest first."""
    facts = [
        (mark.serial, record, fact, mark)
        for record in state.records.values()
        for fact, mark in record.facts.items()
        if now - mark.at < TOLD_FOR
    ]
    for _, record, fact, mark in sorted(facts, key=lambda each: each[0]):
        if any(is_left(state, record, fact, each, now) for each in channels):
            yield record, fact, mark


def is_left(state: State, record: Record, fact: Fact, channel: Hearer, now: datetime) -> bool:
    """Return whether a channel has still to hear of a fact on record.

    The end of a send is told with all that is known by then: details are news to whom it was told before they came.
    """
    heard, mark = state.telling(record.key, fact, channel.name), record.facts[fact]
    is_new = mark.serial < state.told_since.get(channel.name, state.serial + 1)
    if now - mark.at >= (NEW_FOR if is_new else TOLD_FOR):
        return False
    if not hears(channel, fact.happening) or is_over(heard):
        return False
    if fact.kind != "details":
        return True
    ends = [state.telling(record.key, each, channel.name) for each in _ENDS]
    return any(each is not None and each.claim < mark.serial for each in ends)


_ENDS = Fact("ended"), Fact("failed")


def is_over(telling: Telling | None) -> bool:
    """Return whether a channel was told, or is not tried any more."""
    return telling is not None and (telling.progress == "told" or telling.is_given_up)


class Reach(Frozen):
    """What a send reached, in short."""

    day: int
    """1, 3, 7 or 30; the day of the send is 1."""
    lines: tuple[str, ...]
    """The numbers that a team asks for first, a line each."""


class Notice(Frozen):
    """One fact about one campaign."""

    fact: Fact
    campaign: CampaignName
    title: str
    account: str | None
    edition: int
    status: Status
    """At the end of the run."""
    digest: str | None
    at: datetime
    """When it was learnt."""
    message: str
    hint: str = ""
    """What to do or to know about it; empty where there is nothing, and where there are choices."""
    guard: str | None = None
    """What refuses it, where a guard does."""
    choices: Evidence | None = None
    """What a person may choose, where nobody knows whether it was sent."""
    met_again: bool = False
    """Every run finds it so until somebody does something; it is told again after a day."""
    is_recorded: bool = False
    """It is on record, so that any later run can tell it; those of one edition are told in their order."""
    addresses: tuple[str, ...] = ()
    """Where the articles can be read, without those that were withdrawn; empty while WeChat has not said."""
    pull_request: str | None = None
    """Where it was reviewed, as far as the forge says."""
    unrecorded: Unrecorded | None = None
    """What WeChat answered, where the ledger could not take it: then one choice alone is true."""
    block: SendFacts | None = None
    """The send as it was planned and asked for; None if its content is not at hand."""
    reach: Reach | None = None
    """What it reached, where that is what is told."""
    drift: Drift | None = None
    """What drifted, where that is what is told."""
    is_counted: bool = True
    """WeChat has said how many received it, where an end is told; a poll says only that it was sent."""

    @property
    def happening(self) -> "NoticeEvent":
        """Return what happened, in the words of `notify`."""
        return self.fact.happening

    @property
    def key(self) -> str:
        """Name the fact, so that a receiver knows it again: 24 hex digits."""
        named = [self.campaign, self.edition, str(self.fact)]
        return unprefixed(digest_of(named))[:24]

    @property
    def record_key(self) -> RecordKey:
        """Which edition of which campaign it is about."""
        return self.campaign, self.edition


def window_fact(opens: datetime, lead: timedelta) -> Fact:
    """Return that a window opens, `lead` before it does; it stays told, whatever is edited or staged meanwhile."""
    return Fact.of("upcoming", opens.astimezone(UTC).isoformat(), round(lead.total_seconds()))


class Coming(Frozen):
    """A campaign whose window opens later."""

    outcome: CampaignOutcome
    opens: datetime
    at_opening: PlannedCampaign
    """The campaign as it is planned for that moment: what would be refused then is refused here."""

    def due(
        self,
        leads: Collection[timedelta],
        told: Mapping[FactAtChannel, Telling],
        channel: str,
        now: datetime,
    ) -> timedelta | None:
        """Return the shortest of `leads` that has begun; None without one, and once the channel was told of it.

        Whatever was due earlier counts as told too.
        """
        begun = [lead for lead in leads if self.opens - lead <= now < self.opens]
        shortest = min(begun, default=None)
        heard = told.get((window_fact(self.opens, shortest), channel)) if shortest else None
        return None if is_over(heard) else shortest


class NoticeFinder(Frozen):
    """What there is to tell, and what is needed to tell it."""

    state: State
    accounts: Mapping[AppId, str]
    """AppID -> the account's name in massctl.yaml."""
    evidence: Callable[[Record], Evidence]
    """Puts together what a person may choose about a doubt."""
    now: datetime
    since: datetime
    """When this run began."""
    content: "Callable[[Record], LockFile | None]" = lambda _: None
    """Gives what was kept of the content of an edition that this run did not render."""
    ahead: Callable[[AppId], Sequence[AccountAhead]] = lambda _: ()
    """Gives what is left of an account's allowance, after this run."""
    pull_request: Callable[[Record], str | None] = lambda _: None
    """Gives the address of the pull request that brought an edition's content in."""

    def recorded(
        self,
        channels: Sequence[Hearer],
        outcomes: Sequence[CampaignOutcome] = (),
        left: Sequence[LeftDraft] = (),
    ) -> list[Notice]:
        """List what is on record and was not told to one of the channels, in the order of the ledger."""
        planned = {(each.planned.name, each.planned.edition or 1): each for each in outcomes}
        stays = {each.campaign for each in left}
        found = []
        for record, fact, mark in untold(self.state, channels, self.now):
            outcome = planned.get(record.key)
            notice = self._recorded(record, fact, outcome, stays)
            if notice is not None:
                reviewed = self.pull_request(record)
                found.append(replace(notice, at=mark.at, is_recorded=True, pull_request=reviewed))
        return found

    def met(
        self, outcomes: Sequence[CampaignOutcome] = (), left: Sequence[LeftDraft] = ()
    ) -> list[Notice]:
        """List what this run met and no entry says.

        These are doubts without a word, drafts that stay, and what kept campaigns back.
        """
        planned = {(each.planned.name, each.planned.edition or 1): each for each in outcomes}
        found = [
            self._doubt(record, planned.get(record.key), record.open_attempts[-1])
            for record in self.state.index.open.values()
            if self._is_silent(record, planned.get(record.key))
        ]
        found += [self._left(each) for each in left if each.folder_gone]
        return [*found, *(notice for each in outcomes for notice in self._kept_back(each))]

    def upcoming(
        self, coming: Sequence[Coming], leads: Collection[timedelta], channel: str
    ) -> list[Notice]:
        """List the windows that open soon and of which a channel has not been told, by its `leads`."""
        found: list[Notice] = []
        for each in coming:
            record = self.state.record(each.outcome.planned.name, each.outcome.planned.edition)
            lead = each.due(leads, self.state.told.get(record.key, {}), channel, self.now)
            if lead is not None and not record.open_attempts and not is_concluded(record):
                found.append(self._upcoming(each, record, window_fact(each.opens, lead)))
        return found

    def drifted(self, planned: PlannedCampaign, drift: Drift, message: Phrase, hint: str) -> Notice:
        """Return what drifted from what is recorded of a campaign, and what to type."""
        record = self.state.record(drift.campaign, drift.edition)
        found = self._notice(drift.fact, record, CampaignOutcome(planned), message, hint)
        return replace(found, drift=drift)

    def _upcoming(self, coming: Coming, record: Record, fact: Fact) -> Notice:
        """Return what will happen at the opening of a window, as it stands now."""
        outcome, then = coming.outcome, coming.at_opening
        about = {
            "span": in_time(coming.opens, self.now),
            "at": moment(coming.opens.astimezone(BEIJING)),
        }
        passes = PASSING if then.next_at is not None else frozenset()
        refusal = next(
            (each for each in then.refusals if each.guard not in _NOBODY_NEEDED | passes), None
        )
        why: str | None = None
        hint: str = Phrase(
            "to stop it: {command}   or, on GitHub: Actions / apply / stop all sends",
            command=Command("stop"),
        )
        if outcome.error is not None:
            why, hint = outcome.error.message, outcome.error.hint
        elif has_errors(then.diagnostics):
            why, hint = Phrase("its files have faults"), Command("validate")
        elif refusal is not None:
            why, hint = refusal.message, refusal.hint
        if why is not None:
            say = Phrase(
                "its window opens {span}, at {at}; as things are, it will not be sent: {why}",
                **about,
                why=why,
            )
        elif then.next_at is not None and then.next_at > coming.opens:
            first = moment(then.next_at.astimezone(BEIJING))
            say = Phrase(
                "its window opens {span}, at {at}; it can be sent at {first} at the earliest",
                **about,
                first=first,
            )
        else:
            say = Phrase("its window opens {span}, at {at}, and then it is sent", **about)
        guard = refusal.guard.value if refusal is not None and why is refusal.message else None
        return self._notice(fact, record, outcome, say, hint, guard=guard)

    def _recorded(
        self,
        record: Record,
        fact: Fact,
        outcome: CampaignOutcome | None,
        stays: Collection[str],
    ) -> Notice | None:
        """Return what a fact on record says; None where it is not so any more, or says nothing new."""
        told: tuple[str, str] | None = None
        if fact.kind == "in_doubt":
            opened = [each for each in record.open_attempts if fact == _doubt_fact(each)]
            is_so = opened and status_of(record) is Status.IN_DOUBT
            return self._doubt(record, outcome, opened[-1]) if is_so else None
        match fact.kind:
            case "accepted":
                told = _accepted(record, record.facts[fact].at), ""
            case "ended":
                told = delivered_words(record), _report(record)
            case "failed" | "contradicted":
                told = self._failed(record)
            case "nobody":
                told = self._reached_nobody(record)
            case "details":
                told = self._details(record)
            case "awaiting_admin" if status_of(record) is Status.AWAITING_ADMIN:
                told = _awaited(record), _answer(record)
            case "withdrawn":
                told = _withdrawn(record, int(fact.parts[0]))
            case "settled":
                told = _settled(record, int(fact.parts[0]))
            case "expired" if not (record.is_in_doubt or is_concluded(record)):
                told = _expired(record, stays=record.campaign in stays)
        if told is None:
            return None
        found = self._notice(fact, record, outcome, *told)
        return replace(found, is_counted=is_counted(record))

    def _failed(self, record: Record) -> tuple[str, str]:
        if status_of(record) is Status.CONTRADICTED:
            return ends_words(record), what_now(record, self.state) or ""
        reason = Phrase("{reason}; the allowance counts as used", reason=failure_words(record))
        return reason, how_to_resend(record, self.state) or ""

    def _reached_nobody(self, record: Record) -> tuple[str, str] | None:
        told = nobody_got_it(record)
        return None if told is None else (told.message, told.hint)

    def _details(self, record: Record) -> tuple[str, str] | None:
        """Return what an event added to an end that was told without it."""
        if Fact("nobody") in record.facts:
            return None
        failed = status_of(record) is Status.FAILED
        return self._failed(record) if failed else (delivered_words(record), _report(record))

    def _is_silent(self, record: Record, outcome: CampaignOutcome | None) -> bool:
        """Return whether nobody has said a word on the newest open attempt, and no run waits for its answer."""
        opened = record.open_attempts[-1:]
        if not opened or opened[0].has_verdict:
            return False
        return outcome is not None or self.now - opened[0].at >= ANSWER_AFTER

    def _doubt(self, record: Record, outcome: CampaignOutcome | None, attempt: Attempt) -> Notice:
        """Return what nobody knows, or what only this run knows because the ledger could not take it."""
        answer = unrecorded_of(record, outcome.answer if outcome is not None else None)
        say = (
            answer.told
            if answer
            else Phrase("nobody knows whether it was sent; its account sends nothing else")
        )
        fact = _doubt_fact(attempt)
        found = self._notice(fact, record, outcome, say, choices=self.evidence(record))
        return replace(found, unrecorded=answer)

    def _left(self, draft: LeftDraft) -> Notice:
        say = Phrase(
            "its folder is gone, and its draft was changed in the console, so it stays there"
        )
        return self._notice(
            Fact("draft_left"),
            self.state.record(draft.campaign, draft.edition),
            None,
            say,
            DELETE_IT,
        )

    def _kept_back(self, outcome: CampaignOutcome) -> Iterator[Notice]:
        """Return what kept a campaign from its send when it was due."""
        planned = outcome.planned
        record = self.state.record(planned.name, planned.edition)
        tried = [each for each in record.attempts if each.at >= self.since]
        if record.is_in_doubt or is_concluded(record):
            return
        if planned.window is not WindowState.DUE and not tried:
            return
        digest = unprefixed(planned.digest or "-")[:12]
        if outcome.error is not None:
            error = outcome.error
            fact = Fact.of("failed", error.errcode or "-", digest)
            found = self._notice(fact, record, outcome, error.message, error.hint)
        elif has_errors(planned.diagnostics):
            say = Phrase("its files have faults, and its window is open")
            fact = Fact.of("failed", "files", digest)
            found = self._notice(fact, record, outcome, say, Command("validate"))
        elif (refusal := _telling(outcome)) is not None:
            guard = refusal.guard.value
            told = refusal.message, refusal.hint
            fact = Fact.of("refused", guard, digest)
            found = self._notice(fact, record, outcome, *told, guard=guard)
        else:
            return
        yield replace(found, met_again=True)

    def _notice(
        self,
        fact: Fact,
        record: Record,
        outcome: CampaignOutcome | None,
        message: str,
        hint: str = "",
        *,
        guard: str | None = None,
        choices: Evidence | None = None,
    ) -> Notice:
        planned = outcome.planned if outcome is not None else None
        account = self.accounts.get(record.appid) if record.appid is not None else None
        sent = record.attempts[-1].event if record.attempts else None
        titles = [planned.title if planned else "", (sent.title if sent else None) or ""]
        digests = [planned.digest if planned else None, sent.digest if sent else None]
        return Notice(
            fact=fact,
            campaign=record.campaign,
            title=next(filter(None, titles), ""),
            account=(planned.account if planned else None) or account,
            edition=record.edition,
            status=status_of(record),
            digest=next(filter(None, digests), None),
            at=self.now,
            message=message,
            hint=hint,
            guard=guard,
            choices=choices,
            addresses=_addresses(record),
            block=self._block(record, outcome),
        )

    def _block(self, record: Record, outcome: CampaignOutcome | None) -> SendFacts | None:
        planned = outcome.planned if outcome is not None else None
        content = (
            planned.rendered
            if planned is not None and planned.rendered is not None
            else self.content(record)
        )
        if content is None:
            return None
        appid = content.appid if isinstance(content, RenderedCampaign) else content.account.appid
        account = self.accounts.get(AppId(appid)) or (planned.account if planned else None) or appid
        attempted = record.attempts[-1].event.audience_count if record.attempts else None
        return send_facts(
            content,
            window_state(content.window, self.now),
            account=account,
            count=attempted if attempted is not None or planned is None else planned.audience_count,
            allowance=spans_of(self.ahead(AppId(appid)), account, record.campaign),
            warnings=warnings_of(planned.diagnostics) if planned is not None else (),
            people=planned.people if planned is not None else None,
        )


def _doubt_fact(attempt: Attempt) -> Fact:
    return Fact.of("in_doubt", attempt.serial)


def _telling(outcome: CampaignOutcome) -> Refusal | None:
    """Return the first refusal that needs a person."""
    passes = PASSING if outcome.planned.next_at is not None else frozenset()
    return next(
        (each for each in outcome.refusals if each.guard not in _NOBODY_NEEDED | passes), None
    )


def _awaited(record: Record) -> Phrase:
    until = held_until(record)
    if until is None:  # A job of which an event or a poll said so.
        return Phrase("it waits for the administrator's confirmation (API 群发保护)")
    say = Phrase("it waits for the administrator's confirmation (API 群发保护) until {until}")
    return Phrase(say, until=moment(until.astimezone(BEIJING)))


def _answer(record: Record) -> Phrase:
    return Phrase(
        "let the administrator (管理员) answer in WeChat, then: {command}",
        command=Command("apply", record.campaign),
    )


def _addresses(record: Record) -> tuple[str, ...]:
    """Return where the articles of an edition can be read, without those that were withdrawn."""
    told = [job for job in record.jobs if job.addresses]
    return told[-1].left_addresses if told else ()


def _report(record: Record) -> Phrase:
    say = Phrase("{command}   shows who reads it, from the next day on")
    return Phrase(say, command=Command("report", record.campaign))


def _accepted(record: Record, at: datetime) -> Phrase:
    if status_of(record) is Status.SENDING:
        return Phrase("WeChat accepted it and delivers it now")
    return Phrase("WeChat accepted it at {at}", at=moment(at.astimezone(BEIJING)))


def is_counted(record: Record) -> bool:
    """Return whether WeChat's events have said of each job how many received it."""
    return all(job.counts is not None and job.counts.sent_count is not None for job in record.jobs)


def delivered_words(record: Record) -> Phrase:
    """Return to how many an edition was delivered, and why the others have not got it, as far as WeChat says."""
    if not is_counted(record):
        return Phrase(
            "WeChat says that it was sent; how many received it comes by event: {listen} or {record}",
            listen=Command("listen"),
            record=Command("record-event"),
        )
    said = [job.counts for job in record.jobs if job.counts is not None]
    sent = [each.sent_count for each in said if each.sent_count is not None]
    count = sum(sent)
    total = sum(each.total_count or each.sent_count or 0 for each in said)
    ready = [each.filter_count for each in said if each.filter_count is not None]
    filtered = max(0, total - sum(ready)) if len(ready) == len(said) else 0
    failed = sum(each.error_count or 0 for each in said)
    words = Phrase("it was delivered to {count:,} of {total:,} followers", count=count, total=total)
    if filtered:
        say = Phrase("{said}; filtered out: {count:,} (declined, or had four this month)")
        words = Phrase(say, said=words, count=filtered)
    if failed:
        words = Phrase("{said}; failed: {count:,}", said=words, count=failed)
    for more in cut_sentences(cut_of(record), record.closed_batches):
        words = Phrase("{said}; {more}", said=words, more=more)
    return words


def _withdrawn(record: Record, article: int) -> tuple[str, str] | None:
    """Return who withdrew what; nobody knows who it was in the console."""
    by = next(
        (job.withdrawn_by[article] for job in record.jobs if article in job.withdrawn_by), None
    )
    who = by or Phrase("somebody in the console")
    if article:
        say = Phrase("article {number} was withdrawn by {who}", number=article, who=who)
    else:
        say = Phrase("it was withdrawn by {who}", who=who)
    hint = Phrase("the card stays in the chats, and whoever opens it reads that it is gone")
    return say, hint


def _settled(record: Record, number: int) -> tuple[str, str]:
    """Return what a person said of a send that nobody knew of; `number` counts their words from 1."""
    said = record.settlements[number - 1].event
    if said.outcome == "sent":
        return Phrase("it was sent, says {who}", who=said.by), ""
    say = Phrase("it was not sent, says {who}: {why}", who=said.by, why=said.reason)
    hint = Phrase(
        "{command}   sends it, if its window is open", command=Command("apply", record.campaign)
    )
    return say, hint


def _expired(record: Record, *, stays: bool) -> tuple[str, str]:
    closed = moment(record.expired_at[-1])
    say = Phrase("its window closed at {closed}, and it was not sent", closed=closed)
    hint = Phrase(
        "to send it after all, give it a new window in campaign.yaml and have that reviewed"
    )
    if not stays:
        return say, hint
    return (
        Phrase("{said}; its draft was changed in the console, so it stays there", said=say),
        Phrase("{hint}; {other}", hint=hint, other=DELETE_IT),
    )
