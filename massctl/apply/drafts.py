"""The life of a draft: saved, proven whole before anybody sees it, judged again in a later run, deleted at its end.

A draft is read back before it is shown or sent, since WeChat drops foreign pictures silently.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from massctl.apply.context import (
    ApplyContext,
    Failed,
    SavedDrafts,
    Settled,
    Shown,
    Staged,
    Undisturbed,
    Uploaded,
    Verified,
    steps_of,
)
from massctl.apply.draft_fingerprint import (
    CROPS,
    FREE,
    console_changes,
    crops_of,
    differences,
    draft_sha256,
    given_parts,
    is_as_given,
    is_as_saved,
    keeps_digests,
    kept_sha256,
    losses,
    markup_sha256,
    written_since,
)
from massctl.apply.outcome import CampaignOutcome, LeftDraft, what_happened
from massctl.apply.payloads import draft_articles
from massctl.apply.ports import DraftArticle, ListedDraft
from massctl.apply.stage import packed, record_material
from massctl.errors import ConfigurationError, TransportError, WeChatError
from massctl.model.diagnostics import Failure
from massctl.model.entries import (
    DraftBegun,
    DraftDeleted,
    DraftDeletedReason,
    DraftNotSaved,
    DraftNotSavedReason,
    DraftSaved,
    DraftVerified,
    MaterialForgotten,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, CampaignName, MediaId, Sha256
from massctl.model.message import Picture, Purpose, RenderedCampaign
from massctl.model.phrase import Command, Phrase, in_a_row
from massctl.model.send import SendIntent, StagedDraft
from massctl.model.state import MEDIA_UNKNOWN, BegunDraft, Draft, Record, State, is_concluded
from massctl.plan.plan import upload_steps
from massctl.plan.quota import sent_list
from massctl.plan.retry_policy import settle
from massctl.plan.steps import Guard, Refusal, SaveDraft, SendPreview
from massctl.plan.window import WindowState, window_state

Articles = tuple[DraftArticle, ...]
Job = tuple[CampaignOutcome, RenderedCampaign, Draft]


LATE_MAX = timedelta(minutes=5)
"""An unanswered request may still take effect for so long: ten times what we wait for an answer. Our bound."""
READ_MAX = 250
"""Strangers in the draft box that one run reads: half of the draft/get of a day. Our bound; a listing with titles
leaves very few of them. Source: WeChat docs, "draft/get" (500 a day), read 2026-10."""


class _Missing(Frozen):
    """A draft that was begun, and of which nobody knows whether it is there."""

    account: AccountName
    record: Record
    begun: BegunDraft


class _Lying(Frozen):
    """A draft in the draft box that the ledger does not know."""

    articles: Articles
    named: Sha256
    """What `draft_sha256` names it."""


def recover_drafts(context: ApplyContext) -> bool:
    """Look for each draft that was begun and is not on record; True where the ledger knows more than before.

    Makes no call where there is none. `context.unread` then names the campaigns whose draft box could not be read.
    """
    before = context.state.serial
    missing = [
        _Missing(context.accounts[begun.event.appid], record, begun)
        for record in _looked_after(context)
        # What was begun last is what the campaign wants.
        for begun in reversed(record.begun_drafts)
        if begun.event.appid in context.accounts
    ]
    for account in sorted({each.account for each in missing}):
        wanted = [each for each in missing if each.account == account]
        box = _read_box(context, account, wanted)
        for each in wanted:
            if isinstance(box, Failed):
                context.unread[each.record.campaign] = box
                say = Phrase(
                    "{name}: massctl could not look for a draft whose answer was lost: {why}"
                )
                context.ports.progress.say(Phrase(say, name=each.record.campaign, why=box.summary))
            else:
                _recover(context, each, box)
    return context.state.serial > before


def _looked_after(context: ApplyContext) -> list[Record]:
    """List the records of the accounts that this run may look after: also where a campaign went out, or is gone."""
    return [record for record in context.state.records.values() if record.appid in context.accounts]


def _read_box(
    context: ApplyContext, account: AccountName, wanted: list[_Missing]
) -> dict[MediaId, _Lying] | Failed:
    """Read the drafts that the ledger does not know and that may be missing ones, newest first."""
    titles = [each.begun.event.titles for each in wanted]
    known = {
        draft.event.media_id for record in context.state.records.values() for draft in record.drafts
    }
    label, failed = Phrase("looking for drafts whose answer was lost"), list[Failed]()
    candidates: list[MediaId] = []
    found: dict[MediaId, _Lying] = {}

    def listed(_: AccountName, result: tuple[ListedDraft, ...] | Failed) -> None:
        if isinstance(result, Failed):
            failed.append(result)
        else:
            candidates.extend(
                each.media_id
                for each in result
                if each.media_id not in known and _may_be(each, titles)
            )

    def got(media_id: MediaId, result: Articles | Failed | None) -> None:
        if isinstance(result, Failed):
            failed.append(result)
        elif result is not None:
            found[media_id] = _Lying(result, draft_sha256(result))

    # In a separate call, so that a missing secret fails only this call and not the run.
    context.side_by_side(
        label, [(account, lambda: context.ports.wechat(account).newest_drafts())], listed
    )
    calls = [
        (each, partial(context.ports.wechat(account).get_draft, each))
        for each in candidates[:READ_MAX]
    ]
    context.side_by_side(label, calls, got)
    return failed[0] if failed else {each: found[each] for each in candidates if each in found}


def _may_be(listed: ListedDraft, wanted: list[list[str] | None]) -> bool:
    """Whether a listed draft may be one of those: by its titles, where both are known."""
    return listed.titles is None or any(
        titles is None or tuple(titles) == listed.titles for titles in wanted
    )


def _recover(context: ApplyContext, missing: _Missing, box: dict[MediaId, _Lying]) -> None:
    """Take a draft that was found for its campaign's, delete one too many, and give up what cannot come any more.

    One into which a person wrote what WeChat was left to write is nobody's: it stays there, and another one is saved.
    """
    record, begun = missing.record, missing.begun
    found = [media_id for media_id, lying in box.items() if lying.named == begun.event.draft_sha256]
    if not found and begun.serial in context.asked_for and _is_out(record, begun):
        # A run that finds nothing left to do makes no request, so nobody looks for it again. Another runner's may be
        # under way.
        _close(context, missing, "not_found")
        say = Phrase(
            "{name}: it was sent, and a draft whose answer was lost is not in the console; should it come up there, "
            "delete it"
        )
        context.ports.progress.say(Phrase(say, name=record.campaign))
        return
    if not found:
        if context.ports.clock.now() - begun.at >= LATE_MAX + context.ports.append_max:
            _close(context, missing, "not_found", pending=None if begun.missed else True)
        return
    ours = [
        media_id for media_id in found if not written_since(begun.event, box[media_id].articles)
    ]
    media_id = (ours or found)[-1]  # The newer ones may be of a later try.
    read = box.pop(media_id).articles
    if _is_surplus(record, begun):
        _delete_surplus(context, missing, media_id)
        return
    if not ours:
        _leave_written(context, missing, media_id, read)
        return
    context.ledger.record(_saved(begun.event, media_id, begun.serial), record)
    context.ports.progress.say(
        Phrase("{name}: found the draft whose answer was lost", name=record.campaign)
    )


def _leave_written(
    context: ApplyContext, missing: _Missing, media_id: MediaId, read: Articles
) -> None:
    """Record a draft that a person wrote into before its answer was looked for, and leave it in the console."""
    record, begun = missing.record, missing.begun
    changed = DraftDeleted(appid=begun.event.appid, media_id=media_id, reason="changed")
    context.ledger.record_each(
        [(_saved(begun.event, media_id, begun.serial), record), (changed, record)]
    )
    parts = in_a_row([each.phrase for each in written_since(begun.event, read)])
    say = Phrase(
        "{name}: the draft whose answer was lost was changed in the console ({differences}), so massctl does not use "
        "it, and it stays there; {how}"
    )
    context.ports.progress.say(Phrase(say, name=record.campaign, differences=parts, how=DELETE_IT))


def _is_out(record: Record, begun: BegunDraft) -> bool:
    """Whether what a draft was begun for went out."""
    return not record.is_in_doubt and (
        is_concluded(record) or begun.event.batch in record.sent_batches
    )


def look_after_sends(context: ApplyContext) -> None:
    """Look for lost drafts once more where a send of this run made them useless: no later run does."""
    records = [
        context.state.record(each.planned.name, each.planned.edition) for each in context.outcomes
    ]
    if any(_is_out(record, begun) for record in records for begun in record.begun_drafts):
        recover_drafts(context)


def _is_surplus(record: Record, begun: BegunDraft) -> bool:
    """Whether a campaign has no use for a draft: it went out, or has the same draft or a newer one."""
    if begun.event.for_preview:
        return True  # Whoever asked for that preview has seen it fail, and asks again.
    if record.is_in_doubt or is_concluded(record) or begun.event.batch in record.sent_batches:
        return True
    draft = record.draft(begun.event.batch)
    return draft is not None and (
        draft.event.digest == begun.event.digest or (draft.event.begun or 0) > begun.serial
    )


def _delete_surplus(context: ApplyContext, missing: _Missing, media_id: MediaId) -> None:
    wechat = context.ports.wechat(missing.account)
    try:
        read = wechat.get_draft(media_id)
        if read is not None and not is_as_given(missing.begun.event, read):
            _close(context, missing, "surplus_changed")
            return
        if read is not None:
            wechat.delete_draft(media_id)
    except (WeChatError, ConfigurationError) as error:
        # It stays begun, so the next run finds it again.
        context.ports.progress.say(
            Phrase("massctl could not delete an old draft: {why}", why=error.summary)
        )
    else:
        _close(context, missing, "surplus_deleted")


def _close(
    context: ApplyContext,
    missing: _Missing,
    reason: DraftNotSavedReason,
    *,
    pending: bool | None = None,
) -> None:
    event = DraftNotSaved(begun=missing.begun.serial, reason=reason, pending=pending)
    context.ledger.record(event, missing.record)


class _Wanted(Frozen):
    """A draft to be saved."""

    outcome: CampaignOutcome
    campaign: RenderedCampaign
    step: SaveDraft


class _Adding(Frozen):
    """One draft/add."""

    wanted: _Wanted
    articles: Articles
    event: DraftBegun
    begun: int
    """Serial of its `draft_begun`."""


def save_drafts(context: Undisturbed) -> SavedDrafts:
    """Save the drafts that are due side by side; once more where WeChat forgot a cover. Lost answers are noted."""
    saved = SavedDrafts(context)
    wanted = [_Wanted(o, c, step) for o, c in context.going() for step in steps_of(o, SaveDraft)]
    for each in wanted:
        if (unread := context.unread.get(each.campaign.name)) is not None:
            context.fail(each.outcome, unread)
    refused = _save(saved, [each for each in wanted if not each.outcome.stopped])
    for job, error in refused:
        _upload_forgotten_covers(context, job, error)
    for job, error in _save(
        saved, [job.wanted for job, _ in refused if not job.wanted.outcome.stopped]
    ):
        context.fail(job.wanted.outcome, error)
    return saved


def _save(saved: SavedDrafts, wanted: Sequence[_Wanted]) -> list[tuple[_Adding, WeChatError]]:
    """Save each draft once; return those that WeChat refused for a cover that it does not know any more."""
    context, refused = saved.context, list[tuple[_Adding, WeChatError]]()

    def done(job: _Adding, result: MediaId | Failed) -> None:
        campaign, outcome = job.wanted.campaign, job.wanted.outcome
        if isinstance(result, TransportError):
            saved.lost.append((outcome, job.wanted.step, result))
        elif isinstance(result, Failed):
            context.ledger.note(_not_saved(job.begun, result), campaign)
            if isinstance(result, WeChatError) and result.errcode == MEDIA_UNKNOWN:
                refused.append((job, result))
            else:
                context.fail(outcome, result)
        else:
            context.given[result] = job.articles
            outcome.performed.append(job.wanted.step)
            if job.wanted.step.for_preview:
                saved.shown[campaign.name] = StagedDraft(result, campaign.digest), job.begun
                return
            # Not waited for: where it is lost with this process, the draft that was begun is found in the draft box.
            context.ledger.note(_saved(job.event, result, job.begun), campaign)

    calls = [
        (job, partial(context.ports.wechat(job.wanted.campaign.account).add_draft, job.articles))
        for job in _begin(context, wanted)
    ]
    context.side_by_side(Phrase("saving drafts"), calls, done)
    return refused


def _begin(context: ApplyContext, wanted: Sequence[_Wanted]) -> list[_Adding]:
    """Record every draft/add of this round durably, before any of them leaves."""
    made = [draft_articles(each.campaign, context.state) for each in wanted]
    events = [_begun(context, each, articles) for each, articles in zip(wanted, made, strict=True)]
    entries = context.ledger.record_each(
        [(e, each.campaign) for e, each in zip(events, wanted, strict=True)]
    )
    context.asked_for.update(entry.serial for entry in entries)
    jobs = zip(wanted, made, events, entries, strict=True)
    return [_Adding(each, articles, event, entry.serial) for each, articles, event, entry in jobs]


def _begun(context: ApplyContext, wanted: _Wanted, articles: Articles) -> DraftBegun:
    campaign = wanted.campaign
    return DraftBegun(
        appid=campaign.appid,
        batch=wanted.step.batch or 1,
        digest=campaign.digest,
        draft_sha256=draft_sha256(articles),
        markup_sha256=markup_sha256(articles),
        given=given_parts(articles),
        titles=[article.title for article in articles],
        audience_count=context.count_of(campaign),
        source_sha256=campaign.source_sha256,
        for_preview=wanted.step.for_preview or None,
    )


def _saved(begun: DraftBegun, media_id: MediaId, serial: int) -> DraftSaved:
    """Make the entry that a draft is there which was begun at `serial`."""
    return DraftSaved(
        appid=begun.appid,
        batch=begun.batch,
        digest=begun.digest,
        media_id=media_id,
        draft_sha256=begun.draft_sha256,
        markup_sha256=begun.markup_sha256,
        given=begun.given,
        audience_count=begun.audience_count,
        source_sha256=begun.source_sha256,
        begun=serial,
    )


def fail_lost(staged: Staged) -> Settled:
    """Stop each campaign with a draft whose answer is lost: the next run looks for it before it saves another one."""
    context = staged.context
    for outcome, step, error in staged.lost:
        say = Phrase("nobody knows whether the draft of {name} was saved", name=step.campaign.name)
        hint = Phrase(
            "Run the same command again: it looks for that draft before it saves another one."
        )
        context.fail(
            outcome,
            TransportError(say, what_happened(error), hint, errcode=error.errcode, rid=error.rid),
        )
    return Settled(staged)


def _not_saved(begun: int, error: Failed) -> DraftNotSaved:
    """Record why there is no draft; any error except WeChat's code means that no request left."""
    code = error.errcode if isinstance(error, WeChatError) else None
    return DraftNotSaved(
        begun=begun, reason="never_left" if code is None else "refused", errcode=code
    )


