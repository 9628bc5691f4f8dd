"""The lock of a campaign as JSON values: for whoever writes one, and has no use for the models that check it."""

from typing import Any, Final

from massctl import __version__
from massctl.model.rendered import RenderedCampaign, approved_document

RENDERER: Final = f"massctl {__version__}"
"""Who renders in this run, as a lock names it."""
_PREFIX: Final = "sha256:"


def lock_document(campaign: RenderedCampaign, renderer: str) -> dict[str, Any]:
    """Give the lock of a campaign; `renderer` is `massctl VERSION`."""
    approved = approved_document(campaign)
    origins = [
        {"path": path_in_lock(f.path, campaign.name), "source_sha256": _PREFIX + f.source_sha256}
        for f in campaign.files
    ]
    return {
        "format_version": approved["format_version"],
        "campaign": approved["campaign"],
        "edition": approved["edition"],
        "digest": campaign.digest,
        "renderer": renderer,
        "account": {"name": campaign.account, **approved["account"]},
        "audience": approved["audience"],
        "send": approved["send"],
        "message": approved["message"],
        "pictures": [{**origin, **each} for origin, each in zip(origins, approved["pictures"], strict=True)],
    }


def path_in_lock(path: str, campaign: str) -> str:
    """Write a repository's path as seen from the campaign's folder; `_shared/…` is campaigns/_shared."""
    own = path.removeprefix(f"campaigns/{campaign}/")
    if own == path:
        return path.removeprefix("campaigns/")
    # A folder of this name inside the campaign must not be taken for the shared one.
    return f"./{own}" if own.startswith("_shared/") else own
