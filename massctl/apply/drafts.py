"""The second stage: a draft for each news campaign, proven whole before anybody sees it.

A draft is recorded the moment WeChat names it, so that a crash leaves no draft we do not know of but the
one whose answer was lost. It is read back before it is shown or sent: WeChat drops foreign pictures silently.
"""

from functools import partial
from typing import Final

from massctl.apply.draft_articles import draft_articles
from massctl.apply.outcome import CampaignOutcome, Failure
from massctl.apply.ports import DraftArticle
from massctl.apply.readback import draft_sha256, losses
from massctl.apply.run import Failed, Run, audience_key, steps_of
from massctl.apply.staging import packed, record_material
from massctl.errors import WeChatError
from massctl.model.ledger import DraftDeleted, DraftSaved, MaterialForgotten
from massctl.model.names import MediaId
from massctl.model.phrase import Phrase, in_a_row
from massctl.model.rendered import Picture, Purpose, RenderedCampaign, RenderedNews
from massctl.model.state import Draft
from massctl.plan.step import Guard, Refusal, SaveDraft, SendPreview

Articles = tuple[DraftArticle, ...]

MEDIA_UNKNOWN: Final = 40007
"""draft/add does not know a cover's media_id. Source: WeChat docs, "draft/add", read 2026-10."""


def save_drafts(run: Run) -> None:
    """Save the drafts side by side; each is recorded before anything else is done with it."""
    jobs = [
        (outcome, campaign, step, draft_articles(campaign, run.book.state))
        for outcome, campaign in run.going()
        for step in steps_of(outcome, SaveDraft)
    ]

    def done(job: tuple[CampaignOutcome, RenderedCampaign, SaveDraft, Articles], result: MediaId | Failed) -> None:
        outcome, campaign, step, articles = job
        if isinstance(result, WeChatError) and result.errcode == MEDIA_UNKNOWN:
            articles, result = _with_fresh_covers(run, campaign, articles, result)
        if isinstance(result, Failed):
            run.fail(outcome, result)
            return
        run.book.record(_saved(run, campaign, articles, result), campaign)
        run.given[result] = articles
        outcome.performed.append(step)

    calls = [(job, partial(run.world.wechat(job[1].account).add_draft, job[3])) for job in jobs]
    run.side_by_side(Phrase("saving drafts"), calls, done)


def judge_superseded(run: Run) -> None:
    """Look at each draft that a new one is to replace: one that somebody changed, sent or deleted stops its campaign.

    An edit is no way out of `draft_gone`, and neither is a text in place of the news: followers may have the draft.
    """
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in run.going()
        if run.has_work(outcome) and (steps_of(outcome, SaveDraft) or not isinstance(campaign.message, RenderedNews))
        if (draft := run.newest_draft(campaign)) is not None
    ]

    def done(job: tuple[CampaignOutcome, RenderedCampaign, Draft], result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        if isinstance(result, Failed):
            run.fail(outcome, result)
        else:
            judge_earlier(run, outcome, campaign, draft, result)

    calls = [(job, partial(run.world.wechat(job[1].account).get_draft, MediaId(job[2].event.media_id))) for job in jobs]
    run.side_by_side(Phrase("reading drafts back"), calls, done)


def verify_drafts(run: Run) -> None:
    """Read back each draft that this run saves, shows, or puts in an older one's place; a loss stops its campaign."""
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in run.going()
        if run.has_work(outcome)
        if run.superseded(campaign) or any(isinstance(each, SaveDraft | SendPreview) for each in outcome.planned.steps)
        if (draft := run.draft_of(campaign)) is not None
    ]

    def done(job: tuple[CampaignOutcome, RenderedCampaign, Draft], result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        media_id = MediaId(draft.event.media_id)
        if isinstance(result, Failed):
            run.fail(outcome, result)
        elif media_id not in run.given:
            judge_earlier(run, outcome, campaign, draft, result)
        elif lost := losses(run.given[media_id], result or ()):
            outcome.error = _lost(lost)
            _discard(run, campaign, media_id)
        else:
            run.verified_drafts.add(media_id)

    calls = [(job, partial(run.world.wechat(job[1].account).get_draft, MediaId(job[2].event.media_id))) for job in jobs]
    run.side_by_side(Phrase("reading drafts back"), calls, done)


def _discard(run: Run, campaign: RenderedCampaign, media_id: MediaId) -> None:
    """Give up a draft that is not whole, so that no later run takes it for a staged one."""
    reason = "WeChat did not keep it as it was given"
    run.book.record(DraftDeleted(appid=campaign.appid, media_id=media_id, reason=reason), campaign)
    try:
        run.world.wechat(campaign.account).delete_draft(media_id)
    except WeChatError as error:
        run.world.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))


