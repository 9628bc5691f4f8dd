"""Read what campaigns depend on at WeChat now: drafts, audiences, addresses of pictures and articles, jobs.

Nothing is recorded or changed.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct, field

from massctl.apply.context import Failed
from massctl.apply.draft_fingerprint import is_as_saved, kept_sha256, pictures_in
from massctl.apply.drafts import draft_changed, draft_gone
from massctl.apply.jobs import unfinished
from massctl.apply.outcome import unread_of
from massctl.apply.payloads import picture_address
from massctl.apply.ports import DraftArticle, IsThere, JobReport, Overlap, WeChat
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.campaign import Audience, Tag
from massctl.model.diagnostics import Unread
from massctl.model.ids import AccountName, CampaignName, MediaId, MsgId, Sha256
from massctl.model.message import PICTURE_PLACEHOLDER, RenderedCampaign
from massctl.model.phrase import Phrase
from massctl.model.state import Draft, Job, Record, State
from massctl.plan.drift import Drift, DriftKind
from massctl.plan.guards import judged_tag
from massctl.plan.plan import PlannedCampaign, Remote
from massctl.plan.quota import batches_left
from massctl.plan.steps import Refusal


class _Question(NamedTuple):
    """What is asked once, however many campaigns it bears on."""

    key: Hashable
    """What it asks, and of which account; an address is the same for all."""
    ask: Callable[[WeChat], Any]


class _Call(NamedTuple):
    """One question about a campaign, and what takes its answer."""

    planned: PlannedCampaign
    account: AccountName
    question: _Question
    done: Callable[[Any], None]


class _Reading(Struct):
    """What was found so far."""

    state: State
    drifts: list[Drift] = field(default_factory=list)
    unread: dict[tuple[str, str], Unread] = field(default_factory=dict)
    refusals: dict[CampaignName, Refusal] = field(default_factory=dict)
    counts: dict[CampaignName, int | None] = field(default_factory=dict)
    unknown: set[CampaignName] = field(default_factory=set)

    def answer(self, call: _Call, result: object) -> None:
        """Take an answer for one campaign; raises what is a fault of massctl."""
        if isinstance(result, Failed):
            self.missed(call.account, result)
            self.unknown.add(call.planned.name)
        elif isinstance(result, BaseException):
            raise result
        else:
            call.done(result)

    def missed(self, account: AccountName, error: Failed) -> None:
        """Keep once why something of an account could not be read."""
        failure = unread_of(error, account)
        self.unread[account, failure.message] = failure

    def address(
        self, campaign: RenderedCampaign, kind: DriftKind, subject: str, found: "bool | Phrase"
    ) -> None:
        """Note that an address is gone, or that it could not be checked."""
        if isinstance(found, Phrase):
            say = Phrase("{address}: {why}", address=subject, why=found)
            self.unread[campaign.account, say] = Unread(None, None, say, "", campaign.account)
            self.unknown.add(campaign.name)
        elif not found:
            self.drifts.append(Drift(campaign.name, campaign.edition, kind, subject, subject, None))

    def draft(
        self, planned: RenderedCampaign, draft: Draft, read: tuple[DraftArticle, ...] | None
    ) -> None:
        """Compare a draft; while a send is in doubt, a draft that is gone says nothing against repeating it."""
        name, edition, media_id = planned.name, planned.edition, draft.event.media_id
        is_in_doubt = self.state.record(name, edition).is_in_doubt
        if read is None:
            self.drifts.append(Drift(name, edition, DriftKind.DRAFT_GONE, media_id, "saved", None))
            if not is_in_doubt:
                self.refusals[name] = draft_gone(name)
        elif not is_as_saved(draft, read):
            changed = Drift(
                name,
                edition,
                DriftKind.DRAFT_CHANGED,
                media_id,
                "saved",
                "changed",
                kept_sha256(read),
            )
            self.drifts.append(changed)
            self.refusals[name] = draft_changed(self.state, planned, draft, read)

    def audience(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, count: int | None
    ) -> None:
        """Compare the size of an audience with its bounds and with the last count."""
        self.counts[campaign.name] = count
        kind, crossed = _size_kind(campaign.audience, count)
        recorded = planned.audience_count
        if kind is DriftKind.AUDIENCE_SIZE and recorded in (None, count):
            return
        named = campaign.audience.tag or f"tag_id {campaign.audience.tag_id}"
        scope = "is_to_all" if campaign.audience.is_to_all else named
        self.drifts.append(
            Drift(campaign.name, campaign.edition, kind, scope, recorded, count, crossed)
        )

    def tag(
        self, planned: PlannedCampaign, campaign: RenderedCampaign, tags: Sequence[Tag]
    ) -> None:
        """Compare a tag, or the one that a name stood for when it was staged, with what it is now."""
        if (tag_id := campaign.audience.tag_id) is not None:
            self.audience(
                planned, campaign, next((each.count for each in tags if each.id == tag_id), None)
            )
            return
        name = campaign.audience.tag or ""
        resolved = self.state.record(campaign.name, campaign.edition).resolved_for(campaign.digest)
        if resolved is None:
            self.audience(
                planned, campaign, next((each.count for each in tags if each.name == name), None)
            )
            return
        found = judged_tag(name, resolved, tags)
        if not isinstance(found, Refusal):
            self.audience(planned, campaign, found.count)
            return
        self.refusals[campaign.name] = found
        now = next((each.name for each in tags if each.id == resolved.tag_id), None)
        kind = DriftKind.TAG_GONE if now is None else DriftKind.TAG_RENAMED
        self.drifts.append(Drift(campaign.name, campaign.edition, kind, name, name, now))

    def job(self, record: Record, job: Job, report: JobReport) -> None:
        """Compare the state of a job with the last known state."""
        if report.status != job.status:
            changed = Drift(
                record.campaign,
                record.edition,
                DriftKind.JOB_STATUS,
                str(job.msg_id),
                job.status,
                report.status,
            )
            self.drifts.append(changed)


def read_remote(
    campaigns: Sequence[PlannedCampaign],
    state: State,
    wechat: Callable[[AccountName], WeChat],
    overlap: Overlap,
    is_there: IsThere | None = None,
) -> Remote:
    """Read all that bears on `campaigns`; an account that cannot be asked stops no other.

    `is_there` asks for the addresses of pictures and articles; without it nobody does.
    """
    reading = _Reading(state)
    clients: dict[AccountName, WeChat] = {}
    wanted = [call for planned in campaigns for call in _calls(reading, planned)]
    if is_there is not None:
        wanted += [call for planned in campaigns for call in _addresses(reading, planned, is_there)]
    for account in sorted({each.account for each in wanted}):
        try:
            client = wechat(account)
            client.renew_token()
            clients[account] = client
        except (WeChatError, ConfigurationError) as error:
            reading.missed(account, error)
    reading.unknown |= {each.planned.name for each in wanted if each.account not in clients}
    asked: dict[Hashable, list[_Call]] = {}
    for each in wanted:
        if each.account in clients:
            asked.setdefault(each.question.key, []).append(each)
    calls = list(asked.values())
    for index, result in overlap(
        [partial(same[0].question.ask, clients[same[0].account]) for same in calls]
    ):
        for each in calls[index]:
            reading.answer(each, result)
    drifts = sorted(
        reading.drifts, key=lambda drift: (drift.campaign, drift.edition, drift.kind, drift.subject)
    )
    return Remote(
        tuple(drifts),
        tuple(reading.unread.values()),
        reading.refusals,
        reading.counts,
        frozenset(reading.unknown),
    )


def _size_kind(audience: Audience, count: int | None) -> tuple[DriftKind, str]:
    """Return what a size means for an audience, and which bound it crosses."""
    if count is None:
        return DriftKind.TAG_GONE, ""
    low, high = (audience.expect.min, audience.expect.max) if audience.expect else (None, None)
    if count == 0 and not audience.is_to_all:
        return DriftKind.TAG_EMPTIED, ""
    if count == 0 or (low is not None and count < low):
        return DriftKind.AUDIENCE_OUTSIDE, f"min {low or 1}"
    if high is not None and count > high:
        return DriftKind.AUDIENCE_OUTSIDE, f"max {high}"
    return DriftKind.AUDIENCE_SIZE, ""


def _calls(reading: _Reading, planned: PlannedCampaign) -> Iterator[_Call]:
    """Yield the readings that one campaign needs, and what each result is for."""
    if planned.account is None:
        return
    account = AccountName(planned.account)
    campaign = planned.rendered
    if campaign is not None:
        record = reading.state.record(campaign.name, campaign.edition)
        drafts = [record.draft(batch or 1) for batch in batches_left(campaign, record)]
        for draft in [each for each in drafts if each is not None]:
            yield _Call(
                planned, account, _draft(account, draft), partial(reading.draft, campaign, draft)
            )
        if campaign.audience.is_to_all:
            yield _Call(
                planned,
                account,
                _followers(account, campaign),
                partial(reading.audience, planned, campaign),
            )
        if campaign.audience.tag_id is not None or campaign.audience.tag is not None:
            yield _Call(planned, account, _tags(account), partial(reading.tag, planned, campaign))
    for record in reading.state.editions(planned.name):
        for job in record.jobs:
            if (msg_id := unfinished(job)) is not None:
                yield _Call(
                    planned, account, _job(account, msg_id), partial(reading.job, record, job)
                )


def _draft(account: AccountName, draft: Draft) -> _Question:
    media_id = MediaId(draft.event.media_id)
    return _Question((account, "draft", media_id), lambda client: client.get_draft(media_id))


def _followers(account: AccountName, campaign: RenderedCampaign) -> _Question:
    return _Question(
        (account, "followers"), lambda client: client.audience_count(campaign.audience)
    )


def _tags(account: AccountName) -> _Question:
    return _Question((account, "tags"), lambda client: client.tags())


def _job(account: AccountName, msg_id: MsgId) -> _Question:
    return _Question((account, "job", msg_id), lambda client: client.job_report(msg_id))


def _addresses(reading: _Reading, planned: PlannedCampaign, is_there: IsThere) -> Iterator[_Call]:
    """Yield the questions whether a picture of a campaign, or an article that it links to, is still there."""
    campaign = planned.rendered
    if campaign is None or planned.account is None:
        return
    asked = [(DriftKind.PICTURE_GONE, each, each) for each in _pictures(campaign, reading.state)]
    asked += [(DriftKind.ARTICLE_GONE, key, address) for key, address in campaign.links]
    for kind, subject, address in (
        each for each in asked if urlsplit(each[2]).hostname in WECHAT_HOSTS
    ):
        done = partial(reading.address, campaign, kind, subject)
        yield _Call(planned, AccountName(planned.account), _address(is_there, address), done)


def _address(is_there: IsThere, address: str) -> _Question:
    return _Question(address, lambda _: is_there(address))


WECHAT_HOSTS = frozenset({"mmbiz.qpic.cn", "mmbiz.qlogo.cn", "mmecoa.qpic.cn", "mp.weixin.qq.com"})
"""Where WeChat keeps pictures and articles. Nobody else's host is asked, whatever stands in a message."""


def _pictures(campaign: RenderedCampaign, state: State) -> Sequence[str]:
    """Return the addresses at WeChat of a campaign's pictures, each once, as far as they are recorded or written."""
    found: list[str | None] = []
    for article in campaign.message.articles:
        named = (Sha256(each) for each in PICTURE_PLACEHOLDER.findall(article.content))
        found += [picture_address(each, campaign.appid, state) for each in (article.cover, *named)]
        found += [unescape(each) for each in pictures_in(article.content)]
    return [each for each in dict.fromkeys(found) if each is not None]
