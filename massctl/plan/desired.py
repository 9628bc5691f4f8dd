"""What the repository declares about one campaign, in the four shapes it can have."""

from dataclasses import dataclass

from massctl.model.diagnostic import Diagnostic
from massctl.model.names import AppId, CampaignName, Sha256
from massctl.model.rendered import RenderedCampaign, Window


@dataclass(frozen=True, slots=True)
class Invalid:
    """A campaign with faults: it is stopped, and only it."""

    name: CampaignName
    title: str
    account: str | None
    edition: int | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Concluded:
    """A campaign whose edition went out already: never rendered again."""

    name: CampaignName
    title: str
    account: str
    appid: AppId
    edition: int
    window: Window | None
    source_sha256: Sha256
    """The folder as it is now."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A campaign with an open attempt in the ledger and no folder in the repository."""

    name: CampaignName
    account: str | None
    appid: AppId
    edition: int


Desired = RenderedCampaign | Invalid | Concluded | Gone
