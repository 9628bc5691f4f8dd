"""What a send, a preview or a draft carries: pure functions of what was rendered and what is recorded."""

from msgspec.structs import replace

from massctl.apply.ports import DraftArticle, Openids
from massctl.errors import InvariantError
from massctl.model.batches import OpenidList
from massctl.model.campaign import flags_of
from massctl.model.ids import AppId, MediaId, Sha256
from massctl.model.message import (
    PICTURE_PLACEHOLDER,
    MaterialRef,
    RenderedArticle,
    RenderedCampaign,
    approved_audience,
)
from massctl.model.phrase import Phrase
from massctl.model.send import (
    Body,
    Recipients,
    SendIntent,
    SendOrigin,
    StagedDraft,
    ToAll,
    ToOpenids,
    ToTag,
)
from massctl.model.state import Draft, Record, State
from massctl.plan.guards import PolicyInForce
from massctl.plan.quota import sent_list


def send_intent(
    campaign: RenderedCampaign,
    state: State,
    batch: int | None = None,
    openids: Openids | None = None,
) -> SendIntent:
    """Make the send of a campaign, or of a batch of its list, from what was rendered and what is recorded.

    An open attempt is repeated with the draft or video that it had, whatever was recorded since. Raises InvariantError
    where something is not recorded that an earlier stage makes, where nobody knows what the campaign was made from, and
    where the parts do not belong together.
    """
    inputs = campaign.inputs
    if inputs is None:
        raise InvariantError(
            Phrase("nobody knows which files {name} was made from", name=campaign.name)
        )
    record = state.record(campaign.name, campaign.edition)
    repeats = record.open_attempts[-1].event if record.open_attempts else None
    repeated = (
        MediaId(repeats.media_id) if repeats is not None and repeats.media_id is not None else None
    )
    draft = carried_draft(record, batch or 1, repeated) if campaign.message.has_draft else None
    listed = sent_list(campaign, record)
    recipients = _recipients(campaign, state, batch, openids)
    return SendIntent(
        campaign=campaign.name,
        identity=campaign.identity,
        edition=campaign.edition,
        appid=campaign.appid,
        account=campaign.account,
        title=campaign.title or next(iter(campaign.headlines), ""),
        window=campaign.window,
        digest=campaign.digest,
        message_digest=campaign.message_digest,
        source_sha256=campaign.source_sha256,
        inputs=inputs,
        batch=batch or 1,
        batches=listed.numbered_batches if listed is not None else None,
        body=_body(campaign, state, draft, video=repeated),
        draft=draft,
        recipients=recipients,
        recipients_sha256=_named(listed, batch or 1, recipients),
        audience={**approved_audience(campaign), **_filled_tag(campaign, state)},
        send_ignore_reprint=campaign.send_ignore_reprint if campaign.message.has_draft else None,
        repeats=repeats,
    )


def staged_draft(draft: Draft) -> StagedDraft:
    """Take from a recorded draft what a send or a preview needs to know of it."""
    return StagedDraft(MediaId(draft.event.media_id), draft.event.digest, draft.event.batch)


def preview_body(
    campaign: RenderedCampaign, state: State, shown: StagedDraft | None = None
) -> Body:
    """Make what a preview carries: what the send will, from the draft `shown`; for a coupon what only previews need."""
    if shown is not None and shown.digest != campaign.digest:
        raise InvariantError(
            Phrase("the draft of {name} is from another version", name=campaign.name)
        )
    return replace(_body(campaign, state, shown), card_ext=campaign.card_ext)


def _body(
    campaign: RenderedCampaign,
    state: State,
    draft: StagedDraft | None,
    video: MediaId | None = None,
) -> Body:
    message = campaign.message
    if not message.has_own_id:
        return Body(
            message, tuple(material_id(each, campaign.appid, state) for each in message.materials)
        )
    if not message.has_draft:
        return Body(message, (video or _video(campaign, state),))
    if draft is None:
        raise InvariantError(Phrase("{name} has no draft to send", name=campaign.name))
    return Body(message, (draft.media_id,))


def _filled_tag(campaign: RenderedCampaign, state: State) -> dict[str, int]:
    """Return the tag that massctl made for the audience, as the ledger writes it; nothing for every other audience."""
    tag = state.tags.get((campaign.appid, campaign.audience.of or ""))
    if not campaign.is_by_tag or tag is None or tag.tag_id is None:
        return {}
    return {"tag_id": tag.tag_id}


