"""Stage messages and show them: tokens, pictures and other media, sizes of audiences, previews.

Repeating any of it does no harm, except a preview: what a crash forgets costs an upload or a call.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Literal, assert_never

from msgspec.structs import replace

from massctl.apply.audience_tag import tag_refusal
from massctl.apply.context import (
    ApplyContext,
    AudienceKey,
    Connected,
    Failed,
    SavedDrafts,
    Settled,
    Shown,
    Staged,
    Uploaded,
    Verified,
    audience_key,
    steps_of,
)
from massctl.apply.outcome import CampaignOutcome
from massctl.apply.payloads import material_id, preview_body, staged_draft
from massctl.apply.ports import Material, Upload, WeChat
from massctl.errors import ConfigurationError, MassctlError, WeChatError
from massctl.model.campaign import EITHER_OF, Tag
from massctl.model.entries import (
    AudienceResolved,
    ImageUploaded,
    MaterialAdded,
    MaterialForgotten,
    MessageStaged,
    Previewed,
    VideoMade,
)
from massctl.model.frozen import Frozen
from massctl.model.ids import AccountName, AppId, ImageUrl, MediaId
from massctl.model.message import (
    MEDIA_TYPES,
    CardMessage,
    MediaFile,
    Purpose,
    RenderedArticle,
    RenderedCampaign,
    RenderedMessage,
    VideoMessage,
)
from massctl.model.phrase import Phrase
from massctl.model.send import (
    Accepted,
    Body,
    InDoubt,
    PreviewFailed,
    PreviewSent,
    PreviewUnknown,
    PreviewVerdict,
    Rejected,
    StagedDraft,
)
from massctl.model.state import DAY_USED_UP, MEDIA_UNKNOWN, Record
from massctl.plan.audience_tag import unfilled_refusal
from massctl.plan.guards import audience_refusal, judged_tag, with_reconcile_hint
from massctl.plan.plan import allowance_spent, going_out
from massctl.plan.quota import batches_left, count_together, sent_list
from massctl.plan.steps import Guard, Refusal, SaveDraft, SendPreview, UploadMedia
from massctl.plan.window import WindowState


def note_staged(context: ApplyContext) -> None:
    """Note each message without a draft whose material is all on record now; makes no call.

    Away from the tip it notes nothing: what is shown from there is not staged.
    """
    if context.away:
        return
    for outcome, campaign in context.going():
        record = context.state.record(campaign.name, campaign.edition)
        if campaign.message.has_draft or not campaign.files or record.is_in_doubt:
            continue
        known = record.staged is not None and record.staged.digest == campaign.digest
        if known or outcome.planned.window is WindowState.EXPIRED:
            continue
        if all((campaign.appid, each.sha256) in context.state.materials for each in campaign.files):
            size = context.count_of(campaign)
            context.ledger.note(
                MessageStaged(appid=campaign.appid, digest=campaign.digest, audience_count=size),
                campaign,
            )


def forget_if_unknown(
    context: ApplyContext, campaign: RenderedCampaign, error: MassctlError
) -> None:
    """Forget a message's own material that WeChat does not know any more; the next run uploads it again."""
    if (
        not isinstance(error, WeChatError)
        or error.errcode != MEDIA_UNKNOWN
        or campaign.message.has_draft
    ):
        return
    for each in campaign.files:
        context.ledger.note(MaterialForgotten(appid=campaign.appid, sha256=each.sha256))


def material_advice(campaign: RenderedCampaign, otherwise: str) -> str:
    """Advise what to do about material that WeChat does not know; `otherwise` is for a message with a draft."""
    message = campaign.message
    if message.has_draft or not message.materials:
        return otherwise
    if any(each.media_id is not None for each in message.materials):
        keys = f"{message.type}.{EITHER_OF[message.type][1]}"
        say = Phrase(
            "Look in the console under 素材库, and correct {keys} in campaign.yaml; or give a file instead."
        )
        return Phrase(say, keys=keys)
    return Phrase(
        "WeChat does not know a file that was uploaded in this run: save it in another format, and run apply again."
    )


