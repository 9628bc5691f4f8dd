"""Which facts of a run somebody outside has to hear of: each is told by the run that learnt it, and by no other.

What is on record is told when it comes on record, so that no second memory of what was told is needed: the standings
before a run are compared with those after it. Two things are not on record: what keeps a campaign back while its
window is open, and a doubt that a run left behind when it died. Every run meets them again (`met_again`). A machine
that remembers what it told tells them once a day. A machine that remembers nothing, as in CI, tells them in every run.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from massctl.apply.drafts import DELETE_IT
from massctl.apply.jobs import nobody_got_it
from massctl.apply.outcome import CampaignOutcome, LeftDraft, Unrecorded, unrecorded_of
from massctl.errors import InvariantError
from massctl.model.diagnostics import has_errors
from massctl.model.entries import Announced
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName, digest_of
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import BEIJING, Command, Phrase, in_time, moment
from massctl.model.state import Record, State, Status, held_until, is_concluded, status_of
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
    from massctl.model.settings import Happening


_OUT = frozenset({Status.SENDING, Status.SENT})
_NOBODY_NEEDED = frozenset({Guard.OTHER_RUNNER, Guard.NOT_NAMED, Guard.EXPIRED, Guard.NOT_AT_TIP})
"""Another run is at it; it was never to go by itself; that is told as `expired`; the run of a newer commit sends."""


class Standing(Frozen):
    """How an edition stood before a run."""

    status: Status
    attempts: int
    expired: int
    reached_nobody: int = 0
    """Jobs that ended and reached nobody."""


Standings: TypeAlias = Mapping[tuple[CampaignName, int], Standing]
_NEW = Standing(Status.NEW, 0, 0)


class Reach(Frozen):
    """What a send reached, in short."""

    day: int
    """1, 3, 7 or 30; the day of the send is 1."""
    lines: tuple[str, ...]
    """The numbers that a team asks for first, a line each."""


class Notice(Frozen):
    """One fact about one campaign."""

    happening: "Happening"
    campaign: CampaignName
    title: str
    account: str | None
    edition: int
    status: Status
    """At the end of the run."""
    digest: str | None
    attempts: int
    """How often its send was attempted: a second doubt is another fact than the first."""
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
    """Every run finds it so until somebody does something: no entry of the ledger says when it began."""
    unrecorded: Unrecorded | None = None
    """What WeChat answered, where the ledger could not take it: then one choice alone is true."""
    opens: datetime | None = None
    """When the window opens that it tells of beforehand."""
    lead: timedelta | None = None
    """How long before that it was due."""
    block: SendFacts | None = None
    """The send as it was planned and asked for; None if its content is not at hand."""
    reach: Reach | None = None
    """What it reached, where that is what is told."""
    drift: Drift | None = None
    """What drifted, where that is what is told."""

    @property
    def key(self) -> str:
        """Name the fact, so that a receiver knows it again: 24 hex digits."""
        what = [self.happening, self.campaign, self.edition, self.status.value]
        named = [*what, self.digest, self.attempts, self.guard]
        if self.opens is not None and self.lead is not None:
            # What was told of a window stays told, whatever is edited or staged meanwhile.
            opens = self.opens.astimezone(UTC).isoformat()
            named = [
                self.happening,
                self.campaign,
                self.edition,
                opens,
                round(self.lead.total_seconds()),
            ]
        if self.reach is not None:
            named = [self.happening, self.campaign, self.edition, self.reach.day]
        if self.drift is not None:
            drift = self.drift
            named = [
                self.happening,
                self.campaign,
                self.edition,
                drift.kind.value,
                drift.subject,
                drift.value,
            ]
        return digest_of(named).removeprefix("sha256:")[:24]

    def announcement(self, channel: str) -> Announced:
        """Return the ledger's entry about its having been told to a channel."""
        if self.opens is None or self.lead is None:
            raise InvariantError(f"{self.happening} announces no window")
        return Announced(
            not_before=self.opens, channel=channel, lead_seconds=round(self.lead.total_seconds())
        )


