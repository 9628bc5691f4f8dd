"""The end of a mass job as WeChat's event MASSSENDJOBFINISH tells it, once it is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from massctl.model.job_entries import CopyrightCheck, JobStatus
from massctl.model.names import MsgId


@dataclass(frozen=True, slots=True)
class JobFinish:
    """What one event says. None: the event does not say it. The openid of its sender is not here."""

    msg_id: MsgId
    status: Literal["sent", "failed"]
    reason: str | None = None
    """Of a failure: `err(10001)`, or `send fail` where WeChat gives none."""
    total_count: int | None = None
    filter_count: int | None = None
    sent_count: int | None = None
    error_count: int | None = None
    article_urls: tuple[str, ...] | None = None
    """In the order of the articles."""
    copyright_check: CopyrightCheck | None = None
    original_id: str | None = None
    """The account's original id (原始 ID, `gh_…`) that it was addressed to."""
    created_at: datetime | None = None
    """When WeChat made the event, in UTC."""

    def entry(self) -> JobStatus:
        """Give the ledger's entry about it."""
        return JobStatus(
            msg_id=self.msg_id,
            status=self.status,
            total_count=self.total_count,
            filter_count=self.filter_count,
            sent_count=self.sent_count,
            error_count=self.error_count,
            article_urls=list(self.article_urls) if self.article_urls else None,
            source="event",
            reason=self.reason,
            copyright_check=self.copyright_check,
            original_id=self.original_id,
        )
