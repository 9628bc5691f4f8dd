"""Campaigns that want an account's days, and the rules of a run in a repository of them."""

from collections.abc import Sequence
from typing import Any

from building import APPID, DAY, HOUR, NOW, house, text

from massctl.model.names import AccountName
from massctl.model.rendered import RenderedCampaign, Window
from massctl.plan.allowance import Agenda, demand_of
from massctl.plan.guard import House

ACCOUNT = AccountName("main")


def on(first: int, last: int | None = None, *, opens: int = 0, hours: int = 10) -> Window:
    """Give a window from noon, in Beijing, `first` days after NOW; it closes on `last`, so many hours after noon."""
    start = NOW + first * DAY + opens * HOUR
    end = NOW + (first if last is None else last) * DAY + hours * HOUR
    return Window(start, end)


def words(name: str, window: Window | None, **changes: Any) -> RenderedCampaign:
    return text(name, name, window=window, **changes)


def rules(
    campaigns: Sequence[RenderedCampaign], kind: str = "subscription", named: tuple[str, ...] = (), **policy: Any
) -> House:
    """Make the rules of a run in a repository of these campaigns."""
    base = house(*named, **policy)
    return House(base.policy, False, base.named, Agenda({APPID: (ACCOUNT, kind)}, tuple(map(demand_of, campaigns))))
