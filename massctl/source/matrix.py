"""The cells that a campaign.yaml declares: what they are called, before anybody judges what they say."""

from functools import lru_cache

from massctl.model.campaign import CampaignFile, cell_names, mapping_of
from massctl.model.ids import CAMPAIGN_FILE, Folder, is_cell_name
from massctl.source.validation import known_keys
from massctl.source.yaml import YamlDocument, read_yaml


@lru_cache(maxsize=64)
def campaign_document(data: bytes, path: str, name: str) -> YamlDocument:
    """Read the bytes of a campaign.yaml at `path`, of the campaign `name`; the same bytes once."""
    return read_yaml(data, path, name, known_keys(CampaignFile))


def indices_of_cells(document: object) -> dict[str, int]:
    """Return the cells of a campaign.yaml that have a name, each with its index; of several with one name the first."""
    found: dict[str, int] = {}
    for index, name in enumerate(cell_names(mapping_of(document))):
        if isinstance(name, str) and is_cell_name(name):
            found.setdefault(name, index)
    return found


def cells_in(folder: Folder, data: bytes) -> list[str]:
    """Return the names of the cells that the campaign.yaml of a folder declares, in their order."""
    document = campaign_document(data, f"{folder}/{CAMPAIGN_FILE}", folder.rpartition("/")[2])
    return list(indices_of_cells(document.data))