def without_draft(campaign: RenderedCampaign, error: Failed) -> Failed:
    """Add the advice for a message without a draft to an error about material; return others unchanged."""
    if not isinstance(error, WeChatError) or error.errcode != MEDIA_UNKNOWN:
        return error
    advice = material_advice(campaign, error.hint)
    return type(error)(error.summary, error.detail, advice, errcode=error.errcode, rid=error.rid)


def judged_by_material(
    context: ApplyContext, campaign: RenderedCampaign, verdict: Accepted | Rejected | InDoubt
) -> Accepted | Rejected | InDoubt:
    """Allow another try of a send that WeChat refused because its material is gone: the next run makes it again.

    Not where this run made the material, for WeChat would answer the same. Not while another attempt is open, whose
    identical request alone may be repeated.
    """
    if not isinstance(verdict, Rejected) or verdict.errcode != MEDIA_UNKNOWN:
        return verdict
    if not _lost(context, campaign):
        return replace(verdict, hint=material_advice(campaign, verdict.hint))
    return replace(
        verdict,
        retryable=True,
        message=Phrase(
            "WeChat no longer knows the material of this message: it was deleted, or it has expired"
        ),
        hint=Phrase(
            "Run the same command again: massctl uploads it again, and nobody has received it yet."
        ),
    )


def forget_lost(context: ApplyContext, campaign: RenderedCampaign, rejected: Rejected) -> None:
    """Forget the material of a send that was refused for lack of it, together with the id of a video."""
    if (
        rejected.errcode != MEDIA_UNKNOWN
        or not rejected.retryable
        or isinstance(campaign.message, VideoMessage)
    ):
        return
    for each in _older(context, campaign):
        context.ledger.note(MaterialForgotten(appid=campaign.appid, sha256=each.sha256))


def _lost(context: ApplyContext, campaign: RenderedCampaign) -> bool:
    record = context.record_of(campaign)
    if campaign.message.has_draft or len(record.open_attempts) > 1:
        return False
    if isinstance(campaign.message, VideoMessage):
        return record.video is not None and record.video.media_id not in context.uploaded
    return bool(_older(context, campaign))


def _older(context: ApplyContext, campaign: RenderedCampaign) -> list[MediaFile]:
    """List the files of a message whose material an earlier run uploaded."""
    recorded = {
        each.sha256: context.state.materials.get((campaign.appid, each.sha256))
        for each in campaign.files
    }
    return [
        each
        for each in campaign.files
        if (known := recorded[each.sha256]) and known[0] not in context.uploaded
    ]


def readings(context: ApplyContext) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Yield each audience that a draft or a send of this run needs, once: what keeps its size, and the call.

    A list of openids is not read: it knows its own size.
    """
    wanted: dict[AudienceKey, list[tuple[CampaignOutcome, RenderedCampaign]]] = {}
    for outcome, campaign in context.going():
        saves = any(not step.for_preview for step in steps_of(outcome, SaveDraft))
        needed = context.may_send(outcome) or context.waits_for_another(outcome) or saves
        if outcome.planned.tag_due is not None:
            needed = True  # A name is looked up when it is staged, also for a message with nothing else to stage.
        if needed and campaign.openid_list is None:
            wanted.setdefault(audience_key(campaign), []).append((outcome, campaign))
    for key, campaigns in wanted.items():
        _, first = campaigns[0]
        wechat, audience = context.ports.wechat(first.account), first.audience
        if audience.tag is None:
            yield partial(_counted, context, key), partial(wechat.audience_count, audience)
        else:
            yield partial(_listed, context, key, campaigns, audience.tag), wechat.tags


def refusal_of(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Judge the audience before an attempt, and whether a name still means its tag.

    A size that could not be read refuses declared bounds and every tag.
    """
    count, record = context.size_of(campaign), context.record_of(campaign)
    if campaign.audience.tag is not None and record.resolved_for(campaign.digest) is not None:
        try:
            refusal = recount_refusal(context, campaign)
        except (WeChatError, ConfigurationError) as error:
            return unread_refusal(error)
    elif isinstance(count, MassctlError):
        # It was told when it could not be read.
        return unread_refusal(count) if needs_size(campaign) else None
    else:
        is_list = campaign.openid_list is not None and not campaign.is_by_tag
        people = count_together(campaign, record) if is_list else count
        refusal = audience_refusal(campaign.audience, people)
        if (
            refusal is None
            and campaign.is_by_tag
            and (campaign.appid, campaign.audience.of) not in context.state.tags
        ):
            refusal = unfilled_refusal(campaign.name)
    return (
        with_reconcile_hint(refusal, campaign.name)
        if refusal is not None and record.is_in_doubt
        else refusal
    )


