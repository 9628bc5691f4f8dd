"""Campaigns that want an account's days, and the rules of a run in a repository of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from building import APPID, DAY, HOUR, NOW, audience, house, plan_of, sha, text
from copies import replace

from massctl.model.batches import BATCH_MAX, OpenidList
from massctl.model.ids import AccountName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.guards import PolicyInForce
from massctl.plan.plan import PlannedCampaign
from massctl.plan.quota import Agenda, demand_of
from massctl.plan.steps import SendMass

ACCOUNT = AccountName("main")


def on(first: int, last: int | None = None, *, opens: int = 0, hours: int = 10) -> Window:
    """Give a window from noon, in Beijing, `first` days after NOW; it closes on `last`, so many hours after noon."""
    start = NOW + first * DAY + opens * HOUR
    end = NOW + (first if last is None else last) * DAY + hours * HOUR
    return Window(start, end)


def words(name: str, window: Window | None, **changes: Any) -> RenderedCampaign:
    return text(name, name, window=window, **changes)


def rules(
    campaigns: Sequence[RenderedCampaign],
    kind: str = "subscription",
    named: tuple[str, ...] = (),
    **policy: Any,
) -> PolicyInForce:
    """Make the rules of a run in a repository of these campaigns."""
    base = house(*named, **policy)
    return replace(base, agenda=Agenda({APPID: (ACCOUNT, kind)}, tuple(map(demand_of, campaigns))))


def to_list(name: str, window: Window | None, batches: int) -> RenderedCampaign:
    """Make a campaign to a list of so many full batches."""
    listed = OpenidList(sha(name), batches * BATCH_MAX)
    return words(name, window, audience=audience(openids=f"{name}.txt"), openid_list=listed)


def planned_all(
    campaigns: Sequence[RenderedCampaign],
    state: State | None = None,
    kind: str = "subscription",
    now: datetime = NOW,
    **policy: Any,
) -> dict[str, PlannedCampaign]:
    made = plan_of(campaigns, state, rules(campaigns, kind, **policy), now)
    return {each.name: each for each in made.campaigns}


def refused(planned: dict[str, PlannedCampaign]) -> dict[str, str]:
    """Give what the allowance says, by campaign."""
    return {
        name: refusal.message
        for name, each in planned.items()
        for refusal in each.refusals
        if refusal.guard.value == "allowance"
    }


def sends(planned: dict[str, PlannedCampaign]) -> list[str]:
    return [
        name
        for name, each in planned.items()
        if any(isinstance(step, SendMass) for step in each.steps)
    ]
