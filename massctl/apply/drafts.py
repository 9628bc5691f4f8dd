"""The life of a draft: proven whole before anybody sees it, judged again in a later run, deleted when it is replaced.

It is read back before it is shown or sent: WeChat drops foreign pictures silently.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from massctl.apply.draft_articles import draft_articles
from massctl.apply.outcome import CampaignOutcome, Failure
from massctl.apply.ports import DraftArticle
from massctl.apply.readback import (
    CROPS,
    FREE,
    crops_of,
    differences,
    draft_sha256,
    is_as_saved,
    keeps_digests,
    kept_sha256,
    losses,
)
from massctl.apply.run import Failed, Run, steps_of
from massctl.model.drafts import Draft
from massctl.model.ledger import DraftDeleted, DraftVerified
from massctl.model.message import RenderedNews
from massctl.model.names import CampaignName, MediaId
from massctl.model.phrase import Phrase, in_a_row
from massctl.model.rendered import RenderedCampaign
from massctl.model.state import State
from massctl.plan.diff import uploads
from massctl.plan.doubt import settle
from massctl.plan.step import Guard, Refusal, SaveDraft, SendPreview

Articles = tuple[DraftArticle, ...]
Job = tuple[CampaignOutcome, RenderedCampaign, Draft]

NOT_WHOLE: Final = "WeChat did not keep it as it was given"
"""Why a draft is given up, in the ledger's words."""


