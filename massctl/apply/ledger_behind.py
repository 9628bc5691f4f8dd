"""Ask WeChat what it knows of a send, before the request: the ledger may be a restored older copy.

Nothing is asked where this machine began the ledger, or has known it for long (`days_in_question`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from massctl.apply.context import ApplyContext
from massctl.apply.draft_fingerprint import kept_sha256
from massctl.apply.drafts import READ_MAX
from massctl.apply.ports import DraftArticle
from massctl.apply.statistics import NO_RIGHT, NOT_COUNTED
from massctl.errors import WeChatError
from massctl.model.ids import Sha256
from massctl.model.message import RenderedCampaign
from massctl.model.phrase import BEIJING, Phrase, enumerated, moment
from massctl.model.send import SendIntent
from massctl.model.statistics import ArticleDay, StatisticsCall
from massctl.plan.ledger_behind import (
    days_in_question,
    not_counted_yet,
    sent_already,
    staged_already,
)
from massctl.plan.statistics import unrecorded
from massctl.plan.steps import Refusal


def behind_refusal(
    context: ApplyContext, campaign: RenderedCampaign, intent: SendIntent
) -> Refusal | None:
    """Refuse a send that WeChat knows and the ledger does not; raise a WeChatError if WeChat cannot be asked.

    WeChat lists articles alone. A repetition is judged by its open attempt: the ledger knows of it.
    """
    if not campaign.message.has_draft or intent.repeats is not None:
        return None
    ports = context.ports
    days = days_in_question(campaign, context.state, ports.inherited_until, ports.clock.now())
    if not days:
        return None
    known = context.counted.setdefault(campaign.appid, {})
    missing = [day for day in days if day not in known]
    _count(context, campaign, missing)
    counted = [row for day in days for row in known[day]]
    unknown = unrecorded(counted, context.state, campaign.appid)
    if missing:
        _tell_others(context, campaign, unknown)
    sent = sent_already(campaign, unknown, campaign.account)
    early = not_counted_yet(campaign, context.state, ports.inherited_until, ports.clock.now())
    return sent or early or _staged_refusal(context, campaign)


def _count(context: ApplyContext, campaign: RenderedCampaign, days: Sequence[date]) -> None:
    """Read what WeChat counted on these days. A missing right, or a day that is not counted yet, stops nothing."""
    known, clock = context.counted[campaign.appid], context.ports.clock
    wechat = context.ports.wechat(campaign.account)
    for day in days:
        try:
            counted = wechat.statistics(StatisticsCall.ARTICLES, day, day, clock.now())
        except WeChatError as error:
            if error.errcode not in (NO_RIGHT, NOT_COUNTED):
                raise
            say = Phrase(
                "{account}: not compared with what WeChat counted, and the send goes on: {why}"
            )
            context.ports.progress.say(Phrase(say, account=campaign.account, why=error.summary))
            known.update(dict.fromkeys(days, ()) if error.errcode == NO_RIGHT else {day: ()})
            if error.errcode == NO_RIGHT:
                return
        else:
            known[day] = counted.articles


def _tell_others(
    context: ApplyContext, campaign: RenderedCampaign, unknown: Sequence[ArticleDay]
) -> None:
    """Tell of articles that the ledger does not know and that are not this campaign's."""
    titles = dict.fromkeys(each.title for each in unknown if each.title is not None)
    others = [each for each in titles if each not in campaign.headlines]
    if others:
        say = Phrase(
            "{account}: WeChat counts sends that the ledger does not know, perhaps from the console: {titles}"
        )
        context.ports.progress.say(Phrase(say, account=campaign.account, titles=enumerated(others)))


def _staged_refusal(context: ApplyContext, campaign: RenderedCampaign) -> Refusal | None:
    """Refuse a campaign whose draft lies in the draft box a second time, unknown to the ledger."""
    wechat = context.ports.wechat(campaign.account)
    records = context.state.records.values()
    recorded = {draft.event.media_id for record in records for draft in record.drafts}
    twins = [
        each
        for each in wechat.newest_drafts()
        if each.media_id not in recorded and each.titles == campaign.headlines
    ]
    own = [context.read(draft) for draft in context.drafts_of(campaign)[:1] if twins]
    ours = {_content(each) for each in own if each is not None}
    for twin in twins[:READ_MAX]:
        read = wechat.get_draft(twin.media_id)
        if read is not None and _content(read) in ours:
            saved = moment(twin.updated.astimezone(BEIJING)) if twin.updated else twin.media_id
            return staged_already(campaign.headlines, saved)
    return None


def _content(articles: Sequence[DraftArticle]) -> Sha256:
    """Name all that WeChat keeps of a draft, whichever upload its covers are."""
    return kept_sha256([replace(each, thumb_media_id="") for each in articles])
