"""Material of messages without a draft: staged once all of it is on record, forgotten where WeChat does not know it."""

from dataclasses import replace

from massctl.apply.run import Failed, Run
from massctl.errors import MassctlError, WeChatError
from massctl.model.ledger import MaterialForgotten, MessageStaged
from massctl.model.message import RenderedImage, RenderedVideo
from massctl.model.phrase import Phrase
from massctl.model.rendered import MediaFile, RenderedCampaign
from massctl.model.send import Accepted, InDoubt, Rejected
from massctl.model.state import MEDIA_UNKNOWN
from massctl.plan.window import WindowState


def note_staged(run: Run) -> None:
    """Note each message without a draft whose material is all on record now; makes no call.

    Away from the tip it notes nothing: what is shown from there is not staged.
    """
    if run.away:
        return
    for outcome, campaign in run.going():
        record = run.book.state.record(campaign.name, campaign.edition)
        if campaign.message.has_draft or not campaign.files or record.open_attempts:
            continue
        known = record.staged is not None and record.staged.digest == campaign.digest
        if known or outcome.planned.window is WindowState.EXPIRED:
            continue
        if all((campaign.appid, each.sha256) in run.book.state.materials for each in campaign.files):
            count = run.size_of(campaign)
            size = count if isinstance(count, int) else None
            staged = MessageStaged(appid=campaign.appid, digest=campaign.digest, audience_count=size)
            run.book.note(staged, campaign)


def forget_if_unknown(run: Run, campaign: RenderedCampaign, error: MassctlError) -> None:
    """Forget a message's own material where WeChat does not know it any more, so that the next run uploads it anew."""
    if not isinstance(error, WeChatError) or error.errcode != MEDIA_UNKNOWN or campaign.message.has_draft:
        return
    for each in campaign.files:
        run.book.note(MaterialForgotten(appid=campaign.appid, sha256=each.sha256))


def material_advice(campaign: RenderedCampaign, otherwise: str) -> str:
    """Say what to do about material that WeChat does not know; `otherwise` is for a message with a draft."""
    message = campaign.message
    if message.has_draft or not message.materials:
        return otherwise
    if any(each.media_id is not None for each in message.materials):
        keys = "image.media_ids" if isinstance(message, RenderedImage) else f"{message.type}.media_id"
        say = "Look in the console under 素材库, and correct {keys} in campaign.yaml; or give a file in its place."
        return Phrase(say, keys=keys)
    return Phrase(
        "WeChat does not know what was uploaded in this run: give the file another form, and run apply again."
    )


def without_draft(campaign: RenderedCampaign, error: Failed) -> Failed:
    """Give an error about material with the advice for a message that has no draft; any other as it is."""
    if not isinstance(error, WeChatError) or error.errcode != MEDIA_UNKNOWN:
        return error
    advice = material_advice(campaign, error.hint)
    return type(error)(error.summary, error.detail, advice, errcode=error.errcode, rid=error.rid)


def judged_by_material(
    run: Run, campaign: RenderedCampaign, verdict: Accepted | Rejected | InDoubt
) -> Accepted | Rejected | InDoubt:
    """Let a send be tried again that WeChat refused because its material is gone: the next run makes it anew.

    Not where this run made it, for WeChat would say the same again; and not while another attempt is open, of which
    only the identical request may be repeated.
    """
    if not isinstance(verdict, Rejected) or verdict.errcode != MEDIA_UNKNOWN:
        return verdict
    if not _lost(run, campaign):
        return replace(verdict, hint=material_advice(campaign, verdict.hint))
    return replace(
        verdict,
        retryable=True,
        message=Phrase("WeChat does not know what this message carries any more: it was deleted, or its time is over"),
        hint=Phrase("Run the same command again: massctl uploads it once more, and nobody has got it yet."),
    )


def forget_lost(run: Run, campaign: RenderedCampaign, rejected: Rejected) -> None:
    """Forget the material of a send that was refused for want of it; the id of a video goes with the refusal."""
    if rejected.errcode != MEDIA_UNKNOWN or not rejected.retryable or isinstance(campaign.message, RenderedVideo):
        return
    for each in _older(run, campaign):
        run.book.note(MaterialForgotten(appid=campaign.appid, sha256=each.sha256))


def _lost(run: Run, campaign: RenderedCampaign) -> bool:
    record = run.record_of(campaign)
    if campaign.message.has_draft or len(record.open_attempts) > 1:
        return False
    if isinstance(campaign.message, RenderedVideo):
        return record.video is not None and record.video.media_id not in run.uploaded
    return bool(_older(run, campaign))


def _older(run: Run, campaign: RenderedCampaign) -> list[MediaFile]:
    """Give the files of a message whose material an earlier run uploaded."""
    recorded = {each.sha256: run.book.state.materials.get((campaign.appid, each.sha256)) for each in campaign.files}
    return [each for each in campaign.files if (known := recorded[each.sha256]) and known[0] not in run.uploaded]