def _upload_forgotten_covers(context: ApplyContext, job: _Adding, error: WeChatError) -> None:
    """Forget the covers that WeChat no longer knows, and upload them again; stops if that does not help."""
    campaign = job.wanted.campaign
    wechat = context.ports.wechat(campaign.account)
    try:
        for picture in campaign.pictures:
            if picture.purpose is Purpose.MATERIAL and _is_stale(
                context, campaign, picture, job.articles
            ):
                context.ledger.note(MaterialForgotten(appid=campaign.appid, sha256=picture.sha256))
                material = wechat.add_material(packed(context, picture, campaign.message))
                record_material(context, campaign.appid, picture, material)
    except WeChatError as other:
        context.fail(job.wanted.outcome, other)
        return
    if draft_articles(campaign, context.state) == job.articles:
        # These covers were taken in this very run: WeChat would say the same again.
        context.fail(job.wanted.outcome, error)


def _is_stale(
    context: ApplyContext, campaign: RenderedCampaign, picture: Picture, refused: Articles
) -> bool:
    """Whether a material is among the refused covers and is older than this run, or was forgotten by it."""
    recorded = context.state.materials.get((campaign.appid, picture.sha256))
    if recorded is None:
        return True
    return recorded[0] not in context.uploaded and recorded[0] in {
        article.thumb_media_id for article in refused
    }