class Coming(Frozen):
    """A campaign whose window opens later."""

    outcome: CampaignOutcome
    opens: datetime
    at_opening: PlannedCampaign
    """The campaign as it is planned for that moment: what would be refused then is refused here."""

    def due(
        self,
        leads: Collection[timedelta],
        announced: Sequence[Announced],
        channel: str,
        now: datetime,
    ) -> timedelta | None:
        """Return the shortest of `leads` that has begun and was not told to the channel; None without one."""
        told = [
            each.lead_seconds
            for each in announced
            if (each.not_before, each.channel) == (self.opens, channel)
        ]
        begun = [lead for lead in leads if self.opens - lead <= now < self.opens]
        shortest = min(begun, default=None)
        return (
            shortest
            if shortest is not None and all(shortest.total_seconds() < each for each in told)
            else None
        )


def standings(state: State) -> Standings:
    """Note how every edition stands, before a run changes it."""
    return {
        key: Standing(
            status_of(record), len(record.attempts), len(record.expired_at), _reached_nobody(record)
        )
        for key, record in state.records.items()
    }


class NoticeFinder(Frozen):
    """What a run has learnt, and what is needed to tell it."""

    before: Standings
    state: State
    accounts: Mapping[AppId, str]
    """AppID -> the account's name in massctl.yaml."""
    evidence: Callable[[Record], Evidence]
    """Puts together what a person may choose about a doubt."""
    now: datetime
    content: "Callable[[Record], LockFile | None]" = lambda _: None
    """Gives what was kept of the content of an edition that this run did not render."""
    ahead: Callable[[AppId], Sequence[AccountAhead]] = lambda _: ()
    """Gives what is left of an account's allowance, after this run."""

    def notices(
        self, outcomes: Sequence[CampaignOutcome] = (), left: Sequence[LeftDraft] = ()
    ) -> list[Notice]:
        """List every fact that this run learnt, in the order of the ledger, then what kept campaigns back."""
        planned = {(each.planned.name, each.planned.edition or 1): each for each in outcomes}
        records = [(record, planned.get(key)) for key, record in self.state.records.items()]
        found = [
            notice for record, outcome in records for notice in self._recorded(record, outcome)
        ]
        found += [
            notice for record, outcome in records for notice in self._undelivered(record, outcome)
        ]
        found += [self._left(each) for each in left if each.folder_gone]
        stays = {each.campaign for each in left}
        return [*found, *(notice for each in outcomes for notice in self._kept_back(each, stays))]

    def upcoming(
        self, coming: Sequence[Coming], leads: Collection[timedelta], channel: str
    ) -> list[Notice]:
        """List the windows that open soon and of which a channel has not been told, by its `leads`."""
        found: list[Notice] = []
        for each in coming:
            record = self.state.record(each.outcome.planned.name, each.outcome.planned.edition)
            lead = each.due(leads, self.state.announced.get(record.key, ()), channel, self.now)
            if lead is not None and not record.open_attempts and not is_concluded(record):
                found.append(replace(self._upcoming(each, record), opens=each.opens, lead=lead))
        return found

    def drifted(self, planned: PlannedCampaign, drift: Drift, message: Phrase, hint: str) -> Notice:
        """Return what drifted from what is recorded of a campaign, and what to type."""
        record = self.state.record(drift.campaign, drift.edition)
        found = self._notice("drift", record, CampaignOutcome(planned), message, hint)
        return replace(found, drift=drift)

    def _upcoming(self, coming: Coming, record: Record) -> Notice:
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
        return self._notice("upcoming", record, outcome, say, hint, guard=guard)

    def _recorded(self, record: Record, outcome: CampaignOutcome | None) -> Iterator[Notice]:
        """Return what came on record about the send of an edition."""
        was, status = self._was(record), status_of(record)
        if status is Status.IN_DOUBT:
            if was.status is not status or any(
                not each.has_verdict for each in record.open_attempts[-1:]
            ):
                yield self._doubt(record, outcome, met_again=was.status is status)
        elif status is was.status:
            return
        elif status is Status.AWAITING_ADMIN:
            yield self._notice("awaiting_admin", record, outcome, _awaited(record), _answer(record))
        elif status is Status.CONTRADICTED:
            said = ends_words(record), what_now(record, self.state) or ""
            yield self._notice("failed", record, outcome, *said)
        elif status is Status.FAILED:
            yield self._notice(
                "failed", record, outcome, _failed(record), how_to_resend(record, self.state) or ""
            )
        elif status in _OUT and was.status not in _OUT:
            yield self._notice("sent", record, outcome, _sent(record, status))

    def _undelivered(self, record: Record, outcome: CampaignOutcome | None) -> Iterator[Notice]:
        told = nobody_got_it(record)
        if told is not None and _reached_nobody(record) > self._was(record).reached_nobody:
            yield self._notice("failed", record, outcome, told.message, told.hint)

    def _doubt(self, record: Record, outcome: CampaignOutcome | None, *, met_again: bool) -> Notice:
        """Return what nobody knows, or what only this run knows because the ledger could not take it."""
        answer = unrecorded_of(record, outcome.answer if outcome is not None else None)
        say = (
            answer.told
            if answer
            else Phrase("nobody knows whether it was sent; its account sends nothing else")
        )
        evidence = self.evidence(record)
        found = self._notice(
            "in_doubt", record, outcome, say, choices=evidence, met_again=met_again
        )
        return replace(found, unrecorded=answer)

    def _left(self, draft: LeftDraft) -> Notice:
        say = Phrase(
            "its folder is gone, and its draft was changed in the console, so it stays there"
        )
        return self._notice(
            "draft_left", self.state.record(draft.campaign, draft.edition), None, say, DELETE_IT
        )

    def _kept_back(self, outcome: CampaignOutcome, stays: Collection[str]) -> Iterator[Notice]:
        """Return what kept a campaign from its send when it was due; `stays` names those whose draft stays."""
        planned = outcome.planned
        record = self.state.record(planned.name, planned.edition)
        was = self._was(record)
        if record.is_in_doubt or is_concluded(record):
            return
        if len(record.expired_at) > was.expired:
            closed = moment(record.expired_at[-1])
            say = Phrase("its window closed at {closed}, and it was not sent", closed=closed)
            hint = Phrase(
                "to send it after all, give it a new window in campaign.yaml and have that reviewed"
            )
            if planned.name in stays:
                say = Phrase(
                    "{said}; its draft was changed in the console, so it stays there", said=say
                )
                hint = Phrase("{hint}; {other}", hint=hint, other=DELETE_IT)
            yield self._notice("expired", record, outcome, say, hint)
        elif planned.window is not WindowState.DUE and len(record.attempts) == was.attempts:
            return
        elif outcome.error is not None:
            error = outcome.error
            yield self._notice("failed", record, outcome, error.message, error.hint, met_again=True)
        elif has_errors(planned.diagnostics):
            say, hint = (
                Phrase("its files have faults, and its window is open"),
                Command("validate"),
            )
            yield self._notice("failed", record, outcome, say, hint, met_again=True)
        elif (refusal := _telling(outcome)) is not None:
            guard = refusal.guard.value
            told = refusal.message, refusal.hint
            yield self._notice("refused", record, outcome, *told, guard=guard, met_again=True)

    def _was(self, record: Record) -> Standing:
        return self.before.get((record.campaign, record.edition), _NEW)

    def _notice(
        self,
        happening: "Happening",
        record: Record,
        outcome: CampaignOutcome | None,
        message: str,
        hint: str = "",
        *,
        guard: str | None = None,
        choices: Evidence | None = None,
        met_again: bool = False,
    ) -> Notice:
        planned = outcome.planned if outcome is not None else None
        account = self.accounts.get(record.appid) if record.appid is not None else None
        attempted = record.attempts[-1].event.digest if record.attempts else None
        return Notice(
            happening,
            record.campaign,
            planned.title if planned else "",
            (planned.account if planned else None) or account,
            record.edition,
            status_of(record),
            (planned.digest if planned else None) or attempted,
            len(record.attempts),
            self.now,
            message,
            hint,
            guard,
            choices,
            met_again,
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
        )


def _reached_nobody(record: Record) -> int:
    return sum(job.reached_nobody for job in record.jobs)


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


def _failed(record: Record) -> Phrase:
    return Phrase("{reason}; the allowance counts as used", reason=failure_words(record))


def _sent(record: Record, status: Status) -> Phrase:
    if record.settled_sent:
        return Phrase("it was sent, says {who}", who=record.settled_sent[-1].event.by)
    if status is Status.SENDING:
        return Phrase("WeChat accepted it and delivers it now")
    return Phrase("it was sent")
