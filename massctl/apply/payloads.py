"""What a send or a preview carries: a pure function of what was rendered and what is recorded.

A recorded draft is carried only for the version and the batch that it was saved for. This is judged here and nowhere
else, for every message: who follows the ledger wrongly gets an InvariantError, and no follower the wrong article.
"""

import re
from typing import Final, assert_never

from massctl.apply.ports import DraftArticle
from massctl.errors import InvariantError
from massctl.model.entries import DraftSaved, SendAttempted
from massctl.model.ids import AppId, MediaId, Sha256
from massctl.model.message import (
    PICTURE_SCHEME,
    MaterialRef,
    RenderedArticle,
    RenderedCampaign,
    RenderedCard,
    RenderedImage,
    RenderedNews,
    RenderedText,
    RenderedVideo,
    RenderedVoice,
)
from massctl.model.phrase import Phrase
from massctl.model.send import Body, Card, Images, News, Video, Voice, Words
from massctl.model.state import Attempt, Draft, State


def send_body(
    campaign: RenderedCampaign, state: State, batch: int | None = None, carried: Draft | Attempt | None = None
) -> Body:
    """Give what a send, or a batch of it, carries.

    `carried` is an open attempt, whose draft or video is sent again as it was, or the draft that a preview shows.
    Raises InvariantError where it is of another version or batch, and where something is not recorded that the stages
    before must have made.
    """
    message = campaign.message
    repeated = _media_id(campaign, carried.event, batch or 1) if carried is not None else None
    match message:
        case RenderedNews():
            return News(repeated or _draft(campaign, state, batch or 1))
        case RenderedText():
            return Words(message.content)
        case RenderedImage():
            ids = tuple(material_id(each, campaign.appid, state) for each in message.materials)
            flags = message.need_open_comment, message.only_fans_can_comment
            return Images(ids, message.recommend, *flags, message.title)
        case RenderedVoice():
            return Voice(material_id(message.material, campaign.appid, state))
        case RenderedVideo():
            return Video(repeated or _video(campaign, state), message.title, message.description)
        case RenderedCard():
            return Card(message.card_id)
        case _:
            assert_never(message)


def preview_body(campaign: RenderedCampaign, state: State, shown: Draft | None = None) -> Body:
    """Give what a preview carries: what the send will, from the draft `shown`; for a coupon what only previews need."""
    message = campaign.message
    if isinstance(message, RenderedCard):
        return Card(message.card_id, message.card_ext)
    return send_body(campaign, state, shown.event.batch if shown is not None else None, shown)


def is_of(campaign: RenderedCampaign, event: DraftSaved | SendAttempted, batch: int) -> bool:
    """Whether a draft was saved, or an attempt made, for exactly this version and this batch."""
    return (event.digest, event.batch) == (campaign.digest, batch)


def has_material(campaign: RenderedCampaign, state: State) -> bool:
    """Whether all material that the message itself carries is on record; it may have been forgotten since a send."""
    ours = [each.sha256 for each in campaign.message.materials if each.sha256 is not None]
    return all((campaign.appid, sha256) in state.materials for sha256 in ours)


def material_id(material: MaterialRef, appid: AppId, state: State) -> MediaId:
    """Give the media_id of a message's material; raises InvariantError where ours is not recorded."""
    if material.media_id is not None:
        return material.media_id
    recorded = state.materials.get((appid, material.sha256)) if material.sha256 is not None else None
    if recorded is None:
        raise InvariantError(Phrase("material {sha256} is not recorded", sha256=str(material.sha256)[:12]))
    return recorded[0]


def _media_id(campaign: RenderedCampaign, event: DraftSaved | SendAttempted, batch: int) -> MediaId | None:
    if not is_of(campaign, event, batch):
        raise InvariantError(Phrase("what is recorded of {name} is of another version or batch", name=campaign.name))
    return MediaId(event.media_id) if event.media_id is not None else None


def _draft(campaign: RenderedCampaign, state: State, batch: int) -> MediaId:
    draft = state.record(campaign.name, campaign.edition).draft(batch)
    media_id = _media_id(campaign, draft.event, batch) if draft is not None else None
    if media_id is None:
        raise InvariantError(Phrase("{name} has no draft to send", name=campaign.name))
    return media_id


def _video(campaign: RenderedCampaign, state: State) -> MediaId:
    made = state.record(campaign.name, campaign.edition).video
    if made is None or made.digest != campaign.digest:
        raise InvariantError(Phrase("{name} has no video to send", name=campaign.name))
    return made.media_id


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