def check_superseded(context: Uploaded) -> Undisturbed:
    """Look at each draft that is to be replaced: a draft that somebody changed, sent or deleted stops its campaign.

    Neither an edit, a raised edition nor another kind of message leads out of `draft_gone`: followers may have the
    draft. A draft that was replaced already stays in place if somebody edited it.
    """
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in context.going()
        if context.has_work(outcome)
        for draft in _in_question(context, outcome, campaign)
        if draft.event.appid
        in context.accounts  # Else it is out of reach: massctl.yaml has its account no more.
    ]

    def done(job: Job, result: Articles | Failed | None) -> None:
        outcome, campaign, draft = job
        if isinstance(result, Failed):
            context.fail(outcome, result)
        elif result is None or any(draft is each for each in context.standing_drafts(campaign)):
            judge_earlier(context, outcome, campaign, draft, result)

    calls = [(job, partial(context.read, job[2])) for job in jobs]
    context.side_by_side(Phrase("reading drafts back"), calls, done)
    return Undisturbed(context)


def _in_question(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign
) -> list[Draft]:
    """List the drafts whose place another one takes, or has taken."""
    found = [draft for _, draft in context.superseded(campaign)]
    replaced = {step.batch or 1 for step in steps_of(outcome, SaveDraft)}
    for draft in context.standing_drafts(campaign):
        leaves = draft.event.batch in replaced or not campaign.message.has_draft
        if leaves and all(draft is not each for each in found):
            found.append(draft)
    return found


