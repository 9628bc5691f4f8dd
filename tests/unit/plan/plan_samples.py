"""The campaign that most tests of the plan are about, and a state in which it is staged."""

from typing import Any

from building import APPID, OPEN, article, news, recorded, reviewers, saved, sha
from copies import replace

from massctl.model.entries import ImageUploaded, MaterialAdded
from massctl.model.message import NewsMessage, RenderedCampaign
from massctl.model.state import State

HERO, COVER = f"main/image/{sha('hero')[:12]}", f"main/material/{sha('cover')[:12]}"
UPLOADS = (
    ImageUploaded(appid=APPID, sha256=sha("hero"), url="u"),
    MaterialAdded(appid=APPID, sha256=sha("cover"), media_id="m"),
)
SALE = news("sale", window=OPEN, recipients=reviewers("li", "wang"))
EDITED = replace(SALE, message=NewsMessage((article("改过的标题"),)))


def staged(campaign: RenderedCampaign, *more: Any) -> State:
    return recorded(*UPLOADS, saved(campaign), *more)
