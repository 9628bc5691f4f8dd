"""The life of a draft: proven whole before anybody sees it, judged again in a later run, deleted when it is replaced.

It is read back before it is shown or sent: WeChat drops foreign pictures silently.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final

from massctl.apply.context import ApplyContext, Failed, steps_of
from massctl.apply.draft_fingerprint import (
    CROPS,
    FREE,
    crops_of,
    differences,
    draft_sha256,
    is_as_given,
    is_as_saved,
    keeps_digests,
    kept_sha256,
    losses,
    markup_sha256,
)
from massctl.apply.outcome import CampaignOutcome, Failure, LeftDraft
from massctl.apply.payloads import draft_articles
from massctl.apply.ports import DraftArticle, ListedDraft
from massctl.apply.stage import packed, record_material
from massctl.errors import ConfigurationError, TransportError, WeChatError
from massctl.model.entries import (
    DraftBegun,
    DraftDeleted,
    DraftNotSaved,
    DraftSaved,
    DraftVerified,
    MaterialForgotten,
)
from massctl.model.ids import AccountName, CampaignName, MediaId, Sha256
from massctl.model.message import Picture, Purpose, RenderedCampaign, RenderedNews
from massctl.model.phrase import Phrase, in_a_row
from massctl.model.state import MEDIA_UNKNOWN, BegunDraft, Draft, Record, State, is_concluded, newest
from massctl.plan.plan import upload_steps
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Guard, Refusal, SaveDraft, SendPreview
from massctl.plan.window import WindowState, window_state

Articles = tuple[DraftArticle, ...]
Job = tuple[CampaignOutcome, RenderedCampaign, Draft]

NOT_WHOLE: Final = "WeChat did not keep it as it was given"
"""Why a draft is given up, in the ledger's words."""


