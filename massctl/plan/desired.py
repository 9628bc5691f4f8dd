"""What the repository declares about one campaign, in the five shapes it can have."""

from dataclasses import dataclass

from massctl.model.diagnostic import Diagnostic
from massctl.model.names import AppId, CampaignName, Sha256
from massctl.model.rendered import RenderedCampaign, Window
from massctl.plan.step import Refusal


@dataclass(frozen=True, slots=True)
class Invalid:
    """A campaign with faults: it is stopped, and only it."""

    name: CampaignName
    title: str
    account: str | None
    edition: int | None
    diagnostics: tuple[Diagnostic, ...]
    window: Window | None = None
    """As far as its file can be read."""


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
class NotLocked:
    """A campaign that may be sent only as it is locked, and whose lock is missing or differs."""

    name: CampaignName
    title: str
    account: str
    edition: int
    window: Window | None
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Gone:
    """A campaign with an open attempt in the ledger and no folder in the repository."""

    name: CampaignName
    account: str | None
    appid: AppId
    edition: int


Desired = RenderedCampaign | Invalid | Concluded | NotLocked | Gone
