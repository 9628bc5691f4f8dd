"""Who is meant, asked of WeChat: how many they are, and which tag a name stands for; asked again before a send."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from massctl.apply.outcome import CampaignOutcome
from massctl.apply.run import AudienceKey, Failed, Run, audience_key, steps_of
from massctl.errors import ConfigurationError, MassctlError, WeChatError
from massctl.model.audience import Tag
from massctl.model.ledger import AudienceResolved
from massctl.model.phrase import Phrase
from massctl.model.rendered import RenderedCampaign
from massctl.plan.guard import audience_refusal, beside_a_doubt
from massctl.plan.step import Guard, Refusal, SaveDraft
from massctl.plan.tags import judged_tag


def readings(run: Run) -> Iterator[tuple[Callable[[Any], None], Callable[[], Any]]]:
    """Give the readings of each audience that a draft or a send of this run needs, once: what keeps one, and the call.

    A list of openids is not read: it knows its own size.
    """
    wanted: dict[AudienceKey, list[tuple[CampaignOutcome, RenderedCampaign]]] = {}
    for outcome, campaign in run.going():
        saves = any(not step.for_preview for step in steps_of(outcome, SaveDraft))
        needed = run.may_send(outcome) or run.may_clear(outcome) or saves
        if outcome.planned.tag_due is not None:
            needed = True  # A name is looked up when it is staged, also for a message with nothing else to stage.
        if needed and campaign.openid_list is None:
            wanted.setdefault(audience_key(campaign), []).append((outcome, campaign))
    for key, campaigns in wanted.items():
        _, first = campaigns[0]
        wechat, audience = run.world.wechat(first.account), first.audience
        if audience.tag is None:
            yield partial(_counted, run, key), partial(wechat.audience_count, audience)
        else:
            yield partial(_listed, run, key, campaigns, audience.tag), wechat.tags


def refusal_of(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Judge the audience in the moment before an attempt; unread, it refuses declared bounds and every tag."""
    if campaign.audience.tag is not None:
        return _tag_refusal(run, campaign)
    count = run.size_of(campaign)
    if not isinstance(count, MassctlError):
        return _before_a_send(run, campaign, audience_refusal(campaign.audience, count))
    return unread_refusal(count) if needs_size(campaign) else None  # It was said when it could not be read.


def _before_a_send(run: Run, campaign: RenderedCampaign, refusal: Refusal | None) -> Refusal | None:
    """Name the way out of a doubt where the attempt would be a repetition."""
    opened = run.record_of(campaign).open_attempts
    return beside_a_doubt(refusal, campaign.name) if refusal is not None and opened else refusal


def needs_size(campaign: RenderedCampaign) -> bool:
    """Whether a send may not go without the size of its audience: it has declared bounds, or a tag that must exist."""
    audience = campaign.audience
    return audience.expect is not None or audience.tag_id is not None or audience.tag is not None


def recount_refusal(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Read an audience again and judge its size, and which tag its name stands for. A list knows its own size.

    Raises what the reading raises.
    """
    if campaign.openid_list is not None:
        return audience_refusal(campaign.audience, campaign.openid_list.count)
    wechat, name = run.world.wechat(campaign.account), campaign.audience.tag
    resolved = run.record_of(campaign).resolved_for(campaign.digest)
    if name is None or resolved is None:
        count = wechat.audience_count(campaign.audience)
    else:
        tag = judged_tag(name, resolved, wechat.tags())
        if isinstance(tag, Refusal):
            return tag
        count = tag.count
    run.counts[audience_key(campaign)] = count
    return audience_refusal(campaign.audience, count)


def _counted(run: Run, key: AudienceKey, result: int | Failed | None) -> None:
    run.counts[key] = result
    if isinstance(result, Failed):
        run.world.progress.say(Phrase("the size of an audience could not be read: {why}", why=result.summary))


def _listed(
    run: Run,
    key: AudienceKey,
    campaigns: list[tuple[CampaignOutcome, RenderedCampaign]],
    name: str,
    result: tuple[Tag, ...] | Failed,
) -> None:
    """Keep which tag a name stands for; what is on record for a version already stays, and is judged by its send."""
    if isinstance(result, Failed):
        _counted(run, key, result)
        return
    tag = next((each for each in result if each.name == name), None)
    _counted(run, key, None if tag is None else tag.count)
    for outcome, campaign in campaigns:
        if tag is not None and run.record_of(campaign).resolved_for(campaign.digest) is None:
            run.book.record(_resolved(campaign, name, tag), campaign)
        elif tag is None and not run.may_send(outcome):
            # Its send will be refused; whoever stages it days before wants to know now.
            run.world.progress.say(Phrase("{name}: the account has no tag called {tag}", name=campaign.name, tag=name))


def _resolved(campaign: RenderedCampaign, name: str, tag: Tag) -> AudienceResolved:
    return AudienceResolved(
        appid=campaign.appid, digest=campaign.digest, tag=name, tag_id=tag.id, name=tag.name, count=tag.count
    )


def _tag_refusal(run: Run, campaign: RenderedCampaign) -> Refusal | None:
    """Read the tags once more: the id that was found must still be there, under the same name."""
    resolved = run.record_of(campaign).resolved_for(campaign.digest)
    if resolved is None:
        count = run.size_of(campaign)
        if isinstance(count, MassctlError):
            return unread_refusal(count)
        return _before_a_send(run, campaign, audience_refusal(campaign.audience, None))
    try:
        return _before_a_send(run, campaign, recount_refusal(run, campaign))
    except (WeChatError, ConfigurationError) as error:
        return unread_refusal(error)


def unread_refusal(why: MassctlError) -> Refusal:
    """Refuse an audience whose size could not be read."""
    return Refusal(
        Guard.AUDIENCE_BOUNDS,
        Phrase("the size of the audience could not be read, so it cannot be checked: {why}", why=why.summary),
        why.hint or Phrase("run apply again; until then nothing leaves"),
    )