def _named(listed: OpenidList | None, batch: int, recipients: Recipients) -> Sha256 | None:
    """Name the openids of a batch as the list was read; a snapshot is compared with its name whenever it is read."""
    if listed is None or listed.by_tag:
        return None
    if listed.audience is not None and isinstance(recipients, ToOpenids):
        return recipients.sha256
    return listed.batch_sha256s[batch - 1]


def _recipients(
    campaign: RenderedCampaign, state: State, batch: int | None, openids: Openids | None
) -> Recipients:
    """Choose whom a send goes to: never everybody for want of something better."""
    record = state.record(campaign.name, campaign.edition)
    audience, resolved = campaign.audience, record.resolved_for(campaign.digest)
    if audience.is_to_all:
        return ToAll()
    if audience.tag_id is not None:
        return ToTag(audience.tag_id)
    if audience.tag is not None and resolved is not None:
        return ToTag(resolved.tag_id)
    if filled := _filled_tag(campaign, state):
        return ToTag(filled["tag_id"])
    listed = sent_list(campaign, record)
    if listed is not None and batch is not None and openids is not None:
        return ToOpenids(openids.batch(listed, batch, state))
    raise InvariantError(Phrase("the recipients of {name} are not known", name=campaign.name))


def carried_draft(record: Record, batch: int, repeated: str | None) -> StagedDraft | None:
    """Look up the draft that an attempt carried, else the newest one of a batch."""
    attempted = [draft for draft in record.drafts if draft.event.media_id == repeated]
    draft = attempted[-1] if repeated is not None and attempted else record.draft(batch)
    return None if draft is None else staged_draft(draft)


def material_id(material: MaterialRef, appid: AppId, state: State) -> MediaId:
    """Return the media_id of a message's material; raise InvariantError if ours is not recorded."""
    if material.media_id is not None:
        return material.media_id
    recorded = (
        state.materials.get((appid, material.sha256)) if material.sha256 is not None else None
    )
    if recorded is None:
        raise InvariantError(
            Phrase("material {sha256} is not recorded", sha256=str(material.sha256)[:12])
        )
    return recorded[0]


def _video(campaign: RenderedCampaign, state: State) -> MediaId:
    made = state.record(campaign.name, campaign.edition).video
    if made is None or made.digest != campaign.digest:
        raise InvariantError(Phrase("{name} has no video to send", name=campaign.name))
    return made.media_id


def draft_articles(campaign: RenderedCampaign, state: State) -> tuple[DraftArticle, ...]:
    """Put recorded URLs and media ids in place of pictures; raise InvariantError when one is not recorded."""
    if not campaign.message.has_draft:
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
        content=PICTURE_PLACEHOLDER.sub(
            lambda found: _url(Sha256(found.group(1)), appid, state), article.content
        ),
        content_source_url=article.content_source_url or "",
        thumb_media_id=cover[0],
        pic_crop_235_1=article.pic_crop_235_1 or "",
        pic_crop_1_1=article.pic_crop_1_1 or "",
        ungiven=(),
        **flags_of(article),
    )


def _url(sha256: Sha256, appid: AppId, state: State) -> str:
    address = picture_address(sha256, appid, state)
    if address is None:
        raise _not_recorded(sha256)
    return address


def picture_address(sha256: Sha256, appid: AppId, state: State) -> str | None:
    """Return a picture's address at WeChat, None if it has none; a GIF has only that of its material."""
    inline = state.images.get((appid, sha256))
    material = state.materials.get((appid, sha256))
    return inline if inline is not None or material is None else material[1]


def _not_recorded(sha256: Sha256) -> InvariantError:
    return InvariantError(Phrase("picture {sha256} has no recorded address", sha256=sha256[:12]))


def send_origin(campaign: RenderedCampaign, rules: PolicyInForce) -> SendOrigin:
    """Return where a send comes from, as far as this run already knows."""
    approval = rules.approval(campaign) if rules.approval is not None else None
    articles = campaign.message.articles
    return SendOrigin(
        approved_by=", ".join(approval.names) or None if approval is not None else None,
        titles=tuple(each.title for each in articles),
        authors=tuple(each.author for each in articles),
        themes=tuple(each.theme or "" for each in articles),
    )
