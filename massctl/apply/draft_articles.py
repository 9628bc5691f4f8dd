"""From placeholders to what draft/add takes: the only place where pictures get their real addresses."""

import re
from typing import Final

from massctl.apply.ports import DraftArticle
from massctl.errors import InvariantError
from massctl.model.message import RenderedArticle, RenderedNews
from massctl.model.names import AppId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.rendered import PICTURE_SCHEME, RenderedCampaign
from massctl.model.state import State

_PLACEHOLDER: Final = re.compile(re.escape(PICTURE_SCHEME) + r"([0-9a-f]{64})")


def draft_articles(campaign: RenderedCampaign, state: State) -> tuple[DraftArticle, ...]:
    """Put recorded URLs and media ids in place of pictures; raises InvariantError when one is not recorded."""
    if not isinstance(campaign.message, RenderedNews):
        raise InvariantError(Phrase("a message without articles has no draft"))
    return tuple(_article(article, campaign.appid, state) for article in campaign.message.articles)


def _article(article: RenderedArticle, appid: AppId, state: State) -> DraftArticle:
    cover = state.materials.get((appid, article.cover))
    if cover is None:
        raise _not_recorded(article.cover)
    return DraftArticle(
        title=article.title,
        author=article.author,
        digest=article.digest,
        content=_PLACEHOLDER.sub(lambda found: _url(Sha256(found.group(1)), appid, state), article.content),
        content_source_url=article.content_source_url or "",
        thumb_media_id=cover[0],
        need_open_comment=article.need_open_comment,
        only_fans_can_comment=article.only_fans_can_comment,
        **article.crops,
    )


def _url(sha256: Sha256, appid: AppId, state: State) -> str:
    """Prefer the article-picture URL; a GIF has only that of its material."""
    inline = state.images.get((appid, sha256))
    if inline is not None:
        return inline
    material = state.materials.get((appid, sha256))
    if material is None or material[1] is None:
        raise _not_recorded(sha256)
    return material[1]


def _not_recorded(sha256: Sha256) -> InvariantError:
    return InvariantError(Phrase("picture {sha256} has no recorded address", sha256=sha256[:12]))