def judge_superseded(run: Run) -> None:
    """Look at each draft that is to be replaced: one that somebody changed, sent or deleted stops its campaign.

    An edit is no way out of `draft_gone`, and neither is a raised edition or another kind of message: followers may
    have the draft. One that a newer draft of ours has replaced already may have been changed: it is left there.
    """
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in run.going()
        if run.has_work(outcome)
        for draft in _in_question(run, outcome, campaign)
        if draft.event.appid in run.accounts  # Else it is out of reach: massctl.yaml has its account no more.
    ]

    def done(job: Job, result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        if isinstance(result, Failed):
            run.fail(outcome, result)
        elif result is None or any(draft is each for each in run.standing_drafts(campaign)):
            judge_earlier(run, outcome, campaign, draft, result)

    calls = [(job, partial(run.read, job[2])) for job in jobs]
    run.side_by_side(Phrase("reading drafts back"), calls, done)


def _in_question(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> list[Draft]:
    """Give the drafts whose place another one takes, or has taken."""
    found = [draft for _, draft in run.superseded(campaign)]
    replaced = {step.batch or 1 for step in steps_of(outcome, SaveDraft)}
    for draft in run.standing_drafts(campaign):
        leaves = draft.event.batch in replaced or not campaign.message.has_draft
        if leaves and all(draft is not each for each in found):
            found.append(draft)
    return found


def verify_drafts(run: Run) -> None:
    """Read back each draft that this run saves, shows, or puts in an older one's place; a loss stops its campaign."""
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in run.going()
        if run.has_work(outcome)
        for draft in _to_be_read(run, outcome, campaign)
        if draft.event.media_id not in run.verified_drafts
    ]

    def done(job: Job, result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        media_id = MediaId(draft.event.media_id)
        if isinstance(result, Failed):
            run.fail(outcome, result)
        elif media_id not in run.given or result is None:
            judge_earlier(run, outcome, campaign, draft, result)
        elif lost := losses(run.given[media_id], result):
            outcome.error = _lost(lost)
            _discard(run, campaign, media_id, result)
        else:
            _verified(run, campaign, draft, result)

    calls = [(job, partial(run.read, job[2])) for job in jobs]
    run.side_by_side(Phrase("reading drafts back"), calls, done)


def _to_be_read(run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign) -> list[Draft]:
    """Give the drafts of a campaign that are read back: a preview needs no more than the one it shows."""
    own = run.drafts_of(campaign)
    if steps_of(outcome, SaveDraft) or run.superseded(campaign) or run.is_unread(campaign):
        return own
    return own[:1] if steps_of(outcome, SendPreview) else []


def _discard(run: Run, campaign: RenderedCampaign, media_id: MediaId, read: Articles) -> None:
    """Give up a draft that is not whole, so that no later run takes it for a staged one; `tidy_up` deletes it."""
    kept = kept_sha256(read)
    given_up = DraftDeleted(appid=campaign.appid, media_id=media_id, reason=NOT_WHOLE, pending=True, kept_sha256=kept)
    run.book.record(given_up, campaign)


def judge_earlier(
    run: Run, outcome: CampaignOutcome, campaign: RenderedCampaign, draft: Draft, read: Articles | None
) -> None:
    """Refuse a draft of an earlier run that somebody changed, sent or deleted in the console; it is never rebuilt."""
    if read is None:
        outcome.refuse(draft_gone(campaign.name))
    elif differs(campaign, draft, read):
        outcome.refuse(draft_changed(run.book.state, campaign, draft, read))
    else:
        _verified(run, campaign, draft, read)


def differs(campaign: RenderedCampaign, draft: Draft, read: Articles) -> bool:
    """Whether a draft reads otherwise than it was saved."""
    return not is_as_saved(draft, read) or _other_digest(campaign, draft, read)


def draft_gone(name: CampaignName) -> Refusal:
    """Refuse a campaign whose draft is not in the draft box any more: followers may have it."""
    say = Phrase("the draft is no longer there; somebody may have sent it in the console")
    return Refusal(Guard.DRAFT_GONE, say, settle(name))


def draft_changed(state: State, campaign: RenderedCampaign, draft: Draft, read: Articles) -> Refusal:
    """Refuse a campaign whose draft somebody changed, with the ways out that are open."""
    say = (
        'keep what the console made of it: massctl adopt {name} --reason "…"; or delete that draft in the console, '
        'then: massctl reconcile {name} --not-sent --reason "…"; on GitHub: Actions / operate'
    )
    if not _may_be_adopted(state, campaign, draft, read):
        return changed(state, campaign, draft, read, stage_anew(campaign.name))
    return changed(state, campaign, draft, read, Phrase(say, name=campaign.name))


def stage_anew(name: CampaignName) -> Phrase:
    """Say how a draft is given up whose words, pictures or links are not those that were reviewed."""
    return Phrase(
        'delete that draft in the console, then: massctl reconcile {name} --not-sent --reason "…"; what it shall '
        "say belongs into the campaign's files",
        name=name,
    )


def _may_be_adopted(state: State, campaign: RenderedCampaign, draft: Draft, read: Articles) -> bool:
    """Whether `massctl adopt` takes this draft: no batch's, and with the words, pictures and links of the review."""
    if campaign.openid_list is not None or campaign.digest != draft.event.digest or uploads(campaign, state, set()):
        return False
    return all(each.name in FREE for each in differences(draft_articles(campaign, state), read))


def changed(state: State, campaign: RenderedCampaign, draft: Draft, read: Articles, hint: Phrase) -> Refusal:
    """Refuse a draft that the console changed, and name the parts, where the campaign still says what it was."""
    parts = _parts_changed(state, campaign, draft, read)
    say = Phrase("the draft was changed in the console after it was saved")
    if parts:
        say = Phrase("{said}: {differences}", said=say, differences=in_a_row(parts))
    return Refusal(Guard.DRAFT_CHANGED, say, hint)


def _parts_changed(state: State, campaign: RenderedCampaign, draft: Draft, read: Articles) -> list[Phrase]:
    """Name what differs from what the campaign says; empty where it says something else than the draft did."""
    if campaign.digest != draft.event.digest or uploads(campaign, state, set()):
        return []
    ours = draft_articles(campaign, state)
    found = differences(ours, read)
    if draft_sha256(read) == draft.event.draft_sha256:
        # Words, pictures and links are those that were saved or adopted; digest and crops are none of them.
        found = [each for each in found if each.name in ("digest", *CROPS)]
    if found:
        return [each.phrase for each in found]
    if any(crops_of(theirs).keys() - crops_of(article) for article, theirs in zip(ours, read, strict=True)):
        return [Phrase("its markup alone, or what is shown of a cover")]
    if not keeps_digests(ours) or all(article.digest for article in ours):
        return [Phrase("its markup alone")]
    return [Phrase("its markup alone, or a digest (摘要) that was left empty")]


def _verified(run: Run, campaign: RenderedCampaign, draft: Draft, read: Articles) -> None:
    """Note a draft that was found whole, and once what WeChat keeps of it."""
    media_id = MediaId(draft.event.media_id)
    run.verified_drafts.add(media_id)
    if draft.kept_sha256 is None:
        run.book.note(DraftVerified(media_id=media_id, kept_sha256=kept_sha256(read)), campaign)


def _other_digest(campaign: RenderedCampaign, draft: Draft, read: Articles) -> bool:
    """Whether a digest that we gave (摘要) reads otherwise now; one that we left empty WeChat writes itself."""
    if draft.kept_sha256 is not None:
        return False  # It is part of what was kept.
    if draft.event.digest != campaign.digest or not isinstance(campaign.message, RenderedNews):
        return False
    given = campaign.message.articles
    pairs = zip(given, read, strict=False)
    return keeps_digests(given) and any(ours.digest and ours.digest != theirs.digest for ours, theirs in pairs)


def _lost(what: Sequence[str]) -> Failure:
    """Say that WeChat did not keep what it was given."""
    return Failure(
        None,
        None,
        Phrase("WeChat did not keep the draft as it was given: {losses}", losses=in_a_row(what)),
        Phrase("nothing was sent; correct the article so that it survives, then run apply again"),
    )