def verify_drafts(saved: SavedDrafts) -> Verified:
    """Read back each draft that this run saves, shows, or puts in an older one's place; a loss stops its campaign."""
    context = saved.context
    jobs = [
        (outcome, campaign, draft)
        for outcome, campaign in context.going()
        if context.has_work(outcome) and campaign.name not in saved.shown
        for draft in _to_be_read(context, outcome, campaign)
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
            # Given up, so that no later run takes it for a staged one; `tidy_up` deletes it.
            kept = kept_sha256(result)
            given_up = DraftDeleted(
                appid=campaign.appid,
                media_id=media_id,
                reason="not_whole",
                pending=True,
                kept_sha256=kept,
            )
            context.ledger.record(given_up, campaign)
        else:
            _verified(context, campaign, draft, result)

    calls = [(job, partial(context.read, job[2])) for job in jobs]
    context.side_by_side(Phrase("reading drafts back"), calls, done)
    _verify_shown(saved)
    return Verified(saved)


def _verify_shown(saved: SavedDrafts) -> None:
    context = saved.context

    def done(job: tuple[CampaignOutcome, StagedDraft], result: Articles | Failed | None) -> None:
        outcome, draft = job
        if isinstance(result, Failed):
            context.fail(outcome, result)
        elif lost := losses(context.given[draft.media_id], result or ()):
            outcome.error = _lost(lost)

    jobs = [(o, c, saved.shown[c.name][0]) for o, c in context.going() if c.name in saved.shown]
    calls = [
        ((o, d), partial(context.ports.wechat(c.account).get_draft, d.media_id)) for o, c, d in jobs
    ]
    context.side_by_side(Phrase("reading drafts back"), calls, done)


def _to_be_read(
    context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign
) -> list[Draft]:
    """List the drafts of a campaign that are read back: a preview needs no more than the one it shows."""
    own = context.drafts_of(campaign)
    if steps_of(outcome, SaveDraft) or context.superseded(campaign) or context.is_unread(campaign):
        return own
    return own[:1] if steps_of(outcome, SendPreview) else []


def judge_earlier(
    context: ApplyContext,
    outcome: CampaignOutcome,
    campaign: RenderedCampaign,
    draft: Draft,
    read: Articles | None,
) -> None:
    """Refuse a draft of an earlier run that somebody changed, sent or deleted in the console; it is never rebuilt."""
    if read is None:
        outcome.refuse(draft_gone(campaign.name))
    elif not is_as_saved(draft, read) or _leads_elsewhere(context.state, campaign, draft, read):
        outcome.refuse(draft_changed(context.state, campaign, draft, read))
    else:
        _verified(context, campaign, draft, read)


def _leads_elsewhere(
    state: State, campaign: RenderedCampaign, draft: Draft, read: Articles
) -> bool:
    """Return whether a draft that no run read back lacks a place that it was given to lead to."""
    if draft.kept_sha256 is not None or not _is_of_files(state, campaign, draft):
        return False
    return bool(losses(draft_articles(campaign, state), read))


def reread_refusal(
    context: ApplyContext, campaign: RenderedCampaign, intent: SendIntent
) -> Refusal | None:
    """Read the draft of a send again: somebody may have changed, sent or deleted it. Raises what the reading raises.

    A draft that is gone says nothing against a repetition: the first try may have consumed it.
    """
    draft = context.carried_draft(intent)
    if draft is None:
        return None
    read = context.read(draft)
    if read is None:
        return None if intent.repeats else draft_gone(campaign.name)
    if is_as_saved(draft, read):
        return None
    if intent.repeats:
        return changed(context.state, campaign, draft, read, settle(campaign.name))
    return draft_changed(context.state, campaign, draft, read)


def _verified(
    context: ApplyContext, campaign: RenderedCampaign, draft: Draft, read: Articles
) -> None:
    """Note once what WeChat keeps of a draft that was found whole."""
    if draft.kept_sha256 is None:
        kept = DraftVerified(media_id=draft.event.media_id, kept_sha256=kept_sha256(read))
        context.ledger.note(kept, campaign)


def draft_gone(name: CampaignName) -> Refusal:
    """Refuse a campaign whose draft is not in the draft box any more: followers may have it."""
    say = Phrase("the draft is no longer there; somebody may have sent it in the console")
    return Refusal(Guard.DRAFT_GONE, say, settle(name))


def draft_changed(
    state: State, campaign: RenderedCampaign, draft: Draft, read: Articles
) -> Refusal:
    """Refuse a campaign whose draft somebody changed, and name the ways out."""
    ways = stage_anew(campaign.name)
    if campaign.batches is None and _is_of_files(state, campaign, draft):
        found = console_changes(draft_articles(campaign, state), read)
        ways = (
            _keep(campaign.name)
            if all(each.name in FREE for each in found)
            else pull_into_files(campaign.name)
        )
    return changed(state, campaign, draft, read, ways)


def _keep(name: CampaignName) -> Phrase:
    return Phrase(
        "to keep the console's version: {adopt}; or delete that draft in the console, then: "
        "{reconcile}; on GitHub: Actions / apply",
        adopt=Command("adopt", name, '--reason "…"'),
        reconcile=Command("reconcile", name, '--not-sent --reason "…"'),
    )


def pull_into_files(name: CampaignName) -> Phrase:
    """Advise how words, pictures or links that differ from those that were reviewed are taken over, or given up."""
    return Phrase(
        "to write the change into the campaign's files: {pull}; without it, or after the review: delete that draft in "
        "the console, then: {reconcile}",
        pull=Command("adopt", name, "--pull"),
        reconcile=Command("reconcile", name, '--not-sent --reason "…"'),
    )


def stage_anew(name: CampaignName) -> Phrase:
    """Advise how to give up a draft that no file can be made from."""
    return Phrase(
        "delete that draft in the console, then: {command}; make the change in the campaign's files instead",
        command=Command("reconcile", name, '--not-sent --reason "…"'),
    )


def _is_of_files(state: State, campaign: RenderedCampaign, draft: Draft) -> bool:
    """Whether a draft was saved from what the campaign's files say now."""
    return campaign.digest == draft.event.digest and not upload_steps(campaign, state, set())


def changed(
    state: State, campaign: RenderedCampaign, draft: Draft, read: Articles, hint: Phrase
) -> Refusal:
    """Refuse a draft that the console changed; name the parts that differ where the campaign did not change."""
    parts = _parts_changed(state, campaign, draft, read)
    say = Phrase("the draft was changed in the console after it was saved")
    if parts:
        say = Phrase("{said}: {differences}", said=say, differences=in_a_row(parts))
    return Refusal(Guard.DRAFT_CHANGED, say, hint)


def _parts_changed(
    state: State, campaign: RenderedCampaign, draft: Draft, read: Articles
) -> list[Phrase]:
    """Name what differs from the campaign; empty where the campaign changed since the draft was saved."""
    if not _is_of_files(state, campaign, draft):
        return []
    ours = draft_articles(campaign, state)
    if draft.kept_sha256 is None and (written := written_since(draft.event, read)):
        return [each.phrase for each in written]
    found = differences(ours, read)
    if draft_sha256(read) == draft.event.draft_sha256:
        # Words and pictures are those that were saved or adopted. The name of a draft holds no digest, no crop, and of
        # links the addresses alone.
        found = [each for each in found if each.name in ("digest", "links", *CROPS)]
    if found:
        return [each.phrase for each in found]
    if any(
        crops_of(theirs).keys() - crops_of(article)
        for article, theirs in zip(ours, read, strict=True)
    ):
        return [Phrase("only its markup, or the visible part of a cover")]
    if not keeps_digests(ours) or all(article.digest for article in ours):
        return [Phrase("its markup alone")]
    return [Phrase("only its markup, or a digest (摘要) that was left empty")]


def _lost(what: Sequence[str]) -> Failure:
    return Failure(
        None,
        None,
        Phrase("WeChat did not keep the whole draft: {losses}", losses=in_a_row(what)),
        Phrase(
            "nothing was sent; correct the article so that WeChat keeps it, then run apply again"
        ),
    )


DELETE_IT = Phrase(
    "somebody could send it by hand: delete it in the console under 草稿箱, or keep its text first"
)


def delete_shown(shown: Shown) -> None:
    """Delete the drafts that only a preview of this run showed; a draft that stays is found by the next run."""
    context = shown.context
    for outcome in context.outcomes:
        campaign = outcome.planned.rendered
        if campaign is None or campaign.name not in shown.shown:
            continue
        draft, begun = shown.shown[campaign.name]
        try:
            context.ports.wechat(campaign.account).delete_draft(draft.media_id)
        except WeChatError as error:
            context.ports.progress.say(
                Phrase("massctl could not delete an old draft: {why}", why=error.summary)
            )
        else:
            context.ledger.record(DraftNotSaved(begun=begun, reason="preview_deleted"), campaign)


def tidy_up(context: ApplyContext) -> None:
    """Delete the drafts of ours that nothing needs any more, unless somebody changed them.

    Also of campaigns that went out since, are faulty now, or whose folders are gone. Makes no call where there is none.
    """
    for record in _looked_after(context):
        for draft in record.drafts:
            if (
                draft.event.appid in context.accounts
                and (why := why_deleted(context, record, draft)) is not None
            ):
                try:
                    _delete(context, record, draft, why)
                except (WeChatError, ConfigurationError) as error:
                    say = Phrase(
                        "{name}: its draft could not be deleted: {why}",
                        name=record.campaign,
                        why=error.summary,
                    )
                    context.ports.progress.say(say)


def why_deleted(context: ApplyContext, record: Record, draft: Draft) -> DraftDeletedReason | None:
    """Decide why a draft is deleted; None leaves it. The first row that holds counts."""
    folders = context.ports.folders
    editions = context.state.editions(record.campaign)
    attempted = {attempt.event.media_id for attempt in record.attempts}
    rows: list[tuple[Callable[[], bool], DraftDeletedReason | None]] = [
        # It was given up before, and nobody knows whether it was deleted.
        (lambda: draft.delete_reason is not None, draft.delete_reason),
        (lambda: not draft.alive, None),
        # It may be what was sent.
        (lambda: record.is_in_doubt, None),
        (lambda: is_concluded(record) and draft.event.media_id in attempted, None),
        (lambda: is_concluded(record), "superseded"),
        (lambda: draft.event.batch in record.sent_batches, None),
        (lambda: _is_replaced(context, record, draft), "superseded"),
        # No run will send it; but another edition may be out.
        (lambda: any(each.is_in_doubt for each in editions), None),
        (lambda: folders is not None and record.campaign not in folders, "folder_gone"),
        # A window may be moved: then the next run saves a new draft.
        (lambda: _is_closed(context, record), "window_closed"),
    ]
    return next((why for holds, why in rows if holds()), None)


def _is_replaced(context: ApplyContext, record: Record, draft: Draft) -> bool:
    """Whether a draft that takes its place was proven whole, or its campaign needs no draft any more.

    A newer draft of its batch takes its place, or a draft of the declared edition; of a higher edition where none is
    declared.
    """
    declared = context.declared(record.campaign)
    if declared is not None and _needs_none(declared, record, draft):
        return context.goes_on(declared.name)
    newer = [(record, each) for each in record.drafts[record.drafts.index(draft) + 1 :]]
    heirs = [(record, each) for record, each in newer if each.event.batch == draft.event.batch]
    for other in context.state.editions(record.campaign):
        takes_over = (
            other.edition > record.edition
            if declared is None
            else other.edition == declared.edition
        )
        if takes_over and other is not record:
            heirs += [(other, each) for each in other.drafts]
    return any(each.alive and _is_proven(context, holder, each) for holder, each in heirs)


def _needs_none(declared: RenderedCampaign, record: Record, draft: Draft) -> bool:
    """Whether a campaign has become another kind of message, or its list has fewer batches than there are drafts."""
    if not declared.message.has_draft:
        return declared.edition >= record.edition
    listed = sent_list(declared, record)
    batches = listed.batches if listed is not None else 1
    return declared.edition == record.edition and draft.event.batch > batches


def _is_closed(context: ApplyContext, record: Record) -> bool:
    declared = context.declared(record.campaign)
    if declared is None or declared.edition != record.edition:
        return False
    return window_state(declared.window, context.ports.clock.now()) is WindowState.EXPIRED


def _is_proven(context: ApplyContext, record: Record, draft: Draft) -> bool:
    """Whether a draft was read back; a draft that a dead run left unread is read now."""
    if draft.kept_sha256 is None and draft.event.appid in context.accounts:
        try:
            read = context.read(draft)
        except (WeChatError, ConfigurationError):
            return False  # Nothing is deleted for its sake, and the next run asks again.
        if read is not None and is_as_saved(draft, read):
            verified = DraftVerified(media_id=draft.event.media_id, kept_sha256=kept_sha256(read))
            context.ledger.record(verified, record)
    return draft.kept_sha256 is not None


def _delete(context: ApplyContext, record: Record, draft: Draft, why: DraftDeletedReason) -> None:
    """Delete a draft if it is unchanged, and record the result; keep one that somebody changed, and say so."""
    read = context.read(draft)
    if read is None:
        # A draft that is gone without us may have been sent: that is judged before the campaign is sent again.
        if not draft.alive or is_concluded(record):
            _note(context, record, draft, "gone")
        return
    unsendable = why in ("folder_gone", "window_closed")
    if not is_as_saved(draft, read) or (draft.adopted and unsendable):
        _leave(context, record, draft, why)
        return
    if draft.alive:
        _note(context, record, draft, why, pending=True)
    context.wechat_of(draft).delete_draft(MediaId(draft.event.media_id))
    _note(context, record, draft, why)
    told = {
        "folder_gone": Phrase(
            "{name}: its draft was deleted, because its folder is gone", name=record.campaign
        ),
        "window_closed": Phrase(
            "{name}: its draft was deleted, because its window has closed", name=record.campaign
        ),
    }
    if unsendable:
        context.ports.progress.say(told[why])


def _leave(context: ApplyContext, record: Record, draft: Draft, why: DraftDeletedReason) -> None:
    """Leave a draft in the console. Where only its window closed, it stays the campaign's, and may be adopted."""
    if why != "window_closed":
        _note(context, record, draft, "changed")
    if why not in ("folder_gone", "window_closed"):
        say = Phrase("the old draft of {name} was changed in the console, so it stays there")
        context.ports.progress.say(Phrase(say, name=record.campaign))
        return
    context.drafts_left.append(LeftDraft(record.campaign, record.edition, why == "folder_gone"))
    say = Phrase("{name}: its draft was changed in the console and stays there; {how}")
    context.ports.progress.say(Phrase(say, name=record.campaign, how=DELETE_IT))


def _note(
    context: ApplyContext,
    record: Record,
    draft: Draft,
    why: DraftDeletedReason,
    *,
    pending: bool | None = None,
) -> None:
    event = DraftDeleted(
        appid=draft.event.appid, media_id=draft.event.media_id, reason=why, pending=pending
    )
    context.ledger.record(event, record)
