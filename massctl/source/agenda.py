"""What the campaigns of the whole repository ask of their accounts' allowance, also those that a run is not about.

Those are read and not rendered: a window and an audience are plain values. A campaign with faults asks for nothing,
for it cannot be sent.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from massctl.model.names import AccountName, AppId, CampaignName
from massctl.model.rendered import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.allowance import Agenda, Demand, demand_of
from massctl.plan.desired import Concluded, Desired
from massctl.plan.used import scope_of
from massctl.source.repository import CAMPAIGNS, Repository, UnreadableError

if TYPE_CHECKING:
    from massctl.model.account import MassctlFile

_DATE: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_READ_BYTES_MAX: Final = 1024 * 1024


def agenda_of(
    repository: Repository,
    settings: "MassctlFile",
    state: State,
    desired: Iterable[Desired],
    names: Sequence[str],
    named: frozenset[str] | None,
    now: datetime,
) -> Agenda:
    """Put the demands together; `desired` is what the run is about, `names` are all campaigns of the repository."""
    demands: list[Demand] = []
    known: set[str] = set()
    for each in desired:
        if isinstance(each, RenderedCampaign | Concluded):
            known.add(each.name)
        if isinstance(each, RenderedCampaign) and (each.window or each.name in (named or ())):
            demands.append(demand_of(each))
    others = (_read(repository, CampaignName(name), settings, state, now) for name in names if name not in known)
    demands += [each for each in others if each is not None]
    accounts = {AppId(each.appid): (AccountName(name), str(each.kind)) for name, each in settings.accounts.items()}
    return Agenda(accounts, tuple(demands))


def _read(
    repository: Repository, name: CampaignName, settings: "MassctlFile", state: State, now: datetime
) -> Demand | None:
    """Read what a campaign that is not rendered asks for; None where it has no window that may still be open."""
    if not _may_open(repository, name, now):
        return None
    # Reading YAML and validating it is what a repository of closed windows goes without.
    from massctl.model.campaign_rules import parse_offset_time
    from massctl.source.campaigns import load_campaign

    file = load_campaign(repository, name, settings).file
    start, end = (parse_offset_time(each) for each in (file.send.not_before, file.send.not_after)) if file else (0, 0)
    if file is None or not isinstance(start, datetime) or not isinstance(end, datetime):
        return None
    try:
        rejected = any(attempt.rejection for attempt in state.record(name, file.edition).attempts)
        source = repository.folder_digest(name) if rejected else None
    except UnreadableError:
        return None
    appid = AppId(settings.accounts[file.account].appid)
    scope = scope_of(file.audience)
    return Demand(name, file.edition, AccountName(file.account), appid, scope, Window(start, end), source)


def _may_open(repository: Repository, name: CampaignName, now: datetime) -> bool:
    """Say whether a campaign.yaml may hold a window that has not closed, without reading it as YAML.

    A window ends on a date that is written out, or with an escape; two days are more than any two offsets differ by.
    """
    try:
        data = repository.read_bytes(f"{CAMPAIGNS}/{name}/campaign.yaml", _READ_BYTES_MAX)
    except UnreadableError:
        return False
    since = (now - timedelta(days=2)).date()
    return b"\\" in data or any(_is_since(written.decode(), since) for written in _DATE.findall(data))


def _is_since(written: str, since: date) -> bool:
    try:
        return date.fromisoformat(written) >= since
    except ValueError:
        return False
