"""One campaign as its files are now: rendered, with what it was made from and where its files are."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from massctl.errors import MassctlError
from massctl.ledger.archive import Contents
from massctl.model.campaign import parse_offset_time
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName, Sha256
from massctl.model.lock import LockedPicture, path_from_lock, restored, version_of
from massctl.model.message import Picture, RenderedCampaign, Window
from massctl.model.settings import MassctlFile
from massctl.model.state import State
from massctl.plan.review_diff import base_of, difference, last_sent
from massctl.plan.steps import Concluded, Invalid
from massctl.source.loader import Desires, Workbench
from massctl.source.repository import Repository
from massctl.view.pages.campaign_page import Earlier

FILE_FOLDER = "/-/file/"
"""Below this stand pictures, sounds and videos, each by the name of its bytes."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A campaign, and everything that another look at it needs."""

    title: str
    window: Window | None
    edition: int | None
    """None where it cannot be read."""
    campaign: RenderedCampaign | None
    """The last one that had no faults; None where there was none yet, or where nobody needs it."""
    diagnostics: tuple[Diagnostic, ...]
    is_behind: bool
    """`campaign` is from before the faults."""
    is_whole: bool
    """It was rendered; what went out is not, until somebody looks at it."""
    workbench: Workbench
    """Gives the bytes of the campaign's files."""

    @property
    def files(self) -> dict[str, str]:
        """Where the campaign's files stand on the server, by the SHA-256 of their bytes."""
        return {
            each.sha256: address(each.sha256, each.extension) for each in (self.campaign.files if self.campaign else ())
        }

    def earlier_files(self, name: CampaignName, pictures: Iterable[LockedPicture]) -> dict[str, str]:
        """Give the same for an earlier version, as far as the working tree still has those bytes."""
        found = self.files
        for each in pictures:
            sha256 = each.sha256.removeprefix("sha256:")
            if sha256 in found or each.purpose not in ("image", "material"):
                continue
            path = path_from_lock(each.path, name)
            now = self.workbench.picture(path, "inline" if each.purpose == "image" else "cover")
            if isinstance(now, Picture) and now.sha256 == sha256:
                found[sha256] = address(sha256, now.extension)
        return found

    def read(self, sha256: str) -> bytes | None:
        """Give the bytes of a file; None where they are not here any more."""
        try:
            return self.workbench.read(Sha256(sha256))
        except (KeyError, MassctlError):
            return None


def address(sha256: str, extension: str) -> str:
    """Give where a file stands on the server."""
    return f"{FILE_FOLDER}{sha256}.{extension}"


def render_campaign(
    root: Path,
    cache: Path,
    settings: MassctlFile,
    name: CampaignName,
    state: State,
    before: Rendered | None,
    recorded: State,
) -> Rendered | None:
    """Read and render a campaign; None where there is no such folder.

    What went out according to `state` is not rendered: an empty one has everything rendered. `before` is the last look;
    `recorded` knows the addresses of articles that went out.
    """
    workbench = Workbench(Repository(root), settings, cache, recorded)
    found = next(iter(Desires(workbench, state).read([name])), None)
    match found:
        case RenderedCampaign():
            diagnostics = found.diagnostics
            return Rendered(found.title, found.window, found.edition, found, diagnostics, False, True, workbench)
        case Concluded():
            return Rendered(found.title, found.window, found.edition, None, (), False, False, workbench)
        case Invalid():
            last = before.campaign if before else None
            kept = before.workbench if before and last else workbench
            faults, behind = found.diagnostics, last is not None
            return Rendered(found.title, found.window, found.edition, last, faults, behind, True, kept)
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Compared:
    """An earlier version, and where its files stand as far as their bytes are still here."""

    earlier: Earlier
    files: dict[str, str]


def compared(kept: Rendered, state: State, archive: Contents) -> Compared | None:
    """Compare a campaign with the version before; None where there is none, or where it is not kept here whole."""
    campaign = kept.campaign
    if campaign is None:
        return None
    base = last_sent(campaign.name, state) or base_of(campaign, state)
    before = archive.read(base.digest) if base else None
    if base is None or before is None:
        return None
    send = before.lock.send
    opens, closes = parse_offset_time(send.not_before), parse_offset_time(send.not_after)
    window = Window(opens, closes) if opens is not None and closes is not None else None
    message = restored(before.lock.message, before.bodies, None)
    found = Earlier(difference(base, before, version_of(campaign)), message, window)
    return Compared(found, kept.earlier_files(campaign.name, before.lock.pictures))
