"""The audience of a campaign, as far as files say who it is: a list of openids, found by the rules for pictures."""

from collections.abc import Callable, Iterator

from massctl.model.batches import OpenidList
from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, Place, Severity
from massctl.model.ids import CAMPAIGN_FILE, CAMPAIGNS, CampaignName, Folder, below_campaigns
from massctl.model.phrase import Phrase, about
from massctl.render.inputs import ListedOpenids, OpenidLists
from massctl.render.paths import picture_paths

KEY: KeyPath = ("audience", "openids")


def find_openids(written: str, folder: Folder, lists: OpenidLists) -> ListedOpenids:
    """Read the list that a campaign.yaml calls `written`, or say why there is none."""
    own = below_campaigns(folder)
    paths = picture_paths(written, f"{own}/{CAMPAIGN_FILE}", own)
    if isinstance(paths, Fault):
        return ListedOpenids(
            None,
            (
                Fault(
                    "MC602",
                    Phrase("{path} is outside the campaign's folder and `_shared`", path=written),
                    Phrase("copy the list into the campaign, or into `campaigns/_shared`"),
                ),
            ),
            (),
        )
    found = [lists.openids(path) for path in paths]
    return next((each for each in found if each.openid_list is not None), found[0])


def render_audience(
    name: CampaignName,
    folder: Folder,
    file: CampaignFile,
    lists: OpenidLists,
    place: Callable[[KeyPath], Place | None],
) -> tuple[OpenidList | None, list[Diagnostic]]:
    """Return the identity of an audience's list of openids, and its diagnostics; None for another audience."""
    written = file.audience.openids
    if written is None:
        return None, []
    found = find_openids(written, folder, lists)
    told = [
        *_told(found.faults, Severity.ERROR, name, place),
        *_told(found.notes, Severity.WARNING, name, place),
    ]
    return found.openid_list, told


def _told(
    faults: tuple[Fault, ...],
    severity: Severity,
    name: CampaignName,
    place: Callable[[KeyPath], Place | None],
) -> Iterator[Diagnostic]:
    for each in faults:
        where = (
            place(KEY)
            if each.path is None
            else Place(f"{CAMPAIGNS}/{each.path}", each.line, each.column)
        )
        hint = about(each.hint, name) if each.hint else each.hint
        yield Diagnostic(each.code, severity, each.message, where, hint, name)
