"""The pages of campaigns as files: what `massctl render` writes, and the pictures and whole pages of a review."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from massctl.browser import Browser, find_chromium, open_browser, screens, whole
from massctl.cli.ledger_access import recorded_if_begun
from massctl.cli.output import write_files
from massctl.cli.planner import chosen
from massctl.cli.session import Session
from massctl.errors import BrowserError
from massctl.forge.review_file import (
    PAGE_BYTES_MAX,
    PICTURE_BYTES_MAX,
    PICTURES_MAX,
    SHOWN_BYTES_MAX,
    ShownCampaign,
)
from massctl.model.message import MEDIA_TYPES, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import State
from massctl.source.loader import Desires, WorkingTree
from massctl.view.i18n import Reader

INDEX = "index.html"
PICTURED_MAX = 12
"""Campaigns of one review that have pictures: Chromium takes some seconds for each."""
_SHEET = "contact-sheet.html"


def page_files(
    campaign: RenderedCampaign, working_tree: WorkingTree, reader: Reader
) -> dict[str, bytes]:
    """Return a campaign's page and what stands beside it, by file name."""
    from massctl.view.pages.article import article_page
    from massctl.view.pages.campaign_page import index_page

    names = {str(f.sha256): f"{f.sha256[:12]}.{f.extension}" for f in campaign.files}
    files = {names[str(f.sha256)]: working_tree.read(f.sha256) for f in campaign.files}
    files[INDEX] = index_page(campaign, names, reader).encode()
    for number, article in enumerate(campaign.message.articles, 1):
        files[f"article-{number}.html"] = article_page(article.content, names).encode()
    if text := campaign.message.text:
        files["message.txt"] = text.encode()
    return files


def shown_campaigns(session: Session, names: Sequence[str]) -> dict[str, ShownCampaign]:
    """Return what can be looked at of campaigns whose files are valid; without a Chromium only their pages."""
    if not names:
        return {}
    working_tree = session.working_tree(recorded_if_begun(session))
    desires = Desires(working_tree, State())
    read = desires.read(chosen(names, desires.names()))
    campaigns = [each for each in read if isinstance(each, RenderedCampaign)]
    reader, room = session.console.reader, SHOWN_BYTES_MAX
    found: dict[str, ShownCampaign] = {}
    for campaign in campaigns:
        page = whole_page(campaign, working_tree, reader)
        fits = len(page.encode()) <= min(room, PAGE_BYTES_MAX)
        room -= len(page.encode()) if fits else 0
        found[campaign.name] = ShownCampaign(page=page if fits else None)
    try:
        find_chromium(session.environment)
    except BrowserError as error:
        session.console.talk(Phrase("no phone pictures: {why}", why=error.summary))
        return found
    for campaign in campaigns[:PICTURED_MAX]:
        files = page_files(campaign, working_tree, reader)
        # A page that Chromium cannot draw, or that ends it, costs no other campaign its pictures.
        try:
            shown = _pictured(session, campaign, files, found[campaign.name], room)
        except BrowserError as error:
            say = Phrase(
                "no phone pictures of {name}: {why}", name=campaign.name, why=error.summary
            )
            session.console.talk(say)
            continue
        found[campaign.name] = shown
        room -= sum(map(len, shown.pictures))
    return found


def whole_page(campaign: RenderedCampaign, working_tree: WorkingTree, reader: Reader) -> str:
    """Return the page of a campaign as one file, its pictures inside."""
    from massctl.view.pages.campaign_page import index_page

    inside = {
        str(each.sha256): f"data:{MEDIA_TYPES[each.extension]};base64,"
        + b64encode(working_tree.read(each.sha256)).decode()
        for each in campaign.files
        if each.extension in MEDIA_TYPES
    }
    return index_page(campaign, inside, reader, is_whole=True)


def _pictured(
    session: Session,
    campaign: RenderedCampaign,
    files: Mapping[str, bytes],
    shown: ShownCampaign,
    room: int,
) -> ShownCampaign:
    """Add pictures as far as they fit: the contact sheet, then parts of each article, the first of each first."""
    with open_browser(session.environment) as browser, TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder, files)
        made = screens(browser, folder / INDEX, (False,), "jpeg")
        write_files(folder, made)
        sheet = _contact_sheet(browser, folder, campaign, made, session.console.reader)
    parts = sorted((each for each in made if each.startswith("phone-article-")), key=_part)
    pictures: list[bytes] = []
    for picture in (sheet, *(made[each] for each in parts)):
        if len(picture) <= min(PICTURE_BYTES_MAX, room) and len(pictures) < PICTURES_MAX:
            pictures.append(b64encode(picture))
            room -= len(picture)
    left_out = 1 + len(parts) - len(pictures)
    return ShownCampaign(pictures=pictures, left_out=left_out, page=shown.page)


def _part(name: str) -> tuple[int, int]:
    """Return which part of which article a file such as `phone-article-2-10.jpeg` shows."""
    article, *part = map(int, re.findall(r"\d+", name))
    return (part[0] if part else 1), article


def _contact_sheet(
    browser: Browser,
    folder: Path,
    campaign: RenderedCampaign,
    made: Collection[str],
    reader: Reader,
) -> bytes:
    from massctl.view.pages.contact_sheet import FirstScreen, contact_sheet
    from massctl.view.pages.markup import Sheet

    screens_of = [
        FirstScreen(label, f"phone-{name}.jpeg")
        for name, label in _first_screens(campaign)
        if f"phone-{name}.jpeg" in made
    ]
    page = contact_sheet(screens_of, Sheet(reader, {}))
    write_files(folder, {_SHEET: page.encode()})
    return whole(browser, folder / _SHEET)


def _first_screens(campaign: RenderedCampaign) -> Iterator[tuple[str, str]]:
    """Return what stands on a contact sheet: what arrives, of several articles in the list alone, and each article."""
    articles = campaign.message.articles
    if len(articles) <= 1:
        yield "chat", Phrase("chat")
    if articles:
        yield "list", Phrase("subscriptions")
    if len(articles) == 1:
        yield "share", Phrase("passed on")
    for number, each in enumerate(articles, 1):
        yield f"article-{number}", f"{number}. {each.title}"
