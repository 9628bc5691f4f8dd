"""A rendered campaign as files for a browser: the bodies as they are sent, and the page on which phones show them."""

from collections.abc import Mapping

from massctl.model.message import RenderedCampaign
from massctl.plan.guards import HandoffItem
from massctl.view.i18n import Language
from massctl.view.pages.body import sent_body
from massctl.view.pages.campaign_page import Look, campaign_page
from massctl.view.pages.sheet import Sheet


def article_page(content: str, pictures: Mapping[str, str]) -> str:
    """Give a body exactly as it is sent, with the files of `pictures` in place of addresses, and nothing around it.

    `pictures` names the file beside the page for the SHA-256 of each picture's bytes.
    """
    return sent_body(content, pictures)


def index_page(campaign: RenderedCampaign, pictures: Mapping[str, str], language: Language = Language.ZH) -> str:
    """Give a page that shows the message as it arrives, each article as it is read, and what was found.

    It links to `article-N.html` beside it; `pictures` as for `article_page`, and with the file of a sound or video,
    which plays.
    """
    # Whether somebody did it already is on record, and nobody looked there.
    by_hand = tuple(HandoffItem(item, done=False) for item in campaign.handoff)
    look = Look(campaign.name, campaign.title, campaign, campaign.diagnostics, handoff=by_hand)
    return campaign_page(look, Sheet(language, pictures), heard=None)
