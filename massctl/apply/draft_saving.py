"""The second stage: a draft for each news campaign, recorded as begun before its request, and never made twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from massctl.apply.draft_articles import draft_articles
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.ports import DraftArticle
from massctl.apply.readback import draft_sha256, markup_sha256
from massctl.apply.recovery import recover_drafts
from massctl.apply.run import Failed, Run, steps_of
from massctl.apply.staging import packed, record_material
from massctl.errors import TransportError, WeChatError
from massctl.model.ledger import DraftBegun, DraftNotSaved, DraftSaved, MaterialForgotten
from massctl.model.names import MediaId
from massctl.model.phrase import Phrase
from massctl.model.rendered import Picture, Purpose, RenderedCampaign
from massctl.model.state import MEDIA_UNKNOWN
from massctl.plan.step import SaveDraft

Articles = tuple[DraftArticle, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A draft that is due."""

    outcome: CampaignOutcome
    campaign: RenderedCampaign
    step: SaveDraft


@dataclass(frozen=True, slots=True)
class _Job:
    """One draft/add."""

    wanted: _Wanted
    articles: Articles
    begun: int
    """Serial of its `draft_begun`."""


@dataclass(frozen=True, slots=True)
class _Again:
    """A draft/add that is worth a second try: its answer was lost, or it named a cover that WeChat forgot."""

    job: _Job
    error: WeChatError


def save_drafts(run: Run) -> None:
    """Save the drafts that are due side by side; one whose answer is lost is looked for before it is saved again."""
    again = _save(run, [_Wanted(o, c, step) for o, c in run.going() for step in steps_of(o, SaveDraft)])
    if any(isinstance(each.error, TransportError) for each in again):
        recover_drafts(run)
    for each in again:
        if each.error.errcode == MEDIA_UNKNOWN:
            _upload_forgotten_covers(run, each)
    left = [each.job.wanted for each in again if not each.job.wanted.outcome.stopped]
    for each in _save(run, left):
        run.fail(each.job.wanted.outcome, each.error)


def _save(run: Run, wanted: Sequence[_Wanted]) -> list[_Again]:
    """Save each draft once, and give those that are worth a second try; the others stop their campaign or are saved."""
    again: list[_Again] = []

    def done(job: _Job, result: MediaId | Failed) -> None:
        campaign, outcome = job.wanted.campaign, job.wanted.outcome
        if isinstance(result, TransportError):
            again.append(_Again(job, result))
        elif isinstance(result, Failed):
            run.book.note(DraftNotSaved(begun=job.begun, reason=_refusal(result)), campaign)
            if isinstance(result, WeChatError) and result.errcode == MEDIA_UNKNOWN:
                again.append(_Again(job, result))
            else:
                run.fail(outcome, result)
        else:
            saved = _begun(run, job.wanted, job.articles).model_dump(exclude={"type", "titles"})
            # Not waited for: where it is lost with this process, the draft that was begun is found in the draft box.
            run.book.note(DraftSaved(**saved, media_id=result, begun=job.begun), campaign)
            run.given[result] = job.articles
            outcome.performed.append(job.wanted.step)

    jobs = _begin(run, list(_not_there_yet(run, wanted)))
    calls = [(job, partial(run.world.wechat(job.wanted.campaign.account).add_draft, job.articles)) for job in jobs]
    run.side_by_side(Phrase("saving drafts"), calls, done)
    return again


def _not_there_yet(run: Run, wanted: Sequence[_Wanted]) -> Iterator[_Wanted]:
    """Leave out the drafts that were found in the draft box."""
    for each in wanted:
        draft = run.draft_of(each.campaign, each.step.batch)
        if draft is not None and draft.event.digest == each.campaign.digest and not each.step.for_preview:
            each.outcome.performed.append(each.step)
        else:
            yield each


def _begin(run: Run, wanted: Sequence[_Wanted]) -> list[_Job]:
    """Put every draft/add of this round on record, durably and at once."""
    made = [draft_articles(each.campaign, run.book.state) for each in wanted]
    events = [(_begun(run, each, articles), each.campaign) for each, articles in zip(wanted, made, strict=True)]
    entries = run.book.record_each(events)
    return [_Job(each, articles, entry.serial) for each, articles, entry in zip(wanted, made, entries, strict=True)]


def _begun(run: Run, wanted: _Wanted, articles: Articles) -> DraftBegun:
    campaign, count = wanted.campaign, run.size_of(wanted.campaign)
    return DraftBegun(
        appid=campaign.appid,
        batch=wanted.step.batch or 1,
        digest=campaign.digest,
        draft_sha256=draft_sha256(articles),
        markup_sha256=markup_sha256(articles),
        titles=[article.title for article in articles],
        audience_count=count if isinstance(count, int) else None,
        source_sha256=campaign.source_sha256,
        for_preview=wanted.step.for_preview or None,
    )


def _refusal(error: Failed) -> str:
    """Say in the ledger why there is no draft; anything but WeChat's code means that nothing left."""
    code = error.errcode if isinstance(error, WeChatError) else None
    return f"refused with errcode {code}" if code is not None else "the request never left"


def _upload_forgotten_covers(run: Run, refused: _Again) -> None:
    """Forget the covers that WeChat does not know any more, and upload them once more; stops where that is no help."""
    job, campaign = refused.job, refused.job.wanted.campaign
    wechat = run.world.wechat(campaign.account)
    try:
        for picture in campaign.pictures:
            if picture.purpose is Purpose.MATERIAL and _is_stale(run, campaign, picture, job.articles):
                run.book.note(MaterialForgotten(appid=campaign.appid, sha256=picture.sha256))
                record_material(
                    run, campaign.appid, picture, wechat.add_material(packed(run, picture, campaign.message))
                )
    except WeChatError as error:
        run.fail(job.wanted.outcome, error)
        return
    if draft_articles(campaign, run.book.state) == job.articles:
        # These covers were taken in this very run: WeChat would say the same again.
        run.fail(job.wanted.outcome, refused.error)


def _is_stale(run: Run, campaign: RenderedCampaign, picture: Picture, refused: Articles) -> bool:
    """Say whether a material is among the refused covers and is older than this run, or was forgotten by it."""
    recorded = run.book.state.materials.get((campaign.appid, picture.sha256))
    if recorded is None:
        return True
    return recorded[0] not in run.uploaded and recorded[0] in {article.thumb_media_id for article in refused}
