"""What the campaigns of the whole repository ask of their accounts' allowance, also those that a run is not about.

Those are read and not rendered: a window and an audience are plain values. A campaign with faults asks for nothing,
for it cannot be sent.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from massctl.model.campaign import BATCH_MAX
from massctl.model.ids import AccountName, AppId, CampaignName
from massctl.model.message import RenderedCampaign, Window
from massctl.model.state import State
from massctl.plan.quota import Agenda, Demand, calls_by_day, demand_of, may_run_short, scope_of, tag_of
from massctl.plan.steps import Concluded, Desired
from massctl.source.repository import CAMPAIGNS, Repository, UnreadableError

if TYPE_CHECKING:
    from massctl.source.loader import Workbench

_DATE: Final = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_READ_BYTES_MAX: Final = 1024 * 1024


def agenda_of(
    workbench: "Workbench",
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
    others = _Others(workbench, state, now)
    found = (others.demand(CampaignName(name)) for name in names if name not in known)
    demands += [each for each in found if each is not None]
    accounts = workbench.settings.accounts.items()
    kinds = {AppId(each.appid): (AccountName(name), str(each.kind)) for name, each in accounts}
    return Agenda(kinds, tuple(others.counted(demands, kinds)))


class _Others:
    """What campaigns ask for that are not rendered.

    The lines of their lists of openids are counted, which says how many jobs they take at most; a list is read only
    where so many jobs are asked for that they may be too many for a day.
    """

    def __init__(self, workbench: "Workbench", state: State, now: datetime) -> None:
        self._workbench = workbench
        self._state = state
        self._now = now
        self._lists: dict[CampaignName, str] = {}
        """The campaigns whose `calls` are an upper bound, and what they call their list."""

    def demand(self, name: CampaignName) -> Demand | None:
        """Read what a campaign asks for; None where it has no window that may still be open."""
        repository, settings = self._workbench.repository, self._workbench.settings
        if not _may_open(repository, name, self._now):
            return None
        # Reading YAML and validating it is what a repository of closed windows goes without.
        from massctl.model.campaign import parse_offset_time

        file = self._workbench.campaign(name).file
        start, end = (
            (parse_offset_time(each) for each in (file.send.not_before, file.send.not_after)) if file else (0, 0)
        )
        if file is None or not isinstance(start, datetime) or not isinstance(end, datetime):
            return None
        try:
            rejected = any(attempt.rejection for attempt in self._state.record(name, file.edition).attempts)
            source = repository.folder_digest(name) if rejected else None
            calls = self._calls_at_most(name, file.audience.openids)
        except UnreadableError:
            return None
        appid = AppId(settings.accounts[file.account].appid)
        scope, window = scope_of(file.audience), Window(start, end)
        account, tag, over = AccountName(file.account), tag_of(file.audience), file.send.over_limit == "allow"
        return Demand(name, file.edition, account, appid, scope, window, source, calls, tag, over)

    def counted(self, demands: Sequence[Demand], accounts: Iterable[AppId]) -> list[Demand]:
        """Give demands in which the jobs of lists are counted wherever their number may matter."""
        short = {
            appid
            for appid in accounts
            if may_run_short([d for d in demands if d.appid == appid], calls_by_day(self._state, appid, self._now))
        }
        found = [self._read(each) if each.appid in short and each.name in self._lists else each for each in demands]
        return [each for each in found if each is not None]

    def _calls_at_most(self, name: CampaignName, written: str | None) -> int:
        """Count the jobs of a list by its lines, blank and repeated ones too; raises UnreadableError."""
        if written is None:
            return 1
        # Few campaigns have a list.
        from massctl.render.paths import picture_paths
        from massctl.source.openids import LIST_BYTES_MAX

        self._lists[name] = written
        paths = picture_paths(written, f"{name}/campaign.yaml", name)
        lines = 0
        for path in paths if isinstance(paths, list) else []:
            with suppress(UnreadableError):
                pieces = self._workbench.repository.pieces(f"{CAMPAIGNS}/{path}", LIST_BYTES_MAX)
                lines = max(lines, 1 + sum(piece.count(b"\n") for piece in pieces))
        return max(1, -(-lines // BATCH_MAX))

    def _read(self, demand: Demand) -> Demand | None:
        """Count the jobs of a list exactly; None for one with faults, which cannot be sent to."""
        # Only where calls are short is a list read that the run is not about.
        from massctl.render.audience import find_openids

        found = find_openids(self._lists[demand.name], demand.name, self._workbench).openid_list
        return replace(demand, calls=found.batches) if found is not None else None


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
