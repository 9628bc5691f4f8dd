"""Which campaigns go to audiences, as their files say."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from massctl.model.audience import AudienceName, AudienceUse
from massctl.model.campaign import parse_offset_time
from massctl.model.ids import CampaignName
from massctl.model.message import Window
from massctl.model.settings import MassctlFile
from massctl.source.campaigns import Loaded, load_campaign
from massctl.source.repository import Repository


def audience_uses(
    repository: Repository,
    settings: MassctlFile,
    names: Iterable[CampaignName],
    now: datetime,
) -> Mapping[AudienceName, tuple[AudienceUse, ...]]:
    """Return the campaigns of each audience whose window is not over: the one that ends first stands first."""
    found: dict[AudienceName, list[AudienceUse]] = {}
    loaded: dict[CampaignName, Loaded] = {}
    for name in sorted(names):
        file = load_campaign(repository, name, settings, loaded).file
        if file is None or file.audience.of is None:
            continue
        start, end = map(parse_offset_time, (file.send.not_before, file.send.not_after))
        window = Window(start, end) if start is not None and end is not None else None
        if window is None or window.not_after >= now:
            use = AudienceUse(name, window)
            found.setdefault(AudienceName(file.audience.of), []).append(use)
    return {name: tuple(sorted(uses, key=_turn)) for name, uses in found.items()}


def _turn(use: AudienceUse) -> tuple[bool, float]:
    return use.window is None, use.window.not_after.timestamp() if use.window is not None else 0.0
