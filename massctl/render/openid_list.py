"""The openids of an audience that files name one by one: a list, found by the rules for pictures."""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from massctl.model.batches import BATCH_MIN, OpenidList, part_number
from massctl.model.campaign import Audience, CampaignFile
from massctl.model.diagnostics import Diagnostic, Fault, KeyPath, Place, Severity
from massctl.model.ids import CAMPAIGN_FILE, CAMPAIGNS, CampaignName, Folder, below_campaigns
from massctl.model.phrase import Phrase, about
from massctl.render.inputs import ListedOpenids, OpenidLists
from massctl.render.paths import picture_paths


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


def find_list(
    audience: Audience, folder: Folder, appid: str, lists: OpenidLists
) -> ListedOpenids | None:
    """Return the people whom an audience names one by one, or say why there are none; None for another audience."""
    if audience.of is not None:
        return _part(lists.audience(audience.of, appid), audience)
    return None if audience.openids is None else find_openids(audience.openids, folder, lists)


def _part(found: ListedOpenids, audience: Audience) -> ListedOpenids:
    """Return the part of an audience that is meant, or why it has none."""
    people = found.openid_list
    if people is None or audience.part is None:
        return found
    _, parts = part_number(audience.part)
    if people.by_tag:
        say = Phrase(
            "an audience that is reached by a tag has no parts: a tag of any size is one job"
        )
        return ListedOpenids(None, (Fault("MC632", say, _NO_PARTS),), ())
    if people.count < BATCH_MIN * parts:
        say = Phrase(
            "{count:,} people cannot be divided into {parts} parts: a job needs {least}",
            count=people.count,
            parts=parts,
            least=BATCH_MIN,
        )
        return ListedOpenids(None, (Fault("MC632", say, _NO_PARTS),), ())
    return replace(found, openid_list=audience.part_of(people))


_NO_PARTS = Phrase("send to all of it at once: take `parts` out, and give the send one window")


def named_people(
    name: CampaignName,
    folder: Folder,
    file: CampaignFile,
    appid: str,
    lists: OpenidLists,
    place: Callable[[KeyPath], Place | None],
) -> tuple[OpenidList | None, list[Diagnostic]]:
    """Return what names the people of an audience that is a list, and its diagnostics; None for another audience."""
    found = find_list(file.audience, folder, appid, lists)
    if found is None:
        return None, []
    at = place(("audience", "openids" if file.audience.of is None else "of"))
    told = [
        *_told(found.faults, Severity.ERROR, name, at),
        *_told(found.notes, Severity.WARNING, name, at),
    ]
    return found.openid_list, told


def _told(
    faults: tuple[Fault, ...],
    severity: Severity,
    name: CampaignName,
    at: Place | None,
) -> Iterator[Diagnostic]:
    for each in faults:
        where = (
            at if each.path is None else Place(f"{CAMPAIGNS}/{each.path}", each.line, each.column)
        )
        hint = about(each.hint, name) if each.hint else each.hint
        yield Diagnostic(each.code, severity, each.message, where, hint, name)
