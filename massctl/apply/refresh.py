"""Read the current state at WeChat, for a plan that is only shown: drafts, audiences, jobs.

Nothing is recorded or changed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from massctl.apply.context import Failed
from massctl.apply.draft_fingerprint import is_as_saved
from massctl.apply.drafts import draft_changed, draft_gone
from massctl.apply.jobs import unfinished
from massctl.apply.outcome import failure_of
from massctl.apply.ports import DraftArticle, JobReport, Overlap, WeChat
from massctl.errors import ConfigurationError, WeChatError
from massctl.model.campaign import Tag
from massctl.model.ids import AccountName, CampaignName, MediaId, MsgId
from massctl.model.message import RenderedCampaign
from massctl.model.state import Draft, Job, Record, State
from massctl.plan.guards import judged_tag
from massctl.plan.plan import Drift, DriftKind, PlannedCampaign, Remote, Unread
from massctl.plan.steps import Refusal

_Call = tuple[AccountName, Callable[[], Any], Callable[[Any], None]]


@dataclass(slots=True)
class _Reading:
    """What was found so far."""

    state: State
    wechat: Callable[[AccountName], WeChat]
    drifts: list[Drift] = field(default_factory=list)
    unread: dict[tuple[str, str], Unread] = field(default_factory=dict)
    refusals: dict[CampaignName, Refusal] = field(default_factory=dict)
    counts: dict[CampaignName, int | None] = field(default_factory=dict)

    def missed(self, account: AccountName, error: Failed) -> None:
        """Keep once why something of an account could not be read."""
        failure = failure_of(error)
        self.unread[account, failure.message] = Unread(account, failure.message, failure.hint)

    def draft(self, planned: RenderedCampaign, draft: Draft, read: tuple[DraftArticle, ...] | None) -> None:
        """Compare a draft; while a send is in doubt, a draft that is gone says nothing against repeating it."""
        name, edition, media_id = planned.name, planned.edition, draft.event.media_id
        opened = self.state.record(name, edition).open_attempts
        if read is None:
            self.drifts.append(Drift(name, edition, DriftKind.DRAFT_GONE, media_id, "saved", None))
            if not opened:
                self.refusals[name] = draft_gone(name)
        elif not is_as_saved(draft, read):
            self.drifts.append(Drift(name, edition, DriftKind.DRAFT_CHANGED, media_id, "saved", "changed"))
            self.refusals[name] = draft_changed(self.state, planned, draft, read)

    def audience(self, planned: PlannedCampaign, campaign: RenderedCampaign, count: int | None) -> None:
        """Compare the size of an audience with the last count."""
        self.counts[campaign.name] = count
        if count == planned.audience_count and count is not None:
            return
        kind = DriftKind.TAG_GONE if count is None else DriftKind.AUDIENCE_SIZE
        if count is None or planned.audience_count is not None:
            named = campaign.audience.tag or f"tag_id {campaign.audience.tag_id}"
            scope = "is_to_all" if campaign.audience.is_to_all else named
            self.drifts.append(Drift(campaign.name, campaign.edition, kind, scope, planned.audience_count, count))

    def tag(self, planned: PlannedCampaign, campaign: RenderedCampaign, tags: Sequence[Tag]) -> None:
        """Compare the tag that a name stood for when it was staged with what it is now."""
        name = campaign.audience.tag or ""
        resolved = self.state.record(campaign.name, campaign.edition).resolved_for(campaign.digest)
        if resolved is None:
            self.audience(planned, campaign, next((each.count for each in tags if each.name == name), None))
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
            told = Drift(
                record.campaign, record.edition, DriftKind.JOB_STATUS, str(job.msg_id), job.status, report.status
            )
            self.drifts.append(told)


def read_remote(
    campaigns: Sequence[PlannedCampaign],
    state: State,
    wechat: Callable[[AccountName], WeChat],
    overlap: Overlap,
) -> Remote:
    """Read all that bears on `campaigns`; an account that cannot be asked stops no other."""
    reading = _Reading(state, wechat)
    reached: set[AccountName] = set()
    wanted = [call for planned in campaigns for call in _calls(reading, planned)]
    for account in sorted({account for account, _, _ in wanted}):
        try:
            wechat(account).renew_token()
            reached.add(account)
        except (WeChatError, ConfigurationError) as error:
            reading.missed(account, error)
    calls = [call for call in wanted if call[0] in reached]
    for index, result in overlap([call for _, call, _ in calls]):
        account, _, done = calls[index]
        if isinstance(result, Failed):
            reading.missed(account, result)
        elif isinstance(result, BaseException):
            raise result
        else:
            done(result)
    drifts = sorted(reading.drifts, key=lambda drift: (drift.campaign, drift.edition, drift.kind, drift.subject))
    return Remote(tuple(drifts), tuple(reading.unread.values()), reading.refusals, reading.counts)


def _calls(reading: _Reading, planned: PlannedCampaign) -> Iterator[_Call]:
    """Yield the readings that one campaign needs, and what each result is for."""
    if planned.account is None:
        return
    account = AccountName(planned.account)
    campaign = planned.rendered
    if campaign is not None:
        record = reading.state.record(campaign.name, campaign.edition)
        draft = record.draft()
        if draft is not None:
            yield account, partial(_read_draft, reading, account, draft), partial(reading.draft, campaign, draft)
        if campaign.audience.is_to_all or campaign.audience.tag_id is not None:
            counted = partial(reading.audience, planned, campaign)
            yield account, partial(_count, reading, account, campaign), counted
        if campaign.audience.tag is not None:
            yield account, partial(_tags, reading, account), partial(reading.tag, planned, campaign)
    for record in reading.state.editions(planned.name):
        for job in record.jobs:
            if (msg_id := unfinished(job)) is not None:
                yield account, partial(_ask, reading, account, msg_id), partial(reading.job, record, job)


def _read_draft(reading: _Reading, account: AccountName, draft: Draft) -> tuple[DraftArticle, ...] | None:
    return reading.wechat(account).get_draft(MediaId(draft.event.media_id))


def _count(reading: _Reading, account: AccountName, campaign: RenderedCampaign) -> int | None:
    return reading.wechat(account).audience_count(campaign.audience)


def _tags(reading: _Reading, account: AccountName) -> tuple[Tag, ...]:
    return reading.wechat(account).tags()


def _ask(reading: _Reading, account: AccountName, msg_id: MsgId) -> JobReport:
    return reading.wechat(account).job_report(msg_id)
