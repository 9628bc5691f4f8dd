"""Bodies of articles, as they are sent and as a page shows them."""

import html
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from massctl.model.message import PICTURE_SCHEME
from massctl.render.html_scan import Edit, edited, tags
from massctl.view.pages.night import by_day_and_night
from massctl.view.pages.sheet import NOT_HERE, Sheet

DIGEST_CHARACTERS: Final = 54
"""How much of the text WeChat takes for an empty digest. Source: WeChat docs, "draft/add", read 2026-10."""
_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")
_TAG: Final = re.compile(r"<[^>]*>")
_BLANKS: Final = re.compile(r"\s+")


def sent_body(content: str, files: Mapping[str, str]) -> str:
    """Give a body exactly as it is sent, with the files of `files` in place of addresses, and nothing around it.

    `files` names the file beside the page for the SHA-256 of each picture's bytes.
    """

    def placed(found: re.Match[str]) -> str:
        name = files.get(found[1])
        return found[0] if name is None else quote(name, safe="/._-~")

    return _PLACEHOLDER.sub(placed, content)


def shown_body(content: str, sheet: Sheet) -> str:
    """Give a body for a page: pictures that are not at hand as an empty frame, colours by day and by night."""
    body = _PLACEHOLDER.sub(lambda found: sheet.address(found[1]) or NOT_HERE, content)
    return by_day_and_night(edited(body, _distant_pictures(body)))


def beginning(content: str) -> str:
    """Give the first words of a body, as WeChat takes them for a digest."""
    return _BLANKS.sub(" ", html.unescape(_TAG.sub("", content))).strip()[:DIGEST_CHARACTERS]


def _distant_pictures(body: str) -> list[Edit]:
    """Find the pictures that stand on WeChat's servers: a page asks nobody for anything."""
    return [
        Edit(each.value_start, each.value_start + len(each.written), NOT_HERE)
        for tag in tags(body)
        if tag.name == "img" and not tag.closing
        for each in tag.attributes
        if each.name == "src" and each.value_start >= 0 and re.match(r"\s*(?:https?:)?//", each.value, re.IGNORECASE)
    ]