def judge_earlier(
    run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, draft: Draft, read: Articles | None
) -> None:
    """Refuse a draft of an earlier run that somebody changed, sent or deleted in the console; it is never rebuilt."""
    if read is None:
        say = Phrase("the draft is no longer there; somebody may have sent it in the console")
        hint = Phrase(
            "look in the console under 群发记录, then settle it: massctl reconcile {name}", name=campaign.name
        )
        outcome.refuse(Refusal(Guard.DRAFT_GONE, say, hint))
    elif draft_sha256(read) != draft.event.draft_sha256 or _other_digest(campaign, draft, read):
        say = Phrase("the draft was changed in the console after it was saved")
        hint = Phrase("delete that draft in the console, then: massctl reconcile {name} --not-sent", name=campaign.name)
        outcome.refuse(Refusal(Guard.DRAFT_CHANGED, say, hint))
    else:
        run.verified_drafts.add(MediaId(draft.event.media_id))


def _other_digest(campaign: RenderedCampaign, draft: Draft, read: Articles) -> bool:
    """Whether a digest that we gave (摘要) reads otherwise now; one that we left empty WeChat writes itself."""
    if draft.event.digest != campaign.digest or not isinstance(campaign.message, RenderedNews):
        return False
    pairs = zip(campaign.message.articles, read, strict=False)
    return any(ours.digest and ours.digest != theirs.digest for ours, theirs in pairs)


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
    if media_id in run.verified_drafts:
        wechat.delete_draft(media_id)
        return "superseded"
    read = wechat.get_draft(media_id)
    if read is None:
        return "gone already"
    if draft_sha256(read) != draft.event.draft_sha256:
        say = "the old draft of {name} was changed in the console, so it stays there"
        run.world.progress.say(Phrase(say, name=campaign.name))
        return "changed in the console, left there"
    wechat.delete_draft(media_id)
    return "superseded"


def _saved(run: Run, campaign: RenderedCampaign, articles: Articles, media_id: MediaId) -> DraftSaved:
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
    run: Run, campaign: RenderedCampaign, refused: Articles, unknown: WeChatError
) -> tuple[Articles, MediaId | WeChatError]:
    """Forget the covers that WeChat does not know any more, upload them once more, and save once more."""
    wechat = run.world.wechat(campaign.account)
    try:
        for picture in campaign.pictures:
            if picture.purpose is Purpose.MATERIAL and _is_stale(run, campaign, picture, refused):
                run.book.note(MaterialForgotten(appid=campaign.appid, sha256=picture.sha256))
                record_material(run, campaign.appid, picture, wechat.add_material(packed(run, picture)))
        articles = draft_articles(campaign, run.book.state)
        # Equal articles name covers that WeChat took in this very run: it would say the same again.
        return articles, unknown if articles == refused else wechat.add_draft(articles)
    except WeChatError as error:
        return refused, error


def _is_stale(run: Run, campaign: RenderedCampaign, picture: Picture, refused: Articles) -> bool:
    """Say whether a material is among the refused covers and is older than this run, or was forgotten by it."""
    recorded = run.book.state.materials.get((campaign.appid, picture.sha256))
    if recorded is None:
        return True
    return recorded[0] not in run.uploaded and recorded[0] in {article.thumb_media_id for article in refused}


def _lost(what: list[str]) -> Failure:
    """Say that WeChat did not keep what it was given."""
    return Failure(
        None,
        None,
        Phrase("WeChat did not keep the draft as it was given: {losses}", losses=in_a_row(what)),
        Phrase("nothing was sent; correct the article so that it survives, then run apply again"),
    )
