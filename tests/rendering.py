"""A campaign rendered in one step, with inputs that a test gives: no child, and no file."""

from collections.abc import Sequence
from typing import Any

from building import folder_of

from massctl.model.campaign import CampaignFile
from massctl.model.diagnostics import Diagnostic
from massctl.model.ids import CampaignName, Sha256
from massctl.model.message import RenderedCampaign
from massctl.model.settings import Account
from massctl.render.campaign import campaign_of
from massctl.render.message import render_content
from massctl.render.rules.words import WordLists


def render_campaign(
    name: CampaignName,
    file: CampaignFile,
    *,
    account: Account,
    inputs: Any,
    source_sha256: Sha256,
    place: Any,
    words: WordLists | None = None,
    about_file: Sequence[Diagnostic] = (),
) -> tuple[RenderedCampaign | None, list[Diagnostic]]:
    """Render a validated campaign; None where a diagnostic is an error."""
    more = {"words": words} if words is not None else {}
    content = render_content(
        name, file, account=account, inputs=inputs, place=place, folder=folder_of(name), **more
    )
    around = {
        "account": account,
        "lists": inputs,
        "source_sha256": source_sha256,
        "place": place,
        "folder": folder_of(name),
    }
    around["destinations"] = content.message.destinations
    around["shows_unread_picture"] = content.message.shows_unread_picture
    return campaign_of(name, file, content, about_file=about_file, **around)
