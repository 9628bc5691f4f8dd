"""When campaigns go out, when others went out, and what stands in the way: what a calendar shows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from massctl.model.diagnostics import has_errors
from massctl.model.frozen import Frozen
from massctl.model.ids import AppId, CampaignName
from massctl.model.message import Window
from massctl.model.phrase import Phrase
from massctl.model.state import FINAL, State, Status, beijing_day, status_of
from massctl.plan.drift import Drift
from massctl.plan.drift_readings import open_drifts
from massctl.plan.plan import Plan, PlannedCampaign
from massctl.plan.quota import AccountAhead
from massctl.plan.reach import sent_in
from massctl.plan.window import WindowState

if TYPE_CHECKING:
    from massctl.model.settings import MassctlFile, Policy


class ScheduledSend(Frozen):
    """One send: a campaign with a window, an edition that went out, or what people sent in the console."""

    campaign: CampaignName | None
    """None for a send in the console."""
    title: str
    """As its folder has it, else as the ledger has it, else its name; empty for a send in the console."""
    account: str | None
    edition: int | None
    begins: datetime
    """When its window opens; when it went out, if it did."""
    ends: datetime
    """When its window closes; `begins` of what went out."""
    status: Status
    obstacles: tuple[str, ...] = ()
    """Why it cannot go out as it stands, each a Phrase; nothing of what went out."""
    drifts: tuple[Drift, ...] = ()
    """What people were told of that it depends on, and that is still so as far as anybody knows."""

    @property
    def went_out(self) -> bool:
        """Whether followers may have it."""
        return self.status in _OUT

    @property
    def day(self) -> date:
        """Its Beijing day in a calendar: the first day of the window."""
        return beijing_day(self.begins)


_OUT = FINAL | {Status.IN_DOUBT}


class Schedule(Frozen):
    """All sends that a ledger and a plan know of, earliest first."""

    sends: tuple[ScheduledSend, ...]
    ahead: tuple[AccountAhead, ...]
    """What the allowance of each account holds for the next days."""
    now: datetime

    def only(self, scope: "Scope") -> "Schedule":
        """Return it with the sends that are in scope, and the allowances of their accounts."""
        sends = tuple(each for each in self.sends if scope.takes_send(each.campaign, each.account))
        return replace(self, sends=sends, ahead=ahead_of(self.ahead, scope))

    def on(self, day: date) -> list[ScheduledSend]:
        """Return the sends of a Beijing day."""
        return [each for each in self.sends if each.day == day]


class Scope(Protocol):
    """Which campaigns are shown."""

    def takes(self, name: str) -> bool:
        """Return whether a campaign is shown."""
        ...

    def takes_send(self, name: str | None, account: str | None) -> bool:
        """Return whether a send of an account is shown; without a name it was made in the console."""
        ...

    def takes_account(self, account: str) -> bool:
        """Return whether what an account has left is shown."""
        ...


def ahead_of(ahead: Sequence[AccountAhead], scope: Scope) -> tuple[AccountAhead, ...]:
    """Return what the allowances of accounts in scope hold, with the names of campaigns in scope alone."""
    return tuple(_named(each, scope) for each in ahead if scope.takes_account(each.account))


def _named(ahead: AccountAhead, scope: Scope) -> AccountAhead:
    spans = (
        replace(span, campaigns=tuple(filter(scope.takes, span.campaigns))) for span in ahead.spans
    )
    return replace(ahead, spans=tuple(spans))


def schedule_of(
    plan: Plan,
    windows: Mapping[CampaignName, Window],
    state: State,
    settings: "MassctlFile",
    now: datetime,
) -> Schedule:
    """Make the schedule of a plan; `windows` has the window of each campaign that declares one."""
    names = {AppId(account.appid): name for name, account in settings.accounts.items()}
    planned = {(each.name, each.edition): each for each in plan.campaigns}
    found = [*_sent(state, planned, names), *_in_the_console(state, names)]
    known = {(each.campaign, each.edition) for each in found}
    for each in plan.campaigns:
        window = windows.get(each.name)
        if window is not None and (each.name, each.edition) not in known:
            found.append(
                _to_come(each, window, open_drifts(state, state.record(each.name, each.edition)))
            )
    order = sorted(
        found, key=lambda send: (send.begins, send.ends, send.campaign or "", send.edition or 0)
    )
    return Schedule(tuple(order), plan.ahead, now)


def _sent(
    state: State,
    planned: Mapping[tuple[CampaignName, int | None], PlannedCampaign],
    names: Mapping[AppId, str],
) -> Iterable[ScheduledSend]:
    titles = {name: each.title for (name, _), each in planned.items()}
    for record in state.records.values():
        moments = [each.first for each in sent_in(record)]
        if not moments:
            continue
        at = min(moments)
        name = record.campaign
        edition = record.edition
        said = record.sent_as
        title = titles.get(name) or (said.title if said is not None else None) or name
        account = names.get(record.appid) if record.appid is not None else None
        yield ScheduledSend(name, title, account, edition, at, at, status_of(record))


def _in_the_console(state: State, names: Mapping[AppId, str]) -> Iterable[ScheduledSend]:
    for appid, moments in state.website_sends.items():
        yield from (
            ScheduledSend(None, "", names.get(appid), None, at, at, Status.SENT) for at in moments
        )


def _to_come(planned: PlannedCampaign, window: Window, drifts: tuple[Drift, ...]) -> ScheduledSend:
    obstacles: list[str] = [each.message for each in planned.refusals]
    if has_errors(planned.diagnostics):
        obstacles.append(Phrase("its files have faults, so it cannot be sent"))
    elif planned.window is WindowState.EXPIRED and not obstacles:
        obstacles.append(Phrase("its window is closed, and it was not sent"))
    opens = window.not_before
    closes = window.not_after
    account = planned.account
    status = planned.status
    facts = planned.name, planned.title, account, planned.edition, opens, closes, status
    return ScheduledSend(*facts, tuple(obstacles), drifts)


def frozen_days(policy: "Policy", first: date, last: date) -> frozenset[date]:
    """Return the days from `first` to `last` on which policy.freeze lets nothing go out, in the policy's time zone."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    noon = ((day, datetime(day.year, day.month, day.day, 12, tzinfo=policy.zone)) for day in days)
    return frozenset(day for day, at in noon if policy.frozen_on(at) is not None)