def needs_size(campaign: RenderedCampaign) -> bool:
    """Whether a send depends on its audience's size: it has declared bounds, or a tag that must exist."""
    audience = campaign.audience
    if campaign.is_by_tag:
        return True
    return audience.expect is not None or audience.tag_id is not None or audience.tag is not None


def recount_refusal(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Read an audience again and judge its size, and which tag its name means. A list knows its own size.

    Raises what the reading raises.
    """
    if campaign.is_by_tag:
        return tag_refusal(context, campaign)
    if (listed := sent_list(campaign, context.record_of(campaign))) is not None:
        return audience_refusal(campaign.audience, listed.together)
    wechat, name = context.ports.wechat(campaign.account), campaign.audience.tag
    resolved = context.record_of(campaign).resolved_for(campaign.digest)
    if name is None or resolved is None:
        count = wechat.audience_count(campaign.audience)
    else:
        tag = judged_tag(name, resolved, wechat.tags())
        if isinstance(tag, Refusal):
            return tag
        count = tag.count
    context.counts[audience_key(campaign)] = count
    return audience_refusal(campaign.audience, count)


def _counted(context: ApplyContext, key: AudienceKey, result: int | Failed | None) -> None:
    context.counts[key] = result
    if isinstance(result, Failed):
        context.ports.progress.say(
            Phrase("the size of an audience could not be read: {why}", why=result.summary)
        )


def _listed(
    context: ApplyContext,
    key: AudienceKey,
    campaigns: list[tuple[CampaignOutcome, RenderedCampaign]],
    name: str,
    result: tuple[Tag, ...] | Failed,
) -> None:
    """Record which tag a name means. What a version has on record stays; its send judges it."""
    if isinstance(result, Failed):
        _counted(context, key, result)
        return
    tag = next((each for each in result if each.name == name), None)
    _counted(context, key, None if tag is None else tag.count)
    for outcome, campaign in campaigns:
        if tag is not None and context.record_of(campaign).resolved_for(campaign.digest) is None:
            found = AudienceResolved(
                appid=campaign.appid,
                digest=campaign.digest,
                tag=name,
                tag_id=tag.id,
                name=tag.name,
                count=tag.count,
            )
            context.ledger.record(found, campaign)
        elif tag is None and not context.may_send(outcome):
            # Its send will be refused; tell the person who stages it days before.
            context.ports.progress.say(
                Phrase("{name}: the account has no tag named {tag}", name=campaign.name, tag=name)
            )


def unread_refusal(why: MassctlError) -> Refusal:
    """Refuse an audience whose size could not be read."""
    return Refusal(
        Guard.AUDIENCE_BOUNDS,
        Phrase(
            "the size of the audience could not be read, so it cannot be checked: {why}",
            why=why.summary,
        ),
        why.hint or Phrase("run apply again; until then nothing is sent"),
    )


_SOUNDS: Mapping[Purpose, Literal["voice", "video"]] = {
    Purpose.VOICE: "voice",
    Purpose.VIDEO: "video",
}
"""What add_material takes as something else than a picture."""


def connect(context: ApplyContext) -> Connected:
    """Fetch each account's token once, so that a wrong secret is one error and not one per picture."""

    def renew(account: AccountName) -> None:
        context.ports.wechat(account).renew_token()

    def done(account: AccountName, result: Failed | None) -> None:
        for outcome, campaign in context.going():
            if result is not None and campaign.account == account and context.has_work(outcome):
                context.fail(outcome, result)

    busy = {campaign.account for outcome, campaign in context.going() if context.has_work(outcome)}
    context.side_by_side(
        Phrase("connecting"), [(each, partial(renew, each)) for each in sorted(busy)], done
    )
    return Connected(context)


def upload(context: Connected) -> Uploaded:
    """Upload every file that an account does not have yet, and read the sizes of audiences meanwhile."""
    calls = [*_uploads(context), *readings(context)]
    label = Phrase("uploading files, reading audiences")
    context.side_by_side(label, calls, lambda keep, result: keep(result))
    note_staged(context)
    return Uploaded(context)


def _uploads(context: ApplyContext) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Yield the uploads of this run: what keeps a result, and the call."""
    for outcome, campaign in context.going():
        for step in steps_of(outcome, UploadMedia):
            yield (
                partial(_uploaded, context, outcome, step),
                partial(
                    _upload,
                    context,
                    context.ports.wechat(step.account),
                    step.media,
                    campaign.message,
                ),
            )


def _uploaded(
    context: ApplyContext,
    outcome: CampaignOutcome,
    step: UploadMedia,
    result: ImageUrl | Material | Failed,
) -> None:
    if isinstance(result, Failed):
        _fail_all_that_need(context, outcome, step, result)
        return
    if isinstance(result, Material):
        record_material(context, step.appid, step.media, result)
    else:
        context.ledger.note(ImageUploaded(appid=step.appid, sha256=step.media.sha256, url=result))
    outcome.performed.append(step)


def packed(context: ApplyContext, media: MediaFile, message: RenderedMessage) -> Upload:
    """Make a file ready for its upload; raise InvariantError if its bytes are not at hand.

    A video takes the title and description of its `message` along.
    """
    data, filename = (
        context.ports.pictures.read(media.sha256),
        f"{media.sha256[:12]}.{media.extension}",
    )
    upload = Upload(
        data, filename, MEDIA_TYPES[media.extension], _SOUNDS.get(media.purpose, "image")
    )
    if isinstance(message, VideoMessage):
        return replace(upload, title=message.title, introduction=message.description)
    return upload


def record_material(
    context: ApplyContext, appid: AppId, media: MediaFile, material: Material
) -> None:
    """Note a material that WeChat took just now."""
    context.uploaded.add(material.media_id)
    event = MaterialAdded(
        appid=appid,
        sha256=media.sha256,
        media_id=material.media_id,
        url=material.url,
        material_type=_SOUNDS.get(media.purpose),
    )
    context.ledger.note(event)


def _upload(
    context: ApplyContext, wechat: WeChat, media: MediaFile, message: RenderedMessage
) -> ImageUrl | Material:
    upload = packed(context, media, message)
    return wechat.add_material(upload) if media.purpose.is_material else wechat.upload_image(upload)


def _fail_all_that_need(
    context: ApplyContext, owner: CampaignOutcome, step: UploadMedia, error: Failed
) -> None:
    """Stop every campaign that waits for a file which could not be uploaded; a draft that exists has its own."""
    needed = (step.appid, step.media.sha256, step.media.purpose)
    for outcome, campaign in context.going():
        waits = outcome is owner or steps_of(outcome, SaveDraft) or not campaign.message.has_draft
        if waits and needed in {(campaign.appid, f.sha256, f.purpose) for f in campaign.files}:
            context.fail(outcome, error)


def keep_contents(context: ApplyContext) -> None:
    """Keep the content of every campaign that this run stages, shows or sends; a failure is told and stops nothing."""
    archive = context.ports.archive
    if archive is None:
        return
    due = [
        campaign for outcome, campaign in context.going() if _goes_out(context, outcome, campaign)
    ]
    kept = [archive.keep(campaign) for campaign in due]
    if not all(kept):
        say = Phrase(
            "what is staged or sent could not be stored beside the ledger: later plans cannot show what changed"
        )
        context.ports.progress.say(say)


def _goes_out(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    staged = not campaign.message.has_draft and bool(campaign.files) and context.has_work(outcome)
    shown = any(isinstance(step, SaveDraft | SendPreview) for step in outcome.planned.steps)
    return staged or shown or context.may_send(outcome) or context.waits_for_another(outcome)


VIDEO_HOURS_MAX = 48
"""An older id is replaced: of its 72 hours, 20 may be needed for repetitions, and a person may think before a yes.

Source: WeChat docs, "media/upload" (temporary media lives three days), read 2026-10; that this id is temporary media is
what SDKs (WxJava, PowerWeChat) say of it.
"""


class _Job(Frozen):
    """One media/uploadvideo."""

    outcome: CampaignOutcome
    campaign: RenderedCampaign
    message: VideoMessage[RenderedArticle]


def make_videos(verified: Verified) -> Staged:
    """Make the video ids that previews and sends of this run need; makes no call where a fresh id is on record."""
    context = verified.context

    def done(job: _Job, result: MediaId | Failed) -> None:
        campaign = job.campaign
        if isinstance(result, Failed):
            forget_if_unknown(context, campaign, result)
            context.fail(job.outcome, without_draft(campaign, result))
        else:
            context.uploaded.add(result)
            context.ledger.note(
                VideoMade(appid=campaign.appid, digest=campaign.digest, media_id=result), campaign
            )

    context.side_by_side(
        Phrase("preparing videos"),
        [(job, partial(_make, context, job)) for job in _jobs(context)],
        done,
    )
    return Staged(verified)


def _jobs(context: ApplyContext) -> Iterator[_Job]:
    for outcome, campaign in context.going():
        if isinstance(campaign.message, VideoMessage) and _is_due(context, outcome, campaign):
            yield _Job(outcome, campaign, campaign.message)


def _make(context: ApplyContext, job: _Job) -> MediaId:
    campaign, message = job.campaign, job.message
    material = material_id(message.materials[0], campaign.appid, context.state)
    return context.ports.wechat(campaign.account).make_video(
        material, message.title, message.description
    )


def _is_due(context: ApplyContext, outcome: CampaignOutcome, campaign: RenderedCampaign) -> bool:
    record = context.state.record(campaign.name, campaign.edition)
    if record.is_in_doubt:
        return False  # An open attempt is repeated with the id that it had.
    if not (
        steps_of(outcome, SendPreview)
        or context.may_send(outcome)
        or context.waits_for_another(outcome)
    ):
        return False
    made = record.video
    if made is None or made.digest != campaign.digest:
        return True
    return context.ports.clock.now() - made.at >= timedelta(hours=VIDEO_HOURS_MAX)


Job = tuple[CampaignOutcome, RenderedCampaign, SendPreview]


class Untried(Frozen):
    """No request was made: WeChat had refused another preview of the account for the day."""


def send_previews(settled: Settled) -> Shown:
    """Show each message on the reviewers' phones, one campaign after the other, the soonest window first.

    That way the soonest campaign gets what is left of the day's allowance. `begun` is durable before the request, since
    a later run does not repeat it; a crash can cost the previews of one campaign only.
    """
    context = settled.context
    _stop_what_cannot_be_shown(context)
    due = [
        (steps, outcome, c)
        for outcome, c in context.going()
        if (steps := steps_of(outcome, SendPreview))
    ]
    for steps, outcome, campaign in sorted(due, key=lambda each: going_out(each[0][0])):
        body = preview_body(campaign, context.state, _shown(settled, campaign))
        wechat = context.ports.wechat(campaign.account)
        context.ledger.record_each(
            [(_previewed(campaign, step, "begun"), campaign) for step in steps]
        )
        calls = [
            ((outcome, campaign, step), partial(_show, context, wechat, step, body))
            for step in steps
        ]
        context.side_by_side(
            Phrase("sending previews of {name}", name=campaign.name), calls, partial(_done, context)
        )
    return Shown(settled)


def _shown(settled: SavedDrafts, campaign: RenderedCampaign) -> StagedDraft | None:
    """Look up the draft that a preview shows: its own, else that of the first batch, which stands for all of them."""
    if campaign.name in settled.shown:
        return settled.shown[campaign.name][0]
    context = settled.context
    batch = next(iter(batches_left(campaign, context.record_of(campaign))), None)
    draft = context.draft_of(campaign, batch)
    return staged_draft(draft) if draft is not None else None


def seen_by(campaign: RenderedCampaign, record: Record) -> tuple[str, ...]:
    """Name who has seen exactly this version: WeChat names in clear, openids by their place in campaign.yaml."""
    numbers = {each.recorded: number for number, each in enumerate(campaign.recipients, 1)}
    found: list[str] = []
    for (digest, recipient), word in record.previews.items():
        if digest != campaign.digest or word.outcome != "sent":
            continue
        kind, _, name = recipient.partition(":")
        if kind == "towxname":
            found.append(name)
        elif recipient in numbers:
            found.append(Phrase("reviewer {number} (by openid)", number=numbers[recipient]))
        else:
            found.append(Phrase("a reviewer by openid"))
    return tuple(found)


def _stop_what_cannot_be_shown(context: ApplyContext) -> None:
    """Stop a coupon that lacks what its requested preview needs; record and send nothing."""
    for outcome, campaign in context.going():
        if (
            steps_of(outcome, SendPreview)
            and isinstance(campaign.message, CardMessage)
            and campaign.card_ext is None
        ):
            error = ConfigurationError(
                Phrase("the previews of a coupon need card_ext"),
                Phrase("No preview was sent."),
                Phrase("write wxcard.card_ext in campaign.yaml of {name}", name=campaign.name),
            )
            context.fail(outcome, error)


def _show(
    context: ApplyContext, wechat: WeChat, step: SendPreview, body: Body
) -> PreviewVerdict | Untried:
    """Send one preview, unless WeChat answered in this run that no previews are left today."""
    appid = step.campaign.appid
    if appid in context.previews_spent:
        return Untried()
    verdict = wechat.preview(step.recipient, body)
    if isinstance(verdict, PreviewFailed) and verdict.errcode == DAY_USED_UP:
        context.previews_spent.add(appid)
    return verdict


def _done(context: ApplyContext, job: Job, result: PreviewVerdict | Untried | Failed) -> None:
    outcome, campaign, step = job
    match result:
        case PreviewSent():
            context.ledger.note(_previewed(campaign, step, "sent"), campaign)
            outcome.performed.append(step)
        case PreviewUnknown(reason=reason):
            context.ledger.note(_previewed(campaign, step, "unknown"), campaign)
            say = Phrase(
                "nobody knows whether preview {number} of {name} arrived ({reason}); it is not repeated"
            )
            context.ports.progress.say(
                Phrase(say, number=step.number, name=campaign.name, reason=reason)
            )
        case PreviewFailed(errcode=errcode, rid=rid, message=message, hint=hint):
            context.ledger.note(_previewed(campaign, step, "failed", errcode, rid), campaign)
            said = material_advice(campaign, hint) if errcode == MEDIA_UNKNOWN else hint
            refused = WeChatError(message, hint=said, errcode=errcode, rid=rid)
            forget_if_unknown(context, campaign, refused)
            context.fail(outcome, refused)
        case Untried():
            context.ledger.note(_previewed(campaign, step, "failed"), campaign)
            if all(refusal.guard is not Guard.ALLOWANCE for refusal in outcome.refusals):
                outcome.refuse(allowance_spent(context.ports.clock.now()))
        case WeChatError() | ConfigurationError() as error:
            # The port raises only while the request has not left, for instance when no token can be had.
            context.ledger.note(_previewed(campaign, step, "failed"), campaign)
            context.fail(outcome, error)
        case _:
            assert_never(result)


def _previewed(
    campaign: RenderedCampaign,
    step: SendPreview,
    outcome: Literal["begun", "sent", "failed", "unknown"],
    errcode: int | None = None,
    rid: str | None = None,
) -> Previewed:
    return Previewed(
        appid=campaign.appid,
        digest=campaign.digest,
        recipient=step.recipient.recorded,
        outcome=outcome,
        errcode=errcode,
        rid=rid,
    )