def judge_superseded(context: ApplyContext) -> None:
    """Look at each draft that is to be replaced: one that somebody changed, sent or deleted stops its campaign.

    An edit is no way out of `draft_gone`, and neither is a raised edition or another kind of message: followers may
    have the draft. One that a newer draft of ours has replaced already may have been changed: it is left there.
    """
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in context.going()
        if context.has_work(outcome)
        for draft in _in_question(context, outcome, campaign)
        if draft.event.appid in context.accounts  # Else it is out of reach: massctl.yaml has its account no more.
    ]

    def done(job: Job, result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        if isinstance(result, Failed):
            context.fail(outcome, result)
        elif result is None or any(draft is each for each in context.standing_drafts(campaign)):
            judge_earlier(context, outcome, campaign, draft, result)

    calls = [(job, partial(context.read, job[2])) for job in jobs]
    context.side_by_side(Phrase("reading drafts back"), calls, done)


def _in_question(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> list[Draft]:
    """Give the drafts whose place another one takes, or has taken."""
    found = [draft for _, draft in context.superseded(campaign)]
    replaced = {step.batch or 1 for step in steps_of(outcome, SaveDraft)}
    for draft in context.standing_drafts(campaign):
        leaves = draft.event.batch in replaced or not campaign.message.has_draft
        if leaves and all(draft is not each for each in found):
            found.append(draft)
    return found


def verify_drafts(context: ApplyContext) -> None:
    """Read back each draft that this run saves, shows, or puts in an older one's place; a loss stops its campaign."""
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in context.going()
        if context.has_work(outcome)
        for draft in _to_be_read(context, outcome, campaign)
        if draft.event.media_id not in context.verified_drafts
    ]

    def done(job: Job, result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        media_id = MediaId(draft.event.media_id)
        if isinstance(result, Failed):
            context.fail(outcome, result)
        elif media_id not in context.given or result is None:
            judge_earlier(context, outcome, campaign, draft, result)
        elif lost := losses(context.given[media_id], result):
            outcome.error = _lost(lost)
            _discard(context, campaign, media_id, result)
        else:
            _verified(context, campaign, draft, result)

    calls = [(job, partial(context.read, job[2])) for job in jobs]
    context.side_by_side(Phrase("reading drafts back"), calls, done)


def _to_be_read(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> list[Draft]:
    """Give the drafts of a campaign that are read back: a preview needs no more than the one it shows."""
    own = context.drafts_of(campaign)
    if steps_of(outcome, SaveDraft) or context.superseded(campaign) or context.is_unread(campaign):
        return own
    return own[:1] if steps_of(outcome, SendPreview) else []


def _discard(context: ApplyContext, campaign: RenderedCampaign, media_id: MediaId, read: Articles) -> None:
    """Give up a draft that is not whole, so that no later run takes it for a staged one; `tidy_up` deletes it."""
    kept = kept_sha256(read)
    given_up = DraftDeleted(appid=campaign.appid, media_id=media_id, reason=NOT_WHOLE, pending=True, kept_sha256=kept)
    context.ledger.record(given_up, campaign)


def judge_earlier(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign, draft: Draft, read: Articles | None
) -> None:
    """Refuse a draft of an earlier run that somebody changed, sent or deleted in the console; it is never rebuilt."""
    if read is None:
        outcome.refuse(draft_gone(campaign.name))
    elif differs(campaign, draft, read):
        outcome.refuse(draft_changed(context.ledger.state, campaign, draft, read))
    else:
        _verified(context, campaign, draft, read)


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
    if (
        campaign.openid_list is not None
        or campaign.digest != draft.event.digest
        or upload_steps(campaign, state, set())
    ):
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
    if campaign.digest != draft.event.digest or upload_steps(campaign, state, set()):
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


def _verified(context: ApplyContext, campaign: RenderedCampaign, draft: Draft, read: Articles) -> None:
    """Note a draft that was found whole, and once what WeChat keeps of it."""
    media_id = MediaId(draft.event.media_id)
    context.verified_drafts.add(media_id)
    if draft.kept_sha256 is None:
        context.ledger.note(DraftVerified(media_id=media_id, kept_sha256=kept_sha256(read)), campaign)


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


LATE_MINUTES_MAX: Final = 5
"""An unanswered request may still take effect for so long: ten times what we wait for an answer. Our bound."""
RECORDED_MINUTES_MAX: Final = 17
"""So long it may take to put a draft on record before it is asked for: four pushes and as many fetches of
`git_run.NETWORK_SECONDS`, as `git_ledger` makes them, and the pauses between them."""
GIVEN_UP_AFTER: Final = timedelta(minutes=LATE_MINUTES_MAX + RECORDED_MINUTES_MAX)
"""Counted from the entry that says that a draft was begun."""

READ_MAX: Final = 250
"""Strangers in the draft box that one run reads: half of the draft/get of a day. Our bound; a listing with titles
leaves very few of them. Source: WeChat docs, "draft/get" (500 a day), read 2026-10."""


@dataclass(frozen=True, slots=True)
class _Missing:
    """A draft that was begun, and of which nobody knows whether it is there."""

    account: AccountName
    record: Record
    begun: BegunDraft


@dataclass(slots=True)
class _Box:
    """What was seen of an account's draft box."""

    drafts: dict[MediaId, Sha256] = field(default_factory=dict)
    """Drafts that the ledger does not know, newest first -> what names their articles."""
    unread: Failed | None = None
    """Why it could not be read to the end."""

    def take(self, draft_sha256: str) -> MediaId | None:
        """Take out the oldest draft of this name: the newer ones may be of a later try."""
        found = [media_id for media_id, named in self.drafts.items() if named == draft_sha256]
        if not found:
            return None
        del self.drafts[found[-1]]
        return found[-1]


def recover_drafts(context: ApplyContext) -> None:
    """Look for each draft that was begun and is not on record; makes no call where there is none.

    A campaign that would save another one is stopped where the draft box cannot be read.
    """
    for missing, unread in _looked_for(context):
        if unread is None:
            continue
        saving = [each for each in context.outcomes if steps_of(each, SaveDraft) and not each.stopped]
        waiting = [each for each in saving if each.planned.name == missing.record.campaign]
        for outcome in waiting:
            context.fail(outcome, unread)
        if not waiting:
            _tell_unread(context, missing, unread)


def look_once_more(context: ApplyContext) -> None:
    """Look at the end of a run for what came late, and give up what an earlier run missed too."""
    for missing, unread in _looked_for(context):
        if unread is not None:
            _tell_unread(context, missing, unread)
        elif context.ports.clock.now() - missing.begun.at >= GIVEN_UP_AFTER:
            _close(context, missing, "looked for and not there", pending=None if missing.begun.missed else True)


def looked_after(context: ApplyContext) -> list[Record]:
    """Give the records of the accounts that this run may look after: also where a campaign went out, or is gone."""
    return [record for record in context.ledger.state.records.values() if record.appid in context.accounts]


def _looked_for(context: ApplyContext) -> list[tuple[_Missing, Failed | None]]:
    """Take what is found of the missing drafts; gives those that are not, and why the box could not be read."""
    missing = [
        _Missing(context.accounts[begun.event.appid], record, begun)
        for record in looked_after(context)
        for begun in reversed(record.begun_drafts)  # What was begun last is what the campaign wants.
        if begun.event.appid in context.accounts
    ]
    boxes = {name: _read_box(context, name, missing) for name in sorted({each.account for each in missing})}
    left: list[tuple[_Missing, Failed | None]] = []
    for each in missing:
        box = boxes[each.account]
        media_id = box.take(each.begun.event.draft_sha256)
        if media_id is None:
            left.append((each, box.unread))
        else:
            _found(context, each, media_id)
    return left


def _read_box(context: ApplyContext, account: AccountName, missing: list[_Missing]) -> _Box:
    """Read the drafts in an account's box that the ledger does not know and that may be a missing one."""
    box = _Box()
    wanted = [each.begun.event.titles for each in missing if each.account == account]
    ours = [each for record in context.ledger.state.records.values() for each in (*record.drafts, *record.proposals)]
    known = {draft.event.media_id for draft in ours}
    label = Phrase("looking for drafts whose answer was lost")

    def listed(_: AccountName, result: tuple[ListedDraft, ...] | Failed) -> None:
        if isinstance(result, Failed):
            box.unread = result
        else:
            candidates.extend(each.media_id for each in result if each.media_id not in known and _may_be(each, wanted))

    candidates: list[MediaId] = []
    context.side_by_side(label, [(account, partial(_newest, context, account))], listed)

    def got(media_id: MediaId, result: Articles | Failed | None) -> None:
        if isinstance(result, Failed):
            box.unread = result
        elif result is not None:
            context.strangers[media_id] = draft_sha256(result)

    unread = [each for each in candidates if each not in context.strangers][: max(0, READ_MAX - len(context.strangers))]
    calls = [(media_id, partial(context.ports.wechat(account).get_draft, media_id)) for media_id in unread]
    context.side_by_side(label, calls, got)
    box.drafts = {each: context.strangers[each] for each in candidates if each in context.strangers}
    return box


def _may_be(listed: ListedDraft, wanted: list[list[str] | None]) -> bool:
    """Say whether a listed draft may be one of those: by its titles, where both are known."""
    return listed.titles is None or any(titles is None or tuple(titles) == listed.titles for titles in wanted)


def _newest(context: ApplyContext, account: AccountName) -> tuple[ListedDraft, ...]:
    """List the newest drafts; a missing secret is this call's failure and not the run's."""
    return context.ports.wechat(account).newest_drafts()


def _found(context: ApplyContext, missing: _Missing, media_id: MediaId) -> None:
    """Take a draft that was found for the campaign's, or delete it where the campaign has no use for another."""
    record, begun = missing.record, missing.begun
    if _is_surplus(record, begun) or _has_what_is_wanted(context, record, begun.event.batch):
        _delete_surplus(context, missing, media_id)
        return
    context.ledger.record_for(_saved(begun.event, media_id, begun.serial), record.campaign, record.edition)
    context.ports.progress.say(Phrase("{name}: the draft whose answer was lost was found", name=record.campaign))


def _saved(begun: DraftBegun, media_id: MediaId, serial: int) -> DraftSaved:
    """Make the entry that a draft is there which was begun at `serial`."""
    return DraftSaved(
        appid=begun.appid,
        batch=begun.batch,
        digest=begun.digest,
        media_id=media_id,
        draft_sha256=begun.draft_sha256,
        markup_sha256=begun.markup_sha256,
        audience_count=begun.audience_count,
        source_sha256=begun.source_sha256,
        begun=serial,
        for_preview=begun.for_preview,
    )


def _is_surplus(record: Record, begun: BegunDraft) -> bool:
    """Say whether a campaign has no use for a draft: it went out, or has the same one, or a newer one."""
    if begun.event.for_preview:
        return True  # Whoever asked for that preview has seen it fail, and asks again.
    if record.open_attempts or is_concluded(record) or begun.event.batch in record.sent_batches:
        return True
    draft = record.draft(begun.event.batch)
    return draft is not None and (draft.event.digest == begun.event.digest or (draft.event.begun or 0) > begun.serial)


def _has_what_is_wanted(context: ApplyContext, record: Record, batch: int) -> bool:
    """Say whether a batch has a draft of the very content that this run stages or sends.

    Another version must not take its place: the plan was made without it, and would show it, or find no draft to send.
    """
    draft = record.draft(batch)
    wanted = [each.planned.rendered for each in context.outcomes if each.planned.rendered is not None]
    return draft is not None and any(
        (each.name, each.edition, each.digest) == (record.campaign, record.edition, draft.event.digest)
        for each in wanted
    )


def _delete_surplus(context: ApplyContext, missing: _Missing, media_id: MediaId) -> None:
    wechat = context.ports.wechat(missing.account)
    try:
        read = wechat.get_draft(media_id)
        if read is not None and not is_as_given(missing.begun.event, read):
            _close(context, missing, "found beside another one and changed in the console, left there")
            return
        if read is not None:
            wechat.delete_draft(media_id)
    except (WeChatError, ConfigurationError) as error:
        # It stays begun, so the next run finds it again.
        context.ports.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
    else:
        _close(context, missing, "found beside another one, and deleted")


def _tell_unread(context: ApplyContext, missing: _Missing, error: Failed) -> None:
    say = "{name}: a draft whose answer was lost could not be looked for: {why}"
    context.ports.progress.say(Phrase(say, name=missing.record.campaign, why=error.summary))


def _close(context: ApplyContext, missing: _Missing, reason: str, *, pending: bool | None = None) -> None:
    event = DraftNotSaved(begun=missing.begun.serial, reason=reason, pending=pending)
    context.ledger.record_for(event, missing.record.campaign, missing.record.edition)


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


def save_drafts(context: ApplyContext) -> None:
    """Save the drafts that are due side by side; one whose answer is lost is looked for before it is saved again."""
    again = _save(context, [_Wanted(o, c, step) for o, c in context.going() for step in steps_of(o, SaveDraft)])
    if any(isinstance(each.error, TransportError) for each in again):
        recover_drafts(context)
    for each in again:
        if each.error.errcode == MEDIA_UNKNOWN:
            _upload_forgotten_covers(context, each)
    left = [each.job.wanted for each in again if not each.job.wanted.outcome.stopped]
    for each in _save(context, left):
        context.fail(each.job.wanted.outcome, each.error)


def _save(context: ApplyContext, wanted: Sequence[_Wanted]) -> list[_Again]:
    """Save each draft once, and give those that are worth a second try; the others stop their campaign or are saved."""
    again: list[_Again] = []

    def done(job: _Job, result: MediaId | Failed) -> None:
        campaign, outcome = job.wanted.campaign, job.wanted.outcome
        if isinstance(result, TransportError):
            again.append(_Again(job, result))
        elif isinstance(result, Failed):
            context.ledger.note(DraftNotSaved(begun=job.begun, reason=_refusal(result)), campaign)
            if isinstance(result, WeChatError) and result.errcode == MEDIA_UNKNOWN:
                again.append(_Again(job, result))
            else:
                context.fail(outcome, result)
        else:
            # Not waited for: where it is lost with this process, the draft that was begun is found in the draft box.
            context.ledger.note(_saved(_begun(context, job.wanted, job.articles), result, job.begun), campaign)
            context.given[result] = job.articles
            outcome.performed.append(job.wanted.step)

    jobs = _begin(context, list(_not_there_yet(context, wanted)))
    calls = [(job, partial(context.ports.wechat(job.wanted.campaign.account).add_draft, job.articles)) for job in jobs]
    context.side_by_side(Phrase("saving drafts"), calls, done)
    return again


def _not_there_yet(context: ApplyContext, wanted: Sequence[_Wanted]) -> Iterator[_Wanted]:
    """Leave out the drafts that were found in the draft box."""
    for each in wanted:
        draft = context.draft_of(each.campaign, each.step.batch)
        if draft is not None and draft.event.digest == each.campaign.digest and not each.step.for_preview:
            each.outcome.performed.append(each.step)
        else:
            yield each


def _begin(context: ApplyContext, wanted: Sequence[_Wanted]) -> list[_Job]:
    """Put every draft/add of this round on record, durably and at once."""
    made = [draft_articles(each.campaign, context.ledger.state) for each in wanted]
    events = [(_begun(context, each, articles), each.campaign) for each, articles in zip(wanted, made, strict=True)]
    entries = context.ledger.record_each(events)
    return [_Job(each, articles, entry.serial) for each, articles, entry in zip(wanted, made, entries, strict=True)]


def _begun(context: ApplyContext, wanted: _Wanted, articles: Articles) -> DraftBegun:
    campaign, count = wanted.campaign, context.size_of(wanted.campaign)
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


def _upload_forgotten_covers(context: ApplyContext, refused: _Again) -> None:
    """Forget the covers that WeChat does not know any more, and upload them once more; stops where that is no help."""
    job, campaign = refused.job, refused.job.wanted.campaign
    wechat = context.ports.wechat(campaign.account)
    try:
        for picture in campaign.pictures:
            if picture.purpose is Purpose.MATERIAL and _is_stale(context, campaign, picture, job.articles):
                context.ledger.note(MaterialForgotten(appid=campaign.appid, sha256=picture.sha256))
                record_material(
                    context, campaign.appid, picture, wechat.add_material(packed(context, picture, campaign.message))
                )
    except WeChatError as error:
        context.fail(job.wanted.outcome, error)
        return
    if draft_articles(campaign, context.ledger.state) == job.articles:
        # These covers were taken in this very run: WeChat would say the same again.
        context.fail(job.wanted.outcome, refused.error)


def _is_stale(context: ApplyContext, campaign: RenderedCampaign, picture: Picture, refused: Articles) -> bool:
    """Say whether a material is among the refused covers and is older than this run, or was forgotten by it."""
    recorded = context.ledger.state.materials.get((campaign.appid, picture.sha256))
    if recorded is None:
        return True
    return recorded[0] not in context.uploaded and recorded[0] in {article.thumb_media_id for article in refused}


CHANGED: Final = "changed in the console, left there"
"""What becomes of a draft that is not ours any more."""
DELETE_IT: Final = Phrase(
    "somebody could send it by hand: delete it in the console under 草稿箱, or keep its text first"
)
SUPERSEDED: Final = "superseded"
"""Why a draft is deleted that another one replaces, or that its campaign's send left over."""
FOLDER_GONE: Final = "the campaign's folder is gone"
"""Why a draft is deleted that no run can send: in the ledger's words, as is the next."""
WINDOW_CLOSED: Final = "the campaign's window has closed"
PROPOSAL_AGE_MAX: Final = timedelta(days=1)
"""A draft that only a preview showed stays for so long: WeChat does not say that what is on the phone outlives it, and
whoever does a hand-off should not find two drafts of a campaign for longer. Our bound."""


def delete_superseded(context: ApplyContext) -> None:
    """Delete drafts of ours that a newer, proven one replaces, if nobody changed them since."""
    for outcome, campaign in context.going():
        for record, draft in context.superseded(campaign) if context.has_work(outcome) else []:
            _delete(context, record, draft)


def tidy_up(context: ApplyContext) -> None:
    """Look once more for what came late, and delete what earlier tries left behind; without either it makes no call.

    Also of campaigns that went out since, are faulty now, or whose folders are gone.
    """
    look_once_more(context)
    for record in looked_after(context):
        never_sent = _why_never_sent(context, record)
        for draft in record.drafts:
            if draft.doomed or _outlived_its_send(record, draft) or _was_replaced(context, record, draft):
                _delete(context, record, draft)
            elif draft.alive and never_sent is not None:
                _delete_unsendable(context, record, draft, never_sent)
        for draft in record.proposals:
            if draft.doomed or (draft.alive and _has_been_seen(context, record, draft)):
                _delete(context, record, draft)


def _has_been_seen(context: ApplyContext, record: Record, proposal: Draft) -> bool:
    """Say whether a draft that only a preview showed is done with: staged since, shown anew, sent, or a day old."""
    staged = record.draft()
    if is_concluded(record) or (staged is not None and staged.event.digest == proposal.event.digest):
        return True
    if proposal is not newest(each for each in record.proposals if each.event.digest == proposal.event.digest):
        return True
    return context.ports.clock.now() - proposal.saved_at >= PROPOSAL_AGE_MAX


def _outlived_its_send(record: Record, draft: Draft) -> bool:
    """Say whether a message went out, and this is a draft of it that was not sent by us."""
    attempted = {attempt.event.media_id for attempt in record.attempts}
    return draft.alive and is_concluded(record) and draft.event.media_id not in attempted


def _was_replaced(context: ApplyContext, record: Record, draft: Draft) -> bool:
    """Say whether a draft that takes its place was proven whole, and nothing of it went out or may have.

    That is a newer one, or one of the declared edition; of a higher edition where none is known to be declared.
    """
    if not draft.alive or record.open_attempts or is_concluded(record) or draft.event.batch in record.sent_batches:
        return False
    later = record.drafts[record.drafts.index(draft) + 1 :]
    newer = [(record, each) for each in later if each.event.batch == draft.event.batch]
    declared = context.declared_edition(record.campaign)
    for other in context.ledger.state.editions(record.campaign):
        heir = other.edition > record.edition if declared is None else other.edition == declared != record.edition
        newer += [(other, each) for each in other.drafts if heir]
    return any(each.alive and _is_proven(context, holder, each) for holder, each in newer)


def _why_never_sent(context: ApplyContext, record: Record) -> str | None:
    """Say why no run will send a campaign's drafts; None where one may, or where one may have been sent.

    A window may be moved: then the next run saves a new draft.
    """
    if is_concluded(record) or any(each.open_attempts for each in context.ledger.state.editions(record.campaign)):
        return None
    if context.ports.folders is not None and record.campaign not in context.ports.folders:
        return FOLDER_GONE
    now = context.ports.clock.now()
    campaigns = [outcome.planned.rendered for outcome in context.outcomes]
    closed = any(
        each is not None
        and (each.name, each.edition) == (record.campaign, record.edition)
        and window_state(each.window, now) is WindowState.EXPIRED
        for each in campaigns
    )
    return WINDOW_CLOSED if closed else None


def _delete_unsendable(context: ApplyContext, record: Record, draft: Draft, why: str) -> None:
    """Delete a draft that no run will send; where a person changed it, leave it and say so.

    A draft that is gone proves nothing: somebody may have sent it. That is judged before the campaign is sent again.
    """
    if draft.event.appid not in context.accounts:
        return
    try:
        fate = _fate(context, record, draft, why)
    except (WeChatError, ConfigurationError) as error:
        say = Phrase("{name}: its draft could not be deleted: {why}", name=record.campaign, why=error.summary)
        context.ports.progress.say(say)
        return
    if fate == CHANGED:
        _tell_left(context, record, draft, folder_gone=why == FOLDER_GONE)
    elif fate is not None:
        _note(context, record, draft, fate)
        told = {
            FOLDER_GONE: Phrase("{name}: its draft was deleted, for its folder is gone", name=record.campaign),
            WINDOW_CLOSED: Phrase("{name}: its draft was deleted, for its window has closed", name=record.campaign),
        }
        context.ports.progress.say(told[why])


def _tell_left(context: ApplyContext, record: Record, draft: Draft, *, folder_gone: bool) -> None:
    """Tell of a draft that stays. Where only its window closed, it stays the campaign's, and may be adopted."""
    if folder_gone:
        _note(context, record, draft, CHANGED)
    context.drafts_left.append(LeftDraft(record.campaign, record.edition, folder_gone))
    say = "{name}: its draft was changed in the console and stays there; {how}"
    context.ports.progress.say(Phrase(say, name=record.campaign, how=DELETE_IT))


def _is_proven(context: ApplyContext, record: Record, draft: Draft) -> bool:
    """Say whether a draft was read back; one that a dead run left unread is read now, for its folder may be gone."""
    if draft.kept_sha256 is None and draft.event.appid in context.accounts:
        try:
            read = context.read(draft)
        except (WeChatError, ConfigurationError):
            return False  # Nothing is deleted for its sake, and the next run asks again.
        if read is not None and is_as_saved(draft, read):
            verified = DraftVerified(media_id=draft.event.media_id, kept_sha256=kept_sha256(read))
            context.ledger.record_for(verified, record.campaign, record.edition)
    return draft.kept_sha256 is not None


def _delete(context: ApplyContext, record: Record, draft: Draft) -> None:
    """Delete a draft, unless somebody changed it in the console, and record what became of it."""
    if draft.event.appid not in context.accounts:
        return
    try:
        fate = _fate(context, record, draft)
    except (WeChatError, ConfigurationError) as error:
        context.ports.progress.say(Phrase("an old draft could not be deleted: {why}", why=error.summary))
        return
    if fate is not None:
        _note(context, record, draft, fate)
    if fate == CHANGED:
        say = "the old draft of {name} was changed in the console, so it stays there"
        context.ports.progress.say(Phrase(say, name=record.campaign))


def _fate(context: ApplyContext, record: Record, draft: Draft, why: str = SUPERSEDED) -> str | None:
    """Delete a draft if it still is ours, and say what became of it in the ledger's words.

    None where a draft of a campaign that did not go out is gone without us: that is for the next run to judge.
    """
    read = context.read(draft)
    if read is None:
        staged = draft.alive and not draft.event.for_preview
        return None if staged and not is_concluded(record) else "gone already"
    if not is_as_saved(draft, read) or (draft.adopted and why in (FOLDER_GONE, WINDOW_CLOSED)):
        return CHANGED
    why = draft.doomed or why
    if draft.alive:
        _note(context, record, draft, why, pending=True)
    context.wechat_of(draft).delete_draft(MediaId(draft.event.media_id))
    return why


def _note(context: ApplyContext, record: Record, draft: Draft, why: str, *, pending: bool | None = None) -> None:
    event = DraftDeleted(appid=draft.event.appid, media_id=draft.event.media_id, reason=why, pending=pending)
    context.ledger.record_for(event, record.campaign, record.edition)
