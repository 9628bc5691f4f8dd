"""The content of one campaign: its files, rendered into a message, and everything that is wrong with them."""

from typing import Final

from massctl.model.campaign import CampaignFile
from massctl.model.ids import CampaignName
from massctl.model.message import RenderedContent
from massctl.model.settings import Account
from massctl.model.theme import ThemeSettings
from massctl.render.inputs import Inputs
from massctl.render.limits import ContentLimit
from massctl.render.message import render_message
from massctl.render.paths import Pictures
from massctl.render.rules.words import WordLists
from massctl.render.strings import KeyPlace, Setting, Strings

_NO_WORDS: Final = WordLists()


def render_content(
    name: CampaignName,
    file: CampaignFile,
    *,
    account: Account,
    inputs: Inputs,
    place: KeyPlace,
    words: WordLists = _NO_WORDS,
) -> RenderedContent:
    """Render a validated campaign's files.

    `account` is the one that the file names; `place` finds keys of campaign.yaml; `words` is what to look for in the
    text.
    """
    pictures = Pictures(name, inputs)
    limit = ContentLimit(file.account, account.content_limit) if account.content_limit is not None else None
    brand = account.brand if file.brand else None
    usual = (account.theme or ThemeSettings()).over(brand.theme if brand is not None else None)
    setting = Setting(name, file.account, inputs, pictures, account.external_links, usual, brand, limit)
    strings = Strings(file, setting, place, words)
    message, recordings = render_message(strings)
    links = tuple(sorted(setting.links.items()))
    return RenderedContent(message, pictures.used, recordings, tuple(strings.diagnostics), links)
