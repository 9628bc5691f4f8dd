"""The second stage: a draft for each news campaign, proven whole before anybody sees it.

A draft is recorded the moment WeChat names it, so that a crash leaves no draft we do not know of but the
one whose answer was lost. It is read back before it is shown or sent: WeChat drops foreign pictures silently.
"""

from functools import partial
from typing import Final

from massctl.apply.draft_articles import draft_articles
from massctl.apply.outcome import CampaignOutcome, Failure
from massctl.apply.ports import DraftArticle, Material
from massctl.apply.readback import draft_sha256, losses
from massctl.apply.run import Run, audience_key, steps_of
from massctl.apply.staging import material_added, upload_picture
from massctl.errors import MassctlError, WeChatError
from massctl.model.ledger import DraftDeleted, DraftSaved, MaterialForgotten
from massctl.model.names import MediaId, Sha256
from massctl.model.phrase import Phrase
from massctl.model.rendered import Purpose, RenderedCampaign, RenderedNews
from massctl.model.state import Draft
from massctl.plan.step import SaveDraft, SendPreview, UploadPicture

MEDIA_UNKNOWN: Final = 40007
"""draft/add does not know a cover's media_id. Source: WeChat docs, "draft/add", read 2026-10."""


def save_drafts(run: Run) -> None:
    """Save the drafts side by side; each is recorded before anything else is done with it."""
    jobs = [
        (outcome, campaign, step, draft_articles(campaign, run.book.state))
        for outcome, campaign in run.going()
        for step in steps_of(outcome, SaveDraft)
    ]

    def done(
        job: tuple[CampaignOutcome, RenderedCampaign, SaveDraft, tuple[DraftArticle, ...]], result: object
    ) -> None:
        outcome, campaign, step, articles = job
        if isinstance(result, WeChatError) and result.errcode == MEDIA_UNKNOWN:
            articles, result = _with_fresh_covers(run, outcome, campaign, result)
        if isinstance(result, MassctlError):
            run.fail(outcome, result)
            return
        run.book.record(_saved(run, campaign, articles, MediaId(str(result))), campaign)
        outcome.performed.append(step)

    calls = [(job, partial(run.world.wechat(job[1].account).add_draft, job[3])) for job in jobs]
    run.side_by_side(Phrase("saving drafts"), calls, done)


def verify_drafts(run: Run) -> None:
    """Read back each draft that this run saved or is about to show, and stop its campaign on any loss."""
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in run.going()
        if len(steps_of(outcome, SaveDraft)) + len(steps_of(outcome, SendPreview)) > 0
        if (draft := run.book.state.record(campaign.name, campaign.edition).draft()) is not None
    ]

    def done(job: tuple[CampaignOutcome, RenderedCampaign, Draft], result: object) -> None:
        outcome, campaign, draft = job
        if isinstance(result, MassctlError):
            run.fail(outcome, result)
            return
        lost = losses(draft_articles(campaign, run.book.state), result if isinstance(result, tuple) else ())
        if lost:
            outcome.error = outcome.error or _lost(lost)
        else:
            run.verified_drafts.add(MediaId(draft.event.media_id))

    calls = [(job, partial(run.world.wechat(job[1].account).get_draft, MediaId(job[2].event.media_id))) for job in jobs]
    run.side_by_side(Phrase("reading drafts back"), calls, done)


def delete_superseded(run: Run) -> None:
    """Delete drafts of ours that a newer, proven one replaces, if nobody changed them since."""
    for outcome, campaign in run.going():
        for draft in run.superseded(campaign) if run.has_work(outcome) else []:
            try:
                reason = _delete_if_ours(run, campaign, draft)
            except WeChatError as error:
                # The next run finds it in the ledger and tries again; it can harm nobody meanwhile.
                run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
                continue
            media_id = draft.event.media_id
            run.book.record(DraftDeleted(appid=campaign.appid, media_id=media_id, reason=reason), campaign)


def _delete_if_ours(run: Run, campaign: RenderedCampaign, draft: Draft) -> str:
    """Delete an old draft unless somebody changed it in the console; gives what became of it."""
    wechat, media_id = run.world.wechat(campaign.account), MediaId(draft.event.media_id)
    read = wechat.get_draft(media_id)
    if read is None:
        return "gone already"
    if draft_sha256(read) != draft.event.draft_sha256:
        say = "the old draft of {name} was changed in the console, so it stays there"
        run.world.progress.say(Phrase(say, name=campaign.name))
        return "changed in the console, left there"
    wechat.delete_draft(media_id)
    return "superseded"


def _saved(run: Run, campaign: RenderedCampaign, articles: tuple[DraftArticle, ...], media_id: MediaId) -> DraftSaved:
    count = run.counts.get(audience_key(campaign))
    return DraftSaved(
        appid=campaign.appid,
        digest=campaign.digest,
        media_id=media_id,
        draft_sha256=draft_sha256(articles),
        audience_count=count if isinstance(count, int) else None,
        source_sha256=campaign.source_sha256,
    )


def _with_fresh_covers(
    run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, unknown: WeChatError
) -> tuple[tuple[DraftArticle, ...], object]:
    """Forget recorded covers that WeChat does not know any more, upload them once more, and save once more."""
    wechat = run.world.wechat(campaign.account)
    fresh = {step.picture.sha256 for step in steps_of(outcome, UploadPicture)}
    stale = _covers(campaign) - fresh
    try:
        for picture in campaign.pictures:
            if picture.purpose is Purpose.MATERIAL and picture.sha256 in stale:
                run.book.note(MaterialForgotten(appid=campaign.appid, sha256=picture.sha256))
                material = upload_picture(run, wechat, picture)
                if isinstance(material, Material):
                    run.book.note(material_added(campaign.appid, picture, material))
        articles = draft_articles(campaign, run.book.state)
        return articles, wechat.add_draft(articles) if stale else unknown
    except WeChatError as error:
        return (), error


def _covers(campaign: RenderedCampaign) -> set[Sha256]:
    message = campaign.message
    return {article.cover for article in message.articles} if isinstance(message, RenderedNews) else set()


def _lost(what: list[str]) -> Failure:
    """Say that WeChat did not keep what it was given."""
    return Failure(
        None,
        None,
        Phrase("WeChat did not keep the draft as it was given: {losses}", losses="; ".join(what)),
        Phrase("nothing was sent; correct the article so that it survives, then run apply again"),
    )
